package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sluice/runtime/plan"
	"sluice/runtime/plan/sqldiff"
	"sluice/runtime/planstore"
)

func newPlan(a *app) *cobra.Command {
	var detailed bool
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would change in an environment, and why",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			next, live, err := a.nextAndLive(cmd.Context())
			if err != nil {
				return err
			}
			changes := plan.Diff(live, next)
			if a.output == "json" {
				err = a.writeJSON(struct {
					Format int `json:"format"`
					plan.Changes
				}{1, changes})
			} else {
				a.viewChanges(a.out, changes, live, next)
			}
			if err == nil && detailed && !changes.Empty() {
				return exitCode(2)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit with 2 where there are changes")
	return cmd
}

// nextAndLive compiles the platform and reads what was last applied (nil where
// nothing was).
func (a *app) nextAndLive(ctx context.Context) (next, live *plan.Plan, err error) {
	if next, err = a.compiledPlan(ctx); err != nil {
		return nil, nil, err
	}
	store, err := a.store()
	if err != nil {
		return nil, nil, err
	}
	live, err = store.Current()
	if errors.Is(err, planstore.ErrNone) {
		return next, nil, nil
	}
	return next, live, err
}

func (a *app) store() (*planstore.Store, error) {
	root, err := a.root()
	if err != nil {
		return nil, err
	}
	return planstore.Open(filepath.Join(a.stateDir(root))), nil
}

// symbols are terraform's, and ~> for what only follows.
var symbols = map[plan.Op]string{plan.Added: "+", plan.Removed: "-", plan.Modified: "~", plan.Affected: "~>"}

// headings name the ops in the order in which they are printed.
var headings = []struct {
	op   plan.Op
	text string
}{
	{plan.Added, "Added"},
	{plan.Removed, "Removed"},
	{plan.Modified, "Directly modified"},
	{plan.Affected, "Indirectly modified"},
}

// viewChanges prints changes for people: first by op, then the text of changed SQL.
func (a *app) viewChanges(w io.Writer, c plan.Changes, live, next *plan.Plan) {
	if c.Empty() {
		fmt.Fprintf(w, "No changes: %s runs %s.\n", next.Environment, shortDigest(next.Digest))
		return
	}
	from := "nothing applied yet"
	if live != nil {
		from = shortDigest(live.Digest)
	}
	fmt.Fprintf(w, "%s, environment %s: %s → %s\n", next.Platform, next.Environment, from, shortDigest(next.Digest))
	for _, h := range headings {
		a.viewOp(w, c, h.op, h.text, live == nil)
	}
	if len(c.PersonalData) > 0 {
		fmt.Fprintln(w, "\nPersonal data")
		for _, x := range c.PersonalData {
			fmt.Fprintf(w, "  ! %s\n", x)
		}
	}
	a.viewSQL(w, c, live, next)
	fmt.Fprintf(w, "\nPlan: %d added, %d removed, %d directly modified, %d indirectly modified.\n",
		c.Count(plan.Added), c.Count(plan.Removed), c.Count(plan.Modified), c.Count(plan.Affected))
}

// viewOp prints the changes of one op by kind. Of a first apply only counts are of
// interest, and names.
func (a *app) viewOp(w io.Writer, c plan.Changes, op plan.Op, heading string, first bool) {
	var list []plan.Change
	for _, x := range c.Changes {
		if x.Op == op && !x.Implied {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n", heading)
	if first {
		viewNames(w, list)
		return
	}
	for _, x := range list {
		label := ""
		switch {
		case x.Breaking:
			label = "  (breaking)"
		case x.Formatting:
			label = "  (formatting only)"
		}
		fmt.Fprintf(w, "  %s %s %s%s\n", symbols[op], x.Kind, x.Name, label)
		for _, r := range x.Reasons {
			fmt.Fprintf(w, "      %s\n", r)
		}
		if x.Rebuild != nil && x.Rebuild.Scope != "next_run" {
			fmt.Fprintf(w, "      rebuild: %s\n", x.Rebuild)
		}
	}
}

// viewNames prints one line a kind: how many, and which.
func viewNames(w io.Writer, list []plan.Change) {
	var kinds []string
	names := map[string][]string{}
	for _, x := range list {
		if names[x.Kind] == nil {
			kinds = append(kinds, x.Kind)
		}
		names[x.Kind] = append(names[x.Kind], x.Name)
	}
	for _, k := range kinds {
		const shown = 6
		some := names[k][:min(len(names[k]), shown)]
		more := ""
		if n := len(names[k]) - len(some); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		fmt.Fprintf(w, "  + %s: %s%s\n", count(len(names[k]), k), strings.Join(some, ", "), more)
	}
}

// viewSQL prints the text diff of every table whose SQL changed.
func (a *app) viewSQL(w io.Writer, c plan.Changes, live, next *plan.Plan) {
	if live == nil {
		return
	}
	for _, x := range c.Changes {
		if x.Kind != "table" || x.Op != plan.Modified || !slices.ContainsFunc(x.Fields, func(f plan.Field) bool { return f.Path == "sql" }) {
			continue
		}
		before, after := live.TableByName(x.Name), next.TableByName(x.Name)
		if before == nil || after == nil {
			continue
		}
		fmt.Fprintf(w, "\n%s", sqldiff.Unified(x.Name+" (live)", before.SQL, x.Name, after.SQL))
	}
}

// shortDigest is enough of a digest to tell plans apart.
func shortDigest(d string) string {
	const shown = 12
	hex := strings.TrimPrefix(d, "sha256:")
	return hex[:min(len(hex), shown)]
}
