package diag

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

var files = map[string]string{
	"sla.cue": "sla: {\n\tmember: {\n\t\tready_by: \"10:00\"\n\t}\n}\n",
	"名前.sql":  "SELECT '日本', bad_column\n",
}

func source(name string) ([]byte, error) {
	if s, ok := files[name]; ok {
		return []byte(s), nil
	}
	return nil, errors.New("no such file")
}

func sample() List {
	var l List
	l.Warnf("SL3001", Span{File: "名前.sql", Line: 1, Col: 18}, "column %q", "bad_column")
	l.Errorf("SL3102", Span{File: "sla.cue", Line: 3, Col: 3}, "%q cannot be ready by 10:00", "member").
		WithRelated(Span{File: "capacity.cue", Line: 9, Col: 3}, "the pool is small").
		WithNote("longest path: a → b").
		WithHint("raise pool.ingest")
	l.Errorf("SL3102", Span{File: "sla.cue", Line: 3, Col: 3}, "%q cannot be ready by 10:00", "member")
	l.Errorf("SL1002", Span{File: "gone.cue", Line: 7, Col: 1, EndLine: 7, EndCol: 4}, "no excerpt")
	l.Errorf("SL2001", Span{}, "no place")
	return l
}

func TestWriteText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteText(&b, sample(), TextOptions{Source: source, Prefix: "cue/"}); err != nil {
		t.Fatal(err)
	}
	want := `error[SL2001]: no place
cue/gone.cue:7:1: error[SL1002]: no excerpt
cue/sla.cue:3:3: error[SL3102]: "member" cannot be ready by 10:00
    3 |         ready_by: "10:00"
      |         ^^^^^^^^
  cue/capacity.cue:9:3: the pool is small
  longest path: a → b
  hint: raise pool.ingest
cue/名前.sql:1:18: warning[SL3001]: column "bad_column"
    1 | SELECT '日本', bad_column
      |                ^^^^^^^^^^
3 errors, 1 warning
`
	if got := b.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestSortedIsStableUnderShuffling(t *testing.T) {
	l := sample()
	back := make(List, 0, len(l))
	for i := len(l) - 1; i >= 0; i-- {
		back = append(back, l[i])
	}
	var a, b bytes.Buffer
	_ = WriteJSON(&a, sample()[:2])
	_ = WriteJSON(&b, List{sample()[1], sample()[0]})
	if a.String() != b.String() {
		t.Error("order of input changes the output")
	}
	if len(back.Sorted()) != 4 {
		t.Errorf("a repeat is kept: %v", back.Sorted())
	}
}

func TestWriteJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(b.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Format != ReportFormat || r.Errors != 3 || r.Warnings != 1 || r.Diagnostics[2].Related[0].Span.Line != 9 {
		t.Errorf("got %+v", r)
	}
	b.Reset()
	_ = WriteJSON(&b, nil)
	if !strings.Contains(b.String(), `"diagnostics": []`) {
		t.Errorf("an empty list is %s", b.String())
	}
}

func TestCodesAreSortedUniqueAndExplained(t *testing.T) {
	seen := map[Code]bool{}
	for i, c := range codes {
		if i > 0 && codes[i-1].Code >= c.Code {
			t.Errorf("%s stands after %s", c.Code, codes[i-1].Code)
		}
		if seen[c.Code] || c.Title == "" || len(c.Explain) < 40 {
			t.Errorf("%s: repeated or not explained", c.Code)
		}
		seen[c.Code] = true
	}
}

// A line that a program wrote is not poured over the terminal.
func TestLongLine(t *testing.T) {
	many := strings.Repeat("春, ", 5000)
	for _, c := range []struct {
		name, line string
		col        int32
		want       string // between the numbers
	}{
		{"in the middle", many + "wrong" + many, int32(len(many)) + 1,
			"…" + strings.Repeat("春, ", 20) + "wrong" + strings.Repeat("春, ", 39) + "…\n" +
				strings.Repeat(" ", 1+20*4) + "^^^^^^^"},
		{"at the beginning", "wrong" + many, 1, "wrong" + strings.Repeat("春, ", 39) + "…\n^^^^^^^"},
		{"at the end", many + "wrong", int32(len(many)) + 1,
			"…" + strings.Repeat("春, ", 20) + "wrong\n" + strings.Repeat(" ", 1+20*4) + "^^^^^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			l := List{{Code: SQLSyntax, Severity: Error, Message: "m", Span: Span{File: "x.sql", Line: 1, Col: c.col}}}
			read := func(string) ([]byte, error) { return []byte(c.line), nil }
			if err := WriteText(&b, l, TextOptions{Source: read}); err != nil {
				t.Fatal(err)
			}
			_, excerpt, _ := strings.Cut(b.String(), "\n")
			excerpt = strings.ReplaceAll(strings.ReplaceAll(excerpt, "    1 | ", ""), "      | ", "")
			if !strings.HasPrefix(excerpt, c.want+"\n") {
				t.Errorf("got\n%s\nwant\n%s", excerpt, c.want)
			}
		})
	}
}

func FuzzWriteText(f *testing.F) {
	f.Add("a\tb\n日本", int32(1), int32(3), int32(0), int32(0))
	f.Fuzz(func(t *testing.T, text string, line, col, endLine, endCol int32) {
		var l List
		l.Errorf("SL1001", Span{File: "f", Line: line, Col: col, EndLine: endLine, EndCol: endCol}, "m")
		var b bytes.Buffer
		if err := WriteText(&b, l, TextOptions{Source: func(string) ([]byte, error) { return []byte(text), nil }}); err != nil {
			t.Fatal(err)
		}
	})
}
