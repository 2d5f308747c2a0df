package load

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"syscall"

	"sluice/compiler/spec"
	"sluice/compiler/wholefile"
	"sluice/cue"
)

// cacheFormat changes when the same bytes would be read differently.
const cacheFormat = "sluice load cache 1\n"

// A cache holds one result without errors in a file. Its key covers all that is
// known before anything is parsed: the program, the schema, the module file, and
// the names and contents of the CUE files. What the package imports is known only
// afterwards, so it is listed in the file with its hashes and compared on reading.
// SQL files are read anew each time. Whatever is wrong with the file is a miss.
type cache struct {
	l    *loader
	file string
	key  [sha256.Size]byte
	off  bool
}

func (l *loader) openCache(files []*file) *cache {
	c := &cache{l: l, off: l.options.NoCache}
	if c.off {
		return c
	}
	dir := l.folder.rel(l.folder.dir)
	name := sha256.Sum256([]byte(dir))
	c.file = filepath.Join(l.folder.root, ".sluice", "cache", "load-"+hex.EncodeToString(name[:4]))
	h := sha256.New()
	part := func(label string, data []byte) {
		fmt.Fprintf(h, "%s %d\n", label, len(data))
		h.Write(data)
	}
	build := l.options.Build
	if build == "" {
		build = BuildID()
	}
	part("build", []byte(build))
	part("types", []byte(fingerprint(reflect.TypeFor[spec.Platform](), map[reflect.Type]bool{})))
	schema := schemaFS(cue.Schema)
	names, _ := fs.Glob(schema, "*.cue")
	for _, n := range names {
		src, _ := fs.ReadFile(schema, n)
		part("schema "+n, src)
	}
	module, _ := os.ReadFile(filepath.Join(l.folder.root, filepath.FromSlash(moduleFile)))
	part("module", module)
	part("dir", []byte(dir))
	for _, f := range files {
		part(f.path, f.sum[:])
	}
	h.Sum(c.key[:0])
	return c
}

// load gives the cached platform with its SQL texts, or nil.
func (c *cache) load() *spec.Platform {
	if c.off {
		return nil
	}
	data, err := os.ReadFile(c.file)
	if err != nil {
		return nil
	}
	head := len(cacheFormat) + len(c.key) + 4
	if len(data) < head || string(data[:len(cacheFormat)]) != cacheFormat || !bytes.Equal(data[len(cacheFormat):head-4], c.key[:]) {
		return nil
	}
	body := data[head:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(data[head-4:]) {
		return nil
	}
	d := &codecDecoder{buf: body}
	for range d.len() {
		dep := dependency{Path: d.string(), Dir: d.byte() == 1}
		copy(dep.Sum[:], d.string())
		if d.err != nil || !dep.holds(c.l.folder) {
			return nil
		}
	}
	d.names = make([]string, d.len())
	for i := range d.names {
		d.names[i] = d.string()
	}
	p := c.l.empty()
	if !decodePlatform(d, p, c.l.workers) {
		return nil
	}
	if c.l.readSQLFiles(p); len(c.l.diags) > 0 {
		c.l.diags = nil // found and reported anew by the full load
		return nil
	}
	return p
}

func (dep dependency) holds(f folder) bool {
	if dep.Dir {
		return sumDir(f, dep.Path) == dep.Sum
	}
	return sumFile(f, dep.Path) == dep.Sum
}

// save writes the cache. A folder that cannot be written only makes the next load
// slower.
func (c *cache) save(p *spec.Platform, deps []dependency) {
	if c.off {
		return
	}
	e := &encoder{files: map[string]uint64{}}
	encodePlatform(e, p)
	payload := e.buf

	e.buf = nil
	e.uint(uint64(len(deps)))
	for _, dep := range deps {
		e.string(dep.Path)
		dir := byte(0)
		if dep.Dir {
			dir = 1
		}
		e.buf = append(e.buf, dir)
		e.string(string(dep.Sum[:]))
	}
	e.uint(uint64(len(e.names)))
	for _, n := range e.names {
		e.string(n)
	}
	sum := crc32.Update(crc32.Checksum(e.buf, castagnoli), castagnoli, payload)
	out := slices.Concat([]byte(cacheFormat), c.key[:], binary.LittleEndian.AppendUint32(nil, sum), e.buf, payload)
	_ = wholefile.Write(c.file, out, 0o644)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// segment is how many items of a section are decoded by one goroutine.
const segment = 128

// encodePlatform writes the sections; the items of each in segments with their
// lengths, so that they can be read side by side.
func encodePlatform(e *encoder, p *spec.Platform) {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if !cached(v.Type().Field(i).Name) {
			continue
		}
		if f.Kind() != reflect.Slice {
			e.value(f)
			continue
		}
		e.uint(uint64(f.Len()))
		for from := 0; from < f.Len(); from += segment {
			inner := &encoder{files: e.files, names: e.names}
			for k := from; k < min(from+segment, f.Len()); k++ {
				inner.value(f.Index(k))
			}
			e.names = inner.names
			e.uint(uint64(len(inner.buf)))
			e.buf = append(e.buf, inner.buf...)
		}
	}
}

// cached tells which fields of a platform are written: not its place, and not the
// texts that are read from their files each time.
func cached(field string) bool { return field != "Root" && field != "SQLFiles" }

func decodePlatform(d *codecDecoder, p *spec.Platform, workers int) bool {
	type job struct {
		buf  []byte
		into reflect.Value // slice of pointers
	}
	var jobs []job
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if !cached(v.Type().Field(i).Name) {
			continue
		}
		if f.Kind() != reflect.Slice {
			d.value(f)
			continue
		}
		n := d.len()
		if n == 0 {
			continue
		}
		f.Set(reflect.MakeSlice(f.Type(), n, n))
		for from := 0; from < n && d.err == nil; from += segment {
			size := d.len()
			if d.err != nil {
				break
			}
			jobs = append(jobs, job{d.buf[:size], f.Slice(from, min(from+segment, n))})
			d.buf = d.buf[size:]
		}
	}
	if d.err != nil || len(d.buf) > 0 {
		return false
	}
	failed := make([]bool, len(jobs))
	each := func(i int) {
		inner := &codecDecoder{buf: jobs[i].buf, names: d.names}
		into := jobs[i].into
		slab := reflect.MakeSlice(reflect.SliceOf(into.Type().Elem().Elem()), into.Len(), into.Len())
		for k := range into.Len() {
			inner.value(slab.Index(k))
			into.Index(k).Set(slab.Index(k).Addr())
		}
		failed[i] = inner.err != nil || len(inner.buf) > 0
	}
	parallelRuns(len(jobs), workers, 1, each)
	return !slices.Contains(failed, true)
}

// isReadOnly reports a file system that cannot be written.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
