package exact

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Procedure is how a trial allocates, so that it can be replayed. Arms are 0 (control) and 1, 2, ... for the others.
type Procedure struct {
	// Draw writes a new allocation into arms, with rng as the only source of chance. It may be called many times.
	Draw func(rng *rand.Rand, arms []int)
	// Each visits every allocation, all equally likely, leaving it in arms; nil when they cannot be listed.
	Each func(arms []int, visit func())
	// Count is the number of allocations that Each visits.
	Count float64
}

// Permuted is the procedure that permutes the observed arms within groups: with groups the strata it keeps each stratum's
// arm counts, with groups the blocks of a stratum it is permuted-block randomization itself. groups[i] is the group of
// participant i, any number.
func Permuted(groups, observed []int) (Procedure, error) {
	if len(groups) != len(observed) {
		return Procedure{}, fmt.Errorf("%d groups for %d participants", len(groups), len(observed))
	}
	if len(groups) == 0 {
		return Procedure{}, fmt.Errorf("no participants")
	}
	members := map[int][]int{}
	var order []int
	for i, g := range groups {
		if observed[i] < 0 {
			return Procedure{}, fmt.Errorf("arm of participant %d is %d: arms are 0, 1, 2, ...", i+1, observed[i])
		}
		if members[g] == nil {
			order = append(order, g)
		}
		members[g] = append(members[g], i)
	}
	blocks := make([][]int, len(order))
	logCount := 0.0
	for k, g := range order {
		blocks[k] = members[g]
		counts := map[int]int{}
		for _, i := range members[g] {
			counts[observed[i]]++
		}
		logCount += logFactorial(len(members[g]))
		for _, c := range counts {
			logCount -= logFactorial(c)
		}
	}
	held := slices.Clone(observed)
	return Procedure{
		Draw: func(rng *rand.Rand, arms []int) {
			copy(arms, held)
			for _, b := range blocks {
				for k := len(b) - 1; k > 0; k-- {
					j := rng.IntN(k + 1)
					arms[b[k]], arms[b[j]] = arms[b[j]], arms[b[k]]
				}
			}
		},
		Each:  func(arms []int, visit func()) { eachPermutation(blocks, held, arms, visit) },
		Count: math.Round(math.Exp(logCount)),
	}, nil
}

// eachPermutation visits the distinct arrangements of each block's arms in lexicographic order, blocks nested.
func eachPermutation(blocks [][]int, held, arms []int, visit func()) {
	if len(blocks) == 0 {
		visit()
		return
	}
	b := blocks[0]
	v := make([]int, len(b))
	for k, i := range b {
		v[k] = held[i]
	}
	slices.Sort(v)
	for {
		for k, i := range b {
			arms[i] = v[k]
		}
		eachPermutation(blocks[1:], held, arms, visit)
		k := len(v) - 2
		for k >= 0 && v[k] >= v[k+1] {
			k--
		}
		if k < 0 {
			return
		}
		l := len(v) - 1
		for v[l] <= v[k] {
			l--
		}
		v[k], v[l] = v[l], v[k]
		slices.Reverse(v[k+1:])
	}
}

// Options of a randomization test. Zero values mean: enumerate up to 100,000 allocations, otherwise 9,999 draws.
type Options struct {
	Enumerate float64 // largest number of allocations to list
	Draws     int
	Seed      uint64
}

func (o Options) withDefaults() (Options, error) {
	if o.Enumerate < 0 || o.Draws < 0 {
		return o, fmt.Errorf("numbers of allocations must not be negative: enumerate %v, draws %d", o.Enumerate, o.Draws)
	}
	if o.Enumerate == 0 {
		o.Enumerate = 100_000
	}
	if o.Draws == 0 {
		o.Draws = 9_999
	}
	return o, nil
}

// Randomization is the result of a randomization test. P values count allocations whose statistic is at least as extreme
// as the observed one; by Monte Carlo they are (b + 1) / (draws + 1), and Lower, Upper is the 99% interval of the
// two-sided P that enumeration would give.
type Randomization struct {
	Observed                    float64
	Exact                       bool
	Allocations                 int     // looked at
	P, PLower, PUpper           float64 // two-sided by absolute value; statistic at most, at least the observed one
	PIntervalLow, PIntervalHigh float64
}

// Randomize tests the sharp null hypothesis that the arm changes no one's outcome, by the law of statistic under the
// trial's own allocation procedure (R. A. Fisher 1935; W. F. Rosenberger, J. M. Lachin, Randomization in Clinical Trials,
// 2016, chapter 6). statistic reads an allocation and gives a finite number centered on zero under the null, such as a
// difference of means.
func Randomize(observed []int, p Procedure, statistic func(arms []int) float64, o Options) (Randomization, error) {
	o, err := o.withDefaults()
	if err != nil {
		return Randomization{}, err
	}
	if len(observed) == 0 {
		return Randomization{}, fmt.Errorf("no participants")
	}
	out := Randomization{Observed: statistic(slices.Clone(observed))}
	if !finite(out.Observed) {
		return out, fmt.Errorf("statistic of the observed allocation is %v", out.Observed)
	}
	slack := 1e-9 * math.Abs(out.Observed)
	var two, low, high, bad int
	look := func(arms []int) {
		v := statistic(arms)
		out.Allocations++
		if !finite(v) {
			bad++
			return
		}
		if math.Abs(v) >= math.Abs(out.Observed)-slack {
			two++
		}
		if v <= out.Observed+slack {
			low++
		}
		if v >= out.Observed-slack {
			high++
		}
	}
	out.Exact = p.replay(observed, o, look)
	if bad > 0 {
		return out, fmt.Errorf("statistic is not finite for %d of %d allocations", bad, out.Allocations)
	}
	n := float64(out.Allocations)
	if out.Exact {
		out.P, out.PLower, out.PUpper = float64(two)/n, float64(low)/n, float64(high)/n
		out.PIntervalLow, out.PIntervalHigh = out.P, out.P
		return out, nil
	}
	out.PLower, out.PUpper = float64(low+1)/(n+1), float64(high+1)/(n+1)
	out.P, out.PIntervalLow, out.PIntervalHigh = monteCarlo(two, out.Allocations)
	return out, nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// replay shows allocations to look: all of them when they are few enough (and then reports true), else draws.
func (p Procedure) replay(observed []int, o Options, look func(arms []int)) bool {
	arms := slices.Clone(observed)
	if p.Each != nil && p.Count <= o.Enumerate {
		p.Each(arms, func() { look(arms) })
		return true
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x72616e646f6d))
	for range o.Draws {
		p.Draw(rng, arms)
		look(arms)
	}
	return false
}

// Shift is a constant effect of arm 1 against arm 0 with the limits that the randomization test does not reject.
type Shift struct {
	Estimate, Lower, Upper float64
	Exact                  bool
	Allocations            int
}

// ShiftInterval inverts the randomization test of a difference of means: with effect tau the outcomes without treatment would be
// y - tau for the treated, and tau is in the interval when neither one-sided test of them has P below (1 - level) / 2.
// For allocation j with difference D_j in y and E_j in the observed treatment, the shifted statistic reaches the observed
// one exactly when tau passes (D - D_j) / (1 - E_j): the limits are order statistics of these, found without search.
func ShiftInterval(y []float64, observed []int, p Procedure, level float64, o Options) (Shift, error) {
	if err := validateLevel(level); err != nil {
		return Shift{}, err
	}
	o, err := o.withDefaults()
	if err != nil {
		return Shift{}, err
	}
	if len(y) != len(observed) {
		return Shift{}, fmt.Errorf("%d outcomes for %d participants", len(y), len(observed))
	}
	treated := make([]float64, len(y))
	for i, a := range observed {
		if !finite(y[i]) {
			return Shift{}, fmt.Errorf("outcome %d is %v", i+1, y[i])
		}
		if a != 0 && a != 1 {
			return Shift{}, fmt.Errorf("arm of participant %d is %d: a shift interval compares arms 0 and 1", i+1, a)
		}
		treated[i] = float64(a)
	}
	out := Shift{Estimate: MeanDifference(y)(observed)}
	if !finite(out.Estimate) {
		return Shift{}, fmt.Errorf("an arm is empty")
	}
	dy, dz := MeanDifference(y), MeanDifference(treated)
	var at []float64
	always := 0
	out.Exact = p.replay(observed, o, func(arms []int) {
		d, e := dy(arms), dz(arms)
		if 1-e < 1e-12 || !finite(d) { // the observed allocation itself
			always++
			return
		}
		at = append(at, (out.Estimate-d)/(1-e))
	})
	if !out.Exact {
		always++ // the observed allocation counts as one more draw
	}
	slices.Sort(at)
	n := len(at) + always
	out.Allocations = n
	// The upper-tail P at tau is (always + number of at <= tau) / n. The lower limit is where it first reaches the tail.
	need := int(math.Floor(float64(n)*(1-level)/2+1e-9)) + 1 - always
	out.Lower, out.Upper = math.Inf(-1), math.Inf(1)
	if need >= 1 && need <= len(at) {
		out.Lower, out.Upper = at[need-1], at[len(at)-need]
	}
	return out, nil
}

// MeanDifference gives the statistic mean of y in arm 1 minus mean in arm 0, for Randomize.
func MeanDifference(y []float64) func(arms []int) float64 {
	return func(arms []int) float64 {
		var sum [2]float64
		var n [2]float64
		for i, a := range arms {
			if a == 0 || a == 1 {
				sum[a] += y[i]
				n[a]++
			}
		}
		return sum[1]/n[1] - sum[0]/n[0]
	}
}
