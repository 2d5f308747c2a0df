package demo

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func generate(t *testing.T, o Options) map[string]string {
	t.Helper()
	o.Dir = t.TempDir()
	if _, err := Generate(o); err != nil {
		t.Fatal(err)
	}
	return hashes(t, o.Dir)
}

// hashes is the content of every file, by its path.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSameOptionsSameBytes(t *testing.T) {
	o := Options{Day: "2026-11-20", Learners: 300, Seed: 7}
	a, b := generate(t, o), generate(t, o)
	if !maps.Equal(a, b) {
		t.Error("two runs differ")
	}
	o.Seed++
	if c := generate(t, o); maps.Equal(a, c) {
		t.Error("another seed makes the same company")
	}
}

func TestEveryDayCanBeMade(t *testing.T) {
	for _, day := range []string{"2024-04-01", "2024-12-31", "2025-02-28", "2026-03-31", "2027-01-01", "2028-02-29"} {
		for _, changes := range []bool{false, true} {
			if _, err := Generate(Options{Dir: t.TempDir(), Day: day, Learners: 50, Changes: changes}); err != nil {
				t.Errorf("%s: %v", day, err)
			}
		}
	}
	for _, o := range []Options{{Day: "2023-01-01", Learners: 5}, {Day: "20261120", Learners: 5}, {Day: "2026-11-20"}, {Day: "2026-11-20", Learners: -1}} {
		o.Dir = t.TempDir()
		if _, err := Generate(o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

// A table's file for a day must be there, even where nothing changed.
func TestEveryTableHasFiles(t *testing.T) {
	o := Options{Dir: t.TempDir(), Day: "2026-11-20", Learners: 3, Changes: true}
	sum, err := Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	if len(sum.Tables) != 39 {
		t.Errorf("%d tables", len(sum.Tables))
	}
	for _, s := range sum.Tables {
		dir := filepath.Join(o.Dir, strings.ReplaceAll(s.Table, ".", "/"), o.Day)
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != s.Files || s.Files == 0 {
			t.Errorf("%s: %d files in %s, %v", s.Table, len(files), dir, err)
		}
	}
	if !slices.IsSortedFunc(sum.Tables, func(a, b TableSummary) int { return strings.Compare(a.Table, b.Table) }) {
		t.Error("tables are not sorted")
	}
}

func TestHasDayBefore(t *testing.T) {
	o := Options{Dir: t.TempDir(), Day: "2026-11-20", Learners: 3}
	if _, err := Generate(o); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{"2026-11-21": true, "2026-11-20": false, "2026-11-22": false} {
		if got, err := HasDayBefore(o.Dir, day); got != want || err != nil {
			t.Errorf("%s: %v, %v", day, got, err)
		}
	}
}
