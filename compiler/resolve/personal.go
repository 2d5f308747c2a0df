package resolve

import (
	"cmp"
	"slices"

	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// personalData marks the tables that carry personal data, as far as whole tables
// tell: a source's with a personal column that is not masked on its way in, a
// query's that reads one that carries it and does not declassify, or that declares
// such a column itself. Predictions hold what their columns declare and their keys.
func (r *resolver) personalData() {
	models := map[*spec.Model]*model.Model{}
	for _, m := range r.m.Models {
		models[m.Spec] = m
	}
	for _, t := range r.m.Tables {
		t.Personal = slices.ContainsFunc(t.Columns, func(c model.Column) bool { return c.Personal })
		switch {
		case t.Spec != nil && t.Spec.Declassify != nil:
			t.Personal = false
		case t.Spec != nil:
			t.Personal = t.Personal || slices.ContainsFunc(t.Reads, func(u *model.Table) bool { return u.Personal })
		case t.Model != nil && models[t.Model].Predict != nil:
			for _, key := range t.Model.Predict.Key {
				c := findColumn(models[t.Model].Predict.Columns, key.V)
				t.Personal = t.Personal || c != nil && c.Personal
			}
		}
	}
}

// carriesPersonal reports whether a column, or a field inside it, holds personal
// data that nothing masks.
func carriesPersonal(c model.Column) bool {
	if c.Mask != "" {
		return false
	}
	if isPersonal(c.Class) {
		// Fields may say that they are less than the column that holds them.
		return c.Spec == nil || len(c.Spec.Fields) == 0 || slices.ContainsFunc(c.Spec.Fields, fieldCarries(c.Class))
	}
	return c.Spec != nil && slices.ContainsFunc(c.Spec.Fields, fieldCarries(c.Class))
}

func fieldCarries(outer string) func(*spec.Column) bool {
	return func(f *spec.Column) bool {
		class := cmp.Or(f.Class.V, outer)
		if f.Mask.V != "" {
			return false
		}
		if len(f.Fields) > 0 {
			return slices.ContainsFunc(f.Fields, fieldCarries(class))
		}
		return isPersonal(class)
	}
}

func isPersonal(class string) bool { return class == "personal" || class == "sensitive" }
