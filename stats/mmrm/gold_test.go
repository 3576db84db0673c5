package mmrm_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
)

// inference is one of the three blocks of a reference estimate.
type inference struct{ SE, DF, T, P, Lower, Upper float64 }

type estimate struct {
	L             []float64
	Estimate      float64
	SE            float64
	Satterthwaite inference
	KR            inference
	KRObserved    inference `json:"kr_observed"`
}

// gold is what a reference case says of an unstructured MMRM; the cases and
// the programs that made them stand in testdata/gold.
type gold struct {
	Model struct {
		Response, Fixed string
		Covariance      struct{ Subject, Visit string }
		Factors, Filter map[string][]string
	}
	Reml, Ml struct {
		Loglik     float64
		Npar       int `json:"n_par"`
		AIC, BIC   float64
		SASAIC     float64 `json:"sas_aic"`
		SASBIC     float64 `json:"sas_bic"`
		Visits     []string
		Covariance [][]float64
		Beta, SE   []float64
		VCovKR     [][]float64 `json:"vcov_kr"`
	}
	Estimates []estimate
}

var goldCases = []string{"trial_a_mmrm", "trial_a_clda_un", "orthodont_mmrm", "anorexia_mmrm"}

func readGold(t testing.TB, name string) (gold, mmrm.Data) {
	t.Helper()
	dir := filepath.Join("..", "..", "testdata", "gold", "visible", name)
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g gold
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
	cov := g.Model.Covariance
	d, err := design.New(table, g.Model.Response+" ~ "+g.Model.Fixed, design.Options{Factors: g.Model.Factors, Filter: g.Model.Filter, Also: []string{cov.Subject, cov.Visit}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := mmrm.FromDesign(d, cov.Subject, cov.Visit, "")
	if err != nil {
		t.Fatal(err)
	}
	return g, data
}

func relative(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol*math.Max(math.Abs(want), 1e-3) {
		t.Errorf("%s: %.13g, want %.13g", what, got, want)
	}
}

func TestOptimaAgreeWithReference(t *testing.T) {
	for _, name := range goldCases {
		g, data := readGold(t, name)
		for _, ml := range []bool{false, true} {
			want, label := g.Reml, "reml"
			if ml {
				want, label = g.Ml, "ml"
			}
			t.Run(name+"/"+label, func(t *testing.T) {
				r, err := mmrm.Fit(data, mmrm.Options{ML: ml})
				if err != nil {
					t.Fatal(err)
				}
				relative(t, "log-likelihood", r.LogLik, want.Loglik, 1e-12)
				relative(t, "AIC", r.AIC(), want.AIC, 1e-12)
				relative(t, "BIC", r.BIC(), want.BIC, 1e-12)
				relative(t, "SAS AIC", r.SASAIC(), want.SASAIC, 1e-12)
				relative(t, "SAS BIC", r.SASBIC(), want.SASBIC, 1e-12)
				if r.NParameters() != want.Npar {
					t.Errorf("%d parameters, want %d", r.NParameters(), want.Npar)
				}
				m := len(want.Visits)
				for a := range m {
					for b := range m {
						relative(t, "covariance", r.VisitCovariance[0][a*m+b], want.Covariance[a][b], 1e-9)
					}
				}
				for i := range want.Beta {
					if math.Abs(r.Beta[i]-want.Beta[i]) > 1e-9*want.SE[i] {
						t.Errorf("beta %d: %.12f, want %.12f", i, r.Beta[i], want.Beta[i])
					}
					relative(t, "se", r.SE[i], want.SE[i], 1e-9)
				}
				if !r.Convergence.Definite || r.Convergence.Agree != r.Convergence.Starts || r.Convergence.Decrement > 1e-15 {
					t.Errorf("certificate %+v", r.Convergence)
				}
				if ml {
					return
				}
				kr, err := r.Covariance(wald.KenwardRoger)
				if err != nil {
					t.Fatal(err)
				}
				for i, row := range want.VCovKR {
					for j, v := range row {
						if math.Abs(kr[i*len(row)+j]-v) > 1e-9*math.Sqrt(want.VCovKR[i][i]*want.VCovKR[j][j]) {
							t.Errorf("Kenward-Roger covariance %d,%d: %.12g, want %.12g", i, j, kr[i*len(row)+j], v)
						}
					}
				}
				for _, e := range g.Estimates {
					for method, want := range map[wald.Method]inference{wald.Satterthwaite: e.Satterthwaite, wald.KenwardRoger: e.KR, wald.KenwardRogerObserved: e.KRObserved} {
						got := r.Contrast(e.L, method)
						relative(t, "estimate", got.Value, e.Estimate, 1e-8)
						relative(t, "standard error", got.SE, want.SE, 1e-8)
						relative(t, "degrees of freedom", got.DF, want.DF, 1e-7)
						relative(t, "t", got.T, want.T, 1e-7)
						if math.Abs(got.P/want.P-1) > 1e-6 {
							t.Errorf("P %v, want %v", got.P, want.P)
						}
						relative(t, "lower", got.Lower, want.Lower, 1e-7)
						relative(t, "upper", got.Upper, want.Upper, 1e-7)
					}
				}
			})
		}
	}
}
