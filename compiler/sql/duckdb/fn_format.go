package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

// format is FORMAT: the prelude formats, given each argument's type and its text.
// An array or a struct is made text here, which needs to know the verb and so a
// literal format string.
func format(c *call) string {
	verbs, literal := formatVerbs(c)
	kinds, vals := make([]string, 0, len(c.args)), make([]string, 0, len(c.args))
	for i := 1; i < len(c.args); i++ {
		if k, v := formatScalar(c.t, c.n, c.args[i], c.types[i]); k != "" {
			kinds, vals = append(kinds, k), append(vals, v)
			continue
		}
		if !literal {
			return c.refuse("the format string must be a literal to print %s", c.types[i])
		}
		if i > len(verbs) || verbs[i-1]|0x20 != 't' {
			return c.refuse("%s is printed by %%t and %%T only", c.types[i])
		}
		x := c.t.bind(c.args[i], func(v string) string { return formatNested(c.t, c.n, v, c.types[i], verbs[i-1] == 'T') })
		kinds, vals = append(kinds, "TEXT"), append(vals, x)
	}
	return "gsql_format(" + c.args[0] + ", " + text(strings.Join(kinds, ",")) + ", CAST([" + strings.Join(vals, ", ") + "] AS VARCHAR[]))"
}

// formatVerbs is what a literal format string does with each argument: a verb, or
// * for a width. ok is false when the string is no literal.
func formatVerbs(c *call) (verbs []byte, ok bool) {
	f, ok := c.stringOf(0)
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			continue
		}
		for i++; i < len(f) && strings.IndexByte("-+ #0'.123456789*", f[i]) >= 0; i++ {
			if f[i] == '*' {
				verbs = append(verbs, '*')
			}
		}
		if i < len(f) && f[i] != '%' {
			verbs = append(verbs, f[i])
		}
	}
	return verbs, ok
}

// formatScalar is a scalar's type and its text, "" for other types.
func formatScalar(t *translator, n nodeAt, x string, ty sqltype.Type) (kind, value string) {
	switch ty.Kind {
	case sqltype.Int64, sqltype.Bool, sqltype.Numeric, sqltype.String, sqltype.Float64, sqltype.JSON:
		return string(ty.Kind), "CAST(" + x + " AS VARCHAR)"
	case sqltype.BigNumeric, sqltype.Interval, sqltype.Date, sqltype.Time, sqltype.DateTime, sqltype.Timestamp:
		return string(ty.Kind), t.castTo(n, x, ty, sqltype.Type{Kind: sqltype.String}, false)
	case sqltype.Bytes:
		return string(ty.Kind), "hex(" + x + ")"
	}
	return "", ""
}

// formatNested is the text of a value inside another. x may be repeated.
func formatNested(t *translator, n nodeAt, x string, ty sqltype.Type, literal bool) string {
	if k, v := formatScalar(t, n, x, ty); k != "" {
		return "coalesce(gsql_format_value(" + text(k) + ", " + v + ", " + map[bool]string{true: "true", false: "false"}[literal] + "), 'NULL')"
	}
	var s string
	switch ty.Kind {
	case sqltype.Array:
		v := t.letVar()
		s = "'[' || array_to_string(list_transform(" + x + ", lambda " + v + ": " + formatNested(t, n, v, *ty.Elem, literal) + "), ', ') || ']'"
	case sqltype.Struct:
		names := FieldNames(ty)
		parts := make([]string, len(names))
		for i, name := range names {
			parts[i] = formatNested(t, n, "struct_extract("+x+", "+text(name)+")", ty.Fields[i].Type, literal)
		}
		open := "("
		if literal && len(parts) == 1 {
			open = "STRUCT("
		}
		s = text(open) + " || " + strings.Join(parts, " || ', ' || ") + " || ')'"
	default:
		return t.refuse(n, "FORMAT", "FORMAT of %s is not translated", ty)
	}
	return "(CASE WHEN " + x + " IS NULL THEN 'NULL' ELSE " + s + " END)"
}
