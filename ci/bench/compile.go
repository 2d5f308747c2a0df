package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// program is the binary that users run; make bench builds it first.
func program() (string, error) {
	name, err := filepath.Abs(filepath.Join("bin", "sluice"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(name); err != nil {
		return "", fmt.Errorf("%w: run make build, and this from the project's folder", err)
	}
	return name, nil
}

// command runs sluice in the platform's folder and gives what it says on stderr.
func command(dir string, args ...string) (stderr []byte, err error) {
	stderr, _, err = watched(dir, args...)
	return stderr, err
}

// watched is command with the most memory that sluice and its processes held, in MB.
func watched(dir string, args ...string) (stderr []byte, rss float64, err error) {
	name, err := program()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(name, append([]string{"-C", dir}, args...)...)
	var output, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &errors
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	stop := watch(cmd.Process.Pid)
	err = cmd.Wait()
	rss = stop()
	if err != nil {
		return nil, 0, fmt.Errorf("sluice %s: %w\n%s%s", strings.Join(args, " "), err, output.Bytes(), errors.Bytes())
	}
	return errors.Bytes(), rss, nil
}

// compile is the whole of `sluice compile`, from the start of the process to its end,
// worker processes and writing the files included.
func compile(dir string) (sample, error) {
	start := time.Now()
	timings, rss, err := watched(dir, "compile", "--timings")
	if err != nil {
		return sample{}, err
	}
	s := sample{Seconds: time.Since(start).Seconds(), RSS: rss}
	lines := bufio.NewScanner(bytes.NewReader(timings))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || fields[0] != "parse" && fields[0] != "sql" {
			continue
		}
		seconds, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return s, err
		}
		s.SQL += seconds
	}
	return s, lines.Err()
}

// filtered is a condition in every query of the synthetic platforms.
var filtered = regexp.MustCompile(`recent\.position = (\d+)`)

// leaf is compile after an edit of one table that nobody reads, each time another.
func leaf(dir string) (sample, error) {
	marts, err := filepath.Glob(filepath.Join(dir, "sql", "mart*.sql"))
	if err != nil || len(marts) == 0 {
		return sample{}, fmt.Errorf("no mart to edit in %s: %v", dir, err)
	}
	text, err := os.ReadFile(marts[0])
	if err != nil {
		return sample{}, err
	}
	found := filtered.FindSubmatch(text)
	if found == nil {
		return sample{}, fmt.Errorf("%s has no condition to edit", marts[0])
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		return sample{}, err
	}
	edited := bytes.Replace(text, found[0], fmt.Appendf(nil, "recent.position = %d", n+1), 1)
	if err := os.WriteFile(marts[0], edited, 0o644); err != nil {
		return sample{}, err
	}
	return compile(dir)
}

// The reference platform's business day that is measured.
const (
	referenceDay      = "2026-11-19"
	referenceLearners = "20000"
)

// writeReference copies the reference platform and makes the day's data.
func writeReference(dir string) error {
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("cue", "manabi"))); err != nil {
		return err
	}
	for _, made := range []string{".sluice", "data", "out", "generated"} {
		if err := os.RemoveAll(filepath.Join(dir, made)); err != nil {
			return err
		}
	}
	_, err := command(dir, "demo", "data", "--day", referenceDay, "--learners", referenceLearners)
	return err
}

// day is `sluice run` of the reference platform's day in an empty warehouse.
func day(dir string) (sample, error) {
	if _, err := command(dir, "apply", "--auto-approve"); err != nil {
		return sample{}, err
	}
	start := time.Now()
	_, err := command(dir, "run", "--quiet", "--date", referenceDay, "--fast-forward")
	return sample{Seconds: time.Since(start).Seconds()}, err
}
