package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"sluice/runtime/engine"
	"sluice/runtime/event"
	"sluice/runtime/sla"
)

// progress shows a run while it goes: live on a terminal, else a line for each task
// that ends.
type progress interface {
	engine.Observer
	Close()
}

func (a *app) newProgress(d sla.Durations, clock engine.Clock) progress {
	switch {
	case a.quiet:
		return silent{}
	case isTerminal(a.err):
		return newLive(a.err, d, clock, a.color(a.err))
	}
	return &lines{w: a.err}
}

type silent struct{}

func (silent) Observe(*event.State, []event.Event) {}
func (silent) Close()                              {}

// lines writes one line for each event that people care about.
type lines struct{ w io.Writer }

func (l *lines) Observe(s *event.State, events []event.Event) {
	_, clock := s.ThePlan()
	for _, e := range events {
		text := describe(s, e)
		if text == "" {
			continue
		}
		done, all := ended(s.Counts())
		fmt.Fprintf(l.w, "%s  %3d/%d  %s\n", e.At.In(clock.Location()).Format("15:04:05"), done, all, text)
	}
}

func (l *lines) Close() {}

// describe is an event in words; empty for those that no one waits for.
func describe(s *event.State, e event.Event) string {
	switch e.Kind {
	case event.TaskSucceeded, event.TaskWarned, event.TaskFailed, event.TaskSkipped, event.TaskCanceled:
		t, _ := s.Task(e.Task)
		return describeEnd(e, t)
	case event.AttemptFailed:
		return fmt.Sprintf("retry      %s  attempt %d failed: %s", e.Task, e.Attempt, firstLine(e.Message))
	case event.SLAChanged:
		return fmt.Sprintf("promise    %s  %s", e.SLA.Name, strings.ReplaceAll(e.SLA.Status, "_", " "))
	}
	return ""
}

func describeEnd(e event.Event, t event.Task) string {
	text := fmt.Sprintf("%-9s  %s", t.Status, e.Task)
	if !t.StartedAt.IsZero() && t.EndedAt.After(t.StartedAt) {
		text += "  " + shortDuration(t.EndedAt.Sub(t.StartedAt))
	}
	if t.Result.RowsOut > 0 {
		text += "  " + thousands(t.Result.RowsOut) + " rows"
	}
	if t.Result.BadRows > 0 {
		text += fmt.Sprintf("  (%s unreadable)", thousands(t.Result.BadRows))
	}
	if m := message(t); m != "" && e.Kind != event.TaskSucceeded {
		text += "  " + firstLine(m)
	}
	return text
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func ended(counts map[event.Status]int) (done, all int) {
	for status, n := range counts {
		all += n
		if status.Ended() {
			done += n
		}
	}
	return done, all
}

// live redraws a few lines on a terminal.
type live struct {
	program   *tea.Program
	stopped   chan struct{}
	durations sla.Durations
	clock     engine.Clock
	color     bool

	mu   sync.Mutex
	last time.Time
}

// redraw is the shortest time between two pictures: an engine ends thousands of
// tasks a second, people look at a few pictures.
const redraw = 100 * time.Millisecond

func newLive(w io.Writer, d sla.Durations, clock engine.Clock, color bool) *live {
	l := &live{durations: d, clock: clock, color: color, stopped: make(chan struct{})}
	l.program = tea.NewProgram(screen{width: 100}, tea.WithOutput(w), tea.WithInput(nil), tea.WithoutSignalHandler())
	go func() {
		defer close(l.stopped)
		_, _ = l.program.Run()
	}()
	return l
}

func (l *live) Observe(s *event.State, events []event.Event) {
	for _, e := range events {
		switch e.Kind {
		case event.TaskFailed, event.TaskWarned, event.AttemptFailed:
			// What went wrong stays in the scrollback, above the picture.
			l.program.Println(describe(s, e))
		}
	}
	l.mu.Lock()
	due := time.Since(l.last) >= redraw || s.Finished()
	if due {
		l.last = time.Now()
	}
	l.mu.Unlock()
	if due {
		l.program.Send(l.picture(s))
	}
}

func (l *live) Close() {
	l.program.Quit()
	<-l.stopped
}

// picture is what the screen shows of a run.
type picture struct {
	title    string
	done     int
	all      int
	counts   map[event.Status]int
	eta      string
	running  []string
	waiting  []string
	atRisk   []string
	moreRuns int
}

func (l *live) picture(s *event.State) picture {
	const shown = 8
	_, clock := s.ThePlan()
	now := l.clock.Now()
	p := picture{counts: s.Counts()}
	p.done, p.all = ended(p.counts)
	p.title = fmt.Sprintf("business day %s  %s", s.Day, now.In(clock.Location()).Format("15:04:05"))
	if eta := sla.ETA(s, now, l.durations); !eta.IsZero() && !s.Finished() {
		p.eta = "ends ~" + eta.In(clock.Location()).Format("15:04")
	}
	for _, t := range s.Running() {
		if len(p.running) == shown {
			p.moreRuns++
			continue
		}
		p.running = append(p.running, fmt.Sprintf("%s  %s", t.ID, shortDuration(now.Sub(t.StartedAt))))
	}
	const waitsShown = 3
	for _, t := range s.Tasks() {
		if len(p.waiting) == waitsShown {
			break
		}
		if t.Selected && t.Status == event.Waiting {
			if w := s.Why(t.ID, now); w.Kind != event.WaitNothing && w.Kind != event.WaitInputs {
				p.waiting = append(p.waiting, t.ID+"  "+w.String())
			}
		}
	}
	for _, x := range sla.Evaluate(s, now, l.durations) {
		if x.Status == sla.AtRisk || x.Status == sla.Breached {
			p.atRisk = append(p.atRisk, fmt.Sprintf("%s  %s by %s", x.SLA.Name, strings.ReplaceAll(string(x.Status), "_", " "), x.SLA.ReadyBy))
		}
	}
	return p
}

// screen is the terminal's model.
type screen struct {
	picture picture
	width   int
}

func (m screen) Init() tea.Cmd { return nil }

func (m screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width = msg.Width
	case picture:
		m.picture = msg
	}
	return m, nil
}

func (m screen) View() tea.View { return tea.NewView(m.picture.draw(m.width)) }

// draw is the picture as text, no line wider than the terminal.
func (p picture) draw(width int) string {
	if p.all == 0 {
		return ""
	}
	const barWidth = 30
	full := barWidth * p.done / p.all
	bar := strings.Repeat("█", full) + strings.Repeat("░", barWidth-full)
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s %d/%d  %s\n", p.title, bar, p.done, p.all, p.eta)
	var counts []string
	for _, status := range event.Statuses() {
		if n := p.counts[status]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, status))
		}
	}
	fmt.Fprintf(&b, "  %s\n", strings.Join(counts, ", "))
	section(&b, "▶", p.running)
	if p.moreRuns > 0 {
		fmt.Fprintf(&b, "  ▶ … and %d more\n", p.moreRuns)
	}
	section(&b, "…", p.waiting)
	section(&b, "!", p.atRisk)
	return clip(b.String(), width)
}

func section(b *strings.Builder, mark string, list []string) {
	for _, text := range list {
		fmt.Fprintf(b, "  %s %s\n", mark, text)
	}
}

func clip(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if r := []rune(line); width > 1 && len(r) > width {
			line = string(r[:width-1]) + "…"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
