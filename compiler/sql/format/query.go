package format

import (
	"slices"
	"strings"

	"sluice/compiler/sql/token"
)

// query writes a query, each clause on a line.
func (w *writer) query(nodes []node, indent int) {
	first := true
	parts := clauses(nodes)
	for i := 0; i < len(parts); i++ {
		c := parts[i]
		if n := branch(parts[i:]); n > 1 && len(parts) > n {
			whole := slices.Concat(parts[i : i+n]...)
			if !first {
				w.lineFor(&whole[0], indent)
			}
			if w.fits(whole, 0) {
				w.one(whole, indent)
				first = false
				i += n - 1
				continue
			}
		}
		for len(c) > 0 && c[0].Kind == token.Comment {
			if !first || c[0].breaks > 0 {
				w.lineFor(&c[0], indent)
			}
			w.put(&c[0], indent)
			first = false
			c = c[1:]
		}
		if len(c) == 0 {
			continue
		}
		if !first {
			w.lineFor(&c[0], indent)
		}
		first = false
		w.clause(c, indent)
	}
}

// branch is how many clauses make up a branch of a set operation that the author wrote
// on one line; 0 where there is none.
func branch(parts [][]node) int {
	if !is(&parts[0][0], "SELECT") || lineBroken(parts[0][1:]) {
		return 0
	}
	for n := 1; n < len(parts); n++ {
		if is(&parts[n][0], "UNION", "INTERSECT", "EXCEPT") {
			return n
		}
		if lineBroken(parts[n]) {
			return 0
		}
	}
	return len(parts)
}

// clauses takes a query apart. Comments on lines of their own go with what follows.
func clauses(nodes []node) [][]node {
	var out [][]node
	start := 0
	for i := 1; i < len(nodes); i++ {
		if !begins(nodes, i) {
			continue
		}
		at := i
		for at > start+1 && nodes[at-1].Kind == token.Comment && nodes[at-1].breaks > 0 {
			at--
		}
		if at == start || onlyComments(nodes[start:at]) {
			continue
		}
		out = append(out, nodes[start:at])
		start = at
	}
	return append(out, nodes[start:])
}

func onlyComments(nodes []node) bool {
	for i := range nodes {
		if nodes[i].Kind != token.Comment {
			return false
		}
	}
	return true
}

// before is the token before an index that is no comment.
func before(nodes []node, i int) *node {
	for i--; i >= 0; i-- {
		if nodes[i].Kind != token.Comment {
			return &nodes[i]
		}
	}
	return nil
}

// after is the token behind an index that is no comment.
func after(nodes []node, i int) *node {
	for i++; i < len(nodes); i++ {
		if nodes[i].Kind != token.Comment {
			return &nodes[i]
		}
	}
	return nil
}

func is(n *node, words ...string) bool {
	if n == nil || n.open && n.Kind != token.Word {
		return false
	}
	for _, w := range words {
		if n.Kind != token.Comment && n.Is(w) {
			return true
		}
	}
	return false
}

// begins reports whether a clause, a join or a set operation begins at an index.
func begins(nodes []node, i int) bool {
	n, prev, next := &nodes[i], before(nodes, i), after(nodes, i)
	if n.Kind == token.Comment || is(prev, ".") {
		return false
	}
	switch {
	case n.Is("|>"):
		return true
	case n.Kind != token.Word:
		return n.Is("(") && is(prev, "ALL", "DISTINCT") && isQuery(n.group) // behind UNION ALL
	case inPipe(nodes, i):
		return false
	case is(n, "SELECT", "WHERE", "HAVING", "QUALIFY", "WINDOW", "LIMIT"):
		return !is(prev, "IS")
	case is(n, "FROM"):
		return !is(prev, "DISTINCT") || !distinctFrom(nodes, i)
	case is(n, "GROUP", "ORDER"):
		return is(next, "BY")
	case is(n, "UNION", "INTERSECT"):
		return true
	case is(n, "EXCEPT"):
		return is(next, "ALL", "DISTINCT")
	case is(n, "JOIN"):
		return !is(prev, "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER", "NATURAL")
	case is(n, "LEFT", "RIGHT", "FULL", "INNER", "CROSS"):
		if is(prev, "NATURAL") || n.open || next != nil && next.open {
			return false
		}
		return is(next, "JOIN", "OUTER", "UNION", "INTERSECT", "EXCEPT")
	case is(n, "NATURAL"):
		return true
	case is(n, "PIVOT", "UNPIVOT"):
		return next != nil && (next.open || is(next, "INCLUDE", "EXCLUDE"))
	}
	return false
}

// inPipe reports whether a node belongs to a pipe operator, whose words are its own.
func inPipe(nodes []node, i int) bool {
	for i--; i >= 0; i-- {
		if nodes[i].Is("|>") && nodes[i].Kind != token.Comment {
			return true
		}
	}
	return false
}

// distinctFrom reports whether FROM belongs to IS [NOT] DISTINCT FROM.
func distinctFrom(nodes []node, i int) bool {
	seen := 0
	for i--; i >= 0 && seen < 3; i-- {
		if nodes[i].Kind == token.Comment {
			continue
		}
		seen++
		if seen > 1 && is(&nodes[i], "IS") {
			return true
		}
	}
	return false
}

// clause writes one clause; the writer is at its beginning.
func (w *writer) clause(c []node, indent int) {
	switch {
	case is(&c[0], "WITH"):
		w.with(c, indent)
	case is(&c[0], "SELECT"):
		w.list(c, selectHead(c), indent)
	case is(&c[0], "GROUP", "ORDER"):
		w.list(c, min(2, len(c)), indent)
	case is(&c[0], "WHERE", "HAVING", "QUALIFY"):
		w.put(&c[0], indent)
		w.condition(c[1:], indent, indent+2)
	case c[0].open && isQuery(c[0].group):
		w.group(&c[0], indent)
		w.expression(c[1:], indent+2)
	case is(&c[0], "FROM") || joins(c):
		w.from(c, indent)
	default:
		w.expression(c, indent)
	}
}

func joins(c []node) bool {
	for i := range min(3, len(c)) {
		if is(&c[i], "JOIN") {
			return true
		}
	}
	return false
}

// selectHead is how many nodes stand before a select list: SELECT DISTINCT AS STRUCT.
func selectHead(c []node) int {
	n := 1
	for n < len(c) {
		switch {
		case is(&c[n], "DISTINCT", "ALL"):
			n++
		case is(&c[n], "AS") && n+1 < len(c):
			n += 2
		default:
			return n
		}
	}
	return n
}

// list writes a clause's head and its list: on one line where it fits and the author
// had it so, else each item on a line.
func (w *writer) list(c []node, head int, indent int) {
	w.one(c[:head], indent)
	rest := c[head:]
	if len(rest) == 0 {
		return
	}
	items := split(rest, ",")
	brokenUp := rest[0].breaks > 0
	for _, it := range items[1:] {
		brokenUp = brokenUp || len(it.nodes) > 0 && it.nodes[0].breaks > 0
	}
	if len(items) == 1 && !brokenUp && rest[0].Kind != token.Comment {
		w.condition(rest, indent, indent+2)
		return
	}
	if !brokenUp && w.fits(rest, 0) {
		w.one(rest, indent)
		return
	}
	for i := range rest { // a comment behind the head stays there
		if rest[i].Kind != token.Comment || rest[i].breaks > 0 {
			items = split(rest[i:], ",")
			break
		}
		w.put(&rest[i], indent)
	}
	for _, it := range items {
		if len(it.nodes) > 0 {
			w.lineFor(&it.nodes[0], indent+2)
		}
		w.lead(&it, indent+2)
		w.condition(it.nodes, indent+2, indent+2)
		w.separator(it, indent+2)
	}
}

// lead writes the comments that stand on lines before an item.
func (w *writer) lead(it *item, indent int) {
	for len(it.nodes) > 1 && it.nodes[0].Kind == token.Comment {
		w.put(&it.nodes[0], indent)
		if it.nodes[0].IsLine() || it.nodes[1].breaks > 0 {
			w.lineFor(&it.nodes[1], indent)
		}
		it.nodes = it.nodes[1:]
	}
}

// with writes WITH: each query's body on lines of its own.
func (w *writer) with(c []node, indent int) {
	head := 1
	if len(c) > 1 && is(&c[1], "RECURSIVE") {
		head = 2
	}
	w.one(c[:head], indent)
	rest := c[head:]
	inner := indent
	if len(rest) > 0 && rest[0].breaks > 0 {
		inner = indent + 2
	}
	for i, it := range split(rest, ",") {
		if len(it.nodes) > 0 && (i > 0 || inner > indent) {
			w.lineFor(&it.nodes[0], inner)
		}
		w.lead(&it, inner)
		for j := range it.nodes {
			n := &it.nodes[j]
			switch {
			case n.open && isQuery(n.group):
				w.group(n, inner)
			case n.open:
				w.expression(it.nodes[j:j+1], inner)
			default:
				w.put(n, inner)
			}
		}
		w.separator(it, inner)
	}
}

// from writes FROM or a join, with its condition on the next line where the author
// had it there or it does not fit.
func (w *writer) from(c []node, indent int) {
	on := len(c)
	for i := range c {
		if is(&c[i], "ON", "USING") {
			on = i
			break
		}
	}
	for i, it := range split(c[:on], ",") {
		if i > 0 && len(it.nodes) > 0 && it.nodes[0].breaks > 0 {
			w.lineFor(&it.nodes[0], indent+2)
		}
		at := indent
		if i > 0 && len(it.nodes) > 0 && it.nodes[0].breaks > 0 {
			at = indent + 2
		}
		w.expression(it.nodes, at)
		w.separator(it, indent+2)
	}
	if on == len(c) {
		return
	}
	if c[on].breaks > 0 || !w.fits(c[on:], 0) {
		w.lineFor(&c[on], indent+2)
	}
	w.put(&c[on], indent+2)
	w.condition(c[on+1:], indent+2, indent+2)
}

// condition writes an expression. Where it is too long or the author broke it, each
// AND (or, without any, each OR) begins a line. first is the indent of the line on
// which it begins.
func (w *writer) condition(nodes []node, first, indent int) {
	at := connectives(nodes, "AND")
	if len(at) == 0 {
		at = connectives(nodes, "OR")
	}
	wanted := false
	for _, i := range at {
		wanted = wanted || nodes[i].breaks > 0 || i > 0 && nodes[i-1].IsLine()
	}
	if len(at) == 0 || !wanted && w.fits(nodes, 0) {
		w.expression(nodes, first)
		return
	}
	start := 0
	for _, i := range append(at, len(nodes)) {
		from := i
		for from > start+1 && from < len(nodes) && nodes[from-1].Kind == token.Comment && nodes[from-1].breaks > 0 {
			from--
		}
		part := nodes[start:from]
		if start > 0 {
			w.lineFor(&part[0], indent)
			for len(part) > 1 && part[0].Kind == token.Comment {
				w.put(&part[0], indent)
				part = part[1:]
				w.lineFor(&part[0], indent)
			}
		}
		w.expression(part, first)
		start, first = from, indent
	}
}

// connectives are the indexes of AND or OR that join conditions; the AND of BETWEEN
// does not.
func connectives(nodes []node, word string) []int {
	var out []int
	between := 0
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Kind == token.Comment || n.open:
		case strings.EqualFold(n.Text, "BETWEEN") && n.Kind == token.Word:
			between++
		case is(n, "AND") && between > 0:
			between--
		case is(n, word):
			out = append(out, i)
		}
	}
	return out
}
