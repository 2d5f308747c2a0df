package duckdb

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

// text writes a string literal.
func text(s string) string {
	if !strings.Contains(s, "\x00") {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	parts := strings.Split(s, "\x00")
	for i, p := range parts {
		parts[i] = text(p)
	}
	return "(" + strings.Join(parts, " || chr(0) || ") + ")"
}

// literal writes a value of any type, with its type.
func (t *translator) literal(n gsql.ResolvedNode, v *gsql.Value) string {
	ty := resolvedType(get(v.Type()))
	duck := t.duckType(n, ty)
	if get(v.IsNull()) {
		return "CAST(NULL AS " + duck + ")"
	}
	if t.foldedInZone(n, ty) {
		return t.refuse(n, "CAST of a TIMESTAMP literal", "the analyser computes it in %s; use FORMAT_TIMESTAMP, DATE or DATETIME with the time zone", AnalyserZone)
	}
	switch ty.Kind {
	case sqltype.Int64:
		return "CAST(" + strconv.FormatInt(get(v.Int64Value()), 10) + " AS BIGINT)"
	case sqltype.Float64:
		return floatLiteral(get(v.DoubleValue()))
	case enum:
		return text(get(v.EnumDisplayName()))
	case sqltype.Bool:
		return strconv.FormatBool(get(v.BoolValue()))
	case sqltype.String:
		return text(get(v.StringValue()))
	case sqltype.Bytes:
		return blobLiteral(get(v.BytesValue()))
	case sqltype.Numeric:
		return "CAST('" + get(get(v.NumericValue()).ToString()) + "' AS DECIMAL(38,9))"
	case sqltype.BigNumeric:
		return "gsql_to_bignumeric('" + get(get(v.BignumericValue()).ToString()) + "')"
	case sqltype.Date:
		return "DATE '" + time.Unix(int64(get(v.DateValue()))*86400, 0).UTC().Format("2006-01-02") + "'"
	case sqltype.Time:
		return t.timeLiteral(n, v)
	case sqltype.DateTime:
		return t.datetimeLiteral(n, v)
	case sqltype.Timestamp:
		us := get(v.ToUnixMicros())
		if ns, err := v.ToUnixNanos(); err == nil && ns%1000 != 0 {
			return t.refuse(n, "TIMESTAMP with nanoseconds", "the embedded warehouse keeps microseconds")
		}
		us, ok := t.literalInstant(n, us)
		if !ok {
			return t.refuse(n, "TIMESTAMP literal", "it names no time zone, and what it means in %s cannot be told here; write the zone into the literal", t.opts.TimeZone)
		}
		return "TIMESTAMPTZ '" + time.UnixMicro(us).UTC().Format("2006-01-02 15:04:05.999999") + "+00'"
	case sqltype.Interval:
		i := get(v.IntervalValue())
		if get(i.GetNanoFractions()) != 0 {
			return t.refuse(n, "INTERVAL with nanoseconds", "the embedded warehouse keeps microseconds")
		}
		return fmt.Sprintf("(to_months(%d) + to_days(%d) + to_microseconds(CAST(%d AS BIGINT)))", get(i.GetMonths()), get(i.GetDays()), get(i.GetMicros()))
	case sqltype.JSON:
		return "CAST(" + text(get(v.JsonString())) + " AS JSON)"
	case sqltype.Array:
		n32 := get(v.NumElements())
		parts := make([]string, n32)
		for i := range n32 {
			parts[i] = t.literal(n, get(v.Element(i)))
		}
		return "CAST([" + strings.Join(parts, ", ") + "] AS " + duck + ")"
	case sqltype.Struct:
		parts := make([]string, len(ty.Fields))
		for i := range parts {
			parts[i] = t.literal(n, get(v.Field(int32(i))))
		}
		return t.structOf(n, ty, parts)
	case sqltype.Range:
		bound := func(b *gsql.Value) string {
			if get(b.IsNull()) {
				return "CAST(NULL AS " + TypeOf(*ty.Elem) + ")"
			}
			return t.literal(n, b)
		}
		return "{'start': " + bound(get(v.Start())) + ", 'end': " + bound(get(v.End())) + "}"
	}
	return t.refuse(n, "literal of "+ty.String(), "a literal of %s cannot be written for the embedded warehouse", ty)
}

// floatLiteral is exact: DuckDB reads the exponent form as a DOUBLE.
func floatLiteral(f float64) string {
	switch {
	case math.IsNaN(f):
		return "CAST('nan' AS DOUBLE)"
	case math.IsInf(f, 1):
		return "CAST('inf' AS DOUBLE)"
	case math.IsInf(f, -1):
		return "CAST('-inf' AS DOUBLE)"
	}
	return "CAST('" + strconv.FormatFloat(f, 'g', -1, 64) + "' AS DOUBLE)"
}

func blobLiteral(s string) string {
	return "unhex('" + hex.EncodeToString([]byte(s)) + "')"
}

func (t *translator) timeLiteral(n gsql.ResolvedNode, v *gsql.Value) string {
	x := get(v.TimeValue())
	if get(x.Nanoseconds())%1000 != 0 {
		return t.refuse(n, "TIME with nanoseconds", "the embedded warehouse keeps microseconds")
	}
	return fmt.Sprintf("TIME '%02d:%02d:%02d.%06d'", get(x.Hour()), get(x.Minute()), get(x.Second()), get(x.Microseconds()))
}

func (t *translator) datetimeLiteral(n gsql.ResolvedNode, v *gsql.Value) string {
	x := get(v.DatetimeValue())
	if get(x.Nanoseconds())%1000 != 0 {
		return t.refuse(n, "DATETIME with nanoseconds", "the embedded warehouse keeps microseconds")
	}
	return fmt.Sprintf("TIMESTAMP '%04d-%02d-%02d %02d:%02d:%02d.%06d'", get(x.Year()), get(x.Month()), get(x.Day()),
		get(x.Hour()), get(x.Minute()), get(x.Second()), get(x.Microseconds()))
}
