package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

// rangeLess is a < b or a <= b of two ranges, by their starts and then by their
// ends: an open start comes before every start, an open end after every end. a
// and b are repeatable.
func rangeLess(a, b, op string) string {
	field := func(x, name string) string { return "struct_extract(" + x + ", '" + name + "')" }
	as, bs, ae, be := field(a, "start"), field(b, "start"), field(a, "end"), field(b, "end")
	end := "coalesce(" + ae + " < " + be + ", " + ae + " IS NOT NULL AND " + be + " IS NULL)"
	if op == "<=" {
		end = "(" + end + " OR " + ae + " IS NOT DISTINCT FROM " + be + ")"
	}
	return "(CASE WHEN " + a + " IS NULL OR " + b + " IS NULL THEN NULL ELSE coalesce(" + as + " < " + bs + ", " + as + " IS NULL AND " + bs +
		" IS NOT NULL) OR " + as + " IS NOT DISTINCT FROM " + bs + " AND " + end + " END)"
}

// rangeToString writes a range as "[start, end)".
func (t *translator) rangeToString(n nodeAt, x string, elem sqltype.Type) string {
	str := sqltype.Type{Kind: sqltype.String}
	return t.bind(x, func(v string) string {
		bound := func(name string) string {
			s := "struct_extract(" + v + ", '" + name + "')"
			return "coalesce(" + t.castTo(n, s, elem, str, false) + ", 'UNBOUNDED')"
		}
		return "(CASE WHEN " + v + " IS NULL THEN NULL ELSE '[' || " + bound("start") + " || ', ' || " + bound("end") + " || ')' END)"
	})
}

// stringToRange reads "[start, end)".
func (t *translator) stringToRange(n nodeAt, x string, ty sqltype.Type, safe bool) string {
	str, duck := sqltype.Type{Kind: sqltype.String}, t.duckType(n, ty)
	fail := func(msg string) string { return "CAST(gsql_error(" + text(msg) + ") AS " + duck + ")" }
	s := t.bind(x, func(v string) string {
		bound := func(part string) string {
			p := "split_part(" + v + "[2:-2], ', ', " + part + ")"
			return "CASE WHEN upper(" + p + ") IN ('UNBOUNDED', 'NULL') THEN NULL ELSE " + t.castTo(n, p, str, *ty.Elem, false) + " END"
		}
		r := t.letVar()
		made := "list_transform([{'start': " + bound("1") + ", 'end': " + bound("2") + "}], lambda " + r + ": CASE WHEN struct_extract(" + r +
			", 'start') >= struct_extract(" + r + ", 'end') THEN " + fail("Range start element must be smaller than range end element") + " ELSE " + r + " END)[1]"
		return "(CASE WHEN " + v + " IS NULL THEN NULL WHEN NOT regexp_full_match(" + v + `, '\[[^,]+, [^,]+\)') THEN ` +
			fail("Invalid RANGE value: it must be written as [start, end)") + " ELSE " + made + " END)"
	})
	if !safe {
		return s
	}
	return strings.Replace("TRY($1)", "$1", s, 1)
}
