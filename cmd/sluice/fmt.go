package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/compiler/load"
	"sluice/compiler/sql/format"
)

func newFmt(a *app) *cobra.Command {
	var check, sql bool
	cmd := &cobra.Command{
		Use:   "fmt",
		Short: "Format the platform's CUE files and, with --sql, its SQL",
		Long: `Format the platform's CUE files and, with --sql, its SQL: SQL files and queries that stand in strings of several lines
in CUE. SQL gets a line for each clause, two spaces of indent and keywords in capitals; comments stay, and so do breaks
that the author made in lists and subqueries. A statement is written only if it has the same tokens as before.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := a.root()
			if err != nil {
				return err
			}
			changed, err := a.format(root, check)
			if err != nil {
				return err
			}
			if sql {
				more, err := a.formatSQL(cmd.Context(), root, check)
				if err != nil {
					return err
				}
				changed = changed || more
			}
			if check && changed {
				return exitCode(1)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; list what would change and exit with 1")
	cmd.Flags().BoolVar(&sql, "sql", false, "format SQL as well")
	return cmd
}

// formatSQL lays out the platform's SQL and prints the names of the files that change.
func (a *app) formatSQL(ctx context.Context, root string, check bool) (changed bool, err error) {
	sp, diags, err := load.Run(ctx, load.Options{Dir: root, NoInstall: check})
	if err != nil {
		return false, err
	}
	if diags.HasErrors() {
		if err := diag.WriteText(a.err, diags, a.textOptions(a.color(a.err))); err != nil {
			return false, err
		}
		return false, errors.New("the platform does not load, so its SQL is not formatted")
	}
	path := func(file string) string { return filepath.Join(sp.Root, filepath.FromSlash(file)) }
	files, skipped, err := format.Platform(sp, func(file string) (string, error) {
		text, err := os.ReadFile(path(file))
		return string(text), err
	})
	if err != nil {
		return false, err
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintln(a.out, a.prefix()+file)
		if !check {
			if err := replaceFile(path(file), []byte(files[file])); err != nil {
				return true, err
			}
		}
	}
	for _, at := range skipped {
		fmt.Fprintf(a.err, "%s%s: left as it is: its layout could not be changed with the same meaning\n", a.prefix(), at)
	}
	return len(files) > 0, nil
}

// format rewrites every CUE file of the platform that is not formatted and prints
// its name. A file with a syntax error is left alone; all are reported.
func (a *app) format(root string, check bool) (changed bool, err error) {
	var failed []string
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != root && (d.Name() == "cue.mod" || strings.HasPrefix(d.Name(), ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".cue" {
			return nil
		}
		shown := a.prefix() + filepath.ToSlash(strings.TrimPrefix(name, root+string(filepath.Separator)))
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		out, err := load.Format(src)
		if err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", shown, err))
			return nil
		}
		if bytes.Equal(src, out) {
			return nil
		}
		changed = true
		fmt.Fprintln(a.out, shown)
		if check {
			return nil
		}
		return replaceFile(name, out)
	})
	if err == nil && failed != nil {
		err = fmt.Errorf("not formatted:\n  %s", strings.Join(failed, "\n  "))
	}
	return changed, err
}

// replaceFile writes a file as a whole, with the permissions it had.
func replaceFile(name string, data []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	tmp := name + ".sluice-tmp"
	if err := os.WriteFile(tmp, data, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(tmp, name)
}
