package prelude

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// canonical appends to b the value that starts at s[i], as write has it, and gives
// the position after it.
func canonical(b []byte, s string, i int, sorted bool, depth int) ([]byte, int) {
	if i >= len(s) || depth > deepest {
		return b, irregular
	}
	switch c := s[i]; {
	case c == '{':
		return canonicalObject(b, s, i, sorted, depth)
	case c == '[':
		b = append(b, '[')
		i = skipSpace(s, i+1)
		if i < len(s) && s[i] == ']' {
			return append(b, ']'), i + 1
		}
		for {
			if b, i = canonical(b, s, i, sorted, depth+1); i == irregular {
				return b, irregular
			}
			i = skipSpace(s, i)
			switch {
			case i < len(s) && s[i] == ']':
				return append(b, ']'), i + 1
			case i >= len(s) || s[i] != ',':
				return b, irregular
			}
			b = append(b, ',')
			i = skipSpace(s, i+1)
		}
	case c == '"':
		end, plain := skipString(s, i)
		switch {
		case end == irregular:
			return b, irregular
		case plain:
			return append(b, s[i:end]...), end
		}
		var v string
		if json.Unmarshal([]byte(s[i:end]), &v) != nil {
			return b, irregular
		}
		return appendQuoted(b, v), end
	case c == '-' || c >= '0' && c <= '9':
		end, whole := skipNumber(s, i)
		switch {
		case end == irregular:
			return b, irregular
		case !sorted:
			return append(b, s[i:end]...), end
		}
		if text, ok := plainNumber(s[i:end], whole); ok {
			return append(b, text...), end
		}
		return b, irregular
	}
	end := skipWord(s, i)
	if end == irregular {
		return b, irregular
	}
	return append(b, s[i:end]...), end
}

// plainNumber is normalNumber of a number that no FLOAT64 or INT64 changes, so that
// it is exact as well.
func plainNumber(s string, whole bool) (string, bool) {
	if whole {
		return s, len(s) <= 18 && s != "-0"
	}
	if len(s) > 16 || strings.ContainsAny(s, "eE") { // 15 digits and the point
		return "", false
	}
	return normalNumber(json.Number(s)), true
}

// member is a member of an object that was appended: its name and where its text,
// name included, stands.
type member struct {
	name     string
	from, to int
}

func canonicalObject(b []byte, s string, i int, sorted bool, depth int) ([]byte, int) {
	var few [16]member
	members, start, ordered := few[:0], len(b)+1, true
	b = append(b, '{')
	i = skipSpace(s, i+1)
	if i < len(s) && s[i] == '}' {
		return append(b, '}'), i + 1
	}
	for {
		if i >= len(s) || s[i] != '"' {
			return b, irregular
		}
		end, plain := skipString(s, i)
		if end == irregular || !plain {
			return b, irregular
		}
		m := member{name: s[i+1 : end-1], from: len(b)}
		ordered = ordered && (len(members) == 0 || members[len(members)-1].name < m.name)
		b = append(append(b, s[i:end]...), ':')
		i = skipSpace(s, end)
		if i >= len(s) || s[i] != ':' {
			return b, irregular
		}
		if b, i = canonical(b, s, skipSpace(s, i+1), sorted, depth+1); i == irregular {
			return b, irregular
		}
		m.to = len(b)
		members = append(members, m)
		i = skipSpace(s, i)
		if i < len(s) && s[i] == '}' {
			break
		}
		if i >= len(s) || s[i] != ',' {
			return b, irregular
		}
		b = append(b, ',')
		i = skipSpace(s, i+1)
	}
	if !ordered {
		b = reorder(b, start, members, sorted)
	}
	return append(b, '}'), i + 1
}

// reorder leaves the first member of each name, in the order of names with sorted.
func reorder(b []byte, start int, members []member, sorted bool) []byte {
	byName := slices.Clone(members)
	slices.SortStableFunc(byName, func(x, y member) int { return strings.Compare(x.name, y.name) })
	byName = slices.CompactFunc(byName, func(x, y member) bool { return x.name == y.name })
	if !sorted {
		slices.SortFunc(byName, func(x, y member) int { return x.from - y.from })
	}
	old := string(b[start:])
	b = b[:start]
	for k, m := range byName {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, old[m.from-start:m.to-start]...)
	}
	return b
}

// rewrite is the value in a text as write has it; ok is false for a text that only
// readJSON reads.
func rewrite(s string, sorted bool) (text string, ok bool) {
	if !usual(s) {
		return "", false
	}
	b, end := canonical(make([]byte, 0, len(s)+16), s, skipSpace(s, 0), sorted, 0)
	if end == irregular || skipSpace(s, end) != len(s) {
		return "", false
	}
	if string(b) == s {
		return s, true
	}
	return string(b), true
}

// appendQuoted appends a string as JSON.
func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, `\ufffd`...)
			} else {
				b = append(b, s[i:i+n]...)
			}
			i += n
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		}
		i++
	}
	return append(b, '"')
}
