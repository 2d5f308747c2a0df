package sql

import (
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sqltype"
)

// routine analyses one routine's body; those it calls come before it.
func (r *runner) routine(f *model.Routine) {
	info := &routine{model: f}
	r.routines[f.Name] = info
	if f.Statement == nil || f.Spec == nil {
		return
	}
	fn := engine.Function{Name: f.Name, Kind: routineKind(f.Spec), Body: f.Statement.Text}
	for _, a := range f.Arguments {
		if a.Type.IsZero() {
			f.Statement.Failed = true // reported where the type is read
			return
		}
		fn.Arguments = append(fn.Arguments, engine.Column{Name: a.Name, Type: a.Type.WithoutParams().String()})
	}
	returns := ""
	if !f.Returns.IsZero() {
		returns = f.Returns.WithoutParams().String()
	}
	if fn.Kind == engine.TableFn && f.Spec.Returns.Set {
		r.diags.Errorf(diag.BadRoutine, f.Spec.Returns.At, "the table function %q declares returns; its columns are those of its query", f.Name).
			WithNode(f.Name).
			WithHint("leave returns out")
		returns = ""
	}
	found, ok := r.analyse(f.Statement, fn.Kind, fn.Arguments, returns)
	if !ok {
		return
	}
	parsed, err := r.asker.parse(f.Statement.Text, fn.Kind)
	if err != nil {
		return // analyse had it from the cache
	}
	body, _ := r.request(f.Statement, fn.Kind, parsed, nil, "")
	fn.Refs, fn.Tables, fn.Functions = parsed.Refs, body.Tables, body.Functions
	if fn.Kind == engine.TableFn {
		f.Statement.Columns = columnsOf(found.Columns)
		if !r.names(f.Statement, itemsOf(r, f.Statement)) {
			f.Statement.Failed = true
			return
		}
		f.Columns = f.Statement.Columns
	} else {
		fn.Returns = found.Type
		if t, err := sqltype.Parse(found.Type); err == nil && f.Returns.IsZero() {
			f.Returns = t
		}
	}
	info.function, info.known = fn, true
}
