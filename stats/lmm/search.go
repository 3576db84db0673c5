package lmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// search maximizes the profiled likelihood of a mixture by Newton's method with exact derivatives. It runs over the
// covariance factors relative to the first residual variance, entry by entry (so that a variance at 0 is an ordinary
// point), and the logs of the other residual variances over the first; the first is profiled out. Equations (G10) to (G13).
//
// An absolute search runs over the covariance factors themselves and the logs of all residual variances, nothing profiled:
// for likelihood profiles, where one of them is held.
type search struct {
	x        *mixture
	ml       bool
	absolute bool
	nu       float64
	mom      *moments
	sol      *solution

	m     int       // parameters searched: k - 1, or k if absolute
	psi   []float64 // where it stands
	free  []bool
	theta []float64 // factors as a list in the places of the parameters
	rel   []float64 // parameters over the first residual variance
	gamma []float64 // parameters

	f        float64
	gradient []float64 // of minus the profiled log-likelihood, in psi
	hessian  []float64 // m x m
	joint    []float64 // k x k: of minus the log-likelihood in psi and (unless absolute) the log of the first residual variance
	jac      []float64 // k x k: d gamma / d (psi, log residual)

	evaluations, derivatives int
}

func newSearch(x *mixture, ml, absolute bool, mom *moments, sol *solution) *search {
	k, m := x.k, x.k-1
	if absolute {
		m = k
	}
	s := &search{x: x, ml: ml, absolute: absolute, nu: float64(x.n - x.p), mom: mom, sol: sol, m: m}
	if ml {
		s.nu = float64(x.n)
	}
	s.psi, s.free = make([]float64, m), make([]bool, m)
	s.theta, s.rel, s.gamma = make([]float64, k), make([]float64, k), make([]float64, k)
	s.gradient, s.hessian = make([]float64, m), make([]float64, m*m)
	s.joint, s.jac = make([]float64, k*k), make([]float64, k*k)
	return s
}

// set writes psi into factors and relative parameters.
func (s *search) set(psi []float64) {
	x := s.x
	terms := x.k - x.groups
	copy(s.theta, psi[:terms])
	x.factor(s.theta)
	for i, t := range x.terms {
		l, k := x.lambda[i], t.effect
		t.pairs(func(place, a, b int) {
			d := 0.0
			for c := range b + 1 {
				d += float64(l[a*k+c] * l[b*k+c])
			}
			s.rel[place] = d
		})
	}
	s.rel[terms] = 1
	for i, v := range psi[terms:] {
		s.rel[x.k-(len(psi)-terms)+i] = arithmetic.Exp(v)
	}
}

// value is minus the profiled log-likelihood, (G10); +Inf where it does not exist.
func (s *search) value(psi []float64) float64 {
	s.evaluations++
	s.set(psi)
	if !s.x.value(s.rel[s.x.k-s.x.groups:], s.mom) || !s.sol.factor(s.mom.m) {
		return math.Inf(1)
	}
	return s.deviance()
}

// deviance is minus the log-likelihood (profiled unless absolute) without constants.
func (s *search) deviance() float64 {
	f := s.mom.logDet
	if s.absolute {
		f += s.sol.rss
	} else {
		f += float64(s.nu * arithmetic.Log(s.sol.rss))
	}
	if !s.ml {
		f += s.sol.logDetX
	}
	return 0.5 * f
}

// derive computes value, gradient and Hessian at psi. False where the likelihood does not exist.
func (s *search) derive() bool {
	s.derivatives++
	x := s.x
	k, terms := x.k, x.k-x.groups
	s.set(s.psi)
	if !x.moments(s.rel, s.mom) || !s.sol.factor(s.mom.m) {
		return false
	}
	s.f = s.deviance()
	variance := 1.0
	if !s.absolute {
		variance = s.sol.rss / s.nu
		s.mom.scale(variance, x.n)
	}
	if !s.sol.solve(s.mom, x.n, s.ml) {
		return false
	}
	for i, v := range s.rel {
		s.gamma[i] = float64(variance * v)
	}
	s.chain(variance)
	// (G12): the Hessian in (psi, log residual variance), then the last one profiled out
	m := s.m
	clear(s.joint)
	for i := range k {
		for j := range k {
			h := s.sol.observed[i*k+j]
			if h == 0 {
				continue
			}
			for a := range k {
				if f := float64(h * s.jac[i*k+a]); f != 0 {
					arithmetic.AddScaled(s.joint[a*k:(a+1)*k], f, s.jac[j*k:(j+1)*k])
				}
			}
		}
	}
	s.curvature(variance, terms)
	for a := range m {
		g := 0.0
		for i := range k {
			g -= float64(s.sol.score[i] * s.jac[i*k+a])
		}
		s.gradient[a] = g
		for b := range m {
			s.hessian[a*m+b] = s.joint[a*k+b]
			if !s.absolute {
				s.hessian[a*m+b] -= float64(s.joint[a*k+m]*s.joint[m*k+b]) / s.joint[m*k+m]
			}
		}
	}
	return true
}

// chain fills d gamma / d (psi, log residual variance), (G11).
func (s *search) chain(variance float64) {
	x := s.x
	k, terms := x.k, x.k-x.groups
	clear(s.jac)
	for i, t := range x.terms {
		l, e := x.lambda[i], t.effect
		t.pairs(func(place, a, b int) { // D_ab = sum_c L_ac L_bc
			for c := range b + 1 {
				ac, bc := t.first+a*(a+1)/2+c, t.first+b*(b+1)/2+c
				s.jac[place*k+ac] += float64(variance * l[b*e+c])
				s.jac[place*k+bc] += float64(variance * l[a*e+c])
			}
		})
	}
	for a := terms; a < s.m; a++ { // logs of residual variances
		place := k - s.m + a
		s.jac[place*k+a] = s.gamma[place]
	}
	if s.absolute {
		return
	}
	for i := range k {
		s.jac[i*k+s.m] = s.gamma[i]
	}
}

// curvature adds minus the score times the second derivatives of gamma.
func (s *search) curvature(variance float64, terms int) {
	x, k, m := s.x, s.x.k, s.m
	for _, t := range x.terms {
		t.pairs(func(place, a, b int) {
			for c := range b + 1 {
				ac, bc := t.first+a*(a+1)/2+c, t.first+b*(b+1)/2+c
				v := float64(variance * s.sol.score[place])
				s.joint[ac*k+bc] -= v
				s.joint[bc*k+ac] -= v // for a = b twice on the diagonal: d2 L^2 = 2
			}
		})
	}
	for a := terms; a < m; a++ {
		place := k - m + a
		s.joint[a*k+a] -= float64(s.sol.score[place] * s.gamma[place])
	}
	if s.absolute {
		return
	}
	for i := range k {
		for a := range m {
			v := float64(s.sol.score[i] * s.jac[i*k+a]) // d2 gamma / d psi d log residual = d gamma / d psi
			s.joint[a*k+m] -= v
			s.joint[m*k+a] -= v
		}
		s.joint[m*k+m] -= float64(s.sol.score[i] * s.gamma[i])
	}
}

// runaway is the place of a parameter that has left all bounds of sense (a variance 1e10 times the residual's, residual variances
// a factor of 1e13 apart), or -1.
func (s *search) runaway() int {
	terms := s.x.k - s.x.groups
	for i, v := range s.psi {
		if !s.absolute && (i < terms && math.Abs(v) > 1e5 || i >= terms && math.Abs(v) > 30) {
			return i
		}
	}
	return -1
}

// newton runs from psi until the next step changes nothing. It gives the decrement of the last step (twice the
// log-likelihood that a further step could gain) and whether that is at rounding level.
func (s *search) newton() (decrement float64, ok bool) {
	var at []int
	for i, f := range s.free {
		if f {
			at = append(at, i)
		}
	}
	n := len(at)
	if !s.derive() {
		return math.Inf(1), false
	}
	h, g := make([]float64, n*n), make([]float64, n)
	step, next := make([]float64, s.m), make([]float64, s.m)
	polish := 0
	for range 200 {
		if s.runaway() >= 0 {
			return math.Inf(1), false
		}
		for i, a := range at {
			g[i] = s.gradient[a]
			for j, b := range at {
				h[i*n+j] = s.hessian[a*s.m+b]
			}
		}
		values, vectors := arithmetic.Eigen(h, n)
		decrement = s.direction(at, g, values, vectors, step)
		convex := n == 0 || values[0] > 0
		if convex && decrement < 1e-9 {
			if decrement < 1e-24 || polish == 3 {
				return decrement, true
			}
			polish++
			for i := range s.psi {
				s.psi[i] += step[i]
			}
			if !s.derive() {
				return math.Inf(1), false
			}
			continue
		}
		before, t := s.f, 1.0
		for {
			for i := range next {
				next[i] = s.psi[i] + float64(t*step[i])
			}
			if f := s.value(next); f <= before-1e-4*t*decrement {
				break
			}
			if t /= 2; t < 1e-12 {
				return decrement, decrement < 1e-7
			}
		}
		copy(s.psi, next)
		if !s.derive() {
			return math.Inf(1), false
		}
	}
	return decrement, false
}

// direction is the Newton step with the curvatures made positive and its length bounded; at a saddle it leaves along the most
// negative curvature. It gives the decrement.
func (s *search) direction(at []int, g, values, vectors, step []float64) float64 {
	n := len(at)
	clear(step)
	if n == 0 {
		return 0
	}
	top := math.Max(math.Abs(values[0]), math.Abs(values[n-1]))
	decrement := 0.0
	for k, v := range values {
		along := 0.0
		for i := range n {
			along += float64(vectors[i*n+k] * g[i])
		}
		size := math.Max(math.Abs(v), 1e-10*top)
		if size == 0 {
			continue
		}
		if k == 0 && v < -1e-7*top && math.Abs(along) < 1e-4*size {
			along = math.Copysign(0.1*size, along) // a saddle
		}
		decrement += float64(along*along) / size
		for i, a := range at {
			step[a] -= float64(vectors[i*n+k] * along / size)
		}
	}
	longest := 0.0
	for i, d := range step {
		longest = math.Max(longest, math.Abs(d)/(1+math.Abs(s.psi[i])))
	}
	if longest > 2 {
		for i := range step {
			step[i] *= 2 / longest
		}
		decrement *= 2 / longest
	}
	return decrement
}
