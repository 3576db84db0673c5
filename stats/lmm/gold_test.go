package lmm_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/lmm"
)

// gold reads a case of kind lmm under testdata/gold/visible, made with R 4.2.2 by refkit.R there.
type gold struct {
	Kind  string
	Data  struct{ File string }
	Model struct {
		Response, Fixed string
		Random          []struct {
			Group string
			Terms []string
		}
		Factors json.RawMessage
		Filter  map[string][]string
	}
	REML, ML block
}

type block struct {
	LogLik  float64
	Beta    []float64
	VarComp []struct {
		Name  string
		Value float64
	}
}

func goldDesigns(t *testing.T, each func(name string, c gold, d *design.Design)) {
	t.Helper()
	files, _ := filepath.Glob("../../testdata/gold/visible/*/expected.json")
	n := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c gold
		if json.Unmarshal(raw, &c); c.Kind != "lmm" {
			continue
		}
		factors := map[string][]string{}
		json.Unmarshal(c.Model.Factors, &factors)
		data, err := os.Open(filepath.Join(filepath.Dir(file), c.Data.File))
		if err != nil {
			t.Fatal(err)
		}
		table, err := design.ReadCSV(data)
		data.Close()
		if err != nil {
			t.Fatal(err)
		}
		formula := c.Model.Response + " ~ " + c.Model.Fixed
		for _, r := range c.Model.Random {
			formula += " + ("
			one := false
			for i, term := range r.Terms {
				if i > 0 {
					formula += " + "
				}
				one = one || term == "1"
				formula += term
			}
			if !one {
				formula += " + 0"
			}
			formula += " | " + r.Group + ")"
		}
		d, err := design.New(table, formula, design.Options{Factors: factors, Filter: c.Model.Filter})
		if err != nil {
			t.Fatal(file, err)
		}
		each(filepath.Base(filepath.Dir(file)), c, d)
		n++
	}
	if n < 8 {
		t.Errorf("only %d cases found", n)
	}
}

// near is |got - want| <= tol * scale.
func near(t *testing.T, what string, got, want, tol, scale float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*scale) {
		t.Errorf("%s: got %.15g, want %.15g", what, got, want)
	}
}

// The optimum: likelihoods, variances and coefficients of lme4, polished (see testdata/gold/README.md). The inference is compared in package fit.
func TestOptimumAgreesWithR(t *testing.T) {
	goldDesigns(t, func(name string, c gold, d *design.Design) {
		for _, ml := range []bool{false, true} {
			want := c.REML
			if ml {
				want = c.ML
			}
			m, err := lmm.Fit(d, lmm.Options{ML: ml})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			near(t, name+" loglik", m.LogLik, want.LogLik, 1e-9, 1)
			total := 0.0
			for _, v := range want.VarComp {
				total += math.Abs(v.Value)
			}
			for i, v := range want.VarComp {
				if m.Components[i].Name != v.Name {
					t.Errorf("%s: component %s, want %s", name, m.Components[i].Name, v.Name)
				}
				near(t, name+" "+v.Name, m.Components[i].Value, v.Value, 1e-9, total)
			}
			for i, b := range want.Beta {
				near(t, name+" "+m.Names[i], m.Beta[i], b, 1e-9, 1+math.Abs(b))
			}
			if !m.Story.Converged || m.Story.Gradient > 1e-6 || m.Story.BoundaryScore > 1e-9 {
				t.Errorf("%s: %+v", name, m.Story)
			}
		}
	})
}
