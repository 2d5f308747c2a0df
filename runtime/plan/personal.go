package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// PersonalChange is a difference in what is known of people: where their data is, or
// who lets it go.
type PersonalChange struct {
	// Op is class where a column's class changes, or that of a column that comes or goes;
	// mask where a source's mask does; declassified or released where a person has agreed
	// to let data go, or no longer does.
	Op     string `json:"op"`
	Node   string `json:"node"`             // table, or task ID of an export
	Column string `json:"column,omitempty"` // of class and mask
	Old    string `json:"old,omitempty"`    // class, mask, or columns let go
	New    string `json:"new,omitempty"`
	Reason string `json:"reason,omitempty"` // in the new plan
	// ApprovedBy is who agreed, in the new plan.
	ApprovedBy string `json:"approved_by,omitempty"`
}

// String says it in a line.
func (c PersonalChange) String() string {
	name := c.Node
	if c.Column != "" {
		name += "." + c.Column
	}
	agreed := fmt.Sprintf(" (%s; agreed by %s)", c.Reason, c.ApprovedBy)
	switch {
	case c.Op == "class" && c.Old == "":
		return fmt.Sprintf("%s is new and %s", name, c.New)
	case c.Op == "class" && c.New == "":
		return fmt.Sprintf("%s was %s and is gone", name, c.Old)
	case c.Op == "class":
		return fmt.Sprintf("%s is %s now, and was %s", name, c.New, c.Old)
	case c.Op == "mask" && c.New == "":
		return fmt.Sprintf("%s is no longer masked (%s)", name, c.Old)
	case c.Op == "mask" && c.Old == "":
		return fmt.Sprintf("%s is masked: %s", name, c.New)
	case c.Op == "mask":
		return fmt.Sprintf("%s is masked by %s instead of %s", name, c.New, c.Old)
	case c.New == "":
		return fmt.Sprintf("%s no longer has %s %s", name, c.Old, c.Op)
	}
	return fmt.Sprintf("%s has %s %s%s", name, c.New, c.Op, agreed)
}

// personal compares where personal data is and who lets it go. Of a first apply there is
// nothing to compare.
func personal(old, new *Plan) []PersonalChange {
	var out []PersonalChange
	was := byName(old.Tables, func(t *Table) string { return t.Name })
	is := byName(new.Tables, func(t *Table) string { return t.Name })
	for _, name := range union(sortedKeys(was), sortedKeys(is)) {
		a, b := was[name], is[name]
		if a == nil {
			a = &Table{}
		}
		if b == nil {
			b = &Table{}
		}
		out = append(out, personalColumns(name, a.Columns, b.Columns)...)
		out = append(out, releases("declassified", name, a.Declassify, b.Declassify)...)
	}
	exports := func(p *Plan) map[string]*Task {
		m := map[string]*Task{}
		for i := range p.Tasks {
			if p.Tasks[i].Export != nil {
				m[p.Tasks[i].ID] = &p.Tasks[i]
			}
		}
		return m
	}
	before, after := exports(old), exports(new)
	for _, id := range union(sortedKeys(before), sortedKeys(after)) {
		var a, b *Release
		if t := before[id]; t != nil {
			a = t.Export.PersonalData
		}
		if t := after[id]; t != nil {
			b = t.Export.PersonalData
		}
		out = append(out, releases("released", id, a, b)...)
	}
	slices.SortStableFunc(out, func(a, b PersonalChange) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Column, b.Column))
	})
	return out
}

// holdsPersonal reports whether a class is one of people's data.
func holdsPersonal(class string) bool { return class == "personal" || class == "sensitive" }

func personalColumns(table string, old, new []Column) []PersonalChange {
	var out []PersonalChange
	was := byName(old, func(c *Column) string { return c.Name })
	is := byName(new, func(c *Column) string { return c.Name })
	for _, name := range union(sortedKeys(was), sortedKeys(is)) {
		a, b := was[name], is[name]
		if a == nil {
			a = &Column{}
		}
		if b == nil {
			b = &Column{}
		}
		if a.Class != b.Class && (holdsPersonal(a.Class) || holdsPersonal(b.Class)) {
			out = append(out, PersonalChange{Op: "class", Node: table, Column: name, Old: a.Class, New: b.Class})
		}
		if a.Mask != b.Mask && was[name] != nil && is[name] != nil {
			out = append(out, PersonalChange{Op: "mask", Node: table, Column: name, Old: a.Mask, New: b.Mask})
		}
	}
	return out
}

func releases(op, node string, old, new *Release) []PersonalChange {
	text := func(r *Release) string {
		switch {
		case r == nil:
			return ""
		case len(r.Columns) == 0:
			return "all columns"
		}
		return strings.Join(r.Columns, ", ")
	}
	c := PersonalChange{Op: op, Node: node, Old: text(old), New: text(new)}
	if new != nil {
		c.Reason, c.ApprovedBy = new.Reason, new.ApprovedBy
	}
	if c.Old == c.New && (old == nil || old.Reason == new.Reason && old.ApprovedBy == new.ApprovedBy) {
		return nil
	}
	return []PersonalChange{c}
}
