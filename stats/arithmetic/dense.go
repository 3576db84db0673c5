package arithmetic

import "math"

// Dot returns the sum of a[i]*b[i], added from the first to the last; b is at
// least as long as a.
func Dot(a, b []float64) float64 {
	b = b[:len(a)]
	s := 0.0
	for i, v := range a {
		s += float64(v * b[i])
	}
	return s
}

// AddScaled adds c*x to y, which is at least as long as x.
func AddScaled(y []float64, c float64, x []float64) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float64(c * v)
	}
}

// AddOuter adds c*x*x' to the lower triangle of the n x n matrix a, n = len(x).
func AddOuter(a []float64, c float64, x []float64) {
	n := len(x)
	for i, xi := range x {
		if f := float64(c * xi); f != 0 {
			AddScaled(a[i*n:i*n+i+1], f, x[:i+1])
		}
	}
}

// AddCross adds c*(x*y' + y*x') to the lower triangle of the n x n matrix a.
func AddCross(a []float64, c float64, x, y []float64) {
	n := len(x)
	for i := range x {
		fx, fy := float64(c*x[i]), float64(c*y[i])
		row := a[i*n : i*n+i+1]
		for j := range row {
			row[j] += float64(fx*y[j]) + float64(fy*x[j])
		}
	}
}

// Symmetrize copies the lower triangle of the n x n matrix a onto the upper.
func Symmetrize(a []float64, n int) {
	for i := range n {
		for j := range i {
			a[j*n+i] = a[i*n+j]
		}
	}
}

// Cholesky replaces the lower triangle of the symmetric n x n matrix a by its
// factor L with L*L' = a and leaves the upper triangle alone. It returns false,
// with a spoiled, when a is not positive definite (or not finite).
func Cholesky(a []float64, n int) bool {
	for j := range n {
		rowj := a[j*n : j*n+j+1]
		d := rowj[j]
		for _, v := range rowj[:j] {
			d -= float64(v * v)
		}
		if !(d > 0) || math.IsInf(d, 1) {
			return false
		}
		d = math.Sqrt(d)
		rowj[j] = d
		for i := j + 1; i < n; i++ {
			rowi := a[i*n : i*n+j+1]
			s := rowi[j]
			for k, v := range rowj[:j] {
				s -= float64(v * rowi[k])
			}
			rowi[j] = s / d
		}
	}
	return true
}

// LogDet returns log|a| from the factor L of Cholesky.
func LogDet(l []float64, n int) float64 {
	s := 0.0
	for i := range n {
		s += Log(l[i*n+i])
	}
	return 2 * s
}

// SolveLower replaces x by the solution of L*z = x.
func SolveLower(l []float64, n int, x []float64) {
	for i := range n {
		s := x[i]
		for k, v := range l[i*n : i*n+i] {
			s -= float64(v * x[k])
		}
		x[i] = s / l[i*n+i]
	}
}

// SolveLowerT replaces x by the solution of L'*z = x.
func SolveLowerT(l []float64, n int, x []float64) {
	for i := n - 1; i >= 0; i-- {
		s := x[i]
		for k := i + 1; k < n; k++ {
			s -= float64(l[k*n+i] * x[k])
		}
		x[i] = s / l[i*n+i]
	}
}

// Solve replaces x by the solution of L*L'*z = x.
func Solve(l []float64, n int, x []float64) {
	SolveLower(l, n, x)
	SolveLowerT(l, n, x)
}

// Invert fills inv with the inverse of L*L', both triangles. inv and l are
// different memory.
func Invert(inv, l []float64, n int) {
	// inv first holds M = L^-1 (lower), then M'M, column by column from below.
	for j := range n {
		for i := range j {
			inv[i*n+j] = 0
		}
		inv[j*n+j] = 1 / l[j*n+j]
		for i := j + 1; i < n; i++ {
			s := 0.0
			for k := j; k < i; k++ {
				s -= float64(l[i*n+k] * inv[k*n+j])
			}
			inv[i*n+j] = s / l[i*n+i]
		}
	}
	for i := range n {
		for j := range i + 1 {
			s := 0.0
			for k := i; k < n; k++ {
				s += float64(inv[k*n+i] * inv[k*n+j])
			}
			inv[i*n+j] = s
		}
	}
	Symmetrize(inv, n)
}

// QuadraticForm returns x'*a*x for the symmetric n x n matrix a (both
// triangles filled).
func QuadraticForm(a []float64, n int, x []float64) float64 {
	s := 0.0
	for i := range n {
		s += float64(x[i] * Dot(a[i*n:i*n+n], x))
	}
	return s
}

// Multiply fills c (n x m) with a (n x k) times b (k x m).
func Multiply(c, a, b []float64, n, k, m int) {
	clear(c[:n*m])
	for i := range n {
		for l := range k {
			if v := a[i*k+l]; v != 0 {
				AddScaled(c[i*m:i*m+m], v, b[l*m:l*m+m])
			}
		}
	}
}

// Orthogonalize replaces the columns of the n x p matrix x by orthonormal ones
// spanning the same space and returns the upper triangular p x p matrix r with
// (old x) = (new x) * r, by modified Gram-Schmidt run twice, which is as
// orthogonal as Householder's. dependent is the first column that is a linear
// combination of those before it (less than 1e-7 of its length is left, the
// tolerance of R's qr), or -1; then x and r are spoiled.
func Orthogonalize(x []float64, n, p int) (r []float64, dependent int) {
	r = make([]float64, p*p)
	col := make([]float64, n)
	for j := range p {
		for i := range n {
			col[i] = x[i*p+j]
		}
		length := math.Sqrt(Dot(col, col))
		for range 2 {
			for k := range j {
				s := 0.0
				for i := range n {
					s += float64(x[i*p+k] * col[i])
				}
				for i := range n {
					col[i] -= float64(s * x[i*p+k])
				}
				r[k*p+j] += s
			}
		}
		left := math.Sqrt(Dot(col, col))
		if !(left > 1e-7*length) {
			return r, j
		}
		r[j*p+j] = left
		for i := range n {
			x[i*p+j] = col[i] / left
		}
	}
	return r, -1
}

// SolveUpper replaces x by the solution of R*z = x, R upper triangular n x n.
func SolveUpper(r []float64, n int, x []float64) {
	for i := n - 1; i >= 0; i-- {
		s := x[i]
		for k := i + 1; k < n; k++ {
			s -= float64(r[i*n+k] * x[k])
		}
		x[i] = s / r[i*n+i]
	}
}

// SolveUpperT replaces x by the solution of R'*z = x, R upper triangular n x n.
func SolveUpperT(r []float64, n int, x []float64) {
	for i := range n {
		s := x[i]
		for k := range i {
			s -= float64(r[k*n+i] * x[k])
		}
		x[i] = s / r[i*n+i]
	}
}

// Eigen returns the eigenvalues (ascending) of the symmetric n x n matrix a and
// the matching orthonormal eigenvectors in the columns of vectors, by cyclic
// Jacobi rotations; a is left alone.
func Eigen(a []float64, n int) (values, vectors []float64) {
	w := make([]float64, n*n)
	copy(w, a[:n*n])
	v := make([]float64, n*n)
	for i := range n {
		v[i*n+i] = 1
	}
	for range 60 {
		off, all := 0.0, 0.0
		for i := range n {
			for j := range n {
				sq := float64(w[i*n+j] * w[i*n+j])
				all += sq
				if i != j {
					off += sq
				}
			}
		}
		if !(off > 1e-34*all) {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				rotate(w, v, n, p, q)
			}
		}
	}
	values = make([]float64, n)
	order := make([]int, n)
	for i := range n {
		order[i] = i
		for j := i; j > 0 && w[order[j]*n+order[j]] < w[order[j-1]*n+order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	vectors = make([]float64, n*n)
	for k, o := range order {
		values[k] = w[o*n+o]
		for i := range n {
			vectors[i*n+k] = v[i*n+o]
		}
	}
	return values, vectors
}

// rotate makes w[p][q] zero by one Jacobi rotation and carries it into v.
func rotate(w, v []float64, n, p, q int) {
	apq := w[p*n+q]
	if apq == 0 {
		return
	}
	theta := (w[q*n+q] - w[p*n+p]) / (2 * apq)
	t := 1 / (math.Abs(theta) + math.Sqrt(float64(theta*theta)+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(float64(t*t)+1)
	s := float64(t * c)
	for k := range n {
		a, b := w[k*n+p], w[k*n+q]
		w[k*n+p] = float64(c*a) - float64(s*b)
		w[k*n+q] = float64(s*a) + float64(c*b)
	}
	for k := range n {
		a, b := w[p*n+k], w[q*n+k]
		w[p*n+k] = float64(c*a) - float64(s*b)
		w[q*n+k] = float64(s*a) + float64(c*b)
	}
	for k := range n {
		a, b := v[k*n+p], v[k*n+q]
		v[k*n+p] = float64(c*a) - float64(s*b)
		v[k*n+q] = float64(s*a) + float64(c*b)
	}
}
