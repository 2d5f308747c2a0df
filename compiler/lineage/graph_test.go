package lineage_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"sluice/compiler/lineage"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/spec"
)

// graph is of a platform with a struct, a table that reads itself, a check and a model.
func graph(t *testing.T) *lineage.Graph {
	t.Helper()
	sp := Shop()
	sp.Sources[0].Tables[0].Columns = append(Columns("id INT64", "status STRING"),
		&spec.Column{Node: Named("address"), Type: T("STRUCT"), Fields: Columns("city STRING", "zip STRING")})
	sp.Tables[0].Materialization = T("incremental")
	sp.Tables[0].Incremental = &spec.Incremental{Strategy: T("append")}
	sp.Tables[0].Checks = []*spec.Check{{Node: Named("city_set"), Kind: T("not_null"), Columns: Ts("city")}}
	sp.Models = []*spec.Model{{
		Node: Named("churn"), Kind: T("bigquery_ml"), ModelType: T("logistic_reg"),
		Train:   &spec.Train{Table: T("core.members"), Label: T("status"), Features: Ts("city")},
		Predict: spec.Predict{Table: T("core.members"), Output: T("mart.churn"), Key: Ts("id"), Prediction: T("score"), Columns: Columns("id INT64", "score FLOAT64")},
	}}
	m, _ := Model(t, sp)
	analysed(t, m, "core.members", "id = identity app.members.id", "city = transformation app.members.address.city, conditional core.members.status",
		"status = identity app.members.status, identity core.members.status", "rows = filter app.members.status")
	analysed(t, m, "mart.kpi", "n = aggregation/masking core.members", "city = identity core.members.city", "rows = group_by core.members.city")
	analysed(t, m, "export.kpi", "n = identity mart.kpi.n", "city = identity mart.kpi.city")
	lineage.Complete(m)
	return lineage.Build(m)
}

func TestWalks(t *testing.T) {
	g := graph(t)
	var all strings.Builder
	for _, c := range []struct {
		of   string
		walk lineage.Walk
	}{
		{"export.kpi.city", lineage.Walk{}},
		{"export.kpi.city", lineage.Walk{Direct: true}},
		{"export.kpi.n", lineage.Walk{}},
		{"core.members", lineage.Walk{}},
		{"core.members.status", lineage.Walk{}},
		{"mart.churn.score", lineage.Walk{Direct: true}},
		{"app.members.address", lineage.Walk{Down: true}},
		{"app.members.address.city", lineage.Walk{Down: true, Direct: true}},
		{"app.members.address.zip", lineage.Walk{Down: true}},
		{"app.members.status", lineage.Walk{Down: true, Depth: 1}},
		{"app.members", lineage.Walk{Down: true}},
		{"model.churn", lineage.Walk{}},
	} {
		at, err := g.Find(c.of)
		if err != nil {
			t.Fatal(err)
		}
		title := "up"
		if c.walk.Down {
			title = "down"
		}
		if c.walk.Direct {
			title += ", direct"
		}
		if c.walk.Depth > 0 {
			title += ", one step"
		}
		all.WriteString("## " + title + "\n" + g.Text(g.From(at, c.walk)) + "\n")
	}
	compareGolden(t, filepath.Join("testdata", "walks.txt"), all.String())
}

func TestForms(t *testing.T) {
	g := graph(t)
	at, err := g.Find("export.kpi.city")
	if err != nil {
		t.Fatal(err)
	}
	root := g.From(at, lineage.Walk{})
	compareGolden(t, filepath.Join("testdata", "mermaid.txt"), g.Mermaid(root))
	compareGolden(t, filepath.Join("testdata", "dot.txt"), g.Dot(root))
	data, err := json.MarshalIndent(g.JSON(root, lineage.Walk{}), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, filepath.Join("testdata", "json.txt"), string(data)+"\n")
}

func TestFindUnknown(t *testing.T) {
	g := graph(t)
	for name, what := range map[string]string{"core.member": "node", "core.members.nope": "column", "x": "node", "core.nope.id": "node", "export.kpi.nope": "column"} {
		_, err := g.Find(name)
		var unknown *lineage.UnknownError
		if !errors.As(err, &unknown) || unknown.What != what || len(unknown.All) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if at, err := g.Find("core.members.CITY"); err != nil || at.Column != "city" {
		t.Errorf("%v %v", at, err)
	}
	if at, err := g.Find("core.members/city_set"); err != nil || at.Node != "core.members/city_set" {
		t.Errorf("%v %v", at, err)
	}
}

// The facet has what OpenLineage's schema of the facet (1-2-0) requires, and no more
// than it knows.
func TestOpenLineage(t *testing.T) {
	g := graph(t)
	table := g.Nodes["core.members"].Table
	data, err := json.Marshal(lineage.OpenLineage(table.Name, table.Lineage, "bigquery", func(name string) string { return "shop-prod." + name }))
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	keys(t, out, "namespace name facets", "")
	facets := out["facets"].(map[string]any)
	keys(t, facets, "columnLineage", "")
	facet := facets["columnLineage"].(map[string]any)
	keys(t, facet, "_producer _schemaURL fields", "dataset")
	fields := facet["fields"].(map[string]any)
	if len(fields) != 3 {
		t.Errorf("%d fields", len(fields))
	}
	transformations := 0
	inputs := func(list []any) {
		for _, one := range list {
			in := one.(map[string]any)
			keys(t, in, "namespace name field", "transformations")
			for _, one := range in["transformations"].([]any) {
				x := one.(map[string]any)
				keys(t, x, "type", "subtype description masking")
				if kind := x["type"]; kind != "DIRECT" && kind != "INDIRECT" {
					t.Errorf("type %v", kind)
				}
				transformations++
			}
		}
	}
	for _, field := range fields {
		f := field.(map[string]any)
		keys(t, f, "inputFields", "transformationDescription transformationType")
		inputs(f["inputFields"].([]any))
	}
	inputs(facet["dataset"].([]any))
	if transformations != 6 {
		t.Errorf("%d transformations in %s", transformations, data)
	}
}

// keys compares an object's keys with those that it must and those that it may have.
func keys(t *testing.T, object map[string]any, must, may string) {
	t.Helper()
	for _, key := range strings.Fields(must) {
		if _, ok := object[key]; !ok {
			t.Errorf("%q is missing in %v", key, object)
		}
	}
	for key := range object {
		if !strings.Contains(" "+must+" "+may+" ", " "+key+" ") {
			t.Errorf("%q is not known to the schema", key)
		}
	}
}
