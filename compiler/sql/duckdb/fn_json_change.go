package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

var jsonChangeFunctions = map[string]function{
	"json_set":          customSafe(jsonPairs("gsql_json_set", false)),
	"json_array_append": customSafe(jsonPairs("gsql_json_array_append", true)),
	"json_array_insert": customSafe(jsonPairs("gsql_json_array_insert", true)),
	"json_remove": custom(func(c *call) string {
		paths := c.literalPaths(1, len(c.args), 1)
		return "CAST(gsql_json_remove(" + c.args[0] + ", [" + paths + "]) AS JSON)"
	}),
	"json_strip_nulls": custom(func(c *call) string {
		if len(c.args) != 4 {
			return c.refuse("JSON_STRIP_NULLS without its options is not translated")
		}
		return c.expand("CAST(gsql_json_strip_nulls($1, $2, $3, $4) AS JSON)")
	}),
	"json_contains": native("gsql_json_contains($1, $2)"),
	"json_flatten":  native("CAST(gsql_json_flatten($1) AS JSON[])"),
}

// literalPaths writes every step-th argument of [from, to), which must be
// literals: a NULL path is not an error but skips its change.
func (c *call) literalPaths(from, to, step int) string {
	var out []string
	for i := from; i < to; i += step {
		p, ok := c.stringOf(i)
		if !ok {
			return c.refuse("the paths must be literals")
		}
		out = append(out, text(p))
	}
	return strings.Join(out, ", ")
}

// jsonPairs is a function of a JSON value, pairs of path and value, and a flag.
// With tagged, a value tells whether it was an SQL array.
func jsonPairs(fn string, tagged bool) func(*call) string {
	return func(c *call) string {
		n, flag := len(c.args), "true"
		if n%2 == 0 {
			n--
			flag = c.args[n]
		}
		paths := c.literalPaths(1, n, 2)
		var vals []string
		for i := 2; i < n; i += 2 {
			v := c.t.jsonText(c.n, c.args[i], c.types[i], true)
			if tagged && c.kind(i) == sqltype.Array {
				v = "'A' || " + v
			} else if tagged {
				v = "'V' || " + v
			}
			vals = append(vals, v)
		}
		s := "CAST(" + fn + "(" + c.args[0] + ", [" + paths + "], [" + strings.Join(vals, ", ") + "], " + flag + ") AS JSON)"
		if c.safe {
			return c.try(s)
		}
		return s
	}
}
