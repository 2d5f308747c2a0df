package prelude

import (
	"errors"
	"math/big"
	"strings"
)

// BIGNUMERIC travels and is stored as a BLOB of 32 bytes: the number of 10^-38
// units as a big-endian two's complement number with its sign bit turned. Such
// bytes compare, sort and group as the numbers do.

var bigNumericFunctions = map[string]*udf{
	"gsql_big_from_int":     fn1(func(n int64) ([]byte, error) { return bigBytes(new(big.Int).Mul(big.NewInt(n), bigNumericType.unit)) }),
	"gsql_big_from_float":   fn1(func(f float64) ([]byte, error) { return bigResult(bigNumericType.fromFloat(f)) }),
	"gsql_big_from_numeric": fn1(func(s string) ([]byte, error) { return bigResult(bigNumericType.parse(s)) }),
	"gsql_to_bignumeric":    fn1(func(s string) ([]byte, error) { return bigResult(bigNumericType.parse(s)) }),
	"gsql_parse_bignumeric": fn1(func(s string) ([]byte, error) { return bigResult(bigNumericType.parseLoose(s)) }),
	"gsql_parse_numeric":    fn1(func(s string) (string, error) { return numericResult(numericType.parseLoose(s)) }),
	"gsql_big_text":         fn1(func(b []byte) (string, error) { return bigNumericType.text(bigUnits(b)), nil }),
	"gsql_big_to_int":       fn1(func(b []byte) (int64, error) { return bigNumericType.toInt(bigUnits(b)) }),
	"gsql_big_to_float":     fn1(func(b []byte) (float64, error) { return bigNumericType.toFloat(bigUnits(b)), nil }),
	"gsql_big_to_numeric": fn1(func(b []byte) (string, error) {
		return numericResult(numericType.round(bigNumericType.rat(bigUnits(b))))
	}),
	"gsql_big_sign": fn1(func(b []byte) ([]byte, error) {
		return bigBytes(new(big.Int).Mul(big.NewInt(int64(bigUnits(b).Sign())), bigNumericType.unit))
	}),
	"gsql_big_neg":  big1(func(u *big.Int) (*big.Int, error) { return new(big.Int).Neg(u), nil }),
	"gsql_big_abs":  big1(func(u *big.Int) (*big.Int, error) { return new(big.Int).Abs(u), nil }),
	"gsql_big_ceil": big1(func(u *big.Int) (*big.Int, error) { return bigNumericType.atDigits(u, 0, ceilRat) }),
	"gsql_big_floor": big1(func(u *big.Int) (*big.Int, error) {
		return bigNumericType.atDigits(u, 0, floorRat)
	}),
	"gsql_big_sqrt":  big1(bigNumericType.sqrt),
	"gsql_big_cbrt":  big1(bigNumericType.cbrt),
	"gsql_big_exp":   big1(bigNumericType.exp),
	"gsql_big_ln":    big1(bigNumericType.ln),
	"gsql_big_log10": big1(bigNumericType.log10),
	"gsql_big_log":   big2(bigNumericType.log),
	"gsql_big_pow":   big2(bigNumericType.pow),
	"gsql_big_add":   big2(func(a, b *big.Int) (*big.Int, error) { return new(big.Int).Add(a, b), nil }),
	"gsql_big_sub":   big2(func(a, b *big.Int) (*big.Int, error) { return new(big.Int).Sub(a, b), nil }),
	"gsql_big_mul": big2(func(a, b *big.Int) (*big.Int, error) {
		return bigNumericType.round(new(big.Rat).Mul(bigNumericType.rat(a), bigNumericType.rat(b)))
	}),
	"gsql_big_div":     big2(bigNumericType.div),
	"gsql_big_div_int": big2(bigNumericType.divInt),
	"gsql_big_mod":     big2(bigNumericType.mod),
	"gsql_big_round": fn3(func(b []byte, digits int64, even bool) ([]byte, error) {
		return bigResult(bigNumericType.atDigits(bigUnits(b), digits, func(r *big.Rat) *big.Int { return roundRat(r, even) }))
	}),
	"gsql_big_trunc": fn2(func(b []byte, digits int64) ([]byte, error) {
		return bigResult(bigNumericType.atDigits(bigUnits(b), digits, whole10))
	}),
	"gsql_big_sum":       fn1(func(l blobs) ([]byte, error) { s, _ := bigSum(l); return bigResult(s, nil) }),
	"gsql_big_avg":       fn1(bigAvg),
	"gsql_numeric_sqrt":  numeric1(numericType.sqrt),
	"gsql_numeric_cbrt":  numeric1(numericType.cbrt),
	"gsql_numeric_exp":   numeric1(func(u *big.Int) (*big.Int, error) { return knownDigits(numericType.exp(u)) }),
	"gsql_numeric_ln":    numeric1(numericType.ln),
	"gsql_numeric_log10": numeric1(numericType.log10),
	"gsql_numeric_log":   numeric2(numericType.log),
	"gsql_numeric_pow":   numeric2(func(a, b *big.Int) (*big.Int, error) { return knownDigits(numericType.pow(a, b)) }),
	"gsql_limit_numeric": fn3(func(s string, precision, scale int64) (string, error) {
		return numericResult(numericType.limit(numericUnits(s), precision, scale))
	}),
	"gsql_limit_big": fn3(func(b []byte, precision, scale int64) ([]byte, error) {
		return bigResult(bigNumericType.limit(bigUnits(b), precision, scale))
	}),
	"gsql_generate_numeric": fn3(generateNumeric),
	"gsql_generate_big":     fn3(generateBig),
}

var bigBias = new(big.Int).Lsh(big.NewInt(1), 255)

// bigBytes checks the range and encodes.
func bigBytes(u *big.Int) ([]byte, error) {
	if _, err := bigNumericType.units(u); err != nil {
		return nil, err
	}
	return new(big.Int).Add(u, bigBias).FillBytes(make([]byte, 32)), nil
}

func bigResult(u *big.Int, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, errNull
	}
	return bigBytes(u)
}

func bigUnits(b []byte) *big.Int {
	u := new(big.Int).SetBytes(b)
	return u.Sub(u, bigBias)
}

// BigNumericText is the decimal text of a stored BIGNUMERIC.
func BigNumericText(b []byte) string { return bigNumericType.text(bigUnits(b)) }

// BigNumericBytes is the stored form of a decimal text.
func BigNumericBytes(s string) ([]byte, error) { return bigResult(bigNumericType.parse(s)) }

func big1(f func(*big.Int) (*big.Int, error)) *udf {
	return fn1(func(b []byte) ([]byte, error) { return bigResult(f(bigUnits(b))) })
}

func big2(f func(a, b *big.Int) (*big.Int, error)) *udf {
	return fn2(func(a, b []byte) ([]byte, error) { return bigResult(f(bigUnits(a), bigUnits(b))) })
}

// knownDigits fails where GoogleSQL's own EXP and POW of NUMERIC are no longer right in
// all digits, so that theirs cannot be told.
func knownDigits(u *big.Int, err error) (*big.Int, error) {
	if err == nil && u.CmpAbs(power10(18+numericType.scale)) > 0 {
		return nil, errors.New("EXP and POW of NUMERIC beyond 1e18 are not known here")
	}
	return u, err
}

// numericUnits reads NUMERIC as it travels, in text.
func numericUnits(s string) *big.Int {
	return roundRat(new(big.Rat).Mul(rat(s), new(big.Rat).SetInt(numericUnit)), false)
}

func numericResult(u *big.Int, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return numericType.text(u), nil
}

func numeric1(f func(*big.Int) (*big.Int, error)) *udf {
	return fn1(func(s string) (string, error) { return numericResult(f(numericUnits(s))) })
}

func numeric2(f func(a, b *big.Int) (*big.Int, error)) *udf {
	return fn2(func(a, b string) (string, error) { return numericResult(f(numericUnits(a), numericUnits(b))) })
}

// bigSum adds up what is not NULL; nil when nothing is left.
func bigSum(l blobs) (sum *big.Int, n int64) {
	for _, v := range l {
		if v == nil {
			continue
		}
		if sum == nil {
			sum = new(big.Int)
		}
		sum.Add(sum, bigUnits(v.([]byte)))
		n++
	}
	return sum, n
}

func bigAvg(l blobs) ([]byte, error) {
	sum, n := bigSum(l)
	if n == 0 {
		return nil, errNull
	}
	return bigBytes(roundRat(new(big.Rat).SetFrac(sum, big.NewInt(n)), false))
}

// looseDecimal brings what PARSE_NUMERIC reads to the form that CAST reads.
func looseDecimal(s string) (string, bool) {
	t := trimSpace(s)
	sign := ""
	switch {
	case strings.HasPrefix(t, "-"), strings.HasPrefix(t, "+"):
		sign, t = t[:1], trimSpace(t[1:])
	case strings.HasSuffix(t, "-"), strings.HasSuffix(t, "+"):
		sign, t = t[len(t)-1:], trimSpace(t[:len(t)-1])
	}
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(t), "e")
	integer, fraction, hasPoint := strings.Cut(mantissa, ".")
	if strings.ContainsAny(fraction, ",") || strings.ContainsAny(mantissa, "+-") {
		return "", false
	}
	integer = strings.ReplaceAll(integer, ",", "")
	t = sign + integer
	if hasPoint {
		t += "." + fraction
	}
	if hasExponent {
		t += "e" + exponent
	}
	return t, true
}

// decimalRange lists from, from+step … up to to.
func decimalRange(from, to, step *big.Int, add func(*big.Int) error) error {
	if step.Sign() == 0 {
		return errors.New("sequence step cannot be 0")
	}
	n := 0
	for v := new(big.Int).Set(from); v.Cmp(to)*step.Sign() <= 0; v.Add(v, step) {
		if n++; n > maxElements {
			return errors.New("the generated array is too long")
		}
		if err := add(v); err != nil {
			return err
		}
	}
	return nil
}

func generateNumeric(from, to, step string) (strs, error) {
	out := strs{}
	err := decimalRange(numericUnits(from), numericUnits(to), numericUnits(step), func(v *big.Int) error {
		out = append(out, numericType.text(v))
		return nil
	})
	return out, err
}

func generateBig(from, to, step []byte) (blobs, error) {
	out := blobs{}
	err := decimalRange(bigUnits(from), bigUnits(to), bigUnits(step), func(v *big.Int) error {
		b, err := bigBytes(v)
		out = append(out, b)
		return err
	})
	return out, err
}
