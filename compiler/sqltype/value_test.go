package sqltype

import (
	"reflect"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) Type {
	t.Helper()
	typ, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		typ  string
		in   any
		want any
	}{
		{"INT64", int64(7), "7"},
		{"INT64", "-9223372036854775808", "-9223372036854775808"},
		{"INT64", 3.0, "3"},
		{"INT64", nil, nil},
		{"FLOAT64", int64(2), 2.0},
		{"FLOAT64", "-inf", "-Infinity"},
		{"FLOAT64", "nan", "NaN"},
		{"NUMERIC", "150.2500", "150.25"},
		{"NUMERIC", 0.1, "0.1"},
		{"NUMERIC", int64(-0), "0"},
		{"NUMERIC", "1e3", "1000"},
		{"NUMERIC(10, 2)", "+007.10", "7.1"},
		{"BIGNUMERIC", "0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"},
		{"BOOL", true, true},
		{"STRING", "日本", "日本"},
		{"BYTES", "AP8=", "AP8="},
		{"DATE", "2026-02-28", "2026-02-28"},
		{"TIME", "09:05", "09:05:00"},
		{"TIME", "09:05:01.250", "09:05:01.25"},
		{"DATETIME", "2026-01-15T09:00:00", "2026-01-15 09:00:00"},
		{"DATETIME", "2026-01-15", "2026-01-15 00:00:00"},
		{"TIMESTAMP", "2026-01-15T09:00:00+09:00", "2026-01-15 00:00:00+00"},
		{"TIMESTAMP", "2026-01-15 09:00:00.5 UTC", "2026-01-15 09:00:00.5+00"},
		{"TIMESTAMP", "2026-01-15 09:00:00+09", "2026-01-15 00:00:00+00"},
		{"TIMESTAMP", "2026-01-15", "2026-01-15 00:00:00+00"},
		{"INTERVAL", "1-14 3 25:61:7.5", "2-2 3 26:1:7.5"},
		{"INTERVAL", "-0-1 0 -0:0:1", "-0-1 0 -0:0:1"},
		{"JSON", map[string]any{"b": int64(1), "a": []any{nil, true, "x<"}}, `{"a":[null,true,"x<"],"b":1}`},
		{"JSON", `{"b": 1.0, "a": 12345678901234567890}`, `{"a":12345678901234567890,"b":1}`},
		{"JSON", int64(3), "3"},
		{"RANGE<DATE>", "[2026-01-01,unbounded)", "[2026-01-01, UNBOUNDED)"},
		{"GEOGRAPHY", "POINT(1 2)", "POINT(1 2)"},
		{"ARRAY<INT64>", []any{int64(1), nil}, []any{"1", nil}},
		{"STRUCT<a INT64, b ARRAY<STRUCT<c DATE>>>", map[string]any{"B": []any{map[string]any{"c": "2026-01-01"}}}, []any{nil, []any{[]any{"2026-01-01"}}}},
		{"STRUCT<INT64, STRING>", []any{int64(1), "x"}, []any{"1", "x"}},
	} {
		got, err := Value(c.in, parsed(t, c.typ))
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %#v: got %#v, %v; want %#v", c.typ, c.in, got, err, c.want)
		}
	}
}

func TestValueRefuses(t *testing.T) {
	for _, c := range []struct {
		typ  string
		in   any
		says string
	}{
		{"INT64", "x", `"x" is no INT64`},
		{"INT64", 1.5, "1.5 is no INT64"},
		{"INT64", "9223372036854775808", "is no INT64"},
		{"INT64", true, "true is no INT64"},
		{"NUMERIC", "0.0000000001", "is no NUMERIC"},
		{"NUMERIC", "1/2", "is no NUMERIC"},
		{"NUMERIC", "100000000000000000000000000000", "is no NUMERIC"},
		{"BOOL", "true", "is no BOOL"},
		{"STRING", int64(1), "1 is no STRING"},
		{"BYTES", "?", "is no BYTES"},
		{"DATE", "2026-02-30", "is no DATE"},
		{"DATE", "2026-1-2", "is no DATE"},
		{"TIME", "24:00:00", "is no TIME"},
		{"TIMESTAMP", "yesterday", "is no TIMESTAMP"},
		{"TIMESTAMP", "2026-01-15 00:00:00.0000001", "is no TIMESTAMP"},
		{"INTERVAL", "1 day", "is no INTERVAL"},
		{"JSON", "plain", "is no JSON text"},
		{"RANGE<DATE>", "2026-01-01", "is no RANGE<DATE>"},
		{"ARRAY<INT64>", int64(1), "1 is no ARRAY<INT64>"},
		{"ARRAY<STRUCT<a INT64>>", []any{map[string]any{"a": "x"}}, `[0].a: "x" is no INT64`},
		{"STRUCT<a INT64>", map[string]any{"b": nil}, `has no field "b"`},
		{"STRUCT<a INT64>", []any{}, "a list of 0 values"},
	} {
		got, err := Value(c.in, parsed(t, c.typ))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %#v: got %#v, %v; want an error with %q", c.typ, c.in, got, err, c.says)
		}
	}
}

// A canonical value reads as itself, whatever was written.
func FuzzValue(f *testing.F) {
	for _, s := range []string{"1", "1.50", "2026-01-15 09:00:00+09:00", "1-2 3 4:5:6.7", `{"a":[1.0,"x"]}`, "[2026-01-01, NULL)", "AP8=", "NaN"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range []string{"INT64", "NUMERIC", "BIGNUMERIC", "BYTES", "DATE", "TIME", "DATETIME", "TIMESTAMP", "INTERVAL", "JSON", "RANGE<TIMESTAMP>"} {
			of := parsed(t, typ)
			once, err := Value(text, of)
			if err != nil {
				continue
			}
			if again, err := Value(once, of); err != nil || !reflect.DeepEqual(once, again) {
				t.Errorf("%s %q: first %#v, then %#v, %v", typ, text, once, again, err)
			}
		}
	})
}
