package effect

import (
	"fmt"
	"math"

	"rekindle/stats/dist"
)

// Proportion is Events out of N.
type Proportion struct{ Events, N int }

func (p Proportion) validate() error {
	if p.N < 1 || p.Events < 0 || p.Events > p.N {
		return fmt.Errorf("%d events of %d: events must lie between 0 and the number of people, of whom there must be one", p.Events, p.N)
	}
	return nil
}

// Rate gives Events / N.
func (p Proportion) Rate() float64 { return float64(p.Events) / float64(p.N) }

func validateProportions(level float64, ps ...Proportion) error {
	if err := validate(level); err != nil {
		return err
	}
	for _, p := range ps {
		if err := p.validate(); err != nil {
			return err
		}
	}
	return nil
}

func critical(level float64) float64 { return dist.Normal{}.QuantileUpper((1 - level) / 2) }

// Wilson is a proportion with the score interval (E. B. Wilson, JASA 22, 1927), the one to prefer.
func Wilson(p Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, p); err != nil {
		return Estimate{}, err
	}
	lower, upper := wilson(p, critical(level))
	return Estimate{p.Rate(), lower, upper}, nil
}

func wilson(p Proportion, z float64) (lower, upper float64) {
	n, x := float64(p.N), float64(p.Events)
	mid := x + z*z/2
	half := z * math.Sqrt(x*(n-x)/n+z*z/4)
	lower, upper = (mid-half)/(n+z*z), (mid+half)/(n+z*z)
	if p.Events == 0 {
		lower = 0
	}
	if p.Events == p.N {
		upper = 1
	}
	return lower, upper
}

// ClopperPearson is a proportion with the exact interval (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934): never
// covers less than the level, often more.
func ClopperPearson(p Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, p); err != nil {
		return Estimate{}, err
	}
	tail := (1 - level) / 2
	e := Estimate{p.Rate(), 0, 1}
	x, n := float64(p.Events), float64(p.N)
	if p.Events > 0 {
		e.Lower = dist.Beta{A: x, B: n - x + 1}.Quantile(tail)
	}
	if p.Events < p.N {
		e.Upper = dist.Beta{A: x + 1, B: n - x}.QuantileUpper(tail)
	}
	return e, nil
}

// AgrestiCoull is a proportion with the adjusted Wald interval (A. Agresti, B. A. Coull, American Statistician 52, 1998). Its
// limits may pass 0 and 1.
func AgrestiCoull(p Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, p); err != nil {
		return Estimate{}, err
	}
	z := critical(level)
	n := float64(p.N) + z*z
	mid := (float64(p.Events) + z*z/2) / n
	half := z * math.Sqrt(mid*(1-mid)/n)
	return Estimate{p.Rate(), mid - half, mid + half}, nil
}

// RiskDifferenceWald is a's rate minus b's with the textbook interval. Too narrow in small samples, and of no width
// when both rates are 0 or 1: prefer Newcombe or MiettinenNurminen.
func RiskDifferenceWald(a, b Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, a, b); err != nil {
		return Estimate{}, err
	}
	pa, pb := a.Rate(), b.Rate()
	half := critical(level) * math.Sqrt(pa*(1-pa)/float64(a.N)+pb*(1-pb)/float64(b.N))
	return Estimate{pa - pb, pa - pb - half, pa - pb + half}, nil
}

// Newcombe is a's rate minus b's with the square-and-add interval from the two Wilson intervals (R. G. Newcombe,
// Statistics in Medicine 17, 1998, 873-890, method 10).
func Newcombe(a, b Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, a, b); err != nil {
		return Estimate{}, err
	}
	z := critical(level)
	la, ua := wilson(a, z)
	lb, ub := wilson(b, z)
	pa, pb := a.Rate(), b.Rate()
	return Estimate{pa - pb, pa - pb - math.Hypot(pa-la, ub-pb), pa - pb + math.Hypot(ua-pa, pb-lb)}, nil
}

// RiskRatio is a's rate over b's with the log interval (D. Katz et al., Biometrics 34, 1978). It needs an event in each
// group; RiskRatioScore does not.
func RiskRatio(a, b Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, a, b); err != nil {
		return Estimate{}, err
	}
	if a.Events == 0 || b.Events == 0 {
		return Estimate{}, fmt.Errorf("a group without events has no log risk ratio: use the score interval")
	}
	se := math.Sqrt(1/float64(a.Events) - 1/float64(a.N) + 1/float64(b.Events) - 1/float64(b.N))
	return logInterval(a.Rate()/b.Rate(), se, level), nil
}

// OddsRatio is a's odds over b's with the log interval (B. Woolf 1955). It needs events and non-events in each group; the
// exact package's conditional estimate does not.
func OddsRatio(a, b Proportion, level float64) (Estimate, error) {
	if err := validateProportions(level, a, b); err != nil {
		return Estimate{}, err
	}
	a1, a0, b1, b0 := float64(a.Events), float64(a.N-a.Events), float64(b.Events), float64(b.N-b.Events)
	if a1*a0*b1*b0 == 0 {
		return Estimate{}, fmt.Errorf("a group in which all or none have the event has no log odds ratio: use the exact interval")
	}
	return logInterval(a1*b0/(a0*b1), math.Sqrt(1/a1+1/a0+1/b1+1/b0), level), nil
}

func logInterval(ratio, se, level float64) Estimate {
	f := math.Exp(critical(level) * se)
	return Estimate{ratio, ratio / f, ratio * f}
}

// NNT is the number needed to treat for one more event (or, negative, for one less), from a risk difference with its
// interval. When the interval holds zero the number's own interval runs through infinity, from Lower up to infinity
// and from minus infinity up to Upper, and ThroughInfinity is set (D. G. Altman, BMJ 317, 1998).
type NNT struct {
	Estimate
	ThroughInfinity bool
}

// NumberNeeded turns a risk difference into a number needed to treat. A difference of zero has an infinite one.
func NumberNeeded(difference Estimate) (NNT, error) {
	if !(difference.Lower <= difference.Value && difference.Value <= difference.Upper) {
		return NNT{}, fmt.Errorf("risk difference %v does not lie in its interval (%v, %v)", difference.Value, difference.Lower, difference.Upper)
	}
	return NNT{Estimate{1 / difference.Value, 1 / difference.Upper, 1 / difference.Lower},
		difference.Lower <= 0 && difference.Upper >= 0}, nil
}
