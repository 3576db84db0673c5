//go:build validate

package lmm_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// TestValidateErrorRates simulates what references cannot show: how often tests at 5% reject a true hypothesis, and how often 95% intervals hold the
// truth, at the sizes of small trials. The Monte Carlo standard error of a rate of .05 over 20,000 trials is .0015.
func TestValidateErrorRates(t *testing.T) {
	const trials = 20_000
	for _, c := range []struct {
		name         string
		participants int
		dropout      int // every so many participants miss the second visit
		sd           float64
		formula      string
		row          string
		limit        map[wald.Method]float64 // largest distance from .05 that is acceptable
	}{
		{"two visits, 12 participants, a third lost", 12, 3, 1, "y ~ arm*wave + (1|id)", "armcoaching:wavemonth3",
			map[wald.Method]float64{wald.Satterthwaite: 0.012, wald.KenwardRoger: 0.008, wald.KenwardRogerObserved: 0.012}},
		{"two visits, 24 participants, a quarter lost", 24, 4, 1.5, "y ~ arm*wave + gender + (1|id)", "armcoaching:wavemonth3",
			map[wald.Method]float64{wald.Satterthwaite: 0.008, wald.KenwardRoger: 0.006, wald.KenwardRogerObserved: 0.008}},
		{"between participants", 16, 4, 1, "y ~ arm + wave + (1|id)", "armcoaching",
			map[wald.Method]float64{wald.Satterthwaite: 0.012, wald.KenwardRoger: 0.008, wald.KenwardRogerObserved: 0.012}},
	} {
		table := paperShaped(t, c.participants)
		d, err := design.New(table, c.formula, design.Options{Factors: paperFactors, Filter: nil})
		if err != nil {
			t.Fatal(err)
		}
		// drop the second visit of every dropout-th participant
		id, err := d.Group("id")
		if err != nil {
			t.Fatal(err)
		}
		wave, err := d.Factor("wave")
		if err != nil {
			t.Fatal(err)
		}
		d, err = d.Without(func(row int) bool { return wave.Index[row] == 1 && int(id.Index[row])%c.dropout == 0 })
		if err != nil {
			t.Fatal(err)
		}
		plan, err := lmm.NewPlan(d, lmm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		row, err := d.Coefficient(c.row)
		if err != nil {
			t.Fatal(err)
		}
		m, y := plan.NewModel(), make([]float64, d.N())
		beta := make([]float64, d.P())
		rejected, failed, singular := map[wald.Method]int{}, 0, 0
		for i := range trials {
			r := rand.New(rand.NewPCG(2024, uint64(i)))
			if err := plan.Simulate(r, beta, []float64{c.sd * c.sd, 1}, y); err != nil {
				t.Fatal(err)
			}
			if err := m.Refit(y); err != nil {
				failed++
				continue
			}
			if m.Singular {
				singular++
			}
			for method := range c.limit {
				if e := m.Contrast(row.L, method); e.Note != "" {
					failed++
				} else if e.P < 0.05 {
					rejected[method]++
				}
			}
		}
		for method, limit := range c.limit {
			rate := float64(rejected[method]) / trials
			t.Logf("%s, %s: rejected %.4f (intervals hold %.4f); %d singular, %d failed", c.name, method, rate, 1-rate, singular, failed)
			if math.Abs(rate-0.05) > limit+3*math.Sqrt(0.05*0.95/trials) {
				t.Errorf("%s, %s: rate %.4f", c.name, method, rate)
			}
		}
		if failed > 0 {
			t.Errorf("%s: %d failures", c.name, failed)
		}
	}
}
