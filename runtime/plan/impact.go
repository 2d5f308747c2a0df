package plan

import (
	"fmt"
	"slices"
	"strings"
)

// tables finds out which tables' rows change although they declare the same, and
// labels what changed in those that do not.
func (d *diff) tables() {
	old := byName(d.old.Tables, func(t *Table) string { return t.Name })
	// A table whose definition is the same gives the same rows, whatever else changed.
	redefined := map[string]bool{}
	for name := range old {
		if c := d.get("table", name); c != nil && c.Op == Removed {
			redefined[name] = true
		}
	}
	for i := range d.new.Tables {
		t := &d.new.Tables[i]
		was := old[t.Name]
		if was == nil {
			redefined[t.Name] = true
			continue
		}
		redefined[t.Name] = was.Definition != t.Definition
		c := d.get("table", t.Name)
		if c != nil {
			c.Breaking = breaking(c.Fields)
			if !redefined[t.Name] && slices.ContainsFunc(c.Fields, isSQL) {
				c.Formatting = len(c.Fields) == 1
				c.Reasons[slices.Index(c.Reasons, "SQL changed")] = "SQL changed in layout and comments only"
			}
		}
		if redefined[t.Name] && (c == nil || !slices.ContainsFunc(c.Fields, decidesRows)) {
			because := d.routinesOf(t)
			d.affect("table", t.Name, t.Origin, because, "its definition changes"+through(because))
		}
	}
	for name, is := range redefined {
		d.moved[name] = is
	}
	d.spread(redefined)
}

// spread follows reads from changed tables and variables to what depends on them.
func (d *diff) spread(redefined map[string]bool) {
	now := byName(d.new.Tables, func(t *Table) string { return t.Name })
	uses := map[string][]string{} // table → parameters of the task that makes it
	for i := range d.new.Tasks {
		if q := d.new.Tasks[i].Query; q != nil {
			uses[q.Table] = q.Parameters
		}
	}
	nearest := map[string][]string{}
	var visit func(name string) []string
	visit = func(name string) []string {
		if found, done := nearest[name]; done {
			return found
		}
		nearest[name] = nil // a cycle ends here
		var because []string
		for _, v := range uses[name] {
			if d.get("variable", v) != nil {
				because = append(because, "variable "+v)
			}
		}
		if t := now[name]; t != nil {
			for _, r := range t.Reads {
				if redefined[r] {
					because = append(because, "table "+r)
				} else {
					because = append(because, visit(r)...)
				}
			}
		}
		slices.Sort(because)
		nearest[name] = slices.Compact(because)
		return nearest[name]
	}
	for i := range d.new.Tables {
		t := &d.new.Tables[i]
		if c := d.get("table", t.Name); c != nil && c.Op == Added {
			continue
		}
		if because := visit(t.Name); len(because) > 0 {
			d.affect("table", t.Name, t.Origin, because, "its rows may change"+through(because))
			d.moved[t.Name] = true
		}
	}
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

// reads notes that a check, export or model looks at tables whose rows change.
// The tables that queries and transfers make speak for themselves.
func (d *diff) reads(t *Task, now map[string]*Task) {
	if t.Kind == Query || t.Kind == Transfer || t.Kind == Wait {
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
			return strings.HasSuffix(column, ".type")
		}
		return f.Path == "kind" || f.Path == "partition" || f.Path == "partition_by"
	})
}
