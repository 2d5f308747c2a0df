package load

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"sluice/ci/bench/synth"
	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// unpack writes a txtar archive to a new folder.
func unpack(t testing.TB, archive []byte) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse(archive).Files {
		write(t, dir, f.Name, string(f.Data))
	}
	return dir
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, o Options) (*spec.Platform, diag.List) {
	t.Helper()
	o.NoCache = true
	p, diags, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p, diags
}

// dump is everything of a platform but its place on this machine.
func dump(t testing.TB, p *spec.Platform) string {
	t.Helper()
	q := *p
	q.Root = ""
	b, err := json.MarshalIndent(q, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func render(diags diag.List) string {
	var b bytes.Buffer
	diag.WriteText(&b, diags, diag.TextOptions{})
	return b.String()
}

func readArchive(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same fails where two loads differ.
func same(t testing.TB, what string, a, b *spec.Platform) {
	t.Helper()
	if x, y := dump(t, a), dump(t, b); x != y {
		t.Errorf("%s differ:\n%s", what, diff.Diff("one", []byte(x), "other", []byte(y)))
	}
}

func ok(t testing.TB, diags diag.List) {
	t.Helper()
	if len(diags) > 0 {
		t.Fatal(render(diags))
	}
}

// Literals read from the syntax, evaluation under the lean schema and evaluation
// under the schema give the same, to the last place.
func TestAllPathsAgree(t *testing.T) {
	dirs := map[string]string{
		"shop":     unpack(t, readArchive(t, "shop.txtar")),
		"features": unpack(t, readArchive(t, "features.txtar")),
		"literal":  t.TempDir(),
		"cue":      t.TempDir(),
		"manabi":   filepath.Join("..", "..", "cue", "manabi"),
	}
	for _, name := range []string{"literal", "cue"} {
		if _, err := synth.Write(dirs[name], synth.Options{Tables: 120, CUE: name == "cue", Seed: 7}); err != nil {
			t.Fatal(err)
		}
	}
	for name, dir := range dirs {
		t.Run(name, func(t *testing.T) {
			o := Options{Dir: dir, NoInstall: true}
			fast, diags := run(t, o)
			ok(t, diags)
			o.noLiteral = true
			lean, diags := run(t, o)
			ok(t, diags)
			o.noLean, o.Workers = true, 1
			full, diags := run(t, o)
			ok(t, diags)
			if len(full.Tables) == 0 {
				t.Fatal("no tables")
			}
			same(t, "literals and lean evaluation", fast, lean)
			same(t, "literals and full evaluation", fast, full)
		})
	}
}

// The literal path is taken where it may be, and not where it may not.
func TestLiteralPathIsTaken(t *testing.T) {
	for name, tc := range map[string]struct {
		files string
		want  []string // files that are read as literals
	}{
		"plain": {"-- a.cue --\npackage p\ntable: \"a.b\": sql: \"x\"\n", []string{"a.cue"}},
		"declared twice": {"-- a.cue --\npackage p\ntable: \"a.b\": sql: \"x\"\n" +
			"-- b.cue --\npackage p\ntable: \"a.b\": owner: \"y\"\n-- c.cue --\npackage p\ntable: \"a.c\": sql: \"x\"\n", []string{"c.cue"}},
		"pattern": {"-- a.cue --\npackage p\ntable: \"a.b\": sql: \"x\"\n-- b.cue --\npackage p\ntable: [string]: owner: \"y\"\n" +
			"-- c.cue --\npackage p\npool: a: size: 1\n", []string{"c.cue"}},
		"generated, names not known yet": {"-- a.cue --\npackage p\ntable: \"a.b\": sql: \"x\"\n-- b.cue --\npackage p\nfor x in [\"y\"] {table: \"a.\\(x)\": sql: \"x\"}\n", nil},
		"let":                            {"-- a.cue --\npackage p\nlet x = 1\ntable: \"a.b\": sql: \"x\"\n", nil},
		"embedding":                      {"-- a.cue --\npackage p\ntable: \"a.b\": sql: \"x\"\n-- b.cue --\npackage p\n_x: {}\n_x\n", nil},
		"wrong":                          {"-- a.cue --\npackage p\ntable: \"a.b\": sql: 1\n", nil},
		"duplicate":                      {"-- a.cue --\npackage p\ntable: \"a.b\": {sql: \"x\", sql: \"x\"}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			l := testLoader(t, unpack(t, []byte(tc.files)))
			x := newIndex(l.files)
			var got []string
			for _, f := range l.files {
				if f.literals != nil && x.alone(f) {
					got = append(got, f.path)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// A comprehension may declare what a literal file declares too; only the names it
// makes tell.
func TestGeneratedNames(t *testing.T) {
	dir := unpack(t, readArchive(t, "features.txtar"))
	os.Remove(filepath.Join(dir, "rules.cue"))
	write(t, dir, "apart.cue", "package shop\ntable: \"core.apart\": sql: \"SELECT 1\"\n")
	write(t, dir, "both.cue", "package shop\ntable: \"core.gen_a\": owner: \"growth\"\n")
	l := testLoader(t, dir)
	l.imports.survey(l.files)
	x := newIndex(l.files)
	x.names = l.evaluateGroup(x, group{all: x.closure(nil), generated: true}).names
	for _, f := range l.files {
		if want := f.path == "apart.cue"; strings.HasSuffix("apart.cue both.cue", f.path) && x.alone(f) != want {
			t.Errorf("%s: alone is %v", f.path, !want)
		}
	}
	p, diags := run(t, Options{Dir: dir})
	ok(t, diags)
	for _, tb := range p.Tables {
		if tb.Name == "core.gen_a" && (tb.Owner.V != "growth" || tb.SQL.V == "") {
			t.Errorf("the two halves of a table are not unified: %+v", tb)
		}
	}
	full, _ := run(t, Options{Dir: dir, noLiteral: true, noLean: true})
	same(t, "fast and full", p, full)
}

func TestFeatures(t *testing.T) {
	p, diags := run(t, Options{Dir: unpack(t, readArchive(t, "features.txtar"))})
	ok(t, diags)
	tables := map[string]*spec.Table{}
	var names []string
	for _, tb := range p.Tables {
		tables[tb.Name] = tb
		names = append(names, tb.Name)
	}
	if want := "core.gen_a core.gen_b mart.split core.members core.copy mart.plain"; strings.Join(names, " ") != want {
		t.Errorf("tables %v, want %s", names, want)
	}
	members, cp, split := tables["core.members"], tables["core.copy"], tables["mart.split"]
	for what, got := range map[string][2]any{
		"interpolation":                {tables["core.gen_b"].Description.V, "Generated for shop."},
		"default of a definition":      {members.Timeout.V, int64(3600)},
		"field of a definition":        {members.Retry.Attempts.V, int64(5)},
		"default beside it":            {members.Retry.Backoff.V, int64(30)},
		"import of an own package":     {members.Owner.V, "learning"},
		"let":                          {members.SQL.V, "SELECT id,\n  updated_at\nFROM app.members"},
		"reference to another table":   {cp.SQL.V, members.SQL.V},
		"standard library":             {cp.Description.V, "COPY OF SHOP"},
		"condition on a default":       {cp.Pool.V, "main"},
		"two files, one table":         {split.Description.V + "/" + split.SQL.V, "Declared twice./SELECT 1 AS one"},
		"pattern":                      {tables["mart.plain"].Labels[0].V, "mart"},
		"no pattern":                   {len(members.Labels), 0},
		"columns":                      {members.Columns[0].Name + " " + members.Columns[1].Name, "id updated_at"},
		"checks":                       {members.Checks[1].Columns[0].V, "updated_at"},
		"default of the schema":        {p.Pools[0].Size, spec.Int{V: 1}},
		"place of the default's table": {members.Materialization, spec.Text{V: "table"}},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: got %v, want %v", what, got[0], got[1])
		}
	}
}

// A reference to a declaration of another file is followed, also from a file that
// looks like literals, and however the files are grouped.
func TestReferencesAcrossFiles(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(dir, synth.Options{Tables: 300, CUE: true, Seed: 5}); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "a_first.cue", "package synth\ntable: \"core.first\": sql: table.\"core.second\".sql\n")
	write(t, dir, "m_second.cue", "package synth\ntable: \"core.second\": sql: table.\"core.third\".sql\n")
	write(t, dir, "z_third.cue", "package synth\ntable: \"core.third\": sql: \"SELECT \\(_three)\"\n")
	write(t, dir, "zz_names.cue", "package synth\n_three: 3\n")
	p, diags := run(t, Options{Dir: dir})
	ok(t, diags)
	for _, tb := range p.Tables {
		if tb.Name == "core.first" && tb.SQL.V == "SELECT 3" {
			return
		}
	}
	t.Error("the reference does not arrive")
}

// The order in which files are found and the number of workers show nowhere.
func TestDeterminism(t *testing.T) {
	files := txtar.Parse(readArchive(t, "features.txtar")).Files
	var first *spec.Platform
	for i := range 4 {
		dir := t.TempDir()
		slices.Reverse(files)
		if i > 1 {
			files = append(files[3:], files[:3]...)
		}
		for _, f := range files {
			write(t, dir, f.Name, string(f.Data))
		}
		p, diags := run(t, Options{Dir: dir, Workers: 1 + i})
		ok(t, diags)
		if first == nil {
			first = p
		}
		same(t, "two loads", first, p)
	}
}

func TestFilesOfAPackage(t *testing.T) {
	dir := unpack(t, []byte(`-- cue.mod/module.cue --
module: "x.example"
language: version: "v0.15.0"
-- top.cue --
package p
pool: above: {}
-- other.cue --
package q
pool: other: {}
-- sub/p.cue --
package p
import "sluice.dev/schema"
schema.#Platform
platform: {name: "sub", time_zone: "UTC", gcp: {project: "a-project", region: "us-east1"}}
pool: here: {}
-- sub/off.cue --
@if(never)
package p
pool: off: {}
-- sub/on.cue --
@if(!never)
package p
pool: on: {}
-- sub/x_test.cue --
package p
pool: test: {}
-- sub/_draft.cue --
package p
pool: draft: {}
-- sub/below/below.cue --
package p
pool: below: {}
`))
	p, diags := run(t, Options{Dir: filepath.Join(dir, "sub")})
	ok(t, diags)
	var got []string
	for _, pool := range p.Pools {
		got = append(got, pool.Name+"@"+pool.At.File)
	}
	if want := "on@sub/on.cue here@sub/p.cue above@top.cue"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// testLoader surveys a folder's package.
func testLoader(t testing.TB, dir string) *loader {
	t.Helper()
	f, err := findFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	l := newLoader(Options{Dir: dir, Workers: 1}, f)
	if err := l.prepare(); err != nil {
		t.Fatal(err)
	}
	paths, err := f.candidates()
	if err != nil {
		t.Fatal(err)
	}
	files, err := f.read(paths, 1)
	if err != nil {
		t.Fatal(err)
	}
	l.files = l.selectPackage(files)
	return l
}
