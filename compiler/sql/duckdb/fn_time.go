package duckdb

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/compiler/sqltype"
)

// Instants and wall clocks travel to the prelude as microseconds since the
// epoch, dates as days, so that no time zone of a session can touch them.

var timeFunctions = map[string]function{
	"current_timestamp": total("now()"),
	"current_date":      custom(func(c *call) string { return "CAST(" + c.local("now()", 0) + " AS DATE)" }),
	"current_datetime":  custom(func(c *call) string { return c.local("now()", 0) }),
	"current_time":      custom(func(c *call) string { return "CAST(" + c.local("now()", 0) + " AS TIME)" }),

	"$extract":          custom(extract),
	"$extract_date":     custom(func(c *call) string { return "CAST(" + c.clock(0, 1) + " AS DATE)" }),
	"$extract_time":     custom(func(c *call) string { return "CAST(" + c.clock(0, 1) + " AS TIME)" }),
	"$extract_datetime": custom(func(c *call) string { return c.clock(0, 1) }),

	"date":      custom(makeDate),
	"datetime":  custom(makeDatetime),
	"time":      custom(makeTime),
	"timestamp": custom(makeTimestamp),
	"string": custom(func(c *call) string {
		switch c.kind(0) {
		case sqltype.Timestamp:
			return "gsql_timestamp_text(epoch_us(" + c.args[0] + "), " + c.zone(1) + ")"
		case sqltype.JSON:
			return c.expand("gsql_json_string($1)")
		}
		return c.t.castTo(c.n, c.args[0], c.types[0], c.result, false)
	}),

	"date_add":      custom(dateAdd(1)),
	"date_sub":      custom(dateAdd(-1)),
	"datetime_add":  custom(datetimeAdd(1)),
	"datetime_sub":  custom(datetimeAdd(-1)),
	"timestamp_add": custom(timestampAdd(1)),
	"timestamp_sub": custom(timestampAdd(-1)),
	"time_add":      custom(timeAdd(1)),
	"time_sub":      custom(timeAdd(-1)),
	"add_months":    custom(func(c *call) string { return c.addMonths(c.args[0], c.kind(0), c.args[1]) }),

	"date_diff":      custom(dateDiff),
	"datetime_diff":  custom(datetimeDiff),
	"timestamp_diff": custom(timestampDiff),
	"time_diff":      custom(timeDiff),

	"date_trunc":      custom(dateTrunc),
	"datetime_trunc":  custom(datetimeTrunc),
	"timestamp_trunc": custom(timestampTrunc),
	"time_trunc": custom(func(c *call) string {
		return fromMicros(sqltype.Time, "gsql_time_trunc(epoch_us("+c.args[0]+"), "+c.part(1)+")")
	}),
	"last_day": custom(func(c *call) string {
		part := "'MONTH'"
		if len(c.args) > 1 {
			part = c.part(1)
		}
		return fromDays("gsql_last_day(" + c.days(0) + ", " + part + ")")
	}),

	"format_date": custom(func(c *call) string {
		return "gsql_format_time(" + c.args[0] + ", " + c.days(1) + " * 86400000000, 'DATE', 'UTC')"
	}),
	"format_datetime": custom(func(c *call) string { return c.expand("gsql_format_time($1, epoch_us($2), 'DATETIME', 'UTC')") }),
	"format_time":     custom(func(c *call) string { return c.expand("gsql_format_time($1, epoch_us($2), 'TIME', 'UTC')") }),
	"format_timestamp": custom(func(c *call) string {
		return c.expand("gsql_format_time($1, epoch_us($2), 'TIMESTAMP', ") + c.zone(2) + ")"
	}),
	"parse_date": parser(func(c *call) string {
		return fromDays(c.expand(c.parse("parse_time") + "($1, $2, 'DATE', 'UTC') // 86400000000"))
	}),
	"parse_datetime": parser(func(c *call) string {
		return fromMicros(sqltype.DateTime, c.expand(c.parse("parse_time")+"($1, $2, 'DATETIME', 'UTC')"))
	}),
	"parse_time": parser(func(c *call) string {
		return fromMicros(sqltype.Time, c.expand(c.parse("parse_time")+"($1, $2, 'TIME', 'UTC')"))
	}),
	"parse_timestamp": parser(func(c *call) string {
		return fromMicros(sqltype.Timestamp, c.expand(c.parse("parse_time")+"($1, $2, 'TIMESTAMP', ")+c.zone(2)+")")
	}),

	"unix_seconds":                custom(unix(1000000)),
	"unix_millis":                 custom(unix(1000)),
	"unix_micros":                 total("epoch_us($1)"),
	"unix_date":                   custom(func(c *call) string { return c.days(0) }),
	"date_from_unix_date":         custom(func(c *call) string { return fromDays("gsql_check_days(" + c.args[0] + ")") }),
	"timestamp_seconds":           custom(fromUnix(1000000)),
	"timestamp_millis":            custom(fromUnix(1000)),
	"timestamp_micros":            custom(fromUnix(1)),
	"timestamp_from_unix_seconds": custom(fromUnix(1000000)),
	"timestamp_from_unix_millis":  custom(fromUnix(1000)),
	"timestamp_from_unix_micros":  custom(fromUnix(1)),
	"make_interval":               custom(func(c *call) string { return "gsql_make_interval(" + strings.Join(c.args, ", ") + ")" }),
	"justify_hours":               native("gsql_justify_hours($1)"),
	"justify_days":                native("gsql_justify_days($1)"),
	"justify_interval":            native("gsql_justify_interval($1)"),
	"date_bucket":                 custom(bucket),
	"datetime_bucket":             custom(bucket),
	"timestamp_bucket":            custom(bucket),
	"generate_date_array":         custom(generateDateArray),
	"generate_timestamp_array":    custom(generateTimestampArray),
	"$interval":                   custom(makeInterval),
}

// zone is an optional time zone argument.
func (c *call) zone(i int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return text(c.t.opts.TimeZone)
}

// local is an instant's wall clock as TIMESTAMP.
func (c *call) local(ts string, zoneArg int) string {
	z := c.zone(zoneArg)
	if z == "'UTC'" {
		return "make_timestamp(epoch_us(" + ts + "))"
	}
	return "make_timestamp(gsql_local(epoch_us(" + ts + "), " + z + "))"
}

// localDatetime is local as a DATETIME: one outside the years 1 to 9999 is an error.
func (c *call) localDatetime(ts string, zoneArg int) string {
	return strings.Replace(c.local(ts, zoneArg), "gsql_local(", "gsql_local_datetime(", 1)
}

// clock is the wall clock of a TIMESTAMP or DATETIME argument.
func (c *call) clock(i, zoneArg int) string {
	if c.kind(i) == sqltype.Timestamp {
		return c.local(c.args[i], zoneArg)
	}
	return c.args[i]
}

// days is a DATE argument as days since the epoch.
func (c *call) days(i int) string {
	if c.kind(i) != sqltype.Date {
		return "(CAST(" + c.clock(i, len(c.args)) + " AS DATE) - DATE '1970-01-01')"
	}
	return "(" + c.args[i] + " - DATE '1970-01-01')"
}

func fromDays(days string) string {
	return "(DATE '1970-01-01' + CAST(" + days + " AS INTEGER))"
}

// fromMicros turns microseconds into a value of kind k.
func fromMicros(k sqltype.Kind, us string) string {
	switch k {
	case sqltype.Timestamp:
		return "make_timestamptz(" + us + ")"
	case sqltype.Time:
		return "(TIME '00:00:00' + to_microseconds(" + us + "))"
	case sqltype.Date:
		return "CAST(make_timestamp(" + us + ") AS DATE)"
	}
	return "make_timestamp(" + us + ")"
}

// part is a date part argument as text.
func (c *call) part(i int) string {
	p := c.partOf(i)
	if p == "" {
		return c.refuse("the date part must be a literal")
	}
	return text(p)
}

func (c *call) dateInRange(s string) string {
	return fromDays("gsql_check_days((" + s + ") - DATE '1970-01-01')")
}

var weekdays = map[string]int{"WEEK": 0, "WEEK_SUNDAY": 0, "WEEK_MONDAY": 1, "WEEK_TUESDAY": 2, "WEEK_WEDNESDAY": 3, "WEEK_THURSDAY": 4,
	"WEEK_FRIDAY": 5, "WEEK_SATURDAY": 6}

// nativeParts are EXTRACT's parts that DuckDB has with the same meaning.
var nativeParts = map[string]string{"YEAR": "year", "MONTH": "month", "DAY": "day", "QUARTER": "quarter", "DAYOFYEAR": "dayofyear",
	"ISOWEEK": "week", "ISOYEAR": "isoyear", "HOUR": "hour", "MINUTE": "minute"}

func extract(c *call) string {
	part := c.partOf(1)
	x := c.args[0]
	switch c.kind(0) {
	case sqltype.Interval:
		return "gsql_interval_part(" + x + ", " + text(part) + ")"
	case sqltype.Timestamp:
		if part == "MICROSECOND" || part == "MILLISECOND" || part == "SECOND" {
			x = "make_timestamp(epoch_us(" + x + "))"
		} else if part == "DATE" || part == "DATETIME" {
			x = c.localDatetime(x, 2)
		} else {
			x = c.local(x, 2)
		}
	}
	if c.kind(0) == sqltype.Time || c.kind(0) == sqltype.DateTime || c.kind(0) == sqltype.Timestamp {
		switch part {
		case "MICROSECOND":
			return "((epoch_us(" + x + ") % 1000000 + 1000000) % 1000000)"
		case "MILLISECOND":
			return "((epoch_us(" + x + ") % 1000000 + 1000000) % 1000000 // 1000)"
		case "SECOND":
			return "(((epoch_us(" + x + ") % 60000000) + 60000000) % 60000000 // 1000000)"
		}
	}
	if p, ok := nativeParts[part]; ok {
		return "CAST(date_part('" + p + "', " + x + ") AS BIGINT)"
	}
	if d, ok := weekdays[part]; ok {
		return fmt.Sprintf("CAST((date_part('dayofyear', %[1]s) + 6 - (date_part('dow', %[1]s) + %[2]d) %% 7) // 7 AS BIGINT)", x, 7-d)
	}
	switch part {
	case "DAYOFWEEK":
		return "CAST(date_part('dow', " + x + ") + 1 AS BIGINT)"
	case "DATE":
		return "CAST(" + x + " AS DATE)"
	case "TIME":
		return "CAST(" + x + " AS TIME)"
	case "DATETIME":
		return x
	}
	return c.refuse("EXTRACT(%s) is not translated", part)
}

func makeDate(c *call) string {
	switch {
	case len(c.args) == 3:
		return fromDays(c.expand("gsql_make_date($1, $2, $3)"))
	case c.kind(0) == sqltype.Timestamp:
		return "CAST(" + c.localDatetime(c.args[0], 1) + " AS DATE)"
	case c.kind(0) == sqltype.DateTime:
		return c.expand("CAST($1 AS DATE)")
	case c.kind(0) == sqltype.Date:
		return c.args[0]
	}
	return c.t.castTo(c.n, c.args[0], c.types[0], c.result, false)
}

func makeDatetime(c *call) string {
	switch {
	case len(c.args) == 6:
		return fromMicros(sqltype.DateTime, c.expand("gsql_make_datetime($1, $2, $3, $4, $5, $6)"))
	case len(c.args) == 2 && c.kind(1) == sqltype.Time:
		return c.expand("(CAST($1 AS TIMESTAMP) + to_microseconds(epoch_us($2)))")
	case c.kind(0) == sqltype.Timestamp:
		return c.localDatetime(c.args[0], 1)
	case c.kind(0) == sqltype.DateTime:
		return c.args[0]
	}
	return c.t.castTo(c.n, c.args[0], c.types[0], c.result, false)
}

func makeTime(c *call) string {
	switch {
	case len(c.args) == 3:
		return fromMicros(sqltype.Time, c.expand("gsql_make_time($1, $2, $3)"))
	case c.kind(0) == sqltype.Timestamp:
		return "CAST(" + c.local(c.args[0], 1) + " AS TIME)"
	case c.kind(0) == sqltype.DateTime:
		return c.expand("CAST($1 AS TIME)")
	}
	return c.t.castTo(c.n, c.args[0], c.types[0], c.result, false)
}

func makeTimestamp(c *call) string {
	switch c.kind(0) {
	case sqltype.String:
		if len(c.args) > 1 {
			// With a zone of its own, the text must not name another.
			return fromMicros(sqltype.Timestamp, c.expand("gsql_zoneless_timestamp($1, $2)"))
		}
		return fromMicros(sqltype.Timestamp, c.expand("gsql_to_timestamp($1, ")+c.zone(1)+")")
	case sqltype.Date:
		return c.instant("CAST("+c.args[0]+" AS TIMESTAMP)", c.zone(1))
	case sqltype.DateTime:
		return c.instant(c.args[0], c.zone(1))
	}
	return c.args[0]
}

// instant is the moment at which a wall clock shows ts.
func (c *call) instant(ts, zone string) string {
	if zone == "'UTC'" {
		return "make_timestamptz(epoch_us(" + ts + "))"
	}
	return "make_timestamptz(gsql_instant(epoch_us(" + ts + "), " + zone + "))"
}

// microParts are the parts of fixed length, in microseconds.
var microParts = map[string]int64{"MICROSECOND": 1, "MILLISECOND": 1000, "SECOND": 1000000, "MINUTE": 60000000, "HOUR": 3600000000, "DAY": 86400000000}

// monthParts are the parts of calendar length, in months.
var monthParts = map[string]int{"MONTH": 1, "QUARTER": 3, "YEAR": 12}

func signed(sign int, n string) string {
	if sign < 0 {
		return "(- " + n + ")"
	}
	return n
}

func dateAdd(sign int) func(*call) string {
	return func(c *call) string {
		if c.kind(0) == sqltype.DateTime {
			return datetimeAdd(sign)(c)
		}
		if c.kind(0) == sqltype.Timestamp {
			return timestampAdd(sign)(c)
		}
		if len(c.args) == 2 {
			return c.addInterval(c.args[0], c.kind(0), c.args[1], map[int]string{1: "+", -1: "-"}[sign])
		}
		if s, ok := nativeDateAdd(c, sign); ok {
			return s
		}
		return fromDays("gsql_date_add(" + c.days(0) + ", " + signed(sign, c.args[1]) + ", " + c.part(2) + ")")
	}
}

// nativeDateAdd is the usual case, a column and a literal, without a call of the
// prelude; the result is checked to stay within GoogleSQL's years.
func nativeDateAdd(c *call, sign int) (string, bool) {
	v, ok := c.literalOf(1)
	if !ok || !isSimple(c.args[0]) {
		return "", false
	}
	n := get(v.Int64Value())
	if n < -10000 || n > 10000 {
		return "", false
	}
	n *= int64(sign)
	var r string
	switch part := c.partOf(2); {
	case part == "DAY":
		r = fmt.Sprintf("(%s + CAST(%d AS INTEGER))", c.args[0], n)
	case part == "WEEK":
		r = fmt.Sprintf("(%s + CAST(%d AS INTEGER))", c.args[0], 7*n)
	case monthParts[part] > 0:
		r = fmt.Sprintf("CAST(%s + to_months(CAST(%d AS INTEGER)) AS DATE)", c.args[0], n*int64(monthParts[part]))
	default:
		return "", false
	}
	return "(CASE WHEN " + r + " BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN " + r + " WHEN " + c.args[0] + " IS NULL THEN NULL ELSE " +
		c.fail("date arithmetic overflows") + " END)", true
}

func datetimeAdd(sign int) func(*call) string {
	return func(c *call) string {
		if len(c.args) == 2 {
			return c.addInterval(c.args[0], c.kind(0), c.args[1], map[int]string{1: "+", -1: "-"}[sign])
		}
		return fromMicros(sqltype.DateTime, "gsql_datetime_add(epoch_us("+c.args[0]+"), "+signed(sign, c.args[1])+", "+c.part(2)+")")
	}
}

func timestampAdd(sign int) func(*call) string {
	return func(c *call) string {
		if len(c.args) == 2 {
			return c.addInterval(c.args[0], c.kind(0), c.args[1], map[int]string{1: "+", -1: "-"}[sign])
		}
		unit, ok := microParts[c.partOf(2)]
		if !ok {
			return c.refuse("%s by %s is not translated", c.title(), c.partOf(2))
		}
		n := "(" + signed(sign, c.args[1]) + " * CAST(" + strconv.FormatInt(unit, 10) + " AS BIGINT))"
		return fromMicros(sqltype.Timestamp, "gsql_check_micros(epoch_us("+c.args[0]+") + "+n+")")
	}
}

func timeAdd(sign int) func(*call) string {
	return func(c *call) string {
		return fromMicros(sqltype.Time, "gsql_time_add(epoch_us("+c.args[0]+"), "+signed(sign, c.args[1])+", "+c.part(2)+")")
	}
}

// addMonths keeps the day of the month, or takes the last one.
func (c *call) addMonths(x string, k sqltype.Kind, n string) string {
	if k == sqltype.Date {
		return fromDays("gsql_add_months(" + x + " - DATE '1970-01-01', " + n + ")")
	}
	if k != sqltype.DateTime {
		return c.refuse("ADD_MONTHS of %s is not translated", k)
	}
	return fromMicros(sqltype.DateTime, "gsql_datetime_add(epoch_us("+x+"), "+n+", 'MONTH')")
}

// addInterval adds or subtracts an INTERVAL value.
func (c *call) addInterval(x string, k sqltype.Kind, i, op string) string {
	sign := "CAST(1 AS BIGINT)"
	if op == "-" {
		sign = "CAST(-1 AS BIGINT)"
	}
	switch k {
	case sqltype.Date:
		return fromMicros(c.result.Kind, "gsql_add_interval(("+x+" - DATE '1970-01-01') * 86400000000, "+i+", "+sign+", false)")
	case sqltype.DateTime:
		return fromMicros(k, "gsql_add_interval(epoch_us("+x+"), "+i+", "+sign+", false)")
	case sqltype.Timestamp:
		return fromMicros(k, "gsql_add_interval(epoch_us("+x+"), "+i+", "+sign+", true)")
	}
	return c.refuse("%s of %s and INTERVAL is not translated", c.title(), k)
}

func dateDiff(c *call) string {
	if c.kind(0) == sqltype.DateTime {
		return datetimeDiff(c)
	}
	if c.kind(0) == sqltype.Timestamp {
		return timestampDiff(c)
	}
	switch part := c.partOf(2); part {
	case "DAY":
		return c.expand("($1 - $2)")
	case "MONTH", "QUARTER", "YEAR":
		return "date_diff('" + strings.ToLower(part) + "', " + c.args[1] + ", " + c.args[0] + ")"
	}
	return "gsql_date_diff(" + c.days(0) + ", " + c.days(1) + ", " + c.part(2) + ")"
}

func datetimeDiff(c *call) string {
	part := c.partOf(2)
	switch part {
	case "MICROSECOND":
		return c.expand("(epoch_us($1) - epoch_us($2))")
	case "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "QUARTER", "YEAR":
		return "date_diff('" + strings.ToLower(part) + "', " + c.args[1] + ", " + c.args[0] + ")"
	}
	return "gsql_date_diff(" + c.days(0) + ", " + c.days(1) + ", " + c.part(2) + ")"
}

func timestampDiff(c *call) string {
	unit, ok := microParts[c.partOf(2)]
	if !ok {
		return c.refuse("%s by %s is not translated", c.title(), c.partOf(2))
	}
	return c.expand("((epoch_us($1) - epoch_us($2)) // CAST(" + strconv.FormatInt(unit, 10) + " AS BIGINT))")
}

func timeDiff(c *call) string {
	unit, ok := microParts[c.partOf(2)]
	if !ok {
		return c.refuse("%s by %s is not translated", c.title(), c.partOf(2))
	}
	u := "CAST(" + strconv.FormatInt(unit, 10) + " AS BIGINT)"
	return c.expand("(epoch_us($1) // " + u + " - epoch_us($2) // " + u + ")")
}

func dateTrunc(c *call) string {
	if c.kind(0) == sqltype.DateTime {
		return datetimeTrunc(c)
	}
	if c.kind(0) == sqltype.Timestamp {
		return timestampTrunc(c)
	}
	switch part := c.partOf(1); part {
	case "DAY":
		return c.args[0]
	case "MONTH", "QUARTER", "YEAR":
		return "CAST(date_trunc('" + strings.ToLower(part) + "', " + c.args[0] + ") AS DATE)"
	}
	return fromDays("gsql_trunc(" + c.days(0) + " * 86400000000, " + c.part(1) + ") // 86400000000")
}

func datetimeTrunc(c *call) string {
	return fromMicros(sqltype.DateTime, "gsql_trunc(epoch_us("+c.args[0]+"), "+c.part(1)+")")
}

func timestampTrunc(c *call) string {
	z := c.zone(2)
	if z == "'UTC'" {
		return fromMicros(sqltype.Timestamp, "gsql_trunc(epoch_us("+c.args[0]+"), "+c.part(1)+")")
	}
	return fromMicros(sqltype.Timestamp, "gsql_trunc_zone(epoch_us("+c.args[0]+"), "+c.part(1)+", "+z+")")
}

func unix(unit int) func(*call) string {
	return func(c *call) string {
		return fmt.Sprintf("((epoch_us(%[1]s) - (epoch_us(%[1]s) %% %[2]d + %[2]d) %% %[2]d) // %[2]d)", c.args[0], unit)
	}
}

func fromUnix(unit int) func(*call) string {
	return func(c *call) string {
		if c.kind(0) == sqltype.Timestamp {
			return c.args[0]
		}
		return fromMicros(sqltype.Timestamp, "gsql_check_micros("+c.args[0]+" * CAST("+strconv.Itoa(unit)+" AS BIGINT))")
	}
}

func makeInterval(c *call) string {
	return "gsql_interval(" + c.args[0] + ", " + c.part(1) + ")"
}

func bucket(c *call) string {
	us := func(i int) string {
		if i >= len(c.args) {
			return "CAST(-631152000000000 AS BIGINT)" // 1950-01-01
		}
		if c.kind(i) == sqltype.Date {
			return c.days(i) + " * 86400000000"
		}
		return "epoch_us(" + c.args[i] + ")"
	}
	if len(c.args) < 3 && c.kind(0) == sqltype.Timestamp && c.t.opts.TimeZone != "UTC" {
		return fromMicros(c.result.Kind, "gsql_bucket("+us(0)+", "+c.args[1]+", gsql_instant(CAST(-631152000000000 AS BIGINT), "+text(c.t.opts.TimeZone)+"))")
	}
	return fromMicros(c.result.Kind, "gsql_bucket("+us(0)+", "+c.args[1]+", "+us(2)+")")
}

func generateDateArray(c *call) string {
	step, part := "CAST(1 AS BIGINT)", "'DAY'"
	if len(c.args) > 2 {
		step, part = c.args[2], c.part(3)
	}
	c.t.letVars++
	v := fmt.Sprintf("v%d", c.t.letVars)
	return "list_transform(gsql_generate_dates(" + c.days(0) + ", " + c.days(1) + ", " + step + ", " + part + "), lambda " + v + ": " + fromDays(v) + ")"
}

func generateTimestampArray(c *call) string {
	c.t.letVars++
	v := fmt.Sprintf("v%d", c.t.letVars)
	unit, ok := microParts[c.partOf(3)]
	if !ok {
		return c.refuse("GENERATE_TIMESTAMP_ARRAY by %s is not translated", c.partOf(3))
	}
	return "list_transform(gsql_generate_range(epoch_us(" + c.args[0] + "), epoch_us(" + c.args[1] + "), " + c.args[2] + " * CAST(" + strconv.FormatInt(unit, 10) +
		" AS BIGINT)), lambda " + v + ": make_timestamptz(" + v + "))"
}
