package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"sluice/runtime/introspect"
	"sluice/runtime/introspect/testserver"
)

func describe(s introspect.Schema) string {
	var b strings.Builder
	for _, t := range s.Tables {
		fmt.Fprintf(&b, "%s key=%v notes=%q %q\n", t.From, t.Key, t.Notes, t.Description)
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %s %s", c.Name, c.TypeText())
			if c.Required {
				b.WriteString(" required")
			}
			if c.Description != "" {
				fmt.Fprintf(&b, " %q", c.Description)
			}
			if c.Note != "" {
				fmt.Fprintf(&b, " (%s)", c.Note)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestRead(t *testing.T) {
	port := testserver.MariaDB(t)
	ctx := context.Background()
	db, err := sql.Open("mysql", fmt.Sprintf("root@tcp(127.0.0.1:%d)/?multiStatements=true", port))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	script, err := os.ReadFile("testdata/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE DATABASE shop; USE shop; " + string(script) + "CREATE USER reader IDENTIFIED BY '" + testserver.Password + "'; GRANT SELECT ON shop.* TO reader"); err != nil {
		t.Fatal(err)
	}
	o := Options{Host: "127.0.0.1", Port: port, Database: "shop", User: "reader", Password: testserver.Password}
	s, err := Read(ctx, o, introspect.Selection{Exclude: []string{"hidden"}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/shop.txt")
	if got := describe(s); got != string(want) {
		if os.Getenv("SLUICE_UPDATE") == "1" {
			if err := os.WriteFile("testdata/shop.txt", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Errorf("%v\n%s", err, got)
		}
	}

	// No error holds the password.
	for name, change := range map[string]func(*Options){
		"password": func(o *Options) { o.Password = "wrong password" },
		"database": func(o *Options) { o.Database = "nothing" },
		"port":     func(o *Options) { o.Port = 1 },
		"tls":      func(o *Options) { o.TLS = "verify" },
	} {
		bad := o
		change(&bad)
		_, err := Read(ctx, bad, introspect.Selection{})
		if err == nil || strings.Contains(err.Error(), bad.Password) || !strings.Contains(err.Error(), "connect to 127.0.0.1:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		kind, full       string
		precision, scale int
		want             string
	}{
		{"json", "json", 0, 0, "JSON"},
		{"bigint", "bigint(20)", 19, 0, "INT64"},
		{"bigint", "bigint(20) unsigned", 20, 0, "NUMERIC"},
		{"tinyint", "tinyint(1)", 3, 0, "BOOL"},
		{"decimal", "decimal(65,0)", 65, 0, "STRING"},
		{"vector", "vector(3)", 0, 0, "STRING"},
	} {
		if got, _ := gsql(c.kind, c.full, c.precision, c.scale); got != c.want {
			t.Errorf("%s: %s, want %s", c.full, got, c.want)
		}
	}
}
