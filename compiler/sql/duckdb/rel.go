package duckdb

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// env says how to write each column, by column ID, where an expression stands.
// Column IDs are unique in a statement, so an inner scope only adds.
type env struct {
	cols  map[int32]string
	outer *env
}

func (e *env) lookup(id int32) (string, bool) {
	for ; e != nil; e = e.outer {
		if s, ok := e.cols[id]; ok {
			return s, true
		}
	}
	return "", false
}

// usedIn reports whether a text refers to a column of the scope.
func (e *env) usedIn(s string) bool {
	for ; e != nil; e = e.outer {
		for _, c := range e.cols {
			if isReference(c) && strings.Contains(s, c) {
				return true
			}
		}
	}
	return false
}

func (e *env) child(cols map[int32]string) *env { return &env{cols: cols, outer: e} }

// rel is a relation under construction: one SELECT whose list is not yet
// written. Its columns' expressions are valid in that SELECT.
type rel struct {
	with   string // WITH clause, ending in a space
	from   string // FROM clause without the keyword; empty for one row
	where  []string
	order  []string
	limit  string
	offset string
	cols   map[int32]string
	work   map[int32]bool // columns that are more than a reference: compute once
	nested bool           // from is a join: parentheses needed on the right of another
}

func newRel() *rel { return &rel{cols: map[int32]string{}, work: map[int32]bool{}} }

// colName is a column's name in generated subqueries, unique by ID.
func colName(c *gsql.ResolvedColumn) string {
	return Quote(fmt.Sprintf("%s_%d", strings.TrimPrefix(get(c.Name()), "$"), get(c.ColumnId())))
}

// tail is everything after the select list.
func (r *rel) tail() string {
	var b strings.Builder
	if r.from != "" {
		b.WriteString(" FROM " + r.from)
	}
	if len(r.where) > 0 {
		b.WriteString(" WHERE " + strings.Join(r.where, " AND "))
	}
	if len(r.order) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(r.order, ", "))
	}
	if r.limit != "" {
		b.WriteString(" LIMIT " + r.limit)
	}
	if r.offset != "" {
		b.WriteString(" OFFSET " + r.offset)
	}
	return b.String()
}

// selectOf writes the relation as a SELECT of the given columns, named by ID.
func (r *rel) selectOf(cols []*gsql.ResolvedColumn) string {
	items := make([]string, 0, len(cols))
	seen := map[int32]bool{}
	for _, c := range cols {
		id := get(c.ColumnId())
		if seen[id] {
			continue
		}
		seen[id] = true
		items = append(items, r.cols[id]+" AS "+colName(c))
	}
	if len(items) == 0 {
		items = []string{"1 AS \"_\""}
	}
	return r.with + "SELECT " + strings.Join(items, ", ") + r.tail()
}

// wrap closes the relation into a subquery that exposes cols.
func (t *translator) wrap(r *rel, cols []*gsql.ResolvedColumn) *rel {
	return t.sub(r.selectOf(cols), cols)
}

// sub is a relation over a query text whose columns are named by ID.
func (t *translator) sub(query string, cols []*gsql.ResolvedColumn) *rel {
	a := t.alias()
	out := newRel()
	out.from = "(" + query + ") AS " + a
	for _, c := range cols {
		out.cols[get(c.ColumnId())] = a + "." + colName(c)
	}
	return out
}

// extend closes the relation into a subquery that exposes cols and, beside them,
// further expressions, to which it gives references.
func (t *translator) extend(r *rel, cols []*gsql.ResolvedColumn, extra []string) (*rel, []string) {
	items, names := []string{}, make([]string, len(extra))
	for i, e := range extra {
		names[i] = Quote(fmt.Sprintf("_x%d", i+1))
		items = append(items, e+" AS "+names[i])
	}
	query := r.selectOf(cols)
	tail := r.tail()
	query = strings.TrimSuffix(query, tail) + ", " + strings.Join(items, ", ") + tail
	out := t.sub(query, cols)
	a := out.from[strings.LastIndex(out.from, " AS ")+4:]
	for i := range names {
		names[i] = a + "." + names[i]
	}
	return out, names
}

// settle makes sure that every column is a plain reference and that the
// relation has no order or limit, so that a clause can be added to it.
func (t *translator) settle(r *rel, cols []*gsql.ResolvedColumn) *rel {
	if r.with != "" || r.limit != "" || r.offset != "" || len(r.order) > 0 {
		return t.wrap(r, cols)
	}
	for _, c := range cols {
		if r.work[get(c.ColumnId())] {
			return t.wrap(r, cols)
		}
	}
	return r
}

// item is the relation as a FROM item that can be joined.
func (t *translator) item(r *rel, cols []*gsql.ResolvedColumn) *rel {
	r = t.settle(r, cols)
	if len(r.where) > 0 || r.from == "" {
		r = t.wrap(r, cols)
	}
	return r
}

// columnsOf are the columns that a scan gives to what reads it.
func columnsOf(s gsql.ResolvedScanNode) []*gsql.ResolvedColumn {
	lists, ok := s.(interface {
		ColumnList() ([]*gsql.ResolvedColumn, error)
	})
	if !ok {
		return nil
	}
	return get(lists.ColumnList())
}
