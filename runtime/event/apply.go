package event

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sluice/runtime/task"
)

// ErrOrder says that an event does not follow the one before it.
var ErrOrder = errors.New("event out of order")

// Apply folds one event into the state. It fails, and changes nothing, where the event is not
// the next one or cannot happen in this state: then the journal is damaged, or two
// processes wrote it.
func (s *State) Apply(e *Event) error {
	if e.Seq != s.seq+1 {
		return fmt.Errorf("%w: event %d (%s) after %d", ErrOrder, e.Seq, e.Kind, s.seq)
	}
	if e.At.Before(s.at) {
		return fmt.Errorf("%w: event %d (%s) is of %s, the one before it of %s", ErrOrder, e.Seq, e.Kind,
			e.At.Format(time.RFC3339Nano), s.at.Format(time.RFC3339Nano))
	}
	if (e.Kind == RunOpened) != (s.seq == 0) {
		return fmt.Errorf("%w: event %d is %s: a run is opened once, and first", ErrOrder, e.Seq, e.Kind)
	}
	before := s.at
	s.at = e.At
	if err := s.apply(e); err != nil {
		s.at = before
		return fmt.Errorf("event %d: %w", e.Seq, err)
	}
	s.seq = e.Seq
	return nil
}

func (s *State) apply(e *Event) error {
	switch e.Kind {
	case RunOpened:
		return s.applyOpened(e)
	case RunSelected:
		s.applySelected(e)
	case RunPaused, RunContinued:
		s.Paused = e.Kind == RunPaused
	case RunCanceled:
		s.Canceling = true
	case RunFinished:
		s.Outcome, s.EndedAt, s.Canceling = e.Outcome, e.At, false
	case PlanChanged:
		s.Plan = e.Plan
	case PoolSet:
		s.Overrides[e.Pool] = Override{e.Size, e.Until}
	case TasksReset:
		return s.applyReset(e)
	case SLAChanged:
		if e.SLA == nil {
			return fmt.Errorf("%s without its SLA", e.Kind)
		}
		s.SLAs[e.SLA.Name] = *e.SLA
	case AlertDue, AlertSent, AlertFailed:
		return s.applyAlert(e)
	default:
		return s.applyTask(e)
	}
	return nil
}

func (s *State) applyOpened(e *Event) error {
	if e.Open == nil {
		return fmt.Errorf("%s without its opening", e.Kind)
	}
	if e.Open.Day != s.Day.String() {
		return fmt.Errorf("%s is of day %s, not %s", e.Kind, e.Open.Day, s.Day)
	}
	s.Run, s.Plan, s.Variables, s.OpenedAt = e.Open.Run, e.Open.Plan, e.Open.Variables, e.At
	return nil
}

func (s *State) applySelected(e *Event) {
	s.Selected = e.Tasks
	for i := range s.tasks {
		s.tasks[i].Selected = len(e.Tasks) == 0
	}
	for _, id := range e.Tasks {
		if i, known := s.g.index[id]; known {
			s.tasks[i].Selected = true
		}
	}
	s.reindex()
	s.reopen()
}

// reopen takes back the run's end: Next ends it again when nothing is left to do.
func (s *State) reopen() { s.Outcome, s.EndedAt = "", time.Time{} }

func (s *State) applyReset(e *Event) error {
	for _, id := range e.Tasks {
		if i, known := s.g.index[id]; known {
			if _, ok := moves[move{s.tasks[i].Status, e.Kind}]; !ok {
				return fmt.Errorf("task %s is %s: it cannot be run again now", id, s.tasks[i].Status)
			}
		}
	}
	for _, id := range e.Tasks {
		i, known := s.g.index[id]
		if !known {
			continue
		}
		t := &s.tasks[i]
		*t = Task{ID: t.ID, Status: Waiting, Generation: t.Generation + 1, Selected: t.Selected}
	}
	s.reindex()
	s.reopen()
	return nil
}

func (s *State) applyAlert(e *Event) error {
	if e.Alert == nil {
		return fmt.Errorf("%s without its alert", e.Kind)
	}
	a, known := s.Alerts[e.Alert.ID]
	if e.Kind == AlertDue {
		if known {
			return fmt.Errorf("alert %s is due twice", e.Alert.ID)
		}
		s.Alerts[e.Alert.ID] = &AlertStatus{Alert: *e.Alert, DueAt: e.At, RetryAt: e.At}
		s.x.alerts[e.Alert.ID] = struct{}{}
		return nil
	}
	if !known || !a.Open() {
		return fmt.Errorf("%s of alert %s, which is not open", e.Kind, e.Alert.ID)
	}
	a.Attempts++
	a.Sent, a.Message, a.RetryAt = e.Kind == AlertSent, e.Message, e.Until
	a.GivenUp = e.Kind == AlertFailed && e.Until.IsZero()
	if !a.Open() {
		delete(s.x.alerts, a.ID)
	}
	return nil
}

func (s *State) applyTask(e *Event) error {
	i, known := s.g.index[e.Task]
	if !known {
		// The plan has changed since, and this task is no more.
		if e.Task == "" || !isTaskKind(e.Kind) {
			return fmt.Errorf("unknown kind of event %q", e.Kind)
		}
		return nil
	}
	t := &s.tasks[i]
	from := t.Status
	to, ok := moves[move{from, e.Kind}]
	if !ok {
		return fmt.Errorf("%s of task %s, which is %s", e.Kind, e.Task, from)
	}
	if err := checkAttempt(t, e); err != nil {
		return err
	}
	t.Status = to
	s.record(t, e)
	s.moved(i, from, to)
	return nil
}

func isTaskKind(k Kind) bool {
	return slices.ContainsFunc(transitions, func(t Transition) bool { return t.On == k })
}

// checkAttempt refuses an event of another attempt than the one it can be about.
func checkAttempt(t *Task, e *Event) error {
	want := t.Attempt
	switch {
	case e.Kind == AttemptStarted:
		want++
	case e.Kind == AttemptResumed:
		if !t.Interrupted {
			return fmt.Errorf("%s of task %s, which was not interrupted", e.Kind, e.Task)
		}
	case t.Status != Running:
		return nil
	}
	if e.Attempt != want || e.Generation != t.Generation {
		return fmt.Errorf("%s of task %s: attempt %d of generation %d, while it is at %d of %d",
			e.Kind, e.Task, e.Attempt, e.Generation, t.Attempt, t.Generation)
	}
	return nil
}

// record keeps what the event tells about its task.
func (s *State) record(t *Task, e *Event) {
	switch e.Kind {
	case AttemptStarted, AttemptResumed:
		t.Attempt, t.Job, t.Interrupted = e.Attempt, e.Job, false
		t.RetryAt = time.Time{}
		t.resumedAt = e.At
		if e.Kind == AttemptStarted {
			t.StartedAt = e.At
		}
		if t.FirstAt.IsZero() {
			t.FirstAt = e.At
		}
		return
	case AttemptInterrupted:
		t.Interrupted, t.Class, t.Message = true, e.Class, e.Message
		if e.Class == Lost {
			t.losses++
		}
		return
	case AttemptFailed:
		t.RetryAt, t.Class, t.Message, t.EndedAt = e.Until, e.Class, e.Message, e.At
		switch e.Class {
		case Quota:
			t.quotas++
		case NotReady:
		default:
			t.failures++
		}
		return
	}
	// The task has ended.
	t.EndedAt, t.Class, t.Message, t.Cause = e.At, e.Class, e.Message, e.Cause
	t.Interrupted, t.RetryAt = false, time.Time{}
	t.Marked = e.Kind == TaskMarked
	t.Result = task.Result{}
	if e.Result != nil {
		t.Result = *e.Result
	}
}
