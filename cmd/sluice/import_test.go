package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sluice/runtime/introspect/testserver"
)

// imported runs an import in a new platform, and check after it.
func imported(t *testing.T, args ...string) (file string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	command := func(args ...string) string {
		t.Helper()
		var out, err bytes.Buffer
		if code := execute(context.Background(), args, streams{in: strings.NewReader(""), out: &out, err: &err}); code != 0 {
			t.Fatalf("sluice %s: exit code %d\n%s%s", strings.Join(args, " "), code, &out, &err)
		}
		if said := out.String() + err.String(); strings.Contains(said, testserver.Password) {
			t.Errorf("the password is told: %s", said)
		}
		return out.String()
	}
	command("init", dir)
	command(append([]string{"-C", dir, "import"}, args...)...)
	command("-C", dir, "check")
	command("-C", dir, "fmt", "--check")
	text, err := os.ReadFile(filepath.Join(dir, "source_new.cue"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), testserver.Password) {
		t.Errorf("the password is written: %s", text)
	}
	return string(text)
}

func mustContain(t *testing.T, text string, parts ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(text), " ")
	for _, part := range parts {
		if !strings.Contains(flat, part) {
			t.Errorf("no %s in\n%s", part, text)
		}
	}
}

func TestImportPostgres(t *testing.T) {
	port := testserver.Postgres(t)
	t.Setenv("SHOP_DB", testserver.Password)
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres password='%s' sslmode=disable", port, testserver.Password))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, statement := range []string{
		`CREATE TABLE "Order Lines" (order_id bigint, line int, email text NOT NULL, price numeric(12,2), "true" boolean, updated_at timestamptz, PRIMARY KEY (order_id, line))`,
		`COMMENT ON TABLE "Order Lines" IS 'One row a "line" of an order \( 1 + 1 )'`,
		`CREATE TABLE order_lines (id int PRIMARY KEY, point point)`,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	text := imported(t, "postgres", "new", "--host", "127.0.0.1", "--port", fmt.Sprint(port), "--database", "postgres", "--user", "postgres", "--password-env", "SHOP_DB", "--tls", "disable")
	mustContain(t, text,
		`env: "SHOP_DB"`, fmt.Sprintf("port: %d", port), `secret: "new_password"`,
		`description: "One row a \"line\" of an order \\( 1 + 1 )"`, `from: "public.Order Lines"`, `key: ["order_id", "line"]`, `// cursor: "updated_at"`,
		`email: {type: "STRING", required: true} // looks personal: class: "personal"`, `true: type: "BOOL"`, "order_lines_2: {", `order_lines: { columns: { id:`, `price: type: "NUMERIC"`)
}

func TestImportMySQL(t *testing.T) {
	port := testserver.MariaDB(t)
	db, err := sql.Open("mysql", fmt.Sprintf("root@tcp(127.0.0.1:%d)/?multiStatements=true", port))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec("CREATE DATABASE shop; USE shop; CREATE TABLE `Order Lines` (id int PRIMARY KEY, `for` bool, phone text, updated_at timestamp) COMMENT 'it''s'; " +
		"CREATE USER reader IDENTIFIED BY '" + testserver.Password + "'; GRANT SELECT ON shop.* TO reader")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SHOP_DB", testserver.Password)
	text := imported(t, "mysql", "new", "--host", "127.0.0.1", "--port", fmt.Sprint(port), "--database", "shop", "--user", "reader", "--password-env", "SHOP_DB")
	mustContain(t, text, `kind: "mysql"`, `order_lines: { description: "it's" from: "Order Lines"`, `for: type: "BOOL"`, `phone: type: "STRING" // looks personal`, `// cursor: "updated_at"`)
}

func TestImportBigQuery(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /projects/acme/datasets/app/tables", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"tables":[{"tableReference":{"projectId":"acme","datasetId":"app","tableId":"events_20260101"},"type":"TABLE"},
			{"tableReference":{"projectId":"acme","datasetId":"app","tableId":"Members"},"type":"TABLE"}],"totalItems":2}`)
	})
	mux.HandleFunc("GET /projects/acme/datasets/app/tables/{table}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"tableReference":{"projectId":"acme","datasetId":"app","tableId":%q},"type":"TABLE","timePartitioning":{"type":"DAY"},"schema":{"fields":[
			{"name":"id","type":"INTEGER","mode":"REQUIRED"},
			{"name":"device","type":"RECORD","mode":"REPEATED","fields":[{"name":"ip","type":"STRING","description":"Where it is","policyTags":{"names":["tag/1"]}}]}]}}`, r.PathValue("table"))
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	text := imported(t, "bigquery", "new", "--project", "acme", "--dataset", "app", "--endpoint", s.URL)
	mustContain(t, text, `kind: "bigquery"`, `mode: "external"`, `from: "Members"`, `"events_*": {`, `type: "ARRAY<STRUCT>"`,
		`ip: {type: "STRING", description: "Where it is"} // guarded by tag/1; looks personal: class: "personal"`)
}
