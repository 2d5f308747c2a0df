package file

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// FuzzRows feeds anything as a day's file. Whatever it holds, the transfer either
// fails for good with the file's name, or accounts for every row: read, or rejected
// with a line that the file has.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"{\"id\":1,\"s\":\"x\"}\n{broken\n\n{\"id\":\"z\"}", "{\"id\":null}\r\n5\n[]\nnull\n\"\"", "{\"st\":[{\"n\":1},{\"n\":\"x\"}]}", "\xff\n{\"s\":\"\\ud800\"}\x01{}",
	} {
		f.Add("jsonl", seed)
	}
	for _, seed := range []string{"id,s,st\n1,x,\n2,\"a\nb\",\"[{\"\"n\"\":1}]\"\nz,y\n", "id,s,st\r\n,,\r\n1,2,3,4\r\n", "id,s,st\n1,\"open", "s,id,st,more\n\n\n,,,\n", "\ufeffid,s,st\n\xff,,"} {
		f.Add("csv", seed)
	}
	root := f.TempDir()
	w, err := duckdb.Open(f.Context(), duckdb.Options{Threads: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { w.Close() })
	transfer := &Transfer{Warehouse: w, Root: root}
	spec := &plan.TransferSpec{Source: "app", Kind: "files", Table: "app.t", Mode: "full", MaxBadRows: 1 << 30}
	p := &plan.Plan{
		Datasets: []plan.Dataset{{Name: "app", Physical: "app"}},
		Tables:   []plan.Table{{Name: "app.t", Kind: "source", Columns: []plan.Column{col("id", "INT64", "required"), col("s", "STRING"), col("st", "ARRAY<STRUCT<n INT64>>")}}},
		Tasks:    []plan.Task{{ID: "app.t", Kind: plan.Transfer, Transfer: spec}},
	}
	if _, err := w.Apply(f.Context(), p); err != nil {
		f.Fatal(err)
	}
	dir := filepath.Join(root, "data/app/t/2026-01-15")
	runs := 0
	f.Fuzz(func(t *testing.T, format, content string) {
		if format != "csv" && format != "jsonl" {
			t.Skip()
		}
		os.RemoveAll(dir)
		os.MkdirAll(dir, 0o755)
		if err := os.WriteFile(filepath.Join(dir, "a."+format), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		runs++
		a := task.Attempt{Plan: p, Task: &p.Tasks[0], Date: "2026-01-15", Number: 1, Key: fmt.Sprint(runs), Start: time.Unix(0, 0)}
		result, err := transfer.Run(t.Context(), a)
		if err != nil {
			if task.ClassOf(err) != task.Permanent || !strings.Contains(err.Error(), "a."+format) {
				t.Fatalf("%s %q: %v (%s)", format, content, err, task.ClassOf(err))
			}
			return
		}
		if result.RowsIn != result.RowsOut+result.BadRows {
			t.Fatalf("%s %q: %+v", format, content, result)
		}
		var rejects, outside int64
		lines := strings.Count(strings.ReplaceAll(content, "\r", "\n"), "\n") + 1
		err = w.Read(t.Context(), func(_ []string, v []any) error {
			rejects, outside = v[0].(int64), v[1].(int64)
			return nil
		}, `SELECT count(*), count(*) FILTER (line < 1 OR line > ?) FROM _sluice.rejects WHERE key = ?`, lines, a.Key)
		if err != nil || rejects != min(result.BadRows, keptRejects) || outside > 0 {
			t.Fatalf("%s %q: %d rejects, %d outside of %d lines, %+v, %v", format, content, rejects, outside, lines, result, err)
		}
	})
}
