package load

import (
	"math"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"sluice/compiler/diag"
	"sluice/compiler/load/lang"
	schema "sluice/cue"
)

// declaration evaluates one declaration and adds it to the result, or what is
// wrong with it. The syntax is where the user wrote it, if anywhere.
func (e *evaluation) declaration(id declID, static []staticDecl) {
	sels := []cue.Selector{cue.Str(id.section)}
	if id.name != "" {
		sels = append(sels, cue.Str(id.name))
	}
	v := e.root.LookupPath(cue.MakePath(sels...))
	decl := &declaration{section: id.section, name: id.name}
	var exprs []ast.Expr
	for _, s := range static {
		exprs = append(exprs, s.value)
	}
	if len(static) > 0 {
		decl.key = spanOf(static[0].label)
	} else {
		decl.key = userPlace(v)
	}
	if err := v.Validate(cue.Concrete(true)); err != nil {
		e.result.diags = append(e.result.diags, e.diagnose(decl, exprs, v, err)...)
		return
	}
	if key := e.loader.lang.Platform.Field(id.section).Type.Key; key != nil && !key.MatchString(id.name) {
		e.result.diags = append(e.result.diags, e.diagnose(decl, exprs, v, nil)...)
		return
	}
	pure := len(static) > 0 && !e.index.patterned[id.section] && !e.index.generated[id.section]
	decl.value = e.read(v, exprs, pure, decl.key)
	// CUE does not see everything that is wrong below a pattern; a second look is cheap.
	if !conforms(&decl.value, e.declarationType(id.section)) {
		if diags := e.diagnose(decl, exprs, v, nil); len(diags) > 0 {
			e.result.diags = append(e.result.diags, diags...)
			return
		}
	}
	e.result.decls = append(e.result.decls, decl)
}

// declarationType is the type of a section's declarations.
func (e *evaluation) declarationType(section string) *lang.Type {
	t := e.loader.lang.Platform.Field(section).Type
	if t.Kind == lang.Map {
		return t.Elem
	}
	return t
}

// conforms reports whether a value is of a type.
func conforms(v *value, t *lang.Type) bool {
	switch t.Kind {
	case lang.Struct:
		if v.kind != structValue {
			return false
		}
		kind := ""
		if k := v.get("kind"); k != nil {
			kind = k.str
		}
		for i := range v.elems {
			f := t.FieldFor(kind, v.elems[i].name)
			if f == nil || !conforms(&v.elems[i].value, f.Type) {
				return false
			}
		}
		return true
	case lang.Map:
		for i := range v.elems {
			if !t.Key.MatchString(v.elems[i].name) && t.Key.Kind == lang.String || !conforms(&v.elems[i].value, t.Elem) {
				return false
			}
		}
		return v.kind == structValue
	case lang.List:
		for i := range v.elems {
			of := t.Elem
			if i == 0 && t.First != nil {
				of = t.First
			}
			if !conforms(&v.elems[i].value, of) {
				return false
			}
		}
		return v.kind == listValue && (t.First == nil || len(v.elems) > 0)
	case lang.Object:
		return v.kind == structValue
	case lang.Unknown:
		return true
	}
	return fits(v, t)
}

// read turns a valid CUE value into a value. exprs are the places in the user's
// syntax that make it, as far as they stand there literally under its path; pure
// says that nothing else but the schema contributes. near is the place of what
// surrounds it.
func (e *evaluation) read(v cue.Value, exprs []ast.Expr, pure bool, near diag.Span) value {
	exprs, pure = split(exprs, pure)
	var out value
	out.lead = -1
	switch x := writtenBy(exprs); {
	case x != nil:
		out.set, out.at = true, spanOf(x)
		out.multi, out.lead = quotes(x)
		near = out.at
	case pure: // a default of the schema
	default:
		if at := userPlace(v); !at.IsZero() {
			out.set, out.at, near = true, at, at
		}
	}
	if d, ok := v.Default(); ok {
		v = d
	}
	switch v.Kind() {
	case cue.NullKind:
		out.kind = nullValue
	case cue.BoolKind:
		out.kind = boolValue
		if b, _ := v.Bool(); b {
			out.bits = 1
		}
	case cue.IntKind:
		n, err := v.Int64()
		if err != nil {
			e.result.diags.Errorf(diag.OutOfBounds, orPlace(out.at, near), "the number %s does not fit 64 bits", textOf(v)).
				WithHint("write it as a string, or make it smaller")
		}
		out.kind, out.bits = intValue, uint64(n)
	case cue.FloatKind, cue.NumberKind:
		f, _ := v.Float64()
		if math.IsInf(f, 0) {
			e.result.diags.Errorf(diag.OutOfBounds, orPlace(out.at, near), "the number %s does not fit 64 bits", textOf(v)).
				WithHint("write it as a string, or make it smaller")
			f = 0
		}
		out.kind, out.bits = floatValue, math.Float64bits(f)
	case cue.StringKind:
		out.kind = stringValue
		out.str, _ = v.String()
	case cue.ListKind:
		out.kind = listValue
		e.readList(&out, v, exprs, pure, near)
	case cue.StructKind:
		out.kind = structValue
		e.readStruct(&out, v, exprs, pure, near)
	default:
		e.result.diags.Errorf(diag.WrongType, orPlace(out.at, near), "%s has no place in a platform", textOf(v)).
			WithHint("use a string, number, boolean, list or struct")
	}
	return out
}

func orPlace(at, near diag.Span) diag.Span {
	if at.IsZero() {
		return near
	}
	return at
}

func (e *evaluation) readList(out *value, v cue.Value, exprs []ast.Expr, pure bool, near diag.Span) {
	var lit *ast.ListLit
	for _, x := range exprs {
		if l, ok := x.(*ast.ListLit); ok && plainList(l) {
			lit = l
			break
		}
	}
	it, err := v.List()
	if err != nil {
		return
	}
	for i := 0; it.Next(); i++ {
		var item []ast.Expr
		if lit != nil && i < len(lit.Elts) {
			item = []ast.Expr{lit.Elts[i]}
		}
		el := element{value: e.read(it.Value(), item, pure && item != nil, near)}
		el.key = orPlace(el.at, near)
		out.elems = append(out.elems, el)
	}
}

// plainList reports a list whose i-th element is the i-th of its value.
func plainList(l *ast.ListLit) bool {
	return !slices.ContainsFunc(l.Elts, func(x ast.Expr) bool {
		switch x.(type) {
		case *ast.Ellipsis, *ast.Comprehension:
			return true
		}
		return false
	})
}

func (e *evaluation) readStruct(out *value, v cue.Value, exprs []ast.Expr, pure bool, near diag.Span) {
	written := fieldsOf(exprs)
	it, err := v.Fields()
	if err != nil {
		return
	}
	allWritten := true
	for it.Next() {
		name := it.Selector().Unquoted()
		el := element{name: name}
		var inner []ast.Expr
		for _, w := range written {
			if w.name == name {
				if inner == nil {
					el.key = spanOf(w.label)
				}
				inner = append(inner, w.value)
			}
		}
		el.value = e.read(it.Value(), inner, pure, near)
		if inner == nil {
			allWritten = allWritten && !el.set
			el.key = el.at
			if el.key.IsZero() && el.set {
				el.key = near
			}
		}
		out.elems = append(out.elems, el)
	}
	// In the order of the user's text; what is generated keeps CUE's order.
	if allWritten {
		slices.SortStableFunc(out.elems, func(a, b element) int { return byPlace(a.key, b.key) })
	}
}

type writtenField struct {
	name  string
	label ast.Node
	value ast.Expr
}

// fieldsOf lists the fields that struct literals name.
func fieldsOf(exprs []ast.Expr) []writtenField {
	var out []writtenField
	for _, x := range exprs {
		lit, ok := x.(*ast.StructLit)
		if !ok {
			continue
		}
		for _, d := range lit.Elts {
			f, ok := d.(*ast.Field)
			if !ok || f.Constraint != token.ILLEGAL {
				continue
			}
			if name, _, err := ast.LabelName(f.Label); err == nil {
				out = append(out, writtenField{name, f.Label, f.Value})
			}
		}
	}
	return out
}

// split takes conjunctions and parentheses apart, and embeddings in struct
// literals out. It also tells whether what is left is nothing but literals.
func split(exprs []ast.Expr, pure bool) ([]ast.Expr, bool) {
	var out []ast.Expr
	var visit func(x ast.Expr)
	visit = func(x ast.Expr) {
		switch x := x.(type) {
		case *ast.ParenExpr:
			visit(x.X)
		case *ast.Alias:
			visit(x.Expr)
		case *ast.BinaryExpr:
			if x.Op == token.AND {
				visit(x.X)
				visit(x.Y)
				return
			}
			pure = false
			out = append(out, x)
		case *ast.StructLit:
			out = append(out, x)
			for _, d := range x.Elts {
				switch d := d.(type) {
				case *ast.EmbedDecl:
					pure = false
					visit(d.Expr)
				case *ast.Field:
					if _, _, err := ast.LabelName(d.Label); err != nil || d.Constraint != token.ILLEGAL {
						pure = false
					}
				case *ast.CommentGroup, *ast.Attribute:
				default:
					pure = false
				}
			}
		case *ast.BasicLit, *ast.Interpolation:
			out = append(out, x)
		case *ast.ListLit:
			pure = pure && plainList(x)
			out = append(out, x)
		default:
			pure = false
			out = append(out, x)
		}
	}
	for _, x := range exprs {
		visit(x)
	}
	return out, pure
}

// writtenBy is the expression that a value's place is taken from: a literal where
// there is one.
func writtenBy(exprs []ast.Expr) ast.Expr {
	for _, x := range exprs {
		switch x.(type) {
		case *ast.BasicLit, *ast.Interpolation, *ast.ListLit, *ast.StructLit:
			return x
		}
	}
	if len(exprs) > 0 {
		return exprs[0]
	}
	return nil
}

// userPlace is where the user wrote what a value comes from; zero where only the
// schema says anything. Where the schema constrains a value, its own position is
// often the schema's: the conjuncts are asked one by one.
func userPlace(v cue.Value) diag.Span {
	if at, ok := userSpan(v.Pos()); ok {
		return at
	}
	op, parts := v.Expr()
	if op != cue.AndOp {
		return diag.Span{}
	}
	for _, p := range parts {
		if at, ok := userSpan(p.Pos()); ok {
			return at
		}
	}
	for _, p := range parts { // one level further: a & (b & c)
		if at := userPlace(p); !at.IsZero() {
			return at
		}
	}
	return diag.Span{}
}

// userSpan is a position as a span; ok is false for the schema's and for none.
func userSpan(p token.Pos) (diag.Span, bool) {
	if !p.IsValid() {
		return diag.Span{}, false
	}
	at := p.Position()
	if at.Filename == "" || strings.HasPrefix(at.Filename, schema.SchemaPath+"/") {
		return diag.Span{}, false
	}
	return diag.Span{File: at.Filename, Line: int32(at.Line), Col: int32(at.Column)}, true
}

// textOf is a value as CUE writes it, cut to a readable length.
func textOf(v cue.Value) string {
	b, err := v.MarshalJSON()
	s := string(b)
	if err != nil {
		s = v.IncompleteKind().String()
	}
	if len(s) > 60 {
		s = s[:57] + "…"
	}
	return s
}
