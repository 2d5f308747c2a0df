package demo

import (
	"encoding/json"
	"fmt"
	"time"
)

// masters writes what is small and handed over as a whole: plans, courses, schools,
// documents, code lists, targets.
func (g *generator) masters() {
	g.planTables()
	g.schoolTables()
	g.courseTables()
	g.contentTables()
	g.codeTables()
	g.targetTables()
}

func (g *generator) planTables() {
	type planRow struct {
		ID        string `json:"plan_id"`
		Name      string `json:"plan_name"`
		Tier      string `json:"tier"`
		Price     int64  `json:"price_yen"`
		Months    int64  `json:"period_months"`
		ValidFrom date   `json:"valid_from"`
		ValidTo   *date  `json:"valid_to"`
	}
	s := newSink[planRow](g, layout{"app", "plans", "csv", "none", 1})
	for _, p := range plans {
		s.write(planRow{p.id, p.name, p.tier, p.price, int64(p.months), opened, nil})
	}
	type couponRow struct {
		Code      string `json:"coupon_code"`
		Percent   string `json:"discount_percent"`
		ValidFrom date   `json:"valid_from"`
		ValidTo   *date  `json:"valid_to"`
	}
	c := newSink[couponRow](g, layout{"app", "coupons", "csv", "none", 1})
	for _, k := range coupons {
		c.write(couponRow{k.code, fmt.Sprintf("%d.00", k.percent), opened, nil})
	}
}

// school is a school's contract.
type school struct {
	id            int64
	started, ends date // ends is 0 where open
	kind          int
}

func (g *generator) school(i int) school {
	r := newRnd(g.seed, forSchool, i)
	s := school{id: int64(3001 + i), kind: r.n(len(schoolKinds)), started: opened + date(r.n(300))}
	if r.chance(0.15) {
		s.ends = s.started + date(365*(1+r.n(3))) - 1
	}
	return s
}

const classesPerSchool, teachersPerSchool = 6, 5

func (g *generator) classID(school, year, n int) int64 {
	return int64(school*10_000+(year-2000)*100+n) + 7_000_000
}

func (g *generator) schoolTables() {
	type schoolRow struct {
		ID         int64   `json:"school_id"`
		Name       string  `json:"school_name"`
		Prefecture *string `json:"prefecture_code"`
		Kind       string  `json:"kind"`
		Seats      *int64  `json:"seats"`
		Started    date    `json:"contract_started_on"`
		Ends       *date   `json:"contract_ends_on"`
	}
	type classRow struct {
		ID      int64  `json:"class_id"`
		School  int64  `json:"school_id"`
		Name    string `json:"class_name"`
		Grade   string `json:"grade_code"`
		Teacher *int64 `json:"teacher_id"`
		Year    int64  `json:"school_year"`
	}
	type teacherRow struct {
		ID     int64  `json:"teacher_id"`
		School int64  `json:"school_id"`
		Name   string `json:"full_name"`
		Email  string `json:"email"`
		Active bool   `json:"active"`
	}
	schools := newSink[schoolRow](g, layout{"app", "schools", "csv", "none", 1})
	classes := newSink[classRow](g, layout{"app", "classes", "csv", "none", 1})
	teachers := newSink[teacherRow](g, layout{"app", "teachers", "csv", "none", 1})
	for i := range g.schools {
		s := g.school(i)
		r := newRnd(g.seed, forClass, i)
		row := schoolRow{ID: s.id, Kind: schoolKinds[s.kind], Started: s.started}
		row.Name = fmt.Sprintf("%s市立%s%d", pick(&r, familyNames), schoolNames[s.kind], i)
		if !r.chance(0.05) {
			row.Prefecture = ptr(prefectureCode(r.n(len(prefectures))))
		}
		if !r.chance(0.03) {
			row.Seats = ptr(int64(r.between(20, 400)))
		}
		if s.ends != 0 {
			row.Ends = ptr(s.ends)
		}
		schools.write(row)
		for n := range teachersPerSchool {
			id := s.id*100 + int64(n)
			teachers.write(teacherRow{id, s.id, pick(&r, familyNames) + " " + pick(&r, givenNames),
				fmt.Sprintf("teacher%d@school%d.example", id, s.id), !r.chance(0.1)})
		}
		for year := opened.schoolYear(); year <= g.day.schoolYear(); year++ {
			for n := range classesPerSchool {
				grade := (s.kind*3 + n/2) % len(grades)
				row := classRow{ID: g.classID(i, year, n), School: s.id, Grade: grades[grade].code, Year: int64(year)}
				row.Name = fmt.Sprintf("%s %c組", grades[grade].name, 'A'+rune(n%2))
				if n != 3 {
					row.Teacher = ptr(s.id*100 + int64((n+year)%teachersPerSchool))
				}
				classes.write(row)
			}
		}
	}
}

func (g *generator) courseTables() {
	type courseRow struct {
		ID        int64  `json:"course_id"`
		Title     string `json:"title"`
		Subject   string `json:"subject"`
		Level     string `json:"level"`
		Tier      string `json:"required_tier"`
		Published *date  `json:"published_on"`
	}
	type lessonRow struct {
		ID       int64  `json:"lesson_id" parquet:"lesson_id"`
		Course   int64  `json:"course_id" parquet:"course_id"`
		Position int64  `json:"position" parquet:"position"`
		Title    string `json:"title" parquet:"title"`
		Duration int64  `json:"duration_sec" parquet:"duration_sec"`
		Free     bool   `json:"is_free" parquet:"is_free"`
	}
	type quizRow struct {
		ID        int64 `json:"quiz_id"`
		Lesson    int64 `json:"lesson_id"`
		Questions int64 `json:"question_count"`
		Pass      int64 `json:"pass_score"`
	}
	courses := newSink[courseRow](g, layout{"learning", "courses", "csv", "none", 1})
	lessons := newSink[lessonRow](g, layout{"learning", "lessons", "parquet", "none", 1})
	quizzes := newSink[quizRow](g, layout{"learning", "quizzes", "csv", "none", 1})
	for c := range courseCount {
		subject, level := subjects[c%len(subjects)], levels[c/len(subjects)%len(levels)]
		row := courseRow{ID: int64(firstCourse + c), Subject: subject, Level: level, Tier: plans[c%4].tier}
		row.Title = fmt.Sprintf("%s（%s）%d", subject, level, c+1)
		if c%9 != 8 {
			row.Published = ptr(opened + date(c*7))
		}
		courses.write(row)
		for p := range lessonsPerCourse {
			l := c*lessonsPerCourse + p
			lessons.write(lessonRow{int64(firstLesson + l), row.ID, int64(p + 1),
				fmt.Sprintf("%s 第%d回", row.Title, p+1), int64(lessonSeconds(l)), p < 2})
			if q := quizOf(l); q >= 0 {
				questions := quizQuestions(q)
				quizzes.write(quizRow{int64(firstQuiz + q), int64(firstLesson + l), int64(questions), int64((questions*6 + 9) / 10)})
			}
		}
	}
}

func (g *generator) contentTables() {
	type asset struct {
		URL   string `json:"url"`
		Bytes int64  `json:"bytes"`
	}
	type section struct {
		ID      string  `json:"section_id"`
		Kind    string  `json:"kind"`
		Title   string  `json:"title"`
		Minutes *int64  `json:"minutes"`
		Assets  []asset `json:"assets"`
	}
	type author struct {
		Name         string  `json:"name"`
		Organization *string `json:"organization"`
	}
	type documentRow struct {
		ID       string          `json:"document_id"`
		Lesson   int64           `json:"lesson_id"`
		Version  int64           `json:"version"`
		Language *string         `json:"language"`
		Tags     []string        `json:"tags"`
		Author   *author         `json:"author"`
		Sections []section       `json:"sections"`
		Metadata json.RawMessage `json:"metadata"`
		Updated  time.Time       `json:"updated_at"`
	}
	docs := newSink[documentRow](g, layout{"content", "lesson_documents", "jsonl", "zstd", 1})
	for l := range lessonCount {
		for version := 1; version <= 1+l%3; version++ {
			r := newRnd(g.seed, forDocument, l, version)
			written := opened + date(l%200+version*250)
			if version > 1 && written > g.day {
				break
			}
			if version == 1 {
				written = opened - 30
			}
			row := documentRow{ID: fmt.Sprintf("doc-%d-%d", l, version), Lesson: int64(firstLesson + l), Version: int64(version), Updated: written.at(r.n(secondsPerDay))}
			if l%4 == 0 {
				row.Language = ptr("ja")
			}
			row.Tags = []string{}
			for _, tag := range documentTags {
				if r.chance(0.25) {
					row.Tags = append(row.Tags, tag)
				}
			}
			if l%10 != 9 {
				row.Author = &author{Name: pick(&r, givenNames) + "先生"}
				if o := pick(&r, organizations); o != "" {
					row.Author.Organization = ptr(o)
				}
			}
			for s := range 1 + r.n(5) {
				sec := section{ID: fmt.Sprintf("s%d", s+1), Kind: pick(&r, sectionKinds), Title: fmt.Sprintf("%d. %s", s+1, pick(&r, documentTags)), Assets: []asset{}}
				if !r.chance(0.05) {
					sec.Minutes = ptr(int64(r.between(1, 12)))
				}
				for a := range r.n(4) {
					sec.Assets = append(sec.Assets, asset{fmt.Sprintf("https://cdn.manabi.example/%d/%d/%d", l, s, a), int64(r.between(10_000, 9_000_000))})
				}
				row.Sections = append(row.Sections, sec)
			}
			switch r.n(4) {
			case 0:
				row.Metadata = json.RawMessage(`{"editor":"v2","review":{"score":4.5,"by":["a","b"]}}`)
			case 1:
				row.Metadata = json.RawMessage(`{"editor":"legacy","review":{"score":"n/a"}}`)
			case 2:
				row.Metadata = json.RawMessage(`{"flags":{"beta":true},"備考":"再収録"}`)
			default:
				row.Metadata = json.RawMessage(`null`)
			}
			docs.write(row)
		}
	}
	type announcementRow struct {
		ID        string    `json:"announcement_id"`
		Title     string    `json:"title"`
		Audience  []string  `json:"audience"`
		Published time.Time `json:"published_at"`
		Body      *string   `json:"body"`
	}
	news := newSink[announcementRow](g, layout{"content", "announcements", "jsonl", "none", 1})
	for n := 0; opened+date(n*20) <= g.day; n++ {
		row := announcementRow{ID: fmt.Sprintf("n%04d", n), Title: announceTitles[n%len(announceTitles)], Audience: []string{}, Published: (opened + date(n*20)).at(3600 * (n % 24))}
		for t := range n % 3 {
			row.Audience = append(row.Audience, plans[(n+t)%4].tier)
		}
		if n%4 != 3 {
			row.Body = ptr("本文です。\nよろしくお願いします 🙇")
		}
		news.write(row)
	}
}

func (g *generator) codeTables() {
	type prefectureRow struct {
		Code   string `json:"prefecture_code"`
		Name   string `json:"prefecture_name"`
		Region string `json:"region"`
	}
	p := newSink[prefectureRow](g, layout{"reference", "prefectures", "csv", "none", 1})
	for i, x := range prefectures {
		p.write(prefectureRow{prefectureCode(i), x.name, x.region})
	}
	type gradeRow struct {
		Code  string `json:"grade_code"`
		Name  string `json:"grade_name"`
		Stage string `json:"stage"`
		Order int64  `json:"grade_order"`
	}
	s := newSink[gradeRow](g, layout{"reference", "grades", "csv", "none", 1})
	for i, x := range grades {
		s.write(gradeRow{x.code, x.name, x.stage, int64(i + 1)})
	}
	type holidayRow struct {
		Day  date   `json:"holiday_date"`
		Name string `json:"holiday_name"`
	}
	h := newSink[holidayRow](g, layout{"public_data", "holidays", "csv", "none", 1})
	for _, x := range holidays {
		h.write(holidayRow{x.day, x.name})
	}
	type rateRow struct {
		Day      date   `json:"rate_date"`
		Currency string `json:"currency"`
		Yen      string `json:"yen"`
	}
	rates := newSink[rateRow](g, layout{"public_data", "exchange_rates", "csv", "none", 1})
	for d := g.day - 90; d <= g.day; d++ {
		if d.weekend() {
			continue
		}
		r := newRnd(g.seed, forRate, int(d))
		for _, c := range []struct {
			code string
			base int
		}{{"EUR", 16800}, {"USD", 15000}} {
			cents := c.base + r.between(-450, 450)
			rates.write(rateRow{d, c.code, fmt.Sprintf("%d.%02d", cents/100, cents%100)})
		}
	}
}

func (g *generator) targetTables() {
	type targetRow struct {
		Month  date   `json:"month"`
		Metric string `json:"metric"`
		Target string `json:"target"`
	}
	type budgetRow struct {
		Campaign string `json:"campaign_code"`
		Month    date   `json:"month"`
		Budget   *int64 `json:"budget_yen"`
	}
	type campaignRow struct {
		Code   string `json:"campaign_code"`
		Name   string `json:"campaign_name"`
		Medium string `json:"channel"`
		Starts date   `json:"starts_on"`
		Ends   *date  `json:"ends_on"`
	}
	targets := newSink[targetRow](g, layout{"targets", "kpi_targets", "csv", "none", 1})
	budgets := newSink[budgetRow](g, layout{"targets", "campaign_budgets", "csv", "none", 1})
	for m := -12; m <= 3; m++ {
		month := g.day.firstOfMonth(m)
		scale := float64(g.learners) * (1 + float64(int(month-opened)%365)/4000)
		targets.write(targetRow{month, "new_members", fmt.Sprintf("%.0f", scale*0.03+1)})
		targets.write(targetRow{month, "net_revenue_yen", fmt.Sprintf("%.2f", scale*900+1000)})
		targets.write(targetRow{month, "cancellations", fmt.Sprintf("%.0f", scale*0.02+1)})
		for n := range 3 {
			row := budgetRow{Campaign: campaignCode(month, n), Month: month}
			if n != 2 {
				row.Budget = ptr(int64(500_000 + 100_000*n))
			}
			budgets.write(row)
		}
	}
	campaigns := newSink[campaignRow](g, layout{"crm", "campaigns", "jsonl", "none", 1})
	seen := map[string]bool{}
	for month := opened; month <= g.day; month = month.firstOfMonth(1) {
		for n := range 3 {
			code := campaignCode(month, n)
			if seen[code] {
				continue
			}
			seen[code] = true
			row := campaignRow{Code: code, Name: code + "キャンペーン", Medium: adMedia[n], Starts: month}
			if n != 0 {
				row.Ends = ptr(month + 92)
			}
			campaigns.write(row)
		}
	}
}
