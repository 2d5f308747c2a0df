package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// side is one side of a join that is a single table, perhaps filtered.
type side struct {
	scan    *node // of the table
	table   string
	fixed   map[string]bool // columns, lower case, that the join or a filter sets to one value
	guessed bool            // another filter may choose one row of many
}

// keyed reports whether the columns hold a declared key, so that there is one row for
// their values; known is false where no key is declared.
func (s *statement) keyed(of side) (unique, known bool) {
	keys := s.facts.Tables[of.table].Keys
	for _, key := range keys {
		if !slices.ContainsFunc(key, func(c string) bool { return !of.fixed[c] }) {
			return true, true
		}
	}
	return false, len(keys) > 0
}

// singleTable finds the one table behind filters, plain selections and WITH queries.
func (s *statement) singleTable(n *node) (side, bool) {
	out := side{fixed: map[string]bool{}}
	for range 50 {
		switch is := n.is.(type) {
		case *gsql.ResolvedTableScan:
			out.scan, out.table = n, s.tableScan[n].table
			return out, true
		case *gsql.ResolvedFilterScan:
			for _, c := range conjuncts(n.kids[len(n.kids)-1]) {
				if id, ok := s.constantFor(c); ok {
					out.fix(s, id)
				}
				out.guessed = true
			}
			n = n.kids[0]
		case *gsql.ResolvedProjectScan:
			n = scanOf(n)
		case *gsql.ResolvedWithRefScan:
			n = s.entries[get(is.WithQueryName())]
		default:
			return out, false
		}
		if n == nil {
			return out, false
		}
	}
	return out, false
}

func (o *side) fix(s *statement, id int32) {
	if b, ok := s.base[s.origin(id)]; ok {
		o.fixed[strings.ToLower(b.column)] = true
	}
}

// constantFor is the column that a condition sets to one value.
func (s *statement) constantFor(c *node) (int32, bool) {
	if function(c) != "$equal" {
		return 0, false
	}
	for i := range 2 {
		id, ok := refID(c.kids[i])
		if ok && len(refs(c.kids[1-i])) == 0 {
			return id, true
		}
	}
	return 0, false
}

// scanOf is the scan that a scan reads.
func scanOf(n *node) *node {
	for _, k := range n.kids {
		if _, ok := k.is.(gsql.ResolvedScanNode); ok {
			return k
		}
	}
	return nil
}

// fanOut is a join of which one row of the left side's table meets several of the
// right side's.
type fanOut struct {
	join     *node
	one      map[string]bool // tables whose rows are repeated: joined by a declared key of theirs
	many     side
	by       []string // columns of many
	manyCols map[int32]bool
}

// fanOuts are the joins that repeat rows, as declared keys tell.
func (s *statement) fanOuts() []fanOut {
	var out []fanOut
	for _, n := range s.all {
		join, ok := n.is.(*gsql.ResolvedJoinScan)
		if !ok || len(n.kids) < 3 {
			continue
		}
		if t := get(join.JoinType()); t != gsql.ResolvedJoinScanEnums_JoinTypeInner && t != gsql.ResolvedJoinScanEnums_JoinTypeLeft {
			continue
		}
		many, ok := s.singleTable(n.kids[1])
		if !ok {
			continue
		}
		f := fanOut{join: n, many: many, one: map[string]bool{}, manyCols: map[int32]bool{}}
		addAll(f.manyCols, columns(n.kids[1]))
		left := map[string]map[string]bool{} // columns by table
		plain := true
		for _, c := range conjuncts(n.kids[2]) {
			if id, ok := s.constantFor(c); ok && f.manyCols[id] {
				f.many.fix(s, id)
				f.many.guessed = true
				continue
			}
			if function(c) != "$equal" {
				plain = false // a range, perhaps of a history: it may choose one row
				continue
			}
			a, oka := refID(c.kids[0])
			b, okb := refID(c.kids[1])
			if f.manyCols[a] {
				a, b = b, a
			}
			base, known := s.base[s.origin(b)]
			if !oka || !okb || !f.manyCols[b] || !known {
				plain = false
				continue
			}
			f.many.fix(s, b)
			f.by = append(f.by, base.column)
			if of, ok := s.base[s.origin(a)]; ok {
				if left[of.table] == nil {
					left[of.table] = map[string]bool{}
				}
				left[of.table][strings.ToLower(of.column)] = true
			}
		}
		unique, known := s.keyed(f.many)
		if !plain || f.many.guessed || unique || !known || len(f.by) == 0 {
			continue
		}
		for table, fixed := range left {
			if one, _ := s.keyed(side{table: table, fixed: fixed}); one && table != f.many.table {
				f.one[table] = true
			}
		}
		if len(f.one) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// fanOutSum: a value of the one side is added up once for each row of the other.
func fanOutSum(s *statement) {
	for _, f := range s.fanOuts() {
		above := f.join.up
		for above != nil {
			switch above.is.(type) {
			case *gsql.ResolvedFilterScan, *gsql.ResolvedJoinScan, *gsql.ResolvedProjectScan:
				above = above.up
				continue
			}
			break
		}
		if above == nil {
			continue
		}
		agg, ok := above.is.(*gsql.ResolvedAggregateScan)
		if !ok || s.groupsBy(agg, f.manyCols) {
			continue
		}
		for _, k := range above.kids {
			if _, ok := k.is.(*gsql.ResolvedComputedColumn); !ok || len(k.kids) == 0 {
				continue
			}
			call := k.kids[0]
			if name := function(call); name != "sum" && name != "avg" || distinct(call) || call.start < 0 {
				continue
			}
			id, ok := refID(call.kids[0])
			base, known := s.base[s.origin(id)]
			if !ok || !known || !f.one[base.table] {
				continue
			}
			s.find(call.start, call.end, fmt.Sprintf("%q of %q is added once for each row of %q that it is joined with: %q is not joined by a key of its own",
				base.column, base.table, f.many.table, f.many.table),
				fmt.Sprintf("aggregate %s before joining it", f.many.table))
		}
	}
}

// groupsBy reports whether a grouping has a column of the side that repeats, or
// something made of one: then a value may be meant to count there once each.
func (s *statement) groupsBy(agg *gsql.ResolvedAggregateScan, of map[int32]bool) bool {
	origins := map[int32]bool{}
	for id := range of {
		origins[s.origin(id)] = true
	}
	for _, c := range get(agg.GroupByList()) {
		id := columnID(get(c.Column()))
		if def := s.defined[id]; def != nil {
			for ref := range refs(def) {
				if of[ref] || origins[s.origin(ref)] {
					return true
				}
			}
		}
	}
	return false
}

// fanOutKey: a join repeats the rows of which the table promises that each is there
// once.
func fanOutKey(s *statement) {
	if len(s.facts.Unique) == 0 {
		return
	}
	fans := s.fanOuts()
	if len(fans) == 0 {
		return
	}
	query, ok := s.root.is.(*gsql.ResolvedQueryStmt)
	if !ok {
		return
	}
	outputs := map[string]int32{}
	for _, c := range get(query.OutputColumnList()) {
		outputs[strings.ToLower(get(c.Name()))] = columnID(get(c.Column()))
	}
	below := map[*node]bool{}
	for n := scanOf(s.root); n != nil; n = scanOf(n) {
		switch n.is.(type) {
		case *gsql.ResolvedProjectScan, *gsql.ResolvedOrderByScan, *gsql.ResolvedJoinScan, *gsql.ResolvedWithScan:
			below[n] = true
		case *gsql.ResolvedFilterScan:
			return // it may choose one row of several
		default:
			n = nil
		}
		if n == nil {
			break
		}
		if _, with := n.is.(*gsql.ResolvedWithScan); with {
			n = &node{kids: []*node{n.kids[len(n.kids)-1]}}
		}
	}
	for _, f := range fans {
		if !below[f.join] || f.many.scan.start < 0 {
			continue
		}
		for _, key := range s.facts.Unique {
			table, fixed := "", map[string]bool{}
			for _, c := range key {
				base, ok := s.base[s.origin(outputs[c])]
				if !ok || table != "" && base.table != table {
					table = ""
					break
				}
				table = base.table
				fixed[strings.ToLower(base.column)] = true
			}
			if one, _ := s.keyed(side{table: table, fixed: fixed}); table == "" || !f.one[table] || !one {
				continue
			}
			s.find(f.many.scan.start, f.many.scan.end, fmt.Sprintf("%q may have several rows for one %s, so the same %s comes out several times, which is declared unique",
				f.many.table, strings.Join(f.by, ", "), strings.Join(key, ", ")),
				fmt.Sprintf("join %s by a key of its own, or aggregate it first", f.many.table))
			break
		}
	}
}

// unusedJoin: nothing is taken from the side that an outer join may leave out, so the
// join can only repeat rows.
func unusedJoin(s *statement) {
	for _, n := range s.all {
		join, ok := n.is.(*gsql.ResolvedJoinScan)
		if !ok || len(n.kids) < 3 || get(join.JoinType()) != gsql.ResolvedJoinScanEnums_JoinTypeLeft || get(join.HasUsing()) {
			continue
		}
		of, single := s.singleTable(n.kids[1])
		if !single || n.kids[1].start < 0 && of.scan.start < 0 {
			continue
		}
		right := map[int32]bool{}
		addAll(right, columns(n.kids[1]))
		if len(right) == 0 || s.usedAbove(n, right) {
			continue
		}
		at := n.kids[1]
		if at.start < 0 {
			at = of.scan
		}
		s.find(at.start, at.end, fmt.Sprintf("nothing of %q is used: a LEFT JOIN that only looks for partners keeps every row, or repeats it", of.table),
			"remove the join, or use EXISTS where rows are to be chosen")
	}
}

// usedAbove reports whether anything but the join's own condition uses one of the
// columns, or counts the rows that the join makes.
func (s *statement) usedAbove(join *node, of map[int32]bool) bool {
	own := map[*node]bool{}
	var mark func(*node)
	mark = func(n *node) {
		own[n] = true
		for _, k := range n.kids {
			mark(k)
		}
	}
	mark(join)
	for _, n := range s.all {
		if _, ok := n.is.(*gsql.ResolvedColumnRef); ok && !own[n] && of[n.ref] {
			return true
		}
	}
	for n := join.up; n != nil; n = n.up {
		switch n.is.(type) {
		case *gsql.ResolvedFilterScan, *gsql.ResolvedJoinScan:
			continue
		case *gsql.ResolvedAnalyticScan:
			return true // it may number or count the rows
		case *gsql.ResolvedAggregateScan:
			counts := false
			for _, k := range n.kids {
				counts = counts || len(k.kids) > 0 && function(k.kids[0]) == "$count_star"
			}
			return counts
		}
		return slices.ContainsFunc(columns(n), func(id int32) bool { return of[id] })
	}
	return true
}
