package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const module = "sluice"

// row says what a package, and those below it that have no row, may import.
type row struct {
	internal []string // packages of this module; a trailing /... takes all below
	stdlib   bool     // nothing from outside the module but the standard library
}

func only(internal ...string) row   { return row{internal: internal} }
func stdlib(internal ...string) row { return row{internal: internal, stdlib: true} }

// emitters may import what they are made from, the plan's types, and no stage.
var emitter = []string{"compiler/emit", "compiler/model", "compiler/spec", "compiler/sqltype", "compiler/diag", "runtime/plan"}

// layout is the table of docs/architecture.md.
var layout = map[string]row{
	"cue":       stdlib(),
	"docs":      stdlib(),
	"generated": stdlib(),

	"compiler/diag":            stdlib(),
	"compiler/diag/sarif":      only("compiler/diag"),
	"compiler/sqltype":         stdlib(),
	"compiler/spec":            stdlib("compiler/diag"),
	"compiler/model":           stdlib("compiler/diag", "compiler/spec", "compiler/sqltype", "runtime/plan"), // the plan's lineage
	"compiler/wholefile":       stdlib(),
	"compiler/cache":           only("compiler/wholefile"),
	"compiler/load":            only("cue", "compiler/spec", "compiler/diag", "compiler/cache", "compiler/load/lang", "compiler/wholefile"),
	"compiler/load/lang":       only("cue"),
	"compiler/checksql":        only("compiler/spec", "compiler/sqltype"),
	"compiler/resolve":         only("compiler/checksql", "compiler/spec", "compiler/model", "compiler/diag", "compiler/sqltype", "runtime/plan"),
	"compiler/check":           only("compiler/model", "compiler/diag", "compiler/spec", "compiler/sqltype", "runtime/plan"),
	"compiler/lineage":         only("compiler/model", "compiler/diag", "compiler/spec", "compiler/sqltype", "runtime/plan"),
	"compiler/schedule":        only("compiler/model", "compiler/diag", "compiler/spec", "runtime/plan"),
	"compiler/sql":             only("compiler/checksql", "compiler/model", "compiler/diag", "compiler/spec", "compiler/sqltype", "compiler/cache", "compiler/sql/...", "runtime/plan"),
	"compiler/sql/engine":      only("compiler/diag", "compiler/sqltype", "compiler/sql/duckdb", "compiler/sql/lint", "compiler/sql/lineage", "compiler/sql/token", "runtime/plan"),
	"compiler/sql/lineage":     only("runtime/plan", "compiler/sqltype"),
	"compiler/sql/lint":        only("compiler/diag", "compiler/model", "compiler/spec", "compiler/sqltype", "compiler/sql/token"),
	"compiler/sql/token":       stdlib(),
	"compiler/sql/format":      only("compiler/diag", "compiler/spec", "compiler/sqltype", "compiler/sql/token"),
	"compiler/sql/duckdb":      only("compiler/diag", "compiler/sqltype"),
	"compiler/emit":            only("compiler/diag", "runtime/plan", "compiler/wholefile"),
	"compiler/emit/internal":   only(emitter...),
	"compiler/emit/planjson":   only(emitter...),
	"compiler/emit/unittest":   only(emitter...),
	"compiler/emit/terraform":  only(emitter...),
	"compiler/emit/cloudbuild": only(append([]string{"compiler/emit/terraform"}, emitter...)...),
	"compiler/emit/airflow":    only(emitter...),
	"compiler/emit/embulk":     only(emitter...),
	"compiler/emit/runbook":    only(emitter...),
	"compiler/pipeline":        only("compiler/...", "runtime/plan"),

	"runtime/plan":         stdlib(),
	"runtime/plan/sqldiff": only(),
	"runtime/planstore":    only("runtime/plan"),
	"runtime/selector":     only("runtime/plan"),
	"runtime/task":         stdlib("runtime/plan"),
	"runtime/event":        stdlib("runtime/plan", "runtime/task"),
	"runtime/journal":      only("runtime/event", "runtime/plan"),
	"runtime/sla":          stdlib("runtime/plan", "runtime/event"),
	"runtime/incident":     only("runtime/event", "runtime/plan"),
	"runtime/notify":       only("runtime/sla", "runtime/event", "runtime/task", "runtime/plan"), // task: classes of errors
	"runtime/forecast":     only("runtime/plan", "runtime/event", "runtime/sla"),
	"runtime/engine":       only("runtime/plan", "runtime/event", "runtime/journal", "runtime/task", "runtime/sla"),
	"runtime/server":       only("runtime/plan", "runtime/event", "runtime/journal", "runtime/sla"),
	"runtime/deploy":       only("runtime/plan"),
	"runtime/demo":         only(),
	"runtime/value":        stdlib(),

	"runtime/introspect":            stdlib(),
	"runtime/introspect/postgres":   only("runtime/introspect"),
	"runtime/introspect/mysql":      only("runtime/introspect"),
	"runtime/introspect/mongodb":    only("runtime/introspect"),
	"runtime/introspect/bigquery":   only("runtime/introspect"),
	"runtime/introspect/testserver": stdlib(),
	"runtime/introspect/files":      only("runtime/introspect", "runtime/warehouse/duckdb"),

	"runtime/unittest":         only("runtime/plan", "runtime/task", "runtime/value", "runtime/warehouse/duckdb"),
	"runtime/warehouse/duckdb": only("runtime/task", "runtime/plan", "runtime/value", "runtime/warehouse/duckdb/..."),
	"runtime/transfer":         only("runtime/task", "runtime/plan", "runtime/warehouse/..."),
	"runtime/export":           only("runtime/task", "runtime/plan", "runtime/warehouse/..."),
	"runtime/model":            only("runtime/task", "runtime/plan", "runtime/warehouse/..."),
	"runtime/runner":           only("runtime/task", "runtime/plan", "runtime/warehouse/...", "runtime/transfer/...", "runtime/export/...", "runtime/model/..."),

	"cmd/sluice": only("..."),
	"ci":         only("..."),
	"ci/crash":   only("runtime/warehouse/duckdb"), // it drives the binary
}

// owners are the only packages (and those below) that may import a library.
var owners = map[string][]string{
	"cuelang.org/go":                      {"compiler/load"},
	"github.com/goccy/go-googlesql":       {"compiler/sql"},
	"github.com/duckdb/duckdb-go":         {"runtime/warehouse/duckdb", "ci/bench"}, // the bench also runs SQL written for it
	"github.com/hashicorp/terraform-exec": {"runtime/deploy"},
	"github.com/spf13/cobra":              {"cmd/sluice"},
	"github.com/owenrumney/go-sarif":      {"compiler/diag/sarif"},
	"modernc.org/sqlite":                  {"runtime/journal"},
	"github.com/jackc/pgx":                {"runtime/introspect/postgres"},
	"github.com/go-sql-driver/mysql":      {"runtime/introspect/mysql"},
	"go.mongodb.org/mongo-driver":         {"runtime/introspect/mongodb"},
	"cloud.google.com/go/bigquery":        {"runtime/introspect/bigquery"},
}

// blanks are the blank imports that are allowed: data and drivers, whose packages
// have no other way in.
var blanks = map[string][]string{
	"embed":              {"..."},
	"time/tzdata":        {"..."},
	"modernc.org/sqlite": {"runtime/journal"},
}

// impure are calls that make a stage depend on more than its input.
var impure = []string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.Getwd", "time.Now"}

// file is one Go file of the module.
type file struct {
	pkg  string // folder, slash-separated, relative to the module's root
	name string
	test bool
	ast  *ast.File
	set  *token.FileSet
}

func (f file) at(pos token.Pos) string {
	return path.Join(f.pkg, f.name) + ":" + strconv.Itoa(f.set.Position(pos).Line)
}

// files parses the module.
func files(t *testing.T) []file {
	t.Helper()
	root := filepath.Join("..", "..")
	var out []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if name != root && (base == "testdata" || base == "bin" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		out = append(out, file{pkg: filepath.ToSlash(dir), name: base, test: strings.HasSuffix(base, "_test.go"), ast: f, set: set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: the walk is wrong", len(out))
	}
	return out
}

// rowOf finds the row of a package: its own or the nearest above.
func rowOf(pkg string) (string, row, bool) {
	for at := pkg; at != "."; at = path.Dir(at) {
		if r, found := layout[at]; found {
			return at, r, true
		}
	}
	return "", row{}, false
}

// within reports whether a package is one of a list's, see row.internal.
func within(pkg string, list []string) bool {
	return slices.ContainsFunc(list, func(x string) bool {
		prefix, all := strings.CutSuffix(x, "...")
		if !all {
			return pkg == x
		}
		return prefix == "" || strings.HasPrefix(pkg+"/", prefix)
	})
}

// problems judges one file's imports.
func problems(f file) []string {
	var out []string
	at, r, found := rowOf(f.pkg)
	if !found {
		return []string{f.at(f.ast.Package) + ": package " + f.pkg + " has no row in the layout: decide what it may import"}
	}
	for _, spec := range f.ast.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			panic(err)
		}
		place := f.at(spec.Pos())
		if pkg, inside := strings.CutPrefix(name, module+"/"); inside {
			if !allowed(f, at, r, pkg) {
				out = append(out, place+": "+f.pkg+" must not import "+pkg)
			}
		} else if strings.Contains(strings.Split(name, "/")[0], ".") && !f.test {
			if r.stdlib {
				out = append(out, place+": "+f.pkg+" imports the standard library only, not "+name)
			}
			for library, list := range owners {
				if (name == library || strings.HasPrefix(name, library+"/")) && !below(f.pkg, list) {
					out = append(out, place+": only "+strings.Join(list, ", ")+" may import "+library)
				}
			}
		}
		if spec.Name != nil && spec.Name.Name == "_" && !within(f.pkg, blanks[name]) && !f.test {
			out = append(out, place+": blank import of "+name+": wiring is an explicit table")
		}
	}
	return out
}

// allowed judges an arrow inside the module. Tests may also use what tests share,
// and what lies beside or below what they test, but never cross between compiler and
// runtime where code may not.
func allowed(f file, at string, r row, pkg string) bool {
	if pkg == f.pkg || within(pkg, r.internal) {
		return true
	}
	if other, _, _ := rowOf(pkg); other == at {
		return true // packages of one row
	}
	if !f.test {
		return false
	}
	top := strings.Split(f.pkg, "/")[0]
	if top == "runtime" {
		return pkg == "ci/golden" || strings.HasPrefix(pkg, "runtime/")
	}
	return true
}

func below(pkg string, list []string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return pkg == x || strings.HasPrefix(pkg, x+"/") })
}

func TestImports(t *testing.T) {
	for _, f := range files(t) {
		for _, p := range problems(f) {
			t.Error(p)
		}
	}
}

func TestNoInit(t *testing.T) {
	for _, f := range files(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init(): wiring is an explicit table", f.at(fn.Pos()))
			}
		}
	}
}

// TestStagesArePure: time, environment and working directory are passed in.
func TestStagesArePure(t *testing.T) {
	for _, f := range files(t) {
		if f.test || !strings.HasPrefix(f.pkg, "compiler/") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && slices.Contains(impure, x.Name+"."+s.Sel.Name) {
					t.Errorf("%s: %s.%s: pass it in", f.at(n.Pos()), x.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestRulesSee makes sure that the rules find what they are for.
func TestRulesSee(t *testing.T) {
	judge := func(pkg, name, src string) []string {
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		return problems(file{pkg: pkg, name: name, test: strings.HasSuffix(name, "_test.go"), ast: f, set: set})
	}
	for _, c := range []struct{ pkg, name, imports, want string }{
		{"runtime/engine", "a.go", `"sluice/compiler/diag"`, "must not import compiler/diag"},
		{"runtime/engine", "a_test.go", `"sluice/compiler/diag"`, "must not import compiler/diag"},
		{"runtime/engine", "a_test.go", `"sluice/ci/golden"`, ""},
		{"runtime/plan", "a.go", `"github.com/google/uuid"`, "standard library only"},
		{"runtime/plan", "a.go", `"encoding/json"`, ""},
		{"compiler/check", "a.go", `"sluice/compiler/sql"`, "must not import compiler/sql"},
		{"compiler/check", "a.go", `"sluice/runtime/event"`, "must not import runtime/event"},
		{"compiler/check", "a.go", `"cuelang.org/go/cue"`, "only compiler/load"},
		{"compiler/load/lang", "a.go", `"cuelang.org/go/cue"`, ""},
		{"runtime/transfer/file", "a.go", `"github.com/duckdb/duckdb-go/v2"`, "only runtime/warehouse/duckdb"},
		{"runtime/transfer/file", "a.go", `"sluice/runtime/warehouse/duckdb"`, ""},
		{"compiler/emit/terraform", "a.go", `"sluice/compiler/emit/planjson"`, "must not import"},
		{"compiler/emit/terraform", "a.go", `_ "github.com/lib/pq"`, "blank import"},
		{"runtime/plan", "a.go", `_ "time/tzdata"`, ""},
		{"elsewhere", "a.go", `"fmt"`, "has no row"},
	} {
		got := judge(c.pkg, c.name, "package a\nimport "+c.imports+"\n")
		sort.Strings(got)
		text := strings.Join(got, "; ")
		if c.want == "" && text != "" || !strings.Contains(text, c.want) {
			t.Errorf("%s imports %s: got %q, want %q", c.pkg, c.imports, text, c.want)
		}
	}
}
