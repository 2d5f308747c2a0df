package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

type aggregateFn func(*aggCall) string

// takesLimit are the aggregates with LIMIT inside.
var takesLimit = map[string]bool{"array_agg": true, "string_agg": true, "array_concat_agg": true}

// aggregates is every translated aggregate function; each is an analytic
// function as well, with OVER.
var aggregates = map[string]aggregateFn{
	"$count_star":      func(a *aggCall) string { return a.write("count", "*") },
	"count":            func(a *aggCall) string { return a.write("count", a.args[0]) },
	"countif":          countIf,
	"sum":              sum,
	"avg":              avg,
	"min":              func(a *aggCall) string { return a.extreme("min") },
	"max":              func(a *aggCall) string { return a.extreme("max") },
	"any_value":        anyValue,
	"array_agg":        arrayAgg,
	"string_agg":       stringAgg,
	"logical_and":      func(a *aggCall) string { return a.write("bool_and", a.args[0]) },
	"logical_or":       func(a *aggCall) string { return a.write("bool_or", a.args[0]) },
	"bit_and":          bitAgg("bit_and"),
	"bit_or":           bitAgg("bit_or"),
	"bit_xor":          bitAgg("bit_xor"),
	"array_concat_agg": arrayConcatAgg,
	"approx_quantiles": approxQuantiles,
	"approx_top_count": approxTop("count"),
	"approx_top_sum":   approxTop("sum"),
	"max_by":           func(a *aggCall) string { return a.by("DESC") },
	"min_by":           func(a *aggCall) string { return a.by("ASC") },
	"approx_count_distinct": func(a *aggCall) string {
		b := *a
		b.distinct = true
		return b.write("count", a.args[0])
	},
	"stddev":      moments("stddev_samp", 1),
	"stddev_samp": moments("stddev_samp", 1),
	"stddev_pop":  moments("stddev_pop", 0),
	"variance":    moments("var_samp", 1),
	"var_samp":    moments("var_samp", 1),
	"var_pop":     moments("var_pop", 0),
	"covar_pop":   pairs("covar_pop"),
	"covar_samp":  pairs("covar_samp"),
	"corr":        pairs("corr"),

	"hll_count.init":                    hllInit,
	"hll_count.merge":                   hllMerge,
	"hll_count.merge_partial":           hllMergePartial,
	"kll_quantiles.init_int64":          kllInit,
	"kll_quantiles.init_float64":        kllInit,
	"kll_quantiles.merge_partial":       kllMerge("gsql_kll_merge_partial"),
	"kll_quantiles.merge_int64":         kllMerge("gsql_kll_merge_int64"),
	"kll_quantiles.merge_float64":       kllMerge("gsql_kll_merge_float64"),
	"kll_quantiles.merge_point_int64":   kllMerge("gsql_kll_merge_point_int64"),
	"kll_quantiles.merge_point_float64": kllMerge("gsql_kll_merge_point_float64"),
}

func countIf(a *aggCall) string {
	if a.distinct {
		return a.with(a.args[0]).write("count", a.args[0])
	}
	return a.with(a.args[0]).write("count", "*")
}

func sum(a *aggCall) string {
	switch a.kind(0) {
	case sqltype.Int64:
		return "CAST(" + a.write("sum", a.args[0]) + " AS BIGINT)"
	case sqltype.Float64:
		return a.finiteSum(func(b *aggCall, x string) string { return b.write("sum", x) })
	case sqltype.Numeric:
		// DuckDB's sum may leave the range of its own type.
		s := a.write("sum", a.args[0])
		return "(CASE WHEN abs(" + s + ") > CAST('99999999999999999999999999999.999999999' AS DECIMAL(38,9)) THEN " + a.fail("numeric overflow: SUM") + " ELSE " + s + " END)"
	case sqltype.BigNumeric:
		return "gsql_big_sum(" + a.values(a.args[0]) + ")"
	case sqltype.Interval:
		return a.interval("gsql_interval_sum")
	}
	return a.refuse("SUM of %s is not translated", a.kind(0))
}

func avg(a *aggCall) string {
	switch a.kind(0) {
	case sqltype.Int64:
		return a.write("avg", a.args[0])
	case sqltype.Float64:
		if a.over != "" {
			return a.finiteSum(func(b *aggCall, x string) string { return b.write("avg", x) })
		}
		// Written so, the sum is computed once where SUM asks for it too.
		return a.finiteSum(func(b *aggCall, x string) string { return "(" + b.write("sum", x) + " / " + b.write("count", x) + ")" })
	case sqltype.Numeric:
		return "CAST(gsql_numeric_avg(CAST(" + a.write("sum", a.args[0]) + " AS VARCHAR), " + a.write("count", a.args[0]) + ") AS DECIMAL(38,9))"
	case sqltype.BigNumeric:
		return "gsql_big_avg(" + a.values(a.args[0]) + ")"
	case sqltype.Interval:
		return a.interval("gsql_interval_avg")
	}
	return a.refuse("AVG of %s is not translated", a.kind(0))
}

// extreme is MIN or MAX: NaN if any value is.
func (a *aggCall) extreme(fn string) string {
	switch a.kind(0) {
	case sqltype.Array, sqltype.Struct, sqltype.JSON:
		return a.refuse("%s of %s is not translated", a.title(), a.kind(0))
	case sqltype.Range:
		b := *a.with(a.args[0] + " IS NOT NULL")
		b.order = rangeKeys(a.args[0], fn == "max", fn == "min")
		return b.write("list", a.args[0]) + "[1]"
	}
	s := a.write(fn, a.args[0])
	if fn == "min" && a.kind(0) == sqltype.Float64 {
		b := *a
		b.distinct = false
		return "(CASE WHEN " + b.write("bool_or", "isnan("+a.args[0]+")") + " THEN CAST('nan' AS DOUBLE) ELSE " + s + " END)"
	}
	return s
}

// anyValue never picks a NULL where there is a value.
func anyValue(a *aggCall) string {
	if a.distinct {
		b := *a
		b.distinct = false
		a = &b
	}
	return a.write("any_value", a.args[0])
}

// by is MAX_BY and MIN_BY: the first argument of a row with the extreme second.
func (a *aggCall) by(dir string) string {
	if has(a.types[1], sqltype.Float64, sqltype.Struct, sqltype.Array, sqltype.JSON) {
		return a.refuse("%s by %s is not translated", a.title(), a.types[1])
	}
	b := *a.with(a.args[1] + " IS NOT NULL")
	b.order = []string{a.args[1] + " " + dir + " NULLS LAST"}
	return b.write("list", a.args[0]) + "[1]"
}

// approxQuantiles gives exact quantiles, which are within any approximation:
// element i is the least value that i/n of the values do not exceed.
func approxQuantiles(a *aggCall) string {
	if has(a.types[0], sqltype.Struct, sqltype.Array, sqltype.JSON, sqltype.Range) {
		return a.refuse("APPROX_QUANTILES of %s is not translated", a.types[0])
	}
	b := a
	if !a.ignoreRespect() {
		b = a.with(a.args[0] + " IS NOT NULL")
	}
	sorted := *b
	sorted.order = []string{ascending(a.args[0], a.types[0])}
	v, i := a.t.letVar(), a.t.letVar()
	return "list_transform([" + sorted.write("list", a.args[0]) + "], lambda " + v + ": list_transform(CASE WHEN " + v + " IS NULL THEN NULL ELSE generate_series(0, " + a.args[1] +
		") END, lambda " + i + ": " + v + "[greatest(1, (" + i + " * len(" + v + ") + " + a.args[1] + " - 1) // " + a.args[1] + ")]))[1]"
}

func arrayAgg(a *aggCall) string {
	b := a
	if a.ignoreNulls() {
		b = a.with(a.args[0] + " IS NOT NULL")
	}
	s := b.write("list", a.args[0])
	if a.limit != "" {
		return s + "[1:" + a.limit + "]"
	}
	return s
}

func stringAgg(a *aggCall) string {
	bytes := a.kind(0) == sqltype.Bytes
	sep := "','"
	if len(a.args) > 1 {
		sep = a.args[1]
		if _, ok := a.exprs[1].(*gsql.ResolvedLiteral); !ok {
			if _, ok := a.exprs[1].(*gsql.ResolvedParameter); !ok {
				return a.refuse("the delimiter must be a literal or a parameter")
			}
		}
	}
	b := a.with(a.args[0] + " IS NOT NULL")
	if bytes {
		if len(a.args) == 1 {
			sep = "encode(',')"
		}
		l := b.write("list", a.args[0])
		if a.limit != "" {
			l += "[1:" + a.limit + "]"
		}
		return "gsql_join_bytes(" + l + ", " + sep + ")"
	}
	if a.limit != "" {
		return "array_to_string(" + b.write("list", a.args[0]) + "[1:" + a.limit + "], " + sep + ")"
	}
	return b.write("string_agg", a.args[0], sep)
}

func bitAgg(fn string) aggregateFn {
	return func(a *aggCall) string {
		if a.kind(0) != sqltype.Int64 {
			return a.refuse("%s of %s is not translated", a.title(), a.kind(0))
		}
		return a.write(fn, a.args[0])
	}
}

func arrayConcatAgg(a *aggCall) string {
	b := a.with(a.args[0] + " IS NOT NULL")
	s := b.write("list", a.args[0])
	if a.limit != "" {
		s += "[1:" + a.limit + "]"
	}
	return "flatten(" + s + ")"
}

// moments is a statistic of one variable. DuckDB fails where a value is not
// finite, GoogleSQL gives NaN.
func moments(fn string, _ int) aggregateFn {
	return func(a *aggCall) string {
		switch a.kind(0) {
		case sqltype.Numeric, sqltype.BigNumeric:
			return "gsql_decimal_moment(" + text(fn) + ", " + a.texts() + ")"
		case sqltype.Float64:
		default:
			return a.refuse("%s of %s is not translated", a.title(), a.kind(0))
		}
		b := *a
		b.distinct = false
		odd := b.write("bool_or", "NOT isfinite("+a.args[0]+")")
		safe := a.write(fn, "CASE WHEN isfinite("+a.args[0]+") THEN "+a.args[0]+" END")
		return "(CASE WHEN " + odd + " THEN CASE WHEN " + b.write("count", a.args[0]) + " > " + map[bool]string{true: "1", false: "0"}[strings.HasSuffix(fn, "samp")] +
			" THEN CAST('nan' AS DOUBLE) END ELSE " + safe + " END)"
	}
}

// pairs is a statistic of two variables, over the rows where both are known.
func pairs(fn string) aggregateFn {
	return func(a *aggCall) string {
		exact := a.kind(0) == sqltype.Numeric || a.kind(0) == sqltype.BigNumeric
		if a.kind(0) != a.kind(1) || !exact && a.kind(0) != sqltype.Float64 {
			return a.refuse("%s of %s and %s is not translated", a.title(), a.kind(0), a.kind(1))
		}
		if exact || a.distinct {
			return a.pairsOfList(fn, exact)
		}
		known := a.with(a.args[0] + " IS NOT NULL AND " + a.args[1] + " IS NOT NULL")
		odd := known.write("bool_or", "NOT isfinite("+a.args[0]+") OR NOT isfinite("+a.args[1]+")")
		fin := a.with("isfinite(" + a.args[0] + ") AND isfinite(" + a.args[1] + ")")
		min := "0"
		if fn != "covar_pop" {
			min = "1"
		}
		few := ""
		if fn == "corr" {
			few = "WHEN " + known.write("count", "*") + " < 2 THEN NULL " // DuckDB gives NaN
		}
		return "(CASE " + few + "WHEN " + odd + " THEN CASE WHEN " + known.write("count", "*") + " > " + min + " THEN CAST('nan' AS DOUBLE) END ELSE " + fin.write(fn, a.args[0], a.args[1]) + " END)"
	}
}

// analytics are the functions that exist with OVER only; PERCENTILE_CONT and
// PERCENTILE_DISC are written by window.percentile.
var analytics = map[string]aggregateFn{
	"row_number":   numbering("row_number"),
	"rank":         numbering("rank"),
	"dense_rank":   numbering("dense_rank"),
	"ntile":        func(a *aggCall) string { return a.write("ntile", a.args[0]) },
	"percent_rank": func(a *aggCall) string { return a.write("percent_rank") },
	"cume_dist":    func(a *aggCall) string { return a.write("cume_dist") },
	"lag":          offsetFn("lag"),
	"lead":         offsetFn("lead"),
	"first_value":  valueFn("first_value"),
	"last_value":   valueFn("last_value"),
	"nth_value":    valueFn("nth_value"),
}

// ignoreRespect reports RESPECT NULLS.
func (a *aggCall) ignoreRespect() bool {
	return a.nulls == gsql.ResolvedNonScalarFunctionCallBaseEnums_NullHandlingModifierRespectNulls
}

func numbering(fn string) aggregateFn { return func(a *aggCall) string { return a.write(fn) } }

func offsetFn(fn string) aggregateFn {
	return func(a *aggCall) string {
		args := append([]string(nil), a.args...)
		if len(args) > 1 && !isNonNegative(args[1]) {
			args[1] = "CASE WHEN " + args[1] + " >= 0 THEN " + args[1] + " ELSE CAST(gsql_error('The offset of " + strings.ToUpper(fn) + " must be non-null and non-negative') AS BIGINT) END"
		}
		return a.write(fn, args...)
	}
}

func valueFn(fn string) aggregateFn {
	return func(a *aggCall) string {
		args := strings.Join(a.args, ", ")
		if a.ignoreNulls() {
			args += " IGNORE NULLS"
		}
		return a.raw.ref(fn + "(" + args + ")" + a.over)
	}
}
