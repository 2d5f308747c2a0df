package event

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/runtime/plan"
)

// graph is a plan on one day, with numbers for names: what Next needs at hand.
// It never changes.
type graph struct {
	plan    *plan.Plan
	clock   *plan.Clock
	day     plan.Day
	opening time.Time

	index      map[string]int32 // of a task in plan.Tasks
	inputs     [][]int32
	dependents [][]int32
	gates      []time.Time // no earlier than the opening
	today      []bool      // calendar and weekdays hold the day
	rank       []int32     // place of a task in order of priority
	byRank     []int32

	pools   []string
	pool    []int32 // of a task; the last, nameless one has no bound
	slots   []int32 // 0: the task does not fit its pool in any window
	poolMax []int   // the largest size in any window
}

func newGraph(p *plan.Plan, clock *plan.Clock, day plan.Day) (*graph, error) {
	if cycle := plan.Cycle(p); cycle != nil {
		return nil, fmt.Errorf("plan: tasks wait for each other: %s", strings.Join(cycle, " → "))
	}
	n := len(p.Tasks)
	g := &graph{
		plan: p, clock: clock, day: day, opening: clock.Opening(day).UTC(),
		index:  make(map[string]int32, n),
		inputs: make([][]int32, n), dependents: make([][]int32, n),
		gates: make([]time.Time, n), today: make([]bool, n),
		rank: make([]int32, n), byRank: make([]int32, n),
		pool: make([]int32, n), slots: make([]int32, n),
	}
	for i := range p.Tasks {
		g.index[p.Tasks[i].ID] = int32(i)
	}
	if err := g.connect(); err != nil {
		return nil, err
	}
	poolIndex := g.addPools()
	for i := range p.Tasks {
		t := &p.Tasks[i]
		g.gates[i] = g.opening
		if t.NotBefore != "" {
			g.gates[i] = clock.Instant(day, t.NotBefore).UTC()
		}
		g.today[i] = clock.Runs(t, day)
		g.setPool(i, t, poolIndex)
	}
	g.order()
	return g, nil
}

func (g *graph) connect() error {
	for i := range g.plan.Tasks {
		t := &g.plan.Tasks[i]
		for _, name := range t.After {
			j, known := g.index[name]
			if !known {
				return fmt.Errorf("plan: task %s waits for %q, which is no task", t.ID, name)
			}
			g.inputs[i] = append(g.inputs[i], j)
			g.dependents[j] = append(g.dependents[j], int32(i))
		}
	}
	return nil
}

func (g *graph) addPools() map[string]int32 {
	poolIndex := make(map[string]int32, len(g.plan.Pools))
	for i, pool := range g.plan.Pools {
		largest := 0
		if len(g.plan.Windows) == 0 {
			largest = pool.Size
		}
		for w := range g.plan.Windows {
			largest = max(largest, g.clock.PoolSizeIn(pool.Name, &g.plan.Windows[w]))
		}
		g.pools = append(g.pools, pool.Name)
		g.poolMax = append(g.poolMax, largest)
		poolIndex[pool.Name] = int32(i)
	}
	return poolIndex
}

// setPool gives a task its pool and how many slots of it. A task that asks for more
// than the pool ever has takes all of it: waiting for what never comes would end no day.
func (g *graph) setPool(i int, t *plan.Task, poolIndex map[string]int32) {
	if t.Pool == "" {
		g.pool[i] = int32(len(g.pools))
		return
	}
	g.pool[i] = poolIndex[t.Pool]
	g.slots[i] = int32(min(max(t.Slots, 1), g.poolMax[g.pool[i]]))
}

func (g *graph) unbounded(i int32) bool { return int(g.pool[i]) == len(g.pools) }

// order ranks tasks by slack: the one whose latest start comes first, first. At any
// instant that is the one with the least slack. Tasks that no SLA needs come last.
func (g *graph) order() {
	for i := range g.byRank {
		g.byRank[i] = int32(i)
	}
	slices.SortFunc(g.byRank, func(a, b int32) int {
		s, t := &g.plan.Tasks[a], &g.plan.Tasks[b]
		if (s.Latest == 0) != (t.Latest == 0) {
			if s.Latest == 0 {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(s.Latest, t.Latest), cmp.Compare(s.ID, t.ID))
	})
	for r, i := range g.byRank {
		g.rank[i] = int32(r)
	}
}

// poolSize is the size of pool p at an instant, overrides aside.
func (g *graph) poolSize(p int, w *plan.Window) int {
	return g.clock.PoolSizeIn(g.pools[p], w)
}
