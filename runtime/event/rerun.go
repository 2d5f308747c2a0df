package event

import (
	"fmt"
	"slices"
	"strings"
)

// Rerun is the event that runs tasks again, with everything downstream of them if so asked. Each
// gets a new generation, so that its work is committed anew. It fails where one of them is running, or unknown.
func (s *State) Rerun(ids []string, downstream bool) (Event, error) {
	wanted := map[int32]bool{}
	var queue []int32
	for _, id := range ids {
		i, known := s.g.index[id]
		if !known {
			return Event{}, fmt.Errorf("there is no task %q", id)
		}
		if !wanted[i] {
			wanted[i] = true
			queue = append(queue, i)
		}
	}
	for k := 0; downstream && k < len(queue); k++ {
		for _, j := range s.g.dependents[queue[k]] {
			// What was never selected is no part of this run.
			if !wanted[j] && s.tasks[j].Selected {
				wanted[j] = true
				queue = append(queue, j)
			}
		}
	}
	return s.reset(queue)
}

// RetryFailed is the event that runs everything again that failed, was blocked or was canceled. The
// event has no tasks where there is nothing like that.
func (s *State) RetryFailed() (Event, error) {
	var dead []int32
	for i := range s.tasks {
		if s.tasks[i].Selected && s.tasks[i].Status.Dead() {
			dead = append(dead, int32(i))
		}
	}
	return s.reset(dead)
}

func (s *State) reset(list []int32) (Event, error) {
	slices.Sort(list)
	e := Event{Kind: TasksReset}
	var running []string
	for _, i := range list {
		t := &s.tasks[i]
		if t.Status == Running {
			running = append(running, t.ID)
		}
		e.Tasks = append(e.Tasks, t.ID)
	}
	if len(running) > 0 {
		return Event{}, fmt.Errorf("%s running now: wait for it or cancel the run first", strings.Join(running, ", "))
	}
	return e, nil
}
