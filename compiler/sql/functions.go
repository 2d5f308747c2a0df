package sql

import (
	"context"
	"slices"

	"sluice/compiler/model"
	"sluice/compiler/sql/engine"
)

// Functions are the routines of a platform that Run has completed, in their order, as
// an Adhoc may call them. Those that have mistakes are left out: Run reported them.
func Functions(ctx context.Context, m *model.Platform, o Options) []engine.Function {
	r := &runner{
		m:          m,
		asker:      newAsker(o),
		duckdb:     m.Target == "duckdb",
		parameters: parameters(m),
		tables:     map[*model.Table]*schema{},
		routines:   map[string]*routine{},
		inside:     map[*model.Statement]*model.Statement{},
		prepared:   map[*model.Statement]*request{},
	}
	for _, t := range m.Tables {
		r.know(t, t.Columns)
	}
	var out []engine.Function
	for _, f := range m.Routines { // each after those it calls
		if ctx.Err() != nil {
			return nil
		}
		if r.routine(f); r.routines[f.Name].known {
			out = append(out, r.routines[f.Name].function)
		}
	}
	return out
}

// called finds the functions that a text names.
func (q Adhoc) called(refs []engine.Ref) ([]engine.Function, error) {
	var all, out []engine.Function
	for _, ref := range refs {
		if ref.Kind == engine.TableRef || q.Functions == nil {
			continue
		}
		if all == nil {
			var err error
			if all, err = q.Functions(); err != nil {
				return nil, err
			}
		}
		i := slices.IndexFunc(all, func(f engine.Function) bool { return f.Name == ref.Name })
		if i >= 0 && !slices.ContainsFunc(out, func(f engine.Function) bool { return f.Name == ref.Name }) {
			out = append(out, all[i])
		}
	}
	return out, nil
}
