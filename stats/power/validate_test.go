//go:build validate

package power_test

import (
	"fmt"
	"math"
	"testing"

	"rekindle/stats/power"
	"rekindle/stats/wald"
)

// TestValidateSize simulates trials without an effect: the test rejects in 5%, its interval covers in 95%, from small trials to the
// paper's size, with drop-out by chance and by baseline.
func TestValidateSize(t *testing.T) {
	for _, n := range []int{8, 15, 30, 62} {
		for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved} {
			for _, slope := range []float64{0, 1} {
				trial := power.Trial{Treated: n, Control: n, SD: 1.7, Rho: 0.7, Method: method,
					Dropout: power.Dropout{Treated: 0.2, Control: 0.1, Random: true, Slope: slope}}
				got := simulate(t, trial, power.Run{Trials: 20_000, Seed: 9})
				t.Logf("%d an arm, %s, slope %v: size %.4f, coverage %.4f, SE %.4f for spread %.4f, %d singular, %d failed",
					n, method, slope, got.Power, got.Coverage, got.MeanSE, got.Spread, got.Singular, got.Failed)
				// Four Monte Carlo errors; Satterthwaite and observed information are allowed their small-sample excess.
				allowed := 4*math.Sqrt(.05*.95/20_000) + 0.05/float64(n)
				if math.Abs(got.Power-0.05) > allowed || math.Abs(got.Coverage-0.95) > allowed || got.Failed > 0 {
					t.Errorf("%d an arm, %s: size %v, coverage %v, %d failed", n, method, got.Power, got.Coverage, got.Failed)
				}
			}
		}
	}
}

// TestValidateCoaches does the same with clusters in the coached arm: the model with a coach effect holds its size, the one without
// does not when coaches differ.
func TestValidateCoaches(t *testing.T) {
	for _, icc := range []float64{0, 0.1, 0.3} {
		for _, analysis := range []power.Analysis{power.Mixed, power.Nested} {
			trial := power.Trial{Treated: 60, Control: 60, SD: 1.7, Rho: 0.7, Method: wald.KenwardRoger, Analysis: analysis, Coach: power.Coach{Size: 6, ICC: icc}}
			trials := 20_000
			if analysis == power.Nested {
				trials = 2_000
			}
			got := simulate(t, trial, power.Run{Trials: trials, Seed: 4})
			t.Logf("coach ICC %v, %s: size %.4f (%.4f), SE %.4f for spread %.4f, mean df %.1f, %d singular, %d failed", icc, analysis, got.Power, got.MCError, got.MeanSE, got.Spread, got.MeanDF, got.Singular, got.Failed)
			if analysis == power.Nested && math.Abs(got.Power-0.05) > 4*math.Sqrt(.05*.95/float64(trials))+0.012 {
				t.Errorf("coach ICC %v: size %v", icc, got.Power)
			}
			if analysis == power.Mixed && icc == 0.3 && got.Power < 0.08 {
				t.Errorf("ignoring coaches should inflate the size, is %v", got.Power)
			}
		}
	}
}

// TestValidateFormula compares every closed form that a simulation can answer, over sizes, correlations and drop-out.
func TestValidateFormula(t *testing.T) {
	for _, n := range []int{20, 60} {
		for _, rho := range []float64{0.3, 0.8} {
			for _, lost := range []float64{0, 0.25} {
				for analysis, kind := range map[power.Analysis]power.Kind{power.Mixed: power.MixedModel, power.Adjusted: power.ANCOVA, power.Changes: power.ChangeScore} {
					delta := 2.8 * math.Sqrt(2*(1-rho)*2/float64(n))
					trial := power.Trial{Treated: n, Control: n, SD: 1, Rho: rho, Delta: delta, Analysis: analysis, Dropout: power.Dropout{Treated: lost, Control: lost}}
					got := simulate(t, trial, power.Run{Trials: 20_000, Seed: 2})
					want, err := power.Question{Kind: kind, Delta: delta, SD: 1, Rho: rho, N1: float64(n), N2: float64(n), Dropout1: lost, Dropout2: lost}.Power()
					if err != nil {
						t.Fatal(err)
					}
					name := fmt.Sprintf("%s, %d an arm, rho %v, drop-out %v", analysis, n, rho, lost)
					t.Logf("%s: simulated %.4f, formula %.4f", name, got.Power, want.Power)
					if math.Abs(got.Power-want.Power) > 4*got.MCError+0.4/float64(n) {
						t.Errorf("%s: simulated %v, formula %v", name, got.Power, want.Power)
					}
				}
			}
		}
	}
}
