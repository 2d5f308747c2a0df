package reference

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// world is what the company knows at the end of a business day, read from the files
// of the days so far.
type world struct {
	day   string
	start time.Time // of the day
	end   time.Time

	members  []rec // by ID
	status   map[string]status
	events   []billed // billing events, each once, by member and time
	payments []payment
	plans    map[string]rec
	monthly  map[string]int64 // by plan
	grades   map[string]rec
	study    map[string]map[string]int64 // minutes by member and day
	attempts []tried
	lessons  map[string]rec
	courses  map[string]rec
	views    []watched // of all days so far
	contacts []contact
	tickets  []rec
	orders   []rec
	schools  []rec
	classes  map[string]rec
	places   []rec
	holidays map[string]bool
	requests []rec // of the day
	clicks   []rec // client events of the day
	errors   []rec // of all days, with load_date
}

type billed struct {
	rec
	id       int64
	kind     string
	at       time.Time
	on       string
	previous string // plan of the member's event before
}

type status struct {
	name, plan, since string
	yen               int64
}

type payment struct {
	rec
	on                   string
	gross, refunded, net int64
}

type tried struct {
	rec
	on                string
	abandoned, passed bool
	score, max        int64
}

type watched struct {
	on, id, member, lesson string
	seconds                int64
	completed              bool
}

type contact struct {
	rec
	member string // "" where unknown
}

// look reads the files of all days up to the last of days.
func look(t *testing.T, root string, days []string) *world {
	day := days[len(days)-1]
	w := &world{day: day, start: midnight(day), end: midnight(addDays(day, 1))}
	full := func(table string) []rec { return files(t, root, table, day) }
	changed := func(table, cursor string, key ...string) []rec { return merge(t, root, table, days, cursor, key) }

	w.plans, w.monthly = index(full("app/plans"), "plan_id"), map[string]int64{}
	for id, p := range w.plans {
		w.monthly[id] = p.int("price_yen") / p.int("period_months")
	}
	w.grades = index(full("reference/grades"), "grade_code")
	w.lessons = index(full("learning/lessons"), "lesson_id")
	w.courses = index(full("learning/courses"), "course_id")
	w.schools = full("app/schools")
	w.classes = index(full("app/classes"), "class_id")
	w.holidays = map[string]bool{}
	for _, h := range full("public_data/holidays") {
		w.holidays[h["holiday_date"]] = true
	}
	w.members = changed("app/members", "updated_at", "member_id")
	w.tickets = changed("crm/tickets", "updated_at", "ticket_id")
	w.readBilling(changed("app/billing_logs", "logged_at", "billing_log_id"))
	w.readPayments(changed("app/payments", "updated_at", "payment_id"), changed("app/refunds", "refunded_at", "refund_id"))
	w.readStudy(changed("learning/daily_study", "updated_at", "member_id", "study_date"))
	w.readAttempts(changed("learning/quiz_attempts", "updated_at", "attempt_id"), index(full("learning/quizzes"), "quiz_id"))
	w.readContacts(full("crm/contacts"))
	w.readPlaces(full("app/class_members"))
	var beats []rec
	for _, d := range days {
		beats = append(beats, files(t, root, "server_logs/lesson_views", d)...)
		for _, r := range files(t, root, "server_logs/api_errors", d) {
			r["load_date"] = d
			w.errors = append(w.errors, r)
		}
		for _, r := range files(t, root, "partner/school_orders", d) {
			r["load_date"] = d
			w.orders = append(w.orders, r)
		}
	}
	w.readViews(beats)
	w.requests = firstOf(full("server_logs/access_logs"), "request_id", func(r rec) bool { return r.day("logged_at") == day })
	w.clicks = full("analytics/events")
	return w
}

func index(rows []rec, col string) map[string]rec {
	out := map[string]rec{}
	for _, r := range rows {
		out[r[col]] = r
	}
	return out
}

// merge is a table that is extracted by changes: of each key the newest row.
func merge(t *testing.T, root, table string, days []string, cursor string, key []string) []rec {
	newest := map[string]rec{}
	for _, d := range days {
		for _, r := range files(t, root, table, d) {
			k := ""
			for _, c := range key {
				k += r[c] + "|"
			}
			if old, ok := newest[k]; !ok || !r.time(cursor).Before(old.time(cursor)) {
				newest[k] = r
			}
		}
	}
	out := make([]rec, 0, len(newest))
	for _, r := range newest {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b rec) int { return cmp.Compare(a[key[0]], b[key[0]]) })
	return out
}

// firstOf keeps the first row of each key among those wanted.
func firstOf(rows []rec, key string, want func(rec) bool) []rec {
	seen := map[string]bool{}
	var out []rec
	for _, r := range rows {
		if want(r) && !seen[r[key]] {
			seen[r[key]] = true
			out = append(out, r)
		}
	}
	return out
}

// readBilling keeps each event once, the line that was logged first, and folds the
// events of each member into a status.
func (w *world) readBilling(lines []rec) {
	once := map[string]billed{}
	for _, l := range lines {
		e := billed{rec: l, id: l.int("billing_log_id"), kind: strings.ToLower(strings.TrimSpace(l["event_type"])), at: l.time("occurred_at"), on: l.day("occurred_at")}
		if !e.at.Before(w.end) || !l.time("logged_at").Before(w.end) {
			continue
		}
		key := l["idempotency_key"]
		old, ok := once[key]
		if c := l.time("logged_at").Compare(old.timeOrZero("logged_at")); !ok || c < 0 || c == 0 && e.id < old.id {
			once[key] = e
		}
	}
	for _, e := range once {
		w.events = append(w.events, e)
	}
	slices.SortFunc(w.events, func(a, b billed) int {
		return cmp.Or(cmp.Compare(a.int("member_id"), b.int("member_id")), a.at.Compare(b.at), cmp.Compare(a.id, b.id))
	})
	deleted := map[string]bool{}
	w.status = map[string]status{}
	for _, m := range w.members {
		deleted[m["member_id"]] = !m.null("deleted_at")
		w.status[m["member_id"]] = status{name: "registered"}
	}
	names := map[string]string{"trial_started": "trial", "trial_expired": "cancelled", "subscribed": "active", "resumed": "active", "recovered": "active", "past_due": "past_due", "cancelled": "cancelled"}
	for i, e := range w.events {
		id := e.rec["member_id"]
		if i > 0 && w.events[i-1].rec["member_id"] == id {
			w.events[i].previous = w.events[i-1].rec["plan_id"]
		}
		s := w.status[id]
		s.plan = e.rec["plan_id"]
		if n, ok := names[e.kind]; ok {
			s.name, s.since = n, e.on
		}
		w.status[id] = s
	}
	for id, s := range w.status {
		if s.name == "active" && !deleted[id] {
			s.yen = w.monthly[s.plan]
		}
		if deleted[id] {
			s.name = "withdrawn"
		}
		if s.name != "active" && s.name != "past_due" {
			s.plan = ""
		}
		w.status[id] = s
	}
}

func (e billed) timeOrZero(col string) time.Time {
	if e.rec == nil {
		return time.Time{}
	}
	return e.rec.time(col)
}

func (w *world) readPayments(payments, refunds []rec) {
	back := map[string]int64{}
	for _, r := range refunds {
		back[r["payment_id"]] += r.int("amount_yen")
	}
	for _, r := range payments {
		p := payment{rec: r, on: r.day("paid_at"), refunded: back[r["payment_id"]]}
		if r["status"] != "failed" {
			p.gross = r.int("amount_yen")
		}
		p.net = p.gross - p.refunded
		w.payments = append(w.payments, p)
	}
}

func (w *world) readStudy(rows []rec) {
	w.study = map[string]map[string]int64{}
	for _, r := range rows {
		if n := r.int("minutes"); n > 0 {
			if w.study[r["member_id"]] == nil {
				w.study[r["member_id"]] = map[string]int64{}
			}
			w.study[r["member_id"]][r["study_date"]] = n
		}
	}
}

func (w *world) readAttempts(rows []rec, quizzes map[string]rec) {
	for _, r := range rows {
		a := tried{rec: r, on: r.day("started_at"), abandoned: r.null("submitted_at"), max: r.int("max_score")}
		a.passed = !r.null("score") && r.int("score") >= quizzes[r["quiz_id"]].int("pass_score")
		a.score = min(max(r.int("score"), 0), a.max)
		a.rec["lesson_id"] = quizzes[r["quiz_id"]]["lesson_id"]
		w.attempts = append(w.attempts, a)
	}
}

// readViews puts views together from heartbeats, a view and day each.
func (w *world) readViews(beats []rec) {
	views := map[string]*watched{}
	seen := map[string]bool{}
	var order []string
	for _, b := range beats {
		var payload map[string]any
		if seen[b["log_id"]] || b.null("member_id") || json.Unmarshal([]byte(b["payload"]), &payload) != nil {
			continue
		}
		seen[b["log_id"]] = true
		lesson, seconds := text(payload["lesson_id"]), text(payload["watch_sec"])
		n, _ := strconv.ParseInt(seconds, 10, 64)
		v := watched{on: b.day("logged_at"), id: b["view_id"], member: b["member_id"], lesson: lesson}
		key := v.on + v.id + "|" + lesson
		if views[key] == nil {
			views[key] = &v
			order = append(order, key)
		}
		views[key].seconds = min(max(views[key].seconds, n), w.lessons[lesson].int("duration_sec"))
		views[key].completed = views[key].completed || payload["event"] == "complete"
	}
	for _, k := range order {
		w.views = append(w.views, *views[k])
	}
}

func text(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatInt(int64(v), 10)
	case string:
		return v
	}
	return ""
}

var digitsAtEnd = regexp.MustCompile(`[0-9]+$`)

func (w *world) readContacts(rows []rec) {
	newest := map[string]rec{}
	for _, r := range rows {
		if old, ok := newest[r["contact_id"]]; !ok || r.time("updated_at").After(old.time("updated_at")) {
			newest[r["contact_id"]] = r
		}
	}
	for _, r := range newest {
		w.contacts = append(w.contacts, contact{r, strings.TrimLeft(digitsAtEnd.FindString(r["external_id"]), "0")})
	}
}

// readPlaces keeps, of each class and member, the correction; then those who are there today.
func (w *world) readPlaces(rows []rec) {
	last := map[string]rec{}
	for _, r := range rows {
		k := r["class_id"] + "|" + r["member_id"]
		if r["joined_on"] > w.day {
			continue
		}
		old, ok := last[k]
		c := cmp.Compare(r["joined_on"], old["joined_on"])
		if !ok || c > 0 || c == 0 && !old.null("left_on") && (r.null("left_on") || r["left_on"] > old["left_on"]) {
			last[k] = r
		}
	}
	contracts := map[string]bool{}
	for _, s := range w.schools {
		contracts[s["school_id"]] = s["contract_started_on"] <= w.day && (s.null("contract_ends_on") || w.day <= s["contract_ends_on"])
	}
	year, _ := strconv.ParseInt(w.day[:4], 10, 64)
	if w.day[5:7] < "04" {
		year--
	}
	for _, r := range last {
		c, ok := w.classes[r["class_id"]]
		if ok && contracts[c["school_id"]] && c.int("school_year") >= year-1 && (r.null("left_on") || r["left_on"] > w.day) {
			r["school_id"] = c["school_id"]
			w.places = append(w.places, r)
		}
	}
}
