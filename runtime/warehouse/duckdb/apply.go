package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// Change is one thing that Apply did, or left as it was on purpose.
type Change struct {
	Action string `json:"action"`           // create, alter, replace, retire, keep
	Kind   string `json:"kind"`             // schema, routine, table, view, column
	Name   string `json:"name"`             // core, core.member_status, core.member_status.plan
	Detail string `json:"detail,omitempty"` // what about it
}

// Apply makes the warehouse fit a plan: its schemas, routines, tables and views, in
// one transaction. Rows are never dropped: what the plan no longer has is kept, a
// table that cannot take its new form is set aside under another name, and both are
// reported. Applying the same plan again changes nothing.
func (w *Warehouse) Apply(ctx context.Context, p *plan.Plan) ([]Change, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, Classify(ctx, err)
	}
	defer conn.Close()
	m := &migration{plan: p}
	err = inTransaction(ctx, conn, func(tx *Tx) error {
		m.tx = tx
		return m.run(ctx)
	})
	if err != nil {
		return nil, Classify(ctx, err)
	}
	return m.changes, nil
}

// migration is one Apply under way.
type migration struct {
	plan    *plan.Plan
	tx      *Tx
	changes []Change

	relations map[string]relation // what is there, by schema.name in lower case
}

// relation is a table or view that is there.
type relation struct {
	schema, name, kind string // kind: table or view
	columns            []existingColumn
	definition         string // of a view
}

type existingColumn struct {
	name, kind string
	nullable   bool
}

func (m *migration) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{m.schemas, m.inspect, m.routines, m.tables, m.views, m.leftovers, m.record} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (m *migration) did(action, kind, name, detail string, args ...any) {
	m.changes = append(m.changes, Change{Action: action, Kind: kind, Name: name, Detail: fmt.Sprintf(detail, args...)})
}

func (m *migration) schemas(ctx context.Context) error {
	there := map[string]bool{}
	err := m.tx.Each(ctx, func(_ []string, v []any) error { there[v[0].(string)] = true; return nil },
		"SELECT lower(schema_name) FROM duckdb_schemas() WHERE database_name = current_database()")
	if err != nil {
		return err
	}
	for _, d := range m.plan.Datasets {
		if there[strings.ToLower(d.Physical)] {
			continue
		}
		if _, err := m.tx.Exec(ctx, "CREATE SCHEMA "+Quote(d.Physical)); err != nil {
			return fmt.Errorf("schema %s: %w", d.Physical, err)
		}
		there[strings.ToLower(d.Physical)] = true
		m.did("create", "schema", d.Physical, "")
	}
	return nil
}

// inspect learns what tables and views are there.
func (m *migration) inspect(ctx context.Context) error {
	m.relations = map[string]relation{}
	err := m.tx.Each(ctx, func(_ []string, v []any) error {
		r := relation{schema: v[0].(string), name: v[1].(string), kind: v[2].(string), definition: v[3].(string)}
		m.relations[relationKey(r.schema, r.name)] = r
		return nil
	}, `SELECT schema_name, table_name, 'table', '' FROM duckdb_tables() WHERE database_name = current_database()
		UNION ALL SELECT schema_name, view_name, 'view', sql FROM duckdb_views() WHERE database_name = current_database() AND NOT internal`)
	if err != nil {
		return err
	}
	return m.tx.Each(ctx, func(_ []string, v []any) error {
		key := relationKey(v[0].(string), v[1].(string))
		r := m.relations[key]
		r.columns = append(r.columns, existingColumn{name: v[2].(string), kind: v[3].(string), nullable: v[4].(bool)})
		m.relations[key] = r
		return nil
	}, `SELECT schema_name, table_name, column_name, data_type, is_nullable FROM duckdb_columns()
		WHERE database_name = current_database() AND NOT internal ORDER BY schema_name, table_name, column_index`)
}

func relationKey(schema, name string) string { return strings.ToLower(schema + "." + name) }

func (m *migration) routines(ctx context.Context) error {
	for _, r := range m.plan.Routines {
		if r.SQL == "" {
			continue // its body stands in the statements that call it
		}
		if _, err := m.tx.Exec(ctx, r.SQL); err != nil {
			return task.Fail("%s:%d: routine %s: %w", r.Origin.File, r.Origin.Line, r.Name, err)
		}
	}
	return nil
}

func (m *migration) tables(ctx context.Context) error {
	for i := range m.plan.Tables {
		t := &m.plan.Tables[i]
		if t.Kind == "view" {
			continue
		}
		target, err := newTarget(m.plan, t)
		if err == nil {
			err = m.table(ctx, target)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: table %s: %w", t.Origin.File, t.Origin.Line, t.Name, err)
		}
	}
	return nil
}

// table makes a table or brings the one that is there up to date.
func (m *migration) table(ctx context.Context, t *Target) error {
	schema, name := split(m.plan, t.Table.Name)
	there, ok := m.relations[relationKey(schema, name)]
	if ok && there.kind == "view" {
		// A view holds no rows: nothing is lost with it.
		if _, err := m.tx.Exec(ctx, "DROP VIEW "+t.Name); err != nil {
			return err
		}
		m.did("replace", "view", t.Table.Name, "is a table now")
		ok = false
	}
	if ok {
		return m.evolve(ctx, t, there)
	}
	if _, err := m.tx.Exec(ctx, t.Create(false)); err != nil {
		return err
	}
	m.did("create", "table", t.Table.Name, "%d columns", len(t.Columns))
	return nil
}

// evolve gives a table the columns that the plan declares. Columns that it no longer
// declares stay, without their constraint, so that rows need no value for them.
func (m *migration) evolve(ctx context.Context, t *Target, there relation) error {
	existing := map[string]existingColumn{}
	for _, c := range there.columns {
		existing[strings.ToLower(c.name)] = c
	}
	for i, c := range t.Table.Columns {
		old, ok := existing[strings.ToLower(c.Name)]
		delete(existing, strings.ToLower(c.Name))
		var err error
		switch {
		case !ok:
			err = m.addColumn(ctx, t, i)
		default:
			var same, retired bool
			if same, err = sameType(ctx, m.tx, old.kind, t.Types[i]); err == nil && !same {
				if retired, err = m.changeType(ctx, t, i, old, there); retired {
					return err
				}
			}
		}
		if err == nil && ok && old.nullable == c.Required {
			err = m.changeNull(ctx, t, i)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	for _, c := range there.columns { // in their order
		if _, left := existing[strings.ToLower(c.name)]; !left || t.Table.Kind == "table" {
			continue // a table that is made anew each day loses them by itself
		}
		if !c.nullable {
			if _, err := m.tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL", t.Name, Quote(c.name))); err != nil {
				return fmt.Errorf("column %s: %w", c.name, err)
			}
		}
		m.did("keep", "column", t.Table.Name+"."+c.name, "no longer in the plan; its values stay")
	}
	return nil
}

// addColumn adds a column; NOT NULL waits until the table has no rows without it.
func (m *migration) addColumn(ctx context.Context, t *Target, i int) error {
	if _, err := m.tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", t.Name, t.Columns[i], t.Types[i])); err != nil {
		return err
	}
	m.did("create", "column", t.Table.Name+"."+t.Table.Columns[i].Name, "%s", t.Types[i])
	if t.Table.Columns[i].Required {
		return m.changeNull(ctx, t, i)
	}
	return nil
}

// changeType converts a column where every value can be converted; otherwise the
// table is set aside with its rows and made anew.
func (m *migration) changeType(ctx context.Context, t *Target, i int, old existingColumn, there relation) (retired bool, err error) {
	name := t.Table.Name + "." + t.Table.Columns[i].Name
	var lost int64
	// A value converts well where it comes back the same.
	probe := fmt.Sprintf("SELECT count(*) FROM %s WHERE %s IS NOT NULL AND TRY_CAST(TRY_CAST(%s AS %s) AS %s) IS DISTINCT FROM %s",
		t.Name, t.Columns[i], t.Columns[i], t.Types[i], old.kind, t.Columns[i])
	possible := convertible(old.kind, t.Types[i])
	if possible {
		if err := m.tx.Get(ctx, []any{&lost}, probe); err != nil {
			return false, err
		}
	}
	if possible && lost == 0 {
		if _, err := m.tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DATA TYPE %s", t.Name, t.Columns[i], t.Types[i])); err != nil {
			return false, err
		}
		m.did("alter", "column", name, "%s is %s now", old.kind, t.Types[i])
		return false, nil
	}
	aside, err := m.setAside(ctx, there)
	if err != nil {
		return true, err
	}
	if _, err := m.tx.Exec(ctx, t.Create(false)); err != nil {
		return true, err
	}
	m.did("retire", "table", t.Table.Name, "column %s cannot become %s from %s; the rows are kept as %s", t.Table.Columns[i].Name, t.Types[i], old.kind, aside)
	return true, nil
}

// convertible says whether values of one type can mean the same in another: numbers
// among each other, times among each other, and both from and to text.
func convertible(from, to string) bool {
	a, b := family(from), family(to)
	return a != "" && b != "" && (a == b || a == "text" || b == "text")
}

func family(kind string) string {
	switch {
	case kind == "VARCHAR":
		return "text"
	case kind == "BIGINT", kind == "DOUBLE", kind == "BOOLEAN", strings.HasPrefix(kind, "DECIMAL("):
		return "number"
	case kind == "DATE", strings.HasPrefix(kind, "TIMESTAMP"):
		return "time"
	}
	return ""
}

// changeNull makes a column NOT NULL, or nullable again.
func (m *migration) changeNull(ctx context.Context, t *Target, i int) error {
	name := t.Table.Name + "." + t.Table.Columns[i].Name
	if !t.Table.Columns[i].Required {
		if _, err := m.tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL", t.Name, t.Columns[i])); err != nil {
			return err
		}
		m.did("alter", "column", name, "may be NULL now")
		return nil
	}
	var nulls int64
	if err := m.tx.Get(ctx, []any{&nulls}, fmt.Sprintf("SELECT count(*) FROM %s WHERE %s IS NULL", t.Name, t.Columns[i])); err != nil {
		return err
	}
	if nulls > 0 {
		m.did("keep", "column", name, "declared required, but %d rows have no value yet", nulls)
		return nil
	}
	if _, err := m.tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", t.Name, t.Columns[i])); err != nil {
		return err
	}
	m.did("alter", "column", name, "is never NULL now")
	return nil
}

// setAside renames a table to the first free name and gives it.
func (m *migration) setAside(ctx context.Context, r relation) (string, error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s__retired_%d", r.name, n)
		if _, taken := m.relations[relationKey(r.schema, name)]; taken {
			continue
		}
		m.relations[relationKey(r.schema, name)] = relation{schema: r.schema, name: name, kind: "table"}
		_, err := m.tx.Exec(ctx, fmt.Sprintf("ALTER TABLE %s.%s RENAME TO %s", Quote(r.schema), Quote(r.name), Quote(name)))
		return r.schema + "." + name, err
	}
}

// sameType compares a type of DuckDB's catalog with one as the plan spells it.
func sameType(ctx context.Context, tx *Tx, there, planned string) (bool, error) {
	if strings.EqualFold(there, planned) {
		return true, nil
	}
	var canonical string
	err := tx.Get(ctx, []any{&canonical}, "SELECT typeof(CAST(NULL AS "+planned+"))")
	return strings.EqualFold(there, canonical), err
}

// views makes the views, each after those that it reads.
func (m *migration) views(ctx context.Context) error {
	specs := map[string]*plan.QuerySpec{}
	for i := range m.plan.Tasks {
		if q := m.plan.Tasks[i].Query; q != nil {
			specs[q.Table] = q
		}
	}
	made := map[string]bool{}
	var make func(t *plan.Table) error
	make = func(t *plan.Table) error {
		if made[t.Name] || t.Kind != "view" {
			return nil
		}
		made[t.Name] = true
		for _, read := range t.Reads {
			if upstream := Table(m.plan, read); upstream != nil {
				if err := make(upstream); err != nil {
					return err
				}
			}
		}
		if specs[t.Name] == nil {
			return task.Fail("view %s: the plan has no query for it", t.Name)
		}
		if err := m.view(ctx, t, specs[t.Name]); err != nil {
			return fmt.Errorf("%s:%d: view %s: %w", t.Origin.File, t.Origin.Line, t.Name, err)
		}
		return nil
	}
	for i := range m.plan.Tables {
		if err := make(&m.plan.Tables[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *migration) view(ctx context.Context, t *plan.Table, spec *plan.QuerySpec) error {
	target, err := newTarget(m.plan, t)
	if err != nil {
		return err
	}
	schema, name := split(m.plan, t.Name)
	there, ok := m.relations[relationKey(schema, name)]
	if ok && there.kind == "table" {
		aside, err := m.setAside(ctx, there)
		if err != nil {
			return err
		}
		m.did("retire", "table", t.Name, "is a view now; the rows are kept as %s", aside)
		ok = false
	}
	if err := target.makeView(ctx, m.tx, spec); err != nil {
		return err
	}
	if !ok {
		m.did("create", "view", t.Name, "")
		return nil
	}
	var definition string
	if err := m.tx.Get(ctx, []any{&definition}, "SELECT sql FROM duckdb_views() WHERE database_name = current_database() AND schema_name = ? AND view_name = ?", there.schema, there.name); err != nil {
		return err
	}
	if definition != there.definition {
		m.did("replace", "view", t.Name, "its query changed")
	}
	return nil
}

// leftovers reports tables and views of the plan's schemas that the plan does not
// have, and leaves them where they are.
func (m *migration) leftovers(ctx context.Context) error {
	planned := map[string]bool{}
	for i := range m.plan.Tables {
		planned[relationKey(split(m.plan, m.plan.Tables[i].Name))] = true
	}
	schemas := map[string]bool{}
	for _, d := range m.plan.Datasets {
		schemas[strings.ToLower(d.Physical)] = true
	}
	var left []relation
	for key, r := range m.relations {
		if schemas[strings.ToLower(r.schema)] && !planned[key] && !strings.Contains(r.name, "__retired_") {
			left = append(left, r)
		}
	}
	slices.SortFunc(left, func(a, b relation) int {
		return strings.Compare(relationKey(a.schema, a.name), relationKey(b.schema, b.name))
	})
	for _, r := range left {
		m.did("keep", r.kind, r.schema+"."+r.name, "no longer in the plan")
	}
	return nil
}

// record enters the plan in the books where it is not the latest there.
func (m *migration) record(ctx context.Context) error {
	_, err := m.tx.Exec(ctx, `INSERT INTO _sluice.applied SELECT ?, ?, now()
		WHERE ? IS DISTINCT FROM (SELECT digest FROM _sluice.applied ORDER BY applied_at DESC LIMIT 1)`,
		m.plan.Digest, m.plan.Environment, m.plan.Digest)
	return err
}
