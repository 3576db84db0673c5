package glmm_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"rekindle/stats/design"
	"rekindle/stats/glmm"
)

// gold is what a reference case says of a logistic mixed model; the cases and
// the programs that made them stand in testdata/gold.
type gold struct {
	Model struct {
		Response, Fixed string
		Trials          *string
		Random          []struct{ Group string }
		Factors, Filter map[string][]string
	}
	Fits map[string]struct {
		Nagq          int
		Loglik, Sigma float64
		Singular      bool
		Beta, Se      []float64
		Vcov          [][]float64
		Full          [][]float64 `json:"vcov_with_log_sigma"`
	}
}

func readGold(t testing.TB, name string) (gold, glmm.Data) {
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
	o := design.Options{Factors: g.Model.Factors, Filter: g.Model.Filter}
	if g.Model.Trials != nil {
		o.Also = []string{*g.Model.Trials}
	}
	d, err := design.New(table, fmt.Sprintf("%s ~ %s + (1|%s)", g.Model.Response, g.Model.Fixed, g.Model.Random[0].Group), o)
	if err != nil {
		t.Fatal(err)
	}
	trials := ""
	if g.Model.Trials != nil {
		trials = *g.Model.Trials
	}
	data, err := glmm.FromDesign(d, trials)
	if err != nil {
		t.Fatal(err)
	}
	return g, data
}

var goldCases = []string{"trial_logit", "cbpp_glmm", "trial_logit_singular"}

func TestOptimaAgreeWithReference(t *testing.T) {
	for _, name := range goldCases {
		g, data := readGold(t, name)
		for label, want := range g.Fits {
			t.Run(name+"/"+label, func(t *testing.T) {
				r, err := glmm.Fit(data, glmm.Options{Nodes: want.Nagq})
				if err != nil {
					t.Fatal(err)
				}
				if r.Singular != want.Singular {
					t.Fatalf("singular %v, want %v", r.Singular, want.Singular)
				}
				if math.Abs(r.LogLik-want.Loglik) > 1e-9 {
					t.Errorf("log-likelihood %.12f, want %.12f", r.LogLik, want.Loglik)
				}
				if math.Abs(r.Sigma-want.Sigma) > 1e-7*want.Sigma {
					t.Errorf("sigma %.12f, want %.12f", r.Sigma, want.Sigma)
				}
				p := len(want.Beta)
				for i := range p {
					if math.Abs(r.Beta[i]-want.Beta[i]) > 1e-7*want.Se[i] {
						t.Errorf("beta %d: %.12f, want %.12f", i, r.Beta[i], want.Beta[i])
					}
					if math.Abs(r.SE[i]/want.Se[i]-1) > 1e-7 {
						t.Errorf("se %d: %.12f, want %.12f", i, r.SE[i], want.Se[i])
					}
				}
				for i := range want.Full {
					for j := range want.Full {
						if w := want.Full[i][j]; math.Abs(r.Covariance[i*(p+1)+j]-w) > 2e-7*math.Sqrt(want.Full[i][i]*want.Full[j][j]) {
							t.Errorf("covariance %d,%d: %.12f, want %.12f", i, j, r.Covariance[i*(p+1)+j], w)
						}
					}
				}
				t.Logf("%+v", r.Convergence)
			})
		}
	}
}

func BenchmarkTrialFifteenNodes(b *testing.B) {
	_, data := readGold(b, "trial_logit")
	for b.Loop() {
		if _, err := glmm.Fit(data, glmm.Options{Nodes: 15}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTrialFull(b *testing.B) {
	_, data := readGold(b, "trial_logit")
	for b.Loop() {
		if _, err := glmm.Fit(data, glmm.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
