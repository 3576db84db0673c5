package lmm

import (
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
)

// ResidualKind says what is taken off the response, and the scale.
type ResidualKind string

const (
	Marginal    ResidualKind = "marginal"    // y - X beta
	Conditional ResidualKind = "conditional" // y - X beta - Z b, lme4's "response" residuals
	Pearson     ResidualKind = "pearson"     // conditional, over the residual standard deviation of the row
)

// Fitted gives X beta, or X beta + Z b if conditional, for every used row.
func (m *Model) Fitted(conditional bool) []float64 {
	out := make([]float64, m.plan.n)
	for i := range out {
		out[i] = arithmetic.Dot(m.sol.Beta, m.plan.row(int32(i)))
	}
	if !conditional {
		return out
	}
	for t := range m.plan.design.Random {
		r := &m.plan.design.Random[t]
		e := m.Effects(t)
		k := len(r.Names)
		for i := range out {
			b := e.Value[int(r.Index[i])*k : int(r.Index[i]+1)*k]
			if r.Z == nil {
				out[i] += b[0]
			} else {
				out[i] += arithmetic.Dot(b, r.Z[i*k:(i+1)*k])
			}
		}
	}
	return out
}

// Residuals gives the residuals of every used row.
func (m *Model) Residuals(kind ResidualKind) ([]float64, error) {
	if kind != Marginal && kind != Conditional && kind != Pearson {
		return nil, fmt.Errorf("residuals %q are unknown; there are %s, %s, %s", kind, Marginal, Conditional, Pearson)
	}
	out := m.Fitted(kind != Marginal)
	d := m.plan.design
	for i, f := range out {
		out[i] = m.y[i] - f
		if kind != Pearson {
			continue
		}
		variance := m.Sigma * m.Sigma
		if d.Residual != nil {
			variance = m.gamma[len(m.gamma)-len(d.Residual.Levels)+int(d.Residual.Index[i])]
		}
		if d.Weights != nil {
			variance /= d.Weights[i]
		}
		out[i] /= math.Sqrt(variance)
	}
	return out, nil
}
