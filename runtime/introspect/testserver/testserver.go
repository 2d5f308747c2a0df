// Package testserver starts real databases for tests, from the programs that are
// installed on the machine.
package testserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Password is that of the administrators of every server here.
const Password = "no secret, but of a test server"

// Postgres starts an empty PostgreSQL server for the test and gives its port on
// 127.0.0.1; the user is postgres. It has no TLS.
func Postgres(t testing.TB) int {
	t.Helper()
	initdb := program(t, "initdb", "postgresql", "/usr/lib/postgresql/*/bin", "/usr/local/opt/postgresql*/bin", "/opt/homebrew/opt/postgresql*/bin")
	dir := folder(t)
	secret := filepath.Join(dir, "password")
	if err := os.WriteFile(secret, []byte(Password+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	account := unprivileged(t, "postgres", dir)
	run(t, account, initdb, "-D", data, "-A", "scram-sha-256", "--pwfile", secret, "-U", "postgres", "-E", "UTF8", "--locale", "C", "--no-sync")
	port := freePort(t)
	start(t, account, port, filepath.Join(filepath.Dir(initdb), "postgres"), "-D", data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+dir, "-c", "fsync=off")
	ready(t, filepath.Join(filepath.Dir(initdb), "pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(port))
	return port
}

// MariaDB starts an empty MariaDB server for the test and gives its port on 127.0.0.1;
// the user is root, whose password is empty.
func MariaDB(t testing.TB) int {
	t.Helper()
	install := program(t, "mariadb-install-db", "mariadb-server", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin")
	server := program(t, "mariadbd", "mariadb-server", "/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
	dir := folder(t)
	account := unprivileged(t, "mysql", dir)
	data := filepath.Join(dir, "data")
	run(t, account, install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	port := freePort(t)
	start(t, account, port, server, "--no-defaults", "--datadir="+data, "--port="+strconv.Itoa(port), "--bind-address=127.0.0.1",
		"--socket="+filepath.Join(dir, "socket"), "--pid-file="+filepath.Join(dir, "pid"))
	ready(t, program(t, "mariadb-admin", "mariadb-client", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"),
		"--no-defaults", "-s", "-u", "root", "-h", "127.0.0.1", "-P", strconv.Itoa(port), "ping")
	return port
}

// program finds a program. One that is missing fails the test where CI runs it, and
// skips it elsewhere.
func program(t testing.TB, name, debian string, folders ...string) string {
	t.Helper()
	var found []string
	for _, f := range folders {
		list, _ := filepath.Glob(filepath.Join(f, name))
		found = append(found, list...)
	}
	if len(found) > 0 {
		return slices.Max(found) // the newest version
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	message := fmt.Sprintf("this test needs %s: apt-get install %s", name, debian)
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

// folder is one of the test's own with a short name, as sockets need it.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sluice-db-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// unprivileged is the account that a server runs under, since none runs as root; nil
// where this process is not root. The folder becomes the account's.
func unprivileged(t testing.TB, name, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			t.Fatal(err)
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

func run(t testing.TB, account *syscall.SysProcAttr, name string, args ...string) {
	t.Helper()
	c := exec.Command(name, args...)
	c.SysProcAttr, c.Dir = account, os.TempDir()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// start starts a server and waits until it listens; it ends with the test.
func start(t testing.TB, account *syscall.SysProcAttr, port int, name string, args ...string) {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(name, args...)
	c.SysProcAttr, c.Dir, c.Stdout, c.Stderr = account, os.TempDir(), log, log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-ended
		_ = log.Close()
	})
	for range 600 {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("%s ended: %v\n%s", name, err, text)
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("%s does not listen", name)
}

// ready waits until a command says that the server answers: it listens before that.
func ready(t testing.TB, name string, args ...string) {
	t.Helper()
	var out []byte
	var err error
	for range 200 {
		if out, err = exec.Command(name, args...).CombinedOutput(); err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s: %v\n%s", name, err, out)
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
