package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// loop is one run under way. All of it belongs to the goroutine that called Run.
type loop struct {
	o          Options
	s          *event.State
	run        journal.Run
	parameters map[string]plan.Variable
	start, end time.Time // bounds of the day's data
	tasks      map[string]*plan.Task

	latest   time.Time           // the clock never goes back before it
	attempts map[string]*attempt // by task
	sending  map[string]bool     // alerts on their way, by ID
	ended    chan ending
	sent     chan sending
	fresh    []event.Event // applied since the watchers last looked
	draining bool
	aborting bool
}

// attempt is one that is under way.
type attempt struct {
	cancel context.CancelFunc
	cut    event.Cut
	grace  *time.Timer // runs from when it was cut off
	ended  bool        // what it still does no longer counts
}

type ending struct {
	id     string
	a      *attempt
	result task.Result
	err    error
	hung   bool // it has not ended: its grace has
}

type sending struct {
	id  string
	err error
}

func newLoop(o Options, s *event.State, run journal.Run, parameters map[string]plan.Variable) *loop {
	l := &loop{
		o: o, s: s, run: run, parameters: parameters,
		tasks:    make(map[string]*plan.Task, len(o.Plan.Tasks)),
		attempts: map[string]*attempt{}, sending: map[string]bool{},
		ended: make(chan ending, 2*o.MaxRunning), sent: make(chan sending, maxSending),
	}
	for i := range o.Plan.Tasks {
		l.tasks[o.Plan.Tasks[i].ID] = &o.Plan.Tasks[i]
	}
	return l
}

// now is the clock's time, which for a run never goes back.
func (l *loop) now() time.Time {
	if now := l.o.Clock.Now(); now.After(l.latest) {
		l.latest = now
	}
	if l.latest.Before(l.s.At()) {
		l.latest = l.s.At()
	}
	return l.latest
}

// takeUp brings the run to where it was left, or opens it, and records what was asked for.
func (l *loop) takeUp(ctx context.Context) (resumed bool, err error) {
	err = l.o.Journal.Replay(ctx, l.o.RunID, 0, func(e *event.Event) error {
		l.fresh = append(l.fresh, *e)
		return l.s.Apply(e)
	})
	if err != nil && !errors.Is(err, journal.ErrNoRun) {
		return false, err
	}
	resumed = l.s.Seq() > 0
	var events []event.Event
	if !resumed {
		events = append(events, event.Event{Kind: event.RunOpened, Actor: l.o.Actor, Reason: l.o.Reason,
			Open: &event.Opening{Run: l.o.RunID, Day: l.o.Day, Plan: l.o.Plan.Digest, Variables: l.o.Variables}})
	} else if err := l.keepVariables(); err != nil {
		return resumed, err
	}
	if resumed && l.s.Plan != l.o.Plan.Digest {
		events = append(events, event.Event{Kind: event.PlanChanged, Plan: l.o.Plan.Digest, Actor: l.o.Actor, Reason: l.o.Reason})
	}
	for _, t := range l.s.Running() {
		events = append(events, l.s.Lose(t.ID))
	}
	if !(resumed && l.o.Keep) && !slices.Equal(l.s.Selected, l.o.Select) {
		events = append(events, event.Event{Kind: event.RunSelected, Tasks: l.o.Select, Actor: l.o.Actor, Reason: l.o.Reason})
	}
	if err := l.record(ctx, events); err != nil {
		return resumed, err
	}
	if err := l.again(ctx); err != nil {
		return resumed, err
	}
	l.observe(nil)
	return resumed, nil
}

// again records what is to be run again.
func (l *loop) again(ctx context.Context) error {
	var events []event.Event
	if l.o.RetryFailed {
		e, err := l.s.RetryFailed()
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	if len(l.o.Rerun) > 0 {
		e, err := l.s.Rerun(l.o.Rerun, true)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	for _, e := range events {
		if len(e.Tasks) == 0 {
			continue
		}
		e.Actor, e.Reason = l.o.Actor, l.o.Reason
		if err := l.record(ctx, []event.Event{e}); err != nil {
			return err
		}
	}
	return nil
}

// keepVariables puts the overrides in force that the run was opened with.
func (l *loop) keepVariables() error {
	if len(l.o.Variables) > 0 && !maps.Equal(l.o.Variables, l.s.Variables) {
		return fmt.Errorf("run %s was opened %s: a day has one set of variables", l.o.RunID, opened(l.s.Variables))
	}
	all, err := parameters(l.o.Plan, l.s.Variables)
	l.parameters = all
	return err
}

// opened says what variables a run was opened with.
func opened(variables map[string]string) string {
	if len(variables) == 0 {
		return "without --var"
	}
	text := "with"
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		text += fmt.Sprintf(" --var %s=%s", name, variables[name])
	}
	return text
}

// loop goes on until the run has ended or is stopped.
func (l *loop) loop(ctx context.Context) error {
	// What is journaled and cut off is decided here, not by the caller's context.
	work, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	done, abort := ctx.Done(), l.o.Abort
	for {
		wake, err := l.decide(work)
		if err != nil {
			cutOff()
			l.abandon()
			return err
		}
		busy := len(l.attempts) + len(l.sending)
		if busy == 0 && l.draining {
			if l.s.Finished() {
				return nil
			}
			return ErrStopped
		}
		if busy == 0 && l.s.Finished() && !l.alertsOpen() {
			return nil
		}
		woken, stop := l.o.Clock.Wake(wake, busy)
		var events []event.Event
		select {
		case e := <-l.ended:
			events = l.collect(e)
		case r := <-l.sent:
			events = append(events, l.afterSend(r))
		case <-woken:
		case action := <-l.o.Actions:
			err = l.act(work, action)
		case <-done:
			l.draining, done = true, nil
		case <-abort:
			l.draining, l.aborting, abort = true, true, nil
			for id := range l.attempts {
				l.cutOff(id, event.CutDrain)
			}
		}
		stop()
		if err == nil {
			err = l.record(work, events)
		}
		if err != nil {
			cutOff()
			l.abandon()
			return err
		}
	}
}

// decide carries out what Next and the watchers say until they say nothing more. It gives the time
// at which to ask again.
func (l *loop) decide(ctx context.Context) (time.Time, error) {
	for {
		now := l.now()
		step := event.Next(l.s, now)
		for _, id := range step.Cancel {
			cut := event.CutTimeout
			if l.s.Canceling {
				cut = event.CutCancel
			}
			l.cutOff(id, cut)
		}
		events := step.Events
		if l.draining {
			events = slices.DeleteFunc(events, isStart)
		}
		if len(events) > 0 {
			if err := l.record(ctx, events); err != nil {
				return time.Time{}, err
			}
			for i := range events {
				if isStart(events[i]) {
					l.launch(ctx, &events[i])
				}
			}
			continue
		}
		watched, wake := l.watch(now)
		if len(watched) > 0 {
			if err := l.record(ctx, watched); err != nil {
				return time.Time{}, err
			}
			continue
		}
		if l.o.Send != nil {
			for _, id := range step.Send {
				l.send(ctx, id)
			}
		}
		if l.draining && len(l.attempts) == 0 {
			wake = time.Time{}
		}
		return earlier(wake, step.Wake), nil
	}
}

func isStart(e event.Event) bool {
	return e.Kind == event.AttemptStarted || e.Kind == event.AttemptResumed
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// record journals events and applies them.
func (l *loop) record(ctx context.Context, events []event.Event) error {
	if len(events) == 0 {
		return nil
	}
	events = l.s.Stamp(l.now(), events)
	if err := l.run.Append(ctx, events); err != nil {
		return fmt.Errorf("run %s cannot be recorded, so it does not go on: %w", l.o.RunID, err)
	}
	for i := range events {
		if err := l.s.Apply(&events[i]); err != nil {
			return fmt.Errorf("run %s: %w", l.o.RunID, err)
		}
	}
	if len(l.o.Watchers) > 0 {
		l.fresh = append(l.fresh, events...)
	}
	l.observe(events)
	return nil
}

func (l *loop) observe(events []event.Event) {
	if l.o.Observer != nil {
		l.o.Observer.Observe(l.s, events)
	}
}

func (l *loop) watch(now time.Time) (events []event.Event, wake time.Time) {
	applied := l.fresh
	l.fresh = nil
	due := map[string]bool{}
	for _, w := range l.o.Watchers {
		more, at := w.Watch(l.s, applied, now)
		for _, e := range more {
			if e.Kind == event.AlertDue {
				if l.s.Alerts[e.Alert.ID] != nil || due[e.Alert.ID] {
					continue // nothing is told twice
				}
				due[e.Alert.ID] = true
			}
			events = append(events, e)
		}
		if at.After(now) {
			wake = earlier(wake, at)
		}
	}
	// A finished run waits for no watcher; a foreground run ends there.
	if l.s.Finished() {
		wake = time.Time{}
	}
	return events, wake
}

// act records what somebody does. An action that the state refuses changes nothing; the error is
// that of the journal.
func (l *loop) act(ctx context.Context, action Action) error {
	events, err := action.Make(l.s)
	if err == nil {
		trial := l.s.Snapshot()
		for i, e := range trial.Stamp(l.now(), slices.Clone(events)) {
			if err = trial.Apply(&e); err != nil {
				err = fmt.Errorf("action %d: %w", i+1, err)
				break
			}
		}
	}
	var fatal error
	if err == nil {
		fatal = l.record(ctx, events)
		err = fatal
	}
	if action.Done != nil {
		action.Done <- err
	}
	return fatal
}
