package resolve

import (
	"testing"
	"time"

	"sluice/compiler/sqltype"
)

func TestVariableValues(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value any
		kind  sqltype.Kind
		want  string // empty where it is refused
	}{
		{int64(3), sqltype.Int64, "3"},
		{int64(3), sqltype.Float64, "3"},
		{int64(3), sqltype.Numeric, "3"},
		{1.5, sqltype.Float64, "1.5"},
		{1.5, sqltype.Numeric, "1.5"},
		{1e-12, sqltype.Numeric, ""},
		{1.5, sqltype.Int64, ""},
		{"12.50", sqltype.Numeric, "12.50"},
		{"12345678901234567890123456789.123456789", sqltype.Numeric, "12345678901234567890123456789.123456789"},
		{"123456789012345678901234567890", sqltype.Numeric, ""},
		{"1e3", sqltype.Numeric, ""},
		{true, sqltype.Bool, "true"},
		{"true", sqltype.Bool, ""},
		{int64(1), sqltype.Bool, ""},
		{"any text", sqltype.String, "any text"},
		{int64(1), sqltype.String, ""},
		{"2026-01-15", sqltype.Date, "2026-01-15"},
		{"2026-02-30", sqltype.Date, ""},
		{"2026-01-15 09:00:00", sqltype.Timestamp, "2026-01-15 00:00:00+00:00"},
		{"2026-01-15", sqltype.Timestamp, "2026-01-14 15:00:00+00:00"},
		{"2026-01-15T09:00:00.25Z", sqltype.Timestamp, "2026-01-15 09:00:00.25+00:00"},
		{"2026-01-15 09:00:00+02:00", sqltype.Timestamp, "2026-01-15 07:00:00+00:00"},
		{"0001-01-01", sqltype.Timestamp, ""},
		{"noon", sqltype.Timestamp, ""},
		{nil, sqltype.String, ""},
	} {
		got, err := scalarText(c.value, c.kind, tokyo)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%v as %s: %q, %v; want %q", c.value, c.kind, got, err, c.want)
		}
	}
}

func TestClosest(t *testing.T) {
	all := []candidate{{name: "core.members"}, {name: "core.member_status"}, {name: "app.members"}, {name: "mart.kpi"}, {name: "core.memberz"}}
	for name, want := range map[string][]string{
		"core.member":   {"core.members", "core.memberz"},
		"core.mebmers":  {"core.members", "core.memberz"},
		"stg.members":   {"app.members", "core.members"},
		"members":       {"app.members", "core.members"},
		"mart.kpj":      {"mart.kpi"},
		"nothing.alike": nil,
		"core.members":  {"core.memberz", "app.members"},
	} {
		var got []string
		for _, c := range closest(name, all) {
			got = append(got, c.name)
		}
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", name, got, want)
				break
			}
		}
	}
}

// The canonical form of a value is its own canonical form.
func FuzzTextValue(f *testing.F) {
	for _, seed := range []string{"3", "-0.5", "1e300", "TRUE", "2026-01-15", "2026-01-15 09:00:00+09:00", "9999-12-31 23:59:59-11:00", ".5"} {
		f.Add(seed)
	}
	kinds := []sqltype.Kind{sqltype.Int64, sqltype.Float64, sqltype.Numeric, sqltype.Bool, sqltype.String, sqltype.Date, sqltype.Timestamp}
	zone := time.FixedZone("", 9*3600)
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range kinds {
			once, err := textValue(text, kind, zone)
			if err != nil {
				continue
			}
			if twice, err := textValue(once, kind, zone); err != nil || twice != once {
				t.Errorf("%q as %s is %q, and that is %q (%v)", text, kind, once, twice, err)
			}
		}
	})
}

// An edit distance under the limit is symmetric, and 0 only for equal names.
func FuzzDistance(f *testing.F) {
	f.Add("core.members", "core.mebmers")
	f.Add("", "a")
	f.Fuzz(func(t *testing.T, a, b string) {
		const limit = 3
		d, back := distance(a, b, limit), distance(b, a, limit)
		if d != back {
			t.Errorf("%q to %q is %d, back %d", a, b, d, back)
		}
		if (d == 0) != (a == b) || d < 0 || d > limit+1 {
			t.Errorf("%q to %q is %d", a, b, d)
		}
	})
}
