package dist

import "math"

// Normal is the standard normal distribution.
type Normal struct{}

// CDF gives P(Z <= z).
func (Normal) CDF(z float64) float64 { return upperNormal(-z) }

// Survival gives P(Z > z).
func (Normal) Survival(z float64) float64 { return upperNormal(z) }

// TwoSided gives P(|Z| > |z|), the two-sided P value of a z test.
func (Normal) TwoSided(z float64) float64 { return 2 * upperNormal(math.Abs(z)) }

// Density gives the standard normal density.
func (Normal) Density(z float64) float64 { return math.Exp(-z*z/2) / sqrt2Pi }

// LogCDF gives log P(Z <= z), also where P itself underflows.
func (Normal) LogCDF(z float64) float64 { return logUpperNormal(-z) }

// LogSurvival gives log P(Z > z), also where P itself underflows.
func (Normal) LogSurvival(z float64) float64 { return logUpperNormal(z) }

// Quantile gives the z with P(Z <= z) = p.
func (Normal) Quantile(p float64) float64 { return normalQuantile(p, 1-p) }

// QuantileUpper gives the z with P(Z > z) = q.
func (Normal) QuantileUpper(q float64) float64 { return -normalQuantile(q, 1-q) }

// upperNormal is erfc(z / sqrt 2) / 2, with the rounding error of the division carried to first order: far out the
// error would otherwise be multiplied by z^2.
func upperNormal(z float64) float64 {
	const s, sLow = math.Sqrt2 / 2, -4.8336466567264851798e-17 // their sum is sqrt(1/2) to 33 digits
	u := z * s
	if math.Abs(u) > 40 || math.IsNaN(u) {
		return 0.5 * math.Erfc(u)
	}
	residue := math.FMA(z, s, -u) + z*sLow
	return 0.5*math.Erfc(u) - residue*math.Exp(-u*u)/math.Sqrt(math.Pi)
}

func logUpperNormal(z float64) float64 {
	if z < 8 {
		if z < -1 {
			return math.Log1p(-upperNormal(-z))
		}
		return math.Log(upperNormal(z))
	}
	if math.IsInf(z, 1) {
		return math.Inf(-1)
	}
	// Mills's ratio by Laplace's continued fraction (Abramowitz and Stegun 26.2.14).
	f := z
	for k := 60.0; k >= 1; k-- {
		f = z + k/f
	}
	return -z*z/2 - logSqrt2Pi - math.Log(f)
}

// normalQuantile takes both tails so that a small upper one keeps its digits: Newton's method on the log tail, started
// from its leading term.
func normalQuantile(lower, upper float64) float64 {
	switch {
	case !probability(lower) || !probability(upper):
		return math.NaN()
	case lower == 0:
		return math.Inf(-1)
	case upper == 0:
		return math.Inf(1)
	}
	if c := lower - 0.5; math.Abs(c) < 0.25 { // near the middle: erf keeps what a tail would lose
		z := newton(func(z float64) (float64, float64) {
			return 0.5*math.Erf(z/math.Sqrt2) - c, Normal{}.Density(z)
		}, c*sqrt2Pi)
		return z
	}
	t := target(lower, upper)
	q := -t.log
	start := -math.Sqrt(max(2*q-math.Log(4*math.Pi*max(q, 0.2)), 0.1))
	z := newton(func(z float64) (float64, float64) {
		l := logUpperNormal(-z)
		return l - t.log, math.Exp(-z*z/2 - logSqrt2Pi - l)
	}, start)
	if t.upper {
		return -z
	}
	return z
}
