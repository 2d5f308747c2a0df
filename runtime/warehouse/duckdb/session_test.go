package duckdb

import (
	"context"
	"reflect"
	"testing"
	"time"

	"sluice/runtime/value"
)

func openSession(t *testing.T) *Session {
	t.Helper()
	w, err := Open(context.Background(), Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	s, err := w.Session(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// What is put into a temporary table comes out of it, in every type.
func TestMakeTemp(t *testing.T) {
	ctx := context.Background()
	s := openSession(t)
	for typ, values := range map[string][]any{
		"INT64":        {"-9223372036854775808", "9223372036854775807", nil},
		"FLOAT64":      {0.1, -1e300, "NaN", "-Infinity", nil},
		"NUMERIC":      {"99999999999999999999999999999.999999999", "-0.000000001", "0"},
		"BIGNUMERIC":   {"-1.00000000000000000000000000000000000001", "5", nil},
		"BOOL":         {true, false, nil},
		"STRING":       {"", "it's\n\"日本\"", "\\", nil},
		"BYTES":        {"", "AP8=", nil},
		"DATE":         {"0001-01-01", "9999-12-31", nil},
		"TIME":         {"00:00:00", "23:59:59.999999"},
		"DATETIME":     {"0001-01-01 00:00:00", "2026-01-15 09:00:00.5"},
		"TIMESTAMP":    {"0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00", nil},
		"INTERVAL":     {"0-0 0 0:0:0", "-1-2 -3 4:5:6.789", "1-0 0 -0:0:0.000001"},
		"JSON":         {`{"a": [1, null, "x'y"], "b": 12345678901234567890}`, "null", nil},
		"ARRAY<INT64>": {[]any{}, []any{"1", nil, "3"}},
		"ARRAY<JSON>":  {[]any{`{"a": 1.50}`}},
		"RANGE<DATE>":  {"[2026-01-01, 2026-02-01)", "[UNBOUNDED, 2026-02-01)", "[UNBOUNDED, UNBOUNDED)"},
		"STRUCT<a INT64, b ARRAY<STRUCT<c STRING, d NUMERIC>>>": {[]any{"1", []any{[]any{"x", "1.5"}, nil}}, []any{nil, nil}, nil},
		"STRUCT<INT64, STRING>":                                 {[]any{"1", "x"}},
	} {
		of, err := value.ParseType(typ)
		if err != nil {
			t.Fatal(err)
		}
		var rows [][]any
		for _, v := range values {
			rows = append(rows, []any{v})
		}
		if err := s.MakeTemp(ctx, "core.the table", []TempColumn{{"the column", of}}, rows); err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		var got []any
		err = s.Select(ctx, func(row []any) error { got = append(got, row[0]); return nil }, `SELECT "the column" FROM "core.the table"`, []value.Type{of})
		if err != nil || !reflect.DeepEqual(got, values) {
			t.Errorf("%s: put in %#v, came out %#v, %v", typ, values, got, err)
		}
	}
	if err := s.DropTemp(ctx, "core.the table"); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(ctx, `SELECT * FROM "core.the table"`); err == nil {
		t.Error("the table is still there")
	}
	if err := s.MakeTemp(ctx, "t", []TempColumn{{"g", value.Type{Kind: "TOKENLIST"}}}, nil); err == nil {
		t.Error("a column of type TOKENLIST was made")
	}
}

// Each session has a time of its own.
func TestSetNow(t *testing.T) {
	ctx := context.Background()
	s := openSession(t)
	at := time.Date(2026, 1, 15, 15, 0, 0, 0, time.UTC)
	if err := s.SetNow(ctx, at); err != nil {
		t.Fatal(err)
	}
	of, _ := value.ParseTypes([]string{"TIMESTAMP", "DATE"})
	var got []any
	err := s.Select(ctx, func(row []any) error { got = row; return nil }, "SELECT now(), CAST(timezone('Asia/Tokyo', now()) AS DATE)", of)
	if want := []any{"2026-01-15 15:00:00+00", "2026-01-16"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if err := s.SetNow(ctx, at.Add(time.Hour)); err != nil {
		t.Error(err)
	}
}
