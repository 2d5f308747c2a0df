package lint

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// Sizes by the platform's estimates, in bytes.
const (
	largeTable = 1e9   // worth counting how often it is scanned
	hugeTable  = 100e9 // worth a partition, and a filter on it
)

// partitionNotPruned: BigQuery leaves partitions out only where the partition's
// column itself is compared, or a day or an instant made of it.
func partitionNotPruned(s *statement) {
	for _, n := range s.all {
		scan, ok := s.tableScan[n]
		if !ok {
			continue
		}
		facts := s.facts.Tables[scan.table]
		id, read := scan.columns[strings.ToLower(facts.Partition)]
		if facts.Partition == "" || !read {
			continue
		}
		var hidden *node
		pruned := false
		for _, condition := range s.conditions() {
			for _, c := range conjuncts(condition) {
				if !s.names(c, id) {
					continue
				}
				if s.prunes(c, id) {
					pruned = true
				} else if hidden == nil {
					hidden = c
				}
			}
		}
		if hidden != nil && !pruned && hidden.start >= 0 && s.hides(hidden, id) {
			s.find(hidden.start, hidden.end, fmt.Sprintf("every partition of %q is read: %q stands inside a function here", scan.table, facts.Partition),
				fmt.Sprintf("compare the column itself, for example %s BETWEEN … AND …", facts.Partition))
		}
	}
}

// names reports whether an expression names a column, or one that stands for it.
func (s *statement) names(n *node, id int32) bool {
	for ref := range refs(n) {
		if ref == id || s.origin(ref) == id {
			return true
		}
	}
	return false
}

// prunes reports whether a condition compares a column so that partitions can be left
// out. What is not understood is taken to.
func (s *statement) prunes(c *node, id int32) bool {
	if name := function(c); slices.Contains(comparisons, name) || name == "$is_null" {
		for i, k := range c.kids {
			if i > 0 && (name == "$in" || name == "$between" || name == "$like") {
				break
			}
			if s.isColumn(k, id) {
				return true
			}
		}
		return false
	}
	return true
}

// isColumn reports whether an expression is the column, or a day or an instant made
// of nothing but it.
func (s *statement) isColumn(n *node, id int32) bool {
	if _, cast := n.is.(*gsql.ResolvedCast); cast && typeOf(n) == "STRING" {
		return false
	}
	n = uncast(n)
	if ref, ok := refID(n); ok {
		if ref == id || s.origin(ref) == id {
			return true
		}
		if def := s.defined[s.origin(ref)]; def != nil {
			return s.isColumn(def, id)
		}
		return false
	}
	switch function(n) {
	case "date", "datetime", "timestamp", "date_trunc", "timestamp_trunc", "datetime_trunc", "$extract_date":
		return len(n.kids) > 0 && s.isColumn(n.kids[0], id)
	}
	return false
}

// concealing are functions of which it is sure that no partition can be left out.
var concealing = []string{"format_date", "format_datetime", "format_timestamp", "$extract", "date_diff", "date_add", "date_sub", "substr",
	"timestamp_add", "timestamp_sub", "timestamp_diff", "datetime_add", "datetime_sub", "datetime_diff", "coalesce", "ifnull", "concat", "format"}

// hides reports whether the column stands in a comparison inside one of the functions
// that conceal it, or as a text.
func (s *statement) hides(c *node, id int32) bool {
	if !slices.Contains(comparisons, function(c)) {
		return false
	}
	for _, k := range c.kids {
		if !s.names(k, id) {
			continue
		}
		if cast, ok := k.is.(*gsql.ResolvedCast); ok && typeOf(k) == "STRING" {
			return get(cast.Format()) != nil || s.isColumn(k.kids[0], id)
		}
		k = uncast(k)
		if slices.Contains(concealing, function(k)) && len(k.kids) > 0 && slices.ContainsFunc(k.kids, func(a *node) bool { return s.isColumn(a, id) }) {
			return true
		}
	}
	return false
}

// partitionUnfiltered: a table of this size is read from its first day to its last.
func partitionUnfiltered(s *statement) {
	for _, n := range s.all {
		scan, ok := s.tableScan[n]
		if !ok {
			continue
		}
		facts := s.facts.Tables[scan.table]
		if facts.Partition == "" || facts.Filter != "" || facts.Volume < hugeTable {
			continue
		}
		if id, read := scan.columns[strings.ToLower(facts.Partition)]; read && s.isTested(id) {
			continue
		}
		s.find(n.start, n.end, fmt.Sprintf("%q holds about %s, and nothing filters its partition column %q: all of it is read", scan.table, size(facts.Volume), facts.Partition),
			fmt.Sprintf("add a condition such as %s = @run_date", facts.Partition))
	}
}

// repeatedScan: each mention of a table is a scan of its own, that of a WITH query
// included.
func repeatedScan(s *statement) {
	count := map[string]int{}
	for _, n := range s.all {
		scan, ok := s.tableScan[n]
		if !ok || n.start < 0 {
			continue
		}
		facts := s.facts.Tables[scan.table]
		if facts.Volume < largeTable {
			continue
		}
		if id, read := scan.columns[strings.ToLower(facts.Partition)]; read && s.isTested(id) {
			continue
		}
		if count[scan.table]++; count[scan.table] == 3 {
			s.find(n.start, n.end, fmt.Sprintf("%q, of about %s, is read for the third time in this statement", scan.table, size(facts.Volume)),
				"read it once: aggregate with COUNTIF and SUM(IF(…)), or put what is common into a table of its own")
		}
	}
}

func size(bytes int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	i := 0
	v := float64(bytes)
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	return fmt.Sprintf("%.3g %s", v, units[i])
}

// jsonReaders take one value out of a JSON text.
var jsonReaders = []string{"json_value", "json_query", "json_extract", "json_extract_scalar", "json_value_array", "json_query_array", "json_extract_array", "json_extract_string_array"}

// repeatedJSON: each call parses the text anew.
func repeatedJSON(s *statement) {
	count := map[int32]int{}
	for _, call := range s.calls(jsonReaders...) {
		if len(call.kids) == 0 || typeOf(call.kids[0]) != "STRING" {
			continue
		}
		id, ok := refID(call.kids[0])
		if !ok {
			continue
		}
		if count[id]++; count[id] == 4 {
			s.find(call.start, call.end, "the same JSON text is parsed for the fourth time", "parse it once with PARSE_JSON in a WITH query, or store the column as JSON")
		}
	}
}

// joinedBy marks the columns that large tables are joined by. A single statement is
// no reason to cluster; HotJoins looks at all.
func joinedBy(s *statement) {
	seen := map[string]bool{}
	for _, n := range s.all {
		if _, ok := n.is.(*gsql.ResolvedJoinScan); !ok || len(n.kids) < 3 {
			continue
		}
		for _, c := range conjuncts(n.kids[2]) {
			if function(c) != "$equal" {
				continue
			}
			for _, k := range c.kids {
				id, ok := refID(k)
				base, known := s.base[s.origin(id)]
				key := base.table + "\x00" + base.column
				if ok && known && !seen[key] && s.facts.Tables[base.table].Volume >= largeTable {
					seen[key] = true
					s.findings = append(s.findings, Finding{Code: s.code, Message: key, Start: -1})
				}
			}
		}
	}
}
