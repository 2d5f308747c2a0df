// Package checksql makes the SQL of checks: one generator for every dialect, so that
// a check says the same wherever it runs.
//
// A check gives one row: violations INT64, message STRING (NULL where all is well)
// and, for row_count, `rows` INT64.
package checksql

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/compiler/spec"
	"sluice/compiler/sqltype"
)

// Check is what a check's SQL is made of.
type Check struct {
	Spec *spec.Check
	// Table and To are the tables as they stand in FROM, ToName is To's name for the
	// message. Empty where the check names none.
	Table, To, ToName string
	// Query, Left and Right are the user's own queries.
	Query, Left, Right string
	// TimeZone is the platform's.
	TimeZone string
	// Shown lets a message show values. A message leaves the platform, so that values
	// of a table with personal data must not stand in it.
	Shown bool
	// Kind is the kind of a column of Table, empty where it is not known.
	Kind func(column string) sqltype.Kind
}

// Dialect is how a warehouse says it. The generator keeps to what every one has.
type Dialect interface {
	// Name quotes an identifier.
	Name(name string) string
	// Literal is a string, int64, float64 or bool.
	Literal(value any) string
	// Text casts to STRING; kind is the kind of the expression.
	Text(expression string, kind sqltype.Kind) string
	If(condition, then, otherwise string) string
	IfNull(expression, otherwise string) string
	// Concat is NULL where a part is.
	Concat(parts ...string) string
	CountIf(condition string) string
	// NullText is NULL as a STRING.
	NullText() string
	// SecondsToEnd is how long before the end of the business day a value of the
	// kind was, in seconds: TIMESTAMP, DATETIME in the time zone, DATE as the day that
	// begins on it, or where the kind is empty the text of one of them.
	SecondsToEnd(expression string, kind sqltype.Kind, timeZone string) (text string, parameters []string)
	// RowText is a row of a subquery, by its alias, as JSON.
	RowText(alias string) string
}

// SQL makes the statement and says which parameters it uses. It is empty where the
// check lacks what its kind needs.
func SQL(c Check, d Dialect) (text string, parameters []string) {
	g := generator{c, d}
	switch c.Spec.Kind.V {
	case "reconcile":
		return g.reconcile(), nil
	case "sql":
		return g.violationRows(), nil
	}
	if c.Table == "" {
		return "", nil
	}
	rows := g.filtered()
	switch c.Spec.Kind.V {
	case "unique":
		return g.unique(rows), nil
	case "not_null":
		return g.notNull(rows), nil
	case "accepted_values":
		return g.acceptedValues(rows), nil
	case "relationship":
		if c.To == "" {
			return "", nil
		}
		return g.relationship(rows), nil
	case "row_count":
		return g.rowCount(rows), nil
	case "freshness":
		return g.freshness(rows)
	}
	return "", nil
}

type generator struct {
	Check
	d Dialect
}

// filtered is the FROM clause with the rows that a check looks at. A condition may
// end in a comment, so it has lines of its own.
func (g generator) filtered() string {
	from := "FROM " + g.Table
	if where := g.Spec.Where.V; where != "" {
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

func (g generator) whole(expression string) string { return g.d.Text(expression, sqltype.Int64) }

// summary is the outer query: how many rows of inner are wrong, and what to say.
// what follows the number of rows.
func (g generator) summary(inner, what, sample string) string {
	parts := []string{g.whole("COUNT(*)"), g.d.Literal(what)}
	if sample != "" {
		parts = append(parts, "', e.g. '", "MIN("+sample+")")
	}
	return "SELECT COUNT(*) AS violations,\n  " + g.d.If("COUNT(*) = 0", "NULL", g.d.Concat(parts...)) + " AS message\nFROM (\n" + inner + "\n) AS wrong"
}

func (g generator) names(list []string) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = g.d.Name(n)
	}
	return strings.Join(out, ", ")
}

func columnNames(list []spec.Text) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.V
	}
	return out
}

// unique counts keys that occur more than once. A key with a NULL in it equals no
// other, as in SQL.
func (g generator) unique(rows string) string {
	keys := columnNames(g.Spec.Columns)
	var sample []string
	for i, k := range keys {
		rows = and(rows, g.d.Name(k)+" IS NOT NULL")
		if i > 0 {
			sample = append(sample, "', '")
		}
		sample = append(sample, g.d.Literal(k+" = "), g.d.IfNull(g.d.Text(g.d.Name(k), g.Kind(k)), "'NULL'"))
	}
	inner := "SELECT " + g.names(keys) + ", COUNT(*) AS occurrences\n" + rows +
		"\nGROUP BY " + g.names(keys) + "\nHAVING COUNT(*) > 1"
	shown := ""
	if g.Shown {
		shown = g.d.Concat(append(sample, "' ('", g.whole("occurrences"), "' times)'")...)
	}
	return g.summary(inner, " values of ("+strings.Join(keys, ", ")+") occur more than once", shown)
}

// notNull counts rows with a NULL, and says how many each column has.
func (g generator) notNull(rows string) string {
	keys := columnNames(g.Spec.Columns)
	conditions := make([]string, len(keys))
	var parts []string
	for i, k := range keys {
		conditions[i] = g.d.Name(k) + " IS NULL"
		if i > 0 {
			parts = append(parts, "', '")
		}
		parts = append(parts, g.d.Literal(k+" is NULL in "), g.whole(g.d.CountIf(conditions[i])))
	}
	total := g.d.CountIf(strings.Join(conditions, " OR "))
	parts = append(parts, "' of '", g.whole("COUNT(*)"), "' rows'")
	return "SELECT " + total + " AS violations,\n  " + g.d.If(total+" = 0", "NULL", g.d.Concat(parts...)) + " AS message\n" + rows
}

// acceptedValues counts rows that hold another value; NULL is for not_null.
func (g generator) acceptedValues(rows string) string {
	values := make([]string, len(g.Spec.Values))
	for i, v := range g.Spec.Values {
		values[i] = g.d.Literal(v.V)
	}
	name := g.Spec.Column.V
	column := g.d.Name(name)
	rows = and(and(rows, column+" IS NOT NULL"), column+" NOT IN ("+strings.Join(values, ", ")+")")
	sample := ""
	if g.Shown {
		sample = g.d.Text(column, g.Kind(name))
	}
	return g.summary("SELECT "+column+"\n"+rows, " rows hold another value in "+name, sample)
}

// relationship counts rows whose value the other table lacks.
func (g generator) relationship(rows string) string {
	name := g.Spec.Column.V
	inner := "SELECT child.child_key\nFROM (\nSELECT " + g.d.Name(name) + " AS child_key\n" + rows + "\n) AS child\n" +
		"LEFT JOIN (\nSELECT DISTINCT " + g.d.Name(g.Spec.ToColumn.V) + " AS parent_key\nFROM " + g.To + "\n) AS parent\n" +
		"ON child.child_key = parent.parent_key\n" +
		"WHERE child.child_key IS NOT NULL AND parent.parent_key IS NULL"
	sample := ""
	if g.Shown {
		sample = g.d.Text("child_key", g.Kind(name))
	}
	return g.summary(inner, " rows have a value of "+name+" that "+g.ToName+" lacks", sample)
}

// rowCount compares the number of rows with the bounds. The change against earlier
// runs is the runtime's to judge, from `rows`.
func (g generator) rowCount(rows string) string {
	c, count := g.Spec, g.d.Name("rows")
	var wrong, expected []string
	if c.Min.Set {
		wrong = append(wrong, count+" < "+g.d.Literal(c.Min.V))
		expected = append(expected, fmt.Sprintf("at least %d", c.Min.V))
	}
	if c.Max.Set {
		wrong = append(wrong, count+" > "+g.d.Literal(c.Max.V))
		expected = append(expected, fmt.Sprintf("at most %d", c.Max.V))
	}
	counted := "FROM (\nSELECT COUNT(*) AS " + count + "\n" + rows + "\n) AS counted"
	if len(wrong) == 0 {
		return "SELECT " + g.d.Literal(int64(0)) + " AS violations, " + g.d.NullText() + " AS message, " + count + "\n" + counted
	}
	condition := strings.Join(wrong, " OR ")
	message := g.d.Concat(g.whole(count), g.d.Literal(" rows, expected "+strings.Join(expected, " and ")))
	return "SELECT " + g.d.If(condition, g.d.Literal(int64(1)), g.d.Literal(int64(0))) + " AS violations,\n  " +
		g.d.If(condition, message, "NULL") + " AS message,\n  " + count + "\n" + counted
}

// freshness compares the newest row with the end of the business day. A DATE is the
// business day that begins on it, so the day's own rows are one day old when it ends.
// Where the column's type is not known it is told from the value's text.
func (g generator) freshness(rows string) (string, []string) {
	name, limit := g.Spec.Column.V, g.Spec.MaxAge.V
	kind := g.Kind(name)
	value := "MAX(" + g.d.Name(name) + ")"
	switch kind {
	case sqltype.Timestamp, sqltype.DateTime, sqltype.Date:
	default:
		value, kind = g.d.Text(value, kind), ""
	}
	age, parameters := g.d.SecondsToEnd("newest", kind, g.TimeZone)
	shown := sqltype.String
	if kind != "" {
		shown = kind
	}
	most := g.d.Literal(limit)
	return "SELECT " + g.d.If("age IS NULL OR age > "+most, g.d.Literal(int64(1)), g.d.Literal(int64(0))) + " AS violations,\n" +
		"  CASE\n" +
		"    WHEN newest IS NULL THEN " + g.d.Literal("no row has a value of "+name) + "\n" +
		"    WHEN age IS NULL OR age > " + most + " THEN " + g.d.Concat(g.d.Literal("the newest "+name+" is "), g.d.Text("newest", shown),
		g.d.Literal(", more than "+spanText(limit)+" before the end of the business day")) + "\n" +
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
			b.WriteString(strconv.FormatInt(n, 10) + u.unit)
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

// reconcile compares two numbers: exactly, or within a share of the first. Only
// GoogleSQL says it: the numbers' types are the user's.
func (g generator) reconcile() string {
	if g.Left == "" || g.Right == "" {
		return ""
	}
	differ := "left_value != right_value"
	if p := g.Spec.TolerancePercent.V; p > 0 {
		differ = "ABS(CAST(left_value AS FLOAT64) - CAST(right_value AS FLOAT64)) > ABS(CAST(left_value AS FLOAT64)) * " + g.d.Literal(p/100)
	}
	shown := func(v string) string { return g.d.IfNull(g.d.Text(v, ""), "'NULL'") }
	differ = "left_value IS NULL OR right_value IS NULL OR " + differ
	return "SELECT " + g.d.If(differ, g.d.Literal(int64(1)), g.d.Literal(int64(0))) + " AS violations,\n  " +
		g.d.If(differ, g.d.Concat("'left is '", shown("left_value"), "', right is '", shown("right_value")), "NULL") + " AS message\nFROM (\nSELECT " +
		embedded(g.Left) + " AS left_value,\n" + embedded(g.Right) + " AS right_value\n) AS sides"
}

// violationRows counts the rows of a query that should give none.
func (g generator) violationRows() string {
	if g.Query == "" {
		return ""
	}
	inner := "SELECT *\nFROM " + embedded(g.Query) + " AS found"
	if g.Spec.Where.V != "" {
		inner += "\nWHERE (\n" + g.Spec.Where.V + "\n)"
	}
	if !g.Shown {
		return g.summary(inner, " rows violate the check", "")
	}
	return g.summary(inner, " rows violate the check", g.d.RowText("wrong"))
}
