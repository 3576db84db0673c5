package impute_test

import (
	"math"
	"testing"

	"rekindle/stats/gold"
	"rekindle/stats/impute"
)

func TestRubinGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "rubin_pool") {
		var in struct {
			Estimates, Variances []float64
			DF                   float64 `json:"complete_data_df"`
		}
		var want struct {
			Estimate, Within, Between, Total, SE, RIV, Lambda, FMI float64
			Rubin                                                  float64 `json:"df_rubin"`
			DF                                                     float64 `json:"df_barnard_rubin"`
			P                                                      float64 `json:"p_barnard_rubin"`
			CI                                                     [2]float64
		}
		it.Decode(t, &in, &want)
		got, err := impute.Pool(in.Estimates, in.Variances, in.DF, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string][2]float64{
			"estimate": {got.Estimate, want.Estimate}, "within": {got.Within, want.Within}, "between": {got.Between, want.Between},
			"total": {got.Total, want.Total}, "se": {got.SE, want.SE}, "riv": {got.Increase, want.RIV}, "lambda": {got.Lambda, want.Lambda},
			"fmi": {got.FMI, want.FMI}, "df": {got.DF, want.DF}, "Rubin df": {got.RubinDF, want.Rubin}, "P": {got.P, want.P},
		} {
			gold.Near(t, name, c[0], c[1], 1e-12)
		}
		gold.NearPair(t, "interval", got.Lower, got.Upper, want.CI, 1e-12)
	}
}

// twoWave reads the file of the reference-based items: baseline and one follow-up, coaching is arm 1.
func twoWave(t *testing.T, file string) impute.Data {
	table := gold.Table(t, "formula_visible", file)
	y0, y1 := gold.Numbers(t, table["y0"]), gold.Numbers(t, table["y1"])
	d := impute.Data{Baseline: true}
	for i, arm := range table["arm"] {
		a := 0
		if arm == "coaching" {
			a = 1
		}
		d.Arm = append(d.Arm, a)
		d.Y = append(d.Y, []float64{y0[i], y1[i]})
	}
	return d
}

func TestReferenceBasedGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "reference_based_imputation") {
		var in struct {
			Data, Strategy string
			Delta          float64 `json:"delta_coaching"`
		}
		var want struct {
			Estimate, Z, P, Lower, Upper float64
			SE                           float64 `json:"jackknife_se"`
		}
		it.Decode(t, &in, &want)
		r := impute.Rule{Strategy: impute.Strategy(in.Strategy), Delta: []float64{0, in.Delta}}
		got, err := impute.ConditionalMean(twoWave(t, in.Data), r, impute.Analysis{}, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		name := in.Strategy
		gold.Near(t, name+" estimate", got.Estimate, want.Estimate, 1e-12)
		gold.Near(t, name+" se", got.SE, want.SE, 1e-11)
		gold.Near(t, name+" z", got.Z, want.Z, 1e-11)
		gold.Near(t, name+" P", got.P, want.P, 1e-10)
		gold.NearPair(t, name, got.Lower, got.Upper, [2]float64{want.Lower, want.Upper}, 1e-11)
	}
}

func TestTippingGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "tipping_point") {
		var in struct{ Data, Strategy string }
		var want struct{ Delta, Estimate float64 }
		it.Decode(t, &in, &want)
		d, r := twoWave(t, in.Data), impute.Rule{Strategy: impute.Strategy(in.Strategy)}
		got, err := impute.TippingPoint(d, r, impute.Analysis{}, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "delta", got.Delta, want.Delta, 1e-6)
		gold.Near(t, "estimate", got.Estimate, want.Estimate, 1e-6)
		if math.Abs(got.P-0.05) > 1e-12 {
			t.Errorf("P there is %v", got.P)
		}
	}
}
