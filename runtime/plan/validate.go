package plan

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var clockForm = regexp.MustCompile(`^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`)

// Validate reports everything that keeps a plan from being run: names that are
// not unique or not there, clock times that are none, payloads that do not fit
// their task, a cycle. The error joins one error for each.
func Validate(p *Plan) error {
	v := validator{p: p, tables: set(p.Tables, func(t Table) string { return t.Name }),
		calendars: set(p.Calendars, func(c Calendar) string { return c.Name }),
		secrets:   set(p.Secrets, func(s Secret) string { return s.Name })}
	v.platform()
	v.names()
	v.windows()
	v.tablesRead()
	v.tasks()
	v.slas()
	return errors.Join(v.errs...)
}

type validator struct {
	p         *Plan
	tables    map[string]bool
	calendars map[string]bool
	secrets   map[string]bool
	errs      []error
}

func (v *validator) errorf(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

func (v *validator) platform() {
	if v.p.Format != Format {
		v.errs = append(v.errs, &FormatError{v.p.Format})
	}
	if _, err := time.LoadLocation(v.p.TimeZone); v.p.TimeZone == "" || err != nil {
		v.errorf("time zone %q is none that is known", v.p.TimeZone)
	}
	v.clock("day_start", v.p.DayStart)
	if k := v.p.Warehouse.Kind; k != "duckdb" && k != "bigquery" {
		v.errorf("warehouse kind %q is neither duckdb nor bigquery", k)
	}
}

// names checks that keys are there once.
func (v *validator) names() {
	unique(v, "variable", v.p.Variables, func(x Variable) string { return x.Name })
	unique(v, "calendar", v.p.Calendars, func(x Calendar) string { return x.Name })
	unique(v, "team", v.p.Teams, func(x Team) string { return x.Name })
	unique(v, "channel", v.p.Channels, func(x Channel) string { return x.Name })
	unique(v, "secret", v.p.Secrets, func(x Secret) string { return x.Name })
	unique(v, "pool", v.p.Pools, func(x Pool) string { return x.Name })
	unique(v, "window", v.p.Windows, func(x Window) string { return x.Name })
	unique(v, "dataset", v.p.Datasets, func(x Dataset) string { return x.Name })
	unique(v, "routine", v.p.Routines, func(x Routine) string { return x.Name })
	unique(v, "table", v.p.Tables, func(x Table) string { return x.Name })
	unique(v, "task", v.p.Tasks, func(x Task) string { return x.ID })
	unique(v, "sla", v.p.SLAs, func(x SLA) string { return x.Name })
	for _, c := range v.p.Channels {
		if c.Secret != "" && !v.secrets[c.Secret] {
			v.errorf("channel %s: unknown secret %q", c.Name, c.Secret)
		}
	}
}

func (v *validator) windows() {
	pools := set(v.p.Pools, func(p Pool) string { return p.Name })
	for _, w := range v.p.Windows {
		v.clock("window "+w.Name+": start", w.Start)
		v.clock("window "+w.Name+": end", w.End)
		for _, name := range sortedKeys(w.Pools) {
			if !pools[name] {
				v.errorf("window %s: unknown pool %q", w.Name, name)
			}
		}
	}
}

func (v *validator) tablesRead() {
	for _, t := range v.p.Tables {
		for _, r := range t.Reads {
			if !v.tables[r] {
				v.errorf("table %s: reads unknown table %q", t.Name, r)
			}
		}
	}
}

func (v *validator) tasks() {
	ids := set(v.p.Tasks, func(t Task) string { return t.ID })
	pools := set(v.p.Pools, func(p Pool) string { return p.Name })
	for i := range v.p.Tasks {
		t := &v.p.Tasks[i]
		for _, after := range t.After {
			if !ids[after] {
				v.errorf("task %s: waits for unknown task %q", t.ID, after)
			}
		}
		if t.Pool != "" && !pools[t.Pool] {
			v.errorf("task %s: unknown pool %q", t.ID, t.Pool)
		}
		if t.Calendar != "" && !v.calendars[t.Calendar] {
			v.errorf("task %s: unknown calendar %q", t.ID, t.Calendar)
		}
		if t.NotBefore != "" {
			v.clock("task "+t.ID+": not_before", t.NotBefore)
		}
		if t.Retry.Attempts < 0 || t.Timeout < 0 || t.Slots < 0 {
			v.errorf("task %s: attempts, timeout and slots are never negative", t.ID)
		}
		v.payload(t)
	}
	if cycle := Cycle(v.p); cycle != nil {
		v.errorf("tasks wait for each other: %s", strings.Join(cycle, " → "))
	}
}

// payload checks that exactly the payload of the task's kind is there.
func (v *validator) payload(t *Task) {
	has := map[string]bool{"transfer": t.Transfer != nil, "query": t.Query != nil, "check": t.Check != nil,
		"export": t.Export != nil, "model": t.Model != nil}
	want := map[TaskKind]string{Transfer: "transfer", Wait: "transfer", Query: "query", Check: "check",
		Export: "export", Train: "model", Predict: "model"}[t.Kind]
	if want == "" {
		v.errorf("task %s: unknown kind %q", t.ID, t.Kind)
		return
	}
	for _, name := range sortedKeys(has) {
		switch {
		case name == want && !has[name]:
			v.errorf("task %s: is of kind %s and has no %s", t.ID, t.Kind, name)
			return
		case name != want && has[name]:
			v.errorf("task %s: is of kind %s and has a %s", t.ID, t.Kind, name)
			return
		}
	}
	table := ""
	switch want {
	case "transfer":
		table = t.Transfer.Table
	case "query":
		table = t.Query.Table
	case "check":
		table = t.Check.Table
		if s := t.Check.Severity; s != "block" && s != "warn" {
			v.errorf("task %s: severity %q is neither block nor warn", t.ID, s)
		}
	case "model":
		table = t.Model.Table
	}
	if table != "" && !v.tables[table] {
		v.errorf("task %s: unknown table %q", t.ID, table)
	}
}

func (v *validator) slas() {
	ids := set(v.p.Tasks, func(t Task) string { return t.ID })
	for _, s := range v.p.SLAs {
		v.clock("sla "+s.Name+": ready_by", s.ReadyBy)
		if s.Calendar != "" && !v.calendars[s.Calendar] {
			v.errorf("sla %s: unknown calendar %q", s.Name, s.Calendar)
		}
		if len(s.Tasks) == 0 {
			v.errorf("sla %s: no task fulfils it", s.Name)
		}
		for _, id := range s.Tasks {
			if !ids[id] {
				v.errorf("sla %s: unknown task %q", s.Name, id)
			}
		}
	}
}

func (v *validator) clock(what, text string) {
	if !clockForm.MatchString(text) {
		v.errorf("%s: %q is no clock time (HH:MM)", what, text)
	}
}

// Cycle returns tasks that wait for each other, the first repeated at the end,
// or nil. It is the same cycle whenever the plan is the same.
func Cycle(p *Plan) []string {
	tasks := make(map[string]*Task, len(p.Tasks))
	ids := make([]string, 0, len(p.Tasks))
	for i := range p.Tasks {
		tasks[p.Tasks[i].ID] = &p.Tasks[i]
		ids = append(ids, p.Tasks[i].ID)
	}
	slices.Sort(ids)

	const open, done = 1, 2
	state := make(map[string]int, len(ids))
	// An explicit stack: a plan from outside may be a chain of any length.
	type frame struct {
		id   string
		next int
	}
	for _, root := range ids {
		if state[root] != 0 {
			continue
		}
		stack := []frame{{id: root}}
		state[root] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			after := tasks[top.id].After
			if top.next == len(after) {
				state[top.id] = done
				stack = stack[:len(stack)-1]
				continue
			}
			id := after[top.next]
			top.next++
			switch {
			case tasks[id] == nil || state[id] == done:
			case state[id] == open:
				from := slices.IndexFunc(stack, func(f frame) bool { return f.id == id })
				var cycle []string
				for _, f := range stack[from:] {
					cycle = append(cycle, f.id)
				}
				return append(cycle, id)
			default:
				state[id] = open
				stack = append(stack, frame{id: id})
			}
		}
	}
	return nil
}

func unique[T any](v *validator, kind string, list []T, key func(T) string) {
	seen := make(map[string]bool, len(list))
	for _, x := range list {
		k := key(x)
		if k == "" {
			v.errorf("a %s has no name", kind)
		} else if seen[k] {
			v.errorf("%s %s is there twice", kind, k)
		}
		seen[k] = true
	}
}

func set[T any](list []T, key func(T) string) map[string]bool {
	s := make(map[string]bool, len(list))
	for _, x := range list {
		s[key(x)] = true
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
