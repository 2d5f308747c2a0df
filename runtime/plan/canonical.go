package plan

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// canonical writes v as JSON with sorted keys, two spaces of indentation and no HTML
// escapes, as encoding/json would write a generic value, but straight from Go's types:
// a plan of ten thousand tables has a hundred megabytes. It knows the kinds of types
// that plans are made of; any other is an error.
func canonical(b *chunks, v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		return canonical(b, v.Elem(), depth)
	case reflect.Struct:
		if v.Type().Implements(textMarshaler) { // as encoding/json does
			text, err := v.Interface().(encoding.TextMarshaler).MarshalText()
			if err != nil {
				return err
			}
			return canonicalString(b, string(text))
		}
		return canonicalStruct(b, v, depth)
	case reflect.Slice:
		return canonicalSlice(b, v, depth)
	case reflect.Map:
		return canonicalMap(b, v, depth)
	case reflect.String:
		return canonicalString(b, v.String())
	case reflect.Bool:
		b.Write(strconv.AppendBool(b.AvailableBuffer(), v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		b.Write(strconv.AppendInt(b.AvailableBuffer(), v.Int(), 10))
	default: // the few others, in encoding/json's form
		text, err := json.Marshal(v.Interface())
		if err != nil {
			return err
		}
		if len(text) == 0 || text[0] == '{' || text[0] == '[' {
			return fmt.Errorf("a %s has no canonical form", v.Type())
		}
		b.Write(text)
	}
	return nil
}

// chunks is a text in pieces: one slice for all would be copied as often as it grows,
// and hold twice as much as there is.
type chunks struct {
	bytes.Buffer
	full [][]byte
}

const chunkBytes = 1 << 20

// cut begins a new piece where the last one is full.
func (c *chunks) cut() {
	if c.Len() >= chunkBytes {
		c.full = append(c.full, bytes.Clone(c.Bytes()))
		c.Reset()
	}
}

// pieces are all of them.
func (c *chunks) pieces() [][]byte { return append(c.full, c.Bytes()) }

// field is a key of an object, and where its value is in the struct.
type field struct {
	key   string // quoted, with the colon
	index []int
	omit  bool
}

var textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()

var fieldsByType sync.Map // reflect.Type → []field

// fieldsOf are a struct's fields, sorted by key. Embedded structs give theirs.
func fieldsOf(t reflect.Type) []field {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || name == "-" || f.Anonymous && !tagged {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields = append(fields, field{key: strconv.Quote(name) + ": ", index: f.Index, omit: strings.Contains(options, "omitempty")})
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.key, b.key) })
	fieldsByType.Store(t, fields)
	return fields
}

func canonicalStruct(b *chunks, v reflect.Value, depth int) error {
	b.WriteByte('{')
	first := true
	for _, f := range fieldsOf(v.Type()) {
		value := v.FieldByIndex(f.index)
		if f.omit && isEmpty(value) {
			continue
		}
		next(b, first, depth+1)
		first = false
		b.WriteString(f.key)
		if err := canonical(b, value, depth+1); err != nil {
			return err
		}
	}
	end(b, first, depth, '}')
	return nil
}

func canonicalSlice(b *chunks, v reflect.Value, depth int) error {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return fmt.Errorf("a %s has no canonical form", v.Type())
	}
	if v.IsNil() {
		b.WriteString("null")
		return nil
	}
	b.WriteByte('[')
	for i := range v.Len() {
		next(b, i == 0, depth+1)
		if err := canonical(b, v.Index(i), depth+1); err != nil {
			return err
		}
		b.cut()
	}
	end(b, v.Len() == 0, depth, ']')
	return nil
}

func canonicalMap(b *chunks, v reflect.Value, depth int) error {
	if v.IsNil() {
		b.WriteString("null")
		return nil
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b.WriteByte('{')
	for i, k := range keys {
		next(b, i == 0, depth+1)
		if err := canonicalString(b, k.String()); err != nil {
			return err
		}
		b.WriteString(": ")
		if err := canonical(b, v.MapIndex(k), depth+1); err != nil {
			return err
		}
	}
	end(b, len(keys) == 0, depth, '}')
	return nil
}

// indents is white space to cut indentation from.
const indents = "                                        "

// next begins the line of a member.
func next(b *chunks, first bool, depth int) {
	if !first {
		b.WriteByte(',')
	}
	line(b, depth)
}

// end closes an object or array; an empty one stays on its line.
func end(b *chunks, empty bool, depth int, bracket byte) {
	if !empty {
		line(b, depth)
	}
	b.WriteByte(bracket)
}

func line(b *chunks, depth int) {
	b.WriteByte('\n')
	for ; depth > len(indents)/2; depth-- {
		b.WriteString("  ")
	}
	b.WriteString(indents[:2*depth])
}

// canonicalString quotes a string. What is rare is left to encoding/json.
func canonicalString(b *chunks, s string) error {
	if !utf8.ValidString(s) {
		s = string([]rune(s)) // a replacement character for each byte that is none
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\n' || c == '\t' || c == '\r':
		case c < ' ':
			return awkward(b, s)
		case c == lineSeparator[0] && (strings.HasPrefix(s[i:], lineSeparator) || strings.HasPrefix(s[i:], paragraphSeparator)):
			return awkward(b, s)
		}
	}
	b.WriteByte('"')
	from := 0
	for i := 0; i < len(s); i++ {
		escape := byte(0)
		switch s[i] {
		case '"', '\\':
			escape = s[i]
		case '\n':
			escape = 'n'
		case '\t':
			escape = 't'
		case '\r':
			escape = 'r'
		default:
			continue
		}
		b.WriteString(s[from:i])
		b.WriteByte('\\')
		b.WriteByte(escape)
		from = i + 1
	}
	b.WriteString(s[from:])
	b.WriteByte('"')
	return nil
}

// What JSON allows and encoding/json escapes, for JavaScript's sake.
const lineSeparator, paragraphSeparator = "\u2028", "\u2029"

func awkward(b *chunks, s string) error {
	text, err := marshal(s, "")
	if err != nil {
		return err
	}
	b.Write(bytes.TrimSuffix(text, []byte("\n")))
	return nil
}

// isEmpty is what omitempty leaves out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}
