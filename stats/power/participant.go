package power

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rekindle/stats/design"
	"rekindle/stats/root"
)

// roster is what is the same in every trial: who is in which arm, with which covariates and coach.
type roster struct {
	Trial
	arm       []int32   // 1 treated
	level     [][]int32 // by factor, by participant
	covariate []float64 // what the levels add to both scores
	coach     []int32   // of the coached; -1 for others
	coaches   int
	coached   []bool
	lost      []bool     // without follow-up, when drop-out is fixed
	intercept [2]float64 // log odds of drop-out at the mean baseline, control and treated, when it is random
	formula   *design.Formula
	options   design.Options
	names     map[string][]string // level names of the coded columns
}

// enrol deals out arms, covariates, coaches and drop-outs. Chance here comes from its own stream of the seed.
func (t Trial) enrol(seed uint64) (*roster, error) {
	r := &roster{Trial: t, names: map[string][]string{"arm": {"control", "treated"}, "wave": {"baseline", "follow-up"}}}
	n := t.Treated + t.Control
	rng := rand.New(rand.NewPCG(stream(seed, -1)))
	r.arm, r.covariate, r.coach = make([]int32, n), make([]float64, n), make([]int32, n)
	r.coached, r.lost = make([]bool, n), make([]bool, n)
	for i := range n {
		if i < t.Treated {
			r.arm[i] = 1
		}
		r.coach[i] = -1
		r.names["id"] = append(r.names["id"], fmt.Sprint(i+1))
	}
	text := "y ~ arm*wave"
	for _, f := range t.Factors {
		r.level = append(r.level, r.deal(f, rng))
		text += " + `" + f.Name + "`"
		for _, l := range f.Levels {
			r.names[f.Name] = append(r.names[f.Name], l.Name)
		}
	}
	for i := range pick(rng, 0, t.Treated, t.Treated-int(math.Round(t.Noncompliance*float64(t.Treated)))) {
		r.coached[i] = true
	}
	if t.Coach.Size > 0 {
		r.assignCoaches()
	}
	if t.Dropout.Random {
		for arm, share := range [2]float64{t.Dropout.Control, t.Dropout.Treated} {
			r.intercept[arm] = dropoutIntercept(share, t.Dropout.Slope)
		}
	} else {
		r.lose(0, t.Treated, t.Dropout.Treated)
		r.lose(t.Treated, n, t.Dropout.Control)
	}
	text += " + (1|id)"
	if t.Analysis == Nested {
		text += " + (0+coached|coach)"
	}
	var err error
	if r.formula, err = design.Parse(text); err != nil {
		return nil, fmt.Errorf("a factor's name cannot stand in a formula: %w", err)
	}
	r.options.Factors = map[string][]string{"arm": r.names["arm"], "wave": r.names["wave"]}
	for _, f := range t.Factors {
		r.options.Factors[f.Name] = r.names[f.Name]
	}
	return r, nil
}

// deal gives each participant a level, in numbers by largest remainder within each arm.
func (r *roster) deal(f Factor, rng *rand.Rand) []int32 {
	var out []int32
	for _, n := range []int{r.Treated, r.Control} {
		var codes []int32
		rest := make([]float64, len(f.Levels))
		order := make([]int, len(f.Levels))
		for k, l := range f.Levels {
			whole := math.Floor(l.Share*float64(n) + 1e-9)
			rest[k], order[k] = l.Share*float64(n)-whole, k
			codes = append(codes, slices.Repeat([]int32{int32(k)}, int(whole))...)
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case rest[a] > rest[b]:
				return -1
			case rest[a] < rest[b]:
				return 1
			}
			return 0
		})
		for k := 0; len(codes) < n; k++ {
			codes = append(codes, int32(order[k%len(order)]))
		}
		codes = codes[:n]
		rng.Shuffle(n, func(i, j int) { codes[i], codes[j] = codes[j], codes[i] })
		out = append(out, codes...)
	}
	for i, k := range out {
		r.covariate[i] += f.Levels[k].Effect
	}
	return out
}

// lose marks the nearest whole number of a share of from, ..., to-1 as lost, evenly spread over the coached and then the never
// coached, so that both lose alike; covariates are in no order.
func (r *roster) lose(from, to int, share float64) {
	order := make([]int, 0, to-from)
	for _, coached := range []bool{true, false} {
		for i := from; i < to; i++ {
			if r.coached[i] == coached {
				order = append(order, i)
			}
		}
	}
	lost := math.Round(share * float64(len(order)))
	for k := range int(lost) {
		r.lost[order[int((float64(k)+0.5)*float64(len(order))/lost)]] = true
	}
}

// assignCoaches gives each coach Size of the coached in turn; a last coach with one participant only gives that one to
// the coach before.
func (r *roster) assignCoaches() {
	k := 0
	var last []int
	for i, coached := range r.coached {
		if !coached {
			continue
		}
		if k%r.Coach.Size == 0 {
			r.coaches++
			last = nil
		}
		r.coach[i] = int32(r.coaches - 1)
		last = append(last, i)
		k++
	}
	if len(last) == 1 && r.coaches > 1 && r.Coach.Size > 1 {
		r.coaches--
		r.coach[last[0]] = int32(r.coaches - 1)
	}
	for c := range r.coaches {
		r.names["coach"] = append(r.names["coach"], fmt.Sprintf("coach %d", c+1))
	}
	// Those without a coach have a level each, with an effect of zero: one level for all would tie them into one cluster.
	for i := range r.coach {
		r.names["coach"] = append(r.names["coach"], fmt.Sprintf("none %d", i+1))
	}
}

// pick chooses k of the numbers from, ..., to-1.
func pick(rng *rand.Rand, from, to, k int) map[int]bool {
	out := make(map[int]bool, k)
	for _, i := range rng.Perm(to - from)[:min(k, to-from)] {
		out[from+i] = true
	}
	return out
}

// dropoutIntercept solves for the log odds at the mean baseline that give the wanted share overall, the baseline being
// standard normal, by the trapezoidal rule.
func dropoutIntercept(share, slope float64) float64 {
	switch {
	case share == 0:
		return math.Inf(-1)
	case slope == 0:
		return math.Log(share / (1 - share))
	}
	a, err := root.Bracket(func(a float64) float64 {
		sum, mass := 0.0, 0.0
		for z := -8.0; z <= 8; z += 0.05 {
			w := math.Exp(-z * z / 2)
			sum += w / (1 + math.Exp(-a-slope*z))
			mass += w
		}
		return sum/mass - share
	}, -1, 1, -200, 200)
	if err != nil { // only a slope beyond all reason gets here: everyone's baseline decides alone
		return math.Log(share / (1 - share))
	}
	return a
}

// stream gives the seeds of the source of chance of replicate i: neighbours are scattered by the finalizer of
// SplitMix64, so that a replicate's numbers depend on seed and i alone, whoever computes it.
func stream(seed uint64, i int) (uint64, uint64) {
	return mix(seed ^ 0x9e3779b97f4a7c15), mix(mix(seed) + uint64(i)*0x9e3779b97f4a7c15)
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
