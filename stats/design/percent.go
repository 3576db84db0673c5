package design

import (
	"errors"
	"math"
)

// Percent is a change relative to the model-based baseline mean, as a fraction: -0.2 is a fall by 20%.
type Percent struct {
	Change, Baseline float64
	Ratio            float64
	SE               float64    // delta method
	Delta            [2]float64 // Ratio -+ q SE
	// Fieller is the set of ratios r for which change - r baseline is not significant at the same level. It is an
	// interval only where the baseline is itself significantly different from 0; else it is not, and both ends are NaN.
	Fieller        [2]float64
	FiellerBounded bool
}

// NewPercent computes change / baseline with both intervals from the joint covariance of the two estimates. q is the
// quantile that sets the level: 1.959963984540054 for 95% with the normal, or a t quantile. The baseline must not be 0.
func NewPercent(change, baseline, varChange, varBaseline, covariance, q float64) (Percent, error) {
	if baseline == 0 {
		return Percent{}, errors.New("the baseline mean is 0: a change relative to it has no meaning")
	}
	r := change / baseline
	p := Percent{Change: change, Baseline: baseline, Ratio: r}
	p.SE = math.Sqrt(max(varChange-float64(2*r*covariance)+float64(r*r*varBaseline), 0)) / math.Abs(baseline)
	half := float64(q * p.SE)
	p.Delta = [2]float64{r - half, r + half}
	// Fieller: a r^2 - 2 b r + c <= 0
	a := float64(baseline*baseline) - float64(q*q*varBaseline)
	b := float64(change*baseline) - float64(q*q*covariance)
	c := float64(change*change) - float64(q*q*varChange)
	if disc := float64(b*b) - float64(a*c); a > 0 && disc >= 0 {
		s := math.Sqrt(disc)
		p.Fieller, p.FiellerBounded = [2]float64{(b - s) / a, (b + s) / a}, true
	} else {
		p.Fieller = [2]float64{math.NaN(), math.NaN()}
	}
	return p, nil
}
