package prelude

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// strict converts one JSON value.
func strict[R any](f func(node) (R, error)) func(string) (R, error) {
	return func(s string) (R, error) {
		v, err := readJSON(s)
		if err != nil {
			var zero R
			return zero, err
		}
		return f(v)
	}
}

// each converts the elements of a JSON array.
func each[T any, L ~[]any](s string, f func(node) (T, error)) (L, error) {
	v, err := readJSON(s)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]node)
	if !ok {
		return nil, errors.New("the provided JSON input is not an array")
	}
	out := L{}
	for _, e := range list {
		x, err := f(e)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// laxEach converts the elements of a JSON array; what cannot be is NULL.
func laxEach[T any, L ~[]any](s string, f func(node) (T, error)) (L, error) {
	v, err := readJSON(s)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]node)
	if !ok {
		return nil, errNull
	}
	out := L{}
	for _, e := range list {
		x, err := f(e)
		if err != nil {
			out = append(out, nil)
			continue
		}
		out = append(out, x)
	}
	return out, nil
}

func nodeBool(v node) (bool, error) {
	if b, ok := v.(bool); ok {
		return b, nil
	}
	return false, errors.New("the provided JSON input is not a boolean")
}

func nodeString(v node) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	return "", errors.New("the provided JSON input is not a string")
}

func nodeInt64(v node) (int64, error) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, errors.New("the provided JSON input is not an integer")
	}
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return i, nil
	}
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || f != math.Trunc(f) || f < -math.Exp2(63) || f >= math.Exp2(63) {
		return 0, fmt.Errorf("the provided JSON number: %s cannot be converted to an integer", n)
	}
	return int64(f), nil
}

func floatMode(mode string) func(node) (float64, error) {
	return func(v node) (float64, error) {
		n, ok := v.(json.Number)
		if !ok {
			return 0, errors.New("the provided JSON input is not a number")
		}
		if mode != "round" && mode != "exact" {
			return 0, fmt.Errorf("invalid wide_number_mode %q", mode)
		}
		f, err := strconv.ParseFloat(string(n), 64)
		if err != nil {
			return 0, fmt.Errorf("JSON number: %s cannot be converted to DOUBLE", n)
		}
		if mode == "exact" && !strings.ContainsAny(string(n), ".eE") {
			if i, ok := new(big.Int).SetString(string(n), 10); ok {
				if r := new(big.Rat).SetFloat64(f); r == nil || r.Cmp(new(big.Rat).SetInt(i)) != 0 {
					return 0, fmt.Errorf("JSON number: %s cannot be converted to DOUBLE without loss of precision", n)
				}
			}
		}
		return f, nil
	}
}

func laxBool(v node) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		return f != 0, err
	}
	return false, errNull
}

func laxInt64(v node) (int64, error) {
	switch v := v.(type) {
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			if i, err := strconv.ParseInt(string(v), 10, 64); err == nil {
				return i, nil
			}
			return 0, errNull
		}
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return 0, errNull
		}
		return roundInt(f)
	case string:
		r, ok := decimalText(v)
		if !ok {
			return 0, errNull
		}
		i := roundRat(r, false)
		if !i.IsInt64() {
			return 0, errNull
		}
		return i.Int64(), nil
	}
	return 0, errNull
}

func roundInt(f float64) (int64, error) {
	f = math.Round(f)
	if f != f || f < -math.Exp2(63) || f >= math.Exp2(63) {
		return 0, errNull
	}
	return int64(f), nil
}

func laxFloat64(v node) (float64, error) {
	switch v := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			return 0, errNull
		}
		return f, nil
	case string:
		f, err := toFloat64(v)
		if err != nil {
			return 0, errNull
		}
		return f, nil
	}
	return 0, errNull
}

func laxString(v node) (string, error) {
	if v, ok := v.(json.Number); ok {
		if s := normalNumber(v); strings.ContainsAny(string(v), ".eE") || s != string(v) {
			f, err := strconv.ParseFloat(string(v), 64)
			return floatText(f), err
		}
		return string(v), nil
	}
	return pathValue(v, true)
}
