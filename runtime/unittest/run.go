// Package unittest runs compiled unit tests of tables on the embedded warehouse: in
// memory, several at once, each for itself.
package unittest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
	"sluice/runtime/value"
	"sluice/runtime/warehouse/duckdb"
)

// Status is how a test ended.
type Status string

const (
	Passed  Status = "passed"
	Failed  Status = "failed"  // other rows than expected, or no error where one was
	Broken  Status = "error"   // it could not be run to its end
	Skipped Status = "skipped" // another one failed first, and was to be the last
)

// Result is what came of a test.
type Result struct {
	Test     *plan.UnitTest
	Status   Status
	Duration time.Duration
	Message  string // one line: why it failed; empty where it passed
	Diffs    []Diff // of the queries that gave other rows
}

// Options of Run.
type Options struct {
	Clock    *plan.Clock   // gives a business day its bounds
	Workers  int           // tests at once; at least 1
	FailFast bool          // start no test once one has failed
	Timeout  time.Duration // of one test; a minute where zero
	// Done is called as each test ends, by one goroutine at a time; nil for no one.
	Done func(Result)
}

// Run runs tests and gives their results in the tests' order. Each sees only its own
// tables. The error is the world's: the warehouse cannot be opened, the context ended.
func Run(ctx context.Context, tests []plan.UnitTest, o Options) ([]Result, error) {
	results := make([]Result, len(tests))
	for i := range tests {
		results[i] = Result{Test: &tests[i], Status: Skipped, Message: "another test failed before"}
	}
	warehouse, err := duckdb.Open(ctx, duckdb.Options{Threads: 1})
	if err != nil {
		return nil, err
	}
	defer warehouse.Close()
	r := &runner{Options: o, tests: tests, results: results, timeout: cmp.Or(o.Timeout, time.Minute)}
	workers := max(1, min(o.Workers, len(tests)))
	failures := make([]error, workers)
	var running sync.WaitGroup
	for i := range workers {
		running.Go(func() { failures[i] = r.work(ctx, warehouse) })
	}
	running.Wait()
	if err := cmp.Or(ctx.Err(), errors.Join(failures...)); err != nil {
		return nil, err
	}
	return results, nil
}

// runner is what the workers share.
type runner struct {
	Options
	tests   []plan.UnitTest
	results []Result
	timeout time.Duration
	next    atomic.Int64
	failed  atomic.Bool
	done    sync.Mutex
}

// work runs tests, one after the other, in a session of its own.
func (r *runner) work(ctx context.Context, warehouse *duckdb.Warehouse) error {
	session, err := warehouse.Session(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	for {
		i := int(r.next.Add(1)) - 1
		if i >= len(r.tests) || ctx.Err() != nil || r.FailFast && r.failed.Load() {
			return nil
		}
		start := time.Now()
		result := r.test(ctx, session, &r.tests[i])
		result.Duration = time.Since(start)
		if result.Status != Passed {
			r.failed.Store(true)
		}
		r.done.Lock()
		r.results[i] = result
		if r.Done != nil {
			r.Done(result)
		}
		r.done.Unlock()
	}
}

// test runs one test and leaves the session as it was.
func (r *runner) test(ctx context.Context, s *duckdb.Session, t *plan.UnitTest) (out Result) {
	out = Result{Test: t, Status: Broken}
	if len(t.Refused) > 0 {
		out.Message = "the embedded warehouse cannot run it: " + strings.Join(t.Refused, "; ")
		return out
	}
	limited, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	defer func() {
		for _, table := range t.Tables {
			if err := s.DropTemp(ctx, table.Name); err != nil && out.Status == Passed {
				out.Status, out.Message = Broken, "cannot drop its tables: "+duckdb.Message(err)
			}
		}
	}()
	attempt, err := r.attempt(t)
	if err == nil {
		err = prepare(limited, s, t, attempt.End)
	}
	if err != nil {
		out.Message = "cannot make its tables: " + duckdb.Message(err)
		return out
	}
	for i := range t.Queries {
		r.query(limited, s, t, &t.Queries[i], attempt, &out)
		if out.Message != "" && len(out.Diffs) == 0 {
			return out // it cannot go on
		}
	}
	if len(out.Diffs) == 0 {
		out.Status = Passed
		return out
	}
	out.Status = Failed
	var parts []string
	for _, d := range out.Diffs {
		parts = append(parts, d.Summary())
	}
	out.Message = strings.Join(parts, "; ")
	return out
}

// attempt holds the parameters of the test's business day.
func (r *runner) attempt(t *plan.UnitTest) (task.Attempt, error) {
	day, err := plan.ParseDay(t.Date)
	if err != nil {
		return task.Attempt{}, err
	}
	a := task.Attempt{Date: t.Date, Parameters: map[string]plan.Variable{}}
	a.Start, a.End = r.Clock.RunBounds(day)
	for _, v := range t.Variables {
		a.Parameters[v.Name] = v
	}
	return a, nil
}

// prepare makes the tables and sets the clock to the moment at which the day's run
// opens.
func prepare(ctx context.Context, s *duckdb.Session, t *plan.UnitTest, now time.Time) error {
	if err := s.SetNow(ctx, now); err != nil {
		return err
	}
	for i := range t.Tables {
		table, err := storable(&t.Tables[i])
		if err != nil {
			return err
		}
		if err := s.MakeTemp(ctx, table.name, table.columns, table.rows); err != nil {
			return fmt.Errorf("%s: %w", table.name, err)
		}
	}
	return nil
}

type tempTable struct {
	name    string
	columns []duckdb.TempColumn
	rows    [][]any
}

// storable is a table without the columns of types that DuckDB does not have, unless
// the test gives them values.
func storable(t *plan.TestTable) (tempTable, error) {
	out := tempTable{name: t.Name, rows: make([][]any, len(t.Rows))}
	for i, c := range t.Columns {
		typ, err := value.ParseType(c.Type)
		if err != nil {
			return out, fmt.Errorf("%s.%s: %w", t.Name, c.Name, err)
		}
		given := slices.ContainsFunc(t.Rows, func(row []any) bool { return row[i] != nil })
		if duckdb.StoreType(typ) == "" && !given {
			continue
		}
		out.columns = append(out.columns, duckdb.TempColumn{Name: c.Name, Type: typ})
		for k, row := range t.Rows {
			out.rows[k] = append(out.rows[k], row[i])
		}
	}
	return out, nil
}

// query runs one query and compares its rows, or its error.
func (r *runner) query(ctx context.Context, s *duckdb.Session, t *plan.UnitTest, q *plan.TestQuery, a task.Attempt, out *Result) {
	args, err := duckdb.Arguments(a, q.Parameters)
	if err != nil {
		out.Message = err.Error()
		return
	}
	types := make([]value.Type, len(q.Columns))
	for i, c := range q.Columns {
		if types[i], err = value.ParseType(c.Type); err != nil {
			out.Message = err.Error()
			return
		}
	}
	var rows [][]any
	err = s.Select(ctx, func(row []any) error { rows = append(rows, row); return nil }, q.SQL, types, args...)
	message := ""
	if err != nil {
		message = duckdb.Message(err)
	}
	switch {
	case ctx.Err() != nil:
		out.Message = fmt.Sprintf("not ended after %s", r.timeout)
	case err != nil && t.Error == "":
		out.Message = "the query failed: " + message
	case err != nil && !strings.Contains(message, t.Error):
		out.Status, out.Message = Failed, fmt.Sprintf("the query failed otherwise than expected: want %q, got: %s", t.Error, message)
	case err == nil && t.Error != "":
		out.Status, out.Message = Failed, fmt.Sprintf("the query gave %s, but was to fail with %q", count(len(rows), "row"), t.Error)
	case err == nil:
		if d, differs := compare(q, types, rows); differs {
			out.Diffs = append(out.Diffs, d)
		}
	}
}

// count writes a number with its word.
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
