package duckdb_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// The functions here are evaluated a second time, in plain Go that shares nothing
// with the prelude, over expressions made at random.

// result is the value of a generated expression: a string, an int64, a time.Time
// for a DATE, a bool, or nil for NULL.
type result = any

var errReference = errors.New("error")

// scalarCase is one function: its argument kinds (s string, i small integer, d
// date, n big integer), how it is written, and what it is.
type scalarCase struct {
	args string
	sql  string // %s for each argument
	eval func(a []result) (result, error)
	kind byte // of the result
}

func runes(v result) []rune { return []rune(v.(string)) }

func clip(n, lo, hi int64) int64 { return max(lo, min(n, hi)) }

// part is s[from:to] with bounds that may lie outside.
func part(r []rune, from, to int64) string {
	n := int64(len(r))
	from, to = clip(from, 0, n), clip(to, 0, n)
	if from > to {
		return ""
	}
	return string(r[from:to])
}

func substr(s result, pos, n int64) (result, error) {
	if n < 0 {
		return nil, errReference
	}
	r := runes(s)
	size := int64(len(r))
	switch {
	case pos < -size || pos == 0:
		pos = 1
	case pos < 0:
		pos += size + 1
	}
	return part(r, pos-1, pos-1+n), nil
}

func padded(a []result, left bool) (result, error) {
	s, n, p := runes(a[0]), a[1].(int64), runes(a[2])
	if n < 0 || len(p) == 0 {
		return nil, errReference
	}
	if int64(len(s)) >= n {
		return string(s[:n]), nil
	}
	var fill []rune
	for i := 0; int64(len(fill)+len(s)) < n; i++ {
		fill = append(fill, p[i%len(p)])
	}
	if left {
		return string(fill) + string(s), nil
	}
	return string(s) + string(fill), nil
}

// instr finds an occurrence by looking at every position.
func instr(a []result) (result, error) {
	s, sub, pos, n := runes(a[0]), runes(a[1]), a[2].(int64), a[3].(int64)
	if pos == 0 || n < 1 {
		return nil, errReference
	}
	at := func(i int64) bool {
		return i >= 0 && i+int64(len(sub)) <= int64(len(s)) && string(s[i:i+int64(len(sub))]) == string(sub)
	}
	if pos > 0 {
		for i := pos - 1; i <= int64(len(s)); i++ {
			if at(i) {
				if n--; n == 0 {
					return i + 1, nil
				}
			}
		}
		return int64(0), nil
	}
	for i := int64(len(s)) + pos; i >= 0; i-- {
		if at(i) {
			if n--; n == 0 {
				return i + 1, nil
			}
		}
	}
	return int64(0), nil
}

func checked(v *big.Int) (result, error) {
	if !v.IsInt64() {
		return nil, errReference
	}
	return v.Int64(), nil
}

func bigs(a []result) (x, y *big.Int) { return big.NewInt(a[0].(int64)), big.NewInt(a[1].(int64)) }

func day(a result) time.Time { return a.(time.Time) }

func inYears(t time.Time) (result, error) {
	if t.Year() < 1 || t.Year() > 9999 {
		return nil, errReference
	}
	return t, nil
}

// monthsLater steps month by month, and then back from a day that is not there.
func monthsLater(t time.Time, n int64) (result, error) {
	m := int64(t.Year())*12 + int64(t.Month()) - 1 + n
	for d := t.Day(); ; d-- {
		u := time.Date(int(m/12), time.Month(m%12+1), d, 0, 0, 0, 0, time.UTC)
		if u.Day() == d {
			return inYears(u)
		}
	}
}

// weekStart goes back day by day.
func weekStart(t time.Time, first time.Weekday) time.Time {
	for t.Weekday() != first {
		t = t.AddDate(0, 0, -1)
	}
	return t
}

func daysBetween(a, b time.Time) int64 { return (a.Unix() - b.Unix()) / 86400 }

// weekOfYear counts the Sundays of the year so far.
func weekOfYear(t time.Time, first time.Weekday) int64 {
	n := int64(0)
	for u := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC); !u.After(t); u = u.AddDate(0, 0, 1) {
		if u.Weekday() == first {
			n++
		}
	}
	return n
}

var scalarCases = []scalarCase{
	{"sii", "SUBSTR(%s, %s, %s)", func(a []result) (result, error) { return substr(a[0], a[1].(int64), a[2].(int64)) }, 's'},
	{"si", "SUBSTR(%s, %s)", func(a []result) (result, error) { return substr(a[0], a[1].(int64), 1<<40) }, 's'},
	{"si", "LEFT(%s, %s)", func(a []result) (result, error) {
		if a[1].(int64) < 0 {
			return nil, errReference
		}
		return part(runes(a[0]), 0, a[1].(int64)), nil
	}, 's'},
	{"si", "RIGHT(%s, %s)", func(a []result) (result, error) {
		if a[1].(int64) < 0 {
			return nil, errReference
		}
		r := runes(a[0])
		return part(r, int64(len(r))-a[1].(int64), int64(len(r))), nil
	}, 's'},
	{"sis", "LPAD(%s, %s, %s)", func(a []result) (result, error) { return padded(a, true) }, 's'},
	{"sis", "RPAD(%s, %s, %s)", func(a []result) (result, error) { return padded(a, false) }, 's'},
	{"si", "REPEAT(%s, %s)", func(a []result) (result, error) {
		if a[1].(int64) < 0 {
			return nil, errReference
		}
		return strings.Repeat(a[0].(string), int(a[1].(int64))), nil
	}, 's'},
	{"s", "REVERSE(%s)", func(a []result) (result, error) {
		out := ""
		for _, r := range a[0].(string) {
			out = string(r) + out
		}
		return out, nil
	}, 's'},
	{"sss", "REPLACE(%s, %s, %s)", func(a []result) (result, error) {
		s, from, to := a[0].(string), a[1].(string), a[2].(string)
		if from == "" {
			return s, nil
		}
		return strings.Join(strings.Split(s, from), to), nil
	}, 's'},
	{"ss", "STRPOS(%s, %s)", func(a []result) (result, error) { return instr([]result{a[0], a[1], int64(1), int64(1)}) }, 'i'},
	{"ssii", "INSTR(%s, %s, %s, %s)", func(a []result) (result, error) {
		if a[1].(string) == "" {
			return nil, nil // left to the tests of documented values
		}
		return instr(a)
	}, 'i'},
	{"ss", "STARTS_WITH(%s, %s)", func(a []result) (result, error) { return strings.Index(a[0].(string)+"\x00", a[1].(string)) == 0, nil }, 'b'},
	{"ss", "ENDS_WITH(%s, %s)", func(a []result) (result, error) {
		s, e := a[0].(string), a[1].(string)
		return len(s) >= len(e) && s[len(s)-len(e):] == e, nil
	}, 'b'},
	{"s", "LENGTH(%s)", func(a []result) (result, error) { return int64(utf8.RuneCountInString(a[0].(string))), nil }, 'i'},
	{"s", "BYTE_LENGTH(%s)", func(a []result) (result, error) { return int64(len(a[0].(string))), nil }, 'i'},
	{"ss", "CONCAT(%s, %s)", func(a []result) (result, error) { return a[0].(string) + a[1].(string), nil }, 's'},
	{"s", "TO_HEX(CAST(%s AS BYTES))", func(a []result) (result, error) { return fmt.Sprintf("%x", a[0].(string)), nil }, 's'},
	{"ss", "ARRAY_TO_STRING(SPLIT(%s, ','), %s)", func(a []result) (result, error) {
		return strings.ReplaceAll(a[0].(string), ",", a[1].(string)), nil
	}, 's'},
	{"ss", "TRIM(%s, %s)", func(a []result) (result, error) {
		r, set := runes(a[0]), a[1].(string)
		for len(r) > 0 && strings.ContainsRune(set, r[0]) {
			r = r[1:]
		}
		for len(r) > 0 && strings.ContainsRune(set, r[len(r)-1]) {
			r = r[:len(r)-1]
		}
		return string(r), nil
	}, 's'},
	{"nn", "%s + %s", func(a []result) (result, error) { x, y := bigs(a); return checked(x.Add(x, y)) }, 'n'},
	{"nn", "%s - %s", func(a []result) (result, error) { x, y := bigs(a); return checked(x.Sub(x, y)) }, 'n'},
	{"nn", "%s * %s", func(a []result) (result, error) { x, y := bigs(a); return checked(x.Mul(x, y)) }, 'n'},
	{"nn", "DIV(%s, %s)", func(a []result) (result, error) {
		x, y := bigs(a)
		if y.Sign() == 0 {
			return nil, errReference
		}
		return checked(x.Quo(x, y))
	}, 'n'},
	{"nn", "MOD(%s, %s)", func(a []result) (result, error) {
		x, y := bigs(a)
		if y.Sign() == 0 {
			return nil, errReference
		}
		return checked(x.Rem(x, y))
	}, 'n'},
	{"nn", "%s & %s", func(a []result) (result, error) { x, y := bigs(a); return checked(x.And(x, y)) }, 'n'},
	{"nn", "%s ^ %s", func(a []result) (result, error) { x, y := bigs(a); return checked(x.Xor(x, y)) }, 'n'},
	{"n", "ABS(%s)", func(a []result) (result, error) { x := big.NewInt(a[0].(int64)); return checked(x.Abs(x)) }, 'n'},
	{"n", "SIGN(%s)", func(a []result) (result, error) { return int64(big.NewInt(a[0].(int64)).Sign()), nil }, 'n'},
	{"n", "BIT_COUNT(%s)", func(a []result) (result, error) {
		return int64(strings.Count(strconv.FormatUint(uint64(a[0].(int64)), 2), "1")), nil
	}, 'n'},
	{"nn", "GREATEST(%s, %s)", func(a []result) (result, error) { return max(a[0].(int64), a[1].(int64)), nil }, 'n'},
	{"n", "CAST(CAST(%s AS STRING) AS INT64)", func(a []result) (result, error) { return a[0], nil }, 'n'},
	{"di", "DATE_ADD(%s, INTERVAL %s DAY)", func(a []result) (result, error) { return inYears(day(a[0]).AddDate(0, 0, int(a[1].(int64)))) }, 'd'},
	{"di", "DATE_SUB(%s, INTERVAL %s WEEK)", func(a []result) (result, error) { return inYears(day(a[0]).AddDate(0, 0, -7*int(a[1].(int64)))) }, 'd'},
	{"di", "DATE_ADD(%s, INTERVAL %s MONTH)", func(a []result) (result, error) { return monthsLater(day(a[0]), a[1].(int64)) }, 'd'},
	{"di", "DATE_SUB(%s, INTERVAL %s QUARTER)", func(a []result) (result, error) { return monthsLater(day(a[0]), -3*a[1].(int64)) }, 'd'},
	{"di", "DATE_ADD(%s, INTERVAL %s YEAR)", func(a []result) (result, error) { return monthsLater(day(a[0]), 12*a[1].(int64)) }, 'd'},
	{"dd", "DATE_DIFF(%s, %s, DAY)", func(a []result) (result, error) { return daysBetween(day(a[0]), day(a[1])), nil }, 'i'},
	{"dd", "DATE_DIFF(%s, %s, MONTH)", func(a []result) (result, error) {
		x, y := day(a[0]), day(a[1])
		return int64(x.Year()*12+int(x.Month())) - int64(y.Year()*12+int(y.Month())), nil
	}, 'i'},
	{"dd", "DATE_DIFF(%s, %s, WEEK)", func(a []result) (result, error) {
		return daysBetween(weekStart(day(a[0]), time.Sunday), weekStart(day(a[1]), time.Sunday)) / 7, nil
	}, 'i'},
	{"dd", "DATE_DIFF(%s, %s, WEEK(THURSDAY))", func(a []result) (result, error) {
		return daysBetween(weekStart(day(a[0]), time.Thursday), weekStart(day(a[1]), time.Thursday)) / 7, nil
	}, 'i'},
	{"dd", "DATE_DIFF(%s, %s, ISOYEAR)", func(a []result) (result, error) {
		x, _ := day(a[0]).ISOWeek()
		y, _ := day(a[1]).ISOWeek()
		return int64(x - y), nil
	}, 'i'},
	{"d", "DATE_TRUNC(%s, WEEK(TUESDAY))", func(a []result) (result, error) { return inYears(weekStart(day(a[0]), time.Tuesday)) }, 'd'},
	{"d", "DATE_TRUNC(%s, ISOWEEK)", func(a []result) (result, error) { return inYears(weekStart(day(a[0]), time.Monday)) }, 'd'},
	{"d", "DATE_TRUNC(%s, MONTH)", func(a []result) (result, error) { return day(a[0]).AddDate(0, 0, 1-day(a[0]).Day()), nil }, 'd'},
	{"d", "LAST_DAY(%s)", func(a []result) (result, error) {
		t := day(a[0])
		for t.AddDate(0, 0, 1).Month() == t.Month() {
			t = t.AddDate(0, 0, 1)
		}
		return t, nil
	}, 'd'},
	{"d", "EXTRACT(DAYOFYEAR FROM %s)", func(a []result) (result, error) { return int64(day(a[0]).YearDay()), nil }, 'i'},
	{"d", "EXTRACT(DAYOFWEEK FROM %s)", func(a []result) (result, error) { return int64(day(a[0]).Weekday()) + 1, nil }, 'i'},
	{"d", "EXTRACT(WEEK FROM %s)", func(a []result) (result, error) { return weekOfYear(day(a[0]), time.Sunday), nil }, 'i'},
	{"d", "EXTRACT(WEEK(FRIDAY) FROM %s)", func(a []result) (result, error) { return weekOfYear(day(a[0]), time.Friday), nil }, 'i'},
	{"d", "EXTRACT(ISOWEEK FROM %s)", func(a []result) (result, error) { _, w := day(a[0]).ISOWeek(); return int64(w), nil }, 'i'},
	{"d", "EXTRACT(ISOYEAR FROM %s)", func(a []result) (result, error) { y, _ := day(a[0]).ISOWeek(); return int64(y), nil }, 'i'},
	{"d", "UNIX_DATE(%s)", func(a []result) (result, error) { return day(a[0]).Unix() / 86400, nil }, 'i'},
	{"d", "FORMAT_DATE('%%Y|%%m|%%d|%%j|%%a|%%B|%%U|%%W|%%V|%%G|%%u', %s)", func(a []result) (result, error) {
		t := day(a[0])
		y, w := t.ISOWeek()
		u := int(t.Weekday())
		if u == 0 {
			u = 7
		}
		return fmt.Sprintf("%d|%02d|%02d|%03d|%s|%s|%02d|%02d|%02d|%d|%d", t.Year(), t.Month(), t.Day(), t.YearDay(), t.Weekday().String()[:3], t.Month(),
			weekOfYear(t, time.Sunday), weekOfYear(t, time.Monday), w, y, u), nil
	}, 's'},
	{"d", "PARSE_DATE('%%F', CAST(%s AS STRING))", func(a []result) (result, error) { return a[0], nil }, 'd'},
	{"d", "CAST(%s AS STRING)", func(a []result) (result, error) { return day(a[0]).Format("2006-01-02"), nil }, 's'},
}

var (
	leafTexts = []string{"", "a", "ab", "aba", "ababab", "日本語", "é,ñ", ",", "a,b,,c", "ß", "x y", "🙂a", " ", "%", `\`}
	leafInts  = []int64{-9, -4, -3, -2, -1, 0, 1, 2, 3, 4, 7, 12, 30, 100}
	leafBigs  = []int64{-9223372036854775808, -9223372036854775807, -4611686018427387904, -3037000500, -7, -1, 0, 1, 2, 3, 1000000007, 4611686018427387904, 9223372036854775807}
	leafDates = []string{"0001-01-01", "0001-12-31", "1582-10-15", "1899-12-31", "1969-12-31", "1970-01-01", "2000-02-29", "2015-12-31", "2016-01-03", "2020-02-29", "2021-01-03", "2024-12-30", "2024-12-31", "9999-01-31", "9999-12-31"}
)

// generated makes an expression of a kind whose evaluation does not fail, unless it
// is the outermost. Its leaves are columns, so that nothing is folded away.
type generated struct {
	r    *rand.Rand
	from []string
}

func (g *generated) leaf(sql string) string {
	g.from = append(g.from, fmt.Sprintf("%s AS x%d", sql, len(g.from)))
	return fmt.Sprintf("x%d", len(g.from)-1)
}

func (g *generated) make(kind byte, depth int) (string, result, error) {
	if depth == 0 || g.r.IntN(3) == 0 {
		if g.r.IntN(25) == 0 {
			return g.leaf("CAST(NULL AS " + map[byte]string{'s': "STRING", 'i': "INT64", 'n': "INT64", 'd': "DATE"}[kind] + ")"), nil, nil
		}
		switch kind {
		case 's':
			s := leafTexts[g.r.IntN(len(leafTexts))]
			return g.leaf(quoted(s)), s, nil
		case 'd':
			s := leafDates[g.r.IntN(len(leafDates))]
			t, err := time.Parse("2006-01-02", s)
			return g.leaf("DATE '" + s + "'"), t, err
		case 'n':
			n := leafBigs[g.r.IntN(len(leafBigs))]
			return g.leaf(strconv.FormatInt(n, 10)), n, nil
		}
		n := leafInts[g.r.IntN(len(leafInts))]
		return g.leaf(strconv.FormatInt(n, 10)), n, nil
	}
	for {
		if c := scalarCases[g.r.IntN(len(scalarCases))]; c.kind == kind {
			return g.call(c, depth)
		}
	}
}

func (g *generated) call(c scalarCase, depth int) (string, result, error) {
	var texts []any
	var vals []result
	null := false
	for _, k := range []byte(c.args) {
		sub, v, err := g.make(k, depth-1)
		if n, ok := v.(int64); err != nil || ok && k == 'i' && (n > 400 || n < -400) {
			// An argument that fails, or a length that is out of proportion.
			sub, v, _ = g.make(k, 0)
		}
		texts, vals, null = append(texts, "("+sub+")"), append(vals, v), null || v == nil
	}
	sql := fmt.Sprintf(c.sql, texts...)
	if null {
		return sql, nil, nil
	}
	v, err := c.eval(vals)
	return sql, v, err
}

// resultText is a value as runsAs gives it.
func resultText(v result, err error) string {
	switch v := v.(type) {
	case nil:
		if err != nil {
			return "error"
		}
		return "NULL"
	case time.Time:
		return v.Format("2006-01-02 15:04:05 -0700 MST")
	default:
		return fmt.Sprint(v)
	}
}

// checkGenerated compares the expressions of one seed.
func checkGenerated(t *testing.T, a *analyser, run func(expr, from string) string, seed uint64, n int) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		g := &generated{r: r}
		c := scalarCases[r.IntN(len(scalarCases))]
		expr, v, err := g.call(c, 1+r.IntN(3))
		if strings.Contains(expr, "INSTR(") && v == nil && err == nil {
			continue
		}
		want := resultText(v, err)
		if got := run(expr, " FROM (SELECT "+strings.Join(g.from, ", ")+")"); got != want {
			t.Errorf("seed %d: %s with %s: %s, want %s", seed, expr, strings.Join(g.from, ", "), got, want)
		}
	}
}

// TestGeneratedExpressions evaluates expressions made at random by DuckDB and in Go.
func TestGeneratedExpressions(t *testing.T) {
	a, db := shared(), warehouse(t)
	run := func(expr, from string) string { return runsAs(t, a, db, expr, from) }
	for seed := range uint64(8) {
		checkGenerated(t, a, run, seed, 150)
	}
}

// FuzzGeneratedExpressions looks for a seed whose expressions differ.
func FuzzGeneratedExpressions(f *testing.F) {
	f.Add(uint64(42))
	f.Fuzz(func(t *testing.T, seed uint64) {
		a, db := shared(), warehouse(t)
		checkGenerated(t, a, func(expr, from string) string { return runsAs(t, a, db, expr, from) }, seed, 20)
	})
}
