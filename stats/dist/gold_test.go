package dist_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"rekindle/stats/dist"
)

// TestGold compares with testdata/gold/visible/dist_visible: mpmath, 30 digits.
func TestGold(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/gold/visible/dist_visible/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		Items []struct {
			Fn       string
			Args     map[string]float64
			Value    float64
			TwoSided *float64 `json:"two_sided_p"`
		}
	}
	if err := json.Unmarshal(raw, &gold); err != nil {
		t.Fatal(err)
	}
	if len(gold.Items) == 0 {
		t.Fatal("no items")
	}
	for _, it := range gold.Items {
		a := it.Args
		var got, tol float64 = math.NaN(), 2e-15
		switch it.Fn {
		case "student_t_cdf":
			got = dist.StudentT{DF: a["df"]}.CDF(a["x"])
			check(t, it.Fn+" two-sided", a, dist.StudentT{DF: a["df"]}.TwoSided(a["x"]), *it.TwoSided, 1e-13)
		case "student_t_quantile":
			got, tol = dist.StudentT{DF: a["df"]}.Quantile(a["p"]), 1e-14
		case "normal_cdf":
			got = dist.Normal{}.CDF(a["x"])
		case "normal_quantile":
			got, tol = dist.Normal{}.Quantile(a["p"]), 1e-14
		case "f_upper_tail":
			got, tol = dist.F{DF1: a["df1"], DF2: a["df2"]}.Survival(a["x"]), 2e-14
		case "chisq_upper_tail":
			got, tol = dist.ChiSquared{DF: a["df"]}.Survival(a["x"]), 2e-14
		case "noncentral_t_cdf":
			got, tol = dist.NoncentralT{DF: a["df"], NCP: a["ncp"]}.CDF(a["x"]), 2e-14
		default:
			t.Fatalf("unknown function %q", it.Fn)
		}
		check(t, it.Fn, a, got, it.Value, tol)
	}
}

// check compares relative to want.
func check(t *testing.T, what string, args any, got, want, tol float64) {
	t.Helper()
	if d := math.Abs(got - want); !(d <= tol*math.Abs(want)) {
		t.Errorf("%s %v: got %.17g, want %.17g, relative error %.1e", what, args, got, want, d/math.Abs(want))
	}
}
