package randomization

import (
	"time"

	"rekindle/problem"
	"rekindle/trial/participant"
	"rekindle/trial/study"
)

// Allocation is one draw and all that is needed to repeat it. It never changes: a stratum value that turns out wrong
// is corrected beside it, and the participant stays allocated as drawn.
type Allocation struct {
	Participant participant.Code `json:"participant"`
	Sequence    int              `json:"sequence"` // place among all allocations of the trial, from 1
	Values      Values           `json:"values"`   // "randomized as"
	Stratum     string           `json:"stratum"`  // Design.Stratum of Values
	Index       int              `json:"index"`    // place in its stream (Design.Stream), from 1
	Arm         string           `json:"arm"`
	At          time.Time        `json:"at"` // UTC
}

// Draw computes the arm of the next allocation in the stream of the values, after before allocations in it. For
// minimization tally counts those allocations; permuted blocks do not look at it.
//
// The cost of a draw from permuted blocks grows with before, since no sequence is kept anywhere: some milliseconds after
// ten thousand.
func (d Design) Draw(s Seed, v Values, before int, tally Tally) (arm string, err error) {
	if err := d.Check(); err != nil {
		return "", err
	}
	stratum, err := d.Stratum(v)
	if err != nil {
		return "", err
	}
	if before < 0 {
		return "", problem.New(problem.Internal, "%d allocations before this one", before)
	}
	if d.Method == study.Minimization {
		return d.Arms[d.minimize(s, v, before+1, tally)].ID, nil
	}
	b := d.blocks(s, stratum)
	for range before {
		b.next()
	}
	return d.Arms[b.next()].ID, nil
}
