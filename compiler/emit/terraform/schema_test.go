package terraform

import (
	"path/filepath"
	"testing"

	"sluice/ci/tfschema"
)

func TestProviderTakesEveryAttribute(t *testing.T) {
	schema := tfschema.Load(t, filepath.Join("..", "..", ".."))
	seen := map[string]bool{}
	for name, m := range cases() {
		for _, f := range Files(m) {
			problems, kinds := schema.Check(f.Content)
			for _, p := range problems {
				t.Errorf("%s: %s: %s", name, f.Path, p)
			}
			for _, k := range kinds {
				seen[k] = true
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d kinds of resource were checked: %v", len(seen), sortedKeys(seen))
	}
}
