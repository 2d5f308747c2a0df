package resolve_test

import (
	"fmt"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/resolve"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/spec"
)

func TestCheckSQL(t *testing.T) {
	sp := Shop()
	sp.Sources[0].Tables[0].Columns = Columns("id INT64", "status STRING", "email STRING personal", "day DATE", "at TIMESTAMP", "local_at DATETIME")
	sp.Sources[0].Tables[0].Checks = []*spec.Check{
		{Node: Named("unique"), Kind: T("unique"), Columns: Ts("id")},
		{Node: Named("unique_two"), Kind: T("unique"), Columns: Ts("id", "status"), Where: T("status = 'x' -- comment")},
		{Node: Named("unique_personal"), Kind: T("unique"), Columns: Ts("id", "email")},
		{Node: Named("not_null"), Kind: T("not_null"), Columns: Ts("id", "status"), Where: T("id > 0")},
		{Node: Named("accepted_values"), Kind: T("accepted_values"), Column: T("status"), Where: T("id > 0"),
			Values: []spec.Scalar{{V: "it's"}, {V: "back\\slash"}, {V: int64(3)}, {V: 2.0}, {V: true}}},
		{Node: Named("accepted_personal"), Kind: T("accepted_values"), Column: T("email"), Values: []spec.Scalar{{V: "a"}}},
		{Node: Named("relationship"), Kind: T("relationship"), Column: T("id"), To: T("core.members"), ToColumn: T("id"), Where: T("id > 0")},
		{Node: Named("row_count"), Kind: T("row_count"), Min: N(1), Max: N(100)},
		{Node: Named("row_count_change"), Kind: T("row_count"), MaxChangePercent: spec.Number{V: 20, Set: true}},
		{Node: Named("fresh_date"), Kind: T("freshness"), Column: T("day"), MaxAge: D(24, 0, 0)},
		{Node: Named("fresh_timestamp"), Kind: T("freshness"), Column: T("at"), MaxAge: D(26, 30, 0), Where: T("id > 0")},
		{Node: Named("fresh_datetime"), Kind: T("freshness"), Column: T("local_at"), MaxAge: D(0, 90, 0)},
		{Node: Named("sql"), Kind: T("sql"), Query: T("SELECT id FROM core.members WHERE id < 0;\n"), Where: T("id IS NOT NULL")},
		{Node: Named("reconcile"), Kind: T("reconcile"), Left: T("SELECT COUNT(*) FROM core.members"), Right: T("SELECT COUNT(*) FROM mart.kpi")},
		{Node: Named("reconcile_about"), Kind: T("reconcile"), Left: T("SELECT 1"), Right: T("SELECT 2"), TolerancePercent: spec.Number{V: 0.5, Set: true}},
	}
	sp.Tables[0].Declassify = &spec.Declassify{Reason: T("counts"), ApprovedBy: T("dpo")}
	sp.Tables[1].Checks = []*spec.Check{{Node: Named("fresh_inferred"), Kind: T("freshness"), Column: T("newest"), MaxAge: D(24, 0, 0)}}
	m, diags := resolve.Run(sp, Statements(sp), "prod", nil)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	got := map[string][]byte{}
	for _, c := range m.Checks {
		text := fmt.Sprintf("%s\n-- parameters: %s\n-- reads: %s\n", c.Statement.Text, strings.Join(c.Statement.Parameters, ", "), strings.Join(tableNames(c.Reads), ", "))
		got[strings.ReplaceAll(c.ID, "/", ".")+".sql"] = []byte(text)
		if !c.Statement.Made || c.Statement.Node != c.ID || c.Statement.At.IsZero() != c.Spec.At.IsZero() {
			t.Errorf("%s: statement %+v", c.ID, c.Statement)
		}
	}
	golden.Tree(t, "testdata/checksql", got)
}

func TestExportSQL(t *testing.T) {
	sp := Shop()
	m, _ := Model(t, sp)
	if got, want := m.Exports[0].Statement.Text, "SELECT *\nFROM `mart`.`kpi`"; got != want {
		t.Errorf("inferred columns: %q, want %q", got, want)
	}
	sp.Tables[1].Columns = Columns("n INT64", "k STRING")
	m, _ = Model(t, sp)
	if got, want := m.Exports[0].Statement.Text, "SELECT\n  `n`,\n  `k`\nFROM `mart`.`kpi`"; got != want {
		t.Errorf("declared columns: %q, want %q", got, want)
	}
}
