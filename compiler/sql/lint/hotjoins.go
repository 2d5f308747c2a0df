package lint

import (
	"maps"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
)

// hot is how many statements must join by a column.
const hot = 3

// HotJoins reports large tables that many statements join by a column that they are
// not clustered by. marks are the messages of UnclusteredJoin findings with the
// nodes of their statements.
func HotJoins(m *model.Platform, marks map[string][]string) diag.List {
	var list diag.List
	for _, mark := range slices.Sorted(maps.Keys(marks)) {
		name, column, _ := strings.Cut(mark, "\x00")
		t := m.TableByName[name]
		nodes := slices.Compact(slices.Sorted(slices.Values(marks[mark])))
		if t == nil || t.Spec == nil || len(nodes) < hot || t.Kind == model.ViewKind {
			continue
		}
		if c := t.Spec.ClusterBy; len(c) > 0 && strings.EqualFold(c[0].V, column) {
			continue
		}
		if p := t.Spec.Partition; p != nil && strings.EqualFold(p.Column.V, column) {
			continue
		}
		list.Warnf(diag.UnclusteredJoin, t.At, "%d statements join %q, of about %s, by %q, which it is not clustered by", len(nodes), name, size(t.Spec.Estimate.Volume.V), column).
			WithNode(name).
			WithNote("they are of %s", strings.Join(nodes, ", ")).
			WithHint("put %q first in cluster_by", column)
	}
	return list
}
