package tfschema

import (
	"strings"
	"testing"
)

// TestCheckSees makes sure that the check finds mistakes at all.
func TestCheckSees(t *testing.T) {
	s := Block{
		Attributes: map[string]Attribute{"name": {Type: "string", Required: true}, "size": {Type: "number", Optional: true},
			"id": {Type: "string"}, "labels": {Type: []any{"map", "string"}, Optional: true}},
		Blocks: map[string]Nested{"rule": {Mode: "list", Min: 1, Max: 1, Block: Block{Attributes: map[string]Attribute{"type": {Type: "string", Required: true}}}}},
	}
	rule := map[string]any{"type": "x"}
	for _, c := range []struct {
		body map[string]any
		want string
	}{
		{map[string]any{"name": "a", "rule": rule, "size": 1.0, "labels": map[string]any{"a": "b"}, "depends_on": []any{}}, ""},
		{map[string]any{"rule": rule}, "lacks name"},
		{map[string]any{"name": "a"}, "lacks the block rule"},
		{map[string]any{"name": 1.0, "rule": rule}, "wants string"},
		{map[string]any{"name": "a", "rule": rule, "labels": map[string]any{"a": 1.0}}, "wants [map string]"},
		{map[string]any{"name": "a", "rule": rule, "id": "x"}, "computed"},
		{map[string]any{"name": "a", "rule": rule, "colour": "x"}, "has no colour"},
		{map[string]any{"name": "a", "rule": []any{rule, rule}}, "at most 1"},
		{map[string]any{"name": "a", "rule": map[string]any{}}, "rule lacks type"},
	} {
		got := strings.Join(CheckBlock("x", s, c.body, true), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%v: got %q, want %q", c.body, got, c.want)
		}
	}
}
