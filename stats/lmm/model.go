package lmm

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/wald"
)

// Model is a fit. Reading it from several goroutines is safe; Refit is not.
type Model struct {
	Names      []string    // of the coefficients
	Beta       []float64   // fixed effects
	Components []Component // variances and covariances, in the squared unit of the response
	Sigma      float64     // residual standard deviation (of the first residual group)
	LogLik     float64     // full constant; restricted if REML, without a log|X'X| term (as lme4, nlme, SAS)
	Singular   bool        // a random term's covariance matrix is not of full rank: a variance of 0 or a correlation of 1
	Story      Story
	Notes      []design.Note // of the design, the plan and the fit

	plan     *Plan
	y        []float64
	mom      *moments
	sol      *solution
	one      *intercept // one of the two engines
	many     *general
	gamma    []float64 // variance parameters in the coordinates of the engine
	boundary int       // variance parameters lost on the boundary
}

// Component is a variance or a covariance.
type Component struct {
	Name       string // "id.(Intercept)", "Subject.(Intercept):Days", "residual"
	Group      string // the grouping, or "residual"
	Covariance bool
	Value      float64
}

// Story is how the optimum was found.
type Story struct {
	Evaluations int     // of the likelihood
	Derivatives int     // of its first and second derivatives
	Starts      int     // starting points (general models) or grid points (random intercept)
	Optima      int     // distinct local maxima met
	Gradient    float64 // largest remaining derivative of the log-likelihood, in parameters without unit
	// BoundaryScore is the largest derivative of the log-likelihood (times the residual variance) into the interior from a variance at 0: at most 0
	// certifies that the boundary is the optimum. 0 when nothing is on the boundary.
	BoundaryScore float64
	Converged     bool
}

// NewModel makes the memory for fits of the plan.
func (p *Plan) NewModel() *Model {
	m := &Model{plan: p, Names: p.design.Names, Beta: make([]float64, p.p), Components: slices.Clone(p.components)}
	k := 2
	if p.layout != nil {
		k = p.layout.k
	}
	m.mom, m.sol = newMoments(k, p.p+1), newSolution(k, p.p)
	m.gamma = make([]float64, k)
	m.sol.DF = m.fixedDF
	if p.options.ML {
		m.sol.AdjustedError = "Kenward and Roger's method rests on restricted maximum likelihood; this fit is by maximum likelihood"
	}
	if p.clusters != nil {
		m.one = newIntercept(p, m)
	} else {
		m.many = newGeneral(p, m)
	}
	return m
}

// Refit fits the model to another response of the same length. The slice is kept for residuals until the next Refit.
func (m *Model) Refit(y []float64) error {
	if len(y) != m.plan.n {
		return fmt.Errorf("the response has %d values, the design %d rows", len(y), m.plan.n)
	}
	m.y = y
	var squares float64
	var fitted []float64
	if m.one != nil {
		squares, fitted = m.one.s.take(y), m.one.s.offset
	} else {
		squares, fitted = m.many.x.take(y), m.many.x.fitted
	}
	if err := m.refuse(squares, arithmetic.Dot(fitted, fitted)); err != nil {
		return err
	}
	m.Notes = append(append(m.Notes[:0], m.plan.design.Notes...), m.plan.notes...)
	m.Singular, m.boundary = false, 0
	var err error
	if m.one != nil {
		err = m.one.fit(m)
	} else {
		err = m.many.fit(m)
	}
	if err != nil {
		return err
	}
	m.LogLik = m.sol.logLik + m.plan.constant
	for i, b := range fitted {
		m.sol.Beta[i] += b
	}
	copy(m.Beta, m.sol.Beta)
	arithmetic.SolveUpper(m.plan.triangle, m.plan.p, m.Beta)
	m.sol.Reset()
	return nil
}

// refuse names the responses that have no fit: not finite, constant, or an exact combination of the columns.
func (m *Model) refuse(rest, explained float64) error {
	if math.IsNaN(rest) || math.IsInf(rest, 0) || math.IsInf(explained, 0) {
		for i, v := range m.y {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("the response is %v in row %d of the table", v, m.plan.design.Used[i]+1)
			}
		}
		return errors.New("the response is too large: its squares overflow")
	}
	if rest > 1e-28*explained {
		return nil
	}
	for _, v := range m.y {
		if v != m.y[0] {
			return errors.New("the fixed effects fit the response exactly: no variance is left to estimate")
		}
	}
	return fmt.Errorf("the response is the constant %v: there is nothing to fit", m.y[0])
}

// rotate takes a combination of the coefficients to the plan's orthonormal columns.
func (m *Model) rotate(dst, l []float64) {
	copy(dst, l)
	arithmetic.SolveUpperT(m.plan.triangle, m.plan.p, dst)
}

// Contrast estimates l'beta, l in the order of Names, with a 95% interval.
func (m *Model) Contrast(l []float64, method wald.Method) wald.Estimate {
	return m.ContrastLevel(l, method, 0.95)
}

// ContrastLevel is Contrast with an interval of another level.
func (m *Model) ContrastLevel(l []float64, method wald.Method, level float64) wald.Estimate {
	if len(l) != m.plan.p {
		return m.sol.Estimate(l, method, level) // says what is wrong
	}
	var store [32]float64
	rotated := store[:]
	if m.plan.p > len(store) {
		rotated = make([]float64, m.plan.p)
	}
	rotated = rotated[:m.plan.p]
	m.rotate(rotated, l)
	return m.sol.Estimate(rotated, method, level)
}

// JointTest is the F test that all combinations (rows in the order of Names) are 0.
func (m *Model) JointTest(l [][]float64, method wald.Method) (wald.Joint, error) {
	rows := make([][]float64, len(l))
	for i := range l {
		if len(l[i]) != m.plan.p {
			return wald.Joint{}, fmt.Errorf("combination %d has %d numbers, the model has %d coefficients", i+1, len(l[i]), m.plan.p)
		}
		rows[i] = make([]float64, m.plan.p)
		m.rotate(rows[i], l[i])
	}
	return m.sol.Test(rows, method)
}

// Covariance is the covariance matrix of the coefficients (P x P, row-major): (X'V^-1 X)^-1, or Kenward and Roger's under
// those methods.
func (m *Model) Covariance(method wald.Method) ([]float64, error) {
	c, err := m.sol.Covariance(method)
	if err != nil {
		return nil, err
	}
	p := m.plan.p
	out := append([]float64(nil), c...)
	for range 2 { // triangle^-1 c triangle^-T: rows, then columns
		solveColumns(m.plan.triangle, p, out)
		transposeSquare(out, p)
	}
	return out, nil
}

// solveColumns replaces a (p x p) by triangle^-1 a.
func solveColumns(triangle []float64, p int, a []float64) {
	for i := p - 1; i >= 0; i-- {
		row := a[i*p : (i+1)*p]
		for k := i + 1; k < p; k++ {
			arithmetic.AddScaled(row, -triangle[i*p+k], a[k*p:(k+1)*p])
		}
		for j := range row {
			row[j] /= triangle[i*p+i]
		}
	}
}

func transposeSquare(a []float64, n int) {
	for i := range n {
		for j := range i {
			a[i*n+j], a[j*n+i] = a[j*n+i], a[i*n+j]
		}
	}
}

// String tells the story in a sentence.
func (s Story) String() string {
	out := fmt.Sprintf("%d evaluations of the likelihood", s.Evaluations)
	if s.Derivatives > 0 {
		out += fmt.Sprintf(" (%d with derivatives) from %d starts", s.Derivatives, s.Starts)
	} else {
		out += fmt.Sprintf(", looked at over the whole range of the variance ratio (%d points)", s.Starts)
	}
	out += fmt.Sprintf("; %d local maximum", s.Optima)
	if s.Optima != 1 {
		out += "s"
	}
	out += fmt.Sprintf("; largest remaining derivative %.1g", s.Gradient)
	if s.BoundaryScore != 0 {
		out += fmt.Sprintf("; on the boundary, where the likelihood falls into the interior (slope %.3g)", s.BoundaryScore)
	}
	if !s.Converged {
		out += "; the criterion was NOT met"
	}
	return out
}
