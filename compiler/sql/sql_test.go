package sql_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sluice/ci/golden"
	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/load"
	"sluice/compiler/model"
	"sluice/compiler/resolve"
	"sluice/compiler/spec"
	"sluice/compiler/sql"
)

// base is what every case's platform has; a case adds its own files.
const base = `package shop

import "sluice.dev/schema"

schema.#Platform

platform: {
	name:      "shop"
	time_zone: "Asia/Tokyo"
	day_start: "00:00"
	gcp: {project: "shop-prod", region: "asia-northeast1"}
	owner: "data"
}
team: data: {}
environment: {
	local: {kind: "local", warehouse: {kind: "duckdb"}, sources: "*": {read: "files", root: "data"}}
	prod: {kind: "prod", warehouse: {kind: "bigquery"}, dataset_prefix: "p_"}
}
variable: {
	min_amount: {type: "NUMERIC", default: "10"}
}
secret: pg: env: "PG"
source: app: {
	kind: "postgres"
	connection: {host: "db", database: "app", secret: "pg"}
	tables: {
		members: columns: {
			id: {type: "INT64", required: true}
			email: {type: "STRING", class: "personal"}
			plan: type:      "STRING"
			joined_on: type: "DATE"
			tags: type:      "ARRAY<STRING>"
		}
		payments: {
			mode: "partition"
			columns: {
				id: type:        "INT64"
				member_id: type: "INT64"
				amount: type:    "NUMERIC"
				paid_at: type:   "TIMESTAMP"
			}
		}
	}
}
source: analytics: {
	kind: "firebase"
	connection: {project: "shop-app", dataset: "analytics_1"}
	tables: "events_*": {mode: "external", columns: {event: type: "STRING", user: type: "STRING"}}
}
`

// compile writes the files, and gives the resolved and analysed platform with what
// parse, resolve and analysis reported.
func compile(t testing.TB, files []txtar.File, environment string, c cache.Cache) (*model.Platform, diag.List) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("platform.cue", base)
	for _, f := range files {
		write(f.Name, string(f.Data))
	}
	sp, loaded, err := load.Run(context.Background(), load.Options{Dir: dir, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	if loaded.HasErrors() {
		t.Fatalf("the case does not load: %+v", loaded)
	}
	return run(sp, environment, c)
}

func run(sp *spec.Platform, environment string, c cache.Cache) (*model.Platform, diag.List) {
	ctx := context.Background()
	statements, list := sql.Parse(ctx, sp, sql.Options{Cache: c})
	m, resolved := resolve.Run(sp, statements, environment, nil)
	list = append(list, resolved...)
	return m, append(list, sql.Run(ctx, m, sql.Options{Cache: c})...)
}

// TestCases compares everything that the stage finds out for the platforms in
// testdata/cases with testdata/golden. A case's comment names its environment.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	got := map[string][]byte{}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		environment := "prod"
		if bytes.Contains(a.Comment, []byte("environment: local")) {
			environment = "local"
		}
		var c cache.Memory
		m, list := compile(t, a.Files, environment, &c)
		first := describe(t, a.Files, m, list)
		m, list = compile(t, a.Files, environment, &c)
		if again := describe(t, a.Files, m, list); !bytes.Equal(first, again) {
			t.Errorf("%s: from the cache it is otherwise:\n%s\ninstead of\n%s", path, again, first)
		}
		got[strings.TrimSuffix(filepath.Base(path), ".txtar")+".txt"] = first
	}
	golden.Tree(t, "testdata/golden", got)
}

// describe prints diagnostics and what the model holds of the tables, routines,
// exports and checks of the case.
func describe(t testing.TB, files []txtar.File, m *model.Platform, list diag.List) []byte {
	var b bytes.Buffer
	source := func(name string) ([]byte, error) {
		for _, f := range files {
			if f.Name == name {
				return f.Data, nil
			}
		}
		return nil, os.ErrNotExist
	}
	if err := diag.WriteText(&b, list, diag.TextOptions{Source: source}); err != nil {
		t.Fatal(err)
	}
	statement := func(name string, s *model.Statement, columns []model.Column) {
		fmt.Fprintf(&b, "\n== %s", name)
		if s.Failed {
			b.WriteString(" failed")
		}
		b.WriteByte('\n')
		for _, c := range columns {
			fmt.Fprintf(&b, "%s %s", c.Name, c.Type)
			for _, extra := range []string{c.Class, c.Mask, c.Description} {
				if extra != "" {
					fmt.Fprintf(&b, " %q", extra)
				}
			}
			b.WriteByte('\n')
		}
		if len(s.Parameters)+len(s.Routines) > 0 {
			fmt.Fprintf(&b, "uses %v %v\n", s.Parameters, s.Routines)
		}
		if s.Setup != "" {
			fmt.Fprintf(&b, "-- before it\n%s\n", s.Setup)
		}
		switch {
		case s.Rendered == "":
		case m.Target == "duckdb":
			b.WriteString("-- in DuckDB's words\n") // which compiler/sql/duckdb tests
		default:
			fmt.Fprintf(&b, "-- \n%s\n", s.Rendered)
		}
	}
	for _, f := range m.Routines {
		if f.Statement == nil {
			fmt.Fprintf(&b, "\n== routine %s %s, not SQL\n", f.Name, f.Returns)
			continue
		}
		statement("routine "+f.Name+" "+f.Returns.String(), f.Statement, f.Columns)
	}
	for _, x := range m.Tables {
		if x.Statement != nil {
			statement(x.Name, x.Statement, x.Columns)
		}
	}
	for _, e := range m.Exports {
		if e.Statement != nil {
			statement("export."+e.Name, e.Statement, e.Statement.Columns)
		}
	}
	for _, c := range m.Checks {
		statement(c.ID, c.Statement, c.Statement.Columns)
	}
	return b.Bytes()
}

// TestDuckDBNames: tables have their physical names, and a member or a part of a
// wildcard family is a query over the family.
func TestDuckDBNames(t *testing.T) {
	a := txtar.Parse([]byte(`-- t.cue --
package shop

environment: local: dataset_prefix: "dev_"
table: "core.all": sql:    "SELECT event FROM ` + "`analytics.events_*`" + `"
table: "core.one": sql:    "SELECT event FROM analytics.events_20260101"
table: "core.part": sql:   "SELECT event, _TABLE_SUFFIX AS s FROM ` + "`analytics.events_2026*`" + `"
table: "core.called": sql: "SELECT n FROM fn.counted(DATE '2026-01-01')"
routine: "fn.counted": {
	kind: "table"
	arguments: d: "DATE"
	sql: "SELECT COUNT(*) AS n FROM app.members AS m WHERE m.joined_on = d"
}
`))
	m, list := compile(t, a.Files, "local", &cache.Memory{})
	if list.HasErrors() {
		t.Fatalf("%+v", list)
	}
	for name, want := range map[string]string{
		"core.all":    `FROM "dev_analytics"."events_*" AS`,
		"core.one":    `FROM (SELECT * FROM "dev_analytics"."events_*" WHERE _TABLE_SUFFIX = '20260101') AS`,
		"core.part":   `FROM (SELECT * REPLACE (substr(_TABLE_SUFFIX, 5) AS _TABLE_SUFFIX) FROM "dev_analytics"."events_*" WHERE starts_with(_TABLE_SUFFIX, '2026')) AS`,
		"core.called": `FROM "dev_app"."members" AS`,
	} {
		if got := m.TableByName[name].Statement.Rendered; !strings.Contains(got, want) {
			t.Errorf("%s: %s\nlacks %s", name, got, want)
		}
	}
}
