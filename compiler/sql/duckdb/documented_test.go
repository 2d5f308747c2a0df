package duckdb_test

import (
	"os"
	"strings"
	"testing"

	gsql "github.com/goccy/go-googlesql"
)

// TestDocumented evaluates testdata/documented.txt through the translator and DuckDB:
// each line is an expression and its value, or "!!" where it fails at run time.
func TestDocumented(t *testing.T) {
	data, err := os.ReadFile("testdata/documented.txt")
	if err != nil {
		t.Fatal(err)
	}
	a, db := shared(), warehouse(t)
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		n++
		expr, want, compared := strings.Cut(line, " == ")
		query := "SELECT FORMAT('%T', " + expr + "), FORMAT('%T', " + want + ")"
		if !compared {
			expr = strings.TrimSuffix(line, " !!")
			query = "SELECT " + expr
		}
		if _, err := gsql.AnalyzeStatement(query, a.options, a.catalog, a.factory); err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		text, problems := a.translate(t, query, "UTC")
		if len(problems) > 0 {
			t.Errorf("%s: refused: %s", line, problems[0].Message)
			continue
		}
		got, err := rows(db, text)
		switch {
		case !compared && err == nil:
			t.Errorf("%s: no error but %s", expr, got)
		case compared && err != nil:
			t.Errorf("%s: %v", line, err)
		case compared:
			if value, wanted, _ := strings.Cut(got, " | "); value != wanted {
				t.Errorf("%s: got %s, want %s", expr, value, wanted)
			}
		}
	}
	if n < 400 {
		t.Errorf("only %d expressions were read", n)
	}
}
