package demo

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

// A first extraction on a day is what a first extraction on the day before and the
// changes since make together.
func TestDaysAgree(t *testing.T) {
	tables := map[string]struct{ key, cursor string }{
		"app/members":              {"member_id", "updated_at"},
		"app/subscriptions":        {"subscription_id", "updated_at"},
		"app/billing_logs":         {"billing_log_id", "logged_at"},
		"app/payments":             {"payment_id", "updated_at"},
		"app/refunds":              {"refund_id", "refunded_at"},
		"secure/identities":        {"member_id", "updated_at"},
		"secure/payment_methods":   {"payment_method_id", "updated_at"},
		"secure/guardians":         {"guardian_id", "updated_at"},
		"learning/quiz_attempts":   {"attempt_id", "updated_at"},
		"learning/daily_study":     {"member_id,study_date", "updated_at"},
		"learning/lesson_progress": {"member_id,lesson_id", "updated_at"},
		"crm/tickets":              {"ticket_id", "updated_at"},
	}
	before, changes, after := t.TempDir(), t.TempDir(), t.TempDir()
	o := Options{Learners: 400, Seed: 3}
	for _, run := range []struct {
		dir, day string
		changes  bool
	}{{before, "2026-10-31", false}, {changes, "2026-11-01", true}, {after, "2026-11-01", false}} {
		o.Dir, o.Day, o.Changes = run.dir, run.day, run.changes
		if _, err := Generate(o); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		spec := tables[table]
		merged := map[string]map[string]any{}
		for _, row := range append(readAll(t, filepath.Join(before, table)), readAll(t, filepath.Join(changes, table))...) {
			k := keyOf(row, spec.key)
			if old, ok := merged[k]; !ok || !at(t, row[spec.cursor]).Before(at(t, old[spec.cursor])) {
				merged[k] = row
			}
		}
		whole := readAll(t, filepath.Join(after, table))
		if len(whole) < 20 {
			t.Errorf("%s: only %d rows", table, len(whole))
		}
		for _, row := range whole {
			if got := merged[keyOf(row, spec.key)]; !reflect.DeepEqual(got, row) {
				t.Errorf("%s: first extraction says\n%v, the days before\n%v", table, row, got)
				break
			}
		}
	}
}

func keyOf(row map[string]any, key string) string {
	var b strings.Builder
	for k := range strings.SplitSeq(key, ",") {
		fmt.Fprint(&b, row[k], "|")
	}
	return b.String()
}

func at(t *testing.T, v any) time.Time {
	t.Helper()
	switch v := v.(type) {
	case time.Time:
		return v
	case string:
		u, err := time.Parse(time.RFC3339Nano, v)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	t.Fatalf("no time: %v", v)
	return time.Time{}
}

// readAll reads every row of a table's only day.
func readAll(t *testing.T, dir string) []map[string]any {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files (%v)", dir, err)
	}
	var rows []map[string]any
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = bytes.NewReader(b)
		switch {
		case strings.HasSuffix(name, ".gz"):
			r, err = gzip.NewReader(r)
		case strings.HasSuffix(name, ".zst"):
			r, err = zstd.NewReader(r)
		}
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.Contains(name, ".csv"):
			lines, err := csv.NewReader(r).ReadAll()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, l := range lines[1:] {
				row := map[string]any{}
				for i, c := range lines[0] {
					row[c] = l[i]
				}
				rows = append(rows, row)
			}
		case strings.Contains(name, ".jsonl"):
			for d := json.NewDecoder(r); ; {
				row := map[string]any{}
				if err := d.Decode(&row); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				rows = append(rows, row)
			}
		case strings.HasSuffix(name, ".parquet"):
			read, err := parquet.Read[paymentRow](bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, p := range read {
				rows = append(rows, map[string]any{"payment_id": p.ID, "row": p, "updated_at": p.Updated})
			}
		}
	}
	return rows
}
