package prelude

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// NUMERIC is decimal text with up to 29 digits before and 9 after the point.
var numericFunctions = map[string]*udf{
	"gsql_numeric_mul":     fn2(func(a, b string) (string, error) { return numericOp(a, b, (*big.Rat).Mul) }),
	"gsql_numeric_div":     fn2(numericDiv),
	"gsql_numeric_div_int": fn2(numericDivInt),
	"gsql_numeric_mod":     fn2(numericMod),
	"gsql_numeric_round":   fn3(numericRound),
	"gsql_numeric_trunc":   fn2(numericTrunc),
	"gsql_numeric_avg":     fn2(numericAvg),
	"gsql_to_numeric":      fn1(toNumeric),
}

var (
	numericUnit  = big.NewInt(1000000000)
	numericLimit = new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil)
)

// roundRat rounds half away from zero, or half to even.
func roundRat(r *big.Rat, even bool) *big.Int {
	num, den := new(big.Int).Abs(r.Num()), r.Denom()
	q, rem := new(big.Int).QuoRem(num, den, new(big.Int))
	switch c := new(big.Int).Lsh(rem, 1).Cmp(den); {
	case c > 0, c == 0 && !even, c == 0 && q.Bit(0) == 1:
		q.Add(q, big.NewInt(1))
	}
	if r.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// numericText rounds to nine digits after the point.
func numericText(r *big.Rat, even bool) (string, error) {
	i := roundRat(new(big.Rat).Mul(r, new(big.Rat).SetInt(numericUnit)), even)
	if new(big.Int).Abs(i).Cmp(numericLimit) >= 0 {
		return "", errors.New("numeric overflow")
	}
	return new(big.Rat).SetFrac(i, numericUnit).FloatString(9), nil
}

func trimNumeric(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func rat(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

func numericOp(a, b string, op func(z, x, y *big.Rat) *big.Rat) (string, error) {
	return numericText(op(new(big.Rat), rat(a), rat(b)), false)
}

var errZero = errors.New("division by zero")

func numericDiv(a, b string) (string, error) {
	if rat(b).Sign() == 0 {
		return "", errZero
	}
	return numericOp(a, b, (*big.Rat).Quo)
}

func numericDivInt(a, b string) (string, error) {
	d := rat(b)
	if d.Sign() == 0 {
		return "", errZero
	}
	q := new(big.Rat).Quo(rat(a), d)
	return numericText(new(big.Rat).SetInt(new(big.Int).Quo(q.Num(), q.Denom())), false)
}

func numericMod(a, b string) (string, error) {
	x, d := rat(a), rat(b)
	if d.Sign() == 0 {
		return "", errZero
	}
	q := new(big.Rat).Quo(x, d)
	whole := new(big.Rat).SetInt(new(big.Int).Quo(q.Num(), q.Denom()))
	return numericText(new(big.Rat).Sub(x, whole.Mul(whole, d)), false)
}

// atDigits applies a rounding at a decimal position.
func atDigits(s string, digits int64, round func(*big.Rat) *big.Int) (string, error) {
	if digits >= 9 {
		return s, nil
	}
	if digits < -38 {
		return "0", nil
	}
	p := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(max(digits, -digits)), nil))
	if digits < 0 {
		p.Inv(p)
	}
	r := new(big.Rat).Mul(rat(s), p)
	return numericText(r.Quo(new(big.Rat).SetInt(round(r)), p), false)
}

func numericRound(s string, digits int64, even bool) (string, error) {
	return atDigits(s, digits, func(r *big.Rat) *big.Int { return roundRat(r, even) })
}

func numericTrunc(s string, digits int64) (string, error) {
	return atDigits(s, digits, func(r *big.Rat) *big.Int { return new(big.Int).Quo(r.Num(), r.Denom()) })
}

func numericAvg(sum string, n int64) (string, error) {
	if n == 0 {
		return "", errNull
	}
	return numericText(new(big.Rat).Quo(rat(sum), new(big.Rat).SetInt64(n)), false)
}

var decimalForm = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$`)

func decimalText(s string) (*big.Rat, bool) {
	t := trimSpace(s)
	if !decimalForm.MatchString(t) {
		return nil, false
	}
	if _, e, ok := strings.Cut(strings.ToLower(t), "e"); ok {
		if n, err := strconv.Atoi(e); err != nil || n > 400 || n < -400 {
			return nil, false
		}
	}
	return new(big.Rat).SetString(t)
}

func toNumeric(s string) (string, error) {
	r, ok := decimalText(s)
	if !ok {
		return "", fmt.Errorf("invalid NUMERIC value: %s", s)
	}
	return numericText(r, false)
}
