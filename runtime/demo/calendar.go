package demo

import (
	"fmt"
	"time"
)

// The company lives in Japan, which has one time zone and no daylight saving.
var japan = time.FixedZone("JST", 9*60*60)

// date is a calendar day in Japan, as days since 1970-01-01.
type date int

const secondsPerDay = 86400

func parseDate(s string) (date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("day %q: want YYYY-MM-DD", s)
	}
	return date(t.Unix() / secondsPerDay), nil
}

func mustDate(s string) date {
	d, err := parseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// start is the first moment of the day in Japan, in UTC.
func (d date) start() time.Time {
	return time.Unix(int64(d)*secondsPerDay-9*60*60, 0).UTC()
}

// at is a moment so many seconds into the day.
func (d date) at(seconds int) time.Time { return d.start().Add(time.Duration(seconds) * time.Second) }

func (d date) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

func (d date) weekday() time.Weekday { return d.utc().Weekday() }

func (d date) weekend() bool { return d.weekday() == time.Saturday || d.weekday() == time.Sunday }

// firstOfMonth is the first day of the month so many months away.
func (d date) firstOfMonth(months int) date {
	t := d.utc()
	return date(time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// schoolYear is the year in which the April of the day's school year lies.
func (d date) schoolYear() int {
	t := d.utc()
	if t.Month() < time.April {
		return t.Year() - 1
	}
	return t.Year()
}

func (d date) String() string { return d.utc().Format(time.DateOnly) }

// MarshalText writes YYYY-MM-DD.
func (d date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// dayOf is the day in Japan that a moment lies on.
func dayOf(t time.Time) date {
	s := t.Unix() + 9*60*60
	if s < 0 {
		s -= secondsPerDay - 1
	}
	return date(s / secondsPerDay)
}

// addMonths moves a moment by whole months in Japan and stays within the month:
// 31 January and one month is 28 or 29 February.
func addMonths(t time.Time, months int) time.Time {
	l := t.In(japan)
	first := time.Date(l.Year(), l.Month()+time.Month(months), 1, l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), japan)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(l.Day(), last)-1).UTC()
}

// Japanese holidays, substitute holidays included.
var holidays = []struct {
	day  date
	name string
}{
	{mustDate("2025-01-01"), "元日"}, {mustDate("2025-01-13"), "成人の日"}, {mustDate("2025-02-11"), "建国記念の日"},
	{mustDate("2025-02-24"), "振替休日"}, {mustDate("2025-03-20"), "春分の日"}, {mustDate("2025-04-29"), "昭和の日"},
	{mustDate("2025-05-05"), "こどもの日"}, {mustDate("2025-05-06"), "振替休日"}, {mustDate("2025-07-21"), "海の日"},
	{mustDate("2025-08-11"), "山の日"}, {mustDate("2025-09-15"), "敬老の日"}, {mustDate("2025-09-23"), "秋分の日"},
	{mustDate("2025-10-13"), "スポーツの日"}, {mustDate("2025-11-03"), "文化の日"}, {mustDate("2025-11-24"), "振替休日"},
	{mustDate("2026-01-01"), "元日"}, {mustDate("2026-01-12"), "成人の日"}, {mustDate("2026-02-11"), "建国記念の日"},
	{mustDate("2026-02-23"), "天皇誕生日"}, {mustDate("2026-03-20"), "春分の日"}, {mustDate("2026-04-29"), "昭和の日"},
	{mustDate("2026-05-04"), "みどりの日"}, {mustDate("2026-05-05"), "こどもの日"}, {mustDate("2026-05-06"), "振替休日"},
	{mustDate("2026-07-20"), "海の日"}, {mustDate("2026-08-11"), "山の日"}, {mustDate("2026-09-21"), "敬老の日"},
	{mustDate("2026-09-22"), "国民の休日"}, {mustDate("2026-09-23"), "秋分の日"}, {mustDate("2026-10-12"), "スポーツの日"},
	{mustDate("2026-11-03"), "文化の日"}, {mustDate("2026-11-23"), "勤労感謝の日"}, {mustDate("2027-01-01"), "元日"},
	{mustDate("2027-01-11"), "成人の日"}, {mustDate("2027-02-11"), "建国記念の日"}, {mustDate("2027-02-23"), "天皇誕生日"},
	{mustDate("2027-03-22"), "振替休日"}, {mustDate("2027-04-29"), "昭和の日"}, {mustDate("2027-05-03"), "憲法記念日"},
	{mustDate("2027-05-04"), "みどりの日"}, {mustDate("2027-05-05"), "こどもの日"}, {mustDate("2027-07-19"), "海の日"},
	{mustDate("2027-08-11"), "山の日"}, {mustDate("2027-09-20"), "敬老の日"}, {mustDate("2027-09-23"), "秋分の日"},
	{mustDate("2027-10-11"), "スポーツの日"}, {mustDate("2027-11-03"), "文化の日"}, {mustDate("2027-11-23"), "勤労感謝の日"},
}
