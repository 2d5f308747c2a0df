package load

import (
	"fmt"
	"regexp"
	"strings"

	"cuelang.org/go/cue"

	"sluice/compiler/diag"
	"sluice/compiler/load/lang"
)

// form tells a pattern in words.
type form struct {
	what    string              // "10h is not …"
	example string              // "e.g. …"
	suggest func(string) string // a text of the right form that the user may have meant; may be nil
}

// forms are the definitions whose strings have a form, by name.
var forms = map[string]form{
	"Name":       {"a name: lower-case letters, digits and underscores, a letter first", "member_status", suggestName},
	"Ref":        {"a table's or routine's name: <dataset>.<name>, both of lower-case letters, digits and underscores, a letter first", "core.member_status", suggestRef},
	"NodeRef":    {"the name of something that runs: <dataset>.<table>, export.<name>, model.<name> or check.<name>", "core.member_status", suggestRef},
	"ColumnName": {"a column's name: letters, digits and underscores, no digit first", "member_id", suggestName},
	"Clock":      {"a clock time: HH:MM from 00:00 to 24:00", "09:30", suggestClock},
	"Duration":   {"a duration: numbers with the units d, h, m and s, in this order", "1h30m", suggestDuration},
	"Size":       {"an amount of data: a number and B, KB, MB, GB or TB, without a space", "1.5GB", suggestSize},
	"Date":       {"a date: YYYY-MM-DD", "2026-04-01", suggestDate},
}

// patternForms are the forms of fields that have a pattern of their own.
var patternForms = map[string]form{
	`^[^@ ]+@[^@ ]+$`:                         {"an e-mail address", "data@example.com", nil},
	`^https?://`:                              {"an address that begins with http:// or https://", "https://example.com/hook", nil},
	`^#[a-z0-9_-]+$`:                          {"a Slack channel: # and lower-case letters, digits, - or _", "#data-ops", func(s string) string { return "#" + strings.ToLower(strings.TrimLeft(s, "#")) }},
	`\.sql$`:                                  {"the name of a file that ends in .sql", "member_status.sql", func(s string) string { return s + ".sql" }},
	`^[a-z][a-z0-9-]{1,28}[a-z0-9]$`:          {"a platform's name: 3 to 30 lower-case letters, digits and hyphens, a letter first", "manabi", nil},
	`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`:          {"a Google Cloud project ID: 6 to 30 lower-case letters, digits and hyphens, a letter first", "manabi-data-prod", nil},
	`^[a-z]+-[a-z]+[0-9]$`:                    {"a Google Cloud region", "asia-northeast1", nil},
	`^[A-Za-z0-9_-]+$`:                        {"a secret's name in Google Secret Manager: letters, digits, _ and -", "crm-token", nil},
	`^(latest|[0-9]+)$`:                       {"a secret's version: latest or a number", "latest", nil},
	`^[A-Z][A-Z0-9_]*$`:                       {"an environment variable's name: upper-case letters, digits and underscores", "CRM_TOKEN", func(s string) string { return strings.ToUpper(suggestName(s)) }},
	`^[a-z0-9_${}]*$`:                         {"a prefix for datasets: lower-case letters, digits, underscores and ${name}", "pr_${number}_", nil},
	`^(group|user|serviceAccount|domain):.+$`: {"a reader: group:, user:, serviceAccount: or domain: and whom", "group:analysts@example.com", nil},
	`^[a-z][a-z0-9_]*\*?$`:                    {"a source table's name: lower-case letters, digits and underscores, a letter first; * at the end makes it a family", "events_*", nil},
	`^([a-z][a-z0-9_]*|\*)$`:                  {`a source's name, or "*" for all others`, "app", nil},
	`^[a-z][a-z0-9_-]{0,62}$`:                 {"a label's key: up to 63 lower-case letters, digits, _ and -, a letter first", "cost-center", nil},
	`^[a-z0-9_-]{0,63}$`:                      {"a label's value: up to 63 lower-case letters, digits, _ and -", "data", nil},
}

func formOf(t *lang.Type) (form, bool) {
	if f, ok := forms[t.Name]; ok {
		return f, true
	}
	for _, p := range t.Patterns {
		if f, ok := patternForms[p.Text]; ok {
			return f, true
		}
	}
	return form{}, false
}

// badText reports a string that its type does not allow.
func (d *diagnosis) badText(t *lang.Type, text string, s spot) {
	if t.Enum != nil {
		r := d.report(diag.NotAllowed, s.place(), s, "%s cannot be %q; it is one of %s", s.name, text, quoted(t.Enum))
		if best := nearest(text, t.Enum); best != "" {
			r.WithHint("did you mean %q?", best)
		} else {
			r.WithHint("use %s", quoted(t.Enum))
		}
		return
	}
	if text == "" && t.NotEmpty {
		d.report(diag.BadForm, s.place(), s, "%q is empty", s.name).WithHint("give it a value, or remove the field where it is optional")
		return
	}
	f, ok := formOf(t)
	if !ok {
		var ps []string
		for _, p := range t.Patterns {
			ps = append(ps, p.Text)
		}
		d.report(diag.BadForm, s.place(), s, "%s: %q does not match %s", s.name, text, strings.Join(ps, " and ")).WithHint("correct the text")
		return
	}
	r := d.report(diag.BadForm, s.place(), s, "%s: %q is not %s", s.name, text, f.what)
	hintForm(r, t, f, text)
}

// badKey reports a map's key that its type does not allow.
func (d *diagnosis) badKey(t *lang.Type, key string, at diag.Span, in string, path []string) {
	f, ok := formOf(t)
	if !ok {
		f = form{what: "of the right form"}
	}
	r := d.report(diag.BadForm, at, spot{path: path}, "%s: %q is not %s", in, key, f.what)
	hintForm(r, t, f, key)
}

func hintForm(r *diag.Diagnostic, t *lang.Type, f form, text string) {
	if f.suggest != nil {
		if s := f.suggest(text); s != text && t.MatchString(s) {
			r.WithHint("write %q", s)
			return
		}
	}
	if f.example != "" {
		r.WithHint("for example %q", f.example)
	}
}

func suggestName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9' && b.Len() > 0, r == '_' && b.Len() > 0:
			b.WriteRune(r)
		case r == ' ' || r == '-' || r == '.':
			b.WriteByte('_')
		}
	}
	return b.String()
}

func suggestRef(s string) string {
	dataset, name, ok := strings.Cut(s, ".")
	if !ok {
		return s
	}
	return suggestName(dataset) + "." + suggestName(name)
}

var (
	clockParts = regexp.MustCompile(`^([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?::[0-9]{2})?$`)
	dateParts  = regexp.MustCompile(`^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})$`)
)

func suggestClock(s string) string {
	m := clockParts.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	if m[2] == "" {
		m[2] = "00"
	}
	return fmt.Sprintf("%02s:%s", pad2(m[1]), m[2])
}

func suggestDate(s string) string {
	m := dateParts.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	return m[1] + "-" + pad2(m[2]) + "-" + pad2(m[3])
}

func pad2(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

func suggestDuration(s string) string {
	t := strings.ToLower(strings.ReplaceAll(s, " ", ""))
	for _, u := range [][2]string{{"minutes", "m"}, {"minute", "m"}, {"mins", "m"}, {"min", "m"}, {"hours", "h"}, {"hour", "h"}, {"days", "d"}, {"day", "d"}, {"seconds", "s"}, {"second", "s"}, {"secs", "s"}, {"sec", "s"}} {
		t = strings.ReplaceAll(t, u[0], u[1])
	}
	if strings.Trim(t, "0123456789") == "" && t != "" {
		return t + "s"
	}
	return t
}

func suggestSize(s string) string {
	t := strings.ToUpper(strings.ReplaceAll(s, " ", ""))
	for _, u := range []string{"K", "M", "G", "T"} {
		if strings.HasSuffix(t, u) {
			return t + "B"
		}
		if rest, ok := strings.CutSuffix(t, u+"IB"); ok {
			return rest + u + "B"
		}
	}
	return t
}

func quoted(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(out, ", ")
}

// bounds says a number's bounds: "at least 1 and at most 20".
func bounds(t *lang.Type) string {
	words := map[string]string{">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}
	var out []string
	for _, b := range t.Bounds {
		out = append(out, fmt.Sprintf("%s %v", words[b.Op], b.Value))
	}
	return strings.Join(out, " and ")
}

func typeWords(t *lang.Type) string {
	switch t.Kind {
	case lang.Struct, lang.Map, lang.Object:
		return "a struct: {…}"
	case lang.List:
		return "a list: […]"
	case lang.String:
		return "a string"
	case lang.Int:
		return "a whole number"
	case lang.Number:
		return "a number"
	case lang.Bool:
		return "true or false"
	case lang.Scalar:
		var out []string
		for _, of := range t.Of {
			out = append(out, typeWords(of))
		}
		return strings.Join(out, ", or ")
	}
	return "a value"
}

func kindWords(k cue.Kind) string {
	switch k {
	case cue.StructKind:
		return "a struct"
	case cue.ListKind:
		return "a list"
	case cue.StringKind:
		return "a string"
	case cue.IntKind:
		return "a whole number"
	case cue.FloatKind, cue.NumberKind:
		return "a number"
	case cue.BoolKind:
		return "a boolean"
	case cue.NullKind:
		return "null"
	case cue.BytesKind:
		return "bytes"
	}
	return k.String()
}

// example is a field with a value of its type, to show how it is written.
func example(f *lang.Field) string {
	t := f.Type
	switch t.Kind {
	case lang.Struct, lang.Map, lang.Object:
		var inner []string
		for _, g := range t.Fields {
			if g.Required() {
				inner = append(inner, example(g))
			}
		}
		return fmt.Sprintf("%s: {%s}", f.Name, strings.Join(inner, ", "))
	case lang.List:
		if t.First != nil {
			return fmt.Sprintf("%s: [%s]", f.Name, strings.TrimPrefix(example(&lang.Field{Name: "x", Type: t.First}), "x: "))
		}
		return f.Name + ": []"
	case lang.Int, lang.Number:
		return f.Name + ": 1"
	case lang.Bool:
		return f.Name + ": true"
	case lang.String:
		if len(t.Enum) > 0 {
			return fmt.Sprintf("%s: %q (or %s)", f.Name, t.Enum[0], quoted(t.Enum[1:]))
		}
		if form, ok := formOf(t); ok && t.Name != "Name" {
			return fmt.Sprintf("%s: %q", f.Name, form.example)
		}
	}
	return f.Name + `: "…"`
}

// firstSentence is a doc comment's first sentence without its stop.
func firstSentence(doc string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	for i := range len(doc) - 1 {
		if doc[i:i+2] == ". " && !strings.HasSuffix(doc[:i], "e.g") && !strings.HasSuffix(doc[:i], "i.e") {
			doc = doc[:i]
			break
		}
	}
	return lowerFirst(strings.TrimSuffix(doc, "."))
}

// lowerFirst lowers the first letter of a plain word; names and abbreviations
// (GoogleSQL, BigQuery, ID) stay.
func lowerFirst(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if word == "" || word[0] < 'A' || word[0] > 'Z' || strings.ToLower(word[1:]) != word[1:] {
		return s
	}
	return strings.ToLower(word[:1]) + s[1:]
}

// article is a definition's name as a noun: "a table", "an SLA".
func article(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	words := b.String()
	if strings.ToUpper(words) != words {
		words = strings.ToLower(words)
	}
	if strings.ContainsRune("aeioAEIOS", rune(words[0])) && (words[0] != 's') {
		return "an " + words
	}
	return "a " + words
}
