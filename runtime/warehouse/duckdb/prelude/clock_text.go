package prelude

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// fraction is a fraction of a second with 3 or 6 digits, or nothing.
func fraction(us int64) string {
	switch {
	case us == 0:
		return ""
	case us%1000 == 0:
		return fmt.Sprintf(".%03d", us/1000)
	}
	return fmt.Sprintf(".%06d", us)
}

func dateText(d int64) string {
	y, m, dd := civil(d)
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}

func timeText(us int64) string {
	return fmt.Sprintf("%02d:%02d:%02d", us/hour, us%hour/minute, us%minute/second) + fraction(us%second)
}

func datetimeText(us int64, sep string) string {
	d := floorDiv(us, day)
	return dateText(d) + sep + timeText(us-d*day)
}

func timestampText(us int64, name string) (string, error) {
	l, err := zone(name)
	if err != nil {
		return "", err
	}
	off := shownOffset(us, l) / second
	sign := byte('+')
	if off < 0 {
		sign, off = '-', -off
	}
	s := fmt.Sprintf("%s%c%02d", datetimeText(us+shownOffset(us, l), " "), sign, off/3600)
	if off%3600 != 0 {
		s += fmt.Sprintf(":%02d", off%3600/60)
	}
	return s, nil
}

var (
	timeForm     = regexp.MustCompile(`^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,6})\d*)?$`)
	datetimeForm = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?(.*)$`)
)

func num(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

func micros(frac string) int64 { return num((frac + "000000")[:6]) }

func toDate(s string) (int64, error) {
	us, err := toDatetime(s)
	if err != nil {
		return 0, fmt.Errorf("invalid date: %q", s)
	}
	return floorDiv(us, day), nil
}

func toTime(s string) (int64, error) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("invalid time string %q", s)
	}
	t, err := makeTime(num(m[1]), num(m[2]), num(m[3]))
	if err != nil {
		return 0, fmt.Errorf("invalid time string %q", s)
	}
	return t + micros(m[4]), nil
}

// clockOf reads a date with an optional time; rest is what follows.
func clockOf(s string) (us int64, rest string, err error) {
	m := datetimeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, "", fmt.Errorf("invalid datetime string %q", s)
	}
	if len(m[7]) > 6 && strings.Trim(m[7][6:], "0") != "" {
		return 0, "", fmt.Errorf("invalid datetime string %q: more than 6 digits after the decimal point", s)
	}
	us, err = makeDatetime(num(m[1]), num(m[2]), num(m[3]), num(m[4]), num(m[5]), num(m[6]))
	if err != nil {
		return 0, "", fmt.Errorf("invalid datetime string %q", s)
	}
	return us + micros(m[7]), m[8], nil
}

func toDatetime(s string) (int64, error) {
	us, rest, err := clockOf(s)
	if err != nil || rest != "" {
		return 0, fmt.Errorf("invalid datetime string %q", s)
	}
	return us, nil
}

func toTimestamp(s, name string) (int64, error) {
	us, rest, err := clockOf(s)
	if err != nil {
		return 0, fmt.Errorf("invalid timestamp: %q", s)
	}
	switch {
	case rest == "Z" || rest == "z":
		return checkMicros(us)
	case rest == "":
		return instant(us, name)
	case rest[0] == '+' || rest[0] == '-':
		off, ok := parseOffset(rest)
		if !ok {
			return 0, fmt.Errorf("invalid timestamp: %q", s)
		}
		return checkMicros(us - int64(off)*second)
	case rest[0] == ' ' && len(rest) > 1:
		return instant(us, rest[1:])
	}
	return 0, fmt.Errorf("invalid timestamp: %q", s)
}

// dateOnly and timeOnly are the elements that a DATE and a TIME have.
const (
	dateOnly = "AaBbCDdeFGghjmQUuVWwxYyntEJ%"
	timeOnly = "HIklMPpRrSTXntE%"
)

// formatTime writes a wall clock, or an instant in a zone, by strftime's
// elements. An element without an exact meaning for the type is an error.
func formatTime(format string, us int64, kind, name string) (string, error) {
	l, err := zone(name)
	if err != nil {
		return "", err
	}
	off := int64(0)
	if kind == "TIMESTAMP" {
		off = shownOffset(us, l)
	}
	t := time.UnixMicro(us + off).UTC()
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		i++
		if i == len(format) {
			b.WriteByte('%')
			break
		}
		e := string(format[i])
		if e == "E" {
			e = extended(format[i:])
			i += len(e) - 1
		}
		allowed := map[string]string{"DATE": dateOnly, "TIME": timeOnly}[kind]
		zoned := strings.Contains("z Z s Ez", e)
		if allowed != "" && !strings.Contains(allowed, e[:1]) || zoned && kind != "TIMESTAMP" ||
			kind == "DATE" && e[0] == 'E' && e[len(e)-1] == 'S' || kind == "TIME" && e == "E4Y" {
			if len(e) == 1 && (known(e) && kind != "DATETIME" || e == "Z" || e == "z") {
				// What the type does not have stands as it is.
				b.WriteString("%" + e)
				continue
			}
			return "", fmt.Errorf("the format element %%%s is not supported for %s here", e, kind)
		}
		s, ok := element(t, e, us, off/second)
		if !ok {
			return "", fmt.Errorf("the format element %%%s is not supported here", e)
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

// known reports an element that some type has.
func known(e string) bool { return strings.Contains(dateOnly+timeOnly+"cszZ", e) && e != "E" }

// extended is an element that starts with E: Ez, E4Y, E#S, E*S.
func extended(s string) string {
	for n := 2; n <= 3 && n <= len(s); n++ {
		switch s[:n] {
		case "Ez", "E4Y", "E*S", "E0S", "E1S", "E2S", "E3S", "E4S", "E5S", "E6S":
			return s[:n]
		}
	}
	return "E"
}

func element(t time.Time, e string, us, off int64) (string, bool) {
	isoY, isoW := t.ISOWeek()
	h12 := (t.Hour()+11)%12 + 1
	switch e {
	case "A":
		return t.Format("Monday"), true
	case "a":
		return t.Format("Mon"), true
	case "B":
		return t.Format("January"), true
	case "b", "h":
		return t.Format("Jan"), true
	case "C":
		return fmt.Sprintf("%02d", t.Year()/100), true
	case "c":
		return t.Format("Mon Jan _2 15:04:05 ") + strconv.Itoa(t.Year()), true
	case "D", "x":
		return t.Format("01/02/06"), true
	case "d":
		return t.Format("02"), true
	case "e":
		return t.Format("_2"), true
	case "F":
		return strconv.Itoa(t.Year()) + t.Format("-01-02"), true
	case "G":
		return strconv.Itoa(isoY), true
	case "g":
		return fmt.Sprintf("%02d", isoY%100), true
	case "H":
		return t.Format("15"), true
	case "I":
		return fmt.Sprintf("%02d", h12), true
	case "J":
		return fmt.Sprintf("%03d", int64(t.Sub(time.Unix(isoYearStart(int64(isoY))*86400, 0))/(24*time.Hour))+1), true
	case "j":
		return fmt.Sprintf("%03d", t.YearDay()), true
	case "k":
		return fmt.Sprintf("%2d", t.Hour()), true
	case "l":
		return fmt.Sprintf("%2d", h12), true
	case "M":
		return t.Format("04"), true
	case "m":
		return t.Format("01"), true
	case "n":
		return "\n", true
	case "P":
		return t.Format("pm"), true
	case "p":
		return t.Format("PM"), true
	case "Q":
		return strconv.Itoa((int(t.Month())-1)/3 + 1), true
	case "R":
		return t.Format("15:04"), true
	case "r":
		return t.Format("03:04:05 PM"), true
	case "S":
		return t.Format("05"), true
	case "s":
		return strconv.FormatInt(floorDiv(us, second), 10), true
	case "T", "X":
		return t.Format("15:04:05"), true
	case "t":
		return "\t", true
	case "U":
		return fmt.Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7), true
	case "u":
		return strconv.Itoa((int(t.Weekday())+6)%7 + 1), true
	case "V":
		return fmt.Sprintf("%02d", isoW), true
	case "W":
		return fmt.Sprintf("%02d", (t.YearDay()+6-(int(t.Weekday())+6)%7)/7), true
	case "w":
		return strconv.Itoa(int(t.Weekday())), true
	case "Y":
		return strconv.Itoa(t.Year()), true
	case "y":
		return fmt.Sprintf("%02d", t.Year()%100), true
	case "Z":
		return "UTC" + zoneName(off), true
	case "z":
		return clockOffset(off, ""), true
	case "Ez":
		return clockOffset(off, ":"), true
	case "E4Y":
		return fmt.Sprintf("%04d", t.Year()), true
	case "%":
		return "%", true
	case "E*S":
		s := t.Format("05")
		if f := strings.TrimRight(fmt.Sprintf("%06d", t.Nanosecond()/1000), "0"); f != "" {
			s += "." + f
		}
		return s, true
	}
	if len(e) == 3 && e[0] == 'E' && e[2] == 'S' {
		if e[1] == '0' {
			return t.Format("05"), true
		}
		return t.Format("05") + "." + fmt.Sprintf("%06d", t.Nanosecond()/1000)[:e[1]-'0'], true
	}
	return "", false
}

// shownOffset is a zone's offset as text shows it: without the seconds that old
// local times have.
func shownOffset(us int64, l *time.Location) int64 {
	off := offsetAt(us, l)
	return off - off%minute
}

// zoneName is what follows UTC in %Z: nothing, -8 or +5:30.
func zoneName(off int64) string {
	if off == 0 {
		return ""
	}
	sign := "+"
	if off < 0 {
		sign, off = "-", -off
	}
	s := sign + strconv.FormatInt(off/3600, 10)
	if off%3600 != 0 {
		s += fmt.Sprintf(":%02d", off%3600/60)
	}
	return s
}

func clockOffset(off int64, colon string) string {
	sign := "+"
	if off < 0 {
		sign, off = "-", -off
	}
	return fmt.Sprintf("%s%02d%s%02d", sign, off/3600, colon, off%3600/60)
}
