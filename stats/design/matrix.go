package design

import (
	"fmt"
	"math"
	"slices"
)

// variable is one variable of the fixed part (or of a random term's effects) over the used rows.
type variable struct {
	name   string
	levels []string  // of a factor, only those with a used row; nil for a number
	codes  []int32   // of a factor: level of each used row
	values []float64 // of a number: value of each used row
	counts []float64 // used rows at each level
	mean   float64   // of a number, over the used rows
}

func (v *variable) factor() bool { return v.levels != nil }

// index finds a level of a factor.
func (v *variable) index(level string) (int, error) {
	if k := slices.Index(v.levels, level); k >= 0 {
		return k, nil
	}
	return 0, fmt.Errorf("factor %q has no used level %q; it has %q", v.name, level, v.levels)
}

// part is a variable inside a term with its coding: dummy = a column for every level, else all but the first.
type part struct {
	variable int
	dummy    bool
}

// coder makes rows of a model matrix from settings of its variables.
type coder struct {
	variables []*variable
	intercept bool
	terms     [][]part
	names     []string
	termOf    []int // for each column the term, -1 the intercept
	first     []int // first column of each term
}

// newCoder decides the coding of every term as R does: a factor in a term is coded by contrasts if the term
// without it is in the model (the empty term always counts), else by dummies; without an intercept the
// first factor of the first term that has one is coded by dummies.
func newCoder(t *Terms, variables []*variable) *coder {
	c := &coder{variables: variables, intercept: t.Intercept}
	if t.Intercept {
		c.names, c.termOf = append(c.names, "(Intercept)"), append(c.termOf, -1)
	}
	freed := t.Intercept // the first factor is still to get all its dummies
	for i, term := range t.Terms {
		parts := make([]part, len(term))
		for j, v := range term {
			parts[j].variable = v
			if !variables[v].factor() {
				continue
			}
			margin := slices.Delete(slices.Clone(term), j, j+1)
			parts[j].dummy = len(margin) > 0 && !t.Contains(margin)
			if !freed {
				parts[j].dummy, freed = true, true
			}
		}
		c.terms = append(c.terms, parts)
		c.first = append(c.first, len(c.names))
		c.nameTerm(i, parts)
	}
	return c
}

// nameTerm adds the columns of a term: the first variable varies fastest.
func (c *coder) nameTerm(term int, parts []part) {
	names := []string{""}
	for j, p := range parts {
		v := c.variables[p.variable]
		labels := []string{v.name}
		if v.factor() {
			labels = labels[:0]
			for _, level := range v.levels[p.skip(v):] {
				labels = append(labels, v.name+level)
			}
		}
		var next []string
		for _, label := range labels {
			for _, n := range names {
				if j > 0 {
					n += ":"
				}
				next = append(next, n+label)
			}
		}
		names = next
	}
	for range names {
		c.termOf = append(c.termOf, term)
	}
	c.names = append(c.names, names...)
}

// skip is the number of leading levels without a column.
func (p part) skip(v *variable) int {
	if v.factor() && !p.dummy {
		return 1
	}
	return 0
}

// fill writes one row for a setting: for a factor its weights over the levels (one-hot for an observed row,
// an average for a marginal mean), for a number one value. Because the weights are a product over the variables,
// the average over a whole reference grid is this one row.
func (c *coder) fill(dst []float64, setting [][]float64) {
	at := 0
	if c.intercept {
		dst[0], at = 1, 1
	}
	for _, parts := range c.terms {
		if at == len(dst) { // only terms without a column remain (a factor with one level)
			return
		}
		start, width := at, 1
		dst[at] = 1
		for _, p := range parts {
			w := setting[p.variable][p.skip(c.variables[p.variable]):]
			for k := len(w) - 1; k >= 0; k-- { // from the back, so that dst[start:start+width] is read before it is overwritten
				for i := range width {
					dst[start+k*width+i] = dst[start+i] * w[k]
				}
			}
			width *= len(w)
		}
		at = start + width
	}
}

// rows is a model matrix: dense, or (where few combinations of values occur) its distinct rows and for each
// row which of them it is.
type rows struct {
	n, p   int
	values []float64 // row-major
	cell   []int32   // nil: values has n rows
	counts []float64 // rows of each cell
}

func (r *rows) row(i int) []float64 {
	if r.cell != nil {
		i = int(r.cell[i])
	}
	return r.values[i*r.p : (i+1)*r.p : (i+1)*r.p]
}

// Limits of the compressed form: distinct values of a number that still count as cells, and combinations.
const (
	maxDistinct = 64
	maxCells    = 1 << 16
)

// build makes the matrix of all used rows.
func (c *coder) build(n int) *rows {
	r := &rows{n: n, p: len(c.names)}
	setting := make([][]float64, len(c.variables))
	hot := make([][]float64, len(c.variables))
	for v, x := range c.variables {
		if x.factor() { // hot[v][L-k : 2L-k] is one-hot at k
			hot[v] = make([]float64, 2*len(x.levels))
			hot[v][len(x.levels)] = 1
		}
	}
	set := func(i int) {
		for v, x := range c.variables {
			if L := len(x.levels); x.factor() {
				k := int(x.codes[i])
				setting[v] = hot[v][L-k : 2*L-k]
			} else {
				setting[v] = x.values[i : i+1]
			}
		}
	}
	if r.cell = c.cells(n); r.cell == nil {
		r.values = make([]float64, n*r.p)
		for i := range n {
			set(i)
			c.fill(r.values[i*r.p:(i+1)*r.p], setting)
		}
		return r
	}
	for i, k := range r.cell {
		if int(k) == len(r.counts) { // cells are numbered in order of appearance
			set(i)
			r.values = append(r.values, make([]float64, r.p)...)
			c.fill(r.values[int(k)*r.p:], setting)
			r.counts = append(r.counts, 0)
		}
		r.counts[k]++
	}
	return r
}

// cells numbers the distinct combinations of the variables' values; nil if they are too many to be worth it.
func (c *coder) cells(n int) []int32 {
	cell := make([]int32, n)
	size := 1
	for _, v := range c.variables {
		codes, k := v.codes, len(v.levels)
		if !v.factor() {
			if codes, k = distinct(v.values); codes == nil {
				return nil
			}
		}
		if size *= max(k, 1); size > maxCells {
			return nil
		}
		for i, code := range codes {
			cell[i] = cell[i]*int32(k) + code
		}
	}
	number := make([]int32, size)
	next := int32(0)
	for i, k := range cell {
		if number[k] == 0 {
			next++
			number[k] = next
		}
		cell[i] = number[k] - 1
	}
	if n > 64 && int(next) > n/2 {
		return nil
	}
	return cell
}

// distinct codes the values of a number if there are at most maxDistinct of them.
func distinct(x []float64) (codes []int32, k int) {
	seen := make(map[uint64]int32, maxDistinct)
	codes = make([]int32, len(x))
	for i, v := range x {
		bits := math.Float64bits(v)
		code, ok := seen[bits]
		if !ok {
			if len(seen) == maxDistinct {
				return nil, 0
			}
			code = int32(len(seen))
			seen[bits] = code
		}
		codes[i] = code
	}
	return codes, len(seen)
}
