package psychometric_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"rekindle/stats/gold"
	"rekindle/stats/psychometric"
)

func TestCronbachGold(t *testing.T) {
	for _, it := range gold.Items(t, "formula_visible", "cronbach_alpha") {
		var in struct{ Data string }
		var want struct {
			Alpha float64
			Rest  []float64 `json:"item_total_corrected"`
		}
		it.Decode(t, &in, &want)
		table := gold.Table(t, "formula_visible", in.Data)
		var items psychometric.Items
		for j := range want.Rest {
			for i, v := range gold.Numbers(t, table["i"+strconv.Itoa(j+1)]) {
				if j == 0 {
					items = append(items, nil)
				}
				items[i] = append(items[i], v)
			}
		}
		got, err := psychometric.Cronbach(items, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "alpha", got.Alpha.Value, want.Alpha, 1e-13)
		for j, w := range want.Rest {
			gold.Near(t, "item-rest correlation", got.Items[j].Rest, w, 1e-13)
		}
		omega, err := psychometric.Omega(items, 0.95)
		if err != nil || math.Abs(omega.Omega.Value-got.Alpha.Value) > 0.02 || omega.Omega.Value < got.Alpha.Value-0.005 {
			t.Errorf("omega %+v, %v", omega, err)
		}
		// Without an item alpha is that of the others.
		var others psychometric.Items
		for _, row := range items {
			others = append(others, row[1:])
		}
		rest, err := psychometric.Cronbach(others, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		gold.Near(t, "alpha without the first", got.Items[0].AlphaWithoutIt, rest.Alpha.Value, 1e-13)
	}
}

// P. E. Shrout and J. L. Fleiss 1979, six targets and four judges: ICC(2,1) = .29, ICC(3,1) = .71. Intervals as R's psych::ICC prints them:
// .019 to .76 and .34 to .95.
func TestICC(t *testing.T) {
	scores := [][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}}
	got, err := psychometric.ICC(scores, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string][3]float64{
		"ICC(2,1)": {got.Agreement.Value, 0.29, 0.005}, "its lower limit": {got.Agreement.Lower, 0.019, 0.0005}, "its upper limit": {got.Agreement.Upper, 0.76, 0.005},
		"ICC(3,1)": {got.Consistency.Value, 0.71, 0.005}, "its lower": {got.Consistency.Lower, 0.34, 0.005}, "its upper": {got.Consistency.Upper, 0.95, 0.005},
	} {
		if math.Abs(c[0]-c[1]) > c[2] {
			t.Errorf("%s: got %v, want %v", name, c[0], c[1])
		}
	}
	// Adding a constant to an occasion leaves consistency and lowers agreement.
	for i := range scores {
		scores[i][1] -= 3
	}
	moved, err := psychometric.ICC(scores, 0.95)
	if err != nil || math.Abs(moved.Consistency.Value-got.Consistency.Value) > 1e-12 || moved.Agreement.Value >= got.Agreement.Value {
		t.Errorf("moved: %+v, %v", moved, err)
	}
}

// exactly gives n answers whose covariance is exactly l l' + diag(u).
func exactly(rng *rand.Rand, n int, l, u []float64) psychometric.Items {
	k := len(l)
	z := mat.NewDense(n, k, nil)
	for i := range n {
		for j := range k {
			z.Set(i, j, rng.NormFloat64())
		}
	}
	for j := range k {
		mean := mat.Sum(z.ColView(j)) / float64(n)
		for i := range n {
			z.Set(i, j, z.At(i, j)-mean)
		}
	}
	var gram mat.SymDense
	gram.SymOuterK(1/float64(n-1), z.T())
	sigma := mat.NewSymDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			v := l[a] * l[b]
			if a == b {
				v += u[a]
			}
			sigma.SetSym(a, b, v)
		}
	}
	var from, to mat.Cholesky
	from.Factorize(&gram)
	to.Factorize(sigma)
	var lf, lt mat.TriDense
	from.UTo(&lf)
	to.UTo(&lt)
	var inv, x mat.Dense
	if err := inv.Inverse(&lf); err != nil {
		panic(err)
	}
	x.Mul(z, &inv)
	x.Mul(&x, &lt)
	items := make(psychometric.Items, n)
	for i := range items {
		items[i] = append([]float64(nil), x.RawRowView(i)...)
	}
	return items
}

// Data with exactly one factor give its loadings back; items with equal loadings make omega alpha.
func TestOmegaOfOneFactor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(3, 9).Draw(t, "k")
		l, u := make([]float64, k), make([]float64, k)
		common, unique := 0.0, 0.0
		for j := range k {
			l[j] = rapid.Float64Range(0.4, 1.5).Draw(t, "loading")
			u[j] = rapid.Float64Range(0.3, 1.5).Draw(t, "unique")
			common += l[j]
			unique += u[j]
		}
		items := exactly(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), 60, l, u)
		got, err := psychometric.Omega(items, 0.95)
		if err != nil {
			t.Fatal(err)
		}
		want := common * common / (common*common + unique)
		if math.Abs(got.Omega.Value-want) > 1e-5 || got.ChiSquare > 1e-5 || !(got.Omega.Lower < want && want < got.Omega.Upper) {
			t.Fatalf("%+v, want omega %v", got, want)
		}
		for j := range k {
			if math.Abs(got.Loadings[j]-l[j]) > 1e-4 || math.Abs(got.Unique[j]-u[j]) > 1e-4 {
				t.Fatalf("item %d: loading %v of %v, unique %v of %v", j+1, got.Loadings[j], l[j], got.Unique[j], u[j])
			}
		}
		alpha, err := psychometric.Cronbach(items, 0.95)
		if err != nil || alpha.Alpha.Value > got.Omega.Value+1e-6 {
			t.Fatalf("alpha %v above omega %v, %v", alpha.Alpha.Value, got.Omega.Value, err)
		}
	})
}

// Intervals cover: parallel normal items, for which Feldt's interval is exact.
func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	const trials, n, k = 400, 50, 5
	truth := 25. / (25 + 5*1.2)
	hits := [2]int{}
	for range trials {
		items := make(psychometric.Items, n)
		for i := range items {
			f := rng.NormFloat64()
			for range k {
				items[i] = append(items[i], f+math.Sqrt(1.2)*rng.NormFloat64())
			}
		}
		a, err := psychometric.Cronbach(items, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		o, err := psychometric.Omega(items, 0.9)
		if err != nil {
			t.Fatal(err)
		}
		for j, c := range []psychometric.Interval{a.Alpha, o.Omega} {
			if c.Lower <= truth && truth <= c.Upper {
				hits[j]++
			}
		}
	}
	for j, name := range []string{"alpha", "omega"} {
		if share := float64(hits[j]) / trials; math.Abs(share-0.9) > 0.055 {
			t.Errorf("%s: 90%% interval covers %v", name, share)
		}
	}
}

func TestFloorCeiling(t *testing.T) {
	got, err := psychometric.FloorCeiling([]float64{0, 0, 1, 2, 3, 10, math.NaN(), 4, 5, 6, 7}, 0, 10)
	if err != nil || got.N != 10 || got.Floor != 2 || got.Ceiling != 1 || !got.FloorEffect || got.CeilingEffect {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := psychometric.FloorCeiling([]float64{11}, 0, 10); err == nil {
		t.Error("a score above the range was accepted")
	}
}

func TestReliableChange(t *testing.T) {
	// Jacobson and Truax 1991: pre 47.5, post 32.5, SD 10, reliability .80: index -2.37.
	index, verdict, err := psychometric.Reliable(47.5, 32.5, 10, 0.8, 0.95)
	if err != nil || math.Abs(index+2.37) > 0.005 || verdict != psychometric.Fallen {
		t.Errorf("%v %v %v", index, verdict, err)
	}
	if _, verdict, _ = psychometric.Reliable(40, 44, 10, 0.8, 0.95); verdict != psychometric.Unchanged {
		t.Errorf("a small change is %v", verdict)
	}
	if _, verdict, _ = psychometric.Reliable(40, 60, 10, 0.8, 0.95); verdict != psychometric.Risen {
		t.Errorf("a large rise is %v", verdict)
	}
}

func TestGrim(t *testing.T) {
	whole := psychometric.Lattice{Least: 1, Step: 1, Most: 7}
	for _, c := range []struct {
		printed  string
		n        int
		l        psychometric.Lattice
		possible bool
	}{
		{"5.19", 28, whole, false}, // the example of Brown and Heathers: 145/28 is 5.18, 146/28 5.21
		{"5.18", 28, whole, true},
		{"5.21", 28, whole, true},
		{"3.28", 52, psychometric.Lattice{Step: 0.25, Most: 10}, true},
		{"2.5", 2, psychometric.Lattice{Step: 1, Most: 4}, true},
		{"2.50", 3, psychometric.Lattice{Step: 1, Most: 4}, false},
		{"4.1", 4, psychometric.Lattice{Step: 1, Most: 4}, false}, // above the largest score
		{"-0.50", 4, psychometric.Lattice{Least: -3, Step: 1, Most: 3}, true},
		{"0.125", 4, psychometric.Lattice{Step: 1, Most: 3}, false},
		{"0.13", 8, psychometric.Lattice{Step: 1, Most: 3}, true}, // .125 rounded up
		{"0.12", 8, psychometric.Lattice{Step: 1, Most: 3}, true}, // and down
	} {
		got, err := psychometric.CheckMean(c.printed, c.n, c.l)
		if err != nil || got.Possible != c.possible {
			t.Errorf("%s of %d: %+v, %v", c.printed, c.n, got, err)
		}
	}
	many, err := psychometric.CheckMean("3.47", 500, whole)
	if err != nil || !many.Possible || many.Decidable {
		t.Errorf("500 people: %+v, %v", many, err)
	}
}

// A mean that really is one of n scores, rounded, is always possible.
func TestGrimNeverAccusesTheInnocent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := psychometric.Lattice{Least: float64(rapid.IntRange(-3, 3).Draw(t, "least")), Step: rapid.SampledFrom([]float64{0.25, 0.1, 1, 1. / 3, 5}).Draw(t, "step")}
		l.Most = l.Least + 20*l.Step
		n := rapid.IntRange(1, 200).Draw(t, "n")
		sum := 0.0
		for range n {
			sum += l.Least + l.Step*float64(rapid.IntRange(0, 20).Draw(t, "score"))
		}
		printed := strconv.FormatFloat(sum/float64(n), 'f', rapid.IntRange(0, 4).Draw(t, "places"), 64)
		got, err := psychometric.CheckMean(printed, n, l)
		if err != nil || !got.Possible {
			t.Fatalf("%s of %d people on %+v: %+v, %v", printed, n, l, got, err)
		}
	})
}

func TestRefuses(t *testing.T) {
	nan := math.NaN()
	tests := map[string]error{}
	_, tests["no answers"] = psychometric.Cronbach(nil, 0.95)
	_, tests["one item"] = psychometric.Cronbach(psychometric.Items{{1}, {2}, {3}}, 0.95)
	_, tests["ragged"] = psychometric.Cronbach(psychometric.Items{{1, 2}, {2}, {3, 4}}, 0.95)
	_, tests["all missing"] = psychometric.Cronbach(psychometric.Items{{nan, 2}, {2, nan}, {3, nan}}, 0.95)
	_, tests["constant item"] = psychometric.Cronbach(psychometric.Items{{1, 2}, {1, 3}, {1, 5}}, 0.95)
	_, tests["nothing varies"] = psychometric.Cronbach(psychometric.Items{{1, 2}, {1, 2}, {1, 2}}, 0.95)
	_, tests["level 95"] = psychometric.Cronbach(psychometric.Items{{1, 2}, {2, 3}, {1, 5}}, 95)
	_, tests["omega of two items"] = psychometric.Omega(psychometric.Items{{1, 2}, {2, 3}, {1, 5}, {3, 3}}, 0.95)
	_, tests["omega of copies"] = psychometric.Omega(psychometric.Items{{1, 1, 2}, {2, 2, 3}, {4, 4, 5}, {3, 3, 1}, {2, 2, 2}}, 0.95)
	_, tests["omega of few"] = psychometric.Omega(psychometric.Items{{1, 3, 2}, {2, 5, 3}, {4, 1, 5}}, 0.95)
	_, tests["ICC of one occasion"] = psychometric.ICC([][]float64{{1}, {2}, {3}}, 0.95)
	_, tests["ICC of equal people"] = psychometric.ICC([][]float64{{1, 1}, {1, 1}, {1, 1}}, 0.95)
	_, tests["mean of words"] = psychometric.CheckMean("three", 10, psychometric.Lattice{Step: 1, Most: 4})
	_, tests["mean of nobody"] = psychometric.CheckMean("3", 0, psychometric.Lattice{Step: 1, Most: 4})
	_, tests["lattice without step"] = psychometric.CheckMean("3", 5, psychometric.Lattice{Most: 4})
	_, _, tests["reliability of 1"] = psychometric.Reliable(1, 2, 1, 1, 0.95)
	_, _, tests["missing score"] = psychometric.Reliable(1, nan, 1, 0.8, 0.95)
	_, tests["range upside down"] = psychometric.FloorCeiling([]float64{1}, 4, 0)
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
