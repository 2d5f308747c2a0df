package duckdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	duckdriver "github.com/duckdb/duckdb-go/v2"
	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/duckdb"
	"sluice/runtime/warehouse/duckdb/prelude"
)

func get[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// analyser is the library's side of the tests: a catalog with two tables.
type analyser struct {
	catalog *gsql.SimpleCatalog
	factory *gsql.TypeFactory
	options *gsql.AnalyzerOptions
	tables  []string
	keep    []any // what the catalog refers to must stay reachable
}

var shared = sync.OnceValue(newAnalyser)

var start = sync.OnceFunc(func() { check(gsql.Init()) })

func newAnalyser() *analyser {
	start()
	lang := get(gsql.NewLanguageOptions())
	check(lang.EnableMaximumLanguageFeaturesForDevelopment())
	check(lang.SetSupportsAllStatementKinds())
	check(lang.SetProductMode(gsql.ProductModeProductExternal))
	check(lang.EnableReservableKeyword("QUALIFY", true))
	a := &analyser{factory: get(gsql.NewTypeFactory())}
	a.catalog = get(gsql.NewSimpleCatalog("test", a.factory))
	check(a.catalog.AddBuiltinFunctionsAndTypes(&gsql.BuiltinFunctionOptions{LanguageOptions: lang}))
	a.table("members", "id", get(a.factory.GetInt64()), "name", get(a.factory.GetString()), "joined", get(a.factory.GetTimestamp()))
	a.table("payments", "member_id", get(a.factory.GetInt64()), "amount", get(a.factory.GetInt64()))
	a.options = get(gsql.NewAnalyzerOptions2())
	check(a.options.SetLanguage(lang))
	check(a.options.SetParseLocationRecordType(gsql.ParseLocationRecordTypeParseLocationRecordFullNodeScope))
	check(a.options.AddQueryParameter("run_date", get(a.factory.GetDate())))
	for _, r := range duckdb.Rewrites {
		check(a.options.EnableRewrite(r, true))
	}
	return a
}

func (a *analyser) table(name string, columns ...any) {
	t := get(gsql.NewSimpleTable(name, 0))
	for i := 0; i < len(columns); i += 2 {
		c := get(gsql.NewSimpleColumn(name, columns[i].(string), columns[i+1].(gsql.Googlesql_TypeNode), false, true))
		check(t.AddColumn2(c, false))
		a.keep = append(a.keep, c)
	}
	check(a.catalog.AddTable(t))
	a.tables = append(a.tables, name)
	a.keep = append(a.keep, t)
}

func (a *analyser) translate(t *testing.T, query, zone string) (string, []duckdb.Problem) {
	t.Helper()
	out, err := gsql.AnalyzeStatement(query, a.options, a.catalog, a.factory)
	if err != nil {
		t.Fatalf("analyse: %v", err)
	}
	return duckdb.Translate(get(out.ResolvedStatement()), duckdb.Options{TimeZone: zone, Source: query})
}

// warehouse is an in-memory DuckDB with the prelude and the two tables.
func warehouse(t *testing.T) *sql.DB {
	t.Helper()
	connector, err := duckdriver.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
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
	for _, q := range []string{
		`CREATE TABLE "members" ("id" BIGINT, "name" VARCHAR, "joined" TIMESTAMPTZ)`,
		`INSERT INTO "members" VALUES (1, '花子', '2024-03-31 15:30:00+00'), (2, 'Bob', '2024-04-01 00:00:00+00'), (3, NULL, NULL)`,
		`CREATE TABLE "payments" ("member_id" BIGINT, "amount" BIGINT)`,
		`INSERT INTO "payments" VALUES (1, 100), (1, 250), (2, NULL), (9, 5)`,
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// rows runs a translated query; each row is DuckDB's text of its values.
func rows(db *sql.DB, query string, args ...any) (string, error) {
	r, err := db.Query(query, args...)
	if err != nil {
		return "", err
	}
	defer r.Close()
	cols, err := r.Columns()
	if err != nil {
		return "", err
	}
	var out []string
	for r.Next() {
		vals := make([]any, len(cols))
		ptrs := make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		if err := r.Scan(ptrs...); err != nil {
			return "", err
		}
		parts := make([]string, len(cols))
		for i, v := range vals {
			parts[i] = fmt.Sprint(v)
		}
		out = append(out, strings.Join(parts, " | "))
	}
	return strings.Join(out, "\n"), r.Err()
}

// translateResolved gives the translation, or what was refused.
func (a *analyser) translateResolved(resolved gsql.ResolvedStatementNode, source string) (text, refused string) {
	text, problems := duckdb.Translate(resolved, duckdb.Options{TimeZone: "UTC", Source: source})
	if len(problems) > 0 {
		return "", "refused: " + problems[0].Construct
	}
	return text, ""
}

// TestCases runs testdata/cases.txt: a statement, "----", the rows, and an empty
// line. SLUICE_UPDATE=1 rewrites the rows. A statement may start with "-- zone: NAME".
func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	a, db := shared(), warehouse(t)
	n := 0
	var updated []string
	update := os.Getenv("SLUICE_UPDATE") == "1"
	for block := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
		query, want, ok := strings.Cut(block, "\n----\n")
		if !ok {
			t.Fatalf("a case without rows: %s", block)
		}
		n++
		zone := "UTC"
		if z, ok := strings.CutPrefix(query, "-- zone: "); ok {
			zone, query, _ = strings.Cut(z, "\n")
		}
		t.Run(fmt.Sprintf("%03d", n), func(t *testing.T) {
			text, problems := a.translate(t, query, zone)
			if len(problems) > 0 {
				t.Fatalf("%s\nrefused: %+v", query, problems)
			}
			again, _ := a.translate(t, query, zone)
			if again != text {
				t.Errorf("two translations differ:\n%s\n%s", text, again)
			}
			got, err := rows(db, text)
			if err != nil {
				got = "error: " + strings.TrimPrefix(err.Error(), "Invalid Input Error: database/sql/driver: API error: ")
				got, _, _ = strings.Cut(got, "\n")
			}
			if update {
				head, _, _ := strings.Cut(block, "\n----\n")
				updated = append(updated, head+"\n----\n"+got)
				return
			}
			if got != want {
				t.Errorf("%s\nwant:\n%s\ngot:\n%s\nas:\n%s", query, want, got, text)
			}
		})
	}
	if update {
		if err := os.WriteFile("testdata/cases.txt", []byte(strings.Join(updated, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if n < 40 {
		t.Errorf("only %d cases were read", n)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct{ query, zone, construct string }{
		{"SELECT SESSION_USER()", "UTC", "SESSION_USER"},
		{"SELECT id FROM members TABLESAMPLE SYSTEM (10 PERCENT)", "UTC", "TABLESAMPLE"},
		{"SELECT 1 + 2, CONCAT('a', ST_ASGEOJSON(ST_GEOGPOINT(1, 2)))", "UTC", "ST_ASGEOJSON"},
		{"SELECT CAST(TIMESTAMP '2024-01-01 00:00:00+00' AS STRING)", "Asia/Tokyo", "CAST of a TIMESTAMP literal"},
		{"SELECT SUM(x) OVER (ORDER BY x RANGE BIGNUMERIC '1.5' PRECEDING) FROM (SELECT BIGNUMERIC '1' AS x)", "UTC", "RANGE frame over BIGNUMERIC"},
	}
	for _, tt := range tests {
		text, problems := shared().translate(t, tt.query, tt.zone)
		if text != "" || len(problems) == 0 {
			t.Errorf("%s: translated to %s", tt.query, text)
			continue
		}
		p := problems[0]
		if p.Construct != tt.construct || p.Code == "" || p.Message == "" || p.ByteOffset < 0 || p.ByteOffset >= len(tt.query) {
			t.Errorf("%s: %+v", tt.query, p)
		}
	}
}

func TestAllProblemsAreReported(t *testing.T) {
	_, problems := shared().translate(t, "SELECT SESSION_USER(), ST_UNION(ST_GEOGPOINT(1, 2), ST_GEOGPOINT(1, 2)), ST_SIMPLIFY(ST_GEOGPOINT(1, 2), 1)", "UTC")
	if len(problems) < 3 {
		t.Errorf("want three problems, got %+v", problems)
	}
}

func TestParameters(t *testing.T) {
	text, problems := shared().translate(t, "SELECT DATE_SUB(@run_date, INTERVAL 1 MONTH) AS d", "UTC")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got, err := rows(warehouse(t), text, sql.Named("run_date", "2024-03-31"))
	if err != nil || !strings.HasPrefix(got, "2024-02-29") {
		t.Errorf("got %q, %v from %s", got, err, text)
	}
}

func TestStatements(t *testing.T) {
	a, db := shared(), warehouse(t)
	for _, q := range []string{
		"INSERT INTO payments (member_id, amount) VALUES (3, 7), (4, NULL)",
		"UPDATE payments SET amount = amount * 2 WHERE member_id = 1",
		"DELETE FROM payments WHERE member_id = 9",
		`MERGE INTO payments AS p USING (SELECT 4 AS id, 40 AS amount UNION ALL SELECT 5, 50) AS n ON p.member_id = n.id
		 WHEN MATCHED THEN UPDATE SET amount = n.amount
		 WHEN NOT MATCHED THEN INSERT (member_id, amount) VALUES (n.id, n.amount)
		 WHEN NOT MATCHED BY SOURCE AND p.amount IS NULL THEN DELETE`,
	} {
		text, problems := a.translate(t, q, "UTC")
		if len(problems) > 0 {
			t.Fatalf("%s: %+v", q, problems)
		}
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s\n%s\n%v", q, text, err)
		}
	}
	got, err := rows(db, `SELECT * FROM "payments" ORDER BY ALL`)
	want := "1 | 200\n1 | 500\n3 | 7\n4 | 40\n5 | 50"
	if err != nil || got != want {
		t.Errorf("want:\n%s\ngot:\n%s %v", want, got, err)
	}
}
