package lineage

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// level orders classes of data by how much they must be guarded.
type level int

const (
	public level = iota
	internal
	personal
	sensitive
)

var levels = map[string]level{"public": public, "internal": internal, "": internal, "personal": personal, "sensitive": sensitive}

func (l level) String() string { return [...]string{"public", "internal", "personal", "sensitive"}[l] }

// masked is the class of a value that a function hides, or that arrives masked. It
// can still be compared with the same value elsewhere, or guessed, so sensitive data is
// personal data then, and only personal data is free.
func (l level) masked() level {
	if l >= personal {
		return l - 1
	}
	return l
}

// through is the class that reaches a column along one influence. What only decides
// about rows does not give a class. What decides which value there is can be guessed
// from the value, as that behind a mask can: IF(ill, 'yes', 'no') tells who is ill.
func (l level) through(in plan.Input) level {
	switch {
	case in.Subtype == "conditional" && l == sensitive:
		return l.masked()
	case !in.Direct():
		return public
	case in.Masking && in.Subtype == "aggregation": // a number of something
		return min(l, internal)
	case in.Masking:
		return l.masked()
	}
	return l
}

// arriving is the class of a source's column, or of a field in it, after the masks that
// are applied on its way in.
func arriving(c *model.Column, path string) level {
	var names []string
	if path != "" {
		names = strings.Split(path, ".")
	}
	if c.Spec == nil {
		return afterMask(levels[c.Class], c.Mask)
	}
	return declared(c.Spec, c.Class, names)
}

// declared is the class of a column's declaration; outer is that of what it is part of.
func declared(c *spec.Column, outer string, path []string) level {
	class := cmp.Or(c.Class.V, outer)
	if c.Mask.V != "" || len(c.Fields) == 0 {
		return afterMask(levels[class], c.Mask.V)
	}
	most := public
	for _, f := range c.Fields {
		if len(path) > 0 && !strings.EqualFold(f.Name, path[0]) {
			continue
		}
		most = max(most, declared(f, class, path[min(1, len(path)):]))
	}
	return most
}

// afterMask is the class of a value that arrives masked. With these two, nothing of
// the value arrives.
func afterMask(l level, mask string) level {
	switch mask {
	case "":
		return l
	case "null", "default":
		return min(l, internal)
	}
	return l.masked()
}

// flow is what is known of each column's class.
type flow struct {
	m     *model.Platform
	known map[Place]level      // of columns, effective
	why   map[Place]plan.Input // of a computed class: the influence that gives it
	raw   map[Place]level      // before it is declassified
}

// follow computes the class of every column.
func follow(m *model.Platform) *flow {
	f := &flow{m: m, known: map[Place]level{}, why: map[Place]plan.Input{}, raw: map[Place]level{}}
	for _, t := range m.Tables {
		if t.Statement != nil || t.Kind == model.PredictionKind {
			continue
		}
		for i := range t.Columns {
			f.known[Place{Node: t.Name, Column: t.Columns[i].Name}] = arriving(&t.Columns[i], "")
		}
	}
	for _, t := range m.Tables { // what a table reads comes before it
		if t.Statement == nil && t.Kind != model.PredictionKind {
			continue
		}
		for f.table(t) && t.Kind == model.IncrementKind { // it may read itself
		}
	}
	for _, e := range m.Exports {
		if e.Statement != nil && e.Statement.Lineage != nil {
			f.columns("export."+e.Name, e.Statement.Lineage)
		}
	}
	return f
}

// table computes a table's columns; it reports whether anything is new.
func (f *flow) table(t *model.Table) bool {
	f.reaching(t)
	changed := false
	for i := range t.Columns {
		c := &t.Columns[i]
		at := Place{Node: t.Name, Column: c.Name}
		effective := f.raw[at]
		switch {
		case declassifies(t, c.Name):
			effective = internal
			if c.Spec != nil && c.Spec.Class.V != "" {
				effective = levels[c.Spec.Class.V]
			}
		case c.Spec != nil && c.Spec.Class.V != "":
			effective = max(effective, levels[c.Spec.Class.V])
		}
		if was, ok := f.known[at]; !ok || was != effective {
			f.known[at], changed = effective, true
		}
	}
	return changed
}

// reaching computes the classes that reach a table's columns. Where the lineage is not
// known, every column may hold all that the table reads. Of a statement that failed
// nothing is said: its mistake is reported, and all that reads it waits for that.
func (f *flow) reaching(t *model.Table) {
	if t.Lineage != nil {
		f.columns(t.Name, t.Lineage)
		return
	}
	if t.Statement != nil && t.Statement.Failed {
		return
	}
	for _, r := range t.Reads {
		for i := range r.Columns {
			in := plan.Input{Table: r.Name, Column: r.Columns[i].Name, Subtype: "transformation"}
			for j := range t.Columns {
				f.raise(Place{Node: t.Name, Column: t.Columns[j].Name}, in)
			}
		}
	}
}

func (f *flow) columns(node string, l *plan.Lineage) {
	for _, c := range l.Columns {
		for _, in := range c.Inputs {
			f.raise(Place{Node: node, Column: c.Name}, in)
		}
	}
}

func (f *flow) raise(at Place, in plan.Input) {
	if l := f.of(in).through(in); l > f.raw[at] {
		f.raw[at], f.why[at] = l, in
	}
}

// of is the class of an input's column. A field of a source's column has its own.
func (f *flow) of(in plan.Input) level {
	if in.Column == "" {
		return public
	}
	if t := f.m.TableByName[in.Table]; t != nil && in.Field != "" && t.Statement == nil && t.Kind != model.PredictionKind {
		if c := column(t, in.Column); c != nil {
			return arriving(c, in.Field)
		}
	}
	return f.known[Place{Node: in.Table, Column: in.Column}]
}

// declassifies reports whether a table says that a column is no longer personal.
func declassifies(t *model.Table, name string) bool {
	if t.Spec == nil || t.Spec.Declassify == nil {
		return false
	}
	list := t.Spec.Declassify.Columns
	return len(list) == 0 || slices.ContainsFunc(list, func(c spec.Text) bool { return strings.EqualFold(c.V, name) })
}

// path is the way by which personal data reached a place, from where it came in. It
// goes along the influences that gave each column its class.
func (f *flow) path(at Place) []plan.Input {
	var out []plan.Input
	for seen := map[Place]bool{}; !seen[at]; {
		seen[at] = true
		in, ok := f.why[at]
		if l, kept := f.known[at]; !ok || kept && l > f.raw[at] { // declared there
			break
		}
		out = append(out, in)
		at = Place{Node: in.Table, Column: in.Column}
	}
	slices.Reverse(out)
	return out
}
