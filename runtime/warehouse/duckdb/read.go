package duckdb

import (
	"context"
	"database/sql"
	"fmt"
)

// Read runs a query outside any attempt and calls row for each row it gives: its
// values by position, NULL as nil. The slice is reused.
func (w *Warehouse) Read(ctx context.Context, row func(columns []string, values []any) error, query string, args ...any) error {
	rows, err := w.db.QueryContext(ctx, query, args...)
	if err != nil {
		return Classify(ctx, err)
	}
	return Classify(ctx, each(rows, row))
}

// Each calls row for each row of a query in the transaction.
func (t *Tx) Each(ctx context.Context, row func(columns []string, values []any) error, query string, args ...any) error {
	rows, err := t.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	return each(rows, row)
}

func each(rows *sql.Rows, row func([]string, []any) error) error {
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		if err := row(columns, values); err != nil {
			return err
		}
	}
	return rows.Err()
}
