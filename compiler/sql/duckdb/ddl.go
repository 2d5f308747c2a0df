package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// creation is what statements that create something share.
type creation interface {
	gsql.ResolvedStatementNode
	NamePath() ([]string, error)
	CreateMode() (gsql.ResolvedCreateStatementEnums_CreateMode, error)
	CreateScope() (gsql.ResolvedCreateStatementEnums_CreateScope, error)
}

// create is the head of a CREATE statement: "CREATE OR REPLACE TABLE name". How a
// table is partitioned, clustered or described changes no result and is left out.
func (t *translator) create(s creation, what string) string {
	head := "CREATE "
	if get(s.CreateMode()) == gsql.ResolvedCreateStatementEnums_CreateModeCreateOrReplace {
		head += "OR REPLACE "
	}
	name := get(s.NamePath())
	physical := t.opts.Table(strings.Join(name, "."))
	if get(s.CreateScope()) == gsql.ResolvedCreateStatementEnums_CreateScopeCreateTemp {
		head += "TEMP "
		physical = Quote(name[len(name)-1])
	}
	head += what + " "
	if get(s.CreateMode()) == gsql.ResolvedCreateStatementEnums_CreateModeCreateIfNotExists {
		head += "IF NOT EXISTS "
	}
	return head + physical
}

// createTableAs creates the table from a query.
func (t *translator) createTableAs(s *gsql.ResolvedCreateTableAsSelectStmt) string {
	q := get(s.Query())
	r := t.scan(q, &env{})
	out := get(s.OutputColumnList())
	names := outputNames(out)
	items := make([]string, len(out))
	for i, c := range out {
		ty := resolvedType(get(get(c.Column()).Type()))
		duck := t.duckType(q, ty)
		value := stored(r.cols[get(get(c.Column()).ColumnId())], ty)
		items[i] = "CAST(" + value + " AS " + duck + ") AS " + Quote(names[i])
	}
	if get(s.IsValueTable()) {
		t.refuse(s, "value table", "a value table cannot be stored on the embedded warehouse")
	}
	return t.create(s, "TABLE") + " AS " + r.with + "SELECT " + strings.Join(items, ", ") + r.tail()
}

func (t *translator) createTable(s *gsql.ResolvedCreateTableStmt) string {
	if get(s.LikeTable()) != nil || get(s.CopyFrom()) != nil || get(s.CloneFrom()) != nil {
		t.refuse(s, "CREATE TABLE … LIKE", "a table that is made like another is not translated; list its columns")
	}
	var cols []string
	for _, d := range get(s.ColumnDefinitionList()) {
		col := Quote(get(d.Name())) + " " + t.duckType(s, resolvedType(get(d.Type())))
		if v := get(d.DefaultValue()); v != nil {
			col += " DEFAULT " + t.expr(get(v.Expression()), &env{})
		}
		if a := get(d.Annotations()); a != nil && get(a.NotNull()) {
			col += " NOT NULL"
		}
		cols = append(cols, col)
	}
	return t.create(s, "TABLE") + " (" + strings.Join(cols, ", ") + ")"
}

func (t *translator) createView(s *gsql.ResolvedCreateViewStmt) string {
	return t.create(s, "VIEW") + " AS " + t.query(get(s.Query()), get(s.OutputColumnList()), get(s.IsValueTable()))
}

func (t *translator) drop(s *gsql.ResolvedDropStmt) string {
	what := strings.ToUpper(get(s.ObjectType()))
	if what != "TABLE" && what != "VIEW" && what != "SCHEMA" {
		return t.refuse(s, "DROP "+what, "DROP %s is not translated", what)
	}
	head := "DROP " + what + " "
	if get(s.IsIfExists()) {
		head += "IF EXISTS "
	}
	if what == "SCHEMA" {
		path := get(s.NamePath())
		return head + Quote(path[len(path)-1])
	}
	return head + t.opts.Table(strings.Join(get(s.NamePath()), "."))
}

// assertStmt gives one row where the condition is true and fails otherwise.
func (t *translator) assertStmt(s *gsql.ResolvedAssertStmt) string {
	message := get(s.Description())
	if message == "" {
		message = "Assertion failed"
	}
	return "SELECT CASE WHEN " + t.expr(get(s.Expression()), &env{}) + " THEN true ELSE CAST(gsql_error(" + text(message) + `) AS BOOLEAN) END AS "assertion"`
}
