package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

var setWords = map[gsql.ResolvedSetOperationScanEnums_SetOperationType]string{
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeUnionAll:          "UNION ALL",
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeUnionDistinct:     "UNION",
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeIntersectAll:      "INTERSECT ALL",
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeIntersectDistinct: "INTERSECT",
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeExceptAll:         "EXCEPT ALL",
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeExceptDistinct:    "EXCEPT",
}

// setOperation joins the items' rows. The analyser has already matched the
// columns of the items, by position or by name.
func (t *translator) setOperation(s *gsql.ResolvedSetOperationScan, outer *env) *rel {
	cols := columnsOf(s)
	word := setWords[get(s.OpType())]
	query := ""
	for i, item := range get(s.InputItemList()) {
		q := t.setItem(item, cols, outer)
		if i == 0 {
			query = q
			continue
		}
		if i > 1 {
			query = "(" + query + ")"
		}
		query += " " + word + " " + q
	}
	return t.sub(query, cols)
}

// setItem is one side of a set operation, its columns named as the result's.
func (t *translator) setItem(item *gsql.ResolvedSetOperationItem, cols []*gsql.ResolvedColumn, outer *env) string {
	r := t.scan(get(item.Scan()), outer)
	var list []string
	for i, c := range get(item.OutputColumnList()) {
		list = append(list, r.cols[get(c.ColumnId())]+" AS "+colName(cols[i]))
	}
	return "(" + r.with + "SELECT " + strings.Join(list, ", ") + r.tail() + ")"
}

// withScan writes a WITH clause in front of its query.
func (t *translator) withScan(s *gsql.ResolvedWithScan, outer *env) *rel {
	var entries []string
	for _, e := range get(s.WithEntryList()) {
		name := get(e.WithQueryName())
		q := get(e.WithSubquery())
		out := cte{name: Quote(name)}
		for _, c := range columnsOf(q) {
			out.cols = append(out.cols, colName(c))
		}
		var body string
		if rec, ok := q.(*gsql.ResolvedRecursiveScan); ok {
			body = t.recursion(rec, out, outer)
		} else {
			body = t.scan(q, outer).selectOf(columnsOf(q))
		}
		t.ctes[strings.ToUpper(name)] = out
		entries = append(entries, out.name+" AS ("+body+")")
	}
	word := "WITH "
	if get(s.Recursive()) {
		word = "WITH RECURSIVE "
	}
	q := get(s.Query())
	r := t.scan(q, outer)
	if r.with != "" {
		r = t.wrap(r, columnsOf(q))
	}
	r.with = word + strings.Join(entries, ", ") + " "
	return r
}

func (t *translator) withRef(s *gsql.ResolvedWithRefScan) *rel {
	c, ok := t.ctes[strings.ToUpper(get(s.WithQueryName()))]
	if !ok {
		t.refuse(s, "WITH reference", "the WITH entry %s is not in scope", get(s.WithQueryName()))
		return t.emptyRel(s)
	}
	return t.reference(c, columnsOf(s))
}

// reference reads a WITH entry; its columns match cols by position.
func (t *translator) reference(c cte, cols []*gsql.ResolvedColumn) *rel {
	r := newRel()
	a := t.alias()
	r.from = c.name + " AS " + a
	for i, col := range cols {
		r.cols[get(col.ColumnId())] = a + "." + c.cols[i]
	}
	return r
}

// recursion is the body of a recursive WITH entry.
func (t *translator) recursion(s *gsql.ResolvedRecursiveScan, self cte, outer *env) string {
	if get(s.RecursionDepthModifier()) != nil {
		t.refuse(s, "WITH DEPTH", "a recursion with a depth limit is not translated")
	}
	cols := columnsOf(s)
	base := t.setItem(get(s.NonRecursiveTerm()), cols, outer)
	t.cur = append(t.cur, self)
	step := t.setItem(get(s.RecursiveTerm()), cols, outer)
	t.cur = t.cur[:len(t.cur)-1]
	word := " UNION ALL "
	if get(s.OpType()) == gsql.ResolvedRecursiveScanEnums_RecursiveSetOperationTypeUnionDistinct {
		word = " UNION "
	}
	return base + word + step
}

// inlineRecursive is a recursion that stands where a relation does.
func (t *translator) inlineRecursive(s *gsql.ResolvedRecursiveScan, outer *env) *rel {
	self := cte{name: Quote("recursion_" + t.alias())}
	cols := columnsOf(s)
	for _, c := range cols {
		self.cols = append(self.cols, colName(c))
	}
	body := t.recursion(s, self, outer)
	r := t.reference(self, cols)
	r.with = "WITH RECURSIVE " + self.name + " AS (" + body + ") "
	return t.wrap(r, cols)
}
