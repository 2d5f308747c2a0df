package sla

import (
	"time"

	"sluice/runtime/plan"
)

// Result is a promise on one day, when that day is over for it.
type Result struct {
	Day      plan.Day
	Status   Status
	Deadline time.Time
	Ready    time.Time
	NoRun    bool // the day's run never began
}

// Recording is what the journal holds of a promise on a day: the last SLAChanged.
type Recording struct {
	Status   Status
	Deadline time.Time
	Ready    time.Time
}

// History lists a promise's days from … to (both included) that are decided at an instant, in order. A day on which it was
// due and of which nothing is recorded is breached: nobody ran it. Days whose deadline is ahead are left out
// unless the promise is met already.
func History(promise *plan.SLA, clock *plan.Clock, from, to plan.Day, now time.Time, recorded func(plan.Day) (Recording, bool)) []Result {
	var list []Result
	for day := from; !to.Before(day); day = day.Add(1) {
		if !clock.InCalendar(promise.Calendar, day) {
			continue
		}
		r := Result{Day: day, Deadline: clock.Instant(day, promise.ReadyBy)}
		rec, known := recorded(day)
		switch {
		case known && rec.Status == NotDue:
			continue
		case known && (rec.Status == Met || rec.Status == Breached):
			r.Status, r.Deadline, r.Ready = rec.Status, rec.Deadline, rec.Ready
		case !now.After(r.Deadline):
			continue
		default:
			r.Status, r.NoRun = Breached, !known
		}
		list = append(list, r)
	}
	return list
}

// Score is how often a promise was met in a period.
type Score struct {
	From, To plan.Day // of the period, by delivery date, both included
	Met      int
	Breached int
	Percent  float64 // of the decided days; 100 where there are none
	Holds    bool    // Percent is at least the objective
	// Budget is how many more breaches the objective bears if all remaining due days of the period are
	// counted; negative where it cannot be reached any more.
	Budget int
}

// Rate scores the results of a promise in the period that holds a day's delivery.
func Rate(promise *plan.SLA, clock *plan.Clock, day plan.Day, results []Result) Score {
	from, to := Period(promise.Over, clock.Delivery(day))
	score := Score{From: from, To: to, Percent: 100}
	for _, r := range results {
		delivery := clock.Delivery(r.Day)
		if delivery.Before(from) || to.Before(delivery) {
			continue
		}
		if r.Status == Met {
			score.Met++
		} else {
			score.Breached++
		}
	}
	if n := score.Met + score.Breached; n > 0 {
		score.Percent = 100 * float64(score.Met) / float64(n)
	}
	score.Holds = score.Percent >= promise.Percent
	due := 0
	for d := from; !to.Before(d); d = d.Add(1) {
		if clock.InCalendar(promise.Calendar, d.Add(-1)) { // delivered on d
			due++
		}
	}
	// The small surplus keeps 98 % of 50 from becoming 0.9999… of a breach.
	score.Budget = int(float64(due)*(100-promise.Percent)/100+1e-9) - score.Breached
	return score
}

// Period is the calendar week (from Monday), month, quarter, half-year or year that holds a date.
func Period(over string, date plan.Day) (from, to plan.Day) {
	year, month, _ := date.Date()
	months := map[string]int{"month": 1, "quarter": 3, "half_year": 6, "year": 12}[over]
	if months == 0 { // week
		back := map[string]int{"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}[date.Weekday()]
		return date.Add(-back), date.Add(6 - back)
	}
	first := (int(month)-1)/months*months + 1
	return day(year, first), day(year, first+months).Add(-1)
}

func day(year, month int) plan.Day {
	d, _ := plan.ParseDay(time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	return d
}
