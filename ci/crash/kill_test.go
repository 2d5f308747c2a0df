package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

// A day whose process is killed at any moment, again and again, ends as one that was
// left alone: every row once, every export whole, nothing left over.
func TestKilled(t *testing.T) {
	for _, x := range []struct {
		platform *platform
		usual    int // kills
	}{{shop, 20}, {manabi, 6}} {
		t.Run(x.platform.name, func(t *testing.T) {
			ref := x.platform.reference(t)
			r := dice(t)
			var hit, missed int
			for n, all := 0, kills(t, x.usual); hit < all && n < 3*all; n++ {
				t.Run(fmt.Sprintf("trial=%d", n+1), func(t *testing.T) {
					s := newSite(t, ref.applied)
					for i, day := range x.platform.days {
						for range 1 + r.IntN(3) {
							if s.kill(t, r, day, ref.took.day) {
								hit++
							} else {
								missed++
							}
						}
						s.must(t, runDay(day)...)
						s.mustBe(t, ref.after[i], x.platform.days[:i+1])
					}
				})
				if t.Failed() {
					t.FailNow()
				}
			}
			t.Logf("%d kills in the middle of a day, %d that came after its end", hit, missed)
		})
	}
}

// kill runs a day and kills it. What was done before stays done, and status can tell.
func (s site) kill(t *testing.T, r *rand.Rand, day string, usual time.Duration) (hit bool) {
	t.Helper()
	before, _ := s.status(t, day)
	p := s.start(t, runDay(day)...)
	at := within(r, usual)
	hit = p.signalAfter(at, os.Kill)
	if code := p.wait(t); hit && code >= 0 {
		hit = false // it had just ended
	}
	p.tame(t)
	after, known := s.status(t, day)
	if hit {
		t.Logf("%s: killed after %s with %d of %d tasks done", day, at.Round(time.Millisecond), len(after.with("succeeded")), len(after.Tasks))
	}
	if before.Outcome != "" && !known {
		t.Errorf("%s: killed after %s: the day is not known any more", day, at)
	}
	for _, task := range before.with("succeeded") {
		if !slices.Contains(after.with("succeeded"), task) {
			t.Errorf("%s: killed after %s: %s had succeeded, and now it has not", day, at, task)
		}
	}
	if failed := after.with("failed"); failed != nil {
		t.Errorf("%s: killed after %s: failed: %v", day, at, failed)
	}
	return hit
}

// A day that is told to stop says so, leaves nothing under way half done, and goes on
// with the same command.
func TestStopped(t *testing.T) {
	once := []os.Signal{os.Interrupt}
	for _, x := range []struct {
		name    string
		signals []os.Signal
	}{
		{"interrupt", once},
		{"interrupt twice", []os.Signal{os.Interrupt, os.Interrupt}},
		{"terminate", []os.Signal{syscall.SIGTERM}},
		{"terminate twice", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}},
	} {
		t.Run(x.name, func(t *testing.T) {
			on := []*platform{shop, manabi}
			if len(x.signals) == 1 {
				on = platforms()
			}
			for _, p := range on {
				t.Run(p.name, func(t *testing.T) {
					ref := p.reference(t)
					r := dice(t)
					s := newSite(t, ref.applied)
					for i, day := range p.days {
						if p == manabi && i > 0 && !thorough() {
							break
						}
						s.stop(t, r, day, ref.took.day, x.signals)
						s.must(t, runDay(day)...)
						s.mustBe(t, ref.after[i], p.days[:i+1])
					}
				})
			}
		})
	}
}

func (s site) stop(t *testing.T, r *rand.Rand, day string, usual time.Duration, signals []os.Signal) {
	t.Helper()
	p := s.start(t, runDay(day)...)
	for i, signal := range signals {
		at := within(r, usual)
		if i > 0 {
			at /= 10
		}
		p.signalAfter(at, signal)
	}
	code := p.wait(t)
	p.tame(t)
	d, known := s.status(t, day)
	t.Logf("%s: exit code %d after %s with %d of %d tasks done", day, code, p.took.Round(time.Millisecond), len(d.with("succeeded")), len(d.Tasks))
	switch {
	case code == 0:
		if d.Outcome != "succeeded" {
			t.Errorf("%s: exit code 0, but the day is %s", day, d.Outcome)
		}
	case code < 0:
		// Before it listens to signals they end it as any other process.
		if known {
			t.Errorf("%s: died of a signal in the middle of the day", day)
		}
	case known:
		if len(signals) == 1 && len(d.with("running")) > 0 {
			t.Errorf("%s: stopped with tasks under way: %v", day, d.with("running"))
		}
		if failed := d.with("failed"); failed != nil {
			t.Errorf("%s: to be stopped made tasks fail: %v", day, failed)
		}
		p.refuses(t, "run it again to continue")
	}
}
