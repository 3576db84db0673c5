package glmm

import (
	"fmt"
	"math"

	"rekindle/stats/arithmetic"
)

// Family is the distribution of a response given its random intercept.
type Family int

const (
	Binomial         Family = iota // successes out of Trials, logit link
	Poisson                        // counts, log link
	NegativeBinomial               // counts, log link, variance mu + mu^2/k with k estimated
)

// String returns the family's name as it is written on the command line.
func (f Family) String() string {
	switch f {
	case Binomial:
		return "binomial"
	case Poisson:
		return "poisson"
	case NegativeBinomial:
		return "negative_binomial"
	}
	return fmt.Sprintf("Family(%d)", int(f))
}

// ParseFamily reads what String writes.
func ParseFamily(name string) (Family, error) {
	for f := Binomial; f <= NegativeBinomial; f++ {
		if f.String() == name {
			return f, nil
		}
	}
	return 0, fmt.Errorf("glmm: unknown family %q: binomial, poisson or negative_binomial", name)
}

// Each row enters the likelihood as a*z - b*K(z) plus a constant, equation
// (row) of the derivation: K is log(1+e^z) for the binomial (a successes of b
// trials) and the negative binomial (a = y, b = y + k, z = eta - log k), and
// e^z for the Poisson (b = 1).

// cumulant returns K(z) and its first derivative.
func (f Family) cumulant(z float64) (k, k1 float64) {
	if f == Poisson {
		e := arithmetic.Exp(z)
		return e, e
	}
	p, s := arithmetic.Logistic(z)
	return s, p
}

// slope returns the first and second derivatives of K.
func (f Family) slope(z float64) (k1, k2 float64) {
	if f == Poisson {
		e := arithmetic.Exp(z)
		return e, e
	}
	e := arithmetic.Exp(-math.Abs(z))
	k1 = 1 / (1 + e)
	if z < 0 {
		k1 = float64(e * k1)
	}
	return k1, float64(k1 * (1 - k1))
}

// higher returns the second, third and fourth derivatives of K from the first.
func (f Family) higher(k1 float64) (k2, k3, k4 float64) {
	if f == Poisson {
		return k1, k1, k1
	}
	k2 = float64(k1 * (1 - k1))
	return k2, float64(k2 * (1 - 2*k1)), float64(k2 * (1 - float64(6*k2)))
}

// countConstant returns c(y, k), the part of a negative binomial row's
// log-likelihood that does not depend on eta, without log y!, and its first
// two derivatives in phi = log k.
func countConstant(y, k float64) (c, c1, c2 float64) {
	c = arithmetic.LogGamma(y+k) - arithmetic.LogGamma(k)
	c1 = float64(k * (arithmetic.Digamma(y+k) - arithmetic.Digamma(k)))
	c2 = c1 + float64(float64(k*k)*(arithmetic.Trigamma(y+k)-arithmetic.Trigamma(k)))
	return c, c1, c2
}
