package unittest

import (
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"strings"

	"sluice/runtime/plan"
	"sluice/runtime/value"
)

// tolerance is how far apart two FLOAT64 may be, relative to the greater one, and
// still be equal.
const tolerance = 1e-9

// equal compares two values of a type. NULL equals NULL, and an empty array.
func equal(t value.Type, a, b any) bool {
	if t.Kind == "ARRAY" {
		return equalArrays(t, a, b)
	}
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	switch t.Kind {
	case "FLOAT64":
		x, okX := a.(float64)
		y, okY := b.(float64)
		if !okX || !okY {
			return a == b // NaN and the infinities are text
		}
		return x == y || math.Abs(x-y) <= tolerance*max(math.Abs(x), math.Abs(y))
	case "NUMERIC", "BIGNUMERIC":
		x, okX := new(big.Rat).SetString(text(a))
		y, okY := new(big.Rat).SetString(text(b))
		return okX && okY && x.Cmp(y) == 0
	case "JSON":
		return equalJSON(text(a), text(b))
	case "STRUCT":
		return equalStructs(t, a, b)
	}
	return a == b
}

func text(v any) string { s, _ := v.(string); return s }

func equalArrays(t value.Type, a, b any) bool {
	x, _ := a.([]any)
	y, _ := b.([]any)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !equal(*t.Elem, x[i], y[i]) {
			return false
		}
	}
	return true
}

func equalStructs(t value.Type, a, b any) bool {
	x, okX := a.([]any)
	y, okY := b.([]any)
	if !okX || !okY || len(x) != len(y) || len(x) != len(t.Fields) {
		return false
	}
	for i := range x {
		if !equal(t.Fields[i].Type, x[i], y[i]) {
			return false
		}
	}
	return true
}

func equalJSON(a, b string) bool {
	x, okX := parseJSON(a)
	y, okY := parseJSON(b)
	return okX && okY && sameJSON(x, y)
}

func parseJSON(s string) (v any, ok bool) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	err := d.Decode(&v)
	return v, err == nil
}

// sameJSON compares parsed JSON; numbers by value.
func sameJSON(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			if w, there := y[k]; !there || !sameJSON(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, sameJSON)
	case json.Number:
		y, ok := b.(json.Number)
		if !ok {
			return false
		}
		p, okP := new(big.Rat).SetString(x.String())
		q, okQ := new(big.Rat).SetString(y.String())
		return okP && okQ && p.Cmp(q) == 0 || x == y
	}
	return a == b
}

// matcher compares expected rows with those that came.
type matcher struct {
	types    []value.Type
	expected []plan.ExpectedRow
	actual   [][]any
}

// fits reports whether an actual row has what an expected one names.
func (m *matcher) fits(e, a int) bool {
	for _, c := range m.expected[e].Cells {
		if !equal(m.types[c.Column], c.Value, m.actual[a][c.Column]) {
			return false
		}
	}
	return true
}

// match gives each expected row an actual one of its own, as many as can be (by
// augmenting paths): rows that name few columns may fit several. -1 stands for none.
func (m *matcher) match() (ofExpected, ofActual []int) {
	ofExpected, ofActual = filled(len(m.expected)), filled(len(m.actual))
	fits := make([][]int, len(m.expected))
	for e := range m.expected {
		for a := range m.actual {
			if m.fits(e, a) {
				fits[e] = append(fits[e], a)
			}
		}
	}
	var place func(e int, tried []bool) bool
	place = func(e int, tried []bool) bool {
		for _, a := range fits[e] {
			if tried[a] {
				continue
			}
			tried[a] = true
			if ofActual[a] < 0 || place(ofActual[a], tried) {
				ofExpected[e], ofActual[a] = a, e
				return true
			}
		}
		return false
	}
	for e := range m.expected {
		place(e, make([]bool, len(m.actual)))
	}
	return ofExpected, ofActual
}

func filled(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// inOrder reports whether the rows come as they are expected.
func (m *matcher) inOrder() bool {
	for e := range m.expected {
		if !m.fits(e, e) {
			return false
		}
	}
	return true
}
