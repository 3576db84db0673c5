package design

import (
	"fmt"
	"slices"
)

// Hypothesis is a term of the fixed part with the combinations of coefficients that are 0 if the term has no effect.
type Hypothesis struct {
	Term string
	L    [][]float64 // rows in Names' order
}

// TypeIII gives for each term the hypothesis of SAS's type III tests and of lmerTest's: the term's effect averaged over the levels of the other
// factors with equal weights, other numbers at 0. It needs a model without dropped columns, because averages over empty cells have
// no meaning.
func (d *Design) TypeIII() ([]Hypothesis, error) {
	if len(d.Dropped) > 0 {
		return nil, fmt.Errorf("type III hypotheses average over all cells, and the data do not determine %q", d.Dropped)
	}
	var out []Hypothesis
	fixed := &d.Formula.Fixed
	for t, term := range fixed.Terms {
		// one row for each combination of level contrasts (level minus the average of all) of the factors in the term
		choices := [][]int{nil}
		for _, v := range term {
			x := d.coder.variables[v]
			n := 1
			if x.factor() {
				n = len(x.levels) - 1
			}
			var next [][]int
			for _, c := range choices {
				for k := range n {
					next = append(next, append(slices.Clone(c), k))
				}
			}
			choices = next
		}
		h := Hypothesis{Term: fixed.Label(t)}
		for _, choice := range choices {
			h.L = append(h.L, d.effect(term, choice))
		}
		if len(h.L) > 0 {
			out = append(out, h)
		}
	}
	return out, nil
}

// effect is the row of an effect of a term. Each variable gets weights and a mass (their sum): a contrast or a derivative has mass 0, an average
// mass 1, and columns of terms without a variable are multiplied by its mass: they drop out unless they hold the whole term.
func (d *Design) effect(term, choice []int) []float64 {
	setting := make([][]float64, len(d.coder.variables))
	mass := make([]float64, len(setting))
	for v, x := range d.coder.variables {
		at := slices.Index(term, v)
		switch {
		case at >= 0 && x.factor():
			setting[v] = make([]float64, len(x.levels))
			for k := range setting[v] {
				setting[v][k] = -1 / float64(len(x.levels))
			}
			setting[v][choice[at]]++
		case at >= 0:
			setting[v] = []float64{1} // the slope
		case x.factor():
			setting[v] = make([]float64, len(x.levels))
			for k := range setting[v] {
				setting[v][k] = 1 / float64(len(x.levels))
			}
			mass[v] = 1
		default:
			setting[v], mass[v] = []float64{0}, 1
		}
	}
	row := make([]float64, len(d.coder.names))
	d.coder.fill(row, setting)
	for j, t := range d.coder.termOf {
		for v := range setting {
			if mass[v] == 0 && (t < 0 || !slices.Contains(d.Formula.Fixed.Terms[t], v)) {
				row[j] = 0
			}
		}
	}
	return row
}

// TypeI gives for each term the sequential hypothesis: what it adds to the terms before it.
func (d *Design) TypeI() []Hypothesis {
	labels, of := d.Terms()
	var out []Hypothesis
	p := d.P()
	for t, label := range labels {
		h := Hypothesis{Term: label}
		for j := range p {
			if of[j] == t {
				h.L = append(h.L, slices.Clone(d.upper[j*p:(j+1)*p]))
			}
		}
		if len(h.L) > 0 {
			out = append(out, h)
		}
	}
	return out
}
