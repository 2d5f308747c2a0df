package duckdb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

func applied(t *testing.T, w *Warehouse, p *plan.Plan) string {
	t.Helper()
	changes, err := w.Apply(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %s", c.Action, c.Kind, c.Name, c.Detail)))
	}
	return strings.Join(lines, "\n")
}

func open(t *testing.T) *Warehouse {
	t.Helper()
	w, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "w.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// shop is a plan with a source, a table, an incremental table and two views of which
// the first by name reads the second.
func shop() *plan.Plan {
	view := func(name, reads, sql string) (plan.Table, plan.Task) {
		return plan.Table{Name: name, Kind: "view", Reads: []string{reads}, Columns: columns("id", "INT64")},
			plan.Task{ID: name, Kind: plan.Query, Query: &plan.QuerySpec{Table: name, Materialization: "view", SQL: sql}}
	}
	first, firstTask := view("core.a_view", "core.b_view", `SELECT id FROM core.b_view`)
	second, secondTask := view("core.b_view", "core.t", `SELECT id FROM core.t`)
	return &plan.Plan{
		Digest: "sha256:1", Environment: "local",
		Datasets: []plan.Dataset{{Name: "app", Physical: "app"}, {Name: "core", Physical: "core"}},
		Tables: []plan.Table{
			{Name: "app.members", Kind: "source", Columns: columns("id", "INT64")},
			first, second,
			{Name: "core.inc", Kind: "incremental", Columns: columns("id", "INT64 NOT NULL", "n", "INT64", "gone", "STRING NOT NULL", "l", "ARRAY<STRUCT<a INT64>>")},
			{Name: "core.t", Kind: "table", Columns: columns("id", "INT64", "at", "TIMESTAMP")},
		},
		Tasks: []plan.Task{
			{ID: "app.members", Kind: plan.Transfer, Transfer: &plan.TransferSpec{Table: "app.members", Mode: "partition", Partition: "load_date"}},
			firstTask, secondTask,
		},
	}
}

func TestApply(t *testing.T) {
	w, p := open(t), shop()
	got := applied(t, w, p)
	want := `create schema app:
create schema core:
create table app.members: 2 columns
create table core.inc: 4 columns
create table core.t: 2 columns
create view core.b_view:
create view core.a_view:`
	if got != want {
		t.Errorf("first apply:\n%s\nwant:\n%s", got, want)
	}
	if got := applied(t, w, p); got != "" {
		t.Errorf("second apply changed:\n%s", got)
	}
	if got := text(t, w, "SELECT digest, environment FROM _sluice.applied"); got != "sha256:1|local" {
		t.Errorf("books: %s", got)
	}
	if got := text(t, w, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'members' ORDER BY column_index"); got != "id\nload_date" {
		t.Errorf("columns: %s", got)
	}
}

func TestApplyEvolves(t *testing.T) {
	tests := []struct {
		name, rows string
		columns    []plan.Column
		want, look string
		rowsAfter  string
	}{
		{"add a column", "(1, 1, 'x', [])", columns("id", "INT64 NOT NULL", "n", "INT64", "gone", "STRING NOT NULL", "l", "ARRAY<STRUCT<a INT64>>", "new", "DATE"),
			"create column core.inc.new: DATE", "id, new", "1|NULL"},
		{"drop a column", "(1, 1, 'x', [])", columns("id", "INT64 NOT NULL", "n", "INT64", "l", "ARRAY<STRUCT<a INT64>>"),
			"keep column core.inc.gone: no longer in the plan; its values stay", "id, gone", "1|x"},
		{"convert", "(1, 7, '2026-01-15', [])", columns("id", "INT64 NOT NULL", "n", "NUMERIC", "gone", "DATE NOT NULL", "l", "ARRAY<STRUCT<a INT64>>"),
			"alter column core.inc.n: BIGINT is DECIMAL(38,9) now\nalter column core.inc.gone: VARCHAR is DATE now", "n::VARCHAR, gone::VARCHAR", "7.000000000|2026-01-15"},
		{"cannot convert", "(1, 7, 'x', [])", columns("id", "INT64 NOT NULL", "n", "INT64", "gone", "DATE", "l", "ARRAY<STRUCT<a INT64>>"),
			"retire table core.inc: column gone cannot become DATE from VARCHAR; the rows are kept as core.inc__retired_1", "(SELECT gone FROM core.inc__retired_1), count(*)", "x|0"},
		{"cannot convert nested", "(1, 7, 'x', [])", columns("id", "INT64 NOT NULL", "n", "INT64", "gone", "STRING NOT NULL", "l", "ARRAY<INT64>"),
			"retire table core.inc: column l cannot become BIGINT[] from STRUCT(a BIGINT)[]; the rows are kept as core.inc__retired_1", "count(*)", "0"},
		{"required", "(1, 7, 'x', [])", columns("id", "INT64", "n", "INT64 NOT NULL", "gone", "STRING NOT NULL", "l", "ARRAY<STRUCT<a INT64>>"),
			"alter column core.inc.id: may be NULL now\nalter column core.inc.n: is never NULL now", "id", "1"},
		{"required with nulls", "(1, NULL, 'x', [])", columns("id", "INT64 NOT NULL", "n", "INT64 NOT NULL", "gone", "STRING NOT NULL", "l", "ARRAY<STRUCT<a INT64>>"),
			"keep column core.inc.n: declared required, but 1 rows have no value yet", "id", "1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, p := open(t), shop()
			applied(t, w, p)
			if _, err := w.db.Exec("INSERT INTO core.inc VALUES " + test.rows); err != nil {
				t.Fatal(err)
			}
			p.Tables[3].Columns = test.columns
			if got := applied(t, w, p); got != test.want {
				t.Errorf("changes:\n%s\nwant:\n%s", got, test.want)
			}
			if got := text(t, w, "SELECT "+test.look+" FROM core.inc"); got != test.rowsAfter {
				t.Errorf("rows %s, want %s", got, test.rowsAfter)
			}
			if again := applied(t, w, p); strings.Contains(again, "retire") || strings.Contains(again, "alter") || strings.Contains(again, "create") {
				t.Errorf("second apply changed:\n%s", again)
			}
			// What the plan no longer declares does not stand in the way of new rows.
			names := quoteAll(nil)
			for _, c := range test.columns {
				names = append(names, Quote(c.Name))
			}
			if _, err := w.db.Exec("INSERT INTO core.inc (" + strings.Join(names, ", ") + ") SELECT " + strings.Join(names, ", ") + " FROM core.inc"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestApplyChangesKind(t *testing.T) {
	w, p := open(t), shop()
	applied(t, w, p)
	if _, err := w.db.Exec("INSERT INTO core.inc (id, gone) VALUES (1, 'x')"); err != nil {
		t.Fatal(err)
	}
	p.Digest = "sha256:2"
	p.Tables[1].Kind = "table"
	p.Tables[3] = plan.Table{Name: "core.inc", Kind: "view", Columns: columns("id", "INT64")}
	p.Tasks[1].Query = &plan.QuerySpec{Table: "core.a_view", Materialization: "table", SQL: "SELECT 1 AS id"}
	p.Tasks = append(p.Tasks, plan.Task{ID: "core.inc", Query: &plan.QuerySpec{Table: "core.inc", Materialization: "view", SQL: "SELECT 2 AS id"}})
	p.Tasks[2].Query.SQL = "SELECT id FROM core.t WHERE id > 0"
	got := applied(t, w, p)
	want := `replace view core.a_view: is a table now
create table core.a_view: 1 columns
replace view core.b_view: its query changed
retire table core.inc: is a view now; the rows are kept as core.inc__retired_1
create view core.inc:`
	if got != want {
		t.Errorf("changes:\n%s\nwant:\n%s", got, want)
	}
	p.Tables = p.Tables[:3]
	got = applied(t, w, p)
	if want := "keep view core.inc: no longer in the plan\nkeep table core.t: no longer in the plan"; got != want {
		t.Errorf("changes:\n%s\nwant:\n%s", got, want)
	}
	if got := text(t, w, "SELECT id FROM core.inc__retired_1"); got != "1" {
		t.Errorf("rows that were set aside: %s", got)
	}
}

func TestFailedApplyChangesNothing(t *testing.T) {
	w, p := open(t), shop()
	p.Tasks[1].Query.SQL = "SELECT id FROM core.nothing"
	p.Tables[1].Origin = plan.Origin{File: "tables.cue", Line: 7}
	_, err := w.Apply(t.Context(), p)
	if err == nil || !strings.Contains(err.Error(), "tables.cue:7: view core.a_view:") || task.ClassOf(err) != task.Permanent {
		t.Fatalf("got %v", err)
	}
	if got := text(t, w, "SELECT count(*) FROM duckdb_schemas() WHERE schema_name IN ('app', 'core')"); got != "0" {
		t.Errorf("%s schemas are left", got)
	}
}
