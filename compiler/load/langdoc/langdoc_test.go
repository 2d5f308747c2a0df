package langdoc_test

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"

	"sluice/ci/golden"
	"sluice/compiler/load/lang"
	"sluice/compiler/load/langdoc"
	"sluice/cue"
)

const page = "../../../docs/language.md"

func language(t *testing.T) *lang.Language {
	t.Helper()
	schema, err := fs.Sub(cue.Schema, "schema")
	if err != nil {
		t.Fatal(err)
	}
	l, err := lang.Parse(schema)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// docs/language.md is what the schema says.
func TestPage(t *testing.T) {
	got := langdoc.Markdown(language(t))
	if golden.Updating() {
		if err := os.WriteFile(page, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/language.md is out of date (SLUICE_UPDATE=1 rewrites it)\n%s", diff.Diff("docs/language.md", want, "schema", got))
	}
}

// Every field of every struct is on the page, with words.
func TestEveryField(t *testing.T) {
	l := language(t)
	text := string(langdoc.Markdown(l))
	n := 0
	for _, d := range l.Defs {
		fields := d.Fields
		for _, v := range d.ByKind {
			fields = append(fields[:len(fields):len(fields)], v.Fields...)
		}
		for _, f := range fields {
			n++
			if langdoc.Doc(f) == "" {
				t.Errorf("#%s.%s has no doc comment", d.Name, f.Name)
			}
			if !strings.Contains(text, "| `"+f.Name+"` |") {
				t.Errorf("#%s.%s is not on the page", d.Name, f.Name)
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d fields", n)
	}
}
