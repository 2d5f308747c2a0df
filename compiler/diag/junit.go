package diag

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The parts of a JUnit report that CI systems read.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr,omitempty"`
		Line    int32         `xml:"line,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes a list as JUnit XML: a suite for each file, a failed test for each
// diagnostic. A list without any is one test that passed, so that a CI system sees
// that something ran.
func WriteJUnit(w io.Writer, l List, prefix string) error {
	out := junitSuites{Name: "sluice lint"}
	for _, d := range l.Sorted() {
		file := prefix + d.Span.File
		if d.Span.File == "" {
			file = "platform"
		}
		if n := len(out.Suites); n == 0 || out.Suites[n-1].Name != file {
			out.Suites = append(out.Suites, junitSuite{Name: file})
		}
		s := &out.Suites[len(out.Suites)-1]
		class := d.Node
		if class == "" {
			class = file
		}
		text := []string{fmt.Sprintf("%s%s: %s[%s]: %s", prefix, d.Span, d.Severity, d.Code, d.Message)}
		text = append(text, d.Notes...)
		if d.Hint != "" {
			text = append(text, "hint: "+d.Hint)
		}
		s.Cases = append(s.Cases, junitCase{
			Class: class, Name: fmt.Sprintf("%s %s", d.Code, d.Span), File: prefix + d.Span.File, Line: d.Span.Line,
			Failure: &junitFailure{Type: d.Severity.String(), Message: d.Message, Text: strings.Join(text, "\n")},
		})
		s.Tests, s.Failures = s.Tests+1, s.Failures+1
		out.Tests, out.Failures = out.Tests+1, out.Failures+1
	}
	if out.Tests == 0 {
		out.Tests = 1
		out.Suites = []junitSuite{{Name: "platform", Tests: 1, Cases: []junitCase{{Class: "platform", Name: "no findings"}}}}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
