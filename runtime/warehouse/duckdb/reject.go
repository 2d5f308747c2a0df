package duckdb

import (
	"context"
	"encoding/json"
	"fmt"

	"sluice/runtime/task"
)

// Reject is a row that could not be read.
type Reject struct {
	File   string `json:"file"`
	Line   int64  `json:"line"` // from 1; of Parquet the row
	Column string `json:"column"`
	Reason string `json:"reason"`
}

// Reject keeps rejected rows in the books, in place of those that an earlier attempt
// with the same key kept.
func (t *Tx) Reject(ctx context.Context, a task.Attempt, rejects []Reject) error {
	if _, err := t.Exec(ctx, `DELETE FROM _sluice.rejects WHERE key = ?`, a.Key); err != nil || len(rejects) == 0 {
		return err
	}
	rows, err := json.Marshal(rejects)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, `INSERT INTO _sluice.rejects SELECT ?, ?, CAST(? AS DATE), r.file, r.line, nullif(r."column", ''), r.reason
		FROM (SELECT unnest(from_json(CAST(? AS JSON), '[{"file":"VARCHAR","line":"BIGINT","column":"VARCHAR","reason":"VARCHAR"}]')) AS r)`,
		a.Key, a.Task.ID, a.Date, string(rows))
	return err
}

// Reject keeps rejected rows of an attempt whose data was rolled back.
func (w *Warehouse) Reject(ctx context.Context, a task.Attempt, rejects []Reject) error {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return Classify(ctx, err)
	}
	defer conn.Close()
	return Classify(ctx, inTransaction(ctx, conn, func(tx *Tx) error { return tx.Reject(ctx, a, rejects) }))
}

// DropRejects removes the tables that DuckDB's CSV reader keeps rejected lines in,
// so that the next scan on this connection starts without any.
func (t *Tx) DropRejects(ctx context.Context, tables ...string) error {
	for _, table := range tables {
		if _, err := t.Exec(ctx, fmt.Sprintf("DROP TABLE IF EXISTS temp.main.%s", Quote(table))); err != nil {
			return err
		}
	}
	return nil
}
