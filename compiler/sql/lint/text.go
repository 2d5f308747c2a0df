package lint

import (
	"strings"

	"sluice/compiler/sql/token"
)

// tokens are those of a part of the text that a parser sees, at their offsets in the
// text.
func (s *statement) tokens(start, end int) []token.Token {
	list := token.Meaning(s.text[start:end])
	for i := range list {
		list[i].Start += start
	}
	return list
}

// key is what makes two expressions the same text: their tokens.
func (s *statement) key(t *syntax) string {
	var b strings.Builder
	for _, tok := range token.Meaning(s.text[t.start:t.end]) {
		text := tok.Text
		if tok.Kind == token.Word {
			text = strings.ToLower(text)
		}
		b.WriteString(text)
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

// remove is the edit that takes a piece of text out; none where that would take a
// comment along.
func (s *statement) remove(start, end int) Edit { return s.replace(start, end, "") }

// replace is the edit that puts other text in a place; none, which is Start -1, where
// a comment would be lost.
func (s *statement) replace(start, end int, with string) Edit {
	for _, t := range token.Split(s.text[start:end]) {
		if t.Kind == token.Comment {
			return Edit{Start: -1}
		}
	}
	return Edit{Start: start, End: end, Text: with}
}

// blanksBefore is where the blanks end that stand before an offset.
func (s *statement) blanksBefore(offset int) int {
	return len(strings.TrimRight(s.text[:offset], " \t\r\n"))
}

// compactAll is a piece of SQL on one line.
func compactAll(text string) string { return strings.Join(strings.Fields(text), " ") }
