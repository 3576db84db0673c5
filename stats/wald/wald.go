// Package wald draws inference on linear combinations of fixed effects from a Gaussian model whose covariance is
// linear in its variance parameters, V = sum of g_i G_i: mixed models and MMRM alike. It has the degrees of
// freedom of Satterthwaite and of Kenward and Roger, for one combination and for several jointly.
//
// It serves every interval and P value of the paper's Table 3. It does not fit: a fit hands over the matrices
// that docs/derivations/satterthwaite.md and kenward-roger.md name.
package wald

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"rekindle/stats/arithmetic"
)

// Method says which standard error and which degrees of freedom are used.
type Method string

const (
	// Satterthwaite: degrees of freedom from the observed information (lmerTest; SAS DDFM=SATTERTH).
	Satterthwaite Method = "satterthwaite"
	// KenwardRoger: adjusted covariance and degrees of freedom with the expected information, components at zero kept (pbkrtest).
	KenwardRoger Method = "kr"
	// KenwardRogerObserved: the same with the observed information, components at zero dropped (SAS DDFM=KR; mmrm's "Kenward-Roger-Linear").
	KenwardRogerObserved Method = "kr_observed"
	// Containment: SAS's default with a RANDOM statement, from ranks of the design.
	Containment Method = "containment"
	// Residual: n minus the rank of X.
	Residual Method = "residual"
	// Z: the normal distribution, infinite degrees of freedom.
	Z Method = "z"
)

// Methods are all methods by name.
var Methods = []Method{Satterthwaite, KenwardRoger, KenwardRogerObserved, Containment, Residual, Z}

// ParseMethod finds a method by its name.
func ParseMethod(name string) (Method, error) {
	for _, m := range Methods {
		if string(m) == name {
			return m, nil
		}
	}
	return "", fmt.Errorf("degrees of freedom %q are unknown; there are %q", name, Methods)
}

// Adjusted says whether the method replaces the covariance of the estimates by Kenward and Roger's.
func (m Method) Adjusted() bool { return m == KenwardRoger || m == KenwardRogerObserved }

// Structure is what a fit knows about its fixed effects. Matrices are row-major, both triangles filled.
type Structure struct {
	P, K int
	Beta []float64   // P
	C    []float64   // P x P: (X'V^-1 X)^-1, the covariance of Beta
	H    [][]float64 // K matrices P x P: H_i = X'V^-1 G_i V^-1 X, so that dC/dg_i = C H_i C
	Q    [][]float64 // K(K+1)/2 matrices P x P at Pair(i, j), i >= j: X'V^-1 G_i V^-1 G_j V^-1 X
	// Observed and Expected are K x K: the covariance of the variance parameters as the inverse of their observed and expected
	// information. A parameter on the boundary has zeros in Observed.
	Observed, Expected []float64
	// ObservedError and ExpectedError say why the inverse does not exist, AdjustedError why Kenward and Roger's covariance does not; "" = it does.
	ObservedError, ExpectedError, AdjustedError string
	// DF gives the degrees of freedom of methods that do not depend on the variance parameters (Containment, Residual).
	DF func(m Method, l []float64) (float64, error)

	mu       sync.Mutex
	adjusted [2][]float64 // Kenward and Roger's covariance: expected, observed
	ready    [2]bool
	work     []float64
}

// Pair is the place of matrix (i, j) in Q.
func Pair(i, j int) int {
	if i < j {
		i, j = j, i
	}
	return i*(i+1)/2 + j
}

// Reset forgets what was derived from the fields; a fit calls it after writing new ones.
func (s *Structure) Reset() { s.ready = [2]bool{} }

// Estimate is a linear combination of the fixed effects with its inference.
type Estimate struct {
	Method       Method
	Value, SE    float64
	DF           float64 // +Inf for Z
	T            float64 // Value / SE
	P            float64 // two-sided
	Lower, Upper float64 // at Level
	Level        float64
	Note         string // why figures are missing (NaN); "" = all there
}

// Estimate computes l'Beta with a two-sided interval at the level (0.95), equations (S1) to (S4) and (KR1) to (KR4).
// What cannot be computed is NaN and said in Note.
func (s *Structure) Estimate(l []float64, m Method, level float64) Estimate {
	nan := math.NaN()
	e := Estimate{Method: m, Value: nan, SE: nan, DF: nan, T: nan, P: nan, Lower: nan, Upper: nan, Level: level}
	switch {
	case len(l) != s.P:
		e.Note = fmt.Sprintf("the combination has %d numbers, the model has %d coefficients", len(l), s.P)
		return e
	case !(level > 0 && level < 1):
		e.Note = fmt.Sprintf("the level must lie between 0 and 1, not %v", level)
		return e
	}
	e.Value = arithmetic.Dot(l, s.Beta)
	variance := arithmetic.QuadraticForm(s.C, s.P, l)
	if !(variance > 0) {
		e.Note = "the combination has no variance"
		return e
	}
	df, note := s.df(l, m, variance)
	if note != "" {
		e.Note = note
		return e
	}
	if m.Adjusted() {
		if variance = arithmetic.QuadraticForm(s.covariance(m), s.P, l); !(variance > 0) {
			e.Note = "the adjusted variance of this combination is not positive: there is too little data for the adjustment"
			return e
		}
	}
	e.SE, e.DF = math.Sqrt(variance), df
	e.T = e.Value / e.SE
	e.P = twoSided(e.T, df)
	half := float64(critical(level, df) * e.SE)
	e.Lower, e.Upper = e.Value-half, e.Value+half
	return e
}

// df gives the degrees of freedom of one combination, or why there are none.
func (s *Structure) df(l []float64, m Method, variance float64) (float64, string) {
	switch m {
	case Z:
		return math.Inf(1), ""
	case Containment, Residual:
		df, err := s.DF(m, slices.Clone(l)) // the copy keeps l off the heap in the other cases
		if err != nil {
			return 0, err.Error()
		}
		return df, ""
	}
	w, note := s.information(m)
	if note != "" {
		return 0, note
	}
	var store [40]float64
	buf := store[:]
	if need := s.P + s.K; need > len(buf) {
		buf = make([]float64, need)
	}
	cl, g := buf[:s.P], buf[s.P:s.P+s.K]
	for i := range cl {
		cl[i] = arithmetic.Dot(s.C[i*s.P:(i+1)*s.P], l)
	}
	for i := range g {
		g[i] = arithmetic.QuadraticForm(s.H[i], s.P, cl)
	}
	spread := arithmetic.QuadraticForm(w, s.K, g)
	if !(spread > 0) {
		return 0, "the variance of this combination has no estimated uncertainty, so there are no degrees of freedom"
	}
	return 2 * variance * variance / spread, ""
}

// information gives the covariance of the variance parameters a method uses.
func (s *Structure) information(m Method) (w []float64, note string) {
	if m.Adjusted() && s.AdjustedError != "" {
		return nil, s.AdjustedError
	}
	switch m {
	case KenwardRoger:
		return s.Expected, s.ExpectedError
	case Satterthwaite, KenwardRogerObserved:
		return s.Observed, s.ObservedError
	}
	return nil, fmt.Sprintf("degrees of freedom %q are unknown; there are %q", m, Methods)
}

// Covariance gives the covariance matrix of the fixed effects under a method: C, or Kenward and Roger's.
func (s *Structure) Covariance(m Method) ([]float64, error) {
	if !m.Adjusted() {
		return s.C, nil
	}
	if _, note := s.information(m); note != "" {
		return nil, fmt.Errorf("no Kenward-Roger covariance: %s", note)
	}
	return s.covariance(m), nil
}

// covariance is C + 2 C [ sum_ij W_ij (Q_ij - H_i C H_j) ] C, equation (KR2); the part of Kenward and Roger's formula with
// second derivatives of V is 0 because V is linear in the parameters.
func (s *Structure) covariance(m Method) []float64 {
	which := 0
	if m == KenwardRogerObserved {
		which = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready[which] {
		return s.adjusted[which]
	}
	w, _ := s.information(m)
	p, pp := s.P, s.P*s.P
	if len(s.work) < 3*pp {
		s.work = make([]float64, 3*pp)
	}
	if len(s.adjusted[which]) != pp {
		s.adjusted[which] = make([]float64, pp)
	}
	sum, ch, product := s.work[:pp], s.work[pp:2*pp], s.work[2*pp:3*pp]
	clear(sum)
	for i := range s.K {
		arithmetic.Multiply(ch, s.C, s.H[i], p, p, p)
		for j := range i + 1 {
			f := w[i*s.K+j]
			if f == 0 {
				continue
			}
			if i == j {
				f /= 2 // the pair is added with its transpose below
			}
			arithmetic.Multiply(product, s.H[j], ch, p, p, p) // H_j C H_i
			q := s.Q[Pair(i, j)]
			for a := range p {
				for b := range p {
					sum[a*p+b] += float64(f * (q[a*p+b] + q[b*p+a] - product[a*p+b] - product[b*p+a]))
				}
			}
		}
	}
	arithmetic.Multiply(product, s.C, sum, p, p, p)
	out := s.adjusted[which]
	arithmetic.Multiply(out, product, s.C, p, p, p)
	for a := range p {
		for b := range a + 1 {
			v := s.C[a*p+b] + (out[a*p+b] + out[b*p+a])
			out[a*p+b], out[b*p+a] = v, v
		}
	}
	s.ready[which] = true
	return out
}
