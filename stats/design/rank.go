package design

import "math"

// rankTolerance is R's for linear models: a column whose part outside the columns before it is smaller than this
// fraction of the column is taken as determined by them.
const rankTolerance = 1e-7

// triangle is the R factor of the matrix (p x p, row-major upper), by Householder reflections over blocks of rows, so
// that no copy of a tall matrix is made. Compressed rows enter once, times the root of their count.
func (r *rows) triangle() []float64 {
	p := r.p
	const block = 128
	work := make([]float64, (p+block)*p)
	n := r.n
	if r.cell != nil {
		n = len(r.counts)
	}
	for start := 0; start < n; start += block {
		m := min(block, n-start)
		copy(work[p*p:], r.values[start*p:(start+m)*p])
		if r.cell != nil {
			for i := range m {
				s := math.Sqrt(r.counts[start+i])
				for j := range p {
					work[(p+i)*p+j] *= s
				}
			}
		}
		householder(work, p+m, p)
	}
	return work[:p*p]
}

// householder makes the m x p row-major matrix upper triangular in place.
func householder(a []float64, m, p int) {
	for j := range min(p, m) {
		norm := 0.0
		for i := j; i < m; i++ {
			norm += float64(a[i*p+j] * a[i*p+j])
		}
		if norm = math.Sqrt(norm); norm == 0 {
			continue
		}
		if a[j*p+j] > 0 {
			norm = -norm
		}
		// v = column - norm e_j, H = I - v v' / (norm * v_j * -1)
		vj := a[j*p+j] - norm
		for k := j + 1; k < p; k++ {
			s := vj * a[j*p+k]
			for i := j + 1; i < m; i++ {
				s += float64(a[i*p+j] * a[i*p+k])
			}
			s /= norm * vj
			a[j*p+k] += float64(s * vj)
			for i := j + 1; i < m; i++ {
				a[i*p+k] += float64(s * a[i*p+j])
			}
		}
		a[j*p+j] = norm
		for i := j + 1; i < m; i++ {
			a[i*p+j] = 0
		}
	}
}

// alias says how a dropped column follows from the kept ones: column = sum of weights times kept columns.
type alias struct {
	column  int
	weights []float64 // over the kept columns
}

// independent goes through the columns in order (by their triangle, p x p) and keeps those that the columns kept before do
// not determine (R's pivoting strategy: the order is changed only by moving such columns out).
func independent(tri []float64, p int) (kept []int, dropped []alias) {
	var basis [][]float64 // orthonormal, one for each kept column
	var upper [][]float64 // kept column = sum of upper times basis
	for j := range p {
		v := make([]float64, p)
		norm0 := 0.0
		for i := range j + 1 {
			v[i] = tri[i*p+j]
			norm0 = math.Hypot(norm0, v[i])
		}
		coef := make([]float64, len(basis))
		for range 2 { // twice is enough for orthogonality to rounding
			for b, q := range basis {
				s := dot(q, v)
				coef[b] += s
				for i := range v {
					v[i] -= float64(s * q[i])
				}
			}
		}
		norm := 0.0
		for _, x := range v {
			norm = math.Hypot(norm, x)
		}
		if norm <= rankTolerance*norm0 || norm0 == 0 {
			for b := len(basis) - 1; b >= 0; b-- { // back substitution in the triangle of the kept columns
				coef[b] /= upper[b][b]
				for c := range b {
					coef[c] -= float64(coef[b] * upper[b][c])
				}
			}
			dropped = append(dropped, alias{j, coef})
			continue
		}
		for i := range v {
			v[i] /= norm
		}
		basis = append(basis, v)
		upper = append(upper, append(coef, norm))
		kept = append(kept, j)
	}
	return kept, dropped
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i, x := range a {
		s += float64(x * b[i])
	}
	return s
}

// keep leaves only the named columns.
func (r *rows) keep(columns []int) {
	if len(columns) == r.p {
		return
	}
	n := len(r.values) / max(r.p, 1)
	out := make([]float64, 0, n*len(columns))
	for i := range n {
		for _, j := range columns {
			out = append(out, r.values[i*r.p+j])
		}
	}
	r.values, r.p = out, len(columns)
}
