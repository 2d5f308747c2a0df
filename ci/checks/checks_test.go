// Package checks holds the test that checks say the same on the embedded warehouse
// whether sluice says them there itself or has its GoogleSQL analysed and translated.
package checks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/compiler/pipeline"
	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

const platform = `package shop
import "sluice.dev/schema"
schema.#Platform
platform: {name: "shop", time_zone: "Asia/Tokyo", owner: "data", gcp: {project: "shop-data", region: "asia-northeast1"}}
team: data: members: ["a@shop.example"]
environment: local: {kind: "local", warehouse: kind: "duckdb", sources: "*": read: "files", exports: "files"}
pool: sql: size: 2
capacity: windows: all: {start: "00:00", end: "24:00", pools: sql: 2}
table: "core.facts": {pool: "sql", sql: """
	SELECT 1 AS i, 'a' AS s, TRUE AS b, DATE '2026-11-20' AS d, TIMESTAMP '2026-11-20 03:04:05.678+00' AS t, DATETIME '2026-11-20 03:04:05' AS w,
	  NUMERIC '1.50' AS n, 0.5 AS f, b'x' AS y, DATE '2026-11-01' AS old, 7 AS odd
	UNION ALL SELECT 1, 'it\\'s', FALSE, DATE '2026-11-20', TIMESTAMP '2026-11-19 03:04:05+00', DATETIME '2026-11-20 03:04:05', NUMERIC '-2', -0.5, b'', NULL, 8
	UNION ALL SELECT 9007199254740993, '', NULL, DATE '0001-01-01', TIMESTAMP '1969-12-31 23:59:59.999999+00', DATETIME '1969-12-31 23:59:59', NUMERIC '0', 1e300, b'y', NULL, 7
	UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
	UNION ALL SELECT -3, '日本 "q"', TRUE, DATE '2026-11-21', TIMESTAMP '2026-11-20 03:04:05.678+00', DATETIME '2026-11-20 03:04:05.1', NUMERIC '1.5', 0.25, NULL, NULL, 8
	"""}
table: "core.other": {pool: "sql", sql: """
	SELECT 1 AS i, 'a' AS s, TRUE AS b, DATE '2026-11-20' AS d, TIMESTAMP '2026-11-20 03:04:05.678+00' AS t, DATETIME '2026-11-20 03:04:05' AS w, NUMERIC '1.5' AS n
	UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL
	"""}
table: "core.none": {pool: "sql", sql: "SELECT * FROM core.facts WHERE FALSE"}
`

// kinds are the checks of every kind that can be said of columns of every type.
func kinds() []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, c := range []string{"i", "s", "b", "d", "t", "w", "n"} {
		add(`kind: "unique", columns: [%q]`, c)
		add(`kind: "unique", columns: [%q, "odd"]`, c)
		add(`kind: "relationship", column: %q, to: "core.other", to_column: %q`, c, c)
	}
	for _, c := range []string{"i", "s", "b", "d", "t", "w", "n", "f", "y"} {
		add(`kind: "not_null", columns: [%q]`, c)
		add(`kind: "not_null", columns: ["odd", %q]`, c)
		add(`kind: "sql", query: "SELECT %s FROM core.facts WHERE odd = 7"`, c)
		add(`kind: "sql", query: "SELECT %s, i AS %s2 FROM core.facts WHERE odd > 100;  "`, c, c)
	}
	add(`kind: "sql", query: "SELECT * FROM core.facts ORDER BY i -- all of it"`)
	add(`kind: "sql", query: "SELECT i FROM core.facts WHERE d <= @run_date AND t < @run_end"`)
	add(`kind: "sql", query: "SELECT [i] AS list, STRUCT(s AS x) AS pair, JSON '{\"a\": 1}' AS j, TIME '10:11:12' AS clock FROM core.facts"`)
	add(`kind: "accepted_values", column: "s", values: ["a", "it's", "back\\slash"]`)
	add(`kind: "accepted_values", column: "i", values: [1, -3]`)
	add(`kind: "accepted_values", column: "b", values: [true]`)
	add(`kind: "row_count", min: 1`)
	add(`kind: "row_count", min: 6`)
	add(`kind: "row_count", min: 1, max: 4`)
	add(`kind: "row_count", max_change_percent: 20`)
	for _, age := range []string{"1m", "20h", "400d"} {
		add(`kind: "freshness", column: "t", max_age: %q`, age)
	}
	for _, age := range []string{"1d", "2d"} {
		add(`kind: "freshness", column: "d", max_age: %q`, age)
		add(`kind: "freshness", column: "old", max_age: %q`, age)
	}
	return out
}

// TestBothWays has each check twice: as it is, and with a condition that holds for
// every row. A condition is the user's SQL, so that the statement around it is
// analysed and translated.
func TestBothWays(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString(platform)
	for _, table := range []string{"core.facts", "core.none"} {
		for i, kind := range kinds() {
			fmt.Fprintf(&b, "table: %q: checks: {c%d: {%s}, c%d_analysed: {%s, where: \"TRUE\"}}\n", table, i, kind, i, kind)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "shop.cue"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	compiled, diags, err := pipeline.Run(t.Context(), pipeline.Options{Dir: dir, NoCache: true})
	if err != nil || diags.HasErrors() {
		t.Fatal(err, diags)
	}
	warehouse, err := duckdb.Open(t.Context(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer warehouse.Close()
	attempt := task.Attempt{Key: "checks", Date: "2026-11-20", Start: time.Date(2026, 11, 19, 15, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)}
	done := errors.New("nothing to keep")
	_, err = warehouse.Commit(t.Context(), attempt, func(ctx context.Context, tx *duckdb.Tx) (task.Result, error) {
		compare(ctx, t, tx, attempt, compiled.Plan)
		return task.Result{}, done
	})
	if !strings.Contains(fmt.Sprint(err), done.Error()) {
		t.Fatal(err)
	}
}

func compare(ctx context.Context, t *testing.T, tx *duckdb.Tx, a task.Attempt, p *plan.Plan) {
	exec := func(text string) {
		if _, err := tx.Exec(ctx, text); err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
	}
	exec("CREATE SCHEMA core")
	tasks := map[string]*plan.Task{}
	for i := range p.Tasks {
		tasks[p.Tasks[i].ID] = &p.Tasks[i]
	}
	for _, table := range []string{"core.facts", "core.other", "core.none"} {
		exec("CREATE TABLE " + table + " AS " + tasks[table].Query.SQL)
	}
	violations := map[string]bool{}
	compared := 0
	for id, analysed := range tasks {
		made := tasks[strings.TrimSuffix(id, "_analysed")]
		if analysed.Check == nil || made == analysed {
			continue
		}
		compared++
		got, want := row(ctx, t, tx, a, made.Check), row(ctx, t, tx, a, analysed.Check)
		if got != want {
			t.Errorf("%s (%s): %s\nanalysed: %s\n%s\n%s", made.ID, made.Check.Kind, got, want, made.Check.SQL, analysed.Check.SQL)
		}
		if made.Check.SQL == analysed.Check.SQL {
			t.Errorf("%s was said in one way only", made.ID)
		}
		violations[string(made.Check.Kind)+" "+want[:1]] = true
	}
	if compared != 2*len(kinds()) {
		t.Errorf("%d checks compared, of %d", compared, 2*len(kinds()))
	}
	for _, kind := range []string{"unique", "not_null", "relationship", "accepted_values", "row_count", "freshness", "sql"} {
		if !violations[kind+" 0"] {
			t.Errorf("no check of kind %s holds", kind)
		}
	}
	if len(violations) < 14 {
		t.Errorf("too few checks fail: %v", violations)
	}
}

// row is what a check's query gives, with the columns' names and types.
func row(ctx context.Context, t *testing.T, tx *duckdb.Tx, a task.Attempt, c *plan.CheckSpec) string {
	args, err := duckdb.Arguments(a, c.Parameters)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := tx.Query(ctx, c.SQL, args...)
	if err != nil {
		t.Fatalf("%v:\n%s", err, c.SQL)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]sql.NullString, len(types))
	to := make([]any, len(types))
	for i := range values {
		to[i] = &values[i]
	}
	if !rows.Next() {
		t.Fatal("no row", rows.Err())
	}
	if err := rows.Scan(to...); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, v := range values {
		fmt.Fprintf(&b, "%s %s=%s %v; ", v.String, types[i].Name(), types[i].DatabaseTypeName(), v.Valid)
	}
	if rows.Next() {
		t.Error("two rows")
	}
	return b.String()
}
