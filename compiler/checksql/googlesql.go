package checksql

import (
	"strconv"
	"strings"

	"sluice/compiler/sqltype"
)

// GoogleSQL is the dialect that is analysed, and BigQuery's.
type GoogleSQL struct{}

var identifierEscapes = strings.NewReplacer("\\", "\\\\", "`", "\\`")

// Name implements Dialect.
func (GoogleSQL) Name(name string) string { return "`" + identifierEscapes.Replace(name) + "`" }

var stringEscapes = strings.NewReplacer("\\", "\\\\", "'", "\\'", "\n", "\\n", "\r", "\\r", "\t", "\\t", "\x00", "\\x00")

// Literal implements Dialect.
func (GoogleSQL) Literal(value any) string {
	switch v := value.(type) {
	case string:
		return "'" + stringEscapes.Replace(v) + "'"
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		text := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(text, ".eE") {
			text += ".0"
		}
		return text
	}
	return "NULL"
}

// Text implements Dialect.
func (GoogleSQL) Text(expression string, _ sqltype.Kind) string {
	return "CAST(" + expression + " AS STRING)"
}

// If implements Dialect.
func (GoogleSQL) If(condition, then, otherwise string) string {
	return "IF(" + condition + ", " + then + ", " + otherwise + ")"
}

// IfNull implements Dialect.
func (GoogleSQL) IfNull(expression, otherwise string) string {
	return "IFNULL(" + expression + ", " + otherwise + ")"
}

// Concat implements Dialect.
func (GoogleSQL) Concat(parts ...string) string { return "CONCAT(" + strings.Join(parts, ", ") + ")" }

// CountIf implements Dialect.
func (GoogleSQL) CountIf(condition string) string { return "COUNTIF(" + condition + ")" }

// NullText implements Dialect.
func (GoogleSQL) NullText() string { return "CAST(NULL AS STRING)" }

// SecondsToEnd implements Dialect.
func (d GoogleSQL) SecondsToEnd(x string, kind sqltype.Kind, timeZone string) (string, []string) {
	zone := d.Literal(timeZone)
	seconds := func(timestamp string) string { return "TIMESTAMP_DIFF(@run_end, " + timestamp + ", SECOND)" }
	days := func(date string) string { return "(DATE_DIFF(@run_date, " + date + ", DAY) + 1) * 86400" }
	switch kind {
	case sqltype.Timestamp:
		return seconds(x), []string{"run_end"}
	case sqltype.DateTime:
		return seconds("TIMESTAMP(" + x + ", " + zone + ")"), []string{"run_end"}
	case sqltype.Date:
		return days(x), []string{"run_date"}
	}
	return "CASE\n    WHEN LENGTH(" + x + ") = 10 THEN " + days("SAFE_CAST("+x+" AS DATE)") +
		"\n    WHEN REGEXP_CONTAINS(" + x + ", r'[+-][0-9][0-9](:[0-9][0-9])?$') THEN " + seconds("SAFE_CAST("+x+" AS TIMESTAMP)") +
		"\n    ELSE " + seconds("TIMESTAMP(SAFE_CAST("+x+" AS DATETIME), "+zone+")") + "\n  END", []string{"run_date", "run_end"}
}

// RowText implements Dialect.
func (GoogleSQL) RowText(alias string) string { return "TO_JSON_STRING(" + alias + ")" }
