// Package root finds where a continuous function of one variable is zero.
//
// It is not an optimizer and does not search for several roots. Quantiles of noncentral distributions, sample
// sizes, tipping points, and limits of test-based intervals are all roots, and all found here.
package root

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoSignChange says that f has the same sign at both ends of the bracket.
var ErrNoSignChange = errors.New("no sign change between the ends of the bracket")

// Find gives x between a and b with f(x) = 0, to about machine precision in x, by Brent's method (R. P. Brent,
// Algorithms for Minimization without Derivatives, 1973, chapter 4: inverse quadratic interpolation guarded by
// bisection). f(a) and f(b) must have opposite signs, or one of them be zero; f may be infinite but not NaN.
func Find(f func(float64) float64, a, b float64) (float64, error) {
	fa, fb := f(a), f(b)
	if math.IsNaN(fa) || math.IsNaN(fb) {
		return math.NaN(), fmt.Errorf("function is not a number at %g or %g", a, b)
	}
	if fa == 0 {
		return a, nil
	}
	if fb == 0 {
		return b, nil
	}
	if (fa > 0) == (fb > 0) {
		return math.NaN(), fmt.Errorf("%w [%g, %g]: values %g and %g", ErrNoSignChange, a, b, fa, fb)
	}
	c, fc := a, fa
	d := b - a
	e := d
	for range 300 {
		if (fb > 0) == (fc > 0) {
			c, fc = a, fa
			d = b - a
			e = d
		}
		if math.Abs(fc) < math.Abs(fb) {
			a, b, c = b, c, b
			fa, fb, fc = fb, fc, fb
		}
		tol := 2*epsilon*math.Abs(b) + 5e-324
		m := (c - b) / 2
		if math.Abs(m) <= tol || fb == 0 {
			return b, nil
		}
		d, e = step(a, b, c, fa, fb, fc, d, e, m, tol)
		a, fa = b, fb
		if math.Abs(d) > tol {
			b += d
		} else {
			b += math.Copysign(tol, m)
		}
		fb = f(b)
		if math.IsNaN(fb) {
			return math.NaN(), fmt.Errorf("function is not a number at %g", b)
		}
	}
	return b, nil
}

const epsilon = 0x1p-53

// step chooses between interpolation and bisection; it returns the step and the one before it.
func step(a, b, c, fa, fb, fc, d, e, m, tol float64) (float64, float64) {
	if math.Abs(e) < tol || math.Abs(fa) <= math.Abs(fb) || math.IsInf(fa, 0) || math.IsInf(fc, 0) {
		return m, m
	}
	s := fb / fa
	var p, q float64
	if a == c {
		p, q = 2*m*s, 1-s
	} else {
		r, t := fb/fc, fa/fc
		p = s * (2*m*t*(t-r) - (b-a)*(r-1))
		q = (t - 1) * (r - 1) * (s - 1)
	}
	if p > 0 {
		q = -q
	} else {
		p = -p
	}
	if 2*p < min(3*m*q-math.Abs(tol*q), math.Abs(e*q)) {
		return p / q, d
	}
	return m, m
}

// Bracket widens [a, b] until f changes sign in it, growing the width by half on each side in turn where lo < a
// and b < hi allow (lo and hi are hard limits, possibly infinite), and then calls Find.
func Bracket(f func(float64) float64, a, b, lo, hi float64) (float64, error) {
	if !(a < b) || a < lo || b > hi {
		return math.NaN(), fmt.Errorf("starting bracket [%g, %g] must be increasing and inside [%g, %g]", a, b, lo, hi)
	}
	fa, fb := f(a), f(b)
	for range 200 {
		if math.IsNaN(fa) || math.IsNaN(fb) {
			return math.NaN(), fmt.Errorf("function is not a number on [%g, %g]", a, b)
		}
		if fa == 0 || fb == 0 || (fa > 0) != (fb > 0) {
			return Find(f, a, b)
		}
		width := b - a
		atLow, atHigh := a <= lo, b >= hi
		if atLow && atHigh {
			break
		}
		if !atLow {
			a = max(lo, a-width)
			fa = f(a)
		}
		if !atHigh {
			b = min(hi, b+width)
			fb = f(b)
		}
	}
	return math.NaN(), fmt.Errorf("%w [%g, %g]", ErrNoSignChange, a, b)
}
