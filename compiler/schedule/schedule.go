// Package schedule computes when everything happens on a nominal day: earliest
// starts and finishes through pools whose sizes follow the capacity windows, latest
// starts that still hold every promise, and promises that cannot hold.
//
// The day is nominal: 24 hours from the opening, without daylight saving; every task
// runs, also one that a calendar leaves out on some days. Inside the package times
// are seconds after the opening.
package schedule

import (
	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/runtime/plan"
)

// Run sets m.Timetable and reports promises that cannot hold by the estimates. Tasks
// on or behind a cycle, and those in a pool that is never open, have no slot; check
// reports both.
func Run(m *model.Platform) diag.List {
	p := newProblem(m)
	promises := p.promises(m)
	p.rank(promises)
	pooled := p.run(p.sizes)
	table := &model.Timetable{ByTask: make(map[string]model.Slot, len(p.tasks)), BySLA: make(map[string]model.SLAForecast, len(promises))}
	for i, t := range p.tasks {
		if !pooled.done(i) {
			continue
		}
		slot := model.Slot{Earliest: minutesDown(pooled.start[i]), Finish: minutesUp(pooled.finish[i])}
		if p.latest[i] != never {
			slot.Latest, slot.HasLatest = minutesDown(p.latest[i]), true
		}
		table.ByTask[t.ID] = slot
	}
	Level(table)
	j := judge{problem: p, pooled: pooled, free: p.run(nil), budget: maxTaskRuns}
	for _, s := range promises {
		last, ok := pooled.last(s.tasks)
		if !ok {
			continue
		}
		table.BySLA[s.sla.Name] = model.SLAForecast{
			Deadline: int(s.deadline / 60),
			Finish:   minutesUp(pooled.finish[last]),
			Path:     p.ids(p.path(last, pooled)),
		}
		if pooled.finish[last] > s.deadline {
			j.report(s)
		}
	}
	m.Timetable = table
	return j.diags
}

// promise is an SLA whose deadline and tasks are known.
type promise struct {
	sla      *model.SLA
	deadline int64
	tasks    []int
}

func (p *problem) promises(m *model.Platform) []promise {
	var out []promise
	for _, s := range m.SLAs {
		at, err := plan.ParseClock(s.Spec.ReadyBy.V)
		if err != nil || len(s.Tasks) == 0 {
			continue
		}
		one := promise{sla: s, deadline: int64(plan.AfterOpening(at, p.dayStart)) * 60}
		for _, t := range s.Tasks {
			one.tasks = append(one.tasks, p.index[t])
		}
		out = append(out, one)
	}
	return out
}

// Starts are rounded down and finishes up, so that a slot never promises too much.
func minutesDown(seconds int64) int {
	if seconds < 0 {
		return -int((-seconds + 59) / 60)
	}
	return int(seconds / 60)
}

func minutesUp(seconds int64) int { return int((seconds + 59) / 60) }
