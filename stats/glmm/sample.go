package glmm

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/arithmetic"
)

// sample is the data as the likelihood sees it: rows with equal covariates
// share one linear predictor, rows of a group with equal covariates are added
// up, and groups that look the same are one cluster counted several times.
type sample struct {
	family Family
	rows   int // as given
	groups int // as given
	p      int

	q      []float64 // cells x p: rows of X*inverse(r), so that columns are orthonormal over the rows as given, times sqrt(rows)
	r      []float64 // p x p, upper triangular
	names  []string  // of the columns, may be short
	offset []float64 // of each cell
	cellA  []float64 // totals over all rows, for the model without a random intercept
	cellN  []float64

	first  []int32 // cluster c has entries first[c] to first[c+1]
	cell   []int32 // of an entry
	a, n   []float64
	copies []float64 // groups that a cluster stands for

	labels    []int   // of the groups, in order of appearance
	clusterOf []int32 // of each group; -1: it has no weight

	constant float64 // of the log-likelihood: binomial coefficients, -log y!
	counts   []count // distinct counts (negative binomial)
	longest  int     // entries of the longest cluster
}

// count is a value of a negative binomial response and the weight of the rows
// that have it.
type count struct{ y, weight float64 }

// newSample checks data and collects it.
func newSample(d Data, family Family) (*sample, error) {
	n, p, err := d.check(family)
	if err != nil {
		return nil, err
	}
	s := &sample{family: family, rows: n, p: p, names: d.Names}
	if err := s.cells(d, n); err != nil {
		return nil, err
	}
	return s, nil
}

// cells finds the distinct covariate rows, orthogonalizes the design and fills
// the clusters.
func (s *sample) cells(d Data, n int) error {
	p := s.p
	x := make([]float64, n*p)
	key := make([]byte, 8*(p+1))
	cellOf := make([]int32, n)
	known := make(map[string]int32)
	var firstRow []int
	for i := range n {
		row := x[i*p : i*p+p]
		for j := range row {
			row[j] = d.X.At(i, j)
			binary.LittleEndian.PutUint64(key[8*j:], math.Float64bits(row[j]+0)) // +0: -0 and 0 are one value
		}
		o := 0.0
		if d.Offset != nil {
			o = d.Offset[i]
		}
		binary.LittleEndian.PutUint64(key[8*p:], math.Float64bits(o+0))
		c, ok := known[string(key)]
		if !ok {
			c = int32(len(firstRow))
			known[string(key)] = c
			firstRow = append(firstRow, i)
			s.offset = append(s.offset, o)
		}
		cellOf[i] = c
	}
	r, dependent := arithmetic.Orthogonalize(x, n, p)
	if dependent >= 0 {
		return fmt.Errorf("glmm: column %s of the design is a linear combination of the columns before it; drop it", d.name(dependent))
	}
	scale := math.Sqrt(float64(n))
	for i := range r {
		r[i] /= scale
	}
	s.r = r
	s.q = make([]float64, len(firstRow)*p)
	for c, i := range firstRow {
		for j := range p {
			s.q[c*p+j] = d.X.At(i, j)
		}
		// rows of X*inverse(R): solve R'z = x, the same bits for equal rows
		arithmetic.SolveUpperT(r, p, s.q[c*p:c*p+p])
	}
	s.cellA, s.cellN = make([]float64, len(firstRow)), make([]float64, len(firstRow))
	s.collect(d, n, cellOf)
	return nil
}

// entry is one cell's part of a group.
type entry struct {
	cell int32
	a, n float64
}

// collect adds up the rows of each group by cell, and finds groups that are
// alike.
func (s *sample) collect(d Data, n int, cellOf []int32) {
	groupOf := make(map[int]int32)
	index := make([]int32, n)
	for i, g := range d.Group {
		c, ok := groupOf[g]
		if !ok {
			c = int32(len(groupOf))
			groupOf[g] = c
			s.labels = append(s.labels, g)
		}
		index[i] = c
	}
	s.groups = len(groupOf)
	start := make([]int32, s.groups+1)
	for _, g := range index {
		start[g+1]++
	}
	for g := range s.groups {
		start[g+1] += start[g]
	}
	all := make([]entry, n)
	at := slices.Clone(start[:s.groups])
	byCount := make(map[float64]float64)
	for i := range n {
		a, b := s.row(d, i, byCount)
		all[at[index[i]]] = entry{cellOf[i], a, b}
		at[index[i]]++
		s.cellA[cellOf[i]] += a
		s.cellN[cellOf[i]] += b
	}
	s.first = append(s.first, 0)
	known := make(map[string]int32)
	var key []byte
	for g := range s.groups {
		part := merge(all[start[g]:start[g+1]])
		if len(part) == 0 {
			s.clusterOf = append(s.clusterOf, -1)
			continue // all weights zero: the group says nothing
		}
		key = key[:0]
		for _, e := range part {
			key = binary.LittleEndian.AppendUint32(key, uint32(e.cell))
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(e.a))
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(e.n))
		}
		if c, ok := known[string(key)]; ok {
			s.copies[c]++
			s.clusterOf = append(s.clusterOf, c)
			continue
		}
		known[string(key)] = int32(len(s.copies))
		s.clusterOf = append(s.clusterOf, int32(len(s.copies)))
		s.copies = append(s.copies, 1)
		for _, e := range part {
			s.cell = append(s.cell, e.cell)
			s.a = append(s.a, e.a)
			s.n = append(s.n, e.n)
		}
		s.first = append(s.first, int32(len(s.cell)))
		s.longest = max(s.longest, len(part))
	}
	for y, w := range byCount {
		s.counts = append(s.counts, count{y, w})
	}
	slices.SortFunc(s.counts, func(a, b count) int { return cmp.Compare(a.y, b.y) })
}

// row returns what row i adds to a and n of its cell, and adds its constant.
func (s *sample) row(d Data, i int, byCount map[float64]float64) (a, n float64) {
	w, y := 1.0, d.Y[i]
	if d.Weights != nil {
		w = d.Weights[i]
	}
	if w == 0 {
		return 0, 0
	}
	switch s.family {
	case Binomial:
		trials := 1.0
		if d.Trials != nil {
			trials = d.Trials[i]
		}
		if trials > 1 && y > 0 && y < trials {
			c := arithmetic.LogGamma(trials+1) - arithmetic.LogGamma(y+1) - arithmetic.LogGamma(trials-y+1)
			s.constant += float64(w * c)
		}
		return float64(w * y), float64(w * trials)
	case NegativeBinomial:
		byCount[y] += w
	}
	s.constant -= float64(w * arithmetic.LogGamma(y+1))
	return float64(w * y), w
}

// merge sorts the entries of a group by cell and adds up those of one cell.
func merge(part []entry) []entry {
	slices.SortStableFunc(part, func(a, b entry) int { return cmp.Compare(a.cell, b.cell) })
	out := part[:0]
	for _, e := range part {
		if e.n == 0 {
			continue
		}
		if k := len(out); k > 0 && out[k-1].cell == e.cell {
			out[k-1].a += e.a
			out[k-1].n += e.n
			continue
		}
		out = append(out, e)
	}
	return out
}

// toBeta replaces coefficients of the orthonormal columns by those of X.
func (s *sample) toBeta(b []float64) { arithmetic.SolveUpper(s.r, s.p, b) }

// name returns how messages call column j.
func (s *sample) name(j int) string { return Data{Names: s.names}.name(j) }
