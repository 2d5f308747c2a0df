package crash

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/runtime/warehouse/duckdb"
)

// state is what a platform holds when no process is at work on it, free of clock times.
type state struct {
	tables map[string][]string // rows as text, sorted
	files  map[string]string   // digest of each file that is a result; "" of those that hold times
	status map[string]string   // status -o json of each day, without times
}

// look reads the state. days are those that have been run.
func (s site) look(t *testing.T, days []string) *state {
	t.Helper()
	return &state{tables: s.tables(t), files: s.files(t), status: s.statuses(t, days)}
}

// own are the books that sluice keeps in the warehouse, without the columns that hold times.
var own = map[string]string{
	"_sluice.commits": "SELECT * EXCLUDE (committed_at) FROM _sluice.commits",
	"_sluice.applied": "SELECT * EXCLUDE (applied_at) FROM _sluice.applied",
}

func (s site) tables(t *testing.T) map[string][]string {
	t.Helper()
	w, err := duckdb.Open(t.Context(), duckdb.Options{Path: s.path(".sluice", "warehouse.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	read := func(query string) (rows []string) {
		err := w.Read(t.Context(), func(_ []string, values []any) error {
			rows = append(rows, steady(fmt.Sprint(values...)))
			return nil
		}, query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return rows
	}
	tables := map[string][]string{}
	names := read(`SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal
		UNION ALL SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal`)
	for _, name := range names {
		schema, table, _ := strings.Cut(name, ".")
		query := own[name]
		if query == "" {
			query = "SELECT * FROM " + duckdb.Quote(schema) + "." + duckdb.Quote(table)
		}
		tables[name] = read("SELECT CAST(x AS VARCHAR) FROM (" + query + ") AS x")
		slices.Sort(tables[name])
	}
	return tables
}

// timed are the files whose content holds times, or is told by tables and status.
func timed(name string) bool {
	for _, prefix := range []string{".sluice/warehouse.duckdb", ".sluice/cache/", ".sluice/local/journal.db", ".sluice/local/history.jsonl"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// files are all files below the folder but logs, so that nothing may be left over.
func (s site) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel == ".sluice/local/logs" {
				return fs.SkipDir
			}
			return nil
		}
		if timed(rel) {
			files[rel] = ""
			return nil
		}
		content, err := readResult(name)
		files[rel] = fmt.Sprintf("%d bytes, %x", len(content), sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// readResult reads a file, packed or not.
func readResult(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var content io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if content, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	data, err := io.ReadAll(content)
	if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".jsonl") {
		// A table has no order, so an export of it has none either.
		lines := strings.SplitAfter(steady(string(data)), "\n")
		slices.Sort(lines)
		data = []byte(strings.Join(lines, ""))
	}
	return data, err
}

// long are numbers with so many digits that they can only be a FLOAT64. Their last
// digits depend on the order in which threads add up, here as in BigQuery.
var long = regexp.MustCompile(`-?\b\d+\.\d{9,}(e[-+]?\d+)?\b|-?\b\d{8,}\.\d{4,}\b`)

// packed are the sizes of packed files, which depend on the order of their rows.
var packed = regexp.MustCompile(`"bytes":\d+(,"message":"out/[^"]*\.gz: \d+ rows), \d+ bytes|(\.gz: \d+ rows), \d+ bytes`)

// steady rounds FLOAT64 values to eleven digits, and takes sizes of packed files away.
func steady(text string) string {
	text = packed.ReplaceAllString(text, "$1$2")
	return long.ReplaceAllStringFunc(text, func(number string) string {
		f, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return number
		}
		return strconv.FormatFloat(f, 'g', 11, 64)
	})
}

// day is what status -o json tells.
type day struct {
	Outcome string           `json:"outcome"`
	Counts  map[string]int   `json:"counts"`
	Tasks   []map[string]any `json:"tasks"`
	SLAs    []map[string]any `json:"slas"`
}

// status reads a day; ok is false where nothing of it has been recorded.
func (s site) status(t *testing.T, date string) (d day, ok bool) {
	t.Helper()
	p := s.start(t, "status", "--date", date, "-o", "json")
	if code := p.wait(t); code != 0 {
		if !strings.Contains(p.said(), "has not been run") {
			t.Fatalf("%s: exit code %d\n%s", p, code, p.said())
		}
		return d, false
	}
	if err := json.Unmarshal(p.out.Bytes(), &d); err != nil {
		t.Fatalf("%s: %v\n%s", p, err, p.said())
	}
	n := 0
	for _, count := range d.Counts {
		n += count
	}
	if n != len(d.Tasks) {
		t.Errorf("%s: counts tell of %d tasks, %d are listed", p, n, len(d.Tasks))
	}
	return d, true
}

// with lists the tasks that have a status.
func (d day) with(status string) (tasks []string) {
	for _, x := range d.Tasks {
		if x["status"] == status {
			tasks = append(tasks, x["id"].(string))
		}
	}
	return tasks
}

func (s site) statuses(t *testing.T, days []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, date := range days {
		d, ok := s.status(t, date)
		if !ok {
			t.Fatalf("%s is not known", date)
		}
		for _, list := range [][]map[string]any{d.Tasks, d.SLAs} {
			for _, x := range list {
				for _, key := range []string{"started", "ended", "ready", "margin_sec"} {
					delete(x, key)
				}
			}
		}
		text, err := json.MarshalIndent(d, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		out[date] = steady(string(text))
		if d.Outcome != "succeeded" {
			t.Errorf("%s: outcome %s", date, d.Outcome)
		}
	}
	return out
}

// mustBe compares the platform's state with another.
func (s site) mustBe(t *testing.T, want *state, days []string) {
	t.Helper()
	for _, line := range differences(want, s.look(t, days)) {
		t.Error(line)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// differences tells how a state is another than the wanted one, a line each.
func differences(want, got *state) (lines []string) {
	lines = append(lines, compare("table", want.tables, got.tables, slices.Equal, firstRow)...)
	same := func(a, b string) bool { return a == b }
	lines = append(lines, compare("file", want.files, got.files, same, func(a, b string) string { return "want " + a + ", got " + b })...)
	lines = append(lines, compare("status of", want.status, got.status, same, firstLine)...)
	return lines
}

func compare[V any](what string, want, got map[string]V, same func(V, V) bool, show func(want, got V) string) (lines []string) {
	names := slices.Sorted(maps.Keys(want))
	for name := range got {
		if _, ok := want[name]; !ok {
			lines = append(lines, fmt.Sprintf("%s %s: should not be there", what, name))
		}
	}
	slices.Sort(lines)
	for _, name := range names {
		g, ok := got[name]
		switch {
		case !ok:
			lines = append(lines, fmt.Sprintf("%s %s: is missing", what, name))
		case !same(want[name], g):
			lines = append(lines, fmt.Sprintf("%s %s: %s", what, name, show(want[name], g)))
		}
	}
	return lines
}

// firstRow shows some of what one table has and the other has not.
func firstRow(want, got []string) string {
	only := func(a, b []string) (rows []string) {
		there := map[string]int{}
		for _, row := range b {
			there[row]++
		}
		for _, row := range a {
			if there[row]--; there[row] < 0 {
				rows = append(rows, row)
			}
		}
		return rows
	}
	missing, extra := only(want, got), only(got, want)
	return fmt.Sprintf("%d rows missing, %d too many\n  missing: %s\n  too many: %s", len(missing), len(extra),
		strings.Join(missing[:min(2, len(missing))], "\n           "), strings.Join(extra[:min(2, len(extra))], "\n            "))
}

func firstLine(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d:\n  want %s\n  got  %s\n%s", i+1, w[i], g[i], strings.Join(g[max(0, i-6):i], "\n"))
		}
	}
	return fmt.Sprintf("%d lines instead of %d", len(g), len(w))
}
