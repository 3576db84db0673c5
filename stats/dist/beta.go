package dist

import "math"

// Beta is the beta distribution on (0, 1) with shapes A > 0 and B > 0.
type Beta struct{ A, B float64 }

func (d Beta) valid() bool {
	return d.A > 0 && d.B > 0 && !math.IsInf(d.A, 0) && !math.IsInf(d.B, 0)
}

// CDF gives P(X <= x), the regularized incomplete beta function I_x(A, B).
func (d Beta) CDF(x float64) float64 {
	lower, _ := d.tails(x)
	return lower
}

// Survival gives P(X > x).
func (d Beta) Survival(x float64) float64 {
	_, upper := d.tails(x)
	return upper
}

// LogCDF gives log P(X <= x).
func (d Beta) LogCDF(x float64) float64 {
	lower, _ := d.logTails(x)
	return lower
}

// LogSurvival gives log P(X > x).
func (d Beta) LogSurvival(x float64) float64 {
	_, upper := d.logTails(x)
	return upper
}

func (d Beta) tails(x float64) (lower, upper float64) {
	if !d.valid() || math.IsNaN(x) {
		return math.NaN(), math.NaN()
	}
	return incompleteBeta(d.A, d.B, x, 1-x)
}

func (d Beta) logTails(x float64) (lower, upper float64) {
	if !d.valid() || math.IsNaN(x) {
		return math.NaN(), math.NaN()
	}
	return logIncompleteBeta(d.A, d.B, x, 1-x)
}

// Quantile gives the x with P(X <= x) = p.
func (d Beta) Quantile(p float64) float64 { return d.quantile(p, 1-p) }

// QuantileUpper gives the x with P(X > x) = q.
func (d Beta) QuantileUpper(q float64) float64 { return d.quantile(1-q, q) }

func (d Beta) quantile(lower, upper float64) float64 {
	if !d.valid() || !probability(lower) || !probability(upper) {
		return math.NaN()
	}
	z := betaLogit(d.A, d.B, lower, upper)
	if z < 0 {
		e := math.Exp(z)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-z))
}

// incompleteBeta gives I_x(a, b) and its complement; y = 1 - x is given by the caller, who may know it better.
func incompleteBeta(a, b, x, y float64) (lower, upper float64) {
	switch {
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	}
	kernel := math.Exp(logBetaKernel(a, b, x, y))
	if a*y >= b*x { // x is below the mean a / (a + b)
		lower = kernel * betaFraction(a, b, x, y)
		return min(lower, 1), max(0, 1-lower)
	}
	upper = kernel * betaFraction(b, a, y, x)
	return max(0, 1-upper), min(upper, 1)
}

func logIncompleteBeta(a, b, x, y float64) (lower, upper float64) {
	switch {
	case x <= 0:
		return math.Inf(-1), 0
	case y <= 0:
		return 0, math.Inf(-1)
	}
	lower, upper, _ = logBetaTails(a, b, x, y)
	return lower, upper
}

// logBetaTails gives the log tails and the log kernel for x, y > 0.
func logBetaTails(a, b, x, y float64) (lower, upper, kernel float64) {
	kernel = logBetaKernel(a, b, x, y)
	if a*y >= b*x {
		lower = kernel + math.Log(betaFraction(a, b, x, y))
		return min(lower, 0), log1mExp(lower), kernel
	}
	upper = kernel + math.Log(betaFraction(b, a, y, x))
	return log1mExp(upper), min(upper, 0), kernel
}

// logBetaKernel gives log(x^a y^b / B(a, b)), the density of the logit of a beta variable, as Loader's binomial
// probability: the two deviances have the same difference a y - b x with opposite signs.
func logBetaKernel(a, b, x, y float64) float64 {
	n := a + b
	d := math.FMA(a, y, -b*x)
	return stirlingError(n) - stirlingError(a) - stirlingError(b) -
		deviance(a, n*x, d) - deviance(b, n*y, -d) +
		0.5*math.Log(a*(b/n)) - logSqrt2Pi
}

// betaFraction gives I_x(a, b) divided by the kernel x^a y^b / B(a, b), by the continued fraction of Didonato and
// Morris (ACM TOMS 18, 1992, equation 9 of algorithm 708), which converges fast for x below the mean.
func betaFraction(a, b, x, y float64) float64 {
	// Equation: 1 / (beta_0 + alpha_1 / (beta_1 + alpha_2 / (beta_2 + ...))).
	const tiny = 1e-300
	lambda := math.FMA(a, y, -b*x) // a - (a+b) x
	beta := a / (a + 1) * (lambda + 1)
	f := beta
	if f == 0 {
		f = tiny
	}
	c, d := f, 0.0
	for n := 1.0; n < 1e7; n++ {
		t := a + 2*n - 1
		alpha := (a + n - 1) / t * ((a + b + n - 1) / t) * n * (b - n) * x * x
		beta = n + n*(b-n)*x/t + (a+n)/(t+2)*(lambda+1+n*(1+y))
		d = beta + alpha*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = beta + alpha/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		step := c * d
		f *= step
		if !(math.Abs(step-1) > 0x1p-51) { // two roundings from 1; also ends on NaN
			break
		}
	}
	return 1 / f
}

// betaLogit gives the logit of the beta quantile with the given tails: exp of it is the odds x / (1 - x), which
// F and Student's t want.
func betaLogit(a, b, lower, upper float64) float64 {
	switch {
	case lower == 0:
		return math.Inf(-1)
	case upper == 0:
		return math.Inf(1)
	}
	t := target(lower, upper)
	return t.solve(func(z float64) (float64, float64, float64) {
		x, y := expit(z)
		if x == 0 || y == 0 { // the odds have left the range of numbers: the kernel is all that is left
			k := logBetaKernelEdge(a, b, z)
			if z < 0 {
				return k - math.Log(a), 0, k
			}
			return 0, k - math.Log(b), k
		}
		return logBetaTails(a, b, x, y)
	}, math.Log(a/b))
}

// logBetaKernelEdge is the kernel at a logit so far out that x or 1 - x is zero in floating point.
func logBetaKernelEdge(a, b, z float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	if z < 0 {
		return a*z + lab - la - lb
	}
	return -b*z + lab - la - lb
}

// expit gives e^z / (1 + e^z) and its complement, both without cancellation.
func expit(z float64) (x, y float64) {
	if z < 0 {
		e := math.Exp(z)
		return e / (1 + e), 1 / (1 + e)
	}
	e := math.Exp(-z)
	return 1 / (1 + e), e / (1 + e)
}
