package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

const testDay = "2026-11-19"

// testPlan is a plan of tasks written as "id: inputs".
func testPlan(edges ...string) *plan.Plan {
	p := &plan.Plan{
		Format: plan.Format, Digest: "sha256:test", Environment: "local", TimeZone: "Asia/Tokyo", DayStart: "04:00",
		Pools:     []plan.Pool{{Name: "sql", Size: 2}},
		Variables: []plan.Variable{{Name: "days", Type: "INT64", Value: "7"}, {Name: "label", Type: "STRING", Value: "x"}},
	}
	for _, edge := range edges {
		id, inputs, _ := strings.Cut(edge, ":")
		t := plan.Task{ID: id, Kind: plan.Query, Node: id, After: strings.Fields(inputs),
			Retry: plan.Retry{Attempts: 3, BackoffSec: 60, Factor: 2, MaxBackoffSec: 600}}
		if node, name, ok := strings.Cut(id, "/"); ok {
			t.Kind, t.Node, t.Check = plan.Check, node, &plan.CheckSpec{Name: name, Severity: "block"}
		}
		p.Tasks = append(p.Tasks, t)
	}
	slices.SortFunc(p.Tasks, func(a, b plan.Task) int { return strings.Compare(a.ID, b.ID) })
	return p
}

// fake runs tasks as told: each takes a minute of virtual time unless do says otherwise.
type fake struct {
	clock *Virtual
	do    map[string]func(ctx context.Context, a task.Attempt) (task.Result, error)

	mu    sync.Mutex
	calls []string // job IDs
}

func (f *fake) Run(ctx context.Context, a task.Attempt) (task.Result, error) {
	f.mu.Lock()
	f.calls = append(f.calls, a.JobID)
	f.mu.Unlock()
	if do := f.do[a.Task.ID]; do != nil {
		return do(ctx, a)
	}
	if f.clock == nil {
		return task.Result{RowsOut: 1}, nil
	}
	return task.Result{RowsOut: 1}, f.clock.Sleep(ctx, a.Task.ID, time.Minute)
}

func (f *fake) jobs() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func openJournal(t testing.TB, dir string) *journal.SQLite {
	t.Helper()
	j, err := journal.OpenSQLite(filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// setup is the options for a plan under a virtual clock at the day's opening.
func setup(t *testing.T, p *plan.Plan) (Options, *fake, *Virtual) {
	t.Helper()
	clock, err := plan.NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	day, err := plan.ParseDay(testDay)
	if err != nil {
		t.Fatal(err)
	}
	v := NewVirtual(clock.Opening(day))
	f := &fake{clock: v, do: map[string]func(context.Context, task.Attempt) (task.Result, error){}}
	return Options{Plan: p, Day: testDay, Runner: f, Journal: openJournal(t, t.TempDir()), Clock: v}, f, v
}

func mustRun(t *testing.T, o Options) *event.State {
	t.Helper()
	report, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report.State
}

func wantStatus(t *testing.T, s *event.State, id string, want event.Status) {
	t.Helper()
	if got, _ := s.Task(id); got.Status != want {
		t.Errorf("%s is %s (%s), want %s", id, got.Status, got.Message, want)
	}
}

func TestDay(t *testing.T) {
	p := testPlan("a", "b: a", "c: a", "d: b c", "e: d")
	p.Tasks[4].NotBefore = "10:00"
	o, f, v := setup(t, p)
	opening := v.Now()
	s := mustRun(t, o)
	if s.Outcome != event.Succeeded {
		t.Fatalf("%s: %v", s.Outcome, s.Counts())
	}
	if len(f.calls) != 5 {
		t.Errorf("calls %v", f.calls)
	}
	d, _ := s.Task("d")
	if got := d.EndedAt.Sub(opening); got != 3*time.Minute {
		t.Errorf("d ends %s after the opening, want 3m", got)
	}
	e, _ := s.Task("e")
	if got := e.StartedAt.Sub(opening); got != 6*time.Hour {
		t.Errorf("e starts %s after the opening, want at its gate", got)
	}
	// Run again: nothing is left to do.
	again := mustRun(t, o)
	if again.Seq() != s.Seq() || len(f.calls) != 5 {
		t.Errorf("a finished run went on: %d events after %d", again.Seq(), s.Seq())
	}
}

func TestRetriesThenFails(t *testing.T) {
	o, f, _ := setup(t, testPlan("a", "b: a", "c"))
	f.do["a"] = func(ctx context.Context, a task.Attempt) (task.Result, error) {
		return task.Result{}, task.Retry("try %d", a.Number)
	}
	s := mustRun(t, o)
	if s.Outcome != event.Failed {
		t.Fatal(s.Outcome)
	}
	wantStatus(t, s, "a", event.Failed)
	wantStatus(t, s, "b", event.Blocked)
	wantStatus(t, s, "c", event.Succeeded)
	want := []string{"local/2026-11-19/a@1#1", "local/2026-11-19/a@1#2", "local/2026-11-19/a@1#3", "local/2026-11-19/c@1#1"}
	slices.Sort(f.calls)
	if !slices.Equal(f.calls, want) {
		t.Errorf("calls %v", f.calls)
	}
	// Mended, it goes on where it failed.
	delete(f.do, "a")
	f.calls = nil
	o.RetryFailed, o.Actor, o.Reason = true, "ana", "mended"
	s = mustRun(t, o)
	if s.Outcome != event.Succeeded || len(f.calls) != 2 {
		t.Errorf("%s, calls %v", s.Outcome, f.calls)
	}
}

func TestTimeoutCutsOff(t *testing.T) {
	p := testPlan("a")
	p.Tasks[0].Timeout, p.Tasks[0].Retry.Attempts = 30, 2
	o, f, v := setup(t, p)
	opening := v.Now()
	s := mustRun(t, o)
	a, _ := s.Task("a")
	if a.Class != event.TimedOut || len(f.calls) != 2 {
		t.Errorf("%+v, calls %v", a, f.calls)
	}
	if took := a.EndedAt.Sub(opening); took < 108*time.Second || took > 132*time.Second {
		t.Errorf("two attempts of 30 s and a backoff of about 60 s take %s", took)
	}
}

func TestAttemptThatDoesNotStop(t *testing.T) {
	p := testPlan("a", "b: a")
	p.Tasks[0].Timeout = 1
	o, f, _ := setup(t, p)
	o.Clock, o.StopGrace = FastForward(o.Clock.Now()), time.Millisecond
	f.clock = nil
	hold := make(chan struct{})
	defer close(hold)
	f.do["a"] = func(context.Context, task.Attempt) (task.Result, error) {
		<-hold
		return task.Result{}, nil
	}
	s := mustRun(t, o)
	a, _ := s.Task("a")
	if a.Status != event.Failed || !strings.Contains(a.Message, "did not stop") || len(f.jobs()) != 1 {
		t.Errorf("%+v, calls %v", a, f.jobs())
	}
	wantStatus(t, s, "b", event.Blocked)
}

func TestPanicIsAFailure(t *testing.T) {
	o, f, _ := setup(t, testPlan("a"))
	f.do["a"] = func(context.Context, task.Attempt) (task.Result, error) { panic("ouch") }
	s := mustRun(t, o)
	if a, _ := s.Task("a"); a.Status != event.Failed || a.Message != "the runner panicked: ouch" {
		t.Errorf("%+v", a)
	}
}

func TestSelectThenRest(t *testing.T) {
	o, f, _ := setup(t, testPlan("a", "b: a", "c: b"))
	o.Select = []string{"b"}
	s := mustRun(t, o)
	if s.Outcome != event.Succeeded || len(f.calls) != 1 {
		t.Fatalf("%s %v", s.Outcome, f.calls)
	}
	o.Select = nil
	s = mustRun(t, o)
	if s.Outcome != event.Succeeded || len(f.calls) != 3 {
		t.Fatalf("%s %v", s.Outcome, f.calls)
	}
	o.Rerun = []string{"b"}
	mustRun(t, o)
	if want := "local/2026-11-19/c@2#1"; len(f.calls) != 5 || f.calls[4] != want {
		t.Errorf("calls %v, want the last to be %s", f.calls, want)
	}
	if _, err := Run(context.Background(), Options{Plan: o.Plan, Day: testDay, Runner: f, Journal: o.Journal, Select: []string{"zzz"}}); err == nil {
		t.Error("an unknown task is selected")
	}
}

func TestVariables(t *testing.T) {
	o, f, _ := setup(t, testPlan("a"))
	var got plan.Variable
	f.do["a"] = func(_ context.Context, a task.Attempt) (task.Result, error) {
		got = a.Parameters["days"]
		return task.Result{}, nil
	}
	for _, bad := range []map[string]string{{"day": "3"}, {"days": "three"}} {
		o.Variables = bad
		if _, err := Run(context.Background(), o); err == nil {
			t.Errorf("%v accepted", bad)
		}
	}
	o.Variables = map[string]string{"days": "3"}
	mustRun(t, o)
	if got.Value != "3" || got.Type != "INT64" {
		t.Errorf("%+v", got)
	}
	o.Variables, o.Rerun = nil, []string{"a"} // a run keeps what it was opened with
	mustRun(t, o)
	if got.Value != "3" {
		t.Errorf("%+v", got)
	}
	o.Variables = map[string]string{"days": "4"}
	if _, err := Run(context.Background(), o); err == nil {
		t.Error("a day ran with two values of a variable")
	}
}

func TestRowChangeAgainstHistory(t *testing.T) {
	p := testPlan("a/rows")
	p.Tasks[0].Check.MaxChangePercent, p.Tasks[0].Check.Window = 20, 3
	o, f, _ := setup(t, p)
	rows := int64(0)
	f.do["a/rows"] = func(context.Context, task.Attempt) (task.Result, error) { return task.Result{RowsOut: rows}, nil }
	tests := []struct {
		day     string
		rows    int64
		want    event.Status
		message string
	}{
		{"2026-11-10", 1000, event.Succeeded, ""}, // nothing to compare with
		{"2026-11-11", 1100, event.Succeeded, ""},
		{"2026-11-12", 100, event.Failed, "100 rows against a mean of 1050 over 2 earlier runs: -90.5 %, up to 20 % allowed"},
		{"2026-11-13", 1200, event.Succeeded, ""}, // what failed is not in the mean
		{"2026-11-14", 1320, event.Succeeded, ""},
		{"2026-11-15", 1500, event.Failed, "1500 rows against a mean of 1207 over 3 earlier runs: +24.3 %, up to 20 % allowed"},
	}
	for _, tt := range tests {
		o.Day, rows = tt.day, tt.rows
		s := mustRun(t, o)
		if got, _ := s.Task("a/rows"); got.Status != tt.want || got.Message != tt.message {
			t.Errorf("%s: %s %q, want %s %q", tt.day, got.Status, got.Message, tt.want, tt.message)
		}
	}
}

func TestDrainAndAbort(t *testing.T) {
	o, f, _ := setup(t, testPlan("a", "b: a", "c"))
	o.Clock, f.clock = FastForward(o.Clock.Now()), nil
	ctx, cancel := context.WithCancel(context.Background())
	abort := make(chan struct{})
	o.Abort = abort
	running := make(chan struct{}, 2)
	finish := make(chan struct{})
	work := func(ctx context.Context, a task.Attempt) (task.Result, error) {
		running <- struct{}{}
		select {
		case <-finish:
			return task.Result{}, nil
		case <-ctx.Done():
			return task.Result{}, ctx.Err()
		}
	}
	f.do["a"] = work
	f.do["c"] = func(ctx context.Context, a task.Attempt) (task.Result, error) {
		running <- struct{}{}
		<-ctx.Done()
		return task.Result{}, ctx.Err()
	}
	go func() {
		<-running
		<-running
		cancel() // drain: both go on
		finish <- struct{}{}
		close(abort) // c will never end by itself
	}()
	report, err := Run(ctx, o)
	if !errors.Is(err, ErrStopped) {
		t.Fatal(err)
	}
	wantStatus(t, report.State, "a", event.Succeeded)
	wantStatus(t, report.State, "b", event.Waiting)
	wantStatus(t, report.State, "c", event.Waiting)
	if c, _ := report.State.Task("c"); !c.Interrupted {
		t.Error("c is not to be resumed")
	}
	clear(f.do)
	s := mustRun(t, o2(o))
	if s.Outcome != event.Succeeded {
		t.Fatal(s.Outcome)
	}
	want := []string{"local/2026-11-19/a@1#1", "local/2026-11-19/b@1#1", "local/2026-11-19/c@1#1", "local/2026-11-19/c@1#1"}
	slices.Sort(f.calls)
	if !slices.Equal(f.calls, want) {
		t.Errorf("calls %v: the interrupted attempt keeps its job ID", f.calls)
	}
}

func o2(o Options) Options {
	o.Abort = nil
	return o
}

func TestOneOwner(t *testing.T) {
	o, f, _ := setup(t, testPlan("a"))
	f.do["a"] = func(context.Context, task.Attempt) (task.Result, error) {
		second := o
		second.Clock = Wall()
		if _, err := Run(context.Background(), second); !errors.Is(err, journal.ErrOwned) {
			return task.Result{}, task.Fail("a second engine got %v", err)
		}
		return task.Result{}, nil
	}
	if s := mustRun(t, o); s.Outcome != event.Succeeded {
		a, _ := s.Task("a")
		t.Error(a.Message)
	}
}

type failing struct {
	journal.Run
	left int
}

func (f *failing) Append(ctx context.Context, events []event.Event) error {
	if f.left--; f.left < 0 {
		return errors.New("disk full")
	}
	return f.Run.Append(ctx, events)
}

type failingJournal struct {
	journal.Journal
	left int
}

func (f *failingJournal) Own(ctx context.Context, id journal.RunID) (journal.Run, error) {
	run, err := f.Journal.Own(ctx, id)
	return &failing{run, f.left}, err
}

// Whenever the disk fills up, the engine stops with the error, and the day ends when there is room again.
func TestJournalThatCannotBeWritten(t *testing.T) {
	for left := 0; ; left++ {
		o, f, _ := setup(t, testPlan("a", "b: a", "c: b"))
		real := o.Journal
		o.Journal = &failingJournal{real, left}
		_, err := Run(context.Background(), o)
		if err == nil {
			if left < 5 {
				t.Fatalf("the whole day in %d appends", left)
			}
			return
		}
		if !strings.Contains(err.Error(), "disk full") {
			t.Fatal(err)
		}
		o.Journal, o.Clock = real, f.clock
		if s := mustRun(t, o); s.Outcome != event.Succeeded {
			t.Fatalf("%d appends: %v", left, s.Counts())
		}
	}
}

type upper struct{}

func (upper) Mask(s string) string { return strings.ReplaceAll(s, "hunter2", "****") }

func TestLogsAreMaskedAndBounded(t *testing.T) {
	o, f, _ := setup(t, testPlan("a", "b"))
	logs := &Logs{Dir: t.TempDir(), MaxBytes: 2000, Mask: upper{}}
	o.Logs = logs
	f.do["a"] = func(_ context.Context, a task.Attempt) (task.Result, error) {
		for i := range 100 {
			a.Log("line %d with hunter2\nand another", i)
		}
		return task.Result{}, task.Fail("cannot log in with hunter2")
	}
	s := mustRun(t, o)
	if a, _ := s.Task("a"); a.Message != "cannot log in with ****" {
		t.Errorf("%q", a.Message)
	}
	var text bytes.Buffer
	if err := logs.Read(LogName{testDay, "a", 1, 1}, &text); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text.String(), "hunter2") {
		t.Error("a secret is in the log")
	}
	if text.Len() > 2000 || text.Len() < 900 {
		t.Errorf("the log has %d bytes", text.Len())
	}
	if !strings.HasSuffix(text.String(), "line 99 with ****\n2026-11-19T19:00:00.000Z and another\n2026-11-19T19:00:00.000Z attempt 1 failed: cannot log in with ****\n") {
		t.Errorf("the end is missing:\n%s", text.String())
	}
	if err := logs.Read(LogName{testDay, "b", 1, 1}, &text); err == nil {
		t.Error("an attempt that said nothing has a log")
	}
}

// watcher asks for an alert for each task that fails.
type watcher struct{}

func (watcher) Watch(_ *event.State, applied []event.Event, now time.Time) (events []event.Event, wake time.Time) {
	for _, e := range applied {
		if e.Kind == event.TaskFailed {
			events = append(events, event.Event{Kind: event.AlertDue, Alert: &event.Alert{ID: "failed/" + e.Task}})
		}
	}
	return events, time.Time{}
}

type sender struct {
	mu   sync.Mutex
	fail int
	sent []string
}

func (s *sender) Send(_ context.Context, a event.Alert) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail--; s.fail >= 0 {
		return errors.New("no answer")
	}
	s.sent = append(s.sent, a.ID)
	return nil
}

func TestAlertsAreSentOnce(t *testing.T) {
	o, f, _ := setup(t, testPlan("a", "b"))
	f.do["a"] = func(context.Context, task.Attempt) (task.Result, error) { return task.Result{}, task.Fail("no") }
	send := &sender{fail: 3}
	o.Watchers, o.Send = []Watcher{watcher{}}, send
	s := mustRun(t, o)
	if !slices.Equal(send.sent, []string{"failed/a"}) {
		t.Errorf("sent %v", send.sent)
	}
	if a := s.Alerts["failed/a"]; !a.Sent || a.Attempts != 4 {
		t.Errorf("%+v", a)
	}
	mustRun(t, o) // sent before; the watcher sees the failure again and must not
}

func TestActions(t *testing.T) {
	o, f, _ := setup(t, testPlan("a", "b: a"))
	actions := make(chan Action)
	o.Actions = actions
	errs := make(chan error, 2)
	f.do["a"] = func(ctx context.Context, a task.Attempt) (task.Result, error) {
		actions <- Action{Done: errs, Make: func(s *event.State) ([]event.Event, error) {
			return []event.Event{{Kind: event.TaskMarked, Task: "a"}}, nil // it is running: refused
		}}
		actions <- Action{Done: errs, Make: func(s *event.State) ([]event.Event, error) {
			return []event.Event{{Kind: event.RunCanceled, Actor: "ana", Reason: "wrong day"}}, nil
		}}
		<-ctx.Done()
		return task.Result{}, ctx.Err()
	}
	s := mustRun(t, o)
	if err := <-errs; err == nil {
		t.Error("a running task was marked")
	}
	if err := <-errs; err != nil {
		t.Error(err)
	}
	if s.Outcome != event.Canceled {
		t.Errorf("%s: %v", s.Outcome, s.Counts())
	}
}

func TestObserver(t *testing.T) {
	o, _, _ := setup(t, testPlan("a"))
	var seen []string
	o.Observer = ObserverFunc(func(s *event.State, events []event.Event) {
		if len(events) == 0 {
			seen = append(seen, "taken up")
		}
		for _, e := range events {
			seen = append(seen, fmt.Sprintf("%d %s", e.Seq, e.Kind))
		}
	})
	mustRun(t, o)
	want := []string{"1 run_opened", "taken up", "2 attempt_started", "3 task_succeeded", "4 run_finished"}
	if !slices.Equal(seen, want) {
		t.Errorf("%v", seen)
	}
}

// The same day under the virtual clock gives the same journal, byte for byte.
func TestDeterministic(t *testing.T) {
	record := func() string {
		p := testPlan("a", "b: a", "c: a", "d", "e: d c", "f", "g: f", "h: b e g")
		for i := range p.Tasks {
			p.Tasks[i].Pool = "sql"
		}
		o, f, v := setup(t, p)
		for i, id := range []string{"c", "f"} {
			f.do[id] = func(ctx context.Context, a task.Attempt) (task.Result, error) {
				if err := v.Sleep(ctx, a.Task.ID, time.Duration(i+1)*time.Minute); err != nil || a.Number > 2 {
					return task.Result{}, err
				}
				return task.Result{}, task.Retry("not yet")
			}
		}
		mustRun(t, o)
		var text strings.Builder
		err := o.Journal.Replay(context.Background(), "local/"+testDay, 0, func(e *event.Event) error {
			line, err := event.Encode(e)
			fmt.Fprintf(&text, "%s\n", line)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	first := record()
	for range 5 {
		if again := record(); again != first {
			t.Fatalf("first\n%s\nthen\n%s", first, again)
		}
	}
}

// Fast-forward jumps to gates and backoffs, so that times mean what they would have on the day.
func TestFastForward(t *testing.T) {
	p := testPlan("a", "b: a", "c: b")
	p.Tasks[1].NotBefore, p.Tasks[2].NotBefore = "10:00", "03:59"
	o, f, v := setup(t, p)
	opening := v.Now()
	o.Clock, f.clock = FastForward(opening), nil
	f.do["a"] = func(_ context.Context, a task.Attempt) (task.Result, error) {
		if a.Number == 1 {
			return task.Result{}, task.Retry("not yet")
		}
		return task.Result{}, nil
	}
	s := mustRun(t, o)
	for id, least := range map[string]time.Duration{"a": 48 * time.Second, "b": 6 * time.Hour, "c": 24*time.Hour - time.Minute} {
		got, _ := s.Task(id)
		if since := got.StartedAt.Sub(opening); got.Status != event.Succeeded || since < least {
			t.Errorf("%s is %s and starts %s after the opening, want at least %s", id, got.Status, since, least)
		}
	}
	loaded, err := Load(context.Background(), o.Journal, p, "local/"+testDay, testDay)
	if err != nil || !slices.Equal(loaded.Tasks(), s.Tasks()) {
		t.Errorf("the journal holds another state: %v", err)
	}
	if _, err := Load(context.Background(), o.Journal, p, "local/2026-01-01", "2026-01-01"); !errors.Is(err, journal.ErrNoRun) {
		t.Errorf("%v", err)
	}
}

// jumpy is a clock that is set back and forth under the run.
type jumpy struct {
	*Virtual
	mu sync.Mutex
	n  int
}

func (j *jumpy) Now() time.Time {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.n++
	return j.Virtual.Now().Add([]time.Duration{0, -3 * time.Hour, 40 * time.Minute, -time.Second}[j.n%4])
}

func TestClockThatJumps(t *testing.T) {
	p := testPlan("a", "b: a", "c: a", "d: b c")
	p.Tasks[3].NotBefore = "06:00"
	o, _, v := setup(t, p)
	o.Clock = &jumpy{Virtual: v}
	s := mustRun(t, o)
	if s.Outcome != event.Succeeded {
		t.Fatal(s.Counts())
	}
	if _, err := Load(context.Background(), o.Journal, p, "local/"+testDay, testDay); err != nil {
		t.Errorf("the journal of a jumping clock: %v", err)
	}
}
