package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container image need not have a zone database
)

// Day is a business day. It holds the data of [start of the day, start of the next day)
// in local time; its run opens when it ends.
type Day struct {
	date time.Time // midnight UTC of the date
}

// ParseDay reads a day in the form YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("%q is not a day: write YYYY-MM-DD", s)
	}
	return Day{t}, nil
}

// dayOf is the local date of an instant, as a day.
func dayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// String is the day as YYYY-MM-DD.
func (d Day) String() string { return d.date.Format(time.DateOnly) }

// Add is the day n days later.
func (d Day) Add(n int) Day { return Day{d.date.AddDate(0, 0, n)} }

// Before reports whether d comes before e.
func (d Day) Before(e Day) bool { return d.date.Before(e.date) }

// Sub is the number of days from e to d.
func (d Day) Sub(e Day) int { return int(d.date.Sub(e.date) / (24 * time.Hour)) }

// Weekday is mon … sun.
func (d Day) Weekday() string { return weekdays[d.date.Weekday()] }

// Date is the day's year, month and day of the month.
func (d Day) Date() (year int, month time.Month, day int) { return d.date.Date() }

// IsZero reports whether d is no day at all.
func (d Day) IsZero() bool { return d.date.IsZero() }

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Clock turns the business days and clock times of one plan into instants. It is
// immutable and safe for many goroutines.
//
// Daylight saving: a local time that does not exist moves forward by the gap (02:30
// becomes 03:30 where the clock jumps from 02:00 to 03:00); of a local time that
// exists twice the first is meant.
type Clock struct {
	location  *time.Location
	dayStart  int // minutes after midnight
	windows   []Window
	starts    []int // of windows, minutes after midnight
	ends      []int
	pools     map[string]int
	calendars map[string]Calendar
}

// NewClock prepares the clock of a plan. It fails where the plan holds a time zone,
// clock time, weekday, date or calendar name that makes no sense, so that every method is total
// for the plan's own text.
func NewClock(p *Plan) (*Clock, error) {
	location, err := time.LoadLocation(p.TimeZone)
	if err != nil || p.TimeZone == "" {
		return nil, fmt.Errorf("plan: unknown time zone %q", p.TimeZone)
	}
	c := &Clock{
		location:  location,
		windows:   p.Windows,
		pools:     make(map[string]int, len(p.Pools)),
		calendars: make(map[string]Calendar, len(p.Calendars)),
	}
	if c.dayStart, err = ParseClock(p.DayStart); err != nil {
		return nil, fmt.Errorf("plan: day_start: %w", err)
	}
	for _, pool := range p.Pools {
		c.pools[pool.Name] = pool.Size
	}
	for _, w := range p.Windows {
		start, err := ParseClock(w.Start)
		if err != nil {
			return nil, fmt.Errorf("plan: window %s: %w", w.Name, err)
		}
		end, err := parseEnd(w.End)
		if err != nil {
			return nil, fmt.Errorf("plan: window %s: %w", w.Name, err)
		}
		c.starts, c.ends = append(c.starts, start), append(c.ends, end)
	}
	for _, cal := range p.Calendars {
		if err := checkDates(cal); err != nil {
			return nil, fmt.Errorf("plan: calendar %s: %w", cal.Name, err)
		}
		c.calendars[cal.Name] = cal
	}
	for i := range p.Tasks {
		if err := c.checkTask(&p.Tasks[i]); err != nil {
			return nil, fmt.Errorf("plan: task %s: %w", p.Tasks[i].ID, err)
		}
	}
	for _, s := range p.SLAs {
		if _, err := ParseClock(s.ReadyBy); err != nil {
			return nil, fmt.Errorf("plan: sla %s: %w", s.Name, err)
		}
		if _, known := c.calendars[s.Calendar]; s.Calendar != "" && !known {
			return nil, fmt.Errorf("plan: sla %s: unknown calendar %q", s.Name, s.Calendar)
		}
	}
	return c, nil
}

func checkDates(cal Calendar) error {
	for _, day := range cal.Days {
		if !slices.Contains(weekdays[:], day) {
			return fmt.Errorf("%q is not a weekday", day)
		}
	}
	for _, list := range [][]string{cal.Holidays, cal.ExtraDays} {
		for _, date := range list {
			if _, err := ParseDay(date); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Clock) checkTask(t *Task) error {
	clocks := []string{t.NotBefore}
	if t.Transfer != nil {
		clocks = append(clocks, t.Transfer.Arrives)
	}
	for _, text := range clocks {
		if text == "" {
			continue
		}
		if _, err := ParseClock(text); err != nil {
			return err
		}
	}
	for _, day := range t.Days {
		if !slices.Contains(weekdays[:], day) {
			return fmt.Errorf("%q is not a weekday", day)
		}
	}
	if _, known := c.calendars[t.Calendar]; t.Calendar != "" && !known {
		return fmt.Errorf("unknown calendar %q", t.Calendar)
	}
	if _, known := c.pools[t.Pool]; t.Pool != "" && !known {
		return fmt.Errorf("unknown pool %q", t.Pool)
	}
	return nil
}

// ParseClock reads a clock time HH:MM as minutes after midnight.
func ParseClock(text string) (int, error) {
	hh, mm, ok := strings.Cut(text, ":")
	if ok && len(hh) == 2 && len(mm) == 2 {
		h, m := twoDigits(hh), twoDigits(mm)
		if h >= 0 && h < 24 && m >= 0 && m < 60 {
			return h*60 + m, nil
		}
	}
	return 0, fmt.Errorf("%q is not a clock time: write HH:MM, 00:00 to 23:59", text)
}

// parseEnd reads the end of a window: 24:00 is the midnight that ends the day, which
// is 00:00 of the next.
func parseEnd(text string) (int, error) {
	if text == "24:00" {
		return 0, nil
	}
	return ParseClock(text)
}

func twoDigits(s string) int {
	if s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return -1
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}

// FormatClock writes minutes after midnight as HH:MM.
func FormatClock(minutes int) string {
	minutes = ((minutes % 1440) + 1440) % 1440
	return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60)
}

// AfterOpening is the clock time as minutes after the opening, 0 … 1439, on a nominal
// day of 24 hours: what schedules are computed in at compile time. Both times are
// minutes after midnight, see ParseClock.
func AfterOpening(clock, dayStart int) int { return (clock - dayStart + 1440) % 1440 }

// Location is the time zone of every clock time.
func (c *Clock) Location() *time.Location { return c.location }

// Opening is when the run of the day opens: when the day has ended.
func (c *Clock) Opening(d Day) time.Time { return c.local(d.Add(1), c.dayStart) }

// RunBounds is the time whose data the day holds, [start, end): @run_start and @run_end.
func (c *Clock) RunBounds(d Day) (start, end time.Time) {
	return c.local(d, c.dayStart), c.Opening(d)
}

// Instant is the first time at or after the day's opening at which the clock shows
// HH:MM. A time that the change to summer time has pushed before the opening counts as the opening.
// It panics on text that ParseClock refuses.
func (c *Clock) Instant(d Day, clock string) time.Time {
	minutes, err := ParseClock(clock)
	if err != nil {
		panic(err)
	}
	opening := c.Opening(d)
	date := d.Add(1)
	if minutes < c.dayStart {
		date = d.Add(2)
	}
	at := c.local(date, minutes)
	if at.Before(opening) {
		return opening
	}
	return at
}

// MinutesAfterOpening is how long after the opening of the day's run an instant is, in whole
// minutes (negative before it). On a day of daylight saving it is what a stopwatch shows.
func (c *Clock) MinutesAfterOpening(d Day, at time.Time) int {
	const minute = time.Minute
	since := at.Sub(c.Opening(d))
	if since < 0 {
		return -int((-since + minute - 1) / minute)
	}
	return int(since / minute)
}

// Current is the day whose run is open at an instant: the last day that has ended.
func (c *Clock) Current(at time.Time) Day {
	d := dayOf(at.In(c.location)).Add(1)
	for c.Opening(d).After(at) {
		d = d.Add(-1)
	}
	return d
}

// Window is the capacity window at an instant and when that changes. The window is nil where
// none covers the instant; until is zero where the plan has no windows.
func (c *Clock) Window(at time.Time) (w *Window, until time.Time) {
	var since time.Time
	today := dayOf(at.In(c.location))
	// A window of yesterday may still run; tomorrow's may be the next to start.
	for offset := -2; offset <= 2; offset++ {
		for i := range c.windows {
			start, end := c.windowBounds(i, today.Add(offset))
			if !start.After(at) && at.Before(end) && start.After(since) {
				w, since = &c.windows[i], start
			}
			for _, change := range [...]time.Time{start, end} {
				if change.After(at) && (until.IsZero() || change.Before(until)) {
					until = change
				}
			}
		}
	}
	return w, until
}

func (c *Clock) windowBounds(i int, date Day) (start, end time.Time) {
	endDate := date
	if c.ends[i] <= c.starts[i] {
		endDate = date.Add(1)
	}
	return c.local(date, c.starts[i]), c.local(endDate, c.ends[i])
}

// PoolSizeIn is the size of a pool in a window, which may be nil.
func (c *Clock) PoolSizeIn(pool string, w *Window) int {
	if w != nil {
		if size, given := w.Pools[pool]; given {
			return size
		}
	}
	return c.pools[pool]
}

// PoolSize is the size of a pool at an instant.
func (c *Clock) PoolSize(pool string, at time.Time) int {
	w, _ := c.Window(at)
	return c.PoolSizeIn(pool, w)
}

// Delivery is the local date on which the day's run opens. Calendars and weekdays are
// judged by it: the people who wait see the result on that day.
func (c *Clock) Delivery(d Day) Day { return dayOf(c.Opening(d)) }

// InCalendar reports whether the calendar holds the day's delivery. The empty name is
// every day; an unknown one holds none.
func (c *Clock) InCalendar(name string, d Day) bool {
	if name == "" {
		return true
	}
	cal, known := c.calendars[name]
	if !known {
		return false
	}
	delivery := c.Delivery(d)
	date := delivery.String()
	if slices.Contains(cal.ExtraDays, date) {
		return true
	}
	return slices.Contains(cal.Days, delivery.Weekday()) && !slices.Contains(cal.Holidays, date)
}

// Runs reports whether the task runs for the day: its calendar and weekdays hold the delivery.
func (c *Clock) Runs(t *Task, d Day) bool {
	if len(t.Days) > 0 && !slices.Contains(t.Days, c.Delivery(d).Weekday()) {
		return false
	}
	return c.InCalendar(t.Calendar, d)
}

// local is the instant at which the clock shows the minutes after midnight on a date.
// time.Date leaves open which side of a change it takes, so the offsets are tried here.
func (c *Clock) local(date Day, minutes int) time.Time {
	wall := date.date.Add(time.Duration(minutes) * time.Minute)
	// The offset lies within a day, so a day to either side is before and after any change.
	before := c.offset(wall.Add(-24 * time.Hour))
	after := c.offset(wall.Add(24 * time.Hour))
	first := wall.Add(-max(before, after)) // the larger offset gives the earlier instant
	second := wall.Add(-min(before, after))
	for _, at := range [...]time.Time{first, second} {
		if at.Add(c.offset(at)).Equal(wall) {
			return at.In(c.location)
		}
	}
	return wall.Add(-before).In(c.location) // in a gap: as far after it as before
}

// offset is local time minus UTC at an instant.
func (c *Clock) offset(at time.Time) time.Duration {
	_, seconds := at.In(c.location).Zone()
	return time.Duration(seconds) * time.Second
}
