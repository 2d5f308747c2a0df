package planstore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/plan"
)

func sealed(t *testing.T, name string) *plan.Plan {
	t.Helper()
	p := &plan.Plan{Format: plan.Format, Platform: name, Environment: "local", Kind: "local", TimeZone: "UTC", DayStart: "00:00",
		Warehouse: plan.Warehouse{Kind: "duckdb", Path: "w.duckdb"}}
	digest, err := plan.Digest(p)
	if err != nil {
		t.Fatal(err)
	}
	p.Digest = digest
	return p
}

func TestPointerMovesByCompareAndSwap(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "local"))
	if _, err := s.Current(); !errors.Is(err, ErrNone) {
		t.Fatalf("an empty store gives %v", err)
	}
	a, b := sealed(t, "a"), sealed(t, "b")
	for _, p := range []*plan.Plan{a, b, a} {
		if err := s.Put(p); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := s.SetCurrent(a.Digest, "", "kim", at); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCurrent(b.Digest, "", "lee", at); !errors.Is(err, ErrMoved) {
		t.Fatalf("a stale flip gives %v", err)
	}
	if err := s.SetCurrent(b.Digest, a.Digest, "lee", at); err != nil {
		t.Fatal(err)
	}
	p, err := s.Current()
	if err != nil || p.Platform != "b" {
		t.Fatalf("current is %+v, %v", p, err)
	}
	h, err := s.History()
	if err != nil || len(h) != 2 || h[1].Before != a.Digest || h[1].Who != "lee" || !h[0].At.Equal(at) {
		t.Fatalf("history is %+v, %v", h, err)
	}
}

func TestOneOfManyWins(t *testing.T) {
	s := Open(t.TempDir())
	a := sealed(t, "a")
	if err := s.Put(a); err != nil {
		t.Fatal(err)
	}
	var wins sync.Map
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if err := s.SetCurrent(a.Digest, "", "x", time.Unix(0, 0)); err == nil {
				wins.Store(i, true)
			} else if !errors.Is(err, ErrMoved) {
				t.Error(err)
			}
		})
	}
	group.Wait()
	n := 0
	wins.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d of 8 flips won", n)
	}
}

func TestADigestIsNoPath(t *testing.T) {
	s := Open(t.TempDir())
	for _, d := range []string{"", "../../etc/passwd", "sha256:../x", "sha256:" + string(make([]byte, 64))} {
		if _, err := s.Get(d); err == nil {
			t.Errorf("%q is accepted", d)
		}
	}
}

func TestATamperedPlanIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := Open(dir)
	a := sealed(t, "aaaa")
	if err := s.Put(a); err != nil {
		t.Fatal(err)
	}
	name, _ := s.file(a.Digest)
	data, _ := os.ReadFile(name)
	for i := range data {
		if data[i] == 'a' && data[i+1] == 'a' && data[i+2] == 'a' {
			data[i] = 'b'
			break
		}
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(a.Digest); err == nil {
		t.Error("a changed plan is read")
	}
}

// What a process left that died in the middle is written over: its half-written file,
// and the line of an apply that never came to pass.
func TestAfterACrash(t *testing.T) {
	dir := t.TempDir()
	s := Open(dir)
	a, b, c := sealed(t, "a"), sealed(t, "b"), sealed(t, "c")
	for _, p := range []*plan.Plan{a, b, c} {
		if err := s.Put(p); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Unix(0, 0)
	if err := s.SetCurrent(a.Digest, "", "kim", at); err != nil {
		t.Fatal(err)
	}
	if err := s.record(Applied{Digest: b.Digest, Before: a.Digest, Who: "lee"}); err != nil {
		t.Fatal(err)
	}
	history := filepath.Join(dir, "history.jsonl")
	text, _ := os.ReadFile(history)
	if err := os.WriteFile(history, append(text, `{"digest":"sha2`...), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".tmp", "plans/.tmp"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half a plan, longer than a digest; "+string(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := s.Current(); err != nil || p.Platform != "a" {
		t.Fatalf("current is %+v, %v", p, err)
	}
	d := sealed(t, "d")
	if err := s.Put(d); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCurrent(c.Digest, a.Digest, "pat", at); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Current(); err != nil || p.Platform != "c" {
		t.Errorf("current is %+v, %v", p, err)
	}
	h, err := s.History()
	if err != nil || len(h) != 2 || h[0].Digest != a.Digest || h[1].Digest != c.Digest {
		t.Errorf("history is %+v, %v", h, err)
	}
	for _, pattern := range []string{".tmp*", "plans/.tmp*"} {
		if left, _ := filepath.Glob(filepath.Join(dir, pattern)); left != nil {
			t.Errorf("left over: %v", left)
		}
	}
}

// What is left when the pointer or the plan is damaged names the file to remove.
func TestADamagedPointer(t *testing.T) {
	dir := t.TempDir()
	s, a := Open(dir), sealed(t, "a")
	if err := s.Put(a); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCurrent(a.Digest, "", "kim", time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	pointer := filepath.Join(dir, "current")
	for _, damage := range []func() error{
		func() error { return os.RemoveAll(filepath.Join(dir, "plans")) },
		func() error { return os.WriteFile(pointer, []byte(a.Digest+"\n\x00\x00"), 0o644) },
		func() error { return os.Truncate(pointer, 0) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Current(); err == nil || errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "remove ") || !strings.Contains(err.Error(), pointer) {
			t.Errorf("got %v", err)
		}
	}
	if err := os.Remove(pointer); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(a); err != nil {
		t.Fatal(err)
	}
	if err := s.SetCurrent(a.Digest, "", "kim", time.Unix(0, 0)); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
