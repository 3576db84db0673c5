package multiplicity_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rekindle/stats/multiplicity"
)

// TestGold compares with R 4.2's p.adjust (testdata/gold/visible/formula_visible).
func TestGold(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/gold/visible/formula_visible/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		Items []struct {
			Kind   string
			Input  struct{ P []float64 }
			Output json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &gold); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, it := range gold.Items {
		if it.Kind != "p_adjust" {
			continue
		}
		var want map[string][]float64
		if err := json.Unmarshal(it.Output, &want); err != nil {
			t.Fatal(err)
		}
		for name, w := range want {
			got, err := multiplicity.Adjust(multiplicity.Method(strings.ToLower(name)), it.Input.P)
			same(t, name, got, err, w)
			seen++
		}
	}
	if seen != 12 {
		t.Errorf("compared %d vectors, want 12", seen)
	}
}

func same(t *testing.T, name string, got []float64, err error, want []float64) {
	t.Helper()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%s: %v, %v", name, got, err)
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-13 {
			t.Errorf("%s: hypothesis %d: got %v, want %v", name, i+1, got[i], want[i])
		}
	}
}

func drawP(t *rapid.T) []float64 {
	return rapid.SliceOfN(rapid.Float64Range(0, 0.2), 1, 7).Draw(t, "p")
}

// Hommel's procedure is the closed Simes test: compare with the closure itself.
func TestHommelIsClosedSimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawP(t)
		got, err := multiplicity.Adjust(multiplicity.Hommel, p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p {
			want := 0.0
			for set := 1; set < 1<<len(p); set++ {
				if set>>i&1 == 0 {
					continue
				}
				var in []float64
				for j := range p {
					if set>>j&1 == 1 {
						in = append(in, p[j])
					}
				}
				slices.Sort(in)
				simes := 1.0
				for r, v := range in {
					simes = min(simes, v*float64(len(in))/float64(r+1))
				}
				want = max(want, simes)
			}
			if math.Abs(got[i]-want) > 1e-12 {
				t.Fatalf("P %v, hypothesis %d: got %v, closure %v", p, i, got[i], want)
			}
		}
	})
}

// Bonferroni >= Holm >= Hochberg >= Hommel >= raw, and BY >= BH; order of the input does not matter.
func TestOrderOfProcedures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawP(t)
		of := func(m multiplicity.Method) []float64 {
			a, err := multiplicity.Adjust(m, p)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		chain := [][]float64{of(multiplicity.Bonferroni), of(multiplicity.Holm), of(multiplicity.Hochberg), of(multiplicity.Hommel), p}
		for k := 1; k < len(chain); k++ {
			for i := range p {
				if chain[k][i] > chain[k-1][i]+1e-12 {
					t.Fatalf("procedure %d is weaker than the one before at hypothesis %d: %v", k, i, chain)
				}
			}
		}
		bh, by := of(multiplicity.BenjaminiHochberg), of(multiplicity.BenjaminiYekutieli)
		for i := range p {
			if by[i] < bh[i]-1e-12 {
				t.Fatalf("BY below BH: %v %v", by, bh)
			}
		}
		holm := of(multiplicity.Holm)
		slices.Reverse(p)
		turned := of(multiplicity.Holm)
		slices.Reverse(turned)
		if !slices.Equal(holm, turned) {
			t.Fatalf("order matters: %v, %v", holm, turned)
		}
	})
}

// Holm's procedure is the graph in which each hypothesis hands its share to all others alike.
func TestGraphHasHolm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawP(t)
		n := len(p)
		g := multiplicity.Graph{Weights: make([]float64, n), Transitions: make([][]float64, n)}
		for i := range p {
			g.Weights[i] = 1 / float64(n)
			g.Transitions[i] = make([]float64, n)
			for j := range p {
				if j != i {
					g.Transitions[i][j] = 1 / float64(n-1)
				}
			}
		}
		got, err := g.Adjust(p)
		want, _ := multiplicity.Adjust(multiplicity.Holm, p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Fatalf("graph %v, Holm %v", got, want)
			}
		}
	})
}

func TestGatekeeping(t *testing.T) {
	// Bretz et al. 2009, the successive graph of their figure 3: two primary hypotheses of weight one half, each
	// handing its share to its own secondary, and the secondaries back across. By hand for these P values.
	g := multiplicity.Graph{
		Weights:     []float64{.5, .5, 0, 0},
		Transitions: [][]float64{{0, 0, 1, 0}, {0, 0, 0, 1}, {0, 1, 0, 0}, {1, 0, 0, 0}},
	}
	got, err := g.Adjust([]float64{.01, .04, .012, .02})
	// H1 at .02; its half goes to H3: .024; that half to H2, which then has all: .04; then H4 with all: .04.
	same(t, "graph", got, err, []float64{.02, .04, .024, .04})

	serial, err := multiplicity.Serial(multiplicity.Holm, [][]float64{{.01, .03}, {.001, .2}, {.04}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "serial 1", serial[0], nil, []float64{.02, .03})
	same(t, "serial 2", serial[1], nil, []float64{.03, .2})
	same(t, "serial 3", serial[2], nil, []float64{.2})

	parallel, err := multiplicity.Parallel([][]float64{{.01, .3}, {.012, .02}})
	if err != nil {
		t.Fatal(err)
	}
	// The second primary keeps its half; the first hands its half on, a quarter to each secondary, Holm there.
	same(t, "parallel 1", parallel[0], nil, []float64{.02, .6})
	same(t, "parallel 2", parallel[1], nil, []float64{.048, .048})
}

func TestRefuses(t *testing.T) {
	for name, err := range map[string]error{
		"P above 1":           second(multiplicity.Adjust(multiplicity.Holm, []float64{.2, 1.2})),
		"P that is NaN":       second(multiplicity.Adjust(multiplicity.Hommel, []float64{math.NaN()})),
		"unknown method":      second(multiplicity.Adjust("sidak", []float64{.2})),
		"weights above 1":     second(multiplicity.Graph{Weights: []float64{.7, .7}, Transitions: [][]float64{{0, 0}, {0, 0}}}.Adjust([]float64{.1, .2})),
		"arrow to itself":     second(multiplicity.Graph{Weights: []float64{1}, Transitions: [][]float64{{1}}}.Adjust([]float64{.1})),
		"graph of other size": second(multiplicity.Graph{Weights: []float64{1}, Transitions: [][]float64{{0}}}.Adjust([]float64{.1, .2})),
		"ragged transitions":  second(multiplicity.Graph{Weights: []float64{1}, Transitions: [][]float64{{}}}.Adjust([]float64{.1})),
		"gate with FDR":       serialErr(),
	} {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if got, err := multiplicity.Adjust(multiplicity.Hommel, nil); err != nil || len(got) != 0 {
		t.Errorf("no P values: %v, %v", got, err)
	}
}

func second(_ []float64, err error) error { return err }

func serialErr() error {
	_, err := multiplicity.Serial(multiplicity.BenjaminiHochberg, [][]float64{{.1}})
	return err
}
