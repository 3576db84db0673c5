package lmm

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// fixedDF gives the degrees of freedom of the methods that depend on the design alone; l is in the plan's orthonormal coordinates.
func (m *Model) fixedDF(method wald.Method, l []float64) (float64, error) {
	if method == wald.Residual {
		return float64(m.plan.n - m.plan.p), nil
	}
	original := make([]float64, len(l)) // l' Q'... = (triangle' l)' beta
	p := m.plan.p
	for j := range p {
		for i := range j + 1 {
			original[j] += float64(m.plan.triangle[i*p+j] * l[i])
		}
	}
	return m.plan.containment(original)
}

// effect is one column set of a random term: SAS's "x*g" or "intercept(g)".
type effect struct {
	variables []string // of the effect and its grouping
	term      int
	columns   []int
	rank      int // what it adds to the rank of X and the effects before it
}

// containment is SAS's rule: a fixed term whose variables all stand in a random effect (x and g of x*g) has the rank that effect contributes, the
// smallest if several; a fixed term in none has n minus the rank of X and Z together. A combination has the smallest of its terms (the
// intercept counts only where it stands alone).
func (p *Plan) containment(l []float64) (float64, error) {
	p.ranks.Do(p.contribute)
	if p.rankError != nil {
		return 0, p.rankError
	}
	top := 0.0
	for _, x := range l {
		top = max(top, math.Abs(x))
	}
	_, of := p.design.Terms()
	least := math.Inf(1)
	intercept := false
	for j, t := range of {
		switch {
		case math.Abs(l[j]) <= 1e-10*top:
		case t < 0:
			intercept = true
		default:
			least = min(least, p.termDF(t))
		}
	}
	if math.IsInf(least, 1) && intercept {
		least = p.termDF(-1)
	}
	if !(least > 0) || math.IsInf(least, 1) {
		return 0, errors.New("containment leaves no degrees of freedom for this combination")
	}
	return least, nil
}

func (p *Plan) termDF(term int) float64 {
	df := math.Inf(1)
	vars := p.design.TermVariables(term)
	for _, e := range p.effects {
		if !slices.ContainsFunc(vars, func(v string) bool { return !slices.Contains(e.variables, v) }) {
			df = min(df, float64(e.rank))
		}
	}
	if math.IsInf(df, 1) {
		return float64(p.n - p.rankXZ)
	}
	return df
}

// contribute computes the ranks, effect after effect in the order of the formula.
func (p *Plan) contribute() {
	d := p.design
	for i := range d.Random {
		r := &d.Random[i]
		group := d.Formula.Random[i].Group
		for c, vars := range r.Variables {
			all := append(slices.Clone(vars), group...)
			k := slices.IndexFunc(p.effects, func(e effect) bool { return e.term == i && slices.Equal(e.variables, all) })
			if k < 0 {
				k = len(p.effects)
				p.effects = append(p.effects, effect{variables: all, term: i})
			}
			p.effects[k].columns = append(p.effects[k].columns, c)
		}
	}
	layout := p.layout
	if layout == nil { // the random-intercept model keeps sums only
		t, _ := newTerm(&d.Random[0], p.n)
		layout = newLayout([]*term{t}, nil, 1, d.Weights, p.n, p.p, p.row)
	}
	if layout.widest > 3000 {
		p.rankError = fmt.Errorf("containment needs the rank of %d random effects at once, which is too much: choose another method", layout.widest)
		return
	}
	before := p.p
	for i := range p.effects {
		rank := layout.rank(p.effects[:i+1])
		p.effects[i].rank = rank - before
		before = rank
	}
	p.rankXZ = before
}

// rank is the rank of X together with the columns of the effects.
func (l *layout) rank(effects []effect) int {
	rank, p := 0, l.p
	rest := make([]float64, p*p)
	for _, xx := range l.xx {
		arithmetic.AddScaled(rest, 1, xx)
	}
	arithmetic.Symmetrize(rest, p)
	for _, c := range l.components {
		var at []int
		for _, nd := range c.nodes {
			for _, e := range effects {
				if e.term == nd.term {
					for _, column := range e.columns {
						at = append(at, nd.offset+column)
					}
				}
			}
		}
		// elimination on [Z'Z Z'X], largest pivot first
		n, w := len(at), len(at)+p
		a := make([]float64, n*w)
		for g := range c.zz {
			for i, oi := range at {
				for j, oj := range at {
					a[i*w+j] += c.zz[g][oi*c.q+oj]
				}
				arithmetic.AddScaled(a[i*w+n:(i+1)*w], 1, c.zx[g][oi*p:(oi+1)*p])
			}
		}
		scale := make([]float64, n)
		for i := range n {
			scale[i] = a[i*w+i]
		}
		used := make([]bool, n)
		for range n {
			best, size := -1, 1e-9
			for i := range n {
				if !used[i] && scale[i] > 0 && a[i*w+i] > size*scale[i] {
					best, size = i, a[i*w+i]/scale[i]
				}
			}
			if best < 0 {
				break
			}
			used[best] = true
			rank++
			pivot := a[best*w : (best+1)*w]
			for i := range n {
				if f := a[i*w+best]; !used[i] && f != 0 {
					arithmetic.AddScaled(a[i*w:(i+1)*w], -f/pivot[best], pivot)
				}
			}
			for i, v := range pivot[n:] {
				arithmetic.AddScaled(rest[i*p:(i+1)*p], -v/pivot[best], pivot[n:])
			}
		}
	}
	values, _ := arithmetic.Eigen(rest, p)
	for _, v := range values {
		if v > 1e-9*values[p-1] && v > 1e-9 {
			rank++
		}
	}
	return rank
}
