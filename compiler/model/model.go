// Package model is the platform with its names resolved: what the stages after
// resolve judge, complete and emit. Types only, no logic.
//
// A model is made for one environment. Everything keeps a pointer to what the
// user wrote (Spec), so that a diagnostic can name its place.
package model

import (
	"sluice/compiler/diag"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
	"sluice/runtime/plan"
)

// Platform is everything, for one environment. Slices are sorted by name unless
// said otherwise.
type Platform struct {
	Spec        *spec.Platform
	Environment *spec.Environment
	Project     string // Google Cloud project in effect
	Location    string // BigQuery location in effect
	Target      string // warehouse kind: duckdb or bigquery

	Teams     map[string]*spec.Team
	Channels  map[string]*spec.Channel
	Secrets   map[string]*spec.Secret
	Calendars map[string]*spec.Calendar
	Pools     map[string]*spec.Pool
	// Overrides says how this environment reads a source, by source name ("*" applied);
	// a source that is read as declared has none.
	Overrides map[string]*spec.SourceOverride

	Datasets  []*Dataset
	Variables []Variable // with the environment's values
	Routines  []*Routine // in order of creation
	Tables    []*Table   // in topological order where acyclic, ties by name; sources and predictions included
	Checks    []*Check   // all, those of tables included
	Exports   []*Export
	Models    []*Model
	SLAs      []*SLA

	TableByName map[string]*Table
	Tasks       []*Task // in topological order, ties by ID
	TaskByID    map[string]*Task
	Timetable   *Timetable // set by schedule
}

// Dataset is declared, or implied by a table's or source's name (Spec is nil).
type Dataset struct {
	Name     string
	Physical string // with the environment's prefix
	Spec     *spec.Dataset
	Source   *spec.Source // where it holds a source's tables
}

// Variable is a run parameter in effect.
type Variable struct {
	Name  string
	Type  sqltype.Type
	Value string // GoogleSQL text form
	Spec  *spec.Variable
}

// TableKind says where a table's rows come from.
type TableKind string

const (
	SourceKind     TableKind = "source"      // a transfer
	ExternalKind   TableKind = "external"    // they are there
	TableTable     TableKind = "table"       // SQL, made anew
	ViewKind       TableKind = "view"        // SQL, nothing kept
	IncrementKind  TableKind = "incremental" // SQL, added
	PredictionKind TableKind = "prediction"  // a model
)

// Table is everything that SQL can read.
type Table struct {
	Name    string // <dataset>.<table>
	Dataset *Dataset
	Kind    TableKind
	At      diag.Span // of its key
	Owner   string    // in effect

	// Exactly one of these says where it was declared.
	Spec        *spec.Table
	SourceTable *spec.SourceTable
	Model       *spec.Model
	Source      *spec.Source // with SourceTable

	// Columns are those of the source, the prediction, or (set by sql) of the query;
	// a contract's descriptions, classes and masks are merged in.
	Columns []Column
	// PseudoColumns can be read but are not selected by *: _TABLE_SUFFIX, _PARTITIONTIME.
	PseudoColumns []Column
	Statement     *Statement   // of SQL tables
	TestQueries   []*TestQuery // that its unit tests run, by name (set by sql)
	// Lineage is where the columns come from: of a query as analysis found it, of a
	// prediction by its model. Nil for sources. Set by flow.
	Lineage *plan.Lineage
	// Declassified are the columns that personal data reaches and that say that they are
	// no longer personal, in order of the columns. Set by flow.
	Declassified []string

	Reads    []*Table // by its SQL, sorted by name
	After    []*Table // declared, sorted by name
	ReadBy   []*Table // inverse of Reads, sorted by name
	Checks   []*Check
	Personal bool // carries personal data (table level)
}

// Column is a resolved column.
type Column struct {
	Name        string
	Type        sqltype.Type
	Required    bool
	Description string
	Class       string // in effect: public, internal, personal, sensitive
	Mask        string
	Personal    bool      // holds, itself or in a field, personal data that nothing masks
	At          diag.Span // where declared; zero where inferred
	Spec        *spec.Column
}

// Statement is a piece of GoogleSQL of the user's, or made for a check, and what
// analysis found out about it.
type Statement struct {
	Node string // what it belongs to, e.g. core.member_status, core.member_status/id_unique
	Text string // GoogleSQL
	// Where the text begins in the user's file. A .sql file begins at 1:1. For text
	// inside a CUE string At is the string's first character, and Indent is what
	// CUE's multi-line strings strip from each line. Generated statements (Made) have
	// no lines of the user's: every error is at At.
	At     diag.Span
	Indent int
	Made   bool
	// Level is strict, baseline or off; Reason says why it is not strict.
	Level  string
	Reason string

	Refs       []Ref         // tables and table functions it names, in order of appearance (set before resolve)
	Models     []ModelRef    // models it names with MODEL, in order of appearance
	Parameters []string      // named parameters it uses, lower case, sorted
	Routines   []string      // routines it calls, sorted
	Columns    []Column      // of its result, inferred
	Lineage    *plan.Lineage // of its result; nil where analysis did not get through
	Rendered   string        // SQL for the target warehouse
	Setup      string        // statements of a script before Rendered, for BigQuery
	Failed     bool          // analysis reported an error for it
}

// TestQuery is a query that unit tests of a table run on the embedded warehouse,
// whatever the environment's is. Statement.Rendered is for DuckDB and reads the tables
// that the test gives under their names here, as one quoted word: "core.members".
type TestQuery struct {
	CTE       string // WITH entry that it reads alone; empty for the table's own query
	Statement *Statement
	// Reads are the tables that it reads, routines' included, sorted by name.
	Reads []*Table
	// Refused are why the embedded warehouse cannot run it.
	Refused []string
}

// Ref is a table named in SQL.
type Ref struct {
	Name  string // as written without backticks: core.member_status, project.dataset.table
	At    diag.Span
	Table *Table // nil where unknown
}

// ModelRef is a model named in SQL: model.<name>, or <dataset of its output>.<name>.
type ModelRef struct {
	Name  string
	At    diag.Span
	Model *Model // nil where it is none of the platform's
}

// Routine is a SQL function.
type Routine struct {
	Name      string
	Dataset   *Dataset
	Spec      *spec.Routine
	Arguments []Column // without a type where it comes with each call
	Returns   sqltype.Type
	Columns   []Column   // of a table function
	Statement *Statement // nil where the body is not SQL
	Reads     []*Table
}

// Check is a check of a table, or one that stands alone (Table nil for reconcile and sql).
type Check struct {
	ID        string // task ID: core.member_status/id_unique or check.<name>
	Name      string
	Spec      *spec.Check
	Table     *Table
	To        *Table // relationship
	Owner     string
	Shown     bool       // its message may show values
	Statement *Statement // made from the kind and the user's queries
	// Queries are the user's own texts inside Statement, each with its place: the
	// query of a sql check; left and right of a reconcile check.
	Queries []*Statement
	Reads   []*Table
}

// Export delivers the rows of a statement.
type Export struct {
	Name      string
	Spec      *spec.Export
	Owner     string
	Table     *Table // nil where it has a query of its own
	Statement *Statement
	Reads     []*Table
}

// Model trains and predicts.
type Model struct {
	Name    string
	Spec    *spec.Model
	Owner   string
	Train   *Table // input
	Predict *Table // input
	Output  *Table
}

// SLA is a promise with its target.
type SLA struct {
	Name   string
	Spec   *spec.SLA
	Owner  string
	Tasks  []*Task // that must all have succeeded
	Target string  // node
}

// Task is what runs once a business day. Its plan form is plan.Task.
type Task struct {
	ID    string
	Kind  string // as plan.TaskKind
	Node  string
	At    diag.Span
	After []*Task // sorted by ID
	Next  []*Task // inverse of After, sorted by ID

	Table  *Table  // transfer, wait, query
	Check  *Check  // check
	Export *Export // export
	Model  *Model  // train, predict

	Owner     string
	Pool      string
	PoolAt    diag.Span // where the pool was named
	NotBefore spec.Text // clock time
	Calendar  string
	Duration  int64 // estimated seconds; a default by kind where the user gave none
	Estimated bool  // whether the user gave the duration
	Retry     spec.Retry
	Timeout   int64
}

// Timetable is when everything happens, in minutes after the opening of the day.
type Timetable struct {
	ByTask map[string]Slot
	BySLA  map[string]SLAForecast
}

// Slot is one task's time. Latest is meaningful where HasLatest.
type Slot struct {
	Earliest  int // start, by gates, inputs and pools in their windows
	Finish    int // finish of a task that starts then
	Planned   int // start after levelling
	Latest    int // start that still holds every SLA that depends on it
	HasLatest bool
}

// SLAForecast is what the estimates say of a promise.
type SLAForecast struct {
	Deadline int // minutes after the opening
	Finish   int
	Path     []string // task IDs, the longest path to the target
}
