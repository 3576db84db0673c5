package glmm

import (
	"math"

	"rekindle/stats/arithmetic"
)

// cluster returns the log of one cluster's integral and adds its derivatives,
// times the groups it stands for, to the totals: equations (aghq), (gradient)
// and (hessian) of the derivation.
func (l *likelihood) cluster(c int) float64 {
	sm := l.s
	from, to := sm.first[c], sm.first[c+1]
	cell, a, n := sm.cell[from:to], sm.a[from:to], sm.n[from:to]
	l.size = l.weigh(a, n)
	u := l.findMode(c, cell, a)
	f0, h := l.atMode(u, cell, a)

	// Nodes: u + spread*x. The adaptive rule's nodes move with the parameters,
	// and its derivatives say so; those of Full may stand still, because the
	// integral does not depend on where they are.
	var sd, logScale float64
	if l.rule != nil {
		sd = 1 / math.Sqrt(h)
		logScale = -0.5*arithmetic.Log(h) - 0.57236494292470008707 // - log(pi)/2
		if l.order > 0 {
			l.modeDerivatives(u, h, cell, a, n)
		}
	} else {
		sd = l.step()
		logScale = arithmetic.Log(sd) - 0.91893853320467274178 // - log(2 pi)/2
	}
	sum := l.integrate(u, f0, sd, cell, a, n)
	if l.order > 0 {
		l.addDerivatives(c, sum, u, h, cell)
	}
	return f0 + logScale + arithmetic.Log(sum.w)
}

// atMode returns the log integrand at its mode, F(u), and h, minus its
// second derivative; it keeps the derivatives of each entry for modeDerivatives.
func (l *likelihood) atMode(u float64, cell []int32, a []float64) (f0, h float64) {
	s, family := l.sigma, l.s.family
	h2 := 0.0
	l.expected = 0
	f0 = -0.5 * float64(u*u)
	for j, cj := range cell {
		z := l.z[cj] + float64(s*u)
		k, k1 := family.cumulant(z)
		k2, k3, k4 := family.higher(k1)
		f0 += float64(a[j]*z) - float64(l.b[j]*k)
		l.k1[j] = k1
		l.expected += float64(l.b[j] * k1)
		l.l2[j] = -float64(l.b[j] * k2)
		l.l3[j] = -float64(l.b[j] * k3)
		l.l4[j] = -float64(l.b[j] * k4)
		h2 -= l.l2[j]
	}
	return f0, 1 + float64(float64(s*s)*h2)
}

// sums are the weighted sums over the nodes of one cluster that are numbers;
// those that are vectors and matrices lie in likelihood.
type sums struct {
	w                float64 // of the weights
	fu, fux          float64 // of dF/du, and times the node's distance from the mode
	fuu, fuux, fuuxx float64
	phi              float64 // of d2F/dphi2
	tautau, tauphi   float64
}

// integrate visits the nodes.
func (l *likelihood) integrate(u, f0, sd float64, cell []int32, a, n []float64) sums {
	var t sums
	if l.order > 0 {
		clear(l.acc)
		clear(l.r2[:len(cell)])
		if l.order > 1 {
			clear(l.v1)
			clear(l.v2)
			clear(l.betaTau)
			clear(l.betaPhi)
			clear(l.hloc)
		}
	}
	if l.rule != nil {
		for k, x := range l.rule.x {
			l.node(&t, u, float64(math.Sqrt2*sd)*x, l.rule.logw[k]-f0, cell, a, n)
		}
		l.nodes = [2]int{len(l.rule.x), len(l.rule.x)}
	} else {
		// F is concave with F'' <= -1, so the terms fall on both sides and the
		// walk may stop at the first that no longer counts.
		visited := 1
		l.node(&t, u, 0, -f0, cell, a, n)
		for _, side := range [2]float64{1, -1} {
			for k := 1; k < 2000; k++ {
				visited++
				if w := l.node(&t, u, float64(side*float64(k))*sd, -f0, cell, a, n); w < 1e-18*t.w {
					break
				}
			}
		}
		l.nodes = [2]int{min(l.nodes[0], visited), max(l.nodes[1], visited)}
	}
	return t
}

// node adds one node at distance d from the mode u and returns its weight.
func (l *likelihood) node(t *sums, u, d, logw float64, cell []int32, a, n []float64) float64 {
	s, family, p := l.sigma, l.s.family, l.s.p
	v := u + d
	shift := float64(s * v)
	f := logw - 0.5*float64(v*v)
	w := 1.0
	if family == Poisson {
		for j, cj := range cell {
			z := l.z[cj] + shift
			e := arithmetic.Exp(z)
			f += float64(a[j]*z) - float64(l.b[j]*e)
			l.k1[j] = e
		}
	} else {
		// One exponential a row. The factors 1 + e^-|z| of single trials are
		// multiplied, which saves their logarithms.
		for j, cj := range cell {
			z := l.z[cj] + shift
			b := l.b[j]
			e := arithmetic.Exp(-math.Abs(z))
			top := 1 + e
			k1 := 1 / top
			f += float64(a[j] * z)
			if z >= 0 {
				f -= float64(b * z)
			} else {
				k1 = float64(e * k1)
			}
			l.k1[j] = k1
			if b == 1 && family == Binomial && w > 1e-200 {
				w /= top
				continue
			}
			k := arithmetic.Log1p(e)
			f -= float64(b * k)
			l.l1[j] = k + max(z, 0) // for phi below
		}
	}
	w = float64(w * arithmetic.Exp(f))
	t.w += w
	if l.order == 0 || w == 0 {
		return w
	}
	// sums over the entries: L1, L2 and for phi
	var sum1, sum2, phi1, phiu, phi2 float64
	g := l.a
	clear(g)
	clear(l.curve)
	for j, cj := range cell {
		k, k1, b := l.l1[j], l.k1[j], l.b[j]
		e1 := a[j] - float64(b*k1)
		sum1 += e1
		x := l.s.q[int(cj)*p : int(cj)*p+p]
		arithmetic.AddScaled(g[:p], e1, x)
		if l.order > 1 {
			k2 := k1
			if family != Poisson {
				k2 = float64(k1 * (1 - k1))
			}
			e2 := -float64(b * k2)
			sum2 += e2
			l.r2[j] += float64(w * e2)
			arithmetic.AddScaled(l.curve[:p], e2, x)
			if family == NegativeBinomial { // equation (phi)
				nk := float64(n[j] * l.k)
				eu := -e2 - float64(nk*k1)
				phiu += eu
				phi2 += e2 + float64(nk*float64(2*k1-k))
				arithmetic.AddScaled(l.betaPhi[:p], float64(w*eu), x)
			}
		}
		if family == NegativeBinomial {
			phi1 -= e1 + float64(float64(n[j]*l.k)*k)
		}
	}
	fu := float64(s*sum1) - v
	t.fu += float64(w * fu)
	t.fux += float64(w * float64(fu*d))
	g[p] = float64(shift * sum1)
	if family == NegativeBinomial {
		g[p+1] = phi1
	}
	if l.rule != nil { // the node moves: du + d*dls
		arithmetic.AddScaled(g, fu, l.du)
		arithmetic.AddScaled(g, float64(fu*d), l.dls)
	}
	arithmetic.AddScaled(l.acc, w, g)
	if l.order < 2 {
		return w
	}
	arithmetic.AddOuter(l.hloc, w, g)
	arithmetic.AddScaled(l.betaTau[:p], float64(w*shift), l.curve[:p]) // beta with tau
	t.tautau += float64(w * float64(shift*(sum1+float64(shift*sum2))))
	t.tauphi += float64(w * float64(shift*phiu))
	t.phi += float64(w * phi2)
	if l.rule != nil {
		fuu := float64(float64(s*s)*sum2) - 1
		t.fuu += float64(w * fuu)
		t.fuux += float64(w * float64(fuu*d))
		t.fuuxx += float64(w * float64(float64(fuu*d)*d))
		fut := l.curve // d2F/du dtheta
		for i := range p {
			fut[i] = float64(s * fut[i])
		}
		fut[p] = float64(s * (sum1 + float64(shift*sum2)))
		if family == NegativeBinomial {
			fut[p+1] = float64(s * phiu)
		}
		arithmetic.AddScaled(l.v1, w, fut)
		arithmetic.AddScaled(l.v2, float64(w*d), fut)
	}
	return w
}
