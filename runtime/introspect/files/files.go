// Package files learns the columns of CSV, JSON Lines and Parquet files by looking
// into them.
package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/runtime/introspect"
	"sluice/runtime/warehouse/duckdb"
)

// Read learns the tables in a folder that are wanted: <table>/<YYYY-MM-DD>/<file>, of
// which the newest day counts, as transfers read them. Columns keep the order of the
// files.
func Read(ctx context.Context, root string, want introspect.Selection) (introspect.Schema, error) {
	var s introspect.Schema
	entries, err := os.ReadDir(root)
	if err != nil {
		return s, err
	}
	w, err := duckdb.Open(ctx, duckdb.Options{})
	if err != nil {
		return s, err
	}
	defer w.Close()
	for _, e := range entries {
		if !e.IsDir() || hidden(e.Name()) || !want.Has(e.Name()) {
			continue
		}
		t, err := table(ctx, w, filepath.Join(root, e.Name()))
		if errors.Is(err, errNone) {
			continue
		}
		if err != nil {
			return s, fmt.Errorf("%s: %w", e.Name(), err)
		}
		t.From = e.Name()
		s.Tables = append(s.Tables, t)
	}
	s.Sort()
	return s, nil
}

var errNone = errors.New("no files")

func hidden(name string) bool { return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") }

// table reads a table's newest day.
func table(ctx context.Context, w *duckdb.Warehouse, dir string) (introspect.Table, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return introspect.Table{}, err
	}
	for _, e := range slices.Backward(entries) { // days sort as text
		if _, err := time.Parse(time.DateOnly, e.Name()); err != nil || !e.IsDir() {
			continue
		}
		t, err := day(ctx, w, filepath.Join(dir, e.Name()))
		if !errors.Is(err, errNone) {
			t.Notes = append(t.Notes, "columns and types as found in the files of "+e.Name())
			return t, err
		}
	}
	return introspect.Table{}, errNone
}

// readers are DuckDB's functions by format.
var readers = map[string]string{"csv": "read_csv", "jsonl": "read_ndjson", "parquet": "read_parquet"}

func day(ctx context.Context, w *duckdb.Warehouse, dir string) (introspect.Table, error) {
	var t introspect.Table
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || hidden(d.Name()) {
			return err
		}
		format, compression := kindOf(d.Name())
		switch {
		case format == "":
			return nil
		case t.Format == "":
			t.Format, t.Compression = format, compression
		case t.Format != format:
			return fmt.Errorf("%s is no %s as the files before it are", d.Name(), t.Format)
		}
		names = append(names, duckdb.Literal(name))
		return nil
	})
	if err != nil {
		return t, err
	}
	if len(names) == 0 {
		return t, errNone
	}
	options := ""
	if t.Format == "csv" {
		options = ", header = true"
	}
	from := readers[t.Format] + "([" + strings.Join(names, ", ") + "], union_by_name = true" + options
	err = w.Read(ctx, func(_ []string, v []any) error {
		c, err := column(v[0].(string), v[1].(string))
		if err != nil {
			return fmt.Errorf("column %s: %w", v[0], err)
		}
		t.Columns = append(t.Columns, c)
		return nil
	}, "DESCRIBE SELECT * FROM "+from+")")
	if err == nil && t.Format != "parquet" {
		err = zones(ctx, w, from, &t)
	}
	if err != nil {
		return t, errors.New(duckdb.Message(err))
	}
	return t, nil
}

// zones tells instants from wall clocks in files of text, where DuckDB takes both for
// the same: an instant ends in its zone.
func zones(ctx context.Context, w *duckdb.Warehouse, from string, t *introspect.Table) error {
	asText := ", all_varchar = true)"
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type != "DATETIME" {
			continue
		}
		if t.Format == "jsonl" {
			asText = ", columns = {" + duckdb.Literal(c.Name) + ": 'VARCHAR'})"
		}
		query := "SELECT coalesce(bool_and(regexp_matches(x, '([zZ]|[+-][0-9]{2}(:?[0-9]{2})?| UTC)$')), false) FROM (SELECT " + duckdb.Quote(c.Name) + " AS x FROM " + from + asText +
			" WHERE length(x) > 10 LIMIT 1000)"
		err := w.Read(ctx, func(_ []string, v []any) error {
			if v[0] == true {
				c.Type = "TIMESTAMP"
			}
			return nil
		}, query)
		if err != nil {
			return err
		}
	}
	return nil
}

// kindOf tells format and compression by a file's name.
func kindOf(name string) (format, compression string) {
	for suffix, kind := range map[string]string{".gz": "gzip", ".zst": "zstd"} {
		if stem, ok := strings.CutSuffix(name, suffix); ok {
			name, compression = stem, kind
		}
	}
	switch filepath.Ext(name) {
	case ".csv":
		return "csv", compression
	case ".jsonl", ".ndjson":
		return "jsonl", compression
	case ".parquet":
		return "parquet", compression
	}
	return "", ""
}
