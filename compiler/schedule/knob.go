package schedule

import (
	"cmp"
	"slices"

	"sluice/compiler/spec"
)

// maxTaskRuns bounds the search for the knob that fixes broken promises: tasks times
// schedules tried, over all promises.
const maxTaskRuns = 2_000_000

// choice is a pool whose size limits a promise, in one segment or everywhere, and
// the size that is enough; needs is 0 where none is.
type choice struct {
	pool, segment int
	everywhere    bool
	needs         int
}

// knob finds the smallest change of one pool, in one window if possible, that lets
// the promise hold. What it finds has been tried.
func (j *judge) knob(s promise, path []int) choice {
	waits := j.waits(path, j.pooled)
	best := choice{pool: waits[0].pool, segment: waits[0].segment}
	bestRaise := 0
	consider := func(c choice, raise int) {
		if c.needs > 0 && (best.needs == 0 || raise < bestRaise) {
			best, bestRaise = c, raise
		}
	}
	for _, w := range waits {
		c := choice{pool: w.pool, segment: w.segment}
		now := j.sizes[w.pool][w.segment]
		c.needs = j.enough(s, c, now)
		consider(c, c.needs-now)
	}
	if best.needs > 0 {
		return best
	}
	for _, w := range waits {
		c := choice{pool: w.pool, segment: w.segment, everywhere: true}
		now := slices.Min(j.sizes[w.pool])
		c.needs = j.enough(s, c, now)
		consider(c, c.needs-now)
	}
	return best
}

// wait is how long tasks of a path wait for a pool in a segment.
type wait struct {
	pool, segment int
	seconds       int64
}

// waits collects what the path waits for, longest first. Of a wait over several
// segments each counts with its part.
func (j *judge) waits(path []int, s *times) []wait {
	type place struct {
		pool   int
		window *spec.Window
	}
	sums := map[place]*wait{}
	for _, i := range path {
		for at := j.ready(i, s); at < s.start[i]; {
			segment := j.segmentAt(at)
			until := min(j.boundary(at), s.start[i])
			key := place{j.pool[i], j.segments[segment].window}
			if sums[key] == nil {
				sums[key] = &wait{pool: j.pool[i], segment: segment}
			}
			sums[key].seconds += until - at
			at = until
		}
	}
	var out []wait
	for _, w := range sums {
		out = append(out, *w)
	}
	slices.SortFunc(out, func(a, b wait) int {
		return cmp.Or(cmp.Compare(b.seconds, a.seconds), cmp.Compare(a.pool, b.pool), cmp.Compare(a.segment, b.segment))
	})
	return out
}

// enough is the smallest size over the present one with which the promise holds, or
// 0. It doubles the raise and then halves the interval.
func (j *judge) enough(s promise, c choice, now int) int {
	users := j.users(c.pool)
	works, fails := 0, now
	for raise := 1; works == 0; raise *= 2 {
		size := min(now+raise, max(users, now+1))
		if j.holds(s, j.with(j.sizes, c, size)) {
			works = size
		} else if fails = size; size >= users {
			return 0
		}
	}
	return j.narrow(works, fails, func(size int) bool { return j.holds(s, j.with(j.sizes, c, size)) })
}

// narrow finds the least size that holds between one that fails and one that works.
func (j *judge) narrow(works, fails int, holds func(int) bool) int {
	for works-fails > 1 {
		if middle := (works + fails) / 2; holds(middle) {
			works = middle
		} else {
			fails = middle
		}
	}
	return works
}

// users is how many tasks run in the pool: no size above it makes a difference.
func (j *judge) users(pool int) int {
	n := 0
	for _, k := range j.pool {
		if k == pool {
			n++
		}
	}
	return n
}

// with is a copy of sizes in which the choice is at least of a size.
func (j *judge) with(sizes [][]int, c choice, size int) [][]int {
	out := slices.Clone(sizes)
	out[c.pool] = slices.Clone(out[c.pool])
	for k := range j.segments {
		if c.everywhere || j.segments[k].window == j.segments[c.segment].window {
			out[c.pool][k] = max(out[c.pool][k], size)
		}
	}
	return out
}

// holds tries sizes; it is false when enough was tried.
func (j *judge) holds(s promise, sizes [][]int) bool {
	if j.budget -= len(j.tasks); j.budget < 0 {
		return false
	}
	tried := j.run(sizes)
	last, ok := tried.last(s.tasks)
	return ok && tried.finish[last] <= s.deadline
}

// together finds sizes of several pools with which the promise holds: it opens the
// pool that the path waits for longest until it holds, and then takes back from each
// what is not needed. It is nil where the search was cut short.
func (j *judge) together(s promise) []choice {
	sizes := j.sizes
	var out []choice
	for !j.holds(s, sizes) {
		tried := j.run(sizes)
		last, _ := tried.last(s.tasks)
		waits := j.waits(j.path(last, tried), tried)
		if j.budget < 0 || len(waits) == 0 {
			return nil
		}
		c := choice{pool: waits[0].pool, everywhere: true, needs: j.users(waits[0].pool)}
		out = append(out, c)
		sizes = j.with(sizes, c, c.needs)
	}
	for k := range out {
		others := j.sizes
		for n, c := range out {
			if n != k {
				others = j.with(others, c, c.needs)
			}
		}
		fails := slices.Min(j.sizes[out[k].pool])
		out[k].needs = j.narrow(out[k].needs, fails, func(size int) bool { return j.holds(s, j.with(others, out[k], size)) })
	}
	if j.budget < 0 {
		return nil
	}
	return out
}
