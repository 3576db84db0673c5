package lmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// Effects are the predicted random effects of one term: conditional modes, best linear unbiased predictions.
type Effects struct {
	Group  string
	Levels []string
	Names  []string
	// Value, SE and Conditional are levels x names, row-major. SE is the standard error of prediction (of predicted minus true,
	// with the uncertainty of the fixed effects, as SAS); Conditional leaves that uncertainty out (as lme4's condVar).
	Value, SE, Conditional []float64
}

// Effects predicts the random effects of term i of the design, equations (B1) to (B3) of docs/derivations/reml.md.
func (m *Model) Effects(i int) Effects {
	r := &m.plan.design.Random[i]
	k := len(r.Names)
	e := Effects{Group: r.Name, Levels: r.Levels, Names: r.Names}
	e.Value, e.SE, e.Conditional = make([]float64, k*len(r.Levels)), make([]float64, k*len(r.Levels)), make([]float64, k*len(r.Levels))
	if m.one != nil {
		m.interceptEffects(&e)
	} else {
		m.generalEffects(i, &e)
	}
	return e
}

// interceptEffects: b = ratio m / (1 + ratio s) with m the weighted sum of y - X beta over a cluster of weight s.
func (m *Model) interceptEffects(e *Effects) {
	c := m.plan.clusters
	p, variance := c.p, m.gamma[1]
	ratio := m.gamma[0] / variance
	x := make([]float64, p)
	for g, k := range c.of {
		s := c.total[k]
		shrink := float64(ratio*s) / (1 + float64(ratio*s))
		sum := 0.0
		for i := c.start[g]; i < c.start[g+1]; i++ {
			row := c.at(i)
			sum += float64(c.slotWeight(c.first[k]+i-c.start[g]) * (m.y[row] - arithmetic.Dot(m.sol.Beta, m.plan.row(row))))
		}
		e.Value[g] = float64(shrink * (sum / s))
		conditional := float64(m.gamma[0] * (1 - shrink))
		for j := range x {
			x[j] = float64(shrink * c.mean[int(k)*p+j])
		}
		e.Conditional[g] = math.Sqrt(conditional)
		e.SE[g] = math.Sqrt(conditional + arithmetic.QuadraticForm(m.sol.C, p, x))
	}
}

// generalEffects: b = T Z'R^-1 (y - X beta), covariance of b minus its truth T + (T Z'R^-1 X) C (T Z'R^-1 X)'.
func (m *Model) generalEffects(term int, e *Effects) {
	x := newMixture(m.plan.layout) // its own memory: reading a model is safe for several goroutines
	x.take(m.y)
	x.relative(m.gamma)
	residual := m.gamma[x.k-x.groups:]
	beta := make([]float64, x.p)
	for i := range beta { // of the rest of the response
		beta[i] = m.sol.Beta[i] - x.fitted[i]
	}
	t := x.terms[term]
	k, a, p := t.effect, x.a, x.p
	v, w := make([]float64, k*k), make([]float64, k*p)
	for i := range x.components {
		c, _ := x.prepare(i, residual)
		q := c.q
		tt, y := x.t[:q*q], x.y[:q*a]
		invertSkyline(tt, x.m, q, x.first, x.w1)
		x.spread(c, tt, q)
		x.spreadRight(c, tt)
		arithmetic.Multiply(y, tt, x.b[:q*a], q, q, a)
		for _, nd := range c.nodes {
			if nd.term != term {
				continue
			}
			value := make([]float64, k)
			for a1 := range k {
				row := y[(nd.offset+a1)*a : (nd.offset+a1+1)*a]
				value[a1] = row[p] - arithmetic.Dot(beta, row)
				copy(w[a1*p:(a1+1)*p], row)
				copy(v[a1*k:(a1+1)*k], tt[(nd.offset+a1)*q+nd.offset:])
			}
			// to the columns of the design: triangle^-1 on every side
			arithmetic.SolveUpper(t.r, k, value)
			copy(e.Value[nd.level*k:], value)
			for range 2 {
				solveColumns(t.r, k, v)
				transposeSquare(v, k)
			}
			for r := k - 1; r >= 0; r-- {
				for s := r + 1; s < k; s++ {
					arithmetic.AddScaled(w[r*p:(r+1)*p], -t.r[r*k+s], w[s*p:(s+1)*p])
				}
				for j := range p {
					w[r*p+j] /= t.r[r*k+r]
				}
			}
			for a1 := range k {
				at := nd.level*k + a1
				e.Conditional[at] = math.Sqrt(max(v[a1*k+a1], 0))
				e.SE[at] = math.Sqrt(max(v[a1*k+a1], 0) + arithmetic.QuadraticForm(m.sol.C, p, w[a1*p:(a1+1)*p]))
			}
		}
	}
}

// relative sets the covariance factors from variances and covariances, which may be singular.
func (x *mixture) relative(gamma []float64) {
	for i, t := range x.terms {
		k := t.effect
		d := make([]float64, k*k)
		t.pairs(func(place, a, b int) { d[a*k+b], d[b*k+a] = gamma[place], gamma[place] })
		semi(d, k)
		clear(x.lambda[i])
		t.pairs(func(_, a, b int) { x.lambda[i][a*k+b] = d[a*k+b] })
	}
}
