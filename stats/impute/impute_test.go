package impute_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"rekindle/stats/effect"
	"rekindle/stats/impute"
)

var nan = math.NaN()

// trial draws two arms of n with a baseline and two follow-ups, monotone drop-out, and a gap in one row when gaps is set.
func trial(n int, gain float64, gaps bool) impute.Data {
	rng := rand.New(rand.NewPCG(8, 9))
	d := impute.Data{Baseline: true}
	for i := range 2 * n {
		arm := i % 2
		b := rng.NormFloat64()
		row := make([]float64, 3)
		for t := range row {
			row[t] = 4 + b + 0.8*rng.NormFloat64() + gain*float64(arm*t)/2
		}
		if i%5 == 0 {
			row[2] = nan
		}
		if i%10 == 0 {
			row[1] = nan
		}
		d.Arm, d.Y = append(d.Arm, arm), append(d.Y, row)
		d.X = append(d.X, []float64{rng.NormFloat64()})
	}
	if gaps {
		d.Y[3][1], d.Y[4][1], d.Y[7][0] = nan, nan, nan
	}
	return d
}

func estimate(t *testing.T, d impute.Data, r impute.Rule, a impute.Analysis) impute.Jackknifed {
	t.Helper()
	got, err := impute.ConditionalMean(d, r, a, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// With nothing missing every strategy is the analysis itself: the change-score analysis of two visits is the t test.
func TestCompleteDataNeedNoRule(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	d := impute.Data{Baseline: true}
	var changes [2][]float64
	for i := range 40 {
		x, y := rng.NormFloat64(), rng.NormFloat64()
		d.Arm, d.Y = append(d.Arm, i%2), append(d.Y, []float64{x, y})
		changes[i%2] = append(changes[i%2], y-x)
	}
	a, _ := effect.Summarize(changes[1])
	b, _ := effect.Summarize(changes[0])
	want, err := effect.Pooled(a, b, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range impute.Strategies() {
		got := estimate(t, d, impute.Rule{Strategy: s}, impute.Analysis{Change: true})
		if math.Abs(got.Estimate-want.Value) > 1e-12 || math.Abs(got.SE/want.SE-1) > 0.05 {
			t.Errorf("%s: %+v, t test %+v", s, got, want)
		}
		m, err := impute.Multiple(d, impute.Rule{Strategy: s}, impute.Analysis{Change: true}, impute.Draws{Imputations: 3}, 0.95)
		if err != nil || math.Abs(m.Estimate-want.Value) > 1e-12 || math.Abs(m.SE-want.SE) > 1e-12 || m.Between > 1e-25 {
			t.Errorf("%s, multiple: %+v, %v", s, m, err)
		}
	}
}

// What each rule says about one lost participant, by hand from the arms' regressions on the baseline.
func TestRulesByHand(t *testing.T) {
	d := impute.Data{Baseline: true, Arm: []int{0, 0, 0, 0, 1, 1, 1, 1, 1}, Y: [][]float64{
		{1, 2}, {2, 2.5}, {3, 4}, {4, 4.5}, // control: slope .9, mean 2.5 -> 3.25
		{1, 1}, {2, 3}, {3, 3}, {4, 5}, {5, nan}, // coached: slope 1.2, baseline mean 3
	}}
	for s, want := range map[impute.Strategy]float64{
		impute.MAR:             3 + 1.2*(5-2.5),
		impute.CopyReference:   3.25 + 0.9*(5-2.5),
		impute.JumpToReference: 3.25 + 0.9*(5-3),
		impute.CopyIncrements:  3 + (3.25 - 2.5) + 0.9*(5-3),
	} {
		// The conditional mean shows in the mean of draws as their number grows; here it is read off the estimate, which is linear.
		got := estimate(t, d, impute.Rule{Strategy: s, Delta: []float64{0, 2}}, impute.Analysis{Change: true})
		change := (0 + 1 + 0 + 1 + want + 2 - 5) / 5
		if control := (1 + .5 + 1 + .5) / 4; math.Abs(got.Estimate-(change-control)) > 1e-12 {
			t.Errorf("%s: estimate %v, want %v", s, got.Estimate, change-control)
		}
	}
}

// A single visit after baseline with the baseline as a covariate: J2R, CR and CIR are then the control arm's line.
func TestSingleVisitWithBaselineAsCovariate(t *testing.T) {
	d := trial(30, 1, false)
	one := impute.Data{Arm: d.Arm}
	for i, row := range d.Y {
		one.Y = append(one.Y, row[2:])
		one.X = append(one.X, []float64{row[0], d.X[i][0]})
	}
	cr := estimate(t, one, impute.Rule{Strategy: impute.CopyReference}, impute.Analysis{})
	for _, s := range []impute.Strategy{impute.JumpToReference, impute.CopyIncrements} {
		if got := estimate(t, one, impute.Rule{Strategy: s}, impute.Analysis{}); math.Abs(got.Estimate-cr.Estimate) > 1e-12 {
			t.Errorf("%s: %v, CR %v", s, got.Estimate, cr.Estimate)
		}
	}
	if mar := estimate(t, one, impute.Rule{}, impute.Analysis{}); !(math.Abs(cr.Estimate) < math.Abs(mar.Estimate)) {
		t.Errorf("copying the control arm should shrink the effect: %v, MAR %v", cr.Estimate, mar.Estimate)
	}
}

// Draws have the conditional means as their center, their pooled SE is near the jackknife's under MAR; with gaps too.
func TestMultipleAgreesWithConditionalMean(t *testing.T) {
	for _, gaps := range []bool{false, true} {
		d := trial(40, 1, gaps)
		imputations := 200
		if gaps {
			imputations = 12 // each by a chain of its own
		}
		for _, s := range impute.Strategies() {
			r := impute.Rule{Strategy: s}
			c := estimate(t, d, r, impute.Analysis{})
			m, err := impute.Multiple(d, r, impute.Analysis{}, impute.Draws{Imputations: imputations, Seed: 4}, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(m.Estimate-c.Estimate) > 4*math.Sqrt(m.Between/float64(imputations))+0.02 {
				t.Errorf("gaps %v, %s: %v by draws, %v by means", gaps, s, m.Estimate, c.Estimate)
			}
			if s == impute.MAR && math.Abs(m.SE/c.SE-1) > 0.15 {
				t.Errorf("gaps %v: SE %v by Rubin's rules, %v by jackknife", gaps, m.SE, c.SE)
			}
			if s != impute.MAR && c.SE > m.SE*1.05 {
				t.Errorf("gaps %v, %s: jackknife SE %v should not pass Rubin's %v", gaps, s, c.SE, m.SE)
			}
		}
	}
}

func TestTippingPoints(t *testing.T) {
	d := trial(40, 1.6, false)
	c, err := impute.TippingPoint(d, impute.Rule{}, impute.Analysis{}, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	at := estimate(t, d, impute.Rule{Delta: []float64{0, c.Delta}}, impute.Analysis{})
	if math.Abs(at.P-0.05) > 1e-10 || c.Delta >= 0 {
		t.Errorf("tipping point %+v: P there %v", c, at.P)
	}
	m, err := impute.MultipleTippingPoint(d, impute.Rule{}, impute.Analysis{}, impute.Draws{Imputations: 100, Seed: 2}, 0.95)
	if err != nil || math.Abs(m.P-0.05) > 1e-9 || math.Abs(m.Delta-c.Delta) > 0.35*math.Abs(c.Delta) {
		t.Errorf("by draws %+v, by means %+v, %v", m, c, err)
	}
	null := trial(40, 0, false)
	if got, err := impute.TippingPoint(null, impute.Rule{}, impute.Analysis{}, 0.95); !errors.Is(err, impute.ErrNoTippingPoint) || got.AtZero < 0.05 {
		t.Errorf("no effect: %+v, %v", got, err)
	}
	full := trial(40, 2, false)
	for _, row := range full.Y {
		for t := range row {
			if math.IsNaN(row[t]) {
				row[t] = 4
			}
		}
	}
	if _, err := impute.TippingPoint(full, impute.Rule{}, impute.Analysis{}, 0.95); !errors.Is(err, impute.ErrNoTippingPoint) {
		t.Errorf("nothing imputed: %v", err)
	}
}

// Draws are the seed's; delta is on imputed scores after the last visit only, once a visit when cumulative.
func TestImpute(t *testing.T) {
	d := trial(20, 1, true)
	o := impute.Draws{Imputations: 2, Seed: 3}
	one, err := impute.Impute(d, impute.Rule{Strategy: impute.JumpToReference}, o)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := impute.Impute(d, impute.Rule{Strategy: impute.JumpToReference}, o)
	if !reflect.DeepEqual(one, again) {
		t.Error("the same seed gave other draws")
	}
	moved, err := impute.Impute(d, impute.Rule{Strategy: impute.JumpToReference, Delta: []float64{0, 3}, Cumulative: true}, o)
	if err != nil {
		t.Fatal(err)
	}
	for k := range one {
		for i, row := range d.Y {
			last := 2
			for last > 0 && math.IsNaN(row[last]) {
				last--
			}
			for v := range row {
				want := 0.0
				if d.Arm[i] == 1 && v > last {
					want = 3 * float64(v-last)
				}
				if got := moved[k][i][v] - one[k][i][v]; math.Abs(got-want) > 1e-12 {
					t.Fatalf("participant %d visit %d moved by %v, want %v", i, v, got, want)
				}
				if math.IsNaN(one[k][i][v]) || !math.IsNaN(row[v]) && one[k][i][v] != row[v] {
					t.Fatalf("participant %d visit %d: %v from %v", i, v, one[k][i][v], row[v])
				}
			}
		}
	}
}

// The order of participants, and adding a constant to all scores, change nothing; a cluster is left out whole.
func TestInvariance(t *testing.T) {
	d := trial(25, 1, true)
	r := impute.Rule{Strategy: impute.CopyIncrements}
	want := estimate(t, d, r, impute.Analysis{})
	turned := impute.Data{Baseline: true}
	for i := len(d.Arm) - 1; i >= 0; i-- {
		row := append([]float64(nil), d.Y[i]...)
		for t := range row {
			row[t] += 100
		}
		turned.Arm, turned.Y, turned.X = append(turned.Arm, d.Arm[i]), append(turned.Y, row), append(turned.X, d.X[i])
	}
	got := estimate(t, turned, r, impute.Analysis{})
	if math.Abs(got.Estimate-want.Estimate) > 1e-8 || math.Abs(got.SE-want.SE) > 1e-8 {
		t.Errorf("turned and shifted: %+v, before %+v", got, want)
	}
	d.Cluster = make([]int, len(d.Arm))
	for i := range d.Cluster {
		d.Cluster[i] = i / 4
	}
	if c := estimate(t, d, r, impute.Analysis{}); c.Left != 13 || math.Abs(c.Estimate-want.Estimate) > 1e-9 {
		t.Errorf("clusters: %+v", c)
	}
}

func TestRefuses(t *testing.T) {
	good := trial(10, 1, false)
	for name, change := range map[string]func(*impute.Data, *impute.Rule, *impute.Analysis){
		"no participants":      func(d *impute.Data, _ *impute.Rule, _ *impute.Analysis) { *d = impute.Data{} },
		"missing covariate":    func(d *impute.Data, _ *impute.Rule, _ *impute.Analysis) { d.X[2] = []float64{nan} },
		"ragged visits":        func(d *impute.Data, _ *impute.Rule, _ *impute.Analysis) { d.Y[2] = d.Y[2][:1] },
		"infinite score":       func(d *impute.Data, _ *impute.Rule, _ *impute.Analysis) { d.Y[2][0] = math.Inf(1) },
		"an empty arm":         func(d *impute.Data, _ *impute.Rule, _ *impute.Analysis) { d.Arm[0] = 3 },
		"unknown strategy":     func(_ *impute.Data, r *impute.Rule, _ *impute.Analysis) { r.Strategy = "LOCF" },
		"unknown reference":    func(_ *impute.Data, r *impute.Rule, _ *impute.Analysis) { r.Reference = 2 },
		"delta of one arm":     func(_ *impute.Data, r *impute.Rule, _ *impute.Analysis) { r.Delta = []float64{1} },
		"NaN delta":            func(_ *impute.Data, r *impute.Rule, _ *impute.Analysis) { r.Delta = []float64{0, nan} },
		"arm against itself":   func(_ *impute.Data, r *impute.Rule, a *impute.Analysis) { r.Reference, a.Arm = 1, 1 },
		"visit after the last": func(_ *impute.Data, _ *impute.Rule, a *impute.Analysis) { a.Visit = 3 },
		"nobody followed up": func(d *impute.Data, _ *impute.Rule, _ *impute.Analysis) {
			for i := range d.Y {
				if d.Arm[i] == 1 {
					d.Y[i][2] = nan
				}
			}
		},
	} {
		d, r, a := trial(10, 1, false), impute.Rule{}, impute.Analysis{}
		change(&d, &r, &a)
		if _, err := impute.ConditionalMean(d, r, a, 0.95); err == nil {
			t.Errorf("%s was accepted", name)
		}
		if _, err := impute.Multiple(d, r, a, impute.Draws{Imputations: 3}, 0.95); err == nil {
			t.Errorf("%s was accepted by draws", name)
		}
	}
	if _, err := impute.Multiple(good, impute.Rule{}, impute.Analysis{}, impute.Draws{Imputations: 1}, 0.95); err == nil {
		t.Error("one imputation was accepted")
	}
	if _, err := impute.Pool([]float64{1, 2}, []float64{1, 0}, 10, 0.95); err == nil {
		t.Error("a variance of 0 was accepted")
	}
	if _, err := impute.ConditionalMean(good, impute.Rule{}, impute.Analysis{}, 95); err == nil {
		t.Error("a level of 95 was accepted")
	}
}

func BenchmarkConditionalMean(b *testing.B) {
	d := trial(69, 1, false)
	for i, row := range d.Y {
		d.Y[i] = row[:2]
	}
	for b.Loop() {
		if _, err := impute.ConditionalMean(d, impute.Rule{Strategy: impute.JumpToReference}, impute.Analysis{}, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMultiple(b *testing.B) {
	d := trial(69, 1, false)
	for b.Loop() {
		if _, err := impute.Multiple(d, impute.Rule{Strategy: impute.JumpToReference}, impute.Analysis{}, impute.Draws{Imputations: 100}, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

// A strategy of one's own goes before that of the rule; the reference arm has MAR whatever is said.
func TestStrategyByParticipant(t *testing.T) {
	d := trial(30, 1, false)
	each := make([]impute.Strategy, len(d.Arm))
	for i := range each {
		each[i] = impute.CopyReference
	}
	own := estimate(t, d, impute.Rule{Strategy: impute.JumpToReference, Each: each}, impute.Analysis{})
	if all := estimate(t, d, impute.Rule{Strategy: impute.CopyReference}, impute.Analysis{}); own != all {
		t.Errorf("by participant %+v, for all %+v", own, all)
	}
	if empty := estimate(t, d, impute.Rule{Strategy: impute.CopyReference, Each: make([]impute.Strategy, len(each))}, impute.Analysis{}); empty != own {
		t.Errorf("unsaid strategies fall back on the rule: %+v", empty)
	}
}
