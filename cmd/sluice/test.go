package main

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/compiler/pipeline"
	"sluice/runtime/plan"
	"sluice/runtime/selector"
	"sluice/runtime/unittest"
)

// testFlags are the flags of test.
type testFlags struct {
	compileFlags
	sel      selectFlags
	jobs     int
	failFast bool
	watch    bool
	list     bool
}

func newTest(a *app) *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test [SELECTOR…]",
		Short: "Run the unit tests of tables on the embedded warehouse",
		Long: `Run the tests that tables declare: rows in, rows out, on the embedded warehouse and in memory, whatever
warehouse the environment has. Selectors are those of --select; a name with a slash picks tests by
their names, which may hold * and ?: core.member_status/last_*.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.wants("text", "json", "junit"); err != nil {
				return err
			}
			if f.jobs < 0 {
				return fmt.Errorf("--jobs %d: want how many tests run at once, or 0", f.jobs)
			}
			f.sel.include = append(f.sel.include, args...)
			if f.watch {
				if a.output != "text" || f.list {
					return fmt.Errorf("--watch writes text, and runs what it lists")
				}
				return a.watchTests(cmd.Context(), f)
			}
			return a.test(cmd.Context(), f)
		},
	}
	f.add(cmd)
	f.sel.add(cmd)
	cmd.Flags().IntVarP(&f.jobs, "jobs", "j", 0, "tests at once (default: one for each processor)")
	cmd.Flags().BoolVar(&f.failFast, "fail-fast", false, "start no test once one has failed")
	cmd.Flags().BoolVar(&f.watch, "watch", false, "run again what a change of CUE or SQL files concerns, until interrupted")
	a.forms(cmd, "text", "json", "junit")
	cmd.Flags().BoolVar(&f.list, "list", false, "list the tests, and run none")
	return cmd
}

// test runs the selected tests once.
func (a *app) test(ctx context.Context, f testFlags) error {
	p, tests, err := a.compileTests(ctx, f)
	if err != nil {
		return err
	}
	if f.list {
		return a.viewTests(tests)
	}
	results, took, err := a.runTests(ctx, p, tests, f)
	if err != nil {
		return err
	}
	if err := a.viewTestResults(results, took); err != nil {
		return err
	}
	if counts(results).bad() > 0 {
		return exitCode(1)
	}
	return nil
}

// compileTests gives the selected tests, and the plan that knows the nodes. Mistakes
// go to stderr, and errors among them end the command.
func (a *app) compileTests(ctx context.Context, f testFlags) (*plan.Plan, []plan.UnitTest, error) {
	root, err := a.root()
	if err != nil {
		return nil, nil, err
	}
	vars, err := a.variables()
	if err != nil {
		return nil, nil, err
	}
	result, diags, err := pipeline.Run(ctx, pipeline.Options{
		Dir: root, Environment: a.env, Variables: vars, NoCache: f.noCache, Now: time.Now, SQLWorker: sqlWorkerCommand(), Tests: true,
	})
	if f.timings {
		a.viewTimings(result.Timings)
	}
	if err != nil {
		return nil, nil, err
	}
	if len(diags) > 0 {
		if err := diag.WriteText(a.err, diags, a.textOptions(a.color(a.err))); err != nil {
			return nil, nil, err
		}
	}
	if diags.HasErrors() {
		return nil, nil, exitCode(1)
	}
	tests, err := pickTests(result.Plan, result.UnitTests, f.sel)
	return result.Plan, tests, err
}

// pickTests keeps the tests of selected nodes, and of those the ones whose names are
// selected.
func pickTests(p *plan.Plan, tests []plan.UnitTest, f selectFlags) ([]plan.UnitTest, error) {
	picked := map[*plan.UnitTest]bool{}
	mark := func(list []string, as bool) error {
		for _, expression := range list {
			found := false
			for _, word := range strings.Fields(expression) {
				node, name := splitTest(word)
				nodes, err := selector.Select(p, []string{node}, nil)
				if err != nil {
					return err
				}
				for i := range tests {
					t := &tests[i]
					ok, err := path.Match(name, t.Name)
					if err != nil {
						return fmt.Errorf("selector %q is not a valid pattern", word)
					}
					if ok && slices.Contains(nodes.Nodes, t.Table) {
						picked[t], found = as, true
					}
				}
			}
			if !found && as {
				return fmt.Errorf("selector %q picks no test; `sluice test --list` lists them", expression)
			}
		}
		return nil
	}
	include := f.include
	if len(include) == 0 {
		for i := range tests {
			picked[&tests[i]] = true
		}
	}
	if err := mark(include, true); err != nil {
		return nil, err
	}
	if err := mark(f.exclude, false); err != nil {
		return nil, err
	}
	var out []plan.UnitTest
	for i := range tests {
		if picked[&tests[i]] {
			out = append(out, tests[i])
		}
	}
	return out, nil
}

// splitTest splits core.member_status/last_* into node and test; a property such as
// path:a/b stays whole.
func splitTest(word string) (node, name string) {
	if node, name, ok := strings.Cut(word, "/"); ok && !strings.Contains(node, ":") {
		return node, name
	}
	return word, "*"
}

// runTests runs tests and shows their progress.
func (a *app) runTests(ctx context.Context, p *plan.Plan, tests []plan.UnitTest, f testFlags) ([]unittest.Result, time.Duration, error) {
	clock, err := plan.NewClock(p)
	if err != nil {
		return nil, 0, err
	}
	workers := f.jobs
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	progress := a.newTestProgress(len(tests))
	start := time.Now()
	results, err := unittest.Run(ctx, tests, unittest.Options{Clock: clock, Workers: workers, FailFast: f.failFast, Done: progress.done})
	progress.close()
	return results, time.Since(start), err
}

// testProgress shows how far the tests are, on stderr.
type testProgress struct {
	a          *app
	mu         sync.Mutex
	n, all     int
	live, mute bool
}

func (a *app) newTestProgress(all int) *testProgress {
	return &testProgress{a: a, all: all, live: isTerminal(a.err), mute: a.quiet}
}

// progressEvery is how many tests there are from line to line where there is no terminal.
const progressEvery = 100

// done tells of one test: on a terminal in a line that is written over, else in a line
// of its own if it did not pass, or many have ended since the last.
func (p *testProgress) done(r unittest.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	switch {
	case p.mute:
	case p.live:
		fmt.Fprintf(p.a.err, "\r\x1b[K%d/%d  %s", p.n, p.all, testName(r.Test))
	case r.Status != unittest.Passed || p.n%progressEvery == 0 || p.n == p.all:
		fmt.Fprintf(p.a.err, "%3d/%d  %-6s  %s  %s\n", p.n, p.all, r.Status, testName(r.Test), shortDuration(r.Duration))
	}
}

func (p *testProgress) close() {
	if p.live && !p.mute {
		fmt.Fprint(p.a.err, "\r\x1b[K")
	}
}

func testName(t *plan.UnitTest) string { return t.Table + "/" + t.Name }
