package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/pipeline"
	"sluice/compiler/sql/engine"
)

// lintFlags choose what lint looks at and what it does about it.
type lintFlags struct {
	compileFlags
	rules       []string
	places      []string // arguments
	maxWarnings int
	fix, diff   bool
	list        bool
}

func newLint(a *app) *cobra.Command {
	var flags lintFlags
	cmd := &cobra.Command{
		Use:   "lint [PATH | NODE]...",
		Short: "Find what compiles but is likely wrong, unsafe or dear: SQL and tables by rule",
		Long: `Find what compiles but is likely wrong, unsafe or dear. Findings have codes SL7xxx; "sluice explain CODE" says
why, --list shows all rules. What check reports as an error is reported here too.

Arguments restrict findings to files, folders, or nodes (core.members, mart.*). How severe a rule is, everywhere or below a
path, is set in CUE: lint: rules: "select-star": severity: "error".

A comment silences a finding on its line, or alone on the line above it, and says why:

  -- sluice:ignore SL7011: any ten rows will do      (in CUE: // sluice:ignore …)

--fix mends what can be mended without changing what a statement gives: the edited statement is analysed again and must
have the same columns.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			flags.places = args
			return a.runLint(cmd.Context(), flags)
		},
	}
	flags.add(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&flags.rules, "rule", nil, "only these rules: names, codes, or what codes begin with (SL7011,SL703,select-star)")
	f.IntVar(&flags.maxWarnings, "max-warnings", -1, "exit with 1 where there are more warnings than this")
	f.BoolVar(&flags.fix, "fix", false, "mend what can be mended safely, and say what changed")
	f.BoolVar(&flags.diff, "diff", false, "show what --fix would change, and write nothing")
	a.forms(cmd, "text", "json", "sarif", "junit")
	f.BoolVar(&flags.list, "list", false, "list all rules with their severity here, and whether --fix mends them")
	return cmd
}

func (a *app) runLint(ctx context.Context, flags lintFlags) error {
	if err := a.wants("text", "json", "sarif", "junit"); err != nil {
		return err
	}
	if flags.fix && flags.diff {
		return errors.New("--fix and --diff: choose one; --diff shows what --fix would write")
	}
	if err := knownRules(flags.rules); err != nil {
		return err
	}
	root, err := a.root()
	if err != nil {
		return err
	}
	switch {
	case flags.list:
		return a.listRules(flags.rules)
	case flags.fix || flags.diff:
		return a.fixFindings(ctx, root, flags)
	}
	diags, _, err := a.lint(ctx, root, flags)
	if err != nil {
		return err
	}
	return a.viewFindings(diags, flags.maxWarnings)
}

// viewFindings prints what lint found.
func (a *app) viewFindings(diags diag.List, maxWarnings int) error {
	broken := slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Severity == diag.Error && !isRule(d.Code) })
	err := a.viewDiagnostics(diags)
	if broken {
		fmt.Fprintln(a.err, "The platform does not compile; rules looked only at the SQL that does.")
	}
	if n := len(slices.DeleteFunc(slices.Clone(diags), func(d diag.Diagnostic) bool { return len(d.Edits) == 0 })); n > 0 && a.output == "text" && !a.quiet {
		fmt.Fprintf(a.err, "%s can be mended with --fix.\n", count(n, "finding"))
	}
	if warnings := diags.Count(diag.Warning); err == nil && maxWarnings >= 0 && warnings > maxWarnings {
		return exitCode(1)
	}
	return err
}

// lint compiles the platform in a folder with the rules on, and keeps the errors and
// the findings that the flags ask for; what else check warns of is check's. The name
// is that of the folder that spans are relative to.
func (a *app) lint(ctx context.Context, dir string, f lintFlags) (diag.List, string, error) {
	vars, err := a.variables()
	if err != nil {
		return nil, "", err
	}
	result, diags, err := pipeline.Run(ctx, pipeline.Options{
		Dir: dir, Environment: a.env, Variables: vars, Until: pipeline.SQL, Lint: true, NoCache: f.noCache, Now: time.Now, SQLWorker: sqlWorkerCommand(),
	})
	if f.timings {
		a.viewTimings(result.Timings)
	}
	if err != nil {
		return nil, "", err
	}
	if err := a.knownPlaces(f.places, result.Model, diags); err != nil {
		return nil, "", err
	}
	return slices.DeleteFunc(diags, func(d diag.Diagnostic) bool {
		if !isRule(d.Code) {
			return d.Severity != diag.Error
		}
		return !picks(f.rules, d.Code) || !a.within(f.places, d)
	}), result.Spec.Root, nil
}

func isRule(c diag.Code) bool { return strings.HasPrefix(string(c), "SL7") }

// picks reports whether a selection has a code; none has all.
func picks(selected []string, c diag.Code) bool {
	return len(selected) == 0 || slices.ContainsFunc(selected, func(s string) bool {
		if r, ok := diag.RuleOf(s); ok {
			return r.Code == c
		}
		return strings.HasPrefix(string(c), strings.ToUpper(s))
	})
}

// within reports whether a finding is in one of the files, folders or nodes; none
// given means everywhere.
func (a *app) within(places []string, d diag.Diagnostic) bool {
	return len(places) == 0 || slices.ContainsFunc(places, func(p string) bool {
		node, _, _ := strings.Cut(d.Node, "/") // a table's check is the table's
		for _, name := range []string{d.Node, node} {
			if ok, err := path.Match(p, name); err == nil && ok && name != "" {
				return true
			}
		}
		p = path.Clean(strings.TrimPrefix(p, a.prefix()))
		ok, err := path.Match(p, d.Span.File)
		return err == nil && ok || strings.HasPrefix(d.Span.File, p+"/") || p == "."
	})
}

// knownPlaces refuses an argument that is neither a node nor a file: its findings
// would be none whatever is wrong. Of a platform without a graph nothing is known.
func (a *app) knownPlaces(places []string, m *model.Platform, diags diag.List) error {
	if len(places) == 0 || m == nil {
		return nil
	}
	nodes := slices.Collect(maps.Keys(m.TableByName))
	for _, t := range m.Tasks {
		nodes = append(nodes, t.Node)
	}
	for _, r := range m.Routines {
		nodes = append(nodes, r.Name)
	}
	for _, d := range diags {
		nodes = append(nodes, d.Node)
	}
	slices.Sort(nodes)
	root, err := a.root()
	if err != nil {
		return err
	}
	for _, p := range places {
		file := filepath.Join(root, filepath.FromSlash(path.Clean(strings.TrimPrefix(p, a.prefix()))))
		if found, err := filepath.Glob(file); err == nil && len(found) > 0 {
			continue
		}
		if slices.ContainsFunc(nodes, func(n string) bool { ok, err := path.Match(p, n); return err == nil && ok }) {
			continue
		}
		if near := engine.Nearest(p, nodes); near != "" {
			return fmt.Errorf("%s is neither a file, a folder nor a node; did you mean %q?", p, near)
		}
		return fmt.Errorf("%s is neither a file, a folder nor a node; `sluice ls` lists the nodes", p)
	}
	return nil
}

// knownRules refuses a selection that picks nothing.
func knownRules(selected []string) error {
	for _, s := range selected {
		if !slices.ContainsFunc(diag.Rules(), func(r diag.Rule) bool { return picks([]string{s}, r.Code) }) {
			var names []string
			for _, r := range diag.Rules() {
				names = append(names, r.Name, string(r.Code))
			}
			if near := engine.Nearest(s, names); near != "" {
				return fmt.Errorf("--rule %s: no rule has such a name or code; did you mean %q?", s, near)
			}
			return fmt.Errorf("--rule %s: no rule has such a name or code; `sluice lint --list` shows all", s)
		}
	}
	return nil
}

// listedRule is a rule with the severity that it has in the platform.
type listedRule struct {
	diag.Rule
	Severity string   `json:"severity"`
	Paths    []string `json:"paths,omitempty"` // patterns with a severity of their own
	Title    string   `json:"title"`
}

func (a *app) listRules(selected []string) error {
	if err := a.wants("text", "json"); err != nil {
		return err
	}
	set, err := a.lintSettings()
	if err != nil {
		return err
	}
	var out []listedRule
	for _, r := range diag.Rules() {
		if picks(selected, r.Code) {
			info, _ := diag.Lookup(r.Code)
			out = append(out, listedRule{Rule: r, Severity: set.severity(r), Paths: set.paths[r.Code], Title: info.Title})
		}
	}
	if a.output == "json" {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(map[string]any{"format": 1, "rules": out})
	}
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, r := range out {
		fix, note := "", ""
		if r.Fixable {
			fix = "fix"
		}
		if len(r.Paths) > 0 {
			note = "  (else at " + strings.Join(r.Paths, ", ") + ")"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s%s\n", r.Code, r.Name, r.Severity, fix, r.Title, note)
	}
	return w.Flush()
}
