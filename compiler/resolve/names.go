package resolve

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// candidate is a name that could have been meant.
type candidate struct {
	name string
	at   diag.Span
}

func names(list []candidate) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.name)
	}
	slices.Sort(out)
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// unknown reports a name that nothing declares, with what is spelt like it and where
// that stands.
func (r *resolver) unknown(code diag.Code, at diag.Span, what, name string, all []candidate) *diag.Diagnostic {
	d := r.diags.Errorf(code, at, "unknown %s %q", what, name)
	similar := closest(name, all)
	switch {
	case code == diag.UnknownTable || code == diag.UnknownNode:
		// There are too many to list, and what to do depends on the name.
	case len(all) == 0:
		d.WithHint("none is declared; declare it, or leave it out")
	case len(similar) == 0 && len(all) <= maxListed:
		d.WithHint("declared: %s", strings.Join(names(all), ", "))
	}
	if len(similar) > 0 {
		quoted := make([]string, len(similar))
		for i, c := range similar {
			quoted[i] = `"` + c.name + `"`
			d.WithRelated(c.at, "%q is declared here", c.name)
		}
		d.WithHint("did you mean %s?", strings.Join(quoted, " or "))
	}
	return d
}

// maxSimilar is how many similar names are worth showing.
const maxSimilar = 3

// maxListed is how many names are worth listing where none is similar.
const maxListed = 12

// closest returns the candidates spelt most like name, nearest first. A dotted name
// is also like one that differs only in its first part, or has only its last.
func closest(name string, all []candidate) []candidate {
	type scored struct {
		candidate
		distance int
	}
	limit := max(1, min(3, len(name)/3))
	var found []scored
	for _, c := range all {
		if c.name == name {
			continue
		}
		d := distance(name, c.name, limit)
		if d > limit && strings.Contains(c.name, ".") && lastPart(name) == lastPart(c.name) {
			d = limit
		}
		if d <= limit {
			found = append(found, scored{c, d})
		}
	}
	slices.SortFunc(found, func(a, b scored) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var out []candidate
	for _, f := range found[:min(len(found), maxSimilar)] {
		out = append(out, f.candidate)
	}
	return out
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// distance counts the insertions, deletions, substitutions and swaps of neighbours
// that lead from a to b; anything over limit is limit+1.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var before []int
	bestBefore := 0
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		best := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
			best = min(best, next[j])
		}
		if best > limit && bestBefore > limit { // a swap reaches back two rows
			return limit + 1
		}
		before, row, bestBefore = row, next, best
	}
	return min(row[len(b)], limit+1)
}

func candidates[T any](list []*T, of func(*T) spec.Node) []candidate {
	out := make([]candidate, 0, len(list))
	for _, x := range list {
		n := of(x)
		out = append(out, candidate{n.Name, n.At})
	}
	return out
}

func environmentNames(sp *spec.Platform) []candidate {
	return candidates(sp.Environments, func(x *spec.Environment) spec.Node { return x.Node })
}

func sourceNames(sp *spec.Platform) []candidate {
	return candidates(sp.Sources, func(x *spec.Source) spec.Node { return x.Node })
}

func variableNames(sp *spec.Platform) []candidate {
	return candidates(sp.Variables, func(x *spec.Variable) spec.Node { return x.Node })
}

// nodeNames are the names of the common name space for which keep is true.
func (r *resolver) nodeNames(keep func(node) bool) []candidate {
	var out []candidate
	for name, n := range r.nodes {
		if keep(n) {
			out = append(out, candidate{name, n.at})
		}
	}
	return out
}

func isTable(n node) bool { return n.table != nil }

func anyNode(node) bool { return true }

// team, channel, secret, pool and calendar report a name that is not declared. A
// name that was left out is fine.
func (r *resolver) team(name spec.Text) {
	if name.V != "" && r.m.Teams[name.V] == nil {
		r.unknown(diag.UnknownTeam, name.At, "team", name.V,
			candidates(r.sp.Teams, func(x *spec.Team) spec.Node { return x.Node }))
	}
}

func (r *resolver) channel(name spec.Text) {
	if name.V != "" && r.m.Channels[name.V] == nil {
		r.unknown(diag.UnknownChannel, name.At, "channel", name.V,
			candidates(r.sp.Channels, func(x *spec.Channel) spec.Node { return x.Node }))
	}
}

// receiver is a channel or a team.
func (r *resolver) receiver(name spec.Text) {
	if r.m.Channels[name.V] != nil || r.m.Teams[name.V] != nil {
		return
	}
	r.unknown(diag.UnknownChannel, name.At, "channel or team", name.V, append(
		candidates(r.sp.Channels, func(x *spec.Channel) spec.Node { return x.Node }),
		candidates(r.sp.Teams, func(x *spec.Team) spec.Node { return x.Node })...))
}

func (r *resolver) secret(name spec.Text) {
	if name.V == "" || r.m.Secrets[name.V] != nil {
		return
	}
	if looksLikeValue(name.V) {
		d := r.diags.Errorf(diag.UnknownSecret, name.At, "no secret of this name is declared, and the name looks like a secret itself").
			WithHint("name a secret that is declared under secret; if this is a real value, revoke it")
		d.Concealed = true
	} else {
		r.unknown(diag.UnknownSecret, name.At, "secret", name.V,
			candidates(r.sp.Secrets, func(x *spec.Secret) spec.Node { return x.Node }))
	}
}

// looksLikeValue reports whether a name looks as if the secret itself had been put
// where its name belongs; it must not be printed then.
func looksLikeValue(name string) bool {
	digits := 0
	for _, c := range name {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return len(name) >= 20 && digits >= 4
}

func (r *resolver) pool(name spec.Text) {
	if name.V != "" && r.m.Pools[name.V] == nil {
		r.unknown(diag.UnknownPool, name.At, "pool", name.V,
			candidates(r.sp.Pools, func(x *spec.Pool) spec.Node { return x.Node }))
	}
}

func (r *resolver) calendar(name spec.Text) {
	if name.V != "" && r.m.Calendars[name.V] == nil {
		r.unknown(diag.UnknownCalendar, name.At, "calendar", name.V,
			candidates(r.sp.Calendars, func(x *spec.Calendar) spec.Node { return x.Node }))
	}
}

// table finds the table that a field names; what is the field's, for the message.
func (r *resolver) table(name spec.Text, owner string) *model.Table {
	if name.V == "" {
		return nil
	}
	n, known := r.nodes[name.V]
	switch {
	case !known:
		r.unknown(diag.UnknownTable, name.At, "table", name.V, r.nodeNames(isTable)).WithNode(owner)
	case n.table == nil:
		r.diags.Errorf(diag.WrongNodeKind, name.At, "%q is of kind %s, but a table is needed here", name.V, n.what).
			WithNode(owner).
			WithRelated(n.at, "%q is declared here", name.V).
			WithHint("name a table, <dataset>.<table>")
	}
	return n.table
}
