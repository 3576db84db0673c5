package wald

import (
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/dist"
)

// A table of contrasts needs a tail and a critical value for every line. dist has both for any argument; here, for a t distribution with at
// least minDF degrees of freedom, a short series in the middle and a continued fraction without inner divisions in the tail do it in a tenth of the time.
// Elsewhere dist is asked.
const (
	minDF   = 20
	maxDF   = 1e6
	tailDF  = 2000              // the fraction's convergence slows with the root of the degrees of freedom
	middle  = 2.5               // up to here the series, beyond the fraction
	z975    = 1.959963984540054 // quantile of the normal distribution for 95% intervals
	maxTerm = 400
)

// twoSided is P(|T| > |t|).
func twoSided(t, df float64) float64 {
	switch t = math.Abs(t); {
	case !(t > 0 && t <= 30 && df >= minDF && df <= maxDF):
		return dist.StudentT{DF: df}.TwoSided(t)
	case t <= middle:
		inside, _ := central(t, df)
		return 1 - inside
	case df <= tailDF:
		return tail(t, df)
	}
	return dist.StudentT{DF: df}.TwoSided(t)
}

// tail is P(|T| > t) by the continued fraction of the incomplete beta function I_x(df/2, 1/2), x = df/(df + t^2) (Abramowitz and Stegun
// 26.5.8), numerators and denominators carried forward.
func tail(t, df float64) float64 {
	t2, a := float64(t*t), 0.5*df
	x := df / (df + t2)
	top0, top, bottom0, bottom := 1.0, 1.0, 0.0, 1.0
	f := 1.0
	for m := range maxTerm {
		k := float64(m)
		odd := -(a + k) * (a + k + 0.5) * x / ((a + 2*k) * (a + 2*k + 1))
		top0, top = top, top+float64(odd*top0)
		bottom0, bottom = bottom, bottom+float64(odd*bottom0)
		k++
		even := k * (0.5 - k) * x / ((a + 2*k - 1) * (a + 2*k))
		top0, top = top, top+float64(even*top0)
		bottom0, bottom = bottom, bottom+float64(even*bottom0)
		if m&3 == 3 {
			last := f
			if f = bottom / top; math.Abs(f-last) <= 2e-15*f {
				break
			}
		}
	}
	power := arithmetic.Exp(gammaRatio(df) - float64(a*arithmetic.Log1p(t2/df)))
	return f * power * math.Sqrt(t2/((df+t2)*a*math.Pi))
}

// critical is the t with P(|T| <= t) = level: Cornish and Fisher's expansion (Abramowitz and Stegun 26.7.5), whose error is of
// order df^-5, and one step of Halley's method on the exact probability.
func critical(level, df float64) float64 {
	if !(df >= minDF && df <= maxDF && level >= 0.5 && level <= 0.995) {
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
	power := arithmetic.Exp(gammaRatio(df) - float64(0.5*df*arithmetic.Log1p(t2/df)))
	density = math.Sqrt(2/math.Pi) * math.Sqrt(df/(df+t2)) * power
	sum, term := 1.0, 1.0
	for k := range maxTerm {
		term *= u * (df + float64(1+2*k)) / float64(3+2*k)
		sum += term
		if term < 1e-17*sum {
			break
		}
	}
	return float64(float64(t*density) * sum), density
}

// gammaRatio is the logarithm of Gamma(df/2 + 1/2) / Gamma(df/2) / sqrt(df/2), its asymptotic series.
func gammaRatio(df float64) float64 {
	z := 2 / df
	z2 := float64(z * z)
	s := float64(z2*(691.0/180224)) - 31.0/18432
	s = float64(z2*s) + 17.0/14336
	s = float64(z2*s) - 1.0/640
	s = float64(z2*s) + 1.0/192
	return float64(z * (float64(z2*s) - 1.0/8))
}
