package analysis

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"rekindle/stats/effect"
	"rekindle/stats/exact"
	"rekindle/trial/study"
)

// responders counts who changed for the better by the minimally important difference; people without a follow-up have not.
var responders = further{
	id: "responder", name: "Responders", everyone: true,
	words: func(*plan) string {
		return "Share of those randomized whose score changed for the better by at least the minimally important difference that the protocol names; without a follow-up score a person counts as no responder. Risk difference with the Miettinen-Nurminen interval, P by Fisher's exact test."
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		out := SensitivityRow{Measure: "risk difference"}
		if o.MID <= 0 {
			return out, errors.New("the protocol names no minimally important difference")
		}
		better := effect.Higher
		if o.Direction == "higher worse" {
			better = effect.Lower
		}
		count := func(arm string) (effect.Proportion, error) {
			return effect.Responders(q.changesIn(arm, o.ID), o.MID, better, effect.NonResponder)
		}
		a, err := count(q.contrast.Arm)
		if err != nil {
			return out, err
		}
		b, err := count(q.contrast.Versus)
		if err != nil {
			return out, err
		}
		e, err := effect.MiettinenNurminen(a, b, confidenceOf(q.p))
		if err != nil {
			return out, err
		}
		f, err := exact.Fisher(exact.Table{{a.Events, a.N - a.Events}, {b.Events, b.N - b.Events}}, confidenceOf(q.p))
		if err != nil {
			return out, err
		}
		out.Points = Estimate{Value: e.Value, Lower: e.Lower, Upper: e.Upper, P: f.P}
		out.Note = fmt.Sprintf("%d of %d vs %d of %d changed by %g points or more for the better", a.Events, a.N, b.Events, b.N, o.MID)
		return out, nil
	},
}

// changesIn gives the change from baseline to the contrast's visit of everybody in an arm, NaN where a score is missing.
func (q *plan) changesIn(arm, outcome string) (x []float64) {
	for _, who := range q.people {
		if who.Arm != arm {
			continue
		}
		from, a := who.score(outcome, q.p.Analysis.Baseline)
		to, b := who.score(outcome, q.contrast.Visit)
		if a && b {
			x = append(x, to-from)
		} else {
			x = append(x, math.NaN())
		}
	}
	return x
}

// rerandomizations is how many allocations a randomization test draws where all cannot be listed.
const rerandomizations = 4999

// rerandomization replays the allocation itself: blocks of random size within the strata, in the order of enrolment.
var rerandomization = further{
	id: "randomization-test", name: "Randomization test", everyone: true,
	words: func(q *plan) string {
		return fmt.Sprintf("The difference of mean changes of those with both scores, against %d new allocations of everybody randomized by the trial's own procedure (permuted blocks within strata, in order of enrolment); the interval holds the constant effects that this test does not reject.", rerandomizations)
	},
	asks: func(q *plan) (string, bool) {
		switch {
		case q.d.Dataset == nil:
			return "A file of scores does not tell strata and order of allocation.", false
		case q.p.Allocation.Method != study.PermutedBlocks:
			return "The replay knows permuted blocks only.", false
		case len(q.p.Arms) != 2:
			return "The replay compares two arms.", false
		}
		return "", true
	},
	row: func(q *plan, o study.Outcome) (SensitivityRow, error) {
		out := SensitivityRow{Measure: "difference of mean changes, points"}
		code := map[string]int{q.contrast.Versus: 0, q.contrast.Arm: 1}
		var y []float64
		var observed, at []int
		for i, who := range q.people {
			from, a := who.score(o.ID, q.p.Analysis.Baseline)
			to, b := who.score(o.ID, q.contrast.Visit)
			if a && b {
				y, observed, at = append(y, to-from), append(observed, code[who.Arm]), append(at, i)
			}
		}
		drawn := q.reallocations(code)
		n := 0
		replay := exact.Procedure{Draw: func(_ *rand.Rand, arms []int) {
			all := drawn[n%len(drawn)]
			n++
			for k, i := range at {
				arms[k] = int(all[i])
			}
		}}
		options := exact.Options{Draws: rerandomizations}
		test, err := exact.Randomize(observed, replay, exact.MeanDifference(y), options)
		if err != nil {
			return out, err
		}
		n = 0
		shift, err := exact.ShiftInterval(y, observed, replay, confidenceOf(q.p), options)
		if err != nil {
			return out, err
		}
		if !finite(shift.Lower, shift.Upper) {
			return out, errors.New("too few allocations for an interval")
		}
		out.Points = Estimate{Value: test.Observed, Lower: shift.Lower, Upper: shift.Upper, P: test.P}
		return out, nil
	},
}

// reallocations draws the new allocations, once for all outcomes: everybody stays in line and stratum, the arms are drawn anew.
func (q *plan) reallocations(code map[string]int) [][]uint8 {
	if q.drawn != nil {
		return q.drawn
	}
	stratum := make([]int, len(q.people))
	number := map[string]int{}
	for i, who := range q.people {
		key := ""
		for _, s := range q.p.Strata {
			key += who.Strata[s.ID] + "\x00"
		}
		if _, known := number[key]; !known {
			number[key] = len(number)
		}
		stratum[i] = number[key]
	}
	rng := rand.New(rand.NewPCG(q.p.Analysis.Seed, 0x616c6c6f63))
	q.drawn = make([][]uint8, rerandomizations)
	for k := range q.drawn {
		q.drawn[k] = make([]uint8, len(q.people))
		q.allocate(rng, q.drawn[k], stratum, len(number), code)
	}
	return q.drawn
}

// allocate draws a new allocation by permuted blocks of random size within strata, in order of randomization.
func (q *plan) allocate(rng *rand.Rand, arms []uint8, stratum []int, strata int, code map[string]int) {
	open := make([][]uint8, strata)
	for i, s := range stratum {
		block := open[s]
		if len(block) == 0 {
			size := q.p.Allocation.BlockSizes[rng.IntN(len(q.p.Allocation.BlockSizes))]
			for _, a := range q.p.Arms {
				for range size / q.p.RatioSum() * a.Ratio {
					block = append(block, uint8(code[a.ID]))
				}
			}
			rng.Shuffle(len(block), func(i, j int) { block[i], block[j] = block[j], block[i] })
		}
		arms[i], open[s] = block[0], block[1:]
	}
}
