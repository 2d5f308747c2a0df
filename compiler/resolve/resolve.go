// Package resolve turns names into pointers: from what was declared, and from the
// tables that each piece of SQL names, it makes the platform of one environment,
// its dependency graph and its tasks.
//
// Every unknown or doubled name is reported; the model stays usable whatever was
// wrong, so that later stages can report more. Cycles are kept as they are (check
// prints them); what lies on or behind one comes last in topological order.
package resolve

import (
	"cmp"
	"slices"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// Run resolves a platform for one environment.
//
// stmts holds the user's SQL with the tables it names, by Statement.Node:
//
//	core.member_status                      a table's query or a routine's body
//	export.kpi, check.no_orphans            a query of an export, of a sql check
//	core.member_status/no_orphans           a query of a table's sql check
//	check.revenue/left, check.revenue/right the queries of a reconcile check
//
// They are copied, not changed. Where a text has none (its SQL does not parse), the
// statement is made with Failed set. env names the environment; where it is empty,
// "local" is meant, or the only one there is. vars holds values of variables and of
// placeholders in dataset_prefix, as given with --var.
func Run(sp *spec.Platform, stmts map[string]*model.Statement, env string, vars map[string]string) (*model.Platform, diag.List) {
	r := &resolver{
		sp:    sp,
		stmts: stmts,
		vars:  vars,
		m: &model.Platform{
			Spec:        sp,
			Overrides:   map[string]*spec.SourceOverride{},
			TableByName: map[string]*model.Table{},
			TaskByID:    map[string]*model.Task{},
		},
		nodes:    map[string]node{},
		routines: map[string]*model.Routine{},
		external: map[string]*model.Table{},
		datasets: map[string]*model.Dataset{},

		unknownTables: map[string]int{},
	}
	r.environment(env)
	r.declarations()
	r.variables()
	r.tables()
	r.declareRoutines()
	r.declareRunning()
	r.tableReferences()
	r.exports()
	r.orderTables()
	r.personalData()
	r.checks()
	r.tasks()
	r.slas()
	r.lintRules()
	return r.m, r.diags
}

// resolver carries the state of one Run; its methods are the steps, in Run's order.
type resolver struct {
	sp    *spec.Platform
	stmts map[string]*model.Statement
	vars  map[string]string
	m     *model.Platform
	diags diag.List

	nodes    map[string]node           // everything that runs or has rows, by node name
	routines map[string]*model.Routine // by name
	external map[string]*model.Table   // by project.dataset.table, as BigQuery knows them
	datasets map[string]*model.Dataset
	suffixed []*model.Table // wildcard families, longest prefix first
	finals   map[*model.Table][]*model.Task

	unknownTables map[string]int // those that SQL names, with their places in diags
}

// node is one entry of the common name space. Exactly one pointer is set.
type node struct {
	what   string // for messages: table, source table, prediction, export, model, check
	at     diag.Span
	table  *model.Table
	export *model.Export
	model  *model.Model
	check  *spec.Check
}

// byName indexes declarations of one kind. CUE merges what has the same key, so a
// repeat means that it came from elsewhere; the first is kept.
func byName[T any](list []*T, name func(*T) string) map[string]*T {
	out := make(map[string]*T, len(list))
	for _, x := range list {
		if _, known := out[name(x)]; !known {
			out[name(x)] = x
		}
	}
	return out
}

// declarations indexes what other things refer to, and checks the references among
// them: channels to secrets, teams to channels, windows to pools.
func (r *resolver) declarations() {
	sp, m := r.sp, r.m
	m.Teams = byName(sp.Teams, func(x *spec.Team) string { return x.Name })
	m.Channels = byName(sp.Channels, func(x *spec.Channel) string { return x.Name })
	m.Secrets = byName(sp.Secrets, func(x *spec.Secret) string { return x.Name })
	m.Calendars = byName(sp.Calendars, func(x *spec.Calendar) string { return x.Name })
	m.Pools = byName(sp.Pools, func(x *spec.Pool) string { return x.Name })

	r.team(sp.Info.Owner)
	for _, t := range sp.Teams {
		for _, c := range t.Channels {
			r.channel(c)
		}
	}
	for _, c := range sp.Channels {
		r.secret(c.Secret)
	}
	for _, o := range m.Environment.Sources {
		r.secret(o.Secret)
	}
	for _, w := range sp.Windows {
		for _, p := range w.Pools {
			r.pool(spec.Text{V: p.Name, Set: true, At: p.At})
		}
	}
	for _, d := range sp.Datasets {
		r.team(d.Owner)
	}
	for _, s := range sp.Sources {
		r.team(s.Owner)
		r.pool(s.Pool)
		r.secret(s.Connection.Secret)
	}
}

// declareRunning enters exports, models and standalone checks into the name space
// and makes those of them that SQL or `after` can wait for.
func (r *resolver) declareRunning() {
	for _, e := range r.sp.Exports {
		export := &model.Export{Name: e.Name, Spec: e}
		if r.declare("export."+e.Name, node{what: "export", at: e.At, export: export}) {
			r.m.Exports = append(r.m.Exports, export)
		}
	}
	for _, c := range r.sp.Checks {
		r.declare("check."+c.Name, node{what: "check", at: c.At, check: c})
	}
	for _, mo := range r.m.Models {
		r.declare("model."+mo.Name, node{what: "model", at: mo.Spec.At, model: mo})
	}
	slices.SortFunc(r.m.Exports, func(a, b *model.Export) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(r.m.Models, func(a, b *model.Model) int { return cmp.Compare(a.Name, b.Name) })
}

// declare enters a name; a second declaration is reported and refused.
func (r *resolver) declare(name string, n node) bool {
	first, taken := r.nodes[name]
	if !taken {
		r.nodes[name] = n
		return true
	}
	r.diags.Errorf(diag.DuplicateName, n.at, "%s %q has the name of a %s", n.what, name, first.what).
		WithNode(name).
		WithRelated(first.at, "the %s %q is declared here", first.what, name).
		WithHint("rename one of them; a query that names %s could mean either", name)
	return false
}
