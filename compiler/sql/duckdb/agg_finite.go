package duckdb

import (
	"fmt"
	"slices"
	"strings"
)

// A sum of FLOAT64 is infinite for one of two reasons: a value was, or the sum left
// the range, which in GoogleSQL is an error. So whether all values are finite is
// aggregated as well, and that once for all the sums of a scan.

// finiteSum fails where a sum of finite numbers left the range. A value that left it
// on the way shows in the sum: what is summed goes without its own checks.
func (a *aggCall) finiteSum(write func(b *aggCall, x string) string) string {
	x, leaves := a.args[0], []string{a.args[0]}
	if u, ok := a.t.checked[x]; ok {
		x, leaves = u.raw, u.leaves
	}
	s := write(a, x)
	finite := "true"
	switch {
	case len(leaves) == 0:
	case a.over == "" && a.filter == "" && len(a.raw.finite.sums) < mostChecks:
		finite = a.raw.finite.add(x, leaves)
	default:
		b := *a
		b.distinct, b.order = false, nil
		finite = b.write("bool_and", allFinite(leaves))
	}
	return "(CASE WHEN isfinite(" + s + ") THEN " + s + " WHEN " + s + " IS NULL THEN NULL WHEN NOT " + finite + " THEN " + s + " ELSE " + a.fail("double overflow") + " END)"
}

// allFinite asks for the range of FLOAT64, not with isfinite: what DuckDB knows of a
// stored column's least and greatest value answers that before any row is read.
func allFinite(leaves []string) string {
	parts := make([]string, len(leaves))
	for i, l := range leaves {
		parts[i] = l + " BETWEEN CAST('-1.7976931348623157e308' AS DOUBLE) AND CAST('1.7976931348623157e308' AS DOUBLE)"
	}
	return "(" + strings.Join(parts, " AND ") + ")"
}

// finiteChecks are the unfiltered sums of a scan. Their checks become one aggregate,
// which needs all of them: until resolve, marks stand for it.
type finiteChecks struct {
	sums   []string // what is summed
	leaves [][]string
}

// mostChecks is how many bits a BIGINT has for checks.
const mostChecks = 62

// add gives what stands for "all values of this sum are finite".
func (f *finiteChecks) add(x string, leaves []string) string {
	i := slices.Index(f.sums, x)
	if i < 0 {
		i = len(f.sums)
		f.sums = append(f.sums, x)
		f.leaves = append(f.leaves, leaves)
	}
	return mark(i)
}

func mark(i int) string { return fmt.Sprintf("\x01%d\x01", i) }

// resolve writes the checks in place of their marks. With several, each row gives a
// number with a bit for each sum to which it adds what is not finite: 0 for nearly
// every row.
func (r *rawAggregates) resolve(cols map[int32]string) {
	f := &r.finite
	var marks []string
	switch len(f.sums) {
	case 0:
		return
	case 1:
		marks = []string{mark(0), r.ref("bool_and" + allFinite(f.leaves[0]))}
	default:
		bits := r.ref(f.bits())
		for i := range f.sums {
			marks = append(marks, mark(i), fmt.Sprintf("((%s & %d) = 0)", bits, int64(1)<<i))
		}
	}
	replacer := strings.NewReplacer(marks...)
	for id, e := range cols {
		cols[id] = replacer.Replace(e)
	}
}

func (f *finiteChecks) bits() string {
	var all, each []string
	for i, leaves := range f.leaves {
		for _, l := range leaves {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
		each = append(each, fmt.Sprintf("CASE WHEN NOT %s AND %s IS NOT NULL THEN %d ELSE 0 END", allFinite(leaves), f.sums[i], int64(1)<<i))
	}
	kind := "UTINYINT"
	if len(f.sums) > 8 {
		kind = "BIGINT"
	}
	return "bit_or(CASE WHEN " + allFinite(all) + " THEN CAST(0 AS " + kind + ") ELSE CAST(" + strings.Join(each, " + ") + " AS " + kind + ") END)"
}
