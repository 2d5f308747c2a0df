package cache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func open(t testing.TB, path string, limit int64) *Pack {
	t.Helper()
	p, err := Open(path, limit)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPackKeepsEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "sql.pack")
	p := open(t, path, 1<<20)
	for i := range 1000 {
		p.Put(KeyOf("k", fmt.Sprint(i)), []byte(fmt.Sprint("value", i)))
	}
	p.Put(KeyOf("empty"), nil)
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	again := open(t, path, 1<<20)
	if again.Len() != 1001 {
		t.Fatalf("%d entries", again.Len())
	}
	if v, ok := again.Get(KeyOf("k", "7")); !ok || string(v) != "value7" {
		t.Errorf("got %q, %v", v, ok)
	}
	if v, ok := again.Get(KeyOf("empty")); !ok || len(v) != 0 {
		t.Errorf("got %q, %v", v, ok)
	}
	if _, ok := again.Get(KeyOf("other")); ok {
		t.Error("an entry that was never put")
	}
}

func TestPackIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sql.pack")
	p := open(t, path, 1<<20)
	for i := range 100 {
		p.Put(KeyOf(fmt.Sprint(i)), bytes.Repeat([]byte("x"), 100))
	}
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	// Only what the next session uses survives a smaller bound.
	p = open(t, path, 40*200)
	for i := 60; i < 80; i++ {
		p.Get(KeyOf(fmt.Sprint(i)))
	}
	p.Put(KeyOf("new"), []byte("y"))
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 40*200 {
		t.Errorf("%v %v", info, err)
	}
	p = open(t, path, 1<<20)
	for i := 60; i < 80; i++ {
		if _, ok := p.Get(KeyOf(fmt.Sprint(i))); !ok {
			t.Errorf("entry %d, used last, is gone", i)
		}
	}
	if _, ok := p.Get(KeyOf("new")); !ok || p.Len() >= 100 {
		t.Errorf("%d entries", p.Len())
	}
}

func TestDamagedPackIsEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sql.pack")
	p := open(t, path, 1<<20)
	p.Put(KeyOf("a"), []byte("hello"))
	if err := p.Save(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		if err := os.WriteFile(path, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if p := open(t, path, 1<<20); p.Len() != 0 {
			t.Errorf("byte %d damaged: %d entries", i, p.Len())
		}
		if err := os.WriteFile(path, good[:i], 0o644); err != nil {
			t.Fatal(err)
		}
		if p := open(t, path, 1<<20); p.Len() != 0 {
			t.Errorf("cut at %d: %d entries", i, p.Len())
		}
	}
}

func TestKeysAreApart(t *testing.T) {
	if KeyOf("ab", "c") == KeyOf("a", "bc") || KeyOf("a") == KeyOf("a", "") {
		t.Error("two lists of parts share a key")
	}
}

func FuzzDecode(f *testing.F) {
	p := &Pack{entries: map[Key]*entry{}, session: 3, maxBytes: 1 << 20}
	p.Put(KeyOf("a"), []byte("x"))
	p.Put(KeyOf("b"), []byte("yy"))
	f.Add(p.encode())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &Pack{entries: map[Key]*entry{}, maxBytes: 1 << 30}
		p.decode(data)
		again := &Pack{entries: map[Key]*entry{}}
		again.decode(p.encode())
		if len(again.entries) != len(p.entries) {
			t.Fatalf("%d entries became %d", len(p.entries), len(again.entries))
		}
	})
}

func BenchmarkOpen10000(b *testing.B) {
	path := filepath.Join(b.TempDir(), "sql.pack")
	p := open(b, path, 1<<30)
	for i := range 10000 {
		p.Put(KeyOf(fmt.Sprint(i)), bytes.Repeat([]byte("x"), 1500))
	}
	if err := p.Save(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		open(b, path, 1<<30)
	}
}
