package randomization

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rekindle/problem"
	"rekindle/trial/study"
)

// Simulation is what is to be expected of a design, from many simulated enrolments drawn by the same code as the trial.
//
// Imbalance is the largest number of participants in an arm divided by its ratio, minus the smallest: for 1:1, the
// difference between the arms.
type Simulation struct {
	Design         Design            `json:"design"`
	Participants   int               `json:"participants"`
	Runs           int               `json:"runs"`
	Overall        Spread            `json:"overall"`       // imbalance of the whole trial at its end
	Underway       Spread            `json:"underway"`      // the largest such imbalance at any time of a run
	WithinStrata   Spread            `json:"within_strata"` // the largest imbalance of any stratum at the end
	Levels         []LevelForecast   `json:"levels"`
	Strata         []StratumForecast `json:"strata"` // in the order of the design, empty ones included
	Predictability Predictability    `json:"predictability"`
}

// Spread is a distribution over the runs.
type Spread struct {
	Mean float64 `json:"mean"`
	P95  float64 `json:"p95"` // not exceeded in 95% of runs
	Max  float64 `json:"max"`
}

// LevelForecast is the imbalance among all participants of one level.
type LevelForecast struct {
	Factor    string  `json:"factor"`
	Level     string  `json:"level"`
	Expected  float64 `json:"expected"` // participants
	Imbalance Spread  `json:"imbalance"`
}

// StratumForecast is what is to be expected of one stratum; chances are from 0 to 1.
type StratumForecast struct {
	Stratum    string  `json:"stratum"`
	Expected   float64 `json:"expected"`    // participants
	Empty      float64 `json:"empty"`       // chance of nobody: (1 - share)^participants
	ArmMissing float64 `json:"arm_missing"` // share of runs in which somebody enrols, but some arm gets nobody
	Incomplete float64 `json:"incomplete"`  // permuted blocks: share of runs that end inside a block
	Imbalance  Spread  `json:"imbalance"`
}

// maxSimulated bounds the work: draws, and numbers kept for the distributions.
const maxSimulated = 20_000_000

// Simulate runs a design over simulated enrolments. Runs is at least 1; the same seed gives the same result, and the
// same enrolments for another design of the same factors.
func Simulate(d Design, e Enrolment, runs int, seed uint64) (Simulation, error) {
	if err := d.Check(); err != nil {
		return Simulation{}, err
	}
	if err := e.check(d); err != nil {
		return Simulation{}, err
	}
	strata := d.strata(e)
	if runs < 1 || float64(runs)*float64(max(len(strata), e.Participants)) > maxSimulated {
		return Simulation{}, problem.New(problem.Invalid, "%d runs of %d participants in %d strata", runs, e.Participants, len(strata)).
			Instead("at least 1 run, and at most 20 million simulated participants or strata")
	}
	s := newSummary(d, strata)
	arrivals := rand.New(rand.NewPCG(seed, 1))
	secrets := rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64(nil, seed)))
	for range runs {
		secret, err := NewSeed(secrets)
		if err != nil {
			return Simulation{}, err
		}
		s.run(secret, e, arrivals)
	}
	return s.result(e, runs), nil
}

// cell is one stratum with its share of the participants.
type cell struct {
	name   string
	values Values
	share  float64
}

// strata lists all strata in the order of the design, the last factor changing fastest.
func (d Design) strata(e Enrolment) []cell {
	cells := []cell{{Whole, Values{}, 1}}
	for _, f := range d.Factors {
		var next []cell
		for _, c := range cells {
			for i, l := range f.Levels {
				v := Values{f.ID: l}
				for factor, level := range c.values {
					v[factor] = level
				}
				next = append(next, cell{values: v, share: c.share * e.Shares[f.ID][i]})
			}
		}
		cells = next
	}
	for i := range cells {
		cells[i].name, _ = d.Stratum(cells[i].values) // values of the design's own levels always have a stratum
	}
	return cells
}

// imbalance gives the range of the counts divided by the ratios.
func (d Design) imbalance(counts []int) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for i, n := range counts {
		x := float64(n) / float64(d.Arms[i].Ratio)
		low, high = min(low, x), max(high, x)
	}
	return high - low
}

func spread(numbers []float64) Spread {
	slices.Sort(numbers)
	sum := 0.0
	for _, x := range numbers {
		sum += x
	}
	at := int(math.Ceil(0.95*float64(len(numbers)))) - 1
	return Spread{sum / float64(len(numbers)), numbers[max(at, 0)], numbers[len(numbers)-1]}
}

// summary collects the runs.
type summary struct {
	design                    Design
	cells                     []cell
	overall, underway, within []float64
	levels                    [][]float64 // by level in the order of the design
	strata                    [][]float64 // by stratum
	missing, incomplete       []int
	convergence, informed     float64
	certain                   int
}

func newSummary(d Design, cells []cell) *summary {
	levels := 0
	for _, f := range d.Factors {
		levels += len(f.Levels)
	}
	return &summary{design: d, cells: cells, levels: make([][]float64, levels), strata: make([][]float64, len(cells)),
		missing: make([]int, len(cells)), incomplete: make([]int, len(cells))}
}

// run simulates one trial.
func (s *summary) run(secret Seed, e Enrolment, arrivals *rand.Rand) {
	d := s.design
	guesses, tally, streams := d.guesser(), d.NewTally(nil), map[string]*blocks{}
	total, worst := make([]int, len(d.Arms)), 0.0
	for index := range e.Participants {
		v := e.arrive(d, arrivals)
		stratum, _ := d.Stratum(v) // as above
		var arm int
		if d.Method == study.Minimization {
			arm = d.minimize(secret, v, index+1, tally)
		} else {
			if streams[stratum] == nil {
				streams[stratum] = d.blocks(secret, stratum)
			}
			arm = streams[stratum].next()
		}
		guesses.guess(stratum, v, tally, arm)
		tally.add(v, arm)
		total[arm]++
		worst = max(worst, d.imbalance(total))
	}
	s.overall = append(s.overall, d.imbalance(total))
	s.underway = append(s.underway, worst)
	s.convergence += guesses.convergence
	s.informed += guesses.informed
	s.certain += guesses.certain
	at := 0
	for _, f := range d.Factors {
		for _, l := range f.Levels {
			s.levels[at] = append(s.levels[at], d.imbalance(tally[f.ID][l]))
			at++
		}
	}
	largest := 0.0
	for i, c := range s.cells {
		imbalance := 0.0
		if counts := guesses.counts[c.name]; counts != nil {
			imbalance = d.imbalance(counts)
			if slices.Contains(counts, 0) {
				s.missing[i]++
			}
		}
		if b := streams[c.name]; b != nil && len(b.block) > 0 {
			s.incomplete[i]++
		}
		s.strata[i] = append(s.strata[i], imbalance)
		largest = max(largest, imbalance)
	}
	s.within = append(s.within, largest)
}

func (s *summary) result(e Enrolment, runs int) Simulation {
	d, n := s.design, float64(e.Participants)
	out := Simulation{Design: d, Participants: e.Participants, Runs: runs,
		Overall: spread(s.overall), Underway: spread(s.underway), WithinStrata: spread(s.within)}
	at := 0
	for _, f := range d.Factors {
		for i, l := range f.Levels {
			out.Levels = append(out.Levels, LevelForecast{f.ID, l, n * e.Shares[f.ID][i], spread(s.levels[at])})
			at++
		}
	}
	for i, c := range s.cells {
		out.Strata = append(out.Strata, StratumForecast{
			Stratum: c.name, Expected: n * c.share, Empty: math.Pow(1-c.share, n),
			ArmMissing: float64(s.missing[i]) / float64(runs), Incomplete: float64(s.incomplete[i]) / float64(runs),
			Imbalance: spread(s.strata[i]),
		})
	}
	draws := n * float64(runs)
	largest := 0
	for _, a := range d.Arms {
		largest = max(largest, a.Ratio)
	}
	out.Predictability = Predictability{
		Blind:       float64(largest) / float64(d.parts()),
		Convergence: s.convergence / draws, Informed: s.informed / draws, Certain: float64(s.certain) / draws,
	}
	return out
}

// Alternative gives the same trial by the other method, for comparison: minimization with chance 0.8 and measure Range, or blocks of
// twice and three times the sum of ratios. False where there is none, as for minimization without factors.
func (d Design) Alternative() (Design, bool) {
	factors := slices.Clone(d.Factors)
	d.Factors = factors
	if d.Method == study.Minimization {
		d.Method, d.Probability, d.Measure = study.PermutedBlocks, 0, ""
		d.BlockSizes = []int{2 * d.parts(), 3 * d.parts()}
		for i := range factors {
			factors[i].Weight = 0
		}
	} else {
		d.Method, d.Probability, d.Measure, d.BlockSizes = study.Minimization, 800_000, Range, nil
		for i := range factors {
			factors[i].Weight = 1
		}
	}
	return d, d.Check() == nil
}

// Warnings says in words what in a simulation should be thought about before enrolment opens.
func (s Simulation) Warnings() []string {
	var found []string
	for _, c := range s.Strata {
		switch {
		case c.Empty > 0.05:
			found = append(found, fmt.Sprintf("stratum %s stays empty with a chance of %.0f%% (%.1f expected): join levels, or use minimization", c.Stratum, 100*c.Empty, c.Expected))
		case s.Design.Method == study.PermutedBlocks && c.Expected < float64(s.Design.BlockSizes[0]):
			found = append(found, fmt.Sprintf("stratum %s, with %.1f participants expected, is not likely to fill one block: it balances nothing", c.Stratum, c.Expected))
		}
	}
	switch {
	case s.Design.Method == study.PermutedBlocks && len(s.Design.BlockSizes) == 1:
		found = append(found, fmt.Sprintf("all blocks have %d places: who learns that knows %.0f%% of allocations beforehand; name two sizes or more",
			s.Design.BlockSizes[0], 100*s.Predictability.Certain))
	case s.Design.Probability == Million:
		found = append(found, fmt.Sprintf("minimization without a random element: %.0f%% of allocations can be known beforehand; choose a probability below 1",
			100*s.Predictability.Certain))
	}
	return found
}
