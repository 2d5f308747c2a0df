package terraform

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// data makes datasets, tables, views and routines.
func (g *generator) data() {
	for _, d := range g.m.Datasets {
		if g.holdsSomething(d) {
			g.dataset(d)
		}
	}
	for _, t := range g.m.Tables {
		if g.managed(t) {
			g.table(t)
		}
	}
	for _, r := range g.m.Routines {
		if g.routineManaged(r) {
			g.routine(r)
		}
	}
}

// managed reports whether a table is a resource. What exists elsewhere is not, nor
// are the tables of a wildcard family, which come one a day. A view with run
// parameters is not either: its task makes it each day with that day's values; and
// so for views that read it, which cannot be made before it.
func (g *generator) managed(t *model.Table) bool {
	if t.Kind == model.ExternalKind || strings.HasSuffix(t.Name, "*") {
		return false
	}
	if t.Kind != model.ViewKind {
		return true
	}
	if known, done := g.views[t]; done {
		return known
	}
	g.views[t] = false // until it is known; a cycle ends here
	g.views[t] = t.Statement != nil && len(t.Statement.Parameters) == 0 && g.allThere(t.Reads, t.Statement.Routines)
	return g.views[t]
}

// allThere reports whether everything that a query names is a resource or exists
// elsewhere.
func (g *generator) allThere(reads []*model.Table, routines []string) bool {
	for _, r := range reads {
		if r.Kind == model.ViewKind && !g.managed(r) {
			return false
		}
	}
	for _, f := range g.m.Routines {
		if slices.Contains(routines, f.Name) && !g.routineManaged(f) {
			return false
		}
	}
	return true
}

// routineManaged reports whether a routine is a resource: unless it reads a view
// that is none.
func (g *generator) routineManaged(r *model.Routine) bool {
	if known, done := g.routines[r]; done {
		return known
	}
	g.routines[r] = false
	g.routines[r] = r.Statement == nil || g.allThere(r.Reads, r.Statement.Routines)
	return g.routines[r]
}

// holdsSomething reports whether a dataset is needed here: it is declared, or
// something of ours is in it. Datasets of external sources are elsewhere.
func (g *generator) holdsSomething(d *model.Dataset) bool {
	if d.Spec != nil {
		return true
	}
	return slices.ContainsFunc(g.m.Tables, func(t *model.Table) bool { return t.Dataset == d && t.Kind != model.ExternalKind }) ||
		slices.ContainsFunc(g.m.Routines, func(r *model.Routine) bool { return r.Dataset == d })
}

func (g *generator) dataset(d *model.Dataset) {
	body := block{
		"dataset_id": d.Physical,
		"location":   g.m.Location,
	}
	g.inWarehouse(body)
	g.needs(body, "bigquery")
	if g.temporary {
		body["delete_contents_on_destroy"] = true
		if s := g.m.Environment.ExpiresAfter.V; s > 0 {
			body["default_table_expiration_ms"] = s * 1000
		}
	}
	switch {
	case d.Spec != nil:
		s := d.Spec
		if s.Description.V != "" {
			body["description"] = literal(s.Description.V)
		}
		if s.Location.V != "" {
			body["location"] = s.Location.V
		}
		if s.DefaultExpiration.V > 0 && !g.temporary {
			body["default_table_expiration_ms"] = s.DefaultExpiration.V * 1000
		}
		if s.KMSKey.V != "" {
			body["default_encryption_configuration"] = block{"kms_key_name": literal(s.KMSKey.V)}
		}
		setLabels(body, g.labels(s.Labels))
		g.readers(d)
	case d.Source != nil:
		if d.Source.Description.V != "" {
			body["description"] = literal(d.Source.Description.V)
		}
		setLabels(body, g.labels(d.Source.Labels))
	}
	g.add("datasets", "google_bigquery_dataset", d.Name, body)
}

// readers lets people read a dataset: all of them in one resource, each an instance.
func (g *generator) readers(d *model.Dataset) {
	if len(d.Spec.Readers) == 0 {
		return
	}
	var members []string
	for _, r := range d.Spec.Readers {
		members = append(members, r.V)
	}
	body := block{
		"for_each":   each(members),
		"dataset_id": ref("google_bigquery_dataset", d.Name, "dataset_id"),
		"role":       "roles/bigquery.dataViewer",
		"member":     "${each.value}",
	}
	g.inWarehouse(body)
	g.add("datasets", "google_bigquery_dataset_iam_member", d.Name+"-readers", body)
}

func (g *generator) table(t *model.Table) {
	_, name, _ := strings.Cut(t.Name, ".")
	view := t.Kind == model.ViewKind
	body := block{
		"dataset_id": ref("google_bigquery_dataset", t.Dataset.Name, "dataset_id"),
		"table_id":   name,
		"schema":     literal(schemaJSON(t.Columns, !view)),
		// What has rows is never dropped by accident; a view is made anew at no loss.
		"deletion_protection": !view && !g.temporary,
	}
	g.inWarehouse(body)
	switch {
	case t.Spec != nil:
		describe(body, t.Spec.Description)
		setLabels(body, g.labels(t.Spec.Labels))
	case t.SourceTable != nil:
		describe(body, t.SourceTable.Description)
	case t.Model != nil:
		describe(body, t.Model.Description)
	}
	if view {
		body["view"] = block{"query": literal(t.Statement.Rendered), "use_legacy_sql": false}
		g.after(body, t)
	} else {
		layout(body, t)
	}
	file := "tables"
	if view {
		file = "views"
	}
	g.add(file, "google_bigquery_table", key(t.Name), body)
}

// layout says how a table's rows are partitioned and clustered.
func layout(body block, t *model.Table) {
	column, by := "", ""
	switch {
	case t.Spec != nil && t.Spec.Partition != nil:
		p := t.Spec.Partition
		column, by = p.Column.V, cmp.Or(p.By.V, "day")
		if p.RequireFilter.V {
			body["require_partition_filter"] = true
		}
	case t.SourceTable != nil && t.SourceTable.Mode.V == "partition":
		column, by = "load_date", "day"
		if p := t.SourceTable.Partition; p != nil {
			column = cmp.Or(p.Column.V, column)
		}
	}
	if i := slices.IndexFunc(t.Columns, func(c model.Column) bool { return strings.EqualFold(c.Name, column) }); i >= 0 {
		partition := block{"type": strings.ToUpper(by), "field": t.Columns[i].Name}
		if t.Columns[i].Type.Kind == sqltype.Date && by == "hour" {
			partition["type"] = "DAY" // a date has no hours
		}
		if t.Spec != nil && t.Spec.Retention.V > 0 {
			partition["expiration_ms"] = t.Spec.Retention.V * 1000
		}
		body["time_partitioning"] = partition
	}
	if t.Spec != nil && len(t.Spec.ClusterBy) > 0 {
		var list []string
		for _, c := range t.Spec.ClusterBy {
			list = append(list, c.V)
		}
		body["clustering"] = list
	}
}

// after makes a view wait for what its query names: BigQuery looks at it when the
// view is made.
func (g *generator) after(body block, t *model.Table) {
	var list []string
	for _, r := range t.Reads {
		if g.managed(r) {
			list = append(list, "google_bigquery_table."+key(r.Name))
		}
	}
	list = append(list, g.called(t.Statement)...)
	setDepends(body, list)
}

// called are the routines that a statement calls, as resources.
func (g *generator) called(s *model.Statement) []string {
	var list []string
	for _, r := range g.m.Routines {
		if s != nil && slices.Contains(s.Routines, r.Name) && g.routineManaged(r) {
			list = append(list, "google_bigquery_routine."+key(r.Name))
		}
	}
	return list
}

func (g *generator) routine(r *model.Routine) {
	_, name, _ := strings.Cut(r.Name, ".")
	body := block{
		"dataset_id":   ref("google_bigquery_dataset", r.Dataset.Name, "dataset_id"),
		"routine_id":   name,
		"routine_type": "SCALAR_FUNCTION",
	}
	switch s := r.Spec; {
	case s.Remote != nil:
		body["definition_body"] = ""
		body["remote_function_options"] = block{"connection": s.Remote.Connection.V, "endpoint": s.Remote.Endpoint.V}
	case s.JS.Set:
		body["language"], body["definition_body"] = "JAVASCRIPT", literal(s.JS.V)
		var libraries []string
		for _, l := range s.Libraries {
			libraries = append(libraries, l.V)
		}
		if len(libraries) > 0 {
			body["imported_libraries"] = libraries
		}
	default:
		body["language"], body["definition_body"] = "SQL", literal(r.Statement.Rendered)
	}
	g.inWarehouse(body)
	switch r.Spec.Kind.V {
	case "aggregate":
		body["routine_type"] = "AGGREGATE_FUNCTION"
	case "table":
		body["routine_type"] = "TABLE_VALUED_FUNCTION"
	}
	describe(body, r.Spec.Description)
	if !r.Returns.IsZero() && r.Spec.Kind.V != "table" {
		body["return_type"] = compactJSON(dataType(r.Returns))
	}
	var arguments []block
	for _, a := range r.Arguments {
		argument := block{"name": a.Name, "argument_kind": "ANY_TYPE"}
		if !a.Type.IsZero() {
			argument["argument_kind"] = "FIXED_TYPE"
			argument["data_type"] = compactJSON(dataType(a.Type))
		}
		arguments = append(arguments, argument)
	}
	if len(arguments) > 0 {
		body["arguments"] = arguments
	}
	var list []string
	for _, t := range r.Reads {
		if g.managed(t) {
			list = append(list, "google_bigquery_table."+key(t.Name))
		}
	}
	setDepends(body, append(list, g.called(r.Statement)...))
	g.add("routines", "google_bigquery_routine", key(r.Name), body)
}

// inWarehouse names the datasets' project where it is not the provider's.
func (g *generator) inWarehouse(body block) {
	if g.warehouse != g.project {
		body["project"] = g.warehouse
	}
}

func describe(body block, description spec.Text) {
	if description.V != "" {
		body["description"] = literal(description.V)
	}
}

func setLabels(body, labels block) {
	if len(labels) > 0 {
		body["labels"] = labels
	}
}

func setDepends(body block, list []string) {
	if len(list) > 0 {
		slices.Sort(list)
		body["depends_on"] = slices.Compact(list)
	}
}

// schemaJSON is a table's schema as BigQuery's API has it. A view's columns are
// never required.
func schemaJSON(columns []model.Column, required bool) string {
	fields := make([]sqltype.SchemaField, 0, len(columns))
	for _, c := range columns {
		f := c.Type.Schema(c.Name, c.Required && required)
		f.Description = c.Description
		if c.Spec != nil {
			describeFields(f.Fields, c.Spec.Fields)
		}
		fields = append(fields, f)
	}
	return compactJSON(fields)
}

// describeFields gives the fields of a structure their descriptions.
func describeFields(fields []sqltype.SchemaField, list []*spec.Column) {
	for i := range fields {
		for _, c := range list {
			if strings.EqualFold(c.Name, fields[i].Name) {
				fields[i].Description = c.Description.V
				describeFields(fields[i].Fields, c.Fields)
			}
		}
	}
}

// standardType is a type in the form of BigQuery's routines.
type standardType struct {
	TypeKind         string          `json:"typeKind"`
	ArrayElementType *standardType   `json:"arrayElementType,omitempty"`
	RangeElementType *standardType   `json:"rangeElementType,omitempty"`
	StructType       *standardStruct `json:"structType,omitempty"`
}

type standardStruct struct {
	Fields []standardField `json:"fields"`
}

type standardField struct {
	Name string       `json:"name,omitempty"`
	Type standardType `json:"type"`
}

func dataType(t sqltype.Type) standardType {
	out := standardType{TypeKind: string(t.Kind)}
	switch {
	case t.Kind == sqltype.Array && t.Elem != nil:
		elem := dataType(*t.Elem)
		out.ArrayElementType = &elem
	case t.Kind == sqltype.Range && t.Elem != nil:
		elem := dataType(*t.Elem)
		out.RangeElementType = &elem
	case t.Kind == sqltype.Struct:
		out.StructType = &standardStruct{Fields: []standardField{}}
		for _, f := range t.Fields {
			out.StructType.Fields = append(out.StructType.Fields, standardField{Name: f.Name, Type: dataType(f.Type)})
		}
	}
	return out
}

func compactJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("terraform: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}
