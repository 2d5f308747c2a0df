package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sluice/compiler/sql/engine"
)

// explainUsage makes mistakes on the command line say what would be right.
func explainUsage(root *cobra.Command) {
	root.SetFlagErrorFunc(unknownFlag)
	for _, c := range root.Commands() {
		explainArguments(c)
		for _, sub := range c.Commands() {
			explainArguments(sub)
		}
	}
}

// unknownFlag adds the flag that was probably meant.
func unknownFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := engine.Nearest(unknown.GetSpecifiedName(), names); near != "" {
		return fmt.Errorf("%w; did you mean --%s?", err, near)
	}
	return fmt.Errorf("%w; `%s --help` lists them", err, cmd.CommandPath())
}

// explainArguments names a command's arguments where others are given.
func explainArguments(c *cobra.Command) {
	valid := c.Args
	if valid == nil {
		return
	}
	c.Args = func(cmd *cobra.Command, args []string) error {
		if valid(cmd, args) == nil {
			return nil
		}
		return fmt.Errorf("%s given; usage: %s", count(len(args), "argument"), cmd.UseLine())
	}
}

// forms says in a command's help which forms its result has; a.wants checks them.
func (a *app) forms(cmd *cobra.Command, forms ...string) {
	last := len(forms) - 1
	cmd.Flags().StringVarP(&a.output, "output", "o", forms[0], "form of the result: "+strings.Join(forms[:last], ", ")+" or "+forms[last])
}

// count is a number with what it counts.
func count(n int, what string) string { return fmt.Sprintf("%d %s", n, plural(what, n)) }

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
