package sql_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"sluice/compiler/cache"
	"sluice/compiler/resolve"
	"sluice/compiler/spec"
	"sluice/compiler/sql"
)

// counted runs the stage with the cache and tells how many texts were parsed and
// statements analysed for it.
func counted(t *testing.T, p *spec.Platform, c cache.Cache) sql.Counts {
	t.Helper()
	pool := sql.NewPool(nil, 1)
	defer pool.Close()
	stage(t, p, c, pool)
	return pool.Counts()
}

// readers are the tables that read a table, directly or not, itself included.
func readers(t *testing.T, p *spec.Platform, name string) int {
	t.Helper()
	statements, _ := sql.Parse(context.Background(), p, sql.Options{})
	m, _ := resolve.Run(p, statements, "prod", nil)
	reached := []string{name}
	for _, table := range m.Tables { // in topological order
		for _, read := range table.Reads {
			if slices.Contains(reached, read.Name) && !slices.Contains(reached, table.Name) {
				reached = append(reached, table.Name)
			}
		}
	}
	return len(reached)
}

// TestOnlyWhatChanged counts analyses: nothing is analysed twice, a change of a
// table's columns reaches those that read it, and a change that leaves its columns
// reaches nobody.
func TestOnlyWhatChanged(t *testing.T) {
	p := synthetic(150)
	var c cache.Memory
	if got := counted(t, p, &c); got.Analysed != 150 || got.Parsed != 150 {
		t.Fatalf("the first run: %+v", got)
	}
	if got := counted(t, p, &c); got != (sql.Counts{}) {
		t.Errorf("an unchanged platform: %+v", got)
	}
	edit := func(table int, from, to string) {
		t.Helper()
		text := &p.Tables[table].SQL.V
		if !strings.Contains(*text, from) {
			t.Fatal("nothing to edit")
		}
		*text = strings.Replace(*text, from, to, 1)
	}
	leaf := 149
	if n := readers(t, p, "core.t149"); n != 1 {
		t.Fatalf("core.t149 has %d readers", n-1)
	}
	edit(leaf, "ANY_VALUE(x.b)", "MAX(x.b)")
	if got, want := counted(t, p, &c), (sql.Counts{Parsed: 1, Analysed: 1}); got != want {
		t.Errorf("a leaf: %+v, want %+v", got, want)
	}
	const core = 22
	wide := readers(t, p, "core.t22")
	if wide < 20 {
		t.Fatalf("core.t22 has %d readers only", wide-1)
	}
	edit(core, "UPPER(r.name)", "LOWER(r.name)")
	if got, want := counted(t, p, &c), (sql.Counts{Parsed: 1, Analysed: 1}); got != want {
		t.Errorf("a table that many read, with the columns that it had: %+v, want %+v", got, want)
	}
	// A column more: direct readers are analysed again, and since their columns stay,
	// nobody behind them.
	edit(core, "r.id,\n", "r.id,\n  1 AS more,\n")
	edit(core, "GROUP BY 1, 2, 3", "GROUP BY 1, 2, 3, 4")
	direct := 0
	for i := range p.Tables {
		if strings.Contains(p.Tables[i].SQL.V, "core.t22\n") || strings.Contains(p.Tables[i].SQL.V, "core.t22 ") {
			direct++
		}
	}
	if got, want := counted(t, p, &c), (sql.Counts{Parsed: 1, Analysed: 1 + direct}); got != want || direct == 0 || 1+direct >= wide {
		t.Errorf("a column more: %+v, want %+v; %d readers in all", got, want, wide)
	}
}
