// Package selector picks nodes of a plan by dbt's grammar.
//
//	core.member_status     a node by name; * and ? match within it: core.*, export.*
//	core                   every node of a dataset
//	tag:x path:dir kind:k owner:team source:app   nodes by a property
//	+x  x+  2+x  x+1       x with everything before / after it, or so many steps
//	@x                     x, everything after it, and all that those need
//	a b                    a or b
//	a,b                    a and b
package selector

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"

	"sluice/runtime/plan"
)

// Selection says which tasks of a plan are meant.
type Selection struct {
	Nodes []string // sorted
	Tasks []string // sorted; every task of the nodes
}

// NodeOf is the node that a task belongs to: the task's ID up to the first slash.
func NodeOf(taskID string) string {
	node, _, _ := strings.Cut(taskID, "/")
	return node
}

// Select picks by the expressions of --select (all nodes where there is none)
// less those of --exclude. An expression that matches nothing is an error.
func Select(p *plan.Plan, include, exclude []string) (Selection, error) {
	g := newGraph(p)
	nodes := g.all()
	if len(include) > 0 {
		var err error
		if nodes, err = g.union(include); err != nil {
			return Selection{}, err
		}
	}
	if len(exclude) > 0 {
		out, err := g.union(exclude)
		if err != nil {
			return Selection{}, err
		}
		for n := range out {
			delete(nodes, n)
		}
	}
	var s Selection
	for n := range nodes {
		s.Nodes = append(s.Nodes, n)
		s.Tasks = append(s.Tasks, g.tasks[n]...)
	}
	sort.Strings(s.Nodes)
	sort.Strings(s.Tasks)
	return s, nil
}

type set = map[string]bool

// graph is the plan at the level of nodes.
type graph struct {
	plan    *plan.Plan
	names   []string
	tasks   map[string][]string
	first   map[string]*plan.Task // a task that carries the node's properties
	tables  map[string]*plan.Table
	parents map[string]set
	childs  map[string]set
}

func newGraph(p *plan.Plan) *graph {
	g := &graph{plan: p, tasks: map[string][]string{}, first: map[string]*plan.Task{},
		tables: map[string]*plan.Table{}, parents: map[string]set{}, childs: map[string]set{}}
	for i := range p.Tables {
		g.tables[p.Tables[i].Name] = &p.Tables[i]
	}
	for i := range p.Tasks {
		t := &p.Tasks[i]
		node := NodeOf(t.ID)
		if g.first[node] == nil || t.ID == node {
			g.first[node] = t
		}
		g.tasks[node] = append(g.tasks[node], t.ID)
		for _, dep := range t.After {
			if up := NodeOf(dep); up != node {
				link(g.parents, node, up)
				link(g.childs, up, node)
			}
		}
	}
	for n := range g.tasks {
		g.names = append(g.names, n)
	}
	sort.Strings(g.names)
	return g
}

func link(m map[string]set, from, to string) {
	if m[from] == nil {
		m[from] = set{}
	}
	m[from][to] = true
}

func (g *graph) all() set {
	s := set{}
	for _, n := range g.names {
		s[n] = true
	}
	return s
}

// union takes every expression, each of which may hold several split by spaces.
func (g *graph) union(exprs []string) (set, error) {
	out := set{}
	for _, e := range exprs {
		words := strings.Fields(e)
		if len(words) == 0 {
			return nil, fmt.Errorf("empty selector")
		}
		for _, word := range words {
			s, err := g.intersection(word)
			if err != nil {
				return nil, err
			}
			for n := range s {
				out[n] = true
			}
		}
	}
	return out, nil
}

func (g *graph) intersection(word string) (set, error) {
	var out set
	for _, part := range strings.Split(word, ",") {
		s, err := g.one(part)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = s
			continue
		}
		for n := range out {
			if !s[n] {
				delete(out, n)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("selector %q matches nothing: no node is in all of its parts", word)
	}
	return out, nil
}

// one is a single selector with its graph operators.
func (g *graph) one(text string) (set, error) {
	body, up, down, around, err := operators(text)
	if err != nil {
		return nil, err
	}
	base, err := g.match(body)
	if err != nil {
		return nil, fmt.Errorf("selector %q %w", text, err)
	}
	out := set{}
	for n := range base {
		out[n] = true
	}
	if around {
		for n := range walk(base, g.childs, -1) {
			out[n] = true
		}
		for n := range walk(out, g.parents, -1) {
			out[n] = true
		}
		return out, nil
	}
	for n := range walk(base, g.parents, up) {
		out[n] = true
	}
	for n := range walk(base, g.childs, down) {
		out[n] = true
	}
	return out, nil
}

// operators splits "2+x+" into x with 2 steps up and all steps (-1) down.
func operators(text string) (body string, up, down int, around bool, err error) {
	body = text
	if rest, ok := strings.CutPrefix(body, "@"); ok {
		return rest, 0, 0, true, nil
	}
	if head, rest, ok := strings.Cut(body, "+"); ok && isDigits(head) {
		if up, err = steps(head); err != nil {
			return "", 0, 0, false, fmt.Errorf("selector %q: %w", text, err)
		}
		body = rest
	}
	if i := strings.LastIndexByte(body, '+'); i >= 0 && isDigits(body[i+1:]) {
		if down, err = steps(body[i+1:]); err != nil {
			return "", 0, 0, false, fmt.Errorf("selector %q: %w", text, err)
		}
		body = body[:i]
	}
	if body == "" || strings.Contains(body, "+") {
		return "", 0, 0, false, fmt.Errorf("selector %q is not of the form [N+]name[+N]", text)
	}
	return body, up, down, false, nil
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// steps reads a number of steps; none means all, -1.
func steps(s string) (int, error) {
	if s == "" {
		return -1, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n > 1_000_000 {
		return 0, fmt.Errorf("%q steps are too many", s)
	}
	return n, nil
}

func walk(from set, edges map[string]set, limit int) set {
	seen := set{}
	frontier := from
	for step := 0; limit < 0 || step < limit; step++ {
		next := set{}
		for n := range frontier {
			for m := range edges[n] {
				if !seen[m] {
					seen[m] = true
					next[m] = true
				}
			}
		}
		if len(next) == 0 {
			break
		}
		frontier = next
	}
	return seen
}

// methods are the properties a node can be picked by.
var methods = map[string]func(g *graph, node, value string) bool{
	"tag": func(g *graph, n, v string) bool { return slices.Contains(g.first[n].Tags, v) },
	"path": func(g *graph, n, v string) bool {
		file, v := g.first[n].Origin.File, strings.TrimSuffix(path.Clean(v), "/")
		ok, _ := path.Match(v, file)
		return ok || file == v || strings.HasPrefix(file, v+"/")
	},
	"kind":   func(g *graph, n, v string) bool { return string(g.first[n].Kind) == v || g.tableKind(n) == v },
	"owner":  func(g *graph, n, v string) bool { return g.first[n].Owner == v },
	"source": func(g *graph, n, v string) bool { t := g.first[n].Transfer; return t != nil && t.Source == v },
}

func (g *graph) tableKind(node string) string {
	if t := g.tables[node]; t != nil {
		return t.Kind
	}
	return ""
}

func (g *graph) match(body string) (set, error) {
	out := set{}
	if method, value, ok := strings.Cut(body, ":"); ok {
		by, known := methods[method]
		if !known {
			return nil, fmt.Errorf("has an unknown method %q; known are kind, owner, path, source, tag", method)
		}
		for _, n := range g.names {
			if by(g, n, value) {
				out[n] = true
			}
		}
	} else {
		for _, n := range g.names {
			dataset, _, _ := strings.Cut(n, ".")
			ok, err := path.Match(body, n)
			if err != nil {
				return nil, fmt.Errorf("is not a valid pattern")
			}
			if ok || n == body || dataset == body {
				out[n] = true
			}
		}
	}
	if len(out) == 0 {
		if near := g.nearest(body); near != "" {
			return nil, fmt.Errorf("matches nothing; did you mean %q?", near)
		}
		return nil, fmt.Errorf("matches nothing; `sluice ls` lists what there is")
	}
	return out, nil
}

// nearest is the node whose name has the most in common, where that is a lot.
func (g *graph) nearest(name string) string {
	best, bestDistance := "", len(name)/3+1
	for _, n := range g.names {
		if d := distance(name, n); d < bestDistance {
			best, bestDistance = n, d
		}
	}
	return best
}

// distance is the edit distance (Levenshtein).
func distance(a, b string) int {
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
		}
		prev = cur
	}
	return prev[len(b)]
}
