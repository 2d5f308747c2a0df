package duckdb

import (
	"fmt"
	"strings"
)

// numericProduct is the product of two NUMERIC values, rounded to nine digits after
// the point. DuckDB has the product exactly, but takes half a microsecond to round
// it. Where the factors have so few digits that nothing is rounded, which is what
// money is like, it does not have to; otherwise the prelude multiplies.
func (c *call) numericProduct() string {
	if !isCheap(c.args[0]) || !isCheap(c.args[1]) {
		c.simple()
	}
	digits := [2]int{5, 4} // after the point, nine together
	literal := -1          // of the factors, the one whose digits are known
	for i, other := range [2]int{1, 0} {
		if d, ok := literalDigits(c.args[i]); ok {
			literal, digits[i], digits[other] = i, d, 9-d
			break
		}
	}
	var exact, factors, null []string
	for i, a := range c.args {
		narrow := "TRY_CAST(" + a + " AS DECIMAL(18,9))"
		factor := fmt.Sprintf("CAST(%s AS DECIMAL(18,%d))", narrow, digits[i])
		if i == literal {
			factors = append(factors, factor)
			exact = append(exact, factor+" IS NOT NULL")
			continue
		}
		factors = append(factors, factor)
		exact = append(exact, "CAST("+factor+" AS DECIMAL(18,9)) = "+narrow)
		null = append(null, a+" IS NULL")
	}
	// Two numbers of 18 digits DuckDB multiplies in 64 bits; with 20 it takes 128.
	factors[0] = fmt.Sprintf("CAST(%s AS DECIMAL(20,%d))", factors[0], digits[0])
	isNull := ""
	if len(null) > 0 {
		isNull = " WHEN " + strings.Join(null, " OR ") + " THEN NULL"
	}
	return "(CASE WHEN " + strings.Join(exact, " AND ") + " THEN CAST(" + strings.Join(factors, " * ") + " AS DECIMAL(38,9))" + isNull +
		" ELSE " + c.numeric("gsql_numeric_mul") + " END)"
}

// isCheap reports whether an expression of NUMERIC costs less when it is repeated than
// when it is bound: a column, a literal, and a sum or difference of two of them.
func isCheap(x string) bool {
	if isSimple(x) {
		return true
	}
	inner, ok := strings.CutPrefix(x, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	for _, op := range []string{" + ", " - "} {
		if a, b, found := strings.Cut(inner, op); ok && closed && found && isSimple(a) && isSimple(b) {
			return true
		}
	}
	return false
}

// literalDigits is how many digits a NUMERIC literal has after the point.
func literalDigits(x string) (int, bool) {
	number, ok := strings.CutPrefix(x, "CAST('")
	if !ok {
		return 0, false
	}
	number, ok = strings.CutSuffix(number, "' AS DECIMAL(38,9))")
	if !ok {
		return 0, false
	}
	_, fraction, _ := strings.Cut(number, ".")
	return len(strings.TrimRight(fraction, "0")), !strings.ContainsAny(number, "'eE")
}
