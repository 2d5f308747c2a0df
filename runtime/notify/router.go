// Package notify tells people what happens in a run.
//
// A Router decides which alerts are due to which channels: it is pure, an engine.Watcher. A Dispatcher
// sends one alert to its channel: it is an engine.AlertSender. Between the two stands the journal: an alert is recorded when it
// becomes due and again when it was sent, so it is neither lost nor sent twice.
package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/plan"
	"sluice/runtime/sla"
)

// maxTaskAlerts bounds the alerts about single tasks on one channel in a run. Where more fail, the alert
// about the run tells it.
const maxTaskAlerts = 20

// Severities of alerts, as PagerDuty's Events API names them.
const (
	Info     = "info"
	Warning  = "warning"
	Error    = "error"
	Critical = "critical"
)

// Router decides who is told what.
type Router struct {
	plan     *plan.Plan
	tasks    map[string]*plan.Task
	slas     map[string]*plan.SLA
	teams    map[string]*plan.Team
	channels map[string]*plan.Channel
	location *time.Location
	sent     map[string]int // alerts about tasks, by channel
}

// NewRouter routes the alerts of a plan's runs. Make one for each run.
func NewRouter(p *plan.Plan, clock *plan.Clock) *Router {
	r := &Router{plan: p, location: clock.Location(), tasks: map[string]*plan.Task{}, slas: map[string]*plan.SLA{},
		teams: map[string]*plan.Team{}, channels: map[string]*plan.Channel{}, sent: map[string]int{}}
	for i := range p.Tasks {
		r.tasks[p.Tasks[i].ID] = &p.Tasks[i]
	}
	for i := range p.SLAs {
		r.slas[p.SLAs[i].Name] = &p.SLAs[i]
	}
	for i := range p.Teams {
		r.teams[p.Teams[i].Name] = &p.Teams[i]
	}
	for i := range p.Channels {
		r.channels[p.Channels[i].Name] = &p.Channels[i]
	}
	return r
}

// Watch gives the alerts that are due because of what has happened, and because of the time.
func (r *Router) Watch(s *event.State, applied []event.Event, now time.Time) ([]event.Event, time.Time) {
	var alerts []event.Alert
	for i := range applied {
		switch e := &applied[i]; e.Kind {
		case event.TaskFailed, event.TaskWarned:
			alerts = append(alerts, r.taskFailed(s, e)...)
		case event.TaskSucceeded:
			alerts = append(alerts, r.taskRecovered(s, e)...)
		case event.SLAChanged:
			alerts = append(alerts, r.slaChanged(s, e)...)
		case event.RunFinished:
			alerts = append(alerts, r.runFinished(s, e)...)
		}
	}
	late, wake := r.escalations(s, now)
	var events []event.Event
	for _, a := range slices.Concat(alerts, late) {
		events = append(events, event.Event{Kind: event.AlertDue, Alert: &a})
	}
	return events, wake
}

// to copies an alert for every channel that the names (of channels and teams) come to. Names that are neither,
// such as a person's address among the stakeholders, are no channel.
func (r *Router) to(a event.Alert, names ...string) []event.Alert {
	var alerts []event.Alert
	id := a.ID
	for _, channel := range r.channelsOf(names) {
		a.Channel, a.ID = channel, id+" to "+channel
		alerts = append(alerts, a)
	}
	return alerts
}

func (r *Router) channelsOf(names []string) []string {
	var list []string
	add := func(name string) {
		if r.channels[name] != nil && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	for _, name := range names {
		add(name)
		if team := r.teams[name]; team != nil {
			for _, channel := range team.Channels {
				add(channel)
			}
		}
	}
	return list
}

func taskKey(s *event.State, task string) string { return s.Run + " task " + task }

func (r *Router) taskFailed(s *event.State, e *event.Event) []event.Alert {
	t := r.tasks[e.Task]
	if t == nil {
		return nil
	}
	a := event.Alert{
		ID:  fmt.Sprintf("%s %s@%d", e.Kind, e.Task, e.Generation),
		Key: taskKey(s, e.Task), Severity: Error,
		Title: fmt.Sprintf("%s failed on %s", e.Task, s.Day), Text: e.Message,
		Fields: r.fields(s, t.Origin, t.Runbook),
	}
	switch {
	case e.Kind == event.TaskWarned:
		a.Severity, a.Title = Warning, fmt.Sprintf("check %s warns on %s", e.Task, s.Day)
	case e.Class == event.Violations:
		a.Title = fmt.Sprintf("check %s failed on %s; what reads %s is held up", e.Task, s.Day, t.Node)
	}
	if e.Attempt > 1 {
		a.Fields["attempts"] = fmt.Sprint(e.Attempt)
	}
	due := r.to(a, t.Owner)
	return slices.DeleteFunc(due, func(a event.Alert) bool {
		if s.Alerts[a.ID] != nil {
			return false // counted before
		}
		r.sent[a.Channel]++
		return r.sent[a.Channel] > maxTaskAlerts
	})
}

// taskRecovered settles the alert about an earlier generation.
func (r *Router) taskRecovered(s *event.State, e *event.Event) []event.Alert {
	t := r.tasks[e.Task]
	if t == nil || e.Generation < 2 {
		return nil
	}
	var alerts []event.Alert
	for _, a := range r.to(event.Alert{
		ID: fmt.Sprintf("task_recovered %s@%d", e.Task, e.Generation), Key: taskKey(s, e.Task), Resolve: true, Severity: Info,
		Title: fmt.Sprintf("%s succeeded on %s after it was run again", e.Task, s.Day), Fields: r.fields(s, t.Origin, nil)}, t.Owner) {
		for generation := 1; generation < e.Generation; generation++ {
			if s.Alerts[fmt.Sprintf("%s %s@%d to %s", event.TaskFailed, e.Task, generation, a.Channel)] != nil {
				alerts = append(alerts, a)
				break
			}
		}
	}
	return alerts
}

func slaKey(s *event.State, name string) string { return s.Run + " sla " + name }

func (r *Router) slaChanged(s *event.State, e *event.Event) []event.Alert {
	promise := r.slas[e.SLA.Name]
	if promise == nil {
		return nil
	}
	deadline := e.SLA.Deadline.In(r.location).Format("15:04")
	a := event.Alert{ID: "sla_" + e.SLA.Status + " " + promise.Name, Key: slaKey(s, promise.Name),
		Text: promise.Description, Fields: r.fields(s, promise.Origin, promise.Runbook)}
	switch sla.Status(e.SLA.Status) {
	case sla.AtRisk:
		a.Severity = Warning
		a.Title = fmt.Sprintf("%s may not be ready by %s", promise.Target, deadline)
		if !e.SLA.Predicted.IsZero() {
			a.Fields["expected"] = e.SLA.Predicted.In(r.location).Format("15:04")
		}
		return r.to(a, promise.Owner)
	case sla.Breached:
		a.Severity = Error
		a.Title = fmt.Sprintf("%s is not ready by %s", promise.Target, deadline)
		return r.to(a, append([]string{promise.Owner}, promise.Stakeholders...)...)
	}
	if e.SLA.Ready.IsZero() || !r.told(s, promise.Name) {
		return nil
	}
	a.Severity, a.Resolve = Info, true
	a.Title = fmt.Sprintf("%s is ready since %s, in time for %s", promise.Target, e.SLA.Ready.In(r.location).Format("15:04"), deadline)
	return r.to(a, promise.Owner)
}

// told reports whether anybody was worried about a promise.
func (r *Router) told(s *event.State, name string) bool {
	for id := range s.Alerts {
		if strings.HasPrefix(id, "sla_at_risk "+name+" to ") {
			return true
		}
	}
	return false
}

// escalations are the steps whose time has come for the promises that are broken and still not kept.
func (r *Router) escalations(s *event.State, now time.Time) (alerts []event.Alert, wake time.Time) {
	for i := range r.plan.SLAs {
		promise := &r.plan.SLAs[i]
		change, recorded := s.SLAs[promise.Name]
		if !recorded || sla.Status(change.Status) != sla.Breached || !change.Ready.IsZero() {
			continue
		}
		for k, step := range promise.Escalation {
			at := change.Deadline.Add(time.Duration(step.AfterSec) * time.Second)
			id := fmt.Sprintf("escalation %s %d", promise.Name, k+1)
			switch {
			case at.After(now):
				if wake.IsZero() || at.Before(wake) {
					wake = at
				}
			default:
				alerts = append(alerts, r.missing(s, r.to(event.Alert{ID: id, Key: slaKey(s, promise.Name), Severity: Critical,
					Title: fmt.Sprintf("%s is late by %s: it was due at %s", promise.Target, now.Sub(change.Deadline).Round(time.Minute),
						change.Deadline.In(r.location).Format("15:04")),
					Text: promise.Description, Fields: r.fields(s, promise.Origin, promise.Runbook)}, step.Notify...))...)
			}
		}
	}
	return alerts, wake
}

func (r *Router) missing(s *event.State, alerts []event.Alert) []event.Alert {
	return slices.DeleteFunc(alerts, func(a event.Alert) bool { return s.Alerts[a.ID] != nil })
}

// runFinished tells every team that owns something of the run; nobody is paged because a day went well.
func (r *Router) runFinished(s *event.State, e *event.Event) []event.Alert {
	var owners, failed []string
	counts := map[event.Status]int{}
	for _, t := range s.Tasks() {
		if !t.Selected {
			continue
		}
		counts[t.Status]++
		if p := r.tasks[t.ID]; p != nil && p.Owner != "" && !slices.Contains(owners, p.Owner) {
			owners = append(owners, p.Owner)
		}
		if t.Status == event.Failed {
			failed = append(failed, t.ID)
		}
	}
	a := event.Alert{ID: fmt.Sprintf("run_finished %d", e.Seq), Key: s.Run, Severity: Info,
		Title: fmt.Sprintf("%s: %s %s", r.plan.Platform, s.Day, e.Outcome), Fields: r.fields(s, plan.Origin{}, nil)}
	var parts []string
	for _, status := range event.Statuses() {
		if counts[status] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[status], status))
		}
	}
	a.Text = "tasks: " + strings.Join(parts, ", ")
	if len(failed) > 0 {
		a.Fields["failed"] = list(failed, 10)
	}
	if e.Outcome == event.Failed {
		a.Severity = Error
	}
	slices.Sort(owners)
	due := r.to(a, owners...)
	return slices.DeleteFunc(due, func(a event.Alert) bool { return r.channels[a.Channel].Kind == "webhook" })
}

func list(names []string, most int) string {
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

func (r *Router) fields(s *event.State, o plan.Origin, b *plan.Runbook) map[string]string {
	f := map[string]string{"run": s.Run, "environment": r.plan.Environment}
	if o.File != "" {
		f["declared"] = fmt.Sprintf("%s:%d", o.File, o.Line)
	}
	if b != nil {
		if len(b.Steps) > 0 {
			f["runbook"] = strings.Join(b.Steps, " → ")
		}
		if b.URL != "" {
			f["runbook_url"] = b.URL
		}
		if b.EscalateWhen != "" {
			f["escalate_when"] = b.EscalateWhen
		}
	}
	return f
}
