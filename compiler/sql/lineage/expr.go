package lineage

import (
	"regexp"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

func lower(s string) string { return strings.ToLower(s) }

// expr is the value of a scalar expression.
func (w *walker) expr(e gsql.ResolvedExprNode) *value {
	switch e := e.(type) {
	case *gsql.ResolvedColumnRef:
		return w.column(get(get(e.Column()).ColumnId()))
	case *gsql.ResolvedLiteral:
		return &value{sum: sum("literal", text(get(get(e.Value()).FullDebugString())))}
	case *gsql.ResolvedFunctionCall:
		return w.function(e)
	case *gsql.ResolvedCast:
		return w.cast(e)
	case *gsql.ResolvedParameter:
		return &value{sum: sum("parameter", text(lower(get(e.Name()))), number(int(get(e.Position()))))}
	case *gsql.ResolvedMakeStruct:
		out := &value{}
		var parts []digest
		for _, f := range get(e.FieldList()) {
			v := w.expr(f)
			out.fields = append(out.fields, v)
			parts = append(parts, v.sum)
		}
		out.sum = sum("struct", append(parts, text(typeName(e)))...)
		return out
	case *gsql.ResolvedGetStructField:
		base := get(e.Expr())
		index := int(get(e.FieldIdx()))
		return w.field(w.expr(base), index, func() string {
			return get(get(get(base.Type()).AsStruct()).Field(int32(index))).Name
		})
	case *gsql.ResolvedGetJsonField:
		v := w.expr(get(e.Expr()))
		return v.changed(kinds.transformed, sum("json field", v.sum, text(get(e.FieldName()))))
	case *gsql.ResolvedSubqueryExpr:
		return w.subquery(e)
	case *gsql.ResolvedWithExpr:
		for _, a := range get(e.AssignmentList()) {
			w.compute(a)
		}
		return w.expr(get(e.Expr()))
	case *gsql.ResolvedArgumentRef:
		if v := w.args[lower(get(e.Name()))]; v != nil {
			return v
		}
		return &value{sum: sum("argument", text(lower(get(e.Name()))))}
	case *gsql.ResolvedSystemVariable:
		return &value{sum: sum("system variable", text(lower(strings.Join(get(e.NamePath()), "."))))}
	case *gsql.ResolvedConstant:
		name := ScriptPrefix + "@" + lower(get(get(e.Constant()).Name()))
		return &value{own: one(w.leaves.of(origin{table: name, column: "value"}), identity), sum: sum("variable", text(name))}
	case *gsql.ResolvedDMLDefault:
		return &value{sum: sum("default")}
	case *gsql.ResolvedAggregateFunctionCall:
		return w.aggregate(e, relation{})
	}
	f, d := w.other(e)
	return &value{own: f.each(kinds.transformed), sum: d}
}

func typeName(e gsql.ResolvedExprNode) string {
	named, ok := get(e.Type()).(interface {
		TypeName(gsql.ProductMode) (string, error)
	})
	if !ok {
		return ""
	}
	return get(named.TypeName(gsql.ProductModeProductExternal))
}

// cast computes; one between STRUCTs does so field by field. Beside the value there may
// be a format and a time zone.
func (w *walker) cast(e *gsql.ResolvedCast) *value {
	kids := get(e.GetChildNodes())
	if len(kids) != 1 {
		return w.castWith(e)
	}
	inner, ok := kids[0].(gsql.ResolvedExprNode)
	if !ok {
		return w.castWith(e)
	}
	v := w.expr(inner)
	return v.changed(kinds.transformed, sum("cast", v.sum, text(castType(e)), truth(get(e.ReturnNullOnError()))))
}

// castType is the type with what limits it: STRING(3) is not STRING(5).
func castType(e *gsql.ResolvedCast) string {
	name := typeName(e)
	if m := get(e.TypeModifiers()); m != nil && !get(m.IsEmpty()) {
		name += " " + get(m.DebugString())
	}
	return name
}

func (w *walker) castWith(e *gsql.ResolvedCast) *value {
	v := w.expr(get(e.Expr()))
	parts := []digest{v.sum, text(castType(e)), truth(get(e.ReturnNullOnError()))}
	var more flow
	for _, x := range []gsql.ResolvedExprNode{get(e.Format()), get(e.TimeZone())} {
		if x == nil {
			continue
		}
		o := w.expr(x)
		more = more.plus(o.all().each(kinds.transformed))
		parts = append(parts, o.sum)
	}
	return v.changed(kinds.transformed, sum("cast with", parts...)).under(more)
}

// subquery is a query in an expression. What decides about its rows decides about the
// value.
func (w *walker) subquery(e *gsql.ResolvedSubqueryExpr) *value {
	kind := get(e.SubqueryType())
	var in *value
	if x := get(e.InExpr()); x != nil {
		in = w.expr(x)
	}
	outer := w.scope
	w.scope = newScope(outer.depth + 1)
	q := get(e.Subquery())
	r := w.scan(q)
	w.scope = outer
	var cols []*value
	parts := []digest{number(int(kind)), r.sum}
	if kind != gsql.ResolvedSubqueryExprEnums_SubqueryTypeExists {
		for _, id := range ids(q) {
			v := w.column(id)
			cols = append(cols, v)
			parts = append(parts, v.sum)
		}
	}
	out := &value{own: w.unmentioned(r, cols)}
	if in != nil {
		out.own = out.own.plus(in.all().each(kinds.transformed))
		parts = append(parts, in.sum)
	}
	d := sum("subquery", parts...)
	switch {
	case kind == gsql.ResolvedSubqueryExprEnums_SubqueryTypeScalar && len(cols) == 1:
		return cols[0].named(d).under(out.own)
	case kind == gsql.ResolvedSubqueryExprEnums_SubqueryTypeArray && len(cols) == 1:
		return cols[0].changed(kinds.transformed, d).under(out.own)
	}
	for _, v := range cols {
		out.own = out.own.plus(v.all().each(kinds.transformed))
	}
	out.sum = d
	return out
}

// unmentioned is what decides about the rows of a subquery, with the tables of which
// no column is named.
func (w *walker) unmentioned(r relation, cols []*value) flow {
	out := r.rows
	mentioned := map[string]bool{}
	for _, f := range append([]flow{out}, flows(cols)...) {
		for _, p := range f {
			mentioned[w.leaves.all[p.leaf].table] = true
		}
	}
	for _, s := range r.tables {
		if !mentioned[w.leaves.all[s.leaf].table] {
			out = out.plus(one(s.leaf, conditional))
		}
	}
	return out
}

func flows(values []*value) []flow {
	out := make([]flow, len(values))
	for i, v := range values {
		out[i] = v.all()
	}
	return out
}

// other walks what is not known here: everything in it is an influence, and its digest
// is that of its text in the library's words.
func (w *walker) other(n gsql.ResolvedNode) (flow, digest) {
	var out flow
	parts := []digest{text(plainText(n))}
	for _, kid := range get(n.GetChildNodes()) {
		var f flow
		var d digest
		switch kid := kid.(type) {
		case gsql.ResolvedExprNode:
			v := w.expr(kid)
			f, d = v.all(), v.sum
		case gsql.ResolvedComputedColumnBaseNode:
			v := w.compute(kid)
			f, d = v.all(), v.sum
		case gsql.ResolvedScanNode:
			r := w.scan(kid)
			f, d = r.rows, r.sum
			for _, id := range ids(kid) {
				v := w.column(id)
				f, d = f.plus(v.all()), sum("and", d, v.sum)
			}
		default:
			f, d = w.other(kid)
		}
		out = out.plus(f)
		parts = append(parts, d)
	}
	return out, sum("node", parts...)
}

// changing is what the library's text of a tree has that changes without its meaning:
// column IDs, places in the text.
var changing = regexp.MustCompile(`#\d+|parse_location=\d+-\d+,? ?|alias="[^"]*",? ?`)

// plainText is a node in the library's words, without what changes with the layout.
func plainText(n gsql.ResolvedNode) string {
	return changing.ReplaceAllString(get(n.DebugString()), "")
}
