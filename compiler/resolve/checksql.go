package resolve

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/compiler/model"
	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// checkSQL makes the GoogleSQL of a check and says which parameters it uses. It
// gives one row: violations INT64, message STRING (NULL where all is well) and, for
// row_count, `rows` INT64. It is empty where the check names no table.
//
// The SQL keeps to few functions that every warehouse has, so that it translates.
// A message shows a sample of what is wrong, but never a value of a table that
// carries personal data: messages leave the platform.
func (r *resolver) checkSQL(check *model.Check) (text string, parameters []string) {
	c := check.Spec
	switch c.Kind.V {
	case "reconcile":
		return reconcileSQL(c), nil
	case "sql":
		return violationRowsSQL(c, r.showsPersonal(check)), nil
	}
	if check.Table == nil {
		return "", nil
	}
	rows := filtered(check.Table, c.Where.V)
	switch c.Kind.V {
	case "unique":
		return uniqueSQL(check.Table, c, rows), nil
	case "not_null":
		return notNullSQL(c, rows), nil
	case "accepted_values":
		return acceptedValuesSQL(check.Table, c, rows), nil
	case "relationship":
		if check.To == nil {
			return "", nil
		}
		return relationshipSQL(check, rows), nil
	case "row_count":
		return rowCountSQL(c, rows), nil
	case "freshness":
		return r.freshnessSQL(check.Table, c, rows)
	}
	return "", nil
}

// showsPersonal reports whether a check's own query reads personal data.
func (r *resolver) showsPersonal(check *model.Check) bool {
	for _, q := range check.Queries {
		for _, t := range r.resolvedTables(q) {
			if t.Personal {
				return true
			}
		}
	}
	return false
}

func (r *resolver) resolvedTables(s *model.Statement) []*model.Table {
	var out []*model.Table
	for _, ref := range s.Refs {
		if t := r.lookup(ref.Name); t != nil {
			out = append(out, t)
		} else if f := r.routines[ref.Name]; f != nil {
			out = append(out, f.Reads...)
		}
	}
	return out
}

var identifierEscapes = strings.NewReplacer("\\", "\\\\", "`", "\\`")

// quote puts an identifier in backticks.
func quote(name string) string { return "`" + identifierEscapes.Replace(name) + "`" }

// tableRef is a table's name in SQL, each part in backticks.
func tableRef(t *model.Table) string {
	dataset, name, _ := strings.Cut(t.Name, ".")
	return quote(dataset) + "." + quote(name)
}

var stringEscapes = strings.NewReplacer("\\", "\\\\", "'", "\\'", "\n", "\\n", "\r", "\\r", "\t", "\\t", "\x00", "\\x00")

// literal is a value as GoogleSQL.
func literal(value any) string {
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

// filtered is the FROM clause with the rows that a check looks at. A condition may
// end in a comment, so it has lines of its own.
func filtered(t *model.Table, where string) string {
	from := "FROM " + tableRef(t)
	if where != "" {
		from += "\nWHERE (\n" + where + "\n)"
	}
	return from
}

// and adds a condition to a FROM clause made by filtered.
func and(rows, condition string) string {
	if strings.Contains(rows, "\nWHERE ") {
		return rows + "\nAND " + condition
	}
	return rows + "\nWHERE " + condition
}

func asString(expression string) string { return "CAST(" + expression + " AS STRING)" }

// showable reports whether values of the column may stand in a message: the table
// carries no personal data, or the column is declared not to.
func showable(t *model.Table, column string) bool {
	if !t.Personal {
		return true
	}
	c := findColumn(t.Columns, column)
	return c != nil && c.Class != "" && !c.Personal
}

// summary is the outer query: how many rows of inner are wrong, and what to say.
// what follows the number of rows.
func summary(inner, what, sample string) string {
	message := "CONCAT(" + asString("COUNT(*)") + ", " + literal(what)
	if sample != "" {
		message += ", ', e.g. ', MIN(" + sample + ")"
	}
	return "SELECT COUNT(*) AS violations,\n  IF(COUNT(*) = 0, NULL, " + message + ")) AS message\nFROM (\n" + inner + "\n) AS wrong"
}

func columnNames(list []spec.Text) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.V
	}
	return out
}

func quoteAll(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return strings.Join(out, ", ")
}

// uniqueSQL counts keys that occur more than once. A key with a NULL in it equals no
// other, as in SQL.
func uniqueSQL(t *model.Table, c *spec.Check, rows string) string {
	keys := columnNames(c.Columns)
	var sample []string
	for _, k := range keys {
		rows = and(rows, quote(k)+" IS NOT NULL")
		if showable(t, k) {
			sample = append(sample, literal(k+" = ")+", IFNULL("+asString(quote(k))+", 'NULL')")
		}
	}
	inner := "SELECT " + quoteAll(keys) + ", COUNT(*) AS occurrences\n" + rows +
		"\nGROUP BY " + quoteAll(keys) + "\nHAVING COUNT(*) > 1"
	shown := ""
	if len(sample) == len(keys) {
		shown = "CONCAT(" + strings.Join(sample, ", ', ', ") + ", ' (', CAST(occurrences AS STRING), ' times)')"
	}
	return summary(inner, " values of ("+strings.Join(keys, ", ")+") occur more than once", shown)
}

// notNullSQL counts rows with a NULL, and says how many each column has.
func notNullSQL(c *spec.Check, rows string) string {
	keys := columnNames(c.Columns)
	conditions := make([]string, len(keys))
	var parts []string
	for i, k := range keys {
		conditions[i] = quote(k) + " IS NULL"
		part := literal(k+" is NULL in ") + ", " + asString("COUNTIF("+conditions[i]+")")
		if i > 0 {
			part = "', ', " + part
		}
		parts = append(parts, part)
	}
	total := "COUNTIF(" + strings.Join(conditions, " OR ") + ")"
	return "SELECT " + total + " AS violations,\n  IF(" + total + " = 0, NULL, CONCAT(" + strings.Join(parts, ", ") +
		", ' of ', " + asString("COUNT(*)") + ", ' rows')) AS message\n" + rows
}

// acceptedValuesSQL counts rows that hold another value; NULL is for not_null.
func acceptedValuesSQL(t *model.Table, c *spec.Check, rows string) string {
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		values[i] = literal(v.V)
	}
	column := quote(c.Column.V)
	rows = and(and(rows, column+" IS NOT NULL"), column+" NOT IN ("+strings.Join(values, ", ")+")")
	sample := ""
	if showable(t, c.Column.V) {
		sample = asString(column)
	}
	return summary("SELECT "+column+"\n"+rows, " rows hold another value in "+c.Column.V, sample)
}

// relationshipSQL counts rows whose value the other table lacks.
func relationshipSQL(check *model.Check, rows string) string {
	c := check.Spec
	inner := "SELECT child.child_key\nFROM (\nSELECT " + quote(c.Column.V) + " AS child_key\n" + rows + "\n) AS child\n" +
		"LEFT JOIN (\nSELECT DISTINCT " + quote(c.ToColumn.V) + " AS parent_key\nFROM " + tableRef(check.To) + "\n) AS parent\n" +
		"ON child.child_key = parent.parent_key\n" +
		"WHERE child.child_key IS NOT NULL AND parent.parent_key IS NULL"
	sample := ""
	if showable(check.Table, c.Column.V) {
		sample = asString("child_key")
	}
	return summary(inner, " rows have a value of "+c.Column.V+" that "+check.To.Name+" lacks", sample)
}

// rowCountSQL compares the number of rows with the bounds. The change against
// earlier runs is the runtime's to judge, from `rows`.
func rowCountSQL(c *spec.Check, rows string) string {
	var wrong, expected []string
	if c.Min.Set {
		wrong = append(wrong, "`rows` < "+literal(c.Min.V))
		expected = append(expected, fmt.Sprintf("at least %d", c.Min.V))
	}
	if c.Max.Set {
		wrong = append(wrong, "`rows` > "+literal(c.Max.V))
		expected = append(expected, fmt.Sprintf("at most %d", c.Max.V))
	}
	counted := "FROM (\nSELECT COUNT(*) AS `rows`\n" + rows + "\n) AS counted"
	if len(wrong) == 0 {
		return "SELECT 0 AS violations, CAST(NULL AS STRING) AS message, `rows`\n" + counted
	}
	condition := strings.Join(wrong, " OR ")
	return "SELECT IF(" + condition + ", 1, 0) AS violations,\n  IF(" + condition + ", CONCAT(" + asString("`rows`") + ", " +
		literal(" rows, expected "+strings.Join(expected, " and ")) + "), NULL) AS message,\n  `rows`\n" + counted
}

// freshnessSQL compares the newest row with the end of the business day. A DATE is
// the business day that begins on it, so the day's own rows are one day old when it
// ends. Where the column's type is inferred it is told from the value's text form.
func (r *resolver) freshnessSQL(t *model.Table, c *spec.Check, rows string) (string, []string) {
	zone := literal(r.sp.Info.TimeZone.V)
	newest := "newest"
	seconds := func(timestamp string) string { return "TIMESTAMP_DIFF(@run_end, " + timestamp + ", SECOND)" }
	days := func(date string) string { return "(DATE_DIFF(@run_date, " + date + ", DAY) + 1) * 86400" }
	var age string
	parameters := []string{"run_end"}
	value := "MAX(" + quote(c.Column.V) + ")"
	switch columnKind(t, c.Column.V) {
	case sqltype.Timestamp:
		age = seconds(newest)
	case sqltype.DateTime:
		age = seconds("TIMESTAMP(" + newest + ", " + zone + ")")
	case sqltype.Date:
		age, parameters = days(newest), []string{"run_date"}
	default:
		value = asString(value)
		age = "CASE\n    WHEN LENGTH(newest) = 10 THEN " + days("SAFE_CAST(newest AS DATE)") +
			"\n    WHEN REGEXP_CONTAINS(newest, r'[+-][0-9][0-9](:[0-9][0-9])?$') THEN " + seconds("SAFE_CAST(newest AS TIMESTAMP)") +
			"\n    ELSE " + seconds("TIMESTAMP(SAFE_CAST(newest AS DATETIME), "+zone+")") + "\n  END"
		parameters = []string{"run_date", "run_end"}
	}
	limit := c.MaxAge.V
	return "SELECT IF(age IS NULL OR age > " + literal(limit) + ", 1, 0) AS violations,\n" +
		"  CASE\n" +
		"    WHEN newest IS NULL THEN " + literal("no row has a value of "+c.Column.V) + "\n" +
		"    WHEN age IS NULL OR age > " + literal(limit) + " THEN CONCAT(" + literal("the newest "+c.Column.V+" is ") + ", " + asString("newest") +
		", " + literal(", more than "+spanText(limit)+" before the end of the business day") + ")\n" +
		"    ELSE NULL\n" +
		"  END AS message\n" +
		"FROM (\nSELECT newest, " + age + " AS age\nFROM (\nSELECT " + value + " AS newest\n" + rows + "\n) AS latest\n) AS aged", parameters
}

// spanText writes seconds as the language does: 1d2h, 90s.
func spanText(seconds int64) string {
	if seconds == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range []struct {
		unit string
		size int64
	}{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := seconds / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.unit)
			seconds %= u.size
		}
	}
	return b.String()
}

// embedded is a user's query as a subquery: without a final semicolon, on lines of
// its own since it may end in a comment.
func embedded(query string) string {
	return "(\n" + strings.TrimRight(strings.TrimSpace(query), "; \t\r\n") + "\n)"
}

// reconcileSQL compares two numbers: exactly, or within a share of the first.
func reconcileSQL(c *spec.Check) string {
	if c.Left.V == "" || c.Right.V == "" {
		return ""
	}
	differ := "left_value != right_value"
	if c.TolerancePercent.V > 0 {
		differ = "ABS(CAST(left_value AS FLOAT64) - CAST(right_value AS FLOAT64)) > ABS(CAST(left_value AS FLOAT64)) * " +
			literal(c.TolerancePercent.V/100)
	}
	shown := func(v string) string { return "IFNULL(" + asString(v) + ", 'NULL')" }
	differ = "left_value IS NULL OR right_value IS NULL OR " + differ
	return "SELECT IF(" + differ + ", 1, 0) AS violations,\n  IF(" + differ + ", CONCAT('left is ', " + shown("left_value") +
		", ', right is ', " + shown("right_value") + "), NULL) AS message\nFROM (\nSELECT " +
		embedded(c.Left.V) + " AS left_value,\n" + embedded(c.Right.V) + " AS right_value\n) AS sides"
}

// violationRowsSQL counts the rows of a query that should give none.
func violationRowsSQL(c *spec.Check, personal bool) string {
	if c.Query.V == "" {
		return ""
	}
	inner := "SELECT *\nFROM " + embedded(c.Query.V) + " AS found"
	if c.Where.V != "" {
		inner += "\nWHERE (\n" + c.Where.V + "\n)"
	}
	if personal {
		return summary(inner, " rows violate the check", "")
	}
	return summary(inner, " rows violate the check", "TO_JSON_STRING(wrong)")
}
