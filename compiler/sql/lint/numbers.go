package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// inexact are functions whose FLOAT64 result depends on how it was computed.
var inexact = []string{"$add", "$subtract", "$multiply", "$divide", "safe_divide", "safe_add", "safe_subtract", "safe_multiply",
	"sum", "avg", "sqrt", "exp", "ln", "log", "log10", "pow", "power", "stddev", "stddev_samp", "variance", "var_samp"}

// floatEquality: two ways to compute the same FLOAT64 rarely give the same bits. A
// whole number as the other side is a test for a special value.
func floatEquality(s *statement) {
	for _, call := range s.calls("$equal", "$not_equal") {
		a, b := call.kids[0], call.kids[1]
		if typeOf(a) != "FLOAT64" || typeOf(b) != "FLOAT64" || wholeNumber(a) || wholeNumber(b) {
			continue
		}
		if s.isInexact(a) || s.isInexact(b) {
			s.find(call.start, call.end, "computed FLOAT64 values are compared for equality; rounding makes them differ",
				"compare a distance, ABS(a - b) < 1e-9, or compute with NUMERIC")
		}
	}
}

func (s *statement) isInexact(n *node) bool {
	m := s.maker(n)
	return typeOf(m) == "FLOAT64" && slices.Contains(inexact, function(m))
}

func wholeNumber(n *node) bool {
	text := number(n)
	whole, fraction, _ := strings.Cut(text, ".")
	return whole != "" && strings.Trim(fraction, "0") == "" && strings.Trim(whole, "-0123456789") == ""
}

// number is a literal number as it would be written; empty for anything else.
func number(n *node) string {
	l, ok := uncast(n).is.(*gsql.ResolvedLiteral)
	if !ok || isNull(n) {
		return ""
	}
	text := get(get(l.Value()).GetSQLLiteral())
	for _, kind := range []string{"NUMERIC ", "BIGNUMERIC "} {
		text = strings.TrimPrefix(text, kind)
	}
	return strings.Trim(text, `"'`)
}

// unguardedDivision: one zero fails the whole query. A condition or CASE that names
// the divisor counts as a guard, wherever it is.
func unguardedDivision(s *statement) {
	for _, call := range s.calls("$divide", "div", "mod") {
		if safe(call) || s.insideCase(call) || len(call.kids) != 2 {
			continue
		}
		if s.mayBeZero(call.kids[1], 0) {
			by := call.kids[1]
			for by.start < 0 && len(by.kids) > 0 {
				by = by.kids[0]
			}
			if by.start < 0 {
				by = call
			}
			hint := "write SAFE_DIVIDE(…), or divide by NULLIF(…, 0)"
			if function(call) != "$divide" {
				hint = "divide by NULLIF(…, 0)"
			}
			s.find(by.start, by.end, fmt.Sprintf("the query fails where %s is 0", compact(s.text[by.start:by.end])), hint)
		}
	}
}

func safe(call *node) bool {
	f, ok := call.is.(gsql.ResolvedFunctionCallBaseNode)
	return ok && get(f.ErrorMode()) == gsql.ResolvedFunctionCallBaseEnums_ErrorModeSafeErrorMode
}

// insideCase reports whether an expression is part of one that evaluates only some
// of its parts.
func (s *statement) insideCase(n *node) bool {
	for n = n.up; n != nil; n = n.up {
		switch function(n) {
		case "if", "$case_no_value", "$case_with_value", "iferror", "iserror", "nulliferror", "$and", "$or":
			return true
		}
	}
	return false
}

// mayBeZero reports whether a divisor is a value that may be zero and that nothing
// tests. What is not understood is taken as safe.
func (s *statement) mayBeZero(n *node, depth int) bool {
	if depth > 20 {
		return false
	}
	m := s.maker(n)
	if id, ok := refID(n); ok && s.isTested(id) {
		return false
	}
	for id := range refs(m) {
		if s.isTested(id) {
			return false
		}
	}
	switch name := function(m); name {
	case "":
		id, ok := refID(m)
		if !ok {
			return false
		}
		_, isBase := s.base[s.origin(id)]
		return isBase
	case "sum", "countif", "count", "$subtract":
		return true
	case "$count_star":
		// A group has a row, and so has a window; a whole table may have none.
		if _, window := m.is.(*gsql.ResolvedAnalyticFunctionCall); window {
			return false
		}
		for up := m.up; up != nil; up = up.up {
			if a, ok := up.is.(*gsql.ResolvedAggregateScan); ok {
				return len(get(a.GroupByList())) == 0
			}
		}
		return false
	case "coalesce", "ifnull":
		last := number(m.kids[len(m.kids)-1])
		return last != "" && strings.Trim(last, "0.") == ""
	}
	return false
}

// compact is a piece of SQL on one line, cut where it is long.
func compact(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}
