package engine

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The cases of testdata/bigquery are BigQuery's SQL by construct. A file holds cases:
//
//	### a title
//	SELECT …
//	---> what it reads, its columns, or what is wrong with it
//
// catalog.txt says what the cases may read. SLUICE_UPDATE=1 rewrites what is behind
// the arrows.

var only = flag.String("case", "", "run the cases whose title holds this")

// bigQueryCase is one statement with what is expected of it.
type bigQueryCase struct{ title, sql, want string }

func readCases(t testing.TB, file string) []bigQueryCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []bigQueryCase
	for i, part := range strings.Split("\n"+string(data), "\n### ") {
		if i == 0 {
			if strings.TrimSpace(part) != "" {
				t.Fatalf("%s: text before the first case", file)
			}
			continue
		}
		title, rest, _ := strings.Cut(part, "\n")
		sql, want, _ := strings.Cut(rest, "\n--->")
		out = append(out, bigQueryCase{title, strings.TrimSpace(sql), strings.TrimSpace(want)})
	}
	return out
}

// bigQueryWorld is what catalog.txt declares.
type bigQueryWorld struct {
	tables     []Table
	models     []Model
	parameters []Column
}

func readWorld(t testing.TB) bigQueryWorld {
	t.Helper()
	data, err := os.ReadFile("testdata/bigquery/catalog.txt")
	if err != nil {
		t.Fatal(err)
	}
	var w bigQueryWorld
	for _, line := range strings.Split(string(data), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, list, _ := strings.Cut(line, ": ")
		kind, name, _ := strings.Cut(head, " ")
		switch kind {
		case "table":
			table := Table{Name: name, Catalog: name}
			list, pseudo, _ := strings.Cut(list, " ~ ")
			table.Columns = columnsOfText(list)
			for _, c := range columnsOfText(pseudo) {
				c.Pseudo = true
				table.Columns = append(table.Columns, c)
			}
			w.tables = append(w.tables, table)
		case "model":
			words := strings.SplitN(list, " ", 3)
			m := Model{Name: name, Type: words[0]}
			if len(words) == 3 {
				m.Label, m.LabelType = words[1], words[2]
			}
			w.models = append(w.models, m)
		case "parameters":
			w.parameters = columnsOfText(list)
		default:
			t.Fatalf("catalog.txt: %q", line)
		}
	}
	return w
}

// request makes the request of a statement, or says why it does not parse.
func (w bigQueryWorld) request(t testing.TB, text string) (Request, *Problem) {
	t.Helper()
	p, err := engine(t).Parse(text, Query)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	r := Request{Text: text, Kind: Query, Parsed: p, Models: w.models, Parameters: w.parameters}
	for _, ref := range p.Refs {
		for _, table := range w.tables {
			family, wild := strings.CutSuffix(table.Catalog, "*")
			if ref.Kind == TableRef && (ref.Name == table.Catalog || wild && strings.HasPrefix(ref.Name, family)) {
				table.Name = ref.Name
				r.Tables = append(r.Tables, table)
			}
		}
	}
	return r, p.Problem
}

// describe says what a statement reads and gives, or what is wrong with it.
func (w bigQueryWorld) describe(t testing.TB, text string) string {
	t.Helper()
	r, problem := w.request(t, text)
	problems := []Problem{}
	if problem != nil {
		problems = append(problems, *problem)
	}
	var reads []string
	for _, ref := range r.Parsed.Refs {
		if ref.Kind != VariantRef {
			reads = append(reads, ref.Name)
		}
	}
	var out []string
	if len(reads) > 0 {
		slices.Sort(reads)
		out = append(out, "reads "+strings.Join(slices.Compact(reads), ", "))
	}
	if len(problems) == 0 {
		found, err := engine(t).Analyze(r)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		problems = found.Problems
		for _, c := range found.Columns {
			out = append(out, "column "+columnsText([]Column{c}))
		}
	}
	for _, p := range problems {
		marked := ""
		if p.Start >= 0 {
			marked = text[p.Start:max(p.Start, p.End)]
		}
		line := fmt.Sprintf("%s at %q: %s", p.Code, marked, p.Message)
		for _, note := range p.Notes {
			line += "\n  " + note
		}
		if p.Hint != "" {
			line += "\n  hint: " + p.Hint
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// TestBigQuery runs the cases of testdata/bigquery. A case whose title begins with
// "refused:" must have a mistake, every other one must have none.
func TestBigQuery(t *testing.T) {
	w := readWorld(t)
	files, err := filepath.Glob("testdata/bigquery/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	cases, accepted := 0, 0
	for _, file := range files {
		var b strings.Builder
		list := readCases(t, file)
		for i, c := range list {
			if *only != "" && !strings.Contains(c.title, *only) {
				continue
			}
			got := w.describe(t, c.sql)
			wrong := strings.Contains(got, " at \"")
			cases++
			if !wrong {
				accepted++
			}
			if wrong != strings.HasPrefix(c.title, "refused:") {
				t.Errorf("%s: %s\n%s\n%s", filepath.Base(file), c.title, c.sql, got)
			} else if got != c.want && os.Getenv("SLUICE_UPDATE") == "" {
				t.Errorf("%s: %s\n%s\ngot:\n%s\nwant:\n%s", filepath.Base(file), c.title, c.sql, got, c.want)
			}
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(&b, "### %s\n%s\n--->\n%s\n", c.title, c.sql, got)
		}
		if os.Getenv("SLUICE_UPDATE") != "" && *only == "" {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d statements, %d accepted", cases, accepted)
}

// FuzzAnalyze: no statement breaks the analysis, and what it says lies inside the
// text. The library may give up on one (it is an error of that statement).
func FuzzAnalyze(f *testing.F) {
	files, err := filepath.Glob("testdata/bigquery/*.sql")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for _, c := range readCases(f, file) {
			f.Add(c.sql)
		}
	}
	w := readWorld(f)
	f.Fuzz(func(t *testing.T, text string) {
		r, problem := w.request(t, text)
		problems := []Problem{}
		if problem != nil {
			problems = append(problems, *problem)
		} else if found, err := engine(t).Analyze(r); err != nil {
			if strings.Contains(err.Error(), "slice bounds") {
				t.Fatalf("%q: %v", text, err)
			}
		} else {
			problems = found.Problems
			if len(problems) == 0 && len(found.Columns) == 0 {
				t.Fatalf("%q: neither columns nor a problem", text)
			}
		}
		for _, p := range problems {
			if p.Start < -1 || p.Start > len(text) || p.End > len(text) || p.Start > p.End && p.End != 0 {
				t.Fatalf("%q: %+v lies outside", text, p)
			}
		}
	})
}
