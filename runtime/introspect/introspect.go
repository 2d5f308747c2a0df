// Package introspect is the schema of a system as data: what the packages below it
// learn of PostgreSQL, MySQL, MongoDB, BigQuery and of files, in GoogleSQL's types.
package introspect

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Schema is what a system holds.
type Schema struct {
	Tables []Table // sorted by From
}

// Table is a table, a view, a collection or a folder of files.
type Table struct {
	From        string // its name in the system: public.orders
	Description string
	Columns     []Column // in the system's order
	Key         []string // columns of the primary key
	Partition   string   // column that it is partitioned by, where the system says so
	Format      string   // of files: csv, jsonl, parquet
	Compression string   // of files: gzip, zstd
	Notes       []string // what people should know of how it was read
}

// Column is a column or a field.
type Column struct {
	Name        string
	Type        string // GoogleSQL; empty where Fields are, or in an array of them
	Native      string // as the system calls it
	Description string
	Required    bool
	Repeated    bool     // of a STRUCT: an array of them
	Fields      []Column // of a STRUCT
	Policy      string   // policy tag that guards it
	// Note says why the type is not the obvious one: the system's has no counterpart.
	Note string
}

// TypeText is the column's whole type in GoogleSQL.
func (c Column) TypeText() string {
	if len(c.Fields) == 0 {
		return c.Type
	}
	parts := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		parts[i] = quoted(f.Name) + " " + f.TypeText()
	}
	text := "STRUCT<" + strings.Join(parts, ", ") + ">"
	if c.Repeated {
		text = "ARRAY<" + text + ">"
	}
	return text
}

// quoted puts a field's name in backticks where it is no plain identifier.
func quoted(name string) string {
	for i, r := range name {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return "`" + strings.ReplaceAll(strings.ReplaceAll(name, `\`, `\\`), "`", "\\`") + "`"
		}
	}
	return name
}

// Selection says which tables are wanted, by shell patterns on their names in the
// system: public.*, orders. A pattern without a dot is of the table's own name.
type Selection struct {
	Include []string // empty takes all
	Exclude []string
}

// Check reports a pattern that is none.
func (s Selection) Check() error {
	for _, p := range append(slices.Clone(s.Include), s.Exclude...) {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("pattern %q: %w", p, err)
		}
	}
	return nil
}

// Has reports whether a table is wanted.
func (s Selection) Has(name string) bool {
	any := func(patterns []string) bool {
		own := name[strings.LastIndexByte(name, '.')+1:]
		return slices.ContainsFunc(patterns, func(p string) bool {
			subject := name
			if !strings.Contains(p, ".") {
				subject = own
			}
			ok, err := path.Match(p, subject)
			return err == nil && ok
		})
	}
	return (len(s.Include) == 0 || any(s.Include)) && !any(s.Exclude)
}

// Sort puts tables in order.
func (s *Schema) Sort() {
	slices.SortFunc(s.Tables, func(a, b Table) int { return cmp.Compare(a.From, b.From) })
}
