package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/compiler/pipeline"
)

func newLint(a *app) *cobra.Command {
	var flags compileFlags
	var selected []string
	var strict bool
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Find what compiles but is likely wrong, unsafe or dear: SQL and tables by rule",
		Long: `Find what compiles but is likely wrong, unsafe or dear. Findings are warnings with codes SL7xxx;
"sluice explain CODE" says why, "sluice explain" lists all. What check reports as an error is reported here too.

A comment silences a finding on its line, or alone on the line above it:

  -- sluice:ignore SL7011 any ten rows will do      (in CUE: // sluice:ignore …)`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json", "sarif"); err != nil {
				return err
			}
			if err := knownRules(selected); err != nil {
				return err
			}
			diags, err := a.lint(cmd.Context(), flags, selected)
			if err != nil {
				return err
			}
			if err := a.viewDiagnostics(diags); err != nil {
				if diags.HasErrors() {
					fmt.Fprintln(a.err, "The platform does not compile; rules looked only at the SQL that does.")
				}
				return err
			}
			if strict && len(diags) > 0 {
				return exitCode(1)
			}
			return nil
		},
	}
	flags.add(cmd)
	cmd.Flags().StringSliceVar(&selected, "select", nil, "only these rules: codes, or what they begin with (SL7011,SL703)")
	cmd.Flags().BoolVar(&strict, "strict", false, "exit with 1 where there is any finding")
	return cmd
}

// lint compiles with the rules on, and keeps the errors and the findings of the
// selected rules; what else check warns of is check's.
func (a *app) lint(ctx context.Context, f compileFlags, selected []string) (diag.List, error) {
	root, err := a.root()
	if err != nil {
		return nil, err
	}
	vars, err := a.variables()
	if err != nil {
		return nil, err
	}
	result, diags, err := pipeline.Run(ctx, pipeline.Options{
		Dir: root, Environment: a.env, Variables: vars, Until: pipeline.SQL, Lint: true, NoCache: f.noCache, Now: time.Now, SQLWorker: sqlWorkerCommand(),
	})
	if f.timings {
		a.viewTimings(result.Timings)
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(diags, func(d diag.Diagnostic) bool {
		return d.Severity != diag.Error && !(isRule(d.Code) && picks(selected, d.Code))
	}), nil
}

func isRule(c diag.Code) bool { return strings.HasPrefix(string(c), "SL7") }

// picks reports whether a selection has a code; none has all.
func picks(selected []string, c diag.Code) bool {
	return len(selected) == 0 || slices.ContainsFunc(selected, func(s string) bool {
		return strings.HasPrefix(string(c), strings.ToUpper(s))
	})
}

// knownRules refuses a selection that picks nothing.
func knownRules(selected []string) error {
	for _, s := range selected {
		if !slices.ContainsFunc(diag.Codes(), func(i diag.CodeInfo) bool { return isRule(i.Code) && picks([]string{s}, i.Code) }) {
			return fmt.Errorf("--select %s: no rule has a code that begins so; `sluice explain` lists them", s)
		}
	}
	return nil
}
