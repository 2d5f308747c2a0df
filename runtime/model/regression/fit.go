package regression

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// design is a table of examples: x holds rows of width numbers each, the first of
// which is 1, the intercept's.
type design struct {
	x     []float64
	y     []float64
	width int
}

func (d *design) rows() int           { return len(d.y) }
func (d *design) row(i int) []float64 { return d.x[i*d.width : (i+1)*d.width] }

// Bounds of the fit. Newton's method ends after a handful of steps on what can be
// learnt at all; the bound keeps the work finite on what cannot.
const (
	maxSteps  = 50
	tolerance = 1e-9
)

var errSingular = errors.New("the features cannot be told apart: the equations have no single solution")

// fitLogistic finds the weights that minimise the weighted log loss and half of l2
// times the squared weights (the intercept's is free), by Newton's method with the
// step halved until the loss falls.
func fitLogistic(d *design, weights []float64, l2 float64) ([]float64, error) {
	beta := make([]float64, d.width)
	best := logisticLoss(d, weights, beta, l2)
	for range maxSteps {
		hessian, gradient := logisticSlope(d, weights, beta, l2)
		step, err := solve(hessian, gradient)
		if err != nil {
			return nil, err
		}
		next, loss := beta, math.Inf(1)
		for scale := 1.0; scale > 1e-6; scale /= 2 {
			next = make([]float64, d.width)
			for j := range next {
				next[j] = beta[j] - scale*step[j]
			}
			if loss = logisticLoss(d, weights, next, l2); loss <= best {
				break
			}
		}
		if loss > best {
			break // no step leads further down
		}
		fell := best - loss
		beta, best = next, loss
		if fell <= tolerance*(1+best) {
			break
		}
	}
	return beta, nil
}

func logisticLoss(d *design, weights, beta []float64, l2 float64) float64 {
	var loss float64
	for i := range d.rows() {
		z := dot(d.row(i), beta)
		loss += weights[i] * (softplus(z) - d.y[i]*z)
	}
	for _, b := range beta[1:] {
		loss += l2 / 2 * b * b
	}
	return loss
}

// logisticSlope is the loss's second and first derivative.
func logisticSlope(d *design, weights, beta []float64, l2 float64) (*mat.SymDense, []float64) {
	p := d.width
	sums, gradient := make([]float64, p*p), make([]float64, p)
	for i := range d.rows() {
		row := d.row(i)
		mu := sigmoid(dot(row, beta))
		residual, curve := weights[i]*(mu-d.y[i]), weights[i]*mu*(1-mu)
		accumulate(sums, gradient, row, curve, residual)
	}
	return penalise(sums, gradient, beta, l2), gradient
}

// fitLinear finds the weights that minimise half the squared error and half of l2
// times the squared weights, by the normal equations.
func fitLinear(d *design, l2 float64) ([]float64, error) {
	p := d.width
	sums, moments := make([]float64, p*p), make([]float64, p)
	for i := range d.rows() {
		accumulate(sums, moments, d.row(i), 1, d.y[i])
	}
	return solve(penalise(sums, moments, make([]float64, p), l2), moments)
}

// accumulate adds curve·row·rowᵀ to the upper half of sums and scale·row to vector.
func accumulate(sums, vector, row []float64, curve, scale float64) {
	p := len(row)
	for j, a := range row {
		if a == 0 {
			continue // most of a one-hot row
		}
		vector[j] += scale * a
		a *= curve
		line := sums[j*p : (j+1)*p]
		for k := j; k < p; k++ {
			line[k] += a * row[k]
		}
	}
}

// penalise adds the penalty to both derivatives. The intercept takes a trace of it,
// too small to move it, so that the equations stay solvable.
func penalise(sums, gradient, beta []float64, l2 float64) *mat.SymDense {
	p := len(gradient)
	for j := range p {
		if j > 0 {
			sums[j*p+j] += l2
			gradient[j] += l2 * beta[j]
		}
		sums[j*p+j] += 1e-9
	}
	return mat.NewSymDense(p, sums)
}

func solve(a *mat.SymDense, b []float64) ([]float64, error) {
	var factors mat.Cholesky
	if !factors.Factorize(a) {
		return nil, errSingular
	}
	var x mat.VecDense
	if err := factors.SolveVecTo(&x, mat.NewVecDense(len(b), b)); err != nil {
		// gonum warns of a badly conditioned system and still solves it.
		if _, conditioned := err.(mat.Condition); !conditioned {
			return nil, err
		}
	}
	out := make([]float64, len(b))
	for i := range out {
		if out[i] = x.AtVec(i); math.IsNaN(out[i]) || math.IsInf(out[i], 0) {
			return nil, errSingular
		}
	}
	return out, nil
}

func dot(a, b []float64) float64 {
	var s float64
	for i, v := range a {
		s += v * b[i]
	}
	return s
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softplus is log(1 + eᶻ) without overflow.
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
