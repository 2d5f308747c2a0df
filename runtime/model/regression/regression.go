// Package regression is the local stand-in for a model service: a logistic or a
// linear regression that learns from a table of the embedded warehouse and scores
// another. The same rows give the same model, to the last digit.
package regression

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

const (
	logistic = "logistic_reg"
	linear   = "linear_reg"
)

// Regression trains and predicts on a warehouse.
type Regression struct {
	Warehouse *duckdb.Warehouse
	State     string // folder; models are stored in models/<name>/<day>.json
}

// Train learns the model of the business day.
func (r *Regression) Train(ctx context.Context, a task.Attempt) (task.Result, error) {
	return r.Warehouse.Commit(ctx, a, func(ctx context.Context, tx *duckdb.Tx) (task.Result, error) {
		model, err := r.train(ctx, tx, a, a.Task.Model)
		if err != nil {
			return task.Result{}, err
		}
		return task.Result{RowsIn: int64(model.Rows + model.Metrics.Rows), Message: model.String()}, nil
	})
}

// Predict scores every row of the model's table and replaces the output by the
// scores, with the newest model up to the business day. Where none has been trained
// yet (a model that is trained on Mondays, on the first Saturday) it trains one.
func (r *Regression) Predict(ctx context.Context, a task.Attempt) (task.Result, error) {
	spec := a.Task.Model
	target, err := duckdb.NewTarget(a.Plan, spec.Output)
	if err != nil {
		return task.Result{}, err
	}
	return r.Warehouse.Commit(ctx, a, func(ctx context.Context, tx *duckdb.Tx) (task.Result, error) {
		model, err := load(r.State, spec.Model, a.Date)
		if err != nil {
			return task.Result{}, err
		}
		if model == nil {
			training := trainingOf(a.Plan, spec.Model)
			if training == nil {
				return task.Result{}, task.Fail("model %s has never been trained and declares no training: it cannot predict here", spec.Model)
			}
			if model, err = r.train(ctx, tx, a, training); err != nil {
				return task.Result{}, err
			}
			// For the log alone: an attempt that is taken up again finds the model there.
			if a.Log != nil {
				a.Log("no model was trained up to %s: trained %s", a.Date, model)
			}
		}
		query, err := score(a, spec, model, target)
		if err != nil {
			return task.Result{}, err
		}
		if _, err := tx.Exec(ctx, target.Create(true)); err != nil {
			return task.Result{}, err
		}
		rows, err := tx.Exec(ctx, target.Insert()+query)
		if err != nil {
			return task.Result{}, err
		}
		return task.Result{RowsIn: rows, RowsOut: rows, Message: "by model " + model.Version}, nil
	})
}

// trainingOf is how a model is trained in the plan; nil where it is not.
func trainingOf(p *plan.Plan, model string) *plan.ModelSpec {
	for i := range p.Tasks {
		if t := &p.Tasks[i]; t.Kind == plan.Train && t.Model != nil && t.Model.Model == model {
			return t.Model
		}
	}
	return nil
}

// score is the query that gives the output's columns, the model written out as an
// expression, so that DuckDB scores the rows where they are.
func score(a task.Attempt, spec *plan.ModelSpec, model *Model, target *duckdb.Target) (string, error) {
	types, err := columnTypes(a.Plan, spec.Model, spec.Table)
	if err != nil {
		return "", err
	}
	for _, f := range model.Features {
		if types[strings.ToLower(f.Name)] == "" {
			return "", task.Fail("model %s learnt from %q, which %s does not have", spec.Model, f.Name, spec.Table)
		}
	}
	columns := make([]string, len(target.Columns))
	for i, c := range target.Table.Columns {
		value, err := outputValue(a, spec, model, types, c)
		if err != nil {
			return "", err
		}
		columns[i] = value + " AS " + target.Columns[i]
	}
	scored := fmt.Sprintf("SELECT *, %s AS \"sluice z\" FROM %s", linearForm(model), duckdb.Name(a.Plan, spec.Table))
	return target.Project("SELECT " + strings.Join(columns, ", ") + " FROM (" + scored + ")"), nil
}

// outputValue is what a declared column of the output holds: a column of the scored
// table, the prediction, the day, or the model's version.
func outputValue(a task.Attempt, spec *plan.ModelSpec, model *Model, types map[string]string, c plan.Column) (string, error) {
	kind := ""
	if t, err := duckdb.ParseType(c.Type); err == nil {
		kind = t.Kind
	}
	switch {
	case strings.EqualFold(c.Name, spec.Prediction):
		return predicted(model, kind, c)
	case types[strings.ToLower(c.Name)] != "":
		return duckdb.Quote(c.Name), nil
	case kind == "DATE":
		return "DATE " + duckdb.Literal(a.Date), nil
	case kind == "TIMESTAMP":
		return "TIMESTAMPTZ " + duckdb.Literal(a.End.UTC().Format("2006-01-02 15:04:05.999999+00")), nil
	case kind == "STRING" && strings.Contains(strings.ToLower(c.Name), "version"):
		return duckdb.Literal(model.Version), nil
	case kind == "STRING" && strings.EqualFold(c.Name, "model"):
		return duckdb.Literal(model.Name), nil
	}
	return "", task.Fail("model %s: output column %q (%s) is neither a column of %s, nor the prediction, nor a day or version that could be filled in", spec.Model, c.Name, c.Type, spec.Table)
}

// predicted is the prediction in the type that the column declares: a probability
// for a logistic regression, or the likelier side as BOOL or INT64.
func predicted(model *Model, kind string, c plan.Column) (string, error) {
	value := `"sluice z"`
	if model.Type == logistic {
		value = `(1 / (1 + exp(-greatest(least("sluice z", 700), -700))))`
	}
	switch kind {
	case "FLOAT64", "NUMERIC":
		return value, nil
	case "INT64":
		return "round(" + value + ")", nil
	case "BOOL":
		if model.Type == logistic {
			return value + " >= 0.5", nil
		}
	}
	return "", task.Fail("model %s: its prediction cannot be a %s: column %q", model.Name, c.Type, c.Name)
}

// linearForm is intercept and weighted features as an expression over a row.
func linearForm(m *Model) string {
	terms := []string{number(m.Intercept)}
	for _, f := range m.Features {
		column := duckdb.Quote(f.Name)
		if f.Kind == "number" {
			terms = append(terms, fmt.Sprintf("%s * coalesce((%s - %s) / %s, 0)", number(f.Weight), numberOf(column), number(f.Mean), number(f.Scale)))
			continue
		}
		branches := make([]string, len(f.Levels))
		for i, l := range f.Levels {
			branches[i] = "WHEN " + duckdb.Literal(l.Value) + " THEN " + number(l.Weight)
		}
		if len(branches) > 0 {
			terms = append(terms, "CASE "+categoryOf(column)+" "+strings.Join(branches, " ")+" ELSE 0 END")
		}
	}
	return "(" + strings.Join(terms, " + ") + ")"
}

// number writes a float so that DuckDB reads the very same one.
func number(f float64) string {
	return "CAST('" + strconv.FormatFloat(f, 'g', -1, 64) + "' AS DOUBLE)"
}
