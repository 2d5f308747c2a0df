package emit

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"sluice/compiler/diag"
)

func file(path, text string) File {
	return File{Path: path, Content: []byte(Comment("#") + text)}
}

func put(t *testing.T, dir, path, text string) {
	t.Helper()
	name := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir string, files ...File) Report {
	t.Helper()
	r, diags, err := Write(dir, files)
	if err != nil || len(diags) > 0 {
		t.Fatalf("%v %v", err, diags)
	}
	return r
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "generated", "prod")
	a, b, c := file("a.yaml", "a: 1\n"), file("terraform/b.yaml", "b: 1\n"), file("terraform/c.yaml", "c: 1\n")

	if r := write(t, dir, b, a, c); !reflect.DeepEqual(r, Report{Written: []string{"a.yaml", "terraform/b.yaml", "terraform/c.yaml"}}) {
		t.Errorf("first write: %+v", r)
	}
	before, err := os.Stat(filepath.Join(dir, "a.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "notes.md", "mine\n")
	put(t, dir, "mine/empty.txt", "")

	b.Content = []byte(Comment("#") + "b: 2\n")
	want := Report{Written: []string{"terraform/b.yaml"}, Removed: []string{"terraform/c.yaml"}, Unchanged: []string{"a.yaml"}}
	if r, diags, err := Drift(dir, []File{a, b}); err != nil || len(diags) > 0 || !reflect.DeepEqual(r, want) || r.Clean() {
		t.Errorf("drift: %+v %v %v", r, diags, err)
	}
	if r := write(t, dir, a, b); !reflect.DeepEqual(r, want) {
		t.Errorf("second write: %+v", r)
	}
	after, err := os.Stat(filepath.Join(dir, "a.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("an unchanged file was touched")
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "terraform/b.yaml")); string(got) != string(b.Content) {
		t.Errorf("content %q", got)
	}
	if r := write(t, dir, a); !slices.Equal(r.Removed, []string{"terraform/b.yaml"}) {
		t.Errorf("third write: %+v", r)
	}
	if _, err := os.Stat(filepath.Join(dir, "terraform")); !os.IsNotExist(err) {
		t.Error("an empty folder is left")
	}
	if got, err := os.ReadFile(filepath.Join(dir, "notes.md")); err != nil || string(got) != "mine\n" {
		t.Error("a user's file was touched")
	}
	if r, _, _ := Drift(dir, []File{a}); !r.Clean() {
		t.Errorf("not clean after write: %+v", r)
	}
}

func TestUsersFileInTheWay(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.yaml", "mine: true\n")
	r, diags, err := Write(dir, []File{file("a.yaml", "a: 1\n"), file("b.yaml", "b: 1\n")})
	if err != nil || len(diags) != 1 || diags[0].Code != diag.GeneratedInTheWay || !r.Clean() {
		t.Fatalf("%+v %v %v", r, diags, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "b.yaml")); !os.IsNotExist(err) {
		t.Error("something was written although a file stands in the way")
	}
}

func TestOutOfDate(t *testing.T) {
	diags := OutOfDate("generated/prod", Report{Written: []string{"plan.json"}, Removed: []string{"old.yaml"}, Unchanged: []string{"x"}})
	if len(diags) != 2 || !diags.HasErrors() || diags[0].Span.File != "generated/prod/plan.json" || diags[1].Span.File != "generated/prod/old.yaml" {
		t.Errorf("%+v", diags)
	}
}

func TestUnsoundFilesPanic(t *testing.T) {
	for _, files := range [][]File{
		{file("../up", "")}, {file("/abs", "")}, {file(`a\b`, "")}, {file("", "")},
		{file("a", ""), file("a", "")}, {{Path: "a", Content: []byte("no mark")}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q does not panic", files[len(files)-1].Path)
				}
			}()
			_, _, _ = Drift(t.TempDir(), files)
		}()
	}
}
