package crash

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// platform is one that days are run of.
type platform struct {
	name string
	days []string
	few  int                        // how many kills of a short command are quick
	make func(t *testing.T, s site) // in an empty folder: specs and data, nothing applied

	once sync.Once
	ref  *reference
}

// reference is how the platform fares where nothing happens to it.
type reference struct {
	fresh   string // folder with specs and data
	applied string // folder in which the plan is live, and nothing has run
	took    struct{ compile, apply, day time.Duration }
	atStart *state
	after   []*state // after each of the days
}

var shop = &platform{name: "shop", days: []string{"2026-01-15", "2026-01-16"}, few: 6, make: makeShop}

var manabi = &platform{name: "manabi", days: []string{"2026-11-18", "2026-11-19"}, few: 2, make: func(t *testing.T, s site) {
	t.Helper()
	if err := os.CopyFS(s.dir, os.DirFS(filepath.Join("..", "..", "cue", "manabi"))); err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2026-11-18", "2026-11-19"} {
		s.must(t, "demo", "data", "--day", day, "--learners", "300")
	}
}}

// reference runs every day undisturbed, once for all tests.
func (p *platform) reference(t *testing.T) *reference {
	t.Helper()
	p.once.Do(func() {
		r := &reference{fresh: filepath.Join(scratch, p.name, "fresh"), applied: filepath.Join(scratch, p.name, "applied")}
		if err := os.MkdirAll(r.fresh, 0o755); err != nil {
			t.Fatal(err)
		}
		p.make(t, site{r.fresh})
		copyTree(t, r.fresh, r.applied)
		s := site{r.applied}
		r.took.compile = s.must(t, "compile").took
		r.took.apply = s.must(t, "apply", "--auto-approve").took
		r.atStart = s.look(t, nil)
		copyTree(t, r.applied, filepath.Join(scratch, p.name, "run"))
		s = site{filepath.Join(scratch, p.name, "run")}
		for i, day := range p.days {
			r.took.day += s.must(t, runDay(day)...).took / time.Duration(len(p.days))
			r.after = append(r.after, s.look(t, p.days[:i+1]))
		}
		p.ref = r
		t.Logf("%s undisturbed: compile %s, apply %s, a day %s", p.name, r.took.compile.Round(time.Millisecond), r.took.apply.Round(time.Millisecond), r.took.day.Round(time.Millisecond))
	})
	if p.ref == nil {
		t.Fatalf("%s: the undisturbed days failed", p.name)
	}
	return p.ref
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// The days that all else is compared with are the same each time they are run.
func TestUndisturbed(t *testing.T) {
	for _, p := range []*platform{shop, manabi} {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			s := newSite(t, ref.applied)
			for i, day := range p.days {
				s.must(t, runDay(day)...)
				s.mustBe(t, ref.after[i], p.days[:i+1])
			}
			// A day that has succeeded is not done again.
			s.must(t, runDay(p.days[0])...)
			s.mustBe(t, ref.after[len(p.days)-1], p.days)
		})
	}
}
