// Package lineage finds out where the columns and the rows of a statement's result
// come from, down to columns of the tables that it names.
//
// It reads the resolved tree once, from the tables up. Each column of a scan is a
// value: the influences on it, kept apart field by field where a STRUCT is built, and
// a digest of the expression that makes it. Each scan is a relation: the influences on
// which rows there are, and a digest of all that decides about them. Where a construct
// is not known, everything in it counts as an influence: more rather than less.
//
// The words are those of OpenLineage: a direct influence (identity, transformation,
// aggregation) goes into the value, an indirect one (join, filter, group_by, sort,
// window, conditional) only decides about it.
//
// Calls of the library cost most of the time (each is one into transpiled code), so
// nothing is asked for twice, and nothing that the answer does not need.
package lineage

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/runtime/plan"
)

// ScriptPrefix begins the names of what a script makes: a variable is a table
// "script:@name" with one column, value.
const ScriptPrefix = "script:"

// Options tell what the statement alone does not say.
type Options struct {
	// Body gives the resolved statement that would create a routine of the user's, by
	// its dotted name; nil where it has no body in SQL. What a routine computes counts
	// as if it stood in place of the call.
	Body func(name string) gsql.ResolvedStatementNode
	// Columns gives the names of a table's columns in the order of the catalogue, by
	// the table's name there. Without it the library is asked, which takes longer.
	Columns func(table string) []string
}

// Of gives the lineage of a statement that has a result (a query, a table function, a
// CREATE TABLE AS) or changes a table (INSERT, UPDATE, DELETE, MERGE: the columns are
// then those of the table, as they are afterwards). It is nil for other statements.
// The error is the library's.
func Of(statement gsql.ResolvedStatementNode, o Options) (l *plan.Lineage, err error) {
	defer func() {
		if r := recover(); r != nil {
			lib, ok := r.(libraryError)
			if !ok {
				panic(r)
			}
			l, err = nil, fmt.Errorf("read the analysed statement: %w", lib.error)
		}
	}()
	w := newWalker(o)
	switch s := statement.(type) {
	case *gsql.ResolvedQueryStmt:
		return w.query(get(s.Query()), get(s.OutputColumnList()), get(s.IsValueTable())), nil
	case *gsql.ResolvedCreateTableFunctionStmt:
		if q := get(s.Query()); q != nil {
			return w.query(q, get(s.OutputColumnList()), false), nil
		}
	case *gsql.ResolvedCreateTableAsSelectStmt:
		return w.query(get(s.Query()), get(s.OutputColumnList()), false), nil
	case *gsql.ResolvedInsertStmt:
		return w.insert(s), nil
	case *gsql.ResolvedUpdateStmt:
		return w.update(s), nil
	case *gsql.ResolvedDeleteStmt:
		return w.delete(s), nil
	case *gsql.ResolvedMergeStmt:
		return w.merge(s), nil
	}
	return nil, nil
}

// libraryError carries an error of an accessor up to Of.
type libraryError struct{ error }

// get unwraps an accessor of the library.
func get[T any](v T, err error) T {
	if err != nil {
		panic(libraryError{err})
	}
	return v
}

// walker is the way through one statement.
type walker struct {
	*shared
	cols      map[int32]*value    // by column ID
	bases     []base              // scans of tables, whose columns become values when they are asked for
	ctes      map[string]*with    // by the unique name in the tree
	self      []*relation         // recursive terms being walked, with their columns so far
	args      map[string]*value   // of the routine whose body this is
	relations map[string]relation // table arguments of the routine whose body this is
	scope     *scope
}

// shared is what a statement has in common with the bodies of its routines.
type shared struct {
	Options
	leaves  leaves
	calling map[string]bool // routines being walked
}

// scope counts how often each table is named in one query, so that two readings of a
// table are two things in digests. A subquery is a scope of its own.
type scope struct {
	depth int
	seen  map[string]int
}

func newScope(depth int) *scope { return &scope{depth: depth, seen: map[string]int{}} }

// occurrence is a digest that stands for one more appearance of a thing.
func (s *scope) occurrence(of string) digest {
	n := s.seen[of]
	s.seen[of] = n + 1
	return sum("occurrence", text(of), number(s.depth), number(n))
}

// with is a WITH query.
type with struct {
	relation
}

// relation is a scan: what decides about its rows.
type relation struct {
	rows   flow     // indirect influences
	tables []source // whose rows go into it
	sum    digest   // of all that decides about the rows
	cols   []*value // its columns, in order, where someone asked for them
}

// source is one reading of a table.
type source struct {
	leaf leaf // the table's rows
	sum  digest
}

func newWalker(o Options) *walker {
	return &walker{
		shared: &shared{Options: o, leaves: leaves{ids: map[origin]leaf{}}, calling: map[string]bool{}},
		cols:   map[int32]*value{}, ctes: map[string]*with{}, scope: newScope(0),
	}
}

// inside is a walker for the body of a routine: another tree, with columns of its own.
func (w *walker) inside() *walker {
	return &walker{shared: w.shared, cols: map[int32]*value{}, ctes: map[string]*with{}, scope: w.scope,
		args: map[string]*value{}, relations: map[string]relation{}}
}

// query gives the lineage of a query's output. A value table of STRUCTs (SELECT AS
// STRUCT) has a column for each field.
func (w *walker) query(scan gsql.ResolvedScanNode, output []*gsql.ResolvedOutputColumn, valueTable bool) *plan.Lineage {
	r := w.scan(scan)
	names, values := make([]string, len(output)), make([]*value, len(output))
	for i, c := range output {
		names[i], values[i] = outputName(get(c.Name())), w.column(get(get(c.Column()).ColumnId()))
	}
	if valueTable && len(output) == 1 {
		if t := get(get(output[0].Column()).Type()); get(t.IsStruct()) {
			names, values = w.apart(values[0], get(t.AsStruct()))
		}
	}
	return w.result(names, values, r)
}

// apart gives the fields of a STRUCT with their names.
func (w *walker) apart(v *value, t *gsql.StructType) (names []string, values []*value) {
	for i, f := range get(t.Fields()) {
		names = append(names, f.Name)
		values = append(values, w.field(v, i, func() string { return f.Name }))
	}
	return names, values
}

// outputName is a column's name; names that the library made up are empty.
func outputName(name string) string {
	if strings.HasPrefix(name, "$") {
		return ""
	}
	return name
}
