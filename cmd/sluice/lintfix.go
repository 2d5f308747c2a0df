package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"sluice/compiler/diag"
	"sluice/compiler/load"
)

// lintSettings are the severities that a platform sets, as it says them.
type lintSettings struct {
	everywhere map[diag.Code]string
	paths      map[diag.Code][]string
}

func (s lintSettings) severity(r diag.Rule) string {
	if set := s.everywhere[r.Code]; set != "" {
		return set
	}
	return r.Default
}

// lintSettings loads the platform for its settings. Where there is none, rules have
// their own severity.
func (a *app) lintSettings() (lintSettings, error) {
	out := lintSettings{everywhere: map[diag.Code]string{}, paths: map[diag.Code][]string{}}
	root, err := a.root()
	if err != nil {
		return out, err
	}
	sp, _, err := load.Run(context.Background(), load.Options{Dir: root, NoInstall: true})
	if err != nil || sp == nil {
		return out, err
	}
	for _, s := range sp.LintRules {
		r, ok := diag.RuleOf(s.Name)
		if !ok {
			continue
		}
		out.everywhere[r.Code] = s.Severity.V
		for _, p := range s.Paths {
			out.paths[r.Code] = append(out.paths[r.Code], p.Name)
		}
	}
	return out, nil
}

// maxRounds bounds how often mending makes room for more mending.
const maxRounds = 10

// fixFindings mends a copy of the platform until nothing more can be mended, makes
// sure that the copy compiles as the platform did, and then takes the changed files
// over, each as a whole; or only shows the difference.
func (a *app) fixFindings(ctx context.Context, root string, flags lintFlags) error {
	if err := a.wants("text"); err != nil {
		return err
	}
	before, specRoot, err := a.lint(ctx, root, flags)
	if err != nil {
		return err
	}
	inside, err := filepath.Rel(specRoot, root)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "sluice-fix-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := copySpecs(specRoot, work); err != nil {
		return err
	}
	copied := flags
	copied.noCache, copied.timings = true, false
	after, mended := before, map[string][]diag.Code{}
	for range maxRounds {
		fixed, err := diag.ApplyEdits(after, func(file string) (string, error) {
			text, err := os.ReadFile(filepath.Join(work, filepath.FromSlash(file)))
			return string(text), err
		})
		if err != nil {
			return err
		}
		if len(fixed) == 0 {
			break
		}
		for _, file := range slices.Sorted(maps.Keys(fixed)) {
			mended[file] = append(mended[file], fixed[file].Codes...)
			if err := replaceFile(filepath.Join(work, filepath.FromSlash(file)), []byte(fixed[file].Text)); err != nil {
				return err
			}
		}
		if after, _, err = a.lint(ctx, filepath.Join(work, inside), copied); err != nil {
			return err
		}
	}
	if worse := newErrors(before, after); worse != nil {
		return fmt.Errorf("the mended files do not compile as before, which is a bug in sluice; nothing was changed:\n  %s: %s", worse.Span, worse.Message)
	}
	for _, file := range slices.Sorted(maps.Keys(mended)) {
		if err := a.takeOver(specRoot, work, file, mended[file], flags.diff); err != nil {
			return err
		}
	}
	if flags.diff {
		return nil
	}
	if len(mended) == 0 {
		fmt.Fprintln(a.out, "Nothing to mend.")
	}
	if len(after) == 0 {
		return nil
	}
	return a.viewFindings(after, flags.maxWarnings)
}

// takeOver shows how a file changes, or writes it and says what was mended.
func (a *app) takeOver(root, work, file string, codes []diag.Code, show bool) error {
	target := filepath.Join(root, filepath.FromSlash(file))
	old, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(work, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	if show {
		_, err := a.out.Write(diff.Diff("a/"+file, old, "b/"+file, text))
		return err
	}
	if err := replaceFile(target, text); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s%s: mended %s\n", a.prefix(), file, diag.Fixed{Codes: codes}.Summary())
	return nil
}

// newErrors finds an error that was not there before; places may have moved.
func newErrors(before, after diag.List) *diag.Diagnostic {
	key := func(d diag.Diagnostic) string { return string(d.Code) + "\x00" + d.Span.File + "\x00" + d.Message }
	known := map[string]bool{}
	for _, d := range before {
		known[key(d)] = true
	}
	for i, d := range after {
		if d.Severity == diag.Error && !known[key(d)] {
			return &after[i]
		}
	}
	return nil
}

// copySpecs copies what a platform is compiled from: CUE and SQL files, in their
// folders.
func copySpecs(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrPermission) && name != from {
				return fs.SkipDir
			}
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if rel != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(name); ext != ".cue" && ext != ".sql" || !d.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(to, filepath.Dir(rel)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o644)
	})
}
