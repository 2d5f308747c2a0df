package engine

import (
	"bufio"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	gsql "github.com/goccy/go-googlesql"
)

// expressions name everything that an expression can name, in every clause.
var expressions = []string{
	"1", "a.b", "UPPER(a)", "@p", "@@time_zone", "?", "d.f(1)", "`d.f`(1)", "`d`.`f`(1)", "d . f (1)", "d./* c */f(1)", "SAFE.SUBSTR(a, 1)",
	"d.f /* c */ (1)", "d.f -- c\n(1)", "p.d.f(a, 'x(')", "a.arr[OFFSET(0)].x", "'it''s @ (' || b", "(a).f(1)", "(SELECT MAX(x) FROM d.u)",
	"EXISTS(SELECT 1 FROM d.u WHERE u.a = t.a)", "ARRAY(SELECT AS STRUCT x FROM d.u)", "a IN (SELECT x FROM d.u)", "a IN UNNEST([1, 2])",
	"(FROM d.u |> AGGREGATE COUNT(*))", "(WITH w AS (SELECT 1 AS x FROM d.v) SELECT x FROM w)", "WITH(a AS d.f(1), a + 1)",
	"CASE WHEN d.f(a) THEN 1 ELSE (SELECT 2) END", "CAST(d.f(a) AS STRING)", "SUM(d.f(a)) OVER (PARTITION BY d.g(b) ORDER BY @p)", "EXTRACT(YEAR FROM d.f(a))",
	"AI.GENERATE(a, output_schema => 'x INT64')", "STRUCT(d.f(1) AS x, [@p])", "ARRAY_TRANSFORM(xs, e -> d.f(e))", "a BETWEEN d.f(1) AND @q",
	"NET.HOST(a)", "日本(1)", "d.`日本`(1)", "IF(a, d.f(1), 'b')", "x.SELECT(1)", "(TABLE d.u)", "\"@p d.f(1)\"", "DATE_TRUNC(d, WEEK(MONDAY))",
}

// templates are queries that have an expression in each of their clauses.
var templates = []string{
	"SELECT $, 2 FROM d.t", "SELECT a FROM d.t WHERE $", "SELECT a FROM d.t GROUP BY $", "SELECT a FROM d.t GROUP BY ROLLUP(a, $)",
	"SELECT a FROM d.t GROUP BY a HAVING $", "SELECT a FROM d.t QUALIFY $", "SELECT a FROM d.t JOIN d.u ON $", "SELECT a FROM d.t JOIN (d.u JOIN d.w ON $) USING (a)",
	"SELECT a FROM d.t ORDER BY a, $ DESC", "SELECT a FROM d.t WINDOW w AS (PARTITION BY $)", "SELECT (SELECT $) FROM d.t",
	"WITH x AS (SELECT $ AS a FROM d.t) SELECT a FROM x", "SELECT a FROM d.t UNION ALL SELECT $", "FROM d.t |> SELECT $ |> WHERE $ |> AGGREGATE $ GROUP BY $ |> ORDER BY $",
	"SELECT * EXCEPT (a) REPLACE ($ AS b) FROM d.t", "SELECT a FROM d.t, UNNEST($) AS e WHERE e = $ LIMIT 10",
}

// TestQuiet: what is passed over names nothing.
func TestQuiet(t *testing.T) {
	var texts []string
	for _, template := range templates {
		for _, e := range expressions {
			texts = append(texts, strings.ReplaceAll(template, "$", e))
		}
	}
	files, err := filepath.Glob(filepath.Join("..", "testdata", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no queries: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(strings.NewReader(string(data)))
		var text strings.Builder
		for lines.Scan() {
			text.WriteString(lines.Text() + "\n")
			if strings.HasSuffix(strings.TrimSpace(lines.Text()), ";") {
				texts = append(texts, strings.TrimRight(text.String(), "; \n"))
				text.Reset()
			}
		}
	}
	e := engine(t)
	parsed := 0
	for _, text := range texts {
		out, err := gsql.ParseStatement(text, e.parser)
		if err != nil {
			continue
		}
		parsed++
		statement := get(out.Statement())
		some, all := &visitor{loud: loudPlaces(text)}, &visitor{}
		some.visit(statement, &scope{})
		all.visit(statement, &scope{})
		if !reflect.DeepEqual(some.parsed, all.parsed) {
			t.Errorf("%s\n%+v, but all there is:\n%+v", text, some.parsed, all.parsed)
		}
	}
	if parsed < 400 {
		t.Errorf("only %d of %d texts parse", parsed, len(texts))
	}
}
