package design

import (
	"errors"
	"math"
	"slices"
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

// BootstrapPercent is the percentile interval of change / baseline from replicates of the pair, two-sided at the
// level (0.95). Replicates that failed must not be passed; how many of them there were is for the caller to say.
func BootstrapPercent(change, baseline []float64, level float64) ([2]float64, error) {
	if len(change) != len(baseline) || len(change) < 2 {
		return [2]float64{}, errors.New("a bootstrap interval needs at least two replicates of both change and baseline")
	}
	if !(level > 0 && level < 1) {
		return [2]float64{}, errors.New("the level must lie between 0 and 1")
	}
	r := make([]float64, len(change))
	for i := range r {
		if r[i] = change[i] / baseline[i]; math.IsNaN(r[i]) || math.IsInf(r[i], 0) {
			return [2]float64{}, errors.New("a replicate has no finite ratio")
		}
	}
	slices.Sort(r)
	return [2]float64{quantile(r, (1-level)/2), quantile(r, (1+level)/2)}, nil
}

// quantile of sorted values, interpolated linearly (R's type 7).
func quantile(x []float64, p float64) float64 {
	h := p * float64(len(x)-1)
	i := int(h)
	if i+1 >= len(x) {
		return x[len(x)-1]
	}
	return x[i] + float64((h-float64(i))*(x[i+1]-x[i]))
}
