// Package sarif writes diagnostics in SARIF 2.1.0, which code hosts show beside
// the lines of a pull request.
package sarif

import (
	"io"

	"github.com/owenrumney/go-sarif/v3/pkg/report"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"sluice/compiler/diag"
)

// pages is where the page of each code stands.
const pages = "https://sluice.dev/docs/codes/"

// Write writes the list as one run of one tool. Prefix is put before every
// file's name, so that names are relative to the repository.
func Write(w io.Writer, l diag.List, prefix string) error {
	run := sarif.NewRun().WithTool(sarif.NewTool().WithDriver(sarif.NewToolComponent().WithName("sluice")))
	for _, d := range l.Sorted() {
		rule := run.AddRule(string(d.Code))
		if info, ok := diag.Lookup(d.Code); ok {
			rule.WithDescription(info.Title).WithMarkdownHelp(info.Explain).WithHelpURI(pages + string(d.Code) + ".md")
		}
		result := run.CreateResultForRule(string(d.Code)).
			WithLevel(level(d.Severity)).
			WithMessage(sarif.NewTextMessage(message(d)))
		if !d.Span.IsZero() {
			result.WithLocations([]*sarif.Location{location(d.Span, prefix)})
		}
		if len(d.Edits) > 0 {
			result.AddFixe(fix(d, prefix))
		}
		var related []*sarif.Location
		for _, r := range d.Related {
			related = append(related, location(r.Span, prefix).WithMessage(sarif.NewTextMessage(r.Message)))
		}
		if related != nil {
			result.WithRelatedLocations(related)
		}
	}
	out := report.NewV210Report()
	out.AddRun(run)
	return out.PrettyWrite(w)
}

// message is the diagnostic with its notes and hint: SARIF viewers show one text.
func message(d diag.Diagnostic) string {
	text := d.Message
	for _, n := range d.Notes {
		text += "\n" + n
	}
	if d.Hint != "" {
		text += "\nhint: " + d.Hint
	}
	return text
}

// fix holds the edits of a diagnostic, which are all in one file.
func fix(d diag.Diagnostic, prefix string) *sarif.Fix {
	change := sarif.NewArtifactChange().WithArtifactLocation(sarif.NewSimpleArtifactLocation(prefix + d.Edits[0].Span.File))
	for _, e := range d.Edits {
		region := sarif.NewRegion().WithStartLine(int(e.Span.Line)).WithStartColumn(int(e.Span.Col)).
			WithEndLine(int(e.Span.EndLine)).WithEndColumn(int(e.Span.EndCol))
		change.AddReplacement(sarif.NewReplacement().WithDeletedRegion(region).WithInsertedContent(sarif.NewArtifactContent().WithText(e.Text)))
	}
	return sarif.NewFix().WithDescription(sarif.NewTextMessage(d.Hint)).AddArtifactChange(change)
}

func level(s diag.Severity) string {
	if s == diag.Info {
		return "note"
	}
	return s.String()
}

func location(s diag.Span, prefix string) *sarif.Location {
	region := sarif.NewRegion().WithStartLine(max(int(s.Line), 1)).WithStartColumn(max(int(s.Col), 1))
	if s.EndLine > 0 {
		region.WithEndLine(int(s.EndLine)).WithEndColumn(max(int(s.EndCol), 1))
	}
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(prefix + s.File)).
		WithRegion(region))
}
