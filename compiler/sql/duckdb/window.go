package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// analyticScan adds window functions to the input's columns. As with aggregates, a
// subquery computes DuckDB's functions, each once, and what is made of them refers to it.
func (t *translator) analyticScan(s *gsql.ResolvedAnalyticScan, outer *env) *rel {
	in := get(s.InputScan())
	r := t.settle(t.scan(in, outer), columnsOf(in))
	groups := get(s.FunctionGroupList())
	r, ranked := t.rankRows(r, columnsOf(in), groups, outer)
	scope := outer.child(r.cols)
	raw := &rawAggregates{alias: t.alias()}
	out := newRel()
	for _, c := range columnsOf(in) {
		raw.items = append(raw.items, r.cols[get(c.ColumnId())]+" AS "+colName(c))
		out.cols[get(c.ColumnId())] = raw.alias + "." + colName(c)
	}
	for _, g := range groups {
		w := t.newWindow(g, scope)
		w.raw = raw
		for _, f := range get(g.AnalyticFunctionList()) {
			id := get(get(f.Column()).ColumnId())
			if refs, ok := ranked[id]; ok {
				out.cols[id] = w.percentile(get(f.Expr()).(*gsql.ResolvedAnalyticFunctionCall), refs, scope)
			} else {
				out.cols[id] = w.function(get(f.Expr()), scope)
			}
			out.work[id] = !isReference(out.cols[id])
		}
	}
	out.from = "(" + r.with + "SELECT " + strings.Join(raw.items, ", ") + r.tail() + ") AS " + raw.alias
	return out
}

// window is the PARTITION BY and ORDER BY that a group of functions shares.
type window struct {
	t         *translator
	raw       *rawAggregates
	partition []string
	order     []string
	orderItem *gsql.ResolvedOrderByItem // the only one, nil when there are none or several
	orderExpr string
	orderType sqltype.Type
}

func (t *translator) newWindow(g *gsql.ResolvedAnalyticFunctionGroup, scope *env) *window {
	w := &window{t: t}
	if p := get(g.PartitionBy()); p != nil {
		for _, c := range get(p.PartitionByList()) {
			if has(resolvedType(get(c.Type())), sqltype.JSON) {
				t.refuse(c, "PARTITION BY JSON", "JSON values cannot be grouped")
			}
			w.partition = append(w.partition, t.expr(c, scope))
		}
	}
	o := get(g.OrderBy())
	if o == nil {
		return w
	}
	items := get(o.OrderByItemList())
	for _, item := range items {
		w.order = append(w.order, t.orderItem(item, scope)...)
	}
	if len(items) == 1 {
		w.orderItem = items[0]
		w.orderType = resolvedType(get(get(items[0].ColumnRef()).Type()))
		w.orderExpr = t.expr(get(items[0].ColumnRef()), scope)
	}
	return w
}

// over is OVER (…) with the given ORDER BY keys and frame.
func (w *window) over(order []string, frame string) string {
	var parts []string
	if len(w.partition) > 0 {
		parts = append(parts, "PARTITION BY "+strings.Join(w.partition, ", "))
	}
	if len(order) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(order, ", "))
	}
	if frame != "" {
		parts = append(parts, frame)
	}
	return " OVER (" + strings.Join(parts, " ") + ")"
}

func (w *window) function(e gsql.ResolvedExprNode, scope *env) string {
	n, ok := e.(*gsql.ResolvedAnalyticFunctionCall)
	if !ok {
		return w.t.refuse(e, "analytic function", "this analytic expression is not translated")
	}
	a := &aggCall{call: w.t.newCall(n, n, scope), distinct: get(n.Distinct()), nulls: get(n.NullHandlingModifier()), raw: w.raw}
	if f := get(n.WhereExpr()); f != nil {
		a.filter = w.t.expr(f, scope)
	}
	order, frame := w.order, ""
	if f := get(n.WindowFrame()); f != nil && !frameless[a.name] {
		order, frame = w.frame(a, f, scope)
	}
	a.over = w.over(order, frame)
	if _, ok := w.t.tables.analytic[a.name]; ok {
		return a.dispatch(w.t.tables.analytic)
	}
	return a.dispatch(w.t.tables.aggregate)
}

// frameless are functions that DuckDB would let a frame change.
var frameless = map[string]bool{"row_number": true, "rank": true, "dense_rank": true, "percent_rank": true,
	"cume_dist": true, "ntile": true, "lag": true, "lead": true}

// frame gives the window's ORDER BY keys and its frame.
func (w *window) frame(a *aggCall, f *gsql.ResolvedWindowFrame, scope *env) (order []string, frame string) {
	b := frameBounds{w: w, a: a, scope: scope, order: w.order}
	unit := "ROWS"
	if get(f.FrameUnit()) == gsql.ResolvedWindowFrameEnums_FrameUnitRange {
		unit, b.isRange = "RANGE", true
	}
	text := unit + " BETWEEN " + b.bound(get(f.StartExpr())) + " AND " + b.bound(get(f.EndExpr()))
	return b.order, text
}

// frameBounds writes the two ends of a frame.
type frameBounds struct {
	w       *window
	a       *aggCall
	scope   *env
	isRange bool
	order   []string
}

func (b *frameBounds) bound(e *gsql.ResolvedWindowFrameExpr) string {
	switch get(e.BoundaryType()) {
	case gsql.ResolvedWindowFrameExprEnums_BoundaryTypeUnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case gsql.ResolvedWindowFrameExprEnums_BoundaryTypeUnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	case gsql.ResolvedWindowFrameExprEnums_BoundaryTypeCurrentRow:
		return "CURRENT ROW"
	}
	word := " FOLLOWING"
	if get(e.BoundaryType()) == gsql.ResolvedWindowFrameExprEnums_BoundaryTypeOffsetPreceding {
		word = " PRECEDING"
	}
	x := get(e.Expression())
	offset := b.w.t.expr(x, b.scope)
	if b.isRange {
		return b.distance(offset, x) + word
	}
	if !isNonNegative(offset) {
		offset = "CASE WHEN " + offset + " >= 0 THEN " + offset + " ELSE CAST(gsql_error('Window frame offset must be non-null and non-negative') AS BIGINT) END"
	}
	return offset + word
}

// isNonNegative reports a literal that is a number and not negative.
func isNonNegative(s string) bool {
	return plainLiteral.MatchString(s) && !strings.Contains(s, "-") && !strings.Contains(s, "NULL") && !strings.Contains(s, "$")
}

// distance is the offset of a RANGE frame. DuckDB needs one key of a type in which
// neither the key less nor the key plus the offset can leave the range; and NaN,
// which sorts first, must be the greatest value of a key in descending order.
func (b *frameBounds) distance(offset string, at gsql.ResolvedExprNode) string {
	w := b.w
	if w.orderItem == nil {
		return w.t.refuse(b.a.n, "RANGE frame", "a RANGE frame with an offset needs exactly one ORDER BY key")
	}
	key, ok := w.orderExpr, isNonNegative(offset)
	check := offset + " >= 0"
	switch w.orderType.Kind {
	case sqltype.Int64:
		b.order = []string{"CAST(" + key + " AS HUGEINT)" + direction(w.orderItem)}
		offset = "CAST(" + offset + " AS HUGEINT)"
	case sqltype.Numeric, sqltype.Float64:
		if w.orderType.Kind == sqltype.Float64 {
			ok = ok && finiteLiteral(offset)
			check = "(" + check + " AND isfinite(" + offset + "))"
		}
	default:
		return w.t.refuse(b.a.n, "RANGE frame over "+string(w.orderType.Kind), "a RANGE frame with an offset needs a key of INT64, FLOAT64 or NUMERIC")
	}
	if !ok {
		return "CASE WHEN " + check + " THEN " + offset + " ELSE CAST(gsql_error('Window frame offset must be finite, non-null and non-negative') AS " +
			w.t.duckType(at, w.orderType) + ") END"
	}
	return offset
}

// rankedRow is what a percentile is made of: references to the value, its row's
// place in its partition, and how many rows of the partition count.
type rankedRow struct{ value, place, count string }

// rankRows numbers the rows for each percentile of the groups, in a subquery.
func (t *translator) rankRows(r *rel, cols []*gsql.ResolvedColumn, groups []*gsql.ResolvedAnalyticFunctionGroup, outer *env) (*rel, map[int32]rankedRow) {
	scope := outer.child(r.cols)
	var extra []string
	var ids []int32
	for _, g := range groups {
		for _, f := range get(g.AnalyticFunctionList()) {
			n, ok := get(f.Expr()).(*gsql.ResolvedAnalyticFunctionCall)
			if !ok || !strings.HasPrefix(strings.ToLower(get(get(n.Function()).Name())), "percentile_") {
				continue
			}
			w := t.newWindow(g, scope)
			x := get(n.ArgumentList())[0]
			v := t.expr(x, scope)
			key, nulls, count := v, " NULLS LAST", "count("+v+")"
			if get(n.NullHandlingModifier()) == gsql.ResolvedNonScalarFunctionCallBaseEnums_NullHandlingModifierRespectNulls {
				nulls, count = " NULLS FIRST", "count(*)"
			}
			dir := " ASC"
			if resolvedType(get(x.Type())).Kind == sqltype.Float64 {
				key, dir = "-"+v, " DESC" // NaN is the least
			}
			extra = append(extra, v, "row_number()"+w.over([]string{key + dir + nulls}, ""), count+w.over(nil, ""))
			ids = append(ids, get(get(f.Column()).ColumnId()))
		}
	}
	if len(ids) == 0 {
		return r, nil
	}
	r, refs := t.extend(r, cols, extra)
	ranked := map[int32]rankedRow{}
	for i, id := range ids {
		ranked[id] = rankedRow{refs[3*i], refs[3*i+1], refs[3*i+2]}
	}
	return r, ranked
}

// percentile is PERCENTILE_CONT or PERCENTILE_DISC over ranked rows.
func (w *window) percentile(n *gsql.ResolvedAnalyticFunctionCall, row rankedRow, scope *env) string {
	c := w.t.newCall(n, n, scope)
	p, fn := c.args[1], "gsql_percentile_"
	if c.kind(1) != sqltype.Float64 {
		p, fn = textOf(p, c.types[1]), "gsql_decimal_percentile_"
	}
	at := func(place string) string {
		return w.raw.ref("any_value(CASE WHEN " + row.place + " = " + place + " THEN " + row.value + " END)" + w.over(nil, ""))
	}
	if c.name == "percentile_disc" {
		return at("greatest(1, " + fn + "ceil(" + p + ", " + row.count + "))")
	}
	// The value at place p * (rows - 1), between two rows in proportion; a NULL
	// takes no part.
	last := "greatest(" + row.count + " - 1, 0)"
	low, high := at(fn+"floor("+p+", "+last+") + 1"), at(fn+"floor("+p+", "+last+") + 2")
	last = "greatest(" + w.raw.ref(row.count) + " - 1, 0)" // the same on top
	whole := fn + "ceil(" + p + ", " + last + ") = " + fn + "floor(" + p + ", " + last + ")"
	between := ""
	switch c.kind(0) {
	case sqltype.Float64:
		rest := fn + "rest(" + p + ", " + last + ")"
		between = low + " * (1 - " + rest + ") + " + high + " * " + rest
	case sqltype.Numeric:
		between = "CAST(" + fn + "between(" + textOf(low, c.types[0]) + ", " + textOf(high, c.types[0]) + ", " + p + ", " + last + ", 9) AS DECIMAL(38,9))"
	case sqltype.BigNumeric:
		between = "gsql_to_bignumeric(" + fn + "between(" + textOf(low, c.types[0]) + ", " + textOf(high, c.types[0]) + ", " + p + ", " + last + ", 38))"
	default:
		return c.refuse("PERCENTILE_CONT of %s is not translated", c.kind(0))
	}
	return "(CASE WHEN " + whole + " THEN " + low + " WHEN " + low + " IS NULL THEN " + high + " ELSE " + between + " END)"
}
