package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sluice/runtime/plan"
	"sluice/runtime/warehouse/duckdb"
)

func newApply(a *app) *cobra.Command {
	var approve, dryRun bool
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Bring the compiled plan live in an environment",
		Long: "Compile the platform, show what changes, ask, make the warehouse fit, and make the plan the live one.\n" +
			"Rows are never dropped: what the plan no longer has is kept and reported.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text"); err != nil {
				return err
			}
			next, live, err := a.nextAndLive(cmd.Context())
			if err != nil {
				return err
			}
			if next.Warehouse.Kind != "duckdb" {
				return fmt.Errorf("environment %s lives on %s: sluice applies local environments; apply generated/%s/terraform with Terraform",
					next.Environment, next.Warehouse.Kind, next.Environment)
			}
			changes := plan.Diff(live, next)
			a.viewChanges(a.out, changes, live, next)
			if dryRun || changes.Same() && !a.warehouseGone(next) {
				return nil
			}
			// A plan in which only lines moved goes live too, without a question.
			if !changes.Empty() {
				if err := a.approved(approve); err != nil {
					return err
				}
			}
			return a.apply(cmd.Context(), next, live)
		},
	}
	cmd.Flags().BoolVar(&approve, "auto-approve", false, "do not ask")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "change nothing")
	return cmd
}

// approved asks, where there is somebody to ask.
func (a *app) approved(already bool) error {
	if already {
		return nil
	}
	if !isTerminal(a.in) {
		return fmt.Errorf("nothing was applied: there is no terminal to ask on; give --auto-approve")
	}
	fmt.Fprint(a.out, "\nApply these changes? Only \"yes\" is taken: ")
	answer, _ := bufio.NewReader(a.in).ReadString('\n')
	if strings.TrimSpace(answer) != "yes" {
		return fmt.Errorf("nothing was applied")
	}
	return nil
}

// warehouseGone tells whether the file of a plan's warehouse is not there, or no more.
func (a *app) warehouseGone(p *plan.Plan) bool {
	root, err := a.root()
	if err != nil {
		return false
	}
	path := duckdb.OptionsOf(p, root).Path
	if path == "" { // in memory
		return false
	}
	_, err = os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// apply makes the warehouse fit first and flips the pointer last: at any failure
// before that the plan that was live stays live, and a second apply finishes the work.
func (a *app) apply(ctx context.Context, next, live *plan.Plan) error {
	root, err := a.root()
	if err != nil {
		return err
	}
	store, err := a.store()
	if err != nil {
		return err
	}
	if err := store.Put(next); err != nil {
		return err
	}
	warehouse, err := duckdb.Open(ctx, duckdb.OptionsOf(next, root))
	if err != nil {
		return err
	}
	changes, err := warehouse.Apply(ctx, next)
	if closeErr := warehouse.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	before := ""
	if live != nil {
		before = live.Digest
	}
	if err := store.SetCurrent(next.Digest, before, actor(), time.Now()); err != nil {
		return err
	}
	a.viewApplied(changes)
	fmt.Fprintf(a.out, "Applied: %s runs plan %s.\n", next.Environment, shortDigest(next.Digest))
	return nil
}

// viewApplied counts what was made and names everything that was kept or set aside.
func (a *app) viewApplied(changes []duckdb.Change) {
	counts := map[string]int{}
	for _, c := range changes {
		counts[c.Action+" "+c.Kind]++
		if c.Action == "keep" || c.Action == "retire" || c.Action == "alter" {
			fmt.Fprintf(a.out, "  %s %s %s: %s\n", c.Action, c.Kind, c.Name, c.Detail)
		}
	}
	var parts []string
	for _, kind := range []string{"schema", "routine", "table", "view"} {
		if n := counts["create "+kind]; n > 0 {
			parts = append(parts, count(n, kind))
		}
	}
	if parts != nil {
		fmt.Fprintf(a.out, "\nMade %s.\n", strings.Join(parts, ", "))
	}
}

// actor is who runs the command, for the records.
func actor() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "unknown"
}
