package randomization

import "strconv"

// Measure is how minimization sums up the imbalance between arms within one level of one factor.
type Measure string

// The measures, both of numbers divided by the arms' ratios.
const (
	Range    Measure = "range"    // the largest minus the smallest
	Variance Measure = "variance" // the sum of squared deviations from the mean
)

func (d Design) checkMinimization(add func(field, remedy, format string, args ...any)) {
	if len(d.Factors) == 0 {
		add("stratum", "name a factor, or use permuted-blocks", "minimization balances factors, and there are none")
	}
	if len(d.Arms) > 0 && (d.Probability*len(d.Arms) <= Million || d.Probability > Million) {
		add("allocation.probability", "more than one divided by the number of arms, at most 1",
			"%v as the chance of the best arm does not favour it", float64(d.Probability)/Million)
	}
	for _, f := range d.Factors {
		if f.Weight < 1 || f.Weight > maxParts {
			add("stratum.weight", "a whole number from 1 to 1000", "factor %q has weight %d", f.ID, f.Weight)
		}
	}
	if d.multiple() > maxParts {
		add("arm.ratio", "smaller numbers in nearly the same ratio", "the ratios have no common multiple up to %d", maxParts)
	}
	if d.Measure != Range && d.Measure != Variance {
		add("allocation.measure", `"range" or "variance"`, "there is no measure %q", d.Measure)
	}
}

// Tally counts the allocations that minimization balances: factor id -> level id -> place of the arm -> number.
type Tally map[string]map[string][]int

// NewTally counts allocations by factor, level and arm. While enrolment is open it must not leave the transaction of a draw.
func (d Design) NewTally(before []Allocation) Tally {
	t := Tally{}
	for _, f := range d.Factors {
		t[f.ID] = map[string][]int{}
		for _, l := range f.Levels {
			t[f.ID][l] = make([]int, len(d.Arms))
		}
	}
	for _, a := range before {
		if arm := d.arm(a.Arm); arm >= 0 {
			t.add(a.Values, arm)
		}
	}
	return t
}

// add counts one allocation; levels that the design does not have are left out.
func (t Tally) add(v Values, arm int) {
	for factor, level := range v {
		if counts, ok := t[factor][level]; ok {
			counts[arm]++
		}
	}
}

// minimize draws one arm by minimization. Index is the number of allocations before it; each draw has its own stream,
// so that it depends on earlier draws only through the tally.
func (d Design) minimize(s Seed, v Values, index int, t Tally) int {
	numbers := d.stream(s, "draw "+strconv.Itoa(index))
	best := d.best(v, t)
	weights := make([]uint32, len(d.Arms))
	for _, i := range best {
		weights[i] = uint32(d.Arms[i].Ratio)
	}
	preferred := best[0]
	if len(best) > 1 {
		preferred = pick(numbers, weights)
	}
	return pick(numbers, d.coin(preferred))
}

// best gives the arms, in the order of the design, whose choice would leave the smallest weighted sum of imbalances over the
// participant's levels (Pocock and Simon's G). All numbers are whole: counts are multiplied by the least common
// multiple of the ratios instead of being divided by the ratio.
func (d Design) best(v Values, t Tally) []int {
	multiple := d.multiple()
	var best []int
	var least int
	scaled := make([]int, len(d.Arms))
	for choice := range d.Arms {
		sum := 0
		for _, f := range d.Factors {
			for i, n := range t[f.ID][v[f.ID]] {
				if i == choice {
					n++
				}
				scaled[i] = n * (multiple / d.Arms[i].Ratio)
			}
			sum += f.Weight * d.Measure.of(scaled)
		}
		switch {
		case len(best) == 0 || sum < least:
			best, least = append(best[:0], choice), sum
		case sum == least:
			best = append(best, choice)
		}
	}
	return best
}

// of gives the measure of the numbers; the variance is multiplied by the square of how many there are, to stay whole.
func (m Measure) of(numbers []int) int {
	low, high, sum := numbers[0], numbers[0], 0
	for _, n := range numbers {
		low, high, sum = min(low, n), max(high, n), sum+n
	}
	if m == Range {
		return high - low
	}
	squares := 0
	for _, n := range numbers {
		deviation := n*len(numbers) - sum
		squares += deviation * deviation
	}
	return squares
}

// coin gives the chances of all arms, as whole numbers in proportion, when one is preferred. With R the sum of ratios, p the
// design's probability and q = (1-p)/(R - smallest ratio), an arm j that is not preferred has the chance q*ratio(j) and the
// preferred arm the rest. For equal ratios this is Pocock and Simon's p for the best arm; for unequal ones it is the
// biased-coin minimization of Han, Enas and McEntegart (Stat Med 2009;28:3329-3346), which keeps the ratio in the long run.
func (d Design) coin(preferred int) []uint32 {
	smallest := d.Arms[0].Ratio
	for _, a := range d.Arms {
		smallest = min(smallest, a.Ratio)
	}
	rest := uint32(Million) * uint32(d.parts()-smallest)
	chances := make([]uint32, len(d.Arms))
	for j, a := range d.Arms {
		if j != preferred {
			chances[j] = uint32(Million-d.Probability) * uint32(a.Ratio)
			rest -= chances[j]
		}
	}
	chances[preferred] = rest
	return chances
}

// pick draws a place with chances in proportion to the weights, whose sum is in 1..2^32-1.
func pick(numbers *stream, weights []uint32) int {
	var sum uint32
	for _, w := range weights {
		sum += w
	}
	v := numbers.below(sum)
	for i, w := range weights {
		if v < w {
			return i
		}
		v -= w
	}
	panic("randomization: a number below the sum of weights is inside one of them")
}

// multiple gives the least common multiple of the ratios, or a number above maxParts where that is too large.
func (d Design) multiple() int {
	m := 1
	for _, a := range d.Arms {
		if a.Ratio < 1 || m > maxParts {
			break
		}
		m = m / gcd(m, a.Ratio) * a.Ratio
	}
	return m
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
