package lang

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// Language is the schema read.
type Language struct {
	Platform *Type   // of the whole platform
	Defs     []*Type // every definition, in order of declaration, files by name
	Doc      string  // of the package
}

// Def returns the definition with the name (without #), or nil.
func (l *Language) Def(name string) *Type {
	for _, t := range l.Defs {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Parse reads the schema's *.cue files. It fails where a file is not CUE or
// #Platform is missing; what it does not understand becomes Unknown.
func Parse(schema fs.FS) (*Language, error) {
	names, err := fs.Glob(schema, "*.cue")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	r := &reader{defs: map[string]*ast.Field{}, types: map[string]*Type{}}
	var order []string
	lang := &Language{}
	for _, name := range names {
		src, err := fs.ReadFile(schema, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(name, src, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.Package:
				lang.Doc = strings.TrimSpace(lang.Doc + "\n" + docOf(d))
			case *ast.Field:
				if id, ok := d.Label.(*ast.Ident); ok && strings.HasPrefix(id.Name, "#") {
					r.defs[id.Name[1:]] = d
					order = append(order, id.Name[1:])
				}
			}
		}
		lang.Doc = strings.TrimSpace(lang.Doc + "\n" + docOf(file))
	}
	for _, name := range order {
		lang.Defs = append(lang.Defs, r.def(name))
	}
	lang.Platform = r.types["Platform"]
	if lang.Platform == nil || lang.Platform.Kind != Struct {
		return nil, fmt.Errorf("the schema has no #Platform struct")
	}
	return lang, nil
}

// reader turns syntax into types. Definitions are read once and may be recursive.
type reader struct {
	defs  map[string]*ast.Field
	types map[string]*Type
}

func (r *reader) def(name string) *Type {
	if t, ok := r.types[name]; ok {
		return t
	}
	field, ok := r.defs[name]
	if !ok {
		return &Type{Kind: Unknown}
	}
	t := &Type{}
	r.types[name] = t // before its fields, which may name it
	*t = r.expr(field.Value)
	t.Name, t.Doc = name, docOf(field)
	return t
}

// expr reads a type. The result is a copy, free to be narrowed.
func (r *reader) expr(x ast.Expr) Type {
	t := r.exprKind(x)
	if b, err := format.Node(x); err == nil && !strings.Contains(string(b), "\n") {
		t.Expr = string(b)
	}
	return t
}

func (r *reader) exprKind(x ast.Expr) Type {
	switch x := x.(type) {
	case *ast.ParenExpr:
		return r.expr(x.X)
	case *ast.Ident:
		return r.ident(x)
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			if s, err := literal.Unquote(x.Value); err == nil {
				return Type{Kind: String, Enum: []string{s}}
			}
		}
	case *ast.UnaryExpr:
		return r.unary(x)
	case *ast.BinaryExpr:
		switch x.Op {
		case token.AND:
			return meet(r.expr(x.X), r.expr(x.Y))
		case token.OR:
			return r.disjunction(x)
		}
	case *ast.StructLit:
		return r.structLit(x)
	case *ast.ListLit:
		return r.listLit(x)
	}
	return Type{Kind: Unknown}
}

func (r *reader) ident(x *ast.Ident) Type {
	switch x.Name {
	case "string":
		return Type{Kind: String}
	case "int":
		return Type{Kind: Int}
	case "number", "float":
		return Type{Kind: Number}
	case "bool":
		return Type{Kind: Bool}
	case "_":
		return Type{Kind: Any}
	}
	if name, ok := strings.CutPrefix(x.Name, "#"); ok {
		t := *r.def(name)
		t.Name = name
		return t
	}
	return Type{Kind: Unknown}
}

func (r *reader) unary(x *ast.UnaryExpr) Type {
	lit, ok := x.X.(*ast.BasicLit)
	if !ok {
		return Type{Kind: Unknown}
	}
	switch x.Op {
	case token.MAT:
		s, err := literal.Unquote(lit.Value)
		if err != nil {
			break
		}
		p, err := newPattern(s)
		if err != nil {
			break
		}
		return Type{Kind: String, Patterns: []Pattern{p}}
	case token.NEQ:
		if lit.Value == `""` {
			return Type{Kind: String, NotEmpty: true}
		}
	case token.GEQ, token.GTR, token.LEQ, token.LSS:
		if v, err := strconv.ParseFloat(lit.Value, 64); err == nil {
			return Type{Kind: Number, Bounds: []Bound{{Op: x.Op.String(), Value: v}}}
		}
	}
	return Type{Kind: Unknown}
}

// meet is a & b for scalars.
func meet(a, b Type) Type {
	kind := a.Kind
	switch {
	case a.Kind == b.Kind:
	case a.Kind == Int && b.Kind == Number:
	case a.Kind == Number && b.Kind == Int:
		kind = Int
	default:
		return Type{Kind: Unknown}
	}
	if kind != String && kind != Int && kind != Number || a.Enum != nil || b.Enum != nil || a.Default != nil || b.Default != nil {
		return Type{Kind: Unknown}
	}
	return Type{
		Kind:     kind,
		Patterns: slices.Concat(a.Patterns, b.Patterns),
		Bounds:   slices.Concat(a.Bounds, b.Bounds),
		NotEmpty: a.NotEmpty || b.NotEmpty,
	}
}

// disjunction reads a | b | *c: a set of strings, or one type with a default, or
// a choice of scalar kinds.
func (r *reader) disjunction(x *ast.BinaryExpr) Type {
	var branches []ast.Expr
	var flatten func(ast.Expr)
	flatten = func(e ast.Expr) {
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.OR {
			flatten(b.X)
			flatten(b.Y)
			return
		}
		branches = append(branches, e)
	}
	flatten(x)

	var def *Default
	var types []Type
	for _, e := range branches {
		if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			if def = defaultOf(u.X); def == nil {
				return Type{Kind: Unknown}
			}
			continue
		}
		types = append(types, r.expr(e))
	}
	if len(types) == 0 {
		return Type{Kind: Unknown}
	}
	out := types[0]
	switch {
	case !slices.ContainsFunc(types, func(t Type) bool { return len(t.Enum) != 1 }):
		for _, t := range types[1:] {
			if !slices.Contains(out.Enum, t.Enum[0]) {
				out.Enum = append(slices.Clone(out.Enum), t.Enum[0])
			}
		}
	case len(types) > 1:
		out = Type{Kind: Scalar}
		for i := range types {
			if !slices.Contains([]Kind{String, Int, Number, Bool}, types[i].Kind) || types[i].Enum != nil {
				return Type{Kind: Unknown}
			}
			out.Of = append(out.Of, &types[i])
		}
	}
	out.Default = def
	if s, ok := defString(def); ok && out.Kind == String && !out.MatchString(s) {
		if out.Enum == nil {
			return Type{Kind: Unknown} // a default beside the type: the set is a union
		}
		out.Enum = append(slices.Clone(out.Enum), s)
	}
	return out
}

func defString(d *Default) (string, bool) {
	if d == nil {
		return "", false
	}
	s, ok := d.Value.(string)
	return s, ok
}

func defaultOf(x ast.Expr) *Default {
	lit, ok := x.(*ast.BasicLit)
	if !ok {
		return nil
	}
	d := &Default{Text: lit.Value}
	switch lit.Kind {
	case token.STRING:
		s, err := literal.Unquote(lit.Value)
		if err != nil {
			return nil
		}
		d.Value = s
	case token.INT:
		v, err := strconv.ParseInt(lit.Value, 10, 64)
		if err != nil {
			return nil
		}
		d.Value = v
	case token.FLOAT:
		v, err := strconv.ParseFloat(lit.Value, 64)
		if err != nil {
			return nil
		}
		d.Value = v
	case token.TRUE, token.FALSE:
		d.Value = lit.Kind == token.TRUE
	default:
		return nil
	}
	return d
}

func (r *reader) structLit(x *ast.StructLit) Type {
	t := Type{Kind: Struct}
	var dispatch, open, unknown bool
	var pattern *ast.Field
	for _, e := range x.Elts {
		switch e := e.(type) {
		case *ast.Field:
			switch label := e.Label.(type) {
			case *ast.Ident:
				if label.Name == "_byKind" {
					t.ByKind = r.variants(e.Value)
					continue
				}
				t.Fields = append(t.Fields, r.field(label.Name, e))
			case *ast.BasicLit:
				if s, err := literal.Unquote(label.Value); err == nil {
					t.Fields = append(t.Fields, r.field(s, e))
				}
			case *ast.ListLit:
				pattern = e
			default:
				unknown = true
			}
		case *ast.EmbedDecl:
			ix, ok := e.Expr.(*ast.IndexExpr)
			dispatch = ok && isIdent(ix.X, "_byKind") && isIdent(ix.Index, "kind")
			unknown = unknown || !dispatch
		case *ast.Ellipsis:
			open = e.Type == nil
			unknown = unknown || !open
		case *ast.CommentGroup:
		default:
			unknown = true
		}
	}
	switch {
	case unknown, dispatch != (t.ByKind != nil):
		return Type{Kind: Unknown}
	case pattern != nil:
		if len(t.Fields) > 0 || open || dispatch {
			return Type{Kind: Unknown}
		}
		return r.mapType(pattern)
	case open:
		if len(t.Fields) > 0 || dispatch {
			return Type{Kind: Unknown}
		}
		return Type{Kind: Object}
	}
	return t
}

func (r *reader) mapType(f *ast.Field) Type {
	label := f.Label.(*ast.ListLit)
	if len(label.Elts) != 1 {
		return Type{Kind: Unknown}
	}
	key, elem := r.ref(label.Elts[0]), r.ref(f.Value)
	if key.Kind != String {
		return Type{Kind: Unknown}
	}
	return Type{Kind: Map, Key: key, Elem: elem}
}

func (r *reader) field(name string, f *ast.Field) *Field {
	return &Field{Name: name, Doc: docOf(f), Optional: f.Constraint == token.OPTION, Type: r.ref(f.Value)}
}

// ref is expr without the copy where the expression only names a definition, so
// that recursive types are finite.
func (r *reader) ref(x ast.Expr) *Type {
	if id, ok := x.(*ast.Ident); ok && strings.HasPrefix(id.Name, "#") {
		return r.def(id.Name[1:])
	}
	t := r.expr(x)
	return &t
}

func (r *reader) variants(x ast.Expr) []Variant {
	lit, ok := x.(*ast.StructLit)
	if !ok {
		return nil
	}
	var out []Variant
	for _, e := range lit.Elts {
		f, ok := e.(*ast.Field)
		if !ok {
			return nil
		}
		name, _, err := ast.LabelName(f.Label)
		if err != nil {
			return nil
		}
		t := r.expr(f.Value)
		if t.Kind != Struct {
			return nil
		}
		out = append(out, Variant{Kind: name, Fields: t.Fields})
	}
	return out
}

func (r *reader) listLit(x *ast.ListLit) Type {
	t := Type{Kind: List}
	for i, e := range x.Elts {
		el, ok := e.(*ast.Ellipsis)
		switch {
		case ok && el.Type != nil && i == len(x.Elts)-1:
			t.Elem = r.ref(el.Type)
		case !ok && i == 0:
			t.First = r.ref(e)
		default:
			return Type{Kind: Unknown}
		}
	}
	if t.Elem == nil {
		return Type{Kind: Unknown}
	}
	return t
}

func isIdent(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}

// docOf is the text of a node's doc comment, as one string with lines joined
// where the comment has no empty line between them.
func docOf(n ast.Node) string {
	var lines []string
	for _, g := range ast.Comments(n) {
		if !g.Doc {
			continue
		}
		for _, c := range g.List {
			lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(c.Text, "//"), " "))
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
