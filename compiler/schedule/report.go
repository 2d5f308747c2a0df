package schedule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sluice/compiler/diag"
	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// judge explains promises that cannot hold.
type judge struct {
	*problem
	pooled *times // with the pools as they are
	free   *times // with unbounded pools
	budget int
	diags  diag.List
}

// report explains one promise: broken by its path alone, or for want of room in a
// pool.
func (j *judge) report(s promise) {
	late, _ := j.pooled.last(s.tasks)
	alone, _ := j.free.last(s.tasks)
	finish := j.pooled.finish[late]
	byPath := j.free.finish[alone] > s.deadline
	if byPath && j.gateBreaks(s) {
		return // check reports it, and no estimate matters
	}
	d := j.diags.Errorf(diag.SLAInfeasible, s.sla.Spec.ReadyBy.At, "%q cannot be ready by %s: its earliest finish is %s",
		s.sla.Name, s.sla.Spec.ReadyBy.V, j.clock(finish)).WithNode("sla." + s.sla.Name)
	later := "agree a later deadline"
	if moved := roundUp(finish); moved < daySeconds {
		later = "move the deadline to " + j.clock(moved)
	}
	if byPath {
		path := j.path(alone, j.free)
		longest := slices.MaxFunc(path, func(a, b int) int { return cmp.Compare(j.duration[a], j.duration[b]) })
		if at := estimateAt(j.tasks[longest]); !at.IsZero() {
			d.WithRelated(at, "%s takes %s of it", j.name(longest), span(j.duration[longest]))
		}
		j.notePath(d, path, j.free)
		if finish > j.free.finish[alone] {
			d.WithNote("pools delay it by another %s", span(finish-j.free.finish[alone]))
		}
		d.WithHint("shorten the path by %s, or %s", span(j.free.finish[alone]-s.deadline), later)
		return
	}
	path := j.path(late, j.pooled)
	j.poolsLimit(d, s, path, later)
	j.notePath(d, path, j.pooled)
}

// poolsLimit names the pool that limits, with the smallest change that was found to
// be enough, for a diagnostic that is complete but for that.
func (j *judge) poolsLimit(d *diag.Diagnostic, s promise, path []int, later string) {
	choice := j.knob(s, path)
	place, size := j.sizePlace(choice)
	switch {
	case choice.needs > 0 && choice.everywhere:
		d.WithRelated(place, "the pool %q has %s; this path needs %d throughout", j.pools[choice.pool].Name, size, choice.needs)
		d.WithHint("raise pool.%s to %d in every window, or %s", j.pools[choice.pool].Name, choice.needs, later)
	case choice.needs > 0 && j.segments[choice.segment].window != nil:
		window := j.segments[choice.segment].window.Name
		d.WithRelated(place, "the %s window gives the pool %q %s; this path needs %d", window, j.pools[choice.pool].Name, size, choice.needs)
		d.WithHint("raise pool.%s in the %s window to %d, or %s", j.pools[choice.pool].Name, window, choice.needs, later)
	case choice.needs > 0:
		d.WithRelated(place, "the pool %q has %s; this path needs %d", j.pools[choice.pool].Name, size, choice.needs)
		d.WithHint("raise pool.%s to %d, or %s", j.pools[choice.pool].Name, choice.needs, later)
	default:
		d.WithRelated(place, "the pool %q has %s at the time", j.pools[choice.pool].Name, size)
		if together := j.together(s); together != nil {
			var list []string
			for _, c := range together {
				list = append(list, fmt.Sprintf("pool.%s to %d", j.pools[c.pool].Name, c.needs))
			}
			d.WithHint("raise %s in every window, or %s", strings.Join(list, " and "), later)
			return
		}
		d.WithHint("enlarge the pools that the path waits for, or %s", later)
	}
}

// gateBreaks reports whether a start gate upstream lies at or after the deadline.
func (j *judge) gateBreaks(s promise) bool {
	seen := map[int]bool{}
	work := slices.Clone(s.tasks)
	for len(work) > 0 {
		i := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		if j.tasks[i].NotBefore.V != "" && j.gate[i] >= s.deadline {
			return true
		}
		work = append(work, j.before[i]...)
	}
	return false
}

// sizePlace is where the user wrote the size that limits, and the size in words.
func (j *judge) sizePlace(c choice) (diag.Span, string) {
	pool := j.pools[c.pool]
	place := pool.At
	if pool.Size.Set {
		place = pool.Size.At
	}
	if size := sizeIn(j.segments[c.segment].window, pool.Name); size != nil {
		place = size.At
	}
	if n := j.sizes[c.pool][c.segment]; n != 1 {
		return place, fmt.Sprintf("%d slots", n)
	}
	return place, "1 slot"
}

// notePath prints the path with its durations, the gate that it begins at and the
// waits for pools on the way.
func (j *judge) notePath(d *diag.Diagnostic, path []int, s *times) {
	var steps, assumed []string
	for k, i := range path {
		words := []string{span(j.duration[i])}
		if k == 0 && j.gate[i] > 0 {
			words = append(words, "from "+j.clock(j.gate[i]))
		}
		if waited := s.start[i] - j.ready(i, s); waited > 0 {
			words = append(words, fmt.Sprintf("after %s for pool %s", span(waited), j.pools[j.pool[i]].Name))
		}
		steps = append(steps, fmt.Sprintf("%s (%s)", j.name(i), strings.Join(words, ", ")))
		if !j.tasks[i].Estimated {
			assumed = append(assumed, j.tasks[i].ID)
		}
	}
	d.WithNote("longest path: %s", strings.Join(steps, " → "))
	if len(assumed) > 0 {
		d.WithNote("without an estimate, so assumed: %s", strings.Join(assumed, ", "))
	}
}

// name is a task for people: transfers are called source.
func (j *judge) name(i int) string {
	t := j.tasks[i]
	if t.Kind == string(plan.Transfer) || t.Kind == string(plan.Wait) {
		return "source " + t.ID
	}
	return t.ID
}

func estimateAt(t *model.Task) diag.Span {
	var e *spec.Estimate
	switch {
	case t.Check != nil:
		e = t.Check.Spec.Estimate
	case t.Export != nil:
		e = t.Export.Spec.Estimate
	case t.Model != nil && t.Kind == string(plan.Train):
		e = t.Model.Spec.Train.Estimate
	case t.Model != nil:
		e = t.Model.Spec.Predict.Estimate
	case t.Table != nil && t.Table.Spec != nil:
		e = t.Table.Spec.Estimate
	case t.Table != nil && t.Table.SourceTable != nil:
		e = t.Table.SourceTable.Estimate
	}
	if e == nil {
		return diag.Span{}
	}
	return e.Duration.At
}

// clock is the clock time of seconds after the opening, rounded up to a minute.
func (j *judge) clock(seconds int64) string {
	minutes := minutesUp(seconds)
	text := plan.FormatClock(j.dayStart + minutes)
	switch days := minutes / dayMinutes; days {
	case 0:
		return text
	case 1:
		return text + " the day after"
	default:
		return fmt.Sprintf("%s %d days after", text, days)
	}
}

// roundUp takes a time to the next quarter of an hour.
func roundUp(seconds int64) int64 {
	const quarter = 15 * 60
	return (seconds + quarter - 1) / quarter * quarter
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
