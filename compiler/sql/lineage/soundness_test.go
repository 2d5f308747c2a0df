package lineage_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	duckdriver "github.com/duckdb/duckdb-go/v2"

	"sluice/runtime/plan"
	"sluice/runtime/warehouse/duckdb/prelude"
)

// stored is a column as the embedded warehouse has it, with values to choose from. A
// field is changed by itself: the column's other fields stay.
type stored struct {
	table, column, field string
	kind                 string // of the column; empty for a field
	values               []string
}

var storage = []stored{
	{"app.members", "id", "", "BIGINT", []string{"1", "2", "3", "4", "5", "NULL"}},
	{"app.members", "name", "", "VARCHAR", []string{"'ann'", "'bob'", "'eve'", "'paid'", "NULL"}},
	{"app.members", "email", "", "VARCHAR", []string{"'a@x'", "'b@x'", "'ann'", "NULL"}},
	{"app.members", "age", "", "BIGINT", []string{"1", "2", "3", "17", "19", "61", "NULL"}},
	{"app.members", "joined_on", "", "DATE", []string{"DATE '2020-01-31'", "DATE '2025-02-01'", "DATE '2026-03-01'", "NULL"}},
	{"app.members", "address", "street", "", []string{"'s1'", "'s2'"}},
	{"app.members", "address", "city", "", []string{"'rome'", "'oslo'", "'bonn'", "NULL"}},
	{"app.members", "address", "geo.lat", "", []string{"1.5", "2.5", "NULL"}},
	{"app.members", "tags", "", "VARCHAR[]", []string{"['x']", "['y', 'x']", "['ann', 'z', 'x']", "CAST([] AS VARCHAR[])"}},
	{"app.orders", "id", "", "BIGINT", []string{"1", "2", "3", "11", "12", "NULL"}},
	{"app.orders", "member_id", "", "BIGINT", []string{"1", "2", "3", "4", "NULL"}},
	{"app.orders", "amount", "", "DECIMAL(38, 9)", []string{"1", "2.5", "40", "120", "NULL"}},
	{"app.orders", "status", "", "VARCHAR", []string{"'paid'", "'open'", "'x'", "'ann'", "NULL"}},
	{"app.orders", "created_at", "", "TIMESTAMPTZ", []string{"TIMESTAMPTZ '2026-01-01 10:00:00+00'", "TIMESTAMPTZ '2025-06-01 00:00:00+00'", "TIMESTAMPTZ '2026-02-01 00:00:00+00'"}},
	{"app.orders", "items", "sku", "", []string{"'k1'", "'k2'", "'k3'"}},
	{"app.orders", "items", "quantity", "", []string{"0", "1", "2", "5"}},
	{"app.orders", "items", "price", "", []string{"0", "9.5", "20"}},
	{"app.orders", "note", "", "JSON", []string{`'{"a": "1"}'`, `'{"a": "2", "b": {"c": 3}}'`, `'{"d": 4}'`}},
	{"app.regions", "city", "", "VARCHAR", []string{"'rome'", "'oslo'", "'bonn'", "'lazio'"}},
	{"app.regions", "region", "", "VARCHAR", []string{"'south'", "'north'", "'west'"}},
	{"app.regions", "parent", "", "VARCHAR", []string{"'it'", "'no'", "'de'", "NULL"}},
	{"analytics.events_*", "name", "", "VARCHAR", []string{"'open'", "'close'"}},
	{"analytics.events_*", "user_id", "", "BIGINT", []string{"1", "2", "NULL"}},
	{"analytics.events_*", "at", "", "TIMESTAMPTZ", []string{"TIMESTAMPTZ '2026-01-01 10:00:00+00'"}},
	{"analytics.events_*", "_TABLE_SUFFIX", "", "VARCHAR", []string{"'20251231'", "'20260102'", "'20260301'"}},
}

const rowsOfATable = 7

// filling is the values of all tables, by place in storage and row.
type filling [][]string

func fill(r *rand.Rand) filling {
	out := make(filling, len(storage))
	for i := range storage {
		out.again(i, r)
	}
	return out
}

// again chooses other values for one column or field.
func (f filling) again(i int, r *rand.Rand) {
	f[i] = make([]string, rowsOfATable)
	for row := range f[i] {
		f[i][row] = storage[i].values[r.IntN(len(storage[i].values))]
	}
}

// value is a column's SQL in one row.
func (f filling) value(table, column string, row int) string {
	at := func(field string) string {
		i := slices.IndexFunc(storage, func(s stored) bool { return s.table == table && s.column == column && s.field == field })
		return f[i][row]
	}
	switch column {
	case "address":
		return fmt.Sprintf("{street: %s, city: %s, geo: {lat: CAST(%s AS DOUBLE), lon: CAST(0 AS DOUBLE)}}", at("street"), at("city"), at("geo.lat"))
	case "items": // one to three of them
		var list []string
		for range 1 + row%3 {
			list = append(list, fmt.Sprintf("{sku: %s, quantity: CAST(%s AS BIGINT), price: CAST(%s AS DECIMAL(38, 9))}", at("sku"), at("quantity"), at("price")))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	return at("")
}

var structs = map[string]string{
	"address": "STRUCT(street VARCHAR, city VARCHAR, geo STRUCT(lat DOUBLE, lon DOUBLE))",
	"items":   "STRUCT(sku VARCHAR, quantity BIGINT, price DECIMAL(38, 9))[]",
}

// store makes one table anew.
func (f filling) store(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	var names, kinds []string
	for _, s := range storage {
		if s.table == table && !slices.Contains(names, s.column) {
			names = append(names, s.column)
			kind := s.kind
			if kind == "" {
				kind = structs[s.column]
			}
			kinds = append(kinds, fmt.Sprintf("%q %s", s.column, kind))
		}
	}
	var rows []string
	for row := range rowsOfATable {
		var values []string
		for _, name := range names {
			values = append(values, f.value(table, name, row))
		}
		rows = append(rows, "("+strings.Join(values, ", ")+")")
	}
	exec(t, db, "CREATE OR REPLACE TABLE "+physical(table)+" ("+strings.Join(kinds, ", ")+")")
	exec(t, db, "INSERT INTO "+physical(table)+" VALUES "+strings.Join(rows, ", "))
}

func exec(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.Exec(text); err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
}

func warehouse(t *testing.T) *sql.DB {
	t.Helper()
	connector, err := duckdriver.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := prelude.Install(context.Background(), conn); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	// Rows that a query does not order come in the order of the table.
	exec(t, db, "SET threads = 1")
	exec(t, db, "SET TimeZone = 'UTC'")
	exec(t, db, "CREATE SCHEMA app")
	exec(t, db, "CREATE SCHEMA analytics")
	return db
}

// query is a case that runs on the embedded warehouse.
type query struct {
	title, sql, rendered string
	lineage              *plan.Lineage
	changed              []map[string]bool // by column: inputs whose change was seen
}

// run gives the values of each column, sorted: the order of rows is another matter.
func (q *query) run(db *sql.DB) ([][]string, error) {
	var args []any
	for _, p := range []struct {
		name  string
		value any
	}{{"run_date", "2026-01-15"}, {"run_start", "2026-01-01 00:00:00+00"}, {"run_end", "2026-01-02 00:00:00+00"}} {
		if strings.Contains(q.rendered, "$"+p.name) {
			args = append(args, sql.Named(p.name, p.value))
		}
	}
	rows, err := db.Query(q.rendered, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make([][]string, len(q.lineage.Columns))
	for rows.Next() {
		values, into := make([]any, len(out)), make([]any, len(out))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i, v := range values {
			out[i] = append(out[i], fmt.Sprint(v))
		}
	}
	for _, column := range out {
		slices.Sort(column)
	}
	return out, rows.Err()
}

// depends reports whether the lineage has a place among its inputs.
func depends(inputs []plan.Input, s stored) bool {
	return slices.ContainsFunc(inputs, func(in plan.Input) bool {
		return in.Table == s.table && in.Column == s.column &&
			(s.field == "" || in.Field == "" || in.Field == s.field || strings.HasPrefix(s.field, in.Field+".") || strings.HasPrefix(in.Field, s.field+"."))
	})
}

// TestSoundness runs every case on random data, changes the values of one column, and
// runs it again: a result column may only change where the lineage says that it
// depends on what was changed, itself or by its rows. For that to mean something, most
// changes that the lineage predicts must be seen as well.
func TestSoundness(t *testing.T) {
	db := warehouse(t)
	queries := runnable(t)
	if len(queries) < 70 {
		t.Fatalf("only %d cases run on the embedded warehouse", len(queries))
	}
	compared := 0
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 3))
		data := fill(r)
		for _, x := range tables {
			data.store(t, db, x.Name)
		}
		before := make([][][]string, len(queries))
		for i := range queries {
			before[i], _ = queries[i].run(db) // one that fails on this data is left out
		}
		for i, s := range storage {
			kept := data[i]
			data.again(i, r)
			data.store(t, db, s.table)
			for j := range queries {
				q := &queries[j]
				if before[j] == nil || !strings.Contains(q.rendered, physical(s.table)) {
					continue
				}
				after, err := q.run(db)
				if err != nil {
					continue
				}
				for k, c := range q.lineage.Columns {
					same := slices.Equal(before[j][k], after[k])
					if depends(c.Inputs, s) || depends(q.lineage.Rows, s) {
						if !same {
							q.changed[k][s.table+"."+s.column+"."+s.field] = true
						}
						continue
					}
					compared++
					if !same {
						t.Errorf("%s\n%s\n%s changes with %s.%s %s, which is not in its lineage: %s\nbefore %q\nafter  %q", q.title, q.sql, c.Name, s.table, s.column, s.field, inputs(c.Inputs), before[j][k], after[k])
					}
				}
			}
			data[i] = kept
			data.store(t, db, s.table)
		}
	}
	predicted, seen := 0, 0
	for _, q := range queries {
		for k, c := range q.lineage.Columns {
			for _, s := range storage {
				if s.field == "" && slices.ContainsFunc(c.Inputs, func(in plan.Input) bool { return in.Direct() && in.Table == s.table && in.Column == s.column }) {
					predicted++
					if q.changed[k][s.table+"."+s.column+"."] {
						seen++
					}
				}
			}
		}
	}
	t.Logf("%d cases, %d comparisons; %d of %d predicted changes seen", len(queries), compared, seen, predicted)
	if compared < 3000 || seen*100 < predicted*80 {
		t.Errorf("%d comparisons; only %d of %d predicted changes were seen", compared, seen, predicted)
	}
}

// runnable are the cases that the embedded warehouse can run, and that do not take
// another row each time.
func runnable(t *testing.T) []query {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []query
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(strings.TrimPrefix(string(data), "## "), "\n## ") {
			title, rest, _ := strings.Cut(block, "\n")
			text, _, _ := strings.Cut(rest, "\n---")
			found := ask(t, text, true)
			if found.Rendered == "" || strings.Contains(text, "TABLESAMPLE") || strings.Contains(text, "events_2026") {
				continue
			}
			q := query{title: title, sql: text, rendered: found.Rendered, lineage: found.Lineage}
			for range found.Lineage.Columns {
				q.changed = append(q.changed, map[string]bool{})
			}
			out = append(out, q)
		}
	}
	return out
}
