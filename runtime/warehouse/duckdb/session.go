package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"sluice/runtime/value"
	"sluice/runtime/warehouse/duckdb/prelude"
)

// Session is one connection to the warehouse. Temporary tables, and the time that it
// takes for now, are its own.
type Session struct{ conn *sql.Conn }

// Session opens a connection; Close gives it back.
func (w *Warehouse) Session(ctx context.Context) (*Session, error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return nil, Classify(ctx, err)
	}
	return &Session{conn}, nil
}

// Close gives the connection back.
func (s *Session) Close() error { return s.conn.Close() }

// Exec runs a statement.
func (s *Session) Exec(ctx context.Context, statement string, args ...any) error {
	_, err := s.conn.ExecContext(ctx, statement, args...)
	return Classify(ctx, err)
}

// SetNow has every function of the current time take it as that instant, until it is
// set again.
func (s *Session) SetNow(ctx context.Context, at time.Time) error {
	// A macro of the session hides DuckDB's own function of the same name.
	return s.Exec(ctx, "CREATE OR REPLACE TEMP MACRO now() AS TIMESTAMPTZ "+Literal(at.UTC().Format("2006-01-02 15:04:05.999999+00")))
}

// TempColumn is a column of a temporary table, with its GoogleSQL type.
type TempColumn struct {
	Name string
	Type value.Type
}

// MakeTemp makes a temporary table that holds rows, a value for each column in the
// encoding of package value. It replaces one of the same name. Nothing constrains it.
func (s *Session) MakeTemp(ctx context.Context, name string, columns []TempColumn, rows [][]any) error {
	declared := make([]string, len(columns))
	for i, c := range columns {
		t := StoreType(c.Type)
		if t == "" {
			return fmt.Errorf("column %q: the embedded warehouse has no type that holds %s", c.Name, c.Type.Kind)
		}
		declared[i] = Quote(c.Name) + " " + t
	}
	if err := s.Exec(ctx, "CREATE OR REPLACE TEMP TABLE "+Quote(name)+" ("+strings.Join(declared, ", ")+")"); err != nil {
		return err
	}
	if len(rows) == 0 {
		return nil
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		values := make([]string, len(row))
		for k, v := range row {
			var err error
			if values[k], err = ValueLiteral(v, columns[k].Type); err != nil {
				return fmt.Errorf("row %d, column %q: %w", i+1, columns[k].Name, err)
			}
		}
		lines[i] = "(" + strings.Join(values, ", ") + ")"
	}
	return s.Exec(ctx, "INSERT INTO "+Quote(name)+" VALUES "+strings.Join(lines, ", "))
}

// DropTemp drops a temporary table.
func (s *Session) DropTemp(ctx context.Context, name string) error {
	return s.Exec(ctx, "DROP TABLE IF EXISTS temp.main."+Quote(name))
}

// Select is Warehouse.Select in the session.
func (s *Session) Select(ctx context.Context, row func(values []any) error, query string, types []value.Type, args ...any) error {
	rows, err := s.conn.QueryContext(ctx, jsonAsText(query, types), args...)
	if err != nil {
		return Classify(ctx, err)
	}
	return Classify(ctx, each(rows, decoded(types, row)))
}

// StoreType is the DuckDB type that holds the values of a GoogleSQL type; empty where
// there is none.
func StoreType(t value.Type) string {
	switch t.Kind {
	case "BIGNUMERIC":
		return "BLOB"
	case "GEOGRAPHY":
		return "VARCHAR" // well-known text
	case "ARRAY":
		if elem := StoreType(*t.Elem); elem != "" {
			return elem + "[]"
		}
		return ""
	case "RANGE":
		bound := StoreType(*t.Elem)
		return `STRUCT("start" ` + bound + `, "end" ` + bound + `)`
	case "STRUCT":
		fields := make([]string, len(t.Fields))
		for i, name := range fieldNames(t) {
			field := StoreType(t.Fields[i].Type)
			if field == "" {
				return ""
			}
			fields[i] = Quote(name) + " " + field
		}
		if len(fields) == 0 {
			return ""
		}
		return "STRUCT(" + strings.Join(fields, ", ") + ")"
	}
	return scalars[t.Kind].duck
}

// ValueLiteral writes a value, in the encoding of package value, as an expression of
// DuckDB.
func ValueLiteral(v any, t value.Type) (string, error) {
	if v == nil {
		return "NULL", nil
	}
	kind := StoreType(t)
	text, isText := v.(string)
	switch t.Kind {
	case "ARRAY", "STRUCT":
		list, ok := v.([]any)
		if !ok || t.Kind == "STRUCT" && len(list) != len(t.Fields) {
			return "", fmt.Errorf("%v is no %s", v, t.Kind)
		}
		return compound(list, t, kind)
	case "FLOAT64", "BOOL":
		return "CAST(" + Literal(fmt.Sprint(v)) + " AS " + kind + ")", nil
	}
	if !isText || kind == "" {
		return "", fmt.Errorf("%v is no %s", v, t.Kind)
	}
	switch t.Kind {
	case "BYTES":
		return "from_base64(" + Literal(text) + ")", nil
	case "BIGNUMERIC":
		raw, err := prelude.BigNumericBytes(text)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("unhex('%x')", raw), nil
	case "INTERVAL":
		return intervalLiteral(text)
	case "RANGE":
		return rangeLiteral(text, t, kind)
	}
	return "CAST(" + Literal(text) + " AS " + kind + ")", nil
}

func compound(list []any, t value.Type, kind string) (string, error) {
	parts := make([]string, len(list))
	names := fieldNames(t)
	for i, e := range list {
		of := t.Elem
		if t.Kind == "STRUCT" {
			of = &t.Fields[i].Type
		}
		text, err := ValueLiteral(e, *of)
		if err != nil {
			return "", err
		}
		if t.Kind == "STRUCT" {
			text = Literal(names[i]) + ": " + text
		}
		parts[i] = text
	}
	open, end := "[", "]"
	if t.Kind == "STRUCT" {
		open, end = "{", "}"
	}
	return "CAST(" + open + strings.Join(parts, ", ") + end + " AS " + kind + ")", nil
}

// intervalLiteral reads Y-M D H:M:S[.f], each part with its sign.
func intervalLiteral(text string) (string, error) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return "", fmt.Errorf("%q is no INTERVAL", text)
	}
	sign := func(s string) (int64, string) {
		if rest, negative := strings.CutPrefix(s, "-"); negative {
			return -1, rest
		}
		return 1, s
	}
	var years, months, days, hours, minutes int64
	var seconds string
	monthSign, ym := sign(parts[0])
	timeSign, hms := sign(parts[2])
	if _, err := fmt.Sscanf(ym+" "+parts[1], "%d-%d %d", &years, &months, &days); err != nil {
		return "", fmt.Errorf("%q is no INTERVAL", text)
	}
	if _, err := fmt.Sscanf(hms, "%d:%d:%s", &hours, &minutes, &seconds); err != nil {
		return "", fmt.Errorf("%q is no INTERVAL", text)
	}
	at, err := time.ParseDuration(seconds + "s")
	if err != nil {
		return "", fmt.Errorf("%q is no INTERVAL", text)
	}
	micros := timeSign * ((hours*60+minutes)*60*1e6 + at.Microseconds())
	return fmt.Sprintf("(to_months(%d) + to_days(%d) + to_microseconds(%d))", monthSign*(years*12+months), days, micros), nil
}

// rangeLiteral reads [start, end).
func rangeLiteral(text string, t value.Type, kind string) (string, error) {
	body := strings.TrimSuffix(strings.TrimPrefix(text, "["), ")")
	start, end, ok := strings.Cut(body, ", ")
	if !ok {
		return "", fmt.Errorf("%q is no RANGE", text)
	}
	bounds := []any{start, end}
	literals := make([]string, 2)
	for i, b := range bounds {
		if b == "UNBOUNDED" {
			b = nil
		}
		var err error
		if literals[i], err = ValueLiteral(b, *t.Elem); err != nil {
			return "", err
		}
	}
	return "CAST({'start': " + literals[0] + ", 'end': " + literals[1] + "} AS " + kind + ")", nil
}
