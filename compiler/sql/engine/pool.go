package engine

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// Task is one text to parse or, with Request, to analyse.
type Task struct {
	Text    string   `json:"text,omitempty"`
	Kind    Kind     `json:"kind,omitempty"`
	Request *Request `json:"request,omitempty"`
}

// Answer is what came of a task. Error is set where the library or a worker broke on
// it; the other tasks are not concerned.
type Answer struct {
	Parsed Parsed `json:"parsed"`
	Result Result `json:"result"`
	Error  string `json:"error,omitempty"`
}

// Pool shares tasks among this process's engine and worker processes, since the
// library is one locked instance per process. Workers start when there is enough to
// do and live until Close.
type Pool struct {
	command    []string
	translator Translator
	limit      time.Duration

	mu      sync.Mutex
	workers []*worker
}

const (
	// worthAWorker is how many tasks there must be for each process: starting one
	// costs as much as about a dozen statements.
	worthAWorker = 24
	// taskLimit is how long a worker may take for one statement. The slowest real
	// ones take a tenth of a second.
	taskLimit = 20 * time.Second
)

// NewPool makes a pool of at most processes, this one included. command starts a
// worker, a program that calls Serve on its standard input and output; without one,
// this process does everything.
func NewPool(command []string, processes int, t Translator) *Pool {
	p := &Pool{command: command, translator: t, limit: taskLimit}
	if len(command) > 0 {
		for range processes - 1 {
			p.workers = append(p.workers, &worker{pool: p})
		}
	}
	return p
}

// Do answers tasks, in their order. Where the context ends, the rest is answered with
// its error.
func (p *Pool) Do(ctx context.Context, tasks []Task) []Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	answers := make([]Answer, len(tasks))
	var next atomic.Int64
	work := func(do func(Task) Answer) {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(tasks) {
				return
			}
			if err := ctx.Err(); err != nil {
				answers[i].Error = err.Error()
				continue
			}
			answers[i] = do(tasks[i])
		}
	}
	var running sync.WaitGroup
	for i, w := range p.workers {
		if len(tasks) >= (i+2)*worthAWorker {
			running.Go(func() { work(w.do) })
		}
	}
	work(p.here)
	running.Wait()
	return answers
}

// here does a task in this process.
func (p *Pool) here(t Task) Answer {
	e, err := Shared(p.translator)
	if err != nil {
		return Answer{Error: err.Error()}
	}
	return e.answer(t)
}

// Close ends the workers.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.workers {
		w.stop()
	}
}

func (e *Engine) answer(t Task) Answer {
	var a Answer
	var err error
	if t.Request != nil {
		a.Result, err = e.Analyze(*t.Request)
	} else {
		a.Parsed, err = e.Parse(t.Text, t.Kind)
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// Serve answers tasks from in on out, JSON values one after the other, until in ends.
func Serve(in io.Reader, out io.Writer, translator Translator) error {
	e, err := Shared(translator)
	if err != nil {
		return err
	}
	tasks := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	answers := bufio.NewWriterSize(out, 1<<16)
	encoder := json.NewEncoder(answers)
	for {
		var t Task
		if err := tasks.Decode(&t); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a task: %w", err)
		}
		if err := encoder.Encode(e.answer(t)); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
		if err := answers.Flush(); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
	}
}

// worker is one process, started when it is first needed and again after it died.
type worker struct {
	pool    *Pool
	command *exec.Cmd
	in      io.WriteCloser
	tasks   *json.Encoder
	answers *json.Decoder
	useless bool // cannot be started at all
}

func (w *worker) start() error {
	command := exec.Command(w.pool.command[0], w.pool.command[1:]...)
	in, err := command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	w.command, w.in = command, in
	w.tasks, w.answers = json.NewEncoder(in), json.NewDecoder(bufio.NewReaderSize(out, 1<<16))
	// What does not answer this is no worker, and no statement's fault.
	if a := w.exchange(Task{Text: "SELECT 1", Kind: Query}); a.Error != "" {
		return errors.New(a.Error)
	}
	return nil
}

func (w *worker) stop() {
	if w.command == nil {
		return
	}
	_ = w.in.Close() // a worker ends with its input
	_ = w.command.Wait()
	w.command = nil
}

// do has the worker do a task. A worker that dies or hangs is replaced for the next
// task; this one is answered with an error, since it would do the same elsewhere.
func (w *worker) do(t Task) Answer {
	if w.command == nil && !w.useless {
		w.useless = w.start() != nil
	}
	if w.useless {
		return w.pool.here(t)
	}
	return w.exchange(t)
}

// exchange sends a task and waits for its answer; a process that fails to give one is
// ended.
func (w *worker) exchange(t Task) Answer {
	var late atomic.Bool
	process := w.command.Process
	timer := time.AfterFunc(w.pool.limit, func() {
		late.Store(true)
		_ = process.Kill()
	})
	var a Answer
	err := w.tasks.Encode(t)
	if err == nil {
		err = w.answers.Decode(&a)
	}
	if timer.Stop() && err == nil {
		return a
	}
	if err == nil && !late.Load() {
		return a
	}
	_ = process.Kill()
	_ = w.command.Wait()
	w.command = nil
	switch {
	case err == nil: // killed just after it had answered
		return a
	case late.Load():
		return Answer{Error: fmt.Sprintf("the SQL analyser did not finish within %s", w.pool.limit)}
	}
	return Answer{Error: fmt.Sprintf("the SQL analyser's process died: %v", err)}
}
