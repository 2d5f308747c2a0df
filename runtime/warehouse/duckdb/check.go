package duckdb

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"strings"

	"sluice/runtime/task"
)

// Check looks at data: the work of a check task. Violations are a result, not an
// error; what they mean is the engine's to decide.
func (w *Warehouse) Check(ctx context.Context, a task.Attempt) (task.Result, error) {
	spec := a.Task.Check
	args, err := Arguments(a, spec.Parameters)
	if err != nil {
		return task.Result{}, err
	}
	return w.Commit(ctx, a, func(ctx context.Context, tx *Tx) (task.Result, error) {
		result, err := lookAt(ctx, tx, spec.SQL, args)
		if err != nil || spec.MaxChangePercent == 0 {
			return result, err
		}
		err = compare(ctx, tx, a, &result)
		return result, err
	})
}

// lookAt runs a check's query, which gives one row: violations, message, and rows
// where rows are counted.
func lookAt(ctx context.Context, tx *Tx, query string, args []any) (task.Result, error) {
	var result task.Result
	rows, seen := 0, false
	err := tx.Each(ctx, func(columns []string, values []any) error {
		rows++
		for i, column := range columns {
			switch strings.ToLower(column) {
			case "violations":
				seen = true
				var ok bool
				if result.Violations, ok = integer(values[i]); !ok {
					return task.Fail("the check's violations are %v, not an INT64", values[i])
				}
			case "rows":
				result.RowsOut, _ = integer(values[i])
			case "message":
				if values[i] != nil {
					result.Message = fmt.Sprint(values[i])
				}
			}
		}
		return nil
	}, query, args...)
	if err == nil && (rows != 1 || !seen) {
		err = task.Fail("the check's query gave %d rows: it must give one, with the column violations", rows)
	}
	return result, err
}

// compare adds a violation where the row count is further from the mean of the
// latest earlier days than the check allows. Without earlier days there is nothing
// to compare with.
func compare(ctx context.Context, tx *Tx, a task.Attempt, result *task.Result) error {
	spec := a.Task.Check
	window := spec.Window
	if window < 1 {
		window = 7
	}
	var days int64
	var mean float64
	// A day that was checked more than once counts with its latest look.
	err := tx.Get(ctx, []any{&days, &mean}, `SELECT count(*), coalesce(avg(n), 0) FROM (
			SELECT coalesce(CAST(json_extract_string(result, '$.rows_out') AS BIGINT), 0) AS n FROM _sluice.commits
			WHERE task = ? AND run_date < CAST(? AS DATE)
			QUALIFY row_number() OVER (PARTITION BY run_date ORDER BY committed_at DESC, key DESC) = 1
			ORDER BY run_date DESC LIMIT ?)`, a.Task.ID, a.Date, window)
	if err != nil || days == 0 {
		return err
	}
	change := math.Inf(1)
	if mean > 0 {
		change = math.Abs(float64(result.RowsOut)-mean) / mean * 100
	} else if result.RowsOut == 0 {
		change = 0
	}
	if change <= spec.MaxChangePercent {
		return nil
	}
	result.Violations++
	message := fmt.Sprintf("%d rows are %.1f %% off the mean of the last %d days, %.1f; %g %% are allowed", result.RowsOut, change, days, mean, spec.MaxChangePercent)
	if mean == 0 {
		message = fmt.Sprintf("%d rows where the last %d days had none", result.RowsOut, days)
	}
	if result.Message != "" {
		message = result.Message + "; " + message
	}
	result.Message = message
	return nil
}

// integer takes a number of any of DuckDB's integer types; NULL is 0.
func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case nil:
		return 0, true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case *big.Int: // HUGEINT, of sum()
		return n.Int64(), n.IsInt64()
	}
	return 0, false
}
