package power

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/wald"
)

// Analysis names how a simulated trial is analysed.
type Analysis string

// The analyses. Each tests Delta.
const (
	Mixed    Analysis = "mixed"  // y ~ arm*wave + factors + (1|id): the paper's model
	Nested   Analysis = "nested" // the same with a coach effect in the coached arm: + (0+coached|coach)
	Adjusted Analysis = "ancova" // follow-up on arm, baseline and factors, completers
	Changes  Analysis = "change" // change on arm and factors, completers
)

// Analyses lists every Analysis.
func Analyses() []Analysis { return []Analysis{Mixed, Nested, Adjusted, Changes} }

// Trial is a two-visit trial of a score, to be run many times. Scores are normal with one SD and correlation Rho
// at both visits; participants of the treated arm gain Delta at follow-up beyond the control arm's Trend.
type Trial struct {
	Treated  int     `json:"treated"` // randomized to coaching
	Control  int     `json:"control"` // randomized to control
	SD       float64 `json:"sd"`
	Rho      float64 `json:"rho"`
	Delta    float64 `json:"delta"`              // true difference of changes
	Trend    float64 `json:"trend,omitempty"`    // change of everyone
	Baseline float64 `json:"baseline,omitempty"` // mean at baseline in the first levels of all factors

	Factors       []Factor `json:"factors,omitempty"` // strata and other covariates of the model
	Dropout       Dropout  `json:"dropout,omitzero"`
	Coach         Coach    `json:"coach,omitzero"`
	Noncompliance float64  `json:"noncompliance,omitempty"` // share of the treated arm that is never coached: no gain, no coach

	Analysis Analysis    `json:"analysis,omitempty"` // "" = mixed
	Method   wald.Method `json:"method,omitempty"`   // degrees of freedom of mixed models; "" = satterthwaite
	Alpha    float64     `json:"alpha,omitempty"`    // two-sided; 0 = 0.05
}

// Factor is a covariate of every participant. Its levels are dealt out once, in numbers as near to their shares as whole
// participants allow, the same in every simulated trial.
type Factor struct {
	Name   string  `json:"name"`
	Levels []Level `json:"levels"`
}

// Level is a level of a factor: its share of the participants and what it adds to the score at both visits.
type Level struct {
	Name   string  `json:"name"`
	Share  float64 `json:"share"`
	Effect float64 `json:"effect,omitempty"`
}

// Dropout says who has no follow-up. Plainly, the nearest whole number of each arm, the same people in every trial; with Random
// each participant by chance, anew in each trial; with a Slope, by chance that depends on the baseline (missing at random).
type Dropout struct {
	Treated float64 `json:"treated,omitempty"` // share of the treated arm
	Control float64 `json:"control,omitempty"`
	Random  bool    `json:"random,omitempty"`
	Slope   float64 `json:"slope,omitempty"` // log odds of dropping out per baseline SD; implies Random
}

// Coach clusters the coached: each coach has Size participants, and ICC is the share of the variance of their changes that lies
// between coaches.
type Coach struct {
	Size int     `json:"size,omitempty"`
	ICC  float64 `json:"icc,omitempty"`
}

func (t Trial) withDefaults() Trial {
	if t.Analysis == "" {
		t.Analysis = Mixed
	}
	if t.Method == "" {
		t.Method = wald.Satterthwaite
	}
	if t.Alpha == 0 {
		t.Alpha = 0.05
	}
	if t.Dropout.Slope != 0 {
		t.Dropout.Random = true
	}
	return t
}

// Validate names the first number or word that makes no trial.
func (t Trial) Validate() error {
	t = t.withDefaults()
	share := func(name string, v, most float64) error {
		if v >= 0 && v <= most {
			return nil
		}
		return fmt.Errorf("%s is %v: it must lie between 0 and %v", name, v, most)
	}
	checks := []error{
		share("drop-out of the treated arm", t.Dropout.Treated, 0.95), share("drop-out of the control arm", t.Dropout.Control, 0.95),
		share("noncompliance", t.Noncompliance, 1), share("coach ICC", t.Coach.ICC, 0.49),
	}
	if t.Treated < 3 || t.Control < 3 {
		checks = append(checks, fmt.Errorf("%d treated and %d control participants: at least 3 are needed in each arm", t.Treated, t.Control))
	}
	if !(t.SD > 0) || math.IsInf(t.SD, 1) {
		checks = append(checks, fmt.Errorf("sd is %v: it must be above 0", t.SD))
	}
	if !(t.Rho >= 0 && t.Rho < 1) {
		checks = append(checks, fmt.Errorf("rho is %v: it must be at least 0 and below 1", t.Rho))
	}
	if !(t.Alpha > 0 && t.Alpha < 1) {
		checks = append(checks, fmt.Errorf("alpha is %v: it must lie between 0 and 1", t.Alpha))
	}
	for _, v := range []float64{t.Delta, t.Trend, t.Baseline, t.Dropout.Slope} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			checks = append(checks, errors.New("delta, trend, baseline and slope must be finite"))
		}
	}
	if !slices.Contains(Analyses(), t.Analysis) {
		checks = append(checks, fmt.Errorf("analysis %q is unknown: use one of %s", t.Analysis, names(Analyses())))
	}
	if _, err := wald.ParseMethod(string(t.Method)); err != nil {
		checks = append(checks, err)
	}
	if t.Coach.Size < 0 || t.Coach.ICC > 0 && t.Coach.Size == 0 {
		checks = append(checks, fmt.Errorf("a coach has %d participants: give a size of at least 1 with a coach ICC", t.Coach.Size))
	}
	if t.Analysis == Nested && t.Coach.Size < 2 {
		checks = append(checks, fmt.Errorf("a coach has %d participants: a coach effect can be told from theirs only with 2 or more", t.Coach.Size))
	}
	for _, f := range t.Factors {
		checks = append(checks, f.validate())
	}
	return errors.Join(checks...)
}

func (f Factor) validate() error {
	if f.Name == "" || slices.Contains([]string{"id", "arm", "wave", "y", "coach", "coached"}, f.Name) {
		return fmt.Errorf("factor %q needs a name of its own", f.Name)
	}
	if len(f.Levels) < 2 {
		return fmt.Errorf("factor %q has %d levels: at least 2 are needed", f.Name, len(f.Levels))
	}
	total := 0.0
	for _, l := range f.Levels {
		if !(l.Share >= 0) || math.IsNaN(l.Effect) || math.IsInf(l.Effect, 0) {
			return fmt.Errorf("level %q of factor %q has share %v and effect %v: shares are at least 0, effects finite", l.Name, f.Name, l.Share, l.Effect)
		}
		total += l.Share
	}
	if math.Abs(total-1) > 1e-6 {
		return fmt.Errorf("shares of factor %q add to %v: they must add to 1", f.Name, total)
	}
	return nil
}
