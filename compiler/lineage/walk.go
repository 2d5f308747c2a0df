package lineage

import (
	"cmp"
	"slices"
	"strings"
)

// Walk says which way to go through the graph, and how far.
type Walk struct {
	Down   bool // to what depends on a place; else to what it comes from
	Depth  int  // edges from the start; 0 is all
	Direct bool // only edges along which values go
}

// Step is a place on the way with those behind it.
type Step struct {
	Edge  Edge // that leads here; zero at the start
	Place Place
	Next  []*Step
	// Again: what is behind it stands where the place came up first.
	Again bool
}

// From walks from a place. A place that comes up again is not gone through again, so it
// ends on cycles (a table that reads itself) as well. The order is that of the edges.
func (g *Graph) From(start Place, w Walk) *Step {
	seen := map[Place]bool{}
	root := &Step{Place: start}
	type open struct {
		step  *Step
		depth int
	}
	// Breadth first: a place is gone through where it is nearest to the start.
	for list := []open{{root, 0}}; len(list) > 0; list = list[1:] {
		at := list[0]
		key := at.step.Place
		edges := g.next(key, w, at.step == root)
		if seen[key] {
			at.step.Again = len(edges) > 0
			continue
		}
		seen[key] = true
		depth := w.Depth
		if depth > 0 && start.Column == "" {
			depth++ // its columns are no step
		}
		if depth > 0 && at.depth == depth {
			continue
		}
		for _, e := range edges {
			to := e.From
			if w.Down {
				to = e.To
			}
			s := &Step{Edge: e, Place: to}
			at.step.Next = append(at.step.Next, s)
			list = append(list, open{s, at.depth + 1})
		}
	}
	return root
}

// next are the edges from a place that the walk takes.
func (g *Graph) next(p Place, w Walk, start bool) []Edge {
	var out []Edge
	for _, e := range g.edges(p, w, start) {
		if w.Direct && !e.Direct() && e.Subtype != "column" {
			continue
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Edge) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// rank lists values before conditions, and those before rows.
func rank(e Edge) int {
	switch {
	case e.Direct(), e.Subtype == "column":
		return 0
	case e.Subtype == "rows":
		return 3
	case e.To.Column == "":
		return 2
	}
	return 1
}

func (g *Graph) edges(p Place, w Walk, start bool) []Edge {
	if !w.Down {
		out := slices.Clone(g.up[p.column()])
		if p.Column == "" {
			return append(g.columns(p, w, start), namedOnly(out)...)
		}
		// What decides about a table's rows decides about each of its columns. On the way,
		// it stands once for all of them.
		rows := Place{Node: p.Node}
		if start {
			return append(out, namedOnly(g.up[rows])...)
		}
		if len(g.up[rows]) > 0 {
			out = append(out, Edge{From: rows, To: p.column(), Subtype: "rows"})
		}
		return out
	}
	out := g.columns(p, w, start)
	for _, e := range g.down[p.column()] {
		if overlaps(p.Field, e.From.Field) {
			out = append(out, e)
		}
	}
	return out
}

// columns are the columns of a node that a walk starts from as a whole.
func (g *Graph) columns(p Place, w Walk, start bool) []Edge {
	n := g.Nodes[p.Node]
	if !start || p.Column != "" || n == nil {
		return nil
	}
	var out []Edge
	for _, c := range n.Columns {
		e := Edge{From: Place{Node: p.Node, Column: c}, To: p, Subtype: "column"}
		if w.Down {
			e.From, e.To = e.To, e.From
		}
		out = append(out, e)
	}
	return out
}

// namedOnly leaves out that a table is read as a whole where a column of it is named.
func namedOnly(list []Edge) []Edge {
	named := map[string]bool{}
	for _, e := range list {
		if e.Subtype != "rows" {
			named[e.From.Node] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(e Edge) bool { return e.Subtype == "rows" && named[e.From.Node] })
}

// overlaps reports whether two paths below one column have something in common.
func overlaps(a, b string) bool {
	return a == "" || b == "" || a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// Edges are those of a tree of steps, each once, in order.
func (s *Step) Edges() []Edge {
	var out []Edge
	var visit func(*Step)
	visit = func(s *Step) {
		for _, n := range s.Next {
			out = append(out, n.Edge)
			visit(n)
		}
	}
	visit(s)
	slices.SortFunc(out, compareEdges)
	return slices.Compact(out)
}
