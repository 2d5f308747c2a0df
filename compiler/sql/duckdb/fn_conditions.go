package duckdb

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

var conditionFunctions = map[string]function{
	"if":         custom(caseNoValue).never(),
	"coalesce":   total("coalesce($*)"),
	"ifnull":     total("coalesce($1, $2)"),
	"zeroifnull": custom(func(c *call) string { return "coalesce(" + c.args[0] + ", " + c.zero() + ")" }),
	"nullifzero": customTotal(func(c *call) string { return "nullif(" + c.args[0] + ", " + c.zero() + ")" }),
	"nullif": customTotal(func(c *call) string {
		return "(CASE WHEN " + c.equal(c.args[0], c.args[1], c.types[0]) + " THEN NULL ELSE " + c.args[0] + " END)"
	}),
	"$case_no_value":   custom(caseNoValue),
	"$case_with_value": custom(caseWithValue),
	"error": custom(func(c *call) string {
		return "CAST(gsql_error(" + c.args[0] + ") AS " + c.t.duckType(c.n, c.result) + ")"
	}),
	"iferror":            custom(func(c *call) string { return c.onError("CASE WHEN %ok THEN %value ELSE " + c.args[1] + " END") }),
	"iserror":            custom(func(c *call) string { return c.onError("(NOT %ok)") }),
	"nulliferror":        custom(func(c *call) string { return c.try(c.args[0]) }),
	"$with_side_effects": total("$1"),
}

// onError evaluates the first argument to a value and whether it succeeded.
// The value travels in a list, so that NULL and an error are told apart.
func (c *call) onError(tmpl string) string {
	tried := c.try("[" + c.args[0] + "]")
	return "(" + strings.NewReplacer("%ok", "("+tried+" IS NOT NULL)", "%value", tried+"[1]").Replace(tmpl) + ")"
}

// caseNoValue is CASE, and IF, which is a CASE of one condition.
func caseNoValue(c *call) string {
	write := func(args []string) string {
		var b strings.Builder
		b.WriteString("(CASE")
		n := len(args)
		for i := 0; i+1 < n; i += 2 {
			b.WriteString(" WHEN " + args[i] + " THEN " + args[i+1])
		}
		if n%2 == 1 {
			b.WriteString(" ELSE " + args[n-1])
		}
		return b.String() + " END)"
	}
	s := write(c.args)
	if c.result.Kind == sqltype.Float64 && !c.safe {
		c.uncheckedCase(s, write)
	}
	return s
}

// uncheckedCase notes what a CASE of FLOAT64 is without the checks in its branches;
// see arithmetic.
func (c *call) uncheckedCase(s string, write func([]string) string) {
	args := slices.Clone(c.args)
	var leaves []string
	found := false
	for i := range args {
		if i%2 == 0 && i != len(args)-1 {
			continue // a condition
		}
		switch u, ok := c.t.checked[args[i]]; {
		case ok:
			found = true
			args[i], leaves = u.raw, append(leaves, u.leaves...)
		case !isSimple(args[i]):
			return
		case !finiteLiteral(args[i]) && !strings.HasPrefix(args[i], "CAST(NULL "):
			leaves = append(leaves, args[i])
		}
	}
	if found {
		c.t.checked[s] = unchecked{write(args), leaves}
	}
}

func caseWithValue(c *call) string {
	var b strings.Builder
	b.WriteString("(CASE")
	n := len(c.args)
	for i := 1; i+1 < n; i += 2 {
		b.WriteString(" WHEN " + c.equal(c.args[0], c.args[i], c.types[0]) + " THEN " + c.args[i+1])
	}
	if n%2 == 0 {
		b.WriteString(" ELSE " + c.args[n-1])
	}
	return b.String() + " END)"
}

var mathFunctions = map[string]function{
	"abs":           custom(byNumber("abs($1)", "abs($1)", "abs($1)", "gsql_big_abs($1)")),
	"sign":          custom(byNumber("CAST(sign($1) AS BIGINT)", "gsql_sign($1)", "CAST(sign($1) AS DECIMAL(38,9))", "gsql_big_sign($1)")),
	"ceil":          custom(byNumber("", "ceil($1)", "CAST(ceil($1) AS DECIMAL(38,9))", "gsql_big_ceil($1)")),
	"ceiling":       custom(byNumber("", "ceil($1)", "CAST(ceil($1) AS DECIMAL(38,9))", "gsql_big_ceil($1)")),
	"floor":         custom(byNumber("", "floor($1)", "CAST(floor($1) AS DECIMAL(38,9))", "gsql_big_floor($1)")),
	"round":         custom(round),
	"trunc":         custom(trunc),
	"div":           customSafe(div),
	"mod":           customSafe(mod),
	"ieee_divide":   total("($1 / $2)"),
	"safe_divide":   function{write: func(c *call) string { c.safe = true; return "(" + divide(c) + ")" }, safe: true},
	"safe_add":      customSafe(safely(addSub("+"))),
	"safe_subtract": customSafe(safely(addSub("-"))),
	"safe_multiply": customSafe(safely(multiply)),
	"safe_negate":   customSafe(safely(negate)),
	"greatest":      customTotal(extremum("greatest")),
	"least":         customTotal(extremum("least")),
	"is_inf":        total("isinf($1)"),
	"is_nan":        total("isnan($1)"),
	"sqrt":          custom(decimalOr("sqrt", "sqrt($1)")),
	"cbrt":          custom(decimalOr("cbrt", "gsql_cbrt($1)")),
	"pow":           custom(decimalOr("pow", "pow($1, $2)")),
	"power":         custom(decimalOr("pow", "pow($1, $2)")),
	"exp":           custom(decimalOr("exp", "exp($1)")),
	"ln":            custom(decimalOr("ln", "ln($1)")),
	"log10":         custom(decimalOr("log10", "log10($1)")),
	"log": custom(func(c *call) string {
		if len(c.args) == 1 {
			return decimalOr("ln", "ln($1)")(c)
		}
		return decimalOr("log", "gsql_log($1, $2)")(c)
	}),
	"sin":          custom(realFunction(noInfinity + "sin($1) END")),
	"cos":          custom(realFunction(noInfinity + "cos($1) END")),
	"tan":          custom(realFunction(noInfinity + "tan($1) END")),
	"asin":         custom(realFunction(noInfinity + "asin($1) END")),
	"acos":         custom(realFunction(noInfinity + "acos($1) END")),
	"atan":         custom(realFunction("atan($1)")),
	"atan2":        custom(realFunction("atan2($1, $2)")),
	"sinh":         custom(realFunction("sinh($1)")),
	"cosh":         custom(realFunction("cosh($1)")),
	"tanh":         custom(realFunction("tanh($1)")),
	"asinh":        custom(realFunction("asinh($1)")),
	"acosh":        custom(realFunction("CASE WHEN $1 = CAST('-inf' AS DOUBLE) THEN CAST('nan' AS DOUBLE) ELSE acosh($1) END")),
	"atanh":        custom(realFunction(noInfinity + "atanh($1) END")),
	"cot":          custom(realFunction(noInfinity + "1 / tan($1) END")),
	"coth":         custom(realFunction("(1 / tanh($1))")),
	"csc":          custom(realFunction(noInfinity + "1 / sin($1) END")),
	"sec":          custom(realFunction(noInfinity + "1 / cos($1) END")),
	"csch":         custom(realFunction("(1 / sinh($1))")),
	"sech":         custom(realFunction("(1 / cosh($1))")),
	"pi":           total("pi()"),
	"radians":      custom(realFunction("radians($1)")),
	"degrees":      custom(realFunction("degrees($1)")),
	"rand":         total("random()"),
	"range_bucket": customSafe(rangeBucket),
	"bit_count": custom(func(c *call) string {
		if c.kind(0) == sqltype.Bytes {
			return c.expand("gsql_bit_count_bytes($1)")
		}
		return c.expand("CAST(bit_count($1) AS BIGINT)")
	}),
	"euclidean_distance": custom(func(c *call) string { return c.vectors("gsql_euclidean_distance($1, $2)") }),
	"cosine_distance":    custom(func(c *call) string { return c.vectors("gsql_cosine_distance($1, $2)") }),
}

// byNumber picks a template by the first argument's type.
func byNumber(int64T, float64T, numericT, bigT string) func(*call) string {
	return func(c *call) string {
		tmpl := map[sqltype.Kind]string{sqltype.Int64: int64T, sqltype.Float64: float64T, sqltype.Numeric: numericT, sqltype.BigNumeric: bigT}[c.kind(0)]
		if tmpl == "" {
			return c.refuse("%s of %s is not translated", c.title(), c.kind(0))
		}
		return c.expand(tmpl)
	}
}

// noInfinity starts a template of a function that is NaN at both infinities,
// where DuckDB fails.
const noInfinity = "CASE WHEN isinf($1) THEN CAST('nan' AS DOUBLE) ELSE "

// realFunction is a function of FLOAT64 that fails where its result leaves the
// numbers although its arguments did not.
func realFunction(tmpl string) func(*call) string {
	return func(c *call) string {
		for i := range c.args {
			if c.kind(i) != sqltype.Float64 {
				return c.refuse("%s of %s is not translated", c.title(), c.kind(i))
			}
		}
		c.simple()
		return "(" + c.finite(c.expand(tmpl), "Floating point error in function: "+c.title()) + ")"
	}
}

// decimalOr is a function of NUMERIC and BIGNUMERIC, or the template for FLOAT64.
func decimalOr(name, tmpl string) func(*call) string {
	real := realFunction(tmpl)
	return func(c *call) string {
		if c.kind(0) == sqltype.Numeric || c.kind(0) == sqltype.BigNumeric {
			return c.decimal(name)
		}
		return real(c)
	}
}

// zero is 0 of the result's type.
func (c *call) zero() string {
	if c.result.Kind == sqltype.BigNumeric {
		return "gsql_to_bignumeric('0')"
	}
	return "CAST(0 AS " + TypeOf(c.result) + ")"
}

// safely writes a function so that an error is NULL.
func safely(f func(*call) string) func(*call) string {
	return func(c *call) string {
		c.safe = true
		return c.try(f(c))
	}
}

func round(c *call) string {
	mode := ""
	if len(c.args) == 3 {
		if v, ok := c.exprs[2].(*gsql.ResolvedLiteral); ok && get(get(v.Value()).IsNull()) {
			return "CAST(NULL AS " + TypeOf(c.result) + ")"
		}
		mode = c.partOf(2)
		if mode == "" {
			return c.refuse("the rounding mode must be a literal")
		}
	}
	switch c.kind(0) {
	case sqltype.Float64:
		if len(c.args) == 1 {
			return c.expand("round($1)")
		}
		return c.expand("gsql_round($1, $2)")
	case sqltype.Numeric, sqltype.BigNumeric:
		digits := "CAST(0 AS BIGINT)"
		if len(c.args) > 1 {
			digits = c.args[1]
		}
		half := "false"
		if mode == "ROUND_HALF_EVEN" {
			half = "true"
		}
		if c.kind(0) == sqltype.BigNumeric {
			return "gsql_big_round(" + c.args[0] + ", " + digits + ", " + half + ")"
		}
		return "CAST(gsql_numeric_round(CAST(" + c.args[0] + " AS VARCHAR), " + digits + ", " + half + ") AS DECIMAL(38,9))"
	}
	return c.refuse("ROUND of %s is not translated", c.kind(0))
}

func trunc(c *call) string {
	digits := "CAST(0 AS BIGINT)"
	if len(c.args) > 1 {
		digits = c.args[1]
	}
	switch c.kind(0) {
	case sqltype.Float64:
		if len(c.args) == 1 {
			return c.expand("trunc($1)")
		}
		return c.expand("gsql_trunc_float($1, $2)")
	case sqltype.BigNumeric:
		return "gsql_big_trunc(" + c.args[0] + ", " + digits + ")"
	case sqltype.Numeric:
		return "CAST(gsql_numeric_trunc(CAST(" + c.args[0] + " AS VARCHAR), " + digits + ") AS DECIMAL(38,9))"
	}
	return c.refuse("TRUNC of %s is not translated", c.kind(0))
}

func div(c *call) string {
	switch c.kind(0) {
	case sqltype.Int64:
		s := "(CASE WHEN " + c.args[1] + " = 0 THEN CASE WHEN " + c.args[0] + " IS NULL THEN NULL ELSE " + c.fail("division by zero") + " END ELSE " + c.expand("($1 // $2)") + " END)"
		if c.safe {
			return c.try(s)
		}
		return s
	case sqltype.Numeric, sqltype.BigNumeric:
		s := c.decimal("div_int")
		if c.safe {
			return c.try(s)
		}
		return s
	}
	return c.refuse("DIV of %s is not translated", c.kind(0))
}

func mod(c *call) string {
	switch c.kind(0) {
	case sqltype.Int64:
		return "(CASE WHEN " + c.args[1] + " = 0 THEN CASE WHEN " + c.args[0] + " IS NULL THEN NULL ELSE " + c.fail("division by zero") +
			" END WHEN " + c.args[1] + " = -1 THEN CASE WHEN " + c.args[0] + " IS NULL THEN NULL ELSE CAST(0 AS BIGINT) END ELSE " + c.expand("($1 % $2)") + " END)"
	case sqltype.Numeric, sqltype.BigNumeric:
		s := c.decimal("mod")
		if c.safe {
			return c.try(s)
		}
		return s
	}
	return c.refuse("MOD of %s is not translated", c.kind(0))
}

// extremum is NULL if any argument is, and NaN if any is.
func extremum(fn string) func(*call) string {
	return func(c *call) string {
		switch c.kind(0) {
		case sqltype.Array, sqltype.Struct, sqltype.JSON:
			return c.refuse("%s of %s is not translated", c.title(), c.kind(0))
		}
		var null, nan []string
		for _, a := range c.args {
			null = append(null, a+" IS NULL")
			nan = append(nan, "isnan("+a+")")
		}
		s := "(CASE WHEN " + strings.Join(null, " OR ") + " THEN NULL"
		if c.kind(0) == sqltype.Float64 {
			s += " WHEN " + strings.Join(nan, " OR ") + " THEN CAST('nan' AS DOUBLE)"
		}
		return s + " ELSE " + fn + "(" + strings.Join(c.args, ", ") + ") END)"
	}
}

func rangeBucket(c *call) string {
	c.simple()
	nan, bad := "", ""
	if c.kind(0) == sqltype.Float64 {
		nan, bad = " OR isnan("+c.args[0]+")", " OR list_contains($2, CAST('nan' AS DOUBLE))"
	}
	return c.expand("(CASE WHEN $1 IS NULL OR $2 IS NULL" + nan + " THEN NULL WHEN list_count($2) < len($2)" + bad + " THEN " +
		c.fail("Elements in input array to RANGE_BUCKET cannot be null or NaN") + " WHEN list_sort($2) <> $2 THEN " +
		c.fail("Elements in input array to RANGE_BUCKET must be in ascending order") + " ELSE CAST(len(list_filter($2, lambda e: e <= $1)) AS BIGINT) END)")
}

// vectors refuses the sparse form of a vector function.
func (c *call) vectors(tmpl string) string {
	if e := c.types[0].Elem; e == nil || e.Kind != sqltype.Float64 {
		return c.refuse("%s is translated for ARRAY<FLOAT64> only", c.title())
	}
	return c.expand(tmpl)
}
