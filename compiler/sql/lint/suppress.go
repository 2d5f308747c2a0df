package lint

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/sql/token"
)

// suppression is a comment that silences findings:
//
//	-- sluice:ignore SL7011: any ten rows will do     in SQL; the rule's name does as well
//	// sluice:ignore SL7051 goes away next month      in CUE
//
// It is for its own line or, where it stands alone on it, for the next line that is
// no such comment.
type suppression struct {
	at     diag.Span
	line   int32 // that it is for
	codes  []diag.Code
	reason string
	used   bool
}

var (
	ignoreComment = regexp.MustCompile(`^(?:--|//|#|/\*)[ \t]*sluice:ignore\b(.*)$`)
	ignoreInCUE   = regexp.MustCompile(`(?:--|//|#|/\*)[ \t]*sluice:ignore\b`)
	ignoreCode    = regexp.MustCompile(`^[ \t,]*(SL\d{4}|[a-z]+(?:-[a-z]+)+)\b`)
)

// suppressions finds the comments in a file.
func suppressions(file, text string) []*suppression {
	if !strings.Contains(text, "sluice:ignore") {
		return nil
	}
	starts := commentsInCUE(text)
	if strings.HasSuffix(file, ".sql") {
		starts = commentsInSQL(text)
	}
	var out []*suppression
	alone := map[int32]bool{}
	for _, start := range starts {
		comment, _, _ := strings.Cut(text[start:], "\n")
		comment = strings.TrimRight(comment, " \t\r")
		m := ignoreComment.FindStringSubmatch(comment)
		if m == nil {
			continue
		}
		number := int32(1 + strings.Count(text[:start], "\n"))
		before := text[strings.LastIndexByte(text[:start], '\n')+1 : start]
		col := int32(len(before) + 1)
		s := &suppression{line: number, at: diag.Span{File: file, Line: number, Col: col, EndLine: number, EndCol: col + int32(len(comment))}}
		rest := strings.TrimSuffix(m[1], "*/")
		for c := ignoreCode.FindStringSubmatchIndex(rest); c != nil; c = ignoreCode.FindStringSubmatchIndex(rest) {
			code := diag.Code(rest[c[2]:c[3]])
			if rule, ok := diag.RuleOf(string(code)); ok {
				code = rule.Code
			} else if !strings.HasPrefix(string(code), "SL") {
				break // a word of the reason
			}
			s.codes = append(s.codes, code)
			rest = rest[c[1]:]
		}
		s.reason = strings.Trim(rest, " \t:,–-")
		alone[number] = strings.TrimSpace(before) == ""
		out = append(out, s)
	}
	for _, s := range out {
		for alone[s.line] {
			s.line++
		}
	}
	return out
}

// commentsInCUE are the offsets of suppressions in a CUE file, which holds SQL in
// strings: any line may have one.
func commentsInCUE(text string) []int {
	var out []int
	for _, m := range ignoreInCUE.FindAllStringIndex(text, -1) {
		out = append(out, m[0])
	}
	return out
}

// commentsInSQL are the offsets of comments. What stands in a string or in a quoted
// name is none.
func commentsInSQL(text string) []int {
	var out []int
	for _, t := range token.Split(text) {
		if t.Kind == token.Comment {
			out = append(out, t.Start)
		}
	}
	return out
}

// Suppress takes out the findings that comments in the files silence, and adds one for
// each comment that says no reason or silences nothing. files are texts by the names
// that spans use.
func Suppress(findings diag.List, files map[string]string) diag.List {
	type place struct {
		file string
		line int32
	}
	byLine := map[place][]*suppression{}
	var all []*suppression
	for file, text := range files {
		for _, s := range suppressions(file, text) {
			all = append(all, s)
			byLine[place{file, s.line}] = append(byLine[place{file, s.line}], s)
		}
	}
	slices.SortFunc(all, func(a, b *suppression) int {
		return cmp.Or(cmp.Compare(a.at.File, b.at.File), cmp.Compare(a.at.Line, b.at.Line))
	})
	var out diag.List
	for _, d := range findings {
		silenced := false
		for _, s := range byLine[place{d.Span.File, d.Span.Line}] {
			if slices.Contains(s.codes, d.Code) {
				s.used = true
				silenced = silenced || s.reason != ""
			}
		}
		if !silenced {
			out = append(out, d)
		}
	}
	for _, s := range all {
		switch {
		case len(s.codes) == 0 || s.reason == "":
			lacks := "no reason"
			if len(s.codes) == 0 {
				lacks = "no code"
			}
			out.Warnf(diag.SuppressionWithoutReason, s.at, "the suppression gives %s, so it silences nothing", lacks).
				WithHint("write sluice:ignore SL7011 and then why")
		case !s.used:
			out.Warnf(diag.SuppressionWithoutEffect, s.at, "the suppression silences nothing: line %d has no such finding", s.line).
				WithHint("remove it, or move it to the line of the finding")
		}
	}
	return out
}
