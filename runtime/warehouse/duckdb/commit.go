package duckdb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"sluice/runtime/task"
)

// books are the tables that sluice keeps for itself, in the schema _sluice.
var books = []string{
	`CREATE SCHEMA IF NOT EXISTS _sluice`,
	// What has been committed: one row a key, in the transaction that wrote the data.
	`CREATE TABLE IF NOT EXISTS _sluice.commits (
		key VARCHAR PRIMARY KEY, task VARCHAR NOT NULL, run_date DATE NOT NULL, attempt INTEGER NOT NULL,
		committed_at TIMESTAMPTZ NOT NULL, result JSON NOT NULL)`,
	// Rows that could not be read: where they stand and what is wrong, never their values where those are personal.
	`CREATE TABLE IF NOT EXISTS _sluice.rejects (
		key VARCHAR NOT NULL, task VARCHAR NOT NULL, run_date DATE NOT NULL,
		file VARCHAR NOT NULL, line BIGINT, column_name VARCHAR, reason VARCHAR NOT NULL)`,
	// Plans that were applied, newest last.
	`CREATE TABLE IF NOT EXISTS _sluice.applied (
		digest VARCHAR NOT NULL, environment VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL)`,
}

// Tx is the transaction that one attempt works in.
type Tx struct{ conn *sql.Conn }

// Exec runs a statement and gives the rows it touched.
func (t *Tx) Exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := t.conn.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Query runs a query; the caller closes the rows before the next statement.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.conn.QueryContext(ctx, query, args...)
}

// Get runs a query of one row and scans it.
func (t *Tx) Get(ctx context.Context, dest []any, query string, args ...any) error {
	return t.conn.QueryRowContext(ctx, query, args...).Scan(dest...)
}

// Commit does work in one transaction and enters the attempt's key with its result
// in the books, in the same transaction. Where the key has been committed before,
// its result comes back and work is not called. On any error nothing is left behind.
func (w *Warehouse) Commit(ctx context.Context, a task.Attempt, work func(context.Context, *Tx) (task.Result, error)) (task.Result, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return task.Result{}, Classify(ctx, err)
	}
	defer conn.Close()

	if result, ok, err := committed(ctx, conn, a.Key); ok || err != nil {
		return result, Classify(ctx, err)
	}
	var result task.Result
	err = inTransaction(ctx, conn, func(tx *Tx) error {
		if result, err = work(ctx, tx); err != nil {
			return err
		}
		return enter(ctx, tx, a, result)
	})
	if isDuplicate(err) {
		// Another attempt with this key was faster: its rows are there, ours are not.
		if result, ok, err := committed(ctx, conn, a.Key); ok || err != nil {
			return result, Classify(ctx, err)
		}
	}
	if err != nil {
		return task.Result{}, Classify(ctx, err)
	}
	return result, nil
}

// Committed gives the result that was committed with a key.
func (w *Warehouse) Committed(ctx context.Context, key string) (task.Result, bool, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return task.Result{}, false, Classify(ctx, err)
	}
	defer conn.Close()
	result, ok, err := committed(ctx, conn, key)
	return result, ok, Classify(ctx, err)
}

func committed(ctx context.Context, conn *sql.Conn, key string) (task.Result, bool, error) {
	var text string
	var result task.Result
	err := conn.QueryRowContext(ctx, `SELECT result::VARCHAR FROM _sluice.commits WHERE key = ?`, key).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return result, false, nil
	}
	if err != nil {
		return result, false, err
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		return result, false, fmt.Errorf("books of %s: %w", key, err)
	}
	return result, true, nil
}

func enter(ctx context.Context, tx *Tx, a task.Attempt, result task.Result) error {
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO _sluice.commits VALUES (?, ?, CAST(? AS DATE), ?, now(), CAST(? AS JSON))`,
		a.Key, a.Task.ID, a.Date, a.Number, string(text))
	return err
}

// inTransaction commits what work did, or rolls it back, also where work panics.
func inTransaction(ctx context.Context, conn *sql.Conn, work func(*Tx) error) error {
	if _, err := conn.ExecContext(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			// This must go through although the attempt was cancelled. A commit that
			// failed has rolled back already, and then this says so.
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if err := work(&Tx{conn: conn}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "COMMIT")
	done = err == nil
	return err
}
