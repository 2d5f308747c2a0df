package duckdb

import (
	"context"
	"errors"
	"strings"

	duck "github.com/duckdb/duckdb-go/v2"

	"sluice/runtime/task"
)

// Classify sorts an error of DuckDB by what may be done about it. What came sorted
// stays as it is. SQL that is wrong, and data that does not fit, would fail again;
// files, memory and transactions that met each other are worth another attempt.
func Classify(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*task.Error](err); ok {
		return err
	}
	if cause := context.Cause(ctx); cause != nil {
		return &task.Error{Class: task.Retryable, Err: cause}
	}
	return &task.Error{Class: classOf(err), Err: short(err)}
}

func classOf(err error) task.Class {
	e, ok := errors.AsType[*duck.Error](err)
	if !ok {
		return task.Retryable
	}
	switch e.Type {
	case duck.ErrorTypeTransaction, duck.ErrorTypeIO, duck.ErrorTypeOutOfMemory, duck.ErrorTypeInterrupt,
		duck.ErrorTypeConnection, duck.ErrorTypeNetwork, duck.ErrorTypeHTTP:
		return task.Retryable
	}
	// A conflict on the catalog or on a key is worded as such, whatever its type.
	if strings.Contains(e.Msg, "write-write conflict") || strings.Contains(e.Msg, "Conflict on ") || strings.Contains(e.Msg, "conflict on ") {
		return task.Retryable
	}
	return task.Permanent
}

// shortened is an error without the driver's own words and the excerpt of the
// generated statement that DuckDB appends: it tells people nothing, and may hold values.
type shortened struct{ error }

func (e shortened) Error() string {
	text, _, _ := strings.Cut(e.error.Error(), "\n\nLINE ")
	return strings.ReplaceAll(text, driverWords, "")
}

func (e shortened) Unwrap() error { return e.error }

func short(err error) error {
	if text := err.Error(); strings.Contains(text, "\n\nLINE ") || strings.Contains(text, driverWords) {
		return shortened{err}
	}
	return err
}

// driverWords are what the driver puts before the message of a function of ours.
const driverWords = "database/sql/driver: API error: "

// isDuplicate says that a row with this key stands in the books already.
func isDuplicate(err error) bool {
	e, ok := errors.AsType[*duck.Error](err)
	return ok && e.Type == duck.ErrorTypeConstraint && strings.Contains(e.Msg, "uplicate key")
}
