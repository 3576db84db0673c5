package lmm

import (
	"cmp"
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/design"
)

// term is a random term in the coordinates of the search: its columns are made orthonormal over the rows (times the
// root of n), so that neither the unit nor the origin of a covariate matters to the optimizer.
type term struct {
	random *design.Random
	effect int       // effects per level
	z      []float64 // rows x effect; nil = ones
	r      []float64 // columns of the design = z times this upper triangle
	first  int       // first variance parameter
}

// node is the block of effects of one level of one term inside a component.
type node struct{ term, level, offset int }

// component is a set of rows that share no level of any random term with other rows: V is block diagonal over components.
// Cross products are kept for each residual group: Z'WZ (effects x effects) and Z'WX (effects x p).
type component struct {
	rows  []int32
	nodes []node
	q     int
	zz    [][]float64
	zx    [][]float64
}

// newTerm makes the columns of a random term orthonormal.
func newTerm(random *design.Random, n int) (*term, bool) {
	k := len(random.Names)
	t := &term{random: random, effect: k}
	if random.Z == nil {
		t.r = []float64{1}
		return t, true
	}
	t.z = slices.Clone(random.Z)
	r, dependent := arithmetic.Orthogonalize(t.z, n, k)
	if dependent >= 0 {
		return t, false
	}
	root := sqrt(float64(n))
	for i := range t.z {
		t.z[i] *= root
	}
	for i := range r {
		r[i] /= root
	}
	t.r = r
	return t, true
}

// row gives the effects' covariates of a row.
func (t *term) row(i int32) []float64 {
	if t.z == nil {
		return one[:]
	}
	return t.z[int(i)*t.effect : int(i+1)*t.effect]
}

var one = [1]float64{1}

// split finds the components: levels that meet in a row belong together. Inside a component the term with most levels
// stands first: for nested and crossed designs the factor then fills in only where the others are.
func split(terms []*term, n int) []*component {
	if len(terms) == 0 {
		return nil
	}
	base := make([]int32, len(terms)+1)
	for t, x := range terms {
		base[t+1] = base[t] + int32(len(x.random.Levels))
	}
	parent := make([]int32, base[len(terms)])
	for i := range parent {
		parent[i] = int32(i)
	}
	find := func(x int32) int32 {
		for parent[x] != x {
			parent[x] = parent[parent[x]]
			x = parent[x]
		}
		return x
	}
	for i := range n {
		a := find(base[0] + terms[0].random.Index[i])
		for t := 1; t < len(terms); t++ {
			b := find(base[t] + terms[t].random.Index[i])
			lo, hi := min(a, b), max(a, b)
			parent[hi], a = lo, lo
		}
	}
	number := map[int32]int{}
	var out []*component
	of := func(level int32) *component {
		root := find(level)
		k, ok := number[root]
		if !ok {
			k = len(out)
			number[root] = k
			out = append(out, &component{})
		}
		return out[k]
	}
	for i := range n {
		c := of(base[0] + terms[0].random.Index[i])
		c.rows = append(c.rows, int32(i))
	}
	order := make([]int, len(terms))
	for t := range order {
		order[t] = t
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(len(terms[b].random.Levels), len(terms[a].random.Levels))
	})
	for _, t := range order {
		for l := range terms[t].random.Levels {
			c := of(base[t] + int32(l))
			c.nodes = append(c.nodes, node{t, l, c.q})
			c.q += terms[t].effect
		}
	}
	return out
}

// cross sums the products of a component's rows. offset finds the block of a level; x gives the orthonormal covariates.
func (c *component) cross(terms []*term, offset [][]int32, groups int, group []int32, weights []float64, p int, x func(int32) []float64) {
	for range groups {
		c.zz = append(c.zz, make([]float64, c.q*c.q))
		c.zx = append(c.zx, make([]float64, c.q*p))
	}
	for _, row := range c.rows {
		g, w := 0, 1.0
		if group != nil {
			g = int(group[row])
		}
		if weights != nil {
			w = weights[row]
		}
		q := x(row)
		for t, a := range terms {
			za, oa := a.row(row), int(offset[t][a.random.Index[row]])
			for i, zi := range za {
				arithmetic.AddScaled(c.zx[g][(oa+i)*p:(oa+i+1)*p], float64(w*zi), q)
				for u, b := range terms {
					zb, ob := b.row(row), int(offset[u][b.random.Index[row]])
					at := (oa+i)*c.q + ob
					arithmetic.AddScaled(c.zz[g][at:at+len(zb)], float64(w*zi), zb)
				}
			}
		}
	}
}

// response sums Z'W r of a component into zy (one slice of q numbers for each residual group).
func (c *component) response(terms []*term, offset [][]int32, group []int32, weights []float64, r []float64, zy [][]float64) {
	for _, y := range zy {
		clear(y)
	}
	for _, row := range c.rows {
		g, x := 0, r[row]
		if group != nil {
			g = int(group[row])
		}
		if weights != nil {
			x *= weights[row]
		}
		for t, a := range terms {
			o := int(offset[t][a.random.Index[row]])
			arithmetic.AddScaled(zy[g][o:o+a.effect], x, a.row(row))
		}
	}
}
