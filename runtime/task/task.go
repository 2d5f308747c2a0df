// Package task is what the engine asks of whatever does the work.
package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/runtime/plan"
)

// Runner does one attempt of one task. It is called by many goroutines at once.
//
// The contract that makes effects happen exactly once:
//   - Attempt.JobID is deterministic; the engine journals it before Run is called.
//   - If an earlier attempt with the same Key has committed, Run returns its Result
//     again and changes nothing.
//   - A load stages its rows and commits them with Key in one atomic step.
//   - On cancellation of ctx Run returns promptly, with nothing half done.
type Runner interface {
	Run(ctx context.Context, a Attempt) (Result, error)
}

// Attempt is one try at a task.
type Attempt struct {
	Plan   *plan.Plan
	Task   *plan.Task
	Run    string    // run ID, e.g. local/2026-11-20
	Date   string    // business day, YYYY-MM-DD
	Number int       // from 1
	Key    string    // run, task and generation: what is committed at most once
	JobID  string    // Key and Number: what a remote job is called
	Start  time.Time // @run_start
	End    time.Time // @run_end
	// Parameters holds user variables in effect, by name, in plan.Variable's text form.
	Parameters map[string]plan.Variable
	// Log takes lines for people; secrets are masked before they are kept.
	Log func(format string, args ...any)
}

// Result is what an attempt did. Zero where unknown.
type Result struct {
	RowsIn     int64  `json:"rows_in,omitempty"`
	RowsOut    int64  `json:"rows_out,omitempty"` // rows written; for a check the rows it counted
	Bytes      int64  `json:"bytes,omitempty"`
	BadRows    int64  `json:"bad_rows,omitempty"`
	Violations int64  `json:"violations,omitempty"` // of a check
	Message    string `json:"message,omitempty"`    // one line: a sample violation, a file written, …
	Skipped    bool   `json:"skipped,omitempty"`
}

// Class sorts errors by what may be done about them.
type Class string

const (
	Permanent Class = "permanent" // the same attempt would fail again
	Retryable Class = "retryable" // worth trying again
	Quota     Class = "quota"     // worth trying again after a wait
	NotReady  Class = "not_ready" // the input is not there yet
)

// Error is a failed attempt with its class.
type Error struct {
	Class Class
	After time.Duration // wait at least this long, where the other side said so
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retry wraps an error that is worth another attempt.
func Retry(format string, args ...any) error {
	return &Error{Class: Retryable, Err: fmt.Errorf(format, args...)}
}

// Fail wraps an error that no attempt will get past.
func Fail(format string, args ...any) error {
	return &Error{Class: Permanent, Err: fmt.Errorf(format, args...)}
}

// ClassOf sorts an error: what no one has sorted is retryable.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Retryable
}
