package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"sluice/cmd/sluice/query"
	"sluice/compiler/sql/token"
)

// queryShell reads queries from a terminal, each ended by a semicolon, until its end.
func (a *app) queryShell(ctx context.Context, s *query.Session, f queryFlags) error {
	lines := bufio.NewScanner(a.in)
	lines.Buffer(nil, 1<<20)
	open := ""
	prompt := func() {
		sign := "sluice> "
		if open != "" {
			sign = "     -> "
		}
		fmt.Fprint(a.out, sign)
	}
	fmt.Fprintln(a.err, "GoogleSQL, ended by a semicolon; exit ends.")
	for prompt(); lines.Scan(); prompt() {
		if open == "" {
			switch strings.TrimRight(strings.TrimSpace(lines.Text()), ";") {
			case "exit", "quit", `\q`:
				return nil
			}
		}
		var queries []string
		queries, open = cutQueries(open + lines.Text() + "\n")
		for _, text := range queries {
			err := a.queryOne(ctx, s, f, "query", text)
			var code exitCode
			switch {
			case ctx.Err() != nil:
				return err
			case err != nil && !errors.As(err, &code): // mistakes are printed already
				fmt.Fprintf(a.err, "error: %v\n", err)
			}
		}
	}
	fmt.Fprintln(a.out)
	return lines.Err()
}

// cutQueries gives the queries that a semicolon ends, and what is not ended yet; empty
// ones are left out.
func cutQueries(text string) (queries []string, open string) {
	begin := 0
	empty := true
	for _, t := range token.Split(text) {
		switch {
		case t.Is(";"):
			if !empty {
				queries = append(queries, strings.TrimSpace(text[begin:t.End()]))
			}
			begin, empty = t.End(), true
		case t.Kind == token.String && strings.Contains(t.Text, "\n") && !strings.Contains(t.Text, `'''`) && !strings.Contains(t.Text, `"""`):
			// A quote that its line does not close is a mistake, and nothing that follows closes it.
			return append(queries, strings.TrimSpace(text[begin:])), ""
		case t.Kind != token.Blank && t.Kind != token.Comment:
			empty = false
		}
	}
	if open = strings.TrimLeft(text[begin:], " \t\r\n"); empty && !strings.HasPrefix(open, "/*") {
		open = "" // nothing, or a comment of one line
	}
	return queries, open
}
