package plan

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Field is one field that differs. Path is its JSON path with list entries by
// name (columns.email.type, query.sql). Old or New is empty where the field, or
// the entry that Path names, was or is not there.
type Field struct {
	Path         string   `json:"path"`
	Old          string   `json:"old,omitempty"`
	New          string   `json:"new,omitempty"`
	lost, gained []string // of a list of names: entries that went and came
}

// fields compares two values of one struct type, by the JSON names of what they
// hold. Paths in skip are left out with all below them.
func fields[T any](old, new T, skip ...string) []Field {
	d := differ{skip: skip}
	d.compare("", reflect.ValueOf(old), reflect.ValueOf(new))
	slices.SortFunc(d.out, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	return d.out
}

type differ struct {
	skip []string
	out  []Field
}

func (d *differ) compare(path string, old, new reflect.Value) {
	if slices.Contains(d.skip, path) {
		return
	}
	switch old.Kind() {
	case reflect.Struct:
		for i := range old.NumField() {
			d.compare(join(path, jsonName(old.Type().Field(i))), old.Field(i), new.Field(i))
		}
	case reflect.Pointer:
		if !old.IsNil() && !new.IsNil() {
			d.compare(path, old.Elem(), new.Elem())
			return
		}
		d.leaf(path, old, new)
	case reflect.Slice:
		if named(old.Type().Elem()) {
			d.compareNamed(path, old, new)
			return
		}
		d.leaf(path, old, new)
	case reflect.Map:
		for _, k := range mapKeys(old, new) {
			d.entry(join(path, k.String()), old.MapIndex(k), new.MapIndex(k))
		}
	default:
		d.leaf(path, old, new)
	}
}

// compareNamed compares lists entry by entry, matched by name. A change of order
// alone is a change of the list.
func (d *differ) compareNamed(path string, old, new reflect.Value) {
	a, b := byNameField(old), byNameField(new)
	before := len(d.out)
	for _, name := range union(names(old), names(new)) {
		d.entry(join(path, name), a[name], b[name])
	}
	if len(d.out) == before && !slices.Equal(names(old), names(new)) {
		d.add(path, strings.Join(names(old), ", "), strings.Join(names(new), ", "))
	}
}

// entry compares one entry of a list or map; an invalid value is one that is not there.
func (d *differ) entry(path string, old, new reflect.Value) {
	switch {
	case old.IsValid() && new.IsValid():
		d.compare(path, old, new)
	case old.IsValid():
		d.add(path, text(old), "")
	case new.IsValid():
		d.add(path, "", text(new))
	}
}

func (d *differ) leaf(path string, old, new reflect.Value) {
	if reflect.DeepEqual(old.Interface(), new.Interface()) {
		return
	}
	before := len(d.out)
	d.add(path, text(old), text(new))
	if a, ok := old.Interface().([]string); ok && len(d.out) > before {
		b := new.Interface().([]string)
		d.out[before].lost, d.out[before].gained = without(a, b), without(b, a)
	}
}

// without are the entries of a that b lacks, in their order.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}

func (d *differ) add(path, old, new string) {
	if old != new && !slices.Contains(d.skip, path) {
		d.out = append(d.out, Field{Path: path, Old: old, New: new})
	}
}

// text is a value for people: strings as they are, a column as its type, the
// rest as JSON.
func text(v reflect.Value) string {
	if !v.IsValid() || v.IsZero() && v.Kind() != reflect.Int && v.Kind() != reflect.Int64 {
		return ""
	}
	switch x := v.Interface().(type) {
	case string:
		return x
	case TaskKind:
		return string(x)
	case []string:
		return strings.Join(x, ", ")
	case Column:
		return x.Type
	}
	b, err := json.Marshal(v.Interface())
	if err != nil {
		panic("plan: a part of a plan has no JSON form: " + err.Error())
	}
	return string(b)
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func named(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	f, found := t.FieldByName("Name")
	return found && f.Type.Kind() == reflect.String
}

func names(list reflect.Value) []string {
	out := make([]string, list.Len())
	for i := range out {
		out[i] = list.Index(i).FieldByName("Name").String()
	}
	return out
}

func byNameField(list reflect.Value) map[string]reflect.Value {
	m := make(map[string]reflect.Value, list.Len())
	for i := range list.Len() {
		m[list.Index(i).FieldByName("Name").String()] = list.Index(i)
	}
	return m
}

func union(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func mapKeys(a, b reflect.Value) []reflect.Value {
	keys := slices.Concat(a.MapKeys(), b.MapKeys())
	slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
	return slices.CompactFunc(keys, func(x, y reflect.Value) bool { return x.String() == y.String() })
}
