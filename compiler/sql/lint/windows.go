package lint

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// notRepeatable: rows that are added must come out the same when a day is done again.
func notRepeatable(s *statement) {
	for _, call := range s.calls("rand", "generate_uuid") {
		name := strings.ToUpper(function(call))
		s.find(call.start, call.end, name+" gives other values whenever a day is run again, so an incremental table cannot be repaired by a rerun",
			"derive the value from the row: TO_HEX(MD5(…)), FARM_FINGERPRINT(…)")
	}
}

// windowWithoutOrder: the first of rows without an order is any of them. Of the
// functions that depend on the order, ROW_NUMBER alone is allowed without one.
func windowWithoutOrder(s *statement) {
	for _, call := range s.calls("row_number") {
		if window(call) && !hasOrder(call) {
			s.find(call.start, call.end, "ROW_NUMBER without ORDER BY numbers the rows at random",
				"add ORDER BY to the window, down to a unique column")
		}
	}
}

// lastValueFrame: with ORDER BY alone, a window ends at the current row.
func lastValueFrame(s *statement) {
	for _, call := range s.calls("last_value") {
		if !window(call) || !hasOrder(call) {
			continue
		}
		for _, k := range call.kids {
			if _, ok := k.is.(*gsql.ResolvedWindowFrame); ok && k.start < 0 {
				s.find(call.start, call.end, "LAST_VALUE without a frame is the value of the current row: the window ends there",
					"add ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING, or take FIRST_VALUE in the opposite order")
			}
		}
	}
}

func window(call *node) bool {
	_, ok := call.is.(*gsql.ResolvedAnalyticFunctionCall)
	return ok
}

func hasOrder(call *node) bool {
	group := call.up.up // above the column that the call makes
	return slices.ContainsFunc(group.kids, func(k *node) bool {
		_, ok := k.is.(*gsql.ResolvedWindowOrdering)
		return ok
	})
}

// windowOrderConstant: rows that agree in all that a window is ordered by come in any
// order.
func windowOrderConstant(s *statement) {
	for _, n := range s.all {
		group, ok := n.is.(*gsql.ResolvedAnalyticFunctionGroup)
		if !ok || get(group.OrderBy()) == nil {
			continue
		}
		parts := map[int32]bool{}
		for _, k := range n.kids {
			if _, ok := k.is.(*gsql.ResolvedWindowPartitioning); ok {
				for id := range refs(k) {
					parts[s.origin(id)] = true
				}
			}
		}
		says := false
		var call *node
		for _, k := range n.kids {
			switch k.is.(type) {
			case *gsql.ResolvedWindowOrdering:
				for _, item := range k.kids {
					for _, ref := range item.kids {
						id, ok := refID(ref)
						_, constant := s.maker(ref).is.(*gsql.ResolvedLiteral)
						says = says || !(ok && parts[s.origin(id)]) && !constant
					}
				}
			case *gsql.ResolvedComputedColumn:
				if call == nil && len(k.kids) > 0 && slices.Contains(ordered, function(k.kids[0])) {
					call = k.kids[0]
				}
			}
		}
		if !says && call != nil && call.start >= 0 {
			s.find(call.start, call.end, "all rows of a partition agree in what the window is ordered by, so their order is left to chance",
				"order by a column that tells the rows apart")
		}
	}
}

// ordered are window functions whose result depends on the order.
var ordered = []string{"row_number", "lag", "lead", "first_value", "last_value", "nth_value", "ntile"}
