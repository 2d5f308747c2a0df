package load

import (
	"math"
	"strconv"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// A decoder turns checked values into spec. What it finds wrong is a matter of
// shape that the schema does not say, such as a duration too long to count.
type decoder struct {
	diags *diag.List
}

// obj reads the fields of one struct. A nil value has none.
type obj struct {
	d *decoder
	v *value
}

func (d *decoder) obj(v *value) obj { return obj{d, v} }

// child returns a nested struct and the place of its key; ok is false where the
// user wrote none and the schema made none.
func (o obj) child(name string) (obj, diag.Span, bool) {
	e := o.v.get(name)
	if e == nil {
		return obj{d: o.d}, diag.Span{}, false
	}
	return obj{o.d, &e.value}, e.key, true
}

// elems returns the fields of a map or the items of a list.
func (o obj) elems(name string) []element {
	if e := o.v.get(name); e != nil {
		return e.elems
	}
	return nil
}

func (o obj) text(name string) spec.Text {
	e := o.v.get(name)
	if e == nil {
		return spec.Text{}
	}
	return spec.Text{V: e.str, Set: e.set, At: e.at}
}

// sql is text whose place is that of its first character; see value.textAt.
func (o obj) sql(name string) spec.Text {
	e := o.v.get(name)
	if e == nil {
		return spec.Text{}
	}
	return spec.Text{V: e.str, Set: e.set, At: e.textAt()}
}

func (o obj) int(name string) spec.Int {
	e := o.v.get(name)
	if e == nil {
		return spec.Int{}
	}
	return spec.Int{V: e.int(), Set: e.set, At: e.at}
}

func (o obj) number(name string) spec.Number {
	e := o.v.get(name)
	if e == nil {
		return spec.Number{}
	}
	return spec.Number{V: e.float(), Set: e.set, At: e.at}
}

func (o obj) bool(name string) spec.Bool {
	e := o.v.get(name)
	if e == nil {
		return spec.Bool{}
	}
	return spec.Bool{V: e.bits != 0, Set: e.set, At: e.at}
}

func (o obj) scalar(name string) spec.Scalar {
	e := o.v.get(name)
	if e == nil {
		return spec.Scalar{}
	}
	return spec.Scalar{V: e.value.scalar(), Set: e.set, At: e.at}
}

func (o obj) seconds(name string) spec.Seconds {
	e := o.v.get(name)
	if e == nil {
		return spec.Seconds{}
	}
	n, ok := parseDuration(e.str)
	if !ok {
		o.d.diags.Errorf(diag.OutOfBounds, e.at, "%q is too long a duration", e.str).
			WithHint("a duration is at most some hundred years, e.g. 400d")
	}
	return spec.Seconds{V: n, Set: e.set, At: e.at}
}

func (o obj) bytes(name string) spec.Bytes {
	e := o.v.get(name)
	if e == nil {
		return spec.Bytes{}
	}
	n, ok := parseSize(e.str)
	if !ok {
		o.d.diags.Errorf(diag.OutOfBounds, e.at, "%q is too large a size", e.str).
			WithHint("a size is less than 8,000,000TB")
	}
	return spec.Bytes{V: n, Set: e.set, At: e.at}
}

func (o obj) texts(name string) []spec.Text {
	items := o.elems(name)
	if len(items) == 0 {
		return nil
	}
	out := make([]spec.Text, len(items))
	for i := range items {
		out[i] = spec.Text{V: items[i].str, Set: items[i].set, At: items[i].at}
	}
	return out
}

func (o obj) scalars(name string) []spec.Scalar {
	items := o.elems(name)
	if len(items) == 0 {
		return nil
	}
	out := make([]spec.Scalar, len(items))
	for i := range items {
		out[i] = spec.Scalar{V: items[i].scalar(), Set: items[i].set, At: items[i].at}
	}
	return out
}

func (o obj) pairs(name string) []spec.Pair {
	items := o.elems(name)
	if len(items) == 0 {
		return nil
	}
	out := make([]spec.Pair, len(items))
	for i := range items {
		out[i] = spec.Pair{Name: items[i].name, Scalar: spec.Scalar{V: items[i].scalar(), Set: items[i].set, At: items[i].at}}
	}
	return out
}

// each decodes every element of a map or list into a pointer, from one slab.
func each[T any](o obj, name string, decode func(n spec.Node, o obj, out *T)) []*T {
	items := o.elems(name)
	if len(items) == 0 {
		return nil
	}
	slab := make([]T, len(items))
	out := make([]*T, len(items))
	for i := range items {
		decode(spec.Node{Name: items[i].name, At: items[i].key}, obj{o.d, &items[i].value}, &slab[i])
		out[i] = &slab[i]
	}
	return out
}

// maxSeconds keeps every sum of a few durations within int64 nanoseconds.
const maxSeconds = math.MaxInt64 / int64(1e9) / 4

// parseDuration reads what #Duration allows, in whole seconds.
func parseDuration(s string) (int64, bool) {
	units := map[byte]int64{'d': 86400, 'h': 3600, 'm': 60, 's': 1}
	var total int64
	for s != "" {
		i := strings.IndexAny(s, "dhms")
		if i < 0 {
			return 0, false
		}
		n, err := strconv.ParseInt(s[:i], 10, 64)
		unit := units[s[i]]
		if err != nil || n > maxSeconds/unit {
			return 0, false
		}
		if total += n * unit; total > maxSeconds {
			return 0, false
		}
		s = s[i+1:]
	}
	return total, true
}

// parseSize reads what #Size allows, in bytes; units are powers of 1000.
func parseSize(s string) (int64, bool) {
	i := strings.IndexAny(s, "BKMGT")
	if i < 0 {
		return 0, false
	}
	scale := map[string]float64{"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[s[i:]]
	n, err := strconv.ParseFloat(s[:i], 64)
	if err != nil || scale == 0 || n*scale >= math.MaxInt64/2 {
		return 0, false
	}
	return int64(math.Round(n * scale)), true
}
