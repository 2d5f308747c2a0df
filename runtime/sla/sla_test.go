package sla

import (
	"slices"
	"testing"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// run is a day's run of load (1 h) → table (30 min), promised by 10:00 with a warning 30 min before; the day opens at 04:00.
type run struct {
	t   *testing.T
	s   *event.State
	p   *plan.Plan
	now time.Time
}

func newRun(t *testing.T, edit func(*plan.Plan)) *run {
	t.Helper()
	p := &plan.Plan{
		Platform: "shop", Environment: "local", TimeZone: "Asia/Tokyo", DayStart: "04:00",
		Calendars: []plan.Calendar{{Name: "weekdays", Days: []string{"mon", "tue", "wed", "thu", "fri"}}},
		Tasks: []plan.Task{
			{ID: "load", Kind: plan.Transfer, Estimate: plan.Estimate{DurationSec: 3600}},
			{ID: "table", Kind: plan.Query, After: []string{"load"}, Estimate: plan.Estimate{DurationSec: 1800}},
		},
		SLAs: []plan.SLA{{Name: "status", Target: "table", Tasks: []string{"table"}, ReadyBy: "10:00", Calendar: "weekdays",
			Percent: 98, Over: "half_year", WarnBefore: 1800}},
	}
	if edit != nil {
		edit(p)
	}
	clock, err := plan.NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	day, err := plan.ParseDay("2026-11-19") // delivered on a Friday
	if err != nil {
		t.Fatal(err)
	}
	s, err := event.New(p, clock, day)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, s: s, p: p, now: s.Opening()}
	r.apply(event.Event{Kind: event.RunOpened, Open: &event.Opening{Run: "local/2026-11-19", Day: "2026-11-19"}})
	return r
}

func (r *run) apply(events ...event.Event) []event.Event {
	r.t.Helper()
	events = r.s.Stamp(r.now, events)
	for i := range events {
		if err := r.s.Apply(&events[i]); err != nil {
			r.t.Fatal(err)
		}
	}
	return events
}

func (r *run) at(clock string) *run {
	c, err := plan.ParseClock(clock)
	if err != nil {
		r.t.Fatal(err)
	}
	r.now = r.s.Opening().Add(time.Duration(plan.AfterOpening(c, 240)) * time.Minute)
	return r
}

func (r *run) step() *run {
	r.apply(event.Next(r.s, r.now).Events...)
	return r
}

func (r *run) end(id string, err error) *run {
	r.apply(r.s.Ended(id, r.now, task.Result{}, err, event.NotCut))
	return r
}

func TestEvaluate(t *testing.T) {
	tests := []struct {
		name   string
		edit   func(*plan.Plan)
		do     func(*run)
		want   Status
		margin time.Duration
	}{
		{"at the opening", nil, func(r *run) {}, Pending, 4*time.Hour + 30*time.Minute},
		{"it runs", nil, func(r *run) { r.step().at("06:00").end("load", nil).step() }, Pending, 3*time.Hour + 30*time.Minute},
		{"ready", nil, func(r *run) { r.step().at("06:00").end("load", nil).step().at("09:59").end("table", nil).at("23:00") }, Met, time.Minute},
		{"ready on the minute", nil, func(r *run) { r.step().end("load", nil).step().at("10:00").end("table", nil) }, Met, 0},
		{"ready too late", nil, func(r *run) { r.step().end("load", nil).step().at("10:01").end("table", nil) }, Breached, -time.Minute},
		{"late, but not yet to be said", nil, func(r *run) { r.at("09:20") }, Pending, -50 * time.Minute},
		{"expected to be late", nil, func(r *run) { r.at("09:31") }, AtRisk, -61 * time.Minute},
		{"a running task that takes longer than ever", nil, func(r *run) { r.step().at("09:40") }, AtRisk, -44 * time.Minute},
		{"in time, if only just", nil, func(r *run) { r.step().at("09:15").end("load", nil).step().at("09:31") }, Pending, 15 * time.Minute},
		{"failed", nil, func(r *run) { r.step().end("load", task.Fail("no")).step() }, AtRisk, 6 * time.Hour},
		{"never begun", nil, func(r *run) { r.at("10:01") }, Breached, -91 * time.Minute},
		{"a gate makes it late", func(p *plan.Plan) { p.Tasks[1].NotBefore = "09:45" }, func(r *run) { r.at("09:30") }, AtRisk, -60 * time.Minute},
		{"not on this day", func(p *plan.Plan) { p.Calendars[0].Days = []string{"sat"} }, func(r *run) {}, NotDue, 0},
		{"skipped on this day", func(p *plan.Plan) { p.Tasks[1].Days = []string{"sat"} }, func(r *run) { r.step() }, NotDue, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRun(t, tt.edit)
			tt.do(r)
			got := Evaluate(r.s, r.now, Estimates(r.p))[0]
			if got.Status != tt.want || got.Margin != tt.margin {
				t.Errorf("%s, margin %s (predicted %s); want %s, %s", got.Status, got.Margin, got.Predicted, tt.want, tt.margin)
			}
		})
	}
}

func TestRecordedDurations(t *testing.T) {
	r := newRun(t, nil)
	d := Recorded(map[string][]time.Duration{"load": {5 * time.Minute, time.Minute, 20 * time.Minute}}, Estimates(r.p))
	if got, _ := d("load"); got != 5*time.Minute {
		t.Errorf("median %s", got)
	}
	if got := ETA(r.s, r.now, d).Sub(r.now); got != 35*time.Minute {
		t.Errorf("ETA in %s, want 5 min measured and 30 estimated", got)
	}
	if _, known := d("nothing"); known {
		t.Error("a duration out of nothing")
	}
}

func TestWatcher(t *testing.T) {
	r := newRun(t, nil)
	w := NewWatcher(r.p, Estimates(r.p))
	var log []string
	var fresh []event.Event
	watch := func() time.Time {
		for {
			events, wake := w.Watch(r.s, fresh, r.now)
			fresh = nil
			if len(events) == 0 {
				return wake
			}
			for _, e := range r.apply(events...) {
				log = append(log, r.now.In(time.FixedZone("", 9*3600)).Format("15:04 ")+e.SLA.Status)
				fresh = append(fresh, e)
			}
		}
	}
	r.step()
	// Time passes only as the watcher asks for it.
	for wake := watch(); !wake.IsZero() && len(log) < 10; wake = watch() {
		if !wake.After(r.now) {
			t.Fatalf("wakes at %s, now %s", wake, r.now)
		}
		r.now = wake
	}
	fresh = r.apply(r.s.Ended("load", r.now, task.Result{}, nil, event.NotCut))
	fresh = append(fresh, r.apply(event.Next(r.s, r.now).Events...)...)
	fresh = append(fresh, r.apply(r.s.Ended("table", r.now, task.Result{}, nil, event.NotCut))...)
	watch()
	want := []string{"09:30 at_risk", "10:00 breached"}
	if !slices.Equal(log, want) {
		t.Errorf("%v, want %v", log, want)
	}
	if got := r.s.SLAs["status"]; got.Status != "breached" {
		t.Errorf("%+v", got)
	}
}

func TestRerunArmsAgain(t *testing.T) {
	r := newRun(t, nil)
	r.step().end("load", nil).step().at("08:00").end("table", nil)
	e, err := r.s.Rerun([]string{"table"}, true)
	if err != nil {
		t.Fatal(err)
	}
	r.at("09:00").apply(e)
	if got := Evaluate(r.s, r.now, Estimates(r.p))[0]; got.Status != Pending {
		t.Errorf("%s while the table is made again", got.Status)
	}
	r.at("10:30")
	if got := Evaluate(r.s, r.now, Estimates(r.p))[0]; got.Status != Breached {
		t.Errorf("%s when it is not there again by the deadline", got.Status)
	}
}

func TestHistoryAndRate(t *testing.T) {
	r := newRun(t, nil)
	promise := &r.p.SLAs[0]
	clock, err := plan.NewClock(r.p)
	if err != nil {
		t.Fatal(err)
	}
	parse := func(s string) plan.Day {
		d, err := plan.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	recorded := map[string]Recording{
		"2026-11-15": {Status: Met},     // delivered Monday 16
		"2026-11-16": {Status: Met},     //
		"2026-11-17": {Status: AtRisk},  // the run stopped and nobody went on
		"2026-11-19": {Status: NotDue},  //
		"2026-11-22": {Status: Met},     // Monday, ahead of its deadline
		"2026-11-23": {Status: Pending}, // Tuesday: not decided
	}
	now := clock.Opening(parse("2026-11-23"))
	results := History(promise, clock, parse("2026-11-13"), parse("2026-11-25"), now, func(d plan.Day) (Recording, bool) {
		rec, ok := recorded[d.String()]
		return rec, ok
	})
	var got []string
	for _, r := range results {
		text := r.Day.String() + " " + string(r.Status)
		if r.NoRun {
			text += " no run"
		}
		got = append(got, text)
	}
	want := []string{"2026-11-15 met", "2026-11-16 met", "2026-11-17 breached", "2026-11-18 breached no run", "2026-11-22 met"}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	score := Rate(promise, clock, parse("2026-11-22"), results)
	if score.From.String() != "2026-07-01" || score.To.String() != "2026-12-31" || score.Met != 3 || score.Breached != 2 ||
		score.Percent != 60 || score.Holds || score.Budget != 0 {
		t.Errorf("%+v", score) // 132 weekdays bear 2 breaches at 98 %
	}
	if empty := Rate(promise, clock, parse("2026-11-22"), nil); !empty.Holds || empty.Budget != 2 {
		t.Errorf("%+v", empty)
	}
}

func TestPeriod(t *testing.T) {
	tests := []struct{ over, date, from, to string }{
		{"week", "2026-11-22", "2026-11-16", "2026-11-22"},
		{"week", "2026-11-23", "2026-11-23", "2026-11-29"},
		{"month", "2028-02-10", "2028-02-01", "2028-02-29"},
		{"quarter", "2026-12-31", "2026-10-01", "2026-12-31"},
		{"half_year", "2026-06-30", "2026-01-01", "2026-06-30"},
		{"year", "2026-06-30", "2026-01-01", "2026-12-31"},
	}
	for _, tt := range tests {
		d, err := plan.ParseDay(tt.date)
		if err != nil {
			t.Fatal(err)
		}
		if from, to := Period(tt.over, d); from.String() != tt.from || to.String() != tt.to {
			t.Errorf("%s of %s: %s to %s", tt.over, tt.date, from, to)
		}
	}
}
