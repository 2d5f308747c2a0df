package journal

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sluice/runtime/event"
)

// Format is the format of the SQLite journal that this build writes.
const Format = 1

const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
	id          INTEGER PRIMARY KEY,
	run         TEXT NOT NULL UNIQUE,
	environment TEXT NOT NULL,
	day         TEXT NOT NULL,
	plan        TEXT NOT NULL DEFAULT '',
	opened_at   INTEGER NOT NULL DEFAULT 0, -- microseconds since 1970
	ended_at    INTEGER NOT NULL DEFAULT 0,
	outcome     TEXT NOT NULL DEFAULT '',
	seq         INTEGER NOT NULL DEFAULT 0, -- of the last event
	sum         INTEGER NOT NULL DEFAULT 0, -- of the last event
	fence       INTEGER NOT NULL DEFAULT 0  -- who may write: grows with every owner
);
CREATE INDEX runs_by_day ON runs (environment, day);
CREATE TABLE events (
	run  INTEGER NOT NULL,
	seq  INTEGER NOT NULL,
	sum  INTEGER NOT NULL, -- CRC-32C over the sum before it and body
	body BLOB NOT NULL,
	PRIMARY KEY (run, seq)
) WITHOUT ROWID;
CREATE TABLE measures (
	environment TEXT NOT NULL,
	task        TEXT NOT NULL,
	day         TEXT NOT NULL,
	micros      INTEGER NOT NULL,
	rows        INTEGER NOT NULL,
	bytes       INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	PRIMARY KEY (environment, task, day)
) WITHOUT ROWID;
CREATE TABLE promises (
	environment TEXT NOT NULL,
	sla         TEXT NOT NULL,
	day         TEXT NOT NULL,
	status      TEXT NOT NULL,
	deadline    INTEGER NOT NULL,
	ready       INTEGER NOT NULL,
	PRIMARY KEY (environment, sla, day)
) WITHOUT ROWID;
`

// SQLite is a journal in one SQLite file. Every Append is synced to disk; appends that
// come at the same time share one sync. An event carries the checksum of all before it, so that a
// changed, missing or added event is noticed on replay.
type SQLite struct {
	path   string
	locks  string // folder of the runs' locks
	read   *sql.DB
	write  *sql.DB
	writer *writer
}

var _ Journal = (*SQLite)(nil)

// OpenSQLite opens the journal in a file, and makes it where it is new. Locks of its runs are in a
// folder beside it. It fails with ErrCorrupt where the file is no journal.
func OpenSQLite(path string) (*SQLite, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &SQLite{path: path, locks: path + ".locks"}
	dsn := (&url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(20000)"},
		"_txlock": {"immediate"},
	}.Encode()}).String()
	if j.write, err = sql.Open("sqlite", dsn); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j.write.SetMaxOpenConns(1)
	if j.read, err = sql.Open("sqlite", dsn); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j.read.SetMaxOpenConns(4)
	if err := j.migrate(); err != nil {
		j.write.Close()
		j.read.Close()
		return nil, err
	}
	j.writer = startWriter(j)
	return j, nil
}

// Path is the journal's file.
func (j *SQLite) Path() string { return j.path }

// Close ends the journal's use. Runs that are still owned are to be released before.
func (j *SQLite) Close() error {
	j.writer.stop()
	return errors.Join(j.write.Close(), j.read.Close())
}

func (j *SQLite) migrate() error {
	tx, err := j.write.Begin()
	if err != nil {
		return j.fault("", err)
	}
	defer tx.Rollback()
	var tables int
	if err := tx.QueryRow(`SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil {
		return j.fault("", err)
	}
	if tables == 0 {
		if _, err := tx.Exec(schema); err != nil {
			return j.fault("", err)
		}
		if _, err := tx.Exec(`INSERT INTO meta VALUES ('format', ?)`, Format); err != nil {
			return j.fault("", err)
		}
		return j.fault("", tx.Commit())
	}
	var format int
	if err := tx.QueryRow(`SELECT value FROM meta WHERE key = 'format'`).Scan(&format); err != nil {
		return &CorruptError{Path: j.path, What: "it is a database without a journal's format", Err: err}
	}
	if format != Format {
		return fmt.Errorf("journal %s is of format %d; this build reads %d: use another sluice", j.path, format, Format)
	}
	return nil
}

// Own takes a run: the lock keeps live processes apart, the fence keeps out one that lost its lock.
func (j *SQLite) Own(ctx context.Context, id RunID) (Run, error) {
	lock, err := lockRun(j.locks, id.Run)
	if err != nil {
		return nil, err
	}
	r := &sqliteRun{j: j, id: id, lock: lock}
	const take = `INSERT INTO runs (run, environment, day, fence) VALUES (?, ?, ?, 1)
		ON CONFLICT (run) DO UPDATE SET fence = fence + 1 RETURNING id, fence`
	if err := j.write.QueryRowContext(ctx, take, id.Run, id.Environment, id.Day).Scan(&r.row, &r.fence); err != nil {
		lock.release()
		return nil, j.fault(id.Run, err)
	}
	return r, nil
}

type sqliteRun struct {
	j     *SQLite
	id    RunID
	row   int64
	fence int64
	lock  *runLock
}

func (r *sqliteRun) Previous() *Owner { return r.lock.previous }

func (r *sqliteRun) Release() error { return r.lock.release() }

func (r *sqliteRun) Append(ctx context.Context, events []event.Event) error {
	if len(events) == 0 {
		return nil
	}
	req := &request{run: r, events: events, bodies: make([][]byte, len(events)), done: make(chan error, 1)}
	for i := range events {
		body, err := event.Encode(&events[i])
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		req.bodies[i] = body
	}
	return r.j.writer.do(ctx, req)
}

// Replay reads a run's events and proves them: their numbers have no gap, their sums follow from each
// other, and the last is the one that was written last.
func (j *SQLite) Replay(ctx context.Context, run string, after int64, each func(*event.Event) error) error {
	tx, err := j.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return j.fault(run, err)
	}
	defer tx.Rollback()
	var row, last int64
	var lastSum, sum uint32
	err = tx.QueryRowContext(ctx, `SELECT id, seq, sum FROM runs WHERE run = ?`, run).Scan(&row, &last, &lastSum)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%w: %s", ErrNoRun, run)
	}
	if err != nil {
		return j.fault(run, err)
	}
	if after > 0 {
		err := tx.QueryRowContext(ctx, `SELECT sum FROM events WHERE run = ? AND seq = ?`, row, after).Scan(&sum)
		if errors.Is(err, sql.ErrNoRows) {
			return &CorruptError{Path: j.path, Run: run, What: fmt.Sprintf("event %d is missing", after)}
		}
		if err != nil {
			return j.fault(run, err)
		}
	}
	rows, err := tx.QueryContext(ctx, `SELECT seq, sum, body FROM events WHERE run = ? AND seq > ? ORDER BY seq`, row, after)
	if err != nil {
		return j.fault(run, err)
	}
	defer rows.Close()
	next := after + 1
	for ; rows.Next(); next++ {
		var seq int64
		var want uint32
		var body sql.RawBytes
		if err := rows.Scan(&seq, &want, &body); err != nil {
			return j.fault(run, err)
		}
		if seq != next {
			return &CorruptError{Path: j.path, Run: run, What: fmt.Sprintf("event %d is missing", next)}
		}
		if sum = chain(sum, body); sum != want {
			return &CorruptError{Path: j.path, Run: run, What: fmt.Sprintf("event %d is not what was written", seq)}
		}
		e, err := event.Decode(body)
		if err != nil {
			return fmt.Errorf("journal %s: run %s: %w", j.path, run, err)
		}
		if err := each(&e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return j.fault(run, err)
	}
	if next-1 != last || sum != lastSum {
		return &CorruptError{Path: j.path, Run: run, What: fmt.Sprintf("it ends with event %d instead of %d", next-1, last)}
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// chain is the sum of an event after the sum of the one before it.
func chain(before uint32, body []byte) uint32 {
	var head [4]byte
	binary.LittleEndian.PutUint32(head[:], before)
	return crc32.Update(crc32.Checksum(head[:], castagnoli), castagnoli, body)
}

// Runs lists runs.
func (j *SQLite) Runs(ctx context.Context, f Filter) ([]Info, error) {
	query := `SELECT run, environment, day, plan, opened_at, ended_at, outcome, seq FROM runs WHERE seq > 0`
	var args []any
	for _, c := range []struct{ cond, value string }{
		{"run = ?", f.Run}, {"environment = ?", f.Environment}, {"day >= ?", f.From}, {"day <= ?", f.To}} {
		if c.value != "" {
			query += " AND " + c.cond
			args = append(args, c.value)
		}
	}
	query += " ORDER BY day DESC, run"
	if f.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, f.Limit)
	}
	rows, err := j.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, j.fault("", err)
	}
	defer rows.Close()
	var list []Info
	for rows.Next() {
		var i Info
		var opened, ended int64
		if err := rows.Scan(&i.Run, &i.Environment, &i.Day, &i.Plan, &opened, &ended, &i.Outcome, &i.Seq); err != nil {
			return nil, j.fault("", err)
		}
		i.OpenedAt, i.EndedAt = fromMicros(opened), fromMicros(ended)
		i.Owner = ownerOf(j.locks, i.Run)
		list = append(list, i)
	}
	return list, j.fault("", rows.Err())
}

// History lists a task's measures.
func (j *SQLite) History(ctx context.Context, environment, task, before string, n int) ([]Measure, error) {
	if before == "" {
		before = "9999-99-99"
	}
	rows, err := j.read.QueryContext(ctx, `SELECT day, micros, rows, bytes, at FROM measures
		WHERE environment = ? AND task = ? AND day < ? ORDER BY day DESC LIMIT ?`, environment, task, before, n)
	if err != nil {
		return nil, j.fault("", err)
	}
	defer rows.Close()
	var list []Measure
	for rows.Next() {
		var m Measure
		var micros, at int64
		if err := rows.Scan(&m.Day, &micros, &m.Rows, &m.Bytes, &at); err != nil {
			return nil, j.fault("", err)
		}
		m.Duration, m.At = time.Duration(micros)*time.Microsecond, fromMicros(at)
		list = append(list, m)
	}
	return list, j.fault("", rows.Err())
}

// Durations lists every task's last durations.
func (j *SQLite) Durations(ctx context.Context, environment string, n int) (map[string][]time.Duration, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT task, micros FROM (
		SELECT task, micros, row_number() OVER (PARTITION BY task ORDER BY day DESC) AS nth FROM measures WHERE environment = ?
	) WHERE nth <= ? ORDER BY task, nth`, environment, n)
	if err != nil {
		return nil, j.fault("", err)
	}
	defer rows.Close()
	all := map[string][]time.Duration{}
	for rows.Next() {
		var task string
		var micros int64
		if err := rows.Scan(&task, &micros); err != nil {
			return nil, j.fault("", err)
		}
		all[task] = append(all[task], time.Duration(micros)*time.Microsecond)
	}
	return all, j.fault("", rows.Err())
}

// Promises lists what is recorded of SLAs.
func (j *SQLite) Promises(ctx context.Context, environment, from, to string) ([]Promise, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT sla, day, status, deadline, ready FROM promises
		WHERE environment = ? AND day >= ? AND day <= ? ORDER BY sla, day`, environment, from, to)
	if err != nil {
		return nil, j.fault("", err)
	}
	defer rows.Close()
	var list []Promise
	for rows.Next() {
		var p Promise
		var deadline, ready int64
		if err := rows.Scan(&p.SLA, &p.Day, &p.Status, &deadline, &ready); err != nil {
			return nil, j.fault("", err)
		}
		p.Deadline, p.Ready = fromMicros(deadline), fromMicros(ready)
		list = append(list, p)
	}
	return list, j.fault("", rows.Err())
}

func fromMicros(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fault words an error of the database.
func (j *SQLite) fault(run string, err error) error {
	if err == nil {
		return nil
	}
	if failure, ok := errors.AsType[*sqlite.Error](err); ok {
		switch failure.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
			return &CorruptError{Path: j.path, Run: run, What: "SQLite cannot read it (" + strings.TrimSpace(failure.Error()) + ")", Err: err}
		}
	}
	return fmt.Errorf("journal %s: %w", j.path, err)
}
