package plan

import (
	"testing"
	"time"
)

func testClock(t *testing.T, zone, dayStart string, edit func(*Plan)) *Clock {
	t.Helper()
	p := &Plan{TimeZone: zone, DayStart: dayStart}
	if edit != nil {
		edit(p)
	}
	c, err := NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func day(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestBoundsAndInstants(t *testing.T) {
	tests := []struct {
		name, zone, dayStart, date, clock string
		start, opening, at                string // RFC 3339 UTC
	}{
		{"tokyo has no daylight saving", "Asia/Tokyo", "00:00", "2026-11-20", "10:00",
			"2026-11-19T15:00:00Z", "2026-11-20T15:00:00Z", "2026-11-21T01:00:00Z"},
		{"a late start of day", "Asia/Tokyo", "04:00", "2026-11-20", "10:00",
			"2026-11-19T19:00:00Z", "2026-11-20T19:00:00Z", "2026-11-21T01:00:00Z"},
		{"a clock time before the start of day is on the next date", "Asia/Tokyo", "04:00", "2026-11-20", "03:59",
			"2026-11-19T19:00:00Z", "2026-11-20T19:00:00Z", "2026-11-21T18:59:00Z"},
		{"the opening itself", "Asia/Tokyo", "04:00", "2026-11-20", "04:00",
			"2026-11-19T19:00:00Z", "2026-11-20T19:00:00Z", "2026-11-20T19:00:00Z"},
		{"berlin, the data of the short day", "Europe/Berlin", "00:00", "2026-03-29", "10:00",
			"2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T08:00:00Z"},
		{"berlin, the run of the short day", "Europe/Berlin", "00:00", "2026-03-28", "10:00",
			"2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T08:00:00Z"},
		{"berlin, a time in the gap moves forward by it", "Europe/Berlin", "00:00", "2026-03-28", "02:30",
			"2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T01:30:00Z"},
		{"berlin, opening in the gap", "Europe/Berlin", "02:30", "2026-03-28", "02:45",
			"2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T01:45:00Z"},
		{"berlin, a time that the gap pushes before the opening", "Europe/Berlin", "02:30", "2026-03-28", "03:00",
			"2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"},
		{"berlin, an ambiguous time is the first", "Europe/Berlin", "00:00", "2026-10-24", "02:30",
			"2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"},
		{"berlin, an ambiguous opening is the first", "Europe/Berlin", "02:30", "2026-10-24", "03:00",
			"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"},
		{"berlin, the data of the long day", "Europe/Berlin", "00:00", "2026-10-25", "00:00",
			"2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-25T23:00:00Z"},
		{"new york, gap", "America/New_York", "00:00", "2026-03-07", "02:15",
			"2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z", "2026-03-08T07:15:00Z"},
		{"new york, ambiguous", "America/New_York", "00:00", "2026-10-31", "01:30",
			"2026-10-31T04:00:00Z", "2026-11-01T04:00:00Z", "2026-11-01T05:30:00Z"},
		{"new york, after the change", "America/New_York", "00:00", "2026-10-31", "10:00",
			"2026-10-31T04:00:00Z", "2026-11-01T04:00:00Z", "2026-11-01T15:00:00Z"},
		{"a change of half an hour", "Australia/Lord_Howe", "00:00", "2026-10-03", "02:15",
			"2026-10-02T13:30:00Z", "2026-10-03T13:30:00Z", "2026-10-03T15:45:00Z"},
		{"midnight does not exist", "America/Santiago", "00:00", "2026-09-05", "00:00",
			"2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z"},
		{"a date that does not exist", "Pacific/Apia", "00:00", "2011-12-29", "10:00",
			"2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T20:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := testClock(t, tt.zone, tt.dayStart, nil)
			d := day(t, tt.date)
			start, end := c.RunBounds(d)
			for _, got := range []struct {
				what string
				got  time.Time
				want string
			}{{"@run_start", start, tt.start}, {"@run_end", end, tt.opening}, {"opening", c.Opening(d), tt.opening}, {"instant", c.Instant(d, tt.clock), tt.at}} {
				if want := instant(t, got.want); !got.got.Equal(want) {
					t.Errorf("%s = %s, want %s", got.what, got.got.UTC().Format(time.RFC3339), got.want)
				}
			}
		})
	}
}

// Every day of years with changes follows the one before it without gap or overlap, and
// every clock time of it lies in the run's own 24 hours or so.
func TestDaysAreContiguous(t *testing.T) {
	for _, zone := range []string{"Asia/Tokyo", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca"} {
		for _, dayStart := range []string{"00:00", "01:30", "02:30", "04:00"} {
			c := testClock(t, zone, dayStart, nil)
			d := day(t, "2026-01-01")
			for range 730 {
				_, end := c.RunBounds(d)
				start, _ := c.RunBounds(d.Add(1))
				if !start.Equal(end) {
					t.Fatalf("%s %s: %s ends at %s, the next starts at %s", zone, dayStart, d, end, start)
				}
				if got := c.Current(end); got != d {
					t.Fatalf("%s %s: at its opening the current day is %s, not %s", zone, dayStart, got, d)
				}
				if got := c.Current(end.Add(-time.Second)); got != d.Add(-1) {
					t.Fatalf("%s %s: before the opening of %s the current day is %s", zone, dayStart, d, got)
				}
				for minutes := 0; minutes < 1440; minutes += 15 {
					at := c.Instant(d, FormatClock(minutes))
					if at.Before(end) || at.Sub(end) > 25*time.Hour {
						t.Fatalf("%s %s: %s of %s is %s, opening %s", zone, dayStart, FormatClock(minutes), d, at, end)
					}
				}
				d = d.Add(1)
			}
		}
	}
}

func TestWindows(t *testing.T) {
	windows := func(p *Plan) {
		p.Pools = []Pool{{Name: "ingest", Size: 2}, {Name: "sql", Size: 8}}
		p.Windows = []Window{
			{Name: "peak", Start: "04:00", End: "09:00", Pools: map[string]int{"ingest": 6}},
			{Name: "normal", Start: "09:00", End: "22:00"},
			{Name: "idle", Start: "22:00", End: "04:00", Pools: map[string]int{"ingest": 0}},
		}
	}
	tests := []struct {
		zone, at, window, until string
		ingest                  int
	}{
		{"Asia/Tokyo", "2026-11-20T04:00:00+09:00", "peak", "2026-11-20T09:00:00+09:00", 6},
		{"Asia/Tokyo", "2026-11-20T08:59:59+09:00", "peak", "2026-11-20T09:00:00+09:00", 6},
		{"Asia/Tokyo", "2026-11-20T09:00:00+09:00", "normal", "2026-11-20T22:00:00+09:00", 2},
		{"Asia/Tokyo", "2026-11-20T23:00:00+09:00", "idle", "2026-11-21T04:00:00+09:00", 0},
		{"Asia/Tokyo", "2026-11-21T03:59:00+09:00", "idle", "2026-11-21T04:00:00+09:00", 0},
		{"Europe/Berlin", "2026-03-29T03:30:00+02:00", "idle", "2026-03-29T04:00:00+02:00", 0},
	}
	for _, tt := range tests {
		t.Run(tt.zone+" "+tt.at, func(t *testing.T) {
			c := testClock(t, tt.zone, "04:00", windows)
			w, until := c.Window(instant(t, tt.at))
			if w == nil || w.Name != tt.window || !until.Equal(instant(t, tt.until)) {
				t.Errorf("Window = %v until %s, want %s until %s", w, until, tt.window, tt.until)
			}
			if got := c.PoolSize("ingest", instant(t, tt.at)); got != tt.ingest {
				t.Errorf("PoolSize(ingest) = %d, want %d", got, tt.ingest)
			}
			if got := c.PoolSize("sql", instant(t, tt.at)); got != 8 {
				t.Errorf("PoolSize(sql) = %d, want 8", got)
			}
		})
	}
}

// A window that starts in the hour that comes twice starts once.
func TestWindowOfAmbiguousHourStartsOnce(t *testing.T) {
	c := testClock(t, "Europe/Berlin", "00:00", func(p *Plan) {
		p.Windows = []Window{{Name: "a", Start: "02:30", End: "12:00"}, {Name: "b", Start: "12:00", End: "02:30"}}
	})
	changes := 0
	last := ""
	for at := instant(t, "2026-10-24T23:00:00Z"); at.Before(instant(t, "2026-10-25T05:00:00Z")); at = at.Add(time.Minute) {
		w, _ := c.Window(at)
		if w == nil {
			t.Fatalf("no window at %s", at)
		}
		if last != "" && w.Name != last {
			changes++
			if !at.Equal(instant(t, "2026-10-25T00:30:00Z")) {
				t.Errorf("changes to %s at %s", w.Name, at)
			}
		}
		last = w.Name
	}
	if changes != 1 {
		t.Errorf("%d changes, want 1", changes)
	}
}

func TestWindowGap(t *testing.T) {
	c := testClock(t, "Asia/Tokyo", "00:00", func(p *Plan) {
		p.Windows = []Window{{Name: "morning", Start: "06:00", End: "12:00"}}
	})
	w, until := c.Window(instant(t, "2026-11-20T13:00:00+09:00"))
	if w != nil || !until.Equal(instant(t, "2026-11-21T06:00:00+09:00")) {
		t.Errorf("Window = %v until %s", w, until)
	}
	c = testClock(t, "Asia/Tokyo", "00:00", nil)
	if w, until := c.Window(instant(t, "2026-11-20T13:00:00+09:00")); w != nil || !until.IsZero() {
		t.Errorf("without windows: %v until %s", w, until)
	}
}

func TestCalendars(t *testing.T) {
	c := testClock(t, "Asia/Tokyo", "04:00", func(p *Plan) {
		p.Calendars = []Calendar{{Name: "business", Days: []string{"mon", "tue", "wed", "thu", "fri"},
			Holidays: []string{"2026-11-23"}, ExtraDays: []string{"2026-11-28"}}}
	})
	tests := []struct {
		day  string // delivered on the date after it
		want bool
	}{
		{"2026-11-18", true},  // Thursday
		{"2026-11-20", false}, // Saturday
		{"2026-11-21", false}, // Sunday
		{"2026-11-22", false}, // Monday, holiday
		{"2026-11-23", true},  // Tuesday
		{"2026-11-27", true},  // Saturday, extra
	}
	for _, tt := range tests {
		if got := c.InCalendar("business", day(t, tt.day)); got != tt.want {
			t.Errorf("InCalendar(%s) = %v, want %v", tt.day, got, tt.want)
		}
		if !c.InCalendar("", day(t, tt.day)) {
			t.Errorf("no calendar leaves out %s", tt.day)
		}
	}
	task := &Task{Days: []string{"sun"}}
	if !c.Runs(task, day(t, "2026-11-21")) || c.Runs(task, day(t, "2026-11-20")) {
		t.Error("a task of Sundays runs by the delivery date")
	}
	task.Calendar = "business"
	if c.Runs(task, day(t, "2026-11-21")) {
		t.Error("calendar and weekdays must both hold")
	}
}

func TestNewClockRefuses(t *testing.T) {
	tests := []struct {
		name string
		edit func(*Plan)
	}{
		{"zone", func(p *Plan) { p.TimeZone = "Asia/Tokio" }},
		{"no zone", func(p *Plan) { p.TimeZone = "" }},
		{"day start", func(p *Plan) { p.DayStart = "24:00" }},
		{"window", func(p *Plan) { p.Windows = []Window{{Name: "w", Start: "1:00", End: "02:00"}} }},
		{"gate", func(p *Plan) { p.Tasks = []Task{{ID: "a", NotBefore: "soon"}} }},
		{"arrival", func(p *Plan) { p.Tasks = []Task{{ID: "a", Transfer: &TransferSpec{Arrives: "-1:00"}}} }},
		{"weekday", func(p *Plan) { p.Tasks = []Task{{ID: "a", Days: []string{"monday"}}} }},
		{"calendar", func(p *Plan) { p.Tasks = []Task{{ID: "a", Calendar: "none"}} }},
		{"pool", func(p *Plan) { p.Tasks = []Task{{ID: "a", Pool: "none"}} }},
		{"holiday", func(p *Plan) { p.Calendars = []Calendar{{Name: "c", Holidays: []string{"2026-02-30"}}} }},
		{"deadline", func(p *Plan) { p.SLAs = []SLA{{Name: "s", ReadyBy: "1000"}} }},
		{"sla calendar", func(p *Plan) { p.SLAs = []SLA{{Name: "s", ReadyBy: "10:00", Calendar: "none"}} }},
	}
	for _, tt := range tests {
		p := &Plan{TimeZone: "Asia/Tokyo", DayStart: "04:00"}
		tt.edit(p)
		if _, err := NewClock(p); err == nil {
			t.Errorf("%s: accepted", tt.name)
		}
	}
}

func TestMinutes(t *testing.T) {
	c := testClock(t, "Europe/Berlin", "00:00", nil)
	d := day(t, "2026-03-28") // opens on the short day
	if got := c.MinutesAfterOpening(d, c.Instant(d, "10:00")); got != 540 {
		t.Errorf("10:00 on the short day is %d minutes after the opening, want 540", got)
	}
	if got := c.MinutesAfterOpening(d, c.Opening(d).Add(-time.Second)); got != -1 {
		t.Errorf("a second before the opening = %d, want -1", got)
	}
	for clock, want := range map[string]int{"04:00": 0, "03:59": 1439, "10:00": 360} {
		minutes, err := ParseClock(clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := AfterOpening(minutes, 240); got != want {
			t.Errorf("AfterOpening(%s) = %d, want %d", clock, got, want)
		}
	}
}

func FuzzParseClock(f *testing.F) {
	for _, s := range []string{"00:00", "23:59", "24:00", "1:00", "", "::", "０１:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		minutes, err := ParseClock(s)
		if err == nil && FormatClock(minutes) != s {
			t.Errorf("%q reads as %s", s, FormatClock(minutes))
		}
	})
}

func TestWindowsEndAtMidnight(t *testing.T) {
	p := &Plan{TimeZone: "Asia/Tokyo", DayStart: "00:00", Pools: []Pool{{Name: "ingest", Size: 1}},
		Windows: []Window{{Name: "day", Start: "08:00", End: "24:00", Pools: map[string]int{"ingest": 2}},
			{Name: "night", Start: "00:00", End: "08:00", Pools: map[string]int{"ingest": 5}}}}
	c, err := NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	at := func(hour, minute int) time.Time { return time.Date(2026, 1, 15, hour, minute, 0, 0, c.Location()) }
	for _, x := range []struct {
		at     time.Time
		window string
		until  time.Time
	}{
		{at(7, 59), "night", at(8, 0)},
		{at(8, 0), "day", at(24, 0)},
		{at(23, 59), "day", at(24, 0)},
		{at(24, 0), "night", at(32, 0)},
	} {
		if w, until := c.Window(x.at); w == nil || w.Name != x.window || !until.Equal(x.until) {
			t.Errorf("at %s: window %v until %s, want %s until %s", x.at, w, until, x.window, x.until)
		}
	}
}
