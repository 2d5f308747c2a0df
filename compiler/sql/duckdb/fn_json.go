package duckdb

import (
	"strconv"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// JSON values are DuckDB JSON, canonical text as the analyser writes it. All
// JSON functions are the prelude's, which reads and writes JSON as GoogleSQL does.

var jsonFunctions = map[string]function{
	"json_value":                jsonPath("gsql_json_value", "'$'"),
	"json_extract_scalar":       jsonPath("gsql_json_extract_scalar", "'$'"),
	"json_query":                jsonPath("gsql_json_query", "'$'"),
	"json_extract":              jsonPath("gsql_json_extract", "'$'"),
	"json_value_array":          jsonPath("gsql_json_value_array", "'$'"),
	"json_extract_string_array": jsonPath("gsql_json_extract_string_array", "'$'"),
	"json_query_array":          jsonPath("gsql_json_query_array", "'$'"),
	"json_extract_array":        jsonPath("gsql_json_extract_array", "'$'"),
	"parse_json": parser(func(c *call) string {
		mode := "'exact'"
		if len(c.args) > 1 {
			mode = c.args[1]
		}
		cast := "CAST("
		if c.safe {
			cast = "TRY_CAST("
		}
		return cast + c.parse("parse_json") + "(" + c.args[0] + ", " + mode + ") AS JSON)"
	}),
	"to_json_string": customSafe(func(c *call) string {
		s := c.t.jsonText(c.n, c.args[0], c.types[0], false)
		if len(c.args) > 1 && c.args[1] != "false" {
			return "gsql_json_pretty(" + s + ", " + c.args[1] + ")"
		}
		return s
	}),
	"to_json": customSafe(func(c *call) string {
		s := "CAST(" + c.t.jsonText(c.n, c.args[0], c.types[0], true) + " AS JSON)"
		if len(c.args) < 2 || c.args[1] == "false" {
			return s
		}
		// stringify_wide_numbers: what FLOAT64 does not hold becomes a string.
		c.t.wideText = true
		wide := "CAST(" + c.t.jsonText(c.n, c.args[0], c.types[0], true) + " AS JSON)"
		c.t.wideText = false
		if c.args[1] == "true" {
			return wide
		}
		return "(CASE WHEN " + c.args[1] + " IS NULL THEN NULL WHEN " + c.args[1] + " THEN " + wide + " ELSE " + s + " END)"
	}),
	"json_type":         native("gsql_json_type($1)"),
	"$subscript":        custom(subscript),
	"bool":              custom(jsonScalar("gsql_json_bool")),
	"int64":             custom(jsonScalar("gsql_json_int64")),
	"float64":           custom(jsonFloat("gsql_json_float64")),
	"double":            custom(jsonFloat("gsql_json_float64")),
	"lax_bool":          custom(jsonScalar("gsql_json_lax_bool")),
	"lax_int64":         custom(jsonScalar("gsql_json_lax_int64")),
	"lax_float64":       custom(jsonScalar("gsql_json_lax_float64")),
	"lax_double":        custom(jsonScalar("gsql_json_lax_float64")),
	"lax_string":        custom(jsonScalar("gsql_json_lax_string")),
	"bool_array":        custom(jsonScalar("gsql_json_bool_array")),
	"int64_array":       custom(jsonScalar("gsql_json_int64_array")),
	"float64_array":     custom(jsonFloat("gsql_json_float64_array")),
	"double_array":      custom(jsonFloat("gsql_json_float64_array")),
	"string_array":      custom(jsonScalar("gsql_json_string_array")),
	"lax_bool_array":    custom(jsonScalar("gsql_json_lax_bool_array")),
	"lax_int64_array":   custom(jsonScalar("gsql_json_lax_int64_array")),
	"lax_float64_array": custom(jsonScalar("gsql_json_lax_float64_array")),
	"lax_double_array":  custom(jsonScalar("gsql_json_lax_float64_array")),
	"lax_string_array":  custom(jsonScalar("gsql_json_lax_string_array")),
	"json_array":        custom(jsonArray),
	"json_object": {write: func(c *call) string {
		if c.safe || len(c.args) == 2 && c.kind(0) == sqltype.Array {
			c.simple()
		}
		s := jsonObject(c)
		if c.safe && !strings.Contains(s, "TRY(") {
			return c.try(s)
		}
		return s
	}, safe: true},
	"json_keys": custom(func(c *call) string {
		depth, mode := "CAST(1000000 AS BIGINT)", "'strict'"
		if len(c.args) > 1 {
			depth = "coalesce(" + c.args[1] + ", " + depth + ")"
			if _, ok := c.exprs[1].(*gsql.ResolvedLiteral); !ok {
				depth = c.args[1]
			}
		}
		if len(c.args) > 2 {
			mode = c.args[2]
		}
		return "gsql_json_keys(" + c.args[0] + ", " + depth + ", " + mode + ")"
	}),
}

// jsonPath is a function of a JSON or a JSON-formatted STRING and a path. The
// prelude has one for each: on strings numbers keep their spelling.
func jsonPath(fn, def string) function {
	return custom(func(c *call) string {
		path := def
		if len(c.args) > 1 {
			path = c.args[1]
		}
		if c.kind(0) != sqltype.JSON {
			return fn + "_text(" + c.args[0] + ", " + path + ")"
		}
		s := fn + "(" + c.args[0] + ", " + path + ")"
		switch {
		case c.result.Kind == sqltype.JSON:
			return "CAST(" + s + " AS JSON)"
		case c.result.Elem != nil && c.result.Elem.Kind == sqltype.JSON:
			return "CAST(" + s + " AS JSON[])"
		}
		return s
	})
}

func jsonScalar(fn string) func(*call) string {
	return func(c *call) string {
		if c.kind(0) != sqltype.JSON {
			return c.refuse("%s of %s is not translated", c.title(), c.kind(0))
		}
		return fn + "(" + c.args[0] + ")"
	}
}

func jsonFloat(fn string) func(*call) string {
	return func(c *call) string {
		mode := "'round'"
		if len(c.args) > 1 {
			mode = c.args[1]
		}
		return fn + "(" + c.args[0] + ", " + mode + ")"
	}
}

func subscript(c *call) string {
	if c.kind(0) != sqltype.JSON {
		return c.refuse("[] of %s is not translated", c.kind(0))
	}
	if c.kind(1) == sqltype.String {
		return c.expand("CAST(gsql_json_member($1, $2) AS JSON)")
	}
	return c.expand("CAST(gsql_json_element($1, $2) AS JSON)")
}

func jsonArray(c *call) string {
	parts := make([]string, len(c.args))
	for i, a := range c.args {
		parts[i] = c.t.jsonText(c.n, a, c.types[i], true)
	}
	if len(parts) == 0 {
		return "CAST('[]' AS JSON)"
	}
	return "CAST('[' || " + strings.Join(parts, " || ',' || ") + " || ']' AS JSON)"
}

func jsonObject(c *call) string {
	if len(c.args) == 0 {
		return "CAST('{}' AS JSON)"
	}
	if len(c.args) == 2 && c.kind(0) == sqltype.Array {
		v := c.t.letVar()
		vals := "list_transform(" + c.args[1] + ", lambda " + v + ": " + c.t.jsonText(c.n, v, *c.types[1].Elem, true) + ")"
		s := "(CASE WHEN " + c.args[0] + " IS NULL OR " + c.args[1] + " IS NULL THEN " + c.fail("Invalid input to JSON_OBJECT: the keys and values arrays cannot be NULL") +
			" ELSE CAST(gsql_json_object(" + c.args[0] + ", " + vals + ") AS JSON) END)"
		if c.safe {
			return c.try(s)
		}
		return s
	}
	keys, vals := []string{}, []string{}
	for i := 0; i+1 < len(c.args); i += 2 {
		keys = append(keys, c.args[i])
		vals = append(vals, c.t.jsonText(c.n, c.args[i+1], c.types[i+1], true))
	}
	return "CAST(gsql_json_object([" + strings.Join(keys, ", ") + "], [" + strings.Join(vals, ", ") + "]) AS JSON)"
}

// jsonText writes a value of any type as JSON text. x may be repeated. A NULL is
// the text null. typed is TO_JSON, which keeps wide numbers as numbers, where
// TO_JSON_STRING writes them as strings.
func (t *translator) jsonText(n nodeAt, x string, ty sqltype.Type, typed bool) string {
	var s string
	switch ty.Kind {
	case sqltype.Bool:
		s = "CAST(" + x + " AS VARCHAR)"
	case sqltype.Int64:
		s = "CAST(" + x + " AS VARCHAR)"
		if !typed || t.wideText {
			s = "CASE WHEN " + x + " BETWEEN -9007199254740992 AND 9007199254740992 THEN " + s + " ELSE '\"' || " + s + " || '\"' END"
		}
	case sqltype.Float64:
		// TO_JSON_STRING writes 1.0 as 1, the JSON value 1.0 stays one.
		s = "gsql_json_float(" + x + ", " + strconv.FormatBool(typed) + ")"
	case sqltype.Numeric:
		s = "gsql_json_numeric(CAST(" + x + " AS VARCHAR), " + strconv.FormatBool(typed && !t.wideText) + ")"
	case sqltype.BigNumeric:
		s = "gsql_json_numeric(gsql_big_text(" + x + "), " + strconv.FormatBool(typed && !t.wideText) + ")"
	case sqltype.String:
		s = "gsql_json_quote(" + x + ")"
	case sqltype.Bytes:
		s = "'\"' || to_base64(" + x + ") || '\"'"
	case sqltype.Date:
		s = "'\"' || CAST(" + x + " AS VARCHAR) || '\"'"
	case sqltype.DateTime:
		s = "'\"' || gsql_datetime_iso(epoch_us(" + x + ")) || '\"'"
	case sqltype.Time:
		s = "'\"' || gsql_time_text(epoch_us(" + x + ")) || '\"'"
	case sqltype.Timestamp:
		s = "'\"' || gsql_timestamp_iso(epoch_us(" + x + ")) || '\"'"
	case sqltype.Interval:
		s = "'\"' || gsql_interval_iso(" + x + ") || '\"'"
	case sqltype.JSON:
		s = "CAST(" + x + " AS VARCHAR)"
	case sqltype.Array:
		v := t.letVar()
		s = "'[' || list_aggregate(list_transform(" + x + ", lambda " + v + ": " + t.jsonText(n, v, *ty.Elem, typed) + "), 'string_agg', ',') || ']'"
		s = "CASE WHEN len(" + x + ") = 0 THEN '[]' ELSE " + s + " END"
	case sqltype.Struct:
		var parts []string
		for i, name := range FieldNames(ty) {
			key := jsonQuote(ty.Fields[i].Name) + ":"
			if i > 0 {
				key = "," + key
			}
			parts = append(parts, text(key), t.jsonText(n, "struct_extract("+x+", "+text(name)+")", ty.Fields[i].Type, typed))
		}
		s = "'{' || " + strings.Join(parts, " || ") + " || '}'"
		return "(CASE WHEN " + x + " IS NULL THEN 'null' ELSE " + s + " END)"
	default:
		return t.refuse(n, "JSON of "+ty.String(), "%s cannot be written as JSON on the embedded warehouse", ty)
	}
	return "coalesce(" + s + ", 'null')"
}
