package diag

import (
	"encoding/json"
	"io"
)

// Report is the JSON form of a list. Format changes when a field changes its meaning.
type Report struct {
	Format      int  `json:"format"`
	Errors      int  `json:"errors"`
	Warnings    int  `json:"warnings"`
	Diagnostics List `json:"diagnostics"`
}

// ReportFormat is the JSON format this build writes.
const ReportFormat = 1

// NewReport sorts and counts a list.
func NewReport(l List) Report {
	l = l.Sorted()
	if l == nil {
		l = List{}
	}
	return Report{Format: ReportFormat, Errors: l.Count(Error), Warnings: l.Count(Warning), Diagnostics: l}
}

// WriteJSON writes a Report, indented.
func WriteJSON(w io.Writer, l List) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(NewReport(l))
}
