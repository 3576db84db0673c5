package mmrm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"rekindle/stats/mmrm"
)

// One visit each and two arms: CR2 is White's HC2, whose variance of the
// difference is Welch's; CR0 and CR3 differ by (n-1)/n and n/(n-1) in each arm.
func TestRobustOfTwoMeansIsWelch(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	d := mmrm.Data{Visits: []string{"only"}}
	var x, y0, y1 []float64
	for i := range 25 {
		arm := float64(min(i/9, 1))
		y := rng.NormFloat64() * (1 + 2*arm)
		x = append(x, 1, arm)
		d.Y, d.Subject, d.Visit = append(d.Y, y), append(d.Subject, i), append(d.Visit, 0)
		if arm == 0 {
			y0 = append(y0, y)
		} else {
			y1 = append(y1, y)
		}
	}
	d.X = mat.NewDense(25, 2, x)
	r, err := mmrm.Fit(d, mmrm.Options{Structure: mmrm.Independent})
	if err != nil {
		t.Fatal(err)
	}
	v0, v1 := stat.Variance(y0, nil), stat.Variance(y1, nil)
	for c, f := range map[mmrm.Correction]func(n float64) float64{
		mmrm.CR0: func(n float64) float64 { return (n - 1) / n },
		mmrm.CR2: func(float64) float64 { return 1 },
		mmrm.CR3: func(n float64) float64 { return n / (n - 1) },
	} {
		b, err := r.Robust(c)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, string(c), b.Contrast([]float64{0, 1}).SE, math.Sqrt(v0/9*f(9)+v1/16*f(16)), 1e-9)
		relative(t, string(c)+" matrix", b.VCov[3], v0/9*f(9)+v1/16*f(16), 1e-9)
	}
	if _, err := r.Robust("CR1"); err == nil {
		t.Error("CR1 accepted")
	}
}

// The sandwich and its degrees of freedom against dense matrices over all rows.
func TestRobustAgainstDenseMatrices(t *testing.T) {
	_, data := readGold(t, "anorexia_mmrm")
	r, err := mmrm.Fit(data, mmrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, p := data.X.Dims()
	v := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			if data.Subject[i] == data.Subject[j] {
				v.Set(i, j, r.VisitCovariance[0][data.Visit[i]*2+data.Visit[j]])
			}
		}
	}
	var vi, xtv, xtvx, c, h mat.Dense
	if err := vi.Inverse(v); err != nil {
		t.Fatal(err)
	}
	xtv.Mul(data.X.T(), &vi)
	xtvx.Mul(&xtv, data.X)
	if err := c.Inverse(&xtvx); err != nil {
		t.Fatal(err)
	}
	h.Product(data.X, &c, &xtv) // fitted values = h y
	var fit, res mat.VecDense
	fit.MulVec(&h, mat.NewVecDense(n, data.Y))
	res.SubVec(mat.NewVecDense(n, data.Y), &fit)
	l := make([]float64, p)
	l[p-1] = 1 // difference in change
	b, err := r.Robust(mmrm.CR3)
	if err != nil {
		t.Fatal(err)
	}
	got := b.Contrast(l)
	// CR3: residuals e_i replaced by (1 - h_ii)^-1 e_i; the estimate of l'b's
	// variance is sum of (a_i'e)^2 with a_i in R^n
	want := 0.0
	var rows [][]float64
	for s := range slices.Max(data.Subject) + 1 {
		var at []int
		for i := range n {
			if data.Subject[i] == s {
				at = append(at, i)
			}
		}
		k := len(at)
		left := mat.NewDense(k, k, nil)
		for x := range at {
			for y := range at {
				left.Set(x, y, -h.At(at[x], at[y]))
			}
			left.Set(x, x, left.At(x, x)+1)
		}
		var inv mat.Dense
		if err := inv.Inverse(left); err != nil {
			t.Fatal(err)
		}
		row := make([]float64, n)
		for x := range at {
			f := 0.0 // l'C X'V^-1 at row at[x]
			for j := range p {
				f += c.At(p-1, j) * xtv.At(j, at[x])
			}
			for y := range at {
				row[at[y]] += f * inv.At(x, y)
			}
		}
		a := mat.Dot(mat.NewVecDense(n, row), &res)
		want += a * a
		rows = append(rows, row)
	}
	relative(t, "CR3 se", got.SE, math.Sqrt(want), 1e-9)
	// res = (1 - h) y with covariance (1 - h) V (1 - h)'
	var ih, cov mat.Dense
	ih.Scale(-1, &h)
	for i := range n {
		ih.Set(i, i, ih.At(i, i)+1)
	}
	cov.Product(&ih, v, ih.T())
	trace, square := 0.0, 0.0
	for i := range rows {
		var ca mat.VecDense
		ca.MulVec(&cov, mat.NewVecDense(n, rows[i]))
		for j := range rows {
			g := mat.Dot(&ca, mat.NewVecDense(n, rows[j]))
			if i == j {
				trace += g
			}
			square += g * g
		}
	}
	relative(t, "CR3 df", got.DF, trace*trace/square, 1e-8)
	cr2, err := r.Robust(mmrm.CR2)
	if err != nil {
		t.Fatal(err)
	}
	cr0, err := r.Robust(mmrm.CR0)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := cr0.Contrast(l).SE, cr2.Contrast(l).SE; !(a < b && b < got.SE) {
		t.Errorf("CR0 %v < CR2 %v < CR3 %v expected", a, b, got.SE)
	}
}
