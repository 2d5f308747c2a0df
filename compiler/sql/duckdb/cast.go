package duckdb

import (
	"strings"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// cast writes CAST and SAFE_CAST, and the coercions that the analyser added.
func (t *translator) cast(e *gsql.ResolvedCast, scope *env) string {
	from, to := resolvedType(get(get(e.Expr()).Type())), resolvedType(get(e.Type()))
	safe := get(e.ReturnNullOnError())
	for _, ty := range []sqltype.Type{from, to} {
		if TypeOf(ty) == "" {
			t.duckType(e, ty)
			return "NULL"
		}
	}
	x := t.expr(get(e.Expr()), scope)
	if get(e.Format()) != nil || get(e.TimeZone()) != nil {
		return t.formatCast(e, x, from, to, safe, scope)
	}
	s := t.castTo(e, x, from, to, safe)
	mods, err := e.TypeModifiers()
	if err != nil || mods == nil {
		return s
	}
	p, err := readParams(get(mods.TypeParameters()))
	switch {
	case err != nil:
		return t.refuse(e, "CAST to a parameterised type", "%s; cast to %s and use ROUND or SUBSTR", err, to.Kind)
	case p == nil || p.empty():
		return s
	case safe:
		return t.bind(s, func(v string) string { return "TRY(" + t.limit(v, to, *p) + ")" })
	}
	return t.limit(s, to, *p)
}

// caster is one conversion of a scalar; $1 is the value.
type caster struct {
	tmpl  string
	total bool // cannot fail
	dup   bool // repeats the value
}

type kinds struct{ from, to sqltype.Kind }

// casts are the conversions between scalars; %tz is the default time zone.
var casts = map[kinds]caster{
	{enum, sqltype.String}:                {"$1", true, false},
	{sqltype.Int64, sqltype.Float64}:      {"CAST($1 AS DOUBLE)", true, false},
	{sqltype.Int64, sqltype.Numeric}:      {"CAST($1 AS DECIMAL(38,9))", true, false},
	{sqltype.Int64, sqltype.BigNumeric}:   {"gsql_big_from_int($1)", true, false},
	{sqltype.Float64, sqltype.BigNumeric}: {"gsql_big_from_float($1)", false, false},
	{sqltype.Numeric, sqltype.BigNumeric}: {"gsql_big_from_numeric(CAST($1 AS VARCHAR))", true, false},
	{sqltype.String, sqltype.BigNumeric}:  {"gsql_to_bignumeric($1)", false, false},
	{sqltype.BigNumeric, sqltype.Int64}:   {"gsql_big_to_int($1)", false, false},
	{sqltype.BigNumeric, sqltype.Float64}: {"gsql_big_to_float($1)", true, false},
	{sqltype.BigNumeric, sqltype.Numeric}: {"CAST(gsql_big_to_numeric($1) AS DECIMAL(38,9))", false, false},
	{sqltype.BigNumeric, sqltype.String}:  {"gsql_big_text($1)", true, false},
	{sqltype.Int64, sqltype.Bool}:         {"($1 <> 0)", true, false},
	{sqltype.Int64, sqltype.String}:       {"CAST($1 AS VARCHAR)", true, false},
	{sqltype.Float64, sqltype.Int64}:      {"CAST(round($1) AS BIGINT)", false, false},
	{sqltype.Float64, sqltype.Numeric}:    {"CAST(gsql_float_to_numeric($1) AS DECIMAL(38,9))", false, false},
	{sqltype.Float64, sqltype.String}:     {"gsql_float_text($1)", true, false},
	{sqltype.Numeric, sqltype.Int64}:      {"CAST(gsql_numeric_round(CAST($1 AS VARCHAR), CAST(0 AS BIGINT), false) AS BIGINT)", false, false},
	{sqltype.Numeric, sqltype.Float64}:    {"CAST(CAST($1 AS VARCHAR) AS DOUBLE)", true, false},
	{sqltype.Numeric, sqltype.String}:     {"rtrim(rtrim(CAST($1 AS VARCHAR), '0'), '.')", true, false},
	{sqltype.Bool, sqltype.Int64}:         {"CAST($1 AS BIGINT)", true, false},
	{sqltype.Bool, sqltype.String}:        {"CAST($1 AS VARCHAR)", true, false},
	{sqltype.String, sqltype.Int64}:       {"gsql_to_int64($1)", false, false},
	{sqltype.String, sqltype.Float64}:     {"gsql_to_float64($1)", false, false},
	{sqltype.String, sqltype.Numeric}:     {"CAST(gsql_to_numeric($1) AS DECIMAL(38,9))", false, false},
	{sqltype.String, sqltype.Bool}:        {"gsql_to_bool($1)", false, false},
	{sqltype.String, sqltype.Bytes}:       {"encode($1)", true, false},
	{sqltype.Bytes, sqltype.String}:       {"decode($1)", false, false},
	{sqltype.String, sqltype.Date}:        {"(DATE '1970-01-01' + CAST(gsql_to_date($1) AS INTEGER))", false, false},
	{sqltype.String, sqltype.Time}:        {"(TIME '00:00:00' + to_microseconds(gsql_to_time($1)))", false, false},
	{sqltype.String, sqltype.DateTime}:    {"make_timestamp(gsql_to_datetime($1))", false, false},
	{sqltype.String, sqltype.Timestamp}:   {"make_timestamptz(gsql_to_timestamp($1, %tz))", false, false},
	{sqltype.String, sqltype.Interval}:    {"gsql_to_interval($1)", false, false},
	{sqltype.Date, sqltype.String}:        {"gsql_date_text($1 - DATE '1970-01-01')", true, false},
	{sqltype.Time, sqltype.String}:        {"gsql_time_text(epoch_us($1))", true, false},
	{sqltype.DateTime, sqltype.String}:    {"gsql_datetime_text(epoch_us($1))", true, false},
	{sqltype.Timestamp, sqltype.String}:   {"gsql_timestamp_text(epoch_us($1), %tz)", true, false},
	{sqltype.Interval, sqltype.String}:    {"gsql_interval_text($1)", true, false},
	{sqltype.Date, sqltype.DateTime}:      {"CAST($1 AS TIMESTAMP)", true, false},
	{sqltype.Date, sqltype.Timestamp}:     {"make_timestamptz(gsql_instant(epoch_us(CAST($1 AS TIMESTAMP)), %tz))", false, false},
	{sqltype.DateTime, sqltype.Date}:      {"CAST($1 AS DATE)", true, false},
	{sqltype.DateTime, sqltype.Time}:      {"CAST($1 AS TIME)", true, false},
	{sqltype.DateTime, sqltype.Timestamp}: {"make_timestamptz(gsql_instant(epoch_us($1), %tz))", false, false},
	{sqltype.Timestamp, sqltype.Date}:     {"CAST(make_timestamp(gsql_local_datetime(epoch_us($1), %tz)) AS DATE)", false, false},
	{sqltype.Timestamp, sqltype.Time}:     {"CAST(make_timestamp(gsql_local(epoch_us($1), %tz)) AS TIME)", false, false},
	{sqltype.Timestamp, sqltype.DateTime}: {"make_timestamp(gsql_local_datetime(epoch_us($1), %tz))", false, false},
}

// castTo converts x. Values of one kind keep their value; only the names of
// STRUCT fields may change.
func (t *translator) castTo(n nodeAt, x string, from, to sqltype.Type, safe bool) string {
	duck := t.duckType(n, to)
	if strings.HasPrefix(x, "CAST(NULL AS ") && !strings.Contains(x, "||") && strings.Count(x, "(") <= 2 {
		return "CAST(NULL AS " + duck + ")"
	}
	switch {
	case from.Kind == sqltype.Array && to.Kind == sqltype.Array:
		if TypeOf(from) == duck {
			return x
		}
		v := t.letVar()
		body := t.castTo(n, v, *from.Elem, *to.Elem, false)
		s := "list_transform(" + x + ", lambda " + v + ": " + body + ")"
		if safe {
			return "TRY(" + s + ")"
		}
		return s
	case from.Kind == sqltype.Struct && to.Kind == sqltype.Struct:
		if TypeOf(from) == duck {
			return x
		}
		v := t.letVar()
		fn, tn := FieldNames(from), FieldNames(to)
		parts := make([]string, len(tn))
		for i := range tn {
			parts[i] = text(tn[i]) + ": " + t.castTo(n, "struct_extract("+v+", "+text(fn[i])+")", from.Fields[i].Type, to.Fields[i].Type, false)
		}
		s := "list_transform([" + x + "], lambda " + v + ": CASE WHEN " + v + " IS NULL THEN NULL ELSE {" + strings.Join(parts, ", ") + "} END)[1]"
		if safe {
			return "TRY(" + s + ")"
		}
		return s
	case from.Kind == to.Kind:
		return x
	case from.Kind == sqltype.Range && to.Kind == sqltype.String && from.Elem != nil:
		return t.rangeToString(n, x, *from.Elem)
	case from.Kind == sqltype.String && to.Kind == sqltype.Range && to.Elem != nil:
		return t.stringToRange(n, x, to, safe)
	}
	c, ok := casts[kinds{from.Kind, to.Kind}]
	if !ok {
		return t.refuse(n, "CAST "+string(from.Kind)+" AS "+string(to.Kind), "a cast from %s to %s is not translated", from, to)
	}
	tmpl := strings.ReplaceAll(c.tmpl, "%tz", text(t.opts.TimeZone))
	if !safe || c.total {
		return strings.ReplaceAll(tmpl, "$1", x)
	}
	if safeTmpl := strings.ReplaceAll(tmpl, "gsql_to_", "gsql_safe_to_"); safeTmpl != tmpl {
		return strings.ReplaceAll(safeTmpl, "$1", x)
	}
	if isSimple(x) {
		return "TRY(" + strings.ReplaceAll(tmpl, "$1", x) + ")"
	}
	v := t.letVar()
	return "list_transform([" + x + "], lambda " + v + ": TRY(" + strings.ReplaceAll(tmpl, "$1", v) + "))[1]"
}
