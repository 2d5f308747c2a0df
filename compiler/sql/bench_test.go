package sql_test

import (
	"context"
	"fmt"
	"testing"

	"sluice/compiler/cache"
	"sluice/compiler/diag"
	"sluice/compiler/resolve"
	"sluice/compiler/spec"
	"sluice/compiler/sql"
)

// synthetic is a platform of n tables, each a join of three others (or sources) with
// a CTE, a window and an aggregate.
func synthetic(n int) *spec.Platform {
	at := diag.Span{File: "t.cue", Line: 1, Col: 1}
	text := func(v string) spec.Text { return spec.Text{V: v, Set: true, At: at} }
	column := func(name, kind string) *spec.Column {
		return &spec.Column{Node: spec.Node{Name: name, At: at}, Type: text(kind)}
	}
	p := &spec.Platform{SQLFiles: map[string]string{}}
	p.Info.Project = text("p")
	p.Environments = []*spec.Environment{{Node: spec.Node{Name: "prod"}, Kind: text("prod"), Warehouse: spec.Warehouse{Kind: text("bigquery")}}}
	source := &spec.Source{Node: spec.Node{Name: "app", At: at}, Kind: text("postgres")}
	for i := range 20 {
		source.Tables = append(source.Tables, &spec.SourceTable{Node: spec.Node{Name: fmt.Sprintf("s%d", i), At: at}, Mode: text("full"),
			Columns: []*spec.Column{column("id", "INT64"), column("day", "DATE"), column("name", "STRING"), column("amount", "NUMERIC"),
				column("a", "STRING"), column("b", "STRING"), column("c", "FLOAT64"), column("d", "TIMESTAMP"), column("e", "BOOL"), column("total", "NUMERIC")}})
	}
	p.Sources = []*spec.Source{source}
	for i := range n {
		input := func(k int) string {
			if j := i - 1 - (i*7+k*13)%(i+1); i > 20 && j >= 0 && j < i {
				return fmt.Sprintf("core.t%d", j)
			}
			return fmt.Sprintf("app.s%d", (i*3+k)%20)
		}
		p.Tables = append(p.Tables, &spec.Table{Node: spec.Node{Name: fmt.Sprintf("core.t%d", i), At: at}, Materialization: text("table"), Analysis: text("strict"),
			SQL: text(fmt.Sprintf(`WITH recent AS (
  SELECT id, day, name, amount, a, b, c, d, e, ROW_NUMBER() OVER (PARTITION BY id ORDER BY day DESC) AS rn
  FROM %s
  WHERE day >= DATE_SUB(@run_date, INTERVAL 30 DAY)
)
SELECT
  r.id,
  r.day,
  UPPER(r.name) AS name,
  SUM(x.amount) AS amount,
  MAX(y.a) AS a,
  ANY_VALUE(x.b) AS b,
  AVG(y.c) AS c,
  MAX(x.d) AS d,
  LOGICAL_OR(y.e) AS e,
  SUM(SUM(x.amount)) OVER (PARTITION BY r.id ORDER BY r.day) AS total
FROM recent AS r
JOIN %s AS x ON x.id = r.id
LEFT JOIN %s AS y ON y.id = r.id AND y.day = r.day
WHERE r.rn = 1 AND x.amount > %d
GROUP BY 1, 2, 3
`, input(0), input(1), input(2), i))})
	}
	return p
}

func stage(b testing.TB, p *spec.Platform, c cache.Cache, pool *sql.Pool) {
	statements, list := sql.Parse(context.Background(), p, sql.Options{Cache: c, Pool: pool})
	m, more := resolve.Run(p, statements, "prod", nil)
	list = append(list, more...)
	list = append(list, sql.Run(context.Background(), m, sql.Options{Cache: c, Pool: pool})...)
	if list.HasErrors() {
		b.Fatalf("%+v", list[0])
	}
}

func BenchmarkCold(b *testing.B) {
	p := synthetic(1000)
	for _, processes := range []int{1, 2} {
		b.Run(fmt.Sprint(processes), func(b *testing.B) {
			for b.Loop() {
				pool := workers(b, processes)
				stage(b, p, &cache.Memory{}, pool)
				pool.Close()
			}
		})
	}
}

func BenchmarkWarm(b *testing.B) {
	p := synthetic(1000)
	var c cache.Memory
	stage(b, p, &c, nil)
	for b.Loop() {
		stage(b, p, &c, nil)
	}
}
