package lmm

import (
	"fmt"
	"math"

	"rekindle/stats/design"
)

// intercept fits the random-intercept model.
type intercept struct {
	s      *sums
	search *ratioSearch
}

func newIntercept(p *Plan, m *Model) *intercept {
	s := newSums(p.clusters)
	return &intercept{s: s, search: newRatioSearch(s, p.options.ML)}
}

// fit finds the variance ratio and fills the model's solution there.
func (e *intercept) fit(m *Model) error {
	o := e.search.find()
	e.s.moments(o.ratio, m.mom)
	if o.flat || !m.sol.factor(m.mom.m) {
		return fmt.Errorf("rows of one level of %s are fitted exactly: the residual variance vanishes and the likelihood has no maximum", m.plan.design.Random[0].Name)
	}
	variance := m.sol.rss / e.search.nu
	m.mom.scale(variance, m.plan.n)
	m.sol.solve(m.mom, m.plan.n, m.plan.options.ML)
	m.gamma[0], m.gamma[1] = float64(o.ratio*variance), variance
	m.Components[0].Value, m.Components[1].Value = m.gamma[0], variance
	m.Sigma = math.Sqrt(variance)
	m.Singular = o.boundary
	m.Story = Story{Evaluations: e.search.evaluations, Starts: len(grid), Optima: o.minima, Converged: true}
	s := m.sol
	// d gamma_0 / dx = variance (ratio + 1 / unit), the residual variance being at its maximum
	m.Story.Gradient = math.Abs(s.score[0] * variance * (o.ratio + 1/e.search.unit))
	s.ObservedError, s.ExpectedError = "", ""
	if o.boundary {
		m.boundary = 1
		m.Story.Gradient, m.Story.BoundaryScore = 0, -0.5*o.gradient
		m.Notes = append(m.Notes, design.Note{Name: NoteSingular, Text: singularText(m.plan.design.Random[0].Name)})
		clear(s.Observed)
		if s.Observed[3] = 1 / s.observed[3]; !(s.observed[3] > 0) {
			s.ObservedError = notInvertible
		}
	} else if !invert2(s.Observed, s.observed) {
		s.ObservedError = notInvertible
	}
	if !invert2(s.Expected, s.expected) {
		s.ExpectedError = notInvertible
	}
	if o.minima > 1 {
		m.Notes = append(m.Notes, design.Note{Name: NoteOtherOptimum, Text: fmt.Sprintf("the likelihood has %d local maxima; the highest is reported", o.minima)})
	}
	return nil
}

const notInvertible = "the information about the variances cannot be inverted: the data do not tell them apart"

func singularText(group string) string {
	return "the variance of " + group + " is estimated at its boundary (zero): once the fixed effects are taken off, rows of one level are no more alike than rows of different levels. The estimates stand; this is the answer of the data, not a failure"
}

// invert2 inverts a positive definite 2 x 2 matrix.
func invert2(dst, a []float64) bool {
	det := float64(a[0]*a[3]) - float64(a[1]*a[2])
	if !(a[0] > 0) || !(a[3] > 0) || !(det > 1e-14*a[0]*a[3]) {
		return false
	}
	dst[0], dst[1], dst[2], dst[3] = a[3]/det, -a[1]/det, -a[2]/det, a[0]/det
	return true
}
