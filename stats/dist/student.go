package dist

import "math"

// StudentT is Student's t distribution with DF > 0 degrees of freedom, not necessarily whole; infinite DF is
// the standard normal.
type StudentT struct{ DF float64 }

// CDF gives P(T <= t).
func (s StudentT) CDF(t float64) float64 { return s.Survival(-t) }

// Survival gives P(T > t).
func (s StudentT) Survival(t float64) float64 {
	p := s.TwoSided(t)
	if t >= 0 {
		return p / 2
	}
	return 1 - p/2
}

// TwoSided gives P(|T| > |t|), the two-sided P value.
func (s StudentT) TwoSided(t float64) float64 {
	if math.IsInf(s.DF, 1) {
		return Normal{}.TwoSided(t)
	}
	if !(s.DF > 0) || math.IsNaN(t) {
		return math.NaN()
	}
	x, y := s.shares(t)
	upper, _ := incompleteBeta(s.DF/2, 0.5, y, x)
	return upper
}

// LogCDF gives log P(T <= t).
func (s StudentT) LogCDF(t float64) float64 { return s.LogSurvival(-t) }

// LogSurvival gives log P(T > t).
func (s StudentT) LogSurvival(t float64) float64 {
	if math.IsInf(s.DF, 1) {
		return Normal{}.LogSurvival(t)
	}
	if !(s.DF > 0) || math.IsNaN(t) {
		return math.NaN()
	}
	if t < 0 {
		return math.Log1p(-s.TwoSided(t) / 2)
	}
	x, y := s.shares(t)
	var two float64
	if y == 0 {
		two = logBetaKernelEdge(0.5, s.DF/2, 2*math.Log(t)-math.Log(s.DF)) - math.Log(s.DF/2)
	} else {
		two, _ = logIncompleteBeta(s.DF/2, 0.5, y, x)
	}
	return two - math.Ln2
}

// shares gives t^2 / (DF + t^2) and DF / (DF + t^2); their quotient is F = t^2 over DF.
func (s StudentT) shares(t float64) (x, y float64) {
	r := t / s.DF * t
	if math.IsInf(r, 1) {
		return 1, 0
	}
	return r / (1 + r), 1 / (1 + r)
}

// Quantile gives the t with P(T <= t) = p.
func (s StudentT) Quantile(p float64) float64 {
	if p > 0.5 {
		return s.magnitude(2*(p-0.5), 2*(1-p))
	}
	return -s.magnitude(2*(0.5-p), 2*p)
}

// QuantileUpper gives the t with P(T > t) = q: the critical value of a two-sided test at level alpha is
// QuantileUpper(alpha / 2).
func (s StudentT) QuantileUpper(q float64) float64 { return -s.Quantile(q) }

// magnitude gives the t >= 0 with P(|T| <= t) = inside and P(|T| > t) = outside.
func (s StudentT) magnitude(inside, outside float64) float64 {
	switch {
	case !(s.DF > 0) || !probability(inside) || !probability(outside):
		return math.NaN()
	case inside == 0:
		return 0
	case math.IsInf(s.DF, 1):
		return math.Abs(normalQuantile(outside/2, 0.5+inside/2))
	}
	z := betaLogit(0.5, s.DF/2, inside, outside)
	return math.Exp(z/2) * math.Sqrt(s.DF)
}
