package glmm

import (
	"math"
	"sync"

	"rekindle/stats/arithmetic"
)

// MaxNodes is the largest number of adaptive quadrature nodes; beyond a few
// dozen, Full is both cheaper and more accurate.
const MaxNodes = 500

// hermite is a Gauss-Hermite rule: nodes x and log(weight) + x^2, so that the
// rule of the derivation's equation (aghq) sums exp(logw[k] + F(u_k)).
type hermite struct {
	x, logw []float64
}

var hermiteRules sync.Map // int -> *hermite

// hermiteRule returns the rule with n nodes, 1 <= n <= MaxNodes, computed once.
// The nodes are the eigenvalues of the Jacobi matrix, bracketed by its Sturm
// sequence and polished by Newton's method on the Hermite function, whose value
// also gives the weights.
func hermiteRule(n int) *hermite {
	if r, ok := hermiteRules.Load(n); ok {
		return r.(*hermite)
	}
	r := &hermite{make([]float64, n), make([]float64, n)}
	for i := range (n + 1) / 2 { // i nodes lie above this one
		lo, hi := 0.0, math.Sqrt(float64(2*n+2))
		if 2*i+1 == n {
			hi = 0 // the middle node of an odd rule
		}
		for range 60 {
			mid := 0.5 * (lo + hi)
			if nodesAbove(n, mid) > i {
				lo = mid
			} else {
				hi = mid
			}
		}
		x := 0.5 * (lo + hi)
		if 2*i+1 != n {
			for range 3 {
				p, q := hermiteFunction(n, x)
				x -= p / float64(math.Sqrt(float64(2*n))*q)
			}
		}
		_, q := hermiteFunction(n, x)
		w := -arithmetic.Log(float64(float64(n) * float64(q*q)))
		r.x[n-1-i], r.x[i] = x, -x
		r.logw[n-1-i], r.logw[i] = w, w
	}
	got, _ := hermiteRules.LoadOrStore(n, r)
	return got.(*hermite)
}

// nodesAbove counts the roots of the n-th Hermite polynomial above x.
func nodesAbove(n int, x float64) int {
	count := 0
	q := -x
	for k := 1; ; k++ {
		if q == 0 {
			q = 1e-300
		}
		if q > 0 {
			count++
		}
		if k == n {
			return count
		}
		q = -x - float64(0.5*float64(k))/q
	}
}

// hermiteFunction returns the orthonormal Hermite functions of degree n and n-1
// (with the factor exp(-x^2/2)) at x.
func hermiteFunction(n int, x float64) (p, q float64) {
	q = 0.75112554446494248286 * arithmetic.Exp(-0.5*float64(x*x)) // pi^(-1/4)
	p = float64(float64(math.Sqrt2*x) * q)
	for k := 2; k <= n; k++ {
		kf := float64(k)
		p, q = float64(float64(x*math.Sqrt(2/kf))*p)-float64(math.Sqrt((kf-1)/kf)*q), p
	}
	return p, q
}

// step returns the spacing at which the trapezoid rule integrates a cluster's
// likelihood over the standard normal intercept u to a relative error of about
// 1e-15: equation (step) of the derivation. Three bounds hold, and the widest of
// their steps is taken: that of the poles of the logistic function, which counts
// trials, and those of the growth of exp, which count the expected successes
// (events) or failures at the mode.
func (l *likelihood) step() float64 {
	h := l.stepFor(l.expected+2, math.Pi/2)
	if l.s.family != Poisson {
		h = max(h, l.stepFor(l.size, math.Pi))
	}
	if l.s.family == Binomial {
		h = max(h, l.stepFor(l.size-l.expected+2, math.Pi/2))
	}
	return h
}

// stepFor returns the step that one bound allows for a size, which it rounds up
// by at most a quarter so that groups share what was computed.
func (l *likelihood) stepFor(size, pole float64) float64 {
	size = math.Float64frombits((math.Float64bits(size)>>50 + 1) << 50)
	for _, s := range l.steps[:l.known] {
		if s.size == size && s.pole == pole {
			return s.step
		}
	}
	h := trapezoidStep(l.sigma, size, pole)
	if l.known < len(l.steps) {
		l.steps[l.known] = knownStep{size, pole, h}
		l.known++
	}
	return h
}

// knownStep is a step that was computed for the present sigma.
type knownStep struct{ size, pole, step float64 }

// trapezoidStep maximizes the step over the shift y*pole of the path of
// integration into the complex plane: size rows grow there no faster than
// cos^-size, and -log cos(y pi/2) <= pi^2/8 y^2/(1-y^2).
func trapezoidStep(sigma, size, pole float64) float64 {
	best := 0.0
	for i := 1; i < 64; i++ {
		y := float64(i) / 64
		v := float64(pole*y) / sigma
		y2 := float64(y * y)
		cost := 34 + 0.5*float64(v*v) + float64(size*1.2337005501361697)*y2/(1-y2)
		best = max(best, float64(2*math.Pi*v)/cost)
	}
	return min(best, 0.75)
}
