package demo

import (
	"time"
)

type studyRow struct {
	Member  int64     `json:"member_id"`
	Day     date      `json:"study_date"`
	Minutes int64     `json:"minutes"`
	Lessons int64     `json:"lessons"`
	Updated time.Time `json:"updated_at"`
}

type progressRow struct {
	Member   int64     `json:"member_id"`
	Lesson   int64     `json:"lesson_id"`
	Position *int64    `json:"position_sec"`
	Updated  time.Time `json:"updated_at"`
}

type attemptRow struct {
	ID        int64      `json:"attempt_id"`
	Quiz      int64      `json:"quiz_id"`
	Member    int64      `json:"member_id"`
	Started   time.Time  `json:"started_at"`
	Submitted *time.Time `json:"submitted_at"`
	Score     *int64     `json:"score"`
	Max       int64      `json:"max_score"`
	Answers   *string    `json:"answers"`
	Updated   time.Time  `json:"updated_at"`
}

// learning writes what the learning service knows of the member: the days studied,
// where lessons were left, quizzes tried. A day's activity may end on the next day
// and be corrected there, so that a day's files are found by looking two days back.
func (t *memberTables) learning(g *generator, m *member) {
	from := g.day - 2
	if g.first {
		from = max(m.joined, g.day-studyHistory+1)
	}
	reached := map[int]progressRow{}
	var order []int
	for d := from; d <= g.day; d++ {
		views := g.views(m, d)
		if len(views) == 0 {
			continue
		}
		t.studyDay(g, m, d, views)
		for _, v := range views {
			row := progressRow{Member: m.id, Lesson: int64(firstLesson + v.lesson), Updated: v.end()}
			if !v.completed {
				row.Position = ptr(int64(v.watched))
			}
			if !g.due(row.Updated) {
				continue
			}
			before, seen := reached[v.lesson]
			if !seen {
				order = append(order, v.lesson)
			}
			if !seen || !row.Updated.Before(before.Updated) {
				reached[v.lesson] = row
			}
		}
		if d > g.day-attemptHistory {
			for _, a := range g.attempts(m, views) {
				t.attempt(g, m, a)
			}
		}
	}
	for _, lesson := range order {
		t.progress.write(reached[lesson])
	}
}

// studyDay writes the sum of a day. Some are counted again on the next day.
func (t *memberTables) studyDay(g *generator, m *member, d date, views []view) {
	r := newRnd(g.seed, forStudy, m.index, int(d), 1)
	row := studyRow{Member: m.id, Day: d, Lessons: int64(len(views))}
	seconds := 0
	for _, v := range views {
		seconds += v.watched
		if e := v.end(); e.After(row.Updated) {
			row.Updated = e
		}
	}
	if last := (d + 1).start().Add(-time.Second); row.Updated.After(last) {
		row.Updated = last
	}
	row.Minutes = int64(seconds / 60)
	if r.chance(0.01) {
		row.Minutes = 0
	}
	corrected := (d + 1).at(r.between(3600, 10*3600))
	if extra := int64(1 + r.n(20)); r.chance(0.02) && corrected.Before((g.day + 1).start()) {
		row.Minutes, row.Updated = row.Minutes+extra, corrected
	}
	if g.due(row.Updated) {
		t.study.write(row)
	}
}

// attempt writes a try as it stands at the end of the day: begun, handed in or graded again.
func (t *memberTables) attempt(g *generator, m *member, a attempt) {
	end := (g.day + 1).start()
	row := attemptRow{ID: a.id, Quiz: int64(firstQuiz + a.quiz), Member: m.id, Started: a.started, Max: int64(quizQuestions(a.quiz)), Updated: a.started}
	if !a.submitted.IsZero() && a.submitted.Before(end) {
		row.Submitted, row.Score, row.Answers, row.Updated = ptr(a.submitted), ptr(int64(a.score)), a.answers, a.submitted
		if !a.regraded.IsZero() && a.regraded.Before(end) {
			row.Score, row.Updated = ptr(int64(a.score+1)), a.regraded
		}
	}
	if !g.due(row.Updated) {
		return
	}
	t.quiz.write(row)
	if a.dirty {
		t.quiz.write(row)
	}
}
