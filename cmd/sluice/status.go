package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/sla"
)

func newStatus(a *app) *cobra.Command {
	var date string
	var all bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show a business day: tasks, checks, promises",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.wants("text", "json"); err != nil {
				return err
			}
			return a.status(cmd.Context(), date, all)
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "business day, YYYY-MM-DD (default: the latest run)")
	cmd.Flags().BoolVar(&all, "all", false, "list every task, not only those that need attention")
	return cmd
}

func (a *app) status(ctx context.Context, date string, all bool) error {
	s, err := a.openSite(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	info, err := s.find(ctx, date)
	if err != nil {
		return err
	}
	state, err := s.replay(ctx, info)
	if err != nil {
		return err
	}
	durations, err := s.durations(ctx)
	if err != nil {
		return err
	}
	// A run that no process works on stands still at its last event.
	now := state.At()
	if info.Owner != nil && time.Now().After(now) && time.Since(now) < 48*time.Hour {
		now = time.Now()
	}
	if all {
		a.viewAllTasks(state, now)
	}
	return a.viewDay(s, state, now, durations)
}

// find is the run of a day, or the latest.
func (s *site) find(ctx context.Context, date string) (journal.Info, error) {
	f := journal.Filter{Environment: s.plan.Environment, Limit: 1}
	if date != "" {
		day, err := s.day(date)
		if err != nil {
			return journal.Info{}, err
		}
		f.Run = s.runID(day)
	}
	runs, err := s.journal.Runs(ctx, f)
	if err != nil {
		return journal.Info{}, err
	}
	if len(runs) == 0 {
		if date == "" {
			return journal.Info{}, fmt.Errorf("no day has been run in environment %s: `sluice run --date …` runs one", s.plan.Environment)
		}
		return journal.Info{}, fmt.Errorf("business day %s has not been run in environment %s: `sluice run --date %s` runs it", date, s.plan.Environment, date)
	}
	return runs[0], nil
}

// replay gives the state of a run, under the plan that it ran on.
func (s *site) replay(ctx context.Context, info journal.Info) (*event.State, error) {
	p := s.plan
	if info.Plan != "" && info.Plan != p.Digest {
		var err error
		if p, err = s.store.Get(info.Plan); err != nil {
			return nil, err
		}
	}
	clock, err := plan.NewClock(p)
	if err != nil {
		return nil, err
	}
	day, err := plan.ParseDay(info.Day)
	if err != nil {
		return nil, err
	}
	state, err := event.New(p, clock, day)
	if err != nil {
		return nil, err
	}
	err = s.journal.Replay(ctx, info.Run, 0, func(e *event.Event) error { return state.Apply(e) })
	if errors.Is(err, journal.ErrNoRun) {
		err = nil
	}
	return state, err
}

// dayReport is a business day as JSON.
type dayReport struct {
	Format      int            `json:"format"`
	Environment string         `json:"environment"`
	Day         string         `json:"date"`
	Plan        string         `json:"plan"`
	Outcome     string         `json:"outcome"` // running, succeeded, failed, canceled
	Opened      time.Time      `json:"opened,omitzero"`
	Ended       time.Time      `json:"ended,omitzero"`
	ETA         time.Time      `json:"eta,omitzero"`
	Counts      map[string]int `json:"counts"`
	Tasks       []taskReport   `json:"tasks"`
	SLAs        []slaReport    `json:"slas"`
}

type taskReport struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Status     string    `json:"status"`
	Attempts   int       `json:"attempts"`
	Started    time.Time `json:"started,omitzero"`
	Ended      time.Time `json:"ended,omitzero"`
	RowsIn     int64     `json:"rows_in,omitempty"`
	RowsOut    int64     `json:"rows_out,omitempty"`
	BadRows    int64     `json:"bad_rows,omitempty"`
	Violations int64     `json:"violations,omitempty"`
	Message    string    `json:"message,omitempty"`
	Waits      string    `json:"waits,omitempty"`
	Cause      string    `json:"cause,omitempty"`
}

type slaReport struct {
	Name      string    `json:"name"`
	Target    string    `json:"target"`
	Status    string    `json:"status"`
	Deadline  time.Time `json:"deadline"`
	Ready     time.Time `json:"ready,omitzero"`
	Predicted time.Time `json:"predicted,omitzero"`
	MarginSec int64     `json:"margin_sec"`
	Waits     []string  `json:"waits,omitempty"`
	Failed    []string  `json:"failed,omitempty"`
}

func newDayReport(s *event.State, now time.Time, d sla.Durations) dayReport {
	p, clock := s.ThePlan()
	local := clock.Location()
	r := dayReport{Format: 1, Environment: p.Environment, Day: s.Day.String(), Plan: p.Digest, Outcome: outcome(s),
		Opened: inZone(s.OpenedAt, local), Ended: inZone(s.EndedAt, local), Counts: map[string]int{}, Tasks: []taskReport{}, SLAs: []slaReport{}}
	if !s.Finished() {
		r.ETA = inZone(sla.ETA(s, now, d), local)
	}
	for status, n := range s.Counts() {
		r.Counts[string(status)] = n
	}
	for _, t := range s.Tasks() {
		if !t.Selected {
			continue
		}
		row := taskReport{ID: t.ID, Kind: string(p.TaskByID(t.ID).Kind), Status: string(t.Status), Attempts: t.Attempt,
			Started: inZone(t.StartedAt, local), Ended: inZone(t.EndedAt, local), RowsIn: t.Result.RowsIn, RowsOut: t.Result.RowsOut,
			BadRows: t.Result.BadRows, Violations: t.Result.Violations, Message: message(t), Cause: t.Cause}
		if t.Status == event.Waiting {
			row.Waits = s.Why(t.ID, now).String()
		}
		r.Tasks = append(r.Tasks, row)
	}
	for _, x := range sla.Evaluate(s, now, d) {
		r.SLAs = append(r.SLAs, slaReport{Name: x.SLA.Name, Target: x.SLA.Target, Status: string(x.Status),
			Deadline: inZone(x.Deadline, local), Ready: inZone(x.Ready, local), Predicted: inZone(x.Predicted, local),
			MarginSec: int64(x.Margin.Seconds()), Waits: x.Waits, Failed: x.Failed})
	}
	return r
}

func inZone(t time.Time, l *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(l)
}

func message(t event.Task) string {
	if t.Message != "" {
		return t.Message
	}
	return t.Result.Message
}

func outcome(s *event.State) string {
	if s.Finished() {
		return string(s.Outcome)
	}
	return "running"
}

// viewDay prints the day: how it stands, what needs attention, checks, promises.
func (a *app) viewDay(site *site, s *event.State, now time.Time, d sla.Durations) error {
	r := newDayReport(s, now, d)
	if a.output == "json" {
		return a.writeJSON(r)
	}
	fmt.Fprintf(a.out, "\n%s %s, business day %s: %s", r.Environment, shortDigest(r.Plan), r.Day, r.Outcome)
	switch {
	case s.Finished():
		fmt.Fprintf(a.out, " at %s", clockOf(r.Ended, s))
	case !r.ETA.IsZero():
		fmt.Fprintf(a.out, ", expected to end at %s", clockOf(r.ETA, s))
	}
	fmt.Fprintf(a.out, "\n\n")
	a.viewKinds(r)
	a.viewAttention(r)
	a.viewSLAs(r, s)
	fmt.Fprintf(a.out, "\nwarehouse %s\nlogs      %s\n", a.prefix()+site.plan.Warehouse.Path, a.prefix()+path.Join(".sluice", a.env, "logs", r.Day))
	return nil
}

// viewKinds is a table of kinds by status, with rows moved.
func (a *app) viewKinds(r dayReport) {
	var statuses []string
	for _, st := range event.Statuses() {
		if r.Counts[string(st)] > 0 {
			statuses = append(statuses, string(st))
		}
	}
	count, rows, total := map[string]map[string]int{}, map[string]int64{}, map[string]int{}
	var kinds []string
	for _, t := range r.Tasks {
		if count[t.Kind] == nil {
			count[t.Kind] = map[string]int{}
			kinds = append(kinds, t.Kind)
		}
		count[t.Kind][t.Status]++
		total[t.Kind]++
		if t.Kind != string(plan.Check) {
			rows[t.Kind] += t.RowsOut
		}
	}
	order := []string{"transfer", "wait", "query", "check", "export", "train", "predict"}
	slices.SortFunc(kinds, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "tasks\t%s\tall\trows\n", strings.Join(statuses, "\t"))
	for _, k := range kinds {
		fmt.Fprintf(w, "  %s", k)
		for _, st := range statuses {
			fmt.Fprintf(w, "\t%s", blankZero(count[k][st]))
		}
		fmt.Fprintf(w, "\t%d\t%s\n", total[k], blankRows(rows[k]))
	}
	w.Flush()
}

func blankZero(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

func blankRows(n int64) string {
	if n == 0 {
		return "-"
	}
	return thousands(n)
}

// viewAttention lists what a person should look at: failures first, then warnings,
// bad rows, and what waits.
func (a *app) viewAttention(r dayReport) {
	const shown = 20
	var lines []string
	add := func(t taskReport, text string) {
		lines = append(lines, fmt.Sprintf("  %s\t%s\t%s", t.Status, t.ID, text))
	}
	blocked := 0
	for _, t := range r.Tasks {
		switch event.Status(t.Status) {
		case event.Failed, event.Warned:
			add(t, attempts(t)+t.Message)
		case event.Blocked:
			blocked++
		case event.Waiting:
			add(t, t.Waits)
		case event.Running:
			add(t, "since "+t.Started.Format("15:04:05"))
		case event.Succeeded:
			if t.BadRows > 0 {
				add(t, fmt.Sprintf("%s rows could not be read and were kept aside", thousands(t.BadRows)))
			}
		}
	}
	if len(lines) == 0 && blocked == 0 {
		return
	}
	fmt.Fprintln(a.out, "\nto look at")
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	for _, l := range lines[:min(len(lines), shown)] {
		fmt.Fprintln(w, l)
	}
	w.Flush()
	if n := len(lines) - shown; n > 0 {
		fmt.Fprintf(a.out, "  … and %d more; sluice status --all lists every task\n", n)
	}
	if blocked > 0 {
		fmt.Fprintf(a.out, "  %d tasks are blocked by what failed; `sluice run --date %s --retry-failed` continues when it is mended\n", blocked, r.Day)
	}
}

func attempts(t taskReport) string {
	if t.Attempts > 1 {
		return fmt.Sprintf("after %d attempts: ", t.Attempts)
	}
	return ""
}

func (a *app) viewSLAs(r dayReport, s *event.State) {
	if len(r.SLAs) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\npromises")
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "  SLA\tTARGET\tREADY BY\tREADY\tSTATUS\tMARGIN")
	for _, x := range r.SLAs {
		ready := clockOf(x.Ready, s)
		if x.Ready.IsZero() && !x.Predicted.IsZero() {
			ready = "~" + clockOf(x.Predicted, s)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\n", x.Name, x.Target, clockOf(x.Deadline, s), dash(ready),
			strings.ReplaceAll(x.Status, "_", " "), margin(x))
	}
	w.Flush()
}

func margin(x slaReport) string {
	if x.Status == string(sla.NotDue) {
		return "-"
	}
	d := time.Duration(x.MarginSec) * time.Second
	if d < 0 {
		return shortDuration(-d) + " late"
	}
	return shortDuration(d)
}

// clockOf is a time of the run's own day as a clock time, of another with the date.
func clockOf(t time.Time, s *event.State) string {
	if t.IsZero() {
		return ""
	}
	_, clock := s.ThePlan()
	opening := s.Opening().In(clock.Location())
	if t.Format(time.DateOnly) == opening.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func (a *app) viewAllTasks(s *event.State, now time.Time) {
	if a.output == "json" {
		return
	}
	_, clock := s.ThePlan()
	w := tabwriter.NewWriter(a.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "STATUS\tTASK\tSTARTED\tTOOK\tROWS\tTRIES\tNOTE")
	for _, t := range s.Tasks() {
		if !t.Selected {
			continue
		}
		started, took := "", ""
		if !t.StartedAt.IsZero() {
			started = t.StartedAt.In(clock.Location()).Format("15:04:05")
			if t.Status.Ended() {
				took = shortDuration(t.EndedAt.Sub(t.StartedAt))
			}
		}
		note := message(t)
		if t.Status == event.Waiting {
			note = s.Why(t.ID, now).String()
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", t.Status, t.ID, dash(started), dash(took), blankRows(t.Result.RowsOut), t.Attempt, note)
	}
	w.Flush()
}
