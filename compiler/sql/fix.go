package sql

import (
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/sql/engine"
	"sluice/compiler/sql/lint"
)

// safeEdits turns a finding's edits of a statement's text into edits of the user's
// file; none where a place cannot be told exactly, or where the edited statement does
// not have the very same columns.
func (r *runner) safeEdits(a lintRequest, edits []lint.Edit) []diag.Edit {
	if len(edits) == 0 {
		return nil
	}
	if _, mapped := indentOf(a.statement); !mapped {
		return nil
	}
	inCUE := !strings.HasSuffix(a.statement.At.File, ".sql")
	var out []diag.Edit
	for _, e := range edits {
		if inCUE && strings.ContainsAny(e.Text, "\"\\\n") {
			return nil // the string would end, or read otherwise
		}
		// An empty place has an end, too.
		at := Place(a.statement, e.Start, e.End)
		if e.End == e.Start {
			at.EndLine, at.EndCol = at.Line, at.Col
		}
		out = append(out, diag.Edit{Span: at, Text: e.Text})
	}
	if !r.sameColumns(a, applyEdits(a.statement.Text, edits)) {
		return nil
	}
	return out
}

// sameColumns reports whether another text of a statement is understood and gives
// columns of the same names and types.
func (r *runner) sameColumns(a lintRequest, text string) bool {
	before := a.request
	before.Lint = nil
	old, err := r.asker.analyse(before)
	if err != nil || len(old.Problems) > 0 {
		return false
	}
	parsed, err := r.asker.parse(text, before.Kind)
	if err != nil || parsed.Problem != nil {
		return false
	}
	after := before
	after.Text, after.Parsed = text, parsed
	for _, ref := range parsed.Refs { // no edit makes a statement read what it did not
		if !slices.ContainsFunc(before.Parsed.Refs, func(o engine.Ref) bool { return o.Kind == ref.Kind && o.Name == ref.Name }) {
			return false
		}
	}
	now, err := r.asker.analyse(after)
	return err == nil && len(now.Problems) == 0 && now.Type == old.Type && slices.Equal(now.Columns, old.Columns)
}

// applyEdits edits a text. Edits do not overlap.
func applyEdits(text string, edits []lint.Edit) string {
	sorted := slices.Clone(edits)
	slices.SortFunc(sorted, func(a, b lint.Edit) int { return b.Start - a.Start })
	for _, e := range sorted {
		text = text[:e.Start] + e.Text + text[e.End:]
	}
	return text
}
