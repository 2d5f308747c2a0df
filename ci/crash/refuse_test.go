package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A second process on a day is told who works on it, and changes nothing.
func TestTwoProcesses(t *testing.T) {
	ref := manabi.reference(t)
	s := newSite(t, ref.applied)
	first := s.start(t, runDay(manabi.days[0])...)
	eventually(t, "the day is under way", func() bool {
		text, err := os.ReadFile(s.path(".sluice", "local", "journal.db.locks", "local%2F"+manabi.days[0]+".lock"))
		return err == nil && len(text) > 0
	})
	owner := fmt.Sprintf("process %d", first.cmd.Process.Pid)
	s.start(t, runDay(manabi.days[0])...).refuses(t, owner)
	s.start(t, runDay(manabi.days[1])...).refuses(t, owner)
	if d, ok := s.status(t, manabi.days[0]); !ok || d.Outcome != "running" {
		t.Errorf("status beside the run: %q", d.Outcome)
	}
	if code := first.wait(t); code != 0 {
		t.Fatalf("the first: exit code %d\n%s", code, first.said())
	}
	s.mustBe(t, ref.after[0], manabi.days[:1])
}

// Files that may not be written end a run in a clear error, and cost nothing.
func TestReadOnly(t *testing.T) {
	ref := shop.reference(t)
	for _, x := range []struct {
		name  string
		files []string
		says  []string
	}{
		{"warehouse", []string{".sluice/warehouse.duckdb"}, []string{"error: ", "warehouse.duckdb", "Permission denied"}},
		{"journal", []string{".sluice/local/journal.db", ".sluice/local"}, []string{"error: ", "journal.db", "readonly"}},
		{"exports", []string{"out"}, []string{"export.log", "Permission denied"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := newSite(t, ref.applied)
			s.must(t, runDay(shop.days[0])...)
			s.open(t)
			for _, name := range x.files {
				lock(t, s.path(name))
			}
			s.startBy(t, unprivileged, runDay(shop.days[1])...).refuses(t, x.says...)
			s.open(t)
			if x.name == "exports" {
				// There the day ran, and failed.
				s.must(t, append(runDay(shop.days[1]), "--retry-failed")...)
				s.mustHold(t, ref.after[1])
				return
			}
			s.must(t, runDay(shop.days[1])...)
			s.mustBe(t, ref.after[1], shop.days)
		})
	}
}

// unprivileged runs a command as nobody where the test runs as root, whom no file refuses.
func unprivileged(cmd *exec.Cmd) {
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}

// open lets everybody write everything, and enter the folders above.
func (s site) open(t *testing.T) {
	t.Helper()
	mode := func(name string, bits os.FileMode) {
		info, err := os.Stat(name)
		if err == nil {
			err = os.Chmod(name, info.Mode().Perm()|bits)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err := filepath.Walk(s.dir, func(name string, info os.FileInfo, err error) error {
		if err == nil && info.IsDir() {
			mode(name, 0o777)
		} else if err == nil {
			mode(name, 0o666)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{scratch, filepath.Dir(s.dir), filepath.Dir(filepath.Dir(s.dir))} {
		mode(dir, 0o755)
	}
}

func lock(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(name)
	if err == nil {
		err = os.Chmod(name, info.Mode().Perm()&^0o222)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A disk that is full ends a run in a clear error; with room again the day completes.
// Here it is the largest size of a file that is bounded, which fails the same writes.
func TestDiskFull(t *testing.T) {
	for _, p := range []*platform{shop, manabi} {
		t.Run(p.name, func(t *testing.T) {
			ref := p.reference(t)
			info, err := os.Stat(filepath.Join(ref.applied, ".sluice", "warehouse.duckdb"))
			if err != nil {
				t.Fatal(err)
			}
			rooms := []int64{16, 64, 256, info.Size()>>10 + 64, info.Size()>>10 + 2048} // KiB
			if p == manabi && !thorough() {
				rooms = rooms[4:]
			}
			for _, room := range rooms {
				t.Run(fmt.Sprintf("%d KiB a file", room), func(t *testing.T) {
					s := newSite(t, ref.applied)
					s.runFull(t, func(cmd *exec.Cmd) {
						shell := fmt.Sprintf(`ulimit -f %d && exec "$0" "$@"`, room)
						cmd.Args = append([]string{"bash", "-c", shell, cmd.Path}, cmd.Args[1:]...)
						cmd.Path = "/bin/bash"
					}, p.days[0])
					s.mustRun(t, p.days[0], ref.after[0])
				})
			}
		})
	}
}

// The same on a file system that is really full, where the test may make one.
func TestFileSystemFull(t *testing.T) {
	ref := manabi.reference(t)
	spares := []int{4, 24, 1, 12} // MiB
	if !thorough() {
		spares = spares[:2]
	}
	for _, spare := range spares {
		t.Run(fmt.Sprintf("%d MiB", spare), func(t *testing.T) {
			dir := t.TempDir()
			if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1g", "none", dir).CombinedOutput(); err != nil {
				t.Skipf("no file system can be mounted here: %s", out)
			}
			t.Cleanup(func() {
				if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
			s := site{filepath.Join(dir, "platform")}
			copyTree(t, ref.applied, s.dir)
			used := used(t, dir)
			resize := func(size int) {
				if out, err := exec.Command("mount", "-o", fmt.Sprintf("remount,size=%dm", size), dir).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			}
			resize(used + spare)
			s.runFull(t, nil, manabi.days[0])
			resize(1024)
			s.mustRun(t, manabi.days[0], ref.after[0])
		})
	}
}

// used is how much a file system holds, in MiB.
func used(t *testing.T, dir string) int {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	return int(int64(fs.Blocks-fs.Bfree)*fs.Bsize>>20) + 1
}

// runFull runs a day where there is too little room: it ends by itself, with a reason.
func (s site) runFull(t *testing.T, prepare func(*exec.Cmd), day string) {
	t.Helper()
	p := s.startBy(t, prepare, runDay(day)...)
	code := p.wait(t)
	p.tame(t)
	d, _ := s.status(t, day)
	t.Logf("exit code %d with %d tasks done and %d failed: %s", code, len(d.with("succeeded")), len(d.with("failed")), p.err.String())
	if code != 0 && code != 1 {
		t.Errorf("exit code %d", code)
	}
	if code == 1 && p.err.Len() == 0 && d.with("failed") == nil {
		t.Errorf("it fails without a reason:\n%s", p.said())
	}
}

// mustRun takes a day up, and again what failed for good in it, to the state wanted.
func (s site) mustRun(t *testing.T, day string, want *state) {
	t.Helper()
	p := s.start(t, runDay(day)...)
	if code := p.wait(t); code != 0 {
		s.must(t, append(runDay(day), "--retry-failed")...)
	}
	s.mustHold(t, want)
}

// mustHold compares all but the books and the status, which tell of failed attempts too.
func (s site) mustHold(t *testing.T, want *state) {
	t.Helper()
	got := &state{tables: s.tables(t), files: s.files(t)}
	for _, line := range differences(&state{tables: want.tables, files: want.files}, got) {
		if !strings.HasPrefix(line, "table _sluice.") {
			t.Error(line)
		}
	}
}
