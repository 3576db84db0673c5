package ols_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"rekindle/stats/gold"
	"rekindle/stats/ols"
)

// Longley's regression, the classic test of least squares: NIST's certified values (Statistical Reference Datasets).
func TestLongley(t *testing.T) {
	data := [][7]float64{
		{60323, 83.0, 234289, 2356, 1590, 107608, 1947}, {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
		{60171, 88.2, 258054, 3682, 1616, 109773, 1949}, {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
		{63221, 96.2, 328975, 2099, 3099, 112075, 1951}, {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
		{64989, 99.0, 365385, 1870, 3547, 115094, 1953}, {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
		{66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
		{68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
		{68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
		{69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962},
	}
	var x, y []float64
	for _, row := range data {
		y = append(y, row[0])
		x = append(append(x, 1), row[1:]...)
	}
	f, err := ols.Least(x, y, 7)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{-3482258.63459582, 15.0618722713733, -0.358191792925910e-1, -2.02022980381683, -1.03322686717359, -0.511041056535807e-1, 1829.15146461355}
	se := []float64{890420.383607373, 84.9149257747669, 0.334910077722432e-1, 0.488399681651699, 0.214274163161675, 0.226073200069370, 455.478499142212}
	for j := range want {
		gold.Near(t, "coefficient", f.Beta[j], want[j], 1e-8)
		gold.Near(t, "standard error", f.SE(j), se[j], 1e-8)
	}
	gold.Near(t, "residual SD", math.Sqrt(f.Variance), 304.854073561965, 1e-9)
}

// With as many instruments as columns and none but themselves, two stages are one.
func TestTwoStageOfItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 40
	var x, y []float64
	for range n {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		x = append(x, 1, a, b)
		y = append(y, 1+2*a-b+rng.NormFloat64())
	}
	one, err := ols.Least(x, y, 3)
	if err != nil {
		t.Fatal(err)
	}
	two, err := ols.TwoStage(x, x, y, 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	for j := range 3 {
		gold.Near(t, "coefficient", two.Beta[j], one.Beta[j], 1e-12)
		gold.Near(t, "standard error", two.SE(j), one.SE(j), 1e-12)
		gold.Near(t, "robust standard error", two.RobustSE(j), one.RobustSE(j), 1e-12)
	}
}

func TestRefuses(t *testing.T) {
	tests := map[string]error{}
	_, tests["as many columns as rows"] = ols.Least([]float64{1, 2}, []float64{1}, 2)
	_, tests["ragged"] = ols.Least([]float64{1, 2, 3}, []float64{1, 2}, 1)
	_, tests["NaN response"] = ols.Least([]float64{1, 1}, []float64{1, math.NaN()}, 1)
	_, tests["infinite column"] = ols.Least([]float64{1, math.Inf(1)}, []float64{1, 2}, 1)
	_, tests["twice the same column"] = ols.Least([]float64{1, 1, 1, 1, 1, 1}, []float64{1, 2, 4}, 2)
	_, tests["too few instruments"] = ols.TwoStage([]float64{1, 2, 1, 3, 1, 5}, []float64{1, 1, 1}, []float64{1, 2, 4}, 2, 1)
	for name, err := range tests {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
