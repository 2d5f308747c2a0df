package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"sluice/runtime/plan"
)

// version is set by the linker for releases.
var version = "dev"

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it is built of",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			v := struct {
				Version    string            `json:"version"`
				PlanFormat int               `json:"plan_format"`
				Go         string            `json:"go"`
				Platform   string            `json:"platform"`
				Libraries  map[string]string `json:"libraries"`
			}{version, plan.Format, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, libraries()}
			if a.output == "json" {
				return a.writeJSON(v)
			}
			fmt.Fprintf(a.out, "sluice %s (plan format %d, %s, %s)\n", v.Version, v.PlanFormat, v.Go, v.Platform)
			for _, l := range shownLibraries {
				if at := v.Libraries[l]; at != "" {
					fmt.Fprintf(a.out, "  %s %s\n", l, at)
				}
			}
			return nil
		},
	}
}

// shownLibraries decide what sluice accepts and how it computes.
var shownLibraries = []string{
	"cuelang.org/go",
	"github.com/goccy/go-googlesql",
	"github.com/duckdb/duckdb-go/v2",
}

func libraries() map[string]string {
	out := map[string]string{}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	for _, dep := range info.Deps {
		for _, name := range shownLibraries {
			if dep.Path == name {
				out[name] = dep.Version
			}
		}
	}
	return out
}
