package multiplicity

import (
	"fmt"
	"math"
)

// Serial tests families in order, each by within (Holm, Hochberg, ...), and goes on to the next family only when every
// hypothesis of the family before was rejected (F. Westfall, A. Krishen 2001; a fixed sequence of families). P values
// come and go as one slice a family.
func Serial(within Method, families [][]float64) ([][]float64, error) {
	if within == BenjaminiHochberg || within == BenjaminiYekutieli {
		return nil, fmt.Errorf("%q keeps the false discovery rate: gatekeeping needs a familywise method", within)
	}
	out := make([][]float64, len(families))
	gate := 0.0
	for k, p := range families {
		adjusted, err := Adjust(within, p)
		if err != nil {
			return nil, fmt.Errorf("family %d: %w", k+1, err)
		}
		worst := gate
		for i := range adjusted {
			adjusted[i] = max(adjusted[i], gate)
			worst = max(worst, adjusted[i])
		}
		out[k], gate = adjusted, worst
	}
	return out, nil
}

// Parallel tests families in order by the Bonferroni-based parallel gatekeeping procedure (A. Dmitrienko, W. Offen,
// P. Westfall, Statistics in Medicine 22, 2003, 2387-2400): a family is open as soon as one hypothesis before it was
// rejected, with the share of alpha that the rejected ones leave. The last family recycles within itself (Holm).
func Parallel(families [][]float64) ([][]float64, error) {
	var g Graph
	var flat []float64
	starts := make([]int, len(families)+1)
	for k, p := range families {
		if len(p) == 0 {
			return nil, fmt.Errorf("family %d has no hypotheses", k+1)
		}
		flat = append(flat, p...)
		starts[k+1] = len(flat)
	}
	g.Weights = make([]float64, len(flat))
	g.Transitions = make([][]float64, len(flat))
	for k := range families {
		for i := starts[k]; i < starts[k+1]; i++ {
			g.Transitions[i] = make([]float64, len(flat))
			if k == 0 {
				g.Weights[i] = 1 / float64(starts[1])
			}
			from, to := starts[k], starts[k+1]
			if k+1 < len(families) {
				from, to = to, starts[k+2]
			}
			for j := from; j < to; j++ {
				if j != i {
					others := to - from
					if k+1 == len(families) {
						others--
					}
					g.Transitions[i][j] = 1 / float64(others)
				}
			}
		}
	}
	adjusted, err := g.Adjust(flat)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(families))
	for k := range families {
		out[k] = adjusted[starts[k]:starts[k+1]]
	}
	return out, nil
}

// Graph is a sequentially rejective procedure drawn as a graph (F. Bretz, W. Maurer, W. Brannath, M. Posch, Statistics in
// Medicine 28, 2009, 586-604). Hypothesis i starts with the share Weights[i] of alpha (together at most 1); once rejected
// it hands the fraction Transitions[i][j] of what it has to j (each row together at most 1, nothing to itself).
type Graph struct {
	Weights     []float64
	Transitions [][]float64 // square, one row and column a hypothesis
}

// Validate says what keeps g from being a graph of that kind.
func (g Graph) Validate() error {
	n := len(g.Weights)
	const slack = 1e-9 // for thirds and the like
	if len(g.Transitions) != n {
		return fmt.Errorf("graph has %d weights and %d rows of transitions", n, len(g.Transitions))
	}
	total := 0.0
	for i, w := range g.Weights {
		if !(w >= 0 && w <= 1) {
			return fmt.Errorf("weight of hypothesis %d is %v: weights lie between 0 and 1", i+1, w)
		}
		total += w
		if len(g.Transitions[i]) != n {
			return fmt.Errorf("transitions of hypothesis %d have %d entries for %d hypotheses", i+1, len(g.Transitions[i]), n)
		}
		row := 0.0
		for j, t := range g.Transitions[i] {
			if !(t >= 0 && t <= 1) || i == j && t != 0 {
				return fmt.Errorf("transition from hypothesis %d to %d is %v: it must lie between 0 and 1, and be 0 to itself",
					i+1, j+1, t)
			}
			row += t
		}
		if row > 1+slack {
			return fmt.Errorf("transitions of hypothesis %d add to %v, which is more than 1", i+1, row)
		}
	}
	if total > 1+slack {
		return fmt.Errorf("weights add to %v, which is more than 1", total)
	}
	return nil
}

// Adjust gives the adjusted P values (Bretz et al. 2009, algorithm 2). A hypothesis that no share of alpha can reach
// has 1.
func (g Graph) Adjust(p []float64) ([]float64, error) {
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if err := validate(p); err != nil {
		return nil, err
	}
	n := len(p)
	if n != len(g.Weights) {
		return nil, fmt.Errorf("%d P values for a graph of %d hypotheses", n, len(g.Weights))
	}
	w := append([]float64(nil), g.Weights...)
	t := make([][]float64, n)
	open := make([]bool, n)
	out := make([]float64, n)
	for i := range t {
		t[i] = append([]float64(nil), g.Transitions[i]...)
		open[i], out[i] = true, 1
	}
	gate := 0.0
	for range n {
		next, least := -1, math.Inf(1)
		for i := range p {
			if open[i] && w[i] > 0 && p[i]/w[i] < least {
				next, least = i, p[i]/w[i]
			}
		}
		if next < 0 {
			break
		}
		gate = max(gate, min(1, least))
		out[next], open[next] = gate, false
		remove(w, t, open, next)
	}
	return out, nil
}

// remove takes hypothesis j out of the graph: its share and its arrows go to those it pointed to.
func remove(w []float64, t [][]float64, open []bool, j int) {
	for l := range w {
		if open[l] {
			w[l] += w[j] * t[j][l]
		}
	}
	updated := make([][]float64, len(w))
	for l := range w {
		if !open[l] {
			continue
		}
		updated[l] = make([]float64, len(w))
		loop := t[l][j] * t[j][l]
		for k := range w {
			if open[k] && k != l && loop < 1 {
				updated[l][k] = (t[l][k] + t[l][j]*t[j][k]) / (1 - loop)
			}
		}
	}
	for l := range w {
		if open[l] {
			t[l] = updated[l]
		}
	}
}
