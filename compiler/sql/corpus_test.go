package sql_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestCorpusIsClean: realistic statements that are right, each under a comment that
// says what it is, give no finding of a rule that is on unless set otherwise.
func TestCorpusIsClean(t *testing.T) {
	sources, err := os.ReadFile("testdata/corpus.cue")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/corpus.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n;\n")
	if len(statements) < 150 {
		t.Fatalf("only %d statements", len(statements))
	}
	files := map[string]string{"sources.cue": string(sources)}
	for i, s := range statements {
		addCase(t, files, fmt.Sprintf("corpus%03d", i), "table", s)
	}
	judged := 0
	for _, d := range lintPlatform(t, files, "prod") {
		t.Errorf("%s: %s: %s\n%s", d.Span, d.Code, d.Message, files[d.Span.File])
	}
	for name := range files {
		if strings.HasSuffix(name, ".sql") {
			judged++
		}
	}
	if judged != len(statements) {
		t.Errorf("%d of %d statements were judged", judged, len(statements))
	}
}
