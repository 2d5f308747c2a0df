package duckdb

import (
	"strconv"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// scan translates a relation. outer is what a correlated expression inside it
// can see.
func (t *translator) scan(s gsql.ResolvedScanNode, outer *env) *rel {
	switch s := s.(type) {
	case *gsql.ResolvedSingleRowScan:
		return newRel()
	case *gsql.ResolvedTableScan:
		return t.tableScan(s, outer)
	case *gsql.ResolvedProjectScan:
		return t.projectScan(s, outer)
	case *gsql.ResolvedFilterScan:
		in := get(s.InputScan())
		r := t.settle(t.scan(in, outer), columnsOf(in))
		r.where = append(r.where, t.predicate(get(s.FilterExpr()), outer.child(r.cols)))
		return r
	case *gsql.ResolvedJoinScan:
		return t.joinScan(s, outer)
	case *gsql.ResolvedArrayScan:
		return t.arrayScan(s, outer)
	case *gsql.ResolvedAggregateScan:
		return t.aggregateScan(s, outer)
	case *gsql.ResolvedAnalyticScan:
		return t.analyticScan(s, outer)
	case *gsql.ResolvedOrderByScan:
		in := get(s.InputScan())
		r := t.settle(t.scan(in, outer), columnsOf(in))
		for _, item := range get(s.OrderByItemList()) {
			r.order = append(r.order, t.orderItem(item, outer.child(r.cols))...)
		}
		return r
	case *gsql.ResolvedLimitOffsetScan:
		in := get(s.InputScan())
		r := t.scan(in, outer)
		if r.limit != "" || r.offset != "" {
			r = t.wrap(r, columnsOf(in))
		}
		if e := get(s.Limit()); e != nil {
			r.limit = t.rowCount(e, outer)
		}
		if e := get(s.Offset()); e != nil {
			r.offset = t.rowCount(e, outer)
		}
		return r
	case *gsql.ResolvedSetOperationScan:
		return t.setOperation(s, outer)
	case *gsql.ResolvedWithScan:
		return t.withScan(s, outer)
	case *gsql.ResolvedWithRefScan:
		return t.withRef(s)
	case *gsql.ResolvedRecursiveScan:
		return t.inlineRecursive(s, outer)
	case *gsql.ResolvedRecursiveRefScan:
		if len(t.cur) == 0 {
			t.refuse(s, "recursive reference", "a recursive reference outside its query cannot be translated")
			return newRel()
		}
		return t.reference(t.cur[len(t.cur)-1], columnsOf(s))
	case *gsql.ResolvedBarrierScan:
		return t.scan(get(s.InputScan()), outer)
	case *gsql.ResolvedSampleScan:
		return t.sampleScan(s, outer)
	case *gsql.ResolvedAssertScan:
		return t.assertScan(s, outer)
	}
	kind := get(s.NodeKindString())
	t.refuse(s, scanName(kind), "%s has no translation for the embedded warehouse", scanName(kind))
	return t.emptyRel(s)
}

// rowCount is a LIMIT or an OFFSET. DuckDB takes NULL for no limit.
func (t *translator) rowCount(e gsql.ResolvedExprNode, outer *env) string {
	if l, ok := e.(*gsql.ResolvedLiteral); ok && !get(get(l.Value()).IsNull()) {
		return t.expr(e, outer)
	}
	return "coalesce(" + t.expr(e, outer) + ", CAST(gsql_error('Limit requires non-null count and offset') AS BIGINT))"
}

// scanName turns a node's class into words: "MatchRecognizeScan" into MATCH RECOGNIZE.
func scanName(kind string) string {
	kind = strings.TrimSuffix(strings.TrimPrefix(kind, "Resolved"), "Scan")
	var b strings.Builder
	for i, c := range kind {
		if i > 0 && c >= 'A' && c <= 'Z' && kind[i-1] >= 'a' {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String())
}

// emptyRel stands for a refused scan, so that the rest can be looked at.
func (t *translator) emptyRel(s gsql.ResolvedScanNode) *rel {
	r := newRel()
	for _, c := range columnsOf(s) {
		r.cols[get(c.ColumnId())] = "NULL"
	}
	return r
}

func (t *translator) tableScan(s *gsql.ResolvedTableScan, _ *env) *rel {
	table := get(s.Table())
	name := get(table.FullName())
	if name == "" {
		name = get(table.Name())
	}
	if get(s.ForSystemTimeExpr()) != nil {
		t.refuse(s, "FOR SYSTEM_TIME AS OF", "the embedded warehouse keeps no history of %s", name)
	}
	r := newRel()
	a := t.alias()
	r.from = t.opts.Table(name) + " AS " + a
	index := get(s.ColumnIndexList())
	valueTable := get(table.IsValueTable())
	var names []string
	if t.opts.Columns != nil {
		names = t.opts.Columns(name)
	}
	for i, c := range columnsOf(s) {
		if valueTable {
			t.refuse(s, "value table", "the value table %s cannot be read on the embedded warehouse", name)
		}
		column := ""
		if at := int(index[i]); at < len(names) {
			column = names[at]
		} else {
			column = get(get(table.GetColumn(index[i])).Name())
		}
		r.cols[get(c.ColumnId())] = a + "." + Quote(column)
	}
	return r
}

func (t *translator) projectScan(s *gsql.ResolvedProjectScan, outer *env) *rel {
	in := get(s.InputScan())
	r := t.scan(in, outer)
	exprs := get(s.ExprList())
	if len(exprs) == 0 {
		return r
	}
	for _, c := range columnsOf(in) {
		if r.work[get(c.ColumnId())] {
			r = t.wrap(r, columnsOf(in))
			break
		}
	}
	scope := outer.child(r.cols)
	made := map[int32]string{}
	for _, c := range exprs {
		made[get(get(c.Column()).ColumnId())] = t.expr(get(c.Expr()), scope)
	}
	for _, c := range exprs {
		id := get(get(c.Column()).ColumnId())
		r.cols[id] = made[id]
		r.work[id] = !isReference(made[id])
	}
	return r
}

// isReference reports whether an expression is a column of a FROM item, which
// costs nothing to repeat.
func isReference(s string) bool {
	rest, ok := strings.CutPrefix(s, "t")
	if !ok {
		return false
	}
	num, name, ok := strings.Cut(rest, ".")
	if !ok {
		return false
	}
	if _, err := strconv.Atoi(num); err != nil {
		return false
	}
	return strings.HasPrefix(name, `"`) && strings.HasSuffix(name, `"`) &&
		!strings.Contains(strings.ReplaceAll(name[1:len(name)-1], `""`, ""), `"`)
}

var joinWords = map[gsql.ResolvedJoinScanEnums_JoinType]string{
	gsql.ResolvedJoinScanEnums_JoinTypeInner: "JOIN",
	gsql.ResolvedJoinScanEnums_JoinTypeLeft:  "LEFT JOIN",
	gsql.ResolvedJoinScanEnums_JoinTypeRight: "RIGHT JOIN",
	gsql.ResolvedJoinScanEnums_JoinTypeFull:  "FULL JOIN",
}

func (t *translator) joinScan(s *gsql.ResolvedJoinScan, outer *env) *rel {
	left, right := get(s.LeftScan()), get(s.RightScan())
	l := t.item(t.scan(left, outer), columnsOf(left))
	rightOuter := outer
	lateral := get(s.IsLateral())
	if lateral {
		rightOuter = outer.child(l.cols)
	}
	rr := t.scan(right, rightOuter)
	var r *rel
	if lateral {
		r = t.wrap(rr, columnsOf(right))
		r.from = "LATERAL " + r.from
	} else {
		r = t.item(rr, columnsOf(right))
		if r.nested {
			r.from = "(" + r.from + ")"
		}
	}
	out := newRel()
	out.nested = true
	for id, c := range l.cols {
		out.cols[id] = c
	}
	for id, c := range r.cols {
		out.cols[id] = c
	}
	kind := get(s.JoinType())
	cond := get(s.JoinExpr())
	if kind == gsql.ResolvedJoinScanEnums_JoinTypeFull && (outer.usedIn(l.from) || outer.usedIn(r.from)) {
		return t.correlatedFullJoin(l, r, columnsOf(left), columnsOf(right), cond, outer)
	}
	if cond == nil && kind == gsql.ResolvedJoinScanEnums_JoinTypeInner {
		out.from = l.from + " CROSS JOIN " + r.from
		return out
	}
	on := "true"
	if cond != nil {
		on = t.predicate(cond, outer.child(out.cols))
	}
	out.from = l.from + " " + joinWords[kind] + " " + r.from + " ON " + on
	return out
}

// correlatedFullJoin writes FULL JOIN as a left join and the rows of the right
// that have no partner: DuckDB has no full join of what an outer query's columns
// make.
func (t *translator) correlatedFullJoin(l, r *rel, leftCols, rightCols []*gsql.ResolvedColumn, cond gsql.ResolvedExprNode, outer *env) *rel {
	l, hit := t.extend(l, leftCols, []string{"1"})
	refs := map[int32]string{}
	var first, second []string
	for _, c := range leftCols {
		id := get(c.ColumnId())
		refs[id] = l.cols[id]
		first = append(first, l.cols[id]+" AS "+colName(c))
		second = append(second, "NULL AS "+colName(c))
	}
	for _, c := range rightCols {
		id := get(c.ColumnId())
		refs[id] = r.cols[id]
		first = append(first, r.cols[id]+" AS "+colName(c))
		second = append(second, r.cols[id]+" AS "+colName(c))
	}
	on := "true"
	if cond != nil {
		on = t.predicate(cond, outer.child(refs))
	}
	query := "SELECT " + strings.Join(first, ", ") + " FROM " + l.from + " LEFT JOIN " + r.from + " ON " + on +
		" UNION ALL SELECT " + strings.Join(second, ", ") + " FROM " + r.from + " LEFT JOIN " + l.from + " ON " + on + " WHERE " + hit[0] + " IS NULL"
	return t.sub(query, append(append([]*gsql.ResolvedColumn(nil), leftCols...), rightCols...))
}

// arrayScan is UNNEST, on its own or joined to what stands to its left.
func (t *translator) arrayScan(s *gsql.ResolvedArrayScan, outer *env) *rel {
	arrays := get(s.ArrayExprList())
	input := get(s.InputScan())
	out := newRel()
	scope := outer
	if input != nil {
		out = t.item(t.scan(input, outer), columnsOf(input))
		scope = outer.child(out.cols)
	}
	if len(arrays) == 0 {
		t.refuse(s, "UNNEST", "UNNEST without an array cannot be translated")
		return t.emptyRel(s)
	}
	query, cols := t.unnest(s, arrays, scope)
	a := t.alias()
	item := "(" + query + ") AS " + a
	join := get(s.JoinExpr())
	if input == nil {
		out.from = item
	} else if join == nil && !get(s.IsOuter()) {
		out.from += " CROSS JOIN LATERAL " + item
		out.nested = true
	}
	refs := map[int32]string{}
	for id, c := range out.cols {
		refs[id] = c
	}
	for id, name := range cols {
		refs[id] = a + "." + name
	}
	if input != nil && (join != nil || get(s.IsOuter())) {
		on := "true"
		if join != nil {
			on = t.expr(join, outer.child(refs))
		}
		word := " JOIN LATERAL "
		if get(s.IsOuter()) {
			word = " LEFT JOIN LATERAL "
		}
		out.from += word + item + " ON " + on
		out.nested = true
	}
	out.cols = refs
	return out
}

// unnest gives the query that makes one row of each element, and its columns.
func (t *translator) unnest(s *gsql.ResolvedArrayScan, arrays []gsql.ResolvedExprNode, scope *env) (string, map[int32]string) {
	elems := get(s.ElementColumnList())
	offsetCol := get(s.ArrayOffsetColumn())
	cols := map[int32]string{}
	list := func(c *gsql.ResolvedColumn) string {
		cols[get(c.ColumnId())] = colName(c)
		return colName(c)
	}
	if len(arrays) == 1 {
		arr := t.expr(arrays[0], scope)
		elem := list(elems[0])
		if offsetCol == nil {
			return "SELECT unnest(" + arr + ") AS " + elem, cols
		}
		off := list(get(offsetCol.Column()))
		if isReference(arr) {
			return "SELECT unnest(" + arr + ") AS " + elem + ", generate_subscripts(" + arr + ", 1) - 1 AS " + off, cols
		}
		return "SELECT unnest(l) AS " + elem + ", generate_subscripts(l, 1) - 1 AS " + off + " FROM (SELECT " + arr + " AS l)", cols
	}
	return t.unnestZip(s, arrays, scope, list), cols
}

// unnestZip is UNNEST of several arrays side by side.
func (t *translator) unnestZip(s *gsql.ResolvedArrayScan, arrays []gsql.ResolvedExprNode, scope *env, list func(*gsql.ResolvedColumn) string) string {
	elems := get(s.ElementColumnList())
	mode := "PAD"
	if m := get(s.ArrayZipMode()); m != nil {
		lit, ok := m.(*gsql.ResolvedLiteral)
		if !ok {
			t.refuse(s, "UNNEST(…, mode => …)", "the mode of a side-by-side UNNEST must be a literal")
			return "SELECT NULL"
		}
		mode = get(get(lit.Value()).EnumDisplayName())
	}
	var inner, lens, outer []string
	for i, a := range arrays {
		l := "l" + strconv.Itoa(i)
		inner = append(inner, t.expr(a, scope)+" AS "+l)
		lens = append(lens, "coalesce(len("+l+"), 0)")
		outer = append(outer, l+"[i] AS "+list(elems[i]))
	}
	if c := get(s.ArrayOffsetColumn()); c != nil {
		outer = append(outer, "i - 1 AS "+list(get(c.Column())))
	}
	n := "greatest(" + strings.Join(lens, ", ") + ")"
	switch mode {
	case "TRUNCATE":
		n = "least(" + strings.Join(lens, ", ") + ")"
	case "STRICT":
		n = "CASE WHEN greatest(" + strings.Join(lens, ", ") + ") = least(" + strings.Join(lens, ", ") + ") THEN " + n +
			" ELSE CAST(gsql_error('Unnested arrays under STRICT mode must have equal lengths') AS BIGINT) END"
	}
	return "SELECT " + strings.Join(outer, ", ") + " FROM (SELECT *, unnest(generate_series(1, " + n + ")) AS i FROM (SELECT " +
		strings.Join(inner, ", ") + "))"
}

// orderItem is an ORDER BY key with GoogleSQL's order: NULL, then NaN, then the
// numbers, unless asked otherwise.
func (t *translator) orderItem(item *gsql.ResolvedOrderByItem, scope *env) []string {
	ref := get(item.ColumnRef())
	if get(item.CollationName()) != nil {
		t.refuse(item, "COLLATE", "collations are not available on the embedded warehouse")
	}
	ty := resolvedType(get(ref.Type()))
	if ty.Kind == sqltype.Struct || ty.Kind == sqltype.Array {
		if has(ty, sqltype.Float64) {
			t.refuse(ref, "ORDER BY "+string(ty.Kind), "ordering by %s differs for NaN", ty)
		}
		if ty.Kind == sqltype.Struct {
			t.refuse(ref, "ORDER BY STRUCT", "ordering by a STRUCT is not translated; order by its fields")
		}
	}
	if ty.Kind == sqltype.Range {
		return rangeKeys(t.expr(ref, scope), get(item.IsDescending()), strings.HasSuffix(direction(item), "FIRST"))
	}
	if ty.Kind == sqltype.Array {
		// A NULL element is the least one; to DuckDB it is the greatest.
		v := t.letVar()
		return []string{"list_transform(" + t.expr(ref, scope) + ", lambda " + v + ": {'n': " + v + " IS NOT NULL, 'v': " + v + "})" + direction(item)}
	}
	return []string{orderKey(t.expr(ref, scope), ty) + direction(item)}
}

// rangeKeys orders by RANGE: by the start, of which an open one is the least, then
// by the end, of which an open one is the greatest.
func rangeKeys(x string, desc, nullsFirst bool) []string {
	keys := []string{"(" + x + " IS NULL)", "struct_extract(" + x + ", 'start')", "struct_extract(" + x + ", 'end')"}
	nulls := map[bool]string{true: " DESC", false: " ASC"}[nullsFirst]
	if desc {
		return []string{keys[0] + nulls, keys[1] + " DESC NULLS LAST", keys[2] + " DESC NULLS FIRST"}
	}
	return []string{keys[0] + nulls, keys[1] + " ASC NULLS FIRST", keys[2] + " ASC NULLS LAST"}
}

// ascending is an ascending key of a type that orderKey orders.
func ascending(x string, ty sqltype.Type) string {
	if ty.Kind == sqltype.Float64 {
		return orderKey(x, ty) + " DESC NULLS FIRST"
	}
	return x + " ASC NULLS FIRST"
}

// orderKey is what DuckDB orders by. To DuckDB NaN is the greatest number: so
// FLOAT64 is ordered by its negative, the other way round; see direction.
func orderKey(x string, ty sqltype.Type) string {
	if ty.Kind == sqltype.Float64 {
		return "-" + x
	}
	return x
}

// direction is how an orderKey is ordered.
func direction(item *gsql.ResolvedOrderByItem) string {
	desc := get(item.IsDescending())
	nulls := " NULLS FIRST"
	if desc {
		nulls = " NULLS LAST"
	}
	switch get(item.NullOrder()) {
	case gsql.ResolvedOrderByItemEnums_NullOrderModeNullsFirst:
		nulls = " NULLS FIRST"
	case gsql.ResolvedOrderByItemEnums_NullOrderModeNullsLast:
		nulls = " NULLS LAST"
	}
	if desc == (resolvedType(get(get(item.ColumnRef()).Type())).Kind == sqltype.Float64) {
		return " ASC" + nulls
	}
	return " DESC" + nulls
}
