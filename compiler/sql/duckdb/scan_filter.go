package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// Scans that let rows through by something else than a plain condition.

// assertScan fails at a row for which the condition is not true.
func (t *translator) assertScan(s *gsql.ResolvedAssertScan, outer *env) *rel {
	in := get(s.InputScan())
	r := t.settle(t.scan(in, outer), columnsOf(in))
	scope := outer.child(r.cols)
	r.where = append(r.where, "CASE WHEN "+t.expr(get(s.Condition()), scope)+" THEN true ELSE CAST(gsql_error('Assert failed: ' || coalesce("+
		t.expr(get(s.Message()), scope)+", 'NULL')) AS BOOLEAN) END")
	return t.fence(r, columnsOf(in))
}

// fence closes a relation so that no condition from outside is applied before
// those inside: DuckDB does not move a filter below a window.
func (t *translator) fence(r *rel, cols []*gsql.ResolvedColumn) *rel {
	out, _ := t.extend(r, cols, []string{"row_number() OVER ()"})
	return out
}

// sampleScan is a sample that leaves nothing to chance: none of the rows, or all.
// A sample of a number of rows is all of them, unless there are more.
func (t *translator) sampleScan(s *gsql.ResolvedSampleScan, outer *env) *rel {
	in := get(s.InputScan())
	size, ok := get(s.Size()).(*gsql.ResolvedLiteral)
	byRows := get(s.Unit()) == gsql.ResolvedSampleScanEnums_SampleUnitRows
	amount := ""
	if ok {
		amount = literalNumber(t.literal(size, get(size.Value())))
	}
	if amount != "0" && amount != "100" && !byRows || amount == "" || len(get(s.PartitionByList())) > 0 {
		t.refuse(s, "TABLESAMPLE", "a sample is random, so no two warehouses give the same rows")
		return t.emptyRel(s)
	}
	r := t.settle(t.scan(in, outer), columnsOf(in))
	switch {
	case amount == "0":
		r.where = append(r.where, "false")
	case byRows:
		var refs []string
		r, refs = t.extend(r, columnsOf(in), []string{"count(*) OVER ()"})
		r.where = append(r.where, "CASE WHEN "+refs[0]+" <= "+amount+" THEN true ELSE CAST(gsql_error('TABLESAMPLE of fewer rows than there are is random') AS BOOLEAN) END")
	}
	if w := get(s.WeightColumn()); w != nil {
		r.cols[get(get(w.Column()).ColumnId())] = "CAST(1 AS DOUBLE)"
	}
	return r
}

// literalNumber is the number inside CAST('…' AS …), without a fraction of zero.
func literalNumber(s string) string {
	if _, rest, ok := strings.Cut(s, "CAST("); ok {
		s, _, _ = strings.Cut(rest, " AS ")
	}
	s = strings.Trim(s, "'")
	if whole, fraction, ok := strings.Cut(s, "."); ok && strings.Trim(fraction, "0") == "" {
		s = whole
	}
	return s
}

// extremes prepares HAVING MAX and HAVING MIN inside aggregates: a subquery adds
// the key and its extreme in the group to the rows. It gives the condition on the
// rows that count, by the aggregate's column.
func (t *translator) extremes(r *rel, s *gsql.ResolvedAggregateScan, outer *env) (*rel, map[int32]string) {
	in := get(s.InputScan())
	scope := outer.child(r.cols)
	var extra []string
	type pending struct {
		id    int32
		first int
		float bool
	}
	var found []pending
	for _, a := range get(s.AggregateList()) {
		n, ok := get(a.Expr()).(*gsql.ResolvedAggregateFunctionCall)
		if !ok || get(n.HavingModifier()) == nil {
			continue
		}
		m := get(n.HavingModifier())
		ty := resolvedType(get(get(m.HavingExpr()).Type()))
		if has(ty, sqltype.Struct, sqltype.Array, sqltype.JSON, sqltype.Range) || len(get(s.GroupingSetList())) > 0 {
			t.refuse(m, "HAVING MAX/MIN", "HAVING MAX or MIN over %s, or with GROUPING SETS, is not translated", ty)
			continue
		}
		var keys []string
		for _, k := range get(s.GroupByList()) {
			keys = append(keys, t.expr(get(k.Expr()), scope))
		}
		over := " OVER ()"
		if len(keys) > 0 {
			over = " OVER (PARTITION BY " + strings.Join(keys, ", ") + ")"
		}
		fn := "max("
		if get(m.Kind()) == gsql.ResolvedAggregateHavingModifierEnums_HavingModifierKindMin {
			fn = "min("
		}
		key := t.expr(get(m.HavingExpr()), scope)
		found = append(found, pending{get(get(a.Column()).ColumnId()), len(extra), ty.Kind == sqltype.Float64})
		extra = append(extra, key, fn+key+")"+over)
		if ty.Kind == sqltype.Float64 {
			extra = append(extra, "bool_or(isnan("+key+"))"+over)
		}
	}
	if len(found) == 0 {
		return r, nil
	}
	r, refs := t.extend(r, columnsOf(in), extra)
	having := map[int32]string{}
	for _, p := range found {
		having[p.id] = refs[p.first] + " = " + refs[p.first+1]
		if p.float { // NaN is the extreme where there is one, and equals nothing
			having[p.id] = "(" + having[p.id] + " AND NOT " + refs[p.first+2] + ")"
		}
	}
	return r, having
}
