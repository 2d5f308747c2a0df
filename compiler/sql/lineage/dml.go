package lineage

import (
	"slices"

	gsql "github.com/goccy/go-googlesql"

	"sluice/runtime/plan"
)

// target is the table that a statement changes, with what its columns hold afterwards.
type target struct {
	names  []string
	ids    []int32
	after  []*value // what may be put in, beside what is there; nil where nothing is
	before []*value
}

// target walks the table of a statement. The columns that the tree lists are those the
// statement names.
func (w *walker) target(s *gsql.ResolvedTableScan) (*target, relation) {
	r := w.scan(s)
	t := &target{}
	for _, c := range get(s.ColumnList()) {
		id := get(c.ColumnId())
		t.names, t.ids = append(t.names, get(c.Name())), append(t.ids, id)
		t.before = append(t.before, w.column(id))
	}
	t.after = make([]*value, len(t.ids))
	return t, r
}

// put notes that a column may hold v afterwards.
func (t *target) put(id int32, v *value) {
	i := slices.Index(t.ids, id)
	if i < 0 {
		return
	}
	if t.after[i] != nil {
		v = either(sum("or", t.after[i].sum, v.sum), t.after[i], v)
	}
	t.after[i] = v
}

// result gives the columns that the statement writes. Where rows stay that it does not
// touch, their values stay as well.
func (t *target) result(w *walker, r relation, stays bool) *plan.Lineage {
	var names []string
	var values []*value
	for i, v := range t.after {
		if v == nil {
			continue
		}
		if stays {
			v = either(sum("or", t.before[i].sum, v.sum), t.before[i], v)
		}
		names, values = append(names, t.names[i]), append(values, v)
	}
	return w.result(names, values, r)
}

func (w *walker) insert(s *gsql.ResolvedInsertStmt) *plan.Lineage {
	t, _ := w.target(get(s.TableScan()))
	columns := get(s.InsertColumnList())
	for _, c := range columns {
		if id := get(c.ColumnId()); !slices.Contains(t.ids, id) {
			t.names, t.ids, t.after, t.before = append(t.names, get(c.Name())), append(t.ids, id), append(t.after, nil), append(t.before, nil)
		}
	}
	r := relation{sum: sum("insert", text(get(s.GetInsertModeString())))}
	if q := get(s.Query()); q != nil {
		in := w.scan(q)
		r.rows, r.tables, r.sum = in.rows, in.tables, sum("insert", r.sum, in.sum)
		for i, id := range idsOf(get(s.QueryOutputColumnList())) {
			if i < len(columns) {
				t.put(get(columns[i].ColumnId()), w.column(id))
			}
		}
	}
	for _, row := range get(s.RowList()) {
		parts := []digest{r.sum}
		for i, v := range w.row(row) {
			if i < len(columns) {
				t.put(get(columns[i].ColumnId()), v)
			}
			parts = append(parts, v.sum)
		}
		r.sum = sum("row", parts...)
	}
	return t.result(w, r, false)
}

func (w *walker) row(row *gsql.ResolvedInsertRow) []*value {
	var out []*value
	for _, v := range get(row.ValueList()) {
		out = append(out, w.expr(get(v.Value())))
	}
	return out
}

// assign walks the assignments of an UPDATE; which rows they change is decided by about.
func (w *walker) assign(t *target, items []*gsql.ResolvedUpdateItem, about flow) digest {
	var parts []digest
	for _, u := range items {
		into := get(u.Target())
		field := false
		for {
			f, ok := into.(*gsql.ResolvedGetStructField)
			if !ok {
				break
			}
			field, into = true, get(f.Expr())
		}
		ref, ok := into.(*gsql.ResolvedColumnRef)
		if !ok {
			_, d := w.other(u)
			parts = append(parts, d)
			continue
		}
		id := get(get(ref.Column()).ColumnId())
		var v *value
		if set := get(u.SetValue()); set != nil && !field {
			v = w.expr(get(set.Value()))
		} else { // a field, or elements of an array: the rest of the column stays
			f, d := w.other(u)
			before := w.column(id)
			v = &value{own: before.all().plus(f.each(kinds.transformed)), sum: sum("in", before.sum, d)}
		}
		t.put(id, v.under(about))
		parts = append(parts, v.sum)
	}
	return sum("set", parts...)
}

func (w *walker) update(s *gsql.ResolvedUpdateStmt) *plan.Lineage {
	t, r := w.target(get(s.TableScan()))
	parts := []digest{r.sum}
	var about flow
	if from := get(s.FromScan()); from != nil {
		in := w.scan(from)
		about = about.plus(in.rows)
		r.tables = append(r.tables, in.tables...)
		parts = append(parts, in.sum)
	}
	if e := get(s.WhereExpr()); e != nil {
		v := w.expr(e)
		about = about.plus(v.all().as(conditional))
		parts = append(parts, v.sum)
	}
	r.sum = sum("update", append(parts, w.assign(t, get(s.UpdateItemList()), about))...)
	return t.result(w, relation{rows: nil, tables: r.tables[:1], sum: r.sum}, true)
}

func (w *walker) delete(s *gsql.ResolvedDeleteStmt) *plan.Lineage {
	t, r := w.target(get(s.TableScan()))
	if e := get(s.WhereExpr()); e != nil {
		v := w.expr(e)
		r.rows = v.all().as(filter)
		r.sum = sum("delete", r.sum, v.sum)
	}
	return t.result(w, r, true)
}

// merge changes, adds and takes away rows of its target: each by the condition on
// which the two match, and its own.
func (w *walker) merge(s *gsql.ResolvedMergeStmt) *plan.Lineage {
	t, r := w.target(get(s.TableScan()))
	from := w.scan(get(s.FromScan()))
	on := w.expr(get(s.MergeExpr()))
	rows := from.rows.plus(on.all().as(join))
	parts := []digest{r.sum, from.sum, on.sum}
	about := on.all().as(conditional)
	for _, when := range get(s.WhenClauseList()) {
		clause := []digest{number(int(get(when.MatchType()))), number(int(get(when.ActionType())))}
		decides := about
		if e := get(when.MatchExpr()); e != nil {
			v := w.expr(e)
			decides = decides.plus(v.all().as(conditional))
			clause = append(clause, v.sum)
		}
		switch get(when.ActionType()) {
		case gsql.ResolvedMergeWhenEnums_ActionTypeInsert:
			values := w.row(get(when.InsertRow()))
			for i, c := range get(when.InsertColumnList()) {
				if i < len(values) {
					t.put(get(c.ColumnId()), values[i])
					clause = append(clause, values[i].sum)
				}
			}
			rows = rows.plus(decides.as(join))
		case gsql.ResolvedMergeWhenEnums_ActionTypeUpdate:
			clause = append(clause, w.assign(t, get(when.UpdateItemList()), decides))
		default:
			rows = rows.plus(decides.as(filter))
		}
		parts = append(parts, sum("when", clause...))
	}
	out := relation{rows: rows, tables: append(r.tables, from.tables...), sum: sum("merge", parts...)}
	return t.result(w, out, true)
}
