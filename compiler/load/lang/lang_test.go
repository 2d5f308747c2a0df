package lang_test

import (
	"io/fs"
	"testing"

	"sluice/compiler/load/lang"
	"sluice/cue"
)

func language(t *testing.T) *lang.Language {
	t.Helper()
	sub, err := fs.Sub(cue.Schema, "schema")
	if err != nil {
		t.Fatal(err)
	}
	l, err := lang.Parse(sub)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// every walks each type reachable from the definitions once.
func every(l *lang.Language, visit func(path string, f *lang.Field, t *lang.Type)) {
	seen := map[*lang.Type]bool{}
	var walk func(path string, f *lang.Field, t *lang.Type)
	walk = func(path string, f *lang.Field, t *lang.Type) {
		if t == nil {
			return
		}
		visit(path, f, t)
		if seen[t] {
			return
		}
		seen[t] = true
		for _, f := range t.Fields {
			walk(path+"."+f.Name, f, f.Type)
		}
		for _, v := range t.ByKind {
			for _, f := range v.Fields {
				walk(path+"("+v.Kind+")."+f.Name, f, f.Type)
			}
		}
		walk(path+"[key]", nil, t.Key)
		walk(path+"[]", nil, t.Elem)
		walk(path+"[0]", nil, t.First)
	}
	for _, d := range l.Defs {
		walk("#"+d.Name, nil, d)
	}
}

func TestEveryTypeIsUnderstood(t *testing.T) {
	n := 0
	every(language(t), func(path string, _ *lang.Field, typ *lang.Type) {
		n++
		if typ.Kind == lang.Unknown {
			t.Errorf("%s: the reader does not understand %q; write it in the schema's style", path, typ.Expr)
		}
	})
	if n < 300 {
		t.Errorf("only %d types seen", n)
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	l := language(t)
	every(l, func(path string, f *lang.Field, _ *lang.Type) {
		if f != nil && f.Doc == "" && f.Type.Doc == "" { // connection and to are told by their types
			t.Errorf("%s has no doc comment", path)
		}
	})
	for _, d := range l.Defs {
		if d.Doc == "" {
			t.Errorf("#%s has no doc comment", d.Name)
		}
	}
	if l.Doc == "" {
		t.Error("the package has no doc comment")
	}
}

func TestShapes(t *testing.T) {
	l := language(t)
	table := l.Def("Table")
	if got := table.Field("materialization").Type; len(got.Enum) != 3 || got.Default.Value != "table" {
		t.Errorf("materialization: %+v", got)
	}
	if got := l.Def("Retry").Field("attempts").Type; got.Kind != lang.Int || len(got.Bounds) != 2 || got.Default.Value != int64(3) || !got.MatchNumber(20) || got.MatchNumber(21) {
		t.Errorf("attempts: %+v", got)
	}
	if got := l.Def("Check").FieldFor("unique", "columns").Type; got.Kind != lang.List || got.First == nil {
		t.Errorf("columns: %+v", got)
	}
	if l.Def("Check").FieldFor("sql", "columns") != nil {
		t.Error("columns is a field of unique, not of sql")
	}
	if got := l.Def("Column").Field("fields").Type.Elem; got != l.Def("Column") {
		t.Error("Column is not recursive")
	}
	for s, want := range map[string]bool{"10:00": true, "24:00": true, "24:01": false, "9:00": false} {
		if l.Def("Clock").MatchString(s) != want {
			t.Errorf("Clock %q: want %v", s, want)
		}
	}
	for s, want := range map[string]bool{"1h30m": true, "": false, "90": false, "400d": true} {
		if l.Def("Duration").MatchString(s) != want {
			t.Errorf("Duration %q: want %v", s, want)
		}
	}
	if !l.Def("Platform").Field("platform").Required() || l.Def("Platform").Field("table").Required() {
		t.Error("platform is required, table is not")
	}
}

// The hand-written matchers agree with the expressions they stand for.
func FuzzPatterns(f *testing.F) {
	for _, s := range []string{"", "a", "a_1", "A", "_x", "core.t", "core..t", "1a", "a.b.c", "é", "a\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, text := range lang.HandMatched {
			hand, slow := lang.Matchers(text)
			if hand(s) != slow(s) {
				t.Errorf("%s on %q: by hand %v", text, s, hand(s))
			}
		}
	})
}
