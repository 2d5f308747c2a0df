// Package spec is a platform as its users wrote it: cue/schema in Go, every node
// with its place. It has no logic; names are not resolved, texts not parsed.
//
// Maps of the language are slices here, in the order of declaration within a
// file, files in path order; Name is the key. A field's name in Go is its name
// in CUE. What the user left out is the zero Val (Set is false) unless the schema
// has a default, in which case V holds the default and Set is false.
package spec

import "sluice/compiler/diag"

// Val is a scalar and where it was written. Set tells a written value from a
// default or an absence.
type Val[T any] struct {
	V   T
	Set bool
	At  diag.Span
}

// Short names for what the language is made of. Durations are nanoseconds-free:
// Seconds holds whole seconds. Bytes holds bytes.
type (
	Text    = Val[string]
	Int     = Val[int64]
	Number  = Val[float64]
	Bool    = Val[bool]
	Seconds = Val[int64]
	Bytes   = Val[int64]
)

// Scalar is a value whose type the user chose: string, int64, float64 or bool.
type Scalar = Val[any]

// Pair is one entry of a map from name to scalar.
type Pair struct {
	Name string
	Scalar
}

// Labels are cloud labels in order of declaration.
type Labels []Pair

// Platform is everything declared.
type Platform struct {
	Root         string // absolute path of the folder that spans are relative to
	Info         Info
	Teams        []*Team
	Channels     []*Channel
	Secrets      []*Secret
	Environments []*Environment
	Calendars    []*Calendar
	Variables    []*Variable
	Pools        []*Pool
	Windows      []*Window   // capacity.windows
	CapacityAt   diag.Span   // of the capacity declaration
	LintRules    []*LintRule // lint.rules
	Datasets     []*Dataset
	Sources      []*Source
	Tables       []*Table
	Routines     []*Routine
	Checks       []*Check
	Exports      []*Export
	Models       []*Model
	SLAs         []*SLA
	// SQLFiles holds the text of every .sql file named by sql_file, by path relative to Root.
	SQLFiles map[string]string
}

// Node is what every declaration has: its key and its place (of the key).
type Node struct {
	Name string
	At   diag.Span
}

type Info struct {
	At          diag.Span
	Name        Text
	Description Text
	TimeZone    Text
	DayStart    Text
	Project     Text // gcp.project
	Region      Text
	Location    Text
	Owner       Text
	Retry       *Retry
	Labels      Labels
}

type Team struct {
	Node
	Description Text
	Members     []Text
	Channels    []Text
}

type Channel struct {
	Node
	Kind        Text
	Description Text
	Channel     Text   // slack
	To          []Text // email
	URL         Text   // webhook
	Secret      Text
}

type Secret struct {
	Node
	Description   Text
	SecretManager Text
	Version       Text
	Env           Text
}

type Calendar struct {
	Node
	Description Text
	Days        []Text
	Holidays    []Text
	ExtraDays   []Text
}

type Variable struct {
	Node
	Description Text
	Type        Text
	Default     Scalar
}

type Environment struct {
	Node
	Description   Text
	Kind          Text
	Warehouse     Warehouse
	DatasetPrefix Text
	Project       Text
	Sources       []*SourceOverride
	Exports       Text
	Models        Text
	ExportRoot    Text
	ExpiresAfter  Seconds
	Variables     []Pair
}

type Warehouse struct {
	At                 diag.Span
	Kind               Text
	Path               Text // duckdb
	MemoryLimit        Bytes
	Threads            Int
	Project            Text // bigquery
	Location           Text
	Endpoint           Text
	Reservation        Text
	MaximumBytesBilled Bytes
}

type SourceOverride struct {
	Node   // name of the source, or *
	Read   Text
	Root   Text
	Secret Text
}

type Pool struct {
	Node
	Description Text
	Size        Int
}

type Window struct {
	Node
	Description Text
	Start       Text
	End         Text
	Pools       []PoolSize
	Workers     Int
	Slots       Int
	Nodes       Int
}

type PoolSize struct {
	Node
	Size Int
}

// LintRule is the setting of one rule; Name is its name or code, as written.
type LintRule struct {
	Node
	Severity Text
	Paths    []Pair // severity by pattern, as text
}

type Dataset struct {
	Node
	Description       Text
	Owner             Text
	Location          Text
	Readers           []Text
	DefaultExpiration Seconds
	KMSKey            Text
	Labels            Labels
}

type Retry struct {
	At         diag.Span
	Attempts   Int
	Backoff    Seconds
	Factor     Number
	MaxBackoff Seconds
}

type Estimate struct {
	At       diag.Span
	Duration Seconds
	Volume   Bytes
	Rows     Int
}

type Runbook struct {
	At           diag.Span
	EscalateWhen Text
	Steps        []Text
	Attitude     Text
	URL          Text
}

type Source struct {
	Node
	Kind           Text
	Description    Text
	Owner          Text
	Pool           Text
	Engine         Text
	Classification Text
	Retry          *Retry
	Timeout        Seconds
	Connection     Connection
	Tables         []*SourceTable
	Labels         Labels
}

// Connection holds the fields of every kind of connection; those of other kinds
// are zero.
type Connection struct {
	At                diag.Span
	Host              Text // postgres, mysql, mongodb
	Port              Int
	Database          Text
	User              Text
	Secret            Text
	TLS               Text
	MaxConnections    Int
	Bucket            Text // s3, gcs
	Region            Text
	Prefix            Text
	RoleARN           Text
	Writer            Text
	URL               Text // rest
	Auth              Text
	Header            Text
	RequestsPerSecond Number
	Root              Text // file
	Project           Text // bigquery, firebase
	Dataset           Text
	Location          Text
}

type SourceTable struct {
	Node        // name within the source
	Description Text
	From        Text
	Columns     []*Column
	Mode        Text
	Cursor      Text
	Key         []Text
	Partition   *SourcePartition
	Format      Text
	Compression Text
	MaxBadRows  Int
	Arrives     Text
	Wait        Seconds
	Estimate    *Estimate
	Checks      []*Check
	Pool        Text
	Tags        []Text
}

type SourcePartition struct {
	At     diag.Span
	By     Text
	Column Text
}

type Column struct {
	Node
	Type        Text
	Fields      []*Column
	Description Text
	Required    Bool
	Class       Text
	Mask        Text
}

type Table struct {
	Node
	Description     Text
	Owner           Text
	Tags            []Text
	SQLFile         Text // as written, relative to the CUE file's folder
	SQL             Text
	Materialization Text
	Incremental     *Incremental
	Partition       *Partition
	ClusterBy       []Text
	Retention       Seconds
	Columns         []*Column
	NotBefore       Text
	After           []Text
	Pool            Text
	Retry           *Retry
	Timeout         Seconds
	Estimate        *Estimate
	Checks          []*Check
	Tests           []*Test
	Runbook         *Runbook
	Declassify      *Declassify
	Analysis        Text
	AnalysisReason  Text
	Labels          Labels
}

type Incremental struct {
	At       diag.Span
	Strategy Text
	Key      []Text
}

type Partition struct {
	At            diag.Span
	Column        Text
	By            Text
	RequireFilter Bool
}

type Declassify struct {
	At         diag.Span
	Reason     Text
	ApprovedBy Text
	Columns    []Text
}

type Test struct {
	Node
	Description Text
	RunDate     Text
	Variables   []Pair
	Missing     Text
	Given       []*TestRows
	Expects     Bool // V: expect is there, with or without rows; At: its key
	Expect      []Row
	ExpectCTE   []*TestRows
	Ordered     Bool
	ExpectError Text
}

// TestRows are the rows of one table, or of one WITH entry.
type TestRows struct {
	Node
	Rows []Row
}

// Row is one row as JSON values: nil, bool, int64, float64, string, []any, map[string]any.
type Row struct {
	At     diag.Span
	Values map[string]any
	Cells  []Cell // places of the values, in the order of writing
}

// Cell is where a value of a row stands.
type Cell struct {
	Name string
	Key  diag.Span // of the column's name
	At   diag.Span // of the value
}

type Routine struct {
	Node
	Description Text
	Owner       Text
	Kind        Text
	SQLFile     Text
	SQL         Text
	JS          Text
	Libraries   []Text
	Remote      *RemoteFunction
	Arguments   []Pair // V is the type's text
	Returns     Text
}

// RemoteFunction is where BigQuery calls a function.
type RemoteFunction struct {
	Connection Text
	Endpoint   Text
}

// Check holds the fields of every kind of check; those of other kinds are zero.
type Check struct {
	Node
	Kind             Text
	Description      Text
	Severity         Text
	Table            Text
	Where            Text
	Owner            Text
	Pool             Text
	Estimate         *Estimate
	Runbook          *Runbook
	Columns          []Text // unique, not_null
	Column           Text   // accepted_values, relationship, freshness
	Values           []Scalar
	To               Text // relationship
	ToColumn         Text
	Min              Int // row_count
	Max              Int
	MaxChangePercent Number
	Window           Int
	MaxAge           Seconds // freshness
	Left             Text    // reconcile
	Right            Text
	TolerancePercent Number
	Query            Text // sql
}

type Export struct {
	Node
	Kind         Text
	Description  Text
	Owner        Text
	Tags         []Text
	Table        Text
	Query        Text
	NotBefore    Text
	Calendar     Text
	Pool         Text
	Retry        *Retry
	Timeout      Seconds
	Estimate     *Estimate
	PersonalData *PersonalDataRelease
	Runbook      *Runbook
	To           Destination
}

type PersonalDataRelease struct {
	At         diag.Span
	Columns    []Text
	Reason     Text
	ApprovedBy Text
}

// Destination holds the fields of every kind of destination.
type Destination struct {
	At          diag.Span
	Spreadsheet Text // sheets
	Range       Text
	Bucket      Text // gcs, s3
	Path        Text // gcs, s3, sftp
	Format      Text
	Compression Text
	Secret      Text
	Host        Text // sftp
	Port        Int
	User        Text
	HostKey     Text
	URL         Text // rest
	Method      Text
	Key         Text
	BatchSize   Int
}

type Model struct {
	Node
	Kind        Text
	Description Text
	Owner       Text
	Tags        []Text
	Train       *Train
	Predict     Predict
	Local       Text
	Pool        Text
	Retry       *Retry
	Timeout     Seconds
	Runbook     *Runbook
	ModelType   Text // bigquery_ml
	Options     []Pair
	Image       Text // vertex
	Machine     Text
}

type Train struct {
	At       diag.Span
	Table    Text
	Label    Text
	Features []Text
	Days     []Text
	Estimate *Estimate
}

type Predict struct {
	At         diag.Span
	Table      Text
	Key        []Text
	Output     Text
	Columns    []*Column
	Prediction Text
	NotBefore  Text
	Estimate   *Estimate
}

type SLA struct {
	Node
	Description  Text
	Target       Text
	ReadyBy      Text
	Calendar     Text
	Percent      Number // objective.percent
	Over         Text   // objective.over
	Owner        Text
	Stakeholders []Text
	WarnBefore   Seconds
	Escalation   []*Escalation
	Runbook      *Runbook
}

type Escalation struct {
	At     diag.Span
	After  Seconds
	Notify []Text
}
