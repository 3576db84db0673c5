package mmrm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// simulated draws a trial of two arms with missing visits.
func simulated(seed uint64, subjects, visits int, by bool) Data {
	rng := rand.New(rand.NewPCG(seed, 11))
	var d Data
	for v := range visits {
		d.Visits = append(d.Visits, fmt.Sprintf("v%d", v))
	}
	var x []float64
	for i := range subjects {
		arm := float64(i % 2)
		u := rng.NormFloat64()
		for v := range visits {
			if v > 0 && rng.Float64() < 0.25 {
				continue
			}
			t := float64(v)
			x = append(x, 1, arm, t, arm*t)
			d.Y = append(d.Y, 10+0.3*arm-t+0.5*arm*t+u+(1+0.3*t)*rng.NormFloat64())
			d.Subject = append(d.Subject, i)
			d.Visit = append(d.Visit, v)
			if by {
				d.By = append(d.By, i%2)
			}
		}
	}
	if by {
		d.ByLevels = []string{"a", "b"}
	}
	d.X = mat.NewDense(len(d.Y), 4, x)
	return d
}

func TestDerivativesOfEveryStructure(t *testing.T) {
	for _, structure := range Structures {
		for _, reml := range []bool{true, false} {
			for _, by := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%v/%v", structure, reml, by), func(t *testing.T) {
					s, err := newSample(simulated(5, 24, 4, by))
					if err != nil {
						t.Fatal(err)
					}
					l := newLikelihood(s, structure, reml)
					theta := make([]float64, l.k)
					for g := range s.groups {
						structure.start(theta[l.of(g):l.of(g)+structure.parameters(4)], s.residuals(g), 4, 0.8)
					}
					if !l.evaluate(theta, true) {
						t.Fatal("not positive definite at the start")
					}
					grad := append([]float64(nil), l.grad...)
					observed := append([]float64(nil), l.observed...)
					at := append([]float64(nil), theta...)
					const d = 1e-4
					for i := range l.k {
						var v [2]float64
						var g [2][]float64
						for k, sign := range []float64{-1, 1} {
							at[i] = theta[i] + sign*d
							l.evaluate(at, true)
							v[k], g[k] = l.value, append([]float64(nil), l.grad...)
						}
						at[i] = theta[i]
						if got := (v[1] - v[0]) / (2 * d); math.Abs(got-grad[i]) > 1e-6 {
							t.Errorf("gradient %d: %v, by differences %v", i, grad[i], got)
						}
						for j := range l.k {
							if got := -(g[1][j] - g[0][j]) / (2 * d); math.Abs(got-observed[i*l.k+j]) > 1e-6*(1+math.Abs(got)) {
								t.Errorf("information %d,%d: %v, by differences %v", i, j, observed[i*l.k+j], got)
							}
						}
					}
				})
			}
		}
	}
}

// Nothing is allocated in an evaluation.
func TestEvaluationAllocatesNothing(t *testing.T) {
	for _, structure := range Structures {
		s, err := newSample(simulated(5, 24, 4, true))
		if err != nil {
			t.Fatal(err)
		}
		l := newLikelihood(s, structure, true)
		theta := make([]float64, l.k)
		for g := range s.groups {
			structure.start(theta[l.of(g):l.of(g)+structure.parameters(4)], s.residuals(g), 4, 0.8)
		}
		if n := testing.AllocsPerRun(20, func() { l.evaluate(theta, true) }); n != 0 {
			t.Errorf("%s: %v allocations", structure, n)
		}
	}
}

// With complete data and a mean for every visit of every arm the unstructured
// optimum is explicit: the residual cross-products over participants less arms
// (restricted likelihood) or over participants (full).
func TestCompleteDataHaveAnExplicitOptimum(t *testing.T) {
	const m, n = 9, 16
	rng := rand.New(rand.NewPCG(31, 1))
	d := Data{X: mat.NewDense(m*n, 2*m, nil)}
	for v := range m {
		d.Visits = append(d.Visits, fmt.Sprint(v))
	}
	y := make([][]float64, n)
	var mean [2][m]float64
	for i := range n {
		u := rng.NormFloat64()
		for v := range m {
			row := i*m + v
			d.X.Set(row, v, 1)
			d.X.Set(row, m+v, float64(i%2))
			value := 1e3 + 30*u + 20*rng.NormFloat64()*float64(1+v)
			y[i] = append(y[i], value)
			mean[i%2][v] += value / (n / 2)
			d.Y, d.Subject, d.Visit = append(d.Y, value), append(d.Subject, i), append(d.Visit, v)
		}
	}
	for _, ml := range []bool{false, true} {
		r, err := Fit(d, Options{ML: ml})
		if err != nil {
			t.Fatal(err)
		}
		by := float64(n - 2)
		if ml {
			by = n
		}
		for a := range m {
			for b := range m {
				want := 0.0
				for i := range n {
					want += (y[i][a] - mean[i%2][a]) * (y[i][b] - mean[i%2][b]) / by
				}
				scale := math.Sqrt(r.VisitCovariance[0][a*m+a] * r.VisitCovariance[0][b*m+b])
				if got := r.VisitCovariance[0][a*m+b]; math.Abs(got-want) > 1e-9*scale {
					t.Errorf("covariance %d,%d: %v, want %v", a, b, got, want)
				}
			}
		}
		t.Logf("%+v", r.Convergence)
	}
}
