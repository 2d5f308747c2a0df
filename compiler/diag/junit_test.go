package diag

import (
	"encoding/xml"
	"strings"
	"testing"
)

// TestJUnit reads the report back, as a CI system does.
func TestJUnit(t *testing.T) {
	var l List
	l.Warnf(LimitWithoutOrder, Span{File: "sql/a.sql", Line: 3, Col: 1}, "a < b & \"c\"\x01").WithHint("write ]]> <x>").WithNode("core.a")
	l.Errorf(FilterRequired, Span{File: "sql/a.sql", Line: 1, Col: 1}, "no filter")
	l.Errorf(CrossRegion, Span{File: "b.cue", Line: 1, Col: 1}, "far away")
	var b strings.Builder
	if err := WriteJUnit(&b, l, "p/"); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if got.Tests != 3 || got.Failures != 3 || len(got.Suites) != 2 || got.Suites[1].Name != "p/sql/a.sql" || got.Suites[1].Tests != 2 {
		t.Errorf("counts are wrong:\n%s", b.String())
	}
	c := got.Suites[1].Cases[1]
	if c.Class != "core.a" || c.Line != 3 || c.Failure.Type != "warning" || !strings.Contains(c.Failure.Text, "hint: write ]]> <x>") {
		t.Errorf("case: %+v", c)
	}
	b.Reset()
	if err := WriteJUnit(&b, nil, ""); err != nil || xml.Unmarshal([]byte(b.String()), &got) != nil || !strings.Contains(b.String(), `tests="1" failures="0"`) {
		t.Errorf("without findings (%v):\n%s", err, b.String())
	}
}
