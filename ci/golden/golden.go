// Package golden compares what a test made with files kept beside the test.
//
// SLUICE_UPDATE=1 rewrites them. A golden file that no test asks for is an
// orphan and fails, so that a renamed case cannot leave a dead expectation.
package golden

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

// Updating reports whether goldens are to be rewritten.
func Updating() bool { return os.Getenv("SLUICE_UPDATE") == "1" }

// Tree compares got, contents by slash-separated path, with all files under dir:
// a missing, a different and an orphan file each fail the test.
func Tree(t testing.TB, dir string, got map[string][]byte) {
	t.Helper()
	want := read(t, dir)
	if Updating() {
		rewrite(t, dir, want, got)
		return
	}
	for _, path := range sortedKeys(got) {
		old, found := want[path]
		if !found {
			t.Errorf("%s: no golden file; SLUICE_UPDATE=1 writes it", filepath.Join(dir, path))
			continue
		}
		if !bytes.Equal(old, got[path]) {
			t.Errorf("differs from its golden file (SLUICE_UPDATE=1 rewrites it)\n%s",
				diff.Diff(filepath.Join(dir, path), old, "got", got[path]))
		}
	}
	for _, path := range sortedKeys(want) {
		if _, found := got[path]; !found {
			t.Errorf("%s: orphan golden file; SLUICE_UPDATE=1 removes it", filepath.Join(dir, path))
		}
	}
}

// Cases fails for every entry of root that is not a case: with one golden folder
// (or file) per case, one whose case is gone is an orphan. SLUICE_UPDATE=1
// removes it.
func Cases(t testing.TB, root string, cases ...string) {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if slices.Contains(cases, e.Name()) {
			continue
		}
		path := filepath.Join(root, e.Name())
		if !Updating() {
			t.Errorf("%s: orphan golden; SLUICE_UPDATE=1 removes it", path)
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

// read returns the files under dir; a missing dir has none.
func read(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return files
}

func rewrite(t testing.TB, dir string, old, got map[string][]byte) {
	t.Helper()
	for path := range old {
		if _, found := got[path]; !found {
			if err := os.Remove(filepath.Join(dir, path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for path, content := range got {
		name := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func sortedKeys(m map[string][]byte) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
