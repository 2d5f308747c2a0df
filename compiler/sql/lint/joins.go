package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// commaJoin: tables beside each other in FROM with nothing that relates them give
// every row with every row. CROSS JOIN says that this is meant; a side of one row and
// UNNEST are no such product.
func commaJoin(s *statement) {
	for _, top := range s.all {
		if !s.isComma(top) || s.isComma(top.up) {
			continue
		}
		var leaves []*node
		var flatten func(*node)
		flatten = func(n *node) {
			if s.isComma(n) {
				flatten(n.kids[0])
				flatten(n.kids[1])
			} else if !s.oneRow(n, 0) {
				leaves = append(leaves, n)
			}
		}
		flatten(top)
		beside, conditions := above(top)
		if len(leaves) > 1 && !related(leaves, beside, conditions) {
			s.find(top.start, top.end, "every row is paired with every row: no condition relates the tables on both sides of the comma",
				"write JOIN … ON …; where the product is meant, CROSS JOIN")
		}
	}
}

func (s *statement) isComma(n *node) bool {
	_, ok := n.is.(*gsql.ResolvedJoinScan)
	return ok && n.start >= 0 && n.end <= len(s.text) && s.text[n.start:n.end] == ","
}

// above are the scans that the rows of a join are joined with further up, and the
// conditions that are applied to them there.
func above(n *node) (beside, conditions []*node) {
	for ; n.up != nil; n = n.up {
		switch n.up.is.(type) {
		case *gsql.ResolvedFilterScan, *gsql.ResolvedJoinScan:
			for _, k := range n.up.kids {
				if _, ok := k.is.(gsql.ResolvedExprNode); ok {
					conditions = append(conditions, conjuncts(k)...)
				} else if k != n {
					beside = append(beside, k)
				}
			}
		case *gsql.ResolvedArrayScan:
		default:
			return beside, conditions
		}
	}
	return beside, conditions
}

// related reports whether conditions tie all the leaves together, be it by way of
// the scans beside them.
func related(leaves, beside, conditions []*node) bool {
	scans := append(slices.Clone(leaves), beside...)
	group := make([]int, len(scans))
	has := make([]map[int32]bool, len(scans))
	for i, n := range scans {
		group[i], has[i] = i, map[int32]bool{}
		addAll(has[i], columns(n))
	}
	for _, c := range conditions {
		named, first := refs(c), -1
		for i := range scans {
			if !overlap(has[i], named) {
				continue
			}
			if first < 0 {
				first = group[i]
			}
			for j, old := 0, group[i]; j < len(group); j++ {
				if group[j] == old {
					group[j] = first
				}
			}
		}
	}
	for i := range leaves {
		if group[i] != group[0] {
			return false
		}
	}
	return true
}

func overlap(a, b map[int32]bool) bool {
	for id := range b {
		if a[id] {
			return true
		}
	}
	return false
}

// oneRow reports whether a scan surely gives no more than one row.
func (s *statement) oneRow(n *node, depth int) bool {
	if depth > 50 {
		return false
	}
	switch is := n.is.(type) {
	case *gsql.ResolvedSingleRowScan:
		return true
	case *gsql.ResolvedAggregateScan:
		return len(get(is.GroupByList())) == 0 && len(get(is.GroupingSetList())) == 0
	case *gsql.ResolvedLimitOffsetScan:
		l, ok := get(is.Limit()).(*gsql.ResolvedLiteral)
		return ok && get(get(l.Value()).GetSQLLiteral()) == "1"
	case *gsql.ResolvedWithRefScan:
		entry := s.entries[get(is.WithQueryName())]
		return entry != nil && s.oneRow(entry, depth+1)
	case *gsql.ResolvedProjectScan, *gsql.ResolvedFilterScan, *gsql.ResolvedOrderByScan, *gsql.ResolvedAnalyticScan:
		for _, k := range n.kids {
			if _, ok := k.is.(gsql.ResolvedScanNode); ok {
				return s.oneRow(k, depth+1)
			}
		}
	}
	return false
}

// filterRequired: BigQuery refuses a query that could read every partition of a table
// with require_filter.
func filterRequired(s *statement) {
	for _, n := range s.all {
		scan, ok := s.tableScan[n]
		if !ok {
			continue
		}
		column := s.facts.Tables[scan.table].Filter
		if column == "" || s.isTested(scan.columns[strings.ToLower(column)]) {
			continue
		}
		s.find(n.start, n.end, fmt.Sprintf("%q must be read with a filter on its partition column %q, and this query has none", scan.table, column),
			fmt.Sprintf("add a condition such as %s = @run_date", column))
	}
}

// wildcardUnfiltered: without a filter on _TABLE_SUFFIX, all tables of a family are
// read.
func wildcardUnfiltered(s *statement) {
	for _, n := range s.all {
		scan, ok := s.tableScan[n]
		if !ok || !strings.HasSuffix(scan.table, "*") || n.start < 0 {
			continue
		}
		written := strings.TrimSpace(strings.ReplaceAll(s.text[n.start:n.end], "`", ""))
		if !strings.HasSuffix(written, scan.table[strings.LastIndexByte(scan.table, '.')+1:]) {
			continue // one member, or a part of the family
		}
		if id, ok := scan.columns["_table_suffix"]; ok && !s.isTested(id) {
			s.find(n.start, n.end, fmt.Sprintf("every table of the family %q is read: nothing filters _TABLE_SUFFIX", scan.table),
				"add a condition such as _TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @run_date)")
		}
	}
}
