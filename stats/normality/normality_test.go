package normality_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rekindle/stats/gold"
	"rekindle/stats/normality"
)

// TestGold compares with R 4.2's shapiro.test.
func TestGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "rank_sum") {
		var in struct{ X1, X0 []float64 }
		var want struct {
			W float64 `json:"shapiro_W_pooled"`
			P float64 `json:"shapiro_p_pooled"`
		}
		it.Decode(t, &in, &want)
		w, p, err := normality.ShapiroWilk(slices.Concat(in.X1, in.X0))
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "W", w, want.W, 1e-9)
		gold.Near(t, "P", p, want.P, 1e-7)
	}
}

// Under normality the P value is about uniform, for every branch of the approximation.
func TestSize(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{3, 4, 5, 8, 11, 12, 50} {
		const trials = 3000
		below := 0
		for range trials {
			x := make([]float64, n)
			for i := range x {
				x[i] = 5 + 3*rng.NormFloat64()
			}
			_, p, err := normality.ShapiroWilk(x)
			if err != nil {
				t.Fatal(err)
			}
			if p <= 0.1 {
				below++
			}
		}
		if share := float64(below) / trials; math.Abs(share-0.1) > 0.022 {
			t.Errorf("n = %d: P <= .1 in %.3f", n, share)
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, x := range map[string][]float64{
		"two values": {1, 2}, "constant": {2, 2, 2, 2}, "missing": {1, math.NaN(), 2}, "infinite": {1, math.Inf(1), 2},
	} {
		if _, _, err := normality.ShapiroWilk(x); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
