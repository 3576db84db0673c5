package lmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// ratioSearch finds the variance ratio (intercept over residual) of the random-intercept model: the profiled deviance
// of equation (R5) is a function of this one number, and its first two derivatives are exact (R6, R7).
type ratioSearch struct {
	s           *sums
	ml          bool
	nu          float64 // n - p, or n for maximum likelihood
	unit        float64 // mean weight of a cluster: the search runs over x = log(1 + ratio * unit)
	evaluations int

	m, l, k, d1, d2, prod []float64
	v, w                  []float64
	f0, f1, f2            []float64
}

// grid holds the values of ratio * unit at which the deviance is looked at before any minimum is refined. Between 0 and the
// first, and beyond the last, a minimum is found through the derivative.
var grid = [...]float64{0, 0.1, 0.4, 1.2, 3, 8, 30, 200, 5e3, 1e6, 1e9}

// gridLog is log(1 + grid).
var gridLog = func() (x [len(grid)]float64) {
	for i, g := range grid {
		x[i] = arithmetic.Log1p(g)
	}
	return x
}()

func newRatioSearch(s *sums, ml bool) *ratioSearch {
	r := &ratioSearch{s: s, ml: ml, nu: float64(s.c.n - s.c.p), unit: 0}
	if ml {
		r.nu = float64(s.c.n)
	}
	for k, z := range s.c.sizes {
		r.unit += z * s.c.number[k]
	}
	r.unit /= float64(len(s.c.start) - 1)
	aa, sizes := s.a*s.a, len(s.c.sizes)
	store := make([]float64, 6*aa+2*s.a+3*sizes)
	next := func(n int) []float64 {
		out := store[:n:n]
		store = store[n:]
		return out
	}
	r.m, r.l, r.k, r.d1, r.d2, r.prod = next(aa), next(aa), next(aa), next(aa), next(aa), next(aa)
	r.v, r.w = next(s.a), next(s.a)
	r.f0, r.f1, r.f2 = next(sizes), next(sizes), next(sizes)
	return r
}

// deviance is (R5) without constants: sum of log(1 + ratio s) + log|X'V^-1 X| (REML) + nu log rss. +Inf if the matrix is not
// positive definite: the residual sum of squares vanished.
func (r *ratioSearch) deviance(ratio float64) float64 {
	r.evaluations++
	s, a := r.s, r.s.a
	d := 0.0
	for k, z := range s.c.sizes {
		r.f0[k] = 1 / (1 + float64(ratio*z))
		d += float64(s.c.number[k] * arithmetic.Log1p(float64(ratio*z)))
	}
	for i := range a {
		for j := range i + 1 {
			x := s.within[i*a+j]
			for k, b := range s.between {
				x += float64(r.f0[k] * b[i*a+j])
			}
			r.l[i*a+j] = x
		}
	}
	if !arithmetic.Cholesky(r.l, a) {
		return math.Inf(1)
	}
	last := r.l[a*a-1]
	d += float64(2 * float64(r.nu*arithmetic.Log(last)))
	if !r.ml {
		product := 1.0 // one logarithm for several pivots, as long as the product stays in range
		for i := range a - 1 {
			if product *= r.l[i*a+i]; product > 1e150 || product < 1e-150 {
				d += 2 * arithmetic.Log(product)
				product = 1
			}
		}
		d += 2 * arithmetic.Log(product)
	}
	return d
}

// slopes gives the first two derivatives of the deviance in the ratio, (R6) and (R7).
func (r *ratioSearch) slopes(ratio float64) (d, d1, d2 float64) {
	d = r.deviance(ratio)
	if math.IsInf(d, 1) {
		return d, math.NaN(), math.NaN()
	}
	s, a := r.s, r.s.a
	for k, z := range s.c.sizes {
		e := r.f0[k]
		ze := float64(z * e)
		r.f1[k] = -float64(ze * e)                       // derivative of 1 / (1 + ratio z)
		r.f2[k] = float64(2 * float64(ze*float64(ze*e))) // second
		d1 += float64(s.c.number[k] * ze)
		d2 -= float64(s.c.number[k] * float64(ze*ze))
	}
	s.matrix(r.d1, 0, r.f1)
	s.matrix(r.d2, 0, r.f2)
	// v = (-beta, 1): solve L' u = e_a, then v = u * L_aa
	for i := range a - 1 {
		r.v[i] = 0
	}
	r.v[a-1] = 1
	arithmetic.SolveLowerT(r.l, a, r.v)
	last := r.l[a*a-1]
	for i := range r.v {
		r.v[i] *= last
	}
	rss := float64(last * last)
	for i := range a {
		r.w[i] = arithmetic.Dot(r.d1[i*a:(i+1)*a], r.v)
	}
	q1 := arithmetic.Dot(r.v, r.w)
	q2 := arithmetic.QuadraticForm(r.d2, a, r.v)
	arithmetic.Invert(r.k, r.l, a)
	c := arithmetic.QuadraticForm(r.k, a, r.w) - q1*q1/rss // w_x' C w_x
	nu := r.nu
	if !r.ml {
		nu--
		arithmetic.Multiply(r.prod, r.k, r.d1, a, a, a)
		d1 += sumDiagonal(r.prod, a)
		d2 += arithmetic.Dot(r.k, r.d2)
		for i := range a {
			for j := range a {
				d2 -= float64(r.prod[i*a+j] * r.prod[j*a+i])
			}
		}
	}
	d1 += float64(nu * (q1 / rss))
	d2 += float64(nu * ((q2-2*c)/rss - (q1/rss)*(q1/rss)))
	return d, d1, d2
}

// optimum is where the search ended.
type optimum struct {
	ratio    float64
	boundary bool    // the ratio is 0 because the deviance rises from there
	gradient float64 // derivative of the deviance in x at the optimum; at the boundary its slope there (>= 0)
	minima   int     // local minima seen
	flat     bool    // the ratio ran to the end of the grid: the residual variance vanishes against the other
}

// find looks at the whole half-line on the grid, refines every minimum by Newton's method on the derivative inside its
// bracket, and keeps the lowest.
func (r *ratioSearch) find() optimum {
	r.evaluations = 0
	var d [len(grid)]float64
	for i, g := range grid {
		d[i] = r.deviance(g / r.unit)
	}
	_, slope, _ := r.slopes(0)
	best := optimum{boundary: true, gradient: slope / r.unit}
	low := math.Inf(1)
	if slope >= 0 {
		low, best.minima = d[0], 1
	}
	for i := range grid {
		left, right := max(i-1, 0), min(i+1, len(grid)-1)
		if i == 0 && slope >= 0 || d[i] > d[left] || d[i] > d[right] || i > 0 && d[i] == d[left] {
			continue
		}
		o := r.refine(left, i, right, &d)
		o.flat = i == len(grid)-1
		minima := best.minima + 1
		if at := r.deviance(o.ratio); at < low {
			low, best = at, o
		}
		best.minima = minima
	}
	return best
}

// refine solves derivative = 0 for x = log(1 + ratio * unit) around the lowest of neighbouring grid points: from the bottom of the parabola
// through them by Newton steps, halved into the bracket.
func (r *ratioSearch) refine(left, at, right int, d *[len(grid)]float64) optimum {
	lo, hi := gridLog[left], gridLog[right]
	x := 0.5 * (lo + hi)
	if left < at && at < right {
		a, b := gridLog[at]-lo, gridLog[at]-hi
		fa, fb := d[at]-d[left], d[at]-d[right]
		if q := float64(a*fb) - float64(b*fa); q != 0 {
			if v := gridLog[at] - 0.5*(float64(a*a*fb)-float64(b*b*fa))/q; v > lo && v < hi {
				x = v
			}
		}
	}
	var o optimum
	done := false
	for range 100 {
		g := arithmetic.Exp(x) / r.unit // d ratio / dx = ratio + 1 / unit
		o.ratio = max(g-1/r.unit, 0)
		_, d1, d2 := r.slopes(o.ratio)
		first := float64(d1 * g)
		second := float64(d2*float64(g*g)) + first
		o.gradient = first
		switch {
		case first > 0:
			hi = x
		case first < 0:
			lo = x
		default:
			done = true
		}
		if done {
			return o
		}
		next := x - first/second
		if second > 0 && next >= lo && next <= hi {
			done = math.Abs(next-x) <= 1e-7*(1+math.Abs(x)) // convergence is quadratic: this step is the last that matters
		} else {
			next = 0.5 * (lo + hi)
			done = hi-lo <= 1e-15*(1+math.Abs(x))
		}
		x = next
	}
	return o
}
