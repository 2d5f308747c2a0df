package schedule

// times is one schedule. A task that never starts has start -1.
type times struct {
	start, finish []int64
}

func (s *times) done(i int) bool { return s.start[i] >= 0 }

// last is the task that finishes last; false where one never does. Of several the
// first counts.
func (s *times) last(tasks []int) (int, bool) {
	last := tasks[0]
	for _, i := range tasks {
		if !s.done(i) {
			return 0, false
		}
		if s.finish[i] > s.finish[last] {
			last = i
		}
	}
	return last, true
}

// Kinds of event.
const (
	finished = iota
	ready    // inputs and gate are past
	opened   // a pool may have changed its size
)

type event struct {
	at   int64
	kind int
	of   int // task, or pool where opened
}

// run is a list scheduler: time moves from event to event, and whenever a pool has
// room the first waiting task by rank starts. A pool that shrinks lets what runs
// finish. Without sizes pools are unbounded.
func (p *problem) run(sizes [][]int) *times {
	n := len(p.tasks)
	s := &times{start: make([]int64, n), finish: make([]int64, n)}
	waits := make([]int, n)
	events := heap[event]{less: func(a, b event) bool {
		if a.at != b.at {
			return a.at < b.at
		}
		if a.kind != b.kind {
			return a.kind < b.kind
		}
		return a.of < b.of
	}}
	for i := range n {
		s.start[i] = -1
		if waits[i] = len(p.before[i]); waits[i] == 0 {
			events.push(event{p.gate[i], ready, i})
		}
	}
	queues := make([]heap[int], len(p.pools))
	for k := range queues {
		queues[k].less = func(a, b int) bool { return p.order[a] < p.order[b] }
	}
	running := make([]int, len(p.pools))
	alarm := make([]int64, len(p.pools)) // when a waiting pool is next looked at
	open := p.everOpen(sizes)
	begin := func(i int, now int64) {
		s.start[i], s.finish[i] = now, now+p.duration[i]
		events.push(event{s.finish[i], finished, i})
	}
	var touched []int
	for events.len() > 0 {
		now := events.top().at
		touched = touched[:0]
		for events.len() > 0 && events.top().at == now {
			e := events.pop()
			switch e.kind {
			case finished:
				if k := p.pool[e.of]; k >= 0 {
					running[k]--
					touched = append(touched, k)
				}
				for _, k := range p.next[e.of] {
					if waits[k]--; waits[k] == 0 {
						events.push(event{max(now, p.gate[k]), ready, k})
					}
				}
			case ready:
				if k := p.pool[e.of]; k >= 0 {
					queues[k].push(e.of)
					touched = append(touched, k)
				} else {
					begin(e.of, now)
				}
			case opened:
				touched = append(touched, e.of)
			}
		}
		segment := p.segmentAt(now)
		for _, k := range touched {
			queue := &queues[k]
			for queue.len() > 0 && (sizes == nil || running[k] < sizes[k][segment]) {
				running[k]++
				begin(queue.pop(), now)
			}
			if queue.len() > 0 && open[k] && alarm[k] <= now {
				alarm[k] = p.boundary(now)
				events.push(event{alarm[k], opened, k})
			}
		}
	}
	return s
}

// everOpen tells which pools have room at some time of the day.
func (p *problem) everOpen(sizes [][]int) []bool {
	out := make([]bool, len(p.pools))
	for k := range out {
		out[k] = sizes == nil
		for segment := range p.segments {
			out[k] = out[k] || sizes != nil && sizes[k][segment] > 0
		}
	}
	return out
}

// heap is a binary heap by less.
type heap[T any] struct {
	items []T
	less  func(a, b T) bool
}

func (h *heap[T]) len() int { return len(h.items) }

func (h *heap[T]) top() T { return h.items[0] }

func (h *heap[T]) push(x T) {
	h.items = append(h.items, x)
	for i := len(h.items) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(h.items[i], h.items[up]) {
			return
		}
		h.items[i], h.items[up] = h.items[up], h.items[i]
		i = up
	}
}

func (h *heap[T]) pop() T {
	x := h.items[0]
	last := len(h.items) - 1
	h.items[0] = h.items[last]
	h.items = h.items[:last]
	for i := 0; ; {
		small := i
		for _, child := range []int{2*i + 1, 2*i + 2} {
			if child < last && h.less(h.items[child], h.items[small]) {
				small = child
			}
		}
		if small == i {
			return x
		}
		h.items[i], h.items[small] = h.items[small], h.items[i]
		i = small
	}
}
