package duckdb

import (
	"fmt"
	"regexp"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// expr writes a scalar expression. Everything it returns is safe to use as an
// operand without further parentheses.
func (t *translator) expr(e gsql.ResolvedExprNode, scope *env) string {
	around := t.source
	t.source = &place{node: e, outer: around}
	defer func() { t.source = around }()
	switch e := e.(type) {
	case *gsql.ResolvedLiteral:
		return t.literal(e, get(e.Value()))
	case *gsql.ResolvedColumnRef:
		c := get(e.Column())
		s, ok := scope.lookup(get(c.ColumnId()))
		if !ok {
			return t.refuse(e, "column "+get(c.Name()), "the column %s is not in scope", get(c.Name()))
		}
		return s
	case *gsql.ResolvedParameter:
		name := get(e.Name())
		if name == "" {
			return t.refuse(e, "positional parameter", "parameters are named: write @name instead of ?")
		}
		return "CAST($" + name + " AS " + t.duckType(e, resolvedType(get(e.Type()))) + ")"
	case *gsql.ResolvedFunctionCall:
		return t.function(e, scope)
	case *gsql.ResolvedCast:
		return t.cast(e, scope)
	case *gsql.ResolvedMakeStruct:
		ty := resolvedType(get(e.Type()))
		var vals []string
		for _, f := range get(e.FieldList()) {
			vals = append(vals, t.expr(f, scope))
		}
		return t.structOf(e, ty, vals)
	case *gsql.ResolvedGetStructField:
		base := get(e.Expr())
		ty := resolvedType(get(base.Type()))
		return "struct_extract(" + t.expr(base, scope) + ", " + text(FieldNames(ty)[get(e.FieldIdx())]) + ")"
	case *gsql.ResolvedGetJsonField:
		return "CAST(gsql_json_member(" + t.expr(get(e.Expr()), scope) + ", " + text(get(e.FieldName())) + ") AS JSON)"
	case *gsql.ResolvedSubqueryExpr:
		return t.subquery(e, scope)
	case *gsql.ResolvedSystemVariable:
		if name := strings.ToLower(strings.Join(get(e.NamePath()), ".")); name != "time_zone" {
			return t.refuse(e, "@@"+name, "the embedded warehouse has only the system variable @@time_zone")
		}
		return text(t.opts.TimeZone)
	case *gsql.ResolvedWithExpr:
		vars := map[int32]string{}
		inner := scope.child(vars)
		for _, a := range get(e.AssignmentList()) {
			vars[get(get(a.Column()).ColumnId())] = t.expr(get(a.Expr()), inner)
		}
		return t.expr(get(e.Expr()), inner)
	}
	kind := strings.TrimPrefix(get(e.NodeKindString()), "Resolved")
	return t.refuse(e, kind, "%s expressions have no translation for the embedded warehouse", kind)
}

// structOf builds a STRUCT value from its fields' values.
func (t *translator) structOf(n gsql.ResolvedNode, ty sqltype.Type, vals []string) string {
	if len(vals) == 0 {
		return t.refuse(n, "empty STRUCT", "a STRUCT without fields cannot be stored on the embedded warehouse")
	}
	parts := make([]string, len(vals))
	for i, name := range FieldNames(ty) {
		parts[i] = text(name) + ": " + vals[i]
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (t *translator) subquery(e *gsql.ResolvedSubqueryExpr, scope *env) string {
	q := get(e.Subquery())
	r := t.scan(q, scope)
	cols := columnsOf(q)
	switch get(e.SubqueryType()) {
	case gsql.ResolvedSubqueryExprEnums_SubqueryTypeScalar:
		return "(" + r.selectOf(cols) + ")"
	case gsql.ResolvedSubqueryExprEnums_SubqueryTypeExists:
		return "EXISTS (" + r.selectOf(cols) + ")"
	case gsql.ResolvedSubqueryExprEnums_SubqueryTypeArray:
		return t.arraySubquery(r, q, cols)
	case gsql.ResolvedSubqueryExprEnums_SubqueryTypeIn:
		in := get(e.InExpr())
		ty := resolvedType(get(in.Type()))
		if has(ty, sqltype.Float64, sqltype.Array, sqltype.Struct, sqltype.Range, sqltype.JSON) {
			return t.inList(e, t.arraySubquery(r, q, cols), scope, inArray)
		}
		return "(" + t.expr(in, scope) + " IN (" + r.selectOf(cols) + "))"
	}
	return t.inList(e, t.arraySubquery(r, q, cols), scope, quantifiedLike[get(e.SubqueryType())])
}

// quantifiedLike is LIKE ANY and its kin over a list of patterns.
var quantifiedLike = map[gsql.ResolvedSubqueryExprEnums_SubqueryType]func(*call) string{
	gsql.ResolvedSubqueryExprEnums_SubqueryTypeLikeAny:    likeList("", "true"),
	gsql.ResolvedSubqueryExprEnums_SubqueryTypeLikeAll:    likeList("", "false"),
	gsql.ResolvedSubqueryExprEnums_SubqueryTypeNotLikeAny: likeList("NOT ", "true"),
	gsql.ResolvedSubqueryExprEnums_SubqueryTypeNotLikeAll: likeList("NOT ", "false"),
}

// likeList decides for the whole where one pattern does: ANY where one gives true, ALL
// where one gives false. Otherwise an unknown makes it unknown.
func likeList(not, decisive string) func(*call) string {
	return func(c *call) string {
		v := c.t.letVar()
		one := *c
		one.args, one.exprs = []string{c.args[0], v}, []gsql.ResolvedExprNode{c.exprs[0], nil}
		verdicts := "list_transform($2, lambda " + v + ": " + not + like(&one) + ")"
		return c.expand("(CASE WHEN coalesce(len($2), 0) = 0 THEN NOT " + decisive + " WHEN list_contains(" + verdicts + ", " + decisive + ") THEN " + decisive +
			" WHEN list_count(" + verdicts + ") < len($2) THEN NULL ELSE NOT " + decisive + " END)")
	}
}

// arraySubquery is ARRAY(SELECT …): an empty array, not NULL, when there is no
// row. Its order is the query's ORDER BY.
func (t *translator) arraySubquery(r *rel, q gsql.ResolvedScanNode, cols []*gsql.ResolvedColumn) string {
	ty := t.duckType(q, resolvedType(get(cols[0].Type())))
	empty := "CAST([] AS " + ty + "[])"
	if len(r.order) == 0 || r.limit != "" || r.offset != "" || r.with != "" {
		if len(r.order) == 0 {
			w := t.wrap(r, cols)
			return "(SELECT coalesce(list(" + w.cols[get(cols[0].ColumnId())] + "), " + empty + ")" + w.tail() + ")"
		}
		// The order must outlive the limit: number the rows first.
		order := r.order
		inner := r.with + "SELECT " + r.cols[get(cols[0].ColumnId())] + " AS v, row_number() OVER (ORDER BY " + strings.Join(order, ", ") + ") AS k" + r.tail()
		return "(SELECT coalesce(list(v ORDER BY k), " + empty + ") FROM (" + inner + "))"
	}
	order := r.order
	r.order = nil
	return "(SELECT coalesce(list(" + r.cols[get(cols[0].ColumnId())] + " ORDER BY " + strings.Join(order, ", ") + "), " + empty + ")" + r.tail() + ")"
}

// call is one function call being written.
type call struct {
	t       *translator
	n       gsql.ResolvedNode
	name    string // the function's name in lower case, with its group: "$add", "net.host"
	args    []string
	exprs   []gsql.ResolvedExprNode
	types   []sqltype.Type
	lambdas map[int]*gsql.ResolvedInlineLambda
	result  sqltype.Type
	safe    bool // SAFE. was written
	scope   *env
	binds   []string // what list_transform's variable carries, see simple
	bindVar string
}

// callNode is what scalar, aggregate and analytic calls share.
type callNode interface {
	gsql.ResolvedExprNode
	Function() (*gsql.Function, error)
	ArgumentList() ([]gsql.ResolvedExprNode, error)
	GenericArgumentList() ([]*gsql.ResolvedFunctionArgument, error)
	ErrorMode() (gsql.ResolvedFunctionCallBaseEnums_ErrorMode, error)
}

func (t *translator) newCall(n callNode, at gsql.ResolvedNode, scope *env) *call {
	c := &call{t: t, n: at, scope: scope, result: resolvedType(get(n.Type())), lambdas: map[int]*gsql.ResolvedInlineLambda{}}
	c.name = strings.ToLower(strings.Join(get(get(n.Function()).FunctionNamePath()), "."))
	c.safe = get(n.ErrorMode()) == gsql.ResolvedFunctionCallBaseEnums_ErrorModeSafeErrorMode
	args := get(n.ArgumentList())
	if len(args) == 0 {
		for i, g := range get(n.GenericArgumentList()) {
			if e := get(g.Expr()); e != nil {
				c.add(e)
				continue
			}
			if l := get(g.InlineLambda()); l != nil {
				c.lambdas[i] = l
			} else {
				t.refuse(at, c.title(), "%s has an argument that is no value", c.title())
			}
			c.exprs, c.args, c.types = append(c.exprs, nil), append(c.args, ""), append(c.types, sqltype.Type{})
		}
		return c
	}
	for _, a := range args {
		c.add(a)
	}
	return c
}

func (c *call) add(e gsql.ResolvedExprNode) {
	c.exprs = append(c.exprs, e)
	c.types = append(c.types, resolvedType(get(e.Type())))
	c.args = append(c.args, c.t.expr(e, c.scope))
}

// title is the function as a user writes it.
func (c *call) title() string {
	if s, ok := operators[c.name]; ok {
		return s
	}
	return strings.ToUpper(strings.TrimPrefix(c.name, "$"))
}

// kind is an argument's type head, "" beyond the last argument.
func (c *call) kind(i int) sqltype.Kind {
	if i >= len(c.types) {
		return ""
	}
	return c.types[i].Kind
}

// literalOf is an argument's value when it is a non-NULL literal.
func (c *call) literalOf(i int) (*gsql.Value, bool) {
	if i >= len(c.exprs) {
		return nil, false
	}
	l, ok := c.exprs[i].(*gsql.ResolvedLiteral)
	if !ok {
		return nil, false
	}
	v := get(l.Value())
	return v, !get(v.IsNull())
}

// stringOf is an argument's text when it is a string literal.
func (c *call) stringOf(i int) (string, bool) {
	if v, ok := c.literalOf(i); ok && c.kind(i) == sqltype.String {
		return get(v.StringValue()), true
	}
	return "", false
}

// partOf is the name of a date part argument: "DAY", "WEEK_MONDAY".
func (c *call) partOf(i int) string {
	if v, ok := c.literalOf(i); ok {
		if s, err := v.EnumDisplayName(); err == nil {
			return strings.ToUpper(s)
		}
	}
	return ""
}

func (c *call) refuse(format string, args ...any) string {
	return c.t.refuse(c.n, c.title(), format, args...)
}

var plainLiteral = regexp.MustCompile(`^(-?[0-9.]+(e[+-][0-9]+)?|CAST\(NULL AS [A-Z]+(\(38,9\))?\)|CAST\((\$\w+|-?[0-9]+|'[^']*') AS [A-Z]+(\(38,9\))?\)|'[^']*'|DATE '[^']*'|TIMESTAMPTZ '[^']*'|TIMESTAMP '[^']*'|TIME '[^']*'|gsql_to_bignumeric\('[^']*'\)|true|false)$`)

var (
	letField    = regexp.MustCompile(`^v[0-9]+(\.a[0-9]+)?$`)
	structField = regexp.MustCompile(`^struct_extract\((.*), '[^']*'\)$`)
)

// isSimple reports whether an expression may be repeated and cannot fail.
func isSimple(s string) bool {
	for {
		m := structField.FindStringSubmatch(s)
		if m == nil {
			break
		}
		s = m[1]
	}
	return isReference(s) || letField.MatchString(s) || plainLiteral.MatchString(s)
}

// simple makes every argument safe to repeat, by binding those that are more
// than a reference to a variable that finish introduces.
func (c *call) simple() {
	needed := false
	for i, a := range c.args {
		needed = needed || c.lambdas[i] == nil && c.exprs[i] != nil && a != "NULL" && !isSimple(a)
	}
	if needed {
		c.capture()
	}
}

// capture binds every argument that is no literal, for what writes them inside a
// lambda.
func (c *call) capture() {
	for i, a := range c.args {
		// Columns are bound as well: DuckDB does not find those of an outer
		// query inside a lambda.
		if c.lambdas[i] != nil || c.exprs[i] == nil || a == "NULL" || plainLiteral.MatchString(a) || letField.MatchString(a) {
			continue
		}
		if c.bindVar == "" {
			c.t.letVars++
			c.bindVar = fmt.Sprintf("v%d", c.t.letVars)
		}
		f := fmt.Sprintf("a%d", len(c.binds))
		c.binds = append(c.binds, fmt.Sprintf("%s: %s", f, a))
		c.args[i] = c.bindVar + "." + f
	}
}

// simpleFor is simple where the first argument is of one of the kinds.
func (c *call) simpleFor(kinds ...sqltype.Kind) {
	for _, k := range kinds {
		if c.kind(0) == k {
			c.simple()
			return
		}
	}
}

// finish introduces the variables that simple made.
func (c *call) finish(s string) string {
	if c.bindVar == "" {
		return s
	}
	return "list_transform([{" + strings.Join(c.binds, ", ") + "}], lambda " + c.bindVar + ": " + s + ")[1]"
}

// fail is an expression of the result's type that ends the statement with an
// error, and NULL under SAFE.
func (c *call) fail(msg string) string {
	ty := c.t.duckType(c.n, c.result)
	if c.safe {
		return "CAST(NULL AS " + ty + ")"
	}
	return "CAST(gsql_error(" + text(msg) + ") AS " + ty + ")"
}

// volatileCall finds what gives another result with each call.
var volatileCall = regexp.MustCompile(`\b(random|uuid|gsql_new_keyset|gsql_rotate_keyset|gsql_add_key|gsql_aead_encrypt)\(`)

// try makes an error NULL. DuckDB cannot try a subquery, nor what is random.
func (c *call) try(s string) string {
	if strings.Contains(s, "(SELECT ") || volatileCall.MatchString(s) {
		return c.refuse("the error of a subquery or of a random value cannot be caught on the embedded warehouse")
	}
	return "TRY(" + s + ")"
}

// function writes a scalar call.
func (t *translator) function(e *gsql.ResolvedFunctionCall, scope *env) string {
	c := t.newCall(e, e, scope)
	f, ok := t.tables.scalar[c.name]
	if !ok {
		return c.refuse("%s has no exact counterpart on the embedded warehouse", c.title())
	}
	if f.simple || c.safe && !f.total && !f.safe {
		c.simple()
	}
	s := f.write(c)
	if c.safe && !f.total && !f.safe {
		s = c.try(s)
	}
	return c.finish(s)
}

// arg writes the expression with $1, $2 … replaced by the arguments.
func (c *call) expand(tmpl string) string {
	var b strings.Builder
	for i := 0; i < len(tmpl); i++ {
		if tmpl[i] == '$' && i+1 < len(tmpl) && tmpl[i+1] >= '1' && tmpl[i+1] <= '9' {
			b.WriteString(c.args[tmpl[i+1]-'1'])
			i++
			continue
		}
		if tmpl[i] == '$' && i+1 < len(tmpl) && tmpl[i+1] == '*' {
			b.WriteString(strings.Join(c.args, ", "))
			i++
			continue
		}
		b.WriteByte(tmpl[i])
	}
	return b.String()
}

// nodeAt is a node of the resolved tree, for its place.
type nodeAt = gsql.ResolvedNode

// letVar is a fresh lambda parameter.
func (t *translator) letVar() string {
	t.letVars++
	return fmt.Sprintf("v%d", t.letVars)
}

// jsonQuote writes a field's name as a JSON string.
func jsonQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
