// Package impute fills in the scores of people who were lost, by rules that say what would have become of them, and carries the
// uncertainty of that into the estimate.
//
// The model is multivariate normal over the visits, by arm, given covariates. Missing scores are drawn (multiple imputation,
// pooled by Rubin's rules) or set to their conditional mean (with a jackknife); under MAR, or after a reference arm (jump to
// reference, copy reference, copy increments in reference), shifted by delta where wanted. It works with a single visit after
// baseline, as in the paper, where 28 of 138 had no follow-up and 15 of the coached were left out of the analysis.
//
// It analyses completed data by ANCOVA or by change scores; Impute gives the completed data for any other analysis.
// Equations are in docs/derivations/rubin.md and reference-based.md.
package impute

import (
	"fmt"
	"math"
	"slices"
)

// Data is one outcome of a trial, a row a participant.
type Data struct {
	Arm []int       // 0, 1, ... ; every arm in between has participants
	Y   [][]float64 // scores, one column a visit in order of time; NaN is missing
	// Baseline says that the first column of Y is from before treatment: no rule and no delta changes it.
	Baseline bool
	X        [][]float64 // covariates without the intercept, complete, nil for none; an arm's mean depends on them linearly
	Cluster  []int       // coach or other unit left out together by the jackknife; nil for participants
}

// Strategy says what the scores after a participant's last visit would have been.
type Strategy string

// The strategies (J. R. Carpenter, J. H. Roger, M. G. Kenward, Journal of Biopharmaceutical Statistics 23, 2013). They apply from the
// visit after the last observed one; gaps before it are filled in under MAR.
const (
	MAR             Strategy = "MAR" // as those of the own arm who stayed, given the own history
	JumpToReference Strategy = "J2R" // mean of the reference arm from now on, keeping the own distance from the own arm's mean
	CopyReference   Strategy = "CR"  // as if always in the reference arm
	CopyIncrements  Strategy = "CIR" // own arm's mean so far, then changes of the reference arm
)

// Strategies lists every Strategy.
func Strategies() []Strategy { return []Strategy{MAR, JumpToReference, CopyReference, CopyIncrements} }

// Rule is how missing scores are imputed.
type Rule struct {
	Strategy  Strategy   // "" = MAR
	Each      []Strategy // by participant, where it depends on the reason for leaving; nil = Strategy for all
	Reference int        // arm that the others follow; its own participants are always imputed under MAR
	Delta     []float64  // by arm, added to every score imputed after the last observed visit; nil = 0
	// Cumulative multiplies Delta by the number of visits since the last observed one.
	Cumulative bool
}

func (d Data) validate() error {
	n := len(d.Arm)
	if n == 0 || len(d.Y) != n {
		return fmt.Errorf("%d arms and %d rows of scores: there must be one of each a participant", n, len(d.Y))
	}
	if d.X != nil && len(d.X) != n || d.Cluster != nil && len(d.Cluster) != n {
		return fmt.Errorf("%d rows of covariates and %d clusters for %d participants", len(d.X), len(d.Cluster), n)
	}
	visits := len(d.Y[0])
	if visits == 0 || d.Baseline && visits < 2 {
		return fmt.Errorf("no visit after baseline")
	}
	for i := range n {
		if d.Arm[i] < 0 || d.Arm[i] > n {
			return fmt.Errorf("arm of participant %d is %d: arms are 0, 1, 2, ...", i+1, d.Arm[i])
		}
		if len(d.Y[i]) != visits {
			return fmt.Errorf("participant %d has %d visits, the first has %d", i+1, len(d.Y[i]), visits)
		}
		for t, v := range d.Y[i] {
			if math.IsInf(v, 0) {
				return fmt.Errorf("score of participant %d at visit %d is infinite", i+1, t+1)
			}
		}
		if d.X == nil {
			continue
		}
		if len(d.X[i]) != len(d.X[0]) {
			return fmt.Errorf("participant %d has %d covariates, the first has %d", i+1, len(d.X[i]), len(d.X[0]))
		}
		for j, v := range d.X[i] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("covariate %d of participant %d is %v: covariates must be complete", j+1, i+1, v)
			}
		}
	}
	for a := range d.arms() {
		if !slices.Contains(d.Arm, a) {
			return fmt.Errorf("arm %d has no participants", a)
		}
	}
	return nil
}

func (d Data) arms() int { return slices.Max(d.Arm) + 1 }

func (d Data) visits() int { return len(d.Y[0]) }

func (r Rule) validate(d Data) error {
	if r.Reference < 0 || r.Reference >= d.arms() {
		return fmt.Errorf("reference arm %d does not exist: there are %d arms", r.Reference, d.arms())
	}
	if r.Each != nil && len(r.Each) != len(d.Arm) {
		return fmt.Errorf("%d strategies for %d participants", len(r.Each), len(d.Arm))
	}
	for _, s := range append([]Strategy{r.Strategy}, r.Each...) {
		if s != "" && !slices.Contains(Strategies(), s) {
			return fmt.Errorf("strategy %q is unknown: use one of %v", s, Strategies())
		}
	}
	if r.Delta != nil && len(r.Delta) != d.arms() {
		return fmt.Errorf("%d deltas for %d arms", len(r.Delta), d.arms())
	}
	for a, v := range r.Delta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("delta of arm %d is %v", a, v)
		}
	}
	return nil
}

// of gives the strategy of a participant.
func (r Rule) of(i, arm int) Strategy {
	s := r.Strategy
	if r.Each != nil && r.Each[i] != "" {
		s = r.Each[i]
	}
	if s == "" || arm == r.Reference {
		return MAR
	}
	return s
}

// shift gives delta for an imputed score of visit t when last was the last observed (-1 for none).
func (r Rule) shift(arm, t, last int) float64 {
	if r.Delta == nil || t <= last {
		return 0
	}
	if r.Cumulative {
		return r.Delta[arm] * float64(t-last)
	}
	return r.Delta[arm]
}
