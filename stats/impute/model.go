package impute

import (
	"fmt"
	"math"
	"math/rand/v2"

	"rekindle/stats/arithmetic"
	"rekindle/stats/ols"
)

// law is an arm's normal model: the mean of visit t given covariates x (the intercept first) is sum x_j b[j*v+t], the covariance
// of the visits s (v x v).
type law struct {
	p, v int
	b, s []float64
}

// sample is an arm's participants.
type sample struct {
	name   string
	x, y   [][]float64
	p, v   int
	steps  bool // missing values are monotone: who misses a visit misses all later ones
	latest *law // where an iteration starts
}

func (d Data) samples(leave func(i int) bool) []*sample {
	out := make([]*sample, d.arms())
	for a := range out {
		out[a] = &sample{name: fmt.Sprintf("arm %d", a), p: 1, v: d.visits(), steps: true}
		if d.X != nil {
			out[a].p += len(d.X[0])
		}
	}
	for i, a := range d.Arm {
		if leave != nil && leave(i) {
			continue
		}
		s := out[a]
		s.x = append(s.x, d.covariates(i))
		s.y = append(s.y, d.Y[i])
		gone := false
		for _, v := range d.Y[i] {
			if math.IsNaN(v) {
				gone = true
			} else if gone {
				s.steps = false
			}
		}
	}
	return out
}

// covariates gives a participant's row with the intercept.
func (d Data) covariates(i int) []float64 {
	if d.X == nil {
		return []float64{1}
	}
	return append([]float64{1}, d.X[i]...)
}

// estimate gives the maximum likelihood law: exactly by regressions of each visit on those before it when missing values are
// monotone (equation RB-1), otherwise by the EM algorithm.
func (s *sample) estimate() (*law, error) {
	if s.steps {
		return s.chain(nil)
	}
	return s.em()
}

// draw gives a law from the posterior: exactly for monotone missing values, otherwise by data augmentation.
func (s *sample) draw(rng *rand.Rand) (*law, error) {
	if s.steps {
		return s.chain(rng)
	}
	return s.augment(rng)
}

// chain regresses visit t on covariates and visits before t among those seen at t. With rng each regression is a draw from
// its posterior under the prior 1/sigma^2: sigma^2 = SSE / chi-square, coefficients normal about the estimate.
func (s *sample) chain(rng *rand.Rand) (*law, error) {
	l := &law{p: s.p, v: s.v, b: make([]float64, s.p*s.v), s: make([]float64, s.v*s.v)}
	for t := range s.v {
		var x, y []float64
		for i, row := range s.y {
			if math.IsNaN(row[t]) {
				continue
			}
			x = append(append(x, s.x[i]...), row[:t]...)
			y = append(y, row[t])
		}
		k := s.p + t
		f, err := ols.Least(x, y, k)
		if err != nil {
			return nil, fmt.Errorf("%s, visit %d: %d participants seen for %d coefficients: %w", s.name, t+1, len(y), k, err)
		}
		coefficient, variance := f.Beta, f.Variance*f.DF/float64(f.N)
		if rng != nil {
			variance = f.Variance * f.DF / chiSquare(rng, f.DF)
			coefficient = perturb(rng, f.Beta, f.Inverse, variance)
		}
		l.extend(t, coefficient, variance)
	}
	return l, nil
}

// extend adds visit t with coefficients on covariates and visits before, and residual variance (equation RB-2).
func (l *law) extend(t int, coefficient []float64, variance float64) {
	slopes := coefficient[l.p:]
	for j := range l.p {
		sum := coefficient[j]
		for u, c := range slopes {
			sum += float64(c * l.b[j*l.v+u])
		}
		l.b[j*l.v+t] = sum
	}
	total := variance
	for u := range t {
		c := 0.0
		for w, slope := range slopes {
			c += float64(slope * l.s[w*l.v+u])
		}
		l.s[t*l.v+u], l.s[u*l.v+t] = c, c
	}
	for u, slope := range slopes {
		total += float64(slope * l.s[t*l.v+u])
	}
	l.s[t*l.v+t] = total
}

// mean gives the means of the visits for covariates x.
func (l *law) mean(x []float64) []float64 {
	m := make([]float64, l.v)
	for j, v := range x {
		arithmetic.AddScaled(m, v, l.b[j*l.v:(j+1)*l.v])
	}
	return m
}

// perturb draws from the normal law about center with covariance variance times inverse.
func perturb(rng *rand.Rand, center, inverse []float64, variance float64) []float64 {
	p := len(center)
	root := append([]float64(nil), inverse...)
	out := append([]float64(nil), center...)
	if !arithmetic.Cholesky(root, p) {
		return out // inverse of a full-rank cross product: it has a root
	}
	z := make([]float64, p)
	for j := range z {
		z[j] = rng.NormFloat64()
	}
	scale := math.Sqrt(variance)
	for j := range out {
		for k := range j + 1 {
			out[j] += float64(scale * root[j*p+k] * z[k])
		}
	}
	return out
}

// chiSquare draws from chi-square with df degrees of freedom (G. Marsaglia, W. W. Tsang, ACM TOMS 26, 2000).
func chiSquare(rng *rand.Rand, df float64) float64 {
	a, boost := df/2, 1.0
	if a < 1 {
		boost = math.Pow(1-rng.Float64(), 1/a)
		a++
	}
	d := a - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - rng.Float64()
		if math.Log(u) < 0.5*x*x+d-float64(d*v)+float64(d*math.Log(v)) {
			return 2 * d * v * boost
		}
	}
}
