package prelude

import (
	"context"
	"database/sql"
	"encoding/json"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
)

func TestInstall(t *testing.T) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := Install(context.Background(), conn); err != nil {
		t.Fatal(err)
	}
	// Another connection of the same database sees the functions.
	var got string
	if err := db.QueryRow("SELECT gsql_reverse('日本')").Scan(&got); err != nil || got != "本日" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := db.QueryRow("SELECT gsql_error('told so')").Scan(&got); err == nil {
		t.Error("gsql_error gave no error")
	}
	var n int
	if err := db.QueryRow("SELECT count(DISTINCT function_name) FROM duckdb_functions() WHERE starts_with(function_name, 'gsql_')").Scan(&n); err != nil || n != len(Names()) {
		t.Errorf("%d functions are installed, %v; want %d", n, err, len(Names()))
	}
}

func TestFloatText(t *testing.T) {
	for f, want := range map[float64]string{0.1: "0.1", 1e15: "1e+15", 123456: "123456", 1e-5: "1e-05", -2.5: "-2.5", 123456789012345: "123456789012345"} {
		if got := floatText(f); got != want {
			t.Errorf("%v: want %s, got %s", f, want, got)
		}
	}
}

func TestRoundFloat(t *testing.T) {
	for _, tt := range []struct {
		f      float64
		digits int64
		want   float64
	}{{1.005, 2, 1}, {2.5, 0, 3}, {-2.5, 0, -3}, {1234.5, -2, 1200}, {0.125, 2, 0.13}, {1e300, 5, 1e300}} {
		if got, err := roundFloat(tt.f, tt.digits); err != nil || got != tt.want {
			t.Errorf("ROUND(%v, %d): want %v, got %v, %v", tt.f, tt.digits, tt.want, got, err)
		}
	}
}

func TestClockChanges(t *testing.T) {
	for _, tt := range []struct{ text, zone, want string }{
		{"2024-03-10 02:30:00", "America/New_York", "2024-03-10 07:30:00+00"}, // never shown
		{"2024-11-03 01:30:00", "America/New_York", "2024-11-03 05:30:00+00"}, // shown twice
		{"2024-04-01", "Asia/Tokyo", "2024-03-31 15:00:00+00"},
		{"2024-04-01 00:00:00+05:30", "Asia/Tokyo", "2024-03-31 18:30:00+00"},
	} {
		us, err := toTimestamp(tt.text, tt.zone)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got, err := timestampText(us, "UTC"); err != nil || got != tt.want {
			t.Errorf("%s in %s: want %s, got %s, %v", tt.text, tt.zone, tt.want, got, err)
		}
	}
}

func TestFormatAndParseTime(t *testing.T) {
	us, err := parseTime("%Y-%m-%d %I:%M:%E*S %p %Ez", "2024-05-06 07:08:09.123 PM +09:00", "TIMESTAMP", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	got, err := formatTime("%F %T %j %G-W%V %a %Q %E3S", us, "TIMESTAMP", "UTC")
	if want := "2024-05-06 10:08:09 127 2024-W19 Mon 2 09.123"; err != nil || got != want {
		t.Errorf("want %s, got %s, %v", want, got, err)
	}
	if got, err := formatTime("%F %H", 0, "DATE", "UTC"); err != nil || got != "1970-01-01 %H" {
		t.Errorf("an hour of a DATE: %q, %v", got, err)
	}
	if _, err := parseTime("%F", "2024-02-30", "DATE", "UTC"); err == nil {
		t.Error("30 February was parsed")
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"$", "$.a.b[0]", `$['a']["b"]`, `$."a b"`, "$[", "$.", "a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if steps, err := parsePath(s); err == nil && len(steps) == 0 && s != "$" {
			t.Errorf("%q has no steps", s)
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{`{"b":1,"a":[null,true,"x\u00e9"]}`, `[1e400]`, `{"a":1,"a":2}`, `{`, `1 2`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := readJSON(s)
		if err != nil {
			return
		}
		if out := textOf(v, true); !json.Valid([]byte(out)) {
			t.Errorf("%q became %q, which is no JSON", s, out)
		}
	})
}

func FuzzParseTime(f *testing.F) {
	f.Add("%Y-%m-%d", "2024-05-06")
	f.Add("%s%E*S%Ez", "1.5+09:00")
	f.Fuzz(func(t *testing.T, format, text string) {
		if us, err := parseTime(format, text, "TIMESTAMP", "UTC"); err == nil {
			if _, err := checkMicros(us); err != nil {
				t.Errorf("%q by %q gives %d: %v", text, format, us, err)
			}
		}
	})
}
