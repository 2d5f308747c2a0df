package postgres

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sluice/runtime/introspect"
	"sluice/runtime/introspect/testserver"
)

// describe writes a schema so that it can be compared.
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
	port := testserver.Postgres(t)
	ctx := context.Background()
	o := Options{Host: "127.0.0.1", Port: port, Database: "postgres", User: "postgres", Password: testserver.Password, TLS: "disable"}
	config, err := config(o)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.PgConn().Exec(ctx, string(script)).ReadAll(); err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)

	s, err := Read(ctx, o, introspect.Selection{Exclude: []string{"secret.*"}})
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
	if s, err = Read(ctx, o, introspect.Selection{Include: []string{"public.l*", "hidden"}}); err != nil || len(s.Tables) != 2 {
		t.Errorf("%v: %s", err, describe(s))
	}

	// No error holds the password.
	for name, change := range map[string]func(*Options){
		"password": func(o *Options) { o.Password = "wrong'\\ password" },
		"database": func(o *Options) { o.Database = "nothing" },
		"user":     func(o *Options) { o.User = "it's \\ nobody" },
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

func TestNumeric(t *testing.T) {
	modifier := func(precision, scale int) int { return (precision<<16 | scale&0x7ff) + 4 }
	for m, want := range map[int]string{-1: "NUMERIC", modifier(10, 0): "NUMERIC", modifier(38, 9): "NUMERIC", modifier(38, 10): "BIGNUMERIC",
		modifier(39, 9): "BIGNUMERIC", modifier(76, 38): "BIGNUMERIC", modifier(77, 38): "STRING", modifier(60, 39): "STRING", modifier(5, -2): "NUMERIC"} {
		if got, _ := numeric(m); got != want {
			t.Errorf("numeric(%d): %s, want %s", m, got, want)
		}
	}
}
