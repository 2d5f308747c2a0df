package prelude

import (
	"errors"
	"math"
	"math/big"
)

// percentileFunctions find the row of a percentile: p * n, of which p is taken as
// the exact number that it is, a FLOAT64 or a decimal text.
var percentileFunctions = map[string]*udf{
	"gsql_percentile_floor": fn2(func(p float64, n int64) (int64, error) { return percentileAt(floatRat(p), n, floorRat) }),
	"gsql_percentile_ceil":  fn2(func(p float64, n int64) (int64, error) { return percentileAt(floatRat(p), n, ceilRat) }),
	"gsql_percentile_rest": fn2(func(p float64, n int64) (float64, error) {
		r, err := percentileRest(floatRat(p), n)
		if err != nil {
			return 0, err
		}
		f, _ := r.Float64()
		return f, nil
	}),
	"gsql_decimal_percentile_floor":   fn2(func(p string, n int64) (int64, error) { return percentileAt(rat(p), n, floorRat) }),
	"gsql_decimal_percentile_ceil":    fn2(func(p string, n int64) (int64, error) { return percentileAt(rat(p), n, ceilRat) }),
	"gsql_decimal_percentile_between": fn5(percentileBetween),
}

var errPercentile = errors.New("percentile must be between 0 and 1")

// floatRat is the exact value of a finite FLOAT64, and nil of any other.
func floatRat(f float64) *big.Rat {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return new(big.Rat).SetFloat64(f)
}

func percentileAt(p *big.Rat, n int64, whole func(*big.Rat) *big.Int) (int64, error) {
	if p == nil || p.Sign() < 0 || p.Cmp(big.NewRat(1, 1)) > 0 {
		return 0, errPercentile
	}
	return whole(new(big.Rat).Mul(p, new(big.Rat).SetInt64(n))).Int64(), nil
}

// percentileRest is what p * n is beyond its whole part.
func percentileRest(p *big.Rat, n int64) (*big.Rat, error) {
	i, err := percentileAt(p, n, floorRat)
	if err != nil {
		return nil, err
	}
	r := new(big.Rat).Mul(p, new(big.Rat).SetInt64(n))
	return r.Sub(r, new(big.Rat).SetInt64(i)), nil
}

// percentileBetween is the decimal between two in proportion of the rest of p * n,
// rounded half away from zero to so many digits after the point.
func percentileBetween(low, high, p string, n, digits int64) (string, error) {
	rest, err := percentileRest(rat(p), n)
	if err != nil {
		return "", err
	}
	a := new(big.Rat).Mul(rat(low), new(big.Rat).Sub(big.NewRat(1, 1), rest))
	a.Add(a, new(big.Rat).Mul(rat(high), rest))
	return ratText(a, digits), nil
}

// ratText rounds half away from zero to so many digits after the point.
func ratText(r *big.Rat, digits int64) string {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(digits), nil)
	i := roundRat(new(big.Rat).Mul(r, new(big.Rat).SetInt(unit)), false)
	return new(big.Rat).SetFrac(i, unit).FloatString(int(digits))
}
