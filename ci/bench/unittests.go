package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Tests of the platform that writeTested makes: five of each table.
const testedTables, testsOfATable = 100, 5

// unitTests is the whole of `sluice test`, from the start of the process to its end.
func unitTests(dir string) (sample, error) {
	start := time.Now()
	_, err := command(dir, "test", "--quiet")
	return sample{Seconds: time.Since(start).Seconds()}, err
}

// writeTested makes a platform of tables with three-way joins, a WITH clause, a window
// and aggregates, each with tests of ten given rows.
func writeTested(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{"platform.cue": testedPlatform, "tables.cue": testedSQL()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	_, err := command(dir, "check", "--no-cache") // also writes the language's schema
	return err
}

const testedPlatform = `package tested

import "sluice.dev/schema"

schema.#Platform

platform: {name: "tested", time_zone: "Asia/Tokyo", gcp: {project: "tested", region: "asia-northeast1"}, owner: "data"}
team: data: {members: ["data@example.com"]}
environment: local: {kind: "local", warehouse: kind: "duckdb", sources: "*": read: "files"}
secret: app: {env: "APP"}
source: app: {
	kind: "postgres"
	connection: {host: "db", database: "app", user: "sluice", secret: "app"}
	tables: {
		customers: columns: {id: {type: "INT64", required: true}, country: {type: "STRING"}, joined_at: {type: "TIMESTAMP"}}
		orders: columns: {id: {type: "INT64", required: true}, customer_id: {type: "INT64"}, amount: {type: "NUMERIC"}, ordered_at: {type: "TIMESTAMP"}, note: {type: "STRING"}}
		refunds: columns: {order_id: {type: "INT64"}, amount: {type: "NUMERIC"}, refunded_on: {type: "DATE"}}
	}
}
`

func testedSQL() string {
	var b strings.Builder
	b.WriteString("package tested\n")
	for i := range testedTables {
		fmt.Fprintf(&b, `
table: "mart.sales_%[1]d": {
	description: "Sales after refunds, the %[1]dth way"
	sql: """
		WITH paid AS (
		  SELECT o.id, o.customer_id, o.amount - IFNULL(r.amount, 0) AS net, DATE(o.ordered_at, 'Asia/Tokyo') AS ordered_on,
		    ROW_NUMBER() OVER (PARTITION BY o.customer_id ORDER BY o.ordered_at, o.id) AS nth
		  FROM app.orders AS o
		  LEFT JOIN app.refunds AS r ON r.order_id = o.id AND r.refunded_on <= @run_date
		  WHERE o.ordered_at < @run_end AND o.id + %[1]d > 0
		)
		SELECT c.country, COUNT(*) AS orders, SUM(p.net) AS net, COUNTIF(p.nth = 1) AS firsts,
		  MAX(p.ordered_on) AS newest_on, COUNT(DISTINCT p.customer_id) AS customers
		FROM paid AS p
		JOIN app.customers AS c ON c.id = p.customer_id
		GROUP BY c.country
		"""
	tests: {
`, i)
		for k := range testsOfATable {
			fmt.Fprintf(&b, `		case_%[1]d: {
			given: {
				"app.customers": [{id: 1, country: "JP"}, {id: 2, country: "JP"}, {id: 3, country: "FR"}, {id: 4, country: "FR"}]
				"app.orders": [
					{id: 10, customer_id: 1, amount: %[1]d, ordered_at: "2026-01-15T00:00:00Z"},
					{id: 11, customer_id: 1, amount: "10.5", ordered_at: "2026-01-15T01:00:00Z"},
					{id: 12, customer_id: 2, amount: 7, ordered_at: "2026-01-14T15:00:00Z"},
					{id: 13, customer_id: 3, amount: 9, ordered_at: "2026-01-15T15:00:00Z"},
				]
				"app.refunds": [{order_id: 11, amount: "0.5", refunded_on: "2026-01-15"}, {order_id: 12, amount: 7, refunded_on: "2026-01-16"}]
			}
			expect: [{country: "JP", orders: 3, net: %[2]d, firsts: 2, newest_on: "2026-01-15", customers: 2}]
		}
`, k, k+17)
		}
		b.WriteString("\t}\n}\n")
	}
	return b.String()
}
