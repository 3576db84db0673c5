package mmrm

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
)

// search climbs from several points and returns the best optimum.
func (r *Model) search() ([]float64, error) {
	s, l := r.s, r.l
	per := l.k / s.groups
	shrinks := []float64{1, 0}
	if r.Options.Structure.correlations(s.m) == 0 && r.Options.Structure != Unstructured || s.m == 1 {
		shrinks = shrinks[:1]
	}
	var best []float64
	bestValue := math.Inf(-1)
	var failure error
	var conv Convergence
	for _, shrink := range shrinks {
		theta := make([]float64, l.k)
		for f := shrink; ; f *= 0.7 { // until every participant's covariance is definite
			for g := range s.groups {
				r.Options.Structure.start(theta[g*per:(g+1)*per], s.residuals(g), s.m, f)
			}
			if l.evaluate(theta, true) || f < 1e-3 {
				break
			}
		}
		c, err := l.climb(theta)
		conv.Iterations += c.Iterations
		conv.Evaluations += c.Evaluations
		conv.Starts++
		if err != nil {
			failure = err
			continue
		}
		switch tol := float64(1e-7 * (1 + math.Abs(l.value))); {
		case l.value > bestValue+tol:
			conv.Agree = 1
			best, bestValue = theta, l.value
		case l.value > bestValue-tol:
			conv.Agree++
		}
	}
	if best == nil {
		return nil, failure
	}
	r.Convergence = conv
	return best, nil
}

// climb maximizes from theta by Newton's method with the observed information,
// or the expected one where the observed is not positive definite, with
// backtracking into the region where all covariances are.
func (l *likelihood) climb(theta []float64) (Convergence, error) {
	k := l.k
	work := make([]float64, k*k+2*k)
	h, step, next := work[:k*k], work[k*k:k*k+k], work[k*k+k:]
	var c Convergence
	if !l.evaluate(theta, true) {
		return c, errors.New("mmrm: no starting covariance is positive definite")
	}
	c.Evaluations++
	for range 150 {
		c.Iterations++
		newton := l.direction(h, step)
		decrement := 0.5 * arithmetic.Dot(step, l.grad)
		c.Decrement = decrement
		if newton && decrement < 1e-14 { // one more step squares what is left
			for i := range next {
				next[i] = theta[i] + step[i]
			}
			if l.evaluate(next, false) {
				copy(theta, next)
			}
			return c, nil
		}
		f0 := l.value
		for scale := 1.0; ; scale *= 0.5 {
			for i := range next {
				next[i] = theta[i] + float64(scale*step[i])
			}
			ok := l.evaluate(next, scale == 1)
			c.Evaluations++
			gain := float64(1e-4*scale) * decrement
			if ok && l.value >= f0+min(gain, 1e-6)-float64(1e-13*math.Abs(f0)) {
				copy(theta, next)
				if scale < 1 {
					l.evaluate(theta, true)
					c.Evaluations++
				}
				break
			}
			if scale < 1e-9 {
				l.evaluate(theta, true)
				c.Evaluations++
				if decrement < 1e-10 {
					return c, nil // nothing to gain but rounding
				}
				return c, l.failure("the ascent did not reach a maximum")
			}
		}
		if c.Iterations > 3 && l.dependence() > 1e11 {
			return c, l.failure("")
		}
	}
	if c.Decrement < 1e-10 {
		return c, nil
	}
	return c, l.failure("no convergence in 150 iterations")
}

// failure says why an ascent ended without a maximum.
func (l *likelihood) failure(how string) error {
	if l.dependence() > 1e5 {
		return errors.New("mmrm: the likelihood has no bound: after the fit of the means some visits determine each other. There are too few participants for this structure, or a visit is copied from another")
	}
	return fmt.Errorf("mmrm: %s; choose a simpler covariance structure", how)
}

// direction fills step with the Newton (true) or scoring step.
func (l *likelihood) direction(h, step []float64) (newton bool) {
	k := l.k
	copy(h, l.observed)
	newton = arithmetic.Cholesky(h, k)
	if !newton {
		copy(h, l.expected)
		for ridge := 1e-10; !arithmetic.Cholesky(h, k); ridge *= 100 {
			copy(h, l.expected)
			for i := range k {
				h[i*k+i] += float64(ridge*math.Abs(h[i*k+i])) + 1e-300
			}
			if ridge > 1e10 {
				break
			}
		}
	}
	copy(step, l.grad)
	arithmetic.Solve(h, k, step)
	return newton
}

// dependence measures how nearly some visits of a participant determine another:
// the largest variance inflation V_aa (V^-1)_aa.
func (l *likelihood) dependence() float64 {
	most := 0.0
	for i := range l.s.patterns {
		pt := &l.s.patterns[i]
		t := len(pt.visits)
		for a, v := range pt.visits {
			most = max(most, float64(l.inverse[i][a*t+a]*l.sigmas[pt.by].matrix[v*l.s.m+v]))
		}
	}
	return most
}
