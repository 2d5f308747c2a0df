package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

var arrayFunctions = map[string]function{
	"$make_array":            custom(makeArray),
	"$array_at_offset":       customSafe(element(0, true)),
	"$array_at_ordinal":      customSafe(element(1, true)),
	"$safe_array_at_offset":  customTotal(element(0, false)),
	"$safe_array_at_ordinal": customTotal(element(1, false)),
	"array_length":           total("len($1)"),
	"array_concat":           custom(arrayConcat),
	"array_reverse":          total("list_reverse($1)"),
	"array_to_string":        custom(arrayToString),
	"generate_array":         custom(generateArray),
	"array_filter":           custom(arrayLambda("list_filter")),
	"array_transform":        custom(arrayLambda("list_transform")),
	"array_is_distinct": custom(func(c *call) string {
		if e := c.types[0].Elem; e == nil || has(*e, sqltype.Struct, sqltype.Array, sqltype.JSON) {
			return c.refuse("ARRAY_IS_DISTINCT of %s is not translated", c.types[0])
		}
		c.simple()
		if c.types[0].Elem.Kind == sqltype.Float64 {
			// NaN is one value here, and -0 is 0.
			v := c.t.letVar()
			return c.expand("(len(list_distinct(list_transform($1, lambda " + v + ": CAST(" + v + " + 0 AS VARCHAR)))) + CASE WHEN list_count($1) < len($1) THEN 1 ELSE 0 END = len($1))")
		}
		return c.expand("(len(list_distinct($1)) + CASE WHEN list_count($1) < len($1) THEN 1 ELSE 0 END = len($1))")
	}),
	"array_sum": custom(arrayNumber("gsql_array_sum")),
	"array_avg": custom(arrayNumber("gsql_array_avg")),
	"array_min": customTotal(arrayExtreme("list_min")),
	"array_max": customTotal(arrayExtreme("list_max")),
}

func makeArray(c *call) string {
	if c.result.Elem != nil && c.result.Elem.Kind == sqltype.Array {
		return c.refuse("an array of arrays cannot be stored")
	}
	return "CAST([" + strings.Join(c.args, ", ") + "] AS " + c.t.duckType(c.n, c.result) + ")"
}

// element is a[OFFSET(i)] (base 0) or a[ORDINAL(i)] (base 1).
func element(base int, strict bool) func(*call) string {
	return func(c *call) string {
		if c.kind(0) != sqltype.Array {
			return c.refuse("%s of %s is not translated", c.title(), c.kind(0))
		}
		i := c.args[1]
		first := "1"
		if base == 0 {
			first = "0"
		}
		at := c.args[0] + "[" + i + "]"
		if base == 0 {
			at = c.args[0] + "[" + i + " + 1]"
		}
		limit := "len(" + c.args[0] + ")"
		cond := i + " >= " + first + " AND " + i + " < " + limit
		if base == 1 {
			cond = i + " >= 1 AND " + i + " <= " + limit
		}
		if !strict {
			return "(CASE WHEN " + cond + " THEN " + at + " END)"
		}
		return "(CASE WHEN " + cond + " THEN " + at + " WHEN " + i + " IS NULL OR " + c.args[0] + " IS NULL THEN NULL ELSE " +
			c.fail("Array index is out of bounds") + " END)"
	}
}

func arrayConcat(c *call) string {
	if len(c.args) == 1 {
		return c.args[0]
	}
	return "(" + strings.Join(c.args, " || ") + ")"
}

func arrayToString(c *call) string {
	e := c.types[0].Elem
	if e == nil || e.Kind != sqltype.String && e.Kind != sqltype.Bytes {
		return c.refuse("ARRAY_TO_STRING of %s is not translated", c.types[0])
	}
	if _, ok := c.stringOf(1); !ok || e.Kind == sqltype.Bytes {
		fn, null := "gsql_array_to_string", "''"
		if e.Kind == sqltype.Bytes {
			fn, null = "gsql_array_to_bytes", "unhex('')"
		}
		if len(c.args) == 2 {
			return fn + "(" + c.args[0] + ", " + c.args[1] + ", " + null + ", false)"
		}
		return fn + "(" + c.args[0] + ", " + c.args[1] + ", " + c.args[2] + ", true)"
	}
	c.simple()
	arr, null := c.args[0], ""
	if len(c.args) > 2 {
		v := c.t.letVar()
		arr = "list_transform(" + arr + ", lambda " + v + ": coalesce(" + v + ", " + c.args[2] + "))"
		null = " OR " + c.args[2] + " IS NULL"
	}
	return "(CASE WHEN " + c.args[0] + " IS NULL OR " + c.args[1] + " IS NULL" + null + " THEN NULL ELSE coalesce(list_aggregate(" + arr + ", 'string_agg', " + c.args[1] + "), '') END)"
}

func generateArray(c *call) string {
	switch c.kind(0) {
	case sqltype.Int64:
		return "gsql_generate_range(" + c.args[0] + ", " + c.args[1] + ", " + c.orInt(2, 1) + ")"
	case sqltype.Float64:
		step := "CAST(1 AS DOUBLE)"
		if len(c.args) > 2 {
			step = c.args[2]
		}
		return "gsql_generate_floats(" + c.args[0] + ", " + c.args[1] + ", " + step + ")"
	case sqltype.Numeric:
		step := "'1'"
		if len(c.args) > 2 {
			step = "CAST(" + c.args[2] + " AS VARCHAR)"
		}
		return c.expand("CAST(gsql_generate_numeric(CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), ") + step + ") AS DECIMAL(38,9)[])"
	case sqltype.BigNumeric:
		step := "gsql_to_bignumeric('1')"
		if len(c.args) > 2 {
			step = c.args[2]
		}
		return c.expand("gsql_generate_big($1, $2, ") + step + ")"
	}
	return c.refuse("GENERATE_ARRAY of %s is not translated", c.kind(0))
}

// arrayLambda writes a function that takes a lambda of an element, or of an
// element and its offset.
func arrayLambda(fn string) func(*call) string {
	return func(c *call) string {
		l := c.lambdas[1]
		if l == nil {
			return c.refuse("%s without a lambda is not translated", c.title())
		}
		params := get(l.ArgumentList())
		v := c.t.letVar()
		vars := map[int32]string{get(params[0].ColumnId()): v}
		head := v
		if len(params) > 1 {
			i := c.t.letVar()
			vars[get(params[1].ColumnId())] = "(" + i + " - 1)"
			head += ", " + i
		}
		body := c.t.expr(get(l.Body()), c.scope.child(vars))
		if strings.Contains(body, "SELECT ") {
			return c.refuse("a lambda with a subquery is not translated")
		}
		return fn + "(" + c.args[0] + ", lambda " + head + ": " + body + ")"
	}
}

func arrayNumber(fn string) func(*call) string {
	return func(c *call) string {
		if e := c.types[0].Elem; e != nil && e.Kind == sqltype.Float64 {
			return fn + "(" + c.args[0] + ")"
		}
		return c.refuse("%s of %s is not translated", c.title(), c.types[0])
	}
}

func arrayExtreme(fn string) func(*call) string {
	return func(c *call) string {
		e := c.types[0].Elem
		if e == nil || has(*e, sqltype.Struct, sqltype.Array, sqltype.JSON, sqltype.Float64) {
			return c.refuse("%s of %s is not translated", c.title(), c.types[0])
		}
		return fn + "(" + c.args[0] + ")"
	}
}
