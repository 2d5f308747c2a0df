package sql

import (
	"slices"
	"strings"

	"sluice/compiler/checksql"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sql/duckdb"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sqltype"
)

// made completes the statement of a check without asking the analyser, which needs
// most of its time for statements that sluice made itself: where the columns that the
// check names are known to be there and to be of types that the check can have, the
// statement is sound, and the generator says it for the warehouse as it says it in
// GoogleSQL. It reports false where that is not certain: the analyser then judges the
// statement, and words what is wrong with it.
func (r *runner) made(c *model.Check) bool {
	s := c.Statement
	if c.Spec == nil || c.Spec.Where.V != "" || !r.certain(c) {
		return false
	}
	parts := checksql.Check{Spec: c.Spec, TimeZone: r.m.Spec.Info.TimeZone.V, Shown: c.Shown, Kind: func(column string) sqltype.Kind {
		return r.columnType(c.Table, column).Kind
	}}
	if c.Table != nil {
		parts.Table = r.inFrom(s, c.Table)
	}
	if c.To != nil {
		parts.To, parts.ToName = r.inFrom(s, c.To), c.To.Name
	}
	s.Parameters, s.Routines = nil, nil
	if len(c.Queries) > 0 {
		q := c.Queries[0]
		parts.Query = q.Rendered
		s.Parameters, s.Routines = q.Parameters, q.Routines
	}
	text, parameters := r.say(c, parts)
	if text == "" {
		return false
	}
	if parameters != nil {
		s.Parameters = parameters
	}
	s.Failed, s.Rendered = false, text
	s.Columns = violationColumns
	if c.Spec.Kind.V == "row_count" {
		s.Columns = rowCountColumns
	}
	return true
}

// What checks' statements give. A platform has tens of thousands of them, so they share
// the columns, which nobody changes.
var (
	violationColumns = []model.Column{{Name: "violations", Type: sqltype.Type{Kind: sqltype.Int64}}, {Name: "message", Type: sqltype.Type{Kind: sqltype.String}}}
	rowCountColumns  = append(slices.Clone(violationColumns), model.Column{Name: "rows", Type: sqltype.Type{Kind: sqltype.Int64}})
)

// mayBeMade reports whether it is worth to wait with asking the analyser for a check's
// statement.
func mayBeMade(c *model.Check) bool {
	return c.Spec != nil && c.Spec.Where.V == "" && c.Spec.Kind.V != "reconcile"
}

// say generates for the warehouse; empty where that has no words for the check.
func (r *runner) say(c *model.Check, parts checksql.Check) (string, []string) {
	if !r.duckdb {
		return checksql.SQL(parts, checksql.GoogleSQL{})
	}
	d := &duckdb.CheckDialect{TimeZone: sessionTimeZone}
	if len(c.Queries) > 0 {
		for _, column := range c.Queries[0].Columns {
			d.Columns = append(d.Columns, sqltype.Field{Name: column.Name, Type: column.Type})
		}
	}
	text, parameters := checksql.SQL(parts, d)
	if d.Refused {
		return "", nil
	}
	return text, parameters
}

// certain reports whether the check's statement is sound for all that is known.
func (r *runner) certain(c *model.Check) bool {
	switch c.Spec.Kind.V {
	case "unique":
		return len(c.Spec.Columns) > 0 && !slices.ContainsFunc(c.Spec.Columns, func(k spec.Text) bool {
			return strings.EqualFold(k.V, "occurrences") || !duckdb.Comparable(r.columnType(c.Table, k.V).Kind)
		})
	case "not_null":
		return len(c.Spec.Columns) > 0 && !slices.ContainsFunc(c.Spec.Columns, func(k spec.Text) bool {
			return !duckdb.Scalar(r.columnType(c.Table, k.V))
		})
	case "accepted_values":
		kind := r.columnType(c.Table, c.Spec.Column.V).Kind
		return len(c.Spec.Values) > 0 && !slices.ContainsFunc(c.Spec.Values, func(v spec.Scalar) bool { return literalKind(v.V) != kind })
	case "relationship":
		kind := r.columnType(c.Table, c.Spec.Column.V).Kind
		return duckdb.Comparable(kind) && kind == r.columnType(c.To, c.Spec.ToColumn.V).Kind
	case "row_count":
		return r.known(c.Table)
	case "freshness":
		switch kind := r.columnType(c.Table, c.Spec.Column.V).Kind; kind {
		case sqltype.Timestamp, sqltype.Date:
			return true
		}
		return false
	case "sql":
		return len(c.Queries) == 1 && r.rows(c.Queries[0])
	}
	return false
}

// rows reports whether a query that was analysed can be a subquery whose rows are
// written as text: each column has a name of its own and a type.
func (r *runner) rows(q *model.Statement) bool {
	if q.Failed || q.Rendered == "" || len(q.Columns) == 0 {
		return false
	}
	seen := map[string]bool{}
	for _, c := range q.Columns {
		key := strings.ToLower(c.Name)
		if key == "" || seen[key] || c.Type.IsZero() {
			return false
		}
		seen[key] = true
	}
	return true
}

func (r *runner) known(t *model.Table) bool {
	return t != nil && r.tables[t] != nil && r.tables[t].known
}

// columnType is the type of a table's column as SQL may read it; zero where there is
// no such column, or where nothing is known of it.
func (r *runner) columnType(t *model.Table, name string) sqltype.Type {
	if !r.known(t) {
		return sqltype.Type{}
	}
	for _, list := range [][]model.Column{t.Columns, t.PseudoColumns} {
		for _, c := range list {
			if strings.EqualFold(c.Name, name) {
				return c.Type
			}
		}
	}
	return sqltype.Type{}
}

// literalKind is the kind of a value as GoogleSQL reads it, where a column of the same
// kind compares with it as it is.
func literalKind(value any) sqltype.Kind {
	switch value.(type) {
	case string:
		return sqltype.String
	case int64:
		return sqltype.Int64
	case bool:
		return sqltype.Bool
	}
	return "none"
}

// inFrom is how a table stands in FROM on the warehouse.
func (r *runner) inFrom(s *model.Statement, t *model.Table) string {
	if r.duckdb {
		_, text := duckDBName(t, t.Name)
		return text
	}
	return r.physical(s, engine.Ref{Kind: engine.TableRef, Name: t.Name})
}
