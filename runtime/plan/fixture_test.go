package plan

import "fmt"

// example is a small plan with something of most kinds.
func example() *Plan {
	at := func(line int) Origin { return Origin{File: "shop.cue", Line: line, Col: 1} }
	retry := Retry{Attempts: 3, BackoffSec: 30, Factor: 2, MaxBackoffSec: 900}
	p := &Plan{
		Platform: "shop", Environment: "local", Kind: "local", TimeZone: "Asia/Tokyo", DayStart: "00:00",
		Warehouse: Warehouse{Kind: "duckdb", Path: ".sluice/warehouse.duckdb"},
		Variables: []Variable{{Name: "min_age", Type: "INT64", Value: "13"}},
		Calendars: []Calendar{{Name: "workdays", Days: []string{"mon", "tue"}}},
		Teams:     []Team{{Name: "data", Channels: []string{"ops"}}},
		Channels:  []Channel{{Name: "ops", Kind: "slack", Channel: "#ops", Secret: "slack"}},
		Secrets:   []Secret{{Name: "slack", Env: "SLACK_TOKEN"}},
		Pools:     []Pool{{Name: "ingest", Size: 4}, {Name: "sql", Size: 2}},
		Windows: []Window{{Name: "peak", Start: "00:00", End: "08:00", Pools: map[string]int{"ingest": 6, "sql": 4}},
			{Name: "rest", Start: "08:00", End: "24:00"}},
		Datasets: []Dataset{{Name: "app", Physical: "app"}, {Name: "core", Physical: "core"}},
		Tables: []Table{
			{Name: "app.members", Kind: "source", Columns: []Column{{Name: "id", Type: "INT64", Required: true}, {Name: "name", Type: "STRING"}}, Definition: "sha256:app.members", Origin: at(1)},
			{Name: "core.active", Kind: "view", Columns: []Column{{Name: "id", Type: "INT64"}}, Reads: []string{"core.members"}, SQL: "SELECT id FROM core.members", Definition: "sha256:core.active", Origin: at(2)},
			{Name: "core.members", Kind: "table", Columns: []Column{{Name: "id", Type: "INT64"}, {Name: "name", Type: "STRING"}}, Reads: []string{"app.members"}, SQL: "SELECT id, name FROM app.members <&>", Definition: "sha256:core.members", Origin: at(3)},
		},
		Tasks: []Task{
			{ID: "app.members", Kind: Transfer, Node: "app.members", Pool: "ingest", Retry: retry, Origin: at(1),
				Transfer: &TransferSpec{Source: "app", Kind: "files", Engine: "native", From: "members", Table: "app.members", Mode: "full", Connection: map[string]string{"root": "data", "a": "b"}}},
			{ID: "core.active", Kind: Query, Node: "core.active", After: []string{"core.members", "core.members/id_unique"}, Retry: retry, Origin: at(2),
				Query: &QuerySpec{Table: "core.active", Materialization: "view", SQL: "SELECT id FROM core.members"}},
			{ID: "core.members", Kind: Query, Node: "core.members", After: []string{"app.members"}, Pool: "sql", Retry: retry, Origin: at(3),
				Query: &QuerySpec{Table: "core.members", Materialization: "table", SQL: "SELECT id, name FROM app.members"}},
			{ID: "core.members/id_unique", Kind: Check, Node: "core.members/id_unique", After: []string{"core.members"}, Retry: retry, Origin: at(4),
				Check: &CheckSpec{Name: "id_unique", Kind: "unique", Table: "core.members", Severity: "block", SQL: "SELECT 0 AS violations, NULL AS message"}},
			{ID: "export.active", Kind: Export, Node: "export.active", After: []string{"core.active"}, NotBefore: "05:00", Calendar: "workdays", Retry: retry, Origin: at(5),
				Export: &ExportSpec{Kind: "files", SQL: "SELECT * FROM core.active", Columns: []Column{{Name: "id", Type: "INT64"}}, Path: "{date}.csv", Format: "csv"}},
		},
		SLAs: []SLA{{Name: "members_ready", Target: "core.members", Tasks: []string{"core.members", "core.members/id_unique"}, ReadyBy: "10:00", Percent: 98, Over: "half_year", WarnBefore: 1800, PredictedMin: 12, Origin: at(6)}},
	}
	if _, err := Seal(p); err != nil {
		panic(err)
	}
	return p
}

// wide is a plan of n chained tables.
func wide(n int) *Plan {
	p := example()
	p.SLAs = nil
	p.Tables, p.Tasks = nil, nil
	for i := range n {
		name := fmt.Sprintf("core.t%05d", i)
		t := Table{Name: name, Kind: "table", SQL: "SELECT 1 AS id\nFROM core.x\nWHERE TRUE", Definition: "sha256:0", Origin: Origin{File: "a.cue", Line: i}}
		for c := range 10 {
			t.Columns = append(t.Columns, Column{Name: fmt.Sprintf("c%d", c), Type: "INT64", Description: "a column of the table"})
		}
		k := Task{ID: name, Kind: Query, Node: name, Query: &QuerySpec{Table: name, Materialization: "table", SQL: t.SQL}}
		if i > 0 {
			prev := fmt.Sprintf("core.t%05d", i-1)
			t.Reads, k.After = []string{prev}, []string{prev}
		}
		p.Tables = append(p.Tables, t)
		p.Tasks = append(p.Tasks, k)
	}
	return p
}
