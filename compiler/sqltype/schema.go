package sqltype

import "strconv"

// SchemaField is a column in the form of BigQuery's table schema, as its API and
// Terraform's google_bigquery_table take it: an array is the mode REPEATED of its
// element, types have the API's names (INTEGER, FLOAT, BOOLEAN, RECORD).
type SchemaField struct {
	Name             string        `json:"name"`
	Type             string        `json:"type"`
	Mode             string        `json:"mode"` // NULLABLE, REQUIRED or REPEATED
	Description      string        `json:"description,omitempty"`
	Fields           []SchemaField `json:"fields,omitempty"`
	MaxLength        string        `json:"maxLength,omitempty"` // decimal text, as the API has it
	Precision        string        `json:"precision,omitempty"`
	Scale            string        `json:"scale,omitempty"`
	RangeElementType *RangeElement `json:"rangeElementType,omitempty"`
}

// RangeElement is the type inside a RANGE.
type RangeElement struct {
	Type string `json:"type"`
}

// schemaNames are the API's names where they are not GoogleSQL's.
var schemaNames = map[Kind]string{Int64: "INTEGER", Float64: "FLOAT", Bool: "BOOLEAN", Struct: "RECORD"}

// Schema gives the column's schema field. required is ignored for arrays, which
// are never null in a table. An anonymous field is _field_N (from 1), as BigQuery
// names it when it stores the result of a query.
func (t Type) Schema(name string, required bool) SchemaField {
	f := SchemaField{Name: name, Mode: "NULLABLE"}
	if required {
		f.Mode = "REQUIRED"
	}
	if t.Kind == Array && t.Elem != nil {
		f.Mode = "REPEATED"
		t = *t.Elem
	}
	f.Type = string(t.Kind)
	if n, ok := schemaNames[t.Kind]; ok {
		f.Type = n
	}
	if t.Kind == Range && t.Elem != nil {
		f.RangeElementType = &RangeElement{Type: string(t.Elem.Kind)}
	}
	for i, p := range t.Params {
		text := strconv.Itoa(p)
		switch {
		case t.Kind == String || t.Kind == Bytes:
			f.MaxLength = text
		case i == 0:
			f.Precision = text
		default:
			f.Scale = text
		}
	}
	for i, sub := range t.Fields {
		subName := sub.Name
		if subName == "" {
			subName = "_field_" + strconv.Itoa(i+1)
		}
		f.Fields = append(f.Fields, sub.Type.Schema(subName, false))
	}
	return f
}
