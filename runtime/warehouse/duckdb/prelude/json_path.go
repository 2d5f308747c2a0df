package prelude

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// step is one step of a path: a member's name or an element's index.
type step struct {
	name  string
	index int64
	array bool
}

// parsePath reads a JSONPath: $.a."b c"['d']["e"][0].
func parsePath(p string) ([]step, error) {
	bad := fmt.Errorf("invalid JSONPath: %q", p)
	if !strings.HasPrefix(p, "$") {
		return nil, fmt.Errorf("JSONPath must start with '$': %q", p)
	}
	var steps []step
	i := 1
	for i < len(p) {
		switch p[i] {
		case '.':
			i++
			if i < len(p) && p[i] == '"' {
				end := strings.IndexByte(p[i+1:], '"')
				if end < 0 {
					return nil, bad
				}
				steps = append(steps, step{name: p[i+1 : i+1+end]})
				i += end + 2
				continue
			}
			j := i
			for j < len(p) && p[j] != '.' && p[j] != '[' {
				if strings.IndexByte("*@()?:,'\" ]", p[j]) >= 0 {
					return nil, bad
				}
				j++
			}
			if j == i {
				return nil, bad
			}
			steps = append(steps, step{name: p[i:j]})
			i = j
		case '[':
			i++
			if i < len(p) && (p[i] == '\'' || p[i] == '"') {
				end := strings.IndexByte(p[i+1:], p[i])
				if end < 0 || i+end+2 >= len(p) || p[i+end+2] != ']' {
					return nil, bad
				}
				steps = append(steps, step{name: p[i+1 : i+1+end]})
				i += end + 3
				continue
			}
			end := strings.IndexByte(p[i:], ']')
			if end <= 0 {
				return nil, bad
			}
			n, err := strconv.ParseUint(p[i:i+end], 10, 31)
			if err != nil {
				return nil, bad
			}
			steps = append(steps, step{name: p[i : i+end], index: int64(n), array: true})
			i += end + 1
		default:
			return nil, bad
		}
	}
	return steps, nil
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

var errNoMatch = errNull

func walk(v node, steps []step) (node, error) {
	for _, s := range steps {
		switch c := v.(type) {
		case *object:
			m, ok := c.vals[s.name]
			if !ok || s.array {
				return nil, errNoMatch
			}
			v = m
		case []node:
			if !s.array || s.index >= int64(len(c)) {
				return nil, errNoMatch
			}
			v = c[s.index]
		default:
			return nil, errNoMatch
		}
	}
	return v, nil
}

// onJSON applies a function to what a path selects in a JSON value: text to its
// text, or tree to the value where text gives errTree.
func onJSON[R any](tree func(node, bool) (R, error), text func(string, bool) (R, error)) func(string, string) (R, error) {
	return onPath(tree, text, true)
}

// onText is onJSON for a string; text that is no JSON gives NULL.
func onText[R any](tree func(node, bool) (R, error), text func(string, bool) (R, error)) func(string, string) (R, error) {
	return onPath(tree, text, false)
}

func onPath[R any](tree func(node, bool) (R, error), text func(string, bool) (R, error), sorted bool) func(string, string) (R, error) {
	return func(s, path string) (R, error) {
		var zero R
		steps, err := knownPath(path)
		if err != nil {
			return zero, err
		}
		if found, ok, read := find(s, steps); read {
			if !ok {
				return zero, errNoMatch
			}
			if r, err := text(found, sorted); err != errTree {
				return r, err
			}
		}
		v, err := readJSON(s)
		if err != nil {
			if !sorted {
				err = errNull
			}
			return zero, err
		}
		if v, err = walk(v, steps); err != nil {
			return zero, err
		}
		return tree(v, sorted)
	}
}

// pathValue is a scalar as text, NULL for null and for what is no scalar.
func pathValue(v node, sorted bool) (string, error) {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v), nil
	case json.Number:
		return textOf(v, sorted), nil
	case string:
		return v, nil
	}
	return "", errNull
}

func pathQuery(v node, sorted bool) (string, error) { return textOf(v, sorted), nil }

func pathQueryText(v node, sorted bool) (string, error) {
	if v == nil {
		return "", errNull
	}
	return textOf(v, sorted), nil
}

func pathArray(v node, sorted bool) (strs, error) {
	list, ok := v.([]node)
	if !ok {
		return nil, errNull
	}
	out := strs{}
	for _, e := range list {
		out = append(out, textOf(e, sorted))
	}
	return out, nil
}

func pathValues(v node, sorted bool) (strs, error) {
	list, ok := v.([]node)
	if !ok {
		return nil, errNull
	}
	out := strs{}
	for _, e := range list {
		if e == nil {
			out = append(out, nil)
			continue
		}
		s, err := pathValue(e, sorted)
		if err != nil {
			return nil, errNull
		}
		out = append(out, s)
	}
	return out, nil
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
