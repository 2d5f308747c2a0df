package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

// What DuckDB has no aggregate for is a function of the prelude over the list of
// a group's values. The list is NULL, and so is the result, where no value counts.

// values is the list of the values that are known.
func (a *aggCall) values(x string) string {
	return a.with(x+" IS NOT NULL").write("list", x)
}

// textOf writes a value of a type that travels as text.
func textOf(x string, ty sqltype.Type) string {
	switch ty.Kind {
	case sqltype.BigNumeric:
		return "gsql_big_text(" + x + ")"
	case sqltype.Interval:
		return "gsql_interval_text(" + x + ")"
	}
	return "CAST(" + x + " AS VARCHAR)"
}

// texts is the list of the first argument's known values, as texts.
func (a *aggCall) texts() string {
	b := a.with(a.args[0] + " IS NOT NULL")
	return b.write("list", textOf(a.args[0], a.types[0]))
}

// interval is a SUM or AVG of INTERVAL.
func (a *aggCall) interval(fn string) string {
	return a.t.castTo(a.n, fn+"("+a.texts()+")", sqltype.Type{Kind: sqltype.String}, sqltype.Type{Kind: sqltype.Interval}, false)
}

// pairsOfList is a statistic of two variables over a list of pairs: DISTINCT is of
// the pairs, and decimals are exact.
func (a *aggCall) pairsOfList(fn string, exact bool) string {
	known := a.with(a.args[0] + " IS NOT NULL AND " + a.args[1] + " IS NOT NULL")
	x, y := a.args[0], a.args[1]
	udf := "gsql_pairs"
	if exact {
		udf, x, y = "gsql_decimal_pairs", textOf(x, a.types[0]), textOf(y, a.types[1])
	}
	known.order = nil
	pairs := known.write("list", "{'x': "+x+", 'y': "+y+"}")
	l, e := a.t.letVar(), a.t.letVar()
	return "list_transform([" + pairs + "], lambda " + l + ": " + udf + "(" + text(fn) +
		", list_transform(" + l + ", lambda " + e + ": " + e + ".x), list_transform(" + l + ", lambda " + e + ": " + e + ".y)))[1]"
}

// approxTop is APPROX_TOP_COUNT or APPROX_TOP_SUM, exactly: the prelude tells where
// in the list of the group's values the greatest are, and their counts or sums.
func approxTop(field string) aggregateFn {
	return func(a *aggCall) string {
		weight, n, sum := "CAST(1 AS BIGINT)", a.args[1], sqltype.Type{Kind: sqltype.Int64}
		if field == "sum" {
			weight, n, sum = a.args[1], a.args[2], a.types[1]
		}
		summable := sum.Kind == sqltype.Int64 || sum.Kind == sqltype.Float64 || sum.Kind == sqltype.Numeric || sum.Kind == sqltype.BigNumeric
		if a.distinct || !summable || identityText("x", a.types[0]) == "" {
			return a.refuse("%s of %s is not translated", a.title(), a.types[0])
		}
		rows := a.write("list", "{'k': "+a.args[0]+", 'w': "+textOf(weight, sum)+"}")
		l, e, top, i := a.t.letVar(), a.t.letVar(), a.t.letVar(), a.t.letVar()
		column := func(x string) string { return "list_transform(" + l + ", lambda " + e + ": " + x + ")" }
		call := "gsql_top(" + column(identityText(e+".k", a.types[0])) + ", " + column(e+".w") + ", " + n + ", " + text(string(sum.Kind)) + ")"
		total := a.t.castTo(a.n, top+"["+i+" + 1]", sqltype.Type{Kind: sqltype.String}, sum, false)
		return "list_transform([" + rows + "], lambda " + l + ": list_transform([" + call + "], lambda " + top + ": list_transform(range(1, len(" + top + "), 2), lambda " + i +
			": {'value': " + l + "[CAST(" + top + "[" + i + "] AS BIGINT)].k, " + text(field) + ": " + total + "}))[1])[1]"
	}
}

// identityText is a text that two values of a type share exactly when they are one
// to GoogleSQL; empty for a type that has none.
func identityText(x string, ty sqltype.Type) string {
	switch ty.Kind {
	case sqltype.String:
		return x
	case sqltype.Bytes, sqltype.BigNumeric:
		return "hex(" + x + ")"
	case sqltype.Float64:
		return "CAST(" + x + " + 0 AS VARCHAR)" // -0 is 0
	case sqltype.Int64, sqltype.Bool, sqltype.Numeric, sqltype.Date, sqltype.DateTime, sqltype.Time, sqltype.Timestamp:
		return "CAST(" + x + " AS VARCHAR)"
	}
	return ""
}

// hllInit makes a sketch of the hashes of the values: all values that are one to
// GoogleSQL have one text.
func hllInit(a *aggCall) string {
	x := a.args[0]
	switch a.kind(0) {
	case sqltype.Bytes:
	case sqltype.String, sqltype.Int64, sqltype.Numeric, sqltype.BigNumeric:
		x = "encode(" + textOf(x, a.types[0]) + ")"
	default:
		return a.refuse("%s of %s is not translated", a.title(), a.kind(0))
	}
	return "gsql_hll_init(" + a.values(x) + ", " + text(string(a.kind(0))) + ", " + a.literalArg(1, "15") + ")"
}

func hllMerge(a *aggCall) string {
	return "coalesce(gsql_hll_extract(gsql_hll_merge(" + a.values(a.args[0]) + ")), CAST(0 AS BIGINT))"
}

func hllMergePartial(a *aggCall) string {
	return "gsql_hll_merge(" + a.values(a.args[0]) + ")"
}

// literalArg is an argument, or what it defaults to.
func (a *aggCall) literalArg(i int, def string) string {
	if i < len(a.args) && a.exprs[i] != nil && a.args[i] != "" {
		return a.args[i]
	}
	return "CAST(" + def + " AS BIGINT)"
}

// kllInit is KLL_QUANTILES.INIT_INT64 and INIT_FLOAT64 (input, precision, weight).
func kllInit(a *aggCall) string {
	weight := "CAST(1 AS BIGINT)"
	if len(a.args) > 2 && a.exprs[2] != nil {
		weight = a.args[2]
	}
	fn := "gsql_" + strings.ReplaceAll(strings.TrimPrefix(a.name, "kll_quantiles."), "init", "kll_init")
	known := a.with(a.args[0] + " IS NOT NULL AND " + weight + " IS NOT NULL")
	return fn + "(" + known.write("list", a.args[0]) + ", " + known.write("list", weight) + ", " + a.literalArg(1, "1000") + ")"
}

// kllMerge merges sketches and, but for MERGE_PARTIAL, reads from the result.
func kllMerge(fn string) aggregateFn {
	return func(a *aggCall) string {
		args := append([]string{a.values(a.args[0])}, a.args[1:]...)
		return fn + "(" + strings.Join(args, ", ") + ")"
	}
}

// sketchFunctions read sketches that the aggregates made.
var sketchFunctions = map[string]function{
	"hll_count.extract":                   custom(func(c *call) string { return "coalesce(gsql_hll_extract(" + c.args[0] + "), CAST(0 AS BIGINT))" }),
	"kll_quantiles.extract_int64":         native("gsql_kll_extract_int64($*)"),
	"kll_quantiles.extract_float64":       native("gsql_kll_extract_float64($*)"),
	"kll_quantiles.extract_point_int64":   native("gsql_kll_extract_point_int64($*)"),
	"kll_quantiles.extract_point_float64": native("gsql_kll_extract_point_float64($*)"),
}
