package glmm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/stat/distuv"

	"rekindle/stats/arithmetic"
)

// BootstrapOptions say how often and from which seed.
type BootstrapOptions struct {
	Replicates int     // 999 unless said
	Seed       uint64  // the same seed gives the same intervals, whatever the number of cores
	Level      float64 // 0.95 unless said
}

// Bootstrap holds parametric bootstrap intervals of population-averaged
// figures: responses are drawn from the fitted model, random intercepts
// included, and the model is fitted to them again.
type Bootstrap struct {
	Effects    []Effect       // as Marginal.Effects, with percentile intervals; SE is the replicates' standard deviation
	Values     [][]float64    // by effect: of the replicates that could be fitted
	Replicates int            // drawn
	Failed     int            // could not be fitted; they are in no interval
	Reasons    map[string]int // why
}

// Bootstrap computes the intervals of the effects of cells.
func (r *Model) Bootstrap(cells []Cell, baseline string, o BootstrapOptions) (*Bootstrap, error) {
	if o.Replicates == 0 {
		o.Replicates = 999
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Replicates < 20 {
		return nil, fmt.Errorf("glmm: %d bootstrap replicates are too few for an interval", o.Replicates)
	}
	m, err := r.Marginal(cells)
	if err != nil {
		return nil, err
	}
	effects, err := m.Effects(baseline, o.Level)
	if err != nil {
		return nil, err
	}
	draws := make([][]float64, o.Replicates) // by replicate: values, or nil
	reasons := make([]string, o.Replicates)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), o.Replicates) {
		wait.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= o.Replicates {
					return
				}
				draws[i], reasons[i] = r.replicate(cells, baseline, rand.New(rand.NewPCG(o.Seed, uint64(i))))
			}
		})
	}
	wait.Wait()
	b := &Bootstrap{Effects: effects, Replicates: o.Replicates, Reasons: map[string]int{}, Values: make([][]float64, len(effects))}
	for i, v := range draws {
		if v == nil {
			b.Failed++
			b.Reasons[reasons[i]]++
			continue
		}
		for k := range effects {
			b.Values[k] = append(b.Values[k], v[k])
		}
	}
	if o.Replicates-b.Failed < 20 {
		return nil, fmt.Errorf("glmm: only %d of %d bootstrap replicates could be fitted: %v", o.Replicates-b.Failed, o.Replicates, b.Reasons)
	}
	for k := range effects {
		b.Effects[k].percentile(b.Values[k])
	}
	return b, nil
}

// replicate draws responses, fits them and returns the values of the effects,
// or why not.
func (r *Model) replicate(cells []Cell, baseline string, rng *rand.Rand) ([]float64, string) {
	d := r.data
	d.Y = r.draw(rng)
	family := r.Family
	if math.IsInf(r.Dispersion, 1) {
		family = Poisson
	}
	again, err := Fit(d, Options{Family: family, Nodes: r.Nodes})
	if err != nil {
		return nil, err.Error()
	}
	m, err := again.Marginal(cells)
	if err != nil {
		return nil, err.Error()
	}
	effects, err := m.Effects(baseline, 0.95)
	if err != nil {
		return nil, err.Error()
	}
	out := make([]float64, len(effects))
	for i, e := range effects {
		if math.IsNaN(e.Value) {
			return nil, e.Label + " is not a number"
		}
		out[i] = e.Value
	}
	return out, ""
}

// draw returns responses from the fitted model.
func (r *Model) draw(rng *rand.Rand) []float64 {
	n, p := r.data.X.Dims()
	u := make(map[int]float64, r.Groups)
	y := make([]float64, n)
	row := make([]float64, p)
	for i := range y {
		g := r.data.Group[i]
		if _, ok := u[g]; !ok {
			u[g] = r.Sigma * rng.NormFloat64()
		}
		for j := range row {
			row[j] = r.data.X.At(i, j)
		}
		eta := arithmetic.Dot(row, r.Beta) + u[g]
		if r.data.Offset != nil {
			eta += r.data.Offset[i]
		}
		switch {
		case r.Family == Binomial:
			prob, _ := arithmetic.Logistic(eta)
			trials := 1.0
			if r.data.Trials != nil {
				trials = r.data.Trials[i]
			}
			y[i] = distuv.Binomial{N: trials, P: prob, Src: rng}.Rand()
		default:
			mu := arithmetic.Exp(eta)
			if k := r.Dispersion; r.Family == NegativeBinomial && !math.IsInf(k, 1) {
				mu = distuv.Gamma{Alpha: k, Beta: k / mu, Src: rng}.Rand()
			}
			if mu > 0 {
				y[i] = distuv.Poisson{Lambda: mu, Src: rng}.Rand()
			}
		}
	}
	return y
}

// percentile replaces the interval of an effect by that of its replicates.
func (e *Effect) percentile(values []float64) {
	v := slices.Clone(values)
	turned := e.Kind == "nnt" // through infinity: on the scale of the difference
	for i := range v {
		if turned {
			v[i] = 1 / v[i]
		}
	}
	slices.Sort(v)
	mean, square := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		square += float64((x - mean) * (x - mean))
	}
	e.SE = math.Sqrt(square / float64(len(v)-1))
	tail := (1 - e.Level) / 2
	e.Lower, e.Upper = quantile(v, tail), quantile(v, 1-tail)
	e.Note = ""
	if turned {
		e.invert(e.Lower, e.Upper)
		e.SE = math.NaN()
	} else if e.Ratio {
		e.SE = math.NaN() // the delta method's is that of the logarithm, and replicates may be infinite
	}
}

// quantile of sorted values, interpolated linearly (R's type 7).
func quantile(x []float64, p float64) float64 {
	h := float64(p * float64(len(x)-1))
	i := int(h)
	if i+1 >= len(x) || x[i] == x[i+1] {
		return x[i]
	}
	return x[i] + float64((h-float64(i))*(x[i+1]-x[i]))
}
