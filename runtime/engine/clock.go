package engine

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock is the time that a run goes by.
type Clock interface {
	Now() time.Time
	// Wake gives a channel that is closed at t (zero: never), or sooner. running is how many attempts and
	// alerts are under way: while there are none, nothing can happen before t, and a clock that is not
	// the wall's may jump there. stop frees what Wake took.
	Wake(t time.Time, running int) (woken <-chan struct{}, stop func())
}

// Wall is the real time.
func Wall() Clock { return wall{} }

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// longest bounds a timer, so that a wall clock that was set, or a machine that slept, is noticed.
const longest = time.Minute

func (wall) Wake(t time.Time, _ int) (<-chan struct{}, func()) {
	return timer(t, time.Until(t))
}

func timer(t time.Time, d time.Duration) (<-chan struct{}, func()) {
	woken := make(chan struct{})
	if t.IsZero() {
		return woken, func() {}
	}
	timer := time.AfterFunc(max(min(d, longest), 0), func() { close(woken) })
	return woken, func() { timer.Stop() }
}

// FastForward is a clock that shows start now, runs at real pace while something is under way, and jumps over
// the time in which nothing is. A past day run by it takes seconds, and its tasks end at times that mean something.
func FastForward(start time.Time) Clock {
	return &fastForward{offset: time.Until(start)}
}

type fastForward struct {
	mu     sync.Mutex
	offset time.Duration
}

func (c *fastForward) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset)
}

func (c *fastForward) Wake(t time.Time, running int) (<-chan struct{}, func()) {
	left := t.Sub(c.Now())
	if t.IsZero() || running > 0 || left <= 0 {
		return timer(t, left)
	}
	c.mu.Lock()
	c.offset += left
	c.mu.Unlock()
	return timer(t, 0)
}

// Virtual is a clock for tests and simulations: it stands still, and jumps to the next moment at
// which something happens when everybody waits. Work takes virtual time by calling Sleep.
type Virtual struct {
	mu       sync.Mutex
	now      time.Time
	sleepers []*sleeper // sorted by time, then by name
	waiting  *sleeper   // the engine
	running  int        // attempts that the engine knows of
}

type sleeper struct {
	ctx   context.Context // of an attempt: where it is done, the attempt is about to end
	at    time.Time       // zero: never
	name  string
	woken chan struct{}
}

// NewVirtual is a virtual clock that shows start.
func NewVirtual(start time.Time) *Virtual { return &Virtual{now: start} }

// Now is the virtual time.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now
}

// Sleep passes d of virtual time for one attempt under way, or less where ctx is done. Of those that
// wake at the same time the first by name goes first, so that a run is the same each time.
func (v *Virtual) Sleep(ctx context.Context, name string, d time.Duration) error {
	v.mu.Lock()
	s := &sleeper{ctx: ctx, at: v.now.Add(d), name: name, woken: make(chan struct{})}
	at, _ := slices.BinarySearchFunc(v.sleepers, s, compareSleepers)
	v.sleepers = slices.Insert(v.sleepers, at, s)
	v.advance()
	v.mu.Unlock()
	select {
	case <-s.woken:
		return nil
	case <-ctx.Done():
		v.mu.Lock()
		v.sleepers = slices.DeleteFunc(v.sleepers, func(other *sleeper) bool { return other == s })
		v.mu.Unlock()
		return ctx.Err()
	}
}

func compareSleepers(a, b *sleeper) int {
	if c := a.at.Compare(b.at); c != 0 {
		return c
	}
	switch {
	case a.name < b.name:
		return -1
	case a.name > b.name:
		return 1
	}
	return 0
}

// Wake is how the engine waits.
func (v *Virtual) Wake(t time.Time, running int) (<-chan struct{}, func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s := &sleeper{at: t, woken: make(chan struct{})}
	v.waiting, v.running = s, running
	v.advance()
	return s.woken, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.waiting == s {
			v.waiting = nil
		}
	}
}

// advance jumps to the first thing that happens, if the engine waits and all its attempts sleep.
func (v *Virtual) advance() {
	if v.waiting == nil || len(v.sleepers) < v.running {
		return
	}
	for _, s := range v.sleepers {
		if s.ctx.Err() != nil {
			return
		}
	}
	engine := v.waiting
	var first *sleeper
	if len(v.sleepers) > 0 {
		first = v.sleepers[0]
	}
	switch {
	case first != nil && (engine.at.IsZero() || !first.at.After(engine.at)):
		v.sleepers = v.sleepers[1:]
		v.to(first.at)
		close(first.woken)
	case !engine.at.IsZero():
		v.waiting = nil
		v.to(engine.at)
		close(engine.woken)
	}
}

func (v *Virtual) to(t time.Time) {
	if t.After(v.now) {
		v.now = t
	}
}
