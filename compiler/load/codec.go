package load

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"unsafe"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// The codec writes spec's types for the cache. It follows the types by reflection,
// so it can never forget a field; zero fields cost one bit. Structs are a mask of
// their non-zero fields and those fields; strings share the buffer they are read
// from; files of spans are numbers into a table.

var errCorrupt = errors.New("corrupt")

// encoder appends to buf. files numbers the files of spans.
type encoder struct {
	buf   []byte
	files map[string]uint64
	names []string
}

func (e *encoder) uint(v uint64) { e.buf = binary.AppendUvarint(e.buf, v) }
func (e *encoder) int(v int64)   { e.buf = binary.AppendVarint(e.buf, v) }

func (e *encoder) string(s string) {
	e.uint(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) span(s diag.Span) {
	n, ok := e.files[s.File]
	if !ok {
		n = uint64(len(e.names))
		e.files[s.File] = n
		e.names = append(e.names, s.File)
	}
	e.uint(n)
	e.uint(uint64(s.Line))
	e.uint(uint64(s.Col))
	e.int(int64(s.EndLine) - int64(s.Line))
	e.int(int64(s.EndCol) - int64(s.Col))
}

// val writes what every spec.Val has beside its value.
func (e *encoder) val(set bool, at diag.Span) {
	switch {
	case !set && at == diag.Span{}:
		e.buf = append(e.buf, 0)
	case !set:
		e.buf = append(e.buf, 1)
		e.span(at)
	default:
		e.buf = append(e.buf, 2)
		e.span(at)
	}
}

// value writes what v points to.
func (e *encoder) value(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *spec.Text:
		e.val(p.Set, p.At)
		e.string(p.V)
		return
	case *spec.Int:
		e.val(p.Set, p.At)
		e.int(p.V)
		return
	case *spec.Number:
		e.val(p.Set, p.At)
		e.uint(math.Float64bits(p.V))
		return
	case *spec.Bool:
		e.val(p.Set, p.At)
		e.any(p.V)
		return
	case *spec.Scalar:
		e.val(p.Set, p.At)
		e.any(p.V)
		return
	case *diag.Span:
		e.span(*p)
		return
	case *map[string]any:
		e.any(*p)
		return
	}
	switch v.Kind() {
	case reflect.String:
		e.string(v.String())
	case reflect.Pointer:
		e.value(v.Elem())
	case reflect.Slice:
		e.uint(uint64(v.Len()))
		for i := range v.Len() {
			e.value(v.Index(i))
		}
	case reflect.Struct:
		var mask uint64
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				mask |= 1 << i
			}
		}
		e.uint(mask)
		for i := range v.NumField() {
			if mask&(1<<i) != 0 {
				e.value(v.Field(i))
			}
		}
	default:
		panic(fmt.Sprintf("load: the cache cannot hold a %s", v.Type()))
	}
}

// Tags of dynamic values.
const (
	tagNil = iota
	tagFalse
	tagTrue
	tagInt
	tagFloat
	tagString
	tagList
	tagMap
	tagNilMap
)

func (e *encoder) any(v any) {
	switch v := v.(type) {
	case nil:
		e.buf = append(e.buf, tagNil)
	case bool:
		if v {
			e.buf = append(e.buf, tagTrue)
		} else {
			e.buf = append(e.buf, tagFalse)
		}
	case int64:
		e.buf = append(e.buf, tagInt)
		e.int(v)
	case float64:
		e.buf = append(e.buf, tagFloat)
		e.uint(math.Float64bits(v))
	case string:
		e.buf = append(e.buf, tagString)
		e.string(v)
	case []any:
		e.buf = append(e.buf, tagList)
		e.uint(uint64(len(v)))
		for _, x := range v {
			e.any(x)
		}
	case map[string]any:
		if v == nil {
			e.buf = append(e.buf, tagNilMap)
			return
		}
		e.buf = append(e.buf, tagMap)
		e.uint(uint64(len(v)))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			e.string(k)
			e.any(v[k])
		}
	default:
		panic(fmt.Sprintf("load: the cache cannot hold a %T", v))
	}
}

// codecDecoder reads what an encoder wrote. The first corruption sets err; from then on
// everything is zero.
type codecDecoder struct {
	buf   []byte
	names []string
	depth int
	err   error
}

func (d *codecDecoder) fail() {
	d.err = errCorrupt
	d.buf = nil
}

func (d *codecDecoder) uint() uint64 {
	if len(d.buf) > 0 && d.buf[0] < 0x80 { // nearly all are small
		v := uint64(d.buf[0])
		d.buf = d.buf[1:]
		return v
	}
	v, n := binary.Uvarint(d.buf)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.buf = d.buf[n:]
	return v
}

func (d *codecDecoder) int() int64 {
	v := d.uint()
	return int64(v>>1) ^ -int64(v&1)
}

func (d *codecDecoder) byte() byte {
	if len(d.buf) == 0 {
		d.fail()
		return 0
	}
	b := d.buf[0]
	d.buf = d.buf[1:]
	return b
}

// len reads a number of items, each of at least one byte.
func (d *codecDecoder) len() int {
	n := d.uint()
	if n > uint64(len(d.buf)) {
		d.fail()
		return 0
	}
	return int(n)
}

// string shares the buffer, which is never written to again.
func (d *codecDecoder) string() string {
	n := d.len()
	if n == 0 {
		return ""
	}
	s := unsafe.String(&d.buf[0], n)
	d.buf = d.buf[n:]
	return s
}

func (d *codecDecoder) span() (s diag.Span) {
	n := d.uint()
	if n >= uint64(len(d.names)) {
		d.fail()
		return s
	}
	s.File = d.names[n]
	s.Line, s.Col = int32(d.uint()), int32(d.uint())
	s.EndLine, s.EndCol = s.Line+int32(d.int()), s.Col+int32(d.int())
	return s
}

func (d *codecDecoder) val() (set bool, at diag.Span) {
	switch d.byte() {
	case 0:
	case 1:
		at = d.span()
	case 2:
		set, at = true, d.span()
	default:
		d.fail()
	}
	return set, at
}

func (d *codecDecoder) value(v reflect.Value) {
	if d.err != nil {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *spec.Text:
		p.Set, p.At = d.val()
		p.V = d.string()
		return
	case *spec.Int:
		p.Set, p.At = d.val()
		p.V = d.int()
		return
	case *spec.Number:
		p.Set, p.At = d.val()
		p.V = math.Float64frombits(d.uint())
		return
	case *spec.Bool:
		p.Set, p.At = d.val()
		p.V, _ = d.any().(bool)
		return
	case *spec.Scalar:
		p.Set, p.At = d.val()
		p.V = d.any()
		return
	case *diag.Span:
		*p = d.span()
		return
	case *map[string]any:
		*p, _ = d.any().(map[string]any)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(d.string())
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(v.Elem())
	case reflect.Slice:
		d.slice(v)
	case reflect.Struct:
		mask := d.uint()
		for i := 0; mask != 0 && d.err == nil; i, mask = i+1, mask>>1 {
			if mask&1 == 0 {
				continue
			}
			if i >= v.NumField() {
				d.fail()
				return
			}
			d.value(v.Field(i))
		}
	default:
		d.fail()
	}
}

// slice reads a slice; of pointers, into one slab.
func (d *codecDecoder) slice(v reflect.Value) {
	n := d.len()
	if d.err != nil {
		return
	}
	t := v.Type()
	out := reflect.MakeSlice(t, n, n)
	if t.Elem().Kind() == reflect.Pointer {
		slab := reflect.MakeSlice(reflect.SliceOf(t.Elem().Elem()), n, n)
		for i := range n {
			item := slab.Index(i)
			d.value(item)
			out.Index(i).Set(item.Addr())
		}
	} else {
		for i := range n {
			d.value(out.Index(i))
		}
	}
	v.Set(out)
}

// maxDepth bounds how deep dynamic values nest: rows of tests, which users write.
const maxDepth = 1000

func (d *codecDecoder) any() any {
	if d.depth++; d.depth > maxDepth {
		d.fail()
		return nil
	}
	defer func() { d.depth-- }()
	switch d.byte() {
	case tagNil:
		return nil
	case tagFalse:
		return false
	case tagTrue:
		return true
	case tagInt:
		return d.int()
	case tagFloat:
		return math.Float64frombits(d.uint())
	case tagString:
		return d.string()
	case tagList:
		out := make([]any, d.len())
		for i := range out {
			out[i] = d.any()
		}
		return out
	case tagMap:
		n := d.len()
		out := make(map[string]any, n)
		for range n {
			k := d.string()
			out[k] = d.any()
		}
		return out
	case tagNilMap:
		return map[string]any(nil)
	}
	d.fail()
	return nil
}

// fingerprint tells a type's shape, so that a cache of other types is not read.
func fingerprint(t reflect.Type, seen map[reflect.Type]bool) string {
	if seen[t] {
		return t.String()
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return t.String() + "{" + fingerprint(t.Elem(), seen) + "}"
	case reflect.Struct:
		s := t.String() + "{"
		for i := range t.NumField() {
			s += t.Field(i).Name + " " + fingerprint(t.Field(i).Type, seen) + ";"
		}
		return s + "}"
	}
	return t.String()
}
