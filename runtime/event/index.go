package event

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// index holds what Next would otherwise have to look for in all tasks. It follows from
// the tasks; reindex makes it anew.
type index struct {
	missing []int32     // selected inputs that are not satisfied, by task
	bad     []int32     // selected inputs that are dead, by task
	place   []place     // where a waiting task is kept, by task
	due     []time.Time // of a task in timers

	ready   [][]int32          // by pool: ranks, sorted
	timers  []timer            // sorted
	doomed  map[int32]struct{} // waiting tasks with a dead input
	off     map[int32]struct{} // waiting tasks that the day leaves out, or that can never run
	running map[int32]struct{}
	used    []int // slots taken, by pool
	open    int   // selected tasks that have not ended
	alerts  map[string]struct{}
	seen    time.Time // timers up to then have been moved to ready
}

type place uint8

const (
	nowhere place = iota
	inReady
	inTimers
)

type timer struct {
	at   time.Time
	rank int32
}

func compareTimers(a, b timer) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank))
}

func (x *index) clone() index {
	c := *x
	c.missing, c.bad = slices.Clone(x.missing), slices.Clone(x.bad)
	c.place, c.due = slices.Clone(x.place), slices.Clone(x.due)
	c.ready = make([][]int32, len(x.ready))
	for p := range x.ready {
		c.ready[p] = slices.Clone(x.ready[p])
	}
	c.timers = slices.Clone(x.timers)
	c.doomed, c.off, c.running = maps.Clone(x.doomed), maps.Clone(x.off), maps.Clone(x.running)
	c.used = slices.Clone(x.used)
	c.alerts = maps.Clone(x.alerts)
	return c
}

// reindex makes the index from the tasks: after a selection or a reset.
func (s *State) reindex() {
	n, pools := len(s.tasks), len(s.g.pools)+1
	s.x = index{
		missing: make([]int32, n), bad: make([]int32, n), place: make([]place, n), due: make([]time.Time, n),
		ready:  make([][]int32, pools),
		doomed: map[int32]struct{}{}, off: map[int32]struct{}{}, running: map[int32]struct{}{},
		used: make([]int, pools), alerts: map[string]struct{}{}, seen: s.at,
	}
	for id, a := range s.Alerts {
		if a.Open() {
			s.x.alerts[id] = struct{}{}
		}
	}
	for i := range s.tasks {
		t := &s.tasks[i]
		if t.Status == Running {
			s.take(int32(i))
		}
		if !t.Selected {
			continue
		}
		if !t.Status.Ended() {
			s.x.open++
		}
		for _, j := range s.g.inputs[i] {
			if in := &s.tasks[j]; in.Selected {
				if !in.Status.Satisfied() {
					s.x.missing[i]++
				}
				if in.Status.Dead() {
					s.x.bad[i]++
				}
			}
		}
	}
	for i := range s.tasks {
		s.settle(int32(i))
	}
}

// settle puts a waiting task where Next will find it.
func (s *State) settle(i int32) {
	t := &s.tasks[i]
	delete(s.x.doomed, i)
	delete(s.x.off, i)
	s.unplace(i)
	if t.Status != Waiting || !t.Selected {
		return
	}
	if !s.g.today[i] || s.cannotFit(i) {
		s.x.off[i] = struct{}{}
		return
	}
	if s.x.bad[i] > 0 {
		s.x.doomed[i] = struct{}{}
		return
	}
	if s.x.missing[i] > 0 {
		return
	}
	if due := s.due(i); due.After(s.x.seen) {
		s.x.place[i], s.x.due[i] = inTimers, due
		entry := timer{due, s.g.rank[i]}
		at, _ := slices.BinarySearchFunc(s.x.timers, entry, compareTimers)
		s.x.timers = slices.Insert(s.x.timers, at, entry)
		return
	}
	s.makeReady(i)
}

func (s *State) makeReady(i int32) {
	s.x.place[i] = inReady
	list := &s.x.ready[s.g.pool[i]]
	at, _ := slices.BinarySearch(*list, s.g.rank[i])
	*list = slices.Insert(*list, at, s.g.rank[i])
}

func (s *State) unplace(i int32) {
	switch s.x.place[i] {
	case inReady:
		list := &s.x.ready[s.g.pool[i]]
		if at, found := slices.BinarySearch(*list, s.g.rank[i]); found {
			*list = slices.Delete(*list, at, at+1)
		}
	case inTimers:
		entry := timer{s.x.due[i], s.g.rank[i]}
		if at, found := slices.BinarySearchFunc(s.x.timers, entry, compareTimers); found {
			s.x.timers = slices.Delete(s.x.timers, at, at+1)
		}
	}
	s.x.place[i] = nowhere
}

// advance moves the timers that have come to the ready lists. It changes no answer that
// the state gives for an instant, only how fast Next finds it.
func (s *State) advance(now time.Time) {
	if !now.After(s.x.seen) {
		return
	}
	s.x.seen = now
	n := 0
	for n < len(s.x.timers) && !s.x.timers[n].at.After(now) {
		s.makeReady(s.g.byRank[s.x.timers[n].rank])
		n++
	}
	s.x.timers = slices.Delete(s.x.timers, 0, n)
}

// due is when a task may start as far as time is concerned: its gate and its next attempt.
func (s *State) due(i int32) time.Time {
	due := s.g.gates[i]
	if t := &s.tasks[i]; t.RetryAt.After(due) {
		due = t.RetryAt
	}
	return due
}

// cannotFit reports whether the task's pool has no room for it in any window.
func (s *State) cannotFit(i int32) bool { return !s.g.unbounded(i) && s.g.slots[i] == 0 }

func (s *State) take(i int32) {
	s.x.running[i] = struct{}{}
	s.x.used[s.g.pool[i]] += int(s.g.slots[i])
}

func (s *State) release(i int32) {
	delete(s.x.running, i)
	s.x.used[s.g.pool[i]] -= int(s.g.slots[i])
}

// moved keeps the index right after task i went from one status to another.
func (s *State) moved(i int32, from, to Status) {
	if from == Running {
		s.release(i)
	}
	if to == Running {
		s.take(i)
	}
	if s.tasks[i].Selected {
		if !from.Ended() && to.Ended() {
			s.x.open--
		} else if from.Ended() && !to.Ended() {
			s.x.open++
		}
		satisfied := count(from.Satisfied()) - count(to.Satisfied())
		dead := count(to.Dead()) - count(from.Dead())
		if satisfied != 0 || dead != 0 {
			for _, j := range s.g.dependents[i] {
				s.x.missing[j] += satisfied
				s.x.bad[j] += dead
				s.settle(j)
			}
		}
	}
	s.settle(i)
}

func count(b bool) int32 {
	if b {
		return 1
	}
	return 0
}
