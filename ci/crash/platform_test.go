package crash

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// scratch holds the binary and the platforms that every test copies from.
var scratch string

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if scratch, err = os.MkdirTemp("", "sluice-crash-"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// binary builds sluice, once.
var binary = sync.OnceValues(func() (string, error) {
	bin := filepath.Join(scratch, "sluice")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/sluice")
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
})

// site is the folder of a platform.
type site struct{ dir string }

// newSite copies a folder to a place of its own, which ends with the test.
func newSite(t *testing.T, from string) site {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "platform")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return site{dir}
}

func (s site) path(elem ...string) string { return filepath.Join(append([]string{s.dir}, elem...)...) }

// process is a command that runs.
type process struct {
	cmd      *exec.Cmd
	out, err bytes.Buffer
	ended    chan struct{}
	took     time.Duration
}

// start starts sluice in the folder.
func (s site) start(t *testing.T, args ...string) *process {
	t.Helper()
	return s.startBy(t, nil, args...)
}

// startBy starts sluice after prepare has had its way with the command.
func (s site) startBy(t *testing.T, prepare func(*exec.Cmd), args ...string) *process {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(bin, args...), ended: make(chan struct{})}
	p.cmd.Dir = s.dir
	p.cmd.Env = []string{"NO_COLOR=1"}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SLUICE_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	if prepare != nil {
		prepare(p.cmd)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		p.took = time.Since(began)
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	return p
}

// patience is how long a command may take before the test gives it up as hung.
const patience = 3 * time.Minute

// wait gives the exit code; -1 of a process that a signal ended.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		<-p.ended
		t.Fatalf("%s hangs\n%s", p, p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

// signalAfter sends a signal after a while, and says whether the process was still there.
func (p *process) signalAfter(d time.Duration, signal os.Signal) bool {
	select {
	case <-p.ended:
		return false
	case <-time.After(d):
		return p.cmd.Process.Signal(signal) == nil
	}
}

func (p *process) String() string { return "sluice " + strings.Join(p.cmd.Args[1:], " ") }
func (p *process) said() string   { return p.out.String() + p.err.String() }

// must runs a command that is to succeed, and gives what it printed.
func (s site) must(t *testing.T, args ...string) *process {
	t.Helper()
	p := s.start(t, args...)
	if code := p.wait(t); code != 0 {
		t.Fatalf("%s: exit code %d\n%s", p, code, p.said())
	}
	p.tame(t)
	return p
}

// refuses runs a command that is to fail with a message that holds every text.
func (p *process) refuses(t *testing.T, texts ...string) {
	t.Helper()
	if code := p.wait(t); code != 1 {
		t.Errorf("%s: exit code %d, want 1\n%s", p, code, p.said())
	}
	p.tame(t)
	for _, text := range texts {
		if !strings.Contains(p.said(), text) {
			t.Errorf("%s: does not say %q:\n%s", p, text, p.said())
		}
	}
}

// tame fails where the process printed what no user should see.
func (p *process) tame(t *testing.T) {
	t.Helper()
	for _, wild := range []string{"panic:", "goroutine ", "fatal error:", "SIGSEGV", "INTERNAL Error"} {
		if strings.Contains(p.said(), wild) {
			t.Errorf("%s: %q in what it prints:\n%s", p, wild, p.said())
		}
	}
}

// runDay is the command line that runs a business day.
func runDay(day string) []string { return []string{"run", "--date", day, "--fast-forward", "-q"} }

// dice gives the random moments of a test, and prints the seed that brings them back.
func dice(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if text, ok := os.LookupEnv("SLUICE_SEED"); ok {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("SLUICE_SEED: %v", err)
		}
	}
	t.Logf("SLUICE_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// within is a random moment of a duration.
func within(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }

// kills is how many kills a test does on each platform.
func kills(t *testing.T, usual int) int {
	t.Helper()
	text, ok := os.LookupEnv("SLUICE_KILLS")
	if !ok {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("SLUICE_KILLS=%s: want a number of at least 1", text)
	}
	return n
}

// thorough says that time is no matter.
func thorough() bool { return os.Getenv("SLUICE_KILLS") != "" }

// platforms are those that a test looks at which is slow on the large one.
func platforms() []*platform {
	if thorough() {
		return []*platform{shop, manabi}
	}
	return []*platform{shop}
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: never happened: %v", what, errors.Unwrap(ctx.Err()))
		case <-time.After(5 * time.Millisecond):
		}
	}
}
