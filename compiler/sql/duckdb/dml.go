package duckdb

import (
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// target is the table that a statement changes: its name, and a relation of it
// whose rows have a row ID.
type target struct {
	name, alias string
	rel         *rel
}

func (t *translator) target(s *gsql.ResolvedTableScan) target {
	r := t.tableScan(s, nil)
	name, alias, _ := strings.Cut(r.from, " AS ")
	return target{name, alias, r}
}

func (t *translator) insert(s *gsql.ResolvedInsertStmt) string {
	into := t.target(get(s.TableScan()))
	if get(s.InsertMode()) != gsql.ResolvedInsertStmtEnums_InsertModeOrError {
		t.refuse(s, "INSERT OR …", "only a plain INSERT is translated")
	}
	if get(s.Returning()) != nil || get(s.AssertRowsModified()) != nil || get(s.OnConflictClause()) != nil {
		t.refuse(s, "INSERT … RETURNING", "clauses after an INSERT are not translated")
	}
	cols := insertColumns(get(s.InsertColumnList()))
	empty := missingArrays(get(s.TableScan()), cols)
	cols = append(cols, empty...)
	head := "INSERT INTO " + into.name + " (" + strings.Join(cols, ", ") + ") "
	if q := get(s.Query()); q != nil {
		r := t.scan(q, &env{})
		var items []string
		for _, c := range get(s.QueryOutputColumnList()) {
			items = append(items, stored(r.cols[get(c.ColumnId())], resolvedType(get(c.Type()))))
		}
		return head + r.with + "SELECT " + strings.Join(append(items, emptyArrays(empty)...), ", ") + r.tail()
	}
	var rows []string
	for _, row := range get(s.RowList()) {
		rows = append(rows, "("+strings.Join(append(t.values(row, &env{}), emptyArrays(empty)...), ", ")+")")
	}
	return head + "VALUES " + strings.Join(rows, ", ")
}

func insertColumns(list []*gsql.ResolvedColumn) []string {
	cols := make([]string, len(list))
	for i, c := range list {
		cols[i] = Quote(get(c.Name()))
	}
	return cols
}

// missingArrays are the ARRAY columns that an INSERT leaves out: they become empty
// arrays, not NULL.
func missingArrays(s *gsql.ResolvedTableScan, cols []string) []string {
	table := get(s.Table())
	var out []string
	for i := range get(table.NumColumns()) {
		c := get(table.GetColumn(i))
		if name := Quote(get(c.Name())); get(get(c.GetType()).IsArray()) && !slices.Contains(cols, name) {
			out = append(out, name)
		}
	}
	return out
}

// emptyArrays is a value for each of the columns.
func emptyArrays(cols []string) []string {
	out := make([]string, len(cols))
	for i := range out {
		out[i] = "[]"
	}
	return out
}

func (t *translator) values(row *gsql.ResolvedInsertRow, scope *env) []string {
	var out []string
	for _, v := range get(row.ValueList()) {
		out = append(out, t.dmlValue(get(v.Value()), scope))
	}
	return out
}

// columnDefault stands for a column's default, which is a word of the statement
// and no expression.
const columnDefault = "DEFAULT"

func (t *translator) dmlValue(e gsql.ResolvedExprNode, scope *env) string {
	if _, ok := e.(*gsql.ResolvedDMLDefault); ok {
		return columnDefault
	}
	return stored(t.expr(e, scope), resolvedType(get(e.Type())))
}

// stored is a value as a table holds it: an array that is NULL as an empty one.
func stored(x string, ty sqltype.Type) string {
	if ty.Kind == sqltype.Array {
		return "coalesce(" + x + ", [])"
	}
	return x
}

// rowID is the target's row ID, by which rows are found again. A column of that name
// would hide it.
func (t *translator) rowID(s *gsql.ResolvedTableScan, to target) string {
	table := get(s.Table())
	for i := range get(table.NumColumns()) {
		if strings.EqualFold(get(get(table.GetColumn(i)).Name()), "rowid") {
			t.refuse(s, "column rowid", "rows of a table with a column called rowid cannot be told apart")
		}
	}
	return to.alias + ".rowid"
}

// assignment is a column and its new value.
type assignment struct{ column, value string }

// assignments are those of an UPDATE, one for each column: assigning fields of a
// STRUCT makes a new STRUCT.
func (t *translator) assignments(items []*gsql.ResolvedUpdateItem, scope *env) []assignment {
	var out []assignment
	at := map[int32]int{}
	for _, u := range items {
		if get(u.SetValue()) == nil {
			t.refuse(u, "nested DML", "statements inside an UPDATE are not translated; assign the whole array")
			continue
		}
		value := t.dmlValue(get(get(u.SetValue()).Value()), scope)
		path := get(u.Target())
		var fields []*gsql.ResolvedGetStructField
		for {
			f, ok := path.(*gsql.ResolvedGetStructField)
			if !ok {
				break
			}
			fields = append([]*gsql.ResolvedGetStructField{f}, fields...)
			path = get(f.Expr())
		}
		ref, ok := path.(*gsql.ResolvedColumnRef)
		if !ok {
			t.refuse(u, "UPDATE of a part of a value", "only columns and fields of STRUCT columns can be assigned")
			continue
		}
		col := get(ref.Column())
		i, seen := at[get(col.ColumnId())]
		if !seen {
			i = len(out)
			at[get(col.ColumnId())] = i
			old := ""
			if len(fields) > 0 {
				old = t.expr(ref, scope)
			}
			out = append(out, assignment{Quote(get(col.Name())), old})
		}
		out[i].value = withField(out[i].value, fields, value)
	}
	return out
}

// withField is a STRUCT value with the field at the end of the path replaced. A NULL
// STRUCT becomes one whose other fields are NULL.
func withField(base string, path []*gsql.ResolvedGetStructField, value string) string {
	if len(path) == 0 {
		return value
	}
	ty := resolvedType(get(get(path[0].Expr()).Type()))
	names := FieldNames(ty)
	parts := make([]string, len(names))
	for i, name := range names {
		field := "struct_extract(" + base + ", " + text(name) + ")"
		if int32(i) == get(path[0].FieldIdx()) {
			field = withField(field, path[1:], value)
		}
		parts[i] = text(name) + ": " + field
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func sets(list []assignment) string {
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = a.column + " = " + a.value
	}
	return strings.Join(parts, ", ")
}

func (t *translator) update(s *gsql.ResolvedUpdateStmt) string {
	to := t.target(get(s.TableScan()))
	if get(s.Returning()) != nil || get(s.AssertRowsModified()) != nil || get(s.ArrayOffsetColumn()) != nil {
		t.refuse(s, "UPDATE … RETURNING", "clauses after an UPDATE are not translated")
	}
	scope := (&env{}).child(to.rel.cols)
	if from := get(s.FromScan()); from != nil {
		return t.updateFrom(s, to, from, scope)
	}
	q := "UPDATE " + to.name + " AS " + to.alias + " SET " + sets(t.assignments(get(s.UpdateItemList()), scope))
	if w := get(s.WhereExpr()); w != nil {
		q += " WHERE " + t.expr(w, scope)
	}
	return q
}

// tooMany is GoogleSQL's error where several source rows change one target row.
// DuckDB would take one of them.
const tooMany = "UPDATE/MERGE must match at most one source row for each target row"

// updateFrom computes the new values by row ID in a subquery, which also finds rows
// that are matched twice.
func (t *translator) updateFrom(s *gsql.ResolvedUpdateStmt, to target, from gsql.ResolvedScanNode, scope *env) string {
	r := t.item(t.scan(from, &env{}), columnsOf(from))
	scope = scope.child(r.cols)
	list := t.assignments(get(s.UpdateItemList()), scope)
	u := changes{alias: t.alias()}
	row := t.rowID(get(s.TableScan()), to)
	u.add("row", row)
	for i := range list {
		list[i].value = u.value(list[i].value)
	}
	where := ""
	if w := get(s.WhereExpr()); w != nil {
		where = " WHERE " + t.expr(w, scope)
	}
	u.add("matches", "count(*) OVER (PARTITION BY "+row+")")
	query := "SELECT " + strings.Join(u.items, ", ") + " FROM " + to.name + " AS " + to.alias + " CROSS JOIN " + r.from + where
	changed := t.alias()
	return "UPDATE " + to.name + " AS " + changed + " SET " + sets(list) + " FROM (" + query + ") AS " + u.alias +
		" WHERE " + changed + ".rowid = CASE WHEN " + u.alias + `."matches" = 1 THEN ` + u.alias + `."row" ELSE CAST(gsql_error(` + text(tooMany) + ") AS BIGINT) END"
}

// changes is the select list of a subquery that computes what a statement does to
// which row.
type changes struct {
	alias string
	items []string
}

func (c *changes) add(name, expr string) { c.items = append(c.items, expr+" AS "+Quote(name)) }

// value adds a computed value and gives the reference to it.
func (c *changes) value(expr string) string {
	if expr == columnDefault {
		return expr
	}
	name := fmt.Sprintf("v%d", len(c.items))
	c.add(name, expr)
	return c.alias + "." + Quote(name)
}

func (t *translator) delete(s *gsql.ResolvedDeleteStmt) string {
	from := t.target(get(s.TableScan()))
	if get(s.Returning()) != nil || get(s.AssertRowsModified()) != nil || get(s.ArrayOffsetColumn()) != nil {
		t.refuse(s, "DELETE … RETURNING", "clauses after a DELETE are not translated")
	}
	q := "DELETE FROM " + from.name + " AS " + from.alias
	if w := get(s.WhereExpr()); w != nil {
		q += " WHERE " + t.expr(w, (&env{}).child(from.rel.cols))
	}
	return q
}

func (t *translator) truncate(s *gsql.ResolvedTruncateStmt) string {
	from := t.target(get(s.TableScan()))
	if w := get(s.WhereExpr()); w != nil {
		return "DELETE FROM " + from.name + " AS " + from.alias + " WHERE " + t.expr(w, (&env{}).child(from.rel.cols))
	}
	return "TRUNCATE " + from.name
}

// merge computes in a subquery, for each pair of rows, which of the WHEN clauses is
// the first that holds and the values it needs. It fails where two source rows change
// one target row, of which DuckDB's MERGE would let the last win.
func (t *translator) merge(s *gsql.ResolvedMergeStmt) string {
	to := t.target(get(s.TableScan()))
	from := get(s.FromScan())
	source, marks := t.extend(t.settle(t.scan(from, &env{}), columnsOf(from)), columnsOf(from), []string{"true"})
	scope := (&env{}).child(to.rel.cols).child(source.cols)
	row, sourceRow := t.rowID(get(s.TableScan()), to), marks[0]
	on := t.expr(get(s.MergeExpr()), scope)

	u := changes{alias: t.alias()}
	u.add("row", row)
	var action, whens strings.Builder
	action.WriteString("CASE")
	kinds := map[gsql.ResolvedMergeWhenEnums_MatchType]bool{}
	for i, w := range get(s.WhenClauseList()) {
		kind := get(w.MatchType())
		kinds[kind] = true
		cond := map[gsql.ResolvedMergeWhenEnums_MatchType]string{
			gsql.ResolvedMergeWhenEnums_MatchTypeMatched:            row + " IS NOT NULL AND " + sourceRow + " IS NOT NULL",
			gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedBySource: sourceRow + " IS NULL",
			gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedByTarget: row + " IS NULL",
		}[kind]
		if m := get(w.MatchExpr()); m != nil {
			cond += " AND " + t.expr(m, scope)
		}
		fmt.Fprintf(&action, " WHEN %s THEN %d", cond, i+1)
		word := " WHEN MATCHED"
		if kind == gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedByTarget {
			word = " WHEN NOT MATCHED"
		}
		fmt.Fprintf(&whens, `%s AND %s."action" = %d THEN %s`, word, u.alias, i+1, t.mergeAction(w, get(s.TableScan()), cond, &u, scope))
	}
	action.WriteString(" END")

	join := " JOIN "
	bySource, byTarget := kinds[gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedBySource], kinds[gsql.ResolvedMergeWhenEnums_MatchTypeNotMatchedByTarget]
	switch {
	case bySource && byTarget:
		join = " FULL JOIN "
	case bySource:
		join = " LEFT JOIN "
	case byTarget:
		join = " RIGHT JOIN "
	}
	u.add("action", action.String())
	pairs := "SELECT " + strings.Join(u.items, ", ") + " FROM " + to.name + " AS " + to.alias + join + source.from + " ON " + on
	checked := `SELECT *, CASE WHEN "row" IS NULL OR count(*) OVER (PARTITION BY "row") = 1 THEN "row" ELSE CAST(gsql_error(` + text(tooMany) +
		`) AS BIGINT) END AS "target" FROM (` + pairs + `) WHERE "action" IS NOT NULL`
	changed := t.alias()
	return "MERGE INTO " + to.name + " AS " + changed + " USING (" + checked + ") AS " + u.alias + " ON " + changed + ".rowid = " + u.alias + `."target"` + whens.String()
}

// mergeAction is what a WHEN clause does, its values computed in the subquery, where
// its condition holds.
func (t *translator) mergeAction(w *gsql.ResolvedMergeWhen, table *gsql.ResolvedTableScan, cond string, u *changes, scope *env) string {
	computed := func(v string) string {
		if v == columnDefault {
			return v
		}
		return u.value("CASE WHEN " + cond + " THEN " + v + " END")
	}
	switch get(w.ActionType()) {
	case gsql.ResolvedMergeWhenEnums_ActionTypeInsert:
		cols := insertColumns(get(w.InsertColumnList()))
		empty := missingArrays(table, cols)
		values := t.values(get(w.InsertRow()), scope)
		for i, v := range values {
			values[i] = computed(v)
		}
		return "INSERT (" + strings.Join(append(cols, empty...), ", ") + ") VALUES (" + strings.Join(append(values, emptyArrays(empty)...), ", ") + ")"
	case gsql.ResolvedMergeWhenEnums_ActionTypeUpdate:
		list := t.assignments(get(w.UpdateItemList()), scope)
		for i := range list {
			list[i].value = computed(list[i].value)
		}
		return "UPDATE SET " + sets(list)
	}
	return "DELETE"
}

// inList is x IN (subquery) for types that DuckDB compares differently: the rows
// become a list.
func (t *translator) inList(e *gsql.ResolvedSubqueryExpr, list string, scope *env, write func(*call) string) string {
	in := get(e.InExpr())
	ty := resolvedType(get(in.Type()))
	c := &call{t: t, n: e, name: "$in_array", scope: scope, args: []string{t.expr(in, scope), list}, exprs: []gsql.ResolvedExprNode{in, e},
		types: []sqltype.Type{ty, {Kind: sqltype.Array, Elem: &ty}}, lambdas: map[int]*gsql.ResolvedInlineLambda{}, result: sqltype.Type{Kind: sqltype.Bool}}
	c.simple()
	return c.finish(write(c))
}
