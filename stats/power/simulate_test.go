package power_test

import (
	"context"
	"math"
	"testing"

	"rekindle/stats/power"
	"rekindle/stats/wald"
)

// paperShaped is the published trial's shape: 52 coached and 71 controls, 233 rows, 8 coefficients.
func paperShaped() power.Trial {
	return power.Trial{
		Treated: 52, Control: 71, SD: 1.72, Rho: 0.73, Delta: -0.79, Baseline: 3.4,
		Factors: []power.Factor{
			{Name: "gender", Levels: []power.Level{{Name: "woman", Share: 0.77}, {Name: "man", Share: 0.19, Effect: 0.3}, {Name: "nonbinary", Share: 0.02}, {Name: "undisclosed", Share: 0.02}}},
			{Name: "department", Levels: []power.Level{{Name: "other", Share: 0.6}, {Name: "medicine", Share: 0.4, Effect: -0.2}}},
		},
		Dropout: power.Dropout{Treated: 5. / 52, Control: 8. / 71},
	}
}

func simulate(t testing.TB, trial power.Trial, run power.Run) power.Simulated {
	t.Helper()
	s, err := trial.Simulate(context.Background(), run)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every analysis finds the power that the closed form gives, without bias, with standard errors and intervals that are right.
func TestSimulationAgreesWithFormula(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*power.Trial)
		kind   power.Kind
	}{
		"mixed, Satterthwaite":         {func(*power.Trial) {}, power.MixedModel},
		"mixed, Kenward-Roger":         {func(t *power.Trial) { t.Method = wald.KenwardRoger }, power.MixedModel},
		"mixed, random drop-out":       {func(t *power.Trial) { t.Dropout.Random = true }, power.MixedModel},
		"change":                       {func(t *power.Trial) { t.Analysis = power.Changes }, power.ChangeScore},
		"ANCOVA":                       {func(t *power.Trial) { t.Analysis = power.Adjusted }, power.ANCOVA},
		"ANCOVA, random drop-out":      {func(t *power.Trial) { t.Analysis, t.Dropout.Random = power.Adjusted, true }, power.ANCOVA},
		"a third is never coached":     {func(t *power.Trial) { t.Noncompliance, t.Delta = 17./52, -1.1 }, power.MixedModel},
		"coaches, with a coach effect": {func(t *power.Trial) { t.Coach, t.Analysis = power.Coach{Size: 4, ICC: 0.2}, power.Nested }, power.PartiallyNested},
	} {
		t.Run(name, func(t *testing.T) {
			trial := paperShaped()
			c.change(&trial)
			trials := 2000
			if trial.Dropout.Random {
				trials = 500
			}
			if trial.Analysis == power.Nested {
				trials = 30
			}
			got := simulate(t, trial, power.Run{Trials: trials, Seed: 11})
			want, err := power.Question{Kind: c.kind, Delta: trial.Delta, SD: trial.SD, Rho: trial.Rho, N1: 52, N2: 71,
				Dropout1: trial.Dropout.Treated, Dropout2: trial.Dropout.Control, Noncompliance: trial.Noncompliance,
				ClusterSize: float64(trial.Coach.Size), ICC: trial.Coach.ICC}.Power()
			if err != nil {
				t.Fatal(err)
			}
			// 3.5 Monte Carlo errors, and .012 for what the formula leaves out (covariates, estimated correlation).
			if math.Abs(got.Power-want.Power) > 3.5*got.MCError+0.012 {
				t.Errorf("power %.4f (%.4f), formula %.4f", got.Power, got.MCError, want.Power)
			}
			if bias := got.Mean - trial.Delta*(1-trial.Noncompliance); math.Abs(bias) > 4*got.Spread/math.Sqrt(float64(trials)) {
				t.Errorf("bias %v", bias)
			}
			if math.Abs(got.MeanSE/got.Spread-1) > 0.05+3.5/math.Sqrt(2*float64(trials)) || math.Abs(got.Coverage-0.95) > 3.5*math.Sqrt(.05*.95/float64(trials))+0.005 {
				t.Errorf("standard error %v for spread %v, coverage %v", got.MeanSE, got.Spread, got.Coverage)
			}
			if got.Failed > 0 {
				t.Errorf("%d failed: %s", got.Failed, got.Reason)
			}
		})
	}
}

// Drop-out that depends on the baseline (missing at random) biases completers' changes but not the mixed model.
func TestDropoutByBaseline(t *testing.T) {
	trial := power.Trial{Treated: 60, Control: 60, SD: 1, Rho: 0.5, Delta: 0, Dropout: power.Dropout{Treated: 0.4, Slope: 2}}
	mixed := simulate(t, trial, power.Run{Trials: 400, Seed: 3})
	trial.Analysis = power.Changes
	changes := simulate(t, trial, power.Run{Trials: 400, Seed: 3})
	if math.Abs(mixed.Mean) > 4*mixed.Spread/20 {
		t.Errorf("mixed model is biased: %v (%v)", mixed.Mean, mixed.Spread/20)
	}
	if changes.Mean < 6*changes.Spread/20 {
		t.Errorf("change among completers should be biased up, is %v (%v)", changes.Mean, changes.Spread/20)
	}
}

// One seed gives one answer, bit for bit, on any number of workers; another seed another.
func TestReproducible(t *testing.T) {
	for _, random := range []bool{false, true} {
		trial := paperShaped()
		trial.Dropout.Random = random
		one := simulate(t, trial, power.Run{Trials: 150, Seed: 5, Workers: 1})
		for _, workers := range []int{2, 3, 8} {
			if got := simulate(t, trial, power.Run{Trials: 150, Seed: 5, Workers: workers}); got != one {
				t.Errorf("random drop-out %v, %d workers: %+v, one worker %+v", random, workers, got, one)
			}
		}
		if other := simulate(t, trial, power.Run{Trials: 150, Seed: 6}); other.Mean == one.Mean {
			t.Error("another seed gave the same trials")
		}
	}
}

func TestSimulationRefuses(t *testing.T) {
	for name, change := range map[string]func(*power.Trial){
		"no SD":                func(t *power.Trial) { t.SD = 0 },
		"rho of 1":             func(t *power.Trial) { t.Rho = 1 },
		"two participants":     func(t *power.Trial) { t.Treated = 2 },
		"everyone lost":        func(t *power.Trial) { t.Dropout.Control = 1 },
		"shares above 1":       func(t *power.Trial) { t.Factors[0].Levels[0].Share = 0.9 },
		"a factor called arm":  func(t *power.Trial) { t.Factors[0].Name = "arm" },
		"one level":            func(t *power.Trial) { t.Factors[1].Levels = t.Factors[1].Levels[:1] },
		"unknown analysis":     func(t *power.Trial) { t.Analysis = "anova" },
		"unknown df":           func(t *power.Trial) { t.Method = "guess" },
		"coach ICC alone":      func(t *power.Trial) { t.Coach.ICC = 0.1 },
		"nested without coach": func(t *power.Trial) { t.Analysis = power.Nested },
		"NaN delta":            func(t *power.Trial) { t.Delta = math.NaN() },
	} {
		trial := paperShaped()
		change(&trial)
		if _, err := trial.Simulate(context.Background(), power.Run{Trials: 5}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := paperShaped().Simulate(context.Background(), power.Run{Trials: -1}); err == nil {
		t.Error("-1 trials were accepted")
	}
	done, stop := context.WithCancel(context.Background())
	stop()
	if _, err := paperShaped().Simulate(done, power.Run{Trials: 10}); err == nil {
		t.Error("a cancelled run gave an answer")
	}
}

// A hopeless shape is a count of failures or an error with its reason, never a power of zero by silence.
func TestFailuresAreCounted(t *testing.T) {
	trial := power.Trial{Treated: 3, Control: 3, SD: 1, Rho: 0.5, Delta: 1, Dropout: power.Dropout{Treated: 0.9, Control: 0.9, Random: true}}
	got, err := trial.Simulate(context.Background(), power.Run{Trials: 60})
	if err == nil && (got.Failed == 0 || got.Reason == "") {
		t.Errorf("%+v", got)
	}
}

func BenchmarkSimulate(b *testing.B) {
	for name, c := range map[string]struct {
		trials int
		change func(*power.Trial)
	}{
		"1000 Satterthwaite":                 {1000, func(*power.Trial) {}},
		"10000 Kenward-Roger":                {10000, func(t *power.Trial) { t.Method = wald.KenwardRoger }},
		"1000 Satterthwaite, random dropout": {1000, func(t *power.Trial) { t.Dropout.Random = true }},
		"1000 coach effect":                  {1000, func(t *power.Trial) { t.Coach, t.Analysis = power.Coach{Size: 4, ICC: 0.05}, power.Nested }},
		"1000 ANCOVA":                        {1000, func(t *power.Trial) { t.Analysis = power.Adjusted }},
	} {
		b.Run(name, func(b *testing.B) {
			trial := paperShaped()
			c.change(&trial)
			for b.Loop() {
				simulate(b, trial, power.Run{Trials: c.trials, Seed: 1})
			}
		})
	}
}
