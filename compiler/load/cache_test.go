package load

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sluice/compiler/diag"
	"sluice/compiler/spec"
)

// cachedRun loads with the cache and tells whether it was a hit.
func cachedRun(t *testing.T, dir, build string) (p *spec.Platform, diags diag.List, hit bool) {
	t.Helper()
	file := cacheFile(t, dir)
	before, _ := os.Stat(file)
	p, diags, err := Run(context.Background(), Options{Dir: dir, Build: build})
	if err != nil {
		t.Fatal(err)
	}
	after, _ := os.Stat(file)
	return p, diags, before != nil && after != nil && os.SameFile(before, after)
}

func cacheFile(t *testing.T, dir string) string {
	t.Helper()
	f, err := findFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	return newLoader(Options{Dir: dir}, f).openCache(nil).file
}

// Every change that could change the result makes a miss, and the result is that
// of a load without cache.
func TestCache(t *testing.T) {
	start := func(t *testing.T) (string, *spec.Platform) {
		dir := unpack(t, readArchive(t, "features.txtar"))
		write(t, dir, "sql.cue", "package shop\ntable: \"core.file\": sql_file: \"q.sql\"\n")
		write(t, dir, "q.sql", "SELECT 1 AS one\n")
		if _, diags, hit := cachedRun(t, dir, "b1"); hit || len(diags) > 0 {
			t.Fatalf("first load: hit %v\n%s", hit, render(diags))
		}
		p, diags, hit := cachedRun(t, dir, "b1")
		if !hit || len(diags) > 0 {
			t.Fatalf("second load: hit %v\n%s", hit, render(diags))
		}
		fresh, _ := run(t, Options{Dir: dir})
		if !reflect.DeepEqual(p, fresh) {
			same(t, "cached and fresh", p, fresh)
			t.Error("the cached platform is not the fresh one")
		}
		return dir, p
	}
	replace := func(t *testing.T, dir, name, from, to string) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Contains(b, []byte(from)) {
			t.Fatal(err, "nothing to replace")
		}
		write(t, dir, name, strings.Replace(string(b), from, to, 1))
	}
	for name, tc := range map[string]struct {
		change func(t *testing.T, dir string)
		build  string
		hit    bool
	}{
		"nothing":            {func(*testing.T, string) {}, "b1", true},
		"another build":      {func(*testing.T, string) {}, "b2", false},
		"a file":             {func(t *testing.T, dir string) { replace(t, dir, "tables.cue", "Identifies.", "Names.") }, "b1", false},
		"a new file":         {func(t *testing.T, dir string) { write(t, dir, "new.cue", "package shop\npool: new: {}\n") }, "b1", false},
		"a file less":        {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "rules.cue")) }, "b1", false},
		"an imported file":   {func(t *testing.T, dir string) { replace(t, dir, "lib/lib.cue", "learning", "growth") }, "b1", false},
		"a new imported one": {func(t *testing.T, dir string) { write(t, dir, "lib/more.cue", "package lib\nOwners: more: \"x\"\n") }, "b1", false},
		"the module":         {func(t *testing.T, dir string) { replace(t, dir, "cue.mod/module.cue", "v0.15.0", "v0.15.1") }, "b1", false},
		"a file of another package": {func(t *testing.T, dir string) {
			write(t, dir, "lib/unrelated.txt", "x")
		}, "b1", true},
		"the text of a query": {func(t *testing.T, dir string) { write(t, dir, "q.sql", "SELECT 2 AS two\n") }, "b1", true},
		"the schema beside it": {func(t *testing.T, dir string) {
			write(t, dir, "cue.mod/pkg/sluice.dev/schema/table.cue", "package schema\n")
		}, "b1", true}, // written again from the binary, whose schema counts
		"garbage": {func(t *testing.T, dir string) {
			write(t, dir, filepath.Base(cacheFile(t, dir)), "")
			corrupt(t, dir, func(b []byte) []byte { return []byte("x") })
		}, "b1", false},
		"cut": {func(t *testing.T, dir string) { corrupt(t, dir, func(b []byte) []byte { return b[:len(b)/2] }) }, "b1", false},
		"a flipped bit": {func(t *testing.T, dir string) {
			corrupt(t, dir, func(b []byte) []byte { b[len(b)-9] ^= 4; return b })
		}, "b1", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := start(t)
			tc.change(t, dir)
			got, diags, hit := cachedRun(t, dir, tc.build)
			ok(t, diags)
			if hit != tc.hit {
				t.Errorf("hit %v, want %v", hit, tc.hit)
			}
			want, _ := run(t, Options{Dir: dir})
			same(t, "with and without cache", got, want)
		})
	}
	t.Run("a query that is gone", func(t *testing.T) {
		dir, _ := start(t)
		os.Remove(filepath.Join(dir, "q.sql"))
		if _, diags, _ := cachedRun(t, dir, "b1"); len(diags) != 1 || diags[0].Code != diag.SQLFileError {
			t.Errorf("got %s", render(diags))
		}
	})
	t.Run("mistakes are not cached", func(t *testing.T) {
		dir, _ := start(t)
		write(t, dir, "bad.cue", "package shop\npool: x: size: \"x\"\n")
		for range 2 {
			if _, diags, _ := cachedRun(t, dir, "b1"); len(diags) != 1 {
				t.Errorf("got %s", render(diags))
			}
		}
	})
}

func corrupt(t *testing.T, dir string, change func([]byte) []byte) {
	t.Helper()
	file := cacheFile(t, dir)
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, change(b), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Whatever bytes the decoder is given, it ends, and says so.
func FuzzCodec(f *testing.F) {
	p, _ := run(f, Options{Dir: unpack(f, readArchive(f, "shop.txtar"))})
	e := &encoder{files: map[string]uint64{}}
	encodePlatform(e, p)
	f.Add(e.buf)
	f.Add([]byte{})
	names := append(e.names, "x")
	f.Fuzz(func(t *testing.T, b []byte) {
		out := &spec.Platform{}
		if !decodePlatform(&codecDecoder{buf: b, names: names}, out, 1) {
			return
		}
		// What decodes is stable.
		again := &encoder{files: map[string]uint64{}}
		encodePlatform(again, out)
		back := &spec.Platform{}
		if !decodePlatform(&codecDecoder{buf: again.buf, names: again.names}, back, 1) {
			t.Fatal("what was written cannot be read")
		}
	})
}
