package unittest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/value"
)

func typeOf(t *testing.T, text string) value.Type {
	t.Helper()
	of, err := value.ParseType(text)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		typ  string
		a, b any
		want bool
	}{
		{"INT64", "1", "1", true},
		{"INT64", "1", nil, false},
		{"INT64", nil, nil, true},
		{"FLOAT64", 1.0, 1.0 + 1e-10, true},
		{"FLOAT64", 1e20, 1e20 * (1 + 1e-8), false},
		{"FLOAT64", 0.0, 1e-300, false},
		{"FLOAT64", "NaN", "NaN", true},
		{"FLOAT64", "NaN", 1.0, false},
		{"FLOAT64", "Infinity", "-Infinity", false},
		{"NUMERIC", "1.50", "1.5", true},
		{"NUMERIC", "0.000000001", "0.000000002", false},
		{"JSON", `{"a":1,"b":[2.0]}`, `{"b": [2], "a": 1}`, true},
		{"JSON", `{"a":null}`, `{}`, false},
		{"JSON", `12345678901234567890`, `12345678901234567891`, false},
		{"ARRAY<INT64>", nil, []any{}, true},
		{"ARRAY<INT64>", []any{"1", nil}, []any{"1", nil}, true},
		{"ARRAY<INT64>", []any{"1", "2"}, []any{"2", "1"}, false},
		{"STRUCT<a FLOAT64, b STRING>", []any{1.0, "x"}, []any{1.0 + 1e-12, "x"}, true},
		{"STRUCT<a FLOAT64, b STRING>", []any{nil, "x"}, nil, false},
		{"TIMESTAMP", "2026-01-15 00:00:00+00", "2026-01-15 00:00:00+00", true},
	} {
		of := typeOf(t, c.typ)
		if equal(of, c.a, c.b) != c.want || equal(of, c.b, c.a) != c.want {
			t.Errorf("%s: %v and %v: want %v", c.typ, c.a, c.b, c.want)
		}
	}
}

// query makes a query of rows written as name=value, "?" leaving a column out.
func query(columns string, rows ...string) *plan.TestQuery {
	q := &plan.TestQuery{}
	for _, name := range strings.Fields(columns) {
		q.Columns = append(q.Columns, plan.Column{Name: name, Type: "STRING"})
	}
	for i, row := range rows {
		expected := plan.ExpectedRow{Origin: plan.Origin{Line: i + 1}}
		for k, text := range strings.Fields(row) {
			if text != "?" {
				expected.Cells = append(expected.Cells, plan.ExpectedCell{Column: k, Value: text})
			}
		}
		q.Rows = append(q.Rows, expected)
	}
	return q
}

func difference(q *plan.TestQuery, actual ...string) (Diff, bool) {
	types := make([]value.Type, len(q.Columns))
	for i := range types {
		types[i].Kind = "STRING"
	}
	var rows [][]any
	for _, row := range actual {
		var values []any
		for _, text := range strings.Fields(row) {
			values = append(values, text)
		}
		rows = append(rows, values)
	}
	return compare(q, types, rows)
}

func TestRowsAreAMultiset(t *testing.T) {
	for _, c := range []struct {
		name             string
		expected, actual []string
		summary          string // empty: equal
	}{
		{"any order", []string{"a 1", "b 2"}, []string{"b 2", "a 1"}, ""},
		{"none", nil, nil, ""},
		{"as often as written", []string{"a 1", "a 1"}, []string{"a 1"}, "1 row missing"},
		{"not more often", []string{"a 1"}, []string{"a 1", "a 1"}, "1 row unexpected"},
		// The first expected row fits both; it must leave the only row to the second.
		{"few columns", []string{"a ?", "a 1"}, []string{"a 1", "a 2"}, ""},
		{"chain", []string{"? 1", "a ?", "a 1"}, []string{"a 1", "b 1", "a 2"}, ""},
		{"other value", []string{"a 1"}, []string{"a 2"}, "1 row differs"},
		{"one of each", []string{"a 1"}, []string{"b 2"}, "1 row differs"},
		{"other rows", []string{"a 1"}, []string{"b 2", "c 3"}, "1 row missing, 2 rows unexpected"},
		{"both", []string{"a 1", "b 2", "c 3"}, []string{"a 1", "b 9"}, "1 row differs, 1 row missing"},
	} {
		d, differs := difference(query("x y", c.expected...), c.actual...)
		if differs != (c.summary != "") || differs && d.Summary() != c.summary {
			t.Errorf("%s: got %v %q, want %q", c.name, differs, d.Summary(), c.summary)
		}
	}
}

func TestOrder(t *testing.T) {
	q := query("x y", "a 1", "b 2", "c 3")
	q.Ordered = true
	if _, differs := difference(q, "a 1", "b 2", "c 3"); differs {
		t.Error("rows in order differ")
	}
	d, differs := difference(q, "a 1", "c 3", "b 2")
	if !differs || !d.Order || d.Matched != 1 || len(d.Rows) != 2 || d.Summary() != "rows are in another order" {
		t.Errorf("got %v %+v", differs, d)
	}
	if d, _ := difference(q, "a 1", "c 3"); d.Order || d.Summary() != "1 row missing" {
		t.Errorf("got %+v", d)
	}
}

// Rows belong together by their key, even where other rows are more alike.
func TestPairs(t *testing.T) {
	q := query("id a b c", "1 x x x", "2 y y y")
	q.Key = []string{"ID"}
	d, _ := difference(q, "2 x x x", "1 z z z", "3 y y y")
	var got []string
	for _, r := range d.Rows {
		text := func(cells []Cell) string {
			var out []string
			for _, c := range cells {
				mark := ""
				if c.Differs {
					mark = "!"
				}
				out = append(out, c.Text+mark)
			}
			return strings.Join(out, " ")
		}
		got = append(got, fmt.Sprintf("%d: %s | %s", r.Origin.Line, text(r.Expected), text(r.Actual)))
	}
	want := []string{"1: 1 x! x! x! | 1 z! z! z!", "2: 2 y! y! y! | 2 x! x! x!", "0:  | 3 y y y"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	// Without a key the most alike, if at least half of the values are equal.
	d, _ = difference(query("a b c d", "1 1 1 1", "2 2 2 2"), "2 2 9 9", "1 9 9 9")
	if d.Summary() != "1 row differs, 1 row missing, 1 row unexpected" || d.Rows[0].Actual != nil {
		t.Errorf("got %q, %+v", d.Summary(), d.Rows)
	}
}

func TestShow(t *testing.T) {
	for _, c := range []struct {
		typ  string
		v    any
		want string
	}{
		{"STRING", nil, "NULL"}, {"STRING", "NULL", `"NULL"`}, {"STRING", "", `""`}, {"STRING", "a b", "a b"},
		{"STRING", " a", `" a"`}, {"STRING", "a\nb", `"a\nb"`}, {"STRING", "日本", "日本"},
		{"FLOAT64", 1.5, "1.5"}, {"BOOL", true, "true"}, {"INT64", "7", "7"},
		{"ARRAY<STRING>", []any{"a", nil}, "[a, NULL]"},
		{"STRUCT<a INT64, STRING>", []any{"1", ""}, `{a: 1, ""}`},
	} {
		if got := Show(c.v, typeOf(t, c.typ)); got != c.want {
			t.Errorf("%s %v: got %s, want %s", c.typ, c.v, got, c.want)
		}
	}
}

func clock(t *testing.T) *plan.Clock {
	t.Helper()
	c, err := plan.NewClock(&plan.Plan{TimeZone: "Asia/Tokyo", DayStart: "03:00"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// unit is a test of a query that must give one INT64 in column x.
func unit(name, sql, want string, tables ...plan.TestTable) plan.UnitTest {
	return plan.UnitTest{Table: "core.t", Name: name, Date: "2026-01-15", Tables: tables, Queries: []plan.TestQuery{{
		SQL: sql, Columns: []plan.Column{{Name: "x", Type: "INT64"}},
		Rows: []plan.ExpectedRow{{Cells: []plan.ExpectedCell{{Value: want}}}},
	}}}
}

func table(rows ...any) plan.TestTable {
	t := plan.TestTable{Name: "app.t", Columns: []plan.Column{{Name: "x", Type: "INT64"}, {Name: "place", Type: "GEOGRAPHY"}}}
	for _, v := range rows {
		t.Rows = append(t.Rows, []any{v, nil})
	}
	return t
}

func TestRun(t *testing.T) {
	sum := `SELECT CAST(sum(x) AS BIGINT) FROM "app.t"`
	fails := unit("fails", "SELECT CAST(error('no luck') AS BIGINT)", "1")
	wanted, otherwise, none := fails, fails, unit("none", "SELECT 1", "1")
	wanted.Error, wanted.Queries[0].Rows = "luck", nil
	otherwise.Error = "division"
	none.Error = "division"
	refused := unit("refused", "", "1")
	refused.Refused = []string{"no TABLESAMPLE"}
	bounds := unit("bounds", "SELECT CAST(epoch($run_start) + epoch(now()) - epoch($run_end) AS BIGINT)", fmt.Sprint(time.Date(2026, 1, 14, 18, 0, 0, 0, time.UTC).Unix()))
	bounds.Queries[0].Parameters = []string{"run_end", "run_start"}
	variable := unit("variable", "SELECT $n", "7")
	variable.Queries[0].Parameters = []string{"n"}
	variable.Variables = []plan.Variable{{Name: "n", Type: "INT64", Value: "7"}}
	place := unit("place", sum, "1", table("1"))
	place.Tables[0].Rows = [][]any{{"1", "POINT(1 2)"}}

	tests := []plan.UnitTest{
		unit("sum", sum, "3", table("1", "2")), unit("other rows, same table", sum, "4", table("4")), unit("differs", sum, "5", table("6")),
		unit("table of another test", sum, "4"), fails, wanted, otherwise, none, refused, bounds, variable, place,
	}
	want := []struct {
		status Status
		says   string
	}{
		{Passed, ""}, {Passed, ""}, {Failed, "1 row differs"},
		{Broken, "app.t"}, {Broken, "the query failed: no luck"}, {Passed, ""}, {Failed, `want "division", got: no luck`}, {Failed, `gave 1 row, but was to fail with "division"`},
		{Broken, "cannot run it: no TABLESAMPLE"}, {Passed, ""}, {Passed, ""}, {Passed, ""},
	}
	for _, workers := range []int{1, 3} {
		var done []string
		got, err := Run(context.Background(), tests, Options{Clock: clock(t), Workers: workers, Done: func(r Result) { done = append(done, r.Test.Name) }})
		if err != nil {
			t.Fatal(err)
		}
		if len(done) != len(tests) {
			t.Errorf("told of %d tests of %d", len(done), len(tests))
		}
		for i, w := range want {
			if got[i].Status != w.status || !strings.Contains(got[i].Message, w.says) || got[i].Test.Name != tests[i].Name {
				t.Errorf("%s: got %s %q, want %s %q", tests[i].Name, got[i].Status, got[i].Message, w.status, w.says)
			}
		}
	}
}

func TestFailFast(t *testing.T) {
	tests := []plan.UnitTest{unit("good", "SELECT 1", "1"), unit("bad", "SELECT 1", "2"), unit("late", "SELECT 1", "1")}
	got, err := Run(context.Background(), tests, Options{Clock: clock(t), Workers: 1, FailFast: true})
	if err != nil {
		t.Fatal(err)
	}
	var status []Status
	for _, r := range got {
		status = append(status, r.Status)
	}
	if want := []Status{Passed, Failed, Skipped}; !reflect.DeepEqual(status, want) {
		t.Errorf("got %v, want %v", status, want)
	}
}

// A query without end is cut off; the tests after it run.
func TestTimeout(t *testing.T) {
	endless := unit("endless", "SELECT count(*) FROM range(10000000000) a, range(1000) b WHERE a.range + b.range = 1", "1")
	got, err := Run(context.Background(), []plan.UnitTest{endless, unit("next", "SELECT 1", "1")}, Options{Clock: clock(t), Workers: 1, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Status != Broken || !strings.Contains(got[0].Message, "not ended after 300ms") || got[1].Status != Passed {
		t.Errorf("got %s %q, then %s %q", got[0].Status, got[0].Message, got[1].Status, got[1].Message)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, []plan.UnitTest{endless}, Options{Clock: clock(t), Workers: 1}); err == nil {
		t.Error("a run that was interrupted ends well")
	}
}
