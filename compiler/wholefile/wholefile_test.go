package wholefile

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "deep", "er", "a.txt")
	for _, content := range []string{"one, which is long", "two", ""} {
		if err := Write(name, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != content {
			t.Fatalf("%q, %v", got, err)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestWhatACrashLeft(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.txt")
	temp := filepath.Join(filepath.Dir(name), ".a.txt.tmp")
	if err := os.WriteFile(temp, []byte("half of something long"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, []byte("whole"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "whole" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := os.Stat(temp); !os.IsNotExist(err) {
		t.Errorf("it is left over: %v", err)
	}
}

func TestAFailureLeavesTheOld(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	if err := os.Mkdir(name, 0o755); err != nil { // nothing can be renamed over a folder
		t.Fatal(err)
	}
	if err := Write(name, []byte("x"), 0o644); err == nil {
		t.Error("a folder is replaced")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), ".a*")); left != nil {
		t.Errorf("left over: %v", left)
	}
}

func TestManyWriters(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	var contents [][]byte
	for i := range 8 {
		contents = append(contents, bytes.Repeat([]byte{byte('a' + i)}, 100_000*(i+1)))
	}
	whole := func(got []byte) bool {
		for _, c := range contents {
			if bytes.Equal(got, c) {
				return true
			}
		}
		return false
	}
	var group sync.WaitGroup
	for _, c := range contents {
		group.Go(func() {
			for range 20 {
				if err := Write(name, c, 0o644); err != nil {
					t.Error(err)
				}
				if got, err := os.ReadFile(name); err != nil || !whole(got) {
					t.Errorf("%d bytes that nobody wrote as a whole, %v", len(got), err)
				}
			}
		})
	}
	group.Wait()
}
