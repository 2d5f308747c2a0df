package lineage

import (
	"slices"

	gsql "github.com/goccy/go-googlesql"
)

// scan walks a relation and makes its columns known.
func (w *walker) scan(s gsql.ResolvedScanNode) relation {
	switch s := s.(type) {
	case *gsql.ResolvedSingleRowScan:
		return relation{sum: sum("one row")}
	case *gsql.ResolvedTableScan:
		return w.tableScan(s)
	case *gsql.ResolvedProjectScan:
		r := w.scan(get(s.InputScan()))
		for _, c := range get(s.ExprList()) {
			w.compute(c)
		}
		return r
	case *gsql.ResolvedFilterScan:
		r := w.scan(get(s.InputScan()))
		condition := w.expr(get(s.FilterExpr()))
		r.rows = r.rows.plus(condition.all().as(filter))
		r.sum = sum("filter", r.sum, condition.sum)
		return r
	case *gsql.ResolvedJoinScan:
		return w.joinScan(s)
	case *gsql.ResolvedArrayScan:
		return w.arrayScan(s)
	case *gsql.ResolvedAggregateScan:
		return w.aggregateScan(s)
	case *gsql.ResolvedAnalyticScan:
		return w.analyticScan(s)
	case *gsql.ResolvedOrderByScan:
		r := w.scan(get(s.InputScan()))
		keys := w.orderBy(get(s.OrderByItemList()))
		r.rows = r.rows.plus(keys.own.as(sorted))
		r.sum = sum("order", r.sum, keys.sum)
		return r
	case *gsql.ResolvedLimitOffsetScan:
		return w.limitScan(s)
	case *gsql.ResolvedSetOperationScan:
		return w.setScan(s)
	case *gsql.ResolvedWithScan:
		for _, e := range get(s.WithEntryList()) {
			w.withEntry(get(e.WithQueryName()), get(e.WithSubquery()))
		}
		return w.scan(get(s.Query()))
	case *gsql.ResolvedWithRefScan:
		entry := w.ctes[get(s.WithQueryName())]
		if entry == nil {
			return w.unknownScan(s)
		}
		return w.reference(s, entry.relation)
	case *gsql.ResolvedRecursiveScan:
		return w.recursiveScan(s)
	case *gsql.ResolvedRecursiveRefScan:
		if len(w.self) == 0 {
			return w.unknownScan(s)
		}
		return w.reference(s, *w.self[len(w.self)-1])
	case *gsql.ResolvedRelationArgumentScan:
		r, ok := w.relations[lower(get(s.Name()))]
		if !ok {
			return w.unknownScan(s)
		}
		for i, id := range ids(s) {
			if i < len(r.cols) {
				w.cols[id] = r.cols[i]
			}
		}
		return r
	case *gsql.ResolvedTVFScan:
		return w.tableFunction(s)
	case *gsql.ResolvedBarrierScan:
		return w.scan(get(s.InputScan()))
	}
	return w.unknownScan(s)
}

// base is the scan of a table. Its columns have consecutive IDs nearly always, so that
// it is enough to know the first.
type base struct {
	first int32
	table string
	index []int32 // into names
	names []string
	sum   digest
}

func (w *walker) tableScan(s *gsql.ResolvedTableScan) relation {
	t := get(s.Table())
	name := get(t.Name())
	key := w.scope.occurrence(name)
	rows := w.leaves.of(origin{table: tableName(name)})
	r := relation{tables: []source{{rows, key}}, sum: sum("table", text(name))}
	if at := get(s.ForSystemTimeExpr()); at != nil {
		v := w.expr(at)
		key = sum("at", key, v.sum)
		r.rows = v.all().as(filter)
		r.sum = sum("at", r.sum, v.sum)
	}
	size := get(s.ColumnListSize())
	if size == 0 {
		return r
	}
	b := base{table: tableName(name), index: get(s.ColumnIndexList()), sum: key}
	if w.Columns != nil {
		b.names = w.Columns(name)
	}
	b.first = get(get(s.ColumnList2(0)).ColumnId())
	last := get(get(s.ColumnList2(size - 1)).ColumnId())
	if b.names != nil && last-b.first == size-1 && int(size) == len(b.index) && int(slices.Max(b.index)) < len(b.names) {
		w.bases = append(w.bases, b)
		return r
	}
	for i, c := range get(s.ColumnList()) {
		w.cols[get(c.ColumnId())] = w.baseColumn(b, tableColumn(t, b, i, c))
	}
	return r
}

// tableColumn is the name in the table of a scan's column. What the scan calls it is
// another matter: a table function's query that stands in place of its call has the
// names that the function gives.
func tableColumn(t gsql.TableNode, b base, i int, c *gsql.ResolvedColumn) string {
	if i >= len(b.index) {
		return get(c.Name())
	}
	at := b.index[i]
	if int(at) < len(b.names) {
		return b.names[at]
	}
	return get(get(t.GetColumn(at)).Name())
}

func (w *walker) baseColumn(b base, name string) *value {
	return &value{own: one(w.leaves.of(origin{table: b.table, column: name}), identity), sum: sum("column", b.sum, text(name))}
}

// tableName is a table's own name: in the catalogue, a part of a wildcard family has
// the rest of its name behind a space.
func tableName(catalogue string) string {
	for i := range len(catalogue) {
		if catalogue[i] == ' ' {
			return catalogue[:i]
		}
	}
	return catalogue
}

// column is the value of a column that a scan made. One that none made is of a part of
// the tree that was not understood: it has no influence of its own that is not counted
// there.
func (w *walker) column(id int32) *value {
	if v := w.cols[id]; v != nil {
		return v
	}
	for _, b := range w.bases {
		if i := id - b.first; i >= 0 && int(i) < len(b.index) {
			v := w.baseColumn(b, b.names[b.index[i]])
			w.cols[id] = v
			return v
		}
	}
	return &value{sum: sum("unknown column")}
}

// ids are the IDs of a scan's columns.
func ids(s gsql.ResolvedScanNode) []int32 {
	lists, ok := s.(interface {
		ColumnList() ([]*gsql.ResolvedColumn, error)
	})
	if !ok {
		return nil
	}
	return idsOf(get(lists.ColumnList()))
}

func idsOf(list []*gsql.ResolvedColumn) []int32 {
	out := make([]int32, len(list))
	for i, c := range list {
		out[i] = get(c.ColumnId())
	}
	return out
}

// computed is a column with the expression that makes it.
type computed interface {
	Column() (*gsql.ResolvedColumn, error)
	Expr() (gsql.ResolvedExprNode, error)
}

func (w *walker) compute(c computed) *value {
	v := w.expr(get(c.Expr()))
	w.cols[get(get(c.Column()).ColumnId())] = v
	return v
}

func (w *walker) joinScan(s *gsql.ResolvedJoinScan) relation {
	kind := get(s.JoinType())
	left := w.scan(get(s.LeftScan()))
	right := w.scan(get(s.RightScan()))
	out := relation{rows: left.rows.plus(right.rows), tables: slices.Concat(left.tables, right.tables)}
	condition := &value{sum: sum("true")}
	if e := get(s.JoinExpr()); e != nil {
		condition = w.expr(e)
		out.rows = out.rows.plus(condition.all().as(join))
	}
	out.sum = sum("join", number(int(kind)), left.sum, right.sum, condition.sum)
	// The side that may find no match gives NULL there: even a constant tells whether
	// there was a match.
	if kind == gsql.ResolvedJoinScanEnums_JoinTypeLeft || kind == gsql.ResolvedJoinScanEnums_JoinTypeFull {
		w.matched(get(s.RightScan()), right)
	}
	if kind == gsql.ResolvedJoinScanEnums_JoinTypeRight || kind == gsql.ResolvedJoinScanEnums_JoinTypeFull {
		w.matched(get(s.LeftScan()), left)
	}
	return out
}

// matched has the columns of one side of an outer join that have no input depend on
// that side's rows. Only computed columns can be such.
func (w *walker) matched(side gsql.ResolvedScanNode, r relation) {
	switch side.(type) {
	case *gsql.ResolvedTableScan:
		return
	}
	rows, key := rowsOf(r), r.tableSum()
	for _, id := range ids(side) {
		if v := w.column(id); len(v.all()) == 0 {
			w.cols[id] = &value{own: rows.as(conditional), sum: sum("where matched", v.sum, key)}
		}
	}
}

// rowsOf is the existence of a relation's rows.
func rowsOf(r relation) flow {
	var out flow
	for _, s := range r.tables {
		out = out.plus(one(s.leaf, conditional))
	}
	return out
}

// tableSum stands for which tables are read, and by which of their readings.
func (r relation) tableSum() digest {
	parts := make([]digest, len(r.tables))
	for i, s := range r.tables {
		parts[i] = s.sum
	}
	return sum("tables", parts...)
}

// arrayScan is UNNEST: the elements are the array's values, and how many there are
// decides how often a row appears.
func (w *walker) arrayScan(s *gsql.ResolvedArrayScan) relation {
	r := relation{sum: sum("one row")}
	if in := get(s.InputScan()); in != nil {
		r = w.scan(in)
	}
	arrays := get(s.ArrayExprList())
	elements := get(s.ElementColumnList())
	var lengths flow
	parts := []digest{r.sum}
	var keys []digest
	for i, e := range arrays {
		v := w.expr(e)
		// Two readings of one array are two things, as with tables.
		key := w.scope.occurrence("unnest " + v.sum.String())
		lengths = lengths.plus(v.all())
		parts, keys = append(parts, v.sum), append(keys, key)
		if i < len(elements) {
			w.cols[get(elements[i].ColumnId())] = v.named(sum("element", v.sum, key))
		}
	}
	if o := get(s.ArrayOffsetColumn()); o != nil {
		// A position is a number that says nothing of the elements.
		w.cols[get(get(o.Column()).ColumnId())] = &value{own: lengths.each(kinds.masked), sum: sum("offset", keys...)}
	}
	if e := get(s.JoinExpr()); e != nil {
		condition := w.expr(e)
		lengths = lengths.plus(condition.all())
		parts = append(parts, condition.sum)
	}
	if mode := get(s.ArrayZipMode()); mode != nil {
		parts = append(parts, w.expr(mode).sum)
	}
	r.rows = r.rows.plus(lengths.as(join))
	r.sum = sum("unnest", append(parts, truth(get(s.IsOuter())))...)
	return r
}

func (w *walker) limitScan(s *gsql.ResolvedLimitOffsetScan) relation {
	r := w.scan(get(s.InputScan()))
	parts := []digest{r.sum}
	for _, e := range []gsql.ResolvedExprNode{get(s.Limit()), get(s.Offset())} {
		if e == nil {
			parts = append(parts, digest{})
			continue
		}
		v := w.expr(e)
		r.rows = r.rows.plus(v.all().as(filter))
		parts = append(parts, v.sum)
	}
	r.sum = sum("limit", parts...)
	return r
}

// setScan is UNION, INTERSECT or EXCEPT. The analyser has matched the columns already,
// by position or by name.
func (w *walker) setScan(s *gsql.ResolvedSetOperationScan) relation {
	op := get(s.OpType())
	out := relation{}
	var items [][]*value
	parts := []digest{number(int(op))}
	for _, item := range get(s.InputItemList()) {
		r, values := w.setItem(item)
		out.rows, out.tables = out.rows.plus(r.rows), append(out.tables, r.tables...)
		items = append(items, values)
		parts = append(parts, r.sum)
		if op != gsql.ResolvedSetOperationScanEnums_SetOperationTypeUnionAll {
			// Whether rows are the same is decided by all of their columns.
			for _, v := range values {
				out.rows = out.rows.plus(v.all().as(comparison[op]))
				parts = append(parts, v.sum)
			}
		}
	}
	out.sum = sum("set", parts...)
	for i, id := range ids(s) {
		var same []*value
		sums := []digest{number(int(op))}
		for j, item := range items {
			if i >= len(item) || j > 0 && exceptive[op] {
				continue
			}
			same, sums = append(same, item[i]), append(sums, item[i].sum)
		}
		w.cols[id] = either(sum("set column", sums...), same...)
	}
	return out
}

var comparison = map[gsql.ResolvedSetOperationScanEnums_SetOperationType]kinds{
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeUnionDistinct:     groupBy,
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeIntersectAll:      filter,
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeIntersectDistinct: filter,
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeExceptAll:         filter,
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeExceptDistinct:    filter,
}

// exceptive operations give values of the first query only.
var exceptive = map[gsql.ResolvedSetOperationScanEnums_SetOperationType]bool{
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeExceptAll:      true,
	gsql.ResolvedSetOperationScanEnums_SetOperationTypeExceptDistinct: true,
}

func (w *walker) setItem(item *gsql.ResolvedSetOperationItem) (relation, []*value) {
	r := w.scan(get(item.Scan()))
	var values []*value
	for _, id := range idsOf(get(item.OutputColumnList())) {
		values = append(values, w.column(id))
	}
	return r, values
}

// withEntry walks a WITH query. It is a scope of its own, so that the order in which
// such queries are written does not matter.
func (w *walker) withEntry(name string, query gsql.ResolvedScanNode) {
	outer := w.scope
	w.scope = newScope(outer.depth + 1)
	r := w.scan(query)
	w.scope = outer
	r.cols = nil
	for _, id := range ids(query) {
		r.cols = append(r.cols, w.column(id))
	}
	w.ctes[name] = &with{r}
}

// reference reads a query that was walked already: a reading of it, as of a table.
func (w *walker) reference(s gsql.ResolvedScanNode, r relation) relation {
	key := w.scope.occurrence("with " + r.sum.String())
	for i, id := range ids(s) {
		if i < len(r.cols) {
			w.cols[id] = r.cols[i].named(sum("with", key, r.cols[i].sum))
		}
	}
	out := relation{rows: r.rows, sum: r.sum}
	for _, t := range r.tables {
		out.tables = append(out.tables, source{t.leaf, sum("with", key, t.sum)})
	}
	return out
}

// recursiveScan walks the recursive term again and again, with what is known of the
// columns so far, until nothing new comes up. Sets of influences only grow, and there
// are finitely many, so it ends.
func (w *walker) recursiveScan(s *gsql.ResolvedRecursiveScan) relation {
	distinct := get(s.OpType()) == gsql.ResolvedRecursiveScanEnums_RecursiveSetOperationTypeUnionDistinct
	first, values := w.setItem(get(s.NonRecursiveTerm()))
	self := relation{rows: first.rows, tables: first.tables, sum: sum("self")}
	for i, v := range values {
		// Inside, the query's own columns are what they are by position.
		self.cols = append(self.cols, v.named(sum("self column", number(i))))
	}
	w.self = append(w.self, &self)
	outer := w.scope
	var step relation
	var stepped []*value
	for grown := true; grown; {
		w.scope = newScope(outer.depth + 1)
		step, stepped = w.setItem(get(s.RecursiveTerm()))
		grown = !self.rows.covers(step.rows)
		self.rows = self.rows.plus(step.rows)
		for _, t := range step.tables {
			if !slices.ContainsFunc(self.tables, func(u source) bool { return u.leaf == t.leaf }) {
				self.tables, grown = append(slices.Clip(self.tables), t), true
			}
		}
		for i, v := range stepped {
			if i < len(self.cols) && !self.cols[i].all().covers(v.all()) {
				grown = true
				self.cols[i] = either(self.cols[i].sum, self.cols[i], v)
			}
		}
	}
	w.scope = outer
	w.self = w.self[:len(w.self)-1]
	out := relation{rows: self.rows, tables: self.tables, sum: sum("recursive", truth(distinct), first.sum, step.sum)}
	for i, id := range ids(s) {
		if i >= len(values) || i >= len(stepped) {
			continue
		}
		v := self.cols[i].named(sum("recursive column", values[i].sum, stepped[i].sum))
		w.cols[id] = v
		if distinct {
			out.rows = out.rows.plus(v.all().as(groupBy))
			out.sum = sum("distinct", out.sum, v.sum)
		}
	}
	if d := get(s.RecursionDepthModifier()); d != nil {
		f, key := w.other(d)
		out.rows, out.sum = out.rows.plus(f.as(filter)), sum("depth", out.sum, key)
	}
	return out
}

// unknownScan is a scan of a kind that is not known here: all it is made of counts for
// its rows, and for each column that is its own.
func (w *walker) unknownScan(s gsql.ResolvedScanNode) relation {
	var out relation
	var everything flow
	parts := []digest{text(plainText(s))}
	for _, kid := range get(s.GetChildNodes()) {
		if in, ok := kid.(gsql.ResolvedScanNode); ok {
			r := w.scan(in)
			out.rows, out.tables = out.rows.plus(r.rows), append(out.tables, r.tables...)
			parts = append(parts, r.sum)
			for _, id := range ids(in) {
				v := w.column(id)
				everything = everything.plus(v.all())
				parts = append(parts, v.sum)
			}
			continue
		}
		f, key := w.other(kid)
		everything = everything.plus(f)
		out.rows = out.rows.plus(f.as(filter))
		parts = append(parts, key)
	}
	out.sum = sum("scan", parts...)
	for i, id := range ids(s) {
		if w.cols[id] == nil && !w.ofTable(id) {
			w.cols[id] = &value{own: everything.each(kinds.transformed), sum: sum("column of", out.sum, number(i))}
		}
	}
	return out
}

func (w *walker) ofTable(id int32) bool {
	return slices.ContainsFunc(w.bases, func(b base) bool { return id >= b.first && int(id-b.first) < len(b.index) })
}
