package format

import (
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// Platform lays out a platform's SQL: its SQL files and the queries in strings of
// several lines in CUE. source reads a file by its name in spans. The result holds the
// files that change; skipped are places whose SQL was left as it is because it could not
// be laid out with the same meaning.
func Platform(p *spec.Platform, source func(file string) (string, error)) (files map[string]string, skipped []diag.Span, err error) {
	files = map[string]string{}
	for name := range p.SQLFiles {
		old, err := source(name)
		if err != nil {
			return nil, nil, err
		}
		text, problem := Query(old)
		if problem != nil {
			skipped = append(skipped, diag.Span{File: name, Line: 1, Col: 1})
		} else if text != old {
			files[name] = text
		}
	}
	var list diag.List
	for _, inline := range texts(p) {
		if !inline.Set || !strings.Contains(inline.V, "\n") || inline.At.EndLine == 0 || !strings.HasSuffix(inline.At.File, ".cue") {
			continue
		}
		text, problem := Query(inline.V)
		if problem != nil {
			skipped = append(skipped, inline.At)
			continue
		}
		if text == inline.V {
			continue
		}
		file, err := source(inline.At.File)
		if err != nil {
			return nil, nil, err
		}
		edit, ok := replaced(file, inline, text)
		if !ok {
			skipped = append(skipped, inline.At)
			continue
		}
		list = append(list, diag.Diagnostic{Span: inline.At, Edits: []diag.Edit{edit}})
	}
	fixed, err := diag.ApplyEdits(list, source)
	for name, f := range fixed {
		files[name] = f.Text
	}
	return files, skipped, err
}

// texts are the queries that stand in CUE.
func texts(p *spec.Platform) []spec.Text {
	var out []spec.Text
	checks := func(list []*spec.Check) {
		for _, c := range list {
			out = append(out, c.Query, c.Left, c.Right)
		}
	}
	for _, t := range p.Tables {
		out = append(out, t.SQL)
		checks(t.Checks)
	}
	for _, s := range p.Sources {
		for _, t := range s.Tables {
			checks(t.Checks)
		}
	}
	for _, f := range p.Routines {
		out = append(out, f.SQL)
	}
	for _, e := range p.Exports {
		out = append(out, e.Query)
	}
	checks(p.Checks)
	return out
}

// replaced puts a new text, as it has to stand in a CUE file, in the place of the old
// one; false where the file does not hold the old one line by line.
func replaced(file string, old spec.Text, text string) (diag.Edit, bool) {
	lines := strings.SplitAfter(file, "\n")
	first := int(old.At.Line) - 1
	if first < 0 || first >= len(lines) || int(old.At.Col)-1 > len(lines[first]) {
		return diag.Edit{}, false
	}
	indent := lines[first][:old.At.Col-1]
	if strings.Trim(indent, " \t") != "" {
		return diag.Edit{}, false
	}
	written := strings.Join(lines[first:], "")
	for _, blank := range []string{"", indent} {
		place := func(text string) string {
			var b strings.Builder
			for i, line := range strings.Split(text, "\n") {
				if i > 0 {
					b.WriteByte('\n')
					if line == "" {
						b.WriteString(blank)
					} else {
						b.WriteString(indent)
					}
				}
				b.WriteString(line)
			}
			return b.String()
		}
		whole := place(old.V)
		if strings.HasPrefix(written, indent+whole) {
			at := old.At
			at.EndLine = at.Line + int32(strings.Count(whole, "\n"))
			at.EndCol = int32(len(whole) - strings.LastIndexByte(whole, '\n'))
			return diag.Edit{Span: at, Text: place(text)}, true
		}
	}
	return diag.Edit{}, false
}
