package sql

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// bigQuery renders the user's text for BigQuery: every name of a table or routine
// becomes the physical one, all else stays as it was written, comments included. A
// semicolon at the end is left out, since the text becomes part of a statement; it
// may end in a comment, so what follows it belongs on a new line.
//
// Of a script, the last statement becomes part of one; those before it stand apart.
func (r *runner) bigQuery(s *model.Statement, parsed engine.Parsed) {
	if p := parsed.Script; p != nil {
		s.Setup = strings.TrimRight(r.rendered(s, parsed, 0, p.QueryStart), " \t\r\n")
		s.Rendered = r.rendered(s, parsed, p.QueryStart, len(s.Text))
	} else {
		s.Setup, s.Rendered = "", r.rendered(s, parsed, 0, len(s.Text))
	}
	s.Rendered = strings.TrimRight(s.Rendered, "; \t\r\n")
}

// rendered is a part of the text with the names filled in.
func (r *runner) rendered(s *model.Statement, parsed engine.Parsed, from, to int) string {
	var b strings.Builder
	last := from
	for _, ref := range ordered(parsed.Refs) {
		if ref.Start < from || ref.End > to {
			continue
		}
		name := r.physical(s, ref)
		if name == "" {
			continue
		}
		b.WriteString(s.Text[last:ref.Start])
		b.WriteString(name)
		last = ref.End
	}
	b.WriteString(s.Text[last:to])
	return b.String()
}

// ordered are references by place: those of FROM are found before those of the
// select list.
func ordered(refs []engine.Ref) []engine.Ref {
	out := append([]engine.Ref(nil), refs...)
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].Start < out[j-1].Start; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// physical is a reference's name in BigQuery, in backticks; empty where it is not
// sluice's to name. Where the table's name there ends in another word than the
// user's, and the user gave it no alias, the user's word becomes the alias.
func (r *runner) physical(s *model.Statement, ref engine.Ref) string {
	switch ref.Kind {
	case engine.VariantRef:
		return ""
	case engine.ModelRef:
		return r.physicalModel(s, ref.Name)
	case engine.SystemRef:
		return r.physicalView(ref.Name)
	}
	if ref.Kind != engine.TableRef {
		f := r.routines[ref.Name]
		if f == nil {
			return ""
		}
		_, name, _ := strings.Cut(f.model.Name, ".")
		dataset, _, _ := strings.Cut(f.model.Name, ".")
		if f.model.Dataset != nil {
			dataset = f.model.Dataset.Physical
		}
		return backticked(r.project(), dataset, name)
	}
	t := r.tableOf(s, ref.Name)
	if t == nil {
		return ""
	}
	project, dataset, table := r.bigQueryName(t)
	written := ref.Name[strings.LastIndexByte(ref.Name, '.')+1:]
	if family, wild := strings.CutSuffix(t.Name, "*"); wild {
		// The reference may name one member of the family, or a part of it.
		_, prefix, _ := strings.Cut(family, ".")
		if rest, ok := strings.CutPrefix(written, prefix); ok {
			table = strings.TrimSuffix(table, "*") + rest
		}
	}
	name := backticked(project, dataset, table)
	if !ref.Alias && !strings.EqualFold(table, written) && !strings.HasSuffix(table, "*") {
		name += " AS " + backticked(written)
	}
	return name
}

// bigQueryName is where a table is in BigQuery: in the environment's project and
// dataset, or where its source says.
func (r *runner) bigQueryName(t *model.Table) (project, dataset, table string) {
	_, table, _ = strings.Cut(t.Name, ".")
	if t.Kind == model.ExternalKind && t.Source != nil && t.SourceTable != nil {
		c := t.Source.Connection
		if k := t.Source.Kind.V; k == "bigquery" || k == "firebase" {
			return cmp.Or(c.Project.V, r.m.Project), c.Dataset.V, cmp.Or(t.SourceTable.From.V, table)
		}
	}
	dataset, _, _ = strings.Cut(t.Name, ".")
	if t.Dataset != nil && t.Dataset.Physical != "" {
		dataset = t.Dataset.Physical
	}
	return r.project(), dataset, table
}

// project holds the environment's datasets.
func (r *runner) project() string {
	if e := r.m.Environment; e != nil && e.Warehouse.Project.V != "" {
		return e.Warehouse.Project.V
	}
	return r.m.Project
}

func backticked(parts ...string) string {
	var set []string
	for _, p := range parts {
		if p != "" {
			set = append(set, p)
		}
	}
	return "`" + strings.Join(set, ".") + "`"
}

// duckDBName is a table's name for the embedded warehouse: its key in the catalogue,
// and the text that stands in FROM. A name that means a part of a wildcard family is
// a query over the family.
func duckDBName(t *model.Table, written string) (key, text string) {
	dataset, table, _ := strings.Cut(t.Name, ".")
	if t.Dataset != nil && t.Dataset.Physical != "" {
		dataset = t.Dataset.Physical
	}
	return duckDBPart(t, written, quoted(dataset)+"."+quoted(table))
}

// duckDBPart does the same for a table that is found under the name text.
func duckDBPart(t *model.Table, written, text string) (key, part string) {
	_, table, _ := strings.Cut(t.Name, ".")
	family, wild := strings.CutSuffix(table, "*")
	last := written[strings.LastIndexByte(written, '.')+1:]
	rest, member := strings.CutPrefix(last, family)
	if !wild || !member || rest == "*" {
		return t.Name, text
	}
	if prefix, part := strings.CutSuffix(rest, "*"); part {
		return t.Name + " " + rest, "(SELECT * REPLACE (substr(_TABLE_SUFFIX, " + length(prefix) + ") AS _TABLE_SUFFIX) FROM " + text +
			" WHERE starts_with(_TABLE_SUFFIX, '" + strings.ReplaceAll(prefix, "'", "''") + "'))"
	}
	return t.Name + " " + rest, "(SELECT * FROM " + text + " WHERE _TABLE_SUFFIX = '" + strings.ReplaceAll(rest, "'", "''") + "')"
}

// length is where what follows a prefix begins, in characters from 1.
func length(prefix string) string { return strconv.Itoa(utf8.RuneCountInString(prefix) + 1) }

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
