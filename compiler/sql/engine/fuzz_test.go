package engine

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzProblemPlace: a mistake is found at its byte whatever comments, tabs, line ends
// and characters stand before it.
func FuzzProblemPlace(f *testing.F) {
	for _, s := range []string{"", "x", "\t\tx\t", "日本語\n\t絵文字😀", "a\r\nb\rc\n", "\u2028\v\f", "\t日\tb\t", "e\u0301"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, between string) {
		comment := func(s string) string { return "/*" + strings.ReplaceAll(s, "*/", "") + "*/" }
		text := comment(before) + "SELECT 'x'," + comment(between) + " nosuch FROM core.members"
		found := analyze(t, text, Query)
		if len(found.Problems) != 1 {
			t.Fatalf("%q: %+v", text, found.Problems)
		}
		p := found.Problems[0]
		if p.Start < 0 || p.Start > len(text) || p.End > len(text) {
			t.Fatalf("%q: %+v lies outside", text, p)
		}
		want := strings.LastIndex(text, "nosuch")
		if utf8.ValidString(text) && !strings.Contains(text, "\x00") && (p.Start != want || p.End != want+len("nosuch")) {
			t.Fatalf("%q: %+v, want %d", text, p, want)
		}
	})
}

// FuzzParse: no text breaks the parser, and what it says lies inside the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"SELECT * FROM `a.b` JOIN c.d USING (x)", "SELECT @a, f.g(1) FROM x.y(1), TABLE z", "FROM a.b |> AS c |> JOIN c.d", "SELECT", "(((", "WITH a AS (SELECT 1) SELECT * FROM a PIVOT(", "/*", "`", "SELECT \"\\", "INSERT", "--",
		"DECLARE n INT64; SET n = 1; SELECT n", "CREATE TEMP TABLE t AS SELECT 1; SELECT * FROM t", "BEGIN SELECT 1; EXCEPTION WHEN ERROR THEN SELECT 2; END; SELECT 3", "SELECT * FROM ML.PREDICT(MODEL a.b, TABLE c.d)", "SELECT * FROM VECTOR_SEARCH(TABLE a.b, 'c', query_value => 1)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []Kind{Query, Condition, Scalar, Aggregate, TableFn} {
			p, err := engine(t).Parse(text, kind)
			if err != nil {
				t.Fatalf("%s %q: %v", kind, text, err)
			}
			inside := func(start, end int) {
				if start < -1 || end > len(text) || start > end && end != 0 {
					t.Fatalf("%s %q: %d-%d lies outside", kind, text, start, end)
				}
			}
			for _, r := range p.Refs {
				inside(r.Start, r.End)
			}
			for _, u := range p.Parameters {
				inside(u.Start, u.End)
			}
			if p.Problem != nil {
				inside(p.Problem.Start, p.Problem.End)
			} else if rewritten, paths := unquote(text, p.Refs); len(rewritten) != len(text) || len(paths) != len(p.Refs) {
				t.Fatalf("%s %q: rewriting changes the length", kind, text)
			}
		}
	})
}
