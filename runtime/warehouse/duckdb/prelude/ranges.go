package prelude

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

var rangeFunctions = map[string]*udf{
	"gsql_range_bounds": fn6(rangeBounds),
	"gsql_interval_mul": fn2(intervalMul),
	"gsql_interval_div": fn2(intervalDiv),
	"gsql_interval_iso": fn1(func(i duckdb.Interval) (string, error) { return intervalISO(i), nil }),
}

// rangeBounds gives where the parts of GENERATE_RANGE_ARRAY start, or where they
// end.
func rangeBounds(from, to int64, step duckdb.Interval, partial bool, kind, bound string) (ints, error) {
	isInstant := kind == "TIMESTAMP"
	if step.Months < 0 || step.Days < 0 || step.Micros < 0 || step == (duckdb.Interval{}) {
		return nil, errors.New("the step of GENERATE_RANGE_ARRAY must be positive")
	}
	if isInstant && step.Months != 0 || kind == "DATE" && step.Micros != 0 || step.Months != 0 && (step.Days != 0 || step.Micros != 0) {
		return nil, fmt.Errorf("the step %s does not suit a range of %s", intervalText(step), kind)
	}
	starts, ends := ints{}, ints{}
	at := from
	for k := int64(1); at < to; k++ {
		next, err := addInterval(from, duckdb.Interval{Months: step.Months * int32(k), Days: step.Days * int32(k), Micros: step.Micros * k}, 1, isInstant)
		if err != nil || next > to {
			if !partial {
				break
			}
			next = to
		}
		starts, ends = append(starts, at), append(ends, next)
		if len(starts) > maxElements {
			return nil, errors.New("the generated array is too long")
		}
		at = next
	}
	if bound == "start" {
		return starts, nil
	}
	return ends, nil
}

var errInterval = errors.New("interval overflow")

// intervalMul multiplies each field.
func intervalMul(i duckdb.Interval, n int64) (duckdb.Interval, error) {
	fields := [3]int64{int64(i.Months), int64(i.Days), i.Micros}
	for k, f := range fields {
		if f != 0 && n != 0 && (f*n/n != f || n == math.MinInt64) {
			return i, errInterval
		}
		fields[k] = f * n
	}
	return newInterval(fields[0], fields[1], fields[2])
}

// intervalDiv divides each field; what is left of it joins the next one, a month
// as 30 days.
func intervalDiv(i duckdb.Interval, n int64) (duckdb.Interval, error) {
	if n == 0 {
		return i, errZero
	}
	months := int64(i.Months)
	days := int64(i.Days) + months%n*30
	micros := new(big.Int).Mul(big.NewInt(days%n), big.NewInt(day))
	micros.Add(micros, big.NewInt(i.Micros)).Quo(micros, big.NewInt(n))
	if !micros.IsInt64() {
		return i, errInterval
	}
	return newInterval(months/n, days/n, micros.Int64())
}

// intervalISO is ISO 8601's form of an interval, each field with its own sign.
func intervalISO(i duckdb.Interval) string {
	if i == (duckdb.Interval{}) {
		return "P0Y"
	}
	var b strings.Builder
	field := func(n int64, unit string) {
		if n != 0 {
			b.WriteString(strconv.FormatInt(n, 10) + unit)
		}
	}
	b.WriteByte('P')
	field(int64(i.Months)/12, "Y")
	field(int64(i.Months)%12, "M")
	field(int64(i.Days), "D")
	if i.Micros == 0 {
		return b.String()
	}
	b.WriteByte('T')
	us := i.Micros
	field(us/hour, "H")
	field(us%hour/minute, "M")
	if rest := us % minute; rest != 0 {
		if rest < 0 {
			b.WriteByte('-')
			rest = -rest
		}
		b.WriteString(strconv.FormatInt(rest/second, 10) + fraction0(rest%second) + "S")
	}
	return b.String()
}

// fraction0 is a fraction of a second without trailing zeros.
func fraction0(us int64) string {
	if us == 0 {
		return ""
	}
	return strings.TrimRight(fmt.Sprintf(".%06d", us), "0")
}

var isoInterval = regexp.MustCompile(`^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,6}))?S)?)?$`)

// parseISO reads ISO 8601's form; ok is false where the text is none.
func parseISO(s string) (i duckdb.Interval, ok bool, err error) {
	m := isoInterval.FindStringSubmatch(s)
	if m == nil || s == "P" || m[5] == "T" {
		return i, false, nil
	}
	n := func(t string) int64 { v, _ := strconv.ParseInt(t, 10, 40); return v }
	micros := n(m[9])*second + n((m[10] + "000000")[:6])
	if m[8] == "-" {
		micros = -micros
	}
	i, err = newInterval(n(m[1])*12+n(m[2]), n(m[3])*7+n(m[4]), n(m[6])*hour+n(m[7])*minute+micros)
	return i, true, err
}
