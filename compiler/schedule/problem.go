package schedule

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

const (
	never      = math.MaxInt64
	dayMinutes = 24 * 60
	daySeconds = 24 * 3600
)

// problem is the platform's tasks as arrays, by their position in topological order.
type problem struct {
	tasks    []*model.Task
	index    map[*model.Task]int
	before   [][]int
	next     [][]int
	gate     []int64 // seconds after the opening; 0 where there is none
	duration []int64
	pool     []int // into pools; -1 for none
	latest   []int64
	order    []int // priority of each task: lower goes first
	dayStart int   // minutes after midnight

	pools    []*spec.Pool
	segments []segment
	sizes    [][]int // by pool and segment
}

// segment is a part of the day in which no pool changes its size, in minutes after
// the opening. Window is nil where no window covers it.
type segment struct {
	window     *spec.Window
	start, end int
}

func newProblem(m *model.Platform) *problem {
	n := len(m.Tasks)
	p := &problem{
		tasks: m.Tasks, index: make(map[*model.Task]int, n), before: make([][]int, n), next: make([][]int, n),
		gate: make([]int64, n), duration: make([]int64, n), pool: make([]int, n),
	}
	if start, err := plan.ParseClock(m.Spec.Info.DayStart.V); err == nil {
		p.dayStart = start
	}
	for i, t := range m.Tasks {
		p.index[t] = i
	}
	p.capacity(m)
	byName := map[string]int{}
	for i, pool := range p.pools {
		byName[pool.Name] = i
	}
	for i, t := range m.Tasks {
		p.duration[i] = max(0, t.Duration)
		if at, err := plan.ParseClock(t.NotBefore.V); err == nil {
			p.gate[i] = int64(plan.AfterOpening(at, p.dayStart)) * 60
		}
		p.pool[i] = -1
		if k, known := byName[t.Pool]; known {
			p.pool[i] = k
		}
		for _, b := range t.After {
			p.before[i] = append(p.before[i], p.index[b])
			p.next[p.index[b]] = append(p.next[p.index[b]], i)
		}
	}
	return p
}

// capacity cuts the day into segments and finds each pool's size in each. Of windows
// that overlap, which check reports, the first holds.
func (p *problem) capacity(m *model.Platform) {
	for _, name := range slices.Sorted(maps.Keys(m.Pools)) {
		p.pools = append(p.pools, m.Pools[name])
	}
	var holder [dayMinutes]*spec.Window
	for _, w := range m.Spec.Windows {
		start, err := plan.ParseClock(w.Start.V)
		if err != nil {
			continue
		}
		end, err := plan.ParseClock(w.End.V)
		if err != nil {
			end = 0 // 24:00
		}
		length := (end - start + dayMinutes) % dayMinutes
		if length == 0 {
			length = dayMinutes
		}
		for k := range length {
			minute := plan.AfterOpening((start+k)%dayMinutes, p.dayStart)
			if holder[minute] == nil {
				holder[minute] = w
			}
		}
	}
	for minute := range dayMinutes {
		if last := len(p.segments) - 1; last < 0 || p.segments[last].window != holder[minute] {
			p.segments = append(p.segments, segment{window: holder[minute], start: minute})
		}
		p.segments[len(p.segments)-1].end = minute + 1
	}
	for _, pool := range p.pools {
		row := make([]int, len(p.segments))
		for k, s := range p.segments {
			row[k] = int(pool.Size.V)
			if size := sizeIn(s.window, pool.Name); size != nil {
				row[k] = int(size.Size.V)
			}
		}
		p.sizes = append(p.sizes, row)
	}
}

// sizeIn is what a window says of a pool; nil where it says nothing.
func sizeIn(w *spec.Window, pool string) *spec.PoolSize {
	if w == nil {
		return nil
	}
	for i := range w.Pools {
		if w.Pools[i].Name == pool {
			return &w.Pools[i]
		}
	}
	return nil
}

// segmentAt is the segment of a time; days repeat.
func (p *problem) segmentAt(seconds int64) int {
	minute := int(seconds % daySeconds / 60)
	k, found := slices.BinarySearchFunc(p.segments, minute, func(s segment, m int) int { return cmp.Compare(s.start, m) })
	if !found {
		k--
	}
	return k
}

// boundary is the next time after this one at which a segment begins.
func (p *problem) boundary(seconds int64) int64 {
	day := seconds / daySeconds * daySeconds
	return day + int64(p.segments[p.segmentAt(seconds)].end)*60
}

// rank computes the latest starts backwards from the deadlines, and from them the
// order in which tasks are served: first what has the least time left, then what has
// the longest way behind it, then by ID.
func (p *problem) rank(promises []promise) {
	n := len(p.tasks)
	finish := make([]int64, n)
	tail := make([]int64, n)
	p.latest = make([]int64, n)
	for i := range finish {
		finish[i] = never
	}
	for _, s := range promises {
		for _, i := range s.tasks {
			finish[i] = min(finish[i], s.deadline)
		}
	}
	for i := n - 1; i >= 0; i-- {
		p.latest[i] = never
		for _, k := range p.next[i] {
			if k > i { // an edge of a cycle may go backwards
				finish[i] = min(finish[i], p.latest[k])
				tail[i] = max(tail[i], tail[k])
			}
		}
		tail[i] += p.duration[i]
		if finish[i] != never {
			p.latest[i] = finish[i] - p.duration[i]
		}
	}
	byPriority := make([]int, n)
	for i := range byPriority {
		byPriority[i] = i
	}
	slices.SortFunc(byPriority, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.latest[a], p.latest[b]), cmp.Compare(tail[b], tail[a]), cmp.Compare(p.tasks[a].ID, p.tasks[b].ID))
	})
	p.order = make([]int, n)
	for rank, i := range byPriority {
		p.order[i] = rank
	}
}

func (p *problem) ids(list []int) []string {
	out := make([]string, len(list))
	for k, i := range list {
		out[k] = p.tasks[i].ID
	}
	return out
}

// path is the chain of tasks that decides when i starts, in the order in which they
// run: each starts when the one before finishes, or waits for its pool after that.
// It begins at a task that waits for nothing but the opening or its gate.
func (p *problem) path(i int, s *times) []int {
	out := []int{i}
	for {
		critical := -1
		for _, b := range p.before[i] {
			if critical < 0 || s.finish[b] > s.finish[critical] {
				critical = b
			}
		}
		if critical < 0 || p.gate[i] > 0 && p.gate[i] >= s.finish[critical] {
			break
		}
		i = critical
		out = append(out, i)
	}
	slices.Reverse(out)
	return out
}

// ready is when a task has all it waits for but its pool.
func (p *problem) ready(i int, s *times) int64 {
	at := p.gate[i]
	for _, b := range p.before[i] {
		at = max(at, s.finish[b])
	}
	return at
}
