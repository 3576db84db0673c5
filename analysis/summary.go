package analysis

import (
	"math"
	"slices"

	"rekindle/stats/effect"
)

// summarize gives n, mean and SD (n-1) in two passes.
func summarize(x []float64) Summary {
	s := Summary{N: len(x)}
	if s.N == 0 {
		return s
	}
	for _, v := range x {
		s.Mean += v
	}
	s.Mean /= float64(s.N)
	if s.N < 2 {
		return s
	}
	var ss float64
	for _, v := range x {
		ss += (v - s.Mean) * (v - s.Mean)
	}
	s.SD = math.Sqrt(ss / float64(s.N-1))
	return s
}

// quartiles by linear interpolation of order statistics (R's type 7).
func quartiles(x []float64) Quartiles {
	q := Quartiles{N: len(x)}
	if q.N == 0 {
		return q
	}
	x = slices.Clone(x)
	slices.Sort(x)
	at := func(p float64) float64 {
		h := p * float64(len(x)-1)
		i := int(h)
		if i+1 == len(x) {
			return x[i]
		}
		return x[i] + (h-float64(i))*(x[i+1]-x[i])
	}
	q.Lower, q.Median, q.Upper = at(0.25), at(0.5), at(0.75)
	return q
}

// pooledSD is the square root of the degree-of-freedom weighted mean of two variances; 0 where neither has two values.
func pooledSD(a, b Summary) float64 {
	df := max(a.N-1, 0) + max(b.N-1, 0)
	if df == 0 {
		return 0
	}
	return math.Sqrt((float64(max(a.N-1, 0))*a.SD*a.SD + float64(max(b.N-1, 0))*b.SD*b.SD) / float64(df))
}

// balance is the standardized difference of two means (stats/effect.Balance); 0 where it cannot be had.
func balance(a, b Summary) float64 {
	d, err := effect.Balance(effect.Summary{Mean: a.Mean, SD: a.SD, N: a.N}, effect.Summary{Mean: b.Mean, SD: b.SD, N: b.N})
	if err != nil || math.IsNaN(d) {
		return 0
	}
	return d
}

// balanceOf is the standardized difference of categories (stats/effect.BalanceOf); 0 where it cannot be had.
func balanceOf(a, b []int) float64 {
	d, err := effect.BalanceOf(a, b)
	if err != nil || math.IsNaN(d) {
		return 0
	}
	return d
}
