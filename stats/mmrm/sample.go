package mmrm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"rekindle/stats/arithmetic"
)

// sample is the data as the likelihood sees it. Participants with the same
// visits (and covariance group) share one inverse covariance, so that all the
// likelihood needs of them are sums of products of rows: the cost of an
// evaluation does not depend on their number.
type sample struct {
	n, p, m, groups, subjects int

	q    []float64 // n x p orthonormal columns with X = q*r, rows by subject
	e    []float64 // n: y less its least squares fit
	r    []float64 // p x p, upper triangular
	base []float64 // p: coefficients of the least squares fit on q

	by, visit []int // of each row, in subjects' order
	first     []int // subject i has rows first[i] to first[i+1]
	row       []int // of Data, of each row here

	patterns []pattern
	together []float64 // groups x m x m: participants seen at both visits
	scale    float64   // mean square of e
}

// pattern is a set of visits and the participants who made exactly those.
type pattern struct {
	by       int
	visits   []int
	subjects float64
	// cross holds, for each pair a >= b of the visits, the (p+1) x (p+1) matrix
	// of sums of z_a z_b', z being a row of [q e].
	cross []float64
}

// newSample checks data and collects it.
func newSample(d Data) (*sample, error) {
	n, p, err := d.check()
	if err != nil {
		return nil, err
	}
	s := &sample{n: n, p: p, m: len(d.Visits), groups: d.groups()}
	if err := s.order(d); err != nil {
		return nil, err
	}
	s.q = make([]float64, n*p)
	s.e = make([]float64, n)
	for k, i := range s.row {
		for j := range p {
			s.q[k*p+j] = d.X.At(i, j)
		}
		s.e[k] = d.Y[i]
	}
	r, dependent := arithmetic.Orthogonalize(s.q, n, p)
	if dependent >= 0 {
		return nil, fmt.Errorf("mmrm: column %s of the design is a linear combination of the columns before it; drop it", d.name(dependent))
	}
	s.r = r
	total := arithmetic.Dot(s.e, s.e)
	s.base = make([]float64, p)
	b := make([]float64, p)
	for range 2 { // twice, so that e is orthogonal to q to rounding
		clear(b)
		for k := range n {
			arithmetic.AddScaled(b, s.e[k], s.q[k*p:k*p+p])
		}
		for k := range n {
			s.e[k] -= arithmetic.Dot(b, s.q[k*p:k*p+p])
		}
		arithmetic.AddScaled(s.base, 1, b)
	}
	left := arithmetic.Dot(s.e, s.e)
	if !(left > 1e-20*total) {
		return nil, errors.New("mmrm: the design fits the response exactly; there is no variation left to model")
	}
	s.scale = left / float64(n)
	s.collect()
	return s, nil
}

// order sorts the rows by subject (in order of first appearance) and visit.
func (s *sample) order(d Data) error {
	index := make(map[int]int)
	of := make([]int, s.n)
	for i, subject := range d.Subject {
		k, ok := index[subject]
		if !ok {
			k = len(index)
			index[subject] = k
		}
		of[i] = k
	}
	s.subjects = len(index)
	s.row = make([]int, s.n)
	for i := range s.row {
		s.row[i] = i
	}
	slices.SortStableFunc(s.row, func(a, b int) int {
		if of[a] != of[b] {
			return of[a] - of[b]
		}
		return d.Visit[a] - d.Visit[b]
	})
	s.by, s.visit = make([]int, s.n), make([]int, s.n)
	for k, i := range s.row {
		s.by[k], s.visit[k] = d.by(i), d.Visit[i]
		if k == 0 || of[i] != of[s.row[k-1]] {
			s.first = append(s.first, k)
			continue
		}
		before := s.row[k-1]
		if d.Visit[i] == d.Visit[before] {
			return fmt.Errorf("mmrm: rows %d and %d are the same participant at the same visit (%s)", before+1, i+1, d.Visits[d.Visit[i]])
		}
		if d.by(i) != d.by(before) {
			return fmt.Errorf("mmrm: rows %d and %d are the same participant in two covariance groups", before+1, i+1)
		}
	}
	s.first = append(s.first, s.n)
	return nil
}

// collect finds the patterns and adds up their products.
func (s *sample) collect() {
	p, m := s.p, s.m
	w := p + 1
	s.together = make([]float64, s.groups*m*m)
	known := make(map[string]int)
	var key []byte
	z := make([]float64, m*w)
	for i := range s.subjects {
		from, to := s.first[i], s.first[i+1]
		by, visits := s.by[from], s.visit[from:to]
		key = binary.LittleEndian.AppendUint32(key[:0], uint32(by))
		for _, v := range visits {
			key = binary.LittleEndian.AppendUint32(key, uint32(v))
		}
		k, ok := known[string(key)]
		if !ok {
			k = len(s.patterns)
			known[string(key)] = k
			t := len(visits)
			s.patterns = append(s.patterns, pattern{by: by, visits: slices.Clone(visits), cross: make([]float64, t*(t+1)/2*w*w)})
		}
		pt := &s.patterns[k]
		pt.subjects++
		for a, v := range visits {
			copy(z[a*w:], s.q[(from+a)*p:(from+a+1)*p])
			z[a*w+p] = s.e[from+a]
			for _, u := range visits {
				s.together[(by*m+v)*m+u]++
			}
		}
		at := 0
		for a := range visits {
			for b := range a + 1 {
				block := pt.cross[at*w*w : (at+1)*w*w]
				for j := range w {
					if f := z[a*w+j]; f != 0 {
						arithmetic.AddScaled(block[j*w:j*w+w], f, z[b*w:b*w+w])
					}
				}
				at++
			}
		}
	}
}

// residuals returns the pairwise covariance of the least squares residuals by
// visit in one group, made positive definite: the start of the ascent.
func (s *sample) residuals(by int) []float64 {
	m, w := s.m, s.p+1
	cov := make([]float64, m*m)
	for _, pt := range s.patterns {
		if pt.by != by {
			continue
		}
		at := 0
		for a, va := range pt.visits {
			for _, vb := range pt.visits[:a+1] {
				cov[va*m+vb] += pt.cross[at*w*w+w*w-1]
				at++
			}
		}
	}
	for a := range m {
		for b := range a + 1 {
			if n := s.together[(by*m+a)*m+b]; n > 0 {
				cov[a*m+b] /= n
			}
			if a == b {
				cov[a*m+a] = max(cov[a*m+a], 1e-3*s.scale)
			}
			cov[b*m+a] = cov[a*m+b]
		}
	}
	// correlations with eigenvalues of at least a twentieth of the mean
	sd := make([]float64, m)
	for a := range m {
		sd[a] = math.Sqrt(cov[a*m+a])
	}
	for a := range m {
		for b := range m {
			cov[a*m+b] /= float64(sd[a] * sd[b])
		}
	}
	values, vectors := arithmetic.Eigen(cov, m)
	if values[0] < 0.05 {
		clear(cov)
		col := make([]float64, m)
		for k, v := range values {
			for a := range m {
				col[a] = vectors[a*m+k]
			}
			arithmetic.AddOuter(cov, max(v, 0.05), col)
		}
		arithmetic.Symmetrize(cov, m)
	}
	for a := range m {
		for b := range m {
			cov[a*m+b] = float64(cov[a*m+b] * float64(sd[a]*sd[b]))
		}
	}
	return cov
}
