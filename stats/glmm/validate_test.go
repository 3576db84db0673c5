//go:build validate

package glmm_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/glmm"
)

// TestValidateLogisticIntervals draws trials of the paper's size (123
// participants, two visits, an eighth lost) from a known model, and counts how
// often 95% intervals cover the truth and how often tests reject a true null.
// Wald and profile intervals of the log odds ratio and the delta method's of the
// marginal difference in change are large-sample methods: their error at this
// size is what is measured. The band is 95% plus or minus 1.5 points.
func TestValidateLogisticIntervals(t *testing.T) {
	const trials = 4000
	for _, effect := range []float64{0, -1.2} {
		truth := change(effect)
		var covered, profiled, marginal, width, failed int
		var mu sync.Mutex
		var wait sync.WaitGroup
		jobs := make(chan uint64)
		for range runtime.GOMAXPROCS(0) {
			wait.Go(func() {
				for seed := range jobs {
					d := paperTrial(seed, effect)
					m, err := glmm.Fit(d, glmm.Options{})
					if err != nil {
						mu.Lock()
						failed++
						mu.Unlock()
						continue
					}
					l := []float64{0, 0, 0, 1}
					w := m.Contrast(l)
					p, perr := m.Profile(l, 0.95)
					g, gerr := m.Marginal(cells)
					if perr != nil || gerr != nil {
						t.Error(perr, gerr)
						continue
					}
					_, _, lower, upper := g.Combine([]glmm.Part{{Cell: 3, Weight: 1}, {Cell: 2, Weight: -1}, {Cell: 1, Weight: -1}, {Cell: 0, Weight: 1}}, 0.95)
					mu.Lock()
					if w.Lower <= effect && effect <= w.Upper {
						covered++
					}
					if p.Lower <= effect && effect <= p.Upper {
						profiled++
					}
					if lower <= truth && truth <= upper {
						marginal++
					}
					width++
					mu.Unlock()
				}
			})
		}
		for seed := range uint64(trials) {
			jobs <- seed
		}
		close(jobs)
		wait.Wait()
		for name, n := range map[string]int{"Wald": covered, "profile": profiled, "marginal difference in change": marginal} {
			share := float64(n) / float64(width)
			t.Logf("effect %v, %s: coverage %.4f (Monte Carlo error %.4f), %d of %d trials could not be fitted", effect, name, share, math.Sqrt(share*(1-share)/float64(width)), failed, trials)
			if math.Abs(share-0.95) > 0.015 {
				t.Errorf("effect %v, %s: coverage %.4f", effect, name, share)
			}
		}
	}
}

const truthSigma = 1.5

// paperTrial draws 71 controls and 52 coached.
func paperTrial(seed uint64, effect float64) glmm.Data {
	rng := rand.New(rand.NewPCG(seed, 99))
	var d glmm.Data
	var x []float64
	for g := range 123 {
		arm := 0.0
		if g >= 71 {
			arm = 1
		}
		u := truthSigma * rng.NormFloat64()
		for v := range 2 {
			if v == 1 && rng.Float64() < 0.11 {
				continue
			}
			time := float64(v)
			x = append(x, 1, arm, time, arm*time)
			y := 0.0
			if rng.Float64() < 1/(1+math.Exp(-(0.2+effect*arm*time+u))) {
				y = 1
			}
			d.Y, d.Group = append(d.Y, y), append(d.Group, g)
		}
	}
	d.X = mat.NewDense(len(d.Y), 4, x)
	return d
}

// change is the true difference in change of the marginal proportions.
func change(effect float64) float64 {
	share := func(eta float64) float64 {
		sum := 0.0
		for i := -4000; i <= 4000; i++ {
			u := float64(i) / 400
			sum += math.Exp(-u*u/2) / (1 + math.Exp(-eta-truthSigma*u))
		}
		return sum / 400 / math.Sqrt(2*math.Pi)
	}
	return share(0.2+effect) - share(0.2)
}
