// Package psychometric checks the instruments a trial measures with: internal consistency, how items hang together, floor and ceiling,
// stability over time, what change of one person is more than noise, and whether a printed mean can be the mean of such items at all.
//
// It does not score instruments (trial/instrument does) and does not do item response theory. In the paper it stands behind the
// Measures section, which cites alphas of other samples.
package psychometric

import (
	"fmt"
	"math"

	"rekindle/stats/dist"
)

// Items are answers, a row a person, a column an item, scored in one direction; NaN is missing.
type Items [][]float64

// Interval is a value with its confidence limits.
type Interval struct{ Value, Lower, Upper float64 }

// completeRows gives the rows without a missing answer, and how many were left out.
func (items Items) completeRows(least int) (rows [][]float64, dropped int, err error) {
	if len(items) == 0 {
		return nil, 0, fmt.Errorf("no answers")
	}
	k := len(items[0])
	if k < least {
		return nil, 0, fmt.Errorf("%d items: %d are needed at least", k, least)
	}
	for i, row := range items {
		if len(row) != k {
			return nil, 0, fmt.Errorf("person %d has %d answers, the first has %d", i+1, len(row), k)
		}
		whole := true
		for j, v := range row {
			if math.IsInf(v, 0) {
				return nil, 0, fmt.Errorf("answer of person %d to item %d is infinite", i+1, j+1)
			}
			whole = whole && !math.IsNaN(v)
		}
		if whole {
			rows = append(rows, row)
		} else {
			dropped++
		}
	}
	if len(rows) < 3 {
		return nil, 0, fmt.Errorf("%d people answered all items: 3 are needed at least", len(rows))
	}
	return rows, dropped, nil
}

// covariance gives the k x k covariance matrix (divisor n - 1), row-major, and the means.
func covariance(rows [][]float64) (s, mean []float64) {
	k, n := len(rows[0]), float64(len(rows))
	mean, s = make([]float64, k), make([]float64, k*k)
	for _, row := range rows {
		for j, v := range row {
			mean[j] += v / n
		}
	}
	for _, row := range rows {
		for j, v := range row {
			for l := range j + 1 {
				s[j*k+l] += (v - mean[j]) * (row[l] - mean[l]) / (n - 1)
			}
		}
	}
	for j := range k {
		for l := range j {
			s[l*k+j] = s[j*k+l]
		}
	}
	return s, mean
}

func validLevel(level float64) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	return nil
}

// ItemStatistics is what one item does in its scale.
type ItemStatistics struct {
	Mean, SD       float64
	Rest           float64 // correlation with the sum of the other items ("corrected item-total")
	Total          float64 // correlation with the sum of all
	AlphaWithoutIt float64 // NaN for a scale of two items
}

// Consistency is Cronbach's alpha with what stands behind it.
type Consistency struct {
	Alpha        Interval // interval of Feldt
	Standardized float64  // alpha of the correlations
	Items        []ItemStatistics
	N, Dropped   int // people used; left out for a missing answer
}

// Cronbach gives alpha (L. J. Cronbach, Psychometrika 16, 1951) with the exact interval for normal, essentially tau-equivalent items (L. S.
// Feldt, Psychometrika 30, 1965). People with a missing answer are left out and counted.
func Cronbach(items Items, level float64) (Consistency, error) {
	if err := validLevel(level); err != nil {
		return Consistency{}, err
	}
	rows, dropped, err := items.completeRows(2)
	if err != nil {
		return Consistency{}, err
	}
	s, mean := covariance(rows)
	k := len(mean)
	total := 0.0
	for _, v := range s {
		total += v
	}
	if total <= 0 {
		return Consistency{}, fmt.Errorf("the sum score does not vary: there is no alpha")
	}
	out := Consistency{N: len(rows), Dropped: dropped}
	value := alpha(s, k, -1)
	n, f := float64(len(rows)), float64(k)
	law := dist.F{DF1: n - 1, DF2: (n - 1) * (f - 1)}
	tail := (1 - level) / 2
	out.Alpha = Interval{value, 1 - (1-value)*law.QuantileUpper(tail), 1 - (1-value)*law.Quantile(tail)}
	correlations := make([]float64, k*k)
	for j := range k {
		for l := range k {
			correlations[j*k+l] = s[j*k+l] / math.Sqrt(s[j*k+j]*s[l*k+l])
		}
	}
	out.Standardized = alpha(correlations, k, -1)
	for j := range k {
		with, own := 0.0, s[j*k+j]
		for l := range k {
			with += s[j*k+l]
		}
		if own == 0 {
			return Consistency{}, fmt.Errorf("item %d has the same answer from everyone", j+1)
		}
		item := ItemStatistics{Mean: mean[j], SD: math.Sqrt(own), Total: with / math.Sqrt(own*total),
			Rest: (with - own) / math.Sqrt(own*(total-2*with+own)), AlphaWithoutIt: math.NaN()}
		if k > 2 {
			item.AlphaWithoutIt = alpha(s, k, j)
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// alpha is k / (k - 1) (1 - sum of item variances / variance of the sum), without item leave (-1: with all).
func alpha(s []float64, k, leave int) float64 {
	own, total, m := 0.0, 0.0, 0.0
	for j := range k {
		if j == leave {
			continue
		}
		m++
		own += s[j*k+j]
		for l := range k {
			if l != leave {
				total += s[j*k+l]
			}
		}
	}
	return m / (m - 1) * (1 - own/total)
}

// Extremes is how many people have the lowest and the highest possible score. More than 15% at an end is taken as a floor or a ceiling
// effect (C. B. Terwee et al., Journal of Clinical Epidemiology 60, 2007).
type Extremes struct {
	N, Floor, Ceiling int
	FloorEffect       bool
	CeilingEffect     bool
}

// FloorCeiling counts scores at the ends of the scale's range; NaN is missing. A score outside the range is an error.
func FloorCeiling(scores []float64, least, most float64) (Extremes, error) {
	if !(least < most) {
		return Extremes{}, fmt.Errorf("range from %v to %v: it must go up", least, most)
	}
	var out Extremes
	slack := 1e-9 * (most - least)
	for i, v := range scores {
		if math.IsNaN(v) {
			continue
		}
		if v < least-slack || v > most+slack {
			return Extremes{}, fmt.Errorf("score %d is %v, outside the range from %v to %v", i+1, v, least, most)
		}
		out.N++
		if v <= least+slack {
			out.Floor++
		}
		if v >= most-slack {
			out.Ceiling++
		}
	}
	if out.N == 0 {
		return out, fmt.Errorf("no scores")
	}
	limit := 0.15 * float64(out.N)
	out.FloorEffect, out.CeilingEffect = float64(out.Floor) > limit, float64(out.Ceiling) > limit
	return out, nil
}
