// Package lineage is the column graph of a whole platform: what each column of each
// table, export, model and check comes from, and what it goes into.
//
// What a statement makes of its tables is found by analysis; this package puts the
// statements together, and follows personal data through them.
package lineage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// Complete sets the lineage of every table: that of its query, or, of a prediction,
// what its model makes of its inputs. It runs after analysis.
func Complete(m *model.Platform) {
	for _, t := range m.Tables {
		if t.Statement != nil {
			t.Lineage = t.Statement.Lineage
		}
	}
	for _, x := range m.Models {
		if x.Output != nil && x.Predict != nil {
			x.Output.Lineage = prediction(x)
		}
	}
}

// prediction is what a model makes: keys go through as they are; what it predicts is
// computed from the features of the row, and from what it learnt of all rows that it
// was trained on.
func prediction(x *model.Model) *plan.Lineage {
	features := Features(x)
	var predicted []plan.Input
	add := func(t *model.Table, name, subtype string) {
		if c := column(t, name); c != nil {
			predicted = append(predicted, plan.Input{Table: t.Name, Column: c.Name, Subtype: subtype})
		}
	}
	for _, f := range features {
		add(x.Predict, f, "transformation")
	}
	if x.Train != nil {
		for _, f := range append(slices.Clone(features), x.Spec.Train.Label.V) {
			add(x.Train, f, "aggregation")
		}
	}
	predicted = sortedInputs(predicted)
	about := []string{x.Name, x.Spec.Kind.V, x.Spec.ModelType.V, x.Spec.Image.V, strings.Join(features, ",")}
	if x.Spec.Train != nil {
		about = append(about, x.Spec.Train.Label.V)
	}
	for _, o := range x.Spec.Options {
		about = append(about, fmt.Sprintf("%s=%v", o.Name, o.V))
	}
	meaning := short(about...)
	l := &plan.Lineage{RowsDigest: short("rows of", x.Predict.Name)}
	for _, c := range x.Output.Columns {
		out := plan.ColumnLineage{Name: c.Name, Inputs: predicted, Digest: short(meaning, c.Name)}
		isKey := slices.ContainsFunc(x.Spec.Predict.Key, func(k spec.Text) bool { return strings.EqualFold(k.V, c.Name) })
		if from := column(x.Predict, c.Name); isKey && from != nil {
			out.Inputs = []plan.Input{{Table: x.Predict.Name, Column: from.Name, Subtype: "identity"}}
			out.Digest = short("key", from.Name)
		}
		l.Columns = append(l.Columns, out)
	}
	return l
}

// Features are the columns that a model learns from and scores by: those declared, or
// all of the table that it is trained on but label and keys.
func Features(x *model.Model) []string {
	if t := x.Spec.Train; t != nil && len(t.Features) > 0 {
		var out []string
		for _, f := range t.Features {
			out = append(out, f.V)
		}
		return out
	}
	table, label := x.Predict, ""
	if x.Spec.Train != nil && x.Train != nil {
		table, label = x.Train, x.Spec.Train.Label.V
	}
	if table == nil {
		return nil
	}
	var out []string
	for _, c := range table.Columns {
		isKey := slices.ContainsFunc(x.Spec.Predict.Key, func(k spec.Text) bool { return strings.EqualFold(k.V, c.Name) })
		if !isKey && !strings.EqualFold(c.Name, label) {
			out = append(out, c.Name)
		}
	}
	return out
}

// column finds a column; letter case does not count, as in SQL.
func column(t *model.Table, name string) *model.Column {
	for _, list := range [][]model.Column{t.Columns, t.PseudoColumns} {
		for i := range list {
			if strings.EqualFold(list[i].Name, name) {
				return &list[i]
			}
		}
	}
	return nil
}

func sortedInputs(list []plan.Input) []plan.Input {
	slices.SortFunc(list, compareInputs)
	return slices.Compact(list)
}

// short is a digest as those of analysis are.
func short(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}
