package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sluice/compiler/load"
)

// template is the platform that init writes. Its gitignore has no dot, so that
// it does not act here.
//
//go:embed all:template
var template embed.FS

func newInit(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Make a small working platform",
		Long:  "Make a small working platform in a folder that is new or empty, with sample data for one day.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := a.dir
			if len(args) == 1 {
				dir = args[0]
			}
			return a.initPlatform(dir)
		},
	}
}

func (a *app) initPlatform(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		if e.Name() != ".git" {
			return fmt.Errorf("%s is not empty (it has %s); init writes only into a new or empty folder", dir, e.Name())
		}
	}
	content, err := fs.Sub(template, "template")
	if err != nil {
		return err
	}
	err = fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(name))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if name == "gitignore" {
			target = filepath.Join(dir, ".gitignore")
		}
		data, err := fs.ReadFile(content, name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
	if err != nil {
		return err
	}
	if _, err := load.InstallSchema(dir); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Made the platform \"shop\" in %s. Next:\n\n", dir)
	if dir != "." {
		fmt.Fprintf(a.out, "  cd %s\n", dir)
	}
	fmt.Fprint(a.out, "  sluice check\n  sluice apply\n  sluice run --date 2026-01-15 --fast-forward\n")
	return nil
}
