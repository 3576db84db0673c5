package lmm

import (
	"slices"

	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// clusters is the random-intercept model reduced to sums over clusters, equations (R1) to (R4) of docs/derivations/reml.md:
// V has the eigenvalue 1 within clusters and 1 + ratio * s for the mean of a cluster with weight s, so that every
// quantity is the within matrix plus one between matrix for each distinct s, times powers of 1 / (1 + ratio s).
//
// Clusters whose rows have the same covariates in the same visits are one pattern; a slot is a row of a pattern. What depends
// on the design alone is kept here and shared by all fits; sums keeps what depends on the response.
type clusters struct {
	n, p  int
	order []int32 // rows, cluster by cluster; nil = as they stand
	start []int32 // first position of each cluster in order, and the end
	of    []int32 // pattern of each cluster
	first []int32 // first slot of each pattern, and the end
	row   []int32 // a row of the design with the covariates of each slot

	weight []float64 // of each slot; nil = 1
	total  []float64 // weight s of a cluster of each pattern
	size   []int32   // place of that s in sizes
	sizes  []float64 // distinct s, ascending
	number []float64 // clusters of each size

	q       []float64   // orthonormal covariates of each slot, p columns
	mean    []float64   // their weighted mean over each pattern
	within  []float64   // p x p, lower triangle
	between [][]float64 // for each size
}

// newClusters sorts rows into clusters, clusters into patterns, and sums the covariates. q gives row i of the orthonormal
// model matrix; cell, if not nil, numbers rows with equal covariates.
func newClusters(group []int32, groups int, cell []int32, weights []float64, p int, q func(row int32) []float64) *clusters {
	c := &clusters{n: len(group), p: p}
	c.sort(group, groups)
	if cell == nil || weights != nil || !c.match(cell) {
		c.separate(weights)
	}
	c.collect(q)
	return c
}

// sort orders the rows by cluster, keeping their order within.
func (c *clusters) sort(group []int32, groups int) {
	c.start = make([]int32, groups+1)
	sorted := true
	for i, g := range group {
		c.start[g+1]++
		sorted = sorted && (i == 0 || group[i-1] <= g)
	}
	for g := range groups {
		c.start[g+1] += c.start[g]
	}
	if sorted {
		return
	}
	next := slices.Clone(c.start[:groups])
	c.order = make([]int32, len(group))
	for i, g := range group {
		c.order[next[g]] = int32(i)
		next[g]++
	}
}

// at is the row at a position.
func (c *clusters) at(position int32) int32 {
	if c.order != nil {
		return c.order[position]
	}
	return position
}

// maxTable bounds the table that recognizes patterns.
const maxTable = 1 << 22

// match finds the pattern of each cluster by walking from state to state, one step a row: a state is the sequence of cells so
// far. False if there are so many sequences that patterns do not pay.
func (c *clusters) match(cell []int32) bool {
	cells := int(slices.Max(cell)) + 1
	step := make([]int32, cells, 32*cells) // step[state*cells + cell] is the next state, 0 = none yet
	states := int32(1)
	pattern := make([]int32, 1, 64) // of each state, 0 = none ends there
	c.of = make([]int32, len(c.start)-1)
	c.first = make([]int32, 1, 64)
	c.row = make([]int32, 0, 128)
	for g := range c.of {
		state := int32(0)
		from, to := c.start[g], c.start[g+1]
		for i := from; i < to; i++ {
			k := int(state)*cells + int(cell[c.at(i)])
			if step[k] == 0 {
				if (int(states)+1)*cells > maxTable || int(states) > len(cell)/2+64 {
					return false
				}
				step[k] = states
				states++
				pattern = append(pattern, 0)
				step = slices.Grow(step, cells)[:len(step)+cells]
				clear(step[len(step)-cells:])
			}
			state = step[k]
		}
		if pattern[state] == 0 {
			pattern[state] = int32(len(c.first))
			for i := from; i < to; i++ {
				c.row = append(c.row, c.at(i))
			}
			c.first = append(c.first, int32(len(c.row)))
		}
		c.of[g] = pattern[state] - 1
	}
	return true
}

// separate makes every cluster a pattern of its own.
func (c *clusters) separate(weights []float64) {
	groups := len(c.start) - 1
	c.of, c.first, c.row = make([]int32, groups), c.start, make([]int32, c.n)
	for g := range c.of {
		c.of[g] = int32(g)
	}
	for i := range c.row {
		c.row[i] = c.at(int32(i))
	}
	if weights == nil {
		return
	}
	c.weight = make([]float64, c.n)
	for i, row := range c.row {
		c.weight[i] = weights[row]
	}
}

// slotWeight is the weight of a slot.
func (c *clusters) slotWeight(slot int32) float64 {
	if c.weight == nil {
		return 1
	}
	return c.weight[slot]
}

// collect sums the covariates within and between clusters.
func (c *clusters) collect(q func(row int32) []float64) {
	p, patterns := c.p, len(c.first)-1
	store := make([]float64, 3*patterns+patterns*p+p*p+p+len(c.row)*p)
	next := func(n int) []float64 {
		out := store[:n:n]
		store = store[n:]
		return out
	}
	count, deviation := next(patterns), next(p)
	c.total, c.mean, c.within, c.q, c.sizes = next(patterns), next(patterns*p), next(p*p), next(len(c.row) * p)[:0], next(patterns)
	for _, row := range c.row {
		c.q = append(c.q, q(row)...)
	}
	for _, k := range c.of {
		count[k]++
	}
	for k := range patterns {
		mean := c.mean[k*p : (k+1)*p]
		for s := c.first[k]; s < c.first[k+1]; s++ {
			w := c.slotWeight(s)
			c.total[k] += w
			arithmetic.AddScaled(mean, w, c.q[int(s)*p:int(s+1)*p])
		}
		for j := range mean {
			mean[j] /= c.total[k]
		}
	}
	copy(c.sizes, c.total)
	slices.Sort(c.sizes)
	c.sizes = slices.Compact(c.sizes)
	c.size = make([]int32, patterns)
	sizes := len(c.sizes)
	store = make([]float64, sizes*(p*p+1))
	c.number = next(sizes)
	c.between = make([][]float64, sizes)
	for k := range c.between {
		c.between[k] = next(p * p)
	}
	for k := range patterns {
		z, _ := slices.BinarySearch(c.sizes, c.total[k])
		c.size[k] = int32(z)
		c.number[z] += count[k]
		mean := c.mean[k*p : (k+1)*p]
		arithmetic.AddOuter(c.between[z], float64(count[k]*c.total[k]), mean)
		for s := c.first[k]; s < c.first[k+1]; s++ {
			for j := range deviation {
				deviation[j] = c.q[int(s)*p+j] - mean[j]
			}
			arithmetic.AddOuter(c.within, float64(count[k]*c.slotWeight(s)), deviation)
		}
	}
}

// sums adds the response to the within and between matrices: a = p + 1 columns, lower triangles.
type sums struct {
	c       *clusters
	a       int
	within  []float64
	between [][]float64
	slot    []float64 // sum over the clusters of a pattern, for each slot
	fit     []float64 // fitted value of each slot
	offset  []float64 // the coefficients taken off the response beforehand
	work    []float64
}

func newSums(c *clusters) *sums {
	a, sizes, slots := c.p+1, len(c.sizes), len(c.row)
	store := make([]float64, (sizes+1)*a*a+2*slots+c.p+6*sizes)
	next := func(n int) []float64 {
		out := store[:n:n]
		store = store[n:]
		return out
	}
	s := &sums{c: c, a: a, within: next(a * a), slot: next(slots), fit: next(slots), offset: next(c.p), work: next(6 * sizes)}
	s.between = make([][]float64, sizes)
	for k := range s.between {
		s.between[k] = next(a * a)
	}
	fill := func(dst, src []float64) {
		for i := range c.p {
			copy(dst[i*a:i*a+i+1], src[i*c.p:i*c.p+i+1])
		}
	}
	fill(s.within, c.within)
	for k := range s.between {
		fill(s.between[k], c.between[k])
	}
	return s
}

// take reads a response. First its projection on the columns is taken off (so that a response far from 0 loses no digits),
// then the residuals are summed. It gives the sum of squares of the residuals.
func (s *sums) take(y []float64) float64 {
	c, p, a := s.c, s.c.p, s.a
	s.add(y, false)
	clear(s.offset)
	for i, x := range s.slot {
		arithmetic.AddScaled(s.offset, x, c.q[i*p:(i+1)*p])
	}
	for i := range s.fit {
		s.fit[i] = arithmetic.Dot(s.offset, c.q[i*p:(i+1)*p])
	}
	squares := s.add(y, true)
	row := s.within[p*a : p*a+p]
	clear(row)
	for _, b := range s.between {
		clear(b[p*a : p*a+p])
	}
	for k, z := range c.size {
		mean := c.mean[k*p : (k+1)*p]
		b := s.between[z][p*a : p*a+p]
		for i := c.first[k]; i < c.first[k+1]; i++ {
			x := s.slot[i]
			q := c.q[int(i)*p : int(i+1)*p]
			for j, m := range mean {
				row[j] += float64(x * (q[j] - m))
				b[j] += float64(x * m)
			}
		}
	}
	return squares
}

// add goes once over the response: sums of each slot (weighted once residuals are taken) and, then, squares within and between.
func (s *sums) add(y []float64, residual bool) float64 {
	c, corner := s.c, s.a*s.a-1
	clear(s.slot)
	if residual {
		s.within[corner] = 0
		for _, b := range s.between {
			b[corner] = 0
		}
	}
	within, squares := 0.0, 0.0
	for g, k := range c.of {
		first := c.first[k]
		from, to := c.start[g], c.start[g+1]
		if !residual {
			for i := from; i < to; i++ {
				s.slot[first+i-from] += y[c.at(i)]
			}
			continue
		}
		sum := 0.0
		for i := from; i < to; i++ {
			slot := first + i - from
			x := float64(c.slotWeight(slot) * (y[c.at(i)] - s.fit[slot]))
			s.slot[slot] += x
			sum += x
		}
		mean := sum / c.total[k]
		for i := from; i < to; i++ {
			slot := first + i - from
			r := y[c.at(i)] - s.fit[slot]
			d := r - mean
			within += float64(c.slotWeight(slot) * float64(d*d))
			squares += float64(r * r)
		}
		s.between[c.size[k]][corner] += float64(sum * mean)
	}
	if residual {
		s.within[corner] = within
	}
	return squares
}

// matrix writes within + sum over sizes of f(size) * between, both triangles.
func (s *sums) matrix(dst []float64, within float64, f []float64) {
	a := s.a
	for i := range a {
		for j := range i + 1 {
			x := float64(within * s.within[i*a+j])
			for k, b := range s.between {
				x += float64(f[k] * b[i*a+j])
			}
			dst[i*a+j], dst[j*a+i] = x, x
		}
	}
}

// moments at the variances (intercept, residual) = (ratio, 1), equations (R2) to (R4).
func (s *sums) moments(ratio float64, m *moments) {
	c := s.c
	var f [6][]float64
	for i := range f {
		f[i] = s.work[i*len(c.sizes) : (i+1)*len(c.sizes)]
	}
	rest := float64(c.n)
	clear(m.t)
	clear(m.tt)
	m.logDet = 0
	for k, z := range c.sizes {
		e := 1 / (1 + float64(ratio*z))
		e2, e3 := e*e, e*e*e
		f[0][k], f[1][k], f[2][k] = e, float64(z*e2), e2
		f[3][k], f[4][k], f[5][k] = float64(z*z*e3), float64(z*e3), e3
		number := c.number[k]
		rest -= number
		m.t[0] += float64(number * float64(z*e))
		m.t[1] += float64(number * e)
		m.tt[0] += float64(number * float64(z*z*e2))
		m.tt[1] += float64(number * float64(z*e2))
		m.tt[2] += float64(number * e2)
		m.logDet += float64(number * arithmetic.Log1p(float64(ratio*z)))
	}
	m.t[1] += rest
	m.tt[2] += rest
	s.matrix(m.m, 1, f[0])
	s.matrix(m.f[0], 0, f[1])
	s.matrix(m.f[1], 1, f[2])
	s.matrix(m.ff[wald.Pair(0, 0)], 0, f[3])
	s.matrix(m.ff[wald.Pair(1, 0)], 0, f[4])
	s.matrix(m.ff[wald.Pair(1, 1)], 1, f[5])
}
