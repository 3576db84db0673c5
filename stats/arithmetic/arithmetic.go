// Package arithmetic is the arithmetic under the mixed models that must give
// the same bits on every machine: elementary functions, and dense kernels on
// row-major slices that allocate nothing.
//
// The standard library's Exp is assembler on some machines and Go on others,
// and the Go compiler may fuse x*y + z into one rounding where the machine
// offers it. Both change the last bit, and an iteration can carry a last bit a
// long way. Here every product is rounded by an explicit conversion before it
// is added, which the language defines as a barrier to fusing, and only
// operations that IEEE 754 rounds exactly (+ - * / sqrt) are used.
//
// It is not a linear algebra library: matrices here are small (coefficients of
// a trial model, visits of a participant), and callers own the memory. No part
// of the paper depends on it directly; its primary analysis is computed by the
// packages above.
package arithmetic

import "math"

const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10
)

// Exp returns e**x to within one unit in the last place: 0 below -745.13,
// +Inf above 709.78, NaN for NaN. With x = (32k + j) ln 2 / 32 + r, |r| < 0.011,
// the value is 2^k * 2^(j/32) * e^r: a table of 32 powers, each kept with the
// part its rounding lost, and the Taylor polynomial of e^r, no division.
func Exp(x float64) float64 {
	const (
		per   = 46.16624130844683   // 32 / ln 2
		ln2Hi = 0.02166084938653512 // ln 2 / 32, low 21 bits zero: products with a step number are exact
		ln2Lo = 5.9631716539705866e-12
	)
	switch {
	case x != x:
		return x
	case x > 709.782712893383973096:
		return math.Inf(1)
	case x < -745.13321910194110842:
		return 0
	}
	half := 0.5
	if x < 0 {
		half = -0.5
	}
	step := int(float64(per*x) + half)
	f := float64(step)
	r := (x - float64(f*ln2Hi)) - float64(f*ln2Lo)
	r2 := float64(r * r)
	even := 1.0/24 + float64(r2*(1.0/720))
	odd := 1.0/6 + float64(r2*(1.0/120))
	q := 0.5 + float64(r2*even)
	q = float64(r2*q) + float64(float64(r2*r)*odd)
	q += r
	t := &powers[step&31]
	y := t[0] + (t[1] + float64(t[0]*q))
	k := step >> 5
	if k > -1000 && k < 1000 {
		return float64(y * math.Float64frombits(uint64(1023+k)<<52))
	}
	return math.Ldexp(y, k)
}

// powers holds 2^(j/32) rounded and what the rounding lost.
var powers = [32][2]float64{
	{1.0, 0.0},
	{1.0218971486541166, 5.109225028973444e-17},
	{1.0442737824274138, 8.551889705537965e-17},
	{1.0671404006768237, -7.899853966841582e-17},
	{1.0905077326652577, -3.046782079812471e-17},
	{1.1143867425958924, 1.0410278456845571e-16},
	{1.1387886347566916, 8.912812676025408e-17},
	{1.1637248587775775, 3.8292048369240935e-17},
	{1.189207115002721, 3.982015231465646e-17},
	{1.215247359980469, -7.712630692681488e-17},
	{1.241857812073484, 4.658027591836937e-17},
	{1.2690509571917332, 2.667932131342186e-18},
	{1.2968395546510096, 2.5382502794888315e-17},
	{1.3252366431597413, -2.8587312100388614e-17},
	{1.3542555469368927, 7.70094837980299e-17},
	{1.383909881963832, -6.770511658794786e-17},
	{1.4142135623730951, -9.667293313452913e-17},
	{1.4451808069770467, -3.0237581349939873e-17},
	{1.4768261459394993, -3.483994556892796e-17},
	{1.5091644275934228, -1.016455327754295e-16},
	{1.5422108254079407, 7.949834809697621e-17},
	{1.5759808451078865, -1.0136916471278304e-17},
	{1.6104903319492543, 2.4707192569797888e-17},
	{1.645755478153965, -1.0125679913674773e-16},
	{1.681792830507429, 8.199010020581497e-17},
	{1.718619298122478, -1.851380418263111e-17},
	{1.7562521603732995, 2.960140695448873e-17},
	{1.7947090750031072, 1.8227458427912087e-17},
	{1.8340080864093424, 3.283107224245627e-17},
	{1.8741676341103, -6.122763413004143e-17},
	{1.9152065613971474, -1.0619946056195963e-16},
	{1.9571441241754002, 8.960767791036668e-17},
}

// Log returns the natural logarithm to within one unit in the last place:
// -Inf at 0, NaN below 0. Reduction and series of FreeBSD's e_log.c.
func Log(x float64) float64 {
	switch {
	case x != x || math.IsInf(x, 1):
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	f, k := math.Frexp(x)
	if f < math.Sqrt2/2 {
		f *= 2
		k--
	}
	return logReduced(f-1, float64(k))
}

// logReduced returns log(1+f) + k ln 2 for sqrt(1/2) <= 1+f < sqrt(2).
func logReduced(f, k float64) float64 {
	const (
		l1 = 6.666666666666735130e-01
		l2 = 3.999999999940941908e-01
		l3 = 2.857142874366239149e-01
		l4 = 2.222219843214978396e-01
		l5 = 1.818357216161805012e-01
		l6 = 1.531383769920937332e-01
		l7 = 1.479819860511658591e-01
	)
	s := f / (2 + f)
	s2 := float64(s * s)
	s4 := float64(s2 * s2)
	a := l5 + float64(s4*l7)
	a = l3 + float64(s4*a)
	a = l1 + float64(s4*a)
	b := l4 + float64(s4*l6)
	b = l2 + float64(s4*b)
	r := float64(s2*a) + float64(s4*b)
	half := float64(0.5 * float64(f*f))
	return float64(k*ln2Hi) - ((half - (float64(s*(half+r)) + float64(k*ln2Lo))) - f)
}

// Log1p returns log(1+x) for x > -1 with full relative accuracy near 0.
func Log1p(x float64) float64 {
	if x > math.Sqrt2/2-1 && x < math.Sqrt2-1 {
		return logReduced(x, 0)
	}
	// log(1+x) = log(u) + log((1+x)/u), and (1+x) - u is known exactly enough.
	u := 1 + x
	return Log(u) + (x-(u-1))/u
}

// Logistic returns 1/(1+exp(-x)) and log(1+exp(x)), neither of which
// overflows.
func Logistic(x float64) (p, softplus float64) {
	t := Exp(-math.Abs(x))
	u := 1 + t
	var l float64
	if t < math.Sqrt2-1 {
		l = logReduced(t, 0)
	} else {
		l = logReduced(float64(0.5*(t-1)), 1)
	}
	if x >= 0 {
		return 1 / u, x + l
	}
	return t / u, l
}

// LogGamma returns log Gamma(x) for x > 0, by Stirling's series after raising
// the argument above 15. Relative error below 1e-14 away from the zeros at 1
// and 2, absolute error below 1e-14 near them.
func LogGamma(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	if x == 1 || x == 2 {
		return 0
	}
	shift := 1.0
	for x < 15 {
		shift = float64(shift * x)
		x++
	}
	z := 1 / float64(x*x)
	s := float64(z/156) - 691.0/360360
	s = 1.0/1188 + float64(z*s)
	s = -1.0/1680 + float64(z*s)
	s = 1.0/1260 + float64(z*s)
	s = -1.0/360 + float64(z*s)
	s = (1.0/12 + float64(z*s)) / x
	return float64((x-0.5)*Log(x)) - x + 0.91893853320467274178 + s - Log(shift)
}

// Digamma returns the first derivative of LogGamma, for x > 0.
func Digamma(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	low := 0.0
	for x < 15 {
		low += 1 / x
		x++
	}
	z := 1 / float64(x*x)
	s := -691.0/32760 + float64(z/12)
	s = 1.0/132 + float64(z*s)
	s = -1.0/240 + float64(z*s)
	s = 1.0/252 + float64(z*s)
	s = -1.0/120 + float64(z*s)
	s = 1.0/12 + float64(z*s)
	return Log(x) - 0.5/x - float64(z*s) - low
}

// Trigamma returns the second derivative of LogGamma, for x > 0.
func Trigamma(x float64) float64 {
	if !(x > 0) {
		return math.NaN()
	}
	low := 0.0
	for x < 15 {
		low += 1 / float64(x*x)
		x++
	}
	z := 1 / float64(x*x)
	s := -691.0/2730 + float64(z*7/6)
	s = 5.0/66 + float64(z*s)
	s = -1.0/30 + float64(z*s)
	s = 1.0/42 + float64(z*s)
	s = -1.0/30 + float64(z*s)
	s = 1.0/6 + float64(z*s)
	return 1/x + float64(0.5*z) + float64(z*s)/x + low
}
