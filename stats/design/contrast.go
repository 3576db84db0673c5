package design

import (
	"fmt"
	"slices"
)

// Kind is what a contrast measures.
type Kind string

const (
	KindMean       Kind = "emm"         // marginal mean of an arm at a time
	KindChange     Kind = "change"      // within an arm, a time minus the baseline
	KindDiffChange Kind = "diff_change" // change of an arm minus change of the reference arm
	KindDiffArm    Kind = "diff_arm"    // an arm minus the reference arm at a time
	KindCustom     Kind = "custom"
)

// Contrast is a row with the words that belong to it. Fields that do not apply are "".
type Contrast struct {
	Row
	Label        string
	Kind         Kind
	Arm          string
	ReferenceArm string
	Time         string
	From         string // the time a change starts from
	Weights      Weighting
}

// ArmByTime gives the standard contrasts of a trial: marginal means of every arm at every time, with each of the weights given (equal
// and proportional if none); changes from the baseline within each arm; differences of those changes to the first arm; and
// differences between arms at each time. Differences use the first weighting; without an interaction of arm or time with
// a covariate the weighting does not matter to them. With baseline "" there are no changes.
func (d *Design) ArmByTime(arm, time, baseline string, weights ...Weighting) ([]Contrast, error) {
	if len(weights) == 0 {
		weights = []Weighting{Equal, Proportional}
	}
	arms, err := d.Levels(arm)
	if err != nil {
		return nil, err
	}
	times, err := d.Levels(time)
	if err != nil {
		return nil, err
	}
	if baseline != "" && !slices.Contains(times, baseline) {
		return nil, fmt.Errorf("%s has no used value %q for the baseline; it has %q", time, baseline, times)
	}
	rows := map[[3]string]Row{}
	for _, w := range weights {
		for _, a := range arms {
			for _, t := range times {
				if rows[[3]string{a, t, string(w)}], err = d.Mean(At{arm: a, time: t}, w); err != nil {
					return nil, err
				}
			}
		}
	}
	mean := func(a, t string) Row { return rows[[3]string{a, t, string(weights[0])}] }
	change := func(a, t string) Row { return mean(a, t).Minus(mean(a, baseline)) }
	var out []Contrast
	for _, w := range weights {
		for _, a := range arms {
			for _, t := range times {
				out = append(out, Contrast{Row: rows[[3]string{a, t, string(w)}], Label: fmt.Sprintf("EMM %s @ %s (%s)", a, t, w),
					Kind: KindMean, Arm: a, Time: t, Weights: w})
			}
		}
	}
	if baseline != "" {
		later := slices.DeleteFunc(slices.Clone(times), func(t string) bool { return t == baseline })
		for _, a := range arms {
			for _, t := range later {
				out = append(out, Contrast{Row: change(a, t), Label: fmt.Sprintf("change %s: %s - %s", a, t, baseline),
					Kind: KindChange, Arm: a, Time: t, From: baseline})
			}
		}
		for _, a := range arms[1:] {
			for _, t := range later {
				out = append(out, Contrast{Row: change(a, t).Minus(change(arms[0], t)),
					Label: fmt.Sprintf("difference in change %s - %s: %s - %s", a, arms[0], t, baseline),
					Kind:  KindDiffChange, Arm: a, ReferenceArm: arms[0], Time: t, From: baseline})
			}
		}
	}
	for _, a := range arms[1:] {
		for _, t := range times {
			out = append(out, Contrast{Row: mean(a, t).Minus(mean(arms[0], t)),
				Label: fmt.Sprintf("difference between arms %s - %s @ %s", a, arms[0], t),
				Kind:  KindDiffArm, Arm: a, ReferenceArm: arms[0], Time: t})
		}
	}
	return out, nil
}

// Custom checks a row of coefficients given by a user, in the order of Names.
func (d *Design) Custom(label string, l []float64) (Contrast, error) {
	if len(l) != len(d.Names) {
		return Contrast{}, fmt.Errorf("contrast %q has %d numbers, the model has %d coefficients %q", label, len(l), len(d.Names), d.Names)
	}
	return Contrast{Row: Row{L: l}, Label: label, Kind: KindCustom}, nil
}
