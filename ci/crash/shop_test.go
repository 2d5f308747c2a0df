package crash

import (
	"os"
	"path/filepath"
	"testing"
)

// shopMore is added to what init writes: every way in which rows join a table, a
// table that is taken by days, a model, and an export of each form.
const shopMore = `package shop

source: web: {
	kind:        "s3"
	description: "Server logs of the shop"
	pool:        "ingest"
	connection: {
		bucket: "shop-logs"
		region: "eu-west-1"
	}
	tables: hits: {
		description: "One row a page view"
		mode:        "partition"
		format:      "csv"
		columns: {
			hit_id: {type: "INT64", required: true}
			customer_id: type: "INT64"
			hit_at: type: "TIMESTAMP"
		}
		estimate: duration: "2m"
	}
}

table: "core.log": {
	description:     "One row an order and day on which it was seen"
	sql:             "SELECT @run_date AS seen_on, order_id, status, amount FROM app.orders"
	pool:            "query"
	materialization: "incremental"
	incremental: strategy: "append"
	partition: column: "seen_on"
	estimate: duration: "1m"
	checks: once: {kind: "unique", columns: ["seen_on", "order_id"], severity: "warn"}
}

table: "core.last_seen": {
	description:     "Customers with the day of their last view"
	sql:             "SELECT customer_id, MAX(hit_at) AS hit_at, @run_date AS seen_on FROM web.hits WHERE load_date = @run_date GROUP BY customer_id"
	pool:            "query"
	materialization: "incremental"
	incremental: {strategy: "merge", key: ["customer_id"]}
	estimate: duration: "1m"
}

table: "mart.by_day": {
	description:     "Views and sales a day"
	sql:             "SELECT @run_date AS day, COUNT(*) AS hits, (SELECT SUM(amount) FROM core.orders) AS amount FROM web.hits WHERE load_date = @run_date"
	pool:            "query"
	materialization: "incremental"
	incremental: strategy: "replace_partition"
	partition: column: "day"
	estimate: duration: "1m"
}

export: log: {
	kind:        "gcs"
	description: "The log, for the archive"
	table:       "core.log"
	pool:        "query"
	to: {
		bucket: "shop-archive"
		path:   "log/{date}.jsonl.gz"
		format: "jsonl"
		compression: "gzip"
	}
}

export: last_seen: {
	kind:        "gcs"
	description: "Last views, for the archive"
	table:       "core.last_seen"
	pool:        "query"
	to: {
		bucket: "shop-archive"
		path:   "last_seen/{date}.parquet"
		format: "parquet"
	}
}
`

// shopData is the second day of init's sources, and both days of those that are added.
var shopData = map[string]string{
	"app/orders/2026-01-16/orders.csv": "order_id,customer_id,amount,status,ordered_at,updated_at\n" +
		"104,1,7.00,paid,2026-01-16 09:00:00+00,2026-01-16 09:01:00+00\n" +
		"102,2,13.50,paid,2026-01-15 09:30:00+00,2026-01-16 08:00:00+00\n",
	"app/customers/2026-01-16/customers.csv": "customer_id,name,country,created_at\n" +
		"1,Ada,GB,2025-11-02 09:12:00+00\n2,Grace,CA,2025-12-24 18:00:00+00\n3,春子,JP,2026-01-15 01:30:00+00\n",
	"web/hits/2026-01-15/hits.csv": "hit_id,customer_id,hit_at\n1,1,2026-01-15 10:00:00+00\n2,2,2026-01-15 11:00:00+00\n3,1,2026-01-15 12:00:00+00\n",
	"web/hits/2026-01-16/hits.csv": "hit_id,customer_id,hit_at\n4,3,2026-01-16 10:00:00+00\n5,1,2026-01-16 11:00:00+00\n",
}

func makeShop(t *testing.T, s site) {
	t.Helper()
	s.must(t, "init", ".")
	s.write(t, "more.cue", shopMore)
	for name, content := range shopData {
		s.write(t, filepath.Join("data", name), content)
	}
}

func (s site) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
