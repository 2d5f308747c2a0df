package lint

import (
	"path"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// Settings says how severe a rule's findings are at a path.
type Settings struct {
	rules map[diag.Code]setting
}

type setting struct {
	everywhere string
	paths      []pathSetting // the longest pattern first
}

type pathSetting struct{ pattern, severity string }

// SettingsOf reads a platform's settings. Names of no rule are left out; Check
// reports them.
func SettingsOf(p *spec.Platform) Settings {
	out := Settings{rules: map[diag.Code]setting{}}
	for _, r := range diag.Rules() {
		out.rules[r.Code] = setting{everywhere: r.Default}
	}
	for _, r := range p.LintRules {
		rule, ok := diag.RuleOf(r.Name)
		if !ok {
			continue
		}
		s := out.rules[rule.Code]
		if r.Severity.V != "" {
			s.everywhere = r.Severity.V
		}
		for _, at := range r.Paths {
			if severity, ok := at.V.(string); ok {
				s.paths = append(s.paths, pathSetting{at.Name, severity})
			}
		}
		slices.SortStableFunc(s.paths, func(a, b pathSetting) int { return len(b.pattern) - len(a.pattern) })
		out.rules[rule.Code] = s
	}
	return out
}

// Severity is error, warning or off.
func (s Settings) Severity(code diag.Code, file string) string {
	r := s.rules[code]
	for _, p := range r.paths {
		if matches(strings.Split(p.pattern, "/"), strings.Split(file, "/")) {
			return p.severity
		}
	}
	return r.everywhere
}

// matches reports whether a path's parts fit a pattern's: ** is any number of them.
func matches(pattern, parts []string) bool {
	if len(pattern) == 0 {
		return len(parts) == 0
	}
	if pattern[0] == "**" {
		for i := range len(parts) + 1 {
			if matches(pattern[1:], parts[i:]) {
				return true
			}
		}
		return false
	}
	if len(parts) == 0 {
		return false
	}
	ok, err := path.Match(pattern[0], parts[0])
	return err == nil && ok && matches(pattern[1:], parts[1:])
}

// Apply gives each finding the severity that holds at its place, and leaves out those
// whose rule is off there.
func (s Settings) Apply(findings diag.List) diag.List {
	out := diag.List{}
	for _, d := range findings {
		switch s.Severity(d.Code, d.Span.File) {
		case "error":
			d.Severity = diag.Error
		case "warning":
			d.Severity = diag.Warning
		default:
			continue
		}
		out = append(out, d)
	}
	return out
}
