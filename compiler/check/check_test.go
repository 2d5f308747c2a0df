package check_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/check"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/spec"
)

// mistakes each change a sound platform so that exactly one rule fires; the golden
// file is what a user sees.
var mistakes = []struct {
	name string
	code diag.Code
	edit func(sp *spec.Platform)
}{
	{"cycle", diag.DependencyCycle, func(sp *spec.Platform) {
		sp.Tables[0].SQL = T("SELECT * FROM app.members JOIN mart.last ON TRUE")
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("mart.last"), SQL: T("SELECT * FROM mart.kpi")})
	}},
	{"cycle_by_after", diag.DependencyCycle, func(sp *spec.Platform) { sp.Tables[0].After = Ts("export.kpi") }},
	{"cycle_by_check", diag.DependencyCycle, func(sp *spec.Platform) {
		sp.Tables[0].Checks = []*spec.Check{{Node: Named("agrees"), Kind: T("sql"), Severity: T("block"), Query: T("SELECT * FROM mart.kpi WHERE n < 0")}}
	}},
	{"reads_itself", diag.DependencyCycle, func(sp *spec.Platform) {
		sp.Tables[0].SQL = T("SELECT * FROM app.members JOIN core.members ON TRUE")
	}},
	{"after_already_read", diag.RedundantDependency, func(sp *spec.Platform) { sp.Tables[1].After = Ts("core.members") }},
	{"after_implied", diag.RedundantDependency, func(sp *spec.Platform) { sp.Tables[1].After = Ts("app.members") }},
	{"after_twice", diag.RedundantDependency, func(sp *spec.Platform) {
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("mart.other"), SQL: T("SELECT 1 AS x")})
		sp.Tables[1].After = Ts("mart.other", "mart.other")
	}},
	{"unused_source", diag.UnusedSource, func(sp *spec.Platform) {
		sp.Sources = append(sp.Sources, &spec.Source{Node: Named("old"), Kind: T("file"), Tables: []*spec.SourceTable{{Node: Named("x"), Columns: Columns("id INT64")}}})
	}},
	{"unused_source_table", diag.UnusedSourceTable, func(sp *spec.Platform) {
		sp.Sources[0].Tables = append(sp.Sources[0].Tables, &spec.SourceTable{Node: Named("old"), Columns: Columns("id INT64"),
			Checks: []*spec.Check{{Node: Named("id"), Kind: T("not_null"), Columns: Ts("id")}}})
	}},
	{"unused_pool", diag.UnusedPool, func(sp *spec.Platform) { sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(3)}} }},
	{"unused_channel", diag.UnusedChannel, func(sp *spec.Platform) {
		sp.Channels = append(sp.Channels, &spec.Channel{Node: Named("old"), Kind: T("email"), To: Ts("a@b.example")})
	}},
	{"unused_secret", diag.UnusedSecret, func(sp *spec.Platform) {
		sp.Secrets = append(sp.Secrets, &spec.Secret{Node: Named("old"), Env: T("OLD")})
	}},
	{"unused_variable", diag.UnusedVariable, func(sp *spec.Platform) {
		sp.Variables = []*spec.Variable{{Node: Named("days"), Type: T("INT64"), Default: spec.Scalar{V: int64(1)}}}
	}},
	{"unused_calendar", diag.UnusedCalendar, func(sp *spec.Platform) {
		sp.Calendars = []*spec.Calendar{{Node: Named("weekdays"), Days: Ts("mon", "tue")}}
	}},
	{"unused_routine", diag.UnusedRoutine, func(sp *spec.Platform) {
		sp.Routines = []*spec.Routine{{Node: Named("lib.f"), Kind: T("scalar"), SQL: T("lib.f(1) + 1")}}
	}},
	{"orphan_table", diag.OrphanTable, func(sp *spec.Platform) {
		sp.Info.Owner = spec.Text{}
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("mart.lost"), SQL: T("SELECT * FROM core.members")})
	}},
	{"windows_overlap", diag.WindowsOverlap, func(sp *spec.Platform) {
		sp.Windows = []*spec.Window{window("night", "22:00", "06:30"), window("day", "06:00", "22:30")}
	}},
	{"windows_gap", diag.WindowsLeaveGap, func(sp *spec.Platform) {
		sp.Windows = []*spec.Window{window("peak", "01:00", "09:00"), window("normal", "09:30", "23:00")}
	}},
	{"pool_always_empty", diag.PoolAlwaysEmpty, func(sp *spec.Platform) {
		sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(0)}}
		sp.Windows = []*spec.Window{window("all", "00:00", "24:00")}
		sp.Sources[0].Pool = T("ingest")
	}},
	{"pool_overloaded", diag.PoolOverloaded, func(sp *spec.Platform) {
		sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(1)}}
		sp.Windows = []*spec.Window{window("night", "20:00", "08:00", spec.PoolSize{Node: Named("ingest"), Size: N(2)}), window("day", "08:00", "20:00", spec.PoolSize{Node: Named("ingest"), Size: N(0)})}
		sp.Sources[0].Pool = T("ingest")
		sp.Sources[0].Tables[0].Estimate = Minutes(25 * 60)
	}},
	{"secret_private_key", diag.LiteralSecret, func(sp *spec.Platform) { sp.Tables[0].Description = T("-----BEGIN RSA PRIVATE KEY-----") }},
	{"secret_aws", diag.LiteralSecret, func(sp *spec.Platform) { sp.Sources[0].Connection.User = T("AKIA" + "QWERTYUIOPASDFGH") }},
	{"secret_slack", diag.LiteralSecret, func(sp *spec.Platform) { sp.Channels[0].Description = T("xoxb" + "-1234567890-abcdefghij") }},
	{"secret_github", diag.LiteralSecret, func(sp *spec.Platform) {
		sp.Tables[0].SQL = T("SELECT 'ghp" + "_abcdefghijklmnopqrstuvwxyz0123456789' AS x FROM app.members")
	}},
	{"secret_in_sql_file", diag.LiteralSecret, func(sp *spec.Platform) {
		sp.SQLFiles = map[string]string{"core/x.sql": "SELECT 1,\n  'AIza" + "SyA1234567890abcdefghijklmnopqrstuvw'"}
	}},
	{"secret_in_address", diag.LiteralSecret, func(sp *spec.Platform) { sp.Sources[0].Connection.Host = T("postgres://app:hunter2@db.example/app") }},
	{"secret_in_query", diag.LiteralSecret, func(sp *spec.Platform) {
		sp.Sources[0].Connection.URL = T("https://crm.example/v1?api_key=0123456789abc")
	}},
	{"secret_random", diag.LiteralSecret, func(sp *spec.Platform) {
		sp.Variables = []*spec.Variable{{Node: Named("salt"), Type: T("STRING"), Default: spec.Scalar{V: "q7Zp2LxW9vB4nT6yR1kD"}}}
		sp.Tables[0].SQL = T("SELECT @salt AS x FROM app.members")
	}},
	{"mask_without_transfer", diag.MaskWithoutTransfer, func(sp *spec.Platform) {
		sp.Sources[0].Kind, sp.Sources[0].Tables[0].Mode = T("bigquery"), T("external")
		sp.Sources[0].Tables[0].Columns = Columns("id INT64", "email STRING personal sha256")
	}},
	{"test_of_unread_table", diag.TestOfUnreadTable, func(sp *spec.Platform) {
		sp.Tables[1].Tests = []*spec.Test{{Node: Named("counts"), Expects: spec.Bool{V: true}, Given: []*spec.TestRows{{Node: Named("app.members")}}}}
	}},
	{"test_unknown_column", diag.TestUnknownColumn, func(sp *spec.Platform) {
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps"), Expects: spec.Bool{V: true}, Given: []*spec.TestRows{{Node: Named("app.members"), Rows: []spec.Row{
			{Values: map[string]any{"ID": int64(1), "state": "x"}}, {Values: map[string]any{"state": "y"}}}}}}}
	}},
	{"test_value_mismatch", diag.TestValueMismatch, func(sp *spec.Platform) {
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps"), Expects: spec.Bool{V: true}, Given: []*spec.TestRows{{Node: Named("app.members"), Rows: []spec.Row{
			{Values: map[string]any{"id": "one", "status": int64(2), "updated_at": "2026-01-15T00:00:00Z"}}}}}}}
	}},
	{"test_expects_nothing", diag.TestExpectation, func(sp *spec.Platform) {
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps")}}
	}},
	{"test_expects_rows_and_an_error", diag.TestExpectation, func(sp *spec.Platform) {
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps"), Expects: spec.Bool{V: true}, ExpectError: T("division by zero")}}
	}},
	{"test_of_unknown_variable", diag.UnknownVariable, func(sp *spec.Platform) {
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps"), Expects: spec.Bool{V: true}, Variables: []spec.Pair{{Name: "rate", Scalar: spec.Scalar{V: int64(1)}}}}}
	}},
	{"test_variable_value", diag.BadVariableValue, func(sp *spec.Platform) {
		sp.Variables = []*spec.Variable{{Node: Named("rate"), Type: T("INT64"), Default: spec.Scalar{V: int64(1)}}}
		sp.Tables[0].SQL = T("SELECT id, status, @rate AS rate FROM app.members")
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps"), Expects: spec.Bool{V: true}, Variables: []spec.Pair{{Name: "rate", Scalar: spec.Scalar{V: "high"}}}}}
	}},
	{"retention_too_short", diag.RetentionTooShort, func(sp *spec.Platform) {
		sp.Tables[0].Retention = D(48, 0, 0)
		sp.Tables[0].Checks = []*spec.Check{{Node: Named("fresh"), Kind: T("freshness"), Column: T("at"), MaxAge: D(72, 0, 0)}}
	}},
	{"freshness_never_holds", diag.FreshnessNeverHolds, func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Columns = Columns("day DATE")
		sp.Sources[0].Tables[0].Checks = []*spec.Check{{Node: Named("fresh"), Kind: T("freshness"), Column: T("day"), MaxAge: D(12, 0, 0)}}
	}},
	{"ignored_where", diag.IgnoredWhere, func(sp *spec.Platform) {
		sp.Checks = []*spec.Check{{Node: Named("agree"), Kind: T("reconcile"), Left: T("SELECT 1"), Right: T("SELECT 1"), Where: T("x > 1")}}
	}},
	{"external_in_duckdb", diag.ExternalNotReachable, func(sp *spec.Platform) {
		sp.Environments[0].Warehouse.Kind = T("duckdb")
		sp.Sources[0].Kind, sp.Sources[0].Tables[0].Mode = T("firebase"), T("external")
	}},
	{"external_database", diag.ExternalWithoutWarehouse, func(sp *spec.Platform) { sp.Sources[0].Tables[0].Mode = T("external") }},
	{"sla_without_runbook", diag.SLAWithoutRunbook, func(sp *spec.Platform) { sp.SLAs[0].Runbook = nil }},
	{"sla_without_stakeholders", diag.SLAWithoutStakeholders, func(sp *spec.Platform) { sp.SLAs[0].Stakeholders = nil }},
	{"sla_without_escalation", diag.SLAWithoutEscalation, func(sp *spec.Platform) { sp.SLAs[0].Escalation = nil }},
	{"escalation_order", diag.EscalationOrder, func(sp *spec.Platform) {
		sp.SLAs[0].Escalation = []*spec.Escalation{{After: D(0, 30, 0), Notify: Ts("ops")}, {After: D(0, 10, 0), Notify: Ts("data")}}
	}},
	{"silent_receiver", diag.SilentReceiver, func(sp *spec.Platform) {
		sp.Teams = append(sp.Teams, &spec.Team{Node: Named("board")})
		sp.SLAs[0].Escalation[0].Notify = Ts("ops", "board")
	}},
	{"gate_after_deadline", diag.GateAfterDeadline, func(sp *spec.Platform) { sp.Tables[0].NotBefore = T("12:00") }},
	{"gate_after_deadline_day_start", diag.GateAfterDeadline, func(sp *spec.Platform) {
		sp.Info.DayStart = T("04:00")
		sp.Exports[0].NotBefore = T("03:00") // the next night
	}},
	{"gate_without_effect", diag.GateWithoutEffect, func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Arrives = T("05:00")
		sp.Tables[1].NotBefore = T("04:00")
	}},
	{"unknown_time_zone", diag.UnknownTimeZone, func(sp *spec.Platform) { sp.Info.TimeZone = T("JST") }},
	{"bad_calendar", diag.BadCalendar, func(sp *spec.Platform) {
		sp.Calendars = []*spec.Calendar{{Node: Named("workdays"), Days: Ts("mon"), Holidays: Ts("2026-02-29", "2026-01-05", "2026-01-05")}}
		sp.SLAs[0].Calendar = T("workdays")
	}},
	{"empty_calendar", diag.EmptyCalendar, func(sp *spec.Platform) {
		sp.Calendars = []*spec.Calendar{{Node: Named("never")}}
		sp.Exports[0].Calendar, sp.SLAs[0].Calendar = T("never"), T("never")
	}},
	{"needless_extra_day", diag.NeedlessCalendarDate, func(sp *spec.Platform) {
		sp.Calendars = []*spec.Calendar{{Node: Named("workdays"), Days: Ts("mon"), ExtraDays: Ts("2026-01-05")}}
		sp.SLAs[0].Calendar = T("workdays")
	}},
	{"sla_on_other_days", diag.SLANeverMeasured, func(sp *spec.Platform) {
		sp.Calendars = []*spec.Calendar{{Node: Named("sundays"), Days: Ts("sun")}, {Node: Named("workdays"), Days: Ts("mon", "tue"), ExtraDays: Ts("2026-01-10")}}
		sp.Exports[0].Calendar, sp.SLAs[0].Calendar = T("workdays"), T("sundays")
	}},
	{"sla_on_skipped", diag.SLANeverMeasured, func(sp *spec.Platform) { sp.Environments[0].Exports = T("skip") }},
	{"bad_clock", diag.BadClockTime, func(sp *spec.Platform) { sp.Exports[0].NotBefore = T("24:00") }},
}

func window(name, start, end string, pools ...spec.PoolSize) *spec.Window {
	return &spec.Window{Node: Named(name), Start: T(start), End: T(end), Pools: pools}
}

func TestMistakes(t *testing.T) {
	got := map[string][]byte{}
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			sp := Shop()
			c.edit(sp)
			m, text := Model(t, sp)
			diags := judged(m)
			if len(diags) == 0 {
				t.Errorf("no %s", c.code)
			}
			for _, d := range diags {
				if d.Code != c.code {
					t.Errorf("also %s: %s", d.Code, d.Message)
				}
				if _, known := diag.Lookup(d.Code); !known {
					t.Errorf("%s is not in the table of codes", d.Code)
				}
				if d.Span.IsZero() || d.Hint == "" {
					t.Errorf("no place or no hint: %+v", d)
				}
			}
			got[c.name+".txt"] = []byte(Render(text, diags))
		})
	}
	golden.Tree(t, "testdata/mistakes", got)
}

// sound are platforms near a mistake that are none: no rule may fire.
var sound = map[string]func(sp *spec.Platform){
	"shop": func(*spec.Platform) {},
	"incremental self": func(sp *spec.Platform) {
		sp.Tables[0].SQL = T("SELECT * FROM app.members JOIN core.members ON TRUE")
		sp.Tables[0].Materialization = T("incremental")
	},
	"warning check looks downstream": func(sp *spec.Platform) {
		sp.Tables[0].Checks = []*spec.Check{{Node: Named("agrees"), Kind: T("sql"), Severity: T("warn"), Query: T("SELECT * FROM mart.kpi WHERE n < 0")}}
	},
	"after something else": func(sp *spec.Platform) {
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("mart.other"), SQL: T("SELECT 1 AS x")})
		sp.Tables[1].After = Ts("mart.other")
	},
	"source used by a check only": func(sp *spec.Platform) {
		sp.Sources = append(sp.Sources, &spec.Source{Node: Named("other"), Kind: T("file"), Tables: []*spec.SourceTable{{Node: Named("x"), Columns: Columns("id INT64")}}})
		sp.Checks = []*spec.Check{{Node: Named("agree"), Kind: T("reconcile"), Left: T("SELECT COUNT(*) FROM other.x"), Right: T("SELECT COUNT(*) FROM core.members")}}
	},
	"secret of another environment": func(sp *spec.Platform) {
		sp.Secrets = append(sp.Secrets, &spec.Secret{Node: Named("dev_password"), SecretManager: T("app-database-password-dev")})
		sp.Environments = append(sp.Environments, &spec.Environment{Node: Named("pr"), Kind: T("pull_request"), Exports: T("skip"),
			Warehouse: spec.Warehouse{Kind: T("bigquery")},
			Sources:   []*spec.SourceOverride{{Node: Named("app"), Read: T("source"), Secret: T("dev_password")}}})
	},
	"variable and routine used": func(sp *spec.Platform) {
		sp.Variables = []*spec.Variable{{Node: Named("days"), Type: T("INT64"), Default: spec.Scalar{V: int64(1)}}}
		sp.Routines = []*spec.Routine{{Node: Named("lib.f"), Kind: T("scalar"), SQL: T("x + @DAYS")}}
		sp.Tables[0].SQL = T("SELECT `lib.f`(id) AS id FROM app.members")
	},
	"leaf table that is owned": func(sp *spec.Platform) {
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("mart.for_people"), SQL: T("SELECT * FROM core.members")})
	},
	"windows cover the day": func(sp *spec.Platform) {
		sp.Windows = []*spec.Window{window("night", "22:00", "06:00"), window("morning", "06:00", "12:00"), window("rest", "12:00", "22:00")}
	},
	"window until midnight": func(sp *spec.Platform) {
		sp.Windows = []*spec.Window{window("first", "00:00", "12:00"), window("second", "12:00", "24:00")}
	},
	"pool open at night only": func(sp *spec.Platform) {
		sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(0)}}
		sp.Windows = []*spec.Window{window("night", "20:00", "08:00", spec.PoolSize{Node: Named("ingest"), Size: N(1)}), window("day", "08:00", "20:00")}
		sp.Sources[0].Pool = T("ingest")
		sp.Sources[0].Tables[0].Estimate = Minutes(12 * 60)
	},
	"things that look random but are not secret": func(sp *spec.Platform) {
		sp.Exports[0].To.Spreadsheet = T("1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms")
		sp.Sources[0].Connection.URL = T("https://api.crm.example/v1/customers?page_size=100")
		sp.Sources[0].Connection.Host = T("postgres://app:${password}@db.example/app")
		sp.Sources[0].Connection.User = T("sluice-reader@manabi-data-platform.iam")
		sp.Tables[0].SQL = T("SELECT * FROM app.members WHERE status = 'ghp_short' AND id != 'AKIAlower'")
		sp.Secrets[0].SecretManager = T("projects-manabi-app-database-password")
		sp.SQLFiles = map[string]string{"a.sql": "-- see https://wiki.example/a:b and eyJ.b.c"}
	},
	"classified source with internal columns": func(sp *spec.Platform) {
		sp.Sources[0].Classification = T("personal")
		sp.Sources[0].Tables[0].Columns = Columns("id INT64 internal", "email STRING personal null")
	},
	"test of a read table": func(sp *spec.Platform) {
		sp.Tables[0].Tests = []*spec.Test{{Node: Named("keeps"), Expects: spec.Bool{V: true}, Given: []*spec.TestRows{{Node: Named("app.members"), Rows: []spec.Row{{Values: map[string]any{"ID": int64(1)}}}}}}}
		sp.Tables[1].Tests = []*spec.Test{{Node: Named("counts"), Expects: spec.Bool{V: true}, Given: []*spec.TestRows{{Node: Named("core.members"), Rows: []spec.Row{{Values: map[string]any{"any": int64(1)}}}}}}}
	},
	"fresh enough": func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Columns = Columns("day DATE", "at TIMESTAMP")
		sp.Sources[0].Tables[0].Checks = []*spec.Check{
			{Node: Named("day"), Kind: T("freshness"), Column: T("day"), MaxAge: D(24, 0, 0)},
			{Node: Named("at"), Kind: T("freshness"), Column: T("at"), MaxAge: D(1, 0, 0)},
		}
		sp.Tables[0].Retention = D(400*24, 0, 0)
		sp.Tables[0].Checks = []*spec.Check{{Node: Named("fresh"), Kind: T("freshness"), Column: T("at"), MaxAge: D(72, 0, 0)}}
	},
	"external from files": func(sp *spec.Platform) {
		sp.Environments[0].Warehouse.Kind = T("duckdb")
		sp.Environments[0].Sources = []*spec.SourceOverride{{Node: Named("*"), Read: T("files"), Root: T("data")}}
		sp.Sources[0].Kind, sp.Sources[0].Tables[0].Mode = T("firebase"), T("external")
	},
	"runbook on the target": func(sp *spec.Platform) {
		sp.SLAs[0].Runbook = nil
		sp.Exports[0].Runbook = &spec.Runbook{Steps: Ts("run it again")}
	},
	"escalation in order": func(sp *spec.Platform) {
		sp.SLAs[0].Escalation = []*spec.Escalation{{Notify: Ts("ops")}, {After: D(0, 10, 0), Notify: Ts("data")}}
	},
	"gate before the deadline, across midnight": func(sp *spec.Platform) {
		sp.Info.DayStart = T("18:00")
		sp.Exports[0].NotBefore, sp.SLAs[0].ReadyBy = T("23:00"), T("06:00")
	},
	"gate after the arrival": func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Arrives = T("05:00")
		sp.Tables[1].NotBefore = T("06:00")
	},
	"calendars that share a day": func(sp *spec.Platform) {
		sp.Calendars = []*spec.Calendar{
			{Node: Named("saturdays"), Days: Ts("sat")},
			{Node: Named("workdays"), Days: Ts("mon", "tue"), Holidays: Ts("2026-01-05", "2026-01-10"), ExtraDays: Ts("2026-01-10", "2026-01-05")},
		}
		sp.Exports[0].Calendar, sp.SLAs[0].Calendar = T("workdays"), T("saturdays")
	},
	"skipped in a pull request": func(sp *spec.Platform) {
		sp.Environments[0].Kind, sp.Environments[0].Exports = T("pull_request"), T("skip")
	},
}

func TestSoundPlatforms(t *testing.T) {
	for name, edit := range sound {
		t.Run(name, func(t *testing.T) {
			sp := Shop()
			edit(sp)
			m, text := Model(t, sp)
			if diags := judged(m); len(diags) > 0 {
				t.Error(Render(text, diags))
			}
		})
	}
}

func TestEveryCheckCodeHasACase(t *testing.T) {
	covered := map[diag.Code]bool{
		diag.SLAInfeasible: true, // schedule's
		// Those of the column graph:
		diag.PersonalDataExported: true, diag.StaleDeclassify: true, diag.PersonalDataLearnt: true,
		diag.PersonalDataReadable: true, diag.ClassLowered: true,
	}
	for _, c := range mistakes {
		covered[c.code] = true
	}
	for _, c := range diag.Codes() {
		if strings.HasPrefix(string(c.Code), "SL3") && !covered[c.Code] {
			t.Errorf("%s %s has no case", c.Code, c.Title)
		}
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	for _, c := range mistakes {
		if c.code != diag.LiteralSecret {
			continue
		}
		sp := Shop()
		c.edit(sp)
		m, text := Model(t, sp)
		out := Render(text, judged(m))
		for _, part := range []string{"QWERTYUIOP", "hunter2", "abcdefghij", "q7Zp2LxW9vB4nT6yR1kD", "0123456789abc", "BEGIN"} {
			if strings.Contains(out, part) {
				t.Errorf("%s prints the value:\n%s", c.name, out)
			}
		}
	}
}

func TestLongCycleInALargeGraph(t *testing.T) {
	sp := Shop()
	const n = 5000
	for i := range n {
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named(fmt.Sprintf("big.t%04d", i)), SQL: T(fmt.Sprintf("SELECT * FROM big.t%04d", (i+1)%n))})
	}
	m, _ := Model(t, sp)
	diags := judged(m)
	if len(diags) != 1 || diags[0].Code != diag.DependencyCycle {
		t.Fatalf("%d diagnostics", len(diags))
	}
	if steps := strings.Count(diags[0].Message, "→"); steps != n {
		t.Errorf("the path has %d steps, want %d", steps, n)
	}
}

func TestOrderOfDeclarationsDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range mistakes {
		sp := Shop()
		c.edit(sp)
		m, text := Model(t, sp)
		want := Render(text, judged(m))
		for range 5 {
			random.Shuffle(len(sp.Tables), func(i, j int) { sp.Tables[i], sp.Tables[j] = sp.Tables[j], sp.Tables[i] })
			random.Shuffle(len(sp.Sources), func(i, j int) { sp.Sources[i], sp.Sources[j] = sp.Sources[j], sp.Sources[i] })
			slices.Reverse(sp.Exports)
			m := ResolveAgain(t, sp)
			if got := Render(text, judged(m)); got != want {
				t.Errorf("%s differs after shuffling:\n%s\nwant\n%s", c.name, got, want)
			}
		}
	}
}

// BenchmarkRun judges 10,000 tables in layers, each with a check.
func BenchmarkRun(b *testing.B) {
	sp := Shop()
	for i := range 10_000 {
		read := "app.members"
		if i >= 100 {
			read = fmt.Sprintf("big.t%05d JOIN big.t%05d ON TRUE", i-100, i*7%(i-99))
		}
		sp.Tables = append(sp.Tables, &spec.Table{
			Node: Named(fmt.Sprintf("big.t%05d", i)), SQL: T("SELECT id, COUNT(*) AS n FROM " + read + " GROUP BY id"),
			Description: T("One row for each id, with how many there are of it."),
			Checks:      []*spec.Check{{Node: Named("id_unique"), Kind: T("unique"), Severity: T("block"), Columns: Ts("id")}},
		})
	}
	m, _ := Model(b, sp)
	for b.Loop() {
		judged(m)
	}
}

// judged is what both halves of the stage say.
func judged(m *model.Platform) diag.List { return append(check.Run(m), check.Columns(m)...) }
