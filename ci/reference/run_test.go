package reference

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/compiler/diag"
	"sluice/compiler/pipeline"
	"sluice/runtime/demo"
	"sluice/runtime/model/regression"
	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/transfer/file"
	"sluice/runtime/warehouse/duckdb"
)

// compile makes the platform's local plan. The platform is a model for its users, so
// that not even a warning is allowed.
func compile(t *testing.T) *plan.Plan {
	t.Helper()
	r, list, err := pipeline.Run(t.Context(), pipeline.Options{Dir: "../../cue/manabi", Environment: "local"})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) > 0 {
		var b strings.Builder
		_ = diag.WriteText(&b, list, diag.TextOptions{})
		t.Errorf("the reference platform is to compile without a word:\n%s", b.String())
	}
	if r.Plan == nil {
		t.FailNow()
	}
	return r.Plan
}

// platform runs a plan's days, one task after the other.
type platform struct {
	plan      *plan.Plan
	clock     *plan.Clock
	warehouse *duckdb.Warehouse
	transfer  *file.Transfer
	models    *regression.Regression
}

func open(t *testing.T, p *plan.Plan, root string) *platform {
	t.Helper()
	clock, err := plan.NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	w, err := duckdb.Open(t.Context(), duckdb.OptionsOf(p, root))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if _, err := w.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return &platform{p, clock, w, &file.Transfer{Warehouse: w, Root: root}, &regression.Regression{Warehouse: w, State: filepath.Join(root, ".sluice")}}
}

func (p *platform) run(ctx context.Context, a task.Attempt) (task.Result, error) {
	switch a.Task.Kind {
	case plan.Transfer, plan.Wait:
		return p.transfer.Run(ctx, a)
	case plan.Query:
		return p.warehouse.Query(ctx, a)
	case plan.Check:
		return p.warehouse.Check(ctx, a)
	case plan.Train:
		return p.models.Train(ctx, a)
	case plan.Predict:
		return p.models.Predict(ctx, a)
	}
	return task.Result{Skipped: true}, nil
}

// day runs every task of a business day in an order that its dependencies allow.
func (p *platform) day(t *testing.T, day string) {
	t.Helper()
	d, err := plan.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	start, end := p.clock.RunBounds(d)
	variables := map[string]plan.Variable{}
	for _, v := range p.plan.Variables {
		variables[v.Name] = v
	}
	done := map[string]bool{}
	for len(done) < len(p.plan.Tasks) {
		before := len(done)
		for i := range p.plan.Tasks {
			task_ := &p.plan.Tasks[i]
			if done[task_.ID] || slices.ContainsFunc(task_.After, func(id string) bool { return !done[id] }) {
				continue
			}
			done[task_.ID] = true
			key := fmt.Sprintf("local/%s/%s", day, task_.ID)
			r, err := p.run(t.Context(), task.Attempt{
				Plan: p.plan, Task: task_, Run: "local/" + day, Date: day, Number: 1, Key: key, JobID: key + "/1",
				Start: start, End: end, Parameters: variables, Log: t.Logf,
			})
			if err != nil {
				t.Errorf("%s %s: %v", day, task_.ID, err)
			} else if r.Violations > 0 {
				t.Errorf("%s %s: %d violations: %s", day, task_.ID, r.Violations, r.Message)
			}
		}
		if len(done) == before {
			t.Fatal("the plan has a cycle")
		}
	}
}

// read gives a table's rows in the order of columns.
func (p *platform) read(t *testing.T, table string, columns []string) (rows [][]any) {
	t.Helper()
	quoted := make([]string, len(columns))
	for i, c := range columns {
		quoted[i] = duckdb.Quote(c)
	}
	query := "SELECT " + strings.Join(quoted, ", ") + " FROM " + duckdb.Name(p.plan, table)
	err := p.warehouse.Read(t.Context(), func(_ []string, values []any) error {
		rows = append(rows, slices.Clone(values))
		return nil
	}, query)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return rows
}

// The marts of the reference platform hold what plain Go makes of the same files.
func TestMartsAgree(t *testing.T) {
	root := t.TempDir()
	data := filepath.Join(root, "data")
	p := open(t, compile(t), root)
	kept := map[string][][]any{}
	for i, day := range days {
		if _, err := demo.Generate(demo.Options{Dir: data, Day: day, Learners: learners, Seed: 11, Changes: i > 0}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		p.day(t, day)
		t.Logf("%s ran in %s", day, time.Since(began).Round(time.Millisecond))
		expected := marts(look(t, data, days[:i+1]))
		for _, name := range slices.Sorted(maps.Keys(expected)) {
			want := expected[name]
			if keepsDays[name] {
				kept[name] = append(kept[name], want.rows...)
				want.rows = kept[name]
			}
			if len(want.rows) == 0 {
				t.Errorf("%s %s: nothing is expected, so nothing is compared", day, name)
			}
			got := differences(want, p.read(t, name, want.columns))
			if len(got) > 0 {
				t.Errorf("%s %s: %d differences in %d rows, the first:\n  %s", day, name, len(got), len(want.rows), strings.Join(got[:min(5, len(got))], "\n  "))
			}
		}
	}
}
