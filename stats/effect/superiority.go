package effect

import (
	"fmt"
	"math"
	"slices"

	"rekindle/stats/dist"
)

// Superiority is the Mann-Whitney probability that a participant of one group has a higher value than one of the other, ties
// counted half, with the rank test of E. Brunner and U. Munzel (Biometrical Journal 42, 2000), which does not assume equal
// variances.
type Superiority struct {
	Estimate // interval on the logit scale with the same SE and DF, so that it stays within 0 and 1
	SE       float64
	T, DF, P float64 // Brunner-Munzel test of 1/2, two-sided
}

// Superior gives the probability that a is higher than b. Values must be finite, two at least in each group. When the
// groups do not overlap at all the SE is zero and an error says so.
func Superior(a, b []float64, level float64) (Superiority, error) {
	if err := validate(level); err != nil {
		return Superiority{}, err
	}
	for _, x := range [][]float64{a, b} {
		if _, err := Summarize(x); err != nil {
			return Superiority{}, err
		}
	}
	pa, pb := placements(a, b), placements(b, a)
	sa, _ := Summarize(pa)
	sb, _ := Summarize(pb)
	na, nb := float64(len(a)), float64(len(b))
	va, vb := sa.SD*sa.SD/na, sb.SD*sb.SD/nb
	se := math.Sqrt(va + vb)
	value := sa.Mean
	if se == 0 {
		return Superiority{}, fmt.Errorf("the groups do not overlap: the probability is %v and its error cannot be estimated", value)
	}
	df := (va + vb) * (va + vb) / (va*va/(na-1) + vb*vb/(nb-1))
	t := dist.StudentT{DF: df}
	q := t.QuantileUpper((1 - level) / 2)
	logit := math.Log(value / (1 - value))
	half := q * se / (value * (1 - value))
	expit := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	stat := (value - 0.5) / se
	return Superiority{Estimate{value, expit(logit - half), expit(logit + half)}, se, stat, df, t.TwoSided(stat)}, nil
}

// placements gives for each x the share of others below it, ties half.
func placements(x, others []float64) []float64 {
	sorted := slices.Clone(others)
	slices.Sort(sorted)
	out := make([]float64, len(x))
	for i, v := range x {
		below, _ := slices.BinarySearch(sorted, v)
		upTo, _ := slices.BinarySearch(sorted, math.Nextafter(v, math.Inf(1)))
		out[i] = (float64(below) + float64(upTo)) / 2 / float64(len(others))
	}
	return out
}
