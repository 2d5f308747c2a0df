package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"sluice/ci/bench/synth"
	"sluice/compiler/load"
	"sluice/compiler/load/plain"
)

// A figure is a line of the output: a value of samples of one measurement, or the
// worst of several.
type figure struct {
	name     string
	unit     string
	value    func(sample) float64
	of       []measurement
	baseline measurement // no name: there is none
	target   float64     // that the value must not exceed; 0 for none
}

// A measurement is a kind of work on a platform.
type measurement struct {
	name     string // key of measurements
	platform platform
	cold     bool // without what earlier runs left behind in .sluice
	warmups  int  // runs before the first that counts
	most     int  // samples, where one takes minutes; 0 for no bound
}

// platform is what is measured on: a synthetic platform of a size and kind.
type platform struct {
	tables int
	cue    bool // every table uses CUE's features; otherwise one in ten
	// reference is the reference platform with a day's data instead.
	reference bool
	tested    bool // a platform with unit tests instead
	none      bool // an empty folder instead
}

func (p platform) name() string {
	if p.reference {
		return "reference"
	}
	if p.none {
		return "none"
	}
	if p.tested {
		return "tested"
	}
	kind := "literal"
	if p.cue {
		kind = "cue"
	}
	return fmt.Sprintf("%s-%d", kind, p.tables)
}

func (p platform) write(dir string) error {
	if p.reference {
		return writeReference(dir)
	}
	if p.none {
		return os.Mkdir(dir, 0o755)
	}
	if p.tested {
		return writeTested(dir)
	}
	_, err := synth.Write(dir, synth.Options{Tables: p.tables, CUE: p.cue, Seed: 1})
	return err
}

// sample is what one process measured.
type sample struct {
	Seconds float64 `json:"seconds"`
	SQL     float64 `json:"sql_seconds,omitempty"` // of them in the SQL stages
	RSS     float64 `json:"rss_mb"`                // the most memory it and its processes held
	Ratio   float64 `json:"ratio,omitempty"`       // of translated SQL to written SQL: the mean of the queries'
	Worst   float64 `json:"worst,omitempty"`       // and the worst of them
}

func seconds(s sample) float64 { return s.Seconds }
func sql(s sample) float64     { return s.SQL }
func rss(s sample) float64     { return s.RSS }
func ratio(s sample) float64   { return s.Ratio }
func worst(s sample) float64   { return s.Worst }

// overheads is the one measurement of what translated SQL costs, which takes its
// samples itself.
var overheads = measurement{name: "overhead", platform: platform{none: true}, most: 1}

func cold(name string, tables int, cue bool) measurement {
	return measurement{name: name, platform: platform{tables: tables, cue: cue}, cold: true}
}

// few takes three samples at most.
func few(m measurement) measurement {
	m.most = 3
	return m
}

func warm(name string, tables int, cue bool) measurement {
	return measurement{name: name, platform: platform{tables: tables, cue: cue}, warmups: 1}
}

// figures are measured and printed in this order.
var figures = []figure{
	{"load_1000_cold_s", "s", seconds, []measurement{cold("load", 1000, false)}, cold("plain", 1000, false), 0},
	{"load_1000_cue_s", "s", seconds, []measurement{cold("load", 1000, true)}, cold("plain", 1000, true), 0},
	{"load_1000_warm_s", "s", seconds, []measurement{warm("load-again", 1000, false)}, cold("plain", 1000, false), 0},
	{"load_10000_cold_s", "s", seconds, []measurement{cold("load", 10000, false)}, measurement{}, 0},
	{"load_10000_cue_s", "s", seconds, []measurement{cold("load", 10000, true)}, measurement{}, 0},
	{"load_10000_warm_s", "s", seconds, []measurement{warm("load-again", 10000, false)}, measurement{}, 0},
	{"load_10000_rss_mb", "MB", rss, []measurement{cold("load", 10000, false), cold("load", 10000, true)}, measurement{}, 0},

	{"sql_1000_cold_s", "s", sql, []measurement{cold("compile", 1000, false)}, measurement{}, 2},
	{"sql_1000_warm_s", "s", sql, []measurement{warm("compile-again", 1000, false)}, measurement{}, 0.15},
	{"sql_1000_leaf_s", "s", sql, []measurement{warm("compile-leaf", 1000, false)}, measurement{}, 0.3},
	{"sql_10000_cold_s", "s", sql, []measurement{few(cold("compile", 10000, false))}, measurement{}, 20},
	{"sql_10000_warm_s", "s", sql, []measurement{few(warm("compile-again", 10000, false))}, measurement{}, 1},
	{"sql_10000_rss_mb", "MB", rss, []measurement{few(cold("compile", 10000, false))}, measurement{}, 1500},
	{"compile_100_cold_s", "s", seconds, []measurement{cold("compile", 100, false)}, measurement{}, 0},
	{"compile_100_warm_s", "s", seconds, []measurement{warm("compile-again", 100, false)}, cold("compile", 100, false), 0},
	{"compile_1000_cold_s", "s", seconds, []measurement{cold("compile", 1000, false)}, measurement{}, 0},
	{"compile_1000_warm_s", "s", seconds, []measurement{warm("compile-again", 1000, false)}, cold("compile", 1000, false), 0},
	{"compile_10000_cold_s", "s", seconds, []measurement{few(cold("compile", 10000, false))}, measurement{}, 0},
	{"compile_10000_warm_s", "s", seconds, []measurement{few(warm("compile-again", 10000, false))}, few(cold("compile", 10000, false)), 0},

	{"unit_tests_500_s", "s", seconds, []measurement{{name: "test", platform: platform{tested: true}, cold: true}}, measurement{}, 10},

	{"day_s", "s", seconds, []measurement{{name: "day", platform: platform{reference: true}, cold: true}}, measurement{}, 0},

	{"duckdb_overhead_ratio", "times", ratio, []measurement{overheads}, measurement{}, 1.1},
	{"duckdb_overhead_worst", "times", worst, []measurement{overheads}, measurement{}, 0},
}

// measurements do the work, in a process of their own.
var measurements = map[string]func(dir string) (sample, error){
	"load":          timed(loadStage),
	"load-again":    timed(loadStage),
	"compile":       compile,
	"compile-again": compile,
	"compile-leaf":  leaf,
	"day":           day,
	"overhead":      overhead,
	"test":          unitTests,
	"plain": timed(func(dir string) error {
		_, err := plain.Load(dir)
		return err
	}),
}

// loadStage loads a platform and fails where anything is wrong with it.
func loadStage(dir string) error {
	p, diags, err := load.Run(context.Background(), load.Options{Dir: dir})
	switch {
	case err != nil:
		return err
	case len(diags) > 0:
		return fmt.Errorf("%s: %s", diags[0].Span, diags[0].Message)
	case len(p.Tables) == 0:
		return errors.New("no tables")
	}
	return nil
}

// timed measures how long the work takes and how much memory the process held.
func timed(do func(dir string) error) func(dir string) (sample, error) {
	return func(dir string) (sample, error) {
		start := time.Now()
		if err := do(dir); err != nil {
			return sample{}, err
		}
		s := sample{Seconds: time.Since(start).Seconds()}
		var err error
		s.RSS, err = peakMemory()
		return s, err
	}
}

// peakMemory is the most memory that the process held, in MB; 0 where the system
// does not tell.
func peakMemory() (float64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, nil
}
