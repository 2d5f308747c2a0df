package sql_test

import (
	"strings"
	"testing"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql"
)

// FuzzPlace: a place in the text is the same byte in the file.
func FuzzPlace(f *testing.F) {
	f.Add("SELECT 1,\n  '日本'\nFROM t", uint8(3), uint16(9))
	f.Add("x", uint8(0), uint16(0))
	f.Fuzz(func(t *testing.T, text string, indent uint8, offset uint16) {
		text = strings.ReplaceAll(text, "\r", "")
		at := min(int(offset), len(text))
		lines := strings.Split(text, "\n")
		block := "table: x: sql: \"\"\"\n"
		for _, l := range lines {
			block += strings.Repeat("\t", int(indent)) + l + "\n"
		}
		block += strings.Repeat("\t", int(indent)) + "\"\"\"\n"
		for name, c := range map[string]struct {
			file string
			s    model.Statement
		}{
			"file":  {text, model.Statement{Text: text, At: diag.Span{File: "a.sql", Line: 1, Col: 1}}},
			"block": {block, model.Statement{Text: text, At: diag.Span{File: "a.cue", Line: 2, Col: int32(indent) + 1, EndLine: int32(len(lines)) + 2, EndCol: 1}, Indent: int(indent)}},
		} {
			span := sql.Place(&c.s, at, at)
			file := strings.Split(c.file, "\n")
			line := file[span.Line-1][span.Col-1:]
			want, _, _ := strings.Cut(text[at:], "\n")
			if line != want {
				t.Fatalf("%s: %q at %d is %v, where %q stands instead of %q", name, text, at, span, line, want)
			}
		}
	})
}

func TestPlaceOfTheWhole(t *testing.T) {
	whole := diag.Span{File: "a.cue", Line: 3, Col: 7}
	for name, s := range map[string]model.Statement{
		"made":     {Text: "SELECT 1", At: whole, Made: true},
		"unmapped": {Text: "SELECT 1", At: whole, Indent: 6},
	} {
		if got := sql.Place(&s, 3, 4); got != whole {
			t.Errorf("%s: %v", name, got)
		}
	}
}
