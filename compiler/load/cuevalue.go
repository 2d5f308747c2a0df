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
		if e.lean {
			e.doubt = true
			return
		}
		e.result.diags = append(e.result.diags, e.diagnose(decl, exprs, v, err)...)
		return
	}
	if key := e.loader.lang.Platform.Field(id.section).Type.Key; key != nil && !key.MatchString(id.name) {
		e.result.diags = append(e.result.diags, e.diagnose(decl, exprs, v, nil)...)
		return
	}
	pure := len(static) > 0 && !e.index.patterned[id.section] && !e.index.generated[id.section]
	decl.value = e.read(v, e.declarationType(id.section), exprs, pure, decl.key)
	// CUE does not see everything that is wrong below a pattern; a second look is cheap.
	if !conforms(&decl.value, e.declarationType(id.section)) {
		if diags := e.diagnose(decl, exprs, v, nil); len(diags) > 0 {
			e.result.diags = append(e.result.diags, diags...)
			return
		}
	}
	e.result.add(decl)
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
// surrounds it. The type only says which fields to ask for.
func (e *evaluation) read(v cue.Value, t *lang.Type, exprs []ast.Expr, pure bool, near diag.Span) value {
	exprs, pure = e.split(exprs, pure)
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
		defer func() { e.doubt = e.doubt || disagrees(&out, t.Default) }()
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
		e.readList(&out, v, t, exprs, pure, near)
	case cue.StructKind:
		out.kind = structValue
		e.readStruct(&out, v, t, exprs, pure, near)
	default:
		e.result.diags.Errorf(diag.WrongType, orPlace(out.at, near), "%s has no place in a platform", textOf(v)).
			WithHint("use a string, number, boolean, list or struct")
	}
	return out
}

// disagrees reports whether a default of the user's is another than the schema's.
// CUE then has two, and takes neither.
func disagrees(v *value, d *lang.Default) bool {
	if d == nil {
		return false
	}
	var want value
	defaultValue(d, &want)
	return v.kind != want.kind || v.str != want.str || v.bits != want.bits
}

func orPlace(at, near diag.Span) diag.Span {
	if at.IsZero() {
		return near
	}
	return at
}

func (e *evaluation) readList(out *value, v cue.Value, t *lang.Type, exprs []ast.Expr, pure bool, near diag.Span) {
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
		of := anyType
		if t.Kind == lang.List {
			of = t.Elem
			if i == 0 && t.First != nil {
				of = t.First
			}
		}
		el := element{value: e.read(it.Value(), of, item, pure && item != nil, near)}
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

func (e *evaluation) readStruct(out *value, v cue.Value, t *lang.Type, exprs []ast.Expr, pure bool, near diag.Span) {
	written := fieldsOf(exprs)
	switch {
	case t.Kind == lang.Struct:
		kind := ""
		if t.ByKind != nil {
			kind, _ = v.LookupPath(kindPath).String()
		}
		for _, fields := range [][]*lang.Field{t.Fields, t.Variant(kind)} {
			for _, f := range fields {
				if pure && (f.Optional || e.lean && f.Type.Default != nil) && !isWritten(written, f.Name) {
					continue
				}
				if w := v.LookupPath(e.loader.paths[f]); w.Exists() {
					e.readField(out, f.Name, w, f.Type, written, pure, near)
				}
			}
		}
		if e.lean && !(complete(out, t.Fields) && complete(out, t.Variant(kind))) {
			e.doubt = true
		}
		e.readUnknown(out, v, t, kind, written, pure, near)
	case pure && inOneFile(written):
		// Nothing but what is written: in the order of the text, and CUE need not
		// work out an order.
		slices.SortStableFunc(written, func(a, b writtenField) int { return a.label.Pos().Offset() - b.label.Pos().Offset() })
		for _, w := range written {
			if out.get(w.name) == nil {
				e.readField(out, w.name, v.LookupPath(cue.MakePath(cue.Str(w.name))), elemType(t), written, pure, near)
			}
		}
	default:
		it, err := v.Fields()
		if err != nil {
			return
		}
		for it.Next() {
			e.readField(out, it.Selector().Unquoted(), it.Value(), elemType(t), written, pure, near)
		}
	}
}

// readUnknown reads the fields that the type does not have: CUE lets some pass below
// a pattern, and whoever compares the value with the type (see conforms) must see them.
func (e *evaluation) readUnknown(out *value, v cue.Value, t *lang.Type, kind string, written []writtenField, pure bool, near diag.Span) {
	var names []string
	if pure {
		for _, w := range written {
			names = append(names, w.name)
		}
	} else {
		names, _ = fieldNames(v)
	}
	for _, name := range names {
		if t.FieldFor(kind, name) == nil && out.get(name) == nil {
			e.readField(out, name, v.LookupPath(cue.MakePath(cue.Str(name))), anyType, written, pure, near)
		}
	}
}

var kindPath = cue.MakePath(cue.Str("kind"))

// elemType is the type of a map's elements; any for what has no type of its own.
func elemType(t *lang.Type) *lang.Type {
	if t.Kind == lang.Map {
		return t.Elem
	}
	return anyType
}

func (e *evaluation) readField(out *value, name string, v cue.Value, t *lang.Type, written []writtenField, pure bool, near diag.Span) {
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
	el.value = e.read(v, t, inner, pure, near)
	if inner == nil && el.set {
		el.key = orPlace(el.at, near)
	}
	out.elems = append(out.elems, el)
}

func isWritten(written []writtenField, name string) bool {
	return slices.ContainsFunc(written, func(w writtenField) bool { return w.name == name })
}

// inOneFile reports fields that all stand in the same file.
func inOneFile(written []writtenField) bool {
	for _, w := range written[min(1, len(written)):] {
		if w.label.Pos().Filename() != written[0].label.Pos().Filename() {
			return false
		}
	}
	return true
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
			name, ident, err := ast.LabelName(f.Label)
			if err == nil && !(ident && (name[0] == '_' || name[0] == '#')) { // hidden fields and definitions are no data
				out = append(out, writtenField{name, f.Label, f.Value})
			}
		}
	}
	return out
}

// split takes conjunctions and parentheses apart and embeddings in struct literals
// out, and puts what a name of the package or a let stands for in place of the
// name, behind what is written on the spot. It also tells whether what is left is
// nothing but literals.
func (e *evaluation) split(exprs []ast.Expr, pure bool) ([]ast.Expr, bool) {
	if len(exprs) == 1 { // nearly all
		switch exprs[0].(type) {
		case *ast.BasicLit, *ast.Interpolation:
			return exprs, pure
		}
	}
	s := splitter{names: e.named, pure: pure}
	for _, x := range exprs {
		s.visit(x)
	}
	for len(s.named) > 0 && len(s.out) < 1000 {
		x := s.named[0]
		s.named = s.named[1:]
		s.visit(x)
	}
	return s.out, s.pure
}

type splitter struct {
	names map[ast.Node]ast.Expr // what top-level fields and lets stand for
	out   []ast.Expr
	named []ast.Expr // still to visit
	steps int
	pure  bool
}

func (s *splitter) visit(x ast.Expr) {
	switch x := x.(type) {
	case *ast.ParenExpr:
		s.visit(x.X)
	case *ast.Alias:
		s.visit(x.Expr)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			s.visit(x.X)
			s.visit(x.Y)
			return
		}
		s.opaque(x)
	case *ast.Ident:
		if meaning := s.names[x.Node]; meaning != nil && s.steps < 100 {
			s.steps++ // names may go in circles
			switch meaning.(type) {
			case *ast.StructLit, *ast.BinaryExpr, *ast.ParenExpr:
				s.named = append(s.named, meaning)
				return
			}
		}
		s.opaque(x)
	case *ast.StructLit:
		s.out = append(s.out, x)
		for _, d := range x.Elts {
			switch d := d.(type) {
			case *ast.EmbedDecl:
				s.visit(d.Expr)
			case *ast.Field:
				if _, _, err := ast.LabelName(d.Label); err != nil || d.Constraint != token.ILLEGAL {
					s.pure = false
				}
			case *ast.CommentGroup, *ast.Attribute, *ast.LetClause:
			default:
				s.pure = false
			}
		}
	case *ast.ListLit:
		s.pure = s.pure && plainList(x)
		s.out = append(s.out, x)
	case *ast.BasicLit, *ast.Interpolation:
		s.out = append(s.out, x)
	default:
		s.opaque(x)
	}
}

func (s *splitter) opaque(x ast.Expr) {
	s.pure = false
	s.out = append(s.out, x)
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
