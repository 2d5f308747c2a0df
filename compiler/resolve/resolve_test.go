package resolve_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/resolve"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/spec"
)

// mistakes are platforms with one mistake each; the golden file is what a user sees.
var mistakes = []struct {
	name string
	env  string
	vars map[string]string
	code diag.Code
	edit func(sp *spec.Platform)
}{
	{name: "unknown_environment", env: "prd", code: diag.UnknownEnvironment},
	{name: "no_environment", code: diag.UnknownEnvironment, edit: func(sp *spec.Platform) { sp.Environments = nil }},
	{name: "unknown_table_in_sql", code: diag.UnknownTable, edit: func(sp *spec.Platform) {
		sp.Tables[1].SQL = T("SELECT * FROM core.member JOIN nowhere ON TRUE JOIN `a-b.c.d` ON TRUE")
	}},
	{name: "table_in_other_dataset", code: diag.UnknownTable, edit: func(sp *spec.Platform) { sp.Tables[1].SQL = T("SELECT * FROM raw.members") }},
	{name: "unknown_export_table", code: diag.UnknownTable, edit: func(sp *spec.Platform) { sp.Exports[0].Table = T("mart.kpis") }},
	{name: "unknown_node", code: diag.UnknownNode, edit: func(sp *spec.Platform) {
		sp.Tables[1].After = Ts("app.member")
		sp.SLAs[0].Target = T("export.kpis")
	}},
	{name: "unknown_team", code: diag.UnknownTeam, edit: func(sp *spec.Platform) { sp.Tables[0].Owner = T("dta") }},
	{name: "unknown_channel", code: diag.UnknownChannel, edit: func(sp *spec.Platform) {
		sp.Teams[0].Channels = Ts("opps")
		sp.SLAs[0].Escalation[0].Notify = Ts("dat", "data", "ops")
	}},
	{name: "unknown_secret", code: diag.UnknownSecret, edit: func(sp *spec.Platform) { sp.Sources[0].Connection.Secret = T("app_pasword") }},
	{name: "unknown_pool", code: diag.UnknownPool, edit: func(sp *spec.Platform) {
		sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(4)}}
		sp.Sources[0].Pool = T("ingst")
		sp.Windows = []*spec.Window{{Node: Named("day"), Start: T("00:00"), End: T("24:00"), Pools: []spec.PoolSize{{Node: Named("injest"), Size: N(2)}}}}
	}},
	{name: "unknown_calendar", code: diag.UnknownCalendar, edit: func(sp *spec.Platform) { sp.Exports[0].Calendar = T("workdays") }},
	{name: "unknown_source", code: diag.UnknownSource, edit: func(sp *spec.Platform) {
		sp.Environments[0].Sources = []*spec.SourceOverride{{Node: Named("ap"), Read: T("files"), Root: T("data")}}
	}},
	{name: "unknown_variable", code: diag.UnknownVariable, vars: map[string]string{"lookback": "3"}, edit: func(sp *spec.Platform) {
		sp.Variables = []*spec.Variable{{Node: Named("look_back"), Type: T("INT64"), Default: spec.Scalar{V: int64(7)}}}
		sp.Environments[0].Variables = []spec.Pair{{Name: "lok_back", Scalar: spec.Scalar{V: int64(1)}}}
	}},
	{name: "duplicate_names", code: diag.DuplicateName, edit: func(sp *spec.Platform) {
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("app.members"), SQL: T("SELECT 1 AS x")})
		sp.Routines = []*spec.Routine{{Node: Named("mart.kpi"), Kind: T("scalar"), SQL: T("1")}}
	}},
	{name: "reserved_names", code: diag.ReservedName, edit: func(sp *spec.Platform) {
		sp.Tables = append(sp.Tables, &spec.Table{Node: Named("model.members"), SQL: T("SELECT 1 AS x")})
		sp.Variables = []*spec.Variable{{Node: Named("run_date"), Type: T("DATE"), Default: spec.Scalar{V: "2026-01-01"}}}
	}},
	{name: "bad_variables", code: diag.BadVariableValue, vars: map[string]string{"n": "three"}, edit: func(sp *spec.Platform) {
		sp.Variables = []*spec.Variable{
			{Node: Named("d"), Type: T("DATE"), Default: spec.Scalar{V: "2026-02-30"}},
			{Node: Named("f"), Type: T("FLOAT64"), Default: spec.Scalar{V: "fast"}},
			{Node: Named("n"), Type: T("INT64"), Default: spec.Scalar{V: int64(1)}},
		}
		sp.Environments[0].Variables = []spec.Pair{{Name: "f", Scalar: spec.Scalar{V: true}}}
	}},
	{name: "bad_column_types", code: diag.BadColumnType, edit: func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Columns = append(Columns("id INT64", "status VARCHAR", "updated_at TIMESTAMP"),
			&spec.Column{Node: Named("tags"), Type: T("ARRAY<STRUCT<a INT64 b STRING>>")},
			&spec.Column{Node: Named("address"), Type: T("STRING"), Fields: Columns("zip STRING")})
	}},
	{name: "wrong_kind", code: diag.WrongNodeKind, edit: func(sp *spec.Platform) {
		sp.Checks = []*spec.Check{{Node: Named("kpi_rows"), Kind: T("row_count"), Table: T("export.kpi"), Min: N(1)}}
	}},
	{name: "check_without_table", code: diag.CheckWithoutTable, edit: func(sp *spec.Platform) {
		sp.Checks = []*spec.Check{{Node: Named("rows"), Kind: T("row_count"), Min: N(1)}}
		sp.Tables[0].Checks = []*spec.Check{{Node: Named("rows"), Kind: T("row_count"), Table: T("mart.kpi"), Min: N(1)}}
	}},
	{name: "unknown_columns", code: diag.UnknownColumn, edit: func(sp *spec.Platform) {
		t := sp.Sources[0].Tables[0]
		t.Key, t.Cursor = Ts("ID", "idd"), T("update_at")
		t.Checks = []*spec.Check{{Node: Named("filled"), Kind: T("not_null"), Columns: Ts("id", "state")}}
	}},
	{name: "missing_placeholder", code: diag.MissingPlaceholder, edit: func(sp *spec.Platform) { sp.Environments[0].DatasetPrefix = T("pr_${number}_") }},
	{name: "bad_placeholder", code: diag.MissingPlaceholder, vars: map[string]string{"number": "1; DROP"}, edit: func(sp *spec.Platform) {
		sp.Environments[0].DatasetPrefix = T("pr_${number}_")
	}},
}

func TestMistakes(t *testing.T) {
	got := map[string][]byte{}
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			sp := Shop()
			if c.edit != nil {
				c.edit(sp)
			}
			text := Place(sp)
			env := c.env
			if env == "" && len(sp.Environments) > 0 {
				env = "prod"
			}
			m, diags := resolve.Run(sp, Statements(sp), env, c.vars)
			if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == c.code }) {
				t.Errorf("no %s among %v", c.code, diags)
			}
			if m == nil || m.Environment == nil || len(m.Tasks) == 0 {
				t.Error("the model is not usable")
			}
			got[c.name+".txt"] = []byte(Render(text, diags))
		})
	}
	golden.Tree(t, "testdata/mistakes", got)
}

func TestSoundPlatformHasNoDiagnostics(t *testing.T) {
	for _, sp := range []*spec.Platform{Shop(), Everything()} {
		text := Place(sp)
		for _, env := range sp.Environments {
			vars := map[string]string{}
			if strings.Contains(sp.Environments[0].DatasetPrefix.V, "number") {
				vars["number"] = "12"
			}
			if _, diags := resolve.Run(sp, Statements(sp), env.Name, vars); len(diags) > 0 {
				t.Error(Render(text, diags))
			}
		}
	}
}

// describe writes down what the model says, in its own order.
func describe(m *model.Platform) string {
	var b strings.Builder
	fmt.Fprintf(&b, "environment %s, %s, project %s, location %s\n", m.Environment.Name, m.Target, m.Project, m.Location)
	for _, v := range m.Variables {
		fmt.Fprintf(&b, "variable %s %s = %s\n", v.Name, v.Type, v.Value)
	}
	for _, d := range m.Datasets {
		fmt.Fprintf(&b, "dataset %s = %s\n", d.Name, d.Physical)
	}
	for _, f := range m.Routines {
		fmt.Fprintf(&b, "routine %s reads %s\n", f.Name, tableNames(f.Reads))
	}
	for _, t := range m.Tables {
		fmt.Fprintf(&b, "table %s %s owner=%s personal=%t reads=%s after=%s read_by=%s\n", t.Name, t.Kind, t.Owner, t.Personal,
			tableNames(t.Reads), tableNames(t.After), tableNames(t.ReadBy))
		for _, c := range slices.Concat(t.Columns, t.PseudoColumns) {
			fmt.Fprintf(&b, "  %s %s %s %s\n", c.Name, c.Type, c.Class, c.Mask)
		}
	}
	for _, t := range m.Tasks {
		fmt.Fprintf(&b, "task %s %s node=%s owner=%s pool=%s not_before=%s calendar=%s duration=%d after=%s next=%s\n", t.ID, t.Kind, t.Node, t.Owner,
			t.Pool, t.NotBefore.V, t.Calendar, t.Duration, taskIDs(t.After), taskIDs(t.Next))
	}
	for _, s := range m.SLAs {
		fmt.Fprintf(&b, "sla %s owner=%s tasks=%s\n", s.Name, s.Owner, taskIDs(s.Tasks))
	}
	return b.String()
}

func tableNames(list []*model.Table) []string {
	out := []string{}
	for _, t := range list {
		out = append(out, t.Name)
	}
	return out
}

func taskIDs(list []*model.Task) []string {
	out := []string{}
	for _, t := range list {
		out = append(out, t.ID)
	}
	return out
}

func TestModel(t *testing.T) {
	got := map[string][]byte{}
	for _, env := range []string{"prod", "local"} {
		sp := Everything()
		Place(sp)
		m, _ := resolve.Run(sp, Statements(sp), env, map[string]string{"number": "12"})
		got[env+".txt"] = []byte(describe(m))
	}
	golden.Tree(t, "testdata/model", got)
}

func TestEveryEdgeGoesForward(t *testing.T) {
	sp := Everything()
	m, _ := resolve.Run(sp, Statements(sp), "prod", map[string]string{"number": "1"})
	seen := map[*model.Task]bool{}
	for _, task := range m.Tasks {
		for _, before := range task.After {
			if !seen[before] {
				t.Errorf("%s stands before %s, which it waits for", task.ID, before.ID)
			}
		}
		seen[task] = true
	}
	if len(seen) != len(m.TaskByID) {
		t.Errorf("%d tasks in order, %d by ID", len(seen), len(m.TaskByID))
	}
}

func TestOrderOfDeclarationsDoesNotMatter(t *testing.T) {
	sp := Everything()
	Place(sp)
	vars := map[string]string{"number": "12"}
	m, _ := resolve.Run(sp, Statements(sp), "prod", vars)
	want := describe(m)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		shuffle(random, sp.Tables)
		shuffle(random, sp.Sources)
		shuffle(random, sp.Exports)
		shuffle(random, sp.Checks)
		shuffle(random, sp.Routines)
		shuffle(random, sp.SLAs)
		shuffle(random, sp.Variables)
		m, _ := resolve.Run(sp, Statements(sp), "prod", vars)
		if got := describe(m); got != want {
			t.Fatalf("differs after shuffling:\n%s", got)
		}
	}
}

func shuffle[T any](random *rand.Rand, list []T) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func TestStatementsAreCopied(t *testing.T) {
	sp := Shop()
	stmts := Statements(sp)
	resolve.Run(sp, stmts, "prod", nil)
	if stmts["mart.kpi"].Refs[0].Table != nil {
		t.Error("Run changed the statements that it was given")
	}
}

func TestUnparsedStatementIsKeptAsFailed(t *testing.T) {
	sp := Shop()
	sp.Tables[0].SQL = spec.Text{}
	sp.Tables[0].SQLFile = spec.Text{V: "sql/members.sql", Set: true, At: diag.Span{File: "core/core.cue", Line: 3, Col: 9}}
	sp.SQLFiles = map[string]string{"core/sql/members.sql": "SELEC 1"}
	m, diags := resolve.Run(sp, nil, "prod", nil)
	s := m.TableByName["core.members"].Statement
	if len(diags) != 0 || !s.Failed || s.Text != "SELEC 1" || s.At.String() != "core/sql/members.sql:1:1" {
		t.Errorf("statement %+v, diagnostics %v", s, diags)
	}
}

func TestCyclesLeaveAUsableModel(t *testing.T) {
	sp := Shop()
	sp.Tables[0].SQL = T("SELECT * FROM mart.kpi JOIN core.members ON TRUE")
	m, diags := resolve.Run(sp, Statements(sp), "prod", nil)
	if len(diags) > 0 {
		t.Errorf("resolve leaves cycles to check: %v", diags)
	}
	if got, want := taskIDs(m.Tasks), []string{"app.members", "core.members", "export.kpi", "mart.kpi"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestTwoTablesMayCheckAgainstEachOther(t *testing.T) {
	sp := Shop()
	sp.Tables[0].Checks = []*spec.Check{{Node: Named("known"), Kind: T("relationship"), Severity: T("block"), Column: T("id"), To: T("app.members"), ToColumn: T("id")}}
	sp.Sources[0].Tables[0].Checks = []*spec.Check{{Node: Named("filled"), Kind: T("not_null"), Severity: T("block"), Columns: Ts("id")}}
	m, _ := Model(t, sp)
	if got, want := taskIDs(m.TaskByID["core.members/known"].After), []string{"app.members", "core.members"}; !slices.Equal(got, want) {
		t.Errorf("the check waits for %v, want %v", got, want)
	}
	if got, want := taskIDs(m.TaskByID["core.members"].After), []string{"app.members", "app.members/filled"}; !slices.Equal(got, want) {
		t.Errorf("the table waits for %v, want %v", got, want)
	}
}

// BenchmarkRun resolves 10,000 tables in layers, each with a check.
func BenchmarkRun(b *testing.B) {
	sp := Shop()
	for i := range 10_000 {
		read := "app.members"
		if i >= 100 {
			read = fmt.Sprintf("big.t%05d JOIN big.t%05d ON TRUE", i-100, i*7%(i-99))
		}
		sp.Tables = append(sp.Tables, &spec.Table{
			Node: Named(fmt.Sprintf("big.t%05d", i)), SQL: T("SELECT id, COUNT(*) AS n FROM " + read + " GROUP BY id"),
			Checks: []*spec.Check{{Node: Named("id_unique"), Kind: T("unique"), Severity: T("block"), Columns: Ts("id")}},
		})
	}
	Place(sp)
	stmts := Statements(sp)
	for b.Loop() {
		resolve.Run(sp, stmts, "prod", nil)
	}
}
