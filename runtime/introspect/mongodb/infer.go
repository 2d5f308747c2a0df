package mongodb

import (
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"sluice/runtime/introspect"
)

// object gathers what documents at one place have in common.
type object struct {
	count  int
	order  []string // of fields, as first met
	fields map[string]*field
}

// field is one name in an object.
type field struct {
	count    int // documents that have it, with a value
	types    []string
	document object // where values are documents
	element  *field // where values are arrays
	nulls    bool   // an array holds null
}

// add takes a document in.
func (o *object) add(d bson.D) {
	o.count++
	if o.fields == nil {
		o.fields = map[string]*field{}
	}
	for _, e := range d {
		f := o.fields[e.Key]
		if f == nil {
			f = &field{}
			o.fields[e.Key] = f
			o.order = append(o.order, e.Key)
		}
		f.add(e.Value)
	}
}

// kinds are the types of what values are called in Go; a type that is missing comes
// as JSON.
func kindOf(v any) string {
	switch v.(type) {
	case string, bson.ObjectID, bson.Symbol:
		return "STRING"
	case int32, int64:
		return "INT64"
	case float64:
		return "FLOAT64"
	case bool:
		return "BOOL"
	case bson.DateTime:
		return "TIMESTAMP"
	case bson.Decimal128:
		return "BIGNUMERIC"
	case bson.Binary:
		return "BYTES"
	case bson.D:
		return "STRUCT"
	case bson.A:
		return "ARRAY"
	}
	return "JSON"
}

func (f *field) add(v any) {
	switch v.(type) {
	case nil, bson.Null, bson.Undefined:
		f.nulls = true
		return
	}
	f.count++
	kind := kindOf(v)
	if !slices.Contains(f.types, kind) {
		f.types = append(f.types, kind)
	}
	switch v := v.(type) {
	case bson.D:
		f.document.add(v)
	case bson.A:
		if f.element == nil {
			f.element = &field{}
		}
		for _, e := range v {
			f.element.add(e)
		}
	}
}

// columns are an object's fields in the order in which they were met.
func (o *object) columns() []introspect.Column {
	out := make([]introspect.Column, 0, len(o.order))
	for _, name := range o.order {
		f := o.fields[name]
		c := f.column(name)
		c.Required = f.count == o.count && name == "_id" // all else may be missing tomorrow
		out = append(out, c)
	}
	return out
}

// column decides one type for all values that were met.
func (f *field) column(name string) introspect.Column {
	slices.Sort(f.types)
	c := introspect.Column{Name: name, Native: strings.Join(f.types, " or ")}
	switch {
	case len(f.types) == 0:
		c.Type, c.Note = "JSON", "only null was met"
	case slices.Equal(f.types, []string{"FLOAT64", "INT64"}):
		c.Type = "FLOAT64"
	case slices.Contains(f.types, "BIGNUMERIC") && len(f.types) > 1 && onlyNumbers(f.types):
		c.Type = "BIGNUMERIC"
	case len(f.types) > 1:
		c.Type, c.Note = "JSON", "mixed: "+c.Native
	case f.types[0] == "STRUCT":
		c.Fields = f.document.columns()
		if bad := unfit(c.Fields); bad != "" {
			c.Fields, c.Type, c.Note = nil, "JSON", bad
		}
	case f.types[0] == "ARRAY":
		f.array(&c)
	default:
		c.Type = f.types[0]
	}
	return c
}

// array is an array of one type; one that GoogleSQL's arrays cannot hold comes as JSON.
func (f *field) array(c *introspect.Column) {
	e := f.element.column("")
	switch {
	case f.element.nulls:
		c.Type, c.Note = "JSON", "an array that holds null"
	case e.Type == "JSON" && e.Note != "":
		c.Type, c.Note = "JSON", "an array, "+e.Note
	case strings.HasPrefix(e.Type, "ARRAY"), e.Repeated:
		c.Type, c.Note = "JSON", "an array of arrays"
	case len(e.Fields) > 0:
		c.Fields, c.Repeated = e.Fields, true
	default:
		c.Type = "ARRAY<" + e.Type + ">"
	}
}

func onlyNumbers(types []string) bool {
	return !slices.ContainsFunc(types, func(t string) bool { return t != "INT64" && t != "FLOAT64" && t != "BIGNUMERIC" })
}

// maxFields is how many fields a document may have to be a record: more are keys that
// are data.
const maxFields = 60

// unfit is why fields cannot be those of a STRUCT.
func unfit(fields []introspect.Column) string {
	seen := map[string]bool{}
	for _, f := range fields {
		lower := strings.ToLower(f.Name)
		switch {
		case f.Name == "" || strings.Trim(lower, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || lower[0] >= '0' && lower[0] <= '9':
			return "a document whose keys are no names"
		case seen[lower]:
			return "a document whose keys differ by case alone"
		}
		seen[lower] = true
	}
	switch {
	case len(fields) == 0:
		return "an empty document"
	case len(fields) > maxFields:
		return "a document whose keys are data"
	}
	return ""
}
