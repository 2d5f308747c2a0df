package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/compiler/lineage"
	"sluice/compiler/model"
	"sluice/compiler/pipeline"
	"sluice/compiler/sql/engine"
)

func newLineage(a *app) *cobra.Command {
	var up, down bool
	var walk lineage.Walk
	cmd := &cobra.Command{
		Use:   "lineage NODE[.COLUMN[.FIELD]]",
		Short: "Show what a column comes from, and what depends on it",
		Long: "Show what a column comes from (--up, the default) or what depends on it (--down): columns of tables, exports, models, checks.\n" +
			"Without a column it is about the rows of a table. Influences that go into the value (identity, transformation, aggregation)\n" +
			"are told apart from those that only decide about it (join, filter, group_by, sort, window, conditional).",
		Example: "  sluice lineage core.member_status.status --up\n  sluice lineage app.members.email --down --direct\n  sluice lineage core.member_status -o openlineage",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.wants("text", "json", "mermaid", "dot", "openlineage"); err != nil {
				return err
			}
			if walk.Depth < 0 {
				return fmt.Errorf("--depth %d: want how many steps to go, or 0", walk.Depth)
			}
			if up && down {
				return errors.New("--up and --down: choose one; two calls show both")
			}
			walk.Down = down
			result, diags, err := a.compile(cmd.Context(), compileFlags{}, pipeline.SQL)
			if err != nil {
				return err
			}
			if diags.HasErrors() {
				if err := diag.WriteText(a.err, diags, a.textOptions(a.color(a.err))); err != nil {
					return err
				}
				return exitCode(1)
			}
			lineage.Complete(result.Model)
			return a.lineage(result.Model, args[0], walk)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&up, "up", false, "what it comes from (default)")
	f.BoolVar(&down, "down", false, "what depends on it")
	f.IntVar(&walk.Depth, "depth", 0, "how many steps to go; 0 is all the way")
	f.BoolVar(&walk.Direct, "direct", false, "only where the value goes, not what it decides about")
	a.forms(cmd, "text", "json", "mermaid", "dot", "openlineage")
	return cmd
}

func (a *app) lineage(m *model.Platform, name string, walk lineage.Walk) error {
	g := lineage.Build(m)
	start, err := g.Find(name)
	var unknown *lineage.UnknownError
	if errors.As(err, &unknown) {
		if near := engine.Nearest(unknown.Name, unknown.All); near != "" {
			return fmt.Errorf("%w; did you mean %q?", err, near)
		}
		return fmt.Errorf("%w; `sluice ls` lists what there is", err)
	}
	if a.output == "openlineage" {
		return a.openLineage(m, start)
	}
	root := g.From(start, walk)
	switch a.output {
	case "json":
		return a.writeJSON(g.JSON(root, walk))
	case "mermaid":
		_, err = fmt.Fprint(a.out, g.Mermaid(root))
	case "dot":
		_, err = fmt.Fprint(a.out, g.Dot(root))
	default:
		_, err = fmt.Fprint(a.out, g.Text(root))
	}
	return err
}

// openLineage writes the facet of one table.
func (a *app) openLineage(m *model.Platform, at lineage.Place) error {
	t := m.TableByName[at.Node]
	if t == nil || t.Lineage == nil || at.Column != "" {
		return fmt.Errorf("-o openlineage: %s is not a table that SQL or a model makes", at)
	}
	namespace := "bigquery"
	physical := func(name string) string { return m.Project + "." + physicalName(m, name) }
	if m.Target == "duckdb" {
		file := ".sluice/warehouse.duckdb"
		if m.Environment != nil && m.Environment.Warehouse.Path.V != "" {
			file = m.Environment.Warehouse.Path.V
		}
		namespace = "file"
		physical = func(name string) string { return filepath.ToSlash(file) + "/" + physicalName(m, name) }
	}
	return a.writeJSON(lineage.OpenLineage(t.Name, t.Lineage, namespace, physical))
}

// physicalName is a table's name in the warehouse, with the environment's prefix.
func physicalName(m *model.Platform, name string) string {
	t := m.TableByName[name]
	if t == nil || t.Dataset == nil || t.Dataset.Physical == "" {
		return name
	}
	_, table, _ := strings.Cut(name, ".")
	return t.Dataset.Physical + "." + table
}
