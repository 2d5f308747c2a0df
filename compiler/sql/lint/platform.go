package lint

import (
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
)

// Platform applies the rules about what the platform says of its tables. The model
// has been through analysis.
func Platform(m *model.Platform) diag.List {
	var list diag.List
	for _, t := range m.Tables {
		if t.Spec == nil {
			continue
		}
		if t.Spec.Description.V == "" {
			list.Warnf(diag.TableUndescribed, t.At, "%q has no description", t.Name).
				WithNode(t.Name).
				WithHint("say in a sentence what a row is: description: \"…\"")
		}
		appendWithoutDay(&list, t)
		crossRegion(&list, m, t)
		largeUnpartitioned(&list, t)
	}
	return list
}

// crossRegion: BigQuery joins no data of two locations.
func crossRegion(list *diag.List, m *model.Platform, t *model.Table) {
	if t.Statement == nil {
		return
	}
	own := locationOf(m, t)
	for _, read := range t.Reads {
		at := locationOf(m, read)
		if own == "" || at == "" || strings.EqualFold(own, at) {
			continue
		}
		list.Warnf(diag.CrossRegion, t.At, "%q lies in %s and reads %q, which lies in %s", t.Name, own, read.Name, at).
			WithNode(t.Name).
			WithHint("put both into one location, or have the source transferred instead of read where it is")
	}
}

// locationOf is the BigQuery location of a table; empty where it is not known.
func locationOf(m *model.Platform, t *model.Table) string {
	if t.Kind == model.ExternalKind && t.Source != nil {
		return t.Source.Connection.Location.V
	}
	if t.Dataset != nil && t.Dataset.Spec != nil && t.Dataset.Spec.Location.V != "" {
		return t.Dataset.Spec.Location.V
	}
	if l := m.Spec.Info.Location.V; l != "" {
		return l
	}
	return m.Spec.Info.Region.V
}

// largeUnpartitioned: every query of a table without partitions reads all of it.
func largeUnpartitioned(list *diag.List, t *model.Table) {
	e := t.Spec.Estimate
	if e == nil || e.Volume.V < hugeTable || t.Spec.Partition != nil || t.Kind == model.ViewKind {
		return
	}
	list.Warnf(diag.LargeUnpartitioned, e.Volume.At, "%q holds about %s without partitions, so every query reads all of it", t.Name, size(e.Volume.V)).
		WithNode(t.Name).
		WithHint("declare partition: {column: …, by: \"day\"}")
}

// appendWithoutDay: an append must know the rows of its day, by the day or by what
// the table holds already.
func appendWithoutDay(list *diag.List, t *model.Table) {
	i := t.Spec.Incremental
	if i == nil || i.Strategy.V != "append" || t.Statement == nil || t.Statement.Failed {
		return
	}
	byDay := slices.ContainsFunc(t.Statement.Parameters, func(name string) bool { return strings.HasPrefix(name, "run_") })
	byItself := slices.ContainsFunc(t.Statement.Refs, func(r model.Ref) bool { return r.Table == t })
	if byDay || byItself {
		return
	}
	list.Warnf(diag.AppendWithoutDay, i.Strategy.At, "every run of %q adds the same rows again: its query looks neither at the business day nor at the table", t.Name).
		WithNode(t.Name).
		WithHint("restrict the query with @run_date, or use replace_partition or merge")
}

// FactsOf is what rules over a statement know of the tables that it reads.
func FactsOf(tables []*model.Table) map[string]TableFacts {
	out := map[string]TableFacts{}
	for _, t := range tables {
		f := TableFacts{Keys: KeysOf(t)}
		if t.SourceTable != nil || t.Spec != nil && len(t.Spec.Columns) > 0 {
			f.Nullable = nullable(t)
		}
		if t.Spec != nil {
			if p := t.Spec.Partition; p != nil {
				f.Partition = p.Column.V
				if p.RequireFilter.V {
					f.Filter = p.Column.V
				}
			}
			if t.Spec.Estimate != nil {
				f.Volume = t.Spec.Estimate.Volume.V
			}
		}
		if s := t.SourceTable; s != nil {
			if s.Partition != nil {
				f.Partition = s.Partition.Column.V
			}
			if s.Estimate != nil && t.Kind == model.ExternalKind { // of others it is a day's
				f.Volume = s.Estimate.Volume.V
			}
		}
		if f.Filter != "" || f.Partition != "" || f.Volume > 0 || len(f.Nullable) > 0 || len(f.Keys) > 0 {
			out[t.Name] = f
		}
	}
	return out
}

// KeysOf are the sets of columns of which the platform says that they tell a table's
// rows apart: keys, and checks that block.
func KeysOf(t *model.Table) [][]string {
	var out [][]string
	add := func(texts []spec.Text) {
		var key []string
		for _, c := range texts {
			key = append(key, strings.ToLower(c.V))
		}
		slices.Sort(key)
		if len(key) > 0 && !slices.ContainsFunc(out, func(k []string) bool { return slices.Equal(k, key) }) {
			out = append(out, key)
		}
	}
	if s := t.SourceTable; s != nil && s.Mode.V != "partition" {
		add(s.Key)
	}
	if t.Spec != nil && t.Spec.Incremental != nil && t.Spec.Incremental.Strategy.V == "merge" {
		add(t.Spec.Incremental.Key)
	}
	for _, c := range t.Checks {
		if c.Spec != nil && c.Spec.Kind.V == "unique" && c.Spec.Where.V == "" {
			add(c.Spec.Columns)
		}
	}
	return out
}

// nullable are the declared columns that nothing says are never NULL: neither
// required, nor a key, nor checked.
func nullable(t *model.Table) []string {
	never := map[string]bool{}
	if t.SourceTable != nil {
		never[strings.ToLower(t.SourceTable.Cursor.V)] = true
		for _, k := range t.SourceTable.Key {
			never[strings.ToLower(k.V)] = true
		}
	}
	if t.Spec != nil && t.Spec.Incremental != nil {
		for _, k := range t.Spec.Incremental.Key {
			never[strings.ToLower(k.V)] = true
		}
	}
	for _, c := range t.Checks {
		if c.Spec != nil && c.Spec.Kind.V == "not_null" {
			for _, name := range c.Spec.Columns {
				never[strings.ToLower(name.V)] = true
			}
		}
	}
	var out []string
	for _, c := range t.Columns {
		if name := strings.ToLower(c.Name); c.Spec != nil && !c.Required && !never[name] {
			out = append(out, name)
		}
	}
	return out
}
