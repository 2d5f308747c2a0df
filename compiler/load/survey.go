package load

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"sluice/compiler/diag"
	"sluice/compiler/load/lang"
	"sluice/cue"
)

// A survey is what a file's syntax tells without evaluating it: what it declares,
// what it may contribute to declarations of other files, and what it refers to.
type survey struct {
	pkg     string    // of the package clause
	clause  diag.Span // of its name
	embed   diag.Span // of what is embedded at the top
	imports []string  // import paths
	decls   []declared
	unknown []unknownSection
	// literal: nothing but package clause, plain sections and declarations. The
	// values inside are looked at when they are read.
	literal bool
	// embeds: schema.#Platform is embedded here.
	embeds bool
	// embedsOther: something else is embedded at the top, which may embed the schema.
	embedsOther bool
	// patterns: sections to whose every declaration the file may contribute.
	patterns map[string]bool
	// generates: sections in which the file declares names known only by evaluation.
	generates map[string]bool
	// names: hidden fields and definitions that it declares for the whole package.
	names map[string]bool
	refs  []reference
	// plain: it may be evaluated under the lean schema.
	plain bool
}

// declID names a declaration. The name is empty for a section without names.
type declID struct{ section, name string }

// declared is a declaration whose name stands in the syntax.
type declared struct {
	declID
	key diag.Span // of the label
}

// staticDecl is a declared with its syntax.
type staticDecl struct {
	declID
	label ast.Node
	value ast.Expr
}

// unknownSection is a top-level field that is no section.
type unknownSection struct {
	name   string
	at     diag.Span
	offset int
}

// reference is a use of a name of the package's scope.
type reference struct {
	root string // section, hidden field or definition
	name string // what is selected from a section, where that is static
}

// open reports whether the file may contribute to declarations it does not name.
func (s *survey) open() bool { return len(s.patterns) > 0 || len(s.generates) > 0 }

// surveyor surveys one file. decls are the declarations with their syntax, which
// is not kept in the survey.
type surveyor struct {
	survey
	platform *lang.Type
	decls    []staticDecl
}

// surveyFile looks at a file's syntax.
func surveyFile(f *ast.File, platform *lang.Type) *surveyor {
	s := &surveyor{platform: platform}
	s.literal = true
	s.patterns, s.generates, s.names = map[string]bool{}, map[string]bool{}, map[string]bool{}
	s.pkg = f.PackageName()
	s.clause = spanOf(f)
	schema := schemaImports(f)
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Package:
			s.clause = spanOf(d.Name)
		case *ast.CommentGroup:
		case *ast.EmbedDecl:
			s.literal = false
			s.embed = spanOf(d)
			if isSchemaPlatform(d.Expr, schema) {
				s.embeds = true
				continue
			}
			s.embedsOther = true
			s.every(s.patterns)
		case *ast.Field:
			s.field(d)
		case *ast.Comprehension:
			s.literal = false
			s.comprehension(d)
		case *ast.ImportDecl, *ast.LetClause, *ast.Attribute:
			s.literal = false
		default:
			s.literal = false
			s.every(s.patterns)
		}
	}
	return s
}

// whole is the survey without syntax.
func (s *surveyor) whole() survey {
	for _, d := range s.decls {
		s.survey.decls = append(s.survey.decls, declared{d.declID, spanOf(d.label)})
	}
	return s.survey
}

// expressions adds what only a file with expressions has: references, imports, and
// whether it is plain.
func (s *survey) expressions(f *ast.File, platform *lang.Type) {
	s.refs = references(f)
	s.imports = importsOf(f)
	s.plain = isPlain(f, s.refs, platform)
}

// every marks all sections.
func (s *surveyor) every(set map[string]bool) {
	for _, f := range s.platform.Fields {
		set[f.Name] = true
	}
}

func (s *surveyor) field(d *ast.Field) {
	if d.Constraint != token.ILLEGAL || d.Alias != nil || len(d.Attrs) > 0 {
		s.literal = false
	}
	name, isIdent, err := ast.LabelName(d.Label)
	if err != nil {
		s.literal = false
		s.every(s.patterns)
		return
	}
	if isIdent && (strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#")) {
		s.literal = false
		s.names[name] = true
		return
	}
	section := s.platform.Field(name)
	switch {
	case section == nil:
		s.unknown = append(s.unknown, unknownSection{name, spanOf(d.Label), d.Pos().Offset()})
	case section.Type.Kind != lang.Map:
		s.decls = append(s.decls, staticDecl{declID{section: name}, d.Label, d.Value})
	default:
		s.section(name, d.Value)
	}
}

// section looks at the declarations of one section.
func (s *surveyor) section(section string, x ast.Expr) {
	lit, ok := x.(*ast.StructLit)
	if !ok {
		s.literal = false
		s.patterns[section] = true
		return
	}
	for _, e := range lit.Elts {
		switch e := e.(type) {
		case *ast.CommentGroup:
		case *ast.Comprehension:
			s.literal = false
			s.generates[section] = true
		case *ast.LetClause, *ast.Attribute:
			s.literal = false
		case *ast.Field:
			if e.Alias != nil || len(e.Attrs) > 0 {
				s.literal = false
			}
			label := e.Label
			if a, ok := label.(*ast.Alias); ok {
				s.literal = false
				label, _ = a.Expr.(ast.Label)
			}
			name, isIdent, err := ast.LabelName(label)
			_, pattern := label.(*ast.ListLit)
			switch {
			case pattern || e.Constraint != token.ILLEGAL || label == nil:
				s.literal = false
				s.patterns[section] = true
			case err != nil:
				s.literal = false
				s.generates[section] = true
			case isIdent && (strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#")):
				s.literal = false
			default:
				s.decls = append(s.decls, staticDecl{declID{section, name}, label, e.Value})
			}
		default:
			s.literal = false
			s.patterns[section] = true
		}
	}
}

// comprehension looks at what a comprehension at the top of a file may declare.
func (s *surveyor) comprehension(c *ast.Comprehension) {
	body, ok := c.Value.(*ast.StructLit)
	if !ok || c.Fallback != nil {
		s.every(s.patterns)
		return
	}
	for _, e := range body.Elts {
		f, ok := e.(*ast.Field)
		if !ok {
			if c, ok := e.(*ast.Comprehension); ok {
				s.comprehension(c)
				continue
			}
			if _, ok := e.(*ast.LetClause); ok {
				continue
			}
			s.every(s.patterns)
			continue
		}
		name, _, err := ast.LabelName(f.Label)
		section := s.platform.Field(name)
		if err != nil || section == nil || section.Type.Kind != lang.Map {
			s.every(s.patterns)
			continue
		}
		inner := surveyor{survey: survey{patterns: s.patterns, generates: s.generates}, platform: s.platform}
		inner.section(name, f.Value)
		s.generates[name] = true // also names that are static: they depend on the clauses
	}
}

// schemaImports returns the names under which the file imports the schema.
func schemaImports(f *ast.File) map[string]bool {
	out := map[string]bool{}
	for spec := range f.ImportSpecs() {
		p, err := literal.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		ip := ast.ParseImportPath(p)
		if ip.Path != cue.SchemaPath {
			continue
		}
		name := ip.Qualifier
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = true
	}
	return out
}

func isSchemaPlatform(x ast.Expr, schema map[string]bool) bool {
	sel, ok := x.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	name, _, err := ast.LabelName(sel.Sel)
	return ok && err == nil && schema[id.Name] && name == "#Platform"
}

// references lists every name the file uses that may be of the package's scope. A
// name that a nearer scope hides is listed too: that costs time, never soundness.
func references(f *ast.File) []reference {
	var out []reference
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportDecl, *ast.Package:
			return false
		case *ast.Field:
			if _, plain := n.Label.(*ast.Ident); !plain {
				ast.Walk(n.Label, visit, nil)
			}
			ast.Walk(n.Value, visit, nil)
			return false
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				name, _, err := ast.LabelName(n.Sel)
				if err != nil {
					name = ""
				}
				out = append(out, reference{root: id.Name, name: name})
				return false
			}
			ast.Walk(n.X, visit, nil)
			return false
		case *ast.IndexExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				ref := reference{root: id.Name}
				if lit, ok := n.Index.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					ref.name, _ = literal.Unquote(lit.Value)
				} else {
					ast.Walk(n.Index, visit, nil)
				}
				out = append(out, ref)
				return false
			}
		case *ast.Ident:
			out = append(out, reference{root: n.Name})
		}
		return true
	}
	for _, d := range f.Decls {
		ast.Walk(d, visit, nil)
	}
	return out
}
