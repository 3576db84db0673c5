package dist

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"rekindle/stats/root"
)

// NoncentralT is the law of (Z + NCP) / sqrt(V / DF), Z standard normal, V chi-square with DF > 0 degrees of
// freedom (not necessarily whole; infinite DF makes it normal with mean NCP). The power of a t test is the
// chance that it passes the critical value.
type NoncentralT struct{ DF, NCP float64 }

// CDF gives P(T <= t).
func (d NoncentralT) CDF(t float64) float64 { return d.tail(t, false) }

// Survival gives P(T > t).
func (d NoncentralT) Survival(t float64) float64 { return d.tail(t, true) }

// tail integrates the normal tail over the law of u = sqrt(V / DF) (equation NT-1 of the derivation):
//
//	P(T > t) = integral of P(Z > t u - NCP) f(u) du.
//
// In w = log u the integrand is analytic and falls off on both sides, so that the trapezoidal rule gains
// digits exponentially with its points; nothing cancels in either tail.
func (d NoncentralT) tail(t float64, upper bool) float64 {
	switch {
	case !(d.DF > 0) || math.IsNaN(t) || math.IsNaN(d.NCP) || math.IsInf(d.NCP, 0):
		return math.NaN()
	case math.IsInf(t, 0):
		return math.Exp(edge((t > 0) == upper))
	case math.IsInf(d.DF, 1):
		if upper {
			return Normal{}.Survival(t - d.NCP)
		}
		return Normal{}.CDF(t - d.NCP)
	case t == 0:
		if upper {
			return Normal{}.CDF(d.NCP)
		}
		return Normal{}.Survival(d.NCP)
	case d.NCP == 0:
		if upper {
			return StudentT{d.DF}.Survival(t)
		}
		return StudentT{d.DF}.CDF(t)
	}
	ncp := d.NCP
	if !upper { // P(T <= t; NCP) = P(T >= -t; -NCP)
		t, ncp = -t, -ncp
	}
	c := newChi(d.DF)
	if p, ok := c.sharp(t, ncp); ok {
		return p
	}
	return c.integrate(func(w float64) float64 {
		return logUpperNormal(math.FMA(t, math.Exp(w), -ncp))
	}, func(u float64) float64 {
		z, tu := t*u-ncp, math.Abs(t)*u
		step := math.Abs(ncp) + 3 // steepness where the argument passes zero, which it does where t u is NCP
		if t*ncp < 0 {
			step = min(9, step)
		}
		if z > -9 { // the factor falls like a Gaussian in w about the mode
			falls := math.Sqrt(tu*tu+max(z, 0)*tu) + 3
			if z > 9 {
				return falls
			}
			return max(step, falls)
		}
		edge := math.Log((ncp - 9) / t) // from here to the mode the factor is one; NaN: it is nowhere else
		if math.IsNaN(edge) {
			return step
		}
		if (edge > math.Log(u)) == (t > 0) && c.logDensity(edge) < c.logDensity(math.Log(u))-45 {
			return 0
		}
		return step
	})
}

// sharp is for noncentralities so large that the normal factor is nearly a step at u = NCP / t, against which the law of u is flat: a
// chi-square tail, corrected on both sides of the step by Gauss-Legendre quadrature (equation NT-3).
func (c chi) sharp(t, ncp float64) (float64, bool) {
	if math.Abs(ncp) < 50 || t*ncp < 0 {
		return 0, false
	}
	at := ncp / t
	if slope := c.df * math.Abs(at*at-1); !(12/math.Abs(ncp)*max(1, slope) < 0.3) {
		return 0, false
	}
	low, high := math.Log((math.Abs(ncp)-9)/math.Abs(t)), math.Log((math.Abs(ncp)+9)/math.Abs(t))
	z := func(w float64) float64 { return math.Abs(t)*math.Exp(w) - math.Abs(ncp) }
	n := Normal{}
	below := quad.Fixed(func(w float64) float64 { return n.CDF(z(w)) * math.Exp(c.logDensity(w)) }, low, math.Log(at), 40, quad.Legendre{}, 0)
	above := quad.Fixed(func(w float64) float64 { return n.Survival(z(w)) * math.Exp(c.logDensity(w)) }, math.Log(at), high, 40, quad.Legendre{}, 0)
	law := ChiSquared{c.df}
	if t > 0 {
		return law.CDF(c.df*at*at) - below + above, true
	}
	return law.Survival(c.df*at*at) - above + below, true
}

// Quantile gives the t with P(T <= t) = p.
func (d NoncentralT) Quantile(p float64) float64 { return d.quantile(p, 1-p) }

// QuantileUpper gives the t with P(T > t) = q.
func (d NoncentralT) QuantileUpper(q float64) float64 { return d.quantile(1-q, q) }

func (d NoncentralT) quantile(lower, upper float64) float64 {
	switch {
	case !probability(lower) || !probability(upper) || math.IsNaN(d.CDF(0)):
		return math.NaN()
	case lower == 0:
		return math.Inf(-1)
	case upper == 0:
		return math.Inf(1)
	}
	t := target(lower, upper)
	x, err := root.Bracket(func(x float64) float64 {
		v := math.Log(d.tail(x, t.upper)) - t.log
		if t.upper {
			v = -v
		}
		return max(-1e308, min(1e308, v))
	}, d.NCP-2, d.NCP+2, math.Inf(-1), math.Inf(1))
	if err != nil {
		return math.NaN()
	}
	return x
}

// chi is the law of w = log sqrt(V / DF): its log density is peak - DF (e^2w - 1 - 2w) / 2.
type chi struct{ df, peak float64 }

func newChi(df float64) chi {
	a := df / 2
	return chi{df, math.Log(2*a) - stirlingError(a) - 0.5*math.Log(a) - logSqrt2Pi}
}

func (c chi) logDensity(w float64) float64 { return c.peak - c.df/2*expm1m(2*w) }

// integrate gives the integral of exp(logG(w)) over the law of w. bend tells how steep the normal part of logG is
// where u = e^w, which with DF decides the step (equation NT-2): the sum of the spectra of the two factors.
func (c chi) integrate(logG func(w float64) float64, bend func(u float64) float64) float64 {
	log := func(w float64) float64 { return c.logDensity(w) + logG(w) }
	top := c.mode(log)
	u := math.Exp(top)
	b := bend(u)
	h := min(0.1, 0.5/math.Sqrt(b*b+2*c.df*max(1, u*u)))
	peak := log(top)
	if peak < -760 { // the integral is below the smallest number
		return 0
	}
	sum := 1.0
	for _, step := range []float64{h, -h} {
		for i := 1.0; ; i++ {
			v := log(top+i*step) - peak
			sum += math.Exp(v)
			if !(v > -42) { // e^-42 is below the last digit
				break
			}
		}
	}
	return min(1, h*sum*math.Exp(peak))
}

// mode finds about where a concave log integrand is largest, by golden section after doubling outward from 0.
func (c chi) mode(log func(w float64) float64) float64 {
	width := 1 / math.Sqrt(2*c.df)
	mid := 0.0
	for reach := width; math.IsInf(log(mid), -1) && reach < 800; reach *= 1.5 { // look for where there is anything
		if mid = -reach; math.IsInf(log(mid), -1) {
			mid = reach
		}
	}
	lo, hi := mid-width, mid+width
	fl, fm, fh := log(lo), log(mid), log(hi)
	for range 200 {
		if fm >= fl && fm >= fh {
			break
		}
		width *= 2
		if fl > fh {
			hi, fh, mid, fm = mid, fm, lo, fl
			lo = mid - width
			fl = log(lo)
		} else {
			lo, fl, mid, fm = mid, fm, hi, fh
			hi = mid + width
			fh = log(hi)
		}
	}
	// The sum does not care where exactly it is centered: two units of the log are near enough.
	for range 200 {
		if fm-fl < 2 && fm-fh < 2 || hi-lo < 1e-13*(1+math.Abs(mid)) {
			break
		}
		if hi-mid > mid-lo {
			next := mid + 0.381966*(hi-mid)
			if fn := log(next); fn > fm {
				lo, fl, mid, fm = mid, fm, next, fn
			} else {
				hi, fh = next, fn
			}
			continue
		}
		next := mid - 0.381966*(mid-lo)
		if fn := log(next); fn > fm {
			hi, fh, mid, fm = mid, fm, next, fn
		} else {
			lo, fl = next, fn
		}
	}
	return mid
}

// expm1m gives e^x - 1 - x without cancellation.
func expm1m(x float64) float64 {
	if math.Abs(x) > 0.5 {
		return math.Expm1(x) - x
	}
	sum, term := 0.0, x
	for n := 2.0; n < 40; n++ {
		term *= x / n
		sum += term
		if math.Abs(term) < 0x1p-60*sum {
			break
		}
	}
	return sum
}
