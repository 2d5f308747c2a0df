package engine

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/runtime/event"
	"sluice/runtime/plan"
	"sluice/runtime/task"
)

// ledger is a runner whose effects are lines in a file: appended at most once for each key, in one write, which
// is also the commit that a later attempt finds.
type ledger struct{ path string }

func (l ledger) Run(ctx context.Context, a task.Attempt) (task.Result, error) {
	if l.has(a.Key) {
		return task.Result{RowsOut: 1, Message: "adopted"}, nil
	}
	select {
	case <-time.After(time.Duration(rand.IntN(4)) * time.Millisecond):
	case <-ctx.Done():
		return task.Result{}, ctx.Err()
	}
	if a.Number == 1 && strings.HasSuffix(a.Task.ID, "7") {
		return task.Result{}, task.Retry("the first attempt of every tenth task fails")
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return task.Result{}, err
	}
	defer f.Close()
	_, err = f.WriteString(a.Key + "\n")
	time.Sleep(time.Duration(rand.IntN(2)) * time.Millisecond) // committed, not yet reported
	return task.Result{RowsOut: 1}, err
}

func (l ledger) has(key string) bool {
	data, _ := os.ReadFile(l.path)
	return strings.Contains("\n"+string(data), "\n"+key+"\n")
}

func crashPlan() *plan.Plan {
	var edges []string
	for i := range 80 {
		edge := fmt.Sprintf("t%02d:", i)
		for _, j := range []int{i - 3, i - 7, i / 2} {
			if j >= 0 && j < i && !strings.Contains(edge, fmt.Sprintf(" t%02d", j)) {
				edge += fmt.Sprintf(" t%02d", j)
			}
		}
		edges = append(edges, edge)
	}
	p := testPlan(edges...)
	for i := range p.Tasks {
		p.Tasks[i].Retry.BackoffSec = 0
		if i%3 == 0 {
			p.Tasks[i].Pool = "sql"
		}
		if i%20 == 19 {
			p.Tasks[i].NotBefore = "08:00"
		}
	}
	return p
}

// crashChild is the process that is killed.
func crashChild(dir string) {
	p := crashPlan()
	clock, err := plan.NewClock(p)
	if err != nil {
		panic(err)
	}
	day, err := plan.ParseDay(testDay)
	if err != nil {
		panic(err)
	}
	j, err := openPlain(dir)
	if err != nil {
		panic(err)
	}
	report, err := Run(context.Background(), Options{Plan: p, Day: testDay, Runner: ledger{filepath.Join(dir, "ledger")}, Journal: j,
		Clock: FastForward(clock.Opening(day)),
		Observer: ObserverFunc(func(_ *event.State, events []event.Event) {
			for range events {
				fmt.Println("event")
			}
		})})
	if err != nil {
		panic(err)
	}
	fmt.Println("ended", report.State.Outcome)
	os.Exit(0)
}

// TestKill9 kills the process that runs a day at random moments, again and again, until the day is complete. Every
// effect is there once. SLUICE_KILLS sets how many kills at most.
func TestKill9(t *testing.T) {
	if dir := os.Getenv("ENGINE_TEST_CRASH"); dir != "" {
		crashChild(dir)
	}
	kills := 12
	if text := os.Getenv("SLUICE_KILLS"); text != "" {
		kills, _ = strconv.Atoi(text)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	total := 0
	for day := 0; total < kills; day++ {
		dir := t.TempDir()
		for deaths := 0; ; deaths++ {
			after := 1 + r.IntN(60)
			if total >= kills {
				after = 1 << 30
			}
			if crashRun(t, dir, after, time.Duration(r.IntN(3000))*time.Microsecond) {
				break
			}
			total++
		}
		checkLedger(t, dir)
	}
	t.Logf("%d kills", total)
}

// crashRun runs the child and kills it some time after so many events. It reports whether the day ended.
func crashRun(t *testing.T, dir string, events int, more time.Duration) (ended bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill9$")
	cmd.Env = append(os.Environ(), "ENGINE_TEST_CRASH="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "ended ") {
			ended = true
			if lines.Text() != "ended succeeded" {
				t.Errorf("the day %s", lines.Text())
			}
		}
		if events--; events == 0 {
			time.Sleep(more)
			cmd.Process.Kill()
		}
	}
	if err := cmd.Wait(); err != nil && !ended && events > 0 {
		t.Fatalf("the child died of itself: %v", err)
	}
	return ended
}

func checkLedger(t *testing.T, dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(string(data))
	var want []string
	for _, task := range crashPlan().Tasks {
		want = append(want, "local/"+testDay+"/"+task.ID+"@1")
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%d effects, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	j := openJournal(t, dir)
	resumed := 0
	err = j.Replay(context.Background(), "local/"+testDay, 0, func(e *event.Event) error {
		if e.Kind == event.AttemptResumed {
			resumed++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d attempts were taken up again", resumed)
}
