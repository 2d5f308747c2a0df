package load

import (
	"fmt"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"

	"sluice/compiler/diag"
)

// place is the declaration that errors are about, for the words and places of
// diagnostics; nil for errors of files and packages.
type place struct {
	decl  *declaration
	exprs []ast.Expr // its value in the user's syntax
	value cue.Value
}

func (l *loader) syntaxErrors(err error) {
	for _, e := range errors.Errors(err) {
		l.diags = append(l.diags, rawError(diag.SyntaxError, e))
	}
}

func rawError(code diag.Code, e errors.Error) diag.Diagnostic {
	var out diag.List
	var at diag.Span
	for _, p := range errors.Positions(e) {
		if s, ok := userSpan(p); ok {
			at = s
			break
		}
	}
	format, args := e.Msg()
	out.Errorf(code, at, "%s", fmt.Sprintf(format, args...))
	return out[0]
}

func (l *loader) cueErrors(err error, at *place) diag.List {
	var out diag.List
	for _, e := range errors.Errors(err) {
		out = append(out, rawError(diag.EvaluationError, e))
	}
	return slices.Clip(out)
}
