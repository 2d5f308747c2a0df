package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// TextOptions says how diagnostics are written for people.
type TextOptions struct {
	// Source returns a file's bytes for the excerpt; nil prints none. A file that
	// cannot be read has no excerpt.
	Source func(file string) ([]byte, error)
	// Color adds ANSI colours.
	Color bool
	// Prefix stands before every file's name, so that it can be opened from the
	// working directory, e.g. "cue/manabi/".
	Prefix string
}

// WriteText writes the list, sorted, and one closing line that counts it.
func WriteText(w io.Writer, l List, o TextOptions) error {
	var b bytes.Buffer
	p := painter{on: o.Color}
	lines := sourceLines(o.Source)
	for _, d := range l.Sorted() {
		writeOne(&b, d, o.Prefix, p, lines)
	}
	if s := Summary(l); s != "" {
		fmt.Fprintln(&b, s)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Summary is "2 errors, 1 warning", or empty where there is nothing to count.
func Summary(l List) string {
	l = l.Sorted()
	var parts []string
	for _, s := range []Severity{Error, Warning, Info} {
		switch n := l.Count(s); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+s.String())
		default:
			parts = append(parts, fmt.Sprintf("%d %ss", n, s))
		}
	}
	return strings.Join(parts, ", ")
}

func writeOne(b *bytes.Buffer, d Diagnostic, prefix string, p painter, lines func(string) [][]byte) {
	if !d.Span.IsZero() {
		b.WriteString(p.bold(prefix + d.Span.String() + ": "))
	}
	fmt.Fprintf(b, "%s: %s\n", p.severity(d.Severity, fmt.Sprintf("%s[%s]", d.Severity, d.Code)), p.bold(d.Message))
	if !d.Concealed {
		writeExcerpt(b, d.Span, p, d.Severity, lines)
	}
	for _, r := range d.Related {
		fmt.Fprintf(b, "  %s%s: %s\n", prefix, r.Span, r.Message)
	}
	for _, n := range d.Notes {
		fmt.Fprintf(b, "  %s\n", n)
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "  %s %s\n", p.hint("hint:"), d.Hint)
	}
}

// writeExcerpt prints the line and a caret under the span; of a span over several
// lines only the first.
func writeExcerpt(b *bytes.Buffer, s Span, p painter, sev Severity, lines func(string) [][]byte) {
	all := lines(s.File)
	if s.Line < 1 || int(s.Line) > len(all) {
		return
	}
	line := all[s.Line-1]
	from := clamp(int(s.Col)-1, 0, len(line))
	to := len(line)
	switch {
	case s.EndLine == s.Line && s.EndCol > s.Col:
		to = clamp(int(s.EndCol)-1, from, len(line))
	case s.EndLine == 0 || s.EndLine == s.Line:
		to = from + wordLen(line[from:])
	}
	line, from, to = window(line, from, to)
	number := fmt.Sprintf("%5d", s.Line)
	fmt.Fprintf(b, "%s %s\n", p.dim(number+" |"), expandTabs(line))
	fmt.Fprintf(b, "%s %s%s\n", p.dim(strings.Repeat(" ", len(number))+" |"),
		strings.Repeat(" ", displayWidth(line[:from])),
		p.severity(sev, strings.Repeat("^", max(1, displayWidth(line[from:to])))))
}

// A line of more than longest bytes is shown in part: reach bytes before the span and
// twice as many from its beginning.
const (
	longest = 400
	reach   = 100
)

// window cuts a very long line, such as data that a program wrote, to what is around
// the span.
func window(line []byte, from, to int) ([]byte, int, int) {
	if len(line) <= longest {
		return line, from, to
	}
	const mark = "…"
	first, last := max(from-reach, 0), min(from+2*reach, len(line))
	for first > 0 && !utf8.RuneStart(line[first]) {
		first--
	}
	for last < len(line) && !utf8.RuneStart(line[last]) {
		last++
	}
	var out []byte
	if first > 0 {
		out = append(out, mark...)
	}
	shift := len(out) - first
	out = append(out, line[first:last]...)
	if last < len(line) {
		out = append(out, mark...)
	}
	return out, from + shift, min(to, last) + shift
}

// wordLen is the length of the word or quoted text that begins here; 1 where
// neither does, 0 at the end of the line.
func wordLen(line []byte) int {
	if len(line) > 0 && (line[0] == '"' || line[0] == '`' || line[0] == '\'') {
		if end := bytes.IndexByte(line[1:], line[0]); end >= 0 {
			return end + 2
		}
	}
	n := 0
	for n < len(line) && (line[n] == '_' || line[n] >= '0' && line[n] <= '9' || line[n]|0x20 >= 'a' && line[n]|0x20 <= 'z' || line[n] >= utf8.RuneSelf) {
		n++
	}
	return min(max(n, 1), len(line))
}

const tabWidth = 4

func expandTabs(line []byte) string {
	return strings.ReplaceAll(string(line), "\t", strings.Repeat(" ", tabWidth))
}

// displayWidth counts terminal cells: tabs as expandTabs writes them, East Asian
// wide characters and emoji as two.
func displayWidth(b []byte) int {
	n := 0
	for _, r := range string(b) {
		switch {
		case r == '\t':
			n += tabWidth
		case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3,
			r >= 0xF900 && r <= 0xFAFF, r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60,
			r >= 0xFFE0 && r <= 0xFFE6, r >= 0x1F300 && r <= 0x1FAFF, r >= 0x20000 && r <= 0x3FFFD:
			n += 2
		default:
			n++
		}
	}
	return n
}

// sourceLines reads each file once.
func sourceLines(read func(string) ([]byte, error)) func(string) [][]byte {
	cache := map[string][][]byte{}
	return func(file string) [][]byte {
		if read == nil || file == "" {
			return nil
		}
		lines, seen := cache[file]
		if !seen {
			if data, err := read(file); err == nil && utf8.Valid(data) {
				data = bytes.TrimPrefix(data, []byte("\ufeff")) // columns do not count it
				lines = bytes.Split(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n"))
			}
			cache[file] = lines
		}
		return lines
	}
}

func clamp(v, lo, hi int) int { return max(lo, min(v, hi)) }

// painter colours text where that is wanted.
type painter struct{ on bool }

func (p painter) wrap(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p painter) bold(s string) string { return p.wrap("1", s) }
func (p painter) dim(s string) string  { return p.wrap("2", s) }
func (p painter) hint(s string) string { return p.wrap("36", s) }

func (p painter) severity(sev Severity, s string) string {
	return p.wrap(map[Severity]string{Error: "1;31", Warning: "1;33", Info: "1;34"}[sev], s)
}
