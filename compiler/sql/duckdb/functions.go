package duckdb

import (
	"maps"
	"sync"
)

// function is how one GoogleSQL function is written.
type function struct {
	write  func(*call) string
	simple bool // the arguments are repeated: bind those that are expressions
	total  bool // never fails on valid arguments, so SAFE. changes nothing
	safe   bool // write heeds call.safe itself
}

// tables is what is known of functions, by their names in the catalog in lower
// case. Operators are functions too: "$add".
type tables struct {
	scalar    map[string]function
	aggregate map[string]aggregateFn
	analytic  map[string]aggregateFn
}

var allTables = sync.OnceValue(func() *tables {
	return &tables{
		scalar: merge(operatorFunctions, conditionFunctions, mathFunctions, stringFunctions, timeFunctions,
			jsonFunctions, jsonChangeFunctions, arrayFunctions, miscFunctions, geoFunctions, keyFunctions, quantifiedFunctions, sketchFunctions),
		aggregate: aggregates,
		analytic:  analytics,
	}
})

// Translates reports whether a function is translated, for some arguments at
// least. The name is that of the catalogue, in lower case: "net.host".
func Translates(name string) bool {
	t := allTables()
	return t.scalar[name].write != nil || t.aggregate[name] != nil || t.analytic[name] != nil
}

func merge(tables ...map[string]function) map[string]function {
	out := map[string]function{}
	for _, t := range tables {
		maps.Copy(out, t)
	}
	return out
}

// total is a template of a function that cannot fail; $1 is the first argument.
func total(tmpl string) function {
	return function{write: func(c *call) string { return c.expand(tmpl) }, total: true}
}

// native is a template of a function that may fail.
func native(tmpl string) function {
	return function{write: func(c *call) string { return c.expand(tmpl) }}
}

// totalSimple is a template that repeats its arguments and cannot fail.
func totalSimple(tmpl string) function {
	return function{write: func(c *call) string { return c.expand(tmpl) }, total: true, simple: true}
}

// custom is written by code.
func custom(f func(*call) string) function { return function{write: f} }

// customTotal is written by code and cannot fail.
func customTotal(f func(*call) string) function {
	return function{write: f, simple: true, total: true}
}

// never marks a function that cannot fail.
func (f function) never() function {
	f.total = true
	return f
}

// customSafe is written by code that yields NULL in place of errors under SAFE.
func customSafe(f func(*call) string) function { return function{write: f, simple: true, safe: true} }

// parser is written by code with parse, which is safe by itself.
func parser(f func(*call) string) function { return function{write: f, safe: true} }

// parse is a function of the prelude that has a version with NULL in place of
// errors, or that version under SAFE.
func (c *call) parse(name string) string {
	if c.safe {
		return "gsql_safe_" + name
	}
	return "gsql_" + name
}

// operators are how the functions that are operators look in SQL.
var operators = map[string]string{
	"$add": "+", "$subtract": "-", "$multiply": "*", "$divide": "/", "$unary_minus": "unary -",
	"$equal": "=", "$not_equal": "!=", "$less": "<", "$less_or_equal": "<=", "$greater": ">", "$greater_or_equal": ">=",
	"$between": "BETWEEN", "$in": "IN", "$in_array": "IN UNNEST", "$is_null": "IS NULL", "$is_true": "IS TRUE", "$is_false": "IS FALSE",
	"$not": "NOT", "$and": "AND", "$or": "OR", "$like": "LIKE", "$concat_op": "||", "$count_star": "COUNT(*)",
	"$is_distinct_from": "IS DISTINCT FROM", "$is_not_distinct_from": "IS NOT DISTINCT FROM",
	"$case_no_value": "CASE", "$case_with_value": "CASE", "$array_at_offset": "[OFFSET()]", "$array_at_ordinal": "[ORDINAL()]",
	"$safe_array_at_offset": "[SAFE_OFFSET()]", "$safe_array_at_ordinal": "[SAFE_ORDINAL()]", "$make_array": "[…]", "$subscript": "[]",
	"$bitwise_and": "&", "$bitwise_or": "|", "$bitwise_xor": "^", "$bitwise_not": "~", "$bitwise_left_shift": "<<", "$bitwise_right_shift": ">>",
	"$extract": "EXTRACT", "$extract_date": "EXTRACT(DATE)", "$extract_time": "EXTRACT(TIME)", "$extract_datetime": "EXTRACT(DATETIME)",
}
