package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"

	"sluice/cmd/sluice/query"
	"sluice/compiler/sql"
	"sluice/runtime/value"
)

// viewQueryColumns prints the result's columns alone.
func (a *app) viewQueryColumns(answered sql.Answered) error {
	if a.output == "json" {
		return a.writeJSON(dryColumns{Format: 1, Columns: answered.Columns, Parameters: answered.Parameters, Tables: answered.Tables})
	}
	rows := [][]string{{"COLUMN", "TYPE"}}
	for _, c := range answered.Columns {
		rows = append(rows, []string{c.Name, c.Type})
	}
	if a.output == "csv" {
		return csv.NewWriter(a.out).WriteAll(rows)
	}
	return a.writeTable(rows, nil)
}

// columnHeads are the columns' names; those without one are f0_, f1_, … as in BigQuery.
func columnHeads(names []string) []string {
	out := slices.Clone(names)
	anonymous := 0
	for i := range out {
		if out[i] == "" {
			out[i] = fmt.Sprintf("f%d_", anonymous)
			anonymous++
		}
	}
	return out
}

// queryJSON is a result as -o json prints it: values as package value encodes them.
type queryJSON struct {
	Format  int            `json:"format"`
	Columns []query.Column `json:"columns"`
	Rows    [][]any        `json:"rows"`
	More    bool           `json:"more,omitempty"`
}

func (a *app) viewQueryResult(r query.Result) error {
	if a.output == "json" {
		return a.writeJSON(queryJSON{Format: 1, Columns: r.Columns, Rows: r.Rows, More: r.More})
	}
	header := make([]string, len(r.Columns))
	types := make([]value.Type, len(r.Columns))
	right := make([]bool, len(r.Columns))
	for i, c := range r.Columns {
		var err error
		if types[i], err = value.ParseType(c.Type); err != nil {
			return err
		}
		header[i] = c.Name
		switch types[i].Kind {
		case "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC":
			right[i] = true
		}
	}
	rows := [][]string{columnHeads(header)}
	for _, values := range r.Rows {
		row := make([]string, len(values))
		for i, v := range values {
			if v == nil && a.output == "csv" {
				continue // NULL is nothing in a file
			}
			row[i] = value.Text(types[i], v)
		}
		rows = append(rows, row)
	}
	if a.output == "csv" {
		return csv.NewWriter(a.out).WriteAll(rows)
	}
	if err := a.writeTable(rows, right); err != nil {
		return err
	}
	if !a.quiet {
		fmt.Fprintf(a.err, "%d %s\n", len(r.Rows), plural("row", len(r.Rows)))
	}
	return nil
}

// controls are shown so that a cell stays in its line.
var controls = strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, "\x1b", `\x1b`)

// writeTable aligns cells by their width on a terminal; right says which columns are
// numbers.
func (a *app) writeTable(rows [][]string, right []bool) error {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i := range row {
			row[i] = controls.Replace(row[i])
			width[i] = max(width[i], runewidth.StringWidth(row[i]))
		}
	}
	w := bufio.NewWriter(a.out)
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			if i > 0 {
				line.WriteString("  ")
			}
			pad := strings.Repeat(" ", width[i]-runewidth.StringWidth(cell))
			if right != nil && right[i] {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
	return w.Flush()
}

// queryShell reads queries from a terminal, each ended by a semicolon, until its end.
func (a *app) queryShell(ctx context.Context, s *query.Session, f queryFlags) error {
	lines := bufio.NewScanner(a.in)
	lines.Buffer(nil, 1<<20)
	var text strings.Builder
	prompt := func() {
		sign := "sluice> "
		if text.Len() > 0 {
			sign = "     -> "
		}
		fmt.Fprint(a.out, sign)
	}
	fmt.Fprintln(a.err, "GoogleSQL, ended by a semicolon; exit ends.")
	for prompt(); lines.Scan(); prompt() {
		line := strings.TrimSpace(lines.Text())
		if text.Len() == 0 && (line == "" || line == "exit" || line == "quit") {
			if line == "" {
				continue
			}
			return nil
		}
		text.WriteString(lines.Text() + "\n")
		if !strings.HasSuffix(line, ";") {
			continue
		}
		err := a.queryOne(ctx, s, f, "query", text.String())
		text.Reset()
		var code exitCode
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil && !errors.As(err, &code): // mistakes are printed already
			fmt.Fprintf(a.err, "error: %v\n", err)
		}
	}
	fmt.Fprintln(a.out)
	return lines.Err()
}
