// Package file writes what an export delivers into files, where the environment says
// so: CSV (RFC 4180), JSON lines or Parquet, in a folder of the export.
package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// Export writes files from a warehouse.
type Export struct {
	Warehouse *duckdb.Warehouse
	Root      string // the platform's folder; a destination's own root is relative to it
}

// defaultRoot is the folder of exports where the destination names none.
const defaultRoot = "out"

// Run writes the export's rows of the business day. The file appears whole or not at
// all; written again for the same day it is replaced. Once a key has been committed
// nothing is written for it any more.
func (e *Export) Run(ctx context.Context, a task.Attempt) (task.Result, error) {
	spec := a.Task.Export
	shape, err := duckdb.Shape(spec.Columns)
	if err != nil {
		return task.Result{}, task.Fail("%s: %w", a.Task.Node, err)
	}
	args, err := duckdb.Arguments(a, spec.Parameters)
	if err != nil {
		return task.Result{}, err
	}
	query, err := render(shape, spec.Format, shape.Project(spec.SQL))
	if err != nil {
		return task.Result{}, err
	}
	options, err := copyOptions(spec)
	if err != nil {
		return task.Result{}, err
	}
	out, err := e.place(spec, a)
	if err != nil {
		return task.Result{}, err
	}
	defer out.close()
	return e.Warehouse.Commit(ctx, a, func(ctx context.Context, tx *duckdb.Tx) (task.Result, error) {
		if _, err := tx.Exec(ctx, "CREATE OR REPLACE TEMP TABLE "+stage+" AS "+query, args...); err != nil {
			return task.Result{}, err
		}
		rows, err := tx.Exec(ctx, fmt.Sprintf("COPY (SELECT * FROM %s) TO %s (%s)", stage, duckdb.Literal(out.temporary()), options))
		if err != nil {
			return task.Result{}, err
		}
		if _, err := tx.Exec(ctx, "DROP TABLE "+stage); err != nil {
			return task.Result{}, err
		}
		// The file takes its place before the books say so: a crash in between has the
		// next attempt write the same file again.
		bytes, err := out.publish(ctx)
		if err != nil {
			return task.Result{}, err
		}
		return task.Result{RowsIn: rows, RowsOut: rows, Bytes: bytes, Message: fmt.Sprintf("%s: %d rows, %d bytes", out.shown, rows, bytes)}, nil
	})
}

// stage holds the rows between query and file: COPY takes no parameters.
const stage = `temp.main."sluice export"`

func copyOptions(spec *plan.ExportSpec) (string, error) {
	compression := spec.Compression
	if compression == "" {
		compression = "none"
	}
	switch spec.Format {
	case "csv", "":
		return fmt.Sprintf(`FORMAT csv, HEADER, NEW_LINE '\r\n', COMPRESSION '%s'`, compression), nil
	case "jsonl":
		return fmt.Sprintf("FORMAT json, COMPRESSION '%s'", compression), nil
	case "parquet":
		if compression == "none" {
			compression = "uncompressed"
		}
		return fmt.Sprintf("FORMAT parquet, COMPRESSION '%s'", compression), nil
	}
	return "", task.Fail("exports have no format %q: use csv, jsonl or parquet", spec.Format)
}

// render gives each value the form it has in BigQuery's own exports. Parquet keeps
// the types.
func render(shape *duckdb.Target, format, query string) (string, error) {
	for _, c := range shape.Table.Columns {
		if strings.Contains(c.Type, "BIGNUMERIC") || strings.Contains(c.Type, "GEOGRAPHY") {
			return "", task.Fail("column %q: %s has no form in files; cast it to STRING, or use ST_ASTEXT", c.Name, c.Type)
		}
	}
	if format == "parquet" {
		return query, nil
	}
	columns := make([]string, len(shape.Columns))
	for i, c := range shape.Columns {
		t, err := duckdb.ParseType(shape.Table.Columns[i].Type)
		if err != nil {
			return "", task.Fail("column %q: %w", shape.Table.Columns[i].Name, err)
		}
		columns[i] = renderValue("e."+c, t, format) + " AS " + c
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM (" + query + ") AS e", nil
}

func renderValue(v string, t duckdb.Type, format string) string {
	switch t.Kind {
	case "TIMESTAMP":
		return fmt.Sprintf(`replace(CAST(%s AS VARCHAR), '+00', ' UTC')`, v)
	case "DATETIME":
		return fmt.Sprintf(`replace(CAST(%s AS VARCHAR), ' ', 'T')`, v)
	case "NUMERIC":
		// Text, because a JSON number is a double to most readers.
		return fmt.Sprintf(`regexp_replace(CAST(%s AS VARCHAR), '\.?0+$', '')`, v)
	case "BYTES":
		return fmt.Sprintf("to_base64(%s)", v)
	case "DATE", "TIME", "INTERVAL":
		return fmt.Sprintf("CAST(%s AS VARCHAR)", v)
	case "ARRAY", "STRUCT":
		if format != "jsonl" {
			return fmt.Sprintf("CAST(to_json(%s) AS VARCHAR)", v)
		}
	}
	return v
}

// output is a file on its way into the export folder. Everything happens through an
// os.Root, so that neither the path nor a symbolic link leads out of it.
type output struct {
	root  *os.Root
	path  string // inside root
	temp  string // inside root
	shown string // for people, relative to the platform's folder where it can be
}

func (e *Export) place(spec *plan.ExportSpec, a task.Attempt) (*output, error) {
	root := spec.Destination["root"]
	if root == "" {
		root = defaultRoot
	}
	path := filepath.FromSlash(strings.ReplaceAll(spec.Path, "{date}", a.Date))
	if !filepath.IsLocal(path) || filepath.Clean(path) == "." {
		return nil, task.Fail("%s: path %q does not stay inside %s", a.Task.Node, spec.Path, root)
	}
	shown := filepath.ToSlash(filepath.Join(root, path))
	if !filepath.IsAbs(root) {
		root = filepath.Join(e.Root, root)
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, task.Retry("export folder: %w", err)
	}
	opened, err := os.OpenRoot(root)
	if err != nil {
		return nil, task.Retry("export folder: %w", err)
	}
	// The name is the key's alone: what a crashed attempt left is written over.
	key := sha256.Sum256([]byte(a.Key))
	return &output{root: opened, path: path, temp: ".sluice-" + hex.EncodeToString(key[:8]) + ".tmp", shown: shown}, nil
}

func (o *output) temporary() string { return filepath.Join(o.root.Name(), o.temp) }

// close removes what was not published; where that fails the next attempt writes
// over it.
func (o *output) close() {
	_ = o.root.Remove(o.temp)
	_ = o.root.Close()
}

// publish makes the written file durable and puts it in its place.
func (o *output) publish(ctx context.Context) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	f, err := o.root.OpenFile(o.temp, os.O_RDWR, 0)
	if err != nil {
		return 0, task.Retry("export file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return 0, task.Retry("export file: %w", err)
	}
	if err := o.root.MkdirAll(filepath.Dir(o.path), 0o755); err != nil {
		return 0, o.failed(err)
	}
	if err := o.root.Rename(o.temp, o.path); err != nil {
		return 0, o.failed(err)
	}
	return info.Size(), nil
}

// failed says whether another attempt could help: not where the path leads out.
func (o *output) failed(err error) error {
	if strings.Contains(err.Error(), "escapes") {
		return task.Fail("export file %s leads outside the export folder: %w", o.shown, err)
	}
	return task.Retry("export file %s: %w", o.shown, err)
}
