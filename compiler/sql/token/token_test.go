package token

import (
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	cases := []struct{ text, want string }{
		{"SELECT a.b, 1.5e-3", "w:SELECT _ w:a s:. w:b s:, _ n:1.5e-3"},
		{"x -- y\n# z\n/* a\n*/b", "w:x _ c:-- y _ c:# z _ c:/* a\n*/ w:b"},
		{"r'a\\'b' b\"x\" rb'''q'q'''", "t:r'a\\'b' _ t:b\"x\" _ t:rb'''q'q'''"},
		{"`a-b.c`.d", "n:`a-b.c` s:. w:d"},
		{"@run_date @@time_zone @{h=1}", "w:@run_date _ s:@@ w:time_zone _ s:@ s:{ w:h s:= n:1 s:}"},
		{"a<>b||c|>d=>e", "w:a s:<> w:b s:|| w:c s:|> w:d s:=> w:e"},
		{"0xFF .5 t.1", "n:0xFF _ n:.5 _ w:t n:.1"},
		{"'open", "t:'open"},
		{"日本", "s:日 s:本"},
	}
	for _, c := range cases {
		var got []string
		for _, tok := range Split(c.text) {
			switch tok.Kind {
			case Blank:
				got = append(got, "_")
			default:
				got = append(got, string("_cwntns"[tok.Kind])+":"+tok.Text)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q\ngot  %s\nwant %s", c.text, strings.Join(got, " "), c.want)
		}
	}
}

func TestSame(t *testing.T) {
	keyword := func(w string) bool { return strings.EqualFold(w, "select") }
	cases := []struct {
		a, b string
		want bool
	}{
		{"select  a", "SELECT a -- x", true},
		{"SELECT A", "SELECT a", false},
		{"SELECT 'a'", "SELECT 'A'", false},
		{"SELECT a b", "SELECT ab", false},
	}
	for _, c := range cases {
		if Same(c.a, c.b, keyword) != c.want {
			t.Errorf("Same(%q, %q) is not %v", c.a, c.b, c.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"SELECT r'\\", "/*", "`", "'''a''", "a--b\r\n#", "1.e", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for _, tok := range Split(text) {
			if tok.Start != b.Len() || tok.Text == "" {
				t.Fatalf("%q is cut wrongly at %d", text, tok.Start)
			}
			b.WriteString(tok.Text)
		}
		if b.String() != text {
			t.Fatalf("%q became %q", text, b.String())
		}
	})
}
