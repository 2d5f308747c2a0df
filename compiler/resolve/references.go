package resolve

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// tableReferences resolves what tables and models read and wait for.
func (r *resolver) tableReferences() {
	r.modelInputs()
	for _, t := range r.m.Tables {
		if t.Spec == nil {
			continue
		}
		t.Statement = r.statement(t.Name, t.Spec.SQLFile, t.Spec.SQL, t.Spec.Analysis.V)
		t.Reads = r.resolveRefs(t.Statement)
		if t.Kind == model.IncrementKind {
			// An incremental table may look at what it holds already.
			t.Reads = slices.DeleteFunc(t.Reads, func(u *model.Table) bool { return u == t })
		}
		r.resolveModels(t)
		for _, a := range t.Spec.After {
			n, known := r.nodes[a.V]
			if !known {
				r.unknown(diag.UnknownNode, a.At, "node", a.V, r.nodeNames(anyNode)).WithNode(t.Name)
			} else if n.table != nil && !slices.Contains(t.After, n.table) {
				t.After = append(t.After, n.table)
			}
		}
		sortTables(t.After)
	}
	for _, t := range r.m.Tables {
		for _, u := range t.Reads {
			u.ReadBy = append(u.ReadBy, t)
		}
	}
	for _, t := range r.m.Tables {
		sortTables(t.ReadBy)
	}
}

// resolveModels points a statement's models at those of the platform. A table that uses
// a model comes after what the model predicts, and so after its training: it uses the
// model of its own day.
func (r *resolver) resolveModels(t *model.Table) {
	s := t.Statement
	s.Models = slices.Clone(s.Models)
	for i := range s.Models {
		ref := &s.Models[i]
		name := ref.Name
		for _, project := range []string{r.m.Project, r.sp.Info.Project.V} {
			if rest, own := strings.CutPrefix(name, project+"."); own && project != "" {
				name = rest
			}
		}
		for _, m := range r.m.Models {
			if m.Output == nil {
				continue
			}
			dataset, _, _ := strings.Cut(m.Output.Name, ".")
			if name != "model."+m.Name && name != dataset+"."+m.Name {
				continue
			}
			ref.Model = m
			if !slices.Contains(t.After, m.Output) {
				t.After = append(t.After, m.Output)
			}
		}
	}
}

func sortTables(list []*model.Table) {
	slices.SortFunc(list, func(a, b *model.Table) int { return cmp.Compare(a.Name, b.Name) })
}

// statement is a copy of the parsed statement of a node. Where there is none, since
// its text does not parse, it is made of the text and marked as failed.
func (r *resolver) statement(node string, file, text spec.Text, level string) *model.Statement {
	if parsed := r.stmts[node]; parsed != nil {
		s := *parsed
		s.Refs = slices.Clone(parsed.Refs)
		s.Level = cmp.Or(s.Level, level, "strict")
		return &s
	}
	s := &model.Statement{Node: node, Level: cmp.Or(level, "strict"), Text: text.V, At: text.At, Failed: true}
	if file.V != "" {
		name := path.Join(path.Dir(file.At.File), file.V)
		s.Text, s.At = r.sp.SQLFiles[name], diag.Span{File: name, Line: 1, Col: 1}
	}
	return s
}

// resolveRefs points a statement's references at their tables and returns the tables
// it reads, those of the table functions it calls included, sorted by name. A name
// that is unknown is reported once per statement.
func (r *resolver) resolveRefs(s *model.Statement) []*model.Table {
	var reads []*model.Table
	seen := map[*model.Table]bool{}
	add := func(t *model.Table) {
		if !seen[t] {
			seen[t] = true
			reads = append(reads, t)
		}
	}
	reported := map[string]bool{}
	for i := range s.Refs {
		ref := &s.Refs[i]
		if f := r.routines[ref.Name]; f != nil {
			for _, t := range f.Reads {
				add(t)
			}
			continue
		}
		if ref.Table = r.lookup(ref.Name); ref.Table != nil {
			add(ref.Table)
		} else if !reported[ref.Name] {
			reported[ref.Name] = true
			r.unknownRef(ref, s.Node)
		}
	}
	for _, name := range s.Routines {
		if f := r.routines[name]; f != nil {
			for _, t := range f.Reads {
				add(t)
			}
		}
	}
	sortTables(reads)
	return reads
}

// lookup finds the table that a name in SQL means: <dataset>.<table>, a member of a
// wildcard family, or BigQuery's own project.dataset.table.
func (r *resolver) lookup(name string) *model.Table {
	if t := r.m.TableByName[name]; t != nil {
		return t
	}
	if t := r.external[name]; t != nil {
		return t
	}
	for _, project := range []string{r.m.Project, r.sp.Info.Project.V} {
		if rest, own := strings.CutPrefix(name, project+"."); own && project != "" {
			if t := r.m.TableByName[rest]; t != nil {
				return t
			}
		}
	}
	for _, t := range r.suffixed {
		if strings.HasPrefix(name, strings.TrimSuffix(t.Name, "*")) {
			return t
		}
	}
	best := ""
	for full := range r.external {
		family, wild := strings.CutSuffix(full, "*")
		if wild && strings.HasPrefix(name, family) && len(full) > len(best) {
			best = full
		}
	}
	return r.external[best]
}

// unknownRef reports a table that SQL names but nothing declares: once for the
// platform, with every further place.
func (r *resolver) unknownRef(ref *model.Ref, statement string) {
	if first, reported := r.unknownTables[ref.Name]; reported {
		r.diags[first].WithRelated(ref.At, "it is read here too")
		return
	}
	all := r.nodeNames(isTable)
	for name, f := range r.routines {
		if f.Spec.Kind.V == "table" {
			all = append(all, candidate{name, f.Spec.At})
		}
	}
	owner, _, _ := strings.Cut(statement, "/")
	d := r.unknown(diag.UnknownTable, ref.At, "table", ref.Name, all).WithNode(owner)
	r.unknownTables[ref.Name] = len(r.diags) - 1
	switch {
	case d.Hint != "":
	case strings.Count(ref.Name, ".") >= 2:
		d.WithHint(`declare it in a source of kind "bigquery" with mode "external", or run sluice import bigquery`)
	case !strings.Contains(ref.Name, "."):
		d.WithHint("tables are named <dataset>.<table>")
	default:
		d.WithHint("declare it under table, or as a table of a source; sluice import writes declarations of what exists")
	}
}

// declareRoutines enters routines, so that tables can be resolved through them.
func (r *resolver) declareRoutines() {
	for _, f := range r.sp.Routines {
		if first, taken := r.nodes[f.Name]; taken {
			r.diags.Errorf(diag.DuplicateName, f.At, "routine %q has the name of a %s", f.Name, first.what).
				WithNode(f.Name).
				WithRelated(first.at, "the %s %q is declared here", first.what, f.Name).
				WithHint("rename one of them; a query that names %s could mean either", f.Name)
			continue
		}
		if r.routines[f.Name] != nil {
			continue
		}
		r.team(f.Owner)
		name, _, _ := strings.Cut(f.Name, ".")
		routine := &model.Routine{Name: f.Name, Dataset: r.datasets[name], Spec: f}
		for _, a := range f.Arguments {
			text, _ := a.V.(string)
			argument := model.Column{Name: a.Name, At: a.At}
			if !sqltype.IsAny(text) {
				argument.Type = r.columnType(&spec.Column{Node: spec.Node{Name: a.Name, At: a.At}, Type: spec.Text{V: text, At: a.At}})
			}
			routine.Arguments = append(routine.Arguments, argument)
		}
		if f.Returns.V != "" {
			routine.Returns = r.columnType(&spec.Column{Node: spec.Node{Name: "returns", At: f.Returns.At}, Type: f.Returns})
		}
		if !f.JS.Set && f.Remote == nil {
			routine.Statement = r.statement(f.Name, f.SQLFile, f.SQL, "")
		}
		r.routines[f.Name] = routine
	}
	r.orderRoutines()
}

// orderRoutines sorts routines so that each comes after those it calls, and finds
// the tables each reads, its callees' included. Routines that call one another in a
// circle come last.
func (r *resolver) orderRoutines() {
	done, open := map[string]bool{}, map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		f := r.routines[name]
		if f == nil || done[name] || open[name] {
			return
		}
		open[name] = true
		if s := f.Statement; s != nil {
			calls := slices.Clone(s.Routines)
			for _, ref := range s.Refs {
				calls = append(calls, ref.Name)
			}
			slices.Sort(calls)
			for _, c := range calls {
				visit(c)
			}
			f.Reads = r.resolveRefs(s)
		}
		done[name] = true
		r.m.Routines = append(r.m.Routines, f)
	}
	for _, name := range sortedKeys(r.routines) {
		visit(name)
	}
}
