package duckdb

import (
	"sluice/compiler/sqltype"
)

var miscFunctions = map[string]function{
	"parse_bignumeric": parser(func(c *call) string { return c.parse("parse_bignumeric") + "(" + c.args[0] + ")" }),
	"parse_numeric": parser(func(c *call) string {
		return "CAST(" + c.parse("parse_numeric") + "(" + c.args[0] + ") AS DECIMAL(38,9))"
	}),
	"generate_range_array":    custom(generateRangeArray),
	"net.host":                native("gsql_net_host($1)"),
	"net.public_suffix":       native("gsql_net_suffix($1)"),
	"net.reg_domain":          native("gsql_net_domain($1)"),
	"net.ip_from_string":      native("gsql_ip_from_string($1)"),
	"net.safe_ip_from_string": total("TRY(gsql_ip_from_string($1))"),
	"net.ip_to_string":        native("gsql_ip_to_string($1)"),
	"net.ip_net_mask":         native("gsql_ip_net_mask($1, $2)"),
	"net.ip_trunc":            native("gsql_ip_trunc($1, $2)"),
	"net.ipv4_from_int64":     native("gsql_ipv4_from_int64($1)"),
	"net.ipv4_to_int64":       native("gsql_ipv4_to_int64($1)"),
	"range":                   customSafe(makeRange),
	"range_start":             total("struct_extract($1, 'start')"),
	"range_end":               total("struct_extract($1, 'end')"),
	"range_contains":          customTotal(rangeContains),
	"range_overlaps":          totalSimple("(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE " + overlap + " END)"),
	"range_intersect": customSafe(func(c *call) string {
		return c.expand("(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL WHEN "+overlap+
			" THEN {'start': greatest(struct_extract($1, 'start'), struct_extract($2, 'start')), 'end': least(struct_extract($1, 'end'), struct_extract($2, 'end'))} ELSE ") +
			c.fail("Provided RANGE inputs do not overlap") + " END)"
	}),
	"range_is_start_unbounded": totalSimple("(CASE WHEN $1 IS NULL THEN NULL ELSE struct_extract($1, 'start') IS NULL END)"),
	"range_is_end_unbounded":   totalSimple("(CASE WHEN $1 IS NULL THEN NULL ELSE struct_extract($1, 'end') IS NULL END)"),
}

// overlap tells whether two ranges that are not NULL share a point.
const overlap = "coalesce(struct_extract($1, 'start') < struct_extract($2, 'end'), true) AND coalesce(struct_extract($2, 'start') < struct_extract($1, 'end'), true)"

func makeRange(c *call) string {
	return c.expand("(CASE WHEN $1 >= $2 THEN ") + c.fail("Range start element must be smaller than range end element") + c.expand(" ELSE {'start': $1, 'end': $2} END)")
}

func rangeContains(c *call) string {
	if c.kind(1) == sqltype.Range {
		return c.expand("(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE " +
			"(struct_extract($1, 'start') IS NULL OR coalesce(struct_extract($2, 'start') >= struct_extract($1, 'start'), false)) AND " +
			"(struct_extract($1, 'end') IS NULL OR coalesce(struct_extract($2, 'end') <= struct_extract($1, 'end'), false)) END)")
	}
	return c.expand("(CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE coalesce($2 >= struct_extract($1, 'start'), true) AND coalesce($2 < struct_extract($1, 'end'), true) END)")
}

// generateRangeArray is GENERATE_RANGE_ARRAY: a range cut into parts of a length,
// the last one shorter unless include_last_partial_range is false.
func generateRangeArray(c *call) string {
	partial := "true"
	if len(c.args) > 2 {
		partial = c.args[2]
	}
	elem := *c.types[0].Elem
	us := func(bound string) string {
		if elem.Kind == sqltype.Date {
			return "epoch_us(CAST(struct_extract(" + c.args[0] + ", '" + bound + "') AS TIMESTAMP))"
		}
		return "epoch_us(struct_extract(" + c.args[0] + ", '" + bound + "'))"
	}
	v := c.t.letVar()
	bounds := func(bound string) string {
		return "gsql_range_bounds(" + us("start") + ", " + us("end") + ", " + c.args[1] + ", " + partial + ", " + text(string(elem.Kind)) + ", '" + bound + "')"
	}
	return "(CASE WHEN " + c.args[0] + " IS NULL OR " + c.args[1] + " IS NULL OR " + partial + " IS NULL THEN NULL WHEN struct_extract(" + c.args[0] + ", 'start') IS NULL OR struct_extract(" + c.args[0] +
		", 'end') IS NULL THEN " + c.fail("GENERATE_RANGE_ARRAY needs a range with bounds") +
		" ELSE list_transform(list_zip(" + bounds("start") + ", " + bounds("end") + "), lambda " + v + ": {'start': " +
		fromMicros(elem.Kind, "struct_extract("+v+", 1)") + ", 'end': " + fromMicros(elem.Kind, "struct_extract("+v+", 2)") + "}) END)"
}
