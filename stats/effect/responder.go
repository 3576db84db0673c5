package effect

import (
	"fmt"
	"math"
	"slices"
)

// Direction says which way is better for a score: burnout falls, fulfillment rises.
type Direction int

// The two directions.
const (
	Higher Direction = 1
	Lower  Direction = -1
)

// Missing says what a participant without a follow-up counts as in a responder analysis.
type Missing int

const (
	// NonResponder counts people without follow-up as not having responded: everyone randomized is in the denominator.
	NonResponder Missing = iota
	// LeaveOut takes people without follow-up out of the denominator.
	LeaveOut
)

// Responders counts who changed for the better by at least threshold (the minimal important difference, > 0, in score
// units). NaN stands for a missing change.
func Responders(change []float64, threshold float64, better Direction, missing Missing) (Proportion, error) {
	if !(threshold > 0) || math.IsInf(threshold, 0) {
		return Proportion{}, fmt.Errorf("responder threshold %v must be positive", threshold)
	}
	return count(change, threshold, better, missing)
}

func count(change []float64, threshold float64, better Direction, missing Missing) (Proportion, error) {
	if better != Higher && better != Lower {
		return Proportion{}, fmt.Errorf("direction %d must be Higher or Lower", better)
	}
	var p Proportion
	for i, c := range change {
		switch {
		case math.IsInf(c, 0):
			return Proportion{}, fmt.Errorf("change %d is infinite", i+1)
		case math.IsNaN(c):
			if missing == NonResponder {
				p.N++
			}
			continue
		}
		p.N++
		// Scores are means of items: 1.2 - 0.7 must count as a change of 0.5.
		if float64(better)*c >= threshold-1e-9*max(1, math.Abs(threshold)) {
			p.Events++
		}
	}
	if p.N == 0 {
		return p, fmt.Errorf("no one to count: all changes are missing")
	}
	return p, nil
}

// Step is one point of a cumulative responder curve: the share who changed for the better by at least Threshold.
type Step struct {
	Threshold float64
	Share     Proportion
}

// ResponderCurve gives the share of responders at each amount of change for the better that occurs, from the smallest
// (often a worsening, negative) to the largest: the cumulative responder function that regulators ask for beside any
// one threshold.
func ResponderCurve(change []float64, better Direction, missing Missing) ([]Step, error) {
	var at []float64
	for _, c := range change {
		if !math.IsNaN(c) {
			at = append(at, float64(better)*c)
		}
	}
	slices.Sort(at)
	at = slices.Compact(at)
	curve := make([]Step, 0, len(at))
	for _, threshold := range at {
		p, err := count(change, threshold, better, missing)
		if err != nil {
			return nil, err
		}
		curve = append(curve, Step{threshold, p})
	}
	if len(curve) == 0 {
		return nil, fmt.Errorf("no one to count: all changes are missing")
	}
	return curve, nil
}
