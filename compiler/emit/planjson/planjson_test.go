package planjson

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/emit"
	"sluice/compiler/emit/internal/emittest"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

var environments = []string{"local", "prod", "pull_request"}

func files(t testing.TB, m *model.Platform) []emit.File {
	t.Helper()
	out, err := Files(Build(m))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func content(list []emit.File) map[string][]byte {
	m := map[string][]byte{}
	for _, f := range list {
		m[f.Path] = f.Content
	}
	return m
}

func TestGolden(t *testing.T) {
	golden.Cases(t, "testdata", environments...)
	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			golden.Tree(t, filepath.Join("testdata", env), content(files(t, emittest.Platform(env))))
		})
	}
}

func TestPlanDecodes(t *testing.T) {
	for _, env := range environments {
		p, err := plan.Decode(content(files(t, emittest.Platform(env)))["plan.json"])
		if err != nil {
			t.Fatalf("%s: %v", env, err)
		}
		if _, err := plan.NewClock(p); err != nil {
			t.Errorf("%s: %v", env, err)
		}
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	want := content(files(t, emittest.Platform("prod")))["plan.json"]
	for seed := range int64(20) {
		m := emittest.Platform("prod")
		emittest.Shuffle(m, seed)
		if got := content(files(t, m))["plan.json"]; string(got) != string(want) {
			t.Fatalf("seed %d gives another plan", seed)
		}
	}
}

func TestGoPackageParses(t *testing.T) {
	for _, env := range []string{"prod", "go", "main", "type"} {
		src := goPackage(&plan.Plan{Platform: "shop", Environment: env})
		f, err := parser.ParseFile(token.NewFileSet(), "plan.go", src, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", env, err)
			continue
		}
		if f.Name.Name != PackageName(env) || f.Name.Name == "main" {
			t.Errorf("%s: package %s", env, f.Name.Name)
		}
	}
}

func TestDefinitionChangesWithTheRows(t *testing.T) {
	definition := func(name string, change func(*model.Platform)) string {
		m := emittest.Platform("prod")
		change(m)
		return Build(m).TableByName(name).Definition
	}
	table := func(m *model.Platform, name string) *model.Table { return m.TableByName[name] }
	for _, c := range []struct {
		name, table string
		change      func(*model.Platform)
		same        bool
	}{
		{"comment and layout", "core.members", func(m *model.Platform) {
			s := table(m, "core.members").Statement
			s.Text = strings.Replace(s.Text, "-- one row a member and day\nSELECT", "/* rows */ SELECT   ", 1) + " ;\n"
		}, true},
		{"description", "core.members", func(m *model.Platform) { table(m, "core.members").Spec.Description.V = "x" }, true},
		{"owner", "core.members", func(m *model.Platform) { table(m, "core.members").Owner = "x" }, true},
		{"secret", "app.members", func(m *model.Platform) { table(m, "app.members").Source.Connection.Secret.V = "x" }, true},
		{"arrival", "app.members", func(m *model.Platform) { table(m, "app.members").SourceTable.Arrives.V = "05:00" }, true},
		{"SQL", "core.members", func(m *model.Platform) { table(m, "core.members").Statement.Text += " WHERE TRUE" }, false},
		{"case of a name", "core.members", func(m *model.Platform) {
			s := table(m, "core.members").Statement
			s.Text = strings.ReplaceAll(s.Text, "member_id", "Member_Id")
		}, false},
		{"materialization", "mart.features", func(m *model.Platform) { table(m, "mart.features").Spec.Materialization.V = "view" }, false},
		{"strategy", "core.members", func(m *model.Platform) { table(m, "core.members").Spec.Incremental.Strategy.V = "append" }, false},
		{"column type", "core.members", func(m *model.Platform) {
			table(m, "core.members").Columns[0].Type = table(m, "core.members").Columns[1].Type
		}, false},
		{"mask", "app.members", func(m *model.Platform) { table(m, "app.members").Columns[1].Mask = "null" }, false},
		{"mode", "app.members", func(m *model.Platform) { table(m, "app.members").SourceTable.Mode.V = "full" }, false},
		{"routine", "core.members", func(m *model.Platform) { m.Routines[0].Statement.Text = "amount" }, false},
		{"routine elsewhere", "mart.kpi", func(m *model.Platform) { m.Routines[0].Statement.Text = "amount" }, true},
		{"routine of a routine", "core.members", func(m *model.Platform) {
			inner := *m.Routines[0]
			inner.Name, inner.Statement = "core.inner", &model.Statement{Text: "1"}
			m.Routines = append(m.Routines, &inner)
			m.Routines[0].Statement.Routines = []string{"core.inner"}
		}, false},
		{"model option", "mart.churn_score", func(m *model.Platform) { m.Models[0].Spec.Options[0].V = 0.7 }, false},
	} {
		base := definition(c.table, func(*model.Platform) {})
		if got := definition(c.table, c.change); (got == base) != c.same {
			t.Errorf("%s: same digest is %v, want %v", c.name, got == base, c.same)
		}
	}
}

func TestRoutinesThatCallThemselvesEnd(t *testing.T) {
	m := emittest.Platform("prod")
	m.Routines[0].Statement.Routines = []string{"core.yen"}
	if d := Build(m).Routines[0].Definition; d == "" {
		t.Error("no digest")
	}
}

// TestRoutinesInOtherLanguages: what is not SQL is created with its body in quotes, or
// with the address that BigQuery calls.
func TestRoutinesInOtherLanguages(t *testing.T) {
	for _, c := range []struct {
		spec spec.Routine
		want string
	}{
		{spec.Routine{JS: spec.Text{V: "return 'a\\n';\n", Set: true}},
			"CREATE OR REPLACE FUNCTION `%s`(`amount` NUMERIC) RETURNS NUMERIC LANGUAGE js AS 'return \\'a\\\\n\\';\\n'"},
		{spec.Routine{JS: spec.Text{V: "f()", Set: true}, Libraries: []spec.Text{{V: "gs://a/b.js"}}, Kind: spec.Text{V: "aggregate"}},
			"CREATE OR REPLACE AGGREGATE FUNCTION `%s`(`amount` NUMERIC) RETURNS NUMERIC LANGUAGE js OPTIONS (library = ['gs://a/b.js']) AS 'f()'"},
		{spec.Routine{Remote: &spec.RemoteFunction{Connection: spec.Text{V: "p.l.c"}, Endpoint: spec.Text{V: "https://e"}}},
			"CREATE OR REPLACE FUNCTION `%s`(`amount` NUMERIC) RETURNS NUMERIC REMOTE WITH CONNECTION `p.l.c` OPTIONS (endpoint = 'https://e')"},
	} {
		m := emittest.Platform("prod")
		before := Build(m).Routines[0]
		name := strings.Split(before.SQL, "`")[1]
		c.spec.Node = m.Routines[0].Spec.Node
		m.Routines[0].Spec, m.Routines[0].Statement = &c.spec, nil
		got := Build(m).Routines[0]
		if want := strings.Replace(c.want, "%s", name, 1); got.SQL != want {
			t.Errorf("got  %s\nwant %s", got.SQL, want)
		}
		if got.Definition == before.Definition {
			t.Error("another body has the same digest")
		}
	}
}

func TestNormalizeSQL(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"SELECT 1", "SELECT 1"},
		{"  SELECT\n\t1 -- one\n;\n", "SELECT 1"},
		{"SELECT 1 # one", "SELECT 1"},
		{"SELECT /* a\nb */ 1", "SELECT 1"},
		{"SELECT '--  no comment', \"# \"", "SELECT '--  no comment', \"# \""},
		{`SELECT 'it\'s  x'  , 1`, `SELECT 'it\'s  x' , 1`},
		{"SELECT '''a ' -- b\n''' -- c", "SELECT '''a ' -- b\n'''"},
		{`SELECT r'\'  AS x'  `, `SELECT r'\'  AS x'`},
		{"SELECT `a  b`", "SELECT `a  b`"},
		{"SELECT '' ,  ''", "SELECT '' , ''"},
		{"SELECT 'open", "SELECT 'open"},
		{"SELECT /* open", "SELECT"},
		{"", ""},
	} {
		if got := normalizeSQL(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzNormalizeSQL(f *testing.F) {
	f.Add("SELECT 'a''b' -- x\n, \"c\"")
	f.Add("'''")
	f.Add("\\")
	f.Fuzz(func(t *testing.T, s string) {
		if got := normalizeSQL(normalizeSQL(s)); got != normalizeSQL(s) {
			t.Errorf("%q is not stable: %q", s, got)
		}
	})
}

func TestRetryDefaults(t *testing.T) {
	if got := retry(spec.Retry{}); got != defaultRetry {
		t.Errorf("got %+v", got)
	}
}
