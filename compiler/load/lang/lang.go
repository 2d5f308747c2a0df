// Package lang is cue/schema as Go data: what may stand where, what it defaults
// to, and the words that explain it. The loader's fast path checks literals
// against it, diagnostics take allowed fields and values from it, and the
// language reference is written from it, so that the schema stays the only
// place where the language is told.
//
// The reader understands the style that the schema is written in: definitions,
// structs, pattern maps, lists, bounds, regular expressions, disjunctions of
// scalars and the `_byKind[kind]` dispatch. Whatever else it meets becomes a type
// of kind Unknown, which nothing matches: such values always go through CUE.
package lang

import "regexp"

// Kind is what a value of a type looks like.
type Kind uint8

const (
	Unknown Kind = iota // not understood; only CUE can tell
	Struct              // fixed fields, perhaps more by kind
	Map                 // any number of fields with keys of one form
	List
	String
	Int
	Number // int or float
	Bool
	Scalar // any of Of
	Any    // _
	Object // {...}: any fields
)

// Type says which values are allowed.
type Type struct {
	Kind Kind
	Name string // of the definition, without #; empty for an inline type
	Doc  string // of the definition

	// Struct
	Fields []*Field
	ByKind []Variant // further fields, by the value of the field kind; nil where there are none

	// Map
	Key *Type

	// Map and List
	Elem *Type
	// First is the type of a list's first element where the list may not be empty.
	First *Type

	// Scalars
	Enum     []string // the only strings allowed; nil for any
	Patterns []Pattern
	NotEmpty bool
	Bounds   []Bound
	Of       []*Type  // Scalar
	Default  *Default // nil where there is none
	Expr     string   // as the schema writes it, for people
}

// Field is a field of a struct.
type Field struct {
	Name     string
	Doc      string
	Optional bool
	Type     *Type
}

// Required reports whether the user must write the field: it is not optional, has
// no default, and nothing can be filled in for it.
func (f *Field) Required() bool {
	if f.Optional || f.Type.Default != nil {
		return false
	}
	switch f.Type.Kind {
	case Map, Object:
		return false
	case List:
		return f.Type.First != nil
	case Struct:
		return f.Type.Required()
	}
	return true
}

// Required reports whether a struct has any field that the user must write.
func (t *Type) Required() bool {
	for _, f := range t.Fields {
		if f.Required() {
			return true
		}
	}
	return false
}

// Variant is the fields that a struct has for one value of its field kind.
type Variant struct {
	Kind   string
	Fields []*Field
}

// Default is the value of a field that the user leaves out.
type Default struct {
	Value any    // string, int64, float64 or bool
	Text  string // as CUE
}

// Pattern is a regular expression that strings must match.
type Pattern struct {
	Text  string
	match func(string) bool
}

// Match reports whether the pattern matches anywhere in s.
func (p Pattern) Match(s string) bool { return p.match(s) }

// Bound is a comparison with a number.
type Bound struct {
	Op    string // >=, >, <=, <
	Value float64
}

// Holds reports whether v is within the bound.
func (b Bound) Holds(v float64) bool {
	switch b.Op {
	case ">=":
		return v >= b.Value
	case ">":
		return v > b.Value
	case "<=":
		return v <= b.Value
	case "<":
		return v < b.Value
	}
	return false
}

// Field returns the field that every value of the struct may have.
func (t *Type) Field(name string) *Field {
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Variant returns the fields for a kind; nil where there are none.
func (t *Type) Variant(kind string) []*Field {
	for i := range t.ByKind {
		if t.ByKind[i].Kind == kind {
			return t.ByKind[i].Fields
		}
	}
	return nil
}

// FieldFor returns the field with the name, for a struct whose field kind has the
// given value.
func (t *Type) FieldFor(kind, name string) *Field {
	if f := t.Field(name); f != nil {
		return f
	}
	for _, f := range t.Variant(kind) {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// MatchString reports whether a string is allowed; the type's kind is String.
func (t *Type) MatchString(s string) bool {
	if t.Kind != String || t.NotEmpty && s == "" {
		return false
	}
	if t.Enum != nil {
		for _, e := range t.Enum {
			if e == s {
				return true
			}
		}
		return false
	}
	for i := range t.Patterns {
		if !t.Patterns[i].match(s) {
			return false
		}
	}
	return true
}

// MatchNumber reports whether a number is within the type's bounds.
func (t *Type) MatchNumber(v float64) bool {
	for _, b := range t.Bounds {
		if !b.Holds(v) {
			return false
		}
	}
	return true
}

// newPattern compiles a pattern. The forms that every name of a platform is
// matched against are matched by hand.
func newPattern(text string) (Pattern, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return Pattern{}, err
	}
	p := Pattern{Text: text, match: re.MatchString}
	switch text {
	case `^[a-z][a-z0-9_]*$`:
		p.match = isName
	case `^[A-Za-z_][A-Za-z0-9_]*$`:
		p.match = isColumnName
	case `^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`:
		p.match = isRef
	}
	return p, nil
}

func isName(s string) bool {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

func isColumnName(s string) bool {
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

func isRef(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == '.' {
			return isName(s[:i]) && isName(s[i+1:])
		}
	}
	return false
}
