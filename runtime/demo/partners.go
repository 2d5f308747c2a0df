package demo

import (
	"encoding/json"
	"fmt"
	"time"
)

// partners writes what others drop for us, and the error log: a day each.
func (g *generator) partners() {
	g.orders()
	g.ratings()
	g.adCosts()
	g.errors()
}

func (g *generator) orders() {
	type orderRow struct {
		ID        string `json:"order_id"`
		School    *int64 `json:"school_id"`
		Publisher string `json:"publisher"`
		Seats     int64  `json:"seats"`
		Price     *int64 `json:"unit_price_yen"`
		Day       date   `json:"ordered_on"`
	}
	s := newSink[orderRow](g, layout{"partner", "school_orders", "csv", "gzip", 1})
	order := func(d date, n int) (orderRow, *rnd) {
		r := newRnd(g.seed, forOrder, int(d), n)
		row := orderRow{ID: fmt.Sprintf("o%d-%d", d, n), School: ptr(int64(3001 + r.n(g.schools))), Publisher: pick(&r, publishers), Seats: int64(r.n(40)), Price: ptr(int64(r.between(8, 30) * 100)), Day: d}
		if r.chance(0.02) {
			row.Price = nil
		}
		return row, &r
	}
	count := g.schools/6 + 2
	for n := range count {
		row, r := order(g.day, n)
		s.write(row)
		if r.chance(0.05) {
			s.write(row)
		}
		// Yesterday's orders are sent again, some with other numbers of seats.
		if again, r := order(g.day-1, n); r.chance(0.1) {
			again.Seats += int64(r.n(3))
			s.write(again)
		}
	}
	s.raw(0, "o-broken-1,学校,学びの森出版,たくさん,100,昨日")
	s.raw(0, `o-broken-2,3001,ひかり書房,1e99,200,2026-13-41`)
}

func (g *generator) ratings() {
	type ratingRow struct {
		ID      string    `parquet:"rating_id"`
		Lesson  int64     `parquet:"lesson_id"`
		Stars   int64     `parquet:"stars"`
		Comment *string   `parquet:"comment,optional"`
		Rated   time.Time `parquet:"rated_at,timestamp(microsecond)"`
	}
	s := newSink[ratingRow](g, layout{"partner", "content_ratings", "parquet", "zstd", 1})
	for n := range g.learners/100 + 5 {
		r := newRnd(g.seed, forRating, int(g.day), n)
		row := ratingRow{ID: fmt.Sprintf("s%d-%d", g.day, n), Lesson: int64(firstLesson + r.n(lessonCount+5)), Stars: int64(r.n(7)), Rated: g.day.at(r.n(secondsPerDay))}
		if r.chance(0.6) {
			row.Comment = ptr(pick(&r, ratingComments))
		}
		s.write(row)
		if r.chance(0.01) {
			s.write(row)
		}
	}
}

func (g *generator) adCosts() {
	type costRow struct {
		Day         date    `json:"cost_date"`
		Campaign    string  `json:"campaign_code"`
		Medium      string  `json:"medium"`
		Impressions *int64  `json:"impressions"`
		Clicks      int64   `json:"clicks"`
		USD         *string `json:"cost_usd"`
	}
	s := newSink[costRow](g, layout{"partner", "ad_costs", "csv", "none", 1})
	for _, d := range []date{g.day - 1, g.day} { // the agency restates the day before
		for n := range 3 {
			for i, medium := range adMedia {
				r := newRnd(g.seed, forCost, int(d), n, i)
				row := costRow{Day: d, Campaign: campaignCode(d, n), Medium: medium, Clicks: int64(r.between(5, 900))}
				cents := r.between(1_000, 90_000_000)
				if r.chance(0.95) {
					row.Impressions = ptr(row.Clicks * int64(r.between(20, 60)))
				}
				if d < g.day {
					row.Clicks += 3
				}
				row.USD = ptr(fmt.Sprintf("%d.%06d", cents/1_000_000, cents%1_000_000))
				s.write(row)
			}
		}
	}
}

func (g *generator) errors() {
	type errorRow struct {
		ID      string          `json:"error_id"`
		Logged  time.Time       `json:"logged_at"`
		Service *string         `json:"service"`
		Code    string          `json:"code"`
		Message string          `json:"message"`
		Context json.RawMessage `json:"context"`
	}
	s := newSink[errorRow](g, layout{"server_logs", "api_errors", "jsonl", "none", 1})
	for n := range g.learners/100 + 8 {
		r := newRnd(g.seed, forError, int(g.day), n)
		row := errorRow{ID: fmt.Sprintf("e%d-%d", g.day, n), Logged: g.day.at(r.n(secondsPerDay)), Service: ptr(pick(&r, errorServices)), Code: pick(&r, errorCodes)}
		if r.chance(0.04) {
			row.Service = nil
		}
		row.Message = fmt.Sprintf("request %d failed: 接続できません\n\tat %s", n, row.Code)
		switch r.n(4) {
		case 0:
			row.Context = json.RawMessage(`null`)
		case 1:
			row.Context = json.RawMessage(fmt.Sprintf(`{"region":"asia-northeast%d","retries":%d}`, 1+r.n(2), r.n(4)))
		case 2:
			row.Context = json.RawMessage(fmt.Sprintf(`{"region":"asia-northeast1","retries":"%d","nested":{"a":[1,2,{"b":null}]}}`, r.n(4)))
		default:
			row.Context = json.RawMessage(`{"retries":"many"}`)
		}
		s.write(row)
	}
	s.raw(0, `{"error_id":"broken","logged_at":"2026-`)
}
