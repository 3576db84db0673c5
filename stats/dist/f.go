package dist

import "math"

// F is the F distribution with DF1 > 0 and DF2 > 0 degrees of freedom, not necessarily whole; with infinite DF2
// it is chi-square with DF1 over DF1.
type F struct{ DF1, DF2 float64 }

func (f F) valid() bool { return f.DF1 > 0 && f.DF2 > 0 && !math.IsInf(f.DF1, 1) }

// CDF gives P(X <= x).
func (f F) CDF(x float64) float64 {
	lower, _ := f.tails(x)
	return lower
}

// Survival gives P(X > x), the P value of an F test.
func (f F) Survival(x float64) float64 {
	_, upper := f.tails(x)
	return upper
}

func (f F) tails(x float64) (lower, upper float64) {
	switch {
	case !f.valid() || math.IsNaN(x):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case math.IsInf(f.DF2, 1):
		return ChiSquared{f.DF1}.gamma().tails(x * f.DF1)
	}
	u, v := f.shares(x)
	return incompleteBeta(f.DF1/2, f.DF2/2, u, v)
}

// LogCDF gives log P(X <= x).
func (f F) LogCDF(x float64) float64 {
	lower, _ := f.logTails(x)
	return lower
}

// LogSurvival gives log P(X > x).
func (f F) LogSurvival(x float64) float64 {
	_, upper := f.logTails(x)
	return upper
}

func (f F) logTails(x float64) (lower, upper float64) {
	switch {
	case !f.valid() || math.IsNaN(x):
		return math.NaN(), math.NaN()
	case x <= 0:
		return math.Inf(-1), 0
	case math.IsInf(f.DF2, 1):
		return ChiSquared{f.DF1}.gamma().logTails(x * f.DF1)
	}
	u, v := f.shares(x)
	return logIncompleteBeta(f.DF1/2, f.DF2/2, u, v)
}

// shares gives DF1 x / (DF1 x + DF2) and DF2 / (DF1 x + DF2).
func (f F) shares(x float64) (u, v float64) {
	r := x * (f.DF1 / f.DF2)
	if math.IsInf(r, 1) {
		return 1, 0
	}
	return r / (1 + r), 1 / (1 + r)
}

// Quantile gives the x with P(X <= x) = p.
func (f F) Quantile(p float64) float64 { return f.quantile(p, 1-p) }

// QuantileUpper gives the x with P(X > x) = q, the critical value of an F test at level q.
func (f F) QuantileUpper(q float64) float64 { return f.quantile(1-q, q) }

func (f F) quantile(lower, upper float64) float64 {
	if !f.valid() || !probability(lower) || !probability(upper) {
		return math.NaN()
	}
	if math.IsInf(f.DF2, 1) {
		return ChiSquared{f.DF1}.gamma().quantile(lower, upper) / f.DF1
	}
	return math.Exp(betaLogit(f.DF1/2, f.DF2/2, lower, upper)) * (f.DF2 / f.DF1)
}
