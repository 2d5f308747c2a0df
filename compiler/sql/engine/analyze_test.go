package engine

import (
	"strings"
	"testing"
)

// world are the tables that the cases read.
var world = []Table{
	{Name: "core.members", Columns: []Column{{"id", "INT64", false}, {"email", "STRING", false}, {"plan", "STRING", false},
		{"joined", "DATE", false}, {"seen", "TIMESTAMP", false}, {"amount", "NUMERIC", false}, {"score", "FLOAT64", false},
		{"tags", "ARRAY<STRING>", false}, {"items", "ARRAY<STRUCT<sku STRING, n INT64>>", false}, {"doc", "JSON", false},
		{"address", "STRUCT<city STRING, zip STRING>", false}, {"raw", "BYTES", false}}},
	{Name: "core.billing", Columns: []Column{{"member_id", "INT64", false}, {"paid", "NUMERIC", false}, {"day", "DATE", false}}},
	{Name: "analytics.events_*", Columns: []Column{{"event", "STRING", false}, {"ts", "INT64", false}, {"_TABLE_SUFFIX", "STRING", true}}},
	{Name: "my-project.ext.rates", Columns: []Column{{"code", "STRING", false}, {"rate", "NUMERIC", false}, {"_PARTITIONTIME", "TIMESTAMP", true}}},
}

func analyze(t testing.TB, text string, kind Kind) Result {
	t.Helper()
	e := engine(t)
	p := parse(t, text, kind)
	if p.Problem != nil {
		return Result{Problems: []Problem{*p.Problem}}
	}
	r := Request{Text: text, Kind: kind, Parsed: p, Parameters: []Column{{"cutoff", "NUMERIC", false}, {"run_date", "DATE", false}, {"run_end", "TIMESTAMP", false}, {"run_start", "TIMESTAMP", false}}}
	for _, w := range world {
		w.Catalog = w.Name
		r.Tables = append(r.Tables, w)
	}
	r.Functions = []Function{
		{Name: "fn.twice", Kind: Scalar, Arguments: []Column{{"x", "INT64", false}}, Returns: "INT64", Body: "x * 2"},
		{Name: "fn.four", Kind: Scalar, Arguments: []Column{{"x", "INT64", false}}, Returns: "INT64", Body: "fn.twice(x) + `fn.twice`(x)",
			Refs:      []Ref{{Kind: FunctionRef, Name: "fn.twice", Start: 0, End: 8}, {Kind: FunctionRef, Name: "fn.twice", Start: 14, End: 24}},
			Functions: []Function{{Name: "fn.twice", Kind: Scalar, Arguments: []Column{{"x", "INT64", false}}, Returns: "INT64", Body: "x * 2"}}},
		{Name: "fn.total", Kind: Aggregate, Arguments: []Column{{"x", "NUMERIC", false}}, Returns: "NUMERIC", Body: "SUM(x)"},
		{Name: "fn.paid_on", Kind: TableFn, Arguments: []Column{{"on_day", "DATE", false}}, Body: "SELECT member_id, paid FROM core.billing WHERE day = on_day",
			Refs: []Ref{{Kind: TableRef, Name: "core.billing", Start: 28, End: 40}}, Tables: []Table{{Name: "core.billing", Catalog: "core.billing", Columns: world[1].Columns}}},
	}
	res, err := e.Analyze(r)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return res
}

func columnsText(list []Column) string {
	var out []string
	for _, c := range list {
		name := c.Name
		if name == "" {
			name = "?"
		}
		out = append(out, name+" "+c.Type)
	}
	return strings.Join(out, ", ")
}

// TestBigQueryIsAccepted: what BigQuery accepts is accepted, with BigQuery's types.
func TestBigQueryIsAccepted(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT 1, 'a' AS b", "? INT64, b STRING"},
		{"SELECT * EXCEPT (email, tags, items, doc, address, raw) FROM core.members", "id INT64, plan STRING, joined DATE, seen TIMESTAMP, amount NUMERIC, score FLOAT64"},
		{"SELECT members.id FROM `core.members` WHERE members.joined < @run_date", "id INT64"},
		{"SELECT id, ROW_NUMBER() OVER (PARTITION BY plan ORDER BY seen DESC) AS rn FROM core.members QUALIFY rn = 1", "id INT64, rn INT64"},
		{"SELECT id FROM core.members WHERE TRUE QUALIFY SUM(amount) OVER w > @cutoff WINDOW w AS (ORDER BY seen ROWS BETWEEN 6 PRECEDING AND CURRENT ROW)", "id INT64"},
		{"SELECT m.id, tag, o FROM core.members AS m, UNNEST(m.tags) AS tag WITH OFFSET AS o", "id INT64, tag STRING, o INT64"},
		{"SELECT m.id, i.sku, SUM(i.n) AS n FROM core.members m LEFT JOIN UNNEST(m.items) i GROUP BY ALL", "id INT64, sku STRING, n INT64"},
		{"SELECT * FROM (SELECT plan, joined, amount FROM core.members) PIVOT (SUM(amount) AS paid FOR plan IN ('free', 'pro' AS pro))", "joined DATE, paid_free NUMERIC, paid_pro NUMERIC"},
		{"SELECT * FROM (SELECT id, 1 AS a, 2 AS b FROM core.members) UNPIVOT (v FOR k IN (a, b))", "id INT64, v INT64, k STRING"},
		{"SELECT SAFE_CAST(email AS INT64) AS a, SAFE.PARSE_DATE('%F', email) AS b, SAFE_DIVIDE(score, 0) AS c FROM core.members", "a INT64, b DATE, c FLOAT64"},
		{"SELECT JSON_VALUE(doc, '$.a') AS a, doc.b.c AS b, INT64(doc.n) AS n, LAX_STRING(doc.s) AS s, JSON_QUERY_ARRAY(doc.l) AS l FROM core.members", "a STRING, b JSON, n INT64, s STRING, l ARRAY<JSON>"},
		{"SELECT STRUCT(id AS k, [email] AS v) AS s, address.city, TO_JSON_STRING(address) AS j FROM core.members", "s STRUCT<k INT64, v ARRAY<STRING>>, city STRING, j STRING"},
		{"SELECT ARRAY_AGG(STRUCT(id, amount) ORDER BY seen DESC LIMIT 1)[OFFSET(0)].amount AS latest FROM core.members GROUP BY plan", "latest NUMERIC"},
		{"SELECT ARRAY(SELECT AS STRUCT sku, n FROM UNNEST(items) WHERE n > 0) AS kept FROM core.members", "kept ARRAY<STRUCT<sku STRING, n INT64>>"},
		{"SELECT event, _TABLE_SUFFIX AS day FROM `analytics.events_*` WHERE _TABLE_SUFFIX BETWEEN '20260101' AND FORMAT_DATE('%Y%m%d', @run_date)", "event STRING, day STRING"},
		{"SELECT * FROM `analytics.events_*`", "event STRING, ts INT64"},
		{"SELECT code, DATE(_PARTITIONTIME) AS d FROM my-project.ext.rates", "code STRING, d DATE"},
		{"SELECT rates.code FROM `my-project.ext.rates`", "code STRING"},
		{"WITH members AS (SELECT 'x' AS id) SELECT id FROM members", "id STRING"},
		{"WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT * FROM n", "i INT64"},
		{"SELECT DATETIME(seen, 'Asia/Tokyo') AS local, DATE(seen, 'Asia/Tokyo') AS day, TIMESTAMP_TRUNC(seen, WEEK(MONDAY)) AS week, EXTRACT(ISOWEEK FROM seen AT TIME ZONE 'Asia/Tokyo') AS w FROM core.members", "local DATETIME, day DATE, week TIMESTAMP, w INT64"},
		{"SELECT seen + INTERVAL 1 DAY AS next, joined - 1 AS before, joined - DATE '2026-01-01' AS span FROM core.members", "next TIMESTAMP, before DATE, span INTERVAL"},
		{"SELECT @run_start AS a, @RUN_END AS b, DATE_SUB(@run_date, INTERVAL 1 MONTH) AS c, @@time_zone AS z", "a TIMESTAMP, b TIMESTAMP, c DATE, z STRING"},
		{"FROM core.members |> WHERE amount > 0 |> EXTEND amount * 2 AS doubled |> AGGREGATE SUM(doubled) AS total GROUP BY plan |> ORDER BY total DESC |> LIMIT 3", "plan STRING, total NUMERIC"},
		{"SELECT MAX_BY(email, seen) AS last, MIN_BY(id, joined) AS first FROM core.members", "last STRING, first INT64"},
		{"SELECT CONTAINS_SUBSTR(members, 'x') AS a, SEARCH(email, 'x', analyzer => 'NO_OP_ANALYZER') AS b FROM core.members", "a BOOL, b BOOL"},
		{"SELECT BAG_OF_WORDS(TEXT_ANALYZE(email)) AS words FROM core.members", "words ARRAY<STRUCT<term STRING, count INT64>>"},
		{"SELECT fn.four(id) AS a, `fn.twice`(id) AS b, fn.four(2) AS c FROM core.members", "a INT64, b INT64, c INT64"},
		{"SELECT plan, fn.total(amount) AS t FROM core.members GROUP BY 1", "plan STRING, t NUMERIC"},
		{"SELECT p.* FROM fn.paid_on(@run_date) AS p JOIN core.members m ON m.id = p.member_id", "member_id INT64, paid NUMERIC"},
		{"SELECT APPROX_QUANTILES(score, 4)[OFFSET(2)] AS median, APPROX_COUNT_DISTINCT(id) AS n, HLL_COUNT.INIT(id) AS h FROM core.members", "median FLOAT64, n INT64, h BYTES"},
		{"SELECT id FROM core.members EXCEPT DISTINCT SELECT member_id FROM core.billing", "id INT64"},
		{"SELECT plan, COUNT(*) AS n, GROUPING(plan) AS g FROM core.members GROUP BY GROUPING SETS ((plan), ())", "plan STRING, n INT64, g INT64"},
		{"SELECT plan FROM core.members WHERE plan LIKE ANY ('a%', 'b%') AND email IS DISTINCT FROM plan", "plan STRING"},
		{"SELECT RANGE(joined, NULL) AS r, GENERATE_RANGE_ARRAY(RANGE(DATE '2026-01-01', DATE '2026-02-01'), INTERVAL 1 DAY) AS days FROM core.members", "r RANGE<DATE>, days ARRAY<RANGE<DATE>>"},
		{"SELECT ST_DISTANCE(ST_GEOGPOINT(139.7, 35.6), ST_GEOGPOINT(135.5, 34.7)) AS m", "m FLOAT64"},
		{"SELECT * FROM core.members TABLESAMPLE SYSTEM (10 PERCENT) LIMIT 0", columnsText(world[0].Columns)},
		{"SELECT IF(plan = 'pro', 1, NULL) AS a, COALESCE(amount, 0) AS b, IFNULL(score, 1) AS c, amount / 2 AS d, id / 2 AS e, DIV(id, 2) AS f FROM core.members;", "a INT64, b NUMERIC, c FLOAT64, d NUMERIC, e FLOAT64, f INT64"},
		{"SELECT CAST(amount AS STRING FORMAT '999') AS a, FORMAT('%t', address) AS b, FARM_FINGERPRINT(email) AS c, TO_HEX(SHA256(email)) AS d FROM core.members", "a STRING, b STRING, c INT64, d STRING"},
		{"SELECT a.id FROM core.members a JOIN core.members b USING (id) CROSS JOIN UNNEST(GENERATE_DATE_ARRAY(@run_date, @run_date)) d", "id INT64"},
		{"SELECT PERCENTILE_CONT(score, 0.5) OVER () AS p, NTILE(4) OVER (ORDER BY id) AS q, LAG(email, 1, '') OVER (ORDER BY id) AS l FROM core.members", "p FLOAT64, q INT64, l STRING"},
		{"SELECT id FROM core.members AS m WHERE EXISTS (SELECT 1 FROM m.tags AS t WHERE t = 'x') AND 'y' IN UNNEST(tags)", "id INT64"},
	} {
		got := analyze(t, c.sql, Query)
		if len(got.Problems) > 0 || columnsText(got.Columns) != c.want {
			t.Errorf("%s\n got %s %+v\nwant %s", c.sql, columnsText(got.Columns), got.Problems, c.want)
		}
	}
}

// TestProblems: what is wrong is told with its code, place, message and hint.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		sql  string
		kind Kind
		want string // code at the marked text: message | hint
	}{
		{"SELECT idd FROM core.members", Query, `SL4003 "idd": Unrecognized name: idd | did you mean "id"?`},
		{"SELECT m.\n\t\tplann\nFROM `core.members` AS m", Query, `SL4003 "plann": Name plann not found inside m | did you mean "plan"?`},
		{"SELECT address.town FROM core.members", Query, `SL4003 "town": Field name town does not exist in STRUCT<city STRING, zip STRING> | `},
		{"SELECT '日本', emial FROM core.members", Query, `SL4003 "emial": Unrecognized name: emial | did you mean "email"?`},
		{"SELECT id FROM core.members WHERE email > 3", Query, `SL4006 "email": No matching signature for operator > for argument types: STRING, INT64 | cast with CAST or SAFE_CAST, or correct the type where the column is declared`},
		{"SELECT UPER(email) FROM core.members", Query, `SL4004 "UPER": Function not found: UPER | did you mean "upper"?`},
		{"SELECT fn.thrice(id) FROM core.members", Query, `SL4004 "fn": Function not found: fn.thrice | declare it under routine, or correct the name; functions of BigQuery need no dataset`},
		{"SELECT @run_day, @ru FROM core.members", Query, `SL4005 "@run_day": parameter "@run_day" is not declared | declare it under variable, or use one of @cutoff, @run_date, @run_end, @run_start; SL4005 "@ru": parameter "@ru" is not declared | declare it under variable, or use one of @cutoff, @run_date, @run_end, @run_start`},
		{"SELECT ? FROM core.members", Query, `SL4005 "?": parameters have names here, not positions | use @cutoff, @run_date, @run_end, @run_start`},
		{"SELECT id, COUNT(*) FROM core.members", Query, `SL4002 "id": SELECT list expression references column id which is neither grouped nor aggregated | add it to GROUP BY, or aggregate it, for example with MAX or ANY_VALUE`},
		{"SELECT id FROM core.members UNION ALL SELECT email FROM core.members", Query, `SL4006 "SELECT": Column 1 in UNION ALL has incompatible types: INT64, STRING | cast with CAST or SAFE_CAST, or correct the type where the column is declared`},
		{"SELECT CAST(joined AS INT64) FROM core.members", Query, `SL4006 "joined": Invalid cast from DATE to INT64 | there is no such cast: use a function that converts, for example UNIX_DATE, EXTRACT or FORMAT_DATE`},
		{"SELECT id FROM core.members JOIN core.billing b USING (idd)", Query, `SL4003 "idd": Column idd in USING clause not found on left side of join | did you mean "id"?`},
		{"SELECT CAST(1 AS FLOAT32)", Query, `SL4006 "FLOAT32": Type not found: FLOAT32 | use a type of GoogleSQL: INT64, FLOAT64, NUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, JSON, …`},
		{"SELECT 1 AS a WHERE 'x", Query, `SL4001 "'": Unclosed string literal | close it; a string that holds a quote stands in the other quotes`},
		{"CONCAT(x, 1", Scalar, `SL4001 "": Expected ")" but got end of statement | the mistake is here or just before it; a reserved word used as a name needs backticks`},
	} {
		var parts []string
		for _, p := range analyze(t, c.sql, c.kind).Problems {
			marked := ""
			if p.Start >= 0 {
				marked = c.sql[p.Start:max(p.Start, p.End)]
			}
			parts = append(parts, string(p.Code)+` "`+marked+`": `+p.Message+" | "+p.Hint)
		}
		if got := strings.Join(parts, "; "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
}

// TestTooDeep: what the library's memory cannot hold is an error of that statement;
// the next one is none the worse for it.
func TestTooDeep(t *testing.T) {
	text := "SELECT 1" + strings.Repeat("+1", 50_000) + " AS a"
	e := engine(t)
	if _, err := e.Analyze(Request{Text: text, Kind: Query, Parsed: parse(t, text, Query)}); err == nil || !strings.Contains(err.Error(), "more deeply") {
		t.Errorf("got %v", err)
	}
	if got := columnsText(analyze(t, "SELECT 1 + 1 AS a", Query).Columns); got != "a INT64" {
		t.Errorf("afterwards: %s", got)
	}
}
