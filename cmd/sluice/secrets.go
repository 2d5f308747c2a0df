package main

import (
	"os"
	"sort"
	"strings"

	"sluice/runtime/plan"
)

// masker hides the values of the plan's secrets, as far as this process has them.
type masker struct{ replacer *strings.Replacer }

func newMasker(p *plan.Plan) masker {
	var values []string
	for _, s := range p.Secrets {
		if v := os.Getenv(s.Env); s.Env != "" && v != "" {
			values = append(values, v)
		}
	}
	// The longest first, so that no part of one is left when another is its beginning.
	sort.Slice(values, func(i, j int) bool { return len(values[i]) > len(values[j]) })
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, v, "***")
	}
	return masker{strings.NewReplacer(pairs...)}
}

// Mask replaces secrets in a text.
func (m masker) Mask(text string) string { return m.replacer.Replace(text) }
