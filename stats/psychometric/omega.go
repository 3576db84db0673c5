package psychometric

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"rekindle/stats/dist"
)

// OneFactor is the fit of a single common factor by maximum likelihood.
type OneFactor struct {
	Omega      Interval  // McDonald's omega (total)
	Loadings   []float64 // in the items' units, signed so that most are positive
	Unique     []float64 // variances
	Heywood    []int     // items (from 1) whose unique variance is estimated at zero
	ChiSquare  float64   // test of one factor, Bartlett's correction
	DF, P      float64   // NaN P with no degrees of freedom (three items)
	N, Dropped int
}

// Omega gives McDonald's omega, (sum of loadings)^2 over that plus the sum of unique variances (R. P. McDonald, Test Theory, 1999), of the
// maximum likelihood one-factor model, with the delta-method interval on the logit scale (T. Raykov, Structural Equation Modeling 9, 2002).
// Unlike alpha it does not need equal loadings. Three items at least; people with a missing answer are left out and counted.
func Omega(items Items, level float64) (OneFactor, error) {
	if err := validLevel(level); err != nil {
		return OneFactor{}, err
	}
	rows, dropped, err := items.completeRows(3)
	if err != nil {
		return OneFactor{}, err
	}
	s, _ := covariance(rows)
	k := int(math.Sqrt(float64(len(s))))
	n := float64(len(rows))
	if len(rows) <= k {
		return OneFactor{}, fmt.Errorf("%d people for %d items: a factor needs more people than items", len(rows), k)
	}
	f := &factor{k: k, s: s, scale: make([]float64, k)}
	for j := range k {
		if f.scale[j] = math.Sqrt(s[j*k+j]); f.scale[j] == 0 {
			return OneFactor{}, fmt.Errorf("item %d has the same answer from everyone", j+1)
		}
	}
	if err := f.standardize(); err != nil {
		return OneFactor{}, err
	}
	theta, value, err := f.minimize()
	if err != nil {
		return OneFactor{}, err
	}
	out := OneFactor{N: len(rows), Dropped: dropped, DF: float64(k*(k-3)) / 2, P: math.NaN()}
	sum := 0.0
	for j := range k {
		sum += theta[j] * f.scale[j]
	}
	sign := math.Copysign(1, sum)
	for j := range k {
		u := math.Exp(theta[k+j])
		out.Loadings = append(out.Loadings, sign*theta[j]*f.scale[j])
		out.Unique = append(out.Unique, u*f.scale[j]*f.scale[j])
		if u < 1.1*leastUnique {
			out.Heywood = append(out.Heywood, j+1)
		}
	}
	out.ChiSquare = max(0, value) * (n - 1 - float64(2*k+5)/6 - 2./3)
	if out.DF > 0 {
		out.P = dist.ChiSquared{DF: out.DF}.Survival(out.ChiSquare)
	}
	out.Omega, err = f.interval(theta, n, level)
	return out, err
}

// leastUnique is the smallest unique variance of a standardized item that the search goes to; there it stands for zero.
const leastUnique = 1e-4

// factor is the fitting problem in standardized items: parameters are k loadings and k logs of unique variances.
type factor struct {
	k     int
	s     []float64 // covariance; after standardize, correlation
	scale []float64
	logS  float64 // log determinant of s
}

func (f *factor) standardize() error {
	for j := range f.k {
		for l := range f.k {
			f.s[j*f.k+l] /= f.scale[j] * f.scale[l]
		}
	}
	var c mat.Cholesky
	if !c.Factorize(mat.NewSymDense(f.k, f.s)) {
		return fmt.Errorf("items determine each other: there is no factor model of them")
	}
	f.logS = c.LogDet()
	return nil
}

// discrepancy is log|Sigma| + tr(S Sigma^-1) - log|S| - k with its gradient, Sigma = l l' + U: by the Sherman-Morrison identity
// everything comes from a = sum l^2/u.
func (f *factor) discrepancy(theta, gradient []float64) float64 {
	k := f.k
	w := make([]float64, k) // l / u
	a, value := 0.0, -f.logS-float64(k)
	for j := range k {
		u := math.Exp(theta[k+j])
		w[j] = theta[j] / u
		a += theta[j] * w[j]
		value += theta[k+j] + f.s[j*k+j]/u
	}
	value += math.Log1p(a)
	sw := make([]float64, k) // S w
	quadratic := 0.0
	for j := range k {
		for l := range k {
			sw[j] += f.s[j*k+l] * w[l]
		}
		quadratic += w[j] * sw[j]
	}
	value -= quadratic / (1 + a)
	if gradient != nil {
		for j := range k {
			u := math.Exp(theta[k+j])
			dl := 2*w[j]/(1+a) - 2*sw[j]/u/(1+a) + 2*w[j]*quadratic/((1+a)*(1+a))
			du := 1/u - f.s[j*k+j]/(u*u) - w[j]*w[j]/(1+a) + 2*w[j]*sw[j]/(u*(1+a)) - w[j]*w[j]*quadratic/((1+a)*(1+a))
			gradient[j], gradient[k+j] = dl, du*u
		}
	}
	return value
}

// minimize searches by BFGS from the first principal direction, in unique variances above leastUnique.
func (f *factor) minimize() (theta []float64, value float64, err error) {
	k := f.k
	start := make([]float64, 2*k)
	var eigen mat.EigenSym
	if !eigen.Factorize(mat.NewSymDense(k, f.s), true) {
		return nil, 0, fmt.Errorf("the correlations of the items have no eigenvalues: are they all finite?")
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	for j := range k {
		l := vectors.At(j, k-1) * math.Sqrt(values[k-1]) * 0.9
		l = max(-0.95, min(0.95, l))
		start[j], start[k+j] = l, math.Log(1-l*l)
	}
	// Log unique variances are kept above the floor by u = log(floor + exp v).
	outside := func(v []float64) []float64 {
		t := append([]float64(nil), v...)
		for j := k; j < 2*k; j++ {
			t[j] = math.Log(leastUnique + math.Exp(v[j]))
		}
		return t
	}
	problem := optimize.Problem{
		Func: func(v []float64) float64 { return f.discrepancy(outside(v), nil) },
		Grad: func(g, v []float64) {
			t := outside(v)
			f.discrepancy(t, g)
			for j := k; j < 2*k; j++ {
				g[j] *= math.Exp(v[j] - t[j])
			}
		},
	}
	result, err := optimize.Minimize(problem, start, &optimize.Settings{GradientThreshold: 1e-10, MajorIterations: 2000}, &optimize.BFGS{})
	if result == nil {
		return nil, 0, fmt.Errorf("fitting one factor: %w", err)
	}
	theta = outside(result.X)
	gradient := make([]float64, 2*k)
	value = f.discrepancy(theta, gradient)
	for j := range 2 * k {
		atFloor := j >= k && math.Exp(theta[j]) < 1.1*leastUnique
		if math.Abs(gradient[j]) > 1e-5 && !atFloor {
			return nil, 0, fmt.Errorf("fitting one factor did not settle: the items may not share one")
		}
	}
	return theta, value, nil
}

// interval is the delta method on logit omega: the covariance of the parameters is 2/(n-1) times the inverse Hessian of the
// discrepancy, unique variances at the floor held there.
func (f *factor) interval(theta []float64, n, level float64) (Interval, error) {
	k := f.k
	var free []int
	for j := range 2 * k {
		if j < k || math.Exp(theta[j]) >= 1.1*leastUnique {
			free = append(free, j)
		}
	}
	omega := func(t []float64) float64 {
		common, unique := 0.0, 0.0
		for j := range k {
			common += t[j] * f.scale[j]
			unique += math.Exp(t[k+j]) * f.scale[j] * f.scale[j]
		}
		return common * common / (common*common + unique)
	}
	q := len(free)
	hessian := mat.NewSymDense(q, nil)
	slope := mat.NewVecDense(q, nil)
	up, down := make([]float64, 2*k), make([]float64, 2*k)
	dense := mat.NewDense(q, q, nil)
	for a, j := range free {
		const h = 1e-5
		t := append([]float64(nil), theta...)
		t[j] += h
		f.discrepancy(t, up)
		high := omega(t)
		t[j] = theta[j] - h
		f.discrepancy(t, down)
		slope.SetVec(a, (high-omega(t))/(2*h))
		for b, l := range free {
			dense.Set(b, a, (up[l]-down[l])/(2*h))
		}
	}
	for a := range q {
		for b := a; b < q; b++ {
			hessian.SetSym(a, b, (dense.At(a, b)+dense.At(b, a))/2)
		}
	}
	value := omega(theta)
	var c mat.Cholesky
	if !c.Factorize(hessian) {
		return Interval{value, math.NaN(), math.NaN()}, fmt.Errorf("omega is %.3f but has no interval: the items do not determine one factor", value)
	}
	var x mat.VecDense
	if err := c.SolveVecTo(&x, slope); err != nil {
		return Interval{value, math.NaN(), math.NaN()}, fmt.Errorf("omega is %.3f but has no interval: %w", value, err)
	}
	se := math.Sqrt(2/(n-1)*mat.Dot(slope, &x)) / (value * (1 - value))
	half := dist.Normal{}.QuantileUpper((1-level)/2) * se
	logit := math.Log(value / (1 - value))
	expit := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	return Interval{value, expit(logit - half), expit(logit + half)}, nil
}
