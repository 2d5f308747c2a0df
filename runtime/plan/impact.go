package plan

import (
	"fmt"
	"slices"
	"strings"
)

// tables finds out what happens to the contents of each table: by its own definition,
// column by column, and through what it reads.
func (d *diff) tables() {
	old := byName(d.old.Tables, func(t *Table) string { return t.Name })
	columns := map[string][]ColumnChange{}
	for name := range old {
		if c := d.get("table", name); c != nil && c.Op == Removed {
			d.moved[name] = true
		}
	}
	for i := range d.new.Tables {
		t := &d.new.Tables[i]
		was := old[t.Name]
		if was == nil {
			d.own[t.Name] = &effect{rows: true, own: true}
			continue
		}
		c := d.get("table", t.Name)
		d.own[t.Name], columns[t.Name] = d.ownEffect(was, t, c)
		if d.own[t.Name] == nil {
			delete(d.own, t.Name)
		}
		if c != nil {
			c.Breaking = breaking(c.Fields) || slices.ContainsFunc(columns[t.Name], func(x ColumnChange) bool { return x.Breaking })
			switch {
			case d.own[t.Name] == nil && slices.ContainsFunc(c.Fields, isSQL):
				c.said("SQL changed", d.sameMeaning(was, t, c))
			case was.Lineage != nil && t.Lineage != nil && was.Lineage.RowsDigest != t.Lineage.RowsDigest:
				c.Reasons = append(c.Reasons, "other filters, joins or grouping")
			}
		}
		if d.own[t.Name] != nil && (c == nil || !slices.ContainsFunc(c.Fields, decidesRows)) {
			because := d.routinesOf(t)
			d.affect("table", t.Name, t.Origin, because, "its definition changes"+through(because))
		}
	}
	d.spread(columns)
}

// sameMeaning says in which way a table's SQL is the same as before, and notes it.
func (d *diff) sameMeaning(was, t *Table, c *Change) string {
	c.Formatting = len(c.Fields) == 1
	if was.Definition == t.Definition {
		return "SQL changed in layout and comments only"
	}
	return "SQL changed and means the same"
}

// said replaces one reason of a change by another.
func (c *Change) said(old, new string) {
	if i := slices.Index(c.Reasons, old); i >= 0 {
		c.Reasons[i] = new
	}
}

// spread follows column lineage from changed tables and variables to what depends on
// them.
func (d *diff) spread(columns map[string][]ColumnChange) {
	d.follow = d.effects()
	makers := map[string]*Task{}
	for i := range d.new.Tasks {
		makers[d.new.Tasks[i].Node] = &d.new.Tasks[i]
	}
	for i := range d.new.Tables {
		t := &d.new.Tables[i]
		if c := d.get("table", t.Name); c != nil && c.Op == Added {
			d.moved[t.Name] = true
			continue
		}
		list, e := columns[t.Name], d.follow.of(t.Name)
		if because := e.causes(); len(because) > 0 {
			list = affected(list, e, t.Columns)
			d.affect("table", t.Name, t.Origin, because, what(t, e, because))
		}
		c := d.get("table", t.Name)
		if c == nil {
			continue
		}
		c.Columns, c.Rows = list, e.rows
		c.Reasons = withColumns(c.Reasons, list, t.Lineage == nil)
		if !e.none() || len(list) > 0 {
			d.moved[t.Name] = d.moved[t.Name] || !e.none()
			c.Rebuild = t.rebuild(makers[t.Name])
		}
	}
}

// affected adds the columns that follow others to those that change by themselves.
func affected(list []ColumnChange, e *effect, columns []Column) []ColumnChange {
	for _, c := range columns {
		because := e.columns[c.Name]
		if len(because) == 0 {
			continue
		}
		own := slices.IndexFunc(list, func(x ColumnChange) bool { return x.Name == c.Name && x.Op != ColumnRemoved })
		if own >= 0 {
			list[own].Because = because
			continue
		}
		list = append(list, ColumnChange{Op: ColumnAffected, Name: c.Name, Because: because})
	}
	sortColumns(list)
	return list
}

// what says in words what comes to a table through what it reads.
func what(t *Table, e *effect, because []string) string {
	switch {
	case t.Lineage == nil:
		return "its rows may change" + through(because)
	case e.rows && len(e.rowsBecause) > 0:
		return "which rows it has may change" + through(e.rowsBecause)
	}
	return ""
}

// withColumns puts what happens to columns before the other reasons. Where lineage is
// not known, the columns that only follow are all columns: that is said once already.
func withColumns(reasons []string, list []ColumnChange, unknown bool) []string {
	reasons = slices.DeleteFunc(reasons, func(s string) bool {
		return s == "" || strings.HasPrefix(s, "column ") && !strings.HasSuffix(s, "is described anew") && columnWord(s)
	})
	if unknown {
		list = slices.DeleteFunc(slices.Clone(list), func(c ColumnChange) bool { return c.Op == ColumnAffected })
	}
	return append(columnWords(list), reasons...)
}

// columnWord reports whether a line about a column repeats a ColumnChange.
func columnWord(s string) bool {
	return strings.HasSuffix(s, " added") || strings.HasSuffix(s, " removed") || strings.Contains(s, " changes type from ")
}

// routinesOf guesses the changed routines that a table's SQL calls: those whose
// name it mentions, or all where it mentions none (one calls another).
func (d *diff) routinesOf(t *Table) []string {
	var mentioned []string
	text := strings.ToLower(t.SQL)
	for _, r := range d.routines {
		if strings.Contains(text, strings.ToLower(strings.TrimPrefix(r, "routine "))) {
			mentioned = append(mentioned, r)
		}
	}
	if len(mentioned) > 0 {
		return mentioned
	}
	return d.routines
}

// tasks finds tasks that read changed tables, and tasks that move in time.
func (d *diff) tasks() {
	old := byName(d.old.Tasks, func(t *Task) string { return t.ID })
	now := byName(d.new.Tasks, func(t *Task) string { return t.ID })
	for i := range d.new.Tasks {
		t := &d.new.Tasks[i]
		if c := d.get("task", t.ID); c != nil {
			c.Implied = d.impliedByTable(t.Node, c)
		}
		if was := old[t.ID]; was != nil {
			d.reads(t, now)
			d.shift(t, was, now, old)
		}
	}
	for _, c := range d.changes {
		if c.Kind == "task" && c.Op == Removed {
			c.Implied = d.impliedByTable(old[c.Name].Node, c)
		}
	}
}

// reads notes that a check, export or model looks at what changes. The tables that
// queries and transfers make speak for themselves.
func (d *diff) reads(t *Task, now map[string]*Task) {
	switch {
	case t.Kind == Query || t.Kind == Transfer || t.Kind == Wait:
		return
	case t.Export != nil && t.Export.Lineage != nil:
		d.delivers(t)
		return
	case t.Model != nil:
		d.learns(t)
		return
	}
	var because []string
	for _, after := range t.After {
		if up := now[after]; up != nil && d.moved[up.Node] {
			because = append(because, "table "+up.Node)
		}
	}
	if because = union(because, nil); len(because) > 0 {
		d.affect("task", t.ID, t.Origin, because, "what it reads changes"+through(because))
	}
}

// delivers notes what happens to the columns and rows of an export. Who reads it may
// find columns by their names or by their places.
func (d *diff) delivers(t *Task) {
	was := find(d.old.Tasks, func(x *Task) bool { return x.ID == t.ID })
	if was == nil || was.Export == nil {
		return
	}
	list := compareColumns(result{was.Export.Columns, was.Export.Lineage}, result{t.Export.Columns, t.Export.Lineage})
	e := &effect{}
	d.follow.follow(e, t.Export.Lineage, t.Export.Columns, t.Export.Lineage.tables())
	if was.Export.Lineage != nil && was.Export.Lineage.RowsDigest != t.Export.Lineage.RowsDigest {
		e.rows = true
	}
	because := e.causes()
	list = affected(list, e, t.Export.Columns)
	if len(because) > 0 {
		reason := ""
		if len(e.rowsBecause) > 0 {
			reason = "which rows it delivers may change" + through(e.rowsBecause)
		}
		d.affect("task", t.ID, t.Origin, because, reason)
	}
	if c := d.get("task", t.ID); c != nil {
		c.Columns, c.Rows = list, e.rows
		c.Breaking = c.Breaking || slices.ContainsFunc(list, func(x ColumnChange) bool { return x.Breaking }) || slices.ContainsFunc(c.Fields, isOrder)
		c.Reasons = withColumns(slices.DeleteFunc(c.Reasons, isExportColumn), list, false)
	}
}

// isOrder reports whether an export's columns change their order.
func isOrder(f Field) bool { return f.Path == "export.columns" }

// isExportColumn reports whether a reason repeats a ColumnChange of an export.
func isExportColumn(s string) bool { return strings.HasPrefix(s, "export.columns.") }

// learns notes which inputs of a model change.
func (d *diff) learns(t *Task) {
	e := d.follow.of(t.Model.Table)
	if e.none() {
		return
	}
	inputs := slices.Concat(t.Model.Features, t.Model.Key, []string{t.Model.Label})
	var list []ColumnChange
	var because []string
	for _, name := range union(inputs, nil) {
		if _, moved := e.columns[name]; moved {
			list = append(list, ColumnChange{Op: ColumnAffected, Name: name, Because: []string{"column " + t.Model.Table + "." + name}})
			because = append(because, "column "+t.Model.Table+"."+name)
		}
	}
	reason := ""
	if e.rows {
		because = append(because, "table "+t.Model.Table)
		reason = "its rows change through table " + t.Model.Table
	}
	if len(because) == 0 {
		return
	}
	d.affect("task", t.ID, t.Origin, union(because, nil), reason)
	c := d.get("task", t.ID)
	c.Columns, c.Rows = list, e.rows
	c.Reasons = withColumns(c.Reasons, list, false)
}

// shift notes that a task is planned for another time, and what may have moved
// it: changed windows, its pool, and the tasks that it waits for.
func (d *diff) shift(t, was *Task, now, old map[string]*Task) {
	by := t.Planned - was.Planned
	if by == 0 {
		return
	}
	because := slices.Clone(d.windows)
	if d.get("pool", t.Pool) != nil {
		because = append(because, "pool "+t.Pool)
	}
	for _, after := range t.After {
		up, before := now[after], old[after]
		if before == nil || up != nil && (up.Planned != before.Planned || up.Estimate != before.Estimate) {
			because = append(because, "task "+after)
		}
	}
	d.affect("task", t.ID, t.Origin, because, fmt.Sprintf("planned to start at %s instead of %s, %s",
		d.new.clockAt(t.Planned), d.old.clockAt(was.Planned), minutes(by)))
}

// impliedByTable reports whether a task's change only repeats its table's.
func (d *diff) impliedByTable(node string, c *Change) bool {
	t := d.get("table", node)
	if t == nil || t.Op == Affected {
		return false
	}
	if c.Op == t.Op && c.Op != Modified {
		return true
	}
	repeats := []string{"query.sql", "query.parameters", "query.materialization", "after", "owner", "description", "tags"}
	return c.Op == Modified && !slices.ContainsFunc(c.Fields, func(f Field) bool { return !slices.Contains(repeats, f.Path) })
}

// slas finds promises that are predicted for another time, or whose target changes.
func (d *diff) slas() {
	old := byName(d.old.SLAs, func(s *SLA) string { return s.Name })
	for i := range d.new.SLAs {
		s := &d.new.SLAs[i]
		was := old[s.Name]
		if was == nil {
			continue
		}
		if shift := s.PredictedMin - was.PredictedMin; shift != 0 {
			var because []string
			for _, id := range s.Tasks {
				if d.get("task", id) != nil {
					because = append(because, "task "+id)
				}
			}
			d.affect("sla", s.Name, s.Origin, because, fmt.Sprintf("predicted for %s instead of %s, %s",
				d.new.clockAt(s.PredictedMin), d.old.clockAt(was.PredictedMin), minutes(shift)))
		}
		if d.moved[s.Target] {
			d.affect("sla", s.Name, s.Origin, []string{"table " + s.Target}, "its target table "+s.Target+" changes")
		}
	}
}

// clockAt is the clock time some minutes after the opening, on a day of 24 hours.
func (p *Plan) clockAt(min int) string {
	start, err := ParseClock(p.DayStart)
	if err != nil {
		start = 0 // Validate refuses such a plan
	}
	return FormatClock(start + min)
}

func minutes(shift int) string {
	if shift < 0 {
		return fmt.Sprintf("%d min earlier", -shift)
	}
	return fmt.Sprintf("%d min later", shift)
}

func through(because []string) string {
	if len(because) == 0 {
		return ""
	}
	const most = 3
	if more := len(because) - most; more > 0 {
		return fmt.Sprintf(" through %s and %d more", strings.Join(because[:most], ", "), more)
	}
	return " through " + strings.Join(because, ", ")
}

func isSQL(f Field) bool { return f.Path == "sql" }

// decidesRows reports whether a table's field has a part in its rows.
func decidesRows(f Field) bool {
	switch f.Path {
	case "description", "owner", "tags", "retention_sec", "cluster_by":
		return false
	}
	return !strings.HasSuffix(f.Path, ".description") && !strings.HasSuffix(f.Path, ".class")
}

// breaking reports whether readers of a table may fail or lose data.
func breaking(fs []Field) bool {
	return slices.ContainsFunc(fs, func(f Field) bool {
		column, isColumn := strings.CutPrefix(f.Path, "columns.")
		switch {
		case isColumn && !strings.Contains(column, "."):
			return f.New == "" // removed
		case isColumn:
			return strings.HasSuffix(column, ".type") && !widens(f.Old, f.New)
		}
		return f.Path == "kind" || f.Path == "partition" || f.Path == "partition_by"
	})
}
