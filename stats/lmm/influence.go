package lmm

import (
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// Deletion is what leaving out all rows of one level changes. The model is fitted anew without them, variances included.
type Deletion struct {
	Level string
	Rows  int
	Beta  []float64 // in the order of the full model's Names; NaN for coefficients that cannot be estimated without the level
	// CookD is (beta - beta without)' C^-1 (beta - beta without) / p with the covariance C of the full fit.
	CookD float64
	// DFBETAS is (beta - beta without) / standard error without, coefficient by coefficient.
	DFBETAS    []float64
	Components []Component
	Lost       []string // coefficients that only this level determines; CookD and their DFBETAS are +Inf then
	Err        error    // why there is no fit without the level
}

// Influence leaves out one level of a grouping after the other ("id": each participant in turn).
func (m *Model) Influence(group string) ([]Deletion, error) {
	d := m.plan.design
	g, err := d.Group(group)
	if err != nil {
		return nil, err
	}
	if len(g.Levels) < 3 {
		return nil, fmt.Errorf("%s has %d levels: nothing is left to compare when one is taken out", group, len(g.Levels))
	}
	p := m.plan.p
	c, err := m.Covariance(wald.Z)
	if err != nil {
		return nil, err
	}
	factor := append([]float64(nil), c...)
	if !arithmetic.Cholesky(factor, p) {
		return nil, fmt.Errorf("the covariance of the coefficients is not positive definite")
	}
	out := make([]Deletion, len(g.Levels))
	for level := range out {
		x := &out[level]
		x.Level = g.Levels[level]
		for _, k := range g.Index {
			if int(k) == level {
				x.Rows++
			}
		}
		m.delete(x, func(row int) bool { return int(g.Index[row]) == level }, factor)
	}
	return out, nil
}

// delete fits without the rows and compares.
func (m *Model) delete(x *Deletion, leave func(row int) bool, factor []float64) {
	less, err := m.plan.design.Without(leave)
	if err != nil {
		x.Err = err
		return
	}
	plan, err := NewPlan(less, m.plan.options)
	if err != nil {
		x.Err = err
		return
	}
	fit := plan.NewModel()
	y := make([]float64, 0, less.N())
	for i, v := range m.y {
		if !leave(i) {
			y = append(y, v)
		}
	}
	if x.Err = fit.Refit(y); x.Err != nil {
		return
	}
	x.Components = fit.Components
	p := m.plan.p
	x.Beta, x.DFBETAS = make([]float64, p), make([]float64, p)
	change := make([]float64, p)
	unit := make([]float64, plan.p)
	for j, name := range m.Names {
		x.Beta[j], x.DFBETAS[j] = math.NaN(), math.Inf(1)
		for k, other := range fit.Names {
			if other == name {
				x.Beta[j] = fit.Beta[k]
				change[j] = m.Beta[j] - fit.Beta[k]
				unit[k] = 1
				x.DFBETAS[j] = change[j] / fit.Contrast(unit, wald.Z).SE
				unit[k] = 0
			}
		}
		if math.IsNaN(x.Beta[j]) {
			x.Lost = append(x.Lost, name)
		}
	}
	if len(x.Lost) > 0 {
		x.CookD = math.Inf(1)
		return
	}
	arithmetic.SolveLower(factor, p, change)
	x.CookD = arithmetic.Dot(change, change) / float64(p)
}
