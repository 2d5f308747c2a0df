package prelude

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// errTree is returned by a function of a value's text that wants the value itself.
var errTree = errors.New("a text that only readJSON reads")

// scalarText is pathValue of a value's text.
func scalarText(s string, sorted bool) (string, error) {
	switch c := s[0]; {
	case c == '"':
		if strings.IndexByte(s, '\\') >= 0 {
			return "", errTree
		}
		return s[1 : len(s)-1], nil
	case c == '{' || c == '[' || c == 'n':
		return "", errNull
	case sorted && c != 't' && c != 'f':
		return normalNumber(json.Number(s)), nil
	}
	return s, nil
}

// queryText is pathQuery of a value's text.
func queryText(s string, sorted bool) (string, error) {
	text, ok := rewrite(s, sorted)
	if !ok {
		return "", errTree
	}
	return text, nil
}

// presentQueryText is pathQueryText of a value's text.
func presentQueryText(s string, sorted bool) (string, error) {
	if s == "null" {
		return "", errNull
	}
	return queryText(s, sorted)
}

// arrayText is pathArray of a value's text.
func arrayText(s string, sorted bool) (strs, error) {
	if s[0] != '[' {
		return nil, errNull
	}
	out := strs{}
	for _, e := range elementsOf(s) {
		text, ok := rewrite(e, sorted)
		if !ok {
			return nil, errTree
		}
		out = append(out, text)
	}
	return out, nil
}

// valuesText is pathValues of a value's text.
func valuesText(s string, sorted bool) (strs, error) {
	if s[0] != '[' {
		return nil, errNull
	}
	out := strs{}
	for _, e := range elementsOf(s) {
		if e == "null" {
			out = append(out, nil)
			continue
		}
		text, err := scalarText(e, sorted)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// paths holds the paths that queries use, read; there are few, as they are literals
// nearly always.
var paths struct {
	sync.Map // path → []step
	size     atomic.Int64
}

const mostPaths = 1000

// knownPath is parsePath, once a path.
func knownPath(p string) ([]step, error) {
	if steps, ok := paths.Load(p); ok {
		return steps.([]step), nil
	}
	steps, err := parsePath(p)
	if err == nil && paths.size.Load() < mostPaths {
		paths.size.Add(1)
		paths.Store(p, steps)
	}
	return steps, err
}
