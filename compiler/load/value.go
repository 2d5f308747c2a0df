package load

import (
	"math"
	"strings"

	"sluice/compiler/diag"
)

// A value is a piece of a platform, evaluated and checked: what both ways of
// loading give (literals straight from the syntax tree, everything else from
// CUE), and what is decoded into spec. Defaults of the schema are filled in with
// set false and no place.
type value struct {
	kind  valueKind
	set   bool // written by the user, or made by what the user wrote
	multi bool // a """ string
	lead  int32
	at    diag.Span // of the value; zero for defaults
	str   string
	bits  uint64 // int64 or float64, by kind; bool as 0 and 1
	elems []element
}

// element is a field of a struct, or an item of a list (without name).
type element struct {
	name string
	key  diag.Span // of the label; of an item, where it begins
	value
}

type valueKind uint8

const (
	noValue valueKind = iota
	nullValue
	boolValue
	intValue
	floatValue
	stringValue
	listValue
	structValue
)

func (v *value) int() int64 { return int64(v.bits) }

func (v *value) float() float64 {
	if v.kind == intValue {
		return float64(int64(v.bits))
	}
	return math.Float64frombits(v.bits)
}

// get returns a field; nil where there is none. v may be nil.
func (v *value) get(name string) *element {
	if v == nil {
		return nil
	}
	for i := range v.elems {
		if v.elems[i].name == name {
			return &v.elems[i]
		}
	}
	return nil
}

// scalar is the value as the Go value that spec.Scalar and spec.Row hold.
func (v *value) scalar() any {
	switch v.kind {
	case boolValue:
		return v.bits != 0
	case intValue:
		return v.int()
	case floatValue:
		return v.float()
	case stringValue:
		return v.str
	case listValue:
		out := make([]any, len(v.elems))
		for i := range v.elems {
			out[i] = v.elems[i].scalar()
		}
		return out
	case structValue:
		out := make(map[string]any, len(v.elems))
		for i := range v.elems {
			out[v.elems[i].name] = v.elems[i].scalar()
		}
		return out
	}
	return nil
}

// textAt is where a string's text begins, for texts that have places of their own
// inside (SQL):
//
//   - for a "..." string the character after the opening quote; EndLine is Line;
//   - for a """ string the first character of its first line after the stripped
//     indentation, so that every line of the text begins at column Col; EndLine,
//     where the closing quotes stand, is greater than Line;
//   - where the text's lines are not the source's lines (escapes, a reference, a
//     concatenation) the place of the value, with EndLine zero: nothing inside it
//     has a place of its own.
func (v *value) textAt() diag.Span {
	at := v.at
	switch {
	case v.lead < 0 || at.EndLine == 0:
	case v.multi && strings.Count(v.str, "\n") == int(at.EndLine-at.Line)-2:
		at.Line, at.Col = at.Line+1, v.lead+1
		return at
	case !v.multi && at.EndLine == at.Line && len(v.str) == int(at.EndCol-at.Col-2*v.lead):
		at.Col, at.EndCol = at.Col+v.lead, at.EndCol-v.lead
		return at
	}
	at.EndLine, at.EndCol = 0, 0
	return at
}
