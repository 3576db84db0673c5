package randomization

import (
	"slices"

	"rekindle/trial/study"
)

// Predictability is how often the next allocation is guessed by someone who sees all earlier ones, as in an open trial.
type Predictability struct {
	Blind       float64 `json:"blind"`       // always the arm of the largest ratio: what no method can go below
	Convergence float64 `json:"convergence"` // the arm furthest behind its ratio in the stratum (Blackwell and Hodges 1957)
	Informed    float64 `json:"informed"`    // the likeliest arm for one who also knows the method, the sizes and chances
	Certain     float64 `json:"certain"`     // share of allocations that the informed guesser knows without doubt
}

// credit gives the chance that a guesser who picks at random among the guesses is right.
func credit(guesses []int, arm int) float64 {
	if slices.Contains(guesses, arm) {
		return 1 / float64(len(guesses))
	}
	return 0
}

// behind gives the arms with the fewest allocations for their ratio; among equals those of the largest ratio.
func (d Design) behind(counts []int) []int {
	var best []int
	for i, a := range d.Arms {
		if len(best) > 0 {
			b := best[0]
			mine, theirs := counts[i]*d.Arms[b].Ratio, counts[b]*a.Ratio
			if mine > theirs || mine == theirs && a.Ratio < d.Arms[b].Ratio {
				continue
			}
			if mine < theirs || a.Ratio > d.Arms[b].Ratio {
				best = best[:0]
			}
		}
		best = append(best, i)
	}
	return best
}

// likeliest gives the arms of the largest chance, and whether that chance is 1.
func likeliest(chances []float64) (arms []int, certain bool) {
	top := slices.Max(chances)
	for i, p := range chances {
		if p > top-1e-12 {
			arms = append(arms, i)
		}
	}
	return arms, top > 1-1e-12
}

// chances gives the chance of each arm under minimization, before ties and the biased coin are drawn.
func (d Design) chances(v Values, t Tally) []float64 {
	best := d.best(v, t)
	parts := 0
	for _, i := range best {
		parts += d.Arms[i].Ratio
	}
	p := make([]float64, len(d.Arms))
	for _, i := range best {
		coin := d.coin(i)
		var sum uint32
		for _, w := range coin {
			sum += w
		}
		for j, w := range coin {
			p[j] += float64(d.Arms[i].Ratio) / float64(parts) * float64(w) / float64(sum)
		}
	}
	return p
}

// beliefs is what an informed guesser holds possible of the current block of one stratum: Bayes' rule over its size
// and where it began.
type beliefs struct {
	design Design
	blocks []belief
}

type belief struct {
	left   []int // allocations left in the block, by arm
	size   int   // their sum
	weight float64
}

func (d Design) beliefs() *beliefs {
	b := &beliefs{design: d}
	b.begin(1)
	return b
}

// begin adds a block of each size, with a weight in all.
func (b *beliefs) begin(weight float64) {
	d := b.design
	for _, size := range d.BlockSizes {
		left := make([]int, len(d.Arms))
		for i, a := range d.Arms {
			left[i] = size / d.parts() * a.Ratio
		}
		b.blocks = append(b.blocks, belief{left, size, weight / float64(len(d.BlockSizes))})
	}
}

// chances gives the chance of each arm for the next allocation.
func (b *beliefs) chances() []float64 {
	p := make([]float64, len(b.design.Arms))
	for _, h := range b.blocks {
		for i, n := range h.left {
			p[i] += h.weight * float64(n) / float64(h.size)
		}
	}
	return p
}

// see takes in an allocation: blocks that could not hold it are dropped, those used up make way for new ones.
func (b *beliefs) see(arm int) {
	total, finished := 0.0, 0.0
	kept := b.blocks[:0]
	for _, h := range b.blocks {
		h.weight *= float64(h.left[arm]) / float64(h.size)
		total += h.weight
		h.left[arm]--
		h.size--
		switch {
		case h.weight == 0:
		case h.size == 0:
			finished += h.weight
		default:
			kept = append(kept, h)
		}
	}
	b.blocks = kept
	for i := range b.blocks {
		b.blocks[i].weight /= total
	}
	if finished > 0 {
		b.begin(finished / total)
	}
}

// guesser follows one simulated trial and counts right guesses.
type guesser struct {
	design      Design
	counts      map[string][]int
	beliefs     map[string]*beliefs
	convergence float64
	informed    float64
	certain     int
}

func (d Design) guesser() *guesser {
	return &guesser{design: d, counts: map[string][]int{}, beliefs: map[string]*beliefs{}}
}

// guess counts the guesses of the next allocation, then sees it. Tally holds the allocations before it.
func (g *guesser) guess(stratum string, v Values, t Tally, arm int) {
	if g.counts[stratum] == nil {
		g.counts[stratum] = make([]int, len(g.design.Arms))
		g.beliefs[stratum] = g.design.beliefs()
	}
	counts, beliefs := g.counts[stratum], g.beliefs[stratum]
	g.convergence += credit(g.design.behind(counts), arm)
	var chances []float64
	if g.design.Method == study.Minimization {
		chances = g.design.chances(v, t)
	} else {
		chances = beliefs.chances()
		beliefs.see(arm)
	}
	arms, certain := likeliest(chances)
	g.informed += credit(arms, arm)
	if certain {
		g.certain++
	}
	counts[arm]++
}
