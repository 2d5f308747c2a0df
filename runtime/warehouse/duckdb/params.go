package duckdb

import (
	"database/sql"
	"math/big"
	"strconv"
	"strings"
	"time"

	duck "github.com/duckdb/duckdb-go/v2"

	"sluice/runtime/task"
)

// Arguments gives the named parameters of a statement their typed values:
// run_date, run_start, run_end, and the user's variables.
func Arguments(a task.Attempt, names []string) ([]any, error) {
	args := make([]any, 0, len(names))
	for _, name := range names {
		value, err := argument(a, name)
		if err != nil {
			return nil, err
		}
		args = append(args, sql.Named(name, value))
	}
	return args, nil
}

func argument(a task.Attempt, name string) (any, error) {
	switch name {
	case "run_date":
		return typed("DATE", a.Date, name)
	case "run_start":
		return duck.Typed(a.Start.UTC(), duck.TYPE_TIMESTAMP_TZ), nil
	case "run_end":
		return duck.Typed(a.End.UTC(), duck.TYPE_TIMESTAMP_TZ), nil
	}
	variable, ok := a.Parameters[name]
	if !ok {
		return nil, task.Fail("parameter @%s has no value: declare variable.%s, or give --var %s=value", name, name, name)
	}
	return typed(variable.Type, variable.Value, name)
}

// typed turns GoogleSQL's text form of a value into one with DuckDB's type. A NUMERIC
// travels as text, which keeps every digit: the driver binds no decimals, and the
// statement casts it.
func typed(kind, text, name string) (any, error) {
	bad := func() (any, error) {
		return nil, task.Fail("parameter @%s: %q is no %s", name, text, kind)
	}
	if kind != "STRING" {
		text = strings.TrimSpace(text)
	}
	switch kind {
	case "INT64":
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return bad()
		}
		return duck.Typed(n, duck.TYPE_BIGINT), nil
	case "FLOAT64":
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return bad()
		}
		return duck.Typed(f, duck.TYPE_DOUBLE), nil
	case "NUMERIC":
		if _, ok := new(big.Rat).SetString(text); !ok || strings.Contains(text, "/") {
			return bad()
		}
		return duck.Typed(text, duck.TYPE_VARCHAR), nil
	case "BOOL":
		b, err := strconv.ParseBool(strings.ToLower(text))
		if err != nil {
			return bad()
		}
		return duck.Typed(b, duck.TYPE_BOOLEAN), nil
	case "STRING", "JSON":
		return duck.Typed(text, duck.TYPE_VARCHAR), nil
	case "DATETIME", "TIME":
		at, err := time.Parse(timeLayouts[kind], strings.Replace(text, "T", " ", 1))
		if err != nil {
			return bad()
		}
		return duck.Typed(at.Format(timeLayouts[kind]), duck.TYPE_VARCHAR), nil
	case "DATE":
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return bad()
		}
		return duck.Typed(day, duck.TYPE_DATE), nil
	case "TIMESTAMP":
		at, err := parseTimestamp(text)
		if err != nil {
			return bad()
		}
		return duck.Typed(at.UTC(), duck.TYPE_TIMESTAMP_TZ), nil
	}
	return nil, task.Fail("parameter @%s: type %s cannot be bound", name, kind)
}

// parseTimestamp reads GoogleSQL's usual forms of a TIMESTAMP; without a zone it is UTC.
func parseTimestamp(text string) (time.Time, error) {
	text = strings.TrimSuffix(text, " UTC")
	var err error
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-07",
		"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", time.DateOnly,
	} {
		var at time.Time
		if at, err = time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, err
}
