package lmm

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
)

// general fits a model with any random terms and residual groups.
type general struct {
	x *mixture
	s *search
}

func newGeneral(p *Plan, m *Model) *general {
	x := newMixture(p.layout)
	return &general{x: x, s: newSearch(x, p.options.ML, false, m.mom, m.sol)}
}

// starts are the standard deviations of all effects relative to the residual from which the search begins; more than the
// first only where an evaluation is cheap.
var starts = []float64{1, 0.1, 4}

// manyEffects is the sum over components of effects cubed above which one start must do.
const manyEffects = 2e6

// tiny is the variance of a standardized effect over the residual variance below which it is tried at exactly zero.
const tiny = 1e-9

// fit searches from every start, keeps the best, puts variances that crept to zero on the boundary, and checks there that
// none wants to leave.
func (e *general) fit(m *Model) error {
	s := e.s
	s.evaluations, s.derivatives = 0, 0
	best, bestF := []float64(nil), math.Inf(1)
	var ends []float64
	n := 1
	if e.cost() < manyEffects && len(e.x.terms) > 0 {
		n = len(starts)
	}
	converged := false
	decrement := 0.0
	wild := -1
	for _, start := range starts[:n] {
		e.begin(start)
		d, ok := s.newton()
		if i := s.runaway(); i >= 0 {
			wild = i
			continue
		}
		if math.IsInf(s.f, 1) || math.IsNaN(s.f) || math.IsInf(d, 1) {
			continue
		}
		ends = append(ends, s.f)
		if s.f < bestF-1e-9 || best == nil {
			best, bestF, converged, decrement = append(best[:0], s.psi...), s.f, ok, d
		}
	}
	switch {
	case best == nil && wild >= 0:
		return fmt.Errorf("the likelihood has no maximum: %s", e.unbounded(m, wild))
	case best == nil:
		return errors.New("the likelihood cannot be evaluated at any starting point")
	case wild >= 0:
		m.Notes = append(m.Notes, design.Note{Name: NoteResidualZero, Text: "a local maximum is reported; elsewhere the likelihood has no bound: " + e.unbounded(m, wild)})
	}
	copy(s.psi, best)
	if d, ok, moved := e.toBoundary(); moved {
		decrement, converged = d, ok
	}
	if !s.derive() {
		return errors.New("the likelihood cannot be evaluated at its optimum")
	}
	e.report(m, ends, decrement, converged)
	return nil
}

// unbounded says what runs away.
func (e *general) unbounded(m *Model, i int) string {
	if terms := e.x.k - e.x.groups; i >= terms {
		names := m.plan.design.Residual
		return fmt.Sprintf("the residual variance of %s %s vanishes against that of %s, or the other way round: one of them is fitted exactly", names.Name, names.Levels[i-terms+1], names.Levels[0])
	}
	return fmt.Sprintf("the residual variance vanishes against %s: the random effects fit the rows exactly", m.Components[i].Name)
}

// cost is the sum over components of effects cubed.
func (e *general) cost() float64 {
	c := 0.0
	for _, x := range e.x.components {
		c += float64(x.q) * float64(x.q) * float64(x.q)
	}
	return c
}

// begin sets a start: every effect with the given standard deviation, no correlation; residual groups by the squares of the
// ordinary least squares residuals.
func (e *general) begin(sd float64) {
	s, x := e.s, e.x
	clear(s.psi)
	for i := range s.free {
		s.free[i] = true
	}
	for _, t := range x.terms {
		t.pairs(func(place, a, b int) {
			if a == b {
				s.psi[place] = sd
			}
		})
	}
	squares := func(g int) float64 { return x.ee[g][x.a*x.a-1] / x.size[g] }
	for g := 1; g < x.groups; g++ {
		if r := squares(g) / squares(0); r > 0 && !math.IsInf(r, 1) {
			s.psi[x.k-x.groups+g-1] = arithmetic.Log(r)
		}
	}
}

// toBoundary replaces the covariance of every term that is singular up to rounding by one of lower rank and searches again
// there; then it makes sure by the score that the likelihood does not rise into the interior.
func (e *general) toBoundary() (decrement float64, ok, moved bool) {
	s, x := e.s, e.x
	before, f := append([]float64(nil), s.psi...), s.value(s.psi)
	for i, t := range x.terms {
		k := t.effect
		d := make([]float64, k*k)
		for a := range k {
			for b := range k {
				d[a*k+b] = arithmetic.Dot(x.lambda[i][a*k:a*k+k], x.lambda[i][b*k:b*k+k])
			}
		}
		values, vectors := arithmetic.Eigen(d, k)
		if values[0] > tiny {
			continue
		}
		moved = true
		clear(d)
		for j, v := range values {
			if v <= tiny {
				continue
			}
			for a := range k {
				for b := range k {
					d[a*k+b] += float64(v * float64(vectors[a*k+j]*vectors[b*k+j]))
				}
			}
		}
		semi(d, k)
		t.pairs(func(place, a, b int) {
			s.psi[place] = d[a*k+b]
			s.free[place] = d[b*k+b] != 0
		})
	}
	if !moved {
		return 0, true, false
	}
	decrement, ok = s.newton()
	if !(s.f <= f+1e-7) { // the boundary is not the optimum after all
		copy(s.psi, before)
		for i := range s.free {
			s.free[i] = true
		}
		return 0, false, false
	}
	return decrement, ok, true
}

// semi is the Cholesky factor of a positive semidefinite k x k matrix, in place; columns without pivot are zero.
func semi(d []float64, k int) {
	top := 0.0
	for i := range k {
		top = math.Max(top, d[i*k+i])
	}
	for j := range k {
		v := d[j*k+j]
		for c := range j {
			v -= float64(d[j*k+c] * d[j*k+c])
		}
		if v <= 1e-12*top || v <= 0 {
			for i := j; i < k; i++ {
				d[i*k+j] = 0
			}
			continue
		}
		d[j*k+j] = math.Sqrt(v)
		for i := j + 1; i < k; i++ {
			v := d[i*k+j]
			for c := range j {
				v -= float64(d[i*k+c] * d[j*k+c])
			}
			d[i*k+j] = v / d[j*k+j]
		}
	}
}

// boundaryScore is the largest eigenvalue of the score as a matrix on the null space of each singular covariance: with at most
// 0 everywhere the point satisfies the conditions of a maximum over covariance matrices (G14). It is in units of the residual variance.
func (e *general) boundaryScore(variance float64) (score float64, terms []int) {
	score = math.Inf(-1)
	for i, t := range e.x.terms {
		k := t.effect
		d, g := make([]float64, k*k), make([]float64, k*k)
		t.pairs(func(place, a, b int) {
			v := float64(variance * e.s.sol.score[place])
			if a != b {
				v /= 2
			}
			d[a*k+b], d[b*k+a] = e.s.rel[place], e.s.rel[place]
			g[a*k+b], g[b*k+a] = v, v
		})
		values, vectors := arithmetic.Eigen(d, k)
		null := 0
		for null < k && values[null] <= 1e-10*math.Max(values[k-1], 1e-6) {
			null++
		}
		if null == 0 {
			continue
		}
		terms = append(terms, i)
		inside := make([]float64, null*null)
		for a := range null {
			for b := range null {
				for r := range k {
					for c := range k {
						inside[a*null+b] += float64(vectors[r*k+a] * float64(g[r*k+c]*vectors[c*k+b]))
					}
				}
			}
		}
		v, _ := arithmetic.Eigen(inside, null)
		score = math.Max(score, v[null-1])
	}
	return score, terms
}

// report fills the model from the search's last derivatives.
func (e *general) report(m *Model, ends []float64, decrement float64, converged bool) {
	s, x := e.s, e.x
	copy(m.gamma, s.gamma)
	terms := x.k - x.groups
	variance := s.gamma[terms]
	m.Sigma = math.Sqrt(variance)
	for i := range x.terms {
		e.original(i, m)
	}
	for g := range x.groups {
		m.Components[terms+g].Value = s.gamma[terms+g]
	}
	optima := 1
	for i, f := range ends {
		fresh := true
		for _, g := range ends[:i] {
			fresh = fresh && math.Abs(f-g) > 1e-6*(1+math.Abs(g))
		}
		if fresh && i > 0 {
			optima++
		}
	}
	gradient := 0.0
	for i, g := range s.gradient {
		if s.free[i] {
			gradient = math.Max(gradient, math.Abs(g))
		}
	}
	m.Story = Story{Evaluations: s.evaluations + s.derivatives, Derivatives: s.derivatives, Starts: len(ends), Optima: optima, Gradient: gradient, Converged: converged}
	score, zero := e.boundaryScore(variance)
	if len(zero) > 0 {
		m.Singular = true
		m.Story.BoundaryScore = score
		for _, i := range zero {
			m.Notes = append(m.Notes, design.Note{Name: NoteSingular, Text: e.singular(m, x.terms[i])})
		}
		m.Story.Converged = converged && score <= 1e-6
	}
	if !m.Story.Converged {
		m.Notes = append(m.Notes, design.Note{Name: NoteNotConverged, Text: fmt.Sprintf("the search ended before its criterion was met; a further step could gain about %.2g in log-likelihood", decrement/2)})
	}
	if optima > 1 {
		m.Notes = append(m.Notes, design.Note{Name: NoteOtherOptimum, Text: fmt.Sprintf("different starts ended in %d local maxima; the highest is reported", optima)})
	}
	e.information(m)
}

// original takes the covariance of term i from orthonormal columns to those of the design, by its factor: triangle^-1 L, so that
// rounding never makes a variance negative.
func (e *general) original(i int, m *Model) {
	t := e.x.terms[i]
	k := t.effect
	l := make([]float64, k*k)
	for j, v := range e.x.lambda[i] {
		l[j] = float64(m.Sigma * v)
	}
	solveColumns(t.r, k, l)
	t.pairs(func(place, a, b int) {
		m.Components[place].Value = arithmetic.Dot(l[a*k:(a+1)*k], l[b*k:(b+1)*k])
	})
}

// singular says in words what is degenerate about a term.
func (e *general) singular(m *Model, t *term) string {
	r := t.random
	var zero []string
	t.pairs(func(place, a, b int) {
		if a == b && m.Components[place].Value == 0 {
			zero = append(zero, r.Names[a])
		}
	})
	switch {
	case len(zero) == t.effect && t.effect == 1 && r.Z == nil:
		return singularText(r.Name)
	case len(zero) > 0:
		return fmt.Sprintf("the variance of %s by %s is estimated at zero: the levels do not differ more in it than the residual variance explains. The estimates stand", strings.Join(zero, ", "), r.Name)
	}
	return fmt.Sprintf("the random effects %s of %s are estimated as perfectly correlated: the data support fewer of them. The estimates stand", strings.Join(r.Names, ", "), r.Name)
}

// information fills the covariances of the variance parameters: observed, through the free parameters of the search (so that
// it exists on the boundary too), and expected, over all parameters, (G13).
func (e *general) information(m *Model) {
	s, k := e.s, e.x.k
	sol := m.sol
	sol.ObservedError, sol.ExpectedError = "", ""
	var at []int
	for i, f := range s.free {
		if f {
			at = append(at, i)
		}
	}
	at = append(at, s.m)
	n := len(at)
	m.boundary = k - n
	h := make([]float64, n*n)
	for i, a := range at {
		for j, b := range at {
			h[i*n+j] = s.joint[a*k+b]
		}
	}
	clear(sol.Observed)
	if inv, ok := invertScaled(h, n); ok {
		for i := range k {
			for j := range k {
				v := 0.0
				for a, pa := range at {
					for b, pb := range at {
						v += float64(s.jac[i*k+pa] * float64(inv[a*n+b]*s.jac[j*k+pb]))
					}
				}
				sol.Observed[i*k+j] = v
			}
		}
	} else {
		sol.ObservedError = notInvertible
	}
	if inv, ok := invertScaled(sol.expected, k); ok {
		copy(sol.Expected, inv)
	} else {
		sol.ExpectedError = notInvertible
	}
	if sol.ObservedError != "" || sol.ExpectedError != "" {
		m.Notes = append(m.Notes, design.Note{Name: NoteInformation, Text: notInvertible + "; degrees of freedom that need it are not available"})
	}
}

// invertScaled inverts a positive definite matrix after bringing its diagonal to 1. False if it is singular up to rounding.
func invertScaled(a []float64, n int) ([]float64, bool) {
	l, scale := make([]float64, n*n), make([]float64, n)
	for i := range n {
		if !(a[i*n+i] > 0) {
			return nil, false
		}
		scale[i] = 1 / math.Sqrt(a[i*n+i])
	}
	for i := range n {
		for j := range n {
			l[i*n+j] = a[i*n+j] * scale[i] * scale[j]
		}
	}
	if !arithmetic.Cholesky(l, n) {
		return nil, false
	}
	for i := range n {
		if l[i*n+i] < 1e-7 {
			return nil, false
		}
	}
	inv := make([]float64, n*n)
	arithmetic.Invert(inv, l, n)
	for i := range n {
		for j := range n {
			inv[i*n+j] *= scale[i] * scale[j]
		}
	}
	return inv, true
}
