package duckdb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// bench is a warehouse with a plan of one query task.
type bench struct {
	t    *testing.T
	w    *Warehouse
	plan *plan.Plan
	runs int
}

func newBench(t *testing.T, table plan.Table, spec plan.QuerySpec) *bench {
	t.Helper()
	spec.Table = table.Name
	p := &plan.Plan{
		Environment: "local", Digest: "sha256:1",
		Datasets: []plan.Dataset{{Name: "core", Physical: "pr_core"}},
		Tables:   []plan.Table{table},
		Tasks:    []plan.Task{{ID: table.Name, Kind: plan.Query, Node: table.Name, Query: &spec}},
	}
	w, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "deep", "w.duckdb"), MemoryMB: 500, Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	b := &bench{t: t, w: w, plan: p}
	b.exec("CREATE SCHEMA pr_core")
	return b
}

func (b *bench) exec(statement string) {
	b.t.Helper()
	if _, err := b.w.db.Exec(statement); err != nil {
		b.t.Fatalf("%s: %v", statement, err)
	}
}

func (b *bench) attempt(date string, key ...string) task.Attempt {
	b.runs++
	k := fmt.Sprintf("local/%s/x/%d", date, b.runs)
	if len(key) > 0 {
		k = key[0]
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		b.t.Fatal(err)
	}
	tokyo := time.FixedZone("JST", 9*3600)
	start := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, tokyo)
	return task.Attempt{Plan: b.plan, Task: &b.plan.Tasks[0], Date: date, Number: 1, Key: k, Start: start, End: start.AddDate(0, 0, 1), Log: b.t.Logf,
		Parameters: map[string]plan.Variable{}}
}

func (b *bench) run(date string, key ...string) task.Result {
	b.t.Helper()
	result, err := b.w.Query(b.t.Context(), b.attempt(date, key...))
	if err != nil {
		b.t.Fatalf("run of %s: %v", date, err)
	}
	return result
}

func (b *bench) fail(date string, class task.Class, want string) {
	b.t.Helper()
	_, err := b.w.Query(b.t.Context(), b.attempt(date))
	if err == nil || task.ClassOf(err) != class || !strings.Contains(err.Error(), want) {
		b.t.Fatalf("run of %s: got %v (%s), want %s: %s", date, err, task.ClassOf(err), class, want)
	}
}

func (b *bench) want(query, want string) {
	b.t.Helper()
	if got := text(b.t, b.w, query); got != want {
		b.t.Errorf("%s\n got: %s\nwant: %s", query, got, want)
	}
}

func text(t *testing.T, w *Warehouse, query string) string {
	t.Helper()
	var lines []string
	err := w.Read(context.Background(), func(_ []string, values []any) error {
		fields := make([]string, len(values))
		for i, v := range values {
			fields[i] = fmt.Sprint(v)
			if v == nil {
				fields[i] = "NULL"
			}
		}
		lines = append(lines, strings.Join(fields, "|"))
		return nil
	}, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.Join(lines, "\n")
}

func columns(pairs ...string) []plan.Column {
	var list []plan.Column
	for i := 0; i < len(pairs); i += 2 {
		kind, required := strings.CutSuffix(pairs[i+1], " NOT NULL")
		list = append(list, plan.Column{Name: pairs[i], Type: kind, Required: required})
	}
	return list
}

func TestTableHasDeclaredColumns(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("b", "INT64", "a", "NUMERIC NOT NULL", "l", "ARRAY<INT64>", "at", "TIMESTAMP")},
		plan.QuerySpec{Materialization: "table", SQL: "SELECT 1.5 AS a, sum(i) AS b, NULL AS l, TIMESTAMPTZ '2026-01-15 09:00:00+09' AS at FROM range(4) t(i) -- done\n;\n"})
	if r := b.run("2026-01-15"); r.RowsOut != 1 {
		t.Errorf("result %+v", r)
	}
	b.want("SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE schema_name = 'pr_core' ORDER BY column_index",
		"b|BIGINT|true\na|DECIMAL(38,9)|false\nl|BIGINT[]|true\nat|TIMESTAMP WITH TIME ZONE|true")
	b.want(`SELECT b, a::VARCHAR, l::VARCHAR, "at"::VARCHAR FROM pr_core.t`, "6|1.500000000|[]|2026-01-15 00:00:00+00")
	b.run("2026-01-15")
	b.want("SELECT count(*) FROM pr_core.t", "1")

	b.plan.Tasks[0].Query.SQL = "SELECT NULL AS a, 1 AS b, NULL AS l, NULL AS at"
	b.fail("2026-01-15", task.Permanent, "NOT NULL constraint")
	b.plan.Tasks[0].Query.SQL = "SELECT nothing FROM nowhere"
	b.fail("2026-01-15", task.Permanent, "nowhere")
	b.plan.Tasks[0].Query.SQL = "SELECT 1 AS a"
	b.fail("2026-01-15", task.Permanent, `"b"`)
	b.want("SELECT b FROM pr_core.t", "6")
}

func TestParametersHaveTheirTypes(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("v", "STRING")}, plan.QuerySpec{Materialization: "table",
		Parameters: []string{"run_date", "run_start", "run_end", "n", "f", "d", "s", "b", "day", "at", "unused"},
		SQL: `SELECT concat_ws('|', typeof($run_date), $run_date, typeof($run_start), $run_start, $run_end, typeof($n), $n + 1, typeof($f), $f,
			CAST($d AS DECIMAL(38,9)), typeof($s), $s, typeof($b), $b, typeof($day), $day - INTERVAL 1 DAY, typeof($at), $at, $run_date > DATE '2026-01-01') AS v`})
	a := b.attempt("2026-01-15")
	a.Parameters = map[string]plan.Variable{
		"n": {Type: "INT64", Value: " 9223372036854775806"}, "f": {Type: "FLOAT64", Value: "1.5"}, "d": {Type: "NUMERIC", Value: "12345678901234567890.123456789"},
		"s": {Type: "STRING", Value: " x'; DROP TABLE t; --"}, "b": {Type: "BOOL", Value: "TRUE"}, "day": {Type: "DATE", Value: "2026-02-01"},
		"at": {Type: "TIMESTAMP", Value: "2026-02-01 09:00:00+09"}, "unused": {Type: "INT64", Value: "1"},
	}
	if _, err := b.w.Query(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	b.want("SELECT v FROM pr_core.t", "DATE|2026-01-15|TIMESTAMP WITH TIME ZONE|2026-01-14 15:00:00+00|2026-01-15 15:00:00+00|BIGINT|9223372036854775807|DOUBLE|1.5|"+
		"12345678901234567890.123456789|VARCHAR| x'; DROP TABLE t; --|BOOLEAN|true|DATE|2026-01-31 00:00:00|TIMESTAMP WITH TIME ZONE|2026-02-01 00:00:00+00|true")

	for kind, value := range map[string]string{"INT64": "1.5", "FLOAT64": "x", "NUMERIC": "1/2", "BOOL": "maybe", "DATE": "2026-02-30", "TIMESTAMP": "soon", "GEOGRAPHY": "POINT(0 0)"} {
		if _, err := typed(kind, value, "v"); task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), "@v") {
			t.Errorf("%s %q: %v", kind, value, err)
		}
	}
	b.fail("2026-01-15", task.Permanent, "parameter @n has no value")
}

func TestView(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.v", Kind: "view", Columns: columns("n", "INT64")}, plan.QuerySpec{Materialization: "view", SQL: "SELECT i AS n, i AS other FROM range(3) t(i)"})
	b.run("2026-01-15")
	b.run("2026-01-16")
	b.want("SELECT * FROM pr_core.v ORDER BY n", "0\n1\n2")
	b.plan.Tasks[0].Query.Parameters = []string{"run_date"}
	b.fail("2026-01-15", task.Permanent, "view core.v uses parameter @run_date")
}

func TestReplacePartition(t *testing.T) {
	tests := []struct{ kind, by, first, second, want string }{
		{"DATE", "day", "DATE '2026-01-15' + 1", "DATE '2026-01-15' + 1", "2026-01-15|1\n2026-01-16|2"},
		{"DATE", "month", "DATE '2026-01-15' + 1", "DATE '2026-01-31'", "2026-01-31|2"},
		{"TIMESTAMP", "hour", "TIMESTAMPTZ '2026-01-15 10:30:00+00'", "TIMESTAMPTZ '2026-01-15 10:59:00+00'", "2026-01-15 00:00:00+00|1\n2026-01-15 10:59:00+00|2"},
		{"DATETIME", "year", "TIMESTAMP '2026-06-15 10:30:00'", "TIMESTAMP '2026-12-31 10:59:00'", "2026-12-31 10:59:00|2"},
		{"INT64", "", "7", "7", "1|1\n7|2"},
		{"DATE", "day", "NULL", "NULL", "2026-01-15|1\nNULL|2"},
	}
	for _, test := range tests {
		t.Run(test.kind+" "+test.by, func(t *testing.T) {
			b := newBench(t, plan.Table{Name: "core.t", Kind: "incremental", Partition: "p", PartitionBy: test.by, Columns: columns("p", test.kind, "n", "INT64")},
				plan.QuerySpec{Materialization: "incremental", Strategy: "replace_partition"})
			base := map[string]string{"DATE": "DATE '2026-01-15'", "TIMESTAMP": "TIMESTAMPTZ '2026-01-15 00:00:00+00'", "DATETIME": "TIMESTAMP '2026-01-15 00:00:00'", "INT64": "1"}[test.kind]
			spec := b.plan.Tasks[0].Query
			spec.SQL = fmt.Sprintf("SELECT %s AS p, 1 AS n UNION ALL SELECT %s, 1", base, test.first)
			b.run("2026-01-15")
			spec.SQL = fmt.Sprintf("SELECT %s AS p, 2 AS n", test.second)
			b.run("2026-01-15")
			b.run("2026-01-15")
			b.want("SELECT p::VARCHAR, n FROM pr_core.t ORDER BY p NULLS LAST", test.want)
			spec.SQL = "SELECT NULL AS p, 2 AS n WHERE false"
			b.run("2026-01-16")
			b.want("SELECT p::VARCHAR, n FROM pr_core.t ORDER BY p NULLS LAST", test.want)
		})
	}
}

func TestMerge(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "incremental", Columns: columns("k", "STRING", "j", "INT64", "n", "INT64")},
		plan.QuerySpec{Materialization: "incremental", Strategy: "merge", Key: []string{"k", "j"}, SQL: "VALUES ('a', 1, 1), ('b', NULL, 1)"})
	b.plan.Tasks[0].Query.SQL = "SELECT * FROM (VALUES ('a', 1, 1), ('b', NULL, 1)) v(k, j, n)"
	b.run("2026-01-15")
	b.plan.Tasks[0].Query.SQL = "SELECT * FROM (VALUES ('b', NULL, 2), ('c', 1, 2)) v(k, j, n)"
	if r := b.run("2026-01-16"); r.RowsOut != 2 {
		t.Errorf("result %+v", r)
	}
	const want = "a|1\nb|2\nc|2"
	b.want("SELECT k, n FROM pr_core.t ORDER BY k", want)
	b.plan.Tasks[0].Query.SQL = "SELECT * FROM (VALUES ('b', 1, 3), ('b', 1, 4)) v(k, j, n)"
	b.fail("2026-01-17", task.Permanent, "1 keys (k, j) more than once")
	b.want("SELECT k, n FROM pr_core.t ORDER BY k", want)
}

func TestAppendOncePerKey(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "incremental", Columns: columns("d", "DATE"), Partition: "d", PartitionBy: "day", RetentionSec: 2 * 86400},
		plan.QuerySpec{Materialization: "incremental", Strategy: "append", SQL: "SELECT $run_date AS d", Parameters: []string{"run_date"}})
	first := b.run("2026-01-15", "k1")
	if again := b.run("2026-01-15", "k1"); again != first || again.RowsOut != 1 {
		t.Errorf("first %+v, again %+v", first, again)
	}
	b.want("SELECT count(*) FROM pr_core.t", "1")
	b.run("2026-01-16")
	b.run("2026-01-17")
	b.run("2026-01-18")
	b.want("SELECT d::VARCHAR FROM pr_core.t ORDER BY d", "2026-01-16\n2026-01-17\n2026-01-18")
}

func TestReadsWhatItReplaces(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Reads: []string{"core.t"}, Columns: columns("n", "INT64")},
		plan.QuerySpec{Materialization: "table", SQL: "SELECT n + 1 AS n FROM pr_core.t"})
	b.exec("CREATE TABLE pr_core.t AS SELECT 1::BIGINT AS n")
	b.run("2026-01-15")
	b.want("SELECT n FROM pr_core.t", "2")
}

func TestFailedWorkLeavesNothing(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{})
	a := b.attempt("2026-01-15", "k")
	boom := errors.New("boom")
	ctx, cancel := context.WithCancel(t.Context())
	for name, end := range map[string]func() error{"error": func() error { return boom }, "cancelled before commit": func() error { cancel(); return nil }} {
		_, err := b.w.Commit(ctx, a, func(ctx context.Context, tx *Tx) (task.Result, error) {
			if _, err := tx.Exec(ctx, "CREATE OR REPLACE TABLE pr_core.t AS SELECT 1 AS n"); err != nil {
				return task.Result{}, err
			}
			return task.Result{RowsOut: 1}, end()
		})
		if err == nil {
			t.Fatalf("%s: committed", name)
		}
		if _, ok, err := b.w.Committed(t.Context(), "k"); ok || err != nil {
			t.Fatalf("%s: in the books: %v %v", name, ok, err)
		}
		b.want("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'pr_core'", "0")
	}
}

func TestPanickingWorkRollsBack(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{})
	func() {
		defer func() { recover() }()
		b.w.Commit(t.Context(), b.attempt("2026-01-15", "k"), func(ctx context.Context, tx *Tx) (task.Result, error) {
			tx.Exec(ctx, "CREATE TABLE pr_core.t AS SELECT 1 AS n")
			panic("bug")
		})
	}()
	b.want("SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'pr_core'", "0")
}

func TestCancelInterruptsQuery(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{Materialization: "table",
		SQL: "SELECT count(*) AS n FROM range(10000000) a(i), range(1000000) b(j) WHERE (i * j) % 7 = 3"})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := b.w.Query(ctx, b.attempt("2026-01-15", "k"))
	if !errors.Is(err, context.DeadlineExceeded) || task.ClassOf(err) != task.Retryable {
		t.Fatalf("got %v", err)
	}
	b.plan.Tasks[0].Query.SQL = "SELECT 1 AS n"
	b.run("2026-01-15", "k")
}

func TestParallelAttempts(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{})
	var wait sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		a := b.attempt("2026-01-15")
		p := *b.plan
		name := fmt.Sprintf("core.t%d", i)
		p.Tables = []plan.Table{{Name: name, Kind: "table", Columns: columns("n", "INT64")}}
		a.Plan, a.Task = &p, &plan.Task{ID: name, Query: &plan.QuerySpec{Table: name, Materialization: "table", SQL: "SELECT i AS n FROM range(100000) t(i)"}}
		wait.Go(func() { _, errs[i] = b.w.Query(t.Context(), a) })
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			t.Errorf("table %d: %v", i, err)
		}
	}
	b.want("SELECT count(*) FROM _sluice.commits", "16")
}

func TestSameKeyAtOnceCommitsOnce(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "incremental", Columns: columns("n", "INT64")},
		plan.QuerySpec{Materialization: "incremental", Strategy: "append", SQL: "SELECT 1 AS n"})
	b.exec("CREATE TABLE pr_core.t (n BIGINT)")
	var wait sync.WaitGroup
	for range 8 {
		a := b.attempt("2026-01-15", "k")
		wait.Go(func() {
			for {
				_, err := b.w.Query(t.Context(), a)
				if err == nil {
					return
				}
				if task.ClassOf(err) != task.Retryable {
					t.Errorf("%v", err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.want("SELECT count(*) FROM pr_core.t", "1")
}

func TestWriteConflictIsRetryable(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{})
	b.exec("CREATE TABLE pr_core.t AS SELECT 1 AS n")
	update := func(key string, then func()) error {
		_, err := b.w.Commit(t.Context(), b.attempt("2026-01-15", key), func(ctx context.Context, tx *Tx) (task.Result, error) {
			_, err := tx.Exec(ctx, "UPDATE pr_core.t SET n = n + 1")
			if then != nil {
				then()
			}
			return task.Result{}, err
		})
		return err
	}
	var inner error
	if err := update("outer", func() { inner = update("inner", nil) }); err != nil {
		t.Fatal(err)
	}
	if task.ClassOf(inner) != task.Retryable || inner == nil {
		t.Errorf("got %v (%s)", inner, task.ClassOf(inner))
	}
	b.want("SELECT n FROM pr_core.t", "2")
}

func TestCheck(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{})
	spec := &plan.CheckSpec{Name: "c", SQL: "SELECT count(*) AS violations, max(i)::VARCHAR AS message FROM range(3) t(i) WHERE i > 0"}
	look := func(date string) (task.Result, error) {
		a := b.attempt(date)
		a.Task = &plan.Task{ID: "core.t/c", Kind: plan.Check, Check: spec}
		return b.w.Check(t.Context(), a)
	}
	if r, err := look("2026-01-15"); err != nil || r.Violations != 2 || r.Message != "2" {
		t.Errorf("%+v %v", r, err)
	}
	spec.SQL = "SELECT 0 AS violations, NULL AS message"
	if r, err := look("2026-01-15"); err != nil || r != (task.Result{}) {
		t.Errorf("%+v %v", r, err)
	}
	for _, bad := range []string{"SELECT 1 AS violations WHERE false", "SELECT 1 AS n", "SELECT 'x' AS violations, NULL AS message"} {
		spec.SQL = bad
		if _, err := look("2026-01-15"); task.ClassOf(err) != task.Permanent {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestRowCountAgainstTheLastDays(t *testing.T) {
	b := newBench(t, plan.Table{Name: "core.t", Kind: "table", Columns: columns("n", "INT64")}, plan.QuerySpec{})
	spec := &plan.CheckSpec{Name: "c", MaxChangePercent: 20, Window: 2}
	tests := []struct {
		date       string
		rows       int
		violations int64
		message    string
	}{
		{"2026-01-10", 500, 0, ""}, // nothing to compare with
		{"2026-01-11", 100, 1, "100 rows are 80.0 % off the mean of the last 1 days, 500.0; 20 % are allowed"},
		{"2026-01-11", 500, 0, ""}, // the same day again is not compared with itself
		{"2026-01-12", 600, 0, ""}, // 20 % off 500
		{"2026-01-13", 661, 1, "661 rows are 20.2 % off the mean of the last 2 days, 550.0; 20 % are allowed"},
		{"2026-01-10", 100, 0, ""}, // an earlier day is compared with what came before it
	}
	for _, test := range tests {
		a := b.attempt(test.date)
		spec.SQL = fmt.Sprintf("SELECT 0 AS violations, NULL AS message, %d::BIGINT AS rows", test.rows)
		a.Task = &plan.Task{ID: "core.t/c", Kind: plan.Check, Check: spec}
		r, err := b.w.Check(t.Context(), a)
		if err != nil || r.Violations != test.violations || r.Message != test.message || r.RowsOut != int64(test.rows) {
			t.Errorf("%s, %d rows: %+v %v", test.date, test.rows, r, err)
		}
	}
}

func TestOtherProcessIsRefused(t *testing.T) {
	if path := os.Getenv("SLUICE_TEST_OPEN"); path != "" {
		_, err := Open(t.Context(), Options{Path: path})
		locked, ok := errors.AsType[*LockedError](err)
		fmt.Printf("locked=%v pid=%d\n", ok, func() int {
			if ok {
				return locked.PID
			}
			return 0
		}())
		return
	}
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	other := exec.Command(os.Args[0], "-test.run=^TestOtherProcessIsRefused$", "-test.v")
	other.Env = append(os.Environ(), "SLUICE_TEST_OPEN="+path)
	out, err := other.CombinedOutput()
	if want := "locked=true pid=" + strconv.Itoa(os.Getpid()); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("want %s: %v\n%s", want, err, out)
	}
}

func TestOpenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	first, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Open(t.Context(), Options{Path: path}) // the same process shares the file
	if err != nil {
		t.Fatal(err)
	}
	if _, err := second.db.Exec("CREATE TABLE t AS SELECT decode(gsql_upper_bytes('a'::BLOB)) AS v"); err != nil {
		t.Fatal(err)
	}
	if got := text(t, first, "SELECT v FROM t"); got != "A" {
		t.Errorf("got %s", got)
	}
	first.Close()
	second.Close()
	third, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if got := text(t, third, "SELECT v, current_setting('TimeZone') FROM t"); got != "A|UTC" {
		t.Errorf("got %s", got)
	}
}

// A process that died while it made the file left a part of one, of any length.
func TestHalfMadeFile(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "whole.duckdb")
	w, err := Open(t.Context(), Options{Path: whole})
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 100, 4096, 4097, 8192, 12287} {
		path := filepath.Join(t.TempDir(), "w.duckdb")
		if err := os.WriteFile(path+".new", content[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		w, err := Open(t.Context(), Options{Path: path})
		if err != nil {
			t.Errorf("after %d bytes: %v", n, err)
			continue
		}
		w.Close()
		if left, _ := filepath.Glob(path + ".new*"); left != nil {
			t.Errorf("after %d bytes: left over: %v", n, left)
		}
	}
}

func TestTypes(t *testing.T) {
	tests := map[string]string{
		"INT64": "BIGINT", "integer": "BIGINT", "STRING(20)": "VARCHAR", "NUMERIC(10, 2)": "DECIMAL(38,9)", "TIMESTAMP": "TIMESTAMPTZ", "DATETIME": "TIMESTAMP",
		"ARRAY<STRUCT<id INT64, `odd \"name` ARRAY< STRING(MAX) >>>": `STRUCT("id" BIGINT, "odd ""name" VARCHAR[])[]`,
	}
	for in, want := range tests {
		got, err := ParseType(in)
		if err != nil || got.DuckDB() != want {
			t.Errorf("%s: %s, %v; want %s", in, got.DuckDB(), err, want)
		}
	}
	for _, bad := range []string{"", "INT65", "ARRAY<INT64", "STRUCT<>", "STRUCT<INT64>", "INT64 x", "STRING(x)", "ARRAY", "BIGNUMERIC", strings.Repeat("ARRAY<", 100)} {
		if got, err := ParseType(bad); err == nil {
			t.Errorf("%q is taken for %+v", bad, got)
		}
	}
}

func FuzzParseType(f *testing.F) {
	for _, seed := range []string{"INT64", "ARRAY<STRUCT<a INT64, b STRING(3)>>", "STRUCT<`x` NUMERIC(3,2)>", "ARRAY<"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		parsed, err := ParseType(s)
		if err == nil && parsed.DuckDB() == "" {
			t.Errorf("%q: no DuckDB type", s)
		}
	})
}

// Tables hold types that files do not.
func TestColumnTypesBeyondFiles(t *testing.T) {
	for typ, want := range map[string]string{"BIGNUMERIC": "BLOB", "GEOGRAPHY": "VARCHAR", "ARRAY<BIGNUMERIC>": "BLOB[]", "STRUCT<g GEOGRAPHY>": `STRUCT("g" VARCHAR)`} {
		if got, err := ColumnType(plan.Column{Name: "c", Type: typ}); got != want || err != nil {
			t.Errorf("%s: %q, %v", typ, got, err)
		}
	}
	if got, err := ColumnType(plan.Column{Name: "c", Type: "INT65"}); err == nil {
		t.Errorf("INT65: %q", got)
	}
}
