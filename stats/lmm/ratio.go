package lmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// ratioSearch finds the variance ratio (intercept over residual) of the random-intercept model: the profiled deviance
// of equation (R5) is a function of this one number, and its derivative is exact (R6, R7).
type ratioSearch struct {
	s           *sums
	ml          bool
	nu          float64 // n - p, or n for maximum likelihood
	unit        float64 // mean weight of a cluster: the search runs over x = log(1 + ratio * unit)
	evaluations int

	l, n   []float64
	f0, f1 []float64
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
		r.unit += float64(z * s.c.number[k])
	}
	r.unit /= float64(len(s.c.start) - 1)
	aa, sizes := s.a*s.a, len(s.c.sizes)
	store := make([]float64, 2*(aa+sizes))
	r.l, r.n, r.f0, r.f1 = store[:aa], store[aa:2*aa], store[2*aa:2*aa+sizes], store[2*aa+sizes:]
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

// slope gives the deviance and its derivative in the ratio, (R6), by way of (R7): N = L^-1 M' L^-T with L the factor of M.
func (r *ratioSearch) slope(ratio float64) (d, d1 float64) {
	d = r.deviance(ratio)
	if math.IsInf(d, 1) {
		return d, math.NaN()
	}
	s, a := r.s, r.s.a
	for k, z := range s.c.sizes {
		e := r.f0[k]
		ze := float64(z * e)
		r.f1[k] = -float64(ze * e) // derivative of 1 / (1 + ratio z)
		d1 += float64(s.c.number[k] * ze)
	}
	s.matrix(r.n, 0, r.f1)
	for i := range a { // rows of L^-1 M'
		row, l := r.n[i*a:(i+1)*a], r.l[i*a:i*a+i+1]
		for k, f := range l[:i] {
			arithmetic.AddScaled(row, -f, r.n[k*a:(k+1)*a])
		}
		pivot := 1 / l[i]
		for j := range row {
			row[j] *= pivot
		}
	}
	trace, last := 0.0, 0.0
	for i := range a { // diagonal of N
		row := r.n[i*a : i*a+i+1]
		for j := range row {
			l := r.l[j*a : j*a+j+1]
			row[j] = (row[j] - arithmetic.Dot(l[:j], row)) / l[j]
		}
		last = row[i]
		trace += last
	}
	if r.ml {
		return d, d1 + float64(r.nu*last)
	}
	return d, d1 + trace + float64((r.nu-1)*last)
}

// optimum is where the search ended.
type optimum struct {
	ratio    float64
	deviance float64 // at the last evaluation
	boundary bool    // the ratio is 0 because the deviance rises from there
	gradient float64 // derivative of the deviance in x at the optimum; at the boundary its slope there (>= 0)
	minima   int     // local minima seen
	x        float64 // log(1 + ratio * unit)
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
	_, slope := r.slope(0)
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
		o.minima = best.minima + 1
		if o.deviance < low {
			low, best = o.deviance, o
		}
		best.minima = o.minima
	}
	return best
}

// refine solves derivative = 0 for x = log(1 + ratio * unit) around the lowest of neighbouring grid points: from the bottom of the parabola
// through them, with its curvature, then by secants, halved into the bracket.
func (r *ratioSearch) refine(left, at, right int, d *[len(grid)]float64) optimum {
	lo, hi := gridLog[left], gridLog[right]
	x, curvature := 0.5*(lo+hi), 0.0
	if left < at && at < right {
		a, b := gridLog[at]-lo, gridLog[at]-hi
		fa, fb := d[at]-d[left], d[at]-d[right]
		if q := float64(a*fb) - float64(b*fa); q != 0 {
			if v := gridLog[at] - 0.5*(float64(a*a*fb)-float64(b*b*fa))/q; v > lo && v < hi {
				x, curvature = v, 2*q/(a*b*(a-b))
			}
		}
	}
	var o optimum
	for range 100 {
		g := arithmetic.Exp(x) / r.unit // d ratio / dx = ratio + 1 / unit
		before, from := o.gradient, o.x
		o.x, o.ratio = x, max(g-1/r.unit, 0)
		d, d1 := r.slope(o.ratio)
		o.deviance, o.gradient = d, float64(d1*g)
		switch {
		case o.gradient > 0:
			hi = x
		case o.gradient < 0:
			lo = x
		default:
			return o
		}
		if from > 0 && from != x {
			curvature = (o.gradient - before) / (x - from)
		}
		next := x - o.gradient/curvature
		if !(curvature > 0 && next >= lo && next <= hi) {
			next = 0.5 * (lo + hi)
			if hi-lo <= 1e-15*(1+math.Abs(x)) {
				return o
			}
		} else if math.Abs(next-x) <= 1e-9*(1+math.Abs(x)) { // the next secant would change rounding only
			o.x = next
			o.ratio = max((arithmetic.Exp(next)-1)/r.unit, 0)
			return o
		}
		x = next
	}
	return o
}
