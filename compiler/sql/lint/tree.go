package lint

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

// node is a node of the resolved tree. start is -1 where the text does not say it in
// so many words.
type node struct {
	is         gsql.ResolvedNode
	up         *node
	kids       []*node
	start, end int

	// What the library was asked already: every question costs as much as a rule.
	called, typed bool
	ref           int32 // of a column reference
	function      string
	typeName      string
}

// index is what was learnt of a resolved tree on the way through it.
type index struct {
	all       []*node               // in the order of the tree
	defined   map[int32]*node       // expressions by the column that they make
	same      map[int32]int32       // columns of WITH references, and what they stand for
	base      map[int32]baseColumn  // columns of tables
	entries   map[string]*node      // WITH queries by their unique name
	used      map[int32]bool        // columns that an expression names
	tested    map[int32]bool        // columns that a filter or join condition names, as origins
	tableScan map[*node]scannedName // tables as scanned
}

type baseColumn struct{ table, column string }

type scannedName struct {
	table   string
	columns map[string]int32 // by lower-case name
}

func newIndex() *index {
	return &index{
		defined: map[int32]*node{}, same: map[int32]int32{}, base: map[int32]baseColumn{}, entries: map[string]*node{},
		used: map[int32]bool{}, tableScan: map[*node]scannedName{},
	}
}

// tree copies the resolved tree, entry by entry, and fills the index.
func (x *index) tree(n gsql.ResolvedNode, up *node) *node {
	t := &node{is: n, up: up, start: -1}
	if r := get(n.GetParseLocationRangeOrNULL()); r != nil {
		t.start, t.end = int(get(get(r.Start()).GetByteOffset())), int(get(get(r.End()).GetByteOffset()))
	}
	x.all = append(x.all, t)
	for _, kid := range get(n.GetChildNodes()) {
		t.kids = append(t.kids, x.tree(kid, t))
	}
	switch n := n.(type) {
	case *gsql.ResolvedComputedColumn:
		x.defined[columnID(get(n.Column()))] = t.kids[0]
	case *gsql.ResolvedColumnRef:
		t.ref = columnID(get(n.Column()))
		x.used[t.ref] = true
	case *gsql.ResolvedWithEntry:
		x.entries[get(n.WithQueryName())] = t.kids[0]
	case *gsql.ResolvedWithRefScan:
		if entry := x.entries[get(n.WithQueryName())]; entry != nil {
			from := columns(entry)
			for i, id := range columns(t) {
				if i < len(from) {
					x.same[id] = from[i]
				}
			}
		}
	case *gsql.ResolvedTableScan:
		s := scannedName{table: get(get(n.Table()).Name()), columns: map[string]int32{}}
		for _, c := range get(n.ColumnList()) {
			name := get(c.Name())
			x.base[columnID(c)] = baseColumn{s.table, name}
			s.columns[strings.ToLower(name)] = columnID(c)
		}
		x.tableScan[t] = s
	}
	return t
}

func columnID(c *gsql.ResolvedColumn) int32 { return get(c.ColumnId()) }

// columns are the columns of a scan, in order.
func columns(n *node) []int32 {
	scan, ok := n.is.(interface {
		ColumnList() ([]*gsql.ResolvedColumn, error)
	})
	if !ok {
		return nil
	}
	var out []int32
	for _, c := range get(scan.ColumnList()) {
		out = append(out, columnID(c))
	}
	return out
}

// refID is the column that an expression is, behind casts; false for other
// expressions.
func refID(n *node) (int32, bool) {
	n = uncast(n)
	if _, ok := n.is.(*gsql.ResolvedColumnRef); ok {
		return n.ref, true
	}
	return 0, false
}

// uncast is what stands inside casts.
func uncast(n *node) *node {
	for {
		if _, ok := n.is.(*gsql.ResolvedCast); !ok || len(n.kids) == 0 {
			return n
		}
		n = n.kids[0]
	}
}

// origin follows a column through WITH references and plain renamings to where it
// is made.
func (x *index) origin(id int32) int32 {
	for range 1000 { // a recursive query could go round
		if from, ok := x.same[id]; ok {
			id = from
			continue
		}
		def := x.defined[id]
		if def == nil {
			return id
		}
		from, ok := refID(def)
		if !ok {
			return id
		}
		id = from
	}
	return id
}

// maker is the expression that makes a value: behind casts, renamings and WITH
// references. It is a column reference where a scan makes the column.
func (x *index) maker(n *node) *node {
	n = uncast(n)
	if id, ok := refID(n); ok {
		if def := x.defined[x.origin(id)]; def != nil {
			return uncast(def)
		}
	}
	return n
}

// conditions are the expressions that filters and joins test.
func (x *index) conditions() []*node {
	var out []*node
	for _, n := range x.all {
		switch n.is.(type) {
		case *gsql.ResolvedFilterScan, *gsql.ResolvedJoinScan:
			for _, kid := range n.kids {
				if _, ok := kid.is.(gsql.ResolvedExprNode); ok {
					out = append(out, kid)
				}
			}
		}
	}
	return out
}

// isTested reports whether a filter or a join condition anywhere names the column, or
// one that stands for it.
func (x *index) isTested(id int32) bool {
	if x.tested == nil {
		x.tested = map[int32]bool{}
		for _, c := range x.conditions() {
			for id := range refs(c) {
				x.tested[id], x.tested[x.origin(id)] = true, true
			}
		}
	}
	return x.tested[id] || x.tested[x.origin(id)]
}

// refs are the columns that an expression names, subqueries included.
func refs(n *node) map[int32]bool {
	out := map[int32]bool{}
	var visit func(*node)
	visit = func(n *node) {
		if _, ok := n.is.(*gsql.ResolvedColumnRef); ok {
			out[n.ref] = true
		}
		for _, kid := range n.kids {
			visit(kid)
		}
	}
	visit(n)
	return out
}

// conjuncts takes a condition apart at its ANDs.
func conjuncts(n *node) []*node {
	if function(n) != "$and" {
		return []*node{n}
	}
	var out []*node
	for _, kid := range n.kids {
		out = append(out, conjuncts(kid)...)
	}
	return out
}

// function is the name of the function that a scalar, aggregate or analytic call
// calls, in lower case; empty for any other node and for the user's functions.
func function(n *node) string {
	if !n.called && n.is != nil {
		n.function, n.called = functionOf(n), true
	}
	return n.function
}

func functionOf(n *node) string {
	call, ok := n.is.(gsql.ResolvedFunctionCallBaseNode)
	if !ok {
		return ""
	}
	f := get(call.Function())
	if !get(f.IsGoogleSQLBuiltin()) {
		return ""
	}
	return strings.ToLower(get(f.Name()))
}

// calls are the calls of builtin functions with one of the names.
func (x *index) calls(names ...string) []*node {
	var out []*node
	for _, n := range x.all {
		if name := function(n); name != "" && slices.Contains(names, name) {
			out = append(out, n)
		}
	}
	return out
}

// typeOf is the type of an expression, as BigQuery names it.
func typeOf(n *node) string {
	if !n.typed {
		n.typeName, n.typed = typeName(n), true
	}
	return n.typeName
}

func typeName(n *node) string {
	e, ok := n.is.(gsql.ResolvedExprNode)
	if !ok {
		return ""
	}
	named, ok := get(e.Type()).(interface {
		TypeName(gsql.ProductMode) (string, error)
	})
	if !ok {
		return ""
	}
	return get(named.TypeName(gsql.ProductModeProductExternal))
}

// isNull reports whether an expression is the literal NULL.
func isNull(n *node) bool {
	l, ok := uncast(n).is.(*gsql.ResolvedLiteral)
	return ok && get(get(l.Value()).IsNull())
}

// parameter is the lower-case name of the parameter that an expression is.
func parameter(n *node) string {
	if p, ok := n.is.(*gsql.ResolvedParameter); ok {
		return strings.ToLower(get(p.Name()))
	}
	return ""
}

// syntax is a node of the parsed tree.
type syntax struct {
	is         gsql.ASTNode
	up         *syntax
	kids       []*syntax
	start, end int
}

func syntaxTree(n gsql.ASTNode, up *syntax) *syntax {
	t := &syntax{is: n, up: up}
	t.start, t.end = int(get(get(n.StartLocation()).GetByteOffset())), int(get(get(n.EndLocation()).GetByteOffset()))
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		t.kids = append(t.kids, syntaxTree(get(n.Child(i)), t))
	}
	return t
}

// visit calls f for a node and all below it.
func (t *syntax) visit(f func(*syntax)) {
	f(t)
	for _, kid := range t.kids {
		kid.visit(f)
	}
}

// kid is the first child of a type, or nil.
func kid[T gsql.ASTNode](t *syntax) *syntax {
	for _, k := range t.kids {
		if _, ok := k.is.(T); ok {
			return k
		}
	}
	return nil
}

// identifiers are the parts of a path, else the one identifier right below a node.
func identifiers(t *syntax) []string {
	if path, ok := t.is.(*gsql.ASTPathExpression); ok {
		return get(path.ToIdentifierVector())
	}
	if id := kid[*gsql.ASTIdentifier](t); id != nil {
		return []string{nameOf(id)}
	}
	return nil
}

// nameOf is what an identifier says.
func nameOf(id *syntax) string { return get(id.is.(*gsql.ASTIdentifier).GetAsString()) }
