package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mattn/go-runewidth"

	"sluice/runtime/plan"
	"sluice/runtime/unittest"
)

// testCounts are how many tests ended how.
type testCounts struct {
	Tests   int `json:"tests"`
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Errors  int `json:"errors"`
	Skipped int `json:"skipped"`
}

func counts(results []unittest.Result) testCounts {
	c := testCounts{Tests: len(results)}
	for _, r := range results {
		switch r.Status {
		case unittest.Passed:
			c.Passed++
		case unittest.Failed:
			c.Failed++
		case unittest.Broken:
			c.Errors++
		default:
			c.Skipped++
		}
	}
	return c
}

func (c testCounts) bad() int { return c.Failed + c.Errors }

func (c testCounts) String() string {
	if c.Tests == 0 {
		return "no tests"
	}
	parts := []string{fmt.Sprintf("%d passed", c.Passed)}
	for _, p := range []struct {
		n    int
		word string
	}{{c.Failed, "failed"}, {c.Errors, "could not run"}, {c.Skipped, "skipped"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	noun := "tests"
	if c.Tests == 1 {
		noun = "test"
	}
	return fmt.Sprintf("%d %s: %s", c.Tests, noun, strings.Join(parts, ", "))
}

// testRow is a test as --list shows it.
type testRow struct {
	Table       string `json:"table"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	File        string `json:"file"`
	Line        int    `json:"line"`
}

func (a *app) viewTests(tests []plan.UnitTest) error {
	rows := []testRow{}
	for _, t := range tests {
		rows = append(rows, testRow{t.Table, t.Name, t.Description, t.Origin.File, t.Origin.Line})
	}
	if a.output != "text" {
		return a.writeJSON(struct {
			Format int       `json:"format"`
			Tests  []testRow `json:"tests"`
		}{1, rows})
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, r := range rows {
		description := ""
		if r.Description != "" {
			description = "\t" + r.Description
		}
		fmt.Fprintf(w, "%s/%s\t%s%s:%d%s\n", r.Table, r.Name, a.prefix(), r.File, r.Line, description)
	}
	return w.Flush()
}

// viewTestResults prints what came of the tests, as the command's result.
func (a *app) viewTestResults(results []unittest.Result, took time.Duration) error {
	switch a.output {
	case "json":
		return a.viewTestJSON(results, took)
	case "junit":
		return a.viewJUnit(results, took)
	}
	for _, r := range results {
		if r.Status == unittest.Failed || r.Status == unittest.Broken {
			a.viewFailure(a.out, r, a.color(a.out))
		}
	}
	_, err := fmt.Fprintln(a.out, counts(results))
	if !a.quiet {
		fmt.Fprintf(a.err, "done in %.2f s\n", took.Seconds())
	}
	return err
}

// viewFailure prints one test that did not pass, and an empty line.
func (a *app) viewFailure(w io.Writer, r unittest.Result, color bool) {
	fmt.Fprintf(w, "%s %s\n  %s%s:%d\n", paint(color, red, "FAIL"), testName(r.Test), a.prefix(), r.Test.Origin.File, r.Test.Origin.Line)
	if r.Test.Description != "" {
		fmt.Fprintf(w, "  %s\n", r.Test.Description)
	}
	fmt.Fprintf(w, "  %s\n", r.Message)
	for _, d := range r.Diffs {
		fmt.Fprintln(w)
		writeDiff(w, d, color)
	}
	fmt.Fprintln(w)
}

// Colours of the terminal.
const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	dim   = "\x1b[2m"
)

func paint(on bool, color, text string) string {
	if !on {
		return text
	}
	return color + text + "\x1b[0m"
}

// cellWidth is how wide a value is at most; longer ones are shortened.
const cellWidth = 40

// diffLine is one line of the table: of a mark and texts.
type diffLine struct {
	mark  string // "-", "+", "^", or empty for the names
	cells []unittest.Cell
	line  int // of the expected row in its file
}

// writeDiff prints rows in columns: "-" is expected and missing, "+" came unexpected. Of
// a row that differs in some values both are shown, and these are marked below.
func writeDiff(w io.Writer, d unittest.Diff, color bool) {
	if d.CTE != "" {
		fmt.Fprintf(w, "  %s:\n", d.CTE)
	}
	lines := []diffLine{{cells: names(d)}}
	for _, r := range d.Rows {
		lines = append(lines, rowLines(r)...)
	}
	widths := make([]int, len(d.Columns))
	for _, l := range lines {
		for i, c := range l.cells {
			widths[i] = max(widths[i], runewidth.StringWidth(c.Text))
		}
	}
	for _, l := range lines {
		fmt.Fprintln(w, strings.TrimRight(formatLine(l, widths, color), " "))
	}
	if d.Matched > 0 {
		rows := "rows are"
		if d.Matched == 1 {
			rows = "row is"
		}
		fmt.Fprintf(w, "    %s\n", paint(color, dim, fmt.Sprintf("%d more %s as expected", d.Matched, rows)))
	}
}

func names(d unittest.Diff) []unittest.Cell {
	cells := make([]unittest.Cell, len(d.Columns))
	for i, c := range d.Columns {
		if c == "" {
			c = fmt.Sprintf("column %d", i+1)
		}
		cells[i].Text = c
	}
	return cells
}

// rowLines are the lines of one row.
func rowLines(r unittest.DiffRow) []diffLine {
	expected, actual := shortened(r.Expected, r.Actual)
	var out []diffLine
	if expected != nil {
		out = append(out, diffLine{mark: "-", cells: expected, line: r.Origin.Line})
	}
	if actual != nil {
		out = append(out, diffLine{mark: "+", cells: actual})
	}
	if expected == nil || actual == nil {
		return out
	}
	marks := diffLine{mark: "^", cells: make([]unittest.Cell, len(expected))}
	for i := range expected {
		if expected[i].Differs {
			width := max(runewidth.StringWidth(expected[i].Text), runewidth.StringWidth(actual[i].Text))
			marks.cells[i] = unittest.Cell{Text: strings.Repeat("^", width), Differs: true}
		}
	}
	return append(out, marks)
}

// shortened are the cells of a row in their widths; of two long values the part is kept
// in which they differ.
func shortened(expected, actual []unittest.Cell) (e, a []unittest.Cell) {
	e, a = append(e, expected...), append(a, actual...)
	for i := range max(len(e), len(a)) {
		skip := 0
		if len(e) > 0 && len(a) > 0 && e[i].Differs {
			skip = common(e[i].Text, a[i].Text)
		}
		if len(e) > 0 {
			e[i].Text = shorten(e[i].Text, skip)
		}
		if len(a) > 0 {
			a[i].Text = shorten(a[i].Text, skip)
		}
	}
	return e, a
}

// common is how many characters two texts begin with alike.
func common(a, b string) int {
	x, y := []rune(a), []rune(b)
	n := 0
	for n < min(len(x), len(y)) && x[n] == y[n] {
		n++
	}
	return n
}

// shorten keeps the first characters of a text, or those around a place.
func shorten(text string, at int) string {
	if runewidth.StringWidth(text) <= cellWidth {
		return text
	}
	const before = 10 // characters to know the place by
	r := []rune(text)
	if at > cellWidth-before {
		r = append([]rune("…"), r[at-before:]...)
	}
	return runewidth.Truncate(string(r), cellWidth, "…")
}

func formatLine(l diffLine, widths []int, color bool) string {
	var b strings.Builder
	shade := map[string]string{"-": red, "+": green}[l.mark]
	mark := l.mark
	if mark == "" || mark == "^" {
		mark = " "
	}
	b.WriteString("  " + paint(color && shade != "", shade, mark) + " ")
	for i, c := range l.cells {
		pad := strings.Repeat(" ", widths[i]-runewidth.StringWidth(c.Text)+2)
		switch {
		case c.Differs && shade != "", l.mark == "^":
			b.WriteString(paint(color && c.Text != "", shade, c.Text))
		case c.Any:
			b.WriteString(paint(color, dim, c.Text))
		default:
			b.WriteString(c.Text)
		}
		b.WriteString(pad)
	}
	if l.line > 0 {
		b.WriteString(paint(color, dim, fmt.Sprintf("line %d", l.line)))
	}
	return b.String()
}

// jsonTest is a result in the form of -o json.
type jsonTest struct {
	Table      string          `json:"table"`
	Name       string          `json:"name"`
	Origin     plan.Origin     `json:"origin"`
	Status     unittest.Status `json:"status"`
	DurationMS float64         `json:"duration_ms"`
	Message    string          `json:"message,omitempty"`
	Diffs      []unittest.Diff `json:"diffs,omitempty"`
}

func (a *app) viewTestJSON(results []unittest.Result, took time.Duration) error {
	list := []jsonTest{}
	for _, r := range results {
		list = append(list, jsonTest{r.Test.Table, r.Test.Name, r.Test.Origin, r.Status, float64(r.Duration.Microseconds()) / 1e3, r.Message, r.Diffs})
	}
	return a.writeJSON(struct {
		Format     int        `json:"format"`
		Summary    testCounts `json:"summary"`
		DurationMS float64    `json:"duration_ms"`
		Tests      []jsonTest `json:"tests"`
	}{1, counts(results), float64(took.Microseconds()) / 1e3, list})
}

// JUnit's form, as CI systems read it.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string       `xml:"classname,attr"`
		Name    string       `xml:"name,attr"`
		File    string       `xml:"file,attr"`
		Line    int          `xml:"line,attr"`
		Time    string       `xml:"time,attr"`
		Failure *junitReason `xml:"failure"`
		Error   *junitReason `xml:"error"`
		Skipped *junitReason `xml:"skipped"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// viewJUnit writes a suite for each table.
func (a *app) viewJUnit(results []unittest.Result, took time.Duration) error {
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
	total := counts(results)
	out := junitSuites{Name: "sluice", Tests: total.Tests, Failures: total.Failed, Errors: total.Errors, Skipped: total.Skipped, Time: seconds(took)}
	for from := 0; from < len(results); {
		to := from
		var sum time.Duration
		suite := junitSuite{Name: results[from].Test.Table}
		for ; to < len(results) && results[to].Test.Table == suite.Name; to++ {
			sum += results[to].Duration
			suite.Cases = append(suite.Cases, a.junitCase(results[to], seconds(results[to].Duration)))
		}
		c := counts(results[from:to])
		suite.Tests, suite.Failures, suite.Errors, suite.Skipped, suite.Time = c.Tests, c.Failed, c.Errors, c.Skipped, seconds(sum)
		out.Suites = append(out.Suites, suite)
		from = to
	}
	if _, err := io.WriteString(a.out, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(a.out)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := fmt.Fprintln(a.out)
	return err
}

func (a *app) junitCase(r unittest.Result, seconds string) junitCase {
	c := junitCase{Class: r.Test.Table, Name: r.Test.Name, File: a.prefix() + r.Test.Origin.File, Line: r.Test.Origin.Line, Time: seconds}
	var text strings.Builder
	for _, d := range r.Diffs {
		text.WriteString("\n")
		writeDiff(&text, d, false)
	}
	reason := &junitReason{Message: r.Message, Text: text.String()}
	switch r.Status {
	case unittest.Failed:
		c.Failure = reason
	case unittest.Broken:
		c.Error = reason
	case unittest.Skipped:
		c.Skipped = reason
	}
	return c
}
