package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// unionColumnOrder: UNION pairs columns by position, so a branch that has the same
// names in another order mixes values up. A relation that is turned round, both
// branches reading the same, is left alone.
func unionColumnOrder(s *statement) {
	s.syntax.visit(func(set *syntax) {
		if _, ok := set.is.(*gsql.ASTSetOperation); !ok || s.matchesByName(set) {
			return
		}
		var first *syntax
		var names []string
		for _, k := range set.kids {
			if _, ok := k.is.(*gsql.ASTSelect); !ok {
				continue
			}
			got := selectNames(k)
			if first == nil {
				first, names = k, got
				continue
			}
			if i, j := misplaced(names, got); i >= 0 && s.fromText(first) != s.fromText(k) {
				item := kid[*gsql.ASTSelectList](k).kids[i]
				s.find(item.start, item.end, fmt.Sprintf("column %d is %q here but %q in the first branch, whose column %d is %q: UNION goes by position",
					i+1, got[i], names[i], j+1, got[i]), "put the columns in the order of the first branch, or write UNION ALL BY NAME")
			}
		}
	})
}

// matchesByName reports whether a set operation pairs columns by their names.
func (s *statement) matchesByName(set *syntax) bool {
	list := kid[*gsql.ASTSetOperationMetadataList](set)
	if list == nil {
		return false
	}
	for _, k := range list.kids {
		text := strings.ToUpper(s.text[k.start:k.end])
		if strings.Contains(text, "NAME") || strings.Contains(text, "CORRESPONDING") {
			return true
		}
	}
	return false
}

// selectNames are the lower-case names of a select list's columns; empty where an
// entry has none of its own. With a star in it, nothing is known.
func selectNames(sel *syntax) []string {
	list := kid[*gsql.ASTSelectList](sel)
	if list == nil {
		return nil
	}
	var out []string
	for _, item := range list.kids {
		if len(item.kids) == 0 {
			return nil
		}
		switch item.kids[0].is.(type) {
		case *gsql.ASTStar, *gsql.ASTStarWithModifiers, *gsql.ASTDotStar, *gsql.ASTDotStarWithModifiers:
			return nil
		}
		out = append(out, strings.ToLower(itemName(item)))
	}
	return out
}

// itemName is the name that an entry of a select list has: its alias, or the last
// part of a path.
func itemName(item *syntax) string {
	if a := kid[*gsql.ASTAlias](item); a != nil {
		return identifiers(a)[0]
	}
	if path, ok := item.kids[0].is.(*gsql.ASTPathExpression); ok {
		parts := get(path.ToIdentifierVector())
		return parts[len(parts)-1]
	}
	return ""
}

// misplaced finds a column of got that the first branch has at another position
// (second result), while it has a column of another name there; -1 where there is none.
func misplaced(first, got []string) (at, belongs int) {
	for i := range min(len(first), len(got)) {
		if got[i] == "" || first[i] == "" || got[i] == first[i] {
			continue
		}
		if j := slices.Index(first, got[i]); j >= 0 && j < len(got) && got[j] != got[i] {
			return i, j
		}
	}
	return -1, -1
}

func (s *statement) fromText(sel *syntax) string {
	if from := kid[*gsql.ASTFromClause](sel); from != nil {
		return compactAll(s.text[from.start:from.end])
	}
	return ""
}

// unionMixed: what UNION ALL keeps, a UNION DISTINCT around it takes out again.
func unionMixed(s *statement) {
	s.syntax.visit(func(outer *syntax) {
		if _, ok := outer.is.(*gsql.ASTSetOperation); !ok || s.setWords(outer) != "UNION DISTINCT" {
			return
		}
		for _, k := range outer.kids {
			inner := k
			if _, ok := k.is.(*gsql.ASTQuery); ok {
				if kid[*gsql.ASTLimitOffset](k) != nil {
					continue
				}
				inner = kid[*gsql.ASTSetOperation](k)
			}
			if inner == nil {
				continue
			}
			if _, ok := inner.is.(*gsql.ASTSetOperation); ok && s.setWords(inner) == "UNION ALL" {
				at := kid[*gsql.ASTSetOperationMetadataList](inner).kids[0]
				s.find(at.start, at.end, "the UNION DISTINCT around this takes out the duplicates that UNION ALL keeps",
					"write the same in both places: UNION ALL if duplicates are meant to stay, else UNION DISTINCT")
			}
		}
	})
}

// setWords are the words of a set operation, e.g. UNION ALL; empty where its parts
// differ.
func (s *statement) setWords(set *syntax) string {
	list := kid[*gsql.ASTSetOperationMetadataList](set)
	if list == nil {
		return ""
	}
	words := ""
	for _, k := range list.kids {
		w := strings.ToUpper(compactAll(s.text[k.start:k.end]))
		if words != "" && w != words {
			return ""
		}
		words = w
	}
	return words
}

// distinctWithGroup: groups are distinct already, where the select list has all of
// what they are grouped by.
func distinctWithGroup(s *statement) {
	s.syntax.visit(func(sel *syntax) {
		is, ok := sel.is.(*gsql.ASTSelect)
		if !ok || !get(is.Distinct()) {
			return
		}
		group, list := kid[*gsql.ASTGroupBy](sel), kid[*gsql.ASTSelectList](sel)
		if group == nil || list == nil {
			return
		}
		shown := map[string]bool{}
		for i, item := range list.kids {
			shown[fmt.Sprint(i+1)] = true
			if len(item.kids) > 0 {
				shown[s.key(item.kids[0])] = true
				shown[strings.ToLower(itemName(item))] = true
			}
		}
		for _, item := range group.kids {
			if _, ok := item.is.(*gsql.ASTGroupingItem); !ok || len(item.kids) != 1 || !shown[s.key(item.kids[0])] {
				return
			}
			if _, isExpression := item.kids[0].is.(gsql.ASTExpressionNode); !isExpression {
				return
			}
		}
		for _, t := range s.tokens(sel.start, list.start) {
			if t.Is("DISTINCT") {
				s.find(t.Start, t.End(), "the rows of a GROUP BY are distinct already", "leave DISTINCT out",
					s.remove(t.Start, list.start))
				return
			}
		}
	})
}

// havingWithoutGroup: without GROUP BY there is one row for the whole table, and
// HAVING keeps or drops it.
func havingWithoutGroup(s *statement) {
	s.syntax.visit(func(sel *syntax) {
		if _, ok := sel.is.(*gsql.ASTSelect); !ok || kid[*gsql.ASTGroupBy](sel) != nil || insideExpression(sel) {
			return
		}
		if having := kid[*gsql.ASTHaving](sel); having != nil {
			s.find(having.start, having.end, "HAVING without GROUP BY keeps or drops the one row that the whole table gives",
				"add GROUP BY, or write WHERE where rows are meant")
		}
	})
}

// shadowedAlias: in a subquery, a table's alias hides that of the query around it, so
// a condition that is to relate the two compares the inner table with itself.
func shadowedAlias(s *statement) {
	s.syntax.visit(func(sel *syntax) {
		if _, ok := sel.is.(*gsql.ASTSelect); !ok || !insideExpression(sel) {
			return
		}
		inner := fromAliases(sel)
		for up := sel.up; up != nil && len(inner) > 0; up = up.up {
			if _, ok := up.is.(*gsql.ASTSelect); !ok {
				continue
			}
			outer := fromAliases(up)
			for name, at := range inner {
				if outer[name] != nil {
					s.find(at.start, at.end, fmt.Sprintf("%q is also the name of a table of the query around this, which it hides", name),
						"give the inner table a name of its own")
					delete(inner, name)
				}
			}
		}
	})
}

// fromAliases are the aliases that a SELECT's tables are given with AS or without, by
// lower-case name.
func fromAliases(sel *syntax) map[string]*syntax {
	out := map[string]*syntax{}
	var leaves func(*syntax)
	leaves = func(t *syntax) {
		switch t.is.(type) {
		case *gsql.ASTTablePathExpression, *gsql.ASTTableSubquery:
			if path := kid[*gsql.ASTPathExpression](t); path != nil && len(identifiers(path)) == 1 {
				return // of a WITH query, or an array
			}
			if a := kid[*gsql.ASTAlias](t); a != nil {
				out[strings.ToLower(identifiers(a)[0])] = a
			}
		case *gsql.ASTFromClause, *gsql.ASTJoin, *gsql.ASTParenthesizedJoin:
			for _, k := range t.kids {
				leaves(k)
			}
		}
	}
	if from := kid[*gsql.ASTFromClause](sel); from != nil {
		leaves(from)
	}
	return out
}
