package impute

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/root"
)

// ErrNoTippingPoint says that no delta within the range searched turns the verdict.
var ErrNoTippingPoint = errors.New("no tipping point")

// Tipping is where the verdict turns. Delta is in score units, added to imputed scores of the compared arm.
type Tipping struct {
	Delta    float64
	Estimate float64 // of the effect there
	P        float64 // there: 1 - level
	AtZero   float64 // P without delta
}

// search finds the smallest delta, in the direction that works against the effect, at which P rises to 1 - level. size is the standard
// deviation of the scores: deltas up to 20 of them are looked at.
func search(at func(delta float64) (estimate, p float64, err error), size, level float64) (Tipping, error) {
	estimate, p, err := at(0)
	if err != nil {
		return Tipping{}, err
	}
	out := Tipping{AtZero: p}
	if p > 1-level {
		return out, fmt.Errorf("%w: P without delta is %.3g, there is no verdict to turn", ErrNoTippingPoint, p)
	}
	direction := -math.Copysign(1, estimate)
	var failed error
	excess := func(delta float64) float64 {
		_, p, err := at(direction * delta)
		if err != nil {
			failed = err
			return math.NaN()
		}
		return math.Log(p) - math.Log(1-level)
	}
	const widest, steps = 20.0, 80
	low := 0.0
	for k := 1; k <= steps; k++ {
		high := widest * size * float64(k) / steps
		if excess(high) >= 0 {
			d, err := root.Find(excess, low, high)
			if err != nil {
				return out, fmt.Errorf("tipping point between %v and %v: %w", low, high, err)
			}
			out.Delta = direction * d
			out.Estimate, out.P, err = at(out.Delta)
			return out, err
		}
		if failed != nil {
			return out, failed
		}
		low = high
	}
	return out, fmt.Errorf("%w: the verdict stands even when every imputed score is worse by %.3g (20 standard deviations)", ErrNoTippingPoint, widest*size)
}

// TippingPoint finds the delta of the compared arm at which the conditional-mean estimate under r is no longer significant. Delta of
// r is not used.
func TippingPoint(d Data, r Rule, a Analysis, level float64) (Tipping, error) {
	a, err := validated(d, r, a, level)
	if err != nil {
		return Tipping{}, err
	}
	r.Delta = unit(d, a)
	c, err := newConditional(d, r, a, level)
	if err != nil {
		return Tipping{}, err
	}
	if c.slope == 0 {
		return Tipping{AtZero: c.at(0).P}, fmt.Errorf("%w: nothing is imputed in arm %d", ErrNoTippingPoint, a.Arm)
	}
	return search(func(delta float64) (float64, float64, error) {
		j := c.at(delta)
		return j.Estimate, j.P, nil
	}, d.spread(a.Visit), level)
}

// MultipleTippingPoint is TippingPoint for multiple imputation; the same draws serve every delta, so the answer is as smooth as it is
// for a formula.
func MultipleTippingPoint(d Data, r Rule, a Analysis, o Draws, level float64) (Tipping, error) {
	a, err := validated(d, r, a, level)
	if err != nil {
		return Tipping{}, err
	}
	r.Delta = unit(d, a)
	m, err := newMultiple(d, r, a, o, level)
	if err != nil {
		return Tipping{}, err
	}
	return search(func(delta float64) (float64, float64, error) {
		p, err := m.at(delta)
		return p.Estimate, p.P, err
	}, d.spread(a.Visit), level)
}

// unit is a delta of 1 in the compared arm.
func unit(d Data, a Analysis) []float64 {
	delta := make([]float64, d.arms())
	delta[a.Arm] = 1
	return delta
}

// spread is the standard deviation of what is seen at a visit.
func (d Data) spread(visit int) float64 {
	n, mean, ss := 0.0, 0.0, 0.0
	for _, row := range d.Y {
		if v := row[visit]; !math.IsNaN(v) {
			n++
			step := v - mean
			mean += step / n
			ss += step * (v - mean)
		}
	}
	return math.Sqrt(ss / max(n-1, 1))
}
