package load

import (
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sluice/compiler/load/lang"
	"sluice/cue"
)

// leanSource rewrites a file of the schema into one that is cheaper to evaluate: a
// field with a default becomes optional, for the loader fills defaults in itself,
// and a choice of strings becomes a pattern. What is valid and complete under it
// has the same value under the schema, as long as no expression of the user's looks
// at which fields there are (see isPlain).
func leanSource(name string, src []byte) ([]byte, error) {
	f, err := parser.ParseFile(name, src)
	if err != nil {
		return nil, err
	}
	ast.Walk(f, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		branches, hasDefault := branchesOf(field.Value)
		if len(branches) == 0 {
			return true
		}
		if pattern, ok := choice(branches); ok {
			field.Value = &ast.UnaryExpr{Op: token.MAT, X: &ast.BasicLit{Kind: token.STRING, Value: literal.String.Quote(pattern)}}
		} else {
			x := branches[0]
			for _, b := range branches[1:] {
				x = &ast.BinaryExpr{X: x, Op: token.OR, Y: b}
			}
			field.Value = x
		}
		if hasDefault {
			field.Constraint = token.OPTION
		}
		return false
	}, nil)
	return format.Node(f)
}

// branchesOf takes a disjunction apart; the default is left out.
func branchesOf(x ast.Expr) (out []ast.Expr, hasDefault bool) {
	b, ok := x.(*ast.BinaryExpr)
	if !ok || b.Op != token.OR {
		return nil, false
	}
	for _, side := range []ast.Expr{b.X, b.Y} {
		if u, ok := side.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			hasDefault = true
			continue
		}
		inner, d := branchesOf(side)
		if inner == nil {
			inner = []ast.Expr{side}
		}
		out = append(out, inner...)
		hasDefault = hasDefault || d
	}
	return out, hasDefault
}

// choice is the pattern that matches the given string literals and nothing else.
func choice(branches []ast.Expr) (string, bool) {
	var words []string
	for _, b := range branches {
		lit, ok := b.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := literal.Unquote(lit.Value)
		if err != nil {
			return "", false
		}
		words = append(words, regexp.QuoteMeta(s))
	}
	return `\A(?:` + strings.Join(words, "|") + `)\z`, true
}

// isPlain reports whether a file's expressions look only at values, never at which
// fields a struct has, and use nothing of the schema but its embedding: what is
// evaluated under the lean schema then means the same.
//
// Whoever asks for a default that the lean schema does not have gets an error, and
// the group is evaluated with the schema itself. What must be excluded here is what
// would go unnoticed: tests for presence (_|_), iteration over structs that the
// schema adds to, and functions that look at whole structs.
func isPlain(f *ast.File, refs []reference, platform *lang.Type) bool {
	schema := schemaImports(f)
	for _, r := range refs {
		if platform.Field(r.root) != nil && !scalarOfPlatform(platform, r) {
			return false
		}
		if schema[r.root] && r.name != "#Platform" {
			return false
		}
	}
	top := map[ast.Node]bool{} // what names of the package's scope stand for in this file
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Field:
			top[d], top[d.Value] = true, true
		case *ast.Attribute: // may switch experiments on
			return false
		}
	}
	for _, p := range importsOf(f) {
		if !isStandard(p) && ast.ParseImportPath(p).Path != cue.SchemaPath {
			return false
		}
	}
	plain := true
	ast.Walk(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BottomLit:
			plain = false
		case *ast.ForClause:
			plain = plain && plainSource(n.Source, top)
		case *ast.CallExpr:
			plain = plain && slices.Contains([]string{"strings", "strconv", "regexp", "math"}, packageOf(n.Fun))
		}
		return plain
	}, nil)
	return plain
}

// scalarOfPlatform reports a reference to a text of the section platform, such as
// platform.name.
func scalarOfPlatform(platform *lang.Type, r reference) bool {
	if r.root != "platform" {
		return false
	}
	f := platform.Field("platform").Type.Field(r.name)
	return f != nil && f.Type.Kind == lang.String
}

// packageOf is the package whose function is called; empty for others.
func packageOf(fun ast.Expr) string {
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		if id, ok := sel.X.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}

// plainSource reports what may be iterated over: a list written on the spot, or a
// hidden field or definition of the package, which the schema adds nothing to. A
// let, an alias or a hidden field inside a declaration may stand for a struct that
// it adds to.
func plainSource(x ast.Expr, top map[ast.Node]bool) bool {
	switch x := x.(type) {
	case *ast.ListLit:
		return true
	case *ast.Ident:
		return (strings.HasPrefix(x.Name, "_") || strings.HasPrefix(x.Name, "#")) && (x.Node == nil || top[x.Node])
	}
	return false
}
