package duckdb

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// aggregateScan groups. Keys are written once in the select list and named by
// position in GROUP BY, so that a constant key is not taken for a position.
func (t *translator) aggregateScan(s *gsql.ResolvedAggregateScan, outer *env) *rel {
	in := get(s.InputScan())
	r := t.settle(t.scan(in, outer), columnsOf(in))
	r, having := t.extremes(r, s, outer)
	scope := outer.child(r.cols)
	raw := &rawAggregates{alias: t.alias()}
	out := newRel()
	var keys []string
	position := map[int32]int{}
	keyExpr := map[int32]string{}
	for i, k := range get(s.GroupByList()) {
		col := get(k.Column())
		id := get(col.ColumnId())
		e := t.expr(get(k.Expr()), scope)
		ty := resolvedType(get(get(k.Expr()).Type()))
		if has(ty, sqltype.JSON) {
			t.refuse(k, "GROUP BY JSON", "JSON values cannot be grouped")
		}
		raw.items = append(raw.items, e+" AS "+colName(col))
		out.cols[id] = raw.alias + "." + colName(col)
		keys = append(keys, fmt.Sprint(i+1))
		position[id] = i + 1
		keyExpr[id] = e
	}
	for _, a := range get(s.AggregateList()) {
		id := get(get(a.Column()).ColumnId())
		out.cols[id] = t.aggregate(get(a.Expr()), scope, having[id], raw)
		if d, ok := a.(*gsql.ResolvedDeferredComputedColumn); ok {
			// Errors are not deferred: they end the statement where they arise.
			out.cols[get(get(d.SideEffectColumn()).ColumnId())] = "CAST(NULL AS BLOB)"
		}
	}
	for _, g := range get(s.GroupingCallList()) {
		key := get(get(get(g.GroupByColumn()).Column()).ColumnId())
		out.cols[get(get(g.OutputColumn()).ColumnId())] = raw.ref("CAST(grouping(" + keyExpr[key] + ") AS BIGINT)")
	}
	raw.resolve(out.cols)
	for id, e := range out.cols {
		out.work[id] = !isReference(e)
	}
	group := ""
	if len(keys) > 0 {
		group = " GROUP BY " + strings.Join(keys, ", ")
	}
	if sets := get(s.GroupingSetList()); len(sets) > 0 {
		parts := make([]string, len(sets))
		for i, g := range sets {
			parts[i] = t.groupingSet(g, position)
		}
		group = " GROUP BY GROUPING SETS (" + strings.Join(parts, ", ") + ")"
	}
	if len(raw.items) == 0 {
		raw.items = []string{`1 AS "_"`}
		if group == "" {
			// A group of everything, whatever the rows: aggregation without output.
			raw.items = []string{`count(*) AS "_"`}
		}
	}
	out.from = "(SELECT " + strings.Join(raw.items, ", ") + r.tail() + group + ") AS " + raw.alias
	return out
}

// rawAggregates is the select list that groups: DuckDB's aggregates, each once. What
// GoogleSQL's aggregates are made of them is computed on top, where it is referred to.
type rawAggregates struct {
	alias  string
	items  []string
	refs   map[string]string // by the aggregate's text
	finite finiteChecks
}

// ref adds an aggregate and gives the reference to it.
func (r *rawAggregates) ref(aggregate string) string {
	if ref, ok := r.refs[aggregate]; ok {
		return ref
	}
	if r.refs == nil {
		r.refs = map[string]string{}
	}
	name := Quote(fmt.Sprintf("_a%d", len(r.refs)+1))
	r.items = append(r.items, aggregate+" AS "+name)
	r.refs[aggregate] = r.alias + "." + name
	return r.refs[aggregate]
}

func (t *translator) groupingSet(g gsql.ResolvedGroupingSetBaseNode, position map[int32]int) string {
	list := func(refs []*gsql.ResolvedColumnRef) string {
		var out []string
		for _, c := range refs {
			out = append(out, fmt.Sprint(position[get(get(c.Column()).ColumnId())]))
		}
		return "(" + strings.Join(out, ", ") + ")"
	}
	multi := func(sets []*gsql.ResolvedGroupingSetMultiColumn) string {
		var out []string
		for _, m := range sets {
			out = append(out, list(get(m.ColumnList())))
		}
		return "(" + strings.Join(out, ", ") + ")"
	}
	switch g := g.(type) {
	case *gsql.ResolvedGroupingSet:
		return list(get(g.GroupByColumnList()))
	case *gsql.ResolvedRollup:
		return "ROLLUP " + multi(get(g.RollupColumnList()))
	case *gsql.ResolvedCube:
		return "CUBE " + multi(get(g.CubeColumnList()))
	}
	return t.refuse(g, "grouping set", "this kind of grouping set is not translated")
}

// aggCall is one aggregate or analytic call being written.
type aggCall struct {
	*call
	distinct bool
	order    []string // ORDER BY keys inside the call
	filter   string
	nulls    gsql.ResolvedNonScalarFunctionCallBaseEnums_NullHandlingModifier
	limit    string
	raw      *rawAggregates // of the scan
	over     string         // OVER (…) with its leading space; empty for an aggregate
}

// ignoreNulls reports IGNORE NULLS.
func (a *aggCall) ignoreNulls() bool {
	return a.nulls == gsql.ResolvedNonScalarFunctionCallBaseEnums_NullHandlingModifierIgnoreNulls
}

// with adds a condition on the rows that count.
func (a *aggCall) with(cond string) *aggCall {
	b := *a
	if b.filter != "" {
		cond = b.filter + " AND " + cond
	}
	b.filter = cond
	return &b
}

// write adds fn(DISTINCT args ORDER BY …) FILTER (…) OVER (…) and gives the reference to it.
func (a *aggCall) write(fn string, args ...string) string {
	var b strings.Builder
	b.WriteString(fn + "(")
	if a.distinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(strings.Join(args, ", "))
	if len(a.order) > 0 {
		b.WriteString(" ORDER BY " + strings.Join(a.order, ", "))
	}
	b.WriteString(")")
	if a.filter != "" {
		b.WriteString(" FILTER (WHERE " + a.filter + ")")
	}
	b.WriteString(a.over)
	return a.raw.ref(b.String())
}

// aggregate writes an aggregate call; having is the condition of HAVING MAX or MIN.
func (t *translator) aggregate(e gsql.ResolvedExprNode, scope *env, having string, raw *rawAggregates) string {
	n, ok := e.(*gsql.ResolvedAggregateFunctionCall)
	if !ok {
		return t.refuse(e, "aggregate", "this aggregate expression is not translated")
	}
	a := &aggCall{call: t.newCall(n, n, scope), distinct: get(n.Distinct()), nulls: get(n.NullHandlingModifier()), filter: having, raw: raw}
	if get(n.GroupByListSize()) > 0 || get(n.GroupByAggregateListSize()) > 0 {
		return t.refuse(n, a.title()+"(… GROUP BY …)", "an aggregate of aggregates is not translated")
	}
	if get(n.HavingExpr()) != nil {
		return t.refuse(n, a.title()+"(… HAVING …)", "a HAVING filter inside an aggregate is not translated")
	}
	if w := get(n.WhereExpr()); w != nil {
		a = a.with(t.expr(w, scope))
	}
	for _, o := range get(n.OrderByItemList()) {
		a.order = append(a.order, t.orderItem(o, scope)...)
	}
	if l := get(n.Limit()); l != nil {
		a.limit = t.expr(l, scope)
	}
	return a.dispatch(t.tables.aggregate)
}

// dispatch looks the function up and checks the modifiers it understands.
func (a *aggCall) dispatch(table map[string]aggregateFn) string {
	f, ok := table[a.name]
	if !ok {
		return a.t.refuse(a.n, a.title(), "%s has no exact counterpart on the embedded warehouse", a.title())
	}
	if a.limit != "" && !takesLimit[a.name] {
		return a.t.refuse(a.n, a.title()+"(… LIMIT …)", "LIMIT inside %s is not translated", a.title())
	}
	out := f(a)
	if a.safe {
		return a.t.refuse(a.n, "SAFE."+a.title(), "SAFE is not translated for aggregates")
	}
	return out
}
