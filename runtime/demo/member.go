package demo

import (
	"fmt"
	"strings"
	"time"
)

// The company opened on this day; the base has grown ever since.
var (
	opened    = mustDate("2024-04-01")
	matured   = mustDate("2026-09-01")
	oldShare  = 0.85 // of all learners had joined when the company had matured
	growsOver = 420  // days in which the rest join
)

// firstMember is the smallest member ID.
const firstMember = 100001

// member is a learner as they are at the end of a day.
type member struct {
	index    int
	id       int64
	joined   date
	created  time.Time
	deleted  time.Time // zero where not
	updated  time.Time
	changes  int // profile changes so far
	school   int // index, or -1
	grade    int // index into grades
	zealous  float64
	family   int
	given    int
	nickname *string
	pref     *string
	channel  string
	campaign *string

	bills  []bill
	status []span
}

// newMember makes learner i as of the end of day; ok is false where they have not joined.
func (g *generator) newMember(i int, day date) (m *member, ok bool) {
	r := newRnd(g.seed, forMember, i)
	m = &g.member
	*m = member{index: i, id: firstMember + int64(i), bills: m.bills[:0], status: m.status[:0]}
	if r.chance(oldShare) {
		m.joined = opened + date(r.n(int(matured-opened)))
	} else {
		m.joined = matured + date(r.n(growsOver))
	}
	m.created = m.joined.at(r.n(secondsPerDay)).Add(time.Duration(r.n(1_000_000)) * time.Microsecond)
	if edge := r.f(); edge < 0.03 { // around midnight, where days are told apart
		m.created = m.joined.at(r.n(3))
	} else if edge < 0.06 {
		m.created = (m.joined + 1).start().Add(-time.Microsecond * time.Duration(1+r.n(5)))
	}
	if m.joined > day {
		return nil, false
	}
	m.family, m.given = r.n(len(familyNames)), r.n(len(givenNames))
	m.grade = r.n(len(grades))
	m.zealous = 0.05 + 0.85*r.f()
	m.channel = pick(&r, channels)
	m.school = -1
	if r.chance(0.25) {
		m.school = r.n(g.schools)
	}
	if r.chance(0.4) {
		code := campaignCode(m.joined, r.n(3))
		if r.chance(0.1) {
			code = strings.ToLower(code)
		}
		m.campaign = ptr(code)
	}
	if !r.chance(0.03) {
		m.pref = ptr(prefectureCode(r.n(len(prefectures))))
	}
	gone := date(1 << 30)
	if r.chance(0.04) {
		gone = m.joined + date(30+r.n(600))
	}
	if gone <= day {
		m.deleted = gone.at(r.n(secondsPerDay))
	}
	m.profile(g, day)
	return m, true
}

// profile applies the changes that the member has made to it by the end of day.
func (m *member) profile(g *generator, day date) {
	m.updated = m.created
	r := newRnd(g.seed, forIdentity, m.index)
	m.nickname = nickname(&r)
	for d := m.joined + date(20+r.n(200)); d <= day; d += date(30 + r.n(200)) {
		at, name := d.at(r.n(secondsPerDay)), nickname(&r)
		if !m.deleted.IsZero() && at.After(m.deleted) {
			break
		}
		m.updated, m.nickname = at, name
		m.changes++
	}
	if !m.deleted.IsZero() {
		m.updated = m.deleted
	}
}

func nickname(r *rnd) *string {
	name := pick(r, nicknames)
	if r.chance(0.08) {
		return nil
	}
	return ptr(name)
}

func prefectureCode(i int) string { return fmt.Sprintf("%02d", i+1) }

// campaignCode is one of the campaigns of the season that a day lies in.
func campaignCode(d date, n int) string {
	t := d.utc()
	season := [...]string{"WINTER", "SPRING", "SUMMER", "AUTUMN"}[(int(t.Month())%12)/3]
	return fmt.Sprintf("%s%02d-%c", season, t.Year()%100, 'A'+rune(n))
}

func (m *member) fullName() string { return familyNames[m.family] + " " + givenNames[m.given] }

func (m *member) email() string { return fmt.Sprintf("user%d@mail.example", m.id) }
