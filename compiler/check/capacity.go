package check

import (
	"fmt"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

const dayMinutes = 24 * 60

// stretch is a part of a day in minutes after midnight; end is exclusive.
type stretch struct{ start, end int }

func (s stretch) String() string {
	return fmt.Sprintf("%s to %s", plan.FormatClock(s.start), endClock(s.end))
}

func endClock(minutes int) string {
	if minutes == dayMinutes {
		return "24:00"
	}
	return plan.FormatClock(minutes)
}

// stretches of a window: two where it crosses midnight. False where its times make
// no sense, which load reports.
func stretches(w *spec.Window) ([]stretch, bool) {
	start, err := plan.ParseClock(w.Start.V)
	if err != nil {
		return nil, false
	}
	end := dayMinutes
	if w.End.V != "24:00" {
		if end, err = plan.ParseClock(w.End.V); err != nil {
			return nil, false
		}
	}
	switch {
	case start == end:
		return nil, false
	case end > start:
		return []stretch{{start, end}}, true
	case end == 0:
		return []stretch{{start, dayMinutes}}, true
	}
	return []stretch{{start, dayMinutes}, {0, end}}, true
}

// windows reports minutes of the day that two capacity windows or none cover.
func (j *judge) windows() {
	var holder [dayMinutes]*spec.Window
	type pair struct{ first, second *spec.Window }
	overlaps := map[pair][]stretch{}
	var order []pair
	for _, w := range j.sp.Windows {
		parts, ok := stretches(w)
		if !ok {
			return
		}
		for _, part := range parts {
			for minute := part.start; minute < part.end; minute++ {
				first := holder[minute]
				if first == nil {
					holder[minute] = w
					continue
				}
				p := pair{first, w}
				list := overlaps[p]
				if list == nil {
					order = append(order, p)
				}
				if n := len(list); n > 0 && list[n-1].end == minute {
					list[n-1].end++
				} else {
					list = append(list, stretch{minute, minute + 1})
				}
				overlaps[p] = list
			}
		}
	}
	for _, p := range order {
		j.diags.Errorf(diag.WindowsOverlap, p.second.Start.At, "windows %q and %q overlap: %s", p.first.Name, p.second.Name, listStretches(overlaps[p])).
			WithRelated(p.first.Start.At, "%q is from %s to %s", p.first.Name, p.first.Start.V, p.first.End.V).
			WithHint("let one end when the other starts; the end itself is not part of a window")
	}
	if len(j.sp.Windows) > 0 {
		j.gaps(&holder)
	}
}

// gaps reports each stretch that no window covers, at the end of the window before.
func (j *judge) gaps(holder *[dayMinutes]*spec.Window) {
	for minute := range dayMinutes {
		before := holder[(minute+dayMinutes-1)%dayMinutes]
		if holder[minute] != nil || before == nil {
			continue
		}
		length := 1
		for holder[(minute+length)%dayMinutes] == nil {
			length++
		}
		after := holder[(minute+length)%dayMinutes]
		until := (minute+length-1)%dayMinutes + 1
		j.diags.Errorf(diag.WindowsLeaveGap, before.End.At, "no capacity window covers %s (%d minutes)", stretch{minute, until}, length).
			WithRelated(after.Start.At, "the next window %q starts at %s", after.Name, after.Start.V).
			WithHint("end %q at %s, or add a window", before.Name, after.Start.V)
	}
}

func listStretches(list []stretch) string {
	var parts []string
	for _, s := range list {
		parts = append(parts, fmt.Sprintf("%s (%d minutes)", s, s.end-s.start))
	}
	return strings.Join(parts, ", ")
}

// poolsInUse compares what tasks need of each pool with what the day offers. Only
// durations that users estimated count, of tasks that run every day.
func (j *judge) poolsInUse() {
	for _, w := range j.sp.Windows {
		if _, ok := stretches(w); !ok {
			return
		}
	}
	tasks := map[string][]*model.Task{}
	for _, t := range j.m.Tasks {
		tasks[t.Pool] = append(tasks[t.Pool], t)
	}
	for _, pool := range j.sp.Pools {
		users := tasks[pool.Name]
		if len(users) == 0 || j.m.Pools[pool.Name] != pool {
			continue
		}
		offered, places := j.offered(pool)
		if offered == 0 {
			d := j.diags.Errorf(diag.PoolAlwaysEmpty, pool.At, "the pool %q has size 0 at every time of the day, but %q runs in it", pool.Name, users[0].ID)
			if !users[0].PoolAt.IsZero() {
				d.WithRelated(users[0].PoolAt, "the pool is named here")
			}
			d.WithHint("give it a size in a window, or a size of its own")
			continue
		}
		var needed int64
		for _, t := range users {
			daily := t.Calendar == "" && (t.Model == nil || t.Kind != string(plan.Train) || len(t.Model.Spec.Train.Days) == 0)
			if t.Estimated && daily {
				needed += t.Duration
			}
		}
		if needed <= offered*60 {
			continue
		}
		d := j.diags.Errorf(diag.PoolOverloaded, pool.At, "the tasks of the pool %q take %s a day, but its windows offer only %s", pool.Name, span(needed), span(offered*60))
		for _, p := range places {
			d.WithRelated(p.At, "%s", p.Name)
		}
		d.WithHint("it lacks %s of one slot: enlarge it in a window, shorten its tasks, or move some to another pool", span(needed-offered*60))
	}
}

// offered is how many minutes of one slot each the pool gives in a day, and where
// its sizes were written.
func (j *judge) offered(pool *spec.Pool) (minutes int64, places []spec.Node) {
	uncovered := int64(dayMinutes)
	for _, w := range j.sp.Windows {
		size := pool.Size.V
		for _, p := range w.Pools {
			if p.Name == pool.Name {
				size = p.Size.V
				places = append(places, spec.Node{At: p.At, Name: fmt.Sprintf("the %s window gives it %d", w.Name, p.Size.V)})
			}
		}
		parts, _ := stretches(w)
		for _, s := range parts {
			minutes += size * int64(s.end-s.start)
			uncovered -= int64(s.end - s.start)
		}
	}
	return minutes + max(0, uncovered)*pool.Size.V, places
}

// span writes seconds for people: 2h10m, 35m, 50s.
func span(seconds int64) string {
	h, m, s := seconds/3600, seconds/60%60, seconds%60
	switch {
	case h > 0 && m > 0:
		return fmt.Sprintf("%dh%dm", h, m)
	case h > 0:
		return fmt.Sprintf("%dh", h)
	case m > 0 && s > 0:
		return fmt.Sprintf("%dm%ds", m, s)
	case m > 0:
		return fmt.Sprintf("%dm", m)
	}
	return fmt.Sprintf("%ds", s)
}
