package sql

import (
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sqltype"
)

// names reports result columns without a name, or with one that another has. It
// reports whether the result can be stored.
func (r *runner) names(s *model.Statement, items []engine.Item) bool {
	sound := true
	first := map[string]int{}
	for i, c := range s.Columns {
		at := itemSpan(s, items, i, c.Name)
		if c.Name == "" {
			sound = false
			r.diags.Errorf(diag.UnnamedColumn, at, "column %d of the result has no name", i+1).
				WithNode(s.Node).
				WithHint("name it: … AS name")
			continue
		}
		if c.Type.IsZero() {
			sound = false
			r.diags.Errorf(diag.SQLTypeMismatch, at, "column %q of the result has a type that cannot be stored", c.Name).
				WithNode(s.Node).
				WithHint("cast it to a type of BigQuery")
		}
		key := strings.ToLower(c.Name)
		if j, taken := first[key]; taken {
			sound = false
			d := r.diags.Errorf(diag.RepeatedColumn, at, "columns %d and %d of the result are both named %q", j+1, i+1, c.Name).
				WithNode(s.Node).
				WithHint("rename one with AS, or leave one out: SELECT * EXCEPT (%s)", c.Name)
			if other := itemSpan(s, items, j, s.Columns[j].Name); other != at {
				d.WithRelated(other, "the first is here")
			}
			continue
		}
		first[key] = i
	}
	return sound
}

// contract compares the result with the declared columns and returns the table's
// columns: in the query's order, with what the contract says of each.
func (r *runner) contract(t *model.Table, contract []model.Column, items []engine.Item) []model.Column {
	s := t.Statement
	declared := map[string]*model.Column{}
	for i := range contract {
		declared[strings.ToLower(contract[i].Name)] = &contract[i]
	}
	given := map[string]bool{}
	out := make([]model.Column, 0, max(len(s.Columns), len(contract)))
	for i, c := range s.Columns {
		key := strings.ToLower(c.Name)
		if c.Name == "" || given[key] {
			continue // reported by names
		}
		given[key] = true
		d := declared[key]
		if d == nil {
			r.extraColumn(t, c, itemSpan(s, items, i, c.Name), contract)
			continue
		}
		merged := *d
		merged.Name = c.Name
		if merged.Type.IsZero() {
			merged.Type = c.Type
		} else if !merged.Type.WithoutParams().Equal(c.Type.WithoutParams()) {
			r.typeDiffers(t, d, c, itemSpan(s, items, i, c.Name))
		}
		out = append(out, merged)
	}
	for i := range contract {
		c := &contract[i]
		if !given[strings.ToLower(c.Name)] {
			d := r.diags.Errorf(diag.MissingColumn, c.At, "the query of %q does not give the declared column %q", t.Name, c.Name).
				WithNode(t.Name).
				WithRelated(itemSpan(s, items, len(items)-1, ""), "the query's columns are %s", columnNames(s.Columns)).
				WithHint("add it to the query, or take it out of columns")
			if near := nearest(c.Name, s.Columns, declared); near != "" {
				d.WithHint("the query gives %q; rename one of them", near)
			}
			out = append(out, *c)
		}
	}
	return out
}

func (r *runner) extraColumn(t *model.Table, c model.Column, at diag.Span, contract []model.Column) {
	d := r.diags.Errorf(diag.ExtraColumn, at, "the query gives the column %q, which %q does not declare", c.Name, t.Name).
		WithNode(t.Name).
		WithHint("declare it (%s: {type: %q}), or leave it out of the query", c.Name, c.Type)
	if len(contract) > 0 && !contract[0].At.IsZero() {
		d.WithRelated(contract[0].At, "the declared columns begin here")
	}
}

func (r *runner) typeDiffers(t *model.Table, d *model.Column, c model.Column, at diag.Span) {
	place := d.At
	if d.Spec != nil && !d.Spec.Type.At.IsZero() {
		place = d.Spec.Type.At
	}
	hint := "CAST(… AS " + d.Type.WithoutParams().String() + ") AS " + sqltype.QuoteName(c.Name)
	r.diags.Errorf(diag.ColumnTypeDiffers, place, "column %q of %q is declared as %s, but the query gives %s", d.Name, t.Name, d.Type, c.Type).
		WithNode(t.Name).
		WithRelated(at, "the query's column is here").
		WithHint("cast it in the query: %s, or declare %s", hint, c.Type)
}

// ownColumns reports columns named by the table's own settings that it does not have.
func (r *runner) ownColumns(t *model.Table) {
	s := t.Spec
	if s == nil {
		return
	}
	if p := s.Partition; p != nil && p.Column.V != "" {
		if c := r.own(t, "partition", p.Column.V, p.Column.At); c != nil {
			switch c.Type.Kind {
			case sqltype.Date, sqltype.DateTime, sqltype.Timestamp, sqltype.Int64, "":
			default:
				r.diags.Errorf(diag.UnknownOwnColumn, p.Column.At, "%q cannot be partitioned by %q, which is %s", t.Name, c.Name, c.Type).
					WithNode(t.Name).
					WithHint("partition by a DATE, DATETIME or TIMESTAMP column")
			}
		}
	}
	for _, c := range s.ClusterBy {
		r.own(t, "cluster_by", c.V, c.At)
	}
	if s.Incremental != nil {
		for _, c := range s.Incremental.Key {
			r.own(t, "the incremental key", c.V, c.At)
		}
	}
	if s.Declassify != nil {
		for _, c := range s.Declassify.Columns {
			r.own(t, "declassify", c.V, c.At)
		}
	}
}

func (r *runner) own(t *model.Table, what, name string, at diag.Span) *model.Column {
	for i := range t.Columns {
		if strings.EqualFold(t.Columns[i].Name, name) {
			return &t.Columns[i]
		}
	}
	d := r.diags.Errorf(diag.UnknownOwnColumn, at, "%s names the column %q, which the query of %q does not give", what, name, t.Name).
		WithNode(t.Name).
		WithHint("the query's columns are %s", columnNames(t.Columns))
	if near := nearest(name, t.Columns, nil); near != "" {
		d.WithHint("did you mean %q?", near)
	}
	return nil
}

// maxNamed is how many columns a message lists.
const maxNamed = 12

func columnNames(list []model.Column) string {
	var names []string
	for i, c := range list {
		if i == maxNamed {
			names = append(names, "…")
			break
		}
		if c.Name != "" {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

// nearest is the column that a name may be meant to be, other than those taken.
func nearest(name string, list []model.Column, taken map[string]*model.Column) string {
	var names []string
	for _, c := range list {
		if c.Name != "" && taken[strings.ToLower(c.Name)] == nil {
			names = append(names, c.Name)
		}
	}
	return engine.Nearest(name, names)
}
