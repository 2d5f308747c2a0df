package plan

// UnitTest is a unit test of a table's query, compiled for the embedded warehouse. It
// is no part of a plan: tests are run where the platform is written. Values are in the
// encoding of package runtime/value, by the GoogleSQL types of their columns.
type UnitTest struct {
	Table       string     `json:"table"` // core.member_status
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Origin      Origin     `json:"origin"`
	Date        string     `json:"date"` // business day
	Variables   []Variable `json:"variables,omitempty"`
	// Tables are all that the queries read: those the test gives no rows of are empty.
	Tables []TestTable `json:"tables"`
	// Queries are what is run, the table's own first.
	Queries []TestQuery `json:"queries"`
	// Error is text that the message of the failing query holds; empty where none may fail.
	Error string `json:"error,omitempty"`
	// Refused are why the embedded warehouse cannot run the test.
	Refused []string `json:"refused,omitempty"`
}

// TestTable is a table as a test's queries find it: under its name as one quoted word.
type TestTable struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
	Rows    [][]any  `json:"rows,omitempty"` // a value for each column
}

// TestQuery is one query of a test, with the rows that it must give.
type TestQuery struct {
	CTE        string   `json:"cte,omitempty"` // WITH entry whose rows it gives; the table's where empty
	SQL        string   `json:"sql"`           // for DuckDB
	Parameters []string `json:"parameters,omitempty"`
	Columns    []Column `json:"columns"`
	Ordered    bool     `json:"ordered,omitempty"`
	Key        []string `json:"key,omitempty"` // columns that identify a row, where the table declares them unique
	// Rows are expected. A row has a cell for each column that it names.
	Rows []ExpectedRow `json:"rows"`
}

// ExpectedRow is one row that must come, with its place.
type ExpectedRow struct {
	Origin Origin         `json:"origin"`
	Cells  []ExpectedCell `json:"cells"`
}

// ExpectedCell is a value of the column with that number, from 0.
type ExpectedCell struct {
	Column int `json:"column"`
	Value  any `json:"value"`
}
