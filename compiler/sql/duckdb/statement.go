package duckdb

import (
	"fmt"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// statement translates one statement.
func (t *translator) statement(stmt gsql.ResolvedStatementNode) string {
	switch s := stmt.(type) {
	case *gsql.ResolvedQueryStmt:
		return t.query(get(s.Query()), get(s.OutputColumnList()), get(s.IsValueTable()))
	case *gsql.ResolvedInsertStmt:
		return t.insert(s)
	case *gsql.ResolvedUpdateStmt:
		return t.update(s)
	case *gsql.ResolvedDeleteStmt:
		return t.delete(s)
	case *gsql.ResolvedMergeStmt:
		return t.merge(s)
	case *gsql.ResolvedTruncateStmt:
		return t.truncate(s)
	case *gsql.ResolvedCreateTableAsSelectStmt:
		return t.createTableAs(s)
	case *gsql.ResolvedCreateTableStmt:
		return t.createTable(s)
	case *gsql.ResolvedCreateViewStmt:
		return t.createView(s)
	case *gsql.ResolvedDropStmt:
		return t.drop(s)
	case *gsql.ResolvedAssertStmt:
		return t.assertStmt(s)
	}
	kind := strings.TrimSuffix(strings.TrimPrefix(get(stmt.NodeKindString()), "Resolved"), "Stmt")
	return t.refuse(stmt, kind+" statement", "%s statements are not translated", kind)
}

// query writes a top-level query: its columns have the names the user gave, and
// an anonymous column is f0_, f1_, … as in BigQuery. A value table of structs
// has a column for each field.
func (t *translator) query(q gsql.ResolvedScanNode, out []*gsql.ResolvedOutputColumn, valueTable bool) string {
	outer := &env{}
	r := t.scan(q, outer)
	if valueTable && len(out) == 1 {
		ty := resolvedType(get(get(out[0].Column()).Type()))
		if ty.Kind == sqltype.Struct {
			return t.structRows(r, q, get(out[0].Column()), ty)
		}
	}
	names := outputNames(out)
	items := make([]string, len(out))
	for i, c := range out {
		t.duckType(q, resolvedType(get(get(c.Column()).Type())))
		items[i] = r.cols[get(get(c.Column()).ColumnId())] + " AS " + Quote(names[i])
	}
	return r.with + "SELECT " + strings.Join(items, ", ") + r.tail()
}

// outputNames are the columns' names, with f0_, f1_ for those that have none.
func outputNames(out []*gsql.ResolvedOutputColumn) []string {
	names := make([]string, len(out))
	anonymous := 0
	for i, c := range out {
		names[i] = get(c.Name())
		if names[i] == "" || strings.HasPrefix(names[i], "$") {
			names[i] = fmt.Sprintf("f%d_", anonymous)
			anonymous++
		}
	}
	return names
}

func (t *translator) structRows(r *rel, q gsql.ResolvedScanNode, col *gsql.ResolvedColumn, ty sqltype.Type) string {
	order := r.order
	if r.work[get(col.ColumnId())] && len(order) == 0 {
		r = t.wrap(r, columnsOf(q))
	}
	var items []string
	for _, name := range FieldNames(ty) {
		items = append(items, "struct_extract("+r.cols[get(col.ColumnId())]+", "+text(name)+") AS "+Quote(name))
	}
	return r.with + "SELECT " + strings.Join(items, ", ") + r.tail()
}
