package glmm_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"rekindle/stats/glmm"
)

// twoWaves draws a two-visit trial with a yes/no outcome; columns: intercept,
// arm, visit, arm x visit.
func twoWaves(seed uint64, groups int, sigma float64) glmm.Data {
	rng := rand.New(rand.NewPCG(seed, 1))
	var d glmm.Data
	var x []float64
	for g := range groups {
		u := sigma * rng.NormFloat64()
		arm := float64(g % 2)
		for v := range 2 {
			if v == 1 && rng.Float64() < 0.1 {
				continue
			}
			t := float64(v)
			x = append(x, 1, arm, t, arm*t)
			y := 0.0
			if rng.Float64() < 1/(1+math.Exp(-(0.2-0.9*arm*t+u))) {
				y = 1
			}
			d.Y, d.Group = append(d.Y, y), append(d.Group, 1000-g)
		}
	}
	d.X = mat.NewDense(len(d.Y), 4, x)
	d.Names = []string{"(Intercept)", "arm", "visit", "arm:visit"}
	return d
}

func fit(t *testing.T, d glmm.Data, o glmm.Options) *glmm.Model {
	t.Helper()
	m, err := glmm.Fit(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: %.14g, want %.14g", what, got, want)
	}
}

// A column that is 1 only for people who all answered alike has no finite
// coefficient: named, with its direction; the rest can be fitted, and is the
// fit of the other people.
func TestQuasiSeparationNamesTheColumn(t *testing.T) {
	d := twoWaves(3, 80, 1)
	n, _ := d.X.Dims()
	x := mat.NewDense(n, 5, nil)
	x.Slice(0, n, 0, 4).(*mat.Dense).Copy(d.X)
	var others glmm.Data
	var rows []float64
	for i := range n {
		if d.Group[i] == 1000 || d.Group[i] == 997 {
			x.Set(i, 4, 1)
			d.Y[i] = 0
			continue
		}
		others.Y, others.Group = append(others.Y, d.Y[i]), append(others.Group, d.Group[i])
		rows = append(rows, d.X.RawRowView(i)...)
	}
	others.X = mat.NewDense(len(others.Y), 4, rows)
	d.X, d.Names = x, append(d.Names, "gendernonbinary")
	_, err := glmm.Fit(d, glmm.Options{})
	sep, ok := errors.AsType[*glmm.Separation](err)
	if !ok {
		t.Fatalf("error %v, want separation", err)
	}
	if sep.Complete || !slices.Equal(sep.Columns, []string{"gendernonbinary"}) || sep.Signs[0] != -1 || !strings.Contains(err.Error(), "gendernonbinary to -infinity") {
		t.Errorf("%+v: %v", sep, err)
	}
	rest, columns, ok := sep.Rest()
	if !ok || !slices.Equal(columns, []int{0, 1, 2, 3}) {
		t.Fatalf("rest has columns %v", columns)
	}
	got, want := fit(t, rest, glmm.Options{}), fit(t, others, glmm.Options{})
	near(t, "log-likelihood", got.LogLik, want.LogLik, 1e-12)
	near(t, "effect", got.Beta[3], want.Beta[3], 1e-10)
}

func TestCompleteSeparation(t *testing.T) {
	d := twoWaves(4, 30, 1)
	for i := range d.Y {
		d.Y[i] = d.X.At(i, 1)
	}
	_, err := glmm.Fit(d, glmm.Options{})
	sep, ok := errors.AsType[*glmm.Separation](err)
	if !ok || !sep.Complete || !slices.Contains(sep.Columns, "arm") {
		t.Fatalf("error %v", err)
	}
	if _, _, ok := sep.Rest(); ok {
		t.Error("something left after complete separation")
	}
	// counts: an arm without events
	for i := range d.Y {
		d.Y[i] = float64(i%3) * (1 - d.X.At(i, 1))
	}
	for _, family := range []glmm.Family{glmm.Poisson, glmm.NegativeBinomial} {
		_, err = glmm.Fit(d, glmm.Options{Family: family})
		if sep, ok = errors.AsType[*glmm.Separation](err); !ok || !slices.Contains(sep.Columns, "arm") {
			t.Errorf("%v: error %v", family, err)
		}
	}
}

// A participant who always answers alike, in both visits, gives the random
// intercept no finite standard deviation.
func TestRandomInterceptWithoutBound(t *testing.T) {
	d := twoWaves(5, 60, 1)
	first := map[int]float64{}
	for i, g := range d.Group {
		if y, ok := first[g]; ok {
			d.Y[i] = y
		} else {
			first[g] = d.Y[i]
		}
	}
	if _, err := glmm.Fit(d, glmm.Options{}); err == nil || !strings.Contains(err.Error(), "no finite estimate") {
		t.Errorf("error %v", err)
	}
}

func TestBadInputIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*glmm.Data)
		o      glmm.Options
		say    string
	}{
		"response":     {func(d *glmm.Data) { d.Y[2] = 2 }, glmm.Options{}, "row 3: response is 2"},
		"fraction":     {func(d *glmm.Data) { d.Y[2] = 0.5 }, glmm.Options{}, "row 3: response is 0.5"},
		"NaN":          {func(d *glmm.Data) { d.Y[2] = math.NaN() }, glmm.Options{}, "row 3: response is NaN"},
		"count":        {func(d *glmm.Data) { d.Y[0] = -1 }, glmm.Options{Family: glmm.Poisson}, "row 1: count is -1"},
		"trials":       {func(d *glmm.Data) { d.Trials = make([]float64, len(d.Y)) }, glmm.Options{}, "number of trials is 0"},
		"count trials": {func(d *glmm.Data) { d.Trials = d.Y }, glmm.Options{Family: glmm.Poisson}, "belong to the binomial"},
		"design":       {func(d *glmm.Data) { d.X.Set(4, 1, math.Inf(1)) }, glmm.Options{}, "row 5, column arm"},
		"offset":       {func(d *glmm.Data) { d.Offset = make([]float64, len(d.Y)); d.Offset[1] = math.NaN() }, glmm.Options{}, "row 2: offset"},
		"weight":       {func(d *glmm.Data) { d.Weights = make([]float64, len(d.Y)); d.Weights[1] = -1 }, glmm.Options{}, "row 2: weight"},
		"lengths":      {func(d *glmm.Data) { d.Group = d.Group[1:] }, glmm.Options{}, "group labels"},
		"collinear":    {func(d *glmm.Data) { d.X.SetCol(3, mat.Col(nil, 1, d.X)) }, glmm.Options{}, "column arm:visit"},
		"nodes":        {func(*glmm.Data) {}, glmm.Options{Nodes: -1}, "quadrature nodes"},
		"too many":     {func(*glmm.Data) {}, glmm.Options{Nodes: 10000}, "quadrature nodes"},
		"family":       {func(*glmm.Data) {}, glmm.Options{Family: 9}, "unknown family"},
		"no data":      {func(d *glmm.Data) { *d = glmm.Data{} }, glmm.Options{}, "no design"},
		"few rows":     {func(d *glmm.Data) { d.X = mat.NewDense(4, 4, nil); d.Y = d.Y[:4]; d.Group = d.Group[:4] }, glmm.Options{}, "4 rows cannot carry"},
	} {
		d := twoWaves(6, 40, 1)
		c.change(&d)
		if _, err := glmm.Fit(d, c.o); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: error %v, want one saying %q", name, err, c.say)
		}
	}
	if _, err := glmm.ParseFamily("gaussian"); err == nil {
		t.Error("gaussian accepted")
	}
}

// Successes out of trials are the same rows counted; a weight of 2 is a row
// written twice; an offset shifts the intercept.
func TestWaysOfWritingTheSameData(t *testing.T) {
	d := twoWaves(8, 50, 1.2)
	n, p := d.X.Dims()
	grouped, weighted, shifted := d, d, d
	var x []float64
	grouped.Y, grouped.Group, grouped.Trials = nil, nil, nil
	weighted.Weights = make([]float64, n)
	twice := d
	var xx []float64
	twice.Y, twice.Group = nil, nil
	shifted.Offset = make([]float64, n)
	single := glmm.Data{Names: d.Names}
	var xs []float64
	for i := range n {
		row := d.X.RawRowView(i)
		copies := 1 + i%3
		yes := 0.0
		for k := range copies {
			y := d.Y[i]
			if k == 1 {
				y = float64(i / 3 % 2)
			}
			yes += y
			xs = append(xs, row...)
			single.Y, single.Group = append(single.Y, y), append(single.Group, d.Group[i])
		}
		x = append(x, row...)
		grouped.Y, grouped.Group, grouped.Trials = append(grouped.Y, yes), append(grouped.Group, d.Group[i]), append(grouped.Trials, float64(copies))
		weighted.Weights[i] = float64(copies)
		for range copies {
			xx = append(xx, row...)
			twice.Y, twice.Group = append(twice.Y, d.Y[i]), append(twice.Group, d.Group[i])
		}
		shifted.Offset[i] = 0.7
	}
	grouped.X, twice.X, single.X = mat.NewDense(n, p, x), mat.NewDense(len(twice.Y), p, xx), mat.NewDense(len(single.Y), p, xs)
	for _, nodes := range []int{glmm.Full, 1, 9} {
		a, b := fit(t, grouped, glmm.Options{Nodes: nodes}), fit(t, single, glmm.Options{Nodes: nodes})
		near(t, "sigma of counts", a.Sigma, b.Sigma, 1e-9)
		near(t, "se of counts", a.SE[3], b.SE[3], 1e-9)
		a, b = fit(t, weighted, glmm.Options{Nodes: nodes}), fit(t, twice, glmm.Options{Nodes: nodes})
		near(t, "log-likelihood of weights", a.LogLik, b.LogLik, 1e-12)
		near(t, "sigma of weights", a.Sigma, b.Sigma, 1e-9)
		a, b = fit(t, shifted, glmm.Options{Nodes: nodes}), fit(t, d, glmm.Options{Nodes: nodes})
		near(t, "intercept under an offset", a.Beta[0]+0.7, b.Beta[0], 1e-9)
		near(t, "log-likelihood under an offset", a.LogLik, b.LogLik, 1e-12)
	}
}

// counts draws counts of repeated visits, overdispersed where k > 0.
func counts(seed uint64, groups int, sigma, k float64) glmm.Data {
	rng := rand.New(rand.NewPCG(seed, 2))
	var d glmm.Data
	var x []float64
	for g := range groups {
		u := sigma * rng.NormFloat64()
		for v := range 3 {
			arm := float64(g % 2)
			x = append(x, 1, arm, float64(v))
			mu := math.Exp(1 + 0.4*arm - 0.2*float64(v) + u)
			if k == 1 {
				mu *= -math.Log(1 - rng.Float64())
			}
			y := 0.0
			for limit, product := math.Exp(-mu), rng.Float64(); product > limit; product *= rng.Float64() {
				y++
			}
			d.Y, d.Group = append(d.Y, y), append(d.Group, g)
		}
	}
	d.X = mat.NewDense(len(d.Y), 3, x)
	return d
}

// The negative binomial contains the Poisson: it fits better where counts are
// overdispersed, and is the Poisson where they are not.
func TestNegativeBinomialAndPoisson(t *testing.T) {
	d := counts(1, 150, 0.5, 1)
	nb, po := fit(t, d, glmm.Options{Family: glmm.NegativeBinomial}), fit(t, d, glmm.Options{Family: glmm.Poisson})
	if nb.LogLik < po.LogLik+20 || math.Abs(math.Log(nb.Dispersion)) > 0.5 || math.Abs(nb.Beta[1]-0.4) > 4*nb.SE[1] {
		t.Errorf("negative binomial %v with k %v, Poisson %v", nb.LogLik, nb.Dispersion, po.LogLik)
	}
	if nb.SE[2] < po.SE[2] {
		t.Errorf("standard error %v under overdispersion, %v without", nb.SE[2], po.SE[2])
	}
	d = counts(5, 150, 0.5, 0)
	nb, po = fit(t, d, glmm.Options{Family: glmm.NegativeBinomial}), fit(t, d, glmm.Options{Family: glmm.Poisson})
	if math.IsInf(nb.Dispersion, 1) {
		near(t, "log-likelihood at the Poisson limit", nb.LogLik, po.LogLik, 1e-12)
	} else if nb.LogLik < po.LogLik {
		t.Errorf("negative binomial %v below Poisson %v", nb.LogLik, po.LogLik)
	}
	m, err := po.Marginal([]glmm.Cell{{Arm: "a", Time: "0", Rows: [][]float64{{1, 0, 0}}}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "marginal mean", m.Mean[0], math.Exp(po.Beta[0]+po.Sigma*po.Sigma/2), 1e-13)
}

// Intercepts lie on the side of a participant's answers and are shrunk.
func TestIntercepts(t *testing.T) {
	d := twoWaves(11, 90, 1.5)
	m := fit(t, d, glmm.Options{})
	in := m.Intercepts()
	if len(in) != 90 || in[0].Group != 1000 || in[89].Group != 911 {
		t.Fatalf("%d intercepts, the first of %d", len(in), in[0].Group)
	}
	for _, v := range in {
		sum, n := 0.0, 0.0
		for i, g := range d.Group {
			if g == v.Group {
				sum += d.Y[i]
				n++
			}
		}
		if sum == n && v.Mode <= 0 || sum == 0 && v.Mode >= 0 || !(v.SD > 0 && v.SD < m.Sigma) {
			t.Errorf("%v of %v yes: %+v", sum, n, v)
		}
	}
}

func TestNotes(t *testing.T) {
	has := func(m *glmm.Model, name string) bool {
		for _, n := range m.Notes {
			if n.Name == name && n.Text != "" {
				return true
			}
		}
		return false
	}
	d := twoWaves(11, 90, 1.5)
	if m := fit(t, d, glmm.Options{Nodes: 1}); !has(m, glmm.NoteFewNodes) {
		t.Errorf("Laplace on two visits is not noted: %v", m.Notes)
	}
	if m := fit(t, d, glmm.Options{}); len(m.Notes) != 0 {
		t.Errorf("notes without cause: %v", m.Notes)
	}
	if m := fit(t, twoWaves(18, 90, 0), glmm.Options{}); !has(m, glmm.NoteSingular) {
		t.Errorf("sigma = 0 is not noted: %v", m.Notes)
	}
	once := counts(2, 30, 0.5, 1)
	for i := range once.Group {
		once.Group[i] = i
	}
	if m := fit(t, once, glmm.Options{Family: glmm.Poisson}); has(m, glmm.NoteGroupsSeenOnce) {
		t.Errorf("Poisson counts of groups seen once do tell: %v", m.Notes)
	}
	for i, y := range once.Y {
		once.Y[i] = min(y, 1)
	}
	if m, err := glmm.Fit(once, glmm.Options{}); err == nil && !has(m, glmm.NoteGroupsSeenOnce) {
		t.Errorf("yes or no of groups seen once is not noted: %v", m.Notes)
	}
}

// Whatever the data, there is an answer with finite numbers or an error; and
// the order of rows and the coding of the arms change nothing.
func TestNeverSilentlyWrong(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(4, 40).Draw(rt, "rows")
		family := rapid.SampledFrom([]glmm.Family{glmm.Binomial, glmm.Poisson, glmm.NegativeBinomial}).Draw(rt, "family")
		nodes := rapid.SampledFrom([]int{glmm.Full, 1, 6}).Draw(rt, "nodes")
		groups := rapid.IntRange(1, n).Draw(rt, "groups")
		top := 1
		if family != glmm.Binomial {
			top = 6
		}
		var d, e glmm.Data
		x, z := mat.NewDense(n, 2, nil), mat.NewDense(n, 2, nil)
		for i := range n {
			arm := float64(rapid.IntRange(0, 1).Draw(rt, "arm"))
			x.SetRow(i, []float64{1, arm})
			z.SetRow(n-1-i, []float64{1, 1 - arm})
			d.Y = append(d.Y, float64(rapid.IntRange(0, top).Draw(rt, "y")))
			d.Group = append(d.Group, rapid.IntRange(0, groups-1).Draw(rt, "group"))
		}
		d.X, e.X = x, z
		e.Y, e.Group = slices.Clone(d.Y), slices.Clone(d.Group)
		slices.Reverse(e.Y)
		slices.Reverse(e.Group)
		m, err := glmm.Fit(d, glmm.Options{Family: family, Nodes: nodes})
		if err != nil {
			return
		}
		for _, v := range append(append([]float64{m.LogLik, m.Sigma, m.AIC(), m.BIC()}, m.Beta...), m.SE...) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				rt.Fatalf("not finite: %+v", m)
			}
		}
		q, err := glmm.Fit(e, glmm.Options{Family: family, Nodes: nodes})
		if err != nil {
			rt.Fatalf("rows reversed and arms recoded: %v", err)
		}
		if math.Abs(m.LogLik-q.LogLik) > 1e-6 || math.Abs(m.Beta[1]+q.Beta[1]) > 1e-3*(m.SE[1]+1e-6) {
			rt.Fatalf("log-likelihood %v, effect %v; recoded %v, %v", m.LogLik, m.Beta[1], q.LogLik, q.Beta[1])
		}
	})
}
