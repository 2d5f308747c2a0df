package reference

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/compiler/diag"
	"sluice/compiler/pipeline"
	"sluice/runtime/demo"
	"sluice/runtime/engine"
	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/runner"
	"sluice/runtime/task"
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

// platform is a plan with what it takes to run its days.
type platform struct {
	plan      *plan.Plan
	warehouse *duckdb.Warehouse
	runner    task.Runner
	journal   journal.Journal
}

func open(t *testing.T, p *plan.Plan, root string) *platform {
	t.Helper()
	w, err := duckdb.Open(t.Context(), duckdb.OptionsOf(p, root))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if _, err := w.Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	j, err := journal.OpenSQLite(filepath.Join(root, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	r := runner.New(runner.Options{Warehouse: w, Root: root, StateDir: filepath.Join(root, ".sluice")})
	return &platform{p, w, r, j}
}

// day runs a business day under a clock that jumps over idle waits. All of it is to
// succeed, and no check to find anything.
func (p *platform) day(t *testing.T, day string) {
	t.Helper()
	d, err := plan.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	clock, err := plan.NewClock(p.plan)
	if err != nil {
		t.Fatal(err)
	}
	report, err := engine.Run(t.Context(), engine.Options{
		Plan: p.plan, Day: day, Runner: p.runner, Journal: p.journal, Clock: engine.FastForward(clock.Opening(d)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range report.State.Tasks() {
		if x.Status != event.Succeeded && x.Status != event.Skipped {
			t.Errorf("%s %s: %s: %s", day, x.ID, x.Status, x.Message)
		}
		if x.Result.Violations > 0 {
			t.Errorf("%s %s: %d violations: %s", day, x.ID, x.Result.Violations, x.Result.Message)
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
