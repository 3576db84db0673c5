package lmm

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"rekindle/stats/arithmetic"
)

// Simulate draws a response from the model with the given coefficients (in the order of the design's Names) and variance parameters (in the
// order of Model.Components) into y.
func (p *Plan) Simulate(r *rand.Rand, beta, components, y []float64) error {
	if len(beta) != p.p || len(components) != len(p.components) || len(y) != p.n {
		return fmt.Errorf("a draw needs %d coefficients, %d variance parameters and room for %d rows", p.p, len(p.components), p.n)
	}
	d := p.design
	for i := range y {
		y[i] = arithmetic.Dot(beta, d.Row(i))
	}
	at := 0
	for t := range d.Random {
		x := &d.Random[t]
		k := len(x.Names)
		l := make([]float64, k*k)
		for a := range k {
			for b := range a + 1 {
				l[a*k+b] = components[at]
				at++
			}
		}
		semi(l, k)
		z, b := make([]float64, k), make([]float64, k*len(x.Levels))
		for g := range x.Levels {
			for j := range z {
				z[j] = r.NormFloat64()
			}
			for j := range k {
				b[g*k+j] = arithmetic.Dot(l[j*k:j*k+j+1], z)
			}
		}
		for i, g := range x.Index {
			if x.Z == nil {
				y[i] += b[g]
			} else {
				y[i] += arithmetic.Dot(x.Z[i*k:(i+1)*k], b[int(g)*k:])
			}
		}
	}
	for i := range y {
		v := components[at]
		if d.Residual != nil {
			v = components[at+int(d.Residual.Index[i])]
		}
		if d.Weights != nil {
			v /= d.Weights[i]
		}
		y[i] += float64(math.Sqrt(v) * r.NormFloat64())
	}
	return nil
}

// Bootstrap holds what a parametric bootstrap drew.
type Bootstrap struct {
	Estimate   []float64   // the statistic of the model itself
	Replicates [][]float64 // of every draw whose fit succeeded, in the order of the draws
	Failed     int         // draws without a fit
	Singular   int         // draws with a variance at zero (kept)
	FirstError error       // of the first failed draw
}

// Bootstrap draws n responses from the fitted model, fits each, and collects the statistic. Draw i depends on the seed and i alone, so the
// result is the same whatever the number of cores. Draws that cannot be fitted are counted, never hidden.
func (m *Model) Bootstrap(n int, seed uint64, statistic func(*Model) []float64) (*Bootstrap, error) {
	if n < 1 {
		return nil, errors.New("a bootstrap needs at least one draw")
	}
	components := make([]float64, len(m.Components))
	for i, c := range m.Components {
		components[i] = c.Value
	}
	b := &Bootstrap{Estimate: statistic(m)}
	all := make([][]float64, n)
	failed := make([]error, n)
	singular := make([]bool, n)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			fit, y := m.plan.NewModel(), make([]float64, m.plan.n)
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				if failed[i] = m.plan.Simulate(r, m.Beta, components, y); failed[i] != nil {
					continue
				}
				if failed[i] = fit.Refit(y); failed[i] == nil {
					all[i], singular[i] = slices.Clone(statistic(fit)), fit.Singular
				}
			}
		})
	}
	wait.Wait()
	for i, x := range all {
		if failed[i] != nil {
			b.Failed++
			if b.FirstError == nil {
				b.FirstError = failed[i]
			}
			continue
		}
		if singular[i] {
			b.Singular++
		}
		b.Replicates = append(b.Replicates, x)
	}
	return b, nil
}

// Interval is the percentile interval of number j of the statistic.
func (b *Bootstrap) Interval(j int, level float64) (Interval, error) {
	if len(b.Replicates) < 2 {
		return Interval{}, fmt.Errorf("%d of the draws could be fitted: no interval", len(b.Replicates))
	}
	if !(level > 0 && level < 1) || j < 0 || j >= len(b.Estimate) {
		return Interval{}, fmt.Errorf("number %d of %d at level %v: there is no such interval", j, len(b.Estimate), level)
	}
	x := make([]float64, len(b.Replicates))
	for i, r := range b.Replicates {
		x[i] = r[j]
	}
	slices.Sort(x)
	at := func(p float64) float64 { // R's type 7
		h := p * float64(len(x)-1)
		i := min(int(h), len(x)-2)
		return x[i] + float64((h-float64(i))*(x[i+1]-x[i]))
	}
	return Interval{Estimate: b.Estimate[j], Lower: at((1 - level) / 2), Upper: at((1 + level) / 2), Level: level}, nil
}

// BootstrapPercent is the percentile interval of a change relative to the baseline mean, change and baseline as rows of coefficients
// (docs/derivations/design.md, D9). The draws are those of Bootstrap.
func (m *Model) BootstrapPercent(change, baseline []float64, n int, seed uint64, level float64) (Interval, *Bootstrap, error) {
	p := m.plan.p
	if len(change) != p || len(baseline) != p {
		return Interval{}, nil, fmt.Errorf("the rows have %d and %d numbers, the model has %d coefficients", len(change), len(baseline), p)
	}
	b, err := m.Bootstrap(n, seed, func(m *Model) []float64 {
		return []float64{arithmetic.Dot(change, m.Beta) / arithmetic.Dot(baseline, m.Beta)}
	})
	if err != nil {
		return Interval{}, nil, err
	}
	i, err := b.Interval(0, level)
	return i, b, err
}
