package event

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// State is a run at some point of its events. It belongs to one goroutine;
// Snapshot makes a copy for another.
type State struct {
	Run       string
	Day       plan.Day
	Plan      string // digest of the plan in force
	Variables map[string]string
	OpenedAt  time.Time // when the run was opened; zero before
	Paused    bool
	Canceling bool
	Outcome   Status // Succeeded, Failed or Canceled once everything has ended; else ""
	EndedAt   time.Time
	Selected  []string // task IDs; nil for all

	Overrides map[string]Override     // by pool
	SLAs      map[string]SLAChange    // the last change of each, by name
	Alerts    map[string]*AlertStatus // by ID

	// MaxRunning bounds the attempts under way, over all pools; 0 for no bound. It is
	// the process's own and in no event.
	MaxRunning int

	seq   int64
	at    time.Time // of the last event
	g     *graph
	tasks []Task
	x     index
}

// Task is where one task of the run stands.
type Task struct {
	ID         string
	Status     Status
	Generation int // from 1; each rerun is another
	Attempt    int // number of the last attempt in this generation, 0 before the first
	Job        string
	FirstAt    time.Time // start of the first attempt in this generation
	StartedAt  time.Time // start of the last attempt
	EndedAt    time.Time // end of the last attempt, or when the status became final
	RetryAt    time.Time // the next attempt starts no earlier
	Class      Class     // of the last failure
	Message    string    // of the last failure, or why it was skipped
	Cause      string    // of a blocked task: the task that failed
	Result     task.Result
	Selected   bool
	Marked     bool // somebody vouches for it
	// Interrupted says that the last attempt was cut off and is to be resumed as it was.
	Interrupted bool

	failures, quotas, losses int // attempts of this generation that ended so
	resumedAt                time.Time
}

// Override is a pool size that stands over the windows' until a time.
type Override struct {
	Size  int
	Until time.Time
}

// AlertStatus is an alert and whether it was sent.
type AlertStatus struct {
	Alert
	DueAt    time.Time
	Attempts int
	RetryAt  time.Time
	Sent     bool
	GivenUp  bool
	Message  string // of the last failure
}

// Open reports whether the alert is still to be sent.
func (a *AlertStatus) Open() bool { return !a.Sent && !a.GivenUp }

// New is the empty state of a day's run under a plan.
func New(p *plan.Plan, clock *plan.Clock, day plan.Day) (*State, error) {
	g, err := newGraph(p, clock, day)
	if err != nil {
		return nil, err
	}
	s := &State{
		Day: day, Plan: p.Digest, g: g,
		Overrides: map[string]Override{}, SLAs: map[string]SLAChange{}, Alerts: map[string]*AlertStatus{},
		tasks: make([]Task, len(p.Tasks)),
	}
	for i := range p.Tasks {
		s.tasks[i] = Task{ID: p.Tasks[i].ID, Status: Waiting, Generation: 1, Selected: true}
	}
	s.reindex()
	return s, nil
}

// Replay folds events into a state of the plan's run of the day.
func Replay(p *plan.Plan, clock *plan.Clock, day plan.Day, events []Event) (*State, error) {
	s, err := New(p, clock, day)
	if err != nil {
		return nil, err
	}
	for i := range events {
		if err := s.Apply(&events[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Task gives the state of a task; ok is false where the plan has none of that ID.
func (s *State) Task(id string) (t Task, ok bool) {
	i, ok := s.g.index[id]
	if !ok {
		return Task{}, false
	}
	return s.tasks[i], true
}

// Tasks lists every task in the plan's order. The slice is the state's own: do not change it.
func (s *State) Tasks() []Task { return s.tasks }

// Running lists the tasks with an attempt under way, in the plan's order.
func (s *State) Running() []Task {
	var list []Task
	for _, i := range slices.Sorted(maps.Keys(s.x.running)) {
		list = append(list, s.tasks[i])
	}
	return list
}

// Counts counts the selected tasks by status.
func (s *State) Counts() map[Status]int {
	counts := make(map[Status]int, 8)
	for i := range s.tasks {
		if s.tasks[i].Selected {
			counts[s.tasks[i].Status]++
		}
	}
	return counts
}

// Seq is the number of the last event, 0 before the first.
func (s *State) Seq() int64 { return s.seq }

// At is the time of the last event.
func (s *State) At() time.Time { return s.at }

// Opening is when the run may begin: when the data of the day is complete.
func (s *State) Opening() time.Time { return s.g.opening }

// ThePlan is the plan that the state was made for, and its clock.
func (s *State) ThePlan() (*plan.Plan, *plan.Clock) { return s.g.plan, s.g.clock }

// Finished reports whether the run has ended.
func (s *State) Finished() bool { return s.Outcome != "" }

// Snapshot is a copy that later events do not touch. It can be looked at, not applied to.
func (s *State) Snapshot() *State {
	c := *s
	c.tasks = slices.Clone(s.tasks)
	c.Variables = maps.Clone(s.Variables)
	c.Overrides = maps.Clone(s.Overrides)
	c.SLAs = maps.Clone(s.SLAs)
	c.Alerts = make(map[string]*AlertStatus, len(s.Alerts))
	for id, a := range s.Alerts {
		alert := *a
		c.Alerts[id] = &alert
	}
	c.x = s.x.clone()
	return &c
}

// Stamp numbers events as the next of the run and sets their time. No event is earlier
// than the one before it, whatever the clock says.
func (s *State) Stamp(now time.Time, events []Event) []Event {
	at := normal(now)
	if at.Before(s.at) {
		at = s.at
	}
	for i := range events {
		events[i].V, events[i].Seq, events[i].At = Version, s.seq+int64(i)+1, at
	}
	return events
}

// normal is a time as the journal keeps it: UTC, to the microsecond.
func normal(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// JobKey is what a task's work is committed under at most once in a generation.
func (s *State) JobKey(t *Task) string {
	return fmt.Sprintf("%s/%s@%d", s.Run, t.ID, t.Generation)
}
