package glmm_test

import (
	"math"
	"runtime"
	"testing"

	"rekindle/stats/glmm"
)

var cells = []glmm.Cell{
	{Arm: "control", Time: "before", Rows: [][]float64{{1, 0, 0, 0}}}, {Arm: "control", Time: "after", Rows: [][]float64{{1, 0, 1, 0}}},
	{Arm: "coaching", Time: "before", Rows: [][]float64{{1, 1, 0, 0}}}, {Arm: "coaching", Time: "after", Rows: [][]float64{{1, 1, 1, 1}}},
}

// Marginal proportions are averages over the random intercept, their standard
// errors those of a numerical delta method, ratios consistent with them.
func TestMarginalProportions(t *testing.T) {
	m := fit(t, twoWaves(11, 90, 1.5), glmm.Options{})
	g, err := m.Marginal(cells)
	if err != nil {
		t.Fatal(err)
	}
	average := func(eta, sigma float64) float64 { // plain trapezoid rule
		sum := 0.0
		for i := -4000; i <= 4000; i++ {
			u := float64(i) / 400
			sum += math.Exp(-u*u/2) / (1 + math.Exp(-eta-sigma*u))
		}
		return sum / 400 / math.Sqrt(2*math.Pi)
	}
	eta := m.Beta[0] + m.Beta[1] + m.Beta[2] + m.Beta[3]
	near(t, "proportion", g.Mean[3], average(eta, m.Sigma), 1e-13)
	const h = 1e-5
	slope := (average(eta+h, m.Sigma) - average(eta-h, m.Sigma)) / (2 * h)
	tau := (average(eta, m.Sigma*math.Exp(h)) - average(eta, m.Sigma*math.Exp(-h))) / (2 * h)
	v := 0.0
	j := []float64{slope, slope, slope, slope, tau}
	for a := range 5 {
		for b := range 5 {
			v += j[a] * j[b] * m.Covariance[a*5+b]
		}
	}
	_, se, _, _ := g.Combine([]glmm.Part{{Cell: 3, Weight: 1}}, 0.95)
	near(t, "standard error", se, math.Sqrt(v), 1e-8)
	effects, err := g.Effects("before", 0.95)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]glmm.Effect{}
	for _, e := range effects {
		if e.Time == "after" {
			by[e.Kind+e.Arm] = e
		}
	}
	p, q := g.Mean[3], g.Mean[1]
	near(t, "risk difference", by["risk_differencecoaching"].Value, p-q, 1e-15)
	near(t, "number needed to treat", by["nntcoaching"].Value, 1/(p-q), 1e-12)
	near(t, "odds ratio", by["odds_ratiocoaching"].Value, p/(1-p)/(q/(1-q)), 1e-12)
	near(t, "risk ratio", by["risk_ratiocoaching"].Value, p/q, 1e-12)
	near(t, "difference of changes", by["diff_changecoaching"].Value, p-g.Mean[2]-q+g.Mean[0], 1e-12)
	rd, nnt := by["risk_differencecoaching"], by["nntcoaching"]
	if rd.Lower < 0 && rd.Upper > 0 {
		if nnt.Note == "" || nnt.Lower != 1/rd.Lower || nnt.Upper != 1/rd.Upper {
			t.Errorf("interval through infinity: %+v of %+v", nnt, rd)
		}
	} else if nnt.Lower != 1/rd.Upper || nnt.Upper != 1/rd.Lower {
		t.Errorf("interval turned over: %+v of %+v", nnt, rd)
	}
	if _, err := g.Effects("never", 0.95); err == nil {
		t.Error("unknown baseline accepted")
	}
	if _, err := m.Marginal([]glmm.Cell{{Rows: [][]float64{{1}}}}); err == nil {
		t.Error("row of the wrong length accepted")
	}
}

// The bootstrap does not depend on the number of cores, counts what failed, and
// agrees with the delta method within its own noise.
func TestBootstrap(t *testing.T) {
	m := fit(t, twoWaves(11, 90, 1.5), glmm.Options{Nodes: 5})
	run := func() *glmm.Bootstrap {
		b, err := m.Bootstrap(cells, "before", glmm.BootstrapOptions{Replicates: 120, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := run()
	before := runtime.GOMAXPROCS(1)
	c := run()
	runtime.GOMAXPROCS(before)
	if b.Failed != c.Failed || b.Replicates != 120 || len(b.Values[0]) != 120-b.Failed {
		t.Errorf("%d of %d failed, again %d; %d values", b.Failed, b.Replicates, c.Failed, len(b.Values[0]))
	}
	g, err := m.Marginal(cells)
	if err != nil {
		t.Fatal(err)
	}
	delta, err := g.Effects("before", 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range b.Effects {
		if e.Lower != c.Effects[i].Lower || e.Upper != c.Effects[i].Upper {
			t.Errorf("%s depends on the number of cores", e.Label)
		}
		if e.Kind == "risk_difference" || e.Kind == "proportion" {
			if f := e.SE / delta[i].SE; f < 0.75 || f > 1.3 {
				t.Errorf("%s: bootstrap standard error %v, delta method %v", e.Label, e.SE, delta[i].SE)
			}
		}
	}
	if _, err := m.Bootstrap(cells, "before", glmm.BootstrapOptions{Replicates: 3}); err == nil {
		t.Error("three replicates accepted")
	}
}
