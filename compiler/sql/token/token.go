// Package token cuts GoogleSQL into its tokens, comments and blanks included, so that
// the pieces put together are the text again. It knows no grammar: what is not a
// token of any kind is a token of one character.
package token

import (
	"strings"
	"unicode/utf8"
)

// Kind says what a token is.
type Kind uint8

// The kinds. A Word is a keyword, a name or a parameter with its @; a Name is what
// stands in backticks.
const (
	Blank   Kind = iota // spaces, tabs, line ends
	Comment             // without the line end
	Word
	Name
	String // a string or bytes literal, prefix and quotes included
	Number
	Symbol
)

// Token is a piece of a text. Text[Start:End] of the text is Text.
type Token struct {
	Kind  Kind
	Text  string
	Start int
}

// End is the offset behind the token.
func (t Token) End() int { return t.Start + len(t.Text) }

// Is reports whether the token is a word in any case, or the symbol.
func (t Token) Is(text string) bool {
	switch t.Kind {
	case Word:
		return strings.EqualFold(t.Text, text)
	case Symbol:
		return t.Text == text
	}
	return false
}

// IsLine reports whether a comment reaches to the end of its line.
func (t Token) IsLine() bool { return t.Kind == Comment && !strings.HasPrefix(t.Text, "/*") }

// symbols of more than one character, longest first.
var symbols = []string{"<<=", ">>=", "@@", "|>", "<=", ">=", "<>", "!=", "||", "=>", "->", "<<", ">>", "+=", "-="}

// Split cuts a text into tokens. A quote or a comment that nothing closes reaches to
// the end of the text.
func Split(text string) []Token {
	var out []Token
	for i := 0; i < len(text); {
		kind, n := next(text[i:])
		out = append(out, Token{Kind: kind, Text: text[i : i+n], Start: i})
		i += n
	}
	return out
}

// Meaning are the tokens that a parser sees: without blanks and comments.
func Meaning(text string) []Token {
	var out []Token
	for _, t := range Split(text) {
		if t.Kind != Blank && t.Kind != Comment {
			out = append(out, t)
		}
	}
	return out
}

func next(s string) (Kind, int) {
	c := s[0]
	switch {
	case isBlank(c):
		n := 1
		for n < len(s) && isBlank(s[n]) {
			n++
		}
		return Blank, n
	case strings.HasPrefix(s, "--"), c == '#':
		n := strings.IndexAny(s, "\r\n")
		if n < 0 {
			n = len(s)
		}
		return Comment, n
	case strings.HasPrefix(s, "/*"):
		if n := strings.Index(s[2:], "*/"); n >= 0 {
			return Comment, n + 4
		}
		return Comment, len(s)
	case c == '`':
		return Name, quoted(s, 0)
	case c == '\'' || c == '"':
		return String, quoted(s, 0)
	}
	if p := stringPrefix(s); p > 0 {
		return String, quoted(s, p)
	}
	if c >= '0' && c <= '9' || c == '.' && len(s) > 1 && s[1] >= '0' && s[1] <= '9' {
		return Number, numberLen(s)
	}
	if n := wordLen(s); n > 0 {
		return Word, n
	}
	if c == '@' && len(s) > 1 && s[1] != '@' && s[1] != '{' {
		if n := wordLen(s[1:]); n > 0 {
			return Word, n + 1
		}
	}
	for _, sym := range symbols {
		if strings.HasPrefix(s, sym) {
			return Symbol, len(sym)
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	return Symbol, n
}

func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}

func wordLen(s string) int {
	n := 0
	for n < len(s) && (s[n] == '_' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' || n > 0 && s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return n
}

// numberLen is the length of a number: 1, 1.5, .5, 1e-3, 0xFF. A dot that begins a
// field of what is no number cannot follow a digit.
func numberLen(s string) int {
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		n := 2
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'f') {
			n++
		}
		return n
	}
	n := 0
	digits := func() {
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
	}
	digits()
	if n < len(s) && s[n] == '.' {
		n++
		digits()
	}
	if n < len(s) && s[n]|0x20 == 'e' {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if m < len(s) && s[m] >= '0' && s[m] <= '9' {
			n = m
			digits()
		}
	}
	return n
}

// stringPrefix is the length of r, b, rb or br where a quote follows; 0 otherwise.
func stringPrefix(s string) int {
	for n := 1; n <= 2 && n < len(s); n++ {
		if s[n] != '\'' && s[n] != '"' {
			continue
		}
		switch strings.ToLower(s[:n]) {
		case "r", "b", "rb", "br":
			return n
		}
	}
	return 0
}

// quoted is the length of what begins with a quote behind a prefix. A backslash takes
// the next character along; in raw strings too it does not end the string.
func quoted(s string, prefix int) int {
	i := prefix
	end := s[i : i+1]
	if triple := strings.Repeat(end, 3); end != "`" && strings.HasPrefix(s[i:], triple) {
		end = triple
	}
	i += len(end)
	for i < len(s) {
		switch {
		case strings.HasPrefix(s[i:], end):
			return i + len(end)
		case s[i] == '\\' && i+1 < len(s):
			i += 2
		default:
			i++
		}
	}
	return len(s)
}

// Same reports whether two texts have the same tokens: blanks and comments aside, and
// words without regard to their case where both are one of the keywords.
func Same(a, b string, keyword func(string) bool) bool {
	x, y := Meaning(a), Meaning(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].Kind != y[i].Kind || x[i].Text != y[i].Text &&
			!(x[i].Kind == Word && strings.EqualFold(x[i].Text, y[i].Text) && keyword(x[i].Text)) {
			return false
		}
	}
	return true
}
