package sql

import (
	"slices"
	"strconv"
	"strings"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// analyse resolves one statement against what is known by now, reports its mistakes
// and renders it. It reports whether the result can be used; where it cannot, the
// statement is marked as failed.
func (r *runner) analyse(s *model.Statement, kind engine.Kind, arguments []engine.Column, returns string) (engine.Result, bool) {
	if s.Failed {
		return engine.Result{}, false
	}
	s.Failed = true // until it is not
	parsed, err := r.asker.parse(s.Text, kind)
	if err != nil {
		reportFailure(&r.diags, s, err)
		return engine.Result{}, false
	}
	if parsed.Problem != nil {
		report(&r.diags, s, s.Node, *parsed.Problem)
		return engine.Result{}, false
	}
	if s.Made || len(s.Parameters) == 0 {
		s.Parameters = nil
		for _, u := range parsed.Parameters {
			s.Parameters = append(s.Parameters, u.Name)
		}
		s.Parameters = sortedSet(s.Parameters)
	}
	var found engine.Result
	if ahead := r.prepared[s]; ahead != nil {
		found, err = r.asker.analyseKey(ahead.key, ahead.Request)
	} else {
		request, known := r.request(s, kind, parsed, arguments, returns)
		if !known {
			return engine.Result{}, false
		}
		found, err = r.asker.analyse(request)
	}
	if err != nil {
		reportFailure(&r.diags, s, err)
		return engine.Result{}, false
	}
	for _, p := range found.Problems {
		r.report(s, p)
	}
	if len(found.Problems) > 0 {
		return engine.Result{}, false
	}
	s.Failed = false
	s.Lineage = found.Lineage
	for _, p := range found.Untranslated {
		r.report(s, p)
		s.Failed = true
	}
	if r.duckdb {
		s.Rendered = found.Rendered
	} else {
		r.bigQuery(s, parsed)
	}
	return found, true
}

// report reports a problem in a statement. One that was made for a check has no lines
// of the user's but the check's condition, which stands in it word by word.
func (r *runner) report(s *model.Statement, p engine.Problem) {
	if where := r.inside[s]; where != nil {
		if from := strings.Index(s.Text, where.Text); from >= 0 && p.Start >= from && p.Start <= from+len(where.Text) {
			p.Start -= from
			p.End = max(0, min(p.End-from, len(where.Text)))
			s = where
		}
	}
	report(&r.diags, s, s.Node, p)
}

// sessionTimeZone is BigQuery's default: what a query means does not depend on the
// warehouse it runs on.
const sessionTimeZone = "UTC"

// request gathers what the statement names. It reports false where something of that
// has no known columns, which is reported elsewhere.
func (r *runner) request(s *model.Statement, kind engine.Kind, parsed engine.Parsed, arguments []engine.Column, returns string) (engine.Request, bool) {
	q := engine.Request{
		Text: s.Text, Kind: kind, Parsed: parsed, Arguments: arguments, Returns: returns,
		Parameters: r.parameters, DuckDB: r.duckdb, TimeZone: sessionTimeZone,
	}
	seen := map[string]bool{}
	s.Routines = nil
	for _, ref := range parsed.Refs {
		key := string(ref.Kind) + ref.Name
		if seen[key] {
			continue
		}
		seen[key] = true
		switch ref.Kind {
		case engine.SystemRef, engine.VariantRef:
			continue
		case engine.ModelRef:
			if known, is := r.modelNamed(s, ref.Name); is {
				q.Models = append(q.Models, known)
			}
			continue
		}
		if ref.Kind != engine.TableRef {
			f := r.routines[ref.Name]
			switch {
			case f == nil && ref.Kind == engine.TableFnRef:
				return q, false
			case f == nil: // the analyser says that it is unknown, and what it may mean
			case !f.known:
				return q, false
			default:
				q.Functions = append(q.Functions, f.function)
				s.Routines = append(s.Routines, ref.Name)
			}
			continue
		}
		t := r.tableOf(s, ref.Name)
		if t == nil {
			return q, false
		}
		known := r.tables[t]
		if known == nil || !known.known {
			return q, false
		}
		read := engine.Table{Name: ref.Name, Columns: known.columns}
		read.Catalog, read.Physical = duckDBName(t, ref.Name)
		if !r.duckdb {
			read.Physical = ""
		}
		read.Digest = read.Catalog + "\x00" + known.digest
		q.Tables = append(q.Tables, read)
	}
	s.Routines = sortedSet(s.Routines)
	return q, true
}

// tableOf finds the table that resolve found for a name in the statement.
func (r *runner) tableOf(s *model.Statement, name string) *model.Table {
	for i := range s.Refs {
		if s.Refs[i].Name == name && s.Refs[i].Table != nil {
			return s.Refs[i].Table
		}
	}
	if s.Made {
		return r.m.TableByName[name]
	}
	return nil
}

// requestKey hashes everything that decides the result.
func (a *asker) requestKey(q engine.Request) cache.Key {
	parts := []string{"sql analyse", engine.Version, a.build, string(q.Kind), q.Text, q.Returns, q.TimeZone, strconv.FormatBool(q.DuckDB)}
	parts = append(parts, columnParts(q.Parameters)...)
	parts = append(parts, columnParts(q.Arguments)...)
	for _, t := range q.Tables {
		parts = append(parts, "table", t.Name, t.Catalog, t.Physical, t.Digest)
	}
	for _, f := range q.Functions {
		parts = append(parts, functionParts(f)...)
	}
	for _, m := range q.Models {
		parts = append(parts, "model", m.Name, m.Type, m.Label, m.LabelType)
	}
	if q.Lint != nil {
		parts = append(parts, lintParts(q.Lint)...)
	}
	return cache.KeyOf(parts...)
}

func columnParts(list []engine.Column) []string {
	parts := []string{strconv.Itoa(len(list))}
	for _, c := range list {
		parts = append(parts, c.Name, c.Type)
	}
	return parts
}

func functionParts(f engine.Function) []string {
	parts := []string{"function", f.Name, string(f.Kind), f.Language, f.Returns, f.Body}
	parts = append(parts, columnParts(f.Arguments)...)
	for _, t := range f.Tables {
		parts = append(parts, "table", t.Name, t.Catalog, t.Physical, t.Digest)
	}
	for _, g := range f.Functions {
		parts = append(parts, functionParts(g)...)
	}
	return parts
}

// itemsOf are the entries of the statement's outermost select list.
func itemsOf(r *runner, s *model.Statement) []engine.Item {
	parsed, err := r.asker.parse(s.Text, engine.Query)
	if err != nil {
		return nil
	}
	return parsed.Items
}

// itemSpan places an output column in the text: by number where the select list has
// no star, else by name, else the whole statement.
func itemSpan(s *model.Statement, items []engine.Item, column int, name string) diag.Span {
	star := slices.ContainsFunc(items, func(i engine.Item) bool { return i.Star })
	if !star && column >= 0 && column < len(items) {
		return Place(s, items[column].Start, items[column].End)
	}
	for _, i := range items {
		if name != "" && strings.EqualFold(i.Name, name) {
			return Place(s, i.Start, i.End)
		}
	}
	for _, i := range items {
		if i.Star {
			return Place(s, i.Start, i.End)
		}
	}
	return Place(s, 0, 0)
}
