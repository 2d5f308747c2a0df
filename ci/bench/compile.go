package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	name, err := program()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(name, append([]string{"-C", dir}, args...)...)
	var errors bytes.Buffer
	cmd.Stderr = &errors
	if out, err := cmd.Output(); err != nil {
		return nil, fmt.Errorf("sluice %s: %w\n%s%s", strings.Join(args, " "), err, out, errors.Bytes())
	}
	return errors.Bytes(), nil
}

// compile is the whole of `sluice compile`, from the start of the process to its end,
// worker processes and writing the files included.
func compile(dir string) (sample, error) {
	start := time.Now()
	timings, err := command(dir, "compile", "--timings")
	if err != nil {
		return sample{}, err
	}
	s := sample{Seconds: time.Since(start).Seconds()}
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
