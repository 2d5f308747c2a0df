package lineage

import (
	"slices"

	gsql "github.com/goccy/go-googlesql"
)

// aggregateScan groups: the keys decide which rows there are.
func (w *walker) aggregateScan(s *gsql.ResolvedAggregateScan) relation {
	r := w.scan(get(s.InputScan()))
	var keys []digest
	byID := map[int32]digest{}
	for _, k := range get(s.GroupByList()) {
		v := w.expr(get(k.Expr()))
		id := get(get(k.Column()).ColumnId())
		w.cols[id] = v
		byID[id] = v.sum
		r.rows = r.rows.plus(v.all().as(groupBy))
		keys = append(keys, v.sum)
	}
	for _, a := range get(s.AggregateList()) {
		v := w.aggregate(get(a.Expr()), r)
		w.cols[get(get(a.Column()).ColumnId())] = v
		if d, ok := a.(*gsql.ResolvedDeferredComputedColumn); ok {
			w.cols[get(get(d.SideEffectColumn()).ColumnId())] = &value{own: v.all().as(conditional), sum: sum("error of", v.sum)}
		}
	}
	// The order of keys has no meaning, that of grouping sets decides the output of
	// GROUPING only.
	slices.SortFunc(keys, func(a, b digest) int { return slices.Compare(a[:], b[:]) })
	parts := append([]digest{r.sum}, slices.Compact(keys)...)
	if get(s.GroupingSetListSize()) > 0 {
		var sets []digest
		for _, g := range get(s.GroupingSetList()) {
			sets = append(sets, w.groupingSet(g, byID))
		}
		set := sum("sets", sets...)
		parts = append(parts, set)
		// A key is NULL in the rows of sets that leave it out.
		for id := range byID {
			w.cols[id] = w.cols[id].named(sum("key", w.cols[id].sum, set))
		}
		for _, g := range get(s.GroupingCallList()) {
			key := byID[get(get(get(g.GroupByColumn()).Column()).ColumnId())]
			w.cols[get(get(g.OutputColumn()).ColumnId())] = &value{sum: sum("grouping", key, set)}
		}
	}
	r.sum = sum("group", parts...)
	return r
}

func (w *walker) groupingSet(n gsql.ResolvedNode, keys map[int32]digest) digest {
	if c, ok := n.(*gsql.ResolvedColumnRef); ok {
		return keys[get(get(c.Column()).ColumnId())]
	}
	var parts []digest
	for _, kid := range get(n.GetChildNodes()) {
		parts = append(parts, w.groupingSet(kid, keys))
	}
	return sum(get(n.NodeKindString()), parts...)
}

// orderBy joins the keys of an ORDER BY; own is the union of their influences.
func (w *walker) orderBy(items []*gsql.ResolvedOrderByItem) *value {
	out := &value{}
	var parts []digest
	for _, item := range items {
		v := w.expr(get(item.ColumnRef()))
		out.own = out.own.plus(v.all())
		parts = append(parts, v.sum, truth(get(item.IsDescending())), number(int(get(item.NullOrder()))))
		if c := get(item.CollationName()); c != nil {
			parts = append(parts, w.expr(c).sum)
		}
	}
	out.sum = sum("order by", parts...)
	return out
}

// aggregate is a call of an aggregate function over the rows of r.
func (w *walker) aggregate(e gsql.ResolvedExprNode, r relation) *value {
	n, ok := e.(*gsql.ResolvedAggregateFunctionCall)
	if !ok {
		return w.expr(e)
	}
	c := w.callOf(n)
	parts := []digest{text(c.name), truth(c.safe), truth(get(n.Distinct())), number(int(get(n.NullHandlingModifier())))}
	var about flow
	if !w.onlyArguments(&c, n) {
		about, parts = w.modifiers(&c, n, r, parts)
	} else {
		for _, a := range c.args {
			parts = append(parts, a.sum)
		}
	}
	if body := w.body(c.routine); body != nil {
		return w.inline(c, body, r).under(about)
	}
	return w.aggregated(c, r, sum("aggregate", parts...)).under(about)
}

// onlyArguments walks the arguments of a call that has nothing else to it, which saves
// asking for each of its modifiers.
func (w *walker) onlyArguments(c *call, n interface {
	GetChildNodes() ([]gsql.ResolvedNode, error)
	ArgumentListSize() (int32, error)
}) bool {
	kids := get(n.GetChildNodes())
	if int32(len(kids)) != get(n.ArgumentListSize()) {
		return false
	}
	for _, kid := range kids {
		c.args = append(c.args, w.expr(kid.(gsql.ResolvedExprNode)))
	}
	return true
}

// modifiers walks the arguments of an aggregate call and all that changes what it
// aggregates. It gives the influences of the latter, and parts with what was found.
func (w *walker) modifiers(c *call, n *gsql.ResolvedAggregateFunctionCall, r relation, parts []digest) (about flow, all []digest) {
	for _, k := range get(n.GroupByList()) {
		v := w.compute(k)
		about = about.plus(v.all().as(groupBy))
		parts = append(parts, sum("by", v.sum))
	}
	for _, a := range get(n.GroupByAggregateList()) {
		v := w.aggregate(get(a.Expr()), r)
		w.cols[get(get(a.Column()).ColumnId())] = v
		parts = append(parts, sum("of", v.sum))
	}
	w.arguments(c, n)
	for _, a := range c.args {
		parts = append(parts, a.sum)
	}
	for _, extra := range []gsql.ResolvedExprNode{get(n.WhereExpr()), get(n.HavingExpr())} {
		if extra != nil {
			v := w.expr(extra)
			about = about.plus(v.all().as(filter))
			parts = append(parts, sum("where", v.sum))
		}
	}
	if h := get(n.HavingModifier()); h != nil {
		v := w.expr(get(h.HavingExpr()))
		about = about.plus(v.all().as(sorted))
		parts = append(parts, sum("having", number(int(get(h.Kind()))), v.sum))
	}
	if get(n.OrderByItemListSize()) > 0 {
		v := w.orderBy(get(n.OrderByItemList()))
		about = about.plus(v.own.as(sorted))
		parts = append(parts, v.sum)
	}
	if l := get(n.Limit()); l != nil {
		parts = append(parts, sum("limit", w.expr(l).sum))
	}
	return about, parts
}

// aggregated is what an aggregate or analytic function makes of its arguments.
func (w *walker) aggregated(c call, r relation, d digest) *value {
	switch {
	case len(c.args) == 0:
		// COUNT(*) counts rows of tables; which reading of them is part of its meaning.
		out := &value{sum: sum("rows", d, r.tableSum())}
		for _, s := range r.tables {
			out.own = out.own.plus(one(s.leaf, maskedAggregation))
		}
		return out
	case counting[c.name]:
		out := &value{sum: d}
		constant := true
		for _, a := range c.args {
			out.own = out.own.plus(a.all().each(kinds.counted))
			constant = constant && len(a.all()) == 0
		}
		if constant { // COUNT(1) is COUNT(*)
			return w.aggregated(call{name: c.name}, r, d)
		}
		return out
	case choosing[c.name] && len(c.args) == 2:
		return c.args[0].changed(kinds.aggregated, d).under(c.args[1].all().as(sorted))
	}
	out := c.args[0].changed(kinds.aggregated, d)
	for _, a := range c.args[1:] {
		out = out.under(a.all().each(kinds.aggregated))
	}
	if len(out.all()) == 0 { // SUM(1) counts rows as well
		return w.aggregated(call{name: c.name}, r, d)
	}
	return out
}

// analyticScan adds window functions to the input's columns.
func (w *walker) analyticScan(s *gsql.ResolvedAnalyticScan) relation {
	r := w.scan(get(s.InputScan()))
	for _, g := range get(s.FunctionGroupList()) {
		var about flow
		var partition []digest
		if p := get(g.PartitionBy()); p != nil {
			for _, ref := range get(p.PartitionByList()) {
				v := w.expr(ref)
				about = about.plus(v.all())
				partition = append(partition, v.sum)
			}
		}
		slices.SortFunc(partition, func(a, b digest) int { return slices.Compare(a[:], b[:]) })
		parts := []digest{sum("partition", slices.Compact(partition)...)}
		if o := get(g.OrderBy()); o != nil {
			v := w.orderBy(get(o.OrderByItemList()))
			about = about.plus(v.own)
			parts = append(parts, v.sum)
		}
		over := sum("over", parts...)
		about = about.as(window)
		for _, f := range get(g.AnalyticFunctionList()) {
			w.cols[get(get(f.Column()).ColumnId())] = w.analytic(get(f.Expr()), r, over, about)
		}
	}
	return r
}

func (w *walker) analytic(e gsql.ResolvedExprNode, r relation, over digest, about flow) *value {
	n, ok := e.(*gsql.ResolvedAnalyticFunctionCall)
	if !ok {
		return w.expr(e).under(about)
	}
	c := w.callOf(n)
	plain := w.onlyArguments(&c, n)
	if !plain {
		w.arguments(&c, n)
	}
	parts := []digest{text(c.name), truth(c.safe), over, truth(get(n.Distinct())), number(int(get(n.NullHandlingModifier())))}
	for _, a := range c.args {
		parts = append(parts, a.sum)
	}
	if plain {
		return w.windowed(c, r, sum("analytic", parts...), about)
	}
	if f := get(n.WhereExpr()); f != nil {
		v := w.expr(f)
		about = about.plus(v.all().as(filter))
		parts = append(parts, sum("where", v.sum))
	}
	if f := get(n.WindowFrame()); f != nil {
		parts = append(parts, number(int(get(f.FrameUnit()))))
		for _, b := range []*gsql.ResolvedWindowFrameExpr{get(f.StartExpr()), get(f.EndExpr())} {
			if b == nil {
				continue
			}
			parts = append(parts, number(int(get(b.BoundaryType()))))
			if x := get(b.Expression()); x != nil {
				v := w.expr(x)
				about = about.plus(v.all().as(window))
				parts = append(parts, v.sum)
			}
		}
	}
	return w.windowed(c, r, sum("analytic", parts...), about)
}

// windowed is what an analytic function makes of its arguments, where about are the
// influences of its window.
func (w *walker) windowed(c call, r relation, d digest, about flow) *value {
	switch {
	case len(c.args) == 0 && !counting[c.name]:
		// ROW_NUMBER and its like: the window alone decides.
		return &value{sum: sum("rows", d, r.tableSum()), own: about}
	case ranking[c.name]:
		out := &value{sum: sum("rows", d, r.tableSum()), own: about}
		for _, a := range c.args {
			out.own = out.own.plus(a.all().each(kinds.transformed))
		}
		return out
	case navigating[c.name]:
		out := c.args[0].named(d).under(about)
		for i, a := range c.args[1:] {
			// LAG and LEAD: an offset, then a value for where there is no row.
			if i == 1 {
				out = either(d, out, a)
				continue
			}
			out = out.under(a.all().as(conditional))
		}
		return out
	}
	return w.aggregated(c, r, d).under(about)
}
