package lineage

import (
	"fmt"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// Run completes the lineage of a platform and follows personal data through it, column
// by column: it sets the class in effect of every column, and judges where personal data
// gets to.
//
// A value keeps its class through direct influences. Hiding it (a mask at the source, or
// a function such as SHA256) takes one step off: sensitive data becomes personal,
// personal data internal. Counting it, and asking whether there is one, leaves nothing
// personal. A condition on which a value depends takes one step off as well. What only
// decides about rows (a join, a filter) does not carry a class. A table's declared class may raise what reaches a column; lowering
// it takes declassify.
func Run(m *model.Platform) diag.List {
	Complete(m)
	j := &judge{m: m, flow: follow(m)}
	j.broken = slices.ContainsFunc(m.Tables, func(t *model.Table) bool { return t.Statement != nil && t.Statement.Failed })
	for _, t := range m.Tables {
		j.table(t)
	}
	for _, e := range m.Exports {
		j.export(e)
	}
	for _, x := range m.Models {
		j.model(x)
	}
	return j.diags
}

type judge struct {
	*flow
	m      *model.Platform
	broken bool // a statement failed, so that less may arrive than will
	diags  diag.List
}

func (j *judge) table(t *model.Table) {
	made := t.Statement != nil || t.Kind == model.PredictionKind
	sound := t.Statement == nil || !t.Statement.Failed
	for i := range t.Columns {
		c := &t.Columns[i]
		at := Place{Node: t.Name, Column: c.Name}
		if made {
			if reached := j.raw[at]; reached >= personal && declassifies(t, c.Name) {
				t.Declassified = append(t.Declassified, c.Name)
			} else if sound && c.Spec != nil && c.Spec.Class.V != "" && reached >= personal && levels[c.Spec.Class.V] < reached {
				d := j.diags.Errorf(diag.ClassLowered, c.Spec.Class.At, "column %q of %q is declared %s, but %s data reaches it", c.Name, t.Name, c.Spec.Class.V, reached).
					WithNode(t.Name)
				j.explain(d, at)
				d.WithHint("mask it in the query, declare it %s, or say under declassify why it is no longer so", reached)
			}
			if l := j.known[at]; l >= personal {
				c.Class, c.Personal = l.String(), true
			} else if c.Spec == nil || c.Spec.Class.V == "" {
				c.Personal = false
			}
		}
		if sound {
			j.readers(t, c)
		}
	}
	if sound && !j.broken {
		j.stale(t)
	}
}

// readers reports a column that more people may read than its class allows: personal
// data is for named groups, sensitive data for named people and services. A mask is for
// readers without clearance, so it answers for the column.
func (j *judge) readers(t *model.Table, c *model.Column) {
	l := j.known[Place{Node: t.Name, Column: c.Name}]
	if t.Dataset == nil || t.Dataset.Spec == nil || l < personal || c.Mask != "" {
		return
	}
	wide := func(r spec.Text) bool {
		return strings.HasPrefix(r.V, "domain:") || l == sensitive && strings.HasPrefix(r.V, "group:")
	}
	i := slices.IndexFunc(t.Dataset.Spec.Readers, wide)
	if i < 0 {
		return
	}
	reader := t.Dataset.Spec.Readers[i]
	at := j.place(t, c.Name)
	d := j.diags.Errorf(diag.PersonalDataReadable, at, "%s may read the %s column %q of %q", reader.V, l, c.Name, t.Name).WithNode(t.Name)
	j.explain(d, Place{Node: t.Name, Column: c.Name})
	d.WithRelated(reader.At, "the dataset %q is open to them", t.Dataset.Name)
	d.WithHint("give the column a mask, move the table to a dataset with fewer readers, or declassify the column with a reason")
}

// stale reports what is declassified without being personal: it would silently cover
// data that arrives later.
func (j *judge) stale(t *model.Table) {
	if t.Spec == nil || t.Spec.Declassify == nil || t.Statement == nil {
		return
	}
	d := t.Spec.Declassify
	for _, c := range d.Columns {
		if column(t, c.V) != nil && !slices.ContainsFunc(t.Declassified, func(n string) bool { return strings.EqualFold(n, c.V) }) {
			j.diags.Warnf(diag.StaleDeclassify, c.At, "%q declassifies %q, which no personal data reaches", t.Name, c.V).
				WithNode(t.Name).WithHint("take it out of declassify")
		}
	}
	if len(d.Columns) == 0 && len(t.Declassified) == 0 {
		j.diags.Warnf(diag.StaleDeclassify, d.At, "%q declassifies, but no personal data reaches its columns", t.Name).
			WithNode(t.Name).WithHint("remove declassify")
	}
}

// export reports personal columns that leave without a release, and releases of what is
// not personal.
func (j *judge) export(e *model.Export) {
	if e.Statement != nil && e.Statement.Failed {
		return
	}
	node := "export." + e.Name
	var released []spec.Text
	if e.Spec.PersonalData != nil {
		released = e.Spec.PersonalData.Columns
	}
	var leaving []string
	deliver := func(name string, l level, from Place) {
		if l < personal {
			return
		}
		leaving = append(leaving, name)
		if slices.ContainsFunc(released, func(c spec.Text) bool { return strings.EqualFold(c.V, name) }) {
			return
		}
		d := j.diags.Errorf(diag.PersonalDataExported, j.exportPlace(e, name), "the export %q delivers the %s column %q", e.Name, l, name).WithNode(node)
		j.explain(d, from)
		d.WithHint("mask it in the query or at the source, declassify it on the way with a reason, or release it in the export's personal_data")
	}
	switch {
	case e.Statement != nil && e.Statement.Lineage != nil:
		for i, c := range e.Statement.Lineage.Columns {
			at := Place{Node: node, Column: c.Name}
			deliver(c.Name, j.raw[at], at)
			if i < len(e.Statement.Columns) && j.raw[at] >= personal {
				e.Statement.Columns[i].Class, e.Statement.Columns[i].Personal = j.raw[at].String(), true
			}
		}
	default: // as it is, or nothing is known of its query
		for _, t := range e.Reads {
			for _, c := range t.Columns {
				at := Place{Node: t.Name, Column: c.Name}
				deliver(c.Name, j.known[at], at)
			}
		}
	}
	for _, c := range released {
		if !slices.ContainsFunc(leaving, func(n string) bool { return strings.EqualFold(n, c.V) }) {
			j.diags.Warnf(diag.StaleDeclassify, c.At, "the export %q releases %q, which is no personal column of it", e.Name, c.V).
				WithNode(node).WithHint("take it out of personal_data")
		}
	}
}

// exportPlace is where an export says what it delivers.
func (j *judge) exportPlace(e *model.Export, name string) diag.Span {
	if e.Spec.Table.V != "" {
		return e.Spec.Table.At
	}
	if e.Statement != nil {
		for _, c := range e.Statement.Columns {
			if strings.EqualFold(c.Name, name) && !c.At.IsZero() {
				return c.At
			}
		}
	}
	return e.Spec.At
}

// model reports personal data among what a model learns from: what it has learnt, it
// may give away.
func (j *judge) model(x *model.Model) {
	reported := map[string]bool{}
	report := func(t *model.Table, name string) {
		if t == nil || reported[name] {
			return
		}
		c := column(t, name)
		if c == nil {
			return
		}
		at := Place{Node: t.Name, Column: c.Name}
		l := j.known[at]
		if l < personal {
			return
		}
		reported[name] = true
		d := j.diags.Errorf(diag.PersonalDataLearnt, j.featurePlace(x, name), "the model %q learns from the %s column %q of %q", x.Name, l, c.Name, t.Name).
			WithNode("model." + x.Name)
		j.explain(d, at)
		d.WithHint("leave it out of the features, mask or group it on the way, or declassify it with a reason")
	}
	for _, f := range Features(x) {
		report(x.Train, f)
		report(x.Predict, f)
	}
	if x.Spec.Train != nil {
		report(x.Train, x.Spec.Train.Label.V)
	}
}

func (j *judge) featurePlace(x *model.Model, name string) diag.Span {
	if t := x.Spec.Train; t != nil {
		for _, f := range append(slices.Clone(t.Features), t.Label) {
			if f.V == name {
				return f.At
			}
		}
		return t.Table.At
	}
	return x.Spec.Predict.Table.At
}

// explain prints the way of a class to a place, column by column.
func (j *judge) explain(d *diag.Diagnostic, at Place) {
	path := j.path(at)
	var names []string
	for _, in := range path {
		p := Place{in.Table, in.Column, in.Field}
		names = append(names, p.String())
		t := j.m.TableByName[in.Table]
		if t == nil {
			continue
		}
		said := fmt.Sprintf("%s is %s", p, j.of(in))
		if w, ok := j.why[p.column()]; ok && j.known[p.column()] == j.raw[p.column()] {
			said += ", " + comesFrom(w)
		}
		d.WithRelated(j.place(t, in.Column), "%s", said)
	}
	if len(path) == 0 {
		return // declared there
	}
	d.WithNote("path: %s", strings.Join(append(names, at.String()), " → "))
	if last := path[len(path)-1]; last.Subtype != "identity" {
		d.WithNote("%s is %s", at, comesFrom(last))
	}
}

// comesFrom says what an influence does.
func comesFrom(in plan.Input) string {
	from := Place{in.Table, in.Column, in.Field}.String()
	how := map[string]string{"identity": "the value of ", "transformation": "computed from ", "aggregation": "an aggregate of "}[in.Subtype]
	if in.Masking {
		how = "a hidden form of "
	} else if !in.Direct() {
		how = "decided by "
	}
	return how + from
}

// place is where a column was declared, or selected, or else its table.
func (j *judge) place(t *model.Table, name string) diag.Span {
	if c := column(t, name); c != nil && !c.At.IsZero() {
		return c.At
	}
	if t.Statement != nil {
		for _, c := range t.Statement.Columns {
			if strings.EqualFold(c.Name, name) && !c.At.IsZero() {
				return c.At
			}
		}
	}
	return t.At
}
