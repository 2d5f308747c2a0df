// Package sqltype is GoogleSQL's type language as data: what a column may hold.
// It imports only the standard library, so that every stage and emitter can use it.
package sqltype

import (
	"strconv"
	"strings"
)

// Kind is a GoogleSQL type's head, spelt as in SQL.
type Kind string

const (
	Int64      Kind = "INT64"
	Float64    Kind = "FLOAT64"
	Numeric    Kind = "NUMERIC"
	BigNumeric Kind = "BIGNUMERIC"
	Bool       Kind = "BOOL"
	String     Kind = "STRING"
	Bytes      Kind = "BYTES"
	Date       Kind = "DATE"
	Time       Kind = "TIME"
	DateTime   Kind = "DATETIME"
	Timestamp  Kind = "TIMESTAMP"
	Interval   Kind = "INTERVAL"
	JSON       Kind = "JSON"
	Geography  Kind = "GEOGRAPHY"
	Range      Kind = "RANGE"
	Array      Kind = "ARRAY"
	Struct     Kind = "STRUCT"
)

// Type is a GoogleSQL type. Elem is set for ARRAY and RANGE, Fields for STRUCT,
// Params for STRING(L), BYTES(L), NUMERIC(P[,S]) and BIGNUMERIC(P[,S]).
type Type struct {
	Kind   Kind    `json:"kind"`
	Elem   *Type   `json:"elem,omitempty"`
	Fields []Field `json:"fields,omitempty"`
	Params []int   `json:"params,omitempty"`
}

// Field is one field of a STRUCT; Name is empty for an anonymous field.
type Field struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// IsZero reports whether the type is unknown.
func (t Type) IsZero() bool { return t.Kind == "" }

// String is canonical GoogleSQL: upper-case names, aliases resolved (INTEGER is
// INT64), one space after commas, reserved or odd field names in backticks.
func (t Type) String() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

func (t Type) write(b *strings.Builder) {
	b.WriteString(string(t.Kind))
	switch {
	case t.Elem != nil:
		b.WriteByte('<')
		t.Elem.write(b)
		b.WriteByte('>')
	case t.Kind == Struct:
		b.WriteByte('<')
		for i, f := range t.Fields {
			if i > 0 {
				b.WriteString(", ")
			}
			if f.Name != "" {
				b.WriteString(quoteName(f.Name))
				b.WriteByte(' ')
			}
			f.Type.write(b)
		}
		b.WriteByte('>')
	case len(t.Params) > 0:
		b.WriteByte('(')
		for i, p := range t.Params {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(strconv.Itoa(p))
		}
		b.WriteByte(')')
	}
}

// Equal reports whether two types hold the same values: parameters such as a
// string's length and field names are compared, letter case of names is not.
func (t Type) Equal(u Type) bool { return strings.EqualFold(t.String(), u.String()) }

// WithoutParams is the type without lengths, precisions and scales, at every level:
// what GoogleSQL compares when it resolves an expression.
func (t Type) WithoutParams() Type {
	t.Params = nil
	if t.Elem != nil {
		e := t.Elem.WithoutParams()
		t.Elem = &e
	}
	if t.Fields != nil {
		fields := make([]Field, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = Field{Name: f.Name, Type: f.Type.WithoutParams()}
		}
		t.Fields = fields
	}
	return t
}

// quoteName puts a field name in backticks where it is no plain identifier.
func quoteName(s string) string {
	plain := s != "" && !IsReserved(s)
	for i := 0; i < len(s) && plain; i++ {
		plain = wordByte(s[i], i == 0)
	}
	if plain {
		return s
	}
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(s) + "`"
}
