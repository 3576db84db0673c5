package lmm

import (
	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// moments are the quantities of a covariance V = sum g_i G_i from which likelihood, score, both informations and the
// Kenward-Roger matrices follow (docs/derivations/reml.md, equations (M1) to (M6)). The response stands as an
// additional column: A = [X r], a = p + 1 columns. Matrices are row-major a x a, both triangles filled.
type moments struct {
	k, a   int
	logDet float64     // log|V|
	m      []float64   // A'V^-1 A
	f      [][]float64 // A'V^-1 G_i V^-1 A
	ff     [][]float64 // A'V^-1 G_i V^-1 G_j V^-1 A at wald.Pair(i, j), i >= j
	t      []float64   // tr(V^-1 G_i)
	tt     []float64   // tr(V^-1 G_i V^-1 G_j) at wald.Pair(i, j)
}

func newMoments(k, a int) *moments {
	pairs := k * (k + 1) / 2
	store := make([]float64, a*a*(1+k+pairs)+k+pairs)
	next := func(n int) []float64 {
		out := store[:n:n]
		store = store[n:]
		return out
	}
	m := &moments{k: k, a: a, m: next(a * a), t: next(k), tt: next(pairs)}
	matrices := make([][]float64, k+pairs)
	for i := range matrices {
		matrices[i] = next(a * a)
	}
	m.f, m.ff = matrices[:k:k], matrices[k:]
	return m
}

// scale turns the moments at V into those at s V (the parameters all times s).
func (m *moments) scale(s float64, n int) {
	m.logDet += float64(float64(n) * arithmetic.Log(s))
	s1 := 1 / s
	s2 := s1 * s1
	s3 := s2 * s1
	times := func(x []float64, f float64) {
		for i := range x {
			x[i] *= f
		}
	}
	times(m.m, s1)
	for _, f := range m.f {
		times(f, s2)
	}
	for _, f := range m.ff {
		times(f, s3)
	}
	times(m.t, s1)
	times(m.tt, s2)
}

// solution is what one set of variance parameters gives: estimates of the fixed effects and the (restricted)
// likelihood with its derivatives in the variance parameters g.
type solution struct {
	wald.Structure           // Beta, C, H, Q in the coordinates of the plan's orthonormal columns; the informations are filled by the fit
	logLik         float64   // without the constant of the plan's change of coordinates
	rss            float64   // r'V^-1 r
	logDetX        float64   // log|X'V^-1 X|
	score          []float64 // d loglik / d g_i, (M4)
	observed       []float64 // K x K: minus the second derivatives, (M5)
	expected       []float64 // K x K: their expectation, (M6)

	a    int
	l    []float64   // Cholesky factor of A'V^-1 A
	v    []float64   // (-beta, 1), so that A v = r - X beta
	h    [][]float64 // X'V^-1 G_i V^-1 (r - X beta)
	ch   [][]float64 // C H_i
	work []float64
}

func newSolution(k, p int) *solution {
	a, pairs := p+1, k*(k+1)/2
	s := &solution{a: a}
	s.P, s.K = p, k
	room := a*a + 2*a + k + 2*k*k + p + p*p + k*(2*p*p+p) + pairs*p*p + 2*k*k
	store := make([]float64, room)
	next := func(n int) []float64 {
		out := store[:n:n]
		store = store[n:]
		return out
	}
	s.l, s.v, s.work = next(a*a), next(a), next(a)
	s.score, s.observed, s.expected = next(k), next(k*k), next(k*k)
	s.Beta, s.C = next(p), next(p*p)
	s.Observed, s.Expected = next(k*k), next(k*k)
	matrices := make([][]float64, 3*k+pairs)
	s.H, s.h, s.ch, s.Q = matrices[:k:k], matrices[k:2*k:2*k], matrices[2*k:3*k:3*k], matrices[3*k:]
	for i := range k {
		s.H[i], s.h[i], s.ch[i] = next(p*p), next(p), next(p*p)
	}
	for i := range s.Q {
		s.Q[i] = next(p * p)
	}
	return s
}

// factor takes the Cholesky factor of A'V^-1 A: its corner block is that of X'V^-1 X, its last row gives beta and
// the residual sum of squares. False if the matrix is not positive definite: then the response is fitted exactly.
func (s *solution) factor(m []float64) bool {
	copy(s.l, m)
	if !arithmetic.Cholesky(s.l, s.a) {
		return false
	}
	p := s.P
	last := s.l[p*s.a+p]
	s.rss = float64(last * last)
	s.logDetX = 0
	for i := range p {
		s.logDetX += 2 * arithmetic.Log(s.l[i*s.a+i])
	}
	copy(s.Beta, s.l[p*s.a:p*s.a+p])
	for i := p - 1; i >= 0; i-- { // L' beta = last row
		x := s.Beta[i]
		for k := i + 1; k < p; k++ {
			x -= float64(s.l[k*s.a+i] * s.Beta[k])
		}
		s.Beta[i] = x / s.l[i*s.a+i]
	}
	for i, b := range s.Beta {
		s.v[i] = -b
	}
	s.v[p] = 1
	return true
}

// solve fills everything from the moments at V for n rows. False if A'V^-1 A is not positive definite.
func (s *solution) solve(m *moments, n int, ml bool) bool {
	if !s.factor(m.m) {
		return false
	}
	s.logLik = -0.5 * (float64(float64(n)*log2Pi) + m.logDet + s.rss)
	if !ml {
		s.logLik += 0.5 * (float64(float64(s.P)*log2Pi) - s.logDetX)
	}
	s.invert()
	a, p := s.a, s.P
	for i, f := range m.f {
		for r := range p {
			copy(s.H[i][r*p:(r+1)*p], f[r*a:r*a+p])
			s.h[i][r] = arithmetic.Dot(s.v, f[r*a:(r+1)*a])
		}
		arithmetic.Multiply(s.ch[i], s.C, s.H[i], p, p, p)
		trace := m.t[i]
		if !ml {
			trace -= sumDiagonal(s.ch[i], p)
		}
		s.score[i] = -0.5 * (trace - arithmetic.QuadraticForm(f, a, s.v)) // (M4)
	}
	for i := range m.k {
		for j := range i + 1 {
			pair := wald.Pair(i, j)
			ff := m.ff[pair]
			for r := range p {
				copy(s.Q[pair][r*p:(r+1)*p], ff[r*a:r*a+p])
			}
			trace := m.tt[pair]
			if !ml {
				for r := range p { // tr(C Q) and tr(C H_i C H_j)
					for c := range p {
						trace += float64(s.ch[i][r*p+c]*s.ch[j][c*p+r]) - float64(2*float64(s.C[r*p+c]*s.Q[pair][c*p+r]))
					}
				}
			}
			quad := arithmetic.QuadraticForm(ff, a, s.v)
			for r := range p {
				s.work[r] = arithmetic.Dot(s.C[r*p:(r+1)*p], s.h[j])
			}
			quad -= arithmetic.Dot(s.h[i], s.work[:p])
			e, o := 0.5*trace, quad-0.5*trace // (M6), (M5)
			s.expected[i*s.K+j], s.expected[j*s.K+i] = e, e
			s.observed[i*s.K+j], s.observed[j*s.K+i] = o, o
		}
	}
	s.Reset()
	return true
}

// invert fills C from the factor.
func (s *solution) invert() {
	p, a := s.P, s.a
	for j := range p { // columns of L^-1, kept in C's lower triangle first
		s.C[j*p+j] = 1 / s.l[j*a+j]
		for i := j + 1; i < p; i++ {
			x := 0.0
			for k := j; k < i; k++ {
				x -= float64(s.l[i*a+k] * s.C[k*p+j])
			}
			s.C[i*p+j] = x / s.l[i*a+i]
		}
	}
	for i := range p {
		for j := range i + 1 {
			x := 0.0
			for k := i; k < p; k++ {
				x += float64(s.C[k*p+i] * s.C[k*p+j])
			}
			s.C[i*p+j] = x
		}
	}
	arithmetic.Symmetrize(s.C, p)
}

func sumDiagonal(x []float64, n int) float64 {
	s := 0.0
	for i := range n {
		s += x[i*n+i]
	}
	return s
}

// log2Pi is log(2 pi).
const log2Pi = 1.83787706640934548356
