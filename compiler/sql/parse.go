// Package sql is the GoogleSQL stage: it reads every piece of SQL of a platform with
// Google's own parser (Parse, before names are resolved) and analyses it against the
// columns of sources and of the tables upstream in the same change (Run). Nothing
// needs to exist anywhere.
//
// The library behind it stands in compiler/sql/engine. What it finds out is cached by
// content, and it is not even started where everything is known.
package sql

import (
	"context"
	"path"
	"slices"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sql/engine"
)

// Statements are the user's pieces of SQL by Statement.Node:
//
//	core.member_status                      a table's query, a routine's body
//	export.kpi, check.no_orphans            a query of an export, of a sql check
//	core.member_status/no_orphans           a query of a table's sql check
//	check.revenue/left, check.revenue/right the queries of a reconcile check
type Statements = map[string]*model.Statement

// Parse reads every piece of SQL without a catalogue and finds the tables, routines
// and parameters that each names. What does not parse is reported at its place in the
// .sql file or in the CUE string, and is in the result with Failed set and with the
// references that its words suggest, so that one mistake does not make others.
//
// The context ends the work early; what was not read then is missing.
func Parse(ctx context.Context, p *spec.Platform, o Options) (Statements, diag.List) {
	r := &reader{platform: p, asker: newAsker(o), out: Statements{}}
	r.prefetchTexts(ctx)
	for _, t := range p.Tables {
		if ctx.Err() != nil {
			return r.out, r.diags
		}
		r.reason = t.AnalysisReason.V
		parsed := r.read(t.Name, t.Name, t.SQLFile, t.SQL, engine.Query, t.Analysis.V)
		r.reason = ""
		if t.Materialization.V == "view" {
			r.viewParameters(t.Name, parsed)
			r.noScript(t.Name, t.Name, parsed, "a view", "a view is one query; keep it as a table (materialization: \"table\"), or declare its functions under routine")
		}
		r.checks(t.Name+"/", t.Name, t.Checks)
	}
	for _, s := range p.Sources {
		for _, t := range s.Tables {
			r.checks(s.Name+"."+t.Name+"/", s.Name+"."+t.Name, t.Checks)
		}
	}
	for _, f := range p.Routines {
		r.read(f.Name, f.Name, f.SQLFile, f.SQL, routineKind(f), "strict")
	}
	for _, c := range p.Checks {
		r.checks("check.", "check."+c.Name, []*spec.Check{c})
	}
	for _, e := range p.Exports {
		r.query("export."+e.Name, "export."+e.Name, e.Query)
	}
	return r.out, r.diags
}

func routineKind(f *spec.Routine) engine.Kind {
	switch f.Kind.V {
	case "aggregate":
		return engine.Aggregate
	case "table":
		return engine.TableFn
	}
	return engine.Scalar
}

// reader collects the statements of one platform.
type reader struct {
	platform *spec.Platform
	asker    *asker
	out      Statements
	reason   string // why the analysis of the table at hand is not strict
	diags    diag.List
}

// checks reads the texts of checks, whose names in the result begin with prefix.
func (r *reader) checks(prefix, node string, list []*spec.Check) {
	for _, c := range list {
		id := prefix + c.Name
		switch c.Kind.V {
		case "sql":
			r.query(id, node, c.Query)
		case "reconcile":
			r.query(id+"/left", node, c.Left)
			r.query(id+"/right", node, c.Right)
		}
		if c.Where.V != "" {
			r.condition(node, c.Where)
		}
	}
}

// condition checks the grammar of an expression; its names are checked as part of
// the statement that is made with it.
func (r *reader) condition(node string, text spec.Text) {
	s := &model.Statement{Node: node, Text: text.V, At: text.At, Indent: int(text.At.Col) - 1, Level: "strict"}
	parsed, err := r.asker.parse(text.V, engine.Condition)
	if err != nil {
		r.failed(s, err)
	} else if parsed.Problem != nil {
		report(&r.diags, s, node, *parsed.Problem)
	}
}

// noScript reports a script where there can be one query only.
func (r *reader) noScript(key, node string, parsed engine.Parsed, what, hint string) {
	if parsed.Script == nil || parsed.Problem != nil {
		return
	}
	s := r.out[key]
	s.Failed = true
	r.diags.Errorf(diag.NotAQuery, Place(s, 0, parsed.Script.QueryStart), "%s cannot be a script", what).WithNode(node).WithHint("%s", hint)
}

// viewParameters reports the parameters of a view's query: it is stored as it is and
// read on any day, so nothing could give them a value.
func (r *reader) viewParameters(name string, parsed engine.Parsed) {
	for _, u := range parsed.Parameters {
		if u.Name != "" {
			s := r.out[name]
			r.diags.Errorf(diag.ParameterInView, Place(s, u.Start, u.End), "the view %q uses the parameter \"@%s\"", name, u.Name).
				WithNode(name).
				WithHint("keep it as a table (materialization: \"table\"), or take the parameter out")
		}
	}
}

// query reads a text that is one query: it becomes part of another statement.
func (r *reader) query(key, node string, text spec.Text) {
	parsed := r.read(key, node, spec.Text{}, text, engine.Query, "strict")
	r.noScript(key, node, parsed, "this query", "write one query; functions are declared under routine")
}

// read takes the text of a file or of a CUE string; at most one of them is given. It
// returns what the text says without a catalogue.
func (r *reader) read(key, node string, file, inline spec.Text, kind engine.Kind, level string) engine.Parsed {
	text, at, ok := r.text(file, inline)
	if !ok {
		return engine.Parsed{}
	}
	s := &model.Statement{Node: key, Text: text, At: at, Indent: int(at.Col) - 1, Level: level, Reason: r.reason}
	r.out[key] = s
	parsed, err := r.asker.parse(s.Text, kind)
	if err != nil {
		r.failed(s, err)
		return engine.Parsed{}
	}
	for _, ref := range parsed.Refs {
		switch ref.Kind {
		case engine.FunctionRef:
			s.Routines = append(s.Routines, ref.Name)
		case engine.ModelRef:
			s.Models = append(s.Models, model.ModelRef{Name: ref.Name, At: Place(s, ref.Start, ref.End)})
		case engine.TableRef, engine.TableFnRef:
			s.Refs = append(s.Refs, model.Ref{Name: ref.Name, At: Place(s, ref.Start, ref.End)})
		}
	}
	for _, u := range parsed.Parameters {
		if u.Name != "" {
			s.Parameters = append(s.Parameters, u.Name)
		}
	}
	s.Routines, s.Parameters = sortedSet(s.Routines), sortedSet(s.Parameters)
	if parsed.Problem != nil {
		s.Failed = true
		if level != "off" {
			report(&r.diags, s, node, *parsed.Problem)
		}
	}
	return parsed
}

// text is the text of a file or of a CUE string and where it begins. A file that is
// missing is reported by load.
func (r *reader) text(file, inline spec.Text) (string, diag.Span, bool) {
	if file.V == "" {
		return inline.V, inline.At, inline.V != ""
	}
	name := path.Join(path.Dir(file.At.File), file.V)
	text, ok := r.platform.SQLFiles[name]
	return text, diag.Span{File: name, Line: 1, Col: 1}, ok
}

// failed reports that the library broke on a text.
func (r *reader) failed(s *model.Statement, err error) {
	s.Failed = true
	reportFailure(&r.diags, s, err)
}

func reportFailure(list *diag.List, s *model.Statement, err error) {
	list.Errorf(diag.AnalyserFailed, Place(s, -1, 0), "the SQL analyser failed on this statement: %v", err).
		WithNode(s.Node).
		WithHint("simplify the statement, or set analysis: \"off\" with a reason and declared columns")
}

// report turns a problem in a text into a diagnostic. Below strict it is a warning,
// but for what the embedded warehouse cannot run.
func report(list *diag.List, s *model.Statement, node string, p engine.Problem) *diag.Diagnostic {
	at := Place(s, p.Start, p.End)
	var d *diag.Diagnostic
	if s.Level == "baseline" && p.Code != diag.UntranslatableSQL {
		d = list.Warnf(p.Code, at, "%s", p.Message)
	} else {
		d = list.Errorf(p.Code, at, "%s", p.Message)
	}
	d.Notes, d.Hint, d.Node = p.Notes, p.Hint, node
	if d.Severity == diag.Warning && s.Reason != "" {
		d.Notes = append(slices.Clone(d.Notes), "no error, since analysis is "+s.Level+": "+s.Reason)
	}
	if p.Code == diag.UntranslatableSQL && d.Hint == "" {
		d.Hint = "say it with a construct that is translated, or use an environment whose warehouse is BigQuery"
	}
	return d
}

func sortedSet(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
