package main

import (
	"context"
	sqldb "database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	duckdriver "github.com/duckdb/duckdb-go/v2"

	sqlstage "sluice/compiler/sql"
	"sluice/compiler/sql/engine"
	"sluice/runtime/warehouse/duckdb/prelude"
)

// The overhead figures compare GoogleSQL, as sluice translates it, with DuckDB SQL as
// a person writes it, on tables like TPC-H's in an in-memory warehouse.

// warehouseRows is how many rows the largest table has.
var warehouseRows = 10_000_000

// warehouseRuns is how often each query runs, in turn as translated and as written.
const warehouseRuns = 7

// warehouseTable is a table as the analyser knows it, and the query that makes it; $n
// stands for the rows of lineitem.
type warehouseTable struct{ name, columns, query string }

var warehouseTables = []warehouseTable{
	{"lineitem", "l_orderkey INT64, l_partkey INT64, l_quantity FLOAT64, l_extendedprice FLOAT64, l_discount FLOAT64, l_tax FLOAT64, " +
		"l_returnflag STRING, l_linestatus STRING, l_shipdate DATE, l_commitdate DATE, l_shipmode STRING",
		`SELECT i // 4, CAST(hash(i, 1) % ($n // 30) AS BIGINT), CAST(1 + hash(i, 2) % 50 AS DOUBLE), CAST(90000 + hash(i, 5) % 10000000 AS DOUBLE) / 100,
		CAST(hash(i, 6) % 11 AS DOUBLE) / 100, CAST(hash(i, 7) % 9 AS DOUBLE) / 100, ['A', 'N', 'R'][CAST(hash(i, 8) % 3 AS BIGINT) + 1],
		['F', 'O'][CAST(hash(i, 9) % 2 AS BIGINT) + 1], DATE '1992-01-01' + CAST(hash(i // 4, 3) % 2406 + 1 + hash(i, 4) % 120 AS INTEGER),
		DATE '1992-01-01' + CAST(hash(i // 4, 3) % 2406 + 30 + hash(i, 18) % 60 AS INTEGER),
		['AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK'][CAST(hash(i, 10) % 7 AS BIGINT) + 1] FROM range($n) AS r(i)`},
	{"lineitem_numeric", "l_quantity NUMERIC, l_extendedprice NUMERIC, l_discount NUMERIC, l_tax NUMERIC, l_returnflag STRING, l_linestatus STRING, l_shipdate DATE",
		`SELECT CAST(l_quantity AS DECIMAL(38,9)), CAST(l_extendedprice AS DECIMAL(38,9)), CAST(l_discount AS DECIMAL(38,9)), CAST(l_tax AS DECIMAL(38,9)),
		l_returnflag, l_linestatus, l_shipdate FROM tpch.lineitem`},
	{"orders", "o_orderkey INT64, o_custkey INT64, o_orderdate DATE, o_totalprice FLOAT64, o_orderpriority STRING, o_shippriority INT64",
		`SELECT i, CAST(hash(i, 11) % ($n // 40) AS BIGINT), DATE '1992-01-01' + CAST(hash(i, 3) % 2406 AS INTEGER), CAST(hash(i, 12) % 50000000 AS DOUBLE) / 100,
		['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'][CAST(hash(i, 13) % 5 AS BIGINT) + 1], CAST(0 AS BIGINT) FROM range($n // 4) AS r(i)`},
	{"customer", "c_custkey INT64, c_name STRING, c_nationkey INT64, c_mktsegment STRING, c_acctbal FLOAT64",
		`SELECT i, 'Customer#' || i, CAST(hash(i, 14) % 25 AS BIGINT), ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'][CAST(hash(i, 15) % 5 AS BIGINT) + 1],
		CAST(hash(i, 16) % 1000000 AS DOUBLE) / 100 FROM range($n // 40) AS r(i)`},
	{"part", "p_partkey INT64, p_type STRING",
		`SELECT i, ['PROMO', 'STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY'][CAST(hash(i, 17) % 6 AS BIGINT) + 1] || ' BRUSHED' FROM range($n // 30) AS r(i)`},
	{"nation", "n_nationkey INT64, n_name STRING, n_regionkey INT64", `SELECT i, 'NATION ' || i, i % 5 FROM range(25) AS r(i)`},
}

// warehouseQuery is a question in GoogleSQL and in DuckDB's own words.
type warehouseQuery struct{ name, google, duckdb string }

var warehouseQueries = []warehouseQuery{
	{"q1",
		`SELECT l_returnflag, l_linestatus, SUM(l_quantity) AS sum_qty, SUM(l_extendedprice) AS sum_base_price, SUM(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
		SUM(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge, AVG(l_quantity) AS avg_qty, AVG(l_extendedprice) AS avg_price, AVG(l_discount) AS avg_disc, COUNT(*) AS count_order
		FROM tpch.lineitem WHERE l_shipdate <= DATE_SUB(DATE '1998-12-01', INTERVAL 90 DAY) GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
		`SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice) AS sum_base_price, sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
		sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge, avg(l_quantity) AS avg_qty, avg(l_extendedprice) AS avg_price, avg(l_discount) AS avg_disc, count(*) AS count_order
		FROM tpch.lineitem WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL 90 DAY GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`},
	{"q1_numeric",
		`SELECT l_returnflag, l_linestatus, SUM(l_quantity) AS sum_qty, SUM(l_extendedprice) AS sum_base_price, SUM(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
		AVG(l_quantity) AS avg_qty, AVG(l_extendedprice) AS avg_price, COUNT(*) AS count_order
		FROM tpch.lineitem_numeric WHERE l_shipdate <= DATE_SUB(DATE '1998-12-01', INTERVAL 90 DAY) GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`,
		`SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice) AS sum_base_price, sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price,
		avg(l_quantity) AS avg_qty, avg(l_extendedprice) AS avg_price, count(*) AS count_order
		FROM tpch.lineitem_numeric WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL 90 DAY GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus`},
	{"q3",
		`SELECT l_orderkey, SUM(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority
		FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON l_orderkey = o_orderkey
		WHERE c_mktsegment = 'BUILDING' AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
		GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10`,
		`SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority
		FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON l_orderkey = o_orderkey
		WHERE c_mktsegment = 'BUILDING' AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
		GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10`},
	{"q5",
		`SELECT n_name, SUM(l_extendedprice * (1 - l_discount)) AS revenue FROM tpch.customer, tpch.orders, tpch.lineitem, tpch.nation
		WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND c_nationkey = n_nationkey AND n_regionkey = 2
		AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE_ADD(DATE '1994-01-01', INTERVAL 1 YEAR) GROUP BY n_name ORDER BY revenue DESC`,
		`SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue FROM tpch.customer, tpch.orders, tpch.lineitem, tpch.nation
		WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND c_nationkey = n_nationkey AND n_regionkey = 2
		AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1994-01-01' + INTERVAL 1 YEAR GROUP BY n_name ORDER BY revenue DESC`},
	{"q6",
		`SELECT SUM(l_extendedprice * l_discount) AS revenue FROM tpch.lineitem WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE_ADD(DATE '1994-01-01', INTERVAL 1 YEAR)
		AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
		`SELECT sum(l_extendedprice * l_discount) AS revenue FROM tpch.lineitem WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1994-01-01' + INTERVAL 1 YEAR
		AND l_discount BETWEEN 0.05::DOUBLE AND 0.07::DOUBLE AND l_quantity < 24`},
	{"q10",
		`SELECT c_custkey, c_name, SUM(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name
		FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON l_orderkey = o_orderkey JOIN tpch.nation ON c_nationkey = n_nationkey
		WHERE o_orderdate >= DATE '1993-10-01' AND o_orderdate < DATE_ADD(DATE '1993-10-01', INTERVAL 3 MONTH) AND l_returnflag = 'R'
		GROUP BY c_custkey, c_name, c_acctbal, n_name ORDER BY revenue DESC LIMIT 20`,
		`SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name
		FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON l_orderkey = o_orderkey JOIN tpch.nation ON c_nationkey = n_nationkey
		WHERE o_orderdate >= DATE '1993-10-01' AND o_orderdate < DATE '1993-10-01' + INTERVAL 3 MONTH AND l_returnflag = 'R'
		GROUP BY c_custkey, c_name, c_acctbal, n_name ORDER BY revenue DESC LIMIT 20`},
	{"q12",
		`SELECT l_shipmode, COUNTIF(o_orderpriority IN ('1-URGENT', '2-HIGH')) AS high_line_count, SUM(IF(o_orderpriority NOT IN ('1-URGENT', '2-HIGH'), 1, 0)) AS low_line_count
		FROM tpch.orders JOIN tpch.lineitem ON o_orderkey = l_orderkey
		WHERE l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_shipdate AND EXTRACT(YEAR FROM l_shipdate) = 1994 GROUP BY l_shipmode ORDER BY l_shipmode`,
		`SELECT l_shipmode, count(*) FILTER (WHERE o_orderpriority IN ('1-URGENT', '2-HIGH')) AS high_line_count, sum(CASE WHEN o_orderpriority NOT IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) AS low_line_count
		FROM tpch.orders JOIN tpch.lineitem ON o_orderkey = l_orderkey
		WHERE l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_shipdate AND year(l_shipdate) = 1994 GROUP BY l_shipmode ORDER BY l_shipmode`},
	{"q14",
		`SELECT 100 * SUM(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / SUM(l_extendedprice * (1 - l_discount)) AS promo_revenue
		FROM tpch.lineitem JOIN tpch.part ON l_partkey = p_partkey WHERE l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1996-03-01'`,
		`SELECT 100 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / sum(l_extendedprice * (1 - l_discount)) AS promo_revenue
		FROM tpch.lineitem JOIN tpch.part ON l_partkey = p_partkey WHERE l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1996-03-01'`},
	{"q18",
		`SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, SUM(l_quantity) AS quantity
		FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON o_orderkey = l_orderkey
		WHERE o_orderkey IN (SELECT l_orderkey FROM tpch.lineitem GROUP BY l_orderkey HAVING SUM(l_quantity) > 190)
		GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice ORDER BY o_totalprice DESC, o_orderdate LIMIT 100`,
		`SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) AS quantity
		FROM tpch.customer JOIN tpch.orders ON c_custkey = o_custkey JOIN tpch.lineitem ON o_orderkey = l_orderkey
		WHERE o_orderkey IN (SELECT l_orderkey FROM tpch.lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 190)
		GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice ORDER BY o_totalprice DESC, o_orderdate LIMIT 100`},
	{"window",
		`SELECT o_custkey, MAX(running) AS most, MAX(gap) AS gap FROM (SELECT o_custkey, SUM(o_totalprice) OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS running,
		DATE_DIFF(o_orderdate, LAG(o_orderdate) OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey), DAY) AS gap FROM tpch.orders) GROUP BY o_custkey ORDER BY most DESC LIMIT 10`,
		`SELECT o_custkey, max(running) AS most, max(gap) AS gap FROM (SELECT o_custkey, sum(o_totalprice) OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS running,
		o_orderdate - lag(o_orderdate) OVER (PARTITION BY o_custkey ORDER BY o_orderdate, o_orderkey) AS gap FROM tpch.orders) GROUP BY o_custkey ORDER BY most DESC LIMIT 10`},
}

// overhead times every query in both languages, in turn, and gives the geometric mean
// and the worst of the ratios of their medians.
func overhead(string) (sample, error) {
	start := time.Now()
	ctx := context.Background()
	connector, err := duckdriver.NewConnector("", nil)
	if err != nil {
		return sample{}, err
	}
	db := sqldb.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return sample{}, err
	}
	defer conn.Close()
	if err := prelude.Install(ctx, conn); err != nil {
		return sample{}, err
	}
	tables, err := fillWarehouse(ctx, conn)
	if err != nil {
		return sample{}, err
	}
	s := sample{}
	logs := 0.0
	for _, q := range warehouseQueries {
		asked, err := sqlstage.Ask(sqlstage.Adhoc{Text: q.google, Tables: tables})
		if err != nil {
			return sample{}, err
		}
		if problems := append(asked.Problems, asked.Untranslated...); len(problems) > 0 {
			return sample{}, fmt.Errorf("%s: %s", q.name, problems[0].Message)
		}
		translated, written, err := inTurn(ctx, conn, asked.SQL, q.duckdb)
		if err != nil {
			return sample{}, fmt.Errorf("%s: %w", q.name, err)
		}
		ratio := translated / written
		fmt.Fprintf(os.Stderr, "duckdb overhead %-10s %.3f s translated, %.3f s written, ratio %.3f\n", q.name, translated, written, ratio)
		logs += math.Log(ratio)
		s.Worst = max(s.Worst, ratio)
	}
	s.Ratio = math.Exp(logs / float64(len(warehouseQueries)))
	s.Seconds = time.Since(start).Seconds()
	s.RSS, err = peakMemory()
	return s, err
}

// fillWarehouse makes the tables.
func fillWarehouse(ctx context.Context, conn *sqldb.Conn) ([]sqlstage.AdhocTable, error) {
	if warehouseRows < 1000 {
		return nil, errors.New("the overhead needs 1,000 rows or more")
	}
	if _, err := conn.ExecContext(ctx, "CREATE SCHEMA tpch"); err != nil {
		return nil, err
	}
	var out []sqlstage.AdhocTable
	for _, t := range warehouseTables {
		a := sqlstage.AdhocTable{Name: "tpch." + t.name, Schema: "tpch"}
		var names []string
		for column := range strings.SplitSeq(t.columns, ", ") {
			name, kind, _ := strings.Cut(column, " ")
			a.Columns = append(a.Columns, engine.Column{Name: name, Type: kind})
			names = append(names, name)
		}
		query := strings.ReplaceAll(t.query, "$n", fmt.Sprint(warehouseRows))
		if _, err := conn.ExecContext(ctx, "CREATE TABLE tpch."+t.name+" AS SELECT * FROM ("+query+") AS q("+strings.Join(names, ", ")+")"); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
		out = append(out, a)
	}
	return out, nil
}

// inTurn runs two statements one after the other, again and again, and gives the
// median seconds of each. Their results must agree.
func inTurn(ctx context.Context, conn *sqldb.Conn, a, b string) (secondsA, secondsB float64, err error) {
	var times [2][]float64
	var results [2][][]any
	for run := range warehouseRuns + 1 {
		for i, statement := range []string{a, b} {
			start := time.Now()
			results[i], err = allRows(ctx, conn, statement)
			if err != nil {
				return 0, 0, err
			}
			if run > 0 { // the first is for the caches
				times[i] = append(times[i], time.Since(start).Seconds())
			}
		}
	}
	if err := sameRows(results[0], results[1]); err != nil {
		return 0, 0, err
	}
	return median(times[0]), median(times[1]), nil
}

func allRows(ctx context.Context, conn *sqldb.Conn, statement string) ([][]any, error) {
	rows, err := conn.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out [][]any
	for rows.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		out = append(out, values)
	}
	return out, rows.Err()
}

// sameRows compares results, numbers within the error of summing them in any order.
func sameRows(a, b [][]any) error {
	if len(a) != len(b) {
		return fmt.Errorf("%d rows translated, %d rows written", len(a), len(b))
	}
	for i := range a {
		if !slices.EqualFunc(a[i], b[i], sameValue) {
			return fmt.Errorf("row %d: %v translated, %v written", i+1, a[i], b[i])
		}
	}
	return nil
}

func sameValue(a, b any) bool {
	x, okX := asFloat(a)
	y, okY := asFloat(b)
	if okX && okY {
		return math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
	}
	return fmt.Sprint(a) == fmt.Sprint(b)
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case duckdriver.Decimal:
		return v.Float64(), true
	}
	return 0, false
}
