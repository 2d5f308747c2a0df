package lang

import "regexp"

// HandMatched are the patterns that are matched by hand.
var HandMatched = []string{`^[a-z][a-z0-9_]*$`, `^[A-Za-z_][A-Za-z0-9_]*$`, `^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`}

// Matchers are the matcher in use and the regular expression it must agree with.
func Matchers(text string) (hand, slow func(string) bool) {
	p, err := newPattern(text)
	if err != nil {
		panic(err)
	}
	return p.match, regexp.MustCompile(text).MatchString
}
