// Package synth writes synthetic platforms: as many tables as asked for, of the
// size and shape that real ones have, deterministic by seed, and valid through the
// whole compiler. Benchmarks measure on them.
//
// A table has some 25 fields, 10 columns and 4 checks, about 2.7 KB of CUE and SQL
// together. Its query joins three tables of the layer below, with a CTE, a window
// function and an aggregate. Half of the queries stand in .sql files, half in the
// CUE. Tables form layers of a hundred per domain: sources, then staging, core and
// mart datasets, so that dependencies are as deep and as wide as in a warehouse.
package synth

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Options say what to write.
type Options struct {
	Tables int    // tables made by SQL; the sources' come on top
	CUE    bool   // every table uses CUE's features; otherwise one in ten does
	Seed   uint64 // of names, descriptions and dependencies
}

const (
	perDomain   = 100 // tables in a domain
	layers      = 4   // of tables in a domain
	perFile     = 5   // tables in a CUE file
	sourceTable = 12  // tables in a domain's source
)

// Write makes a platform in dir, which it creates. It returns how many bytes of
// CUE and SQL it wrote.
func Write(dir string, o Options) (int, error) {
	w := &writer{dir: dir, o: o, rnd: rand.New(rand.NewPCG(o.Seed, 1))}
	w.platform()
	domains := (o.Tables + perDomain - 1) / perDomain
	for d := range domains {
		w.source(d)
		w.tables(d, min(perDomain, o.Tables-d*perDomain))
	}
	w.slas(domains)
	if w.err != nil {
		return 0, w.err
	}
	return w.bytes, nil
}

type writer struct {
	dir   string
	o     Options
	rnd   *rand.Rand
	bytes int
	err   error
}

func (w *writer) file(name, text string) {
	if w.err != nil {
		return
	}
	full := filepath.Join(w.dir, filepath.FromSlash(name))
	if w.err = os.MkdirAll(filepath.Dir(full), 0o755); w.err != nil {
		return
	}
	w.bytes += len(text)
	w.err = os.WriteFile(full, []byte(text), 0o644)
}

func (w *writer) pick(words ...string) string { return words[w.rnd.IntN(len(words))] }

// platform writes what is there once.
func (w *writer) platform() {
	// Pools are as wide as the platform is large, so that its day fits a day.
	slots := 8 + w.o.Tables/20
	w.file("platform.cue", fmt.Sprintf(`package synth

import "sluice.dev/schema"

schema.#Platform

platform: {
	name:        "synth"
	description: "A synthetic platform for measurements."
	time_zone:   "Asia/Tokyo"
	day_start:   "04:00"
	owner:       "data"
	gcp: {project: "synth-data", region: "asia-northeast1"}
}

team: {
	data: {description: "Owns the platform.", members: ["data@example.com"], channels: ["ops"]}
	growth: {description: "Owns marts.", members: ["growth@example.com"], channels: ["ops"]}
	learning: {description: "Owns core tables.", members: ["learning@example.com"], channels: ["ops"]}
}

channel: ops: {kind: "slack", channel: "#data-ops", secret: "slack_token"}

secret: {
	slack_token: {secret_manager: "slack-token", env: "SLACK_TOKEN"}
	database: {secret_manager: "database-password", env: "DATABASE_PASSWORD"}
}

environment: {
	local: {
		kind: "local"
		warehouse: kind:      "duckdb"
		sources: "*": read:   "files"
		exports: "files"
		models:  "local"
	}
	prod: {kind: "prod", warehouse: kind: "bigquery"}
}

calendar: weekdays: days: ["mon", "tue", "wed", "thu", "fri"]

pool: {
	ingest: {description: "Transfers.", size: %[1]d}
	transform: {description: "Queries.", size: %[1]d}
}

capacity: windows: {
	night: {start: "04:00", end: "09:00", pools: {ingest: %[2]d, transform: %[1]d}}
	day: {start: "09:00", end: "20:00", pools: {ingest: %[1]d, transform: %[1]d}}
	evening: {start: "20:00", end: "04:00", pools: {ingest: %[1]d, transform: %[1]d}}
}
`, slots, 2*slots))
	w.file("templates.cue", `package synth

// What daily tables have in common.
_daily: {
	pool:       *"transform" | string
	timeout:    *"1h" | string
	retry: {attempts: *3 | int, backoff: "30s"}
	runbook: {
		escalate_when: "The table is an hour late."
		steps: ["Look at the failed attempt.", "Run it again."]
	}
}

// Columns that every table ends with.
_audit: {
	updated_at: {type: "TIMESTAMP", description: "When the row last changed.", required: true}
	payload: {type: "STRING", description: "The rest of the record."}
}

_maximum_age: "30d"
`)
}

// columns is the schema that all tables share, so that any three can be joined.
var columns = []struct{ name, typ, doc string }{
	{"id", "INT64", "Identifies the row."},
	{"account_id", "INT64", "Account it belongs to."},
	{"day", "DATE", "Business day of the event."},
	{"amount", "NUMERIC", "Amount in yen."},
	{"quantity", "INT64", "How many there were."},
	{"score", "FLOAT64", "Weighted by recency."},
	{"label", "STRING", "Name as shown."},
	{"is_active", "BOOL", "Whether it still counts."},
	{"updated_at", "TIMESTAMP", "When the row last changed."},
	{"payload", "STRING", "The rest of the record."},
}

func sourceName(domain int) string { return fmt.Sprintf("app%03d", domain) }

func (w *writer) source(domain int) {
	var b strings.Builder
	fmt.Fprintf(&b, "package synth\n\nsource: %s: {\n\tkind: \"postgres\"\n", sourceName(domain))
	fmt.Fprintf(&b, "\tdescription: \"Application database %d.\"\n\towner: \"data\"\n\tpool: \"ingest\"\n", domain)
	fmt.Fprintf(&b, "\tconnection: {host: \"db%d.internal\", database: \"app\", user: \"reader\", secret: \"database\"}\n\ttables: {\n", domain)
	for t := range sourceTable {
		fmt.Fprintf(&b, "\t\tevents_%02d: {\n\t\t\tdescription: \"Events of kind %d.\"\n", t, t)
		b.WriteString("\t\t\tmode: \"incremental\"\n\t\t\tcursor: \"updated_at\"\n\t\t\tkey: [\"id\"]\n\t\t\testimate: {duration: \"40s\", volume: \"200MB\", rows: 1000000}\n\t\t\tcolumns: {\n")
		for _, c := range columns {
			fmt.Fprintf(&b, "\t\t\t\t%s: {type: %q, description: %q}\n", c.name, c.typ, c.doc)
		}
		b.WriteString("\t\t\t}\n\t\t}\n")
	}
	b.WriteString("\t}\n}\n")
	w.file("source_"+sourceName(domain)+".cue", b.String())
}

// layerOf cuts a domain's tables into layers of falling size: half are staging.
func layerOf(i, n int) int {
	switch {
	case i < n/2:
		return 0
	case i < n*3/4:
		return 1
	case i < n*9/10:
		return 2
	}
	return layers - 1
}

var layerNames = [layers]string{"staging", "core", "feature", "mart"}

func tableName(domain, i, n int) string {
	return fmt.Sprintf("%s%03d.facts_%03d", layerNames[layerOf(i, n)], domain, i)
}

// inputs are the three tables that a table reads, all of the layer below.
func (w *writer) inputs(domain, i, n int) [3]string {
	var below []string
	layer := layerOf(i, n)
	for j := range i {
		if layer > 0 && layerOf(j, n) == layer-1 {
			below = append(below, tableName(domain, j, n))
		}
	}
	for t := 0; len(below) < 3 && layer > 0 && t < 3; t++ { // a tiny domain
		below = append(below, fmt.Sprintf("%s.events_%02d", sourceName(domain), t))
	}
	var out [3]string
	if layer == 0 {
		for k := range out { // every table of the source is read
			out[k] = fmt.Sprintf("%s.events_%02d", sourceName(domain), (i*3+k)%sourceTable)
		}
		return out
	}
	for k, j := range w.rnd.Perm(len(below))[:3] {
		out[k] = below[j]
	}
	return out
}

func (w *writer) query(in [3]string) string {
	return fmt.Sprintf(`WITH recent AS (
  SELECT
    a.*,
    ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY a.updated_at DESC) AS position
  FROM %s AS a
  WHERE a.day <= @run_date
), totals AS (
  SELECT b.account_id, SUM(b.amount) AS amount, COUNT(*) AS quantity
  FROM %s AS b
  WHERE b.is_active
  GROUP BY b.account_id
)
SELECT
  recent.id,
  recent.account_id,
  recent.day,
  IFNULL(totals.amount, recent.amount) AS amount,
  IFNULL(totals.quantity, 0) AS quantity,
  recent.score * %d.5 AS score,
  UPPER(recent.label) AS label,
  recent.is_active AND c.is_active AS is_active,
  recent.updated_at,
  CONCAT(recent.payload, '%s') AS payload
FROM recent
LEFT JOIN totals ON totals.account_id = recent.account_id
JOIN %s AS c ON c.id = recent.id
WHERE recent.position = 1
`, in[0], in[1], w.rnd.IntN(9)+1, w.pick("-a", "-b", "-c", "-d"), in[2])
}

// tables writes a domain's tables, perFile to a file.
func (w *writer) tables(domain, n int) {
	for from := 0; from < n; from += perFile {
		features := w.o.CUE || (domain*perDomain+from)/perFile%10 == 7
		var b strings.Builder
		b.WriteString("package synth\n")
		if features {
			b.WriteString("\nimport \"strings\"\n\nlet _domain = " + fmt.Sprintf("%q", sourceName(domain)) + "\n")
		}
		for i := from; i < min(from+perFile, n); i++ {
			query := w.query(w.inputs(domain, i, n))
			sqlFile := ""
			if i%2 == 0 {
				sqlFile = fmt.Sprintf("sql/%s.sql", tableName(domain, i, n))
				w.file(sqlFile, query)
			}
			if features {
				w.featureTable(&b, domain, i, n, query, sqlFile)
			} else {
				w.literalTable(&b, domain, i, n, query, sqlFile)
			}
		}
		w.file(fmt.Sprintf("table_%03d_%03d.cue", domain, from), b.String())
	}
}

func sqlField(b *strings.Builder, query, sqlFile string) {
	if sqlFile != "" {
		fmt.Fprintf(b, "\tsql_file: %q\n", sqlFile)
		return
	}
	b.WriteString("\tsql: \"\"\"\n")
	for line := range strings.Lines(query) {
		b.WriteString("\t\t" + line)
	}
	b.WriteString("\t\t\"\"\"\n")
}

func (w *writer) literalTable(b *strings.Builder, domain, i, n int, query, sqlFile string) {
	fmt.Fprintf(b, "\ntable: %q: {\n", tableName(domain, i, n))
	fmt.Fprintf(b, "\tdescription: \"%s of accounts, number %d of its domain.\"\n", w.pick("Activity", "Billing", "Progress", "Engagement"), i)
	fmt.Fprintf(b, "\towner: %q\n\ttags: [\"daily\", \"domain%03d\"]\n", w.pick("data", "growth", "learning"), domain)
	sqlField(b, query, sqlFile)
	b.WriteString("\tpartition: {column: \"day\", by: \"day\"}\n\tcluster_by: [\"account_id\", \"id\"]\n\tretention: \"400d\"\n\tpool: \"transform\"\n")
	b.WriteString("\tretry: {attempts: 3, backoff: \"30s\", max_backoff: \"10m\"}\n\ttimeout: \"1h\"\n")
	fmt.Fprintf(b, "\testimate: {duration: \"%ds\", volume: \"%dMB\", rows: %d}\n", 10+w.rnd.IntN(50), 1+w.rnd.IntN(900), 1000*(1+w.rnd.IntN(900)))
	b.WriteString("\trunbook: {\n\t\tescalate_when: \"The table is an hour late.\"\n\t\tsteps: [\"Look at the failed attempt.\", \"Run it again.\"]\n\t}\n")
	fmt.Fprintf(b, "\tlabels: {domain: \"d%03d\", layer: %q}\n", domain, layerNames[layerOf(i, n)])
	b.WriteString("\tcolumns: {\n")
	for _, c := range columns {
		fmt.Fprintf(b, "\t\t%s: {type: %q, description: %q}\n", c.name, c.typ, c.doc)
	}
	b.WriteString("\t}\n\tchecks: {\n\t\tid_unique: {kind: \"unique\", columns: [\"id\"]}\n\t\tid_present: {kind: \"not_null\", columns: [\"id\", \"account_id\"]}\n")
	b.WriteString("\t\trows: {kind: \"row_count\", min: 1, severity: \"warn\"}\n\t\tamount_positive: {kind: \"sql\", query: \"SELECT id FROM " + tableName(domain, i, n) + " WHERE amount < 0\", severity: \"warn\"}\n\t}\n}\n")
}

func (w *writer) featureTable(b *strings.Builder, domain, i, n int, query, sqlFile string) {
	fmt.Fprintf(b, "\ntable: %q: _daily & {\n", tableName(domain, i, n))
	fmt.Fprintf(b, "\tlet _number = %d\n", i)
	fmt.Fprintf(b, "\tdescription: \"%s of \\(_domain), number \\(_number), for \\(platform.name).\"\n", w.pick("Activity", "Billing", "Progress", "Engagement"))
	fmt.Fprintf(b, "\towner: %q\n\ttags: [\"daily\", strings.ToLower(\"DOMAIN%03d\")]\n", w.pick("data", "growth", "learning"), domain)
	sqlField(b, query, sqlFile)
	b.WriteString("\tpartition: {column: \"day\", by: \"day\"}\n\tcluster_by: [\"account_id\", \"id\"]\n\tretention: \"400d\"\n")
	fmt.Fprintf(b, "\testimate: {duration: \"%ds\", volume: \"%dMB\", rows: 1000 * %d}\n", 10+w.rnd.IntN(50), 1+w.rnd.IntN(900), 1+w.rnd.IntN(900))
	fmt.Fprintf(b, "\tlabels: {domain: \"d%03d\", layer: %q}\n", domain, layerNames[layerOf(i, n)])
	b.WriteString("\tcolumns: {\n")
	for _, c := range columns[:8] {
		fmt.Fprintf(b, "\t\t%s: {type: %q, description: %q}\n", c.name, c.typ, c.doc)
	}
	b.WriteString("\t\t_audit\n\t}\n\tchecks: {\n\t\tfor c in [\"id\", \"account_id\"] {\n\t\t\t\"\\(c)_present\": {kind: \"not_null\", columns: [c]}\n\t\t}\n")
	b.WriteString("\t\tid_unique: {kind: \"unique\", columns: [\"id\"]}\n\t\tfresh: {kind: \"freshness\", column: \"updated_at\", max_age: _maximum_age, severity: \"warn\"}\n\t}\n}\n")
}

// slas promises a mart table of each of the first domains.
func (w *writer) slas(domains int) {
	var b strings.Builder
	b.WriteString("package synth\n")
	for d := range min(domains, 12) {
		n := min(perDomain, w.o.Tables-d*perDomain)
		fmt.Fprintf(&b, "\nsla: ready%03d: {\n\tdescription: \"Facts of domain %d are there in the evening.\"\n\ttarget: %q\n\tready_by: \"22:00\"\n\tcalendar: \"weekdays\"\n\tobjective: {percent: 98, over: \"half_year\"}\n\tstakeholders: [\"growth\"]\n\tescalation: [{after: \"15m\", notify: [\"ops\"]}]\n}\n", d, d, tableName(d, n-1, n))
	}
	w.file("sla.cue", b.String())
}
