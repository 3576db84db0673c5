// Package effect measures how large a difference is, with its interval: mean differences and their standardized forms,
// differences and ratios of proportions, the probability of doing better, responders, and the balance of a Table 1.
//
// It works on summaries or plain samples, without covariates or clusters: differences adjusted by a model come
// from lmm, mmrm and glmm. In the paper it serves Table 1 (balance), the power statement (0.3 to 0.5 SD), and
// the reading of Table 3 in standard deviations.
package effect

import (
	"fmt"
	"math"

	"rekindle/stats/dist"
	"rekindle/stats/root"
)

// Estimate is a value with its confidence interval, in the unit of the function that gives it.
type Estimate struct{ Value, Lower, Upper float64 }

// Summary is a sample in three numbers. SD has divisor N - 1.
type Summary struct {
	Mean, SD float64
	N        int
}

// Summarize gives the mean and standard deviation of a sample of at least two finite values.
func Summarize(x []float64) (Summary, error) {
	if len(x) < 2 {
		return Summary{}, fmt.Errorf("sample of %d values: at least 2 are needed for a standard deviation", len(x))
	}
	n, sum := float64(len(x)), 0.0
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Summary{}, fmt.Errorf("value %d of the sample is %v: leave missing values out first", i+1, v)
		}
		sum += v
	}
	mean, ss, drift := sum/n, 0.0, 0.0
	for _, v := range x {
		d := v - mean
		ss += d * d
		drift += d
	}
	return Summary{mean, math.Sqrt((ss - drift*drift/n) / (n - 1)), len(x)}, nil
}

func (s Summary) validate() error {
	if s.N < 2 {
		return fmt.Errorf("sample of %d: at least 2 are needed", s.N)
	}
	if math.IsNaN(s.Mean) || math.IsInf(s.Mean, 0) || !(s.SD >= 0) || math.IsInf(s.SD, 0) {
		return fmt.Errorf("mean %v and standard deviation %v: both must be finite and the second not negative", s.Mean, s.SD)
	}
	return nil
}

func validate(level float64, samples ...Summary) error {
	if !(level > 0 && level < 1) {
		return fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	for _, s := range samples {
		if err := s.validate(); err != nil {
			return err
		}
	}
	return nil
}

// Difference is a difference of two means with its t test.
type Difference struct {
	Estimate
	SE, T, DF float64
	P         float64 // two-sided
}

// Pooled gives a.Mean - b.Mean by Student's t test with the pooled variance.
func Pooled(a, b Summary, level float64) (Difference, error) {
	if err := validate(level, a, b); err != nil {
		return Difference{}, err
	}
	df := float64(a.N + b.N - 2)
	se := pooledSD(a, b) * math.Sqrt(1/float64(a.N)+1/float64(b.N))
	return difference(a.Mean-b.Mean, se, df, level)
}

// Welch gives a.Mean - b.Mean without assuming equal variances, with Satterthwaite's degrees of freedom (B. L. Welch,
// Biometrika 34, 1947).
func Welch(a, b Summary, level float64) (Difference, error) {
	if err := validate(level, a, b); err != nil {
		return Difference{}, err
	}
	va, vb := a.SD*a.SD/float64(a.N), b.SD*b.SD/float64(b.N)
	df := (va + vb) * (va + vb) / (va*va/float64(a.N-1) + vb*vb/float64(b.N-1))
	return difference(a.Mean-b.Mean, math.Sqrt(va+vb), df, level)
}

func difference(value, se, df, level float64) (Difference, error) {
	if se == 0 {
		return Difference{}, fmt.Errorf("all values are equal within each sample: a t test needs variation")
	}
	t := dist.StudentT{DF: df}
	half := t.QuantileUpper((1-level)/2) * se
	return Difference{Estimate{value, value - half, value + half}, se, value / se, df, t.TwoSided(value / se)}, nil
}

func pooledSD(a, b Summary) float64 {
	na, nb := float64(a.N-1), float64(b.N-1)
	return math.Sqrt((na*a.SD*a.SD + nb*b.SD*b.SD) / (na + nb))
}

// noncentrality gives the confidence limits of the noncentrality of a t statistic by inverting the noncentral t
// distribution (J. H. Steiger, R. T. Fouladi 1997): the noncentralities at which t is a (1 - level)/2 tail.
func noncentrality(t, df, level float64) (lower, upper float64, err error) {
	tail := (1 - level) / 2
	solve := func(upperTail bool) (float64, error) {
		return root.Bracket(func(ncp float64) float64 {
			d := dist.NoncentralT{DF: df, NCP: ncp}
			if upperTail {
				return d.Survival(t) - tail
			}
			return tail - d.CDF(t)
		}, t-3, t+3, math.Inf(-1), math.Inf(1))
	}
	if lower, err = solve(true); err != nil {
		return 0, 0, fmt.Errorf("lower noncentral limit at t %v: %w", t, err)
	}
	if upper, err = solve(false); err != nil {
		return 0, 0, fmt.Errorf("upper noncentral limit at t %v: %w", t, err)
	}
	return lower, upper, nil
}
