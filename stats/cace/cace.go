// Package cace estimates what coaching did for those who took it up: the complier average causal effect. Comparing people by what they
// chose would compare different people; assignment was random, so it serves as the instrument.
//
// In the published trial 15 of 67 assigned to coaching never had a session, and were left out of the analysis although they had been
// worse off at baseline. Here they stay in. The estimate needs that assignment changes the outcome only through coaching (exclusion) and that
// controls cannot get it; Bounds does without the first.
//
// It has one follow-up score; missing ones are left out and counted (stats/impute fills them in).
package cace

import (
	"errors"
	"fmt"
	"math"

	"rekindle/stats/dist"
	"rekindle/stats/ols"
)

// Data is one outcome of a two-arm trial, a row a participant.
type Data struct {
	Y        []float64   // outcome; NaN is missing
	Assigned []bool      // to coaching
	Received []bool      // coaching, by the protocol's definition
	X        [][]float64 // covariates without the intercept, complete; nil for none
}

// used gives the rows with an outcome, checked.
func (d Data) used() (Data, int, error) {
	n := len(d.Y)
	if len(d.Assigned) != n || len(d.Received) != n || d.X != nil && len(d.X) != n {
		return d, 0, fmt.Errorf("%d outcomes, %d assignments, %d receipts, %d rows of covariates: one of each a participant",
			n, len(d.Assigned), len(d.Received), len(d.X))
	}
	var out Data
	dropped := 0
	for i, y := range d.Y {
		if math.IsInf(y, 0) {
			return d, 0, fmt.Errorf("outcome of participant %d is infinite", i+1)
		}
		if d.X != nil {
			if len(d.X[i]) != len(d.X[0]) {
				return d, 0, fmt.Errorf("participant %d has %d covariates, the first has %d", i+1, len(d.X[i]), len(d.X[0]))
			}
			for j, v := range d.X[i] {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return d, 0, fmt.Errorf("covariate %d of participant %d is %v: covariates must be complete", j+1, i+1, v)
				}
			}
		}
		if math.IsNaN(y) {
			dropped++
			continue
		}
		out.Y, out.Assigned, out.Received = append(out.Y, y), append(out.Assigned, d.Assigned[i]), append(out.Received, d.Received[i])
		if d.X != nil {
			out.X = append(out.X, d.X[i])
		}
	}
	var arm, took [2]int
	for i, a := range out.Assigned {
		arm[number(a)]++
		if out.Received[i] {
			took[number(a)]++
		}
	}
	switch {
	case arm[0] < 2 || arm[1] < 2:
		return d, 0, fmt.Errorf("%d controls and %d assigned to coaching have an outcome: two of each are needed", arm[0], arm[1])
	case took[0]*arm[1] == took[1]*arm[0]:
		return d, 0, errors.New("assignment did not change who was coached: it cannot serve as an instrument")
	}
	return out, dropped, nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (d Data) covariates() int {
	if d.X == nil {
		return 0
	}
	return len(d.X[0])
}

// rows builds a design of an intercept, the indicator of each row, and the covariates.
func (d Data) rows(indicator []bool) (x []float64, p int) {
	for i := range d.Y {
		x = append(x, 1, float64(number(indicator[i])))
		if d.X != nil {
			x = append(x, d.X[i]...)
		}
	}
	return x, 2 + d.covariates()
}

// Estimate is a complier effect by two-stage least squares.
type Estimate struct {
	CACE            float64
	SE, RobustSE    float64 // classical; HC1
	DF              float64
	P, Lower, Upper float64 // Student's t with the robust standard error
	ITT, ITTSE      float64 // effect of assignment with the same covariates, and its classical standard error
	FirstStage      float64 // F of assignment in the regression of receipt: below 10 the instrument is weak
	Coached         float64 // share of those assigned to coaching who received it
	Leaked          float64 // share of controls who received it
	Wald            float64 // difference of means over difference of receipt, without covariates
	N, Dropped      int     // analysed; left out without outcome
}

// TwoStage regresses the outcome on receipt with assignment as the instrument and the covariates in both stages (J. D. Angrist, G. W.
// Imbens, D. B. Rubin, JASA 91, 1996).
func TwoStage(data Data, level float64) (Estimate, error) {
	if !(level > 0 && level < 1) {
		return Estimate{}, fmt.Errorf("confidence level %v must lie between 0 and 1: 0.95 for a 95%% interval", level)
	}
	d, dropped, err := data.used()
	if err != nil {
		return Estimate{}, err
	}
	x, p := d.rows(d.Received)
	z, _ := d.rows(d.Assigned)
	second, err := ols.TwoStage(x, z, d.Y, p, p)
	if err != nil {
		return Estimate{}, err
	}
	reduced, err := ols.Least(z, d.Y, p)
	if err != nil {
		return Estimate{}, err
	}
	receipt := make([]float64, len(d.Y))
	for i, r := range d.Received {
		receipt[i] = float64(number(r))
	}
	first, err := ols.Least(z, receipt, p)
	if err != nil {
		return Estimate{}, err
	}
	out := Estimate{CACE: second.Beta[1], SE: second.SE(1), RobustSE: second.RobustSE(1), DF: second.DF,
		ITT: reduced.Beta[1], ITTSE: reduced.SE(1), N: len(d.Y), Dropped: dropped}
	f := first.Beta[1] / first.SE(1)
	out.FirstStage = f * f // infinite when everyone did as assigned
	law := dist.StudentT{DF: out.DF}
	out.P = law.TwoSided(out.CACE / out.RobustSE)
	half := law.QuantileUpper((1-level)/2) * out.RobustSE
	out.Lower, out.Upper = out.CACE-half, out.CACE+half
	var mean, n [2]float64
	var took [2]float64
	for i, a := range d.Assigned {
		n[number(a)]++
		mean[number(a)] += d.Y[i]
		took[number(a)] += receipt[i]
	}
	out.Coached, out.Leaked = took[1]/n[1], took[0]/n[0]
	out.Wald = (mean[1]/n[1] - mean[0]/n[0]) / (out.Coached - out.Leaked)
	return out, nil
}
