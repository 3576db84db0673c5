package lmm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// trial draws a two-arm table of participants with up to three visits, a covariate, and coaches.
type trial struct {
	arm, wave, id, coach []string
	x, y                 []float64
}

func drawTrial(t *rapid.T) *trial {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	n := rapid.IntRange(8, 40).Draw(t, "participants")
	sd := rapid.SampledFrom([]float64{0, 0.3, 1, 5}).Draw(t, "sd")
	d := &trial{}
	for i := range n {
		b := sd * r.NormFloat64()
		for w := range 3 {
			if w > 0 && r.Float64() < 0.2 {
				continue
			}
			d.arm = append(d.arm, []string{"control", "coaching"}[i%2])
			d.wave = append(d.wave, fmt.Sprint("w", w))
			d.id = append(d.id, fmt.Sprint("P", i))
			d.coach = append(d.coach, fmt.Sprint("C", (i/2)%4))
			x := r.NormFloat64()
			d.x = append(d.x, x)
			d.y = append(d.y, 3+b+0.5*float64(w)+0.2*x+r.NormFloat64())
		}
	}
	return d
}

func (d *trial) table(t rapid.TB, order []int, scale, shift float64) *design.Table {
	pick := func(s []string) []string {
		out := make([]string, len(order))
		for i, k := range order {
			out[i] = s[k]
		}
		return out
	}
	x, y := make([]float64, len(order)), make([]float64, len(order))
	for i, k := range order {
		x[i], y[i] = d.x[k], scale*d.y[k]+shift
	}
	tab := design.NewTable()
	for name, s := range map[string][]string{"arm": d.arm, "wave": d.wave, "id": d.id, "coach": d.coach} {
		if err := tab.AddText(name, pick(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tab.AddNumbers("x", x); err != nil {
		t.Fatal(err)
	}
	if err := tab.AddNumbers("y", y); err != nil {
		t.Fatal(err)
	}
	return tab
}

func identity(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

var propertyModels = []string{
	"y ~ arm*wave + x + (1|id)",
	"y ~ arm*wave + x + (1|id) + (1|coach)",
	"y ~ arm + x + (1 + x|id)",
}

func fitTrial(t rapid.TB, tab *design.Table, formula string, factors map[string][]string) (*design.Design, *lmm.Model) {
	d, err := design.New(tab, formula, design.Options{Factors: factors})
	if err != nil {
		t.Fatal(err)
	}
	m, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d, m
}

func difference(t rapid.TB, d *design.Design) []float64 {
	a, err := d.Mean(design.At{"arm": "coaching"}, design.Equal)
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.Mean(design.At{"arm": "control"}, design.Equal)
	if err != nil {
		t.Fatal(err)
	}
	return a.Minus(b).L
}

// The order of rows, the unit and origin of the response, and the choice of reference levels change nothing that they should not.
func TestInvariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawTrial(t)
		formula := rapid.SampledFrom(propertyModels).Draw(t, "model")
		n := len(d.y)
		base, m := fitTrial(t, d.table(t, identity(n), 1, 0), formula, nil)
		if len(base.Dropped) > 0 {
			return // a cell without rows: the difference is not estimable and depends on which column was dropped
		}
		l := difference(t, base)
		order := rand.New(rand.NewPCG(9, uint64(n))).Perm(n)
		const scale, shift = -37.5, 1e4
		moved, mm := fitTrial(t, d.table(t, order, scale, shift), formula, map[string][]string{"arm": {"coaching", "control"}, "wave": {"w2", "w0", "w1"}})
		k := difference(t, moved)
		if math.Abs(mm.LogLik+float64(n-base.P())*math.Log(-scale)-m.LogLik) > 1e-6*(1+math.Abs(m.LogLik)) {
			t.Fatalf("log-likelihood %v, moved %v", m.LogLik, mm.LogLik)
		}
		if m.Singular != mm.Singular {
			t.Fatalf("singular %v, moved %v", m.Singular, mm.Singular)
		}
		for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved} {
			a, b := m.Contrast(l, method), mm.Contrast(k, method)
			if a.Note != "" || b.Note != "" {
				if (a.Note == "") != (b.Note == "") {
					t.Fatalf("%s: %q and %q", method, a.Note, b.Note)
				}
				continue
			}
			if math.Abs(b.Value-scale*a.Value) > 1e-6*b.SE || math.Abs(b.SE/(-scale*a.SE)-1) > 1e-6 || math.Abs(b.DF/a.DF-1) > 1e-5 {
				t.Fatalf("%s: %+v, moved %+v", method, a, b)
			}
		}
	})
}

// In a balanced one-way layout REML is the analysis of variance: variance components from mean squares, and the mean of a group of rows with
// groups - 1 degrees of freedom.
func TestBalancedOneWayIsANOVA(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups, size := rapid.IntRange(3, 12).Draw(t, "groups"), rapid.IntRange(2, 6).Draw(t, "size")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		var id []string
		var y []float64
		means := make([]float64, groups)
		for g := range groups {
			b := 3 * r.NormFloat64()
			for range size {
				id = append(id, fmt.Sprint("g", g))
				y = append(y, 10+b+r.NormFloat64())
				means[g] += y[len(y)-1] / float64(size)
			}
		}
		grand, between, within := 0.0, 0.0, 0.0
		for _, v := range means {
			grand += v / float64(groups)
		}
		for i, v := range y {
			within += (v - means[i/size]) * (v - means[i/size])
		}
		for _, v := range means {
			between += float64(size) * (v - grand) * (v - grand)
		}
		between /= float64(groups - 1)
		within /= float64(groups * (size - 1))
		tab := design.NewTable()
		if err := tab.AddText("id", id); err != nil {
			t.Fatal(err)
		}
		if err := tab.AddNumbers("y", y); err != nil {
			t.Fatal(err)
		}
		_, m := fitTrial(t, tab, "y ~ 1 + (1|id)", nil)
		if between <= within {
			if !m.Singular || m.Components[0].Value != 0 {
				t.Fatalf("mean squares %v <= %v, but the fit is %+v", between, within, m.Components)
			}
			return
		}
		if math.Abs(m.Components[1].Value/within-1) > 1e-9 || math.Abs(m.Components[0].Value*float64(size)/(between-within)-1) > 1e-7 {
			t.Fatalf("components %+v, mean squares %v and %v", m.Components, between, within)
		}
		for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved} {
			e := m.Contrast([]float64{1}, method)
			if math.Abs(e.DF/float64(groups-1)-1) > 1e-6 || math.Abs(e.SE/math.Sqrt(between/float64(len(y)))-1) > 1e-7 {
				t.Fatalf("%s: %+v", method, e)
			}
		}
	})
}

// With two complete visits the interaction is the t test of the changes, whatever the method.
func TestTwoVisitsAreTheTTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(6, 40).Draw(t, "participants")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		d := &trial{}
		var change [2][]float64
		for i := range n {
			b := 2 * r.NormFloat64()
			var y [2]float64
			for w := range 2 {
				y[w] = b + float64(w*(i%2)) + r.NormFloat64()
				d.arm, d.wave = append(d.arm, []string{"control", "coaching"}[i%2]), append(d.wave, fmt.Sprint("w", w))
				d.id, d.coach = append(d.id, fmt.Sprint("P", i)), append(d.coach, "C")
				d.x, d.y = append(d.x, 0), append(d.y, y[w])
			}
			change[i%2] = append(change[i%2], y[1]-y[0])
		}
		mean := func(x []float64) (m, ss float64) {
			for _, v := range x {
				m += v / float64(len(x))
			}
			for _, v := range x {
				ss += (v - m) * (v - m)
			}
			return m, ss
		}
		m0, s0 := mean(change[0])
		m1, s1 := mean(change[1])
		se := math.Sqrt((s0 + s1) / float64(n-2) * (1/float64(len(change[0])) + 1/float64(len(change[1]))))
		des, m := fitTrial(t, d.table(t, identity(len(d.y)), 1, 0), "y ~ arm*wave + (1|id)", map[string][]string{"arm": {"control", "coaching"}})
		if m.Singular {
			return // then rows of a participant are no more alike than others and the t test is not the model
		}
		row, err := des.Coefficient("armcoaching:wavew1")
		if err != nil {
			t.Fatal(err)
		}
		for _, method := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved, wald.Containment} {
			e := m.Contrast(row.L, method)
			if math.Abs(e.Value-(m1-m0)) > 1e-8 || math.Abs(e.SE/se-1) > 1e-7 || math.Abs(e.DF-float64(n-2)) > 1e-4 {
				t.Fatalf("%s: %+v, t test %v (%v), %d", method, e, m1-m0, se, n-2)
			}
		}
	})
}

// A slope with a wild unit and origin, slopes of very different size, and a likelihood with distant starts: no start may end higher than the fit.
func TestRandomSlopesInAnyUnit(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var id []string
	var x, y []float64
	for g := range 16 {
		b0, b1 := 150*r.NormFloat64(), 0.3*r.NormFloat64()
		for _, day := range []float64{1, 8, 15, 22, 29, 36, 43, 44, 50, 57, 64} {
			id = append(id, fmt.Sprint("rat", g))
			x = append(x, day)
			y = append(y, 300+b0+(0.5+b1)*day+4*r.NormFloat64())
		}
	}
	fit := func(scale, shift float64) *lmm.Model {
		moved := make([]float64, len(x))
		for i := range x {
			moved[i] = shift + scale*x[i]
		}
		tab := design.NewTable()
		if err := tab.AddText("id", id); err != nil {
			t.Fatal(err)
		}
		if err := tab.AddNumbers("x", moved); err != nil {
			t.Fatal(err)
		}
		if err := tab.AddNumbers("y", y); err != nil {
			t.Fatal(err)
		}
		_, m := fitTrial(t, tab, "y ~ x + (1 + x | id)", nil)
		if !m.Story.Converged {
			t.Errorf("%+v", m.Story)
		}
		return m
	}
	base := fit(1, 0)
	for _, c := range [][2]float64{{1, 2000}, {1e-4, 0}, {1e4, -1e5}} {
		m := fit(c[0], c[1])
		near(t, "log-likelihood", m.LogLik, base.LogLik+math.Log(1/c[0]), 1e-7, 1)
		near(t, "slope variance", m.Components[2].Value*c[0]*c[0], base.Components[2].Value, 1e-6, base.Components[2].Value)
		near(t, "residual", m.Sigma, base.Sigma, 1e-8, 1)
	}
}

// Perfectly correlated random effects: the optimum is on the boundary of the covariance matrices, and the certificate holds there.
func TestCorrelationAtOne(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 5))
	var id []string
	var x, y []float64
	for g := range 12 {
		b := r.NormFloat64()
		for k := range 5 {
			id = append(id, fmt.Sprint(g))
			x = append(x, float64(k))
			y = append(y, b+0.5*b*float64(k)+r.NormFloat64())
		}
	}
	tab := design.NewTable()
	if err := tab.AddText("id", id); err != nil {
		t.Fatal(err)
	}
	if err := tab.AddNumbers("x", x); err != nil {
		t.Fatal(err)
	}
	if err := tab.AddNumbers("y", y); err != nil {
		t.Fatal(err)
	}
	_, m := fitTrial(t, tab, "y ~ x + (1 + x | id)", nil)
	v := m.Components
	correlation := v[1].Value / math.Sqrt(v[0].Value*v[2].Value)
	if !m.Singular || math.Abs(correlation-1) > 1e-9 || m.Story.BoundaryScore > 0 || !m.Story.Converged {
		t.Errorf("correlation %v, %+v", correlation, m.Story)
	}
	if e := m.Contrast([]float64{0, 1}, wald.Satterthwaite); e.Note != "" || !(e.DF > 5 && e.DF < 20) {
		t.Errorf("%+v", e)
	}
}

// The parametric bootstrap gives the same numbers on any number of cores.
func TestBootstrapDoesNotDependOnCores(t *testing.T) {
	d := paperDesign(t, 40)
	m, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	run := func(cores int) *lmm.Bootstrap {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		b, err := m.Bootstrap(200, 42, func(m *lmm.Model) []float64 { return []float64{m.Beta[len(m.Beta)-1], m.Sigma} })
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	a, b := run(1), run(4)
	if a.Failed != 0 || len(a.Replicates) != 200 {
		t.Fatalf("%d failed: %v", a.Failed, a.FirstError)
	}
	for i := range a.Replicates {
		if a.Replicates[i][0] != b.Replicates[i][0] || a.Replicates[i][1] != b.Replicates[i][1] {
			t.Fatalf("draw %d: %v and %v", i, a.Replicates[i], b.Replicates[i])
		}
	}
	i, err := a.Interval(0, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	l := make([]float64, len(m.Beta))
	l[len(l)-1] = 1
	if e := m.Contrast(l, wald.Z); math.Abs((i.Upper-i.Lower)/(e.Upper-e.Lower)-1) > 0.25 {
		t.Errorf("bootstrap %+v, Wald %+v", i, e)
	}
}

// A refit without allocation is what power simulation rests on.
func TestRefitDoesNotAllocate(t *testing.T) {
	d := paperDesign(t, 123)
	m, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := make([]float64, len(m.Beta))
	l[len(l)-1] = 1
	m.Contrast(l, wald.KenwardRoger)
	if n := testing.AllocsPerRun(50, func() {
		if err := m.Refit(d.Response); err != nil {
			t.Fatal(err)
		}
		m.Contrast(l, wald.KenwardRoger)
		m.Contrast(l, wald.Satterthwaite)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
