package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"sluice/runtime/event"
)

// errClosed says that the journal was closed.
var errClosed = errors.New("journal: it is closed")

// request is one Append on its way to disk.
type request struct {
	run    *sqliteRun
	events []event.Event
	bodies [][]byte
	err    error // found within the transaction: this request alone fails
	done   chan error
}

// writer commits what many appends want to write in as few transactions as it takes.
type writer struct {
	j        *SQLite
	requests chan *request
	quit     chan struct{}
	once     sync.Once
	ended    chan struct{}
}

func startWriter(j *SQLite) *writer {
	w := &writer{j: j, requests: make(chan *request, 64), quit: make(chan struct{}), ended: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.ended
}

// do hands a request over and waits for its end. Once handed over it is carried out, so
// the context does not end the wait: the caller must know what is on disk.
func (w *writer) do(ctx context.Context, req *request) error {
	select {
	case w.requests <- req:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		return errClosed
	}
	select {
	case err := <-req.done:
		return err
	case <-w.ended:
		select {
		case err := <-req.done:
			return err
		default:
			return errClosed
		}
	}
}

func (w *writer) loop() {
	defer close(w.ended)
	for {
		select {
		case <-w.quit:
			return
		case first := <-w.requests:
			w.commit(w.gather(first))
		}
	}
}

// gather takes all that has come in meanwhile.
func (w *writer) gather(first *request) []*request {
	group := []*request{first}
	for len(group) < cap(w.requests) {
		select {
		case req := <-w.requests:
			group = append(group, req)
		default:
			return group
		}
	}
	return group
}

func (w *writer) commit(group []*request) {
	err := w.transact(group)
	for _, req := range group {
		if err != nil {
			req.done <- err
		} else {
			req.done <- req.err
		}
	}
}

func (w *writer) transact(group []*request) error {
	tx, err := w.j.write.Begin()
	if err != nil {
		return w.j.fault("", err)
	}
	defer tx.Rollback()
	for _, req := range group {
		if err := w.insert(tx, req); err != nil {
			return w.j.fault(req.run.id.Run, err)
		}
	}
	return w.j.fault("", tx.Commit())
}

// insert writes one request, or notes in it why it must not be written.
func (w *writer) insert(tx *sql.Tx, req *request) error {
	r := req.run
	var seq, fence int64
	var sum uint32
	err := tx.QueryRow(`SELECT seq, sum, fence FROM runs WHERE id = ?`, r.row).Scan(&seq, &sum, &fence)
	if err != nil {
		return err
	}
	if fence != r.fence {
		req.err = fmt.Errorf("%w: %s", ErrFenced, r.id.Run)
		return nil
	}
	for i := range req.events {
		if req.events[i].Seq != seq+int64(i)+1 {
			req.err = fmt.Errorf("journal: run %s: event %d after %d: %w", r.id.Run, req.events[i].Seq, seq+int64(i), event.ErrOrder)
			return nil
		}
	}
	insert, err := tx.Prepare(`INSERT INTO events (run, seq, sum, body) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range req.events {
		sum = chain(sum, req.bodies[i])
		if _, err := insert.Exec(r.row, req.events[i].Seq, sum, req.bodies[i]); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(`UPDATE runs SET seq = ?, sum = ? WHERE id = ?`, seq+int64(len(req.events)), sum, r.row); err != nil {
		return err
	}
	return project(tx, req)
}

// project keeps the list of runs and the measures in step with the events.
func project(tx *sql.Tx, req *request) error {
	r := req.run
	var measure *sql.Stmt
	for i := range req.events {
		e := &req.events[i]
		var err error
		switch e.Kind {
		case event.RunOpened:
			_, err = tx.Exec(`UPDATE runs SET plan = ?, opened_at = ? WHERE id = ?`, e.Open.Plan, micros(e.At), r.row)
		case event.PlanChanged:
			_, err = tx.Exec(`UPDATE runs SET plan = ? WHERE id = ?`, e.Plan, r.row)
		case event.RunFinished:
			_, err = tx.Exec(`UPDATE runs SET outcome = ?, ended_at = ? WHERE id = ?`, e.Outcome, micros(e.At), r.row)
		case event.TasksReset, event.RunSelected:
			_, err = tx.Exec(`UPDATE runs SET outcome = '', ended_at = 0 WHERE id = ?`, r.row)
		case event.SLAChanged:
			_, err = tx.Exec(`INSERT OR REPLACE INTO promises VALUES (?, ?, ?, ?, ?, ?)`, r.id.Environment, e.SLA.Name,
				r.id.Day, e.SLA.Status, micros(e.SLA.Deadline), micros(e.SLA.Ready))
		case event.TaskSucceeded, event.TaskWarned:
			if e.Result == nil || e.Started.IsZero() {
				continue
			}
			if measure == nil {
				measure, err = tx.Prepare(`INSERT OR REPLACE INTO measures VALUES (?, ?, ?, ?, ?, ?, ?)`)
				if err != nil {
					return err
				}
				defer measure.Close()
			}
			_, err = measure.Exec(r.id.Environment, e.Task, r.id.Day, e.At.Sub(e.Started).Microseconds(),
				e.Result.RowsOut, e.Result.Bytes, micros(e.At))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
