package lineage

import (
	"fmt"
	"strings"
)

// UnknownError says that a name is none of the platform's.
type UnknownError struct {
	What string // node, column
	Name string
	Of   string   // the node, for a column
	All  []string // names that there are, to suggest one
}

func (e *UnknownError) Error() string {
	if e.What == "column" {
		return fmt.Sprintf("%q has no column %q", e.Of, e.Name)
	}
	return fmt.Sprintf("there is no table, export, model or check %q", e.Name)
}

// Find reads a place as people write it: core.member_status, core.member_status.status,
// core.members.address.city, export.kpi_sheet.revenue, core.members/id_unique. The error
// is an *UnknownError.
func (g *Graph) Find(name string) (Place, error) {
	if g.Nodes[name] != nil {
		return Place{Node: name}, nil
	}
	parts := strings.Split(name, ".")
	if len(parts) < 3 || g.Nodes[parts[0]+"."+parts[1]] == nil {
		node := name
		if len(parts) > 2 {
			node = parts[0] + "." + parts[1]
		}
		return Place{}, &UnknownError{What: "node", Name: node, All: g.Names()}
	}
	n := g.Nodes[parts[0]+"."+parts[1]]
	c, ok := n.Column(parts[2])
	if !ok {
		return Place{}, &UnknownError{What: "column", Name: parts[2], Of: n.Name, All: n.Columns}
	}
	return Place{Node: n.Name, Column: c, Field: strings.Join(parts[3:], ".")}, nil
}
