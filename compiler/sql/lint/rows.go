package lint

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// limitWithoutOrder: LIMIT takes any rows where nothing says which come first.
// Subqueries that are expressions are left alone: EXISTS does not care, and an array
// has few elements.
func limitWithoutOrder(s *statement) {
	s.syntax.visit(func(q *syntax) {
		if _, ok := q.is.(*gsql.ASTQuery); !ok || insideExpression(q) {
			return
		}
		limit := kid[*gsql.ASTLimitOffset](q)
		if limit == nil || kid[*gsql.ASTOrderBy](q) != nil || kid[*gsql.ASTSelect](q) == nil && kid[*gsql.ASTSetOperation](q) == nil {
			return
		}
		s.find(limit.start, limit.end, "LIMIT without ORDER BY takes any rows, and others the next time",
			"say which rows come first: ORDER BY … LIMIT …")
	})
}

// insideExpression reports whether a query is, or stands in, an expression.
func insideExpression(q *syntax) bool {
	for ; q != nil; q = q.up {
		if _, ok := q.is.(gsql.ASTExpressionNode); ok {
			return true
		}
	}
	return false
}

// orderWithoutLimit: tables and subqueries have no order; only ARRAY(SELECT …) keeps
// one.
func orderWithoutLimit(s *statement) {
	s.syntax.visit(func(q *syntax) {
		if _, ok := q.is.(*gsql.ASTQuery); !ok {
			return
		}
		order := kid[*gsql.ASTOrderBy](q)
		if order == nil || kid[*gsql.ASTLimitOffset](q) != nil {
			return
		}
		if q.up != nil {
			if e, ok := q.up.is.(*gsql.ASTExpressionSubquery); ok && get(e.Modifier()) == gsql.ASTExpressionSubqueryEnums_ModifierArray {
				return
			}
		}
		what := "a subquery's rows have no order"
		if _, top := q.up.is.(*gsql.ASTQueryStatement); top {
			what = "a table's rows have no order"
		}
		s.find(order.start, order.end, "ORDER BY without LIMIT: "+what+", so sorting them only costs",
			"leave it out; whoever reads the rows sorts them", s.remove(s.blanksBefore(order.start), order.end))
	})
}

// selectStar: a column more upstream becomes a column more here, unless the columns
// are declared.
func selectStar(s *statement) {
	if s.facts.Declared {
		return
	}
	query := kid[*gsql.ASTQuery](s.syntax)
	if query == nil {
		return
	}
	with := map[string]bool{}
	if clause := kid[*gsql.ASTWithClause](query); clause != nil {
		for _, entry := range clause.kids {
			if id := entryName(entry); id != nil {
				with[strings.ToLower(nameOf(id))] = true
			}
		}
	}
	var selects func(*syntax)
	selects = func(t *syntax) {
		for _, k := range t.kids {
			switch k.is.(type) {
			case *gsql.ASTSelect:
				s.starsOf(k, with)
			case *gsql.ASTSetOperation:
				selects(k)
			}
		}
	}
	selects(query)
}

func (s *statement) starsOf(sel *syntax, with map[string]bool) {
	list, from := kid[*gsql.ASTSelectList](sel), kid[*gsql.ASTFromClause](sel)
	if list == nil || from == nil {
		return
	}
	tables := map[string]string{} // of the catalogue, by alias
	any := ""
	var leaves func(*syntax)
	leaves = func(t *syntax) {
		switch t.is.(type) {
		case *gsql.ASTTablePathExpression:
			path := kid[*gsql.ASTPathExpression](t)
			if path == nil {
				return
			}
			parts := identifiers(path)
			first := strings.ToLower(parts[0])
			if len(parts) == 1 && with[first] || tables[first] != "" {
				return
			}
			name := strings.Join(parts, ".")
			alias := name[strings.LastIndexByte(name, '.')+1:]
			if a := kid[*gsql.ASTAlias](t); a != nil {
				alias = identifiers(a)[0]
			}
			tables[strings.ToLower(alias)] = name
			if any == "" {
				any = name
			}
		case *gsql.ASTFromClause, *gsql.ASTJoin, *gsql.ASTParenthesizedJoin:
			for _, k := range t.kids {
				leaves(k)
			}
		}
	}
	leaves(from)
	for _, item := range list.kids {
		for _, k := range item.kids {
			table := ""
			switch k.is.(type) {
			case *gsql.ASTStar, *gsql.ASTStarWithModifiers:
				table = any
			case *gsql.ASTDotStar, *gsql.ASTDotStarWithModifiers:
				if path := kid[*gsql.ASTPathExpression](k); path != nil {
					table = tables[strings.ToLower(strings.Join(identifiers(path), "."))]
				}
			}
			if table != "" {
				s.find(k.start, k.end, fmt.Sprintf("SELECT * takes whatever columns %q has, now and later", table),
					"name the columns, or declare them under columns", s.starNames(k))
			}
		}
	}
}

// entryName is the identifier that names a WITH query: the first in it.
func entryName(entry *syntax) *syntax {
	if _, ok := entry.is.(*gsql.ASTIdentifier); ok {
		return entry
	}
	for _, k := range entry.kids {
		if id := entryName(k); id != nil {
			return id
		}
	}
	return nil
}

// unusedWith: a WITH query that nothing names is dead text.
func unusedWith(s *statement) {
	s.syntax.visit(func(clause *syntax) {
		if _, ok := clause.is.(*gsql.ASTWithClause); !ok {
			return
		}
		named := map[string]int{} // by the first word of every path in the query
		clause.up.visit(func(t *syntax) {
			if path, ok := t.is.(*gsql.ASTPathExpression); ok {
				named[strings.ToLower(get(path.ToIdentifierVector())[0])]++
			}
		})
		for i, entry := range clause.kids {
			if inner := kid[*gsql.ASTAliasedQuery](entry); inner != nil {
				entry = inner // one of the two that a WITH may hold, the other being an aggregation
			}
			id := entryName(entry)
			if id == nil {
				continue
			}
			name := nameOf(id)
			own := 0
			entry.visit(func(t *syntax) {
				if path, ok := t.is.(*gsql.ASTPathExpression); ok && strings.EqualFold(get(path.ToIdentifierVector())[0], name) {
					own++
				}
			})
			if named[strings.ToLower(name)] == own {
				s.find(id.start, id.end, fmt.Sprintf("nothing reads %q", name), "remove it from WITH", s.withoutEntry(clause, i))
			}
		}
	})
}

// withoutEntry is the edit that takes an entry out of WITH, and WITH with the last.
func (s *statement) withoutEntry(clause *syntax, i int) Edit {
	entries := clause.kids
	switch {
	case len(entries) == 1:
		for _, k := range clause.up.kids {
			if k.start >= clause.end {
				return s.remove(clause.start, k.start)
			}
		}
		return Edit{Start: -1}
	case i+1 < len(entries):
		return s.remove(entries[i].start, entries[i+1].start)
	}
	return s.remove(entries[i-1].end, entries[i].end)
}

// maxLine is how long a list of names may get on one line.
const maxLine = 100

// starNames is the edit that names the columns of a star that is alone in the
// outermost select list.
func (s *statement) starNames(star *syntax) Edit {
	query, ok := s.root.is.(*gsql.ResolvedQueryStmt)
	list := star.up.up
	if _, plain := star.is.(*gsql.ASTStar); !ok || !plain || len(list.kids) != 1 || list.up.up != kid[*gsql.ASTQuery](s.syntax) {
		return Edit{Start: -1}
	}
	var names []string
	for _, c := range get(query.OutputColumnList()) {
		names = append(names, sqltype.QuoteName(get(c.Name())))
	}
	text := strings.Join(names, ", ")
	if len(text) > maxLine {
		text = strings.Join(names, ",\n  ")
	}
	return s.replace(star.start, star.end, text)
}
