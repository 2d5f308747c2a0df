package duckdb

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // what a literal means must not depend on the machine's zone files

	gsql "github.com/goccy/go-googlesql"

	"sluice/compiler/sqltype"
)

var (
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	hasZone = regexp.MustCompile(`(?i)(:\d{1,2}(\.\d*)?|^\d{4}-\d{1,2}-\d{1,2})\s?(z|[+-]\d{1,2}(:?\d{2})?| ?[a-z]+[a-z_/+\-0-9]*)$`)
	offsetZ = regexp.MustCompile(`^([+-])(\d{1,2})(?::(\d{2}))?$`)
)

var foldedCast = regexp.MustCompile(`(?is)\bcast\s*\(.*timestamp`)

// foldedInZone reports whether a literal is a cast of a TIMESTAMP to text or to
// a wall clock that the analyser has computed, in its own zone.
func (t *translator) foldedInZone(n gsql.ResolvedNode, ty sqltype.Type) bool {
	if t.opts.TimeZone == AnalyserZone || !has(ty, sqltype.String, sqltype.Date, sqltype.DateTime, sqltype.Time) {
		return false
	}
	l, ok := n.(*gsql.ResolvedLiteral)
	if !ok || !get(l.HasExplicitType()) {
		return false
	}
	return foldedCast.MatchString(t.sourceOf(n))
}

// sourceOf is the text of a node, "" where it is not known.
func (t *translator) sourceOf(n gsql.ResolvedNode) string {
	r, err := n.GetParseLocationRangeOrNULL()
	if err != nil || r == nil {
		return ""
	}
	from, to := get(get(r.Start()).GetByteOffset()), get(get(r.End()).GetByteOffset())
	if from < 0 || int(to) > len(t.opts.Source) || from >= to {
		return ""
	}
	return t.opts.Source[from:to]
}

// literalInstant moves an instant that the analyser read from text without a
// zone to the session's time zone; ok is false where that cannot be done exactly.
func (t *translator) literalInstant(n gsql.ResolvedNode, us int64) (int64, bool) {
	if t.opts.TimeZone == AnalyserZone {
		return us, true
	}
	source := t.sourceOf(n)
	if source == "" {
		return us, false
	}
	with, without := 0, 0
	for _, q := range quoted.FindAllString(source, -1) {
		if hasZone.MatchString(strings.TrimSpace(q[1 : len(q)-1])) {
			with++
		} else {
			without++
		}
	}
	switch {
	case with > 0 && without == 0:
		return us, true
	case with > 0 || without == 0:
		return us, false
	}
	home, err := time.LoadLocation(AnalyserZone)
	if err != nil {
		return us, false
	}
	session, ok := location(t.opts.TimeZone)
	if !ok {
		return us, false
	}
	const guard = int64(3 * time.Hour / time.Microsecond)
	if offsetAt(us-guard, home) != offsetAt(us+guard, home) {
		return us, false // near a change of the analyser's clock, its reading is ambiguous
	}
	return instantIn(us+offsetAt(us, home), session), true
}

func location(name string) (*time.Location, bool) {
	if m := offsetZ.FindStringSubmatch(name); m != nil {
		h, _ := strconv.Atoi(m[2])
		mm, _ := strconv.Atoi(m[3])
		off := h*3600 + mm*60
		if m[1] == "-" {
			off = -off
		}
		return time.FixedZone(name, off), true
	}
	l, err := time.LoadLocation(name)
	return l, err == nil
}

// offsetAt is a zone's offset at an instant, in microseconds.
func offsetAt(us int64, l *time.Location) int64 {
	_, off := time.UnixMicro(us).In(l).Zone()
	return int64(off) * 1000000
}

// instantIn is when a zone's clock shows us: the first time if twice, and as
// before the jump if never.
func instantIn(us int64, l *time.Location) int64 {
	const day = 86400000000
	before, after := offsetAt(us-day, l), offsetAt(us+day, l)
	if offsetAt(us-before, l) != before && offsetAt(us-after, l) == after {
		return us - after
	}
	return us - before
}
