package resolve

import (
	"strings"

	"sluice/compiler/checksql"
	"sluice/compiler/model"
	"sluice/compiler/sqltype"
)

// checkSQL makes the GoogleSQL of a check and says which parameters it uses. It is
// empty where the check names no table.
func (r *resolver) checkSQL(check *model.Check) (text string, parameters []string) {
	check.Shown = r.shown(check)
	return checksql.SQL(r.checkParts(check), checksql.GoogleSQL{})
}

// checkParts is what a check is made of, with its tables' names in GoogleSQL.
func (r *resolver) checkParts(check *model.Check) checksql.Check {
	c := check.Spec
	parts := checksql.Check{
		Spec: c, Query: c.Query.V, Left: c.Left.V, Right: c.Right.V, TimeZone: r.sp.Info.TimeZone.V, Shown: check.Shown,
		Kind: func(column string) sqltype.Kind { return columnKind(check.Table, column) },
	}
	if check.Table != nil {
		parts.Table = tableRef(check.Table)
	}
	if check.To != nil {
		parts.To, parts.ToName = tableRef(check.To), check.To.Name
	}
	return parts
}

// shown reports whether a check's message may show values: a sample of what is wrong,
// but never a value of a table that carries personal data, since messages leave the
// platform.
func (r *resolver) shown(check *model.Check) bool {
	c := check.Spec
	if c.Kind.V == "sql" {
		return !r.showsPersonal(check)
	}
	if check.Table == nil {
		return false
	}
	for _, k := range c.Columns {
		if !showable(check.Table, k.V) {
			return false
		}
	}
	return c.Column.V == "" || showable(check.Table, c.Column.V)
}

// showsPersonal reports whether a check's own query reads personal data.
func (r *resolver) showsPersonal(check *model.Check) bool {
	for _, q := range check.Queries {
		for _, t := range r.resolvedTables(q) {
			if t.Personal {
				return true
			}
		}
	}
	return false
}

func (r *resolver) resolvedTables(s *model.Statement) []*model.Table {
	var out []*model.Table
	for _, ref := range s.Refs {
		if t := r.lookup(ref.Name); t != nil {
			out = append(out, t)
		} else if f := r.routines[ref.Name]; f != nil {
			out = append(out, f.Reads...)
		}
	}
	return out
}

// showable reports whether values of the column may stand in a message: the table
// carries no personal data, or the column is declared not to.
func showable(t *model.Table, column string) bool {
	if !t.Personal {
		return true
	}
	c := findColumn(t.Columns, column)
	return c != nil && c.Class != "" && !c.Personal
}

// quote puts an identifier in backticks.
func quote(name string) string { return checksql.GoogleSQL{}.Name(name) }

// tableRef is a table's name in SQL, each part in backticks.
func tableRef(t *model.Table) string {
	dataset, name, _ := strings.Cut(t.Name, ".")
	return quote(dataset) + "." + quote(name)
}
