package prelude

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

var castFunctions = map[string]*udf{
	"gsql_cast_format_number": fn3(castNumber),
	"gsql_cast_format_clock":  fn4(castClockText),
	"gsql_cast_parse_clock":   fn5(castParseClock),
	"gsql_cast_format_bytes":  fn2(castBytesText),
	"gsql_cast_parse_bytes":   fn2(castParseBytes),
}

// numberFormat is what CAST(number AS STRING FORMAT model) says, read.
type numberFormat struct {
	elements  []byte // 9 0 , . V E e X x
	point     int    // where the integer part ends in elements
	integers  int    // digits before the point
	scale     int    // digits after it
	firstZero int    // the first 0 in elements, -1 when there is none
	sign      string // "", S, MI or PR
	signFront bool
	currency  string
	blank     bool // B
	fill      bool // FM
	hex       bool
}

// numberWords are the elements of more than one character, the longest first.
var numberWords = []string{"EEEE", "TM9", "TME", "TM", "FM", "MI", "PR", "RN"}

func readNumberFormat(f string) (*numberFormat, error) {
	n := &numberFormat{firstZero: -1, point: -1}
	bad := func(what string) error { return fmt.Errorf("invalid format string %q: %s", f, what) }
	ended, exponent := false, false
	for i := 0; i < len(f); {
		word := numberWord(f[i:])
		upper := strings.ToUpper(word)
		if ended && upper != "FM" {
			return nil, bad(word + " follows the end of the number")
		}
		at := i
		i += len(word)
		switch upper {
		case "9", "0":
			if exponent {
				return nil, bad("a digit follows EEEE")
			}
			if upper == "0" && n.firstZero < 0 {
				n.firstZero = len(n.elements)
			}
			if n.point >= 0 {
				n.scale++
			} else {
				n.integers++
			}
			n.elements = append(n.elements, word[0])
		case "X":
			n.hex = true
			n.elements = append(n.elements, word[0])
		case ",", "G":
			if n.point >= 0 || len(n.elements) == 0 {
				return nil, bad("a group separator must follow a digit of the integer part")
			}
			n.elements = append(n.elements, ',')
		case ".", "D", "V":
			if n.point >= 0 || exponent {
				return nil, bad("more than one decimal point")
			}
			n.point = len(n.elements)
			if upper == "D" {
				upper = "."
			}
			n.elements = append(n.elements, upper[0])
		case "EEEE":
			if exponent {
				return nil, bad("more than one EEEE")
			}
			exponent = true
			if n.point < 0 {
				n.point = len(n.elements)
			}
			n.elements = append(n.elements, word[0])
		case "S", "MI", "PR":
			if n.sign != "" {
				return nil, bad("more than one sign")
			}
			n.sign = upper
			n.signFront = upper == "S" && len(n.elements) == 0
			ended = !n.signFront
		case "$", "L", "C":
			if n.currency != "" {
				return nil, bad("more than one currency symbol")
			}
			n.currency = map[string]string{"$": "$", "L": "$", "l": "$", "C": "USD", "c": "usd"}[word]
		case "B":
			n.blank = true
		case "FM":
			if n.fill || at != 0 && i != len(f) {
				return nil, bad("FM")
			}
			n.fill = true
		default:
			return nil, bad(fmt.Sprintf("unsupported format element at %d", at))
		}
	}
	if n.point < 0 {
		n.point = len(n.elements)
	}
	return n, n.check(f, exponent)
}

func (n *numberFormat) check(f string, exponent bool) error {
	digits := n.integers + n.scale
	for _, e := range n.elements {
		if e == 'X' || e == 'x' {
			digits++
		}
		if n.hex && strings.IndexByte("Xx0", e) < 0 || exponent && (e == ',' || e == 'V') {
			return fmt.Errorf("invalid format string %q: %c cannot stand here", f, e)
		}
	}
	switch {
	case digits == 0:
		return fmt.Errorf("invalid format string %q: it must have a digit", f)
	case n.hex && (n.currency != "" || n.blank || digits > 16):
		return fmt.Errorf("invalid format string %q: X stands with 0, FM and a sign only, at most 16 times", f)
	case exponent && n.blank:
		return errors.New("the format element B cannot be combined with EEEE")
	}
	return nil
}

func numberWord(s string) string {
	for _, w := range numberWords {
		if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) {
			return s[:len(w)]
		}
	}
	return s[:1]
}

// castNumber is CAST(x AS STRING FORMAT f) of a number given as text.
func castNumber(x, kind, f string) (string, error) {
	n, err := readNumberFormat(f)
	if err != nil {
		return "", err
	}
	if n.hex {
		return n.hexadecimal(x, kind)
	}
	s, err := n.digits(x, kind)
	if err != nil {
		return "", err
	}
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	if s == "nan" || s == "inf" {
		return n.notFinite(s, negative), nil
	}
	mantissa, exponent, _ := strings.Cut(s, "e")
	integer, fraction, _ := strings.Cut(mantissa, ".")
	if integer == "0" {
		integer = ""
	}
	if n.fill {
		fraction = strings.TrimRight(fraction, "0")
	}
	blank := n.blank && integer == ""
	body, padding := "", n.point
	if n.integers > 0 && (integer != "" || exponent != "" || fraction == "" || n.firstZero >= 0 && n.firstZero < n.point) {
		body, padding = n.integerPart(integer, blank)
	}
	body += n.fractionPart(integer, fraction, exponent, blank)
	return n.dress(body, padding, negative, blank), nil
}

// digits rounds to the format's scale, as FORMAT("%.2f") does.
func (n *numberFormat) digits(x, kind string) (string, error) {
	exponent := len(n.elements) > 0 && (n.elements[len(n.elements)-1]|0x20) == 'e'
	if kind == "FLOAT64" {
		v, err := toFloat64(x)
		switch {
		case err != nil:
			return "", err
		case math.IsNaN(v):
			return "nan", nil
		case math.IsInf(v, 1):
			return "inf", nil
		case math.IsInf(v, -1):
			return "-inf", nil
		case exponent:
			return strconv.FormatFloat(v, 'e', n.scale, 64), nil
		}
		return strconv.FormatFloat(v, 'f', n.scale, 64), nil
	}
	if exponent {
		return decimalExponent(x, n.scale)
	}
	r := rat(x)
	i := roundRat(new(big.Rat).Mul(r, new(big.Rat).SetInt(power10(int64(n.scale)))), false)
	s := new(big.Rat).SetFrac(i, power10(int64(n.scale))).FloatString(n.scale)
	if r.Sign() < 0 && i.Sign() == 0 {
		s = "-" + s
	}
	return s, nil
}

// decimalExponent writes a decimal as d.ddde+dd.
func decimalExponent(x string, scale int) (string, error) {
	d, _, err := apd.NewFromString(x)
	if err != nil {
		return "", err
	}
	if d.IsZero() {
		return strconv.FormatFloat(0, 'e', scale, 64), nil
	}
	ctx := apd.Context{Precision: uint32(scale + 1), MaxExponent: 1000, MinExponent: -1000, Rounding: apd.RoundHalfUp}
	r := new(apd.Decimal)
	if _, err := ctx.Round(r, d); err != nil {
		return "", err
	}
	digits := r.Coeff.String()
	exp := len(digits) - 1 + int(r.Exponent)
	digits += strings.Repeat("0", max(0, scale+1-len(digits)))
	sign, expSign := "", "+"
	if r.Negative {
		sign = "-"
	}
	if exp < 0 {
		expSign, exp = "-", -exp
	}
	s := sign + digits[:1] + "." + digits[1:scale+1]
	return fmt.Sprintf("%se%s%02d", s, expSign, exp), nil
}

// integerPart writes backwards: digits where there are digits, zeros up to the
// first 0 of the format, and how many places stay free.
func (n *numberFormat) integerPart(integer string, blank bool) (string, int) {
	overflow := len(integer) > n.integers
	if integer == "" {
		integer = "0"
	}
	var out []byte
	next, i := len(integer)-1, n.point-1
	for ; i >= 0; i-- {
		if next < 0 && (n.firstZero < 0 || i < n.firstZero) {
			break
		}
		c := byte(' ')
		if n.elements[i] == ',' {
			if !blank {
				c = ','
			}
			out = append(out, c)
			continue
		}
		switch {
		case overflow:
			c = '#'
		case blank:
		case next >= 0:
			c = integer[next]
		default:
			c = '0'
		}
		out = append(out, c)
		next--
	}
	return string(reversed(out)), i + 1
}

func (n *numberFormat) fractionPart(integer, fraction, exponent string, blank bool) string {
	overflow := len(integer) > n.integers
	var b strings.Builder
	next := 0
	for _, e := range n.elements[n.point:] {
		switch e {
		case '.':
			b.WriteString(either(blank, " ", "."))
		case 'V':
		case 'E', 'e':
			switch {
			case overflow:
				b.WriteString("####")
			case blank:
				b.WriteString("    ")
			default:
				b.WriteString(string(e) + exponent)
			}
		default:
			switch {
			case overflow:
				b.WriteByte('#')
			case next >= len(fraction):
			case blank:
				b.WriteByte(' ')
			default:
				b.WriteByte(fraction[next])
			}
			next++
		}
	}
	return b.String()
}

func either(cond bool, yes, no string) string {
	if cond {
		return yes
	}
	return no
}

// dress adds padding, sign and currency.
func (n *numberFormat) dress(body string, padding int, negative, blank bool) string {
	var prefix, suffix string
	switch n.sign {
	case "S":
		s := either(negative, "-", "+")
		if n.signFront {
			prefix = s
		} else {
			suffix = s
		}
	case "MI":
		suffix = either(negative, "-", " ")
	case "PR":
		prefix, suffix = either(negative, "<", " "), either(negative, ">", " ")
	default:
		prefix = either(negative, "-", " ")
	}
	currency := n.currency
	if blank {
		prefix, suffix, currency = strings.Repeat(" ", len(prefix)), strings.Repeat(" ", len(suffix)), strings.Repeat(" ", len(currency))
	}
	s := strings.Repeat(" ", max(padding, 0)) + prefix + currency + body + suffix
	if n.fill {
		return trimSpace(s)
	}
	return s
}

func (n *numberFormat) notFinite(s string, negative bool) string {
	word := strings.ToUpper(s)
	body, padding := word, len(n.elements)
	if last := n.elements[len(n.elements)-1] | 0x20; last != 'e' {
		overflow := n.point < len(word)
		at, i := len(word)-1, n.point-1
		var out []byte
		for ; at >= 0 && i >= 0; at, i = at-1, i-1 {
			c := word[at]
			if overflow {
				c = either(n.elements[i] == ',', ",", "#")[0]
			}
			out = append(out, c)
		}
		body, padding = string(reversed(out)), i+1
		tail := ""
		for _, e := range n.elements[n.point:] {
			switch {
			case e == 'V':
			case e == '.':
				tail += either(overflow, ".", " ")
			default:
				tail += either(overflow, "#", " ")
			}
		}
		if n.fill {
			tail = trimSpace(tail)
		}
		body += tail
	}
	if s != "nan" {
		return n.dress(body, padding, negative, false)
	}
	m := *n
	m.fill = false
	out := m.dressUnsigned(body, padding)
	if n.fill {
		return trimSpace(out)
	}
	return out
}

// dressUnsigned is dress with spaces for the sign.
func (n *numberFormat) dressUnsigned(body string, padding int) string {
	prefix, suffix := " ", ""
	switch {
	case n.sign == "S" && n.signFront:
	case n.sign == "S", n.sign == "MI":
		prefix, suffix = "", " "
	case n.sign == "PR":
		suffix = " "
	}
	return strings.Repeat(" ", padding) + prefix + n.currency + body + suffix
}

func (n *numberFormat) hexadecimal(x, kind string) (string, error) {
	negative := strings.HasPrefix(x, "-")
	digits := strings.Repeat("0", 17) // too long for any format
	v, ok := new(big.Rat), true
	if kind == "FLOAT64" {
		f, err := toFloat64(x)
		if err != nil {
			return "", err
		}
		negative = f < 0
		ok = !math.IsNaN(f) && !math.IsInf(f, 0) && v.SetFloat64(f) != nil
	} else {
		v = rat(x)
	}
	if i := roundRat(v.Abs(v), false); ok && i.BitLen() <= 64 {
		digits = i.Text(16)
	}
	overflow := len(digits) > len(n.elements)
	var out []byte
	next, i := len(digits)-1, len(n.elements)-1
	for ; i >= 0; i-- {
		if next < 0 && (n.firstZero < 0 || i < n.firstZero) {
			break
		}
		c := byte('0')
		if next >= 0 {
			c = digits[next]
		}
		if n.hexUpper(i) {
			c = strings.ToUpper(string(c))[0]
		}
		if overflow {
			c = '#'
		}
		out = append(out, c)
		next--
	}
	return n.dress(string(reversed(out)), i+1, negative, false), nil
}

// hexUpper is the case of a digit: that of the next X.
func (n *numberFormat) hexUpper(i int) bool {
	for _, e := range n.elements[i:] {
		if e == 'X' || e == 'x' {
			return e == 'X'
		}
	}
	return true
}
