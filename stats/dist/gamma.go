package dist

import "math"

// Gamma is the gamma distribution with the given shape (> 0) and rate (> 0); its mean is Shape / Rate.
type Gamma struct{ Shape, Rate float64 }

// ChiSquared is the chi-square distribution with DF > 0 degrees of freedom, not necessarily whole.
type ChiSquared struct{ DF float64 }

func (g Gamma) valid() bool {
	return g.Shape > 0 && g.Rate > 0 && !math.IsInf(g.Shape, 0) && !math.IsInf(g.Rate, 0)
}

// CDF gives P(X <= x).
func (g Gamma) CDF(x float64) float64 {
	lower, _ := g.tails(x)
	return lower
}

// Survival gives P(X > x).
func (g Gamma) Survival(x float64) float64 {
	_, upper := g.tails(x)
	return upper
}

// LogCDF gives log P(X <= x).
func (g Gamma) LogCDF(x float64) float64 {
	lower, _ := g.logTails(x)
	return lower
}

// LogSurvival gives log P(X > x).
func (g Gamma) LogSurvival(x float64) float64 {
	_, upper := g.logTails(x)
	return upper
}

func (g Gamma) tails(x float64) (lower, upper float64) {
	switch {
	case !g.valid() || math.IsNaN(x):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case math.IsInf(g.Rate*x, 1):
		return 1, 0
	}
	return incompleteGamma(g.Shape, g.Rate*x)
}

func (g Gamma) logTails(x float64) (lower, upper float64) {
	switch {
	case !g.valid() || math.IsNaN(x):
		return math.NaN(), math.NaN()
	case x <= 0:
		return math.Inf(-1), 0
	case math.IsInf(g.Rate*x, 1):
		return 0, math.Inf(-1)
	}
	return logIncompleteGamma(g.Shape, g.Rate*x)
}

// Quantile gives the x with P(X <= x) = p.
func (g Gamma) Quantile(p float64) float64 { return g.quantile(p, 1-p) }

// QuantileUpper gives the x with P(X > x) = q.
func (g Gamma) QuantileUpper(q float64) float64 { return g.quantile(1-q, q) }

func (g Gamma) quantile(lower, upper float64) float64 {
	switch {
	case !g.valid() || !probability(lower) || !probability(upper):
		return math.NaN()
	case lower == 0:
		return 0
	case upper == 0:
		return math.Inf(1)
	}
	a := g.Shape
	t := target(lower, upper)
	start := math.Log(a)
	if !t.upper && a < 1 { // P(a, x) is about x^a / Gamma(a + 1) near zero
		lg, _ := math.Lgamma(a + 1)
		start = min(start, (t.log+lg)/a)
	}
	z := t.solve(func(z float64) (float64, float64, float64) {
		x := math.Exp(z)
		if x == 0 {
			lg, _ := math.Lgamma(a + 1)
			return a*z - lg, 0, math.Log(a) + a*z - lg
		}
		l, u := logIncompleteGamma(a, x)
		return l, u, math.Log(a) + logPoisson(a, x)
	}, start)
	return math.Exp(z) / g.Rate
}

func (c ChiSquared) gamma() Gamma { return Gamma{c.DF / 2, 0.5} }

// CDF gives P(X <= x).
func (c ChiSquared) CDF(x float64) float64 { return c.gamma().CDF(x) }

// Survival gives P(X > x), the P value of a chi-square test.
func (c ChiSquared) Survival(x float64) float64 { return c.gamma().Survival(x) }

// LogCDF gives log P(X <= x).
func (c ChiSquared) LogCDF(x float64) float64 { return c.gamma().LogCDF(x) }

// LogSurvival gives log P(X > x).
func (c ChiSquared) LogSurvival(x float64) float64 { return c.gamma().LogSurvival(x) }

// Quantile gives the x with P(X <= x) = p.
func (c ChiSquared) Quantile(p float64) float64 { return c.gamma().Quantile(p) }

// QuantileUpper gives the x with P(X > x) = q.
func (c ChiSquared) QuantileUpper(q float64) float64 { return c.gamma().QuantileUpper(q) }

// incompleteGamma gives the regularized incomplete gamma functions P(a, x) and Q(a, x) for a > 0, x > 0.
func incompleteGamma(a, x float64) (lower, upper float64) {
	if a < 1 && x < 1 {
		return smallGamma(a, x)
	}
	if x < a+1 {
		lower = math.Exp(logPoisson(a, x)) * gammaSeries(a, x)
		return lower, max(0, 1-lower)
	}
	upper = math.Exp(logPoisson(a, x)) * a * gammaFraction(a, x)
	return max(0, 1-upper), upper
}

func logIncompleteGamma(a, x float64) (lower, upper float64) {
	if a < 1 && x < 1 {
		l, u := smallGamma(a, x)
		if l > 0 {
			return math.Log(l), math.Log(u)
		}
		lg, _ := math.Lgamma(a + 1)
		return a*math.Log(x) - lg, 0
	}
	if x < a+1 {
		lower = logPoisson(a, x) + math.Log(gammaSeries(a, x))
		return lower, log1mExp(lower)
	}
	upper = logPoisson(a, x) + math.Log(a*gammaFraction(a, x))
	return log1mExp(upper), upper
}

// log1mExp gives log(1 - exp(l)) for l <= 0 without cancellation.
func log1mExp(l float64) float64 {
	if l >= 0 {
		return math.Inf(-1)
	}
	if l > -math.Ln2 {
		return math.Log(-math.Expm1(l))
	}
	return math.Log1p(-math.Exp(l))
}

// gammaSeries is 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... (Abramowitz and Stegun 6.5.29).
func gammaSeries(a, x float64) float64 {
	sum, term := 1.0, 1.0
	for n := 1.0; n < 1e7; n++ {
		term *= x / (a + n)
		sum += term
		if term < sum*0x1p-55 {
			break
		}
	}
	return sum
}

// gammaFraction is Legendre's continued fraction for Gamma(a, x) e^x x^-a (Abramowitz and Stegun 6.5.31, in
// its contracted form), by the modified Lentz method.
func gammaFraction(a, x float64) float64 {
	const tiny = 1e-300
	b := x + 1 - a
	c := 1 / tiny
	d := 1 / b
	h := d
	for i := 1.0; i < 1e7; i++ {
		an := -i * (i - a)
		b += 2
		d = an*d + b
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = b + an/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		step := d * c
		h *= step
		if !(math.Abs(step-1) > 0x1p-51) { // two roundings from 1; also ends on NaN
			break
		}
	}
	return h
}

// smallGamma gives P and Q for a < 1, x < 1 from x^a / Gamma(a+1) (1 + a sum (-x)^n / ((a+n) n!)), with
// Q = 1 - P formed without cancellation.
func smallGamma(a, x float64) (lower, upper float64) {
	sum, term := 0.0, 1.0
	for n := 1.0; n < 60; n++ {
		term *= -x / n
		sum += term / (a + n)
		if math.Abs(term) < 1e-19 {
			break
		}
	}
	e := a*math.Log(x) - logGamma1p(a)
	front := math.Exp(e)
	return front * (1 + a*sum), -math.Expm1(e) - front*a*sum
}

// logGamma1p gives log Gamma(1 + a) for 0 <= a <= 1, accurate relative to a also near zero: below 0.01 by
// the Taylor series (Abramowitz and Stegun 6.1.33).
func logGamma1p(a float64) float64 {
	if a >= 0.01 {
		lg, _ := math.Lgamma(1 + a)
		return lg
	}
	const euler = 0.57721566490153286061
	zeta := [...]float64{1.6449340668482264365, 1.2020569031595942854, 1.0823232337111381916,
		1.0369277551433699263, 1.0173430619844491397, 1.0083492773819228268}
	sum, power := -euler*a, a
	for i, z := range zeta {
		power *= -a
		sum -= power * z / float64(i+2)
	}
	return sum
}

// logPoisson gives log(x^a e^-x / Gamma(a + 1)) for a > 0, x > 0: a Poisson log probability at a not necessarily
// whole count, by Loader's saddle-point form (C. Loader, Fast and accurate computation of binomial
// probabilities, 2000), which has no large terms that cancel.
func logPoisson(a, x float64) float64 {
	if a == 0 {
		return -x
	}
	return -stirlingError(a) - deviance(a, x, a-x) - 0.5*math.Log(a) - logSqrt2Pi
}

// deviance is Loader's bd0: x log(x/m) + m - x, where difference = x - m is given by the caller, who may know
// it better than by subtraction.
func deviance(x, m, difference float64) float64 {
	if x == 0 {
		return m
	}
	if math.Abs(difference) >= 0.1*(x+m) {
		return x*math.Log(x/m) - difference
	}
	v := difference / (x + m)
	s := difference * v
	e := 2 * x * v
	v *= v
	for j := 1; j < 100; j++ {
		e *= v
		next := s + e/float64(2*j+1)
		if next == s {
			break
		}
		s = next
	}
	return s
}

// stirlingError is log Gamma(n+1) - (n + 1/2) log n + n - log sqrt(2 pi) for n > 0: tabled at half-integers, by
// Stirling's series from 8 on, and between by the recurrence down from there, whose terms are all positive.
func stirlingError(n float64) float64 {
	if !(n > 0) {
		return math.NaN()
	}
	if n >= 8 {
		r := 1 / (n * n)
		return (1./12 - r*(1./360-r*(1./1260-r*(1./1680-r*(1./1188-r*(691./360360-r*(1./156-
			r*(3617./122400-r*43867./244188)))))))) / n
	}
	if twice := 2 * n; twice == math.Floor(twice) {
		return stirlingHalf[int(twice)]
	}
	if n < 0.5 {
		return logGamma1p(n) - (n+0.5)*math.Log(n) + n - logSqrt2Pi
	}
	sum := 0.0
	for ; n < 8; n++ {
		// (n + 1/2) log((n+1)/n) - 1 = t^2/3 + t^4/5 + ... with t = 1/(2n+1).
		t2 := 1 / ((2*n + 1) * (2*n + 1))
		power := t2
		for k := 3.0; ; k += 2 {
			next := sum + power/k
			if next == sum {
				break
			}
			sum = next
			power *= t2
		}
	}
	return sum + stirlingError(n)
}

// stirlingHalf has the Stirling error of 0, 1/2, 1, ... 15/2 (mpmath 1.3, 40 digits); the entry of 0 is unused.
var stirlingHalf = [16]float64{0, 0.15342640972002734529, 0.08106146679532725822, 0.054814121051917653896,
	0.041340695955409294094, 0.033162873519936287485, 0.027677925684998339149, 0.023746163656297495971,
	0.020790672103765093112, 0.018488450532673185231, 0.016644691189821192163, 0.015134973221917378874,
	0.013876128823070747999, 0.012810465242920226924, 0.011896709945891770095, 0.011104559758206917327}
