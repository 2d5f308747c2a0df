package prelude

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // results must not depend on the machine's zone files

	"github.com/duckdb/duckdb-go/v2"
)

const (
	second = 1000000
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour

	minDays = -719162 // 0001-01-01
	maxDays = 2932896 // 9999-12-31
)

var clockFunctions = map[string]*udf{
	"gsql_local": fn2(local),
	"gsql_local_datetime": fn2(func(us int64, name string) (int64, error) {
		at, err := local(us, name)
		if err != nil {
			return 0, err
		}
		return checkMicros(at)
	}),
	"gsql_instant":        fn2(instant),
	"gsql_check_days":     fn1(checkDays),
	"gsql_check_micros":   fn1(checkMicros),
	"gsql_make_date":      fn3(makeDate),
	"gsql_make_datetime":  fn6(makeDatetime),
	"gsql_make_time":      fn3(makeTime),
	"gsql_date_add":       fn3(dateAdd),
	"gsql_datetime_add":   fn3(datetimeAdd),
	"gsql_time_add":       fn3(timeAdd),
	"gsql_add_months":     fn2(func(d, n int64) (int64, error) { return dateAdd(d, n, "LAST_DAY_MONTH") }),
	"gsql_add_interval":   fn4(addInterval),
	"gsql_date_diff":      fn3(dateDiff),
	"gsql_trunc":          fn2(truncate),
	"gsql_trunc_zone":     fn3(truncateZone),
	"gsql_time_trunc":     fn2(func(us int64, part string) (int64, error) { return truncate(us, part) }),
	"gsql_last_day":       fn2(lastDay),
	"gsql_bucket":         fn3(bucket),
	"gsql_generate_dates": fn4(generateDates),
	"gsql_format_time":    fn4(formatTime),
	"gsql_parse_time":     fn4(parseTime),
	"gsql_to_date":        fn1(toDate),
	"gsql_to_time":        fn1(toTime),
	"gsql_to_datetime":    fn1(toDatetime),
	"gsql_to_timestamp":   fn2(toTimestamp),
	"gsql_zoneless_timestamp": fn2(func(s, name string) (int64, error) {
		us, rest, err := clockOf(s)
		if err != nil || rest != "" {
			return 0, fmt.Errorf("invalid timestamp: %q", s)
		}
		return instant(us, name)
	}),
	"gsql_date_text":        fn1(func(d int64) (string, error) { return dateText(d), nil }),
	"gsql_time_text":        fn1(func(us int64) (string, error) { return timeText(us), nil }),
	"gsql_datetime_text":    fn1(func(us int64) (string, error) { return datetimeText(us, " "), nil }),
	"gsql_datetime_iso":     fn1(func(us int64) (string, error) { return datetimeText(us, "T"), nil }),
	"gsql_timestamp_text":   fn2(timestampText),
	"gsql_timestamp_iso":    fn1(func(us int64) (string, error) { return datetimeText(us, "T") + "Z", nil }),
	"gsql_span":             fn1(func(us int64) (duckdb.Interval, error) { return duckdb.Interval{Micros: us}, nil }),
	"gsql_interval":         fn2(interval),
	"gsql_make_interval":    fn6(makeInterval),
	"gsql_interval_text":    fn1(func(i duckdb.Interval) (string, error) { return intervalText(i), nil }),
	"gsql_to_interval":      fn1(toInterval),
	"gsql_interval_part":    fn2(intervalPart),
	"gsql_justify_hours":    fn1(justify(true, false)),
	"gsql_justify_days":     fn1(justify(false, true)),
	"gsql_justify_interval": fn1(justify(true, true)),
}

var zones sync.Map // zone name → *time.Location

// zone reads an IANA name or an offset such as +09:00, -8 or +5:30.
func zone(name string) (*time.Location, error) {
	if l, ok := zones.Load(name); ok {
		return l.(*time.Location), nil
	}
	l, err := loadZone(name)
	if err != nil {
		return nil, err
	}
	zones.Store(name, l)
	return l, nil
}

func loadZone(name string) (*time.Location, error) {
	if off, ok := parseOffset(name); ok {
		return time.FixedZone(name, off), nil
	}
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("invalid time zone: %s", name)
	}
	if l, err := time.LoadLocation(name); err == nil {
		return l, nil
	}
	// Names are found whatever their letter case.
	parts := strings.Split(strings.ToLower(name), "/")
	for i, p := range parts {
		words := strings.Split(p, "_")
		for j, w := range words {
			if w != "" {
				words[j] = strings.ToUpper(w[:1]) + w[1:]
			}
		}
		parts[i] = strings.Join(words, "_")
	}
	if l, err := time.LoadLocation(strings.Join(parts, "/")); err == nil {
		return l, nil
	}
	if l, err := time.LoadLocation(strings.ToUpper(name)); err == nil {
		return l, nil
	}
	return nil, fmt.Errorf("invalid time zone: %s", name)
}

// parseOffset reads +H, +HH, +H:MM, +HH:MM and the same with a minus, in seconds.
func parseOffset(s string) (int, bool) {
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, m, colon := strings.Cut(s[1:], ":")
	hh, err := strconv.ParseUint(h, 10, 8)
	if err != nil || len(h) > 2 || hh > 14 {
		return 0, false
	}
	mm := uint64(0)
	if colon {
		if mm, err = strconv.ParseUint(m, 10, 8); err != nil || len(m) != 2 || mm > 59 {
			return 0, false
		}
	}
	off := int(hh*3600 + mm*60)
	if off > 14*3600 {
		return 0, false
	}
	if s[0] == '-' {
		off = -off
	}
	return off, true
}

func offsetAt(us int64, l *time.Location) int64 {
	_, off := time.UnixMicro(us).In(l).Zone()
	return int64(off) * second
}

// local is the wall clock at an instant.
func local(us int64, name string) (int64, error) {
	l, err := zone(name)
	if err != nil {
		return 0, err
	}
	return us + offsetAt(us, l), nil
}

// instant is when a wall clock shows us: the first time when it does so twice,
// and as before the jump when it never does.
func instant(us int64, name string) (int64, error) {
	l, err := zone(name)
	if err != nil {
		return 0, err
	}
	return checkMicros(instantIn(us, l))
}

func instantIn(us int64, l *time.Location) int64 {
	before, after := offsetAt(us-day, l), offsetAt(us+day, l)
	if offsetAt(us-before, l) == before {
		return us - before
	}
	if offsetAt(us-after, l) == after {
		return us - after
	}
	return us - before
}

func checkDays(d int64) (int64, error) {
	if d < minDays || d > maxDays {
		return 0, errors.New("date value is out of allowed range from 0001-01-01 to 9999-12-31")
	}
	return d, nil
}

func checkMicros(us int64) (int64, error) {
	if us < minDays*day || us >= (maxDays+1)*day {
		return 0, errors.New("timestamp value is out of allowed range from 0001-01-01 00:00:00 to 9999-12-31 23:59:59.999999")
	}
	return us, nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func civil(d int64) (y, m, dd int64) {
	t := time.Unix(d*86400, 0).UTC()
	return int64(t.Year()), int64(t.Month()), int64(t.Day())
}

func daysOf(y, m, d int64) int64 {
	return floorDiv(time.Date(int(y), time.Month(m), int(d), 0, 0, 0, 0, time.UTC).Unix(), 86400)
}

func monthLength(y, m int64) int64 {
	return int64(time.Date(int(y), time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day())
}

func makeDate(y, m, d int64) (int64, error) {
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > monthLength(y, m) {
		return 0, fmt.Errorf("input calculates to invalid date: %d-%d-%d", y, m, d)
	}
	return daysOf(y, m, d), nil
}

func makeTime(h, m, s int64) (int64, error) {
	if h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 {
		return 0, fmt.Errorf("input calculates to invalid time: %02d:%02d:%02d", h, m, s)
	}
	return h*hour + m*minute + s*second, nil
}

func makeDatetime(y, m, d, h, mi, s int64) (int64, error) {
	dd, err := makeDate(y, m, d)
	if err != nil {
		return 0, err
	}
	t, err := makeTime(h, mi, s)
	return dd*day + t, err
}

var partMonths = map[string]int64{"MONTH": 1, "QUARTER": 3, "YEAR": 12, "LAST_DAY_MONTH": 1}
var partMicros = map[string]int64{"MICROSECOND": 1, "MILLISECOND": 1000, "SECOND": second, "MINUTE": minute, "HOUR": hour, "DAY": day, "WEEK": 7 * day}

var errRange = errors.New("date or time arithmetic overflows")

// addMonths moves by months, to the last day where the month is shorter. With
// keepLast the last day of a month stays the last day.
func addMonths(d, n int64, keepLast bool) (int64, error) {
	if n > 200000 || n < -200000 {
		return 0, errRange
	}
	y, m, dd := civil(d)
	last := keepLast && dd == monthLength(y, m)
	k := y*12 + m - 1 + n
	y, m = floorDiv(k, 12), k-floorDiv(k, 12)*12+1
	if y < 1 || y > 9999 {
		return 0, errRange
	}
	if max := monthLength(y, m); dd > max || last {
		dd = max
	}
	return daysOf(y, m, dd), nil
}

func dateAdd(d, n int64, part string) (int64, error) {
	if m, ok := partMonths[part]; ok {
		if n > 200000 || n < -200000 {
			return 0, errRange
		}
		return addMonths(d, n*m, part == "LAST_DAY_MONTH")
	}
	unit := map[string]int64{"DAY": 1, "WEEK": 7}[part]
	if unit == 0 {
		return 0, fmt.Errorf("unsupported date part %s", part)
	}
	if n > 10000000 || n < -10000000 {
		return 0, errRange
	}
	return checkDays(d + n*unit)
}

func datetimeAdd(us, n int64, part string) (int64, error) {
	if m, ok := partMonths[part]; ok {
		d := floorDiv(us, day)
		if n > 200000 || n < -200000 {
			return 0, errRange
		}
		nd, err := addMonths(d, n*m, false)
		return nd*day + us - d*day, err
	}
	unit, ok := partMicros[part]
	if !ok {
		return 0, fmt.Errorf("unsupported date part %s", part)
	}
	if n > 700000000000000000/unit || n < -700000000000000000/unit {
		return 0, errRange
	}
	return checkMicros(us + n*unit)
}

func timeAdd(us, n int64, part string) (int64, error) {
	unit, ok := partMicros[part]
	if !ok || unit > hour {
		return 0, fmt.Errorf("unsupported time part %s", part)
	}
	r := (us + n%(day/unit)*unit) % day
	if r < 0 {
		r += day
	}
	return r, nil
}

var weekStart = map[string]int64{"WEEK": 0, "WEEK_SUNDAY": 0, "WEEK_MONDAY": 1, "WEEK_TUESDAY": 2, "WEEK_WEDNESDAY": 3, "WEEK_THURSDAY": 4,
	"WEEK_FRIDAY": 5, "WEEK_SATURDAY": 6, "ISOWEEK": 1}

// weekday counts from Sunday.
func weekday(d int64) int64 { return ((d+4)%7 + 7) % 7 }

// weekOf numbers weeks since the epoch, for a first day.
func weekOf(d, start int64) int64 { return floorDiv(d+4-start, 7) }

// isoYear is the year that a date's ISO week belongs to.
func isoYear(d int64) int64 {
	y, _ := time.Unix(d*86400, 0).UTC().ISOWeek()
	return int64(y)
}

// isoYearStart is the Monday of an ISO year's first week.
func isoYearStart(y int64) int64 {
	d := daysOf(y, 1, 4)
	return d - (weekday(d)+6)%7
}

func dateDiff(a, b int64, part string) (int64, error) {
	ya, ma, _ := civil(a)
	yb, mb, _ := civil(b)
	switch part {
	case "DAY":
		return a - b, nil
	case "MONTH":
		return (ya-yb)*12 + ma - mb, nil
	case "QUARTER":
		return (ya*4 + (ma-1)/3) - (yb*4 + (mb-1)/3), nil
	case "YEAR":
		return ya - yb, nil
	case "ISOYEAR":
		return isoYear(a) - isoYear(b), nil
	}
	if s, ok := weekStart[part]; ok {
		return weekOf(a, s) - weekOf(b, s), nil
	}
	return 0, fmt.Errorf("unsupported date part %s", part)
}

// truncate is the start of the part that a wall clock lies in.
func truncate(us int64, part string) (int64, error) {
	if unit, ok := partMicros[part]; ok && part != "WEEK" {
		return floorDiv(us, unit) * unit, nil
	}
	d := floorDiv(us, day)
	y, m, _ := civil(d)
	switch part {
	case "MONTH":
		d = daysOf(y, m, 1)
	case "QUARTER":
		d = daysOf(y, (m-1)/3*3+1, 1)
	case "YEAR":
		d = daysOf(y, 1, 1)
	case "ISOYEAR":
		d = isoYearStart(isoYear(d))
	default:
		s, ok := weekStart[part]
		if !ok {
			return 0, fmt.Errorf("unsupported date part %s", part)
		}
		d -= (weekday(d) - s + 7) % 7
	}
	if _, err := checkDays(d); err != nil {
		return 0, err
	}
	return d * day, nil
}

// truncateZone truncates an instant as its zone's wall clock shows it. Parts
// below a day keep the instant's own offset.
func truncateZone(us int64, part, name string) (int64, error) {
	l, err := zone(name)
	if err != nil {
		return 0, err
	}
	off := offsetAt(us, l)
	t, err := truncate(us+off, part)
	if err != nil {
		return 0, err
	}
	if unit, ok := partMicros[part]; ok && unit < day {
		return t - off, nil
	}
	return checkMicros(instantIn(t, l))
}

func lastDay(d int64, part string) (int64, error) {
	y, m, _ := civil(d)
	switch part {
	case "MONTH":
		return daysOf(y, m, monthLength(y, m)), nil
	case "QUARTER":
		m = (m-1)/3*3 + 3
		return daysOf(y, m, monthLength(y, m)), nil
	case "YEAR":
		return daysOf(y, 12, 31), nil
	case "ISOYEAR":
		return checkDays(isoYearStart(isoYear(d)+1) - 1)
	}
	if s, ok := weekStart[part]; ok {
		return checkDays(d + 6 - (weekday(d)-s+7)%7)
	}
	return 0, fmt.Errorf("unsupported date part %s", part)
}

// bucket is the start of the bucket of one width, counted from an origin.
func bucket(us int64, width duckdb.Interval, origin int64) (int64, error) {
	fixed := width.Micros + int64(width.Days)*day
	switch {
	case width.Months < 0 || fixed < 0 || width.Months == 0 && fixed == 0:
		return 0, errors.New("bucket width must be positive")
	case width.Months > 0 && fixed != 0:
		return 0, errors.New("bucket width must not mix months with days or time")
	case width.Months == 0:
		return checkMicros(origin + floorDiv(us-origin, fixed)*fixed)
	}
	od, d := floorDiv(origin, day), floorDiv(us, day)
	oy, om, _ := civil(od)
	y, m, _ := civil(d)
	n := floorDiv((y-oy)*12+m-om, int64(width.Months))
	for k := n + 1; ; k-- {
		start, err := addMonths(od, k*int64(width.Months), false)
		if err != nil {
			if k > n {
				continue
			}
			return 0, err
		}
		if at := start*day + origin - od*day; at <= us {
			return at, nil
		}
	}
}

const maxElements = 1000000

func generateDates(from, to, step int64, part string) (ints, error) {
	if step == 0 {
		return nil, errors.New("sequence step cannot be 0")
	}
	out := ints{}
	for k := int64(0); ; k++ {
		d, err := dateAdd(from, k*step, part)
		if err != nil || step > 0 && d > to || step < 0 && d < to {
			return out, nil
		}
		out = append(out, d)
		if len(out) > maxElements {
			return nil, errors.New("the generated array is too long")
		}
	}
}
