package wald

import (
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/dist"
)

// A table of contrasts needs a tail and a critical value for every line. dist solves both for any argument to the last digits in
// the tails, through logarithms; here, in the middle of a t distribution with at least minDF degrees of freedom, a short
// series does it in a tenth of the time. Elsewhere dist is asked.
const (
	minDF   = 20
	maxT    = 4
	z975    = 1.959963984540054 // quantile of the normal distribution for 95% intervals
	seriesK = 200
)

// twoSided is P(|T| > |t|).
func twoSided(t, df float64) float64 {
	if t = math.Abs(t); !(t > 0 && t <= maxT && df >= minDF && df <= 1e6) {
		return dist.StudentT{DF: df}.TwoSided(t)
	}
	inside, _ := central(t, df)
	return 1 - inside
}

// critical is the t with P(|T| <= t) = level: Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5), whose error is of
// order df^-5, and one step of Halley's method on the exact probability.
func critical(level, df float64) float64 {
	if !(df >= minDF && df <= 1e6 && level >= 0.5 && level <= 0.995) {
		return dist.StudentT{DF: df}.QuantileUpper((1 - level) / 2)
	}
	z := z975
	if level != 0.95 {
		z = dist.Normal{}.QuantileUpper((1 - level) / 2)
	}
	z2, v := float64(z*z), 1/df
	poly := func(c ...float64) float64 { // in z^2, highest power first
		sum := 0.0
		for _, x := range c {
			sum = float64(sum*z2) + x
		}
		return float64(sum * z)
	}
	g1 := poly(1, 1) / 4
	g2 := poly(5, 16, 3) / 96
	g3 := poly(3, 19, 17, -15) / 384
	g4 := poly(79, 776, 1482, -1920, -945) / 92160
	t := z + float64(v*(g1+float64(v*(g2+float64(v*(g3+float64(v*g4)))))))
	inside, density := central(t, df)
	newton := (inside - level) / density
	return t - newton/(1+float64(0.5*newton*t*(df+1)/(df+float64(t*t))))
}

// central is P(|T| <= t) and its derivative, by the series of the incomplete beta function I_u(1/2, df/2), u = t^2/(df + t^2), whose
// terms are all positive (Abramowitz and Stegun 26.5.4).
func central(t, df float64) (inside, density float64) {
	t2 := float64(t * t)
	u := t2 / (df + t2)
	z := 2 / df // 1 over half the degrees of freedom
	z2 := float64(z * z)
	// log of Gamma(df/2 + 1/2) / Gamma(df/2) / sqrt(df/2), its asymptotic series
	s := float64(z2*(691.0/180224)) - 31.0/18432
	s = float64(z2*s) + 17.0/14336
	s = float64(z2*s) - 1.0/640
	s = float64(z2*s) + 1.0/192
	s = float64(z * (float64(z2*s) - 1.0/8))
	power := arithmetic.Exp(s - float64(0.5*df*arithmetic.Log1p(t2/df)))
	density = math.Sqrt(2/math.Pi) * math.Sqrt(df/(df+t2)) * power
	sum, term := 1.0, 1.0
	for k := range seriesK {
		term *= u * (df + float64(1+2*k)) / float64(3+2*k)
		sum += term
		if term < 1e-17*sum {
			break
		}
	}
	return float64(float64(t*density) * sum), density
}
