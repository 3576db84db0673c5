package randomization

import (
	"math/rand/v2"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Enrolment is who is expected to enrol: how many, and the share of each level, the factors being independent.
type Enrolment struct {
	Participants int                  `json:"participants"`
	Shares       map[string][]float64 `json:"shares"` // factor id -> share of each level, in the order of the design; sums are 1
}

// NewEnrolment takes the expectation from a protocol: the places of the trial, and the expected shares of the
// levels. Levels without a stated share divide what is left equally. Shares that add up to more than 1, or to less where
// all are stated, are an error.
func NewEnrolment(p study.Protocol) (Enrolment, error) {
	e := Enrolment{Participants: p.Enrolment.Cap, Shares: map[string][]float64{}}
	if e.Participants == 0 {
		e.Participants = p.Enrolment.Goal
	}
	var found problem.List
	for _, s := range p.Strata {
		left, open := 1.0, 0
		for _, l := range s.Levels {
			if l.Expected < 0 || l.Expected > 1 {
				found.Add(problem.New(problem.Invalid, "an expected share of %v", l.Expected).On("stratum.%s.%s", s.ID, l.ID).
					Instead("a number from 0 to 1"))
			}
			left -= l.Expected
			if l.Expected == 0 {
				open++
			}
		}
		// Shares are printed to two or three places; what rounding leaves over is spread in proportion.
		const rounding = 0.02
		if left < -rounding || left > rounding && open == 0 {
			found.Add(problem.New(problem.Invalid, "the expected shares of %s add up to %.4g", s.ID, 1-left).
				On("stratum.%s", s.ID).Instead("shares that add up to 1, or leave some out"))
		}
		if open > 0 && left < 0 {
			left = 0
		}
		total := 0.0
		shares := make([]float64, len(s.Levels))
		for i, l := range s.Levels {
			shares[i] = l.Expected
			if l.Expected == 0 {
				shares[i] = left / float64(open)
			}
			total += shares[i]
		}
		for i := range shares {
			shares[i] /= total
		}
		e.Shares[s.ID] = shares
	}
	if len(found) > 0 {
		return Enrolment{}, found
	}
	return e, nil
}

// check finds what does not fit the design.
func (e Enrolment) check(d Design) error {
	if e.Participants < 1 {
		return problem.New(problem.Invalid, "an enrolment of %d participants", e.Participants).Instead("say how many are expected")
	}
	for _, f := range d.Factors {
		shares, sum := e.Shares[f.ID], 0.0
		for _, s := range shares {
			if s < 0 {
				return problem.New(problem.Invalid, "a negative share").On("%s", f.ID)
			}
			sum += s
		}
		if len(shares) != len(f.Levels) || !(sum > 0.999999 && sum < 1.000001) {
			return problem.New(problem.Invalid, "%d shares that add up to %v for %d levels", len(shares), sum, len(f.Levels)).On("%s", f.ID)
		}
	}
	return nil
}

// arrive draws the levels of the next participant.
func (e Enrolment) arrive(d Design, chance *rand.Rand) Values {
	v := Values{}
	for _, f := range d.Factors {
		u, last := chance.Float64(), 0
		for i, share := range e.Shares[f.ID] {
			if share == 0 {
				continue
			}
			last = i
			if u < share {
				break
			}
			u -= share
		}
		v[f.ID] = f.Levels[last]
	}
	return v
}
