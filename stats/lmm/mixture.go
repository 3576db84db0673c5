package lmm

import (
	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// mixture is a layout with a response: it evaluates the moments at any variance parameters, component by component,
// equations (G1) to (G9) of docs/derivations/reml.md. Parameters are, for each term, the lower triangle of its covariance
// (rows one after the other), then the residual variances.
type mixture struct {
	*layout
	a      int
	fitted []float64     // coefficients taken off the response beforehand
	rest   []float64     // response minus that projection
	ee     [][]float64   // [X r]'W[X r] of each residual group, a x a, both triangles
	zy     [][][]float64 // Z'W r of each component and residual group

	lambda [][]float64 // Cholesky factor of each term's covariance

	first                       []int32
	zz, m, t, s, w1, w2, w3, sk []float64   // widest x widest
	at                          [][]float64 // A_k T of each residual group
	b, y, u                     []float64   // widest x a
	bk, uk, tn                  [][]float64 // of each residual group: N_k, U_k, T N_k
	du, v                       [][]float64 // D_i U and S D_i U of each parameter of a term
	by, yay                     [][]float64 // sums of B_k'Y and Y'A_k Y
	trace                       []float64   // sums of tr(A_k T)
}

func newMixture(l *layout) *mixture {
	x := &mixture{layout: l, a: l.p + 1, fitted: make([]float64, l.p), rest: make([]float64, l.n)}
	a, q := x.a, l.widest
	square := func() []float64 { return make([]float64, q*q) }
	tall := func() []float64 { return make([]float64, q*a) }
	for range l.groups {
		x.ee = append(x.ee, make([]float64, a*a))
		x.at = append(x.at, square())
		x.bk = append(x.bk, tall())
		x.uk = append(x.uk, tall())
		x.tn = append(x.tn, tall())
		x.by = append(x.by, make([]float64, a*a))
		x.yay = append(x.yay, make([]float64, a*a))
	}
	for _, c := range l.components {
		var zy [][]float64
		for range l.groups {
			zy = append(zy, make([]float64, c.q))
		}
		x.zy = append(x.zy, zy)
	}
	for _, t := range l.terms {
		x.lambda = append(x.lambda, make([]float64, t.effect*t.effect))
	}
	x.first = make([]int32, q)
	x.trace = make([]float64, l.groups)
	x.zz, x.m, x.t, x.s, x.w1, x.w2 = square(), square(), square(), square(), square(), square()
	if l.groups > 1 {
		x.w3, x.sk = square(), square()
	}
	x.b, x.y, x.u = tall(), tall(), tall()
	for range l.k - l.groups {
		x.du = append(x.du, tall())
		x.v = append(x.v, tall())
	}
	return x
}

// take reads a response: its projection on the columns is taken off, the rest enters the cross products. It gives the sum of
// squares of the rest.
func (x *mixture) take(y []float64) float64 {
	clear(x.fitted)
	for i, v := range y {
		arithmetic.AddScaled(x.fitted, v, x.x(int32(i)))
	}
	squares, p, a := 0.0, x.p, x.a
	for g, e := range x.ee {
		clear(e)
		for i := range p {
			copy(e[i*a:i*a+i+1], x.xx[g][i*p:i*p+i+1])
		}
	}
	for i, v := range y {
		row := int32(i)
		q := x.x(row)
		r := v - arithmetic.Dot(x.fitted, q)
		x.rest[i] = r
		squares += float64(r * r)
		last := x.ee[x.groupOf(row)][p*a : (p+1)*a]
		w := float64(x.weight(row) * r)
		arithmetic.AddScaled(last, w, q)
		last[p] += float64(w * r)
	}
	for _, e := range x.ee {
		arithmetic.Symmetrize(e, a)
	}
	for i, c := range x.components {
		c.response(x.terms, x.offset, x.group, x.weights, x.rest, x.zy[i])
	}
	return squares
}

// factor sets the covariance factor of every term (relative or absolute) from its lower triangle.
func (x *mixture) factor(theta []float64) {
	for i, t := range x.terms {
		clear(x.lambda[i])
		t.pairs(func(place, a, b int) { x.lambda[i][a*t.effect+b] = theta[place] })
	}
}

// prepare computes for a component: zz = Z'R^-1 Z and b = Z'R^-1 [X r], and the factor of m = I + L' zz L, (G1).
func (x *mixture) prepare(i int, residual []float64) (c *component, ok bool) {
	c = x.components[i]
	q, a, p := c.q, x.a, x.p
	zz, b := x.zz[:q*q], x.b[:q*a]
	clear(zz)
	clear(b)
	for g, v := range residual {
		f := 1 / v
		arithmetic.AddScaled(zz, f, c.zz[g])
		bk := x.bk[g][:q*a]
		for r := range q {
			copy(bk[r*a:r*a+p], c.zx[g][r*p:(r+1)*p])
			bk[r*a+p] = x.zy[i][g][r]
		}
		arithmetic.AddScaled(b, f, bk)
	}
	copy(x.m[:q*q], zz)
	x.fromRight(c, x.m, q)
	x.fromLeft(c, x.m, q)
	for r := range q {
		x.m[r*q+r]++
	}
	return c, skyline(x.m, q, x.first)
}

// value computes log|V| and A'V^-1 A only, (G2), for covariance factors set by factor and residual variances. False if V is not
// positive definite.
func (x *mixture) value(residual []float64, m *moments) bool {
	x.begin(residual, m)
	for i := range x.components {
		c, ok := x.prepare(i, residual)
		if !ok {
			return false
		}
		x.reduce(c, m)
	}
	return true
}

// begin starts the sums with the residual part.
func (x *mixture) begin(residual []float64, m *moments) {
	clear(m.m)
	m.logDet = 0
	for g, v := range residual {
		m.logDet += float64(x.size[g] * arithmetic.Log(v))
		arithmetic.AddScaled(m.m, 1/v, x.ee[g])
	}
}

// reduce adds a component to log|V| and subtracts its b'Tb from A'V^-1 A.
func (x *mixture) reduce(c *component, m *moments) {
	q, a := c.q, x.a
	for r := range q {
		m.logDet += 2 * arithmetic.Log(x.m[r*q+r])
	}
	copy(x.y, x.b[:q*a])
	x.fromLeft(c, x.y, a)
	solveRows(x.m, q, x.first, x.y[:q*a], a)
	for r := range q {
		row := x.y[r*a : (r+1)*a]
		for i, f := range row {
			if f != 0 {
				arithmetic.AddScaled(m.m[i*a:(i+1)*a], -f, row)
			}
		}
	}
}

// moments computes everything, (G3) to (G9). gamma repeats the parameters as variances and covariances; factor must have been
// called with the matching factors.
func (x *mixture) moments(gamma []float64, m *moments) bool {
	residual := gamma[x.k-x.groups:]
	x.begin(residual, m)
	for _, f := range m.f {
		clear(f)
	}
	for _, f := range m.ff {
		clear(f)
	}
	for k := range x.groups {
		clear(x.by[k])
		clear(x.yay[k])
	}
	clear(x.trace)
	clear(m.t)
	clear(m.tt)
	for i := range x.components {
		c, ok := x.prepare(i, residual)
		if !ok {
			return false
		}
		x.reduce(c, m)
		x.derive(c, residual, m)
	}
	x.finish(gamma, m)
	return true
}

// derive adds the derivatives of a component.
func (x *mixture) derive(c *component, residual []float64, m *moments) {
	q, a, terms := c.q, x.a, x.k-x.groups
	t, s, w1, w2 := x.t[:q*q], x.s[:q*q], x.w1[:q*q], x.w2[:q*q]
	zz, b, y, u := x.zz[:q*q], x.b[:q*a], x.y[:q*a], x.u[:q*a]
	invertSkyline(t, x.m, q, x.first, w1)
	x.spread(c, t, q)
	x.spreadRight(c, t) // T = L m^-1 L'
	arithmetic.Multiply(y, t, b, q, q, a)
	arithmetic.Multiply(u, zz, y, q, q, a)
	for i := range u {
		u[i] = b[i] - u[i] // U = Z'V^-1 A
	}
	arithmetic.Multiply(w1, zz, t, q, q, q)
	transpose(w2, w1, q)
	arithmetic.Multiply(w1, zz, w2, q, q, q)
	for i := range s {
		s[i] = zz[i] - w1[i] // S = Z'V^-1 Z
	}
	for _, nd := range c.nodes {
		tm := x.terms[nd.term]
		tm.pairs(func(place, e, f int) {
			m.t[place] += entry(s, q, nd.offset+e, nd.offset+f, e == f)
			ue, uf := u[(nd.offset+e)*a:(nd.offset+e+1)*a], u[(nd.offset+f)*a:(nd.offset+f+1)*a]
			both(m.f[place], a, ue, uf, e == f)
		})
	}
	for place := range terms { // D_i U and S D_i U
		clear(x.du[place][:q*a])
	}
	for _, nd := range c.nodes {
		tm := x.terms[nd.term]
		tm.pairs(func(place, e, f int) {
			d := x.du[place]
			copy(d[(nd.offset+e)*a:(nd.offset+e+1)*a], u[(nd.offset+f)*a:(nd.offset+f+1)*a])
			copy(d[(nd.offset+f)*a:(nd.offset+f+1)*a], u[(nd.offset+e)*a:(nd.offset+e+1)*a])
		})
	}
	for i := range terms {
		arithmetic.Multiply(x.v[i][:q*a], s, x.du[i], q, q, a)
		for j := range i + 1 {
			inner(m.ff[wald.Pair(i, j)], x.v[i], x.du[j], q, a) // U'D_i S D_j U
		}
	}
	x.traces(c, m)
	x.residuals(c, residual, m)
}

// traces adds tr(D_i S D_j S) of the terms, node by node.
func (x *mixture) traces(c *component, m *moments) {
	for i, na := range c.nodes {
		ta := x.terms[na.term]
		for _, nb := range c.nodes[:i+1] {
			tb := x.terms[nb.term]
			ta.pairs(func(place, e, f int) {
				tb.pairs(func(other, g, h int) {
					if na == nb && other > place {
						return // the same pair of parameters again
					}
					se := x.s[(na.offset+e)*c.q+nb.offset:]
					sf := x.s[(na.offset+f)*c.q+nb.offset:]
					v := float64(sf[g]*se[h]) + float64(sf[h]*se[g])
					switch {
					case e == f && g == h:
						v /= 2
					case e != f && g != h:
						v *= 2
					}
					if na != nb && place == other {
						v *= 2 // the two nodes stand in either order
					}
					m.tt[wald.Pair(place, other)] += v
				})
			})
		}
	}
}

// residuals adds what involves residual groups, (G6) to (G9).
func (x *mixture) residuals(c *component, residual []float64, m *moments) {
	q, a, terms := c.q, x.a, x.k-x.groups
	y, t := x.y[:q*a], x.t[:q*q]
	for k, v := range residual {
		place := terms + k
		bk, uk, at := x.bk[k][:q*a], x.uk[k][:q*a], x.at[k][:q*q]
		inner(x.by[k], bk, y, q, a)
		arithmetic.Multiply(uk, c.zz[k], y, q, q, a)
		inner(x.yay[k], y, uk, q, a)
		for i := range bk {
			bk[i] -= uk[i] // N_k = B_k - A_k Y
		}
		arithmetic.Multiply(at, c.zz[k], t, q, q, q)
		x.trace[k] += sumDiagonal(at, q)
		tn := x.tn[k][:q*a]
		arithmetic.Multiply(tn, t, bk, q, q, a)
		arithmetic.Multiply(uk, x.zz[:q*q], tn, q, q, a)
		for i := range uk {
			uk[i] = (bk[i] - uk[i]) / (v * v) // U_k
		}
		for i := range terms {
			inner(m.ff[wald.Pair(place, i)], uk, x.du[i], q, a)
		}
		for l := range k + 1 {
			f := -1 / (v * v * residual[l] * residual[l])
			innerScaled(m.ff[wald.Pair(place, terms+l)], f, bk, x.tn[l], q, a)
			tt := 0.0
			for i := range q {
				for j := range q {
					tt += float64(at[i*q+j] * x.at[l][j*q+i])
				}
			}
			m.tt[wald.Pair(place, terms+l)] -= float64(f * tt)
		}
		if x.groups > 1 {
			x.crossTraces(c, k, v, m)
		}
	}
}

// crossTraces adds tr(D_i S_k), S_k = Z'V^-1 G_k V^-1 Z, where there are several residual groups; with one of them finish
// has it cheaper.
func (x *mixture) crossTraces(c *component, k int, v float64, m *moments) {
	q := c.q
	w1, w2, w3, zz := x.w1[:q*q], x.w2[:q*q], x.w3[:q*q], x.zz[:q*q]
	transpose(w1, x.at[k], q)                 // T A_k
	arithmetic.Multiply(w2, zz, w1, q, q, q)  // A T A_k
	transpose(w1, w2, q)                      // A_k T A
	arithmetic.Multiply(w3, x.t, w1, q, q, q) // T A_k T A
	sk := x.sk[:q*q]
	arithmetic.Multiply(sk, zz, w3, q, q, q) // A T A_k T A
	for i := range sk {
		sk[i] = (sk[i] + c.zz[k][i] - w1[i] - w2[i]) / (v * v)
	}
	for _, nd := range c.nodes {
		x.terms[nd.term].pairs(func(place, e, f int) {
			m.tt[wald.Pair(x.k-x.groups+k, place)] += entry(sk, q, nd.offset+e, nd.offset+f, e == f)
		})
	}
}

// finish puts together the residual parts that are sums over all components, (G6) to (G9).
func (x *mixture) finish(gamma []float64, m *moments) {
	a, terms := x.a, x.k-x.groups
	for k, v := range gamma[terms:] {
		place := terms + k
		f, own := m.f[place], m.ff[wald.Pair(place, place)]
		for i := range a {
			for j := range a {
				f[i*a+j] = (x.ee[k][i*a+j] - x.by[k][i*a+j] - x.by[k][j*a+i] + x.yay[k][i*a+j]) / (v * v)
				own[i*a+j] += f[i*a+j] / v
			}
		}
		m.t[place] = x.size[k]/v - x.trace[k]/(v*v)
		m.tt[wald.Pair(place, place)] += x.size[k]/(v*v) - 2*x.trace[k]/(v*v*v)
		if x.groups > 1 {
			continue
		}
		for i := range terms { // v G_k = V - sum of g_j G_j
			s := m.t[i]
			for j := range terms {
				s -= float64(gamma[j] * m.tt[wald.Pair(i, j)])
			}
			m.tt[wald.Pair(place, i)] = s / v
		}
	}
}
