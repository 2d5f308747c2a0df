package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
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

// viewQueryJSON prints values as package value encodes them, a row on each line.
func (a *app) viewQueryJSON(r query.Result) error {
	w := bufio.NewWriter(a.out)
	list := func(name string, n int, item func(i int) any, end string) error {
		fmt.Fprintf(w, "  %q: [", name)
		for i := range n {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false) // types are full of < and >
			if err := e.Encode(item(i)); err != nil {
				return err
			}
			if i > 0 {
				w.WriteByte(',')
			}
			fmt.Fprintf(w, "\n    %s", bytes.TrimSuffix(b.Bytes(), []byte("\n")))
		}
		if n > 0 {
			w.WriteString("\n  ")
		}
		_, err := fmt.Fprintf(w, "]%s\n", end)
		return err
	}
	fmt.Fprint(w, "{\n  \"format\": 1,\n")
	if err := list("columns", len(r.Columns), func(i int) any { return r.Columns[i] }, ","); err != nil {
		return err
	}
	more := ""
	if r.More {
		more = ",\n  \"more\": true"
	}
	if err := list("rows", len(r.Rows), func(i int) any { return r.Rows[i] }, more); err != nil {
		return err
	}
	fmt.Fprintln(w, "}")
	return w.Flush()
}

func (a *app) viewQueryResult(r query.Result) error {
	if a.output == "json" {
		return a.viewQueryJSON(r)
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
		fmt.Fprintln(a.err, count(len(r.Rows), "row"))
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
