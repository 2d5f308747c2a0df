package prelude

import (
	"errors"
	"slices"
)

// The functions that change JSON values; paths and values go in pairs, values
// as JSON text.
var jsonChangeFunctions = map[string]*udf{
	"gsql_json_set":          fn4(jsonSet),
	"gsql_json_remove":       fn2(jsonRemove),
	"gsql_json_array_append": fn4(jsonArrayAppend),
	"gsql_json_array_insert": fn4(jsonArrayInsert),
	"gsql_json_strip_nulls":  fn4(jsonStripNulls),
	"gsql_json_contains":     fn2(jsonContains),
	"gsql_json_flatten":      fn1(jsonFlatten),
}

// change applies f to a document at each path in turn.
func change(s string, paths strs, f func(root node, steps []step, i int) (node, error)) (string, error) {
	root, err := readJSON(s)
	if err != nil {
		return "", err
	}
	for i, p := range paths {
		steps, err := parsePath(p.(string))
		if err != nil {
			return "", err
		}
		if root, err = f(root, steps, i); err != nil {
			return "", err
		}
	}
	return textOf(root, true), nil
}

// edit rebuilds the value at the path by f; missing says whether steps that do
// not exist are made, on the way from null or from nothing.
func edit(v node, steps []step, missing bool, f func(v node, exists bool) (node, bool)) (node, bool) {
	if len(steps) == 0 {
		return f(v, true)
	}
	return editIn(v, steps, missing, f)
}

func editIn(v node, steps []step, missing bool, f func(v node, exists bool) (node, bool)) (node, bool) {
	s := steps[0]
	next := func(child node, exists bool) (node, bool) {
		if len(steps) == 1 {
			return f(child, exists)
		}
		return editIn(child, steps[1:], missing, f)
	}
	if v == nil && missing {
		v = node(&object{vals: map[string]node{}})
		if s.array {
			v = []node{}
		}
	}
	switch c := v.(type) {
	case *object:
		child, ok := c.vals[s.name]
		if s.array || !ok && !missing {
			return v, false
		}
		made, changed := next(child, ok)
		if !changed {
			return v, false
		}
		if !ok {
			c.keys = append(c.keys, s.name)
		}
		c.vals[s.name] = made
		return c, true
	case []node:
		ok := s.array && s.index < int64(len(c))
		if !s.array || !ok && (!missing || s.index > maxElements) {
			return v, false
		}
		var child node
		if ok {
			child = c[s.index]
		}
		made, changed := next(child, ok)
		if !changed {
			return v, false
		}
		for int64(len(c)) <= s.index {
			c = append(c, nil)
		}
		c[s.index] = made
		return c, true
	}
	return v, false
}

func jsonSet(s string, paths, vals strs, create bool) (string, error) {
	return change(s, paths, func(root node, steps []step, i int) (node, error) {
		val, err := readJSON(vals[i].(string))
		if err != nil {
			return nil, err
		}
		out, _ := edit(root, steps, create, func(node, bool) (node, bool) { return val, true })
		return out, nil
	})
}

func jsonRemove(s string, paths strs) (string, error) {
	return change(s, paths, func(root node, steps []step, _ int) (node, error) {
		if len(steps) == 0 {
			return nil, errors.New("the JSONPath cannot be '$'")
		}
		last := steps[len(steps)-1]
		out, _ := edit(root, steps[:len(steps)-1], false, func(v node, _ bool) (node, bool) {
			switch c := v.(type) {
			case *object:
				if _, ok := c.vals[last.name]; ok && !last.array {
					delete(c.vals, last.name)
					c.keys = slices.DeleteFunc(c.keys, func(k string) bool { return k == last.name })
				}
			case []node:
				if last.array && last.index < int64(len(c)) {
					return slices.Delete(c, int(last.index), int(last.index)+1), true
				}
			}
			return v, true
		})
		return out, nil
	})
}

// elements are the values to add: those of an SQL array one by one, if so asked.
func elements(val string, isArray, each bool) ([]node, error) {
	v, err := readJSON(val)
	if err != nil {
		return nil, err
	}
	if list, ok := v.([]node); ok && isArray && each {
		return list, nil
	}
	return []node{v}, nil
}

// jsonArrayAppend takes values that start with "A" when they were SQL arrays to
// be added one by one, and with "V" otherwise.
func jsonArrayAppend(s string, paths, vals strs, each bool) (string, error) {
	return change(s, paths, func(root node, steps []step, i int) (node, error) {
		val := vals[i].(string)
		add, err := elements(val[1:], val[0] == 'A', each)
		if err != nil {
			return nil, err
		}
		out, _ := edit(root, steps, false, func(v node, _ bool) (node, bool) {
			if v == nil {
				return slices.Clone(add), true
			}
			if list, ok := v.([]node); ok {
				return append(list, add...), true
			}
			return v, false
		})
		return out, nil
	})
}

func jsonArrayInsert(s string, paths, vals strs, each bool) (string, error) {
	return change(s, paths, func(root node, steps []step, i int) (node, error) {
		if len(steps) == 0 || !steps[len(steps)-1].array {
			return root, nil
		}
		val := vals[i].(string)
		add, err := elements(val[1:], val[0] == 'A', each)
		if err != nil {
			return nil, err
		}
		at := steps[len(steps)-1].index
		if at > maxElements {
			return nil, errors.New("exceeded maximum array size")
		}
		out, _ := edit(root, steps[:len(steps)-1], false, func(v node, _ bool) (node, bool) {
			list, ok := v.([]node)
			if !ok && v != nil {
				return v, false
			}
			for int64(len(list)) < at {
				list = append(list, nil)
			}
			return slices.Insert(list, int(at), add...), true
		})
		return out, nil
	})
}

func jsonStripNulls(s, path string, arrays, empty bool) (string, error) {
	return change(s, strs{path}, func(root node, steps []step, _ int) (node, error) {
		out, _ := edit(root, steps, false, func(v node, _ bool) (node, bool) { return strip(v, arrays, empty), true })
		return out, nil
	})
}

// strip removes members that are null, and elements too with arrays; with empty
// also what has become empty.
func strip(v node, arrays, empty bool) node {
	gone := func(e node) bool {
		if e == nil {
			return true
		}
		if !empty {
			return false
		}
		switch c := e.(type) {
		case *object:
			return len(c.keys) == 0
		case []node:
			return len(c) == 0 && arrays
		}
		return false
	}
	switch c := v.(type) {
	case *object:
		c.keys = slices.DeleteFunc(c.keys, func(k string) bool {
			c.vals[k] = strip(c.vals[k], arrays, empty)
			return gone(c.vals[k])
		})
		if empty && len(c.keys) == 0 {
			return c
		}
	case []node:
		for i := range c {
			c[i] = strip(c[i], arrays, empty)
		}
		if arrays {
			return slices.DeleteFunc(c, gone)
		}
	}
	return v
}

func jsonContains(a, b string) (bool, error) {
	x, err := readJSON(a)
	if err != nil {
		return false, err
	}
	y, err := readJSON(b)
	if err != nil {
		return false, err
	}
	return contains(x, y), nil
}

// contains follows JSON containment: members of objects, elements of arrays in
// any order, and a scalar in an array at the top.
func contains(x, y node) bool {
	switch want := y.(type) {
	case *object:
		have, ok := x.(*object)
		if !ok {
			if list, isList := x.([]node); isList {
				return slices.ContainsFunc(list, func(e node) bool { return contains(e, y) })
			}
			return false
		}
		for _, k := range want.keys {
			if v, found := have.vals[k]; !found || !contains(v, want.vals[k]) {
				return false
			}
		}
		return ok
	case []node:
		have, ok := x.([]node)
		if !ok {
			return false
		}
		for _, e := range want {
			if !slices.ContainsFunc(have, func(h node) bool { return sameKind(h, e) && contains(h, e) }) {
				return false
			}
		}
		return true
	}
	if list, ok := x.([]node); ok {
		return slices.ContainsFunc(list, func(e node) bool { return sameKind(e, y) && contains(e, y) })
	}
	return textOf(x, true) == textOf(y, true)
}

// sameKind reports whether both are arrays, objects or scalars.
func sameKind(a, b node) bool {
	kind := func(v node) int {
		switch v.(type) {
		case []node:
			return 1
		case *object:
			return 2
		}
		return 0
	}
	return kind(a) == kind(b)
}

// jsonFlatten is the elements of an array and of the arrays in it.
func jsonFlatten(s string) (strs, error) {
	v, err := readJSON(s)
	if err != nil {
		return nil, err
	}
	out := strs{}
	var visit func(node)
	visit = func(v node) {
		if list, ok := v.([]node); ok {
			for _, e := range list {
				visit(e)
			}
			return
		}
		out = append(out, textOf(v, true))
	}
	visit(v)
	return out, nil
}
