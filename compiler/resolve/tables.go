package resolve

import (
	"cmp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// ReservedDatasets begin the names of nodes that are no tables: neither a dataset nor
// a source may have such a name.
var ReservedDatasets = []string{"export", "model", "check", "sla", "pool", "source"}

// tables makes every table that SQL can read: of sources, of queries, and of models'
// predictions. Their references are resolved later, when all names are known.
func (r *resolver) tables() {
	prefix := r.prefix()
	declared := byName(r.sp.Datasets, func(x *spec.Dataset) string { return x.Name })
	for _, d := range r.sp.Datasets {
		r.dataset(d.Name, d.At, prefix, declared)
	}
	for _, s := range r.sp.Sources {
		ds := r.dataset(s.Name, s.At, prefix, declared)
		ds.Source = s
		for _, t := range s.Tables {
			r.addTable(r.sourceTable(s, t, ds), "source table")
		}
	}
	for _, t := range r.sp.Tables {
		name, _, _ := strings.Cut(t.Name, ".")
		r.addTable(r.queryTable(t, r.dataset(name, t.At, prefix, declared)), "table")
	}
	for _, m := range r.sp.Models {
		r.prediction(m, prefix, declared)
	}
	for _, f := range r.sp.Routines {
		name, _, _ := strings.Cut(f.Name, ".")
		r.dataset(name, f.At, prefix, declared)
	}
	for _, name := range sortedKeys(r.datasets) {
		r.m.Datasets = append(r.m.Datasets, r.datasets[name])
	}
	slices.SortFunc(r.suffixed, func(a, b *model.Table) int {
		return cmp.Or(cmp.Compare(len(b.Name), len(a.Name)), cmp.Compare(a.Name, b.Name))
	})
}

// dataset finds or makes the dataset; at is where it is first named.
func (r *resolver) dataset(name string, at diag.Span, prefix string, declared map[string]*spec.Dataset) *model.Dataset {
	if ds := r.datasets[name]; ds != nil {
		return ds
	}
	if slices.Contains(ReservedDatasets, name) {
		r.diags.Errorf(diag.ReservedName, at, "%q cannot be the name of a dataset or source: it begins the names of other nodes", name).
			WithHint("choose another name than %s", strings.Join(ReservedDatasets, ", "))
	}
	ds := &model.Dataset{Name: name, Physical: prefix + name, Spec: declared[name]}
	r.datasets[name] = ds
	return ds
}

func (r *resolver) addTable(t *model.Table, what string) bool {
	if !r.declare(t.Name, node{what: what, at: t.At, table: t}) {
		return false
	}
	r.m.Tables = append(r.m.Tables, t)
	r.m.TableByName[t.Name] = t
	if strings.HasSuffix(t.Name, "*") {
		r.suffixed = append(r.suffixed, t)
	}
	return true
}

// datasetOwner is the owner that a dataset declares.
func datasetOwner(ds *model.Dataset) string {
	if ds != nil && ds.Spec != nil {
		return ds.Spec.Owner.V
	}
	return ""
}

// sourceOwner is the owner of the source whose tables the dataset holds.
func sourceOwner(ds *model.Dataset) string {
	if ds.Source != nil {
		return ds.Source.Owner.V
	}
	return ""
}

// sourceTable is one table of a source. Read from files, it is a transfer whatever
// its mode is: the environment has nothing that exists elsewhere.
func (r *resolver) sourceTable(s *spec.Source, t *spec.SourceTable, ds *model.Dataset) *model.Table {
	out := &model.Table{
		Name:        s.Name + "." + t.Name,
		Dataset:     ds,
		Kind:        model.SourceKind,
		At:          t.At,
		Owner:       cmp.Or(datasetOwner(ds), s.Owner.V, r.sp.Info.Owner.V),
		SourceTable: t,
		Source:      s,
		Columns:     r.columns(t.Columns, cmp.Or(s.Classification.V, "internal")),
	}
	override := r.m.Overrides[s.Name]
	fromFiles := override != nil && override.Read.V == "files"
	if t.Mode.V == "external" && !fromFiles {
		out.Kind = model.ExternalKind
	}
	wildcard := strings.HasSuffix(t.Name, "*")
	switch column := partitionColumn(t); {
	case wildcard:
		out.PseudoColumns = []model.Column{pseudo("_TABLE_SUFFIX", "STRING")}
	case t.Mode.V == "external" && column == "" && !fromFiles:
		// Of tables over files; whether this is one, BigQuery knows.
		out.PseudoColumns = []model.Column{pseudo("_FILE_NAME", "STRING")}
	case t.Mode.V == "external" && (column == "_PARTITIONTIME" || column == "_PARTITIONDATE"):
		out.PseudoColumns = []model.Column{pseudo("_PARTITIONTIME", "TIMESTAMP"), pseudo("_PARTITIONDATE", "DATE")}
	case t.Mode.V == "partition" && findColumn(out.Columns, column) == nil:
		load := pseudo(column, "DATE")
		load.Required = true
		load.Description = "The business day that the row was loaded for."
		load.At = t.At
		if t.Partition != nil && t.Partition.Column.Set {
			load.At = t.Partition.Column.At
		}
		out.Columns = append(out.Columns, load)
	}
	r.pool(t.Pool)
	r.ownColumns(out, t.Key, "key")
	if t.Cursor.V != "" {
		r.ownColumns(out, []spec.Text{t.Cursor}, "cursor")
	}
	if k := s.Kind.V; k == "bigquery" || k == "firebase" {
		from := cmp.Or(t.From.V, t.Name)
		r.external[s.Connection.Project.V+"."+s.Connection.Dataset.V+"."+from] = out
	}
	return out
}

// partitionColumn is the column that a partitioned source table is cut by.
func partitionColumn(t *spec.SourceTable) string {
	if t.Partition == nil || t.Partition.Column.V == "" {
		return "load_date"
	}
	return t.Partition.Column.V
}

func (r *resolver) queryTable(t *spec.Table, ds *model.Dataset) *model.Table {
	kind := model.TableTable
	switch t.Materialization.V {
	case "view":
		kind = model.ViewKind
	case "incremental":
		kind = model.IncrementKind
	}
	out := &model.Table{
		Name:    t.Name,
		Dataset: ds,
		Kind:    kind,
		At:      t.At,
		Owner:   cmp.Or(t.Owner.V, datasetOwner(ds), sourceOwner(ds), r.sp.Info.Owner.V),
		Spec:    t,
		Columns: r.columns(t.Columns, ""),
	}
	r.team(t.Owner)
	r.pool(t.Pool)
	return out
}

// prediction makes a model and the table that it writes.
func (r *resolver) prediction(m *spec.Model, prefix string, declared map[string]*spec.Dataset) {
	r.team(m.Owner)
	r.pool(m.Pool)
	mo := &model.Model{Name: m.Name, Spec: m}
	r.m.Models = append(r.m.Models, mo)
	output := m.Predict.Output
	name, _, dotted := strings.Cut(output.V, ".")
	if !dotted {
		mo.Owner = cmp.Or(m.Owner.V, r.sp.Info.Owner.V)
		return
	}
	ds := r.dataset(name, output.At, prefix, declared)
	mo.Owner = cmp.Or(m.Owner.V, datasetOwner(ds), r.sp.Info.Owner.V)
	table := &model.Table{
		Name:    output.V,
		Dataset: ds,
		Kind:    model.PredictionKind,
		At:      output.At,
		Owner:   mo.Owner,
		Model:   m,
		Columns: r.columns(m.Predict.Columns, "internal"),
	}
	r.ownColumns(table, []spec.Text{m.Predict.Prediction}, "prediction")
	r.ownColumns(table, m.Predict.Key, "key")
	if r.addTable(table, "prediction") {
		mo.Output = table
	}
}

// ownColumns reports names that the table's declared columns lack.
func (r *resolver) ownColumns(t *model.Table, list []spec.Text, what string) {
	for _, name := range list {
		if name.V == "" || findColumn(t.Columns, name.V) != nil {
			continue
		}
		r.unknownColumn(t, name, what)
	}
}

func (r *resolver) unknownColumn(t *model.Table, name spec.Text, what string) {
	var all []candidate
	for _, c := range t.Columns {
		all = append(all, candidate{c.Name, c.At})
	}
	d := r.unknown(diag.UnknownColumn, name.At, "column", name.V, all).WithNode(t.Name)
	d.Message = what + ` names the column "` + name.V + `", which "` + t.Name + `" does not have`
}

// findColumn looks a column up; letter case does not count, as in SQL.
func findColumn(list []model.Column, name string) *model.Column {
	for i := range list {
		if strings.EqualFold(list[i].Name, name) {
			return &list[i]
		}
	}
	return nil
}

// modelInputs resolves what models read.
func (r *resolver) modelInputs() {
	for _, m := range r.m.Models {
		node := "model." + m.Name
		m.Predict = r.table(m.Spec.Predict.Table, node)
		if m.Spec.Train != nil {
			m.Train = r.table(m.Spec.Train.Table, node)
		}
	}
}
