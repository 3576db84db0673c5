package exact_test

import (
	"math/rand/v2"
	"testing"

	"rekindle/stats/exact"
)

// BenchmarkFreemanHalton is a Table 1 line: ten specialties by two arms of 138 people.
func BenchmarkFreemanHalton(b *testing.B) {
	table := [][]int{{25, 22}, {9, 14}, {8, 6}, {6, 8}, {5, 4}, {4, 5}, {4, 3}, {3, 4}, {2, 3}, {1, 2}}
	for b.Loop() {
		if got, err := exact.FreemanHalton(table, 0, 1); err != nil || !got.Exact {
			b.Fatal(got, err)
		}
	}
}

// BenchmarkRanks is the exact rank sum test of 47 changes against 63, rounded so that there are ties.
func BenchmarkRanks(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, 110)
	for i := range x {
		x[i] = float64(int(10 * rng.NormFloat64()))
	}
	for b.Loop() {
		if _, err := exact.Ranks(x[:47], x[47:], 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRandomize draws 9,999 allocations of 138 people in blocks of four.
func BenchmarkRandomize(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	y, arms, blocks := make([]float64, 138), make([]int, 138), make([]int, 138)
	for i := range y {
		y[i], arms[i], blocks[i] = rng.NormFloat64(), i%2, i/4
	}
	p, err := exact.Permuted(blocks, arms)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := exact.Randomize(arms, p, exact.MeanDifference(y), exact.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
