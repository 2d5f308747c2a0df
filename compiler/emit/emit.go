// Package emit is the only place that writes generated files.
//
// An emitter turns a resolved platform into Files and touches nothing; Write
// brings a folder into that state and Drift says how far it is from it. Every
// generated file carries Mark near its beginning. A file without the mark is the
// user's: it is never overwritten and never removed.
package emit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/wholefile"
	"sluice/runtime/plan"
)

// Mark is in the first lines of every generated file. It is the form that Go's
// tools, code review sites and editors know.
const Mark = plan.Notice

// markWithin is how far into a file the mark is looked for, in bytes.
const markWithin = 256

// Comment is the mark as a comment line, for formats that have one: Comment("#").
func Comment(lead string) string { return lead + " " + Mark + "\n" }

// File is one generated file. Path is slash-separated and relative to the folder
// that is written.
type File struct {
	Path    string
	Content []byte
}

// Report says what Write did, or what Drift found that it would do. Paths are
// slash-separated, relative to the folder, and sorted.
type Report struct {
	Written   []string `json:"written,omitempty"` // new or different
	Removed   []string `json:"removed,omitempty"` // generated once, no longer
	Unchanged []string `json:"unchanged,omitempty"`
}

// Clean reports whether the folder is as it should be.
func (r Report) Clean() bool { return len(r.Written)+len(r.Removed) == 0 }

// Write makes the folder hold exactly these generated files. Each is written
// beside its place and renamed, so that a reader sees the old or the new one
// whole; files that are right already are not touched. Generated files that are
// not among them are removed, with folders that become empty.
//
// A file of the user's that stands in the way is a diagnostic, and then nothing
// is written at all.
func Write(dir string, files []File) (Report, diag.List, error) {
	report, diags, err := Drift(dir, files)
	if err != nil || diags.HasErrors() {
		return Report{}, diags, err
	}
	content := make(map[string][]byte, len(files))
	for _, f := range files {
		content[f.Path] = f.Content
	}
	for _, path := range report.Written {
		if err := wholefile.Write(filepath.Join(dir, filepath.FromSlash(path)), content[path], 0o644); err != nil {
			return Report{}, diags, err
		}
	}
	for _, path := range report.Removed {
		if err := removeFile(dir, path); err != nil {
			return Report{}, diags, err
		}
	}
	return report, diags, nil
}

// Drift compares the folder with the files and changes nothing: what Write would
// write and remove. Files of the user's that stand in the way are diagnostics.
func Drift(dir string, files []File) (Report, diag.List, error) {
	var report Report
	var diags diag.List
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		mustBeSound(f, wanted)
		wanted[f.Path] = true
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		old, err := os.ReadFile(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			report.Written = append(report.Written, f.Path)
		case err != nil:
			return Report{}, nil, err
		case bytes.Equal(old, f.Content):
			report.Unchanged = append(report.Unchanged, f.Path)
		case !marked(old):
			diags.Errorf(diag.GeneratedInTheWay, diag.Span{File: filepath.ToSlash(name), Line: 1, Col: 1},
				"%q is not a generated file and stands where one is to be written", f.Path).
				WithHint("move it elsewhere; everything below %q is made by compile", filepath.ToSlash(dir))
		default:
			report.Written = append(report.Written, f.Path)
		}
	}
	var err error
	if report.Removed, err = stale(dir, wanted); err != nil {
		return Report{}, nil, err
	}
	slices.Sort(report.Written)
	slices.Sort(report.Unchanged)
	return report, diags, nil
}

// OutOfDate turns what Drift found into diagnostics, one a file: for checks that
// committed output fits what it was compiled from.
func OutOfDate(dir string, r Report) diag.List {
	var diags diag.List
	add := func(path, what string) {
		at := diag.Span{File: filepath.ToSlash(filepath.Join(dir, filepath.FromSlash(path))), Line: 1, Col: 1}
		diags.Errorf(diag.GeneratedOutOfDate, at, "generated file %q %s", path, what).
			WithHint("run `sluice compile --env %s` and commit what it writes", filepath.Base(dir))
	}
	for _, path := range r.Written {
		what := "does not fit what it is compiled from"
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path))); errors.Is(err, fs.ErrNotExist) {
			what = "is missing"
		}
		add(path, what)
	}
	for _, path := range r.Removed {
		add(path, "is left over: nothing compiles to it any more")
	}
	return diags
}

// stale lists generated files below dir that are not wanted, sorted.
func stale(dir string, wanted map[string]bool) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		path := filepath.ToSlash(rel)
		if wanted[path] {
			return nil
		}
		head, err := readHead(name)
		if err == nil && marked(head) {
			out = append(out, path)
		}
		return err
	})
	slices.Sort(out)
	return out, err
}

func readHead(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, markWithin)
	n, err := f.Read(head)
	if n == 0 {
		return nil, nil // empty; a folder's other trouble shows when it is written
	}
	return head[:n], err
}

func marked(content []byte) bool {
	return bytes.Contains(content[:min(len(content), markWithin)], []byte(Mark))
}

// mustBeSound panics on what only a wrong emitter can produce.
func mustBeSound(f File, seen map[string]bool) {
	switch {
	case !fs.ValidPath(f.Path) || f.Path == "." || strings.Contains(f.Path, `\`):
		panic(fmt.Sprintf("emit: %q is no path below the folder", f.Path))
	case seen[f.Path]:
		panic(fmt.Sprintf("emit: %q is emitted twice", f.Path))
	case !marked(f.Content):
		panic(fmt.Sprintf("emit: %q lacks the mark in its first lines", f.Path))
	}
}

// removeFile removes a file and the folders above it, up to dir, that are empty then.
func removeFile(dir, path string) error {
	name := filepath.Join(dir, filepath.FromSlash(path))
	if err := os.Remove(name); err != nil {
		return err
	}
	for parent := filepath.Dir(name); parent != filepath.Clean(dir); parent = filepath.Dir(parent) {
		if os.Remove(parent) != nil {
			break // not empty
		}
	}
	return nil
}
