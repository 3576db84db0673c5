// Package mmrm fits mixed models for repeated measures: linear models for
// visits of a participant whose covariance is a structured matrix over the
// visits, without random effects. Missing visits need no imputation: the
// likelihood of what was seen is valid when they are missing at random.
//
// It serves the sensitivity analysis of the paper's Table 3 that does not
// assume equal variances before and after coaching, and, with one baseline mean
// for both arms (ConstrainBaseline), constrained longitudinal data analysis.
//
// Restricted and full likelihood are maximized to rounding by Newton's method
// with derivatives in closed form (docs/derivations/mmrm.md), at a cost per
// step that does not depend on the number of participants. Inference is that of
// package wald (Satterthwaite, Kenward-Roger) or robust (sandwich, see Robust).
//
// It is not a formula language (see package design), and has no random effects
// (see package lmm).
package mmrm

import (
	"fmt"
	"math"
	"sync"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/wald"
)

// Options choose the covariance and the likelihood.
type Options struct {
	Structure Structure // "" = Unstructured
	ML        bool      // maximum likelihood instead of restricted maximum likelihood
}

// Convergence is the certificate of an optimum.
type Convergence struct {
	Iterations  int
	Evaluations int
	Decrement   float64 // log-likelihood a further Newton step would gain
	MaxGradient float64 // largest derivative, times the standard error of its parameter
	Definite    bool    // the observed information is positive definite: a maximum
	Starts      int     // points the ascent began from
	Agree       int     // of them, that led to this optimum
}

// NoteNotDefinite names the state of an estimated covariance that is not
// positive definite over all visits (possible where no participant made all).
const NoteNotDefinite = "covariance_not_definite"

// NoteWeak names a maximum whose observed information is not positive definite.
const NoteWeak = "information_not_definite"

// Model is a fitted model. Slices are row-major and must not be changed.
type Model struct {
	Options         Options
	Names           []string // of the columns, may be nil
	Visits          []string
	ByLevels        []string // of the covariance groups; nil: one
	Beta            []float64
	SE              []float64   // square roots of VCov's diagonal
	VCov            []float64   // p x p: (X'V^-1X)^-1
	VisitCovariance [][]float64 // by group, m x m
	Theta           []float64   // covariance parameters, as ThetaNames says
	ThetaNames      []string
	ThetaSE         []float64 // from the observed information; NaN where that is not positive definite
	LogLik          float64   // restricted or full, with all constants
	N               int       // rows
	Subjects        int
	Convergence     Convergence
	Notes           []design.Note

	s     *sample
	l     *likelihood
	wald  *wald.Structure // in the coordinates of the orthonormal columns
	pairs sync.Once       // fills wald.Q
}

// Fit finds the maximum of the likelihood. Errors: bad data, dependent columns,
// visits never made by the same participant, a likelihood that is not bounded
// (visits that determine each other), or an ascent that did not converge.
func Fit(d Data, o Options) (*Model, error) {
	if o.Structure == "" {
		o.Structure = Unstructured
	}
	structure, err := ParseStructure(string(o.Structure))
	if err != nil {
		return nil, err
	}
	o.Structure = structure
	s, err := newSample(d)
	if err != nil {
		return nil, err
	}
	if err := s.identified(structure, d); err != nil {
		return nil, err
	}
	r := &Model{Options: o, Names: d.Names, Visits: d.Visits, N: s.n, Subjects: s.subjects, s: s, l: newLikelihood(s, structure, !o.ML)}
	if d.By != nil {
		r.ByLevels = d.ByLevels
	}
	theta, err := r.search()
	if err != nil {
		return nil, err
	}
	r.fill(theta)
	return r, nil
}

// identified checks that every parameter has participants who tell of it.
func (s *sample) identified(structure Structure, d Data) error {
	for g := range s.groups {
		where := ""
		if s.groups > 1 {
			where = " in group " + d.ByLevels[g]
		}
		lags := make([]float64, s.m)
		pairs := 0.0
		for a := range s.m {
			for b := range a {
				n := s.together[(g*s.m+a)*s.m+b]
				lags[a-b] += n
				pairs += n
				if structure == Unstructured && n == 0 {
					return fmt.Errorf("mmrm: no participant made both visit %s and visit %s%s: their covariance cannot be estimated; choose another structure", d.Visits[b], d.Visits[a], where)
				}
			}
		}
		for lag := 1; lag < s.m; lag++ {
			if structure.shape() == "toep" && lags[lag] == 0 {
				return fmt.Errorf("mmrm: no participant made two visits %d apart%s: their correlation cannot be estimated; choose another structure", lag, where)
			}
		}
		if s.m > 1 && structure.correlations(s.m) > 0 && pairs == 0 {
			return fmt.Errorf("mmrm: no participant made two visits%s: there is no correlation to estimate", where)
		}
	}
	return nil
}

// fill takes the result from the optimum theta.
func (r *Model) fill(theta []float64) {
	s, l, p, k := r.s, r.l, r.s.p, r.l.k
	l.evaluate(theta, true)
	r.LogLik = l.value
	r.Theta = theta
	per := k / s.groups
	for g, sg := range l.sigmas {
		r.VisitCovariance = append(r.VisitCovariance, sg.matrix)
		names := r.Options.Structure.names(r.Visits)
		for i := range per {
			if s.groups > 1 {
				names[i] += " (" + r.ByLevels[g] + ")"
			}
		}
		r.ThetaNames = append(r.ThetaNames, names...)
		if m := append([]float64(nil), sg.matrix...); !arithmetic.Cholesky(m, s.m) {
			r.note(NoteNotDefinite, "the estimated covariance is not positive definite over all visits, since no participant made all of them")
		}
	}
	b := append([]float64(nil), s.base...)
	arithmetic.AddScaled(b, 1, l.beta)
	w := &wald.Structure{P: p, K: k, Beta: b, C: l.c, DF: r.df}
	h := make([]float64, k*k)
	w.Observed, r.Convergence.Definite = inverse(l.observed, k)
	if !r.Convergence.Definite {
		w.ObservedError = "the observed information of the covariance parameters is not positive definite"
		r.note(NoteWeak, "%s", w.ObservedError)
	}
	var ok bool
	if w.Expected, ok = inverse(l.expected, k); !ok {
		w.ExpectedError = "the expected information of the covariance parameters is singular"
	}
	step := append([]float64(nil), l.grad...)
	copy(h, l.observed)
	if arithmetic.Cholesky(h, k) {
		arithmetic.Solve(h, k, step)
		r.Convergence.Decrement = 0.5 * arithmetic.Dot(step, l.grad)
	}
	r.ThetaSE = make([]float64, k)
	for i := range k {
		r.ThetaSE[i] = math.NaN()
		if r.Convergence.Definite {
			r.ThetaSE[i] = math.Sqrt(w.Observed[i*k+i])
			r.Convergence.MaxGradient = max(r.Convergence.MaxGradient, math.Abs(l.grad[i])*r.ThetaSE[i])
		}
	}
	w.H = r.components()
	r.wald = w
	r.Beta = append([]float64(nil), b...)
	arithmetic.SolveUpper(s.r, p, r.Beta)
	r.VCov = r.toColumns(l.c)
	r.SE = make([]float64, p)
	for i := range p {
		r.SE[i] = math.Sqrt(r.VCov[i*p+i])
	}
}

// inverse returns the inverse of a symmetric matrix, or zeros and false.
func inverse(a []float64, n int) ([]float64, bool) {
	h := append([]float64(nil), a...)
	out := make([]float64, n*n)
	if !arithmetic.Cholesky(h, n) {
		return out, false
	}
	arithmetic.Invert(out, h, n)
	return out, true
}

// toColumns turns a covariance in orthonormal coordinates into that of the
// columns' coefficients: R^-1 C R^-T.
func (r *Model) toColumns(c []float64) []float64 {
	p := r.s.p
	v := append([]float64(nil), c...)
	for range 2 { // rows, transposed, rows, transposed
		for i := range p {
			arithmetic.SolveUpper(r.s.r, p, v[i*p:i*p+p])
		}
		for i := range p {
			for j := range i {
				v[i*p+j], v[j*p+i] = v[j*p+i], v[i*p+j]
			}
		}
	}
	for i := range p {
		for j := range i {
			m := 0.5 * (v[i*p+j] + v[j*p+i])
			v[i*p+j], v[j*p+i] = m, m
		}
	}
	return v
}

// toRows turns a combination of the columns' coefficients into one of the
// orthonormal coordinates'.
func (r *Model) toRows(l []float64) []float64 {
	out := append([]float64(nil), l...)
	if len(l) == r.s.p {
		arithmetic.SolveUpperT(r.s.r, r.s.p, out)
	}
	return out
}

func (r *Model) note(name, format string, args ...any) {
	r.Notes = append(r.Notes, design.Note{Name: name, Text: fmt.Sprintf(format, args...)})
}

// df: a model without random effects has SAS's containment degrees of freedom
// equal to the residual ones.
func (r *Model) df(wald.Method, []float64) (float64, error) {
	return float64(r.s.n - r.s.p), nil
}
