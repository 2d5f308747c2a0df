package prelude

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// clockElement is one element of the format of CAST between times and text.
type clockElement struct {
	word string // in upper case; "" for text that stands for itself
	raw  string // as written, or the text
	cat  string
}

// clockWords are the elements by what they tell; the longest match counts.
var clockWords = map[string]string{
	"YYYY": "YEAR", "YYY": "YEAR", "YY": "YEAR", "Y": "YEAR", "RRRR": "YEAR", "RR": "YEAR", "Y,YYY": "YEAR",
	"MM": "MONTH", "MON": "MONTH", "MONTH": "MONTH",
	"DDD": "DAY", "DD": "DAY", "D": "DAY", "DAY": "DAY", "DY": "DAY",
	"HH": "HOUR", "HH12": "HOUR", "HH24": "HOUR", "MI": "MINUTE", "SS": "SECOND", "SSSSS": "SECOND",
	"FF1": "SECOND", "FF2": "SECOND", "FF3": "SECOND", "FF4": "SECOND", "FF5": "SECOND", "FF6": "SECOND", "FF7": "SECOND", "FF8": "SECOND", "FF9": "SECOND",
	"AM": "MERIDIAN_INDICATOR", "PM": "MERIDIAN_INDICATOR", "A.M.": "MERIDIAN_INDICATOR", "P.M.": "MERIDIAN_INDICATOR",
	"TZH": "TIME_ZONE", "TZM": "TIME_ZONE",
	// Known to GoogleSQL, and neither written nor read by it.
	"IYYY": "YEAR", "IYY": "YEAR", "IY": "YEAR", "I": "YEAR", "SYYYY": "YEAR", "YEAR": "YEAR", "SYEAR": "YEAR", "RM": "MONTH", "J": "DAY",
	"CC": "CENTURY", "SCC": "CENTURY", "Q": "QUARTER", "IW": "WEEK", "WW": "WEEK", "W": "WEEK",
	"AD": "ERA_INDICATOR", "BC": "ERA_INDICATOR", "A.D.": "ERA_INDICATOR", "B.C.": "ERA_INDICATOR",
	"SP": "MISC", "TH": "MISC", "SPTH": "MISC", "THSP": "MISC", "FM": "MISC",
}

func readClockFormat(f string) ([]clockElement, error) {
	var out []clockElement
	for i := 0; i < len(f); {
		e, n, err := nextClockElement(f[i:])
		if err != nil {
			return nil, fmt.Errorf("%w at %d", err, i)
		}
		out = append(out, e)
		i += n
	}
	return out, nil
}

func nextClockElement(s string) (clockElement, int, error) {
	for n := min(5, len(s)); n > 0; n-- {
		word := strings.ToUpper(s[:n])
		if cat, ok := clockWords[word]; ok {
			return clockElement{word: word, raw: s[:n], cat: cat}, n, nil
		}
	}
	switch c := s[0]; {
	case strings.IndexByte("-./,';:", c) >= 0:
		return clockElement{raw: s[:1]}, 1, nil
	case c == ' ':
		n := len(s) - len(strings.TrimLeft(s, " "))
		return clockElement{word: " ", raw: s[:n]}, n, nil
	case c == '"':
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			switch {
			case s[i] == '"':
				return clockElement{raw: b.String()}, i + 1, nil
			case s[i] == '\\':
				i++
				if i == len(s) || s[i] != '"' && s[i] != '\\' {
					return clockElement{}, 0, errors.New("unsupported escape sequence in text")
				}
			}
			b.WriteByte(s[i])
		}
		return clockElement{}, 0, errors.New("cannot find matching \" for quoted literal")
	}
	return clockElement{}, 0, errors.New("cannot find matched format element")
}

// clockCategories are what a type has; text is in every type.
var clockCategories = map[string]string{
	"DATE":      "YEAR MONTH DAY",
	"TIME":      "HOUR MINUTE SECOND MERIDIAN_INDICATOR",
	"DATETIME":  "YEAR MONTH DAY HOUR MINUTE SECOND MERIDIAN_INDICATOR",
	"TIMESTAMP": "YEAR MONTH DAY HOUR MINUTE SECOND MERIDIAN_INDICATOR TIME_ZONE",
}

func allows(kind, cat string) bool {
	return cat == "" || strings.Contains(" "+clockCategories[kind]+" ", " "+cat+" ")
}

// castClockText is CAST(x AS STRING FORMAT f): us is a wall clock, or an instant
// for TIMESTAMP.
func castClockText(us int64, kind, f, zoneName string) (string, error) {
	elements, err := readClockFormat(f)
	if err != nil {
		return "", err
	}
	t := time.UnixMicro(us).UTC()
	if kind == "TIMESTAMP" {
		z, err := zone(zoneName)
		if err != nil {
			return "", err
		}
		t = t.In(z)
	}
	var b strings.Builder
	for _, e := range elements {
		if !allows(kind, e.cat) {
			return "", fmt.Errorf("%s does not support '%s'", kind, e.word)
		}
		if e.cat == "" {
			b.WriteString(e.raw)
			continue
		}
		s, err := clockElementText(e, t)
		if err != nil {
			return "", err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func clockElementText(e clockElement, t time.Time) (string, error) {
	two := func(n int) (string, error) { return fmt.Sprintf("%02d", n), nil }
	hour12 := (t.Hour()+11)%12 + 1
	_, offset := t.Zone()
	switch e.word {
	case "YYYY", "RRRR":
		return fmt.Sprintf("%04d", t.Year()), nil
	case "YYY":
		return fmt.Sprintf("%03d", t.Year()%1000), nil
	case "YY", "RR":
		return two(t.Year() % 100)
	case "Y":
		return strconv.Itoa(t.Year() % 10), nil
	case "MM":
		return two(int(t.Month()))
	case "MON":
		return e.cased(t.Month().String()[:3]), nil
	case "MONTH":
		return e.cased(t.Month().String()), nil
	case "D":
		return strconv.Itoa(int(t.Weekday()) + 1), nil
	case "DD":
		return two(t.Day())
	case "DDD":
		return fmt.Sprintf("%03d", t.YearDay()), nil
	case "DAY":
		return e.cased(t.Weekday().String()), nil
	case "DY":
		return e.cased(t.Weekday().String()[:3]), nil
	case "HH", "HH12":
		return two(hour12)
	case "HH24":
		return two(t.Hour())
	case "MI":
		return two(t.Minute())
	case "SS":
		return two(t.Second())
	case "SSSSS":
		return fmt.Sprintf("%05d", t.Hour()*3600+t.Minute()*60+t.Second()), nil
	case "AM", "PM", "A.M.", "P.M.":
		s := either(t.Hour() >= 12, "P", "A") + either(strings.Contains(e.word, "."), ".M.", "M")
		if unicode.IsLower(rune(e.raw[0])) {
			s = strings.ToLower(s)
		}
		return s, nil
	case "TZH":
		return fmt.Sprintf("%s%02d", either(offset < 0, "-", "+"), max(offset, -offset)/3600), nil
	case "TZM":
		return two(max(offset, -offset) % 3600 / 60)
	}
	if digits, ok := strings.CutPrefix(e.word, "FF"); ok {
		n, _ := strconv.Atoi(digits)
		return fmt.Sprintf("%09d", t.Nanosecond())[:n], nil
	}
	return "", fmt.Errorf("unsupported format element '%s'", e.word)
}

// cased writes a name in the case of the element.
func (e clockElement) cased(s string) string {
	switch {
	case unicode.IsLower(rune(e.raw[0])):
		return strings.ToLower(s)
	case unicode.IsLower(rune(e.raw[1])):
		return s
	}
	return strings.ToUpper(s)
}

// checkClockFormat finds what keeps a format from being read as the type.
func checkClockFormat(elements []clockElement, kind string) error {
	first := map[string]string{} // category → element
	seen := map[string]bool{}
	for _, e := range elements {
		if e.cat == "" {
			continue
		}
		switch e.word {
		case "YYYY", "YYY", "YY", "Y", "RRRR", "RR", "Y,YYY", "MM", "MON", "MONTH", "DD", "HH", "HH12", "HH24", "MI", "SS", "SSSSS", "A.M.", "P.M.", "TZH", "TZM":
		default:
			if !strings.HasPrefix(e.word, "FF") {
				return fmt.Errorf("format element '%s' is not supported for parsing", e.word)
			}
		}
		word := e.word
		if strings.HasPrefix(word, "FF") {
			word = "FF"
		}
		if seen[word] {
			return fmt.Errorf("format element '%s' appears more than once in the format string", e.word)
		}
		seen[word] = true
		if !allows(kind, e.cat) {
			return fmt.Errorf("format element in category %s ('%s') is not allowed for output type %s", e.cat, e.word, kind)
		}
		if f := first[e.cat]; f != "" && e.cat != "SECOND" && e.cat != "TIME_ZONE" {
			return fmt.Errorf("more than one format element in category %s exist: '%s' and '%s'", e.cat, f, e.word)
		}
		first[e.cat] = e.word
	}
	half, meridian := seen["HH"] || seen["HH12"], first["MERIDIAN_INDICATOR"] != ""
	switch {
	case half != meridian:
		return errors.New("the format elements HH and HH12 need a meridian indicator, which needs them")
	case seen["SSSSS"] && (first["HOUR"] != "" || first["MINUTE"] != "" || seen["SS"]):
		return errors.New("the format element SSSSS cannot be combined with an hour, minute or second")
	}
	return nil
}

// castParseClock is CAST(text AS kind FORMAT f); now is the current instant,
// which gives the year and month that the text does not.
func castParseClock(s, kind, f, zoneName string, now int64) (int64, error) {
	elements, err := readClockFormat(f)
	if err == nil {
		err = checkClockFormat(elements, kind)
	}
	if err != nil {
		return 0, err
	}
	z, err := zone(zoneName)
	if err != nil {
		return 0, err
	}
	current := time.UnixMicro(now).In(z)
	p := clockReader{rest: strings.TrimLeftFunc(s, unicode.IsSpace), year: int64(current.Year()), month: int64(current.Month()), day: 1}
	for i, e := range elements {
		if p.rest == "" && !(e.cat == "" && e.word == "" && e.raw == "") {
			return 0, fmt.Errorf("entire timestamp string has been parsed before dealing with format element '%s'", e.raw)
		}
		if !p.read(e, precedesDigit(elements[i+1:])) {
			return 0, fmt.Errorf("failed to parse input timestamp string at %d with format element '%s'", len(s)-len(p.rest), e.raw)
		}
	}
	if rest := strings.TrimLeftFunc(p.rest, unicode.IsSpace); rest != "" {
		return 0, fmt.Errorf("illegal non-space trailing data '%s' in timestamp string", rest)
	}
	return p.result(kind, zoneName)
}

// precedesDigit reports whether the next element starts with a digit, so that
// the one before takes as many digits as it says.
func precedesDigit(next []clockElement) bool {
	for _, e := range next {
		switch {
		case e.cat == "" && e.word == "" && e.raw == "":
			continue
		case e.cat == "":
			return e.raw[0] >= '0' && e.raw[0] <= '9'
		}
		switch e.word {
		case "MON", "MONTH", "A.M.", "P.M.", "TZH":
			return false
		}
		return true
	}
	return false
}

// clockReader is a text being read and what it has told.
type clockReader struct {
	rest                                         string
	year, month, day, hour, minute, second, frac int64
	half                                         int64 // hour of a 12-hour clock
	afternoon, zoned, west, isHalf               bool
	offsetHour, offsetMinute                     int64
}

// number reads between lo and hi digits, of a value of at least minimum and at
// most limit.
func (p *clockReader) number(lo, hi int, minimum, limit int64, out *int64) bool {
	n := 0
	for n < len(p.rest) && n < hi && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}
	if n < lo || n == 0 {
		return false
	}
	v, err := strconv.ParseInt(p.rest[:n], 10, 64)
	if err != nil || v < minimum || v > limit {
		return false
	}
	*out, p.rest = v, p.rest[n:]
	return true
}

func (p *clockReader) read(e clockElement, exact bool) bool {
	digits := func(n int, minimum, limit int64, out *int64) bool {
		lo := 1
		if exact {
			lo = n
		}
		return p.number(lo, n, minimum, limit, out)
	}
	switch e.word {
	case "":
		rest, ok := strings.CutPrefix(p.rest, e.raw)
		p.rest = rest
		return ok
	case " ":
		rest := strings.TrimLeftFunc(p.rest, unicode.IsSpace)
		ok := len(rest) < len(p.rest)
		p.rest = rest
		return ok
	case "YYYY", "RRRR":
		if exact {
			return p.number(4, 4, 0, 10000, &p.year)
		}
		return p.number(1, 5, 0, 10000, &p.year)
	case "YYY", "YY", "Y":
		unit := int64(1)
		for range e.word {
			unit *= 10
		}
		var v int64
		ok := digits(len(e.word), 0, unit-1, &v)
		p.year += v - p.year%unit
		return ok
	case "RR":
		var v int64
		if !digits(2, 0, 99, &v) {
			return false
		}
		century := p.year / 100
		if late := p.year%100 >= 50; v < 50 && late {
			century++
		} else if v >= 50 && !late {
			century--
		}
		p.year = century*100 + v
		return true
	case "Y,YYY":
		var thousands, v int64
		ok := p.number(1, 2, 0, 10, &thousands) && p.read(clockElement{raw: ","}, false) && p.number(3, 3, 0, 999, &v)
		p.year = thousands*1000 + v
		return ok
	case "MM":
		return digits(2, 1, 12, &p.month)
	case "MON", "MONTH":
		return p.monthName(e.word == "MON")
	case "DD":
		return digits(2, 1, 31, &p.day)
	case "HH", "HH12":
		p.isHalf = true
		return digits(2, 1, 12, &p.half)
	case "HH24":
		return digits(2, 0, 23, &p.hour)
	case "MI":
		return digits(2, 0, 59, &p.minute)
	case "SS":
		return digits(2, 0, 59, &p.second)
	case "SSSSS":
		var v int64
		ok := digits(5, 0, 86399, &v)
		p.hour, p.minute, p.second = v/3600, v/60%60, v%60
		return ok
	case "A.M.", "P.M.":
		if len(p.rest) < 4 || !strings.EqualFold(p.rest[1:4], ".M.") || strings.IndexByte("aApP", p.rest[0]) < 0 {
			return false
		}
		p.afternoon = p.rest[0]|0x20 == 'p'
		p.rest = p.rest[4:]
		return true
	case "TZH":
		if p.rest == "" || strings.IndexByte("+- ", p.rest[0]) < 0 {
			return false
		}
		p.zoned, p.west = true, p.rest[0] == '-'
		p.rest = p.rest[1:]
		return digits(2, 0, 14, &p.offsetHour)
	case "TZM":
		p.zoned = true
		return digits(2, 0, 59, &p.offsetMinute)
	}
	n, _ := strconv.Atoi(strings.TrimPrefix(e.word, "FF"))
	before := p.rest
	if !digits(n, 0, 999999999, &p.frac) {
		return false
	}
	// Digits beyond microseconds are cut.
	text := (before[:len(before)-len(p.rest)] + "000000")[:6]
	p.frac, _ = strconv.ParseInt(text, 10, 64)
	return true
}

func (p *clockReader) monthName(short bool) bool {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if short {
			name = name[:3]
		}
		if len(p.rest) >= len(name) && utf8.ValidString(p.rest) && strings.EqualFold(p.rest[:len(name)], name) {
			p.month, p.rest = int64(m), p.rest[len(name):]
			return true
		}
	}
	return false
}

func (p *clockReader) result(kind, zoneName string) (int64, error) {
	if p.isHalf {
		p.hour = p.half % 12
		if p.afternoon {
			p.hour += 12
		}
	}
	if kind == "TIME" {
		return p.hour*hour + p.minute*minute + p.second*second + p.frac, nil
	}
	d := time.Date(int(p.year), time.Month(p.month), int(p.day), 0, 0, 0, 0, time.UTC)
	if p.year < 1 || p.year > 9999 || int64(d.Day()) != p.day || int64(d.Month()) != p.month {
		return 0, errors.New("invalid result from year, month, day values after parsing")
	}
	us := d.Unix()*second + p.hour*hour + p.minute*minute + p.second*second + p.frac
	switch {
	case kind != "TIMESTAMP":
		return checkMicros(us)
	case p.zoned:
		offset := p.offsetHour*hour + p.offsetMinute*minute
		if p.west {
			offset = -offset
		}
		if offset > 14*hour || offset < -14*hour {
			return 0, errors.New("the time zone offset is out of range")
		}
		return checkMicros(us - offset)
	}
	return instant(us, zoneName)
}
