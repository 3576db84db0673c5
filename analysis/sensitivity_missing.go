package analysis

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/cace"
	"rekindle/stats/impute"
	"rekindle/trial/study"
)

// leastInCell is how many people of each arm a level of a covariate needs to be used where arms are modelled apart.
const leastInCell = 3

// wide is one outcome with a row for each person of the two arms compared and a column for each visit up to the contrast's.
type wide struct {
	people []*Participant
	y      [][]float64 // NaN: missing
	arm    []int       // 0: compared with, 1: the contrast's arm
	x      [][]float64 // covariates as numbers
}

// wideOf files an outcome. People without the baseline score are left out: every method here conditions on it.
func (q *plan) wideOf(outcome string) wide {
	var w wide
	for _, who := range q.people {
		if who.Arm != q.contrast.Arm && who.Arm != q.contrast.Versus {
			continue
		}
		if _, ok := who.score(outcome, q.p.Analysis.Baseline); !ok {
			continue
		}
		scores := []float64{}
		for _, v := range q.p.Visits {
			s, ok := who.score(outcome, v.ID)
			if !ok {
				s = math.NaN()
			}
			if scores = append(scores, s); v.ID == q.contrast.Visit {
				break
			}
		}
		w.people, w.y = append(w.people, who), append(w.y, scores)
		if who.Arm == q.contrast.Arm {
			w.arm = append(w.arm, 1)
		} else {
			w.arm = append(w.arm, 0)
		}
	}
	w.x = q.covariates(w)
	return w
}

// covariates codes each level but the first that has enough people in both arms by 1 and 0. nil: there is none.
func (q *plan) covariates(w wide) [][]float64 {
	x := make([][]float64, len(w.people))
	for _, c := range q.p.Analysis.Covariates {
		for k, level := range c.Levels {
			var n [2]int
			for i, who := range w.people {
				if who.Covariates[c.ID] == level {
					n[w.arm[i]]++
				}
			}
			if k == 0 || min(n[0], n[1]) < leastInCell {
				continue
			}
			for i, who := range w.people {
				code := 0.0
				if who.Covariates[c.ID] == level {
					code = 1
				}
				x[i] = append(x[i], code)
			}
		}
	}
	if len(x) == 0 || len(x[0]) == 0 {
		return nil
	}
	return x
}

func (w wide) data() impute.Data { return impute.Data{Arm: w.arm, Y: w.y, Baseline: true, X: w.x} }

// adjusted is the effect that the analyses of completed data estimate.
const adjusted = "difference at the endpoint adjusted for baseline, points"

const covariatesUsed = "Covariates are the plan's, as far as each level has three people in both arms."

// multipleImputation draws the missing scores from those like them who stayed.
var multipleImputation = further{
	id: "mi", name: "Multiple imputation, missing at random", everyone: true,
	words: func(*plan) string {
		return "Missing scores drawn 50 times from a normal model by arm given earlier scores and covariates; analysis of covariance; Rubin's rules with Barnard and Rubin's degrees of freedom. " + covariatesUsed
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		out := SensitivityRow{Measure: adjusted}
		e, err := impute.Multiple(q.wideOf(o.ID).data(), impute.Rule{Strategy: impute.MAR}, impute.Analysis{}, impute.Draws{Seed: q.p.Analysis.Seed}, confidenceOf(q.p))
		if err != nil {
			return out, err
		}
		out.Points = Estimate{Value: e.Estimate, SE: e.SE, DF: e.DF, Lower: e.Lower, Upper: e.Upper, P: e.P}
		out.Note = fmt.Sprintf("fraction of missing information %.2f", e.FMI)
		return out, out.Points.check()
	},
}

// jumpToReference lets those lost from the intervention go on as the control arm did.
var jumpToReference = further{
	id: "j2r", name: "Jump to reference", everyone: true,
	words: func(*plan) string {
		return "Missing scores at their conditional mean as if those lost had been in the control arm from then on; analysis of covariance; standard error by the jackknife. It says what is left of the effect if coaching does nothing for those who were lost. " + covariatesUsed
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		out := SensitivityRow{Measure: adjusted}
		e, err := impute.ConditionalMean(q.wideOf(o.ID).data(), impute.Rule{Strategy: impute.JumpToReference}, impute.Analysis{}, confidenceOf(q.p))
		if err != nil {
			return out, err
		}
		out.Points = Estimate{Value: e.Estimate, SE: e.SE, Lower: e.Lower, Upper: e.Upper, P: e.P}
		return out, out.Points.check()
	},
}

// tippingPoint asks how much worse than expected those lost from the intervention must be for the conclusion to change.
var tippingPoint = further{
	id: "tipping-point", name: "Tipping point", everyone: true,
	words: func(q *plan) string {
		return fmt.Sprintf("The shift of the imputed scores of those lost from the intervention (conditional mean under missing at random, jackknife) at which the P value reaches %g: the larger it is beside what is plausible, the firmer the conclusion.", 1-confidenceOf(q.p))
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		out := SensitivityRow{Measure: "estimate at the tipping point, points"}
		d := q.wideOf(o.ID).data()
		at, err := impute.ConditionalMean(d, impute.Rule{Strategy: impute.MAR}, impute.Analysis{}, confidenceOf(q.p))
		if err != nil {
			return out, err
		}
		if at.P >= 1-confidenceOf(q.p) {
			return out, fmt.Errorf("not significant without a shift (P %.3f): there is nothing to tip", at.P)
		}
		e, err := impute.TippingPoint(d, impute.Rule{Strategy: impute.MAR}, impute.Analysis{}, confidenceOf(q.p))
		if errors.Is(err, impute.ErrNoTippingPoint) {
			return out, errors.New("no shift of those lost changes the conclusion")
		}
		if err != nil {
			return out, err
		}
		half := math.Abs(e.Estimate)
		out.Points = Estimate{Value: e.Estimate, Lower: min(0, 2*e.Estimate), Upper: max(0, 2*e.Estimate), P: e.P}
		out.Note = fmt.Sprintf("shift of %+.2f points (half-width there %.2f; P %.4f without a shift)", e.Delta, half, e.AtZero)
		return out, out.Points.check()
	},
}

// complierEffect is the effect in those who take coaching up when it is offered.
var complierEffect = further{
	id: "cace", name: "Effect in those who take coaching up", everyone: true,
	words: func(*plan) string {
		return "Complier average causal effect by two-stage least squares: the allocation is the instrument for at least one session, baseline score and covariates in both stages, robust standard error. Those without a follow-up score are left out. It holds if an offer that is not taken up changes nothing. " + covariatesUsed
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		out := SensitivityRow{Measure: "difference at the endpoint in compliers, points"}
		w := q.wideOf(o.ID)
		d := cace.Data{}
		for i, who := range w.people {
			d.Y = append(d.Y, w.y[i][len(w.y[i])-1])
			d.Assigned = append(d.Assigned, w.arm[i] == 1)
			d.Received = append(d.Received, w.arm[i] == 1 && who.Received > 0)
			x := []float64{w.y[i][0]}
			if w.x != nil {
				x = append(x, w.x[i]...)
			}
			d.X = append(d.X, x)
		}
		e, err := cace.TwoStage(d, confidenceOf(q.p))
		if err != nil {
			return out, err
		}
		out.Points = Estimate{Value: e.CACE, SE: e.RobustSE, DF: e.DF, Lower: e.Lower, Upper: e.Upper, P: e.P}
		out.Note = fmt.Sprintf("%.0f%% of those allocated and followed up took it up", 100*e.Coached)
		return out, out.Points.check()
	},
}

// check refuses an estimate with a figure that is not finite.
func (e Estimate) check() error {
	if !finite(e.Value, e.SE, e.Lower, e.Upper, e.P) {
		return errors.New("not estimable: a figure is not finite")
	}
	return nil
}
