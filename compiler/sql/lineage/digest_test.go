package lineage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	gsql "github.com/goccy/go-googlesql"
)

// What a person may change without changing the meaning leaves the digests alone.
func TestDigestsOfTheSameMeaning(t *testing.T) {
	for _, same := range [][]string{
		{ // aliases of tables and of columns inside
			"SELECT m.name, o.amount * 2 AS twice FROM app.members AS m JOIN app.orders AS o ON o.member_id = m.id WHERE o.status = 'paid'",
			"SELECT x.name, y.amount*2 twice FROM app.members x INNER JOIN app.orders y ON (y.member_id = x.id) WHERE y.status = 'paid'",
			"-- a comment\nselect name, amount * 2 AS twice from app.members join app.orders on member_id = members.id where status = \"paid\" # more",
		},
		{ // names of what WITH gives, and their order
			"WITH a AS (SELECT id, name AS n FROM app.members), b AS (SELECT member_id, SUM(amount) AS s FROM app.orders GROUP BY member_id) SELECT a.n, b.s FROM a JOIN b ON a.id = b.member_id",
			"WITH sums AS (SELECT member_id AS m, SUM(amount) AS total FROM app.orders GROUP BY 1), people AS (SELECT id AS p, name AS word FROM app.members) SELECT people.word AS n, sums.total AS s FROM people JOIN sums ON people.p = sums.m",
		},
		{ // order of keys
			"SELECT status, member_id, COUNT(*) AS n FROM app.orders GROUP BY status, member_id",
			"SELECT status, member_id, COUNT(*) AS n FROM app.orders GROUP BY member_id, status",
		},
		{ // how a query is put together
			"SELECT UPPER(name) AS n FROM app.members WHERE age > 3",
			"SELECT s.n FROM (SELECT UPPER(m.name) AS n, m.age FROM app.members AS m) AS s WHERE s.age > 3",
			"FROM app.members |> WHERE age > 3 |> SELECT UPPER(name) AS n",
		},
		{ // a structure taken apart again
			"SELECT id FROM app.members",
			"SELECT STRUCT(id AS a, name AS b).a AS id FROM app.members",
		},
	} {
		first := digests(analyse(t, same[0], false))
		for _, other := range same[1:] {
			if got := digests(analyse(t, other, false)); got != first {
				t.Errorf("%s\n%s\nhas other digests: %s, not %s", same[0], other, got, first)
			}
		}
	}
}

// What changes the meaning changes a digest.
func TestDigestsOfAnotherMeaning(t *testing.T) {
	for _, other := range [][]string{
		{"SELECT amount + 1 AS x FROM app.orders", "SELECT amount + 2 AS x FROM app.orders", "SELECT amount - 1 AS x FROM app.orders", "SELECT amount AS x FROM app.orders",
			"SELECT CAST(amount AS INT64) AS x FROM app.orders", "SELECT SAFE_CAST(amount AS INT64) AS x FROM app.orders"},
		{"SELECT a.name AS x FROM app.members AS a JOIN app.members AS b ON a.id = b.age", "SELECT b.name AS x FROM app.members AS a JOIN app.members AS b ON a.id = b.age"},
		{"SELECT id AS x FROM app.members", "SELECT id AS x FROM app.orders", "SELECT DISTINCT id AS x FROM app.members", "SELECT id AS x FROM app.members LIMIT 1", "SELECT id AS x FROM app.members LIMIT 2",
			"SELECT id AS x FROM app.members ORDER BY age", "SELECT id AS x FROM app.members ORDER BY age DESC", "SELECT id AS x FROM app.members ORDER BY age NULLS LAST"},
		{"SELECT x FROM app.members AS m WHERE EXISTS (SELECT 1 FROM app.members AS n WHERE n.id = m.id AND n.age = 1)", "SELECT x FROM app.members AS m WHERE EXISTS (SELECT 1 FROM app.members AS n WHERE n.id = n.age AND m.id = 1)"},
		{"SELECT SUM(amount) AS x FROM app.orders", "SELECT AVG(amount) AS x FROM app.orders", "SELECT SUM(DISTINCT amount) AS x FROM app.orders", "SELECT SUM(IF(id > 1, amount, 0)) AS x FROM app.orders"},
		{"SELECT ARRAY_AGG(status ORDER BY id) AS x FROM app.orders", "SELECT ARRAY_AGG(status ORDER BY id DESC) AS x FROM app.orders", "SELECT ARRAY_AGG(status IGNORE NULLS ORDER BY id) AS x FROM app.orders", "SELECT ARRAY_AGG(status ORDER BY id LIMIT 1) AS x FROM app.orders"},
		{"SELECT l.c AS x FROM (SELECT COUNT(*) AS c FROM app.orders) AS l, (SELECT COUNT(*) AS c FROM app.orders) AS r", "SELECT r.c AS x FROM (SELECT COUNT(*) AS c FROM app.orders) AS l, (SELECT COUNT(*) AS c FROM app.orders) AS r"},
		{"SELECT m.id, o.f AS x FROM app.members AS m LEFT JOIN (SELECT member_id, TRUE AS f FROM app.orders) AS o ON o.member_id = m.id LEFT JOIN (SELECT city, TRUE AS f FROM app.regions) AS r ON r.city = m.name",
			"SELECT m.id, r.f AS x FROM app.members AS m LEFT JOIN (SELECT member_id, TRUE AS f FROM app.orders) AS o ON o.member_id = m.id LEFT JOIN (SELECT city, TRUE AS f FROM app.regions) AS r ON r.city = m.name"},
		{"SELECT SUM(amount) OVER (PARTITION BY status) AS x FROM app.orders", "SELECT SUM(amount) OVER (PARTITION BY member_id) AS x FROM app.orders", "SELECT SUM(amount) OVER (ORDER BY id) AS x FROM app.orders",
			"SELECT SUM(amount) OVER (ORDER BY id ROWS 2 PRECEDING) AS x FROM app.orders", "SELECT SUM(amount) OVER (ORDER BY id ROWS 3 PRECEDING) AS x FROM app.orders"},
		{"SELECT id AS x FROM app.members UNION ALL SELECT id FROM app.orders", "SELECT id AS x FROM app.members UNION DISTINCT SELECT id FROM app.orders", "SELECT id AS x FROM app.members UNION ALL SELECT member_id FROM app.orders"},
		{"SELECT name AS x FROM `analytics.events_2025*`", "SELECT name AS x FROM `analytics.events_2026*`", "SELECT name AS x FROM `analytics.events_*`"},
		{"SELECT CAST(status AS STRING(3)) AS x FROM app.orders", "SELECT CAST(status AS STRING(5)) AS x FROM app.orders", "SELECT CAST(status AS STRING) AS x FROM app.orders"},
		{"SELECT CAST(amount AS NUMERIC(10, 2)) AS x FROM app.orders", "SELECT CAST(amount AS NUMERIC(10, 3)) AS x FROM app.orders"},
		{"DECLARE v INT64 DEFAULT 1; SELECT v AS x", "DECLARE v INT64 DEFAULT 2; SELECT v AS x", "CREATE TEMP TABLE z AS SELECT 1 AS x; SELECT z.x FROM z", "CREATE TEMP TABLE z AS SELECT 2 AS x; SELECT z.x FROM z",
			"CREATE TEMP FUNCTION f(a INT64) AS (a + 1); SELECT f(1) AS x", "CREATE TEMP FUNCTION f(a INT64) AS (a + 2); SELECT f(1) AS x"},
		{"SELECT x FROM UNNEST([1, 2]) AS x", "SELECT x FROM UNNEST([1, 3]) AS x"},
		{"SELECT fn.net(amount, 0.1) AS x FROM app.orders", "SELECT fn.net(amount, 0.2) AS x FROM app.orders"},
		{"SELECT a AS x FROM app.members, UNNEST(tags) AS a, UNNEST(tags) AS b", "SELECT b AS x FROM app.members, UNNEST(tags) AS a, UNNEST(tags) AS b"},
	} {
		seen := map[string]string{}
		for _, sql := range other {
			sql = strings.ReplaceAll(sql, "SELECT x FROM app.members", "SELECT name AS x FROM app.members")
			d := digests(analyse(t, sql, false))
			if was, taken := seen[d]; taken {
				t.Errorf("%s\n%s\nhave the same digests", was, sql)
			}
			seen[d] = sql
		}
	}
}

// Formatting never changes a digest: every case, as the library's formatter writes it.
func TestDigestsAfterFormatting(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split(strings.TrimPrefix(string(data), "## "), "\n## ") {
			_, rest, _ := strings.Cut(block, "\n")
			sql, _, _ := strings.Cut(rest, "\n---")
			before := digests(analyse(t, sql, false))
			formatted, err := gsql.FormatSql(sql)
			if err != nil {
				continue // syntax that the formatter does not know yet
			}
			if formatted != sql {
				changed++
			}
			if after := digests(analyse(t, strings.TrimRight(formatted, "; \n"), false)); after != before {
				t.Errorf("%s\nhas other digests as\n%s", sql, formatted)
			}
		}
	}
	if changed < 60 {
		t.Errorf("the formatter changed only %d cases", changed)
	}
}
