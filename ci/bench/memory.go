package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// sampleEvery is how often the memory of a command is looked at.
const sampleEvery = 25 * time.Millisecond

// watch looks at a process and all below it until stop is called, which gives the most
// memory that they held together, in MB; 0 where the system does not tell. Pages that
// several of them share, their program's, count for each.
func watch(pid int) (stop func() float64) {
	done, peak := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		ticker := time.NewTicker(sampleEvery)
		defer ticker.Stop()
		for {
			most = max(most, resident(pid))
			select {
			case <-done:
				peak <- most
				return
			case <-ticker.C:
			}
		}
	}()
	return func() float64 {
		close(done)
		return <-peak
	}
}

// resident is what a process and those below it hold now, in MB.
func resident(pid int) float64 {
	dir := filepath.Join("/proc", strconv.Itoa(pid))
	total := 0.0
	if text, err := os.ReadFile(filepath.Join(dir, "statm")); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, _ := strconv.ParseFloat(fields[1], 64)
			total = pages * float64(os.Getpagesize()) / (1 << 20)
		}
	}
	threads, _ := filepath.Glob(filepath.Join(dir, "task", "*", "children"))
	for _, name := range threads {
		children, _ := os.ReadFile(name)
		for _, child := range bytes.Fields(children) {
			if id, err := strconv.Atoi(string(child)); err == nil {
				total += resident(id)
			}
		}
	}
	return total
}
