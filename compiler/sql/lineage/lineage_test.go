package lineage_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/duckdb"
	"sluice/compiler/sql/engine"
	"sluice/runtime/plan"
)

// tables that the cases read.
var tables = []engine.Table{
	{Name: "app.members", Columns: columns("id INT64", "name STRING", "email STRING", "age INT64", "joined_on DATE",
		"address STRUCT<street STRING, city STRING, geo STRUCT<lat FLOAT64, lon FLOAT64>>", "tags ARRAY<STRING>")},
	{Name: "app.orders", Columns: columns("id INT64", "member_id INT64", "amount NUMERIC", "status STRING", "created_at TIMESTAMP",
		"items ARRAY<STRUCT<sku STRING, quantity INT64, price NUMERIC>>", "note JSON")},
	{Name: "app.regions", Columns: columns("city STRING", "region STRING", "parent STRING")},
	{Name: "analytics.events_*", Columns: columns("name STRING", "user_id INT64", "at TIMESTAMP", "?_TABLE_SUFFIX STRING")},
}

func columns(list ...string) []engine.Column {
	var out []engine.Column
	for _, c := range list {
		name, kind, _ := strings.Cut(c, " ")
		name, pseudo := strings.CutPrefix(name, "?")
		out = append(out, engine.Column{Name: name, Type: kind, Pseudo: pseudo})
	}
	return out
}

// functions that the cases call.
var functions = []engine.Function{
	{Name: "fn.net", Kind: engine.Scalar, Arguments: columns("gross NUMERIC", "rate FLOAT64"), Returns: "FLOAT64",
		Body: "CAST(gross AS FLOAT64) * (1 - rate)"},
	{Name: "fn.grade", Kind: engine.Scalar, Arguments: columns("n INT64", "word STRING"), Returns: "STRING",
		Body: "IF(n > 10, word, 'low')"},
	{Name: "fn.region", Kind: engine.Scalar, Arguments: columns("c STRING"), Returns: "STRING",
		Body: "(SELECT r.region FROM app.regions AS r WHERE r.city = c LIMIT 1)", Refs: []engine.Ref{{Kind: engine.TableRef, Name: "app.regions", Start: 21, End: 32, Alias: true}}, Tables: tables[2:3]},
	{Name: "fn.recent", Kind: engine.TableFn, Arguments: columns("since TIMESTAMP"),
		Body: "SELECT o.member_id, SUM(o.amount) AS total FROM app.orders AS o WHERE o.created_at > since GROUP BY o.member_id",
		Refs: []engine.Ref{{Kind: engine.TableRef, Name: "app.orders", Start: 48, End: 58, Alias: true}}, Tables: tables[1:2]},
	{Name: "fn.buyers", Kind: engine.TableFn, Arguments: columns("most NUMERIC"),
		Body: "SELECT o.member_id AS buyer, most AS limit_of FROM app.orders AS o",
		Refs: []engine.Ref{{Kind: engine.TableRef, Name: "app.orders", Start: 51, End: 61, Alias: true}}, Tables: tables[1:2]},
	{Name: "fn.spread", Kind: engine.Aggregate, Arguments: columns("x FLOAT64"), Returns: "FLOAT64", Body: "MAX(x) - MIN(x)"},
}

var translator = engine.Translator{
	Rewrites: duckdb.Rewrites,
	Translate: func(s gsql.ResolvedStatementNode, o engine.TranslateOptions) (string, []engine.Problem) {
		text, refused := duckdb.Translate(s, duckdb.Options{Table: o.Table, Columns: o.Columns, TimeZone: o.TimeZone, Source: o.Source})
		var problems []engine.Problem
		for _, p := range refused {
			problems = append(problems, engine.Problem{Code: p.Code, Message: p.Message})
		}
		return text, problems
	},
}

// analyse gives a query's lineage, for BigQuery or for the embedded warehouse.
func analyse(t *testing.T, sql string, duckDB bool) *plan.Lineage {
	t.Helper()
	return ask(t, sql, duckDB).Lineage
}

func ask(t *testing.T, sql string, duckDB bool) engine.Result {
	t.Helper()
	e, err := engine.Shared(translator)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := e.Parse(sql, engine.Query)
	if err != nil {
		t.Fatal(err)
	}
	if parsed.Problem != nil {
		t.Fatalf("%s\ndoes not parse: %s", sql, parsed.Problem.Message)
	}
	r := engine.Request{Text: sql, Kind: engine.Query, Parsed: parsed, DuckDB: duckDB, TimeZone: "UTC",
		Parameters: columns("run_date DATE", "run_end TIMESTAMP", "run_start TIMESTAMP")}
	for _, ref := range parsed.Refs {
		for _, x := range tables {
			x.Catalog = x.Name
			x.Physical = physical(x.Name)
			family, wild := strings.CutSuffix(x.Name, "*")
			if ref.Name == x.Name || wild && strings.HasPrefix(ref.Name, family) {
				x.Name = ref.Name
				if rest := strings.TrimPrefix(ref.Name, family); wild && rest != "*" {
					x.Catalog += " " + rest
				}
				r.Tables = append(r.Tables, x)
			}
		}
		for _, f := range functions {
			if f.Name == ref.Name {
				f.Tables = slices.Clone(f.Tables)
				for i := range f.Tables {
					f.Tables[i].Catalog = f.Tables[i].Name
					f.Tables[i].Physical = physical(f.Tables[i].Name)
				}
				r.Functions = append(r.Functions, f)
			}
		}
	}
	found, err := e.Analyze(r)
	if err != nil {
		t.Fatalf("%s\n%v", sql, err)
	}
	if len(found.Problems) > 0 {
		t.Fatalf("%s\nis refused: %s", sql, found.Problems[0].Message)
	}
	if len(found.Lineage.Columns) != len(found.Columns) {
		t.Fatalf("%s\nhas %d columns, its lineage %d", sql, len(found.Columns), len(found.Lineage.Columns))
	}
	for i, c := range found.Columns {
		if found.Lineage.Columns[i].Name != c.Name {
			t.Errorf("column %d is %q, in the lineage %q", i, c.Name, found.Lineage.Columns[i].Name)
		}
	}
	return found
}

// physical is a table's name in the embedded warehouse.
func physical(name string) string {
	dataset, table, _ := strings.Cut(name, ".")
	return duckdb.Quote(dataset) + "." + duckdb.Quote(table)
}

// say writes a lineage as the files of cases have it.
func say(l *plan.Lineage) string {
	var b strings.Builder
	for _, c := range l.Columns {
		fmt.Fprintf(&b, "%s: %s\n", c.Name, inputs(c.Inputs))
	}
	if len(l.Rows) > 0 {
		fmt.Fprintf(&b, "rows: %s\n", inputs(l.Rows))
	}
	return b.String()
}

func inputs(list []plan.Input) string {
	if len(list) == 0 {
		return "nothing"
	}
	var out []string
	for _, in := range list {
		name := in.Table + "." + in.Column
		if in.Column == "" {
			name = in.Table
		}
		if in.Field != "" {
			name += "." + in.Field
		}
		masked := ""
		if in.Masking {
			masked = " masked"
		}
		out = append(out, name+" "+in.Subtype+masked)
	}
	return strings.Join(out, ", ")
}

// Each file of testdata is a list of cases: a title, the SQL, the lineage.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	count := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var again strings.Builder
			for _, block := range strings.Split(strings.TrimPrefix(string(data), "## "), "\n## ") {
				title, rest, _ := strings.Cut(block, "\n")
				sql, want, _ := strings.Cut(rest, "\n---")
				sql = strings.TrimSpace(sql)
				count++
				t.Run(title, func(t *testing.T) {
					l := analyse(t, sql, false)
					got := say(l)
					fmt.Fprintf(&again, "## %s\n%s\n---\n%s\n", title, sql, got)
					if os.Getenv("SLUICE_UPDATE") == "" && strings.TrimSpace(got) != strings.TrimSpace(want) {
						t.Errorf("%s\ngot\n%swant\n%s", sql, got, want)
					}
					if expanded := analyse(t, sql, true); say(expanded) != got {
						t.Errorf("%s\nexpanded for DuckDB the lineage is\n%sinstead of\n%s", sql, say(expanded), got)
					} else if digests(expanded) != digests(l) {
						t.Errorf("%s\nexpanded for DuckDB it has other digests:\n%s\n%s", sql, digests(expanded), digests(l))
					}
				})
			}
			if os.Getenv("SLUICE_UPDATE") != "" && !t.Failed() {
				if err := os.WriteFile(file, []byte(again.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if count < 80 && !strings.Contains(os.Getenv("SLUICE_UPDATE"), "1") {
		t.Errorf("only %d cases", count)
	}
}

func digests(l *plan.Lineage) string {
	var out []string
	for _, c := range l.Columns {
		out = append(out, c.Digest)
	}
	return strings.Join(append(out, "rows "+l.RowsDigest), " ")
}
