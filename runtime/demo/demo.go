// Package demo makes the source data of the reference platform: what an
// online-learning company's systems would hand over for one business day, as files
// in the layout <dir>/<source>/<table>/<YYYY-MM-DD>/part-….{csv,jsonl,parquet}[.gz|.zst].
//
// The data is a pure function of seed, size and day. Days are consistent: what one
// day says of the past is what the past said, so days can be made one by one, in any
// order, on different machines.
//
// It has the dirt that real data has: rows that arrive a day late, repeated rows and
// rows that differ only in their ID, nulls, cut JSON, lines that are no JSON at all,
// names with emoji, commas and line breaks, events a moment before and after
// midnight in Japan, month ends, money given back, members who leave and return.
package demo

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Options says what to make.
type Options struct {
	Dir      string // data folder; made where it does not exist
	Day      string // business day, YYYY-MM-DD
	Learners int    // how many people there are who join sooner or later
	Seed     int64  // another seed is another company
	// Changes says that the day before has been loaded: tables that are extracted
	// incrementally then hold what changed on the day. Without it they hold everything
	// up to the end of the day, as a first extraction does.
	Changes bool
}

// Summary is what was made.
type Summary struct {
	Day    string         `json:"day"`
	Tables []TableSummary `json:"tables"` // sorted by name
	Files  int            `json:"files"`
	Rows   int64          `json:"rows"`
	Bytes  int64          `json:"bytes"`
}

// TableSummary is one source table's files. Rows counts broken lines too.
type TableSummary struct {
	Table string `json:"table"` // <source>.<table>
	Files int    `json:"files"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
}

// HasDayBefore says whether the folder holds data of the day before, so that only
// the changes of the day are needed.
func HasDayBefore(dir, day string) (bool, error) {
	d, err := parseDate(day)
	if err != nil {
		return false, err
	}
	_, err = os.Stat(filepath.Join(dir, "app", "members", (d - 1).String()))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Generate writes one business day's files. What is there for that day is replaced.
func Generate(o Options) (Summary, error) {
	day, err := parseDate(o.Day)
	if err != nil {
		return Summary{}, err
	}
	if day < opened || day > opened+20*366 {
		return Summary{}, fmt.Errorf("day %s: the company's data begins on %s and ends twenty years later", day, opened)
	}
	if o.Learners < 1 || o.Learners > 5_000_000 {
		return Summary{}, fmt.Errorf("%d learners: want 1 to 5,000,000", o.Learners)
	}
	g := &generator{
		dir: o.Dir, day: day, seed: uint64(o.Seed), first: !o.Changes, learners: o.Learners,
		schools: max(12, o.Learners/400),
	}
	return g.run()
}

// generator makes one day.
type generator struct {
	dir      string
	day      date
	seed     uint64
	first    bool // incremental tables hold everything
	learners int
	schools  int
	sinks    []closer

	// Scratch, used again for each member.
	member     member
	viewBuf    []view
	attemptBuf []attempt
}

func (g *generator) run() (Summary, error) {
	g.masters()
	g.perMember()
	g.partners()
	out := Summary{Day: g.day.String()}
	var errs []error
	for _, s := range g.sinks {
		if err := s.close(); err != nil {
			errs = append(errs, err)
			continue
		}
		t := s.summary()
		out.Tables = append(out.Tables, t)
		out.Files += t.Files
		out.Rows += t.Rows
		out.Bytes += t.Bytes
	}
	slices.SortFunc(out.Tables, func(a, b TableSummary) int { return cmp.Compare(a.Table, b.Table) })
	return out, errors.Join(errs...)
}
