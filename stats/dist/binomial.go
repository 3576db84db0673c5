package dist

import "math"

// Binomial is the number of successes in N >= 0 trials with success probability P in [0, 1].
type Binomial struct {
	N int
	P float64
}

func (b Binomial) valid() bool { return b.N >= 0 && probability(b.P) }

// Mass gives P(X = k), by Loader's saddle-point form.
func (b Binomial) Mass(k int) float64 {
	switch {
	case !b.valid():
		return math.NaN()
	case k < 0 || k > b.N:
		return 0
	case b.P == 0 || b.P == 1:
		if (b.P == 0) == (k == 0) && (b.P == 1) == (k == b.N) {
			return 1
		}
		return 0
	case k == 0:
		return math.Exp(float64(b.N) * math.Log1p(-b.P))
	case k == b.N:
		return math.Pow(b.P, float64(b.N))
	}
	a, c := float64(k), float64(b.N-k)
	// The beta kernel is k (n-k) / n times the binomial probability.
	return math.Exp(logBetaKernel(a, c, b.P, 1-b.P)) * (a + c) / (a * c)
}

// CDF gives P(X <= k).
func (b Binomial) CDF(k int) float64 {
	switch {
	case !b.valid():
		return math.NaN()
	case k < 0:
		return 0
	case k >= b.N:
		return 1
	}
	_, upper := incompleteBeta(float64(k)+1, float64(b.N-k), b.P, 1-b.P)
	return upper
}

// Survival gives P(X > k).
func (b Binomial) Survival(k int) float64 {
	switch {
	case !b.valid():
		return math.NaN()
	case k < 0:
		return 1
	case k >= b.N:
		return 0
	}
	lower, _ := incompleteBeta(float64(k)+1, float64(b.N-k), b.P, 1-b.P)
	return lower
}

// Quantile gives the smallest k with P(X <= k) >= p; -1 when p or a parameter is out of range.
func (b Binomial) Quantile(p float64) int {
	return b.search(p, func(k int) bool { return b.CDF(k) >= p })
}

// QuantileUpper gives the smallest k with P(X > k) <= q; -1 when q or a parameter is out of range.
func (b Binomial) QuantileUpper(q float64) int {
	return b.search(q, func(k int) bool { return b.Survival(k) <= q })
}

func (b Binomial) search(p float64, reached func(k int) bool) int {
	if !b.valid() || !probability(p) {
		return -1
	}
	lo, hi := -1, b.N // reached is false at lo and true at hi
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; reached(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
