package sql

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sql/lint"
)

// lint applies the rules to every statement that analysis understood, and to the
// platform. source reads the files that may hold suppressions.
func (r *runner) lint(ctx context.Context, source func(string) ([]byte, error)) {
	var list diag.List
	asked := r.lintRequests()
	keys := make([]cache.Key, len(asked))
	tasks := make([]engine.Task, len(asked))
	for i := range asked {
		keys[i], tasks[i] = r.asker.requestKey(asked[i].request), engine.Task{Request: &asked[i].request}
	}
	r.asker.prefetch(ctx, keys, tasks)
	joined := map[string][]string{} // marks of joins, and the nodes that have them
	for _, a := range asked {
		found, err := r.asker.analyse(a.request)
		if err != nil {
			reportFailure(&list, a.statement, err)
			continue
		}
		for _, f := range found.Findings {
			if f.Code == diag.UnclusteredJoin {
				joined[f.Message] = append(joined[f.Message], a.statement.Node)
				continue
			}
			d := list.Warnf(f.Code, Place(a.statement, f.Start, f.End), "%s", f.Message).WithNode(a.statement.Node)
			d.Hint = f.Hint
			d.Edits = r.safeEdits(a, f.Edits)
		}
	}
	list = append(list, lint.Platform(r.m)...)
	list = append(list, lint.HotJoins(r.m, joined)...)
	list = lint.Suppress(list, r.files(source))
	r.diags = append(r.diags, lint.SettingsOf(r.m.Spec).Apply(list)...)
}

// lintRequest is a statement with what its rules are asked about.
type lintRequest struct {
	statement *model.Statement
	request   engine.Request
}

// lintRequests are the user's own texts. They are analysed as for BigQuery, whatever
// the warehouse is, so that findings do not depend on it.
func (r *runner) lintRequests() []lintRequest {
	duckdb := r.duckdb
	r.duckdb = false
	defer func() { r.duckdb = duckdb }()
	var out []lintRequest
	var unique [][]string // of the table whose statement is added
	projects := r.projects()
	add := func(s *model.Statement, kind engine.Kind, arguments []engine.Column, returns string, role lint.Role, declared bool) {
		if s == nil || s.Made || s.Failed || s.Level == "off" {
			return
		}
		parsed, err := r.asker.parse(s.Text, kind)
		if err != nil || parsed.Problem != nil {
			return // reported as the statement's own
		}
		routines := s.Routines
		request, known := r.request(s, kind, parsed, arguments, returns)
		s.Routines = routines
		if !known {
			return
		}
		var reads []*model.Table
		for _, ref := range s.Refs {
			if ref.Table != nil {
				reads = append(reads, ref.Table)
			}
		}
		request.Lint = &lint.Facts{
			Role: role, TimeZone: r.m.Spec.Info.TimeZone.V, Declared: declared, Unique: unique, Projects: projects, Tables: lint.FactsOf(reads),
		}
		out = append(out, lintRequest{s, request})
	}
	for _, t := range r.m.Tables {
		if t.Spec != nil {
			unique = lint.KeysOf(t)
			add(t.Statement, engine.Query, nil, "", role(t), len(t.Spec.Columns) > 0)
		}
	}
	unique = nil
	for _, f := range r.m.Routines {
		if info := r.routines[f.Name]; info != nil && info.known {
			returns := info.function.Returns
			if info.function.Kind == engine.TableFn {
				returns = ""
			}
			add(f.Statement, info.function.Kind, info.function.Arguments, returns, lint.Routine, true)
		}
	}
	for _, e := range r.m.Exports {
		add(e.Statement, engine.Query, nil, "", lint.Export, true)
	}
	for _, c := range r.m.Checks {
		for _, q := range c.Queries {
			add(q, engine.Query, nil, "", lint.Check, true)
		}
	}
	return out
}

// projects are the platform's Google Cloud projects.
func (r *runner) projects() []string {
	list := []string{r.m.Spec.Info.Project.V}
	for _, e := range r.m.Spec.Environments {
		list = append(list, e.Project.V, e.Warehouse.Project.V)
	}
	return sortedSet(slices.DeleteFunc(list, func(p string) bool { return p == "" }))
}

func role(t *model.Table) lint.Role {
	switch t.Kind {
	case model.IncrementKind:
		return lint.Incremental
	case model.ViewKind:
		return lint.View
	}
	return lint.Table
}

// files are the texts in which suppressions may stand: SQL files, and the CUE files
// that declare what has SQL or a description.
func (r *runner) files(source func(string) ([]byte, error)) map[string]string {
	out := map[string]string{}
	p := r.m.Spec
	for _, t := range p.Tables {
		r.addFile(out, t.SQLFile.V, t.SQLFile.At.File)
		out[t.At.File] = ""
	}
	for _, f := range p.Routines {
		r.addFile(out, f.SQLFile.V, f.SQLFile.At.File)
		out[f.At.File] = ""
	}
	for _, e := range p.Exports {
		out[e.At.File] = ""
	}
	for _, s := range p.Sources {
		out[s.At.File] = ""
	}
	for _, c := range p.Checks {
		out[c.At.File] = ""
	}
	for name := range out {
		if out[name] != "" || name == "" || source == nil {
			continue
		}
		if data, err := source(name); err == nil {
			out[name] = string(data)
		}
	}
	return out
}

func (r *runner) addFile(to map[string]string, written, declaredIn string) {
	if written == "" {
		return
	}
	name := path.Join(path.Dir(declaredIn), written)
	if text, ok := r.m.Spec.SQLFiles[name]; ok {
		to[name] = text
	}
}

// lintParts are what findings depend on besides the statement.
func lintParts(f *lint.Facts) []string {
	data, err := json.Marshal(f)
	if err != nil {
		panic(fmt.Sprintf("facts cannot be encoded: %v", err)) // strings and booleans only
	}
	return []string{"lint", string(data)}
}
