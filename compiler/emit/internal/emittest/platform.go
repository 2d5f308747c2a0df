// Package emittest has a small resolved platform for the tests of emitters: one
// of most things, in production and locally.
package emittest

import (
	"math/rand"
	"slices"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// Platform is the platform "shop" for the environment prod, pull_request or local.
func Platform(environment string) *model.Platform {
	f := &fixture{line: 1}
	s := f.spec()
	m := &model.Platform{
		Spec: s, Project: "shop-data", Location: "asia-northeast1", Target: "bigquery",
		Teams: map[string]*spec.Team{}, Channels: map[string]*spec.Channel{}, Secrets: map[string]*spec.Secret{},
		Calendars: map[string]*spec.Calendar{}, Pools: map[string]*spec.Pool{},
		Overrides: map[string]*spec.SourceOverride{}, TableByName: map[string]*model.Table{}, TaskByID: map[string]*model.Task{},
		Variables: []model.Variable{{Name: "min_age", Type: typ("INT64"), Value: "13", Spec: s.Variables[0]}},
	}
	for _, e := range s.Environments {
		if e.Name == environment {
			m.Environment = e
		}
	}
	prefix := ""
	switch environment {
	case "local":
		m.Target = "duckdb"
		for _, src := range s.Sources {
			m.Overrides[src.Name] = m.Environment.Sources[0]
		}
	case "pull_request":
		prefix = "pr_12_"
	}
	for _, t := range s.Teams {
		m.Teams[t.Name] = t
	}
	for _, c := range s.Channels {
		m.Channels[c.Name] = c
	}
	for _, x := range s.Secrets {
		m.Secrets[x.Name] = x
	}
	for _, c := range s.Calendars {
		m.Calendars[c.Name] = c
	}
	for _, p := range s.Pools {
		m.Pools[p.Name] = p
	}
	f.resolve(m, prefix)
	f.tasks(m)
	return m
}

// Shuffle brings every list of a platform whose order means nothing into another
// order: what is emitted must not change.
func Shuffle(m *model.Platform, seed int64) {
	r := rand.New(rand.NewSource(seed))
	shuffle(r, m.Datasets)
	shuffle(r, m.Variables)
	shuffle(r, m.Tables)
	shuffle(r, m.Checks)
	shuffle(r, m.Exports)
	shuffle(r, m.Models)
	shuffle(r, m.SLAs)
	shuffle(r, m.Tasks)
	shuffle(r, m.Spec.Teams)
	shuffle(r, m.Spec.Channels)
	shuffle(r, m.Spec.Secrets)
	shuffle(r, m.Spec.Environments)
	shuffle(r, m.Spec.Calendars)
	shuffle(r, m.Spec.Variables)
	shuffle(r, m.Spec.Pools)
	shuffle(r, m.Spec.Windows)
	shuffle(r, m.Spec.Sources)
	shuffle(r, m.Spec.Tables)
	shuffle(r, m.Spec.Exports)
	shuffle(r, m.Spec.Info.Labels)
	for _, d := range m.Datasets {
		if d.Spec != nil {
			shuffle(r, d.Spec.Readers)
		}
	}
	for _, t := range m.Tasks {
		shuffle(r, t.After)
	}
}

func shuffle[T any](r *rand.Rand, list []T) {
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// fixture hands out places in a file.
type fixture struct{ line int32 }

func (f *fixture) node(name string) spec.Node {
	f.line++
	return spec.Node{Name: name, At: diag.Span{File: "shop.cue", Line: f.line, Col: 2}}
}

func text(s string) spec.Text { return spec.Text{V: s, Set: s != ""} }

func texts(list ...string) []spec.Text {
	var out []spec.Text
	for _, s := range list {
		out = append(out, text(s))
	}
	return out
}

func whole(n int64) spec.Int { return spec.Int{V: n, Set: true} }

func typ(s string) sqltype.Type {
	t, err := sqltype.Parse(s)
	if err != nil {
		panic(err)
	}
	return t
}

func column(name, kind string) model.Column {
	return model.Column{Name: name, Type: typ(kind), Class: "internal"}
}

func (f *fixture) spec() *spec.Platform {
	return &spec.Platform{
		Info: spec.Info{
			Name: text("shop"), TimeZone: text("Asia/Tokyo"), DayStart: text("04:00"), Project: text("shop-data"),
			Region: text("asia-northeast1"), Owner: text("data"),
			Labels: spec.Labels{{Name: "system", Scalar: spec.Scalar{V: "shop"}}, {Name: "cost", Scalar: spec.Scalar{V: "data"}}},
		},
		Teams:     []*spec.Team{{Node: f.node("data"), Members: texts("a@shop.example"), Channels: texts("ops")}},
		Channels:  []*spec.Channel{{Node: f.node("ops"), Kind: text("slack"), Channel: text("#ops"), Secret: text("slack")}},
		Secrets:   []*spec.Secret{{Node: f.node("slack"), SecretManager: text("slack-token"), Env: text("SLACK_TOKEN")}, {Node: f.node("app_db"), Description: text("Reads the application's replica."), SecretManager: text("app-db"), Version: text("3")}, {Node: f.node("laptop"), Env: text("LAPTOP_KEY")}},
		Calendars: []*spec.Calendar{{Node: f.node("workdays"), Days: texts("fri", "mon"), Holidays: texts("2026-01-01")}},
		Variables: []*spec.Variable{{Node: f.node("min_age"), Type: text("INT64"), Default: spec.Scalar{V: int64(13)}}},
		Pools:     []*spec.Pool{{Node: f.node("sql"), Size: whole(8)}, {Node: f.node("ingest"), Size: whole(4)}},
		Windows: []*spec.Window{
			{Node: f.node("night"), Description: text("Only what is late."), Start: text("22:00"), End: text("04:00")},
			{Node: f.node("peak"), Start: text("04:00"), End: text("10:00"), Pools: []spec.PoolSize{{Node: f.node("ingest"), Size: whole(12)}}, Workers: whole(10), Slots: whole(200), Nodes: whole(3)},
			{Node: f.node("normal"), Start: text("10:00"), End: text("22:00"), Slots: whole(100)},
		},
		Environments: []*spec.Environment{
			{Node: f.node("local"), Kind: text("local"), Warehouse: spec.Warehouse{Kind: text("duckdb"), MemoryLimit: spec.Bytes{V: 4_000_000_000}}, Exports: text("files"), Models: text("local"), ExportRoot: text("out"),
				Sources: []*spec.SourceOverride{{Node: f.node("*"), Read: text("files"), Root: text("data")}}},
			{Node: f.node("prod"), Kind: text("prod"), Warehouse: spec.Warehouse{Kind: text("bigquery"), MaximumBytesBilled: spec.Bytes{V: 1 << 40}}, Exports: text("deliver"), Models: text("platform")},
			{Node: f.node("pull_request"), Kind: text("pull_request"), Warehouse: spec.Warehouse{Kind: text("bigquery")}, DatasetPrefix: text("pr_${number}_"), Exports: text("skip"), Models: text("skip"), ExpiresAfter: spec.Seconds{V: 3 * 86400}},
		},
		Datasets: []*spec.Dataset{{Node: f.node("core"), Description: text("Agreed tables."), Readers: texts("group:analysts@shop.example", "domain:shop.example"),
			Labels: spec.Labels{{Name: "layer", Scalar: spec.Scalar{V: "core"}}}}},
		Sources: []*spec.Source{
			{Node: f.node("app"), Kind: text("postgres"), Engine: text("native"), Classification: text("internal"), Connection: spec.Connection{Host: text("db.shop.example"), Port: whole(5432), Database: text("shop"), User: text("reader"), Secret: text("app_db"), TLS: text("verify"), MaxConnections: whole(4)},
				Tables: []*spec.SourceTable{
					{Node: f.node("members"), Description: text("One row a member."), Mode: text("incremental"), Cursor: text("updated_at"), Key: texts("id"), Arrives: text("04:30"), Wait: spec.Seconds{V: 3600},
						Estimate: &spec.Estimate{Duration: spec.Seconds{V: 600}, Volume: spec.Bytes{V: 2_000_000_000}, Rows: whole(1_000_000)}},
					{Node: f.node("orders"), Mode: text("partition"), Format: text("jsonl"), Compression: text("gzip"), MaxBadRows: whole(10)},
				}},
			{Node: f.node("web"), Kind: text("firebase"), Connection: spec.Connection{Project: text("shop-web"), Dataset: text("analytics_1")},
				Tables: []*spec.SourceTable{{Node: f.node("events_*"), Mode: text("external")}}},
		},
		Tables: []*spec.Table{
			{Node: f.node("core.members"), Description: text("Members with their orders."), Tags: texts("daily"), Materialization: text("incremental"), Incremental: &spec.Incremental{Strategy: text("replace_partition")},
				Partition: &spec.Partition{Column: text("day"), By: text("day"), RequireFilter: spec.Bool{V: true, Set: true}}, ClusterBy: texts("member_id", "day"), Retention: spec.Seconds{V: 400 * 86400},
				Runbook: &spec.Runbook{EscalateWhen: text("later than 09:00: the team data"), Steps: texts("Look at app.members.", "Run it again."), Attitude: text("Tell them early.")},
				Labels:  spec.Labels{{Name: "tier", Scalar: spec.Scalar{V: "gold"}}}},
			{Node: f.node("mart.kpi"), Materialization: text("view")},
			{Node: f.node("mart.features"), Materialization: text("table")},
		},
		Routines: []*spec.Routine{{Node: f.node("core.yen"), Description: text("Whole yen."), Kind: text("scalar")}},
		Checks: []*spec.Check{
			{Node: f.node("id_unique"), Kind: text("unique"), Severity: text("block"), Columns: texts("member_id")},
			{Node: f.node("totals"), Kind: text("reconcile"), Severity: text("warn"), Description: text("Two systems agree.")},
			{Node: f.node("rows"), Kind: text("row_count"), Severity: text("warn"), MaxChangePercent: spec.Number{V: 30}},
		},
		Exports: []*spec.Export{
			{Node: f.node("kpi_sheet"), Kind: text("sheets"), NotBefore: text("09:00"), Calendar: text("workdays"), To: spec.Destination{Spreadsheet: text("1abc"), Range: text("KPI!A1")}},
			{Node: f.node("partner"), Kind: text("gcs"), To: spec.Destination{Bucket: text("shop-partner"), Path: text("kpi/{date}.csv.gz"), Format: text("csv"), Compression: text("gzip")}},
		},
		Models: []*spec.Model{{Node: f.node("churn"), Kind: text("bigquery_ml"), ModelType: text("logistic_reg"), Local: text("logistic_reg"),
			Options: []spec.Pair{{Name: "l2_reg", Scalar: spec.Scalar{V: 0.5}}, {Name: "early_stop", Scalar: spec.Scalar{V: true}}},
			Train:   &spec.Train{Table: text("mart.features"), Label: text("left"), Days: texts("wed", "mon")},
			Predict: spec.Predict{Table: text("mart.features"), Key: texts("member_id"), Output: text("mart.churn_score"), Prediction: text("score")}}},
		SLAs: []*spec.SLA{{Node: f.node("kpi_ready"), Description: text("The KPI sheet is there."), Target: text("export.kpi_sheet"), ReadyBy: text("12:00"), Calendar: text("workdays"), Percent: spec.Number{V: 98}, Over: text("half_year"),
			Stakeholders: texts("board"), WarnBefore: spec.Seconds{V: 1800}, Escalation: []*spec.Escalation{{After: spec.Seconds{V: 900}, Notify: texts("data")}, {Notify: texts("ops")}}}},
	}
}

// resolve makes tables and what reads them.
func (f *fixture) resolve(m *model.Platform, prefix string) {
	s := m.Spec
	for _, name := range []string{"app", "core", "mart", "web"} {
		d := &model.Dataset{Name: name, Physical: prefix + name}
		for _, x := range s.Datasets {
			if x.Name == name {
				d.Spec = x
			}
		}
		for _, x := range s.Sources {
			if x.Name == name {
				d.Source = x
			}
		}
		m.Datasets = append(m.Datasets, d)
	}
	physical := func(name string) string { return prefix + name }

	members := columnsOf(column("id", "INT64"), column("email", "STRING"), column("updated_at", "TIMESTAMP"))
	members[0].Required, members[0].Description = true, "Member."
	members[1].Class, members[1].Mask = "personal", "sha256"
	orders := columnsOf(column("id", "INT64"), column("lines", "ARRAY<STRUCT<sku STRING, price NUMERIC(10, 2)>>"), column("load_date", "DATE"))
	webKind := model.ExternalKind
	if m.Environment.Name == "local" {
		webKind = model.SourceKind
	}
	f.addTable(m, &model.Table{Name: "app.members", Dataset: m.Datasets[0], Kind: model.SourceKind, Owner: "data", Source: s.Sources[0], SourceTable: s.Sources[0].Tables[0], At: s.Sources[0].Tables[0].At, Columns: members})
	f.addTable(m, &model.Table{Name: "app.orders", Dataset: m.Datasets[0], Kind: model.SourceKind, Owner: "data", Source: s.Sources[0], SourceTable: s.Sources[0].Tables[1], At: s.Sources[0].Tables[1].At, Columns: orders})
	f.addTable(m, &model.Table{Name: "web.events_*", Dataset: m.Datasets[3], Kind: webKind, Owner: "data", Source: s.Sources[1], SourceTable: s.Sources[1].Tables[0], At: s.Sources[1].Tables[0].At,
		Columns: columnsOf(column("event", "STRING")), PseudoColumns: columnsOf(column("_TABLE_SUFFIX", "STRING"))})

	yen := &model.Routine{Name: "core.yen", Dataset: m.Datasets[1], Spec: s.Routines[0], Arguments: columnsOf(column("amount", "NUMERIC")), Returns: typ("NUMERIC"),
		Statement: f.statement("core.yen", "ROUND(amount)", "ROUND(amount)")}
	m.Routines = append(m.Routines, yen)

	core := f.sql(m, s.Tables[0], m.Datasets[1], model.IncrementKind, "-- one row a member and day\nSELECT id AS member_id, @run_date AS day, core.yen(1.5) AS spent\nFROM app.members JOIN app.orders USING (id)",
		"SELECT id AS member_id, @run_date AS day FROM `"+physical("app.members")+"` JOIN `"+physical("app.orders")+"` USING (id)", "app.members", "app.orders")
	core.Statement.Parameters, core.Statement.Routines = []string{"run_date"}, []string{"core.yen"}
	core.Columns = columnsOf(column("member_id", "INT64"), column("day", "DATE"), column("spent", "NUMERIC"))
	core.Columns[0].Required = true
	features := f.sql(m, s.Tables[2], m.Datasets[2], model.TableTable, "SELECT member_id, spent > 0 AS active, spent, FALSE AS left FROM core.members", "SELECT member_id FROM `"+physical("core.members")+"`", "core.members")
	features.Columns = columnsOf(column("member_id", "INT64"), column("active", "BOOL"), column("spent", "NUMERIC"), column("left", "BOOL"))
	churn := &model.Model{Name: "churn", Spec: s.Models[0], Owner: "data", Train: features, Predict: features}
	churn.Output = &model.Table{Name: "mart.churn_score", Dataset: m.Datasets[2], Kind: model.PredictionKind, Owner: "data", Model: s.Models[0], At: s.Models[0].At,
		Columns: columnsOf(column("member_id", "INT64"), column("score", "FLOAT64"))}
	f.addTable(m, churn.Output)
	m.Models = append(m.Models, churn)
	kpi := f.sql(m, s.Tables[1], m.Datasets[2], model.ViewKind, "SELECT COUNT(*) AS members\nFROM core.members", "SELECT COUNT(*) AS members FROM `"+physical("core.members")+"`", "core.members")
	kpi.Columns = columnsOf(column("members", "INT64"))

	unique := &model.Check{ID: "core.members/id_unique", Name: "id_unique", Spec: s.Checks[0], Table: core, Owner: "data", Statement: f.statement("core.members/id_unique", "", "SELECT 0 AS violations, CAST(NULL AS STRING) AS message")}
	rows := &model.Check{ID: "core.members/rows", Name: "rows", Spec: s.Checks[2], Table: core, Owner: "data", Statement: f.statement("core.members/rows", "", "SELECT 0 AS violations, CAST(NULL AS STRING) AS message, 1 AS rows")}
	totals := &model.Check{ID: "check.totals", Name: "totals", Spec: s.Checks[1], Owner: "data", Statement: f.statement("check.totals", "", "SELECT 0 AS violations, CAST(NULL AS STRING) AS message")}
	core.Checks = []*model.Check{unique, rows}
	m.Checks = []*model.Check{totals, unique, rows}
	for _, x := range s.Exports {
		st := f.statement("export."+x.Name, "", "SELECT * FROM `"+physical("mart.kpi")+"`")
		st.Columns = kpi.Columns
		m.Exports = append(m.Exports, &model.Export{Name: x.Name, Spec: x, Owner: "data", Table: kpi, Statement: st, Reads: []*model.Table{kpi}})
	}
}

func columnsOf(list ...model.Column) []model.Column { return list }

func (f *fixture) statement(node, text, rendered string) *model.Statement {
	return &model.Statement{Node: node, Text: text, Rendered: rendered, Level: "strict"}
}

func (f *fixture) addTable(m *model.Platform, t *model.Table) {
	m.Tables = append(m.Tables, t)
	m.TableByName[t.Name] = t
}

func (f *fixture) sql(m *model.Platform, s *spec.Table, d *model.Dataset, kind model.TableKind, text, rendered string, reads ...string) *model.Table {
	t := &model.Table{Name: s.Name, Dataset: d, Kind: kind, At: s.At, Owner: "data", Spec: s, Statement: f.statement(s.Name, text, rendered)}
	for _, r := range reads {
		t.Reads = append(t.Reads, m.TableByName[r])
	}
	f.addTable(m, t)
	return t
}

// tasks makes a task of everything that runs and a timetable of ten minutes each.
func (f *fixture) tasks(m *model.Platform) {
	add := func(t *model.Task, after ...string) {
		for _, id := range after {
			t.After = append(t.After, m.TaskByID[id])
		}
		t.Owner, t.Duration = "data", 600
		m.Tasks = append(m.Tasks, t)
		m.TaskByID[t.ID] = t
	}
	table := func(name, kind, pool string, after ...string) {
		t := m.TableByName[name]
		add(&model.Task{ID: name, Kind: kind, Node: name, Table: t, At: t.At, Pool: pool}, after...)
	}
	table("app.members", "transfer", "ingest")
	table("app.orders", "transfer", "ingest")
	web := "wait"
	if m.TableByName["web.events_*"].Kind == model.SourceKind {
		web = "transfer"
	}
	table("web.events_*", web, "")
	table("core.members", "query", "sql", "app.orders", "app.members")
	m.TaskByID["core.members"].Retry = spec.Retry{Attempts: whole(5), Backoff: spec.Seconds{V: 60}, Factor: spec.Number{V: 3}, MaxBackoff: spec.Seconds{V: 600}}
	m.TaskByID["core.members"].Timeout = 3600
	for _, c := range m.Checks {
		var after []string
		if c.Table != nil {
			after = []string{c.Table.Name}
		}
		add(&model.Task{ID: c.ID, Kind: "check", Node: c.ID, Check: c, At: c.Spec.At}, after...)
	}
	table("mart.features", "query", "sql", "core.members", "core.members/id_unique")
	table("mart.kpi", "query", "", "core.members", "core.members/id_unique")
	churn := m.Models[0]
	add(&model.Task{ID: "model.churn/train", Kind: "train", Node: "model.churn", Model: churn, At: churn.Spec.At}, "mart.features")
	add(&model.Task{ID: "model.churn/predict", Kind: "predict", Node: "model.churn", Model: churn, At: churn.Spec.At}, "mart.features", "model.churn/train")
	for _, e := range m.Exports {
		add(&model.Task{ID: "export." + e.Name, Kind: "export", Node: "export." + e.Name, Export: e, At: e.Spec.At, NotBefore: e.Spec.NotBefore, Calendar: e.Spec.Calendar.V}, "mart.kpi")
	}
	m.Timetable = &model.Timetable{ByTask: map[string]model.Slot{}, BySLA: map[string]model.SLAForecast{}}
	for _, t := range m.Tasks {
		start := 0
		for _, after := range t.After {
			start = max(start, m.Timetable.ByTask[after.ID].Finish)
		}
		m.Timetable.ByTask[t.ID] = model.Slot{Earliest: start, Planned: start, Finish: start + 10, Latest: 470 - start, HasLatest: t.ID == "export.kpi_sheet"}
	}
	s := m.Spec.SLAs[0]
	m.SLAs = []*model.SLA{{Name: s.Name, Spec: s, Owner: "data", Target: s.Target.V, Tasks: []*model.Task{m.TaskByID["export.kpi_sheet"]}}}
	m.Timetable.BySLA[s.Name] = model.SLAForecast{Deadline: 480, Finish: 310, Path: []string{"app.members", "core.members", "mart.kpi", "export.kpi_sheet"}}
	slices.SortFunc(m.Checks, func(a, b *model.Check) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
}
