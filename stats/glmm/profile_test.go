package glmm_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/glmm"
)

// The ends of a profile interval are where fixing the coefficient (as an
// offset, its column left out) costs just the chi-square limit.
func TestProfileByItsDefinition(t *testing.T) {
	const limit = 3.841458820694124           // qchisq(0.95, 1)
	for _, sigma := range []float64{1.5, 0} { // interior and boundary
		d := twoWaves(11, 90, sigma)
		if sigma == 0 {
			d = twoWaves(18, 90, 0)
		}
		m := fit(t, d, glmm.Options{Nodes: 12})
		if m.Singular != (sigma == 0) {
			t.Fatalf("singular %v for sigma %v: pick another seed", m.Singular, sigma)
		}
		in, err := m.Profile([]float64{0, 0, 0, 1}, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		w := m.Contrast([]float64{0, 0, 0, 1})
		if !(in.Lower < w.Value && w.Value < in.Upper) || math.Abs((in.Upper-in.Lower)/(w.Upper-w.Lower)-1) > 0.2 {
			t.Errorf("profile %+v, Wald %+v", in, w)
		}
		for _, end := range []float64{in.Lower, in.Upper} {
			n, _ := d.X.Dims()
			fixed := d
			fixed.X = mat.DenseCopyOf(d.X.Slice(0, n, 0, 3))
			fixed.Offset = make([]float64, n)
			for i := range n {
				fixed.Offset[i] = end * d.X.At(i, 3)
			}
			f := fit(t, fixed, glmm.Options{Nodes: 12})
			if m.Singular && !f.Singular {
				continue // the profile of a boundary fit stays on the boundary
			}
			near(t, "cost of the end", 2*(m.LogLik-f.LogLik), limit, 1e-6)
		}
		s, err := m.ProfileSigma(0.95)
		if err != nil {
			t.Fatal(err)
		}
		if m.Singular && (s.Lower != 0 || s.Note == "" || !(s.Upper > 0)) || !m.Singular && !(s.Lower < m.Sigma && m.Sigma < s.Upper) {
			t.Errorf("profile of sigma %v: %+v", m.Sigma, s)
		}
		if stat, p := m.RandomIntercept(); m.Singular && p != 1 || !m.Singular && (s.Lower > 0) != (stat > limit) {
			t.Errorf("likelihood ratio %v, P %v, interval %+v", stat, p, s)
		}
	}
}
