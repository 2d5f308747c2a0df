package plan

import (
	"fmt"
	"strings"
)

// Lineage says where the columns and the rows of a query's result come from, down to
// columns of the tables that it names. The words are those of OpenLineage's column
// lineage facet (version 1.2).
type Lineage struct {
	Columns []ColumnLineage `json:"columns"` // one for each output column, in its order
	// Rows are the columns that decide which rows there are, how often, and in what
	// order, for every output column alike; sorted by table, column, subtype.
	Rows []Input `json:"rows,omitempty"`
	// RowsDigest changes with the meaning of everything but the output expressions: the
	// tables read, joins, filters, grouping, set operations. Formatting, comments, the
	// case of keywords and the names of aliases do not change it.
	RowsDigest string `json:"rows_digest"`
}

// ColumnLineage is where one output column comes from.
type ColumnLineage struct {
	Name   string  `json:"name"`
	Inputs []Input `json:"inputs,omitempty"` // sorted by table, column, field, subtype; none for a constant
	// Digest changes with the meaning of the column's expression, as RowsDigest does
	// with the rest.
	Digest string `json:"digest"`
}

// Input is a column that has an influence. There are many in a plan, so each is one
// line of it: "<subtype>[/masking] <dataset>.<table>[.<column>[.<field>]]". In a name of a
// column, a backslash stands before a dot and a backslash.
type Input struct {
	Table  string // <dataset>.<table>
	Column string // empty: the table's rows alone, as in COUNT(*)
	Field  string // path below the column where only part of a STRUCT is used: "geo.lat" of address
	// Subtype is identity, transformation or aggregation of a value that goes into the
	// result; join, filter, group_by, sort, window or conditional of one that only
	// decides about it.
	Subtype string
	// Masking is set where the value passes a function that hides it, such as SHA256, or
	// is only counted.
	Masking bool
}

// MarshalText writes the line.
func (i Input) MarshalText() ([]byte, error) {
	line := i.Subtype
	if i.Masking {
		line += "/masking"
	}
	line += " " + i.Table
	if i.Column != "" {
		line += "." + escapeDots.Replace(i.Column)
	}
	if i.Field != "" {
		line += "." + i.Field
	}
	return []byte(line), nil
}

var escapeDots = strings.NewReplacer(`\`, `\\`, `.`, `\.`)

// UnmarshalText reads the line.
func (i *Input) UnmarshalText(line []byte) error {
	kind, name, ok := strings.Cut(string(line), " ")
	dataset, rest, dotted := strings.Cut(name, ".")
	if !ok || !dotted || kind == "" {
		return fmt.Errorf("lineage: %q is no input", line)
	}
	*i = Input{}
	i.Subtype, i.Masking = strings.CutSuffix(kind, "/masking")
	table, rest, inside := strings.Cut(rest, ".")
	i.Table = dataset + "." + table
	if !inside {
		return nil
	}
	var column strings.Builder
	for at := 0; at < len(rest); at++ {
		switch {
		case rest[at] == '\\' && at+1 < len(rest):
			at++
		case rest[at] == '.':
			i.Field = rest[at+1:]
			at = len(rest)
			continue
		}
		column.WriteByte(rest[at])
	}
	i.Column = column.String()
	return nil
}

// Direct reports whether the input's value goes into the result.
func (i Input) Direct() bool {
	switch i.Subtype {
	case "identity", "transformation", "aggregation":
		return true
	}
	return false
}
