package sqldiff

import "testing"

func TestUnified(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"equal", "SELECT 1", "SELECT 1\n", ""},
		{"changed", "SELECT 1\nFROM t", "SELECT 2\nFROM t", "--- was\n+++ is\n@@ -1,2 +1,2 @@\n-SELECT 1\n+SELECT 2\n FROM t\n"},
		{"new", "", "SELECT 1", "--- was\n+++ is\n@@ -0,0 +1,1 @@\n+SELECT 1\n"},
	} {
		if got := Unified("was", c.old, "is", c.new); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
