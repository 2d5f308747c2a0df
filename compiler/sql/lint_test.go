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
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
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
		if d.Severity == diag.Error {
			t.Fatalf("%s: %s: %s", d.Span, d.Code, d.Message)
		}
	}
	again := sql.Run(ctx, m, o).Sorted()
	if fmt.Sprint(again) != fmt.Sprint(found.Sorted()) {
		t.Errorf("from the cache it is otherwise:\n%v\ninstead of\n%v", again, found.Sorted())
	}
	return found.Sorted()
}

// TestLintRules makes every text of testdata/lint.txt a table, export, check or
// routine. A section is named by the rule and the role; what stands in «» is what the
// rule finds, and nothing else may be found in any.
func TestLintRules(t *testing.T) {
	a, err := txtar.ParseFile("testdata/lint.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	var want, quiet []string
	for i, section := range a.Files {
		code, role, _ := strings.Cut(section.Name, " ")
		name := fmt.Sprintf("case%03d", i)
		marked := strings.TrimSuffix(string(section.Data), "\n")
		plain := strings.NewReplacer("«", "", "»", "").Replace(marked)
		file, line, indent := name+".sql", 1, 0
		switch role {
		case "table", "view", "incremental", "declared":
			files[file] = plain
			extra := map[string]string{
				"view": `materialization: "view"`, "incremental": `materialization: "incremental", incremental: strategy: "append"`,
				"declared": `columns: {id: type: "INT64", email: type: "STRING", plan: type: "STRING", joined_on: type: "DATE", tags: type: "ARRAY<STRING>"}`,
			}[role]
			files[name+".cue"] = fmt.Sprintf("package shop\n\ntable: \"core.%s\": {\n\tdescription: \"d\"\n\tsql_file: %q\n\t%s\n}\n", name, file, extra)
		default:
			head := map[string]string{
				"export":  "export: %s: {\n\tkind: \"gcs\"\n\tto: {bucket: \"b\", path: \"p.csv\", format: \"csv\"}\n\tquery: ",
				"check":   "check: %s: {\n\tkind: \"sql\"\n\tquery: ",
				"routine": "routine: \"fn.%s\": {\n\targuments: x: \"STRING\"\n\tsql: ",
			}[role]
			if head == "" {
				t.Fatalf("%s: no such role", section.Name)
			}
			head = "package shop\n\n" + fmt.Sprintf(head, name)
			file, line, indent = name+".cue", strings.Count(head, "\n")+2, 2
			files[file] = head + "\"\"\"\n\t\t" + strings.ReplaceAll(plain, "\n", "\n\t\t") + "\n\t\t\"\"\"\n}\n"
		}
		places := marks(marked, file, line, indent)
		for _, p := range places {
			want = append(want, p+" "+code)
		}
		if len(places) == 0 {
			quiet = append(quiet, code)
		}
	}
	for _, environment := range []string{"local", "prod"} {
		var got []string
		for _, d := range lintPlatform(t, files, environment) {
			got = append(got, fmt.Sprintf("%s-%d:%d %s", d.Span, d.Span.EndLine, d.Span.EndCol, d.Code))
			if d.Hint == "" || d.Node == "" || d.Severity != diag.Warning {
				t.Errorf("%s lacks a hint or a node, or is no warning: %+v", d.Code, d)
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
	for _, info := range diag.Codes() {
		if c := string(info.Code); c >= "SL7010" && c < "SL7043" {
			if !slices.Contains(quiet, c) || !slices.ContainsFunc(want, func(p string) bool { return strings.HasSuffix(p, c) }) {
				t.Errorf("%s has no bad or no good example", c)
			}
		}
	}
}

// marks gives the places of «» in a text as file:line:col-line:col.
func marks(text, file string, line, indent int) []string {
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
table: "core.again": {
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
