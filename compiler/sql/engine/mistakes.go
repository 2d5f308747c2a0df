package engine

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
	"sluice/compiler/sqltype"
)

// The library stops at the first mistake of a statement. To find the others, the
// expression with the mistake is taken out of the text, and what is left is resolved
// again, as long as that finds something that the first mistake does not explain.

// maxMistakes bounds how often a statement is resolved.
const maxMistakes = 20

// patch is a part of a statement that is replaced.
type patch struct {
	start, end int // in the statement
	text       string
}

// mistakes finds what else is wrong with a statement of which first is known. again
// resolves a text; its error is that of the library.
func (e *Engine) mistakes(first Problem, w *wrapped, r Request, again func(sql string) error) []Problem {
	found := []Problem{first}
	parsed, err := gsql.ParseStatement(w.sql(), e.parser)
	if err != nil {
		return found
	}
	root := get(parsed.Statement())
	var patches []patch
	guessed := false // a column has a type now that is none of its own
	p := first
	for range maxMistakes {
		if p.Start < 0 {
			break
		}
		fix, typeless := mend(root, w, p)
		at := len(w.prefix) + p.Start
		if i := slices.IndexFunc(patches, func(q patch) bool { return at >= q.start && at < q.end }); i >= 0 {
			fix, typeless = widen(root, patches[i])
		}
		if fix.start < len(w.prefix) || fix.end > len(w.prefix)+len(w.text) { // the wrapping is not the user's
			break
		}
		if fix.end <= fix.start || slices.ContainsFunc(patches, func(q patch) bool { return overlap(q, fix) && fix.start >= q.start && fix.end <= q.end }) {
			break
		}
		// What holds an earlier patch goes as a whole.
		patches = slices.DeleteFunc(patches, func(q patch) bool { return overlap(q, fix) })
		patches = append(patches, fix)
		guessed = guessed || typeless
		patched, back := apply(w, patches)
		err := again(patched.sql())
		if err == nil {
			break
		}
		var next *Problem
		if attempt(func() { next = patched.problem(err) }) != nil || next.Start < 0 {
			break
		}
		next.Start, next.End = back(next.Start), back(next.End)
		suggest(next, r)
		p = *next
		if !explained(p, root, w, patches, guessed) && !slices.ContainsFunc(found, func(f Problem) bool { return f.Start == p.Start }) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b Problem) int { return a.Start - b.Start })
	return found
}

func overlap(a, b patch) bool { return a.start < b.end && b.start < a.end }

// explained reports whether a mistake may come of what was patched: it lies in or
// around a patch, or is about a type after one was guessed.
func explained(p Problem, root gsql.ASTNode, w *wrapped, patches []patch, guessed bool) bool {
	about := p.Code == diag.UnknownSQLColumn || p.Code == diag.UnknownFunction || strings.Contains(p.Message, "neither grouped nor aggregated")
	if !about && guessed {
		return true
	}
	around, _ := mend(root, w, p)
	at := len(w.prefix) + p.Start
	return slices.ContainsFunc(patches, func(q patch) bool {
		return at >= q.start && at < q.end || p.Code != diag.UnknownSQLColumn && overlap(q, around)
	})
}

// mend says how to take a mistake out of a statement. It reports whether a column
// loses its type by it. An empty patch means that there is no way.
func mend(root gsql.ASTNode, w *wrapped, p Problem) (patch, bool) {
	at := len(w.prefix) + p.Start
	chain := nodesAt(root, at)
	var node gsql.ASTNode
	depth := 0
	switch {
	case p.Code == diag.UnknownSQLColumn || strings.Contains(p.Message, "neither grouped nor aggregated"):
		node, depth = outermostPath(chain)
	case p.Code == diag.UnknownFunction || p.Code == diag.SQLTypeMismatch:
		node, depth = innermostCall(chain)
	}
	if node == nil {
		return patch{}, false
	}
	start, end := span(node)
	var parent gsql.ASTNode
	if depth > 0 {
		parent = chain[depth-1]
	}
	name := ""
	_, item := parent.(*gsql.ASTSelectColumn)
	if path, is := node.(*gsql.ASTPathExpression); is && item && get(parent.NumChildren()) == 1 {
		ids := identifiers(path)
		name = " AS " + sqltype.QuoteName(ids[len(ids)-1])
	}
	if near := suggestion(p); near != "" {
		text := w.sql()[start:at] + sqltype.QuoteName(near) + w.sql()[at+p.End-p.Start:end] + name
		return patch{start, end, text}, false
	}
	switch parent.(type) {
	case *gsql.ASTGroupingItem, *gsql.ASTOrderingExpression:
		return patch{start, end, "SESSION_USER()"}, false // no constant may stand here
	}
	if groupedItem(chain[:depth]) {
		return patch{start, end, noConstant + name}, true
	}
	return patch{start, end, "NULL" + name}, inSelectList(chain[:depth])
}

// noConstant is a NULL that can be grouped by, as a literal cannot.
const noConstant = "IF(RAND() < 0, NULL, NULL)"

// groupedItem reports whether what stands below a chain is a column of a query with
// GROUP BY, where its name may be a key.
func groupedItem(chain []gsql.ASTNode) bool {
	if len(chain) < 3 {
		return false
	}
	if _, is := chain[len(chain)-1].(*gsql.ASTSelectColumn); !is {
		return false
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if s, is := chain[i].(*gsql.ASTSelect); is {
			return get(s.GroupBy()) != nil
		}
	}
	return false
}

// widen takes out the expression around a patch: what took its place does not fit there.
func widen(root gsql.ASTNode, q patch) (patch, bool) {
	chain := nodesAt(root, q.start)
	for len(chain) > 0 {
		if start, end := span(chain[len(chain)-1]); start <= q.start && end >= q.end && end-start > q.end-q.start {
			break
		}
		chain = chain[:len(chain)-1]
	}
	node, depth := innermostCall(chain)
	if node == nil {
		return patch{}, false
	}
	start, end := span(node)
	if groupedItem(chain[:depth]) {
		return patch{start, end, noConstant}, true
	}
	return patch{start, end, "NULL"}, inSelectList(chain[:depth])
}

// suggestion is the name that an unknown column may be meant to be.
func suggestion(p Problem) string {
	if p.Code != diag.UnknownSQLColumn || p.End <= p.Start {
		return ""
	}
	name, is := strings.CutPrefix(p.Hint, `did you mean "`)
	if !is {
		return ""
	}
	name = strings.TrimSuffix(name, `"?`)
	if strings.ContainsAny(name, "`.") {
		return ""
	}
	return name
}

// nodesAt are the nodes that hold an offset, from the outermost to the innermost.
func nodesAt(root gsql.ASTNode, at int) []gsql.ASTNode {
	chain := []gsql.ASTNode{root}
	for n := root; n != nil; {
		var next gsql.ASTNode
		for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
			c := get(n.Child(i))
			if start, end := span(c); start <= at && at < end {
				next = c
				break
			}
		}
		if next != nil {
			chain = append(chain, next)
		}
		n = next
	}
	return chain
}

// outermostPath is the longest path of names in a chain, as an expression.
func outermostPath(chain []gsql.ASTNode) (gsql.ASTNode, int) {
	for i, n := range chain {
		switch n.(type) {
		case *gsql.ASTPathExpression, *gsql.ASTDotIdentifier:
			switch parent := chain[i-1].(type) {
			case *gsql.ASTFunctionCall:
				if name, _ := span(get(parent.Function())); name == first(span(n)) {
					return nil, 0
				}
			case *gsql.ASTTablePathExpression, *gsql.ASTTVF, *gsql.ASTTableClause, *gsql.ASTModelClause, *gsql.ASTAlias:
				return nil, 0
			}
			return n, i
		}
	}
	return nil, 0
}

func first(start, _ int) int { return start }

// innermostCall is the smallest expression in a chain that is more than a name or a
// literal.
func innermostCall(chain []gsql.ASTNode) (gsql.ASTNode, int) {
	for i := len(chain) - 1; i > 0; i-- {
		switch chain[i].(type) {
		case *gsql.ASTFunctionCall:
			if _, windowed := chain[i-1].(*gsql.ASTAnalyticFunctionCall); windowed {
				return chain[i-1], i - 1
			}
			return chain[i], i
		case *gsql.ASTBinaryExpression, *gsql.ASTUnaryExpression, *gsql.ASTCastExpression, *gsql.ASTInExpression, *gsql.ASTBetweenExpression,
			*gsql.ASTLikeExpression, *gsql.ASTCaseValueExpression, *gsql.ASTCaseNoValueExpression, *gsql.ASTExtractExpression, *gsql.ASTAndExpr, *gsql.ASTOrExpr:
			return chain[i], i
		case *gsql.ASTQuery, *gsql.ASTSelectColumn:
			return nil, 0
		}
	}
	return nil, 0
}

// inSelectList reports whether a value is one of a select list that something else in
// the statement reads.
func inSelectList(chain []gsql.ASTNode) bool {
	queries, item := 0, false
	for _, n := range chain {
		switch n.(type) {
		case *gsql.ASTQuery:
			queries++
		case *gsql.ASTSetOperation, gsql.ASTPipeOperatorNode:
			queries++
		case *gsql.ASTSelectColumn:
			item = true
		}
	}
	return item && queries > 1
}

// apply replaces the patches of a statement, and gives a function that turns an offset
// in the new text into one in the old text.
func apply(w *wrapped, patches []patch) (*wrapped, func(int) int) {
	sorted := slices.SortedFunc(slices.Values(patches), func(a, b patch) int { return a.start - b.start })
	sql := w.sql()
	var b strings.Builder
	last := 0
	for _, q := range sorted {
		b.WriteString(sql[last:q.start])
		b.WriteString(q.text)
		last = q.end
	}
	text := b.String()
	// Prefix and suffix hold no patches.
	text = text[len(w.prefix):] + sql[last:]
	patched := &wrapped{prefix: w.prefix, text: text[:len(text)-len(w.suffix)], suffix: w.suffix}
	back := func(offset int) int {
		offset += len(w.prefix)
		moved := 0
		for _, q := range sorted {
			if offset-moved <= q.start {
				break
			}
			if offset-moved < q.start+len(q.text) {
				return q.start - len(w.prefix)
			}
			moved += len(q.text) - (q.end - q.start)
		}
		return offset - moved - len(w.prefix)
	}
	return patched, back
}
