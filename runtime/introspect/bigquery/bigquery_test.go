package bigquery

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"

	"sluice/runtime/introspect"
)

// server answers tables.list, in pages of two, and tables.get from testdata, as the
// API does.
func server(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	tables := []string{"events_20260101", "events_20260102", "members", "members_view", "secret"}
	mux.HandleFunc("GET /projects/acme/datasets/app/tables", func(w http.ResponseWriter, r *http.Request) {
		from := 0
		_, _ = fmt.Sscanf(r.URL.Query().Get("pageToken"), "page%d", &from)
		var items []string
		for _, name := range tables[from:min(from+2, len(tables))] {
			items = append(items, fmt.Sprintf(`{"kind":"bigquery#table","id":"acme:app.%s","tableReference":{"projectId":"acme","datasetId":"app","tableId":%q},"type":"TABLE"}`, name, name))
		}
		next := ""
		if from+2 < len(tables) {
			next = fmt.Sprintf(`"nextPageToken":"page%d",`, from+2)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"kind":"bigquery#tableList",%s"tables":[%s],"totalItems":%d}`, next, strings.Join(items, ","), len(tables))
	})
	mux.HandleFunc("GET /projects/acme/datasets/app/tables/{table}", func(w http.ResponseWriter, r *http.Request) {
		data, err := os.ReadFile("testdata/" + path.Base(r.PathValue("table")) + ".json")
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error":{"code":403,"message":"Access Denied: Table acme:app.secret","errors":[{"reason":"accessDenied","message":"Access Denied: Table acme:app.secret"}],"status":"PERMISSION_DENIED"}}`)
			return
		}
		_, _ = w.Write(data)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":{"code":404,"message":"Not found: Dataset","errors":[{"reason":"notFound","message":"Not found: Dataset"}],"status":"NOT_FOUND"}}`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func describe(s introspect.Schema) string {
	var b strings.Builder
	var columns func(indent string, list []introspect.Column)
	columns = func(indent string, list []introspect.Column) {
		for _, c := range list {
			fmt.Fprintf(&b, "%s%s %s required=%v repeated=%v %q %s%s\n", indent, c.Name, c.Type, c.Required, c.Repeated, c.Description, c.Policy, c.Note)
			columns(indent+"  ", c.Fields)
		}
	}
	for _, t := range s.Tables {
		fmt.Fprintf(&b, "%s key=%v partition=%s notes=%q %q\n", t.From, t.Key, t.Partition, t.Notes, t.Description)
		columns("  ", t.Columns)
	}
	return b.String()
}

func TestRead(t *testing.T) {
	o := Options{Project: "acme", Dataset: "app", Endpoint: server(t)}
	ctx := context.Background()
	s, err := Read(ctx, o, introspect.Selection{Exclude: []string{"secret"}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/want.txt")
	if got := describe(s); got != string(want) {
		if os.Getenv("SLUICE_UPDATE") == "1" {
			if err := os.WriteFile("testdata/want.txt", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Errorf("%v\n%s", err, got)
		}
	}
	if _, err := Read(ctx, o, introspect.Selection{}); err == nil || !strings.Contains(err.Error(), "table acme.app.secret") || !strings.Contains(err.Error(), "Access Denied") {
		t.Error(err)
	}
	o.Dataset = "nothing"
	if _, err := Read(ctx, o, introspect.Selection{}); err == nil || !strings.Contains(err.Error(), "list the tables of acme.nothing") {
		t.Error(err)
	}
}
