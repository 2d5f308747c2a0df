package prelude

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

// TestSafeFunctions compares, in DuckDB and for each value among others that fail,
// what SAFE_CAST and SAFE.PARSE_… are translated to with TRY of the plain function.
func TestSafeFunctions(t *testing.T) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := Install(context.Background(), conn); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	texts := append([]string{
		"TRUE", " False\n", "t", "yes", " 12 ", "+5", "-9223372036854775808", "0x1F", "-0x1f", "1e5", "1.5e400", "nan", "-inf", "Infinity", "1_000", "１",
		"99999999999999999999999999999.999999999", "100000000000000000000000000000", "-0.0000000005", "0.1234567891",
		"2024-02-29", "2023-02-29", "0001-01-01", "0000-12-31", "9999-12-31", "10000-01-01", "2024-1-2", " 2024-01-02", "2024-01-02 ", "2024-01-02T03:04:05.123456Z",
		"2024-01-02 03:04:05+09:00", "2024-01-02 03:04:05 Asia/Tokyo", "2024-01-02 03:04:05 Mars/Base", "0001-01-01 00:00:00+14:00", "9999-12-31 23:59:59.999999-14:00",
		"9999-12-31 23:59:59.9999999", "24:00:00", "23:59:59.999999", "23:59:60", "1:2:3", "1-2 3 4:5:6.7", "10001-0", "-1-0 0 0:0:0", "P1Y2M", "infinity", "epoch", "44-03-15 (BC)",
	}, nastyJSON...)
	if _, err := db.Exec("CREATE TABLE texts (s VARCHAR)"); err != nil {
		t.Fatal(err)
	}
	for _, s := range append(texts, "") {
		if _, err := db.Exec("INSERT INTO texts VALUES (?)", strings.ToValidUTF8(s, "?")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("INSERT INTO texts VALUES (NULL)"); err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{
		"gsql_to_int64(s)", "gsql_to_float64(s)", "gsql_to_bool(s)", "gsql_to_interval(s)",
		"CAST(gsql_to_numeric(s) AS DECIMAL(38,9))",
		"(DATE '1970-01-01' + CAST(gsql_to_date(s) AS INTEGER))",
		"(TIME '00:00:00' + to_microseconds(gsql_to_time(s)))",
		"make_timestamp(gsql_to_datetime(s))",
		"make_timestamptz(gsql_to_timestamp(s, 'Asia/Tokyo'))",
		"make_timestamptz(gsql_to_timestamp(s, 'Mars/Base'))",
		"(DATE '1970-01-01' + CAST(gsql_parse_time('%Y-%m-%d', s, 'DATE', 'UTC') // 86400000000 AS INTEGER))",
		"(TIME '00:00:00' + to_microseconds(gsql_parse_time('%H:%M:%E*S', s, 'TIME', 'UTC')))",
		"make_timestamp(gsql_parse_time('%F %T', s, 'DATETIME', 'UTC'))",
		"make_timestamptz(gsql_parse_time('%F %T%Ez', s, 'TIMESTAMP', 'Asia/Tokyo'))",
		"make_timestamptz(gsql_parse_time('%', s, 'TIMESTAMP', 'UTC'))",
		"CAST(gsql_parse_json(s, 'exact') AS JSON)", "CAST(gsql_parse_json(s, 'round') AS JSON)", "CAST(gsql_parse_json(s, 'other') AS JSON)",
	} {
		safe := strings.NewReplacer("gsql_to_", "gsql_safe_to_", "gsql_parse_", "gsql_safe_parse_").Replace(plain)
		if strings.HasSuffix(plain, "AS JSON)") {
			safe = "TRY_" + safe
		}
		rows, err := db.Query("SELECT s, CAST(" + safe + " AS VARCHAR) AS got, CAST(TRY(" + plain + ") AS VARCHAR) AS want FROM texts WHERE got IS DISTINCT FROM want")
		if err != nil {
			t.Errorf("%s: %v", safe, err)
			continue
		}
		for rows.Next() {
			var s, got, want sql.NullString
			if err := rows.Scan(&s, &got, &want); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s of %q: got %v, want %v", safe, s.String, got, want)
		}
		if err := rows.Err(); err != nil {
			t.Errorf("%s: %v", safe, err)
		}
		rows.Close()
	}
}
