package main

import "github.com/spf13/cobra"

func newLint(a *app) *cobra.Command { return &cobra.Command{Use: "lint"} }
