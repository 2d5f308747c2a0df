package engine

import (
	"fmt"
	"strings"
	"testing"
)

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := Shared(Translator{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func parse(t testing.TB, text string, kind Kind) Parsed {
	t.Helper()
	p, err := engine(t).Parse(text, kind)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return p
}

func TestRefs(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT 1", ""},
		{"SELECT * FROM core.members", "core.members@14-26"},
		{"SELECT * FROM `core.members` m", "core.members@14-28"},
		{"SELECT * FROM `core`.`members` m", "core.members@14-30"},
		{"SELECT * FROM `my-project.core.members`", "my-project.core.members@14-39"},
		{"SELECT * FROM my-project.core.members", "my-project.core.members@14-37"},
		{"SELECT * FROM `analytics.events_*` WHERE _TABLE_SUFFIX = 'x'", "analytics.events_*@14-34"},
		{"WITH members AS (SELECT 1) SELECT * FROM members, core.members", "core.members@50-62"},
		{"WITH a AS (SELECT * FROM core.x), b AS (SELECT * FROM a) SELECT * FROM b JOIN a USING (y)", "core.x@25-31"},
		// The entry is not in scope in itself, nor outside the query that has it.
		{"WITH a AS (SELECT * FROM core.a) SELECT (WITH z AS (SELECT 1) SELECT * FROM z) FROM a, z", "core.a@25-31 z@87-88"},
		{"WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r", ""},
		{"SELECT * FROM core.m AS m, m.tags, UNNEST(m.items) i", "core.m@14-20"},
		{"SELECT * FROM core.m, m.tags t, t.more", "core.m@14-20"},
		{"SELECT (SELECT COUNT(*) FROM m.tags) FROM core.m", "core.m@42-48"},
		{"SELECT 1 FROM core.m WHERE EXISTS (SELECT 1 FROM core.n WHERE n.id = m.id)", "core.m@14-20 core.n@49-55"},
		{"FROM core.m |> JOIN core.n USING (id) |> WHERE EXISTS (SELECT 1 FROM m.tags)", "core.m@5-11 core.n@20-26"},
		{"SELECT core.f(x), `core.g`(y), SAFE.SUBSTR(z, 1), NET.HOST(u) FROM core.m", "core.m@67-73 core.f()@7-13 core.g()@18-26"},
		{"SELECT * FROM core.by_day(DATE '2026-01-01') AS d, d.x", "core.by_day[]@14-25"},
		{"SELECT * FROM core.m FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "core.m@14-20"},
		{"SELECT * FROM (SELECT * FROM core.m) PIVOT (SUM(x) FOR y IN ('a', 'b'))", "core.m@29-35"},
		{"SELECT * FROM core.m UNION ALL SELECT * FROM core.n", "core.m@14-20 core.n@45-51"},
		{"SELECT * FROM members", "members@14-21"},
	} {
		p := parse(t, c.sql, Query)
		var got []string
		for _, r := range p.Refs {
			mark := map[RefKind]string{FunctionRef: "()", TableFnRef: "[]"}[r.Kind]
			got = append(got, fmt.Sprintf("%s%s@%d-%d", r.Name, mark, r.Start, r.End))
		}
		if p.Problem != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s\n got %q %+v\nwant %q", c.sql, strings.Join(got, " "), p.Problem, c.want)
		}
	}
}

func TestParametersAndItems(t *testing.T) {
	p := parse(t, "SELECT a.id, @Run_Date AS d, COUNT(*), x.* FROM core.m a, core.x WHERE day BETWEEN @run_date AND @plus", Query)
	got := fmt.Sprint(p.Parameters, p.Items)
	want := "[{run_date 13 22} {run_date 83 92} {plus 97 102}] [{id 7 11 false} {d 13 27 false} { 29 37 false} { 39 42 true}]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if p := parse(t, "SELECT 1 AS a UNION ALL SELECT 2", Query); len(p.Items) != 1 || p.Items[0].Name != "a" {
		t.Errorf("a set operation: %+v", p.Items)
	}
	if p := parse(t, "FROM core.m |> SELECT a, b", Query); len(p.Items) != 0 {
		t.Errorf("pipes: %+v", p.Items)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		sql   string
		kind  Kind
		at    string
		code  string
		start int
	}{
		{"SELECT a,\n\tb c d\nFROM core.m", Query, "d", "SL4001", 15},
		{"SELECT '日本' x y FROM core.m", Query, "y", "SL4001", 18},
		{"SELECT 日本 FROM core.m", Query, "日", "SL4001", 7},
		{"SELECT \t\t x\ty z", Query, "z", "SL4001", 14},
		{"SELECT 1 +\r\n\r\n  FROM core.m", Query, "FROM", "SL4001", 16},
		{"SELECT (1", Query, "", "SL4001", 9},
		{"", Query, "", "SL4001", 0},
		{"-- nothing\n", Query, "", "SL4001", 11},
		{"-- note\nINSERT INTO core.m VALUES (1)", Query, "INSERT", "SL4007", 8},
		{"SELECT 1; SELECT 2", Query, "SELECT", "SL4001", 10},
		{"a > 1 AND", Condition, "", "SL4001", 9},
		{"a > > 1", Condition, ">", "SL4001", 4},
		{"LOWER(x", Scalar, "", "SL4001", 7},
	} {
		p := parse(t, c.sql, c.kind).Problem
		if p == nil {
			t.Errorf("%q: no problem", c.sql)
			continue
		}
		at := ""
		if p.Start >= 0 && p.End > p.Start {
			at = c.sql[p.Start:p.End]
		}
		if at != c.at || p.Start != c.start || string(p.Code) != c.code {
			t.Errorf("%q: %+v at %q, want %s %d %q", c.sql, *p, at, c.code, c.start, c.at)
		}
	}
}
