package event

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"time"

	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// Cut says why the engine cut an attempt off.
type Cut string

const (
	NotCut     Cut = ""
	CutTimeout Cut = "timeout" // Step.Cancel asked for it, and its time was over
	CutCancel  Cut = "cancel"  // the run was canceled
	CutDrain   Cut = "drain"   // the process stops; the attempt is taken up by the next one
)

// maxLosses is how often a process may end under an attempt of a task before the task
// itself is suspected of ending it.
const maxLosses = 10

// policy is how a class of failure is tried again.
type policy struct {
	attempts int           // times Retry.Attempts
	backoff  float64       // times Retry.BackoffSec
	least    time.Duration // the shortest wait
}

var policies = map[Class]policy{
	Retryable: {1, 1, 0},
	TimedOut:  {1, 1, 0},
	// A quota fills up again with time: fewer, longer, more patient tries.
	Quota: {3, 4, time.Minute},
}

// Ended is the event that records how the attempt of a running task ended at an instant.
// A result counts although the attempt was cut off: what is committed is done. The event is
// not stamped.
func (s *State) Ended(id string, now time.Time, result task.Result, err error, cut Cut) Event {
	i := s.g.index[id]
	t, p := &s.tasks[i], &s.g.plan.Tasks[i]
	e := Event{Task: t.ID, Generation: t.Generation, Attempt: t.Attempt, Started: t.resumedAt}
	switch {
	case err == nil:
		return succeeded(e, p, result)
	case cut == CutCancel:
		e.Kind, e.Message = TaskCanceled, "the run was canceled"
		return e
	case cut == CutDrain:
		e.Kind, e.Class, e.Message = AttemptInterrupted, Drained, "the process was told to stop"
		return e
	}
	e.Class, e.Message = Class(task.ClassOf(err)), err.Error()
	if cut == CutTimeout {
		e.Class, e.Message = TimedOut, fmt.Sprintf("ran longer than its timeout of %s", time.Duration(p.Timeout)*time.Second)
	}
	var after time.Duration
	if failure, ok := errors.AsType[*task.Error](err); ok {
		after = failure.After
	}
	if e.Class == NotReady {
		if wait, again := s.notReady(t, p, now, after); again {
			e.Kind, e.Until = AttemptFailed, normal(now.Add(wait))
			return e
		}
		e.Class = Retryable // waited long enough: from here on it counts as any failure
	}
	if wait, again := s.again(t, p, e.Class, after); again {
		e.Kind, e.Until = AttemptFailed, normal(now.Add(wait))
		return e
	}
	return failed(e, p)
}

// Lose is the event for a task that was running when its process ended: the attempt is
// taken up again, unless its process has ended too often.
func (s *State) Lose(id string) Event {
	i := s.g.index[id]
	t := &s.tasks[i]
	e := Event{Kind: AttemptInterrupted, Task: t.ID, Generation: t.Generation, Attempt: t.Attempt,
		Class: Lost, Message: "the process ended while it ran"}
	if t.losses+1 >= maxLosses {
		e.Message = fmt.Sprintf("the process ended %d times while it ran: it may be what ends it", t.losses+1)
		return failed(e, &s.g.plan.Tasks[i])
	}
	return e
}

func succeeded(e Event, p *plan.Task, result task.Result) Event {
	e.Kind, e.Result = TaskSucceeded, &result
	switch {
	case p.Kind == plan.Check && result.Violations > 0:
		e.Class, e.Message = Violations, result.Message
		e = failed(e, p)
	case result.Skipped:
		e.Kind, e.Message = TaskSkipped, result.Message
	}
	return e
}

// failed ends a task. A warning check never fails: it warns, also that it could not look.
func failed(e Event, p *plan.Task) Event {
	e.Kind = TaskFailed
	if p.Kind == plan.Check && p.Check != nil && p.Check.Severity == "warn" {
		e.Kind = TaskWarned
	}
	return e
}

// again reports whether a failed attempt is followed by another, and how long after it.
func (s *State) again(t *Task, p *plan.Task, class Class, after time.Duration) (time.Duration, bool) {
	rule, known := policies[class]
	if !known {
		return 0, false
	}
	done := t.failures
	if class == Quota {
		done = t.quotas
	}
	if done+1 >= rule.attempts*max(p.Retry.Attempts, 1) {
		return 0, false
	}
	wait := backoff(p.Retry, rule.backoff, done, s.JobKey(t), t.Attempt)
	return max(wait, rule.least, after), true
}

// notReady polls for an input that is not there yet, at the pace of the first backoff, for as long
// as the task says it may be late. Polls do not count as attempts.
func (s *State) notReady(t *Task, p *plan.Task, now time.Time, after time.Duration) (time.Duration, bool) {
	if p.Transfer == nil || p.Transfer.WaitSec == 0 {
		return 0, false
	}
	from := t.FirstAt
	if p.Transfer.Arrives != "" {
		if arrives := s.g.clock.Instant(s.Day, p.Transfer.Arrives); arrives.After(from) {
			from = arrives
		}
	}
	until := from.Add(time.Duration(p.Transfer.WaitSec) * time.Second)
	if !now.Before(until) {
		return 0, false
	}
	wait := max(time.Duration(p.Retry.BackoffSec)*time.Second, after, time.Second)
	return min(wait, until.Sub(now)), true
}

// backoff is the wait after a number of failures: exponential, bounded, and spread by up to a
// fifth to either side so that what failed together does not come back together. The spread
// is drawn from the attempt's name: the same run waits the same.
func backoff(r plan.Retry, times float64, failures int, key string, attempt int) time.Duration {
	seconds := float64(r.BackoffSec) * times * math.Pow(max(r.Factor, 1), float64(failures))
	if limit := float64(r.MaxBackoffSec); r.MaxBackoffSec > 0 && seconds > limit {
		seconds = limit
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s#%d", key, attempt)
	// FNV leaves short differences in its low bits; mix them up.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	spread := 0.8 + 0.4*float64(x>>11)/float64(1<<53)
	return time.Duration(min(seconds*spread, 30*24*3600) * float64(time.Second)).Round(time.Millisecond)
}
