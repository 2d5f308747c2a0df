package sqltype

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"INT64":                                 "INT64",
		" int ":                                 "INT64",
		"Integer":                               "INT64",
		"bigint":                                "INT64",
		"FLOAT":                                 "FLOAT64",
		"decimal(10,2)":                         "NUMERIC(10, 2)",
		"BIGDECIMAL(76,38)":                     "BIGNUMERIC(76, 38)",
		"BOOLEAN":                               "BOOL",
		"string( 10 )":                          "STRING(10)",
		"ARRAY< STRUCT<id INT64,name STRING> >": "ARRAY<STRUCT<id INT64, name STRING>>",
		"STRUCT<INT64, STRING>":                 "STRUCT<INT64, STRING>",
		"STRUCT<>":                              "STRUCT<>",
		"struct<date date, `a b` array<int64>>": "STRUCT<date DATE, `a b` ARRAY<INT64>>",
		"STRUCT<`select` INT64>":                "STRUCT<`select` INT64>",
		"STRUCT<x STRUCT<ARRAY<BOOL>>>":         "STRUCT<x STRUCT<ARRAY<BOOL>>>",
		"RANGE<timestamp>":                      "RANGE<TIMESTAMP>",
		"STRUCT<`it\\`s \\\\ odd` DATETIME>":    "STRUCT<`it\\`s \\\\ odd` DATETIME>",
		"STRUCT<a NUMERIC(3), b STRING(2), JSON>": "STRUCT<a NUMERIC(3), b STRING(2), JSON>",
	} {
		got, err := Parse(text)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct {
		text    string
		offset  int
		message string
		hint    string
	}{
		{"", 0, "expected a type, found end of the type", ""},
		{"  VARCHAR(10)", 2, `unknown type "VARCHAR"`, "GoogleSQL's type is STRING"},
		{"ARRAY<ARRAY<INT64>>", 6, "an array cannot hold arrays", "put a STRUCT between them: ARRAY<STRUCT<items ARRAY<INT64>>>"},
		{"ARRAY<INT64", 11, `expected ">", found end of the type`, ""},
		{"ARRAY", 5, `expected "<", found end of the type`, ""},
		{"INT64 x", 6, "unexpected 'x' after the type INT64", ""},
		{"INT64(3)", 0, "INT64 takes no parameters", ""},
		{"STRING(0)", 0, "STRING takes one length of at least 1", ""},
		{"NUMERIC(31,1)", 0, "the precision of NUMERIC with scale 1 is from 1 to 30", ""},
		{"NUMERIC(10,10)", 0, "the scale of NUMERIC is at most 9", ""},
		{"NUMERIC(10,2,3)", 0, "NUMERIC takes a precision and a scale", ""},
		{"NUMERIC(x)", 8, "expected a whole number, found 'x'", ""},
		{"NUMERIC(99999999999)", 8, `expected a whole number, found "99999999999"`, ""},
		{"RANGE<INT64>", 6, "a range is of DATE, DATETIME or TIMESTAMP, not of INT64", ""},
		{"STRUCT<a INT64, b STRIN>", 18, `unknown type "STRIN"`, ""},
		{"STRUCT<`a INT64>", 7, "the quoted name has no end", ""},
		{"STRUCT<`` INT64>", 7, "a field's name is empty", ""},
		{"日付", 0, "expected a type, found '日'", ""},
	} {
		_, err := Parse(c.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Parse(%q): no error", c.text)
			continue
		}
		if e.Offset != c.offset || e.Message != c.message || e.Hint != c.hint {
			t.Errorf("Parse(%q): %d %q %q, want %d %q %q", c.text, e.Offset, e.Message, e.Hint, c.offset, c.message, c.hint)
		}
	}
	if _, err := Parse(strings.Repeat("STRUCT<", 10000)); err == nil || !strings.Contains(err.Error(), "levels deep") {
		t.Errorf("deep nesting: %v", err)
	}
}

func TestReservedIsSorted(t *testing.T) {
	if !slices.IsSorted(reserved) {
		t.Error("binary search needs the words sorted")
	}
}

func TestSchema(t *testing.T) {
	typ, err := Parse("ARRAY<STRUCT<id INT64, STRING(5), price NUMERIC(10,2), during RANGE<DATE>, tags ARRAY<FLOAT64>>>")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := json.Marshal(typ.Schema("items", true))
	want := `{"name":"items","type":"RECORD","mode":"REPEATED","fields":[` +
		`{"name":"id","type":"INTEGER","mode":"NULLABLE"},` +
		`{"name":"_field_2","type":"STRING","mode":"NULLABLE","maxLength":"5"},` +
		`{"name":"price","type":"NUMERIC","mode":"NULLABLE","precision":"10","scale":"2"},` +
		`{"name":"during","type":"RANGE","mode":"NULLABLE","rangeElementType":{"type":"DATE"}},` +
		`{"name":"tags","type":"FLOAT","mode":"REPEATED"}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if f := (Type{Kind: Bool}).Schema("ok", true); f.Mode != "REQUIRED" || f.Type != "BOOLEAN" {
		t.Errorf("got %+v", f)
	}
}

func TestWithoutParams(t *testing.T) {
	typ, _ := Parse("ARRAY<STRUCT<a STRING(5), b ARRAY<NUMERIC(3)>>>")
	if got := typ.WithoutParams().String(); got != "ARRAY<STRUCT<a STRING, b ARRAY<NUMERIC>>>" {
		t.Error(got)
	}
	if typ.String() != "ARRAY<STRUCT<a STRING(5), b ARRAY<NUMERIC(3)>>>" {
		t.Error("the original is changed")
	}
}

// FuzzParse: what parses has a canonical form that parses to itself, and errors
// point into the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"INT64", "ARRAY<STRUCT<a INT64, `b c` STRING(3)>>", "RANGE<DATE>", "NUMERIC(3,2)", "STRUCT<`\\``INT64>", "ARRAY<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		typ, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(text) || e.Message == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		again, err := Parse(typ.String())
		if err != nil || again.String() != typ.String() || !again.Equal(typ) {
			t.Fatalf("%q → %q → %q, %v", text, typ, again, err)
		}
		typ.Schema("c", false)
	})
}
