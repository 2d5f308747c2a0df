package query

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Batch runs many statements in worker processes.
type Batch struct {
	Worker    []string // the command of a worker, which calls Serve
	Processes int
	Limit     time.Duration // for one statement
	MemoryMB  int           // that a process may take, where the system tells what it takes; 0 is no bound
	Setup     Setup
}

// job is one line of the input on its way: done is closed when its answer is there.
type job struct {
	statement Statement
	answer    []byte
	done      chan struct{}
}

// ahead is how many statements may wait for one that takes long, for each process.
const ahead = 256

// Run reads statements from in, one JSON value a line, and writes the answers to out,
// one a line and in the same order. An error is the world's; a line that is no
// statement is answered as any other.
func (b *Batch) Run(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	todo := make(chan *job)
	order := make(chan *job, ahead*b.Processes)
	var workers sync.WaitGroup
	for range b.Processes {
		workers.Go(func() {
			w := &process{batch: b}
			defer w.end()
			for j := range todo {
				j.answer = w.answer(ctx, j.statement)
				close(j.done)
			}
		})
	}
	var readErr error
	var reading sync.WaitGroup
	reading.Go(func() {
		readErr = read(ctx, in, todo, order)
		close(todo)
		close(order)
	})
	writeErr := write(ctx, out, order)
	cancel()
	for range order { // lets the reader go
	}
	reading.Wait()
	workers.Wait()
	return errors.Join(readErr, writeErr)
}

// read turns lines into jobs.
func read(ctx context.Context, in io.Reader, todo, order chan<- *job) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		text, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(text)) > 0 {
			j := &job{done: make(chan struct{})}
			wrong := parse(text, &j.statement)
			if wrong != nil {
				j.answer = encode(Line{Name: j.statement.Name, Error: &Error{Kind: Invalid, Message: fmt.Sprintf("line %d is no statement: %v", n, wrong)}})
				close(j.done)
			}
			select {
			case order <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
			if wrong == nil {
				select {
				case todo <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read statements: %w", err)
		}
	}
}

// parse reads one line. Fields that are not known are somebody else's and no mistake.
func parse(text []byte, s *Statement) error {
	if err := json.Unmarshal(text, s); err != nil {
		return err
	}
	if strings.TrimSpace(s.SQL) == "" {
		return errors.New(`the field "sql" is missing`)
	}
	if s.TimeZone != "" {
		return CheckZone(s.TimeZone)
	}
	return nil
}

func write(ctx context.Context, out io.Writer, order <-chan *job) error {
	w := bufio.NewWriter(out)
	for j := range order {
		select {
		case <-j.done:
		default:
			// Whoever reads along sees what there is while a long one runs.
			if err := w.Flush(); err != nil {
				return err
			}
			select {
			case <-j.done:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if _, err := w.Write(append(j.answer, '\n')); err != nil {
			return err
		}
	}
	return w.Flush()
}

func encode(l Line) []byte {
	text, err := l.encode()
	if err != nil {
		panic(err) // names and messages only
	}
	return text
}

// process is one worker process, started when it is needed and again after its end.
type process struct {
	batch   *Batch
	command *exec.Cmd
	in      io.WriteCloser
	tasks   *json.Encoder
	answers *json.Decoder
	said    *tail // on stderr
}

// start starts the process and tells it the setup.
func (p *process) start() error {
	c := exec.Command(p.batch.Worker[0], p.batch.Worker[1:]...)
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	p.said = &tail{}
	c.Stderr = p.said
	if err := c.Start(); err != nil {
		return err
	}
	p.command, p.in = c, in
	p.tasks, p.answers = json.NewEncoder(in), json.NewDecoder(bufio.NewReaderSize(out, 1<<16))
	return p.tasks.Encode(p.batch.Setup)
}

// end lets the process end.
func (p *process) end() {
	if p.command != nil {
		_ = p.in.Close()
		_ = p.command.Wait()
		p.command = nil
	}
}

// kill ends it now.
func (p *process) kill() {
	if p.command != nil {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
		p.command = nil
	}
}

// answer has the process do a statement. One that dies or takes too long is replaced
// for the next statement.
func (p *process) answer(ctx context.Context, s Statement) []byte {
	fail := func(kind Kind, format string, args ...any) []byte {
		return encode(Line{Name: s.Name, Error: &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}})
	}
	if err := ctx.Err(); err != nil {
		return fail(Internal, "not run: %v", err)
	}
	if p.command == nil {
		if err := p.start(); err != nil {
			p.kill()
			return fail(Internal, "start a worker: %v", err)
		}
	}
	var late, big, executing atomic.Bool
	started := p.command.Process
	done := make(chan struct{})
	go p.watch(started, done, &big)
	timer := time.AfterFunc(p.batch.Limit, func() {
		late.Store(true)
		_ = started.Kill()
	})
	stop := context.AfterFunc(ctx, func() { _ = started.Kill() })
	line, err := p.exchange(s, &executing)
	stop()
	close(done)
	if timer.Stop() && err == nil {
		return line
	}
	p.kill()
	switch {
	case err == nil: // it had answered just before its time was up
		return line
	case big.Load():
		return fail(Runtime, "the statement took more than %d MB of memory and was stopped", p.batch.MemoryMB)
	case late.Load() && executing.Load():
		return fail(Runtime, "the statement did not finish within %s and was stopped", p.batch.Limit)
	case late.Load():
		return fail(Internal, "the analysis did not finish within %s and was stopped", p.batch.Limit)
	case ctx.Err() != nil:
		return fail(Internal, "stopped: %v", ctx.Err())
	}
	return fail(Internal, "the process of the statement died: %v", p.said.reason(err))
}

// watchEvery is how often the memory of a process is looked at.
const watchEvery = 50 * time.Millisecond

// watch kills the process when it takes too much memory, until done.
func (p *process) watch(of *os.Process, done <-chan struct{}, big *atomic.Bool) {
	if p.batch.MemoryMB == 0 {
		return
	}
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			if residentMB(of.Pid) > p.batch.MemoryMB {
				big.Store(true)
				_ = of.Kill()
				return
			}
		}
	}
}

// residentMB is the memory that a process takes; 0 where the system does not tell.
func residentMB(pid int) int {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pages * (os.Getpagesize() / 1024) / 1024
}

func (p *process) exchange(s Statement, executing *atomic.Bool) ([]byte, error) {
	if err := p.tasks.Encode(s); err != nil {
		return nil, err
	}
	for {
		var m message
		if err := p.answers.Decode(&m); err != nil {
			return nil, err
		}
		if !m.Running {
			return m.Line, nil
		}
		executing.Store(true)
	}
}

// tail keeps the beginning of what a process says on stderr.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - len(t.text); room > 0 {
		t.text = append(t.text, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

// reason is why a process died: its own first words, else the error of the pipe.
func (t *tail) reason(err error) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	first, _, _ := strings.Cut(strings.TrimSpace(string(t.text)), "\n")
	if first == "" {
		return err.Error()
	}
	return strings.TrimPrefix(first, "error: ")
}

// offset is a zone by its distance from UTC, at most 14 hours.
var offset = regexp.MustCompile(`^[+-](0?[0-9]|1[0-4])(:[0-5][0-9])?$`)

// CheckZone refuses a default time zone that is none: an IANA name, or an offset.
func CheckZone(name string) error {
	if offset.MatchString(name) {
		return nil
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return fmt.Errorf("time zone %q is not known", name)
	}
	return nil
}
