package sql

import (
	"context"
	"slices"
	"strings"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sql/engine"
)

// testQuery is a query to be asked for, with where a mistake in it is reported.
type testQuery struct {
	table   *model.Table
	query   *model.TestQuery
	request engine.Request
	at      diag.Span // of the name in expect_cte; zero for the table's own query
	test    string
}

// testQueries completes the tables' TestQueries: a query for each WITH entry that a
// test expects rows of, and with all the tables' own queries. They are rendered for
// the embedded warehouse whatever the environment's is, and read stand-ins under the
// tables' own names, so that they do not depend on the environment.
func (r *runner) testQueries(ctx context.Context, all bool) {
	duckdb := r.duckdb
	r.duckdb = true
	defer func() { r.duckdb = duckdb }()
	var asked []testQuery
	for _, t := range r.m.Tables {
		if t.Spec == nil || len(t.Spec.Tests) == 0 || t.Statement.Failed && t.Statement.Level != "off" {
			continue
		}
		if all {
			asked = r.testQuery(asked, testQuery{table: t, query: &model.TestQuery{}}, t.Statement.Text)
		}
		asked = r.testEntries(asked, t)
	}
	keys := make([]cache.Key, len(asked))
	tasks := make([]engine.Task, len(asked))
	for i := range asked {
		keys[i], tasks[i] = r.asker.requestKey(asked[i].request), engine.Task{Request: &asked[i].request}
	}
	r.asker.prefetch(ctx, keys, tasks)
	for _, a := range asked {
		if ctx.Err() == nil {
			r.answerTest(a)
		}
	}
}

// testEntries asks for the WITH entries that the tests of a table name, each once.
func (r *runner) testEntries(asked []testQuery, t *model.Table) []testQuery {
	var entries []engine.WithEntry
	seen := map[string]bool{}
	for _, test := range t.Spec.Tests {
		for _, expected := range test.ExpectCTE {
			if seen[expected.Name] {
				continue
			}
			if len(seen) == 0 {
				parsed, err := r.asker.parse(t.Statement.Text, engine.With)
				if err != nil || parsed.Problem != nil {
					return asked // reported as the statement's own
				}
				entries = parsed.With
			}
			seen[expected.Name] = true
			i := engine.FindEntry(entries, expected.Name)
			if i < 0 {
				r.unknownEntry(t, test, expected, entries)
				continue
			}
			asked = r.testQuery(asked, testQuery{
				table: t, query: &model.TestQuery{CTE: expected.Name}, at: expected.At, test: test.Name,
			}, engine.SelectEntry(t.Statement.Text, entries, i))
		}
	}
	return asked
}

func (r *runner) unknownEntry(t *model.Table, test *spec.Test, expected *spec.TestRows, entries []engine.WithEntry) {
	var names []string
	for _, e := range entries {
		names = append(names, e.Name)
	}
	d := r.diags.Errorf(diag.TestUnknownCTE, expected.At, "the test %q expects rows of %q, but the query of %q has no such WITH entry", test.Name, expected.Name, t.Name).
		WithNode(t.Name).WithRelated(Place(t.Statement, 0, 0), "the query is here")
	switch near := engine.Nearest(expected.Name, names); {
	case near != "":
		d.WithHint("did you mean %q?", near)
	case len(names) == 0:
		d.WithHint("the query has no WITH clause; expect its own rows with expect")
	default:
		d.WithHint("its WITH entries are %s", strings.Join(names, ", "))
	}
}

// testQuery adds a query of text, unless what it reads has mistakes of its own.
func (r *runner) testQuery(asked []testQuery, a testQuery, text string) []testQuery {
	s := a.table.Statement
	a.query.Statement = &model.Statement{
		Node: s.Node, Text: text, At: s.At, Indent: s.Indent, Made: s.Made, Level: s.Level, Refs: s.Refs,
	}
	a.table.TestQueries = append(a.table.TestQueries, a.query)
	if s.Level == "off" {
		a.query.Refused = []string{"its analysis is off, and the embedded warehouse needs the analysed query"}
		a.query.Statement.Columns = s.Columns
		return asked
	}
	own := a.query.Statement
	parsed, err := r.asker.parse(text, engine.Query)
	if err != nil || parsed.Problem != nil {
		own.Failed = true
		if a.query.CTE != "" {
			r.unreadableEntry(a, why(err, parsed.Problem))
		}
		return asked
	}
	for _, u := range parsed.Parameters {
		own.Parameters = append(own.Parameters, u.Name)
	}
	own.Parameters = sortedSet(own.Parameters)
	request, known := r.request(own, engine.Query, parsed, nil, "")
	if !known {
		own.Failed = true
		return asked
	}
	reads := map[string]*model.Table{}
	for i := range request.Tables {
		r.standIn(&request.Tables[i], r.tableOf(own, request.Tables[i].Name), reads)
	}
	request.Functions = r.standInFunctions(request.Functions, reads)
	for _, t := range reads {
		a.query.Reads = append(a.query.Reads, t)
	}
	slices.SortFunc(a.query.Reads, func(x, y *model.Table) int { return strings.Compare(x.Name, y.Name) })
	a.request = request
	return append(asked, a)
}

func why(err error, p *engine.Problem) string {
	if err != nil {
		return err.Error()
	}
	return p.Message
}

// standIn has a table be read under its own name.
func (r *runner) standIn(read *engine.Table, t *model.Table, reads map[string]*model.Table) {
	reads[t.Name] = t
	read.Catalog, read.Physical = duckDBPart(t, read.Name, quoted(t.Name))
	read.Digest = read.Catalog + "\x00" + r.tables[t].digest
}

// standInFunctions does the same with the tables that functions read.
func (r *runner) standInFunctions(list []engine.Function, reads map[string]*model.Table) []engine.Function {
	out := slices.Clone(list)
	for i := range out {
		out[i].Tables = slices.Clone(out[i].Tables)
		for k := range out[i].Tables {
			read := &out[i].Tables[k]
			r.standIn(read, r.tableOf(r.routines[out[i].Name].model.Statement, read.Name), reads)
		}
		out[i].Functions = r.standInFunctions(out[i].Functions, reads)
	}
	return out
}

// answerTest takes what the analyser says of a query.
func (r *runner) answerTest(a testQuery) {
	s := a.query.Statement
	found, err := r.asker.analyse(a.request)
	switch {
	case err != nil:
		s.Failed = true
		a.query.Refused = []string{err.Error()}
		return
	case len(found.Problems) > 0:
		s.Failed = true
		p := found.Problems[0]
		a.query.Refused = []string{p.Message}
		if a.query.CTE != "" {
			r.unreadableEntry(a, p.Message)
		}
		return
	}
	s.Columns, s.Rendered = columnsOf(found.Columns), found.Rendered
	for _, p := range found.Untranslated {
		text := p.Message
		if a.query.CTE == "" {
			text = Place(s, p.Start, p.End).String() + ": " + text
		}
		a.query.Refused = append(a.query.Refused, text)
	}
}

// unreadableEntry reports a WITH entry that has no rows by itself.
func (r *runner) unreadableEntry(a testQuery, why string) {
	r.diags.Errorf(diag.TestUnknownCTE, a.at, "the test %q expects rows of %q, which cannot be read alone: %s", a.test, a.query.CTE, why).
		WithNode(a.table.Name).
		WithRelated(Place(a.table.Statement, 0, 0), "the query is here").
		WithHint("expect rows of an entry that does not depend on the query around it")
}
