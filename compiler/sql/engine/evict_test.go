package engine

import (
	"fmt"
	"runtime"
	"testing"
)

// TestEvict analyses with more tables than are kept: those that a function refers to
// stay, and those of a statement are there whenever it comes.
func TestEvict(t *testing.T) {
	e := engine(t)
	columns := []Column{{Name: "id", Type: "INT64"}, {Name: "name", Type: "STRING"}}
	ask := func(text string, tables []Table, functions []Function) {
		t.Helper()
		r := Request{Text: text, Kind: Query, Parsed: parse(t, text, Query), Tables: tables, Functions: functions, TimeZone: "UTC"}
		found, err := e.Analyze(r)
		if err != nil || len(found.Problems) > 0 || len(found.Columns) != 2 {
			t.Fatalf("%s: %v %+v", text, err, found)
		}
	}
	inner := Table{Name: "core.inner", Catalog: "core.inner", Columns: columns, Digest: "inner"}
	body := "SELECT id, name FROM core.inner"
	f := Function{Name: "core.rows", Kind: TableFn, Body: body, Refs: parse(t, body, TableFn).Refs, Tables: []Table{inner}}
	const call = "SELECT id, name FROM core.rows()"
	ask(call, nil, []Function{f})
	for i := range 2*maxTables + 10 {
		name := fmt.Sprintf("core.t%d", i)
		ask("SELECT id, name FROM "+name, []Table{{Name: name, Catalog: name, Columns: columns, Digest: name}}, nil)
		if i%700 == 0 {
			runtime.GC()
			ask(call, nil, []Function{f})
		}
	}
	if n := len(e.tables); n > maxTables+len(e.pinned)+3 {
		t.Errorf("%d tables are kept", n)
	}
	runtime.GC()
	ask(call, nil, []Function{f})
	ask("SELECT id, name FROM core.t0", []Table{{Name: "core.t0", Catalog: "core.t0", Columns: columns, Digest: "core.t0"}}, nil)
}
