package prelude

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
)

// aggregateFunctions are aggregates over the list of a group's values, none of
// which is NULL: exact, whatever the order of the values.
var aggregateFunctions = map[string]*udf{
	"gsql_decimal_moment": fn2(func(fn string, xs strs) (float64, error) { return moment(fn, rats(xs)) }),
	"gsql_decimal_pairs":  fn3(func(fn string, xs, ys strs) (float64, error) { return comoment(fn, rats(xs), rats(ys)) }),
	"gsql_pairs":          fn3(floatPairs),
	"gsql_interval_sum":   fn1(intervalSum),
	"gsql_interval_avg":   fn1(intervalAvg),
	"gsql_join_bytes":     fn2(joinBytes),
	"gsql_top":            fn4(top),
}

func rats(xs strs) []*big.Rat {
	out := make([]*big.Rat, len(xs))
	for i, x := range xs {
		out[i] = rat(x.(string))
	}
	return out
}

// deviations is the sum of the products of x's and y's distances from their means.
func deviations(xs, ys []*big.Rat) *big.Rat {
	sx, sy, sxy := new(big.Rat), new(big.Rat), new(big.Rat)
	for i, x := range xs {
		sx.Add(sx, x)
		sy.Add(sy, ys[i])
		sxy.Add(sxy, new(big.Rat).Mul(x, ys[i]))
	}
	sx.Mul(sx, sy)
	return sxy.Sub(sxy, sx.Quo(sx, new(big.Rat).SetInt64(int64(len(xs)))))
}

// per divides by the number of values, or by one less for a sample; NULL where
// there are too few.
func per(sum *big.Rat, n int, sample bool) (*big.Rat, error) {
	if sample {
		n--
	}
	if n < 1 {
		return nil, errNull
	}
	return sum.Quo(sum, new(big.Rat).SetInt64(int64(n))), nil
}

func rootFloat(r *big.Rat) float64 {
	f, _ := new(big.Float).Sqrt(new(big.Float).SetPrec(300).SetRat(r)).Float64()
	return f
}

// moment is var_pop, var_samp, stddev_pop or stddev_samp.
func moment(fn string, xs []*big.Rat) (float64, error) {
	if len(xs) == 0 {
		return 0, errNull
	}
	v, err := per(deviations(xs, xs), len(xs), fn == "var_samp" || fn == "stddev_samp")
	if err != nil {
		return 0, err
	}
	if fn == "stddev_pop" || fn == "stddev_samp" {
		return rootFloat(v), nil
	}
	f, _ := v.Float64()
	return f, nil
}

// comoment is covar_pop, covar_samp or corr, which is NaN where a variable does
// not vary.
func comoment(fn string, xs, ys []*big.Rat) (float64, error) {
	if len(xs) == 0 || fn == "corr" && len(xs) < 2 {
		return 0, errNull
	}
	c := deviations(xs, ys)
	if fn == "corr" {
		v := deviations(xs, xs)
		if v.Mul(v, deviations(ys, ys)).Sign() == 0 {
			return math.NaN(), nil
		}
		f := new(big.Float).SetPrec(300).SetRat(c)
		r, _ := f.Quo(f, new(big.Float).Sqrt(new(big.Float).SetPrec(300).SetRat(v))).Float64()
		return r, nil
	}
	c, err := per(c, len(xs), fn == "covar_samp")
	if err != nil {
		return 0, err
	}
	f, _ := c.Float64()
	return f, nil
}

func floatPairs(fn string, xs, ys floats) (float64, error) {
	exact := make([][]*big.Rat, 2)
	odd := false
	for i, list := range []floats{xs, ys} {
		for _, v := range list {
			r := floatRat(v.(float64))
			odd = odd || r == nil
			exact[i] = append(exact[i], r)
		}
	}
	if odd {
		if len(xs) < 2 && fn != "covar_pop" {
			return 0, errNull
		}
		return math.NaN(), nil
	}
	return comoment(fn, exact[0], exact[1])
}

// addIntervals sums months, days and microseconds apart.
func addIntervals(texts strs) (months, days, micros *big.Int, err error) {
	months, days, micros = new(big.Int), new(big.Int), new(big.Int)
	for _, s := range texts {
		i, err := toInterval(s.(string))
		if err != nil {
			return nil, nil, nil, err
		}
		months.Add(months, big.NewInt(int64(i.Months)))
		days.Add(days, big.NewInt(int64(i.Days)))
		micros.Add(micros, big.NewInt(i.Micros))
	}
	return months, days, micros, nil
}

// bigInterval is the text of an interval that is in range.
func bigInterval(months, days, micros *big.Int) (string, error) {
	if !months.IsInt64() || !days.IsInt64() || !micros.IsInt64() {
		return "", errors.New("interval overflow")
	}
	i, err := newInterval(months.Int64(), days.Int64(), micros.Int64())
	if err != nil {
		return "", fmt.Errorf("interval overflow: %w", err)
	}
	return intervalText(i), nil
}

func intervalSum(texts strs) (string, error) {
	months, days, micros, err := addIntervals(texts)
	if err != nil {
		return "", err
	}
	return bigInterval(months, days, micros)
}

// intervalAvg carries what is left of the months over to the days, a month being
// thirty, and what is left of those to the time.
func intervalAvg(texts strs) (string, error) {
	months, days, micros, err := addIntervals(texts)
	if err != nil || len(texts) == 0 {
		return "", errors.Join(err, errNull)
	}
	n, rest := big.NewInt(int64(len(texts))), new(big.Int)
	months.QuoRem(months, n, rest)
	days.Add(days, rest.Mul(rest, big.NewInt(30)))
	days.QuoRem(days, n, rest)
	micros.Add(micros, rest.Mul(rest, big.NewInt(day)))
	return bigInterval(months, days, micros.Quo(micros, n))
}

func joinBytes(parts blobs, sep []byte) ([]byte, error) {
	list := make([][]byte, len(parts))
	for i, p := range parts {
		list[i] = p.([]byte)
	}
	return bytes.Join(list, sep), nil
}

// top sums weights by key and gives, for the n greatest sums, the position of the
// key's first value (from 1) and the sum, as texts in turn. Sums of unknown weights
// alone are unknown and come last; equal sums come in the order of the list.
func top(keys, weights strs, n int64, kind string) (strs, error) {
	if n < 1 {
		return nil, errors.New("the number of values must be positive")
	}
	type entry struct {
		at  int
		sum *big.Rat // nil: unknown
		inf bool
	}
	var entries []*entry
	byKey := map[any]*entry{}
	for i, k := range keys {
		e := byKey[k]
		if e == nil {
			e = &entry{at: i + 1}
			byKey[k] = e
			entries = append(entries, e)
		}
		if weights[i] == nil {
			continue
		}
		w, ok := new(big.Rat).SetString(weights[i].(string))
		switch {
		case weights[i] == "inf":
			e.inf, w = true, new(big.Rat)
		case !ok || w.Sign() < 0:
			return nil, fmt.Errorf("APPROX_TOP_SUM does not support negative or NaN weights, but got %v", weights[i])
		}
		if e.sum == nil {
			e.sum = new(big.Rat)
		}
		e.sum.Add(e.sum, w)
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		switch {
		case a.sum == nil || b.sum == nil:
			return boolCmp(a.sum == nil, b.sum == nil)
		case a.inf || b.inf:
			return boolCmp(b.inf, a.inf)
		}
		return b.sum.Cmp(a.sum)
	})
	out := strs{}
	for _, e := range entries[:min(int(n), len(entries))] {
		var sum any
		switch {
		case e.inf:
			sum = "inf"
		case e.sum != nil && kind == "FLOAT64":
			f, _ := e.sum.Float64()
			if math.IsInf(f, 0) {
				return nil, errors.New("double overflow")
			}
			sum = strconv.FormatFloat(f, 'g', -1, 64)
		case e.sum != nil && kind == "INT64":
			if !e.sum.Num().IsInt64() {
				return nil, errors.New("int64 overflow")
			}
			sum = e.sum.Num().String()
		case e.sum != nil:
			sum = e.sum.FloatString(38)
		}
		out = append(out, strconv.Itoa(e.at), sum)
	}
	return out, nil
}

// boolCmp orders false before true.
func boolCmp(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
