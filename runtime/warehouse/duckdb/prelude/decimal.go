package prelude

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/cockroachdb/apd/v3"
)

// decimalType is NUMERIC or BIGNUMERIC: integers below a limit, counting units
// of 10^-scale.
type decimalType struct {
	name     string
	scale    int64
	unit     *big.Int // 10^scale
	min, max *big.Int // in units
}

var (
	numericType = newDecimal("numeric", 9,
		new(big.Int).Sub(big.NewInt(1), power10(38)), new(big.Int).Sub(power10(38), big.NewInt(1)))
	bigNumericType = newDecimal("BIGNUMERIC", 38,
		new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), 255)), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(1)))
)

func newDecimal(name string, scale int64, lo, hi *big.Int) *decimalType {
	return &decimalType{name: name, scale: scale, unit: power10(scale), min: lo, max: hi}
}

func power10(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }

// units checks that a number of units is in range.
func (d *decimalType) units(u *big.Int) (*big.Int, error) {
	if u.Cmp(d.min) < 0 || u.Cmp(d.max) > 0 {
		return nil, fmt.Errorf("%s overflow", d.name)
	}
	return u, nil
}

// round is the nearest number of units, half away from zero.
func (d *decimalType) round(r *big.Rat) (*big.Int, error) {
	return d.units(roundRat(new(big.Rat).Mul(r, new(big.Rat).SetInt(d.unit)), false))
}

func (d *decimalType) rat(u *big.Int) *big.Rat { return new(big.Rat).SetFrac(u, d.unit) }

// text is the shortest decimal.
func (d *decimalType) text(u *big.Int) string {
	return trimNumeric(d.rat(u).FloatString(int(d.scale)))
}

// atDigits rounds or cuts at a decimal position. A position beyond the scale
// keeps the number, one before its first digit makes it 0.
func (d *decimalType) atDigits(u *big.Int, digits int64, cut func(*big.Rat) *big.Int) (*big.Int, error) {
	if digits >= d.scale {
		return u, nil
	}
	if digits < -40 {
		return new(big.Int), nil
	}
	step := power10(d.scale - digits)
	return d.units(new(big.Int).Mul(cut(new(big.Rat).SetFrac(u, step)), step))
}

// limit is a value of the type with a precision and a scale.
func (d *decimalType) limit(u *big.Int, precision, scale int64) (*big.Int, error) {
	r, err := d.atDigits(u, scale, func(r *big.Rat) *big.Int { return roundRat(r, false) })
	if err != nil {
		return nil, err
	}
	if new(big.Int).Abs(r).Cmp(power10(d.scale+precision-scale)) >= 0 {
		return nil, fmt.Errorf("value has more than %d digits before the decimal point: %s", precision-scale, d.text(u))
	}
	return r, nil
}

func whole10(r *big.Rat) *big.Int { return new(big.Int).Quo(r.Num(), r.Denom()) }

func floorRat(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }

func ceilRat(r *big.Rat) *big.Int {
	return new(big.Int).Neg(floorRat(new(big.Rat).Neg(r)))
}

// precise computes with more digits than any result has; a result that is exact
// at half a unit is exact here too.
var precise = &apd.Context{Precision: 200, MaxExponent: 10000, MinExponent: -10000, Rounding: apd.RoundHalfUp}

func (d *decimalType) decimal(u *big.Int) *apd.Decimal {
	return apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(u), int32(-d.scale))
}

// fromDecimal rounds half away from zero.
func (d *decimalType) fromDecimal(x *apd.Decimal) (*big.Int, error) {
	if x.Form != apd.Finite || x.Exponent > 1000 || !x.IsZero() && int64(x.Exponent)+x.NumDigits() > 60 {
		return nil, fmt.Errorf("%s overflow", d.name)
	}
	if !x.IsZero() && int64(x.Exponent)+x.NumDigits() < -d.scale-1 {
		return new(big.Int), nil
	}
	c := x.Coeff.MathBigInt()
	if x.Negative {
		c = new(big.Int).Neg(c)
	}
	r := new(big.Rat).SetInt(c)
	if x.Exponent >= 0 {
		r.Mul(r, new(big.Rat).SetInt(power10(int64(x.Exponent))))
	} else {
		r.Quo(r, new(big.Rat).SetInt(power10(int64(-x.Exponent))))
	}
	return d.round(r)
}

// sqrt, cbrt, exp, ln, log10, log and pow are those functions with the errors
// that GoogleSQL has.
func (d *decimalType) sqrt(u *big.Int) (*big.Int, error) {
	if u.Sign() < 0 {
		return nil, errors.New("SQRT is undefined for negative values")
	}
	z := new(apd.Decimal)
	if _, err := precise.Sqrt(z, d.decimal(u)); err != nil {
		return nil, err
	}
	return d.fromDecimal(z)
}

func (d *decimalType) cbrt(u *big.Int) (*big.Int, error) {
	z := new(apd.Decimal)
	if _, err := precise.Cbrt(z, d.decimal(u)); err != nil {
		return nil, err
	}
	return d.fromDecimal(z)
}

// expLimit is above the logarithm of the largest value.
const expLimit = 95

func (d *decimalType) exp(u *big.Int) (*big.Int, error) { return d.expOf(d.decimal(u)) }

func (d *decimalType) expOf(x *apd.Decimal) (*big.Int, error) {
	switch limit := apd.New(expLimit, 0); {
	case x.Cmp(limit) > 0:
		return nil, fmt.Errorf("%s overflow", d.name)
	case x.Cmp(apd.New(-expLimit, 0)) < 0:
		return new(big.Int), nil
	}
	z := new(apd.Decimal)
	if _, err := precise.Exp(z, x); err != nil {
		return nil, err
	}
	return d.fromDecimal(z)
}

func (d *decimalType) lnOf(u *big.Int) (*apd.Decimal, error) {
	if u.Sign() <= 0 {
		return nil, errors.New("LN is undefined for zero or negative value")
	}
	z := new(apd.Decimal)
	_, err := precise.Ln(z, d.decimal(u))
	return z, err
}

func (d *decimalType) ln(u *big.Int) (*big.Int, error) {
	z, err := d.lnOf(u)
	if err != nil {
		return nil, err
	}
	return d.fromDecimal(z)
}

func (d *decimalType) log10(u *big.Int) (*big.Int, error) {
	return d.log(u, new(big.Int).Mul(big.NewInt(10), d.unit))
}

func (d *decimalType) log(u, base *big.Int) (*big.Int, error) {
	if u.Sign() <= 0 || base.Sign() <= 0 || base.Cmp(d.unit) == 0 {
		return nil, errors.New("LOG is undefined for zero or negative value, or base 1")
	}
	x, err := d.lnOf(u)
	if err != nil {
		return nil, err
	}
	b, err := d.lnOf(base)
	if err != nil {
		return nil, err
	}
	z := new(apd.Decimal)
	if _, err := precise.Quo(z, x, b); err != nil {
		return nil, err
	}
	return d.fromDecimal(z)
}

func (d *decimalType) pow(u, e *big.Int) (*big.Int, error) {
	n, rem := new(big.Int).QuoRem(e, d.unit, new(big.Int))
	one := new(big.Int).Set(d.unit)
	switch {
	case e.Sign() == 0:
		return one, nil
	case u.Sign() == 0 && e.Sign() < 0:
		return nil, errZero
	case u.Sign() == 0:
		return new(big.Int), nil
	case u.Sign() < 0 && rem.Sign() != 0:
		return nil, errors.New("negative base with a fractional exponent is undefined")
	}
	negative := u.Sign() < 0 && n.Bit(0) == 1
	base := new(big.Int).Abs(u)
	if base.Cmp(d.unit) == 0 {
		if negative {
			one.Neg(one)
		}
		return one, nil
	}
	if rem.Sign() == 0 && n.IsInt64() && n.Int64() >= -200 && n.Int64() <= 200 {
		p := new(big.Rat).SetInt64(1)
		for range max(n.Int64(), -n.Int64()) {
			p.Mul(p, d.rat(base))
		}
		if n.Sign() < 0 {
			p.Inv(p)
		}
		if negative {
			p.Neg(p)
		}
		return d.round(p)
	}
	x, err := d.lnOf(base)
	if err != nil {
		return nil, err
	}
	if _, err := precise.Mul(x, x, d.decimal(e)); err != nil {
		return nil, err
	}
	r, err := d.expOf(x)
	if err == nil && negative {
		r.Neg(r)
	}
	return r, err
}

func (d *decimalType) div(a, b *big.Int) (*big.Int, error) {
	if b.Sign() == 0 {
		return nil, errZero
	}
	return d.round(new(big.Rat).SetFrac(a, b))
}

func (d *decimalType) divInt(a, b *big.Int) (*big.Int, error) {
	if b.Sign() == 0 {
		return nil, errZero
	}
	q := new(big.Int).Quo(a, b)
	return d.units(q.Mul(q, d.unit))
}

func (d *decimalType) mod(a, b *big.Int) (*big.Int, error) {
	if b.Sign() == 0 {
		return nil, errZero
	}
	return new(big.Int).Rem(a, b), nil
}

func (d *decimalType) fromFloat(f float64) (*big.Int, error) {
	r := new(big.Rat)
	if math.IsNaN(f) || math.IsInf(f, 0) || r.SetFloat64(f) == nil {
		return nil, fmt.Errorf("illegal conversion of non-finite floating point number to %s", d.name)
	}
	return d.round(r)
}

func (d *decimalType) toFloat(u *big.Int) float64 {
	f, _ := d.rat(u).Float64()
	return f
}

func (d *decimalType) toInt(u *big.Int) (int64, error) {
	n := roundRat(d.rat(u), false)
	if !n.IsInt64() {
		return 0, fmt.Errorf("int64 out of range: %s", d.text(u))
	}
	return n.Int64(), nil
}

func (d *decimalType) parse(s string) (*big.Int, error) {
	r, ok := decimalText(s)
	if !ok {
		return nil, fmt.Errorf("invalid %s value: %s", d.name, s)
	}
	u, err := d.round(r)
	if err != nil {
		return nil, fmt.Errorf("invalid %s value: %s", d.name, s)
	}
	return u, nil
}

// parseLoose is PARSE_NUMERIC: spaces around the sign, commas between digits
// and a sign at the end are allowed.
func (d *decimalType) parseLoose(s string) (*big.Int, error) {
	bad := fmt.Errorf("invalid input to PARSE_%s: %q", d.title(), s)
	t, ok := looseDecimal(s)
	if !ok {
		return nil, bad
	}
	u, err := d.parse(t)
	if err != nil {
		return nil, bad
	}
	return u, nil
}

func (d *decimalType) title() string {
	if d == numericType {
		return "NUMERIC"
	}
	return d.name
}
