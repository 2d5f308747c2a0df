package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ColumnOp says what happened to a column between two plans.
type ColumnOp string

const (
	ColumnAdded     ColumnOp = "added"
	ColumnRemoved   ColumnOp = "removed"
	ColumnRenamed   ColumnOp = "renamed"   // computed and typed as before, under another name
	ColumnRetyped   ColumnOp = "retyped"   // of another type
	ColumnRedefined ColumnOp = "redefined" // computed differently
	ColumnAffected  ColumnOp = "indirect"  // computed as before, from a column that changed
)

// ColumnChange is what happened to one column of a table, export or model.
type ColumnChange struct {
	Op   ColumnOp `json:"op"`
	Name string   `json:"name"`          // in the new plan; in the old one of a removed column
	Was  string   `json:"was,omitempty"` // name of a renamed column before
	Old  string   `json:"old,omitempty"` // type
	New  string   `json:"new,omitempty"` // type
	// Because names the nearest changed things that an affected column depends on:
	// "column <table>.<column>", or "<kind> <name>"; sorted.
	Because []string `json:"because,omitempty"`
	// Breaking: who reads the column fails, or reads something else than it expects.
	Breaking bool `json:"breaking,omitempty"`
}

// widenings are the changes of type that keep every value, and that BigQuery does in
// place (https://cloud.google.com/bigquery/docs/managing-table-schemas).
var widenings = map[string][]string{
	"INT64":   {"NUMERIC", "BIGNUMERIC", "FLOAT64"},
	"NUMERIC": {"BIGNUMERIC", "FLOAT64"},
}

// widens reports whether a type holds every value of another. A parameter that goes
// widens as well.
func widens(old, new string) bool {
	if base, _, bounded := strings.Cut(old, "("); bounded && base == new {
		return true
	}
	return slices.Contains(widenings[old], new)
}

// result is what is compared of a table or export: its columns, and where they come
// from (nil where that is not known).
type result struct {
	columns []Column
	lineage *Lineage
}

// compareColumns matches columns by name, and those without a partner by what they
// compute: a column that is gone and a new one with the same computation and type are
// one that was renamed. The list is sorted by name.
func compareColumns(old, new result) []ColumnChange {
	var out []ColumnChange
	was := byName(old.columns, func(c *Column) string { return c.Name })
	is := byName(new.columns, func(c *Column) string { return c.Name })
	var gone, came []string
	for name, a := range was {
		b := is[name]
		switch {
		case b == nil:
			gone = append(gone, name)
		case a.Type != b.Type:
			out = append(out, ColumnChange{Op: ColumnRetyped, Name: name, Old: a.Type, New: b.Type, Breaking: !widens(a.Type, b.Type)})
		case old.lineage.digest(name) != new.lineage.digest(name):
			out = append(out, ColumnChange{Op: ColumnRedefined, Name: name})
		}
	}
	for name := range is {
		if was[name] == nil {
			came = append(came, name)
		}
	}
	slices.Sort(gone)
	slices.Sort(came)
	same := func(a, b string) bool {
		d := old.lineage.digest(a)
		return d != "" && d == new.lineage.digest(b) && was[a].Type == is[b].Type
	}
	for _, a := range gone {
		i := only(came, func(b string) bool { return same(a, b) })
		if i < 0 || only(gone, func(x string) bool { return same(x, came[i]) }) < 0 {
			out = append(out, ColumnChange{Op: ColumnRemoved, Name: a, Old: was[a].Type, Breaking: true})
			continue
		}
		out = append(out, ColumnChange{Op: ColumnRenamed, Name: came[i], Was: a, Breaking: true})
	}
	for _, b := range came {
		if !slices.ContainsFunc(out, func(c ColumnChange) bool { return c.Op == ColumnRenamed && c.Name == b }) {
			out = append(out, ColumnChange{Op: ColumnAdded, Name: b, New: is[b].Type})
		}
	}
	sortColumns(out)
	return out
}

func sortColumns(list []ColumnChange) {
	slices.SortFunc(list, func(a, b ColumnChange) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Op, b.Op)) })
}

// only finds the one entry for which match holds; -1 where there is none or are several.
func only(list []string, match func(string) bool) int {
	found := -1
	for i, x := range list {
		if match(x) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// digest is that of a column's computation; empty where it is not known.
func (l *Lineage) digest(column string) string {
	if c := l.column(column); c != nil {
		return c.Digest
	}
	return ""
}

func (l *Lineage) column(name string) *ColumnLineage {
	if l == nil {
		return nil
	}
	return find(l.Columns, func(c *ColumnLineage) bool { return c.Name == name })
}

// columnWords says column changes in lines, those of a kind in one.
func columnWords(list []ColumnChange) []string {
	var out []string
	var redefined []string
	following := map[string][]string{} // by cause
	for _, c := range list {
		switch c.Op {
		case ColumnAdded:
			out = append(out, fmt.Sprintf("column %s %s added", c.Name, c.New))
		case ColumnRemoved:
			out = append(out, fmt.Sprintf("column %s %s removed", c.Name, c.Old))
		case ColumnRenamed:
			out = append(out, fmt.Sprintf("column %s renamed to %s", c.Was, c.Name))
		case ColumnRetyped:
			out = append(out, fmt.Sprintf("column %s changes type from %s to %s", c.Name, c.Old, c.New))
		case ColumnRedefined:
			redefined = append(redefined, c.Name)
		case ColumnAffected:
			why := through(c.Because)
			following[why] = append(following[why], c.Name)
		}
	}
	if len(redefined) > 0 {
		out = append(out, fmt.Sprintf("%s computed differently", areColumns(redefined)))
	}
	for _, why := range sortedKeys(following) {
		out = append(out, fmt.Sprintf("%s affected%s", areColumns(following[why]), why))
	}
	return out
}

func areColumns(names []string) string {
	if len(names) == 1 {
		return "column " + names[0] + " is"
	}
	return "columns " + some(names) + " are"
}

// tables are those that a query names.
func (l *Lineage) tables() []string {
	var out []string
	for _, in := range l.Rows {
		out = append(out, in.Table)
	}
	for _, c := range l.Columns {
		for _, in := range c.Inputs {
			out = append(out, in.Table)
		}
	}
	return union(out, nil)
}
