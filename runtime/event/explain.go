package event

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// WaitKind sorts what a task waits for.
type WaitKind string

const (
	WaitNothing WaitKind = ""        // it is not waiting, or starts at the next step
	WaitInputs  WaitKind = "inputs"  // Tasks
	WaitOpening WaitKind = "opening" // Until: the data of the day is not complete
	WaitGate    WaitKind = "gate"    // Until: its not_before
	WaitBackoff WaitKind = "backoff" // Until: the next attempt; Message is what failed
	WaitPool    WaitKind = "pool"    // Pool
	WaitPaused  WaitKind = "paused"
	WaitUnasked WaitKind = "unselected"
)

// Wait says what a task waits for.
type Wait struct {
	Kind    WaitKind
	Tasks   []string  // inputs that are not satisfied, in the plan's order
	Until   time.Time // when that is over, where it is known
	Pool    string
	Size    int // of the pool now
	Used    int // slots of it that are taken
	Message string
}

// String is the wait as a short phrase, times in the location of Until.
func (w Wait) String() string {
	switch w.Kind {
	case WaitInputs:
		const shown = 3
		if len(w.Tasks) > shown {
			return fmt.Sprintf("waits for %s and %d more", strings.Join(w.Tasks[:shown], ", "), len(w.Tasks)-shown)
		}
		return "waits for " + strings.Join(w.Tasks, ", ")
	case WaitOpening:
		return "the day opens at " + w.Until.Format("15:04")
	case WaitGate:
		return "not before " + w.Until.Format("15:04")
	case WaitBackoff:
		return "next attempt at " + w.Until.Format("15:04:05")
	case WaitPool:
		if w.Pool == "" {
			return "as many tasks run as may at once"
		}
		if w.Used == 0 && w.Size > 0 && w.Until.IsZero() {
			return "next in pool " + w.Pool // of a run that was stopped: nothing is started
		}
		return fmt.Sprintf("pool %s is full (%d of %d)", w.Pool, w.Used, w.Size)
	case WaitPaused:
		return "the run is paused"
	case WaitUnasked:
		return "not selected"
	}
	return ""
}

// Why says what a task waits for at an instant: inputs first, then the last of the times it waits for, then its pool.
func (s *State) Why(id string, now time.Time) Wait {
	i, known := s.g.index[id]
	if !known || s.tasks[i].Status != Waiting {
		return Wait{}
	}
	t := &s.tasks[i]
	switch {
	case !t.Selected:
		return Wait{Kind: WaitUnasked}
	case s.x.missing[i] > 0:
		return Wait{Kind: WaitInputs, Tasks: s.missing(i)}
	case now.Before(s.due(i)):
		return s.whenDue(i)
	case s.Paused:
		return Wait{Kind: WaitPaused}
	}
	p := int(s.g.pool[i])
	window, until := s.g.clock.Window(now)
	size := s.PoolSize(p, now, window)
	if s.g.unbounded(i) {
		if s.MaxRunning > 0 && len(s.x.running) >= s.MaxRunning {
			return Wait{Kind: WaitPool, Size: s.MaxRunning, Used: len(s.x.running)}
		}
		return Wait{}
	}
	w := Wait{Kind: WaitPool, Pool: s.g.pools[p], Size: size, Used: s.x.used[p]}
	if int(s.g.slots[i]) > size {
		w.Until = s.local(until)
	}
	return w
}

// whenDue is the last of the times that task i waits for.
func (s *State) whenDue(i int32) Wait {
	t := &s.tasks[i]
	w := Wait{Kind: WaitOpening, Until: s.local(s.due(i))}
	switch {
	case t.RetryAt.After(s.g.gates[i]):
		w.Kind, w.Message = WaitBackoff, t.Message
	case s.g.gates[i].After(s.g.opening):
		w.Kind = WaitGate
	}
	return w
}

func (s *State) missing(i int32) []string {
	var ids []string
	for _, j := range slices.Sorted(slices.Values(s.g.inputs[i])) {
		if t := &s.tasks[j]; t.Selected && !t.Status.Satisfied() {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

func (s *State) local(t time.Time) time.Time { return t.In(s.g.clock.Location()) }
