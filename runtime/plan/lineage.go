package plan

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

// Input is a column that has an influence.
type Input struct {
	Table  string `json:"table"`           // <dataset>.<table>
	Column string `json:"column"`          // empty: the table's rows alone, as in COUNT(*)
	Field  string `json:"field,omitempty"` // path below the column where only part of a STRUCT is used: "address.city"
	// Subtype is identity, transformation or aggregation of a value that goes into the
	// result; join, filter, group_by, sort, window or conditional of one that only
	// decides about it.
	Subtype string `json:"subtype"`
	// Masking is set where the value passes a function that hides it, such as SHA256.
	Masking bool `json:"masking,omitempty"`
}

// Direct reports whether the input's value goes into the result.
func (i Input) Direct() bool {
	switch i.Subtype {
	case "identity", "transformation", "aggregation":
		return true
	}
	return false
}
