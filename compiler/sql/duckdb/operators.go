package duckdb

import (
	"fmt"
	"strings"

	"sluice/compiler/sqltype"
)

var operatorFunctions = map[string]function{
	"$add":         custom(addSub("+")),
	"$subtract":    custom(addSub("-")),
	"$multiply":    custom(multiply),
	"$divide":      function{write: divide, safe: true},
	"$unary_minus": custom(negate),
	"$equal": custom(func(c *call) string {
		c.simpleFor(sqltype.Float64, sqltype.Struct, sqltype.Array, sqltype.Range)
		return c.equal(c.args[0], c.args[1], c.types[0])
	}).never(),
	"$not_equal": custom(func(c *call) string {
		c.simpleFor(sqltype.Float64, sqltype.Struct, sqltype.Array, sqltype.Range)
		return c.notEqual(c.args[0], c.args[1], c.types[0])
	}).never(),
	"$less":             custom(func(c *call) string { return c.less(c.args[0], c.args[1], "<") }),
	"$less_or_equal":    custom(func(c *call) string { return c.less(c.args[0], c.args[1], "<=") }),
	"$greater":          custom(func(c *call) string { return c.less(c.args[1], c.args[0], "<") }),
	"$greater_or_equal": custom(func(c *call) string { return c.less(c.args[1], c.args[0], "<=") }),
	"$between": custom(func(c *call) string {
		if c.kind(0) == sqltype.Float64 || c.kind(0) == sqltype.Range {
			c.simple()
			return "(" + c.less(c.args[1], c.args[0], "<=") + " AND " + c.less(c.args[0], c.args[2], "<=") + ")"
		}
		return c.ordered(c.expand("($1 BETWEEN $2 AND $3)"))
	}).never(),
	"$in":                   custom(in).never(),
	"$in_array":             customTotal(inArray),
	"$is_null":              total("($1 IS NULL)"),
	"$is_true":              total("($1 IS NOT DISTINCT FROM true)"),
	"$is_false":             total("($1 IS NOT DISTINCT FROM false)"),
	"$not":                  total("(NOT $1)"),
	"$and":                  custom(func(c *call) string { return "(" + strings.Join(c.args, " AND ") + ")" }),
	"$or":                   custom(func(c *call) string { return "(" + strings.Join(c.args, " OR ") + ")" }),
	"$is_distinct_from":     total("($1 IS DISTINCT FROM $2)"),
	"$is_not_distinct_from": total("($1 IS NOT DISTINCT FROM $2)"),
	"$like":                 custom(like),
	"$concat_op":            custom(concat),
	"$bitwise_and":          custom(bitwise("&")),
	"$bitwise_or":           custom(bitwise("|")),
	"$bitwise_xor":          custom(bitwise("xor")),
	"$bitwise_not":          custom(bitwise("~")),
	"$bitwise_left_shift":   custom(bitwise("<<")),
	"$bitwise_right_shift":  custom(bitwise(">>")),
}

// finite fails where a FLOAT64 operation on finite operands left the range,
// which DuckDB answers with an infinity.
func (c *call) finite(r, msg string) string {
	ok := []string{"isfinite(" + r + ")"}
	for i := range c.args {
		if c.kind(i) == sqltype.Float64 && !finiteLiteral(c.args[i]) {
			ok = append(ok, "NOT isfinite("+c.args[i]+")")
		}
	}
	return "CASE WHEN " + strings.Join(ok, " OR ") + " THEN " + r + " WHEN " + r + " IS NULL THEN NULL ELSE " + c.fail(msg) + " END"
}

// finiteLiteral reports whether an expression is a number that is neither an
// infinity nor NaN.
func finiteLiteral(x string) bool {
	return strings.HasPrefix(x, "CAST('") && plainLiteral.MatchString(x) && !strings.Contains(x, "inf") && !strings.Contains(x, "nan")
}

// unchecked is a checked expression of +, - and * without its check, and the
// columns and values that it is made of.
type unchecked struct {
	raw    string
	leaves []string
}

// arithmetic is +, - or * of FLOAT64. An infinity or a NaN survives all three,
// so that one check at the root of a tree of them finds an overflow anywhere.
func (c *call) arithmetic(op string) string {
	var leaves, operands []string
	for _, a := range c.args {
		if _, ok := c.t.checked[a]; !ok && !isSimple(a) {
			c.simple() // binds all of them: a column beside a variable may not be found
			break
		}
	}
	for _, a := range c.args {
		if u, ok := c.t.checked[a]; ok {
			operands = append(operands, u.raw)
			leaves = append(leaves, u.leaves...)
			continue
		}
		operands = append(operands, a)
		if !finiteLiteral(a) {
			leaves = append(leaves, a)
		}
	}
	r := "(" + operands[0] + " " + op + " " + operands[1] + ")"
	ok := "isfinite(" + r + ")"
	for _, l := range leaves {
		ok += " OR NOT isfinite(" + l + ")"
	}
	s := "(CASE WHEN " + ok + " THEN " + r + " WHEN " + r + " IS NULL THEN NULL ELSE " + c.fail("double overflow: "+op) + " END)"
	if c.bindVar == "" && !c.safe {
		c.t.checked[s] = unchecked{r, leaves}
	}
	return s
}

func addSub(op string) func(*call) string {
	return func(c *call) string {
		a, b := c.kind(0), c.kind(1)
		plain := "(" + c.args[0] + " " + op + " " + c.args[1] + ")"
		switch {
		case a == sqltype.Int64 && b == sqltype.Int64, a == sqltype.Numeric && b == sqltype.Numeric:
			return plain
		case a == sqltype.BigNumeric:
			return map[string]string{"+": "gsql_big_add", "-": "gsql_big_sub"}[op] + "(" + c.args[0] + ", " + c.args[1] + ")"
		case a == sqltype.Float64 && b == sqltype.Float64:
			return c.arithmetic(op)
		case a == sqltype.Date && b == sqltype.Int64:
			return c.dateInRange("(" + c.args[0] + " " + op + " CAST(" + c.args[1] + " AS INTEGER))")
		case a == sqltype.Int64 && b == sqltype.Date && op == "+":
			return c.dateInRange("(" + c.args[1] + " + CAST(" + c.args[0] + " AS INTEGER))")
		case a == sqltype.Date && b == sqltype.Date:
			return "to_days(CAST(" + plain + " AS INTEGER))"
		case a == sqltype.Timestamp && b == sqltype.Timestamp:
			return "gsql_span(epoch_us(" + c.args[0] + ") - epoch_us(" + c.args[1] + "))"
		case a == sqltype.DateTime && b == sqltype.DateTime, a == sqltype.Time && b == sqltype.Time:
			return "gsql_span(epoch_us(" + c.args[0] + ") - epoch_us(" + c.args[1] + "))"
		case a == sqltype.Interval && b == sqltype.Interval:
			return plain
		case b == sqltype.Interval && a != sqltype.Time:
			return c.addInterval(c.args[0], a, c.args[1], op)
		case a == sqltype.Interval && op == "+":
			return c.addInterval(c.args[1], b, c.args[0], op)
		}
		return c.refuse("%s of %s and %s is not translated", c.title(), a, b)
	}
}

func multiply(c *call) string {
	switch {
	case c.kind(0) == sqltype.Int64 && c.kind(1) == sqltype.Int64:
		return c.expand("($1 * $2)")
	case c.kind(0) == sqltype.Float64 && c.kind(1) == sqltype.Float64:
		return c.arithmetic("*")
	case c.kind(0) == sqltype.Numeric:
		return c.numericProduct()
	case c.kind(0) == sqltype.BigNumeric:
		return c.decimal("mul")
	}
	switch {
	case c.kind(0) == sqltype.Interval && c.kind(1) == sqltype.Int64:
		return c.expand("gsql_interval_mul($1, $2)")
	case c.kind(1) == sqltype.Interval && c.kind(0) == sqltype.Int64:
		return c.expand("gsql_interval_mul($2, $1)")
	}
	return c.refuse("* of %s and %s is not translated", c.kind(0), c.kind(1))
}

// decimal calls a function of NUMERIC or BIGNUMERIC, by the first argument's type.
func (c *call) decimal(name string) string {
	if c.kind(0) == sqltype.BigNumeric {
		return c.udf("gsql_big_" + name)
	}
	return c.numeric("gsql_numeric_" + name)
}

// numeric calls a function on NUMERIC arguments, which travel as text.
func (c *call) numeric(fn string) string {
	parts := make([]string, len(c.args))
	for i, a := range c.args {
		parts[i] = a
		if c.kind(i) == sqltype.Numeric {
			parts[i] = "CAST(" + a + " AS VARCHAR)"
		}
	}
	s := fn + "(" + strings.Join(parts, ", ") + ")"
	if c.result.Kind == sqltype.Numeric {
		return "CAST(" + s + " AS DECIMAL(38,9))"
	}
	return s
}

func divide(c *call) string {
	switch c.kind(0) {
	case sqltype.Float64:
		c.simple()
		q := c.expand("($1 / $2)")
		ok := "isfinite(" + q + ")"
		for _, a := range c.args {
			if !finiteLiteral(a) {
				ok += " OR NOT isfinite(" + a + ")"
			}
		}
		return "CASE WHEN " + c.args[1] + " = 0 THEN CASE WHEN " + c.args[0] + " IS NULL THEN NULL ELSE " + c.fail("division by zero") + " END WHEN " +
			ok + " THEN " + q + " WHEN " + q + " IS NULL THEN NULL ELSE " + c.fail("double overflow: /") + " END"
	case sqltype.Numeric, sqltype.BigNumeric:
		s := c.decimal("div")
		if c.safe {
			return c.try(s)
		}
		return s
	}
	if c.kind(0) == sqltype.Interval {
		s := c.expand("gsql_interval_div($1, $2)")
		if c.safe {
			return c.try(s)
		}
		return s
	}
	return c.refuse("/ of %s is not translated", c.kind(0))
}

func negate(c *call) string {
	switch c.kind(0) {
	case sqltype.Int64:
		return c.expand("(CAST(0 AS BIGINT) - $1)")
	case sqltype.Float64, sqltype.Numeric, sqltype.Interval:
		return c.expand("(- $1)")
	case sqltype.BigNumeric:
		return c.expand("gsql_big_neg($1)")
	}
	return c.refuse("unary - of %s is not translated", c.kind(0))
}

// equal is a = b of one type, with NULL and NaN as GoogleSQL has them. a and b
// are repeatable.
func (c *call) equal(a, b string, ty sqltype.Type) string {
	switch ty.Kind {
	case sqltype.Float64:
		if finiteLiteral(b) {
			return "(" + a + " = " + b + ")"
		}
		return "(CASE WHEN isnan(" + a + ") THEN " + b + " <> " + b + " ELSE " + a + " = " + b + " END)"
	case sqltype.Struct:
		parts := make([]string, len(ty.Fields))
		for i, name := range FieldNames(ty) {
			parts[i] = c.equal("struct_extract("+a+", "+text(name)+")", "struct_extract("+b+", "+text(name)+")", ty.Fields[i].Type)
		}
		return "(" + strings.Join(parts, " AND ") + ")"
	case sqltype.Array:
		c.t.letVars++
		v := fmt.Sprintf("v%d", c.t.letVars)
		eqs := "list_transform(generate_series(1, len(" + a + ")), lambda " + v + ": " + c.equal(a+"["+v+"]", b+"["+v+"]", *ty.Elem) + ")"
		return "(CASE WHEN " + a + " IS NULL OR " + b + " IS NULL THEN NULL WHEN len(" + a + ") <> len(" + b + ") THEN false WHEN list_contains(" + eqs +
			", false) THEN false WHEN list_count(" + eqs + ") < len(" + a + ") THEN NULL ELSE true END)"
	case sqltype.Range:
		return "(CASE WHEN " + a + " IS NULL OR " + b + " IS NULL THEN NULL ELSE " + a + " IS NOT DISTINCT FROM " + b + " END)"
	case sqltype.JSON:
		return c.refuse("comparing JSON is not translated")
	}
	return "(" + a + " = " + b + ")"
}

func (c *call) notEqual(a, b string, ty sqltype.Type) string {
	switch ty.Kind {
	case sqltype.Float64:
		return "(CASE WHEN isnan(" + a + ") THEN " + b + " = " + b + " ELSE " + a + " <> " + b + " END)"
	case sqltype.Struct, sqltype.Array, sqltype.Range:
		return "(NOT " + c.equal(a, b, ty) + ")"
	case sqltype.JSON:
		return c.refuse("comparing JSON is not translated")
	}
	return "(" + a + " <> " + b + ")"
}

// less is a < b or a <= b. NaN is less than nothing and nothing less than it;
// DuckDB takes it for the greatest number.
func (c *call) less(a, b, op string) string {
	if c.kind(0) == sqltype.Float64 {
		if finiteLiteral(b) {
			return "(" + a + " " + op + " " + b + ")"
		}
		if !isSimple(a) || !isSimple(b) {
			swapped := a == c.args[1]
			c.simple()
			a, b = c.args[0], c.args[1]
			if swapped {
				a, b = b, a
			}
		}
		if finiteLiteral(a) {
			return "(" + a + " " + op + " " + b + " AND " + b + " <= CAST('inf' AS DOUBLE))"
		}
		return "(CASE WHEN isnan(" + b + ") THEN " + a + " <> " + a + " ELSE " + a + " " + op + " " + b + " END)"
	}
	if c.kind(0) == sqltype.Range {
		swapped := a == c.args[1]
		c.simple()
		if swapped {
			return rangeLess(c.args[1], c.args[0], op)
		}
		return rangeLess(c.args[0], c.args[1], op)
	}
	return c.ordered("(" + a + " " + op + " " + b + ")")
}

// ordered refuses an order that DuckDB has differently.
func (c *call) ordered(s string) string {
	switch c.kind(0) {
	case sqltype.Array, sqltype.Struct, sqltype.Range, sqltype.JSON:
		return c.refuse("%s of %s is not translated", c.title(), c.kind(0))
	}
	return s
}

func in(c *call) string {
	switch c.kind(0) {
	case sqltype.Float64, sqltype.Struct, sqltype.Array, sqltype.JSON, sqltype.Range:
		c.simple()
		parts := make([]string, len(c.args)-1)
		for i, a := range c.args[1:] {
			parts[i] = c.equal(c.args[0], a, c.types[0])
		}
		return "(" + strings.Join(parts, " OR ") + ")"
	}
	return "(" + c.args[0] + " IN (" + strings.Join(c.args[1:], ", ") + "))"
}

func inArray(c *call) string {
	if has(c.types[0], sqltype.Struct, sqltype.Array, sqltype.JSON) {
		c.capture()
		v := c.t.letVar()
		eqs := "list_transform($2, lambda " + v + ": " + c.equal(c.args[0], v, c.types[0]) + ")"
		return c.expand("(CASE WHEN coalesce(len($2), 0) = 0 THEN false WHEN list_contains(" + eqs + ", true) THEN true WHEN list_count(" + eqs + ") < len($2) THEN NULL ELSE false END)")
	}
	found := "list_contains($2, $1)"
	if c.kind(0) == sqltype.Float64 {
		found = "(list_contains($2, $1) AND NOT isnan($1))"
	}
	return c.expand("(CASE WHEN coalesce(len($2), 0) = 0 THEN false WHEN $1 IS NULL THEN NULL WHEN " + found +
		" THEN true WHEN list_count($2) < len($2) THEN NULL ELSE false END)")
}

func like(c *call) string {
	if c.kind(0) != sqltype.String {
		return c.expand("gsql_like_bytes($1, $2)")
	}
	if p, ok := c.stringOf(1); ok && !strings.Contains(p, `\`) {
		return c.expand("($1 LIKE $2)")
	}
	return c.expand(`($1 LIKE $2 ESCAPE '\')`)
}

func bitwise(op string) func(*call) string {
	ofBytes := map[string]string{"&": "gsql_and_bytes($1, $2)", "|": "gsql_or_bytes($1, $2)", "xor": "gsql_xor_bytes($1, $2)",
		"~": "gsql_not_bytes($1)", "<<": "gsql_shift_left_bytes($1, $2)", ">>": "gsql_shift_right_bytes($1, $2)"}
	return func(c *call) string {
		if c.kind(0) == sqltype.Bytes {
			return c.expand(ofBytes[op])
		}
		if c.kind(0) != sqltype.Int64 {
			return c.refuse("%s of %s is not translated", c.title(), c.kind(0))
		}
		switch op {
		case "xor":
			return c.expand("xor($1, $2)")
		case "~":
			return c.expand("(~$1)")
		case "<<", ">>":
			return c.expand(map[string]string{"<<": "gsql_shift_left($1, $2)", ">>": "gsql_shift_right($1, $2)"}[op])
		}
		return "(" + c.args[0] + " " + op + " " + c.args[1] + ")"
	}
}
