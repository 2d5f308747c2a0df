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
	if f.Spec != nil && (f.Spec.JS.Set || f.Spec.Remote != nil) {
		r.foreign(f, info)
		return
	}
	if f.Statement == nil || f.Spec == nil {
		return
	}
	fn := engine.Function{Name: f.Name, Kind: routineKind(f.Spec), Body: f.Statement.Text}
	arguments, sound := arguments(f)
	if !sound {
		f.Statement.Failed = true // reported where the type is read
		return
	}
	fn.Arguments = arguments
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
	if fn.Kind == engine.TableFn && r.untyped(f) {
		f.Statement.Failed = true
		return
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

// untyped reports arguments of ANY TYPE, of which a table function has none: its columns
// are those of its query, which must be known before it is called.
func (r *runner) untyped(f *model.Routine) bool {
	found := false
	for _, a := range f.Spec.Arguments {
		if text, is := a.V.(string); is && sqltype.IsAny(text) {
			r.diags.Errorf(diag.BadRoutine, a.At, "the argument %q of the table function %q has no type", a.Name, f.Name).
				WithNode(f.Name).
				WithHint("give it a type; ANY TYPE is for functions that give one value")
			found = true
		}
	}
	return found
}

// arguments are those of a routine. It reports false where one has a wrong type.
func arguments(f *model.Routine) ([]engine.Column, bool) {
	var out []engine.Column
	for i, a := range f.Arguments {
		kind := ""
		if text, is := f.Spec.Arguments[i].V.(string); is && sqltype.IsAny(text) {
			kind = sqltype.AnyText
		} else if !a.Type.IsZero() {
			kind = a.Type.WithoutParams().String()
		} else {
			return nil, false
		}
		out = append(out, engine.Column{Name: a.Name, Type: kind})
	}
	return out, true
}

// foreign takes a routine whose body is not SQL as it is declared.
func (r *runner) foreign(f *model.Routine, info *routine) {
	list, sound := arguments(f)
	if !sound || f.Returns.IsZero() {
		return // reported where the type is read
	}
	fn := engine.Function{Name: f.Name, Kind: routineKind(f.Spec), Language: "js", Arguments: list, Returns: f.Returns.WithoutParams().String()}
	if f.Spec.Remote != nil {
		fn.Language = "remote"
	}
	info.function, info.known = fn, true
}
