package plan

import "slices"

// Index finds things by name. It points into the plan, which must not change
// while it is used.
type Index struct {
	Plan      *Plan
	Tasks     map[string]*Task
	Tables    map[string]*Table
	Datasets  map[string]*Dataset
	Pools     map[string]*Pool
	Calendars map[string]*Calendar
	Channels  map[string]*Channel
	Teams     map[string]*Team
	Secrets   map[string]*Secret
	SLAs      map[string]*SLA
	// Next holds the tasks that wait for a task, in the plan's order.
	Next map[string][]*Task
	// SLAsOf holds the promises that need a task.
	SLAsOf map[string][]*SLA
}

// NewIndex builds the index of a plan.
func NewIndex(p *Plan) *Index {
	x := &Index{
		Plan:      p,
		Tasks:     byName(p.Tasks, func(t *Task) string { return t.ID }),
		Tables:    byName(p.Tables, func(t *Table) string { return t.Name }),
		Datasets:  byName(p.Datasets, func(d *Dataset) string { return d.Name }),
		Pools:     byName(p.Pools, func(l *Pool) string { return l.Name }),
		Calendars: byName(p.Calendars, func(c *Calendar) string { return c.Name }),
		Channels:  byName(p.Channels, func(c *Channel) string { return c.Name }),
		Teams:     byName(p.Teams, func(t *Team) string { return t.Name }),
		Secrets:   byName(p.Secrets, func(s *Secret) string { return s.Name }),
		SLAs:      byName(p.SLAs, func(s *SLA) string { return s.Name }),
		Next:      map[string][]*Task{},
		SLAsOf:    map[string][]*SLA{},
	}
	for i := range p.Tasks {
		for _, after := range p.Tasks[i].After {
			x.Next[after] = append(x.Next[after], &p.Tasks[i])
		}
	}
	for i := range p.SLAs {
		for _, id := range p.SLAs[i].Tasks {
			x.SLAsOf[id] = append(x.SLAsOf[id], &p.SLAs[i])
		}
	}
	return x
}

// Downstream returns every task that waits, directly or not, for one of the
// given tasks, in the plan's order and without these.
func (x *Index) Downstream(ids ...string) []*Task {
	return x.reach(ids, func(t *Task) []string {
		var next []string
		for _, n := range x.Next[t.ID] {
			next = append(next, n.ID)
		}
		return next
	})
}

// Upstream returns every task that one of the given tasks waits for, directly or
// not, in the plan's order and without these.
func (x *Index) Upstream(ids ...string) []*Task {
	return x.reach(ids, func(t *Task) []string { return t.After })
}

func (x *Index) reach(ids []string, step func(*Task) []string) []*Task {
	seen := map[string]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	found := map[string]bool{}
	for queue := slices.Clone(ids); len(queue) > 0; queue = queue[1:] {
		t := x.Tasks[queue[0]]
		if t == nil {
			continue
		}
		for _, id := range step(t) {
			if !seen[id] {
				seen[id], found[id] = true, true
				queue = append(queue, id)
			}
		}
	}
	var out []*Task
	for i := range x.Plan.Tasks {
		if found[x.Plan.Tasks[i].ID] {
			out = append(out, &x.Plan.Tasks[i])
		}
	}
	return out
}

// PhysicalName is a table's name in the warehouse, the environment's prefix
// included: pr_12_core.member_status. A name whose dataset is unknown stays.
func (x *Index) PhysicalName(table string) string {
	for i := range table {
		if table[i] == '.' {
			if d := x.Datasets[table[:i]]; d != nil {
				return d.Physical + table[i:]
			}
			break
		}
	}
	return table
}

// TaskByID finds a task; nil where there is none. It looks through the list: use
// an Index for many.
func (p *Plan) TaskByID(id string) *Task {
	return find(p.Tasks, func(t *Task) bool { return t.ID == id })
}

// TableByName finds a table; nil where there is none. It looks through the list:
// use an Index for many.
func (p *Plan) TableByName(name string) *Table {
	return find(p.Tables, func(t *Table) bool { return t.Name == name })
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

func byName[T any](list []T, name func(*T) string) map[string]*T {
	m := make(map[string]*T, len(list))
	for i := range list {
		m[name(&list[i])] = &list[i]
	}
	return m
}
