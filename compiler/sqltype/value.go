package sqltype

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Value reads a plain value (nil, bool, int64, float64, string, []any, map[string]any)
// as one of type t and gives its canonical form, in which equal values are equal:
//
//	INT64, NUMERIC, BIGNUMERIC  decimal text without idle zeros
//	FLOAT64                     float64, or the text NaN, Infinity, -Infinity
//	BOOL, STRING                bool, string
//	BYTES                       base64 text
//	DATE, TIME, DATETIME        2006-01-02, 15:04:05[.ffffff], the two with a space between
//	TIMESTAMP                   2006-01-02 15:04:05[.ffffff]+00, in UTC
//	INTERVAL                    Y-M D H:M:S[.f]
//	JSON                        compact JSON text, keys sorted
//	RANGE                       [start, end), UNBOUNDED for an open end
//	GEOGRAPHY                   text
//	ARRAY, STRUCT               []any; a STRUCT's fields by position
//	NULL                        nil
//
// Text without a zone is a TIMESTAMP in UTC, as in SQL. A STRUCT is written as a map by
// field name, whose missing fields are NULL, or as a list. The error says what the value
// is not, with the path inside it.
func Value(v any, t Type) (any, error) { return value(v, t, "") }

// ExampleValue is a value of the type as people write it.
func ExampleValue(t Type) string {
	if e, ok := exampleValues[t.Kind]; ok {
		return e
	}
	return "null"
}

var exampleValues = map[Kind]string{
	Int64: "3", Float64: "1.5", Numeric: `"12.50"`, BigNumeric: `"12.50"`, Bool: "true", String: `"text"`,
	Bytes: `"3q2+7w==" (base64)`, Date: `"2026-01-15"`, Time: `"09:30:00"`, DateTime: `"2026-01-15 09:30:00"`,
	Timestamp: `"2026-01-15T09:30:00Z"`, Interval: `"1-2 3 4:5:6"`, JSON: `{a: 1}, or JSON text in a string`,
	Geography: `"POINT(1 2)"`, Range: `"[2026-01-01, 2026-02-01)"`, Array: "[…]", Struct: "{field: …}",
}

func value(v any, t Type, path string) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch t.Kind {
	case Array:
		return arrayValue(v, t, path)
	case Struct:
		return structValue(v, t, path)
	case JSON:
		return jsonValue(v, path)
	}
	var out any
	var ok bool
	switch t.Kind {
	case Int64:
		out, ok = intValue(v)
	case Float64:
		out, ok = floatValue(v)
	case Numeric:
		out, ok = decimalValue(v, 29, 9)
	case BigNumeric:
		out, ok = decimalValue(v, 39, 38)
	case Bool:
		out, ok = v.(bool)
	default:
		var text string
		if text, ok = v.(string); ok {
			out, ok = textValue(text, t)
		}
	}
	if !ok {
		return nil, fmt.Errorf("%s%s is no %s", inside(path), show(v), t)
	}
	return out, nil
}

func inside(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

// show is a value as the user wrote it, shortened.
func show(v any) string {
	text := ""
	if data, err := json.Marshal(v); err == nil {
		text = string(data)
	} else {
		text = fmt.Sprint(v)
	}
	const most = 40
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	return text
}

func arrayValue(v any, t Type, path string) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s%s is no %s", inside(path), show(v), t)
	}
	out := make([]any, len(list))
	for i, e := range list {
		var err error
		if out[i], err = value(e, *t.Elem, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func structValue(v any, t Type, path string) (any, error) {
	out := make([]any, len(t.Fields))
	fieldPath := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch given := v.(type) {
	case []any:
		if len(given) != len(t.Fields) {
			return nil, fmt.Errorf("%sa list of %d values is no %s", inside(path), len(given), t)
		}
		for i, f := range t.Fields {
			var err error
			if out[i], err = value(given[i], f.Type, fieldPath(f.Name)); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(given)) {
			i := slices.IndexFunc(t.Fields, func(f Field) bool { return strings.EqualFold(f.Name, name) && name != "" })
			if i < 0 {
				return nil, fmt.Errorf("%s%s has no field %q", inside(path), t, name)
			}
			var err error
			if out[i], err = value(given[name], t.Fields[i].Type, fieldPath(name)); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s%s is no %s", inside(path), show(v), t)
}

// jsonValue takes text as JSON text, anything else as the JSON that it is.
func jsonValue(v any, path string) (any, error) {
	if text, ok := v.(string); ok {
		out, ok := CanonicalJSON(text)
		if !ok {
			return nil, fmt.Errorf("%s%s is no JSON text (a JSON string needs quotes of its own: \"\\\"text\\\"\")", inside(path), show(v))
		}
		return out, nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%s%s is no JSON", inside(path), show(v))
	}
	out, _ := CanonicalJSON(string(data))
	return out, nil
}

// CanonicalJSON is JSON text without blanks, its keys sorted and its numbers by value;
// false where the text is no JSON.
func CanonicalJSON(text string) (string, bool) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return "", false
	}
	var b strings.Builder
	writeJSON(&b, v)
	return b.String(), true
}

func writeJSON(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, k)
			b.WriteByte(':')
			writeJSON(b, v[k])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, e)
		}
		b.WriteByte(']')
	case json.Number:
		b.WriteString(jsonNumber(v))
	case string:
		var s strings.Builder
		e := json.NewEncoder(&s)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			panic(err) // strings always encode
		}
		b.WriteString(strings.TrimSuffix(s.String(), "\n"))
	default:
		fmt.Fprint(b, jsonWord(v))
	}
}

func jsonWord(v any) any {
	if v == nil {
		return "null"
	}
	return v
}

// jsonNumber writes whole numbers with all digits, others as the nearest FLOAT64.
func jsonNumber(n json.Number) string {
	if i, ok := new(big.Int).SetString(n.String(), 10); ok {
		return i.String()
	}
	f, err := n.Float64()
	if err != nil {
		return n.String()
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func intValue(v any) (any, bool) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return strconv.FormatInt(int64(v), 10), true
		}
	case string:
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return strconv.FormatInt(n, 10), true
		}
	}
	return nil, false
}

func floatValue(v any) (any, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case string:
		switch strings.ToLower(v) {
		case "nan":
			return "NaN", true
		case "inf", "+inf", "infinity", "+infinity":
			return "Infinity", true
		case "-inf", "-infinity":
			return "-Infinity", true
		}
		if f, err := strconv.ParseFloat(v, 64); err == nil && !strings.ContainsAny(v, "xXpP_") {
			return f, true
		}
	}
	return nil, false
}

var decimalForm = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)

// decimalValue reads a number of at most so many digits before and after the point.
func decimalValue(v any, whole, scale int) (any, bool) {
	text := ""
	switch v := v.(type) {
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		text = strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		text = v
	}
	if !decimalForm.MatchString(text) {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	if !scaled.IsInt() || new(big.Rat).Abs(r).Cmp(new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(whole)), nil))) >= 0 {
		return nil, false
	}
	return CanonicalDecimal(r.FloatString(scale)), true
}

// CanonicalDecimal drops the zeros that a decimal number's text does not need.
func CanonicalDecimal(text string) string {
	text = strings.TrimPrefix(text, "+")
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" || text == "" {
		return "0"
	}
	return text
}

func textValue(text string, t Type) (any, bool) {
	switch t.Kind {
	case String:
		return text, true
	case Geography:
		return strings.TrimSpace(text), true
	case Bytes:
		raw, err := base64.StdEncoding.DecodeString(text)
		return base64.StdEncoding.EncodeToString(raw), err == nil
	case Date:
		at, err := time.Parse(time.DateOnly, text)
		return text, err == nil && at.Year() >= 1
	case Time:
		return clockText(text, "15:04:05.999999", "15:04:05", "15:04")
	case DateTime:
		return clockText(strings.Replace(text, "T", " ", 1), "2006-01-02 15:04:05.999999", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly)
	case Timestamp:
		return timestampText(text)
	case Interval:
		return CanonicalInterval(text)
	case Range:
		return rangeText(text, *t.Elem)
	}
	return nil, false
}

// clockText reads text by the forms and writes it in the first.
func clockText(text string, forms ...string) (any, bool) {
	for _, form := range forms[1:] {
		at, err := time.Parse(form, text)
		if err == nil && at.Nanosecond()%1000 == 0 {
			return at.Format(forms[0]), true
		}
	}
	return nil, false
}

var timestampForms = []string{
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05-07", "2006-01-02 15:04:05 -07:00", "2006-01-02 15:04Z07:00",
	"2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
}

// TimestampForm is the canonical form of a TIMESTAMP, in UTC, for time.Format.
const TimestampForm = "2006-01-02 15:04:05.999999+00"

func timestampText(text string) (any, bool) {
	text = strings.Replace(strings.TrimSuffix(text, " UTC"), "T", " ", 1)
	for _, form := range timestampForms {
		at, err := time.Parse(form, text)
		if err == nil && at.Nanosecond()%1000 == 0 {
			at = at.UTC()
			return at.Format(TimestampForm), at.Year() >= 1 && at.Year() <= 9999
		}
	}
	return nil, false
}

var intervalForm = regexp.MustCompile(`^([+-]?)(\d{1,5})-(\d{1,6}) ([+-]?\d{1,7}) ([+-]?)(\d{1,8}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?$`)

// CanonicalInterval reads an INTERVAL in the form Y-M D H:M:S[.f].
func CanonicalInterval(text string) (string, bool) {
	m := intervalForm.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	number := func(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }
	months := number(m[2])*12 + number(m[3])
	if m[1] == "-" {
		months = -months
	}
	micros := ((number(m[6])*60+number(m[7]))*60+number(m[8]))*1e6 + number((m[9] + "000000")[:6])
	if m[5] == "-" {
		micros = -micros
	}
	return IntervalText(months, number(m[4]), micros), true
}

// IntervalText is an INTERVAL's canonical text.
func IntervalText(months, days, micros int64) string {
	sign := func(n int64) (string, int64) {
		if n < 0 {
			return "-", -n
		}
		return "", n
	}
	ms, months := sign(months)
	ts, micros := sign(micros)
	text := fmt.Sprintf("%s%d-%d %d %s%d:%d:%d", ms, months/12, months%12, days, ts, micros/3600e6, micros/60e6%60, micros/1e6%60)
	if f := micros % 1e6; f != 0 {
		text += strings.TrimRight(fmt.Sprintf(".%06d", f), "0")
	}
	return text
}

// rangeText reads [start, end) with NULL or UNBOUNDED for an open end.
func rangeText(text string, elem Type) (any, bool) {
	body, ok := strings.CutPrefix(text, "[")
	if ok {
		body, ok = strings.CutSuffix(body, ")")
	}
	start, end, two := strings.Cut(body, ",")
	if !ok || !two {
		return nil, false
	}
	bound := func(s string) (string, bool) {
		s = strings.TrimSpace(s)
		if strings.EqualFold(s, "UNBOUNDED") || strings.EqualFold(s, "NULL") {
			return "UNBOUNDED", true
		}
		v, ok := textValue(s, elem)
		if !ok {
			return "", false
		}
		return v.(string), true
	}
	a, okA := bound(start)
	b, okB := bound(end)
	return "[" + a + ", " + b + ")", okA && okB
}

// ZeroValue is what a column of the type holds where nothing is said, in canonical
// form: 0, false, "", the epoch, an empty list.
func ZeroValue(t Type) any {
	switch t.Kind {
	case Int64, Numeric, BigNumeric:
		return "0"
	case Float64:
		return float64(0)
	case Bool:
		return false
	case String, Bytes:
		return ""
	case Date:
		return "1970-01-01"
	case Time:
		return "00:00:00"
	case DateTime:
		return "1970-01-01 00:00:00"
	case Timestamp:
		return "1970-01-01 00:00:00+00"
	case Interval:
		return IntervalText(0, 0, 0)
	case JSON:
		return "null"
	case Array:
		return []any{}
	case Struct:
		out := make([]any, len(t.Fields))
		for i, f := range t.Fields {
			out[i] = ZeroValue(f.Type)
		}
		return out
	}
	return nil // a RANGE or a GEOGRAPHY has no zero
}
