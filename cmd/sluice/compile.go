package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/compiler/diag/sarif"
	"sluice/compiler/emit"
	"sluice/compiler/pipeline"
	"sluice/runtime/plan"
)

func newCheck(a *app) *cobra.Command {
	var flags compileFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Find every mistake: CUE, names, SQL, capacity, promises, personal data",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json", "sarif"); err != nil {
				return err
			}
			_, diags, err := a.compile(cmd.Context(), flags, pipeline.Schedule)
			if err != nil {
				return err
			}
			return a.viewDiagnostics(diags)
		},
	}
	flags.add(cmd)
	a.forms(cmd, "text", "json", "sarif")
	return cmd
}

func newCompile(a *app) *cobra.Command {
	var flags compileFlags
	var out string
	var drift bool
	cmd := &cobra.Command{
		Use:   "compile",
		Short: "Compile the platform into generated/<environment>: plan, Terraform, Cloud Build",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			result, err := a.compileOrReport(cmd.Context(), flags)
			if err != nil {
				return err
			}
			dir := out
			if dir == "" {
				dir = filepath.Join(a.dir, "generated")
			}
			return a.emit(filepath.Join(dir, a.env), result, drift)
		},
	}
	flags.add(cmd)
	cmd.Flags().StringVar(&out, "out", "", "folder that gets a folder for each environment (default <platform>/generated)")
	cmd.Flags().BoolVar(&drift, "check", false, "write nothing; exit with 1 where the files are not what the specs give")
	return cmd
}

// compileFlags are those of every command that compiles.
type compileFlags struct {
	noCache bool
	timings bool
}

func (f *compileFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.noCache, "no-cache", false, "neither read nor write what earlier runs found out")
	cmd.Flags().BoolVar(&f.timings, "timings", false, "print how long each stage took, on stderr")
}

// compile runs the stages up to one and returns everything that was found.
func (a *app) compile(ctx context.Context, f compileFlags, until pipeline.Stage) (pipeline.Result, diag.List, error) {
	root, err := a.root()
	if err != nil {
		return pipeline.Result{}, nil, err
	}
	vars, err := a.variables()
	if err != nil {
		return pipeline.Result{}, nil, err
	}
	result, diags, err := pipeline.Run(ctx, pipeline.Options{
		Dir: root, Environment: a.env, Variables: vars, Until: until, NoCache: f.noCache, Now: time.Now, SQLWorker: sqlWorkerCommand(),
	})
	if f.timings {
		a.viewTimings(result.Timings)
	}
	return result, diags, err
}

// compileOrReport runs all stages; mistakes go to stderr, and errors among them end
// the command.
func (a *app) compileOrReport(ctx context.Context, f compileFlags) (pipeline.Result, error) {
	result, diags, err := a.compile(ctx, f, "")
	if err != nil {
		return result, err
	}
	if len(diags) > 0 {
		if err := diag.WriteText(a.err, diags, a.textOptions(a.color(a.err))); err != nil {
			return result, err
		}
	}
	if diags.HasErrors() {
		return result, exitCode(1)
	}
	return result, nil
}

// compiledPlan is the plan that the specs give now.
func (a *app) compiledPlan(ctx context.Context) (*plan.Plan, error) {
	result, err := a.compileOrReport(ctx, compileFlags{})
	return result.Plan, err
}

func (a *app) emit(dir string, result pipeline.Result, drift bool) error {
	act := emit.Write
	if drift {
		act = emit.Drift
	}
	report, diags, err := act(dir, result.Files)
	if err != nil {
		return err
	}
	if drift {
		diags = append(diags, emit.OutOfDate(dir, report)...)
	}
	if len(diags) > 0 {
		if err := diag.WriteText(a.err, diags, diag.TextOptions{Color: a.color(a.err)}); err != nil {
			return err
		}
	}
	if a.output == "json" {
		err = a.writeJSON(struct {
			Format int    `json:"format"`
			Digest string `json:"digest"`
			Dir    string `json:"dir"`
			emit.Report
		}{1, result.Plan.Digest, dir, report})
	} else {
		fmt.Fprintf(a.out, "%s for %s: plan %s, %s, %s, %s\n", result.Plan.Platform, result.Plan.Environment, shortDigest(result.Plan.Digest),
			count(len(result.Plan.Tasks), "task"), count(len(result.Plan.Tables), "table"), count(len(result.Plan.SLAs), "promise"))
		a.viewEmitted(dir, report, drift)
	}
	if err == nil && diags.HasErrors() {
		return exitCode(1)
	}
	return err
}

func (a *app) viewEmitted(dir string, r emit.Report, drift bool) {
	verb := "written"
	if drift {
		verb = "would change"
	}
	fmt.Fprintf(a.out, "%s: %d %s, %d removed, %d unchanged\n", filepath.ToSlash(dir), len(r.Written), verb, len(r.Removed), len(r.Unchanged))
}

// viewDiagnostics prints what check and lint found, as their result.
func (a *app) viewDiagnostics(diags diag.List) error {
	var err error
	switch a.output {
	case "json":
		err = diag.WriteJSON(a.out, diags)
	case "sarif":
		err = sarif.Write(a.out, diags, a.prefix())
	case "junit":
		err = diag.WriteJUnit(a.out, diags, a.prefix())
	default:
		if err = diag.WriteText(a.out, diags, a.textOptions(a.color(a.out))); err == nil && len(diags) == 0 {
			fmt.Fprintln(a.out, "No mistakes found.")
		}
	}
	if err == nil && diags.HasErrors() {
		return exitCode(1)
	}
	return err
}

func (a *app) textOptions(color bool) diag.TextOptions {
	return diag.TextOptions{
		Source: func(file string) ([]byte, error) { return os.ReadFile(filepath.Join(a.dir, filepath.FromSlash(file))) },
		Color:  color,
		Prefix: a.prefix(),
	}
}

func (a *app) viewTimings(list []pipeline.Timing) {
	w := tabwriter.NewWriter(a.err, 0, 8, 2, ' ', tabwriter.AlignRight)
	var total time.Duration
	for _, t := range list {
		fmt.Fprintf(w, "%s\t%.3f s\t\n", t.Stage, t.Duration.Seconds())
		total += t.Duration
	}
	fmt.Fprintf(w, "total\t%.3f s\t\n", total.Seconds())
	w.Flush()
}
