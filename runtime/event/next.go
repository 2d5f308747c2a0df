package event

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"sluice/runtime/plan"
)

// Step is what to do now.
type Step struct {
	// Events are decisions, in order, stamped as the next events of the run. They are journaled and applied
	// before anything is done about them; then an attempt is started for each
	// AttemptStarted and AttemptResumed.
	Events []Event
	// Cancel lists the running tasks whose attempt is to be cut off: it ran longer than the
	// timeout, or the run is canceled. What becomes of them is decided by Ended.
	Cancel []string
	// Send lists the alerts to send now, by ID.
	Send []string
	// Wake is when to ask again though no event came in between; zero for never.
	Wake time.Time
}

// Next decides what to do in a state at an instant. It is a pure function of the two: it
// applies nothing.
//
// A task starts when its inputs are satisfied, its gate is open, its backoff is over and its pool
// has room at that minute, in order of least slack. A shrunk pool starts nothing until enough of what
// runs has ended; running work is never cut off for it. A task with several slots is
// waited for: nothing behind it in the same pool passes it, unless it does not fit the pool's size of the
// moment at all.
func Next(s *State, now time.Time) Step {
	n := next{s: s, now: normal(now)}
	if n.now.Before(s.at) {
		n.now = s.at
	}
	if s.OpenedAt.IsZero() {
		return Step{}
	}
	s.advance(n.now)
	if !s.Finished() {
		n.giveUp()
		n.block()
		n.skip()
		n.start()
		n.expire()
		n.finish()
	}
	n.alerts()
	n.step.Events = s.Stamp(n.now, n.step.Events)
	return n.step
}

type next struct {
	s    *State
	now  time.Time
	step Step
	// ending are tasks that this step ends: they must not be decided on twice.
	ending map[int32]bool
}

func (n *next) add(e Event) { n.step.Events = append(n.step.Events, e) }

func (n *next) wake(at time.Time) {
	if at.After(n.now) && (n.step.Wake.IsZero() || at.Before(n.step.Wake)) {
		n.step.Wake = at
	}
}

func (n *next) end(i int32, e Event) {
	if n.ending == nil {
		n.ending = map[int32]bool{}
	}
	n.ending[i] = true
	e.Task, e.Generation = n.s.tasks[i].ID, n.s.tasks[i].Generation
	n.add(e)
}

// giveUp cancels everything in a run that somebody canceled.
func (n *next) giveUp() {
	if !n.s.Canceling {
		return
	}
	for i := range n.s.tasks {
		t := &n.s.tasks[i]
		switch {
		case t.Status == Running:
			n.step.Cancel = append(n.step.Cancel, t.ID)
		case t.Status == Waiting && t.Selected:
			n.end(int32(i), Event{Kind: TaskCanceled, Message: "the run was canceled"})
		}
	}
}

// block ends the waiting tasks with something dead upstream, and in the same step everything after them.
func (n *next) block() {
	queue := slices.Sorted(maps.Keys(n.s.x.doomed))
	cause := map[int32]string{}
	for k := 0; k < len(queue); k++ {
		i := queue[k]
		if n.ending[i] {
			continue
		}
		n.end(i, Event{Kind: TaskBlocked, Cause: n.causeOf(i, cause)})
		cause[i] = n.step.Events[len(n.step.Events)-1].Cause
		for _, j := range n.s.g.dependents[i] {
			if t := &n.s.tasks[j]; t.Status == Waiting && t.Selected && n.s.g.today[j] && !n.ending[j] {
				queue = append(queue, j)
			}
		}
	}
}

// causeOf is the task that failed, at the root of what blocks task i.
func (n *next) causeOf(i int32, blockedNow map[int32]string) string {
	for _, j := range n.s.g.inputs[i] {
		t := &n.s.tasks[j]
		if !t.Selected {
			continue
		}
		if cause, blocked := blockedNow[j]; blocked {
			return cause
		}
		if t.Status == Blocked && t.Cause != "" {
			return t.Cause
		}
		if t.Status.Dead() {
			return t.ID
		}
	}
	return ""
}

// skip ends the tasks that the day leaves out, and those that can never run.
func (n *next) skip() {
	for _, i := range slices.Sorted(maps.Keys(n.s.x.off)) {
		t := &n.s.g.plan.Tasks[i]
		switch {
		case n.ending[i]:
		case !n.s.g.today[i]:
			n.end(i, Event{Kind: TaskSkipped, Message: notToday(t, n.s.g.clock.Delivery(n.s.Day))})
		default:
			n.end(i, Event{Kind: TaskFailed, Class: Permanent,
				Message: fmt.Sprintf("pool %s has no slot in any window", t.Pool)})
		}
	}
}

func notToday(t *plan.Task, delivery plan.Day) string {
	if t.Calendar != "" {
		return fmt.Sprintf("%s %s is not in calendar %s", delivery.Weekday(), delivery, t.Calendar)
	}
	return fmt.Sprintf("%s %s is not one of its weekdays", delivery.Weekday(), delivery)
}

// start gives the free slots of each pool to its ready tasks.
func (n *next) start() {
	if len(n.s.x.timers) > 0 {
		n.wake(n.s.x.timers[0].at)
	}
	if n.s.Canceling || n.s.Paused {
		return
	}
	window, until := n.s.g.clock.Window(n.now)
	var chosen []int32 // ranks
	for p, ranks := range n.s.x.ready {
		if len(ranks) == 0 {
			continue
		}
		taken, left := n.choose(p, ranks, n.s.PoolSize(p, n.now, window))
		chosen = append(chosen, taken...)
		if left && p < len(n.s.g.pools) {
			n.wake(until)
			n.wake(n.s.Overrides[n.s.g.pools[p]].Until)
		}
	}
	slices.Sort(chosen)
	if room := n.s.MaxRunning - len(n.s.x.running); n.s.MaxRunning > 0 && len(chosen) > room {
		chosen = chosen[:max(room, 0)]
	}
	for _, r := range chosen {
		n.launch(n.s.g.byRank[r])
	}
}

// choose takes from the ready ranks of a pool what fits; left says whether any stays behind.
func (n *next) choose(p int, ranks []int32, size int) (chosen []int32, left bool) {
	free := size - n.s.x.used[p]
	for _, r := range ranks {
		i := n.s.g.byRank[r]
		slots := int(n.s.g.slots[i])
		switch {
		case n.ending[i]:
		case slots > size: // waits for another window; what is behind it need not
			left = true
		case slots > free:
			return chosen, true
		default:
			free -= slots
			chosen = append(chosen, r)
		}
	}
	return chosen, left
}

func (n *next) launch(i int32) {
	t := &n.s.tasks[i]
	e := Event{Kind: AttemptStarted, Task: t.ID, Generation: t.Generation, Attempt: t.Attempt + 1}
	if t.Interrupted {
		e.Kind, e.Attempt = AttemptResumed, t.Attempt
	}
	e.Job = fmt.Sprintf("%s#%d", n.s.JobKey(t), e.Attempt)
	n.add(e)
}

// expire finds the attempts that ran longer than their timeout.
func (n *next) expire() {
	for _, i := range slices.Sorted(maps.Keys(n.s.x.running)) {
		deadline := n.s.Deadline(&n.s.tasks[i])
		if deadline.IsZero() || n.s.Canceling {
			continue
		}
		if deadline.After(n.now) {
			n.wake(deadline)
		} else {
			n.step.Cancel = append(n.step.Cancel, n.s.tasks[i].ID)
		}
	}
}

// Deadline is when the task's attempt under way has had its time; zero where it has no timeout.
// The time starts anew when an attempt is resumed.
func (s *State) Deadline(t *Task) time.Time {
	timeout := s.g.plan.Tasks[s.g.index[t.ID]].Timeout
	if t.Status != Running || timeout == 0 {
		return time.Time{}
	}
	return t.resumedAt.Add(time.Duration(timeout) * time.Second)
}

// finish ends the run when every selected task has ended.
func (n *next) finish() {
	if n.s.x.open > 0 || len(n.s.x.running) > 0 {
		return
	}
	outcome := Succeeded
	for i := range n.s.tasks {
		t := &n.s.tasks[i]
		switch {
		case !t.Selected:
		case t.Status == Canceled:
			outcome = Canceled
		case t.Status.Dead() && outcome != Canceled:
			outcome = Failed
		}
	}
	n.add(Event{Kind: RunFinished, Outcome: outcome})
}

func (n *next) alerts() {
	for _, id := range slices.Sorted(maps.Keys(n.s.x.alerts)) {
		if a := n.s.Alerts[id]; a.RetryAt.After(n.now) {
			n.wake(a.RetryAt)
		} else {
			n.step.Send = append(n.step.Send, id)
		}
	}
}

// PoolSize is how many slots pool number p has at an instant that lies in window w: what
// somebody has set, while that stands, or else what the window says. The pool after the last has no bound.
func (s *State) PoolSize(p int, at time.Time, w *plan.Window) int {
	if p == len(s.g.pools) {
		return int(^uint(0) >> 1)
	}
	if o, set := s.Overrides[s.g.pools[p]]; set && (o.Until.IsZero() || at.Before(o.Until)) {
		return o.Size
	}
	return s.g.poolSize(p, w)
}
