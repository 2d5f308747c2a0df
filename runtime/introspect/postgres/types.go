package postgres

import (
	"fmt"

	"sluice/runtime/introspect"
)

// types are PostgreSQL's by their names in pg_type. A type that is missing has no
// counterpart: its text is taken.
var types = map[string]struct{ gsql, note string }{
	"int2": {"INT64", ""}, "int4": {"INT64", ""}, "int8": {"INT64", ""}, "oid": {"INT64", ""},
	"float4": {"FLOAT64", ""}, "float8": {"FLOAT64", ""},
	"bool": {"BOOL", ""},
	"text": {"STRING", ""}, "varchar": {"STRING", ""}, "bpchar": {"STRING", ""}, "char": {"STRING", ""}, "name": {"STRING", ""}, "citext": {"STRING", ""},
	"uuid": {"STRING", ""}, "xml": {"STRING", ""},
	"bytea": {"BYTES", ""},
	"date":  {"DATE", ""}, "time": {"TIME", ""},
	"timestamp": {"DATETIME", ""}, "timestamptz": {"TIMESTAMP", ""},
	"timetz":   {"STRING", "a time of day with a zone has no type in GoogleSQL"},
	"interval": {"INTERVAL", ""},
	"json":     {"JSON", ""}, "jsonb": {"JSON", ""}, "hstore": {"JSON", ""},
	"money":     {"STRING", "money is text with a currency sign, by the server's locale"},
	"daterange": {"RANGE<DATE>", ""}, "tsrange": {"RANGE<DATETIME>", ""}, "tstzrange": {"RANGE<TIMESTAMP>", ""},
	"inet": {"STRING", ""}, "cidr": {"STRING", ""}, "macaddr": {"STRING", ""}, "macaddr8": {"STRING", ""},
	"bit": {"STRING", ""}, "varbit": {"STRING", ""},
	"geometry": {"STRING", "geometry comes as text; ST_GEOGFROMTEXT reads it"}, "geography": {"GEOGRAPHY", ""},
}

// attribute is a column as the catalogue has it.
type attribute struct {
	column, native       string
	name, kind           string // of the type, domains resolved
	element, elementKind string // of an array
	modifier             int
}

// gsql maps the type.
func (a attribute) gsql() introspect.Column {
	c := introspect.Column{Name: a.column, Native: a.native}
	if a.element == "" {
		c.Type, c.Note = scalar(a.name, a.kind, a.native, a.modifier)
		return c
	}
	element, note := scalar(a.element, a.elementKind, a.native, a.modifier)
	c.Type, c.Note = "ARRAY<"+element+">", note
	return c
}

// scalar maps a type that is no array; kind is pg_type.typtype.
func scalar(name, kind, native string, modifier int) (gsql, note string) {
	switch {
	case name == "numeric":
		return numeric(modifier)
	case kind == "e":
		return "STRING", ""
	case kind == "c":
		return "JSON", "the composite type " + native + " comes as JSON"
	}
	if t, ok := types[name]; ok {
		return t.gsql, t.note
	}
	return "STRING", fmt.Sprintf("PostgreSQL's %s has no counterpart; its text comes", native)
}

// numeric chooses by precision and scale, which the modifier holds.
func numeric(modifier int) (gsql, note string) {
	if modifier < 4 {
		return "NUMERIC", "declared without precision: values beyond 29 digits, or with more than 9 behind the point, need BIGNUMERIC"
	}
	precision, scale := (modifier-4)>>16&0xffff, (modifier-4)&0x7ff
	if scale >= 1024 { // negative since PostgreSQL 15: rounded before the point
		scale = 0
	}
	switch {
	case scale <= 9 && precision-scale <= 29:
		return "NUMERIC", ""
	case scale <= 38 && precision-scale <= 38:
		return "BIGNUMERIC", ""
	}
	return "STRING", fmt.Sprintf("numeric(%d,%d) is more than BIGNUMERIC holds; its text comes", precision, scale)
}
