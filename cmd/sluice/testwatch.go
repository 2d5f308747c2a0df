package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"sluice/runtime/plan"
	"sluice/runtime/unittest"
)

// settle is how long files must be quiet before tests run: editors write in steps.
const settle = 150 * time.Millisecond

// watchTests runs the selected tests, and after each change of CUE or SQL files those
// that it concerns, until the context ends.
func (a *app) watchTests(ctx context.Context, f testFlags) error {
	root, err := a.root()
	if err != nil {
		return err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch files: %w", err)
	}
	defer watcher.Close()
	if err := watchFolders(watcher, root); err != nil {
		return fmt.Errorf("watch files: %w", err)
	}
	w := &testWatch{app: a, flags: f}
	for {
		if err := w.round(ctx); err != nil || ctx.Err() != nil {
			return ifNotOver(ctx, err)
		}
		fmt.Fprintln(a.err, "Waiting for a change of CUE or SQL files; an interrupt ends it.")
		if err := nextChange(ctx, watcher); err != nil {
			return ifNotOver(ctx, err)
		}
	}
}

// ifNotOver is no error where the user wanted the end.
func ifNotOver(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// testWatch remembers what the tests were, and which did not pass.
type testWatch struct {
	app   *app
	flags testFlags
	seen  map[string]string // digest by name, of tests that passed
}

// round compiles, and runs the tests that are not as they were when they passed. What
// does not compile is shown, and waited for.
func (w *testWatch) round(ctx context.Context) error {
	p, tests, err := w.app.compileTests(ctx, w.flags)
	var reported exitCode
	if errors.As(err, &reported) {
		return nil // what is wrong has been said
	}
	if err != nil {
		fmt.Fprintf(w.app.err, "error: %v\n", err)
		return nil
	}
	var affected []plan.UnitTest
	digests := map[string]string{}
	for _, t := range tests {
		name := testName(&t)
		digests[name] = testDigest(t)
		if w.seen[name] != digests[name] {
			affected = append(affected, t)
		}
	}
	if len(affected) == 0 {
		fmt.Fprintf(w.app.out, "No test is concerned; all %d pass.\n", len(tests))
		return nil
	}
	results, took, err := w.app.runTests(ctx, p, affected, w.flags)
	if err != nil {
		return err
	}
	for _, r := range results {
		if r.Status != unittest.Passed {
			delete(digests, testName(r.Test))
		}
	}
	w.seen = digests
	return w.app.viewTestResults(results, took)
}

// testDigest is another one where the test could give another result: its place plays no part.
func testDigest(t plan.UnitTest) string {
	t.Origin = plan.Origin{}
	for i, q := range t.Queries {
		rows := append([]plan.ExpectedRow(nil), q.Rows...)
		for k := range rows {
			rows[k].Origin = plan.Origin{}
		}
		t.Queries = append([]plan.TestQuery(nil), t.Queries...)
		t.Queries[i].Rows = rows
	}
	data, err := json.Marshal(t)
	if err != nil {
		panic(fmt.Sprintf("a test cannot be encoded: %v", err)) // plain data
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// watchFolders watches the platform's folders; those of results and of tools are left out.
func watchFolders(w *fsnotify.Watcher, root string) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name != root && ignoredFolder(d.Name()) {
			return filepath.SkipDir
		}
		return w.Add(name)
	})
}

func ignoredFolder(name string) bool {
	return strings.HasPrefix(name, ".") || name == "generated" || name == "cue.mod" || name == "node_modules"
}

// nextChange waits until files have changed and are quiet again.
func nextChange(ctx context.Context, w *fsnotify.Watcher) error {
	var quiet <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-quiet:
			return nil
		case err := <-w.Errors:
			return fmt.Errorf("watch files: %w", err)
		case e := <-w.Events:
			if e.Has(fsnotify.Create) && !ignoredFolder(filepath.Base(e.Name)) {
				_ = watchFolders(w, e.Name) // where it is a folder; what is gone again needs no watch
			}
			if concerns(e) {
				quiet = time.After(settle)
			}
		}
	}
}

// concerns reports whether an event can change what is tested.
func concerns(e fsnotify.Event) bool {
	ext := filepath.Ext(e.Name)
	return (ext == ".cue" || ext == ".sql" || ext == "") && e.Op != fsnotify.Chmod
}
