package event

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// TestModel runs days of random plans under a virtual clock, with failures, crashes at every moment and people
// who interfere, and holds each step against a simple model: the rules as one would say them, computed from all tasks anew.
// SLUICE_MODEL_DAYS sets how many days, SLUICE_MODEL_SEED the first seed: each day prints its own when it fails.
func TestModel(t *testing.T) {
	days, seed := 10000, uint64(1)
	if testing.Short() {
		days = 2000
	}
	if text := os.Getenv("SLUICE_MODEL_DAYS"); text != "" {
		days, _ = strconv.Atoi(text)
	}
	if text := os.Getenv("SLUICE_MODEL_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	outcomes := map[Status]int{}
	var crashes, attempts, resumed int
	for n := range uint64(days) {
		w := newWorld(t, seed+n)
		w.live()
		outcomes[w.s.Outcome]++
		crashes += w.crashes
		attempts += w.attempts
		resumed += w.resumed
		if t.Failed() {
			return
		}
	}
	t.Logf("seeds %d to %d: outcomes %v, %d attempts, %d of them resumed, %d crashes", seed, seed+uint64(days)-1, outcomes, attempts, resumed, crashes)
	for _, o := range []Status{Succeeded, Failed, Canceled} {
		if days >= 1000 && outcomes[o] == 0 {
			t.Errorf("no day %s: the faults are drawn wrongly", o)
		}
	}
}

// world is one day: the state under test, what the model knows, and the dice.
type world struct {
	t    *testing.T
	seed uint64
	r    *rand.Rand
	p    *plan.Plan
	s    *State
	now  time.Time

	journal []Event
	under   map[string]*effort // attempts under way
	commits map[string]bool    // by key
	starts  map[string]int     // by job, resumptions left out

	rerun                      bool // somebody ran something again
	crashes, attempts, resumed int
}

// effort is an attempt under way.
type effort struct {
	end       time.Time // of itself
	commitsAt time.Time // zero: it fails
	err       error
	found     bool // a check that finds something
	key       string
	cut       Cut
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 7)), under: map[string]*effort{}, commits: map[string]bool{}, starts: map[string]int{}}
	w.p = w.randomPlan()
	w.s = w.fresh()
	w.now = w.s.Opening().Add(time.Duration(w.r.IntN(600)-120) * time.Minute)
	w.do(Event{Kind: RunOpened, Open: &Opening{Run: "r", Day: w.s.Day.String()}})
	if w.r.IntN(4) == 0 {
		w.do(Event{Kind: RunSelected, Tasks: w.someTasks()})
	}
	return w
}

func (w *world) fail(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d at %s: %s", w.seed, w.now.Format(time.RFC3339), fmt.Sprintf(format, args...))
}

func (w *world) randomPlan() *plan.Plan {
	zones := []string{"Asia/Tokyo", "Europe/Berlin", "America/New_York"}
	p := &plan.Plan{TimeZone: zones[w.r.IntN(len(zones))], DayStart: []string{"00:00", "02:30", "04:00"}[w.r.IntN(3)],
		Pools:     []plan.Pool{{Name: "a", Size: 1 + w.r.IntN(3)}, {Name: "b", Size: w.r.IntN(3)}},
		Calendars: []plan.Calendar{{Name: "weekdays", Days: []string{"mon", "tue", "wed", "thu", "fri"}}}}
	if w.r.IntN(3) > 0 {
		p.Windows = []plan.Window{
			{Name: "x", Start: "02:30", End: "09:00", Pools: map[string]int{"a": w.r.IntN(4), "b": w.r.IntN(3)}},
			{Name: "y", Start: "09:00", End: "02:30", Pools: map[string]int{"a": 1 + w.r.IntN(2)}}}
	}
	for i := range 1 + w.r.IntN(14) {
		t := plan.Task{ID: fmt.Sprintf("t%02d", i), Kind: plan.Query, Latest: w.r.IntN(4) * 100,
			Retry: plan.Retry{Attempts: 1 + w.r.IntN(3), BackoffSec: int64(w.r.IntN(120)), Factor: 2, MaxBackoffSec: 300}}
		for j := range i {
			if w.r.IntN(max(2, i/2)) == 0 {
				t.After = append(t.After, fmt.Sprintf("t%02d", j))
			}
		}
		switch w.r.IntN(5) {
		case 0:
			t.Kind, t.Check = plan.Check, &plan.CheckSpec{Severity: []string{"block", "warn"}[w.r.IntN(2)]}
		case 1:
			t.Kind, t.Transfer = plan.Transfer, &plan.TransferSpec{WaitSec: int64(w.r.IntN(3) * 1200)}
		}
		if w.r.IntN(3) == 0 {
			t.NotBefore = plan.FormatClock(w.r.IntN(1440))
		}
		if w.r.IntN(8) == 0 {
			t.Calendar = "weekdays"
		}
		if w.r.IntN(2) == 0 {
			t.Pool, t.Slots = []string{"a", "b"}[w.r.IntN(2)], w.r.IntN(4)
		}
		if w.r.IntN(3) == 0 {
			t.Timeout = int64(60 + w.r.IntN(900))
		}
		p.Tasks = append(p.Tasks, t)
	}
	return p
}

func (w *world) fresh() *State {
	clock, err := plan.NewClock(w.p)
	if err != nil {
		w.fail("%v", err)
	}
	// Days around the changes of the clocks, and others.
	day, err := plan.ParseDay([]string{"2026-03-28", "2026-03-07", "2026-10-24", "2026-10-31", "2026-11-19", "2026-11-20"}[rand.New(rand.NewPCG(w.seed, 3)).IntN(6)])
	if err != nil {
		w.fail("%v", err)
	}
	s, err := New(w.p, clock, day)
	if err != nil {
		w.fail("%v", err)
	}
	return s
}

func (w *world) someTasks() []string {
	var ids []string
	for i := range w.p.Tasks {
		if w.r.IntN(2) == 0 {
			ids = append(ids, w.p.Tasks[i].ID)
		}
	}
	return ids
}

// do journals and applies events.
func (w *world) do(events ...Event) {
	w.t.Helper()
	for _, e := range w.s.Stamp(w.now, events) {
		line, err := Encode(&e)
		if err != nil {
			w.fail("%v", err)
		}
		back, err := Decode(line)
		if err != nil {
			w.fail("%v", err)
		}
		if err := w.s.Apply(&back); err != nil {
			w.fail("%v", err)
		}
		w.journal = append(w.journal, back)
	}
}

// live runs the day to its end.
func (w *world) live() {
	for moves := 0; !w.s.Finished(); moves++ {
		if moves > 20000 {
			w.fail("the day does not end: %v", w.s.Counts())
		}
		switch w.r.IntN(60) {
		case 0:
			w.crash()
		case 1:
			w.interfere()
		}
		step := Next(w.s, w.now)
		if again := Next(w.s, w.now); !reflect.DeepEqual(step, again) {
			w.fail("two answers to one question:\n%+v\n%+v", step, again)
		}
		for _, id := range step.Cancel {
			w.cut(id)
		}
		if len(step.Events) > 0 {
			w.carryOut(step.Events)
			continue
		}
		w.checkIdle()
		w.pass(step.Wake)
	}
	w.checkEnd()
}

// carryOut applies decisions one by one, holding each against the model; the process may die after any of them.
func (w *world) carryOut(events []Event) {
	for i := range events {
		e := events[i]
		w.checkDecision(&e)
		w.do(e)
		if w.r.IntN(200) == 0 {
			w.crash() // the rest of the decisions is lost
			return
		}
		if e.Kind == AttemptStarted || e.Kind == AttemptResumed {
			w.begin(&e)
		}
	}
}

func (w *world) begin(e *Event) {
	w.attempts++
	if e.Kind == AttemptResumed {
		w.resumed++
	}
	if w.under[e.Task] != nil {
		w.fail("%s runs twice at once", e.Task)
	}
	t, _ := w.s.Task(e.Task)
	key := w.s.JobKey(&t)
	f := &effort{key: key}
	w.under[e.Task] = f
	if w.commits[key] { // committed by an attempt that was lost: adopted at once
		f.end, f.commitsAt = w.now, w.now
		return
	}
	took := time.Duration(w.r.IntN(1200)) * time.Second
	f.end = w.now.Add(took)
	switch w.r.IntN(25) {
	case 0:
		f.err = task.Retry("reset")
	case 1:
		f.err = &task.Error{Class: task.Quota, After: time.Duration(w.r.IntN(300)) * time.Second, Err: errors.New("quota")}
	case 2:
		f.err = &task.Error{Class: task.NotReady, Err: errors.New("not there")}
	case 3:
		if w.r.IntN(3) == 0 {
			f.err = task.Fail("no such column")
			break
		}
		fallthrough
	default:
		f.commitsAt = w.now.Add(took - took/10)
		f.found = w.r.IntN(30) == 0
	}
}

func (w *world) cut(id string) {
	f := w.under[id]
	if f == nil || f.cut != NotCut {
		return
	}
	f.cut = CutTimeout
	if w.s.Canceling {
		f.cut = CutCancel
	}
	// It stops a moment later; what it has committed by then is committed.
	f.end = w.now.Add(time.Duration(w.r.IntN(5)) * time.Second)
	if f.commitsAt.After(f.end) {
		f.commitsAt = time.Time{}
	}
	if f.commitsAt.IsZero() {
		f.err = errors.New("canceled")
	} else {
		f.err = nil
	}
}

// commit counts the work that attempts have committed by now.
func (w *world) commit() {
	for _, f := range w.under {
		if !f.commitsAt.IsZero() && !f.commitsAt.After(w.now) {
			w.commits[f.key] = true
		}
	}
}

// crash ends the process: what runs is lost, perhaps after it committed, and the state comes from the journal.
func (w *world) crash() {
	w.crashes++
	w.commit()
	clear(w.under)
	before := w.s
	w.s = w.fresh()
	for i := range w.journal {
		if err := w.s.Apply(&w.journal[i]); err != nil {
			w.fail("replay: %v", err)
		}
	}
	if !reflect.DeepEqual(before.tasks, w.s.tasks) || before.Outcome != w.s.Outcome || before.seq != w.s.seq {
		w.fail("replayed into another state:\n%+v\n%+v", before.tasks, w.s.tasks)
	}
	for _, t := range w.s.Running() {
		w.do(w.s.Lose(t.ID))
	}
	if w.r.IntN(3) == 0 {
		w.now = w.now.Add(time.Duration(w.r.IntN(7200)) * time.Second) // nobody starts it for a while
	}
}

// interfere does what people do.
func (w *world) interfere() {
	switch w.r.IntN(7) {
	case 0:
		w.do(Event{Kind: PoolSet, Pool: "a", Size: w.r.IntN(4), Until: normal(w.now.Add(time.Hour))})
	case 1:
		w.do(Event{Kind: RunPaused})
		w.now = w.now.Add(10 * time.Minute)
		if step := Next(w.s, w.now); slices.ContainsFunc(step.Events, func(e Event) bool { return e.Kind == AttemptStarted }) {
			w.fail("starts while paused")
		}
		w.do(Event{Kind: RunContinued})
	case 2:
		if w.r.IntN(10) == 0 {
			w.do(Event{Kind: RunCanceled})
		}
	case 3, 4:
		if e, err := w.s.Rerun(w.someTasks(), w.r.IntN(2) == 0); err == nil && len(e.Tasks) > 0 && w.r.IntN(4) == 0 {
			w.do(e)
			w.rerun = true
		}
	case 5:
		if e, err := w.s.RetryFailed(); err == nil && len(e.Tasks) > 0 {
			w.do(e)
		}
	case 6:
		if t := w.s.Tasks()[w.r.IntN(len(w.p.Tasks))]; t.Status == Failed {
			w.rerun = true // what it blocked stays blocked until that is run again
			w.do(Event{Kind: TaskMarked, Task: t.ID})
		}
	}
}

// pass lets time go to whatever comes first: the end of an attempt, or the time to ask again.
func (w *world) pass(wake time.Time) {
	next := wake
	for _, f := range w.under {
		if next.IsZero() || f.end.Before(next) {
			next = f.end
		}
	}
	if next.IsZero() {
		w.fail("nothing runs, nothing will happen, and the day has not ended: %v", w.s.Counts())
	}
	w.checkSleep(next)
	if next.After(w.now) {
		w.now = next
	}
	w.commit()
	for i := range w.p.Tasks {
		id := w.p.Tasks[i].ID
		f := w.under[id]
		if f == nil || f.end.After(w.now) {
			continue
		}
		delete(w.under, id)
		result := task.Result{RowsOut: 1}
		if f.found {
			result.Violations = 1
		}
		w.do(w.s.Ended(id, w.now, result, f.err, f.cut))
	}
}

// checkSleep finds what would be slept through until then.
func (w *world) checkSleep(next time.Time) {
	_, change := w.s.g.clock.Window(w.now)
	for _, t := range w.s.Tasks() {
		switch why := w.s.Why(t.ID, w.now); why.Kind {
		case WaitOpening, WaitGate, WaitBackoff:
			if why.Until.Before(next) {
				w.fail("sleeps until %s, past %s of %s at %s", next, why.Kind, t.ID, why.Until)
			}
		case WaitPool:
			if !w.s.Canceling && !change.IsZero() && change.Before(next) {
				w.fail("sleeps until %s, past the window's change at %s that %s waits for", next, change, t.ID)
			}
		}
		if f := w.under[t.ID]; f != nil && f.cut == NotCut {
			if deadline := w.s.Deadline(&t); !deadline.IsZero() && deadline.Before(next) {
				w.fail("sleeps until %s, past the timeout of %s at %s", next, t.ID, deadline)
			}
		}
	}
}

// checkDecision holds one decision of Next against the rules.
func (w *world) checkDecision(e *Event) {
	t, known := w.s.Task(e.Task)
	if !known {
		return // the run's end
	}
	p := w.p.TaskByID(e.Task)
	if e.Kind != AttemptStarted && e.Kind != AttemptResumed {
		return
	}
	if w.s.Paused || w.s.Canceling || !t.Selected {
		w.fail("%s starts in a run that starts nothing", e.Task)
	}
	for _, input := range p.After {
		if in, _ := w.s.Task(input); in.Selected && !in.Status.Satisfied() {
			w.fail("%s starts while its input %s is %s", e.Task, input, in.Status)
		}
	}
	clock := w.s.g.clock
	if w.now.Before(w.s.Opening()) || p.NotBefore != "" && w.now.Before(clock.Instant(w.s.Day, p.NotBefore)) || w.now.Before(t.RetryAt) {
		w.fail("%s starts before its time", e.Task)
	}
	if !clock.Runs(p, w.s.Day) {
		w.fail("%s starts on a day that is none of its own", e.Task)
	}
	if t.Interrupted != (e.Kind == AttemptResumed) {
		w.fail("%s of %s, interrupted: %v", e.Kind, e.Task, t.Interrupted)
	}
	if e.Kind == AttemptStarted {
		if w.starts[e.Job]++; w.starts[e.Job] > 1 {
			w.fail("job %s is started twice", e.Job)
		}
	}
	if p.Pool != "" {
		w.checkPool(p)
	}
}

// checkPool counts the pool's slots with the task that is about to start in it.
func (w *world) checkPool(starting *plan.Task) {
	slots := func(p *plan.Task) int {
		largest := 0
		for _, pool := range w.p.Pools {
			if pool.Name != p.Pool {
				continue
			}
			if len(w.p.Windows) == 0 {
				largest = pool.Size
			}
			for _, window := range w.p.Windows {
				size, given := window.Pools[p.Pool]
				if !given {
					size = pool.Size
				}
				largest = max(largest, size)
			}
		}
		return min(max(p.Slots, 1), largest)
	}
	used := slots(starting)
	for _, t := range w.s.Tasks() {
		if p := w.p.TaskByID(t.ID); t.Status == Running && p.Pool == starting.Pool {
			used += slots(p)
		}
	}
	size := w.s.g.clock.PoolSize(starting.Pool, w.now)
	if o, set := w.s.Overrides[starting.Pool]; set && w.now.Before(o.Until) {
		size = o.Size
	}
	if used > size {
		w.fail("%s makes %d slots of pool %s, which has %d", starting.ID, used, starting.Pool, size)
	}
}

// checkIdle finds tasks that should have started: whoever waits must have a reason.
func (w *world) checkIdle() {
	for _, t := range w.s.Tasks() {
		if t.Status != Waiting || !t.Selected || w.s.Paused || w.s.Canceling {
			continue
		}
		why := w.s.Why(t.ID, w.now)
		p := w.p.TaskByID(t.ID)
		switch why.Kind {
		case WaitNothing:
			w.fail("%s waits for nothing", t.ID)
		case WaitInputs:
			for _, id := range why.Tasks {
				if in, _ := w.s.Task(id); in.Status.Dead() {
					w.fail("%s waits for %s, which is %s", t.ID, id, in.Status)
				}
			}
		case WaitPool:
			// Somebody of the same pool must be in the way: one that runs, or one before it that waits for room.
			if why.Used == 0 && why.Size >= max(p.Slots, 1) && !w.isBehind(p) {
				w.fail("%s waits for pool %s, which is empty (size %d)", t.ID, why.Pool, why.Size)
			}
		}
	}
}

func (w *world) isBehind(p *plan.Task) bool {
	for _, t := range w.s.Tasks() {
		if o := w.p.TaskByID(t.ID); o.ID != p.ID && o.Pool == p.Pool && t.Status == Waiting {
			return true
		}
	}
	return false
}

// checkEnd looks at the finished day.
func (w *world) checkEnd() {
	for _, t := range w.s.Tasks() {
		if !t.Selected {
			continue
		}
		if !t.Status.Ended() {
			w.fail("the day has ended and %s is %s", t.ID, t.Status)
		}
		p := w.p.TaskByID(t.ID)
		if t.Status == Succeeded && !t.Marked && !w.commits[w.s.JobKey(&t)] {
			w.fail("%s succeeded and has committed nothing", t.ID)
		}
		if t.Status == Blocked {
			cause, known := w.s.Task(t.Cause)
			// Where somebody ran the cause again and not what follows it, the cause may have gone on since.
			if !known || t.Cause == t.ID || cause.Status != Failed && cause.Status != Canceled && !w.rerun {
				w.fail("%s is blocked by %q (%s)", t.ID, t.Cause, cause.Status)
			}
		}
		if p.Kind == plan.Check && p.Check.Severity == "warn" && t.Status == Failed && w.s.g.slots[w.s.g.index[t.ID]] > 0 {
			w.fail("warning check %s failed", t.ID)
		}
	}
}
