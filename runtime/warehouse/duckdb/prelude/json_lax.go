package prelude

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// pathMode reads the mode in front of a path: "lax $.a" and "lax recursive $.a"
// go through arrays on the way to a member, one level deep or all.
func pathMode(path string) (lax, recursive bool, rest string, err error) {
	at := strings.IndexByte(path, '$')
	if at <= 0 {
		return false, false, path, nil
	}
	strict := false
	for _, word := range strings.Fields(path[:at]) {
		switch strings.ToLower(word) {
		case "lax":
			lax = true
		case "recursive":
			recursive = true
		case "strict":
			strict = true
		default:
			return false, false, "", fmt.Errorf("invalid JSONPath mode in %q", path)
		}
	}
	if strict == lax || recursive && !lax {
		return false, false, "", fmt.Errorf("invalid JSONPath mode in %q", path)
	}
	return lax, recursive, path[at:], nil
}

// jsonQuery is JSON_QUERY of a JSON value. In the lax modes it is the array of
// everything that the path selects.
func jsonQuery(s, path string) (string, error) {
	lax, recursive, rest, err := pathMode(path)
	if err != nil {
		return "", err
	}
	if !lax {
		return queryStrict(s, rest)
	}
	steps, err := knownPath(rest)
	if err != nil {
		return "", err
	}
	v, err := readJSON(s)
	if err != nil {
		return "", err
	}
	found := []node{v}
	for _, st := range steps {
		var next []node
		for _, v := range found {
			next = append(next, laxStep(v, st, recursive)...)
		}
		found = next
	}
	if found == nil {
		found = []node{}
	}
	return textOf(found, true), nil
}

var queryStrict = onJSON(pathQuery, queryText)

func laxStep(v node, s step, recursive bool) []node {
	if s.array {
		list, ok := v.([]node)
		switch {
		case !ok && s.index == 0:
			return []node{v}
		case ok && s.index < int64(len(list)):
			return list[s.index : s.index+1]
		}
		return nil
	}
	switch v := v.(type) {
	case *object:
		if m, ok := v.vals[s.name]; ok {
			return []node{m}
		}
	case []node:
		var out []node
		for _, e := range v {
			if _, nested := e.([]node); nested && !recursive {
				continue
			}
			out = append(out, laxStep(e, s, recursive)...)
		}
		return out
	}
	return nil
}

// jsonKeys is JSON_KEYS: the paths of all members down to a depth, without those
// inside arrays (strict), with those inside arrays that are not nested directly
// in arrays (lax), or with all.
func jsonKeys(s string, depth int64, mode string) (strs, error) {
	if depth < 1 {
		return nil, errors.New("max_depth must be positive")
	}
	lax, recursive := false, false
	switch strings.Join(strings.Fields(strings.ToLower(mode)), " ") {
	case "strict":
	case "lax":
		lax = true
	case "lax recursive", "recursive lax":
		lax, recursive = true, true
	default:
		return nil, fmt.Errorf("invalid JSON mode specified: %q", mode)
	}
	v, err := readJSON(s)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var visit func(v node, prefix string, left int64, inArray bool)
	visit = func(v node, prefix string, left int64, inArray bool) {
		switch v := v.(type) {
		case []node:
			if !lax || inArray && !recursive {
				return
			}
			for _, e := range v {
				visit(e, prefix, left, true)
			}
		case *object:
			if left == 0 {
				return
			}
			for _, k := range v.keys {
				name := k
				if !plainKey(k) {
					name = quoteJSON(k)
				}
				seen[prefix+name] = true
				visit(v.vals[k], prefix+name+".", left-1, false)
			}
		}
	}
	visit(v, "", depth, false)
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	out := strs{}
	for _, k := range keys {
		out = append(out, k)
	}
	return out, nil
}

// plainKey reports whether a member's name needs no quotes in a path.
func plainKey(k string) bool {
	for i, r := range k {
		switch {
		case r == '_', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= 0x80, i > 0 && r >= '0' && r <= '9':
		default:
			return !strings.ContainsAny(k, ".\"[]$*@' ") && k != ""
		}
	}
	return k != ""
}
