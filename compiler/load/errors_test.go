package load

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"sluice/ci/golden"
	"sluice/compiler/diag"
)

// Each archive under testdata/errors is a platform with mistakes; its last file,
// "want", is what is reported.
func TestDiagnostics(t *testing.T) {
	archives, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	seen := map[diag.Code]bool{}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			a := txtar.Parse(src)
			var want []byte
			if n := len(a.Files) - 1; n >= 0 && a.Files[n].Name == "want" {
				want, a.Files = a.Files[n].Data, a.Files[:n]
			}
			dir := unpack(t, bytes.ReplaceAll(txtar.Format(a), []byte("LATIN1"), []byte("caf\xe9")))
			_, diags := run(t, Options{Dir: dir})
			for _, d := range diags {
				seen[d.Code] = true
				check(t, d)
			}
			got := []byte(render(diags))
			if golden.Updating() {
				a.Files = append(a.Files, txtar.File{Name: "want", Data: got})
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(got, want) {
				t.Errorf("diagnostics differ (SLUICE_UPDATE=1 rewrites them)\n%s", diff.Diff("want", want, "got", got))
			}
			// Whether literals are read by hand or evaluated, the mistakes are the same.
			_, again := run(t, Options{Dir: dir, noLiteral: true, noLean: true, Workers: 1})
			if other := render(again); other != string(got) {
				t.Errorf("the slow path reports other mistakes\n%s", diff.Diff("fast", got, "slow", []byte(other)))
			}
		})
	}
	for _, info := range diag.Codes() {
		if strings.HasPrefix(string(info.Code), "SL1") && !seen[info.Code] {
			t.Errorf("no test makes the mistake %s (%s)", info.Code, info.Title)
		}
	}
}

// check holds a diagnostic to what every one must have: a place in the user's
// files, a hint, and one line.
func check(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	if d.Span.File == "" || strings.HasPrefix(d.Span.File, "/") || strings.Contains(d.Span.File, "sluice.dev") || d.Span.Line < 1 || d.Span.Col < 1 {
		t.Errorf("no place of the user's: %+v", d)
	}
	if d.Hint == "" || strings.Contains(d.Message, "\n") {
		t.Errorf("no hint, or not one line: %+v", d)
	}
}

func TestNearest(t *testing.T) {
	words := []string{"owner", "description", "materialization", "sql", "sql_file"}
	for word, want := range map[string]string{
		"onwer": "owner", "Owner": "owner", "materialisation": "materialization", "sqlfile": "sql_file", "zzz": "", "": "",
	} {
		if got := nearest(word, words); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestSuggestions(t *testing.T) {
	for _, tc := range []struct {
		suggest  func(string) string
		in, want string
	}{
		{suggestClock, "9:00", "09:00"}, {suggestClock, "9", "09:00"}, {suggestClock, "9.30", "09:30"}, {suggestClock, "noon", "noon"},
		{suggestDuration, "90", "90s"}, {suggestDuration, "2 hours", "2h"}, {suggestDuration, "1h 30min", "1h30m"},
		{suggestSize, "12 gb", "12GB"}, {suggestSize, "3G", "3GB"}, {suggestSize, "1GiB", "1GB"},
		{suggestDate, "2026/4/1", "2026-04-01"}, {suggestName, "Data Team", "data_team"}, {suggestRef, "Core.Member-Status", "core.member_status"},
	} {
		if got := tc.suggest(tc.in); got != tc.want {
			t.Errorf("%q: got %q, want %q", tc.in, got, tc.want)
		}
	}
}
