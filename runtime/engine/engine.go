// Package engine runs a business day: it asks event.Next what to do, journals that, has a task.Runner
// do it, and journals what came of it.
//
// # Use
//
//	report, err := engine.Run(ctx, engine.Options{
//		Plan:    p,                  // what to run
//		Day:     "2026-11-20",       // business day
//		Runner:  runner,             // does the work, see task.Runner
//		Journal: j,                  // see journal.OpenSQLite
//		Clock:   engine.Wall(),      // or engine.FastForward(opening)
//		Logs:    &engine.Logs{Dir: "state/logs", Mask: mask},
//	})
//
// Run opens the run of the day, or takes it up where it was left: after a crash, after a drain, or after
// it had ended. What has succeeded is not done again unless Options.Rerun or RetryFailed asks for it.
// It returns when every selected task has ended and every alert is on its way, or when it is stopped.
//
// # Stopping
//
// When ctx is done the engine drains: it starts nothing more and waits for what runs. When Options.Abort is
// closed as well, the attempts under way are cut off; the next Run takes each up again under the same
// job ID. In both cases Run returns the report so far and ErrStopped.
//
// # What holds whatever happens
//
// An attempt is journaled before the runner is called, and its end before anything is started because of it.
// If the process dies at any moment, the next Run finds in the journal which attempts were under way and
// calls the runner again with the same Key and JobID; the runner adopts what was committed (see
// task.Runner). So the work of each task is done exactly once in each generation.
// One process at a time owns a run. If the journal cannot be written, nothing more is started, what runs is cut off,
// and Run returns the error.
package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// ErrStopped says that Run was told to stop before the run's end.
var ErrStopped = errors.New("the run was stopped before its end; run it again to continue")

// Options is what Run needs. Plan, Day, Runner and Journal are required.
type Options struct {
	Plan    *plan.Plan
	Day     string // business day, YYYY-MM-DD
	Runner  task.Runner
	Journal journal.Journal

	RunID string // <environment>/<day> where empty
	Clock Clock  // the wall's where nil

	// Select lists the tasks to run; nil for all. What they need and is not among them counts as
	// there. A run that is taken up keeps its selection where Keep is set.
	Select []string
	Keep   bool
	// Rerun lists tasks that are run again, with everything downstream.
	Rerun []string
	// RetryFailed runs again what failed, was blocked or was canceled.
	RetryFailed bool
	// Variables are overrides, by name, in plan.Variable's text form. A run keeps those it was opened with.
	Variables map[string]string
	// Actor and Reason say who runs it, and why.
	Actor, Reason string

	// MaxRunning bounds the attempts under way, over all pools; 64 where zero.
	MaxRunning int
	// StopGrace is how long an attempt that is cut off may take to return before it is given up;
	// a minute where zero.
	StopGrace time.Duration

	Abort    <-chan struct{} // closed: cut off what runs
	Actions  <-chan Action   // what people do while it runs; may be nil
	Observer Observer        // may be nil
	Watchers []Watcher       // add events of their own
	Send     AlertSender     // sends alerts; nil: they stay due and hold nothing up
	Logs     *Logs           // may be nil
}

// Observer is told of the run's progress. It is called by one goroutine, in order; the state is the
// engine's own and only valid during the call (State.Snapshot makes a copy). The first call is made when the
// run has been taken up, without events.
type Observer interface {
	Observe(s *event.State, events []event.Event)
}

// ObserverFunc is a function as an Observer.
type ObserverFunc func(s *event.State, events []event.Event)

// Observe calls f.
func (f ObserverFunc) Observe(s *event.State, events []event.Event) { f(s, events) }

// Watcher looks at the run and says what is to be recorded about it: SLA changes, alerts that are due. It must
// be pure: it is called with the events that were applied since its last call (all of the run, at first) and
// again at the wake time that it gives; what it yields comes back to it as applied events.
type Watcher interface {
	Watch(s *event.State, applied []event.Event, now time.Time) (events []event.Event, wake time.Time)
}

// AlertSender sends one alert to its channel. An error means that nobody got it.
type AlertSender interface {
	Send(ctx context.Context, a event.Alert) error
}

// Action is what somebody does to a run while it runs. Make gives the events, unstamped, for the state at
// that moment, e.g. from State.Rerun. Done, where it is not nil, gets the error or nil, and must not block.
type Action struct {
	Make func(s *event.State) ([]event.Event, error)
	Done chan<- error
}

// Report is how a run ended, or how far it came.
type Report struct {
	State *event.State // a snapshot
	// Resumed says that the run had been opened before.
	Resumed bool
	// Took is the time on the engine's clock from the first call to the end.
	Took time.Duration
}

// Run runs the day to its end. An unsuccessful day is no error: see Report.State.Outcome.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	clock, err := plan.NewClock(o.Plan)
	if err != nil {
		return nil, err
	}
	day, err := plan.ParseDay(o.Day)
	if err != nil {
		return nil, err
	}
	parameters, err := parameters(o.Plan, o.Variables)
	if err != nil {
		return nil, err
	}
	state, err := event.New(o.Plan, clock, day)
	if err != nil {
		return nil, err
	}
	state.MaxRunning = o.MaxRunning
	run, err := o.Journal.Own(ctx, journal.RunID{Run: o.RunID, Environment: o.Plan.Environment, Day: o.Day})
	if err != nil {
		return nil, err
	}
	defer run.Release()

	e := newLoop(o, state, run, parameters)
	e.start, e.end = clock.RunBounds(day)
	resumed, err := e.takeUp(ctx)
	if err != nil {
		return nil, err
	}
	began := e.now()
	err = e.loop(ctx)
	return &Report{State: state.Snapshot(), Resumed: resumed, Took: e.now().Sub(began)}, err
}

// Load is the state of a day's run as the journal has it, for those who only look: p is the plan that the run
// is under (see journal.Info.Plan). It fails with journal.ErrNoRun where the run was never opened.
func Load(ctx context.Context, j journal.Journal, p *plan.Plan, runID, day string) (*event.State, error) {
	clock, err := plan.NewClock(p)
	if err != nil {
		return nil, err
	}
	d, err := plan.ParseDay(day)
	if err != nil {
		return nil, err
	}
	s, err := event.New(p, clock, d)
	if err != nil {
		return nil, err
	}
	if err := j.Replay(ctx, runID, 0, s.Apply); err != nil {
		return nil, err
	}
	if s.Seq() == 0 {
		return nil, fmt.Errorf("%w: %s", journal.ErrNoRun, runID)
	}
	return s, nil
}

func (o *Options) complete() error {
	if o.Plan == nil || o.Runner == nil || o.Journal == nil {
		return errors.New("engine: a plan, a runner and a journal are required")
	}
	if o.RunID == "" {
		o.RunID = o.Plan.Environment + "/" + o.Day
	}
	if o.Clock == nil {
		o.Clock = Wall()
	}
	if o.MaxRunning == 0 {
		o.MaxRunning = 64
	}
	if o.StopGrace == 0 {
		o.StopGrace = time.Minute
	}
	known := make(map[string]bool, len(o.Plan.Tasks))
	for i := range o.Plan.Tasks {
		known[o.Plan.Tasks[i].ID] = true
	}
	for _, id := range slices.Concat(o.Select, o.Rerun) {
		if !known[id] {
			return fmt.Errorf("there is no task %q in the plan", id)
		}
	}
	return nil
}

// parameters are the plan's variables with the overrides in place.
func parameters(p *plan.Plan, overrides map[string]string) (map[string]plan.Variable, error) {
	all := make(map[string]plan.Variable, len(p.Variables))
	for _, v := range p.Variables {
		all[v.Name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		v, known := all[name]
		if !known {
			return nil, fmt.Errorf("there is no variable %q: the platform declares %s", name, names(p.Variables))
		}
		v.Value = overrides[name]
		if err := checkValue(v); err != nil {
			return nil, err
		}
		all[name] = v
	}
	return all, nil
}

func names(variables []plan.Variable) string {
	if len(variables) == 0 {
		return "none"
	}
	text := ""
	for i, v := range variables {
		if i > 0 {
			text += ", "
		}
		text += v.Name
	}
	return text
}

func checkValue(v plan.Variable) error {
	var err error
	switch v.Type {
	case "INT64":
		_, err = strconv.ParseInt(v.Value, 10, 64)
	case "FLOAT64", "NUMERIC", "BIGNUMERIC":
		_, err = strconv.ParseFloat(v.Value, 64)
	case "BOOL":
		if v.Value != "true" && v.Value != "false" {
			err = errors.New("write true or false")
		}
	case "DATE":
		_, err = time.Parse(time.DateOnly, v.Value)
	}
	if err != nil {
		return fmt.Errorf("variable %s: %q is no %s", v.Name, v.Value, v.Type)
	}
	return nil
}
