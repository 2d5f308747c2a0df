package notify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/engine"
	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/sla"
	"sluice/runtime/task"
)

func testPlan() *plan.Plan {
	return &plan.Plan{
		Platform: "shop", Environment: "local", TimeZone: "Asia/Tokyo", DayStart: "04:00",
		Teams: []plan.Team{{Name: "data", Channels: []string{"ops", "pager"}}, {Name: "sales", Channels: []string{"post"}}},
		Channels: []plan.Channel{
			{Name: "ops", Kind: "slack", Channel: "#ops", Secret: "slack"},
			{Name: "pager", Kind: "webhook", URL: "https://pager.invalid", Secret: "key"},
			{Name: "post", Kind: "email", To: []string{"sales@shop.example"}},
		},
		Tasks: []plan.Task{
			{ID: "core.a", Kind: plan.Query, Node: "core.a", Owner: "data", Estimate: plan.Estimate{DurationSec: 60},
				Origin: plan.Origin{File: "core.cue", Line: 7}, Runbook: &plan.Runbook{Steps: []string{"look", "run it again"}, URL: "https://wiki.example/a"}},
			{ID: "core.a/unique", Kind: plan.Check, Node: "core.a", Owner: "data", After: []string{"core.a"},
				Check: &plan.CheckSpec{Name: "unique", Severity: "block"}},
			{ID: "core.a/warn", Kind: plan.Check, Node: "core.a", Owner: "data", After: []string{"core.a"},
				Check: &plan.CheckSpec{Name: "warn", Severity: "warn"}},
		},
		SLAs: []plan.SLA{{Name: "status", Target: "core.a", Tasks: []string{"core.a", "core.a/unique"}, ReadyBy: "10:00", Percent: 98, Over: "half_year",
			Owner: "data", Stakeholders: []string{"sales", "ceo@shop.example"}, WarnBefore: 1800,
			Escalation: []plan.Escalation{{AfterSec: 0, Notify: []string{"pager"}}, {AfterSec: 1800, Notify: []string{"data", "post"}}}}},
	}
}

// recorder is a sender that notes what it sends.
type recorder struct {
	mu   sync.Mutex
	sent []string
}

func (r *recorder) Send(_ context.Context, a event.Alert) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	verb := ""
	if a.Resolve {
		verb = "resolve "
	}
	r.sent = append(r.sent, fmt.Sprintf("%s: %s%s: %s", a.Channel, verb, a.Severity, a.Title))
	return nil
}

type runner func(ctx context.Context, a task.Attempt) (task.Result, error)

func (r runner) Run(ctx context.Context, a task.Attempt) (task.Result, error) { return r(ctx, a) }

// day is an engine over a test plan on a virtual clock, with all watchers.
func day(t *testing.T, p *plan.Plan) (engine.Options, *engine.Virtual, *recorder) {
	t.Helper()
	clock, err := plan.NewClock(p)
	if err != nil {
		t.Fatal(err)
	}
	d, err := plan.ParseDay("2026-11-19")
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.OpenSQLite(filepath.Join(t.TempDir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	v := engine.NewVirtual(clock.Opening(d))
	sent := &recorder{}
	return engine.Options{Plan: p, Day: d.String(), Journal: j, Clock: v, Send: sent,
		Watchers: []engine.Watcher{sla.NewWatcher(p, sla.Estimates(p)), NewRouter(p, clock)}}, v, sent
}

func (r *recorder) expect(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	slices.Sort(r.sent)
	slices.Sort(want)
	if !slices.Equal(r.sent, want) {
		t.Errorf("sent\n  %s\nwant\n  %s", strings.Join(r.sent, "\n  "), strings.Join(want, "\n  "))
	}
	r.sent = nil
}

func run(t *testing.T, o engine.Options) {
	t.Helper()
	if _, err := engine.Run(context.Background(), o); err != nil {
		t.Fatal(err)
	}
}

func TestGoodDay(t *testing.T) {
	o, v, sent := day(t, testPlan())
	o.Runner = runner(func(ctx context.Context, a task.Attempt) (task.Result, error) {
		return task.Result{}, v.Sleep(ctx, a.Task.ID, time.Minute)
	})
	run(t, o)
	sent.expect(t, "ops: info: shop: 2026-11-19 succeeded") // nobody is paged
	run(t, o)
	sent.expect(t)
}

func TestLateDay(t *testing.T) {
	o, v, sent := day(t, testPlan())
	o.Runner = runner(func(ctx context.Context, a task.Attempt) (task.Result, error) {
		return task.Result{}, v.Sleep(ctx, a.Task.ID, 7*time.Hour)
	})
	run(t, o)
	sent.expect(t,
		"ops: warning: core.a may not be ready by 10:00",
		"pager: warning: core.a may not be ready by 10:00",
		"ops: error: core.a is not ready by 10:00",
		"pager: error: core.a is not ready by 10:00",
		"post: error: core.a is not ready by 10:00",
		"pager: critical: core.a is late by 0s: it was due at 10:00",
		"ops: critical: core.a is late by 30m0s: it was due at 10:00",
		"pager: critical: core.a is late by 30m0s: it was due at 10:00",
		"post: critical: core.a is late by 30m0s: it was due at 10:00",
		"ops: info: shop: 2026-11-19 succeeded")
}

func TestFailureAndRecovery(t *testing.T) {
	o, v, sent := day(t, testPlan())
	broken := true
	o.Runner = runner(func(ctx context.Context, a task.Attempt) (task.Result, error) {
		if err := v.Sleep(ctx, a.Task.ID, time.Minute); err != nil {
			return task.Result{}, err
		}
		switch {
		case a.Task.ID == "core.a/unique" && broken:
			return task.Result{Violations: 2, Message: "2 keys twice"}, nil
		case a.Task.ID == "core.a/warn":
			return task.Result{Violations: 1, Message: "a day without rows"}, nil
		}
		return task.Result{}, nil
	})
	run(t, o)
	sent.expect(t,
		"ops: error: check core.a/unique failed on 2026-11-19; what reads core.a is held up",
		"pager: error: check core.a/unique failed on 2026-11-19; what reads core.a is held up",
		"ops: warning: check core.a/warn warns on 2026-11-19",
		"pager: warning: check core.a/warn warns on 2026-11-19",
		"ops: warning: core.a may not be ready by 10:00",
		"pager: warning: core.a may not be ready by 10:00",
		"ops: error: shop: 2026-11-19 failed")
	broken = false
	clock, err := plan.NewClock(o.Plan)
	if err != nil {
		t.Fatal(err)
	}
	o.Watchers[1] = NewRouter(o.Plan, clock)
	o.RetryFailed = true
	run(t, o)
	sent.expect(t,
		"ops: resolve info: core.a/unique succeeded on 2026-11-19 after it was run again",
		"pager: resolve info: core.a/unique succeeded on 2026-11-19 after it was run again",
		"ops: resolve info: core.a is ready since 04:03, in time for 10:00",
		"pager: resolve info: core.a is ready since 04:03, in time for 10:00",
		"ops: info: shop: 2026-11-19 succeeded")
}

func TestManyFailuresDoNotFlood(t *testing.T) {
	p := testPlan()
	p.Tasks, p.SLAs = nil, nil
	for i := range 100 {
		p.Tasks = append(p.Tasks, plan.Task{ID: fmt.Sprintf("t%03d", i), Kind: plan.Query, Owner: "data"})
	}
	o, _, sent := day(t, p)
	o.Runner = runner(func(context.Context, task.Attempt) (task.Result, error) { return task.Result{}, task.Fail("no") })
	run(t, o)
	if len(sent.sent) != 2*maxTaskAlerts+1 {
		t.Errorf("%d alerts about 100 failures", len(sent.sent))
	}
}

var alert = event.Alert{ID: "x to c", Channel: "c", Severity: Error, Title: "a < b & ünïcode 表", Text: "first\nsecond", Key: "local/day task a",
	Fields: map[string]string{"run": "local/day", "runbook_url": "https://wiki.example/a"}}

func dispatcher(c plan.Channel, secret string) *Dispatcher {
	c.Name = "c"
	return &Dispatcher{Plan: &plan.Plan{Platform: "shop", Environment: "prod", Channels: []plan.Channel{c}},
		Secrets: func(context.Context, string) (string, error) { return secret, nil }}
}

// serve answers with a status and keeps what it was sent.
func serve(t *testing.T, status int, answer string) (url string, got func() (*http.Request, string)) {
	t.Helper()
	var mu sync.Mutex
	var req *http.Request
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		data, _ := io.ReadAll(r.Body)
		req, body = r, string(data)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() (*http.Request, string) {
		mu.Lock()
		defer mu.Unlock()
		return req, body
	}
}

func TestSlackWebhook(t *testing.T) {
	url, got := serve(t, 200, "ok")
	if err := dispatcher(plan.Channel{Kind: "slack", Channel: "#ops", Secret: "s"}, url+"/T0/B0/hook").Send(context.Background(), alert); err != nil {
		t.Fatal(err)
	}
	req, body := got()
	var message struct {
		Text, Channel string
		Attachments   []struct{ Color, Text string }
	}
	if err := json.Unmarshal([]byte(body), &message); err != nil {
		t.Fatal(err)
	}
	if req.URL.Path != "/T0/B0/hook" || message.Text != "*a &lt; b &amp; ünïcode 表*" || message.Channel != "#ops" ||
		len(message.Attachments) != 1 || message.Attachments[0].Color != "danger" || message.Attachments[0].Text != "first\nsecond" {
		t.Errorf("%s %s", req.URL.Path, body)
	}
}

func TestSlackToken(t *testing.T) {
	url, got := serve(t, 200, `{"ok":true,"channel":"C1","ts":"1.2"}`)
	d := dispatcher(plan.Channel{Kind: "slack", Channel: "#ops", Secret: "s"}, "xoxb-token")
	d.SlackAPI = url + "/"
	if err := d.Send(context.Background(), alert); err != nil {
		t.Fatal(err)
	}
	req, body := got()
	if req.URL.Path != "/chat.postMessage" || req.Header.Get("Authorization") != "Bearer xoxb-token" && !strings.Contains(body, "xoxb-token") ||
		!strings.Contains(body, "channel=%23ops") {
		t.Errorf("%s %v %s", req.URL.Path, req.Header, body)
	}
	url, _ = serve(t, 200, `{"ok":false,"error":"channel_not_found"}`)
	d.SlackAPI = url + "/"
	if err := d.Send(context.Background(), alert); task.ClassOf(err) != task.Permanent {
		t.Errorf("%v is worth another try", err)
	}
}

func TestWebhook(t *testing.T) {
	url, got := serve(t, 202, `{"status":"success"}`)
	d := dispatcher(plan.Channel{Kind: "webhook", URL: url + "/v2/enqueue", Secret: "s"}, "R0UT1NG")
	if err := d.Send(context.Background(), alert); err != nil {
		t.Fatal(err)
	}
	_, body := got()
	want := `{"routing_key":"R0UT1NG","event_action":"trigger","dedup_key":"local/day task a","client":"sluice","payload":` +
		`{"summary":"a \u003c b \u0026 ünïcode 表","source":"shop/prod","severity":"error","custom_details":{"run":"local/day",` +
		`"runbook_url":"https://wiki.example/a","text":"first\nsecond"}},"links":[{"href":"https://wiki.example/a","text":"runbook"}]}`
	if body != want {
		t.Errorf("\n%s\nwant\n%s", body, want)
	}
	settled := alert
	settled.Resolve = true
	if err := d.Send(context.Background(), settled); err != nil {
		t.Fatal(err)
	}
	if _, body := got(); !strings.Contains(body, `"event_action":"resolve"`) {
		t.Error(body)
	}
}

func TestErrorsAreSortedAndHoldNoSecret(t *testing.T) {
	for status, want := range map[int]task.Class{400: task.Permanent, 404: task.Permanent, 429: task.Retryable, 500: task.Retryable} {
		url, _ := serve(t, status, "no")
		for _, c := range []plan.Channel{{Kind: "webhook", URL: url, Secret: "s"}, {Kind: "slack", Secret: "s"}} {
			secret := "R0UT1NG"
			if c.Kind == "slack" {
				secret = url + "/secret-hook"
			}
			err := dispatcher(c, secret).Send(context.Background(), alert)
			if err == nil {
				t.Fatalf("%s %d: no error", c.Kind, status)
			}
			if got := task.ClassOf(err); got != want {
				t.Errorf("%s %d: %s (%v), want %s", c.Kind, status, got, err, want)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%v holds the secret", err)
			}
		}
	}
	// Nobody listens: net/http names the URL.
	err := dispatcher(plan.Channel{Kind: "slack", Secret: "s"}, "http://127.0.0.1:1/secret-hook").Send(context.Background(), alert)
	if err == nil || strings.Contains(err.Error(), "secret-hook") {
		t.Errorf("%v", err)
	}
	if err := dispatcher(plan.Channel{Kind: "email"}, "").Send(context.Background(), alert); task.ClassOf(err) != task.Permanent {
		t.Errorf("%v", err)
	}
	d := dispatcher(plan.Channel{Kind: "webhook", Secret: "s"}, "")
	d.Secrets = func(context.Context, string) (string, error) { return "", errors.New("denied") }
	if err := d.Send(context.Background(), alert); err == nil || err.Error() != "channel c: secret s: denied" {
		t.Errorf("%v", err)
	}
}

func TestMail(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	letters := make(chan string, 1)
	go mailServer(listener, letters)
	d := dispatcher(plan.Channel{Kind: "email", To: []string{"a@shop.example", "b@shop.example"}}, "")
	if d.SMTP, err = ParseSMTP("smtp://" + listener.Addr().String() + "?from=sluice@shop.example"); err != nil {
		t.Fatal(err)
	}
	sent := alert
	sent.Title = "broken\r\nBcc: evil@example.com"
	if err := d.Send(context.Background(), sent); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(<-letters))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "[shop] broken Bcc: evil@example.com" || m.Header.Get("Bcc") != "" {
		t.Errorf("subject %q, headers %v, %v", subject, m.Header, err)
	}
	if m.Header.Get("To") != "a@shop.example, b@shop.example" {
		t.Errorf("%v", m.Header)
	}
	for _, bad := range []string{"", "http://x", "smtp://user:hunter2@host", "smtp://:25"} {
		if _, err := ParseSMTP(bad); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// mailServer takes one letter.
func mailServer(listener net.Listener, letters chan<- string) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(conn, "220 test\r\n")
	in := bufio.NewScanner(conn)
	for in.Scan() {
		switch verb, _, _ := strings.Cut(in.Text(), " "); verb {
		case "EHLO":
			fmt.Fprint(conn, "250 test\r\n")
		case "DATA":
			fmt.Fprint(conn, "354 go on\r\n")
			var letter strings.Builder
			for in.Scan() && in.Text() != "." {
				letter.WriteString(in.Text() + "\r\n")
			}
			letters <- letter.String()
			fmt.Fprint(conn, "250 ok\r\n")
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}
