package crash

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// shopLater is what the shop's second plan has more and other than its first.
const shopLater = `package shop

table: "mart.customers": {
	description: "Customers and their orders"
	sql:         "SELECT customer_id, country, (SELECT COUNT(*) FROM app.orders AS o WHERE o.customer_id = c.customer_id) AS orders FROM app.customers AS c"
	pool:        "query"
	estimate: duration: "1m"
}
`

// An apply that is killed leaves the old plan live or the new one, and apply again
// ends as one that was left alone.
func TestApplyKilled(t *testing.T) {
	for _, p := range []*platform{shop, manabi} {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			r := dice(t)
			for range kills(t, p.few) {
				s := newSite(t, ref.fresh)
				s.must(t, "compile")
				apply := s.start(t, "apply", "--auto-approve")
				apply.signalAfter(within(r, ref.took.apply), os.Kill)
				apply.wait(t)
				apply.tame(t)
				if r.IntN(2) == 0 {
					// A day is refused, or runs: never on half a warehouse.
					if run := s.start(t, runDay(p.days[0])...); run.wait(t) != 0 {
						run.refuses(t, "run `sluice apply")
					} else {
						s.mustBe(t, ref.after[0], p.days[:1])
						continue
					}
				}
				s.must(t, "apply", "--auto-approve")
				s.mustBe(t, ref.atStart, nil)
				s.historyOf(t, 1)
				if r.IntN(3) == 0 {
					s.must(t, runDay(p.days[0])...)
					s.mustBe(t, ref.after[0], p.days[:1])
				}
			}
		})
	}
}

// The same, of a plan over one that has run: not a row is lost.
func TestApplyAgainKilled(t *testing.T) {
	ref := shop.reference(t)
	want := newSite(t, ref.applied)
	next := func(s site) {
		s.must(t, runDay(shop.days[0])...)
		s.write(t, "later.cue", shopLater)
	}
	next(want)
	took := want.must(t, "apply", "--auto-approve").took
	want.must(t, "compile")
	want.must(t, runDay(shop.days[1])...)
	state := want.look(t, shop.days)

	r := dice(t)
	for range kills(t, 6) {
		s := newSite(t, ref.applied)
		next(s)
		apply := s.start(t, "apply", "--auto-approve")
		apply.signalAfter(within(r, took), os.Kill)
		apply.wait(t)
		apply.tame(t)
		if known, ok := s.status(t, shop.days[0]); !ok || known.Outcome != "succeeded" {
			t.Fatalf("the day before is %q after an apply that was killed", known.Outcome)
		}
		s.must(t, "apply", "--auto-approve")
		s.must(t, "compile")
		s.must(t, runDay(shop.days[1])...)
		s.mustBe(t, state, shop.days)
		s.historyOf(t, 2)
	}
}

// historyOf checks that each apply stands in the history once.
func (s site) historyOf(t *testing.T, applies int) {
	t.Helper()
	text, err := os.ReadFile(s.path(".sluice", "local", "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != applies {
		t.Errorf("the history tells of %d applies, %d were made:\n%s", n, applies, text)
	}
}

// A compile that is killed leaves each generated file as it was or as it will be, and
// compile again leaves nothing else behind.
func TestCompileKilled(t *testing.T) {
	for _, p := range []*platform{shop, manabi} {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			want := site{ref.applied}.files(t)
			r := dice(t)
			for range kills(t, p.few) {
				s := newSite(t, ref.fresh)
				for range 2 {
					compile := s.start(t, "compile")
					compile.signalAfter(within(r, ref.took.compile), os.Kill)
					compile.wait(t)
					compile.tame(t)
					for name, content := range s.files(t) {
						if strings.HasPrefix(name, "generated/") && !strings.Contains(name, "/.") && want[name] != content {
							t.Errorf("%s after a kill: %s, want %s", name, content, want[name])
						}
					}
				}
				s.must(t, "compile")
				got := s.files(t)
				for name, content := range want {
					if !strings.HasPrefix(name, ".sluice/") && got[name] != content {
						t.Errorf("%s: %q, want %q", name, got[name], content)
					}
				}
				var names []string
				for name := range got {
					if _, ok := want[name]; !ok {
						names = append(names, name)
					}
				}
				if slices.Sort(names); names != nil {
					t.Errorf("left over: %s", strings.Join(names, ", "))
				}
			}
		})
	}
}
