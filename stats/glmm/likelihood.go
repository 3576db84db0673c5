package glmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// Full, as a number of nodes, asks for the integral itself: every cluster is
// integrated by the trapezoid rule with as many nodes as change nothing any
// more. It is the default.
const Full = 0

// likelihood is the marginal log-likelihood of a sample with its derivatives,
// and the memory it works in: after newLikelihood nothing is allocated.
//
// Parameters are theta = (b, tau[, phi]): coefficients of the orthonormal
// columns, tau = log sigma, and for the negative binomial phi = log k. Equation
// names in the comments are those of docs/derivations/aghq.md.
type likelihood struct {
	s     *sample
	rule  *hermite // nil: Full
	order int      // of the derivatives wanted: 0, 1, 2

	value float64
	grad  []float64 // q
	hess  []float64 // q x q, both triangles after evaluate

	sigma, k float64   // at the current theta
	z        []float64 // linear predictor of each cell, less log k
	mode     []float64 // of each cluster, kept between evaluations as a start
	nodes    [2]int    // fewest and most nodes a cluster took in the last evaluation

	size     float64 // of the cluster in hand: sum of b
	expected float64 // successes (events) at its mode
	steps    [32]knownStep
	known    int // of them, that are filled for the present sigma

	cellH  []float64 // weights of x*x' still to be added, by cell
	b      []float64 // per entry of a cluster: multiplier of K
	k1, r2 []float64
	l1, l2 []float64
	l3, l4 []float64

	du, dls, acc, a          []float64 // q-vectors: derivatives of mode and log scale, sums
	fut, fuut, fuuut, v1, v2 []float64
	betaTau, betaPhi         []float64 // p: sums of mixed second derivatives
	curve                    []float64 // q: of the node in hand, d2F/du dtheta
	mixed2, mixed3           []float64 // p: at the mode, mixed derivatives with phi
	at                       atModeSums
	hloc                     []float64 // q x q lower triangle: of one cluster
}

func newLikelihood(s *sample, nodes int) *likelihood {
	l := &likelihood{s: s}
	if nodes != Full {
		l.rule = hermiteRule(nodes)
	}
	q := s.p + 1
	if s.family == NegativeBinomial {
		q++
	}
	take := func(n int) []float64 { return make([]float64, n) }
	cells := len(s.offset)
	l.grad, l.hess, l.hloc = take(q), take(q*q), take(q*q)
	l.z, l.cellH, l.mode = take(cells), take(cells), take(len(s.copies))
	m := s.longest
	l.b, l.k1, l.r2, l.l1, l.l2, l.l3, l.l4 = take(m), take(m), take(m), take(m), take(m), take(m), take(m)
	l.du, l.dls, l.acc, l.a = take(q), take(q), take(q), take(q)
	l.fut, l.fuut, l.fuuut, l.v1, l.v2 = take(q), take(q), take(q), take(q), take(q)
	l.betaTau, l.betaPhi, l.curve, l.mixed2, l.mixed3 = take(s.p), take(s.p), take(q), take(s.p), take(s.p)
	return l
}

// dim returns the number of parameters.
func (l *likelihood) dim() int { return len(l.grad) }

// evaluate computes the log-likelihood at theta and its derivatives up to the
// order asked for. It returns false when the value is not finite.
func (l *likelihood) evaluate(theta []float64, order int) bool {
	s, p, q := l.s, l.s.p, l.dim()
	l.order, l.known = order, 0
	l.sigma = arithmetic.Exp(theta[p])
	l.k = 0
	shift := 0.0
	if s.family == NegativeBinomial {
		shift, l.k = theta[p+1], arithmetic.Exp(theta[p+1])
	}
	if !(l.sigma < 1e6) || !(l.k < 1e12) {
		return false
	}
	for c := range l.z {
		l.z[c] = arithmetic.Dot(s.q[c*p:c*p+p], theta) + s.offset[c] - shift
	}
	l.value = s.constant
	clear(l.grad)
	clear(l.hess)
	clear(l.cellH)
	l.nodes = [2]int{math.MaxInt, 0}
	for c := range s.copies {
		l.value += float64(s.copies[c] * l.cluster(c))
	}
	if l.k > 0 {
		l.dispersion()
	}
	if order > 1 {
		for c, w := range l.cellH {
			x := s.q[c*p : c*p+p]
			for i, xi := range x {
				arithmetic.AddScaled(l.hess[i*q:i*q+i+1], float64(w*xi), x[:i+1])
			}
		}
		arithmetic.Symmetrize(l.hess, q)
	}
	return !math.IsNaN(l.value) && !math.IsInf(l.value, 0)
}

// dispersion adds the terms of the negative binomial that depend on k alone.
func (l *likelihood) dispersion() {
	q := l.dim()
	for _, c := range l.s.counts {
		v, v1, v2 := countConstant(c.y, l.k)
		l.value += float64(c.weight * v)
		l.grad[q-1] += float64(c.weight * v1)
		l.hess[q*q-1] += float64(c.weight * v2)
	}
}

// findMode returns the mode of a cluster's integrand, by Newton's method kept
// inside a bracket: plain Newton falls into a cycle of two for large sigma, so
// a step that leaves the bracket or is more than half the last one is replaced
// by bisection. The score falls in u, so the bracket is safe.
func (l *likelihood) findMode(c int, cell []int32, a []float64) float64 {
	s := l.sigma
	sumA, sumB := 0.0, 0.0
	for j := range a {
		sumA += a[j]
		sumB += l.b[j]
	}
	hi := float64(s*sumA) + 1
	lo := -float64(s*sumB) - 1
	if l.s.family == Poisson {
		lo = -math.MaxFloat64
	}
	u := min(max(l.mode[c], lo), hi)
	last := math.Inf(1)
	for range 200 {
		k1, k2 := 0.0, 0.0
		for j, cj := range cell {
			d, e := l.s.family.slope(l.z[cj] + float64(s*u))
			k1 += float64(l.b[j] * d)
			k2 += float64(l.b[j] * e)
		}
		next := math.NaN()
		if k2 <= math.MaxFloat64 {
			score := float64(s*(sumA-k1)) - u
			if score > 0 {
				lo = u
			} else {
				hi = u
			}
			step := score / (float64(float64(s*s)*k2) + 1)
			next = u + step
			// The curvature changes little within 1/s of u, so the root is
			// about as near as a step much shorter than that says.
			if math.Abs(step) < 1e-9*(1+math.Abs(u)) {
				u = next
				break
			}
			if next <= lo || next >= hi || math.Abs(step) > 0.5*last {
				next = math.NaN()
			}
		} else {
			hi = u // exp overflows: far above the mode
		}
		if math.IsNaN(next) {
			next = 0.5*lo + 0.5*hi
			if lo == -math.MaxFloat64 { // Poisson: no lower bound known yet
				next = u - 1 - math.Abs(u)
			}
		}
		last = math.Abs(next - u)
		u = next
	}
	l.mode[c] = u
	return u
}
