package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder takes the failures of a helper under test.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, format)
}

func TestTree(t *testing.T) {
	t.Setenv("SLUICE_UPDATE", "")
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("same", "1\n")
	write("other", "1\n")
	write("orphan", "1\n")
	got := map[string][]byte{"same": []byte("1\n"), "other": []byte("2\n"), "new": []byte("3\n")}

	r := &recorder{TB: t}
	Tree(r, dir, got)
	if len(r.errors) != 3 {
		t.Fatalf("want a new, a different and an orphan file reported, got %d: %s", len(r.errors), strings.Join(r.errors, "\n"))
	}

	t.Setenv("SLUICE_UPDATE", "1")
	Tree(t, dir, got)
	t.Setenv("SLUICE_UPDATE", "")
	Tree(t, dir, got)
}

func TestCases(t *testing.T) {
	t.Setenv("SLUICE_UPDATE", "")
	root := t.TempDir()
	for _, name := range []string{"kept", "gone"} {
		if err := os.Mkdir(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r := &recorder{TB: t}
	Cases(r, root, "kept")
	if len(r.errors) != 1 {
		t.Fatalf("want one orphan, got %v", r.errors)
	}
	t.Setenv("SLUICE_UPDATE", "1")
	Cases(t, root, "kept")
	t.Setenv("SLUICE_UPDATE", "")
	Cases(t, root, "kept")
}
