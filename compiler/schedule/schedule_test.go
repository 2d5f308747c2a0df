package schedule_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/ci/golden"
	"sluice/compiler/diag"
	"sluice/compiler/model"
	. "sluice/compiler/resolve/resolvetest"
	"sluice/compiler/schedule"
	"sluice/compiler/spec"
	"sluice/runtime/plan"
)

// billing is the platform of the talk: a table by 10:00 behind a long transfer, in a
// pool that has 4 slots at the peak and more otherwise.
func billing(transfers int, peakSlots int64) *spec.Platform {
	sp := Shop()
	sp.Exports, sp.SLAs[0].Target, sp.SLAs[0].Name, sp.SLAs[0].ReadyBy = nil, T("core.member_status"), "member_status", T("10:00")
	sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(8)}}
	sp.Windows = []*spec.Window{
		{Node: Named("idle"), Start: T("20:00"), End: T("01:00"), Pools: []spec.PoolSize{{Node: Named("ingest"), Size: N(0)}}},
		{Node: Named("peak"), Start: T("01:00"), End: T("09:00"), Pools: []spec.PoolSize{{Node: Named("ingest"), Size: N(peakSlots)}}},
		{Node: Named("normal"), Start: T("09:00"), End: T("20:00")},
	}
	sp.Sources[0].Pool = T("ingest")
	columns := sp.Sources[0].Tables[0].Columns
	sp.Sources[0].Tables = nil
	sql := "SELECT 1 AS one"
	for i := range transfers {
		name := fmt.Sprintf("payments_%02d", i)
		sp.Sources[0].Tables = append(sp.Sources[0].Tables, &spec.SourceTable{Node: Named(name), Columns: columns, Estimate: Minutes(130)})
		sql += " FROM app." + name
	}
	sp.Tables = []*spec.Table{
		{Node: Named("core.billing"), SQL: T(sql), Estimate: Minutes(35)},
		{Node: Named("core.member_status"), SQL: T("SELECT * FROM core.billing"), Estimate: Minutes(1)},
	}
	return sp
}

var cases = []struct {
	name string
	edit func() *spec.Platform
}{
	{"holds", func() *spec.Platform { return billing(4, 4) }},
	{"limited_by_window", func() *spec.Platform { return billing(17, 4) }},
	{"limited_by_pool_without_windows", func() *spec.Platform {
		sp := billing(17, 4)
		sp.Windows, sp.Pools[0].Size = nil, N(2)
		return sp
	}},
	{"limited_overnight", func() *spec.Platform {
		sp := billing(40, 3)
		for _, w := range sp.Windows {
			w.Pools = []spec.PoolSize{{Node: Named("ingest"), Size: N(3)}}
		}
		sp.Windows[1].End, sp.Windows[2].Start = T("04:00"), T("04:00")
		sp.SLAs[0].ReadyBy = T("09:00")
		return sp
	}},
	{"limited_throughout", func() *spec.Platform {
		// Half of the work must fit into either window.
		sp := billing(4, 1)
		sp.Windows = []*spec.Window{
			{Node: Named("early"), Start: T("00:00"), End: T("06:00"), Pools: []spec.PoolSize{{Node: Named("ingest"), Size: N(1)}}},
			{Node: Named("late"), Start: T("06:00"), End: T("24:00"), Pools: []spec.PoolSize{{Node: Named("ingest"), Size: N(1)}}},
		}
		for _, t := range sp.Sources[0].Tables {
			t.Estimate = Minutes(180)
		}
		sp.Tables[1].SQL = T("SELECT 1 AS one FROM core.part_0 FROM core.part_1 FROM core.part_2 FROM core.part_3")
		for i := range 4 {
			sp.Tables = append(sp.Tables, &spec.Table{Node: Named(fmt.Sprintf("core.part_%d", i)), SQL: T("SELECT * FROM core.billing"), NotBefore: T("06:00"), Estimate: Minutes(180), Pool: T("ingest")})
		}
		sp.SLAs[0].ReadyBy = T("09:45")
		return sp
	}},
	{"limited_by_path", func() *spec.Platform {
		sp := billing(1, 4)
		sp.Sources[0].Tables[0].Arrives = T("07:05")
		sp.Sources[0].Tables[0].Estimate = Minutes(150)
		return sp
	}},
	{"limited_by_path_and_pool", func() *spec.Platform {
		sp := billing(9, 1)
		sp.SLAs[0].ReadyBy = T("03:00")
		sp.Windows = nil
		sp.Tables[1].Estimate = nil
		sp.Sources[0].Tables[0].Estimate = Minutes(180)
		return sp
	}},
	{"two_pools", func() *spec.Platform {
		sp := billing(12, 2)
		sp.Windows = nil
		sp.Pools = []*spec.Pool{{Node: Named("ingest"), Size: N(2)}, {Node: Named("sql"), Size: N(1)}}
		sp.Tables[1].SQL = T("SELECT * FROM core.billing FROM core.side_0 FROM core.side_1 FROM core.side_2")
		for i := range 3 {
			sp.Tables = append(sp.Tables, &spec.Table{Node: Named(fmt.Sprintf("core.side_%d", i)), SQL: T("SELECT * FROM app.payments_00"), Estimate: Minutes(150), Pool: T("sql")})
		}
		sp.SLAs[0].ReadyBy = T("06:00")
		return sp
	}},
	{"after_midnight", func() *spec.Platform {
		sp := billing(1, 4)
		sp.Info.DayStart = T("22:00")
		sp.Windows = nil
		sp.SLAs[0].ReadyBy = T("00:30")
		return sp
	}},
	{"next_day", func() *spec.Platform {
		sp := billing(1, 4)
		sp.Sources[0].Tables[0].Estimate = Minutes(30 * 60)
		return sp
	}},
	{"gate_breaks_it_anyway", func() *spec.Platform {
		sp := billing(1, 4)
		sp.Tables[0].NotBefore = T("11:00")
		return sp
	}},
}

func TestPromises(t *testing.T) {
	got := map[string][]byte{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, text := Model(t, c.edit())
			got[c.name+".txt"] = []byte(Render(text, schedule.Run(m)))
		})
	}
	golden.Tree(t, "testdata/promises", got)
}

// A hint has been tried: with the size that it names the promise holds, with one less
// it does not.
func TestHintIsTheSmallestThatHolds(t *testing.T) {
	m, _ := Model(t, billing(17, 4))
	if hint := schedule.Run(m)[0].Hint; !strings.Contains(hint, "raise pool.ingest in the peak window to 6,") {
		t.Fatalf("hint: %s", hint)
	}
	for size := int64(1); size <= 17; size++ {
		m, _ := Model(t, billing(17, size))
		diags := schedule.Run(m)
		if holds := size >= 6; holds != (len(diags) == 0) {
			t.Errorf("peak window with %d slots: %v", size, diags)
		}
	}
}

func TestTimetable(t *testing.T) {
	m, _ := Model(t, billing(4, 4))
	schedule.Run(m)
	want := map[string]model.Slot{
		"app.payments_00":    {Earliest: 60, Finish: 190, Planned: 60, Latest: 600 - 1 - 35 - 130, HasLatest: true},
		"core.billing":       {Earliest: 190, Finish: 225, Planned: 190, Latest: 600 - 1 - 35, HasLatest: true},
		"core.member_status": {Earliest: 225, Finish: 226, Planned: 225, Latest: 599, HasLatest: true},
	}
	for id, slot := range want {
		if got := m.Timetable.ByTask[id]; got != slot {
			t.Errorf("%s: %+v, want %+v", id, got, slot)
		}
	}
	sla := m.Timetable.BySLA["member_status"]
	if sla.Deadline != 600 || sla.Finish != 226 || !slices.Equal(sla.Path, []string{"app.payments_00", "core.billing", "core.member_status"}) {
		t.Errorf("promise %+v", sla)
	}
}

func TestWhatNeverRunsHasNoSlot(t *testing.T) {
	sp := billing(2, 4)
	sp.Windows, sp.Pools[0].Size = nil, N(0)
	m, _ := Model(t, sp)
	if diags := schedule.Run(m); len(diags) > 0 || len(m.Timetable.ByTask) > 0 || len(m.Timetable.BySLA) > 0 {
		t.Errorf("%v %+v", diags, m.Timetable)
	}
	sp = billing(2, 4)
	sp.Tables[0].SQL = T(sp.Tables[0].SQL.V + " FROM core.member_status")
	m, _ = Model(t, sp)
	if diags := schedule.Run(m); len(diags) > 0 || len(m.Timetable.ByTask) != 2 {
		t.Errorf("cycle: %v %+v", diags, m.Timetable)
	}
}

// random is a platform of random tasks, pools, windows, gates and promises.
func random(r *rand.Rand) *model.Platform {
	sp := &spec.Platform{Info: spec.Info{DayStart: T(plan.FormatClock(r.IntN(1440)))}}
	clock := func() spec.Text { return T(plan.FormatClock(r.IntN(1440))) }
	m := &model.Platform{Spec: sp, Pools: map[string]*spec.Pool{}}
	for k := range 3 {
		m.Pools[fmt.Sprintf("p%d", k)] = &spec.Pool{Node: Named(fmt.Sprintf("p%d", k)), Size: N(int64(r.IntN(4)))}
	}
	cuts := []int{r.IntN(400), 400 + r.IntN(500), 900 + r.IntN(500)}
	for k, start := range cuts {
		w := &spec.Window{Node: Named(fmt.Sprint("w", k)), Start: T(plan.FormatClock(start)), End: T(plan.FormatClock(cuts[(k+1)%3]))}
		for name := range 3 {
			if r.IntN(3) > 0 {
				w.Pools = append(w.Pools, spec.PoolSize{Node: Named(fmt.Sprintf("p%d", name)), Size: N(int64(r.IntN(4)))})
			}
		}
		sp.Windows = append(sp.Windows, w)
	}
	n := 1 + r.IntN(60)
	for i := range n {
		t := &model.Task{ID: fmt.Sprintf("t%03d", i), Kind: "query", Duration: int64(r.IntN(7200))}
		if r.IntN(4) > 0 {
			t.Pool = fmt.Sprintf("p%d", r.IntN(3))
		}
		if r.IntN(5) == 0 {
			t.NotBefore = clock()
		}
		for range r.IntN(4) {
			if i > 0 {
				if b := m.Tasks[r.IntN(i)]; !slices.Contains(t.After, b) {
					t.After, b.Next = append(t.After, b), append(b.Next, t)
				}
			}
		}
		m.Tasks = append(m.Tasks, t)
	}
	for k := range 3 {
		s := &spec.SLA{Node: Named(fmt.Sprint("s", k)), ReadyBy: clock()}
		m.SLAs = append(m.SLAs, &model.SLA{Name: s.Name, Spec: s, Tasks: []*model.Task{m.Tasks[r.IntN(n)]}})
	}
	return m
}

// sizeAt is the size of a pool at a minute after the opening, straight from what was
// declared.
func sizeAt(m *model.Platform, pool string, minute int) int {
	start, _ := plan.ParseClock(m.Spec.Info.DayStart.V)
	at := (start + minute) % 1440
	for _, w := range m.Spec.Windows {
		from, _ := plan.ParseClock(w.Start.V)
		to, _ := plan.ParseClock(w.End.V)
		if inside := from < to && at >= from && at < to || from >= to && (at >= from || at < to); !inside {
			continue
		}
		for _, p := range w.Pools {
			if p.Name == pool {
				return int(p.Size.V)
			}
		}
	}
	return int(m.Pools[pool].Size.V)
}

func TestScheduleKeepsItsRules(t *testing.T) {
	for seed := range uint64(400) {
		m := random(rand.New(rand.NewPCG(seed, 7)))
		for _, task := range m.Tasks {
			task.Duration = (task.Duration + 59) / 60 * 60 // whole minutes, so that slots are exact
		}
		diags := schedule.Run(m)
		slots := m.Timetable.ByTask
		dayStart, _ := plan.ParseClock(m.Spec.Info.DayStart.V)
		for _, task := range m.Tasks {
			slot, runs := slots[task.ID]
			if !runs {
				continue
			}
			if slot.Finish-slot.Earliest != int(task.Duration/60) {
				t.Errorf("seed %d: %s lasts %d minutes, want %d", seed, task.ID, slot.Finish-slot.Earliest, task.Duration/60)
			}
			if slot.Planned < slot.Earliest {
				t.Errorf("seed %d: %s is planned before it can start", seed, task.ID)
			}
			if at, err := plan.ParseClock(task.NotBefore.V); err == nil && slot.Earliest < plan.AfterOpening(at, dayStart) {
				t.Errorf("seed %d: %s starts before its gate", seed, task.ID)
			}
			for _, before := range task.After {
				if b, ran := slots[before.ID]; !ran || b.Finish > slot.Earliest {
					t.Errorf("seed %d: %s starts before %s finishes", seed, task.ID, before.ID)
				}
			}
			if task.Pool == "" {
				continue
			}
			running := func(minute int) (n int) {
				for _, u := range m.Tasks {
					if s, ran := slots[u.ID]; ran && u != task && u.Pool == task.Pool && s.Earliest <= minute && minute < s.Finish {
						n++
					}
				}
				return n
			}
			others := running(slot.Earliest)
			if size := sizeAt(m, task.Pool, slot.Earliest); task.Duration > 0 && others+1 > size {
				t.Errorf("seed %d: %d tasks of %s run when %s starts, but its size is %d", seed, others+1, task.Pool, task.ID, size)
			}
		}
		checkPromises(t, seed, m, diags)
	}
}

// A task waits only while its pool has no room.
func TestNoTaskWaitsForNothing(t *testing.T) {
	for seed := range uint64(400) {
		m := random(rand.New(rand.NewPCG(seed, 9)))
		for _, task := range m.Tasks {
			task.Duration = (task.Duration/60 + 1) * 60
		}
		schedule.Run(m)
		dayStart, _ := plan.ParseClock(m.Spec.Info.DayStart.V)
		for _, task := range m.Tasks {
			slot, runs := m.Timetable.ByTask[task.ID]
			if !runs {
				continue
			}
			ready := 0
			if at, err := plan.ParseClock(task.NotBefore.V); err == nil {
				ready = plan.AfterOpening(at, dayStart)
			}
			for _, before := range task.After {
				ready = max(ready, m.Timetable.ByTask[before.ID].Finish)
			}
			for _, minute := range []int{ready, (ready + slot.Earliest) / 2, slot.Earliest - 1} {
				if minute < ready || minute >= slot.Earliest {
					continue
				}
				running := 0
				for _, u := range m.Tasks {
					if s, ran := m.Timetable.ByTask[u.ID]; ran && u.Pool == task.Pool && s.Earliest <= minute && minute < s.Finish {
						running++
					}
				}
				if task.Pool == "" || running < sizeAt(m, task.Pool, minute%1440) {
					t.Errorf("seed %d: %s is ready at %d and starts at %d, but at %d only %d run in its pool %q", seed, task.ID, ready, slot.Earliest, minute, running, task.Pool)
				}
			}
		}
	}
}

// checkPromises: every promise of tasks that run is kept or reported, and all latest
// starts lie at or after the earliest exactly where every promise is kept.
func checkPromises(t *testing.T, seed uint64, m *model.Platform, diags diag.List) {
	t.Helper()
	broken := 0
	for name, s := range m.Timetable.BySLA {
		if s.Finish > s.Deadline {
			broken++
		}
		first, last := m.Timetable.ByTask[s.Path[0]], m.Timetable.ByTask[s.Path[len(s.Path)-1]]
		if last.Finish != s.Finish || first.Earliest > last.Earliest {
			t.Errorf("seed %d: path of %s: %v", seed, name, s.Path)
		}
	}
	if len(diags) > broken {
		t.Errorf("seed %d: %d promises are broken, %d reported", seed, broken, len(diags))
	}
	late := false
	for _, task := range m.Tasks {
		slot, runs := m.Timetable.ByTask[task.ID]
		late = late || runs && slot.HasLatest && slot.Latest < slot.Earliest
	}
	if len(m.Timetable.BySLA) == len(m.SLAs) && late != (broken > 0) {
		t.Errorf("seed %d: some task starts too late: %t, broken promises: %d", seed, late, broken)
	}
}

var raise = regexp.MustCompile(`pool\.(p\d)(?: in the (w\d) window)? to (\d+)`)

// Every knob that a hint names was tried: turned, it lets the promise hold.
func TestHintsHold(t *testing.T) {
	turned := map[string]int{}
	for seed := range uint64(1500) {
		m := random(rand.New(rand.NewPCG(seed, 21)))
		for _, d := range schedule.Run(m) {
			raises := raise.FindAllStringSubmatch(d.Hint, -1)
			if len(raises) == 0 {
				continue
			}
			again := random(rand.New(rand.NewPCG(seed, 21)))
			everywhere := strings.Contains(d.Hint, "in every window")
			for _, r := range raises {
				size, _ := strconv.ParseInt(r[3], 10, 64)
				turn(again, r[1], r[2], size, everywhere)
			}
			turned[fmt.Sprintf("%d pools, everywhere %t", len(raises), everywhere)]++
			for _, left := range schedule.Run(again) {
				if left.Node == d.Node {
					t.Errorf("seed %d: %s, but then: %s", seed, d.Hint, left.Message)
				}
			}
		}
	}
	if len(turned) < 3 {
		t.Errorf("the random platforms are too tame: %v", turned)
	}
}

// turn raises a pool in one window, in all, or where no window gives it a size.
func turn(m *model.Platform, pool, window string, size int64, everywhere bool) {
	for _, w := range m.Spec.Windows {
		k := slices.IndexFunc(w.Pools, func(p spec.PoolSize) bool { return p.Name == pool })
		switch {
		case w.Name != window && !everywhere:
		case k < 0:
			w.Pools = append(w.Pools, spec.PoolSize{Node: Named(pool), Size: N(max(size, m.Pools[pool].Size.V))})
		default:
			w.Pools[k].Size.V = max(size, w.Pools[k].Size.V)
		}
	}
	if everywhere || window == "" {
		m.Pools[pool].Size.V = max(size, m.Pools[pool].Size.V)
	}
}

// The order of equal tasks is decided by their IDs, not by where they stand.
func TestShuffledInputGivesTheSameTimetable(t *testing.T) {
	for seed := range uint64(30) {
		m := random(rand.New(rand.NewPCG(seed, 11)))
		want := fmt.Sprint(schedule.Run(m), *m.Timetable)
		r := rand.New(rand.NewPCG(seed, 12))
		for range 5 {
			r.Shuffle(len(m.SLAs), func(i, j int) { m.SLAs[i], m.SLAs[j] = m.SLAs[j], m.SLAs[i] })
			for _, task := range m.Tasks {
				r.Shuffle(len(task.Next), func(i, j int) { task.Next[i], task.Next[j] = task.Next[j], task.Next[i] })
			}
			diags := schedule.Run(m)
			slices.SortFunc(diags, func(a, b diag.Diagnostic) int { return cmp.Compare(a.Node, b.Node) })
			if got := fmt.Sprint(diags, *m.Timetable); got != want {
				t.Fatalf("seed %d differs:\n%s\nwant\n%s", seed, got, want)
			}
		}
	}
}

func BenchmarkRun(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	m := &model.Platform{Spec: &spec.Platform{Info: spec.Info{DayStart: T("00:00")}}, Pools: map[string]*spec.Pool{}}
	for k := range 5 {
		m.Pools[fmt.Sprint("p", k)] = &spec.Pool{Node: Named(fmt.Sprint("p", k)), Size: N(200)}
	}
	for i := range 10_000 {
		t := &model.Task{ID: fmt.Sprintf("t%05d", i), Kind: "query", Duration: int64(60 + r.IntN(600)), Pool: fmt.Sprint("p", r.IntN(5))}
		for range min(i, 3) {
			before := m.Tasks[r.IntN(i)]
			t.After, before.Next = append(t.After, before), append(before.Next, t)
		}
		m.Tasks = append(m.Tasks, t)
	}
	for k := range 100 {
		s := &spec.SLA{Node: Named(fmt.Sprint("s", k)), ReadyBy: T("23:00")}
		m.SLAs = append(m.SLAs, &model.SLA{Name: s.Name, Spec: s, Tasks: []*model.Task{m.Tasks[r.IntN(len(m.Tasks))]}})
	}
	for b.Loop() {
		schedule.Run(m)
	}
}
