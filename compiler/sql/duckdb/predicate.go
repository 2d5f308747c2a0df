package duckdb

import (
	"math"
	"strconv"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// predicate writes a condition that only lets rows pass: where GoogleSQL has NULL it
// may give false. So comparisons of FLOAT64, which the general form keeps from being
// join keys or filters of a scan, stay comparisons.
func (t *translator) predicate(e gsql.ResolvedExprNode, scope *env) string {
	call, ok := e.(*gsql.ResolvedFunctionCall)
	if !ok || get(call.ErrorMode()) != gsql.ResolvedFunctionCallBaseEnums_ErrorModeDefaultErrorMode {
		return t.expr(e, scope)
	}
	name := strings.ToLower(get(get(call.Function()).Name()))
	args := get(call.ArgumentList())
	if name == "$and" || name == "$or" {
		parts := make([]string, len(args))
		for i, a := range args {
			parts[i] = t.predicate(a, scope)
		}
		return "(" + strings.Join(parts, strings.ToUpper(" "+name[1:]+" ")) + ")"
	}
	if len(args) != 2 || resolvedType(get(args[0].Type())).Kind != sqltype.Float64 {
		return t.expr(e, scope)
	}
	a, b := args[0], args[1]
	op := ""
	switch name {
	case "$equal":
		op = "="
	case "$less", "$greater":
		op = "<"
	case "$less_or_equal", "$greater_or_equal":
		op = "<="
	default:
		return t.expr(e, scope)
	}
	if strings.HasPrefix(name, "$greater") {
		a, b = b, a
	}
	// NaN, which to DuckDB equals itself and is the greatest number, passes nothing: it
	// is the right side in every comparison that it could pass.
	x, y := t.expr(a, scope), t.expr(b, scope)
	if least, ok := leastAbove(x, op); ok {
		return "(" + y + " BETWEEN " + least + " AND CAST('inf' AS DOUBLE))"
	}
	s := x + " " + op + " " + y
	if !finiteLiteral(y) && (op != "=" || !finiteLiteral(x)) {
		if !isSimple(y) {
			return t.expr(e, scope)
		}
		s += " AND " + y + " <= CAST('inf' AS DOUBLE)"
	}
	return "(" + s + ")"
}

// leastAbove is the least number y for which "x < y" or "x <= y" is true, where x is a
// literal.
func leastAbove(x, op string) (string, bool) {
	number, _ := strings.CutSuffix(strings.TrimPrefix(x, "CAST('"), "' AS DOUBLE)")
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || op == "=" || !finiteLiteral(x) {
		return "", false
	}
	if op == "<" {
		f = math.Nextafter(f, math.Inf(1))
	}
	if math.IsInf(f, 0) {
		return "", false
	}
	return "CAST('" + strconv.FormatFloat(f, 'g', -1, 64) + "' AS DOUBLE)", true
}
