package sarif

import (
	"encoding/json"
	"strings"
	"testing"

	"sluice/compiler/diag"
)

// TestFixes: a diagnostic's edits are fixes, and each rule has the address of its page.
func TestFixes(t *testing.T) {
	var l diag.List
	d := l.Warnf(diag.RepeatedValue, diag.Span{File: "sql/a.sql", Line: 4, Col: 37, EndLine: 4, EndCol: 43}, "'paid' stands in the list twice").WithHint("remove it")
	d.Edits = []diag.Edit{{Span: diag.Span{File: "sql/a.sql", Line: 4, Col: 35, EndLine: 4, EndCol: 43}}}
	var b strings.Builder
	if err := Write(&b, l, "p/"); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Rules []struct{ ID, HelpURI string }
				}
			}
			Results []struct {
				RuleID, Level string
				Fixes         []struct {
					ArtifactChanges []struct {
						ArtifactLocation struct{ URI string }
						Replacements     []struct {
							DeletedRegion struct{ StartLine, StartColumn, EndLine, EndColumn int }
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	run := got.Runs[0]
	if got.Version != "2.1.0" || run.Tool.Driver.Rules[0].HelpURI != pages+"SL7069.md" || run.Results[0].Level != "warning" {
		t.Errorf("head: %+v", got)
	}
	change := run.Results[0].Fixes[0].ArtifactChanges[0]
	if region := change.Replacements[0].DeletedRegion; change.ArtifactLocation.URI != "p/sql/a.sql" || region.StartLine != 4 || region.StartColumn != 35 || region.EndColumn != 43 {
		t.Errorf("fix: %+v", change)
	}
}
