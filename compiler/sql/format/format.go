// Package format lays GoogleSQL queries out: a line for each clause, two spaces of
// indent, keywords in capitals. Every comment stays, and where the author broke a
// list, a query or a CASE over lines, it stays broken; what is too long for a line is
// broken.
package format

import (
	"errors"
	"strings"

	"sluice/compiler/sql/token"
	"sluice/compiler/sqltype"
)

// width is how long a line may be where there is a choice.
const width = 120

// errMeaning is our own mistake: the layout would be another statement.
var errMeaning = errors.New("formatting would change the statement")

// Query lays out one or more queries. What is no query (an expression, a DML
// statement) comes back as it is. The result has the same tokens, or there is an error
// and the text is to be left alone.
func Query(text string) (string, error) {
	out := text
	for range 5 {
		next := once(out)
		if !token.Same(out, next, sqltype.IsReserved) || !sameComments(out, next) {
			return text, errMeaning
		}
		if next == out {
			return out, nil
		}
		out = next
	}
	return text, errors.New("the layout does not settle")
}

// sameComments reports whether both texts have the same comments in the same order.
func sameComments(a, b string) bool {
	list := func(text string) string {
		var all []string
		for _, t := range token.Split(text) {
			if t.Kind == token.Comment {
				all = append(all, strings.TrimRight(t.Text, " \t\r"))
			}
		}
		return strings.Join(all, "\n")
	}
	return list(a) == list(b)
}

func once(text string) string {
	if strings.Contains(text, "\r") {
		return text
	}
	nodes, ok := parse(text)
	if !ok || !isQuery(nodes) {
		return text
	}
	w := &writer{}
	for i, statement := range split(nodes, ";") {
		if i > 0 {
			w.line(0)
		}
		if len(statement.nodes) > 0 && !isQuery(statement.nodes) {
			return text
		}
		w.query(statement.nodes, 0)
		w.separator(statement, 0)
	}
	out := strings.TrimRight(w.b.String(), " \n")
	if strings.HasSuffix(text, "\n") {
		out += "\n"
	}
	return out
}

// node is a token, or a group in brackets or CASE … END.
type node struct {
	token.Token
	space  bool // blanks stood before it
	breaks int  // line ends among them
	group  []node
	open   bool // it is a group's beginning: group and close are set
	close  *node
	typed  bool // < or > of a type
	unary  bool // a sign
}

// parse makes nodes of a text; false where brackets do not match.
func parse(text string) ([]node, bool) {
	var flat []node
	space, breaks := false, 0
	for _, t := range token.Split(text) {
		if t.Kind == token.Blank {
			space, breaks = true, breaks+strings.Count(t.Text, "\n")
			continue
		}
		if t.Kind == token.Comment {
			t.Text = strings.TrimRight(t.Text, " \t")
		}
		flat = append(flat, node{Token: t, space: space, breaks: breaks})
		space, breaks = false, 0
	}
	mark(flat)
	pos := 0
	nodes, ok := groups(flat, &pos, "")
	return nodes, ok && pos == len(flat)
}

// mark finds the angle brackets of types and the signs of numbers.
func mark(flat []node) {
	depth := 0
	var last *node // that is no comment
	for i := range flat {
		n := &flat[i]
		if n.Kind == token.Comment {
			continue
		}
		switch {
		case n.Is("<") && last != nil && (last.Is("ARRAY") || last.Is("STRUCT") || last.Is("RANGE") || last.Is("TABLE")):
			n.typed = true
			depth++
		case depth > 0 && (n.Is(">") || n.Is(">>")):
			n.typed = true
			depth = max(0, depth-len(n.Text))
		case n.Is("-") || n.Is("+") || n.Is("~") || n.Is("*"):
			n.unary = last == nil || last.Kind == token.Symbol && !last.Is(")") && !last.Is("]") && !last.Is("*") && !last.Is("}") ||
				last.Kind == token.Word && sqltype.IsReserved(last.Text) && !last.Is("END") && !last.Is("NULL") && !last.Is("TRUE") && !last.Is("FALSE")
		}
		if n.Kind == token.Word && sqltype.IsReserved(n.Text) && !(last != nil && last.Is(".")) {
			n.Text = strings.ToUpper(n.Text)
		}
		last = n
	}
}

var closing = map[string]string{"(": ")", "[": "]", "CASE": "END"}

func groups(flat []node, pos *int, until string) ([]node, bool) {
	var out []node
	for *pos < len(flat) {
		n := flat[*pos]
		dotted := *pos > 0 && flat[*pos-1].Is(".")
		if n.Kind != token.Comment && !dotted {
			if until != "" && n.Is(until) {
				return out, true
			}
			if n.Is(")") || n.Is("]") || n.Is("END") {
				return nil, false
			}
		}
		*pos++
		end := closing[n.Text]
		if end == "" || n.Kind != token.Symbol && n.Kind != token.Word || dotted {
			out = append(out, n)
			continue
		}
		kids, ok := groups(flat, pos, end)
		if !ok || *pos >= len(flat) {
			return nil, false
		}
		last := flat[*pos]
		*pos++
		n.open, n.group, n.close = true, kids, &last
		out = append(out, n)
	}
	return out, until == ""
}

// isQuery reports whether nodes are a query.
func isQuery(nodes []node) bool {
	for _, n := range nodes {
		if n.Kind == token.Comment {
			continue
		}
		if n.open && n.Is("(") {
			return isQuery(n.group)
		}
		return n.Is("SELECT") || n.Is("WITH") || n.Is("FROM")
	}
	return false
}

// item is a part of a list with the separator behind it and the comments that stand
// behind that on the same line.
type item struct {
	nodes []node
	sep   *node
	trail []node
}

// split takes a list apart at a separator.
func split(nodes []node, sep string) []item {
	out := []item{{}}
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		last := &out[len(out)-1]
		if n.Kind == token.Comment || !n.Is(sep) || n.open {
			last.nodes = append(last.nodes, n)
			continue
		}
		last.sep = &nodes[i]
		for i+1 < len(nodes) && nodes[i+1].Kind == token.Comment && nodes[i+1].breaks == 0 && (nodes[i+1].IsLine() || i+2 < len(nodes) && nodes[i+2].breaks > 0) {
			i++
			last.trail = append(last.trail, nodes[i])
		}
		out = append(out, item{})
	}
	if last := out[len(out)-1]; len(last.nodes) == 0 && len(out) > 1 {
		out = out[:len(out)-1]
	}
	return out
}
