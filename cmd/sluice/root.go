package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// app is what every command shares: the streams and the global flags.
type app struct {
	streams
	dir     string   // -C: the platform's folder
	env     string   // --env
	vars    []string // --var name=value
	output  string   // -o
	noColor bool
	quiet   bool
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "sluice",
		Short:         "Compile a data platform declared in CUE into one checked plan, and run it",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return flagsFromEnvironment(cmd.Flags())
		},
	}
	f := root.PersistentFlags()
	f.StringVarP(&a.dir, "dir", "C", ".", "the platform's folder")
	f.StringVar(&a.env, "env", "local", "environment")
	f.StringArrayVar(&a.vars, "var", nil, "value of a variable, name=value (may be given again)")
	f.StringVarP(&a.output, "output", "o", "text", "form of the result: text or json")
	f.BoolVar(&a.noColor, "no-color", false, "no colours (also NO_COLOR)")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no progress on stderr")
	f.Bool("json", false, "short for -o json")

	root.AddGroup(
		&cobra.Group{ID: "write", Title: "Write a platform:"},
		&cobra.Group{ID: "deploy", Title: "Bring it live:"},
		&cobra.Group{ID: "run", Title: "Run it:"},
		&cobra.Group{ID: "look", Title: "Look at it:"},
	)
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add("write", newInit(a), newFmt(a), newCheck(a), newLint(a), newCompile(a), newExplain(a), newTest(a), newImport(a))
	add("deploy", newPlan(a), newApply(a))
	add("run", newRun(a), newStatus(a), newDemo(a))
	add("look", newLs(a), newShow(a), newLineage(a), newQuery(a), newVersion(a))
	root.SetHelpCommandGroupID("look")
	root.SetCompletionCommandGroupID("look")
	explainUsage(root)
	return root
}

// flagsFromEnvironment gives every flag that the user left out the value of
// SLUICE_<FLAG>, e.g. SLUICE_ENV for --env.
func flagsFromEnvironment(f *pflag.FlagSet) error {
	var failed error
	f.VisitAll(func(flag *pflag.Flag) {
		name := "SLUICE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		value, ok := os.LookupEnv(name)
		if !ok || flag.Changed || flag.Name == "help" || failed != nil {
			return
		}
		if err := f.Set(flag.Name, value); err != nil {
			failed = fmt.Errorf("%s: %w", name, err)
		}
	})
	if failed != nil {
		return failed
	}
	if short, err := f.GetBool("json"); err == nil && short {
		return f.Set("output", "json")
	}
	return nil
}

// wants checks -o against the forms a command has.
func (a *app) wants(forms ...string) error {
	for _, form := range forms {
		if a.output == form {
			return nil
		}
	}
	return fmt.Errorf("-o %s: this command writes %s", a.output, strings.Join(forms, ", "))
}

// color says whether text on w is coloured.
func (a *app) color(w io.Writer) bool {
	if _, off := os.LookupEnv("NO_COLOR"); off || a.noColor {
		return false
	}
	return isTerminal(w)
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// variables reads --var.
func (a *app) variables() (map[string]string, error) {
	out := map[string]string{}
	for _, v := range a.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var %s: want name=value", v)
		}
		out[name] = value
	}
	return out, nil
}

// root is the absolute path of the platform's folder.
func (a *app) root() (string, error) {
	dir, err := filepath.Abs(a.dir)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("platform folder: %w", err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("platform folder: %s is no folder", a.dir)
	}
	return dir, nil
}

// prefix turns names relative to the platform's folder into names that can be
// opened from the working directory.
func (a *app) prefix() string {
	if p := filepath.ToSlash(filepath.Clean(a.dir)); p != "." {
		return strings.TrimSuffix(p, "/") + "/"
	}
	return ""
}

// stateDir is where an environment keeps what it has done: plans, journal, logs.
func (a *app) stateDir(root string) string { return filepath.Join(root, ".sluice", a.env) }
