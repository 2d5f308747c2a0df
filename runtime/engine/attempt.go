package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// launch calls the runner for an attempt that was journaled.
func (l *loop) launch(ctx context.Context, e *event.Event) {
	ctx, cancel := context.WithCancel(ctx)
	a := &attempt{cancel: cancel}
	l.attempts[e.Task] = a
	state, _ := l.s.Task(e.Task)
	work := task.Attempt{
		Plan: l.o.Plan, Task: l.tasks[e.Task], Run: l.o.RunID, Date: l.o.Day,
		Number: e.Attempt, Key: l.s.JobKey(&state), JobID: e.Job,
		Start: l.start, End: l.end, Parameters: l.parameters,
	}
	log := l.o.Logs.open(LogName{Day: l.o.Day, Task: e.Task, Generation: e.Generation, Attempt: e.Attempt}, l.o.Clock)
	work.Log = log.printf
	if e.Kind == event.AttemptResumed {
		work.Log("attempt %d is taken up again", e.Attempt)
	}
	go func() {
		result, err := l.attempt(ctx, work)
		if err != nil {
			err = l.masked(err)
			work.Log("attempt %d failed: %v", work.Number, err)
		}
		result.Message = l.mask(result.Message)
		log.close()
		l.ended <- ending{id: work.Task.ID, a: a, result: result, err: err}
	}()
}

// attempt runs the runner, and then what only the journal can judge. A panic is a failed attempt.
func (l *loop) attempt(ctx context.Context, a task.Attempt) (result task.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			a.Log("panic: %v\n%s", r, debug.Stack())
			result, err = task.Result{}, task.Fail("the runner panicked: %v", r)
		}
	}()
	result, err = l.o.Runner.Run(ctx, a)
	if err == nil && a.Task.Kind == plan.Check && a.Task.Check.MaxChangePercent > 0 && result.Violations == 0 {
		return l.compareRows(ctx, a, result)
	}
	return result, err
}

// compareRows judges the rows that a check counted by the mean of its last runs. Days on which it failed are not in
// that mean: what it caught must not become the usual.
func (l *loop) compareRows(ctx context.Context, a task.Attempt, result task.Result) (task.Result, error) {
	c := a.Task.Check
	last, err := l.o.Journal.History(context.WithoutCancel(ctx), l.o.Plan.Environment, a.Task.ID, a.Date, max(c.Window, 1))
	if err != nil {
		return result, fmt.Errorf("rows of earlier runs: %w", err)
	}
	if len(last) == 0 {
		a.Log("%d rows; there is no earlier run to compare with", result.RowsOut)
		return result, nil
	}
	mean := 0.0
	for _, m := range last {
		mean += float64(m.Rows) / float64(len(last))
	}
	change := 0.0
	switch {
	case mean > 0:
		change = (float64(result.RowsOut) - mean) / mean * 100
	case result.RowsOut > 0:
		change = math.Inf(1)
	}
	text := fmt.Sprintf("%d rows against a mean of %.0f over %d earlier runs: %+.1f %%, up to %g %% allowed",
		result.RowsOut, mean, len(last), change, c.MaxChangePercent)
	a.Log("%s", text)
	if math.Abs(change) > c.MaxChangePercent {
		result.Violations, result.Message = 1, text
	}
	return result, nil
}

// collect turns the end of an attempt, and of all others that have ended meanwhile, into events.
func (l *loop) collect(first ending) []event.Event {
	var events []event.Event
	for e := first; ; {
		if event, counts := l.finish(e); counts {
			events = append(events, event)
		}
		select {
		case e = <-l.ended:
		default:
			return events
		}
	}
}

func (l *loop) finish(e ending) (event.Event, bool) {
	if e.a.ended {
		return event.Event{}, false
	}
	e.a.ended = true
	e.a.cancel()
	if e.a.grace != nil {
		e.a.grace.Stop()
	}
	delete(l.attempts, e.id)
	if e.hung && e.a.cut == event.CutTimeout {
		// The runner may still be at work. To try again beside it could do the work twice,
		// so the task fails for good.
		e.a.cut = event.NotCut
	}
	return l.s.Ended(e.id, l.now(), e.result, e.err, e.a.cut), true
}

// cutOff tells an attempt to stop, and gives it a grace to do so.
func (l *loop) cutOff(id string, cut event.Cut) {
	a := l.attempts[id]
	if a == nil || a.cut != event.NotCut {
		return
	}
	a.cut = cut
	a.cancel()
	a.grace = time.AfterFunc(l.o.StopGrace, func() {
		l.ended <- ending{id: id, a: a, hung: true,
			err: task.Fail("did not stop within %s when it was told to", l.o.StopGrace)}
	})
}

// abandon waits for what was cut off because the journal failed, for as long as the grace lasts.
func (l *loop) abandon() {
	grace := time.NewTimer(l.o.StopGrace)
	defer grace.Stop()
	for len(l.attempts) > 0 {
		select {
		case e := <-l.ended:
			delete(l.attempts, e.id)
		case <-grace.C:
			return
		}
	}
}

func (l *loop) mask(text string) string {
	if l.o.Logs == nil || l.o.Logs.Mask == nil || text == "" {
		return text
	}
	return l.o.Logs.Mask.Mask(text)
}

// masked is an error whose text holds no secret, of the same class.
func (l *loop) masked(err error) error {
	text := l.mask(err.Error())
	if text == err.Error() {
		return err
	}
	masked := &task.Error{Class: task.ClassOf(err), Err: errors.New(text)}
	if failure, ok := errors.AsType[*task.Error](err); ok {
		masked.After = failure.After
	}
	return masked
}
