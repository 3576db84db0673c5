package exact

import (
	"fmt"
	"math"
	"slices"

	"rekindle/stats/dist"
)

// RankSum is the Wilcoxon-Mann-Whitney test of two samples.
type RankSum struct {
	U        float64 // pairs in which a is higher than b, ties half (R's W)
	P        float64 // two-sided: exact where Exact, else normal
	PNormal  float64 // two-sided, normal with tie and continuity correction
	Exact    bool
	Shift    float64 // Hodges-Lehmann: median of all differences a - b
	Lower    float64 // its limits, from the null law of U without ties
	Upper    float64
	Achieved float64 // level that the limits really have; at least the one asked for where possible
}

// exactRankLimit is the number of people up to which the rank sum's law given the ties is counted out; beyond it the
// normal approximation is good to three digits.
const exactRankLimit = 200

// Ranks tests whether values of a tend to be higher than those of b (F. Wilcoxon 1945; H. B. Mann, D. R. Whitney 1947), with
// the shift estimate of J. L. Hodges and E. L. Lehmann (1963). The exact P conditions on the ties (B. Streitberg, J. Roehmel
// 1986); two-sided it is the probability of a rank sum at least as far from its mean.
func Ranks(a, b []float64, level float64) (RankSum, error) {
	if err := validateLevel(level); err != nil {
		return RankSum{}, err
	}
	for _, x := range [][]float64{a, b} {
		if len(x) == 0 {
			return RankSum{}, fmt.Errorf("a sample is empty")
		}
		for i, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return RankSum{}, fmt.Errorf("value %d is %v: leave missing values out first", i+1, v)
			}
		}
	}
	doubled, ties := doubledRanks(a, b)
	na, nb := len(a), len(b)
	sum, total := 0, 0
	for i, r := range doubled {
		total += r
		if i < na {
			sum += r
		}
	}
	fa, fb := float64(na), float64(nb)
	n := fa + fb
	out := RankSum{U: float64(sum)/2 - fa*(fa+1)/2}
	mean := fa * fb / 2
	sigma := math.Sqrt(fa * fb / 12 * (n + 1 - ties/(n*(n-1))))
	if sigma == 0 || n < 2 {
		return RankSum{}, fmt.Errorf("all values are equal: ranks say nothing")
	}
	d := max(0, math.Abs(out.U-mean)-0.5)
	out.PNormal = min(1, dist.Normal{}.TwoSided(d/sigma))
	out.P = out.PNormal
	if na+nb <= exactRankLimit {
		out.P, out.Exact = exactRankSum(doubled, na, sum, total), true
	}
	out.shift(a, b, level)
	return out, nil
}

// doubledRanks gives twice the midranks, whole numbers, of a then b, and the sum of t^3 - t over groups of ties.
func doubledRanks(a, b []float64) (ranks []int, ties float64) {
	all := slices.Concat(a, b)
	idx := make([]int, len(all))
	for i := range idx {
		idx[i] = i
	}
	slices.SortFunc(idx, func(i, j int) int {
		if all[i] < all[j] {
			return -1
		}
		if all[i] > all[j] {
			return 1
		}
		return i - j
	})
	ranks = make([]int, len(all))
	for from := 0; from < len(idx); {
		to := from
		for to < len(idx) && all[idx[to]] == all[idx[from]] {
			to++
		}
		for _, i := range idx[from:to] {
			ranks[i] = from + 1 + to
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return ranks, ties
}

// exactRankSum gives the two-sided P: the share of all choices of na people whose sum is at least as far from the mean.
func exactRankSum(ranks []int, na, sum, total int) float64 {
	chosen := make([]int, na)
	sorted := slices.Clone(ranks)
	slices.Sort(sorted)
	limit := 0
	for i := range chosen {
		limit += sorted[len(sorted)-1-i]
	}
	// share[k][s] is the probability that, of the people so far, k are chosen with sum s, each choice of na of all
	// alike: the chance that the next is chosen depends on how many places are left.
	share := make([][]float64, na+1)
	for k := range share {
		share[k] = make([]float64, limit+1)
	}
	share[0][0] = 1
	n := len(ranks)
	for i, r := range sorted {
		left := float64(n - i)
		for k := min(i, na); k >= 0; k-- {
			take := float64(na-k) / left
			row := share[k]
			for s := limit; s >= 0; s-- {
				if row[s] == 0 {
					continue
				}
				if k < na && s+r <= limit {
					share[k+1][s+r] += row[s] * take
				}
				row[s] *= 1 - take
			}
		}
	}
	// Distances from the mean, times n to stay whole.
	observed := abs(sum*n - total*na)
	p := 0.0
	for s, v := range share[na] {
		if abs(s*n-total*na) >= observed {
			p += v
		}
	}
	return min(1, p)
}

func abs(x int) int {
	if x < 0 {
		return -x
	}
	return x
}

// shift sets the Hodges-Lehmann estimate and its limits, the differences of ranks k and na nb + 1 - k, where k - 1 is the
// largest count that U falls to with probability at most (1 - level) / 2.
func (r *RankSum) shift(a, b []float64, level float64) {
	d := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			d = append(d, x-y)
		}
	}
	slices.Sort(d)
	m := len(d)
	r.Shift = (d[(m-1)/2] + d[m/2]) / 2
	tail := (1 - level) / 2
	na, nb := float64(len(a)), float64(len(b))
	sigma := math.Sqrt(na * nb * (na + nb + 1) / 12)
	var below func(k int) float64 // P(U <= k)
	if len(a)+len(b) <= exactRankLimit {
		law := cumulativeU(len(a), len(b))
		below = func(k int) float64 { return law[k] }
	} else {
		below = func(k int) float64 { return dist.Normal{}.CDF((float64(k) + 0.5 - na*nb/2) / sigma) }
	}
	k := 0
	for k < m/2 && below(k) <= tail {
		k++
	}
	if k == 0 { // even the extreme order is too likely: no finite interval has the level
		r.Lower, r.Upper, r.Achieved = math.Inf(-1), math.Inf(1), 1
		return
	}
	r.Lower, r.Upper = d[k-1], d[m-k]
	r.Achieved = 1 - 2*below(k-1)
}

// cumulativeU gives P(U <= k) for two samples without ties, by the Gaussian binomial coefficient: multiply by
// (1 - q^(nb+i)) and divide by (1 - q^i).
func cumulativeU(na, nb int) []float64 {
	m := na * nb
	p := make([]float64, m+1)
	p[0] = 1
	for i := 1; i <= na; i++ {
		for k := m; k >= nb+i; k-- {
			p[k] -= p[k-nb-i]
		}
		for k := i; k <= m; k++ {
			p[k] += p[k-i]
		}
		// Scale by the ratio of the binomial coefficients, so that the masses stay probabilities.
		f := float64(i) / float64(nb+i)
		for k := range p {
			p[k] *= f
		}
	}
	sum := 0.0
	for k := range p {
		sum += p[k]
		p[k] = min(1, max(0, sum))
	}
	return p
}
