package lineage

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/runtime/plan"
)

// Place is a column of a node: of a table, of an export, a feature or the label of a
// model, or what a check looks at. Without Column it is the node's rows; Field is a path
// below a column that is a STRUCT.
type Place struct {
	Node   string
	Column string
	Field  string
}

func (p Place) String() string {
	s := p.Node
	for _, part := range []string{p.Column, p.Field} {
		if part != "" {
			s += "." + part
		}
	}
	return s
}

// column is the place without its field.
func (p Place) column() Place { return Place{Node: p.Node, Column: p.Column} }

// Edge is an influence of one place on another.
type Edge struct {
	From, To Place
	// Subtype is a word of plan.Input, or feature, label or key of what a model reads,
	// check of what a check looks at, and rows where a table's rows as a whole are meant.
	Subtype string
	Masking bool
}

// Direct reports whether the value at From goes into that at To.
func (e Edge) Direct() bool {
	switch e.Subtype {
	case "feature", "label", "key":
		return true
	}
	return plan.Input{Subtype: e.Subtype}.Direct()
}

// Node is something that has columns, or reads them.
type Node struct {
	Name    string
	Kind    string // as model.TableKind; export, model, check
	Columns []string
	At      diag.Span
	Table   *model.Table // nil for the others
	// Unknown: analysis did not get through its SQL, so that nothing is known of where it
	// comes from beyond the tables that it reads.
	Unknown bool
}

// Graph is every influence in a platform.
type Graph struct {
	Nodes map[string]*Node
	up    map[Place][]Edge // by column (without field) or rows that they end in
	down  map[Place][]Edge // by column (without field) or rows that they begin with
}

// Build makes the graph of a platform that Complete was called for.
func Build(m *model.Platform) *Graph {
	g := &Graph{Nodes: map[string]*Node{}, up: map[Place][]Edge{}, down: map[Place][]Edge{}}
	for _, t := range m.Tables {
		g.table(t)
	}
	for _, e := range m.Exports {
		n := g.node("export."+e.Name, "export", e.Spec.At, e.Statement)
		if e.Table != nil && len(n.Columns) == 0 {
			for _, c := range e.Table.Columns { // delivers the table as it is
				n.Columns = append(n.Columns, c.Name)
				g.add(Edge{From: Place{Node: e.Table.Name, Column: c.Name}, To: Place{Node: n.Name, Column: c.Name}, Subtype: "identity"})
			}
			g.add(Edge{From: Place{Node: e.Table.Name}, To: Place{Node: n.Name}, Subtype: "rows"})
			n.Unknown = false
		}
		g.reads(n, e.Statement, e.Reads)
	}
	for _, x := range m.Models {
		g.model(x)
	}
	for _, c := range m.Checks {
		g.check(c)
	}
	for _, edges := range []map[Place][]Edge{g.up, g.down} {
		for at, list := range edges {
			slices.SortFunc(list, compareEdges)
			edges[at] = slices.Compact(list)
		}
	}
	return g
}

func (g *Graph) table(t *model.Table) {
	n := &Node{Name: t.Name, Kind: string(t.Kind), At: t.At, Table: t}
	for _, c := range slices.Concat(t.Columns, t.PseudoColumns) {
		n.Columns = append(n.Columns, c.Name)
	}
	g.Nodes[t.Name] = n
	if t.Lineage != nil {
		g.lineage(n.Name, t.Lineage)
	} else {
		n.Unknown = t.Statement != nil
	}
	for _, r := range t.Reads {
		g.add(Edge{From: Place{Node: r.Name}, To: Place{Node: t.Name}, Subtype: "rows"})
	}
}

// node makes the node of a statement.
func (g *Graph) node(name, kind string, at diag.Span, s *model.Statement) *Node {
	n := &Node{Name: name, Kind: kind, At: at}
	g.Nodes[name] = n
	if s == nil || s.Lineage == nil {
		n.Unknown = true
		return n
	}
	for _, c := range s.Lineage.Columns {
		n.Columns = append(n.Columns, c.Name)
	}
	return n
}

func (g *Graph) reads(n *Node, s *model.Statement, tables []*model.Table) {
	if s != nil && s.Lineage != nil {
		g.lineage(n.Name, s.Lineage)
	}
	for _, r := range tables {
		g.add(Edge{From: Place{Node: r.Name}, To: Place{Node: n.Name}, Subtype: "rows"})
	}
}

// model reads features and label of what it is trained on, features and keys of what it
// scores.
func (g *Graph) model(x *model.Model) {
	n := &Node{Name: "model." + x.Name, Kind: "model", At: x.Spec.At}
	g.Nodes[n.Name] = n
	read := func(t *model.Table, name, subtype string) {
		if t == nil {
			return
		}
		if c := column(t, name); c != nil {
			if !slices.Contains(n.Columns, c.Name) {
				n.Columns = append(n.Columns, c.Name)
			}
			g.add(Edge{From: Place{Node: t.Name, Column: c.Name}, To: Place{Node: n.Name, Column: c.Name}, Subtype: subtype})
		}
	}
	for _, f := range Features(x) {
		read(x.Train, f, "feature")
		read(x.Predict, f, "feature")
	}
	if x.Spec.Train != nil {
		read(x.Train, x.Spec.Train.Label.V, "label")
	}
	for _, k := range x.Spec.Predict.Key {
		read(x.Predict, k.V, "key")
	}
	for _, t := range []*model.Table{x.Train, x.Predict} {
		if t == nil {
			continue
		}
		g.add(Edge{From: Place{Node: t.Name}, To: Place{Node: n.Name}, Subtype: "rows"})
		if x.Output != nil {
			g.add(Edge{From: Place{Node: t.Name}, To: Place{Node: x.Output.Name}, Subtype: "rows"})
		}
	}
}

// check looks at the columns that it names, and at those of its queries.
func (g *Graph) check(c *model.Check) {
	at := diag.Span{}
	if c.Spec != nil {
		at = c.Spec.At
	}
	n := &Node{Name: c.ID, Kind: "check", At: at}
	if c.Table == nil {
		n.Name = "check." + c.Name
	}
	g.Nodes[n.Name] = n
	look := func(t *model.Table, name string) {
		if t == nil || name == "" {
			return
		}
		if found := column(t, name); found != nil {
			g.add(Edge{From: Place{Node: t.Name, Column: found.Name}, To: Place{Node: n.Name}, Subtype: "check"})
		}
	}
	if c.Spec != nil {
		look(c.Table, c.Spec.Column.V)
		for _, name := range c.Spec.Columns {
			look(c.Table, name.V)
		}
		look(c.To, c.Spec.ToColumn.V)
	}
	for _, s := range append(slices.Clone(c.Queries), c.Statement) {
		if s == nil || s.Lineage == nil {
			continue
		}
		for _, in := range everyInput(s.Lineage) {
			g.add(Edge{From: Place{in.Table, in.Column, in.Field}, To: Place{Node: n.Name}, Subtype: "check"})
		}
	}
	for _, t := range append(slices.Clone(c.Reads), c.Table, c.To) {
		if t != nil {
			g.add(Edge{From: Place{Node: t.Name}, To: Place{Node: n.Name}, Subtype: "rows"})
		}
	}
}

func everyInput(l *plan.Lineage) []plan.Input {
	out := slices.Clone(l.Rows)
	for _, c := range l.Columns {
		out = append(out, c.Inputs...)
	}
	return out
}

func (g *Graph) lineage(node string, l *plan.Lineage) {
	for _, c := range l.Columns {
		for _, in := range c.Inputs {
			g.add(Edge{From: Place{in.Table, in.Column, in.Field}, To: Place{Node: node, Column: c.Name}, Subtype: in.Subtype, Masking: in.Masking})
		}
	}
	for _, in := range l.Rows {
		g.add(Edge{From: Place{in.Table, in.Column, in.Field}, To: Place{Node: node}, Subtype: in.Subtype, Masking: in.Masking})
	}
}

func (g *Graph) add(e Edge) {
	if e.Subtype == "rows" && e.From.Node == e.To.Node {
		return // a table that reads itself
	}
	g.up[e.To.column()] = append(g.up[e.To.column()], e)
	g.down[e.From.column()] = append(g.down[e.From.column()], e)
}

func compareEdges(a, b Edge) int {
	return cmp.Or(comparePlaces(a.From, b.From), comparePlaces(a.To, b.To), strings.Compare(a.Subtype, b.Subtype))
}

func comparePlaces(a, b Place) int {
	return cmp.Or(strings.Compare(a.Node, b.Node), strings.Compare(a.Column, b.Column), strings.Compare(a.Field, b.Field))
}

// Names are all nodes, sorted.
func (g *Graph) Names() []string {
	out := make([]string, 0, len(g.Nodes))
	for name := range g.Nodes {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Column gives a node's name for a column; letter case does not count.
func (n *Node) Column(name string) (string, bool) {
	for _, c := range n.Columns {
		if strings.EqualFold(c, name) {
			return c, true
		}
	}
	return "", false
}
