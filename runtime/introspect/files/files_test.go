package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/runtime/introspect"
	"sluice/runtime/warehouse/duckdb"
)

func describe(s introspect.Schema) string {
	var b strings.Builder
	for _, t := range s.Tables {
		fmt.Fprintf(&b, "%s %s %s %q\n", t.From, t.Format, t.Compression, t.Notes)
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %s %s%s\n", c.Name, c.TypeText(), c.Note)
		}
	}
	return b.String()
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/orders/2026-01-14/a.csv", []byte("old\n1\n"))
	write(t, dir+"/orders/2026-01-15/a.csv", []byte("id,amount,day,at,zoned,ok,code,empty\n1,2.50,2026-01-15,2026-01-15 10:00:00,2026-01-15T10:00:00Z,true,007,\n"))
	write(t, dir+"/orders/2026-01-15/b.csv", []byte("id,amount,day,at,zoned,ok,code,empty,later\n2,3,2026-01-15,2026-01-15 10:00:00,2026-01-15T10:00:00+09:00,false,x,,1\n"))
	write(t, dir+"/orders/2026-01-15/_SUCCESS", nil)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"id":1,"at":"2026-01-15T10:00:00Z","user":{"email":"a@b","name":"x"},"tags":["a"],"items":[{"sku":"a","qty":2}],"mixed":1,"first name":1}` + "\n" + `{"id":2,"mixed":"x","nothing":null}` + "\n"))
	_ = z.Close()
	write(t, dir+"/visits/2026-01-15/a.jsonl.gz", packed.Bytes())
	write(t, dir+"/visits/notes.txt", nil)
	write(t, dir+"/nothing/2026-01-15/readme.txt", nil)
	write(t, dir+"/file.csv", []byte("a\n"))
	if err := os.MkdirAll(dir+"/facts/2026-01-15", 0o755); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	w, err := duckdb.Open(ctx, duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	err = w.Read(ctx, func([]string, []any) error { return nil }, `COPY (SELECT 1::SMALLINT AS id, 1.5::DECIMAL(10,2) AS amount, 1.5::DECIMAL(38,20) AS big, now() AS at, {'a': 1, 'it''s "b"': ['x']} AS s, [{'c': DATE '2026-01-15'}] AS l,
		MAP {'a': 1} AS m, [[1]] AS ll, 'x'::BLOB AS raw, uuid() AS u, 1::HUGEINT AS h, TIME '10:00:00' AS t) TO `+duckdb.Literal(dir+"/facts/2026-01-15/a.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(ctx, dir, introspect.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/want.txt")
	if got := describe(s); got != string(want) {
		if os.Getenv("SLUICE_UPDATE") == "1" {
			if err := os.WriteFile("testdata/want.txt", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Errorf("%v\n%s", err, got)
		}
	}

	write(t, dir+"/mixed/2026-01-15/a.csv", []byte("a\n1\n"))
	write(t, dir+"/mixed/2026-01-15/b.jsonl", []byte("{}\n"))
	if _, err := Read(ctx, dir, introspect.Selection{Include: []string{"mixed"}}); err == nil || !strings.Contains(err.Error(), "b.jsonl is no csv") {
		t.Error(err)
	}
	if _, err := Read(ctx, dir+"/nowhere", introspect.Selection{}); err == nil {
		t.Error("a folder that is not there was read")
	}
}

func FuzzColumn(f *testing.F) {
	f.Add(`STRUCT(a BIGINT, "it's" STRUCT(b DECIMAL(10,2))[])[]`)
	f.Add("MAP(VARCHAR, STRUCT(a INTEGER))[][]")
	f.Fuzz(func(t *testing.T, native string) {
		if c, err := column("c", native); err == nil && c.TypeText() == "" {
			t.Errorf("%q has no type", native)
		}
	})
}
