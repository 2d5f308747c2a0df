// Package journal keeps the events of runs so that nothing that was appended is ever lost.
//
// A Journal holds any number of runs. One process at a time owns a run and appends to it;
// everybody may read. The SQLite journal is the embedded default, see OpenSQLite.
package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/runtime/event"
)

var (
	// ErrOwned says that another live process owns the run. It comes as *OwnedError.
	ErrOwned = errors.New("run is owned by another process")
	// ErrFenced says that another process has taken the run since: nothing was written.
	ErrFenced = errors.New("run was taken over by another process")
	// ErrCorrupt says that the journal does not hold what was written to it. It comes as *CorruptError.
	ErrCorrupt = errors.New("journal is damaged")
	// ErrNoRun says that there is no such run.
	ErrNoRun = errors.New("no such run")
)

// Journal keeps runs.
type Journal interface {
	// Own takes a run for this process, and makes it where it is new. It fails with ErrOwned
	// while another process that lives owns it. Whoever owned it before can write no more.
	Own(ctx context.Context, id RunID) (Run, error)
	// Replay hands every event of a run with a number above after to each, in order. It stops at
	// the first error. ErrNoRun where nothing is known of the run; ErrCorrupt where events are
	// missing or changed.
	Replay(ctx context.Context, run string, after int64, each func(*event.Event) error) error
	// Runs lists runs, the newest business day first.
	Runs(ctx context.Context, f Filter) ([]Info, error)
	// History lists what a task measured on its last n business days before a day, newest first.
	// An empty day is after all others.
	History(ctx context.Context, environment, task, before string, n int) ([]Measure, error)
	// Durations gives for every task of the environment how long it took on its last n days, newest first.
	Durations(ctx context.Context, environment string, n int) (map[string][]time.Duration, error)
	// Promises lists the last recorded status of every SLA of the environment on the business days
	// from … to, both included, by SLA and day.
	Promises(ctx context.Context, environment, from, to string) ([]Promise, error)
	Close() error
}

// Run is a run that this process owns.
type Run interface {
	// Append adds events. When it returns nil they are on disk. They must continue the run's numbers.
	Append(ctx context.Context, events []event.Event) error
	// Previous tells of the process that owned the run before and died; nil where it let go of it.
	Previous() *Owner
	// Release lets go of the run.
	Release() error
}

// RunID names a run.
type RunID struct {
	Run         string // e.g. local/2026-11-20
	Environment string
	Day         string // business day, YYYY-MM-DD
}

// Info is what the journal knows of a run without replaying it.
type Info struct {
	RunID
	Plan     string // digest of the plan in force
	OpenedAt time.Time
	EndedAt  time.Time    // zero while it is not finished
	Outcome  event.Status // "" while it is not finished
	Seq      int64        // number of the last event
	Owner    *Owner       // the live process that owns it; nil for none
}

// Filter chooses runs. Zero fields choose all.
type Filter struct {
	Run         string
	Environment string
	From, To    string // business days, both included
	Limit       int
}

// Measure is what one task did on one day.
type Measure struct {
	Day      string
	Duration time.Duration
	Rows     int64 // Result.RowsOut
	Bytes    int64
	At       time.Time
}

// Promise is the last recorded status of an SLA on a day.
type Promise struct {
	SLA      string
	Day      string
	Status   string // see runtime/sla
	Deadline time.Time
	Ready    time.Time // zero where it was not
}

// Owner is a process.
type Owner struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

func (o *Owner) String() string {
	return fmt.Sprintf("process %d on %s (since %s)", o.PID, o.Host, o.Since.UTC().Format(time.RFC3339))
}

// OwnedError says who owns the run.
type OwnedError struct {
	Run   string
	Owner Owner
}

func (e *OwnedError) Error() string {
	return fmt.Sprintf("run %s is owned by %s: wait for it to end, or stop it", e.Run, &e.Owner)
}

// Is makes it an ErrOwned.
func (e *OwnedError) Is(target error) bool { return target == ErrOwned }

// CorruptError says what is damaged.
type CorruptError struct {
	Path string
	Run  string // "" where it is not one run
	What string
	Err  error
}

func (e *CorruptError) Error() string {
	of := ""
	if e.Run != "" {
		of = " of run " + e.Run
	}
	return fmt.Sprintf("journal %s is damaged: %s%s: restore the file from a backup, or move it away to begin a new one", e.Path, e.What, of)
}

// Is makes it an ErrCorrupt.
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// Unwrap gives the cause.
func (e *CorruptError) Unwrap() error { return e.Err }
