package cace

import (
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/dist"
	"rekindle/stats/ols"
)

// Stratified is a complier effect by maximum likelihood in the principal strata.
type Stratified struct {
	CACE, SE, Z, P, Lower, Upper float64
	Share                        float64   // of compliers, over everyone's covariates
	Never, Control, Coached      float64   // mean outcome, at the mean covariates, of the never coached, of compliers without and with coaching
	Sigma                        float64   // residual standard deviation
	Slopes                       []float64 // of the outcome on the covariates
	Compliance                   []float64 // log odds of being a complier: intercept, then covariates (centered at their means)
	LogLik                       float64
	Steps                        int // of the EM algorithm
	N, Dropped                   int
}

// Mixture fits the principal stratification model (G. W. Imbens, D. B. Rubin, Annals of Statistics 25, 1997; R. J. Little, L. Yau,
// Psychological Methods 3, 1998): compliers and those who would never be coached, whom only the coached arm tells apart; outcomes normal
// about a mean for the never coached (the same in both arms), one for compliers without and one with coaching, covariates linear, one
// variance; compliance logistic in the covariates. Covariates that foretell compliance make it sharper than two-stage least squares;
// normality is what it pays. EM algorithm, then Newton steps; standard errors from the observed information.
func Mixture(data Data, level float64) (Stratified, error) {
	if !(level > 0 && level < 1) {
		return Stratified{}, fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	d, dropped, err := data.used()
	if err != nil {
		return Stratified{}, err
	}
	coached, never, _, err := d.split()
	if err != nil {
		return Stratified{}, err
	}
	if len(coached) < 3 || never < 3 {
		return Stratified{}, fmt.Errorf("%d were coached and %d assigned but not: the strata's means need 3 of each", len(coached), never)
	}
	m := newMixture(d)
	steps, err := m.climb()
	if err != nil {
		return Stratified{}, err
	}
	covariance, err := m.polish()
	if err != nil {
		return Stratified{}, err
	}
	out := Stratified{Never: m.theta[0], Control: m.theta[1], Coached: m.theta[1] + m.theta[2], CACE: m.theta[2],
		Slopes: m.theta[3 : 3+m.k], Sigma: math.Exp(m.theta[3+m.k]), Compliance: m.theta[4+m.k:],
		LogLik: m.likelihood(m.theta), Steps: steps, N: len(d.Y), Dropped: dropped}
	for i := range d.Y {
		p, _ := m.compliance(m.theta, i)
		out.Share += p / float64(len(d.Y))
	}
	q := len(m.theta)
	out.SE = math.Sqrt(covariance[2*q+2])
	out.Z = out.CACE / out.SE
	n := dist.Normal{}
	out.P = n.TwoSided(out.Z)
	half := n.QuantileUpper((1-level)/2) * out.SE
	out.Lower, out.Upper = out.CACE-half, out.CACE+half
	return out, nil
}

// mixture holds the data with centered covariates, and the parameters theta: mean of the never coached, of compliers without
// coaching, effect, k slopes, log sigma, 1 + k log odds of compliance.
type mixture struct {
	Data
	k      int
	theta  []float64
	weight []float64 // probability of being a complier given the data
}

func newMixture(d Data) *mixture {
	m := &mixture{Data: d, k: d.covariates(), weight: make([]float64, len(d.Y))}
	mean := make([]float64, m.k)
	for _, x := range d.X {
		arithmetic.AddScaled(mean, 1/float64(len(d.X)), x)
	}
	m.X = make([][]float64, len(d.Y))
	for i := range m.X {
		m.X[i] = make([]float64, m.k)
		for j := range mean {
			m.X[i][j] = d.X[i][j] - mean[j]
		}
	}
	m.theta = make([]float64, 5+2*m.k)
	return m
}

// compliance gives the prior probability that participant i is a complier, and its complement.
func (m *mixture) compliance(theta []float64, i int) (p, q float64) {
	eta := theta[4+m.k]
	for j, x := range m.X[i] {
		eta += float64(theta[5+m.k+j] * x)
	}
	return 1 / (1 + math.Exp(-eta)), 1 / (1 + math.Exp(eta))
}

// deviates gives participant i's outcome less its mean, over sigma, as a complier and as never coached.
func (m *mixture) deviates(theta []float64, i int) (complier, never float64) {
	base := m.Y[i]
	for j, x := range m.X[i] {
		base -= float64(theta[3+j] * x)
	}
	sigma := math.Exp(theta[3+m.k])
	complier, never = base-theta[1], base-theta[0]
	if m.Assigned[i] {
		complier -= theta[2]
	}
	return complier / sigma, never / sigma
}

// posterior gives the probability that i is a complier given outcome and, in the coached arm, receipt; and the log-likelihood.
func (m *mixture) posterior(theta []float64, i int) (w, logLik float64) {
	p, q := m.compliance(theta, i)
	c, n := m.deviates(theta, i)
	lc, ln := math.Log(p)-c*c/2, math.Log(q)-n*n/2
	constant := -theta[3+m.k] - 0.5*math.Log(2*math.Pi)
	if m.Assigned[i] {
		if m.Received[i] {
			return 1, lc + constant
		}
		return 0, ln + constant
	}
	top := max(lc, ln)
	sum := math.Exp(lc-top) + math.Exp(ln-top)
	return math.Exp(lc-top) / sum, top + math.Log(sum) + constant
}

func (m *mixture) likelihood(theta []float64) float64 {
	sum := 0.0
	for i := range m.Y {
		_, l := m.posterior(theta, i)
		sum += l
	}
	return sum
}

// score is the gradient of the log-likelihood: the complete data's, averaged over who is a complier (R. A. Fisher's identity).
func (m *mixture) score(theta []float64) []float64 {
	g := make([]float64, len(theta))
	sigma := math.Exp(theta[3+m.k])
	for i := range m.Y {
		w, _ := m.posterior(theta, i)
		p, _ := m.compliance(theta, i)
		c, n := m.deviates(theta, i)
		g[0] += (1 - w) * n / sigma
		g[1] += w * c / sigma
		if m.Assigned[i] {
			g[2] += w * c / sigma
		}
		r := (w*c + (1-w)*n) / sigma
		for j, x := range m.X[i] {
			g[3+j] += float64(r * x)
			g[5+m.k+j] += float64((w - p) * x)
		}
		g[3+m.k] += w*c*c + (1-w)*n*n - 1
		g[4+m.k] += w - p
	}
	return g
}

// starts are shares of the controls' weight that lie with the upper half of their outcomes when the algorithm begins: the likelihood of a
// mixture may have several maxima.
var starts = []float64{0.5, 0.85, 0.15}

// climb runs EM from each start and keeps the highest.
func (m *mixture) climb() (int, error) {
	var best []float64
	top, total := math.Inf(-1), 0
	var failed error
	for _, upper := range starts {
		m.begin(upper)
		steps, err := m.em()
		total += steps
		if err != nil {
			failed = err
			continue
		}
		if l := m.likelihood(m.theta); l > top {
			top, best = l, append([]float64(nil), m.theta...)
		}
	}
	if best == nil {
		return total, failed
	}
	m.theta = best
	return total, nil
}

// begin sets the weights: known in the coached arm, by half of the outcomes among controls.
func (m *mixture) begin(upper float64) {
	middle, n, coached, assigned := 0.0, 0.0, 0.0, 0.0
	for i, y := range m.Y {
		if m.Assigned[i] {
			assigned++
			coached += float64(number(m.Received[i]))
		} else {
			middle, n = middle+y, n+1
		}
	}
	share := coached / assigned
	for i, y := range m.Y {
		switch {
		case m.Assigned[i]:
			m.weight[i] = float64(number(m.Received[i]))
		case y > middle/n:
			m.weight[i] = share * upper * 2
		default:
			m.weight[i] = share * (1 - upper) * 2
		}
		m.weight[i] = min(m.weight[i], 1)
	}
	clear(m.theta)
	m.theta[4+m.k] = math.Log(share / (1 - share))
}

// em alternates the weights with a weighted regression and a step of the logistic one, until the log-likelihood gains less than
// 1e-10 in a step.
func (m *mixture) em() (int, error) {
	last := math.Inf(-1)
	for step := 1; step <= 5000; step++ {
		if err := m.maximize(); err != nil {
			return step, err
		}
		now := 0.0
		for i := range m.Y {
			w, l := m.posterior(m.theta, i)
			m.weight[i] = w
			now += l
		}
		if math.IsNaN(now) {
			return step, fmt.Errorf("the likelihood is not a number: outcomes of a stratum may be constant")
		}
		if now-last < 1e-10 && step > 3 {
			return step, nil
		}
		last = now
	}
	return 5000, nil // the Newton steps finish
}

// maximize regresses outcomes on strata, every participant as both kinds with their weights, and takes Newton steps of compliance.
func (m *mixture) maximize() error {
	p := 3 + m.k
	var x, y []float64
	for i, v := range m.Y {
		for _, complier := range []bool{true, false} {
			w := m.weight[i]
			if !complier {
				w = 1 - w
			}
			if w == 0 {
				continue
			}
			r := math.Sqrt(w)
			row := make([]float64, p)
			row[number(complier)] = r
			if complier && m.Assigned[i] {
				row[2] = r
			}
			for j, c := range m.X[i] {
				row[3+j] = float64(r * c)
			}
			x, y = append(x, row...), append(y, r*v)
		}
	}
	f, err := ols.Least(x, y, p)
	if err != nil {
		return fmt.Errorf("outcomes in the strata: %w", err)
	}
	copy(m.theta, f.Beta)
	variance := f.Variance * f.DF / float64(len(m.Y))
	if !(variance > 0) {
		return fmt.Errorf("the strata's outcomes have no residual variance")
	}
	m.theta[3+m.k] = math.Log(variance) / 2
	return m.comply()
}

// comply takes two Newton steps of the logistic regression of the weights, halved where the likelihood would fall.
func (m *mixture) comply() error {
	q := 1 + m.k
	at := func(g []float64) float64 {
		sum := 0.0
		for i, w := range m.weight {
			eta := g[0]
			for j, x := range m.X[i] {
				eta += float64(g[1+j] * x)
			}
			sum += float64(w*eta) - math.Log1p(math.Exp(-math.Abs(eta))) - max(eta, 0)
		}
		return sum
	}
	for range 2 {
		gamma := m.theta[4+m.k:]
		gradient, information := make([]float64, q), make([]float64, q*q)
		row := make([]float64, q)
		for i, w := range m.weight {
			p, c := m.compliance(m.theta, i)
			row[0] = 1
			copy(row[1:], m.X[i])
			arithmetic.AddScaled(gradient, w-p, row)
			for j := range row {
				arithmetic.AddScaled(information[j*q:(j+1)*q], p*c*row[j], row)
			}
		}
		if !arithmetic.Cholesky(information, q) {
			return fmt.Errorf("covariates separate compliers from the others, or determine each other")
		}
		arithmetic.Solve(information, q, gradient)
		before := at(gamma)
		trial := make([]float64, q)
		for half := 1.0; half > 1e-3; half /= 2 {
			for j := range trial {
				trial[j] = gamma[j] + float64(half*gradient[j])
			}
			if at(trial) >= before-1e-12 {
				copy(gamma, trial)
				break
			}
		}
		if math.Abs(gamma[0]) > 30 {
			return fmt.Errorf("covariates separate compliers from the others")
		}
	}
	return nil
}

// polish takes Newton steps on the likelihood itself and gives the inverse of the observed information, which is differenced from the
// analytic score.
func (m *mixture) polish() ([]float64, error) {
	q := len(m.theta)
	var inverse []float64
	for range 8 {
		information := m.information()
		root := append([]float64(nil), information...)
		if !arithmetic.Cholesky(root, q) {
			return nil, fmt.Errorf("the likelihood is flat or has a saddle: outcomes do not tell compliers from the others among controls")
		}
		inverse = make([]float64, q*q)
		arithmetic.Invert(inverse, root, q)
		step := m.score(m.theta)
		arithmetic.Solve(root, q, step)
		before := m.likelihood(m.theta)
		next := append([]float64(nil), m.theta...)
		arithmetic.AddScaled(next, 1, step)
		size := 0.0
		for j := range step {
			size = max(size, math.Abs(step[j])/math.Sqrt(inverse[j*q+j]))
		}
		if m.likelihood(next) < before-1e-9 {
			break
		}
		m.theta = next
		if size < 1e-9 {
			break
		}
	}
	return inverse, nil
}

func (m *mixture) information() []float64 {
	q := len(m.theta)
	out := make([]float64, q*q)
	for j := range q {
		h := 1e-5 * max(1, math.Abs(m.theta[j]))
		theta := append([]float64(nil), m.theta...)
		theta[j] += h
		up := m.score(theta)
		theta[j] = m.theta[j] - h
		down := m.score(theta)
		for k := range q {
			out[k*q+j] = (down[k] - up[k]) / (2 * h)
		}
	}
	for j := range q {
		for k := range j {
			v := (out[j*q+k] + out[k*q+j]) / 2
			out[j*q+k], out[k*q+j] = v, v
		}
	}
	return out
}
