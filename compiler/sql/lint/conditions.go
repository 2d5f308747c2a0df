package lint

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// joinWithoutRelation: a join whose condition names only one of its sides pairs every
// row of the other with every row that it lets through.
func joinWithoutRelation(s *statement) {
	for _, n := range s.all {
		join, ok := n.is.(*gsql.ResolvedJoinScan)
		if !ok || len(n.kids) < 3 || get(join.HasUsing()) {
			continue
		}
		on := n.kids[len(n.kids)-1]
		if _, ok := on.is.(gsql.ResolvedExprNode); !ok || s.oneRow(n.kids[0], 0) || s.oneRow(n.kids[1], 0) || isUnnest(n.kids[1]) {
			continue
		}
		inner := get(join.JoinType()) == gsql.ResolvedJoinScanEnums_JoinTypeInner
		_, constant := on.is.(*gsql.ResolvedLiteral)
		if constant && !inner { // there is no other way to write it
			continue
		}
		beside, conditions := above(n)
		if !inner {
			beside, conditions = nil, nil // what is tested later does not choose partners
		}
		if related([]*node{n.kids[0], n.kids[1]}, beside, append(conditions, conjuncts(on)...)) {
			continue
		}
		at := on
		if at.start < 0 {
			at = n
		}
		s.find(at.start, at.end, "the condition does not relate the two sides of the join, so every row is paired with every row",
			"compare a column of one side with one of the other; where the product is meant, write CROSS JOIN")
	}
}

func isUnnest(n *node) bool {
	_, ok := n.is.(*gsql.ResolvedArrayScan)
	return ok
}

// decidedCondition: a column compared with itself, with two constants at once, or
// with bounds that no value lies between.
func decidedCondition(s *statement) {
	for _, call := range s.calls("$equal", "$not_equal", "$less", "$less_or_equal", "$greater", "$greater_or_equal") {
		_, a := call.kids[0].is.(*gsql.ResolvedColumnRef)
		_, b := call.kids[1].is.(*gsql.ResolvedColumnRef)
		if a && b && call.kids[0].ref == call.kids[1].ref && typeOf(call.kids[0]) != "FLOAT64" {
			s.find(call.start, call.end, "a column is compared with itself", "correct one side; for values that are there, write IS NOT NULL")
		}
	}
	for _, and := range s.calls("$and") {
		if function(and.up) == "$and" {
			continue
		}
		said := map[int32]string{}
		for _, c := range conjuncts(and) {
			if function(c) != "$equal" {
				continue
			}
			id, ok := refID(c.kids[0])
			value, isLiteral := literalText(c.kids[1])
			if !ok || !isLiteral {
				continue
			}
			if before, twice := said[id]; twice && before != value {
				s.find(c.start, c.end, fmt.Sprintf("the same column is to be %s as well, so this holds for no row", before), "write OR, or IN (…)")
			}
			said[id] = value
		}
	}
	for _, call := range s.calls("$between") {
		low, a := literalText(call.kids[1])
		high, b := literalText(call.kids[2])
		if a && b && s.above(call.kids[1], call.kids[2], low, high) {
			s.find(call.start, call.end, "the first bound of BETWEEN is above the second, so no value lies between", "write the lower bound first")
		}
	}
}

// literalText is a literal's value as SQL.
func literalText(n *node) (string, bool) {
	l, ok := uncast(n).is.(*gsql.ResolvedLiteral)
	if !ok || isNull(n) {
		return "", false
	}
	return get(get(l.Value()).GetSQLLiteral()), true
}

// above reports whether one literal of a kind whose order is sure is greater than
// another.
func (s *statement) above(a, b *node, low, high string) bool {
	if typeOf(uncast(a)) != typeOf(uncast(b)) {
		return false
	}
	switch typeOf(uncast(a)) {
	case "INT64", "NUMERIC", "FLOAT64":
		return decimalLess(strings.Trim(high, `NUMERIC "'`), strings.Trim(low, `NUMERIC "'`))
	case "DATE":
		return high < low // the same form, year first
	}
	return false
}

// decimalLess compares plain decimal numbers; what is none is not less.
func decimalLess(a, b string) bool {
	var x, y float64
	if _, err := fmt.Sscanf(a+" "+b, "%g %g", &x, &y); err != nil {
		return false
	}
	return x < y
}

// likeWithoutWildcard: LIKE with neither % nor _ is =.
func likeWithoutWildcard(s *statement) {
	for _, call := range s.calls("$like") {
		l, ok := call.kids[1].is.(*gsql.ResolvedLiteral)
		if !ok || typeOf(call.kids[1]) != "STRING" || isNull(call.kids[1]) || call.start < 0 || call.kids[1].start < 0 {
			continue
		}
		if strings.ContainsAny(get(get(l.Value()).StringValue()), `%_\`) {
			continue
		}
		from, to, with := -1, 0, "="
		for _, t := range s.tokens(call.start, call.kids[1].start) {
			switch {
			case t.Is("NOT"):
				from, with = t.Start, "!="
			case t.Is("LIKE"):
				if from < 0 || with == "=" {
					from = t.Start
				}
				to = t.End()
			case from >= 0 && to == 0: // a NOT of something else
				from, with = -1, "="
			}
		}
		if to == 0 {
			continue
		}
		s.find(call.start, call.end, "LIKE with neither % nor _ is a comparison", "write "+with+", or add the wildcard that is missing", s.replace(from, to, with))
	}
}

// repeatedBranch: a condition that a CASE has tested before is never reached, and one
// that AND or OR repeats says nothing.
func repeatedBranch(s *statement) {
	s.syntax.visit(func(t *syntax) {
		switch t.is.(type) {
		case *gsql.ASTCaseNoValueExpression, *gsql.ASTCaseValueExpression:
			first := 0
			if _, ok := t.is.(*gsql.ASTCaseValueExpression); ok {
				first = 1
			}
			seen := map[string]bool{}
			for i := first; i+1 < len(t.kids); i += 2 {
				k := s.key(t.kids[i])
				if seen[k] && !volatile(k) {
					s.find(t.kids[i].start, t.kids[i].end, "this branch is never reached: the same condition stands before it", "correct the condition, or remove the branch")
				}
				seen[k] = true
			}
		case *gsql.ASTAndExpr, *gsql.ASTOrExpr:
			seen := map[string]bool{}
			for _, k := range t.kids {
				key := s.key(k)
				if seen[key] && !volatile(key) {
					s.find(k.start, k.end, "the same condition stands before this one", "correct it, or remove it")
				}
				seen[key] = true
			}
		}
	})
}

// volatile reports whether a text may give another value each time.
func volatile(key string) bool {
	return strings.Contains(key, "rand (") || strings.Contains(key, "generate_uuid (")
}

// repeatedValue: a value that stands twice in a list of IN.
func repeatedValue(s *statement) {
	s.syntax.visit(func(t *syntax) {
		if _, ok := t.is.(*gsql.ASTInList); !ok {
			return
		}
		seen := map[string]bool{}
		for i, k := range t.kids {
			switch k.is.(type) {
			case *gsql.ASTStringLiteral, *gsql.ASTIntLiteral, *gsql.ASTDateOrTimeLiteral:
			default:
				continue
			}
			text := s.text[k.start:k.end]
			if seen[text] {
				s.find(k.start, k.end, fmt.Sprintf("%s stands in the list twice", text), "remove it; perhaps another value was meant", s.remove(t.kids[i-1].end, k.end))
			}
			seen[text] = true
		}
	})
}
