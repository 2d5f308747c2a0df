// Command bench measures sluice and prints one figure a line:
//
//	name value unit [baseline ratio] [target N, met|missed]
//
// The baseline is another way to do the same work, measured in the same run; the
// ratio says how many times faster sluice is. Every measurement is a process of its
// own, and a figure is the median of several. All samples go to results.json.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

func main() {
	var (
		child = flag.String("child", "", "make one measurement and print it (used by the command itself)")
		dir   = flag.String("dir", "", "folder of the measurement's platform")
		runs  = flag.Int("n", 5, "measurements of a figure")
		only  = flag.String("run", "", "regular expression of the figures to measure")
		out   = flag.String("o", "ci/bench/results.json", "file for the results")
	)
	flag.IntVar(&warehouseRows, "rows", warehouseRows, "rows of the largest table of the DuckDB figures")
	flag.Parse()
	var err error
	if *child != "" {
		err = measureHere(*child, *dir)
	} else {
		err = measureAll(*runs, *only, *out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// result is a figure as results.json holds it.
type result struct {
	Name     string    `json:"name"`
	Value    float64   `json:"value"`
	Unit     string    `json:"unit"`
	Baseline float64   `json:"baseline,omitempty"`
	Against  string    `json:"against,omitempty"` // what the baseline is
	Ratio    float64   `json:"ratio,omitempty"`
	Target   float64   `json:"target,omitempty"` // that the value must not exceed
	Samples  []float64 `json:"samples"`
}

func measureAll(runs int, only, out string) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "sluice-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	b := &bench{work: work, runs: runs, samples: map[string][]sample{}}
	var results []result
	for _, f := range figures {
		if !match.MatchString(f.name) {
			continue
		}
		r, err := b.figure(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		line := fmt.Sprintf("%s %.4g %s", r.Name, r.Value, r.Unit)
		if r.Ratio > 0 {
			line += fmt.Sprintf(" %.4g %.3g", r.Baseline, r.Ratio)
		}
		if r.Target > 0 {
			met := "met"
			if r.Value > r.Target {
				met = "missed"
			}
			line += fmt.Sprintf(" target %g, %s", r.Target, met)
		}
		fmt.Println(line)
		results = append(results, r)
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(text, '\n'), 0o644)
}

// bench holds what the figures of one run share.
type bench struct {
	work    string
	runs    int
	samples map[string][]sample // by measurement and platform: several figures read the same samples
}

func (b *bench) figure(f figure) (result, error) {
	r := result{Name: f.name, Unit: f.unit, Target: f.target}
	for _, m := range f.of {
		samples, err := b.measure(m, b.runs)
		if err != nil {
			return r, err
		}
		var values []float64
		for _, s := range samples {
			values = append(values, f.value(s))
		}
		if v := median(values); v > r.Value { // of several measurements the worst
			r.Value, r.Samples = v, values
		}
	}
	if f.baseline.name == "" {
		return r, nil
	}
	samples, err := b.measure(f.baseline, min(b.runs, 3))
	if err != nil {
		return r, err
	}
	var values []float64
	for _, s := range samples {
		values = append(values, f.value(s))
	}
	r.Baseline, r.Against = median(values), f.baseline.name
	r.Ratio = r.Baseline / r.Value
	return r, nil
}

// measure takes samples, each in a fresh process of this same binary.
func (b *bench) measure(m measurement, runs int) ([]sample, error) {
	key := m.name + " " + m.platform.name()
	if m.most > 0 {
		runs = min(runs, m.most)
	}
	if s, ok := b.samples[key]; ok {
		return s, nil
	}
	dir := filepath.Join(b.work, m.platform.name())
	if _, err := os.Stat(dir); err != nil {
		if err := m.platform.write(dir); err != nil {
			return nil, err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var out []sample
	for i := range runs + m.warmups {
		if m.cold {
			if err := os.RemoveAll(filepath.Join(dir, ".sluice")); err != nil {
				return nil, err
			}
		}
		cmd := exec.Command(self, "-child", m.name, "-dir", dir, "-rows", strconv.Itoa(warehouseRows))
		cmd.Stderr = os.Stderr
		text, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		var s sample
		if err := json.Unmarshal(text, &s); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		if i >= m.warmups {
			out = append(out, s)
		}
	}
	b.samples[key] = out
	return out, nil
}

// measureHere makes one measurement in this process.
func measureHere(name, dir string) error {
	do, ok := measurements[name]
	if !ok {
		return fmt.Errorf("there is no measurement %q", name)
	}
	s, err := do(dir)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(s)
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}
