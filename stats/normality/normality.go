// Package normality tests whether a sample could come from a normal distribution, for residuals and random effects beside
// their Q-Q plots. It is a help to the eye, not a gate before a t test.
package normality

import (
	"fmt"
	"math"
	"slices"

	"rekindle/stats/dist"
)

// ShapiroWilk gives the W statistic of S. S. Shapiro and M. B. Wilk (1965) and its P value in the approximation of P.
// Royston (Applied Statistics 44, 1995, algorithm AS R94), for 3 to 5,000 finite values that are not all equal.
func ShapiroWilk(sample []float64) (w, p float64, err error) {
	n := len(sample)
	if n < 3 || n > 5000 {
		return 0, 0, fmt.Errorf("sample of %d values: the Shapiro-Wilk test is for 3 to 5000", n)
	}
	x := slices.Clone(sample)
	slices.Sort(x)
	mean := 0.0
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, 0, fmt.Errorf("sample has a value of %v: leave missing values out first", v)
		}
		mean += v / float64(n)
	}
	ss := 0.0
	for _, v := range x {
		ss += (v - mean) * (v - mean)
	}
	if x[n-1]-x[0] <= 1e-14*math.Abs(mean) || ss == 0 {
		return 0, 0, fmt.Errorf("all values are equal")
	}
	sum := 0.0
	for i, a := range weights(n) {
		sum += a * (x[n-1-i] - x[i])
	}
	w = min(1, sum*sum/ss)
	return w, significance(w, n), nil
}

// weights gives the upper half of the test's coefficients, largest first.
func weights(n int) []float64 {
	half := n / 2
	if n == 3 {
		return []float64{math.Sqrt(0.5)}
	}
	m := make([]float64, half)
	ss := 0.0
	for i := range m {
		m[i] = -dist.Normal{}.Quantile((float64(i) + 0.625) / (float64(n) + 0.25))
		ss += 2 * m[i] * m[i]
	}
	u := 1 / math.Sqrt(float64(n))
	a := make([]float64, half)
	a[0] = polynomial(u, 0, .221157, -.147981, -2.07119, 4.434685, -2.706056) + m[0]/math.Sqrt(ss)
	fixed, rest, unit := 1, ss-2*m[0]*m[0], 1-2*a[0]*a[0]
	if n > 5 {
		a[1] = polynomial(u, 0, .042981, -.293762, -1.752461, 5.682633, -3.582633) + m[1]/math.Sqrt(ss)
		fixed, rest, unit = 2, rest-2*m[1]*m[1], unit-2*a[1]*a[1]
	}
	scale := math.Sqrt(rest / unit)
	for i := fixed; i < half; i++ {
		a[i] = m[i] / scale
	}
	return a
}

// significance is Royston's normalizing transformation of W.
func significance(w float64, n int) float64 {
	if n == 3 {
		return max(0, 6/math.Pi*(math.Asin(math.Sqrt(w))-math.Asin(math.Sqrt(0.75))))
	}
	if w == 1 {
		return 1
	}
	y, size := math.Log1p(-w), float64(n)
	var mean, sd float64
	if n <= 11 {
		gamma := polynomial(size, -2.273, .459)
		if y >= gamma {
			return 0
		}
		y = -math.Log(gamma - y)
		mean = polynomial(size, .544, -.39978, .025054, -6.714e-4)
		sd = math.Exp(polynomial(size, 1.3822, -.77857, .062767, -.0020322))
	} else {
		l := math.Log(size)
		mean = polynomial(l, -1.5861, -.31082, -.083751, .0038915)
		sd = math.Exp(polynomial(l, -.4803, -.082676, .0030302))
	}
	return dist.Normal{}.Survival((y - mean) / sd)
}

// polynomial gives c0 + c1 x + c2 x^2 + ...
func polynomial(x float64, c ...float64) float64 {
	v := 0.0
	for i := len(c) - 1; i >= 0; i-- {
		v = v*x + c[i]
	}
	return v
}
