package crash

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// Where all that was done is deleted, the day starts anew.
func TestStateDeleted(t *testing.T) {
	for _, p := range []*platform{shop, manabi} {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			s := newSite(t, ref.applied)
			s.must(t, runDay(p.days[0])...)
			remove(t, s.path(".sluice"))
			s.start(t, runDay(p.days[0])...).refuses(t, "run `sluice apply")
			s.start(t, "status").refuses(t, "run `sluice apply")
			s.must(t, "compile")
			s.must(t, "apply", "--auto-approve")
			s.must(t, runDay(p.days[0])...)
			s.mustBe(t, ref.after[0], p.days[:1])
		})
	}
}

// Half of it deleted is no state to go on from, and is said to be none.
func TestWarehouseDeleted(t *testing.T) {
	ref := shop.reference(t)
	s := newSite(t, ref.applied)
	s.must(t, runDay(shop.days[0])...)
	remove(t, s.path(".sluice", "warehouse.duckdb"))
	s.start(t, runDay(shop.days[1])...).refuses(t, "warehouse")
	if _, err := os.Stat(s.path(".sluice", "warehouse.duckdb")); err == nil {
		t.Error("a run made another warehouse, empty")
	}
}

// A day that is run after a later one: what is merged by a cursor keeps the newest,
// partitions get their own rows only, and the later day can be run again.
func TestBackfill(t *testing.T) {
	ref := shop.reference(t)
	s := newSite(t, ref.applied)
	first, second := shop.days[0], shop.days[1]
	s.must(t, runDay(second)...)
	s.must(t, runDay(first)...)
	got := s.look(t, shop.days)
	want := ref.after[1]

	// Rows that are told apart by key and cursor, or by day, are there as in order.
	for _, name := range []string{"app.orders", "web.hits", "core.orders", "mart.daily_sales"} {
		if !slices.Equal(want.tables[name], got.tables[name]) {
			t.Errorf("%s: %s", name, firstRow(want.tables[name], got.tables[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(want.tables)) {
		if !slices.Equal(want.tables[name], got.tables[name]) && !strings.HasPrefix(name, "_sluice.") {
			t.Logf("%s is another: %s", name, firstRow(want.tables[name], got.tables[name]))
		}
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(name); err != nil {
		t.Fatal(err)
	}
}
