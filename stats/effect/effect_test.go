package effect_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/effect"
	"rekindle/stats/gold"
)

const digits = 1e-12

func TestProportionGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "proportion_ci") {
		var in struct{ X, N int }
		var want struct {
			Estimate float64
			Wilson   [2]float64
			Clopper  [2]float64 `json:"clopper_pearson"`
			Agresti  [2]float64 `json:"agresti_coull"`
		}
		it.Decode(t, &in, &want)
		p := effect.Proportion{Events: in.X, N: in.N}
		for name, c := range map[string]struct {
			f    func(effect.Proportion, float64) (effect.Estimate, error)
			want [2]float64
		}{"Wilson": {effect.Wilson, want.Wilson}, "Clopper-Pearson": {effect.ClopperPearson, want.Clopper},
			"Agresti-Coull": {effect.AgrestiCoull, want.Agresti}} {
			got, err := c.f(p, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			gold.NearPair(t, name, got.Lower, got.Upper, c.want, digits)
			gold.Near(t, name, got.Value, want.Estimate, digits)
		}
	}
}

func TestTwoProportionsGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "two_proportions") {
		var in struct{ X1, N1, X0, N0 int }
		var want struct {
			Difference  float64 `json:"risk_difference"`
			Newcombe    [2]float64
			Wald        [2]float64
			RiskRatio   float64    `json:"risk_ratio"`
			RiskRatioCI [2]float64 `json:"risk_ratio_ci"`
			OddsRatio   float64    `json:"odds_ratio"`
			OddsRatioCI [2]float64 `json:"odds_ratio_ci"`
		}
		it.Decode(t, &in, &want)
		a, b := effect.Proportion{Events: in.X1, N: in.N1}, effect.Proportion{Events: in.X0, N: in.N0}
		for name, c := range map[string]struct {
			f     func(a, b effect.Proportion, level float64) (effect.Estimate, error)
			value float64
			ci    [2]float64
		}{"Newcombe": {effect.Newcombe, want.Difference, want.Newcombe}, "Wald": {effect.RiskDifferenceWald, want.Difference, want.Wald},
			"risk ratio": {effect.RiskRatio, want.RiskRatio, want.RiskRatioCI}, "odds ratio": {effect.OddsRatio, want.OddsRatio, want.OddsRatioCI}} {
			got, err := c.f(a, b, 0.95)
			if err != nil {
				t.Fatal(err)
			}
			gold.Near(t, name, got.Value, c.value, digits)
			gold.NearPair(t, name, got.Lower, got.Upper, c.ci, digits)
		}
	}
}

func TestMeansGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "t_test_from_summary") {
		var in struct {
			Mean1, SD1, Mean0, SD0 float64
			N1, N0                 int
		}
		var want struct {
			Difference, P float64
			T             float64 `json:"pooled_t"`
			DF            float64
			CI            [2]float64
			WelchT        float64    `json:"welch_t"`
			WelchDF       float64    `json:"welch_df"`
			WelchP        float64    `json:"welch_p"`
			D             float64    `json:"cohen_d"`
			DCI           [2]float64 `json:"cohen_d_ci_noncentral"`
			J             float64    `json:"hedges_J"`
			G             float64    `json:"hedges_g"`
			SMD           float64    `json:"smd_table1"`
		}
		it.Decode(t, &in, &want)
		a, b := effect.Summary{Mean: in.Mean1, SD: in.SD1, N: in.N1}, effect.Summary{Mean: in.Mean0, SD: in.SD0, N: in.N0}
		pooled, err := effect.Pooled(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "difference", pooled.Value, want.Difference, digits)
		gold.Near(t, "t", pooled.T, want.T, digits)
		gold.Near(t, "df", pooled.DF, want.DF, digits)
		gold.Near(t, "P", pooled.P, want.P, digits)
		gold.NearPair(t, "pooled", pooled.Lower, pooled.Upper, want.CI, digits)
		welch, err := effect.Welch(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "Welch t", welch.T, want.WelchT, digits)
		gold.Near(t, "Welch df", welch.DF, want.WelchDF, digits)
		gold.Near(t, "Welch P", welch.P, want.WelchP, digits)
		d, err := effect.CohenD(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "d", d.Value, want.D, digits)
		gold.NearPair(t, "d", d.Lower, d.Upper, want.DCI, 1e-9)
		g, err := effect.HedgesG(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "J", effect.HedgesJ(pooled.DF), want.J, digits)
		gold.Near(t, "g", g.Value, want.G, digits)
		smd, err := effect.Balance(a, b)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "SMD", smd, want.SMD, digits)
	}
}

// R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, 56/70 - 48/80: method 6 is Miettinen-Nurminen,
// method 10 the square-and-add interval. Four printed digits.
func TestNewcombeTable(t *testing.T) {
	a, b := effect.Proportion{Events: 56, N: 70}, effect.Proportion{Events: 48, N: 80}
	mn, err := effect.MiettinenNurminen(a, b, 0.95)
	if err != nil || math.Abs(mn.Lower-0.0528) > 5e-5 || math.Abs(mn.Upper-0.3382) > 5e-5 {
		t.Errorf("Miettinen-Nurminen: %+v, %v", mn, err)
	}
	nc, err := effect.Newcombe(a, b, 0.95)
	if err != nil || math.Abs(nc.Lower-0.0524) > 5e-5 || math.Abs(nc.Upper-0.3339) > 5e-5 {
		t.Errorf("Newcombe: %+v, %v", nc, err)
	}
}

func drawProportion(t *rapid.T, name string) effect.Proportion {
	n := rapid.IntRange(1, 90).Draw(t, name+" n")
	return effect.Proportion{Events: rapid.IntRange(0, n).Draw(t, name+" events"), N: n}
}

// Score intervals exist for every table, hold their estimate, stay in range, and turn round with the groups.
func TestScoreIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawProportion(t, "a"), drawProportion(t, "b")
		d, err := effect.MiettinenNurminen(a, b, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if !(d.Lower >= -1 && d.Lower <= d.Value && d.Value <= d.Upper && d.Upper <= 1) {
			t.Fatalf("%v - %v: %+v", a, b, d)
		}
		r, err := effect.MiettinenNurminen(b, a, 0.95)
		if err != nil || math.Abs(r.Lower+d.Upper) > 1e-9 || math.Abs(r.Upper+d.Lower) > 1e-9 {
			t.Fatalf("%v - %v: %+v; turned %+v, %v", a, b, d, r, err)
		}
		rr, err := effect.RiskRatioScore(a, b, 0.95)
		if a.Events+b.Events == 0 {
			if err == nil {
				t.Fatal("a risk ratio of nothing was given")
			}
			return
		}
		if err != nil || !(rr.Lower >= 0 && rr.Lower <= rr.Value*(1+1e-12) && rr.Value <= rr.Upper*(1+1e-12)) {
			t.Fatalf("%v / %v: %+v, %v", a, b, rr, err)
		}
	})
}

// The restricted estimates of the score test are where the likelihood is largest: with 10/10 rates and no difference the
// statistic is the pooled one, so that the limits of equal proportions are symmetric; and a wide level widens them.
func TestScoreWidens(t *testing.T) {
	a := effect.Proportion{Events: 11, N: 40}
	narrow, _ := effect.MiettinenNurminen(a, a, 0.8)
	wide, _ := effect.MiettinenNurminen(a, a, 0.99)
	if math.Abs(narrow.Lower+narrow.Upper) > 1e-12 || wide.Upper <= narrow.Upper {
		t.Errorf("80%% %+v, 99%% %+v", narrow, wide)
	}
}

// Noncentral limits cover: over simulated trials 95% intervals hold the true effect in about 95%.
func TestStandardizedCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const trials, n, truth, rho = 1200, 25, 0.6, 0.7
	hits := map[string]int{}
	for range trials {
		draw := func(shift float64) (pre, post, change []float64) {
			for range n {
				u := rng.NormFloat64() * math.Sqrt(rho)
				x, y := u+rng.NormFloat64()*math.Sqrt(1-rho), u+rng.NormFloat64()*math.Sqrt(1-rho)+shift
				pre, post, change = append(pre, x), append(post, y), append(change, y-x)
			}
			return pre, post, change
		}
		sum := func(x []float64) effect.Summary {
			s, err := effect.Summarize(x)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		p1, q1, c1 := draw(truth)
		p0, q0, _ := draw(0)
		ppc, err1 := effect.PrePostControl(effect.Arm{Pre: sum(p1), Post: sum(q1)}, effect.Arm{Pre: sum(p0), Post: sum(q0)}, rho, 0.95)
		d, err2 := effect.CohenD(sum(q1), sum(q0), 0.95)
		glass, err3 := effect.GlassDelta(sum(q1), sum(q0), 0.95)
		change, err4 := effect.StandardizedChange(sum(c1).Mean, sum(p1), rho, 0.95)
		dz, err5 := effect.PairedD(sum(c1), 0.95)
		for _, err := range []error{err1, err2, err3, err4, err5} {
			if err != nil {
				t.Fatal(err)
			}
		}
		j := effect.HedgesJ(2*n - 2)
		for name, c := range map[string]struct {
			e     effect.Estimate
			truth float64
		}{"ppc": {ppc, truth * j}, "d": {d, truth}, "glass": {glass, truth}, "change": {change, truth}, "dz": {dz, truth / math.Sqrt(2*(1-rho))}} {
			if c.e.Lower <= c.truth && c.truth <= c.e.Upper {
				hits[name]++
			}
		}
	}
	for name, h := range hits {
		if share := float64(h) / trials; math.Abs(share-0.95) > 0.022 { // 3.5 standard errors
			t.Errorf("%s covers %.3f", name, share)
		}
	}
}

func TestBalance(t *testing.T) {
	// Two categories: the size of the proportion form (p - q) / sqrt((p(1-p) + q(1-q)) / 2).
	got, err := effect.BalanceOf([]int{30, 22}, []int{25, 46})
	p, q := 22./52, 46./71
	if want := math.Abs(p-q) / math.Sqrt((p*(1-p)+q*(1-q))/2); err != nil || math.Abs(got-want) > 1e-12 {
		t.Errorf("two categories: %v, %v; want %v", got, err, want)
	}
	// An empty third category and the order of categories change nothing.
	again, err := effect.BalanceOf([]int{22, 0, 30}, []int{46, 0, 25})
	if err != nil || math.Abs(again-got) > 1e-12 {
		t.Errorf("reordered: %v, %v", again, err)
	}
	if _, err := effect.BalanceOf([]int{5, 0}, []int{0, 5}); err == nil {
		t.Error("groups without a common category were accepted")
	}
	if v, err := effect.BalanceOf([]int{5}, []int{9}); v != 0 || err != nil {
		t.Errorf("one category: %v, %v", v, err)
	}
}

func TestSuperiority(t *testing.T) {
	a, b := []float64{1, 2, 3, 4, 6}, []float64{2, 3, 3, 5}
	got, err := effect.Superior(a, b, 0.95)
	// By hand over 20 pairs: higher in 8, equal in 3.
	if err != nil || got.Value != (8+1.5)/20 {
		t.Errorf("%+v, %v", got, err)
	}
	// Brunner and Munzel 2000, pain scores after laparoscopy; R's lawstat prints 3.1375, df 17.683, P .005786, .788961.
	x := []float64{1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 1, 1}
	y := []float64{3, 3, 4, 3, 1, 2, 3, 1, 1, 5, 4}
	pain, err := effect.Superior(y, x, 0.95)
	if err != nil || math.Abs(pain.Value-0.788961) > 5e-7 || math.Abs(pain.T-3.1375) > 5e-5 ||
		math.Abs(pain.DF-17.683) > 5e-4 || math.Abs(pain.P-0.005786) > 5e-7 {
		t.Errorf("pain: %+v, %v", pain, err)
	}
	if _, err := effect.Superior([]float64{5, 6}, []float64{1, 2}, 0.95); err == nil {
		t.Error("no overlap: an interval was given")
	}
}

func TestResponders(t *testing.T) {
	nan := math.NaN()
	change := []float64{-1.2, -0.5, 0, 0.4, nan, 0.7 - 1.2}
	p, err := effect.Responders(change, 0.5, effect.Lower, effect.NonResponder)
	if err != nil || p != (effect.Proportion{Events: 3, N: 6}) {
		t.Errorf("everyone: %+v, %v", p, err)
	}
	p, err = effect.Responders(change, 0.5, effect.Lower, effect.LeaveOut)
	if err != nil || p != (effect.Proportion{Events: 3, N: 5}) {
		t.Errorf("completers: %+v, %v", p, err)
	}
	curve, err := effect.ResponderCurve(change, effect.Lower, effect.LeaveOut)
	if err != nil || curve[0].Share.Rate() != 1 || curve[len(curve)-1].Share.Events != 1 {
		t.Errorf("curve: %+v, %v", curve, err)
	}
	for k := 1; k < len(curve); k++ {
		if curve[k].Threshold <= curve[k-1].Threshold || curve[k].Share.Events > curve[k-1].Share.Events {
			t.Errorf("curve rises at %d: %+v", k, curve)
		}
	}
}

func TestNumberNeeded(t *testing.T) {
	n, err := effect.NumberNeeded(effect.Estimate{Value: 0.2, Lower: 0.1, Upper: 0.4})
	if err != nil || n.Value != 5 || n.Lower != 2.5 || n.Upper != 10 || n.ThroughInfinity {
		t.Errorf("%+v, %v", n, err)
	}
	if n, err = effect.NumberNeeded(effect.Estimate{Value: 0.1, Lower: -0.1, Upper: 0.25}); err != nil || !n.ThroughInfinity {
		t.Errorf("through infinity: %+v, %v", n, err)
	}
}

func TestRefuses(t *testing.T) {
	ok := effect.Summary{Mean: 1, SD: 1, N: 5}
	first := func(_ effect.Estimate, err error) error { return err }
	tests := map[string]error{
		"level of 95":         first(effect.CohenD(ok, ok, 95)),
		"sample of one":       first(effect.CohenD(ok, effect.Summary{N: 1}, 0.95)),
		"no variation":        first(effect.CohenD(effect.Summary{N: 4}, effect.Summary{N: 4, Mean: 2}, 0.95)),
		"NaN mean":            first(effect.HedgesG(ok, effect.Summary{Mean: math.NaN(), SD: 1, N: 4}, 0.95)),
		"rho of 1":            first(effect.StandardizedChange(1, ok, 1, 0.95)),
		"events above N":      first(effect.Wilson(effect.Proportion{Events: 4, N: 3}, 0.95)),
		"risk ratio of none":  first(effect.RiskRatio(effect.Proportion{N: 3}, effect.Proportion{Events: 1, N: 3}, 0.95)),
		"odds ratio of none":  first(effect.OddsRatio(effect.Proportion{N: 3}, effect.Proportion{Events: 1, N: 3}, 0.95)),
		"unequal arms of one": first(effect.PrePostControl(effect.Arm{Pre: ok, Post: effect.Summary{SD: 1, N: 9}}, effect.Arm{Pre: ok, Post: ok}, 0.5, 0.95)),
	}
	_, tests["missing value"] = effect.Summarize([]float64{1, math.NaN()})
	_, tests["threshold of 0"] = effect.Responders([]float64{1}, 0, effect.Higher, effect.LeaveOut)
	_, tests["no direction"] = effect.Responders([]float64{1}, 1, 0, effect.LeaveOut)
	_, tests["no changes"] = effect.ResponderCurve([]float64{math.NaN()}, effect.Higher, effect.LeaveOut)
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
