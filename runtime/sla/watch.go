package sla

import (
	"time"

	"sluice/runtime/event"
	"sluice/runtime/plan"
)

// Watcher records every change of a promise's status in the run. It is an engine.Watcher.
type Watcher struct {
	durations Durations
	needed    map[string]bool // tasks of any promise
	next      time.Time       // when time alone may change a status
}

// pace is how often predictions are made anew while a promise may be at risk.
const pace = time.Minute

// NewWatcher watches the promises of a plan.
func NewWatcher(p *plan.Plan, d Durations) *Watcher {
	w := &Watcher{durations: d, needed: map[string]bool{}}
	for _, s := range p.SLAs {
		for _, id := range s.Tasks {
			w.needed[id] = true
		}
	}
	return w
}

// Watch gives an SLAChanged event for each promise that has another status than was recorded.
func (w *Watcher) Watch(s *event.State, applied []event.Event, now time.Time) ([]event.Event, time.Time) {
	if len(w.needed) == 0 || !w.concerned(applied) && now.Before(w.next) {
		return nil, w.next
	}
	var events []event.Event
	w.next = time.Time{}
	for _, a := range Evaluate(s, now, w.durations) {
		before, recorded := s.SLAs[a.SLA.Name]
		was := Pending
		if recorded {
			was = Status(before.Status)
		}
		if a.Status != was {
			events = append(events, event.Event{Kind: event.SLAChanged, SLA: &event.SLAChange{
				Name: a.SLA.Name, Status: string(a.Status), Deadline: a.Deadline.UTC(), Ready: a.Ready, Predicted: utc(a.Predicted)}})
		}
		w.wakeFor(&a, now)
	}
	return events, w.next
}

// utc leaves the zero time alone and strips what JSON would not give back.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// concerned reports whether any of the events can change a promise's status: those of its own tasks' ends, and
// those that change much at once.
func (w *Watcher) concerned(applied []event.Event) bool {
	for i := range applied {
		switch e := &applied[i]; e.Kind {
		case event.RunOpened, event.RunSelected, event.TasksReset, event.RunFinished, event.PlanChanged:
			return true
		case event.AttemptStarted, event.AttemptResumed, event.AttemptInterrupted, event.AttemptFailed:
		default:
			if w.needed[e.Task] {
				return true
			}
		}
	}
	return false
}

// wakeFor looks again when the warning may be due, then once a minute, then right after the deadline.
func (w *Watcher) wakeFor(a *Attainment, now time.Time) {
	if a.Status != Pending && a.Status != AtRisk {
		return
	}
	at := a.Deadline.Add(time.Microsecond)
	if warn := a.Deadline.Add(-time.Duration(a.SLA.WarnBefore) * time.Second); warn.After(now) {
		at = warn
	} else if soon := now.Add(pace); soon.Before(at) {
		at = soon
	}
	if w.next.IsZero() || at.Before(w.next) {
		w.next = at
	}
}
