package engine

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// With asks for the WITH entries of a query instead of what it names.
const With Kind = "with"

// WithEntry is an entry of a WITH clause. Offsets are bytes of the query's text.
type WithEntry struct {
	Name   string `json:"name"`
	Start  int    `json:"start"` // of the whole entry: name AS (…)
	End    int    `json:"end"`
	Clause int    `json:"clause"` // which clause of the text it is of, from 0
	// Recursive says that its clause is WITH RECURSIVE.
	Recursive bool `json:"recursive,omitempty"`
	// Inside is the entry whose query holds this one's clause; -1 for none.
	Inside int `json:"inside"`
	// Sees are the entries of clauses around its own that it may name, in order.
	Sees []int `json:"sees,omitempty"`
}

// withEntries lists the WITH entries of a query, outer clauses before inner ones.
func (e *Engine) withEntries(text string) Parsed {
	out, err := gsql.ParseStatement(text, e.parser)
	if err != nil {
		w := &wrapped{text: text}
		return Parsed{Problem: w.problem(err)}
	}
	c := &withCollector{}
	c.visit(get(out.Statement()), -1, nil)
	return Parsed{With: c.entries}
}

// withCollector walks a parse tree.
type withCollector struct {
	entries []WithEntry
	clauses int
}

// visit walks a node inside of an entry (-1 for none) that sees the entries given.
func (c *withCollector) visit(n gsql.ASTNode, inside int, sees []int) {
	count := get(n.NumChildren())
	if _, ok := n.(*gsql.ASTQuery); ok {
		for i := range count {
			if clause, ok := get(n.Child(i)).(*gsql.ASTWithClause); ok {
				sees = c.clause(clause, inside, sees)
			}
		}
	}
	for i := range count {
		child := get(n.Child(i))
		if _, done := child.(*gsql.ASTWithClause); !done {
			c.visit(child, inside, sees)
		}
	}
}

// clause records the entries of one clause, then those inside of them, and returns
// what the query behind the clause sees.
func (c *withCollector) clause(n *gsql.ASTWithClause, inside int, sees []int) []int {
	number, recursive := c.clauses, get(n.Recursive())
	c.clauses++
	first := len(c.entries)
	var nodes []gsql.ASTNode
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		entry, ok := get(n.Child(i)).(*gsql.ASTWithClauseEntry)
		if !ok {
			continue
		}
		start, end := span(entry)
		c.entries = append(c.entries, WithEntry{Name: firstIdentifier(entry), Start: start, End: end, Clause: number,
			Recursive: recursive, Inside: inside, Sees: slices.Clone(sees)})
		nodes = append(nodes, entry)
	}
	own := slices.Clone(sees)
	for i := range nodes {
		own = append(own, first+i)
	}
	for i, node := range nodes {
		visible := own[:len(sees)+i]
		if recursive {
			visible = own
		}
		c.visit(node, first+i, slices.Clone(visible))
	}
	return own
}

// FindEntry finds a WITH entry by its name, in any letter case: the outermost and first
// of several. A name with dots goes through the entries that hold the next one. It
// returns -1 where there is none.
func FindEntry(entries []WithEntry, name string) int {
	parts := strings.Split(name, ".")
	inside := -1
	for i, part := range parts {
		found := -1
		for k, e := range entries {
			if strings.EqualFold(e.Name, part) && (i == 0 || e.Inside == inside) {
				found = k
				break
			}
		}
		if found < 0 {
			return -1
		}
		inside = found
	}
	return inside
}

// SelectEntry is a query that gives all rows of one WITH entry of the text: the clauses
// that it needs, one inside the other as in the text, and SELECT * from it.
func SelectEntry(text string, entries []WithEntry, target int) string {
	e := entries[target]
	// Its own clause up to it; a recursive one whole, since its entries may be mutual.
	var own []int
	for i, o := range entries {
		if o.Clause == e.Clause && (i <= target || e.Recursive) {
			own = append(own, i)
		}
	}
	var b strings.Builder
	depth := 0
	for _, clause := range clauses(entries, append(slices.Clone(e.Sees), own...)) {
		if depth > 0 {
			b.WriteString("SELECT * FROM (\n")
		}
		depth++
		b.WriteString("WITH ")
		if entries[clause[0]].Recursive {
			b.WriteString("RECURSIVE ")
		}
		for i, k := range clause {
			if i > 0 {
				b.WriteString(",\n")
			}
			b.WriteString(text[entries[k].Start:entries[k].End])
		}
		b.WriteString("\n")
	}
	b.WriteString("SELECT * FROM " + backticked(e.Name) + strings.Repeat("\n)", depth-1))
	return b.String()
}

// clauses groups entries by their clause, in order.
func clauses(entries []WithEntry, list []int) [][]int {
	var out [][]int
	for _, k := range list {
		if n := len(out); n > 0 && entries[out[n-1][0]].Clause == entries[k].Clause {
			out[n-1] = append(out[n-1], k)
			continue
		}
		out = append(out, []int{k})
	}
	return out
}

func backticked(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}
