package format

import (
	"strings"
	"unicode/utf8"

	"sluice/compiler/sql/token"
)

// writer puts nodes on lines.
type writer struct {
	b      strings.Builder
	col    int
	fresh  bool  // at the beginning of a line
	last   *node // written on this line
	broken bool  // a line comment was written: what follows begins a line
}

// line begins a line; several calls begin one.
func (w *writer) line(indent int) {
	if w.b.Len() == 0 {
		return
	}
	if w.fresh {
		w.trim()
	} else {
		w.b.WriteByte('\n')
	}
	w.b.WriteString(strings.Repeat(" ", indent))
	w.col, w.fresh, w.broken, w.last = indent, true, false, nil
}

// trim takes back the indent of a line on which nothing stands.
func (w *writer) trim() {
	text := strings.TrimRight(w.b.String(), " ")
	w.b.Reset()
	w.b.WriteString(text)
}

// lineFor begins a line for a node, behind a blank one where the author had one.
func (w *writer) lineFor(n *node, indent int) {
	if n != nil && n.breaks > 1 && w.b.Len() > 0 && !w.fresh {
		w.b.WriteByte('\n')
	}
	w.line(indent)
}

// put writes a token; on a line of its own where a comment ended the last one.
func (w *writer) put(n *node, indent int) {
	if w.broken {
		w.lineFor(n, indent)
	}
	if w.last != nil && spaced(w.last, n) {
		w.b.WriteByte(' ')
		w.col++
	}
	w.b.WriteString(n.Text)
	if i := strings.LastIndexByte(n.Text, '\n'); i >= 0 {
		w.col = utf8.RuneCountInString(n.Text[i+1:])
	} else {
		w.col += utf8.RuneCountInString(n.Text)
	}
	w.last, w.fresh, w.broken = n, false, n.IsLine()
}

// separator writes what stands behind an item.
func (w *writer) separator(it item, indent int) {
	if it.sep != nil {
		w.put(it.sep, indent)
	}
	for i := range it.trail {
		w.put(&it.trail[i], indent)
	}
}

// apart are the words that stand apart from a parenthesis.
func apart() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields("IN AS AND OR NOT ON OVER THEN WHEN ELSE FROM JOIN SELECT WHERE BETWEEN LIKE BY USING ALL DISTINCT HAVING QUALIFY LIMIT SET WITH IS UNION PARTITION") {
		out[w] = true
	}
	return out
}

// spaced reports whether a blank stands between two tokens of a line.
func spaced(a, b *node) bool {
	if a.Kind == token.Comment || b.Kind == token.Comment {
		return true
	}
	switch {
	case a.Is("(") || a.Is("[") || a.Is(".") || a.Is("@@"), b.Is(")") || b.Is("]") || b.Is(",") || b.Is(".") || b.Is(";"):
		return false
	case b.typed, a.typed && a.Is("<"):
		return false
	case a.typed:
		return !b.Is("(") && !b.Is("[")
	case a.unary && !a.Is("*"):
		return b.Is(a.Text) // two signs would be a comment
	case b.Is("("):
		if a.Kind == token.Word {
			return beforeParen[strings.ToUpper(a.Text)] || b.space
		}
		return a.Kind != token.Name || b.space
	case b.Is("["):
		return b.space || a.Kind == token.Symbol && !a.Is(")") && !a.Is("]")
	case b.Kind == token.Number && strings.HasPrefix(b.Text, "."):
		return b.space
	case a.Is("@") || a.Is("{") || a.Is("}") || a.Is(":") || a.Is("?") || a.Is("$") || b.Is("{") || b.Is("}") || b.Is(":"):
		return b.space
	}
	return true
}

var beforeParen = apart()

// flat is the width of nodes on one line; -1 where they cannot stand on one.
func flat(nodes []node) int {
	total := 0
	var last *node
	for i := range nodes {
		n := &nodes[i]
		if n.IsLine() || strings.Contains(n.Text, "\n") || n.wants() {
			return -1
		}
		if last != nil && spaced(last, n) {
			total++
		}
		total += utf8.RuneCountInString(n.Text)
		last = n
		if n.open {
			inner := flat(n.group)
			if inner < 0 || n.close.IsLine() {
				return -1
			}
			total += inner + utf8.RuneCountInString(n.close.Text)
			if n.Is("CASE") {
				total += 2
			}
			last = n.close
		}
	}
	return total
}

// wants reports whether the author broke a group over lines.
func (n *node) wants() bool {
	if !n.open {
		return false
	}
	if n.Is("CASE") {
		return lineBroken(n.group) || n.close.breaks > 0
	}
	if len(n.group) > 0 && n.group[0].breaks > 0 {
		return true
	}
	return n.Is("(") && isQuery(n.group) && lineBroken(n.group)
}

// lineBroken reports whether one of the nodes, the first included, begins a line.
func lineBroken(nodes []node) bool {
	for i := range nodes {
		if nodes[i].breaks > 0 {
			return true
		}
	}
	return false
}

// fits reports whether nodes fit on the rest of the line.
func (w *writer) fits(nodes []node, more int) bool {
	n := flat(nodes)
	return n >= 0 && w.col+1+n+more <= width
}

// one writes nodes without breaking groups.
func (w *writer) one(nodes []node, indent int) {
	for i := range nodes {
		n := &nodes[i]
		w.put(n, indent)
		if n.open {
			w.one(n.group, indent)
			w.put(n.close, indent)
		}
	}
}

// expression writes nodes and breaks the groups that do not fit.
func (w *writer) expression(nodes []node, indent int) {
	if w.fits(nodes, 0) {
		w.one(nodes, indent)
		return
	}
	if at := operators(nodes); len(at) > 0 && flat(nodes) >= 0 {
		start := 0
		for _, i := range append(at, len(nodes)) {
			if start > 0 {
				w.line(indent + 2)
			}
			w.groups(nodes[start:i], indent+min(start, 2))
			start = i
		}
		return
	}
	w.groups(nodes, indent)
}

// operators are where an expression is best broken: before the AND of BETWEEN, else
// before the operators that bind least.
func operators(nodes []node) []int {
	for _, class := range [][]string{{"AND"}, {"||", "+", "-"}, {"*", "/"}} {
		var out []int
		for i := range nodes {
			if i > 0 && !nodes[i].unary && is(&nodes[i], class...) {
				out = append(out, i)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// groups writes nodes and breaks the groups that do not fit.
func (w *writer) groups(nodes []node, indent int) {
	if w.fits(nodes, 0) {
		w.one(nodes, indent)
		return
	}
	for i := range nodes {
		n := &nodes[i]
		if n.Kind == token.Comment && n.breaks > 0 && i > 0 {
			w.lineFor(n, indent)
		}
		if !n.open {
			w.put(n, indent)
			continue
		}
		tail := 0
		for j := i + 1; j < len(nodes) && !nodes[j].open; j++ {
			tail += utf8.RuneCountInString(nodes[j].Text) + 1
		}
		if w.fits(nodes[i:i+1], min(tail, 30)) {
			w.one(nodes[i:i+1], indent)
			continue
		}
		w.group(n, indent)
	}
}

// group writes a group over several lines.
func (w *writer) group(n *node, indent int) {
	w.put(n, indent)
	base := indent
	inner := base + 2
	switch {
	case n.Is("CASE"):
		w.cases(n.group, base)
	case isQuery(n.group):
		w.lineFor(&n.group[0], inner)
		w.query(n.group, inner)
	case len(n.group) > 0 && window(n.group):
		w.parts(n.group, inner)
	default:
		end := orderIn(n.group)
		for _, it := range split(n.group[:end], ",") {
			if len(it.nodes) > 0 {
				w.lineFor(&it.nodes[0], inner)
			}
			w.lead(&it, inner)
			w.condition(it.nodes, inner, inner)
			w.separator(it, inner)
		}
		if end < len(n.group) {
			w.lineFor(&n.group[end], inner)
			w.expression(n.group[end:], inner)
		}
	}
	if n.Is("CASE") || len(n.group) > 0 {
		w.line(base)
	}
	w.put(n.close, base)
}

// orderIn is where ORDER BY begins among the arguments of an aggregation, or FOR among
// those of PIVOT.
func orderIn(nodes []node) int {
	for i := range nodes {
		if i > 0 && is(&nodes[i], "ORDER") && is(after(nodes, i), "BY") || i > 0 && is(&nodes[i], "FOR") {
			return i
		}
	}
	return len(nodes)
}

// cases writes the branches of a CASE, each on a line.
func (w *writer) cases(nodes []node, indent int) {
	start := 0
	flush := func(end int) {
		if start == end {
			return
		}
		if nodes[start].Is("WHEN") || nodes[start].Is("ELSE") || nodes[start].Kind == token.Comment {
			w.lineFor(&nodes[start], indent+2)
		}
		for start < end-1 && nodes[start].Kind == token.Comment {
			w.put(&nodes[start], indent+2)
			w.lineFor(&nodes[start+1], indent+2)
			start++
		}
		w.expression(nodes[start:end], indent+4)
		start = end
	}
	for i := range nodes {
		if nodes[i].Is("WHEN") || nodes[i].Is("ELSE") || nodes[i].Kind == token.Comment && nodes[i].breaks > 0 && leads(nodes[i:]) {
			if i > 0 && nodes[i-1].Kind == token.Comment && nodes[i-1].breaks > 0 {
				continue // the comment leads this branch
			}
			flush(i)
		}
	}
	flush(len(nodes))
}

// leads reports whether comments stand right before a branch.
func leads(nodes []node) bool {
	for i := range nodes {
		if nodes[i].Kind != token.Comment {
			return nodes[i].Is("WHEN") || nodes[i].Is("ELSE")
		}
	}
	return false
}

// window reports whether the nodes are a window: PARTITION BY …, ORDER BY ….
func window(nodes []node) bool {
	for i := range nodes {
		if nodes[i].Kind != token.Comment {
			return nodes[i].Is("PARTITION") || nodes[i].Is("ORDER")
		}
	}
	return false
}

// parts writes a window's parts, each on a line.
func (w *writer) parts(nodes []node, indent int) {
	start := 0
	for i := range nodes {
		if i > start && (nodes[i].Is("ORDER") || nodes[i].Is("ROWS") || nodes[i].Is("RANGE")) {
			w.lineFor(&nodes[start], indent)
			w.expression(nodes[start:i], indent+2)
			start = i
		}
	}
	w.lineFor(&nodes[start], indent)
	w.expression(nodes[start:], indent+2)
}
