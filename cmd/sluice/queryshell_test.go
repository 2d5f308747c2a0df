package main

import (
	"slices"
	"testing"
)

func TestCutQueries(t *testing.T) {
	cases := []struct {
		text    string
		queries []string
		open    string
	}{
		{text: "\n"},
		{text: ";\n ;\n"},
		{text: "-- nothing yet\n"},
		{text: "SELECT 1;\n", queries: []string{"SELECT 1;"}},
		{text: "SELECT\n  1\n", open: "SELECT\n  1\n"},
		{text: "SELECT 'a;b' AS x; SELECT 2;\n", queries: []string{"SELECT 'a;b' AS x;", "SELECT 2;"}},
		{text: "SELECT 1; SELECT\n", queries: []string{"SELECT 1;"}, open: "SELECT\n"},
		{text: "SELECT 1 -- one;\n", open: "SELECT 1 -- one;\n"},
		{text: "SELECT /* ; */ `a;b` FROM t;\n", queries: []string{"SELECT /* ; */ `a;b` FROM t;"}},
		{text: "/* not closed;\n", open: "/* not closed;\n"},
		{text: "SELECT '''a;\n", open: "SELECT '''a;\n"},
		{text: "SELECT '''a;\nb''';\n", queries: []string{"SELECT '''a;\nb''';"}},
		{text: "SELECT 'it is not closed;\n", queries: []string{"SELECT 'it is not closed;"}},
	}
	for _, c := range cases {
		queries, open := cutQueries(c.text)
		if !slices.Equal(queries, c.queries) || open != c.open {
			t.Errorf("%q: got %q, open %q; want %q, open %q", c.text, queries, open, c.queries, c.open)
		}
	}
}
