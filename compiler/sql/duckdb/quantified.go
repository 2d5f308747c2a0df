package duckdb

import (
	"strings"

	"sluice/compiler/sqltype"
)

// quantifiedFunctions are x < ANY (a, b), x LIKE ALL UNNEST(array) and the like,
// by their names: "$lt_any", "$not_like_all_array".
var quantifiedFunctions = func() map[string]function {
	out := map[string]function{}
	for _, op := range []string{"eq", "ne", "lt", "le", "gt", "ge", "like", "not_like"} {
		for _, every := range []bool{false, true} {
			name := "$" + op + "_" + either(every, "all", "any")
			out[name] = custom(quantified(op, every))
			out[name+"_array"] = custom(quantifiedArray(op, every))
		}
	}
	return out
}()

func either(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

// compared is one comparison of the first argument with b.
func (c *call) compared(op, b string) string {
	a := c.args[0]
	ty := c.types[0]
	switch op {
	case "eq":
		return c.equal(a, b, ty)
	case "ne":
		return c.notEqual(a, b, ty)
	case "lt":
		return c.lessOf(a, b, "<")
	case "le":
		return c.lessOf(a, b, "<=")
	case "gt":
		return c.lessOf(b, a, "<")
	case "ge":
		return c.lessOf(b, a, "<=")
	}
	s := "(" + a + " LIKE " + b + ` ESCAPE '\')`
	if c.kind(0) != sqltype.String {
		s = "gsql_like_bytes(" + a + ", " + b + ")"
	}
	if op == "not_like" {
		return "(NOT " + s + ")"
	}
	return s
}

// lessOf is less of operands that are repeatable.
func (c *call) lessOf(a, b, op string) string {
	if c.kind(0) == sqltype.Float64 {
		return "(CASE WHEN isnan(" + b + ") THEN " + a + " <> " + a + " ELSE " + a + " " + op + " " + b + " END)"
	}
	return c.ordered("(" + a + " " + op + " " + b + ")")
}

func quantified(op string, every bool) func(*call) string {
	return func(c *call) string {
		c.simple()
		parts := make([]string, len(c.args)-1)
		for i, b := range c.args[1:] {
			parts[i] = c.compared(op, b)
		}
		return "(" + strings.Join(parts, either(every, " AND ", " OR ")) + ")"
	}
}

func quantifiedArray(op string, every bool) func(*call) string {
	return func(c *call) string {
		c.capture()
		v := c.t.letVar()
		found := "list_transform($2, lambda " + v + ": " + c.compared(op, v) + ")"
		decisive, otherwise := either(every, "false", "true"), either(every, "true", "false")
		return c.expand("(CASE WHEN coalesce(len($2), 0) = 0 THEN " + otherwise + " WHEN list_contains(" + found + ", " + decisive + ") THEN " + decisive +
			" WHEN list_count(" + found + ") < len($2) THEN NULL ELSE " + otherwise + " END)")
	}
}
