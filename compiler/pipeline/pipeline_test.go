package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"sluice/compiler/diag"
	"sluice/runtime/plan"
)

// platform writes the files of a txtar archive into a folder of their own.
func platform(t *testing.T, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		put(t, filepath.Join(dir, f.Name), f.Data)
	}
	return dir
}

func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, o Options) (Result, diag.List) {
	t.Helper()
	r, diags, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r, diags
}

// reference copies the reference platform.
func reference(t *testing.T) string {
	t.Helper()
	from, to := filepath.Join("..", "..", "cue", "manabi"), t.TempDir()
	var names []string
	err := filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && (d.Name() == ".sluice" || d.Name() == "data" || d.Name() == "out") {
				return filepath.SkipDir
			}
			return err
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(names) // the order in which files were made must not matter
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(to, rel), data)
	}
	return to
}

const small = `
-- shop.cue --
package shop
import "sluice.dev/schema"
schema.#Platform
platform: {name: "shop", time_zone: "Asia/Tokyo", owner: "data", gcp: {project: "shop-data", region: "asia-northeast1"}}
team: data: members: ["a@shop.example"]
environment: local: {kind: "local", warehouse: kind: "duckdb", sources: "*": read: "files", exports: "files"}
environment: prod: {kind: "prod", warehouse: kind: "bigquery"}
secret: db: secret_manager: "db"
pool: sql: size: 2
capacity: windows: all: {start: "00:00", end: "24:00", pools: sql: 2}
source: app: {
	kind: "postgres"
	connection: {host: "db", database: "app", secret: "db"}
	tables: members: columns: {id: type: "INT64", name: type: "STRING"}
}
-- tables.cue --
package shop
table: "core.members": {sql_file: "sql/members.sql", pool: "sql"}
table: "mart.kpi": {sql: "SELECT COUNT(*) AS members FROM core.members", pool: "sql"}
sla: kpi: {target: "mart.kpi", ready_by: "10:00", runbook: steps: ["Look."]}
-- sql/members.sql --
SELECT id, UPPER(name) AS name FROM app.members
`

func TestCompiles(t *testing.T) {
	dir := platform(t, small)
	for env, want := range map[string][]string{
		"local": {"plan.go", "plan.json"},
		"prod":  {"plan.go", "plan.json", "terraform/tables.tf.json", "cloudbuild/deploy.yaml"},
	} {
		r, diags := run(t, Options{Dir: dir, Environment: env})
		if diags.HasErrors() {
			t.Fatalf("%s: %v", env, diags)
		}
		var paths []string
		for _, f := range r.Files {
			paths = append(paths, f.Path)
			if f.Path == "plan.json" {
				if _, err := plan.Decode(f.Content); err != nil {
					t.Errorf("%s: %v", env, err)
				}
			}
		}
		for _, path := range want {
			if !slices.Contains(paths, path) {
				t.Errorf("%s: no %s in %v", env, path, paths)
			}
		}
		if x := r.Plan.TableByName("mart.kpi"); x == nil || len(x.Columns) != 1 || x.Columns[0].Type != "INT64" {
			t.Errorf("%s: inferred columns of mart.kpi: %+v", env, x)
		}
	}
}

// TestMistakesOfEveryStageAtOnce: one run reports them all.
func TestMistakesOfEveryStageAtOnce(t *testing.T) {
	dir := platform(t, small+`
-- more.cue --
package shop
table: "mart.unknown": {sql: "SELECT 1 AS x FROM core.nowhere", pool: "sql"}
table: "mart.wrong": {sql: "SELECT nobody FROM core.members", pool: "sql"}
table: "mart.broken": {sql: "SELECT FROM WHERE", pool: "sql"}
table: "mart.slow": {sql: "SELECT id FROM core.members", pool: "sql", estimate: duration: "20h"}
sla: slow: {target: "mart.slow", ready_by: "09:00", runbook: steps: ["Look."]}
pool: idle: size: 1
`)
	r, diags := run(t, Options{Dir: dir, Environment: "prod"})
	if r.Plan != nil || len(r.Files) > 0 {
		t.Error("a plan in spite of errors")
	}
	families := map[string]string{
		"resolve":  "SL2002",
		"check":    "SL30",
		"schedule": "SL31",
		"sql":      "SL40",
	}
	for stage, code := range families {
		if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return strings.HasPrefix(string(d.Code), code) }) {
			t.Errorf("nothing of %s (%s…) in\n%s", stage, code, list(diags))
		}
	}
	if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Node == "mart.broken" }) ||
		!slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Node == "mart.wrong" }) {
		t.Errorf("a broken statement hides a wrong one, or the other way round:\n%s", list(diags))
	}
}

// TestAMistakeInCUEHidesNoSyntaxErrorOfSQL, and makes no names unknown that are only
// not loaded.
func TestAMistakeInCUEHidesNoSyntaxErrorOfSQL(t *testing.T) {
	dir := platform(t, strings.Replace(small, "SELECT id, UPPER(name) AS name FROM app.members", "SELECT id,, name FROM app.members", 1)+`
-- more.cue --
package shop
table: "mart.wrong": {sql: "SELECT 1 AS x", materialization: "sometimes"}
`)
	_, diags := run(t, Options{Dir: dir, Environment: "local"})
	load := slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Span.File == "more.cue" })
	parse := slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Span.File == "sql/members.sql" })
	if !load || !parse || len(diags) != 2 {
		t.Errorf("want one mistake in more.cue and one in sql/members.sql, got\n%s", list(diags))
	}
}

func list(diags diag.List) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Span.String() + ": " + string(d.Code) + " " + d.Message + "\n")
	}
	return b.String()
}

func TestUntil(t *testing.T) {
	dir := platform(t, small)
	now := time.Unix(0, 0)
	tick := func() time.Time { now = now.Add(time.Second); return now }
	for i, until := range Stages {
		r, _ := run(t, Options{Dir: dir, Environment: "prod", Until: until, Now: tick})
		var ran []Stage
		for _, x := range r.Timings {
			ran = append(ran, x.Stage)
			if x.Duration != time.Second {
				t.Errorf("%s took %v on a clock that ticks once", x.Stage, x.Duration)
			}
		}
		if !slices.Equal(ran, Stages[:i+1]) {
			t.Errorf("until %s: ran %v", until, ran)
		}
		if (r.Plan != nil) != (until == Emit) {
			t.Errorf("until %s: a plan is %v", until, r.Plan != nil)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Run(ctx, Options{Dir: platform(t, small)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestMissingFolder(t *testing.T) {
	if _, _, err := Run(t.Context(), Options{Dir: filepath.Join(t.TempDir(), "nowhere")}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestSameBytes: neither the order in which files were made, nor what is cached, nor
// the number of workers changes a byte of the reference platform's output.
func TestSameBytes(t *testing.T) {
	dir, other := reference(t), filepath.Join("..", "..", "cue", "manabi")
	compile := func(o Options) map[string][]byte {
		r, diags := run(t, o)
		if diags.HasErrors() {
			t.Fatalf("the reference platform has errors:\n%s", list(diags))
		}
		out := map[string][]byte{}
		for _, f := range r.Files {
			out[f.Path] = f.Content
		}
		return out
	}
	for _, env := range []string{"local", "prod"} {
		want := compile(Options{Dir: other, Environment: env, NoCache: true})
		for name, o := range map[string]Options{
			"other order, one worker": {Dir: dir, Environment: env, NoCache: true, Workers: 1},
			"fills the cache":         {Dir: dir, Environment: env},
			"from the cache":          {Dir: dir, Environment: env, Workers: 4},
		} {
			got := compile(o)
			if len(got) != len(want) {
				t.Errorf("%s, %s: %d files, want %d", env, name, len(got), len(want))
			}
			for path, content := range want {
				if !bytes.Equal(got[path], content) {
					t.Errorf("%s, %s: %s differs", env, name, path)
				}
			}
		}
	}
}
