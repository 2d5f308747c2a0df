package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// heard is a stream that a test can wait on.
type heard struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.buf.Write(p)
}

// take waits until the stream holds a text, and empties it.
func (h *heard) take(t *testing.T, want string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		h.mu.Lock()
		text := h.buf.String()
		if strings.Contains(text, want) {
			h.buf.Reset()
			h.mu.Unlock()
			return text
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t.Fatalf("waited in vain for %q; there is:\n%s", want, h.buf.String())
	return ""
}

func shop(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	if code := execute(context.Background(), []string{"init", dir}, streams{out: io.Discard, err: os.Stderr}); code != 0 {
		t.Fatalf("init ended with %d", code)
	}
	return dir
}

func edit(t *testing.T, file, from, to string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), from, to, 1)
	if changed == string(text) {
		t.Fatalf("%s does not hold %q", file, from)
	}
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A watch runs all tests first, then what a change concerns, and lives through
// mistakes.
func TestWatch(t *testing.T) {
	dir := shop(t)
	if err := os.WriteFile(filepath.Join(dir, "more.cue"), []byte(`package shop

table: "mart.countries": {
	description: "Countries"
	sql:         "SELECT DISTINCT country FROM core.orders"
	tests: each_once: {
		given: "core.orders": [{country: "DE"}, {country: "DE"}]
		expect: [{country: "DE"}]
	}
}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var out, errs heard
	ended := make(chan int)
	go func() { ended <- execute(ctx, []string{"test", "--watch", "-C", dir}, streams{out: &out, err: &errs}) }()
	const waiting = "Waiting for a change"
	errs.take(t, waiting)
	out.take(t, "2 tests: 2 passed")

	// SQL that another table's test does not depend on.
	edit(t, filepath.Join(dir, "sql/core/orders.sql"), "o.status = 'paid'", "o.status IN ('paid', 'open')")
	errs.take(t, waiting)
	if text := out.take(t, "1 test: 0 passed, 1 failed"); !strings.Contains(text, "1 row unexpected") || strings.Contains(text, "countries") {
		t.Errorf("the failure is shown as:\n%s", text)
	}
	// A comment concerns no test that passed; what failed runs again.
	edit(t, filepath.Join(dir, "more.cue"), "package shop", "// Countries.\npackage shop")
	errs.take(t, waiting)
	if text := out.take(t, "1 test: 0 passed, 1 failed"); !strings.Contains(text, "core.orders/only_paid") {
		t.Errorf("what failed is shown as:\n%s", text)
	}
	// A mistake is shown, and its correction runs.
	edit(t, filepath.Join(dir, "sql/core/orders.sql"), "IN ('paid', 'open')", "= 'paid' AND")
	if text := errs.take(t, waiting); !strings.Contains(text, "SL4001") {
		t.Errorf("the mistake is shown as:\n%s", text)
	}
	edit(t, filepath.Join(dir, "sql/core/orders.sql"), "= 'paid' AND", "= 'paid'")
	errs.take(t, waiting)
	out.take(t, "1 test: 1 passed")
	// Expected rows of one test.
	edit(t, filepath.Join(dir, "more.cue"), `expect: [{country: "DE"}]`, `expect: [{country: "FR"}]`)
	errs.take(t, waiting)
	if text := out.take(t, "1 test: 0 passed, 1 failed"); !strings.Contains(text, "mart.countries/each_once") {
		t.Errorf("the failure is shown as:\n%s", text)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("the watch ended with %d", code)
	}
}

// The JUnit report is XML with the numbers and the reasons.
func TestJUnit(t *testing.T) {
	dir := shop(t)
	edit(t, filepath.Join(dir, "tables.cue"), `country: "DE", amount: 10}]`, `country: "<&>", amount: 10}]`)
	var out bytes.Buffer
	if code := execute(context.Background(), []string{"test", "-C", dir, "-q", "-o", "junit"}, streams{out: &out, err: os.Stderr}); code != 1 {
		t.Errorf("it ended with %d", code)
	}
	var got junitSuites
	if err := xml.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v in:\n%s", err, out.String())
	}
	if got.Tests != 1 || got.Failures != 1 || len(got.Suites) != 1 || len(got.Suites[0].Cases) != 1 {
		t.Fatalf("got %+v", got)
	}
	c := got.Suites[0].Cases[0]
	if c.Class != "core.orders" || c.Name != "only_paid" || !strings.HasSuffix(c.File, "tables.cue") || c.Line != 23 {
		t.Errorf("got %+v", c)
	}
	if c.Failure == nil || c.Failure.Message != "1 row differs" || !strings.Contains(c.Failure.Text, "- 1         2026-01-15  <&>") {
		t.Errorf("the failure is %+v", c.Failure)
	}
}
