package cace_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"rekindle/stats/cace"
	"rekindle/stats/gold"
)

func TestTwoStageGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "cace_2sls") {
		var in struct{ Data string }
		var want struct {
			CACE, DF, ITT float64
			SE            float64 `json:"se_classical"`
			Robust        float64 `json:"se_hc1"`
			F             float64 `json:"first_stage_F"`
			Coached       float64 `json:"compliance_coached_arm"`
			Wald          float64 `json:"wald_ratio_unadjusted"`
		}
		it.Decode(t, &in, &want)
		table := gold.Table(t, "formula_visible", in.Data)
		d := cace.Data{Y: gold.Numbers(t, table["y1"])}
		for i, v := range gold.Numbers(t, table["y0"]) {
			d.X = append(d.X, []float64{v})
			d.Assigned = append(d.Assigned, table["arm"][i] == "coaching")
			d.Received = append(d.Received, table["received"][i] == "1")
		}
		got, err := cace.TwoStage(d, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string][2]float64{"CACE": {got.CACE, want.CACE}, "SE": {got.SE, want.SE}, "HC1": {got.RobustSE, want.Robust},
			"df": {got.DF, want.DF}, "F": {got.FirstStage, want.F}, "coached": {got.Coached, want.Coached}, "ITT": {got.ITT, want.ITT}, "Wald": {got.Wald, want.Wald}} {
			gold.Near(t, name, c[0], c[1], 1e-11)
		}
		mixture, err := cace.Mixture(d, 0.95)
		if err != nil || math.Abs(mixture.CACE-got.CACE) > 2*got.SE || !(mixture.SE > 0 && mixture.SE < 2*got.SE) {
			t.Errorf("mixture %+v, %v", mixture, err)
		}
	}
}

// trial draws n participants an arm: the never coached are worse off by gap, x foretells outcome and compliance.
func trial(rng *rand.Rand, n int, effect, gap float64) cace.Data {
	var d cace.Data
	for i := range 2 * n {
		x := rng.NormFloat64()
		complier := rng.Float64() < 1/(1+math.Exp(-0.9-1.2*x))
		assigned := i%2 == 1
		y := 3 + 0.5*x + 0.8*rng.NormFloat64()
		if !complier {
			y += gap
		}
		if complier && assigned {
			y += effect
		}
		d.Y, d.Assigned, d.Received = append(d.Y, y), append(d.Assigned, assigned), append(d.Received, assigned && complier)
		d.X = append(d.X, []float64{x})
	}
	return d
}

// Over simulated trials both estimates are unbiased with right standard errors, the mixture's smaller; as-treated comparison would be far off.
func TestUnbiased(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	const trials, effect = 60, -1.0
	var sum, squares, se [2]float64
	covered := [2]int{}
	for range trials {
		d := trial(rng, 120, effect, 1.5)
		two, err := cace.TwoStage(d, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		mix, err := cace.Mixture(d, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range [][4]float64{{two.CACE, two.RobustSE, two.Lower, two.Upper}, {mix.CACE, mix.SE, mix.Lower, mix.Upper}} {
			sum[k] += e[0] - effect
			squares[k] += (e[0] - effect) * (e[0] - effect)
			se[k] += e[1] / trials
			if e[2] <= effect && effect <= e[3] {
				covered[k]++
			}
		}
	}
	for k, name := range []string{"two stages", "mixture"} {
		spread := math.Sqrt(squares[k]/trials - sum[k]/trials*sum[k]/trials)
		if math.Abs(sum[k]/trials) > 3.5*spread/math.Sqrt(trials) || math.Abs(se[k]/spread-1) > 0.35 || covered[k] < 52 {
			t.Errorf("%s: bias %v, spread %v, SE %v, covered %d of %d", name, sum[k]/trials, spread, se[k], covered[k], trials)
		}
	}
	if se[1] >= se[0] {
		t.Errorf("covariates that foretell compliance should make the mixture sharper: %v and %v", se[1], se[0])
	}
}

// With everyone compliant the complier effect is the effect of assignment, in each way.
func TestFullCompliance(t *testing.T) {
	d := trial(rand.New(rand.NewPCG(2, 2)), 40, -1, 0)
	copy(d.Received, d.Assigned)
	got, err := cace.TwoStage(d, 0.95)
	if err != nil || math.Abs(got.CACE-got.ITT) > 1e-12 || math.Abs(got.SE-got.ITTSE) > 1e-12 {
		t.Errorf("%+v, %v", got, err)
	}
	b, err := cace.Bound(d, 0.95, 50, 1)
	if err != nil || math.Abs(b.Low-b.High) > 1e-12 || math.Abs(b.Low-got.Wald) > 1e-12 {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestBounds(t *testing.T) {
	d := cace.Data{Y: []float64{1, 2, 3, 4, 9, 5, 6, 7}, Assigned: []bool{false, false, false, false, true, true, true, true},
		Received: []bool{false, false, false, false, true, true, true, false}}
	// Three of four coached, mean 20/3; three of four controls: lowest mean 2, highest 3.
	got, err := cace.Bound(d, 0.95, 200, 3)
	if err != nil || math.Abs(got.Low-(20./3-3)) > 1e-12 || math.Abs(got.High-(20./3-2)) > 1e-12 || got.Lower >= got.Low || got.Upper <= got.High {
		t.Errorf("%+v, %v", got, err)
	}
	again, _ := cace.Bound(d, 0.95, 200, 3)
	if again != got {
		t.Error("the same seed gave other bounds")
	}
	// Bounds hold the effect of a large trial without the exclusion restriction.
	big := trial(rand.New(rand.NewPCG(4, 4)), 2000, -1, 1.5)
	wide, err := cace.Bound(big, 0.95, 50, 1)
	if err != nil || wide.Low > -1 || wide.High < -1 {
		t.Errorf("%+v, %v", wide, err)
	}
}

// Missing outcomes are left out and counted.
func TestMissing(t *testing.T) {
	d := trial(rand.New(rand.NewPCG(3, 2)), 60, -1, 1)
	d.Y[0], d.Y[5] = math.NaN(), math.NaN()
	got, err := cace.TwoStage(d, 0.95)
	if err != nil || got.N != 118 || got.Dropped != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefuses(t *testing.T) {
	good := func() cace.Data { return trial(rand.New(rand.NewPCG(1, 2)), 30, -1, 1) }
	for name, change := range map[string]func(*cace.Data){
		"too few assignments": func(d *cace.Data) { d.Assigned = d.Assigned[:3] },
		"infinite outcome":    func(d *cace.Data) { d.Y[0] = math.Inf(1) },
		"missing covariate":   func(d *cace.Data) { d.X[0][0] = math.NaN() },
		"ragged covariates":   func(d *cace.Data) { d.X[1] = nil },
		"nobody coached":      func(d *cace.Data) { clear(d.Received) },
		"one arm":             func(d *cace.Data) { clear(d.Assigned); clear(d.Received) },
	} {
		d := good()
		change(&d)
		_, err1 := cace.TwoStage(d, 0.95)
		_, err2 := cace.Mixture(d, 0.95)
		_, err3 := cace.Bound(d, 0.95, 50, 1)
		if err1 == nil || err2 == nil || err3 == nil {
			t.Errorf("%s was accepted: %v, %v, %v", name, err1, err2, err3)
		}
	}
	leaked := good()
	leaked.Received[0] = true
	if _, err := cace.Mixture(leaked, 0.95); err == nil {
		t.Error("a coached control was accepted by the mixture")
	}
	if _, err := cace.Bound(leaked, 0.95, 50, 1); err == nil {
		t.Error("a coached control was accepted by the bounds")
	}
	if got, err := cace.TwoStage(leaked, 0.95); err != nil || got.Leaked == 0 {
		t.Errorf("two stages allow a coached control: %+v, %v", got, err)
	}
}
