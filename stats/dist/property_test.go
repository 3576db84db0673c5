package dist_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/dist"
)

type law interface {
	CDF(float64) float64
	Survival(float64) float64
	Quantile(float64) float64
	QuantileUpper(float64) float64
}

type logLaw interface {
	LogCDF(float64) float64
	LogSurvival(float64) float64
}

func drawLaw(t *rapid.T) law {
	df := func(name string) float64 {
		return math.Exp(rapid.Float64Range(math.Log(0.7), math.Log(3000)).Draw(t, name))
	}
	switch rapid.IntRange(0, 8).Draw(t, "law") {
	case 0:
		return dist.Normal{}
	case 1:
		return dist.StudentT{DF: df("df")}
	case 2:
		return dist.F{DF1: df("df1"), DF2: df("df2")}
	case 3:
		return dist.ChiSquared{DF: df("df")}
	case 4:
		return dist.Beta{A: df("a"), B: df("b")}
	case 5:
		return dist.Gamma{Shape: df("shape"), Rate: df("rate")}
	case 6:
		return dist.NoncentralT{DF: df("df"), NCP: rapid.Float64Range(-20, 20).Draw(t, "ncp")}
	case 7:
		return dist.NoncentralChiSquared{DF: df("df"), NCP: rapid.Float64Range(0, 50).Draw(t, "ncp")}
	default:
		return dist.NoncentralF{DF1: df("df1"), DF2: df("df2"), NCP: rapid.Float64Range(0, 50).Draw(t, "ncp")}
	}
}

// A quantile leads back to its probability, in both tails, however small.
func TestQuantileInverts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawLaw(t)
		p := math.Exp(rapid.Float64Range(-60, math.Log(0.999)).Draw(t, "log p"))
		if x := d.Quantile(p); math.Abs(x) > 1e-290 && math.Abs(x) < 1e290 {
			near(t, "lower", d, x, d.CDF(x), p, slope(d.CDF, x))
		}
		if x := d.QuantileUpper(p); math.Abs(x) > 1e-290 && math.Abs(x) < 1e290 {
			near(t, "upper", d, x, d.Survival(x), p, slope(d.Survival, x))
		}
	})
}

// slope is how much one relative unit of x changes the probability; beta close to 1 needs a step that stays below it.
func slope(tail func(float64) float64, x float64) float64 {
	const h = 1e-13
	return math.Abs(tail(x*(1-h))-tail(x)) / h
}

// near allows for what one rounding of x does to the probability.
func near(t *rapid.T, tail string, d law, x, got, want, slope float64) {
	t.Helper()
	if diff := math.Abs(got - want); !(diff <= 2e-12*want+4e-16*slope) {
		t.Fatalf("%s %#v at %v: got %v, want %v (relative %.1e)", tail, d, x, got, want, diff/want)
	}
}

// The two tails add to one; log tails are the logs of the tails.
func TestTailsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawLaw(t)
		x := d.Quantile(rapid.Float64Range(0.001, 0.999).Draw(t, "p"))
		if s := d.CDF(x) + d.Survival(x); math.Abs(s-1) > 1e-12 {
			t.Fatalf("%#v: tails at %v add to %v", d, x, s)
		}
		if l, ok := d.(logLaw); ok {
			if a, b := math.Exp(l.LogCDF(x)), d.CDF(x); math.Abs(a-b) > 1e-13*b {
				t.Fatalf("%#v: exp of log CDF at %v is %v, CDF %v", d, x, a, b)
			}
			if a, b := math.Exp(l.LogSurvival(x)), d.Survival(x); math.Abs(a-b) > 1e-13*b {
				t.Fatalf("%#v: exp of log survival at %v is %v, survival %v", d, x, a, b)
			}
		}
	})
}

func TestIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		df := rapid.Float64Range(0.5, 500).Draw(t, "df")
		x := rapid.Float64Range(0.01, 12).Draw(t, "x")
		same := func(what string, a, b float64) {
			t.Helper()
			if math.Abs(a-b) > 1e-12*math.Abs(b) {
				t.Fatalf("%s: %v and %v (df %v, x %v)", what, a, b, df, x)
			}
		}
		same("t squared is F", dist.F{DF1: 1, DF2: df}.Survival(x*x), dist.StudentT{DF: df}.TwoSided(x))
		same("reciprocal F", dist.F{DF1: 3, DF2: df}.Survival(x), dist.F{DF1: df, DF2: 3}.CDF(1/x))
		same("z squared is chi-square", dist.ChiSquared{DF: 1}.Survival(x*x), dist.Normal{}.TwoSided(x))
		same("chi-square with 2 df is exponential", dist.ChiSquared{DF: 2}.Survival(x), math.Exp(-x/2))
		same("t with infinite df", dist.StudentT{DF: math.Inf(1)}.Survival(x), dist.Normal{}.Survival(x))
		ncp := rapid.Float64Range(0, 6).Draw(t, "ncp")
		nt := dist.NoncentralT{DF: df, NCP: ncp}
		same("noncentral t squared is noncentral F", dist.NoncentralF{DF1: 1, DF2: df, NCP: ncp * ncp}.Survival(x*x),
			nt.Survival(x)+nt.CDF(-x))
		same("mirrored noncentral t", nt.CDF(x), dist.NoncentralT{DF: df, NCP: -ncp}.Survival(-x))
		same("noncentral chi-square with 1 df", dist.NoncentralChiSquared{DF: 1, NCP: ncp * ncp}.Survival(x*x),
			dist.Normal{}.Survival(x-ncp)+dist.Normal{}.CDF(-x-ncp))
		same("range of two", dist.StudentizedRange{Groups: 2, DF: df}.Survival(x),
			dist.StudentT{DF: df}.TwoSided(x/math.Sqrt2))
	})
}

func TestBinomial(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := dist.Binomial{N: rapid.IntRange(1, 60).Draw(t, "n"), P: rapid.Float64Range(0, 1).Draw(t, "p")}
		below := 0.0
		for k := range b.N + 1 {
			below += b.Mass(k)
			if math.Abs(b.CDF(k)-below) > 1e-12 || math.Abs(b.Survival(k)-(1-below)) > 1e-12 {
				t.Fatalf("%+v at %d: CDF %v, survival %v, sum of masses %v", b, k, b.CDF(k), b.Survival(k), below)
			}
		}
		p := rapid.Float64Range(0, 1).Draw(t, "tail")
		if k := b.Quantile(p); b.CDF(k) < p || k > 0 && b.CDF(k-1) >= p {
			t.Fatalf("%+v: quantile of %v is %d", b, p, k)
		}
		if k := b.QuantileUpper(p); b.Survival(k) > p || k > 0 && b.Survival(k-1) <= p {
			t.Fatalf("%+v: upper quantile of %v is %d", b, p, k)
		}
	})
}

// Where a probability itself is too small for a number, its log is not. Values: mpmath 1.3.
func TestLogTails(t *testing.T) {
	check(t, "normal", 50, dist.Normal{}.LogSurvival(50), -1254.8313611394194, 1e-14)
	check(t, "normal", 1e10, dist.Normal{}.LogCDF(-1e10), -5e19, 1e-14)
	check(t, "t", 1e200, dist.StudentT{DF: 3}.LogSurvival(1e200), logTail3(1e200), 1e-13)
	check(t, "chi-square", 5000, dist.ChiSquared{DF: 2}.LogSurvival(5000), -2500, 1e-14)
}

// logTail3 is the leading term of the upper tail of t with 3 df: 2 sqrt(3) / (pi t^3).
func logTail3(x float64) float64 { return math.Log(2*math.Sqrt(3)/math.Pi) - 3*math.Log(x) }

func TestEdgesAndNonsense(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"t quantile of 0", dist.StudentT{DF: 4}.Quantile(0), -inf},
		{"t quantile of 1", dist.StudentT{DF: 4}.Quantile(1), inf},
		{"F survival at infinity", dist.F{DF1: 2, DF2: 3}.Survival(inf), 0},
		{"F below zero", dist.F{DF1: 2, DF2: 3}.Survival(-1), 1},
		{"chi-square quantile of 0", dist.ChiSquared{DF: 3}.Quantile(0), 0},
		{"beta beyond 1", dist.Beta{A: 2, B: 3}.CDF(2), 1},
		{"noncentral t at infinity", dist.NoncentralT{DF: 3, NCP: 1}.Survival(inf), 0},
		{"noncentral F at 0", dist.NoncentralF{DF1: 2, DF2: 3, NCP: 1}.CDF(0), 0},
		{"studentized range at 0", dist.StudentizedRange{Groups: 3, DF: 5}.Survival(0), 1},
		{"binomial certain", dist.Binomial{N: 5, P: 1}.Mass(5), 1},
		{"normal at infinity", dist.Normal{}.Survival(inf), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
	for name, got := range map[string]float64{
		"t with no df":              dist.StudentT{}.CDF(1),
		"t with negative df":        dist.StudentT{DF: -2}.Quantile(0.3),
		"t at NaN":                  dist.StudentT{DF: 2}.Survival(nan),
		"F with no df":              dist.F{DF1: 1}.Survival(2),
		"quantile of 2":             dist.ChiSquared{DF: 2}.Quantile(2),
		"beta with no shape":        dist.Beta{A: 1}.CDF(0.2),
		"binomial with p 2":         dist.Binomial{N: 2, P: 2}.CDF(1),
		"negative noncentrality":    dist.NoncentralChiSquared{DF: 2, NCP: -1}.CDF(1),
		"noncentral F of nothing":   dist.NoncentralF{}.Quantile(0.5),
		"range of one":              dist.StudentizedRange{Groups: 1, DF: 4}.CDF(1),
		"infinite noncentrality":    dist.NoncentralT{DF: 3, NCP: inf}.CDF(1),
		"normal quantile below 0":   dist.Normal{}.Quantile(-0.1),
		"t upper quantile of a NaN": dist.StudentT{DF: 3}.QuantileUpper(nan),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s: got %v, want NaN", name, got)
		}
	}
	// Extreme arguments end, and give probabilities.
	for _, x := range []float64{1e-300, 1e-8, 1, 1e8, 1e300} {
		for _, df := range []float64{1e-3, 1, 1e9} {
			for _, p := range []float64{dist.StudentT{DF: df}.Survival(x), dist.F{DF1: df, DF2: 7}.Survival(x),
				dist.ChiSquared{DF: df}.Survival(x), dist.NoncentralT{DF: df, NCP: 2}.Survival(x)} {
				if !(p >= 0 && p <= 1) {
					t.Errorf("df %v at %v: %v is no probability", df, x, p)
				}
			}
		}
	}
}

// However large the noncentrality, the tails come in a moment and add to one.
func TestExtremeNoncentrality(t *testing.T) {
	for _, df := range []float64{0.3, 1, 5, 98, 1e4, 1e7} {
		for _, ncp := range []float64{-1e12, -1e5, -300, -40, 1, 40, 300, 1e5, 1e12} {
			for _, f := range []float64{-1e9, -1, 1e-6, .5, .97, 1, 1.05, 3, 1e6} {
				d := dist.NoncentralT{DF: df, NCP: ncp}
				if sum := d.CDF(ncp*f) + d.Survival(ncp*f); !(math.Abs(sum-1) < 1e-12) {
					t.Errorf("%+v at %v: tails add to %v", d, ncp*f, sum)
				}
			}
		}
	}
	for _, df := range []float64{0.5, 3, 1e6} {
		for _, q := range []float64{1e-8, 1, 50, 1e6} {
			d := dist.StudentizedRange{Groups: 4, DF: df}
			if sum := d.CDF(q) + d.Survival(q); !(math.Abs(sum-1) < 1e-10) {
				t.Errorf("%+v at %v: tails add to %v", d, q, sum)
			}
		}
	}
}

func BenchmarkStudentTwoSided(b *testing.B) {
	for b.Loop() {
		dist.StudentT{DF: 117.3}.TwoSided(2.1)
	}
}

func BenchmarkStudentQuantile(b *testing.B) {
	for b.Loop() {
		dist.StudentT{DF: 117.3}.QuantileUpper(0.025)
	}
}

func BenchmarkNoncentralT(b *testing.B) {
	for b.Loop() {
		dist.NoncentralT{DF: 98, NCP: 2.5}.Survival(1.98)
	}
}
