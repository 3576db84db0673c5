package mmrm

import (
	"rekindle/stats/arithmetic"
	"rekindle/stats/wald"
)

// components returns H_k = Q'V^-1 G_k V^-1 Q of every covariance parameter.
func (r *Model) components() [][]float64 {
	l, p := r.l, r.s.p
	out := make([][]float64, l.k)
	for g, sg := range l.sigmas {
		for i, spots := range sg.first {
			h := make([]float64, p*p)
			for _, e := range spots {
				k := l.pair(g, e.a, e.b)
				arithmetic.AddScaled(h, e.v, l.xx[k*p*p:(k+1)*p*p])
			}
			out[l.of(g)+i] = h
		}
	}
	return out
}

// products fills wald.Q, equation (products): Q'V^-1 G_i V^-1 G_j V^-1 Q for
// every pair of parameters, which only Kenward and Roger's covariance needs.
func (r *Model) products() {
	s, l := r.s, r.l
	p, w, m := s.p, s.p+1, s.m
	q := make([][]float64, l.k*(l.k+1)/2)
	for i := range q {
		q[i] = make([]float64, p*p)
	}
	ww := w * w
	z := make([]float64, m*m*p*p) // of a pattern: sums of z_a z_b', z rows of V^-1 Q
	for i := range s.patterns {
		pt := &s.patterns[i]
		t := len(pt.visits)
		inv := l.inverse[i]
		clear(l.d)
		l.halve(pt, inv)
		clear(z)
		for a, va := range pt.visits {
			for b, vb := range pt.visits {
				l.d[va*m+vb] = inv[a*t+b]
				clear(l.tab)
				for d := range t {
					arithmetic.AddScaled(l.tab, inv[b*t+d], l.half[(a*t+d)*ww:(a*t+d+1)*ww])
				}
				for x := range p {
					copy(z[((va*m+vb)*p+x)*p:][:p], l.tab[x*w:x*w+p])
				}
			}
		}
		first, from := l.sigmas[pt.by].first, l.of(pt.by)
		g := make([]float64, m*m)
		for x := range first {
			for y := range x + 1 {
				l.chain(g, first[x], first[y])
				to := q[wald.Pair(from+x, from+y)]
				for ab, f := range g {
					if f != 0 {
						arithmetic.AddScaled(to, f, z[ab*p*p:(ab+1)*p*p])
					}
				}
			}
		}
	}
	r.wald.Q = q
}

// chain fills out (m x m) with G D H for two derivative matrices.
func (l *likelihood) chain(out []float64, g, h []spot) {
	m := l.s.m
	clear(out)
	for _, x := range g {
		for _, y := range h {
			f := float64(x.v * y.v)
			for _, ab := range [2][2]int{{x.a, x.b}, {x.b, x.a}} {
				for _, cd := range [2][2]int{{y.a, y.b}, {y.b, y.a}} {
					out[ab[0]*m+cd[1]] += float64(f * l.d[ab[1]*m+cd[0]])
					if y.a == y.b {
						break
					}
				}
				if x.a == x.b {
					break
				}
			}
		}
	}
}

// Contrast returns the linear combination of the coefficients whose weights are
// l (p numbers), with standard error, degrees of freedom, test and two-sided
// 95% interval. What cannot be computed is NaN and said in Note.
//
// KenwardRogerObserved is mmrm's "Kenward-Roger-Linear", which for unstructured
// covariances is SAS's DDFM=KR. For nonlinear structures both Kenward-Roger
// methods leave out the term with second derivatives of the covariance, which
// depends on how the structure is parametrized.
func (r *Model) Contrast(l []float64, m wald.Method) wald.Estimate {
	return r.ContrastLevel(l, m, 0.95)
}

// ContrastLevel is Contrast with an interval at another level.
func (r *Model) ContrastLevel(l []float64, m wald.Method, level float64) wald.Estimate {
	r.prepare(m)
	return r.wald.Estimate(r.toRows(l), m, level)
}

// JointTest returns the F test that all combinations in the rows of l are 0.
func (r *Model) JointTest(l [][]float64, m wald.Method) (wald.Joint, error) {
	r.prepare(m)
	rows := make([][]float64, len(l))
	for i := range l {
		rows[i] = r.toRows(l[i])
	}
	return r.wald.Test(rows, m)
}

// Covariance returns the covariance of Beta (p x p) under a method: VCov, or
// that of Kenward and Roger.
func (r *Model) Covariance(m wald.Method) ([]float64, error) {
	r.prepare(m)
	c, err := r.wald.Covariance(m)
	if err != nil {
		return nil, err
	}
	return r.toColumns(c), nil
}

func (r *Model) prepare(m wald.Method) {
	if m.Adjusted() {
		r.pairs.Do(r.products)
	}
}

// NParameters counts coefficients and covariance parameters.
func (r *Model) NParameters() int { return r.s.p + r.l.k }

// Deviance returns -2 LogLik.
func (r *Model) Deviance() float64 { return -2 * r.LogLik }

// AIC returns Deviance + 2 NParameters (lme4's convention).
func (r *Model) AIC() float64 { return r.Deviance() + 2*float64(r.NParameters()) }

// BIC returns Deviance + log(rows) NParameters (lme4's convention).
func (r *Model) BIC() float64 {
	return r.Deviance() + float64(arithmetic.Log(float64(r.N))*float64(r.NParameters()))
}

// sasCount is the number of parameters SAS counts: under restricted likelihood
// only those of the covariance.
func (r *Model) sasCount() float64 {
	if r.Options.ML {
		return float64(r.NParameters())
	}
	return float64(r.l.k)
}

// SASAIC returns AIC in PROC MIXED's convention.
func (r *Model) SASAIC() float64 { return r.Deviance() + 2*r.sasCount() }

// SASBIC returns BIC in PROC MIXED's convention: log of the number of participants.
func (r *Model) SASBIC() float64 {
	return r.Deviance() + float64(arithmetic.Log(float64(r.Subjects))*r.sasCount())
}
