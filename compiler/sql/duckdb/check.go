package duckdb

import (
	"strconv"
	"strings"

	"sluice/compiler/sqltype"
)

// CheckDialect says checks (compiler/checksql) in DuckDB SQL, as Translate would say
// the same check in GoogleSQL. What it has no words for makes Refused true; the text is
// worthless then.
type CheckDialect struct {
	// Columns are those of the query whose rows RowText writes.
	Columns []sqltype.Field
	// TimeZone is the session's, by which a TIMESTAMP is written.
	TimeZone string
	Refused  bool
}

// comparable are the kinds whose values DuckDB groups and compares for equality as
// GoogleSQL does, and writes as text by casts above.
var comparable = map[sqltype.Kind]bool{sqltype.Int64: true, sqltype.String: true, sqltype.Bool: true, sqltype.Date: true,
	sqltype.DateTime: true, sqltype.Timestamp: true, sqltype.Numeric: true}

// Comparable reports whether checks that compare values of the kind can be said.
func Comparable(kind sqltype.Kind) bool { return comparable[kind] }

// Scalar reports whether DuckDB has a scalar type for the type's values.
func Scalar(t sqltype.Type) bool { return scalarTypes[t.Kind] != "" }

// Name implements checksql.Dialect.
func (d *CheckDialect) Name(name string) string { return Quote(name) }

// Literal implements checksql.Dialect.
func (d *CheckDialect) Literal(value any) string {
	switch v := value.(type) {
	case string:
		return text(v)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return "CAST(" + strconv.FormatInt(v, 10) + " AS BIGINT)"
	}
	d.Refused = true
	return "NULL"
}

// Text implements checksql.Dialect.
func (d *CheckDialect) Text(x string, kind sqltype.Kind) string {
	t := &translator{opts: Options{TimeZone: d.TimeZone}}
	s := t.castTo(nil, x, sqltype.Type{Kind: kind}, sqltype.Type{Kind: sqltype.String}, false)
	d.Refused = d.Refused || len(t.problems) > 0
	return s
}

// If implements checksql.Dialect.
func (d *CheckDialect) If(condition, then, otherwise string) string {
	return "CASE WHEN " + condition + " THEN " + then + " ELSE " + otherwise + " END"
}

// IfNull implements checksql.Dialect.
func (d *CheckDialect) IfNull(x, otherwise string) string {
	return "coalesce(" + x + ", " + otherwise + ")"
}

// Concat implements checksql.Dialect.
func (d *CheckDialect) Concat(parts ...string) string { return "(" + strings.Join(parts, " || ") + ")" }

// CountIf implements checksql.Dialect.
func (d *CheckDialect) CountIf(condition string) string {
	return "count(*) FILTER (WHERE " + condition + ")"
}

// NullText implements checksql.Dialect.
func (d *CheckDialect) NullText() string { return "CAST(NULL AS VARCHAR)" }

// SecondsToEnd implements checksql.Dialect.
func (d *CheckDialect) SecondsToEnd(x string, kind sqltype.Kind, _ string) (string, []string) {
	switch kind {
	case sqltype.Timestamp:
		return "((epoch_us(CAST($run_end AS TIMESTAMPTZ)) - epoch_us(" + x + ")) // CAST(1000000 AS BIGINT))", []string{"run_end"}
	case sqltype.Date:
		return "(CAST($run_date AS DATE) - " + x + " + 1) * CAST(86400 AS BIGINT)", []string{"run_date"}
	}
	d.Refused = true
	return "NULL", nil
}

// RowText implements checksql.Dialect.
func (d *CheckDialect) RowText(alias string) string {
	t := &translator{opts: Options{TimeZone: d.TimeZone}}
	parts := []string{"'{'"}
	for i, c := range d.Columns {
		key := jsonQuote(c.Name) + ":"
		if i > 0 {
			key = "," + key
		}
		parts = append(parts, text(key), t.jsonText(nil, alias+"."+Quote(c.Name), c.Type, false))
	}
	d.Refused = d.Refused || len(t.problems) > 0
	return "(" + strings.Join(append(parts, "'}'"), " || ") + ")"
}
