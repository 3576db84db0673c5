//go:build validate

package mmrm_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"rekindle/stats/mmrm"
	"rekindle/stats/wald"
)

// TestValidateTypeOneError draws small trials without an effect (12 and 9
// participants, three visits, a fifth of the later ones missing, variances and
// correlations free) and counts rejections at 5% of the arm difference at the
// last visit. Kenward-Roger and CR2 with its degrees of freedom should hold the
// level at this size, within 1.5 points; Satterthwaite may be a little liberal,
// and the normal is shown to be what it is.
func TestValidateTypeOneError(t *testing.T) {
	const trials = 20000
	methods := []wald.Method{wald.Satterthwaite, wald.KenwardRoger, wald.KenwardRogerObserved, wald.Z}
	rejected := map[wald.Method]int{}
	fitted, failed := 0, 0
	var mu sync.Mutex
	var wait sync.WaitGroup
	jobs := make(chan uint64)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for seed := range jobs {
				m, err := mmrm.Fit(smallTrial(seed), mmrm.Options{})
				mu.Lock()
				if err != nil {
					failed++
					mu.Unlock()
					continue
				}
				fitted++
				mu.Unlock()
				l := []float64{0, 0, 0, 1, 0, 1}
				for _, method := range methods {
					if m.Contrast(l, method).P < 0.05 {
						mu.Lock()
						rejected[method]++
						mu.Unlock()
					}
				}
				r, err := m.Robust(mmrm.CR2)
				if err != nil {
					t.Error(err)
					continue
				}
				if e := r.Contrast(l); e.P < 0.05 {
					mu.Lock()
					rejected[e.Method]++
					mu.Unlock()
				}
			}
		})
	}
	for seed := range uint64(trials) {
		jobs <- seed
	}
	close(jobs)
	wait.Wait()
	for method, n := range rejected {
		share := float64(n) / float64(fitted)
		t.Logf("%s: %.4f (Monte Carlo error %.4f)", method, share, math.Sqrt(share*(1-share)/float64(fitted)))
		limit := 0.015
		switch method {
		case wald.Satterthwaite:
			limit = 0.02
		case wald.Z:
			continue
		}
		if math.Abs(share-0.05) > limit {
			t.Errorf("%s: type I error %.4f", method, share)
		}
	}
	t.Logf("%d of %d trials could not be fitted", failed, trials)
	if failed > trials/100 {
		t.Errorf("%d of %d trials could not be fitted", failed, trials)
	}
}

func smallTrial(seed uint64) mmrm.Data {
	rng := rand.New(rand.NewPCG(seed, 5))
	d := mmrm.Data{Visits: []string{"0", "1", "2"}}
	var x []float64
	for i := range 21 {
		arm := 0.0
		if i >= 12 {
			arm = 1
		}
		u := rng.NormFloat64()
		for v := range 3 {
			if v > 0 && rng.Float64() < 0.2 {
				continue
			}
			row := []float64{1, 0, 0, arm, 0, 0}
			if v > 0 {
				row[v], row[3+v] = 1, arm
			}
			x = append(x, row...)
			d.Y = append(d.Y, u+(0.5+0.5*float64(v))*rng.NormFloat64())
			d.Subject, d.Visit = append(d.Subject, i), append(d.Visit, v)
		}
	}
	d.X = mat.NewDense(len(d.Y), 6, x)
	return d
}
