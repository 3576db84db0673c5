package glmm

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"rekindle/stats/arithmetic"
)

// fixed is the model without a random intercept, on the cells' totals: the fit
// at the boundary sigma = 0 and the start of every other.
type fixed struct {
	s     *sample
	theta []float64 // b[, phi]
	value float64
	grad  []float64
	hess  []float64
}

// evaluate computes log-likelihood, gradient and Hessian at theta.
func (f *fixed) evaluate(theta []float64) bool {
	s, p, q := f.s, f.s.p, len(f.grad)
	f.value = s.constant
	clear(f.grad)
	clear(f.hess)
	k, phi := 0.0, 0.0
	if q > p {
		phi, k = theta[p], arithmetic.Exp(theta[p])
		for _, c := range s.counts {
			v, v1, v2 := countConstant(c.y, k)
			f.value += float64(c.weight * v)
			f.grad[p] += float64(c.weight * v1)
			f.hess[q*q-1] += float64(c.weight * v2)
		}
	}
	for c := range s.offset {
		x := s.q[c*p : c*p+p]
		a, n, b := s.cellA[c], s.cellN[c], s.cellN[c]
		nk := float64(n * k)
		if q > p {
			b = a + nk
		}
		z := arithmetic.Dot(x, theta) + s.offset[c] - phi
		k0, k1 := s.family.cumulant(z)
		k2, _, _ := s.family.higher(k1)
		f.value += float64(a*z) - float64(b*k0)
		e1, e2 := a-float64(b*k1), -float64(b*k2)
		arithmetic.AddScaled(f.grad[:p], e1, x)
		for i, xi := range x {
			arithmetic.AddScaled(f.hess[i*q:i*q+i+1], float64(e2*xi), x[:i+1])
		}
		if q > p { // equation (phi)
			f.grad[p] -= e1 + float64(nk*k0)
			arithmetic.AddScaled(f.hess[p*q:p*q+p], -e2-float64(nk*k1), x)
			f.hess[p*q+p] += e2 + float64(nk*(2*k1-k0))
		}
	}
	arithmetic.Symmetrize(f.hess, q)
	return !math.IsNaN(f.value) && !math.IsInf(f.value, 0)
}

// newFixed makes the model and the memory it works in.
func newFixed(s *sample) *fixed {
	q := s.p
	if s.family == NegativeBinomial {
		q++
	}
	return &fixed{s: s, theta: make([]float64, q), grad: make([]float64, q), hess: make([]float64, q*q)}
}

// fitFixed maximizes the likelihood without a random intercept. A direction in
// which it rises for ever is reported as *Separation.
func fitFixed(s *sample) (*fixed, error) {
	f := newFixed(s)
	s.start(f.theta)
	return f, f.climb(nil)
}

// climb maximizes from f.theta by Newton's method with backtracking. Where
// along is given, theta moves only so that along'theta stays what it is.
func (f *fixed) climb(along []float64) error {
	s, q := f.s, len(f.theta)
	if !f.evaluate(f.theta) {
		return errors.New("glmm: the log-likelihood is not finite at the start; are offsets or counts extreme?")
	}
	h, step, next, scratch := make([]float64, q*q), make([]float64, q), make([]float64, q), make([]float64, q)
	l := &likelihood{s: s, z: make([]float64, len(s.offset))}
	for iteration := range 200 {
		l.grad, l.hess = f.grad, f.hess
		ridged := l.newton(h, step, along, scratch)
		decrement := 0.5 * arithmetic.Dot(step, f.grad)
		if most := l.largest(step); !ridged && (most < 1e-9 || decrement < 1e-24*math.Abs(f.value)) && most < 1e-3 {
			return nil
		}
		if along == nil && iteration >= 20 && iteration%5 == 0 {
			if sep := s.separation(step); sep != nil {
				return sep
			}
		}
		if q > s.p && f.theta[s.p] > largestLogK {
			return nil // no overdispersion: the Poisson limit, named by the caller
		}
		f0 := f.value
		for scale := 1.0; ; scale *= 0.5 {
			for i := range next {
				next[i] = f.theta[i] + float64(scale*step[i])
			}
			if f.evaluate(next) && f.value >= f0-float64(1e-12*math.Abs(f0)) {
				copy(f.theta, next)
				break
			}
			if scale < 1e-10 {
				f.evaluate(f.theta)
				return nil
			}
		}
	}
	if sep := s.separation(step); along == nil && sep != nil {
		return sep
	}
	return errors.New("glmm: the model without random intercept did not converge in 200 iterations")
}

// start fills theta with the intercept-only guess: a weighted least squares fit
// of the empirical link values, which one Newton step from there improves.
func (s *sample) start(theta []float64) {
	p := s.p
	h := make([]float64, p*p)
	g := make([]float64, p)
	for c := range s.offset {
		a, n := s.cellA[c], s.cellN[c]
		if n == 0 {
			continue
		}
		var z, w float64
		if s.family == Binomial {
			m := (a + 0.5) / (n + 1)
			z, w = arithmetic.Log(m/(1-m)), float64(n*float64(m*(1-m)))
		} else {
			m := (a + 0.1) / n
			z, w = arithmetic.Log(m), float64(n*m)
		}
		z -= s.offset[c]
		x := s.q[c*p : c*p+p]
		arithmetic.AddOuter(h, w, x)
		arithmetic.AddScaled(g, float64(w*z), x)
	}
	for i := range p {
		h[i*p+i] = float64(h[i*p+i]*1.000001) + 1e-12
	}
	if arithmetic.Cholesky(h, p) {
		arithmetic.Solve(h, p, g)
		copy(theta, g)
	}
	if len(theta) > p {
		theta[p] = 0.5
	}
}

// Separation is the error of a model whose likelihood has no maximum because
// some combination of columns predicts responses without fault: coefficients
// run off to infinity.
type Separation struct {
	Columns  []string  // with a coefficient that has no finite estimate
	Signs    []float64 // +1 or -1: where each of them runs
	Rows     int       // rows predicted without fault
	Complete bool      // all rows are
	Family   Family

	direction []float64 // in the coefficients of the columns
	data      Data
}

// Error names the columns.
func (e *Separation) Error() string {
	kind, remedy := "quasi-complete separation", "merge levels, drop the column, or fit the rest (Separation.Rest)"
	if e.Complete {
		kind, remedy = "complete separation", "there is nothing left to estimate"
	}
	var parts []string
	for i, c := range e.Columns {
		to := "+infinity"
		if e.Signs[i] < 0 {
			to = "-infinity"
		}
		parts = append(parts, c+" to "+to)
	}
	return fmt.Sprintf("glmm: %s: %d rows are predicted without fault, and the coefficient runs off: %s; %s", kind, e.Rows, strings.Join(parts, ", "), remedy)
}

// separation tests whether moving along direction never lowers the likelihood
// of any row and raises some: the certificate of Albert and Anderson (1984).
// Under separation, Newton's steps tend to such a direction.
func (s *sample) separation(direction []float64) *Separation {
	p := s.p
	change := make([]float64, len(s.offset))
	most := 0.0
	for c := range change {
		if s.cellN[c] > 0 {
			change[c] = arithmetic.Dot(s.q[c*p:c*p+p], direction)
			most = max(most, math.Abs(change[c]))
		}
	}
	if !(most > 1e-3) {
		return nil
	}
	tol := 1e-6 * most
	sep := &Separation{Complete: true, Family: s.family}
	for c, v := range change {
		a, n := s.cellA[c], s.cellN[c]
		if n == 0 {
			continue
		}
		none := a == 0
		all := s.family == Binomial && a == n
		if v > tol && !all || v < -tol && !none {
			return nil
		}
		if math.Abs(v) > tol {
			sep.Rows += int(n)
		} else {
			sep.Complete = false
		}
	}
	beta := append([]float64(nil), direction[:p]...)
	s.toBeta(beta)
	sep.direction = append([]float64(nil), beta...)
	top := 0.0
	for j, v := range beta {
		beta[j] = v * s.spread(j)
		top = max(top, math.Abs(beta[j]))
	}
	for j, v := range beta {
		if math.Abs(v) > 1e-5*top {
			sep.Columns = append(sep.Columns, s.name(j))
			sep.Signs = append(sep.Signs, math.Copysign(1, v))
		}
	}
	return sep
}

// spread returns the root mean square of column j, its natural unit.
func (s *sample) spread(j int) float64 {
	sum := 0.0
	for i := range j + 1 {
		sum += float64(s.r[i*s.p+j] * s.r[i*s.p+j])
	}
	return math.Sqrt(sum)
}
