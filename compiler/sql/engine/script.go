package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
	"sluice/runtime/plan"
)

// Script is a text of several statements of which the last is a query, whose rows are
// the text's.
type Script struct {
	QueryStart int `json:"query_start"` // of the last statement, a byte offset
	QueryEnd   int `json:"query_end"`
	// Reach is how far the statements before the query go.
	Reach ScriptReach `json:"reach"`
}

// ScriptReach says what the embedded warehouse would need to run a script.
type ScriptReach string

const (
	// FunctionsOnly: nothing but temporary functions stands before the query.
	FunctionsOnly ScriptReach = "functions"
	// Procedural: variables, temporary tables, conditions, loops.
	Procedural ScriptReach = "procedural"
)

// scriptErrors has mistakes in scripts carry a place.
var scriptErrors = gsql.ErrorMessageOptions{Mode: gsql.ErrorMessageModeErrorMessageOneLine, Stability: gsql.ErrorMessageStabilityProduction}

// scriptWords begin statements that can only stand in a script here.
var scriptWords = []string{"CREATE", "DECLARE", "SET", "BEGIN", "IF", "LOOP", "WHILE", "REPEAT", "FOR", "ASSERT", "CALL", "EXECUTE", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "DROP"}

// parseScript reads a text of several statements. It reports false where the text is
// no script, or one without variables, functions and tables of its own: then it is
// looked at as one statement.
func (e *Engine) parseScript(text string) (Parsed, bool) {
	word := strings.ToUpper(text[slices.Max([]int{0, firstWord.FindStringSubmatchIndex(text)[2]}):firstWord.FindStringSubmatchIndex(text)[3]])
	if !slices.Contains(scriptWords, word) || !strings.Contains(text, ";") {
		return Parsed{}, false
	}
	w := &wrapped{text: text}
	out, err := gsql.ParseScript(text, e.parser, &scriptErrors)
	if err != nil {
		return Parsed{Problem: w.problem(err), Refs: guessRefs(text)}, true
	}
	list := get(get(out.Script()).StatementListNode())
	count := get(list.NumChildren())
	if count < 2 {
		return Parsed{}, false
	}
	last := get(list.Child(count - 1))
	query, is := last.(*gsql.ASTQueryStatement)
	if !is {
		start, end := span(last)
		return Parsed{Refs: guessRefs(text), Problem: &Problem{Code: diag.NotAQuery, Start: start, End: min(end, start+wordLen(text[start:])),
			Message: "the last statement of a script is to be the query that gives the rows",
			Hint:    "end with a SELECT; sluice makes the statement that stores its rows (materialization, incremental)"}}, true
	}
	v := &visitor{script: &Script{Reach: FunctionsOnly}}
	v.visit(list, &scope{})
	v.items(get(query.Query()))
	v.script.QueryStart, v.script.QueryEnd = span(last)
	v.parsed.Script = v.script
	return v.parsed, true
}

// scriptStatement visits what only scripts have. It reports whether the node was one
// of those.
func (v *visitor) scriptStatement(n gsql.ASTNode, s *scope) bool {
	if v.script == nil {
		return false
	}
	switch n := n.(type) {
	case *gsql.ASTCreateTableStatement:
		v.script.Reach = Procedural
		v.children(n, s)
		v.creates(n, get(n.Name()), get(n.IsTemp()), s)
	case *gsql.ASTCreateFunctionStatement:
		// The body and the types; the name is the script's own.
		v.children(n, s)
		if declared := get(n.FunctionDeclaration()); !get(n.IsTemp()) {
			v.creates(n, get(declared.Name()), false, s)
		} else if get(n.IsAggregate()) {
			v.script.Reach = Procedural
		}
	case *gsql.ASTInsertStatement, *gsql.ASTUpdateStatement, *gsql.ASTDeleteStatement, *gsql.ASTMergeStatement, *gsql.ASTTruncateStatement:
		v.script.Reach = Procedural
		if path, is := get(n.Child(0)).(*gsql.ASTPathExpression); is {
			v.creates(n, path, len(identifiers(path)) == 1 && s.isEntry(identifiers(path)[0]), s)
		}
		v.alias(n, s)
		v.children(n, s)
	case *gsql.ASTExecuteImmediateStatement, *gsql.ASTCallStatement:
		v.script.Reach = Procedural
		start, end := span(n)
		v.refuse(diag.DynamicSQL, start, end, "what this statement does is known when it runs only", "write the statement itself; or declare columns and set analysis: \"baseline\" with a reason")
		v.children(n, s)
	case *gsql.ASTQueryStatement:
		v.children(n, s)
	case gsql.ASTStatementNode:
		v.script.Reach = Procedural
		v.children(n, s)
	default:
		return false
	}
	return true
}

// creates notes a table or function that the script makes or changes. Only its own
// temporary ones may be: what a script does to others would be known to nobody.
func (v *visitor) creates(n gsql.ASTNode, name *gsql.ASTPathExpression, temporary bool, s *scope) {
	parts := identifiers(name)
	if temporary {
		s.addEntry(parts[len(parts)-1])
		return
	}
	start, end := span(name)
	v.refuse(diag.ScriptWrites, start, end, fmt.Sprintf("the script writes %s, of which sluice would not know", strings.Join(parts, ".")),
		"make it a table of its own that this one reads, or a temporary one (CREATE TEMP TABLE)")
}

// refuse notes the first statement that a script may not have.
func (v *visitor) refuse(code diag.Code, start, end int, message, hint string) {
	if v.parsed.Problem == nil {
		v.parsed.Problem = &Problem{Code: code, Start: start, End: end, Message: message, Hint: hint}
	}
}

// environment is what the statements of a script have made so far.
type environment struct {
	e        *Engine
	r        Request
	text     string // with references as the catalogue has them
	catalog  gsql.CatalogNode
	made     *gsql.SimpleCatalog
	names    map[string]bool   // in made, in lower case
	types    map[string]string // of variables, by name in lower case
	options  *gsql.AnalyzerOptions
	flow     *scriptFlow
	keep     []any
	problems []Problem
	stop     bool // a definition failed: what follows would only repeat it
}

// analyzeScript resolves a script statement by statement. The result is that of its
// last statement.
func (e *Engine) analyzeScript(r Request) Result {
	if r.Lint != nil {
		return Result{} // the rules look at one statement
	}
	text, paths := unquote(r.Text, r.Parsed.Refs)
	out, err := gsql.ParseScript(text, e.parser, &scriptErrors)
	if err != nil {
		return Result{Problems: []Problem{*(&wrapped{text: text}).problem(err)}}
	}
	env := &environment{e: e, r: r, text: text, flow: newScriptFlow(), names: map[string]bool{}, types: map[string]string{}, made: get(gsql.NewSimpleCatalog("script", e.types)), options: e.optionsFor(r, false)}
	env.catalog = get(gsql.NewMultiCatalogCreate("root", []gsql.CatalogNode{env.made, e.catalog(r.Parsed.Refs, paths, r.Tables, r.Functions)}))
	list := get(get(out.Script()).StatementListNode())
	count := get(list.NumChildren())
	for i := int32(0); i < count-1 && !env.stop; i++ {
		env.statement(get(list.Child(i)))
	}
	if env.stop {
		return Result{Problems: env.problems}
	}
	env.options = e.optionsFor(r, true) // functions are expanded, as in a query alone
	res := env.query(get(list.Child(count - 1)))
	if len(env.problems) > 0 {
		return Result{Problems: append(env.problems, res.Problems...)}
	}
	return res
}

// query resolves the last statement.
func (env *environment) query(n gsql.ASTNode) Result {
	w := env.at(n, "")
	statement, problems := env.resolve(w)
	if len(problems) > 0 && !env.r.DuckDB {
		env.options = env.e.optionsFor(env.r, false) // what cannot be expanded can still be called
		statement, problems = env.resolve(w)
	}
	if len(problems) > 0 {
		return Result{Problems: problems}
	}
	query, is := statement.(*gsql.ResolvedQueryStmt)
	if !is {
		return Result{Problems: []Problem{{Code: diag.NotAQuery, Message: "the last statement is not a query"}}}
	}
	res := Result{Columns: queryColumns(get(query.OutputColumnList()), get(query.IsValueTable()))}
	if res.Lineage = env.flowOf(statement); res.Lineage != nil {
		env.flow.query(res.Lineage, env.r.Text[:env.r.Parsed.Script.QueryStart])
	}
	if env.r.DuckDB && env.e.translator.Translate != nil {
		if env.r.Parsed.Script.Reach == Procedural {
			res.Untranslated = []Problem{{Code: diag.UntranslatableSQL, Start: 0, Message: "a script with variables or tables of its own runs on BigQuery only",
				Hint: "say it in one query: WITH entries for temporary tables, parameters (variable) for variables"}}
		} else {
			res.Rendered, res.Untranslated = env.e.translate(statement, env.r, w)
		}
	}
	return res
}

// at is the text of a node as a statement of its own, at the place where it stands.
func (env *environment) at(n gsql.ASTNode, prefix string) *wrapped {
	start, end := span(n)
	blank := strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' || c == '\t' {
			return c
		}
		return ' '
	}, env.text[:start])
	// A character of several bytes must not move what stands behind it.
	blank += strings.Repeat(" ", max(0, start-len(blank)))
	return &wrapped{prefix: prefix, text: blank + env.text[start:end]}
}

// resolve resolves a text in the environment.
func (env *environment) resolve(w *wrapped) (gsql.ResolvedStatementNode, []Problem) {
	out, err := gsql.AnalyzeStatement(w.sql(), env.options, env.catalog, env.e.types)
	if err != nil {
		p := w.problem(err)
		suggest(p, env.r)
		return nil, env.e.mistakes(*p, w, env.r, func(sql string) error {
			_, err := gsql.AnalyzeStatement(sql, env.options, env.catalog, env.e.types)
			return err
		})
	}
	env.keep = append(env.keep, out)
	return get(out.ResolvedStatement()), nil
}

// report resolves a text and notes what is wrong with it.
func (env *environment) report(w *wrapped) gsql.ResolvedStatementNode {
	statement, problems := env.resolve(w)
	env.problems = append(env.problems, problems...)
	return statement
}

// expression gives the type of an expression, and where its value comes from; the type
// is empty where it has a mistake.
func (env *environment) expression(n gsql.ASTNode) (string, *plan.Lineage) {
	query, is := env.report(env.at(n, "SELECT ")).(*gsql.ResolvedQueryStmt)
	if !is {
		return "", nil
	}
	return typeText(get(get(get(query.OutputColumnList2(0)).Column()).Type())), env.flowOf(query)
}

// condition resolves an expression that decides which statements run.
func (env *environment) condition(n gsql.ASTNode) {
	_, from := env.expression(n)
	env.flow.condition(from)
}

// statement resolves one statement and takes over what it makes.
func (env *environment) statement(n gsql.ASTNode) {
	switch n := n.(type) {
	case *gsql.ASTVariableDeclaration:
		env.declare(n)
	case *gsql.ASTSingleAssignment:
		env.assign(get(n.Variable()), get(n.Expression()))
	case *gsql.ASTAssignmentFromStruct:
		_, from := env.expression(get(n.StructExpression()))
		for _, name := range identifiersOf(get(n.Variables())) {
			env.flow.variable(name, from)
		}
	case *gsql.ASTSystemVariableAssignment:
		env.condition(get(n.Expression()))
	case *gsql.ASTCreateFunctionStatement:
		env.function(n)
	case *gsql.ASTCreateTableStatement:
		env.table(n)
	case *gsql.ASTForInStatement:
		env.loop(n)
	case *gsql.ASTQueryStatement, *gsql.ASTInsertStatement, *gsql.ASTUpdateStatement, *gsql.ASTDeleteStatement, *gsql.ASTMergeStatement, *gsql.ASTTruncateStatement, *gsql.ASTAssertStatement:
		env.change(env.report(env.at(n, "")))
	case *gsql.ASTStatementList:
		env.inner(n)
	case gsql.ASTExpressionNode:
		env.condition(n)
	default:
		env.inner(n)
	}
}

// inner resolves what stands below a node: conditions and lists of statements.
func (env *environment) inner(n gsql.ASTNode) {
	for i, count := int32(0), get(n.NumChildren()); i < count && !env.stop; i++ {
		switch c := get(n.Child(i)).(type) {
		case *gsql.ASTIdentifier, *gsql.ASTLabel, *gsql.ASTPathExpression, *gsql.ASTDropStatement:
		default:
			env.statement(c)
		}
	}
}

// declare declares variables.
func (env *environment) declare(n *gsql.ASTVariableDeclaration) {
	kind := ""
	var from *plan.Lineage
	if t, err := n.Type(); err == nil && t != nil {
		start, end := span(t)
		kind = env.text[start:end]
		if problem := env.badType(t, kind); problem != nil {
			env.problems, env.stop = append(env.problems, *problem), true
			return
		}
	}
	if v, err := n.DefaultValue(); err == nil && v != nil {
		before := len(env.problems)
		var found string
		found, from = env.expression(v)
		switch {
		case kind == "":
			kind = found
		case len(env.problems) == before:
			env.fits(v, kind, found)
		}
	}
	if kind == "" {
		env.stop = true
		return
	}
	for _, name := range identifiersOf(get(n.VariableList())) {
		env.variable(name, kind)
		env.flow.variable(name, from)
	}
}

func identifiersOf(list *gsql.ASTIdentifierList) []string {
	var out []string
	for i, count := int32(0), get(list.NumChildren()); i < count; i++ {
		out = append(out, get(get(list.IdentifierList(i)).GetAsString()))
	}
	return out
}

// assign checks what a variable is set to.
func (env *environment) assign(variable *gsql.ASTIdentifier, value gsql.ASTNode) {
	before := len(env.problems)
	found, from := env.expression(value)
	name := get(variable.GetAsString())
	env.flow.variable(name, from)
	kind, declared := env.types[strings.ToLower(name)]
	start, end := span(variable)
	switch {
	case len(env.problems) > before:
	case !declared:
		env.problems = append(env.problems, Problem{Code: diag.InvalidSQL, Start: start, End: end,
			Message: "the variable " + name + " is not declared", Hint: "declare it first: DECLARE " + name + " " + found})
	default:
		env.fits(value, kind, found)
	}
}

// fits checks that a value can be stored in a variable of a type: that it is coerced
// to the type without a cast.
func (env *environment) fits(value gsql.ASTNode, kind, found string) {
	w := env.at(value, "SELECT IF(TRUE, CAST(NULL AS "+kind+"), (")
	w.suffix = "\n)) AS x, CAST(NULL AS " + kind + ") AS y"
	statement, problems := env.resolve(w)
	if query, is := statement.(*gsql.ResolvedQueryStmt); is && len(problems) == 0 {
		columns := queryColumns(get(query.OutputColumnList()), false)
		if columns[0].Type == columns[1].Type {
			return
		}
	}
	start, end := span(value)
	env.problems = append(env.problems, Problem{Code: diag.SQLTypeMismatch, Start: start, End: end,
		Message: "a variable of the type " + kind + " cannot hold " + found, Hint: "cast it with CAST or SAFE_CAST, or declare the variable as " + found})
}

// badType is what is wrong with a type.
func (env *environment) badType(n gsql.ASTNode, kind string) *Problem {
	if _, err := gsql.AnalyzeType(kind, env.e.plain, env.e.builtins, env.e.types); err != nil {
		p := (&wrapped{text: kind}).problem(err)
		p.Start, p.End = span(n)
		return p
	}
	return nil
}

// variable makes a name that expressions can use: a constant of its type, of whose
// value nothing is known.
func (env *environment) variable(name, kind string) {
	query, is := env.report(&wrapped{text: "SELECT CAST(NULL AS " + kind + ") AS x"}).(*gsql.ResolvedQueryStmt)
	if !is {
		env.stop = true
		return
	}
	value := nullIn(query)
	if value == nil {
		check(errors.New("a variable of the type " + kind + " cannot be made"))
	}
	constant := get(gsql.NewSimpleConstantCreate([]string{name}, value))
	env.keep = append(env.keep, constant, value)
	env.types[strings.ToLower(name)] = kind
	env.fresh(name)
	check(env.made.AddConstant2(name, constant))
}

// nullIn is the first literal below a node.
func nullIn(n gsql.ResolvedNode) *gsql.Value {
	if l, is := n.(*gsql.ResolvedLiteral); is {
		return get(l.Value())
	}
	for _, child := range get(n.GetChildNodes()) {
		if v := nullIn(child); v != nil {
			return v
		}
	}
	return nil
}

// function makes a temporary function.
func (env *environment) function(n *gsql.ASTCreateFunctionStatement) {
	w := env.at(n, "")
	created, is := env.report(w).(*gsql.ResolvedCreateFunctionStmt)
	if !is {
		env.stop = true
		return
	}
	path := get(created.NamePath())
	signature := get(created.Signature())
	f := Function{Name: strings.Join(path, "."), Kind: Scalar, Body: get(created.Code())}
	if get(created.IsAggregate()) {
		f.Kind = Aggregate
	}
	if language := get(created.Language()); !strings.EqualFold(language, "SQL") {
		f.Language = strings.ToLower(language)
	}
	names := get(created.ArgumentNameList())
	for i, a := range get(signature.Arguments()) {
		kind := AnyType
		if !get(a.IsTemplated()) {
			kind = typeText(get(a.Type()))
		}
		f.Arguments = append(f.Arguments, Column{Name: names[i], Type: kind})
	}
	var made *gsql.Function
	switch {
	case f.Language == "" && f.isTemplated():
		if err := attempt(func() { made = env.e.templatedFunction(f) }); err != nil {
			start, end := span(n)
			env.problems = append(env.problems, Problem{Code: diag.InvalidSQL, Start: start, End: end, Message: "the function " + f.Name + " cannot be resolved for any type: " + err.Error()})
			env.stop = true
			return
		}
		env.flow.bodies[f.Name] = env.e.bodies[f.key()]
	case f.Language != "":
		f.Returns = typeText(get(created.ReturnType()))
		made = env.e.foreignFunction(f)
	default:
		env.flow.bodies[f.Name] = created
		f.Returns = typeText(get(created.ReturnType()))
		mode := gsql.FunctionEnums_ModeScalar
		if f.Kind == Aggregate {
			mode = gsql.FunctionEnums_ModeAggregate
		}
		result := get(gsql.NewFunctionArgumentType3(get(env.e.typ(f.Returns)), 1))
		full := get(gsql.NewFunctionSignature2(result, get(signature.Arguments()), 0, env.e.inlined(f, &wrapped{text: f.Body})))
		made = get(gsql.NewFunction2(path, routineGroup, mode, []*gsql.FunctionSignature{full}))
	}
	env.keep = append(env.keep, made)
	env.fresh(path[len(path)-1])
	check(env.made.AddFunction2(path[len(path)-1], made))
}

// table makes a temporary table.
func (env *environment) table(n *gsql.ASTCreateTableStatement) {
	var columns []Column
	var from *plan.Lineage
	switch created := env.report(env.at(n, "")).(type) {
	case *gsql.ResolvedCreateTableAsSelectStmt:
		from = env.flowOf(created)
		for _, c := range get(created.ColumnDefinitionList()) {
			columns = append(columns, Column{Name: get(c.Name()), Type: typeText(get(c.Type()))})
		}
	case *gsql.ResolvedCreateTableStmt:
		for _, c := range get(created.ColumnDefinitionList()) {
			columns = append(columns, Column{Name: get(c.Name()), Type: typeText(get(c.Type()))})
		}
	default:
		env.stop = true
		return
	}
	parts := identifiers(get(n.Name()))
	name := parts[len(parts)-1]
	made := env.e.table(Table{Name: name, Catalog: scriptTable(name), Columns: columns})
	env.flow.columns(scriptTable(name), from)
	env.fresh(name)
	check(env.made.AddTable2(name, made))
}

// fresh makes room for a name: a catalogue takes a name once, so what had it before
// is hidden by a new one.
func (env *environment) fresh(name string) {
	key := strings.ToLower(name)
	if env.names[key] {
		newer := get(gsql.NewSimpleCatalog("script", env.e.types))
		env.catalog = get(gsql.NewMultiCatalogCreate("root", []gsql.CatalogNode{newer, env.catalog}))
		env.made, env.names = newer, map[string]bool{}
	}
	env.names[key] = true
}

// loop resolves FOR … IN: the variable holds a row of the query.
func (env *environment) loop(n *gsql.ASTForInStatement) {
	query, is := env.report(env.at(get(n.Query()), "")).(*gsql.ResolvedQueryStmt)
	if !is {
		env.stop = true
		return
	}
	name, from := get(get(n.Variable()).GetAsString()), env.flowOf(query)
	env.flow.variable(name, from)
	env.flow.about = append(env.flow.about, from.Rows...)
	env.variable(name, structOf(queryColumns(get(query.OutputColumnList()), get(query.IsValueTable()))))
	for i, count := int32(0), get(n.NumChildren()); i < count && !env.stop; i++ {
		if list, is := get(n.Child(i)).(*gsql.ASTStatementList); is {
			env.inner(list)
		}
	}
}
