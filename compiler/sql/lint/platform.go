package lint

import (
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
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
	}
	return list
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
		var f TableFacts
		if t.SourceTable != nil || t.Spec != nil && len(t.Spec.Columns) > 0 {
			f.Nullable = nullable(t)
		}
		if t.Spec != nil && t.Spec.Partition != nil && t.Spec.Partition.RequireFilter.V {
			f.Filter = t.Spec.Partition.Column.V
		}
		if f.Filter != "" || len(f.Nullable) > 0 {
			out[t.Name] = f
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
