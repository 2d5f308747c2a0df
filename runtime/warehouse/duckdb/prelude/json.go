package prelude

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Each function that takes a path exists twice: for JSON values, whose objects
// have their members in the order of names, and as "_text" for JSON-formatted
// strings, which keep their spelling.
var jsonFunctions = map[string]*udf{
	"gsql_json_value":                     fn2(onJSON(pathValue, scalarText)),
	"gsql_json_value_text":                fn2(onText(pathValue, scalarText)),
	"gsql_json_extract_scalar":            fn2(onJSON(pathValue, scalarText)),
	"gsql_json_extract_scalar_text":       fn2(onText(pathValue, scalarText)),
	"gsql_json_query":                     fn2(jsonQuery),
	"gsql_json_query_text":                fn2(onText(pathQueryText, presentQueryText)),
	"gsql_json_extract":                   fn2(onJSON(pathQuery, queryText)),
	"gsql_json_extract_text":              fn2(onText(pathQueryText, presentQueryText)),
	"gsql_json_query_array":               fn2(onJSON(pathArray, arrayText)),
	"gsql_json_query_array_text":          fn2(onText(pathArray, arrayText)),
	"gsql_json_extract_array":             fn2(onJSON(pathArray, arrayText)),
	"gsql_json_extract_array_text":        fn2(onText(pathArray, arrayText)),
	"gsql_json_value_array":               fn2(onJSON(pathValues, valuesText)),
	"gsql_json_value_array_text":          fn2(onText(pathValues, valuesText)),
	"gsql_json_extract_string_array":      fn2(onJSON(pathValues, valuesText)),
	"gsql_json_extract_string_array_text": fn2(onText(pathValues, valuesText)),
	"gsql_parse_json":                     fn2(parseJSON),
	"gsql_json_member":                    fn2(jsonMember),
	"gsql_json_element":                   fn2(jsonElement),
	"gsql_json_type":                      fn1(jsonType),
	"gsql_json_keys":                      fn3(jsonKeys),
	"gsql_json_object":                    fn2(jsonObject),
	"gsql_json_pretty":                    fn2(jsonPretty),
	"gsql_json_quote":                     fn1(func(s string) (string, error) { return quoteJSON(s), nil }),
	"gsql_json_float":                     fn2(func(f float64, typed bool) (string, error) { return jsonFloat(f, typed), nil }),
	"gsql_json_numeric":                   fn2(jsonNumeric),
	"gsql_json_bool":                      fn1(strict(nodeBool)),
	"gsql_json_int64":                     fn1(strict(nodeInt64)),
	"gsql_json_float64":                   fn2(func(s, mode string) (float64, error) { return strict(floatMode(mode))(s) }),
	"gsql_json_string":                    fn1(strict(nodeString)),
	"gsql_json_bool_array":                fn1(func(s string) (bools, error) { return each[bool, bools](s, nodeBool) }),
	"gsql_json_int64_array":               fn1(func(s string) (ints, error) { return each[int64, ints](s, nodeInt64) }),
	"gsql_json_float64_array":             fn2(func(s, mode string) (floats, error) { return each[float64, floats](s, floatMode(mode)) }),
	"gsql_json_string_array":              fn1(func(s string) (strs, error) { return each[string, strs](s, nodeString) }),
	"gsql_json_lax_bool":                  fn1(strict(laxBool)),
	"gsql_json_lax_int64":                 fn1(strict(laxInt64)),
	"gsql_json_lax_float64":               fn1(strict(laxFloat64)),
	"gsql_json_lax_string":                fn1(strict(laxString)),
	"gsql_json_lax_bool_array":            fn1(func(s string) (bools, error) { return laxEach[bool, bools](s, laxBool) }),
	"gsql_json_lax_int64_array":           fn1(func(s string) (ints, error) { return laxEach[int64, ints](s, laxInt64) }),
	"gsql_json_lax_float64_array":         fn1(func(s string) (floats, error) { return laxEach[float64, floats](s, laxFloat64) }),
	"gsql_json_lax_string_array":          fn1(func(s string) (strs, error) { return laxEach[string, strs](s, laxString) }),
}

// node is a JSON value: nil, bool, json.Number, string, []node or *object.
type node = any

type object struct {
	keys []string
	vals map[string]node
}

var errJSON = errors.New("invalid JSON")

// readJSON reads one value. The first of several members of one name counts.
func readJSON(s string) (node, error) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	v, err := readValue(d)
	if err != nil {
		return nil, errJSON
	}
	if d.More() {
		return nil, errJSON
	}
	if _, err := d.Token(); err == nil {
		return nil, errJSON
	}
	return v, nil
}

func readValue(d *json.Decoder) (node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			list := []node{}
			for d.More() {
				v, err := readValue(d)
				if err != nil {
					return nil, err
				}
				list = append(list, v)
			}
			_, err := d.Token()
			return list, err
		}
		o := &object{vals: map[string]node{}}
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := readValue(d)
			if err != nil {
				return nil, err
			}
			if _, dup := o.vals[k.(string)]; !dup {
				o.keys = append(o.keys, k.(string))
				o.vals[k.(string)] = v
			}
		}
		_, err := d.Token()
		return o, err
	}
	return t, nil
}

// write is a value's text. With sorted it is a JSON value's: members in order,
// numbers normalised.
func write(b *strings.Builder, v node, sorted bool) {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		if sorted {
			b.WriteString(normalNumber(v))
		} else {
			b.WriteString(string(v))
		}
	case string:
		b.WriteString(quoteJSON(v))
	case []node:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, e, sorted)
		}
		b.WriteByte(']')
	case *object:
		keys := v.keys
		if sorted {
			keys = slices.Sorted(slices.Values(keys))
		}
		b.WriteByte('{')
		for i, k := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoteJSON(k) + ":")
			write(b, v.vals[k], sorted)
		}
		b.WriteByte('}')
	}
}

func textOf(v node, sorted bool) string {
	var b strings.Builder
	write(&b, v, sorted)
	return b.String()
}

// normalNumber is an INT64 or UINT64 as it is, and any other number as FLOAT64.
func normalNumber(n json.Number) string {
	s := string(n)
	if !strings.ContainsAny(s, ".eE") {
		if _, err := strconv.ParseInt(s, 10, 64); err == nil && s != "-0" {
			return s
		}
		if _, err := strconv.ParseUint(s, 10, 64); err == nil {
			return s
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return s
	}
	return jsonFloat(f, true)
}

func quoteJSON(s string) string { return string(appendQuoted(make([]byte, 0, len(s)+2), s)) }

// jsonFloat is a FLOAT64 as JSON: a whole number keeps a fraction of zero.
func jsonFloat(f float64, typed bool) string {
	switch {
	case math.IsNaN(f):
		return `"NaN"`
	case math.IsInf(f, 1):
		return `"Infinity"`
	case math.IsInf(f, -1):
		return `"-Infinity"`
	}
	s := floatText(f)
	if typed && !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func jsonNumeric(s string, typed bool) (string, error) {
	s = trimNumeric(s)
	if typed {
		return s, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return "", err
	}
	r, ok := new(big.Rat).SetString(s)
	if ok && new(big.Rat).SetFloat64(f) != nil && new(big.Rat).SetFloat64(f).Cmp(r) == 0 && math.Abs(f) <= 1<<53 {
		return s, nil
	}
	return `"` + s + `"`, nil
}

// parseJSON normalises. In the mode "exact" a number must survive as INT64,
// UINT64 or FLOAT64.
func parseJSON(s, mode string) (string, error) {
	if mode == "exact" || mode == "round" {
		if text, ok := rewrite(s, true); ok {
			return text, nil
		}
	}
	return parseTree(s, mode)
}

func parseTree(s, mode string) (string, error) {
	v, err := readJSON(s)
	if err != nil {
		return "", fmt.Errorf("syntax error while parsing JSON: %q", s)
	}
	if mode != "exact" && mode != "round" {
		return "", fmt.Errorf("invalid wide_number_mode %q", mode)
	}
	if mode == "exact" {
		if err := exactNumbers(v); err != nil {
			return "", err
		}
	}
	return textOf(v, true), nil
}

func exactNumbers(v node) error {
	switch v := v.(type) {
	case json.Number:
		s := normalNumber(v)
		a, ok1 := new(big.Rat).SetString(string(v))
		b, ok2 := new(big.Rat).SetString(s)
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil || math.IsInf(f, 0) {
			return fmt.Errorf("input number: %s cannot round-trip through string representation", v)
		}
		if !ok1 || !ok2 || a.Cmp(b) != 0 {
			return fmt.Errorf("input number: %s cannot round-trip through string representation", v)
		}
	case []node:
		for _, e := range v {
			if err := exactNumbers(e); err != nil {
				return err
			}
		}
	case *object:
		for _, k := range v.keys {
			if err := exactNumbers(v.vals[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

func jsonMember(s, key string) (string, error) {
	v, err := readJSON(s)
	if err != nil {
		return "", err
	}
	if o, ok := v.(*object); ok {
		if m, ok := o.vals[key]; ok {
			return textOf(m, true), nil
		}
	}
	return "", errNull
}

func jsonElement(s string, i int64) (string, error) {
	v, err := readJSON(s)
	if err != nil {
		return "", err
	}
	if l, ok := v.([]node); ok && i >= 0 && i < int64(len(l)) {
		return textOf(l[i], true), nil
	}
	return "", errNull
}

func jsonType(s string) (string, error) {
	v, err := readJSON(s)
	switch v.(type) {
	case bool:
		return "boolean", err
	case json.Number:
		return "number", err
	case string:
		return "string", err
	case []node:
		return "array", err
	case *object:
		return "object", err
	}
	return "null", err
}

func jsonObject(keys, vals strs) (string, error) {
	if len(keys) != len(vals) {
		return "", errors.New("invalid input to JSON_OBJECT: the number of keys and values must match")
	}
	o := &object{vals: map[string]node{}}
	for i, k := range keys {
		if k == nil {
			return "", errors.New("a key of JSON_OBJECT is NULL")
		}
		if _, dup := o.vals[k.(string)]; dup {
			continue
		}
		v, err := readJSON(vals[i].(string))
		if err != nil {
			return "", err
		}
		o.keys = append(o.keys, k.(string))
		o.vals[k.(string)] = v
	}
	return textOf(o, true), nil
}

func jsonPretty(s string, pretty bool) (string, error) {
	if !pretty {
		return s, nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(s), "", "  "); err != nil {
		return "", err
	}
	return b.String(), nil
}
