package engine

import (
	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/lineage"
	"sluice/runtime/plan"
)

// lineage finds out where the result of an analysed text comes from.
func (e *Engine) lineage(statement gsql.ResolvedStatementNode, r Request) *plan.Lineage {
	return e.lineageIn(statement, r, nil)
}

// lineageIn is lineage where a script has functions of its own.
func (e *Engine) lineageIn(statement gsql.ResolvedStatementNode, r Request, own map[string]gsql.ResolvedStatementNode) *plan.Lineage {
	columns := map[string][]string{}
	functions := map[string]Function{}
	addReadable(columns, functions, r.Tables, r.Functions)
	return get(lineage.Of(statement, lineage.Options{
		Columns: func(table string) []string { return columns[table] },
		Body: func(name string) gsql.ResolvedStatementNode {
			if body := own[name]; body != nil {
				return body
			}
			f, known := functions[name]
			if !known {
				return nil
			}
			return e.bodies[f.key()]
		},
	}))
}

// addReadable adds what a text names, and what the bodies of its functions do.
func addReadable(columns map[string][]string, functions map[string]Function, tables []Table, routines []Function) {
	for _, t := range tables {
		if columns[t.Catalog] != nil {
			continue
		}
		names := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			names[i] = c.Name
		}
		columns[t.Catalog] = names
	}
	for _, f := range routines {
		functions[f.Name] = f
		addReadable(columns, functions, f.Tables, f.Functions)
	}
}
