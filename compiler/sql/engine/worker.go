package engine

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Serve answers tasks from in on out, gob values one after the other, until in ends.
// Both ends are the same program.
func Serve(in io.Reader, out io.Writer, translator Translator) error {
	e, err := Shared(translator)
	if err != nil {
		return err
	}
	tasks := gob.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	answers := bufio.NewWriterSize(out, 1<<16)
	encoder := gob.NewEncoder(answers)
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

// worker drives one process, started when there is a job and again after it died.
type worker struct {
	pool    *Pool
	number  int // from 1
	process *process
	sent    []job // that wait for their answer, in order
}

// ahead is how many jobs a process holds, so that it never waits for the next.
const ahead = 3

// run does jobs until the pool is closed, or no process can be started.
func (w *worker) run() {
	broken := false
	for !broken {
		j, more := w.pool.next(w.number, len(w.sent) == 0)
		if !more && len(w.sent) == 0 {
			break
		}
		if more {
			w.sent = append(w.sent, j)
			if w.process == nil {
				broken = w.start() != nil
				continue
			}
			if w.process.tasks.Encode(j.task) == nil && len(w.sent) < ahead {
				continue
			}
		}
		w.receive()
	}
	if w.process != nil {
		w.process.end()
	}
	if len(w.sent) > 0 {
		w.pool.giveBack(w.sent)
	}
	w.pool.leave(broken)
}

// start starts a process and sends it what is to be done. What does not answer a
// simple task is no worker, and no statement's fault.
func (w *worker) start() error {
	p, err := startProcess(w.pool.command)
	if err != nil {
		return err
	}
	if err := p.tasks.Encode(Task{Text: "SELECT 1", Kind: Query}); err != nil {
		p.kill()
		return err
	}
	select {
	case a, ok := <-p.answers:
		if ok && a.Error == "" {
			break
		}
		p.kill()
		return errors.New("the command does not serve")
	case <-time.After(w.pool.limit):
		p.kill()
		return errors.New("the command does not answer")
	}
	w.process = p
	for _, j := range w.sent {
		if p.tasks.Encode(j.task) != nil {
			break // receive finds out why
		}
	}
	return nil
}

// receive takes in the next answer. A process that dies or takes too long is ended,
// and replaced for the next job; the job it was at is answered with an error, since it
// would do the same elsewhere.
func (w *worker) receive() {
	late := time.NewTimer(w.pool.limit)
	defer late.Stop()
	first := w.sent[0]
	select {
	case a, ok := <-w.process.answers:
		if !ok {
			a.Error = fmt.Sprintf("the SQL analyser's process died: %v", w.process.kill())
		}
		w.take(first, a, ok)
	case <-late.C:
		_ = w.process.kill()
		w.take(first, Answer{Error: fmt.Sprintf("the SQL analyser did not finish within %s", w.pool.limit)}, false)
	}
}

// take delivers the first job's answer. What a dead process had not got to is sent to
// the next.
func (w *worker) take(first job, a Answer, alive bool) {
	w.sent = w.sent[1:]
	first.done(a)
	if alive {
		return
	}
	w.process = nil
	rest := w.sent
	w.sent = nil
	if len(rest) > 0 {
		w.pool.giveBack(rest)
	}
}

// process is a running worker. answers closes where there will be no more.
type process struct {
	command *exec.Cmd
	in      io.WriteCloser
	tasks   *gob.Encoder
	answers chan Answer
}

func startProcess(words []string) (*process, error) {
	command := exec.Command(words[0], words[1:]...)
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	// Not StdoutPipe: Wait would close it under the reader.
	out, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command.Stdout = theirs
	err = command.Start()
	_ = theirs.Close()
	if err != nil {
		_ = out.Close()
		return nil, err
	}
	p := &process{command: command, in: in, answers: make(chan Answer, ahead+1)}
	p.tasks = gob.NewEncoder(in) // writes message by message
	go p.read(out)
	return p, nil
}

// read takes answers off the pipe, so that a process never waits to be heard.
func (p *process) read(out *os.File) {
	defer close(p.answers)
	defer out.Close()
	answers := gob.NewDecoder(bufio.NewReaderSize(out, 1<<16))
	for {
		var a Answer
		if answers.Decode(&a) != nil {
			return
		}
		p.answers <- a
	}
}

// end lets the process finish: it ends with its input.
func (p *process) end() {
	_ = p.in.Close()
	_ = p.command.Wait()
}

// kill ends the process at once, and tells how it was.
func (p *process) kill() error {
	_ = p.command.Process.Kill()
	for range p.answers { // what it still said is not asked for any more
	}
	_ = p.in.Close()
	err := p.command.Wait()
	if err == nil {
		err = errors.New("it ended")
	}
	return err
}
