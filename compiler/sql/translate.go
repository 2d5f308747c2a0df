package sql

import (
	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sql/duckdb"
	"sluice/compiler/sql/engine"
)

// translator lets the engine say resolved statements in DuckDB's words: the tree does
// not leave the process that analysed it.
var translator = engine.Translator{
	Rewrites: duckdb.Rewrites,
	Translate: func(statement gsql.ResolvedStatementNode, o engine.TranslateOptions) (string, []engine.Problem) {
		text, refused := duckdb.Translate(statement, duckdb.Options{TimeZone: o.TimeZone, Table: o.Table, Columns: o.Columns, Source: o.Source})
		problems := make([]engine.Problem, len(refused))
		for i, p := range refused {
			problems[i] = engine.Problem{Code: p.Code, Message: p.Message, Hint: p.Hint, Start: p.ByteOffset}
		}
		return text, problems
	},
}
