package lmm

import "rekindle/stats/arithmetic"

// layout is what a model with any random terms and residual groups knows about its design: shared by all fits.
type layout struct {
	n, p       int
	terms      []*term
	components []*component
	offset     [][]int32 // for each term and level the place of its block in its component
	group      []int32   // residual group of each row; nil = one
	groups     int
	size       []float64   // rows of each residual group
	weights    []float64   // nil = 1
	xx         [][]float64 // X'WX of each residual group, p x p, lower triangle
	x          func(row int32) []float64
	k          int // variance parameters: those of the terms, then those of the residual groups
	widest     int // effects of the largest component
}

// newLayout splits the rows into components and sums their cross products; x gives the orthonormal covariates of a row.
func newLayout(terms []*term, group []int32, groups int, weights []float64, n, p int, x func(int32) []float64) *layout {
	l := &layout{n: n, p: p, terms: terms, group: group, groups: groups, weights: weights, x: x, size: make([]float64, groups)}
	for _, t := range terms {
		t.first = l.k
		l.k += t.effect * (t.effect + 1) / 2
		l.offset = append(l.offset, make([]int32, len(t.random.Levels)))
	}
	l.k += groups
	for range groups {
		l.xx = append(l.xx, make([]float64, p*p))
	}
	for i := range int32(n) {
		g := l.groupOf(i)
		l.size[g]++
		arithmetic.AddOuter(l.xx[g], l.weight(i), x(i))
	}
	l.components = split(terms, n)
	for _, c := range l.components {
		l.widest = max(l.widest, c.q)
		for _, nd := range c.nodes {
			l.offset[nd.term][nd.level] = int32(nd.offset)
		}
		c.cross(terms, l.offset, groups, group, weights, p, x)
	}
	return l
}

func (l *layout) groupOf(row int32) int {
	if l.group == nil {
		return 0
	}
	return int(l.group[row])
}

func (l *layout) weight(row int32) float64 {
	if l.weights == nil {
		return 1
	}
	return l.weights[row]
}

// pairs calls f for every variance parameter of a term: variance or covariance of effects a >= b, and its place.
func (t *term) pairs(f func(place, a, b int)) {
	place := t.first
	for a := range t.effect {
		for b := range a + 1 {
			f(place, a, b)
			place++
		}
	}
}
