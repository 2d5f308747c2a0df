package journal

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// runLock is a file that the kernel keeps locked for as long as its process lives, and no
// longer: a lock is never stale. Its content tells who holds it; content without a lock tells who died.
type runLock struct {
	file     *flock.Flock
	previous *Owner
}

func lockPath(dir, run string) string { return filepath.Join(dir, url.PathEscape(run)+".lock") }

// lockRun takes the lock of a run. A look by another process holds it for a moment: that is waited out.
func lockRun(dir, run string) (*runLock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	path := lockPath(dir, run)
	file := flock.New(path, flock.SetPermissions(0o644))
	for try := 0; ; try++ {
		locked, err := file.TryLock()
		if err != nil {
			return nil, fmt.Errorf("journal: lock of run %s: %w", run, err)
		}
		if locked {
			break
		}
		if try == 10 {
			owner := readOwner(path)
			if owner == nil {
				owner = &Owner{Host: "an unknown host"}
			}
			return nil, &OwnedError{Run: run, Owner: *owner}
		}
		time.Sleep(10 * time.Millisecond)
	}
	l := &runLock{file: file, previous: readOwner(path)}
	host, _ := os.Hostname()
	content, err := json.Marshal(Owner{PID: os.Getpid(), Host: host, Since: time.Now().UTC()})
	if err == nil {
		err = os.WriteFile(path, content, 0o644)
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("journal: lock of run %s: %w", run, err)
	}
	return l, nil
}

func (l *runLock) release() error {
	err := os.Truncate(l.file.Path(), 0)
	if cerr := l.file.Close(); err == nil {
		err = cerr
	}
	return err
}

// ownerOf is who holds the lock of a run now, or nil.
func ownerOf(dir, run string) *Owner {
	path := lockPath(dir, run)
	owner := readOwner(path)
	if owner == nil {
		return nil
	}
	file := flock.New(path)
	defer file.Close()
	if free, err := file.TryRLock(); err != nil || free {
		return nil
	}
	return owner
}

func readOwner(path string) *Owner {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return nil
	}
	var o Owner
	if json.Unmarshal(data, &o) != nil {
		return nil
	}
	return &o
}
