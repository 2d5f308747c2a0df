package cache

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"slices"
	"sync"

	"sluice/compiler/wholefile"
)

// Pack is a cache in one file. It is read as a whole when opened and written as a
// whole, atomically, when saved: processes at the same time do not disturb each
// other, the last one's entries stay. Entries not used for longest leave first when
// the file would grow beyond its bound.
//
// The file is, in little-endian: the magic; the number of entries as uint32; for each
// entry its key, the number of its last session as uint32 and its length as uint32;
// the values in that order; the CRC-32C of all before.
type Pack struct {
	path     string
	maxBytes int64

	mu      sync.RWMutex
	entries map[Key]*entry
	session uint32 // one more than the newest in the file
	changed bool
}

type entry struct {
	value []byte
	used  uint32
}

const (
	magic     = "sluicepack1\n"
	headBytes = len(magic) + 4
	itemBytes = len(Key{}) + 8
	tailBytes = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Open reads the pack at path. A file that is missing or damaged is an empty cache;
// the error is that of reading.
func Open(path string, maxBytes int64) (*Pack, error) {
	p := &Pack{path: path, maxBytes: maxBytes, entries: map[Key]*entry{}, session: 1}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read the cache: %w", err)
	}
	p.decode(data)
	return p, nil
}

// decode takes the entries of a sound file, and nothing of any other.
func (p *Pack) decode(data []byte) {
	if len(data) < headBytes+tailBytes || string(data[:len(magic)]) != magic {
		return
	}
	body := data[:len(data)-tailBytes]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(data[len(body):]) {
		return
	}
	count := int64(binary.LittleEndian.Uint32(data[len(magic):]))
	if count > int64(len(body)-headBytes)/int64(itemBytes) {
		return
	}
	values := body[headBytes+int(count)*itemBytes:]
	all := make([]entry, count)
	entries := make(map[Key]*entry, count)
	newest := uint32(0)
	for i := range all {
		item := body[headBytes+i*itemBytes:]
		used := binary.LittleEndian.Uint32(item[len(Key{}):])
		size := int64(binary.LittleEndian.Uint32(item[len(Key{})+4:]))
		if size > int64(len(values)) {
			return
		}
		all[i] = entry{value: values[:size:size], used: used}
		entries[Key(item[:len(Key{})])] = &all[i]
		values = values[size:]
		newest = max(newest, used)
	}
	if len(values) == 0 && newest < 1<<32-1 {
		p.entries, p.session = entries, newest+1
	}
}

// Get implements Cache.
func (p *Pack) Get(key Key) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entries[key]
	if e == nil {
		return nil, false
	}
	e.used = p.session
	return e.value, true
}

// Put implements Cache.
func (p *Pack) Put(key Key, value []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entries[key] = &entry{value: value, used: p.session}
	p.changed = true
}

// Len is the number of entries.
func (p *Pack) Len() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.entries)
}

// Save writes the file if anything was put since it was opened or saved.
func (p *Pack) Save() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.changed {
		return nil
	}
	if err := wholefile.Write(p.path, p.encode(), 0o600); err != nil {
		return fmt.Errorf("write the cache: %w", err)
	}
	p.changed = false
	return nil
}

// encode is the file: the entries used last that fit into the bound, ordered by last
// use and key so that equal caches give equal bytes.
func (p *Pack) encode() []byte {
	keys := make([]Key, 0, len(p.entries))
	for k := range p.entries {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b Key) int {
		return cmp.Or(cmp.Compare(p.entries[b].used, p.entries[a].used), slices.Compare(a[:], b[:]))
	})
	size := int64(headBytes + tailBytes)
	kept := 0
	for _, k := range keys {
		size += int64(itemBytes + len(p.entries[k].value))
		if size > p.maxBytes {
			break
		}
		kept++
	}
	keys = keys[:kept]
	out := make([]byte, 0, min(size, p.maxBytes))
	out = append(out, magic...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(keys)))
	for _, k := range keys {
		out = append(out, k[:]...)
		out = binary.LittleEndian.AppendUint32(out, p.entries[k].used)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(p.entries[k].value)))
	}
	for _, k := range keys {
		out = append(out, p.entries[k].value...)
	}
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, castagnoli))
}
