package sql_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"sluice/compiler/diag"
)

// TestLintEdits mends every section of testdata/fix.txt and compares with what stands
// under the line =>; mending again must change nothing. A section is named by the
// role of its statement, which stands in a SQL file or, with -cue, in a CUE string.
func TestLintEdits(t *testing.T) {
	a, err := txtar.ParseFile("testdata/fix.txt")
	if err != nil {
		t.Fatal(err)
	}
	fixable := map[diag.Code]bool{}
	for i, section := range a.Files {
		t.Run(fmt.Sprintf("%02d %s", i, section.Name), func(t *testing.T) {
			text, want, ok := strings.Cut(string(section.Data), "\n=>\n")
			if !ok {
				t.Fatal("no =>")
			}
			want = strings.TrimSuffix(want, "\n")
			for range 6 {
				files := map[string]string{"on.cue": lintOn}
				file := "a.sql"
				if role, inCUE := strings.CutSuffix(section.Name, "-cue"); inCUE {
					file = "a.cue"
					files[file] = "package shop\n\ntable: \"core.a\": {\n\tdescription: \"d\"\n\t" + tableRoles[role] +
						"\n\tsql: \"\"\"\n\t\t" + strings.ReplaceAll(text, "\n", "\n\t\t") + "\n\t\t\"\"\"\n}\n"
				} else {
					addCase(t, files, "a", role, text)
				}
				var list diag.List
				for _, d := range lintPlatform(t, files, "prod") {
					if d.Span.File == file {
						list = append(list, d)
					}
				}
				fixed, err := diag.ApplyEdits(list, func(string) (string, error) { return files[file], nil })
				if err != nil {
					t.Fatal(err)
				}
				if len(fixed) == 0 {
					break
				}
				for _, c := range fixed[file].Codes {
					fixable[c] = true
				}
				text = fixed[file].Text
				if file == "a.cue" {
					_, text, _ = strings.Cut(text, "\"\"\"\n\t\t")
					text, _, _ = strings.Cut(text, "\n\t\t\"\"\"")
					text = strings.ReplaceAll(text, "\n\t\t", "\n")
				}
			}
			if text != want {
				t.Errorf("became\n%s\nnot\n%s", text, want)
			}
		})
	}
	for _, r := range diag.Rules() {
		if r.Fixable != fixable[r.Code] {
			t.Errorf("%s %s is said to be mended: %v; an example mends it: %v", r.Code, r.Name, r.Fixable, fixable[r.Code])
		}
	}
}
