// Package file brings files of a folder by day into the embedded warehouse:
// <root>/<source>/<table>/<YYYY-MM-DD>/*.{csv,jsonl,parquet}, also .gz and .zst.
//
// DuckDB's own readers do the reading, on all cores; what this package adds is
// GoogleSQL's view of the values, the rows that cannot be read, masks, and the ways
// in which new rows join the table.
package file

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// Transfer reads files into a warehouse.
type Transfer struct {
	Warehouse *duckdb.Warehouse
	Root      string // the platform's folder; a source's own root is relative to it
}

// defaultRoot is the data folder where the source names none.
const defaultRoot = "data"

// Run brings one source table's rows of the business day. It is NotReady while there
// are no files. A row that cannot be read is put in the books; more of them than the
// table allows fail the transfer, and nothing is changed.
func (t *Transfer) Run(ctx context.Context, a task.Attempt) (task.Result, error) {
	spec := a.Task.Transfer
	if result, ok, err := t.Warehouse.Committed(ctx, a.Key); ok || err != nil {
		return result, err
	}
	target, err := duckdb.NewTarget(a.Plan, spec.Table)
	if err != nil {
		return task.Result{}, err
	}
	columns, err := columnsOf(target, spec)
	if err != nil {
		return task.Result{}, err
	}
	root := spec.Connection["root"]
	if root == "" {
		root = defaultRoot
	}
	if !filepath.IsAbs(root) {
		root = filepath.Join(t.Root, root)
	}
	found, err := findFolder(root, spec, a.Date)
	if err != nil {
		return task.Result{}, err
	}
	for _, f := range found.files {
		if err := checkIntact(ctx, f); err != nil {
			return task.Result{}, err
		}
	}
	loadColumn, _ := duckdb.LoadColumn(spec)
	l := &loader{a: a, loadColumn: loadColumn, spec: spec, target: target, columns: columns, folder: found}
	result, err := t.Warehouse.Commit(ctx, a, l.load)
	if err != nil && len(l.rejects) > 0 && ctx.Err() == nil {
		// The data was rolled back; why is kept.
		if kept := t.Warehouse.Reject(ctx, a, l.rejects); kept != nil {
			return result, fmt.Errorf("%w (and the rejected rows could not be kept: %v)", err, kept)
		}
	}
	return result, err
}

// loader does one attempt.
type loader struct {
	a       task.Attempt
	spec    *plan.TransferSpec
	target  *duckdb.Target
	columns []column
	folder  folder
	// loadColumn is filled with the business day; "" where there is none.
	loadColumn string

	rejects []duckdb.Reject // the first keptRejects
	badRows int64
	rows    int64 // read, bad ones included
}

// keptRejects bounds how many rejected rows an attempt keeps.
const keptRejects = 1000

// stage is where rows wait, readable and not, before they join the table.
const stage = `temp.main."sluice files"`

func (l *loader) load(ctx context.Context, tx *duckdb.Tx) (task.Result, error) {
	if err := l.makeStage(ctx, tx); err != nil {
		return task.Result{}, err
	}
	for i, f := range l.folder.files {
		if err := l.stageFile(ctx, tx, i, f); err != nil {
			return task.Result{}, inFile(f, err)
		}
	}
	if l.badRows > l.spec.MaxBadRows {
		return task.Result{}, l.tooManyBad()
	}
	rows, err := l.join(ctx, tx)
	if err != nil {
		return task.Result{}, err
	}
	if err := l.target.Retire(ctx, tx, l.a); err != nil {
		return task.Result{}, err
	}
	if err := tx.Reject(ctx, l.a, l.rejects); err != nil {
		return task.Result{}, err
	}
	_, err = tx.Exec(ctx, "DROP TABLE "+stage)
	return task.Result{RowsIn: l.rows, RowsOut: rows, Bytes: l.folder.bytes, BadRows: l.badRows, Message: l.message()}, err
}

// inFile adds the file's name to an error and keeps its class.
func inFile(f dayFile, err error) error {
	if strings.Contains(err.Error(), f.name) {
		return err
	}
	return fmt.Errorf("file %s: %w", f.name, err)
}

func (l *loader) message() string {
	message := fmt.Sprintf("%d files of %s", len(l.folder.files), l.folder.day)
	if len(l.folder.files) == 1 {
		message = l.folder.files[0].name
	}
	if l.badRows > 0 {
		message += fmt.Sprintf("; %d bad rows, the first: %s", l.badRows, l.firstRejects(1))
	}
	return message
}

func (l *loader) makeStage(ctx context.Context, tx *duckdb.Tx) error {
	columns := make([]string, len(l.columns))
	for i, c := range l.columns {
		columns[i] = c.quoted + " " + c.typ.DuckDB()
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE %s (%s, "sluice file" INTEGER, "sluice bad" BOOLEAN)`, stage, strings.Join(columns, ", ")))
	return err
}

// stageFile reads one file into the stage.
func (l *loader) stageFile(ctx context.Context, tx *duckdb.Tx, index int, f dayFile) error {
	if err := tx.DropRejects(ctx, rejectTable, scanTable); err != nil {
		return err
	}
	s, err := l.open(ctx, tx, f, false)
	if err != nil || s == nil {
		return err
	}
	inner, bad := l.values(s), l.conditions(s)
	masks := make([]string, len(l.columns))
	for i, c := range l.columns {
		if masks[i], err = masked(fmt.Sprintf("v%d", i), c.Mask, c.typ, c.Name); err != nil {
			return err
		}
	}
	rows, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s SELECT %s, %d, coalesce(%s, true) FROM (%s)",
		stage, strings.Join(masks, ", "), index, strings.Join(bad, " OR "), inner))
	if err != nil {
		return err
	}
	l.rows += rows
	lines, err := l.brokenLines(ctx, tx, f)
	if err != nil {
		return err
	}
	var badValues int64
	if err := tx.Get(ctx, []any{&badValues}, fmt.Sprintf(`SELECT count(*) FROM %s WHERE "sluice file" = %d AND "sluice bad"`, stage, index)); err != nil {
		return err
	}
	l.rows += int64(len(lines))
	l.badRows += badValues + int64(len(lines))
	if badValues > 0 {
		values, err := l.badValues(ctx, tx, f, lines)
		if err != nil {
			return err
		}
		lines = append(lines, values...)
	}
	slices.SortStableFunc(lines, func(a, b duckdb.Reject) int { return int(a.Line - b.Line) })
	l.rejects = append(l.rejects, lines[:min(len(lines), keptRejects-len(l.rejects))]...)
	return nil
}

// values is a source with each column's value v<i> beside its raw r<i>, and b<i>
// where the condition that it is bad cannot be told from those two.
func (l *loader) values(s *source) string {
	var b strings.Builder
	b.WriteString("SELECT line, broken")
	for i := range l.columns {
		fmt.Fprintf(&b, ", r%d, %s AS v%d", i, s.read[i], i)
		if s.bad[i] != "" {
			fmt.Fprintf(&b, ", %s AS b%d", s.bad[i], i)
		}
	}
	return b.String() + " FROM (" + s.query + ")"
}

// conditions are what makes a row bad, over the relation that values gives.
func (l *loader) conditions(s *source) []string {
	conditions := []string{"broken IS NOT NULL"}
	for i, c := range l.columns {
		conditions = append(conditions, badValue(s, i))
		if c.needed {
			conditions = append(conditions, fmt.Sprintf("v%d IS NULL", i))
		}
	}
	return conditions
}

// badValue is the condition that column i's raw value is none of its type.
func badValue(s *source, i int) string {
	if s.bad[i] != "" {
		return fmt.Sprintf("coalesce(b%d, false)", i)
	}
	return fmt.Sprintf("(r%d IS NOT NULL AND v%d IS NULL)", i, i)
}
