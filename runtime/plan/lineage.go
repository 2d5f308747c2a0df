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

// ColumnLineage is where one output column comes from. There are many in a plan, so
// each is one line of it: "<name> <digest> = <input>, <input>", without inputs
// "<name> <digest>".
type ColumnLineage struct {
	Name   string
	Inputs []Input // sorted by table, column, field, subtype; none for a constant
	// Digest changes with the meaning of the column's expression, as RowsDigest does
	// with the rest.
	Digest string
}

// Input is a column that has an influence, as a line "<subtype>[/masking]
// <dataset>.<table>[.<column>[.<field>]]". In names, a backslash stands before a space, a
// comma, a dot and a backslash.
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
func (c ColumnLineage) MarshalText() ([]byte, error) {
	line := append([]byte(escaped.Replace(c.Name)), ' ')
	line = append(line, c.Digest...)
	for i, in := range c.Inputs {
		if i == 0 {
			line = append(line, " = "...)
		} else {
			line = append(line, ", "...)
		}
		line = in.append(line)
	}
	return line, nil
}

// UnmarshalText reads the line.
func (c *ColumnLineage) UnmarshalText(line []byte) error {
	name, rest, ok := cut(string(line), ' ')
	digest, list, some := strings.Cut(rest, " = ")
	if !ok || digest == "" || strings.Contains(digest, " ") {
		return fmt.Errorf("lineage: %q is no column", line)
	}
	*c = ColumnLineage{Name: unescaped(name), Digest: digest}
	for some {
		var one string
		one, list, some = cut(list, ',')
		var in Input
		if err := in.UnmarshalText([]byte(strings.TrimPrefix(one, " "))); err != nil {
			return err
		}
		c.Inputs = append(c.Inputs, in)
	}
	return nil
}

// MarshalText writes the line.
func (i Input) MarshalText() ([]byte, error) { return i.append(nil), nil }

func (i Input) append(line []byte) []byte {
	line = append(line, i.Subtype...)
	if i.Masking {
		line = append(line, "/masking"...)
	}
	dataset, table, _ := strings.Cut(i.Table, ".")
	line = append(append(line, ' '), dataset...)
	line = append(append(line, '.'), escaped.Replace(table)...)
	if i.Column != "" {
		line = append(append(line, '.'), escaped.Replace(i.Column)...)
	}
	if i.Field != "" {
		line = append(append(line, '.'), escapedPath.Replace(i.Field)...)
	}
	return line
}

// UnmarshalText reads the line.
func (i *Input) UnmarshalText(line []byte) error {
	kind, name, ok := strings.Cut(string(line), " ")
	dataset, rest, dotted := strings.Cut(name, ".")
	table, rest, inside := cut(rest, '.')
	column, field, deeper := cut(rest, '.')
	i.Subtype, i.Masking = strings.CutSuffix(kind, "/masking")
	if !ok || !dotted || i.Subtype == "" || dataset == "" || strings.Contains(dataset, `\`) || table == "" ||
		inside && column == "" || deeper && field == "" {
		return fmt.Errorf("lineage: %q is no input", line)
	}
	i.Table, i.Column, i.Field = dataset+"."+unescaped(table), unescaped(column), unescaped(field)
	return nil
}

var (
	escaped     = strings.NewReplacer(`\`, `\\`, ` `, `\ `, `,`, `\,`, `.`, `\.`)
	escapedPath = strings.NewReplacer(`\`, `\\`, ` `, `\ `, `,`, `\,`)
)

// cut is strings.Cut at the first separator without a backslash before it.
func cut(s string, separator byte) (before, after string, found bool) {
	for at := 0; at < len(s); at++ {
		switch s[at] {
		case '\\':
			at++
		case separator:
			return s[:at], s[at+1:], true
		}
	}
	return s, "", false
}

// unescaped takes the backslashes out again.
func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for at := 0; at < len(s); at++ {
		if s[at] == '\\' && at+1 < len(s) {
			at++
		}
		b.WriteByte(s[at])
	}
	return b.String()
}

// Direct reports whether the input's value goes into the result.
func (i Input) Direct() bool {
	switch i.Subtype {
	case "identity", "transformation", "aggregation":
		return true
	}
	return false
}
