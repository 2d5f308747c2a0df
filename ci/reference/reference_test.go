package reference

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// days is how many business days are run, from the last of a month into the next.
var days = []string{"2026-10-31", "2026-11-01", "2026-11-02"}

const learners = 600

// cell is a value as text; numbers that may be fractions are kept apart.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "∅"
	case time.Time:
		if v.UTC().Equal(v.UTC().Truncate(24 * time.Hour)) {
			return v.UTC().Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339Nano)
	case float32:
		return cell(float64(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

// same compares two cells; fractions may differ in the ninth digit.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && math.Abs(x-y) <= 1e-9*max(1, math.Abs(x), math.Abs(y))
}

// differences compares a table with what it should hold; the first few are enough.
func differences(want *mart, got [][]any) (out []string) {
	byKey := func(rows [][]any) map[string][]string {
		m := map[string][]string{}
		for _, r := range rows {
			cells := make([]string, len(r))
			for i, v := range r {
				cells[i] = cell(v)
			}
			k := strings.Join(cells[:want.keys], " | ")
			if _, twice := m[k]; twice {
				out = append(out, fmt.Sprintf("%s: more than one row", k))
			}
			m[k] = cells
		}
		return m
	}
	expected, actual := byKey(want.rows), byKey(got)
	for k, e := range expected {
		a, ok := actual[k]
		if !ok {
			out = append(out, fmt.Sprintf("%s: no row, want %v", k, e))
			continue
		}
		for i := range e {
			if !same(e[i], a[i]) {
				out = append(out, fmt.Sprintf("%s: %s is %q, want %q", k, want.columns[i], a[i], e[i]))
			}
		}
	}
	for k := range actual {
		if _, ok := expected[k]; !ok {
			out = append(out, fmt.Sprintf("%s: a row too many: %v", k, actual[k]))
		}
	}
	slices.Sort(out)
	return out
}

func TestDifferences(t *testing.T) {
	want := &mart{columns: []string{"k", "n", "rate"}, keys: 1, rows: [][]any{{"a", 1, 0.5}, {"b", nil, 2.0}}}
	if d := differences(want, [][]any{{"b", nil, 2}, {"a", int32(1), 0.5000000000001}}); d != nil {
		t.Errorf("equal tables differ: %v", d)
	}
	for name, got := range map[string][][]any{
		"a row less":     {{"a", 1, 0.5}},
		"a row more":     {{"a", 1, 0.5}, {"b", nil, 2.0}, {"c", 1, 1}},
		"a row twice":    {{"a", 1, 0.5}, {"a", 1, 0.5}, {"b", nil, 2.0}},
		"another value":  {{"a", 2, 0.5}, {"b", nil, 2.0}},
		"another rate":   {{"a", 1, 0.50001}, {"b", nil, 2.0}},
		"null is not 0":  {{"a", 1, 0.5}, {"b", 0, 2.0}},
		"0 is not null":  {{"a", nil, 0.5}, {"b", nil, 2.0}},
		"nothing at all": {},
	} {
		if differences(want, got) == nil {
			t.Errorf("%s: no difference found", name)
		}
	}
}
