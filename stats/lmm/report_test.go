package lmm_test

import (
	"math"
	"strings"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// one reads one gold case and fits it by REML.
func one(t *testing.T, want string) (*design.Design, *lmm.Model) {
	t.Helper()
	var design_ *design.Design
	var model *lmm.Model
	goldDesigns(t, func(name string, c gold, d *design.Design) {
		if name != want {
			return
		}
		m, err := lmm.Fit(d, lmm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		design_, model = d, m
	})
	return design_, model
}

// confint(lmer(Reaction ~ Days + (Days | Subject), sleepstudy)) as printed in the documentation of lme4 1.1 (?confint.merMod).
func TestProfileAgreesWithLme4(t *testing.T) {
	_, m := one(t, "sleepstudy_ris")
	sd, err := m.ProfileSD(0.95)
	if err != nil {
		t.Fatal(err)
	}
	want := [][2]float64{{14.3814379, 37.7159918}, {3.8011641, 8.7533834}, {22.8982669, 28.8579965}}
	for i, w := range want {
		near(t, sd[i].Name+" lower", sd[i].Lower, w[0], 2e-3, 1)
		near(t, sd[i].Name+" upper", sd[i].Upper, w[1], 2e-3, 1)
	}
	for i, w := range [][2]float64{{237.6806955, 265.1295147}, {7.3586533, 13.5759188}} {
		l := []float64{0, 0}
		l[i] = 1
		b, err := m.ProfileContrast(l, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		near(t, m.Names[i]+" lower", b.Lower, w[0], 2e-3, 1)
		near(t, m.Names[i]+" upper", b.Upper, w[1], 2e-3, 1)
	}
}

// A zero variance has a profile from 0 on.
func TestProfileOfAZeroVariance(t *testing.T) {
	_, m := one(t, "trial_b_singular")
	sd, err := m.ProfileSD(0.95)
	if err != nil {
		t.Fatal(err)
	}
	if sd[0].Estimate != 0 || sd[0].Lower != 0 || !(sd[0].Upper > 0.1 && sd[0].Upper < 2) {
		t.Errorf("%+v", sd[0])
	}
}

// Containment: 233 rows, 123 participants, and two more columns that vary within participants leave 108, as the paper's intervals need (see
// testdata/gold/kiser2024_table3.json). In sleepstudy SAS gives the intercept 17 and, with a random slope, the slope 17.
func TestContainment(t *testing.T) {
	_, m := one(t, "trial_a")
	for j := 1; j < len(m.Beta); j++ {
		l := make([]float64, len(m.Beta))
		l[j] = 1
		near(t, m.Names[j], m.Contrast(l, wald.Containment).DF, 108, 1e-12, 1)
	}
	l := make([]float64, len(m.Beta))
	l[0] = 1
	near(t, "intercept", m.Contrast(l, wald.Containment).DF, 123-6, 1e-12, 1) // rank 125 of X and Z together, less the 8 columns of X
	_, m = one(t, "sleepstudy_ris")
	near(t, "sleepstudy intercept", m.Contrast([]float64{1, 0}, wald.Containment).DF, 17, 1e-12, 1)
	near(t, "sleepstudy slope", m.Contrast([]float64{0, 1}, wald.Containment).DF, 17, 1e-12, 1)
	_, m = one(t, "sleepstudy_ri")
	near(t, "sleepstudy slope, fixed", m.Contrast([]float64{0, 1}, wald.Containment).DF, 161, 1e-12, 1)
}

// In the balanced split plot of Machines the F test of Machine is exact: mean square over the Worker by Machine mean square, 2 and 10 degrees of
// freedom, F = 20.576 (Milliken and Johnson 1992; nlme and lmerTest print 20.576).
func TestTypeIIIInABalancedDesign(t *testing.T) {
	_, m := one(t, "machines_nested")
	for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved} {
		tests, err := m.TypeIII(method)
		if err != nil {
			t.Fatal(err)
		}
		if len(tests) != 1 || tests[0].Term != "Machine" || tests[0].Rank != 2 {
			t.Fatalf("%+v", tests)
		}
		near(t, string(method)+" F", tests[0].F, 20.576, 1e-3, 1)
		near(t, string(method)+" df", tests[0].DF, 10, 1e-5, 1)
		near(t, string(method)+" scale", tests[0].Scale, 1, 1e-6, 1)
		first := m.TypeI(method)
		near(t, "type I", first[0].F, tests[0].F, 1e-8, 1)
	}
}

// A type III test of a term with one column is its t test under averaging; for two levels each and no empty cell the interaction is the coefficient itself.
func TestTypeIIIOfTheTrial(t *testing.T) {
	d, m := one(t, "trial_a")
	for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger} {
		tests, err := m.TypeIII(method)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range tests {
			var row design.Row
			switch x.Term {
			case "arm:wave":
				row, err = d.Coefficient("armcoaching:wavemonth3")
			case "arm":
				var a, b design.Row
				if a, err = d.Mean(design.At{"arm": "coaching"}, design.Equal); err == nil {
					b, err = d.Mean(design.At{"arm": "control"}, design.Equal)
					row = a.Minus(b)
				}
			default:
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			e := m.Contrast(row.L, method)
			near(t, x.Term+" F", x.F, e.T*e.T, 1e-8, 1+e.T*e.T)
			near(t, x.Term+" df", x.DF, e.DF, 1e-6, e.DF)
			near(t, x.Term+" P", x.P, e.P, 1e-8, 1)
		}
	}
}

// The same random intercept written so that the general engine fits it: effects, their errors, residuals and criteria agree.
func TestBothEnginesPredictTheSame(t *testing.T) {
	d, m := one(t, "trial_a")
	tab := paperShaped(t, 60)
	ones := make([]float64, tab.Len())
	for i := range ones {
		ones[i] = 1
	}
	if err := tab.AddNumbers("one", ones); err != nil {
		t.Fatal(err)
	}
	fit := func(formula string) *lmm.Model {
		d, err := design.New(tab, formula, design.Options{Factors: paperFactors})
		if err != nil {
			t.Fatal(err)
		}
		m, err := lmm.Fit(d, lmm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := fit("y ~ arm*wave + (1|id)"), fit("y ~ arm*wave + (0 + one|id)")
	ea, eb := a.Effects(0), b.Effects(0)
	for i := range ea.Value {
		near(t, "effect", eb.Value[i], ea.Value[i], 1e-9, 1)
		near(t, "error of prediction", eb.SE[i], ea.SE[i], 1e-9, 1)
		near(t, "conditional error", eb.Conditional[i], ea.Conditional[i], 1e-9, 1)
	}
	for _, kind := range []lmm.ResidualKind{lmm.Marginal, lmm.Conditional, lmm.Pearson} {
		ra, err := a.Residuals(kind)
		if err != nil {
			t.Fatal(err)
		}
		rb, _ := b.Residuals(kind)
		for i := range ra {
			near(t, string(kind), rb[i], ra[i], 1e-9, 1)
		}
	}
	near(t, "AIC", b.Criteria().AIC, a.Criteria().AIC, 1e-9, 1)
	near(t, "SAS BIC", b.Criteria().SASBIC, a.Criteria().SASBIC, 1e-9, 1)
	// The mixed model equations make conditional residuals of a model with an intercept sum to 0.
	r, _ := m.Residuals(lmm.Conditional)
	sum := 0.0
	for _, v := range r {
		sum += v
	}
	near(t, "sum of conditional residuals", sum, 0, 1e-9, float64(d.N()))
}

// Leaving out a participant is the fit without the participant.
func TestInfluence(t *testing.T) {
	d, m := one(t, "trial_a")
	all, err := m.Influence("id")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 123 {
		t.Fatalf("%d participants", len(all))
	}
	rows, worst := 0, 0
	for i, x := range all {
		if x.Err != nil {
			t.Errorf("%s: %v", x.Level, x.Err)
		}
		rows += x.Rows
		if x.CookD > all[worst].CookD && !math.IsInf(x.CookD, 1) {
			worst = i
		}
	}
	if rows != d.N() {
		t.Errorf("%d rows of %d", rows, d.N())
	}
	less, err := d.Without(func(row int) bool {
		g, _ := d.Group("id")
		return g.Levels[g.Index[row]] == all[worst].Level
	})
	if err != nil {
		t.Fatal(err)
	}
	other, err := lmm.Fit(less, lmm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for j := range other.Beta {
		near(t, "beta without", all[worst].Beta[j], other.Beta[j], 1e-10, 1)
	}
	if !(all[worst].CookD > 0.02 && all[worst].CookD < 1) {
		t.Errorf("largest Cook's distance %v", all[worst].CookD)
	}
}

// A partially nested trial with a residual variance for each arm: the likelihood can only gain over one variance, and equal arms give the same fit.
func TestResidualVarianceByArm(t *testing.T) {
	tab := paperShaped(t, 80)
	fit := func(by string) *lmm.Model {
		d, err := design.New(tab, paperModel, design.Options{Factors: paperFactors, ResidualBy: by})
		if err != nil {
			t.Fatal(err)
		}
		m, err := lmm.Fit(d, lmm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	one, two := fit(""), fit("arm")
	if !(two.LogLik >= one.LogLik-1e-9) || !two.Story.Converged {
		t.Errorf("log-likelihood %v with two variances, %v with one; %+v", two.LogLik, one.LogLik, two.Story)
	}
	if k := len(two.Components); k != 3 || two.Components[1].Name != "residual.control" {
		t.Errorf("%+v", two.Components)
	}
	if two.Criteria().Parameters != one.Criteria().Parameters+1 {
		t.Error("the second variance is not counted")
	}
	if line := two.ChoicesLine(wald.KenwardRogerObserved); !strings.Contains(line, "observed information") || !strings.Contains(line, "R conventions") {
		t.Error(line)
	}
}

// Crossed subjects and items, and weights: a row of weight 2 is two rows of half the precision only for what weights mean here, so check that
// scaling all weights changes nothing but the scale of the residual variance.
func TestWeights(t *testing.T) {
	fit := func(w float64) *lmm.Model {
		tab := paperShaped(t, 50)
		weights := make([]float64, tab.Len())
		for i := range weights {
			weights[i] = w * (1 + float64(i%3))
		}
		if err := tab.AddNumbers("w", weights); err != nil {
			t.Fatal(err)
		}
		d, err := design.New(tab, "y ~ arm*wave + (1|id)", design.Options{Factors: paperFactors, Weights: "w"})
		if err != nil {
			t.Fatal(err)
		}
		m, err := lmm.Fit(d, lmm.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := fit(1), fit(7)
	near(t, "log-likelihood", b.LogLik, a.LogLik, 1e-9, 100)
	near(t, "intercept variance", b.Components[0].Value, a.Components[0].Value, 1e-9, 1)
	near(t, "residual variance", b.Components[1].Value, 7*a.Components[1].Value, 1e-9, 1)
	l := []float64{0, 0, 0, 1}
	near(t, "KR df", b.Contrast(l, wald.KenwardRoger).DF, a.Contrast(l, wald.KenwardRoger).DF, 1e-8, 100)
}
