package demo

import (
	"fmt"
	"time"
)

type heartbeatRow struct {
	ID      string    `json:"log_id"`
	Logged  time.Time `json:"logged_at"`
	Member  *int64    `json:"member_id"`
	View    string    `json:"view_id"`
	Payload *string   `json:"payload"`
}

type requestRow struct {
	ID      string    `json:"request_id"`
	Logged  time.Time `json:"logged_at"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Status  int64     `json:"status"`
	Latency *float64  `json:"latency_ms"`
	IP      string    `json:"ip"`
	Agent   string    `json:"user_agent"`
	Member  *int64    `json:"member_id"`
}

type deviceRow struct {
	Category string  `json:"category" parquet:"category,dict"`
	Brand    *string `json:"mobile_brand_name" parquet:"mobile_brand_name,optional,dict"`
	System   string  `json:"operating_system" parquet:"operating_system,dict"`
	Language string  `json:"language" parquet:"language,dict"`
}

type geoRow struct {
	Country string `json:"country" parquet:"country,dict"`
	Region  string `json:"region" parquet:"region,dict"`
}

type paramValue struct {
	String *string  `json:"string_value" parquet:"string_value,optional"`
	Int    *int64   `json:"int_value" parquet:"int_value,optional"`
	Double *float64 `json:"double_value" parquet:"double_value,optional"`
}

type paramRow struct {
	Key   string     `json:"key" parquet:"key,dict"`
	Value paramValue `json:"value" parquet:"value"`
}

type eventRow struct {
	Day      string     `json:"event_date" parquet:"event_date,dict"`
	At       int64      `json:"event_timestamp" parquet:"event_timestamp"`
	Name     string     `json:"event_name" parquet:"event_name,dict"`
	User     *string    `json:"user_id" parquet:"user_id,optional"`
	Pseudo   string     `json:"user_pseudo_id" parquet:"user_pseudo_id"`
	Platform string     `json:"platform" parquet:"platform,dict"`
	Device   deviceRow  `json:"device" parquet:"device"`
	Geo      geoRow     `json:"geo" parquet:"geo"`
	Params   []paramRow `json:"event_params" parquet:"event_params,list"`
}

// logs writes what servers and clients logged of the member's views. A view that
// begins before midnight is logged on two days.
func (t *memberTables) logs(g *generator, m *member) {
	for d := g.day - 2; d <= g.day; d++ {
		for _, v := range g.views(m, d) {
			t.heartbeat(g, m, v)
			t.request(g, m, v)
			t.clientEvents(g, m, v)
		}
	}
}

// arrives says whether a line logged at a moment is in the day's files, and in which
// hour's: on time, or (late) with the first hour of the next day.
func (g *generator) arrives(at time.Time, late bool) (hour int, ok bool) {
	day := dayOf(at)
	if late {
		return 0, day+1 == g.day
	}
	return at.In(japan).Hour(), day == g.day
}

func (t *memberTables) heartbeat(g *generator, m *member, v view) {
	r := newRnd(g.seed, forLog, m.index, v.day, v.number, 7)
	events := []string{"start", "progress", "complete"}
	if !v.completed {
		events[2] = "stop"
	}
	for n, event := range events {
		watched := v.watched * n / 2
		at := v.start.Add(time.Duration(watched)*time.Second + time.Duration(r.n(1000))*time.Millisecond)
		row := heartbeatRow{ID: fmt.Sprintf("%s-%d", v.id(m), n), Logged: at, Member: ptr(m.id), View: v.id(m)}
		payload := fmt.Sprintf(`{"lesson_id":%d,"event":%q,"watch_sec":%d,"device":{"os":%q,"画面":"横"}}`, firstLesson+v.lesson, event, watched, systems[v.device])
		late := r.chance(0.006)
		dirt := r.f()
		switch {
		case dirt < 0.003:
			payload = payload[:len(payload)-9]
		case dirt < 0.005:
			payload = fmt.Sprintf(`{"lesson_id":"%d","event":%q,"watch_sec":"%d"}`, firstLesson+v.lesson, event, watched)
		case dirt < 0.007:
			row.Member = nil
		}
		row.Payload = ptr(payload)
		hour, ok := g.arrives(at, late)
		if !ok {
			continue
		}
		t.heartbeats.writeTo(hour, row)
		if dirt > 0.995 {
			t.heartbeats.writeTo(hour, row)
		}
		if dirt > 0.9985 {
			t.heartbeats.raw(hour, `{"log_id":"`+row.ID+`","logged_at":"`) // the writer was cut off
		}
	}
}

func (t *memberTables) request(g *generator, m *member, v view) {
	r := newRnd(g.seed, forRequests, m.index, v.day, v.number)
	ip := fmt.Sprintf("203.0.113.%d", (m.index*7+v.device)%250+1)
	for n := range 2 + r.n(4) {
		at := v.start.Add(time.Duration(r.n(v.watched*1000+1)) * time.Millisecond)
		which := r.n(len(requestPaths))
		row := requestRow{ID: fmt.Sprintf("r%s-%d", v.id(m), n), Logged: at, Method: requestMethods[which], Path: requestPaths[which], IP: ip, Agent: userAgents[v.device], Member: ptr(m.id)}
		if which != len(requestPaths)-1 {
			row.Path = fmt.Sprintf(row.Path, firstLesson+v.lesson)
		}
		row.finish(&r)
		late, twice := r.chance(0.003), r.chance(0.002)
		hour, ok := g.arrives(at, late)
		if !ok {
			continue
		}
		t.requests.writeTo(hour, row)
		if twice {
			t.requests.writeTo(hour, row)
		}
	}
}

func (row *requestRow) finish(r *rnd) {
	row.Status = 200
	switch s := r.f(); {
	case s < 0.01:
		row.Status = 500 + int64(r.n(4))
	case s < 0.05:
		row.Status = 404
	case s < 0.08:
		row.Status = 304
	}
	if !r.chance(0.01) {
		row.Latency = ptr(float64(r.between(20, 9000)*r.between(1, 100)) / 100)
	}
}

// clientEvents writes what the app or browser told Firebase.
func (t *memberTables) clientEvents(g *generator, m *member, v view) {
	r := newRnd(g.seed, forEvents, m.index, v.day, v.number)
	row := eventRow{User: ptr(fmt.Sprint(m.id)), Pseudo: fmt.Sprintf("p%x", mix(uint64(m.id))), Platform: platforms[v.device]}
	if r.chance(0.05) {
		row.User = nil // before logging in
	}
	row.describe(&r, v.device)
	lesson := paramRow{"lesson_id", paramValue{Int: ptr(int64(firstLesson + v.lesson))}}
	t.event(g, row, "session_start", v.start.Add(-20*time.Second))
	t.event(g, row, "screen_view", v.start.Add(-15*time.Second), screen(pick(&r, screenNames)), engagement(&r))
	t.event(g, row, "screen_view", v.start.Add(-8*time.Second), screen("lesson"), engagement(&r), lesson)
	t.event(g, row, "lesson_start", v.start, lesson)
	if v.completed {
		t.event(g, row, "lesson_complete", v.end(), lesson, paramRow{"rate", paramValue{Double: ptr(1.0)}})
	}
}

func (row *eventRow) describe(r *rnd, device int) {
	row.Device = deviceRow{Category: "mobile", System: systems[device], Language: "ja-jp"}
	if device >= 3 {
		row.Device.Category = "desktop"
	} else {
		row.Device.Brand = ptr([...]string{"Apple", "Apple", "Google"}[device])
	}
	row.Geo = geoRow{"Japan", pick(r, prefectures).name}
}

func screen(name string) paramRow { return paramRow{"screen_name", paramValue{String: ptr(name)}} }

func engagement(r *rnd) paramRow {
	return paramRow{"engagement_time_msec", paramValue{Int: ptr(int64(r.between(100, 60_000)))}}
}

func (t *memberTables) event(g *generator, row eventRow, name string, at time.Time, params ...paramRow) {
	if dayOf(at) != g.day {
		return
	}
	row.Day, row.At, row.Name, row.Params = g.day.utc().Format("20060102"), at.UnixMicro(), name, params
	t.events.write(row)
}

// strangers writes the traffic of those who are no members: bots and visitors.
func (t *memberTables) strangers(g *generator) {
	for n := range g.learners/50 + 3 {
		r := newRnd(g.seed, forAnonymous, int(g.day), n)
		at := g.day.at(r.n(secondsPerDay - 100))
		row := requestRow{ID: fmt.Sprintf("b%d-%d", g.day, n), Logged: at, Method: "GET", Path: "/", IP: fmt.Sprintf("198.51.100.%d", r.n(40)), Agent: pick(&r, botAgents)}
		row.finish(&r)
		t.requests.writeTo(at.In(japan).Hour(), row)

		device := r.n(len(systems))
		visit := eventRow{Pseudo: fmt.Sprintf("a%d-%d", g.day, n), Platform: platforms[device]}
		visit.describe(&r, device)
		t.event(g, visit, "session_start", at)
		t.event(g, visit, "screen_view", at.Add(time.Second), screen("home"), engagement(&r))
	}
	for n := range 3 {
		t.requests.raw(n*5, `<html><body>502 Bad Gateway</body></html>`)
		t.requests.raw(n*7, fmt.Sprintf(`{"request_id":"broken-%d","logged_at":`, n))
	}
	t.heartbeats.raw(11, "\x00\x00\x00")
}
