package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sluice/compiler/load"
)

func newFmt(a *app) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt",
		Short: "Format the platform's CUE files",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			root, err := a.root()
			if err != nil {
				return err
			}
			changed, err := a.format(root, check)
			if err == nil && check && changed {
				return exitCode(1)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; list what would change and exit with 1")
	return cmd
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
