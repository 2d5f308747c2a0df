package event

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// aPlan is a plan of tasks written as "id: inputs" with edits.
func aPlan(edges ...string) *plan.Plan {
	p := &plan.Plan{
		Format: plan.Format, Digest: "sha256:test", Environment: "local", TimeZone: "Asia/Tokyo", DayStart: "04:00",
		Pools: []plan.Pool{{Name: "sql", Size: 2}, {Name: "ingest", Size: 1}},
		Windows: []plan.Window{
			{Name: "peak", Start: "04:00", End: "09:00", Pools: map[string]int{"ingest": 2}},
			{Name: "normal", Start: "09:00", End: "04:00", Pools: map[string]int{"ingest": 1}},
		},
		Calendars: []plan.Calendar{{Name: "weekdays", Days: []string{"mon", "tue", "wed", "thu", "fri"}}},
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

// bench runs a state by hand.
type bench struct {
	t   *testing.T
	s   *State
	now time.Time
}

// newBench opens the run of Thursday 2026-11-19, which is delivered on the Friday.
func newBench(t *testing.T, p *plan.Plan) *bench {
	t.Helper()
	clock, err := plan.NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	day, err := plan.ParseDay("2026-11-19")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(p, clock, day)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, s: s, now: s.Opening()}
	b.apply(Event{Kind: RunOpened, Open: &Opening{Run: "local/2026-11-19", Day: "2026-11-19", Plan: p.Digest}})
	return b
}

func (b *bench) apply(events ...Event) {
	b.t.Helper()
	for _, e := range b.s.Stamp(b.now, events) {
		if err := b.s.Apply(&e); err != nil {
			b.t.Fatal(err)
		}
	}
}

// step applies what Next decides until it decides nothing more, and gives it in short form.
func (b *bench) step() []string {
	b.t.Helper()
	var log []string
	for {
		step := Next(b.s, b.now)
		if len(step.Events) == 0 {
			return log
		}
		for i := range step.Events {
			log = append(log, short(&step.Events[i]))
			if err := b.s.Apply(&step.Events[i]); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

func short(e *Event) string {
	text := string(e.Kind)
	for _, part := range []string{e.Task, e.Cause, string(e.Outcome)} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

func (b *bench) end(id string, err error) {
	b.t.Helper()
	b.apply(b.s.Ended(id, b.now, task.Result{}, err, NotCut))
}

func (b *bench) expect(want ...string) {
	b.t.Helper()
	if got := b.step(); !slices.Equal(got, want) {
		b.t.Fatalf("at %s decided\n  %s\nwant\n  %s", b.now.In(b.s.g.clock.Location()).Format("15:04:05"),
			strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func (b *bench) after(d time.Duration) { b.now = b.now.Add(d) }

func (b *bench) status(id string, want Status) {
	b.t.Helper()
	if got, _ := b.s.Task(id); got.Status != want {
		b.t.Fatalf("%s is %s, want %s", id, got.Status, want)
	}
}

func (b *bench) why(id, want string) {
	b.t.Helper()
	if got := b.s.Why(id, b.now).String(); got != want {
		b.t.Fatalf("%s: %q, want %q", id, got, want)
	}
}

func TestInputsThenFinish(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a", "c: a b"))
	b.expect("attempt_started a")
	b.why("c", "waits for a, b")
	b.end("a", nil)
	b.expect("attempt_started b")
	b.end("b", nil)
	b.expect("attempt_started c")
	b.end("c", nil)
	b.expect("run_finished succeeded")
	if again := Next(b.s, b.now.Add(time.Hour)); len(again.Events) > 0 || !again.Wake.IsZero() {
		t.Errorf("a finished run has nothing to do, not %+v", again)
	}
}

func TestNothingStartsBeforeTheOpening(t *testing.T) {
	b := newBench(t, aPlan("a"))
	opening := b.s.Opening()
	early := newBench(t, aPlan("a"))
	early.s.at, early.now = opening.Add(-2*time.Hour), opening.Add(-2*time.Hour)
	early.s.x.seen = early.now
	early.s.reindex()
	early.expect()
	early.why("a", "the day opens at 04:00")
	if wake := Next(early.s, early.now).Wake; !wake.Equal(opening) {
		t.Errorf("wakes at %s, want %s", wake, opening)
	}
}

func TestGate(t *testing.T) {
	p := aPlan("a", "b: a")
	p.Tasks[1].NotBefore = "06:30"
	b := newBench(t, p)
	b.expect("attempt_started a")
	b.end("a", nil)
	b.expect()
	b.why("b", "not before 06:30")
	if wake := Next(b.s, b.now).Wake; !wake.Equal(b.now.Add(150 * time.Minute)) {
		t.Fatalf("wakes at %s", wake)
	}
	b.after(150*time.Minute - time.Microsecond)
	b.expect()
	b.after(time.Microsecond)
	b.expect("attempt_started b")
}

func TestPoolFollowsWindows(t *testing.T) {
	p := aPlan("a", "b", "c", "d")
	for i := range p.Tasks {
		p.Tasks[i].Pool = "ingest"
	}
	b := newBench(t, p)
	b.expect("attempt_started a", "attempt_started b")
	b.why("c", "pool ingest is full (2 of 2)")
	if wake := Next(b.s, b.now).Wake; !wake.Equal(b.now.Add(5 * time.Hour)) {
		t.Fatalf("wakes at %s, want the next window", wake)
	}
	b.after(5 * time.Hour) // the pool shrinks to 1; both go on
	b.expect()
	b.end("a", nil)
	b.expect()
	b.why("c", "pool ingest is full (1 of 1)")
	b.end("b", nil)
	b.expect("attempt_started c")
	b.end("c", nil)
	b.expect("attempt_started d")
}

func TestSlots(t *testing.T) {
	p := aPlan("a", "b", "c")
	for i := range p.Tasks {
		p.Tasks[i].Pool = "sql"
	}
	p.Tasks[1].Slots = 2
	b := newBench(t, p)
	b.expect("attempt_started a") // b needs both slots and is not passed by c
	b.end("a", nil)
	b.expect("attempt_started b")
	b.end("b", nil)
	b.expect("attempt_started c")

	// A task that the pool's size of the moment cannot hold is passed.
	p = aPlan("a", "b")
	p.Tasks[0].Pool, p.Tasks[0].Slots, p.Tasks[1].Pool = "ingest", 2, "ingest"
	b = newBench(t, p)
	b.now = b.now.Add(6 * time.Hour) // ingest is 1 by now
	b.expect("attempt_started b")
	b.end("b", nil)
	b.expect()
	if wake := Next(b.s, b.now).Wake; !wake.Equal(b.s.Opening().Add(24 * time.Hour)) {
		t.Errorf("wakes at %s, want the next window", wake)
	}

	// A task that asks for more than the pool ever has takes all of it.
	p = aPlan("a")
	p.Tasks[0].Pool, p.Tasks[0].Slots = "sql", 7
	newBench(t, p).expect("attempt_started a")
}

func TestPoolWithoutAnySlot(t *testing.T) {
	p := aPlan("a", "b: a")
	p.Pools = append(p.Pools, plan.Pool{Name: "none"})
	p.Tasks[0].Pool = "none"
	b := newBench(t, p)
	b.expect("task_failed a", "task_blocked b a", "run_finished failed")
}

func TestPoolOverrideExpires(t *testing.T) {
	p := aPlan("a", "b", "c")
	for i := range p.Tasks {
		p.Tasks[i].Pool = "sql"
	}
	b := newBench(t, p)
	b.apply(Event{Kind: PoolSet, Pool: "sql", Size: 0, Until: b.now.Add(time.Hour)})
	b.expect()
	if wake := Next(b.s, b.now).Wake; !wake.Equal(b.now.Add(time.Hour)) {
		t.Fatalf("wakes at %s", wake)
	}
	b.after(time.Hour)
	b.expect("attempt_started a", "attempt_started b")
}

func TestPriorityIsLeastSlack(t *testing.T) {
	p := aPlan("a", "b", "c", "d")
	for i, latest := range []int{0, 300, 60, 300} {
		p.Tasks[i].Pool, p.Tasks[i].Latest = "sql", latest
	}
	p.Windows = nil
	p.Pools[0].Size = 1
	b := newBench(t, p)
	for _, id := range []string{"c", "b", "d", "a"} {
		b.expect("attempt_started " + id)
		b.end(id, nil)
	}
}

func TestMaxRunning(t *testing.T) {
	b := newBench(t, aPlan("a", "b", "c"))
	b.s.MaxRunning = 2
	b.expect("attempt_started a", "attempt_started b")
	b.why("c", "as many tasks run as may at once")
	b.end("b", nil)
	b.expect("attempt_started c")
}

func TestRetries(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a", "c: b"))
	for attempt := 1; attempt <= 2; attempt++ {
		b.expect("attempt_started a")
		b.end("a", errors.New("connection reset"))
		a, _ := b.s.Task("a")
		base := time.Duration(60<<(attempt-1)) * time.Second
		if wait := a.RetryAt.Sub(b.now); wait < base*8/10 || wait > base*12/10 {
			t.Fatalf("waits %s after attempt %d, want about %s", wait, attempt, base)
		}
		b.expect()
		b.now = a.RetryAt
	}
	b.expect("attempt_started a")
	b.end("a", errors.New("connection reset"))
	b.expect("task_blocked b a", "task_blocked c a", "run_finished failed")
	if a, _ := b.s.Task("a"); a.Attempt != 3 || a.Message != "connection reset" {
		t.Errorf("a ends as %+v", a)
	}
}

func TestErrorClasses(t *testing.T) {
	b := newBench(t, aPlan("a", "b"))
	b.expect("attempt_started a", "attempt_started b")
	b.end("a", task.Fail("no such column"))
	b.status("a", Failed)
	b.end("b", &task.Error{Class: task.Quota, After: 20 * time.Minute, Err: errors.New("quota")})
	got, _ := b.s.Task("b")
	if wait := got.RetryAt.Sub(b.now); wait != 20*time.Minute {
		t.Errorf("waits %s, want as long as the other side said", wait)
	}
	attempts := 1
	for got.Status == Waiting && attempts < 100 {
		b.now = got.RetryAt
		b.expect("attempt_started b")
		attempts++
		b.end("b", &task.Error{Class: task.Quota, Err: errors.New("quota")})
		got, _ = b.s.Task("b")
	}
	if attempts != 9 {
		t.Errorf("%d attempts against a quota, want three times as many as declared", attempts)
	}
}

func TestWaitsForInputThatIsLate(t *testing.T) {
	p := aPlan("a")
	p.Tasks[0].Kind, p.Tasks[0].Transfer = plan.Transfer, &plan.TransferSpec{Arrives: "06:00", WaitSec: 3600}
	b := newBench(t, p)
	late := &task.Error{Class: task.NotReady, Err: errors.New("no object yet")}
	polls := 0
	for {
		b.expect("attempt_started a")
		b.end("a", late)
		a, _ := b.s.Task("a")
		if a.failures > 0 {
			break
		}
		if polls++; polls > 1000 {
			t.Fatal("polls for ever")
		}
		b.now = a.RetryAt
	}
	if !b.now.Equal(b.s.Opening().Add(3 * time.Hour)) {
		t.Errorf("polls until %s, want an hour after it usually arrives", b.now)
	}
	if polls != 180 {
		t.Errorf("%d polls, want one a minute", polls)
	}
	for range 2 {
		a, _ := b.s.Task("a")
		b.now = a.RetryAt
		b.expect("attempt_started a")
		b.end("a", late)
	}
	b.status("a", Failed)
}

func TestTimeout(t *testing.T) {
	p := aPlan("a")
	p.Tasks[0].Timeout = 90
	b := newBench(t, p)
	b.expect("attempt_started a")
	if step := Next(b.s, b.now); !step.Wake.Equal(b.now.Add(90*time.Second)) || step.Cancel != nil {
		t.Fatalf("%+v", step)
	}
	b.after(90 * time.Second)
	if step := Next(b.s, b.now); !slices.Equal(step.Cancel, []string{"a"}) {
		t.Fatalf("%+v", step)
	}
	b.apply(b.s.Ended("a", b.now, task.Result{}, errors.New("context canceled"), CutTimeout))
	a, _ := b.s.Task("a")
	if a.Status != Waiting || a.Class != TimedOut || a.Message != "ran longer than its timeout of 1m30s" {
		t.Fatalf("%+v", a)
	}
	b.now = a.RetryAt
	b.expect("attempt_started a")
	b.apply(b.s.Ended("a", b.now, task.Result{}, nil, CutTimeout))
	b.status("a", Succeeded) // what has committed is done, however late
}

func TestChecks(t *testing.T) {
	p := aPlan("a", "a/block: a", "a/warn: a", "b: a a/block")
	p.Tasks[2].Check.Severity = "warn"
	b := newBench(t, p)
	b.step()
	b.end("a", nil)
	b.step()
	found := task.Result{Violations: 3, Message: "3 duplicates"}
	b.apply(b.s.Ended("a/warn", b.now, found, nil, NotCut))
	b.status("a/warn", Warned)
	b.apply(b.s.Ended("a/block", b.now, found, nil, NotCut))
	b.expect("task_blocked b a/block", "run_finished failed")
	if got, _ := b.s.Task("a/block"); got.Message != "3 duplicates" || got.Result.Violations != 3 || got.Class != Violations {
		t.Errorf("%+v", got)
	}

	// A warning check alone fails no day, not even where it cannot look.
	b = newBench(t, p)
	b.step()
	b.end("a", nil)
	b.step()
	b.end("a/warn", task.Fail("syntax error"))
	b.end("a/block", nil)
	b.expect("attempt_started b")
	b.end("b", nil)
	b.expect("run_finished succeeded")
}

func TestSkippedCountsAsSatisfied(t *testing.T) {
	p := aPlan("a", "b: a", "c: b")
	p.Tasks[1].Calendar = "weekdays"
	p.Tasks[0].Days = []string{"sat"}
	b := newBench(t, p) // delivered on a Friday
	b.expect("task_skipped a", "attempt_started b")
	if a, _ := b.s.Task("a"); a.Message != "fri 2026-11-20 is not one of its weekdays" {
		t.Errorf("%q", a.Message)
	}
	b.end("b", nil)
	b.expect("attempt_started c")
}

func TestSelection(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a", "c: b", "d"))
	b.apply(Event{Kind: RunSelected, Tasks: []string{"b", "c"}})
	b.why("a", "not selected")
	b.expect("attempt_started b")
	b.end("b", nil)
	b.expect("attempt_started c")
	b.end("c", nil)
	b.expect("run_finished succeeded")
	// The rest of the day follows when it is asked for, and nothing is done twice.
	b.apply(Event{Kind: RunSelected})
	b.expect("attempt_started a", "attempt_started d")
	b.end("a", nil)
	b.end("d", nil)
	b.expect("run_finished succeeded")
}

func TestRerun(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a", "c: b", "d"))
	b.step()
	b.end("a", nil)
	b.end("d", nil)
	b.step()
	b.end("b", task.Fail("broken"))
	b.expect("task_blocked c b", "run_finished failed")

	e, err := b.s.Rerun([]string{"b"}, true)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(e.Tasks, []string{"b", "c"}) {
		t.Fatalf("reruns %v", e.Tasks)
	}
	e.Actor, e.Reason = "ana", "the column is back"
	b.apply(e)
	b.expect("attempt_started b")
	if got, _ := b.s.Task("b"); got.Generation != 2 || got.Job != "local/2026-11-19/b@2#1" {
		t.Errorf("%+v", got)
	}
	if _, err := b.s.Rerun([]string{"a"}, true); err == nil || !strings.Contains(err.Error(), "b running now") {
		t.Errorf("a rerun under a running task: %v", err)
	}
	b.end("b", nil)
	b.expect("attempt_started c")
	b.end("c", nil)
	b.expect("run_finished succeeded")
	if _, err := b.s.Rerun([]string{"x"}, true); err == nil {
		t.Error("an unknown task is rerun")
	}
	if e, err := b.s.RetryFailed(); err != nil || len(e.Tasks) != 0 {
		t.Errorf("nothing failed, yet %v %v", e.Tasks, err)
	}
}

func TestCancel(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a"))
	b.expect("attempt_started a")
	b.apply(Event{Kind: RunCanceled, Actor: "ana", Reason: "wrong day"})
	b.expect("task_canceled b")
	if step := Next(b.s, b.now); !slices.Equal(step.Cancel, []string{"a"}) {
		t.Fatalf("%+v", step)
	}
	b.apply(b.s.Ended("a", b.now, task.Result{}, errors.New("canceled"), CutCancel))
	b.expect("run_finished canceled")
	e, err := b.s.RetryFailed()
	if err != nil {
		t.Fatal(err)
	}
	b.apply(e)
	b.expect("attempt_started a")
}

func TestPause(t *testing.T) {
	b := newBench(t, aPlan("a"))
	b.apply(Event{Kind: RunPaused})
	b.expect()
	b.why("a", "the run is paused")
	b.apply(Event{Kind: RunContinued})
	b.expect("attempt_started a")
}

func TestInterruptedAttemptIsResumedAsItWas(t *testing.T) {
	b := newBench(t, aPlan("a"))
	b.expect("attempt_started a")
	before, _ := b.s.Task("a")
	for range maxLosses - 1 {
		b.apply(b.s.Lose("a"))
		b.expect("attempt_resumed a")
		if now, _ := b.s.Task("a"); now.Job != before.Job || now.Attempt != 1 {
			t.Fatalf("resumed as %+v", now)
		}
	}
	b.apply(b.s.Lose("a"))
	b.status("a", Failed) // it may be what ends the process
}

func TestMark(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a"))
	b.step()
	b.end("a", task.Fail("broken"))
	b.step()
	b.apply(Event{Kind: TaskMarked, Task: "a", Actor: "ana", Reason: "loaded by hand"})
	e, err := b.s.RetryFailed()
	if err != nil {
		t.Fatal(err)
	}
	b.apply(e)
	b.expect("attempt_started b")
}

func TestApplyRefuses(t *testing.T) {
	b := newBench(t, aPlan("a", "b: a"))
	tests := []struct {
		name string
		e    Event
	}{
		{"a gap", Event{Seq: 9, Kind: RunPaused}},
		{"the past", Event{Seq: 2, At: b.now.Add(-time.Hour), Kind: RunPaused}},
		{"a second opening", Event{Seq: 2, Kind: RunOpened, Open: &Opening{Day: "2026-11-19"}}},
		{"an end without a start", Event{Seq: 2, Kind: TaskSucceeded, Task: "a", Generation: 1, Attempt: 1}},
		{"a skipped number", Event{Seq: 2, Kind: AttemptStarted, Task: "a", Generation: 1, Attempt: 2}},
		{"another generation", Event{Seq: 2, Kind: AttemptStarted, Task: "a", Generation: 2, Attempt: 1}},
		{"a resumption of nothing", Event{Seq: 2, Kind: AttemptResumed, Task: "a", Generation: 1}},
		{"an unknown kind", Event{Seq: 2, Kind: "made_up", Task: "nothing"}},
		{"no kind", Event{Seq: 2}},
		{"an alert sent that was never due", Event{Seq: 2, Kind: AlertSent, Alert: &Alert{ID: "x"}}},
		{"an empty SLA", Event{Seq: 2, Kind: SLAChanged}},
	}
	for _, tt := range tests {
		if tt.e.At.IsZero() {
			tt.e.At = b.now
		}
		if err := b.s.Apply(&tt.e); err == nil {
			t.Errorf("%s: accepted", tt.name)
		}
		if b.s.Seq() != 1 {
			t.Fatalf("%s: changed the state", tt.name)
		}
	}
}

// Every pair of status and kind that is not in the table is refused.
func TestTransitionTable(t *testing.T) {
	kinds := []Kind{AttemptStarted, AttemptResumed, AttemptInterrupted, AttemptFailed, TaskSucceeded, TaskWarned,
		TaskFailed, TaskSkipped, TaskBlocked, TaskCanceled, TaskMarked, TasksReset}
	seen := map[move]bool{}
	for _, row := range Transitions() {
		if seen[move{row.From, row.On}] {
			t.Errorf("%s on %s is there twice", row.From, row.On)
		}
		seen[move{row.From, row.On}] = true
		if row.When == "" || !slices.Contains(kinds, row.On) {
			t.Errorf("bad row %+v", row)
		}
	}
	for _, from := range Statuses() {
		for _, kind := range kinds {
			b := newBench(t, aPlan("a"))
			b.s.tasks[0].Status, b.s.tasks[0].Attempt = from, 1
			b.s.tasks[0].Interrupted = kind == AttemptResumed
			b.s.reindex()
			e := Event{Kind: kind, Task: "a", Tasks: []string{"a"}, Generation: 1, Attempt: 1}
			if kind == AttemptStarted {
				e.Attempt = 2
			}
			err := b.s.Apply(&b.s.Stamp(b.now, []Event{e})[0])
			if (err == nil) != seen[move{from, kind}] {
				t.Errorf("%s on %s: %v", from, kind, err)
			}
		}
	}
}

func TestTasksThatThePlanLostAreIgnored(t *testing.T) {
	b := newBench(t, aPlan("a"))
	b.apply(Event{Kind: AttemptStarted, Task: "gone", Generation: 1, Attempt: 1},
		Event{Kind: PlanChanged, Plan: "sha256:other"}, Event{Kind: TasksReset, Tasks: []string{"gone"}})
	if b.s.Plan != "sha256:other" {
		t.Error(b.s.Plan)
	}
}

func TestAlerts(t *testing.T) {
	b := newBench(t, aPlan("a"))
	alert := &Alert{ID: "x", Channel: "ops"}
	b.apply(Event{Kind: AlertDue, Alert: alert})
	if step := Next(b.s, b.now); !slices.Equal(step.Send, []string{"x"}) {
		t.Fatalf("%+v", step)
	}
	b.apply(Event{Kind: AlertFailed, Alert: &Alert{ID: "x"}, Until: b.now.Add(time.Minute)})
	if step := Next(b.s, b.now); step.Send != nil || !step.Wake.Equal(b.now.Add(time.Minute)) {
		t.Fatalf("%+v", step)
	}
	b.after(time.Minute)
	b.apply(Event{Kind: AlertSent, Alert: &Alert{ID: "x"}})
	if step := Next(b.s, b.now); step.Send != nil {
		t.Fatalf("%+v", step)
	}
	e := Event{Seq: b.s.Seq() + 1, At: b.now, Kind: AlertDue, Alert: alert}
	if err := b.s.Apply(&e); err == nil {
		t.Error("the same alert is due twice")
	}
}

func TestNewRefusesBrokenPlans(t *testing.T) {
	for _, p := range []*plan.Plan{aPlan("a: b", "b: a"), aPlan("a: x")} {
		clock, err := plan.NewClock(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(p, clock, plan.Day{}); err == nil {
			t.Error("accepted")
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"v":1,"seq":1,"at":"2026-11-20T00:00:00Z","kind":"run_opened"}`))
	f.Add([]byte(`{"v":99}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Encode(&e)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := Decode(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if third, _ := Encode(&twice); string(third) != string(again) {
			t.Errorf("%s becomes %s", again, third)
		}
	})
}

// A run that was stopped leaves tasks that nothing holds up.
func TestNextInPool(t *testing.T) {
	for _, c := range []struct {
		w    Wait
		want string
	}{
		{Wait{Kind: WaitPool, Pool: "query", Size: 8}, "next in pool query"},
		{Wait{Kind: WaitPool, Pool: "query", Size: 8, Used: 8}, "pool query is full (8 of 8)"},
		{Wait{Kind: WaitPool, Pool: "query", Size: 0}, "pool query is full (0 of 0)"},
	} {
		if got := c.w.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.w, got, c.want)
		}
	}
}
