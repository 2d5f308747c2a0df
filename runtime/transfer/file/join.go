package file

import (
	"context"
	"fmt"
	"strings"

	"sluice/runtime/task"
	"sluice/runtime/warehouse/duckdb"
)

// join puts the readable rows into the table, by mode, and gives how many.
func (l *loader) join(ctx context.Context, tx *duckdb.Tx) (int64, error) {
	switch {
	case readsSnapshot(l.spec):
		if _, err := tx.Exec(ctx, l.target.Create(true)); err != nil {
			return 0, err
		}
		return l.insert(ctx, tx)
	case l.spec.Mode == "incremental":
		return l.merge(ctx, tx)
	case l.loadColumn != "":
		return l.replaceDay(ctx, tx)
	}
	return 0, task.Fail("table %s: mode %q cannot be read from files", l.spec.Table, l.spec.Mode)
}

func (l *loader) names() string {
	names := make([]string, len(l.columns))
	for i, c := range l.columns {
		names[i] = c.quoted
	}
	return strings.Join(names, ", ")
}

func (l *loader) insert(ctx context.Context, tx *duckdb.Tx) (int64, error) {
	return tx.Exec(ctx, fmt.Sprintf(`INSERT INTO %s (%s) SELECT %s FROM %s WHERE NOT "sluice bad"`, l.target.Name, l.names(), l.names(), stage))
}

// replaceDay replaces the business day's rows.
func (l *loader) replaceDay(ctx context.Context, tx *duckdb.Tx) (int64, error) {
	if _, err := tx.Exec(ctx, l.target.Create(false)); err != nil {
		return 0, err
	}
	column := duckdb.Quote(l.loadColumn)
	day := "DATE " + duckdb.Literal(l.a.Date)
	if isFamily(l.spec) {
		day = duckdb.Literal(strings.ReplaceAll(l.a.Date, "-", ""))
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("DELETE FROM %s WHERE %s = %s", l.target.Name, column, day)); err != nil {
		return 0, err
	}
	return tx.Exec(ctx, fmt.Sprintf(`INSERT INTO %s (%s, %s) SELECT %s, %s FROM %s WHERE NOT "sluice bad"`,
		l.target.Name, l.names(), column, l.names(), day, stage))
}

// merge updates by key: of a key's rows the newest by cursor counts, the last in the
// files where cursors are equal, and a row never gives way to an older one.
func (l *loader) merge(ctx context.Context, tx *duckdb.Tx) (int64, error) {
	if len(l.spec.Key) == 0 {
		return 0, task.Fail("table %s: an incremental transfer needs a key", l.spec.Table)
	}
	if _, err := tx.Exec(ctx, l.target.Create(false)); err != nil {
		return 0, err
	}
	key := make([]string, len(l.spec.Key))
	same := make([]string, len(l.spec.Key))
	for i, k := range l.spec.Key {
		key[i] = duckdb.Quote(k)
		same[i] = fmt.Sprintf("t.%s = s.%s", key[i], key[i])
	}
	order, newer := "", ""
	if l.spec.Cursor != "" {
		cursor := duckdb.Quote(l.spec.Cursor)
		order = cursor + " DESC NULLS LAST, "
		newer = fmt.Sprintf(" AND (t.%s IS NULL OR s.%s >= t.%s)", cursor, cursor, cursor)
	}
	newest := fmt.Sprintf(`SELECT %s FROM %s WHERE NOT "sluice bad" QUALIFY row_number() OVER (PARTITION BY %s ORDER BY %s"sluice file" DESC, rowid DESC) = 1`,
		l.names(), stage, strings.Join(key, ", "), order)
	sets, values := make([]string, len(l.columns)), make([]string, len(l.columns))
	for i, c := range l.columns {
		sets[i] = fmt.Sprintf("%s = s.%s", c.quoted, c.quoted)
		values[i] = "s." + c.quoted
	}
	return tx.Exec(ctx, fmt.Sprintf("MERGE INTO %s AS t USING (%s) AS s ON %s WHEN MATCHED%s THEN UPDATE SET %s WHEN NOT MATCHED THEN INSERT (%s) VALUES (%s)",
		l.target.Name, newest, strings.Join(same, " AND "), newer, strings.Join(sets, ", "), l.names(), strings.Join(values, ", ")))
}
