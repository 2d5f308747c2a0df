package sql_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/sql"
)

// What a table's tests run is rendered for the embedded warehouse, the same in every
// environment: stand-ins under the tables' own names, those of routines included.
func TestTestQueries(t *testing.T) {
	files := txtar.Parse([]byte(`
-- core.cue --
package shop

routine: "lib.newest": {
	description: "Newest events"
	kind:        "table"
	sql:         "SELECT e.user FROM ` + "`analytics.events_2026*`" + ` AS e WHERE e.event = wanted"
	arguments: wanted: "STRING"
}
table: "core.buyers": {
	description: "Buyers"
	sql:         "WITH paid AS (SELECT p.member_id, p.amount FROM app.payments AS p WHERE p.amount > @min_amount) SELECT m.id, COUNT(*) AS n FROM app.members AS m JOIN paid ON paid.member_id = m.id JOIN lib.newest('buy') AS u ON u.user = m.plan GROUP BY m.id"
	tests: {
		one: expect: []
		two: {
			expect: []
			expect_cte: {
				paid: [{member_id: 1}]
				piad: []
			}
		}
		three: expect_cte: paid: []
	}
}
table: "core.untested": {
	description: "Nothing"
	sql:         "SELECT id FROM app.members"
}
`)).Files
	rendered := map[string][]string{}
	for _, environment := range []string{"local", "prod"} {
		m, list := compile(t, files, environment, &cache.Memory{})
		// Without Tests only what expect_cte names is looked at.
		buyers := m.TableByName["core.buyers"]
		if len(buyers.TestQueries) != 1 || buyers.TestQueries[0].CTE != "paid" {
			t.Errorf("%s: without tests: %+v", environment, buyers.TestQueries)
		}
		if codes := codesOf(list); !slices.Equal(codes, []diag.Code{diag.TestUnknownCTE}) {
			t.Errorf("%s: reported %v: %+v", environment, codes, list)
		}
		buyers.TestQueries = nil
		target := m.Target
		sql.Run(context.Background(), m, sql.Options{Tests: true})
		if m.Target != target || len(m.TableByName["core.untested"].TestQueries) > 0 || len(buyers.TestQueries) != 2 {
			t.Fatalf("%s: with tests: %+v", environment, buyers.TestQueries)
		}
		for _, q := range buyers.TestQueries {
			if len(q.Refused) > 0 || q.Statement.Failed {
				t.Errorf("%s: %q is refused: %v", environment, q.CTE, q.Refused)
			}
			rendered[environment] = append(rendered[environment], q.Statement.Rendered)
		}
		own, entry := buyers.TestQueries[0], buyers.TestQueries[1]
		if got := names(own.Reads); got != "analytics.events_* app.members app.payments" {
			t.Errorf("%s: the query reads %s", environment, got)
		}
		if got := names(entry.Reads); got != "app.payments" || len(entry.Statement.Columns) != 2 || !slices.Equal(entry.Statement.Parameters, []string{"min_amount"}) {
			t.Errorf("%s: the WITH entry reads %s, gives %+v with %v", environment, got, entry.Statement.Columns, entry.Statement.Parameters)
		}
		for _, name := range []string{`"app.members"`, `"app.payments"`, `"analytics.events_*"`} {
			if !strings.Contains(own.Statement.Rendered, name) {
				t.Errorf("%s: no %s in %s", environment, name, own.Statement.Rendered)
			}
		}
		if (m.Target == "duckdb") == strings.Contains(buyers.Statement.Rendered, "`") {
			t.Errorf("%s: the table's own SQL is that of another warehouse: %s", environment, buyers.Statement.Rendered)
		}
	}
	if !slices.Equal(rendered["local"], rendered["prod"]) {
		t.Errorf("environments differ:\n%s\n%s", rendered["local"], rendered["prod"])
	}
}

func codesOf(list diag.List) []diag.Code {
	var out []diag.Code
	for _, d := range list {
		out = append(out, d.Code)
	}
	return out
}

func names(list []*model.Table) string {
	var out []string
	for _, t := range list {
		out = append(out, t.Name)
	}
	return strings.Join(out, " ")
}
