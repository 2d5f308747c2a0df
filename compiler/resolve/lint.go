package resolve

import (
	"strings"

	"sluice/compiler/diag"
)

// lintRules checks that the settings of lint name rules, and each rule once.
func (r *resolver) lintRules() {
	set := map[diag.Code]string{}
	for _, s := range r.sp.LintRules {
		rule, ok := diag.RuleOf(s.Name)
		if !ok {
			d := r.diags.Errorf(diag.UnknownRule, s.At, "unknown lint rule %q", s.Name)
			d.WithHint("`sluice lint --list` shows all rules")
			if similar := closest(s.Name, ruleNames(s.Name)); len(similar) > 0 {
				d.WithHint("did you mean %q?", similar[0].name)
			}
			continue
		}
		if before := set[rule.Code]; before != "" {
			r.diags.Errorf(diag.DuplicateName, s.At, "lint rule %s is set twice, as %q and as %q", rule.Code, before, s.Name).
				WithHint("keep one of the two")
		}
		set[rule.Code] = s.Name
	}
}

// ruleNames are what a rule may be called: codes for what looks like one, else names.
func ruleNames(written string) []candidate {
	var out []candidate
	for _, rule := range diag.Rules() {
		if strings.HasPrefix(written, "SL") {
			out = append(out, candidate{name: string(rule.Code)})
		} else {
			out = append(out, candidate{name: rule.Name})
		}
	}
	return out
}
