package engine

import (
	"strings"
	"testing"
)

func TestWithEntries(t *testing.T) {
	e, err := Shared(Translator{})
	if err != nil {
		t.Fatal(err)
	}
	const text = `WITH a AS (SELECT 1 AS x), -- first
  b AS (
    WITH c AS (SELECT x FROM a), a AS (SELECT 2 AS x FROM c)
    SELECT * FROM a
  )
SELECT * FROM (WITH ` + "`d e`" + ` AS (SELECT * FROM b) SELECT * FROM ` + "`d e`" + `)
UNION ALL
SELECT x FROM UNNEST((WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3), m AS (SELECT 1 AS x) SELECT ARRAY_AGG(x) FROM n)) AS x`
	parsed, err := e.Parse(text, With)
	if err != nil || parsed.Problem != nil {
		t.Fatal(err, parsed.Problem)
	}
	for _, c := range []struct{ name, want string }{
		{"a", "WITH a AS (SELECT 1 AS x)\nSELECT * FROM `a`"},
		{"B", "WITH a AS (SELECT 1 AS x),\nb AS (WITH c AS (SELECT x FROM a), a AS (SELECT 2 AS x FROM c) SELECT * FROM a)\nSELECT * FROM `b`"},
		{"c", "WITH a AS (SELECT 1 AS x)\nSELECT * FROM (\nWITH c AS (SELECT x FROM a)\nSELECT * FROM `c`\n)"},
		{"b.a", "WITH a AS (SELECT 1 AS x)\nSELECT * FROM (\nWITH c AS (SELECT x FROM a),\na AS (SELECT 2 AS x FROM c)\nSELECT * FROM `a`\n)"},
		{"d e", "WITH a AS (SELECT 1 AS x),\nb AS (WITH c AS (SELECT x FROM a), a AS (SELECT 2 AS x FROM c) SELECT * FROM a)\nSELECT * FROM (\nWITH `d e` AS (SELECT * FROM b)\nSELECT * FROM `d e`\n)"},
		{"n", "WITH a AS (SELECT 1 AS x),\nb AS (WITH c AS (SELECT x FROM a), a AS (SELECT 2 AS x FROM c) SELECT * FROM a)\nSELECT * FROM (\nWITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3),\nm AS (SELECT 1 AS x)\nSELECT * FROM `n`\n)"},
	} {
		i := FindEntry(parsed.With, c.name)
		if i < 0 {
			t.Errorf("%s is not found in %+v", c.name, parsed.With)
			continue
		}
		query := SelectEntry(text, parsed.With, i)
		dense := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if dense(query) != dense(c.want) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, query, c.want)
		}
		again, err := e.Parse(query, Query)
		if err != nil || again.Problem != nil {
			t.Errorf("%s: %v %+v in\n%s", c.name, err, again.Problem, query)
			continue
		}
		if len(again.Refs) > 0 {
			t.Errorf("%s: the query reads %+v, of which the text names nothing", c.name, again.Refs)
		}
		if found, err := e.Analyze(Request{Text: query, Kind: Query, Parsed: again}); err != nil || len(found.Problems) > 0 {
			t.Errorf("%s: %v %+v in\n%s", c.name, err, found.Problems, query)
		}
	}
	for _, name := range []string{"x", "a.c", "b.", "", "b.d e"} {
		if i := FindEntry(parsed.With, name); i >= 0 {
			t.Errorf("%q is found at %d", name, i)
		}
	}
}
