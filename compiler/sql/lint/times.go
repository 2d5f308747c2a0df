package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	gsql "github.com/goccy/go-googlesql"
)

var clocks = []string{"current_date", "current_timestamp", "current_datetime", "current_time"}

// clockInsteadOfDay: a run for a past day must see that day. A column that only
// records when a row was made may say so.
func clockInsteadOfDay(s *statement) {
	for _, call := range s.calls(clocks...) {
		name := strings.ToUpper(function(call))
		if name != "CURRENT_DATE" && name != "CURRENT_TIME" && s.onlyShown(call) {
			continue
		}
		hint := "use @run_date"
		if name == "CURRENT_TIMESTAMP" {
			hint = "use @run_end, the end of the business day"
		}
		s.find(call.start, call.end, name+" is the day of the run, not the business day: a backfill or a late run gives other rows", hint)
	}
}

// onlyShown reports whether an expression is a whole column that nothing in the
// statement uses.
func (s *statement) onlyShown(n *node) bool {
	c, ok := n.up.is.(*gsql.ResolvedComputedColumn)
	return ok && !s.used[columnID(get(c.Column()))]
}

// endOfDayIncluded: @run_end is the first instant of the next day.
func endOfDayIncluded(s *statement) {
	for _, call := range s.calls("$between", "$less_or_equal", "$greater_or_equal") {
		name := function(call)
		end := call.kids[len(call.kids)-1]
		if name == "$greater_or_equal" {
			end = call.kids[0]
		}
		if parameter(end) != "run_end" {
			continue
		}
		s.find(call.start, call.end, "@run_end belongs to the next day: a row of that instant is counted on both",
			"write >= @run_start AND … < @run_end")
	}
}

// coarse are parts of a time that depend on the time zone.
var coarse = []string{"HOUR", "DAY", "DAYOFWEEK", "DAYOFYEAR", "WEEK", "ISOWEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR"}

var (
	extractPart = regexp.MustCompile(`(?is)^EXTRACT\s*\(\s*([a-z]+)`)
	truncPart   = regexp.MustCompile(`(?is),\s*([a-z]+)(?:\s*\(\s*[a-z]+\s*\))?\s*\)$`)
)

// timeZoneMissing: what turns an instant into a day or an hour takes UTC where it is
// given no time zone.
func timeZoneMissing(s *statement) {
	zone := s.facts.TimeZone
	if slices.Contains([]string{"", "UTC", "GMT", "Etc/UTC", "Etc/GMT", "Z"}, zone) {
		return
	}
	for _, n := range s.all {
		if n.start < 0 {
			continue
		}
		if hint := s.zoneHint(n, zone); hint != "" {
			s.find(n.start, n.end, fmt.Sprintf("without a time zone this is the time of UTC; the platform's is %s", zone), hint)
		}
	}
}

// zoneHint says how to give a conversion its time zone; empty where it needs none.
func (s *statement) zoneHint(n *node, zone string) string {
	if c, ok := n.is.(*gsql.ResolvedCast); ok {
		from, to := typeOf(n.kids[0]), typeOf(n)
		switch {
		case get(c.TimeZone()) != nil || get(c.Format()) != nil:
		case from == "TIMESTAMP" && (to == "DATE" || to == "DATETIME" || to == "TIME"):
			return fmt.Sprintf("write %s(…, '%s')", to, zone)
		case from == "DATE" && to == "TIMESTAMP" && !literal(n.kids[0]):
			return fmt.Sprintf("write TIMESTAMP(…, '%s')", zone)
		}
		return ""
	}
	name := function(n)
	first, count := "", len(n.kids)
	if count > 0 {
		first = typeOf(n.kids[0])
	}
	upper := strings.ToUpper(name)
	switch name {
	case "date", "datetime", "time":
		if count == 1 && first == "TIMESTAMP" {
			return fmt.Sprintf("write %s(…, '%s')", upper, zone)
		}
	case "timestamp":
		if count == 1 && first == "DATE" && !literal(n.kids[0]) {
			return fmt.Sprintf("write TIMESTAMP(…, '%s')", zone)
		}
	case "$extract", "$extract_date", "$extract_time", "$extract_datetime":
		part := "DATE"
		if name == "$extract" {
			part = firstMatch(extractPart, s.text[n.start:n.end])
		}
		args := count
		if name == "$extract" {
			args-- // the part
		}
		if args == 1 && first == "TIMESTAMP" && (name != "$extract" || slices.Contains(coarse, part)) {
			return fmt.Sprintf("write … AT TIME ZONE '%s'", zone)
		}
	case "timestamp_trunc":
		part := firstMatch(truncPart, s.text[n.start:n.end])
		if count == 2 && part != "HOUR" && slices.Contains(coarse, part) {
			return fmt.Sprintf("write TIMESTAMP_TRUNC(…, %s, '%s')", part, zone)
		}
	case "format_timestamp":
		if count == 2 && showsLocalTime(n.kids[0]) {
			return fmt.Sprintf("write FORMAT_TIMESTAMP(…, …, '%s')", zone)
		}
	case "current_date", "current_datetime", "current_time":
		// In what is kept, the clock itself is the mistake.
		if count == 0 && !slices.Contains([]Role{Table, Incremental, Export}, s.facts.Role) {
			return fmt.Sprintf("write %s('%s')", upper, zone)
		}
	}
	return ""
}

func firstMatch(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return strings.ToUpper(m[1])
	}
	return ""
}

func literal(n *node) bool {
	_, ok := uncast(n).is.(*gsql.ResolvedLiteral)
	return ok
}

// showsLocalTime reports whether a format prints a day or an hour and leaves open in
// which time zone.
func showsLocalTime(n *node) bool {
	l, ok := n.is.(*gsql.ResolvedLiteral)
	if !ok || isNull(n) {
		return false
	}
	format := get(get(l.Value()).StringValue())
	for _, said := range []string{"%z", "%Z", "%Ez", "%s", "Z", "UTC", "GMT", "%c", "%+"} {
		if strings.Contains(format, said) {
			return false
		}
	}
	return strings.ContainsAny(strings.ReplaceAll(format, "%%", ""), "aAbBdDeFgGhHIjklmpPQRTuUvVwWxXyY") && strings.Contains(format, "%")
}

// dayOnly is a day written where an instant is meant.
var dayOnly = regexp.MustCompile(`^(?i:TIMESTAMP|DATETIME)?\s*(?:'\d{4}-\d{1,2}-\d{1,2}'|"\d{4}-\d{1,2}-\d{1,2}")$`)

// dateEndLost: a day as the last instant is its first one, so the day itself is left
// out.
func dateEndLost(s *statement) {
	for _, call := range s.calls("$between", "$less_or_equal") {
		id, ok := refID(call.kids[0])
		if t := typeOf(uncast(call.kids[0])); !ok || t != "TIMESTAMP" && t != "DATETIME" {
			continue
		}
		if _, base := s.base[s.origin(id)]; !base {
			continue
		}
		end := call.kids[len(call.kids)-1]
		// <= the beginning of some day may well be meant; <= a day that is written out is not.
		if !s.isMidnight(end, function(call) == "$between") || call.start < 0 {
			continue
		}
		s.find(call.start, call.end, "the upper bound is the first instant of that day, so the rest of the day is left out",
			"write >= the first day AND < the day after the last")
	}
}

// isMidnight reports whether an instant is written as a day or, with made, is made of
// one.
func (s *statement) isMidnight(n *node, made bool) bool {
	inner := uncast(n)
	if _, ok := inner.is.(*gsql.ResolvedLiteral); ok {
		at := n
		if at.start < 0 {
			at = inner
		}
		return at.start >= 0 && dayOnly.MatchString(strings.TrimSpace(s.text[at.start:at.end]))
	}
	if name := function(inner); name == "timestamp" || name == "datetime" {
		arg := inner.kids[0]
		if l, ok := arg.is.(*gsql.ResolvedLiteral); ok && typeOf(arg) == "STRING" && !isNull(arg) {
			return len(get(get(l.Value()).StringValue())) == len("2006-01-02")
		}
		return made && typeOf(arg) == "DATE" && !moved(arg)
	}
	return made && inner != n && typeOf(inner) == "DATE" && !moved(inner)
}

// moved reports whether a day was reckoned, perhaps to the day after the last.
func moved(n *node) bool {
	return slices.Contains([]string{"date_add", "$add", "last_day", "date_sub", "$subtract"}, function(n))
}
