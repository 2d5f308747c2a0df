package prelude

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// addInterval moves a wall clock, or an instant, by an interval times sign.
func addInterval(us int64, i duckdb.Interval, sign int64, isInstant bool) (int64, error) {
	if isInstant && i.Months != 0 {
		return 0, errors.New("an interval with months cannot be added to a TIMESTAMP")
	}
	if i.Months != 0 {
		d := floorDiv(us, day)
		nd, err := addMonths(d, sign*int64(i.Months), false)
		if err != nil {
			return 0, err
		}
		us = nd*day + us - d*day
	}
	return checkMicros(us + sign*(int64(i.Days)*day+i.Micros))
}

func newInterval(months, days, micros int64) (duckdb.Interval, error) {
	if months > 120000 || months < -120000 || days > 3660000 || days < -3660000 || micros > 316224000000000000 || micros < -316224000000000000 {
		return duckdb.Interval{}, errors.New("interval field is out of range")
	}
	return duckdb.Interval{Months: int32(months), Days: int32(days), Micros: micros}, nil
}

func interval(n int64, part string) (duckdb.Interval, error) {
	if n > 1<<60 || n < -1<<60 {
		return duckdb.Interval{}, errors.New("interval field is out of range")
	}
	if m, ok := partMonths[part]; ok && part != "LAST_DAY_MONTH" {
		if n > 120000 || n < -120000 {
			return duckdb.Interval{}, errors.New("interval field is out of range")
		}
		return newInterval(n*m, 0, 0)
	}
	switch part {
	case "DAY":
		return newInterval(0, n, 0)
	case "WEEK":
		if n > 1000000 || n < -1000000 {
			return duckdb.Interval{}, errors.New("interval field is out of range")
		}
		return newInterval(0, 7*n, 0)
	}
	unit, ok := partMicros[part]
	if !ok {
		return duckdb.Interval{}, fmt.Errorf("unsupported interval part %s", part)
	}
	if n > 316224000000000000/unit || n < -316224000000000000/unit {
		return duckdb.Interval{}, errors.New("interval field is out of range")
	}
	return newInterval(0, 0, n*unit)
}

func makeInterval(y, mo, d, h, mi, s int64) (duckdb.Interval, error) {
	for _, v := range []int64{y, mo, d, h, mi, s} {
		if v > 1<<40 || v < -1<<40 {
			return duckdb.Interval{}, errors.New("interval field is out of range")
		}
	}
	if h > 1<<30 || h < -1<<30 || mi > 1<<35 || mi < -1<<35 {
		return duckdb.Interval{}, errors.New("interval field is out of range")
	}
	return newInterval(y*12+mo, d, h*hour+mi*minute+s*second)
}

// intervalText is Y-M D H:M:S[.F].
func intervalText(i duckdb.Interval) string {
	var b strings.Builder
	m, us := int64(i.Months), i.Micros
	if m < 0 {
		b.WriteByte('-')
		m = -m
	}
	fmt.Fprintf(&b, "%d-%d %d ", m/12, m%12, i.Days)
	if us < 0 {
		b.WriteByte('-')
		us = -us
	}
	fmt.Fprintf(&b, "%d:%d:%d", us/hour, us%hour/minute, us%minute/second)
	b.WriteString(fraction(us % second))
	return b.String()
}

var canonicalInterval = regexp.MustCompile(`^([+-]?)(\d+)-(\d+) ([+-]?\d+) ([+-]?)(\d+):(\d+):(\d+)(?:\.(\d{1,6}))?$`)

func toInterval(s string) (duckdb.Interval, error) {
	if i, ok, err := parseISO(s); ok {
		return i, err
	}
	m := canonicalInterval.FindStringSubmatch(s)
	if m == nil {
		return duckdb.Interval{}, fmt.Errorf("invalid INTERVAL value %q, or a form that is not supported here: write Y-M D H:M:S", s)
	}
	n := func(t string) int64 { v, _ := strconv.ParseInt(t, 10, 40); return v }
	months := n(m[2])*12 + n(m[3])
	if m[1] == "-" {
		months = -months
	}
	frac := n((m[9] + "000000")[:6])
	us := n(m[6])*hour + n(m[7])*minute + n(m[8])*second + frac
	if m[5] == "-" {
		us = -us
	}
	return newInterval(months, n(m[4]), us)
}

func intervalPart(i duckdb.Interval, part string) (int64, error) {
	m, us := int64(i.Months), i.Micros
	switch part {
	case "YEAR":
		return m / 12, nil
	case "MONTH":
		return m % 12, nil
	case "DAY":
		return int64(i.Days), nil
	case "HOUR":
		return us / hour, nil
	case "MINUTE":
		return us % hour / minute, nil
	case "SECOND":
		return us % minute / second, nil
	case "MILLISECOND":
		return us % second / 1000, nil
	case "MICROSECOND":
		return us % second, nil
	}
	return 0, fmt.Errorf("unsupported interval part %s", part)
}

// justify moves whole days out of the hours, and whole months (30 days) out of
// the days, and gives all fields one sign.
func justify(hours, days bool) func(duckdb.Interval) (duckdb.Interval, error) {
	return func(i duckdb.Interval) (duckdb.Interval, error) {
		m, d, us := int64(i.Months), int64(i.Days), i.Micros
		if hours {
			d, us = d+us/day, us%day
		}
		if days {
			m, d = m+d/30, d%30
		}
		if hours {
			if d > 0 && us < 0 || days && d == 0 && m > 0 && us < 0 {
				d, us = d-1, us+day
			} else if d < 0 && us > 0 || days && d == 0 && m < 0 && us > 0 {
				d, us = d+1, us-day
			}
		}
		if days {
			if m > 0 && d < 0 {
				m, d = m-1, d+30
			} else if m < 0 && d > 0 {
				m, d = m+1, d-30
			}
		}
		return newInterval(m, d, us)
	}
}
