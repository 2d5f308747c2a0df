package terraform

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// providerSchema is the google provider's own description of its resources.
type providerSchema struct {
	Resources map[string]blockSchema `json:"resource_schemas"`
}

type blockSchema struct {
	Attributes map[string]attribute  `json:"attributes"`
	Blocks     map[string]nestedType `json:"block_types"`
}

type attribute struct {
	Type       any  `json:"type"` // cty: "string", ["map", "string"], …
	Required   bool `json:"required"`
	Optional   bool `json:"optional"`
	Deprecated bool `json:"deprecated"`
}

type nestedType struct {
	Mode  string      `json:"nesting_mode"`
	Min   int         `json:"min_items"`
	Max   int         `json:"max_items"`
	Block blockSchema `json:"block"`
}

// loadSchema finds the provider's schema: in the folder or file that
// SLUICE_GOOGLE_SCHEMA names, or beside the repository.
func loadSchema(t *testing.T) providerSchema {
	t.Helper()
	path := os.Getenv("SLUICE_GOOGLE_SCHEMA")
	if path == "" {
		path = filepath.Join("..", "..", "..", "..", "shared", "terraform")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "google-schema.json")
	}
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("LOUD: no provider schema at %s; set SLUICE_GOOGLE_SCHEMA: emitted attributes are NOT checked against the google provider", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var s providerSchema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Resources) == 0 {
		t.Fatalf("%s holds no resources", path)
	}
	return s
}

// metaArguments are Terraform's own, for every resource.
var metaArguments = []string{"depends_on", "count", "for_each", "provider", "lifecycle"}

func TestProviderTakesEveryAttribute(t *testing.T) {
	schema := loadSchema(t)
	seen := map[string]bool{}
	for name, m := range cases() {
		files := Files(m)
		all := resources(t, files)
		for kind, keys := range all {
			seen[kind] = true
			s, known := schema.Resources[kind]
			if !known {
				t.Errorf("%s: the provider has no %s", name, kind)
				continue
			}
			for key, body := range keys {
				for _, problem := range checkBlock(kind+"."+key, s, body, true) {
					t.Errorf("%s: %s", name, problem)
				}
			}
		}
		for _, f := range files {
			for _, problem := range checkReferences(schema, string(f.Content)) {
				t.Errorf("%s: %s: %s", name, f.Path, problem)
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d kinds of resource were checked: %v", len(seen), sortedKeys(seen))
	}
}

// checkBlock compares a block with its schema.
func checkBlock(at string, s blockSchema, body map[string]any, top bool) []string {
	var problems []string
	for _, name := range sortedKeys(body) {
		value := body[name]
		if top && slices.Contains(metaArguments, name) {
			continue
		}
		if a, found := s.Attributes[name]; found {
			switch {
			case !a.Required && !a.Optional:
				problems = append(problems, fmt.Sprintf("%s.%s is computed by the provider", at, name))
			case a.Deprecated:
				problems = append(problems, fmt.Sprintf("%s.%s is deprecated", at, name))
			case !fits(a.Type, value):
				problems = append(problems, fmt.Sprintf("%s.%s is %v, the provider wants %v", at, name, value, a.Type))
			}
			continue
		}
		if b, found := s.Blocks[name]; found {
			problems = append(problems, checkNested(at+"."+name, b, value)...)
			continue
		}
		problems = append(problems, fmt.Sprintf("%s has no %s", at, name))
	}
	for _, name := range sortedKeys(s.Attributes) {
		if s.Attributes[name].Required && body[name] == nil {
			problems = append(problems, fmt.Sprintf("%s lacks %s", at, name))
		}
	}
	for _, name := range sortedKeys(s.Blocks) {
		if s.Blocks[name].Min > 0 && body[name] == nil {
			problems = append(problems, fmt.Sprintf("%s lacks the block %s", at, name))
		}
	}
	return problems
}

func checkNested(at string, b nestedType, value any) []string {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	var problems []string
	if b.Max > 0 && len(list) > b.Max {
		problems = append(problems, fmt.Sprintf("%s stands %d times, at most %d", at, len(list), b.Max))
	}
	if len(list) < b.Min {
		problems = append(problems, fmt.Sprintf("%s stands %d times, at least %d", at, len(list), b.Min))
	}
	for _, x := range list {
		body, ok := x.(map[string]any)
		if !ok {
			problems = append(problems, fmt.Sprintf("%s is no block: %v", at, x))
			continue
		}
		problems = append(problems, checkBlock(at, b.Block, body, false)...)
	}
	return problems
}

// fits reports whether a JSON value can be of a cty type. A text that is one whole
// template may be of any type.
func fits(want, value any) bool {
	if s, ok := value.(string); ok && strings.HasPrefix(s, "${") && strings.HasSuffix(s, "}") {
		return true
	}
	switch want := want.(type) {
	case string:
		switch value.(type) {
		case string:
			return want == "string"
		case float64:
			return want == "number"
		case bool:
			return want == "bool"
		}
		return false
	case []any:
		switch want[0] {
		case "list", "set":
			list, ok := value.([]any)
			return ok && !slices.ContainsFunc(list, func(x any) bool { return !fits(want[1], x) })
		case "map":
			m, ok := value.(map[string]any)
			if !ok {
				return false
			}
			for _, x := range m {
				if !fits(want[1], x) {
					return false
				}
			}
			return true
		}
	}
	return false
}

var attributeOf = regexp.MustCompile(`\$\{(google_[a-z0-9_]+)\.[A-Za-z0-9_-]+\.([a-z_]+)\}`)

// checkReferences looks for attributes that the referred resource does not have.
func checkReferences(schema providerSchema, text string) []string {
	var problems []string
	for _, r := range attributeOf.FindAllStringSubmatch(text, -1) {
		if _, found := schema.Resources[r[1]].Attributes[r[2]]; !found {
			problems = append(problems, fmt.Sprintf("%s refers to %s, which %s does not have", r[0], r[2], r[1]))
		}
	}
	return problems
}

// TestSchemaCheckSees makes sure that the check above finds mistakes at all.
func TestSchemaCheckSees(t *testing.T) {
	s := blockSchema{
		Attributes: map[string]attribute{"name": {Type: "string", Required: true}, "size": {Type: "number", Optional: true},
			"id": {Type: "string"}, "labels": {Type: []any{"map", "string"}, Optional: true}},
		Blocks: map[string]nestedType{"rule": {Mode: "list", Min: 1, Max: 1, Block: blockSchema{Attributes: map[string]attribute{"type": {Type: "string", Required: true}}}}},
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
		got := strings.Join(checkBlock("x", s, c.body, true), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%v: got %q, want %q", c.body, got, c.want)
		}
	}
}
