package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
	"sluice/compiler/sql/lint"
	"sluice/compiler/sqltype"
)

// Analyze resolves one text. Mistakes in it are Result.Problems; the error is the
// library's, for this statement only.
func (e *Engine) Analyze(r Request) (res Result, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.evict()
	err = attempt(func() { res = e.analyze(r) })
	e.sweep.after()
	return res, err
}

func (e *Engine) analyze(r Request) Result {
	if problems := slices.Concat(undeclared(r), unknownViews(r), e.badSchemas(r)); len(problems) > 0 {
		return Result{Problems: problems}
	}
	e.useModels(r.Models)
	if r.Parsed.Script != nil {
		return e.analyzeScript(r)
	}
	if (r.Kind == Scalar || r.Kind == Aggregate) && (Function{Arguments: r.Arguments}).isTemplated() {
		return e.analyzeTemplated(r)
	}
	text, paths := unquote(r.Text, r.Parsed.Refs)
	w := &wrapped{text: text}
	w.wrapForAnalysis(r.Kind, r.Arguments, r.Returns)
	catalog := e.catalog(r.Parsed.Refs, paths, r.Tables, r.Functions)
	// Lineage is to be the same on every warehouse, so functions are expanded for all.
	inline := r.DuckDB || r.Lint == nil
	out, done, err := e.resolve(w.sql(), e.optionsFor(r, inline), catalog)
	defer done()
	if err != nil && inline && !r.DuckDB && len(r.Functions) > 0 {
		// What cannot be expanded can still be called.
		out, err = gsql.AnalyzeStatement(w.sql(), e.optionsFor(r, false), catalog, e.types)
	}
	if err != nil {
		p := w.problem(err)
		suggest(p, r)
		return Result{Problems: e.mistakes(*p, w, r, func(sql string) error {
			_, err := gsql.AnalyzeStatement(sql, e.optionsFor(r, false), catalog, e.types)
			return err
		})}
	}
	statement := get(out.ResolvedStatement())
	if r.Lint != nil {
		return Result{Findings: e.lint(w, statement, *r.Lint)}
	}
	var res Result
	switch s := statement.(type) {
	case *gsql.ResolvedQueryStmt:
		res.Columns = queryColumns(get(s.OutputColumnList()), get(s.IsValueTable()))
	case *gsql.ResolvedCreateTableFunctionStmt:
		for _, c := range get(s.OutputColumnList()) {
			res.Columns = append(res.Columns, outputColumn(c))
		}
	case *gsql.ResolvedCreateFunctionStmt:
		res.Type = typeText(get(s.ReturnType()))
	default:
		return Result{Problems: []Problem{{Code: diag.NotAQuery, Message: "this is not a query", Hint: "write a SELECT; sluice makes the statement that stores its rows"}}}
	}
	if r.Kind == Query || r.Kind == TableFn {
		res.Lineage = e.lineage(statement, r)
	}
	if r.DuckDB && r.Kind == Query && e.translator.Translate != nil {
		res.Rendered, res.Untranslated = e.translate(statement, r, w)
	}
	return res
}

// suggest names the column that an unknown one may be meant to be, where the library
// has no suggestion.
func suggest(p *Problem, r Request) {
	if p.Code != diag.UnknownSQLColumn || p.Hint != "" || p.Start < 0 {
		return
	}
	word := strings.Trim(r.Text[p.Start:p.End], "`")
	var names []string
	for _, t := range r.Tables {
		for _, c := range t.Columns {
			names = append(names, c.Name)
		}
	}
	if near := Nearest(word, names); near != "" {
		p.Hint = `did you mean "` + near + `"?`
	}
}

// undeclared reports every use of a parameter that nothing declares.
func undeclared(r Request) []Problem {
	declared := map[string]bool{}
	names := make([]string, 0, len(r.Parameters))
	for _, p := range r.Parameters {
		declared[p.Name] = true
		names = append(names, "@"+p.Name)
	}
	var problems []Problem
	for _, u := range r.Parsed.Parameters {
		switch {
		case u.Name == "":
			problems = append(problems, Problem{Code: diag.UndeclaredParameter, Start: u.Start, End: u.End,
				Message: "parameters have names here, not positions", Hint: "use " + strings.Join(names, ", ")})
		case !declared[u.Name]:
			problems = append(problems, Problem{Code: diag.UndeclaredParameter, Start: u.Start, End: u.End,
				Message: fmt.Sprintf("parameter %q is not declared", "@"+u.Name),
				Hint:    fmt.Sprintf("declare it under variable, or use one of %s", strings.Join(names, ", "))})
		}
	}
	return problems
}

// wrapForAnalysis makes a statement of the text that declares a function's
// arguments.
func (w *wrapped) wrapForAnalysis(kind Kind, arguments []Column, declared string) {
	var texts []string
	for _, a := range arguments {
		texts = append(texts, sqltype.QuoteName(a.Name)+" "+a.Type)
	}
	list := "(" + strings.Join(texts, ", ") + ")"
	returns := ""
	if declared != "" {
		returns = " RETURNS " + declared
	}
	switch kind {
	case Scalar:
		w.prefix, w.suffix = "CREATE TEMP FUNCTION f"+list+returns+" AS (", "\n)"
	case Aggregate:
		w.prefix, w.suffix = "CREATE TEMP AGGREGATE FUNCTION f"+list+returns+" AS (", "\n)"
	case TableFn:
		w.prefix = "CREATE TEMP TABLE FUNCTION f" + list + " AS "
	case Condition:
		w.prefix, w.suffix = "SELECT (", "\n)"
	}
}

// optionsFor finds or makes the options for the declared parameters.
func (e *Engine) optionsFor(r Request, inline bool) *gsql.AnalyzerOptions {
	key := columnsKey(r.Parameters)
	if inline {
		key += "\x00inline"
	}
	if o := e.options[key]; o != nil {
		return o
	}
	o := e.analyzerOptions(inline)
	for _, p := range r.Parameters {
		check(o.AddQueryParameter(p.Name, get(e.typ(p.Type))))
	}
	e.declareSystemVariables(o)
	e.options[key] = o
	return o
}

// queryColumns are the columns of a query. A value table of structs (SELECT AS STRUCT)
// has a column for each field.
func queryColumns(list []*gsql.ResolvedOutputColumn, valueTable bool) []Column {
	var columns []Column
	if valueTable && len(list) == 1 {
		if t := get(get(list[0].Column()).Type()); get(t.IsStruct()) {
			fields := get(t.AsStruct())
			for i := range get(fields.NumFields()) {
				f := get(fields.Field(i))
				columns = append(columns, Column{Name: f.Name, Type: typeText(f.Type_)})
			}
			return columns
		}
	}
	for _, c := range list {
		columns = append(columns, outputColumn(c))
	}
	return columns
}

// outputColumn is one column of a result. Names that the library made up are empty.
func outputColumn(c *gsql.ResolvedOutputColumn) Column {
	name := get(c.Name())
	if strings.HasPrefix(name, "$") {
		name = ""
	}
	return Column{Name: name, Type: typeText(get(get(c.Column()).Type()))}
}

// typeText is a type's canonical text. An anonymous or odd type that sqltype cannot
// hold is the library's text as it is.
func typeText(t gsql.Googlesql_TypeNode) string {
	named, ok := t.(interface {
		TypeName(gsql.ProductMode) (string, error)
	})
	if !ok {
		panic(libraryError{errors.New("a result has a type without a name")})
	}
	text := get(named.TypeName(gsql.ProductModeProductExternal))
	if parsed, err := sqltype.Parse(text); err == nil {
		return parsed.String()
	}
	return text
}

// translate renders for the embedded warehouse.
func (e *Engine) translate(statement gsql.ResolvedStatementNode, r Request, w *wrapped) (string, []Problem) {
	if refused := viewsRefused(r); len(refused) > 0 {
		return "", refused
	}
	physical := map[string]string{}
	addPhysical(physical, r.Tables, r.Functions)
	columns := map[string][]string{}
	addReadable(columns, map[string]Function{}, r.Tables, r.Functions)
	text, problems := e.translator.Translate(statement, TranslateOptions{
		Table:    func(name string) string { return physical[name] },
		Columns:  func(name string) []string { return columns[name] },
		TimeZone: r.TimeZone, Source: w.sql(),
	})
	for i := range problems {
		if problems[i].Start >= 0 {
			problems[i].Start = w.back(problems[i].Start)
		}
	}
	return text, problems
}

// lint judges a statement by its parsed and its resolved form.
func (e *Engine) lint(w *wrapped, statement gsql.ResolvedStatementNode, facts lint.Facts) []Problem {
	parsed := get(gsql.ParseStatement(w.sql(), e.parser))
	var out []Problem
	for _, f := range lint.Statement(w.sql(), get(parsed.Statement()), statement, facts) {
		p := Problem{Code: f.Code, Message: f.Message, Hint: f.Hint, Start: w.back(f.Start), End: w.back(f.End)}
		for _, e := range f.Edits {
			p.Edits = append(p.Edits, lint.Edit{Start: w.back(e.Start), End: w.back(e.End), Text: e.Text})
		}
		out = append(out, p)
	}
	return out
}

// addPhysical adds the warehouse's text of every table by its name in the catalogue.
func addPhysical(to map[string]string, tables []Table, functions []Function) {
	for _, t := range tables {
		to[t.Catalog] = t.Physical
	}
	for _, f := range functions {
		addPhysical(to, f.Tables, f.Functions)
	}
}
