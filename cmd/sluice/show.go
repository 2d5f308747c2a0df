package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/runtime/plan"
	"sluice/runtime/selector"
)

func newShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "show NODE",
		Short: "Show all that is known of a node: columns, inputs, readers, schedule, promises, runbook",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			p, err := a.compiledPlan(cmd.Context())
			if err != nil {
				return err
			}
			selected, err := selector.Select(p, args, nil)
			if err != nil {
				return err
			}
			if len(selected.Nodes) != 1 {
				return fmt.Errorf("%q names %d nodes; `sluice ls -s %q` lists them", args[0], len(selected.Nodes), args[0])
			}
			node := newNodeDetail(p, selected)
			if a.output == "json" {
				return a.writeJSON(node)
			}
			return a.viewNode(node)
		},
	}
}

// nodeDetail is one node as show prints it.
type nodeDetail struct {
	Format   int         `json:"format"`
	Node     string      `json:"node"`
	Table    *plan.Table `json:"table,omitempty"`
	Tasks    []plan.Task `json:"tasks"`
	Upstream []string    `json:"upstream,omitempty"`   // nodes, one step
	ReadBy   []string    `json:"downstream,omitempty"` // nodes, one step
	SLAs     []plan.SLA  `json:"slas,omitempty"`       // promises that depend on it, on itself first

	plan *plan.Plan
}

func newNodeDetail(p *plan.Plan, s selector.Selection) nodeDetail {
	n := nodeDetail{Format: 1, Node: s.Nodes[0], Table: p.TableByName(s.Nodes[0]), plan: p}
	up, down := map[string]bool{}, map[string]bool{}
	for _, t := range p.Tasks {
		node := selector.NodeOf(t.ID)
		if node == n.Node {
			n.Tasks = append(n.Tasks, t)
		}
		for _, dep := range t.After {
			from := selector.NodeOf(dep)
			switch {
			case from == node:
			case node == n.Node:
				up[from] = true
			case from == n.Node:
				down[node] = true
			}
		}
	}
	n.Upstream, n.ReadBy = keys(up), keys(down)
	reached := map[string]bool{}
	for _, t := range plan.NewIndex(p).Downstream(s.Tasks...) {
		reached[t.ID] = true
	}
	for _, sla := range p.SLAs {
		if sla.Target == n.Node {
			n.SLAs = slices.Insert(n.SLAs, 0, sla)
		} else if slices.ContainsFunc(sla.Tasks, func(id string) bool { return reached[id] }) {
			n.SLAs = append(n.SLAs, sla)
		}
	}
	return n
}

func keys(m map[string]bool) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (a *app) viewNode(n nodeDetail) error {
	main := *mainTask(n.Node, pointers(n.Tasks))
	kind := string(main.Kind)
	if n.Table != nil {
		kind = n.Table.Kind
	}
	fmt.Fprintf(a.out, "%s  (%s)  %s:%d\n", n.Node, kind, a.prefix()+main.Origin.File, main.Origin.Line)
	if main.Description != "" {
		fmt.Fprintf(a.out, "  %s\n", main.Description)
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "  %s\t%s\n", name, value)
		}
	}
	line("owner", main.Owner)
	line("tags", strings.Join(main.Tags, " "))
	line("reads", strings.Join(n.Upstream, " "))
	line("read by", strings.Join(n.ReadBy, " "))
	if n.Table != nil && n.Table.Partition != "" {
		line("partition", n.Table.Partition+" by "+n.Table.PartitionBy)
	}
	if n.Table != nil {
		line("clustered by", strings.Join(n.Table.ClusterBy, " "))
	}
	if main.Pool != "" {
		line("pool", main.Pool)
	}
	line("not before", main.NotBefore)
	line("retry", fmt.Sprintf("%d attempts, %s between, ×%g up to %s", main.Retry.Attempts,
		seconds(main.Retry.BackoffSec), main.Retry.Factor, seconds(main.Retry.MaxBackoffSec)))
	if main.Timeout > 0 {
		line("timeout", seconds(main.Timeout))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	a.viewTasks(n)
	a.viewColumns(n.Table)
	a.viewPromises(n)
	a.viewRunbook(main.Runbook)
	if n.Table != nil && n.Table.SQL != "" {
		fmt.Fprintf(a.out, "\nsql\n%s\n", indent(strings.TrimRight(n.Table.SQL, "\n")))
	}
	return nil
}

func (a *app) viewTasks(n nodeDetail) {
	fmt.Fprintln(a.out, "\ntasks")
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, t := range n.Tasks {
		latest := "no deadline"
		if t.Latest > 0 {
			latest = "latest " + clockAfter(n.plan, t.Latest)
		}
		severity := ""
		if t.Check != nil {
			severity = t.Check.Severity
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\testimate %s\tearliest %s\t%s\n", t.ID, t.Kind, dash(severity),
			seconds(t.Estimate.DurationSec), clockAfter(n.plan, t.Earliest), latest)
	}
	w.Flush()
}

func (a *app) viewColumns(t *plan.Table) {
	if t == nil || len(t.Columns) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\ncolumns")
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, c := range t.Columns {
		var notes []string
		if c.Required {
			notes = append(notes, "required")
		}
		if c.Class == "personal" || c.Class == "sensitive" {
			notes = append(notes, c.Class)
		}
		if c.Mask != "" {
			notes = append(notes, "masked "+c.Mask)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", c.Name, c.Type, strings.Join(notes, ", "), c.Description)
	}
	w.Flush()
}

func (a *app) viewPromises(n nodeDetail) {
	if len(n.SLAs) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\npromises that depend on it")
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, s := range n.SLAs {
		fmt.Fprintf(w, "  %s\t%s by %s\texpected %s\t%s\n", s.Name, s.Target, s.ReadyBy, clockAfter(n.plan, s.PredictedMin), s.Description)
	}
	w.Flush()
}

func (a *app) viewRunbook(r *plan.Runbook) {
	if r == nil {
		return
	}
	fmt.Fprintln(a.out, "\nrunbook")
	if r.EscalateWhen != "" {
		fmt.Fprintf(a.out, "  escalate when: %s\n", r.EscalateWhen)
	}
	for i, s := range r.Steps {
		fmt.Fprintf(a.out, "  %d. %s\n", i+1, s)
	}
	if r.Attitude != "" {
		fmt.Fprintf(a.out, "  attitude: %s\n", r.Attitude)
	}
	if r.URL != "" {
		fmt.Fprintf(a.out, "  more: %s\n", r.URL)
	}
}

func pointers(tasks []plan.Task) []*plan.Task {
	var out []*plan.Task
	for i := range tasks {
		out = append(out, &tasks[i])
	}
	return out
}

func seconds(n int64) string {
	if n == 0 {
		return "-"
	}
	return shortDuration(time.Duration(n) * time.Second)
}

// shortDuration is a duration in at most two units: 1h30m, 45s, 1.2s.
func shortDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	text := d.Round(time.Second).String()
	if d >= time.Minute {
		text = strings.TrimSuffix(text, "0s")
	}
	if d >= time.Hour {
		text = strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
	}
	return text
}

func indent(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }
