package reference

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// null is an absent value in an expected row.
var null any

// mart is what a table is expected to hold: the columns that are compared, the first
// keys of which tell rows apart, and its rows in any order.
type mart struct {
	columns []string
	keys    int
	rows    [][]any
}

func (m *mart) add(values ...any) { m.rows = append(m.rows, values) }

func newMart(keys int, columns string) *mart {
	return &mart{columns: strings.Fields(columns), keys: keys}
}

// days is a set of things counted once, by group.
type sets[K comparable] map[K]map[string]bool

func (s sets[K]) put(k K, v string) {
	if s[k] == nil {
		s[k] = map[string]bool{}
	}
	s[k][v] = true
}

// round rounds the number that the float really is, half away from zero.
func round(x float64, digits int64) float64 {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	scaled := new(big.Rat).Mul(new(big.Rat).SetFloat64(math.Abs(x)), new(big.Rat).SetInt(p))
	scaled.Add(scaled, big.NewRat(1, 2))
	whole := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	out, _ := new(big.Rat).SetFrac(whole, p).Float64()
	return math.Copysign(out, x)
}

// ratio is null where there is nothing to divide by.
func ratio(a, b int64, digits int64) any {
	if b == 0 {
		return null
	}
	return round(float64(a)/float64(b), digits)
}

// marts computes every compared table as the run of the world's day makes it.
// Tables that keep earlier days hold the day's rows only; see keepsDays.
func marts(w *world) map[string]*mart {
	return map[string]*mart{
		"mart.revenue_daily":       revenueDaily(w),
		"mart.kpi_daily":           kpiDaily(w),
		"mart.kpi_weekly":          kpiWeekly(w),
		"mart.mrr_movements":       mrrMovements(w),
		"mart.cohort_retention":    cohortRetention(w),
		"mart.plan_mix":            planMix(w),
		"mart.course_popularity":   coursePopularity(w),
		"mart.quiz_difficulty":     quizDifficulty(w),
		"mart.question_difficulty": questionDifficulty(w),
		"mart.streak_leaderboard":  streakLeaderboard(w),
		"mart.school_usage":        schoolUsage(w),
		"mart.support_summary":     supportSummary(w),
		"mart.access_hourly":       accessHourly(w),
		"mart.funnel_daily":        funnelDaily(w),
		"mart.session_summary":     sessionSummary(w),
		"mart.error_summary":       errorSummary(w),
		"mart.crm_sync":            crmSync(w),
	}
}

// keepsDays are the tables in which the rows of earlier runs stay.
var keepsDays = map[string]bool{"mart.kpi_daily": true, "mart.access_hourly": true, "mart.funnel_daily": true}

func revenueDaily(w *world) *mart {
	m := newMart(2, "paid_on plan_id attempts failures gross_yen refunded_yen net_yen payers")
	type key struct{ on, plan string }
	type sum struct{ attempts, failures, gross, refunded, net int64 }
	sums, payers := map[key]sum{}, sets[key]{}
	for _, p := range w.payments {
		if p.on < addDays(w.day, -89) || p.on > w.day {
			continue
		}
		k := key{p.on, p.rec["plan_id"]}
		s := sums[k]
		s.attempts++
		if p.rec["status"] == "failed" {
			s.failures++
		}
		s.gross, s.refunded, s.net = s.gross+p.gross, s.refunded+p.refunded, s.net+p.net
		sums[k] = s
		if p.gross > 0 {
			payers.put(k, p.rec["member_id"])
		}
	}
	for k, s := range sums {
		m.add(k.on, k.plan, s.attempts, s.failures, s.gross, s.refunded, s.net, len(payers[k]))
	}
	return m
}

func kpiDaily(w *world) *mart {
	m := newMart(1, "kpi_on new_members paying_members trial_members cancellations net_revenue_yen mrr_yen daily_learners active_learners lesson_views lessons_completed quizzes_submitted tickets_opened")
	var joined, paying, trial, revenue, mrr, daily, active, views, completed, quizzes, tickets int64
	for _, r := range w.members {
		if r.day("created_at") == w.day {
			joined++
		}
	}
	for _, s := range w.status {
		mrr += s.yen
		switch s.name {
		case "active", "past_due":
			paying++
		case "trial":
			trial++
		}
	}
	cancelled := map[string]bool{}
	for _, e := range w.events {
		if e.on == w.day && e.kind == "cancelled" {
			cancelled[e.rec["member_id"]] = true
		}
	}
	for _, p := range w.payments {
		if p.on == w.day {
			revenue += p.net
		}
	}
	for _, days := range w.study {
		if days[w.day] > 0 {
			daily++
		}
		if latest(days, w.day) > addDays(w.day, -28) {
			active++
		}
	}
	for _, v := range w.views {
		if v.on == w.day {
			views++
			if v.completed {
				completed++
			}
		}
	}
	for _, a := range w.attempts {
		if a.on == w.day && !a.abandoned {
			quizzes++
		}
	}
	for _, r := range w.tickets {
		if r.day("opened_at") == w.day {
			tickets++
		}
	}
	m.add(w.day, joined, paying, trial, len(cancelled), revenue, mrr, daily, active, views, completed, quizzes, tickets)
	return m
}

// latest is the last day studied up to a day; "" where none.
func latest(days map[string]int64, until string) string {
	last := ""
	for d := range days {
		if d <= until {
			last = max(last, d)
		}
	}
	return last
}

func weekday(day string) time.Weekday { return midnight(day).Weekday() }

func monday(day string) string { return addDays(day, -(int(weekday(day))+6)%7) }

func kpiWeekly(w *world) *mart {
	m := newMart(1, "week_starts_on last_day days learners minutes minutes_per_learner study_days_off is_current")
	for week := addDays(monday(w.day), -49); week <= w.day; week = addDays(week, 7) {
		learners := map[string]bool{}
		var minutes, off int64
		days, last := 0, week
		for d := week; d < addDays(week, 7) && d <= w.day; d = addDays(d, 1) {
			days, last = days+1, d
			for member, study := range w.study {
				n := study[d]
				if n == 0 {
					continue
				}
				learners[member] = true
				minutes += n
				if w.holidays[d] || weekday(d) == time.Saturday || weekday(d) == time.Sunday {
					off++
				}
			}
		}
		m.add(week, last, days, len(learners), minutes, ratio(minutes, int64(len(learners)), 9), off, last == w.day)
	}
	return m
}

func mrrMovements(w *world) *mart {
	m := newMart(2, "moved_on movement members change_yen running_change_yen")
	type key struct{ movement, on string }
	change, members := map[key]int64{}, sets[key]{}
	from := addDays(w.day, -34)
	for _, e := range w.events {
		yen := w.monthly[e.rec["plan_id"]]
		k := key{on: e.on}
		switch e.kind {
		case "subscribed":
			k.movement = "new"
		case "resumed":
			k.movement = "resumed"
		case "cancelled":
			k.movement, yen = "cancelled", -yen
		case "plan_changed":
			if e.previous == "" || e.previous == e.rec["plan_id"] {
				continue
			}
			yen -= w.monthly[e.previous]
			if k.movement = "downgrade"; yen > 0 {
				k.movement = "upgrade"
			}
		default:
			continue
		}
		if e.on >= from && e.on <= w.day {
			change[k] += yen
			members.put(k, e.rec["member_id"])
		}
	}
	running := map[string]int64{}
	for _, k := range slices.SortedFunc(maps.Keys(change), func(a, b key) int { return cmp.Compare(a.on, b.on) }) {
		running[k.movement] += change[k]
		m.add(k.on, k.movement, len(members[k]), change[k], running[k.movement])
	}
	return m
}

// months counts a day's month, for differences.
func months(day string) int {
	y, _ := strconv.Atoi(day[:4])
	n, _ := strconv.Atoi(day[5:7])
	return y*12 + n
}

func cohortRetention(w *world) *mart {
	m := newMart(2, "cohort_month months_after members payers retention")
	type key struct {
		cohort string
		after  int
	}
	cohort, size, payers := map[string]string{}, map[string]int64{}, sets[key]{}
	for _, r := range w.members {
		month := r.day("created_at")[:7] + "-01"
		cohort[r["member_id"]] = month
		size[month]++
	}
	for _, p := range w.payments {
		c := cohort[p.rec["member_id"]]
		if n := months(p.on) - months(c); p.rec["status"] != "failed" && n >= 0 && n <= 12 {
			payers.put(key{c, n}, p.rec["member_id"])
		}
	}
	for k, who := range payers {
		m.add(k.cohort, k.after, size[k.cohort], len(who), ratio(int64(len(who)), size[k.cohort], 4))
	}
	return m
}

// stage is the member's school stage; adult where the grade says nothing.
func (w *world) stage(member rec) string {
	if g, ok := w.grades[member["grade_code"]]; ok {
		return g["stage"]
	}
	return "adult"
}

func planMix(w *world) *mart {
	m := newMart(1, "stage basic standard premium family standard_year total")
	counts := map[string]map[string]int{}
	for _, r := range w.members {
		if s := w.status[r["member_id"]]; s.name == "active" || s.name == "past_due" {
			stage := w.stage(r)
			if counts[stage] == nil {
				counts[stage] = map[string]int{}
			}
			counts[stage][s.plan]++
			counts[stage]["total"]++
		}
	}
	for stage, c := range counts {
		m.add(stage, c["basic"], c["standard"], c["premium"], c["family"], c["standard_year"], c["total"])
	}
	return m
}

func coursePopularity(w *world) *mart {
	m := newMart(1, "course_id title views learners completions watch_hours place_in_subject share_of_views")
	type sum struct{ views, completions, seconds int64 }
	sums, learners, total := map[string]sum{}, sets[string]{}, int64(0)
	for _, v := range w.views {
		if v.on < addDays(w.day, -6) || v.on > w.day {
			continue
		}
		course := w.lessons[v.lesson]["course_id"]
		s := sums[course]
		s.views++
		total++
		s.seconds += v.seconds
		if v.completed {
			s.completions++
		}
		sums[course] = s
		learners.put(course, v.member)
	}
	order := slices.SortedFunc(maps.Keys(sums), func(a, b string) int {
		return cmp.Or(cmp.Compare(sums[b].views, sums[a].views), cmp.Compare(w.courses[a].int("course_id"), w.courses[b].int("course_id")))
	})
	place := map[string]int{}
	for _, id := range order {
		c, s := w.courses[id], sums[id]
		place[c["subject"]]++
		m.add(id, c["title"], s.views, len(learners[id]), s.completions, round(float64(s.seconds)/3600, 2), place[c["subject"]], ratio(s.views, total, 6))
	}
	return m
}

func quizDifficulty(w *world) *mart {
	m := newMart(1, "quiz_id lesson_id attempts learners abandoned passed pass_rate mean_score_rate difficulty")
	type sum struct {
		attempts, abandoned, passed int64
		rates                       float64
	}
	sums, learners, lesson := map[string]*sum{}, sets[string]{}, map[string]string{}
	for _, a := range w.attempts {
		if a.on < addDays(w.day, -27) || a.on > w.day {
			continue
		}
		id := a.rec["quiz_id"]
		if sums[id] == nil {
			sums[id] = &sum{}
		}
		lesson[id] = a.rec["lesson_id"]
		learners.put(id, a.rec["member_id"])
		s := sums[id]
		s.attempts++
		if a.abandoned {
			s.abandoned++
		} else {
			s.rates += float64(a.score) / float64(a.max)
		}
		if a.passed {
			s.passed++
		}
	}
	for id, s := range sums {
		handedIn := s.attempts - s.abandoned
		difficulty, mean := "easy", null
		if handedIn > 0 {
			mean = round(s.rates/float64(handedIn), 6)
		}
		switch rate := float64(s.passed) / float64(handedIn); {
		case handedIn < 5:
			difficulty = "too few"
		case rate < 0.4:
			difficulty = "hard"
		case rate < 0.7:
			difficulty = "fair"
		}
		m.add(id, lesson[id], s.attempts, len(learners[id]), s.abandoned, s.passed, ratio(s.passed, handedIn, 6), mean, difficulty)
	}
	return m
}

func questionDifficulty(w *world) *mart {
	m := newMart(2, "quiz_id question_number answers correct correct_rate choices_seen seconds")
	type key struct {
		quiz string
		q    int
	}
	type sum struct{ answers, correct, seconds int64 }
	sums, choices := map[key]sum{}, sets[key]{}
	for _, a := range w.attempts {
		var answers []struct {
			Q       int
			Choice  string
			Correct bool
			Sec     int64
		}
		if a.on < addDays(w.day, -27) || a.on > w.day || a.abandoned || json.Unmarshal([]byte(a.rec["answers"]), &answers) != nil {
			continue
		}
		for _, x := range answers {
			k := key{a.rec["quiz_id"], x.Q}
			s := sums[k]
			s.answers, s.seconds = s.answers+1, s.seconds+x.Sec
			if x.Correct {
				s.correct++
			}
			sums[k] = s
			choices.put(k, x.Choice)
		}
	}
	for k, s := range sums {
		m.add(k.quiz, k.q, s.answers, s.correct, ratio(s.correct, s.answers, 6), strings.Join(slices.Sorted(maps.Keys(choices[k])), ""), s.seconds)
	}
	return m
}

// streak is a run of days.
type streak struct {
	member, from, to string
	days, minutes    int64
}

// streaks are a member's runs, walked day by day.
func (w *world) streaks(member string) (out []streak) {
	for _, d := range slices.Sorted(maps.Keys(w.study[member])) {
		if d > w.day {
			continue
		}
		if n := len(out) - 1; n < 0 || out[n].to != addDays(d, -1) {
			out = append(out, streak{member: member, from: d})
		}
		s := &out[len(out)-1]
		s.to, s.days, s.minutes = d, s.days+1, s.minutes+w.study[member][d]
	}
	return out
}

var blanks = regexp.MustCompile(`[\s　]+`)

// clean is text with blanks put right; null where nothing is left.
func clean(s string) any {
	if s = strings.Trim(blanks.ReplaceAllString(s, " "), " "); s == "" {
		return null
	}
	return s
}

func streakLeaderboard(w *world) *mart {
	m := newMart(1, "place member_id nickname stage started_on ended_on days minutes longest_days")
	var running []streak
	longest, people := map[string]int64{}, index(w.members, "member_id")
	for id, r := range people {
		for _, s := range w.streaks(id) {
			longest[id] = max(longest[id], s.days)
			if s.to >= addDays(w.day, -1) && r.null("deleted_at") {
				running = append(running, s)
			}
		}
	}
	slices.SortFunc(running, func(a, b streak) int {
		return cmp.Or(cmp.Compare(b.days, a.days), cmp.Compare(b.minutes, a.minutes), cmp.Compare(a.member, b.member))
	})
	for i, s := range running[:min(100, len(running))] {
		name := clean(people[s.member]["nickname"])
		if name == null {
			name = "anonymous"
		}
		m.add(i+1, s.member, name, w.stage(people[s.member]), s.from, s.to, s.days, s.minutes, longest[s.member])
	}
	return m
}

func schoolUsage(w *world) *mart {
	m := newMart(1, "school_id school_name kind seats pupils active_pupils minutes seat_usage seats_ordered ordered_yen")
	pupils, active := sets[string]{}, sets[string]{}
	minutes, seats, yen := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for _, p := range w.places {
		school, member := p["school_id"], p["member_id"]
		pupils.put(school, member)
		for d, n := range w.study[member] {
			if d >= addDays(w.day, -27) && d <= w.day {
				active.put(school, member)
				minutes[school] += n
			}
		}
	}
	best := map[string]rec{}
	for _, o := range w.orders {
		n, err := strconv.ParseInt(o["seats"], 10, 64)
		if _, bad := time.Parse(time.DateOnly, o["ordered_on"]); err != nil || bad != nil || n <= 0 {
			continue // no order at all, or one for nothing
		}
		old, ok := best[o["order_id"]]
		if !ok || o["load_date"] == old["load_date"] && n > old.int("seats") {
			best[o["order_id"]] = o
		}
	}
	for _, o := range best {
		seats[o["school_id"]] += o.int("seats")
		yen[o["school_id"]] += o.int("seats") * o.int("unit_price_yen")
	}
	for _, s := range w.schools {
		id := s["school_id"]
		if s["contract_started_on"] > w.day || !s.null("contract_ends_on") && s["contract_ends_on"] < w.day {
			continue
		}
		places, usage := null, null
		if !s.null("seats") {
			places = s["seats"]
			if len(pupils[id]) > 0 {
				usage = ratio(int64(len(active[id])), s.int("seats"), 4)
			}
		}
		m.add(id, s["school_name"], s["kind"], places, len(pupils[id]), len(active[id]), minutes[id], usage, seats[id], yen[id])
	}
	return m
}

func supportSummary(w *world) *mart {
	m := newMart(1, "category tickets open_tickets sensitive_cases answers mean_satisfaction slowest_minutes unknown_members")
	type sum struct {
		tickets, open, sensitive, answers, satisfied, unknown int64
		slowest                                               any
	}
	known := map[string]string{}
	for _, c := range w.contacts {
		known[c.rec["contact_id"]] = c.member
	}
	sums := map[string]*sum{}
	for _, r := range w.tickets {
		if on := r.day("opened_at"); on < addDays(w.day, -29) || on > w.day {
			continue
		}
		category := r["category"]
		if r.null("category") {
			category = "other"
		}
		if sums[category] == nil {
			sums[category] = &sum{}
		}
		s := sums[category]
		s.tickets++
		if r["status"] != "closed" {
			s.open++
		}
		if strings.Contains(r["tags"], `"refund"`) || strings.Contains(r["tags"], `"angry"`) {
			s.sensitive++
		}
		if !r.null("satisfaction") {
			s.answers, s.satisfied = s.answers+1, s.satisfied+r.int("satisfaction")
		}
		if !r.null("closed_at") {
			n := int64(r.time("closed_at").Sub(r.time("opened_at")) / time.Minute)
			if s.slowest == nil || n > s.slowest.(int64) {
				s.slowest = n
			}
		}
		if known[r["contact_id"]] == "" {
			s.unknown++
		}
	}
	for c, s := range sums {
		m.add(c, s.tickets, s.open, s.sensitive, s.answers, ratio(s.satisfied, s.answers, 4), s.slowest, s.unknown)
	}
	return m
}

func accessHourly(w *world) *mart {
	m := newMart(3, "accessed_on hour client requests server_errors client_errors members addresses mean_latency_ms slowest_ms")
	type key struct {
		hour   int
		client string
	}
	type sum struct {
		requests, server, client, timed int64
		total, slowest                  float64
	}
	sums, members, addresses := map[key]*sum{}, sets[key]{}, sets[key]{}
	for _, r := range w.requests {
		agent, k := r["user_agent"], key{hour: r.time("logged_at").In(tokyo).Hour(), client: "desktop"}
		switch lower := strings.ToLower(agent); {
		case strings.Contains(lower, "bot"), strings.Contains(lower, "crawler"), strings.Contains(lower, "spider"):
			k.client = "bot"
		case strings.Contains(agent, "iPhone"), strings.Contains(agent, "iPad"):
			k.client = "ios"
		case strings.Contains(agent, "Android"):
			k.client = "android"
		}
		if sums[k] == nil {
			sums[k] = &sum{}
		}
		s := sums[k]
		s.requests++
		switch r.int("status") / 100 {
		case 5:
			s.server++
		case 4:
			s.client++
		}
		if !r.null("member_id") {
			members.put(k, r["member_id"])
		}
		addresses.put(k, r["ip"])
		if v, err := strconv.ParseFloat(r["latency_ms"], 64); err == nil {
			s.timed++
			s.total += v
			s.slowest = max(s.slowest, v)
		}
	}
	for k, s := range sums {
		mean, slowest := null, null
		if s.timed > 0 {
			mean, slowest = s.total/float64(s.timed), s.slowest
		}
		m.add(w.day, k.hour, k.client, s.requests, s.server, s.client, len(members[k]), len(addresses[k]), mean, slowest)
	}
	return m
}

func funnelDaily(w *world) *mart {
	m := newMart(2, "event_on platform visitors browsed started finished finish_rate")
	all, by := sets[string]{}, sets[[2]string]{}
	for _, e := range w.clicks {
		all.put(e["platform"], e["user_pseudo_id"])
		by.put([2]string{e["platform"], e["event_name"]}, e["user_pseudo_id"])
	}
	for p, who := range all {
		started, finished := len(by[[2]string{p, "lesson_start"}]), len(by[[2]string{p, "lesson_complete"}])
		m.add(w.day, p, len(who), len(by[[2]string{p, "screen_view"}]), started, finished, ratio(int64(finished), int64(started), 4))
	}
	return m
}

func sessionSummary(w *world) *mart {
	m := newMart(2, "session_on platform sessions events anonymous_sessions mean_seconds median_seconds")
	type session struct {
		from, to int64 // microseconds
		events   int64
		known    bool
		platform string
	}
	people := map[string][]rec{}
	for _, e := range w.clicks {
		people[e["user_pseudo_id"]] = append(people[e["user_pseudo_id"]], e)
	}
	platforms := map[string][]session{}
	for _, events := range people {
		slices.SortStableFunc(events, func(a, b rec) int { return cmp.Compare(a.int("event_timestamp"), b.int("event_timestamp")) })
		var sessions []session
		for _, e := range events {
			at := e.int("event_timestamp")
			if n := len(sessions) - 1; n < 0 || (at-sessions[n].to)/1_000_000 > 1800 {
				sessions = append(sessions, session{from: at, platform: e["platform"]})
			}
			s := &sessions[len(sessions)-1]
			s.to, s.events, s.known = at, s.events+1, s.known || !e.null("user_id")
			s.platform = min(s.platform, e["platform"])
		}
		for _, s := range sessions {
			platforms[s.platform] = append(platforms[s.platform], s)
		}
	}
	for p, list := range platforms {
		var events, anonymous, total int64
		var seconds []int64
		for _, s := range list {
			events += s.events
			if !s.known {
				anonymous++
			}
			n := (s.to - s.from) / 1_000_000
			total += n
			seconds = append(seconds, n)
		}
		slices.Sort(seconds)
		n := len(seconds)
		median := float64(seconds[(n-1)/2]+seconds[n/2]) / 2
		m.add(w.day, p, n, events, anonymous, ratio(total, int64(n), 3), median)
	}
	return m
}

func errorSummary(w *world) *mart {
	m := newMart(3, "load_date service code errors regions retries last_message")
	type key struct{ on, service, code string }
	type sum struct {
		errors, retries int64
		last            rec
	}
	sums, regions := map[key]*sum{}, sets[key]{}
	for _, r := range w.errors {
		k := key{r["load_date"], r["service"], r["code"]}
		if r.null("service") {
			k.service = "unknown"
		}
		if sums[k] == nil {
			sums[k] = &sum{}
		}
		s := sums[k]
		s.errors++
		var context map[string]any
		if json.Unmarshal([]byte(r["context"]), &context) == nil {
			if region, ok := context["region"].(string); ok {
				regions.put(k, region)
			}
			if n, err := strconv.ParseInt(text(context["retries"]), 10, 64); err == nil {
				s.retries += n
			}
		}
		newer := s.last == nil || r.time("logged_at").After(s.last.time("logged_at"))
		if newer || r.time("logged_at").Equal(s.last.time("logged_at")) && r["error_id"] < s.last["error_id"] {
			s.last = r
		}
	}
	for k, s := range sums {
		m.add(k.on, k.service, k.code, s.errors, len(regions[k]), s.retries, s.last["message"])
	}
	return m
}

func crmSync(w *world) *mart {
	m := newMart(1, "contact_id member_id full_name status plan_id stage stage_in_crm last_studied_on current_streak learning")
	people := index(w.members, "member_id")
	minutes, passed := map[string]int64{}, map[string]int64{}
	for _, a := range w.attempts {
		if a.on > addDays(w.day, -28) && a.on <= w.day && !a.abandoned && a.passed {
			passed[a.rec["member_id"]]++
		}
	}
	for id, days := range w.study {
		for d, n := range days {
			if d > addDays(w.day, -28) && d <= w.day {
				minutes[id] += n
			}
		}
	}
	for _, c := range w.contacts {
		r, ok := people[c.member]
		if !ok || c.rec["opted_out"] == "true" {
			continue
		}
		s := w.status[c.member]
		last, name, plan, lastOn := latest(w.study[c.member], w.day), null, null, null
		stage := "lead"
		switch s.name {
		case "active", "past_due":
			stage, plan = "customer", s.plan
			if last < addDays(w.day, -28) {
				stage = "dormant"
			}
		case "cancelled", "withdrawn":
			stage = "lost"
		}
		if r.null("deleted_at") {
			name = clean(r["full_name"])
		}
		if last != "" {
			lastOn = last
		}
		var running int64
		for _, k := range w.streaks(c.member) {
			if k.to >= addDays(w.day, -1) {
				running = max(running, k.days)
			}
		}
		m.add(c.rec["contact_id"], c.member, name, s.name, plan, stage, c.rec["stage"], lastOn, running,
			fmt.Sprintf(`{"minutes":%d,"passed":%d}`, minutes[c.member], passed[c.member]))
	}
	return m
}
