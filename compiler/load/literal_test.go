package load

import (
	"strings"
	"testing"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

const fuzzPlatform = `package p

import "sluice.dev/schema"

schema.#Platform

platform: {name: "shop", time_zone: "UTC", gcp: {project: "a-project", region: "us-east1"}}
`

// FuzzLiterals holds the literal path against CUE: whatever stands in a file, both
// give the same platform, or the same mistakes.
func FuzzLiterals(f *testing.F) {
	for _, s := range []string{
		`table: "core.a": sql: "SELECT 1"`,
		`table: "core.a": {sql: "SELECT 1", timeout: "1h30m", retry: {attempts: 2, factor: 1.5}}`,
		"table: \"core.a\": sql: \"\"\"\n\tSELECT 1,\n\t  2\n\t\"\"\"",
		`table: "core.a": {sql: #"SELECT "x""#, columns: {id: {type: "INT64", required: true}, "x": type: "STRING"}}`,
		`table: "core.a": {sql: "x\ty\u00e9", tests: t: {given: "a.b": [{x: -1, y: [1.5e3, null, {z: true}]}], expect: []}}`,
		`check: c: {kind: "accepted_values", column: "x", table: "a.b", values: [1, "two", 3.0, true]}`,
		`pool: {a: size: 1_000, b: size: 0x10, c: size: 1K, d: size: +3, e: size: 1.0}`,
		`variable: v: {type: "INT64", default: 9223372036854775808}`,
		`secret: a: {env: "A"}` + "\n" + `secret: a: env: "A"`,
		`team: a: {members: ["a@b"], members: ["a@b"]}`,
		`environment: local: {kind: "local", warehouse: kind: "duckdb", sources: "*": read: "files"}`,
		`sla: s: {target: "a.b", ready_by: "10:00", objective: percent: 99.5}`,
		`table: "core.a": {sql: "x", _hidden: 1, #Def: 2, labels: "a\u0062": "c"}`,
		`table: "core.a": {sql: 'bytes', owner?: "x", tags: ["a", ...]}`,
		"table: \"core.a\": {sql: \"x\"} @attr(x)",
		`dataset: core: {readers: ["group:x@y"], labels: {}}`,
		`platform: owner: "data"`,
		`table: "core.a": {sql: "x", _hidden: 1, columns: x: {type: "INT64", _y: 2}}`,
		`table: "core.a": {_q: "SELECT 1", sql: _q, retry: {attempts: *2 | int}}`,
		`table: "core.a": {sql: "x", retry: {attempts: *3 | int, factor: 1}, severity: 1}`,
		`_t: {checks: x: {kind: "sql", query: "y"}}` + "\n" + `table: "core.a": _t & {sql: "x", checks: x: severity: *"warn" | string}`,
		`table: "core.a": {sql: "x", materialization: string, if materialization == "table" {owner: "data"}}`,
		`table: "core.a": {sql: "x"}` + "\n" + `table: "core.b": {sql: "x", if table."core.a".materialization != _|_ {owner: "data"}}`,
		`table: "core.a": {sql: "x", columns: {id: {type: "INT64"}}, let c = columns.id, tags: [for k, v in c {k}]}`,
		`table: "core.a": {sql: "x", columns: {id: {type: "INT64"}}, let _c = columns.id, tags: [for k, v in _c {k}]}`,
		`table: "core.a": {sql: "x", columns: {id: {type: "INT64"}}, _c: columns.id, tags: [for k, v in _c {k}]}`,
		`_r: platform.retry` + "\n" + `table: "core.a": {sql: "x", tags: [for k, v in _r {k}]}` + "\n" + `platform: retry: {}`,
		`table: "core.a": {sql: "x", tags: [for k in _tags {k}]}` + "\n" + `_tags: ["a"]`,
		`for n in ["a", "b"] {table: "core.\(n)": sql: "x"}` + "\n" + `table: "core.a": owner: "data"`,
		`table: [=~"^core"]: owner: *"data" | string` + "\n" + `table: "core.a": sql: "x"`,
		`table: {"core.a": {sql: "x"}, "core.b": {sql: "y"}, {"core.c": sql: "z"}}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		dir := t.TempDir()
		write(t, dir, "a.cue", fuzzPlatform)
		write(t, dir, "b.cue", "package p\n\n"+text+"\n")
		fast, fastDiags := run(t, Options{Dir: dir, NoInstall: true})
		full, fullDiags := run(t, Options{Dir: dir, NoInstall: true, noLiteral: true, noLean: true})
		if a, b := render(fastDiags), render(fullDiags); a != b {
			t.Fatalf("fast reports\n%s\nfull reports\n%s", a, b)
		}
		if len(fastDiags) == 0 {
			same(t, "fast and full", fast, full)
		}
		for _, d := range fastDiags {
			check(t, d)
		}
	})
}

func TestSpans(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.cue", fuzzPlatform)
	write(t, dir, "sub.cue", strings.Join([]string{
		`package p`,                            // 1
		`table: "core.a": {`,                   // 2
		`	owner: "data"`,                       // 3
		`	sql: """`,                            // 4
		`		SELECT`,                             // 5
		`		  1`,                                // 6
		`		"""`,                                // 7
		`	columns: x: type: "INT64"`,           // 8
		`	retry: attempts: 2`,                  // 9
		`	tags: ["a", "b"]`,                    // 10
		`}`,                                    // 11
		`table: "core.b": sql: "SELECT 'é'"`,   // 12
		`table: "core.c": sql: "SELECT\n1"`,    // 13
		`table: "core.d": sql: #"SELECT "x""#`, // 14
		`_query: "SELECT 1"`,                   // 15
		`table: "core.e": sql: _query`,         // 16
		"table: \"core.f\": sql: \"\"\"",       // 17
		"  SELECT \\(1)",                       // 18
		"  \"\"\"",                             // 19
	}, "\n")+"\n")
	for _, o := range []Options{{Dir: dir}, {Dir: dir, noLiteral: true, noLean: true}} {
		p, diags := run(t, o)
		ok(t, diags)
		tables := map[string]*spec.Table{}
		for _, tb := range p.Tables {
			tables[tb.Name] = tb
		}
		a := tables["core.a"]
		at := func(line, col, endLine, endCol int32) diag.Span {
			return diag.Span{File: "sub.cue", Line: line, Col: col, EndLine: endLine, EndCol: endCol}
		}
		for what, got := range map[string][2]diag.Span{
			"key":               {a.At, at(2, 8, 2, 16)},
			"value":             {a.Owner.At, at(3, 9, 3, 15)},
			"lines of a query":  {a.SQL.At, at(5, 3, 7, 6)},
			"column":            {a.Columns[0].At, at(8, 11, 8, 12)},
			"nested value":      {a.Columns[0].Type.At, at(8, 20, 8, 27)},
			"object":            {a.Retry.At, at(9, 2, 9, 7)},
			"item":              {a.Tags[1].At, at(10, 14, 10, 17)},
			"default":           {a.Materialization.At, diag.Span{}},
			"one line":          {tables["core.b"].SQL.At, at(12, 24, 12, 35)},
			"escapes":           {tables["core.c"].SQL.At, diag.Span{File: "sub.cue", Line: 13, Col: 23}},
			"raw string":        {tables["core.d"].SQL.At, at(14, 25, 14, 35)},
			"reference":         {tables["core.e"].SQL.At, diag.Span{File: "sub.cue", Line: 16, Col: 23}},
			"interpolated text": {tables["core.f"].SQL.At, at(18, 3, 19, 6)},
		} {
			if got[0] != got[1] {
				t.Errorf("%s (literal path %v): got %+v, want %+v", what, !o.noLiteral, got[0], got[1])
			}
		}
	}
}

// The lean schema is used for files that only look at values.
func TestPlain(t *testing.T) {
	for text, want := range map[string]bool{
		`table: "core.a": {sql: "x", tags: [for k in _tags {k}]}` + "\n_tags: [\"a\"]":          true,
		`table: "core.a": {sql: "x", description: "of \(platform.name)"}`:                       true,
		`_t: {owner: *"data" | string}` + "\n" + `table: "core.a": _t & {sql: "x"}`:             true,
		`table: "core.a": {sql: "x", description: "\(platform.retry.attempts)"}`:                false,
		`table: "core.b": {sql: table."core.a".sql}`:                                            false,
		`table: "core.a": {sql: "x", if _x != _|_ {owner: "a"}}`:                                false,
		`table: "core.a": {sql: "x", tags: [for k, v in columns {k}]}`:                          false,
		`table: "core.a": {sql: "x", columns: {}, _c: columns, tags: [for k, v in _c {k}]}`:     false,
		`table: "core.a": {sql: "x", columns: {}, let _c = columns, tags: [for k in _c {"a"}]}`: false,
		`pool: a: size: len("abc")`: false,
	} {
		dir := t.TempDir()
		write(t, dir, "a.cue", "package p\n"+text+"\n")
		if got := testLoader(t, dir).files[0].survey.plain; got != want {
			t.Errorf("%s: plain is %v", text, got)
		}
	}
}
