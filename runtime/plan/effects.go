package plan

import (
	"slices"
	"strings"
)

// effect is what a change does to the contents of one table, export or model: by
// itself, or through what it reads.
type effect struct {
	// columns are those whose values change although their rows may stay, with the
	// nearest changes behind each; none behind one that changes by itself.
	columns map[string][]string
	// rows: other rows are there, or more, or fewer. With it every value of a reader that
	// looks at the table changes as well.
	rows        bool
	rowsBecause []string // as of columns
	// own: the thing is defined anew, so that who follows it names it.
	own bool
}

func (e *effect) none() bool { return e == nil || !e.rows && len(e.columns) == 0 }

func (e *effect) column(name string, because ...string) {
	if e.columns == nil {
		e.columns = map[string][]string{}
	}
	e.columns[name] = union(e.columns[name], because)
}

func (e *effect) otherRows(because ...string) {
	e.rows, e.rowsBecause = true, union(e.rowsBecause, because)
}

// causes are all changes behind an effect that is not the thing's own.
func (e *effect) causes() []string {
	out := slices.Clone(e.rowsBecause)
	for _, because := range e.columns {
		out = append(out, because...)
	}
	return union(out, nil)
}

// effects follows changes along column lineage from what is defined anew to what
// depends on it.
type effects struct {
	d     *diff
	now   map[string]*Table
	uses  map[string][]string // table → parameters of the task that makes it
	known map[string]*effect  // by table; what a table on a cycle reads of itself is nothing new
}

func (d *diff) effects() *effects {
	e := &effects{d: d, now: byName(d.new.Tables, func(t *Table) string { return t.Name }), uses: map[string][]string{}, known: map[string]*effect{}}
	for i := range d.new.Tasks {
		if q := d.new.Tasks[i].Query; q != nil {
			e.uses[q.Table] = q.Parameters
		}
	}
	return e
}

// of is what happens to a table's contents.
func (e *effects) of(name string) *effect {
	if found, done := e.known[name]; done {
		return found
	}
	out := &effect{}
	e.known[name] = out
	t := e.now[name]
	if t == nil {
		return out
	}
	if own := e.d.own[name]; own != nil {
		*out = effect{columns: own.columns, rows: own.rows, own: true}
		if out.columns != nil { // what follows is added below
			out.columns = cloneMap(own.columns)
		}
	}
	if c := e.d.get("table", name); c != nil && c.Op == Added {
		return out
	}
	for _, v := range e.uses[name] {
		if e.d.get("variable", v) != nil {
			e.unknown(out, t.Columns, "variable "+v)
		}
	}
	e.follow(out, t.Lineage, t.Columns, t.Reads)
	return out
}

func cloneMap(m map[string][]string) map[string][]string {
	out := make(map[string][]string, len(m))
	for k, v := range m {
		out[k] = slices.Clone(v)
	}
	return out
}

// follow adds what comes through the tables that something reads. Where its lineage is
// not known, everything does.
func (e *effects) follow(out *effect, l *Lineage, columns []Column, reads []string) {
	for _, r := range reads {
		up := e.of(r)
		if up.none() {
			continue
		}
		if l == nil {
			e.unknown(out, columns, e.behind(r, up)...)
		} else if up.rows {
			out.otherRows(e.behindRows(r, up)...)
		}
	}
	if l == nil {
		return
	}
	for _, in := range l.Rows {
		if because, moved := e.input(in); moved {
			out.otherRows(because...)
		}
	}
	for _, c := range l.Columns {
		for _, in := range c.Inputs {
			if because, moved := e.input(in); moved {
				out.column(c.Name, because...)
			}
		}
	}
}

// unknown says that all of something may change.
func (e *effects) unknown(out *effect, columns []Column, because ...string) {
	out.otherRows(because...)
	for _, c := range columns {
		out.column(c.Name, because...)
	}
}

// input reports whether what a query reads of a table changes, and the nearest changes
// behind that.
func (e *effects) input(in Input) ([]string, bool) {
	up := e.of(in.Table)
	if up.none() {
		return nil, false
	}
	because, moved := up.columns[in.Column]
	switch {
	case moved && len(because) == 0:
		because = []string{"column " + in.Table + "." + in.Column}
	case moved:
	case up.rows:
		return e.behindRows(in.Table, up), true
	}
	return because, moved
}

// behind are the nearest changes behind any effect on a table.
func (e *effects) behind(table string, up *effect) []string {
	if up.own {
		return []string{"table " + table}
	}
	return up.causes()
}

func (e *effects) behindRows(table string, up *effect) []string {
	if len(up.rowsBecause) == 0 {
		return []string{"table " + table}
	}
	return up.rowsBecause
}

// ownEffect is what a table's own new definition does to its contents, with its
// columns' changes. Nil where it gives the same rows as before.
func (d *diff) ownEffect(was, t *Table, c *Change) (*effect, []ColumnChange) {
	columns := compareColumns(result{was.Columns, was.Lineage}, result{t.Columns, t.Lineage})
	if was.Definition == t.Definition {
		return nil, nil
	}
	out := &effect{}
	switch {
	case !d.explained(t, c):
		out.otherRows()
	case t.SQL == "":
	case was.Lineage == nil || t.Lineage == nil || was.Lineage.RowsDigest != t.Lineage.RowsDigest:
		out.otherRows()
	}
	for _, x := range columns {
		if x.Op == ColumnRetyped || x.Op == ColumnRedefined {
			out.column(x.Name)
		}
	}
	if out.none() && len(columns) == 0 {
		return nil, nil
	}
	return out, columns
}

// explained reports whether all that makes a table's definition another one is its SQL
// or its columns, so that comparing these tells what it does.
func (d *diff) explained(t *Table, c *Change) bool {
	if c == nil || len(d.routines) > 0 {
		return false
	}
	for _, f := range c.Fields {
		if decidesRows(f) && !isSQL(f) && !strings.HasPrefix(f.Path, "columns") {
			return false
		}
	}
	if task := d.get("task", t.Name); task != nil {
		for _, f := range task.Fields {
			kind, field, _ := strings.Cut(f.Path, ".")
			switch {
			case kind == "transfer" || kind == "model":
				return false
			case kind == "query" && field != "sql" && field != "parameters":
				return false
			}
		}
	}
	return t.SQL != "" || slices.ContainsFunc(c.Fields, func(f Field) bool { return strings.HasPrefix(f.Path, "columns") })
}
