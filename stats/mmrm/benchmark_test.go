package mmrm_test

import (
	"fmt"
	"testing"

	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
)

// The trial of the paper's shape: 123 participants, 233 rows, 8 coefficients.
func BenchmarkTrialFit(b *testing.B) {
	_, data := readGold(b, "trial_a_mmrm")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mmrm.Fit(data, mmrm.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// Fit and all standard contrasts with Satterthwaite and Kenward-Roger.
func BenchmarkTrialTable(b *testing.B) {
	g, data := readGold(b, "trial_a_mmrm")
	for b.Loop() {
		r, err := mmrm.Fit(data, mmrm.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range g.Estimates {
			r.Contrast(e.L, wald.Satterthwaite)
			r.Contrast(e.L, wald.KenwardRoger)
		}
	}
}

// Four visits with drop-out.
func BenchmarkFourVisits(b *testing.B) {
	for _, n := range []int{200, 20000} {
		d := random(1, n, 4)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := mmrm.Fit(d, mmrm.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
