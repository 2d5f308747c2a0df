package plan

import (
	"encoding/json"
	"testing"
)

func TestInputText(t *testing.T) {
	for _, in := range []Input{
		{Table: "core.members", Column: "email", Subtype: "identity"},
		{Table: "core.members", Column: "address", Field: "geo.lat", Subtype: "transformation", Masking: true},
		{Table: "app.orders", Subtype: "aggregation", Masking: true},
		{Table: "analytics.events_*", Column: "_TABLE_SUFFIX", Subtype: "filter"},
		{Table: "app.odd", Column: `a.b\c`, Field: "d", Subtype: "join"},
		{Table: "app.odd", Column: "two words", Subtype: "group_by"},
	} {
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out Input
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		if out != in {
			t.Errorf("%s reads as %+v, was %+v", data, out, in)
		}
	}
	for _, wrong := range []string{`""`, `"identity"`, `"identity members"`, `" core.members"`} {
		var out Input
		if err := json.Unmarshal([]byte(wrong), &out); err == nil {
			t.Errorf("%s is taken for an input: %+v", wrong, out)
		}
	}
}
