// Package cache keeps results by content: whoever stores a result makes the key of
// everything that the result depends on, so an entry is never wrong, only unused.
package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// Key is the SHA-256 of everything a value depends on.
type Key = [sha256.Size]byte

// Cache is what a stage needs of a store. Get's bytes must not be changed. Both may
// be called from several goroutines.
type Cache interface {
	Get(key Key) ([]byte, bool)
	Put(key Key, value []byte)
}

// KeyOf hashes parts so that no two lists of parts give the same input: each is
// preceded by its length.
func KeyOf(parts ...string) Key {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(length[:], uint64(len(p)))
		h.Write(length[:])
		h.Write([]byte(p))
	}
	return Key(h.Sum(nil))
}

// Memory is a cache for one process's life. The zero value is ready to use.
type Memory struct {
	mu      sync.RWMutex
	entries map[Key][]byte
}

// Get implements Cache.
func (m *Memory) Get(key Key) ([]byte, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	v, ok := m.entries[key]
	return v, ok
}

// Put implements Cache.
func (m *Memory) Put(key Key, value []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries == nil {
		m.entries = map[Key][]byte{}
	}
	m.entries[key] = value
}
