package lint

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"sluice/compiler/diag"
)

// Suppression is a comment that silences findings:
//
//	-- sluice:ignore SL7011 any ten rows will do      in SQL
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
	ignoreComment = regexp.MustCompile(`(--|//|#|/\*)[ \t]*sluice:ignore\b([^\n]*)`)
	ignoreCode    = regexp.MustCompile(`^[ \t,]*(SL\d{4})\b`)
)

// suppressions finds the comments in a file. What stands in a string of a .sql file
// is no comment; a CUE file holds SQL in strings, so there any line may be one.
func suppressions(file string, text string) []*suppression {
	var out []*suppression
	if !strings.Contains(text, "sluice:ignore") {
		return nil
	}
	inString := func(int) bool { return false }
	if strings.HasSuffix(file, ".sql") {
		inString = stringsOf(text)
	}
	alone := map[int32]bool{}
	start := 0
	for i, line := range strings.Split(text, "\n") {
		number := int32(i + 1)
		if m := ignoreComment.FindStringSubmatchIndex(line); m != nil && !inString(start+m[0]) {
			s := &suppression{line: number, at: diag.Span{File: file, Line: number, Col: int32(m[0] + 1), EndLine: number, EndCol: int32(len(strings.TrimRight(line, "\r")) + 1)}}
			rest := strings.TrimSuffix(strings.TrimRight(line[m[4]:m[5]], " \t\r"), "*/")
			for c := ignoreCode.FindStringSubmatchIndex(rest); c != nil; c = ignoreCode.FindStringSubmatchIndex(rest) {
				s.codes = append(s.codes, diag.Code(rest[c[2]:c[3]]))
				rest = rest[c[1]:]
			}
			s.reason = strings.Trim(rest, " \t:,–-")
			alone[number] = strings.TrimSpace(line[:m[0]]) == ""
			out = append(out, s)
		}
		start += len(line) + 1
	}
	for _, s := range out {
		for alone[s.line] {
			s.line++
		}
	}
	return out
}

// stringsOf tells whether an offset of a SQL text lies in a string or in a quoted
// name.
func stringsOf(text string) func(int) bool {
	var spans [][2]int
	for i := 0; i < len(text); {
		end := i + 1
		switch rest := text[i:]; {
		case strings.HasPrefix(rest, "--"), rest[0] == '#':
			end = i + cut(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			end = i + cut(rest, "*/")
		case rest[0] == '\'' || rest[0] == '"' || rest[0] == '`':
			quote := rest[:1]
			if triple := strings.Repeat(quote, 3); strings.HasPrefix(rest, triple) && quote != "`" {
				quote = triple
			}
			end = i + len(quote)
			for end < len(text) && !strings.HasPrefix(text[end:], quote) {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+len(quote), len(text))
			spans = append(spans, [2]int{i, end})
		}
		i = end
	}
	return func(offset int) bool {
		return slices.ContainsFunc(spans, func(s [2]int) bool { return s[0] <= offset && offset < s[1] })
	}
}

// cut is the length of the text up to and including the end mark.
func cut(text, end string) int {
	if i := strings.Index(text, end); i >= 0 {
		return i + len(end)
	}
	return len(text)
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
