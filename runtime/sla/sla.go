// Package sla judges promises: whether each is met, at risk or breached in a run at an instant, and how
// often it was met in a period. It is pure.
package sla

import (
	"slices"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/plan"
)

// Status is where a promise stands on a day.
type Status string

const (
	NotDue   Status = "not_due"  // its calendar leaves the day out, or all its tasks are skipped
	Pending  Status = "pending"  // not ready yet
	AtRisk   Status = "at_risk"  // not ready yet, and not expected to be in time
	Met      Status = "met"      // ready in time
	Breached Status = "breached" // not ready in time
)

// Attainment is a promise in a run at an instant.
type Attainment struct {
	SLA       *plan.SLA
	Status    Status
	Deadline  time.Time
	Ready     time.Time // when the last of its tasks had succeeded; zero before
	Predicted time.Time // when that is expected; zero where it is ready, or where a task has failed
	// Margin is the time from Ready, else from Predicted, to the deadline; negative where that is after it. Where
	// neither is known it is the time that is left.
	Margin time.Duration
	// Waits lists the tasks of the promise that are not ready, in order.
	Waits []string
	// Failed lists what failed, was blocked or was canceled among them: nothing comes of itself any more.
	Failed []string
}

// Durations tells how long a task usually takes; ok is false where nothing is known.
type Durations func(task string) (d time.Duration, ok bool)

// Estimates is what the plan says of durations.
func Estimates(p *plan.Plan) Durations {
	known := make(map[string]time.Duration, len(p.Tasks))
	for i := range p.Tasks {
		if s := p.Tasks[i].Estimate.DurationSec; s > 0 {
			known[p.Tasks[i].ID] = time.Duration(s) * time.Second
		}
	}
	return func(task string) (time.Duration, bool) {
		d, ok := known[task]
		return d, ok
	}
}

// Recorded is the median of what was measured (see journal.Journal.Durations), and where nothing was, what
// otherwise says.
func Recorded(measured map[string][]time.Duration, otherwise Durations) Durations {
	medians := make(map[string]time.Duration, len(measured))
	for task, list := range measured {
		if len(list) > 0 {
			sorted := slices.Sorted(slices.Values(list))
			medians[task] = sorted[len(sorted)/2]
		}
	}
	return func(task string) (time.Duration, bool) {
		if d, ok := medians[task]; ok {
			return d, true
		}
		return otherwise(task)
	}
}

// Evaluate judges every promise of the run's plan, in the plan's order.
func Evaluate(s *event.State, now time.Time, d Durations) []Attainment {
	p, _ := s.ThePlan()
	f := newForesight(s, now, d)
	list := make([]Attainment, len(p.SLAs))
	for i := range p.SLAs {
		list[i] = evaluate(s, &p.SLAs[i], now, f)
	}
	return list
}

func evaluate(s *event.State, promise *plan.SLA, now time.Time, f *foresight) Attainment {
	_, clock := s.ThePlan()
	a := Attainment{SLA: promise, Deadline: clock.Instant(s.Day, promise.ReadyBy)}
	if !clock.InCalendar(promise.Calendar, s.Day) {
		a.Status = NotDue
		return a
	}
	a.observe(s)
	if len(a.Waits) == 0 {
		switch {
		case a.Ready.IsZero():
			a.Status = NotDue
		case a.Ready.After(a.Deadline):
			a.Status, a.Margin = Breached, a.Deadline.Sub(a.Ready)
		default:
			a.Status, a.Margin = Met, a.Deadline.Sub(a.Ready)
		}
		return a
	}
	a.Margin = a.Deadline.Sub(now)
	if len(a.Failed) == 0 {
		a.Predicted = f.ready(promise.Tasks)
	}
	if !a.Predicted.IsZero() {
		a.Margin = a.Deadline.Sub(a.Predicted)
	}
	warn := a.Deadline.Add(-time.Duration(promise.WarnBefore) * time.Second)
	late := a.Predicted.After(a.Deadline) && !now.Before(warn)
	switch {
	case now.After(a.Deadline):
		a.Status = Breached
	case late || len(a.Failed) > 0:
		a.Status = AtRisk
	default:
		a.Status = Pending
	}
	return a
}

// observe sorts the promise's tasks into those that are ready and those that are not.
func (a *Attainment) observe(s *event.State) {
	for _, id := range a.SLA.Tasks {
		t, known := s.Task(id)
		switch {
		case !known:
		case t.Status == event.Skipped:
		case t.Status.Satisfied():
			if t.EndedAt.After(a.Ready) {
				a.Ready = t.EndedAt
			}
		default:
			a.Waits = append(a.Waits, id)
			if t.Status.Dead() {
				a.Failed = append(a.Failed, id)
			}
		}
	}
	if len(a.Waits) > 0 {
		a.Ready = time.Time{}
	}
}

// foresight expects when tasks end: along the longest path of what is left, gates included, pools left out.
type foresight struct {
	s         *event.State
	now       time.Time
	durations Durations
	tasks     map[string]*plan.Task
	known     map[string]time.Time // zero: never
}

func newForesight(s *event.State, now time.Time, d Durations) *foresight {
	p, _ := s.ThePlan()
	f := &foresight{s: s, now: now, durations: d, tasks: make(map[string]*plan.Task, len(p.Tasks)), known: map[string]time.Time{}}
	for i := range p.Tasks {
		f.tasks[p.Tasks[i].ID] = &p.Tasks[i]
	}
	return f
}

func (f *foresight) ready(ids []string) time.Time {
	var last time.Time
	for _, id := range ids {
		end := f.end(id)
		if end.IsZero() {
			return end
		}
		if end.After(last) {
			last = end
		}
	}
	return last
}

// end is when a task is expected to have ended; zero for never. The graph has no cycle: the state would not be there.
func (f *foresight) end(id string) time.Time {
	if at, known := f.known[id]; known {
		return at
	}
	at := f.compute(id)
	f.known[id] = at
	return at
}

func (f *foresight) compute(id string) time.Time {
	t, _ := f.s.Task(id)
	p := f.tasks[id]
	_, clock := f.s.ThePlan()
	takes, _ := f.durations(id)
	switch {
	case p == nil || !t.Selected && !t.Status.Satisfied():
		return f.now
	case t.Status.Satisfied():
		return t.EndedAt
	case t.Status.Dead():
		return time.Time{}
	case t.Status == event.Running:
		// A task that takes longer than usual is not about to end just now: expect a tenth on top of what
		// it has taken.
		return later(t.StartedAt.Add(takes), f.now.Add(overdue(f.now.Sub(t.StartedAt), takes)))
	case !clock.Runs(p, f.s.Day):
		return f.now
	}
	start := later(later(f.now, f.s.Opening()), t.RetryAt)
	if p.NotBefore != "" {
		start = later(start, clock.Instant(f.s.Day, p.NotBefore))
	}
	for _, input := range p.After {
		end := f.end(input)
		if end.IsZero() {
			return end
		}
		start = later(start, end)
	}
	return start.Add(takes)
}

func overdue(elapsed, usual time.Duration) time.Duration {
	if elapsed <= usual {
		return 0
	}
	return elapsed / 10
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ETA is when the run is expected to end; zero where something has failed, or all has ended.
func ETA(s *event.State, now time.Time, d Durations) time.Time {
	f := newForesight(s, now, d)
	var last time.Time
	tasks := s.Tasks()
	for i := range tasks {
		if tasks[i].Selected && !tasks[i].Status.Ended() {
			end := f.end(tasks[i].ID)
			if end.IsZero() {
				return end
			}
			last = later(last, end)
		}
	}
	return last
}
