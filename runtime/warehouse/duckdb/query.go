package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// Query makes a table or view from SQL: the work of a query task.
func (w *Warehouse) Query(ctx context.Context, a task.Attempt) (task.Result, error) {
	spec := a.Task.Query
	table := Table(a.Plan, spec.Table)
	if table == nil {
		return task.Result{}, task.Fail("the plan has no table %q", spec.Table)
	}
	args, err := Arguments(a, spec.Parameters)
	if err != nil {
		return task.Result{}, err
	}
	target, err := newTarget(a.Plan, table)
	if err != nil {
		return task.Result{}, task.Fail("table %s: %w", table.Name, err)
	}
	source := target.Project(spec.SQL)
	return w.Commit(ctx, a, func(ctx context.Context, tx *Tx) (task.Result, error) {
		switch {
		case spec.Materialization == "view":
			return task.Result{}, target.makeView(ctx, tx, spec)
		case spec.Materialization == "table":
			return target.replaceAll(ctx, tx, a, source, args)
		case spec.Materialization == "incremental":
			return target.add(ctx, tx, a, spec, source, args)
		}
		return task.Result{}, task.Fail("table %s: materialization %q is unknown", table.Name, spec.Materialization)
	})
}

// Target is a table of the plan as DuckDB sees it.
type Target struct {
	Table   *plan.Table
	Name    string   // quoted, with its schema
	Columns []string // quoted, in declared order
	Types   []string // DuckDB's, in the same order
}

// NewTarget resolves a table of a plan.
func NewTarget(p *plan.Plan, table string) (*Target, error) {
	t := Table(p, table)
	if t == nil {
		return nil, task.Fail("the plan has no table %q", table)
	}
	target, err := newTarget(p, t)
	if err != nil {
		return nil, task.Fail("table %s: %w", table, err)
	}
	return target, nil
}

// Shape is a target that is no table: only the columns of a result.
func Shape(columns []plan.Column) (*Target, error) {
	return newTarget(&plan.Plan{}, &plan.Table{Columns: columns})
}

func newTarget(p *plan.Plan, t *plan.Table) (*Target, error) {
	t = withLoadColumn(p, t)
	if len(t.Columns) == 0 {
		return nil, fmt.Errorf("it has no columns")
	}
	target := &Target{Table: t, Name: Name(p, t.Name)}
	for _, c := range t.Columns {
		duckType, err := ColumnType(c)
		if err != nil {
			return nil, err
		}
		target.Columns = append(target.Columns, Quote(c.Name))
		target.Types = append(target.Types, duckType)
	}
	return target, nil
}

// LoadColumn is the column that a transfer fills with the business day, with its
// GoogleSQL type; "" where there is none.
func LoadColumn(spec *plan.TransferSpec) (name, kind string) {
	switch {
	case strings.HasSuffix(spec.Table, "*"):
		return "_TABLE_SUFFIX", "STRING"
	case spec.Mode == "partition" || spec.Mode == "external":
		return spec.Partition, "DATE"
	}
	return "", ""
}

// withLoadColumn is a table with the column that its transfer fills, also where the
// table's own columns do not list it.
func withLoadColumn(p *plan.Plan, t *plan.Table) *plan.Table {
	if t.Kind != "source" && t.Kind != "external" {
		return t
	}
	for i := range p.Tasks {
		spec := p.Tasks[i].Transfer
		if spec == nil || spec.Table != t.Name {
			continue
		}
		name, kind := LoadColumn(spec)
		if name == "" || slices.ContainsFunc(t.Columns, func(c plan.Column) bool { return strings.EqualFold(c.Name, name) }) {
			return t
		}
		with := *t
		with.Columns = append(slices.Clone(t.Columns), plan.Column{Name: name, Type: kind})
		return &with
	}
	return t
}

// Project gives a query the declared columns, in their order and with their types.
// An array that is NULL is stored as an empty one, as BigQuery stores it.
func (t *Target) Project(query string) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		value := "q." + c
		if strings.HasSuffix(t.Types[i], "[]") {
			value = "coalesce(" + value + ", [])"
		}
		columns[i] = fmt.Sprintf("CAST(%s AS %s) AS %s", value, t.Types[i], c)
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM (\n" + strings.TrimRight(query, "; \t\r\n") + "\n) AS q"
}

// Create is the statement that makes the table, empty; replace drops what is there.
func (t *Target) Create(replace bool) string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c + " " + t.Types[i]
		if t.Table.Columns[i].Required {
			columns[i] += " NOT NULL"
		}
	}
	verb := "CREATE TABLE IF NOT EXISTS "
	if replace {
		verb = "CREATE OR REPLACE TABLE "
	}
	return verb + t.Name + " (" + strings.Join(columns, ", ") + ")"
}

// Insert is the statement's head that adds rows by name.
func (t *Target) Insert() string {
	return "INSERT INTO " + t.Name + " (" + strings.Join(t.Columns, ", ") + ") "
}

func (t *Target) makeView(ctx context.Context, tx *Tx, spec *plan.QuerySpec) error {
	if len(spec.Parameters) > 0 {
		return task.Fail("view %s uses parameter @%s: a view is read on any day and cannot have one", t.Table.Name, spec.Parameters[0])
	}
	_, err := tx.Exec(ctx, "CREATE OR REPLACE VIEW "+t.Name+" AS "+t.Project(spec.SQL))
	return err
}

// replaceAll makes the table anew. The rows are computed before the old table goes,
// so that a query may read what the table held.
func (t *Target) replaceAll(ctx context.Context, tx *Tx, a task.Attempt, source string, args []any) (task.Result, error) {
	readsItself := false
	for _, read := range t.Table.Reads {
		readsItself = readsItself || read == t.Table.Name
	}
	if readsItself {
		if err := tx.stage(ctx, source, args); err != nil {
			return task.Result{}, err
		}
		source, args = "SELECT * FROM "+stage, nil
	}
	if _, err := tx.Exec(ctx, t.Create(true)); err != nil {
		return task.Result{}, err
	}
	rows, err := tx.Exec(ctx, t.Insert()+source, args...)
	if err != nil {
		return task.Result{}, err
	}
	if err := t.Retire(ctx, tx, a); err != nil {
		return task.Result{}, err
	}
	return task.Result{RowsOut: rows}, tx.dropStage(ctx)
}

// add puts the query's rows into the table by the strategy.
func (t *Target) add(ctx context.Context, tx *Tx, a task.Attempt, spec *plan.QuerySpec, source string, args []any) (task.Result, error) {
	if _, err := tx.Exec(ctx, t.Create(false)); err != nil {
		return task.Result{}, err
	}
	if err := tx.stage(ctx, source, args); err != nil {
		return task.Result{}, err
	}
	switch spec.Strategy {
	case "append":
	case "replace_partition":
		if err := t.deletePartitions(ctx, tx); err != nil {
			return task.Result{}, err
		}
	case "merge":
		if err := t.deleteKeys(ctx, tx, spec.Key); err != nil {
			return task.Result{}, err
		}
	default:
		return task.Result{}, task.Fail("table %s: incremental strategy %q is unknown", t.Table.Name, spec.Strategy)
	}
	rows, err := tx.Exec(ctx, t.Insert()+"SELECT * FROM "+stage)
	if err != nil {
		return task.Result{}, err
	}
	if err := t.Retire(ctx, tx, a); err != nil {
		return task.Result{}, err
	}
	return task.Result{RowsOut: rows}, tx.dropStage(ctx)
}

// deletePartitions removes the partitions that the staged rows belong to.
func (t *Target) deletePartitions(ctx context.Context, tx *Tx) error {
	if t.Table.Partition == "" {
		return task.Fail("table %s replaces partitions but is not partitioned", t.Table.Name)
	}
	part := t.partitionOf(Quote(t.Table.Partition))
	_, err := tx.Exec(ctx, fmt.Sprintf(
		"DELETE FROM %s WHERE coalesce(CAST(%s AS VARCHAR), '') IN (SELECT DISTINCT coalesce(CAST(%s AS VARCHAR), '') FROM %s)",
		t.Name, part, part, stage))
	return err
}

// partitionOf is the partition that a row's column value falls into.
func (t *Target) partitionOf(column string) string {
	switch t.Table.PartitionBy {
	case "hour", "day", "month", "year":
		for i, c := range t.Table.Columns {
			if strings.EqualFold(c.Name, t.Table.Partition) {
				switch t.Types[i] {
				case "DATE", "TIMESTAMP", "TIMESTAMPTZ":
					return "date_trunc('" + t.Table.PartitionBy + "', " + column + ")"
				}
			}
		}
	}
	return column
}

// deleteKeys removes the rows that the staged ones replace. A key that comes twice
// would leave it to chance which row stays, so it is an error, as in BigQuery's MERGE.
func (t *Target) deleteKeys(ctx context.Context, tx *Tx, key []string) error {
	if len(key) == 0 {
		return task.Fail("table %s merges but has no key", t.Table.Name)
	}
	columns := quoteAll(key)
	list := strings.Join(columns, ", ")
	var twice int64
	if err := tx.Get(ctx, []any{&twice}, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY %s HAVING count(*) > 1)", stage, list)); err != nil {
		return err
	}
	if twice > 0 {
		return task.Fail("table %s: the query gives %d keys (%s) more than once: a merge needs one row a key", t.Table.Name, twice, strings.Join(key, ", "))
	}
	_, err := tx.Exec(ctx, fmt.Sprintf("DELETE FROM %s AS t USING %s AS s WHERE %s", t.Name, stage, sameKey("t", "s", columns)))
	return err
}

// sameKey compares keys of two relations; NULL is equal to NULL.
func sameKey(left, right string, quoted []string) string {
	parts := make([]string, len(quoted))
	for i, c := range quoted {
		parts[i] = fmt.Sprintf("%s.%s IS NOT DISTINCT FROM %s.%s", left, c, right, c)
	}
	return strings.Join(parts, " AND ")
}

func quoteAll(names []string) []string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Quote(name)
	}
	return quoted
}

// stage is the temporary table that rows wait in before they join a table. Every
// connection has its own, and a rolled back transaction takes it along.
const stage = `temp.main."sluice stage"`

func (t *Tx) stage(ctx context.Context, query string, args []any) error {
	_, err := t.Exec(ctx, "CREATE OR REPLACE TEMP TABLE "+stage+" AS "+query, args...)
	return err
}

func (t *Tx) dropStage(ctx context.Context) error {
	_, err := t.Exec(ctx, "DROP TABLE IF EXISTS "+stage)
	return err
}

// Retire deletes partitions that are older than the table keeps them, counted back
// from the business day. Without partitions nothing expires here: the table is made
// anew each day, or keeps what was added.
func (t *Target) Retire(ctx context.Context, tx *Tx, a task.Attempt) error {
	if t.Table.RetentionSec <= 0 || t.Table.Partition == "" {
		return nil
	}
	limit := fmt.Sprintf("(CAST(%s AS DATE) - INTERVAL %d SECOND)", Literal(a.Date), t.Table.RetentionSec)
	for i, c := range t.Table.Columns {
		if !strings.EqualFold(c.Name, t.Table.Partition) {
			continue
		}
		switch t.Types[i] {
		case "DATE", "TIMESTAMP":
		case "TIMESTAMPTZ":
			limit = "CAST(" + limit + " AS TIMESTAMPTZ)"
		case "VARCHAR": // _TABLE_SUFFIX of a wildcard family
			limit = "strftime(" + limit + ", '%Y%m%d')"
		default:
			return nil
		}
		_, err := tx.Exec(ctx, "DELETE FROM "+t.Name+" WHERE "+t.Columns[i]+" < "+limit)
		return err
	}
	return nil
}
