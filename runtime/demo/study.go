package demo

import (
	"fmt"
	"strings"
	"time"
)

// How the catalog is built: courses of lessons, most of them with a quiz.
const (
	courseCount      = 60
	lessonsPerCourse = 12
	lessonCount      = courseCount * lessonsPerCourse
	firstCourse      = 1001
	firstLesson      = 20001
	firstQuiz        = 50001
	studyHistory     = 60 // days that the learning service keeps
	attemptHistory   = 45
)

// lessonSeconds is how long a lesson is.
func lessonSeconds(lesson int) int { return 300 + (lesson*137)%900 }

// quizOf is a lesson's quiz, -1 where it has none.
func quizOf(lesson int) int {
	if lesson%6 == 5 {
		return -1
	}
	return lesson
}

func quizQuestions(quiz int) int { return 3 + quiz%4 }

// view is one visit to a lesson.
type view struct {
	day, number int
	lesson      int
	start       time.Time
	watched     int // seconds, sometimes more than the lesson has: it was watched again
	completed   bool
	device      int
}

func (v view) end() time.Time { return v.start.Add(time.Duration(v.watched) * time.Second) }

func (v view) id(m *member) string { return fmt.Sprintf("v%d-%d-%d", m.id, v.day, v.number) }

// views is what a member watched on a day; views that begin before midnight may end
// after it. The slice is good until the next call.
func (g *generator) views(m *member, d date) []view {
	out := g.viewBuf[:0]
	if d < m.joined || !m.deleted.IsZero() && !d.start().Before(m.deleted) {
		return out
	}
	r := newRnd(g.seed, forStudy, m.index, int(d))
	p := m.zealous
	if paying, trial := m.paying(d.start()); !paying && !trial {
		p *= 0.1
	}
	if d.weekend() {
		p *= 0.8
	}
	if !r.chance(p) {
		return out
	}
	home := (m.index * 7) % courseCount
	for n := range 1 + r.n(4) {
		course := home
		if r.chance(0.2) {
			course = r.n(courseCount)
		}
		v := view{day: int(d), number: n, device: r.n(len(systems))}
		v.lesson = course*lessonsPerCourse + (int(d)/5+n+r.n(3))%lessonsPerCourse
		second := 6*3600 + r.n(17*3600) // from six to eleven in the evening
		switch edge := r.f(); {
		case edge < 0.02:
			second = secondsPerDay - 1 - r.n(60) // goes past midnight
		case edge < 0.04:
			second = r.n(5)
		}
		v.start = d.at(second)
		length := lessonSeconds(v.lesson)
		if v.completed = r.chance(0.6); v.completed {
			v.watched = length + r.n(60)
		} else {
			v.watched = 5 + r.n(length-10)
		}
		if v.start.Before(m.created) {
			continue
		}
		out = append(out, v)
	}
	g.viewBuf = out
	return out
}

// attempt is one try at a quiz.
type attempt struct {
	id        int64
	quiz      int
	started   time.Time
	submitted time.Time // zero where the learner walked away
	score     int
	regraded  time.Time // zero where not; then the score is one more
	answers   *string
	dirty     bool // sent twice
}

// attempts are the tries that followed a day's views; they may begin after midnight.
func (g *generator) attempts(m *member, views []view) []attempt {
	out := g.attemptBuf[:0]
	for _, v := range views {
		quiz := quizOf(v.lesson)
		r := newRnd(g.seed, forQuiz, m.index, v.day, v.number)
		if quiz < 0 || !v.completed || !r.chance(0.6) {
			continue
		}
		a := attempt{id: (m.id*10_000+int64(v.day)%10_000)*10 + int64(v.number), quiz: quiz}
		a.started = v.end().Add(time.Duration(r.between(1, 90)) * time.Second)
		if r.chance(0.08) {
			out = append(out, a)
			continue
		}
		questions := quizQuestions(quiz)
		skill := 0.35 + 0.6*float64((m.index*31+quiz*17)%100)/100
		var b strings.Builder
		seconds := 0
		b.WriteByte('[')
		for q := range questions {
			sec, right := r.between(3, 60), r.chance(skill)
			seconds += sec
			if right {
				a.score++
			}
			if q > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"q":%d,"choice":"%c","correct":%t,"sec":%d}`, q+1, 'A'+rune(r.n(4)), right, sec)
		}
		b.WriteByte(']')
		text := b.String()
		a.submitted = a.started.Add(time.Duration(seconds) * time.Second)
		switch dirt := r.f(); {
		case dirt < 0.004:
			text = text[:len(text)/2]
		case dirt < 0.006:
			a.score = questions + 90
		case dirt < 0.008:
			a.score = -1
		case dirt < 0.03:
			a.regraded = a.submitted.Add(24 * time.Hour)
		}
		a.answers = ptr(text)
		a.dirty = r.chance(0.003)
		out = append(out, a)
	}
	g.attemptBuf = out
	return out
}
