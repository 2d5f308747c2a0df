package sql_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/load"
	"sluice/compiler/resolve"
	"sluice/compiler/sql"
)

// lintTables are what the cases read besides the platform of all cases.
const lintTables = `package shop

table: "core.inferred": {
	description: "One row a payment"
	sql: "SELECT id, member_id, CAST(amount AS FLOAT64) AS rate, CAST(id AS FLOAT64) AS part, 'p' AS plan FROM app.payments"
}
table: "core.days": {
	description: "One row a payment and day"
	sql: "SELECT id, DATE(paid_at, 'Asia/Tokyo') AS day FROM app.payments"
	partition: {column: "day", by: "day", require_filter: true}
}
table: "core.again": {
	description: "One row a payment, again"
	sql: "SELECT id, member_id FROM app.payments"
}
table: "core.views": {
	description: "One row a view"
	sql: "SELECT id, DATE(paid_at, 'Asia/Tokyo') AS day FROM app.payments"
	partition: {column: "day", by: "day"}
	estimate: volume: "400GB"
}
table: "core.big": {
	description: "One row a payment of old"
	sql: "SELECT id, member_id FROM app.payments"
	estimate: volume: "30GB"
}
table: "core.orders": {
	description: "One row an order"
	sql: "SELECT id, amount AS total, DATE(paid_at, 'Asia/Tokyo') AS day FROM app.payments"
	checks: id_unique: {kind: "unique", columns: ["id"]}
}
table: "core.items": {
	description: "One row an item of an order"
	sql: "SELECT id, member_id AS order_id, amount AS price, CAST(id AS STRING) AS sku, 1 AS line FROM app.payments"
	checks: id_unique: {kind: "unique", columns: ["id"]}
}
`

// lintOn turns on what is off unless set.
const lintOn = `package shop

lint: rules: {
	SL7065: severity: "warning"
	"positional-reference": severity: "warning"
	"alias-without-as": severity: "warning"
	"case-without-else": severity: "warning"
	"concat-nullable": severity: "warning"
}
`

// lintPlatform compiles files beside the tables above with rules on, and gives what
// lint found.
func lintPlatform(t testing.TB, files map[string]string, environment string) diag.List {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{"platform.cue": base, "tables.cue": lintTables}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	sp, list, err := load.Run(ctx, load.Options{Dir: dir, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	o := sql.Options{Cache: &cache.Memory{}, Lint: true, Source: func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(dir, file))
	}}
	statements, parsed := sql.Parse(ctx, sp, o)
	m, resolved := resolve.Run(sp, statements, environment, nil)
	found := sql.Run(ctx, m, o)
	list = slices.Concat(list, parsed, resolved, found)
	for _, d := range list {
		if d.Severity == diag.Error && !strings.HasPrefix(string(d.Code), "SL7") {
			t.Errorf("%s: %s: %s\n%s", d.Span, d.Code, d.Message, all[d.Span.File])
		}
	}
	again := sql.Run(ctx, m, o).Sorted()
	if fmt.Sprint(again) != fmt.Sprint(found.Sorted()) {
		t.Errorf("from the cache there are other findings: %d instead of %d", len(again), len(found.Sorted()))
	}
	return found.Sorted()
}

// TestLintRules makes every statement of testdata/lint.txt a table, export, check or
// routine. A section is named by the rule and the role; its statements stand between
// lines of a semicolon. What stands in «» is what the rule finds in it; other rules
// may find nothing in a statement of another's, but the style rules that are off
// unless set.
func TestLintRules(t *testing.T) {
	a, err := txtar.ParseFile("testdata/lint.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"on.cue": lintOn}
	var want []string
	bad, good := map[string]int{}, map[string]int{}
	ruleOf := map[string]string{} // by file
	for i, section := range a.Files {
		code, role, _ := strings.Cut(section.Name, " ")
		for j, marked := range strings.Split(strings.TrimSuffix(string(section.Data), "\n"), "\n;\n") {
			name := fmt.Sprintf("case%03d_%d", i, j)
			places := marks(marked, addCase(t, files, name, role, marked))
			for _, p := range places {
				want = append(want, p+" "+code)
			}
			if len(places) == 0 {
				good[code]++
			} else {
				bad[code]++
			}
			ruleOf[name+".sql"], ruleOf[name+".cue"] = code, code
		}
	}
	for _, environment := range []string{"local", "prod"} {
		var got []string
		for _, d := range lintPlatform(t, files, environment) {
			rule, _ := diag.RuleOf(string(d.Code))
			if rule.Default == "off" && ruleOf[d.Span.File] != string(d.Code) || d.Code == diag.UnclusteredJoin {
				continue
			}
			got = append(got, fmt.Sprintf("%s-%d:%d %s", d.Span, d.Span.EndLine, d.Span.EndCol, d.Code))
			if d.Hint == "" || d.Node == "" || rule.Default == "warning" && d.Severity != diag.Warning || rule.Default == "error" && d.Severity != diag.Error {
				t.Errorf("%s lacks a hint or a node, or has another severity: %+v", d.Code, d)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		for _, p := range got {
			if !slices.Contains(want, p) {
				t.Errorf("%s: false alarm %s", environment, p)
			}
		}
		for _, p := range want {
			if !slices.Contains(got, p) {
				t.Errorf("%s: not found %s", environment, p)
			}
		}
	}
	for _, r := range diag.Rules() {
		if c := string(r.Code); c >= "SL7010" && !slices.Contains(ofPlatform, r.Code) && (bad[c] < 3 || good[c] < 3) {
			t.Errorf("%s has %d bad and %d good examples, not three each", c, bad[c], good[c])
		}
	}
}

// ofPlatform are rules about what a platform says, which other tests cover.
var ofPlatform = []diag.Code{diag.AppendWithoutDay, diag.CrossRegion, diag.UnclusteredJoin, diag.LargeUnpartitioned, diag.TableUndescribed}

// origin is where a marked text begins in its file.
type origin struct {
	file         string
	line, indent int
}

// addCase makes a statement, without its marks, what its role says.
func addCase(t *testing.T, files map[string]string, name, role, marked string) origin {
	t.Helper()
	plain := strings.NewReplacer("«", "", "»", "").Replace(marked)
	if extra, ok := tableRoles[role]; ok {
		files[name+".sql"] = plain
		files[name+".cue"] = fmt.Sprintf("package shop\n\ntable: \"core.%s\": {\n\tdescription: \"d\"\n\tsql_file: %q\n\t%s\n}\n", name, name+".sql", extra)
		return origin{name + ".sql", 1, 0}
	}
	head := map[string]string{
		"export":  "export: %s: {\n\tkind: \"gcs\"\n\tto: {bucket: \"b\", path: \"p.csv\", format: \"csv\"}\n\tquery: ",
		"check":   "check: %s: {\n\tkind: \"sql\"\n\tquery: ",
		"routine": "routine: \"fn.%s\": {\n\targuments: x: \"STRING\"\n\tsql: ",
	}[role]
	if head == "" {
		t.Fatalf("%s: no such role", role)
	}
	head = "package shop\n\n" + fmt.Sprintf(head, name)
	files[name+".cue"] = head + "\"\"\"\n\t\t" + strings.ReplaceAll(plain, "\n", "\n\t\t") + "\n\t\t\"\"\"\n}\n"
	return origin{name + ".cue", strings.Count(head, "\n") + 2, 2}
}

// tableRoles are the roles of tables, with what they declare.
var tableRoles = map[string]string{
	"table":       "",
	"view":        `materialization: "view"`,
	"incremental": `materialization: "incremental", incremental: strategy: "append"`,
	"declared":    `columns: {id: type: "INT64", email: type: "STRING", plan: type: "STRING", joined_on: type: "DATE", tags: type: "ARRAY<STRING>"}`,
	"unique":      `checks: id_unique: {kind: "unique", columns: ["id"]}`,
}

// marks gives the places of «» in a text as file:line:col-line:col.
func marks(text string, in origin) []string {
	file, line, indent := in.file, in.line, in.indent
	var out []string
	at, col := line, indent+1
	var from string
	for _, r := range text {
		switch r {
		case '«':
			from = fmt.Sprintf("%s:%d:%d", file, at, col)
		case '»':
			out = append(out, fmt.Sprintf("%s-%d:%d", from, at, col))
		case '\n':
			at, col = at+1, indent+1
		default:
			col += len(string(r))
		}
	}
	return out
}

// TestLintOfTables covers the rules about what a platform says of its tables.
func TestLintOfTables(t *testing.T) {
	list := lintPlatform(t, map[string]string{"t.cue": `package shop

table: "core.bare": sql: "SELECT id FROM app.members"
table: "core.rerun": {
	description:     "Rows"
	sql:             "SELECT id FROM app.members"
	materialization: "incremental"
	incremental: strategy: "append"
}
table: "core.dayly": {
	description:     "Rows of the day"
	sql:             "SELECT id FROM app.payments WHERE paid_at >= @run_start AND paid_at < @run_end"
	materialization: "incremental"
	incremental: strategy: "append"
}
table: "core.newer": {
	description:     "Rows that are not there yet"
	sql:             "SELECT m.id FROM app.members AS m WHERE NOT EXISTS (SELECT 1 FROM core.newer AS n WHERE n.id = m.id)"
	materialization: "incremental"
	incremental: strategy: "append"
	columns: id: {type: "INT64", required: true}
}
`}, "prod")
	wantFindings(t, list, "t.cue:3:8 SL7051", "t.cue:8:25 SL7043")
}

// TestLintOfSizes covers the rules that go by estimates and locations.
func TestLintOfSizes(t *testing.T) {
	var joins strings.Builder
	for i := range 3 {
		fmt.Fprintf(&joins, "table: \"core.j%d\": {description: \"d\", sql: \"SELECT m.id, b.member_id FROM app.members AS m JOIN core.wide AS b ON b.id = m.id JOIN core.fine AS f ON f.id = m.id\"}\n", i)
	}
	list := lintPlatform(t, map[string]string{"t.cue": `package shop

dataset: abroad: location: "EU"
table: "core.wide": {
	description: "Rows"
	sql:         "SELECT id, member_id, paid_at FROM app.payments"
	estimate: volume: "150GB"
}
table: "core.fine": {
	description: "Rows"
	sql:         "SELECT id, DATE(paid_at, 'Asia/Tokyo') AS day FROM app.payments"
	estimate: volume: "150GB"
	partition: {column: "day", by: "day", require_filter: false}
	cluster_by: ["id"]
}
table: "abroad.copy": {description: "Rows", sql: "SELECT id FROM app.members"}
` + joins.String()}, "prod")
	list = slices.DeleteFunc(list, func(d diag.Diagnostic) bool { return d.Code == diag.PartitionUnfiltered })
	wantFindings(t, list, "t.cue:4:8 SL7048", "t.cue:7:20 SL7049", "t.cue:16:8 SL7046")
}

// TestLintSettings: the longest pattern that fits decides, and a rule goes by its
// code or its name.
func TestLintSettings(t *testing.T) {
	table := func(name, file string) string {
		return fmt.Sprintf("table: \"core.%s\": {description: \"d\", sql_file: %q}\n", name, file)
	}
	files := map[string]string{
		"lint.cue": `package shop

lint: rules: {
	"order-without-limit": {severity: "error", paths: {"sql/stg/**": "off", "sql/stg/b*.sql": "warning"}}
	SL7013: severity: "off"
}
` + table("a", "a.sql") + table("b", "sql/stg/a.sql") + table("c", "sql/stg/b.sql") + table("d", "sql/stg/deep/b.sql"),
	}
	for _, name := range []string{"a.sql", "sql/stg/a.sql", "sql/stg/b.sql", "sql/stg/deep/b.sql"} {
		files[name] = "SELECT * FROM app.members ORDER BY id\n"
	}
	list := lintPlatform(t, files, "prod")
	wantFindings(t, list, "a.sql:1:27 SL7012", "sql/stg/b.sql:1:27 SL7012")
	if list[0].Severity != diag.Error || list[1].Severity != diag.Warning {
		t.Errorf("severities are %v and %v", list[0].Severity, list[1].Severity)
	}
}

// TestSuppressions: a comment with a code and a reason silences its line, or alone the
// next; what lacks a reason or silences nothing is itself reported.
func TestSuppressions(t *testing.T) {
	list := lintPlatform(t, map[string]string{
		"a.sql": `SELECT
  id,
  DATE(paid_at) AS a, -- sluice:ignore SL7032 the shop counts in UTC
  -- sluice:ignore SL7032, SL7036: the last line is the newest
  # sluice:ignore SL7026 never 0
  LAST_VALUE(id / member_id) OVER (ORDER BY paid_at) + EXTRACT(DAY FROM paid_at) AS b,
  DATE(paid_at) AS c, -- sluice:ignore SL7032
  DATE(paid_at) AS d, -- sluice:ignore because
  '-- sluice:ignore SL7032 in a string' AS e, /* sluice:ignore SL7011 gone */
  DATE(paid_at) AS f
FROM app.payments
`,
		"b.cue": `package shop

table: "core.a": {description: "d", sql_file: "a.sql"}
table: "core.b": { // sluice:ignore SL7051 goes away in spring
	sql: """
		SELECT
		  -- sluice:ignore SL7032 UTC is meant
		  DATE(paid_at) AS a,
		  DATE(paid_at) AS b
		FROM app.payments
		"""
}
`}, "prod")
	wantFindings(t, list,
		"a.sql:7:3 SL7032", "a.sql:7:23 SL7001", "a.sql:8:3 SL7032", "a.sql:8:23 SL7001",
		"a.sql:9:47 SL7002", "a.sql:10:3 SL7032", "b.cue:9:5 SL7032")
}

func wantFindings(t *testing.T, list diag.List, want ...string) {
	t.Helper()
	var got []string
	for _, d := range list {
		got = append(got, fmt.Sprintf("%s %s", d.Span, d.Code))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestLintNeedsATimeZone: in a platform on UTC a conversion without a zone is right.
func TestLintNeedsATimeZone(t *testing.T) {
	list := lintPlatform(t, map[string]string{
		"platform.cue": strings.Replace(base, "Asia/Tokyo", "UTC", 1),
		"t.cue":        "package shop\n\ntable: \"core.a\": {description: \"d\", sql: \"SELECT DATE(paid_at) AS d FROM app.payments\"}\n",
	}, "prod")
	wantFindings(t, list)
}

// TestReferencePlatformIsClean: rules have nothing to say about the reference
// platform, in any environment.
func TestReferencePlatformIsClean(t *testing.T) {
	ctx := context.Background()
	sp, list, err := load.Run(ctx, load.Options{Dir: "../../cue/manabi", NoCache: true})
	if err != nil || list.HasErrors() {
		t.Fatal(err, list)
	}
	o := sql.Options{Cache: &cache.Memory{}, Lint: true, Source: func(file string) ([]byte, error) {
		return os.ReadFile(filepath.Join(sp.Root, filepath.FromSlash(file)))
	}}
	for _, environment := range []string{"local", "prod"} {
		statements, _ := sql.Parse(ctx, sp, o)
		m, _ := resolve.Run(sp, statements, environment, nil)
		judged := 0
		for _, table := range m.Tables {
			if table.Statement != nil {
				judged++
			}
		}
		if judged < 50 {
			t.Fatalf("%s: only %d tables to judge", environment, judged)
		}
		for _, d := range sql.Run(ctx, m, o) {
			t.Errorf("%s: %s: %s: %s", environment, d.Span, d.Code, d.Message)
		}
	}
}
