package lmm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/design"
	"rekindle/stats/wald"
)

// tangle is a table with nested, crossed and sloped structure, unequal residual variances, and weights.
func tangle(tb testing.TB, seed uint64, n int) *design.Table {
	tb.Helper()
	r := rand.New(rand.NewPCG(seed, 7))
	col := map[string][]float64{}
	text := map[string][]string{}
	for range n {
		site, item := r.IntN(4), r.IntN(5)
		person := site*6 + r.IntN(6)
		arm := person % 2
		x := 2000 + 3*r.NormFloat64()
		col["x"] = append(col["x"], x)
		col["w"] = append(col["w"], 0.5+r.Float64())
		col["y"] = append(col["y"], 50+2*float64(arm)+float64(site)+0.7*float64(person%5)+0.3*float64(item)+0.4*(x-2000)*float64(person%3)+r.NormFloat64()*(1+float64(arm)))
		text["site"] = append(text["site"], fmt.Sprint("s", site))
		text["person"] = append(text["person"], fmt.Sprint("p", person))
		text["item"] = append(text["item"], fmt.Sprint("i", item))
		text["arm"] = append(text["arm"], fmt.Sprint("a", arm))
	}
	t := design.NewTable()
	for _, k := range []string{"x", "w", "y"} {
		if err := t.AddNumbers(k, col[k]); err != nil {
			tb.Fatal(err)
		}
	}
	for _, k := range []string{"site", "person", "item", "arm"} {
		if err := t.AddText(k, text[k]); err != nil {
			tb.Fatal(err)
		}
	}
	return t
}

var tangles = []struct {
	formula string
	options design.Options
}{
	{"y ~ arm + (1|person)", design.Options{Weights: "w"}},
	{"y ~ arm + x + (1|site/person)", design.Options{}},
	{"y ~ arm + (1|person) + (1|item)", design.Options{}},
	{"y ~ arm*x + (x|person)", design.Options{Weights: "w"}},
	{"y ~ arm + (1 + x|person) + (1|item) + (0 + arm|site)", design.Options{}},
	{"y ~ arm + x + (1 + x|person)", design.Options{ResidualBy: "arm"}},
	{"y ~ x + (1|item) + (1|site)", design.Options{ResidualBy: "arm", Weights: "w"}},
	{"y ~ arm + (x||person)", design.Options{}},
	{"y ~ arm + x", design.Options{ResidualBy: "arm"}},
}

// dense computes all moments with matrices of rows x rows, as the definitions (M1) to (M3) say.
func dense(x *mixture, gamma []float64) *moments {
	n, a := x.n, x.a
	var g []*mat.Dense
	for _, t := range x.terms {
		t.pairs(func(_, e, f int) {
			m := mat.NewDense(n, n, nil)
			for i := range n {
				for j := range n {
					if t.random.Index[i] == t.random.Index[j] {
						zi, zj := t.row(int32(i)), t.row(int32(j))
						v := zi[e] * zj[f]
						if e != f {
							v += zi[f] * zj[e]
						}
						m.Set(i, j, v)
					}
				}
			}
			g = append(g, m)
		})
	}
	for k := range x.groups {
		m := mat.NewDense(n, n, nil)
		for i := range n {
			if x.groupOf(int32(i)) == k {
				m.Set(i, i, 1/x.weight(int32(i)))
			}
		}
		g = append(g, m)
	}
	v := mat.NewDense(n, n, nil)
	for i := range g {
		var s mat.Dense
		s.Scale(gamma[i], g[i])
		v.Add(v, &s)
	}
	full := mat.NewDense(n, a, nil)
	for i := range n {
		full.SetRow(i, append(append([]float64(nil), x.x(int32(i))...), x.rest[i]))
	}
	var vi, via mat.Dense
	if err := vi.Inverse(v); err != nil {
		panic(err)
	}
	via.Mul(&vi, full)
	m := newMoments(len(g), a)
	m.logDet, _ = mat.LogDet(v)
	sandwich := func(dst []float64, parts ...mat.Matrix) {
		var left mat.Dense
		left.CloneFrom(full.T())
		for _, p := range parts {
			var next mat.Dense
			next.Mul(&left, p)
			left = next
		}
		var out mat.Dense
		out.Mul(&left, full)
		for i := range a {
			for j := range a {
				dst[i*a+j] = out.At(i, j)
			}
		}
	}
	sandwich(m.m, &vi)
	for i := range g {
		var vg mat.Dense
		vg.Mul(&vi, g[i])
		m.t[i] = mat.Trace(&vg)
		sandwich(m.f[i], &vi, g[i], &vi)
		for j := range i + 1 {
			var vh, p mat.Dense
			vh.Mul(&vi, g[j])
			p.Mul(&vg, &vh)
			m.tt[wald.Pair(i, j)] = mat.Trace(&p)
			sandwich(m.ff[wald.Pair(i, j)], &vi, g[i], &vi, g[j], &vi)
		}
	}
	return m
}

func sameMoments(t *testing.T, name string, got, want *moments, logWeights float64) {
	t.Helper()
	compare := func(what string, a, b []float64) {
		t.Helper()
		scale := 1e-12
		for _, v := range b {
			scale = math.Max(scale, math.Abs(v))
		}
		for i := range a {
			if !(math.Abs(a[i]-b[i]) <= 1e-9*scale) {
				t.Errorf("%s, %s[%d]: %v, dense %v", name, what, i, a[i], b[i])
				return
			}
		}
	}
	compare("log|V|", []float64{got.logDet - logWeights}, []float64{want.logDet})
	compare("M", got.m, want.m)
	compare("t", got.t, want.t)
	compare("tt", got.tt, want.tt)
	for i := range want.f {
		compare(fmt.Sprint("F", i), got.f[i], want.f[i])
	}
	for i := range want.ff {
		compare(fmt.Sprint("FF", i), got.ff[i], want.ff[i])
	}
}

func TestMomentsAgreeWithDenseMatrices(t *testing.T) {
	for i, c := range tangles {
		d, err := design.New(tangle(t, uint64(i), 70), c.formula, c.options)
		if err != nil {
			t.Fatal(c.formula, err)
		}
		p, err := NewPlan(d, Options{})
		if err != nil {
			t.Fatal(c.formula, err)
		}
		logWeights := 0.0
		for _, w := range d.Weights {
			logWeights += math.Log(w)
		}
		if p.clusters != nil {
			s := newSums(p.clusters)
			s.take(d.Response)
			one := newMoments(2, p.p+1)
			s.moments(1.7, one)
			only, _ := newTerm(&d.Random[0], p.n)
			p.layout = newLayout([]*term{only}, nil, 1, d.Weights, p.n, p.p, p.row)
			x := newMixture(p.layout)
			x.take(d.Response)
			sameMoments(t, c.formula+" (clusters)", one, dense(x, []float64{1.7, 1}), logWeights)
		}
		x := newMixture(p.layout)
		x.take(d.Response)
		s := newSearch(x, false, true, newMoments(x.k, x.a), newSolution(x.k, x.p))
		r := rand.New(rand.NewPCG(3, 3))
		for j := range s.psi {
			s.psi[j] = 0.3 + r.Float64()
		}
		s.set(s.psi)
		got := newMoments(x.k, x.a)
		if !x.moments(s.rel, got) {
			t.Fatal(c.formula, "not positive definite")
		}
		sameMoments(t, c.formula, got, dense(x, s.rel), logWeights)
	}
}

// The search's derivatives against central differences of its own objective.
func TestDerivativesOfTheSearch(t *testing.T) {
	for i, c := range tangles {
		d, err := design.New(tangle(t, uint64(i), 70), c.formula, c.options)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(d, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if p.layout == nil {
			only, _ := newTerm(&d.Random[0], p.n)
			p.layout = newLayout([]*term{only}, nil, 1, d.Weights, p.n, p.p, p.row)
		}
		for _, ml := range []bool{false, true} {
			for _, absolute := range []bool{false, true} {
				x := newMixture(p.layout)
				x.take(d.Response)
				s := newSearch(x, ml, absolute, newMoments(x.k, x.a), newSolution(x.k, x.p))
				for j := range s.psi {
					s.psi[j] = 0.6 + 0.1*float64(j)
				}
				if !s.derive() {
					t.Fatal("no derivative")
				}
				gradient, hessian := append([]float64(nil), s.gradient...), append([]float64(nil), s.hessian...)
				at := append([]float64(nil), s.psi...)
				const h = 1e-5
				for j := range at {
					var g [2][]float64
					var f [2]float64
					for k, sign := range []float64{1, -1} {
						copy(s.psi, at)
						s.psi[j] += sign * h
						f[k] = s.value(s.psi)
						s.derive()
						g[k] = append([]float64(nil), s.gradient...)
					}
					if got := (f[0] - f[1]) / (2 * h); math.Abs(got-gradient[j]) > 1e-6*(1+math.Abs(got)) {
						t.Errorf("%s ml %v absolute %v: gradient %d is %v, difference quotient %v", c.formula, ml, absolute, j, gradient[j], got)
					}
					for k := range at {
						if got := (g[0][k] - g[1][k]) / (2 * h); math.Abs(got-hessian[j*s.m+k]) > 1e-5*(1+math.Abs(got)) {
							t.Errorf("%s ml %v absolute %v: Hessian %d %d is %v, difference quotient %v", c.formula, ml, absolute, j, k, hessian[j*s.m+k], got)
						}
					}
				}
			}
		}
	}
}

// The derivatives of the likelihood in the variance ratio against differences, and the optimum against them.
func TestDerivativesInTheRatio(t *testing.T) {
	for _, options := range []design.Options{{}, {Weights: "w"}} {
		d, err := design.New(tangle(t, 4, 60), "y ~ arm + x + (1|person)", options)
		if err != nil {
			t.Fatal(err)
		}
		for _, ml := range []bool{false, true} {
			p, err := NewPlan(d, Options{ML: ml})
			if err != nil {
				t.Fatal(err)
			}
			s := newSums(p.clusters)
			s.take(d.Response)
			r := newRatioSearch(s, ml)
			for _, ratio := range []float64{0, 0.3, 2, 50} {
				h := 1e-5 * (1 + ratio)
				_, d1 := r.slope(ratio)
				if want := (r.deviance(ratio+h) - r.deviance(ratio-h)) / (2 * h); math.Abs(d1-want) > 1e-6*(1+math.Abs(want)) {
					t.Errorf("derivative at %v: %v, difference quotient %v", ratio, d1, want)
				}
			}
			o := r.find()
			if _, d1 := r.slope(o.ratio); math.Abs(d1)*(o.ratio+1/r.unit) > 1e-11*float64(p.n) && !o.boundary {
				t.Errorf("derivative at the optimum %v", d1)
			}
			best := r.deviance(o.ratio)
			for x := 0.0; x < 20; x += 0.01 {
				if v := r.deviance(x * x); v < best-1e-9 {
					t.Fatalf("deviance %v at ratio %v, below %v at the optimum %v", v, x*x, best, o.ratio)
				}
			}
		}
	}
}
