package engine

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/compiler/diag"
)

// wrapped is a text inside the statement that the library is given. Offsets of the
// library are moved back into the text.
type wrapped struct {
	prefix, text, suffix string
}

func (w *wrapped) sql() string { return w.prefix + w.text + w.suffix }

// back turns an offset in the statement into one in the text.
func (w *wrapped) back(offset int) int {
	return max(0, min(offset-len(w.prefix), len(w.text)))
}

// wrapForParsing makes a whole statement of the text.
func (w *wrapped) wrapForParsing(kind Kind) {
	switch kind {
	case Condition:
		w.prefix, w.suffix = "SELECT (", "\n)"
	case Scalar:
		w.prefix, w.suffix = "CREATE TEMP FUNCTION f() AS (", "\n)"
	case Aggregate:
		w.prefix, w.suffix = "CREATE TEMP AGGREGATE FUNCTION f() AS (", "\n)"
	}
}

// errorPlace is the end of the library's messages.
var errorPlace = regexp.MustCompile(`\s*\[at (\d+):(\d+)\]`)

// problem turns an error of the library into a Problem of the text.
func (w *wrapped) problem(err error) *Problem {
	message := trueNames(err.Error())
	if strings.HasPrefix(message, "wasm trap") { // its memory ended; it is whole again for the next statement
		panic(libraryError{errors.New("the statement is nested more deeply, or is longer, than the analyser bears")})
	}
	if strings.Contains(message, tableMistake) {
		p := callProblem(w.text, errorPlace.ReplaceAllString(message, ""))
		return p
	}
	start := -1
	if all := errorPlace.FindAllStringSubmatchIndex(message, -1); all != nil {
		m := all[len(all)-1]
		line, _ := strconv.Atoi(message[m[2]:m[3]])
		col, _ := strconv.Atoi(message[m[4]:m[5]])
		start = w.back(offsetAt(w.sql(), line, col))
		message = message[:m[0]] + message[m[1]:]
	}
	if trimmed := len(strings.TrimRight(w.text, " \t\r\n;")); start > trimmed {
		start = trimmed
	}
	p := classify(message)
	p.Start = start
	if start >= 0 {
		p.End = start + wordLen(w.text[start:])
	}
	return p
}

// tabWidth is how far the library lets a tab reach when it counts columns.
const tabWidth = 8

// offsetAt turns the library's place (lines from 1, columns from 1 in characters,
// tabs reaching to the next multiple of eight) into a byte offset.
func offsetAt(text string, line, col int) int {
	i := 0
	for ; line > 1 && i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			line--
		case '\n':
			line--
		}
	}
	for c := 1; c < col && i < len(text) && text[i] != '\n' && text[i] != '\r'; {
		if text[i] == '\t' {
			c += tabWidth - (c-1)%tabWidth
			i++
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		i += size
		c++
	}
	return i
}

// wordLen is the length of the word or quoted name at the beginning of the text.
func wordLen(text string) int {
	if text == "" {
		return 0
	}
	if c := text[0]; c == '`' || c == '\'' || c == '"' {
		if end := strings.IndexByte(text[1:], c); end >= 0 && !strings.Contains(text[1:end+1], "\n") {
			return end + 2
		}
		return 1
	}
	n := 0
	for n < len(text) && (text[n] == '_' || text[n] == '@' && n == 0 || text[n] >= '0' && text[n] <= '9' || text[n]|0x20 >= 'a' && text[n]|0x20 <= 'z') {
		n++
	}
	if n == 0 {
		_, n = utf8.DecodeRuneInString(text)
	}
	return n
}

// didYouMean is the library's own suggestion.
var didYouMean = regexp.MustCompile(`; [Dd]id you mean (.+?)\?`)

// kinds of messages, the first that matches.
var messageKinds = []struct {
	pattern *regexp.Regexp
	code    diag.Code
	hint    string
}{
	{regexp.MustCompile(`^Syntax error: Illegal input character`), diag.SQLSyntax, "names with other than ASCII letters, digits and _ stand in backticks"},
	{regexp.MustCompile(`^Syntax error: Unclosed`), diag.SQLSyntax, "close it; a string that holds a quote stands in the other quotes"},
	{regexp.MustCompile(`^Syntax error`), diag.SQLSyntax, "the mistake is here or just before it; a reserved word used as a name needs backticks"},
	{regexp.MustCompile(`^(Unrecognized name|Name .* not found inside|Column .* not found|Column name .* not found|Field name .* does not exist|Column .* in USING clause not found)`), diag.UnknownSQLColumn, ""},
	{regexp.MustCompile(`^(Function not found|Table-valued function not found|Aggregate function .* not found|Invalid function name)`), diag.UnknownFunction, "declare it under routine, or correct the name; functions of BigQuery need no dataset"},
	{regexp.MustCompile(`^Type not found`), diag.SQLTypeMismatch, "use a type of GoogleSQL: INT64, FLOAT64, NUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP, JSON, …"},
	{regexp.MustCompile(`^Query parameter`), diag.UndeclaredParameter, ""},
	{regexp.MustCompile(`^Invalid cast`), diag.SQLTypeMismatch, "there is no such cast: use a function that converts, for example UNIX_DATE, EXTRACT or FORMAT_DATE"},
	{regexp.MustCompile(`^No matching signature|^(Invalid cast|Cannot (coerce|cast|access field)|Could not cast)|incompatible types?|should be type|must be type|cannot be compared|should return type|expected type|has type|^Column \d+ in .* has`), diag.SQLTypeMismatch, "cast with CAST or SAFE_CAST, or correct the type where the column is declared"},
	{regexp.MustCompile(`neither grouped nor aggregated`), diag.InvalidSQL, "add it to GROUP BY, or aggregate it, for example with MAX or ANY_VALUE"},
}

// maxSignatures is how many signatures a message lists: an operator has a dozen, none
// of which helps.
const maxSignatures = 4

// classify gives a message of the library its code, its hint and notes.
func classify(message string) *Problem {
	lines := strings.Split(strings.TrimSpace(message), "\n")
	p := &Problem{Code: diag.InvalidSQL, Message: strings.TrimSpace(lines[0])}
	if strings.Count(message, "\n  Signature: ") > maxSignatures {
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "  Signature: ") || strings.HasPrefix(l, "    ") })
	}
	for _, l := range lines[1:] {
		if l = strings.TrimRight(l, " "); l != "" {
			p.Notes = append(p.Notes, strings.TrimPrefix(l, "  "))
		}
	}
	for _, k := range messageKinds {
		if k.pattern.MatchString(message) {
			p.Code, p.Hint = k.code, k.hint
			break
		}
	}
	if m := didYouMean.FindStringSubmatchIndex(p.Message); m != nil {
		p.Hint = `did you mean "` + p.Message[m[2]:m[3]] + `"?`
		p.Message = p.Message[:m[0]] + p.Message[m[1]:]
	}
	p.Message = strings.TrimSuffix(strings.TrimPrefix(p.Message, "Syntax error: "), ".")
	return p
}
