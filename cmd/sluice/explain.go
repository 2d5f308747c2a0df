package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sluice/compiler/diag"
	"sluice/docs"
)

func newExplain(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE | RULE]",
		Short: "Explain a diagnostic: what is wrong, an example, the fix",
		Long:  "Explain a diagnostic by its code, e.g. sluice explain SL3102, or a rule of lint by its name. Without a code: list them all.",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var out []string
			for _, c := range diag.Codes() {
				out = append(out, string(c.Code)+"\t"+c.Title)
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listCodes()
			}
			if r, ok := diag.RuleOf(args[0]); ok {
				return a.explain(r.Code)
			}
			return a.explain(diag.Code(strings.ToUpper(args[0])))
		},
	}
}

func (a *app) listCodes() error {
	if a.output == "json" {
		return a.writeJSON(diag.Codes())
	}
	for _, c := range diag.Codes() {
		fmt.Fprintf(a.out, "%s  %s\n", c.Code, c.Title)
	}
	return nil
}

func (a *app) explain(code diag.Code) error {
	info, ok := diag.Lookup(code)
	if !ok {
		return fmt.Errorf("there is no code or rule %q; `sluice explain` lists them", code)
	}
	if a.output == "json" {
		return a.writeJSON(info)
	}
	page, err := docs.Codes.ReadFile("codes/" + string(code) + ".md")
	if err != nil {
		page = fmt.Appendf(nil, "# %s: %s\n\n%s\n", info.Code, info.Title, info.Explain)
	}
	_, err = a.out.Write(page)
	return err
}

// writeJSON writes a result as indented JSON.
func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
