package wald

import (
	"math"
	"testing"

	"rekindle/stats/dist"
)

// The short series against dist, which agrees with R and mpmath to 1e-13 (see its gold test).
func TestQuickStudent(t *testing.T) {
	for _, df := range []float64{20, 21.3, 37, 57.3, 111.285, 225, 1000, 1999, 54321, 1e6} {
		for _, x := range []float64{1e-8, 0.01, 0.5, 1, 1.98, 2.4999, 2.5001, 2.7, 4, 7.5, 12, 29.9} {
			want := dist.StudentT{DF: df}.TwoSided(x)
			if got := twoSided(-x, df); math.Abs(got-want) > 3e-14+2e-13*want && math.Abs(got-want) > 1e-11*want {
				t.Errorf("P(|T| > %v), df %v: %v, want %v", x, df, got, want)
			}
		}
		for _, level := range []float64{0.5, 0.8, 0.9, 0.95, 0.99, 0.995} {
			want := dist.StudentT{DF: df}.QuantileUpper((1 - level) / 2)
			if got := critical(level, df); math.Abs(got/want-1) > 1e-13 {
				t.Errorf("critical value, level %v, df %v: %v, want %v", level, df, got, want)
			}
		}
	}
}

func BenchmarkStudent(b *testing.B) {
	b.Run("tail", func(b *testing.B) {
		for b.Loop() {
			twoSided(2.1, 111)
			twoSided(7.5, 111)
		}
	})
	b.Run("critical", func(b *testing.B) {
		for b.Loop() {
			critical(0.95, 111)
		}
	})
}
