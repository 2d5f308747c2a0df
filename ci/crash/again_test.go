package crash

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// Where all that was done is deleted, the day starts anew.
func TestStateDeleted(t *testing.T) {
	for _, p := range platforms() {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			s := newSite(t, ref.applied)
			s.must(t, runDay(p.days[0])...)
			remove(t, s.path(".sluice"))
			s.start(t, runDay(p.days[0])...).refuses(t, "run `sluice apply")
			s.start(t, "status").refuses(t, "run `sluice apply")
			s.must(t, "compile")
			s.must(t, "apply", "--auto-approve")
			s.must(t, runDay(p.days[0])...)
			s.mustBe(t, ref.after[0], p.days[:1])
		})
	}
}

// Without its warehouse a platform does not go on as if nothing were missing, and the
// way that it tells leads back.
func TestWarehouseDeleted(t *testing.T) {
	ref := shop.reference(t)
	s := newSite(t, ref.applied)
	s.must(t, runDay(shop.days[0])...)
	warehouse := s.path(".sluice", "warehouse.duckdb")
	remove(t, warehouse)
	s.start(t, runDay(shop.days[1])...).refuses(t, "warehouse.duckdb is gone", "sluice apply")
	if _, err := os.Stat(warehouse); err == nil {
		t.Error("a run that is refused made a warehouse")
	}
	s.must(t, "apply", "--auto-approve")
	s.must(t, append(runDay(shop.days[0]), "--rerun", "*")...)
	s.mustHold(t, ref.after[0])
}

// Without its journal a day takes up what the warehouse knows to be done: no row comes
// twice, appended ones neither.
func TestJournalDeleted(t *testing.T) {
	ref := shop.reference(t)
	s := newSite(t, ref.applied)
	s.must(t, runDay(shop.days[0])...)
	remove(t, s.path(".sluice", "local"))
	s.must(t, "apply", "--auto-approve")
	s.must(t, runDay(shop.days[0])...)
	s.mustBe(t, ref.after[0], shop.days[:1])
	s.must(t, runDay(shop.days[1])...)
	s.mustBe(t, ref.after[1], shop.days)
}

// A day that is run after a later one leaves every source that is merged by a cursor, or
// kept by days, as if the days had come in order.
func TestBackfill(t *testing.T) {
	ref := shop.reference(t)
	s := newSite(t, ref.applied)
	s.must(t, runDay(shop.days[1])...)
	s.must(t, runDay(shop.days[0])...)
	s.sourcesMustBe(t, ref.after[1])
}

// rerun lists what is another when both days are run again, and why. All else is as it was.
var rerun = map[string]map[string]string{
	"shop": {
		"core.log":                         "append: each run adds its rows",
		"mart.by_day":                      "the first day's row tells of orders as they are now",
		"out/daily_sales/2026-01-15.csv":   "tells of orders as they are now",
		"out/last_seen/2026-01-15.parquet": "tells of views as they are now",
		"out/log/2026-01-15.jsonl.gz":      "of core.log",
		"out/log/2026-01-16.jsonl.gz":      "of core.log",
	},
	"manabi": {
		"raw.billing_log_days":             "append: each run adds its rows",
		"mart.platform_growth":             "reads raw.billing_log_days",
		"raw.member_snapshots":             "the first day's partition is of members as they are now",
		"out/leaderboard/2026-11-18.jsonl": "tells of members as they are now",
	},
}

// The same for a day that is run again. A snapshot is the one of the day that ran last,
// and so is what is made of it, until the later day is run again too.
func TestRerun(t *testing.T) {
	for _, p := range platforms() {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			s := newSite(t, ref.applied)
			for _, day := range p.days {
				s.must(t, runDay(day)...)
			}
			for _, day := range p.days {
				s.must(t, append(runDay(day), "--rerun", "*")...)
				s.sourcesMustBe(t, ref.after[1])
			}
			got := &state{tables: s.tables(t), files: s.files(t)}
			for _, line := range differences(&state{tables: ref.after[1].tables, files: ref.after[1].files}, got) {
				_, name, _ := strings.Cut(line, " ")
				name, _, _ = strings.Cut(name, ": ")
				if rerun[p.name][name] == "" && !strings.HasPrefix(name, "_sluice.") {
					t.Error(line)
				}
			}
		})
	}
}

// sourcesMustBe compares the source tables that are not taken as a snapshot.
func (s site) sourcesMustBe(t *testing.T, want *state) {
	t.Helper()
	got := s.tables(t)
	n := 0
	for name, mode := range s.modes(t) {
		if mode != "incremental" && mode != "partition" {
			continue
		}
		n++
		if !slices.Equal(want.tables[name], got[name]) {
			t.Errorf("%s (%s): %s", name, mode, firstRow(want.tables[name], got[name]))
		}
	}
	if n == 0 {
		t.Error("the plan has no such source")
	}
}

// modes are those of the source tables that are read.
func (s site) modes(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(s.path("generated", "local", "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	var plan struct {
		Tasks []struct {
			Kind     string `json:"kind"`
			Transfer *struct{ Table, Mode string }
		} `json:"tasks"`
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		t.Fatal(err)
	}
	modes := map[string]string{}
	for _, x := range plan.Tasks {
		if x.Kind == "transfer" {
			modes[x.Transfer.Table] = x.Transfer.Mode
		}
	}
	return modes
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
}
