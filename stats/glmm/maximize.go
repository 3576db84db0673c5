package glmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// Convergence is the certificate of an optimum.
type Convergence struct {
	Iterations  int
	Evaluations int
	// Decrement is g' H^-1 g / 2 at the end: how much log-likelihood a further
	// Newton step would gain. Below 1e-15 it is rounding.
	Decrement float64
	// MaxGradient is the largest derivative of the log-likelihood in the
	// orthonormal coefficients and log sigma.
	MaxGradient float64
	// Definite says that the negative Hessian is positive definite, so that the point is a maximum.
	Definite bool
	// Starts is the number of values of sigma tried as starting points.
	Starts int
}

// outcome of one ascent.
type outcome int

const (
	converged outcome = iota
	toZero            // sigma went to 0
	toInfinity
	toPoisson // k of the negative binomial went to infinity
	stuck
)

// Limits of sigma: below the first the random intercept is taken as absent,
// above the second as having no finite estimate.
const (
	smallestSigma = 1e-3 // as the reference's programs
	largestSigma  = 50
	largestLogK   = 12.0 // k above 160,000: Poisson for any count a trial sees
)

// climb maximizes the likelihood from theta by Newton's method with the closed
// form Hessian, ridged where it is not negative definite, with backtracking.
// theta ends at the optimum, and l holds value, gradient and Hessian there.
// Where along is given, theta moves only so that along'theta stays what it is.
func (l *likelihood) climb(theta, along []float64, conv *Convergence) outcome {
	q, p := l.dim(), l.s.p
	work := make([]float64, q*q+3*q)
	h, step, next, t := work[:q*q], work[q*q:q*q+q], work[q*q+q:q*q+2*q], work[q*q+2*q:]
	if !l.evaluate(theta, 2) {
		return stuck
	}
	conv.Evaluations++
	for range 200 {
		conv.Iterations++
		ridged := l.newton(h, step, along, t)
		decrement := 0.5 * arithmetic.Dot(step, l.grad)
		conv.Decrement = decrement
		if !ridged && decrement < 1e-12 { // one more step squares what is left
			for i := range next {
				next[i] = theta[i] + step[i]
			}
			if !l.evaluate(next, 2) {
				l.evaluate(theta, 2)
				return converged
			}
			conv.Evaluations++
			copy(theta, next)
			return converged
		}
		f0 := l.value
		quadratic := !ridged && decrement < 1e-7
		scale := min(1, 2/max(math.Abs(step[p]), l.largest(step)/4, 1e-300))
		for halvings := 0; ; halvings++ {
			for i := range next {
				next[i] = theta[i] + float64(scale*step[i])
			}
			order := 0
			if quadratic || halvings == 0 {
				order = 2 // most full steps are taken
			}
			ok := l.evaluate(next, order)
			conv.Evaluations++
			if ok && (quadratic && l.value >= f0-1e-9 || l.value >= f0+float64(float64(1e-4*scale)*decrement)) {
				copy(theta, next)
				if order < 2 {
					l.evaluate(theta, 2)
					conv.Evaluations++
				}
				break
			}
			if halvings == 40 {
				l.evaluate(theta, 2)
				conv.Evaluations++
				switch {
				case decrement < 1e-12:
					return converged // nothing to gain but rounding
				case l.sigma > largestSigma/5:
					return toInfinity // a plateau
				}
				return stuck
			}
			scale *= 0.5
		}
		switch {
		case q > p+1 && theta[p+1] > largestLogK:
			return toPoisson
		case l.sigma < smallestSigma/10:
			return toZero
		case l.sigma > largestSigma:
			return toInfinity
		}
	}
	return stuck
}

// newton fills step with the solution of -H step = grad, adding to the
// diagonal until the matrix is positive definite; it says whether it had to.
// h and t are scratch.
func (l *likelihood) newton(h, step, along, t []float64) (ridged bool) {
	q := l.dim()
	ridge := 0.0
	top := 0.0
	for i := range q {
		top = max(top, math.Abs(l.hess[i*q+i]))
	}
	for {
		for i := range h {
			h[i] = -l.hess[i]
		}
		for i := range q {
			h[i*q+i] += ridge
		}
		if along != nil { // curvature across the path changes nothing along it
			arithmetic.AddOuter(h, 10*top/arithmetic.Dot(along, along), along)
		}
		if arithmetic.Cholesky(h, q) {
			break
		}
		ridge = max(10*ridge, 1e-3*top, 1e-10)
	}
	copy(step, l.grad)
	arithmetic.Solve(h, q, step)
	if along != nil { // keep along'theta: project in the metric of h
		copy(t, along)
		arithmetic.Solve(h, q, t)
		arithmetic.AddScaled(step, -arithmetic.Dot(along, step)/arithmetic.Dot(along, t), t)
	}
	return ridge > 0
}

// largest returns the largest change of a linear predictor in a step.
func (l *likelihood) largest(step []float64) float64 {
	most, p := 0.0, l.s.p
	for c := range l.z {
		most = max(most, math.Abs(arithmetic.Dot(l.s.q[c*p:c*p+p], step)))
	}
	return most
}
