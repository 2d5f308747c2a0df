// Package plan is the contract between the compiler and the runtime: one
// self-contained, immutable description of a platform in one environment.
//
// A plan needs nothing beside it: no CUE, no SQL files, no compiler. Its digest
// is the SHA-256 of its canonical form (Encode). Lists are sorted by their key
// unless their order means something.
package plan

// Format is the plan format this build writes and reads. A plan of another
// format is refused (see Decode).
const Format = 1

// Plan is a platform, compiled for one environment.
type Plan struct {
	Format      int    `json:"format"`
	Digest      string `json:"digest"` // "sha256:<hex>" over Encode with Digest empty
	Platform    string `json:"platform"`
	Environment string `json:"environment"`
	Kind        string `json:"kind"`      // local, pull_request, prod
	TimeZone    string `json:"time_zone"` // IANA
	DayStart    string `json:"day_start"` // HH:MM

	Warehouse Warehouse  `json:"warehouse"`
	Variables []Variable `json:"variables,omitempty"`
	Calendars []Calendar `json:"calendars,omitempty"`
	Teams     []Team     `json:"teams,omitempty"`
	Channels  []Channel  `json:"channels,omitempty"`
	Secrets   []Secret   `json:"secrets,omitempty"`

	Pools   []Pool   `json:"pools"`
	Windows []Window `json:"windows"` // ordered by start after the opening

	Datasets []Dataset `json:"datasets"`
	Routines []Routine `json:"routines,omitempty"` // in order of creation
	Tables   []Table   `json:"tables"`             // everything that has rows, source tables included
	Tasks    []Task    `json:"tasks"`
	SLAs     []SLA     `json:"slas,omitempty"`
}

// Origin is the place in the user's files that something was compiled from.
type Origin struct {
	File string `json:"file"` // relative to the platform's root
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// Warehouse is where the plan's tables live.
type Warehouse struct {
	Kind     string `json:"kind"`           // duckdb or bigquery
	Path     string `json:"path,omitempty"` // duckdb: file, relative to the platform's root
	MemoryMB int    `json:"memory_mb,omitempty"`
	Threads  int    `json:"threads,omitempty"`
	Project  string `json:"project,omitempty"` // bigquery
	Location string `json:"location,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`

	Reservation        string `json:"reservation,omitempty"`
	MaximumBytesBilled int64  `json:"maximum_bytes_billed,omitempty"`
}

// Variable is a typed run parameter. Value is in GoogleSQL's text form: 3, 1.5,
// true, 2026-01-15, free text for STRING.
type Variable struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Calendar names days.
type Calendar struct {
	Name      string   `json:"name"`
	Days      []string `json:"days"` // mon … sun, in week order
	Holidays  []string `json:"holidays,omitempty"`
	ExtraDays []string `json:"extra_days,omitempty"`
}

// Team answers messages.
type Team struct {
	Name     string   `json:"name"`
	Members  []string `json:"members,omitempty"`
	Channels []string `json:"channels,omitempty"`
}

// Channel carries messages.
type Channel struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // slack, email, webhook
	Channel string   `json:"channel,omitempty"`
	To      []string `json:"to,omitempty"`
	URL     string   `json:"url,omitempty"`
	Secret  string   `json:"secret,omitempty"` // name of a Secret
}

// Secret is a reference, never a value.
type Secret struct {
	Name          string `json:"name"`
	SecretManager string `json:"secret_manager,omitempty"`
	Version       string `json:"version,omitempty"`
	Env           string `json:"env,omitempty"`
}

// Pool bounds how many task slots run at once.
type Pool struct {
	Name string `json:"name"`
	Size int    `json:"size"` // where no window gives one
}

// Window is a part of the day. Start and End are clock times; a window whose End
// is not after its Start crosses midnight.
type Window struct {
	Name    string         `json:"name"`
	Start   string         `json:"start"`
	End     string         `json:"end"`
	Pools   map[string]int `json:"pools,omitempty"`
	Workers int            `json:"workers,omitempty"`
	Slots   int            `json:"slots,omitempty"`
	Nodes   int            `json:"nodes,omitempty"`
}

// Dataset is a schema of the warehouse. Physical is its name there, prefix included.
type Dataset struct {
	Name     string `json:"name"`
	Physical string `json:"physical"`
}

// Routine is a SQL function, as a statement for the warehouse that makes it; SQL
// is empty where the warehouse needs none because calls are expanded in place.
type Routine struct {
	Name       string `json:"name"`
	SQL        string `json:"sql,omitempty"`
	Definition string `json:"definition"` // digest of all that decides its results
	Origin     Origin `json:"origin"`
}

// Table is everything that has rows.
type Table struct {
	Name         string   `json:"name"` // core.member_status; analytics.events_*
	Kind         string   `json:"kind"` // source, external, table, view, incremental, prediction
	Columns      []Column `json:"columns"`
	Partition    string   `json:"partition,omitempty"` // column
	PartitionBy  string   `json:"partition_by,omitempty"`
	ClusterBy    []string `json:"cluster_by,omitempty"`
	RetentionSec int64    `json:"retention_sec,omitempty"`
	Reads        []string `json:"reads,omitempty"`   // tables its SQL reads, sorted
	SQL          string   `json:"sql,omitempty"`     // the user's GoogleSQL, as written
	Definition   string   `json:"definition"`        // digest of all that decides its rows
	Lineage      *Lineage `json:"lineage,omitempty"` // of its SQL, where analysis got through
	Declassify   *Release `json:"declassify,omitempty"`
	Owner        string   `json:"owner,omitempty"`
	Description  string   `json:"description,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Origin       Origin   `json:"origin"`
}

// Release says of columns with personal data that they are personal no longer (of a
// table), or that they may leave the platform (of an export): why, and who agreed.
type Release struct {
	Columns    []string `json:"columns"`
	Reason     string   `json:"reason"`
	ApprovedBy string   `json:"approved_by"`
}

// Column is one column of a Table. Type is GoogleSQL; WarehouseType is the type
// in the warehouse that the plan targets, where it is spelt otherwise.
type Column struct {
	Name          string `json:"name"`
	Type          string `json:"type"`
	WarehouseType string `json:"warehouse_type,omitempty"`
	Required      bool   `json:"required,omitempty"`
	Description   string `json:"description,omitempty"`
	Class         string `json:"class,omitempty"`
	Mask          string `json:"mask,omitempty"`
}

// TaskKind says what a task does and which of its payloads is set.
type TaskKind string

const (
	Transfer TaskKind = "transfer" // source → warehouse
	Wait     TaskKind = "wait"     // an external table is there
	Query    TaskKind = "query"    // SQL → table or view
	Check    TaskKind = "check"
	Export   TaskKind = "export"
	Train    TaskKind = "train"
	Predict  TaskKind = "predict"
)

// Task is one thing that runs once a business day.
type Task struct {
	ID    string   `json:"id"`
	Kind  TaskKind `json:"kind"`
	Node  string   `json:"node"`            // the declared thing: core.member_status, export.kpi_sheet, model.churn
	After []string `json:"after,omitempty"` // task IDs that must have succeeded, sorted

	NotBefore string   `json:"not_before,omitempty"` // clock time
	Calendar  string   `json:"calendar,omitempty"`   // skipped on days that the calendar leaves out
	Days      []string `json:"days,omitempty"`       // skipped on other weekdays
	Pool      string   `json:"pool,omitempty"`
	Slots     int      `json:"slots,omitempty"` // of the pool; 1 where zero
	Retry     Retry    `json:"retry"`
	Timeout   int64    `json:"timeout_sec,omitempty"`
	Estimate  Estimate `json:"estimate"`

	// Times that the compiler computed, minutes after the opening of the day.
	Earliest int `json:"earliest_min"`         // start
	Latest   int `json:"latest_min,omitempty"` // start that still holds every SLA; 0 where none depends on it
	Planned  int `json:"planned_min"`          // start after levelling

	Owner       string   `json:"owner,omitempty"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Runbook     *Runbook `json:"runbook,omitempty"`
	Origin      Origin   `json:"origin"`

	Transfer *TransferSpec `json:"transfer,omitempty"` // transfer, wait
	Query    *QuerySpec    `json:"query,omitempty"`
	Check    *CheckSpec    `json:"check,omitempty"`
	Export   *ExportSpec   `json:"export,omitempty"`
	Model    *ModelSpec    `json:"model,omitempty"` // train, predict
}

// Retry says how a failed attempt is repeated. Attempts counts the first.
type Retry struct {
	Attempts      int     `json:"attempts"`
	BackoffSec    int64   `json:"backoff_sec"`
	Factor        float64 `json:"factor"`
	MaxBackoffSec int64   `json:"max_backoff_sec"`
}

// Estimate is how long and how much; zero where unknown.
type Estimate struct {
	DurationSec int64 `json:"duration_sec,omitempty"`
	Bytes       int64 `json:"bytes,omitempty"`
	Rows        int64 `json:"rows,omitempty"`
}

// Runbook says what to do when it goes wrong.
type Runbook struct {
	EscalateWhen string   `json:"escalate_when,omitempty"`
	Steps        []string `json:"steps,omitempty"`
	Attitude     string   `json:"attitude,omitempty"`
	URL          string   `json:"url,omitempty"`
}

// TransferSpec brings one source table into the warehouse.
type TransferSpec struct {
	Source      string            `json:"source"`
	Kind        string            `json:"kind"` // the source's kind; "files" where the environment reads files
	Engine      string            `json:"engine"`
	Connection  map[string]string `json:"connection,omitempty"` // by field; secrets by name; for files only root
	From        string            `json:"from"`                 // table, collection, path or range in the system
	Table       string            `json:"table"`                // Table.Name
	Mode        string            `json:"mode"`                 // full, incremental, partition, external
	Cursor      string            `json:"cursor,omitempty"`
	Key         []string          `json:"key,omitempty"`
	Partition   string            `json:"partition,omitempty"` // column that is filled with the business day
	PartitionBy string            `json:"partition_by,omitempty"`
	Format      string            `json:"format,omitempty"`
	Compression string            `json:"compression,omitempty"`
	MaxBadRows  int64             `json:"max_bad_rows,omitempty"`
	Arrives     string            `json:"arrives,omitempty"` // clock time
	WaitSec     int64             `json:"wait_sec,omitempty"`
}

// QuerySpec makes a table or view.
type QuerySpec struct {
	Table           string   `json:"table"` // Table.Name
	Materialization string   `json:"materialization"`
	Strategy        string   `json:"strategy,omitempty"` // replace_partition, merge, append
	Key             []string `json:"key,omitempty"`
	SQL             string   `json:"sql"` // rendered for the warehouse; parameters stay parameters
	// Setup is what stands before SQL in one script: temporary functions, variables,
	// temporary tables. Only BigQuery gets any.
	Setup      string   `json:"setup,omitempty"`
	Parameters []string `json:"parameters,omitempty"`
}

// CheckSpec looks at data. SQL returns exactly one row: `violations` INT64 and
// `message` STRING (a sample or the numbers compared; NULL where all is well).
// For row_count with MaxChangePercent the row also has `rows` INT64, which the
// runtime compares with the mean of its last Window runs.
type CheckSpec struct {
	Name             string   `json:"name"`
	Kind             string   `json:"kind"`
	Table            string   `json:"table,omitempty"`
	Severity         string   `json:"severity"` // block or warn
	SQL              string   `json:"sql"`
	Parameters       []string `json:"parameters,omitempty"`
	MaxChangePercent float64  `json:"max_change_percent,omitempty"`
	Window           int      `json:"window,omitempty"`
}

// ExportSpec delivers rows.
type ExportSpec struct {
	Kind         string            `json:"kind"` // sheets, gcs, s3, sftp, rest; "files" where the environment writes files; "skip"
	SQL          string            `json:"sql"`
	Parameters   []string          `json:"parameters,omitempty"`
	Columns      []Column          `json:"columns"`
	Lineage      *Lineage          `json:"lineage,omitempty"` // of its SQL
	PersonalData *Release          `json:"personal_data,omitempty"`
	Destination  map[string]string `json:"destination,omitempty"` // by field; secrets by name; for files only root
	Path         string            `json:"path,omitempty"`        // object or file name (for files relative to root); {date} is the business day
	Format       string            `json:"format,omitempty"`
	Compression  string            `json:"compression,omitempty"`
}

// ModelSpec trains or predicts.
type ModelSpec struct {
	Model      string            `json:"model"`
	Kind       string            `json:"kind"`           // bigquery_ml, vertex; "local" and "skip" where the environment says so
	Type       string            `json:"type,omitempty"` // logistic_reg, linear_reg, …
	Options    map[string]string `json:"options,omitempty"`
	Image      string            `json:"image,omitempty"`
	Machine    string            `json:"machine,omitempty"`
	Table      string            `json:"table"` // rows to learn from or to score
	Label      string            `json:"label,omitempty"`
	Features   []string          `json:"features"`
	Key        []string          `json:"key,omitempty"`
	Output     string            `json:"output,omitempty"`
	Prediction string            `json:"prediction,omitempty"`
}

// SLA is a promise.
type SLA struct {
	Name         string       `json:"name"`
	Description  string       `json:"description,omitempty"`
	Target       string       `json:"target"`   // node
	Tasks        []string     `json:"tasks"`    // task IDs that must all have succeeded: the target and its blocking checks
	ReadyBy      string       `json:"ready_by"` // clock time
	Calendar     string       `json:"calendar,omitempty"`
	Percent      float64      `json:"percent"`
	Over         string       `json:"over"`
	Owner        string       `json:"owner,omitempty"`
	Stakeholders []string     `json:"stakeholders,omitempty"`
	WarnBefore   int64        `json:"warn_before_sec"`
	Escalation   []Escalation `json:"escalation,omitempty"`
	Runbook      *Runbook     `json:"runbook,omitempty"`
	// PredictedMin is the finish that the compiler expects, minutes after the opening.
	PredictedMin int    `json:"predicted_min"`
	Origin       Origin `json:"origin"`
}

// Escalation is one step of telling people.
type Escalation struct {
	AfterSec int64    `json:"after_sec"`
	Notify   []string `json:"notify"`
}
