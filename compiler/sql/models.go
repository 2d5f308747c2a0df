package sql

import (
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// modelOf finds the model that resolve found for a name in the statement.
func (r *runner) modelOf(s *model.Statement, name string) *model.Model {
	for _, ref := range s.Models {
		if ref.Name == name {
			return ref.Model
		}
	}
	return nil
}

// learnedFrom are the tables that the models in a statement learn from: what a model
// predicts has the type of its label there.
func learnedFrom(s *model.Statement) []*model.Table {
	if s == nil {
		return nil
	}
	var out []*model.Table
	for _, ref := range s.Models {
		if ref.Model != nil && ref.Model.Train != nil {
			out = append(out, ref.Model.Train)
		}
	}
	return out
}

// modelNamed says of a model what decides the columns that it gives.
func (r *runner) modelNamed(s *model.Statement, name string) (engine.Model, bool) {
	m := r.modelOf(s, name)
	if m == nil || m.Spec == nil {
		return engine.Model{}, false
	}
	out := engine.Model{Name: name, Type: m.Spec.ModelType.V}
	if m.Spec.Kind.V != "bigquery_ml" {
		out.Type = m.Spec.Kind.V
	}
	if m.Spec.Train != nil && m.Train != nil {
		label := m.Spec.Train.Label.V
		i := slices.IndexFunc(m.Train.Columns, func(c model.Column) bool { return strings.EqualFold(c.Name, label) })
		if i >= 0 && !m.Train.Columns[i].Type.IsZero() {
			out.Label, out.LabelType = label, m.Train.Columns[i].Type.WithoutParams().String()
		}
	}
	return out, true
}

// physicalModel is a model's name in BigQuery: it stands beside the table that its
// predictions are written to. It is empty for a model that is not sluice's.
func (r *runner) physicalModel(s *model.Statement, name string) string {
	m := r.modelOf(s, name)
	if m == nil || m.Output == nil {
		return ""
	}
	project, dataset, _ := r.bigQueryName(m.Output)
	return backticked(project, dataset, m.Name)
}

// physicalView is the name of a view of INFORMATION_SCHEMA in BigQuery: a dataset
// of the platform's has another name in some environments.
func (r *runner) physicalView(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) > 1 && parts[0] == r.project() {
		parts = parts[1:]
	}
	if len(parts) < 2 {
		return ""
	}
	for _, d := range r.m.Datasets {
		if d.Name == parts[0] && d.Physical != "" {
			return backticked(append([]string{r.project(), d.Physical}, parts[1:]...)...)
		}
	}
	return ""
}
