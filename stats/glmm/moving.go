package glmm

import "rekindle/stats/arithmetic"

// atModeSums are the sums over a cluster's entries at the mode that the
// movement of the adaptive nodes needs: of the first to fourth derivatives in
// eta, and of the mixed derivatives with phi.
type atModeSums struct {
	l1, l2, l3, l4   float64
	phi1, phi2, phi3 float64 // d/dphi of l1, l2, l3
	phiphi1, phiphi2 float64 // d2/dphi2 of l1, l2
	fuuu             float64
}

// modeDerivatives fills du (how the mode moves with the parameters, equation
// (mode)) and dls (how the log of the nodes' scale moves, equation (scale)),
// and what the second derivatives of both need.
func (l *likelihood) modeDerivatives(u, h float64, cell []int32, a, n []float64) {
	s, p := l.sigma, l.s.p
	nb := l.s.family == NegativeBinomial
	clear(l.fut)
	clear(l.fuut)
	clear(l.fuuut)
	clear(l.mixed2)
	clear(l.mixed3)
	var m atModeSums
	for j, cj := range cell {
		x := l.s.q[int(cj)*p : int(cj)*p+p]
		m.l1 += a[j] - float64(l.b[j]*l.k1[j])
		m.l2 += l.l2[j]
		m.l3 += l.l3[j]
		m.l4 += l.l4[j]
		arithmetic.AddScaled(l.fut[:p], l.l2[j], x)
		arithmetic.AddScaled(l.fuut[:p], l.l3[j], x)
		if l.order > 1 {
			arithmetic.AddScaled(l.fuuut[:p], l.l4[j], x)
		}
		if nb {
			nk := float64(n[j] * l.k)
			k1 := l.k1[j]
			k2, k3, _ := l.s.family.higher(k1)
			e2 := -l.l3[j] - float64(nk*k2)
			e3 := -l.l4[j] - float64(nk*k3)
			m.phi1 += -l.l2[j] - float64(nk*k1)
			m.phi2 += e2
			m.phi3 += e3
			m.phiphi1 += l.l3[j] + float64(nk*(2*k2-k1))
			m.phiphi2 += l.l4[j] + float64(nk*(2*k3-k2))
			arithmetic.AddScaled(l.mixed2[:p], e2, x)
			arithmetic.AddScaled(l.mixed3[:p], e3, x)
		}
	}
	s2, su := float64(s*s), float64(s*u)
	for i := range p {
		l.fut[i] = float64(s * l.fut[i])
		l.fuut[i] = float64(s2 * l.fuut[i])
		l.fuuut[i] = float64(float64(s2*s) * l.fuuut[i])
	}
	l.fut[p] = float64(s * (m.l1 + float64(su*m.l2)))
	l.fuut[p] = float64(s2 * (2*m.l2 + float64(su*m.l3)))
	l.fuuut[p] = float64(float64(s2*s) * (float64(3*m.l3) + float64(su*m.l4)))
	if nb {
		l.fut[p+1] = float64(s * m.phi1)
		l.fuut[p+1] = float64(s2 * m.phi2)
		l.fuuut[p+1] = float64(float64(s2*s) * m.phi3)
	}
	m.fuuu = float64(float64(s2*s) * m.l3)
	for i := range l.du {
		l.du[i] = l.fut[i] / h
		l.dls[i] = (l.fuut[i] + float64(m.fuuu*l.du[i])) / (2 * h)
	}
	l.at = m
}

// addDerivatives adds a cluster's gradient and Hessian, times the groups it
// stands for.
func (l *likelihood) addDerivatives(c int, t sums, u, h float64, cell []int32) {
	copies := l.s.copies[c]
	for i := range l.acc {
		l.acc[i] /= t.w
		l.grad[i] += float64(copies * l.acc[i])
	}
	if l.rule != nil {
		arithmetic.AddScaled(l.grad, copies, l.dls)
	}
	if l.order < 2 {
		return
	}
	p, q := l.s.p, l.dim()
	inv := 1 / t.w
	hess := l.hloc
	for i := range q * q {
		hess[i] = float64(hess[i] * inv)
	}
	arithmetic.AddOuter(hess, -1, l.acc)
	arithmetic.AddScaled(hess[p*q:p*q+p], inv, l.betaTau)
	hess[p*q+p] += float64(t.tautau * inv)
	if q > p+1 {
		arithmetic.AddScaled(hess[(p+1)*q:(p+1)*q+p], inv, l.betaPhi)
		hess[(p+1)*q+p] += float64(t.tauphi * inv)
		hess[(p+1)*q+p+1] += float64(t.phi * inv)
	}
	for j, cj := range cell {
		l.cellH[cj] += float64(copies * float64(l.r2[j]*inv))
	}
	if l.rule != nil {
		l.addMovement(t, u, h, copies, cell)
	}
	for i := range q {
		arithmetic.AddScaled(l.hess[i*q:i*q+i+1], copies, hess[i*q:i*q+i+1])
	}
}

// addMovement adds to the Hessian of one cluster what comes from the nodes
// moving with the parameters: equation (hessian), second and third lines.
func (l *likelihood) addMovement(t sums, u, h, copies float64, cell []int32) {
	p, q, hess, m := l.s.p, l.dim(), l.hloc, &l.at
	s := l.sigma
	s2, su := float64(s*s), float64(s*u)
	fu, fux := t.fu/t.w, t.fux/t.w
	e := 1 + fux
	cuu := e / (2 * h)
	cu := (fu + float64(cuu*m.fuuu)) / h
	fuuuu := float64(float64(s2*s2) * m.l4)

	// of the explicit second derivatives of F_u and F_uu
	for j, cj := range cell {
		l.cellH[cj] += float64(copies * (float64(cu*float64(s*l.l3[j])) + float64(cuu*float64(s2*l.l4[j]))))
	}
	tau := hess[p*q : p*q+p]
	arithmetic.AddScaled(tau, cu, l.fut[:p])
	arithmetic.AddScaled(tau, float64(cu*u)+2*cuu, l.fuut[:p])
	arithmetic.AddScaled(tau, float64(cuu*u), l.fuuut[:p])
	hess[p*q+p] += float64(cu*float64(s*(m.l1+float64(su*(float64(3*m.l2)+float64(su*m.l3)))))) +
		float64(cuu*float64(s2*(4*m.l2+float64(su*(float64(5*m.l3)+float64(su*m.l4))))))
	if q > p+1 {
		phi := hess[(p+1)*q : (p+1)*q+q]
		arithmetic.AddScaled(phi[:p], float64(cu*s), l.mixed2)
		arithmetic.AddScaled(phi[:p], float64(cuu*s2), l.mixed3)
		phi[p] += float64(cu*float64(s*(m.phi1+float64(su*m.phi2)))) +
			float64(cuu*float64(s2*(2*m.phi2+float64(su*m.phi3))))
		phi[p+1] += float64(cu*float64(s*m.phiphi1)) + float64(cuu*float64(s2*m.phiphi2))
	}
	// of the mode and the scale
	arithmetic.AddCross(hess, cu, l.du, l.fuut)
	arithmetic.AddCross(hess, cuu, l.du, l.fuuut)
	arithmetic.AddOuter(hess, float64(cu*m.fuuu)+float64(cuu*fuuuu)+t.fuu/t.w, l.du)
	arithmetic.AddOuter(hess, 2*e+fux+t.fuuxx/t.w, l.dls)
	arithmetic.AddCross(hess, t.fuux/t.w, l.du, l.dls)
	arithmetic.AddCross(hess, 1/t.w, l.v1, l.du)
	arithmetic.AddCross(hess, 1/t.w, l.v2, l.dls)
}
