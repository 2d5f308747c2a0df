package load

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sluice/compiler/diag"
	schema "sluice/cue"
)

// syntaxErrors reports what CUE's parser found wrong with a file.
func (l *loader) syntaxErrors(err error) {
	l.badSyntax = true
	seen := map[int32]bool{} // the parser stumbles on: one mistake a line is enough
	for _, e := range errors.Errors(err) {
		d := fromCUE(diag.SyntaxError, e)
		if seen[d.Span.Line] {
			continue
		}
		seen[d.Span.Line] = true
		if d.Hint == "" {
			d.Hint = "`sluice fmt` shows how CUE reads the file; https://cuelang.org/docs has the language"
		}
		l.diags = append(l.diags, d)
	}
}

// fromCUE turns an error into a diagnostic at the user's first place; further
// places of the user's are related.
func fromCUE(code diag.Code, e errors.Error) diag.Diagnostic {
	var at []diag.Span
	for _, p := range errors.Positions(e) {
		if s, ok := userSpan(p); ok && !slices.Contains(at, s) {
			at = append(at, s)
		}
	}
	format, args := e.Msg()
	var out diag.List
	d := out.Errorf(code, diag.Span{}, "%s", cleanMessage(fmt.Sprintf(format, args...)))
	if len(at) > 0 {
		d.Span = at[0]
		for _, s := range at[1:] {
			d.WithRelated(s, "this takes part")
		}
	}
	return *d
}

// cleanMessage makes CUE's words one line without a final colon or stop.
func cleanMessage(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.TrimRight(s, ".: ")
}

// buildErrors reports what keeps CUE from putting files together: references to
// nothing and imports that fail. Their places go to e.unresolved, so that the next
// attempt can do without them; fixable tells whether that helps.
func (e *evaluation) buildErrors(err error) (fixable bool) {
	l := e.loader
	for _, x := range errors.Errors(err) {
		format, args := x.Msg()
		text := cleanMessage(fmt.Sprintf(format, args...))
		var d diag.Diagnostic
		switch {
		case strings.HasPrefix(text, "reference ") && strings.HasSuffix(text, " not found"):
			name := ""
			if len(args) > 0 {
				name = fmt.Sprint(args[0])
			}
			e.unresolved, fixable = append(e.unresolved, x.Position()), true
			d = fromCUE(diag.UnknownReference, x)
			e.broken = append(e.broken, d.Span)
			if e.lostImports[name] || l.badSyntax && strings.ContainsAny(name[:min(1, len(name))], "_#") {
				continue // the import, or the file that may declare it, has been reported
			}
			d.Message = fmt.Sprintf("nothing named %q is declared in the file, the package or its imports", name)
			d.Hint = l.referenceHint(name)
		case strings.Contains(text, "import") || strings.Contains(text, "package"):
			d = fromCUE(diag.ImportFailed, x)
			d.Message = "import failed: " + strings.ReplaceAll(cleanMessage(x.Error()), "import failed: ", "")
			if strings.Contains(text, "imported and not used") {
				d.Message = text
			}
			d.Hint = l.importHint(text)
			if strings.Contains(text, "imported and not used") {
				d.Hint = "remove the import"
			}
			e.unresolved, fixable = append(e.unresolved, x.Position()), true
			for _, name := range e.importsAt(x.Position()) {
				e.lostImports[name] = true
			}
		default:
			d = fromCUE(diag.EvaluationError, x)
			d.Hint = evaluationHint(text)
		}
		e.result.diags = append(e.result.diags, d)
	}
	return fixable
}

// importsAt are the names that the import at a place gives to the file.
func (e *evaluation) importsAt(p token.Pos) []string {
	var out []string
	for _, i := range e.group.all {
		f := e.index.files[i]
		if f.path != p.Position().Filename {
			continue
		}
		syntax, err := parser.ParseFile(f.path, f.src, parser.ImportsOnly)
		if err != nil {
			continue
		}
		for spec := range syntax.ImportSpecs() {
			if spec.Pos().Offset() != p.Offset() && spec.Path.Pos().Offset() != p.Offset() {
				continue
			}
			if spec.Name != nil {
				out = append(out, spec.Name.Name)
			} else if path, err := literal.Unquote(spec.Path.Value); err == nil {
				out = append(out, ast.ParseImportPath(path).Qualifier)
			}
		}
	}
	return out
}

func (l *loader) referenceHint(name string) string {
	known := []string{"len", "close", "and", "or", "div", "mod", "quo", "rem", "string", "int", "float", "number", "bool", "bytes", "null", "true", "false"}
	for _, f := range l.lang.Platform.Fields {
		known = append(known, f.Name)
	}
	for _, f := range l.files {
		for n := range f.survey.names {
			known = append(known, n)
		}
	}
	if best := nearest(name, known); best != "" {
		return "did you mean " + best + "?"
	}
	if isStandardPackage(name) {
		return fmt.Sprintf("import the package: import %q", name)
	}
	return fmt.Sprintf("text needs quotes: %q", name)
}

func isStandardPackage(name string) bool {
	return slices.Contains([]string{"strings", "list", "math", "regexp", "strconv", "struct", "time", "net", "path"}, name)
}

func (l *loader) importHint(text string) string {
	if strings.Contains(text, schema.SchemaPath) {
		return fmt.Sprintf("the schema's import path is %q", schema.SchemaPath)
	}
	if l.imports.module == "" {
		return "own packages need a module: `sluice init` writes cue.mod/module.cue"
	}
	return fmt.Sprintf("packages of this module are imported as %q and so on; CUE's own have no dot in their path, e.g. \"strings\"", l.imports.module+"/name")
}

func evaluationHint(text string) string {
	switch {
	case strings.Contains(text, "structural cycle"), strings.Contains(text, "cycle"):
		return "the value is defined by itself; give one part of the circle a value"
	case strings.Contains(text, "division by zero"):
		return "guard the division with an if"
	case strings.Contains(text, "index out of range"):
		return "a list's items are counted from 0"
	case strings.Contains(text, "alias"), strings.Contains(text, "let"):
		return "remove what is not used"
	}
	return "`cue vet` on the package shows the same error with CUE's own context"
}

// replaceAt makes references that name nothing the value _, and takes imports that
// fail out, together with what uses them; it returns the places of such uses. The
// rest of the file can then be evaluated.
func replaceAt(f *ast.File, at []token.Pos) []diag.Span {
	offsets := map[int]bool{}
	for _, p := range at {
		if p.Position().Filename == f.Filename {
			offsets[p.Offset()] = true
		}
	}
	if len(offsets) == 0 {
		return nil
	}
	lost := map[ast.Node]bool{}
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		imp, ok := d.(*ast.ImportDecl)
		if !ok {
			return false
		}
		imp.Specs = slices.DeleteFunc(imp.Specs, func(s *ast.ImportSpec) bool {
			lost[s] = offsets[s.Pos().Offset()] || offsets[s.Path.Pos().Offset()]
			return lost[s]
		})
		return len(imp.Specs) == 0
	})
	var uses []diag.Span
	ast.Walk(f, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if lost[id.Node] {
			uses = append(uses, spanOf(id))
		} else if !offsets[id.Pos().Offset()] {
			return true
		}
		id.Name, id.Node, id.Scope = "_", nil, nil
		return true
	}, nil)
	return uses
}
