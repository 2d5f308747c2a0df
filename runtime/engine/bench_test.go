package engine

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/journal"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

func openPlain(dir string) (*journal.SQLite, error) {
	return journal.OpenSQLite(filepath.Join(dir, "journal.db"))
}

type noop struct{}

func (noop) Run(context.Context, task.Attempt) (task.Result, error) { return task.Result{}, nil }

// layered is a DAG of n tasks in layers of 100, each after two of the layer before.
func layered(n int) *plan.Plan {
	p := &plan.Plan{Format: plan.Format, Digest: "sha256:bench", Environment: "local", TimeZone: "Asia/Tokyo", DayStart: "04:00",
		Pools: []plan.Pool{{Name: "sql", Size: 100}}}
	for i := range n {
		t := plan.Task{ID: fmt.Sprintf("t%06d", i), Kind: plan.Query, Pool: "sql", Retry: plan.Retry{Attempts: 1}}
		if i >= 100 {
			t.After = []string{fmt.Sprintf("t%06d", i-100), fmt.Sprintf("t%06d", i/100*100-100+(i*7)%100)}
			if t.After[0] == t.After[1] {
				t.After = t.After[:1]
			}
		}
		p.Tasks = append(p.Tasks, t)
	}
	return p
}

// BenchmarkNoop runs a day of 10,000 tasks that do nothing on the SQLite journal, every start and end on disk
// before what follows from it.
func BenchmarkNoop(b *testing.B) {
	p := layered(10000)
	for b.Loop() {
		j, err := openPlain(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		report, err := Run(context.Background(), Options{Plan: p, Day: testDay, Runner: noop{}, Journal: j, MaxRunning: 100})
		if err != nil {
			b.Fatal(err)
		}
		if report.State.Outcome != event.Succeeded {
			b.Fatal(report.State.Counts())
		}
		j.Close()
	}
	b.ReportMetric(float64(len(p.Tasks)*b.N)/b.Elapsed().Seconds(), "completions/s")
}

// BenchmarkBareSQLite inserts as many rows as BenchmarkNoop has events, a hundred in a transaction: how fast the
// disk lets anybody be.
func BenchmarkBareSQLite(b *testing.B) {
	body := []byte(`{"v":1,"seq":12345,"at":"2026-11-20T19:00:00.123456Z","kind":"task_succeeded","task":"t012345","generation":1,"attempt":1,"started":"2026-11-20T19:00:00.123456Z","result":{}}`)
	for b.Loop() {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
		if err != nil {
			b.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		if _, err := db.Exec(`CREATE TABLE e (seq INTEGER PRIMARY KEY, body BLOB)`); err != nil {
			b.Fatal(err)
		}
		for batch := range 200 {
			tx, err := db.Begin()
			if err != nil {
				b.Fatal(err)
			}
			insert, err := tx.Prepare(`INSERT INTO e VALUES (?, ?)`)
			if err != nil {
				b.Fatal(err)
			}
			for i := range 100 {
				if _, err := insert.Exec(batch*100+i, body); err != nil {
					b.Fatal(err)
				}
			}
			if err := tx.Commit(); err != nil {
				b.Fatal(err)
			}
		}
		db.Close()
	}
	b.ReportMetric(float64(10000*b.N)/b.Elapsed().Seconds(), "completions/s")
}

// BenchmarkReplay reads a journal of 100,000 events back into a state.
func BenchmarkReplay(b *testing.B) {
	j, err := openPlain(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	p := layered(50000)
	if _, err := Run(context.Background(), Options{Plan: p, Day: testDay, Runner: noop{}, Journal: j, MaxRunning: 1000}); err != nil {
		b.Fatal(err)
	}
	clock, err := plan.NewClock(p)
	if err != nil {
		b.Fatal(err)
	}
	day, err := plan.ParseDay(testDay)
	if err != nil {
		b.Fatal(err)
	}
	var events int64
	began := time.Now()
	for b.Loop() {
		s, err := event.New(p, clock, day)
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Replay(context.Background(), "local/"+testDay, 0, s.Apply); err != nil {
			b.Fatal(err)
		}
		events += s.Seq()
	}
	b.ReportMetric(float64(events)/time.Since(began).Seconds(), "events/s")
}
