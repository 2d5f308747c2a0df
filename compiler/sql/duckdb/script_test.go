package duckdb_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gsql "github.com/goccy/go-googlesql"
)

// TestScripts runs testdata/scripts: each file is a list of statements that run one
// after the other on a warehouse of its own. Under each statement stand "----" and its
// rows (sorted, where the query gives them no order), how many rows it changed, or its
// error; an empty line ends it.
// SLUICE_UPDATE=1 rewrites what stands there.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/scripts/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	total := 0
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			total += runScript(t, file)
		})
	}
	if total < 200 {
		t.Errorf("only %d statements ran", total)
	}
}

func runScript(t *testing.T, file string) int {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a, db := newAnalyser(), warehouse(t)
	var updated []string
	blocks := strings.Split(strings.TrimSpace(string(data)), "\n\n")
	for _, block := range blocks {
		statement, want, ok := strings.Cut(block, "\n----")
		if !ok {
			t.Fatalf("a statement without a result: %s", block)
		}
		want = strings.TrimPrefix(want, "\n")
		got := a.run(db, statement)
		updated = append(updated, strings.TrimRight(statement+"\n----\n"+got, "\n"))
		if os.Getenv("SLUICE_UPDATE") != "1" && got != want {
			text, _ := a.try(statement)
			t.Errorf("%s\nwant:\n%s\ngot:\n%s\nas:\n%s", statement, want, got, text)
		}
	}
	if os.Getenv("SLUICE_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(strings.Join(updated, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return len(blocks)
}

// try translates a statement; the second result is what keeps it from that.
func (a *analyser) try(statement string) (text, problem string) {
	out, err := gsql.AnalyzeStatement(statement, a.options, a.catalog, a.factory)
	if err != nil {
		return "", "invalid: " + err.Error()
	}
	return a.translateResolved(get(out.ResolvedStatement()), statement)
}

// run analyses, translates and executes one statement and tells what came of it.
func (a *analyser) run(db *sql.DB, statement string) string {
	out, err := gsql.AnalyzeStatement(statement, a.options, a.catalog, a.factory)
	if err != nil {
		return "invalid: " + err.Error()
	}
	resolved := get(out.ResolvedStatement())
	text, problem := a.translateResolved(resolved, statement)
	if problem != "" {
		return problem
	}
	if q, ok := resolved.(*gsql.ResolvedQueryStmt); ok {
		got, err := rows(db, text)
		if err != nil {
			return "error: " + plainError(err)
		}
		if ordered, ok := get(q.Query()).(interface{ IsOrdered() (bool, error) }); !ok || !get(ordered.IsOrdered()) {
			lines := strings.Split(got, "\n")
			slices.Sort(lines)
			return strings.Join(lines, "\n")
		}
		return got
	}
	result, err := db.Exec(text)
	if err != nil {
		return "error: " + plainError(err)
	}
	if name, columns := createdTable(resolved); name != "" {
		if !slices.Contains(a.tables, name) {
			a.table(name, columns...)
		}
		return "created"
	}
	return fmt.Sprintf("%d rows", get(result.RowsAffected()))
}

// createdTable is the name and the columns of the table or view that a statement makes.
func createdTable(resolved gsql.ResolvedStatementNode) (name string, columns []any) {
	switch s := resolved.(type) {
	case *gsql.ResolvedCreateTableStmt:
		for _, d := range get(s.ColumnDefinitionList()) {
			columns = append(columns, get(d.Name()), get(d.Type()))
		}
		return strings.Join(get(s.NamePath()), "."), columns
	case *gsql.ResolvedCreateTableAsSelectStmt:
		for _, d := range get(s.ColumnDefinitionList()) {
			columns = append(columns, get(d.Name()), get(d.Type()))
		}
		return strings.Join(get(s.NamePath()), "."), columns
	case *gsql.ResolvedCreateViewStmt:
		for _, c := range get(s.OutputColumnList()) {
			columns = append(columns, get(c.Name()), get(get(c.Column()).Type()))
		}
		return strings.Join(get(s.NamePath()), "."), columns
	}
	return "", nil
}

// plainError is an error's first line without what the driver says before it.
func plainError(err error) string {
	text := strings.TrimPrefix(err.Error(), "Invalid Input Error: database/sql/driver: API error: ")
	text, _, _ = strings.Cut(text, "\n")
	return text
}
