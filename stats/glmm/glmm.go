// Package glmm fits generalized linear mixed models with one random intercept:
// logistic models for yes/no outcomes and for successes out of trials, Poisson
// and negative binomial models for counts.
//
// It serves the outcomes of the paper that are proportions (burnout above its
// cut-off, responders against a minimal important difference), beside the
// linear models of its scores. It reports what a reader of a trial asks for,
// population-averaged proportions, risk differences and their intervals, and
// not only log odds ratios given a participant's intercept.
//
// The likelihood is an integral over the intercept. By default it is computed
// to full accuracy (Full); Laplace's approximation (one node) and adaptive
// Gauss-Hermite quadrature with any number of nodes are there for comparison
// with other programs, each maximized exactly: gradient and Hessian are those
// of the approximation itself, in closed form (docs/derivations/aghq.md).
//
// It is not a formula language (see package design), and it does not fit random
// slopes or several grouping factors.
package glmm

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Data is what a model is fitted to. Rows with a missing value must have been
// left out.
type Data struct {
	X       *mat.Dense // n x p model matrix, intercept included, full column rank
	Y       []float64  // n responses: 0/1, successes out of Trials, or counts
	Trials  []float64  // n numbers of trials (binomial); nil: one each
	Group   []int      // n labels of the group (participant) of each row
	Offset  []float64  // n numbers added to the linear predictor; nil: none
	Weights []float64  // n frequency weights >= 0; nil: one each
	Names   []string   // p column names for messages; nil: numbered
}

// name returns how messages call column j.
func (d Data) name(j int) string {
	if j < len(d.Names) {
		return d.Names[j]
	}
	return fmt.Sprintf("%d", j+1)
}

// check returns the dimensions or what is wrong.
func (d Data) check(family Family) (n, p int, err error) {
	if d.X == nil {
		return 0, 0, errors.New("glmm: no design matrix")
	}
	n, p = d.X.Dims()
	for _, v := range []struct {
		what string
		got  int
		need bool
	}{{"responses", len(d.Y), true}, {"group labels", len(d.Group), true}, {"trials", len(d.Trials), d.Trials != nil}, {"offsets", len(d.Offset), d.Offset != nil}, {"weights", len(d.Weights), d.Weights != nil}} {
		if v.need && v.got != n {
			return 0, 0, fmt.Errorf("glmm: %d %s for %d rows of the design", v.got, v.what, n)
		}
	}
	if n <= p {
		return 0, 0, fmt.Errorf("glmm: %d rows cannot carry %d coefficients and a random intercept", n, p)
	}
	if family < Binomial || family > NegativeBinomial {
		return 0, 0, fmt.Errorf("glmm: unknown family %v", family)
	}
	if !slices.ContainsFunc(d.Group, func(g int) bool { return g != d.Group[0] }) {
		return 0, 0, errors.New("glmm: all rows are of one group: a random intercept needs at least two")
	}
	if d.Trials != nil && family != Binomial {
		return 0, 0, fmt.Errorf("glmm: numbers of trials belong to the binomial family, not to %v", family)
	}
	for i := range n {
		for j := range p {
			if v := d.X.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return 0, 0, fmt.Errorf("glmm: row %d, column %s of the design is %v", i+1, d.name(j), v)
			}
		}
		if d.Offset != nil && (math.IsNaN(d.Offset[i]) || math.IsInf(d.Offset[i], 0)) {
			return 0, 0, fmt.Errorf("glmm: row %d: offset is %v", i+1, d.Offset[i])
		}
		if d.Weights != nil && !(d.Weights[i] >= 0 && d.Weights[i] < math.MaxFloat64) {
			return 0, 0, fmt.Errorf("glmm: row %d: weight is %v, must be 0 or more", i+1, d.Weights[i])
		}
		y, limit := d.Y[i], math.MaxFloat64
		if family == Binomial {
			limit = 1
			if d.Trials != nil {
				limit = d.Trials[i]
				if !(limit >= 1 && limit < 1e15 && limit == math.Trunc(limit)) {
					return 0, 0, fmt.Errorf("glmm: row %d: number of trials is %v, must be a whole number of at least 1", i+1, limit)
				}
			}
		}
		if !(y >= 0 && y <= limit && y == math.Trunc(y)) {
			if family == Binomial {
				return 0, 0, fmt.Errorf("glmm: row %d: response is %v, must be a whole number from 0 to %v", i+1, y, limit)
			}
			return 0, 0, fmt.Errorf("glmm: row %d: count is %v, must be a whole number of at least 0", i+1, y)
		}
	}
	return n, p, nil
}
