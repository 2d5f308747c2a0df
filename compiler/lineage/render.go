package lineage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/runtime/plan"
)

// Title says what a place is, for people.
func (g *Graph) Title(p Place) string {
	kind := "?"
	if n := g.Nodes[p.Node]; n != nil {
		kind = n.Kind
	}
	if p.Column == "" {
		return p.String() + " (" + kind + ")"
	}
	return p.String()
}

// Text draws steps as a tree. Several influences of one place stand on one line.
func (g *Graph) Text(root *Step) string {
	var b strings.Builder
	b.WriteString(g.Title(root.Place) + "\n")
	g.branches(&b, root, "")
	return b.String()
}

func (g *Graph) branches(b *strings.Builder, s *Step, indent string) {
	groups := grouped(s.Next)
	for i, group := range groups {
		branch, below := "├─ ", "│  "
		if i == len(groups)-1 {
			branch, below = "└─ ", "   "
		}
		var words []string
		for _, n := range group {
			words = append(words, g.word(n.Edge))
		}
		last := group[0]
		for _, n := range group {
			if len(n.Next) > 0 {
				last = n
			}
		}
		fmt.Fprintf(b, "%s%s%s  %s", indent, branch, last.Place, strings.Join(words, ", "))
		if n := g.Nodes[last.Place.Node]; n != nil {
			switch {
			case n.Unknown:
				b.WriteString("  (its SQL was not analysed)")
			case n.Kind == "source" || n.Kind == "external" || n.Kind == "prediction":
				b.WriteString("  (" + n.Kind + ")")
			}
		}
		if !slices.ContainsFunc(group, func(n *Step) bool { return !n.Again }) {
			b.WriteString("  ↑")
		}
		b.WriteByte('\n')
		g.branches(b, last, indent+below)
	}
}

// word is an edge's kind of influence. What decides about rows says so.
func (g *Graph) word(e Edge) string {
	w := e.Subtype
	if e.Masking {
		w += " masked"
	}
	switch e.Subtype {
	case "rows", "check", "column":
	default:
		if e.To.Column == "" {
			w += " of rows"
		}
	}
	return w
}

// grouped puts steps to the same place together, in the order of the first of each.
func grouped(steps []*Step) [][]*Step {
	at := map[Place]int{}
	var out [][]*Step
	for _, s := range steps {
		i, ok := at[s.Place]
		if !ok {
			i = len(out)
			at[s.Place] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], s)
	}
	return out
}

// Mermaid draws edges as a flow chart: values along solid lines, conditions along
// dotted ones.
func (g *Graph) Mermaid(root *Step) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	places, edges := drawing(root)
	ids := map[Place]string{}
	for i, p := range places {
		ids[p] = "n" + strconv.Itoa(i)
		fmt.Fprintf(&b, "  %s[\"%s\"]\n", ids[p], strings.NewReplacer(`"`, "#quot;", "*", "#42;").Replace(g.Title(p)))
	}
	for _, e := range edges {
		arrow := "-. %s .->"
		if e.Direct() {
			arrow = "-- %s -->"
		}
		fmt.Fprintf(&b, "  %s "+arrow+" %s\n", ids[e.From], g.word(e), ids[e.To])
	}
	return b.String()
}

// Dot draws edges for Graphviz.
func (g *Graph) Dot(root *Step) string {
	var b strings.Builder
	b.WriteString("digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n")
	places, edges := drawing(root)
	for _, p := range places {
		fmt.Fprintf(&b, "  %s [label=%s];\n", strconv.Quote(p.String()), strconv.Quote(g.Title(p)))
	}
	for _, e := range edges {
		style := ", style=dashed"
		if e.Direct() {
			style = ""
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s%s];\n", strconv.Quote(e.From.String()), strconv.Quote(e.To.String()), strconv.Quote(g.word(e)), style)
	}
	b.WriteString("}\n")
	return b.String()
}

// drawing is what a picture shows: places in order, and the edges between them.
func drawing(root *Step) ([]Place, []Edge) {
	edges := root.Edges()
	places := []Place{root.Place}
	for _, e := range edges {
		places = append(places, e.From, e.To)
	}
	slices.SortFunc(places, comparePlaces)
	return slices.Compact(places), edges
}

// JSONEdge is an edge as -o json has it.
type JSONEdge struct {
	From    JSONPlace `json:"from"`
	To      JSONPlace `json:"to"`
	Type    string    `json:"type"` // DIRECT or INDIRECT
	Subtype string    `json:"subtype"`
	Masking bool      `json:"masking,omitempty"`
}

// JSONPlace is a place as -o json has it.
type JSONPlace struct {
	Node   string `json:"node"`
	Kind   string `json:"kind"`
	Column string `json:"column,omitempty"`
	Field  string `json:"field,omitempty"`
}

// JSON is the form of -o json.
type JSON struct {
	Format    int        `json:"format"`
	Of        JSONPlace  `json:"of"`
	Direction string     `json:"direction"` // up or down
	Edges     []JSONEdge `json:"edges"`
}

// JSON gives the edges of a walk.
func (g *Graph) JSON(root *Step, w Walk) JSON {
	out := JSON{Format: 1, Of: g.jsonPlace(root.Place), Direction: "up", Edges: []JSONEdge{}}
	if w.Down {
		out.Direction = "down"
	}
	for _, e := range root.Edges() {
		x := JSONEdge{From: g.jsonPlace(e.From), To: g.jsonPlace(e.To), Type: "INDIRECT", Subtype: e.Subtype, Masking: e.Masking}
		if e.Direct() {
			x.Type = "DIRECT"
		}
		out.Edges = append(out.Edges, x)
	}
	return out
}

func (g *Graph) jsonPlace(p Place) JSONPlace {
	out := JSONPlace{Node: p.Node, Column: p.Column, Field: p.Field}
	if n := g.Nodes[p.Node]; n != nil {
		out.Kind = n.Kind
	}
	return out
}

// Facets are OpenLineage's facets of an output dataset, as its columnLineage facet of
// version 1.2 has them.
type Facets struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Facets    struct {
		ColumnLineage Facet `json:"columnLineage"`
	} `json:"facets"`
}

// Facet is OpenLineage's column lineage facet.
type Facet struct {
	Producer  string                `json:"_producer"`
	SchemaURL string                `json:"_schemaURL"`
	Fields    map[string]FacetField `json:"fields"`
	Dataset   []FacetInput          `json:"dataset,omitempty"`
}

// FacetField is one column's lineage.
type FacetField struct {
	InputFields []FacetInput `json:"inputFields"`
}

// FacetInput is one input with all of its influences.
type FacetInput struct {
	Namespace       string                `json:"namespace"`
	Name            string                `json:"name"`
	Field           string                `json:"field"`
	Transformations []FacetTransformation `json:"transformations"`
}

// FacetTransformation is one influence.
type FacetTransformation struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	Description string `json:"description"`
	Masking     bool   `json:"masking"`
}

const (
	facetProducer = "https://sluice.dev/sluice"
	facetSchema   = "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
)

// OpenLineage gives the facet of a table's own lineage. physical names a table of the
// warehouse, namespace is that of all of them. An input that is a table's rows alone
// has no field to name; it is left out, since the facet knows columns only.
func OpenLineage(table string, l *plan.Lineage, namespace string, physical func(string) string) Facets {
	out := Facets{Namespace: namespace, Name: physical(table)}
	f := &out.Facets.ColumnLineage
	f.Producer, f.SchemaURL, f.Fields = facetProducer, facetSchema, map[string]FacetField{}
	for _, c := range l.Columns {
		f.Fields[c.Name] = FacetField{InputFields: facetInputs(c.Inputs, namespace, physical)}
	}
	f.Dataset = facetInputs(l.Rows, namespace, physical)
	return out
}

func facetInputs(list []plan.Input, namespace string, physical func(string) string) []FacetInput {
	out := []FacetInput{}
	for _, in := range list {
		if in.Column == "" {
			continue
		}
		field := in.Column
		if in.Field != "" {
			field += "." + in.Field
		}
		t := FacetTransformation{Type: "INDIRECT", Subtype: strings.ToUpper(in.Subtype), Masking: in.Masking}
		if in.Direct() {
			t.Type = "DIRECT"
		}
		name := physical(in.Table)
		if n := len(out); n > 0 && out[n-1].Name == name && out[n-1].Field == field {
			out[n-1].Transformations = append(out[n-1].Transformations, t)
			continue
		}
		out = append(out, FacetInput{Namespace: namespace, Name: name, Field: field, Transformations: []FacetTransformation{t}})
	}
	return out
}
