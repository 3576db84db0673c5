// Package dist has the probability distributions a trial's statistics need, with both tails accurate to
// their last digits: normal, Student t, F, chi-square, gamma, beta, binomial, noncentral t, F and
// chi-square, and the studentized range.
//
// Each distribution is a struct of its parameters with the methods CDF (lower tail), Survival (upper tail, never
// 1 - CDF), Quantile (of a lower tail probability) and QuantileUpper (of an upper one); the central continuous ones
// also have LogCDF and LogSurvival for probabilities below 1e-308. Relative error is about 1e-14 for central
// and 1e-12 for noncentral distributions, in both tails. A NaN argument, or a parameter outside its stated range,
// gives NaN: the packages that take data from people check it before they come here.
//
// It is not a general library of distributions, has no moments and no random numbers. Behind every P value and
// every confidence limit of the paper's Table 3 stands Student's t of this package; behind its sample size the
// noncentral t.
//
// Sources are named at each function; equations in docs/derivations/distributions.md.
package dist

import "math"

const (
	sqrt2Pi    = 2.506628274631000502415765284811045253
	logSqrt2Pi = 0.918938533204672741780329736405617640
)

// probability reports p to be a probability.
func probability(p float64) bool { return p >= 0 && p <= 1 }

// newton finds the zero of an increasing function g that also gives its slope. Steps that leave the bracket found so
// far, or come from a slope of zero, are replaced by bisection or by doubling outward from the start.
func newton(g func(z float64) (value, slope float64), start float64) float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	z, reach := start, 1.0
	for range 400 {
		v, slope := g(z)
		switch {
		case v == 0 || math.IsNaN(v):
			return z
		case v < 0:
			lo = z
		default:
			hi = z
		}
		next := z - v/slope
		if !(next > lo && next < hi) || math.IsInf(v, 0) {
			switch {
			case math.IsInf(hi, 1):
				next = lo + reach
				reach *= 2
			case math.IsInf(lo, -1):
				next = hi - reach
				reach *= 2
			default:
				next = lo + (hi-lo)/2
			}
		} else if d := math.Abs(next - z); math.IsInf(hi-lo, 1) && d > reach {
			next = z + math.Copysign(reach, next-z)
			reach *= 2
		}
		if math.Abs(next-z) <= 0x1p-52*math.Abs(z) || next == lo || next == hi {
			return next
		}
		z = next
	}
	return z
}

// tailTarget is the smaller of the two tail probabilities of a wanted quantile: log of it, and which it is.
type tailTarget struct {
	log   float64
	upper bool
}

func target(lower, upper float64) tailTarget {
	if lower <= upper {
		return tailTarget{math.Log(lower), false}
	}
	return tailTarget{math.Log(upper), true}
}

// solve finds z where the wanted tail has the wanted probability, given the log tails and the log density as
// functions of z. It works on the log scale, where the tails of log-concave laws are concave and Newton's
// method cannot run away.
func (t tailTarget) solve(tails func(z float64) (logLower, logUpper, logDensity float64), start float64) float64 {
	return newton(func(z float64) (float64, float64) {
		l, u, d := tails(z)
		if t.upper {
			return t.log - u, math.Exp(d - u)
		}
		return l - t.log, math.Exp(d - l)
	}, start)
}
