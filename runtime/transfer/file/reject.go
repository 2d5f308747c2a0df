package file

import (
	"context"
	"fmt"
	"strings"

	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// brokenLines takes over the lines that DuckDB's reader could not split into fields.
func (l *loader) brokenLines(ctx context.Context, tx *duckdb.Tx, f dayFile) ([]duckdb.Reject, error) {
	if f.format == "parquet" {
		return nil, nil
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(
		"SELECT line, min(CAST(error_type AS VARCHAR)), min(error_message) FROM temp.main.%s GROUP BY line ORDER BY line", duckdb.Quote(rejectTable)))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var rejects []duckdb.Reject
	for rows.Next() {
		r := duckdb.Reject{File: f.name}
		var kind, message string
		if err := rows.Scan(&r.Line, &kind, &message); err != nil {
			return nil, err
		}
		switch kind {
		case "UNQUOTED VALUE":
			// What follows the open quote is lost, however many rows that is.
			return nil, task.Fail("file %s:%d: a quote is opened and never closed: the rest of the file cannot be told apart", f.name, r.Line)
		case "MISSING COLUMNS", "TOO MANY COLUMNS":
			r.Reason = strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(message, ": ", " "), "Expected Number of Columns "))
			r.Reason = "wrong number of fields: expected " + r.Reason
		case "INVALID ENCODING":
			r.Reason = "not UTF-8"
		case "LINE SIZE OVER MAXIMUM":
			r.Reason = fmt.Sprintf("line longer than %d MB", maxLineBytes>>20)
		default:
			r.Reason = strings.ToLower(kind)
		}
		rejects = append(rejects, r)
	}
	return rejects, rows.Err()
}

// badValues reads a file again to say where its bad rows are and what is wrong with
// each. The lines that were no records are not among those it numbers.
func (l *loader) badValues(ctx context.Context, tx *duckdb.Tx, f dayFile, broken []duckdb.Reject) ([]duckdb.Reject, error) {
	if err := tx.DropRejects(ctx, rejectTable, scanTable); err != nil {
		return nil, err
	}
	s, err := l.open(ctx, tx, f, true)
	if err != nil {
		return nil, err
	}
	names, reasons := []string{"WHEN broken IS NOT NULL THEN ''"}, []string{"WHEN broken IS NOT NULL THEN broken"}
	for i, c := range l.columns {
		when := "WHEN " + badValue(s, i) + " THEN "
		names = append(names, when+duckdb.Literal(c.Name))
		reasons = append(reasons, when+l.reason(c, i))
		if c.needed {
			when = fmt.Sprintf("WHEN v%d IS NULL THEN ", i)
			names = append(names, when+duckdb.Literal(c.Name))
			reasons = append(reasons, when+duckdb.Literal("column "+c.Name+": required, but there is no value"))
		}
	}
	rows, err := tx.Query(ctx, fmt.Sprintf("SELECT line, %s, %s FROM (%s) WHERE coalesce(%s, true) LIMIT %d",
		caseOf(names), caseOf(reasons), l.values(s), strings.Join(l.conditions(s), " OR "), keptRejects))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var rejects []duckdb.Reject
	for rows.Next() {
		r := duckdb.Reject{File: f.name}
		if err := rows.Scan(&r.Line, &r.Column, &r.Reason); err != nil {
			return nil, err
		}
		for _, b := range broken {
			if b.Line <= r.Line {
				r.Line++
			}
		}
		rejects = append(rejects, r)
	}
	return rejects, rows.Err()
}

// reason words a bad value. A value that is personal or masked is not shown.
func (l *loader) reason(c column, i int) string {
	if c.Mask != "" || c.Class == "personal" || c.Class == "sensitive" {
		return duckdb.Literal(fmt.Sprintf("column %s: the value is no %s", c.Name, c.Type))
	}
	return fmt.Sprintf("%s || left(CAST(r%d AS VARCHAR), 40) || %s", duckdb.Literal("column "+c.Name+`: "`), i, duckdb.Literal(`" is no `+c.Type))
}

// firstRejects names the first n rows that cannot be read.
func (l *loader) firstRejects(n int) string {
	parts := make([]string, 0, n)
	for _, r := range l.rejects[:min(n, len(l.rejects))] {
		parts = append(parts, fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Reason))
	}
	return strings.Join(parts, "; ")
}

func (l *loader) tooManyBad() error {
	return task.Fail("%s: %d rows cannot be read and max_bad_rows is %d: %s",
		l.spec.Table, l.badRows, l.spec.MaxBadRows, l.firstRejects(3))
}
