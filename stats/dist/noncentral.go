package dist

import (
	"math"

	"rekindle/stats/root"
)

// NoncentralChiSquared is the law of the sum of DF squared normals whose squared means add to NCP >= 0; DF > 0 need
// not be whole.
type NoncentralChiSquared struct{ DF, NCP float64 }

// NoncentralF is the ratio of a noncentral chi-square over DF1 to a central one over DF2. NCP >= 0.
type NoncentralF struct{ DF1, DF2, NCP float64 }

// CDF gives P(X <= x).
func (d NoncentralChiSquared) CDF(x float64) float64 { return math.Exp(d.logTail(x, false)) }

// Survival gives P(X > x), the power of a chi-square test with critical value x.
func (d NoncentralChiSquared) Survival(x float64) float64 { return math.Exp(d.logTail(x, true)) }

// Quantile gives the x with P(X <= x) = p.
func (d NoncentralChiSquared) Quantile(p float64) float64 {
	return positiveQuantile(d.logTail, d.DF+d.NCP, p, 1-p)
}

// QuantileUpper gives the x with P(X > x) = q.
func (d NoncentralChiSquared) QuantileUpper(q float64) float64 {
	return positiveQuantile(d.logTail, d.DF+d.NCP, 1-q, q)
}

func (d NoncentralChiSquared) logTail(x float64, upper bool) float64 {
	if !(d.DF > 0) || !(d.NCP >= 0) || math.IsInf(d.DF, 1) || math.IsInf(d.NCP, 1) || math.IsNaN(x) {
		return math.NaN()
	}
	m := mixture{
		mean: d.NCP / 2,
		far:  x / 2,
		tail: func(j float64) (float64, float64) { return logIncompleteGamma(d.DF/2+j, x/2) },
		step: func(j float64) float64 { return logPoisson(d.DF/2+j, x/2) },
	}
	return m.logTail(x, upper)
}

// CDF gives P(X <= x).
func (d NoncentralF) CDF(x float64) float64 { return math.Exp(d.logTail(x, false)) }

// Survival gives P(X > x), the power of an F test with critical value x.
func (d NoncentralF) Survival(x float64) float64 { return math.Exp(d.logTail(x, true)) }

// Quantile gives the x with P(X <= x) = p.
func (d NoncentralF) Quantile(p float64) float64 {
	return positiveQuantile(d.logTail, 1+d.NCP/d.DF1, p, 1-p)
}

// QuantileUpper gives the x with P(X > x) = q.
func (d NoncentralF) QuantileUpper(q float64) float64 {
	return positiveQuantile(d.logTail, 1+d.NCP/d.DF1, 1-q, q)
}

func (d NoncentralF) logTail(x float64, upper bool) float64 {
	if !(d.DF1 > 0) || !(d.DF2 > 0) || !(d.NCP >= 0) || math.IsInf(d.DF1, 1) || math.IsInf(d.NCP, 1) || math.IsNaN(x) {
		return math.NaN()
	}
	if math.IsInf(d.DF2, 1) {
		return NoncentralChiSquared{d.DF1, d.NCP}.logTail(x*d.DF1, upper)
	}
	u, v := F{d.DF1, d.DF2}.shares(x)
	a, b := d.DF1/2, d.DF2/2
	m := mixture{
		mean: d.NCP / 2,
		far:  b * (u / v),
		tail: func(j float64) (float64, float64) { return logIncompleteBeta(a+j, b, u, v) },
		step: func(j float64) float64 { return logBetaKernel(a+j, b, u, v) - math.Log(a+j) },
	}
	return m.logTail(x, upper)
}

// mixture is a Poisson mixture of central distributions: tail gives the log tails of component j, and exp(step(j))
// is how much less lower tail component j + 1 has than component j (equations NC-1, NC-2 of the derivation).
type mixture struct {
	mean float64 // of the Poisson weights: half the noncentrality
	far  float64 // about where the component's own mean passes x
	tail func(j float64) (lower, upper float64)
	step func(j float64) float64
}

// logTail sums the mixture on the side wanted, all terms positive. Terms are log-concave in j, so the largest is found by
// bisection and the sum runs outward from it until nothing is added. Within the sum tails are built from each other
// in the direction in which they grow.
func (m mixture) logTail(x float64, upper bool) float64 {
	switch {
	case x <= 0:
		return edge(!upper)
	case math.IsInf(x, 1):
		return edge(upper)
	}
	side := func(j float64) float64 {
		l, u := m.tail(j)
		if upper {
			return u
		}
		return l
	}
	if m.mean == 0 {
		return side(0)
	}
	weight := func(j float64) float64 {
		if j == 0 {
			return -m.mean
		}
		return logPoisson(j, m.mean)
	}
	term := func(j float64) float64 { return weight(j) + side(j) }

	reach := m.mean
	if upper {
		reach = max(reach, min(m.far, 1e9))
	}
	lo, hi := 0.0, math.Ceil(reach+40*math.Sqrt(reach)+100)
	for hi-lo > 2 { // the largest term
		mid := math.Floor((lo + hi) / 2)
		if term(mid+1) > term(mid) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	peak := lo
	for j := lo + 1; j <= hi; j++ {
		if term(j) > term(peak) {
			peak = j
		}
	}
	floor := term(peak) - 42 // e^-42 is below the last digit
	negligible := func(j float64) bool { return term(j) < floor }
	last := peak
	for width := 1.0; !negligible(last); width *= 2 {
		last = peak + width
	}
	first := peak
	for width := 1.0; first > 0 && !negligible(first); width *= 2 {
		first = max(0, peak-width)
	}
	top, heavy := side(peak), weight(peak)
	sum := 0.0
	if upper {
		t := math.Exp(side(first) - top)
		for j := first; j <= last; j++ {
			sum += math.Exp(weight(j)-heavy) * t
			t += math.Exp(m.step(j) - top)
		}
	} else {
		t := math.Exp(side(last) - top)
		for j := last; j >= first; j-- {
			sum += math.Exp(weight(j)-heavy) * t
			if j > 0 {
				t += math.Exp(m.step(j-1) - top)
			}
		}
	}
	return min(0, math.Log(sum)+top+heavy)
}

// edge is the log of probability 0 or 1.
func edge(impossible bool) float64 {
	if impossible {
		return math.Inf(-1)
	}
	return 0
}

// positiveQuantile solves for a quantile on (0, inf) on the log scale of both x and the smaller tail.
func positiveQuantile(logTail func(x float64, upper bool) float64, start, lower, upper float64) float64 {
	switch {
	case !probability(lower) || !probability(upper) || math.IsNaN(logTail(start, true)):
		return math.NaN()
	case lower == 0:
		return 0
	case upper == 0:
		return math.Inf(1)
	}
	t := target(lower, upper)
	z, err := root.Bracket(func(z float64) float64 {
		d := logTail(math.Exp(z), t.upper) - t.log
		if t.upper {
			d = -d
		}
		return max(-1e308, min(1e308, d))
	}, math.Log(start)-0.5, math.Log(start)+0.5, math.Inf(-1), math.Inf(1))
	if err != nil {
		return math.NaN()
	}
	return math.Exp(z)
}
