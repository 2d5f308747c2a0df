package prelude

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
)

// directive is one % of a format string: %[flags][width][.precision]verb.
type directive struct {
	minus, plus, space, sharp, zero, quote bool
	width, precision                       int // -1 when there is none
	verb                                   byte
}

// formatArgs hands out the arguments of FORMAT: their types and their texts, nil
// where one is NULL.
type formatArgs struct {
	kinds []string
	texts strs
	next  int
}

func (a *formatArgs) take(f string) (kind string, text any, err error) {
	if a.next >= len(a.texts) {
		return "", nil, fmt.Errorf("too few arguments to FORMAT for pattern %q", f)
	}
	a.next++
	return a.kinds[a.next-1], a.texts[a.next-1], nil
}

// star is a width or a precision that an argument gives.
func (a *formatArgs) star(f string) (int, error) {
	kind, text, err := a.take(f)
	switch {
	case err != nil:
		return 0, err
	case kind != "INT64":
		return 0, fmt.Errorf("invalid type for the * of a FORMAT string: %s", kind)
	case text == nil:
		return 0, errNull
	}
	return strconv.Atoi(text.(string))
}

// format is FORMAT over arguments given as text, with their types.
func format(f, types string, texts strs) (string, error) {
	args := &formatArgs{kinds: strings.Split(types, ","), texts: texts}
	var b strings.Builder
	var null error
	for i := 0; i < len(f); {
		if f[i] != '%' {
			b.WriteByte(f[i])
			i++
			continue
		}
		if strings.HasPrefix(f[i:], "%%") {
			b.WriteByte('%')
			i += 2
			continue
		}
		d, n, err := readDirective(f, i+1, args)
		var s string
		if err == nil {
			s, err = d.format(f, args)
		}
		if errors.Is(err, errNull) {
			null, err = err, nil
		}
		if err != nil {
			return "", err
		}
		b.WriteString(s)
		i = n
	}
	if args.next < len(texts) {
		return "", fmt.Errorf("too many arguments to FORMAT for pattern %q", f)
	}
	return b.String(), null
}

// readDirective reads what follows a % and gives the position after it.
func readDirective(f string, i int, args *formatArgs) (directive, int, error) {
	d := directive{width: -1, precision: -1}
	bad := fmt.Errorf("invalid format specifier in FORMAT string %q", f)
	for ; i < len(f); i++ {
		flag, ok := map[byte]*bool{'-': &d.minus, '+': &d.plus, ' ': &d.space, '#': &d.sharp, '0': &d.zero, '\'': &d.quote}[f[i]]
		if !ok {
			break
		}
		*flag = true
	}
	var null error
	number := func() (int, error) {
		if i < len(f) && f[i] == '*' {
			i++
			n, err := args.star(f)
			if errors.Is(err, errNull) {
				null, err = err, nil
			}
			return n, err
		}
		from := i
		for i < len(f) && f[i] >= '0' && f[i] <= '9' {
			i++
		}
		if from == i {
			return -1, nil
		}
		return strconv.Atoi(f[from:i])
	}
	var err error
	if d.width, err = number(); err != nil {
		return d, i, err
	}
	if d.width < -1 { // a negative width from an argument
		d.minus, d.width = true, -d.width
	}
	if i < len(f) && f[i] == '.' {
		i++
		if d.precision, err = number(); err != nil {
			return d, i, err
		}
		d.precision = max(d.precision, 0)
	}
	if i >= len(f) {
		return d, i, bad
	}
	if d.width > maxText || d.precision > maxText {
		return d, i, errors.New("the width or precision of a FORMAT string is too large")
	}
	d.verb = f[i]
	if null != nil {
		if _, _, err := args.take(f); err != nil {
			return d, i, err
		}
		return d, i + 1, null
	}
	return d, i + 1, nil
}

func (d directive) format(f string, args *formatArgs) (string, error) {
	kind, value, err := args.take(f)
	if err != nil {
		return "", err
	}
	if value == nil {
		if d.verb == 't' || d.verb == 'T' {
			return d.pad("NULL"), nil
		}
		return "", errNull
	}
	s := value.(string)
	switch d.verb {
	case 'd', 'i', 'o', 'x', 'X':
		if kind == "INT64" {
			return d.integer(s)
		}
	case 'f', 'F', 'e', 'E', 'g', 'G':
		switch kind {
		case "FLOAT64", "NUMERIC", "BIGNUMERIC":
			return d.real(kind, s)
		}
	case 's':
		if kind == "STRING" {
			return d.text(s), nil
		}
	case 'p', 'P':
		if kind == "JSON" {
			s, err := jsonPretty(s, d.verb == 'P')
			return d.pad(s), err
		}
	case 't', 'T':
		v, err := formatValue(kind, s, d.verb == 'T')
		return d.text(v), err
	default:
		return "", fmt.Errorf("invalid format specifier character '%c' in FORMAT string", d.verb)
	}
	return "", fmt.Errorf("invalid type for argument of FORMAT: %%%c cannot print %s", d.verb, kind)
}

// text cuts at the precision and fills up to the width, in characters.
func (d directive) text(s string) string {
	if d.precision >= 0 && utf8.RuneCountInString(s) > d.precision {
		s = string([]rune(s)[:d.precision])
	}
	return d.pad(s)
}

func (d directive) pad(s string) string {
	fill := d.width - utf8.RuneCountInString(s)
	switch {
	case fill <= 0:
		return s
	case d.minus:
		return s + strings.Repeat(" ", fill)
	}
	return strings.Repeat(" ", fill) + s
}

// number puts a sign and a prefix before digits and fills with zeros between, or
// with spaces around.
func (d directive) number(negative bool, prefix, digits string, zeros bool) string {
	sign := ""
	switch {
	case negative:
		sign = "-"
	case d.plus:
		sign = "+"
	case d.space:
		sign = " "
	}
	if fill := d.width - len(sign) - len(prefix) - len(digits); fill > 0 && zeros && d.zero && !d.minus {
		digits = strings.Repeat("0", fill) + digits
	}
	return d.pad(sign + prefix + digits)
}

func (d directive) integer(s string) (string, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return "", err
	}
	negative := n < 0
	base, prefix, group, mark := 10, "", 3, ","
	switch d.verb {
	case 'o':
		base, prefix, group = 8, "0", 4
	case 'x', 'X':
		base, prefix, group, mark = 16, "0"+string(d.verb), 4, ":"
	}
	if negative && base != 10 {
		return "", fmt.Errorf("invalid argument of FORMAT: %%%c cannot print a negative number", d.verb)
	}
	digits := strings.TrimPrefix(strconv.FormatInt(n, base), "-")
	if d.verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	if len(digits) < d.precision {
		digits = strings.Repeat("0", d.precision-len(digits)) + digits
	}
	if d.precision == 0 && n == 0 {
		digits = ""
	}
	if d.quote {
		digits = grouped(digits, group, mark)
	}
	if !d.sharp || base == 10 || n == 0 {
		prefix = ""
	}
	return d.number(negative, prefix, digits, d.precision < 0), nil
}

// grouped puts a mark between groups of digits, counted from the right.
func grouped(digits string, size int, mark string) string {
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%size == 0 {
			b.WriteString(mark)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

func (d directive) real(kind, s string) (string, error) {
	precision := d.precision
	if precision < 0 {
		precision = 6
	}
	verb := d.verb | 0x20
	var out string
	var err error
	if kind == "FLOAT64" {
		f, err := toFloat64(s)
		if err != nil {
			return "", err
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			word := strings.TrimPrefix(floatText(f), "-")
			if verb != d.verb {
				word = strings.ToUpper(word)
			}
			return d.number(math.IsInf(f, -1), "", word, false), nil
		}
		if d.sharp {
			out = fmt.Sprintf("%#."+strconv.Itoa(precision)+string(verb), f)
		} else {
			out = strconv.FormatFloat(f, verb, realPrecision(verb, precision), 64)
		}
	} else if out, err = decimalReal(s, verb, precision, d.sharp); err != nil {
		return "", err
	}
	negative := strings.HasPrefix(out, "-")
	out = strings.TrimPrefix(out, "-")
	if d.quote && !strings.Contains(out, "e") {
		whole, frac, hasFrac := strings.Cut(out, ".")
		out = grouped(whole, 3, ",")
		if hasFrac {
			out += "." + frac
		}
	}
	if verb != d.verb {
		out = strings.ToUpper(out)
	}
	return d.number(negative, "", out, true), nil
}

// realPrecision is the precision that means the same to %g of C.
func realPrecision(verb byte, precision int) int {
	if verb == 'g' {
		return max(precision, 1)
	}
	return precision
}

// decimalReal writes a decimal as %f, %e or %g does, exactly.
func decimalReal(s string, verb byte, precision int, sharp bool) (string, error) {
	switch verb {
	case 'f':
		r := rat(s)
		i := roundRat(new(big.Rat).Mul(r, new(big.Rat).SetInt(power10(int64(precision)))), false)
		out := new(big.Rat).SetFrac(i, power10(int64(precision))).FloatString(precision)
		if sharp && precision == 0 {
			out += "."
		}
		return out, nil
	case 'e':
		return decimalExponent(s, precision)
	}
	precision = max(precision, 1)
	e, err := decimalExponent(s, precision-1)
	if err != nil {
		return "", err
	}
	mantissa, exponent, _ := strings.Cut(e, "e")
	x, err := strconv.Atoi(exponent)
	if err != nil {
		return "", err
	}
	if x < -4 || x >= precision {
		if !sharp {
			mantissa = trimNumeric(mantissa)
		}
		return mantissa + "e" + exponent, nil
	}
	d, _, err := apd.NewFromString(e)
	if err != nil {
		return "", err
	}
	out := d.Text('f')
	if !sharp {
		out = trimNumeric(out)
	}
	return out, nil
}

// formatValue is a value as %t prints it, or as a literal of GoogleSQL, as %T does.
func formatValue(kind, s string, literal bool) (string, error) {
	switch kind {
	case "FLOAT64":
		f, err := toFloat64(s)
		if err != nil {
			return "", err
		}
		s = floatText(f)
		switch {
		case literal && (math.IsNaN(f) || math.IsInf(f, 0)):
			return `CAST("` + s + `" AS FLOAT64)`, nil
		case !strings.ContainsAny(s, ".eni"):
			s += ".0"
		}
	case "NUMERIC", "BIGNUMERIC":
		if s = trimNumeric(s); literal {
			return kind + ` "` + s + `"`, nil
		}
	case "STRING":
		if literal {
			return quoteLiteral(s, false), nil
		}
	case "BYTES":
		b, err := hex.DecodeString(s)
		if err != nil {
			return "", err
		}
		if literal {
			return "b" + quoteLiteral(string(b), true), nil
		}
		return escapeLiteral(string(b), 0, true), nil
	case "JSON":
		if literal {
			return "JSON " + quoteLiteral(s, false), nil
		}
	case "INTERVAL":
		if literal {
			return `INTERVAL "` + s + `" YEAR TO SECOND`, nil
		}
	case "DATE", "DATETIME", "TIMESTAMP", "TIME":
		if literal {
			return kind + ` "` + s + `"`, nil
		}
	}
	return s, nil
}

// quoteLiteral chooses the quotes that need the fewest escapes.
func quoteLiteral(s string, isBytes bool) string {
	quote := byte('"')
	if strings.Contains(s, `"`) && !strings.Contains(s, `'`) {
		quote = '\''
	}
	return string(quote) + escapeLiteral(s, quote, isBytes) + string(quote)
}

// escapeLiteral escapes what a literal cannot hold; quote 0 escapes both quotes.
func escapeLiteral(s string, quote byte, isBytes bool) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if !isBytes {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\\' || (r == '"' || r == '\'' || r == '`') && (quote == 0 || byte(r) == quote):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r <= '~', !isBytes && r > '~' && unicode.IsPrint(r):
			b.WriteString(s[i : i+n])
		default:
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		i += n
	}
	return b.String()
}
