package codes

import (
	"bytes"
	"fmt"
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
	if _, diags, err := pipeline.Run(t.Context(), pipeline.Options{Dir: base, Environment: "local"}); err != nil || len(diags) > 0 {
		t.Fatalf("the reference platform itself is not clean: %v %v", err, diags)
	}
	pages := map[string][]byte{"README.md": index()}
	for _, info := range diag.Codes() {
		t.Run(string(info.Code), func(t *testing.T) {
			c, err := ReadCase(filepath.Join("cases", string(info.Code)+".txtar"))
			if err != nil {
				t.Fatalf("%s has no example: %v", info.Code, err)
			}
			pages[string(info.Code)+".md"] = []byte(c.Page(info, said(t, c, base)))
		})
	}
	if !t.Failed() {
		golden.Tree(t, "../../docs/codes", pages)
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

// said makes one mistake and returns what sluice says of it: the diagnostics with
// the case's code.
func said(t *testing.T, c *Case, base string) string {
	t.Helper()
	root := t.TempDir()
	copyPlatform(t, base, root)
	if err := c.Apply(root); err != nil {
		t.Fatal(err)
	}
	result, diags, err := pipeline.Run(t.Context(), pipeline.Options{Dir: root, Environment: c.Env})
	if err != nil {
		t.Fatal(err)
	}
	if at := c.Settings["generated"]; at != "" {
		diags = append(diags, generated(t, filepath.Join(root, at), result.Files)...)
	}
	mine := slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Code != c.Code })
	if len(mine) == 0 {
		_, all, _ := pipeline.Run(t.Context(), pipeline.Options{Dir: root, Environment: c.Env})
		t.Fatalf("sluice does not say %s of this mistake; it says: %v", c.Code, all)
	}
	var b bytes.Buffer
	err = diag.WriteText(&b, mine, diag.TextOptions{Source: func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	}})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(b.String(), root, "manabi")
}

// generated compares the files on disk with what the specs give, and then writes them.
func generated(t *testing.T, dir string, files []emit.File) diag.List {
	t.Helper()
	report, diags, err := emit.Drift(dir, files)
	if err != nil {
		t.Fatal(err)
	}
	return append(diags, emit.OutOfDate(filepath.Base(dir), report)...)
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
