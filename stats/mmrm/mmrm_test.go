package mmrm_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"rekindle/stats/design"
	"rekindle/stats/dist"
	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
)

// twoWaves makes complete data of two visits: y[i][v], arm of i.
func twoWaves(y [][2]float64, arm []float64) mmrm.Data {
	d := mmrm.Data{Visits: []string{"before", "after"}}
	var x []float64
	cols := 2
	if arm != nil {
		cols = 4
	}
	for i := range y {
		for v := range 2 {
			x = append(x, 1, float64(v))
			if arm != nil {
				x = append(x, arm[i], arm[i]*float64(v))
			}
			d.Y = append(d.Y, y[i][v])
			d.Subject = append(d.Subject, 100-i)
			d.Visit = append(d.Visit, v)
		}
	}
	d.X = mat.NewDense(len(d.Y), cols, x)
	return d
}

func draw(seed uint64, n int) [][2]float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	y := make([][2]float64, n)
	for i := range y {
		u := 2 * rng.NormFloat64()
		y[i] = [2]float64{5 + u + rng.NormFloat64(), 4 + u + 2*rng.NormFloat64()}
	}
	return y
}

// Two visits, nobody missing: the change is the paired t test, and with two
// arms the difference of changes is the t test of the changes, whatever the
// method of degrees of freedom.
func TestCompleteTwoWavesAreTheTTest(t *testing.T) {
	y := draw(1, 23)
	change := make([]float64, len(y))
	for i := range y {
		change[i] = y[i][1] - y[i][0]
	}
	r, err := mmrm.Fit(twoWaves(y, nil), mmrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	mean, sd := stat.MeanStdDev(change, nil)
	for _, m := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved} {
		e := r.Contrast([]float64{0, 1}, m)
		relative(t, string(m)+" change", e.Value, mean, 1e-10)
		relative(t, string(m)+" se", e.SE, sd/math.Sqrt(23), 1e-10)
		relative(t, string(m)+" df", e.DF, 22, 1e-9)
	}
	arm := make([]float64, len(y))
	var by [2][]float64
	for i := range y {
		if i >= 13 {
			arm[i] = 1
		}
		by[int(arm[i])] = append(by[int(arm[i])], change[i])
	}
	if r, err = mmrm.Fit(twoWaves(y, arm), mmrm.Options{}); err != nil {
		t.Fatal(err)
	}
	m0, v0 := stat.MeanVariance(by[0], nil)
	m1, v1 := stat.MeanVariance(by[1], nil)
	pooled := (12*v0 + 9*v1) / 21
	for _, m := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved} {
		e := r.Contrast([]float64{0, 0, 0, 1}, m)
		relative(t, string(m)+" difference", e.Value, m1-m0, 1e-10)
		relative(t, string(m)+" se", e.SE, math.Sqrt(pooled*(1.0/13+1.0/10)), 1e-10)
		relative(t, string(m)+" df", e.DF, 21, 1e-9)
		j, err := r.JointTest([][]float64{{0, 0, 0, 1}}, m)
		if err != nil {
			t.Fatal(err)
		}
		relative(t, string(m)+" F", j.F, e.T*e.T, 1e-9)
		relative(t, string(m)+" P", j.P, dist.StudentT{DF: 21}.TwoSided(e.T), 1e-8)
	}
}

// With compound symmetry the model is the random-intercept model (where its
// variance is above 0): optimum, Satterthwaite and both Kenward-Rogers of the
// reference's linear mixed models.
func TestCompoundSymmetryIsTheRandomIntercept(t *testing.T) {
	for _, name := range []string{"trial_a", "trial_a_itt", "orthodont_ri"} {
		dir := filepath.Join("..", "..", "testdata", "gold", "visible", name)
		text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		var g struct {
			Model struct {
				Response, Fixed string
				Random          []struct{ Group string }
				Factors, Filter map[string][]string
			}
			Reml, Ml  struct{ Loglik, Icc float64 }
			Estimates []estimate
		}
		if err := json.Unmarshal(text, &g); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(filepath.Join(dir, "data.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		table, err := design.ReadCSV(file)
		if err != nil {
			t.Fatal(err)
		}
		visit := "wave"
		if name == "orthodont_ri" {
			visit = "age"
		}
		d, err := design.New(table, g.Model.Response+" ~ "+g.Model.Fixed, design.Options{Factors: g.Model.Factors, Filter: g.Model.Filter, Also: []string{g.Model.Random[0].Group, visit}})
		if err != nil {
			t.Fatal(err)
		}
		data, err := mmrm.FromDesign(d, g.Model.Random[0].Group, visit, "")
		if err != nil {
			t.Fatal(err)
		}
		r, err := mmrm.Fit(data, mmrm.Options{Structure: mmrm.CompoundSymmetry})
		if err != nil {
			t.Fatal(err)
		}
		relative(t, "log-likelihood", r.LogLik, g.Reml.Loglik, 1e-12)
		relative(t, "correlation", r.Theta[1], g.Reml.Icc, 1e-9)
		for _, e := range g.Estimates {
			for method, want := range map[wald.Method]inference{wald.Satterthwaite: e.Satterthwaite, wald.KenwardRoger: e.KR, wald.KenwardRogerObserved: e.KRObserved} {
				got := r.Contrast(e.L, method)
				relative(t, "estimate", got.Value, e.Estimate, 1e-8)
				relative(t, "standard error", got.SE, want.SE, 1e-8)
				relative(t, "degrees of freedom", got.DF, want.DF, 1e-7)
			}
		}
		if r, err = mmrm.Fit(data, mmrm.Options{Structure: mmrm.CompoundSymmetry, ML: true}); err != nil {
			t.Fatal(err)
		}
		relative(t, "ML log-likelihood", r.LogLik, g.Ml.Loglik, 1e-12)
	}
}

// Two arms with means and covariances of their own are two separate fits.
func TestCovarianceByGroupSeparates(t *testing.T) {
	y := draw(2, 30)
	arm := make([]float64, 30)
	for i := range 12 {
		arm[i] = 1
	}
	d := twoWaves(y, arm)
	d.ByLevels = []string{"control", "coaching"}
	for i := range d.Y {
		d.By = append(d.By, int(d.X.At(i, 2)))
	}
	for _, structure := range mmrm.Structures {
		r, err := mmrm.Fit(d, mmrm.Options{Structure: structure})
		if err != nil {
			t.Fatal(err)
		}
		one, err := mmrm.Fit(twoWaves(y[12:], nil), mmrm.Options{Structure: structure})
		if err != nil {
			t.Fatal(err)
		}
		two, err := mmrm.Fit(twoWaves(y[:12], nil), mmrm.Options{Structure: structure})
		if err != nil {
			t.Fatal(err)
		}
		relative(t, string(structure)+" log-likelihood", r.LogLik, one.LogLik+two.LogLik, 1e-11)
		for k := range 4 {
			relative(t, "control covariance", r.VisitCovariance[0][k], one.VisitCovariance[0][k], 1e-8)
			relative(t, "coaching covariance", r.VisitCovariance[1][k], two.VisitCovariance[0][k], 1e-8)
		}
		e, w := r.Contrast([]float64{0, 1, 0, 0}, wald.KenwardRoger), one.Contrast([]float64{0, 1}, wald.KenwardRoger)
		relative(t, "se", e.SE, w.SE, 1e-8)
		relative(t, "df", e.DF, w.DF, 1e-7)
	}
}

func TestBadInputIsNamed(t *testing.T) {
	y := draw(4, 12)
	good := twoWaves(y, nil)
	for name, c := range map[string]struct {
		change func(*mmrm.Data)
		o      mmrm.Options
		say    string
	}{
		"not finite":      {func(d *mmrm.Data) { d.Y[3] = math.NaN() }, mmrm.Options{}, "row 4: response is NaN"},
		"design":          {func(d *mmrm.Data) { d.X.Set(2, 1, math.Inf(1)) }, mmrm.Options{}, "row 3, column 2"},
		"twice":           {func(d *mmrm.Data) { d.Visit[1] = 0 }, mmrm.Options{}, "same participant at the same visit"},
		"unknown visit":   {func(d *mmrm.Data) { d.Visit[5] = 7 }, mmrm.Options{}, "row 6: visit 7"},
		"collinear":       {func(d *mmrm.Data) { d.X.SetCol(1, make([]float64, 24)) }, mmrm.Options{}, "column 2"},
		"lengths":         {func(d *mmrm.Data) { d.Subject = d.Subject[1:] }, mmrm.Options{}, "23 subjects"},
		"structure":       {func(*mmrm.Data) {}, mmrm.Options{Structure: "banded"}, "unknown"},
		"empty visit":     {func(d *mmrm.Data) { d.Visits = append(d.Visits, "late") }, mmrm.Options{}, "visit late has no row"},
		"never together":  {func(d *mmrm.Data) { d.Subject = indices(24) }, mmrm.Options{}, "before and visit after"},
		"no pairs":        {func(d *mmrm.Data) { d.Subject = indices(24) }, mmrm.Options{Structure: mmrm.Autoregressive}, "no correlation"},
		"copied visit":    {func(d *mmrm.Data) { copyVisit(d) }, mmrm.Options{}, "determine each other"},
		"fits exactly":    {func(d *mmrm.Data) { d.Y = make([]float64, 24) }, mmrm.Options{}, "exactly"},
		"two groups":      {func(d *mmrm.Data) { d.By, d.ByLevels = mixed(24), []string{"a", "b"} }, mmrm.Options{}, "two covariance groups"},
		"more than rows":  {func(d *mmrm.Data) { d.X = mat.NewDense(24, 24, nil) }, mmrm.Options{}, "24 rows cannot carry 24"},
		"nothing at all":  {func(d *mmrm.Data) { *d = mmrm.Data{} }, mmrm.Options{}, "no design matrix"},
		"column has name": {func(d *mmrm.Data) { d.X.SetCol(1, make([]float64, 24)); d.Names = []string{"(Intercept)", "wave"} }, mmrm.Options{}, "column wave"},
	} {
		d := good
		d.X = mat.DenseCopyOf(good.X)
		d.Y, d.Subject, d.Visit, d.Visits = slices.Clone(d.Y), slices.Clone(d.Subject), slices.Clone(d.Visit), slices.Clone(d.Visits)
		c.change(&d)
		if _, err := mmrm.Fit(d, c.o); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: error %v, want one saying %q", name, err, c.say)
		}
	}
	r, err := mmrm.Fit(good, mmrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e := r.Contrast([]float64{1}, wald.Satterthwaite); e.Note == "" || !math.IsNaN(e.SE) {
		t.Errorf("a combination of the wrong length: %+v", e)
	}
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// mixed puts the first participant's visits into different groups.
func mixed(n int) []int {
	out := make([]int, n)
	out[0], out[2], out[3] = 1, 1, 1
	return out
}

func copyVisit(d *mmrm.Data) {
	for i := 1; i < len(d.Y); i += 2 {
		d.Y[i] = d.Y[i-1] + 1
	}
}

// Row order, units of the response and coding of the design change nothing.
func TestInvariance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		structure := rapid.SampledFrom(mmrm.Structures).Draw(rt, "structure")
		visits := rapid.IntRange(2, 4).Draw(rt, "visits")
		d := random(seed, rapid.IntRange(20, 40).Draw(rt, "subjects"), visits)
		r, err := mmrm.Fit(d, mmrm.Options{Structure: structure})
		if err != nil {
			return // an error is allowed, a wrong answer is not
		}
		scale := rapid.Float64Range(1e-3, 1e3).Draw(rt, "scale")
		shift := rapid.Float64Range(-1e3, 1e3).Draw(rt, "shift")
		rng := rand.New(rand.NewPCG(seed, 3))
		n, p := d.X.Dims()
		order := rng.Perm(n)
		e := d
		e.X = mat.NewDense(n, p, nil)
		e.Y, e.Subject, e.Visit = make([]float64, n), make([]int, n), make([]int, n)
		for k, i := range order {
			row := d.X.RawRowView(i)
			e.X.SetRow(k, []float64{row[0], row[0] - row[1], row[2]}) // the other arm is the reference
			e.Y[k] = scale*d.Y[i] + shift
			e.Subject[k], e.Visit[k] = d.Subject[i], d.Visit[i]
		}
		q, err := mmrm.Fit(e, mmrm.Options{Structure: structure})
		if err != nil {
			rt.Fatalf("%s: transformed data: %v", structure, err)
		}
		for _, m := range []wald.Method{wald.Satterthwaite, wald.KenwardRoger} {
			a, b := r.Contrast([]float64{0, 1, 0}, m), q.Contrast([]float64{0, -1, 0}, m)
			if math.Abs(b.Value-scale*a.Value) > 1e-6*scale*a.SE || math.Abs(b.SE/(scale*a.SE)-1) > 1e-6 || math.Abs(b.DF/a.DF-1) > 1e-5 {
				rt.Fatalf("%s %s: %+v became %+v under scale %v", structure, m, a, b, scale)
			}
		}
	})
}

func random(seed uint64, subjects, visits int) mmrm.Data {
	rng := rand.New(rand.NewPCG(seed, 5))
	var d mmrm.Data
	for v := range visits {
		d.Visits = append(d.Visits, fmt.Sprint("v", v))
	}
	var x []float64
	for i := range subjects {
		u := rng.NormFloat64()
		for v := range visits {
			if v > 0 && rng.Float64() < 0.2 {
				continue
			}
			x = append(x, 1, float64(i%2), float64(v))
			d.Y = append(d.Y, u+rng.NormFloat64()*(1+0.2*float64(v)))
			d.Subject, d.Visit = append(d.Subject, i), append(d.Visit, v)
		}
	}
	d.X = mat.NewDense(len(d.Y), 3, x)
	return d
}

// The columns of a constrained baseline reproduce the reference's hand-made one.
func TestConstrainBaselineIsTheReferenceModel(t *testing.T) {
	g, data := readGold(t, "trial_a_clda_un")
	want, err := mmrm.Fit(data, mmrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join("..", "..", "testdata", "gold", "visible", "trial_a_clda_un", "data.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	table, err := design.ReadCSV(file)
	if err != nil {
		t.Fatal(err)
	}
	all, err := design.New(table, "~ arm + wave", design.Options{})
	if err != nil {
		t.Fatal(err)
	}
	arm, err := all.Factor("arm")
	if err != nil {
		t.Fatal(err)
	}
	wave, err := all.Factor("wave")
	if err != nil {
		t.Fatal(err)
	}
	text := func(g *design.Grouping) []string {
		out := make([]string, len(g.Index))
		for i, k := range g.Index {
			out[i] = g.Levels[k]
		}
		return out
	}
	names, err := mmrm.ConstrainBaseline(table, text(arm), text(wave), "control", "baseline")
	if err != nil || !slices.Equal(names, []string{"coaching@month3"}) {
		t.Fatal(names, err)
	}
	d, err := design.New(table, "y ~ wave + `coaching@month3` + gender + department", design.Options{Factors: g.Model.Factors, Filter: g.Model.Filter, Also: []string{"id"}})
	if err != nil {
		t.Fatal(err)
	}
	made, err := mmrm.FromDesign(d, "id", "wave", "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := mmrm.Fit(made, mmrm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	relative(t, "effect", got.Beta[2], want.Beta[2], 1e-12)
	relative(t, "log-likelihood", got.LogLik, want.LogLik, 1e-12)
	if _, err := mmrm.ConstrainBaseline(table, text(arm), text(wave), "placebo", "baseline"); err == nil {
		t.Error("unknown arm accepted")
	}
}
