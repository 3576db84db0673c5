package mmrm

import (
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
	"rekindle/stats/dist"
	"rekindle/stats/wald"
)

// Correction says how residuals are adjusted in the robust covariance.
type Correction string

const (
	CR0 Correction = "CR0" // none: SAS EMPIRICAL; too small in small trials
	CR2 Correction = "CR2" // unbiased if the covariance model is right: mmrm's Empirical-Bias-Reduced
	CR3 Correction = "CR3" // leave one participant out: mmrm's Empirical-Jackknife
)

// Robust is the sandwich estimate of the coefficients' covariance, which stays
// valid for many participants where the covariance structure is wrong.
type Robust struct {
	Correction Correction
	VCov       []float64 // p x p
	Singular   int       // participants who alone determine some combination; it is left out of their part

	r     *Model
	vcov  []float64 // in orthonormal coordinates
	lever []float64 // by participant, t x t: adjustment A_i on whitened rows
	whitened
}

// whitened holds rows K^-1 q and residuals K^-1 r of each participant, V = K K'.
type whitened struct {
	z []float64 // n x p
	e []float64 // n
}

// Robust computes the sandwich, equation (sandwich). With A the adjustment, L
// the whitened design of a participant and H its leverage: A is 1 (CR0),
// (1-H)^-1/2 (CR2) or (1-H)^-1 (CR3).
func (r *Model) Robust(c Correction) (*Robust, error) {
	if c != CR0 && c != CR2 && c != CR3 {
		return nil, fmt.Errorf("mmrm: robust correction %q is unknown; there are %q", c, []Correction{CR0, CR2, CR3})
	}
	s, p := r.s, r.s.p
	b := &Robust{Correction: c, r: r, whitened: r.whiten()}
	meat := make([]float64, p*p)
	score, ae := make([]float64, p), make([]float64, s.m)
	for i := range s.subjects {
		from, to := s.first[i], s.first[i+1]
		t := to - from
		a := b.adjustment(b.z[from*p:to*p], t)
		b.lever = append(b.lever, a...)
		clear(score)
		for x := range t {
			ae[x] = arithmetic.Dot(a[x*t:x*t+t], b.e[from:to])
			arithmetic.AddScaled(score, ae[x], b.z[(from+x)*p:(from+x+1)*p])
		}
		arithmetic.AddOuter(meat, 1, score)
	}
	arithmetic.Symmetrize(meat, p)
	half := make([]float64, p*p)
	b.vcov = make([]float64, p*p)
	arithmetic.Multiply(half, r.l.c, meat, p, p, p)
	arithmetic.Multiply(b.vcov, half, r.l.c, p, p, p)
	b.VCov = r.toColumns(b.vcov)
	return b, nil
}

// whiten divides each participant's rows by the factor of their covariance.
func (r *Model) whiten() whitened {
	s, p, m := r.s, r.s.p, r.s.m
	w := whitened{append([]float64(nil), s.q...), append([]float64(nil), s.e...)}
	v, col := make([]float64, m*m), make([]float64, m)
	for k := range w.e {
		w.e[k] -= arithmetic.Dot(r.l.beta, s.q[k*p:k*p+p])
	}
	for i := range s.subjects {
		from, to := s.first[i], s.first[i+1]
		t := to - from
		matrix := r.l.sigmas[s.by[from]].matrix
		for a := range t {
			for c := range a + 1 {
				v[a*t+c] = matrix[s.visit[from+a]*m+s.visit[from+c]]
			}
		}
		arithmetic.Cholesky(v, t) // definite, or the likelihood would not be finite
		arithmetic.SolveLower(v, t, w.e[from:to])
		for j := range p {
			for a := range t {
				col[a] = w.z[(from+a)*p+j]
			}
			arithmetic.SolveLower(v, t, col[:t])
			for a := range t {
				w.z[(from+a)*p+j] = col[a]
			}
		}
	}
	return w
}

// adjustment returns A for one participant's whitened rows z (t x p).
func (b *Robust) adjustment(z []float64, t int) []float64 {
	p := b.r.s.p
	a := make([]float64, t*t)
	if b.Correction == CR0 {
		for x := range t {
			a[x*t+x] = 1
		}
		return a
	}
	left := make([]float64, t*t) // 1 - H
	cz := make([]float64, p)
	for x := range t {
		for j := range p {
			cz[j] = arithmetic.Dot(b.r.l.c[j*p:j*p+p], z[x*p:x*p+p])
		}
		for y := range t {
			left[x*t+y] = -arithmetic.Dot(cz, z[y*p:y*p+p])
		}
		left[x*t+x]++
	}
	values, vectors := arithmetic.Eigen(left, t)
	col := make([]float64, t)
	lost := false
	for k, v := range values {
		if v < 1e-9 { // this combination has no residual at all
			lost = true
			continue
		}
		f := 1 / v
		if b.Correction == CR2 {
			f = math.Sqrt(f)
		}
		for x := range t {
			col[x] = vectors[x*t+k]
		}
		arithmetic.AddOuter(a, f, col)
	}
	if lost {
		b.Singular++
	}
	arithmetic.Symmetrize(a, t)
	return a
}

// Contrast returns the combination l (p numbers) with its robust standard error
// and a 95% t interval, with the degrees of freedom of Bell and
// McCaffrey (2002): those of the sandwich's quadratic form under the fitted
// covariance, equation (sandwich-df). Method in the result is the correction's
// name.
func (b *Robust) Contrast(l []float64) wald.Estimate { return b.ContrastLevel(l, 0.95) }

// ContrastLevel is Contrast with an interval at another level.
func (b *Robust) ContrastLevel(l []float64, level float64) wald.Estimate {
	r, s, p := b.r, b.r.s, b.r.s.p
	nan := math.NaN()
	out := wald.Estimate{Method: wald.Method(b.Correction), Value: nan, SE: nan, DF: nan, T: nan, P: nan, Lower: nan, Upper: nan, Level: level}
	switch {
	case len(l) != p:
		out.Note = fmt.Sprintf("the combination has %d numbers, the model has %d coefficients", len(l), p)
		return out
	case !(level > 0 && level < 1):
		out.Note = fmt.Sprintf("the level must lie between 0 and 1, not %v", level)
		return out
	}
	row := r.toRows(l)
	out.Value = arithmetic.Dot(row, r.wald.Beta)
	cl := make([]float64, p)
	for j := range p {
		cl[j] = arithmetic.Dot(r.l.c[j*p:j*p+p], row)
	}
	// v_i = A_i Z_i C l; G_ij = [i = j] v_i'v_i - w_i'C w_j, w_i = Z_i'v_i
	trace, square := 0.0, 0.0
	ww := make([]float64, p*p)
	zc, v, w, cw := make([]float64, s.m), make([]float64, s.m), make([]float64, p), make([]float64, p)
	at := 0
	for i := range s.subjects {
		from, to := s.first[i], s.first[i+1]
		t := to - from
		for x := range t {
			zc[x] = arithmetic.Dot(b.z[(from+x)*p:(from+x+1)*p], cl)
		}
		clear(w)
		norm := 0.0
		for x := range t {
			v[x] = arithmetic.Dot(b.lever[at+x*t:at+x*t+t], zc[:t])
			norm += float64(v[x] * v[x])
			arithmetic.AddScaled(w, v[x], b.z[(from+x)*p:(from+x+1)*p])
		}
		at += t * t
		for j := range p {
			cw[j] = arithmetic.Dot(r.l.c[j*p:j*p+p], w)
		}
		own := arithmetic.Dot(w, cw)
		trace += norm - own
		square += float64(norm*norm) - 2*float64(norm*own)
		arithmetic.AddOuter(ww, 1, w)
	}
	arithmetic.Symmetrize(ww, p)
	cww := make([]float64, p*p)
	arithmetic.Multiply(cww, r.l.c, ww, p, p, p)
	for i := range p {
		for j := range p {
			square += float64(cww[i*p+j] * cww[j*p+i])
		}
	}
	variance := arithmetic.QuadraticForm(b.vcov, p, row)
	if !(variance > 0) || !(trace > 0) || !(square > 0) {
		out.Note = "the combination has no robust variance"
		return out
	}
	out.SE, out.DF = math.Sqrt(variance), float64(trace*trace)/square
	out.T = out.Value / out.SE
	t := dist.StudentT{DF: out.DF}
	out.P = t.TwoSided(out.T)
	half := float64(t.QuantileUpper((1-level)/2) * out.SE)
	out.Lower, out.Upper = out.Value-half, out.Value+half
	return out
}
