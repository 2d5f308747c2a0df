package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/task"
)

var (
	ctx   = context.Background()
	start = time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC)
	runID = RunID{Run: "local/2026-11-20", Environment: "local", Day: "2026-11-20"}
)

func open(t testing.TB, path string) *SQLite {
	t.Helper()
	j, err := OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func own(t testing.TB, j Journal, id RunID) Run {
	t.Helper()
	r, err := j.Own(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// numbered makes events from … to.
func numbered(from, to int) []event.Event {
	var list []event.Event
	for i := from; i <= to; i++ {
		list = append(list, event.Event{V: event.Version, Seq: int64(i), At: start.Add(time.Duration(i) * time.Second),
			Kind: event.RunPaused, Message: strings.Repeat("x", i%50)})
	}
	return list
}

func appended(t testing.TB, r Run, events []event.Event) {
	t.Helper()
	if err := r.Append(ctx, events); err != nil {
		t.Fatal(err)
	}
}

func replayed(j Journal, run string, after int64) (seqs []int64, err error) {
	err = j.Replay(ctx, run, after, func(e *event.Event) error {
		seqs = append(seqs, e.Seq)
		return nil
	})
	return seqs, err
}

func TestAppendAndReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "journal.db")
	j := open(t, path)
	if _, err := replayed(j, runID.Run, 0); !errors.Is(err, ErrNoRun) {
		t.Errorf("an unknown run: %v", err)
	}
	r := own(t, j, runID)
	events := numbered(1, 10)
	events[3].Result = &task.Result{RowsOut: 7, Message: "表 \x00 ok"}
	appended(t, r, events[:4])
	appended(t, r, events[4:])
	if err := r.Release(); err != nil {
		t.Fatal(err)
	}
	j.Close()

	j = open(t, path)
	var got []event.Event
	if err := j.Replay(ctx, runID.Run, 0, func(e *event.Event) error { got = append(got, *e); return nil }); err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(got, events, func(a, b event.Event) bool {
		x, _ := event.Encode(&a)
		y, _ := event.Encode(&b)
		return bytes.Equal(x, y)
	}) {
		t.Errorf("%+v\nwant %+v", got, events)
	}
	if seqs, err := replayed(j, runID.Run, 8); err != nil || !slices.Equal(seqs, []int64{9, 10}) {
		t.Errorf("after 8: %v %v", seqs, err)
	}
	stop := errors.New("enough")
	if err := j.Replay(ctx, runID.Run, 0, func(*event.Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("%v", err)
	}
}

func TestAppendRefusesGaps(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	r := own(t, j, runID)
	appended(t, r, numbered(1, 3))
	for _, bad := range [][]event.Event{numbered(5, 6), numbered(3, 4), slices.Concat(numbered(4, 4), numbered(6, 6))} {
		if err := r.Append(ctx, bad); !errors.Is(err, event.ErrOrder) {
			t.Errorf("%v", err)
		}
	}
	appended(t, r, numbered(4, 4))
	if seqs, err := replayed(j, runID.Run, 0); err != nil || len(seqs) != 4 {
		t.Errorf("%v %v", seqs, err)
	}
}

func TestOwnershipAndFence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, other := open(t, path), open(t, path)
	r := own(t, j, runID)
	appended(t, r, numbered(1, 1))
	_, err := other.Own(ctx, runID)
	if !errors.Is(err, ErrOwned) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("%v", err)
	}
	if _, err := other.Own(ctx, RunID{Run: "local/2026-11-21", Environment: "local", Day: "2026-11-21"}); err != nil {
		t.Errorf("another run: %v", err)
	}
	list, err := other.Runs(ctx, Filter{Run: runID.Run})
	if err != nil || len(list) != 1 || list[0].Owner == nil || list[0].Owner.PID != os.Getpid() {
		t.Errorf("%+v %v", list, err)
	}
	// A process that lost its lock without noticing can write no more once another owns the run.
	if err := r.(*sqliteRun).lock.file.Unlock(); err != nil {
		t.Fatal(err)
	}
	second := own(t, other, runID)
	if p := second.Previous(); p == nil || p.PID != os.Getpid() {
		t.Errorf("previous owner %v", p)
	}
	if err := r.Append(ctx, numbered(2, 2)); !errors.Is(err, ErrFenced) {
		t.Errorf("%v", err)
	}
	appended(t, second, numbered(2, 2))
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
	third := own(t, j, runID)
	if third.Previous() != nil {
		t.Error("an owner that let go counts as dead")
	}
	if list, err := other.Runs(ctx, Filter{}); err != nil || len(list) != 1 || list[0].Owner == nil {
		t.Errorf("%+v %v", list, err)
	}
}

// A killed process leaves its lock's content, and no lock.
func TestLockOfAKilledProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	if os.Getenv("JOURNAL_TEST_HOLD") != "" {
		j := open(t, os.Getenv("JOURNAL_TEST_HOLD"))
		appended(t, own(t, j, runID), numbered(1, 1))
		fmt.Println("holding")
		time.Sleep(time.Hour)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLockOfAKilledProcess$")
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_HOLD="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	j := open(t, path)
	if _, err := j.Own(ctx, runID); !errors.Is(err, ErrOwned) {
		t.Errorf("%v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	r := own(t, j, runID)
	if p := r.Previous(); p == nil || p.PID != cmd.Process.Pid {
		t.Errorf("previous owner %v, want process %d", p, cmd.Process.Pid)
	}
}

func TestProjections(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	for day := 10; day <= 14; day++ {
		id := RunID{Run: fmt.Sprintf("local/2026-11-%d", day), Environment: "local", Day: fmt.Sprintf("2026-11-%d", day)}
		r := own(t, j, id)
		at := start.AddDate(0, 0, day-20)
		events := []event.Event{
			{Kind: event.RunOpened, Open: &event.Opening{Run: id.Run, Day: id.Day, Plan: "sha256:1"}},
			{Kind: event.SLAChanged, SLA: &event.SLAChange{Name: "s", Status: "at_risk", Deadline: at}},
			{Kind: event.TaskSucceeded, Task: "a", Started: at, Result: &task.Result{RowsOut: int64(day), Bytes: 5}},
			{Kind: event.TaskMarked, Task: "b"},
			{Kind: event.SLAChanged, SLA: &event.SLAChange{Name: "s", Status: "met", Deadline: at, Ready: at}},
			{Kind: event.PlanChanged, Plan: "sha256:2"},
			{Kind: event.RunFinished, Outcome: event.Succeeded},
		}
		for i := range events {
			events[i].V, events[i].Seq, events[i].At = event.Version, int64(i)+1, at.Add(time.Duration(day)*time.Second)
		}
		appended(t, r, events)
		if day == 14 {
			appended(t, r, []event.Event{{V: event.Version, Seq: 8, At: at.Add(time.Hour), Kind: event.TasksReset, Tasks: []string{"a"}}})
		}
		if err := r.Release(); err != nil {
			t.Fatal(err)
		}
	}
	measures, err := j.History(ctx, "local", "a", "2026-11-13", 2)
	if err != nil || len(measures) != 2 || measures[0].Day != "2026-11-12" || measures[0].Rows != 12 || measures[0].Duration != 12*time.Second {
		t.Errorf("%+v %v", measures, err)
	}
	if measures, err := j.History(ctx, "local", "b", "", 9); err != nil || len(measures) != 0 {
		t.Errorf("what somebody vouched for was not measured: %+v %v", measures, err)
	}
	durations, err := j.Durations(ctx, "local", 2)
	if err != nil || len(durations) != 1 || !slices.Equal(durations["a"], []time.Duration{14 * time.Second, 13 * time.Second}) {
		t.Errorf("%v %v", durations, err)
	}
	promises, err := j.Promises(ctx, "local", "2026-11-12", "2026-11-13")
	if err != nil || len(promises) != 2 || promises[0].Status != "met" || promises[0].Ready.IsZero() {
		t.Errorf("%+v %v", promises, err)
	}
	list, err := j.Runs(ctx, Filter{Environment: "local", From: "2026-11-13"})
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v %v", list, err)
	}
	if list[0].Day != "2026-11-14" || list[0].Outcome != "" || list[0].Plan != "sha256:2" || list[0].Owner != nil {
		t.Errorf("a run that goes on again: %+v", list[0])
	}
	if list[1].Outcome != event.Succeeded || list[1].EndedAt.IsZero() || list[1].Seq != 7 {
		t.Errorf("%+v", list[1])
	}
}

// Many runs append at once; each finds its own events in order.
func TestGroupCommit(t *testing.T) {
	j := open(t, filepath.Join(t.TempDir(), "journal.db"))
	const runs, batches = 16, 30
	var wg sync.WaitGroup
	for n := range runs {
		id := RunID{Run: fmt.Sprintf("local/%d", n), Environment: "local", Day: fmt.Sprint(n)}
		r := own(t, j, id)
		wg.Go(func() {
			for b := range batches {
				if err := r.Append(ctx, numbered(b*3+1, b*3+3)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for n := range runs {
		if seqs, err := replayed(j, fmt.Sprintf("local/%d", n), 0); err != nil || len(seqs) != 3*batches {
			t.Errorf("run %d: %d events, %v", n, len(seqs), err)
		}
	}
}

// The journal's last write torn at all kinds of bytes: what was committed before it is there, and the
// last batch is there as a whole or not at all.
func TestTornLastWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.db")
	j := open(t, path)
	r := own(t, j, runID)
	appended(t, r, numbered(1, 20))
	before := size(t, path+"-wal")
	appended(t, r, numbered(21, 40))
	db, wal := read(t, path), read(t, path+"-wal")
	if int64(len(wal)) <= before {
		t.Fatal("the last write is not in the log")
	}
	counts := map[int]int{}
	for cut := before; cut <= int64(len(wal)); cut++ {
		// Every byte of small steps is slow; the frames' edges and a sieve between them find the same.
		if edge := (cut - 32) % 4120; cut != int64(len(wal)) && edge > 30 && edge < 4090 && cut%257 != 0 {
			continue
		}
		for _, tail := range [][]byte{nil, make([]byte, len(wal)-int(cut))} { // the file is shorter, or zeros stand in it
			torn := filepath.Join(dir, "torn", "journal.db")
			os.RemoveAll(filepath.Dir(torn))
			write(t, torn, db)
			write(t, torn+"-wal", append(bytes.Clone(wal[:cut]), tail...))
			seqs := survivors(t, torn)
			if len(seqs) != 20 && len(seqs) != 40 {
				t.Fatalf("torn at %d of %d: %d events", cut, len(wal), len(seqs))
			}
			counts[len(seqs)]++
		}
	}
	if counts[20] == 0 || counts[40] == 0 {
		t.Errorf("%v", counts)
	}
}

// survivors replays a torn journal and goes on writing to it.
func survivors(t *testing.T, path string) []int64 {
	t.Helper()
	j, err := OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	seqs, err := replayed(j, runID.Run, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := own(t, j, runID)
	defer r.Release()
	appended(t, r, numbered(len(seqs)+1, len(seqs)+1))
	return seqs
}

// Whatever is changed in the events by something else than the journal is noticed.
func TestCorruptionIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := open(t, path)
	appended(t, own(t, j, runID), numbered(1, 9))
	raw, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	tests := []struct{ damage, repair, want string }{
		{`UPDATE events SET body = replace(body, 'xxx', 'xyx') WHERE seq = 5`, `UPDATE events SET body = replace(body, 'xyx', 'xxx') WHERE seq = 5`, "event 5 is not what was written"},
		{`UPDATE events SET seq = 50 WHERE seq = 5`, `UPDATE events SET seq = 5 WHERE seq = 50`, "event 5 is missing"},
		{`UPDATE events SET seq = 10 WHERE seq = 9`, `UPDATE events SET seq = 9 WHERE seq = 10`, "event 9 is missing"},
		{`UPDATE events SET run = 7 WHERE seq = 9`, `UPDATE events SET run = 1 WHERE seq = 9`, "it ends with event 8 instead of 9"},
		{`UPDATE runs SET seq = 11`, `UPDATE runs SET seq = 9`, "it ends with event 9 instead of 11"},
	}
	for _, tt := range tests {
		if _, err := raw.Exec(tt.damage); err != nil {
			t.Fatal(err)
		}
		if _, err := replayed(j, runID.Run, 0); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.damage, err, tt.want)
		}
		if _, err := raw.Exec(tt.repair); err != nil {
			t.Fatal(err)
		}
		if _, err := replayed(j, runID.Run, 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesThatAreNoJournal(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	write(t, text, []byte(strings.Repeat("not a database at all\n", 500)))
	if _, err := OpenSQLite(text); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), text) {
		t.Errorf("%v", err)
	}
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", "file:"+other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE mine (x)`); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := OpenSQLite(other); !errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
	newer := filepath.Join(dir, "newer.db")
	j, err := OpenSQLite(newer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.write.Exec(`UPDATE meta SET value = 99`); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if _, err := OpenSQLite(newer); err == nil || !strings.Contains(err.Error(), "format 99") {
		t.Errorf("%v", err)
	}
	if err := func() error {
		r := own(t, open(t, filepath.Join(dir, "closed.db")), runID)
		r.(*sqliteRun).j.Close()
		return r.Append(ctx, numbered(1, 1))
	}(); err == nil {
		t.Error("a closed journal takes events")
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
