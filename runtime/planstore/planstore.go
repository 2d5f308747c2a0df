// Package planstore keeps the plans of one environment: immutable, named by
// digest, with a pointer to the one that is live and a history of applies.
//
// Layout below the store's folder:
//
//	plans/<hex>.json   a plan, never changed
//	current            the digest of the live plan
//	history.jsonl      one line an apply
package planstore

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sluice/runtime/plan"
)

// ErrNone says that nothing has been applied.
var ErrNone = errors.New("nothing has been applied yet")

// ErrMoved says that the live plan is another than the caller looked at.
var ErrMoved = errors.New("another plan went live in the meantime")

// Applied is one line of the history.
type Applied struct {
	Digest string    `json:"digest"`
	Before string    `json:"before,omitempty"`
	Who    string    `json:"who"`
	At     time.Time `json:"at"`
}

// Store is a folder of plans.
type Store struct{ dir string }

// Open names the folder; nothing is made until something is put.
func Open(dir string) *Store { return &Store{dir: dir} }

// Current reads the live plan, or gives ErrNone.
func (s *Store) Current() (*plan.Plan, error) {
	digest, err := s.currentDigest()
	if err != nil {
		return nil, err
	}
	if digest == "" {
		return nil, ErrNone
	}
	p, err := s.Get(digest)
	if err != nil {
		return nil, fmt.Errorf("the live %w; to apply anew, remove %s", err, filepath.Join(s.dir, "current"))
	}
	return p, nil
}

// Get reads a plan by its digest.
func (s *Store) Get(digest string) (*plan.Plan, error) {
	name, err := s.file(digest)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", digest, err)
	}
	p, err := plan.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", digest, err)
	}
	return p, nil
}

// Put keeps a plan. To put the same plan twice changes nothing.
func (s *Store) Put(p *plan.Plan) error {
	name, err := s.file(p.Digest)
	if err != nil {
		return err
	}
	data, err := plan.Encode(p)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return writeFile(name, data)
}

// SetCurrent makes a plan live, provided that before is still the live one
// (empty: none is); else it gives ErrMoved and changes nothing.
func (s *Store) SetCurrent(digest, before, who string, at time.Time) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	now, err := s.currentDigest()
	if err != nil {
		return err
	}
	if now != before {
		return ErrMoved
	}
	if _, err := s.Get(digest); err != nil {
		return err
	}
	if err := s.record(Applied{Digest: digest, Before: before, Who: who, At: at.UTC()}); err != nil {
		return err
	}
	return writeFile(filepath.Join(s.dir, "current"), []byte(digest+"\n"))
}

// History is every apply, oldest first.
func (s *Store) History() ([]Applied, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, "history.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Applied
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		var a Applied
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return nil, fmt.Errorf("history.jsonl: %w", err)
		}
		out = append(out, a)
	}
	return out, lines.Err()
}

// record adds to the history before the pointer moves. What the last line tells may
// not have come to pass, where its process died in between; then this takes its place.
func (s *Store) record(a Applied) error {
	name := filepath.Join(s.dir, "history.jsonl")
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	data = data[:bytes.LastIndexByte(data, '\n')+1] // half a line was never told
	if len(data) > 0 {
		start := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
		var last Applied
		if err := json.Unmarshal(data[start:], &last); err == nil && last.Digest != a.Before {
			data = data[:start]
		}
	}
	line, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return writeFile(name, append(append(data, line...), '\n'))
}

func (s *Store) currentDigest() (string, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, "current"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	digest := strings.TrimSpace(string(data))
	if _, err := s.file(digest); err != nil {
		return "", fmt.Errorf("%s is damaged: remove it and apply again", filepath.Join(s.dir, "current"))
	}
	return digest, nil
}

// file is where a plan lies. The digest is checked, for it becomes a file's name.
func (s *Store) file(digest string) (string, error) {
	hex, ok := strings.CutPrefix(digest, "sha256:")
	if !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%q is no plan digest", digest)
	}
	return filepath.Join(s.dir, "plans", hex+".json"), nil
}

// writeFile replaces a file as a whole: a reader sees the old or the new content. The
// caller holds the lock, so that one name does for what is not finished yet, and what
// a process that died left there is written over.
func writeFile(name string, data []byte) error {
	temp := filepath.Join(filepath.Dir(name), ".tmp")
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		_ = os.Remove(temp)
	}
	return err
}
