package duckdb

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// formatCast writes CAST … FORMAT … AT TIME ZONE, which the prelude does.
func (t *translator) formatCast(e *gsql.ResolvedCast, x string, from, to sqltype.Type, safe bool, scope *env) string {
	format := "CAST(NULL AS VARCHAR)"
	if f := get(e.Format()); f != nil {
		format = t.expr(f, scope)
	}
	zone := text(t.opts.TimeZone)
	if z := get(e.TimeZone()); z != nil {
		zone = t.expr(z, scope)
	}
	fn := "gsql_cast_"
	if safe {
		fn = "gsql_safe_cast_"
	}
	kind := text(string(from.Kind))
	switch {
	case get(e.Format()) == nil:
	case to.Kind == sqltype.String && from.Kind == sqltype.Bytes:
		return fn + "format_bytes(" + x + ", " + format + ")"
	case from.Kind == sqltype.String && to.Kind == sqltype.Bytes:
		return fn + "parse_bytes(" + x + ", " + format + ")"
	case to.Kind == sqltype.String:
		switch from.Kind {
		case sqltype.Int64, sqltype.Numeric, sqltype.Float64:
			return fn + "format_number(CAST(" + x + " AS VARCHAR), " + kind + ", " + format + ")"
		case sqltype.BigNumeric:
			return fn + "format_number(gsql_big_text(" + x + "), " + kind + ", " + format + ")"
		case sqltype.Date:
			return fn + "format_clock(epoch_us(CAST(" + x + " AS TIMESTAMP)), " + kind + ", " + format + ", 'UTC')"
		case sqltype.Time, sqltype.DateTime:
			return fn + "format_clock(epoch_us(" + x + "), " + kind + ", " + format + ", 'UTC')"
		case sqltype.Timestamp:
			return fn + "format_clock(epoch_us(" + x + "), " + kind + ", " + format + ", " + zone + ")"
		}
	case from.Kind == sqltype.String:
		switch to.Kind {
		case sqltype.Date, sqltype.Time, sqltype.DateTime, sqltype.Timestamp:
			return fromMicros(to.Kind, fn+"parse_clock("+x+", "+text(string(to.Kind))+", "+format+", "+zone+", epoch_us(now()))")
		}
	}
	return t.refuse(e, "CAST … FORMAT", "a cast from %s to %s with a format or a time zone is not translated", from, to)
}

// params are the parameters of a type: STRING(3), NUMERIC(5, 2), and those of
// elements and fields.
type params struct {
	length           int64
	precision, scale int64
	sized            bool // NUMERIC or BIGNUMERIC with parameters
	children         []params
}

var paramForm = regexp.MustCompile(`(max_length|precision|scale)=(\d+)`)

// readParams reads the type parameters of a cast; none is nil.
func readParams(p *gsql.TypeParameters) (*params, error) {
	if p == nil || get(p.IsEmpty()) && get(p.NumChildren()) == 0 {
		return nil, nil
	}
	out := &params{}
	for _, c := range get(p.ChildList()) {
		child, err := readParams(c)
		if err != nil {
			return nil, err
		}
		if child == nil {
			child = &params{}
		}
		out.children = append(out.children, *child)
	}
	if len(out.children) > 0 {
		return out, nil
	}
	told := get(p.DebugString())
	found := paramForm.FindAllStringSubmatch(told, -1)
	if len(found) == 0 {
		return nil, fmt.Errorf("the type parameters %s are not translated", told)
	}
	for _, m := range found {
		n, err := strconv.ParseInt(m[2], 10, 64)
		if err != nil {
			return nil, err
		}
		switch m[1] {
		case "max_length":
			out.length = n
		case "precision":
			out.precision, out.sized = n, true
		case "scale":
			out.scale = n
		}
	}
	return out, nil
}

func (p params) empty() bool {
	for _, c := range p.children {
		if !c.empty() {
			return false
		}
	}
	return p.length == 0 && !p.sized
}

// limit makes a value obey the parameters of its type, or fail. x may be repeated.
func (t *translator) limit(x string, ty sqltype.Type, p params) string {
	if p.empty() {
		return x
	}
	bounds := fmt.Sprintf("CAST(%d AS BIGINT), CAST(%d AS BIGINT)", p.precision, p.scale)
	switch ty.Kind {
	case sqltype.String:
		return fmt.Sprintf("gsql_limit_text(%s, CAST(%d AS BIGINT))", x, p.length)
	case sqltype.Bytes:
		return fmt.Sprintf("gsql_limit_bytes(%s, CAST(%d AS BIGINT))", x, p.length)
	case sqltype.Numeric:
		return "CAST(gsql_limit_numeric(CAST(" + x + " AS VARCHAR), " + bounds + ") AS DECIMAL(38,9))"
	case sqltype.BigNumeric:
		return "gsql_limit_big(" + x + ", " + bounds + ")"
	case sqltype.Array:
		v := t.letVar()
		return "list_transform(" + x + ", lambda " + v + ": " + t.limit(v, *ty.Elem, p.children[0]) + ")"
	case sqltype.Struct:
		v := t.letVar()
		names := FieldNames(ty)
		parts := make([]string, len(names))
		for i, n := range names {
			parts[i] = text(n) + ": " + t.limit("struct_extract("+v+", "+text(n)+")", ty.Fields[i].Type, p.children[i])
		}
		return "list_transform([" + x + "], lambda " + v + ": CASE WHEN " + v + " IS NULL THEN NULL ELSE {" + strings.Join(parts, ", ") + "} END)[1]"
	}
	return x
}

// bind evaluates x once, under a name that body repeats.
func (t *translator) bind(x string, body func(string) string) string {
	if isSimple(x) {
		return body(x)
	}
	v := t.letVar()
	return "list_transform([" + x + "], lambda " + v + ": " + body(v) + ")[1]"
}
