package main

import (
	"fmt"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sluice/runtime/demo"
)

func newDemo(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Make sample data for the reference platform",
	}
	o := demo.Options{}
	data := &cobra.Command{
		Use:   "data",
		Short: "Write one business day's source files of the reference platform, with the dirt that real data has",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			root, err := a.root()
			if err != nil {
				return err
			}
			if o.Dir == "" {
				o.Dir = filepath.Join(root, "data")
			}
			if o.Changes, err = demo.HasDayBefore(o.Dir, o.Day); err != nil {
				return err
			}
			made, err := demo.Generate(o)
			if err != nil {
				return err
			}
			if a.output == "json" {
				return a.writeJSON(struct {
					Format int `json:"format"`
					demo.Summary
				}{1, made})
			}
			return a.viewDemo(o.Dir, made)
		},
	}
	f := data.Flags()
	f.StringVar(&o.Dir, "out", "", "folder (default <platform>/data)")
	f.StringVar(&o.Day, "day", "", "business day, YYYY-MM-DD")
	f.IntVar(&o.Learners, "learners", 20000, "how many learners the company has")
	f.Int64Var(&o.Seed, "seed", 1, "another seed is another company")
	_ = data.MarkFlagRequired("day")
	cmd.AddCommand(data)
	return cmd
}

func (a *app) viewDemo(dir string, s demo.Summary) error {
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "rows\tfiles\tsize\t  table")
	for _, t := range s.Tables {
		fmt.Fprintf(w, "%s\t%d\t%s\t  %s\n", thousands(t.Rows), t.Files, size(t.Bytes), t.Table)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s rows in %d files (%s) of business day %s, in %s\n", thousands(s.Rows), s.Files, size(s.Bytes), s.Day, dir)
	return nil
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// size writes bytes in the largest unit that leaves a number of at least 1.
func size(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
