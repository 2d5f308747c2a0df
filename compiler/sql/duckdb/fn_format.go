package duckdb

import "sluice/compiler/sqltype"

// format is FORMAT with a literal format string: the prelude formats, given
// each argument's type and its text.
func format(c *call) string {
	if _, ok := c.stringOf(0); !ok {
		return c.refuse("the format string must be a literal")
	}
	kinds, vals := "", ""
	for i := 1; i < len(c.args); i++ {
		k, v := formatArg(c, i)
		if k == "" {
			return c.refuse("FORMAT of %s is not translated", c.types[i])
		}
		if i > 1 {
			kinds, vals = kinds+",", vals+", "
		}
		kinds, vals = kinds+k, vals+v
	}
	return "gsql_format(" + c.args[0] + ", " + text(kinds) + ", CAST([" + vals + "] AS VARCHAR[]))"
}

func formatArg(c *call, i int) (kind, value string) {
	x := c.args[i]
	switch k := c.kind(i); k {
	case sqltype.Int64, sqltype.Bool, sqltype.Numeric, sqltype.String, sqltype.Float64:
		return string(k), "CAST(" + x + " AS VARCHAR)"
	case sqltype.Date, sqltype.Time, sqltype.DateTime, sqltype.Timestamp:
		return string(k), c.t.castTo(c.n, x, c.types[i], sqltype.Type{Kind: sqltype.String}, false)
	case sqltype.Bytes:
		return string(k), "hex(" + x + ")"
	}
	return "", ""
}
