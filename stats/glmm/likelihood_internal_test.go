package glmm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// simulated draws a small trial: group sizes 1 to 4, one binary and one
// continuous covariate.
func simulated(seed uint64, family Family, groups int, sigma float64) Data {
	rng := rand.New(rand.NewPCG(seed, 7))
	var d Data
	var x []float64
	for g := range groups {
		u := sigma * rng.NormFloat64()
		arm := float64(g % 2)
		for range 1 + rng.IntN(4) {
			z := math.Round(2*rng.NormFloat64()) / 2
			x = append(x, 1, arm, z)
			eta := -0.3 + 0.8*arm + 0.5*z + u
			d.Group = append(d.Group, g)
			y := 0.0
			switch family {
			case Binomial:
				trials := 1 + float64(rng.IntN(3))
				for range int(trials) {
					if rng.Float64() < 1/(1+math.Exp(-eta)) {
						y++
					}
				}
				d.Trials = append(d.Trials, trials)
			default:
				mu := math.Exp(eta)
				if family == NegativeBinomial {
					mu *= -math.Log(rng.Float64()) // gamma with shape 1
				}
				for limit, product := math.Exp(-mu), rng.Float64(); product > limit; product *= rng.Float64() {
					y++
				}
			}
			d.Y = append(d.Y, y)
		}
	}
	d.X = mat.NewDense(len(d.Y), 3, x)
	return d
}

// The gradient and the Hessian are those of the approximation itself, for any
// number of nodes: compared with central differences of value and gradient.
func TestDerivativesAreThoseOfTheApproximation(t *testing.T) {
	for _, family := range []Family{Binomial, Poisson, NegativeBinomial} {
		for _, nodes := range []int{Full, 1, 2, 5, 12} {
			for _, sigma := range []float64{0.05, 1.1, 4.5} {
				t.Run(fmt.Sprintf("%v/%d/%v", family, nodes, sigma), func(t *testing.T) {
					s, err := newSample(simulated(3, family, 12, min(sigma, 1.5)), family)
					if err != nil {
						t.Fatal(err)
					}
					l := newLikelihood(s, nodes)
					theta := []float64{0.2, -0.4, 0.3, math.Log(sigma), 0}[:l.dim()] // k = 1: a row of count 0 has b = 1
					if !l.evaluate(theta, 2) {
						t.Fatal("not finite")
					}
					q := l.dim()
					value := l.value
					grad := append([]float64(nil), l.grad...)
					hess := append([]float64(nil), l.hess...)
					const d = 1e-4
					at := append([]float64(nil), theta...)
					for i := range q {
						var v [2]float64
						var g [2][]float64
						for k, sign := range []float64{-1, 1} {
							at[i] = theta[i] + sign*d
							l.evaluate(at, 1)
							v[k] = l.value
							g[k] = append([]float64(nil), l.grad...)
						}
						at[i] = theta[i]
						if got := (v[1] - v[0]) / (2 * d); math.Abs(got-grad[i]) > 2e-7*(1+math.Abs(value)) {
							t.Errorf("gradient %d: %v, by differences %v", i, grad[i], got)
						}
						for j := range q {
							if got := (g[1][j] - g[0][j]) / (2 * d); math.Abs(got-hess[i*q+j]) > 3e-7*(1+math.Abs(hess[i*q+i])+math.Abs(hess[j*q+j])) {
								t.Errorf("hessian %d,%d: %v, by differences %v", i, j, hess[i*q+j], got)
							}
						}
					}
				})
			}
		}
	}
}
