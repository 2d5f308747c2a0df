package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// bench is a warehouse with a table mart.t to learn from and score.
type bench struct {
	t    *testing.T
	r    *Regression
	plan *plan.Plan
	runs int
}

func newBench(t *testing.T, rows, kind string, columns ...plan.Column) *bench {
	t.Helper()
	w, err := duckdb.Open(t.Context(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	b := &bench{t: t, r: &Regression{Warehouse: w, State: t.TempDir()}}
	var features []string
	for _, c := range columns {
		if c.Name != "id" && c.Name != "y" {
			features = append(features, c.Name)
		}
	}
	spec := plan.ModelSpec{Model: "m", Kind: "local", Type: kind, Table: "mart.t", Label: "y", Features: features, Key: []string{"id"}, Output: "mart.out", Prediction: "p"}
	train, predict := spec, spec
	b.plan = &plan.Plan{
		Datasets: []plan.Dataset{{Name: "mart", Physical: "mart"}},
		Tables: []plan.Table{{Name: "mart.t", Kind: "table", Columns: columns},
			{Name: "mart.out", Kind: "prediction", Columns: []plan.Column{{Name: "id", Type: "INT64", Required: true}, {Name: "p", Type: "FLOAT64"}}}},
		Tasks: []plan.Task{{ID: "model.m/train", Kind: plan.Train, Model: &train}, {ID: "model.m/predict", Kind: plan.Predict, Model: &predict}},
	}
	b.query("CREATE SCHEMA mart")
	b.query("CREATE TABLE mart.t AS " + rows)
	return b
}

func (b *bench) query(q string) string {
	b.t.Helper()
	var lines []string
	err := b.r.Warehouse.Read(b.t.Context(), func(_ []string, v []any) error {
		lines = append(lines, strings.Trim(fmt.Sprint(v), "[]"))
		return nil
	}, q)
	if err != nil {
		b.t.Fatalf("%s: %v", q, err)
	}
	return strings.Join(lines, "\n")
}

func (b *bench) try(i int, date string, key ...string) (task.Result, error) {
	b.runs++
	k := fmt.Sprint(b.runs)
	if len(key) > 0 {
		k = key[0]
	}
	a := task.Attempt{Plan: b.plan, Task: &b.plan.Tasks[i], Date: date, Number: 1, Key: k, End: time.Date(2026, 1, 15, 15, 0, 0, 0, time.UTC), Log: b.t.Logf}
	if i == 0 {
		return b.r.Train(b.t.Context(), a)
	}
	return b.r.Predict(b.t.Context(), a)
}

func (b *bench) run(i int, date string, key ...string) task.Result {
	b.t.Helper()
	result, err := b.try(i, date, key...)
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

func column(name, kind string) plan.Column { return plan.Column{Name: name, Type: kind} }

const churnRows = `SELECT i AS id, (i % 100) / 10.0::DOUBLE AS days, CASE i % 3 WHEN 0 THEN 'free' WHEN 1 THEN 'it''s' END AS plan, i % 2 = 0 AS ok,
	CASE WHEN i % 17 = 0 THEN NULL ELSE 7 END AS flat, (i % 100) >= 50 AS y FROM range(2000) t(i)`

var churnColumns = []plan.Column{column("id", "INT64"), column("days", "FLOAT64"), column("plan", "STRING"), column("ok", "BOOL"), column("flat", "INT64"), column("y", "BOOL")}

func TestLogisticLearnsWhatCanBeToldApart(t *testing.T) {
	b := newBench(t, churnRows, logistic, churnColumns...)
	result := b.run(0, "2026-01-15")
	if !strings.Contains(result.Message, "AUC 1.000") || !strings.Contains(result.Message, "on 400 held-out rows; learnt from 1600 rows, 4 features") {
		t.Errorf("train: %+v", result)
	}
	scored := b.run(1, "2026-01-15")
	if scored.RowsOut != 2000 || !strings.HasPrefix(scored.Message, "by model 2026-01-15-") {
		t.Errorf("predict: %+v", scored)
	}
	if got := b.query("SELECT count(*) FILTER ((p >= 0.5) = y), min(p) >= 0, max(p) <= 1 FROM mart.t JOIN mart.out USING (id)"); got != "2000 true true" {
		t.Errorf("right answers: %s", got)
	}
}

// The expression that DuckDB evaluates and the model's own arithmetic agree.
func TestScoresAgreeWithTheModel(t *testing.T) {
	b := newBench(t, strings.Replace(churnRows, "(i % 100) >= 50", "hash(i) % 10 < 3 + i % 5", 1), logistic, churnColumns...)
	b.run(0, "2026-01-15")
	b.run(1, "2026-01-15")
	m, err := load(b.r.State, "m", "2026-01-15")
	if err != nil {
		t.Fatal(err)
	}
	z := m.Intercept
	for _, f := range m.Features { // of row 1: days 0.1, plan it's, ok false, flat 7
		switch f.Name {
		case "days":
			z += f.Weight * (0.1 - f.Mean) / f.Scale
		case "flat":
			z += f.Weight * (7 - f.Mean) / f.Scale
		default:
			for _, l := range f.Levels {
				if f.Name == "plan" && l.Value == "it's" || f.Name == "ok" && l.Value == "false" {
					z += l.Weight
				}
			}
		}
	}
	if got, want := b.query("SELECT p FROM mart.out WHERE id = 1"), fmt.Sprint(1/(1+math.Exp(-z))); got[:12] != want[:12] {
		t.Errorf("DuckDB says %s, the model %s", got, want)
	}
}

func TestLinearFindsTheLine(t *testing.T) {
	b := newBench(t, "SELECT i AS id, (i % 37)::DOUBLE AS a, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS c, 3 + 2.5 * (i % 37) + CASE WHEN i % 2 = 0 THEN 10 ELSE 0 END AS y FROM range(1000) t(i)",
		linear, column("id", "INT64"), column("a", "FLOAT64"), column("c", "STRING"), column("y", "NUMERIC"))
	b.plan.Tasks[0].Model.Options = map[string]string{"l2_reg": "0", "learn_rate": "0.1"}
	if result := b.run(0, "2026-01-15"); !strings.Contains(result.Message, "R² 1.000") {
		t.Errorf("train: %+v", result)
	}
	b.run(1, "2026-01-15")
	if got := b.query("SELECT max(abs(p - y)) < 0.001 FROM mart.t JOIN mart.out USING (id)"); got != "true" {
		t.Errorf("predictions are off: %s", b.query("SELECT max(abs(p - y)) FROM mart.t JOIN mart.out USING (id)"))
	}
}

func TestSameRowsSameModel(t *testing.T) {
	var files [2]string
	for i, order := range []string{"ORDER BY id", "ORDER BY id DESC"} {
		b := newBench(t, churnRows+" "+order, logistic, churnColumns...)
		b.run(0, "2026-01-15")
		data, err := os.ReadFile(filepath.Join(b.r.State, "models/m/2026-01-15.json"))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = string(data)
	}
	if files[0] != files[1] {
		t.Errorf("two models:\n%s\n%s", files[0], files[1])
	}
}

func TestPredictTakesTheNewestModelUpToTheDay(t *testing.T) {
	b := newBench(t, churnRows, logistic, churnColumns...)
	if result := b.run(1, "2026-01-10"); !strings.HasPrefix(result.Message, "by model 2026-01-10-") {
		t.Errorf("%+v", result)
	}
	b.run(0, "2026-01-12")
	b.run(0, "2026-01-20")
	for date, want := range map[string]string{"2026-01-11": "2026-01-10", "2026-01-15": "2026-01-12", "2026-02-01": "2026-01-20"} {
		if result := b.run(1, date); !strings.HasPrefix(result.Message, "by model "+want) {
			t.Errorf("%s: %+v", date, result)
		}
	}
	b.plan.Tasks = []plan.Task{{}, b.plan.Tasks[1]}
	if _, err := b.try(1, "2026-01-01"); task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), "never been trained") {
		t.Errorf("got %v", err)
	}
}

func TestOncePerKey(t *testing.T) {
	b := newBench(t, churnRows, logistic, churnColumns...)
	b.run(0, "2026-01-15")
	first := b.run(1, "2026-01-15", "k")
	b.query("DELETE FROM mart.out")
	if again := b.run(1, "2026-01-15", "k"); again != first || b.query("SELECT count(*) FROM mart.out") != "0" {
		t.Errorf("first %+v, again %+v", first, again)
	}
}

func TestOutputColumns(t *testing.T) {
	b := newBench(t, churnRows, logistic, churnColumns...)
	b.run(0, "2026-01-15")
	b.plan.Tables[1].Columns = []plan.Column{column("scored_on", "DATE"), column("scored_at", "TIMESTAMP"), column("model_version", "STRING"), column("model", "STRING"),
		column("id", "INT64"), column("plan", "STRING"), column("p", "BOOL")}
	b.run(1, "2026-01-16")
	got := b.query("SELECT scored_on::VARCHAR, scored_at::VARCHAR, model_version LIKE '2026-01-15-________', model, plan, p FROM mart.out WHERE id = 1")
	if got != "2026-01-16 2026-01-15 15:00:00+00 true m it's false" {
		t.Errorf("got %s", got)
	}
	for _, test := range []struct {
		c    plan.Column
		want string
	}{{column("reason", "STRING"), `output column "reason"`}, {column("p", "DATE"), "its prediction cannot be a DATE"}} {
		b.plan.Tables[1].Columns = []plan.Column{test.c}
		if _, err := b.try(1, "2026-01-16"); task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %s, got %v", test.want, err)
		}
	}
}

func TestWhatCannotBeLearnt(t *testing.T) {
	tests := []struct {
		name, rows string
		change     func(*plan.ModelSpec)
		want       string
	}{
		{"one class", "SELECT * REPLACE (true AS y) FROM (" + churnRows + ")", nil, "every row of mart.t has y = 1"},
		{"no rows", "SELECT * FROM (" + churnRows + ") LIMIT 0", nil, "has no row with a y"},
		{"no label", churnRows, func(s *plan.ModelSpec) { s.Label = "gone" }, `has no column "gone"`},
		{"not 0 or 1", churnRows, func(s *plan.ModelSpec) { s.Label = "id" }, "label id has the value"},
		{"text label", churnRows, func(s *plan.ModelSpec) { s.Label = "plan" }, `label "plan" is a STRING`},
		{"no feature", churnRows, func(s *plan.ModelSpec) { s.Features = []string{"x"} }, `feature "x" of mart.t does not exist`},
		{"option", churnRows, func(s *plan.ModelSpec) { s.Options = map[string]string{"l2_reg": "much"} }, "option l2_reg"},
		{"type", churnRows, func(s *plan.ModelSpec) { s.Type = "kmeans" }, `type "kmeans"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.rows, logistic, churnColumns...)
			if test.change != nil {
				test.change(b.plan.Tasks[0].Model)
			}
			if _, err := b.try(0, "2026-01-15"); task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), test.want) {
				t.Errorf("want %q, got %v", test.want, err)
			}
		})
	}
}

// The fit agrees with the weights that the examples were drawn by.
func TestFitRecoversTheWeights(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	truth := []float64{-0.5, 1.5, -2}
	d := &design{width: 3}
	for range 40000 {
		row := []float64{1, random.NormFloat64(), random.NormFloat64()}
		d.x = append(d.x, row...)
		y := 0.0
		if random.Float64() < sigmoid(dot(row, truth)) {
			y = 1
		}
		d.y = append(d.y, y)
	}
	beta, err := fitLogistic(d, classWeights(d, false), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range truth {
		if math.Abs(beta[i]-truth[i]) > 0.1 {
			t.Errorf("weights %v, want about %v", beta, truth)
		}
	}
	// At the optimum the loss is flat.
	_, gradient := logisticSlope(d, classWeights(d, false), beta, 0)
	for _, g := range gradient {
		if math.Abs(g) > 1e-2 {
			t.Errorf("gradient %v", gradient)
		}
	}
	if m := logisticMetrics(d, beta); m.AUC < 0.8 || m.AUC > 0.95 {
		t.Errorf("metrics %+v", m)
	}
}

func TestAUC(t *testing.T) {
	tests := []struct {
		scores, y []float64
		want      float64
	}{
		{[]float64{1, 2, 3, 4}, []float64{0, 0, 1, 1}, 1},
		{[]float64{4, 3, 2, 1}, []float64{0, 0, 1, 1}, 0},
		{[]float64{1, 1, 1, 1}, []float64{0, 1, 0, 1}, 0.5},
		{[]float64{1, 2, 3, 4}, []float64{0, 1, 0, 1}, 0.75},
		{[]float64{1, 2}, []float64{1, 1}, 0.5},
	}
	for _, test := range tests {
		if got := auc(test.scores, test.y); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("auc(%v, %v) = %v, want %v", test.scores, test.y, got, test.want)
		}
	}
}

func TestBalancedWeights(t *testing.T) {
	d := &design{width: 1, x: []float64{1, 1, 1, 1}, y: []float64{1, 0, 0, 0}}
	weights := classWeights(d, true)
	if weights[0] != 2 || math.Abs(weights[1]+weights[2]+weights[3]-2) > 1e-12 {
		t.Errorf("weights %v", weights)
	}
}
