package prelude

import (
	"strings"
	"unicode/utf8"
)

// A query reads the same documents over and over, one member a call. The scanner
// does that without making a tree: it walks the text, checks it, and gives the
// text of what was looked for. It knows when a text is beyond it (irregular):
// what is no JSON at all, names written with escapes, deep nesting, numbers that
// need care. Such a text is read by readJSON, which has the last word on everything.

// irregular is the position that means: read this text by readJSON.
const irregular = -1

// deepest is how far the scanner follows nested values.
const deepest = 200

// usual reports whether the scanner may read a text.
func usual(s string) bool { return utf8.ValidString(s) }

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r') {
		i++
	}
	return i
}

// skipString gives the position after the string that starts at s[i], and whether
// it is written without escapes.
func skipString(s string, i int) (end int, plain bool) {
	plain = true
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1, plain
		case c < ' ':
			return irregular, false
		case c == '\\':
			plain = false
			i++
			if i == len(s) {
				return irregular, false
			}
			switch s[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if i+4 >= len(s) {
					return irregular, false
				}
				for _, h := range []byte(s[i+1 : i+5]) {
					if (h < '0' || h > '9') && (h < 'a' || h > 'f') && (h < 'A' || h > 'F') {
						return irregular, false
					}
				}
				i += 4
			default:
				return irregular, false
			}
		}
	}
	return irregular, false
}

// skipNumber gives the position after the number that starts at s[i], and whether
// it has no fraction and no exponent.
func skipNumber(s string, i int) (end int, whole bool) {
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	case !digits():
		return irregular, false
	}
	whole = true
	if i < len(s) && s[i] == '.' {
		whole = false
		i++
		if !digits() {
			return irregular, false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		whole = false
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return irregular, false
		}
	}
	return i, whole
}

// skipWord gives the position after true, false or null.
func skipWord(s string, i int) int {
	for _, w := range []string{"true", "false", "null"} {
		if strings.HasPrefix(s[i:], w) {
			return i + len(w)
		}
	}
	return irregular
}

// finder looks for what a path selects.
type finder struct {
	s     string
	found string // its text
	ok    bool   // there is any
}

// find gives the text that steps select, and whether they select any. It has not
// read the text when read is false.
func find(s string, steps []step) (found string, ok, read bool) {
	if !usual(s) {
		return "", false, false
	}
	f := finder{s: s}
	end := f.value(skipSpace(s, 0), steps, true, 0)
	if end == irregular || skipSpace(s, end) != len(s) {
		return "", false, false
	}
	return f.found, f.ok, true
}

// value reads the value that starts at i and gives the position after it. With
// want the steps left lead on from here.
func (f *finder) value(i int, steps []step, want bool, depth int) int {
	if i >= len(f.s) || depth > deepest {
		return irregular
	}
	from, end := i, irregular
	switch c := f.s[i]; {
	case c == '{':
		end = f.object(i, steps, want, depth)
	case c == '[':
		end = f.array(i, steps, want, depth)
	case c == '"':
		end, _ = skipString(f.s, i)
	case c == '-' || c >= '0' && c <= '9':
		end, _ = skipNumber(f.s, i)
	default:
		end = skipWord(f.s, i)
	}
	if want && len(steps) == 0 && end != irregular {
		f.found, f.ok = f.s[from:end], true
	}
	return end
}

func (f *finder) object(i int, steps []step, want bool, depth int) int {
	s := f.s
	looking := want && len(steps) > 0 && !steps[0].array
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return i + 1
	}
	for {
		if i >= len(s) || s[i] != '"' {
			return irregular
		}
		from := i + 1
		end, plain := skipString(s, i)
		if end == irregular || !plain {
			return irregular
		}
		i = skipSpace(s, end)
		if i >= len(s) || s[i] != ':' {
			return irregular
		}
		i = skipSpace(s, i+1)
		if looking && s[from:end-1] == steps[0].name {
			looking = false // the first of several members of one name counts
			i = f.value(i, steps[1:], true, depth+1)
		} else {
			i = f.value(i, nil, false, depth+1)
		}
		if i == irregular {
			return irregular
		}
		i = skipSpace(s, i)
		switch {
		case i < len(s) && s[i] == '}':
			return i + 1
		case i >= len(s) || s[i] != ',':
			return irregular
		}
		i = skipSpace(s, i+1)
	}
}

func (f *finder) array(i int, steps []step, want bool, depth int) int {
	s := f.s
	looking := want && len(steps) > 0 && steps[0].array
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == ']' {
		return i + 1
	}
	for n := int64(0); ; n++ {
		if looking && n == steps[0].index {
			i = f.value(i, steps[1:], true, depth+1)
		} else {
			i = f.value(i, nil, false, depth+1)
		}
		if i == irregular {
			return irregular
		}
		i = skipSpace(s, i)
		switch {
		case i < len(s) && s[i] == ']':
			return i + 1
		case i >= len(s) || s[i] != ',':
			return irregular
		}
		i = skipSpace(s, i+1)
	}
}

// elementsOf gives the texts of the elements of an array that find has read.
func elementsOf(s string) []string {
	var out []string
	f := finder{s: s}
	for i := skipSpace(s, 1); s[i] != ']'; {
		end := f.value(i, nil, false, 0)
		out = append(out, s[i:end])
		if i = skipSpace(s, end); s[i] == ',' {
			i = skipSpace(s, i+1)
		}
	}
	return out
}
