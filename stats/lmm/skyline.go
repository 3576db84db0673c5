package lmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

func sqrt(x float64) float64 { return math.Sqrt(x) }

// skyline is the Cholesky factor of the lower triangle of a (n x n) in place, skipping what lies left of the first entry of
// each row (first, filled here). With the largest random term in front its block stays diagonal, and the work
// is that of the remaining terms only. False if a is not positive definite.
func skyline(a []float64, n int, first []int32) bool {
	for i := range n {
		row := a[i*n : i*n+i+1]
		f := 0
		for f < i && row[f] == 0 {
			f++
		}
		first[i] = int32(f)
		for j := f; j < i; j++ {
			from := max(f, int(first[j]))
			rowj := a[j*n : j*n+j+1]
			s := row[j]
			for k := from; k < j; k++ {
				s -= float64(row[k] * rowj[k])
			}
			row[j] = s / rowj[j]
		}
		d := row[i]
		for k := f; k < i; k++ {
			d -= float64(row[k] * row[k])
		}
		if !(d > 0) || math.IsInf(d, 1) {
			return false
		}
		row[i] = math.Sqrt(d)
	}
	return true
}

// solveRows replaces b (n x m) by L^-1 b.
func solveRows(l []float64, n int, first []int32, b []float64, m int) {
	for i := range n {
		row := b[i*m : (i+1)*m]
		for k := int(first[i]); k < i; k++ {
			if f := l[i*n+k]; f != 0 {
				arithmetic.AddScaled(row, -f, b[k*m:(k+1)*m])
			}
		}
		d := l[i*n+i]
		for j := range row {
			row[j] /= d
		}
	}
}

// invertSkyline fills inv with (L L')^-1, both triangles; work has n x n numbers.
func invertSkyline(inv, l []float64, n int, first []int32, work []float64) {
	clear(work[:n*n])
	for i := range n { // rows of L^-1
		row := work[i*n : i*n+i+1]
		for k := int(first[i]); k < i; k++ {
			if f := l[i*n+k]; f != 0 {
				arithmetic.AddScaled(row, -f, work[k*n:k*n+k+1])
			}
		}
		d := l[i*n+i]
		for j := range i {
			row[j] /= d
		}
		row[i] = 1 / d
	}
	clear(inv[:n*n])
	for k := range n {
		row := work[k*n : k*n+k+1]
		for i, f := range row {
			if f != 0 {
				arithmetic.AddScaled(inv[i*n:i*n+i+1], f, row[:i+1])
			}
		}
	}
	arithmetic.Symmetrize(inv, n)
}
