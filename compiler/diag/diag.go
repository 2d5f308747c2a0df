// Package diag is how sluice tells users about mistakes in what they wrote.
//
// A user's mistake is a Diagnostic; the world failing is an error; our own bug
// is a panic. Every diagnostic names the place in the user's file, has a stable
// code with a page under docs/codes, and says the next step to take.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Span is a place in a user's file. File is slash-separated and relative to the
// platform's root. Line and Col are 1-based; Col counts bytes. EndLine and
// EndCol are exclusive and zero where only the start is known.
type Span struct {
	File    string `json:"file"`
	Line    int32  `json:"line"`
	Col     int32  `json:"col"`
	EndLine int32  `json:"end_line,omitempty"`
	EndCol  int32  `json:"end_col,omitempty"`
}

// IsZero reports whether the span names no place.
func (s Span) IsZero() bool { return s.File == "" && s.Line == 0 }

// String is file:line:col.
func (s Span) String() string {
	if s.Line == 0 {
		return s.File
	}
	return fmt.Sprintf("%s:%d:%d", s.File, s.Line, s.Col)
}

// Severity orders diagnostics; only Error makes a command fail.
type Severity uint8

const (
	Error Severity = iota
	Warning
	Info
)

// String is the word that is printed: error, warning or info.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return "error"
}

// MarshalText makes JSON carry the printed word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the printed word.
func (s *Severity) UnmarshalText(b []byte) error {
	switch string(b) {
	case "error":
		*s = Error
	case "warning":
		*s = Warning
	case "info":
		*s = Info
	default:
		return fmt.Errorf("unknown severity %q", b)
	}
	return nil
}

// Related is a second place that explains the first.
type Related struct {
	Span    Span   `json:"span"`
	Message string `json:"message"`
}

// Edit puts Text in the place of a span of a file, whose end is known.
type Edit struct {
	Span Span   `json:"span"`
	Text string `json:"text"`
}

// Diagnostic is one mistake.
type Diagnostic struct {
	Code     Code      `json:"code"`
	Severity Severity  `json:"severity"`
	Span     Span      `json:"span"`
	Message  string    `json:"message"`           // one sentence, no final stop, names quoted
	Related  []Related `json:"related,omitempty"` // printed as file:line:col: message
	Notes    []string  `json:"notes,omitempty"`   // free lines, e.g. the longest path
	Hint     string    `json:"hint,omitempty"`    // the next step to take
	Node     string    `json:"node,omitempty"`    // the node it is about, e.g. core.member_status
	// Edits of the user's files mend it, where that is safe; they do not overlap.
	Edits []Edit `json:"edits,omitempty"`
	// Concealed keeps the source line out of every rendering: it holds a secret.
	Concealed bool `json:"-"`
}

// List is what a stage reports. The zero value is ready to use.
type List []Diagnostic

// Errorf appends an error and returns it for adding Related, Notes or Hint.
// The pointer is valid until the next append.
func (l *List) Errorf(code Code, at Span, format string, args ...any) *Diagnostic {
	return l.add(Error, code, at, format, args)
}

// Warnf appends a warning; see Errorf.
func (l *List) Warnf(code Code, at Span, format string, args ...any) *Diagnostic {
	return l.add(Warning, code, at, format, args)
}

func (l *List) add(sev Severity, code Code, at Span, format string, args []any) *Diagnostic {
	*l = append(*l, Diagnostic{Code: code, Severity: sev, Span: at, Message: fmt.Sprintf(format, args...)})
	return &(*l)[len(*l)-1]
}

// WithHint sets the next step to take.
func (d *Diagnostic) WithHint(format string, args ...any) *Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithNode sets the node the diagnostic is about.
func (d *Diagnostic) WithNode(node string) *Diagnostic {
	d.Node = node
	return d
}

// WithNote appends a free line.
func (d *Diagnostic) WithNote(format string, args ...any) *Diagnostic {
	d.Notes = append(d.Notes, fmt.Sprintf(format, args...))
	return d
}

// WithRelated appends a second place.
func (d *Diagnostic) WithRelated(at Span, format string, args ...any) *Diagnostic {
	d.Related = append(d.Related, Related{Span: at, Message: fmt.Sprintf(format, args...)})
	return d
}

// HasErrors reports whether any diagnostic is an error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Count returns how many diagnostics have the severity.
func (l List) Count(s Severity) int {
	n := 0
	for i := range l {
		if l[i].Severity == s {
			n++
		}
	}
	return n
}

// Sorted returns the list ordered by place, then code, then message, without
// exact repeats. Stages report in any order; output is always sorted.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Span.File, b.Span.File),
			cmp.Compare(a.Span.Line, b.Span.Line),
			cmp.Compare(a.Span.Col, b.Span.Col),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Message == b.Message
	})
}
