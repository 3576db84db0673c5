package glmm

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
	"rekindle/stats/dist"
	"rekindle/stats/wald"
)

// Options choose the model and the integration.
type Options struct {
	Family Family // Binomial unless said
	Nodes  int    // Full (0), 1 = Laplace, K = adaptive Gauss-Hermite with K nodes
}

// Names of the notes a fit gives.
const (
	NoteSingular         = "singular"          // sigma is 0: no sign of differences between groups
	NoteGroupsSeenOnce   = "groups_seen_once"  // no group has two trials or counts
	NoteNoOverdispersion = "no_overdispersion" // negative binomial: the Poisson limit fits best
	NoteFewNodes         = "nodes_few"         // the nodes asked for do not integrate the likelihood
)

// Model is a fitted model. Slices and matrices are row-major and must not be changed.
type Model struct {
	Family Family
	Nodes  int    // as asked for
	Used   [2]int // fewest and most nodes a group took

	Names       []string // of the columns, may be nil
	Beta        []float64
	SE          []float64
	VCov        []float64 // p x p: of Beta
	Sigma       float64   // standard deviation of the random intercept
	SELogSigma  float64   // NaN when Singular
	Dispersion  float64   // k of the negative binomial (+Inf: Poisson); NaN otherwise
	Singular    bool      // Sigma is 0 and the fit is that without random intercept
	Parameters  []float64 // Beta, log Sigma (-Inf when Singular)[, log k]
	Covariance  []float64 // of Parameters: inverse of the full observed information; zeros for log Sigma when Singular
	LogLik      float64   // with all constants
	LogLikFixed float64   // of the model without random intercept
	NParameters int
	N           int // rows
	Groups      int
	Convergence Convergence
	Notes       []design.Note

	wald  *wald.Structure
	data  Data
	s     *sample
	theta []float64 // in orthonormal coordinates
}

// Fit finds the maximum of the (approximate) likelihood. Errors: bad data, a
// design with dependent columns, *Separation, a random intercept whose standard
// deviation has no finite estimate, or an ascent that did not converge. A
// standard deviation estimated at 0 is no error: see Singular.
func Fit(d Data, o Options) (*Model, error) {
	if o.Nodes < 0 || o.Nodes > MaxNodes {
		return nil, fmt.Errorf("glmm: %d quadrature nodes: 0 (full accuracy), 1 (Laplace) to %d", o.Nodes, MaxNodes)
	}
	s, err := newSample(d, o.Family)
	if err != nil {
		return nil, err
	}
	base, err := fitFixed(s)
	if err != nil {
		if sep, ok := errors.AsType[*Separation](err); ok {
			sep.data = d
		}
		return nil, err
	}
	r := &Model{Family: o.Family, Nodes: o.Nodes, Names: d.Names, N: s.rows, Groups: s.groups, data: d, s: s,
		Dispersion: math.NaN(), LogLikFixed: base.value}
	if o.Family == NegativeBinomial && base.theta[s.p] > largestLogK {
		return poissonLimit(d, o)
	}
	l := newLikelihood(s, o.Nodes)
	best, err := r.search(l, base)
	if errors.Is(err, errPoisson) {
		return poissonLimit(d, o)
	}
	if err != nil {
		return nil, err
	}
	if best == nil {
		r.boundary(base)
	} else {
		r.interior(l, best)
	}
	r.notes()
	r.wald = &wald.Structure{P: s.p, Beta: r.Beta, C: r.VCov}
	return r, nil
}

// poissonLimit is the negative binomial fit whose k has run off to infinity.
func poissonLimit(d Data, o Options) (*Model, error) {
	o.Family = Poisson
	r, err := Fit(d, o)
	if err != nil {
		return nil, err
	}
	r.Family, r.Dispersion = NegativeBinomial, math.Inf(1)
	r.NParameters++
	r.note(NoteNoOverdispersion, "the counts vary no more than Poisson counts do given the random intercept: the negative binomial's k is infinite and the fit is Poisson")
	return r, nil
}

// errPoisson says that the ascent left the negative binomial for the Poisson.
var errPoisson = errors.New("glmm: no overdispersion")

// starts are the standard deviations from which the ascent may begin.
var starts = [...]float64{0.3, 0.7, 1.2, 2, 3, 4.5}

// screenNodes is the number of nodes with which the hill of the full integral
// is looked for.
const screenNodes = 9

// search returns the best interior optimum, with l evaluated there, or nil when
// sigma = 0 is better.
//
// An approximation with few nodes can have further maxima at standard deviations
// far beyond the data's, where it is no longer an approximation of anything. So
// it is climbed from the best start only. The full likelihood has no such
// artefacts, and is climbed from every start above its neighbours.
func (r *Model) search(l *likelihood, base *fixed) ([]float64, error) {
	screen := l
	if l.rule == nil {
		screen = newLikelihood(r.s, screenNodes)
	}
	var value [len(starts)]float64
	var theta [len(starts)][]float64
	order := make([]int, 0, len(starts))
	for i, sigma := range starts {
		theta[i] = r.guess(sigma, base, l.dim())
		value[i] = math.Inf(-1)
		if screen.evaluate(theta[i], 0) {
			value[i] = screen.value
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(value[b], value[a]) })
	r.Convergence.Starts, r.Convergence.Evaluations = len(starts), len(starts)
	var best, last []float64
	most, failure := base.value+1e-7, outcome(-1)
	for n, i := range order {
		peak := (i == 0 || value[i] > value[i-1]) && (i == len(starts)-1 || value[i] >= value[i+1])
		if n > 0 && (failure < 0 || best != nil) && (l.rule != nil || !peak) {
			continue
		}
		if screen != l { // what few nodes find is the start of the full integral
			near := slices.Clone(theta[i])
			if out := screen.climb(near, nil, new(Convergence)); out == converged && screen.sigma > 0.1 && screen.sigma < 6 {
				theta[i] = near
				copy(l.mode, screen.mode)
			}
		}
		var conv Convergence
		last = theta[i]
		out := l.climb(last, nil, &conv)
		r.Convergence.Iterations += conv.Iterations
		r.Convergence.Evaluations += conv.Evaluations
		switch {
		case out == toPoisson:
			return nil, errPoisson
		case out == toZero || out == converged && l.sigma < smallestSigma:
		case out != converged:
			if failure != toInfinity {
				failure = out
			}
		case l.value > most:
			most, best = l.value, theta[i]
		}
	}
	switch {
	case best != nil:
		if &best[0] != &last[0] {
			l.evaluate(best, 2)
		}
		return best, nil
	case failure == toInfinity:
		return nil, errors.New("glmm: the standard deviation of the random intercept has no finite estimate: responses hardly vary within groups. Check the grouping column, or analyse one response for each group")
	case failure == stuck:
		return nil, errors.New("glmm: the ascent did not reach a maximum; the model is too rich for these data")
	}
	return nil, nil
}

// guess returns parameters near a standard deviation.
func (r *Model) guess(sigma float64, base *fixed, dim int) []float64 {
	p := r.s.p
	theta := make([]float64, dim)
	copy(theta, base.theta[:p])
	if r.Family == Binomial { // conditional effects are larger than marginal ones
		f := math.Sqrt(1 + float64(0.35*float64(sigma*sigma)))
		for j := range p {
			theta[j] = float64(f * theta[j])
		}
	}
	theta[p] = arithmetic.Log(sigma)
	if dim > p+1 {
		theta[p+1] = base.theta[p]
	}
	return theta
}

// interior fills the result from the optimum theta, where l was evaluated.
func (r *Model) interior(l *likelihood, theta []float64) {
	q, p := l.dim(), r.s.p
	h := make([]float64, q*q)
	for i := range h {
		h[i] = -l.hess[i]
	}
	c := &r.Convergence
	for _, g := range l.grad {
		c.MaxGradient = max(c.MaxGradient, math.Abs(g))
	}
	v := make([]float64, q*q)
	if c.Definite = arithmetic.Cholesky(h, q); c.Definite {
		arithmetic.Invert(v, h, q)
		step := append([]float64(nil), l.grad...)
		arithmetic.Solve(h, q, step)
		c.Decrement = 0.5 * arithmetic.Dot(step, l.grad)
	}
	r.theta = theta
	r.Sigma = l.sigma
	r.LogLik = l.value
	r.Used = l.nodes
	if q > p+1 {
		r.Dispersion = l.k
	}
	r.fill(theta, v, q)
	r.SELogSigma = math.Sqrt(r.Covariance[p*q+p])
}

// boundary fills the result from the model without random intercept.
func (r *Model) boundary(base *fixed) {
	p := r.s.p
	qf := len(base.theta)
	h, v := make([]float64, qf*qf), make([]float64, qf*qf)
	for i := range h {
		h[i] = -base.hess[i]
	}
	if r.Convergence.Definite = arithmetic.Cholesky(h, qf); r.Convergence.Definite {
		arithmetic.Invert(v, h, qf)
	}
	for _, g := range base.grad {
		r.Convergence.MaxGradient = max(r.Convergence.MaxGradient, math.Abs(g))
	}
	q := qf + 1
	theta, full := make([]float64, q), make([]float64, q*q)
	place := func(i int) int { // the column of log sigma is empty
		if i < p {
			return i
		}
		return i + 1
	}
	for i := range qf {
		theta[place(i)] = base.theta[i]
		for j := range qf {
			full[place(i)*q+place(j)] = v[i*qf+j]
		}
	}
	theta[p] = math.Inf(-1)
	if qf > p {
		r.Dispersion = arithmetic.Exp(base.theta[p])
	}
	r.theta, r.Singular, r.LogLik = theta, true, base.value
	r.SELogSigma = math.NaN()
	r.fill(theta, full, q)
}

// fill turns parameters and covariance v from orthonormal coordinates to those
// of the columns.
func (r *Model) fill(theta, v []float64, q int) {
	s, p := r.s, r.s.p
	r.NParameters = q
	r.Parameters = append([]float64(nil), theta...)
	s.toBeta(r.Parameters[:p])
	r.Beta = r.Parameters[:p]
	for i := range q { // rows, then columns
		s.toBeta(v[i*q : i*q+p])
	}
	col := make([]float64, p)
	for j := range q {
		for i := range p {
			col[i] = v[i*q+j]
		}
		s.toBeta(col)
		for i := range p {
			v[i*q+j] = col[i]
		}
	}
	for i := range q {
		for j := range i {
			m := 0.5 * (v[i*q+j] + v[j*q+i])
			v[i*q+j], v[j*q+i] = m, m
		}
	}
	r.Covariance = v
	r.VCov = make([]float64, p*p)
	r.SE = make([]float64, p)
	for i := range p {
		copy(r.VCov[i*p:i*p+p], v[i*q:i*q+p])
		r.SE[i] = math.Sqrt(v[i*q+i])
	}
}

// notes says what the reader of the result should know.
func (r *Model) notes() {
	if r.Singular {
		r.note(NoteSingular, "the random intercept's standard deviation is estimated at 0: the responses of a group are no more alike than those of different groups, and the fit is an ordinary %v regression", r.Family)
	}
	once := true
	for c := range r.s.copies {
		size := 0.0
		for _, n := range r.s.n[r.s.first[c]:r.s.first[c+1]] {
			size += n
		}
		once = once && size <= 1
	}
	if once && r.Family != Poisson { // counts of a Poisson tell by varying more than their mean
		r.note(NoteGroupsSeenOnce, "no group has a second observation: the random intercept cannot be told from the scatter of the responses")
	}
	if r.Nodes == Full || r.Singular || r.Nodes > 5 && r.Sigma < 3 {
		return
	}
	full := newLikelihood(r.s, Full)
	if full.evaluate(r.theta, 0) && math.Abs(full.value-r.LogLik) > 0.01 {
		r.note(NoteFewNodes, "with %d quadrature nodes the log-likelihood at the optimum is off by %.3f (the integral is %.4f): use the default, which integrates to full accuracy", r.Nodes, r.LogLik-full.value, full.value)
	}
}

func (r *Model) note(name, format string, args ...any) {
	r.Notes = append(r.Notes, design.Note{Name: name, Text: fmt.Sprintf(format, args...)})
}

// Deviance returns -2 LogLik.
func (r *Model) Deviance() float64 { return -2 * r.LogLik }

// AIC returns Deviance + 2 NParameters.
func (r *Model) AIC() float64 { return r.Deviance() + 2*float64(r.NParameters) }

// BIC returns Deviance + log(rows) NParameters, lme4's convention.
func (r *Model) BIC() float64 {
	return r.Deviance() + float64(arithmetic.Log(float64(r.N))*float64(r.NParameters))
}

// Contrast returns l'Beta with its 95% Wald interval, on the scale of the link
// (log odds, log rate); l has p numbers.
func (r *Model) Contrast(l []float64) wald.Estimate { return r.ContrastLevel(l, 0.95) }

// ContrastLevel is Contrast with an interval at another level.
func (r *Model) ContrastLevel(l []float64, level float64) wald.Estimate {
	return r.wald.Estimate(l, wald.Z, level)
}

// JointTest returns the Wald test that all combinations in the rows of l are 0, as
// F with infinite denominator degrees of freedom (chi-square / rank).
func (r *Model) JointTest(l [][]float64) (wald.Joint, error) { return r.wald.Test(l, wald.Z) }

// RandomIntercept tests whether the groups differ: the likelihood ratio
// statistic and its P under the mixture of chi-square with 0 and 1 degrees of
// freedom (Self and Liang 1987), since a variance of 0 is on the boundary.
func (r *Model) RandomIntercept() (statistic, p float64) {
	statistic = max(0, 2*(r.LogLik-r.LogLikFixed))
	if statistic == 0 {
		return 0, 1
	}
	return statistic, 0.5 * dist.ChiSquared{DF: 1}.Survival(statistic)
}
