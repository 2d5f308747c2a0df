package query

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

// TestAnswers runs testdata/answers.txt as a batch: every query gives the rows that
// stand beside it, or the error at run time that "!!" says.
func TestAnswers(t *testing.T) {
	data, err := os.ReadFile("testdata/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	var statements []Statement
	var wants []any
	zone := "UTC"
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		if z, ok := strings.CutPrefix(line, "## zone "); ok {
			zone = z
		}
		if line == "" || line[0] == '#' {
			continue
		}
		var want any
		query, failing := strings.CutSuffix(line, " !!")
		if !failing {
			i := strings.LastIndex(line, " ==> ")
			if i < 0 {
				t.Fatalf("%s: no rows", line)
			}
			query = line[:i]
			if err := json.Unmarshal([]byte(line[i+5:]), &want); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		statements = append(statements, Statement{Name: fmt.Sprint(len(statements)), SQL: query, TimeZone: zone})
		wants = append(wants, want)
	}
	if len(statements) < 1000 {
		t.Fatalf("only %d queries were read", len(statements))
	}
	for i, line := range batch(t, 2, time.Minute, 0, statements...) {
		e := fault(line)
		switch {
		case wants[i] == nil && !strings.HasPrefix(e, "runtime: "):
			t.Errorf("%s: no error at run time but %v %s", statements[i].SQL, line["rows"], e)
		case wants[i] != nil && (e != "" || !alike(line["rows"], wants[i])):
			t.Errorf("%s: %v %s, want %v", statements[i].SQL, line["rows"], e, wants[i])
		}
	}
}

// alike compares decoded JSON; numbers, which are FLOAT64, to 12 digits.
func alike(got, want any) bool {
	switch w := want.(type) {
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !alike(g[i], w[i]) {
				return false
			}
		}
		return true
	case float64:
		g, ok := got.(float64)
		return ok && math.Abs(g-w) <= 1e-12*math.Abs(w)
	}
	return got == want
}
