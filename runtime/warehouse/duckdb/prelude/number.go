package prelude

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

var numberFunctions = map[string]*udf{
	"gsql_float_text":         fn1(func(f float64) (string, error) { return floatText(f), nil }),
	"gsql_to_int64":           fn1(toInt64),
	"gsql_to_float64":         fn1(toFloat64),
	"gsql_to_bool":            fn1(toBool),
	"gsql_float_to_numeric":   fn1(floatToNumeric),
	"gsql_round":              fn2(roundFloat),
	"gsql_trunc_float":        fn2(truncFloat),
	"gsql_shift_left":         fn2(func(a, n int64) (int64, error) { return shift(a, n, true) }),
	"gsql_shift_right":        fn2(func(a, n int64) (int64, error) { return shift(a, n, false) }),
	"gsql_cbrt":               fn1(func(f float64) (float64, error) { return math.Cbrt(f), nil }),
	"gsql_sign":               fn1(func(f float64) (float64, error) { return sign(f), nil }),
	"gsql_log":                fn2(logBase),
	"gsql_generate_range":     fn3(generateRange),
	"gsql_generate_floats":    fn3(generateFloats),
	"gsql_array_sum":          fn1(func(l floats) (float64, error) { s, _, err := sumFloats(l); return s, err }),
	"gsql_array_avg":          fn1(arrayAvg),
	"gsql_euclidean_distance": fn2(euclidean),
	"gsql_cosine_distance":    fn2(cosine),
	"gsql_format":             fn3(format),
	"gsql_format_value":       fn3(formatValue),
}

// floatText is the shortest decimal that reads back the same.
func floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exp, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exp)
	digits := len(strings.ReplaceAll(strings.TrimPrefix(mantissa, "-"), ".", ""))
	if e < -4 || e >= max(15, digits) && e >= 15 {
		sign := "+"
		if e < 0 {
			sign, e = "-", -e
		}
		return fmt.Sprintf("%se%s%02d", mantissa, sign, e)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func trimSpace(s string) string { return strings.Trim(s, " \t\n\v\f\r") }

func toInt64(s string) (int64, error) {
	if n, ok := shortInt64(s); ok {
		return n, nil
	}
	bad := fmt.Errorf("bad INT64 value: %s", s)
	t := trimSpace(s)
	digits := strings.TrimLeft(t, "+-")
	if len(t)-len(digits) > 1 || digits == "" {
		return 0, bad
	}
	base := 10
	if strings.HasPrefix(digits, "0x") || strings.HasPrefix(digits, "0X") {
		base, digits = 16, digits[2:]
	}
	if strings.ContainsAny(digits, "_+-") {
		return 0, bad
	}
	sign := ""
	if t[0] == '-' {
		sign = "-"
	}
	n, err := strconv.ParseInt(sign+digits, base, 64)
	if err != nil {
		return 0, bad
	}
	return n, nil
}

// shortInt64 reads what most numbers are: a few digits, and a sign at most.
func shortInt64(s string) (n int64, ok bool) {
	digits := s
	if s != "" && (s[0] == '-' || s[0] == '+') {
		digits = s[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

var floatForm = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

func toFloat64(s string) (float64, error) {
	t := trimSpace(s)
	switch strings.ToLower(strings.TrimLeft(t, "+-")) {
	case "inf", "infinity", "nan":
		if len(t)-len(strings.TrimLeft(t, "+-")) <= 1 {
			f, err := strconv.ParseFloat(t, 64)
			if err != nil {
				return math.NaN(), nil
			}
			return f, nil
		}
	}
	if !floatForm.MatchString(t) {
		return 0, fmt.Errorf("bad double value: %s", s)
	}
	f, err := strconv.ParseFloat(t, 64)
	if err != nil && math.IsInf(f, 0) {
		return 0, fmt.Errorf("bad double value: %s", s)
	}
	return f, nil
}

func toBool(s string) (bool, error) {
	switch strings.ToLower(trimSpace(s)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("bad bool value: %s", s)
}

func floatToNumeric(f float64) (string, error) {
	r := new(big.Rat)
	if math.IsNaN(f) || math.IsInf(f, 0) || r.SetFloat64(f) == nil {
		return "", errors.New("illegal conversion of non-finite floating point number to numeric")
	}
	return numericText(r, false)
}

// extendedBits is the precision of the 80-bit numbers that GoogleSQL rounds in.
const extendedBits = 64

// tens holds 10^-digits at extended precision, from repeated steps of ten, as
// digits -308 … 323.
var tens = sync.OnceValue(func() map[int64]*big.Float {
	out := map[int64]*big.Float{}
	ten := new(big.Float).SetPrec(extendedBits).SetInt64(10)
	up := new(big.Float).SetPrec(extendedBits).SetInt64(1)
	down := new(big.Float).SetPrec(extendedBits).SetInt64(1)
	out[0] = up
	for i := int64(1); i <= 323; i++ {
		down = new(big.Float).SetPrec(extendedBits).Quo(down, ten)
		out[i] = down
		if i <= 308 {
			up = new(big.Float).SetPrec(extendedBits).Mul(up, ten)
			out[-i] = up
		}
	}
	return out
})

// roundFloat rounds half away from zero at a decimal position.
func roundFloat(f float64, digits int64) (float64, error) {
	return atDigit(f, digits, func(x *big.Float) *big.Float {
		half := new(big.Float).SetPrec(2 * extendedBits).SetFloat64(math.Copysign(0.5, f))
		return whole(half.Add(half, x))
	})
}

func truncFloat(f float64, digits int64) (float64, error) { return atDigit(f, digits, whole) }

func whole(x *big.Float) *big.Float {
	i, _ := x.Int(nil)
	return new(big.Float).SetPrec(extendedBits).SetInt(i)
}

func atDigit(f float64, digits int64, cut func(*big.Float) *big.Float) (float64, error) {
	switch {
	case digits < -308:
		return 0, nil
	case digits > 322 || math.IsNaN(f) || math.IsInf(f, 0) || f == 0:
		return f, nil
	}
	unit := tens()[digits]
	x := new(big.Float).SetPrec(extendedBits).SetFloat64(f)
	x.Quo(x, unit)
	r := cut(x)
	r.SetPrec(extendedBits).Mul(r, unit)
	out, _ := r.Float64()
	if math.IsInf(out, 0) {
		return 0, errors.New("floating point overflow in ROUND")
	}
	return math.Copysign(math.Abs(out), f), nil
}

func sign(f float64) float64 {
	switch {
	case f > 0:
		return 1
	case f < 0:
		return -1
	}
	return f // 0 or NaN
}

// logBase is LOG(x, base).
func logBase(x, base float64) (float64, error) {
	switch {
	case math.IsNaN(x) || math.IsNaN(base) || math.IsInf(x, -1) || math.IsInf(base, 0):
		return math.NaN(), nil
	case x <= 0 || base <= 0 || base == 1:
		return 0, fmt.Errorf("floating point error in function: LOG(%g, %g)", x, base)
	}
	return math.Log(x) / math.Log(base), nil
}

func shift(a, n int64, left bool) (int64, error) {
	if n < 0 {
		return 0, errors.New("bitwise shift by a negative offset")
	}
	if n > 63 {
		return 0, nil
	}
	if left {
		return a << n, nil
	}
	return int64(uint64(a) >> n), nil
}

func generateRange(from, to, step int64) (ints, error) {
	if step == 0 {
		return nil, errors.New("sequence step cannot be 0")
	}
	out := ints{}
	for v := from; step > 0 && v <= to || step < 0 && v >= to; {
		out = append(out, v)
		if len(out) > maxElements {
			return nil, errors.New("the generated array is too long")
		}
		next := v + step
		if step > 0 && next < v || step < 0 && next > v {
			break
		}
		v = next
	}
	return out, nil
}

func generateFloats(from, to, step float64) (floats, error) {
	if step == 0 || math.IsNaN(step) || math.IsNaN(from) || math.IsNaN(to) || math.IsInf(step, 0) || math.IsInf(from, 0) || math.IsInf(to, 0) {
		return nil, errors.New("sequence bounds and step must be finite and the step not 0")
	}
	out := floats{}
	for k := 0; ; k++ {
		v := from + float64(k)*step
		if step > 0 && v > to || step < 0 && v < to {
			return out, nil
		}
		out = append(out, v)
		if len(out) > maxElements {
			return nil, errors.New("the generated array is too long")
		}
	}
}

func sumFloats(l floats) (sum float64, n int, err error) {
	for _, v := range l {
		if v != nil {
			sum += v.(float64)
			n++
		}
	}
	if n == 0 {
		return 0, 0, errNull
	}
	return sum, n, nil
}

func arrayAvg(l floats) (float64, error) {
	s, n, err := sumFloats(l)
	return s / float64(max(n, 1)), err
}

func vectors(a, b floats) ([]float64, []float64, error) {
	if len(a) != len(b) {
		return nil, nil, errors.New("array length mismatch")
	}
	x, y := make([]float64, len(a)), make([]float64, len(b))
	for i := range a {
		if a[i] == nil || b[i] == nil {
			return nil, nil, errors.New("a NULL array element is not allowed")
		}
		x[i], y[i] = a[i].(float64), b[i].(float64)
	}
	return x, y, nil
}

func euclidean(a, b floats) (float64, error) {
	x, y, err := vectors(a, b)
	sum := 0.0
	for i := range x {
		sum += (x[i] - y[i]) * (x[i] - y[i])
	}
	return math.Sqrt(sum), err
}

func cosine(a, b floats) (float64, error) {
	x, y, err := vectors(a, b)
	if err != nil {
		return 0, err
	}
	dot, nx, ny := 0.0, 0.0, 0.0
	for i := range x {
		dot += x[i] * y[i]
		nx += x[i] * x[i]
		ny += y[i] * y[i]
	}
	if nx == 0 || ny == 0 {
		return 0, errors.New("cannot compute cosine distance against zero vector")
	}
	return 1 - dot/(math.Sqrt(nx)*math.Sqrt(ny)), nil
}
