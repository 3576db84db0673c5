package lmm_test

import (
	"math"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// The bootstrap's interval of a change relative to the baseline agrees with the one in closed form, and refuses what does not fit.
func TestBootstrapOfAPercentage(t *testing.T) {
	m, err := lmm.Fit(paperDesign(t, 120), lmm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := len(m.Beta)
	change, baseline := make([]float64, p), make([]float64, p)
	change[p-1], baseline[0] = 1, 1
	i, b, err := m.BootstrapPercent(change, baseline, 400, 42, 0.95)
	if err != nil || b.Failed != 0 || len(b.Replicates) != 400 {
		t.Fatalf("%+v, %v", b, err)
	}
	v, err := m.Covariance(wald.Z)
	if err != nil {
		t.Fatal(err)
	}
	want, err := design.NewPercent(m.Beta[p-1], m.Beta[0], v[p*p-1], v[0], v[p-1], 1.959963984540054)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(i.Estimate-want.Ratio) > 1e-12*math.Abs(want.Ratio) || math.Abs((i.Upper-i.Lower)/(want.Fieller[1]-want.Fieller[0])-1) > 0.25 || i.Lower > want.Ratio || i.Upper < want.Ratio {
		t.Errorf("bootstrap %+v, Fieller %+v", i, want)
	}
	if _, _, err := m.BootstrapPercent(change[1:], baseline, 10, 1, 0.95); err == nil {
		t.Error("a row that is too short is taken")
	}
	if _, _, err := m.BootstrapPercent(change, baseline, 400, 42, 1.5); err == nil {
		t.Error("a level of 150% is taken")
	}
}
