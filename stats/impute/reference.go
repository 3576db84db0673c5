package impute

import (
	"fmt"
	"math"
	"math/rand/v2"

	"rekindle/stats/arithmetic"
)

// joint gives the mean and covariance under a strategy of someone of the own arm last seen at visit last (-1: never), with
// covariates x: equations RB-3 to RB-6 (Carpenter, Roger, Kenward 2013, section 4). first is the first visit that a rule may
// change.
func joint(s Strategy, own, ref *law, x []float64, last, first int) (mean, covariance []float64) {
	mean = own.mean(x)
	if s == MAR {
		return mean, own.s
	}
	theirs := ref.mean(x)
	if s == CopyReference {
		return theirs, ref.s
	}
	seen := max(last+1, first)
	for t := seen; t < own.v; t++ {
		if s == CopyIncrements && seen > 0 {
			theirs[t] += mean[seen-1] - theirs[seen-1]
		}
	}
	copy(mean[seen:], theirs[seen:])
	if seen == 0 {
		return mean, ref.s
	}
	return mean, splice(own.s, ref.s, own.v, seen)
}

// splice gives the covariance that has the own arm's covariance over the first k visits, and the reference arm's regression of later visits
// on those, with its residual covariance (RB-6).
func splice(own, ref []float64, v, k int) []float64 {
	root := make([]float64, k*k)
	for t := range k {
		copy(root[t*k:(t+1)*k], ref[t*v:t*v+k])
	}
	out := append([]float64(nil), own...)
	if !arithmetic.Cholesky(root, k) { // refused where the laws are estimated; the own covariance is then all there is
		return out
	}
	slope := make([][]float64, v)
	for t := k; t < v; t++ {
		slope[t] = append([]float64(nil), ref[t*v:t*v+k]...)
		arithmetic.Solve(root, k, slope[t])
		for u := range k {
			c := 0.0
			for w, b := range slope[t] {
				c += float64(b * own[w*v+u])
			}
			out[t*v+u], out[u*v+t] = c, c
		}
	}
	for t := k; t < v; t++ {
		for u := k; u < v; u++ {
			c := ref[t*v+u]
			for w, b := range slope[t] {
				c += float64(b * (out[u*v+w] - ref[u*v+w]))
			}
			out[t*v+u] = c
		}
	}
	return out
}

// fillAll completes everyone under a rule from the arms' laws; with rng by draws, otherwise by conditional means. Delta is
// left out: shifts adds it. leave, if not nil, skips participants (their rows stay nil).
func (d Data) fillAll(r Rule, laws []*law, rng *rand.Rand, leave func(i int) bool) ([][]float64, error) {
	first := 0
	if d.Baseline {
		first = 1
	}
	out := make([][]float64, len(d.Y))
	for i, row := range d.Y {
		if leave != nil && leave(i) {
			continue
		}
		last := lastSeen(row)
		own := laws[d.Arm[i]]
		if complete(row) {
			out[i] = row
			continue
		}
		s := MAR
		if last < len(row)-1 {
			s = r.of(i, d.Arm[i])
		}
		m, c := joint(s, own, laws[r.Reference], d.covariates(i), last, first)
		filled, _, err := own.fill(m, c, row, rng)
		if err != nil {
			return nil, fmt.Errorf("participant %d: %w", i+1, err)
		}
		out[i] = filled
	}
	return out, nil
}

// shifts gives a copy of completed scores with delta added where a rule adds it.
func (d Data) shifts(r Rule, filled [][]float64) [][]float64 {
	if r.Delta == nil {
		return filled
	}
	out := make([][]float64, len(filled))
	for i, row := range filled {
		if row == nil || complete(d.Y[i]) {
			out[i] = row
			continue
		}
		last := lastSeen(d.Y[i])
		if d.Baseline {
			last = max(last, 0)
		}
		out[i] = append([]float64(nil), row...)
		for t := range row {
			if math.IsNaN(d.Y[i][t]) {
				out[i][t] += r.shift(d.Arm[i], t, last)
			}
		}
	}
	return out
}

func lastSeen(row []float64) int {
	for t := len(row) - 1; t >= 0; t-- {
		if !math.IsNaN(row[t]) {
			return t
		}
	}
	return -1
}

func complete(row []float64) bool {
	for _, v := range row {
		if math.IsNaN(v) {
			return false
		}
	}
	return true
}

func (d Data) estimateAll(samples []*sample, rng *rand.Rand) ([]*law, error) {
	laws := make([]*law, len(samples))
	for a, s := range samples {
		var err error
		if rng == nil {
			laws[a], err = s.estimate()
		} else {
			laws[a], err = s.draw(rng)
		}
		if err != nil {
			return nil, err
		}
	}
	return laws, nil
}
