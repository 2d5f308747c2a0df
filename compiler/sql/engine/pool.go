package engine

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Task is one text to parse or, with Request, to analyse.
type Task struct {
	Text    string
	Kind    Kind
	Request *Request
}

// Answer is what came of a task. Error is set where the library or a worker broke on
// it; the other tasks are not concerned.
type Answer struct {
	Parsed Parsed
	Result Result
	Error  string
}

// Pool does tasks in worker processes, since the library is one locked instance per
// process. Few tasks are done in this process; when there is enough to do, workers
// start, do everything from then on, and live until Close. This process then has both
// hands free to prepare tasks and to take in answers.
type Pool struct {
	command    []string
	translator Translator
	processes  int
	limit      time.Duration

	mu      sync.Mutex
	wake    *sync.Cond // there is a job, or the pool is closed
	jobs    []job
	here    bool // a goroutine does jobs in this process
	working int  // worker processes that take jobs
	broken  bool // the command starts no worker
	closed  bool
	running sync.WaitGroup
	counts  Counts
	homes   map[string]int // which worker parsed a query, and so has its tree
}

// Counts are how many tasks a pool was given.
type Counts struct{ Parsed, Analysed int }

// job is a task and where its answer goes.
type job struct {
	ctx  context.Context
	task Task
	done func(Answer)
}

const (
	// worthWorkers is how many jobs must wait for workers to start: starting costs as
	// much as two dozen statements.
	worthWorkers = 48
	// taskLimit is how long a worker may take for one statement. The slowest real
	// ones take a tenth of a second.
	taskLimit = 20 * time.Second
)

// NewPool makes a pool of processes. command starts a worker, a program that calls
// Serve on its standard input and output; without one, or with less than two processes,
// this process does everything.
func NewPool(command []string, processes int, t Translator) *Pool {
	p := &Pool{command: command, translator: t, processes: processes, limit: taskLimit, homes: map[string]int{}}
	p.wake = sync.NewCond(&p.mu)
	p.broken = len(command) == 0 || processes < 2
	return p
}

// Counts tells how many tasks the pool was given so far.
func (p *Pool) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// Do answers tasks, in their order. Where the context ends, the rest is answered with
// its error.
func (p *Pool) Do(ctx context.Context, tasks []Task) []Answer {
	answers := make([]Answer, len(tasks))
	var left sync.WaitGroup
	left.Add(len(tasks))
	jobs := make([]job, len(tasks))
	for i, t := range tasks {
		jobs[i] = job{ctx, t, func(a Answer) {
			answers[i] = a
			left.Done()
		}}
	}
	p.add(jobs)
	left.Wait()
	return answers
}

// Go has a task done and returns at once. done is called from another goroutine and
// must not wait.
func (p *Pool) Go(ctx context.Context, t Task, done func(Answer)) {
	p.add([]job{{ctx, t, done}})
}

func (p *Pool) add(jobs []job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range jobs {
		if j.task.Request != nil {
			p.counts.Analysed++
		} else {
			p.counts.Parsed++
		}
	}
	p.jobs = append(p.jobs, jobs...)
	p.staff()
}

// staff sees to it that somebody does the jobs. The pool is locked.
func (p *Pool) staff() {
	if p.working == 0 && !p.broken && !p.closed && len(p.jobs) >= worthWorkers {
		for i := range p.processes {
			p.working++
			p.running.Go((&worker{pool: p, number: i + 1}).run)
		}
	}
	if p.working > 0 {
		p.wake.Broadcast()
		return
	}
	if !p.here && len(p.jobs) > 0 {
		p.here = true
		p.running.Go(p.workHere)
	}
}

// workHere does jobs in this process until there are none, or workers do them.
func (p *Pool) workHere() {
	for {
		p.mu.Lock()
		if len(p.jobs) == 0 || p.working > 0 {
			p.here = false
			p.mu.Unlock()
			return
		}
		j := p.pop(0)
		p.mu.Unlock()
		if err := j.ctx.Err(); err != nil {
			j.done(Answer{Error: err.Error()})
			continue
		}
		e, err := Shared(p.translator)
		if err != nil {
			j.done(Answer{Error: err.Error()})
			continue
		}
		j.done(e.answer(j.task))
	}
}

// pop takes a job. The pool is locked.
func (p *Pool) pop(i int) job {
	j := p.jobs[i]
	if i > 0 {
		p.jobs = slices.Delete(p.jobs, i, i+1)
		return j
	}
	p.jobs[0] = job{}
	p.jobs = p.jobs[1:]
	return j
}

// choices is how many jobs a worker looks at for one that is its own.
const choices = 64

// choose finds the job that is best for a worker: the first that no other worker is
// better prepared for, else the first. The pool is locked, and has a job.
func (p *Pool) choose(number int) int {
	for i := range min(choices, len(p.jobs)) {
		t := p.jobs[i].task
		if t.Request == nil {
			if t.Kind == Query {
				p.homes[t.Text] = number
			}
			return i
		}
		if home := p.homes[t.Request.Text]; home == 0 || home == number {
			return i
		}
	}
	return 0
}

// next is a job for a worker; without wait only if there is one by now. It reports
// false where there is none, or will be none. A job whose context has ended is
// answered here.
func (p *Pool) next(number int, wait bool) (job, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for len(p.jobs) == 0 {
			if !wait || p.closed {
				return job{}, false
			}
			p.wake.Wait()
		}
		j := p.pop(p.choose(number))
		err := j.ctx.Err()
		if err == nil {
			return j, true
		}
		p.mu.Unlock()
		j.done(Answer{Error: err.Error()})
		p.mu.Lock()
	}
}

// giveBack returns jobs that a worker did not get to.
func (p *Pool) giveBack(jobs []job) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs = slices.Concat(jobs, p.jobs)
	p.staff()
}

// leave is a worker's last call. Where the command does not start workers, this
// process does the rest.
func (p *Pool) leave(broken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.working--
	p.broken = p.broken || broken
	p.staff()
}

// Close ends the workers. Nothing may be asked for afterwards.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.wake.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
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
