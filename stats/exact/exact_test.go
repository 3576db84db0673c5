package exact_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/effect"
	"rekindle/stats/exact"
	"rekindle/stats/gold"
)

func TestTwoProportionsGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "two_proportions") {
		var in struct{ X1, N1, X0, N0 int }
		var want struct {
			P      float64 `json:"fisher_p"`
			OR     float64 `json:"fisher_conditional_or"`
			Chi    float64 `json:"chisq"`
			ChiP   float64 `json:"chisq_p"`
			Yates  float64 `json:"chisq_yates"`
			YatesP float64 `json:"chisq_yates_p"`
		}
		it.Decode(t, &in, &want)
		table := exact.Table{{in.X1, in.N1 - in.X1}, {in.X0, in.N0 - in.X0}}
		f, err := exact.Fisher(table, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "Fisher P", f.P, want.P, 1e-12)
		gold.Near(t, "odds ratio", f.OddsRatio, want.OR, 1e-4) // R solves to about 1e-4; TestFisherDefinition has the rest
		wide := [][]int{table[0][:], table[1][:]}
		chi, err := exact.Independence(wide, false)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "chi-square", chi.Statistic, want.Chi, 1e-12)
		gold.Near(t, "its P", chi.P, want.ChiP, 1e-12)
		yates, err := exact.Independence(wide, true)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "Yates", yates.Statistic, want.Yates, 1e-12)
		gold.Near(t, "its P", yates.P, want.YatesP, 1e-12)
		fh, err := exact.FreemanHalton(wide, 0, 1)
		if err != nil || !fh.Exact {
			t.Fatal(fh, err)
		}
		gold.Near(t, "Freeman-Halton of 2 by 2", fh.P, want.P, 1e-10)
	}
}

func TestContingencyGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "contingency") {
		var in struct{ Table [][]int }
		var want struct {
			P    float64 `json:"fisher_p"`
			Chi  float64 `json:"chisq"`
			DF   float64
			ChiP float64 `json:"chisq_p"`
		}
		it.Decode(t, &in, &want)
		got, err := exact.FreemanHalton(in.Table, 0, 1)
		if err != nil || !got.Exact {
			t.Fatal(got, err)
		}
		gold.Near(t, "P", got.P, want.P, 1e-11)
		chi, err := exact.Independence(in.Table, false)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "chi-square", chi.Statistic, want.Chi, 1e-12)
		gold.Near(t, "df", chi.DF, want.DF, 0)
		gold.Near(t, "its P", chi.P, want.ChiP, 1e-12)
		// A limit of one class makes it draw: the interval holds the exact value.
		drawn, err := exact.FreemanHalton(in.Table, 1, 7)
		if err != nil || drawn.Exact || drawn.Lower > want.P || drawn.Upper < want.P {
			t.Errorf("drawn: %+v, %v", drawn, err)
		}
	}
}

func TestRandomizationGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "exact_randomisation_test") {
		var in struct{ Data string }
		var want struct {
			Observed     float64
			Permutations int
			P            float64 `json:"p_two_sided"`
			Lower        float64 `json:"p_lower"`
		}
		it.Decode(t, &in, &want)
		y, arms, strata := trial(t, in.Data)
		p, err := exact.Permuted(strata, arms)
		if err != nil {
			t.Fatal(err)
		}
		got, err := exact.Randomize(arms, p, exact.MeanDifference(y), exact.Options{})
		if err != nil || !got.Exact || got.Allocations != want.Permutations {
			t.Fatalf("%+v, %v", got, err)
		}
		gold.Near(t, "observed", got.Observed, want.Observed, 1e-12)
		gold.Near(t, "P", got.P, want.P, 1e-12)
		gold.Near(t, "lower P", got.PLower, want.Lower, 1e-12)
		drawn, err := exact.Randomize(arms, p, exact.MeanDifference(y), exact.Options{Enumerate: 1, Draws: 4000, Seed: 5})
		if err != nil || drawn.Exact || drawn.PIntervalLow > want.P || drawn.PIntervalHigh < want.P {
			t.Errorf("drawn: %+v, %v", drawn, err)
		}
		// The limits of the shift are where the one-sided P values pass .025.
		s, err := exact.ShiftInterval(y, arms, p, 0.95, exact.Options{})
		if err != nil || !s.Exact {
			t.Fatal(s, err)
		}
		for _, tau := range []float64{s.Lower - 1e-6, s.Lower + 1e-6, s.Upper - 1e-6, s.Upper + 1e-6} {
			shifted := make([]float64, len(y))
			for i := range y {
				shifted[i] = y[i] - tau*float64(arms[i])
			}
			r, err := exact.Randomize(arms, p, exact.MeanDifference(shifted), exact.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if inside := tau > s.Lower && tau < s.Upper; inside != (min(r.PLower, r.PUpper) > 0.025) {
				t.Errorf("shift %v (interval %v to %v): one-sided P %v and %v", tau, s.Lower, s.Upper, r.PLower, r.PUpper)
			}
		}
	}
}

func trial(t *testing.T, file string) (y []float64, arms, strata []int) {
	table := gold.Table(t, "formula_visible", file)
	for i, text := range table["arm"] {
		arm, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		arms = append(arms, arm)
		strata = append(strata, int(table["stratum"][i][0]))
	}
	return gold.Numbers(t, table["y"]), arms, strata
}

func TestRankSumGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "rank_sum") {
		var in struct{ X1, X0 []float64 }
		var want struct {
			W float64
			P float64 `json:"p_normal_continuity_ties"`
		}
		it.Decode(t, &in, &want)
		got, err := exact.Ranks(in.X1, in.X0, 0.95)
		if err != nil || !got.Exact {
			t.Fatal(got, err)
		}
		gold.Near(t, "W", got.U, want.W, 0)
		gold.Near(t, "P", got.PNormal, want.P, 1e-11)
		s, err := effect.Superior(in.X1, in.X0, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "U and the probability of being higher", s.Value, got.U/float64(len(in.X1)*len(in.X0)), 1e-12)
	}
}

// Fisher's two-sided P and its exact limits from their definitions, by brute force over the tables.
func TestFisherDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := func(name string) int { return rapid.IntRange(0, 12).Draw(t, name) }
		table := exact.Table{{cell("a"), cell("b") + 1}, {cell("c") + 1, cell("d")}}
		got, err := exact.Fisher(table, 0.9)
		if err != nil {
			return // margins that leave one table only
		}
		a, r, o := table[0][0], table[0][0]+table[0][1], table[1][0]+table[1][1]
		c := table[0][0] + table[1][0]
		choose := func(n, k int) float64 {
			v := 1.0
			for i := 1; i <= k; i++ {
				v *= float64(n-k+i) / float64(i)
			}
			return v
		}
		law := func(odds float64) map[int]float64 {
			p, sum := map[int]float64{}, 0.0
			for x := max(0, c-o); x <= min(r, c); x++ {
				p[x] = choose(r, x) * choose(o, c-x) * math.Pow(odds, float64(x-a))
				sum += p[x]
			}
			for x := range p {
				p[x] /= sum
			}
			return p
		}
		null, two := law(1), 0.0
		for _, v := range null {
			if v <= null[a]*(1+1e-7) {
				two += v
			}
		}
		if math.Abs(two-got.P) > 1e-10 || got.MidP > got.P {
			t.Fatalf("%v: P %v, brute force %v, mid-P %v", table, got.P, two, got.MidP)
		}
		tail := func(odds float64, up bool) (v float64) {
			for x, q := range law(odds) {
				if up && x >= a || !up && x <= a {
					v += q
				}
			}
			return v
		}
		if got.Lower > 0 && math.Abs(tail(got.Lower, true)-0.05) > 1e-8 {
			t.Fatalf("%v: upper tail at the lower limit %v is %v", table, got.Lower, tail(got.Lower, true))
		}
		if !math.IsInf(got.Upper, 1) && math.Abs(tail(got.Upper, false)-0.05) > 1e-8 {
			t.Fatalf("%v: lower tail at the upper limit %v is %v", table, got.Upper, tail(got.Upper, false))
		}
		if got.OddsRatio > 0 && !math.IsInf(got.OddsRatio, 1) {
			mean := 0.0
			for x, q := range law(got.OddsRatio) {
				mean += float64(x) * q
			}
			if math.Abs(mean-float64(a)) > 1e-8 {
				t.Fatalf("%v: expected cell at the conditional odds ratio is %v", table, mean)
			}
		}
	})
}

// The UCBAdmissions data of R (six departments; rows men and women, columns admitted and rejected). R 4.2:
// mantelhaen.test(UCBAdmissions) prints common odds ratio 0.9046968, 95% limits 0.7719074 and 1.0603298, and
// M^2 = 1.5246 without, 1.4269 with continuity correction (P .2323).
func TestStratified(t *testing.T) {
	departments := []exact.Table{
		{{512, 313}, {89, 19}}, {{353, 207}, {17, 8}}, {{120, 205}, {202, 391}},
		{{138, 279}, {131, 244}}, {{53, 138}, {94, 299}}, {{22, 351}, {24, 317}},
	}
	got, err := exact.Stratified(departments, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][3]float64{
		"odds ratio":      {got.OddsRatio, 0.9046968, 5e-8},
		"lower":           {got.Lower, 0.7719074, 5e-8},
		"upper":           {got.Upper, 1.0603298, 5e-8},
		"corrected":       {got.Corrected, 1.4269, 1e-4},
		"corrected P":     {got.CorrectedP, 0.2323, 1e-4},
		"uncorrected":     {got.Statistic, 1.5246, 1e-4},
		"Breslow-Day df":  {got.DF, 5, 0},
		"same sign":       {math.Copysign(1, got.RiskDifference), -1, 0},
		"exact odds near": {got.Exact.OddsRatio, got.OddsRatio, 1e-3},
		"exact P near":    {got.Exact.P, got.CorrectedP, 0.01},
	} {
		if math.Abs(c[0]-c[1]) > c[2] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	// Department A alone is unlike the others: heterogeneity, with Tarone's statistic near Woolf's 17.9 (R's example).
	if got.Homogeneity > 0.01 || math.Abs(got.BreslowDay-18.8) > 0.5 {
		t.Errorf("heterogeneity %v, P %v", got.BreslowDay, got.Homogeneity)
	}
	// One stratum is the plain table; copies of it add information, not another ratio.
	one, err := exact.Stratified(departments[:1], 0.95)
	f, ferr := exact.Fisher(departments[0], 0.95)
	if err != nil || ferr != nil || math.Abs(one.Exact.P-f.P) > 1e-12 || math.Abs(one.OddsRatio-512.*19/(313*89)) > 1e-12 {
		t.Errorf("one stratum: %+v, %v, %v", one, err, ferr)
	}
	twice, err := exact.Stratified([]exact.Table{departments[0], departments[0], {{3, 0}, {4, 0}}}, 0.95)
	if err != nil || math.Abs(twice.OddsRatio-one.OddsRatio) > 1e-12 || math.Abs(twice.BreslowDay) > 1e-9 || twice.DF != 1 {
		t.Errorf("twice: %+v, %v", twice, err)
	}
}

// A. Agresti, Categorical Data Analysis (1990), p. 350: approval of the prime minister at two surveys; by hand.
func TestMcNemar(t *testing.T) {
	got, err := exact.McNemar(exact.Table{{794, 150}, {86, 570}}, 0.95)
	if err != nil || math.Abs(got.Statistic-64.*64/236) > 1e-12 {
		t.Errorf("%+v, %v", got, err)
	}
	if got.Difference != 64./1600 || got.DiffLow > got.Difference || got.DiffUp < got.Difference || got.MidP > got.P {
		t.Errorf("%+v", got)
	}
	small, err := exact.McNemar(exact.Table{{5, 1}, {6, 3}}, 0.95)
	if err != nil || math.Abs(small.P-2*8./128) > 1e-12 || math.Abs(small.MidP-(2*8./128-7./128)) > 1e-12 {
		t.Errorf("1 against 6: %+v, %v", small, err)
	}
	none, err := exact.McNemar(exact.Table{{5, 0}, {0, 3}}, 0.95)
	if err != nil || none.P != 1 || none.ChiP != 1 {
		t.Errorf("no discordant pair: %+v, %v", none, err)
	}
}

// The exact rank sum P is that of the randomization test with the rank sum as statistic.
func TestRanksAreARandomizationTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 11).Draw(t, "n")
		na := rapid.IntRange(1, n-1).Draw(t, "na")
		y := make([]float64, n)
		arms, groups := make([]int, n), make([]int, n)
		for i := range y {
			y[i] = float64(rapid.IntRange(0, 6).Draw(t, "y")) // ties
			if i < na {
				arms[i] = 1
			}
		}
		got, err := exact.Ranks(y[:na], y[na:], 0.95)
		if err != nil {
			return // all equal
		}
		p, err := exact.Permuted(groups, arms)
		if err != nil {
			t.Fatal(err)
		}
		u := func(arms []int) float64 {
			v := 0.0
			for i := range y {
				for j := range y {
					if arms[i] == 1 && arms[j] == 0 {
						switch {
						case y[i] > y[j]:
							v++
						case y[i] == y[j]:
							v += 0.5
						}
					}
				}
			}
			return v - float64(na*(n-na))/2
		}
		r, err := exact.Randomize(arms, p, u, exact.Options{})
		if err != nil || math.Abs(r.P-got.P) > 1e-10 {
			t.Fatalf("rank sum %v, randomization %+v, %v", got.P, r, err)
		}
	})
}

// The limits of the shift are where the exact test turns.
func TestShiftLimits(t *testing.T) {
	a, b := []float64{1.1, 2.3, 3.7, 4.1, 5.9, 7.2}, []float64{0.4, 1.9, 2.2, 3.3, 4.8}
	got, err := exact.Ranks(a, b, 0.95)
	if err != nil || got.Achieved < 0.95 || !(got.Lower < got.Shift && got.Shift < got.Upper) {
		t.Fatalf("%+v, %v", got, err)
	}
	// Just inside the limits the exact test of the shift accepts, just outside it rejects.
	for _, c := range []struct {
		shift  float64
		reject bool
	}{{got.Lower - 1e-6, true}, {got.Lower + 1e-6, false}, {got.Upper - 1e-6, false}, {got.Upper + 1e-6, true}} {
		moved := make([]float64, len(a))
		for i := range a {
			moved[i] = a[i] - c.shift
		}
		r, err := exact.Ranks(moved, b, 0.95)
		if err != nil || (r.P <= 1-0.95) != c.reject {
			t.Errorf("shift %v: P %v, %v", c.shift, r.P, err)
		}
	}
	tiny, err := exact.Ranks([]float64{1, 2}, []float64{3, 4}, 0.95)
	if err != nil || !math.IsInf(tiny.Lower, -1) || tiny.Achieved != 1 {
		t.Errorf("two against two: %+v, %v", tiny, err)
	}
}

func TestLargeRanks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	a, b := make([]float64, 150), make([]float64, 120)
	for i := range a {
		a[i] = rng.NormFloat64() + 0.2
	}
	for i := range b {
		b[i] = rng.NormFloat64()
	}
	got, err := exact.Ranks(a, b, 0.95)
	if err != nil || got.Exact || got.P != got.PNormal || math.Abs(got.Achieved-0.95) > 0.001 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRefuses(t *testing.T) {
	tests := map[string]error{}
	_, tests["negative cell"] = exact.Fisher(exact.Table{{-1, 2}, {3, 4}}, 0.95)
	_, tests["empty table"] = exact.Fisher(exact.Table{}, 0.95)
	_, tests["level 95"] = exact.Fisher(exact.Table{{1, 2}, {3, 4}}, 95)
	_, tests["no events at all"] = exact.Fisher(exact.Table{{0, 2}, {0, 4}}, 0.95)
	_, tests["ragged table"] = exact.FreemanHalton([][]int{{1, 2}, {3}}, 0, 1)
	_, tests["one column"] = exact.FreemanHalton([][]int{{1, 0}, {3, 0}}, 0, 1)
	_, tests["Yates of 3 by 2"] = exact.Independence([][]int{{1, 2}, {3, 4}, {5, 6}}, true)
	_, tests["strata without events"] = exact.Stratified([]exact.Table{{{0, 3}, {0, 4}}}, 0.95)
	_, tests["groups and arms"] = exact.Permuted([]int{1}, []int{0, 1})
	_, tests["negative arm"] = exact.Permuted([]int{1}, []int{-1})
	_, tests["missing rank"] = exact.Ranks([]float64{math.NaN()}, []float64{1}, 0.95)
	_, tests["equal ranks"] = exact.Ranks([]float64{1, 1}, []float64{1}, 0.95)
	p, _ := exact.Permuted([]int{1, 1}, []int{0, 1})
	_, tests["statistic of NaN"] = exact.Randomize([]int{0, 1}, p, func([]int) float64 { return math.NaN() }, exact.Options{})
	_, tests["shift of three arms"] = exact.ShiftInterval([]float64{1, 2}, []int{0, 2}, p, 0.95, exact.Options{})
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// The network algorithm agrees with counting every table.
func TestFreemanHaltonDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, c := rapid.IntRange(2, 4).Draw(t, "rows"), rapid.IntRange(2, 4).Draw(t, "columns")
		table := make([][]int, r)
		rows, cols, n := make([]int, r), make([]int, c), 0
		for i := range table {
			table[i] = make([]int, c)
			for j := range c {
				v := rapid.IntRange(0, 3).Draw(t, "cell")
				table[i][j] = v
				rows[i], cols[j], n = rows[i]+v, cols[j]+v, n+v
			}
		}
		got, err := exact.FreemanHalton(table, 0, 1)
		if err != nil {
			return // one row or column only
		}
		factorial := func(k int) float64 { v, _ := math.Lgamma(float64(k) + 1); return v }
		base := -factorial(n)
		for _, v := range append(append([]int{}, rows...), cols...) {
			base += factorial(v)
		}
		observed := base
		for _, row := range table {
			for _, v := range row {
				observed -= factorial(v)
			}
		}
		p := 0.0
		var count func(k int, log float64)
		left, up := append([]int{}, rows...), append([]int{}, cols...)
		count = func(k int, log float64) {
			if k == r*c {
				for _, v := range append(append([]int{}, left...), up...) {
					if v != 0 {
						return
					}
				}
				if log <= observed+1e-7 {
					p += math.Exp(log)
				}
				return
			}
			i, j := k/c, k%c
			for v := 0; v <= min(left[i], up[j]); v++ {
				if j == c-1 && v != left[i] {
					continue
				}
				left[i], up[j] = left[i]-v, up[j]-v
				count(k+1, log-factorial(v))
				left[i], up[j] = left[i]+v, up[j]+v
			}
		}
		count(0, base)
		if !got.Exact || math.Abs(got.P-p) > 1e-9 {
			t.Fatalf("%v: %+v, by counting %v", table, got, p)
		}
	})
}
