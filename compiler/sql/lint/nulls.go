package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// comparisons give NULL, which is not TRUE, where an operand is NULL.
var comparisons = []string{"$equal", "$not_equal", "$less", "$less_or_equal", "$greater", "$greater_or_equal", "$between", "$like", "$in"}

// nullComparison: nothing equals NULL, nor differs from it.
func nullComparison(s *statement) {
	for _, call := range s.calls(comparisons...) {
		if slices.ContainsFunc(call.kids, isNull) {
			hint := "write IS NULL or IS NOT NULL"
			if function(call) == "$in" {
				hint = "take NULL out of the list, and test IS NULL beside it"
			}
			s.find(call.start, call.end, "a comparison with NULL is never true", hint)
		}
	}
	for _, call := range s.calls("$case_with_value") {
		for i := 1; i+1 < len(call.kids); i += 2 {
			if when := call.kids[i]; isNull(when) {
				at := when
				if at.start < 0 {
					at = call
				}
				s.find(at.start, at.end, "CASE … WHEN NULL never matches", "write CASE WHEN … IS NULL THEN …")
			}
		}
	}
}

// notInNullable: x NOT IN (…, NULL) is never true, so one NULL empties the result.
func notInNullable(s *statement) {
	for _, not := range s.calls("$not") {
		in, ok := not.kids[0].is.(*gsql.ResolvedSubqueryExpr)
		if !ok || get(in.SubqueryType()) != gsql.ResolvedSubqueryExprEnums_SubqueryTypeIn {
			continue
		}
		var of []int32
		for _, k := range not.kids[0].kids {
			if _, ok := k.is.(gsql.ResolvedScanNode); ok {
				of = columns(k)
			}
		}
		if len(of) != 1 || s.isTested(of[0]) {
			continue
		}
		b, ok := s.base[s.origin(of[0])]
		if !ok || !slices.Contains(s.facts.Tables[b.table].Nullable, strings.ToLower(b.column)) {
			continue
		}
		s.find(not.start, not.end, fmt.Sprintf("NOT IN is never true once the subquery gives a NULL, and %q of %q may be NULL", b.column, b.table),
			fmt.Sprintf("add WHERE %s IS NOT NULL to the subquery, write NOT EXISTS, or declare the column required", b.column))
	}
}

// outerJoinUndone: a WHERE that wants a value of the side that may be missing drops
// the rows that the outer join was to keep.
func outerJoinUndone(s *statement) {
	for _, f := range s.all {
		if _, ok := f.is.(*gsql.ResolvedFilterScan); !ok {
			continue
		}
		padded := map[int32]bool{}
		for _, k := range f.kids {
			paddedColumns(k, padded)
		}
		if len(padded) == 0 {
			continue
		}
		for _, c := range conjuncts(f.kids[len(f.kids)-1]) {
			if id, ok := wanted(c); ok && padded[id] && c.start >= 0 {
				name := s.base[s.origin(id)].column
				what := "a column"
				if name != "" {
					what = fmt.Sprintf("%q", name)
				}
				s.find(c.start, c.end, fmt.Sprintf("%s comes from the side of an outer join that may be missing; this condition drops the rows where it is", what),
					"move the condition into ON, or write INNER JOIN")
			}
		}
	}
}

// paddedColumns adds the columns that an outer join right below a filter fills with
// NULL.
func paddedColumns(n *node, to map[int32]bool) {
	join, ok := n.is.(*gsql.ResolvedJoinScan)
	if !ok {
		return
	}
	left, right := n.kids[0], n.kids[1]
	switch get(join.JoinType()) {
	case gsql.ResolvedJoinScanEnums_JoinTypeLeft:
		addAll(to, columns(right))
		paddedColumns(left, to)
	case gsql.ResolvedJoinScanEnums_JoinTypeRight:
		addAll(to, columns(left))
		paddedColumns(right, to)
	case gsql.ResolvedJoinScanEnums_JoinTypeInner:
		paddedColumns(left, to)
		paddedColumns(right, to)
	}
}

func addAll(to map[int32]bool, ids []int32) {
	for _, id := range ids {
		to[id] = true
	}
}

// wanted is a column without whose value a condition is not true: one side of a
// comparison, or the condition itself.
func wanted(c *node) (int32, bool) {
	if id, ok := refID(c); ok {
		return id, true
	}
	name := function(c)
	if name == "$not" {
		return refID(c.kids[0])
	}
	if !slices.Contains(comparisons, name) {
		return 0, false
	}
	if id, ok := refID(c.kids[0]); ok {
		return id, true
	}
	if name != "$in" && len(c.kids) > 1 {
		return refID(c.kids[1])
	}
	return 0, false
}
