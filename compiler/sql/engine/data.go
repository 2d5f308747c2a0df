package engine

import (
	"sluice/compiler/diag"
	"sluice/compiler/sql/lint"
	"sluice/runtime/plan"
)

// Kind says what a text is.
type Kind string

const (
	Query     Kind = "query"     // a query statement
	Condition Kind = "condition" // an expression
	Scalar    Kind = "scalar"    // the body of a function: an expression
	Aggregate Kind = "aggregate" // the body of an aggregate function
	TableFn   Kind = "table"     // the body of a table function: a query
)

// RefKind says what a path in a text names.
type RefKind string

const (
	TableRef    RefKind = "table"
	TableFnRef  RefKind = "table function"
	FunctionRef RefKind = "function" // with a dataset; builtins are no references
	ModelRef    RefKind = "model"
	SystemRef   RefKind = "system view" // of INFORMATION_SCHEMA
	// VariantRef is a call of a table function of BigQuery's that has another name in
	// the catalogue. It names nothing outside the text.
	VariantRef RefKind = "variant"
)

// Ref is a path in the text that names something outside it. Start and End are byte
// offsets of the whole path.
type Ref struct {
	Kind  RefKind `json:"kind"`
	Name  string  `json:"name"` // parts joined by dots, without backticks
	Start int     `json:"start"`
	End   int     `json:"end"`
	Alias bool    `json:"alias,omitempty"` // the text gives it an alias of its own
	// Schema is what a call of AI.GENERATE says of its result.
	Schema string `json:"schema,omitempty"`
}

// Use is a named parameter in the text; Name is in lower case.
type Use struct {
	Name  string `json:"name"`
	Start int    `json:"start"`
	End   int    `json:"end"`
}

// Item is one entry of the outermost select list, to place what is wrong with an
// output column. Name is the column's where the entry gives one.
type Item struct {
	Name  string `json:"name,omitempty"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Star  bool   `json:"star,omitempty"`
}

// Parsed is what a text says without a catalogue. Refs and Parameters are in the
// order of the text.
type Parsed struct {
	Refs       []Ref       `json:"refs,omitempty"`
	Parameters []Use       `json:"parameters,omitempty"`
	Items      []Item      `json:"items,omitempty"`
	With       []WithEntry `json:"with,omitempty"`    // for kind With, which has nothing else
	Script     *Script     `json:"script,omitempty"`  // of a query with statements before it
	Problem    *Problem    `json:"problem,omitempty"` // why it does not parse
}

// Problem is a mistake in a text. Start is a byte offset, -1 where none is known; End
// is 0 or the offset behind the mistake.
type Problem struct {
	Code    diag.Code `json:"code"`
	Message string    `json:"message"`
	Start   int       `json:"start"`
	End     int       `json:"end,omitempty"`
	Notes   []string  `json:"notes,omitempty"`
	Hint    string    `json:"hint,omitempty"`
	// Edits of the text mend a finding of lint.
	Edits []lint.Edit `json:"edits,omitempty"`
}

// Column is a name with the canonical text of its type.
type Column struct {
	Name   string `json:"name"` // empty where the query gives none
	Type   string `json:"type"`
	Pseudo bool   `json:"pseudo,omitempty"` // readable, but not part of *
}

// Table is a table as the text may read it, under the name that the text uses.
type Table struct {
	Name    string   `json:"name"`    // as in Ref
	Catalog string   `json:"catalog"` // its own name, <dataset>.<table>
	Columns []Column `json:"columns"`
	// Physical is the text that stands for it on the embedded warehouse.
	Physical string `json:"physical,omitempty"`
	Digest   string `json:"-"` // of Catalog and Columns, set by whoever made it
}

// Function is a routine that the text may call, under the name that the text uses.
type Function struct {
	Name      string   `json:"name"` // as in Ref
	Kind      Kind     `json:"kind"`
	Language  string   `json:"language,omitempty"` // of the body; empty for SQL
	Arguments []Column `json:"arguments"`          // a type is canonical, or AnyType
	Returns   string   `json:"returns,omitempty"`  // canonical type; empty where it depends on the call
	Body      string   `json:"body"`
	// What the body names, under the body's names.
	Refs      []Ref      `json:"refs,omitempty"`
	Tables    []Table    `json:"tables,omitempty"`
	Functions []Function `json:"functions,omitempty"`
}

// Request is one text with everything that decides what it means.
type Request struct {
	Text       string
	Kind       Kind
	Parsed     Parsed
	Tables     []Table
	Functions  []Function
	Models     []Model
	Arguments  []Column // of a function's body
	Returns    string   // declared type of a function's body; empty to infer it
	Parameters []Column // declared, names in lower case, sorted
	DuckDB     bool     // translate to DuckDB SQL
	TimeZone   string   // of the session, for the translation
	// Lint asks for findings instead of the rest, with what the rules need to know.
	Lint *lint.Facts `json:"lint,omitempty"`
}

// Result is what analysis found. With problems of errors, the rest is empty.
type Result struct {
	Columns  []Column `json:"columns,omitempty"` // of a query or table function
	Type     string   `json:"type,omitempty"`    // of an expression or function
	Rendered string   `json:"rendered,omitempty"`
	// Lineage of a query or table function.
	Lineage  *plan.Lineage `json:"lineage,omitempty"`
	Problems []Problem     `json:"problems,omitempty"`
	// Untranslated are constructs that have no DuckDB counterpart.
	Untranslated []Problem `json:"untranslated,omitempty"`
	// Findings are places that rules of style and cost do not like.
	Findings []Problem `json:"findings,omitempty"`
}
