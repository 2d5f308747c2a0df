package plan

import (
	"encoding/json"
	"reflect"
	"testing"
)

var someInputs = []Input{
	{Table: "core.members", Column: "email", Subtype: "identity"},
	{Table: "core.members", Column: "address", Field: "geo.lat", Subtype: "transformation", Masking: true},
	{Table: "app.orders", Subtype: "aggregation", Masking: true},
	{Table: "analytics.events_*", Column: "_TABLE_SUFFIX", Subtype: "filter"},
	{Table: "app.odd", Column: `a.b\c`, Field: "d, e", Subtype: "join"},
	{Table: "app.odd table", Column: "two words, = odd", Subtype: "group_by"},
}

func TestLineageAsText(t *testing.T) {
	for _, in := range []Lineage{
		{},
		{Columns: []ColumnLineage{{Name: "one", Digest: "00ff"}, {Name: "", Digest: "1"}}, RowsDigest: "2"},
		{Columns: []ColumnLineage{{Name: "every, kind = odd", Digest: "00ff", Inputs: someInputs}}, Rows: someInputs, RowsDigest: "2"},
	} {
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out Lineage
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(in, out) {
			t.Errorf("%s reads as\n%+v, was\n%+v", data, out, in)
		}
	}
}

func TestLineageOfOneLine(t *testing.T) {
	c := ColumnLineage{Name: "city", Digest: "1f", Inputs: someInputs[:3]}
	const want = "city 1f = identity core.members.email, transformation/masking core.members.address.geo.lat, aggregation/masking app.orders"
	if got, err := c.MarshalText(); err != nil || string(got) != want {
		t.Errorf("%s (%v), want %s", got, err, want)
	}
}

func TestLineageThatIsNone(t *testing.T) {
	for _, wrong := range []string{`""`, `"identity"`, `"identity members"`, `" core.members"`, `"identity .x"`, `"identity x."`} {
		var out Input
		if err := json.Unmarshal([]byte(wrong), &out); err == nil {
			t.Errorf("%s is taken for an input: %+v", wrong, out)
		}
	}
	for _, wrong := range []string{`""`, `"name"`, `"name "`, `"name 1 2"`, `"name 1 = "`, `"name 1 = identity"`} {
		var out ColumnLineage
		if err := json.Unmarshal([]byte(wrong), &out); err == nil {
			t.Errorf("%s is taken for a column: %+v", wrong, out)
		}
	}
}

// FuzzLineageText: what can be read is written as it can be read again.
func FuzzLineageText(f *testing.F) {
	c, _ := ColumnLineage{Name: "a b", Digest: "1f", Inputs: someInputs}.MarshalText()
	f.Add(string(c))
	f.Add("x 1 = identity a.b.c, join a.b")
	f.Fuzz(func(t *testing.T, line string) {
		var first, second ColumnLineage
		if first.UnmarshalText([]byte(line)) != nil {
			return
		}
		again, err := first.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if err := second.UnmarshalText(again); err != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("%q reads as %+v, written %q reads as %+v (%v)", line, first, again, second, err)
		}
	})
}
