package impute

import (
	"fmt"
	"math"
	"slices"

	"rekindle/stats/dist"
)

// Jackknifed is an estimate with the standard error of the delete-one jackknife and a normal interval and P value.
type Jackknifed struct {
	Estimate, SE, Z, P, Lower, Upper float64
	Left                             int // participants (or clusters) left out in turn
}

// ConditionalMean imputes once, by conditional means at the maximum likelihood estimate, analyses, and jackknifes all of it (M. Wolbers,
// A. Noci, P. Delmar, et al., Pharmaceutical Statistics 21, 2022). It has no chance in it, and its standard error is that of the
// estimand of the rule, which for reference-based rules is smaller than Rubin's rules give.
func ConditionalMean(d Data, r Rule, a Analysis, level float64) (Jackknifed, error) {
	c, err := newConditional(d, r, a, level)
	if err != nil {
		return Jackknifed{}, err
	}
	return c.at(1), nil
}

// conditional holds estimates, overall and with each unit left out, as functions of the size of delta: both imputed scores and
// least squares are linear in it, so two evaluations give all (equation RB-8).
type conditional struct {
	level         float64
	zero, slope   float64   // estimate and its slope in the multiple of delta
	zeros, slopes []float64 // the same with units left out
}

func newConditional(d Data, r Rule, a Analysis, level float64) (*conditional, error) {
	a, err := validated(d, r, a, level)
	if err != nil {
		return nil, err
	}
	c := &conditional{level: level}
	all := d.samples(nil)
	if c.zero, c.slope, err = d.line(r, a, all, nil); err != nil {
		return nil, err
	}
	unit := d.Cluster
	if unit == nil {
		unit = make([]int, len(d.Arm))
		for i := range unit {
			unit[i] = i
		}
	}
	units := slices.Compact(slices.Sorted(slices.Values(unit)))
	if len(units) < 2 {
		return nil, fmt.Errorf("the jackknife needs two clusters at least")
	}
	for _, u := range units {
		leave := func(i int) bool { return unit[i] == u }
		samples := d.samples(leave)
		for k := range samples {
			if len(samples[k].y) == 0 {
				return nil, fmt.Errorf("without unit %d arm %d has no participants", u, k)
			}
			samples[k].latest = all[k].latest
		}
		zero, slope, err := d.line(r, a, samples, leave)
		if err != nil {
			return nil, fmt.Errorf("without unit %d: %w", u, err)
		}
		c.zeros, c.slopes = append(c.zeros, zero), append(c.slopes, slope)
	}
	return c, nil
}

// line gives the estimate without delta and what delta adds.
func (d Data) line(r Rule, a Analysis, samples []*sample, leave func(int) bool) (zero, slope float64, err error) {
	laws, err := d.estimateAll(samples, nil)
	if err != nil {
		return 0, 0, err
	}
	filled, err := d.fillAll(r, laws, nil, leave)
	if err != nil {
		return 0, 0, err
	}
	if zero, _, _, err = a.fit(d, r.Reference, filled); err != nil || r.Delta == nil {
		return zero, 0, err
	}
	one, _, _, err := a.fit(d, r.Reference, d.shifts(r, filled))
	return zero, one - zero, err
}

// at gives the answer at a multiple of delta.
func (c *conditional) at(multiple float64) Jackknifed {
	n := float64(len(c.zeros))
	mean := 0.0
	for i := range c.zeros {
		mean += (c.zeros[i] + float64(c.slopes[i]*multiple)) / n
	}
	ss := 0.0
	for i := range c.zeros {
		e := c.zeros[i] + float64(c.slopes[i]*multiple) - mean
		ss += float64(e * e)
	}
	out := Jackknifed{Estimate: c.zero + float64(c.slope*multiple), SE: math.Sqrt((n - 1) / n * ss), Left: len(c.zeros)}
	out.Z = out.Estimate / out.SE
	out.P = dist.Normal{}.TwoSided(out.Z)
	half := dist.Normal{}.QuantileUpper((1-c.level)/2) * out.SE
	out.Lower, out.Upper = out.Estimate-half, out.Estimate+half
	return out
}

func validated(d Data, r Rule, a Analysis, level float64) (Analysis, error) {
	if !(level > 0 && level < 1) {
		return a, fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	if err := d.validate(); err != nil {
		return a, err
	}
	if err := r.validate(d); err != nil {
		return a, err
	}
	return a.withDefaults(d, r)
}
