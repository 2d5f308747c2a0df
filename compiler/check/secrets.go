package check

import (
	"cmp"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// shape is the form of a kind of secret that can be told by its text alone.
type shape struct {
	what   string
	needle string // stands in every such text; looked for first, being cheap
	form   *regexp.Regexp
}

var shapes = []shape{
	{"a private key", "PRIVATE KEY", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY`)},
	{"an AWS access key", "IA", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a Slack token", "xox", regexp.MustCompile(`\bxox[abeoprs]-[0-9A-Za-z-]{10,}`)},
	{"a Slack token", "xapp-", regexp.MustCompile(`\bxapp-[0-9]-[0-9A-Za-z-]{10,}`)},
	{"a Slack webhook", "hooks.slack.com", regexp.MustCompile(`hooks\.slack\.com/services/T[0-9A-Z]+/B[0-9A-Z]+/[0-9A-Za-z]{10,}`)},
	{"a GitHub token", "_", regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{30,}|github_pat_[0-9A-Za-z_]{30,})`)},
	{"a GitLab token", "glpat-", regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20,}`)},
	{"a Google API key", "AIza", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"a Google access token", "ya29.", regexp.MustCompile(`\bya29\.[0-9A-Za-z_-]{20,}`)},
	{"a Stripe key", "k_", regexp.MustCompile(`\b[sr]k_(live|test)_[0-9A-Za-z]{16,}`)},
	{"a SendGrid key", "SG.", regexp.MustCompile(`\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}`)},
	{"a JSON web token", "eyJ", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`)},
	{"a service account's key", "private_key_id", regexp.MustCompile(`"private_key_id"\s*:\s*"[0-9a-f]{20,}"`)},
}

var (
	// A password inside an address; what begins with $, {, < or * stands for one.
	addressPassword = regexp.MustCompile(`\b[a-z][a-z0-9+.-]*://[^/\s:@'"]*:([^/\s@'"${}<>*][^/\s@'"]*)@`)
	// A query parameter that carries one.
	queryPassword = regexp.MustCompile(`(?i)[?&](?:token|access_token|api_?key|key|secret|password|passwd|pwd|sig|signature)=([^&\s'"${}<>*]{8,})`)
	hexToken      = regexp.MustCompile(`^[0-9a-f]{32,}$|^[0-9A-F]{32,}$`)
	wordToken     = regexp.MustCompile(`^[0-9A-Za-z+/_-]{20,}={0,2}$`)
)

// guessedFields are the fields in which text that looks random is taken for a
// secret. Elsewhere random text is usual: IDs of spreadsheets, digests of images,
// public keys.
var guessedFields = map[string]bool{
	"Channel.URL": true, "Connection.User": true, "Connection.Header": true, "Connection.URL": true, "Connection.Secret": true,
	"Destination.URL": true, "Destination.User": true, "Destination.Secret": true, "Variable.Default": true, "Environment.Variables": true,
	"Secret.SecretManager": true, "Model.Options": true,
}

// secretIn says what kind of secret a text holds; empty where it holds none. guess
// also looks at how random it is.
func secretIn(text string, guess bool) string {
	for _, s := range shapes {
		if strings.Contains(text, s.needle) && s.form.MatchString(text) {
			return s.what
		}
	}
	if strings.Contains(text, "://") && addressPassword.MatchString(text) {
		return "an address with a password in it"
	}
	if !guess {
		return ""
	}
	if strings.Contains(text, "://") && queryPassword.MatchString(text) {
		return "an address with a key in it"
	}
	if looksRandom(text) {
		return "a password, token or key"
	}
	return ""
}

// looksRandom reports whether a text has the look of a generated token: long, of
// mixed characters, without the repetition of words.
func looksRandom(text string) bool {
	if hexToken.MatchString(text) {
		return entropy(text) > 3
	}
	if !wordToken.MatchString(text) {
		return false
	}
	digits := strings.ContainsAny(text, "0123456789")
	mixed := text != strings.ToLower(text) && text != strings.ToUpper(text)
	return digits && mixed && entropy(text) > 3.8
}

// entropy is Shannon's, in bits a character.
func entropy(text string) float64 {
	var count [256]int
	for i := range len(text) {
		count[text[i]]++
	}
	sum := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(text))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

// literalSecrets looks at every text of the platform and of its SQL files. What it
// finds is named by its kind and place, never by its value.
func (j *judge) literalSecrets() {
	s := secretScan{judge: j, layouts: map[reflect.Type]*layout{}}
	s.walk(reflect.ValueOf(j.sp).Elem(), "", diag.Span{})
	for _, file := range slices.Sorted(maps.Keys(j.sp.SQLFiles)) {
		for i, line := range strings.Split(j.sp.SQLFiles[file], "\n") {
			s.look(line, false, diag.Span{File: file, Line: int32(i) + 1, Col: 1})
		}
	}
}

// shortest is the least length of a text that can hold a secret.
const shortest = 12

type secretScan struct {
	judge   *judge
	layouts map[reflect.Type]*layout
}

func (s *secretScan) look(text string, guess bool, at diag.Span) {
	if len(text) < shortest {
		return
	}
	what := secretIn(text, guess)
	if what == "" {
		return
	}
	d := s.judge.diags.Errorf(diag.LiteralSecret, at, "this text looks like %s", what).
		WithHint("revoke it, keep the new one in the secret manager, and refer to that under secret")
	d.Concealed = true
}

var (
	spanType     = reflect.TypeFor[diag.Span]()
	sqlFileType  = reflect.TypeFor[map[string]string]()
	nodeType     = reflect.TypeFor[spec.Node]()
	platformType = reflect.TypeFor[spec.Platform]()
)

// walk visits every string below v. field is <type>.<field> of the struct that holds
// it, and near the last place seen, for texts that have none of their own.
func (s *secretScan) walk(v reflect.Value, field string, near diag.Span) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			s.walk(v.Elem(), field, near)
		}
	case reflect.Slice:
		for i := range v.Len() {
			s.walk(v.Index(i), field, near)
		}
	case reflect.Map:
		if v.Type() == sqlFileType {
			return // the SQL files; looked at line by line
		}
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) }) {
			s.walk(v.MapIndex(key), field, near)
		}
	case reflect.Struct:
		if v.Type() == spanType {
			return
		}
		s.structure(v, field, near)
	case reflect.String:
		s.look(v.String(), guessedFields[field], near)
	}
}

func (s *secretScan) structure(v reflect.Value, field string, near diag.Span) {
	l := s.layout(v.Type())
	if l.at >= 0 {
		if at := v.Field(l.at).Interface().(diag.Span); !at.IsZero() {
			near = at
		}
	} else if l.node >= 0 {
		near = v.Field(l.node).Interface().(spec.Node).At
	}
	for _, f := range l.fields {
		name := f.name
		if name == "" {
			name = field
		}
		s.walk(v.Field(f.index), name, near)
	}
}

// layout is what there is to visit in a struct.
type layout struct {
	at, node int // fields that hold the place; -1 where there is none
	fields   []fieldLayout
}

type fieldLayout struct {
	index int
	name  string // <type>.<field>; empty where the value is the outer field's own
}

// layout of a type is worked out once: there are many values.
func (s *secretScan) layout(t reflect.Type) *layout {
	if l := s.layouts[t]; l != nil {
		return l
	}
	l := &layout{at: -1, node: -1}
	s.layouts[t] = l
	_, scalar := t.FieldByName("Set")
	for i := range t.NumField() {
		f := t.Field(i)
		switch {
		case f.Type == spanType && f.Name == "At":
			l.at = i
		case f.Type == nodeType:
			l.node = i
		case f.Type.Kind() <= reflect.Complex128, f.Type == spanType:
			// Numbers and places hold no text.
		case t == platformType && f.Name == "Root":
			// The folder's path is no user's text.
		case scalar:
			l.fields = append(l.fields, fieldLayout{index: i}) // a value, or a pair of a name and a value
		default:
			l.fields = append(l.fields, fieldLayout{index: i, name: t.Name() + "." + f.Name})
		}
	}
	return l
}
