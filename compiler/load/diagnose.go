package load

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"

	"sluice/compiler/diag"
	"sluice/compiler/load/lang"
)

// CUE says that a declaration is wrong, but it stops at the first kind of mistake
// in a struct, gives several errors for one, and names the schema's places. So the
// user's own value, evaluated without the schema, is held against the language:
// every mistake is found, once, and said in the language's words. What this does
// not find is reported as CUE says it.

// diagnosis is the search for the mistakes of one declaration.
type diagnosis struct {
	e      *evaluation
	node   string
	diags  diag.List
	paths  [][]string  // of what has been reported
	broken []diag.Span // places whose references were reported before
}

// diagnose reports what is wrong with a declaration of which CUE gave errors.
func (e *evaluation) diagnose(decl *declaration, exprs []ast.Expr, v cue.Value, err error) diag.List {
	d := &diagnosis{e: e, node: decl.node(), broken: e.broken}
	section := e.loader.lang.Platform.Field(decl.section)
	t, path := section.Type, []string{cue.Str(decl.section).String()}
	sels := []cue.Selector{cue.Str(decl.section)}
	if decl.name != "" {
		path = append(path, cue.Str(decl.name).String())
		sels = append(sels, cue.Str(decl.name))
		if t.Kind == lang.Map && !t.Key.MatchString(decl.name) {
			d.badKey(t.Key, decl.name, decl.key, section.Name, path)
		}
		t = t.Elem
	}
	if own := e.withoutSchema(); own.Exists() {
		if u := own.LookupPath(cue.MakePath(sels...)); u.Exists() {
			d.walk(u, t, exprs, spot{path: path, key: decl.key, name: section.Name})
		}
	}
	// First what the user wrote; what only the schema adds is a consequence.
	groups := byPath(errors.Errors(err))
	for _, written := range []bool{true, false} {
		if !written && len(d.diags) > 0 {
			break
		}
		for _, group := range groups {
			if path := group[0].Path(); e.isWritten(path) == written && !d.covered(path) {
				d.raw(group, decl.key)
			}
		}
	}
	return d.diags
}

// isWritten reports whether the user's own value has something at an error's path.
func (e *evaluation) isWritten(path []string) bool {
	p := cue.ParsePath(strings.Join(path, "."))
	return p.Err() != nil || e.withoutSchema().LookupPath(p).Exists()
}

// spot is where in a declaration the walk is.
type spot struct {
	path []string
	key  diag.Span // of the field's label, or the item
	at   diag.Span // of the value, where known
	name string    // of the field, for the message
}

func (s spot) place() diag.Span { return orPlace(s.at, s.key) }

func (d *diagnosis) report(code diag.Code, at diag.Span, s spot, format string, args ...any) *diag.Diagnostic {
	d.paths = append(d.paths, slices.Clone(s.path))
	return d.diags.Errorf(code, at, format, args...).WithNode(d.node)
}

// covered reports whether something at, above or below the path was reported.
func (d *diagnosis) covered(path []string) bool {
	return slices.ContainsFunc(d.paths, func(p []string) bool {
		n := min(len(p), len(path))
		return slices.Equal(p[:n], path[:n])
	})
}

func (d *diagnosis) walk(u cue.Value, t *lang.Type, exprs []ast.Expr, s spot) {
	exprs, _ = d.e.split(exprs, false)
	if x := writtenBy(exprs); x != nil {
		s.at = spanOf(x)
	} else if at := userPlace(u); !at.IsZero() {
		s.at = at
	}
	if slices.ContainsFunc(d.broken, func(b diag.Span) bool { return b.Line == s.at.Line && b.Col == s.at.Col && b.File == s.at.File }) {
		d.paths = append(d.paths, slices.Clone(s.path)) // reported as a reference to nothing
		return
	}
	if own := ownErrors(u, s.path); len(own) > 0 {
		if !incomplete(own) {
			d.raw(own, s.place())
			return
		}
		d.unfinished(own, s)
		return
	}
	if elsewhere := foreignErrors(u, s.path); len(elsewhere) > 0 {
		d.raw(elsewhere, s.place()) // what it refers to is broken
		d.paths = append(d.paths, slices.Clone(s.path))
		return
	}
	switch t.Kind {
	case lang.Struct:
		d.walkStruct(u, t, exprs, s)
	case lang.Map, lang.Object:
		d.walkMap(u, t, exprs, s)
	case lang.List:
		d.walkList(u, t, exprs, s)
	case lang.Any, lang.Unknown:
	default:
		d.scalar(u, t, s)
	}
}

func (d *diagnosis) walkStruct(u cue.Value, t *lang.Type, exprs []ast.Expr, s spot) {
	it, err := u.Fields()
	if err != nil {
		d.wrongKind(u, t, s)
		return
	}
	kind, kindKnown := "", true
	if t.ByKind != nil {
		kind, _ = u.LookupPath(cue.MakePath(cue.Str("kind"))).String()
		kindKnown = t.Variant(kind) != nil
	}
	written := fieldsOf(exprs)
	have := map[string]bool{}
	for it.Next() {
		name := it.Selector().Unquoted()
		have[name] = true
		inner, next := descend(written, name, s)
		field := t.FieldFor(kind, name)
		if field == nil && !kindKnown {
			if slices.ContainsFunc(t.ByKind, func(v lang.Variant) bool { return fieldIn(v.Fields, name) != nil }) {
				continue // the kind is wrong, and reported; which fields it has is not known
			}
		}
		if field == nil {
			if next.key.IsZero() {
				next.key = orPlace(userPlace(it.Value()), s.place())
			}
			d.unknownField(t, kind, name, next)
			continue
		}
		if next.key.IsZero() {
			next.key = s.place()
		}
		d.walk(it.Value(), field.Type, inner, next)
	}
	fields := t.Fields
	if kindKnown {
		fields = slices.Concat(fields, t.Variant(kind))
	}
	for _, f := range fields {
		if !have[f.Name] && f.Required() && !misspelt(f.Name, have, fields) {
			d.missing(f, s)
		}
	}
}

// misspelt reports whether a field that is not there is one that was written wrongly,
// which has been reported.
func misspelt(name string, have map[string]bool, fields []*lang.Field) bool {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	for word := range have {
		if !slices.Contains(names, word) && nearest(word, names) == name {
			return true
		}
	}
	return false
}

// descend finds a field's syntax and place.
func descend(written []writtenField, name string, s spot) ([]ast.Expr, spot) {
	next := spot{path: append(slices.Clone(s.path), cue.Str(name).String()), name: name}
	var inner []ast.Expr
	for _, w := range written {
		if w.name == name {
			if inner == nil {
				next.key = spanOf(w.label)
			}
			inner = append(inner, w.value)
		}
	}
	return inner, next
}

func (d *diagnosis) walkMap(u cue.Value, t *lang.Type, exprs []ast.Expr, s spot) {
	it, err := u.Fields()
	if err != nil {
		d.wrongKind(u, t, s)
		return
	}
	written := fieldsOf(exprs)
	for it.Next() {
		name := it.Selector().Unquoted()
		inner, next := descend(written, name, s)
		if next.key.IsZero() {
			next.key = s.place()
		}
		elem := anyType
		if t.Kind == lang.Map {
			elem = t.Elem
			if t.Key.Kind == lang.String && !t.Key.MatchString(name) {
				d.badKey(t.Key, name, next.key, s.name, next.path)
				continue
			}
		}
		d.walk(it.Value(), elem, inner, next)
	}
}

func (d *diagnosis) walkList(u cue.Value, t *lang.Type, exprs []ast.Expr, s spot) {
	it, err := u.List()
	if err != nil {
		d.wrongKind(u, t, s)
		return
	}
	var lit *ast.ListLit
	for _, x := range exprs {
		if l, ok := x.(*ast.ListLit); ok && plainList(l) {
			lit = l
		}
	}
	n := 0
	for ; it.Next(); n++ {
		next := spot{path: append(slices.Clone(s.path), strconv.Itoa(n)), key: s.place(), name: s.name}
		var inner []ast.Expr
		if lit != nil && n < len(lit.Elts) {
			inner = []ast.Expr{lit.Elts[n]}
		}
		elem := t.Elem
		if n == 0 && t.First != nil {
			elem = t.First
		}
		d.walk(it.Value(), elem, inner, next)
	}
	if n == 0 && t.First != nil {
		d.report(diag.MissingField, s.place(), s, "%q is empty; it needs at least one item", s.name).
			WithHint("add an item, or remove the field where it is optional")
	}
}

func (d *diagnosis) scalar(u cue.Value, t *lang.Type, s spot) {
	if v, ok := u.Default(); ok {
		u = v
	}
	if !u.IsConcrete() {
		d.unfinished(nil, s)
		return
	}
	switch k := u.Kind(); {
	case t.Kind == lang.String && k == cue.StringKind:
		text, _ := u.String()
		if !t.MatchString(text) {
			d.badText(t, text, s)
		}
	case (t.Kind == lang.Int || t.Kind == lang.Number) && k == cue.IntKind, t.Kind == lang.Number && k == cue.FloatKind:
		f, _ := u.Float64()
		if !t.MatchNumber(f) {
			d.report(diag.OutOfBounds, s.place(), s, "%s is %s, which is not %s", s.name, textOf(u), bounds(t)).
				WithHint("use a number that is %s", bounds(t))
		}
	case t.Kind == lang.Bool && k == cue.BoolKind:
	case t.Kind == lang.Scalar && slices.ContainsFunc(t.Of, func(of *lang.Type) bool { return kindMatches(of, k) }):
	default:
		d.wrongKind(u, t, s)
	}
}

func kindMatches(t *lang.Type, k cue.Kind) bool {
	switch t.Kind {
	case lang.String:
		return k == cue.StringKind
	case lang.Int:
		return k == cue.IntKind
	case lang.Number:
		return k == cue.IntKind || k == cue.FloatKind
	case lang.Bool:
		return k == cue.BoolKind
	}
	return false
}

func (d *diagnosis) unknownField(t *lang.Type, kind, name string, s spot) {
	what := "the object"
	if t.Name != "" {
		what = article(t.Name)
	}
	if kind != "" {
		what = fmt.Sprintf("%s of kind %q", what, kind)
	}
	var names, kinds []string
	for _, f := range slices.Concat(t.Fields, t.Variant(kind)) {
		names = append(names, f.Name)
	}
	for _, v := range t.ByKind {
		if fieldIn(v.Fields, name) != nil {
			kinds = append(kinds, v.Kind)
		}
	}
	r := d.report(diag.UnknownField, s.key, s, "%s has no field %q", what, name)
	if len(kinds) > 0 {
		r.WithHint("%s is a field of kind %s", name, strings.Join(kinds, ", "))
		return
	}
	r.WithHint("%s", didYouMean(name, names, "fields"))
}

func (d *diagnosis) missing(f *lang.Field, s spot) {
	doc := f.Doc
	if doc == "" {
		doc = strings.TrimPrefix(f.Type.Doc, f.Type.Name+" ")
	}
	missing := s
	missing.path = append(slices.Clone(s.path), cue.Str(f.Name).String())
	d.report(diag.MissingField, s.key, missing, "the required field %q is missing: %s", f.Name, firstSentence(doc)).
		WithHint("add %s", example(f))
}

func (d *diagnosis) wrongKind(u cue.Value, t *lang.Type, s spot) {
	got := u.IncompleteKind()
	if got == cue.BottomKind { // a struct with errors inside has no kind of its own
		got = cue.StructKind
	}
	d.report(diag.WrongType, s.place(), s, "%q is %s; it has to be %s", s.name, kindWords(got), typeWords(t)).
		WithHint("%s", wrongKindHint(u, t, s.name))
}

func wrongKindHint(u cue.Value, t *lang.Type, name string) string {
	text := textOf(u)
	switch {
	case t.Kind == lang.List && u.Kind() == cue.StringKind:
		return fmt.Sprintf("put it in brackets: %s: [%s]", name, text)
	case t.Kind == lang.String && u.Kind() != cue.StructKind && u.Kind() != cue.ListKind && u.Kind() != cue.BottomKind:
		return fmt.Sprintf("put it in quotes: %s: %q", name, text)
	case u.Kind() == cue.StringKind && (t.Kind == lang.Int || t.Kind == lang.Number || t.Kind == lang.Bool):
		s, _ := u.String()
		return fmt.Sprintf("write it without quotes: %s: %s", name, s)
	case t.Name != "" && t.Doc != "":
		return "it is " + lowerFirst(firstSentence(t.Doc))
	}
	return "give " + typeWords(t)
}

// unfinished reports a value that CUE cannot make concrete.
func (d *diagnosis) unfinished(errs []errors.Error, s spot) {
	r := d.report(diag.IncompleteValue, s.place(), s, "the value of %q is not complete", s.name)
	if len(errs) > 0 {
		format, args := errs[0].Msg()
		r.WithNote("CUE says: %s", cleanMessage(fmt.Sprintf(format, args...)))
	}
	r.WithHint("give it one value, or mark a default with *")
}

// raw reports errors of one path as CUE says them.
func (d *diagnosis) raw(group []errors.Error, near diag.Span) {
	e := group[0]
	for _, other := range group { // of a disjunction's errors the first says only how many there are
		if format, _ := other.Msg(); !strings.Contains(format, "empty disjunction") {
			e = other
			break
		}
	}
	format, args := e.Msg()
	code, hint := diag.EvaluationError, evaluationHint(fmt.Sprintf(format, args...))
	switch {
	case strings.HasPrefix(format, "conflicting values"), strings.HasPrefix(format, "incompatible list lengths"):
		code, hint = diag.WrongType, "everything that is said of a field is unified: keep one of the values"
	case strings.HasPrefix(format, "field not allowed"):
		code, hint = diag.UnknownField, "remove the field; or, where a definition of yours does not allow it, add ... to that definition"
	case strings.HasPrefix(format, "invalid value"):
		code, hint = diag.OutOfBounds, "correct the value"
	case strings.HasPrefix(format, "incomplete value"), strings.HasPrefix(format, "undefined field"), strings.HasPrefix(format, "non-concrete"):
		code, hint = diag.IncompleteValue, "give it one value, or mark a default with *"
	}
	r := fromCUE(code, e)
	r.Message = strings.TrimPrefix(pathText(e.Path())+": ", ": ") + r.Message
	r.Node = d.node
	r.Hint = hint
	for i := range r.Related {
		if code == diag.WrongType {
			r.Related[i].Message = "another value is given here"
		}
	}
	if r.Span.IsZero() {
		r.Span = near
	}
	d.paths = append(d.paths, slices.Clone(e.Path()))
	if slices.ContainsFunc(d.broken, func(b diag.Span) bool { return b.Line == r.Span.Line && b.Col == r.Span.Col && b.File == r.Span.File }) {
		return // it follows from a reference that has been reported
	}
	d.diags = append(d.diags, r)
}

func pathText(path []string) string { return strings.Join(path, ".") }

// ownErrors are a value's errors that are not of something inside it.
func ownErrors(v cue.Value, path []string) []errors.Error {
	err := v.Err()
	if err == nil {
		return nil
	}
	var out []errors.Error
	for _, e := range errors.Errors(err) {
		if slices.Equal(e.Path(), path) || len(e.Path()) == 0 {
			out = append(out, e)
		}
	}
	return out
}

// foreignErrors are a value's errors that are of something elsewhere, where it has
// no others.
func foreignErrors(v cue.Value, path []string) []errors.Error {
	err := v.Err()
	if err == nil {
		return nil
	}
	all := errors.Errors(err)
	for _, e := range all {
		if p := e.Path(); len(p) >= len(path) && slices.Equal(p[:len(path)], path) {
			return nil
		}
	}
	return all
}

// incomplete reports errors that more information could resolve.
func incomplete(errs []errors.Error) bool {
	format, _ := errs[0].Msg()
	return strings.HasPrefix(format, "undefined field") || strings.HasPrefix(format, "incomplete") || strings.HasPrefix(format, "non-concrete")
}

// byPath groups errors, in order of first appearance.
func byPath(errs []errors.Error) [][]errors.Error {
	var out [][]errors.Error
	at := map[string]int{}
	for _, e := range errs {
		key := strings.Join(e.Path(), "\x00")
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], e)
	}
	return out
}
