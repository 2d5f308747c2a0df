package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// target is the table a statement changes, under the alias "target".
func (t *translator) target(s *gsql.ResolvedTableScan) (string, *rel) {
	r := t.tableScan(s, nil)
	name, alias, _ := strings.Cut(r.from, " AS ")
	_ = alias
	return name, r
}

func (t *translator) insert(s *gsql.ResolvedInsertStmt) string {
	table := get(s.TableScan())
	name, _ := t.target(table)
	if get(s.InsertMode()) != gsql.ResolvedInsertStmtEnums_InsertModeOrError {
		t.refuse(s, "INSERT OR …", "only a plain INSERT is translated")
	}
	if get(s.Returning()) != nil || get(s.AssertRowsModified()) != nil || get(s.OnConflictClause()) != nil {
		t.refuse(s, "INSERT … RETURNING", "clauses after an INSERT are not translated")
	}
	var cols []string
	for _, c := range get(s.InsertColumnList()) {
		cols = append(cols, Quote(get(c.Name())))
	}
	head := "INSERT INTO " + name + " (" + strings.Join(cols, ", ") + ") "
	if q := get(s.Query()); q != nil {
		r := t.scan(q, &env{})
		var items []string
		for _, c := range get(s.QueryOutputColumnList()) {
			items = append(items, r.cols[get(c.ColumnId())])
		}
		return head + r.with + "SELECT " + strings.Join(items, ", ") + r.tail()
	}
	var rows []string
	for _, row := range get(s.RowList()) {
		rows = append(rows, "("+strings.Join(t.values(row, &env{}), ", ")+")")
	}
	return head + "VALUES " + strings.Join(rows, ", ")
}

func (t *translator) values(row *gsql.ResolvedInsertRow, scope *env) []string {
	var out []string
	for _, v := range get(row.ValueList()) {
		out = append(out, t.dmlValue(get(v.Value()), scope))
	}
	return out
}

func (t *translator) dmlValue(e gsql.ResolvedExprNode, scope *env) string {
	if _, ok := e.(*gsql.ResolvedDMLDefault); ok {
		return "DEFAULT"
	}
	return t.expr(e, scope)
}

// sets writes the assignments of an UPDATE.
func (t *translator) sets(items []*gsql.ResolvedUpdateItem, scope *env) string {
	var out []string
	for _, u := range items {
		ref, ok := get(u.Target()).(*gsql.ResolvedColumnRef)
		if !ok || get(u.SetValue()) == nil {
			t.refuse(u, "UPDATE of a nested field", "only whole columns can be assigned")
			continue
		}
		out = append(out, Quote(get(get(ref.Column()).Name()))+" = "+t.dmlValue(get(get(u.SetValue()).Value()), scope))
	}
	return strings.Join(out, ", ")
}

func (t *translator) update(s *gsql.ResolvedUpdateStmt) string {
	name, target := t.target(get(s.TableScan()))
	if get(s.Returning()) != nil || get(s.AssertRowsModified()) != nil || get(s.ArrayOffsetColumn()) != nil {
		t.refuse(s, "UPDATE … RETURNING", "clauses after an UPDATE are not translated")
	}
	_, alias, _ := strings.Cut(target.from, " AS ")
	scope := (&env{}).child(target.cols)
	from := ""
	if f := get(s.FromScan()); f != nil {
		r := t.item(t.scan(f, &env{}), columnsOf(f))
		from = " FROM " + r.from
		scope = scope.child(r.cols)
		// GoogleSQL refuses a target row with several matches; DuckDB takes one.
		t.refuse(s, "UPDATE … FROM", "use MERGE, which fails when a row has several matches")
	}
	q := "UPDATE " + name + " AS " + alias + " SET " + t.sets(get(s.UpdateItemList()), scope) + from
	if w := get(s.WhereExpr()); w != nil {
		q += " WHERE " + t.expr(w, scope)
	}
	return q
}

func (t *translator) delete(s *gsql.ResolvedDeleteStmt) string {
	name, target := t.target(get(s.TableScan()))
	if get(s.Returning()) != nil || get(s.AssertRowsModified()) != nil || get(s.ArrayOffsetColumn()) != nil {
		t.refuse(s, "DELETE … RETURNING", "clauses after a DELETE are not translated")
	}
	_, alias, _ := strings.Cut(target.from, " AS ")
	q := "DELETE FROM " + name + " AS " + alias
	if w := get(s.WhereExpr()); w != nil {
		q += " WHERE " + t.expr(w, (&env{}).child(target.cols))
	}
	return q
}

var mergeMatch = map[gsql.ResolvedMergeWhenEnums_MatchType]string{
	gsql.ResolvedMergeWhenEnums_MatchTypeMatched:            "MATCHED",
	gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedBySource: "NOT MATCHED BY SOURCE",
	gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedByTarget: "NOT MATCHED BY TARGET",
}

func (t *translator) merge(s *gsql.ResolvedMergeStmt) string {
	name, target := t.target(get(s.TableScan()))
	_, alias, _ := strings.Cut(target.from, " AS ")
	from := get(s.FromScan())
	source := t.wrap(t.scan(from, &env{}), columnsOf(from))
	scope := (&env{}).child(target.cols).child(source.cols)
	var b strings.Builder
	b.WriteString("MERGE INTO " + name + " AS " + alias + " USING " + source.from + " ON " + t.expr(get(s.MergeExpr()), scope))
	for _, w := range get(s.WhenClauseList()) {
		b.WriteString(" WHEN " + mergeMatch[get(w.MatchType())])
		if m := get(w.MatchExpr()); m != nil {
			b.WriteString(" AND " + t.expr(m, scope))
		}
		switch get(w.ActionType()) {
		case gsql.ResolvedMergeWhenEnums_ActionTypeInsert:
			var cols []string
			for _, c := range get(w.InsertColumnList()) {
				cols = append(cols, Quote(get(c.Name())))
			}
			b.WriteString(" THEN INSERT (" + strings.Join(cols, ", ") + ") VALUES (" + strings.Join(t.values(get(w.InsertRow()), scope), ", ") + ")")
		case gsql.ResolvedMergeWhenEnums_ActionTypeUpdate:
			b.WriteString(" THEN UPDATE SET " + t.sets(get(w.UpdateItemList()), scope))
		default:
			b.WriteString(" THEN DELETE")
		}
	}
	return b.String()
}
