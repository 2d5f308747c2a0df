package lineage_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/compiler/diag"
	"sluice/compiler/lineage"
	"sluice/compiler/model"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
	"sluice/runtime/plan"
)

// analysed plays the analyser: it gives a node's statement its lineage, a line for each
// column as the plan writes them without digests, and the table its columns.
func analysed(t *testing.T, m *model.Platform, node string, lines ...string) {
	t.Helper()
	l := &plan.Lineage{RowsDigest: "r"}
	for _, line := range lines {
		name, inputs, some := strings.Cut(line, " = ")
		if some {
			inputs = " = " + inputs
		}
		if name == "rows" {
			for _, in := range strings.Split(strings.TrimPrefix(inputs, " = "), ", ") {
				var i plan.Input
				if err := i.UnmarshalText([]byte(in)); err != nil {
					t.Fatal(err)
				}
				l.Rows = append(l.Rows, i)
			}
			continue
		}
		var c plan.ColumnLineage
		if err := c.UnmarshalText([]byte(name + " d" + inputs)); err != nil {
			t.Fatal(err)
		}
		l.Columns = append(l.Columns, c)
	}
	if name, ok := strings.CutPrefix(node, "export."); ok {
		for _, e := range m.Exports {
			if e.Name == name {
				e.Statement.Lineage = l
			}
		}
		return
	}
	table := m.TableByName[node]
	table.Statement.Lineage = l
	for _, c := range l.Columns {
		if !slices.ContainsFunc(table.Columns, func(x model.Column) bool { return x.Name == c.Name }) {
			table.Columns = append(table.Columns, model.Column{Name: c.Name, Type: sqltype.Type{Kind: sqltype.String}})
		}
	}
}

// platforms with personal data, and what is said of them.
var platforms = []struct {
	name  string
	codes string // sorted
	edit  func(*spec.Platform)
	sql   map[string][]string
}{
	{name: "nothing_personal", sql: map[string][]string{
		"core.members": {"id = identity app.members.id"}, "mart.kpi": {"n = aggregation/masking core.members"}, "export.kpi": {"n = identity mart.kpi.n"},
	}},
	{name: "exported", codes: "SL3040", edit: contacts, sql: map[string][]string{
		"core.members": {"id = identity app.members.id", "mail = transformation app.members.email"},
		"mart.kpi":     {"n = aggregation/masking core.members", "mails = aggregation core.members.mail", "rows = group_by core.members.id"},
		"export.kpi":   {"n = identity mart.kpi.n", "mails = identity mart.kpi.mails"},
	}},
	{name: "only_decides", edit: contacts, sql: map[string][]string{
		"core.members": {"id = identity app.members.id, conditional app.members.email", "rows = filter app.members.phone, join app.members.email"},
		"mart.kpi":     {"n = aggregation/masking core.members"},
		"export.kpi":   {"n = identity mart.kpi.n"},
	}},
	{name: "counted_and_hidden", edit: contacts, sql: map[string][]string{
		"core.members": {"id = identity app.members.id", "mail = transformation/masking app.members.email", "phones = aggregation/masking app.members.phone"},
		"mart.kpi":     {"mail = identity core.members.mail", "phones = aggregation core.members.phones"},
		"export.kpi":   {"mail = identity mart.kpi.mail", "phones = identity mart.kpi.phones"},
	}},
	{name: "sensitive_needs_more_than_hiding", codes: "SL3040", edit: contacts, sql: map[string][]string{
		"core.members": {"phone = transformation/masking app.members.phone"},
		"mart.kpi":     {"phone = identity core.members.phone"},
		"export.kpi":   {"phone = identity mart.kpi.phone"},
	}},
	{name: "hidden_twice", edit: contacts, sql: map[string][]string{
		"core.members": {"phone = transformation/masking app.members.phone"},
		"mart.kpi":     {"phone = transformation/masking core.members.phone"},
		"export.kpi":   {"phone = identity mart.kpi.phone"},
	}},
	{name: "decided_by_sensitive_data", codes: "SL3040", edit: contacts, sql: map[string][]string{
		"core.members": {"reachable = conditional app.members.phone", "known = conditional app.members.email"},
		"mart.kpi":     {"reachable = identity core.members.reachable", "known = identity core.members.known"},
		"export.kpi":   {"reachable = identity mart.kpi.reachable", "known = identity mart.kpi.known"},
	}},
	{name: "field_of_a_struct", codes: "SL3040", edit: func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Columns = []*spec.Column{{Node: Named("address"), Type: T("STRUCT"), Fields: Columns("zip STRING internal", "street STRING personal")}}
	}, sql: map[string][]string{
		"core.members": {"zip = identity app.members.address.zip", "street = identity app.members.address.street"},
		"mart.kpi":     {"zip = identity core.members.zip", "street = identity core.members.street"},
		"export.kpi":   {"zip = identity mart.kpi.zip", "street = identity mart.kpi.street"},
	}},
	{name: "masks_at_the_source", codes: "SL3040", edit: func(sp *spec.Platform) {
		sp.Sources[0].Tables[0].Columns = Columns("email STRING personal sha256", "card STRING sensitive null", "phone STRING sensitive last_four")
	}, sql: map[string][]string{
		"core.members": {"email = identity app.members.email", "card = identity app.members.card", "phone = identity app.members.phone"},
		"mart.kpi":     {"email = identity core.members.email", "card = identity core.members.card", "phone = identity core.members.phone"},
		"export.kpi":   {"email = identity mart.kpi.email", "card = identity mart.kpi.card", "phone = identity mart.kpi.phone"},
	}},
	{name: "released_and_stale", codes: "SL3041", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Exports[0].PersonalData = &spec.PersonalDataRelease{Columns: Ts("mail", "n"), Reason: T("contract"), ApprovedBy: T("dpo")}
	}, sql: map[string][]string{
		"core.members": {"mail = identity app.members.email"},
		"mart.kpi":     {"mail = identity core.members.mail", "n = aggregation/masking core.members"},
		"export.kpi":   {"mail = identity mart.kpi.mail", "n = identity mart.kpi.n"},
	}},
	{name: "declassified", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Tables[0].Declassify = &spec.Declassify{Reason: T("domain only"), ApprovedBy: T("dpo"), Columns: Ts("domain")}
	}, sql: map[string][]string{
		"core.members": {"domain = transformation app.members.email"},
		"mart.kpi":     {"domain = identity core.members.domain"},
		"export.kpi":   {"domain = identity mart.kpi.domain"},
	}},
	{name: "stale_declassify", codes: "SL3041 SL3041", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Tables[0].Declassify = &spec.Declassify{Reason: T("domain only"), ApprovedBy: T("dpo"), Columns: Ts("id")}
		sp.Tables[1].Declassify = &spec.Declassify{Reason: T("counts only"), ApprovedBy: T("dpo")}
	}, sql: map[string][]string{
		"core.members": {"id = identity app.members.id", "mail = identity app.members.email"},
		"mart.kpi":     {"n = aggregation/masking core.members"},
		"export.kpi":   {"n = identity mart.kpi.n"},
	}},
	{name: "class_lowered_and_raised", codes: "SL3040 SL3040 SL3045", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Tables[0].Columns = Columns("mail STRING internal", "note STRING personal")
	}, sql: map[string][]string{
		"core.members": {"mail = identity app.members.email", "note = identity app.members.id"},
		"mart.kpi":     {"mail = identity core.members.mail", "note = identity core.members.note"},
		"export.kpi":   {"mail = identity mart.kpi.mail", "note = identity mart.kpi.note"},
	}},
	{name: "read_by_too_many", codes: "SL3044 SL3044", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Datasets = []*spec.Dataset{
			{Node: Named("core"), Readers: Ts("group:data@shop.example")},
			{Node: Named("mart"), Readers: Ts("group:data@shop.example", "domain:shop.example")},
		}
		sp.Tables[1].Columns = Columns("mail STRING", "hidden STRING personal default")
	}, sql: map[string][]string{
		"core.members": {"mail = identity app.members.email", "phone = identity app.members.phone"},
		"mart.kpi":     {"mail = identity core.members.mail", "hidden = identity core.members.mail"},
		"export.kpi":   {"n"},
	}},
	{name: "learnt", codes: "SL3043", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Models = []*spec.Model{{
			Node: Named("churn"), Kind: T("bigquery_ml"), ModelType: T("logistic_reg"),
			Train:   &spec.Train{Table: T("core.members"), Label: T("churned"), Features: Ts("mail", "age")},
			Predict: spec.Predict{Table: T("core.members"), Output: T("mart.churn"), Key: Ts("id"), Prediction: T("score"), Columns: Columns("id INT64", "score FLOAT64")},
		}}
	}, sql: map[string][]string{
		"core.members": {"id = identity app.members.id", "mail = identity app.members.email", "age = identity app.members.id", "churned = identity app.members.id"},
		"mart.kpi":     {"n = aggregation/masking core.members"},
		"export.kpi":   {"n = identity mart.kpi.n"},
	}},
	{name: "table_that_reads_itself", codes: "SL3040", edit: func(sp *spec.Platform) {
		contacts(sp)
		sp.Tables[0].Materialization = T("incremental")
		sp.Tables[0].Incremental = &spec.Incremental{Strategy: T("append")}
	}, sql: map[string][]string{
		"core.members": {"a = identity app.members.email", "b = identity core.members.a", "c = identity core.members.b"},
		"mart.kpi":     {"c = identity core.members.c"},
		"export.kpi":   {"c = identity mart.kpi.c"},
	}},
}

func contacts(sp *spec.Platform) {
	sp.Sources[0].Tables[0].Columns = Columns("id INT64", "email STRING personal", "phone STRING sensitive")
}

func TestPersonalData(t *testing.T) {
	golden := map[string]bool{}
	for _, p := range platforms {
		t.Run(p.name, func(t *testing.T) {
			sp := Shop()
			if p.edit != nil {
				p.edit(sp)
			}
			m, text := Model(t, sp)
			for _, node := range []string{"core.members", "mart.kpi", "export.kpi"} {
				analysed(t, m, node, p.sql[node]...)
			}
			diags := lineage.Run(m).Sorted()
			var codes []string
			for _, d := range diags {
				codes = append(codes, string(d.Code))
			}
			slices.Sort(codes)
			if got := strings.Join(codes, " "); got != p.codes {
				t.Errorf("says %q, want %q", got, p.codes)
			}
			if len(diags) == 0 {
				return
			}
			file := filepath.Join("testdata", "personal", p.name+".txt")
			golden[filepath.Base(file)] = true
			compareGolden(t, file, Render(text, diags))
		})
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "personal"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !golden[e.Name()] {
			t.Errorf("testdata/personal/%s is of no case", e.Name())
		}
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("SLUICE_UPDATE") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s", file, got)
	}
}

// The class in effect is in the model, for the plan.
func TestClassInEffect(t *testing.T) {
	sp := Shop()
	contacts(sp)
	sp.Tables[1].Declassify = &spec.Declassify{Reason: T("domain only"), ApprovedBy: T("dpo")}
	m, _ := Model(t, sp)
	analysed(t, m, "core.members", "mail = identity app.members.email", "phone = transformation/masking app.members.phone", "n")
	analysed(t, m, "mart.kpi", "mail = identity core.members.mail", "n = identity core.members.n")
	analysed(t, m, "export.kpi", "mail = identity mart.kpi.mail")
	if diags := lineage.Run(m); len(diags) > 0 {
		t.Fatal(diags[0].Message)
	}
	want := map[string]string{"core.members.mail": "personal", "core.members.phone": "personal", "core.members.n": "", "mart.kpi.mail": "", "mart.kpi.n": ""}
	for _, table := range m.Tables[1:] {
		for _, c := range table.Columns {
			if got := c.Class; got != want[table.Name+"."+c.Name] {
				t.Errorf("%s.%s is %q", table.Name, c.Name, got)
			}
		}
	}
	if got := m.TableByName["mart.kpi"].Declassified; !slices.Equal(got, []string{"mail"}) {
		t.Errorf("declassified are %q", got)
	}
}

// A query of which nothing is known may hold all that it reads.
func TestUnknownLineage(t *testing.T) {
	sp := Shop()
	contacts(sp)
	sp.Tables[0].Columns = Columns("x STRING")
	m, _ := Model(t, sp)
	analysed(t, m, "mart.kpi", "x = identity core.members.x")
	analysed(t, m, "export.kpi", "x = identity mart.kpi.x")
	diags := lineage.Run(m)
	if len(diags) != 1 || diags[0].Code != diag.PersonalDataExported || !strings.Contains(diags[0].Message, "sensitive") {
		t.Errorf("%v", diags)
	}
}

// Where lineage is not known, all that a table reads may be in every column; unless its
// SQL is mistaken, which is reported already and must not bury the rest.
func TestPersonalDataWithoutLineage(t *testing.T) {
	for _, failed := range []bool{false, true} {
		sp := Shop()
		contacts(sp)
		m, _ := Model(t, sp)
		members := m.TableByName["core.members"]
		members.Columns = []model.Column{{Name: "id", Type: sqltype.Type{Kind: sqltype.Int64}}}
		members.Statement.Failed = failed
		analysed(t, m, "mart.kpi", "id = identity core.members.id")
		analysed(t, m, "export.kpi", "id = identity mart.kpi.id")
		reported := false
		for _, d := range lineage.Run(m).Sorted() {
			reported = reported || d.Code == "SL3040"
		}
		if reported == failed {
			t.Errorf("failed %v: reported %v", failed, reported)
		}
	}
}
