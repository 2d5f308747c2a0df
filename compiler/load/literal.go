package load

import (
	"math"
	"strconv"
	"strings"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"sluice/compiler/diag"
	"sluice/compiler/load/lang"
)

// readLiterals reads a file's declarations straight from its syntax. It gives nil
// where anything is not a literal, does not fit the language, or is in doubt: CUE
// then evaluates the file, and words what is wrong with it.
func (l *loader) readLiterals(f *file, decls []staticDecl) *part {
	out := &part{}
	a := arenas.Get().(*arena)
	defer arenas.Put(a)
	r := literalReader{file: f.path, lines: newLineTable(f.src), arena: a}
	seen := make(map[declID]bool, len(decls))
	for _, d := range decls {
		if seen[d.declID] {
			return nil // two parts of one declaration: CUE unifies them
		}
		seen[d.declID] = true
		t := l.lang.Platform.Field(d.section).Type
		if t.Kind == lang.Map {
			if t.Key.Kind != lang.String || !t.Key.MatchString(d.name) {
				return nil
			}
			t = t.Elem
		}
		a.reset()
		decl := declaration{section: d.section, name: d.name, key: r.span(d.label)}
		if !r.read(d.value, t, &decl.value) {
			return nil
		}
		out.add(&decl)
	}
	return out
}

// literalReader reads values of one file.
type literalReader struct {
	file  string
	lines lineTable
	arena *arena
}

// An arena holds the elements of one declaration, which are of no use once it is
// decoded.
type arena struct{ free, all []element }

var arenas = sync.Pool{New: func() any { return &arena{} }}

func (a *arena) reset() {
	clear(a.all[:len(a.all)-len(a.free)])
	a.free = a.all
}

// make gives an empty slice with room for n elements.
func (a *arena) make(n int) []element {
	if n > len(a.free) {
		a.all = make([]element, max(2048, n))
		a.free = a.all
	}
	s := a.free[:0:n]
	a.free = a.free[n:]
	return s
}

func (r *literalReader) span(n ast.Node) diag.Span {
	line, col := r.lines.at(n.Pos().Offset())
	endLine, endCol := r.lines.at(n.End().Offset())
	return diag.Span{File: r.file, Line: line, Col: col, EndLine: endLine, EndCol: endCol}
}

// read reads a literal of a type; false means doubt.
func (r *literalReader) read(x ast.Expr, t *lang.Type, out *value) bool {
	out.set, out.lead = true, -1
	switch x := x.(type) {
	case *ast.BasicLit:
		if !basic(x, out) {
			return false
		}
		out.at = r.span(x)
		return fits(out, t)
	case *ast.UnaryExpr:
		lit, ok := x.X.(*ast.BasicLit)
		if !ok || x.Op != token.SUB || !basic(lit, out) {
			return false
		}
		switch out.kind {
		case intValue:
			out.bits = uint64(-int64(out.bits))
		case floatValue:
			out.bits = math.Float64bits(-math.Float64frombits(out.bits))
		default:
			return false
		}
		out.at = r.span(x)
		return fits(out, t)
	case *ast.ListLit:
		out.kind, out.at = listValue, r.span(x)
		return r.list(x, t, out)
	case *ast.StructLit:
		out.kind, out.at = structValue, r.span(x)
		return r.structLit(x, t, out)
	}
	return false
}

// basic reads a string, number, boolean or null.
func basic(x *ast.BasicLit, out *value) bool {
	switch x.Kind {
	case token.STRING:
		s, err := literal.Unquote(x.Value)
		if err != nil || x.Value[0] == '\'' || strings.HasPrefix(strings.TrimLeft(x.Value, "#"), "'") {
			return false
		}
		out.kind, out.str = stringValue, s
		out.multi, out.lead = quotes(x)
	case token.INT:
		n, err := strconv.ParseInt(x.Value, 10, 64) // other notations are CUE's to read
		if err != nil {
			return false
		}
		out.kind, out.bits = intValue, uint64(n)
	case token.FLOAT:
		f, err := strconv.ParseFloat(x.Value, 64)
		if err != nil || strings.Contains(x.Value, "_") || !strings.ContainsAny(x.Value[:1], "0123456789") {
			return false
		}
		out.kind, out.bits = floatValue, math.Float64bits(f)
	case token.TRUE:
		out.kind, out.bits = boolValue, 1
	case token.FALSE:
		out.kind = boolValue
	case token.NULL:
		out.kind = nullValue
	default:
		return false
	}
	return true
}

// quotes tells how many bytes stand before a string literal's text: its opening
// quotes, or the indentation of its lines where it is a """ string. It is -1 for
// what is no string literal.
func quotes(x ast.Expr) (multi bool, lead int32) {
	var text, end string
	switch x := x.(type) {
	case *ast.BasicLit:
		if x.Kind != token.STRING {
			return false, -1
		}
		text, end = x.Value, x.Value
		if len(text) > 2 && text[0] == '"' && text[1] != '"' {
			return false, 1
		}
	case *ast.Interpolation:
		first, ok1 := x.Elts[0].(*ast.BasicLit)
		last, ok2 := x.Elts[len(x.Elts)-1].(*ast.BasicLit)
		if !ok1 || !ok2 {
			return false, -1
		}
		text, end = first.Value, last.Value
	default:
		return false, -1
	}
	info, n, _, err := literal.ParseQuotes(text, end)
	if err != nil {
		return false, -1
	}
	if info.IsMulti() {
		return true, int32(len(info.Whitespace()))
	}
	return false, int32(n)
}

// fits reports whether a scalar is of the type.
func fits(v *value, t *lang.Type) bool {
	switch t.Kind {
	case lang.Any:
		return true
	case lang.String:
		return v.kind == stringValue && t.MatchString(v.str)
	case lang.Int:
		return v.kind == intValue && t.MatchNumber(v.float())
	case lang.Number:
		return (v.kind == intValue || v.kind == floatValue) && t.MatchNumber(v.float())
	case lang.Bool:
		return v.kind == boolValue
	case lang.Scalar:
		for _, of := range t.Of {
			if fits(v, of) {
				return true
			}
		}
	}
	return false
}

func (r *literalReader) list(x *ast.ListLit, t *lang.Type, out *value) bool {
	any := t.Kind == lang.Any
	if t.Kind != lang.List && !any || t.First != nil && len(x.Elts) == 0 {
		return false
	}
	out.elems = r.arena.make(len(x.Elts))[:len(x.Elts)]
	for i, e := range x.Elts {
		of := t.Elem
		if any {
			of = t
		} else if i == 0 && t.First != nil {
			of = t.First
		}
		el := &out.elems[i]
		if !r.read(e, of, &el.value) {
			return false
		}
		el.key = el.at
	}
	return true
}

func (r *literalReader) structLit(x *ast.StructLit, t *lang.Type, out *value) bool {
	var variant []*lang.Field
	switch t.Kind {
	case lang.Struct:
		if t.ByKind != nil {
			variant = t.Variant(kindOf(x))
			if variant == nil {
				return false
			}
		}
	case lang.Map, lang.Object, lang.Any:
	default:
		return false
	}
	out.elems = r.arena.make(len(x.Elts) + defaults(t.Fields) + defaults(variant))
	for _, d := range x.Elts {
		f, ok := d.(*ast.Field)
		if !ok || f.Constraint != token.ILLEGAL || f.Alias != nil || len(f.Attrs) > 0 {
			return false
		}
		name, ident, ok := plainLabel(f.Label)
		if !ok || ident && (name[0] == '_' || name[0] == '#') || out.get(name) != nil {
			return false
		}
		of := anyType
		switch t.Kind {
		case lang.Struct:
			field := t.Field(name)
			if field == nil {
				field = fieldIn(variant, name)
			}
			if field == nil {
				return false
			}
			of = field.Type
		case lang.Map:
			if t.Key.Kind != lang.String || !t.Key.MatchString(name) {
				return false
			}
			of = t.Elem
		}
		out.elems = append(out.elems, element{name: name, key: r.span(f.Label)})
		if !r.read(f.Value, of, &out.elems[len(out.elems)-1].value) {
			return false
		}
	}
	return t.Kind != lang.Struct || complete(out, t.Fields) && complete(out, variant)
}

var anyType = &lang.Type{Kind: lang.Any}

// plainLabel is a label's name where it is an identifier or a "..." string.
func plainLabel(l ast.Label) (name string, ident, ok bool) {
	switch l := l.(type) {
	case *ast.Ident:
		return l.Name, true, l.Name != ""
	case *ast.BasicLit:
		if l.Kind != token.STRING {
			return "", false, false
		}
		if v := l.Value; len(v) >= 2 && v[0] == '"' && !strings.ContainsAny(v, "\\\n") && !strings.HasPrefix(v, `""`) {
			return v[1 : len(v)-1], false, true
		}
	}
	return "", false, false
}

// kindOf is the literal value of a struct's field kind; empty where there is none.
func kindOf(x *ast.StructLit) string {
	for _, d := range x.Elts {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		if name, _, ok := plainLabel(f.Label); ok && name == "kind" {
			if lit, ok := f.Value.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := literal.Unquote(lit.Value)
				return s
			}
			return ""
		}
	}
	return ""
}

func fieldIn(fields []*lang.Field, name string) *lang.Field {
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// defaults is how many fields may be filled in.
func defaults(fields []*lang.Field) int {
	n := 0
	for _, f := range fields {
		if !f.Optional && !f.Required() {
			n++
		}
	}
	return n
}

// complete fills defaults in; false means that something required is missing.
func complete(v *value, fields []*lang.Field) bool {
	for _, f := range fields {
		if f.Optional || v.get(f.Name) != nil {
			continue
		}
		if f.Required() {
			return false
		}
		el := element{name: f.Name}
		el.lead = -1
		switch {
		case f.Type.Default != nil:
			defaultValue(f.Type.Default, &el.value)
		case f.Type.Kind == lang.Struct:
			el.kind = structValue
			if !complete(&el.value, f.Type.Fields) {
				return false
			}
		default:
			continue // an empty map
		}
		v.elems = append(v.elems, el)
	}
	return true
}

func defaultValue(d *lang.Default, out *value) {
	switch v := d.Value.(type) {
	case string:
		out.kind, out.str = stringValue, v
	case int64:
		out.kind, out.bits = intValue, uint64(v)
	case float64:
		out.kind, out.bits = floatValue, math.Float64bits(v)
	case bool:
		out.kind = boolValue
		if v {
			out.bits = 1
		}
	}
}

// lineTable turns offsets into lines and columns. Offsets asked for one after the
// other are near each other, so it remembers where it was.
type lineTable struct {
	starts []int
	last   int
}

func newLineTable(src []byte) lineTable {
	starts := make([]int, 1, 1+len(src)/24)
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return lineTable{starts: starts}
}

func (t *lineTable) at(offset int) (line, col int32) {
	i := t.last
	for i > 0 && t.starts[i] > offset {
		i--
	}
	for i+1 < len(t.starts) && t.starts[i+1] <= offset {
		i++
	}
	t.last = i
	return int32(i + 1), int32(offset - t.starts[i] + 1)
}
