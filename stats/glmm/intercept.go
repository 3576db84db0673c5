package glmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// Intercept is the predicted random intercept of a group: the mode of its
// distribution given the responses, with the curvature's standard deviation, on
// the scale of the link.
type Intercept struct {
	Group int // its label in Data
	Mode  float64
	SD    float64
}

// Intercepts predicts the random intercepts, groups in order of appearance.
func (r *Model) Intercepts() []Intercept {
	out := make([]Intercept, len(r.s.labels))
	for i, label := range r.s.labels {
		out[i].Group = label
	}
	if r.Singular {
		return out
	}
	l := newLikelihood(r.s, 1)
	l.evaluate(r.theta, 0)
	mode, sd := make([]float64, len(r.s.copies)), make([]float64, len(r.s.copies))
	for c := range r.s.copies {
		from, to := r.s.first[c], r.s.first[c+1]
		cell, a, n := r.s.cell[from:to], r.s.a[from:to], r.s.n[from:to]
		l.weigh(a, n)
		_, h := l.atMode(l.mode[c], cell, a)
		mode[c], sd[c] = float64(r.Sigma*l.mode[c]), r.Sigma/math.Sqrt(h)
	}
	for i, c := range r.s.clusterOf {
		if c < 0 { // all weights zero
			out[i].SD = r.Sigma
			continue
		}
		out[i].Mode, out[i].SD = mode[c], sd[c]
	}
	return out
}

// weigh fills b, the multiplier of K of each entry, and returns its sum.
func (l *likelihood) weigh(a, n []float64) float64 {
	size := 0.0
	for j := range n {
		l.b[j] = n[j]
		if l.s.family == NegativeBinomial {
			l.b[j] = a[j] + float64(n[j]*l.k)
		}
		size += l.b[j]
	}
	return size
}

// Rest returns the data without the rows that are predicted without fault and
// without the columns that only they determined, and the indices of the columns
// that stay. A fit of it is the limit of the fit of all data as the separated
// coefficients run to infinity: it estimates all others. With complete
// separation nothing is left, and ok is false.
func (e *Separation) Rest() (rest Data, columns []int, ok bool) {
	d := e.data
	if e.Complete || d.X == nil {
		return Data{}, nil, false
	}
	n, p := d.X.Dims()
	change := make([]float64, n)
	most := 0.0
	for i := range n {
		for j := range p {
			change[i] += float64(d.X.At(i, j) * e.direction[j])
		}
		most = max(most, math.Abs(change[i]))
	}
	var keep []int
	for i, v := range change {
		if math.Abs(v) <= 1e-6*most {
			keep = append(keep, i)
		}
	}
	for j := range p {
		columns = append(columns, j)
	}
	for len(columns) > 0 { // drop what the rows left no longer determine
		x := make([]float64, 0, len(keep)*len(columns))
		for _, i := range keep {
			for _, j := range columns {
				x = append(x, d.X.At(i, j))
			}
		}
		_, dependent := arithmetic.Orthogonalize(x, len(keep), len(columns))
		if dependent < 0 {
			break
		}
		columns = append(columns[:dependent], columns[dependent+1:]...)
	}
	if len(keep) == 0 || len(columns) == 0 {
		return Data{}, nil, false
	}
	return d.pick(keep, columns), columns, true
}
