package engine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Masker replaces the values of secrets in a text.
type Masker interface {
	Mask(text string) string
}

// Logs keeps the log lines of attempts in files:
//
//	<Dir>/<day>/<task, escaped>/<generation>-<attempt>.log
//
// A file that reaches half of MaxBytes is moved to the same name with .old and begun anew: the last
// lines are always there, and an attempt never takes more than MaxBytes.
type Logs struct {
	Dir      string
	MaxBytes int64  // of one attempt; 4 MiB where zero
	Mask     Masker // may be nil
}

// LogName names the log of an attempt.
type LogName struct {
	Day        string
	Task       string
	Generation int
	Attempt    int
}

// Path is the file of an attempt's log.
func (l *Logs) Path(n LogName) string {
	return filepath.Join(l.Dir, n.Day, url.PathEscape(n.Task), fmt.Sprintf("%d-%d.log", n.Generation, n.Attempt))
}

// Read copies the log of an attempt as far as it is kept. It fails with fs.ErrNotExist where there is none.
func (l *Logs) Read(n LogName, to io.Writer) error {
	found := false
	for _, path := range []string{l.Path(n) + ".old", l.Path(n)} {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		found = true
		_, err = io.Copy(to, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("no log of task %s on %s: %w", n.Task, n.Day, fs.ErrNotExist)
	}
	return nil
}

// logFile is one attempt's log. Its methods do nothing on nil. A log that cannot be written is no reason
// to fail the work: its lines are lost.
type logFile struct {
	mu    sync.Mutex
	clock Clock
	mask  Masker
	path  string
	half  int64
	size  int64
	file  *os.File
	buf   *bufio.Writer
	dead  bool
}

func (l *Logs) open(n LogName, clock Clock) *logFile {
	if l == nil {
		return nil
	}
	limit := l.MaxBytes
	if limit == 0 {
		limit = 4 << 20
	}
	return &logFile{clock: clock, mask: l.Mask, path: l.Path(n), half: max(limit/2, 1)}
}

func (f *logFile) printf(format string, args ...any) {
	if f == nil {
		return
	}
	text := fmt.Sprintf(format, args...)
	if f.mask != nil {
		text = f.mask.Mask(text)
	}
	stamp := f.clock.Now().UTC().Format("2006-01-02T15:04:05.000Z ")
	f.mu.Lock()
	defer f.mu.Unlock()
	for line := range strings.Lines(text) {
		f.line(stamp + strings.TrimRight(line, "\r\n") + "\n")
	}
	if f.file != nil && f.buf.Flush() != nil {
		f.dead = true
	}
}

func (f *logFile) line(line string) {
	if int64(len(line)) > f.half {
		line = line[:f.half-1] + "\n"
	}
	if f.dead || f.size+int64(len(line)) > f.half && !f.turn() || f.file == nil && !f.begin() {
		return
	}
	n, err := f.buf.WriteString(line)
	f.size += int64(n)
	f.dead = err != nil
}

// begin opens the file when there is a first line; an attempt that says nothing has none.
func (f *logFile) begin() bool {
	if os.MkdirAll(filepath.Dir(f.path), 0o755) == nil {
		if file, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644); err == nil {
			if info, err := file.Stat(); err == nil {
				f.size = info.Size() // of an attempt that was interrupted
			}
			f.file, f.buf = file, bufio.NewWriter(file)
			return true
		}
	}
	f.dead = true
	return false
}

// turn puts the full file aside.
func (f *logFile) turn() bool {
	if f.file == nil {
		return true
	}
	f.buf.Flush()
	f.file.Close()
	f.file, f.size = nil, 0
	if os.Rename(f.path, f.path+".old") != nil {
		f.dead = true
		return false
	}
	return true
}

func (f *logFile) close() {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil {
		f.buf.Flush()
		f.file.Close()
		f.file = nil
	}
	f.dead = true
}
