package mmrm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// likelihood is the restricted (or full) log-likelihood of the covariance
// parameters, coefficients profiled out, with gradient and both informations.
// After newLikelihood nothing is allocated. Equation names in the comments are
// those of docs/derivations/mmrm.md.
type likelihood struct {
	s      *sample
	reml   bool
	sigmas []*sigma // by group
	k      int      // parameters of all groups

	value              float64
	beta               []float64 // p: on q, to be added to sample.base
	c                  []float64 // p x p: (Q'V^-1Q)^-1
	grad               []float64 // k
	observed, expected []float64 // k x k informations

	inverse [][]float64 // by pattern: V^-1, t x t
	aug     []float64   // w x w: [q e]'V^-1[q e] and its Cholesky factor
	lower   []float64   // p x p: its leading factor
	v       []float64   // m x m scratch
	half    []float64   // m*m blocks w x w: first half of the transformation of cross
	tab     []float64   // w x w: one transformed block

	// by group and pair of visits a >= b (at pair(a, b)):
	xx []float64 // p x p: sum of z_a z_b' + z_b z_a' (z_a z_a'), z rows of V^-1Q
	xr []float64 // p: sum of z_a u_b + z_b u_a (z_a u_a), u rows of V^-1 r
	u  []float64 // the bracket of equation (score)
	d  []float64 // m x m: V^-1 of a pattern among all visits
	w1 []float64 // m x m: R of equation (information)
	w2 []float64 // m x m: n/2 V^-1 - T
	a  []float64 // k matrices p x p: L^-1 A_k L^-T
	b  []float64 // k vectors p: L^-1 b_k
}

func newLikelihood(s *sample, structure Structure, reml bool) *likelihood {
	l := &likelihood{s: s, reml: reml}
	for range s.groups {
		l.sigmas = append(l.sigmas, newSigma(structure, s.m))
	}
	l.k = s.groups * structure.parameters(s.m)
	p, w, m, k := s.p, s.p+1, s.m, l.k
	pairs := s.groups * m * (m + 1) / 2
	take := func(n int) []float64 { return make([]float64, n) }
	l.beta, l.c, l.grad, l.observed, l.expected = take(p), take(p*p), take(k), take(k*k), take(k*k)
	for _, pt := range s.patterns {
		l.inverse = append(l.inverse, take(len(pt.visits)*len(pt.visits)))
	}
	l.aug, l.lower, l.v, l.half, l.tab = take(w*w), take(p*p), take(m*m), take(m*m*w*w), take(w*w)
	l.xx, l.xr, l.u = take(pairs*p*p), take(pairs*p), take(pairs)
	l.d, l.w1, l.w2 = take(m*m), take(m*m), take(m*m)
	l.a, l.b = take(k*p*p), take(k*p)
	return l
}

// pair is the place of visits a >= b of a group.
func (l *likelihood) pair(group, a, b int) int {
	return group*l.s.m*(l.s.m+1)/2 + a*(a+1)/2 + b
}

// of returns the first parameter of a group.
func (l *likelihood) of(group int) int { return group * (l.k / l.s.groups) }

// evaluate computes the log-likelihood at theta, equation (profile), and with
// derivatives the gradient and the informations. It returns false where some
// participant's covariance is not positive definite.
func (l *likelihood) evaluate(theta []float64, derivatives bool) bool {
	s, p, w := l.s, l.s.p, l.s.p+1
	for g, sg := range l.sigmas {
		sg.set(theta[l.of(g):l.of(g)+l.k/s.groups], derivatives)
	}
	clear(l.aug)
	logdet := 0.0
	for i := range s.patterns {
		pt := &s.patterns[i]
		t := len(pt.visits)
		v := l.v[:t*t]
		matrix := l.sigmas[pt.by].matrix
		for a, va := range pt.visits {
			for b, vb := range pt.visits[:a+1] {
				v[a*t+b] = matrix[va*s.m+vb]
			}
		}
		if !arithmetic.Cholesky(v, t) {
			return false
		}
		logdet += float64(pt.subjects * arithmetic.LogDet(v, t))
		arithmetic.Invert(l.inverse[i], v, t)
		l.gather(pt, l.inverse[i])
	}
	if !arithmetic.Cholesky(l.aug, w) {
		return false
	}
	last := l.aug[p*w+p]
	logdetX := 0.0
	for j := range p {
		logdetX += 2 * arithmetic.Log(l.aug[j*w+j])
	}
	count := float64(s.n)
	total := logdet + float64(last*last)
	if l.reml {
		count -= float64(p)
		for j := range p { // log|X'V^-1X| is that of q plus that of r
			logdetX += 2 * arithmetic.Log(s.r[j*p+j])
		}
		total += logdetX
	}
	l.value = -0.5 * (float64(count*1.83787706640934548356) + total) // log 2 pi
	if math.IsNaN(l.value) || math.IsInf(l.value, 0) {
		return false
	}
	if derivatives {
		l.solve()
		l.differentiate()
	}
	return true
}

// gather adds a pattern's part of [q e]'V^-1[q e].
func (l *likelihood) gather(pt *pattern, inverse []float64) {
	w, t := l.s.p+1, len(pt.visits)
	at := 0
	for a := range t {
		for b := range a + 1 {
			f := inverse[a*t+b]
			block := pt.cross[at*w*w : (at+1)*w*w]
			for j := range w {
				row := l.aug[j*w : j*w+j+1]
				if a == b {
					arithmetic.AddScaled(row, f, block[j*w:j*w+j+1])
					continue
				}
				for i := range row {
					row[i] += float64(f * (block[j*w+i] + block[i*w+j]))
				}
			}
			at++
		}
	}
}

// solve takes coefficients and their covariance from the factor in aug.
func (l *likelihood) solve() {
	p, w := l.s.p, l.s.p+1
	for j := range p {
		copy(l.lower[j*p:j*p+j+1], l.aug[j*w:j*w+j+1])
	}
	copy(l.beta, l.aug[p*w:p*w+p])
	arithmetic.SolveLowerT(l.lower, p, l.beta)
	arithmetic.Invert(l.c, l.lower, p)
}

// differentiate fills gradient and informations.
func (l *likelihood) differentiate() {
	s, p := l.s, l.s.p
	clear(l.xx)
	clear(l.xr)
	clear(l.u)
	clear(l.grad)
	clear(l.observed)
	clear(l.expected)
	for i := range s.patterns {
		pt := &s.patterns[i]
		clear(l.d)
		clear(l.w1)
		clear(l.w2)
		l.transform(pt, l.inverse[i])
		l.patternInformation(pt)
	}
	for g, sg := range l.sigmas {
		for i, spots := range sg.first {
			l.component(g, l.of(g)+i, spots)
		}
	}
	for i := range l.k {
		for j := range i + 1 {
			cross := arithmetic.Dot(l.b[i*p:(i+1)*p], l.b[j*p:(j+1)*p])
			l.observed[i*l.k+j] -= cross
			if l.reml {
				trace := 0.5 * arithmetic.Dot(l.a[i*p*p:(i+1)*p*p], l.a[j*p*p:(j+1)*p*p])
				l.observed[i*l.k+j] -= trace
				l.expected[i*l.k+j] += trace
			}
		}
	}
	for g, sg := range l.sigmas { // curvature of the structure itself
		for i := range sg.second {
			for j, spots := range sg.second[i] {
				l.observed[(l.of(g)+i)*l.k+l.of(g)+j] += 0.5 * l.against(g, spots)
			}
		}
	}
	arithmetic.Symmetrize(l.observed, l.k)
	arithmetic.Symmetrize(l.expected, l.k)
}

// against returns the trace of a derivative matrix with the bracket u.
func (l *likelihood) against(g int, spots []spot) float64 {
	sum := 0.0
	for _, e := range spots {
		f := float64(e.v * l.u[l.pair(g, e.a, e.b)])
		if e.a != e.b {
			f *= 2
		}
		sum += f
	}
	return sum
}

// component fills gradient, A_k and b_k of one parameter.
func (l *likelihood) component(g, i int, spots []spot) {
	p := l.s.p
	l.grad[i] = -0.5 * l.against(g, spots)
	a, b := l.a[i*p*p:(i+1)*p*p], l.b[i*p:(i+1)*p]
	clear(a)
	clear(b)
	for _, e := range spots {
		k := l.pair(g, e.a, e.b)
		arithmetic.AddScaled(a, e.v, l.xx[k*p*p:(k+1)*p*p])
		arithmetic.AddScaled(b, e.v, l.xr[k*p:(k+1)*p])
	}
	arithmetic.SolveLower(l.lower, p, b)
	for range 2 { // rows, then columns: the matrix is symmetric
		for r := range p {
			arithmetic.SolveLower(l.lower, p, a[r*p:r*p+p])
		}
		for r := range p {
			for c := range r {
				a[r*p+c], a[c*p+r] = a[c*p+r], a[r*p+c]
			}
		}
	}
}

// transform fills, for one pattern, the sums over its participants of products
// of rows of V^-1Q and of V^-1r, and adds them to the group's.
func (l *likelihood) transform(pt *pattern, inverse []float64) {
	p, w, t := l.s.p, l.s.p+1, len(pt.visits)
	ww := w * w
	l.halve(pt, inverse)
	for a, va := range pt.visits {
		for b, vb := range pt.visits[:a+1] {
			clear(l.tab)
			for d := range t {
				arithmetic.AddScaled(l.tab, inverse[b*t+d], l.half[(a*t+d)*ww:(a*t+d+1)*ww])
			}
			k := l.pair(pt.by, va, vb)
			xx, xr := l.xx[k*p*p:(k+1)*p*p], l.xr[k*p:(k+1)*p]
			trace, rr := 0.0, l.tab[p*w+p]
			for i := range p {
				row := l.tab[i*w : i*w+w]
				trace += arithmetic.Dot(l.c[i*p:i*p+p], row)
				zu := row[p] - arithmetic.Dot(l.beta, row) // z_a u_b
				uz := l.tab[p*w+i]                         // u_a z_b
				for j := range p {
					uz -= float64(l.beta[j] * l.tab[j*w+i])
					xx[i*p+j] += row[j]
					if a != b {
						xx[i*p+j] += l.tab[j*w+i]
					}
				}
				rr -= float64(l.beta[i] * (zu + l.tab[p*w+i]))
				xr[i] += zu
				if a != b {
					xr[i] += uz
				}
			}
			f := inverse[a*t+b]
			half := 0.5 * float64(pt.subjects*f)
			if !l.reml {
				trace = 0
			}
			l.u[k] += 2*half - trace - rr
			l.place(l.d, va, vb, f)
			l.place(l.w1, va, vb, rr)
			l.place(l.w2, va, vb, half-trace)
		}
	}
}

// halve fills half with the first half of the transformation by V^-1.
func (l *likelihood) halve(pt *pattern, inverse []float64) {
	w, t := l.s.p+1, len(pt.visits)
	ww := w * w
	for a := range t { // half[a][d] = sum_c inverse[a][c] cross[c][d]
		for d := range t {
			block := l.half[(a*t+d)*ww : (a*t+d+1)*ww]
			clear(block)
			for c := range t {
				f := inverse[a*t+c]
				if c >= d {
					at := c*(c+1)/2 + d
					arithmetic.AddScaled(block, f, pt.cross[at*ww:(at+1)*ww])
					continue
				}
				at := d*(d+1)/2 + c
				from := pt.cross[at*ww : (at+1)*ww]
				for i := range w {
					for j := range w {
						block[i*w+j] += float64(f * from[j*w+i])
					}
				}
			}
		}
	}
}

// place sets an entry of a symmetric matrix over the visits.
func (l *likelihood) place(to []float64, a, b int, v float64) {
	to[a*l.s.m+b], to[b*l.s.m+a] = v, v
}

// patternInformation adds one pattern's traces: equation (information).
func (l *likelihood) patternInformation(pt *pattern) {
	sg, from := l.sigmas[pt.by], l.of(pt.by)
	for i, si := range sg.first {
		for j, sj := range sg.first[:i+1] {
			t1, t2 := l.traces(si, sj)
			at := (from+i)*l.k + from + j
			l.observed[at] += t1 - t2
			l.expected[at] += t2
		}
	}
}

// traces returns tr(G D H W1) and tr(G D H W2) for two derivative matrices.
func (l *likelihood) traces(g, h []spot) (t1, t2 float64) {
	m, d, w1, w2 := l.s.m, l.d, l.w1, l.w2
	for _, x := range g {
		a, b := x.a, x.b
		for _, y := range h {
			c, e := y.a, y.b
			f := float64(x.v * y.v)
			d1 := d[b*m+c]
			s1, s2 := float64(d1*w1[e*m+a]), float64(d1*w2[e*m+a])
			if a != b {
				d1 = d[a*m+c]
				s1 += float64(d1 * w1[e*m+b])
				s2 += float64(d1 * w2[e*m+b])
			}
			if c != e {
				d1 = d[b*m+e]
				s1 += float64(d1 * w1[c*m+a])
				s2 += float64(d1 * w2[c*m+a])
				if a != b {
					d1 = d[a*m+e]
					s1 += float64(d1 * w1[c*m+b])
					s2 += float64(d1 * w2[c*m+b])
				}
			}
			t1 += float64(f * s1)
			t2 += float64(f * s2)
		}
	}
	return t1, t2
}
