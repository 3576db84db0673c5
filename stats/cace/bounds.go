package cace

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rekindle/stats/dist"
	"rekindle/stats/root"
)

// Bounds are the smallest and the largest complier effect that the data allow when assignment may have changed the outcome of those
// never coached too (no exclusion restriction). Low and High bound the effect; Lower and Upper is the interval of G. W. Imbens and C. F.
// Manski (Econometrica 72, 2004) that holds the effect with the level, from bootstrap standard errors.
type Bounds struct {
	Low, High, Lower, Upper float64
	Coached                 float64
	N, Dropped              int
}

// Bound trims: the compliers among the controls are an unknown share of them, as large as the share of the coached among those assigned;
// their mean lies between the means of the lowest and of the highest such share of the controls (J. L. Zhang, D. B. Rubin 2003; D. S. Lee
// 2009). Controls must not have been coached. draws bootstrap samples (0 = 999) come from seed.
func Bound(data Data, level float64, draws int, seed uint64) (Bounds, error) {
	if !(level > 0 && level < 1) {
		return Bounds{}, fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	if draws == 0 {
		draws = 999
	}
	if draws < 20 {
		return Bounds{}, fmt.Errorf("%d bootstrap draws: give 20 at least", draws)
	}
	d, dropped, err := data.used()
	if err != nil {
		return Bounds{}, err
	}
	coached, never, controls, err := d.split()
	if err != nil {
		return Bounds{}, err
	}
	out := Bounds{N: len(d.Y), Dropped: dropped}
	out.Low, out.High, out.Coached = trimmed(coached, never, controls)
	low, high := make([]float64, 0, draws), make([]float64, 0, draws)
	rng := rand.New(rand.NewPCG(seed, 0x626f756e64))
	assigned := len(coached) + never
	c, k := make([]float64, 0, assigned), make([]float64, len(controls))
	for len(low) < draws {
		c = c[:0]
		for range assigned {
			if i := rng.IntN(assigned); i < len(coached) {
				c = append(c, coached[i])
			}
		}
		for i := range k {
			k[i] = controls[rng.IntN(len(controls))]
		}
		if len(c) == 0 {
			continue // a sample without anyone coached has no bounds; with two coached already, fewer than one in a hundred
		}
		l, h, _ := trimmed(c, assigned-len(c), k)
		low, high = append(low, l), append(high, h)
	}
	sl, sh := spread(low), spread(high)
	q, err := imbensManski(out.High-out.Low, max(sl, sh), level)
	if err != nil {
		return out, err
	}
	out.Lower, out.Upper = out.Low-q*sl, out.High+q*sh
	return out, nil
}

// split gives the outcomes of the coached, the number never coached among the assigned, and the outcomes of the controls.
func (d Data) split() (coached []float64, never int, controls []float64, err error) {
	for i, y := range d.Y {
		switch {
		case !d.Assigned[i] && d.Received[i]:
			return nil, 0, nil, errors.New("a control was coached: this method is for trials in which controls cannot be; use two-stage least squares")
		case !d.Assigned[i]:
			controls = append(controls, y)
		case d.Received[i]:
			coached = append(coached, y)
		default:
			never++
		}
	}
	return coached, never, controls, nil
}

// trimmed gives the bounds and the share coached. A share that is not a whole number of controls takes part of the next one.
func trimmed(coached []float64, never int, controls []float64) (low, high, share float64) {
	mean := 0.0
	for _, y := range coached {
		mean += y / float64(len(coached))
	}
	share = float64(len(coached)) / float64(len(coached)+never)
	sorted := slices.Clone(controls)
	slices.Sort(sorted)
	tail := func(at func(k int) float64) float64 {
		left, sum := share*float64(len(sorted)), 0.0
		for k := 0; left > 1e-9 && k < len(sorted); k++ {
			w := min(1, left)
			sum += w * at(k)
			left -= w
		}
		return sum / (share * float64(len(sorted)))
	}
	least := tail(func(k int) float64 { return sorted[k] })
	most := tail(func(k int) float64 { return sorted[len(sorted)-1-k] })
	return mean - most, mean - least, share
}

func spread(x []float64) float64 {
	mean, ss := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		ss += (v - mean) * (v - mean)
	}
	return math.Sqrt(ss / float64(len(x)-1))
}

// imbensManski solves Phi(q + width / se) - Phi(-q) = level: between the one-sided and the two-sided normal quantile.
func imbensManski(width, se, level float64) (float64, error) {
	if se == 0 {
		return 0, nil
	}
	n := dist.Normal{}
	return root.Find(func(q float64) float64 { return n.CDF(q+width/se) - n.CDF(-q) - level },
		0, n.QuantileUpper((1-level)/2)+1e-9)
}
