package impute

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// threeVisits draws an arm of n with a covariate and three correlated visits; gone says which scores are missing.
func threeVisits(rng *rand.Rand, n int, gone func(i, t int) bool) *sample {
	s := &sample{name: "arm", p: 2, v: 3}
	for i := range n {
		x := rng.NormFloat64()
		b := rng.NormFloat64()
		row := make([]float64, 3)
		for t := range row {
			row[t] = 1 + 0.5*x + 0.3*float64(t) + b + 0.7*rng.NormFloat64()
			if gone(i, t) {
				row[t] = math.NaN()
			}
		}
		s.x, s.y = append(s.x, []float64{1, x}), append(s.y, row)
	}
	return s
}

func steps(i, t int) bool { return t == 2 && i%3 == 0 || t >= 1 && i%6 == 0 }

// For monotone missing values the EM algorithm goes where the regressions are.
func TestTwoRoutesToTheMaximum(t *testing.T) {
	s := threeVisits(rand.New(rand.NewPCG(1, 1)), 60, steps)
	exact, err := s.chain(nil)
	if err != nil {
		t.Fatal(err)
	}
	iterated, err := s.em()
	if err != nil {
		t.Fatal(err)
	}
	for k := range exact.b {
		if math.Abs(exact.b[k]-iterated.b[k]) > 1e-8 {
			t.Errorf("coefficient %d: %v by regression, %v by EM", k, exact.b[k], iterated.b[k])
		}
	}
	for k := range exact.s {
		if math.Abs(exact.s[k]-iterated.s[k]) > 1e-8 {
			t.Errorf("covariance %d: %v by regression, %v by EM", k, exact.s[k], iterated.s[k])
		}
	}
}

// Posterior draws of both kinds have the same mean and about the same spread for the last visit's mean and variance.
func TestTwoRoutesToThePosterior(t *testing.T) {
	s := threeVisits(rand.New(rand.NewPCG(2, 1)), 60, steps)
	rng := rand.New(rand.NewPCG(5, 6))
	const draws = 100
	var sum, squares [2][2]float64
	for k, draw := range []func(*rand.Rand) (*law, error){s.chain, s.augment} {
		for range draws {
			l, err := draw(rng)
			if err != nil {
				t.Fatal(err)
			}
			for j, v := range []float64{l.b[2], l.s[8]} {
				sum[k][j] += v / draws
				squares[k][j] += v * v / draws
			}
		}
	}
	for j, name := range []string{"mean of the last visit", "its variance"} {
		a, b := math.Sqrt(squares[0][j]-sum[0][j]*sum[0][j]), math.Sqrt(squares[1][j]-sum[1][j]*sum[1][j])
		if math.Abs(sum[0][j]-sum[1][j]) > 0.5*a || math.Abs(a/b-1) > 0.35 {
			t.Errorf("%s: %v (%v) exactly, %v (%v) by augmentation", name, sum[0][j], a, sum[1][j], b)
		}
	}
}

// A filled-in row keeps what was seen, and its missing part is the regression on it: check against the inverse covariance, whose
// rows for the missing part are orthogonal to the deviations.
func TestFillIsTheConditionalMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const v = 4
		root := make([]float64, v*v)
		for i := range root {
			root[i] = rapid.Float64Range(-1, 1).Draw(t, "root")
		}
		c := make([]float64, v*v)
		for i := range v {
			for j := range v {
				for k := range v {
					c[i*v+j] += root[i*v+k] * root[j*v+k]
				}
			}
			c[i*v+i] += 0.5
		}
		l := &law{p: 1, v: v}
		m, row := make([]float64, v), make([]float64, v)
		for i := range v {
			m[i], row[i] = rapid.Float64Range(-2, 2).Draw(t, "mean"), rapid.Float64Range(-2, 2).Draw(t, "score")
			if rapid.Bool().Draw(t, "missing") {
				row[i] = math.NaN()
			}
		}
		filled, spread, err := l.fill(m, c, row, nil)
		if err != nil {
			t.Fatal(err)
		}
		// P d = 0 in the missing places, P the precision: solve c z = d and look.
		z := make([]float64, v)
		for i := range z {
			z[i] = filled[i] - m[i]
		}
		gauss(c, z, v)
		for i := range v {
			if math.IsNaN(row[i]) && math.Abs(z[i]) > 1e-9 {
				t.Fatalf("missing place %d: precision times deviation is %v", i, z[i])
			}
			if !math.IsNaN(row[i]) && filled[i] != row[i] {
				t.Fatalf("seen score %d was changed", i)
			}
			if spread != nil && (spread[i*v+i] < 0 || spread[i*v+i] > c[i*v+i]+1e-12) {
				t.Fatalf("conditional variance %v of %v", spread[i*v+i], c[i*v+i])
			}
		}
	})
}

// gauss solves a z = b in place of b by elimination with a copy of a.
func gauss(a, b []float64, n int) {
	w := append([]float64(nil), a...)
	for k := range n {
		for i := k + 1; i < n; i++ {
			f := w[i*n+k] / w[k*n+k]
			for j := k; j < n; j++ {
				w[i*n+j] -= f * w[k*n+j]
			}
			b[i] -= f * b[k]
		}
	}
	for k := n - 1; k >= 0; k-- {
		for j := k + 1; j < n; j++ {
			b[k] -= w[k*n+j] * b[j]
		}
		b[k] /= w[k*n+k]
	}
}

// The spliced covariance has the own arm's start, the reference's regression of the rest on it, and the reference's residual.
func TestSplice(t *testing.T) {
	own := []float64{2, .5, .4, .5, 1.5, .3, .4, .3, 1}
	ref := []float64{1, .6, .5, .6, 1.2, .7, .5, .7, 1.4}
	got := splice(own, ref, 3, 1)
	slope1, slope2 := .6, .5
	want := []float64{2, slope1 * 2, slope2 * 2, slope1 * 2, 1.2 + slope1*slope1*(2-1), .7 + slope1*slope2*(2-1), slope2 * 2, .7 + slope1*slope2*(2-1), 1.4 + slope2*slope2*(2-1)}
	for k := range want {
		if math.Abs(got[k]-want[k]) > 1e-14 {
			t.Errorf("entry %d: %v, want %v", k, got[k], want[k])
		}
	}
	same := splice(ref, ref, 3, 2)
	for k := range ref {
		if math.Abs(same[k]-ref[k]) > 1e-14 {
			t.Errorf("an arm spliced with itself changed at %d", k)
		}
	}
}

// Draws of chi-square have its mean and variance, also below one degree of freedom.
func TestChiSquareDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, df := range []float64{0.7, 1, 3.5, 40} {
		const n = 40000
		sum, squares := 0.0, 0.0
		for range n {
			v := chiSquare(rng, df)
			sum += v / n
			squares += v * v / n
		}
		if math.Abs(sum-df) > 5*math.Sqrt(2*df/n) || math.Abs((squares-sum*sum)/(2*df)-1) > 0.1 {
			t.Errorf("df %v: mean %v, variance %v", df, sum, squares-sum*sum)
		}
	}
}
