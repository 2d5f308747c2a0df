package codes

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/diag"
	"sluice/compiler/emit"
	"sluice/compiler/pipeline"
)

// platform is the reference platform; every mistake is made in a copy of it.
const platform = "../../cue/manabi"

// TestPages makes every mistake and compares what sluice says with the page.
// SLUICE_UPDATE=1 rewrites the pages.
func TestPages(t *testing.T) {
	base := t.TempDir()
	copyPlatform(t, platform, base)
	compile(t, base, "local", false, nil)
	compile(t, base, "prod", false, nil) // for the cache, which every copy takes along
	pages := map[string][]byte{"README.md": index()}
	var missing []diag.Code
	for _, info := range diag.Codes() {
		t.Run(string(info.Code), func(t *testing.T) {
			c, err := ReadCase(filepath.Join("cases", string(info.Code)+".txtar"))
			if errors.Is(err, fs.ErrNotExist) {
				missing = append(missing, info.Code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			if c.Settings["internal"] == "" {
				text = said(t, c, base)
				if c.Good != "" {
					content(t, c, base)
				}
			}
			pages[string(info.Code)+".md"] = []byte(c.Page(info, text))
		})
	}
	switch {
	case t.Failed():
	case len(pages)+len(missing) <= len(diag.Codes()): // -run chose some
		some(t, "../../docs/codes", pages)
	default:
		golden.Tree(t, "../../docs/codes", pages)
	}
	if len(missing) > 0 { // said last, so that the other pages can be rewritten meanwhile
		t.Errorf("without an example: %v; write cases/<code>.txtar for each", missing)
	}
}

// some compares, or rewrites, pages and leaves the others alone.
func some(t *testing.T, dir string, pages map[string][]byte) {
	t.Helper()
	for name, page := range pages {
		file := filepath.Join(dir, name)
		if golden.Updating() {
			if err := os.WriteFile(file, page, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if old, err := os.ReadFile(file); err != nil || !bytes.Equal(old, page) {
			t.Errorf("%s is out of date (SLUICE_UPDATE=1 rewrites it): %v", file, err)
		}
	}
}

// content lints the case's good SQL in the place of the bad: its rule has nothing to
// say of that.
func content(t *testing.T, c *Case, base string) {
	t.Helper()
	root := t.TempDir()
	copyPlatform(t, base, root)
	if err := c.Mended().Apply(root); err != nil {
		t.Fatal(err)
	}
	var diags diag.List
	compile(t, root, c.Env, true, &diags)
	for _, d := range diags {
		if d.Code == c.Code || d.Severity == diag.Error {
			t.Errorf("the good example has %s at %s: %s", d.Code, d.Span, d.Message)
		}
	}
}

// index is the page that lists all others.
func index() []byte {
	var b bytes.Buffer
	b.WriteString("# Diagnostics\n\nEvery mistake that sluice reports has a stable code; `sluice explain CODE` shows its page. Each page is written\n" +
		"by a test (`ci/codes`) that makes the mistake in a copy of the reference platform, so the message is real.\n\n| code | mistake |\n|---|---|\n")
	for _, info := range diag.Codes() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s |\n", info.Code, info.Code, info.Title)
	}
	return b.Bytes()
}

// TestEveryCaseHasItsCode fails on a case whose code is gone.
func TestEveryCaseHasItsCode(t *testing.T) {
	files, err := filepath.Glob("cases/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, f := range files {
		code := diag.Code(strings.TrimSuffix(filepath.Base(f), ".txtar"))
		if _, ok := diag.Lookup(code); !ok {
			t.Errorf("%s: there is no code %s", f, code)
		}
	}
}

// said makes one mistake and returns what sluice says of it. A mistake is said once
// and by its own code: any other that the case does not name fails.
func said(t *testing.T, c *Case, base string) string {
	t.Helper()
	root := t.TempDir()
	copyPlatform(t, base, root)
	dir := ""
	if at := c.Settings["generated"]; at != "" {
		dir = filepath.Join(root, filepath.FromSlash(at))
		if _, _, err := emit.Write(dir, compile(t, root, c.Env, false, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Apply(root); err != nil {
		t.Fatal(err)
	}
	var diags diag.List
	files := compile(t, root, c.Env, c.Lint(), &diags)
	if c.Lint() { // what lint finds in the platform itself is not the mistake's
		var before diag.List
		compile(t, base, c.Env, true, &before)
		diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool {
			return slices.ContainsFunc(before, func(b diag.Diagnostic) bool { return b.Code == d.Code && b.Span == d.Span })
		})
	}
	if dir != "" {
		diags = append(diags, drift(t, dir, root, files)...)
	}
	var b bytes.Buffer
	err := diag.WriteText(&b, diags, diag.TextOptions{Source: func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	}})
	if err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if strings.Contains(text, root) {
		t.Errorf("what is said holds the folder's path on this machine:\n%s", text)
	}
	allowed := append(strings.Fields(c.Settings["also"]), string(c.Code))
	missing := slices.Clone(allowed)
	for _, d := range diags {
		missing = slices.DeleteFunc(missing, func(code string) bool { return code == string(d.Code) })
		if !slices.Contains(allowed, string(d.Code)) {
			t.Errorf("the mistake is also reported as %s; sluice says:\n%s", d.Code, text)
			break
		}
	}
	if len(missing) > 0 {
		t.Errorf("%v is not reported; sluice says:\n%s", missing, text)
	}
	return text
}

// compile runs the whole pipeline. Without a list for them, there may be no
// diagnostics.
func compile(t *testing.T, root, environment string, lint bool, to *diag.List) []emit.File {
	t.Helper()
	result, diags, err := pipeline.Run(t.Context(), pipeline.Options{Dir: root, Environment: environment, Lint: lint})
	if err != nil {
		t.Fatal(err)
	}
	if to != nil {
		*to = diags
	} else if len(diags) > 0 {
		t.Fatalf("the reference platform itself is not clean: %v", diags)
	}
	return result.Files
}

// drift compares the files on disk with what the specs give, as compile --check does.
func drift(t *testing.T, dir, root string, files []emit.File) diag.List {
	t.Helper()
	report, diags, err := emit.Drift(dir, files)
	if err != nil {
		t.Fatal(err)
	}
	diags = append(diags, emit.OutOfDate(dir, report)...)
	for i := range diags {
		name, err := filepath.Rel(root, filepath.FromSlash(diags[i].Span.File))
		if err != nil {
			t.Fatal(err)
		}
		diags[i].Span.File = filepath.ToSlash(name)
		diags[i].Hint = strings.ReplaceAll(diags[i].Hint, filepath.ToSlash(root)+"/", "")
	}
	return diags
}

// copyPlatform copies specs, SQL and caches; not what was generated or run.
func copyPlatform(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		switch rel {
		case "data", "out", "generated", filepath.Join(".sluice", "local"), filepath.Join(".sluice", "demo"):
			return filepath.SkipDir
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
