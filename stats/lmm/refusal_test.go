package lmm_test

import (
	"math"
	"strings"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
	"rekindle/stats/wald"
)

// What cannot be fitted is refused in words, and what cannot be computed says why.
func TestBadInputIsNamed(t *testing.T) {
	table := func(y []float64, id ...string) *design.Table {
		tab := design.NewTable()
		x := make([]float64, len(y))
		for i := range x {
			x[i] = float64(i * i)
		}
		for _, err := range []error{tab.AddText("id", id), tab.AddNumbers("y", y), tab.AddNumbers("x", x)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return tab
	}
	for _, c := range []struct {
		name, formula, want string
		table               *design.Table
	}{
		{"constant", "y ~ 1 + (1|id)", "constant", table([]float64{2, 2, 2, 2}, "a", "a", "b", "b")},
		{"exact", "y ~ x + (1|id)", "exactly", table([]float64{1, 3, 9, 19}, "a", "a", "b", "b")},
		{"once", "y ~ 1 + (1|id)", "single row", table([]float64{1, 2, 4, 9}, "a", "b", "c", "d")},
		{"one level", "y ~ 1 + (1|id)", "one level", table([]float64{1, 2, 4, 9}, "a", "a", "a", "a")},
		{"too few rows", "y ~ x + (1|id)", "nothing is left", table([]float64{1, 2}, "a", "b")},
		{"within exact", "y ~ 1 + (1|id)", "residual variance vanishes", table([]float64{1, 1, 4, 4, 7, 7}, "a", "a", "b", "b", "c", "c")},
	} {
		d, err := design.New(c.table, c.formula, design.Options{})
		if err == nil {
			_, err = lmm.Fit(d, lmm.Options{})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	d, err := design.New(table([]float64{1, 2, 4, 9, 3, 4}, "a", "a", "b", "b", "c", "c"), "y ~ 1 + (1|id)", design.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := lmm.Fit(d, lmm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Refit([]float64{1, 2, math.NaN(), 9, 3, 4}); err == nil || !strings.Contains(err.Error(), "row 3") {
		t.Error(err)
	}
	if e := m.Contrast([]float64{0}, wald.KenwardRoger); e.Note == "" || !math.IsNaN(e.P) {
		t.Errorf("%+v", e)
	}
}
