// Package duckdb translates analysed GoogleSQL into DuckDB SQL.
//
// It works on the resolved tree, so every name, type and coercion is already
// decided; what is left is to say the same thing in DuckDB's words. The rule is
// an equal result or a Problem that names the construct: a construct whose
// DuckDB counterpart differs in any reachable value is emulated or refused.
//
// Emulation uses native expressions where they are exact, and otherwise the
// scalar functions that runtime/warehouse/duckdb/prelude registers in the
// database (their names start with "gsql_"). A translated statement runs on any
// connection of a database with the prelude installed and TimeZone set to UTC.
package duckdb

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
)

// Options tells what the statement alone does not say.
type Options struct {
	// Table gives the quoted physical name of a catalog table, "core.member_status"
	// becoming "core"."member_status". Nil means TableName.
	Table func(name string) string
	// Columns gives the names of a catalog table's columns in its order. Without it, or
	// where it gives none, the library is asked, which takes longer.
	Columns func(name string) []string
	// TimeZone is the default time zone of the session, an IANA name or a fixed
	// offset ("+09:00"). Empty is UTC.
	TimeZone string
	// Source is the statement's text. It tells whether a TIMESTAMP literal names
	// its zone: the analyser reads those that do not in AnalyserZone, and they are
	// moved to TimeZone. Without it such a literal is refused.
	Source string
}

// AnalyserZone is the zone in which the analyser reads TIMESTAMP literals that
// name none. It cannot be set.
const AnalyserZone = "America/Los_Angeles"

// Problem is a construct that has no exact counterpart, with its place.
type Problem struct {
	Code       diag.Code
	ByteOffset int // in the statement's text; 0 when the tree has no place
	Construct  string
	Message    string
	Hint       string
}

// Problems' codes.
const (
	Unsupported = diag.UntranslatableSQL
)

// Rewrites are the analyser's rewriters that the statement to be translated
// should have been analysed with, beside those that are on by default. SQL
// functions and SQL table functions reach the translator inlined.
var Rewrites = []gsql.ResolvedASTRewrite{
	gsql.ResolvedASTRewriteRewriteInlineSqlFunctions,
	gsql.ResolvedASTRewriteRewriteInlineSqlTvfs,
	gsql.ResolvedASTRewriteRewriteInlineSqlUdas,
	gsql.ResolvedASTRewriteRewriteApplyEnabledRewritesToTemplatedFunctionCalls,
	gsql.ResolvedASTRewriteRewriteIsFirstIsLastFunction,
	gsql.ResolvedASTRewriteRewriteInsertDmlValues,
}

// TableName quotes a dotted table name as DuckDB schema and table: the last
// part is the table, the part before it the schema, and an earlier part (a
// project) is dropped.
func TableName(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) > 2 {
		parts = parts[len(parts)-2:]
	}
	for i, p := range parts {
		parts[i] = Quote(p)
	}
	return strings.Join(parts, ".")
}

// Quote writes an identifier.
func Quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// translator is the state of one translation.
type translator struct {
	opts     Options
	problems []Problem
	aliases  int
	letVars  int
	wideText bool                 // numbers that FLOAT64 does not hold are strings in JSON
	checked  map[string]unchecked // see arithmetic
	ctes     map[string]cte       // by upper-cased WITH name
	cur      []cte                // the recursive terms being translated
	source   *place               // the expressions around, from the inside
	tables   *tables
}

// cte is a WITH entry in scope: its name in the output and its columns' names.
type cte struct {
	name string
	cols []string
}

// Translate gives DuckDB SQL for one resolved statement. When problems is not
// empty, sql is empty: there is no partial translation.
func Translate(stmt gsql.ResolvedStatementNode, opts Options) (sql string, problems []Problem) {
	if opts.Table == nil {
		opts.Table = TableName
	}
	if opts.TimeZone == "" {
		opts.TimeZone = "UTC"
	}
	t := &translator{opts: opts, ctes: map[string]cte{}, checked: map[string]unchecked{}, tables: allTables()}
	defer func() {
		if r := recover(); r != nil {
			lib, ok := r.(libraryError)
			if !ok {
				panic(r)
			}
			sql, problems = "", append(t.problems, Problem{Code: Unsupported,
				Construct: "statement", Message: "the analysed statement cannot be read: " + lib.Error()})
		}
	}()
	sql = t.statement(stmt)
	if len(t.problems) > 0 {
		return "", t.problems
	}
	return sql, nil
}

// libraryError is an error of an accessor of the resolved tree.
type libraryError struct{ error }

// get unwraps an accessor of the resolved tree.
func get[T any](v T, err error) T {
	if err != nil {
		panic(libraryError{err})
	}
	return v
}

// refuse records a problem at the nearest place the tree has and returns an
// expression to go on with, so that all problems of a statement are found.
func (t *translator) refuse(n gsql.ResolvedNode, construct, format string, args ...any) string {
	msg := fmt.Sprintf(format, args...)
	p := Problem{Code: Unsupported, ByteOffset: -1, Construct: construct, Message: msg}
	if n != nil {
		p.ByteOffset = offset(n)
	}
	for around := t.source; p.ByteOffset < 0 && around != nil; around = around.outer {
		p.ByteOffset = offset(around.node)
	}
	p.ByteOffset = max(p.ByteOffset, 0)
	for _, q := range t.problems {
		if q == p {
			return "NULL"
		}
	}
	t.problems = append(t.problems, p)
	return "NULL"
}

// place is an expression with those around it: where a problem is when it has no place
// of its own. Nodes are asked for theirs when there is a problem only.
type place struct {
	node  gsql.ResolvedNode
	outer *place
}

// offset is where a node starts in the statement, -1 when unknown.
func offset(n gsql.ResolvedNode) int {
	r, err := n.GetParseLocationRangeOrNULL()
	if err != nil || r == nil {
		return -1
	}
	start, err := r.Start()
	if err != nil || start == nil {
		return -1
	}
	o, err := start.GetByteOffset()
	if err != nil {
		return -1
	}
	return int(o)
}

// alias returns a fresh table alias.
func (t *translator) alias() string {
	t.aliases++
	return fmt.Sprintf("t%d", t.aliases)
}
