package resolve

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// exports resolves what is delivered. An export of a table has a statement made for
// it: the table's columns where they are declared, else all that its query gives.
func (r *resolver) exports() {
	for _, e := range r.m.Exports {
		node := "export." + e.Name
		r.team(e.Spec.Owner)
		r.pool(e.Spec.Pool)
		r.calendar(e.Spec.Calendar)
		r.secret(e.Spec.To.Secret)
		if e.Spec.Query.V != "" {
			e.Statement = r.statement(node, spec.Text{}, e.Spec.Query, "")
			e.Reads = r.resolveRefs(e.Statement)
		} else if e.Table = r.table(e.Spec.Table, node); e.Table != nil {
			e.Statement = &model.Statement{
				Node: node, Text: exportSQL(e.Table), At: e.Spec.Table.At, Made: true, Level: "strict",
				Refs: []model.Ref{{Name: e.Table.Name, At: e.Spec.Table.At, Table: e.Table}},
			}
			e.Reads = []*model.Table{e.Table}
		} else {
			e.Statement = &model.Statement{Node: node, At: e.Spec.At, Made: true, Level: "strict", Failed: true}
		}
		e.Owner = cmp.Or(e.Spec.Owner.V, ownerOf(e.Table), r.sp.Info.Owner.V)
	}
}

func exportSQL(t *model.Table) string {
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = quote(c.Name)
	}
	if len(list) == 0 {
		return "SELECT *\nFROM " + tableRef(t)
	}
	return "SELECT\n  " + strings.Join(list, ",\n  ") + "\nFROM " + tableRef(t)
}

// slas resolves promises to the tasks that must all have succeeded.
func (r *resolver) slas() {
	for _, s := range r.sp.SLAs {
		r.team(s.Owner)
		r.calendar(s.Calendar)
		for _, step := range s.Escalation {
			for _, name := range step.Notify {
				r.receiver(name)
			}
		}
		sla := &model.SLA{Name: s.Name, Spec: s, Target: s.Target.V, Owner: s.Owner.V}
		n, known := r.nodes[s.Target.V]
		if known {
			owner := ""
			sla.Tasks, owner = r.promised(s.Target.V, n)
			sla.Owner = cmp.Or(sla.Owner, owner)
		} else {
			r.unknown(diag.UnknownNode, s.Target.At, "target", s.Target.V, r.nodeNames(anyNode)).WithNode("sla." + s.Name)
		}
		sla.Owner = cmp.Or(sla.Owner, r.sp.Info.Owner.V)
		r.m.SLAs = append(r.m.SLAs, sla)
	}
	slices.SortFunc(r.m.SLAs, func(a, b *model.SLA) int { return cmp.Compare(a.Name, b.Name) })
}

// promised is the tasks after which a node is ready, and who owns it.
func (r *resolver) promised(name string, n node) ([]*model.Task, string) {
	switch {
	case n.table != nil:
		return r.finals[n.table], n.table.Owner
	case n.model != nil && n.model.Output != nil:
		return r.finals[n.model.Output], n.model.Owner
	case n.model != nil:
		return r.taskList(name + "/predict"), n.model.Owner
	case n.export != nil:
		return r.taskList(name), n.export.Owner
	}
	tasks := r.taskList(name)
	if len(tasks) > 0 {
		return tasks, tasks[0].Owner
	}
	return nil, ""
}

func (r *resolver) taskList(id string) []*model.Task {
	if t := r.m.TaskByID[id]; t != nil {
		return []*model.Task{t}
	}
	return nil
}
