package lint

import (
	"slices"
	"strings"
	"testing"

	"sluice/compiler/diag"
)

// TestCommentsInSQL: a comment is found wherever it stands, and nothing else is one.
func TestCommentsInSQL(t *testing.T) {
	for text, want := range map[string][]string{
		"SELECT 1 -- a\n# b\n/* c */ -- d":                   {"-- a", "# b", "/* c */ -- d", "-- d"},
		`SELECT '-- a', "# b", "/* c", ` + "`-- d` -- e":     {"-- e"},
		"SELECT '''it's -- a\n''', r'\\' -- b', 'x\\'' -- c": {"-- c"},
		"SELECT 'open -- a":                                  nil,
		"-- it's one\nSELECT 1 -- and 'two":                  {"-- it's one", "-- and 'two"},
	} {
		var got []string
		for _, start := range commentsInSQL(text) {
			line, _, _ := strings.Cut(text[start:], "\n")
			got = append(got, line)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// FuzzSuppress: whatever the text, each finding stays or is silenced once, and each
// comment is used or reported.
func FuzzSuppress(f *testing.F) {
	f.Add("SELECT 1 -- sluice:ignore SL7011 why\n", true)
	f.Add("-- sluice:ignore SL7011,SL7012 why\r\n# sluice:ignore\nSELECT '''", true)
	f.Add("x: 1 // sluice:ignore SL7011: why */", false)
	f.Add("'\\", true)
	f.Fuzz(func(t *testing.T, text string, isSQL bool) {
		file := "a.cue"
		if isSQL {
			file = "a.sql"
		}
		var findings diag.List
		lines := strings.Count(text, "\n") + 1
		for i := range lines {
			findings.Warnf(diag.LimitWithoutOrder, diag.Span{File: file, Line: int32(i + 1), Col: 1}, "m")
		}
		out := Suppress(findings, map[string]string{file: text})
		for _, d := range out {
			if d.Span.Line < 1 || int(d.Span.Line) > lines || d.Span.Col < 1 {
				t.Errorf("no such place: %+v", d.Span)
			}
		}
		kept := 0
		for _, d := range out {
			if d.Code == diag.LimitWithoutOrder {
				kept++
			}
		}
		if comments := len(suppressions(file, text)); kept > lines || kept < lines-comments {
			t.Errorf("%d of %d findings stay with %d comments", kept, lines, comments)
		}
	})
}
