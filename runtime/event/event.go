// Package event is the run of a business day as a fold over events.
//
//   - Event is what has happened, or what is about to be attempted. A journal keeps events in order.
//   - State is what they add up to. Apply is the only way it changes.
//   - Next decides what to do in a state at an instant. Its decisions are themselves events,
//     to be journaled before anything is done about them.
//
// Nothing here does any input or output, reads a clock or draws at random: the engine, a
// forecast and a test run the same code with another clock and another runner.
package event

import (
	"encoding/json"
	"fmt"
	"time"

	"sluice/runtime/task"
)

// Version is the version of the event format that this build writes. It reads all
// versions up to it.
const Version = 1

// Kind says what an event records.
type Kind string

// Kinds of events. Those of a task are listed with what they do to it in Transitions.
const (
	RunOpened    Kind = "run_opened"   // Open: the run exists
	RunSelected  Kind = "run_selected" // Tasks (none: all): what is to run
	RunPaused    Kind = "run_paused"   // nothing starts until RunContinued
	RunContinued Kind = "run_continued"
	RunCanceled  Kind = "run_canceled" // everything that is not done is given up
	RunFinished  Kind = "run_finished" // Outcome
	PlanChanged  Kind = "plan_changed" // Plan: what has not started moves to this plan
	PoolSet      Kind = "pool_set"     // Pool, Size, Until: a size that stands over the windows' until then

	AttemptStarted     Kind = "attempt_started" // intent: journaled before the runner is called
	AttemptResumed     Kind = "attempt_resumed" // the same attempt once more, after AttemptInterrupted
	AttemptInterrupted Kind = "attempt_interrupted"
	AttemptFailed      Kind = "attempt_failed" // Class, Message, Until: another attempt follows, not before Until
	TaskSucceeded      Kind = "task_succeeded" // Result
	TaskWarned         Kind = "task_warned"    // a warning check that found something, or could not look
	TaskFailed         Kind = "task_failed"    // Class, Message: no attempt is left
	TaskSkipped        Kind = "task_skipped"   // Message: why
	TaskBlocked        Kind = "task_blocked"   // Cause: the task upstream that failed
	TaskCanceled       Kind = "task_canceled"
	TaskMarked         Kind = "task_marked" // somebody vouches for it
	TasksReset         Kind = "tasks_reset" // Tasks: run again, as a new generation

	SLAChanged  Kind = "sla_changed" // SLA
	AlertDue    Kind = "alert_due"   // Alert: somebody is to be told
	AlertSent   Kind = "alert_sent"
	AlertFailed Kind = "alert_failed" // Message, Until: tried again then; never where Until is zero
)

// Event is one fact about a run. Which fields are set depends on Kind.
type Event struct {
	V    int       `json:"v"`
	Seq  int64     `json:"seq"` // from 1, without gaps
	At   time.Time `json:"at"`  // UTC, never before the event before it
	Kind Kind      `json:"kind"`

	Task       string       `json:"task,omitempty"`
	Generation int          `json:"generation,omitempty"`
	Attempt    int          `json:"attempt,omitempty"`
	Job        string       `json:"job,omitempty"`    // job ID of the attempt
	Started    time.Time    `json:"started,omitzero"` // of an attempt that has ended
	Until      time.Time    `json:"until,omitzero"`
	Class      Class        `json:"class,omitempty"`
	Message    string       `json:"message,omitempty"`
	Cause      string       `json:"cause,omitempty"`
	Result     *task.Result `json:"result,omitempty"`

	Open    *Opening   `json:"open,omitempty"`
	Tasks   []string   `json:"tasks,omitempty"`
	Plan    string     `json:"plan,omitempty"` // digest
	Pool    string     `json:"pool,omitempty"`
	Size    int        `json:"size,omitempty"`
	Outcome Status     `json:"outcome,omitempty"` // Succeeded, Failed or Canceled
	SLA     *SLAChange `json:"sla,omitempty"`
	Alert   *Alert     `json:"alert,omitempty"`

	// Of what somebody did: who, and why.
	Actor  string `json:"actor,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Opening is what a run is opened with.
type Opening struct {
	Run       string            `json:"run"` // run ID, e.g. local/2026-11-20
	Day       string            `json:"day"` // business day
	Plan      string            `json:"plan"`
	Variables map[string]string `json:"variables,omitempty"` // overrides, by name
}

// Class sorts the ends of attempts: task.Class, and what the engine itself sees.
type Class string

const (
	Permanent  = Class(task.Permanent)
	Retryable  = Class(task.Retryable)
	Quota      = Class(task.Quota)
	NotReady   = Class(task.NotReady)
	TimedOut   = Class("timeout")    // the attempt ran longer than the task's timeout
	Lost       = Class("lost")       // the process ended while the attempt ran
	Drained    = Class("drained")    // the process was told to stop
	Violations = Class("violations") // a check found rows
)

// SLAChange is a promise that changed its status.
type SLAChange struct {
	Name      string    `json:"name"`
	Status    string    `json:"status"` // see runtime/sla
	Deadline  time.Time `json:"deadline"`
	Ready     time.Time `json:"ready,omitzero"`     // when all its tasks had succeeded
	Predicted time.Time `json:"predicted,omitzero"` // when they are expected to have
}

// Alert is one message to one channel. Its ID says what it is about, so that nothing is told twice.
type Alert struct {
	ID       string            `json:"id"`
	Channel  string            `json:"channel,omitempty"`
	Severity string            `json:"severity,omitempty"` // info, warning, error, critical
	Title    string            `json:"title,omitempty"`
	Text     string            `json:"text,omitempty"`
	Fields   map[string]string `json:"fields,omitempty"`
	// Key groups the alerts of one matter; Resolve says that the matter is settled.
	Key     string `json:"key,omitempty"`
	Resolve bool   `json:"resolve,omitempty"`
}

// Encode writes the event as one line of JSON, without the line's end.
func Encode(e *Event) ([]byte, error) { return json.Marshal(e) }

// Decode reads an event. It refuses one of a later version.
func Decode(data []byte) (Event, error) {
	var e Event
	if err := json.Unmarshal(data, &e); err != nil {
		return Event{}, fmt.Errorf("event: %w", err)
	}
	if e.V < 1 || e.V > Version {
		return Event{}, fmt.Errorf("event %d is of format %d; this build reads up to %d: use a newer sluice", e.Seq, e.V, Version)
	}
	return e, nil
}
