// Package tfschema checks generated Terraform against the google provider's own
// description of its resources, for tests.
package tfschema

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

// Schema is the google provider's description of its resources.
type Schema struct {
	Resources map[string]Block `json:"resource_schemas"`
}

// Block is what a resource or a block inside one takes.
type Block struct {
	Attributes map[string]Attribute `json:"attributes"`
	Blocks     map[string]Nested    `json:"block_types"`
}

// Attribute is one attribute. Type is in cty's JSON form: "string", ["map", "string"], …
type Attribute struct {
	Type       any  `json:"type"`
	Required   bool `json:"required"`
	Optional   bool `json:"optional"`
	Deprecated bool `json:"deprecated"`
}

// Nested is a block inside a block.
type Nested struct {
	Mode  string `json:"nesting_mode"`
	Min   int    `json:"min_items"`
	Max   int    `json:"max_items"`
	Block Block  `json:"block"`
}

// Load finds the provider's schema: in the folder or file that SLUICE_GOOGLE_SCHEMA
// names, or in ../shared/terraform beside the repository, whose root is given
// relative to the test. Where there is none the test is skipped, loudly.
func Load(t testing.TB, root string) Schema {
	t.Helper()
	path := os.Getenv("SLUICE_GOOGLE_SCHEMA")
	if path == "" {
		path = filepath.Join(root, "..", "shared", "terraform")
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "google-schema.json")
	}
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		t.Skipf("NOT CHECKED: no provider schema at %s, so that nothing compares the emitted attributes with the google provider's; set SLUICE_GOOGLE_SCHEMA", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var s Schema
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Resources) == 0 {
		t.Fatalf("%s holds no resources", path)
	}
	return s
}

// Check compares the resources of one configuration file in JSON syntax with the
// schema: resources and attributes that there are, their types, what is required,
// how blocks nest, and attributes that references name. It returns the problems, and
// the kinds of resource that it saw.
func (s Schema) Check(content []byte) (problems, kinds []string) {
	var c struct {
		Resource map[string]map[string]map[string]any `json:"resource"`
	}
	if err := json.Unmarshal(content, &c); err != nil {
		return []string{err.Error()}, nil
	}
	for _, kind := range sortedKeys(c.Resource) {
		block, known := s.Resources[kind]
		if !known {
			problems = append(problems, "the provider has no "+kind)
			continue
		}
		kinds = append(kinds, kind)
		for _, key := range sortedKeys(c.Resource[kind]) {
			problems = append(problems, CheckBlock(kind+"."+key, block, c.Resource[kind][key], true)...)
		}
	}
	for _, r := range reference.FindAllStringSubmatch(string(content), -1) {
		if _, found := s.Resources[r[1]].Attributes[r[2]]; !found {
			problems = append(problems, fmt.Sprintf("%s refers to %s, which %s does not have", r[0], r[2], r[1]))
		}
	}
	return problems, kinds
}

var reference = regexp.MustCompile(`\$\{(google_[a-z0-9_]+)\.[A-Za-z0-9_-]+\.([a-z_]+)\}`)

// metaArguments are Terraform's own, for every resource.
var metaArguments = []string{"depends_on", "count", "for_each", "provider", "lifecycle"}

// CheckBlock compares a block with its schema; a resource's own block, at the top,
// also takes Terraform's meta-arguments.
func CheckBlock(at string, s Block, body map[string]any, top bool) []string {
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

func checkNested(at string, b Nested, value any) []string {
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
		problems = append(problems, CheckBlock(at, b.Block, body, false)...)
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

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
