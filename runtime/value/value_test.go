package value

import (
	"strings"
	"testing"
)

// spell writes a type in canonical text.
func spell(t Type) string {
	switch t.Kind {
	case "ARRAY", "RANGE":
		return t.Kind + "<" + spell(*t.Elem) + ">"
	case "STRUCT":
		var fields []string
		for _, f := range t.Fields {
			text := spell(f.Type)
			if f.Name != "" {
				text = "`" + strings.ReplaceAll(f.Name, "`", "\\`") + "` " + text
			}
			fields = append(fields, text)
		}
		return "STRUCT<" + strings.Join(fields, ", ") + ">"
	}
	return t.Kind
}

func TestParseType(t *testing.T) {
	for text, want := range map[string]string{
		"INT64":                 "INT64",
		" string(10) ":          "STRING",
		"NUMERIC(10, 2)":        "NUMERIC",
		"ARRAY<STRUCT<a INT64>": "",
		"ARRAY<STRUCT<a INT64, STRING, `b c` ARRAY<RANGE<DATE>>>>": "ARRAY<STRUCT<`a` INT64, STRING, `b c` ARRAY<RANGE<DATE>>>>",
		"STRUCT<>":                               "STRUCT<>",
		"STRUCT<STRUCT<INT64>>":                  "STRUCT<STRUCT<INT64>>",
		"STRUCT<`it\\`s` BOOL, date DATE>":       "STRUCT<`it\\`s` BOOL, `date` DATE>",
		"":                                       "",
		"INT64 x":                                "",
		"STRING(10":                              "",
		strings.Repeat("ARRAY<", 99):             "",
		"STRUCT<a INT64 b>":                      "",
		"STRUCT<array ARRAY<INT64>, range BOOL>": "STRUCT<`array` ARRAY<INT64>, `range` BOOL>",
	} {
		got, err := ParseType(text)
		if err != nil {
			got = Type{}
		}
		if (err == nil) != (want != "") || want != "" && spell(got) != want {
			t.Errorf("ParseType(%q) = %s, %v, want %q", text, spell(got), err, want)
		}
	}
}

func FuzzParseType(f *testing.F) {
	f.Add("ARRAY<STRUCT<a INT64, STRING, `b c` ARRAY<RANGE<DATE>>>>")
	f.Add("STRUCT<`it\\`s` NUMERIC(3, 2)>")
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := ParseType(text)
		if err != nil || strings.Contains(text, `\`) {
			return
		}
		again, err := ParseType(spell(parsed))
		if err != nil || spell(again) != spell(parsed) {
			t.Errorf("%q is %s, which is %s, %v", text, spell(parsed), spell(again), err)
		}
	})
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		kind string
		v    any
		want string
	}{
		{"INT64", "12", "12"},
		{"FLOAT64", 1.0, "1.0"},
		{"FLOAT64", 1e300, "1e+300"},
		{"FLOAT64", "NaN", "NaN"},
		{"BOOL", true, "true"},
		{"STRING", nil, "NULL"},
		{"ARRAY<STRING>", []any{"a\"", nil}, `["a\"", NULL]`},
		{"STRUCT<a INT64, DATE, s STRING>", []any{"1", "2026-01-01", "x"}, `{a: 1, 2026-01-01, s: "x"}`},
	} {
		kind, err := ParseType(c.kind)
		if err != nil {
			t.Fatal(err)
		}
		if got := Text(kind, c.v); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.kind, c.v, got, c.want)
		}
	}
}
