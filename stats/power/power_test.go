package power_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/gold"
	"rekindle/stats/power"
)

// TestGold answers testdata/gold/visible/power_visible (mpmath; R's power.t.test with strict = TRUE).
func TestGold(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/gold/visible/power_visible/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var c power.Case
	var want struct{ Items []map[string]any }
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	answers, err := c.Answer()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Items []map[string]any }
	if err := json.Unmarshal(printed, &got); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for i, w := range want.Items {
		for field, v := range w {
			if number, ok := v.(float64); ok {
				g, there := got.Items[i][field].(float64)
				if !there {
					t.Errorf("item %d: no %s", i+1, field)
					continue
				}
				gold.Near(t, w["kind"].(string)+" "+field, g, number, 1e-12)
				seen++
			}
		}
	}
	if seen < 100 {
		t.Errorf("compared %d numbers only", seen)
	}
}

func must(t *testing.T, q power.Question) power.Answer {
	t.Helper()
	a, err := q.Power()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The designs meet where they should.
func TestDesignsAgree(t *testing.T) {
	q := power.Question{Delta: 0.4, SD: 1.3, Rho: 0.6, N1: 41, N2: 57}
	of := func(k power.Kind, change func(*power.Question)) power.Answer {
		p := q
		p.Kind = k
		if change != nil {
			change(&p)
		}
		return must(t, p)
	}
	near := func(what string, a, b float64) {
		t.Helper()
		gold.Near(t, what, a, b, 1e-12)
	}
	near("mixed model of complete data is the t test of changes", of(power.MixedModel, nil).Power, of(power.ChangeScore, nil).Power)
	near("constrained model of complete data is ANCOVA", of(power.ConstrainedLDA, nil).SE, of(power.ANCOVA, nil).SE)
	near("no clustering is none", of(power.PartiallyNested, func(p *power.Question) { p.ClusterSize = 4; p.DF = 96 }).Power, of(power.ChangeScore, nil).Power)
	near("no correlation leaves the t test", of(power.ANCOVA, func(p *power.Question) { p.Rho = 0; p.DF = 96 }).Power, of(power.TwoSample, nil).Power)
	near("clusters of one", of(power.Cluster, func(p *power.Question) { p.ClusterSize = 1; p.ICC = 0.3 }).Power, of(power.TwoSample, nil).Power)
	near("equal SDs are one SD", of(power.TwoSample, func(p *power.Question) { p.SD2 = 1.3 }).SE, of(power.TwoSample, nil).SE)
	if lost, complete := of(power.MixedModel, func(p *power.Question) { p.Dropout1 = 0.2 }), of(power.ChangeScore, func(p *power.Question) { p.Dropout1 = 0.2 }); !(lost.SE < complete.SE) {
		t.Errorf("baselines of those lost add nothing: %v, %v", lost.SE, complete.SE)
	}
	half := of(power.TwoSample, func(p *power.Question) { p.Noncompliance = 0.25; p.Contamination = 0.25 })
	near("noncompliance and contamination dilute", half.Power, of(power.TwoSample, func(p *power.Question) { p.Delta /= 2 }).Power)
	zero := q
	zero.Kind, zero.Delta = power.TwoSample, 0
	near("without a difference power is the level", must(t, zero).Power, 0.05)
}

// Size, power and detectable difference are one relation solved three ways.
func TestSolvingInverts(t *testing.T) {
	kinds := []power.Kind{power.TwoSample, power.Paired, power.ChangeScore, power.ANCOVA, power.MixedModel, power.ConstrainedLDA, power.PartiallyNested, power.Cluster}
	rapid.Check(t, func(t *rapid.T) {
		q := power.Question{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Delta: rapid.Float64Range(0.15, 0.9).Draw(t, "delta"), SD: 1,
			Rho: rapid.Float64Range(0, 0.9).Draw(t, "rho"), Ratio: rapid.Float64Range(0.5, 2).Draw(t, "ratio"),
			ClusterSize: rapid.Float64Range(2, 6).Draw(t, "size"), ICC: rapid.Float64Range(0, 0.2).Draw(t, "icc"),
			Dropout1: rapid.Float64Range(0, 0.3).Draw(t, "dropout"), Noncompliance: rapid.Float64Range(0, 0.3).Draw(t, "noncompliance"),
		}
		target := rapid.Float64Range(0.5, 0.95).Draw(t, "target")
		s, err := q.Size(target)
		if err != nil {
			t.Fatal(err)
		}
		q.N1, q.N2 = float64(s.N1), float64(s.N2)
		a, err := q.Power()
		if err != nil || a.Power < target-1e-9 || a.Power != s.Power {
			t.Fatalf("%+v: power %v, %v; target %v", s, a.Power, err, target)
		}
		if s.Real > 3 && s.N1 > 6 {
			less := q
			less.N1, less.N2 = s.Real*0.99, s.Real*0.99*q.Ratio
			if l, err := less.Power(); err == nil && l.Power >= target {
				t.Fatalf("a smaller trial has the power: %+v", s)
			}
		}
		d, err := q.Detectable(a.Power)
		if err != nil || math.Abs(d-q.Delta) > 1e-8 {
			t.Fatalf("detectable %v, %v; true %v", d, err, q.Delta)
		}
	})
}

// J. L. Fleiss, A. Tytun, H. K. Ury, Biometrics 36 (1980): pooled size n' and its correction; and R 4.2's
// power.prop.test(p1 = .5, p2 = .75, power = .9) with strict = FALSE, n = 76.7.
func TestProportions(t *testing.T) {
	q := power.Question{Kind: power.TwoProportions, P1: 0.5, P2: 0.75}
	s, err := q.Size(0.9)
	if err != nil || math.Abs(s.Real-76.7) > 0.05 {
		t.Errorf("pooled: %+v, %v", s, err)
	}
	q.Test = power.Continuity
	c, err := q.Size(0.9)
	m := s.Real
	if want := m / 4 * math.Pow(1+math.Sqrt(1+4/(m*0.25)), 2); err != nil || math.Abs(c.Real-want) > 0.3 {
		t.Errorf("continuity: %+v, %v; Fleiss %v", c, err, want)
	}
	// Enumerated power of Fisher's test is below that of the uncorrected test, and near the corrected approximation.
	for _, test := range []power.Test{power.FisherExact, power.PooledExact, power.Pooled, power.Unpooled, power.Arcsine, power.Continuity} {
		q.Test, q.N1, q.N2 = test, 58, 58
		a, err := q.Power()
		if err != nil || math.Abs(a.Power-0.8) > 0.09 {
			t.Errorf("%s: %+v, %v", test, a, err)
		}
	}
	q.Test = power.FisherExact
	f, err := q.Size(0.8)
	if err != nil || f.N1 < 60 || f.N1 > 72 || f.Power < 0.8 {
		t.Errorf("Fisher: %+v, %v", f, err)
	}
	q.Test = power.Pooled
	q.N1, q.N2 = 58, 58
	a := must(t, q)
	d, err := q.Detectable(a.Power)
	if err != nil || math.Abs(d+0.25) > 1e-9 {
		t.Errorf("detectable: %v, %v", d, err)
	}
}

// Enumerated power agrees with simulation of the same test.
func TestEnumerationAgainstSimulation(t *testing.T) {
	q := power.Question{Kind: power.TwoProportions, Test: power.PooledExact, P1: 0.3, P2: 0.55, N1: 40, N2: 50}
	a := must(t, q)
	rng := rand.New(rand.NewPCG(1, 9))
	const trials = 20000
	hits := 0
	for range trials {
		x1, x2 := 0.0, 0.0
		for range 40 {
			if rng.Float64() < 0.3 {
				x1++
			}
		}
		for range 50 {
			if rng.Float64() < 0.55 {
				x2++
			}
		}
		m := (x1 + x2) / 90
		if z := (x1/40 - x2/50) / math.Sqrt(m*(1-m)*(1./40+1./50)); math.Abs(z) >= 1.959963984540054 {
			hits++
		}
	}
	if share := float64(hits) / trials; math.Abs(share-a.Power) > 0.011 {
		t.Errorf("enumerated %v, simulated %v", a.Power, share)
	}
}

func TestRefuses(t *testing.T) {
	good := power.Question{Kind: power.TwoSample, Delta: 0.5, SD: 1, N1: 50, N2: 50}
	for name, change := range map[string]func(*power.Question){
		"unknown kind":      func(q *power.Question) { q.Kind = "anova" },
		"no SD":             func(q *power.Question) { q.SD = 0 },
		"NaN delta":         func(q *power.Question) { q.Delta = math.NaN() },
		"rho of 1":          func(q *power.Question) { q.Rho = 1 },
		"nobody":            func(q *power.Question) { q.N1 = 0 },
		"everyone lost":     func(q *power.Question) { q.Dropout1 = 1 },
		"alpha of 5":        func(q *power.Question) { q.Alpha = 5 },
		"no cluster size":   func(q *power.Question) { q.Kind = power.Cluster },
		"two clusters":      func(q *power.Question) { q.Kind, q.ClusterSize = power.Cluster, 50 },
		"probability of 2":  func(q *power.Question) { q.Kind, q.P1, q.P2 = power.TwoProportions, 2, 0.5 },
		"unknown test":      func(q *power.Question) { q.Kind, q.P1, q.P2, q.Test = power.TwoProportions, .2, .5, "guess" },
		"all contaminated":  func(q *power.Question) { q.Contamination = 1 },
		"dropout of 20":     func(q *power.Question) { q.Dropout2 = 20 },
		"negative clusters": func(q *power.Question) { q.Kind, q.ClusterSize = power.PartiallyNested, -3 },
	} {
		q := good
		change(&q)
		if _, err := q.Power(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	still := good
	still.Delta = 0
	if _, err := still.Size(0.8); err == nil {
		t.Error("a size for no difference was given")
	}
	if _, err := good.Size(0.04); err == nil {
		t.Error("a target below alpha was accepted")
	}
	tiny := good
	tiny.Delta = 1e-9
	if _, err := tiny.Size(0.8); err == nil {
		t.Error("more than a thousand million participants were given")
	}
	if _, err := (power.Case{Kind: "lmm"}).Answer(); err == nil {
		t.Error("a case of another kind was answered")
	}
}
