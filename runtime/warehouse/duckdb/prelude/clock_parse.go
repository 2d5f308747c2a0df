package prelude

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// parsed is what the elements of a format have told so far.
type parsed struct {
	year, month, day, hour, minute, second int64
	micros                                 int64
	yearDay                                int64 // %j; 0 when absent
	pm, twelve                             bool
	century                                int64 // %C; -1 when absent
	shortYear                              int64 // %y; -1 when absent
	epoch                                  int64 // %s
	isEpoch                                bool
	offset                                 int64 // seconds, with isOffset
	isOffset                               bool
	zone                                   string // %Z; empty when absent
}

// parseTime reads text by strptime's elements. What is not given is
// 1970-01-01 00:00:00. The result is in microseconds since the epoch.
func parseTime(format, text, kind, name string) (int64, error) {
	p := parsed{year: 1970, month: 1, day: 1, century: -1, shortYear: -1}
	rest := text
	for i := 0; i < len(format); i++ {
		c := format[i]
		if isSpace(c) {
			rest = strings.TrimLeft(rest, " \t\n\v\f\r")
			continue
		}
		if c != '%' {
			if rest == "" || rest[0] != c {
				return 0, fmt.Errorf("failed to parse input string %q", text)
			}
			rest = rest[1:]
			continue
		}
		i++
		if i == len(format) {
			return 0, errors.New("format string ends with %")
		}
		e := string(format[i])
		if e == "E" {
			e = extended(format[i:])
			i += len(e) - 1
		}
		var err error
		if rest, err = p.element(e, rest, kind); err != nil {
			return 0, fmt.Errorf("failed to parse input string %q: %w", text, err)
		}
	}
	if strings.TrimLeft(rest, " \t\n\v\f\r") != "" {
		return 0, fmt.Errorf("failed to parse input string %q: illegal non-space trailing data", text)
	}
	return p.value(kind, name, text)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func (p *parsed) value(kind, name, text string) (int64, error) {
	if p.isEpoch {
		return checkMicros(p.epoch * second)
	}
	if p.shortYear >= 0 {
		switch {
		case p.century >= 0:
			p.year = p.century*100 + p.shortYear
		case p.shortYear < 69:
			p.year = 2000 + p.shortYear
		default:
			p.year = 1900 + p.shortYear
		}
	} else if p.century >= 0 {
		p.year = p.century*100 + p.year%100
	}
	if p.twelve {
		p.hour %= 12
		if p.pm {
			p.hour += 12
		}
	}
	leap := p.second == 60
	if leap {
		p.second = 59
	}
	if p.yearDay > 0 {
		d := daysOf(p.year, 1, 1) + p.yearDay - 1
		var y int64
		if y, p.month, p.day = civil(d); y != p.year {
			return 0, fmt.Errorf("failed to parse input string %q: day of year out of range", text)
		}
	}
	us, err := makeDatetime(p.year, p.month, p.day, p.hour, p.minute, p.second)
	if err != nil {
		return 0, fmt.Errorf("failed to parse input string %q: %w", text, err)
	}
	us += p.micros
	if leap {
		us += second - p.micros
	}
	switch {
	case kind == "TIME":
		return us % day, nil
	case kind != "TIMESTAMP":
		return us, nil
	case p.isOffset:
		return checkMicros(us - p.offset*second)
	}
	if p.zone != "" {
		name = p.zone
	}
	return instant(us, name)
}

var errElement = errors.New("it does not match the format")

// digits reads a number of up to n digits.
func digits(s string, n int, lo, hi int64) (int64, string, error) {
	k := 0
	for k < n && k < len(s) && s[k] >= '0' && s[k] <= '9' {
		k++
	}
	if k == 0 {
		return 0, s, errElement
	}
	v := num(s[:k])
	if v < lo || v > hi {
		return 0, s, errElement
	}
	return v, s[k:], nil
}

// word reads one of a list of names, the full form or the first three letters.
func word(s string, n int, name func(int) string) (int64, string, error) {
	for i := range n {
		for _, w := range []string{name(i), name(i)[:3]} {
			if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) {
				return int64(i), s[len(w):], nil
			}
		}
	}
	return 0, s, errElement
}

func (p *parsed) sequence(format, s, kind string) (string, error) {
	var err error
	for i := 0; i < len(format) && err == nil; i++ {
		switch c := format[i]; {
		case c == ' ':
			s = strings.TrimLeft(s, " ")
		case c == '/' || c == ':' || c == '-':
			if s == "" || s[0] != c {
				return s, errElement
			}
			s = s[1:]
		default:
			s, err = p.element(string(c), s, kind)
		}
	}
	return s, err
}

func (p *parsed) element(e, s, kind string) (string, error) {
	allowed := map[string]string{"DATE": dateOnly, "TIME": timeOnly}[kind]
	if allowed != "" && !strings.Contains(allowed, e[:1]) || kind != "TIMESTAMP" && strings.Contains("z Z Ez s", e) {
		return s, fmt.Errorf("the format element %%%s is not supported for %s here", e, kind)
	}
	var err error
	switch e {
	case "d", "e", "H", "k", "I", "l", "m", "M", "S", "j", "y", "C", "Y":
		s = strings.TrimLeft(s, " ")
	}
	switch e {
	case "Y", "E4Y":
		// Four digits and no more, so that %Y%m%d reads 20261031.
		p.year, s, err = digits(s, 4, 0, 9999)
		p.shortYear, p.century = -1, -1
	case "y":
		p.shortYear, s, err = digits(s, 2, 0, 99)
	case "C":
		p.century, s, err = digits(s, 2, 0, 99)
	case "m":
		p.month, s, err = digits(s, 2, 1, 12)
		p.yearDay = 0
	case "d", "e":
		p.day, s, err = digits(s, 2, 1, 31)
		p.yearDay = 0
	case "j":
		p.yearDay, s, err = digits(s, 3, 1, 366)
	case "H", "k":
		p.hour, s, err = digits(s, 2, 0, 23)
		p.twelve = false
	case "I", "l":
		p.hour, s, err = digits(s, 2, 1, 12)
		p.twelve = true
	case "M":
		p.minute, s, err = digits(s, 2, 0, 59)
	case "S":
		p.second, s, err = digits(s, 2, 0, 60)
	case "p", "P":
		switch {
		case len(s) >= 2 && strings.EqualFold(s[:2], "AM"):
			p.pm, s = false, s[2:]
		case len(s) >= 2 && strings.EqualFold(s[:2], "PM"):
			p.pm, s = true, s[2:]
		default:
			err = errElement
		}
	case "b", "B", "h":
		var m int64
		m, s, err = word(s, 12, func(i int) string { return time.Month(i + 1).String() })
		p.month = m + 1
	case "a", "A":
		_, s, err = word(s, 7, func(i int) string { return time.Weekday(i).String() })
	case "F":
		return p.sequence("Y-m-d", s, "TIMESTAMP")
	case "T", "X":
		return p.sequence("H:M:S", s, "TIMESTAMP")
	case "R":
		p.second = 0
		return p.sequence("H:M", s, "TIMESTAMP")
	case "D", "x":
		return p.sequence("m/d/y", s, "TIMESTAMP")
	case "c":
		return p.sequence("a b e T Y", s, "TIMESTAMP")
	case "s":
		neg := strings.HasPrefix(s, "-")
		p.epoch, s, err = digits(strings.TrimPrefix(s, "-"), 12, 0, 999999999999)
		if neg {
			p.epoch = -p.epoch
		}
		p.isEpoch = true
	case "z", "Ez":
		return p.zoneOffset(s)
	case "Z":
		n := strings.IndexAny(s+" ", " \t\n\v\f\r")
		if _, err := zone(s[:n]); err != nil || n == 0 {
			return s, errElement
		}
		p.zone, s = s[:n], s[n:]
	case "n", "t":
		s = strings.TrimLeft(s, " \t\n\v\f\r")
	case "%":
		if !strings.HasPrefix(s, "%") {
			return s, errElement
		}
		s = s[1:]
	default:
		if len(e) == 3 && e[0] == 'E' && e[2] == 'S' {
			return p.seconds(e, s)
		}
		return s, fmt.Errorf("the format element %%%s is not supported here", e)
	}
	return s, err
}

// seconds reads %E*S and %E#S.
func (p *parsed) seconds(e, s string) (string, error) {
	var err error
	if p.second, s, err = digits(s, 2, 0, 60); err != nil {
		return s, err
	}
	p.micros = 0
	if !strings.HasPrefix(s, ".") {
		return s, nil
	}
	k := 1
	for k < len(s) && s[k] >= '0' && s[k] <= '9' {
		k++
	}
	max := 9
	if e[1] != '*' {
		max = int(e[1] - '0')
	}
	if k-1 > max {
		k = max + 1
	}
	p.micros = micros(s[1:k])
	return s[k:], nil
}

func (p *parsed) zoneOffset(s string) (string, error) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		if strings.HasPrefix(s, "Z") || strings.HasPrefix(s, "z") {
			p.offset, p.isOffset = 0, true
			return s[1:], nil
		}
		return s, errElement
	}
	h, rest, err := digits(s[1:], 2, 0, 14)
	if err != nil {
		return s, err
	}
	m := int64(0)
	if after, ok := strings.CutPrefix(rest, ":"); ok {
		rest = after
	}
	if v, r, err := digits(rest, 2, 0, 59); err == nil {
		m, rest = v, r
	}
	p.offset, p.isOffset = h*3600+m*60, true
	if s[0] == '-' {
		p.offset = -p.offset
	}
	return rest, nil
}
