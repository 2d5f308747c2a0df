package lineage

import (
	"cmp"
	"slices"
	"strings"

	"sluice/runtime/plan"
)

// kinds are the ways in which one column of a table has an influence, as a set.
type kinds uint16

const (
	identity kinds = 1 << iota
	transformation
	aggregation
	maskedTransformation // hidden on the way
	maskedAggregation    // counted
	join
	filter
	groupBy
	sorted
	window
	conditional
	// nullness decides by being NULL or not, as the first argument of COALESCE does. It
	// is part of a direct influence of the same column.
	nullness

	direct = identity | transformation | aggregation | maskedTransformation | maskedAggregation
)

// words are the kinds in the order in which a column's influences are listed.
var words = []struct {
	kind    kinds
	subtype string
	masking bool
}{
	{aggregation, "aggregation", false},
	{maskedAggregation, "aggregation", true},
	{conditional, "conditional", false},
	{filter, "filter", false},
	{groupBy, "group_by", false},
	{identity, "identity", false},
	{join, "join", false},
	{sorted, "sort", false},
	{transformation, "transformation", false},
	{maskedTransformation, "transformation", true},
	{window, "window", false},
}

// transformed is the kinds of a value that an expression computes from.
func (k kinds) transformed() kinds {
	if k&identity != 0 {
		k = k&^identity | transformation
	}
	return k
}

// aggregated is the kinds of a value that an aggregate computes from.
func (k kinds) aggregated() kinds {
	if k&(identity|transformation) != 0 {
		k = k&^(identity|transformation) | aggregation
	}
	if k&maskedTransformation != 0 {
		k = k&^maskedTransformation | maskedAggregation
	}
	return k
}

// masked is the kinds of a value that an expression hides.
func (k kinds) masked() kinds {
	if k&(identity|transformation) != 0 {
		k = k&^(identity|transformation) | maskedTransformation
	}
	if k&aggregation != 0 {
		k = k&^aggregation | maskedAggregation
	}
	return k
}

// revealed is the kinds of a value that an expression brings back from its hidden form.
func (k kinds) revealed() kinds {
	if k&maskedTransformation != 0 {
		k = k&^maskedTransformation | transformation
	}
	if k&maskedAggregation != 0 {
		k = k&^maskedAggregation | aggregation
	}
	return k
}

// counted is the kinds of a value that an aggregate only counts.
func (k kinds) counted() kinds { return k.aggregated().masked() }

// leaf is a column of a table, or a field in one, or (column empty) a table's rows.
type leaf int32

// origin is what a leaf stands for.
type origin struct{ table, column, field string }

// leaves numbers origins.
type leaves struct {
	ids map[origin]leaf
	all []origin
}

func (l *leaves) of(o origin) leaf {
	id, ok := l.ids[o]
	if !ok {
		id = leaf(len(l.all))
		l.ids[o] = id
		l.all = append(l.all, o)
	}
	return id
}

// part is a leaf with its kinds of influence.
type part struct {
	leaf  leaf
	kinds kinds
}

// flow is a set of influences, sorted by leaf. It is never changed in place.
type flow []part

func one(l leaf, k kinds) flow { return flow{{l, k}} }

// plus is the union.
func (a flow) plus(b flow) flow {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 || &a[0] == &b[0] && len(a) == len(b) {
		return a
	}
	if a.covers(b) {
		return a
	}
	out := make(flow, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].leaf < b[0].leaf:
			out, a = append(out, a[0]), a[1:]
		case a[0].leaf > b[0].leaf:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, part{a[0].leaf, a[0].kinds | b[0].kinds})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// covers reports whether b has nothing that a has not.
func (a flow) covers(b flow) bool {
	i := 0
	for _, p := range b {
		for i < len(a) && a[i].leaf < p.leaf {
			i++
		}
		if i == len(a) || a[i].leaf != p.leaf || a[i].kinds&p.kinds != p.kinds {
			return false
		}
	}
	return true
}

// each gives the flow with other kinds.
func (a flow) each(change func(kinds) kinds) flow {
	for i, p := range a {
		if change(p.kinds) == p.kinds {
			continue
		}
		out := slices.Clone(a)
		for j := i; j < len(out); j++ {
			out[j].kinds = change(out[j].kinds)
		}
		return out
	}
	return a
}

// as makes every influence one of a single kind: what decides about a value that
// itself only decides has that role.
func (a flow) as(k kinds) flow { return a.each(func(kinds) kinds { return k }) }

// inputs are the influences in the plan's words.
func (l *leaves) inputs(a flow) []plan.Input {
	var out []plan.Input
	for _, p := range a {
		if p.kinds&nullness != 0 && p.kinds&direct == 0 {
			p.kinds |= conditional
		}
		o := l.all[p.leaf]
		for _, w := range words {
			if p.kinds&w.kind != 0 {
				out = append(out, plan.Input{Table: o.table, Column: o.column, Field: o.field, Subtype: w.subtype, Masking: w.masking})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b plan.Input) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column),
			strings.Compare(a.Field, b.Field), strings.Compare(a.Subtype, b.Subtype))
	})
	return out
}

// result is a lineage of named values over a relation.
func (w *walker) result(names []string, values []*value, r relation) *plan.Lineage {
	l := &plan.Lineage{RowsDigest: r.sum.String()}
	mentioned := map[string]bool{}
	for i, v := range values {
		c := plan.ColumnLineage{Name: names[i], Inputs: w.leaves.inputs(v.all()), Digest: v.sum.String()}
		for _, in := range c.Inputs {
			mentioned[in.Table] = true
		}
		l.Columns = append(l.Columns, c)
	}
	l.Rows = w.leaves.inputs(w.withTables(r, mentioned))
	return l
}

// withTables are the influences on the rows, with the tables whose rows count without
// any column of theirs being named: several tables together decide how often each row
// appears; a single one is told by its columns already.
func (w *walker) withTables(r relation, mentioned map[string]bool) flow {
	rows := r.rows
	inRows := map[string]bool{}
	for _, p := range rows {
		inRows[w.leaves.all[p.leaf].table] = true
	}
	several := false
	for _, s := range r.tables {
		several = several || s.leaf != r.tables[0].leaf
	}
	for _, s := range r.tables {
		table := w.leaves.all[s.leaf].table
		switch {
		case several && !inRows[table]:
			rows = rows.plus(one(s.leaf, join))
		case !several && !inRows[table] && !mentioned[table]:
			rows = rows.plus(one(s.leaf, filter))
		}
	}
	return rows
}
