package format

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"sluice/ci/golden"
	"sluice/compiler/sql/token"
	"sluice/compiler/sqltype"
)

// TestLayouts lays out the sections of testdata/layouts.txt; what comes of each stands
// below the line =>. SLUICE_UPDATE=1 rewrites that.
func TestLayouts(t *testing.T) {
	const file = "testdata/layouts.txt"
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, section := range a.Files {
		text, want, _ := strings.Cut(string(section.Data), "=>\n")
		got, err := Query(text)
		if err != nil {
			t.Errorf("%s: %v", section.Name, err)
		}
		if got != want && !golden.Updating() {
			t.Errorf("%s:\n%s", section.Name, diff.Diff("want", []byte(want), "got", []byte(got)))
		}
		a.Files[i].Data = []byte(text + "=>\n" + got)
		if again, err := Query(got); err != nil || again != got {
			t.Errorf("%s: laid out again it is (%v):\n%s", section.Name, err, again)
		}
	}
	if golden.Updating() {
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReferencePlatform: every statement of the reference platform can be laid out,
// and stays the same statement.
func TestReferencePlatform(t *testing.T) {
	count := 0
	err := filepath.WalkDir("../../../cue/manabi/sql", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".sql" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		count++
		got, err := Query(string(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		check(t, string(text), got)
		return nil
	})
	if err != nil || count < 50 {
		t.Fatalf("%d statements: %v", count, err)
	}
}

// check compares tokens and comments, and lays out once more.
func check(t *testing.T, text, got string) {
	t.Helper()
	if !token.Same(text, got, sqltype.IsReserved) || !sameComments(text, got) {
		t.Errorf("another statement:\n%s", diff.Diff("text", []byte(text), "got", []byte(got)))
	}
	if again, err := Query(got); err != nil || again != got {
		t.Errorf("laid out again it is otherwise (%v):\n%s", err, diff.Diff("once", []byte(got), "twice", []byte(again)))
	}
}

// FuzzQuery: whatever the text, the result is the same statement, or the text itself.
func FuzzQuery(f *testing.F) {
	a, err := txtar.ParseFile("testdata/layouts.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, section := range a.Files {
		text, _, _ := strings.Cut(string(section.Data), "=>\n")
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Query(text)
		if err != nil {
			if got != text {
				t.Errorf("failed with %v, and changed %q to %q", err, text, got)
			}
			return
		}
		check(t, text, got)
	})
}

// TestCorpus: realistic statements, most of them on one line, get a layout that
// settles and stay the same statement.
func TestCorpus(t *testing.T) {
	text, err := os.ReadFile("../testdata/corpus.sql")
	if err != nil {
		t.Fatal(err)
	}
	changed, long := 0, 0
	for _, s := range strings.Split(string(text), "\n;\n") {
		got, err := Query(s)
		if err != nil {
			t.Errorf("%v:\n%s", err, s)
			continue
		}
		check(t, s, got)
		if got != s {
			changed++
		}
		for line := range strings.Lines(got) {
			if len([]rune(line)) > width+20 && !strings.Contains(line, "'") {
				long++
				t.Logf("long: %s", line)
			}
		}
	}
	if changed < 140 || long > 3 {
		t.Errorf("%d statements changed, %d lines are too long", changed, long)
	}
}
