// Package resolvetest makes small platforms for the tests of resolve and of the
// stages behind it, without CUE and without the SQL analyser.
//
// A test fills in spec structs with the values that matter. Place gives every value
// the position it has in a file that Place makes up on the way, so that diagnostics
// can be rendered with their excerpts.
package resolvetest

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/resolve"
	"sluice/compiler/spec"
)

// File is the name of the made-up file that every position is in.
const File = "platform.cue"

// T is a written text, N a number, B a truth value, D a duration in seconds; Place
// gives them their positions.
func T(v string) spec.Text { return spec.Text{V: v, Set: true} }
func N(v int64) spec.Int   { return spec.Int{V: v, Set: true} }
func B(v bool) spec.Bool   { return spec.Bool{V: v, Set: true} }
func D(hours, minutes, seconds int64) spec.Seconds {
	return spec.Seconds{V: hours*3600 + minutes*60 + seconds, Set: true}
}

// Ts is a list of texts.
func Ts(list ...string) []spec.Text {
	var out []spec.Text
	for _, v := range list {
		out = append(out, T(v))
	}
	return out
}

// Named is the node of a declaration.
func Named(name string) spec.Node { return spec.Node{Name: name} }

// Columns are columns written as "name TYPE" or "name TYPE class" or "name TYPE class mask".
func Columns(list ...string) []*spec.Column {
	var out []*spec.Column
	for _, text := range list {
		f := append(strings.Fields(text), "", "")
		c := &spec.Column{Node: Named(f[0]), Type: T(f[1])}
		if f[2] != "" {
			c.Class = T(f[2])
		}
		if f[3] != "" {
			c.Mask = T(f[3])
		}
		out = append(out, c)
	}
	return out
}

// Minutes is an estimate of a duration.
func Minutes(n int64) *spec.Estimate { return &spec.Estimate{Duration: D(0, n, 0)} }

// Shop is a sound small platform: a source, two tables on top of each other, an
// export and a promise. Tests change what they are about.
func Shop() *spec.Platform {
	return &spec.Platform{
		Info: spec.Info{
			Name: T("shop"), TimeZone: T("Asia/Tokyo"), DayStart: T("00:00"), Owner: T("data"),
			Project: T("shop-prod"), Region: T("asia-northeast1"),
		},
		Teams:    []*spec.Team{{Node: Named("data"), Channels: Ts("ops")}},
		Channels: []*spec.Channel{{Node: Named("ops"), Kind: T("slack"), Channel: T("#ops"), Secret: T("slack_token")}},
		Secrets: []*spec.Secret{
			{Node: Named("app_password"), Env: T("APP_PASSWORD")},
			{Node: Named("slack_token"), Env: T("SLACK_TOKEN")},
		},
		Environments: []*spec.Environment{{
			Node: Named("prod"), Kind: T("prod"), Warehouse: spec.Warehouse{Kind: T("bigquery")},
			Exports: T("deliver"), Models: T("platform"),
		}},
		Sources: []*spec.Source{{
			Node: Named("app"), Kind: T("postgres"), Connection: spec.Connection{Host: T("db"), Database: T("app"), Secret: T("app_password")},
			Tables: []*spec.SourceTable{{
				Node: Named("members"), Mode: T("full"), Columns: Columns("id INT64", "status STRING", "updated_at TIMESTAMP"),
			}},
		}},
		Tables: []*spec.Table{
			{Node: Named("core.members"), SQL: T("SELECT id, status FROM app.members"), Materialization: T("table")},
			{Node: Named("mart.kpi"), SQL: T("SELECT COUNT(*) AS n FROM core.members"), Materialization: T("table")},
		},
		Exports: []*spec.Export{{
			Node: Named("kpi"), Kind: T("sheets"), Table: T("mart.kpi"), To: spec.Destination{Spreadsheet: T("1a2b"), Range: T("KPI!A1")},
		}},
		SLAs: []*spec.SLA{{
			Node: Named("kpi"), Target: T("export.kpi"), ReadyBy: T("12:00"), Stakeholders: Ts("management"),
			Escalation: []*spec.Escalation{{Notify: Ts("ops")}},
			Runbook:    &spec.Runbook{Steps: Ts("rerun it")},
		}},
	}
}

// Everything is a sound platform with every kind of node, resolved with the variable
// number in its first environment.
func Everything() *spec.Platform {
	sp := Shop()
	sp.Environments[0].DatasetPrefix = T("pr_${number}_")
	sp.Environments[0].Variables = []spec.Pair{{Name: "look_back", Scalar: spec.Scalar{V: int64(3)}}}
	sp.Environments = append(sp.Environments, &spec.Environment{
		Node: Named("local"), Kind: T("local"), Warehouse: spec.Warehouse{Kind: T("duckdb")},
		Sources: []*spec.SourceOverride{{Node: Named("*"), Read: T("files"), Root: T("data")}},
	})
	sp.Variables = []*spec.Variable{
		{Node: Named("look_back"), Type: T("INT64"), Default: spec.Scalar{V: int64(7)}},
		{Node: Named("since"), Type: T("TIMESTAMP"), Default: spec.Scalar{V: "2026-01-15 09:00:00"}},
	}
	sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(4)}, {Node: Named("sql"), Size: N(8)}}
	sp.Teams = append(sp.Teams, &spec.Team{Node: Named("crm")}, &spec.Team{Node: Named("billing")})
	sp.Datasets = []*spec.Dataset{{Node: Named("core"), Owner: T("billing")}}
	sp.Sources[0].Owner, sp.Sources[0].Pool = T("crm"), T("ingest")
	sp.Sources[0].Tables[0].Arrives = T("03:30")
	sp.Sources[0].Tables[0].Estimate = Minutes(20)
	sp.Sources = append(sp.Sources, &spec.Source{
		Node: Named("analytics"), Kind: T("bigquery"), Connection: spec.Connection{Project: T("fire"), Dataset: T("analytics_1")},
		Tables: []*spec.SourceTable{
			{Node: Named("events_*"), Mode: T("external"), Columns: Columns("name STRING", "at TIMESTAMP")},
			{Node: Named("users"), From: T("pseudo_users"), Mode: T("external"), Columns: Columns("id STRING")},
		},
	}, &spec.Source{
		Node: Named("crm"), Kind: T("rest"), Classification: T("personal"), Connection: spec.Connection{URL: T("https://crm.example")},
		Tables: []*spec.SourceTable{{Node: Named("people"), Mode: T("partition"), Columns: Columns("id INT64 internal", "email STRING", "phone STRING sensitive sha256")}},
	})
	sp.Routines = []*spec.Routine{
		{Node: Named("lib.recent"), Kind: T("table"), SQL: T("SELECT id FROM lib.all_users"), Arguments: []spec.Pair{{Name: "n", Scalar: spec.Scalar{V: "INT64"}}}},
		{Node: Named("lib.all_users"), Kind: T("table"), SQL: T("SELECT id FROM `fire.analytics_1.pseudo_users`")},
	}
	sp.Tables[0].Checks = []*spec.Check{
		{Node: Named("id_unique"), Kind: T("unique"), Severity: T("block"), Columns: Ts("id")},
		{Node: Named("known"), Kind: T("relationship"), Severity: T("warn"), Column: T("id"), To: T("app.members"), ToColumn: T("id")},
	}
	sp.Tables = append(sp.Tables,
		&spec.Table{Node: Named("core.clicks"), Materialization: T("incremental"), Owner: T("crm"), NotBefore: T("04:00"),
			SQL: T("SELECT * FROM `analytics.events_*` WHERE at > (SELECT MAX(at) FROM core.clicks)")},
		&spec.Table{Node: Named("core.one_day"), Materialization: T("view"), SQL: T("SELECT * FROM analytics.events_20260115 JOIN lib.recent(3) ON TRUE"), After: Ts("check.agree", "core.clicks")},
		&spec.Table{Node: Named("core.people"), SQL: T("SELECT * FROM crm.people"), Columns: Columns("id INT64 internal", "email STRING")},
		&spec.Table{Node: Named("mart.scores"), SQL: T("SELECT * FROM mart.churn_score"), Pool: T("sql")})
	sp.Checks = []*spec.Check{
		{Node: Named("agree"), Kind: T("reconcile"), Left: T("SELECT COUNT(*) FROM core.members"), Right: T("SELECT COUNT(*) FROM app.members;")},
		{Node: Named("people_unique"), Kind: T("unique"), Severity: T("block"), Table: T("core.people"), Columns: Ts("id", "email")},
	}
	sp.Models = []*spec.Model{{
		Node: Named("churn"), Kind: T("bigquery_ml"), ModelType: T("logistic_reg"),
		Train: &spec.Train{Table: T("core.members"), Label: T("status"), Days: Ts("mon"), Estimate: Minutes(30)},
		Predict: spec.Predict{Table: T("core.members"), Key: Ts("id"), Output: T("mart.churn_score"), Prediction: T("score"),
			Columns: Columns("id INT64", "score FLOAT64")},
	}}
	sp.Exports = append(sp.Exports, &spec.Export{
		Node: Named("members"), Kind: T("gcs"), Query: T("SELECT id FROM core.members WHERE status = 'active'"), NotBefore: T("08:00"),
	})
	sp.SLAs = append(sp.SLAs,
		&spec.SLA{Node: Named("scores"), Target: T("model.churn"), ReadyBy: T("09:00")},
		&spec.SLA{Node: Named("members"), Target: T("core.members"), ReadyBy: T("09:00")},
		&spec.SLA{Node: Named("agree"), Target: T("check.agree"), ReadyBy: T("09:00")})
	return sp
}

// Place gives every declaration and value of the platform a position, and returns the
// text of the file that they would stand in. It may be called once per platform.
func Place(sp *spec.Platform) []byte {
	var f file
	f.walk(reflect.ValueOf(sp).Elem(), "")
	return f.text.Bytes()
}

type file struct {
	text bytes.Buffer
	line int32
}

// add writes a line and returns the span of its part from the column on.
func (f *file) add(before, value string) diag.Span {
	f.line++
	f.text.WriteString(before + value + "\n")
	return diag.Span{
		File: File, Line: f.line, Col: int32(len(before)) + 1,
		EndLine: f.line, EndCol: int32(len(before)+len(value)) + 1,
	}
}

var keywords = map[string]string{"Info": "platform", "SLAs": "sla", "Windows": "capacity.windows"}

var wordEnd = regexp.MustCompile(`([a-z])([A-Z])`)

func fieldName(name string, top bool) string {
	if k := keywords[name]; k != "" && top {
		return k
	}
	snake := strings.ToLower(wordEnd.ReplaceAllString(name, "${1}_$2"))
	if top {
		snake = strings.TrimSuffix(snake, "s")
	}
	return snake
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (f *file) walk(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			f.walk(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			f.element(v.Index(i), path, i)
		}
	case reflect.Struct:
		if v.FieldByName("V").IsValid() {
			f.value(v, path)
			return
		}
		if at := v.FieldByName("At"); at.IsValid() && path != "" && !v.FieldByName("Node").IsValid() {
			at.Set(reflect.ValueOf(f.add(path, ":")))
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if k := v.Field(i).Kind(); k != reflect.Struct && k != reflect.Slice && k != reflect.Pointer || name == "Node" || name == "At" || name == "CapacityAt" {
				continue
			}
			f.walk(v.Field(i), join(path, fieldName(name, path == "")))
		}
	}
}

// element is one of a list: a declaration with a name, a pair, or a value.
func (f *file) element(v reflect.Value, path string, i int) {
	inner := v
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	if inner.Kind() == reflect.Struct {
		if node := inner.FieldByName("Node"); node.IsValid() {
			name := node.FieldByName("Name").String()
			indent := path + " "
			node.FieldByName("At").Set(reflect.ValueOf(f.add(indent, name)))
			f.walk(inner, path+"."+name)
			return
		}
		if name := inner.FieldByName("Name"); name.IsValid() && inner.FieldByName("V").IsValid() {
			f.value(inner.FieldByName("Scalar"), path+"."+name.String())
			return
		}
	}
	f.walk(v, fmt.Sprintf("%s[%d]", path, i))
}

// value places a scalar that was written.
func (f *file) value(v reflect.Value, path string) {
	if v.FieldByName("V").IsZero() && !v.FieldByName("Set").Bool() {
		return
	}
	v.FieldByName("Set").SetBool(true)
	text := fmt.Sprint(v.FieldByName("V").Interface())
	if s, ok := v.FieldByName("V").Interface().(string); ok {
		text = `"` + strings.ReplaceAll(s, "\n", `\n`) + `"`
	}
	v.FieldByName("At").Set(reflect.ValueOf(f.add(path+": ", text)))
}

var tableInSQL = regexp.MustCompile("(?i)\\b(?:from|join)\\s+(`[^`]+`|[a-z_][a-z0-9_.*-]*)")

// Statements finds the tables that the platform's inline SQL names, well enough for
// the plain queries of tests.
func Statements(sp *spec.Platform) map[string]*model.Statement {
	out := map[string]*model.Statement{}
	add := func(node string, sql spec.Text) {
		if sql.V == "" {
			return
		}
		s := &model.Statement{Node: node, Text: sql.V, At: sql.At}
		for _, m := range tableInSQL.FindAllStringSubmatchIndex(sql.V, -1) {
			name := strings.Trim(sql.V[m[2]:m[3]], "`")
			at := sql.At
			at.Col += int32(m[2]) + 1
			at.EndCol = at.Col + int32(m[3]-m[2])
			s.Refs = append(s.Refs, model.Ref{Name: name, At: at})
		}
		out[node] = s
	}
	checks := func(owner string, list []*spec.Check) {
		for _, c := range list {
			add(owner+c.Name, c.Query)
			add(owner+c.Name+"/left", c.Left)
			add(owner+c.Name+"/right", c.Right)
		}
	}
	for _, t := range sp.Tables {
		add(t.Name, t.SQL)
		checks(t.Name+"/", t.Checks)
	}
	for _, s := range sp.Sources {
		for _, t := range s.Tables {
			checks(s.Name+"."+t.Name+"/", t.Checks)
		}
	}
	for _, f := range sp.Routines {
		add(f.Name, f.SQL)
	}
	for _, e := range sp.Exports {
		add("export."+e.Name, e.Query)
	}
	checks("check.", sp.Checks)
	return out
}

// Model places and resolves a platform that must resolve without errors; its first
// environment is used. The text is the file that positions are in.
func Model(t testing.TB, sp *spec.Platform) (m *model.Platform, text []byte) {
	t.Helper()
	text = Place(sp)
	m, diags := resolve.Run(sp, Statements(sp), sp.Environments[0].Name, nil)
	if diags.HasErrors() {
		t.Fatalf("the platform does not resolve:\n%s", Render(text, diags))
	}
	return m, text
}

// ResolveAgain resolves a platform that Model placed, and that was reordered since.
func ResolveAgain(t testing.TB, sp *spec.Platform) *model.Platform {
	t.Helper()
	m, diags := resolve.Run(sp, Statements(sp), sp.Environments[0].Name, nil)
	if diags.HasErrors() {
		t.Fatalf("the platform does not resolve: %v", diags)
	}
	return m
}

// Render is the list as a user sees it.
func Render(text []byte, list diag.List) string {
	var b bytes.Buffer
	source := func(name string) ([]byte, error) {
		if name != File {
			return nil, os.ErrNotExist
		}
		return text, nil
	}
	if err := diag.WriteText(&b, list, diag.TextOptions{Source: source}); err != nil {
		panic(err)
	}
	return b.String()
}
