package engine

import (
	"slices"
	"sort"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// Every look at a node of the library's is a call into transpiled code, so clauses of
// plain expressions, which name nothing outside the text, are told by their words.

// loudWords begin what may name a table or a model inside an expression.
var loudWords = []string{"SELECT", "FROM", "JOIN", "WITH", "TABLE", "MODEL", "GRAPH", "MATCH", "CALL"}

// loudPlaces finds the offsets in a text at which an expression may name something:
// parameters, calls of functions with a dataset, subqueries. There may be more, in
// comments and literals, but not less. The result is not nil.
func loudPlaces(text string) []int {
	places := []int{}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '@' || c == '?' || c == '{' || c == '|' && strings.HasPrefix(text[i:], "|>"):
			places = append(places, i)
		case c == '#' || c == '-' && strings.HasPrefix(text[i:], "--") || c == '/' && strings.HasPrefix(text[i:], "/*"):
			places = append(places, i) // a comment may stand between a name and its parenthesis
		case c == '(':
			if isDottedCall(text[:i]) {
				places = append(places, i)
			}
		case isWordByte(c):
			end := i + 1
			for end < len(text) && isWordByte(text[end]) {
				end++
			}
			if word := text[i:end]; slices.ContainsFunc(loudWords, func(w string) bool { return len(w) == len(word) && strings.EqualFold(w, word) }) {
				places = append(places, i)
			}
			i = end - 1
		}
	}
	return places
}

// isDottedCall reports whether what stands before a parenthesis may be the name of a
// function with a dataset.
func isDottedCall(before string) bool {
	before = strings.TrimRight(before, " \t\r\n\v\f")
	name := strings.TrimRightFunc(before, func(r rune) bool { return r < 0x80 && isWordByte(byte(r)) })
	rest := strings.TrimRight(name, " \t\r\n\v\f")
	if rest == "" || before == "" {
		return false
	}
	// A byte that is no ASCII: whatever it is, the library is to say.
	return before[len(before)-1] == '`' || before[len(before)-1] >= 0x80 || rest[len(rest)-1] == '.' || rest[len(rest)-1] == '`' || rest[len(rest)-1] >= 0x80
}

func isWordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isQuiet reports whether nothing below a node names anything.
func (v *visitor) isQuiet(n gsql.ASTNode) bool {
	if v.loud == nil {
		return false
	}
	start, end := span(n)
	i := sort.SearchInts(v.loud, start)
	return start < end && (i == len(v.loud) || v.loud[i] >= end)
}
