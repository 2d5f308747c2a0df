package regression

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// Bounds of what is learnt from.
const (
	maxRows   = 500_000 // more are sampled
	maxLevels = 32      // of a category; rarer values weigh nothing
	heldOut   = 5       // every fifth row is kept for the metrics
)

// train learns a model from its table and stores it.
func (r *Regression) train(ctx context.Context, tx *duckdb.Tx, a task.Attempt, spec *plan.ModelSpec) (*Model, error) {
	source, err := newSource(a.Plan, spec)
	if err != nil {
		return nil, err
	}
	options, err := optionsOf(spec, a)
	if err != nil {
		return nil, err
	}
	model := &Model{Name: spec.Model, Type: spec.Type, Date: a.Date, Label: spec.Label}
	if model.Features, err = source.features(ctx, tx); err != nil {
		return nil, err
	}
	all, err := source.read(ctx, tx, model)
	if err != nil {
		return nil, err
	}
	standardise(all, model.Features)
	learn, judge := split(all)
	if err := teachable(spec, learn); err != nil {
		return nil, err
	}
	var beta []float64
	if spec.Type == logistic {
		beta, err = fitLogistic(learn, classWeights(learn, options.balanced), options.l2)
	} else {
		beta, err = fitLinear(learn, options.l2)
	}
	if err != nil {
		return nil, task.Fail("model %s: %w", spec.Model, err)
	}
	if spec.Type == logistic {
		model.Metrics = logisticMetrics(judge, beta)
	} else {
		model.Metrics = linearMetrics(judge, beta)
	}
	model.Rows = learn.rows()
	model.take(beta)
	if err := model.seal(); err != nil {
		return nil, err
	}
	return model, model.save(r.State)
}

// take hands the weights to intercept and features, in the design's order.
func (m *Model) take(beta []float64) {
	m.Intercept, beta = beta[0], beta[1:]
	for i := range m.Features {
		f := &m.Features[i]
		if f.Kind == "number" {
			f.Weight, beta = beta[0], beta[1:]
			continue
		}
		for j := range f.Levels {
			f.Levels[j].Weight, beta = beta[0], beta[1:]
		}
	}
}

// options are those of BigQuery ML's that a regression here knows.
type options struct {
	l2       float64
	balanced bool
}

func optionsOf(spec *plan.ModelSpec, a task.Attempt) (options, error) {
	o := options{l2: 1}
	for _, name := range slices.Sorted(maps.Keys(spec.Options)) {
		value := spec.Options[name]
		var err error
		switch strings.ToLower(name) {
		case "l2_reg":
			if o.l2, err = strconv.ParseFloat(value, 64); err == nil && (o.l2 < 0 || math.IsNaN(o.l2) || math.IsInf(o.l2, 0)) {
				err = fmt.Errorf("%s is no penalty", value)
			}
		case "auto_class_weights":
			o.balanced, err = strconv.ParseBool(value)
		default:
			if a.Log != nil {
				a.Log("model %s: option %s has no effect on the local regression", spec.Model, name)
			}
		}
		if err != nil {
			return o, task.Fail("model %s: option %s: %w", spec.Model, name, err)
		}
	}
	return o, nil
}

// source is the table that is learnt from.
type source struct {
	spec   *plan.ModelSpec
	name   string // quoted
	kinds  []string
	label  string // expression of the label as a DOUBLE
	quoted []string
}

func newSource(p *plan.Plan, spec *plan.ModelSpec) (*source, error) {
	if spec.Type != logistic && spec.Type != linear {
		return nil, task.Fail("model %s: type %q cannot be learnt here: use %s or %s", spec.Model, spec.Type, logistic, linear)
	}
	types, err := columnTypes(p, spec.Model, spec.Table)
	if err != nil {
		return nil, err
	}
	if len(spec.Features) == 0 {
		return nil, task.Fail("model %s has no features", spec.Model)
	}
	s := &source{spec: spec, name: duckdb.Name(p, spec.Table)}
	for _, name := range spec.Features {
		kind, err := featureKind(types[strings.ToLower(name)])
		if err != nil {
			return nil, task.Fail("model %s: feature %q of %s %w", spec.Model, name, spec.Table, err)
		}
		s.kinds = append(s.kinds, kind)
		s.quoted = append(s.quoted, duckdb.Quote(name))
	}
	switch kind := types[strings.ToLower(spec.Label)]; kind {
	case "BOOL", "INT64", "FLOAT64", "NUMERIC":
		s.label = "CAST(" + duckdb.Quote(spec.Label) + " AS DOUBLE)"
		if kind == "BOOL" {
			s.label = "CAST(CAST(" + duckdb.Quote(spec.Label) + " AS INTEGER) AS DOUBLE)"
		}
	case "":
		return nil, task.Fail("model %s: %s has no column %q to learn", spec.Model, spec.Table, spec.Label)
	default:
		return nil, task.Fail("model %s: label %q is a %s: it must be a number or a BOOL", spec.Model, spec.Label, kind)
	}
	return s, nil
}

// columnTypes are a table's GoogleSQL types by lower-case column name.
func columnTypes(p *plan.Plan, model, table string) (map[string]string, error) {
	t := duckdb.Table(p, table)
	if t == nil {
		return nil, task.Fail("model %s: the plan has no table %q", model, table)
	}
	types := map[string]string{}
	for _, c := range t.Columns {
		parsed, err := duckdb.ParseType(c.Type)
		if err != nil {
			return nil, task.Fail("model %s: table %s: column %q: %w", model, table, c.Name, err)
		}
		types[strings.ToLower(c.Name)] = parsed.Kind
	}
	return types, nil
}

// featureKind says how a column of a type is learnt from.
func featureKind(kind string) (string, error) {
	switch kind {
	case "INT64", "FLOAT64", "NUMERIC":
		return "number", nil
	case "STRING", "BOOL":
		return "category", nil
	case "":
		return "", fmt.Errorf("does not exist")
	}
	return "", fmt.Errorf("is a %s: a number, STRING or BOOL can be learnt from; leave it out of train.features", kind)
}

// features finds each category's levels, the most frequent first.
func (s *source) features(ctx context.Context, tx *duckdb.Tx) ([]Feature, error) {
	features := make([]Feature, len(s.kinds))
	for i, kind := range s.kinds {
		f := Feature{Name: s.spec.Features[i], Kind: kind, Scale: 1}
		if kind == "category" {
			f.Scale = 0
			err := tx.Each(ctx, func(_ []string, v []any) error {
				f.Levels = append(f.Levels, Level{Value: v[0].(string)})
				return nil
			}, fmt.Sprintf("SELECT %s AS v FROM %s WHERE %s IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT %d",
				categoryOf(s.quoted[i]), s.name, s.label, maxLevels))
			if err != nil {
				return nil, err
			}
		}
		features[i] = f
	}
	return features, nil
}

// categoryOf is a category's value as text; NULL is a value too.
func categoryOf(column string) string {
	return "coalesce(CAST(" + column + " AS VARCHAR), 'NULL')"
}

// numberOf is a number as a DOUBLE; NULL where it is missing or not finite.
func numberOf(column string) string {
	return fmt.Sprintf("CASE WHEN isfinite(CAST(%s AS DOUBLE)) THEN CAST(%s AS DOUBLE) END", column, column)
}

// read reads the labelled rows in an order that depends on nothing but their values.
func (s *source) read(ctx context.Context, tx *duckdb.Tx, model *Model) (*design, error) {
	d := &design{width: 1}
	columns := []string{s.label + " AS y"}
	for i, f := range model.Features {
		if f.Kind == "number" {
			columns = append(columns, numberOf(s.quoted[i]))
			d.width++
			continue
		}
		columns = append(columns, categoryOf(s.quoted[i]))
		d.width += len(f.Levels)
	}
	query := fmt.Sprintf("SELECT %s FROM %s WHERE isfinite(%s) ORDER BY ALL", strings.Join(columns, ", "), s.name, s.label)
	rows := 0
	sample := rand.New(rand.NewPCG(1, 2))
	err := tx.Each(ctx, func(_ []string, v []any) error {
		rows++
		at := len(d.y)
		if at == maxRows { // reservoir: every row has the same chance to stay
			if at = sample.IntN(rows); at >= maxRows {
				return nil
			}
		} else {
			d.y = append(d.y, 0)
			d.x = slices.Grow(d.x, d.width)[:len(d.x)+d.width]
		}
		d.y[at] = v[0].(float64)
		fill(d.row(at), model.Features, v[1:])
		return nil
	}, query)
	return d, err
}

// fill turns a row's values into the numbers of the design; a missing number is NaN
// until the mean takes its place.
func fill(row []float64, features []Feature, values []any) {
	row[0] = 1
	at := 1
	for i, f := range features {
		if f.Kind == "number" {
			row[at] = math.NaN()
			if v, ok := values[i].(float64); ok {
				row[at] = v
			}
			at++
			continue
		}
		for _, level := range f.Levels {
			row[at] = 0
			if level.Value == values[i].(string) {
				row[at] = 1
			}
			at++
		}
	}
}

// standardise brings every number to mean 0 and deviation 1 and keeps both in its
// feature; a missing number becomes the mean.
func standardise(d *design, features []Feature) {
	at := 1
	for i := range features {
		f := &features[i]
		if f.Kind != "number" {
			at += len(f.Levels)
			continue
		}
		var n, mean, squares float64 // Welford
		for r := range d.rows() {
			if v := d.row(r)[at]; !math.IsNaN(v) {
				n++
				delta := v - mean
				mean += delta / n
				squares += delta * (v - mean)
			}
		}
		f.Mean, f.Scale = mean, 1
		if deviation := math.Sqrt(squares / max(n, 1)); deviation > 1e-12*math.Abs(mean) && deviation > 0 {
			f.Scale = deviation
		}
		for r := range d.rows() {
			v := &d.row(r)[at]
			if math.IsNaN(*v) {
				*v = 0
			} else {
				*v = (*v - f.Mean) / f.Scale
			}
		}
		at++
	}
}

// split shuffles the rows with a fixed seed and keeps every fifth for the metrics.
// Where there are too few to spare any, all serve both ends.
func split(d *design) (learn, judge *design) {
	if d.rows() < 10*heldOut {
		return d, d
	}
	learn, judge = &design{width: d.width}, &design{width: d.width}
	for i, r := range rand.New(rand.NewPCG(3, 4)).Perm(d.rows()) {
		part := learn
		if i%heldOut == 0 {
			part = judge
		}
		part.x = append(part.x, d.row(r)...)
		part.y = append(part.y, d.y[r])
	}
	return learn, judge
}

// teachable says why nothing can be learnt from rows.
func teachable(spec *plan.ModelSpec, d *design) error {
	if d.rows() == 0 {
		return task.Fail("model %s: %s has no row with a %s to learn from", spec.Model, spec.Table, spec.Label)
	}
	if spec.Type != logistic {
		return nil
	}
	low, high := slices.Min(d.y), slices.Max(d.y)
	for _, y := range d.y {
		if y != 0 && y != 1 {
			return task.Fail("model %s: label %s has the value %g: a logistic regression learns 0 and 1, or a BOOL", spec.Model, spec.Label, y)
		}
	}
	if low == high {
		return task.Fail("model %s: every row of %s has %s = %g: there is nothing to tell apart", spec.Model, spec.Table, spec.Label, low)
	}
	return nil
}

// classWeights gives each row a weight; balanced, both classes weigh the same.
func classWeights(d *design, balanced bool) []float64 {
	weights := make([]float64, d.rows())
	var positives float64
	for _, y := range d.y {
		positives += y
	}
	n := float64(d.rows())
	for i, y := range d.y {
		weights[i] = 1
		if balanced && y == 1 {
			weights[i] = n / (2 * positives)
		} else if balanced {
			weights[i] = n / (2 * (n - positives))
		}
	}
	return weights
}
