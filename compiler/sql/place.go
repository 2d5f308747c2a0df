package sql

import (
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
)

// Place turns byte offsets of a statement's text into the place in the user's file.
// start below zero, a statement that was made, and a text whose lines are not the
// file's lines give the place of the whole. end is exclusive; where it is not behind
// start, only the start is known.
func Place(s *model.Statement, start, end int) diag.Span {
	indent, mapped := indentOf(s)
	if !mapped || start < 0 {
		at := s.At
		if mapped {
			at.EndLine, at.EndCol = 0, 0
		}
		return at
	}
	at := diag.Span{File: s.At.File}
	at.Line, at.Col = lineCol(s, start, indent)
	if end > start {
		at.EndLine, at.EndCol = lineCol(s, end, indent)
	}
	return at
}

// indentOf says how far every line of the text but the first is indented in the
// file, and whether the text's lines are the file's at all. A .sql file is its text.
// For a CUE string, the end of the statement's place tells: it is known only where
// lines and columns can be counted on.
func indentOf(s *model.Statement) (int, bool) {
	switch {
	case s.Made || s.At.Line == 0:
		return 0, false
	case strings.HasSuffix(s.At.File, ".sql"):
		return 0, true
	}
	return s.Indent, s.At.EndLine > 0
}

func lineCol(s *model.Statement, offset, indent int) (line, col int32) {
	before := s.Text[:min(offset, len(s.Text))]
	newlines := strings.Count(before, "\n")
	if newlines == 0 {
		return s.At.Line, s.At.Col + int32(len(before))
	}
	inLine := len(before) - strings.LastIndexByte(before, '\n')
	return s.At.Line + int32(newlines), int32(indent + inLine)
}
