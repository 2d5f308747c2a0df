package engine

import (
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// AnyType is the type of an argument that takes any: the function is resolved for the
// types that it is called with.
const AnyType = sqltype.AnyText

// scriptGroup is the group of functions whose bodies are no SQL.
const scriptGroup = "script"

// isTemplated reports whether the types of arguments come with the call.
func (f Function) isTemplated() bool {
	return slices.ContainsFunc(f.Arguments, func(c Column) bool { return c.Type == AnyType })
}

// makeFunction makes a scalar or aggregate function.
func (e *Engine) makeFunction(f Function) *gsql.Function {
	switch {
	case f.Language != "":
		return e.foreignFunction(f)
	case f.isTemplated():
		return e.templatedFunction(f)
	}
	w, statement := e.createFunction(f)
	signature := get(statement.(*gsql.ResolvedCreateFunctionStmt).Signature())
	mode := gsql.FunctionEnums_ModeAggregate
	if f.Kind == Scalar {
		mode = gsql.FunctionEnums_ModeScalar
	}
	result := get(gsql.NewFunctionArgumentType3(get(e.typ(f.Returns)), 1))
	full := get(gsql.NewFunctionSignature2(result, get(signature.Arguments()), 0, e.inlined(f, w)))
	return get(gsql.NewFunction2(strings.Split(f.Name, "."), routineGroup, mode, []*gsql.FunctionSignature{full}))
}

// foreignFunction makes a function in another language, of which only the signature
// is known.
func (e *Engine) foreignFunction(f Function) *gsql.Function {
	var arguments []*gsql.FunctionArgumentType
	for _, a := range f.Arguments {
		if a.Type == AnyType {
			arguments = append(arguments, get(gsql.NewFunctionArgumentType4(gsql.SignatureArgumentKindArgTypeArbitrary, 1)))
		} else {
			arguments = append(arguments, get(gsql.NewFunctionArgumentType3(get(e.typ(a.Type)), 1)))
		}
	}
	result := get(gsql.NewFunctionArgumentType3(get(e.typ(f.Returns)), 1))
	signature := get(gsql.NewFunctionSignature3(result, arguments, 0))
	mode := gsql.FunctionEnums_ModeScalar
	if f.Kind == Aggregate {
		mode = gsql.FunctionEnums_ModeAggregate
	}
	return get(gsql.NewFunction2(strings.Split(f.Name, "."), scriptGroup, mode, []*gsql.FunctionSignature{signature}))
}

// templatedFunction makes a function with a signature for each combination of types
// that its body can be resolved with. The library resolves such a function for a call
// by itself, but not with functions that are made here.
func (e *Engine) templatedFunction(f Function) *gsql.Function {
	var signatures []*gsql.FunctionSignature
	var first error
	for _, types := range combinations(f.Arguments) {
		concrete := f
		concrete.Arguments = slices.Clone(f.Arguments)
		for i, kind := range types {
			concrete.Arguments[i].Type = kind
		}
		var signature *gsql.FunctionSignature
		err := attempt(func() { signature = e.concreteSignature(concrete) })
		if err != nil && first == nil {
			first = err
		}
		if err == nil {
			signatures = append(signatures, signature)
			if len(signatures) == 1 { // for lineage, where a call is not expanded
				e.bodies[f.key()] = e.bodies[concrete.key()]
			}
		}
	}
	if len(signatures) == 0 {
		check(first)
	}
	mode := gsql.FunctionEnums_ModeScalar
	if f.Kind == Aggregate {
		mode = gsql.FunctionEnums_ModeAggregate
	}
	return get(gsql.NewFunction2(strings.Split(f.Name, "."), routineGroup, mode, signatures))
}

// concreteSignature resolves a function whose arguments have types.
func (e *Engine) concreteSignature(f Function) *gsql.FunctionSignature {
	w, statement := e.createFunction(f)
	created := statement.(*gsql.ResolvedCreateFunctionStmt)
	if f.Returns == "" {
		f.Returns = typeText(get(created.ReturnType()))
	}
	result := get(gsql.NewFunctionArgumentType3(get(e.typ(f.Returns)), 1))
	return get(gsql.NewFunctionSignature2(result, get(get(created.Signature()).Arguments()), 0, e.inlined(f, w)))
}

// inlined are the options of a signature that lets calls be expanded to the body.
func (e *Engine) inlined(f Function, w *wrapped) *gsql.FunctionSignatureOptions {
	options := get(gsql.NewFunctionSignatureOptions())
	if f.Kind != Scalar {
		return options
	}
	rewrite := get(gsql.NewFunctionSignatureRewriteOptions())
	get(rewrite.SetEnabled(true))
	get(rewrite.SetRewriter(gsql.ResolvedASTRewriteRewriteBuiltinFunctionInliner))
	get(rewrite.SetSql("CAST((" + w.text + "\n) AS " + f.Returns + ")"))
	get(rewrite.SetAllowTableReferences(true))
	get(rewrite.SetAllowedFunctionGroups([]string{routineGroup, scriptGroup}))
	get(options.SetRewriteOptions(rewrite))
	return options
}

// templateTypes are the types that templated arguments are tried with.
var templateTypes = []string{"INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "STRING", "BYTES", "BOOL", "DATE", "DATETIME", "TIMESTAMP", "TIME", "INTERVAL", "JSON", "GEOGRAPHY"}

// combinations are the types to try for the arguments: those of any type all alike,
// and every mixture of the numbers and of what stands beside a number most often.
func combinations(arguments []Column) [][]string {
	var templated []int
	base := make([]string, len(arguments))
	for i, a := range arguments {
		base[i] = a.Type
		if a.Type == AnyType {
			templated = append(templated, i)
		}
	}
	var out [][]string
	add := func(types []string) {
		if !slices.ContainsFunc(out, func(have []string) bool { return slices.Equal(have, types) }) {
			out = append(out, types)
		}
	}
	alike := slices.Clone(templateTypes)
	for _, kind := range templateTypes {
		alike = append(alike, "ARRAY<"+kind+">")
	}
	for _, kind := range alike {
		types := slices.Clone(base)
		for _, i := range templated {
			types[i] = kind
		}
		add(types)
	}
	mixed := alike
	switch {
	case len(templated) < 2 || len(templated) > 3:
		return out
	case len(templated) == 3:
		mixed = []string{"INT64", "FLOAT64", "NUMERIC", "STRING"}
	}
	var fill func(types []string, rest []int)
	fill = func(types []string, rest []int) {
		if len(rest) == 0 {
			add(slices.Clone(types))
			return
		}
		for _, kind := range mixed {
			types[rest[0]] = kind
			fill(types, rest[1:])
		}
	}
	if len(templated) == 2 {
		mixed = []string{"INT64", "FLOAT64", "NUMERIC", "STRING", "DATE", "TIMESTAMP", "JSON", "ARRAY<STRING>", "ARRAY<INT64>", "ARRAY<FLOAT64>"}
	}
	fill(slices.Clone(base), templated)
	return out
}

// analyzeTemplated checks the body of a function whose arguments take any type: it is
// to be sound for some types. The type of its result depends on the call.
func (e *Engine) analyzeTemplated(r Request) Result {
	f := Function{Name: "f", Kind: r.Kind, Arguments: r.Arguments, Returns: r.Returns, Body: r.Text, Refs: r.Parsed.Refs, Tables: r.Tables, Functions: r.Functions}
	if err := attempt(func() { e.templatedFunction(f) }); err == nil {
		return Result{Type: r.Returns}
	}
	text, paths := unquote(r.Text, r.Parsed.Refs)
	types := combinations(r.Arguments)[0]
	r.Arguments = slices.Clone(r.Arguments)
	for i, kind := range types {
		r.Arguments[i].Type = kind
	}
	w := &wrapped{text: text}
	w.wrapForAnalysis(r.Kind, r.Arguments, r.Returns)
	_, err := gsql.AnalyzeStatement(w.sql(), e.plain, e.catalog(r.Parsed.Refs, paths, r.Tables, r.Functions), e.types)
	if err == nil {
		return Result{Type: r.Returns}
	}
	p := w.problem(err)
	p.Notes = append(p.Notes, "this is for arguments of the types "+strings.Join(types, ", ")+"; no other types fit either")
	return Result{Problems: []Problem{*p}}
}
