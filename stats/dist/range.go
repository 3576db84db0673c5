package dist

import (
	"math"

	"rekindle/stats/root"
)

// StudentizedRange is the law of Tukey's q: the range of Groups >= 2 independent normal means over an
// independent standard error with DF > 0 degrees of freedom (infinite allowed).
type StudentizedRange struct {
	Groups int
	DF     float64
}

// CDF gives P(Q <= q).
func (d StudentizedRange) CDF(q float64) float64 { return d.tail(q, false) }

// Survival gives P(Q > q), the adjusted P value of one of all pairwise comparisons.
func (d StudentizedRange) Survival(q float64) float64 { return d.tail(q, true) }

func (d StudentizedRange) tail(q float64, upper bool) float64 {
	switch {
	case d.Groups < 2 || !(d.DF > 0) || math.IsNaN(q):
		return math.NaN()
	case q <= 0:
		return math.Exp(edge(!upper))
	case math.IsInf(q, 1):
		return math.Exp(edge(upper))
	case math.IsInf(d.DF, 1):
		return d.rangeTail(q, upper)
	}
	c := newChi(d.DF)
	return c.integrate(func(w float64) float64 {
		return math.Log(d.rangeTail(q*math.Exp(w), upper))
	}, func(u float64) float64 { return min(q*u, 2*float64(d.Groups)+40) })
}

// rangeTail gives a tail of the range of Groups standard normals (equation SR-1): with z the largest of them
//
//	P(R <= r) = k integral phi(z) (Phi(z) - Phi(z - r))^(k-1) dz,
//
// and the upper tail as the same integral of the difference from Phi(z)^(k-1), formed without cancellation. The
// integrand is entire and Gaussian at both ends: the trapezoidal rule with step 1/4 is exact to the last digits.
func (d StudentizedRange) rangeTail(r float64, upper bool) float64 {
	k := float64(d.Groups)
	const h = 0.125
	sum := 0.0
	n := Normal{}
	for i := -80; i <= 72+int(min(r, 80)/h); i++ {
		z := float64(i) * h
		phi := n.Density(z)
		if phi == 0 {
			continue
		}
		below := n.CDF(z)
		if below == 0 {
			continue
		}
		share := n.CDF(z-r) / below
		if upper {
			sum += phi * math.Exp((k-1)*math.Log(below)) * -math.Expm1((k-1)*math.Log1p(-share))
			continue
		}
		gap := below * (1 - share)
		if z > 0 && r < z {
			gap = n.Survival(z-r) - n.Survival(z)
		}
		sum += phi * math.Exp((k-1)*math.Log(gap))
	}
	return min(1, k*h*sum)
}

// Quantile gives the q with P(Q <= q) = p.
func (d StudentizedRange) Quantile(p float64) float64 { return d.quantile(p, 1-p) }

// QuantileUpper gives the q with P(Q > q) = alpha.
func (d StudentizedRange) QuantileUpper(alpha float64) float64 { return d.quantile(1-alpha, alpha) }

func (d StudentizedRange) quantile(lower, upper float64) float64 {
	switch {
	case !probability(lower) || !probability(upper) || math.IsNaN(d.CDF(1)):
		return math.NaN()
	case lower == 0:
		return 0
	case upper == 0:
		return math.Inf(1)
	}
	t := target(lower, upper)
	z, err := root.Bracket(func(z float64) float64 {
		v := math.Log(d.tail(math.Exp(z), t.upper)) - t.log
		if t.upper {
			v = -v
		}
		return max(-1e308, min(1e308, v))
	}, 0.5, 1.5, math.Inf(-1), math.Inf(1))
	if err != nil {
		return math.NaN()
	}
	return math.Exp(z)
}
