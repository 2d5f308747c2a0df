package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// logical are functions whose result is a truth value.
var logical = []string{"$equal", "$not_equal", "$less", "$less_or_equal", "$greater", "$greater_or_equal", "$between", "$like", "$in",
	"$and", "$or", "$not", "$is_null", "$is_true", "$is_false", "starts_with", "ends_with", "regexp_contains", "contains_substr"}

// countOfCondition: COUNT counts what is not NULL, and 0 and FALSE are not NULL.
func countOfCondition(s *statement) {
	for _, call := range s.calls("count") {
		if len(call.kids) == 0 || distinct(call) {
			continue
		}
		arg := call.kids[0]
		name := function(arg)
		always := false
		switch name {
		case "if":
			always = value(arg.kids[1]) && value(arg.kids[2])
		case "$case_no_value":
			always = len(arg.kids)%2 == 1 && value(arg.kids[len(arg.kids)-1])
			for i := 1; i < len(arg.kids); i += 2 {
				always = always && value(arg.kids[i])
			}
		default:
			always = slices.Contains(logical, name)
		}
		if always {
			s.find(call.start, call.end, "COUNT counts whatever is not NULL, FALSE and 0 too, so this condition leaves no row out", "write COUNTIF(condition)")
		}
	}
}

// value reports whether an expression is a literal that is not NULL.
func value(n *node) bool { return literal(n) && !isNull(n) }

func distinct(call *node) bool {
	c, ok := call.is.(interface{ Distinct() (bool, error) })
	return ok && get(c.Distinct())
}

// countDistinctNullable: COUNT(DISTINCT x) leaves NULL out, COUNT(*) does not, so the
// two differ by more than duplicates.
func countDistinctNullable(s *statement) {
	for _, call := range s.calls("$equal", "$not_equal", "$less", "$greater", "$subtract", "$divide", "safe_divide") {
		a, b := s.maker(call.kids[0]), s.maker(call.kids[1])
		if function(b) == "count" {
			a, b = b, a
		}
		if function(a) != "count" || !distinct(a) || function(b) != "$count_star" || len(a.kids) == 0 {
			continue
		}
		id, ok := refID(a.kids[0])
		if !ok || s.isTested(id) {
			continue
		}
		base, known := s.base[s.origin(id)]
		if !known || !slices.Contains(s.facts.Tables[base.table].Nullable, strings.ToLower(base.column)) {
			continue
		}
		s.find(call.start, call.end, fmt.Sprintf("COUNT(DISTINCT …) leaves NULL out and COUNT(*) counts it, and %q of %q may be NULL", base.column, base.table),
			fmt.Sprintf("compare with COUNT(%s), or declare the column required", base.column))
	}
}

// integerDivision: / of whole numbers gives FLOAT64, and CAST rounds it.
func integerDivision(s *statement) {
	for _, n := range s.all {
		if _, ok := n.is.(*gsql.ResolvedCast); !ok || typeOf(n) != "INT64" || n.start < 0 || len(n.kids) == 0 {
			continue
		}
		d := n.kids[0]
		if function(d) != "$divide" || !s.isWhole(d.kids[0]) || !s.isWhole(d.kids[1]) {
			continue
		}
		s.find(n.start, n.end, "/ of whole numbers gives a FLOAT64, and CAST rounds it: 2 of 3 days become 1", "write DIV(a, b) to cut off, or ROUND, FLOOR or CEIL to say how it is rounded")
	}
}

// isWhole reports whether an operand of / was a whole number before it became a
// FLOAT64.
func (s *statement) isWhole(n *node) bool {
	inner := uncast(n)
	if _, ok := inner.is.(*gsql.ResolvedLiteral); ok && inner.start >= 0 {
		return strings.Trim(s.text[inner.start:inner.end], "0123456789") == ""
	}
	return typeOf(inner) == "INT64"
}

// arrayWithoutOrder: an array or a text made of many rows has the order in which they
// happen to come.
func arrayWithoutOrder(s *statement) {
	for _, call := range s.calls("array_agg", "string_agg", "array_concat_agg") {
		is, ok := call.is.(*gsql.ResolvedAggregateFunctionCall)
		if !ok || len(get(is.OrderByItemList())) > 0 || s.onlyMeasured(call) {
			continue
		}
		name := strings.ToUpper(function(call))
		s.find(call.start, call.end, name+" without ORDER BY gives another order each time it runs", fmt.Sprintf("write %s(… ORDER BY …)", name))
	}
}

// onlyMeasured reports whether what an aggregation makes is only asked for what its
// order does not touch: how long it is, or what is in it.
func (s *statement) onlyMeasured(call *node) bool {
	c, ok := call.up.is.(*gsql.ResolvedComputedColumn)
	if !ok {
		return false
	}
	id := columnID(get(c.Column()))
	asked := false
	for _, n := range s.all {
		if _, ok := n.is.(*gsql.ResolvedColumnRef); !ok || s.origin(n.ref) != id {
			continue
		}
		if _, unnested := n.up.is.(*gsql.ResolvedArrayScan); !unnested && function(n.up) != "array_length" {
			return false
		}
		asked = true
	}
	return asked && !s.isOutput(id)
}

// needlessDistinct: the least of distinct values is the least of all.
func needlessDistinct(s *statement) {
	for _, call := range s.calls("min", "max", "any_value", "logical_and", "logical_or", "bit_and", "bit_or") {
		if !distinct(call) || len(call.kids) == 0 || call.start < 0 {
			continue
		}
		for _, t := range s.tokens(call.start, call.end) {
			if t.Is("DISTINCT") {
				end := t.End()
				for end < call.end && strings.ContainsRune(" \t\r\n", rune(s.text[end])) {
					end++
				}
				s.find(t.Start, t.End(), fmt.Sprintf("DISTINCT changes nothing in %s", strings.ToUpper(function(call))), "leave it out", s.remove(t.Start, end))
				break
			}
		}
	}
}

// concatNullable: a text joined with NULL is NULL.
func concatNullable(s *statement) {
	names := []string{"concat", "$concat_op"}
	var parts func(*node) []*node
	parts = func(n *node) []*node {
		if !slices.Contains(names, function(n)) {
			return []*node{n}
		}
		var out []*node
		for _, k := range n.kids {
			out = append(out, parts(k)...)
		}
		return out
	}
	for _, call := range s.calls(names...) {
		if call.start < 0 || slices.Contains(names, function(call.up)) {
			continue
		}
		for _, k := range parts(call) {
			id, ok := refID(k)
			if !ok || s.isTested(id) {
				continue
			}
			base, known := s.base[s.origin(id)]
			if known && slices.Contains(s.facts.Tables[base.table].Nullable, strings.ToLower(base.column)) {
				s.find(call.start, call.end, fmt.Sprintf("the whole text is NULL where %q of %q is", base.column, base.table), fmt.Sprintf("write COALESCE(%s, '')", base.column))
				break
			}
		}
	}
}
