package lmm_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// Small tables with ties, empty cells, lonely levels and extreme units: either an error or finite numbers, never a panic and never a silent NaN.
func TestHostileTables(t *testing.T) {
	fitted := 0
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 8))
		n := rapid.IntRange(3, 16).Draw(t, "rows")
		groups := rapid.IntRange(1, 6).Draw(t, "groups")
		unit := math.Pow(10, float64(rapid.IntRange(-12, 12).Draw(t, "unit")))
		shift := rapid.SampledFrom([]float64{0, 0, 1e3, -1e6}).Draw(t, "shift")
		steps := rapid.SampledFrom([]float64{1, 2, 5, 1000}).Draw(t, "steps") // few steps make ties
		formula := rapid.SampledFrom([]string{
			"y ~ arm*wave + (1|g)", "y ~ arm + (1|g) + (1|h)", "y ~ x + (1 + x|g)", "y ~ x + (x||g)", "y ~ arm*x", "y ~ 1 + (0 + x|g)", "y ~ wave + (1|g/h)",
		}).Draw(t, "model")
		var arm, wave, g, h []string
		var x, y []float64
		for range n {
			arm, wave = append(arm, fmt.Sprint("a", r.IntN(2))), append(wave, fmt.Sprint("w", r.IntN(3)))
			g, h = append(g, fmt.Sprint("g", r.IntN(groups))), append(h, fmt.Sprint("h", r.IntN(3)))
			x = append(x, float64(r.IntN(4)))
			y = append(y, unit*(shift+math.Round(r.NormFloat64()*steps)/steps))
		}
		tab := design.NewTable()
		for name, s := range map[string][]string{"arm": arm, "wave": wave, "g": g, "h": h} {
			if err := tab.AddText(name, s); err != nil {
				t.Fatal(err)
			}
		}
		if err := tab.AddNumbers("x", x); err != nil {
			t.Fatal(err)
		}
		if err := tab.AddNumbers("y", y); err != nil {
			t.Fatal(err)
		}
		options := design.Options{}
		if rapid.Bool().Draw(t, "by arm") {
			options.ResidualBy = "arm"
		}
		d, err := design.New(tab, formula, options)
		if err != nil {
			return
		}
		m, err := lmm.Fit(d, lmm.Options{ML: rapid.Bool().Draw(t, "ml")})
		if err != nil {
			return
		}
		fitted++
		finite := func(what string, v float64) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s %s is %v: %+v", formula, what, v, m.Story)
			}
		}
		finite("log-likelihood", m.LogLik)
		for _, c := range m.Components {
			finite(c.Name, c.Value)
			if !c.Covariance && c.Value < 0 {
				t.Fatalf("%s is %v", c.Name, c.Value)
			}
		}
		for _, b := range m.Beta {
			finite("coefficient", b)
		}
		for j := range m.Beta {
			l := make([]float64, len(m.Beta))
			l[j] = 1
			for _, method := range wald.Methods {
				e := m.Contrast(l, method)
				if e.Note == "" {
					finite(string(method)+" SE", e.SE)
					finite(string(method)+" P", e.P)
					if method != wald.Z {
						finite(string(method)+" df", e.DF)
					}
				}
			}
		}
		for i := range d.Random {
			e := m.Effects(i)
			for k := range e.Value {
				finite("effect", e.Value[k])
				finite("error of prediction", e.SE[k])
			}
		}
	})
	if fitted == 0 {
		t.Error("no table could be fitted")
	}
}
