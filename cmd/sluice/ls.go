package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sluice/runtime/plan"
	"sluice/runtime/selector"
)

// selectFlags are --select and --exclude.
type selectFlags struct{ include, exclude []string }

func (s *selectFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&s.include, "select", "s", nil, "nodes: core.member_status, core.*, +x, x+, @x, tag:x, path:x, kind:x, owner:x, source:x (space = or, comma = and)")
	cmd.Flags().StringArrayVar(&s.exclude, "exclude", nil, "nodes to leave out, in the same grammar")
}

func (s *selectFlags) given() bool { return len(s.include)+len(s.exclude) > 0 }

func newLs(a *app) *cobra.Command {
	var sel selectFlags
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List the platform's nodes: what runs, whose it is, when",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			p, err := a.compiledPlan(cmd.Context())
			if err != nil {
				return err
			}
			selected, err := selector.Select(p, sel.include, sel.exclude)
			if err != nil {
				return err
			}
			return a.viewNodes(p, selected)
		},
	}
	sel.add(cmd)
	return cmd
}

// nodeRow is one node as ls shows it.
type nodeRow struct {
	Node        string   `json:"node"`
	Kind        string   `json:"kind"`
	Owner       string   `json:"owner,omitempty"`
	Pool        string   `json:"pool,omitempty"`
	Start       string   `json:"start"` // clock time that the compiler planned
	Tasks       []string `json:"tasks"`
	Tags        []string `json:"tags,omitempty"`
	Description string   `json:"description,omitempty"`
	File        string   `json:"file"`
	Line        int      `json:"line"`
}

func nodeRows(p *plan.Plan, s selector.Selection) []nodeRow {
	tables := map[string]*plan.Table{}
	for i := range p.Tables {
		tables[p.Tables[i].Name] = &p.Tables[i]
	}
	tasks := map[string][]*plan.Task{}
	for i := range p.Tasks {
		node := selector.NodeOf(p.Tasks[i].ID)
		tasks[node] = append(tasks[node], &p.Tasks[i])
	}
	var rows []nodeRow
	for _, node := range s.Nodes {
		main := mainTask(node, tasks[node])
		row := nodeRow{Node: node, Kind: string(main.Kind), Owner: main.Owner, Pool: main.Pool,
			Start: clockAfter(p, main.Planned), Tags: main.Tags, Description: main.Description,
			File: main.Origin.File, Line: main.Origin.Line}
		if t := tables[node]; t != nil {
			row.Kind = t.Kind
		} else if main.Kind == plan.Train || main.Kind == plan.Predict {
			row.Kind = "model"
		}
		for _, t := range tasks[node] {
			row.Tasks = append(row.Tasks, t.ID)
		}
		rows = append(rows, row)
	}
	return rows
}

// mainTask is the node's own task; of a model the first.
func mainTask(node string, tasks []*plan.Task) *plan.Task {
	for _, t := range tasks {
		if t.ID == node {
			return t
		}
	}
	return tasks[0]
}

// clockAfter is the clock time so many minutes after the opening.
func clockAfter(p *plan.Plan, minutes int) string {
	start, err := plan.ParseClock(p.DayStart)
	if err != nil {
		start = 0
	}
	text := plan.FormatClock((start + minutes) % (24 * 60))
	if days := (start + minutes) / (24 * 60); days > 0 {
		text += fmt.Sprintf(" +%dd", days)
	}
	return text
}

func (a *app) viewNodes(p *plan.Plan, s selector.Selection) error {
	rows := nodeRows(p, s)
	if a.output == "json" {
		return a.writeJSON(struct {
			Format int       `json:"format"`
			Nodes  []nodeRow `json:"nodes"`
		}{1, rows})
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NODE\tKIND\tOWNER\tPOOL\tSTART\tTASKS")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\n", r.Node, r.Kind, dash(r.Owner), dash(r.Pool), r.Start, len(r.Tasks))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.err, "%s, %s\n", count(len(s.Nodes), "node"), count(len(s.Tasks), "task"))
	return nil
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
