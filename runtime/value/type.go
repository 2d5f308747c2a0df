// Package value holds the values of GoogleSQL as data that can be compared, printed
// and sent as JSON, each decoded by its GoogleSQL type and not by what a warehouse
// happens to hold it in.
//
// The encoding, by type:
//
//	INT64, NUMERIC, BIGNUMERIC   decimal text, without an exponent or trailing zeros
//	FLOAT64                      float64, or the text NaN, Infinity, -Infinity
//	BOOL, STRING                 bool, string
//	BYTES                        base64 text
//	DATE                         2006-01-02
//	TIME                         15:04:05[.999999]
//	DATETIME                     2006-01-02 15:04:05[.999999]
//	TIMESTAMP                    2006-01-02 15:04:05[.999999]+00, in UTC
//	INTERVAL                     Y-M D H:M:S[.f]
//	RANGE                        [start, end), UNBOUNDED for an open end
//	JSON                         its text
//	ARRAY, STRUCT                []any, of a struct by position
//	NULL                         nil
package value

import (
	"fmt"
	"strings"
)

// Type is a GoogleSQL type. Parameters, as of STRING(10), are not kept.
type Type struct {
	Kind   string  // INT64, STRING, ARRAY, STRUCT, RANGE, …; upper case
	Elem   *Type   // of ARRAY and RANGE
	Fields []Field // of STRUCT
}

// Field is one field of a STRUCT; an anonymous one has no name.
type Field struct {
	Name string
	Type Type
}

// maxDepth bounds how deep types nest; GoogleSQL's own bound is 15 structs.
const maxDepth = 64

// ParseType reads a type in GoogleSQL's canonical text, as analysis gives it:
// ARRAY<STRUCT<id INT64, STRING>>.
func ParseType(text string) (Type, error) {
	p := parser{rest: text}
	t, err := p.parse(0)
	if err == nil && p.peek() != 0 {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	if err != nil {
		return Type{}, fmt.Errorf("type %q: %w", text, err)
	}
	return t, nil
}

// ParseTypes reads the types of columns.
func ParseTypes(texts []string) ([]Type, error) {
	types := make([]Type, len(texts))
	for i, text := range texts {
		var err error
		if types[i], err = ParseType(text); err != nil {
			return nil, err
		}
	}
	return types, nil
}

// Has reports whether the type is of one of the kinds, or holds one.
func (t Type) Has(kind string) bool {
	if t.Kind == kind || t.Elem != nil && t.Elem.Has(kind) {
		return true
	}
	for _, f := range t.Fields {
		if f.Type.Has(kind) {
			return true
		}
	}
	return false
}

// parser reads a type from left to right.
type parser struct{ rest string }

// peek is the next byte behind white space; 0 at the end.
func (p *parser) peek() byte {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if p.rest == "" {
		return 0
	}
	return p.rest[0]
}

func (p *parser) take(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *parser) want(c byte) error {
	if !p.take(c) {
		return fmt.Errorf("expected %q at %q", c, p.rest)
	}
	return nil
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// word reads a name, plain or in backticks.
func (p *parser) word() (name string, quoted bool) {
	if p.peek() == '`' {
		var b strings.Builder
		for i := 1; i < len(p.rest); i++ {
			switch c := p.rest[i]; {
			case c == '`':
				p.rest = p.rest[i+1:]
				return b.String(), true
			case c == '\\' && i+1 < len(p.rest):
				i++
				b.WriteByte(p.rest[i])
			default:
				b.WriteByte(c)
			}
		}
		return "", true
	}
	n := 0
	for n < len(p.rest) && wordByte(p.rest[n]) {
		n++
	}
	name, p.rest = p.rest[:n], p.rest[n:]
	return name, false
}

func (p *parser) parse(depth int) (Type, error) {
	if depth > maxDepth {
		return Type{}, fmt.Errorf("nested too deep")
	}
	head, _ := p.word()
	t := Type{Kind: strings.ToUpper(head)}
	switch t.Kind {
	case "":
		return t, fmt.Errorf("a type is missing at %q", p.rest)
	case "ARRAY", "RANGE":
		if err := p.want('<'); err != nil {
			return t, err
		}
		elem, err := p.parse(depth + 1)
		if err != nil {
			return t, err
		}
		t.Elem = &elem
		return t, p.want('>')
	case "STRUCT":
		return p.fields(t, depth)
	}
	if p.take('(') {
		_, rest, closed := strings.Cut(p.rest, ")")
		if !closed {
			return t, fmt.Errorf("expected ')' at the end")
		}
		p.rest = rest
	}
	return t, nil
}

func (p *parser) fields(t Type, depth int) (Type, error) {
	if err := p.want('<'); err != nil {
		return t, err
	}
	if p.take('>') {
		return t, nil
	}
	for {
		// A word is a name where a type follows it.
		before := p.rest
		name, quoted := p.word()
		if next := p.peek(); !quoted && !wordByte(next) {
			name, p.rest = "", before
		}
		field, err := p.parse(depth + 1)
		if err != nil {
			return t, err
		}
		t.Fields = append(t.Fields, Field{Name: name, Type: field})
		if p.take(',') {
			continue
		}
		return t, p.want('>')
	}
}
