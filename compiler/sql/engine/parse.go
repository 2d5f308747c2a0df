package engine

import (
	"regexp"
	"strconv"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/diag"
	"sluice/compiler/sqltype"
)

// Parse reads a text without a catalogue. A text that does not parse has Problem
// set, and the references that its words suggest. The error is the library's.
func (e *Engine) Parse(text string, kind Kind) (p Parsed, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	err = attempt(func() { p = e.parse(text, kind) })
	e.sweep.after()
	return p, err
}

func (e *Engine) parse(text string, kind Kind) Parsed {
	if kind == With {
		return e.withEntries(text)
	}
	if kind == Query {
		if p, is := e.parseScript(text); is {
			return p
		}
	}
	if problem := wrongStatement(text, kind); problem != nil {
		return Parsed{Problem: problem, Refs: guessRefs(text)}
	}
	w := &wrapped{text: text}
	w.wrapForParsing(kind)
	out, err := gsql.ParseStatement(w.sql(), e.parser)
	if err != nil {
		return Parsed{Problem: w.problem(err), Refs: guessRefs(text)}
	}
	if kind == Query {
		e.trees.keep(text, out)
	}
	statement := get(out.Statement())
	v := &visitor{loud: loudPlaces(w.sql())}
	v.visit(statement, &scope{})
	if query, ok := statement.(*gsql.ASTQueryStatement); ok {
		v.items(get(query.Query()))
	} else if kind == Query {
		return Parsed{Problem: &Problem{Code: diag.NotAQuery, Message: "this is not a query", Hint: "write a SELECT; sluice makes the statement that stores its rows"}}
	}
	p := v.parsed
	for i := range p.Refs {
		p.Refs[i].Start, p.Refs[i].End = w.back(p.Refs[i].Start), w.back(p.Refs[i].End)
	}
	for i := range p.Parameters {
		p.Parameters[i].Start, p.Parameters[i].End = w.back(p.Parameters[i].Start), w.back(p.Parameters[i].End)
	}
	return p
}

// firstWord finds a statement's first word behind white space and comments.
var firstWord = regexp.MustCompile(`^(?:\s+|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|/\*(?s:.*?)\*/)*([A-Za-z]*)`)

// wrongStatement refuses early what the grammar would only stumble over.
func wrongStatement(text string, kind Kind) *Problem {
	m := firstWord.FindStringSubmatchIndex(text)
	word := strings.ToUpper(text[m[2]:m[3]])
	if word == "" && m[1] == len(text) {
		return &Problem{Code: diag.SQLSyntax, Message: "there is no SQL here", Start: max(0, m[2])}
	}
	if kind != Query && kind != TableFn {
		return nil
	}
	switch word {
	case "CREATE", "INSERT", "MERGE", "UPDATE", "DELETE", "DROP", "ALTER", "DECLARE", "BEGIN", "SET", "TRUNCATE", "EXPORT", "CALL", "EXECUTE":
		return &Problem{Code: diag.NotAQuery, Start: m[2], End: m[3], Message: "expected a query, found " + word,
			Hint: "write the query alone; sluice makes the statement that stores its rows (materialization, incremental)"}
	}
	return nil
}

// scope holds the names that hide tables: WITH entries and range variables.
type scope struct {
	outer   *scope
	entries map[string]bool // of WITH, lower case
	aliases map[string]bool // of FROM, lower case
}

func (s *scope) inner() *scope { return &scope{outer: s} }

func (s *scope) addEntry(name string) {
	if s.entries == nil {
		s.entries = map[string]bool{}
	}
	s.entries[strings.ToLower(name)] = true
}

func (s *scope) addAlias(name string) {
	if s.aliases == nil {
		s.aliases = map[string]bool{}
	}
	s.aliases[strings.ToLower(name)] = true
}

func (s *scope) isEntry(name string) bool {
	for ; s != nil; s = s.outer {
		if s.entries[strings.ToLower(name)] {
			return true
		}
	}
	return false
}

func (s *scope) isAlias(name string) bool {
	for ; s != nil; s = s.outer {
		if s.aliases[strings.ToLower(name)] {
			return true
		}
	}
	return false
}

// visitor collects what a parse tree names.
type visitor struct {
	parsed  Parsed
	script  *Script // of a script
	schemas int     // that calls of AI.GENERATE ask for
	loud    []int   // where the text may name something; see loudPlaces. Nil visits all
}

func (v *visitor) visit(n gsql.ASTNode, s *scope) {
	if v.scriptStatement(n, s) {
		return
	}
	switch n := n.(type) {
	case *gsql.ASTSelectList, *gsql.ASTWhereClause, *gsql.ASTGroupBy, *gsql.ASTHaving, *gsql.ASTQualify, *gsql.ASTOnClause, *gsql.ASTUsingClause, *gsql.ASTOrderBy:
		if !v.isQuiet(n) {
			v.children(n, s)
		}
	case *gsql.ASTQuery:
		v.children(n, s.inner())
	case *gsql.ASTWithClause:
		v.with(n, s)
	case *gsql.ASTSelect:
		v.selection(n, s.inner())
	case *gsql.ASTTablePathExpression:
		v.tablePath(n, s)
	case *gsql.ASTTableSubquery:
		v.children(n, s)
		v.alias(n, s)
	case *gsql.ASTUnnestExpression:
		v.children(n, s)
	case *gsql.ASTTVF:
		v.tableFunction(n, s)
	case *gsql.ASTTableClause:
		v.tableClause(n, s)
	case *gsql.ASTFunctionCall:
		v.call(n, s)
	case *gsql.ASTModelClause:
		v.model(n)
	case *gsql.ASTFunctionDeclaration:
		// The wrapper's own; its name is no reference.
	case *gsql.ASTPathExpression, *gsql.ASTStringLiteral, *gsql.ASTIntLiteral, *gsql.ASTFloatLiteral, *gsql.ASTStar:
		// Nothing below them names anything, and every look at a node costs.
	case *gsql.ASTPipeAs:
		v.alias(n, s)
	case *gsql.ASTParameterExpr:
		start, end := span(n)
		v.parsed.Parameters = append(v.parsed.Parameters, Use{Name: strings.ToLower(identifierOf(n)), Start: start, End: end})
	default:
		v.children(n, s)
	}
}

func (v *visitor) children(n gsql.ASTNode, s *scope) {
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		v.visit(get(n.Child(i)), s)
	}
}

// with visits entries so that each sees those before it, and of a recursive clause
// all of them.
func (v *visitor) with(n *gsql.ASTWithClause, s *scope) {
	recursive := get(n.Recursive())
	count := get(n.NumChildren())
	names := make([]string, count)
	for i := range count {
		if entry, ok := get(n.Child(i)).(*gsql.ASTWithClauseEntry); ok {
			names[i] = firstIdentifier(entry)
			if recursive {
				s.addEntry(names[i])
			}
		}
	}
	for i := range count {
		v.children(get(n.Child(i)), s)
		s.addEntry(names[i])
	}
}

// selection visits FROM first, since its aliases are seen everywhere else.
func (v *visitor) selection(n *gsql.ASTSelect, s *scope) {
	count := get(n.NumChildren())
	rest := make([]gsql.ASTNode, 0, count)
	for i := range count {
		switch c := get(n.Child(i)).(type) {
		case *gsql.ASTFromClause:
			v.visit(c, s)
		default:
			rest = append(rest, c)
		}
	}
	for _, c := range rest {
		v.visit(c, s)
	}
}

func (v *visitor) tablePath(n *gsql.ASTTablePathExpression, s *scope) {
	name := ""
	before := len(v.parsed.Refs)
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		switch c := get(n.Child(i)).(type) {
		case *gsql.ASTPathExpression:
			name = v.reference(c, s)
		case *gsql.ASTAlias:
			name = identifierOf(c)
			if len(v.parsed.Refs) > before {
				v.parsed.Refs[before].Alias = true
			}
		default:
			v.visit(c, s)
		}
	}
	if name != "" {
		s.addAlias(name)
	}
}

// reference records a path as a table unless something in the text has its name. It
// returns the alias that the path implies.
func (v *visitor) reference(path *gsql.ASTPathExpression, s *scope) string {
	parts := identifiers(path)
	first, last := parts[0], parts[len(parts)-1]
	implied := last[strings.LastIndexByte(last, '.')+1:]
	dotted := strings.Contains(first, ".")
	if len(parts) == 1 && !dotted && s.isEntry(first) || len(parts) > 1 && !dotted && s.isAlias(first) {
		return implied
	}
	start, end := span(path)
	ref := Ref{Kind: TableRef, Name: strings.Join(parts, "."), Start: start, End: end}
	if isSystemName(ref.Name) {
		ref.Kind = SystemRef
	}
	v.parsed.Refs = append(v.parsed.Refs, ref)
	return implied
}

// builtinSpaces are the name spaces of BigQuery's own functions.
var builtinSpaces = map[string]bool{"safe": true, "net": true, "keys": true, "aead": true, "hll_count": true, "kll_quantiles": true,
	"ml": true, "ai": true, "obj": true, "d3a_count": true, "error": true, "bigfunctions": false}

func (v *visitor) routine(kind RefKind, path *gsql.ASTPathExpression) {
	parts := identifiers(path)
	name := strings.Join(parts, ".")
	first, _, dotted := strings.Cut(strings.ToLower(name), ".")
	if !dotted && (kind == FunctionRef || isBuiltinTable(first)) || dotted && builtinSpaces[first] {
		return
	}
	start, end := span(path)
	v.parsed.Refs = append(v.parsed.Refs, Ref{Kind: kind, Name: name, Start: start, End: end})
}

func (v *visitor) tableFunction(n *gsql.ASTTVF, s *scope) {
	byValue := false
	var name *gsql.ASTPathExpression
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		switch c := get(n.Child(i)).(type) {
		case *gsql.ASTPathExpression:
			if i == 0 {
				name = c
				v.routine(TableFnRef, c)
				continue
			}
		case *gsql.ASTTVFArgument:
			byValue = byValue || isNamed(c, "query_value")
		}
		v.visit(get(n.Child(i)), s)
	}
	if byValue && name != nil && strings.EqualFold(strings.Join(identifiers(name), "."), "vector_search") {
		start, end := span(name)
		v.parsed.Refs = append(v.parsed.Refs, Ref{Kind: VariantRef, Name: searchByValue, Start: start, End: end})
	}
	v.alias(n, s)
}

// isNamed reports whether an argument is given by this name.
func isNamed(n *gsql.ASTTVFArgument, name string) bool {
	if get(n.NumChildren()) == 0 {
		return false
	}
	named, is := get(n.Child(0)).(*gsql.ASTNamedArgument)
	return is && strings.EqualFold(get(get(named.Name()).GetAsString()), name)
}

// model records the model that MODEL names.
func (v *visitor) model(n *gsql.ASTModelClause) {
	path := get(n.ModelPath())
	start, end := span(path)
	v.parsed.Refs = append(v.parsed.Refs, Ref{Kind: ModelRef, Name: strings.Join(identifiers(path), "."), Start: start, End: end})
}

func (v *visitor) tableClause(n *gsql.ASTTableClause, s *scope) {
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		if path, ok := get(n.Child(i)).(*gsql.ASTPathExpression); ok {
			v.reference(path, s)
			continue
		}
		v.visit(get(n.Child(i)), s)
	}
}

func (v *visitor) call(n *gsql.ASTFunctionCall, s *scope) {
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		if path, ok := get(n.Child(i)).(*gsql.ASTPathExpression); ok && i == 0 {
			v.routine(FunctionRef, path)
			v.generate(n, path)
			continue
		}
		v.visit(get(n.Child(i)), s)
	}
}

// generate notes the schema that a call of AI.GENERATE asks for: it is the type of
// what the call gives.
func (v *visitor) generate(n *gsql.ASTFunctionCall, path *gsql.ASTPathExpression) {
	start, end := span(path)
	if end-start != len(generateName) || !strings.EqualFold(strings.Join(identifiers(path), "."), generateName) {
		return
	}
	for i, count := int32(1), get(n.NumChildren()); i < count; i++ {
		named, is := get(n.Child(i)).(*gsql.ASTNamedArgument)
		if !is || !strings.EqualFold(get(get(named.Name()).GetAsString()), "output_schema") {
			continue
		}
		if text, is := get(named.Expr()).(*gsql.ASTStringLiteral); is && v.schemas < 9 {
			v.schemas++
			name := generateName[:len(generateName)-1] + strconv.Itoa(v.schemas)
			v.parsed.Refs = append(v.parsed.Refs, Ref{Kind: VariantRef, Name: name, Start: start, End: end, Schema: get(text.StringValue())})
		}
	}
}

// alias adds the node's alias to the scope.
func (v *visitor) alias(n gsql.ASTNode, s *scope) {
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		if a, ok := get(n.Child(i)).(*gsql.ASTAlias); ok {
			s.addAlias(identifierOf(a))
		}
	}
}

// items records the outermost select list; of a set operation that of its first
// branch. A query by pipes has none.
func (v *visitor) items(n gsql.ASTNode) {
	var list *gsql.ASTSelectList
	for list == nil {
		var next gsql.ASTNode
		for i, count := int32(0), get(n.NumChildren()); i < count && next == nil; i++ {
			switch c := get(n.Child(i)).(type) {
			case *gsql.ASTSelectList:
				list, next = c, c
			case *gsql.ASTSelect, *gsql.ASTSetOperation, *gsql.ASTQuery:
				next = c
			case gsql.ASTPipeOperatorNode:
				return
			}
		}
		if next == nil {
			return
		}
		n = next
	}
	for i, count := int32(0), get(list.NumChildren()); i < count; i++ {
		column := get(list.Child(i))
		start, end := span(column)
		item := Item{Start: start, End: end}
		for j, parts := int32(0), get(column.NumChildren()); j < parts; j++ {
			switch c := get(column.Child(j)).(type) {
			case *gsql.ASTAlias:
				item.Name = identifierOf(c)
			case *gsql.ASTPathExpression:
				ids := identifiers(c)
				item.Name = ids[len(ids)-1]
			case *gsql.ASTStar, *gsql.ASTDotStar, *gsql.ASTStarWithModifiers, *gsql.ASTDotStarWithModifiers:
				item.Star = true
			}
		}
		v.parsed.Items = append(v.parsed.Items, item)
	}
}

func span(n gsql.ASTNode) (start, end int) {
	return int(get(get(n.StartLocation()).GetByteOffset())), int(get(get(n.EndLocation()).GetByteOffset()))
}

// identifiers are the parts of a path.
func identifiers(path *gsql.ASTPathExpression) []string {
	return get(path.ToIdentifierVector())
}

// identifierOf is the identifier right below a node.
func identifierOf(n gsql.ASTNode) string {
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		if id, ok := get(n.Child(i)).(*gsql.ASTIdentifier); ok {
			return get(id.GetAsString())
		}
	}
	return ""
}

// firstIdentifier is the first identifier anywhere below a node.
func firstIdentifier(n gsql.ASTNode) string {
	if id, ok := n.(*gsql.ASTIdentifier); ok {
		return get(id.GetAsString())
	}
	for i, count := int32(0), get(n.NumChildren()); i < count; i++ {
		if name := firstIdentifier(get(n.Child(i))); name != "" {
			return name
		}
	}
	return ""
}

// guessed finds table names in a text that does not parse.
var guessed = regexp.MustCompile("(?i)\\b(?:from|join)\\s+(`[a-z0-9_.*-]+`|[a-z_][a-z0-9_]*(?:\\.[a-z_][a-z0-9_]*)+)")

// guessRefs keeps the dependencies of a text that does not parse, so that one typing
// mistake does not make its sources look unused.
func guessRefs(text string) []Ref {
	var refs []Ref
	for _, m := range guessed.FindAllStringSubmatchIndex(text, -1) {
		name := strings.Trim(text[m[2]:m[3]], "`")
		if strings.Contains(name, ".") {
			refs = append(refs, Ref{Kind: TableRef, Name: name, Start: m[2], End: m[3]})
		}
	}
	return refs
}

// plainPart is an identifier that needs no backticks.
var plainPart = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// dashedPart is a project's ID, which BigQuery takes without backticks as the first
// part of a table's name.
var dashedPart = regexp.MustCompile(`^[A-Za-z_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?$`)

// unquote rewrites references in which one pair of backticks holds several parts
// (`core.members`), as BigQuery allows, to the form in which each part is an
// identifier, so that the last part is the implied alias as in BigQuery. The length
// does not change, so neither does any other offset. The result's paths are the
// names under which the references are looked up.
func unquote(text string, refs []Ref) (string, [][]string) {
	out := []byte(text)
	paths := make([][]string, len(refs))
	for i, r := range refs {
		parts := strings.Split(r.Name, ".")
		paths[i] = parts
		written := text[r.Start:r.End]
		if r.Kind == VariantRef {
			if len(written) == len(r.Name) {
				copy(out[r.Start:], r.Name)
			}
			continue
		}
		if !strings.Contains(written, "`") || len(parts) == 1 {
			continue
		}
		form := ""
		for j, p := range parts[:len(parts)-1] {
			plain := plainPart.MatchString(p) || j == 0 && r.Kind != FunctionRef && dashedPart.MatchString(p)
			if !plain || j == 0 && sqltype.IsReserved(p) {
				form = ""
				break
			}
			form += p + "."
		}
		last := parts[len(parts)-1]
		form += "`" + last + "`"
		if len(form) > len(written) || strings.Count(form, ".") != len(parts)-1 || strings.ContainsAny(last, "`\\") {
			paths[i] = writtenParts(written)
			continue
		}
		copy(out[r.Start:r.End], form+strings.Repeat(" ", len(written)-len(form)))
	}
	return string(out), paths
}

// writtenParts are the identifiers of a path as it is written: a pair of backticks is
// one, dots and all.
func writtenParts(written string) []string {
	var parts []string
	part, quoted := "", false
	for _, c := range written {
		switch {
		case c == '`':
			quoted = !quoted
		case c == '.' && !quoted:
			parts, part = append(parts, strings.TrimSpace(part)), ""
		default:
			part += string(c)
		}
	}
	return append(parts, strings.TrimSpace(part))
}
