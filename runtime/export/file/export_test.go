package file

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

type bench struct {
	t      *testing.T
	root   string
	export *Export
	task   plan.Task
}

func newBench(t *testing.T, spec plan.ExportSpec) *bench {
	t.Helper()
	root := t.TempDir()
	w, err := duckdb.Open(t.Context(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	spec.Kind = "files"
	spec.Destination = map[string]string{"root": "deliver"}
	return &bench{t: t, root: root, export: &Export{Warehouse: w, Root: root}, task: plan.Task{ID: "export.x", Node: "export.x", Kind: plan.Export, Export: &spec}}
}

func (b *bench) attempt(key string) task.Attempt {
	return task.Attempt{Plan: &plan.Plan{}, Task: &b.task, Date: "2026-01-15", Number: 1, Key: key, Start: time.Unix(0, 0), End: time.Unix(0, 0)}
}

func (b *bench) run(key string) task.Result {
	b.t.Helper()
	result, err := b.export.Run(b.t.Context(), b.attempt(key))
	if err != nil {
		b.t.Fatal(err)
	}
	return result
}

// read gives a delivered file's content, unpacked.
func (b *bench) read(name string) string {
	b.t.Helper()
	f, err := os.Open(filepath.Join(b.root, "deliver", name))
	if err != nil {
		b.t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	switch filepath.Ext(name) {
	case ".gz":
		in, err = gzip.NewReader(f)
	case ".zst":
		in, err = zstd.NewReader(f)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	content, err := io.ReadAll(in)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(content)
}

func (b *bench) files() string {
	b.t.Helper()
	var names []string
	filepath.WalkDir(filepath.Join(b.root, "deliver"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, filepath.Base(path))
		}
		return nil
	})
	return strings.Join(names, " ")
}

var every = []plan.Column{
	{Name: "id", Type: "INT64"}, {Name: "text", Type: "STRING"}, {Name: "f", Type: "FLOAT64"}, {Name: "n", Type: "NUMERIC"}, {Name: "ok", Type: "BOOL"}, {Name: "d", Type: "DATE"},
	{Name: "at", Type: "TIMESTAMP"}, {Name: "dt", Type: "DATETIME"}, {Name: "raw", Type: "BYTES"}, {Name: "doc", Type: "JSON"}, {Name: "l", Type: "ARRAY<STRUCT<a INT64>>"},
}

const everySQL = `SELECT 1 AS id, '=1+1, "日本" 🎉' AS text, 1.0::DOUBLE AS f, 12345678901234567890.5::DECIMAL(38,9) AS n, true AS ok, $run_date AS d,
	TIMESTAMPTZ '2026-01-15 09:00:00.5+09' AS at, TIMESTAMP '2026-01-15 01:02:03' AS dt, 'hi'::BLOB AS raw, '{"k":[1]}'::JSON AS doc, [{'a': 7}] AS l
	UNION ALL SELECT 100, E'two\nlines', NULL, 100, NULL, NULL, NULL, NULL, NULL, NULL, NULL ORDER BY id DESC`

func TestFormats(t *testing.T) {
	const csv = "id,text,f,n,ok,d,at,dt,raw,doc,l\r\n" +
		"100,\"two\nlines\",,100,,,,,,,[]\r\n" +
		`1,"=1+1, ""日本"" 🎉",1.0,12345678901234567890.5,true,2026-01-15,2026-01-15 00:00:00.5 UTC,2026-01-15T01:02:03,aGk=,"{""k"":[1]}","[{""a"":7}]"` + "\r\n"
	const jsonl = `{"id":100,"text":"two\nlines","f":null,"n":"100","ok":null,"d":null,"at":null,"dt":null,"raw":null,"doc":null,"l":[]}
{"id":1,"text":"=1+1, \"日本\" 🎉","f":1.0,"n":"12345678901234567890.5","ok":true,"d":"2026-01-15","at":"2026-01-15 00:00:00.5 UTC","dt":"2026-01-15T01:02:03","raw":"aGk=","doc":{"k":[1]},"l":[{"a":7}]}
`
	for _, compression := range []string{"none", "gzip", "zstd"} {
		for format, want := range map[string]string{"csv": csv, "jsonl": jsonl} {
			t.Run(format+" "+compression, func(t *testing.T) {
				suffix := map[string]string{"none": "", "gzip": ".gz", "zstd": ".zst"}[compression]
				b := newBench(t, plan.ExportSpec{SQL: everySQL, Parameters: []string{"run_date"}, Columns: every, Path: "kpi/day={date}/x." + format + suffix, Format: format, Compression: compression})
				result := b.run("k")
				name := "kpi/day=2026-01-15/x." + format + suffix
				if got := b.read(name); got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
				info, err := os.Stat(filepath.Join(b.root, "deliver", name))
				if err != nil {
					t.Fatal(err)
				}
				if wantMessage := fmt.Sprintf("deliver/%s: 2 rows, %d bytes", name, info.Size()); result.Message != wantMessage || result.RowsOut != 2 || result.Bytes != info.Size() {
					t.Errorf("result %+v, want message %q", result, wantMessage)
				}
			})
		}
		t.Run("parquet "+compression, func(t *testing.T) {
			b := newBench(t, plan.ExportSpec{SQL: everySQL, Parameters: []string{"run_date"}, Columns: every, Path: "x.parquet", Format: "parquet", Compression: compression})
			b.run("k")
			var got []string
			err := b.export.Warehouse.Read(t.Context(), func(_ []string, v []any) error { got = append(got, fmt.Sprint(v...)); return nil },
				fmt.Sprintf("SELECT id::VARCHAR || text || n::VARCHAR || \"at\"::VARCHAR || l::VARCHAR FROM read_parquet('%s') WHERE id = 1", filepath.Join(b.root, "deliver/x.parquet")))
			if err != nil || strings.Join(got, "") != `1=1+1, "日本" 🎉12345678901234567890.5000000002026-01-15 00:00:00.5+00[{'a': 7}]` {
				t.Errorf("%v %v", got, err)
			}
		})
	}
}

func TestOncePerKey(t *testing.T) {
	b := newBench(t, plan.ExportSpec{SQL: "SELECT 1 AS id", Columns: every[:1], Path: "{date}.csv", Format: "csv"})
	first := b.run("k")
	b.task.Export.SQL = "SELECT 2 AS id"
	if again := b.run("k"); again != first {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if got := b.read("2026-01-15.csv"); got != "id\r\n1\r\n" {
		t.Errorf("file is %q", got)
	}
	b.run("k2")
	if got := b.read("2026-01-15.csv"); got != "id\r\n2\r\n" {
		t.Errorf("file is %q", got)
	}
	if got := b.files(); got != "2026-01-15.csv" {
		t.Errorf("files: %s", got)
	}
}

func TestFailureLeavesTheOldFile(t *testing.T) {
	b := newBench(t, plan.ExportSpec{SQL: "SELECT 1 AS id", Columns: every[:1], Path: "{date}.csv", Format: "csv"})
	b.run("k")
	b.task.Export.SQL = "SELECT CASE WHEN i = 999999 THEN error('late')::BIGINT ELSE i END AS id FROM range(1000000) t(i)"
	if _, err := b.export.Run(t.Context(), b.attempt("k2")); task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), "late") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	b.task.Export.SQL = "SELECT i AS id FROM range(2000000000) t(i)"
	if _, err := b.export.Run(ctx, b.attempt("k3")); task.ClassOf(err) != task.Retryable {
		t.Errorf("got %v", err)
	}
	if got := b.read("2026-01-15.csv"); got != "id\r\n1\r\n" || b.files() != "2026-01-15.csv" {
		t.Errorf("file is %q; files: %s", got, b.files())
	}
}

func TestPathsStayInside(t *testing.T) {
	for _, path := range []string{"../x.csv", "/etc/x.csv", "", "a/../../x.csv", "link/x.csv"} {
		b := newBench(t, plan.ExportSpec{SQL: "SELECT 1 AS id", Columns: every[:1], Path: path, Format: "csv"})
		os.MkdirAll(filepath.Join(b.root, "deliver"), 0o755)
		outside := t.TempDir()
		if err := os.Symlink(outside, filepath.Join(b.root, "deliver/link")); err != nil {
			t.Skip(err)
		}
		if _, err := b.export.Run(t.Context(), b.attempt("k")); err == nil || task.ClassOf(err) != task.Permanent {
			t.Errorf("%q: %v", path, err)
		}
		if entries, _ := os.ReadDir(outside); len(entries) > 0 {
			t.Errorf("%q wrote outside: %v", path, entries)
		}
	}
}

func TestWrongSpecs(t *testing.T) {
	tests := []struct {
		spec plan.ExportSpec
		want string
	}{
		{plan.ExportSpec{SQL: "SELECT 1 AS id", Columns: every[:1], Path: "x", Format: "xml"}, `no format "xml"`},
		{plan.ExportSpec{SQL: "SELECT 1 AS id", Path: "x"}, "it has no columns"},
		{plan.ExportSpec{SQL: "SELECT 1 AS other", Columns: every[:1], Path: "x"}, `"id"`},
		{plan.ExportSpec{SQL: "SELECT 1 AS id", Parameters: []string{"limit"}, Columns: every[:1], Path: "x"}, "parameter @limit has no value"},
	}
	for _, test := range tests {
		b := newBench(t, test.spec)
		if _, err := b.export.Run(t.Context(), b.attempt("k")); err == nil || task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %q, got %v", test.want, err)
		}
	}
}
