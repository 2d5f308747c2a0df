package diag

import (
	"fmt"
	"testing"
)

func TestApplyEdits(t *testing.T) {
	text := "one two\nthree four\n"
	edit := func(line, col, endLine, endCol int32, with string) Edit {
		return Edit{Span: Span{File: "a", Line: line, Col: col, EndLine: endLine, EndCol: endCol}, Text: with}
	}
	cases := []struct {
		name  string
		edits [][]Edit // of a diagnostic each
		want  string
		codes int
	}{
		{"replace and insert", [][]Edit{{edit(1, 1, 1, 4, "ONE"), edit(2, 7, 2, 7, "and ")}}, "ONE two\nthree and four\n", 1},
		{"across lines", [][]Edit{{edit(1, 4, 2, 6, "")}}, "one four\n", 1},
		{"the first of two that overlap", [][]Edit{{edit(1, 1, 1, 5, "x")}, {edit(1, 3, 1, 6, "y")}}, "xtwo\nthree four\n", 1},
		{"all of a diagnostic or none", [][]Edit{{edit(1, 1, 1, 4, "x")}, {edit(1, 2, 1, 3, "y"), edit(2, 1, 2, 6, "z")}}, "x two\nthree four\n", 1},
		{"no such place", [][]Edit{{edit(9, 1, 9, 2, "x")}}, "", 0},
		{"backwards", [][]Edit{{edit(2, 1, 1, 2, "x")}}, "", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var list List
			for i, edits := range c.edits {
				list = append(list, Diagnostic{Code: Code(fmt.Sprintf("SL700%d", i)), Span: edits[0].Span, Edits: edits})
			}
			got, err := ApplyEdits(list, func(string) (string, error) { return text, nil })
			if err != nil {
				t.Fatal(err)
			}
			if got["a"].Text != c.want || len(got["a"].Codes) != c.codes {
				t.Errorf("got %q for %v", got["a"].Text, got["a"].Codes)
			}
		})
	}
	if s := (Fixed{Codes: []Code{"SL7069", "SL7012", "SL7012"}}).Summary(); s != "SL7012 ×2, SL7069" {
		t.Error(s)
	}
}
