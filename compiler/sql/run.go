package sql

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sqltype"
)

// Options of Parse and Run.
type Options struct {
	// Cache keeps results by content; nil keeps them for this call only.
	Cache cache.Cache
	// Build identifies the program: what another build found out, or how it said it for
	// a warehouse, is not taken from the cache. Empty trusts the engine's version alone.
	Build string
	// Pool shares the work among processes; nil does all in this one.
	Pool *Pool
	// Tests has Run complete what the unit tests of tables run, model.Table.TestQueries;
	// else it looks only at the WITH entries that they name.
	Tests bool
	// Lint has Run judge style and cost as well, as warnings. Source then reads files
	// by their names in spans, for comments that silence findings.
	Lint   bool
	Source func(file string) ([]byte, error)
}

// Run analyses every statement of a platform in topological order and completes the
// model: the columns of tables (with what a contract says of them), of statements and
// of routines, and the SQL as the environment's warehouse takes it.
//
// All mistakes of all statements are reported. A statement whose input has no known
// columns, because of a mistake that is reported elsewhere, is marked as failed and
// not reported again.
func Run(ctx context.Context, m *model.Platform, o Options) diag.List {
	r := &runner{
		m:        m,
		asker:    newAsker(o),
		duckdb:   m.Target == "duckdb",
		tables:   map[*model.Table]*schema{},
		routines: map[string]*routine{},
		inside:   map[*model.Statement]*model.Statement{},
		prepared: map[*model.Statement]*request{},
	}
	r.parameters = parameters(m)
	r.plan(ctx).run()
	if ctx.Err() == nil {
		r.testQueries(ctx, o.Tests)
	}
	if o.Lint && ctx.Err() == nil {
		r.lint(ctx, o.Source)
	}
	return r.diags
}

// runner carries the state of one Run.
type runner struct {
	m          *model.Platform
	asker      *asker
	duckdb     bool
	parameters []engine.Column
	tables     map[*model.Table]*schema
	routines   map[string]*routine
	inside     map[*model.Statement]*model.Statement // the user's condition in a statement that was made
	prepared   map[*model.Statement]*request         // what was asked ahead of analyse
	diags      diag.List
}

// schema is what SQL may read of a table.
type schema struct {
	columns []engine.Column
	digest  string
	known   bool
}

// routine is a routine that was analysed.
type routine struct {
	model    *model.Routine
	function engine.Function
	known    bool
}

// parameters are those that every query has and the platform's variables.
func parameters(m *model.Platform) []engine.Column {
	list := []engine.Column{
		{Name: "run_date", Type: "DATE"},
		{Name: "run_end", Type: "TIMESTAMP"},
		{Name: "run_start", Type: "TIMESTAMP"},
	}
	for _, v := range m.Variables {
		if !v.Type.IsZero() {
			list = append(list, engine.Column{Name: strings.ToLower(v.Name), Type: v.Type.WithoutParams().String()})
		}
	}
	slices.SortFunc(list, func(a, b engine.Column) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(list, func(a, b engine.Column) bool { return a.Name == b.Name })
}

// know records a table's columns for those who read it. A column whose declared type
// is wrong makes the table unknown: that mistake is reported already.
func (r *runner) know(t *model.Table, columns []model.Column) {
	s := &schema{known: len(columns) > 0}
	for i, list := range [][]model.Column{columns, t.PseudoColumns} {
		for _, c := range list {
			if c.Type.IsZero() {
				s.known = false
			}
			s.columns = append(s.columns, engine.Column{Name: c.Name, Type: c.Type.WithoutParams().String(), Pseudo: i == 1})
		}
	}
	data, err := json.Marshal(s.columns)
	if err != nil {
		panic(fmt.Sprintf("columns cannot be encoded: %v", err)) // strings and booleans only
	}
	s.digest = string(data)
	r.tables[t] = s
}

// table analyses one table's query, or takes the columns that a source or a model
// declares.
func (r *runner) table(t *model.Table) {
	if t.Statement == nil {
		r.know(t, t.Columns)
		return
	}
	contract := t.Columns
	if t.Kind == model.IncrementKind && len(contract) > 0 {
		r.know(t, contract) // it may read itself
	}
	if t.Statement.Level == "off" {
		r.trusted(t, contract)
		return
	}
	if len(contract) == 0 && readsItself(t) {
		r.diags.Errorf(diag.AnalysisOff, t.At, "%q reads itself, so its columns must be declared", t.Name).
			WithNode(t.Name).
			WithHint("declare columns")
		t.Statement.Failed = true
		r.know(t, nil)
		return
	}
	found, ok := r.analyse(t.Statement, engine.Query, nil, "")
	if !ok {
		if t.Statement.Level == "baseline" && !t.Statement.Made {
			r.trusted(t, contract)
			return
		}
		r.know(t, contract)
		return
	}
	t.Statement.Columns = columnsOf(found.Columns)
	items := itemsOf(r, t.Statement)
	sound := r.names(t.Statement, items)
	if len(contract) > 0 {
		t.Columns = r.contract(t, contract, items)
	} else {
		t.Columns = slices.Clone(t.Statement.Columns)
	}
	if sound {
		r.ownColumns(t)
	}
	placeColumns(t.Statement, items)
	t.Statement.Failed = t.Statement.Failed || !sound
	if sound || len(contract) > 0 {
		r.know(t, t.Columns)
	} else {
		r.know(t, nil)
	}
}

// readsItself reports whether an incremental table's query reads the rows that the
// table holds, of which nothing is known before the query is analysed.
func readsItself(t *model.Table) bool {
	return t.Kind == model.IncrementKind && slices.ContainsFunc(t.Statement.Refs, func(ref model.Ref) bool { return ref.Table == t })
}

// trusted takes a table as declared: its analysis is off, or did not get through at
// level baseline. Its text goes to the warehouse with the names filled in.
func (r *runner) trusted(t *model.Table, contract []model.Column) {
	s := t.Statement
	r.know(t, contract)
	if len(contract) == 0 {
		r.diags.Errorf(diag.AnalysisOff, t.At, "the columns of %q are not known: its analysis is %s and it declares none", t.Name, s.Level).
			WithNode(t.Name).
			WithHint("declare columns, or set analysis to strict")
		s.Failed = true
		return
	}
	s.Columns = slices.Clone(contract)
	if r.duckdb {
		r.diags.Errorf(diag.UntranslatableSQL, t.At, "the embedded warehouse needs the analysed query of %q, but its analysis is %s", t.Name, s.Level).
			WithNode(t.Name).
			WithHint("set analysis to strict, or use an environment whose warehouse is BigQuery")
		s.Failed = true
		return
	}
	parsed, err := r.asker.parse(s.Text, engine.Query)
	if err != nil {
		s.Failed = true
		reportFailure(&r.diags, s, err)
		return
	}
	s.Failed = false
	r.bigQuery(s, parsed)
}

// columnsOf turns what the analyser found into columns. A type that sluice has no
// form for stays empty.
func columnsOf(list []engine.Column) []model.Column {
	out := make([]model.Column, len(list))
	for i, c := range list {
		t, err := sqltype.Parse(c.Type)
		if err != nil {
			t = sqltype.Type{}
		}
		out[i] = model.Column{Name: c.Name, Type: t}
	}
	return out
}

// export analyses the query of an export, whose columns need names.
func (r *runner) export(e *model.Export) {
	found, ok := r.analyse(e.Statement, engine.Query, nil, "")
	if !ok {
		return
	}
	e.Statement.Columns = columnsOf(found.Columns)
	items := itemsOf(r, e.Statement)
	if !r.names(e.Statement, items) {
		e.Statement.Failed = true
	}
	placeColumns(e.Statement, items)
}

// check analyses the user's queries in a check, then the statement made of them: a
// mistake of the user's is reported where it is, not in the statement.
func (r *runner) check(c *model.Check) {
	sound := true
	for i, q := range c.Queries {
		found, ok := r.analyse(q, engine.Query, nil, "")
		if !ok {
			sound = false
			continue
		}
		q.Columns = columnsOf(found.Columns)
		if c.Spec != nil && c.Spec.Kind.V == "reconcile" && !oneNumber(q.Columns) {
			side := []string{"left", "right"}[i%2]
			r.diags.Errorf(diag.SQLTypeMismatch, Place(q, -1, 0), "%s of check %q gives %s, not one number", side, c.Name, describe(q.Columns)).
				WithNode(c.ID).
				WithHint("select one INT64, NUMERIC, BIGNUMERIC or FLOAT64, for example COUNT(*) or SUM(amount)")
			sound = false
		}
	}
	s := c.Statement
	if s == nil || s.Failed {
		return
	}
	if c.Spec != nil && c.Spec.Where.V != "" {
		where := &model.Statement{Node: c.ID, Text: c.Spec.Where.V, At: c.Spec.Where.At, Indent: int(c.Spec.Where.At.Col) - 1, Level: "strict"}
		parsed, err := r.asker.parse(where.Text, engine.Condition)
		sound = sound && err == nil && parsed.Problem == nil // reported by Parse
		r.inside[s] = where
	}
	if !sound {
		s.Failed = true
		return
	}
	if r.made(c) {
		return
	}
	if found, ok := r.analyse(s, engine.Query, nil, ""); ok {
		s.Columns = columnsOf(found.Columns)
	}
}

func oneNumber(columns []model.Column) bool {
	if len(columns) != 1 {
		return false
	}
	switch columns[0].Type.Kind {
	case sqltype.Int64, sqltype.Float64, sqltype.Numeric, sqltype.BigNumeric:
		return true
	}
	return false
}

func describe(columns []model.Column) string {
	if len(columns) == 1 {
		return "a " + columns[0].Type.String()
	}
	return fmt.Sprintf("%d columns", len(columns))
}
