package check

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the machine that compiles need not have a zone database

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// zoneOf is the zone that an abbreviation most likely means.
var zoneOf = map[string]string{
	"JST": "Asia/Tokyo", "KST": "Asia/Seoul", "SGT": "Asia/Singapore", "IST": "Asia/Kolkata", "CST": "America/Chicago",
	"EDT": "America/New_York", "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "BST": "Europe/London", "CEST": "Europe/Berlin",
}

// clocks checks the time zone, and that 24:00 stands only at a window's end.
func (j *judge) clocks() {
	zone := j.sp.Info.TimeZone
	if _, err := time.LoadLocation(zone.V); err != nil || zone.V == "" || zone.V == "Local" {
		d := j.diags.Errorf(diag.UnknownTimeZone, zone.At, "unknown time zone %q", zone.V)
		if name := zoneOf[strings.ToUpper(zone.V)]; name != "" {
			d.WithHint("did you mean %q?", name)
		} else {
			d.WithHint("use a name of the IANA database, for example Asia/Tokyo or Europe/Berlin")
		}
	}
	midnight := func(clock spec.Text) {
		if clock.V == "24:00" {
			d := j.diags.Errorf(diag.BadClockTime, clock.At, "24:00 is no time at which something can happen").WithHint(`write "00:00"`)
			if start := j.sp.Info.DayStart.V; start == "00:00" && clock.At != j.sp.Info.DayStart.At {
				d.WithHint(`write "23:59"; "00:00" is when the run of a business day opens`)
			}
		}
	}
	midnight(j.sp.Info.DayStart)
	for _, w := range j.sp.Windows {
		midnight(w.Start)
	}
	for _, t := range j.m.Tasks {
		midnight(t.NotBefore)
	}
	for _, s := range j.sp.SLAs {
		midnight(s.ReadyBy)
	}
}

// calendars checks the dates of each.
func (j *judge) calendars() {
	for _, c := range j.sp.Calendars {
		if len(c.Days) == 0 && len(c.ExtraDays) == 0 {
			j.diags.Errorf(diag.EmptyCalendar, c.At, "the calendar %q has no days", c.Name).
				WithHint(`give at least one: days: ["mon"]`)
		}
		j.dates(c.Name, "holidays", c.Holidays)
		j.dates(c.Name, "extra_days", c.ExtraDays)
		for _, d := range c.ExtraDays {
			day, err := plan.ParseDay(d.V)
			if err == nil && names(textSet(c.Days))[day.Weekday()] && !textSet(c.Holidays)[d.V] {
				j.diags.Warnf(diag.NeedlessCalendarDate, d.At, "%s is a %s, which the calendar %q counts anyway", d.V, weekdayOf(day), c.Name).
					WithHint("correct the date, or remove it")
			}
		}
	}
}

func (j *judge) dates(calendar, field string, list []spec.Text) {
	first := map[string]diag.Span{}
	for _, d := range list {
		if _, err := plan.ParseDay(d.V); err != nil {
			j.diags.Errorf(diag.BadCalendar, d.At, "the calendar %q names a date that does not exist: %q", calendar, d.V).
				WithHint("correct the day or the month, or remove it; dates are YYYY-MM-DD")
			continue
		}
		if at, twice := first[d.V]; twice {
			j.diags.Errorf(diag.BadCalendar, d.At, "the calendar %q names %s twice in %s", calendar, d.V, field).
				WithRelated(at, "it is named here already").WithHint("remove one of them")
			continue
		}
		first[d.V] = d.At
	}
}

func textSet(list []spec.Text) map[string]bool {
	out := map[string]bool{}
	for _, t := range list {
		out[t.V] = true
	}
	return out
}

// weekdayOf is the day's weekday in full.
func weekdayOf(d plan.Day) string {
	year, month, day := d.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Weekday().String()
}

// gate is the latest start gate on the way to a task.
type gate struct {
	minutes int         // after the opening; -1 where there is none
	task    *model.Task // whose gate it is
	via     *model.Task // the task before, on the way from there; nil at the gate itself
}

// latestGates finds for each task the latest gate among itself and all it waits for,
// of the tasks for which counts is true.
func (j *judge) latestGates(counts func(*model.Task) bool) map[*model.Task]gate {
	out := make(map[*model.Task]gate, len(j.m.Tasks))
	for _, t := range j.m.Tasks {
		best := gate{minutes: -1}
		for _, before := range t.After {
			if g, known := out[before]; known && g.minutes > best.minutes {
				best = gate{g.minutes, g.task, before}
			}
		}
		if at, ok := j.minutes(t.NotBefore); ok && counts(t) && at >= best.minutes {
			best = gate{minutes: at, task: t}
		}
		out[t] = best
	}
	return out
}

// gates reports promises that a start gate alone breaks, and gates that something
// upstream makes needless.
func (j *judge) gates() {
	all := j.latestGates(func(*model.Task) bool { return true })
	for _, s := range j.m.SLAs {
		deadline, ok := j.minutes(s.Spec.ReadyBy)
		if !ok {
			continue
		}
		for _, t := range s.Tasks {
			g := all[t]
			if g.task == nil || g.minutes < deadline {
				continue
			}
			path := []string{t.ID}
			for at := t; all[at].via != nil; at = all[at].via {
				path = append(path, all[at].via.ID)
			}
			slices.Reverse(path)
			d := j.diags.Errorf(diag.GateAfterDeadline, s.Spec.ReadyBy.At, "%q cannot be ready by %s: %q does not start before %s",
				s.Name, s.Spec.ReadyBy.V, g.task.ID, g.task.NotBefore.V).WithNode("sla."+s.Name).
				WithRelated(g.task.NotBefore.At, "the gate of %q is set here", g.task.ID)
			if len(path) > 1 {
				d.WithNote("path: %s", arrows(path))
			}
			d.WithHint("start it earlier, or move the deadline behind %s", g.task.NotBefore.V)
			break
		}
	}
	arrivals := j.latestGates(func(t *model.Task) bool { return t.Table != nil && t.Table.SourceTable != nil })
	for _, t := range j.m.Tasks {
		own, ok := j.minutes(t.NotBefore)
		if !ok || t.Table != nil && t.Table.SourceTable != nil {
			continue
		}
		if g := arrivals[t]; g.minutes > own {
			j.diags.Warnf(diag.GateWithoutEffect, t.NotBefore.At, "the gate %s of %q has no effect: it waits for %q, which arrives at %s",
				t.NotBefore.V, t.ID, g.task.ID, g.task.NotBefore.V).WithNode(t.Node).
				WithRelated(g.task.NotBefore.At, "the arrival of %q is set here", g.task.ID).
				WithHint("remove not_before, or correct one of the two times")
		}
	}
}

// neverMeasured reports promises whose target never runs on the days on which they
// hold. Environments other than production skip exports and models on purpose.
func (j *judge) neverMeasured() {
	environment := j.m.Environment
	for _, s := range j.m.SLAs {
		report := func(format string, args ...any) *diag.Diagnostic {
			return j.diags.Errorf(diag.SLANeverMeasured, s.Spec.Target.At, format, args...).WithNode("sla." + s.Name)
		}
		if environment.Kind.V == "prod" {
			if at, skipped := j.skipped(s.Target); skipped {
				report("%q promises %q, which the environment %q skips", s.Name, s.Target, environment.Name).
					WithRelated(at, "it is skipped here").WithHint("let production run it, or remove the SLA")
				continue
			}
		}
		promise := j.m.Calendars[s.Spec.Calendar.V]
		for _, t := range s.Tasks {
			runs := j.m.Calendars[t.Calendar]
			if promise == nil || runs == nil || promise == runs || shareDay(promise, runs) {
				continue
			}
			report("%q promises %q on days of %q, but it runs on days of %q, and they share none", s.Name, s.Target, promise.Name, runs.Name).
				WithRelated(s.Spec.Calendar.At, "the promise's calendar").
				WithRelated(t.Export.Spec.Calendar.At, "the target's calendar").
				WithHint("use the target's calendar for the promise")
		}
	}
}

// skipped reports whether the environment skips the node, and where it says so.
func (j *judge) skipped(node string) (diag.Span, bool) {
	e := j.m.Environment
	if strings.HasPrefix(node, "export.") {
		return e.Exports.At, e.Exports.V == "skip"
	}
	name, isModel := strings.CutPrefix(node, "model.")
	if !isModel {
		return diag.Span{}, false
	}
	for _, m := range j.m.Models {
		if m.Name == name && e.Models.V == "local" && m.Spec.Local.V == "skip" {
			return e.Models.At, true
		}
	}
	return e.Models.At, e.Models.V == "skip"
}

// shareDay reports whether any day counts in both. Holidays can take some days of a
// shared weekday away, never all.
func shareDay(a, b *spec.Calendar) bool {
	days := textSet(a.Days)
	if slices.ContainsFunc(b.Days, func(d spec.Text) bool { return days[d.V] }) {
		return true
	}
	return slices.ContainsFunc(a.ExtraDays, func(d spec.Text) bool { return counts(b, d.V) }) ||
		slices.ContainsFunc(b.ExtraDays, func(d spec.Text) bool { return counts(a, d.V) })
}

func counts(c *spec.Calendar, date string) bool {
	if textSet(c.ExtraDays)[date] {
		return true
	}
	day, err := plan.ParseDay(date)
	return err != nil || textSet(c.Days)[day.Weekday()] && !textSet(c.Holidays)[date]
}
