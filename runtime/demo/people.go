package demo

import (
	"fmt"
	"strings"
	"time"
)

// perMember goes through the learners once and writes every table that knows them.
func (g *generator) perMember() {
	t := g.openMemberTables()
	for i := range g.learners {
		m, ok := g.newMember(i, g.day)
		if !ok {
			continue
		}
		m.bill(g, g.day)
		t.person(g, m)
		t.billing(g, m)
		t.school(g, m)
		t.learning(g, m)
		t.logs(g, m)
		t.crm(g, m)
	}
	t.strangers(g)
	t.settle(g)
}

type memberRow struct {
	ID         int64      `json:"member_id"`
	Email      *string    `json:"email"`
	Name       string     `json:"full_name"`
	Nickname   *string    `json:"nickname"`
	Grade      *string    `json:"grade_code"`
	Prefecture *string    `json:"prefecture_code"`
	Channel    string     `json:"acquisition_channel"`
	Campaign   *string    `json:"campaign_code"`
	School     *int64     `json:"school_id"`
	Created    time.Time  `json:"created_at"`
	Updated    time.Time  `json:"updated_at"`
	Deleted    *time.Time `json:"deleted_at"`
}

type identityRow struct {
	ID      int64     `json:"member_id"`
	Name    string    `json:"full_name"`
	Kana    string    `json:"name_kana"`
	Birth   *date     `json:"birth_date"`
	Phone   *string   `json:"phone"`
	Postal  *string   `json:"postal_code"`
	Email   string    `json:"email"`
	Updated time.Time `json:"updated_at"`
}

type methodRow struct {
	ID      int64     `json:"payment_method_id"`
	Member  int64     `json:"member_id"`
	Method  string    `json:"method"`
	Brand   *string   `json:"brand"`
	Holder  string    `json:"holder_name"`
	Card    *string   `json:"card_number"`
	Expires *date     `json:"expires_on"`
	Updated time.Time `json:"updated_at"`
}

type guardianRow struct {
	ID       int64     `json:"guardian_id"`
	Member   int64     `json:"member_id"`
	Relation string    `json:"relation"`
	Email    *string   `json:"email"`
	Phone    *string   `json:"phone"`
	Updated  time.Time `json:"updated_at"`
}

type classMemberRow struct {
	Class  int64 `json:"class_id"`
	Member int64 `json:"member_id"`
	Joined date  `json:"joined_on"`
	Left   *date `json:"left_on"`
}

// memberTables are the tables that know the learners.
type memberTables struct {
	members    *sink[memberRow]
	identities *sink[identityRow]
	methods    *sink[methodRow]
	guardians  *sink[guardianRow]
	classes    *sink[classMemberRow]

	subscriptions *sink[subscriptionRow]
	bills         *sink[billRow]
	payments      *sink[paymentRow]
	refunds       *sink[refundRow]
	settled       map[settlement]settledSum

	study    *sink[studyRow]
	progress *sink[progressRow]
	quiz     *sink[attemptRow]

	heartbeats *sink[heartbeatRow]
	requests   *sink[requestRow]
	events     *sink[eventRow]

	contacts *sink[contactRow]
	tickets  *sink[ticketRow]
}

func (g *generator) openMemberTables() *memberTables {
	return &memberTables{
		members:       newSink[memberRow](g, layout{"app", "members", "csv", "gzip", 1}),
		identities:    newSink[identityRow](g, layout{"secure", "identities", "csv", "gzip", 1}),
		methods:       newSink[methodRow](g, layout{"secure", "payment_methods", "csv", "zstd", 1}),
		guardians:     newSink[guardianRow](g, layout{"secure", "guardians", "jsonl", "gzip", 1}),
		classes:       newSink[classMemberRow](g, layout{"app", "class_members", "csv", "gzip", 1}),
		subscriptions: newSink[subscriptionRow](g, layout{"app", "subscriptions", "csv", "zstd", 1}),
		bills:         newSink[billRow](g, layout{"app", "billing_logs", "jsonl", "gzip", 1}),
		payments:      newSink[paymentRow](g, layout{"app", "payments", "parquet", "zstd", 1}),
		refunds:       newSink[refundRow](g, layout{"app", "refunds", "csv", "none", 1}),
		settled:       map[settlement]settledSum{},
		study:         newSink[studyRow](g, layout{"learning", "daily_study", "csv", "zstd", 1}),
		progress:      newSink[progressRow](g, layout{"learning", "lesson_progress", "csv", "gzip", 1}),
		quiz:          newSink[attemptRow](g, layout{"learning", "quiz_attempts", "jsonl", "zstd", 1}),
		heartbeats:    newSink[heartbeatRow](g, layout{"server_logs", "lesson_views", "jsonl", "gzip", 24}),
		requests:      newSink[requestRow](g, layout{"server_logs", "access_logs", "jsonl", "gzip", 24}),
		events:        newSink[eventRow](g, layout{"analytics", "events", "parquet", "zstd", 1}),
		contacts:      newSink[contactRow](g, layout{"crm", "contacts", "jsonl", "gzip", 1}),
		tickets:       newSink[ticketRow](g, layout{"crm", "tickets", "jsonl", "none", 1}),
	}
}

// due says whether a row that changed at a moment belongs into an incremental
// table's files: those of the day, or all until its end in a first extraction.
func (g *generator) due(changed time.Time) bool {
	return changed.Before((g.day + 1).start()) && (g.first || !changed.Before(g.day.start()))
}

// person writes who the member is, in the application and in SecureDB.
func (t *memberTables) person(g *generator, m *member) {
	r := newRnd(g.seed, forIdentity, m.index, 1)
	grade := grades[m.grade]
	if g.due(m.updated) {
		row := memberRow{ID: m.id, Name: m.fullName(), Nickname: m.nickname, Prefecture: m.pref, Channel: m.channel, Campaign: m.campaign, Created: m.created, Updated: m.updated}
		if m.deleted.IsZero() {
			row.Email = ptr(m.email())
		} else {
			row.Deleted = ptr(m.deleted)
		}
		if m.index%10 != 9 {
			row.Grade = ptr(grade.code)
		}
		if m.school >= 0 {
			row.School = ptr(int64(3001 + m.school))
		}
		t.members.write(row)

		id := identityRow{ID: m.id, Name: m.fullName(), Kana: familyKana[m.family] + " " + givenKana[m.given], Email: m.email(), Updated: m.updated}
		age := 7 + m.grade
		if grade.stage == "adult" {
			age = 19 + r.n(50)
		}
		birth := opened - date(age*365+r.n(365))
		if id.Birth = ptr(birth); r.chance(0.02) {
			id.Birth = nil
		}
		if !r.chance(0.1) {
			id.Phone = ptr(fmt.Sprintf("090%08d", r.n(100_000_000)))
		}
		if !r.chance(0.05) {
			id.Postal = ptr(fmt.Sprintf("%03d-%04d", r.n(1000), r.n(10_000)))
		}
		t.identities.write(id)
	}
	t.paymentMethods(g, m)
	if grade.stage == "adult" {
		return
	}
	r = newRnd(g.seed, forIdentity, m.index, 2)
	for n := range r.n(3) {
		row := guardianRow{ID: m.id*10 + int64(n), Member: m.id, Relation: [...]string{"母", "父", "祖母"}[(n+m.index)%3], Updated: m.created.Add(time.Duration(60*(n+1)) * time.Second)}
		if r.chance(0.9) {
			row.Email = ptr(fmt.Sprintf("parent%d@mail.example", row.ID))
		}
		if r.chance(0.7) {
			row.Phone = ptr(fmt.Sprintf("080%08d", r.n(100_000_000)))
		}
		if g.due(row.Updated) {
			t.guardians.write(row)
		}
	}
}

// paymentMethods writes the means of payment: the first, and for some a newer one.
func (t *memberTables) paymentMethods(g *generator, m *member) {
	if len(m.bills) == 0 {
		return
	}
	r := newRnd(g.seed, forIdentity, m.index, 3)
	at := m.bills[0].at
	for n := range 2 {
		row := methodRow{ID: m.id*10 + int64(n), Member: m.id, Method: pick(&r, paymentMethods), Holder: strings.ToUpper(fmt.Sprintf("member %d", m.id)), Updated: at}
		expires := dayOf(at).firstOfMonth(24+r.n(30)) - 1
		if row.Method == "card" {
			row.Brand, row.Expires = ptr(pick(&r, cardBrands)), ptr(expires)
			row.Card = ptr(fmt.Sprintf("%04d00000000%04d", 4000+r.n(1000), r.n(10_000)))
		}
		if g.due(at) {
			t.methods.write(row)
		}
		if !r.chance(0.3) {
			return
		}
		at = at.Add(time.Duration(r.between(200, 600)*secondsPerDay+r.n(secondsPerDay)) * time.Second)
	}
}

// school writes the member's places in classes, one a school year. The whole roster
// is handed over every day, with rows repeated and, rarely, corrected.
func (t *memberTables) school(g *generator, m *member) {
	if m.school < 0 {
		return
	}
	for year := m.joined.schoolYear(); year <= g.day.schoolYear(); year++ {
		r := newRnd(g.seed, forClass, m.index, year)
		begins := mustDate(fmt.Sprintf("%d-04-07", year))
		row := classMemberRow{Class: g.classID(m.school, year, r.n(classesPerSchool)), Member: m.id, Joined: max(m.joined, begins)}
		if row.Joined > g.day {
			continue
		}
		if ends := mustDate(fmt.Sprintf("%d-03-24", year+1)); ends <= g.day {
			row.Left = ptr(ends)
		}
		t.classes.write(row)
		if r.chance(0.02) {
			t.classes.write(row)
		}
		if left := row.Joined + date(5+r.n(60)); r.chance(0.01) && left <= g.day {
			row.Joined, row.Left = row.Joined+1, ptr(left)
			t.classes.write(row)
		}
	}
}
