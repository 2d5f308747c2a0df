package duckdb

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"sluice/runtime/value"
)

func TestSelect(t *testing.T) {
	ctx := context.Background()
	w, err := Open(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, c := range []struct{ kind, sql, want string }{
		{"INT64", "9223372036854775807::BIGINT", `"9223372036854775807"`},
		{"INT64", "5::INTEGER", `"5"`},
		{"INT64", "5::HUGEINT", `"5"`},
		{"FLOAT64", "1.5::DOUBLE", `1.5`},
		{"FLOAT64", "'nan'::DOUBLE", `"NaN"`},
		{"FLOAT64", "'-inf'::DOUBLE", `"-Infinity"`},
		{"NUMERIC", "1.500::DECIMAL(38,9)", `"1.5"`},
		{"NUMERIC", "-0.000000001::DECIMAL(38,9)", `"-0.000000001"`},
		{"BIGNUMERIC", "gsql_to_bignumeric('-1.25')", `"-1.25"`},
		{"BOOL", "true", `true`},
		{"STRING", "'日本\n'", `"日本\n"`},
		{"BYTES", "'ab'::BLOB", `"YWI="`},
		{"DATE", "DATE '0001-01-01'", `"0001-01-01"`},
		{"TIME", "TIME '12:30:00.25'", `"12:30:00.25"`},
		{"DATETIME", "TIMESTAMP '9999-12-31 23:59:59.999999'", `"9999-12-31 23:59:59.999999"`},
		{"TIMESTAMP", "TIMESTAMPTZ '2026-01-15 09:00:00+09'", `"2026-01-15 00:00:00+00"`},
		{"INTERVAL", "to_months(-14) + to_days(3) + to_microseconds(-14706500000)", `"-1-2 3 -4:5:6.5"`},
		{"INTERVAL", "to_days(-1)", `"0-0 -1 0:0:0"`},
		{"RANGE<DATE>", `{'start': DATE '2026-01-15', 'end': NULL}::STRUCT("start" DATE, "end" DATE)`, `"[2026-01-15, UNBOUNDED)"`},
		{"JSON", `'{"b":1.10,"a":null}'::JSON`, `"{\"b\":1.10,\"a\":null}"`},
		{"JSON", `'null'::JSON`, `"null"`},
		{"JSON", `NULL::JSON`, `null`},
		{"ARRAY<JSON>", `['1'::JSON, NULL]`, `["1",null]`},
		{"ARRAY<INT64>", "NULL::BIGINT[]", `null`},
		{"STRUCT<a INT64, JSON, a ARRAY<STRUCT<x BIGNUMERIC, JSON>>>", `{'a': 1::BIGINT, '_field_2': '2'::JSON, '_field_3': [{'x': gsql_to_bignumeric('3'), '_field_2': '4'::JSON}]}`, `["1","2",[["3","4"]]]`},
	} {
		types, err := value.ParseTypes([]string{c.kind, "INT64"})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		err = w.Select(ctx, func(values []any) error {
			text, err := json.Marshal(values[0])
			got = string(text)
			return err
		}, "SELECT "+c.sql+" AS x, 1::BIGINT AS x;", types)
		if err != nil || got != c.want {
			t.Errorf("%s %s: %s, %v, want %s", c.kind, c.sql, got, err, c.want)
		}
	}
	for _, kinds := range [][]string{{"INT64"}, {"STRING", "INT64"}, {"STRUCT<a INT64>", "INT64"}} {
		types, _ := value.ParseTypes(kinds)
		if err := w.Select(ctx, func([]any) error { return nil }, "SELECT 1::BIGINT, 2::BIGINT", types); err == nil {
			t.Errorf("%v: no error", kinds)
		}
	}
}

func TestMessage(t *testing.T) {
	ctx := context.Background()
	w, err := Open(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for query, want := range map[string]string{
		"SELECT error('out of range')":           "out of range",
		"SELECT * FROM nothing":                  "Table with name nothing does not exist!",
		"SELECT 'x'::INTEGER":                    "Could not convert string 'x' to INT32",
		"SELECT 9223372036854775807 + 1::BIGINT": "Overflow in addition of INT64",
	} {
		err := w.Read(ctx, func([]string, []any) error { return nil }, query)
		if err == nil {
			t.Errorf("%s: no error", query)
			continue
		}
		got := Message(err)
		if !strings.HasPrefix(got, want) || strings.Contains(got, "Error:") || strings.Contains(got, "\n") {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	if got := Message(errors.New("as it is")); got != "as it is" {
		t.Error(got)
	}
}

func TestReadOnly(t *testing.T) {
	ctx := context.Background()
	path := t.TempDir() + "/warehouse.duckdb"
	if _, err := Open(ctx, Options{Path: path, ReadOnly: true}); err == nil {
		t.Error("a file that is not there was opened for reading")
	}
	w, err := Open(ctx, Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := Open(ctx, Options{Path: path, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Read(ctx, func([]string, []any) error { return nil }, "CREATE TABLE t (a INTEGER)"); err == nil {
		t.Error("a warehouse opened for reading was written")
	}
	if err := r.Read(ctx, func([]string, []any) error { return nil }, "SELECT gsql_to_int64('1') FROM _sluice.commits"); err != nil {
		t.Error(err)
	}
}
